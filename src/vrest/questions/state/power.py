"""What a snapshot costs: ATP, work on ions, dissipation of each mechanism, and the balance of the four."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...results.rest import NO_BUDGET, NO_SPLIT, EnergyBalance
from .exchanges import ExchangeSnapshot
from .refusals import Refusals
from .snapshot import MembraneSnapshot

NO_DELTA_G = (
    "the free energy of ATP is not described, so what the pump itself dissipates cannot be said; give `atp: {delta_G: ...}`"
)
NO_CARRIER = "the carrier of this current is not named, so the work on it cannot be said"
NO_ION = "an ion that it moves is missing on one side, where its electrochemical potential has no value"

NO_RESERVOIR = "the composition of a reservoir that an exchange leads to is not described, so the free energy that it takes up cannot be said"


def power_into_ions(snapshot: MembraneSnapshot, word: str) -> float | None:
    """Power a mechanism puts into ions, -sum(J dmu) [W]; negative for passive paths; None where it has no value."""
    flows, total = snapshot.flows[word], snapshot.to_total
    if total is None:
        return None
    power = 0.0
    for ion, flux in flows.fluxes.items():
        dmu = snapshot.dmu(ion)
        if dmu is None:
            if flux != 0:
                return None
            continue
        power -= float(flux) * total * dmu
    return None if flows.unattributed else power


def atp_rate(snapshot: MembraneSnapshot, word: str) -> float | None:
    """ATP a mechanism spends [mol/s]; 0 for passive ones, None where only ratios or densities are known."""
    flows, total = snapshot.flows[word], snapshot.to_total
    if flows.atp is None:
        return 0.0
    return None if total is None else float(flows.atp) * total


def dissipation(snapshot: MembraneSnapshot, word: str, refused: Refusals) -> float | None:
    """Free energy a mechanism turns to heat [W]: ATP's power less the power into ions; None with a sentence where not known."""
    path = f"mechanisms.{snapshot.name}.{word}.dissipation_W"
    if snapshot.to_total is None:
        return refused.none(path, snapshot.why_no_total)
    flows = snapshot.flows[word]
    if flows.unattributed:
        reversal = snapshot.numbers.get(f"{snapshot.name}.{word}.reversal")
        if reversal is None:
            return refused.none(path, NO_CARRIER)
        return float(flows.unattributed) * snapshot.to_total * (snapshot.V - reversal)
    into = power_into_ions(snapshot, word)
    if into is None:
        return refused.none(path, NO_ION)
    atp = atp_rate(snapshot, word)
    if not atp:
        return -into
    delta_G = snapshot.delta_G()
    return refused.none(path, NO_DELTA_G) if delta_G is None else -atp * delta_G - into


def efficiency(snapshot: MembraneSnapshot, word: str, refused: Refusals) -> float | None:
    """Power that a pump puts into ions over that from ATP; None with a sentence where not known."""
    path = f"mechanisms.{snapshot.name}.{word}.efficiency"
    given, work = _atp_power(snapshot, word), power_into_ions(snapshot, word)
    if given is None or work is None:
        return refused.none(path, NO_DELTA_G if given is None else NO_ION)
    return work / given if given > 0 else refused.none(path, NO_SPLIT)


def balance(
    snapshots: Mapping[str, MembraneSnapshot],
    refused: Refusals,
    exchanged: Sequence[ExchangeSnapshot] = (),
    budget: float | None = None,
) -> EnergyBalance:
    """Power from ATP, into ions, into heat in pumps and in paths, and into storage, for the whole cell; shares of a budget [mol/s].

    What an exchange adds to gradients, or takes from them, is in storage only; it is neither a pump nor a path through a membrane.
    """
    pairs = [(s, word) for s in snapshots.values() for word in s.flows]
    driven = [(s, word) for s, word in pairs if atp_rate(s, word) != 0]
    passive = [(s, word) for s, word in pairs if atp_rate(s, word) == 0]
    work = _sum(power_into_ions(s, word) for s, word in driven)
    lost = _sum(power_into_ions(s, word) for s, word in passive)
    paths = None if lost is None else 0.0 - lost
    atp_power = _sum(_atp_power(s, word) for s, word in driven)
    moved = _sum(one.power_into_ions for one in exchanged)
    stored = None if work is None or paths is None or moved is None else work - paths + moved
    no_storage = NO_RESERVOIR if moved is None else f"{NO_CARRIER}, or {NO_ION}"
    pumps = None if atp_power is None or work is None else atp_power - work
    for key, value in (
        ("energy.work_on_ions_W", work),
        ("energy.dissipated_in_paths_W", paths),
    ):
        refused.unless(value, key, _why(snapshots) or f"{NO_CARRIER}, or {NO_ION}")
    for key in ("stored_W", "energy.stored_W"):
        refused.unless(stored, key, _why(snapshots) or no_storage)
    for key, value in (("energy.atp_W", atp_power), ("energy.dissipated_in_pumps_W", pumps)):
        refused.unless(value, key, _why(snapshots) or NO_DELTA_G)
    return EnergyBalance(
        atp_power,
        work,
        pumps,
        paths,
        stored,
        _whole_efficiency(snapshots, atp_power, work, refused),
        _budget_share(snapshots, driven, budget, refused),
    )


def _whole_efficiency(snapshots, atp_power: float | None, work: float | None, refused: Refusals) -> float | None:
    path = "energy.efficiency"
    if atp_power is None or work is None:
        return refused.none(path, _why(snapshots) or NO_DELTA_G)
    return work / atp_power if atp_power > 0 else refused.none(path, NO_SPLIT)


def _budget_share(snapshots, driven, budget: float | None, refused: Refusals) -> float | None:
    path = "energy.budget_share"
    if budget is None:
        return refused.none(path, NO_BUDGET)
    atp = _sum(atp_rate(s, word) for s, word in driven)
    return refused.none(path, _why(snapshots) or NO_DELTA_G) if atp is None else atp / budget


def stored_by_ion(snapshots: Mapping[str, MembraneSnapshot]) -> float | None:
    """Stored power once more, summed the other way: net flux of each ion times its electrochemical difference [W]."""
    stored = 0.0
    for snapshot in snapshots.values():
        net: dict[str, float] = {}
        for flows in snapshot.flows.values():
            for ion, flux in flows.fluxes.items():
                net[ion] = net.get(ion, 0.0) + float(flux)
        for ion, flux in net.items():
            dmu = snapshot.dmu(ion)
            if dmu is None or snapshot.to_total is None:
                return None
            stored -= flux * snapshot.to_total * dmu
    return stored


def _atp_power(snapshot: MembraneSnapshot, word: str) -> float | None:
    rate, delta_G = atp_rate(snapshot, word), snapshot.delta_G()
    return None if rate is None or delta_G is None else -rate * delta_G


def _sum(values) -> float | None:
    found = list(values)
    return None if any(value is None for value in found) else float(sum(found))


def _why(snapshots: Mapping[str, MembraneSnapshot]) -> str | None:
    return next((s.why_no_total for s in snapshots.values() if s.to_total is None), None)
