"""Random pump-leak cells: Newton and integration agree, or both say that no steady state exists.

    python tests/steady/random_cells.py 2000 [first seed] [-v]

prints what was found and exits non-zero where an answer is wrong, a steady state is missed, or a "none exists" is not confirmed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import numpy as np

import vrest

POTENTIAL, RELATIVE = 1e-8, 1e-6  # 1e-5 mV; parts
LONGEST, TIMES = 1e7, 40  # s; slowest time constants
IONS = ("K", "Na", "Cl")


def log_uniform(rng, low, high):
    return float(10 ** rng.uniform(np.log10(low), np.log10(high)))


def described(seed: int) -> dict:
    """A cell of one to three compartments around or inside each other in one bath, every number drawn at random."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 4))
    free = rng.random() < 0.5
    spaces: dict = {"outside": bath(rng)}
    membranes = {}
    for k in range(count):
        name = "abc"[k]
        spaces[name] = inside(rng)
        outer = "outside" if k == 0 or rng.random() < 0.5 else "abc"[k - 1]
        membranes[f"m_{name}"] = membrane(rng, name, outer, free)
    return {"cell": f"random-{seed}", "temperature": "310 K", "compartments": spaces, "membranes": membranes}


def bath(rng) -> dict:
    ions = {"K": f"{rng.uniform(2, 10)!r} mM", "Na": "145 mM", "Cl": f"{rng.uniform(90, 140)!r} mM"}
    space: dict = {"role": "bath", "ions": ions}
    if rng.random() < 0.6:
        space["impermeant"] = {"valence": -1, "amount": "neutral"}
    return space


def inside(rng) -> dict:
    ions = {"K": rng.uniform(80, 160), "Na": rng.uniform(5, 30), "Cl": rng.uniform(3, 40)}
    impermeant = {"valence": round(float(-rng.uniform(0.3, 3)), 3), "amount": "neutral"}
    return {
        "shape": {"sphere": {"diameter": f"{rng.uniform(2, 30)!r} um"}},
        "ions": {ion: f"{c!r} mM" for ion, c in ions.items()},
        "impermeant": impermeant,
    }


def membrane(rng, inner: str, outer: str, free: bool) -> dict:
    mechanisms: dict = {
        f"{ion}_leak": {"kind": "ghk", "ion": ion, "permeability": f"{log_uniform(rng, 1e-11, 1e-7)!r} m/s"} for ion in IONS
    }
    pump: dict = {"kind": "na_k_atpase", "max_current": f"{log_uniform(rng, 1e-4, 1)!r} A/m^2"}
    if rng.random() < 0.5:
        pump |= {"law": "saturating", "K_Na": f"{rng.uniform(5, 20)!r} mM", "K_K": f"{rng.uniform(0.5, 3)!r} mM"}
    else:
        pump |= {"law": "cubic", "Na_ref": f"{rng.uniform(5, 50)!r} mM"}
    entry = {"between": [inner, outer], "capacitance": "1 uF/cm^2", "mechanisms": {**mechanisms, "pump": pump}}
    if free:
        instantaneous = outer == "outside" and rng.random() < 0.3
        entry["water"] = "instantaneous" if instantaneous else {"permeability": f"{log_uniform(rng, 1e-6, 1e-3)!r} m/s"}
        entry["area_policy"] = "shape" if rng.random() < 0.5 else "fixed"
    return entry


def state_of(result):
    """Potentials, concentrations and volumes at the end of a simulation."""
    V = np.array([v[-1] for v in result.V.values()])
    rest = [c[-1] for ions in result.c.values() for c in ions.values()] + [w[-1] for w in result.volume.values()]
    return V, np.array(rest)


def amounts(result) -> dict[str, np.ndarray]:
    """Amounts and volumes over time."""
    found = {f"{s}.{ion}": c * result.volume[s] for s, ions in result.c.items() for ion, c in ions.items()}
    return found | {f"{s}.volume": w for s, w in result.volume.items()}


def runs_away(result) -> bool:
    """Whether a volume or an amount still goes one way at the end and has doubled or halved in the last decade of time."""
    late = result.time >= 0.0999 * result.time[-1]
    for values in amounts(result).values():
        last = values[late]
        steps = np.diff(last)
        if (np.all(steps > 0) and last[-1] > 2 * last[0]) or (np.all(steps < 0) and last[-1] < 0.5 * last[0]):
            return True
    return False


