"""Potentials at which no net current flows: every membrane outside loops by a scan, loops by Newton; each root certified."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..description.cell import Cell, Mechanism
from ..engines.newton import newton
from ..engines.roots import Root, all_roots
from ..engines.symbolic import Compiled
from ..errors import InputError, NoAnswerError, Problem
from ..laws.nernst import nernst_potential
from ..system.circuit import Circuit, Loop
from ..system.membrane import MembraneSystem
from ..system.numbers import ACTIVE, numbers_of
from ..units import to_unit

MARGIN = 0.150
RESOLUTION = 0.00025
WIDEST = 2.0
WIDENING = 0.05
RESIDUAL_LIMIT = 1e-9
MOST_COMBINATIONS = 64
LOOP_STARTS = (-0.09, -0.06, -0.03, 0.0, 0.03)


@dataclass(frozen=True)
class MembraneRoot:
    """A potential [V] of one membrane with no net current, its slope conductance in the membrane's basis, and its residual."""

    V: float
    slope: float
    residual: float
    relative_residual: float
    double: bool = False

    @property
    def stable(self) -> bool:
        return self.slope > 0 and not self.double


@dataclass(frozen=True)
class Equilibrium:
    """One root of the whole cell: potentials [V], slopes and residuals by membrane (or by compartment in loops)."""

    V: dict[str, float]
    slopes: dict[str, float]
    residuals: dict[str, float]
    relative_residuals: dict[str, float]
    stable: bool


@dataclass(frozen=True)
class Search:
    """What was looked at: range [V] by membrane, resolution [V], method."""

    ranges: dict[str, tuple[float, float]]
    method: str

    def to_dict(self) -> dict[str, Any]:
        ranges = {name: [to_unit(low, "mV"), to_unit(high, "mV")] for name, (low, high) in self.ranges.items()}
        return {"range_mV": ranges, "resolution_mV": to_unit(RESOLUTION, "mV")}


