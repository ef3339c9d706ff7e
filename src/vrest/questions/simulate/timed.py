"""Formulas that name the time: when they change, so that no integrator steps over a pulse, an edge or a jump.

Each part of a formula that the time alone decides is bounded over intervals of the run, which are halved until a part changes little in
each. Where it stays level nothing is to be seen; every other interval is integrated by itself, in steps that are short against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...description.cell import Cell, Compartment, Mechanism, Membrane
from ...mechanisms.formula_bounds import Bounds
from ...mechanisms.formula_graph import Graph, Node
from ...mechanisms.formula_language import Formula
from ...mechanisms.formula_limits import VALUES
from ...system.cell import CellSystem

LEVEL = 1e-4
"""Part of its range by which a formula changes in an interval in which it counts as level."""
CHANGE = 0.1
"""Part of its range by which it changes at most in an interval that is integrated by itself."""
FINEST = 1e-12
"""Part of the run that an interval is long in which a formula jumps."""
SLIVER = 1e-14
"""Part of the run that is left of an interval by rounding only."""
ROUNDING = 1e-13
MOST = 1024
"""Intervals into which a run is cut at most."""
POTENTIALS = (-0.08, -0.02)
"""Membrane potentials [V] at which formulas are looked at that mix the time with the state."""
T, TIME = "temperature", "t"


class Cut(NamedTuple):
    """Until when [s] an interval lasts, and whether a formula changes in it."""

    end: float
    changing: bool


class _Timed(NamedTuple):
    """A formula that names the time: where it stands, the prefix of its numbers, and what else it names, by its paths."""

    path: str
    formula: Formula
    prefix: str
    others: dict[str, str]


class TimedFormulas:
    """What of a cell's formulas the time decides, and when it changes within a run of a given length [s]."""

    def __init__(self, whole: CellSystem, until: float) -> None:
        self.until = until
        self.formulas = [one for one in _formulas(whole) if TIME in one.formula.names]
        self.unresolved: set[str] = set()
        self._known: dict[tuple[float, ...], list[Cut]] = {}

    def followed(self) -> dict[str, Any]:
        """For the certificate: the formulas whose changes the pieces of the run follow, and to which part of their range."""
        if not self.formulas:
            return {}
        return {"formulas_of_time": [one.path for one in self.formulas], "seen_from_part_of_range": LEVEL}

    def answer_to(self, numbers: Mapping[str, Any]) -> bool:
        """Whether some formula names a number that is an array, with a value for each of many cells."""
        paths = [path for one in self.formulas for path in (T, *_paths(one, numbers).values())]
        return any(np.ndim(numbers[path]) for path in paths)

    def notes(self) -> list[str]:
        """What is said where a formula changes too often."""
        return [
            f"The formula '{path}' changes too often for its every change to be followed ({MOST} intervals): short ones may be missed."
            for path in sorted(self.unresolved)
        ]

    def next(self, cuts: list[Cut], time: float) -> Cut:
        """The interval in which the run goes on from a time."""
        return next((cut for cut in cuts if cut.end - time > SLIVER * self.until), cuts[-1])

    def pieces(self, begin: float, end: float, numbers: Mapping[str, Any]) -> Iterator[tuple[float, Cut]]:
        """A stretch as pieces: where each begins, and its cut."""
        cuts = self.cuts(numbers)
        while begin < end:
            cut = self.next(cuts, begin)
            last = min(end, cut.end)
            yield begin, Cut(last, cut.changing)
            begin = last if last > begin else end

    def cuts(self, numbers: Mapping[str, Any]) -> list[Cut]:
        """The run as intervals in which formulas change little, in order; one that is level where none names the time."""
        if not self.formulas:
            return [Cut(self.until, False)]
        given = [_values(one, numbers) for one in self.formulas]
        key = tuple(value for values in given for value in values.values())
        if key not in self._known:
            self._known[key] = self._merged([self._cuts(one, values) for one, values in zip(self.formulas, given, strict=True)])
        return self._known[key]

    def _merged(self, lists: list[list[Cut]]) -> list[Cut]:
        """Intervals of several formulas as one list."""
        ends = sorted({cut.end for cuts in lists for cut in cuts})
        changing = np.zeros(len(ends), dtype=bool)
        for cuts in lists:
            places = np.searchsorted([cut.end for cut in cuts], ends)
            changing |= np.array([cuts[k].changing for k in places])
        return _joined(ends, changing)

    def _cuts(self, timed: _Timed, values: dict[str, float]) -> list[Cut]:
        found = []
        graph, root = timed.formula.graph
        known = {TIME, "T"} | (set(values) & set(timed.formula.names) - set(timed.others))
        parts = _parts(graph, root, known)
        frozen = [values] if root in parts else [values | {"V": V} for V in POTENTIALS]
        every = [*((part, values) for part in parts - {root}), *((root, given) for given in frozen)]
        for part, given in [one for one in every if not _is_linear(graph, one[0])]:
            ends, changing, resolved = _intervals(graph, part, given, self.until)
            found.append(_joined(ends, changing))
            self.unresolved |= set() if resolved else {timed.path}
        return self._merged(found) if found else [Cut(self.until, False)]