def judged(seed: int) -> tuple[str, str]:
    """(verdict, remark) on one random cell; verdicts that begin with WRONG are violations."""
    cell = vrest.from_dict(described(seed))
    try:
        steady = vrest.steady_state(cell)
    except vrest.NoAnswerError as error:
        return none_exists(cell, str(error.problems[0].message))
    if not steady.point.stable:
        return "WRONG unstable answer", str(steady.point.V_m)
    until = max(LONGEST, TIMES * (steady.slowest_time_constant or 0.0))
    reached = not any("from another start" in note for note in steady.notes)
    run = vrest.simulate(cell, {"until": f"{until!r} s"} if reached else disturbed(steady, until), rtol=1e-10)
    if run.ended == "exhausted":
        return "WRONG exhausted", run.happenings[-1].what
    V, rest = state_of(run)
    point = steady.point
    V_newton = np.array(list(point.V_m.values()))
    newton = [c for ions in point.inside.values() for c in ions.values()] + [point.volume[s] for s in run.volume]
    dV, dr = float(np.abs(V - V_newton).max()), float(np.abs(rest / np.array(newton) - 1).max())
    if dV > POTENTIAL or dr > RELATIVE:
        return "WRONG disagreement", f"{1e3 * dV:.3g} mV, {dr:.3g}, tau {steady.slowest_time_constant:.3g} s"
    if not reached:
        return elsewhere(cell, steady)
    return "agree", f"{1e3 * dV:.2g} mV {dr:.2g}"


def disturbed(steady, until: float) -> dict:
    """Start at the state that was found, push it with every pump at 99.9 %, and let go."""
    push = {f"{m}.pump.max_current": 0.999 for m in steady.point.V_m}
    end = min(steady.slowest_time_constant, 1e3)
    return {"start": "steady", "until": f"{until!r} s", "events": [{"from": "0 s", "to": f"{end!r} s", "multiply": push}]}


def elsewhere(cell, steady) -> tuple[str, str]:
    """A stable state that the described cell does not come to: the integration from the description confirms that it does not."""
    run = vrest.simulate(cell, until=f"{LONGEST!r} s", rtol=1e-10)
    if run.ended == "exhausted" or runs_away(run):
        return "agree: stable, not reached from the description", " ".join(steady.notes[:1])
    return "WRONG it is reached", " ".join(steady.notes[:1])


def beyond(run) -> bool:
    """Whether a run ends with more of an ion than dissolves (5 M), or more than 10 MPa on a wall."""
    contents = max(float(c[-1]) for ions in run.c.values() for c in ions.values())
    return contents > 5e3 or max((abs(float(p[-1])) for p in run.pressure.values()), default=0.0) > 1e7


def none_exists(cell, sentence: str) -> tuple[str, str]:
    """Whether the integration confirms that no steady state exists."""
    for until in (LONGEST, 1e9, 1e11, 1e13):
        run = vrest.simulate(cell, until=f"{until!r} s", rtol=1e-10)
        if run.ended == "exhausted":
            return "none: exhausted", f"{sentence} | {run.happenings[-1].what}"
        if runs_away(run):
            return "none: runs away", f"{sentence} | at {until:g} s"
        if beyond(run):
            return "none: more than a cell can hold", f"{sentence} | at {until:g} s"
    return "WRONG none not confirmed", sentence


def main() -> int:
    given = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, first = given[0] if given else 2000, given[1] if len(given) > 1 else 0
    verdicts: Counter[str] = Counter()
    begin = time.perf_counter()
    for seed in range(first, first + count):
        try:
            verdict, remark = judged(seed)
        except Exception as error:  # every failure is counted and shown
            verdict, remark = f"WRONG {type(error).__name__}", str(error)[:200]
        verdicts[verdict] += 1
        if verdict.startswith("WRONG") or (verdict != "agree" and "-v" in sys.argv):
            print(f"{seed}: {verdict}: {remark}", flush=True)
    for verdict, number in sorted(verdicts.items()):
        print(f"{number:6d}  {verdict}")
    print(f"{count} cells in {time.perf_counter() - begin:.0f} s")
    return int(any(verdict.startswith("WRONG") for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
