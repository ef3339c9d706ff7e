"""`steady_state`: what a cell's own pumps and leaks hold, found as a root of the whole system and certified."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, cell_of
from ...engines.newton import largest
from ...errors import NoAnswerError, NotFoundError
from ...results.base import Certificate, Maybe, Unknown, known
from ...results.steady import OPEN, SteadyPoint, SteadyResult
from ...system.cell import CellSystem
from ...system.circuit import Circuit
from ..rest.zero_current import RestSolver
from ..state import energy
from ..state.equilibria import with_turnovers
from ..state.mechanisms import ion_states, mechanism_states
from ..state.osmosis import chemistry, osmotic_state
from ..state.snapshot import (
    ExchangeSnapshot,
    MembraneSnapshot,
    exchange_snapshots,
    exchange_states,
    gates_at,
    snapshots,
    states_at,
    with_stores,
)
from .booking import beyond_buffers
from .certificate import Root, certified
from .notes import came_to, notes_on
from .other_states import SAME, ClampedLines
from .plausible import is_plausible, why_implausible
from .solver import SteadyProblem, Trajectory
from .start import Resting, charged, must_have_rates, other_starts, resting
from .why_none import none_found, why_none_exists

LINE_POINTS = 3000
"""Points of lines along potentials after which no further one is begun: about half a second."""
ASSUMPTIONS = ("concentrations stand for activities", "each compartment is well stirred", "impermeants stay")
METHOD = "implicit Euler along the path from rest, then Newton in logarithmic amounts; residuals recomputed with plain floats"
METHOD_ELSEWHERE = "Newton in logarithmic amounts from several starts; residuals recomputed with plain floats"


def steady_state(cell: Cell | Name) -> SteadyResult:
    """The state in which every amount, volume and charge of a cell stays as it is, pumps running.

    Arguments:
        cell: a description with absolute permeabilities, volumes and capacitances, or its name or path
    Returns:
        SteadyResult: the state that the described cell comes to, its eigenvalues on the manifold of conserved totals, every other
        state that was found, mechanisms and energy there, and the certificate.
    Raises:
        InputError: a number that the question needs is missing.
        NoAnswerError: no steady state exists (with the reason), or none could be certified.

    >>> import vrest
    >>> cell = vrest.from_dict({"cell": "k", "temperature": "310 K", "shape": {"sphere": {"diameter": "20 um"}},
    ...     "capacitance": "1 uF/cm^2", "impermeant": {"valence": -1, "amount": "neutral"},
    ...     "ions": {"K": {"inside": "140 mM", "outside": "5 mM", "permeability": "1e-8 m/s"}}})
    >>> round(1e3 * vrest.steady_state(cell).point.V_m["membrane"], 2)
    -89.02
    """
    return SteadySolver(cell_of(cell)).answer()


def first_steady_state(cell: Cell) -> SteadyResult:
    """As `steady_state`, the same state sooner: where the cell comes to it, other ones are those of the documented starts alone."""
    return SteadySolver(cell).answer(every=False)


class SteadySolver:
    """The steady states of one structure: compiled once, its numbers may change from call to call.

    Raises:
        InputError: a number that the question needs is missing.
    """

    def __init__(self, cell: Cell, rest: RestSolver | None = None, varied: Collection[str] = ()) -> None:
        self.problem = SteadyProblem(CellSystem(cell), varied)
        self.whole = self.problem.whole
        self.rest = rest or RestSolver(cell)
        self._rested: tuple[dict[str, float], Resting] | None = None

    def resting(self, numbers: Mapping[str, float]) -> Resting:
        """The roots of rest at given numbers; those of the numbers asked for last are kept, for runs one after the other from one rest."""
        if self._rested is None or self._rested[0] != numbers:
            self._rested = dict(numbers), resting(self.rest, numbers)
        return self._rested[1]

    def answer(self, numbers: Mapping[str, float] | None = None, every: bool = True) -> SteadyResult:
        """The steady state at given numbers, those of the description by default.

        Arguments:
            numbers: of the whole cell by path [SI] (`description.derive`)
            every:   whether other states are sought along lines too where the cell comes to the first one
        """
        finder = self.at(numbers)
        return _described(finder, *finder.search(every))

    def at(self, numbers: Mapping[str, float] | None = None, rest: Resting | None = None) -> Finder:
        """The search at given numbers; `rest` where it is known there."""
        return Finder(self, self.whole.numbers if numbers is None else numbers, rest)


class Finder:
    """Finds the steady states of a structure at given numbers.

    Attributes:
        posed: the equations
        rest:  potentials at rest, where the search starts
        start: contents with the charge of these potentials; shifts: what was added for it
        beyond: solutions that were met and that no cell could have
    """

    def __init__(self, solver: SteadySolver, numbers: Mapping[str, float], rest: Resting | None = None) -> None:
        self.solver, self.whole, self.cell = solver, solver.whole, solver.whole.cell
        self.posed = solver.problem.at(numbers)
        self.numbers = self.posed.numbers
        self.rest = rest or solver.resting(self.numbers)
        must_have_rates(self.posed, self.rest.potentials[0])
        self.beyond: list[Root] = []
        self.start, self.shifts = charged(self.posed, self.rest.potentials[0])

    @functools.cached_property
    def way(self) -> Trajectory:
        """Where the cell goes from its description at rest."""
        return self.posed.follow(self.posed.point(self.rest.potentials[0], self.start))

    @functools.cached_property
    def other_starts(self) -> list[np.ndarray]:
        """Where states are sought besides the end of the way."""
        return other_starts(self.posed, self.rest)

    @functools.cached_property
    def chosen(self) -> Root:
        """The steady state that the described cell comes to, or a stable one where it comes to none.

        Raises:
            NoAnswerError: none was found.
        """
        return self.choose(self.search(every=False)[0])

    def search(self, every: bool) -> tuple[list[Root], ClampedLines]:
        """Every certified steady state that was found, and the lines along which others were sought.

        Raises:
            NoAnswerError: none was found.
        """
        found = self._within_bounds(self.roots(self.way))
        came = bool(found) and came_to(self.way, found[0])
        lines = self.lines(LINE_POINTS if every or not came else 0)
        found += self._within_bounds(self.along(lines, found))
        if not found:
            reason = why_implausible(self, self.beyond) if self.beyond else why_none_exists(self, self.way)
            raise NotFoundError(none_found(self, self.way)) if reason is None else NoAnswerError(reason)
        return found, lines

    def _within_bounds(self, roots: Sequence[Root]) -> list[Root]:
        """Those that a cell can have; the others are put aside."""
        points = [(root, self.point(root)) for root in roots]
        plausible = [
            root
            for root, point in points
            if is_plausible(point.inside, point.pressure) and beyond_buffers(self.posed, root.y) is None
        ]
        self.beyond += [root for root in roots if not any(root is one for one in plausible)]
        return plausible

    def choose(self, found: Sequence[Root]) -> Root:
        """The one at the end of the way from the description, else the first stable one."""
        return found[0] if came_to(self.way, found[0]) else next((root for root in found if root.stable), found[0])

    def roots(self, way: Trajectory) -> list[Root]:
        """Certified steady states: first the one at the end of the way, then every other one from the documented starts."""
        found: list[Root] = []
        for start in [way.y, *self.other_starts] if way.arrived else [*self.other_starts, way.y]:
            y, settled = self.posed.newton(start)
            is_new = settled and not _is_among(y, found)
            root = certified(self.posed, y) if is_new else None
            if root is not None:
                found.append(root)
        return found

    def lines(self, most: float) -> ClampedLines:
        """Lines along potentials, of which none is begun once they have `most` points."""
        return ClampedLines(self.posed, ions=True, most=most)

    def along(self, lines: ClampedLines, found: Sequence[Root]) -> list[Root]:
        """Certified steady states beside those given: on lines through them and the documented starts, and through each new one."""
        more: list[Root] = []
        near = [*(root.y for root in found), *self.other_starts] if lines.most else []
        while near:
            known = [*found, *more]
            met = [y for y in lines.states(near) if not _is_among(y, known)]
            new = [root for y in met if (root := certified(self.posed, y)) is not None]
            more, near = [*more, *new], [root.y for root in new]
        return more

    # -- the answer's parts ---------------------------------------------------------------------------------------

    def point(self, root: Root) -> SteadyPoint:
        """Potentials, concentrations and volumes of a root."""
        numbers, stable = self.posed.numbers_at(root.y), Unknown(OPEN) if root.stable is None else root.stable
        return point_at(self.whole.circuit, self.posed.voltages(root.y), self.potentials(root.y), numbers, stable)

    def potentials(self, y: np.ndarray) -> dict[str, Maybe]:
        """Potential of every compartment [V]."""
        return with_stores(self.cell, self.whole.circuit.potentials(self.posed.voltages(y), self.numbers))

    def snapshots(self, root: Root) -> dict[str, MembraneSnapshot]:
        """Every membrane at a root."""
        return snapshots(self.whole.circuit, self.posed.voltages(root.y), self.posed.numbers_at(root.y))

    def exchanged(self, root: Root) -> list[ExchangeSnapshot]:
        """Every exchange at a root."""
        numbers = self.posed.numbers_at(root.y)
        return with_turnovers(self.cell, exchange_snapshots(self.whole.exchanges, numbers), self.snapshots(root), numbers)


def _is_among(y: np.ndarray, roots: Sequence[Root]) -> bool:
    return any(largest(y - root.y) < SAME for root in roots)


def point_at(
    circuit: Circuit, V: dict[str, float], potential: dict[str, Maybe], numbers: Mapping[str, float], stable: bool | Unknown
) -> SteadyPoint:
    """A state of a cell at numbers that hold it, with volumes, osmolarities and pressures."""
    cell = circuit.cell
    return SteadyPoint(
        V,
        potential,
        concentrations(cell, numbers),
        **vars(osmotic_state(cell, numbers)),
        **chemistry(cell, V, numbers),
        gates=gates_at(circuit, V, numbers),
        states=states_at(circuit, V, numbers),
        stable=stable,
    )


def concentrations(cell: Cell, numbers: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Concentrations [mol/m^3] of all compartments that are no bath, at numbers that hold a state."""
    spaces = [space for space in cell.compartments.values() if space.role != "bath"]
    return {space.name: {ion: numbers[f"{space.name}.{ion}"] for ion in space.ions} for space in spaces}


