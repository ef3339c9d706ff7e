"""`tune`: pump rates, permeabilities and the like for which the described concentrations are the steady state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..constants import R
from ..description.cell import Cell, Mechanism, Membrane
from ..errors import InputError, NoAnswerError, Problem, nearest
from ..results.certificate import Certificate
from ..results.steady import SteadyPoint, SteadyResult
from ..results.tuned import TuneResult
from ..system.water import osmolarity, pressure, target
from ..system.whole import WholeCell
from ..units import UnitError, format_quantity, quantity_from, to_unit
from .steady_state import Finder, steady_state

RANGE = (-0.2, 0.15)
SCAN = 1401
BALANCED = 1e-9
METHOD = (
    "fluxes are linear in the tuned numbers: least squares at a potential, the potential by Gauss-Newton from a scan; "
    "the tuned steady state found anew"
)
NOTHING = 1e-13
"""Part of a flux below which a number's share is rounding."""
WATER = 1e-3
"""Part by which osmolarities may differ before water makes the described volume no steady one."""
NEAR = 1e-2
MINIMA = 12
"""How many lowest points of the scan are refined."""


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
    problem.check_water()
    solutions = [problem.solved(V)] if V is not None else problem.over_potentials()
    for solution in solutions:
        problem.check_fixed(solution)
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

    def _mechanisms(self) -> list[tuple[str, Mapping[str, Mechanism]]]:
        membranes = [(name, membrane.mechanisms) for name, membrane in self.cell.membranes.items()]
        return [*membranes, *self.cell.exchanges.items()]

    def _check_free(self) -> None:
        extensive = {
            f"{name}.{word}.{number}" for name, group in self._mechanisms() for word, m in group.items() for number in m.scales
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

    def _flows(self, V: Any, values: Mapping[str, float]) -> Any:
        nodes = self.whole.layout.nodes
        potentials = dict.fromkeys(nodes, V) if len(nodes) == 1 else self.finder.start_potentials[0]
        return self.whole.flows(self.whole.membrane_potentials(potentials), {**self.whole.numbers, **values})

    def net(self, V: Any, values: Mapping[str, float]) -> np.ndarray:
        """Net flux into each balance's amount [mol/s] at non-negative values of the free numbers."""
        shape = np.shape(V)
        exchanged = self.whole.exchanged({**self.whole.numbers, **values})
        return np.array([np.broadcast_to(f, shape) for f in self.whole.net_fluxes(self._flows(V, values), exchanged)])[self.rows]

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
        """Least squares at a potential, each balance over its fluxes."""
        G, f = self.linear(V)
        sizes = np.maximum(np.abs(G).max(axis=0), 1e-300)
        scale = self._scales(V, G / sizes)
        unscaled, _, rank, _ = np.linalg.lstsq(G / sizes / scale[:, None], -f / scale, rcond=1e-12)
        values = unscaled / sizes
        shares = np.abs(G * values)
        numbers = dict(zip(self.free, (float(v) for v in values), strict=True))
        gross = np.maximum(self.gross(V, {}) + shares.sum(axis=1), self.one_way(numbers))
        values = np.where((shares <= NOTHING * gross[:, None]).all(axis=0), 0.0, values)
        net = f + G @ values
        left = {self.name(k): float(n / g) if g else 0.0 for k, n, g in zip(self.rows, net, gross, strict=True)}
        return Solution(V, values, max((abs(v) for v in left.values()), default=0.0), int(rank), left)

    def _scales(self, V: Any, columns: np.ndarray) -> np.ndarray:
        """What each balance is measured by: the fluxes that are not free; where there are none, those that are."""
        fluxes = np.maximum(self.gross(V, {}), self.one_way({}).reshape(-1, *(1,) * np.ndim(V)))
        free = np.abs(columns).max(axis=1) * fluxes.max(axis=0)
        return np.where(fluxes > 0, fluxes, np.where(free > 0, free, 1.0))

    def check_fixed(self, solution: Solution) -> None:
        """Every free number must be fixed by the balances: one that moves nothing here, or two that do the same, are not.

        Raises:
            InputError: which.
        """
        G, _ = self.linear(solution.V)
        sizes = {path: self.cell.settable[path].si or 1.0 for path in self.free}
        gross = np.maximum(self.gross(solution.V, sizes), self.one_way(sizes))
        shares = np.abs(G * np.array(list(sizes.values()))) / np.maximum(gross, 1e-300)[:, None]
        at = f"at {to_unit(solution.V, 'mV'):.4g} mV"
        for path, share in zip(self.free, shares.max(axis=0, initial=0.0), strict=True):
            if share < BALANCED:
                raise InputError(
                    Problem(
                        f"'{path}' moves nothing {at}: what passes there is at equilibrium, so any value does",
                        path=path,
                        found=path,
                        expected="another number",
                    )
                )
        unit = G / np.maximum(np.abs(G).max(axis=0), 1e-300)
        _, singular, right = np.linalg.svd(unit)
        null = right[int(np.sum(singular > 1e-10 * singular[0])) :]
        alike = [path for path, part in zip(self.free, np.abs(null).max(axis=0, initial=0.0), strict=True) if part > 1e-6]
        if alike:
            raise InputError(
                Problem(
                    f"{' and '.join(alike)} do the same to the balances, so they can be chosen freely against each other",
                    path=alike[0],
                    found=", ".join(alike),
                    expected="one fewer of them",
                )
            )

    def check_water(self) -> None:
        """A volume that is free stays only if osmolarities (and a wall's pressure) balance as described.

        Raises:
            NoAnswerError: water flows, whatever the free numbers are.
        """
        numbers = self.whole.numbers
        for name, membrane in self.cell.membranes.items():
            if membrane.water.rule == "none":
                continue
            if membrane.water.target is not None:
                self._check_relaxed(name, membrane)
                continue
            T = numbers["temperature"]
            inner, outer = (float(osmolarity(self.cell, end, numbers)) for end in (membrane.inner, membrane.outer))
            wall = float(pressure(name, membrane, numbers)) / (R * T)
            if abs(inner - outer - wall) > WATER * max(inner, outer):
                raise NoAnswerError(
                    Problem(
                        f"water flows through '{name}', whatever these numbers are: the described osmolarities are "
                        f"{inner:.5g} mM in '{membrane.inner}' and {outer:.5g} mM in '{membrane.outer}'"
                        + (f", and the wall bears {wall:.4g} mM of it" if wall else ""),
                        path=f"{membrane.inner}.volume",
                        expected="osmolarities that balance (another valence of the impermeants changes their amount), or water: none",
                    )
                )

    def _check_relaxed(self, name: str, membrane: Membrane) -> None:
        numbers = self.whole.numbers
        asked, described = float(target(self.cell, name, membrane, numbers)), numbers[f"{membrane.inner}.described_volume"]
        if abs(asked - described) > WATER * described:
            raise NoAnswerError(
                Problem(
                    f"the volume of '{membrane.inner}' relaxes, whatever these numbers are: the formula of '{name}' asks for "
                    f"{to_unit(asked, 'pL'):.5g} pL, and {to_unit(described, 'pL'):.5g} pL are described",
                    path=f"{name}.water.relax_to",
                    expected="a formula that gives the described volume, or water: none",
                )
            )

    def one_way(self, values: Mapping[str, float]) -> np.ndarray:
        """One-way fluxes, the scale where every flux of an ion vanishes by itself [mol/s]; the free numbers are zero unless given."""
        self.finder.numbers = {**self.whole.numbers, **dict.fromkeys(self.free, 0.0), **values}
        return np.abs([self.finder._one_way(*self.whole.layout.amounts[k]) for k in self.rows])

    def gross(self, V: Any, values: Mapping[str, float]) -> np.ndarray:
        """Sizes of the fluxes into each balance's amount, added up [mol/s]; the free numbers are zero unless given."""
        flows = self._flows(V, {**dict.fromkeys(self.free, 0.0), **values})
        total = {key: np.zeros(np.shape(V)) for key in self.whole.layout.amounts}
        for name, group in flows.items():
            membrane = self.cell.membranes[name]
            for one in group.values():
                for ion, flux in one.fluxes.items():
                    for key in ((membrane.inner, ion), (membrane.outer, ion)):
                        if key in total:
                            total[key] = total[key] + np.abs(flux)
        described = {**self.whole.numbers, **dict.fromkeys(self.free, 0.0), **values}
        for exchange, exchanged in zip(self.whole.exchanges, self.whole.exchanged(described), strict=True):
            for ion, flux in exchanged.fluxes.items():
                for place in (exchange.space, exchange.place):
                    if (place, ion) in total:
                        total[place, ion] = total[place, ion] + np.abs(flux)
        return np.array([total[self.whole.layout.amounts[k]] for k in self.rows])

    def name(self, row: int) -> str:
        return ".".join(self.whole.layout.amounts[row])

    def over_potentials(self) -> list[Solution]:
        """Solutions at the potentials where all balances can be met together; the nearest miss where there is none."""
        grid = np.linspace(*RANGE, SCAN)
        misfit = self._misfit(grid)
        lowest = [k for k in range(1, SCAN - 1) if misfit[k] < misfit[k - 1] and misfit[k] <= misfit[k + 1]]
        lowest = sorted(sorted(lowest, key=lambda k: misfit[k])[:MINIMA])
        polished = [self._polished(float(grid[k])) for k in lowest]
        found: list[Solution] = []
        for one in polished:
            if one.error <= BALANCED and not any(abs(one.V - other.V) < 1e-9 for other in found):
                found.append(one)
        return found or [min([*polished, self.solved(float(grid[int(np.argmin(misfit))]))], key=lambda s: s.error)]

    def _misfit(self, V: np.ndarray) -> np.ndarray:
        """What least squares leave of the balances, each over its fluxes, at many potentials."""
        G, f = self.linear(V)
        columns = G / np.maximum(np.abs(G).max(axis=0), 1e-300)
        scale = self._scales(V, columns)
        A, b = np.moveaxis(columns / scale[:, None], -1, 0), (f / scale).T[..., None]
        return np.linalg.norm(b - A @ (np.linalg.pinv(A, rcond=1e-12) @ b), axis=(1, 2))

    def _polished(self, V: float) -> Solution:
        """Gauss-Newton on the potential, the numbers following by least squares; the best of the points passed."""
        best, h = self.solved(V), 1e-5
        for _ in range(30):
            now = self.solved(V)
            best = min(best, now, key=lambda s: s.error)
            G, f = self.linear(V)
            (G_up, f_up), (G_down, f_down) = self.linear(V + h), self.linear(V - h)
            slope = (f_up - f_down + (G_up - G_down) @ now.values) / (2 * h)
            numbers = dict(zip(self.free, (float(v) for v in now.values), strict=True))
            gross = np.maximum(self.gross(V, {}) + np.abs(G) @ np.abs(now.values), self.one_way(numbers))
            gross = np.where(gross > 0, gross, 1.0)
            columns = np.column_stack([slope, G / np.maximum(np.abs(G).max(axis=0), 1e-300)]) / gross[:, None]
            sizes = np.maximum(np.abs(columns).max(axis=0), 1e-300)
            step, *_ = np.linalg.lstsq(columns / sizes, -(f + G @ now.values) / gross, rcond=1e-13)
            change = float(np.clip(step[0] / sizes[0], -0.002, 0.002))
            V = float(np.clip(V + change, *RANGE))
            if abs(change) < 1e-16:
                break
        return best


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
    steady = _steady(tuned, texts)
    point = min((steady.point, *steady.other_states), key=lambda p: _distance(cell, p))
    notes = [f"{path} is 0: the balances hold only without it." for path, value in si.items() if value == 0]
    notes.append(
        f"The steady state of the tuned cell is within {_distance(cell, point):.1g} of the described concentrations "
        "(the rest is the charge on the membrane)."
    )
    if not point.stable:
        notes.append("The tuned steady state is not stable: a small deviation grows.")
    if point is not steady.point:
        elsewhere = ", ".join(f"{to_unit(V, 'mV'):.4g} mV" for V in steady.point.V_m.values())
        notes.append(f"The tuned cell has another steady state, and from its description it goes there: V = {elsewhere}.")
    if len(good) > 1:
        listed = ", ".join(f"{to_unit(s.V, 'mV'):.4g} mV" for s in good)
        notes.append(f"{len(good)} potentials allow a balance: {listed}; the one nearest to rest was taken.")
    residuals = {
        "net_flux_fraction": {name: abs(v) for name, v in solution.left.items()},
        **{f"steady.{k}": v for k, v in steady.certificate.residuals.items()},
    }
    certificate = Certificate(
        steady.certificate.converged and solution.error <= BALANCED and _distance(cell, point) <= NEAR,
        residuals,
        METHOD,
        {"range_mV": [to_unit(v, "mV") for v in RANGE]},
        steady.certificate.charge_error,
        steady.certificate.mass_error,
    )
    before = {path: cell.settable[path].text or repr(cell.settable[path].si) for path in problem.free}
    return TuneResult(cell.name, texts, si, before, point.V_m, point, tuned, certificate, tuple(notes))


def _steady(tuned: Cell, texts: Mapping[str, str]) -> SteadyResult:
    try:
        return steady_state(tuned)
    except NoAnswerError as error:
        listed = ", ".join(f"{path} = {text}" for path, text in texts.items())
        raise NoAnswerError(
            Problem(
                f"the balances are met with {listed}, but the cell does not stay there: {error.problems[0].message}", path="free"
            )
        ) from None


def _distance(cell: Cell, point: SteadyPoint) -> float:
    """The largest part by which a concentration of a state differs from the described one."""
    return max(
        (
            abs(c - cell.compartments[space].ions[ion].si) / max(c, 1e-300)
            for space, ions in point.inside.items()
            for ion, c in ions.items()
        ),
        default=0.0,
    )


def _text(cell: Cell, path: str, value: float) -> str:
    """An SI value in the unit that the description used for it."""
    written = cell.settable[path]
    return format_quantity(value, written.unit or "1")
