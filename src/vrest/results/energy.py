"""The energy of a time course: powers, stored free energy, and what the whole run took and gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .certificate import finite
from .happening import Happening

POWERS = {
    "atp_W": "atp",
    "work_on_ions_W": "work",
    "dissipated_in_pumps_W": "pumps",
    "dissipated_in_paths_W": "paths",
    "dissipated_by_water_W": "water",
    "electrodes_W": "electrodes",
    "into_baths_W": "into_baths",
    "exchanged_W": "exchanged",
    "stored_W": "stored",
}
ENERGIES = {"stored_J": "stored_J", "protocol_J": "protocol_J"}
TOTALS = {
    "atp_J": "atp",
    "work_on_ions_J": "work",
    "dissipated_in_pumps_J": "pumps",
    "dissipated_in_paths_J": "paths",
    "dissipated_by_water_J": "water",
    "electrodes_J": "electrodes",
    "into_baths_J": "into_baths",
    "exchanged_J": "exchanged",
    "protocol_J": "protocol",
}


@dataclass(frozen=True)
class EnergyCourse:
    """Powers [W] and energies [J] over time; nan where one is not known.

    Attributes:
        atp, work, pumps, paths, water: from ATP; put into ions; turned to heat in pumps, in passive paths and by water
        electrodes: from electrodes and pipettes while they work
        into_baths: given to other baths than the reference and to held spaces
        exchanged:  taken from compartments by their exchanges
        stored:     rate at which the state changes the stored free energy
        stored_J:   free energy stored in gradients, charged membranes and walls, against the reference bath
        protocol_J: what the protocol's own steps and ramps have added to it so far
        efficiency: work over the power from ATP; nan where none is split
        budget:     ATP that the cell is said to make [mol/s]
        heat:       {membrane: {mechanism: W}}
        turnover, left_over, pump_efficiency: of each mechanism that splits ATP: cycles [mol/s], what a cycle leaves of its ATP
                    [J/mol], work over power
        total:      {power: energy of the whole run, J, or None}
        happenings: stalls and reversals of pumps, and when they run beyond their ATP
        violations: mechanisms that gain free energy from nothing, with the time
        refused:    {path: sentence} for what is not known
    """

    atp: np.ndarray
    work: np.ndarray
    pumps: np.ndarray
    paths: np.ndarray
    water: np.ndarray
    electrodes: np.ndarray
    into_baths: np.ndarray
    exchanged: np.ndarray
    stored: np.ndarray
    stored_J: np.ndarray
    protocol_J: np.ndarray
    efficiency: np.ndarray
    budget: np.ndarray
    heat: dict[str, dict[str, np.ndarray]]
    turnover: dict[str, dict[str, np.ndarray]]
    left_over: dict[str, dict[str, np.ndarray]]
    pump_efficiency: dict[str, dict[str, np.ndarray]]
    total: dict[str, float | None]
    happenings: tuple[Happening, ...] = ()
    violations: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def mean_efficiency(self) -> float | None:
        """Work over the energy from ATP in the whole run."""
        atp, work = self.total["atp"], self.total["work"]
        return None if atp is None or work is None or atp <= 0 else work / atp

    def budget_share(self, atp: np.ndarray) -> np.ndarray:
        """ATP split [mol/s] as a part of the budget."""
        return atp / self.budget

    def to_dict(self, atp: np.ndarray) -> dict[str, Any]:
        """For JSON, with the ATP split [mol/s]: None in place of an array of which nothing is known."""
        powers = {key: listed(getattr(self, name)) for key, name in (POWERS | ENERGIES).items()}
        parts = {"efficiency": listed(self.efficiency), "budget_share": listed(self.budget_share(atp))}
        total = {key: finite(self.total[name]) for key, name in TOTALS.items()}
        return powers | parts | {"total": total | {"efficiency": finite(self.mean_efficiency)}}


def listed(values: np.ndarray) -> list[float | None] | None:
    """Numbers for JSON; None where none of them is known."""
    found = [float(v) if np.isfinite(v) else None for v in values]
    return None if all(v is None for v in found) else found
