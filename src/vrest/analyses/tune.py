"""`tune`: pump rates, permeabilities and the like for which the described concentrations are the steady state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..description.cell import Cell
from ..errors import InputError, NoAnswerError, Problem, nearest
from ..results.certificate import Certificate
from ..results.tuned import TuneResult
from ..system.whole import WholeCell
from ..units import UnitError, format_quantity, quantity_from, to_unit
from .steady_state import Finder, steady_state

RANGE = (-0.2, 0.15)
SCAN = 1401
BALANCED = 1e-9


def tune(cell: Cell, free: Sequence[str], hold: Mapping[str, str] | None = None) -> TuneResult:
    """The values of some numbers for which the described concentrations stay as they are.

    Arguments:
        cell: a description; its concentrations (and volume) are what is held
        free: paths of numbers that scale a mechanism (permeability, conductance, max_current, max_rate, rate, value)
        hold: {"V": "-70 mV"} holds the potential too; without it the potential is found as well
    Returns:
        TuneResult: the values, the tuned cell, and its steady state found anew and certified.
    Raises:
        InputError: a path that does not scale a mechanism, or more unknowns than balances: which is free.
        NoAnswerError: the balances contradict each other, or would need a negative value: which.

    n balances (one for each ion that something moves) fix n unknowns; the potential counts as one unless it is held.
    """
    problem = _Balances(cell, free)
    V = _held(cell, hold)
    if V is None and len(problem.whole.layout.nodes) != 1:
        raise InputError(
            Problem("the potential can be left free in a cell of one compartment only", path="V", expected='hold={"V": "-70 mV"}')
        )
    unknowns = len(free) + (V is None)
    if unknowns > len(problem.rows):
        raise InputError(_too_many(problem, free, V is None))
    solutions = [problem.solved(V)] if V is not None else problem.over_potentials()
    good = [s for s in solutions if s.error <= BALANCED and np.all(s.values >= 0)]
    if not good:
        raise NoAnswerError(_contradiction(problem, solutions, V))
    return _result(cell, problem, good)


@dataclass(frozen=True)
class Solution:
    """Values of the free numbers [SI] at a potential, and the largest net flux left over the gross one."""

    V: float
    values: np.ndarray
    error: float
    rank: int
    left: dict[str, float]


class _Balances:
    """Net fluxes of the described composition as linear functions of the free numbers."""

    def __init__(self, cell: Cell, free: Sequence[str]) -> None:
        self.cell, self.free = cell, tuple(free)
        self.whole = WholeCell(cell)
        self.finder = Finder(cell)
        self._check_free()
        dependent = set(self.finder.problem.dependent)
        self.rows = [k for k in range(len(self.whole.layout.amounts)) if k not in dependent]

    def _check_free(self) -> None:
        extensive = {
            f"{name}.{word}.{p.name}"
            for name, membrane in self.cell.membranes.items()
            for word, m in membrane.mechanisms.items()
            for p in m.law.parameters
            if p.extensive and p.name in m.parameters
        }
        problems = []
        for path in self.free:
            if path not in extensive:
                what = (
                    "is no path of the cell"
                    if path not in self.cell.settable
                    else "does not scale a mechanism, so it cannot be tuned"
                )
                problems.append(
                    Problem(
                        f"'{path[:80]}' {what}",
                        path=path[:200],
                        found=path,
                        expected="a permeability, conductance, rate or current of a mechanism",
                        suggestion=nearest(path, extensive),
                    )
                )
        if not self.free:
            problems.append(
                Problem("nothing is free to be tuned", path="free", found="no path", expected=", ".join(sorted(extensive)[:6]))
            )
        if len(set(self.free)) < len(self.free):
            problems.append(Problem("a path is named twice", path="free", found=", ".join(self.free), expected="each once"))
        if problems:
            raise InputError(*problems)

    def net(self, V: Any, values: Mapping[str, float]) -> np.ndarray:
        """Net flux into each balance's amount [mol/s] at non-negative values of the free numbers."""
        numbers = {**self.whole.numbers, **values}
        nodes = self.whole.layout.nodes
        potentials = dict.fromkeys(nodes, V) if len(nodes) == 1 else self.finder.start_potentials[0]
        flows = self.whole.flows(self.whole.membrane_potentials(potentials), numbers)
        shape = np.shape(V)
        return np.array([np.broadcast_to(f, shape) for f in self.whole.net_fluxes(flows)])[self.rows]

    def linear(self, V: Any) -> tuple[np.ndarray, np.ndarray]:
        """(G, f) with net = f + G values; a further axis where V is an array."""
        zero = dict.fromkeys(self.free, 0.0)
        f = self.net(V, zero)
        columns = []
        for path in self.free:
            size = self.cell.settable[path].si or 1.0
            columns.append((self.net(V, {**zero, path: size}) - f) / size)
        return np.stack(columns, axis=1), f

    def solved(self, V: float) -> Solution:
        """Least squares at a potential, each balance over its flux."""
        G, f = self.linear(V)
        sizes = np.maximum(np.abs(G).max(axis=0), 1e-300)
        scale = np.maximum(np.abs(G).max(axis=1), np.abs(f))
        scale = np.where(scale > 0, scale, 1.0)
        unscaled, _, rank, _ = np.linalg.lstsq((G / sizes) / scale[:, None] * 1.0, -f / scale, rcond=1e-12)
        values = unscaled / sizes
        values = np.where(np.abs(values) < 1e-14 * np.abs(values).max(initial=0.0), 0.0, values)
        net, gross = f + G @ values, np.maximum(np.abs(f) + np.abs(G) @ np.abs(values), self.one_way(V))
        left = {self.name(k): float(n / g) if g else 0.0 for k, n, g in zip(self.rows, net, gross, strict=True)}
        return Solution(V, values, max((abs(v) for v in left.values()), default=0.0), int(rank), left)

    def one_way(self, V: float) -> np.ndarray:
        """One-way fluxes, the scale where every flux of an ion vanishes by itself [mol/s]."""
        return np.array([self.finder._one_way(*self.whole.layout.amounts[k]) for k in self.rows])

    def name(self, row: int) -> str:
        return ".".join(self.whole.layout.amounts[row])

    def over_potentials(self) -> list[Solution]:
        """Solutions at the potentials where all balances can be met together."""
        grid = np.linspace(*RANGE, SCAN)
        signed = self._miss(grid)
        found = []
        for a, b, fa, fb in zip(grid, grid[1:], signed, signed[1:], strict=False):
            if np.isfinite(fa) and np.isfinite(fb) and fa * fb < 0:
                found.append(self.solved(self._bisected(a, b, fa)))
        return found or [min((self.solved(V) for V in grid[::20]), key=lambda s: s.error)]

    def _miss(self, V: Any) -> Any:
        """Determinant of the balances with the free numbers: zero where they can be met together."""
        G, f = self.linear(V)
        matrix = np.moveaxis(np.concatenate([G, f[:, None]], axis=1), (0, 1), (-2, -1))
        matrix = matrix / np.maximum(np.abs(matrix).max(axis=-2, keepdims=True), 1e-300)
        return np.linalg.det(matrix[..., : matrix.shape[-1], :])

    def _bisected(self, low: float, high: float, f_low: float) -> float:
        for _ in range(100):
            middle = 0.5 * (low + high)
            f = float(self._miss(middle))
            if f == 0 or middle in (low, high):
                return middle
            low, high, f_low = (middle, high, f) if f * f_low > 0 else (low, middle, f_low)
        return 0.5 * (low + high)


