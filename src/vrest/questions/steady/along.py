"""States of a cell along one of its numbers: residuals for following them, and the search for those that no curve passes yet."""

from __future__ import annotations

import contextlib
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...constants import F, R
from ...description.cell import BATH, Cell
from ...description.derive import Derivation
from ...description.edit import replaced
from ...engines.continuation import Curve, Equations
from ...engines.newton import largest
from ...engines.symbolic import Buffered
from ...errors import InputError, NoAnswerError, Problem
from ...units import from_unit
from ...units.span import Span
from ..rest.blocks import RESOLUTION
from ..rest.zero_current import RestSolver
from ..state.osmosis import Osmotic, osmotic_state
from .certificate import certified, changing, out_of_bounds
from .other_states import ClampedLines, distinct, how
from .solver import Posed
from .stability import ROUNDING, Spectrum
from .steady_state import SteadySolver, concentrations

SEEDS = 9
"""Values at which states are sought from every documented start, whatever is known already."""
REST_STEPS, STEADY_STEPS, FEWEST_STEPS = 512, 64, 16
"""Parts of the span at whose ends states are sought that no curve passes; steady states of several compartments at fewer."""
BESIDE = 1e-2
MOST_POINTS = 4000
BLOCK = 32


class Family(Protocol):
    """States over the scaled number s in 0..1; a point x holds the unknowns y of its state and, last, s."""

    steps: int
    searched: str

    @property
    def equations(self) -> Equations: ...
    def seeds(self, s: float, curves: list[Curve]) -> list[np.ndarray]: ...
    def potentials(self, x: np.ndarray) -> dict[str, float]: ...
    def contents(self, x: np.ndarray) -> tuple[dict[str, dict[str, float]], Osmotic]: ...
    def spectrum(self, x: np.ndarray) -> Spectrum: ...
    def criticality(self, x: np.ndarray) -> str | None: ...
    def value(self, s: float) -> float: ...
    def error(self, x: np.ndarray) -> float: ...
    def out_of_bounds(self, x: np.ndarray) -> list[str]: ...


class _Scale:
    """The number over s in 0..1, linear or logarithmic, in its unit and in SI."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.first, self.last = float(span.values[0]), float(span.values[-1])
        self._known: tuple[float, float, float] | None = None

    def value(self, s: float) -> float:
        a, b = self.first, self.last
        return float(a * (b / a) ** s) if self.span.logarithmic else float(a + s * (b - a))

    def both(self, s: float) -> tuple[float, float]:
        """The number in SI, and its change with s; the last is remembered, as many calls ask for one."""
        if self._known is None or self._known[0] != s:
            self._known = (s, self.si(s), self._slope(s))
        return self._known[1:]

    def si(self, s: float) -> float:
        return self._si(self.value(s))

    def _slope(self, s: float) -> float:
        a, b = self.first, self.last
        unit = (self._si(b) - self._si(a)) / (b - a)
        return unit * (self.value(s) * float(np.log(b / a)) if self.span.logarithmic else b - a)

    def _si(self, value: float) -> float:
        return float(from_unit(value, self.span.unit or "1"))


class _Numbered(ABC):
    """A number of the cell that the parameter is; everything else stays."""

    def __init__(self, derivation: Derivation, over: str, span: Span) -> None:
        self.cell, self.scale = derivation.cell, _Scale(span)
        for text in (span.texts[0], span.texts[-1]):
            replaced(self.cell, {over: text}, "over")  # a value that does not fit is named in the words of the description
        described, written = derivation.described(), derivation.written
        first, last = (derivation.numbers({**written, over: self.scale.si(s)}, described) for s in (0.0, 1.0))
        changed = [name for name in first if first[name] != last[name]]
        if len(changed) != 1:
            raise InputError(
                Problem(
                    f"'{over}' is not one number of the cell, so states cannot be followed along it",
                    path=over,
                    found=", ".join(changed[:4]) or "nothing changes",
                    expected="a concentration of a bath, or a number of a membrane or mechanism",
                )
            )
        self.name, self.numbers = changed[0], first

    @abstractmethod
    def residual(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What is zero for a state of the family, and its derivatives."""

    @property
    def equations(self) -> Equations:
        """The states over the number, to be followed."""
        return Equations(self.residual, led=-1, low=0.0, high=1.0, beyond=lambda x: bool(self.out_of_bounds(x)))

    def out_of_bounds(self, x: np.ndarray) -> list[str]:
        """Compartments that have swollen or shrunk beyond what is an answer, where a curve of states ends."""
        return []

    def at(self, s: float) -> dict[str, float]:
        """The numbers of the cell at a value."""
        return {**self.numbers, self.name: self.scale.si(s)}

    def value(self, s: float) -> float:
        return self.scale.value(s)

    def traced(self, function: Callable[[Any, Mapping[str, Any]], list[Any]], unknowns: int) -> Buffered:
        """A function of unknowns and, last among them, of the number itself, with its exact derivatives."""
        both = lambda x, p: function(x[:unknowns], {**p, self.name: x[unknowns]})  # noqa: E731
        return Buffered(both, unknowns + 1, tuple(self.numbers))


