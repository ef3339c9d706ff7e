"""A mechanism: which ions it moves and what its law needs of them, what its formulas may name, and what they give."""

from __future__ import annotations

import math
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import nearest
from ...laws.nernst import nernst_potential
from ...mechanisms.formula_language import FUNCTIONS, Formula
from ...mechanisms.kind import Kind, Law
from ...mechanisms.parameter import Basis, Type
from ...units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from ..cell import CELL, Compartment, Mechanism, Value
from ..data import ion_table
from ..kinds import KindTable, is_signed
from ..measure import brief
from ..nodes import Mapping
from ..read import Section
from .formulas import number_names, read_expression, side_names, side_values, unused

LOOKED_AT = (-0.2, 0.1)
RESERVED = ("V", "T", "t", "E", "c_in", "c_out", "R", "F", "active", *FUNCTIONS)
EXAMPLE = 'such as "1/(1 + exp((V - E_K)/(10 mV)))"'


@dataclass
class Way:
    """A mechanism whose kind and law are known, with the compartments on its sides (of an exchange: its own and its partner)."""

    section: Section
    inner: Compartment
    outer: Compartment
    valences: MappingType[str, int]
    numbers: dict[str, Value] = field(default_factory=dict)
    species: MappingType[str, float] = field(default_factory=dict)
    basis: Basis | None = None
    form: str = ""

    @property
    def kind(self) -> Kind:
        table = self.section.table
        assert isinstance(table, KindTable)
        assert table.kind is not None
        return table.kind

    @property
    def law(self) -> Law:
        table = self.section.table
        assert isinstance(table, KindTable)
        assert table.law is not None
        return table.law

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


def mechanism_of(
    section: Section, inner: Compartment, outer: Compartment, valences: MappingType[str, int], temperature: float
) -> Mechanism | None:
    """The mechanism that a section describes, checked against its sides; None where it has a problem."""
    way = Way(section, inner, outer, valences)
    way.species = _species(way)
    _numbers(way)
    rate = _rate(way)
    factor = _formula(way, "factor", (DIMENSIONLESS,))
    if factor is not None and section.sound:
        _check_sign(way, factor, temperature)
    for fact in (_one_of, _ions_of_numbers, _carriers, _listed_ions, _reversal, _energy):
        fact(way)
    if not section.sound:
        return None
    return Mechanism(way.name, way.kind, way.law, way.numbers, way.species, way.basis, way.form, factor, rate)


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
    if how == "ion and counter_ion":
        return _with_counter_ion(way)
    if "carries" in section:
        return section["carries"]
    return {} if section["ion"] is None else {section["ion"]: 1.0}


def _with_counter_ion(way: Way) -> dict[str, float]:
    """An ion, and as much of its counter-ion as leaves no charge moved: along with it, or against it."""
    ion, counter = way.section["ion"], way.section["counter_ion"]
    if ion is None or counter is None:
        return {} if ion is None else {ion: 1.0}
    if ion == counter:
        message = f"'{way.name}' moves {brief(ion)} with itself as counter-ion, which is nothing"
        way.section.wrong("counter_ion", message, expected="another ion of the compartment, such as Cl")
        return {ion: 1.0}
    z, z_counter = (way.valences.get(word) or 1 for word in (ion, counter))
    return {ion: 1.0, counter: -z / z_counter}


def _carriers(way: Way) -> None:
    """A current names its carriers wherever concentrations change; their shares add to 1."""
    section, shares = way.section, way.section["carries"]
    if section["ion"] is not None and "carries" in section:
        message = f"mechanism '{way.name}' has `ion` and `carries`"
        section.report(section.key("carries"), message, found="both", expected="one of the two")
    if shares and section.sound and not math.isclose(sum(shares.values()), 1.0, rel_tol=1e-9):
        message, total = f"the shares of the carriers of '{way.name}' must add to 1", f"{sum(shares.values()):g}"
        section.wrong("carries", message, found=total, expected="shares such as {Na: 0.4, K: 0.6}")
    changing = [side.name for side in way.sides if not side.keeps_concentrations]
    if way.kind.species == "ion or carries" and not way.species and changing:
        section.wrong(
            "ion",
            f"mechanism '{way.name}' moves charge but names no carrier; that is allowed only where concentrations are held, "
            f"and those of '{changing[0]}' are not",
            found="neither ion nor carries",
            expected="ion: K, or carries: {Na: 0.4, K: 0.6}",
        )


