"""Formulas of a description: what they may name, and the numbers of the user's own that they name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...laws.nernst import nernst_potential
from ...laws.proton import pH_from_concentration
from ...mechanisms.formula_language import FUNCTIONS, Formula, FormulaError, parse
from ...mechanisms.formula_words import tokens
from ...mechanisms.parameter import Parameter, Type
from ...units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from ..cell import Compartment, Value, si_of
from ..measure import brief
from ..nodes import Node, Scalar, Sequence
from ..read import Section

if TYPE_CHECKING:
    from ...mechanisms.formula_tables import Table
    from .mechanisms import Way

CONCENTRATION, VOLUME = dimension_of("mol/m^3"), dimension_of("m^3")
LET = "`let`"
LATER = ("w_in", "w_out", "pH_in", "pH_out")
"""Names that a parameter of the user's own may take."""
LOOKED_AT = (-0.2, 0.1)
"""Potentials [V] between which a factor must not be negative."""
RESERVED = ("V", "T", "t", "E", "c_in", "c_out", "R", "F", "active", "and", "or", "not", *FUNCTIONS)
EXAMPLE = 'such as "1/(1 + exp((V - E_K)/(10 mV)))"'


def unused(section: Section, key: str, taken: Collection[str]) -> dict[str, Value]:
    """Numbers of the user's own; a problem for each whose name is taken."""
    for word in section[key]:
        if word in taken:
            from ..wrong_keys import refuse_name

            refuse_name(section, section.table[key], word, ": it has a meaning already")
    return {word: value for word, value in section[key].items() if word not in taken}


