"""The keys of a mechanism: those of every kind, those of its own kind and law, and how a kind is chosen by what was written."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace

from ..domains import FRACTION, POSITIVE, TEMPERATURE, Domain
from ..errors import InputError, nearest
from ..mechanisms.kind import Kind, Law
from ..mechanisms.parameter import Parameter, Table, Type, named, needed, number, section, words
from ..mechanisms.registry import find_kind, known_kinds
from ..units import DIMENSIONLESS, Dimension, UnitError, quantity_from
from .measure import bare, first_of, in_decimals
from .nodes import Mapping, Node, Scalar
from .read import Reader

MOST_FACTORS = 20
COUNT = Domain("a small number other than zero, positive outward", low=-100.0, high=100.0, without_zero=True)
HELD_COUNT = Domain("a number above zero, at most 100", low=0.0, high=100.0, without_zero=True)

Q10_TABLE = Table(
    (
        needed(number("ratio", "", POSITIVE, "increase per 10 K", "3")),
        needed(number("reference", "K", TEMPERATURE, "temperature at which the numbers were given", "20 degC")),
    ),
    example="{ratio: 3, reference: 20 degC}",
)


def _ion(name: str, meaning: str, example: str) -> Parameter:
    return words(name, meaning, example, Type.ION)


def _counts(name: str, domain: Domain, meaning: str, example: str) -> Parameter:
    return number(name, "", domain, meaning, example, type=Type.COUNTS)


_COUNTER_ION = "the ion that moves with it so that no charge does: an anion along with a cation, another cation against it"
_WITH = "the compartment on the other side; without it a reservoir outside of the description"
SPECIES_TABLES = {
    "ion": Table((needed(_ion("ion", "the ion", "K")),), title="one ion, named by `ion`"),
    "ion or carries": Table(
        (
            _ion("ion", "the ion that carries the current", "K"),
            _counts("carries", FRACTION, "shares of the ions in the current, adding to 1", "{Na: 0.4, K: 0.6}"),
        ),
        apart=(("ion", "carries"),),
        title="one ion, named by `ion`, or several with their shares, `carries: {Na: 0.4, K: 0.6}`",
    ),
    "ion and counter_ion": Table(
        (
            needed(_ion("ion", "the ion that leaves at `rate`", "K")),
            needed(_ion("counter_ion", _COUNTER_ION, "Cl")),
            words("with", _WITH, "bath"),
        ),
        title="one ion, `ion`, and as much of another, `counter_ion`, as leaves no charge moved",
    ),
    "ratios": Table((), title="each ion of `ratios`"),
    "stoichiometry": Table(
        (needed(_counts("stoichiometry", COUNT, "ions per cycle, outward positive; 10/3 is a number", "{Na: 3, Ca: -1}")),),
        title="each ion of `stoichiometry`, counted outward: `{Na: 3, Ca: -1}`",
    ),
    "reaction": Table(
        (needed(_counts("stoichiometry", COUNT, "what one turnover makes; negative is used", "{CO2: -1, H: 1, HCO3: 1}")),),
        title="each solute of `stoichiometry`, whose negative counts are used: `{CO2: -1, H: 1, HCO3: 1}`",
    ),
    "fixed": Table(()),
}
"""The keys that say which ions a mechanism moves, and (the titles) which these are."""


@dataclass(frozen=True)
class KindTable(Table):
    """The keys of a mechanism whose kind and law are known."""

    kind: Kind = field(kw_only=True)
    law: Law = field(kw_only=True)


def _in_membrane(reader: Reader, entry: Mapping, name: str) -> Table | None:
    return _chosen(reader, entry, name, in_compartment=False)


def _in_compartment(reader: Reader, entry: Mapping, name: str) -> Table | None:
    return _chosen(reader, entry, name, in_compartment=True)


_GATE_Q10 = "{ratio: 3, reference: 6.3 degC}: its rates are multiplied by ratio^((T - reference)/10 K), its steady value is not"
GATE_TABLE = Table(
    (
        number("power", "", POSITIVE, "the exponent with which its open part multiplies every flow", "3", default=1.0),
        words("alpha", "rate of opening, 1/time", "0.1*(V + 40 mV)/(1 mV)/(1 - exp(-(V + 40 mV)/(10 mV)))/(1 ms)", Type.FORMULA),
        words("beta", "rate of closing, 1/time", "4*exp(-(V + 65 mV)/(18 mV))/(1 ms)", Type.FORMULA),
        words(
            "steady",
            "its steady value, from 0 to 1; without a time constant it is there at once",
            "1/(1 + exp((V + 62 mV)/(6 mV)))",
            Type.FORMULA,
        ),
        words(
            "time_constant",
            "time in which it comes by 1/e closer to `steady`",
            "1 ms + 4 ms*exp(-(V + 40 mV)**2/(600 mV**2))",
            Type.FORMULA,
        ),
        section("q10", _GATE_Q10, Q10_TABLE),
    ),
    noun="gate",
    example='{steady: "1/(1 + exp((V + 62 mV)/(6 mV)))", time_constant: 5 ms}',
    settable=False,
)
_TRANSITIONS = "rates, 1/time, from one state of the channel to another, by `from -> to`"
SCHEME_TABLE = Table(
    (
        needed(words("transitions", _TRANSITIONS, '{"C -> O": "2 1/ms*exp(V/(25 mV))", "O -> C": 1 1/ms}', Type.FORMULAS)),
        needed(_counts("open", FRACTION, "part of its conductance that a channel has in a state", "{O: 1}")),
        section("q10", _GATE_Q10.replace("its steady value is not", "the parts at rest are not"), Q10_TABLE),
    ),
    example='{transitions: {"C -> O": 2 1/ms, "O -> C": 1 1/ms}, open: {O: 1}}',
    settable=False,
)
_HOLDS = "of a compartment's: the ions that are bound in it, which it takes from the free ones as it rises"
STATE_TABLE = Table(
    (
        needed(words("rate", "how it changes, in its unit per time", "(K_out - x)/(10 s)", Type.FORMULA)),
        needed(
            words("start", "its value at the start of a time course, or `steady`", "3 mM", Type.OWN_UNIT, choices=("steady",))
        ),
        words("unit", "its unit; default: that of `start`", "mM"),
        _counts("holds", HELD_COUNT, _HOLDS, "{Ca: 1}"),
    ),
    noun="state",
    example='{rate: "(K_out - x)/(10 s)", start: 3 mM}',
)
_OF = "the one or two names that it is over, such as V or [pH_in, V]; those of `let` too"
TABLE_TABLE = Table(
    (
        needed(words("of", _OF, "[pH_in, V]", Type.KEYS)),
        needed(words("at", "the points along each of them, rising", "[[4, 5, 6], [-60 mV, 0 mV]]", Type.GRID)),
        needed(words("values", "the values there, a row for each point of the first", "[[2, 2], [3, 3], [4, 4]]", Type.GRID)),
        words("unit", "the unit of the values; none: plain numbers", "1/s"),
        words(
            "beyond",
            "beyond the points: the value at the edge, or none",
            "hold",
            Type.WORD,
            default="refuse",
            choices=("hold", "refuse"),
        ),
    ),
    noun="table",
    example="{of: [pH_in, V], at: [[4, 5, 6], [-60 mV, 0 mV]], values: [[2, 2], [3, 3], [4, 4]], beyond: hold}",
    settable=False,
)
GATING = (
    named("gates", "gates that open and close it, by name; their open parts multiply every flow", GATE_TABLE, "m", in_path=False),
    section("scheme", "states of the channel and the rates between them (a Markov scheme)", SCHEME_TABLE, default=None),
    named("states", "states of its own that formulas name, each with its rate", STATE_TABLE, "x", in_path=False),
    words("voltage_shift", "a potential by which gates and the scheme see less than V", "-5 mV", Type.FORMULA),
)
"""Keys of what opens and closes a way through a membrane."""

_FACTOR = "a dimensionless formula >= 0 that multiplies every flow: in V, E_K, K_in, K_out, T, t and parameters"
_Q10 = "{ratio: 3, reference: 20 degC}: every flow is multiplied by ratio^((T - reference)/10 K)"
LIKE = words(
    "like", "a channel, by its name in the library or its file, that says what is not said here", "na-hodgkin-huxley", Type.WORD
)
SOURCE = words("source", "a key of the bibliography, or a list of keys, on which its formulas rest", "hodgkin1952", Type.KEYS)
MECHANISM_TABLE = Table(
    (
        needed(words("kind", "what the mechanism is, where no channel says it", "ghk", Type.WORD)),
        LIKE,
        words("law", "which of the kind's laws", "saturating", Type.WORD),
        words("factor", _FACTOR, "1/(1 + exp((V - E_K + 15 mV)/(10 mV)))", Type.FORMULA),
        section("q10", _Q10, Q10_TABLE),
        words("parameters", "named numbers for formulas", "{V_half: -40 mV}", Type.NUMBERS),
        words("let", "formulas behind names of their own, for other formulas", '{v: "V/(1 mV)"}', Type.FORMULAS),
        named("tables", "tables that formulas read off, as `n(pH_in, V)`", TABLE_TABLE, "n", in_path=False),
        *GATING,
        SOURCE,
    ),
    noun="mechanism",
    example="{kind: ghk, ion: K, permeability: 1e-8 m/s}",
    choose=_in_membrane,
)
EXCHANGE_TABLE = replace(
    MECHANISM_TABLE,
    rows=tuple(row for row in MECHANISM_TABLE if row not in (LIKE, *GATING)),
    example='{kind: exchange, ion: K, counter_ion: Cl, with: bath, rate: "D*(c_in - c_out)", parameters: {D: 0.25 1/s}}',
    choose=_in_compartment,
)


def _chosen(reader: Reader, entry: Mapping, name: str, in_compartment: bool) -> Table | None:
    """The table of what a mechanism says that it is; None with a problem reported."""
    kind = _kind(reader, entry, name, in_compartment)
    law = None if kind is None else _law(reader, entry, kind)
    if kind is None or law is None:
        return None
    species = SPECIES_TABLES[kind.species]
    rows = (
        *(EXCHANGE_TABLE if in_compartment else MECHANISM_TABLE),
        *species,
        *(_row(reader, entry, name, kind, row) for row in law.parameters),
    )
    hints = {
        "permeability": "permeabilities and their ratios belong to `kind: ghk`, which is another law",
        "conductance": "conductances belong to `kind: ohmic`, which is another law",
    }
    if kind.species == "fixed":
        hints["stoichiometry"] = f"`{kind.name}` has its own; use primary_pump or cotransport for another"
    title = f"mechanism '{{name}}' ({f'{kind.name} {law.name}'.strip()})"
    each = tuple({row.name: row for row in rows}.values())
    return KindTable(each, title=title, hints=hints, one_of=law.one_of, apart=species.apart, kind=kind, law=law)


def _kind(reader: Reader, entry: Mapping, name: str, in_compartment: bool) -> Kind | None:
    known, node = known_kinds(in_compartment), entry.get("kind")
    if node is None and "like" in entry.entries and not in_compartment:
        return None  # a channel that could not be read has been told
    if node is None:
        message = f"mechanism '{name}' lacks 'kind' (what the mechanism is)"
        reader.report(entry, message, path="kind", found=entry.words, expected=f"kind: {' | '.join(known)}")
        return None
    word = node.text if isinstance(node, Scalar) else ""
    try:
        kind = find_kind(word) if word else None
    except InputError as error:
        reader.report(node, error.problems[0].message, path="kind", found=word)
        return None
    expected = ", ".join(known)
    if kind is None:
        message = f"mechanism '{name}' has an unknown kind"
        reader.report(node, message, path="kind", found=node.words, expected=expected, suggestion=nearest(word, known))
        return None
    if kind.in_compartment != in_compartment:
        reader.report(node, _misplaced(kind), path="kind", found=word, expected=expected)
        return None
    return kind


def _misplaced(kind: Kind) -> str:
    if kind.in_compartment:
        return f"'{kind.name}' is no way through a membrane: it stands under `mechanisms` of the compartment whose contents it changes"
    return f"'{kind.name}' is a way through a membrane and stands under `mechanisms` of one; a compartment exchanges"


def _law(reader: Reader, entry: Mapping, kind: Kind) -> Law | None:
    node = entry.get("law")
    if "" in kind.laws:
        if node is not None:
            reader.report(entry.key("law"), f"'{kind.name}' has one law only", found=node.words, expected="no `law`")
        return kind.laws[""]
    word = (kind.default_law or "") if node is None else node.words
    if word not in kind.laws:
        message = f"'{kind.name}' needs one of its laws" if node is None else f"'{kind.name}' has no such law"
        found, expected, meant = word or "no `law`", "law: " + " | ".join(kind.laws), nearest(word, kind.laws)
        reader.report(node or entry, message, path="law", found=found, expected=expected, suggestion=meant)
    return kind.laws.get(word)


# -- rates of mass action -------------------------------------------------------------------------------------------


def _row(reader: Reader, entry: Mapping, name: str, kind: Kind, row: Parameter) -> Parameter:
    """A row of a law, its unit divided by the concentrations that are multiplied where that is asked."""
    if kind.species == "reaction":
        return _of_reaction(entry, kind, row)
    if not row.per_product or row.name not in entry.entries:
        return row
    physical, signed = orders(_written_counts(entry, kind))
    if physical == int(physical) and signed == int(signed) and physical <= MOST_FACTORS:
        return _per_product(entry.entries[row.name], row, int(physical), int(signed))
    reader.report(
        entry.key("stoichiometry"),
        f"mass action of '{name}' multiplies {physical:g} concentrations; no unit can be written for its rate",
        path="stoichiometry",
        found=f"{physical:g}",
        expected=f"a whole number, at most {MOST_FACTORS}; or law: affinity",
    )
    return replace(row, type=Type.FORMULA)  # stands there unread


def _of_reaction(entry: Mapping, kind: Kind, row: Parameter) -> Parameter:
    """A row of a reaction, with the unit that follows from its counts."""
    counts = _written_counts(entry, kind)
    if row.per_product:
        used = sum(-n for n in counts.values() if n < 0) or 1
        unit = _power(1 - used)
        return replace(row, unit=f"{unit}/s" if unit else "1/s", example=f"0.2 {unit or 1}/s", per_product=False)
    if row.name in kind.laws[""].in_units and row.name in entry.entries:
        return _in_its_unit(entry.entries[row.name], row, _power(sum(counts.values()), "M"))
    return row


def _in_its_unit(node: Node, row: Parameter, unit: str) -> Parameter:
    """An equilibrium constant in the unit of its counts where it is written in one, else a plain number, in mol/l."""
    bare_node = bare(node)
    written = None if bare_node is None else _dimension(bare_node)
    in_units = written is not None and written != DIMENSIONLESS and bool(unit)
    return replace(row, unit=unit, example=f"8e-7 {unit}") if in_units else row


def _power(order: float, unit: str = "mM") -> str:
    """A whole power of a concentration as a unit; nothing where there is none."""
    n = int(abs(order))
    if n != abs(order) or not 0 < n <= 4:
        return ""
    powered = unit if n == 1 else f"{unit}^{n}"
    return powered if order > 0 else f"1/{powered}"


def orders(counts: MappingOf[str, float]) -> tuple[float, float]:
    """How many concentrations a mass-action rate multiplies: all that are taken up on either side, or the signed powers as printed."""
    return sum(abs(n) for n in counts.values()), sum(counts.values())


def _per_product(node: Node, row: Parameter, physical: int, signed: int) -> Parameter:
    """The row in the unit of the order in which the rate is written."""
    rows = [replace(row, unit=_over(order), example=_rate(order)) for order in dict.fromkeys((physical, signed))]
    written = _dimension(node.get("value") if isinstance(node, Mapping) else node)
    chosen = next((one for one in rows if written in one.bases()), None)
    return chosen or replace(rows[0], example=" or ".join(one.example for one in rows))


def _rate(order: int) -> str:
    """A rate of mass action as it is found in cells: 1e-7 mol/(m^2 s) where each concentration is 100 mM."""
    return f"1e{-7 - 2 * order} {_over(order)}"


def example_for(kind: Kind, row: Parameter) -> str:
    """The example of a key in a mechanism of a kind."""
    if row.type is Type.QUANTITIES and kind.stoichiometry:
        return f"{{{next(iter(kind.stoichiometry))}: {first_of(row)[1]}}}"
    if not row.per_product:
        return row.example
    physical, _ = orders(kind.stoichiometry or {"Na": 3, "Ca": -1})
    return _rate(int(physical))


def is_signed(row: Parameter, counts: MappingOf[str, float]) -> bool:
    """Whether a mass-action rate is written over the signed powers of its concentrations."""
    physical, signed = orders(counts)
    return row.per_product and row.unit == _over(int(signed)) != _over(int(physical))


def _over(order: int) -> str:
    """The unit of cycles per area and time over a product of so many concentrations; a unit has powers up to 4."""
    powers = [4] * (abs(order) // 4) + [abs(order) % 4] * bool(order % 4)
    factors = " ".join("mM" if n == 1 else f"mM^{n}" for n in powers)
    if order < 0:
        return f"mol {factors}/(m^2 s)"
    return f"mol/(m^2 s {factors})" if factors else "mol/(m^2 s)"


def _written_counts(entry: Mapping, kind: Kind) -> dict[str, float]:
    """Ions per cycle; 1 for one that cannot be read, which is told where it is read."""
    if kind.species not in ("stoichiometry", "reaction"):
        return dict(kind.stoichiometry)
    node = entry.get("stoichiometry")
    return {ion: _count(one) for ion, one in node} if isinstance(node, Mapping) else {}


def _count(node: Node) -> float:
    try:
        n = quantity_from(in_decimals(node).text, "1").value if isinstance(node, Scalar) else 1.0
    except UnitError:
        return 1.0
    return n if COUNT.admits(n) else 1.0


def _dimension(node: Node | None) -> Dimension | None:
    try:
        return quantity_from(node.text if node.given is None else node.given).dimension if isinstance(node, Scalar) else None
    except UnitError:
        return None
