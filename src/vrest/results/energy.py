"""The energy of a time course: powers, stored free energy, and what the whole run took and gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import LEFT_OUT, Brief, derived, said_by, says

STEP, EVENT = "step", "event"


@dataclass(frozen=True, repr=False)
class Happening(Brief):
    """Something that happened at a time [s]: a `step` of the protocol, a condition met, the end; or an `event` of the cell's own."""

    time: float = field(metadata=says(key="time_s"))
    what: str
    kind: str = STEP


@dataclass(frozen=True, repr=False)
class EnergyCourse(Brief):
    """Powers [W] and energies [J] over time; nan where one is not known.

    Attributes:
        atp, drive, work, pumps, paths, water: from ATP; from what drives pumps in its place; put into ions; turned to heat in pumps,
                    in passive paths and by water
        electrodes: from electrodes and pipettes while they work
        into_baths: given to other baths than the reference and to held spaces
        exchanged:  taken from compartments by their exchanges
        stored:     rate at which the state changes the stored free energy
        stored_J:   free energy stored in gradients, charged membranes and walls, against the reference bath
        protocol_J: what the protocol's own steps and ramps have added to it so far
        efficiency: work over the power from ATP and other drives; nan where there is none
        budget:     ATP that the cell is said to make [mol/s]
        heat:       {membrane: {mechanism: W}}
        turnover, left_over, pump_efficiency: of each mechanism that ATP or something else drives: cycles [mol/s], what a cycle leaves of that
                    [J/mol], work over power
        total:      {power: energy of the whole run, J, or None}
        happenings: stalls and reversals of pumps, and when they run beyond their ATP
        violations: mechanisms that gain free energy from nothing, with the time
        why:        {(attribute, names): sentence} for what is not known, or not everywhere
        split:      ATP split by all pumps [mol/s]
    """

    atp: np.ndarray = field(metadata=says("atp_W"))
    drive: np.ndarray = field(metadata=says("drive_W"))
    work: np.ndarray = field(metadata=says("work_on_ions_W"))
    pumps: np.ndarray = field(metadata=says("dissipated_in_pumps_W"))
    paths: np.ndarray = field(metadata=says("dissipated_in_paths_W"))
    water: np.ndarray = field(metadata=says("dissipated_by_water_W"))
    electrodes: np.ndarray = field(metadata=says("electrodes_W"))
    into_baths: np.ndarray = field(metadata=says("into_baths_W"))
    exchanged: np.ndarray = field(metadata=says("exchanged_W"))
    stored: np.ndarray = field(metadata=says("stored_W"))
    stored_J: np.ndarray = field(metadata=says("stored_J"))
    protocol_J: np.ndarray = field(metadata=says("protocol_J"))
    efficiency: np.ndarray = field(metadata=says("efficiency"))
    budget: np.ndarray = field(metadata=LEFT_OUT)
    heat: dict[str, dict[str, np.ndarray]] = field(metadata=LEFT_OUT)
    turnover: dict[str, dict[str, np.ndarray]] = field(metadata=LEFT_OUT)
    left_over: dict[str, dict[str, np.ndarray]] = field(metadata=LEFT_OUT)
    pump_efficiency: dict[str, dict[str, np.ndarray]] = field(metadata=LEFT_OUT)
    total: dict[str, float | None] = field(metadata=LEFT_OUT)
    happenings: tuple[Happening, ...] = field(default=(), metadata=LEFT_OUT)
    violations: tuple[str, ...] = field(default=(), metadata=LEFT_OUT)
    why: dict[tuple[str, ...], str] = field(default_factory=dict, metadata=LEFT_OUT)
    split: np.ndarray | None = field(default=None, metadata=LEFT_OUT)

    axis = ("time",)
    null_where_nothing_is_known = True

    @property
    @derived("budget_share")
    def budget_share(self) -> np.ndarray:
        """ATP split as a part of the budget; nan where none is stated."""
        return self.budget * np.nan if self.split is None else self.split / self.budget

    @property
    @derived(key="total")
    def totals(self) -> dict[str, float | None]:
        """What the whole run took and gave [J], and the efficiency of it."""
        return {key: self.total[name] for key, name in TOTALS.items()} | {"efficiency": self.mean_efficiency}

    @property
    def mean_efficiency(self) -> float | None:
        """Work over the energy from ATP and other drives in the whole run."""
        atp, drive, work = (self.total[name] for name in ("atp", "drive", "work"))
        if atp is None or drive is None or work is None or atp + drive <= 0:
            return None
        return work / (atp + drive)

    @property
    def refused(self) -> dict[str, str]:
        """`why` by the paths in the JSON."""
        return {".".join(_key(*place)): sentence for place, sentence in self.why.items()}


def _in(unit: str) -> dict[str, Any]:
    return {one.key: one.attribute for one in said_by(EnergyCourse) if one.unit == unit}


POWERS, ENERGIES = _in("W"), _in("J")
"""Attributes by their variables."""
TOTALS = {key.removesuffix("_W") + "_J": name for key, name in POWERS.items() if name != "stored"} | {"protocol_J": "protocol"}
_ELSEWHERE = {"heat": "dissipation_W", "left_over": "affinity_kJ_per_mol", "pump_efficiency": "efficiency"}


def _key(attribute: str, *names: str) -> tuple[str, ...]:
    """The path in the JSON of an attribute of the energies, of an energy of the whole run, or of something else of the answer."""
    if attribute == "total":
        keys = {name: key for key, name in TOTALS.items()}
        return ("energy", "total", *(keys.get(name, name) for name in names))
    if attribute in _ELSEWHERE:
        return (_ELSEWHERE[attribute], *names)
    keys = {one.attribute: one.key for one in said_by(EnergyCourse)}
    return ("energy", keys[attribute], *names) if attribute in keys else (attribute, *names)
