"""What a state costs: ATP, work on ions, dissipation of each mechanism, and the balance of the four; or why one cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import starmap

from ...constants import F
from ...laws.atp import atp_power
from ...results.base import Maybe, Unknown, known
from ...results.rest import NO_BUDGET, NO_CARRIER, NO_DELTA_G, NO_ION, NO_SPLIT, EnergyBalance, MechanismState
from ...system.circuit import Extent
from .snapshot import ExchangeSnapshot, MembraneSnapshot

NO_RESERVOIR = "the composition of a reservoir that an exchange leads to is not described, so the free energy that it takes up cannot be said"

Snapshots = Mapping[str, MembraneSnapshot]


# -- one mechanism ----------------------------------------------------------------------------------------------------


def power_into_ions(state: MembraneSnapshot, word: str) -> Maybe:
    """Power a mechanism puts into ions, -sum(J dmu) [W]; negative for passive paths."""
    flows, total = state.flows[word], state.to_total
    if total is None:
        return Unknown(state.why_no_total)
    power = 0.0
    for ion, flux in flows.fluxes.items():
        dmu = state.dmu(ion)
        if dmu is not None:
            power -= float(flux) * total * dmu
        elif flux != 0:
            return Unknown(NO_ION)
    return Unknown(NO_CARRIER) if flows.unattributed else power


def atp_rate(state: MembraneSnapshot, word: str) -> Maybe:
    """ATP a mechanism spends [mol/s]; 0 for passive ones."""
    atp = state.flows[word].atp
    if atp is None:
        return 0.0
    return Unknown(state.why_no_total) if state.to_total is None else float(atp) * state.to_total


def power_from_atp(state: MembraneSnapshot, word: str) -> Maybe:
    """Power a mechanism takes from ATP [W]."""
    rate, delta_G = atp_rate(state, word), state.delta_G()
    if not known(rate) or not rate:
        return rate
    return Unknown(NO_DELTA_G) if delta_G is None else float(atp_power(rate, delta_G))


def power_from_drive(state: MembraneSnapshot, word: str) -> Maybe:
    """Power a mechanism takes from what drives it in place of ATP [W]; 0 for all others."""
    flows = state.flows[word]
    if flows.drive is None:
        return 0.0
    return Unknown(state.why_no_total) if state.to_total is None else -float(flows.drive) * float(flows.cycles) * state.to_total


def power_given(state: MembraneSnapshot, word: str) -> Maybe:
    """Power a mechanism takes from ATP, or from what drives it in its place [W]."""
    return _sum((power_from_atp(state, word), power_from_drive(state, word)))


def dissipation(state: MembraneSnapshot, word: str) -> Maybe:
    """Free energy a mechanism turns to heat [W]: the power that drives it less the power into ions."""
    if state.to_total is None:
        return Unknown(state.why_no_total)
    reversal = state.numbers.get(f"{state.name}.{word}.reversal")
    if state.flows[word].unattributed and reversal is not None:
        return float(state.flows[word].unattributed) * state.to_total * (state.V - reversal)
    into = power_into_ions(state, word)
    given = power_given(state, word)
    return _sum((given, _negative(into)))


def efficiency(state: MembraneSnapshot, word: str) -> Maybe:
    """Power that a pump puts into ions over that from its drive."""
    return _ratio(power_into_ions(state, word), power_given(state, word))


def affinity(state: MembraneSnapshot, word: str) -> float | None:
    """Free energy left over in one cycle [J/mol]: what drives it less the work on the ions, for a pump whose drive is described."""
    mechanism = state.system.mechanisms[word]
    given, forces = _given_to_a_cycle(state, word), {ion: state.dmu(ion) for ion in mechanism.species}
    if not mechanism.pump or given is None or any(force is None for force in forces.values()):
        return None
    counts = state.flows[word].counts
    return given + sum(float(n) * (forces[ion] or 0.0) for ion, n in (mechanism.species if counts is None else counts).items())


def _given_to_a_cycle(state: MembraneSnapshot, word: str) -> float | None:
    """Free energy that drives one cycle [J/mol]; None where it is not described."""
    drive, delta_G = state.flows[word].drive, state.delta_G()
    if drive is not None:
        return -float(drive)
    return None if delta_G is None else float(atp_power(state.numbers.get(f"{state.name}.{word}.atp", 1.0), delta_G))


def _ratio(work: Maybe, given: Maybe) -> Maybe:
    if not known(given) or not known(work):
        return _again(work if known(given) else given)
    return work / given if given > 0 else Unknown(NO_SPLIT)


# -- the whole cell ---------------------------------------------------------------------------------------------------


def atp_of(states: Snapshots) -> Maybe:
    """ATP that all mechanisms spend [mol/s]; where only ratios are known nothing of a membrane is."""
    relative = next((state for state in states.values() if state.system.extent is Extent.RELATIVE), None)
    if relative is not None:
        return Unknown(relative.why_no_total)
    return _sum(atp_rate(state, word) for state in states.values() for word in state.flows)


def balance(states: Snapshots, exchanged: Sequence[ExchangeSnapshot] = (), budget: float | None = None) -> EnergyBalance:
    """Power from ATP and other drives, into ions, into heat in pumps and in paths, and into storage, for the whole cell; shares of a budget [mol/s].

    What an exchange adds to gradients, or takes from them, is in storage only; it is neither a pump nor a path through a membrane.
    """
    pairs = [(state, word) for state in states.values() for word in state.flows]
    driven = [pair for pair in pairs if atp_rate(*pair) != 0 or power_from_drive(*pair) != 0]
    work, atp, drive, spent = (
        _sum(starmap(one, driven)) for one in (power_into_ions, power_from_atp, power_from_drive, atp_rate)
    )
    given = _sum((atp, drive))
    gained = _sum(power_into_ions(*pair) for pair in pairs if pair not in driven)
    moved = _sum(map(_moved, exchanged))
    stored = _sum((work, gained, moved))
    return EnergyBalance(
        atp_power=atp,
        drive_power=drive,
        work_on_ions=work,
        dissipated_in_pumps=_sum((given, _negative(work))),
        dissipated_in_paths=_negative(gained),
        stored=stored,
        efficiency=_ratio(work, given),
        budget_share=_share(spent, budget),
    )


def _moved(one: ExchangeSnapshot) -> Maybe:
    return Unknown(NO_RESERVOIR) if one.power_into_ions is None else one.power_into_ions


def _share(spent: Maybe, budget: float | None) -> Maybe:
    if budget is None:
        return Unknown(NO_BUDGET)
    return spent / budget if known(spent) else _again(spent)


def violations(mechanisms: Mapping[str, Mapping[str, MechanismState]], sizes: Mapping[str, float]) -> tuple[str, ...]:
    """Mechanisms that dissipate negatively beyond rounding (membrane.mechanism), by the size of each membrane's powers [W]."""
    heats = {(name, word): m.dissipation for name, group in mechanisms.items() for word, m in group.items()}
    return tuple(f"{name}.{word}" for (name, word), heat in heats.items() if known(heat) and heat < -1e-12 * sizes[name])


