"""Rest, steady states and courses of many cells in lanes beside hand-written limits and the best general peers, in one process.

    python benchmarks/population.py [--cells N] [--runs R] [--only PART ...] [--cell NAME ...]

It prints tables for `docs/performance.md`. The models are described in YAML and compiled by the way that every cell takes
(`population_cells.py`). The limits are in `limit.cpp`, built here by g++ with vectors of four and of eight doubles, of rest one and two side by
side; the fastest of them counts. Limit and peer solve the equations of a steady state alone, from one start: which of several states the
described cell comes to they do not ask. Times are CPU time a cell, the shortest of several runs taken in turn; beside each stands its error,
against the one-cell engine at its finest in some rows. libroadrunner stands beside courses where `pip install libroadrunner python-libsbml` has
brought it. Of library cells (`--cell`) it prints how long rows take, how many settle in lanes, and what compiling takes.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import population_cells as cells
import roadrunner_peer
import whole_sweep
from many_spaces import chain

import vrest
from vrest.description.library import protocol_of
from vrest.description.protocol import Protocol
from vrest.description.settings import numbers_with
from vrest.engines.lanes.machine import STORE, processor
from vrest.engines.lanes.stepping import ANSWERED, STEPS
from vrest.questions.rest.rows import RestRows
from vrest.questions.rest.zero_current import RestSolver
from vrest.questions.simulate.rows import CourseRows
from vrest.questions.steady.rows import PACE, SteadyRows
from vrest.questions.steady.steady_state import SteadySolver

Cases = dict[str, Callable[[], Any]]
Columns = dict[str, np.ndarray]
TOLERANCE = 1e-9
"""The step at which Newton ends in a limit."""
BLOCK = {"until": "3600 s", "events": [{"from": "600 s", "to": "1800 s", "set": {"plasma.pump.max_current": 0}}]}
TIMES = np.array([600.0, 1800.0, 3600.0])
RTOL, FINE, FINE_OF_LIMIT = 1e-6, 1e-11, 1e-10


# -- times and tables ---------------------------------------------------------------------------------------------------


def in_turn(cases: Cases, runs: int, clock: Callable[[], float] = time.process_time) -> dict[str, float]:
    """The shortest time of each [s]."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, case in cases.items():
            begin = clock()
            case()
            times[name].append(clock() - begin)
    return {name: min(seen) for name, seen in times.items()}


