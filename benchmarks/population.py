"""Rest, steady states and courses of many cells in lanes beside hand-written limits and the best general peers, in one process.

    python benchmarks/population.py [--cells N] [--runs R] [--cell NAME ...]

The models are described in YAML and compiled by the way that every cell takes. The limits are in `limit.cpp`, built here by g++ with
vectors of four and of eight doubles, of rest one and two side by side; the fastest of them counts. The peers are
`scipy.optimize.elementwise.find_root` on the same currents in NumPy and, of steady states, `scipy.optimize.root`. Limit and peer solve the
equations of a steady state alone, from one start: which of several states the described cell comes to they do not ask. Times are CPU time
a cell, the best of several runs taken in turn; beside each stands its error, against answers whose steps are at rounding. Of library cells
(`--cell`) it prints how long rows take, how many settle in lanes, and what compiling takes.
"""

from __future__ import annotations

import argparse
import ctypes
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

import vrest
from vrest.constants import F
from vrest.description.library import protocol_of
from vrest.description.settings import numbers_with
from vrest.engines.lanes.machine import processor
from vrest.laws.nernst import thermal_voltage
from vrest.questions.rest.rows import RestRows
from vrest.questions.rest.zero_current import RestSolver
from vrest.questions.steady.rows import PACE, SteadyRows
from vrest.questions.steady.steady_state import SteadySolver

UNIT, PER_AREA = 26.7268, 0.096485
CELL = """
cell: fields-and-pump
temperature: 310.151 K
compartments:
  outside: {role: bath, ions: {K: 5 mM, Na: 145 mM, Cl: 120 mM, Ca: 2 mM}}
  inside:
    shape: {sphere: {diameter: 20 um}}
    ions: {K: 140 mM, Na: 10 mM, Cl: 10 mM, Ca: 1e-4 mM}
    impermeant: {valence: -1, amount: neutral}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    mechanisms:
      K_leak:  {kind: ghk, ion: K,  permeability: 1.0e-8 m/s}
      Na_leak: {kind: ghk, ion: Na, permeability: 3.0e-10 m/s}
      Cl_leak: {kind: ghk, ion: Cl, permeability: 1.0e-9 m/s}
      Ca_leak: {kind: ghk, ion: Ca, permeability: 1.0e-11 m/s}
      pump:
        kind: na_k_atpase
        law: saturating
        max_current: 0.01 A/m^2
        K_Na: 10 mM
        K_K: 1.5 mM
        factor: "1/(1 + 0.1245*exp(-0.1*F*V/(R*T)) + 0.0365*exp(-F*V/(R*T)))"
"""
IONS = ("K", "Na", "Cl", "Ca")
PATHS = [
    *(f"plasma.{ion}_leak.permeability" for ion in IONS),
    *(f"{side}.{ion}" for side in ("inside", "outside") for ion in IONS),
    "plasma.pump.max_current",
]
MEDIANS = (1.0, 0.03, 0.1, 0.001, 140, 10, 10, 1e-4, 5, 145, 120, 2, 1.0)
SPREADS = (0.5, 0.6, 0.8, 1.0, 0.08, 0.3, 0.4, 0.5, 0.4, 0.03, 0.03, 0.2, 0.5)


def rows(count: int) -> np.ndarray:
    """Thirteen numbers for each cell, in the units of the limit."""
    rng = np.random.default_rng(0)
    return np.array([m * np.exp(s * rng.standard_normal(count)) for m, s in zip(MEDIANS, SPREADS, strict=True)])


def in_si(given: np.ndarray) -> dict[str, np.ndarray]:
    scale = [1e-8] * 4 + [1.0] * 8 + [1e-2]
    return {path: row * unit for path, row, unit in zip(PATHS, given, scale, strict=True)}


