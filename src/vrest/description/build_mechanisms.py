"""One mechanism from its node: kind, law, ions, numbers, factor and formula."""

from __future__ import annotations

import math
from collections.abc import Mapping as MappingType
from dataclasses import replace

import numpy as np

from ..errors import InputError, nearest
from ..laws.nernst import nernst_potential
from ..mechanisms.formula_language import FUNCTIONS, FormulaError, parse
from ..mechanisms.kind import Kind, Law
from ..mechanisms.parameter import Basis, Parameter, Type
from ..mechanisms.registry import find_kind, known_kinds
from ..units import DIMENSIONLESS, Dimension, UnitError, dimension_of, parse_quantity, quantity_from, to_unit
from .cell import CELL, Compartment, Mechanism, Value
from .check import Checker, brief, unit_of
from .ions import ion_table
from .nodes import Keys, Mapping, Node, Scalar
from .tables import MECHANISM_TABLE, Q10_TABLE, SHARE, SPECIES_TABLES

RESERVED = ("V", "T", "t", "E", "c_in", "c_out", "R", "F", "active", *FUNCTIONS)
CONCENTRATION = dimension_of("mol/m^3")
LOOKED_AT = (-0.2, 0.1)
MOST_FACTORS = 20


def build_mechanism(
    check: Checker,
    membrane: str,
    name: str,
    node: Node,
    place: Node,
    inner: Compartment,
    outer: Compartment,
    valences: MappingType[str, int],
) -> Mechanism | None:
    """The mechanism, or None with problems reported."""
    entry = check.section(node, f"mechanism '{brief(name)}'", "{kind: ghk, ion: K, permeability: 1e-8 m/s}")
    if entry is None or not check.name(place, name, "a mechanism"):
        return None
    chosen = _kind_and_law(check, name, entry)
    if chosen is None:
        return None
    return _Reader(check, membrane, name, entry, *chosen, inner, outer, valences).read()


def _kind_and_law(check: Checker, name: str, entry: Mapping) -> tuple[Kind, Law] | None:
    word = check.text(entry.get("kind"), "kind", 80)
    if word is None:
        if "kind" not in entry.entries:
            message = f"mechanism '{name}' lacks 'kind' (what the mechanism is)"
            check.report(entry, message, path="kind", found=entry.words, expected=f"kind: {' | '.join(known_kinds())}")
        return None
    try:
        kind = find_kind(word)
    except InputError as error:
        check.report(entry.entries["kind"], error.problems[0].message, path="kind", found=word)
        return None
    if kind is None:
        check.report(
            entry.entries["kind"],
            f"mechanism '{name}' has an unknown kind",
            path="kind",
            found=word or "nothing",
            expected=", ".join(known_kinds()),
            suggestion=nearest(word, known_kinds()),
        )
        return None
    chosen = entry.get("law")
    if "" in kind.laws:
        if chosen is not None:
            check.report(entry.key("law"), f"'{word}' has one law only", found=chosen.words, expected="no `law`")
        return kind, kind.laws[""]
    law = chosen.words if chosen is not None else kind.default_law
    if law is None or law not in kind.laws:
        check.report(
            chosen if chosen is not None else entry,
            f"'{word}' needs one of its laws" if chosen is None else f"'{word}' has no such law",
            path="law",
            found=law or "no `law`",
            expected="law: " + " | ".join(kind.laws),
            suggestion=nearest(law, kind.laws) if law else None,
        )
        return None
    return kind, kind.laws[law]