def heading(title: str) -> None:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"\n{title} (load {load}):\n", flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows as Markdown, numbers to the right."""
    print(f"| {' | '.join(head)} |\n| {' | '.join(['---', *['---:'] * (len(head) - 1)])} |")
    print("\n".join(f"| {' | '.join(row)} |" for row in rows), flush=True)


def beside_limits(unit: str, times: Mapping[str, float], limits: Mapping[str, Any], errors: Mapping[str, float]) -> None:
    """The table of times a cell [s] beside the fastest of the limits, and errors [mV]."""
    least = min((times[name] for name in limits), default=np.nan)
    scale = {"ns": 1e9, "us": 1e6}[unit]
    table(
        ("", f"{unit} a cell", "of the limit", "error (mV)"),
        [(name, f"{scale * s:,.1f}", f"{s / least:,.2f}", f"{errors[name]:.0e}") for name, s in times.items()],
    )


def some(count: int, rows: int = 100) -> np.ndarray:
    return np.linspace(0, count - 1, min(rows, count)).astype(int)


def away(V: np.ndarray, exact: Mapping[int, Any]) -> float:
    """The largest difference of potentials [mV], the last axis the row, from exact ones [V]."""
    return float(max(np.abs(V[..., row] - 1e3 * one).max() for row, one in exact.items()))


def row_of(columns: Columns, row: int) -> dict[str, float]:
    return {path: float(values[row]) for path, values in columns.items()}


# -- rest ---------------------------------------------------------------------------------------------------------------


def of_rest(count: int, runs: int, limits: Mapping[str, ctypes.CDLL]) -> None:
    columns, solver = cells.REST.columns(count), RestSolver(vrest.from_yaml(cells.REST.cell))
    given, lanes = cells.REST.given(columns), RestRows(solver, list(columns))
    (block,) = lanes.blocks
    packed = block.kernel.packed(list(columns.values()), count)
    found, own = np.empty((block.kernel.outputs, count)), {name: np.empty((1, count)) for name in limits}
    cases: Cases = {
        "lanes, the kernel": lambda: block.kernel.fill(packed, found),
        "lanes, from columns to checked potentials": lambda: lanes(columns),
    } | {name: lambda one=one, out=own[name]: cells.by_limit(one, "rest", given, out, TOLERANCE) for name, one in limits.items()}
    heading(f"Resting potentials of {count:,} cells")
    seconds = {name: s / count for name, s in in_turn(cases, runs).items()}
    exact = {row: solver.solve({**solver.numbers, **row_of(columns, row)})[0][0].V["plasma"] for row in some(count)}
    errors = dict.fromkeys(cases, away(1e3 * lanes(columns).V["plasma"], exact))
    errors |= {name: away(one[0], exact) for name, one in own.items()}
    name = "`scipy.optimize.elementwise.find_root`"
    seconds[name], u = _root_finder(given[:, : count // 16])
    errors[name] = away(cells.UNIT * u, {row: V for row, V in exact.items() if row < u.size})
    beside_limits("ns", seconds, limits, errors)
    print(f"\n{seconds[name] / seconds['lanes, the kernel']:.0f} times the kernel of lanes takes SciPy.")


def _root_finder(given: np.ndarray) -> tuple[float, np.ndarray]:
    """The time of a row [s] and what was found."""
    from scipy.optimize.elementwise import find_root

    begin = time.process_time()
    found = find_root(cells.current, (np.full(given.shape[1], -12.0), np.full(given.shape[1], 3.9)), args=tuple(given))
    return (time.process_time() - begin) / given.shape[1], found.x


# -- steady states ------------------------------------------------------------------------------------------------------


def of_steady_states(count: int, runs: int, limits: Mapping[str, ctypes.CDLL]) -> None:
    cell, columns = vrest.from_yaml(cells.STEADY.cell), cells.STEADY.columns(count)
    rest, given = RestSolver(cell), cells.STEADY.given(columns)
    solver = SteadySolver(cell, rest)
    lanes = SteadyRows(solver, RestRows(rest, list(columns)))
    alone = lanes.following(replace(PACE, first=np.inf))
    packed = alone.packed([*columns.values(), *solver.at().chosen.y], count)
    found, own = np.empty((alone.outputs, count)), {name: np.empty((4, count)) for name in limits}
    newton, way = "lanes, Newton alone from the described cell's state", "lanes, the way from rest, every row certified"
    cases: Cases = {newton: lambda: alone.fill(packed, found), way: lambda: lanes(columns)}
    cases |= {
        name: lambda one=one, out=own[name]: cells.by_limit(one, "steady", given, out, TOLERANCE) for name, one in limits.items()
    }
    heading(f"Steady states of {count:,} cells")
    seconds = {name: s / count for name, s in in_turn(cases, runs).items()}
    exact = {row: _settled(solver, row_of(columns, row)) for row in some(count)}
    errors = {name: away(cells.UNIT * one[0], exact) for name, one in [(newton, found), *own.items()]}
    errors[way] = away(1e3 * lanes(columns).V["plasma"], exact)
    peer = "`scipy.optimize.root`, one by one"
    seconds[peer], u = _roots(given[:, :256])
    errors[peer] = away(cells.UNIT * u, {row: V for row, V in exact.items() if row < u.size})
    beside_limits("ns", seconds, limits, errors)
    print(f"\n{seconds[peer] / seconds[newton]:.0f} times Newton alone in lanes takes SciPy.")


def _settled(solver: SteadySolver, settings: Mapping[str, float]) -> float:
    one = solver.at(numbers_with(solver.rest.derivation, settings))
    return one.posed.voltages(one.chosen.y)["plasma"]


def _roots(given: np.ndarray) -> tuple[float, np.ndarray]:
    """The time of a row [s] and the first unknown."""
    from scipy.optimize import root

    start, begin = np.array([-2.6, 2.302585, 4.94164, 2.302585]), time.process_time()
    found = [root(cells.imbalances, start, tuple(row), tol=1e-10).x[0] for row in given.T]
    return (time.process_time() - begin) / len(found), np.array(found)


# -- courses over time --------------------------------------------------------------------------------------------------


class Courses:
    """Rows of a workload under a protocol."""

    def __init__(self, workload: cells.Workload, protocol: Mapping[str, Any], times: np.ndarray) -> None:
        self.prepared, self.times = vrest.prepare(vrest.from_yaml(workload.cell)), times
        self.protocol: Protocol = protocol_of(dict(protocol), self.prepared.cell, None)

    def lanes(self, columns: Columns, rtol: float = RTOL) -> CourseRows:
        found = self.prepared.course_rows(tuple(columns), self.protocol, self.times, rtol)
        assert found is not None
        return found

    def rest(self, columns: Columns) -> np.ndarray:
        """Potentials at rest [mV]."""
        lanes = self.prepared.rows("rest", tuple(columns))
        assert lanes is not None
        return 1e3 * lanes(columns).V["plasma"]

    def alone(self, columns: Columns, row: int, rtol: float, **engine: str) -> np.ndarray:
        """Potentials of one row by the one-cell engine [V]."""
        return self.prepared.simulate(self.protocol, row_of(columns, row), at=self.times, rtol=rtol, **engine).V["plasma"]


def kernels(lanes: CourseRows, columns: Columns) -> list[tuple[Callable[..., None], tuple[Any, ...]]]:
    """What the kernels of a course are called with."""
    return whole_sweep.kernel_calls(lambda: [one.kernel for one in lanes._kernels.values()], lambda: lanes(columns))


def called(calls: Sequence[tuple[Callable[..., None], tuple[Any, ...]]]) -> None:
    for fill, arguments in calls:
        fill(*arguments)


def steps(lanes: CourseRows, calls: Sequence[tuple[Callable[..., None], tuple[Any, ...]]]) -> np.ndarray:
    """How many steps each row took."""
    row = next(iter(lanes._kernels.values())).kernel.outputs - len(ANSWERED) + STEPS
    return np.sum([found[row] for _, (_, found, *_) in calls], axis=0)


def of_courses(count: int, runs: int, limits: Mapping[str, ctypes.CDLL]) -> None:
    courses, columns = Courses(cells.COURSE, BLOCK, TIMES), cells.COURSE.columns(count)
    lanes = courses.lanes(columns)
    calls = kernels(lanes, columns)
    given = np.array([*cells.COURSE.given(columns), courses.rest(columns)])
    kernel, whole = f"lanes, the kernels, rtol {RTOL:g}", f"lanes, whole and certified, rtol {RTOL:g}"
    cases: Cases = {kernel: lambda: called(calls), whole: lambda: lanes(columns)}
    for rtol in (1e-5, 1e-8):
        other = courses.lanes(columns, rtol)
        cases[f"lanes, whole and certified, rtol {rtol:g}"] = lambda other=other: other(columns)
    cases |= {
        f"{name}, rtol {RTOL:g}": lambda one=one: cells.by_limit(one, "course", given, np.empty((TIMES.size, count)), RTOL)
        for name, one in limits.items()
    }
    heading(f"Courses of 3600 s of {count:,} cells, the pump blocked from 600 to 1800 s")
    seconds = {name: s / count for name, s in in_turn(cases, runs).items()}
    exact = {row: courses.alone(columns, row, FINE) for row in some(count, 12)}
    picked = given[:, list(exact)]
    own = (
        cells.by_limit(next(iter(limits.values())), "course", picked, np.empty((TIMES.size, len(exact))), FINE_OF_LIMIT)
        if limits
        else picked[:0]
    )
    errors = {name: float(np.abs(cases[name]()[:, list(exact)] - own).max()) for name in cases if name.startswith("hand")}
    for name in cases:
        if "whole" in name:
            errors[name] = away(1e3 * cases[name]().V["plasma"].T, exact)
    errors[kernel] = errors[whole]
    begin = time.process_time()
    one_by_one = {row: courses.alone(columns, row, RTOL) for row in exact}
    name = f"`simulate`, one by one, rtol {RTOL:g}"
    seconds[name] = (time.process_time() - begin) / len(exact)
    errors[name] = max(1e3 * np.abs(one_by_one[row] - exact[row]).max() for row in exact)
    if roadrunner_peer.available():
        for rtol in (RTOL, 1e-7):
            name = f"libroadrunner, one by one, rtol {rtol:g}"
            seconds[name], V = _roadrunner(picked, rtol)
            errors[name] = float(np.abs(V.T - own).max()) if limits else np.nan
    beside_limits("us", seconds, [name for name in cases if name.startswith("hand")], errors)
    print(f"\nSettled: {lanes(columns).settled.mean():.4%}; {steps(lanes, calls).mean():.0f} steps a cell in three pieces.")
    if limits:
        least = max(np.abs(own[:, k] - 1e3 * one).max() for k, one in enumerate(exact.values()))
        print(
            f"Limit and peer keep no charge in their amounts, which moves V by {least:.0e} mV: their errors are against their own equations."
        )
    if not roadrunner_peer.available():
        print(roadrunner_peer.ADD)


def _roadrunner(given: np.ndarray, rtol: float) -> tuple[float, np.ndarray]:
    """The time of a row [s], the shortest of three, and potentials [mV] (row, time)."""
    program = roadrunner_peer.Roadrunner(roadrunner_peer.course(cells.UNIT, cells.PER_AREA), rtol, rtol)
    found: list[list[float]] = []

    def every() -> None:
        found.clear()
        for *row, V in given.T:
            program.begin(row, V)
            found.append(program())

    return in_turn({"": every}, 3)[""] / given.shape[1], np.array(found)


def of_one(runs: int, limits: Mapping[str, ctypes.CDLL]) -> None:
    """The course of one cell, warm: wall time."""
    courses, columns = Courses(cells.COURSE, BLOCK, TIMES), cells.COURSE.columns(1)
    exact, rows = {0: courses.alone(columns, 0, FINE)}, []
    heading("One cell, the same course, warm")
    for rtol in (1e-5, 1e-6, 1e-8):
        lanes = courses.lanes(columns, rtol)
        calls = kernels(lanes, columns)
        kernel = in_turn({"": lambda calls=calls: called(calls)}, 10 * runs, time.perf_counter)[""]
        whole = in_turn({"": lambda rtol=rtol: courses.alone(columns, 0, rtol, engine="lanes")}, 3, time.perf_counter)[""]
        error = away(1e3 * lanes(columns).V["plasma"].T, exact)
        rows += [(f"lanes, the kernels, rtol {rtol:g}", f"{1e3 * kernel:.3f}", f"{error:.0e}")]
        other = 1e3 * np.abs(courses.alone(columns, 0, rtol, engine="lanes") - exact[0]).max()
        rows += [(f'`prepared.simulate(..., engine="lanes")`, rtol {rtol:g}', f"{1e3 * whole:.1f}", f"{other:.0e}")]
    if roadrunner_peer.available():
        given = np.array([*cells.COURSE.given(columns), courses.rest(columns)])
        own = (
            cells.by_limit(next(iter(limits.values())), "course", given, np.empty((TIMES.size, 1)), FINE_OF_LIMIT)[:, 0]
            if limits
            else 1e3 * exact[0]
        )
        for rtol in (1e-5, 1e-6, 1e-7, 1e-8):
            program = roadrunner_peer.Roadrunner(roadrunner_peer.course(cells.UNIT, cells.PER_AREA), rtol, rtol)
            *row, V = given[:, 0]
            seconds = []
            for _ in range(10 * runs):
                program.begin(row, V)
                begin = time.perf_counter()
                found = program()
                seconds.append(time.perf_counter() - begin)
            error = np.abs(np.array(found) - own).max()
            rows.append((f"libroadrunner {program.version}, rtol {rtol:g}", f"{1e3 * min(seconds):.3f}", f"{error:.0e}"))
    table(("", "ms", "error (mV)"), rows)


SHARE = 0.004
"""Of cells that fire on."""


def of_spikes(count: int, runs: int) -> None:
    """Eight states, three of them gates: what a step costs where some cells fire on and all others rest."""
    courses = Courses(cells.GATED, {"until": "1 s"}, np.array([1.0]))
    calm = cells.GATED.columns(count)
    firing = {path: values.copy() for path, values in calm.items()}
    firing["plasma.Na_leak.permeability"][:: round(1 / SHARE)] *= cells.FIRING
    lanes, rows = courses.lanes(calm), []
    calls = {name: kernels(lanes, columns) for name, columns in (("none", calm), (f"{SHARE:.1%}", firing))}
    heading(f"Eight states with gates, 1 s of {count:,} cells")
    seconds = in_turn({name: lambda one=one: called(one) for name, one in calls.items()}, runs)
    for name, one in calls.items():
        taken = steps(lanes, one)
        cost = [f"{1e6 * seconds[name] / count:.2f}", f"{taken.mean():.0f}", f"{taken.max():.0f}"]
        rows.append((name, *cost, f"{1e9 * seconds[name] / taken.sum():.0f}"))
    table(("cells that fire", "us a cell", "steps a cell", "most", "ns a step"), rows)


# -- growth -------------------------------------------------------------------------------------------------------------


def of_growth(most: int) -> None:
    """How times grow with the number of cells."""
    solver = RestSolver(vrest.from_yaml(cells.REST.cell))
    rest = RestRows(solver, list(cells.REST.spread))
    courses = Courses(cells.COURSE, BLOCK, TIMES)
    followed = courses.lanes(dict.fromkeys(cells.COURSE.spread, np.zeros(1)))
    heading("How times grow with the number of cells")
    rows: list[list[str]] = []
    for name, lanes, workload, largest in (
        ("rest, from columns", rest, cells.REST, 40 * most),
        ("courses, rtol 1e-6, whole", followed, cells.COURSE, 2 * most),
    ):
        sizes = [size for size in (10**k for k in range(3, 8)) if size <= largest]
        seconds = []
        for size in sizes:
            columns = workload.columns(size)
            runs = max(1, min(5, 200_000 // size))
            seconds.append(in_turn({"": lambda lanes=lanes, columns=columns: lanes(columns)}, runs)[""])
        exponent = np.polyfit(np.log(sizes), np.log(seconds), 1)[0]
        told = [f"{1e9 * s / size:,.0f}" for s, size in zip(seconds, sizes, strict=True)]
        rows.append([name, *told, *["-"] * (5 - len(told)), f"{exponent:.2f}"])
    table(("ns a cell", *(f"1e{k}" for k in range(3, 8)), "exponent"), rows)


def of_sweeps(count: int) -> None:
    """Whole sweeps of tables, by one thread, of a cell that was swept before."""
    heading(f"`vrest.sweep` of a DataFrame of {count:,} rows, certified, beside the kernels of its question")
    rows: list[list[str]] = []
    for name, (workload, ask, asked) in whole_sweep.questions(BLOCK, TIMES).items():
        calls = whole_sweep.kernels_of(workload, ask, asked, TIMES, count // whole_sweep.PART)
        kernel = in_turn({"": lambda calls=calls: called(calls)}, 3)[""] * whole_sweep.PART / count
        sweep = whole_sweep.whole(workload, ask, asked, count)
        seconds = in_turn({"": sweep}, 5 if ask == "rest" else 2)[""] / count
        rows.append([name, f"{1e9 * kernel:,.0f}", f"{1e9 * seconds:,.0f}", f"{seconds / kernel:.2f}"])
    table(("", "kernel (ns a row)", "whole sweep (ns a row)", "of the kernel"), rows)


# -- compiling ----------------------------------------------------------------------------------------------------------


def of_first_calls() -> None:
    """The course of 64 rows in a fresh process, from the file on: with nothing kept, and with machine code from the store."""
    heading("The first call in a fresh process, 64 rows, 60 s")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, cell in _first_cells(Path(folder)).items():
            environment = os.environ | {STORE: str(Path(folder) / name)}
            command = [sys.executable, str(Path(__file__).with_name("first_call.py")), cell]
            done = [subprocess.run(command, env=environment, check=True, capture_output=True, text=True) for _ in range(3)]
            seen = [[float(part) for part in one.stdout.split()] for one in done]
            libraries, kept = (min(one[k] for one in seen[1:]) for k in (0, 1))
            states = f"{seen[0][3]:.0f}"
            rows.append((name, states, f"{seen[0][1]:.2f}", f"{kept:.2f}", f"{libraries:.2f}", f"{seen[0][2]:.0%}"))
    table(("cell", "states", "nothing kept (s)", "machine code kept (s)", "import of libraries (s)", "settled"), rows)


def _first_cells(folder: Path) -> dict[str, str]:
    """Cells with 5, 12 and 32 states, by what they are called."""
    for name, text in (("five", cells.COURSE.cell), ("eight", cells.GATED.cell)):
        (folder / f"{name}.yaml").write_text(text)
    (folder / "chain.yaml").write_text(vrest.from_dict(chain(8)).to_yaml())
    return {
        "leaks, pump, cotransport, water": str(folder / "five.yaml"),
        "the same with three gates": str(folder / "eight.yaml"),
        "kalia2021": "kalia2021",
        "eight spaces, each within the one before": str(folder / "chain.yaml"),
    }


# -- library ------------------------------------------------------------------------------------------------------------


def of_the_library(names: Sequence[str], count: int) -> None:
    """Rows of library cells in which every number of a membrane is spread by 0.3: their rest, and their steady states."""
    rows: list[tuple[str, ...]] = []
    heading(f"Cells of the library, {count:,} rows")
    for name in names:
        solver = RestSolver(vrest.load(name))
        cell, rng = solver.cell, np.random.default_rng(1)
        settable = {path: value for path, value in cell.settable.items() if path.split(".")[0] in cell.membranes and value.si}
        columns = {
            path: value.si * np.exp(rng.normal(0, 0.3, count))
            for path, value in settable.items()
            if value.row is not None and value.row.domain.low >= 0 and value.row.domain.high == np.inf
        }
        rest = RestRows(solver, list(columns))
        for what, lanes in ((f"{name}, rest", rest), (f"{name}, steady", SteadyRows(SteadySolver(cell, solver), rest))):
            begin = time.perf_counter()
            settled = lanes(columns).settled.mean()
            ready = time.perf_counter() - begin
            taken = in_turn({"": lambda lanes=lanes, columns=columns: lanes(columns)}, 2)[""]
            rows.append((what, f"{ready:.2f}", f"{1e6 * taken / count:.2f}", f"{settled:.2%}"))
    table(("", "first call (s)", "us a row", "settled in lanes"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=250_016)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--cell", nargs="*", default=[])
    asked = parser.parse_args()
    count, runs = asked.cells - asked.cells % 32, asked.runs
    machine = f"{platform.machine()} ({processor().name}, vectors of {processor().width}), {os.cpu_count()} cores"
    print(f"{date.today()}, {machine}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        limits = cells.limits(Path(folder))
        single = {name: one for name, one in limits.items() if "vectors" not in name}
        parts: Cases = {
            "rest": lambda: of_rest(count, runs, limits),
            "steady": lambda: of_steady_states(count // 128 * 32, runs, single),
            "courses": lambda: of_courses(count // 1024 * 32, max(3, runs // 3), single),
            "one": lambda: of_one(runs, single),
            "spikes": lambda: of_spikes(count // 64, 3),
            "growth": lambda: of_growth(count),
            "sweep": lambda: of_sweeps(4 * count),
            "first": of_first_calls,
            "library": lambda: of_the_library(asked.cell, min(count, 2048)),
        }
        for name in asked.only or [name for name in parts if name != "library" or asked.cell]:
            parts[name]()


if __name__ == "__main__":
    main()
