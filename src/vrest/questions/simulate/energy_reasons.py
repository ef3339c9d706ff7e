"""Why something of the energy of a time course cannot be said, by its path in the answer."""

from __future__ import annotations

import numpy as np

from ...results.energy import ENERGIES, POWERS, TOTALS, EnergyCourse
from ...results.rest import NO_BUDGET, NO_SPLIT
from ...system.powers import EnergyFlow

ABSENT = "an ion is absent somewhere at that time, where its chemical potential has no value"
NOT_SUMMED = "power could not be summed up in a part of the run"
NOT_COUNTED = "the free energy of ATP or an ion's electrochemical potential is not described"


def reasons(found: EnergyCourse, flow: EnergyFlow, budget: bool) -> dict[str, str]:
    """A sentence for every array that is not known, or not everywhere."""
    said = {f"energy.{key}": why for key, name in (POWERS | ENERGIES).items() if (why := _why(found, flow, name))}
    if not np.all(np.isfinite(found.efficiency)):
        said["energy.efficiency"] = flow.why.get("atp") or flow.why.get("work") or NO_SPLIT
    if found.mean_efficiency is None:
        said["energy.total.efficiency"] = flow.why.get("atp") or flow.why.get("work") or NO_SPLIT
    said |= {f"energy.total.{key}": _why_no_total(flow, name) for key, name in TOTALS.items() if found.total[name] is None}
    if not budget:
        said["energy.budget_share"] = NO_BUDGET
    said |= {f"dissipation_W.{n}.{w}": NOT_COUNTED for n, group in found.heat.items() for w, x in group.items() if _is_gap(x)}
    for n, group in found.pump_efficiency.items():
        for w, x in group.items():
            if _is_gap(x):
                said[f"efficiency.{n}.{w}"] = flow.why.get("atp") or flow.unknown.get((n, w)) or NO_SPLIT
    for n, group in found.left_over.items():
        said |= {
            f"affinity_kJ_per_mol.{n}.{w}": flow.unknown.get((n, w)) or flow.why.get("atp") or ABSENT
            for w, x in group.items()
            if _is_gap(x)
        }
    if why := flow.why.get("balance") or flow.free_energy.why_none:
        said["certificate.residuals.first_law_fraction.cell"] = f"the first law cannot be closed: {why}"
    elif _is_gap(found.stored_J) or _is_gap(found.protocol_J):
        said["certificate.residuals.first_law_integral_fraction.cell"] = ABSENT if _is_gap(found.stored_J) else NOT_SUMMED
    return said


def _why_no_total(flow: EnergyFlow, name: str) -> str:
    needed = ("atp", "work") if name == "pumps" else (name,)
    return next((flow.why[key] for key in needed if key in flow.why), NOT_SUMMED)


def _is_gap(values: np.ndarray) -> bool:
    return not bool(np.all(np.isfinite(values)))


def _why(found: EnergyCourse, flow: EnergyFlow, name: str) -> str | None:
    if not _is_gap(getattr(found, name)):
        return None
    if name == "pumps":
        return flow.why.get("atp") or flow.why.get("work") or ABSENT
    if name == "protocol_J":
        return NOT_SUMMED
    if name in ("stored", "stored_J"):
        return flow.free_energy.why_none or ABSENT
    return flow.why.get(name, ABSENT)