def _listed_ions(way: Way) -> None:
    """Every ion that is moved is known, and listed wherever its concentration matters."""
    reads = way.law.reads_concentrations and "reversal" not in way.numbers
    for ion in way.species:
        if ion not in way.valences and ion not in ion_table():
            _unknown_ion(way, ion)
            continue
        for side in way.sides:
            if ion not in side.ions and (reads or side.role == CELL):
                way.section.report(
                    way.section.node,
                    f"mechanism '{way.name}' moves {ion}, which compartment '{side.name}' does not list",
                    path=f"{side.name}.{ion}",
                    found=f"ions {', '.join(side.ions) or 'none'}",
                    expected=f"{ion}: a concentration in '{side.name}' (0 mM where it is absent)",
                )
    _more_than_zero_where_needed(way)


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
        _more_than_zero(way, ion, way.sides, f"{why} of '{way.name}'")
    if way.form in way.law.divides_by:
        ion, side = way.law.divides_by[way.form]
        _more_than_zero(way, ion, (getattr(way, side),), f"the turnover of '{way.name}' is divided by it")


def _more_than_zero(way: Way, ion: str, sides: tuple[Compartment, ...], why: str) -> None:
    """A problem where a concentration of zero was written."""
    for side in sides:
        value = side.ions.get(ion)
        if value is not None and value.si == 0 and value.node is not None:
            path = f"{side.name}.{ion}"
            way.section.report(
                value.node,
                f"'{path}' needs more than zero: {why}",
                path=path,
                found=value.text or "0",
                expected="a positive concentration such as 1e-6 mM",
            )


def _reversal(way: Way) -> None:
    """A conductance has a reversal potential of its own, or one ion's Nernst potential."""
    shared = not way.species or "carries" in way.section
    if way.law.has_reversal and "reversal" not in way.section and shared:
        message = f"mechanism '{way.name}' has no reversal potential"
        way.section.wrong("reversal", message, expected="reversal: -54 mV, or ion: K")


def _energy(way: Way) -> None:
    """What is bound by the free energy of ATP has one."""
    if way.law.needs_atp and all(side.delta_G is None for side in way.sides):
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
            way.form = value
        elif isinstance(value, Value):
            way.numbers[row.name] = value
            way.basis = value.basis if row.extensive and value.basis is not None else way.basis
            way.form = "signed" if is_signed(row, way.species) else way.form
        elif row.type is Type.QUANTITIES:
            way.numbers |= {f"{row.name}.{ion}": one for ion, one in value.items() if one is not None}
    way.numbers |= _own_numbers(way)
    if (q10 := section["q10"]) is not None:
        way.numbers |= {f"q10.{key}": value for key, value in q10.values.items() if value is not None}


def _own_numbers(way: Way) -> dict[str, Value]:
    """The numbers that the user names, without those whose name has a meaning already."""
    taken = {*RESERVED, *way.numbers, *(row.name for row in way.law.parameters), *_names(way)}
    return unused(way.section, "parameters", taken)


def _ions_of_numbers(way: Way) -> None:
    """Numbers by ion are those of ions that the mechanism moves, of one at least."""
    section = way.section
    moved = {"fixed": way.kind.stoichiometry, "stoichiometry": section["stoichiometry"]}.get(way.kind.species)
    for row in section.table:
        if row.type not in (Type.QUANTITIES, Type.COUNTS) or row.name not in section:
            continue
        node = section.at(row.name)
        if isinstance(node, Mapping) and not node.entries:
            section.report(node, f"'{row.name}' of '{way.name}' names no ion", found="nothing", expected=row.example)
        for ion in section[row.name]:
            if moved and ion not in moved:
                message, path = f"'{way.name}' does not move {brief(ion)}", section.path_of(row.name)
                section.report(node.key(ion), message, path=path, found=ion, among=moved)


def _one_of(way: Way) -> None:
    """Of numbers that say the same in two ways one is given."""
    for group in way.law.one_of:
        given = [name for name in group if name in way.section]
        if len(given) != 1:
            way.section.report(
                way.section.key(given[1]) if given else way.section.node,
                f"mechanism '{way.name}' needs exactly one of {' or '.join(group)}",
                path=way.section.path_of(group[0]),
                found=" and ".join(given) or "none",
                expected=" or ".join(group),
            )


# -- formulas ---------------------------------------------------------------------------------------------------------


