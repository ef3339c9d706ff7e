"""A mechanism: which ions it moves and what its law needs of them, what its formulas may name, and what they give."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...errors import nearest
from ...mechanisms.kind import IN_UNITS, Kind, Law
from ...mechanisms.parameter import Basis, Parameter, Type
from ..cell import CELL, Compartment, Mechanism, Value
from ..data import ion_table
from ..kinds import KindTable, is_signed
from ..measure import brief
from ..nodes import Node, present
from ..read import Section

if TYPE_CHECKING:
    from ...mechanisms.formula_language import Formula
    from ...mechanisms.formula_tables import Table
    from ...units import Dimension


Dimensions = dict[str, "Dimension"]


@dataclass
class Way:
    """A mechanism whose kind and law are known, with the compartments on its sides (of an exchange: its own and its partner).

    `own` are the names that it gives by itself, to gates and to the formulas of `let`; `tables` what its formulas read off.
    """

    section: Section
    kind: Kind
    law: Law
    inner: Compartment
    outer: Compartment
    valences: MappingType[str, float]
    elsewhere: Callable[[], Dimensions] = dict
    spaces: MappingType[str, Compartment] = field(default_factory=dict)
    numbers: dict[str, Value] = field(default_factory=dict)
    species: MappingType[str, float] = field(default_factory=dict)
    basis: Basis | None = None
    form: str = ""
    own: dict[str, Dimension] = field(default_factory=dict)
    let: dict[str, Formula] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.section.name

    @property
    def sides(self) -> tuple[Compartment, Compartment]:
        return self.inner, self.outer

    @property
    def ions(self) -> list[str]:
        """Ions listed on either side."""
        return list(dict.fromkeys((*self.inner.ions, *self.outer.ions)))

    def more_than_zero(self, ion: str, sides: tuple[Compartment, ...], why: str) -> None:
        """A problem where a concentration of zero was written."""
        for side in [side for side in sides if ion in side.ions]:
            value, path, expected = side.ions[ion], f"{side.name}.{ion}", "a positive concentration such as 1e-6 mM"
            if value.si == 0 and value.node is not None:
                message = f"'{path}' needs more than zero: {why}"
                self.section.report(value.node, message, path=path, found=value.text or "0", expected=expected)


def mechanism_of(
    section: Section,
    inner: Compartment,
    outer: Compartment,
    valences: MappingType[str, float],
    temperature: float,
    elsewhere: Callable[[], Dimensions] = dict,
    spaces: MappingType[str, Compartment] | None = None,
) -> Mechanism | None:
    """The mechanism that a section describes, checked against its sides; None where it has a problem. `elsewhere` tells what formulas
    may name of all compartments."""
    assert isinstance(section.table, KindTable)
    way = Way(section, section.table.kind, section.table.law, inner, outer, valences, elsewhere, spaces or {})
    way.species = _species(way)
    _numbers(way)
    rate = factor = gating = None
    computed: MappingType[str, Formula] = {}
    if _is_gated(way):
        from .gates import gating_of

        gating = gating_of(way, temperature)
    if _has_formulas(way):
        from .formulas import computed_of, formulas_of

        rate, factor = formulas_of(way, temperature)
        computed = computed_of(way, expressions(way), temperature)
    for fact in (_ions_of_numbers, _carriers, _listed_ions, _reversal, _energy):
        fact(way)
    if not section.sound:
        return None
    return Mechanism(
        way.name,
        way.kind,
        way.law,
        way.numbers,
        way.species,
        Basis.VOLUME if way.law.per_volume else way.basis,
        way.form,
        factor,
        rate,
        computed,
        gating=gating,
        let=way.let,
        like=section["like"],
        sources=section["source"],
    )


def _is_gated(way: Way) -> bool:
    """Whether a mechanism has gates, a scheme, or names of its own; what reads these is loaded where there are some."""
    return any(key in way.section for key in ("gates", "scheme", "states", "let", "tables", "voltage_shift"))


def _has_formulas(way: Way) -> bool:
    """Whether a mechanism is modulated by a formula, or is one: what reads formulas is loaded where there are some."""
    return "factor" in way.section or any(row.type is Type.FORMULA for row in way.law.parameters) or bool(expressions(way))


def expressions(way: Way) -> dict[str, tuple[Section, Parameter]]:
    """Formulas in place of numbers, by the names of these, each with the section where it stands."""
    section, found = way.section, dict[str, tuple[Section, Parameter]]()
    parts = [("", section), *((f"{key}.", part) for key, part in section.values.items() if isinstance(part, Section))]
    for prefix, part in parts:
        rows = [row for row in part.table if row.type is Type.EXPRESSION and isinstance(part[row.name], Node)]
        found |= {f"{prefix}{row.name}": (part, row) for row in rows}
    return found


# -- ions -------------------------------------------------------------------------------------------------------------


def _species(way: Way) -> MappingType[str, float]:
    """The ions that a mechanism moves, with their signed counts or shares."""
    section, how = way.section, way.kind.species
    if how == "fixed":
        return dict(way.kind.stoichiometry)
    if how == "ratios":
        return dict.fromkeys(section["ratios"], 1.0)
    if how == "stoichiometry":
        return section["stoichiometry"]
    if how == "reaction":
        return _reacting(way)
    if how == "ion and counter_ion":
        return _with_counter_ion(way)
    if "carries" in section:
        return section["carries"]
    return {} if section["ion"] is None else {section["ion"]: 1.0}


def _reacting(way: Way) -> dict[str, float]:
    """What a turnover takes out of a compartment: positive what is used, negative what is made."""
    from .reactions import check_reaction

    counts = dict(way.section["stoichiometry"] or {})
    if way.section.sound and all(ion in way.valences or ion in ion_table() for ion in counts):
        check_reaction(way, counts, {ion: _valence(way, ion) for ion in counts})
    return {ion: -n for ion, n in counts.items() if n}


def _with_counter_ion(way: Way) -> dict[str, float]:
    """An ion, and as much of its counter-ion as leaves no charge moved: along with it, or against it."""
    ion, counter = way.section["ion"], way.section["counter_ion"]
    if ion is None or counter is None:
        return {} if ion is None else {ion: 1.0}
    if not _valence(way, counter):
        message = f"'{way.name}' has {brief(counter)} as counter-ion, which carries no charge"
        way.section.wrong("counter_ion", message, expected="an ion that has a charge, such as Cl")
        return {ion: 1.0}
    if ion == counter:
        message = f"'{way.name}' moves {brief(ion)} with itself as counter-ion, which is nothing"
        way.section.wrong("counter_ion", message, expected="another ion of the compartment, such as Cl")
        return {ion: 1.0}
    z, z_counter = (_valence(way, word) for word in (ion, counter))
    return {ion: 1.0, counter: -z / z_counter}


def _carriers(way: Way) -> None:
    """A current names its carriers wherever concentrations change; their shares add to 1."""
    section, shares = way.section, way.section["carries"]
    if shares and section.sound and not math.isclose(total := sum(shares.values()), 1.0, rel_tol=1e-9):
        message = f"the shares of the carriers of '{way.name}' must add to 1"
        section.wrong("carries", message, found=f"{total:g}", expected="shares such as {Na: 0.4, K: 0.6}")
    if way.kind.species == "ion or carries":
        _uncharged(way)
        if not way.species:
            _no_carrier(way)


def _valence(way: Way, ion: str) -> float:
    """The valence of an ion, 1 for one that is not known, which is told elsewhere."""
    known = ion_table().get(ion)
    return way.valences.get(ion, known.valence if known else 1)


def _uncharged(way: Way) -> None:
    """Only what has a charge carries a current."""
    for ion in [ion for ion in way.species if not _valence(way, ion)]:
        key = "carries" if "carries" in way.section else "ion"
        message = f"mechanism '{way.name}' moves charge, and {brief(ion)} carries none"
        way.section.wrong(
            key, message, found=ion, expected=f"kind: ghk, by which {brief(ion)} diffuses; or an ion that has a charge"
        )


def _no_carrier(way: Way) -> None:
    changing = [side.name for side in way.sides if not side.keeps_concentrations]
    if changing:
        way.section.wrong(
            "ion",
            f"mechanism '{way.name}' moves charge but names no carrier; that is allowed only where concentrations are held, "
            f"and those of '{changing[0]}' are not",
            found="neither ion nor carries",
            expected="ion: K; several ions go each its own way by kind: ghk_shared; carries: {Na: 0.4, K: 0.6} gives fixed shares",
        )


def _listed_ions(way: Way) -> None:
    """Every ion that is moved is known, and listed wherever its concentration matters."""
    reads = way.law.reads_concentrations and "reversal" not in way.numbers
    sides = [side for side in way.sides if side.name and (reads or side.role == CELL)]
    for ion in way.species:
        if ion not in way.valences and ion not in ion_table():
            _unknown_ion(way, ion)
        else:
            _check_listed(way, ion, sides)
    _more_than_zero_where_needed(way)


def _check_listed(way: Way, ion: str, sides: list[Compartment]) -> None:
    for side in [side for side in sides if ion not in side.ions]:
        way.section.report(
            way.section.node,
            f"mechanism '{way.name}' moves {ion}, which compartment '{side.name}' does not list",
            path=f"{side.name}.{ion}",
            found=f"ions {', '.join(side.ions) or 'none'}",
            expected=f"{ion}: a concentration in '{side.name}' (0 mM where it is absent)",
        )


def _unknown_ion(way: Way, ion: str) -> None:
    section = way.section
    keys = ("counter_ion",) if section["counter_ion"] == ion else ("ion", "carries", "stoichiometry", "ratios")
    section.report(
        next((section.at(key) for key in keys if key in section), section.node),
        f"mechanism '{way.name}' names an unknown ion '{brief(ion)}'",
        path=section.path,
        found=ion or "nothing",
        expected=f"an ion of the description: {', '.join(way.valences)}",
        suggestion=nearest(ion, [*way.valences, *ion_table()]),
    )


def _more_than_zero_where_needed(way: Way) -> None:
    """Concentrations of which a law takes the logarithm, or by which it divides."""
    why = "" if "reversal" in way.section else way.law.logarithm
    if way.form == "signed":
        why = "it stands in a quotient in the rate"
    for ion in way.species if why else ():
        way.more_than_zero(ion, way.sides, f"{why} of '{way.name}'")
    if way.form in way.law.divides_by:
        ion, side = way.law.divides_by[way.form]
        way.more_than_zero(ion, (getattr(way, side),), f"the turnover of '{way.name}' is divided by it")


def _reversal(way: Way) -> None:
    """A conductance has a reversal potential of its own, or one ion's Nernst potential."""
    shared = not way.species or "carries" in way.section
    if way.law.has_reversal and "reversal" not in way.section and shared:
        message = f"mechanism '{way.name}' has no reversal potential"
        way.section.wrong("reversal", message, expected="reversal: -54 mV, or ion: K")


