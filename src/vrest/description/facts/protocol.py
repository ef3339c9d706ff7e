"""A protocol for a cell: its times, what its settings may change and to what, its electrodes and pipettes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from ...domains import NON_NEGATIVE
from ...errors import InputError, Problem, nearest
from ...mechanisms.parameter import Parameter
from ...units import to_unit
from ...units.table import exact_multiple, exact_sum
from ..cell import CELL, Cell, Compartment
from ..derive import Derivation
from ..edit import group_of
from ..nodes import Mapping, Node, Scalar
from ..protocol import ACTIONS, PROTOCOL_TABLE, TIMES, UNTIL_TABLE, Electrode, Protocol, Ramp, Setting
from ..read import Reader, Section
from ..settings import numbers_with

NEUTRAL = 1e-6
FOR_GOOD = [{"at"}]
FOR_A_WHILE = [{"at", "for"}, {"from", "for"}, {"from", "to"}]
TRAINS = [{"from", "every", "for", "times"}, {"at", "every", "for", "times"}]
TO_THE_END = [{"at"}, {"from"}]
FORMS = "at: 10 min; or from and to; or from, every, for and times"
MOST_PULSES = 10_000

Occasion = tuple[float, float | None]
"""Begin and end [s]; None where there is no end."""
Event = TypeVar("Event", Setting, Ramp, Electrode)


def build_protocol(root: Mapping, cell: Cell) -> Protocol:
    """The protocol that a tree of nodes describes, for a cell.

    Raises:
        InputError: with every problem found.
    """
    reader = Reader(root.faults)
    top = reader.top(root, PROTOCOL_TABLE)
    until, condition = _end(top, cell)
    values, start = _Values(cell), top["start"]
    events = [one for event in top["events"] for one in _events(event, cell, until, values)]
    ramps, electrodes = _of(Ramp, events), _of(Electrode, events)
    _check_ramps(top, ramps)
    _check_electrodes(top, electrodes)
    reader.close()
    return Protocol(
        top["protocol"] or "protocol",
        until,
        start if isinstance(start, str) else "potential",
        None if isinstance(start, str) else start.si,
        _of(Setting, events),
        ramps,
        electrodes,
        title=top["title"],
        about=top["about"],
        **condition,
    )


def _of(sort: type[Event], events: Iterable[Setting | Ramp | Electrode]) -> tuple[Event, ...]:
    return tuple(one for one in events if isinstance(one, sort))


# -- times ------------------------------------------------------------------------------------------------------------


def _si(section: Section, key: str) -> float | None:
    value = section[key]
    return None if value is None else value.si


def _end(top: Section, cell: Cell) -> tuple[float, dict[str, Any]]:
    """The latest time, and the condition to stop before."""
    until = top["until"]
    if not isinstance(until, Section):
        return _si(top, "until") or 0.0, {}
    if until["membrane"] is not None and until["membrane"] not in cell.membranes:
        until.wrong("membrane", "there is no such membrane", among=cell.membranes)
    steady, crosses, within = (_si(until, key) for key in ("steady", "crosses", "within"))
    _check_condition(until, steady, crosses, within)
    return steady or within or 0.0, {"steady": steady is not None, "crosses": crosses, "membrane": until["membrane"]}


def _check_condition(until: Section, steady: float | None, crosses: float | None, within: float | None) -> None:
    if (steady is None) == (crosses is None):
        expected = UNTIL_TABLE.example
        until.report(until.node, "'until' waits for one condition", found=until.written or "none", expected=expected)
    if crosses is not None and within is None:
        expected = "{crosses: -40 mV, within: 1 h}"
        until.wrong("within", "'crosses' needs a latest time", found="no `within`", expected=expected)


def _check_times(event: Section, until: float) -> None:
    """Nothing begins or ends after the end of the protocol, or ends before it begins."""
    for key in ("at", "from", "to"):
        time = _si(event, key)
        if time is not None and until and time > until:
            event.wrong(key, f"'{key}' lies after the end of the protocol", expected=f"at most {until:g} s")
    begin, end = _si(event, "from"), _si(event, "to")
    if begin is not None and end is not None and end <= begin:
        event.wrong("to", "times are out of order: 'to' lies before 'from'", expected="a later time")


def _occasions(event: Section, last: float | None = None) -> list[Occasion]:
    """Every occasion of an event; with `last`, what has no end of its own lasts until then (an electrode)."""
    given = {key for key in TIMES if key in event}
    if None in (times := {key: _si(event, key) for key in given}).values():
        return []  # a time that cannot be read is reported already
    known = {key: time for key, time in times.items() if time is not None}
    begin = known.get("at", known.get("from", 0.0))
    if given in (FOR_GOOD if last is None else TO_THE_END):
        return [(begin, last)]
    if given in FOR_A_WHILE:
        return [(begin, known["to"] if "to" in known else exact_sum(begin, known["for"]))]
    if given in TRAINS:
        return _pulses(event, begin, known["every"], known["for"], known["times"])
    _misfit(event, given, electrode=last is not None)
    return []


def _misfit(event: Section, given: set[str], electrode: bool) -> None:
    """Times that do not fit together."""
    message, expected = "these times do not fit together", FORMS
    if not given:
        message = "an electrode has a time" if electrode else "this event has no time"
        expected = "from: 1 min, to: 2 min" if electrode else FORMS
    elif given & {"every", "times"}:
        message = "a train has `from`, `every`, `for` and `times`"
    elif given == {"from"}:
        message = "this event has no end"
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


class _Values:
    """The values that a protocol gives to paths of a cell, each read once."""

    def __init__(self, cell: Cell) -> None:
        self.cell, self.derivation = cell, Derivation(cell)
        self.known: dict[tuple[str, str], float] = {}

    def si(self, event: Section, path: str, node: Scalar) -> float | None:
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
        return si if self._surely_fits(path, si) or self._fits(event, path, node) else None

    def _surely_fits(self, path: str, si: float) -> bool:
        """Whether a value in its domain contradicts nothing else: it scales flows, or all that follows from it is as it must be."""
        place, _, key = path.rpartition(".")
        ways = {f"{name}.{word}": one for name, way in self.cell.membranes.items() for word, one in way.mechanisms.items()}
        if place in ways and key in ways[place].scales:
            return True
        if any(one.factor is not None for one in ways.values()) or self.cell.exchanges:
            return False  # the sign of a factor is looked at where it is read
        return numbers_with(self.derivation, {path: si}) is not None

    def _fits(self, event: Section, path: str, node: Scalar) -> bool:
        """Whether the cell with this value is one; what its description says of it is said here."""
        try:
            self.cell.replace({path: node})
        except InputError as error:
            event.reader.problems += [_placed(problem, node) for problem in error.problems]
            return False
        return True


def _placed(problem: Problem, node: Scalar) -> Problem:
    """A problem of the cell, at the place of the protocol that brings it about."""
    here = node.problem(problem.message)
    return replace(problem, file=here.file, line=here.line, column=here.column, excerpt=here.excerpt)


def _paths(event: Section, action: str, cell: Cell) -> Iterator[tuple[str, Scalar]]:
    """Paths with their values; a word such as `pumps` stands for several."""
    for word, node in event[action]:
        group, place = group_of(cell, word), event.at(action).key(word)
        if group == []:
            message = f"{cell.name} has no {word.replace('.', ' of ')}"
            event.report(place, message, found=word, expected="a path of the cell")
        paths = [path for path in ([word] if group is None else group) if _may_be_set(event, place, path, cell)]
        if isinstance(node, Scalar):
            yield from ((path, node) for path in paths)
        elif paths:
            event.report(node, "a setting is one value", path=word, found=node.words, expected='such as "5 mM"')


def _may_be_set(event: Section, place: Node, path: str, cell: Cell) -> bool:
    """Whether a path exists and is no part of the cell's state."""
    if path not in cell.settable:
        message, expected = f"'{path[:60]}' is not a path of {cell.name}", "one of the paths that `vrest check` lists"
        event.report(place, message, found=path, expected=expected, suggestion=nearest(path, cell.settable))
        return False
    name, _, rest = path.partition(".")
    space = cell.compartments.get(name)
    if space is None or space.role != CELL:
        return True
    if rest in space.ions or rest.startswith(("shape", "volume", "impermeant", "water_fraction")):
        message = f"'{path}' is part of the cell's state or fixed by its description; a protocol cannot set it"
        expected = "a bath's concentration, or a number of a membrane or mechanism"
        event.report(place, message, found=path, expected=expected)
        return False
    return True