def _values(timed: _Timed, numbers: Mapping[str, Any]) -> dict[str, float]:
    """The numbers that a formula names."""
    values = {"T": float(numbers[T]), "V": POTENTIALS[0]}
    values |= {name: float(numbers[path]) for name, path in _paths(timed, numbers).items()}
    return {name: values.get(name, POTENTIALS[0]) for name in timed.formula.names if name != TIME}


def _paths(timed: _Timed, numbers: Mapping[str, Any]) -> dict[str, str]:
    """Where the numbers stand that a formula names."""
    found = {name: path for name, path in timed.others.items() if name in timed.formula.names and path in numbers}
    for prefix in ("", timed.prefix):
        found |= {name: prefix + name for name in timed.formula.names if prefix + name in numbers}
    return found


# -- one part of a formula ----------------------------------------------------------------------------------------------


def _parts(graph: Graph, root: int, known: set[str]) -> set[int]:
    """The largest parts that the time decides, together with numbers that stay."""
    timed = {k for k in graph.needed(root) if TIME in graph.names(k) and graph.names(k) <= known}
    used = _used_by(graph, set(graph.needed(root)) - timed)
    return (timed - _used_by(graph, timed)) | (timed & (used | {root}))


def _used_by(graph: Graph, places: set[int]) -> set[int]:
    """The parts that some parts are made of."""
    return {k for place in places for k in graph.nodes[place].of}


def _is_linear(graph: Graph, part: int) -> bool:
    """Whether the time stands in a part only in sums and multiples: nothing bends there."""
    with_time = {k for k in graph.needed(part) if TIME in graph.names(k)}
    return all(_bends_nothing(graph.nodes[k], with_time) for k in with_time)


def _bends_nothing(node: Node, with_time: set[int]) -> bool:
    if node.kind == "join" and node.what in ("*", "/"):
        return [k in with_time for k in node.of].count(True) == 1 and (node.what == "*" or node.of[0] in with_time)
    return node.kind in ("name", "negate") or (node.kind == "join" and node.what in ("+", "-"))


def _intervals(graph: Graph, part: int, values: Mapping[str, float], until: float) -> tuple[list[float], np.ndarray, bool]:
    """Ends of intervals in order, in which of them the part changes, and whether it changes little in each."""
    begins, ends = np.array([0.0]), np.array([until])
    done: list[tuple[np.ndarray, np.ndarray]] = []
    least, most, count = np.inf, -np.inf, 0
    while begins.size and count + begins.size <= MOST:
        middles = 0.5 * (begins + ends)
        seen = np.concatenate([_at(graph, part, values, t) for t in (middles, begins, ends)])
        finite = seen[np.isfinite(seen)]
        least, most = float(finite.min(initial=least)), float(finite.max(initial=most))
        low, high = _bounds(graph, part, values, begins, ends)
        change, extent = high - low, max(most - least, 0.0)
        level = change <= LEVEL * extent + ROUNDING * max(abs(least), abs(most))
        finished = level | (change <= CHANGE * extent) | (ends - begins <= FINEST * until) | ~np.isfinite(seen[: begins.size])
        done.append((ends[finished], ~level[finished]))
        count += int(finished.sum())
        begins, middles, ends = begins[~finished], middles[~finished], ends[~finished]
        begins, ends = np.concatenate([begins, middles]), np.concatenate([middles, ends])
    done.append((ends, np.ones(ends.size, dtype=bool)))
    every, changing = (np.concatenate(one) for one in zip(*done, strict=True))
    order = np.argsort(every)
    return every[order].tolist(), changing[order], not begins.size