def _energy(way: Way) -> None:
    """What is bound by the free energy of ATP has one; what something else drives splits none."""
    if "drive" in way.section:
        if "atp" in way.section:
            message = f"'{way.name}' is driven by ATP or by something else, not by both"
            way.section.wrong("atp", message, expected="`atp`, or `drive: {delta_G: -200 kJ/mol}`")
    elif way.law.needs_atp and all(side.delta_G is None for side in way.sides):
        way.section.report(
            way.section.node,
            f"mechanism '{way.name}' is bound by the free energy of ATP, which no side of the membrane describes",
            path=f"{way.inner.name}.atp.delta_G",
            found="no atp",
            expected="atp: {delta_G: -50 kJ/mol} in the compartment that holds the ATP",
        )


# -- numbers ----------------------------------------------------------------------------------------------------------


def _numbers(way: Way) -> None:
    """The numbers of a mechanism by name, the word in place of one, and what its amounts are counted per."""
    section = way.section
    for row in (section.table[row.name] for row in way.law.parameters):
        value = section[row.name]
        if isinstance(value, str):
            way.form = way.form or value
        elif isinstance(value, Value):
            _number(way, row, value)
        elif row.type is Type.QUANTITIES:
            way.numbers |= _by_name(row.name, value)
    if "parameters" in section:
        from .formulas import own_numbers

        way.numbers |= own_numbers(way)
    if section["q10"] is not None:
        way.numbers |= _by_name("q10", section["q10"].values)
    for part in [row.name for row in way.law.parameters if row.type is Type.SECTION and section[row.name] is not None]:
        way.numbers |= {name: one for name, one in _by_name(part, section[part].values).items() if isinstance(one, Value)}


