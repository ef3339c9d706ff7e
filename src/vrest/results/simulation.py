"""The answer to `simulate`: the time course of a cell. SI inside; bench units in `to_dict` and the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..units import to_unit
from .base import Result
from .certificate import Certificate, finite
from .energy import ENERGIES, POWERS, EnergyCourse
from .happening import EVENT, STEP, Happening
from .registry import VARIABLES, variable
from .rest import bench


@dataclass(frozen=True)
class SimulationResult(Result):
    """Time course of a cell under a protocol.

    Attributes (SI; arrays over time):
        time:       s; strictly increasing except at steps of the protocol, which have a point on each side
        V:          {membrane: V}
        potential:  {compartment: V}
        c:          {compartment: {ion: mol/m^3}} of all that are no bath
        volume:     {compartment: m^3}
        E:          {membrane: {ion: Nernst potential, V}}
        current:    {membrane: {mechanism: A}}, outward positive
        flux:       {membrane: {mechanism: {ion: mol/s}}}
        exchanges:  {compartment: {exchange: {ion: mol/s}}}, positive out of the compartment
        atp:        mol/s
        dissipated: W, by each mechanism {membrane: {mechanism: W}}; nan where the free energy of ATP is not described
        energy:     powers and stored free energy; see EnergyCourse
        happenings: the protocol's steps, what was met, and what pumps did
        ledger:     {place: {ion: mol}} what baths, held compartments and electrodes received by the end
        ended:      "end", "steady", "crossed", "exhausted", "interrupted"
    """

    view = "simulation"

    cell: str
    protocol: str
    temperature: float
    time: np.ndarray
    V: dict[str, np.ndarray]
    potential: dict[str, np.ndarray]
    c: dict[str, dict[str, np.ndarray]]
    volume: dict[str, np.ndarray]
    E: dict[str, dict[str, np.ndarray]]
    current: dict[str, dict[str, np.ndarray]]
    flux: dict[str, dict[str, dict[str, np.ndarray]]]
    exchanges: dict[str, dict[str, dict[str, np.ndarray]]]
    atp: np.ndarray
    dissipated: dict[str, dict[str, np.ndarray]]
    energy: EnergyCourse
    happenings: tuple[Happening, ...]
    ended: str
    certificate: Certificate
    shifts: dict[str, tuple[str, float]] = field(default_factory=dict)
    story: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    ledger: dict[str, dict[str, float]] = field(default_factory=dict)

    def at(self, time: float) -> dict[str, Any]:
        """The state at a time [s], between the points linearly: {`V`, `c`, `volume`}."""
        pick = lambda values: float(np.interp(time, self.time, values))  # noqa: E731
        return {
            "V": {name: pick(v) for name, v in self.V.items()},
            "c": {name: {ion: pick(v) for ion, v in ions.items()} for name, ions in self.c.items()},
            "volume": {name: pick(v) for name, v in self.volume.items()},
        }

    def to_dict(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "protocol": self.protocol,
            "temperature_K": self.temperature,
            "time_s": self.time.tolist(),
            "V_mV": listed(self.V, "mV"),
            "potential_mV": listed(self.potential, "mV"),
            "inside_mM": {name: listed(ions, "mM") for name, ions in self.c.items()},
            "volume_pL": listed(self.volume, "pL"),
            "E_mV": {name: listed(ions, "mV") for name, ions in self.E.items()},
            "current_pA": {name: listed(group, "pA") for name, group in self.current.items()},
            "flux_mol_per_s": {
                name: {word: listed(ions, "mol/s") for word, ions in group.items()} for name, group in self.flux.items()
            },
            "exchanges": {
                name: {word: {"flux_mol_per_s": listed(ions, "mol/s")} for word, ions in group.items()}
                for name, group in self.exchanges.items()
            },
            "atp_mol_per_s": clean(self.atp),
            "dissipation_W": {name: listed(group, "W") for name, group in self.dissipated.items()},
            "turnover_mol_per_s": {name: listed(group, "mol/s") for name, group in self.energy.turnover.items()},
            "affinity_kJ_per_mol": {name: listed(group, "kJ/mol") for name, group in self.energy.left_over.items()},
            "efficiency": {name: listed(group, "1") for name, group in self.energy.pump_efficiency.items()},
            "energy": self.energy.to_dict(self.atp),
            "happenings": [one.to_dict() for one in self.happenings],
            "ended": self.ended,
            "received_mol": {place: {ion: finite(n) for ion, n in ions.items()} for place, ions in self.ledger.items()},
            "final": self._final(),
            "shifted": {node: {"ion": ion, "mol": amount} for node, (ion, amount) in self.shifts.items()},
            "story": list(self.story),
            "notes": list(self.notes),
            "refused": dict(self.refused),
            "certificate": self.certificate.to_dict(),
        }

    def _final(self) -> dict[str, Any]:
        return {
            "time_s": float(self.time[-1]),
            "V_mV": {name: bench(V[-1], "mV") for name, V in self.V.items()},
            "inside_mM": {name: {ion: bench(c[-1], "mM") for ion, c in ions.items()} for name, ions in self.c.items()},
            "volume_pL": {name: bench(w[-1], "pL") for name, w in self.volume.items()},
        }

    def columns(self) -> dict[str, np.ndarray]:
        """The time course as columns whose names carry compartment, quantity and unit."""
        found = {"time_s": self.time}
        found |= {f"V_{name}_mV": to_unit(V, "mV") for name, V in self.V.items()}
        found |= {f"{ion}_{name}_mM": to_unit(c, "mM") for name, ions in self.c.items() for ion, c in ions.items()}
        found |= {f"volume_{name}_pL": to_unit(w, "pL") for name, w in self.volume.items()}
        found |= {f"E_{ion}_{name}_mV": to_unit(E, "mV") for name, ions in self.E.items() for ion, E in ions.items()}
        found |= {f"I_{word}_{name}_pA": to_unit(i, "pA") for name, group in self.current.items() for word, i in group.items()}
        for name, group in self.exchanges.items():
            found |= {f"J_{ion}_{word}_{name}_mol_per_s": J for word, ions in group.items() for ion, J in ions.items()}
        found["atp_mol_per_s"] = self.atp
        found |= {key: getattr(self.energy, name) for key, name in (POWERS | ENERGIES).items()}
        found["efficiency"] = self.energy.efficiency
        found["budget_share"] = self.energy.budget_share(self.atp)
        found |= {f"heat_{word}_{name}_W": heat for name, group in self.dissipated.items() for word, heat in group.items()}
        return found

    def to_xarray(self) -> Any:
        """The time course as an xarray.Dataset with units and long names (needs the extra `population`)."""
        from ..errors import MissingExtraError

        try:
            import xarray
        except ImportError:
            raise MissingExtraError("population", "to_xarray") from None
        variables = {}
        for name, values in self.columns().items():
            if name != "time_s":
                quantity, unit, words = _described(name)
                variables[quantity] = ("time", values, {"units": unit, "long_name": words})
        time = ("time", self.time, {"units": "s", "long_name": "time"})
        return xarray.Dataset(variables, coords={"time": time}, attrs={"cell": self.cell, "protocol": self.protocol})


def _described(column: str) -> tuple[str, str, str]:
    """Name, unit and words of a column: from the registry where it stands there, else from the column's own name."""
    if column in VARIABLES:
        entry = variable(column)
        quantity = {"atp_mol_per_s": "atp", "atp_W": "atp_power"}.get(column, column.removesuffix(f"_{entry.unit}"))
        return (column if quantity == "stored" or column in ENERGIES else quantity), entry.unit, entry.words
    stem = column.removesuffix("_mol_per_s")
    quantity, unit = (stem, "mol/s") if stem != column else column.rpartition("_")[::2]
    return quantity, unit, quantity.replace("_", " ")


def clean(values: np.ndarray) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, dtype=float)]


def listed(group: dict[str, np.ndarray], unit: str) -> dict[str, list[float | None]]:
    return {name: clean(to_unit(np.asarray(values, dtype=float), unit)) for name, values in group.items()}


__all__ = ["EVENT", "STEP", "Happening", "SimulationResult"]