def _at(graph: Graph, part: int, values: Mapping[str, float], t: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.broadcast_to(graph.run(part, {**values, TIME: t}, VALUES), t.shape).astype(float)


def _bounds(
    graph: Graph, part: int, values: Mapping[str, float], begins: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    given = {name: (np.array(value), np.array(value)) for name, value in values.items()} | {TIME: (begins, ends)}
    with np.errstate(all="ignore"):
        low, high = graph.run(part, given, Bounds())
    return np.broadcast_to(low, begins.shape), np.broadcast_to(high, begins.shape)


def _joined(ends: list[float], changing: np.ndarray) -> list[Cut]:
    """Neighbours that are level as one interval."""
    last = [k + 1 == len(ends) or bool(changing[k] or changing[k + 1]) for k in range(len(ends))]
    return [Cut(end, bool(one)) for end, one, keep in zip(ends, changing, last, strict=True) if keep]


# -- the formulas of a cell ---------------------------------------------------------------------------------------------


def _formulas(whole: CellSystem) -> Iterator[_Timed]:
    """Every formula of a cell."""
    cell = whole.cell
    for membrane in cell.membranes.values():
        yield from _of_membrane(cell, membrane)
    for space in cell.compartments.values():
        yield from _of_compartment(cell, space)


def _of_membrane(cell: Cell, membrane: Membrane) -> Iterator[_Timed]:
    """Those of its mechanisms, and the volume that it asks for."""
    sides = _sides(cell.compartments[membrane.inner].ions, membrane.inner, "in")
    sides |= _sides(cell.compartments[membrane.outer].ions, membrane.outer, "out")
    for word, one in membrane.mechanisms.items():
        yield from _every(f"{membrane.name}.{word}", one, _short(sides, next(iter(one.species), "")))
    if membrane.water.target is not None:
        volumes = {"w0": f"{membrane.inner}.described_volume", "w0_out": f"{membrane.outer}.described_volume"}
        yield _Timed(f"{membrane.name}.water.relax_to", membrane.water.target, f"{membrane.name}.water.", sides | volumes)


def _of_compartment(cell: Cell, space: Compartment) -> Iterator[_Timed]:
    """Those of its exchanges, the rates of its states and its osmotic coefficient."""
    inside = _sides(space.ions, space.name, "in")
    for word, one in space.mechanisms.items():
        partner = cell.compartments[one.partner].ions if one.partner else {}
        sides = inside | _sides(partner, one.partner or "", "out")
        yield from _every(f"{space.name}.{word}", one, _short(sides, next(iter(one.species), "")))
    own = inside | {word: f"{space.name}.{word}.concentration" for word in space.impermeants}
    own |= {word: f"{space.name}.{word}" for word in space.states}
    for word, state in space.states.items():
        yield _Timed(f"{space.name}.{word}.rate", state.rate, f"{space.name}.", own)
    if space.osmotic_formula is not None:
        yield _Timed(f"{space.name}.osmotic_coefficient", space.osmotic_formula, f"{space.name}.", own)


def _every(place: str, mechanism: Mechanism, others: dict[str, str]) -> Iterator[_Timed]:
    """The formulas of a mechanism, what stands behind `let` in its place in the others."""
    let: dict[str, Formula] = {}
    for name, formula in mechanism.let.items():
        let[name] = formula.written_out(let) or formula
    for key, formula in mechanism.formulas.items():
        yield _Timed(f"{place}.{key}", formula.written_out(let) or formula, f"{place}.", others)


def _sides(ions: Any, space: str, side: str) -> dict[str, str]:
    return {name: f"{space}.{ion}" for ion in ions for name in (f"{ion}_{side}", f"c_{side}_{ion}")}


def _short(sides: dict[str, str], ion: str) -> dict[str, str]:
    return sides | {short: sides[f"{short}_{ion}"] for short in ("c_in", "c_out") if f"{short}_{ion}" in sides}
