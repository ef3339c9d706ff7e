"""Which ions a mechanism moves, and what of them its law needs: that they are listed, that they are more than zero."""

from __future__ import annotations

import math

from ..errors import nearest
from ..mechanisms.parameter import Parameter
from .cell import CELL, Compartment
from .check import brief
from .ions import ion_table
from .mechanism_draft import Draft
from .nodes import Mapping, Node, Scalar
from .tables import SHARE

IONS_STAND_IN = ("ion", "carries", "stoichiometry", "ratios")


def species_of(draft: Draft) -> dict[str, float]:
    """The ions that a mechanism moves, with their signed counts or shares."""
    how = draft.kind.species
    if how == "fixed":
        return dict(draft.kind.stoichiometry)
    if how == "ratios":
        node = draft.entry.get("ratios")
        return dict.fromkeys(node.entries, 1.0) if isinstance(node, Mapping) else {}
    if how == "stoichiometry":
        return _counts(draft, "stoichiometry")
    ion = draft.check.text(draft.entry.get("ion"), "ion", 64)
    if how == "ion and counter_ion":
        return _with_counter_ion(draft, ion)
    if how == "ion or carries" and "carries" in draft.entry.entries:
        if ion is not None:
            message = f"mechanism '{draft.name}' has `ion` and `carries`"
            draft.check.report(draft.entry.key("carries"), message, found="both", expected="one of the two")
        before = len(draft.check.problems)
        shares = _counts(draft, "carries")
        if shares and len(draft.check.problems) == before and not math.isclose(sum(shares.values()), 1.0, rel_tol=1e-9):
            draft.check.report(
                draft.entry.entries["carries"],
                f"the shares of the carriers of '{draft.name}' must add to 1",
                path=f"{draft.path}.carries",
                found=f"{sum(shares.values()):g}",
                expected="shares such as {Na: 0.4, K: 0.6}",
            )
        return shares
    return {ion: 1.0} if ion is not None else {}


def _with_counter_ion(draft: Draft, ion: str | None) -> dict[str, float]:
    """An ion, and as much of its counter-ion as leaves no charge moved: along with it, or against it."""
    counter = draft.check.text(draft.entry.get("counter_ion"), "counter_ion", 64)
    if ion is None or counter is None:
        return {} if ion is None else {ion: 1.0}
    if ion == counter:
        draft.check.report(
            draft.entry.entries["counter_ion"],
            f"'{draft.name}' moves {brief(ion)} with itself as counter-ion, which is nothing",
            path=f"{draft.path}.counter_ion",
            found=counter,
            expected="another ion of the compartment, such as Cl",
        )
        return {ion: 1.0}
    z, z_counter = (draft.valences.get(word) or 1 for word in (ion, counter))
    return {ion: 1.0, counter: -z / z_counter}


def _counts(draft: Draft, key: str) -> dict[str, float]:
    node = draft.entry.get(key)
    section = draft.check.section(node, f"'{key}' of '{draft.name}'", "{Na: 3, K: -2}")
    counts: dict[str, float] = {}
    for ion, scalar in section or ():
        path = f"{draft.path}.{key}.{brief(ion)}"
        if not isinstance(scalar, Scalar):
            draft.check.report(
                scalar, f"'{key}' holds a plain number for each ion", path=path, found=scalar.words, expected="{Na: 3, K: -2}"
            )
            counts[ion] = 1.0
            continue
        measured = draft.check.number(scalar, SHARE if key == "carries" else Parameter(ion, example="3"), path)
        counts[ion] = measured[0].value if measured else 1.0
        if key == "stoichiometry" and not 0 < abs(counts[ion]) <= 100:
            expected = "a small number other than zero, positive outward"
            draft.check.report(scalar, f"'{path}' is out of range", path=path, found=scalar.words, expected=expected)
            counts[ion] = 1.0
    if section is not None and not section.entries:
        draft.check.report(section, f"'{key}' of '{draft.name}' names no ion", found="nothing", expected="{Na: 3, K: -2}")
    return counts