def _events(event: Section, cell: Cell, until: float, values: _Values) -> Iterable[Setting | Ramp | Electrode]:
    """What an event does, at each of its occasions."""
    actions = [key for key in ACTIONS if key in event]
    if len(actions) != 1:
        found, expected = " and ".join(actions) or "nothing", f"one of {', '.join(ACTIONS)}"
        event.report(event.node, "an event does one thing", found=found, expected=expected)
        return ()
    (action,) = actions
    _check_times(event, until)
    if action == "set":
        return _settings(event, cell, values)
    if action == "multiply":
        return _factors(event, cell)
    return _ramps(event, cell, values) if action == "ramp" else _electrodes(event, action, cell, until)


def _settings(event: Section, cell: Cell, values: _Values) -> Iterator[Setting]:
    when = _occasions(event)
    for path, node in _paths(event, "set", cell):
        if (si := values.si(event, path, node)) is not None:
            yield from (Setting(begin, path, node.words, None, end, si) for begin, end in when)


def _factors(event: Section, cell: Cell) -> Iterator[Setting]:
    when = _occasions(event)
    for path, node in _paths(event, "multiply", cell):
        measured = event.reader.number(node, Parameter(path, "", NON_NEGATIVE, example="0.5"))
        if measured is not None:
            yield from (Setting(begin, path, None, measured[0].value, end) for begin, end in when)


