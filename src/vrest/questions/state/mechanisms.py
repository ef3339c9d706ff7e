"""Every mechanism and every ion of a membrane at one state."""

from __future__ import annotations

from ...description.cell import Cell
from ...results.rest import IonState, MechanismState
from . import power
from .refusals import Refusals
from .snapshot import MembraneSnapshot


def mechanism_states(state: MembraneSnapshot, refused: Refusals) -> dict[str, MechanismState]:
    """State of every mechanism of a membrane, by name."""
    currents = {word: state.current(word) for word in state.flows}
    outward = sum(i for i in currents.values() if i > 0)
    inward = sum(i for i in currents.values() if i < 0)
    return {word: _mechanism(state, word, i, outward if i > 0 else inward, refused) for word, i in currents.items()}


def _mechanism(state: MembraneSnapshot, word: str, current: float, same_way: float, refused: Refusals) -> MechanismState:
    path = f"mechanisms.{state.name}.{word}"
    flows, total, per_area = state.flows[word], state.to_total, state.to_density
    if per_area is None:
        refused.none(f"{path}.current_uA_per_cm2", state.why_no_density)
    if total is None:
        for key in ("current_pA", "flux_mol_per_s"):
            refused.none(f"{path}.{key}", state.why_no_total)
    mechanism = state.system.mechanisms[word]
    times = lambda value, factor: None if value is None or factor is None else float(value) * factor  # noqa: E731
    return MechanismState(
        kind=" ".join(part for part in (mechanism.kind.name, mechanism.law.name) if part),
        current_density=times(current, per_area),
        current=times(current, total),
        share=current / same_way if same_way else 0.0,
        fluxes={ion: times(flux, total) for ion, flux in flows.fluxes.items()},
        dissipation=power.dissipation(state, word, refused),
        atp=times(flows.atp, total),
        turnover=times(flows.cycles, total),
        affinity=affinity(state, word),
        efficiency=power.efficiency(state, word, refused) if total is not None and mechanism.splits_atp else None,
        splits_atp=total is not None and mechanism.splits_atp,
    )


def affinity(state: MembraneSnapshot, word: str) -> float | None:
    """Free energy left over in one cycle [J/mol]: what ATP gives less the work on the ions, for a pump whose ATP is described."""
    mechanism = state.system.mechanisms[word]
    delta_G, forces = state.delta_G(), {ion: state.dmu(ion) for ion in mechanism.species}
    if not mechanism.pump or delta_G is None or any(force is None for force in forces.values()):
        return None
    per_cycle = state.numbers.get(f"{state.name}.{word}.atp", 1.0)
    return -per_cycle * delta_G + sum(n * (forces[ion] or 0.0) for ion, n in mechanism.species.items())


def ion_states(cell: Cell, state: MembraneSnapshot, refused: Refusals) -> dict[str, IonState]:
    """State of every ion listed on either side of a membrane."""
    found = {}
    for ion in cell.ions_of(state.system.membrane):
        c_in, c_out = state.concentrations(ion)
        E = state.E(ion)
        if E is None:
            sides = [side.name for side, c in ((state.system.inner, c_in), (state.system.outer, c_out)) if not c]
            where = " and ".join(f"'{side}'" for side in sides)
            refused.none(f"ions.{state.name}.{ion}", f"{where} holds no {ion}, so it has no Nernst potential")
        found[ion] = IonState(cell.valences[ion], E, None if E is None else state.V - E, c_in, c_out)
    return found