class _Reader:
    """Reads one mechanism whose kind and law are known."""

    def __init__(self, check, membrane, name, entry, kind, law, inner, outer, valences) -> None:
        self.check: Checker = check
        self.membrane, self.name = membrane, name
        self.entry: Mapping = entry
        self.kind: Kind = kind
        self.law: Law = law
        self.inner: Compartment = inner
        self.outer: Compartment = outer
        self.valences: MappingType[str, int] = valences
        self.keys: Keys = ("membranes", membrane, "mechanisms", name)
        self.path = f"{membrane}.{name}"
        self.numbers: dict[str, Value] = {}
        self.basis: Basis | None = None
        self.form = ""
        self._before = 0
        self._species_now: MappingType[str, float] = {}

    def read(self) -> Mechanism | None:
        before = self._before = len(self.check.problems)
        what = f"mechanism '{self.name}' ({' '.join(w for w in (self.kind.name, self.law.name) if w)})"
        self.check.keys(
            self.entry, [MECHANISM_TABLE, SPECIES_TABLES[self.kind.species], self.law.parameters], what, self._hints()
        )
        species = self._species_now = self._species()
        for parameter in self.law.parameters:
            self._parameter(parameter, species)
        self._one_of()
        self._user_parameters()
        self._q10()
        factor = self._formula("factor", species, (DIMENSIONLESS,))
        rate = self._rate(species)
        self._check_factor(factor, species)
        self._check_ions(species)
        self._check_atp()
        if len(self.check.problems) > before:
            return None
        return Mechanism(self.name, self.kind, self.law, self.numbers, species, self.basis, self.form, factor, rate)

    def _hints(self) -> dict[str, str]:
        return {
            "permeability": "permeabilities and their ratios belong to `kind: ghk`, which is another law",
            "conductance": "conductances belong to `kind: ohmic`, which is another law",
            "stoichiometry": f"`{self.kind.name}` has its own; use primary_pump or cotransport for another"
            if self.kind.species == "fixed"
            else "",
        }

    # -- ions -----------------------------------------------------------------------------------------------------

    def _species(self) -> dict[str, float]:
        how = self.kind.species
        if how == "fixed":
            return dict(self.kind.stoichiometry)
        if how == "ratios":
            node = self.entry.get("ratios")
            return dict.fromkeys(node.entries, 1.0) if isinstance(node, Mapping) else {}
        if how == "stoichiometry":
            return self._counts("stoichiometry")
        ion = self.check.text(self.entry.get("ion"), "ion", 64)
        if how == "ion or carries" and "carries" in self.entry.entries:
            if ion is not None:
                message = f"mechanism '{self.name}' has `ion` and `carries`"
                self.check.report(self.entry.key("carries"), message, found="both", expected="one of the two")
            before = len(self.check.problems)
            shares = self._counts("carries")
            if shares and len(self.check.problems) == before and not math.isclose(sum(shares.values()), 1.0, rel_tol=1e-9):
                self.check.report(
                    self.entry.entries["carries"],
                    f"the shares of the carriers of '{self.name}' must add to 1",
                    path=f"{self.path}.carries",
                    found=f"{sum(shares.values()):g}",
                    expected="shares such as {Na: 0.4, K: 0.6}",
                )
            return shares
        return {ion: 1.0} if ion is not None else {}

    def _counts(self, key: str) -> dict[str, float]:
        node = self.entry.get(key)
        section = self.check.section(node, f"'{key}' of '{self.name}'", "{Na: 3, K: -2}")
        counts: dict[str, float] = {}
        for ion, scalar in section or ():
            path = f"{self.path}.{key}.{brief(ion)}"
            if not isinstance(scalar, Scalar):
                self.check.report(
                    scalar, f"'{key}' holds a plain number for each ion", path=path, found=scalar.words, expected="{Na: 3, K: -2}"
                )
                counts[ion] = 1.0
                continue
            measured = self.check.number(scalar, SHARE if key == "carries" else Parameter(ion, example="3"), path)
            counts[ion] = measured[0].value if measured else 1.0
            if key == "stoichiometry" and not 0 < abs(counts[ion]) <= 100:
                expected = "a small number other than zero, positive outward"
                self.check.report(scalar, f"'{path}' is out of range", path=path, found=scalar.words, expected=expected)
                counts[ion] = 1.0
        if section is not None and not section.entries:
            self.check.report(section, f"'{key}' of '{self.name}' names no ion", found="nothing", expected="{Na: 3, K: -2}")
        return counts

    def _check_ions(self, species: MappingType[str, float]) -> None:
        """Every ion that is moved is known, and listed wherever its concentration matters."""
        if not species and self.kind.species == "ion or carries" and not self._held():
            changing = next(c.name for c in (self.inner, self.outer) if not c.keeps_concentrations)
            self.check.report(
                self.entry,
                f"mechanism '{self.name}' moves charge but names no carrier; that is allowed only where concentrations are held, "
                f"and those of '{changing}' are not",
                path=f"{self.path}.ion",
                found="neither ion nor carries",
                expected="ion: K, or carries: {Na: 0.4, K: 0.6}",
            )
            self._needs_reversal(species)
            return
        self._needs_reversal(species)
        for ion in species:
            if ion not in self.valences and ion not in ion_table():
                self._unknown_ion(ion)
                continue
            for side in (self.inner, self.outer):
                if ion not in side.ions and (self._needs_concentrations() or side.role == CELL):
                    self.check.report(
                        self.entry,
                        f"mechanism '{self.name}' moves {ion}, which compartment '{side.name}' does not list",
                        path=f"{side.name}.{ion}",
                        found=f"ions {', '.join(side.ions) or 'none'}",
                        expected=f"{ion}: a concentration in '{side.name}' (0 mM where it is absent)",
                    )
        self._needs_more_than_zero(species)

    def _needs_more_than_zero(self, species: MappingType[str, float]) -> None:
        """Concentrations that a logarithm or a quotient of this mechanism divides by."""
        why = self._takes_logarithms()
        if why:
            for ion in species:
                self._more_than_zero(ion, (self.inner, self.outer), f"{why} of '{self.name}'")
        if self.form == "outside":
            self._more_than_zero("Na", (self.outer,), f"the turnover of '{self.name}' is divided by it")

    def _takes_logarithms(self) -> str | None:
        if self.kind.name == "ohmic" and "reversal" not in self.entry.entries:
            return "it stands in the Nernst potential"
        if self.law.name == "affinity":
            return "its logarithm stands in the free energy of one cycle"
        if self.form == "signed":
            return "it stands in a quotient in the rate"
        return "its logarithm stands in the free energy of one cycle" if self.law.needs_atp else None

    def _more_than_zero(self, ion: str, sides: tuple[Compartment, ...], why: str) -> None:
        for side in sides:
            self.check.more_than_zero(side.ions.get(ion), f"{side.name}.{ion}", why)

    def _unknown_ion(self, ion: str) -> None:
        known = [*self.valences, *ion_table()]
        node = next(
            (self.entry.entries[k] for k in ("ion", "carries", "stoichiometry", "ratios") if k in self.entry.entries), self.entry
        )
        self.check.report(
            node,
            f"mechanism '{self.name}' names an unknown ion '{brief(ion)}'",
            path=self.path,
            found=ion or "nothing",
            expected=f"an ion of the description: {', '.join(self.valences)}",
            suggestion=nearest(ion, known),
        )

    def _held(self) -> bool:
        return self.inner.keeps_concentrations and self.outer.keeps_concentrations

    def _needs_concentrations(self) -> bool:
        if self.kind.name in ("current", "formula") or self.law.name in ("constant", "balancing"):
            return False
        return "reversal" not in self.numbers

    def _needs_reversal(self, species: MappingType[str, float]) -> None:
        if (
            self.kind.name == "ohmic"
            and "reversal" not in self.entry.entries
            and (not species or "carries" in self.entry.entries)
        ):
            self.check.report(
                self.entry,
                f"mechanism '{self.name}' has no reversal potential",
                path=f"{self.path}.reversal",
                found="no reversal",
                expected="reversal: -54 mV, or ion: K",
            )

    def _check_atp(self) -> None:
        if self.law.needs_atp and self.inner.delta_G is None and self.outer.delta_G is None:
            self.check.report(
                self.entry,
                f"mechanism '{self.name}' is bound by the free energy of ATP, which no side of the membrane describes",
                path=f"{self.inner.name}.atp.delta_G",
                found="no atp",
                expected="atp: {delta_G: -50 kJ/mol} in the compartment that holds the ATP",
            )

    # -- numbers --------------------------------------------------------------------------------------------------

    def _parameter(self, parameter: Parameter, species: MappingType[str, float]) -> None:
        if parameter.type is Type.QUANTITIES:
            self._quantities(parameter)
            return
        if parameter.type is Type.FORMULA:
            return
        node = self.entry.get(parameter.name)
        if isinstance(node, Scalar) and node.text in parameter.choices:
            self.form = node.text
            return
        if parameter.per_product and node is not None:
            row = self._per_product(parameter, node, species)
            if row is None:
                return
            parameter = row
        value = self.check.optional_quantity(self.entry, parameter, (*self.keys, parameter.name), f"{self.path}.{parameter.name}")
        if value is not None:
            self.numbers[parameter.name] = value
            if parameter.extensive:
                self._count_by(value)

    def _count_by(self, value: Value) -> None:
        if value.basis is not None:
            self.basis = value.basis

    def _per_product(self, parameter: Parameter, node: Node, species: MappingType[str, float]) -> Parameter | None:
        """A mass-action rate is divided by the product of the concentrations taken up (all |n|), or by the signed powers as printed."""
        physical, signed = sum(abs(n) for n in species.values()), sum(species.values())
        if physical != int(physical) or signed != int(signed) or physical > MOST_FACTORS:
            self.check.report(
                self.entry.key("stoichiometry"),
                f"mass action of '{self.name}' multiplies {physical:g} concentrations; no unit can be written for its rate",
                path=f"{self.path}.stoichiometry",
                found=f"{physical:g}",
                expected=f"a whole number, at most {MOST_FACTORS}; or law: affinity",
            )
            return None
        units = [_over(int(order)) for order in dict.fromkeys((physical, signed))]
        rows = [replace(parameter, unit=unit, example=f"1e-9 {unit}") for unit in units]
        written = _dimension(node.get("value") if isinstance(node, Mapping) else node)
        chosen = next((row for row in rows if written in row.bases()), None)
        self.form = "signed" if chosen is not None and chosen is not rows[0] else ""
        return chosen or replace(rows[0], example=" or ".join(f"1e-9 {unit}" for unit in units))

    def _quantities(self, parameter: Parameter) -> None:
        section = self.check.section(self.entry.get(parameter.name), f"'{parameter.name}' of '{self.name}'", parameter.example)
        if section is not None and not section.entries:
            self.check.report(
                section, f"'{parameter.name}' of '{self.name}' names no ion", found="nothing", expected=parameter.example
            )
        for ion, node in section or ():
            row = replace(parameter, name=ion, type=Type.QUANTITY, example="")
            path = f"{parameter.name}.{ion}"
            value = self.check.quantity(node, row, (*self.keys, parameter.name, ion), f"{self.path}.{path}")
            if value is not None:
                self.numbers[path] = value
            moved = self._species_names()
            if moved is not None and ion not in moved:
                assert section is not None
                self.check.report(
                    section.key(ion),
                    f"'{self.name}' does not move {brief(ion)}",
                    path=f"{self.path}.{parameter.name}",
                    found=ion,
                    expected=", ".join(moved),
                    suggestion=nearest(ion, moved),
                )

    def _species_names(self) -> list[str] | None:
        if self.kind.species == "fixed":
            return list(self.kind.stoichiometry)
        node = self.entry.get("stoichiometry")
        return list(node.entries) if self.kind.species == "stoichiometry" and isinstance(node, Mapping) else None

    def _one_of(self) -> None:
        for group in self.law.one_of:
            given = [name for name in group if name in self.entry.entries]
            if len(given) != 1:
                place = self.entry.key(given[1]) if given else self.entry
                self.check.report(
                    place,
                    f"mechanism '{self.name}' needs exactly one of {' or '.join(group)}",
                    path=f"{self.path}.{group[0]}",
                    found=" and ".join(given) or "none",
                    expected=" or ".join(group),
                )

    def _user_parameters(self) -> None:
        section = self.check.section(self.entry.get("parameters"), f"'parameters' of '{self.name}'", "{V_half: -40 mV}")
        taken = {*RESERVED, *self.numbers, *(p.name for p in self.law.parameters), *self._names(self._species_now)}
        for word, node in section or ():
            assert section is not None
            if word in taken or not (word.isidentifier() and word.isascii() and len(word) <= 64):
                why = ": it has a meaning already" if word in taken else ""
                self.check.report(
                    section.key(word),
                    f"'{brief(word)}' cannot name a parameter of '{self.name}'{why}",
                    path=f"{self.path}.parameters",
                    found=word or "nothing",
                    expected="an unused name of letters, digits and _, such as V_half",
                )
                continue
            unit = _unit_text(node.get("value") if isinstance(node, Mapping) else node)
            row = Parameter(word, unit, example=f"a number in {unit}" if unit else "-40 mV")
            value = self.check.quantity(node, row, (*self.keys, "parameters", word), f"{self.path}.{word}")
            if value is not None:
                self.numbers[word] = replace(value, unit=unit)

    def _q10(self) -> None:
        node = self.entry.get("q10")
        section = self.check.section(node, f"'q10' of '{self.name}'", "{ratio: 3, reference: 20 degC}")
        if section is None:
            return
        self.check.keys(section, [Q10_TABLE], f"'q10' of '{self.name}'")
        for row in Q10_TABLE:
            value = self.check.optional_quantity(section, row, (*self.keys, "q10", row.name), f"{self.path}.q10.{row.name}")
            if value is not None:
                self.numbers[f"q10.{row.name}"] = value

    # -- formulas -------------------------------------------------------------------------------------------------

    def _rate(self, species: MappingType[str, float]):
        row = next((p for p in self.law.parameters if p.type is Type.FORMULA), None)
        if row is None:
            return None
        bases = row.bases()
        formula = self._formula(row.name, species, tuple(bases))
        if formula is not None:
            self.basis = bases.get(formula.dimension)
        return formula

    def _formula(self, key: str, species: MappingType[str, float], wanted: tuple[Dimension, ...]):
        node = self.entry.get(key)
        if node is None:
            return None
        if self.law.basis_free and key == "factor":
            self.check.report(
                self.entry.key(key),
                f"a pump that balances has no factor: '{self.name}' follows the other fluxes",
                found=key,
                expected="no factor",
            )
            return None
        if not isinstance(node, Scalar):
            self.check.report(
                node,
                f"'{key}' of '{self.name}' is a formula",
                path=f"{self.path}.{key}",
                found=node.words,
                expected='such as "1/(1 + exp((V - E_K)/(10 mV)))"',
            )
            return None
        try:
            formula = parse(node.text, names=self._names(species))
        except FormulaError as error:
            for problem in error.problems:
                self.check.report(
                    node,
                    f"'{key}' of '{self.name}': {problem.message}",
                    found=problem.found,
                    expected=problem.expected,
                    suggestion=problem.suggestion,
                    path=f"{self.path}.{key}",
                    offset=error.offset or 0,
                )
            return None
        if formula.dimension not in wanted and not _is_zero(formula):
            self.check.report(
                node,
                f"'{key}' of '{self.name}' has the wrong dimension: its value is {formula.dimension}",
                found=node.text,
                expected=" or ".join(str(d) for d in wanted),
                path=f"{self.path}.{key}",
            )
            return None
        for name in formula.names:
            if name == "E" or name.startswith("E_"):
                ion = name[2:] or next(iter(species))
                self._more_than_zero(ion, (self.inner, self.outer), f"'{key}' of '{self.name}' names {name}")
        return formula

    def _check_factor(self, factor, species: MappingType[str, float]) -> None:
        """A factor is never negative: that would turn a passive path round. Looked at where membranes are."""
        if factor is None or len(self.check.problems) > self._before:
            return
        V = np.linspace(*LOOKED_AT, 301)
        with np.errstate(all="ignore"):
            values = np.broadcast_to(factor.evaluate(self._sample(factor, species, V)), V.shape)
        if np.any(values < 0):
            worst = int(np.nanargmin(values))
            self.check.report(
                self.entry.entries["factor"],
                f"'factor' of '{self.name}' is negative at {to_unit(V[worst], 'mV'):.4g} mV ({values[worst]:.4g}); "
                "no flow is multiplied by less than zero",
                path=f"{self.path}.factor",
                found=factor.text,
                expected="zero or more everywhere, such as max(0, ...)",
            )

    def _sample(self, formula, species: MappingType[str, float], V) -> dict:
        """The described values of the names of a formula, over potentials."""
        T = self.check.settable["temperature"].si if "temperature" in self.check.settable else 310.0
        values = {"V": V, "T": T, "t": 0.0} | {key: value.si for key, value in self.numbers.items()}
        for ion in {**self.inner.ions, **self.outer.ions}:
            sides = [side.ions[ion].si if ion in side.ions else 0.0 for side in (self.inner, self.outer)]
            values |= {f"c_in_{ion}": sides[0], f"{ion}_in": sides[0], f"c_out_{ion}": sides[1], f"{ion}_out": sides[1]}
            if f"E_{ion}" in formula.names or "E" in formula.names:
                z = self.valences.get(ion, 1)
                values[f"E_{ion}"] = nernst_potential(z, *sides, T) if all(sides) else 0.0
        ion = next(iter(species), "")
        return values | {short: values[f"{short}_{ion}"] for short in ("c_in", "c_out", "E") if f"{short}_{ion}" in values}

    def _names(self, species: MappingType[str, float]) -> dict[str, Dimension]:
        """What a formula may name: V, T, t, each ion's concentrations and Nernst potential, the mechanism's own numbers."""
        volt = dimension_of("V")
        names = {"V": volt, "T": dimension_of("K"), "t": dimension_of("s")}
        for ion in {**self.inner.ions, **self.outer.ions}:
            if ion in self.inner.ions:
                names[f"c_in_{ion}"] = names[f"{ion}_in"] = CONCENTRATION
            if ion in self.outer.ions:
                names[f"c_out_{ion}"] = names[f"{ion}_out"] = CONCENTRATION
            if ion in self.inner.ions and ion in self.outer.ions:
                names[f"E_{ion}"] = volt
        if len(species) == 1:
            ion = next(iter(species))
            pairs = {"c_in": f"c_in_{ion}", "c_out": f"c_out_{ion}", "E": f"E_{ion}"}
            names |= {short: names[long] for short, long in pairs.items() if long in names}
        names |= {
            key: dimension_of(value.unit) if value.unit else DIMENSIONLESS
            for key, value in self.numbers.items()
            if key.isidentifier()
        }
        return names


def _over(order: int) -> str:
    """The unit of cycles per area and time over a product of so many concentrations; a unit has powers up to 4."""
    powers = [4] * (abs(order) // 4) + [abs(order) % 4] * bool(order % 4)
    factors = " ".join("mM" if n == 1 else f"mM^{n}" for n in powers)
    if order < 0:
        return f"mol {factors}/(m^2 s)"
    return f"mol/(m^2 s {factors})" if factors else "mol/(m^2 s)"


def _dimension(scalar: Node | None) -> Dimension | None:
    if not isinstance(scalar, Scalar):
        return None
    try:
        return (parse_quantity(scalar.text) if scalar.given is None else quantity_from(scalar.given)).dimension
    except UnitError:
        return None


def _unit_text(scalar: Node | None) -> str:
    """The unit of a user's parameter as it was written; its dimension is the parameter's."""
    unit = unit_of(scalar.text) if isinstance(scalar, Scalar) else ""
    try:
        dimension_of(unit)
    except UnitError:
        return ""
    return unit


def _is_zero(formula) -> bool:
    return not formula.names and float(formula.evaluate({})) == 0.0