# -- rest -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Signs:
    """Where the net current changes sign at one value [V], and whether it nearly touches zero somewhere else."""

    V: np.ndarray
    doubtful: bool


class RestFamily(_Numbered):
    """Roots of one membrane's net current, concentrations held; y is V over RT/F."""

    steps = REST_STEPS
    searched = (
        "the sign of the net current over all potentials at every value; every root where a sign change is not on a known curve"
    )

    def __init__(self, cell: Cell, over: str, span: Span) -> None:
        self.solver = RestSolver(cell)
        super().__init__(self.solver.derivation, over, span)
        conducting = list(self.solver.circuit.conducting)
        if self.solver.circuit.loops or len(conducting) != 1:
            raise InputError(
                Problem(
                    "branches of rest are followed for a cell of one membrane",
                    path=over,
                    found=f"{len(conducting)} membranes",
                    expected="of: steady, or a cell of one membrane",
                )
            )
        self.membrane = conducting[0]
        self.block = self.solver.membrane(self.membrane)
        self.unit = R * self.numbers["temperature"] / F
        self.compiled = self.traced(self.block.net, 1)
        self.p = self.compiled.values(self.numbers)
        self.size: float | None = None

    def _current(self, x: np.ndarray) -> tuple[float, float, float]:
        """Net current and its slopes with y and s."""
        number, slope = self.scale.both(float(x[1]))
        i, slopes = self.compiled([float(x[0]) * self.unit, number], self.p)
        return float(i[0]), float(slopes[0, 0]) * self.unit, float(slopes[0, 1]) * slope

    def residual(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        i, *slopes = self._current(x)
        self.size = self.size or max(abs(slopes[0]), 1e-300)
        return np.array([i]) / self.size, np.array([slopes]) / self.size

    def seeds(self, s: float, curves: list[Curve]) -> list[np.ndarray]:
        """Every root at a value, unless each sign change there is a known curve's."""
        if self._explained(s, curves):
            return []
        roots = self.solver.scan(self.block, self.at(s)).roots
        return [np.array([root.V[self.membrane] / self.unit]) for root in roots]

    def _explained(self, s: float, curves: list[Curve]) -> bool:
        signs = self.signs.get(s)
        if signs is None or signs.doubtful or (not curves and (SEEDS - 1) * s % 1 == 0):
            return False
        known = np.sort([float(x[0]) * self.unit for curve in curves for x in curve.passing(s)])
        known = known[np.append(True, np.diff(known) > 1e-9)[: known.size]]
        return known.size == signs.V.size and bool(np.all(np.abs(known - signs.V) <= 4 * self.step))

    @functools.cached_property
    def range(self) -> tuple[float, float]:
        """Potentials [V] that are scanned: those of the scans for rest at several values."""
        found = [self.solver.scanned(self.block, self.at(float(s))) for s in np.linspace(0.0, 1.0, SEEDS)]
        return min(low for low, _ in found), max(high for _, high in found)

    @property
    def step(self) -> float:
        """Step of the scan over potentials [V]."""
        low, high = self.range
        return max(RESOLUTION, (high - low) / MOST_POINTS)

    @functools.cached_property
    def signs(self) -> dict[float, _Signs]:
        """What the sign of the net current tells at each value."""
        low, high = self.range
        V = np.linspace(low, high, round((high - low) / self.step) + 1)
        values = np.linspace(0.0, 1.0, self.steps + 1)
        found: dict[float, _Signs] = {}
        for part in np.array_split(values, max(1, values.size // BLOCK)):
            where, number = np.meshgrid(V, [self.scale.si(float(s)) for s in part], indexing="ij")
            with np.errstate(all="ignore"):
                (current,) = self.block.net([where.ravel()], {**self.numbers, self.name: number.ravel()})
            columns = np.broadcast_to(current, where.size).reshape(where.shape).T
            found |= {float(s): _signs(V, column) for s, column in zip(part, columns, strict=True)}
        return found

    def potentials(self, x: np.ndarray) -> dict[str, float]:
        return {self.membrane: float(x[0]) * self.unit}

    def contents(self, x: np.ndarray) -> tuple[dict[str, dict[str, float]], Osmotic]:
        return {}, Osmotic()

    def spectrum(self, x: np.ndarray) -> Spectrum:
        rate = -self._current(x)[1]
        found = self.solver.deviations(self.block, [float(x[0]) * self.unit], self.at(float(x[1])))
        if found is not None:
            return found.spectrum or Spectrum(np.array([rate]), np.array([np.inf]))
        return Spectrum(np.array([rate]), np.array([ROUNDING * abs(rate)]))

    def criticality(self, x: np.ndarray) -> str | None:
        """Which way a Hopf point turns is asked of steady states."""
        return None

    def error(self, x: np.ndarray) -> float:
        f, slope, _ = self._current(x)
        return abs(f) / max(abs(slope), 1e-6 * (self.size or 0.0))


def _signs(V: np.ndarray, i: np.ndarray) -> _Signs:
    with np.errstate(all="ignore"):
        places = np.flatnonzero((i[:-1] >= 0) != (i[1:] >= 0))
        places = places[np.isfinite(i[places]) & np.isfinite(i[places + 1])]
        a, b, c = i[:-2], i[1:-1], i[2:]
        least = b - (c - a) ** 2 / (8 * (a - 2 * b + c))  # the vertex of a parabola through three points
        turning = (np.abs(b) <= np.abs(a)) & (np.abs(b) <= np.abs(c)) & (a * b > 0) & (b * c > 0)
        touching = turning & (least * b <= 0)
    return _Signs(0.5 * (V[places] + V[places + 1]), bool(np.any(touching)))


# -- steady states ----------------------------------------------------------------------------------------------------


class SteadyFamily(_Numbered):
    """Steady states of the whole cell; y are the unknowns of `SteadyProblem`."""

    searched = "all that `steady_state` searches, at nine values; at every value " + how(
        "each compartment's balance of charge is", "the states that are known"
    )

    def __init__(self, cell: Cell, over: str, span: Span) -> None:
        resting = RestSolver(cell)
        super().__init__(resting.derivation, over, span)
        self.solver = SteadySolver(cell, resting, varied=[self.name])
        place, *rest = over.split(".")
        space = cell.compartments.get(place)
        if space is not None and space.role != BATH and rest[0] not in space.mechanisms:
            raise InputError(
                Problem(
                    f"'{over}' belongs to the state of the cell, which is what is sought",
                    path=over,
                    expected="a number of a bath, membrane or mechanism",
                )
            )
        self.row: np.ndarray | None = None
        self.described = self.solver.at()
        self.problem, self.posed = self.solver.problem, self.described.posed
        self.steps = max(FEWEST_STEPS, STEADY_STEPS >> (len(self.solver.whole.nodes) - 1))
        self.size = self.problem.states.size
        posed = self.posed
        outputs = functools.partial(self.problem.outputs, L=posed.L, dependent=posed.dependent, absent=posed.absent)
        self.compiled = self.traced(outputs, self.size)
        self.p = self.compiled.values(self.numbers)

    def residual(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        y, (number, slope) = x[:-1], self.scale.both(float(x[-1]))
        f, J = (every[: self.size] for every in self.compiled(np.append(y, number), self.p))
        J[:, -1] *= slope
        if self.row is None:
            self.row = np.maximum(np.abs(J[:, :-1]).max(axis=1), 1e-300)
        return f / self.row, J / self.row[:, None]

    # -- search -----------------------------------------------------------------------------------------------------

    def seeds(self, s: float, curves: list[Curve]) -> list[np.ndarray]:
        """States at a value: every one that is sought at a few values, and along each compartment's potential at all."""
        posed = self.problem.at(self.at(s))
        found = self._sought(s, bool(curves)) if (SEEDS - 1) * s % 1 == 0 else []
        passing = [x[:-1] for curve in curves for x in curve.passing(s)]
        near = [*found, *passing] or [curve.x[int(np.argmin(np.abs(curve.s - s)))][:-1] for curve in curves]
        met = ClampedLines(posed, ions=False).states(near)
        new = [y for y in met if _count(y, met) > _count(y, distinct(passing))]
        return distinct([*found, *(y for y in new if certified(posed, y) is not None)])

    def _sought(self, s: float, known: bool) -> list[np.ndarray]:
        """Every state that `steady_state` would find; where others are known, none is no error."""
        finder = self.solver.at(self.at(s))
        with contextlib.suppress(*([NoAnswerError] if known else [])):
            return [root.y for root in finder.search(every=True)[0]]
        return []

    # -- a state's parts ----------------------------------------------------------------------------------------------

    def _posed(self, x: np.ndarray) -> tuple[Posed, np.ndarray]:
        """The equations at a point's value, and its unknowns."""
        return self.problem.at(self.at(float(x[-1]))), x[:-1]

    def potentials(self, x: np.ndarray) -> dict[str, float]:
        posed, y = self._posed(x)
        return posed.voltages(y)

    def contents(self, x: np.ndarray) -> tuple[dict[str, dict[str, float]], Osmotic]:
        posed, y = self._posed(x)
        numbers = posed.numbers_at(y)
        return concentrations(self.cell, numbers), osmotic_state(self.cell, numbers)

    def out_of_bounds(self, x: np.ndarray) -> list[str]:
        return out_of_bounds(*self._posed(x)) if changing(self.solver.whole) else []

    def spectrum(self, x: np.ndarray) -> Spectrum:
        posed, y = self._posed(x)
        return self.problem.linearised.spectrum(posed.state(y), posed.numbers, posed.L)

    def criticality(self, x: np.ndarray) -> str | None:
        """Which way a Hopf point turns, where differences tell."""
        from .hopf import criticality

        posed, y = self._posed(x)
        return criticality(self.problem.linearised, posed.state(y), posed.numbers, posed.L)

    def error(self, x: np.ndarray) -> float:
        posed, y = self._posed(x)
        step = posed.step(y)
        return float("inf") if step is None else largest(step) / max(1.0, largest(y))


def _count(y: np.ndarray, points: list[np.ndarray]) -> int:
    """How many points are as near as a curve's points can be told from its line."""
    return sum(float(np.abs(y - other).max()) < BESIDE for other in points)
