"""How `rest` and `steady_state` grow with the number of compartments: least times of whole calls, compiled anew each time.

    python benchmarks/many_spaces.py [count ...]

Three shapes: a `chain` (each space within the one before), a `row` (cells in one bath, each joined to the next) and cells around one
finite `cleft`.
"""

import sys
import time

import vrest

COUNTS = (1, 3, 11, 30)
GOALS = {"rest": 2.0, "steady": 10.0}
"""Seconds for thirty compartments."""
BATH = {"role": "bath", "ions": {"K": "5 mM", "Na": "145 mM", "Cl": "110 mM"}}
LEAKS = {"K": 1e-8, "Na": 4e-10, "Cl": 4.5e-9}
PUMP = {"kind": "na_k_atpase", "law": "saturating", "max_current": "0.05 A/m^2", "K_Na": "10 mM", "K_K": "1.5 mM"}


def space(number: int) -> dict:
    """Cytosol, a little different from one space to the next."""
    return {
        "volume": f"{4.0 - 0.02 * number!r} pL",
        "ions": {"K": f"{140 - number / 3!r} mM", "Na": f"{12 + number / 5!r} mM", "Cl": "10 mM"},
        "impermeant": {"valence": -1, "amount": "neutral"},
    }


def membrane(inner: str, outer: str, mechanisms: dict) -> dict:
    return {"between": [inner, outer], "area": "1200 um^2", "capacitance": "1 uF/cm^2", "mechanisms": mechanisms}


def leaks(part: float = 1.0) -> dict:
    """A constant-field path for each ion."""
    return {f"{ion}_leak": {"kind": "ghk", "ion": ion, "permeability": f"{P * part!r} m/s"} for ion, P in LEAKS.items()}


def chain(count: int) -> dict:
    """Each space lies within the one before."""
    names = ["outside", *(f"s{k}" for k in range(count))]
    pairs = zip(names[1:], names, strict=False)
    membranes = {f"m{k}": membrane(inner, outer, {**leaks(), "pump": PUMP}) for k, (inner, outer) in enumerate(pairs)}
    return described("chain", count, {}, membranes)


def row(count: int) -> dict:
    """Cells in one bath, each joined to the next by a path for every ion."""
    membranes = {f"m{k}": membrane(f"s{k}", "outside", {**leaks(), "pump": PUMP}) for k in range(count)}
    joints = {f"j{k}": membrane(f"s{k}", f"s{k + 1}", leaks(0.1)) for k in range(count - 1)}
    return described("row", count, {}, membranes | joints)


def cleft(count: int) -> dict:
    """Cells around a finite space that a leaky sheet joins to the bath."""
    sheet = {f"{ion}_gap": {"kind": "ghk", "ion": ion, "permeability": "1e-6 m/s"} for ion in LEAKS}
    within = {"cleft": {"volume": "20 pL", "ions": BATH["ions"], "impermeant": {"valence": -1, "amount": "neutral"}}}
    membranes = {f"m{k}": membrane(f"s{k}", "cleft", {**leaks(), "pump": PUMP}) for k in range(count - 1)}
    return described("cleft", count - 1, within, {"sheet": membrane("cleft", "outside", sheet)} | membranes)


def described(shape: str, count: int, more: dict, membranes: dict) -> dict:
    """A cell of `count` spaces and more."""
    spaces = {"outside": BATH, **more} | {f"s{k}": space(k) for k in range(count)}
    return {"cell": f"{shape}-{count}", "temperature": "310 K", "compartments": spaces, "membranes": membranes}


def seconds(question, cell) -> float:
    """Least time of two calls, or of one that is slow."""
    times = []
    while len(times) < 2 and sum(times) < 5.0:
        begin = time.perf_counter()
        question(cell)
        times.append(time.perf_counter() - begin)
    return min(times)


def main(counts) -> int:
    worst = dict.fromkeys(GOALS, 0.0)
    print("| shape | compartments | unknowns | rest (s) | steady (s) |\n| --- | ---: | ---: | ---: | ---: |")
    for shape in (chain, row, cleft):
        for count in counts:
            cell = vrest.from_dict(shape(count))
            times = {"rest": seconds(vrest.rest, cell), "steady": seconds(vrest.steady_state, cell)}
            print(f"| {shape.__name__} | {count} | {4 * count} | {times['rest']:.3f} | {times['steady']:.3f} |", flush=True)
            if count <= 30:
                worst = {name: max(worst[name], times[name]) for name in worst}
    print(f"goals up to thirty compartments: {GOALS}; most: { ({name: round(value, 2) for name, value in worst.items()}) }")
    return 0 if all(worst[name] <= GOALS[name] for name in GOALS) else 1


if __name__ == "__main__":
    sys.exit(main([int(count) for count in sys.argv[1:]] or COUNTS))