def _ramps(event: Section, cell: Cell, values: _Values) -> Iterator[Ramp]:
    begin, end = _si(event, "from"), _si(event, "to")
    if begin is None or end is None or {key for key in TIMES if key in event} != {"from", "to"}:
        event.report(event.node, "a ramp lasts", found=event.written, expected="from: 10 min, to: 20 min")
        return
    for path, node in _paths(event, "ramp", cell):
        if (si := values.si(event, path, node)) is not None:
            yield Ramp(begin, end, path, node.words, si)


# -- electrodes -------------------------------------------------------------------------------------------------------


def _electrodes(event: Section, action: str, cell: Cell, until: float) -> list[Electrode]:
    when = _occasions(event, until)
    space = _into(event, action == "dialyse", cell)
    if space is None:
        return []
    one = _pipette(event, space, cell) if action == "dialyse" else _electrode(event, action, space)
    return [] if one is None else [replace(one, begin=begin, end=until if end is None else end) for begin, end in when]


def _electrode(event: Section, action: str, space: Compartment) -> Electrode | None:
    """An electrode that injects a current or holds a potential, whenever that is."""
    if "solution" in event:
        event.report(
            event.key("solution"),
            "a solution belongs to a pipette that dialyses a compartment whose contents may change",
            found=action,
            expected="{from: 1 min, dialyse: inside, solution: {K: 140 mM}}",
        )
    value, carrier = _si(event, action), _carrier(event, space)
    return None if value is None else Electrode(0.0, 0.0, action, space.name, value, carrier)


def _pipette(event: Section, space: Compartment, cell: Cell) -> Electrode:
    """A pipette that dialyses a compartment, whenever that is."""
    for name, membrane in cell.membranes.items():
        if membrane.inner == space.name and membrane.water.rule == "instantaneous":
            event.wrong(
                "dialyse",
                f"no pipette holds the concentrations of '{space.name}': its water follows the bath at once through '{name}'",
                found="water: instantaneous",
                expected="a cell with water: none, or a water permeability",
            )
    return Electrode(
        0.0, 0.0, "dialyse", space.name, carrier=next(iter(space.ions), None), solution=_solution(event, space, cell)
    )


