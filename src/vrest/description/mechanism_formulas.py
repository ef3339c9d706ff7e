"""The formulas of a mechanism, `rate` and `factor`: what they may name, their dimensions, the sign of a factor."""

from __future__ import annotations

import numpy as np

from ..laws.nernst import nernst_potential
from ..mechanisms.parameter import Type
from ..units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from .mechanism_draft import Draft
from .mechanism_ions import more_than_zero
from .user_formulas import read_expression

CONCENTRATION = dimension_of("mol/m^3")
LOOKED_AT = (-0.2, 0.1)
EXAMPLE = 'such as "1/(1 + exp((V - E_K)/(10 mV)))"'


def read_rate(draft: Draft):
    row = next((p for p in draft.law.parameters if p.type is Type.FORMULA), None)
    if row is None:
        return None
    bases = row.bases()
    formula = read_formula(draft, row.name, tuple(bases))
    if formula is not None:
        draft.basis = bases.get(formula.dimension)
    return formula


def read_formula(draft: Draft, key: str, wanted: tuple[Dimension, ...]):
    node = draft.entry.get(key)
    if node is None:
        return None
    if draft.law.basis_free and key == "factor":
        draft.check.report(
            draft.entry.key(key),
            f"a pump that balances has no factor: '{draft.name}' follows the other fluxes",
            found=key,
            expected="no factor",
        )
        return None
    what, path = f"'{key}' of '{draft.name}'", f"{draft.path}.{key}"
    formula = read_expression(draft.check, node, what, path, names_of(draft), EXAMPLE, lambda name: _not_there(draft, name))
    if formula is None:
        return None
    if formula.dimension not in wanted and not _is_zero(formula):
        draft.check.report(
            node,
            f"{what} has the wrong dimension: its value is {formula.dimension}",
            found=node.words,
            expected=" or ".join(str(d) for d in wanted),
            path=path,
        )
        return None
    for name in formula.names:
        if name == "E" or name.startswith("E_"):
            ion = name[2:] or next(iter(draft.species))
            more_than_zero(draft, ion, (draft.inner, draft.outer), f"{what} names {name}")
    return formula


def _not_there(draft: Draft, name: str) -> str | None:
    """Why a name that formulas across a membrane know has no meaning in an exchange."""
    if not draft.kind.in_compartment:
        return None
    if name in ("V", "E") or name.startswith("E_"):
        return f"an exchange moves no charge, so no potential {name} drives it"
    if (name.startswith("c_out") or name.endswith("_out")) and "with" not in draft.entry.entries:
        return f"{name} is a concentration on the other side, and `with` names no compartment there"
    return None


def check_factor(draft: Draft, factor) -> None:
    """A factor is never negative: that would turn a passive path round. Looked at where membranes are."""
    if factor is None or len(draft.check.problems) > draft.before:
        return
    V = np.linspace(*LOOKED_AT, 301)
    with np.errstate(all="ignore"):
        values = np.broadcast_to(factor.evaluate(_sample(draft, factor, V)), V.shape)
    if np.any(values < 0):
        worst = int(np.nanargmin(values))
        where = "as described" if draft.kind.in_compartment else f"at {to_unit(V[worst], 'mV'):.4g} mV"
        draft.check.report(
            draft.entry.entries["factor"],
            f"'factor' of '{draft.name}' is negative {where} ({values[worst]:.4g}); no flow is multiplied by less than zero",
            path=f"{draft.path}.factor",
            found=factor.text,
            expected="zero or more everywhere, such as max(0, ...)",
        )


def _sample(draft: Draft, formula, V) -> dict:
    """The described values of the names of a formula, over potentials."""
    T = draft.check.settable["temperature"].si if "temperature" in draft.check.settable else 310.0
    values = {"V": V, "T": T, "t": 0.0} | {key: value.si for key, value in draft.numbers.items()}
    for ion in {**draft.inner.ions, **draft.outer.ions}:
        sides = [side.ions[ion].si if ion in side.ions else 0.0 for side in (draft.inner, draft.outer)]
        values |= {f"c_in_{ion}": sides[0], f"{ion}_in": sides[0], f"c_out_{ion}": sides[1], f"{ion}_out": sides[1]}
        if f"E_{ion}" in formula.names or "E" in formula.names:
            z = draft.valences.get(ion, 1)
            values[f"E_{ion}"] = nernst_potential(z, *sides, T) if all(sides) else 0.0
    ion = next(iter(draft.species), "")
    return values | {short: values[f"{short}_{ion}"] for short in ("c_in", "c_out", "E") if f"{short}_{ion}" in values}


def names_of(draft: Draft) -> dict[str, Dimension]:
    """What a formula may name: V, T, t, each ion's concentrations and Nernst potential, the mechanism's own numbers."""
    volt, across = dimension_of("V"), not draft.kind.in_compartment
    names = {"T": dimension_of("K"), "t": dimension_of("s")} | ({"V": volt} if across else {})
    for ion in {**draft.inner.ions, **draft.outer.ions}:
        if ion in draft.inner.ions:
            names[f"c_in_{ion}"] = names[f"{ion}_in"] = CONCENTRATION
        if ion in draft.outer.ions:
            names[f"c_out_{ion}"] = names[f"{ion}_out"] = CONCENTRATION
        if across and ion in draft.inner.ions and ion in draft.outer.ions:
            names[f"E_{ion}"] = volt
    if len(draft.species) == 1 or (draft.species and draft.kind.in_compartment):
        ion = next(iter(draft.species))
        pairs = {"c_in": f"c_in_{ion}", "c_out": f"c_out_{ion}", "E": f"E_{ion}"}
        names |= {short: names[long] for short, long in pairs.items() if long in names}
    names |= {
        key: dimension_of(value.unit) if value.unit else DIMENSIONLESS
        for key, value in draft.numbers.items()
        if key.isidentifier()
    }
    return names


def _is_zero(formula) -> bool:
    return not formula.names and float(formula.evaluate({})) == 0.0
