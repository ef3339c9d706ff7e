"""Potentials at which no net current flows: one unknown potential by a scan, more in a loop by Newton; each root certified."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ...description.cell import Cell, Mechanism
from ...engines.newton import newton
from ...engines.roots import Root, all_roots
from ...engines.symbolic import Compiled
from ...errors import InputError, NoAnswerError, Problem
from ...laws.nernst import nernst_potential, thermal_voltage
from ...system.circuit import Circuit, Loop
from ...system.membrane import MembraneSystem
from ...system.numbers import ACTIVE, numbers_of
from ...units import to_unit

MARGIN = 0.150
RESOLUTION = 0.00025
WIDEST = 2.0
WIDENING = 0.05
ROUNDING = 1e-14
NOISE = 1e-12  # where a scan still sees more than noise in a sum that cancels
RESIDUAL_LIMIT = 1e-9
MOST_COMBINATIONS = 1000
FEW_STARTS = 5
LOOP_STARTS = (-0.09, -0.06, -0.03, 0.0, 0.03)
MOST_STARTS = 125


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
class Scan:
    """Certified roots of one membrane (of a loop with one unknown potential), ascending; the range that was searched [V], and what was
    met there besides roots."""

    roots: list[Any]
    range: tuple[float, float]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class RestState:
    """One root of the whole cell: potentials [V], slopes and residuals by membrane (or by compartment in loops)."""

    V: dict[str, float]
    slopes: dict[str, float]
    residuals: dict[str, float]
    relative_residuals: dict[str, float]
    stable: bool


@dataclass(frozen=True)
class Search:
    """What was looked at: range [V] by membrane (scanned) and how often a loop was started, method, and what else was met."""

    ranges: dict[str, tuple[float, float]]
    method: str
    loop_starts: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        ranges = {name: [to_unit(low, "mV"), to_unit(high, "mV")] for name, (low, high) in self.ranges.items()}
        return {"range_mV": ranges, "resolution_mV": to_unit(RESOLUTION, "mV"), "loop_starts": dict(self.loop_starts)}


class RestSolver:
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
    ) -> tuple[list[RestState], Search]:
        """Every root of the cell that was found, ascending in the first membrane's potential.

        With `near`, potentials of compartments [V], a loop is solved from there only, and from a few of the grid of starts where that fails.

        Raises:
            InputError: nothing conducts in some membrane.
            NoAnswerError: no potential without net current, or none that could be certified.
        """
        numbers = self.numbers if numbers is None else numbers
        scans = {name: self.membrane_roots(name, numbers) for name in self.circuit.tree}
        scans |= {", ".join(loop.names): self._line_roots(loop, numbers) for loop in self.circuit.loops if len(loop.unknown) == 1}
        started = {", ".join(loop.names): loop for loop in self.circuit.loops if len(loop.unknown) != 1}
        webs = [self._loop_roots(loop, numbers, near) for loop in started.values()]
        parts: list[list[Any]] = [*(scan.roots for scan in scans.values()), *webs]
        combinations = itertools.islice(itertools.product(*parts), MOST_COMBINATIONS)
        found = [self._combined(self.circuit.tree, combination) for combination in combinations]
        remarks = [remark for scan in scans.values() for remark in scan.remarks]
        count = math.prod(len(part) for part in parts)
        if count > len(found):
            remarks.append(
                f"{count} combinations of the membranes' states carry no net current; {len(found)} of them are listed."
            )
        method = "sign scan with derivative signs, then bracketed Newton" if scans else ""
        method += ("; " if method and webs else "") + ("Newton from several starts in loops" if webs else "")
        starts = {name: 1 if near is not None else len(_starts(len(loop.unknown))) for name, loop in started.items()}
        search = Search({name: scan.range for name, scan in scans.items()}, method, starts, tuple(remarks))
        return sorted(found, key=lambda e: tuple(e.V.values())), search

    def _combined(self, trees: list[str], combination: tuple[Any, ...]) -> RestState:
        parts: list[RestState] = [
            RestState({n: r.V}, {n: r.slope}, {n: r.residual}, {n: r.relative_residual}, r.stable)
            for n, r in zip(trees, combination, strict=False)
        ]
        parts += combination[len(trees) :]
        merged = RestState({}, {}, {}, {}, all(part.stable for part in parts))
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

    def membrane_roots(self, name: str, numbers: Mapping[str, float]) -> Scan:
        """Certified roots of one membrane's net current."""
        compiled = self.currents(name)
        p = compiled.values(numbers)
        low, high = self._widened(compiled, p, *self.range_of(name, numbers))
        probe = compiled.on_grid(np.linspace(low, high, 65), p)[0]
        self._must_conduct(name, probe)
        gross = np.abs(probe).sum(axis=0)
        scale = float(np.max(gross[np.isfinite(gross)], initial=0.0))
        found = all_roots(_summed_grid(compiled, p), _summed_point(compiled, p), low, high, RESOLUTION, scale)
        self._must_not_vanish(name, found)
        certified = {root.x: self._certified(name, root, numbers) for root in found}
        roots = [root for root in certified.values() if root is not None]
        if not roots:
            raise NoAnswerError(self._no_root(name, low, high, probe, bool(found)))
        remarks = [
            f"The net current of membrane '{name}' jumps across zero at {to_unit(x, 'mV'):.3f} mV and is not zero there; that is not counted."
            for x, root in certified.items()
            if root is None and math.isfinite(x)
        ]
        if not np.all(np.isfinite(gross)):
            remarks.append(f"The net current of membrane '{name}' is not a finite number in a part of the searched range.")
        return Scan(roots, (low, high), tuple(remarks))

    def scanned(self, name: str, numbers: Mapping[str, float]) -> tuple[float, float]:
        """The range of one membrane's scan [V]."""
        compiled = self.currents(name)
        return self._widened(compiled, compiled.values(numbers), *self.range_of(name, numbers))

    def _widened(self, compiled: Compiled, p: np.ndarray, low: float, high: float) -> tuple[float, float]:
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

    def _must_not_vanish(self, name: str, found: list[Root]) -> None:
        for root in found:
            if root.plateau > 0.5 * RESOLUTION:
                low, high = (to_unit(root.x + side * 0.5 * root.plateau, "mV") for side in (-1, 1))
                raise NoAnswerError(
                    Problem(
                        f"membrane '{name}' carries no net current at any potential from {low:.1f} to {high:.1f} mV; none of them is its rest",
                        path=name,
                        expected="a path that conducts there",
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
        if not math.isfinite(root.x):
            return None
        total = _total(list(self.circuit.membranes[name].currents(root.x, numbers).values()))
        gross, slope = self._gross(name, root.x, numbers)
        relative = abs(total) / gross if gross else 0.0
        if not np.isfinite(relative) or relative > RESIDUAL_LIMIT:
            return None
        return MembraneRoot(root.x, slope, total, relative, root.double)

    def _gross(self, name: str, V: float, numbers: Mapping[str, float]) -> tuple[float, float]:
        """What a residual is measured by, and the slope.

        The measure is the sum of |i| and of |di/dV| RT/F over the mechanisms: one alone carries nothing at its reversal potential, but
        conducts there.
        """
        compiled = self.currents(name)
        currents, slopes = compiled(V, compiled.values(numbers))
        thermal = float(thermal_voltage(numbers["temperature"]))
        return float(np.abs(currents).sum() + thermal * np.abs(slopes[np.isfinite(slopes)]).sum()), float(slopes.sum())

    # -- loops ----------------------------------------------------------------------------------------------------

    def _line_roots(self, loop: Loop, numbers: Mapping[str, float]) -> Scan:
        """Every root of a loop with one unknown potential, which is scanned as that of one membrane."""
        key = id(loop)
        if key not in self._loops:
            self._loops[key] = Compiled(loop.terms, 1, self.names)
        compiled, name = self._loops[key], ", ".join(loop.names)
        p, zero, one = compiled.values(numbers), loop.voltages([0.0]), loop.voltages([1.0])
        ways = {member: float(one[member] - zero[member]) for member in loop.names if one[member] != zero[member]}
        ends = [(V - float(zero[member])) * way for member, way in ways.items() for V in self.range_of(member, numbers)]
        low, high = self._widened(compiled, p, min(ends), max(ends))
        gross = np.abs(compiled.on_grid(np.linspace(low, high, 65), p)[0]).sum(axis=0)
        scale = float(np.max(gross[np.isfinite(gross)], initial=0.0))
        found = all_roots(_summed_grid(compiled, p), _summed_point(compiled, p), low, high, RESOLUTION, scale)
        if not found or any(root.plateau for root in found):
            self._loop_must_conduct(loop, numbers)
        self._must_not_vanish(name, found)
        tried = [(root, self._loop_point(loop, np.array([root.x]), numbers, np.array([[root.slope]]))) for root in found]
        points = [replace(e, stable=e.stable and not root.double) for root, e in tried if _balanced(e)]
        if not points:
            raise NoAnswerError(self._no_root_in_loop(loop, low, high))
        remarks = [
            f"The net current of '{loop.unknown[0]}' jumps across zero at {to_unit(root.x, 'mV'):.3f} mV and is not zero there; that is not counted."
            for root, e in tried
            if not _balanced(e)
        ]
        return Scan(points, (low, high), tuple(remarks))

    def _no_root_in_loop(self, loop: Loop, low: float, high: float) -> Problem:
        span = f"between {to_unit(low, 'mV'):.0f} and {to_unit(high, 'mV'):.0f} mV"
        return Problem(
            f"no potential of '{loop.unknown[0]}' {span} leaves the loop of membranes {', '.join(loop.names)} without net current",
            path=loop.names[0],
            expected="leaks that can balance the pumps",
        )

    def _loop_roots(self, loop: Loop, numbers: Mapping[str, float], near: Mapping[str, float] | None = None) -> list[RestState]:
        """Distinct roots of a loop, by Newton from a grid of starts or from near one; each certified with plain floats."""
        if not loop.unknown:
            return [self._loop_point(loop, np.zeros(0), numbers)]
        key = id(loop)
        if key not in self._loops:
            self._loops[key] = Compiled(loop.residuals, len(loop.unknown), self.names)
        compiled = self._loops[key]
        p = compiled.values(numbers)
        starts = _starts(len(loop.unknown))
        if near is not None:
            starts = [np.array(loop.start(near)), *starts[:: max(1, len(starts) // FEW_STARTS)]]
        found: list[RestState] = []
        seen: list[np.ndarray] = []
        for start in starts:
            point = newton(lambda x: compiled(x, p), start, limit=0.03)
            if not (point.settled and np.all(np.isfinite(point.x))) or any(
                np.max(np.abs(point.x - other)) < 1e-9 for other in seen
            ):
                continue
            equilibrium = self._loop_point(loop, point.x, numbers, compiled(point.x, p)[1])
            if _balanced(equilibrium):
                seen.append(point.x)
                found.append(equilibrium)
                if near is not None:
                    break
        if not found:
            self._loop_must_conduct(loop, numbers)
            names = ", ".join(loop.names)
            raise NoAnswerError(
                Problem(
                    f"no potentials without net current were found for the loop of membranes {names}, by Newton's method from {len(starts)} starts",
                    path=loop.names[0],
                    expected="leaks that can balance the pumps",
                )
            )
        return found

    def _loop_must_conduct(self, loop: Loop, numbers: Mapping[str, float]) -> None:
        """No compartment of a loop may have only membranes that carry nothing at every potential."""
        grid = np.linspace(-0.2, 0.2, 41)
        carries = {
            name: bool(np.any(self.currents(name).on_grid(grid, self.currents(name).values(numbers))[0])) for name in loop.names
        }
        for end in loop.unknown:
            if not any(carries[name] for name in loop.names if end in self._ends(name)):
                raise InputError(
                    Problem(
                        f"nothing conducts: no membrane of compartment '{end}' carries current at any potential, so its potential is not defined",
                        path=end,
                        found="zero conductance",
                        expected="at least one path that conducts",
                    )
                )

    def _ends(self, name: str) -> tuple[str, str]:
        return self.cell.membranes[name].inner, self.cell.membranes[name].outer

    def _loop_point(
        self, loop: Loop, x: np.ndarray, numbers: Mapping[str, float], jacobian: np.ndarray | None = None
    ) -> RestState:
        V = {name: float(value) for name, value in loop.voltages(list(x)).items()}
        slopes, gross = {}, {}
        for name, voltage in V.items():
            gross[name], slopes[name] = self._gross(name, voltage, numbers)
        scale = sum(gross.values()) or 1.0
        residuals = {end: float(f) for end, f in zip(loop.unknown, loop.residuals([float(v) for v in x], numbers), strict=True)}
        relative = {end: abs(f) / scale for end, f in residuals.items()} or dict.fromkeys(V, 0.0)
        symmetric = None if jacobian is None else 0.5 * (jacobian + jacobian.T)
        stable = symmetric is None or bool(np.all(np.linalg.eigvalsh(symmetric) > 0))
        return RestState(V, slopes, residuals, relative, stable)


def _balanced(equilibrium: RestState) -> bool:
    return all(residual <= RESIDUAL_LIMIT for residual in equilibrium.relative_residuals.values())


def reversal_potentials(system: MembraneSystem, word: str, mechanism: Mechanism, numbers: Mapping[str, float]) -> list[float]:
    """Reversal potentials [V] of the ions that a mechanism moves passively, or the one it states."""
    if mechanism.pump or mechanism.law.given:
        return []
    if "reversal" in mechanism.parameters:
        return [numbers[f"{system.membrane.name}.{word}.reversal"]]
    c_in, c_out = system.concentrations(numbers)
    pairs = [(system.cell.valences[ion], c_in.get(ion, 0.0), c_out.get(ion, 0.0)) for ion in mechanism.species]
    return [nernst_potential(z, a, b, numbers["temperature"]) for z, a, b in pairs if a > 0 and b > 0]


def choose(solver: list[RestState], near: Mapping[str, float] | None = None) -> RestState:
    """The stable root that is most negative, or nearest to given potentials; an unstable one only where no other exists."""
    candidates = [e for e in solver if e.stable] or solver
    if near is None:
        return min(candidates, key=lambda e: sum(e.V.values()))
    return min(candidates, key=lambda e: sum(abs(e.V[name] - near[name]) for name in e.V))


def _starts(unknown: int) -> list[np.ndarray]:
    """Where Newton starts in a loop: a grid for up to three unknown potentials, scattered points for more."""
    if len(LOOP_STARTS) ** unknown <= MOST_STARTS:
        return [np.array(start) for start in itertools.product(LOOP_STARTS, repeat=unknown)]
    return list(np.random.default_rng(0).uniform(LOOP_STARTS[0], LOOP_STARTS[-1], (MOST_STARTS, unknown)))


def _total(currents: list[Any]) -> float:
    return float(sum(float(i) for i in currents))


def _net(terms: np.ndarray, least: float = ROUNDING) -> np.ndarray:
    """The sum over mechanisms; zero where the terms cancel to rounding, whose noise would look like countless roots."""
    total = terms.sum(axis=0)
    return np.where(np.abs(total) <= least * np.abs(terms).sum(axis=0), 0.0, total)


def _summed_grid(compiled: Compiled, p: np.ndarray):
    def grid(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        y, slope = compiled.on_grid(x, p)
        return _net(y, NOISE), _net(slope, NOISE)

    return grid


def _summed_point(compiled: Compiled, p: np.ndarray):
    def point(x: float) -> tuple[float, float]:
        y, slope = compiled(x, p)
        return float(_net(np.ravel(y))), float(_net(np.ravel(slope)))

    return point