def _described(finder: Finder, found: list[Root], lines: ClampedLines) -> SteadyResult:
    chosen = finder.choose(found)
    states = finder.snapshots(chosen)
    mechanisms = {name: mechanism_states(state) for name, state in states.items()}
    exchanged = finder.exchanged(chosen)
    donnan = _is_donnan(states) and all(one.at_rest for one in exchanged)
    return SteadyResult(
        cell=finder.cell.name,
        temperature=finder.numbers["temperature"],
        point=finder.point(chosen),
        other_states=tuple(finder.point(root) for root in found if root is not chosen),
        eigenvalues=tuple(complex(e) for e in chosen.spectrum.values),
        removed=chosen.spectrum.removed,
        mechanisms=mechanisms,
        ions={name: ion_states(finder.cell, state) for name, state in states.items()},
        exchanges=exchange_states(exchanged),
        energy=energy.balance(states, exchanged, finder.numbers.get("metabolism.budget")),
        atp=energy.atp_of(states),
        donnan=donnan,
        certificate=_certificate(finder, chosen, mechanisms, lines),
        notes=tuple(notes_on(finder, chosen, found, states, donnan)),
    )


AT_EQUILIBRIUM = 1e-3
"""An electrochemical difference [J/mol] at which an ion counts as in equilibrium."""


