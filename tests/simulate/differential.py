"""Time courses of random cells against an independent integrator: `python tests/simulate/differential.py 300 --seed 0`.

Every reported potential agrees within 1e-3 mV, every concentration and volume within 1e-6 of the largest, what ends a run within what
that means for its time. A case that differs, and whose own answer moves by more between tolerances of 1e-8 and 1e-10, is ill-posed
and listed; so is one in which the independent integrator cannot go on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

import vrest
from drawn import Drawing
from independent import Contents, Phase, Stopped, View, World, si

VOLTAGE, PART = 1e-6, 1e-6
"""What may differ: potentials [V], and concentrations and volumes as parts of the largest."""
TOLERANCES = (1e-8, 1e-10)
AT_REST = 1e-7
"""How far from zero net current a start at rest may lie [V]."""


@dataclass(frozen=True)
class Verdict:
    """How a case ended: `compared`, `refused`, `ill-posed` or `disagrees`, and why."""

    ending: str
    words: str = ""


# -- a protocol as phases -------------------------------------------------------------------------------------------------


def seconds(text: str) -> Decimal:
    number, unit = text.split()
    assert unit == "s"
    return Decimal(number)


def occasions(event: Mapping[str, Any], last: Decimal) -> list[tuple[float, float]]:
    """Begin and end of each occasion of an event [s]."""
    if "at" in event:
        return [(float(seconds(event["at"])), float(last) if "set" not in event else np.inf)]
    begin = seconds(event["from"])
    if "every" not in event:
        return [(float(begin), float(seconds(event["to"])))]
    starts = [begin + k * seconds(event["every"]) for k in range(int(event["times"]))]
    return [(float(at), float(at + seconds(event["for"]))) for at in starts]


def phases(world: World, protocol: Mapping[str, Any]) -> list[Phase]:
    """The phases of a protocol."""
    until = protocol["until"]
    last = seconds(until if isinstance(until, str) else until.get("within") or until["steady"])
    events = [(begin, end, event) for event in protocol["events"] for begin, end in occasions(event, last)]
    cuts = {0.0, float(last), *(t for begin, end, _ in events for t in (begin, end))}
    return [_phase(world, events, begin, end) for begin, end in pairwise(sorted(t for t in cuts if t <= float(last)))]


def _phase(world: World, events: list[tuple[float, float, Mapping[str, Any]]], begin: float, end: float) -> Phase:
    phase = Phase(begin, end, dict(world.numbers))
    going = [(start, stop, event) for start, stop, event in sorted(events, key=lambda one: one[0]) if start <= begin]
    for start, stop, event in going:
        for path, text in event.get("ramp", {}).items():
            described, target = phase.numbers[path], si(text)
            part = (begin - start) / (stop - start)
            if begin >= stop:
                phase.numbers[path] = target
            elif event.get("scale") == "log":
                phase.numbers[path] = described ** (1 - part) * target**part
                phase.growths[path] = np.log(target / described) / (stop - start)
            else:
                phase.numbers[path] = described + part * (target - described)
                phase.slopes[path] = (target - described) / (stop - start)
        if stop <= begin:
            continue
        phase.numbers.update({path: si(text) for path, text in event.get("set", {}).items()})
        phase.numbers.update({path: world.numbers[path] * si(text) for path, text in event.get("multiply", {}).items()})
        if "voltage" in event:
            phase.voltages[event["into"]] = (si(event["voltage"]), event["carrier"])
        if "current" in event:
            phase.currents[event["into"]] = (si(event["current"]), event["carrier"])
        if "dialyse" in event:
            phase.dialysed.add(event["dialyse"])
            if start == begin and "solution" in event:
                phase.solutions[event["dialyse"]] = {ion: si(text) for ion, text in event["solution"].items()}
    return phase


# -- one case -------------------------------------------------------------------------------------------------------------


class Case:
    """One cell under one protocol: what vrest says, and what the independent integrator makes of the same dictionaries."""

    def __init__(self, cell: Mapping[str, Any], protocol: Mapping[str, Any]) -> None:
        self.cell, self.protocol = cell, protocol

    def verdict(self) -> Verdict:
        try:
            loaded = vrest.from_dict(self.cell)
            said = vrest.simulate(loaded, self.protocol, points=10)
        except vrest.VrestError as error:
            return Verdict("refused", str(error).splitlines()[0])
        self.world, self.said = World(self.cell), said
        self.phases = phases(self.world, self.protocol)
        pieces = self._pieces()
        if fault := self._fault_of_start():
            return Verdict("disagrees", fault)
        sharp = self._course(pieces, TOLERANCES[-1])
        if fault := self._differences([(k, view, None) for k, view in sharp.seen]):
            return self._moved(pieces, sharp) or Verdict("disagrees", fault)
        if sharp.stopped:
            return Verdict("ill-posed", sharp.stopped)
        fault = self._fault_of_end(sharp)
        return Verdict("disagrees", fault) if fault else Verdict("compared", said.ended)

    def _moved(self, pieces: list[tuple[int, int]], sharp: Course) -> Verdict | None:
        """That a case is ill-posed, where its own answer is another one at a larger tolerance."""
        loose = self._course(pieces, TOLERANCES[0])
        both = zip(loose.seen, sharp.seen, strict=False)
        moved = self._differences([(k, view, other) for (k, view), (_, other) in both])
        return Verdict("ill-posed", f"between tolerances: {moved}") if moved else None

    def _pieces(self) -> list[tuple[int, int]]:
        """First and last of the reported points of each phase: a step has a point on each side."""
        steps = np.flatnonzero(np.diff(self.said.time) == 0) + 1
        # at the very begin there is a step where water follows at once: what comes before it is the start
        begins = [int(k) for k in steps] if steps.size and steps[0] == 1 else [0, *(int(k) for k in steps)]
        return list(pairwise([*begins, self.said.time.size]))

    # -- the start --------------------------------------------------------------------------------------------------------

    def _start(self) -> Contents:
        """The first point as reported: what was put on the membranes at the start is looked at by `_fault_of_start`."""
        first = lambda values: {name: float(v[0]) for name, v in values.items()}  # noqa: E731
        c = {name: first(ions) for name, ions in self.said.c.items()}
        return self.world.contents(c, self._waters(0), first(self.said.potential))

    def _waters(self, k: int) -> dict[str, float]:
        return {**self.world.water0, **{name: float(v[k]) for name, v in self.said.water.items()}}

    def _fault_of_start(self) -> str:
        """Why the first point is not what `start` says, or nothing."""
        world, start, state = self.world, self.protocol["start"], self._start()
        phi = {name: float(v[0]) for name, v in self.said.potential.items()}
        # what is held follows the water that follows the charge at once, with a counter-ion or not: its concentration is as described
        following = {name for name in world.at_once if "fixed" in world.spaces[name]}
        for name in following:
            for ion in world.spaces[name]["fixed"]:
                if abs(self.said.c[name][ion][0] / world.numbers[f"{name}.{ion}"] - 1) > 1e-12:
                    return f"{ion} of '{name}' is held, and starts at {self.said.c[name][ion][0]} mM"
        for name in (set(world.nodes) & set(world.cells)) - following:
            off = (world.net_charge(name, state) - state.Q[name]) / world.capacitance_around(name, state)
            if abs(off) > VOLTAGE:
                return f"at the start the contents of '{name}' are {1e3 * off:.3g} mV from its charge"
        if start == "steady":
            return ""
        described = world.contents(world.described(), world.water0, phi)
        for name in [name for name in world.cells if name not in following]:
            most = max(described.n[name, ion] for ion in world.ions[name])
            # where areas are free, the charge moves them a little, and what they then hold goes to the largest ion
            changed = [ion for ion in world.ions[name] if abs(state.n[name, ion] - described.n[name, ion]) > 1e-9 * most]
            if len(changed) > (start != "described"):
                return f"'{name}' starts with other amounts of {' and '.join(changed)} than described"
        if start == "rest":
            off = 0.0 if any("No rest exists" in note for note in self.said.notes) else world.off_rest(phi)
        else:
            off = 0.0 if start == "described" else max(abs(phi[name] - si(start)) for name in world.nodes)
        return f"the start is {1e3 * off:.3g} mV off" if off > AT_REST else ""

    # -- the course -------------------------------------------------------------------------------------------------------

    def _course(self, pieces: list[tuple[int, int]], rtol: float) -> Course:
        """The independent course at the reported times."""
        course = Course(self.protocol["until"])
        state, before = self._start(), set()
        for (first, last), phase in zip(pieces, self.phases, strict=False):
            state = self.world.begun(state, phase, before)
            before = phase.dialysed
            try:
                views, state = self.world.through(state, phase, self.said.time[first:last], rtol, course.watch)
            except Stopped as stop:
                views, course.stopped = stop.views, str(stop)
            course.seen += [(first + k, view) for k, view in enumerate(views)]
            course.state, course.phase = state, phase
            if course.stopped:
                break
        return course

    def _differences(self, rows: list[tuple[int, View, View | None]]) -> str:
        """The largest difference that is beyond its bar, in words: between two views, or a view and what vrest says there."""
        worst: tuple[float, str] = (1.0, "")
        largest_c = {name: max(float(np.max(v)) for v in ions.values()) for name, ions in self.said.c.items()}
        for k, view, other in rows:
            for size, what in self._parts(k, view, other, largest_c):
                if not size <= worst[0]:
                    worst = (size, f"{what} at {self.said.time[k]:.9g} s (point {k}), {size:.3g} times what may be")
        return worst[1]

    def _parts(self, k: int, view: View, other: View | None, largest: Mapping[str, float]) -> Iterator[tuple[float, str]]:
        """Every difference as a multiple of what may be, in words."""
        said = self.said
        for name, V in view.V.items():
            there = other.V[name] if other else float(said.V[name][k])
            yield abs(V - there) / VOLTAGE, f"V of '{name}' is {1e3 * there:.9g} mV, independently {1e3 * V:.9g} mV"
        for name, ions in said.c.items():
            for ion in ions:
                there = other.c[name][ion] if other else float(ions[ion][k])
                size = abs(view.c[name][ion] - there) / (PART * largest[name])
                yield size, f"{ion} of '{name}' is {there:.9g} mM, independently {view.c[name][ion]:.9g} mM"
        for name, w in said.water.items():
            there = other.w[name] if other else float(w[k])
            yield (
                abs(view.w[name] / there - 1) / PART,
                f"water of '{name}' is {1e15 * there:.9g} pL, independently {1e15 * view.w[name]:.9g}",
            )

    # -- the end ----------------------------------------------------------------------------------------------------------

    def _fault_of_end(self, course: Course) -> str:
        """Why the run should not have ended as it did, or nothing."""
        ended, until, last = self.said.ended, self.protocol["until"], self.phases[-1].end
        reached = float(self.said.time[-1])
        if ended == "end" and reached != last:
            return f"the run ends at {reached} s of {last} s"
        if ended == "exhausted":
            return self._fault_of_going_on(course, 1.001 * reached, exhausted=True)
        if ended == "steady":
            return self._fault_of_going_on(course, last)
        watched = isinstance(until, Mapping) and "crosses" in until
        return self._fault_of_crossing(course, ended == "crossed", reached) if watched else ""

    def _fault_of_crossing(self, course: Course, crossed: bool, reached: float) -> str:
        first, slope = course.crossings[0] if course.crossings else (np.inf, 0.0)
        if not crossed:
            return "" if first == np.inf else f"a crossing at {first:.9g} s is missed"
        if first < reached:
            near = (reached - first) * slope <= 2 * VOLTAGE or reached - first <= PART * reached
            return "" if near else f"it crosses at {first:.9g} s, vrest says {reached:.9g} s"
        V, stepped = course.seen[-1][1].V[course.name], any("stepped across" in one.what for one in self.said.happenings)
        near = stepped or abs(V - course.wanted) <= VOLTAGE
        return "" if near else f"V is {1e3 * V:.9g} mV where it crosses {1e3 * course.wanted:.9g} mV"

    def _fault_of_going_on(self, course: Course, end: float, exhausted: bool = False) -> str:
        """What is steady stays as it is until the latest time; what is exhausted goes no further."""
        begin = float(self.said.time[-1])
        phase = replace(course.phase, begin=begin, end=end, numbers=course.phase.at(begin), slopes={}, growths={})
        try:
            (later,), _ = self.world.through(course.state, phase, np.array([end]), TOLERANCES[-1])
        except Stopped as stop:
            return "" if exhausted else f"called steady, but {stop}"
        if exhausted:
            gone = min(later.contents.n.values()) < 0  # the laws of some mechanisms have values even there
            return "" if gone else f"called exhausted at {begin:.9g} s, but it goes on beyond {end:.9g} s"
        moved = self._differences([(course.seen[-1][0], later, course.seen[-1][1])])
        return moved and f"called steady, but goes on: {moved}"


class Course:
    """What the independent integrator saw: views at the reported points, when a watched potential crossed its value and how steeply
    [V/s], the state at the end, and why it stopped before, where it did."""

    def __init__(self, until: Any) -> None:
        self.seen: list[tuple[int, View]] = []
        self.crossings: list[tuple[float, float]] = []
        watched = until if isinstance(until, Mapping) and "crosses" in until else None
        self.name, self.wanted = (watched["membrane"], si(watched["crosses"])) if watched else ("", 0.0)
        self.last: tuple[float, float] | None = None
        self.stopped, self.state, self.phase = "", Contents({}, {}, {}, {}), Phase(0.0, 0.0, {})

    @property
    def watch(self) -> Callable[[float, View], None] | None:
        return self._see if self.name else None

    def _see(self, t: float, view: View) -> None:
        V = view.V[self.name] - self.wanted
        if self.last is not None and self.last[1] * V < 0:
            t0, V0 = self.last
            self.crossings.append((t0 + (t - t0) * V0 / (V0 - V), abs(V - V0) / (t - t0) if t > t0 else np.inf))
        self.last = (t, V)


# -- many cases -----------------------------------------------------------------------------------------------------------


def case_of(seed: int) -> Case:
    drawing = Drawing(seed)
    return Case(drawing.cell, drawing.protocol)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=300, help="how many are to be compared")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the first case of the seed")
    options = parser.parse_args()
    counts, refusals, begin = Counter[str](), Counter[str](), time.perf_counter()
    seed = options.seed * 1_000_000 + options.first
    while counts["compared"] + counts["disagrees"] < options.count:
        case = case_of(seed)
        verdict = case.verdict()
        counts[verdict.ending] += 1
        if verdict.ending == "compared":
            counts[f"compared to: {verdict.words}"] += 1
        elif verdict.ending == "refused":
            refusals[verdict.words[:110]] += 1
        else:
            print(f"{verdict.ending}, seed {seed}: {verdict.words}", flush=True)
        if verdict.ending == "disagrees":
            print(json.dumps({"cell": case.cell, "protocol": case.protocol}), flush=True)
        seed += 1
        print(f"\r{dict(counts)}, {time.perf_counter() - begin:.0f} s", end="", file=sys.stderr, flush=True)
    print(f"\n{dict(counts)} in {time.perf_counter() - begin:.0f} s")
    for words, number in refusals.most_common():
        print(f"{number:5d} refused: {words}")
    return 1 if counts["disagrees"] else 0


if __name__ == "__main__":
    sys.exit(main())
