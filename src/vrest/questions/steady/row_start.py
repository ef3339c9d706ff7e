"""Where rows of a cell begin on their way to a steady state, as `start` has it: at rest, with the charge of their membranes; of symbols."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from ... import maths
from ...constants import F, R
from ...system.states import AMOUNT, CHARGE, Key
from .solver import NONE, TRACE, Posed
from .start import BEARABLE, carrying

Numbers = Mapping[str, Any]


def start_of(posed: Posed, potentials: Mapping[str, Any], numbers: Numbers) -> list[Any]:
    """The unknowns of the described contents at given potentials [V], with their charge on the ion of largest amount."""
    initial = [row.initial(numbers) for row in posed.states.rows]
    return _point(posed, potentials, charged_of(posed, potentials, initial, numbers), numbers)


def _point(posed: Posed, potentials: Mapping[str, Any], x: Sequence[Any], numbers: Numbers) -> list[Any]:
    """As `Posed.point`."""
    whole, states, unit = posed.whole, posed.states, R * numbers["temperature"] / F
    contents, crossed = whole.contents(list(x), numbers), whole.holds.without(states, x)
    amounts = states.are(AMOUNT) & states.positive
    most = functools.reduce(maths.maximum, (c for c, one in zip(contents, amounts, strict=True) if one), 1e-30)
    y = []
    for k, row in enumerate(states.rows):
        content = maths.maximum(contents[k], TRACE * most) if amounts[k] else contents[k]
        own = maths.log(content) if row.positive else crossed[k] / row.size(numbers)
        y.append(NONE if k in posed.absent else own)
    for key, place in zip(states.keys(CHARGE), whole.nodes, strict=True):
        y[states.index[key]] = potentials[place] / unit
    return y


def charged_of(posed: Posed, potentials: Mapping[str, Any], x: Sequence[Any], numbers: Numbers) -> list[Any]:
    """As `start.charged`; of arrays too."""
    whole, charged = posed.whole, list(x)
    about = posed.problem.contents(_point(posed, potentials, x, numbers), numbers)
    state, V = whole.at(about, numbers), whole.membrane_potentials(potentials, numbers)
    missing = {
        node: (whole.membrane_charge(node, V, state) - whole.net_charge(node, list(x), numbers)) / F for node in carrying(posed)
    }
    for (node, ion), part in _parts(posed, x, missing).items():
        k = posed.states.index[Key(AMOUNT, node, ion)]
        charged[k] = charged[k] + part * missing[node] / whole.cell.valences[ion]
    return charged


def _parts(posed: Posed, x: Sequence[Any], missing: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """The part of a compartment's missing charge that an ion takes, one or nothing: one ion for all of them where all hold it."""
    held = {node: _held(posed, node, x, charge) for node, charge in missing.items()}
    if not held:
        return {}
    common = sorted(set.intersection(*(set(ions) for ions in held.values())))
    of_all = {ion: functools.reduce(maths.minimum, (ions[ion] for ions in held.values())) for ion in common}
    any_common = functools.reduce(maths.maximum, of_all.values(), 0.0) > 0
    together, found = _largest(of_all), dict[tuple[str, str], Any]()
    for node, ions in held.items():
        alone = _largest(ions)
        found |= {(node, ion): maths.where(any_common, together.get(ion, 0.0), alone[ion]) for ion in ions}
    return found


def _held(posed: Posed, node: str, x: Sequence[Any], missing: Any) -> dict[str, Any]:
    """The charge that each ion of a compartment holds [mol]; nothing of those that cannot bear what is missing."""
    found: dict[str, Any] = {}
    for ion in sorted(posed.whole.stats.free_ions(node)):
        if z := posed.whole.cell.valences[ion]:
            amount = posed.whole.amount(x, node, ion)
            bears = maths.both(amount > 0, amount + missing / z > BEARABLE * amount)
            found[ion] = maths.where(bears, abs(z) * amount, 0.0)
    return found


def _largest(values: Mapping[str, Any]) -> dict[str, Any]:
    """One for the first of those that are largest, nothing for all others; for none where all are zero."""
    found: dict[str, Any] = {}
    names = list(values)
    for k, name in enumerate(names):
        before = functools.reduce(maths.maximum, (values[one] for one in names[:k]), 0.0)
        after = functools.reduce(maths.maximum, (values[one] for one in names[k + 1 :]), 0.0)
        found[name] = maths.where(maths.both(values[name] > before, values[name] >= after), 1.0, 0.0)
    return found
