"""What a time course of one structure needs compiled: its rates under each kind of clamp, and the powers that are summed up with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from ...engines.integrator import Cvodes
from ...engines.settings import Settings
from ...engines.sums import Sums
from ...errors import InputError, MissingExtraError, Problem, advice
from ...system.cell import CellSystem
from ...system.clamps import Clamps, Dynamics
from ...system.energy import EnergyFlow
from ...system.states import GATE

SUMMED = ("balance", "atp", "work", "paths", "water", "electrodes", "into_baths", "exchanged")
"""Powers that are summed up along a run, beside that from other drives than ATP where there are some, and the rate at which a ramp
changes the stored energy."""
SHORT = 0.1
"""Part of a piece that a step takes at most where a formula of the time changes."""
ATOL, PART = 1e-10, 1e-2
"""Absolute tolerance of states of order one, and what part of the relative one it is at most: a finer one is finer throughout."""
ENGINES = {
    "cvodes": "CVODES (BDF, exact Jacobian)",
    "scipy": "SciPy Radau (exact Jacobian)",
    "lanes": "Rodas5P (exact Jacobian, compiled)",
}


class Engines:
    """Integrators of one structure, each compiled when it is first asked for; numbers may change from run to run."""

    def __init__(self, whole: CellSystem) -> None:
        self.whole, self.flow = whole, EnergyFlow(whole)
        self._known: dict[object, tuple[Dynamics, Any]] = {}

    @property
    def summed(self) -> tuple[str, ...]:
        """Names of the powers that are summed up along a run."""
        return (*SUMMED, "drive") if self.flow.driven - self.flow.splitting else SUMMED

    def engine(
        self,
        name: str,
        clamps: Clamps,
        dependent: Mapping[str, str],
        ramped: Sequence[str],
        *,
        summed: bool,
        short: bool,
        rtol: float,
        points: int,
        parts: int = 1,
        max_steps: int = 20_000,
        finer: bool = False,
    ) -> tuple[Dynamics, Any]:
        """Dynamics under clamps and their integrator.

        Arguments:
            name:      `cvodes` or `scipy`
            dependent: {compartment: the ion that follows from its charge}
            ramped:    numbers that a ramp changes
            summed:    whether the energies are summed up too
            short:     whether its steps are short against a piece, in which a formula of the time changes
            rtol, points, parts, max_steps: of the integrator
            finer:     whether it sees `FINER` times as many points
        """
        key = (name, clamps.key, tuple(dependent.items()), tuple(ramped), summed, short, rtol, points, parts, max_steps)
        if key not in self._known:
            dynamics = Dynamics(self.whole, clamps, dependent)
            settings = Settings(
                positive=dynamics.parts,
                watched=dynamics.potential_rates if self.whole.states.keys(GATE) else None,
                sums=self._sums(dynamics, ramped) if summed else None,
                rtol=rtol,
                atol=min(ATOL, PART * rtol),
                points=points,
                parts=parts,
                longest=SHORT if short else 0.0,
                max_steps=max_steps,
            )
            integrator = _integrator(name)(dynamics.rates, dynamics.size, dynamics.names, ramped, settings)
            self._known[key] = (dynamics, integrator)
        if finer and (key, "finer") not in self._known:
            dynamics, integrator = self._known[key]
            self._known[key, "finer"] = (dynamics, integrator.finer())
        return self._known[(key, "finer") if finer else key]

    def _sums(self, dynamics: Dynamics, ramped: Sequence[str]) -> Sums:
        """What an integrator sums up along the run."""

        def rates(z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
            found = self.flow.powers(dynamics, dynamics.full(z, numbers), numbers)
            return [0.0 if (power := getattr(found, name)) is None else power for name in self.summed]

        def levels(z: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
            return self.flow.free_energy.parts(dynamics.full(z, numbers), numbers)

        return Sums(rates, levels, dynamics.size, dynamics.names, ramped)


def _integrator(name: str) -> Any:
    if name == "cvodes":
        return Cvodes
    if name not in ENGINES:
        raise InputError(Problem("there is no such engine", found=name, expected=" | ".join(ENGINES)))
    extra, library = ("scipy", "scipy") if name == "scipy" else ("population", "llvmlite")
    if find_spec(library) is None:
        raise MissingExtraError(extra, advice(f'engine="{name}"', f"--engine {name}"))
    if name == "lanes":
        from ...engines.lanes.one import One

        return One
    from ...engines.radau import Radau

    return Radau
