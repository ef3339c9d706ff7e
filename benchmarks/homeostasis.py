"""Homeostasis of the 5-state example: warm Newton, a warm transient with a pump block, and the whole calls around them.

    python benchmarks/homeostasis.py

Prints median and least times with the error reached, and beside the transient libroadrunner's in the same process, if it is there.
"Warm" means that equations are compiled and only solver calls are timed.
"""

import time
from pathlib import Path

import numpy as np
import roadrunner_peer

import vrest
from vrest.description.derive import Derivation
from vrest.description.library import protocol_from
from vrest.engines.integrator import Cvodes
from vrest.engines.settings import Settings
from vrest.questions.simulate.intervals import Intervals
from vrest.questions.simulate.simulate import TimeCourses, _Run
from vrest.questions.steady.steady_state import SteadySolver

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "pump-leak-cell.yaml"
BLOCK = {"until": "3600 s", "events": [{"from": "600 s", "to": "1800 s", "set": {"plasma.pump.max_current": "0"}}]}
END = np.array([-72.58347556, -57.92602485, -73.03676130])
"""V [mV] at 600, 1800 and 3600 s, by SciPy's Radau through `simulate(..., engine="scipy")`."""
NEWTON_GOAL, TRANSIENT_GOAL, ERROR_GOAL = 0.3e-3, 3e-3, 1e-4


def timed(call, repeats=41, before=lambda: None):
    """Median and least time of a call [s]; what comes before each is not counted."""
    times = []
    for _ in range(repeats):
        before()
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return float(np.median(times)), min(times)


def newton(cell):
    """Warm Newton from the rest of the described cell: time [s], error of V [mV]."""
    finder = SteadySolver(cell).at()
    posed = finder.posed
    start = posed.point(finder.rest.potentials[0], finder.start)
    solve = lambda: posed.newton(start)  # noqa: E731
    y, settled = solve()
    assert settled
    return timed(solve), abs(1e3 * posed.voltages(y)["plasma"] - -73.00768215784)


class Transient:
    """The three pieces of the block with one compiled integrator; points only at their ends."""

    def __init__(self, cell, rtol, atol):
        run = _Run(TimeCourses(SteadySolver(cell)), protocol_from(BLOCK, cell), None, "cvodes", rtol, 2, None, None)
        self.pieces = [(s.begin, s.end, {**run.constants, **s.numbers}) for s in run.stretches]
        self.x = run._start()
        self.dynamics, _ = run._engine(run.stretches[0])
        self.scale = run._scale(self.dynamics, self.x, self.pieces[0][2])
        d = self.dynamics
        self.engine = Cvodes(d.rates, d.size, d.names, settings=Settings(positive=d.parts, rtol=rtol, atol=atol, points=2))
        self.finder = run

    def __call__(self):
        z = np.array([float(v) for v in self.dynamics.reduced(list(self.x))])
        ends = []
        for begin, end, numbers in self.pieces:
            piece = self.engine.run(z, self.scale, {**numbers, "time": begin}, begin, end - begin)
            assert piece.failure is None, piece.failure
            z = piece.states[:, -1]
            ends.append(z)
        return ends

    def potentials(self):
        """V [mV] at the end of each piece."""
        numbers = [{**numbers, "time": end} for _, end, numbers in self.pieces]
        return np.array(
            [1e3 * self.finder.conditions.voltage(self.dynamics, z, p, "plasma") for z, p in zip(self(), numbers, strict=True)]
        )

    def begun(self):
        """V [V] and concentrations [mol/m^3] inside at the start."""
        whole, x = self.finder.whole, [float(v) for v in self.x]
        state = whole.at(x, whole.numbers)
        inside = {ion: float(state[f"inside.{ion}"]) for ion in ("K", "Na", "Cl")}
        return float(whole.potentials(x, state)["inside"]), inside


def report(name, times, error, goal=None):
    median, least = times
    off = "" if error is None else f"   error {error:.1e} mV"
    verdict = "" if goal is None else f"   goal {1e3 * goal:g} ms: {'met' if median < goal else 'missed'}"
    print(f"{name:52s} median {1e3 * median:8.3f}, least {1e3 * least:8.3f} ms{off}{verdict}")


def peer(transient, exact):
    """libroadrunner on the same cell, start and protocol."""
    if not roadrunner_peer.available():
        print(roadrunner_peer.ADD)
        return
    sbml = roadrunner_peer.model(transient.finder.whole, *transient.begun())
    for tolerance in (1e-4, 1e-5, 1e-6, 1e-8):
        program = roadrunner_peer.Roadrunner(sbml, tolerance, tolerance)
        program.reset()
        error = float(np.abs(np.array(program()) - exact).max())
        times = timed(program, before=program.reset)
        report(f"the same by libroadrunner {program.version}, rtol {tolerance:g}", times, error)


def train(cell, count):
    """Short rises of outer potassium, ten a second."""
    event = {"from": "1 s", "every": "0.1 s", "for": "0.04 s", "times": count, "set": {"outside.K": "6 mM"}}
    return protocol_from({"until": f"{2 + 0.1 * count} s", "events": [event]}, cell)


def main():
    cell = vrest.load(EXAMPLE)
    report("Newton, warm", *newton(cell), NEWTON_GOAL)
    finest = Transient(cell, 1e-12, 1e-13)
    exact = finest.potentials()
    assert np.abs(exact - END).max() < 1e-6, exact
    met = False
    for rtol, atol in ((1e-4, 1e-6), (1e-5, 1e-7), (1e-6, 1e-8), (1e-8, 1e-10)):
        transient = Transient(cell, rtol, atol)
        error = float(np.abs(transient.potentials() - exact).max())
        reached = error < ERROR_GOAL and not met
        met = met or reached
        report(f"3600 s with a pump block, warm, rtol {rtol:g}", timed(transient), error, TRANSIENT_GOAL if reached else None)
    peer(finest, exact)
    protocol = protocol_from(BLOCK, cell)
    report("simulate, whole call, default rtol", timed(lambda: vrest.simulate(cell, protocol), 11), None)
    report("steady_state, whole call", timed(lambda: vrest.steady_state(cell), 11), None)
    many, derivation = train(cell, 10_000), Derivation(cell)
    report("10,000 pulses cut into intervals", timed(lambda: Intervals(derivation, many).intervals(), 5), None)
    report("1,000 pulses, whole call", timed(lambda: vrest.simulate(cell, train(cell, 1000)), 3), None)


if __name__ == "__main__":
    main()
