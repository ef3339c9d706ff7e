"""The energy of a time course: powers, stored free energy, and what the whole run took and gave."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class EnergyCourse:
    """Powers [W] and energies [J] over time; nan where one is not known.

    Attributes:
        atp, work, pumps, paths, water: from ATP; put into ions; turned to heat in pumps, in passive paths and by water
        electrodes: from electrodes and pipettes while they work
        into_baths: given to other baths than the reference and to held spaces
        stored:     rate at which the state changes the stored free energy
        stored_J:   free energy stored in gradients, charged membranes and walls, against the reference bath
        protocol_J: what the protocol's own steps and ramps have added to it so far
        total:      {power: energy of the whole run, J, or None}
        refused:    {path: sentence} for what is not known
    """

    atp: np.ndarray
    work: np.ndarray
    pumps: np.ndarray
    paths: np.ndarray
    water: np.ndarray
    electrodes: np.ndarray
    into_baths: np.ndarray
    stored: np.ndarray
    stored_J: np.ndarray
    protocol_J: np.ndarray
    total: dict[str, float | None]
    refused: dict[str, str] = field(default_factory=dict)
