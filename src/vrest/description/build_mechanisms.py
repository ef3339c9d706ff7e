"""One mechanism from its node: which kind and law it is, and all that belongs to them."""

from __future__ import annotations

from collections.abc import Mapping as MappingType

from ..errors import InputError, nearest
from ..mechanisms.kind import Kind, Law
from ..mechanisms.registry import find_kind, known_kinds
from ..units import DIMENSIONLESS
from .cell import Compartment, Mechanism
from .check import Checker, brief
from .mechanism_draft import Draft
from .mechanism_formulas import check_factor, read_formula, read_rate
from .mechanism_ions import check_ions, species_of
from .mechanism_numbers import check_one_of, read_parameter, read_q10, read_user_parameters
from .nodes import Mapping, Node
from .tables import MECHANISM_TABLE, SPECIES_TABLES


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
    """The mechanism of a membrane, or None with problems reported."""
    entry = check.section(node, f"mechanism '{brief(name)}'", "{kind: ghk, ion: K, permeability: 1e-8 m/s}")
    if entry is None or not check.name(place, name, "a mechanism"):
        return None
    chosen = kind_and_law(check, name, entry)
    if chosen is None:
        return None
    return read_mechanism(Draft(check, ("membranes", membrane, "mechanisms", name), name, entry, *chosen, inner, outer, valences))


def kind_and_law(check: Checker, name: str, entry: Mapping, in_compartment: bool = False) -> tuple[Kind, Law] | None:
    """What a mechanism of a membrane, or of a compartment, says that it is; None with problems reported."""
    known = known_kinds(in_compartment)
    word = check.text(entry.get("kind"), "kind", 80)
    if word is None:
        if "kind" not in entry.entries:
            message = f"mechanism '{name}' lacks 'kind' (what the mechanism is)"
            check.report(entry, message, path="kind", found=entry.words, expected=f"kind: {' | '.join(known)}")
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
            expected=", ".join(known),
            suggestion=nearest(word, known),
        )
        return None
    if kind.in_compartment != in_compartment:
        check.report(entry.entries["kind"], _misplaced(kind), path="kind", found=word, expected=", ".join(known))
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


def _misplaced(kind: Kind) -> str:
    if kind.in_compartment:
        return f"'{kind.name}' is no way through a membrane: it stands under `mechanisms` of the compartment whose contents it changes"
    return f"'{kind.name}' is a way through a membrane and stands under `mechanisms` of one; a compartment exchanges"


def read_mechanism(draft: Draft) -> Mechanism | None:
    """All that belongs to a mechanism whose kind and law are known, or None with problems reported."""
    check, kind, law = draft.check, draft.kind, draft.law
    draft.before = len(check.problems)
    what = f"mechanism '{draft.name}' ({' '.join(w for w in (kind.name, law.name) if w)})"
    check.keys(draft.entry, [MECHANISM_TABLE, SPECIES_TABLES[kind.species], law.parameters], what, _hints(draft))
    draft.species = species_of(draft)
    for parameter in law.parameters:
        read_parameter(draft, parameter)
    check_one_of(draft)
    read_user_parameters(draft)
    read_q10(draft)
    factor = read_formula(draft, "factor", (DIMENSIONLESS,))
    rate = read_rate(draft)
    check_factor(draft, factor)
    check_ions(draft)
    _check_atp(draft)
    if not draft.sound:
        return None
    return Mechanism(draft.name, kind, law, draft.numbers, draft.species, draft.basis, draft.form, factor, rate)


def _hints(draft: Draft) -> dict[str, str]:
    return {
        "permeability": "permeabilities and their ratios belong to `kind: ghk`, which is another law",
        "conductance": "conductances belong to `kind: ohmic`, which is another law",
        "stoichiometry": f"`{draft.kind.name}` has its own; use primary_pump or cotransport for another"
        if draft.kind.species == "fixed"
        else "",
    }


def _check_atp(draft: Draft) -> None:
    if draft.law.needs_atp and draft.inner.delta_G is None and draft.outer.delta_G is None:
        draft.check.report(
            draft.entry,
            f"mechanism '{draft.name}' is bound by the free energy of ATP, which no side of the membrane describes",
            path=f"{draft.inner.name}.atp.delta_G",
            found="no atp",
            expected="atp: {delta_G: -50 kJ/mol} in the compartment that holds the ATP",
        )