def _into(event: Section, held: bool, cell: Cell) -> Compartment | None:
    """The compartment of an electrode; the only one that there can be where none is named."""
    key, fits, message = "into", _has_potential, "the electrode is in no compartment that has a potential of its own"
    if held:
        key, fits, message = "dialyse", _may_change, "the pipette is in no compartment whose contents may change"
    spaces = [name for name, space in cell.compartments.items() if fits(space)]
    into = spaces[0] if event[key] is None and len(spaces) == 1 else event[key]
    if into in spaces:
        return cell.compartments[into]
    event.wrong(key, message, found=into or "nothing", among=spaces or ["a compartment with role: cell"])
    return None


def _may_change(space: Compartment) -> bool:
    return space.role == CELL


def _has_potential(space: Compartment) -> bool:
    """Whether a compartment has a potential of its own, which an electrode could change."""
    return not (space.is_bath or space.store or space.reference)


def _solution(event: Section, space: Compartment, cell: Cell) -> dict[str, float]:
    """What a pipette brings [mol/m^3]: ions that the compartment lists, whose charge its impermeants can balance."""
    brought = event["solution"]
    for ion in [ion for ion in brought if ion not in space.ions]:
        event.report(event.at("solution").key(ion), f"'{space.name}' does not list {ion[:40]}", found=ion, among=space.ions)
    found = {ion: value.si for ion, value in brought.items() if value is not None and ion in space.ions}
    if found and len(found) == len(brought):
        _check_balance(event, space, cell, found)
    return found


def _check_balance(event: Section, space: Compartment, cell: Cell, solution: dict[str, float]) -> None:
    """The impermeants of a compartment must be able to carry the charge that the ions of a solution lack."""
    brought = {ion: value.si for ion, value in space.ions.items()} | solution
    charge = sum(cell.valences[ion] * c for ion, c in brought.items())
    fixed = sum(x.valence.si * x.concentration.si for x in space.impermeants.values())
    if charge * fixed < 0 or abs(charge) <= NEUTRAL * sum(brought.values()):
        return
    why = "would have to change the sign of their charge" if fixed else "carry none"
    event.wrong(
        "solution",
        f"the ions of '{space.name}' with this solution have {to_unit(charge, 'mM'):+.4g} mM of charge, and its impermeants {why}",
        expected="a solution whose charge impermeants of the described kind can balance, such as more Cl or less K",
    )


def _carrier(event: Section, space: Compartment) -> str | None:
    """The ion that carries an electrode's current, where that changes what a compartment holds."""
    if space.role != CELL:
        return next(iter(space.ions), None)
    carrier = event["carrier"]
    if carrier is None:
        message = f"an electrode's current changes what '{space.name}' holds; say which ion carries it"
        event.wrong("carrier", message, expected=f"carrier: {next(iter(space.ions), 'K')}")
    elif carrier not in space.ions:
        event.wrong("carrier", f"'{space.name}' does not list the carrier", among=space.ions)
    return carrier


# -- what contradicts itself ------------------------------------------------------------------------------------------


def _check_ramps(top: Section, ramps: tuple[Ramp, ...]) -> None:
    """Two ramps of one path are not at one time."""
    for path in dict.fromkeys(ramp.path for ramp in ramps):
        there = sorted((ramp for ramp in ramps if ramp.path == path), key=lambda ramp: ramp.begin)
        for one, other in pairwise(there):
            if other.begin < one.end:
                found = f"to {one.text} and to {other.text}"
                top.report(
                    top.at("events"), f"two ramps of '{path}' at the same time", found=found, expected="one after the other"
                )


def _check_electrodes(top: Section, electrodes: tuple[Electrode, ...]) -> None:
    """Two electrodes that hold or inject in one compartment at one time contradict each other."""
    for into, held in dict.fromkeys((one.into, one.kind == "dialyse") for one in electrodes):
        there = sorted((e for e in electrodes if (e.into, e.kind == "dialyse") == (into, held)), key=lambda e: e.begin)
        both = next(((one, other) for one, other in pairwise(there) if other.begin < one.end), None)
        if both is not None:
            found = f"{both[0].kind} and {both[1].kind}"
            message = f"two electrodes act on '{into}' at the same time"
            top.report(top.at("events"), message, found=found, expected="one after the other")