def _held(cell: Cell, hold: Mapping[str, str] | None) -> float | None:
    hold = dict(hold or {})
    unknown = [key for key in hold if key != "V"]
    if unknown:
        raise InputError(
            Problem(
                "only the potential can be held beside the described composition",
                path=unknown[0],
                found=unknown[0],
                expected='hold={"V": "-70 mV"}',
            )
        )
    if "V" not in hold:
        return None
    try:
        return quantity_from(hold["V"], "mV").value
    except UnitError as error:
        raise UnitError(*(p.at(path="V") for p in error.problems)) from None


def _too_many(problem: _Balances, free: Sequence[str], V_free: bool) -> Problem:
    solution = problem.solved(problem.finder.start_potentials[0][problem.whole.layout.nodes[0]])
    extra = len(free) + V_free - len(problem.rows)
    balances = ", ".join(problem.name(k) for k in problem.rows)
    return Problem(
        f"{len(free)} numbers{' and the potential' if V_free else ''} for {len(problem.rows)} balances ({balances}): "
        f"{extra} of them can be chosen freely (only {solution.rank} of the numbers are fixed by the balances at one potential)",
        path="free",
        found=", ".join(free),
        expected=f"at most {len(problem.rows) - V_free} paths" + (', or hold={"V": ...}' if V_free else ""),
    )