def stored_by_ion(states: Snapshots) -> Maybe:
    """Stored power once more, summed the other way: net flux of each ion times its electrochemical difference [W]."""
    stored = 0.0
    for state in states.values():
        for ion, flux in state.net_fluxes().items():
            dmu = state.dmu(ion)
            if dmu is None or state.to_total is None:
                return Unknown(NO_ION if state.to_total is not None else state.why_no_total)
            stored -= flux * state.to_total * dmu
    return stored


def _sum(values: Iterable[Maybe]) -> Maybe:
    """The sum, or the first reason why there is none."""
    total = 0.0
    for value in values:
        if not known(value):
            return _again(value)
        total += value
    return total


def _again(value: Maybe) -> Maybe:
    """The same reason for another quantity: each says its own."""
    return Unknown(value.sentence) if isinstance(value, Unknown) else value


def _negative(value: Maybe) -> Maybe:
    return 0.0 - value if known(value) else _again(value)


UPHILL = 1e-3 * F
"""An electrochemical difference [J/mol] of 1 mV, below which no path is said to carry an ion against it."""


def uphill(states: Mapping[str, MembraneSnapshot]) -> list[str]:
    """A sentence for each passive path that carries an ion against its gradient, which a stated reversal potential makes it do."""
    notes = []
    for name, state in states.items():
        for word, mechanism in state.system.mechanisms.items():
            if mechanism.law.paths is None or mechanism.thermodynamic:
                continue
            for ion, flux in state.flows[word].fluxes.items():
                dmu = state.dmu(ion)
                if dmu is not None and abs(dmu) > UPHILL and flux * dmu < 0:
                    notes.append(_carried(f"{name}.{word}", ion, flux > 0, abs(dmu), len(mechanism.species) > 1))
    return notes


def _carried(path: str, ion: str, outward: bool, dmu: float, shared: bool) -> str:
    why = (
        "its shares in the current are given; with `kind: ghk_shared` each ion goes its own way"
        if shared
        else "the reversal potential is given"
    )
    return f"'{path}' carries {ion} {'out' if outward else 'in'} against {dmu / F * 1e3:.3g} mV, as no passive path can: {why}."
