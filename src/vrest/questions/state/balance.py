"""What follows from a snapshot: drift, neutrality, charge on the membrane, Debye lengths; and what is unlikely of the numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...constants import AVOGADRO, ZERO_CELSIUS
from ...description.cell import BATH, HELD, Cell, Compartment, Membrane
from ...description.derive import site_in
from ...results.base import Aside, Maybe, Unknown, known
from ...results.rest import MovedCharge
from ...system.circuit import contents_of, debye_length_of, held_apart, layer_drop, listed, screening
from ...units import to_unit
from .snapshot import ExchangeSnapshot, MembraneSnapshot

BALANCED = 1e-4
SMALL = 1e-4
"""Part by which a free concentration is varied to see how much of it a buffer binds."""
BREAKS_AT, BREAKS_IN = 0.5, 1e8
"""Potential [V] and field [V/m] at which lipid membranes break down."""
APART = ("moved_C", "moved_mol", "moved_ions", "surface_C_per_m2", "field_V_per_m", "electric_pressure_Pa")
MOST_SOLUBLE = 5e3
"""Concentration of an ion [mol/m^3] that hardly any solution reaches: KCl dissolves to 4.8 M, NaCl to 6.1 M at 25 degC."""
CAPACITANCES = (1e-3, 0.1)
"""Capacitances per area [F/m^2] between which membranes lie: a lipid bilayer has 0.005 to 0.01, a folded surface
up to ten times that; one that is described with a range of its own has been thought of."""


def drift(
    cell: Cell, snapshots: Mapping[str, MembraneSnapshot], exchanged: Sequence[ExchangeSnapshot], numbers: Mapping[str, float]
) -> tuple[dict[str, dict[str, Maybe]], list[str]]:
    """Rate of change of every concentration that is not kept [mol m^-3 s^-1], and plain sentences on it."""
    rates: dict[str, dict[str, Maybe]] = {}
    sentences: list[str] = []
    for name, space in cell.compartments.items():
        if space.role == "bath":
            continue
        around = [s for s in snapshots.values() if name in (s.system.inner.name, s.system.outer.name)]
        why = _why_no_drift(space, around) or _unanswered(cell, name, snapshots)
        if why is not None:
            rates[name] = Unknown(why).each(space.ions)
            continue
        volume = numbers[f"{name}.volume"]
        net, gross = sums(name, around, exchanged)
        for ion, taken in taken_by_states(cell, space, numbers).items():
            net[ion], gross[ion] = net.get(ion, 0.0) - taken * volume, gross.get(ion, 0.0) + abs(taken) * volume
        if space.fixed:
            from .held import made_good

            sentences += made_good(cell, space, net, gross)
        rates[name] = {ion: _rate(net.get(ion, 0.0), volume) for ion in space.ions}
        rates[name] |= {ion: _buffered(space, ion, rates[name][ion], numbers) for ion in space.buffers}
        sentences += [
            _sentence(name, ion, net[ion] / volume, gross[ion] / volume, len(cell.compartments) > 2)
            for ion in net
            if 0 < gross.get(ion, 0.0) < math.inf
        ]
    return rates, sentences


def _rate(net: float, volume: float) -> Maybe:
    return net / volume if math.isfinite(net) else Unknown("an exchange that moves it has no finite rate at these concentrations")


def taken_by_states(cell: Cell, space: Compartment, numbers: Mapping[str, float]) -> dict[str, float]:
    """What states take from the free ions of a compartment that they hold [mol m^-3 s^-1]."""
    found: dict[str, float] = {}
    for one in space.states.values():
        rate = float(one.rate_at(site_in(cell, space, numbers))) if one.holds else 0.0
        for ion, n in one.holds.items():
            found[ion] = found.get(ion, 0.0) + n * rate
    return found


def _buffered(space: Compartment, ion: str, rate: Maybe, numbers: Mapping[str, float]) -> Maybe:
    """The rate of what is free, of which a buffer leaves a small part."""
    from ...description.binding import bound_at

    c = numbers[f"{space.name}.{ion}"]
    if not known(rate) or c <= 0:
        return rate
    more, less = (float(bound_at(numbers, space, ion, c * (1 + part))) for part in (SMALL, -SMALL))
    return rate / (1.0 + (more - less) / (2 * SMALL * c))


def _why_no_drift(space: Compartment, around: list[MembraneSnapshot]) -> str | None:
    if space.role == HELD:
        return f"the concentrations of '{space.name}' are held"
    without = next((s for s in around if s.to_total is None), None)
    if without is not None:
        return without.why_no_total
    if any(flows.unattributed for s in around for flows in s.flows.values()):
        return "the carrier of a current is not named"
    return f"the volume of '{space.name}' is not described; give a shape or volume" if space.volume is None else None


def _unanswered(cell: Cell, space: str, snapshots: Mapping[str, MembraneSnapshot]) -> str | None:
    """Why fluxes into a compartment are not all known: a membrane around it has no potential."""
    around = [m.name for m in cell.around(space) if m.mechanisms and m.name not in snapshots]
    return f"membrane '{around[0]}' has no potential, so what crosses it is not known" if around else None


def sums(
    name: str, around: list[MembraneSnapshot], exchanged: Sequence[ExchangeSnapshot]
) -> tuple[dict[str, float], dict[str, float]]:
    """Net and gross flux of each ion into a compartment [mol/s]."""
    net: dict[str, float] = {}
    gross: dict[str, float] = {}
    for ion, flow in _entering(name, around, exchanged):
        net[ion] = net.get(ion, 0.0) + flow
        gross[ion] = gross.get(ion, 0.0) + abs(flow)
    return net, gross


def _entering(name: str, around: list[MembraneSnapshot], exchanged: Sequence[ExchangeSnapshot]) -> Iterator[tuple[str, float]]:
    """Every flux into a compartment with its ion [mol/s]."""
    for snapshot in around:
        factor = (snapshot.to_total or 0.0) * (-1.0 if snapshot.system.inner.name == name else 1.0)
        for flows in snapshot.flows.values():
            yield from ((ion, float(flux) * factor) for ion, flux in flows.fluxes.items())
    for one in exchanged:
        sign = {one.exchange.space: -1.0, one.exchange.place: 1.0}.get(name)
        if sign is not None:
            yield from ((ion, sign * flux) for ion, flux in one.fluxes.items())


def _sentence(space: str, ion: str, rate: float, gross: float, named: bool) -> str:
    where = f" in '{space}'" if named else ""
    if abs(rate) <= BALANCED * gross:
        return Aside(f"{ion} is balanced{where}.")
    way = "gained" if rate > 0 else "lost"
    return f"{ion} is {way}{where} at {abs(to_unit(rate, 'mM/min')):.3g} mM/min."


def neutrality(cell: Cell, numbers: Mapping[str, float]) -> dict[str, float]:
    """Charge concentration of every compartment as described, impermeants included [mol/m^3]."""
    return {
        name: sum(z * c for z, c in listed(cell, space, numbers)) + _bound_charge(cell, space, numbers)
        for name, space in cell.compartments.items()
    }


def _bound_charge(cell: Cell, space: Compartment, numbers: Mapping[str, float]) -> float:
    """Charge of what buffers and states hold [mol/m^3]."""
    if not space.binding:
        return 0.0
    from .protons import bound_in

    return sum(cell.valences[ion] * float(bound_in(space, ion, numbers)) for ion in space.binding)


def debye_lengths(cell: Cell, numbers: Mapping[str, float]) -> dict[str, Maybe]:
    """Debye length of every compartment [m] by its listed ions, water's permittivity at T.

    Impermeants of more than two charges, such as proteins, are no point ions: the theory does not hold for them, and they do not count.
    """
    return {name: _of_layer(debye_length_of, cell, space, numbers) for name, space in cell.compartments.items()}


def _of_layer(law: Callable[..., Any], cell: Cell, space: Compartment, numbers: Mapping[str, float], *more: float) -> Maybe:
    """What a law of the solutions beside a membrane says of a compartment, or why none holds there."""
    if not any(z * c for z, c in zip(*screening(cell, space, numbers), strict=True)):
        return Unknown(f"compartment '{space.name}' lists no ions")
    if not ZERO_CELSIUS <= numbers["temperature"] <= ZERO_CELSIUS + 100:
        return Unknown("the permittivity of water is known between its freezing and boiling points only")
    return float(law(cell, space, numbers, *more))


def moved_charge(cell: Cell, snapshot: MembraneSnapshot) -> MovedCharge:
    """What the potential holds apart, as magnitude: in C, in mol, as part of each inner ion; the field, and what follows from both."""
    membrane, inner = snapshot.system.membrane, snapshot.system.inner
    apart = held_apart(membrane, snapshot.V, snapshot.numbers)
    why = Unknown(why_no_capacitance(membrane))
    of = {key: float(apart[key]) if key in apart else why for key in APART}
    moles, density = of["moved_mol"], of["surface_C_per_m2"]
    return MovedCharge(
        charge=of["moved_C"],
        moles=moles,
        ions=of["moved_ions"],
        fraction_of=_fractions(cell, inner, moles, snapshot.numbers) if known(moles) else why.each(inner.ions),
        density=density,
        field=of["field_V_per_m"],
        pressure=of["electric_pressure_Pa"],
        layer_drop={
            side.name: _of_layer(layer_drop, cell, side, snapshot.numbers, density) if known(density) else density
            for side in (snapshot.system.inner, snapshot.system.outer)
        },
    )


def breaking(snapshots: Mapping[str, MembraneSnapshot]) -> list[str]:
    """A sentence for each membrane in a field that none withstands."""
    found = []
    for name, snapshot in snapshots.items():
        field, V = held_apart(snapshot.system.membrane, snapshot.V, snapshot.numbers)["field_V_per_m"], abs(snapshot.V)
        if V > BREAKS_AT or field > BREAKS_IN:
            found.append(
                f"A membrane would break at this potential: '{name}' would stand {to_unit(V, 'mV'):.0f} mV and "
                f"{to_unit(field, 'MV/m'):.3g} MV/m; lipid membranes break "
                "down at some 0.5 V, in fields of some 100 MV/m."
            )
    return found


def why_no_capacitance(membrane: Membrane) -> str:
    """Why the capacitance of a membrane cannot be said as it is needed."""
    return "the capacitance is not described" if membrane.capacitance is None else "the membrane's area is not described"


def _fractions(cell: Cell, inner: Compartment, moles: float, numbers: Mapping[str, float]) -> dict[str, Maybe]:
    """The moved charge as part of what the inner compartment holds of each ion."""
    if inner.volume is None:
        why = "is a bath without a volume" if inner.role == BATH else "has no described volume; give a shape or volume"
        return Unknown(f"'{inner.name}' {why}").each(inner.ions)
    reasons = {ion: f"'{inner.name}' holds no {ion}" if cell.valences[ion] else f"{ion} carries no charge" for ion in inner.ions}
    held = contents_of(cell, inner, numbers)
    return {ion: moles / amount if amount else Unknown(reasons[ion]) for ion, amount in held.items()}


# -- numbers that hardly any cell has ---------------------------------------------------------------------------------


def unlikely(cell: Cell, numbers: Mapping[str, float]) -> list[str]:
    """A sentence for each described number that no cell is likely to have."""
    return [*_beyond_solubility(cell, numbers), *_capacitances(cell, numbers)]


def few(cell: Cell, numbers: Mapping[str, float]) -> list[str]:
    """A sentence for each ion of which a compartment holds fewer than one that is free; what says it is read where there is one."""
    held = (
        numbers[f"{name}.{ion}"] * numbers[f"{name}.volume"] * AVOGADRO
        for name, space in cell.compartments.items()
        if space.role != BATH and f"{name}.volume" in numbers
        for ion in space.ions
    )
    if not any(0.0 < n < 1.0 for n in held):
        return []
    from .few import fewer_than_one

    return fewer_than_one(cell, numbers)


def _beyond_solubility(cell: Cell, numbers: Mapping[str, float]) -> list[str]:
    listed = [(name, ion, numbers[f"{name}.{ion}"]) for name, space in cell.compartments.items() for ion in space.ions]
    return [
        f"{ion} in '{name}' is described with {to_unit(c, 'M'):.4g} M: hardly any salt dissolves to more than {to_unit(MOST_SOLUBLE, 'M'):g} M."
        for name, ion, c in listed
        if c > MOST_SOLUBLE
    ]


def _capacitances(cell: Cell, numbers: Mapping[str, float]) -> list[str]:
    bare = [
        name for name, membrane in cell.membranes.items() if membrane.capacitance is None or membrane.capacitance.range is None
    ]
    described = {name: numbers.get(f"{name}.specific_capacitance") for name in bare}
    low, high = (to_unit(C, "uF/cm^2") for C in CAPACITANCES)
    return [
        f"The capacitance of '{name}' is described as {to_unit(C, 'uF/cm^2'):.3g} uF/cm^2: membranes have about 1, hardly any less than "
        f"{low:g} or more than {high:g}."
        for name, C in described.items()
        if C is not None and not CAPACITANCES[0] <= C <= CAPACITANCES[1]
    ]