def check_ions(draft: Draft) -> None:
    """Every ion that is moved is known, and listed wherever its concentration matters."""
    if not draft.species and draft.kind.species == "ion or carries" and not _held(draft):
        changing = next(c.name for c in (draft.inner, draft.outer) if not c.keeps_concentrations)
        draft.check.report(
            draft.entry,
            f"mechanism '{draft.name}' moves charge but names no carrier; that is allowed only where concentrations are held, "
            f"and those of '{changing}' are not",
            path=f"{draft.path}.ion",
            found="neither ion nor carries",
            expected="ion: K, or carries: {Na: 0.4, K: 0.6}",
        )
        _needs_reversal(draft)
        return
    _needs_reversal(draft)
    for ion in draft.species:
        if ion not in draft.valences and ion not in ion_table():
            _unknown_ion(draft, ion)
            continue
        for side in (draft.inner, draft.outer):
            if ion not in side.ions and (_needs_concentrations(draft) or side.role == CELL):
                draft.check.report(
                    draft.entry,
                    f"mechanism '{draft.name}' moves {ion}, which compartment '{side.name}' does not list",
                    path=f"{side.name}.{ion}",
                    found=f"ions {', '.join(side.ions) or 'none'}",
                    expected=f"{ion}: a concentration in '{side.name}' (0 mM where it is absent)",
                )
    _needs_more_than_zero(draft)


def _needs_more_than_zero(draft: Draft) -> None:
    """Concentrations that a logarithm or a quotient of this mechanism divides by."""
    why = _takes_logarithms(draft)
    if why:
        for ion in draft.species:
            more_than_zero(draft, ion, (draft.inner, draft.outer), f"{why} of '{draft.name}'")
    if draft.form in draft.law.divides_by:
        ion, side = draft.law.divides_by[draft.form]
        more_than_zero(draft, ion, (getattr(draft, side),), f"the turnover of '{draft.name}' is divided by it")


def _takes_logarithms(draft: Draft) -> str | None:
    if draft.form == "signed":
        return "it stands in a quotient in the rate"
    return None if "reversal" in draft.entry.entries else draft.law.logarithm or None


def more_than_zero(draft: Draft, ion: str, sides: tuple[Compartment, ...], why: str) -> None:
    for side in sides:
        draft.check.more_than_zero(side.ions.get(ion), f"{side.name}.{ion}", why)


def _unknown_ion(draft: Draft, ion: str) -> None:
    known = [*draft.valences, *ion_table()]
    counter = draft.entry.get("counter_ion")
    if isinstance(counter, Scalar) and counter.text == ion:
        node: Node = counter
    else:
        node = next((draft.entry.entries[k] for k in IONS_STAND_IN if k in draft.entry.entries), draft.entry)
    draft.check.report(
        node,
        f"mechanism '{draft.name}' names an unknown ion '{brief(ion)}'",
        path=draft.path,
        found=ion or "nothing",
        expected=f"an ion of the description: {', '.join(draft.valences)}",
        suggestion=nearest(ion, known),
    )


def _held(draft: Draft) -> bool:
    return draft.inner.keeps_concentrations and draft.outer.keeps_concentrations


def _needs_concentrations(draft: Draft) -> bool:
    return draft.law.reads_concentrations and "reversal" not in draft.numbers


def _needs_reversal(draft: Draft) -> None:
    if (
        draft.law.has_reversal
        and "reversal" not in draft.entry.entries
        and (not draft.species or "carries" in draft.entry.entries)
    ):
        draft.check.report(
            draft.entry,
            f"mechanism '{draft.name}' has no reversal potential",
            path=f"{draft.path}.reversal",
            found="no reversal",
            expected="reversal: -54 mV, or ion: K",
        )
