"""Concentrations that are held (`fixed: [HCO3]`), in words: what has to be made good, what was given, and where its counter-charge is."""

from __future__ import annotations

from collections.abc import Iterable

from ...description.cell import Cell, Compartment
from ...results.base import Aside
from ...units import to_unit

STILL = 1e-4
"""Part of what moves an ion below which nothing has to be made good."""
NOTICED = 1e-3
"""Booked charge [mol/m^3] below which it is not told."""
BUFFERS, MUCH = 30.0, 0.3
"""Charge that the buffers of a cell take up per unit of pH [mol/m^3], and the part of it from which what is booked is told at length."""


def made_good(cell: Cell, space: Compartment, net: dict[str, float], gross: dict[str, float]) -> list[str]:
    """A sentence for each ion that is held, at net and gross fluxes into a compartment [mol/s].

    These are changed to what is left: nothing of what is held, and with a counter-ion its part of what is made good.
    """
    found = []
    for ion, counter in space.fixed.items():
        flow, moved, volume = net.get(ion, 0.0), gross.pop(ion, 0.0), space.volume
        net[ion] = 0.0
        if counter is not None:
            share = cell.valences[ion] / cell.valences[counter]
            net[counter] = net.get(counter, 0.0) + share * flow
            gross[counter] = gross.get(counter, 0.0) + abs(share) * moved
        rate = 0.0 if volume is None else flow / volume.si
        found.append(_sentence(cell, space, ion, rate, abs(flow) <= STILL * moved))
    return found


def _sentence(cell: Cell, space: Compartment, ion: str, rate: float, still: bool) -> str:
    if still:
        return Aside(f"{ion} in '{space.name}' is held, and nothing has to be made good for it.")
    counter, speed = space.fixed[ion], abs(to_unit(rate, "mM/min"))
    said = f"{ion} in '{space.name}' is held: {speed:.3g} mM/min of it are {'given' if rate < 0 else 'taken'}"
    if counter is None:
        charge = to_unit(cell.valences[ion] * rate, "mM/min")
        return f"{said}, and {charge:+.3g} mM/min of charge are booked on what is not listed."
    share = cell.valences[ion] / cell.valences[counter]
    return f"{said} {'together with' if share < 0 else 'in exchange for'} {abs(share) * speed:.3g} mM/min of {counter}."


def booked(cell: Cell, given: Iterable[tuple[str, str, float, float]], listed: bool = True) -> list[str]:
    """What stats have given: of a compartment and ion so many moles, in so much water [m^3]; with or without those that move a
    listed counter-ion."""
    told = [one for one in given if listed or cell.compartments[one[0]].fixed[one[1]] is None]
    return [_booked(cell, *one) for one in told if abs(one[2]) > NOTICED * one[3]]


def _booked(cell: Cell, space: str, ion: str, amount: float, water: float) -> str:
    counter, c = cell.compartments[space].fixed[ion], abs(to_unit(amount / water, "mM"))
    way = "given" if amount > 0 else "taken"
    said = f"To hold {ion} of '{space}' {abs(amount):.3g} mol of it ({c:.3g} mM of its water) were {way}"
    if counter is not None:
        share = cell.valences[ion] / cell.valences[counter]
        return Aside(f"{said}, {'together with' if share < 0 else 'in exchange for'} {counter}.")
    charge = to_unit(-cell.valences[ion] * amount / water, "mM")
    words = f"{said}; {charge:+.3g} mM of charge are booked on what is not listed"
    part = abs(charge) / BUFFERS
    return f"{words}: were it protons, usual buffers would change their pH by {part:.1f}." if part > MUCH else Aside(f"{words}.")
