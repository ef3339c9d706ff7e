"""Every mechanism and every ion of a membrane at one state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...description.cell import Cell, Mechanism
from ...laws.nernst import thermal_voltage
from ...mechanisms.kind import Flows
from ...results.base import Maybe, Unknown
from ...results.rest import AT_REVERSAL, CARRIER, NO_REVERSAL, OTHER, PATH, PUMP, IonState, MechanismState
from . import energy
from .snapshot import AT_REST, MembraneSnapshot

SAME_POTENTIAL = 1e-9
"""Volts from a reversal potential within which the current is but rounding."""


def mechanism_states(state: MembraneSnapshot) -> dict[str, MechanismState]:
    """State of every mechanism of a membrane, by name."""
    currents = {word: state.current(word) for word in state.flows}
    if _at_rest(state, currents):
        return {word: _mechanism(state, word, i, 0.0) for word, i in currents.items()}
    outward = sum(i for i in currents.values() if i > 0)
    inward = sum(i for i in currents.values() if i < 0)
    return {word: _mechanism(state, word, i, outward if i > 0 else inward) for word, i in currents.items()}


def _at_rest(state: MembraneSnapshot, currents: Mapping[str, float]) -> bool:
    """Whether the currents are the rounding of an equilibrium: next to nothing of what RT/F more would let flow."""
    moved = state.system.currents(state.V + float(thermal_voltage(state.numbers["temperature"])), state.numbers)
    scale = sum(abs(float(moved[word]) - i) for word, i in currents.items())
    return sum(map(abs, currents.values())) <= AT_REST * scale


def _mechanism(state: MembraneSnapshot, word: str, current: float, same_way: float) -> MechanismState:
    flows, mechanism = state.flows[word], state.system.mechanisms[word]
    return MechanismState(
        kind=" ".join(part for part in (mechanism.kind.name, mechanism.law.name) if part),
        current_density=Unknown(state.why_no_density) if state.to_density is None else current * state.to_density,
        current=Unknown(state.why_no_total) if state.to_total is None else current * state.to_total,
        share=current / same_way if same_way else 0.0,
        fluxes=_fluxes(state, word),
        dissipation=energy.dissipation(state, word),
        atp=_in_all(state, flows.atp),
        turnover=_in_all(state, flows.cycles),
        affinity=energy.affinity(state, word),
        efficiency=energy.efficiency(state, word) if state.to_total is not None and mechanism.splits_atp else None,
        chord=_chord(state, word, current),
        role=_role(mechanism, flows),
    )


def _chord(state: MembraneSnapshot, word: str, current: float) -> Maybe:
    """Current density over V minus the reversal potential, where a mechanism has one [S/m^2]."""
    mechanism = state.system.mechanisms[word]
    E = state.numbers.get(f"{state.name}.{word}.reversal")
    if E is None and mechanism.own_path and len(mechanism.species) == 1:
        E = state.E(next(iter(mechanism.species)))
    if E is None:
        return Unknown(NO_REVERSAL)
    if state.to_density is None:
        return Unknown(state.why_no_density)
    return current * state.to_density / (state.V - E) if abs(state.V - E) > SAME_POTENTIAL else Unknown(AT_REVERSAL)


def _role(mechanism: Mechanism, flows: Flows) -> str:
    if mechanism.pump:
        return PUMP
    if mechanism.law.paths is not None:
        return PATH
    return OTHER if flows.cycles is None else CARRIER


def _fluxes(state: MembraneSnapshot, word: str) -> dict[str, Maybe]:
    fluxes, total = state.flows[word].fluxes, state.to_total
    if total is None:
        return Unknown(state.why_no_total).each(fluxes)
    return {ion: float(flux) * total for ion, flux in fluxes.items()}


def _in_all(state: MembraneSnapshot, value: Any) -> float | None:
    """A rate of the whole membrane; None where a mechanism has none, or only ratios are known."""
    return None if value is None or state.to_total is None else float(value) * state.to_total


def ion_states(cell: Cell, state: MembraneSnapshot) -> dict[str, IonState]:
    """State of every ion listed on either side of a membrane."""
    return {ion: _ion(state, ion) for ion in cell.ions_of(state.system.membrane)}


def _ion(state: MembraneSnapshot, ion: str) -> IonState:
    (c_in, c_out), valence = state.concentrations(ion), state.system.cell.valences[ion]
    E = state.E(ion)
    if E is not None:
        return IonState(valence, E, state.V - E, c_in, c_out)
    if not valence:
        uncharged = Unknown(f"{ion} carries no charge, so it has no Nernst potential")
        return IonState(valence, uncharged, uncharged, c_in, c_out)
    sides = [side.name for side, c in ((state.system.inner, c_in), (state.system.outer, c_out)) if not c]
    where = " and ".join(f"'{side}'" for side in sides)
    why = Unknown(f"{where} {'hold' if ' and ' in where else 'holds'} no {ion}, so it has no Nernst potential")
    return IonState(valence, why, why, c_in, c_out)