def _is_donnan(states: Mapping[str, MembraneSnapshot]) -> bool:
    """Whether nothing drives anything: no pump turns, every mechanism that moves ions is at equilibrium, formulas too, and each of these
    ions has a passive path of its own."""
    return not any(_drives(state, word) for state in states.values() for word in state.flows) and all(
        set(state.net_fluxes()) <= _passing(state) for state in states.values()
    )


def _passing(state: MembraneSnapshot) -> set[str]:
    """Ions that have a passive path of their own through a membrane, or that nothing moves through it."""
    ways, flows = state.system.mechanisms, state.flows.values()
    still = {ion for one in flows for ion in one.fluxes if not any(other.fluxes.get(ion) for other in flows)}
    return still | {ion for one in ways.values() if one.own_path for ion in one.species}


def _drives(state: MembraneSnapshot, word: str) -> bool:
    """Whether a pump turns, ions follow a force through a path, or what else moves them gains or loses free energy."""
    mechanism = state.system.mechanisms[word]
    moved = {ion: flux for ion, flux in state.flows[word].fluxes.items() if flux}
    if mechanism.pump or mechanism.law.given:
        return bool(moved)
    differences = {ion: state.dmu(ion) for ion in moved}
    if mechanism.thermodynamic and mechanism.law.paths is not None:
        return any(abs(difference or 0.0) > AT_EQUILIBRIUM for difference in differences.values())
    return _works(moved, differences)


def _works(moved: Mapping[str, float], differences: Mapping[str, float | None]) -> bool:
    """Whether ions gain or lose free energy."""
    power = sum(flux * (differences[ion] or 0.0) for ion, flux in moved.items())
    return None in differences.values() or abs(power) > AT_EQUILIBRIUM * sum(map(abs, moved.values()))


def _certificate(finder: Finder, root: Root, mechanisms, lines: ClampedLines) -> Certificate:
    search = {
        "starts": len(finder.other_starts) + 1,
        "from": "the path from rest; every root of rest with the described amounts, with the bath's concentrations, with K and Na exchanged",
        "along": lines.search,
    }
    scale = sum(abs(m.dissipation) for group in mechanisms.values() for m in group.values() if known(m.dissipation))
    violations = energy.violations(mechanisms, dict.fromkeys(mechanisms, scale))
    charge = max(root.residuals.get("charge_fraction_of_70_mV", {}).values(), default=0.0)
    mass = max(root.residuals.get("conserved_total_fraction", {}).values(), default=0.0)
    return Certificate(True, root.residuals, _method(finder, lines), search, charge, mass, violations, ASSUMPTIONS)


def _method(finder: Finder, lines: ClampedLines) -> str:
    method = METHOD if finder.way.arrived else METHOD_ELSEWHERE
    if lines.most:
        method += f"; other states along {lines.count} lines of one potential"
    if lines.unfinished:
        method += f", {lines.unfinished} of them cut short or not begun, so that states may be missed"
    return method