def _names(way: Way) -> dict[str, Dimension]:
    """What a formula may name: V, T, t, each ion's concentrations and Nernst potential, the mechanism's own numbers."""
    volt, across = dimension_of("V"), not way.kind.in_compartment
    names = {"T": dimension_of("K"), "t": dimension_of("s"), **({"V": volt} if across else {})}
    names |= side_names(way.inner, "in") | side_names(way.outer, "out")
    if across:
        names |= {f"E_{ion}": volt for ion in way.inner.ions if ion in way.outer.ions}
    return names | {short: names[long] for short, long in _short_names(way).items() if long in names} | number_names(way.numbers)


def _short_names(way: Way) -> dict[str, str]:
    """The names of a formula that moves one ion: `c_in`, `c_out`, `E`; of an exchange those of the ion that its rate is of."""
    if len(way.species) != 1 and not (way.species and way.kind.in_compartment):
        return {}
    return {short: f"{short}_{next(iter(way.species))}" for short in ("c_in", "c_out", "E")}


def _rate(way: Way) -> Formula | None:
    row = next((row for row in way.law.parameters if row.type is Type.FORMULA), None)
    if row is None:
        return None
    bases = row.bases()
    formula = _formula(way, row.name, tuple(bases))
    if formula is not None:
        way.basis = bases.get(formula.dimension)
    return formula


def _formula(way: Way, key: str, wanted: tuple[Dimension, ...]) -> Formula | None:
    section = way.section
    if key not in section:
        return None
    if way.law.basis_free and key == "factor":
        message = f"a pump that balances has no factor: '{way.name}' follows the other fluxes"
        section.report(section.key(key), message, found=key, expected="no factor")
        return None
    formula = read_expression(section, key, way.name, _names(way), EXAMPLE, lambda name: _not_there(way, name))
    if formula is None:
        return None
    what = f"'{key}' of '{way.name}'"
    if formula.dimension not in wanted and not _is_zero(formula):
        message = f"{what} has the wrong dimension: its value is {formula.dimension}"
        section.wrong(key, message, expected=" or ".join(str(dimension) for dimension in wanted))
        return None
    for name in formula.names:
        if name == "E" or name.startswith("E_"):
            _more_than_zero(way, name[2:] or next(iter(way.species)), way.sides, f"{what} names {name}")
    return formula


def _is_zero(formula: Formula) -> bool:
    return not formula.names and float(formula.evaluate({})) == 0.0


def _not_there(way: Way, name: str) -> str | None:
    """Why a name that formulas across a membrane know has no meaning in an exchange."""
    if not way.kind.in_compartment:
        return None
    if name in ("V", "E") or name.startswith("E_"):
        return f"an exchange moves no charge, so no potential {name} drives it"
    if (name.startswith("c_out") or name.endswith("_out")) and "with" not in way.section:
        return f"{name} is a concentration on the other side, and `with` names no compartment there"
    return None


def _check_sign(way: Way, factor: Formula, temperature: float) -> None:
    """A factor is never negative: that would turn a passive path round. Looked at where membranes are."""
    V = np.linspace(*LOOKED_AT, 301)
    with np.errstate(all="ignore"):
        values = np.broadcast_to(factor.evaluate(_sample(way, factor, V, temperature)), V.shape)
    if np.any(values < 0):
        worst = int(np.nanargmin(values))
        where = "as described" if way.kind.in_compartment else f"at {to_unit(V[worst], 'mV'):.4g} mV"
        way.section.wrong(
            "factor",
            f"'factor' of '{way.name}' is negative {where} ({values[worst]:.4g}); no flow is multiplied by less than zero",
            expected="zero or more everywhere, such as max(0, ...)",
        )


def _sample(way: Way, formula: Formula, V: np.ndarray, T: float) -> dict[str, Any]:
    """The described values of the names of a formula, over potentials."""
    values = {"V": V, "T": T, "t": 0.0} | side_values(way.inner, "in") | side_values(way.outer, "out")
    values |= {key: value.si for key, value in way.numbers.items()}
    for ion in way.ions:
        if {"E", f"E_{ion}"} & set(formula.names):
            sides = [values.get(f"c_{side}_{ion}", 0.0) for side in ("in", "out")]
            values[f"E_{ion}"] = nernst_potential(way.valences.get(ion, 1), *sides, T) if all(sides) else 0.0
    return values | {short: values[long] for short, long in _short_names(way).items() if long in values}