def _contradiction(problem: _Balances, solutions: Sequence[Solution], V: float | None) -> Problem:
    best = min(solutions, key=lambda s: s.error)
    negative = [path for path, value in zip(problem.free, best.values, strict=True) if value < 0]
    at = f"at {to_unit(best.V, 'mV'):.4g} mV"
    if best.error <= BALANCED and negative:
        return Problem(
            f"the balances can be met {at} only with a negative {' and '.join(negative)}",
            path=negative[0],
            expected="another number to be free, or another composition",
        )
    worst = max(best.left, key=lambda name: abs(best.left[name]))
    return Problem(
        f"no values of {', '.join(problem.free)} balance the described composition{'' if V is None else ' ' + at}: "
        f"what is left of {worst} is {abs(best.left[worst]):.2g} of its flux",
        path=worst,
        expected="one more number that moves it, or a potential that is left free",
    )


def _result(cell: Cell, problem: _Balances, good: Sequence[Solution]) -> TuneResult:
    rest = problem.finder.start_potentials[0]
    near = rest.get(problem.whole.layout.nodes[0], 0.0)
    solution = min(good, key=lambda s: abs(s.V - near))
    si = dict(zip(problem.free, (float(v) for v in solution.values), strict=True))
    texts = {path: _text(cell, path, value) for path, value in si.items()}
    tuned = cell.replace(texts)
    steady = steady_state(tuned)
    error = max(
        abs(c - cell.compartments[space].ions[ion].si) / max(c, 1e-300)
        for space, ions in steady.point.inside.items()
        for ion, c in ions.items()
    )
    notes = [f"{path}: {cell.settable[path].text or cell.settable[path].si} -> {texts[path]}" for path in problem.free]
    notes.append(
        f"The steady state of the tuned cell is within {error:.1g} of the described concentrations (the rest is the charge on the membrane)."
    )
    if not steady.point.stable:
        notes.append("The tuned steady state is not stable: a small deviation grows.")
    if len(good) > 1:
        listed = ", ".join(f"{to_unit(s.V, 'mV'):.4g} mV" for s in good)
        notes.append(f"{len(good)} potentials allow a balance: {listed}; the one nearest to rest was taken.")
    residuals = {
        "net_flux_fraction": {name: abs(v) for name, v in solution.left.items()},
        **{f"steady.{k}": v for k, v in steady.certificate.residuals.items()},
    }
    certificate = Certificate(
        steady.certificate.converged and solution.error <= BALANCED,
        residuals,
        "fluxes are linear in the tuned numbers: least squares at a potential, the potential by bisection; the tuned steady state found anew",
        {"range_mV": [to_unit(v, "mV") for v in RANGE]},
        steady.certificate.charge_error,
        steady.certificate.mass_error,
    )
    before = {path: cell.settable[path].text or repr(cell.settable[path].si) for path in problem.free}
    return TuneResult(cell.name, texts, si, before, steady.point.V_m, steady.point, tuned, certificate, tuple(notes))


def _text(cell: Cell, path: str, value: float) -> str:
    """An SI value in the unit that the description used for it."""
    written = cell.settable[path]
    return format_quantity(value, written.unit or "1")
