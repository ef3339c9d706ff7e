"""Why something of the energy of a time course cannot be said, by attribute and names; see `EnergyCourse.why`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ...results.energy import ENERGIES, POWERS, TOTALS, EnergyCourse
from ...results.rest import NO_BUDGET, NO_SPLIT
from ...system.energy import EnergyFlow

ABSENT = "an ion is absent somewhere at that time, where its chemical potential has no value"
NOT_SUMMED = "power could not be summed up in a part of the run"
NOT_COUNTED = "the free energy of ATP or an ion's electrochemical potential is not described"

Reasons = Iterator[tuple[tuple[str, ...], str]]


def reasons(found: EnergyCourse, flow: EnergyFlow, none_stored: str | None) -> dict[tuple[str, ...], str]:
    """A sentence for everything that is not known, or not everywhere; `none_stored` is that on stored energy."""
    parts = [_of_powers(found, flow, none_stored), _of_totals(found, flow), _of_mechanisms(found, flow)]
    parts.append(_of_certificate(found, flow.why.get("balance") or none_stored))
    budget = {} if flow.whole.cell.metabolism else {("budget_share",): NO_BUDGET}
    return {place: why for part in parts for place, why in part} | budget


def _of_powers(found: EnergyCourse, flow: EnergyFlow, none_stored: str | None) -> Reasons:
    for name in (POWERS | ENERGIES).values():
        if _is_gap(getattr(found, name)):
            yield (name,), _why_no_power(flow, name, none_stored)
    if _is_gap(found.efficiency):
        yield ("efficiency",), _why_no_pumps(flow) or NO_SPLIT


def _why_no_power(flow: EnergyFlow, name: str, none_stored: str | None) -> str:
    why = {"pumps": _why_no_pumps(flow), "protocol_J": NOT_SUMMED, "stored": none_stored, "stored_J": none_stored}
    return why.get(name, flow.why.get(name)) or ABSENT


def _why_no_pumps(flow: EnergyFlow) -> str | None:
    """Why power from ATP, or what pumps do with it, is not known."""
    return flow.why.get("atp") or flow.why.get("work")


def _of_totals(found: EnergyCourse, flow: EnergyFlow) -> Reasons:
    for name in TOTALS.values():
        if found.total[name] is None:
            why = _why_no_pumps(flow) if name == "pumps" else flow.why.get(name)
            yield ("total", name), why or NOT_SUMMED
    if found.mean_efficiency is None:
        yield ("total", "efficiency"), _why_no_pumps(flow) or NO_SPLIT


def _of_mechanisms(found: EnergyCourse, flow: EnergyFlow) -> Reasons:
    no_atp = flow.why.get("atp")
    for place in _gaps(found.heat):
        yield ("heat", *place), NOT_COUNTED
    for place in _gaps(found.pump_efficiency):
        yield ("pump_efficiency", *place), no_atp or flow.unknown.get(place) or NO_SPLIT
    for place in _gaps(found.left_over):
        yield ("left_over", *place), flow.unknown.get(place) or no_atp or ABSENT


def _of_certificate(found: EnergyCourse, why: str | None) -> Reasons:
    """Why the first law could not be held to, where one cannot close it or there are gaps."""
    if why:
        yield ("certificate", "residuals", "first_law_fraction", "cell"), f"the first law cannot be closed: {why}"
    elif _is_gap(found.stored_J) or _is_gap(found.protocol_J):
        yield (
            ("certificate", "residuals", "first_law_integral_fraction", "cell"),
            ABSENT if _is_gap(found.stored_J) else NOT_SUMMED,
        )


def _gaps(groups: Mapping[str, Mapping[str, np.ndarray]]) -> list[tuple[str, str]]:
    return [(name, word) for name, group in groups.items() for word, values in group.items() if _is_gap(values)]


def _is_gap(values: np.ndarray) -> bool:
    return not bool(np.all(np.isfinite(values)))
