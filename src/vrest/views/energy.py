"""The energy of a time course for people: powers, stored energy, efficiency at the start, at their extremes, at the end, and in all."""

from __future__ import annotations

import numpy as np

from ..results.energy import POWERS
from ..results.registry import variable
from ..results.simulation import SimulationResult
from .document import Block, table
from .numbers import ABSENT, engineering, significant

POWER_NAMES = {
    "atp_W": "from ATP",
    "work_on_ions_W": "into ions",
    "dissipated_in_pumps_W": "heat in pumps",
    "dissipated_in_paths_W": "heat in paths",
    "dissipated_by_water_W": "heat by water",
    "electrodes_W": "from electrodes",
    "into_baths_W": "into baths",
    "exchanged_W": "by exchanges",
    "stored_W": "into storage",
}
WORTH, SMALL = 1e-6, 1e-4
"""Part of the largest power below which one is not worth a line, and of its own largest below which a power is shown as zero."""


def shown_powers(result: SimulationResult) -> dict[str, np.ndarray]:
    """The powers [W] by their names in the registry that are known and not zero but for rounding."""
    known = {key: power for key, name in POWERS.items() if np.isfinite(power := getattr(result.energy, name)).any()}
    largest = max((float(np.nanmax(np.abs(power))) for power in known.values()), default=0.0)
    return {key: power for key, power in known.items() if float(np.nanmax(np.abs(power))) > WORTH * largest}


def energy(result: SimulationResult) -> list[Block]:
    """What the run costs, and where it goes."""
    rows = []
    if np.any(result.atp != 0):
        rows.append((variable("atp_mol_per_s").words, *_cells(result.atp, "mol/s"), ""))
    for key, power in shown_powers(result).items():
        total = result.energy.total.get(POWERS[key])
        rows.append((POWER_NAMES[key], *_cells(power, "W"), "" if total is None else engineering(total, "J")))
    if np.isfinite(result.energy.stored_J).any():
        change = float(result.energy.stored_J[-1] - result.energy.stored_J[0])
        rows.append(
            ("stored energy", *_cells(result.energy.stored_J, "J"), ("+" if change > 0 else "") + engineering(change, "J"))
        )
    for key, part, mean in (
        ("efficiency", result.energy.efficiency, result.energy.mean_efficiency),
        ("budget_share", result.energy.budget_share, None),
    ):
        if np.isfinite(part).any():
            rows.append((key.replace("_", " "), *(_percent(x) for x in _four(part)), "" if mean is None else _percent(mean)))
    return table("Energy", ["", "start", "lowest", "highest", "end", "in all"], rows)


def _four(values: np.ndarray) -> tuple[float, float, float, float]:
    return float(values[0]), float(np.nanmin(values)), float(np.nanmax(values)), float(values[-1])


def _cells(values: np.ndarray, unit: str) -> tuple[str, ...]:
    """The four values, with what only rounding has left as zero."""
    largest = float(np.nanmax(np.abs(values)))
    return tuple(engineering(x if abs(x) > SMALL * largest or not np.isfinite(x) else 0.0, unit) for x in _four(values))


def _percent(part: float) -> str:
    return f"{significant(100 * part)} %" if np.isfinite(part) else ABSENT
