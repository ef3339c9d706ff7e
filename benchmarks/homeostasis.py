"""Homeostasis of the 5-state example: warm Newton, a warm transient with a pump block, and the whole calls around them.

    python benchmarks/homeostasis.py

Prints median times with the error reached. "Warm" means that equations are compiled and only solver calls are timed.
"""

import time
from pathlib import Path

import numpy as np

import vrest
from vrest.analyses.course import Course
from vrest.analyses.simulate import _Run
from vrest.analyses.steady_state import Finder
from vrest.description.protocol import protocol_from
from vrest.engines.integrator import Cvodes

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "pump-leak-cell.yaml"
BLOCK = {"until": "3600 s", "events": [{"from": "600 s", "to": "1800 s", "set": {"plasma.pump.max_current": "0"}}]}
NEWTON_GOAL, TRANSIENT_GOAL, ERROR_GOAL = 0.3e-3, 3e-3, 1e-4


def median(call, repeats=41):
    """Median time of a call [s]."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


def newton(cell):
    """Warm Newton from the rest of the described cell: time [s], error of V [mV]."""
    finder = Finder(cell)
    start = finder.problem.point(finder.start_potentials[0], finder.start, finder.numbers)
    solve = lambda: finder.problem.newton(start, finder.kept, finder.numbers)  # noqa: E731
    y, settled = solve()
    assert settled
    return median(solve), abs(1e3 * finder.membranes(y)["plasma"] - -73.00768215784)


class Transient:
    """The three pieces of the block with one compiled integrator; points only at their ends."""

    def __init__(self, cell, rtol, atol):
        run = _Run(cell, protocol_from(BLOCK, cell), "cvodes", rtol, 2, None, None)
        self.stretches = Course(cell, run.whole, run.protocol).stretches()
        self.x = run._start()
        self.dynamics, _ = run._engine(self.stretches[0])
        self.scale = run._scale(self.dynamics, self.x, self.stretches[0].numbers)
        d = self.dynamics
        self.engine = Cvodes(d.rates, d.size, d.names, positive=d.parts, rtol=rtol, atol=atol, points=2)
        self.finder = run

    def __call__(self):
        z = np.array([float(v) for v in self.dynamics.reduced(list(self.x))])
        ends = []
        for stretch in self.stretches:
            piece = self.engine.run(
                z, self.scale, {**stretch.numbers, "time": stretch.begin}, stretch.begin, stretch.end - stretch.begin
            )
            assert piece.failure is None, piece.failure
            z = piece.states[:, -1]
            ends.append(z)
        return ends

    def potentials(self):
        """V [mV] at the end of each piece."""
        numbers = [{**s.numbers, "time": s.end} for s in self.stretches]
        return np.array(
            [1e3 * self.finder.conditions.voltage(self.dynamics, z, p, "plasma") for z, p in zip(self(), numbers, strict=True)]
        )


def report(name, seconds, error, goal):
    verdict = "" if goal is None else f"   goal {1e3 * goal:g} ms: {'met' if seconds < goal else 'missed'}"
    print(f"{name:46s} {1e3 * seconds:8.3f} ms   error {error:.1e} mV{verdict}")


def main():
    cell = vrest.load(EXAMPLE)
    report("Newton, warm", *newton(cell), NEWTON_GOAL)
    exact = Transient(cell, 1e-12, 1e-13).potentials()
    for rtol, atol in ((1e-4, 1e-6), (1e-5, 1e-7), (1e-6, 1e-8), (1e-8, 1e-10)):
        transient = Transient(cell, rtol, atol)
        error = float(np.abs(transient.potentials() - exact).max())
        goal = TRANSIENT_GOAL if error < ERROR_GOAL else None
        report(f"3600 s with a pump block, warm, rtol {rtol:g}", median(transient), error, goal)
    protocol = protocol_from(BLOCK, cell)
    report("simulate, whole call, default rtol", median(lambda: vrest.simulate(cell, protocol), 11), 0.0, None)
    report("steady_state, whole call", median(lambda: vrest.steady_state(cell), 11), 0.0, None)


if __name__ == "__main__":
    main()
