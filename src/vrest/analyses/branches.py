"""`branches`: roots of rest, or steady states, along one number of the description, through folds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..constants import F, R
from ..description.cell import Cell
from ..engines.continuation import Curve, follow, located, on_curve
from ..errors import InputError, NoAnswerError, Problem
from ..results.branches import Branch, BranchesResult, Special
from ..results.certificate import Certificate
from ..system.numbers import numbers_of
from ..system.whole import whole_numbers
from ..units import from_unit
from ..units.span import Span, parse_span
from .equilibria import Equilibria
from .stability import is_stable
from .steady_state import Finder

SEEDS = 9
SAME = 1e-6
LIMIT = 1e-8


def branches(cell: Cell, over: str, span: str | Span, of: str = "steady") -> BranchesResult:
    """Curves of states over a number: `branches(cell, "outside.K", "0.5:20 mM:log", of="rest")`.

    Arguments:
        cell: a description
        over: a path that is one number of the cell (a concentration, permeability, conductance, pump rate ...)
        span: START:STOP UNIT[:log|lin]
        of:   `steady` (everything free) or `rest` (concentrations held)
    Returns:
        BranchesResult: every curve that passes through a state found at one of nine values of the span, with stability at each
        point, folds and Hopf points.
    Raises:
        InputError: the path is not one number, or the question needs more than the cell describes.
        NoAnswerError: no state was found anywhere in the span.
    """
    span = parse_span(span) if isinstance(span, str) else span
    if of not in ("steady", "rest"):
        raise InputError(Problem("branches are of steady states or of rest", found=of, expected="steady | rest"))
    family: _Family = _SteadyFamily(cell, over, span) if of == "steady" else _RestFamily(cell, over, span)
    curves = _curves(family, over)
    found = tuple(_branch(family, curve) for curve in curves)
    special = [Special("fold", family.value(s), family.potentials(y, s)) for curve in curves for y, s in curve.folds]
    special += [Special("Hopf", family.value(s), family.potentials(y, s)) for curve in curves for y, s in _hopf(family, curve)]
    worst = max(
        family.error(y, s) for curve in curves for y, s in list(zip(curve.y, curve.s, strict=True))[:: max(1, len(curve.s) // 20)]
    )
    certificate = Certificate(
        worst <= LIMIT,
        {"step_to_root_fraction": {of: worst}},
        "pseudo-arclength continuation from states found at several values; folds by bisection on the tangent",
        {"seeds": SEEDS, "curves": len(curves), "points": sum(len(curve.s) for curve in curves)},
    )
    return BranchesResult(
        cell.name,
        over,
        span.unit,
        of,
        span.logarithmic,
        found,
        tuple(special),
        certificate,
        tuple(_notes(found, special, span, over)),
    )


class _Family(Protocol):
    """States over the scaled parameter s in 0..1."""

    def residual(self, y: np.ndarray, s: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...
    def seeds(self, s: float) -> list[np.ndarray]: ...
    def potentials(self, y: np.ndarray, s: float) -> dict[str, float]: ...
    def contents(self, y: np.ndarray, s: float) -> tuple[dict[str, dict[str, float]], dict[str, float]]: ...
    def eigenvalues(self, y: np.ndarray, s: float) -> np.ndarray: ...
    def value(self, s: float) -> float: ...
    def error(self, y: np.ndarray, s: float) -> float: ...


@dataclass
class _Scale:
    """The number over s in 0..1, linear or logarithmic, in its unit and in SI."""

    span: Span

    def value(self, s: float) -> float:
        a, b = float(self.span.values[0]), float(self.span.values[-1])
        return float(a * (b / a) ** s) if self.span.logarithmic else float(a + s * (b - a))

    def si(self, s: float) -> float:
        return float(from_unit(self.value(s), self.span.unit or "1"))


class _Numbered:
    """A number of the cell that the parameter is; everything else stays."""

    def __init__(self, cell: Cell, over: str, span: Span, numbers: Callable[[Cell], dict[str, float]]) -> None:
        self.cell, self.scale = cell, _Scale(span)
        texts = span.texts
        first, last = numbers(cell.replace({over: texts[0]})), numbers(cell.replace({over: texts[-1]}))
        changed = [
            name
            for name in first
            if first[name] != last[name] and not name.endswith((".amount", ".concentration", ".described_volume"))
        ]
        if len(changed) != 1:
            raise InputError(
                Problem(
                    f"'{over}' is not one number of the cell, so states cannot be followed along it",
                    path=over,
                    found=", ".join(changed[:4]) or "nothing changes",
                    expected="a concentration of a bath, or a number of a membrane or mechanism",
                )
            )
        self.name = changed[0]
        self.numbers = {**first}

    def at(self, s: float) -> dict[str, float]:
        return {**self.numbers, self.name: self.scale.si(s)}

    def value(self, s: float) -> float:
        return self.scale.value(s)


class _SteadyFamily(_Numbered):
    def __init__(self, cell: Cell, over: str, span: Span) -> None:
        super().__init__(cell, over, span, whole_numbers)
        place, *rest = over.split(".")
        space = cell.compartments.get(place)
        if space is not None and space.role != "bath" and rest[0] not in space.mechanisms:
            raise InputError(
                Problem(
                    f"'{over}' belongs to the state of the cell, which is what is sought",
                    path=over,
                    expected="a number of a bath, membrane or mechanism",
                )
            )
        self.row: np.ndarray | None = None
        self.finder = Finder(cell)
        self.problem = self.finder.problem
        self.numbers |= {name: value for name, value in self.finder.numbers.items() if name not in self.numbers}

    def residual(self, y: np.ndarray, s: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        f, J = self._balances(y, self.at(s))
        h = 1e-6
        ahead, behind = (self._balances(y, self.at(s + d))[0] for d in (h, -h))
        return f, J, (ahead - behind) / (2 * h)

    def _balances(self, y: np.ndarray, numbers: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
        problem = self.problem
        f, J = problem.compiled(y, problem.compiled.values(numbers))
        n = np.exp(y[problem.nodes :])
        for k, total in zip(problem.dependent, problem.L, strict=True):
            f[k], J[k] = total @ (n - self.finder.kept), 0.0
            J[k, problem.nodes :] = total * n
        scale = np.maximum(np.abs(J).max(axis=1), 1e-300)
        if self.row is None:
            self.row = scale
        return f / self.row, J / self.row[:, None]

    def seeds(self, s: float) -> list[np.ndarray]:
        finder = self.finder
        finder.numbers = self.at(s)
        return [root.y for root in finder.roots(finder.path())]

    def potentials(self, y: np.ndarray, s: float) -> dict[str, float]:
        return {name: float(v) for name, v in self.problem.voltages(y, self.at(s)).items()}

    def contents(self, y: np.ndarray, s: float) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
        numbers = self.at(s)
        x = [float(v) for v in self.problem.state(y, numbers)]
        state = self.finder.whole.at(x, numbers)
        spaces = [name for name, space in self.cell.compartments.items() if space.role != "bath"]
        inside = {name: {ion: float(state[f"{name}.{ion}"]) for ion in self.cell.compartments[name].ions} for name in spaces}
        return inside, {name: float(state[f"{name}.volume"]) for name in spaces if f"{name}.volume" in state}

    def eigenvalues(self, y: np.ndarray, s: float) -> np.ndarray:
        numbers = self.at(s)
        x = np.array([float(v) for v in self.problem.state(y, numbers)])
        return self.finder.dynamics.eigenvalues(x, numbers)[0]

    def error(self, y: np.ndarray, s: float) -> float:
        step = self.problem._step(y, self.finder.kept, self.problem.compiled.values(self.at(s)))
        return float("inf") if step is None else float(np.abs(step).max() / max(1.0, np.abs(y).max()))


class _RestFamily(_Numbered):
    def __init__(self, cell: Cell, over: str, span: Span) -> None:
        super().__init__(cell, over, span, numbers_of)
        self.equilibria = Equilibria(cell)
        if self.equilibria.circuit.loops or len(cell.membranes) > 1:
            raise InputError(
                Problem(
                    "branches of rest are followed for a cell of one membrane",
                    path=over,
                    found=f"{len(cell.membranes)} membranes",
                    expected="of: steady, or a cell of one membrane",
                )
            )
        self.membrane = next(iter(cell.membranes))
        self.unit = R * cell.temperature.si / F
        self.compiled = self.equilibria.currents(self.membrane)

    def _current(self, V: float, s: float) -> tuple[float, float]:
        i, slope = self.compiled(V, self.compiled.values(self.at(s)))
        return float(i.sum()), float(slope.sum())

    def residual(self, y: np.ndarray, s: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        V = float(y[0]) * self.unit
        f, slope = self._current(V, s)
        h = 1e-6
        ds = (self._current(V, s + h)[0] - self._current(V, s - h)[0]) / (2 * h)
        self.size = getattr(self, "size", None) or max(abs(slope) * self.unit, 1e-300)
        return np.array([f]) / self.size, np.array([[slope * self.unit]]) / self.size, np.array([ds]) / self.size

    def seeds(self, s: float) -> list[np.ndarray]:
        roots = self.equilibria.membrane_roots(self.membrane, self.at(s)).roots
        return [np.array([root.V / self.unit]) for root in roots]

    def potentials(self, y: np.ndarray, s: float) -> dict[str, float]:
        return {self.membrane: float(y[0]) * self.unit}

    def contents(self, y: np.ndarray, s: float) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
        return {}, {}

    def eigenvalues(self, y: np.ndarray, s: float) -> np.ndarray:
        return np.array([-self._current(float(y[0]) * self.unit, s)[1]])

    def error(self, y: np.ndarray, s: float) -> float:
        f, slope = self._current(float(y[0]) * self.unit, s)
        return abs(f) / max(abs(slope) * self.unit, 1e-6 * self.size)


def _curves(family: _Family, over: str) -> list[Curve]:
    """Curves through the states found at a few values, each once.

    Raises:
        InputError, NoAnswerError: no state at any value, with the reason at the last of them.
    """
    curves: list[Curve] = []
    why: InputError | NoAnswerError | None = None
    for s in np.linspace(0.0, 1.0, SEEDS):
        try:
            seeds = family.seeds(float(s))
        except (InputError, NoAnswerError) as error:
            why = error
            continue
        for seed in seeds:
            if not any(on_curve(family.residual, curve, seed, float(s), SAME) for curve in curves):
                new = _through(family, seed, float(s))
                if not any(_same(family, curve, new) for curve in curves):
                    curves.append(new)
    if not curves:
        reason = f": {why.problems[0].message}" if why is not None else ""
        raise NoAnswerError(Problem(f"no state was found at any of {SEEDS} values of the span{reason}", path=over))
    return curves


def _through(family: _Family, y: np.ndarray, s: float) -> Curve:
    """The whole curve through a state."""
    forth = follow(family.residual, y, s, 0.0, 1.0, 1.0)
    return forth if forth.closed else follow(family.residual, y, s, 0.0, 1.0, -1.0).joined(forth)


def _same(family: _Family, curve: Curve, other: Curve) -> bool:
    """Whether two curves share most of five points; next to a fold one of them alone says little."""
    picks = np.unique(np.linspace(0, len(other.s) - 1, 5).round().astype(int))
    shared = [on_curve(family.residual, curve, other.y[k], other.s[k], SAME) for k in picks]
    return 2 * sum(shared) > len(shared)


def _branch(family: _Family, curve: Curve) -> Branch:
    points = list(zip(curve.y, curve.s, strict=True))
    V = [family.potentials(y, s) for y, s in points]
    contents = [family.contents(y, s) for y, s in points]
    stable = np.array([is_stable(family.eigenvalues(y, s)) for y, s in points])
    inside, volume = contents[0]
    return Branch(
        np.array([family.value(s) for s in curve.s]),
        {name: np.array([v[name] for v in V]) for name in V[0]},
        {name: {ion: np.array([c[0][name][ion] for c in contents]) for ion in ions} for name, ions in inside.items()},
        {name: np.array([c[1][name] for c in contents]) for name in volume},
        stable,
        curve.closed,
    )


def _hopf(family: _Family, curve: Curve) -> list[tuple[np.ndarray, float]]:
    """Where a complex pair crosses the imaginary axis: two more, or two fewer, eigenvalues grow."""
    found = []
    points = [np.append(y, s) for y, s in zip(curve.y, curve.s, strict=True)]
    values = [family.eigenvalues(y, s) for y, s in zip(curve.y, curve.s, strict=True)]
    for k in range(len(points) - 1):
        before, after = (int(np.sum(v.real > 0)) for v in values[k : k + 2])
        if abs(after - before) != 2:
            continue
        y, s = located(
            family.residual,
            points[k],
            points[k + 1],
            lambda y, s, before=before: int(np.sum(family.eigenvalues(y, s).real > 0)) != before,  # type: ignore[misc]
        )
        nearest = min(family.eigenvalues(y, s), key=lambda v: abs(v.real))
        if abs(nearest.imag) > 1e-6 * abs(nearest):
            found.append((y, s))
    return found


def _notes(found: tuple[Branch, ...], special: list[Special], span: Span, over: str) -> list[str]:
    notes = []
    folds = [point for point in special if point.kind == "fold"]
    if folds:
        notes.append(
            f"States appear or vanish (folds) at {over} = {', '.join(f'{point.value:.6g}' for point in folds)} {span.unit}.".replace(
                " .", "."
            )
        )
    if not any(branch.stable.any() for branch in found):
        notes.append("No state on these curves is stable.")
    return notes