def claim(section: Section, named: Iterable[tuple[str, str, Node]], meaning: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Names of a section's own that are free, each with what it names; whatever is named twice is told.

    Arguments:
        named:   every name, what it names, and where it stands
        meaning: what names mean already, to which these are added
    """
    for name, what, place in named:
        if not (name.isidentifier() and name.isascii() and len(name) <= 64):
            message = f"'{brief(name)}' cannot name a {what} of '{section.name}'"
            section.report(place, message, found=name or "nothing", expected="letters, digits and _, such as m")
        elif name in meaning:
            message = f"'{brief(name)}' of '{section.name}' is a {what}, and {meaning[name]} as well"
            section.report(place, message, path=section.path, found=name, expected="another name")
        else:
            yield name, what
        meaning.setdefault(name, f"a {what}")


def read_expression(
    section: Section,
    key: str,
    name: str,
    names: Mapping[str, Dimension],
    example: str,
    why_not: Callable[[str], str | None] = lambda name: None,
) -> Formula | None:
    """The formula behind a key of the mechanism or membrane `name`, or None with problems reported; as `read_formula`."""
    return read_formula(section, section.at(key), f"'{key}' of '{name}'", names, example, why_not, section.path_of(key))


def read_formula(
    section: Section,
    node: Node,
    what: str,
    names: Mapping[str, Dimension],
    example: str,
    why_not: Callable[[str], str | None] = lambda name: None,
    path: str = "",
    tables: Mapping[str, Table] | None = None,
    let: Mapping[str, Formula] | None = None,
) -> Formula | None:
    """The formula of a node, or None with problems reported.

    Arguments:
        what:    how messages call it
        names:   what it may name
        example: what could stand there
        why_not: says why a name that is not known has no meaning there
        path:    of the formula; that of its section by default
        tables:  what it may read off
        let:     formulas that are put in place of their names
    """
    path = path or section.path
    if not isinstance(node, Scalar):
        section.report(node, f"{what} is a formula", path=path, found=node.words, expected=example)
        return None
    try:
        return parse(node.text, names=names, tables=tables, let=let)
    except FormulaError as error:
        why = None if error.unknown is None else why_not(error.unknown)
        for problem in error.problems:
            section.report(
                node,
                f"{what}: {why or problem.message}",
                found=problem.found,
                expected=problem.expected,
                suggestion=problem.suggestion,
                path=path,
                offset=error.offset or 0,
            )
    return None


def named_in(node: Node, names: Collection[str]) -> set[str]:
    """Which names stand in a formula that is not read yet, or in a list of names."""
    if isinstance(node, Sequence):
        return {name for one in node.items for name in named_in(one, names)}
    try:
        words = tokens(node.text) if names and isinstance(node, Scalar) else []
    except FormulaError:
        return set()
    return {word.text for word in words if word.kind == "name"} & set(names)


def side_names(space: Compartment, side: str) -> dict[str, Dimension]:
    """The concentrations of a side, as formulas name them: `K_in`, `c_in_K`."""
    return dict.fromkeys(side_values(space, side), CONCENTRATION)


def side_values(space: Compartment, side: str) -> dict[str, float]:
    """The described concentrations of a side, by the names of formulas."""
    return {name: value.si for ion, value in space.ions.items() for name in (f"{ion}_{side}", f"c_{side}_{ion}")}


def number_names(numbers: Mapping[str, Value]) -> dict[str, Dimension]:
    """Numbers of a mechanism or a volume that formulas may name."""
    return {
        key: dimension_of(value.unit) if value.unit else DIMENSIONLESS for key, value in numbers.items() if key.isidentifier()
    }


# -- of a mechanism ---------------------------------------------------------------------------------------------------


def own_numbers(way: Way) -> dict[str, Value]:
    """The numbers that the user names, without those whose name has a meaning already."""
    taken = {*RESERVED, *way.numbers, *(row.name for row in way.law.parameters), *names_of(way)} - {*LATER}
    return unused(way.section, "parameters", taken)


def names_of(way: Way) -> dict[str, Dimension]:
    """What a formula may name: V, T, t, each ion's concentrations and Nernst potential, the mechanism's own numbers and gates."""
    volt, across = dimension_of("V"), not way.kind.in_compartment
    names = {"T": dimension_of("K"), "t": dimension_of("s"), **({"V": volt} if across else {})}
    names |= side_names(way.inner, "in") | side_names(way.outer, "out")
    if across:
        names |= {f"E_{ion}": volt for ion in way.inner.ions if ion in way.outer.ions and way.valences.get(ion, 1)}
    names |= {short: names[long] for short, long in _short_names(way).items() if long in names}
    names |= of_side(way.inner, "in") | of_side(way.outer, "out") | way.elsewhere()
    return names | number_names(way.numbers) | way.own


def of_side(space: Compartment, side: str) -> dict[str, Dimension]:
    """Water and pH of a side, `w_in` and `pH_in`; names that give way to parameters."""
    water = {f"w_{side}": VOLUME} if space.volume is not None else {}
    return water | ({f"pH_{side}": DIMENSIONLESS} if "H" in space.ions else {})


def names_elsewhere(
    compartments: Mapping[str, Compartment],
    impermeants: Mapping[str, Iterable[str]],
    states: Mapping[str, Mapping[str, Dimension]],
) -> dict[str, Dimension]:
    """What formulas may name of every compartment: `space.K`, its impermeants and states by name, `space.water`."""
    found = {f"{name}.{ion}": CONCENTRATION for name, space in compartments.items() for ion in space.ions}
    found |= {f"{name}.{word}": CONCENTRATION for name, words in impermeants.items() for word in words}
    found |= {f"{name}.{word}": dimension for name, words in states.items() for word, dimension in words.items()}
    return found | {f"{name}.water": VOLUME for name, space in compartments.items() if space.volume is not None}


def values_elsewhere(compartments: Mapping[str, Compartment]) -> dict[str, float]:
    """Their described values, where these are known while formulas are read."""
    found = {f"{name}.{ion}": value.si for name, space in compartments.items() for ion, value in space.ions.items()}
    return found | {f"{name}.water": space.volume.si for name, space in compartments.items() if space.volume is not None}


def _short_names(way: Way) -> dict[str, str]:
    """The names of a formula that moves one ion: `c_in`, `c_out`, `E`; of an exchange those of the ion that its rate is of."""
    if len(way.species) != 1 and not (way.species and way.kind.in_compartment):
        return {}
    return {short: f"{short}_{next(iter(way.species))}" for short in ("c_in", "c_out", "E")}


def formulas_of(way: Way, temperature: float) -> tuple[Formula | None, Formula | None]:
    """The rate and the factor of a mechanism; None for one that it has not, or that has a problem."""
    return _rate(way), _factor(way, temperature)


def computed_of(way: Way, expressions: Mapping[str, tuple[Section, Parameter]], temperature: float) -> dict[str, Formula]:
    """Formulas in place of numbers, from the section where each stands and the row of the number."""
    found = {}
    for name, (section, row) in expressions.items():
        formula = formula_at(way, row.name, (row.dimension,), section=section, called=name, example=row.example)
        if formula is not None:
            found[name] = formula
            _check_domain(way, section, row, formula, temperature)
    return found


def _check_domain(way: Way, section: Section, row: Parameter, formula: Formula, temperature: float) -> None:
    """A formula in place of a number lies where the number must lie, as described and where membranes are."""
    V = np.linspace(*LOOKED_AT, 301)
    values = values_over(way, formula, V, temperature)
    bad = [k for k, value in enumerate(values) if np.isfinite(value) and not row.domain.admits(float(value))]
    if bad:
        message = f"'{row.name}' of '{way.name}' is {values[bad[0]]:.4g} at {to_unit(V[bad[0]], 'mV'):.4g} mV"
        section.wrong(row.name, message, expected=f"{row.domain.words} at every potential")


def _factor(way: Way, temperature: float) -> Formula | None:
    section = way.section
    if "factor" in section and way.law.basis_free:
        message = f"a pump that balances has no factor: '{way.name}' follows the other fluxes"
        section.report(section.key("factor"), message, found="factor", expected="no factor")
        return None
    factor = _formula(way, "factor", (DIMENSIONLESS,))
    if factor is not None and section.sound:
        _check_sign(way, factor, temperature)
    return factor


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
    return formula_at(way, key, wanted) if key in way.section else None


def formula_at(
    way: Way,
    key: str,
    wanted: tuple[Dimension, ...] | None,
    *,
    section: Section | None = None,
    node: Node | None = None,
    called: str = "",
    example: str = EXAMPLE,
) -> Formula | None:
    """The formula behind a key of a mechanism, or of a section in it; None with problems reported.

    Arguments:
        wanted:  the dimensions that its value may have; None: any
        node:    where it stands, if that is not behind the key itself
        called:  its name in messages, if that is not the key
        example: what could stand there
    """
    section = way.section if section is None else section
    node, called = section.at(key) if node is None else node, called or key
    if named_in(node, _unread(way)):
        return None
    what = f"'{called}' of '{way.name}'"
    formula = read_formula(section, node, what, names_of(way), example, lambda name: _not_there(way, name), tables=way.tables)
    if formula is None or not _has_dimension(way, section, node, called, formula, wanted):
        return None
    for name in [name for name in formula.names if name.partition("_")[0] == "E" and name not in way.own]:
        way.more_than_zero(name[2:] or next(iter(way.species)), way.sides, f"'{called}' of '{way.name}' names {name}")
    return formula


def _unread(way: Way) -> set[str]:
    """Tables and formulas of `let` in which a problem was found, which is told there."""
    return {*(way.section["tables"] or ()), *(way.section["let"] or ())} - way.tables.keys() - way.own.keys()


def _has_dimension(
    way: Way, section: Section, node: Node, called: str, formula: Formula, wanted: tuple[Dimension, ...] | None
) -> bool:
    if wanted is None or formula.dimension in wanted or is_zero(formula):
        return True
    message = f"'{called}' of '{way.name}' has the wrong dimension: its value is {formula.dimension}"
    expected = " or ".join(str(dimension) for dimension in wanted)
    section.report(node, message, path=section.path_of(called.rpartition(".")[2]), found=node.words, expected=expected)
    return False


def is_zero(formula: Formula) -> bool:
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
    values = values_over(way, factor, V, temperature)
    if np.any(values < 0):
        worst = int(np.nanargmin(values))
        where = "as described" if way.kind.in_compartment else f"at {to_unit(V[worst], 'mV'):.4g} mV"
        way.section.wrong(
            "factor",
            f"'factor' of '{way.name}' is negative {where} ({values[worst]:.4g}); no flow is multiplied by less than zero",
            expected="zero or more everywhere, such as max(0, ...)",
        )


def values_over(way: Way, formula: Formula, V: np.ndarray, T: float) -> np.ndarray:
    """Values of a formula over potentials, at the described concentrations."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(formula.evaluate(_Sampled(way, V, T).names(formula)), V.shape)


def answers_to(way: Way, formula: Formula, name: str, T: float) -> bool:
    """Whether a formula's values over potentials, at the described numbers, are others where a name has another value."""
    V = np.linspace(*LOOKED_AT, 301)
    names = _Sampled(way, V, T).names(formula)
    with np.errstate(all="ignore"):
        zero, one = (formula.evaluate(names | {name: value}) for value in (0.0, 1.0))
    return bool(np.any(zero != one))


class _Sampled:
    """The described values of what a formula names, over potentials; a gate is half open, a state at its start, and what is not known
    yet is no number."""

    def __init__(self, way: Way, V: np.ndarray, T: float) -> None:
        self.way, self.T = way, T
        self.values: dict[str, Any] = {"V": V, "T": T, "t": 0.0} | values_elsewhere(way.spaces)
        for side, space in (("in", way.inner), ("out", way.outer)):
            self.values |= side_values(space, side) | _of_side(space, side)
        self.values |= dict.fromkeys(way.own, HALF) | si_of(way.numbers)
        self.values |= {name: way.numbers[start].si for name in way.own if (start := f"{name}.start") in way.numbers}
        self.values |= {f"E_{ion}": _nernst(way, ion, self.values, T) for ion in way.ions}
        self.values |= {short: self.values[long] for short, long in _short_names(way).items() if long in self.values}

    def names(self, formula: Formula) -> dict[str, Any]:
        """The value of each name of a formula."""
        return {name: self._let(name) if name in self.way.let else self.values.get(name, np.nan) for name in formula.names}

    def _let(self, name: str) -> Any:
        return self.way.let[name].evaluate(self.names(self.way.let[name]))


HALF = 0.5


def _of_side(space: Compartment, side: str) -> dict[str, float]:
    """Water and pH of a side, where they are known."""
    found = {} if space.volume is None else {f"w_{side}": space.volume.si}
    H = space.ions["H"].si if "H" in space.ions else 0.0
    return found | ({f"pH_{side}": pH_from_concentration(H)} if H > 0 else {})


def _nernst(way: Way, ion: str, values: dict[str, Any], T: float) -> Any:
    """The Nernst potential of an ion; 0 where it is absent on a side, which is told elsewhere."""
    inside, outside = (values.get(f"c_{side}_{ion}", 0.0) for side in ("in", "out"))
    return nernst_potential(way.valences.get(ion, 1), inside, outside, T) if inside and outside else 0.0
