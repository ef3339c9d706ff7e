"""A protocol for a cell: its times, what its settings may change and to what, its electrodes and pipettes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from collections.abc import Mapping as MappingType
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from ...domains import NON_NEGATIVE
from ...errors import InputError, Problem, advice
from ...mechanisms.parameter import Parameter
from ...units import format_quantity
from ...units.table import exact_multiple, exact_sum
from ..cell import CELL, Cell, Compartment
from ..derive import Derivation
from ..edit import group_of, groups_of, nearest_path
from ..nodes import Mapping, Node, Scalar
from ..protocol import ACTIONS, PROTOCOL_TABLE, TIMES, Addition, Electrode, Protocol, Ramp, Setting, Shock
from ..read import Reader, Section
from ..settings import numbers_with
from .additions import VOLUME, additions, content_of, refuse_counter_ion, takes_water, volume_read
from .electrodes import check_other_side, electrode, pipette, place_of, shocked_sides

FOR_A_WHILE = [{"at", "for"}, {"from", "for"}, {"from", "to"}]
TRAINS = [{"from", "every", "for", "times"}, {"at", "every", "for", "times"}]
FORMS = "at: 10 min; or from and to; or from, every, for and times"
MOST_PULSES = 10_000

Occasion = tuple[float, float | None]
"""Begin and end [s]; None where there is no end."""
Given = tuple[Section, Scalar, float]
"""The event that gives a value to a path, the value as written, and in SI."""
Event = TypeVar("Event", Setting, Ramp, Electrode, Addition, Shock)
Lasting = TypeVar("Lasting", Ramp, Electrode)


def build_protocol(root: Mapping, cell: Cell) -> Protocol:
    """The protocol that a tree of nodes describes, for a cell.

    Raises:
        InputError: with every problem found.
    """
    reader = Reader(root.faults)
    reader.must_be("protocol", root)
    top = reader.top(root, PROTOCOL_TABLE)
    until, condition = _end(top, cell)
    reads, start = _Events(cell, until), top["start"]
    events = [one for event in top["events"] for one in reads.all_of(event)]
    reads.check_together()
    ramps, electrodes = _of(Ramp, events), _of(Electrode, events)
    _check_ramps(top, ramps)
    _check_electrodes(top, electrodes)
    reader.close()
    return Protocol(
        top["protocol"] or "protocol",
        until,
        start if isinstance(start, str) else "potential",
        top.si("start"),
        _of(Setting, events),
        ramps,
        electrodes,
        _of(Addition, events),
        _of(Shock, events),
        title=top["title"],
        about=top["about"],
        **condition,
    )


def _of(sort: type[Event], events: Iterable[Setting | Ramp | Electrode | Addition | Shock]) -> tuple[Event, ...]:
    return tuple(one for one in events if isinstance(one, sort))


# -- times ------------------------------------------------------------------------------------------------------------


def _end(top: Section, cell: Cell) -> tuple[float, dict[str, Any]]:
    """The latest time, and the condition to stop before."""
    until = top["until"]
    if not isinstance(until, Section):
        return top.si("until") or 0.0, {}
    until.refers("membrane", cell.membranes, "there is no such membrane")
    steady, crosses, within = (until.si(key) for key in ("steady", "crosses", "within"))
    if crosses is not None and within is None:
        expected = "{crosses: -40 mV, within: 1 h}"
        until.wrong("within", "'crosses' needs a latest time", found="no `within`", expected=expected)
    return steady or within or 0.0, {"steady": steady is not None, "crosses": crosses, "membrane": until["membrane"]}


def _check_times(event: Section, until: float) -> None:
    """Nothing begins or ends after the end of the protocol, or ends before it begins."""
    times = _times(event)
    for key in [key for key in ("at", "from", "to") if until and times.get(key, 0.0) > until]:
        event.wrong(key, f"'{key}' lies after the end of the protocol", expected=f"at most {until:g} s")
    if {"from", "to"} <= set(times) and times["to"] <= times["from"]:
        event.wrong("to", "times are out of order: 'to' lies before 'from'", expected="a later time")


def _times(event: Section) -> dict[str, float]:
    """The times of an event [s]."""
    return {key: time for key in TIMES if (time := event.si(key)) is not None}


def _occasions(event: Section, last: float | None = None) -> list[Occasion]:
    """Every occasion of an event; with `last`, what has no end of its own lasts until then (an electrode)."""
    given, times = {key for key in TIMES if key in event}, _times(event)
    if given != set(times):
        return []  # a time that cannot be read is reported already
    begin = times.get("at", times.get("from", 0.0))
    if given == {"at"} or (given == {"from"} and last is not None):
        return [(begin, last)]
    if given in FOR_A_WHILE:
        return [(begin, times["to"] if "to" in times else exact_sum(begin, times["for"]))]
    if given in TRAINS:
        return _pulses(event, begin, times["every"], times["for"], times["times"])
    _misfit(event, given, electrode=last is not None)
    return []


def _misfit(event: Section, given: set[str], electrode: bool) -> None:
    """Times that do not fit together."""
    cases = (
        (electrode and not given, "an electrode has a time", "from: 1 min, to: 2 min"),
        (not given, "this event has no time", FORMS),
        (given & {"every", "times"}, "a train has `from`, `every`, `for` and `times`", FORMS),
        (given == {"from"}, "this event has no end", FORMS),
        (True, "these times do not fit together", FORMS),
    )
    message, expected = next(words for holds, *words in cases if holds)
    found = ", ".join(key for key in TIMES if key in given) or event.written
    event.report(event.node, message, found=found, expected=expected)


def _pulses(event: Section, first: float, every: float, length: float, times: float) -> list[Occasion]:
    if length >= every:
        event.wrong("for", "a pulse is shorter than the period of its train", expected="less than `every`")
    elif times != int(times):
        event.wrong("times", "the number of pulses is a whole number", expected=f"{max(1, round(times))}")
    elif times > MOST_PULSES:
        event.wrong("times", f"a train has at most {MOST_PULSES} pulses")
    else:
        begins = [exact_sum(first, exact_multiple(k, every)) for k in range(int(times))]
        return [(begin, exact_sum(begin, length)) for begin in begins]
    return []


# -- settings ---------------------------------------------------------------------------------------------------------


LARGEST = 1e290


class _Events:
    """Reads the events of a protocol that runs with a cell until a time [s]; each value that is given to a path is read once."""

    def __init__(self, cell: Cell, until: float) -> None:
        self.cell, self.until, self.derivation = cell, until, Derivation(cell)
        self.known: dict[tuple[str, str], float] = {}
        self.together: dict[Hashable, dict[str, Given]] = {}

    def all_of(self, event: Section) -> Iterable[Setting | Ramp | Electrode | Addition | Shock]:
        """What an event does, at each of its occasions."""
        actions = [key for key in ACTIONS if key in event]
        if len(actions) != 1:
            found, expected = " and ".join(actions) or "nothing", f"one of {', '.join(ACTIONS)}"
            event.report(event.node, "an event does one thing", found=found, expected=expected)
            return ()
        (action,) = actions
        if "scale" in event and action != "ramp":
            event.wrong("scale", "only a ramp has a scale", expected="ramp: {outside.K: 50 mM}")
        if "across" in event and action != "shock":
            event.wrong("across", "only a shock goes across a membrane", expected="shock: 7 mV")
        _check_times(event, self.until)
        does: dict[str, Callable[[Section], Iterable[Setting | Ramp | Electrode | Addition | Shock]]]
        does = {"set": self._settings, "multiply": self._factors, "ramp": self._ramps, "dialyse": self._pipettes}
        does["shock"] = self._shocks
        return does[action](event) if action in does else self._electrodes(event, action)

    def _settings(self, event: Section) -> Iterator[Setting | Addition]:
        when = _occasions(event)
        added: dict[str, dict[str, tuple[Scalar, float]]] = {}
        for path, node in _paths(event, "set", self.cell):
            place = content_of(self.cell, path)
            si = volume_read(event, path, node) if place and place[1] == VOLUME else self._si(event, path, node)
            if si is None:
                continue
            if place is not None:
                added.setdefault(place[0], {})[place[1]] = (node, si)
                continue
            for begin, end in when:
                self.together.setdefault(begin, {})[path] = (event, node, si)
                yield Setting(begin, path, node.words, None, end, si)
        if added:
            yield from additions(event, _times(event), added, self.cell)
        elif "counter_ion" in event:
            refuse_counter_ion(event)

    def _factors(self, event: Section) -> Iterator[Setting]:
        when = _occasions(event)
        for path, node in _paths(event, "multiply", self.cell):
            measured = event.reader.number(node, Parameter(path, "", NON_NEGATIVE, example="0.5"))
            product = None if measured is None else self._product(event, path, node, measured[0].value)
            if measured is not None and product is not None and (si := self._si(event, path, product)) is not None:
                for begin, end in when:
                    self.together.setdefault(begin, {})[path] = (event, product, si)
                    yield Setting(begin, path, None, measured[0].value, end)

    def _product(self, event: Section, path: str, node: Scalar, factor: float) -> Scalar | None:
        """What a factor makes of the described value, as if it were written in the factor's place; None with a problem where that is
        beyond all numbers."""
        described = self.cell.settable[path]
        if abs(described.si) * factor > LARGEST:
            event.report(
                node, f"this makes '{path}' larger than any number", path=path, found=node.words, expected="a smaller factor"
            )
            return None
        return replace(node, text=format_quantity(described.si * factor, described.unit or "1"), given=None)

    def _ramps(self, event: Section) -> Iterator[Ramp]:
        times = _times(event)
        if set(times) != {"from", "to"}:
            event.report(event.node, "a ramp lasts", found=event.written, expected="from: 10 min, to: 20 min")
            return
        in_decades = event["scale"] == "log"
        for path, node in _paths(event, "ramp", self.cell):
            if (si := self._si(event, path, node)) is not None:
                if in_decades and si <= 0:
                    message = f"'{path}' goes in decades (scale: log), so it ramps to a positive number"
                    event.report(node, message, path=path, found=node.words, expected="a positive value, or scale: linear")
                self.together.setdefault(("ramped by", times["to"]), {})[path] = (event, node, si)
                yield Ramp(times["from"], times["to"], path, node.words, si, in_decades)

    def _pipettes(self, event: Section) -> list[Electrode]:
        when, space = _occasions(event, self.until), place_of(event, "dialyse", self.cell)
        return [] if space is None else self._at_each(when, pipette(event, space, self.cell))

    def _electrodes(self, event: Section, action: str) -> list[Electrode]:
        when, space = _occasions(event, self.until), place_of(event, "into", self.cell)
        return [] if space is None else self._at_each(when, electrode(event, action, space, self.cell))

    def _shocks(self, event: Section) -> list[Shock]:
        when = _occasions(event, self.until)
        space, other = shocked_sides(event, self.cell)
        one = None if space is None else electrode(event, "shock", space, self.cell)
        if other is not None and one is not None:
            check_other_side(event, one, other)
        if {"to", "for"} & set(event.node.entries):
            event.report(event.node, "a shock is over at once", found=event.written, expected="{at: 1 ms, shock: 7 mV}")
        return (
            []
            if one is None
            else [Shock(begin, one.into, one.value, one.carrier, None if other is None else other.name) for begin, _ in when]
        )

    def _at_each(self, when: Iterable[Occasion], one: Electrode | None) -> list[Electrode]:
        if one is None:
            return []
        return [replace(one, begin=begin, end=self.until if end is None else end) for begin, end in when]

    # -- values -------------------------------------------------------------------------------------------------------

    def _si(self, event: Section, path: str, node: Scalar) -> float | None:
        """The value of a path [SI]; None with problems reported where it cannot take its place."""
        si = self.known.get((path, node.text))
        if si is None and (si := self._read(event, path, node)) is not None:
            self.known[path, node.text] = si
        return si

    def _read(self, event: Section, path: str, node: Scalar) -> float | None:
        described = self.cell.settable[path]
        assert described.row is not None
        measured = event.reader.number(node, described.row, path)
        if measured is None:
            return None
        si, basis = measured[0].value, measured[1]
        if si and basis is not described.basis:
            event.report(
                node,
                f"'{path}' is counted otherwise in the description, so this value cannot take its place during a run",
                path=path,
                found=node.words,
                expected=f"a value like {described.in_bench_units}",
            )
            return None
        return si

    def check_together(self) -> None:
        """What takes its place at one time must leave the cell one; what its description says of it is said at the values."""
        distinct = {
            frozenset((path, node.text) for path, (_, node, _) in given.items()): given for given in self.together.values()
        }
        for given in distinct.values():
            if not self._surely_fit({path: si for path, (_, _, si) in given.items()}):
                self._try(given)

    def _surely_fit(self, values: MappingType[str, float]) -> bool:
        """Whether values in their domains contradict nothing else: they scale flows, or all that follows is as it must be."""
        others = {path: si for path, si in values.items() if not self._scales(path)}
        if not others:
            return True
        if any(one.factor is not None or one.kind.in_compartment for one in self.cell.ways.values()):
            return False  # the sign of a factor is looked at where it is read
        return numbers_with(self.derivation, others) is not None

    def _scales(self, path: str) -> bool:
        place, _, key = path.rpartition(".")
        way = self.cell.ways.get(place)
        return way is not None and key in way.scales and not way.kind.in_compartment

    def _try(self, given: MappingType[str, Given]) -> None:
        try:
            self.cell.replace({path: node for path, (_, node, _) in given.items()})
        except InputError as error:
            for problem in error.problems:
                event, node, _ = given.get(problem.path or "", next(iter(given.values())))
                event.reader.problems.append(_placed(problem, node))


def _placed(problem: Problem, node: Scalar) -> Problem:
    """A problem of the cell, at the place of the protocol that brings it about."""
    here = node.problem(problem.message)
    return replace(problem, file=here.file, line=here.line, column=here.column, excerpt=here.excerpt)


def _paths(event: Section, action: str, cell: Cell) -> Iterator[tuple[str, Scalar]]:
    """Paths with their values; a word such as `pumps` stands for several."""
    for word, node in event[action]:
        place = event.at(action).key(word)
        paths = [path for path in _meant(event, place, word, cell) if _may_be_set(event, place, path, cell)]
        if isinstance(node, Scalar):
            yield from ((path, node) for path in paths)
        elif paths:
            event.report(node, "a setting is one value", path=word, found=node.words, expected='such as "5 mM"')


def _meant(event: Section, place: Node, word: str, cell: Cell) -> list[str]:
    """The paths that a word stands for: those of a group, or itself."""
    group = group_of(cell, word)
    if group == []:
        message = f"{cell.name} has no {word.replace('.', ' of ')}"
        event.report(place, message, found=word, expected="a path of the cell")
    return [word] if group is None else group


def _may_be_set(event: Section, place: Node, path: str, cell: Cell) -> bool:
    """Whether a path exists and is no part of the cell's state but what can be added."""
    content = content_of(cell, path) if "set" in event else None
    if content is not None:
        return content[1] != VOLUME or takes_water(event, place, cell.compartments[content[0]], cell)
    if path not in cell.settable:
        message, expected = (
            f"'{path[:60]}' is not a path of {cell.name}",
            f"one of the paths {advice('in `cell.settable`', 'that `vrest check` lists')}",
        )
        event.report(
            place, message, found=path, expected=expected, suggestion=nearest_path(path, [*cell.settable, *groups_of(cell)])
        )
        return False
    name, _, rest = path.partition(".")
    space = cell.compartments.get(name)
    if space is None or space.role != CELL:
        return True
    if rest in space.ions or rest.startswith(("shape", "volume", "impermeant", "water_fraction")) or _of_a_buffer(space, rest):
        message = f"'{path}' is part of the cell's state or fixed by its description; a protocol cannot set it"
        expected = "a bath's concentration, or a number of a membrane or mechanism"
        event.report(place, message, found=path, expected=expected)
        return False
    return True


