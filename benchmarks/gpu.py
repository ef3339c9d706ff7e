"""Rest, steady states and courses of many cells on an NVIDIA GPU beside lanes of all cores, in one process.

    python benchmarks/gpu.py [--cells N] [--runs R]

The models are those of `population_cells.py`. Times are wall time a cell, the best of several runs: of the kernel alone, its columns on the GPU;
of the kernel with its columns carried there and back; of whole rows, with what the processor does of them; and of whole rows in lanes. The
difference is the largest between potentials of both. It needs the extra `gpu`, an NVIDIA GPU and its driver.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import population
import population_cells as models

import vrest
from vrest.description.library import protocol_of
from vrest.engines.cuda import Threads, device
from vrest.engines.lanes.columns import Kernel
from vrest.questions.rest.rows import RestRows
from vrest.questions.rest.zero_current import RestSolver
from vrest.questions.simulate.rows import CourseRows
from vrest.questions.steady.rows import SteadyRows
from vrest.questions.steady.steady_state import SteadySolver

Rows = Callable[[Mapping[str, np.ndarray], int], Any]
BLOCK = 128
RTOL = 1e-6


def quickest(case: Callable[[], object], runs: int) -> float:
    """The shortest wall time [s]."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        case()
        times.append(time.perf_counter() - begin)
    return min(times)


def alone(kernel: Kernel, given: np.ndarray, outputs: int, cells: int, runs: int) -> float:
    """The shortest time of a kernel whose columns are on the GPU already [s]."""
    import cupy

    function = cupy.RawModule(code=kernel.text).get_function("cells")
    there, found, size = cupy.asarray(given), cupy.empty((outputs, cells)), np.int64(cells)

    def run() -> None:
        function((-(-cells // BLOCK),), (BLOCK,), (there, size, np.int64(0), size, found))
        cupy.cuda.Device().synchronize()

    run()
    return quickest(run, runs)


def table(
    name: str, columns: Mapping[str, np.ndarray], ways: Mapping[str, Rows], kernel: float, carried: float, runs: int
) -> None:
    """The line of a workload; the first way is lanes', the second the GPU's."""
    cores, cells = len(os.sched_getaffinity(0)), len(next(iter(columns.values())))
    first, found, seconds = {}, {}, {}
    for way, rows in ways.items():
        begin = time.perf_counter()
        found[way] = rows(columns, cores)
        first[way] = time.perf_counter() - begin
        seconds[way] = quickest(lambda rows=rows: rows(columns, cores), runs)
    lanes, gpu = ways
    both = found[lanes].settled & found[gpu].settled
    difference = 1e3 * np.abs(found[lanes].V["plasma"] - found[gpu].V["plasma"])[both].max()
    numbers = [1e9 * one / cells for one in (kernel, carried, seconds[gpu], seconds[lanes])]
    print(
        f"| {name}, {cells} | {' | '.join(f'{one:.4g}' if one == one else '' for one in numbers)} | {numbers[3] / numbers[2]:.1f} | "
        f"{found[gpu].settled.mean():.5f} | {difference:.1e} | {first[gpu]:.1f} |",
        flush=True,
    )


def of_rest(cells: int, runs: int) -> None:
    solver, columns = RestSolver(vrest.from_yaml(models.REST.cell)), models.REST.columns(cells)
    ways = {"lanes": RestRows(solver, list(columns)), "gpu": RestRows(solver, list(columns), Threads(device()))}
    kernel = ways["gpu"].blocks[0].kernel
    packed = kernel.packed(list(columns.values()), cells)
    carried = quickest(lambda: kernel.run(packed, cells), runs + 1)
    table("rest", columns, ways, alone(kernel, packed, kernel.outputs, cells, runs), carried, runs)


def of_steady_states(cells: int, runs: int) -> None:
    """The way from each cell's own rest."""
    cell = vrest.from_yaml(models.STEADY.cell)
    rest, columns = RestSolver(cell), models.STEADY.columns(cells)
    solver = SteadySolver(cell, rest)
    lanes, gpu = (SteadyRows(solver, RestRows(rest, list(columns), target)) for target in (None, Threads(device())))
    given = list(columns.values())
    V = lanes.rest(columns).V
    *start, _ = lanes._start([*given, *(V[name] for name in lanes.membranes)], cells)
    kernel = gpu._way
    packed = kernel.packed([*given, *start], cells)
    carried = quickest(lambda: kernel.run(packed, cells), runs + 1)
    table("steady", columns, {"lanes": lanes, "gpu": gpu}, alone(kernel, packed, kernel.outputs, cells, runs), carried, runs)


def of_courses(cells: int, runs: int) -> None:
    """An hour in which the pump stops for twenty minutes: three stretches, whose kernels are not timed without what is carried."""
    cell = vrest.from_yaml(models.COURSE.cell)
    rest, protocol = RestSolver(cell), protocol_of(population.BLOCK, cell, None)
    columns, solver = models.COURSE.columns(cells), SteadySolver(cell, rest)
    lanes, gpu = (
        CourseRows(solver, RestRows(rest, list(columns), target), protocol, population.TIMES, RTOL)
        for target in (None, Threads(device()))
    )
    calls = population.kernels(gpu, columns)
    carried = quickest(lambda: population.called(calls), runs)
    table(f"simulate, rtol {RTOL:.0e}", columns, {"lanes": lanes, "gpu": gpu}, np.nan, carried, runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=1 << 20)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    print(
        f"{date.today()}, {device().name}, beside {len(os.sched_getaffinity(0))} cores of {platform.processor() or platform.machine()}"
    )
    print(
        "\n| ns a cell | kernel | and carried | rows on the GPU | rows in lanes | times faster | settled | difference (mV) | first call (s) |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    of_rest(asked.cells, asked.runs)
    of_steady_states(asked.cells // 8, asked.runs)
    of_courses(asked.cells // 8, asked.runs)


if __name__ == "__main__":
    main()