def _number(way: Way, row: Parameter, value: Value) -> None:
    way.numbers[row.name] = value
    if row.extensive and value.basis is not None:
        way.basis = value.basis
    if is_signed(row, way.species):
        way.form = "signed"
    if row.name in way.law.in_units and row.unit:
        way.form = IN_UNITS


def _by_name(key: str, values: MappingType[str, Value | None]) -> dict[str, Value]:
    return {f"{key}.{name}": value for name, value in present(values).items()}


def _ions_of_numbers(way: Way) -> None:
    """Numbers by ion are those of ions that the mechanism moves, of one at least."""
    section = way.section
    moved = {"fixed": way.kind.stoichiometry, "stoichiometry": section["stoichiometry"]}.get(way.kind.species)
    moved = section["stoichiometry"] if way.kind.species == "reaction" else moved
    for row in section.table:
        if row.type in (Type.QUANTITIES, Type.COUNTS) and row.name in section:
            _check_ions(way, row, moved or section[row.name])


def _check_ions(way: Way, row: Parameter, moved: MappingType[str, float]) -> None:
    section, place = way.section, way.section.at(row.name)
    if section.is_empty(row.name):
        section.report(place, f"'{row.name}' of '{way.name}' names no ion", found="nothing", expected=row.example)
    for ion in [ion for ion in section[row.name] if ion not in moved]:
        message = f"'{way.name}' does not move {brief(ion)}"
        section.report(place.key(ion), message, path=section.path_of(row.name), found=ion, among=moved)