class Equilibria:
    """Finds the roots of one structure; its numbers may change from call to call.

    Building it traces each membrane's currents once; `solve` then costs a scan.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.circuit = Circuit(cell)
        self.numbers = numbers_of(cell)
        self.names = tuple(self.numbers)
        self._currents: dict[str, Compiled] = {}
        self._loops: dict[int, Compiled] = {}

    def currents(self, name: str) -> Compiled:
        """Currents of one membrane's mechanisms as a compiled function of its potential."""
        if name not in self._currents:
            system = self.circuit.membranes[name]
            self._currents[name] = Compiled(lambda x, p: list(system.currents(x[0], p).values()), 1, self.names)
        return self._currents[name]

    def solve(
        self, numbers: Mapping[str, float] | None = None, near: Mapping[str, float] | None = None
    ) -> tuple[list[Equilibrium], Search]:
        """Every root of the cell that was found, ascending in the first membrane's potential.

        With `near`, potentials of compartments [V], a loop is solved from there only, and from the grid of starts where that fails.

        Raises:
            InputError: nothing conducts in some membrane.
            NoAnswerError: no potential without net current, or none that could be certified.
        """
        numbers = self.numbers if numbers is None else numbers
        roots: dict[str, list[MembraneRoot]] = {}
        ranges: dict[str, tuple[float, float]] = {}
        for name in self.circuit.tree:
            roots[name], ranges[name] = self.membrane_roots(name, numbers)
        loops = [self._loop_roots(loop, numbers, near) for loop in self.circuit.loops]
        for loop in self.circuit.loops:
            ranges |= {name: self.range_of(name, numbers) for name in loop.names}
        combinations = itertools.islice(itertools.product(*roots.values(), *loops), MOST_COMBINATIONS)
        found = [self._combined(list(roots), combination) for combination in combinations]
        method = "sign scan with derivative signs, then bracketed Newton" + (
            "; Newton from several starts in loops" if loops else ""
        )
        return sorted(found, key=lambda e: tuple(e.V.values())), Search(ranges, method)

    def _combined(self, trees: list[str], combination: tuple[Any, ...]) -> Equilibrium:
        parts: list[Equilibrium] = [
            Equilibrium({n: r.V}, {n: r.slope}, {n: r.residual}, {n: r.relative_residual}, r.stable)
            for n, r in zip(trees, combination, strict=False)
        ]
        parts += combination[len(trees) :]
        merged = Equilibrium({}, {}, {}, {}, all(part.stable for part in parts))
        for part in parts:
            for name in ("V", "slopes", "residuals", "relative_residuals"):
                getattr(merged, name).update(getattr(part, name))
        order = [name for name in self.cell.membranes if name in merged.V]
        return replace(merged, V={name: merged.V[name] for name in order})

    def nernst(self, name: str, ion: str, numbers: Mapping[str, float]) -> float | None:
        """Nernst potential of an ion at one membrane [V]; None where a side lacks it."""
        c_in, c_out = self.circuit.membranes[name].concentrations(numbers)
        a, b = c_in.get(ion), c_out.get(ion)
        return float(nernst_potential(self.cell.valences[ion], a, b, numbers["temperature"])) if a and b else None

    # -- one membrane ---------------------------------------------------------------------------------------------

    def range_of(self, name: str, numbers: Mapping[str, float]) -> tuple[float, float]:
        """From the extreme reversal potentials of a membrane's active mechanisms, 150 mV further on each side [V]."""
        system = self.circuit.membranes[name]
        reversals = [
            E
            for word, m in system.mechanisms.items()
            if numbers[f"{name}.{word}.{ACTIVE}"]
            for E in reversal_potentials(system, word, m, numbers)
        ]
        return (min(reversals, default=0.0) - MARGIN, max(reversals, default=0.0) + MARGIN)

    def membrane_roots(self, name: str, numbers: Mapping[str, float]) -> tuple[list[MembraneRoot], tuple[float, float]]:
        """Certified roots of one membrane's net current, and the range that was searched."""
        compiled = self.currents(name)
        p = compiled.values(numbers)
        low, high = self._widened(name, compiled, p, *self.range_of(name, numbers))
        probe = compiled.on_grid(np.linspace(low, high, 65), p)[0]
        self._must_conduct(name, probe)
        scale = float(np.nanmax(np.abs(probe).sum(axis=0)))
        found = all_roots(_summed_grid(compiled, p), _summed_point(compiled, p), low, high, RESOLUTION, scale)
        certified = [root for root in (self._certified(name, root, numbers) for root in found) if root is not None]
        if not certified:
            raise NoAnswerError(self._no_root(name, low, high, probe, bool(found)))
        return certified, (low, high)

    def _widened(self, name: str, compiled: Compiled, p: np.ndarray, low: float, high: float) -> tuple[float, float]:
        """Further out while a pump or current keeps the net current from changing sign, up to 2 V."""
        point = _summed_point(compiled, p)
        while low > -WIDEST and point(low)[0] > 0:
            low -= WIDENING
        while high < WIDEST and point(high)[0] < 0:
            high += WIDENING
        return low, high

    def _must_conduct(self, name: str, probe: np.ndarray) -> None:
        if np.any(probe):
            return
        raise InputError(
            Problem(
                f"nothing conducts: every mechanism of membrane '{name}' carries zero current at every potential, so its potential is not defined",
                path=name,
                found="zero conductance",
                expected="at least one path that conducts",
            )
        )

    def _no_root(self, name: str, low: float, high: float, probe: np.ndarray, rejected: bool) -> Problem:
        span = f"between {to_unit(low, 'mV'):.0f} and {to_unit(high, 'mV'):.0f} mV"
        total = probe.sum(axis=0)
        if not np.all(np.isfinite(total)):
            return Problem(
                f"the net current of membrane '{name}' is not a finite number everywhere {span}; a formula divides by zero or overflows",
                path=name,
            )
        if rejected:
            return Problem(
                f"the net current of membrane '{name}' jumps across zero {span} without being zero anywhere; a formula is discontinuous there",
                path=name,
            )
        way = "outward" if total[len(total) // 2] > 0 else "inward"
        return Problem(
            f"membrane '{name}' has no resting potential {span}: its net current is {way} everywhere there, so no leak balances its pumps",
            path=name,
            expected="a conductance that can carry the current back",
        )

    def _certified(self, name: str, root: Root, numbers: Mapping[str, float]) -> MembraneRoot | None:
        """The root with its residual recomputed from the laws with plain floats; None where the current is not zero there."""
        currents = list(self.circuit.membranes[name].currents(root.x, numbers).values())
        total, scale = _total(currents), float(sum(abs(float(i)) for i in currents))
        relative = abs(total) / scale if scale else 0.0
        if not np.isfinite(relative) or relative > RESIDUAL_LIMIT:
            return None
        slope = float(self.currents(name)(root.x, self.currents(name).values(numbers))[1].sum())
        return MembraneRoot(root.x, slope, total, relative, root.double)

    # -- loops ----------------------------------------------------------------------------------------------------

    def _loop_roots(self, loop: Loop, numbers: Mapping[str, float], near: Mapping[str, float] | None = None) -> list[Equilibrium]:
        """Distinct roots of a loop, by Newton from a grid of starts or from near one; each certified with plain floats."""
        if not loop.unknown:
            return [self._loop_point(loop, np.zeros(0), numbers)]
        key = id(loop)
        if key not in self._loops:
            self._loops[key] = Compiled(loop.residuals, len(loop.unknown), self.names)
        compiled = self._loops[key]
        p = compiled.values(numbers)
        starts: Any = itertools.islice(itertools.product(LOOP_STARTS, repeat=len(loop.unknown)), 125)
        if near is not None:
            starts = itertools.chain([tuple(loop.start(near))], starts)
        found: list[Equilibrium] = []
        seen: list[np.ndarray] = []
        for start in starts:
            point = newton(lambda x: compiled(x, p), np.array(start), limit=0.03)
            if not point.settled or any(np.max(np.abs(point.x - other)) < 1e-9 for other in seen):
                continue
            equilibrium = self._loop_point(loop, point.x, numbers, compiled(point.x, p)[1])
            if max(equilibrium.relative_residuals.values()) <= RESIDUAL_LIMIT:
                seen.append(point.x)
                found.append(equilibrium)
                if near is not None:
                    break
        if not found:
            names = ", ".join(loop.names)
            raise NoAnswerError(
                Problem(f"no potentials without net current were found for the loop of membranes {names}", path=loop.names[0])
            )
        return found

    def _loop_point(
        self, loop: Loop, x: np.ndarray, numbers: Mapping[str, float], jacobian: np.ndarray | None = None
    ) -> Equilibrium:
        V = {name: float(value) for name, value in loop.voltages(list(x)).items()}
        slopes, gross = {}, {}
        for name, voltage in V.items():
            compiled = self.currents(name)
            currents, slope = compiled(voltage, compiled.values(numbers))
            slopes[name], gross[name] = float(slope.sum()), float(np.abs(currents).sum())
        scale = sum(gross.values()) or 1.0
        residuals = {end: float(f) for end, f in zip(loop.unknown, loop.residuals([float(v) for v in x], numbers), strict=True)}
        relative = {end: abs(f) / scale for end, f in residuals.items()} or dict.fromkeys(V, 0.0)
        symmetric = None if jacobian is None else 0.5 * (jacobian + jacobian.T)
        stable = symmetric is None or bool(np.all(np.linalg.eigvalsh(symmetric) > 0))
        return Equilibrium(V, slopes, residuals, relative, stable)


def reversal_potentials(system: MembraneSystem, word: str, mechanism: Mechanism, numbers: Mapping[str, float]) -> list[float]:
    """Reversal potentials [V] of the ions that a mechanism moves passively, or the one it states."""
    if mechanism.kind.pump or mechanism.kind.name == "current":
        return []
    if "reversal" in mechanism.parameters:
        return [numbers[f"{system.membrane.name}.{word}.reversal"]]
    c_in, c_out = system.concentrations(numbers)
    pairs = [(system.cell.valences[ion], c_in.get(ion, 0.0), c_out.get(ion, 0.0)) for ion in mechanism.species]
    return [nernst_potential(z, a, b, numbers["temperature"]) for z, a, b in pairs if a > 0 and b > 0]


def choose(equilibria: list[Equilibrium], near: Mapping[str, float] | None = None) -> Equilibrium:
    """The stable root that is most negative, or nearest to given potentials; an unstable one only where no other exists."""
    candidates = [e for e in equilibria if e.stable] or equilibria
    if near is None:
        return min(candidates, key=lambda e: sum(e.V.values()))
    return min(candidates, key=lambda e: sum(abs(e.V[name] - near[name]) for name in e.V))


def _total(currents: list[Any]) -> float:
    return float(sum(float(i) for i in currents))


def _summed_grid(compiled: Compiled, p: np.ndarray):
    def grid(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        y, slope = compiled.on_grid(x, p)
        return y.sum(axis=0), slope.sum(axis=0)

    return grid


def _summed_point(compiled: Compiled, p: np.ndarray):
    def point(x: float) -> tuple[float, float]:
        y, slope = compiled(x, p)
        return float(y.sum()), float(slope.sum())

    return point