def _of_a_buffer(space: Compartment, rest: str) -> bool:
    return bool(space.buffers) and rest.startswith("buffer.")


# -- what contradicts itself ------------------------------------------------------------------------------------------


def _check_ramps(top: Section, ramps: Iterable[Ramp]) -> None:
    """Two ramps of one path are not at one time."""
    for one, other in _overlaps(ramps, lambda ramp: ramp.path):
        _report_both(top, f"two ramps of '{one.path}' at the same time", f"to {one.text} and to {other.text}")


def _check_electrodes(top: Section, electrodes: Iterable[Electrode]) -> None:
    """Two electrodes that hold or inject in one compartment at one time contradict each other."""
    pairs = _overlaps(electrodes, lambda one: (one.into, one.kind == "dialyse"))
    for into, kinds in dict.fromkeys((one.into, f"{one.kind} and {other.kind}") for one, other in pairs):
        _report_both(top, f"two electrodes act on '{into}' at the same time", kinds)


def _overlaps(events: Iterable[Lasting], place: Callable[[Lasting], Hashable]) -> Iterator[tuple[Lasting, Lasting]]:
    """Of events at one place those that follow each other too soon, in order of time."""
    there: dict[Hashable, list[Lasting]] = {}
    for event in sorted(events, key=lambda event: event.begin):
        there.setdefault(place(event), []).append(event)
    return ((one, other) for events in there.values() for one, other in pairwise(events) if other.begin < one.end)


def _report_both(top: Section, message: str, found: str) -> None:
    top.report(top.at("events"), message, found=found, expected="one after the other")
