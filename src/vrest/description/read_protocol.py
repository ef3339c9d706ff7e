"""A protocol from its nodes, checked against the cell it is for; every problem with its place."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ..domains import FINITE, NON_NEGATIVE
from ..errors import InputError, nearest
from ..mechanisms.parameter import Parameter
from ..units import to_unit
from .cell import BATH, CELL, Cell, Compartment
from .check import Checker
from .event_times import WORDS, occasions
from .groups import group_of
from .nodes import Mapping, Node, Scalar
from .nodes import Sequence as NodeSequence
from .protocol import Electrode, Protocol, Ramp, Setting
from .protocol_tables import EVENT_TABLE, PROTOCOL_TABLE, STARTS, UNTIL_TABLE
from .tables import CONCENTRATION

NEUTRAL = 1e-6


class Reader:
    """Reads one protocol for one cell."""

    def __init__(self, cell: Cell) -> None:
        self.cell, self.check = cell, Checker()
        self.settings: list[Setting] = []
        self.ramps: list[Ramp] = []
        self.electrodes: list[Electrode] = []
        self.fitting: set[tuple[str, str]] = set()
        self.until = 0.0

    def read(self, root: Mapping) -> Protocol:
        check = self.check
        check.problems += root.faults
        check.keys(root, [PROTOCOL_TABLE], "a protocol")
        self.until, condition = self._until(root)
        start, potential = self._start(root)
        node = root.get("events")
        if node is not None and not isinstance(node, NodeSequence):
            check.report(
                node, "'events' is a list", found=node.words, expected="- {at: 10 min, set: {plasma.pump.max_current: 0}}"
            )
        for item in node.items if isinstance(node, NodeSequence) else ():
            self._event(item)
        self._overlaps(root)
        check.close()
        texts = {key: check.text(root.get(key), key) for key in ("protocol", "title", "about")}
        return Protocol(
            texts["protocol"] or "protocol",
            self.until,
            start,
            potential,
            tuple(self.settings),
            tuple(self.ramps),
            tuple(self.electrodes),
            title=texts["title"],
            about=texts["about"],
            **condition,
        )

    def _until(self, root: Mapping) -> tuple[float, dict[str, Any]]:
        node = root.get("until")
        if not isinstance(node, Mapping) or "value" in node.entries:
            return self._time(root, PROTOCOL_TABLE[4]) or 0.0, {}
        self.check.keys(node, [UNTIL_TABLE], "'until'")
        steady, crosses, within = (self._number(node, name) for name in ("steady", "crosses", "within"))
        membrane = self.check.text(node.get("membrane"), "membrane", 80)
        if membrane is not None and membrane not in self.cell.membranes:
            self.check.report(
                node.entries["membrane"],
                "there is no such membrane",
                found=membrane,
                expected=", ".join(self.cell.membranes),
                suggestion=nearest(membrane, self.cell.membranes),
            )
        if (steady is None) == (crosses is None):
            self.check.report(
                node,
                "'until' waits for one condition",
                found=", ".join(node.entries) or "none",
                expected="{steady: 100 h} or {crosses: -40 mV, within: 1 h}",
            )
        if crosses is not None and within is None:
            self.check.report(
                node, "'crosses' needs a latest time", found="no `within`", expected="{crosses: -40 mV, within: 1 h}"
            )
        return steady or within or 0.0, {"steady": steady is not None, "crosses": crosses, "membrane": membrane}

    def _number(self, node: Mapping, name: str) -> float | None:
        row = next(r for r in (*UNTIL_TABLE, *EVENT_TABLE) if r.name == name)
        return self._time(node, row)

    def _time(self, node: Mapping, row: Parameter) -> float | None:
        entry = node.get(row.name)
        if entry is None:
            return None
        if not isinstance(entry, Scalar):
            self.check.report(entry, f"'{row.name}' is one number with its unit", found=entry.words, expected=row.example)
            return None
        measured = self.check.number(entry, row, row.name)
        return measured[0].value if measured else None

    def _start(self, root: Mapping) -> tuple[str, float | None]:
        node = root.get("start")
        if node is None or (isinstance(node, Scalar) and node.text in STARTS):
            return (node.text if isinstance(node, Scalar) else "rest"), None
        if isinstance(node, Scalar):
            measured = self.check.number(
                node, Parameter("start", "mV", FINITE, example="rest, described, steady, or -65 mV"), "start"
            )
            return "potential", measured[0].value if measured else None
        self.check.report(
            node, "'start' is a word or a potential", found=node.words, expected="rest | described | steady | -65 mV"
        )
        return "rest", None

    # -- events -------------------------------------------------------------------------------------------------------

    def _event(self, node: Node) -> None:
        entry = self.check.section(node, "an event", "{at: 10 min, set: {plasma.pump.max_current: 0}}")
        if entry is None:
            return
        self.check.keys(entry, [EVENT_TABLE], "an event")
        actions = [key for key in ("set", "multiply", "ramp", "current", "voltage", "dialyse") if key in entry.entries]
        if len(actions) != 1:
            self.check.report(
                entry,
                "an event does one thing",
                found=" and ".join(actions) or "nothing",
                expected="one of set, multiply, ramp, current, voltage, dialyse",
            )
            return
        times = {name: self._number(entry, name) for name in WORDS}
        for name in ("at", "from", "to"):
            time = times[name]
            if time is not None and self.until and time > self.until:
                self.check.report(
                    entry.entries[name],
                    f"'{name}' lies after the end of the protocol",
                    found=entry.entries[name].words,
                    expected=f"at most {self.until:g} s",
                )
        begin, end = times["from"], times["to"]
        if begin is not None and end is not None and end <= begin:
            self.check.report(
                entry.entries["to"],
                "times are out of order: 'to' lies before 'from'",
                found=entry.entries["to"].words,
                expected="a later time",
            )
        if actions[0] in ("set", "multiply"):
            self._change(entry, actions[0], times)
        elif actions[0] == "ramp":
            self._ramp(entry, times)
        else:
            self._electrode(entry, actions[0], times)

    def _change(self, entry: Mapping, action: str, times: dict[str, float | None]) -> None:
        when = occasions(self.check, entry, times)
        for path, node in self._paths(entry, action):
            scalar = node.text if isinstance(node, Scalar) else ""
            factor = None
            if action == "multiply":
                measured = (
                    self.check.number(node, Parameter(path, "", NON_NEGATIVE, example="0.5"), path)
                    if isinstance(node, Scalar)
                    else None
                )
                factor = measured[0].value if measured else None
            for begin, end in when:
                self.settings.append(Setting(begin, path, None if action == "multiply" else scalar, factor, end))

    def _paths(self, entry: Mapping, action: str) -> list[tuple[str, Node]]:
        section = self.check.section(entry.entries[action], f"'{action}'", "{plasma.pump.max_current: 0}")
        found = []
        for word, node in section or ():
            assert section is not None
            found += self._one_path(section, action, word, node)
        return found

    def _one_path(self, section: Mapping, action: str, word: str, node: Node) -> list[tuple[str, Node]]:
        """A path with its node; a word such as `pumps` stands for several."""
        group = group_of(self.cell, word)
        if group is not None and not group:
            self.check.report(
                section.key(word),
                f"{self.cell.name} has no {word.replace('.', ' of ')}",
                found=word,
                expected="a path of the cell",
            )
        found = []
        for path in [word] if group is None else group:
            if path not in self.cell.settable:
                self.check.report(
                    section.key(word),
                    f"'{path[:60]}' is not a path of {self.cell.name}",
                    found=path,
                    expected="one of the paths that `vrest check` lists",
                    suggestion=nearest(path, self.cell.settable),
                )
            elif (why := self._is_state(path)) is not None:
                self.check.report(
                    section.key(word), why, found=path, expected="a bath's concentration, or a number of a membrane or mechanism"
                )
            else:
                if action != "multiply" and isinstance(node, Scalar):
                    self._fits(path, node)
                found.append((path, node))
        return found

    def _fits(self, path: str, node: Scalar) -> None:
        """The value must fit its path; what the description says of it is said here."""
        if (path, node.text) in self.fitting:
            return
        try:
            self.cell.replace({path: node})
        except InputError as error:
            self.check.problems += [p.at(file=node.source.name, line=node.line, column=node.column) for p in error.problems]
        else:
            self.fitting.add((path, node.text))

    def _is_state(self, path: str) -> str | None:
        space, _, rest = path.partition(".")
        compartment = self.cell.compartments.get(space)
        if compartment is None or compartment.role != CELL:
            return None
        if rest in compartment.ions or rest.startswith(("shape", "volume", "impermeant", "water_fraction")):
            return f"'{path}' is part of the cell's state or fixed by its description; a protocol cannot set it"
        return None

    def _ramp(self, entry: Mapping, times: dict[str, float | None]) -> None:
        begin, end = times["from"], times["to"]
        if begin is None or end is None or set(WORDS) & set(entry.entries) != {"from", "to"}:
            self.check.report(entry, "a ramp lasts", found=", ".join(entry.entries), expected="from: 10 min, to: 20 min")
            return
        for path, node in self._paths(entry, "ramp"):
            self.ramps.append(Ramp(begin, end, path, node.text if isinstance(node, Scalar) else ""))

    def _electrode(self, entry: Mapping, action: str, times: dict[str, float | None]) -> None:
        when = occasions(self.check, entry, times, self.until)
        held = action == "dialyse"
        place = entry.get("dialyse" if held else "into")
        into = self.check.text(place, "into", 80)
        spaces = [name for name, space in self.cell.compartments.items() if (_may_change if held else _has_potential)(space)]
        if into is None and len(spaces) == 1:
            into = spaces[0]
        if into not in spaces:
            self.check.report(
                place or entry,
                "the pipette is in no compartment whose contents may change"
                if held
                else "the electrode is in no compartment that has a potential of its own",
                found=into or "nothing",
                expected=", ".join(spaces) or "a compartment with role: cell",
                suggestion=nearest(into or "", spaces),
            )
            return
        if held:
            self._no_water_at_once(entry, into)
        value = 0.0 if held else self._number(entry, action)
        carrier = self._carrier(entry, action, into)
        solution = self._solution(entry, action, self.cell.compartments[into])
        if value is not None:
            self.electrodes += [
                Electrode(a, self.until if b is None else b, action, into, value, carrier, solution) for a, b in when
            ]

    def _no_water_at_once(self, entry: Mapping, into: str) -> None:
        for name, membrane in self.cell.membranes.items():
            if membrane.inner == into and membrane.water.rule == "instantaneous":
                self.check.report(
                    entry.entries["dialyse"],
                    f"no pipette holds the concentrations of '{into}': its water follows the bath at once through '{name}'",
                    found="water: instantaneous",
                    expected="a cell with water: none, or a water permeability",
                )

    def _solution(self, entry: Mapping, action: str, space: Compartment) -> dict[str, float]:
        """What a pipette brings [mol/m^3]: ions that the compartment lists, whose charge its impermeants can balance."""
        node = entry.get("solution")
        if node is None:
            return {}
        if action != "dialyse":
            self.check.report(
                entry.key("solution"),
                "a solution belongs to a pipette that dialyses a compartment whose contents may change",
                found=action,
                expected="{from: 1 min, dialyse: inside, solution: {K: 140 mM}}",
            )
            return {}
        section = self.check.section(node, "'solution'", "{K: 140 mM, Na: 10 mM}")
        before, found = len(self.check.problems), {}
        for ion, scalar in section or ():
            assert section is not None
            if ion not in space.ions:
                self.check.report(
                    section.key(ion),
                    f"'{space.name}' does not list {ion[:40]}",
                    found=ion,
                    expected=", ".join(space.ions),
                    suggestion=nearest(ion, space.ions),
                )
            elif not isinstance(scalar, Scalar):
                self.check.report(scalar, f"'{ion}' is one concentration", found=scalar.words, expected="140 mM")
            elif measured := self.check.number(scalar, CONCENTRATION, f"solution.{ion}"):
                found[ion] = measured[0].value
        if len(self.check.problems) == before:
            self._balances(node, space, found)
        return found

    def _balances(self, node: Node, space: Compartment, solution: dict[str, float]) -> None:
        """The impermeants of a compartment must be able to carry the charge that the ions of a solution lack."""
        brought = {ion: value.si for ion, value in space.ions.items()} | solution
        charge = sum(self.cell.valences[ion] * c for ion, c in brought.items())
        fixed = sum(x.valence.si * x.concentration.si for x in space.impermeants.values())
        if charge * fixed < 0 or abs(charge) <= NEUTRAL * sum(brought.values()):
            return
        why = "would have to change the sign of their charge" if fixed else "carry none"
        self.check.report(
            node,
            f"the ions of '{space.name}' with this solution have {to_unit(charge, 'mM'):+.4g} mM of charge, and its impermeants {why}",
            found=node.words,
            expected="a solution whose charge impermeants of the described kind can balance, such as more Cl or less K",
        )

    def _carrier(self, entry: Mapping, action: str, into: str) -> str | None:
        if action == "dialyse" or self.cell.compartments[into].role != CELL:
            ions = self.cell.compartments[into].ions
            return next(iter(ions), None)
        carrier = self.check.text(entry.get("carrier"), "carrier", 80)
        ions = self.cell.compartments[into].ions
        if carrier is None:
            self.check.report(
                entry,
                f"an electrode's current changes what '{into}' holds; say which ion carries it",
                found="no carrier",
                expected=f"carrier: {next(iter(ions), 'K')}",
            )
        elif carrier not in ions:
            self.check.report(
                entry.entries["carrier"],
                f"'{into}' does not list the carrier",
                found=carrier,
                expected=", ".join(ions),
                suggestion=nearest(carrier, ions),
            )
        return carrier

    def _overlaps(self, root: Mapping) -> None:
        """Two electrodes that hold or inject in one compartment at one time contradict each other, and two ramps of one path."""
        for k, ramp in enumerate(self.ramps):
            for earlier in self.ramps[:k]:
                if ramp.path == earlier.path and ramp.begin < earlier.end and earlier.begin < ramp.end:
                    self.check.report(
                        root.get("events") or root,
                        f"two ramps of '{ramp.path}' at the same time",
                        found=f"to {earlier.text} and to {ramp.text}",
                        expected="one after the other",
                    )
        places = dict.fromkeys((one.into, one.kind == "dialyse") for one in self.electrodes)
        for place in places:
            there = sorted((e for e in self.electrodes if (e.into, e.kind == "dialyse") == place), key=lambda e: e.begin)
            for one, other in pairwise(there):
                if other.begin < one.end:
                    self.check.report(
                        root.get("events") or root,
                        f"two electrodes act on '{one.into}' at the same time",
                        found=f"{one.kind} and {other.kind}",
                        expected="one after the other",
                    )
                    break


def _may_change(space: Compartment) -> bool:
    return space.role == CELL


def _has_potential(space: Compartment) -> bool:
    """Whether a compartment has a potential of its own, which an electrode could change."""
    return space.role != BATH and not (space.store or space.reference)