def current(u: np.ndarray, *p: np.ndarray) -> np.ndarray:
    """The net current over u = FV/RT as a user of NumPy would write it, in the units of the limit."""
    e = np.exp(-u)
    h = u / -np.expm1(-u)
    fields = sum(P * (a - b * e) for P, a, b in ((p[0], p[4], p[8]), (p[1], p[5], p[9]), (p[2], p[10], p[6])))
    calcium = 4 * p[3] * (p[7] - p[11] * e * e) / (1 + e)
    pump = p[12] * (p[5] / (p[5] + 10)) ** 3 * (p[8] / (p[8] + 1.5)) ** 2 / (1 + 0.1245 * np.exp(-0.1 * u) + 0.0365 * e)
    return PER_AREA * h * (fields + calcium) + pump


def limits(folder: Path, name: str, side_by_side: Sequence[int]) -> dict[str, Callable]:
    """The hand-written functions of a name by their width; none where there is no compiler."""
    found: dict[str, Callable] = {}
    if shutil.which("g++") is None:
        return found
    source = Path(__file__).with_name("limit.cpp")
    widths = [4, 8] if processor().width == 8 else [processor().width]
    for lanes, groups in [(lanes, groups) for lanes in widths for groups in side_by_side]:
        library = folder / f"limit{lanes}x{groups}.so"
        flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi"]
        defined = [f"-DLANES={lanes}", f"-DGROUPS={groups}"]
        subprocess.run(["g++", *flags, *defined, "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
        function = getattr(ctypes.CDLL(str(library)), name)
        function.argtypes = [ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]
        found[f"limit, {groups} x {lanes} lanes"] = function
    return found


def in_turn(cases: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The shortest CPU time of each [s]."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, case in cases.items():
            begin = time.process_time()
            case()
            times[name].append(time.process_time() - begin)
    return {name: min(seen) for name, seen in times.items()}


def of_the_limit(count: int, runs: int) -> None:
    """The table of the model that the limit knows."""
    count -= count % 32
    given = rows(count)
    columns, solver = in_si(given), RestSolver(vrest.from_yaml(CELL))
    lanes = RestRows(solver, PATHS)
    (block,) = lanes.blocks
    begin = time.perf_counter()
    block.kernel.ready()
    print(f"compiled in {time.perf_counter() - begin:.2f} s (from the store where it is kept there); width {block.kernel.width}")
    arrays = [columns[path] for path in PATHS]
    packed = block.kernel.packed(arrays, count)
    V = {}
    cases: dict[str, Callable[[], object]] = {
        "lanes, the kernel": lambda: block.kernel.run(packed, count),
        "lanes, rows of columns, certified": lambda: lanes(columns),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, function in limits(Path(folder), "rest", (1, 2)).items():
            V[name] = np.empty(count)
            cases[name] = lambda f=function, out=V[name]: f(count, given.ctypes.data, out.ctypes.data, 1e-9)
        seconds = in_turn(cases, runs)
    found = lanes(columns)
    best = min((seconds[name] for name in V), default=np.nan)
    print(f"{count} cells, {found.settled.mean():.6f} of them settled in lanes, largest residual {found.residual.max():.1e}")
    for name, taken in seconds.items():
        error = np.abs(V[name] - 1e3 * found.V["plasma"]).max() if name in V else worst(solver, columns, found.V["plasma"])
        print(f"  {name:36s} {1e9 * taken / count:8.1f} ns/cell   {taken / best:6.2f} of the limit   error {error:.1e} mV")
    _peer(given[:, : count // 16], seconds["lanes, the kernel"] / count)


def worst(solver: RestSolver, columns: dict[str, np.ndarray], V: np.ndarray, some: int = 100) -> float:
    """The largest difference from the one-cell engine [mV] in some rows."""
    picked = np.linspace(0, V.size - 1, some).astype(int)
    alone = [
        solver.solve({**solver.numbers, **{path: row[k] for path, row in columns.items()}})[0][0].V["plasma"] for k in picked
    ]
    return float(1e3 * np.abs(V[picked] - alone).max())


def _peer(given: np.ndarray, of_lanes: float) -> None:
    try:
        from scipy.optimize.elementwise import find_root
    except ImportError:
        print("  scipy.optimize.elementwise is not there")
        return
    begin = time.process_time()
    found = find_root(current, (np.full(given.shape[1], -12.0), np.full(given.shape[1], 3.9)), args=tuple(given))
    taken = (time.process_time() - begin) / given.shape[1]
    residual = np.abs(current(found.x, *given)).max()
    name = "scipy.optimize.elementwise.find_root"
    print(f"  {name:36s} {1e9 * taken:8.1f} ns/cell   {taken / of_lanes:6.1f} of lanes' kernel   residual {residual:.1e}")


# -- steady states ------------------------------------------------------------------------------------------------------

STEADY_CELL = """
cell: leaks-pump-and-cotransport
temperature: 310.151 K
compartments:
  outside: {role: bath, ions: {K: 5 mM, Na: 145 mM, Cl: 120 mM}, impermeant: {valence: -1, amount: 30 mM}}
  inside:
    shape: {sphere: {diameter: 20 um}}
    ions: {K: 140 mM, Na: 10 mM, Cl: 10 mM}
    impermeant: {valence: -1, amount: neutral}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    water: instantaneous
    mechanisms:
      Na_leak: {kind: ghk, ion: Na, permeability: 3.0e-10 m/s}
      K_leak:  {kind: ghk, ion: K,  permeability: 1.0e-8 m/s}
      Cl_leak: {kind: ghk, ion: Cl, permeability: 1.0e-9 m/s}
      pump:
        kind: na_k_atpase
        law: saturating
        max_current: 0.06 A/m^2
        K_Na: 10 mM
        K_K: 1.5 mM
        factor: "1/(1 + 0.1245*exp(-0.1*F*V/(R*T)) + 0.0365*exp(-F*V/(R*T)))"
      KCC2:  {kind: kcc2,  law: affinity, rate: 3.3333e-8 mol/(m^2 s)}
      NKCC1: {kind: nkcc1, law: affinity, rate: 6.6667e-9 mol/(m^2 s)}
"""
STEADY_PATHS = [
    *(f"plasma.{ion}_leak.permeability" for ion in ("Na", "K", "Cl")),
    "plasma.pump.max_current",
    "plasma.KCC2.rate",
    "plasma.NKCC1.rate",
    "outside.K",
    "inside.impermeant.valence",
]
STEADY_SCALES = (1e8, 1e8, 1e8, 1e2, 1e2 * F, 1e2 * F, 1.0, 1.0)
"""What turns numbers in SI into those of the limit."""
STEADY_SPREADS = (0.3, 0.3, 0.5, 0.3, 0.3, 0.3, 0.2, 0.1)


def of_steady_states(count: int, runs: int) -> None:
    """The table of the model of homeostasis that the limit knows."""
    cell, rng = vrest.from_yaml(STEADY_CELL), np.random.default_rng(0)
    count -= count % 32
    columns = {
        path: cell.settable[path].si * np.exp(spread * rng.standard_normal(count))
        for path, spread in zip(STEADY_PATHS, STEADY_SPREADS, strict=True)
    }
    rest = RestSolver(cell)
    solver = SteadySolver(cell, rest)
    lanes = SteadyRows(solver, RestRows(rest, STEADY_PATHS))
    alone = lanes.following(replace(PACE, first=np.inf))
    start = solver.at().chosen.y
    packed = alone.packed([*columns.values(), *start], count)
    given = np.array([row * scale for row, scale in zip(columns.values(), STEADY_SCALES, strict=True)])
    begin = time.perf_counter()
    found = lanes(columns)
    print(f"\nsteady states: {found.settled.mean():.6f} of {count} settled; first call {time.perf_counter() - begin:.2f} s")
    V = {}
    cases: dict[str, Callable[[], object]] = {
        "lanes, the way from rest, certified": lambda: lanes(columns),
        "lanes, Newton alone from the described cell": lambda: alone.run(packed, count),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, function in limits(Path(folder), "steady", (1,)).items():
            V[name] = np.empty((4, count))
            cases[name] = lambda f=function, out=V[name]: f(count, given.ctypes.data, out.ctypes.data, 1e-9)
        seconds = in_turn(cases, runs)
    best = min((seconds[name] for name in V), default=np.nan)
    errors = {name: np.abs(UNIT * y[0] - 1e3 * found.V["plasma"]).max() for name, y in V.items()}
    errors["lanes, the way from rest, certified"] = worst_steady(solver, columns, found.V["plasma"])
    y = alone.run(packed, count)
    unit = thermal_voltage(rest.numbers["temperature"])
    errors["lanes, Newton alone from the described cell"] = 1e3 * np.abs(unit * y[0] - found.V["plasma"]).max()
    for name, taken in seconds.items():
        print(
            f"  {name:44s} {1e9 * taken / count:8.1f} ns/cell   {taken / best:6.2f} of the limit   difference {errors[name]:.1e} mV"
        )
    _steady_peer(given[:, :256], seconds["lanes, the way from rest, certified"] / count)


def worst_steady(solver: SteadySolver, columns: dict[str, np.ndarray], V: np.ndarray, some: int = 100) -> float:
    """The largest difference from the one-cell engine [mV] in some rows."""
    picked = np.linspace(0, V.size - 1, some).astype(int)
    rows = [{path: float(row[k]) for path, row in columns.items()} for k in picked]
    finders = [solver.at(numbers_with(solver.rest.derivation, row)) for row in rows]
    return float(
        1e3 * max(abs(V[k] - one.posed.voltages(one.chosen.y)["plasma"]) for k, one in zip(picked, finders, strict=True))
    )


def imbalances(y: np.ndarray, P_Na, P_K, P_Cl, pump, kcc, nkcc, K_out, z) -> np.ndarray:
    """What is zero in a steady state, as a user of SciPy would write it, in the units of the limit."""
    u, (Na, K, Cl) = y[0], np.exp(y[1:])
    e, h = np.exp(-u), u / -np.expm1(-u)
    pumped = pump * (Na / (Na + 10)) ** 3 * (K_out / (K_out + 1.5)) ** 2 / (1 + 0.1245 * np.exp(-0.1 * u) + 0.0365 * e)
    out = kcc * np.log(K * Cl / (K_out * 120))
    into = nkcc * np.log(145 * K_out * 120**2 / (Na * K * Cl**2))
    fields = PER_AREA * h * np.array([P_Na * (Na - 145 * e), P_K * (K - K_out * e), P_Cl * (120 - Cl * e)])
    charge = 0.01 * (Na + K - Cl + z * (295 + K_out - Na - K - Cl))
    return np.array([fields[0] + 3 * pumped - into, fields[1] - 2 * pumped - into + out, fields[2] + 2 * into - out, charge])


def _steady_peer(given: np.ndarray, of_lanes: float) -> None:
    from scipy.optimize import root

    start = np.array([-2.6, 2.302585, 4.94164, 2.302585])
    begin = time.process_time()
    found = [root(imbalances, start, tuple(row), tol=1e-10) for row in given.T]
    taken = (time.process_time() - begin) / len(found)
    solved, name = sum(one.success for one in found), "scipy.optimize.root, one by one"
    print(f"  {name:44s} {1e9 * taken:8.1f} ns/cell   {taken / of_lanes:6.1f} of lanes' way   solved {solved} of {len(found)}")


COURSE = {
    "until": "3600 s",
    "events": [{"from": "600 s", "to": "1800 s", "set": {"plasma.pump.max_current": 0}}],
}
PERMEABLE = STEADY_CELL.replace("water: instantaneous", "water: {L_p: 2.5858e-13 m/(s Pa)}")
TIMES = np.array([600.0, 1800.0, 3600.0])


def of_courses(count: int, runs: int) -> None:
    """An hour in which the pump stops for twenty minutes: rows in lanes at some tolerances, and how the time grows with their number."""
    prepared, rng = vrest.prepare(vrest.from_yaml(PERMEABLE)), np.random.default_rng(0)
    protocol = protocol_of(COURSE, prepared.cell, None)
    columns = {
        path: prepared.cell.settable[path].si * np.exp(spread * rng.standard_normal(count))
        for path, spread in zip(STEADY_PATHS[:-1], STEADY_SPREADS[:-1], strict=True)
    }
    print(f"\ncourses of 3600 s, the pump blocked from 600 to 1800 s, {count} cells")
    picked = np.linspace(0, count - 1, 12).astype(int)
    finely = [_alone(prepared, protocol, columns, row, 1e-11) for row in picked]
    for rtol in (1e-5, 1e-6, 1e-8):
        lanes = prepared.course_rows(tuple(columns), protocol, TIMES, rtol)
        assert lanes is not None
        begin = time.perf_counter()
        found = lanes(columns)
        first = time.perf_counter() - begin
        taken = in_turn({"": lambda lanes=lanes: lanes(columns)}, runs)[""] / count
        error = 1e3 * max(np.abs(found.V["plasma"][row] - V).max() for row, V in zip(picked, finely, strict=True))
        begin = time.process_time()
        coarse = [_alone(prepared, protocol, columns, row, rtol) for row in picked]
        alone = (time.process_time() - begin) / picked.size
        own = 1e3 * max(np.abs(V - fine).max() for V, fine in zip(coarse, finely, strict=True))
        print(
            f"  rtol {rtol:.0e}: lanes, whole and certified {1e6 * taken:8.1f} us/cell, error {error:.1e} mV, settled {found.settled.mean():.4f}, "
            f"first call {first:.2f} s; one by one {1e6 * alone:8.0f} us, error {own:.1e} mV"
        )
    sizes = [size for size in (100, 1000, 10_000, 100_000) if size <= count]
    some = [{path: row[:size] for path, row in columns.items()} for size in sizes]
    seconds = in_turn({str(size): lambda given=given: lanes(given) for size, given in zip(sizes, some, strict=True)}, runs)
    print("  " + ", ".join(f"{size} cells {1e6 * seconds[str(size)] / size:.1f} us/cell" for size in sizes))


def _alone(prepared: vrest.Prepared, protocol, columns: dict[str, np.ndarray], row: int, rtol: float) -> np.ndarray:
    settings = {path: float(values[row]) for path, values in columns.items()}
    return prepared.simulate(protocol, settings, at=TIMES, rtol=rtol).V["plasma"]


def of_the_library(names: Sequence[str], count: int) -> None:
    """Rows of library cells in which every number of a membrane is spread by 0.3: their rest, and their steady states."""
    for name in names:
        solver = RestSolver(vrest.load(name))
        cell, rng = solver.cell, np.random.default_rng(1)
        settable = {path: value for path, value in cell.settable.items() if path.split(".")[0] in cell.membranes and value.si}
        columns = {
            path: value.si * np.exp(rng.normal(0, 0.3, count))
            for path, value in settable.items()
            if value.row is not None and value.row.domain.low >= 0 and value.row.domain.high == np.inf
        }
        begin = time.perf_counter()
        rest = RestRows(solver, list(columns))
        ways = ", ".join(str(getattr(block, "rises", "loop")) for block in rest.blocks)
        _row_of_library(f"{name}, rises: {ways}", rest, columns, begin)
        begin = time.perf_counter()
        _row_of_library(f"{name}, steady", SteadyRows(SteadySolver(cell, solver), rest), columns, begin)


def _row_of_library(name: str, lanes: RestRows | SteadyRows, columns: dict[str, np.ndarray], begin: float) -> None:
    count = len(next(iter(columns.values())))
    lanes(columns)
    ready, begin = time.perf_counter() - begin, time.process_time()
    found = lanes(columns)
    taken = (time.process_time() - begin) / count
    print(f"  {name:44s} first call {ready:5.2f} s {1e6 * taken:8.2f} us/row  settled {found.settled.mean():.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=1 << 18)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--cell", nargs="*", default=[])
    asked = parser.parse_args()
    print(f"{date.today()}, {platform.processor() or platform.machine()} ({processor()[0]}), Python {platform.python_version()}")
    of_the_limit(asked.cells, asked.runs)
    of_steady_states(asked.cells // 4, asked.runs)
    of_courses(asked.cells // 64, asked.runs)
    of_the_library(asked.cell, min(asked.cells, 2048))


if __name__ == "__main__":
    main()
