"""`steady_state`: what a cell's own pumps and leaks hold, found as a root of the whole system and certified."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...constants import F, R
from ...description.cell import CELL, Cell
from ...errors import NoAnswerError, Problem, VrestError
from ...laws.nernst import thermal_voltage
from ...mechanisms.kind import Flows
from ...results.base import Maybe, Unknown, known
from ...results.certificate import Certificate
from ...results.steady import SteadyPoint, SteadyResult
from ...system import water
from ...system.cell import CellSystem
from ..rest.zero_current import RestSolver, choose
from ..state import power
from ..state.exchanges import ExchangeSnapshot, exchange_snapshots, exchange_states, with_stores
from ..state.mechanisms import ion_states, mechanism_states
from ..state.refusals import Refusals
from ..state.snapshot import MembraneSnapshot, snapshots
from .notes import came_to, notes_on
from .other_states import SAME, ClampedLines
from .solver import Path, SteadyProblem
from .stability import Dynamics, is_stable
from .why_none import out_of_bounds, why_none

FLUX_LIMIT = 1e-9
CHARGE_LIMIT = 1e-9
TOTALS_LIMIT = 1e-10
LINE_POINTS = 3000
"""Points of lines along potentials after which no further one is begun: about half a second."""
ASSUMPTIONS = ("concentrations stand for activities", "each compartment is well stirred", "impermeants stay")
METHOD = "implicit Euler along the path from rest, then Newton in logarithmic amounts; residuals recomputed with plain floats"
METHOD_ELSEWHERE = "Newton in logarithmic amounts from several starts; residuals recomputed with plain floats"


def steady_state(cell: Cell) -> SteadyResult:
    """The state in which every amount, volume and charge of a cell stays as it is, pumps running.

    Arguments:
        cell: a description with absolute permeabilities, volumes and capacitances
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
    return _answer(cell, every=True)


def first_steady_state(cell: Cell) -> SteadyResult:
    """As `steady_state`, the same state sooner: where the cell comes to it, other ones are those of the documented starts alone."""
    return _answer(cell, every=False)


def _answer(cell: Cell, every: bool) -> SteadyResult:
    finder = Finder(cell)
    path = finder.path()
    found = finder.roots(path)
    came = bool(found) and came_to(path, found[0])
    lines = finder.lines(LINE_POINTS if every or not came else 0)
    found += finder.along(lines, found)
    if not found:
        raise NoAnswerError(why_none(finder, path))
    return _described(finder, path, found, lines)


@dataclass(frozen=True)
class Root:
    """A certified steady state: unknowns, state, eigenvalues."""

    y: np.ndarray
    x: np.ndarray
    eigenvalues: np.ndarray
    removed: int
    residuals: dict[str, dict[str, float]]

    @property
    def stable(self) -> bool:
        return is_stable(self.eigenvalues)


class Finder:
    """Finds the steady states of one cell."""

    def __init__(self, cell: Cell, numbers: Mapping[str, float] | None = None) -> None:
        self.cell = cell
        self.whole = CellSystem(cell)
        self.problem = SteadyProblem(self.whole)
        self.no_rest: str | None = None
        self.numbers = dict(self.whole.numbers if numbers is None else numbers)
        self.kept = np.array(self.whole.described())
        self.start_potentials = self._start_potentials()
        self._must_have_rates()
        self.start, self.shifts = self.problem.charged(self.start_potentials[0], self.numbers)

    def _must_have_rates(self) -> None:
        """Every mechanism and exchange must have a rate where the cell is described.

        Raises:
            NoAnswerError: which has none.
        """
        whole = self.whole
        with np.errstate(all="ignore"):
            state = whole.at([*(0.0 for _ in whole.layout.nodes), *self.kept], self.numbers)
            flows = whole.flows(whole.membrane_potentials(self.start_potentials[0]), state)
            groups = [(f"{name}.{word}", one) for name, group in flows.items() for word, one in group.items()]
            groups += [(e.path[:-1], one) for e, one in zip(whole.exchanges, whole.exchanged(state), strict=True)]
        without = [place for place, one in groups if not np.all(np.isfinite([float(flux) for flux in one.fluxes.values()]))]
        if without:
            raise NoAnswerError(
                *(
                    Problem(
                        f"'{place}' has no finite rate at the described concentrations: a formula divides by zero or overflows",
                        path=place,
                        expected="a rate that has a value there",
                    )
                    for place in without
                )
            )

    @functools.cached_property
    def dynamics(self) -> Dynamics:
        return Dynamics(self.problem)

    def _start_potentials(self) -> list[dict[str, float]]:
        """Potentials at rest, the chosen one first; zero where no rest exists."""
        try:
            solver = RestSolver(self.cell)
            found, _ = solver.solve({**solver.numbers, **{k: v for k, v in self.numbers.items() if k in solver.numbers}})
        except VrestError as error:
            self.no_rest = str(error).splitlines()[0]
            return [dict.fromkeys(self.cell.compartments, 0.0)]
        chosen = choose(found)
        ordered = [chosen, *(e for e in found if e is not chosen)]
        return [self.whole.circuit.potentials(e.V) for e in ordered]

    def path(self) -> Path:
        """Where the cell goes from its description at rest."""
        return self.problem.follow(self.problem.point(self.start_potentials[0], self.start, self.numbers), self.numbers)

    def roots(self, path: Path) -> list[Root]:
        """Certified steady states: first the one at the end of the path, then every other one from the documented starts."""
        found: list[Root] = []
        for start in [path.y, *self.other_starts()] if path.arrived else [*self.other_starts(), path.y]:
            y, settled = self.problem.newton(start, self.kept, self.numbers)
            root = self.certified(y) if settled else None
            if root is not None and not any(np.abs(root.y - other.y).max() < SAME for other in found):
                found.append(root)
        return found

    def lines(self, most: float) -> ClampedLines:
        """Lines along potentials, of which none is begun once they have `most` points."""
        return ClampedLines(self.problem, self.kept, self.numbers, ions=True, most=most)

    def along(self, lines: ClampedLines, found: Sequence[Root]) -> list[Root]:
        """Certified steady states beside those given: on lines through them and the documented starts, and through each new one."""
        more: list[Root] = []
        near = [*(root.y for root in found), *self.other_starts()] if lines.most else []
        while near:
            known = [root.y for root in (*found, *more)]
            met = [y for y in lines.states(near) if not any(np.abs(y - other).max() < SAME for other in known)]
            new = [root for y in met if (root := self.certified(y)) is not None]
            more, near = [*more, *new], [root.y for root in new]
        return more

    def other_starts(self) -> list[np.ndarray]:
        """Every root of rest with the described contents, with those of equal concentrations on both sides, with K and Na exchanged."""
        amounts = self.whole.layout.amounts
        described, waters = self.kept[: len(amounts)], self.kept[len(amounts) :]
        bath = [self._bath_amount(space, ion, n) for (space, ion), n in zip(amounts, described, strict=True)]
        other = {"K": "Na", "Na": "K"}
        exchanged = [described[self._place(space, other.get(ion, ion), k)] for k, (space, ion) in enumerate(amounts)]
        contents = [np.array([*n, *waters]) for n in (described, bath, exchanged)]
        return [self.problem.point(V, c, self.numbers) for V in self.start_potentials for c in contents]

    def _place(self, space: str, ion: str, default: int) -> int:
        index = self.whole.layout.index.get((space, ion))
        return default if index is None else index - len(self.whole.layout.nodes)

    def _bath_amount(self, space: str, ion: str, described: float) -> float:
        for name, other in self.cell.compartments.items():
            if other.role == "bath" and self.numbers.get(f"{name}.{ion}", 0.0) > 0:
                return self.numbers[f"{name}.{ion}"] * self.numbers[f"{space}.volume"]
        return described

    # -- certificate ----------------------------------------------------------------------------------------------

    def certified(self, y: np.ndarray) -> Root | None:
        """The root with its residuals recomputed from the laws with plain floats; None where one of them is too large."""
        if not np.all(np.isfinite(y)) or out_of_bounds(self, y):
            return None
        residuals = self.residuals(y)
        limits = {
            "net_flux_fraction": FLUX_LIMIT,
            "net_water_fraction": FLUX_LIMIT,
            "charge_fraction_of_70_mV": CHARGE_LIMIT,
            "conserved_total_fraction": TOTALS_LIMIT,
            "net_current_fraction": FLUX_LIMIT,
        }
        for name, group in residuals.items():
            if any(not np.isfinite(value) or value > limits[name] for value in group.values()):
                return None
        x = np.array([float(v) for v in self.problem.state(y, self.numbers)])
        eigenvalues, removed = self.dynamics.eigenvalues(x, self.numbers)
        return Root(y, x, eigenvalues, removed, residuals)

    def residuals(self, y: np.ndarray) -> dict[str, dict[str, float]]:
        """Net fluxes over gross ones, charge errors over the charge at 70 mV (or the rounding of the ions' charge), conserved totals."""
        whole, numbers = self.whole, self.numbers
        x = [float(v) for v in self.problem.state(y, numbers)]
        V = {name: float(v) for name, v in self.problem.voltages(y, numbers).items()}
        state = whole.at(x, numbers)
        flows = whole.flows(V, state)
        exchanged = whole.exchanged(state)
        fluxes = whole.net_fluxes(flows, exchanged)
        gross = self._gross(flows, exchanged)
        contents = np.array(x[len(whole.layout.nodes) :])
        scales = np.maximum(gross, self._answers(V, state, flows))
        fraction = {}
        for k, (space, ion) in enumerate(whole.layout.amounts):
            if k not in self.problem.dependent and scales[k] > 0:
                fraction[f"{space}.{ion}"] = abs(float(fluxes[k])) / scales[k]
        totals = {
            str(k): abs(float(row @ (contents - self.kept))) / float(np.abs(row) @ contents)
            for k, row in enumerate(self.problem.L)
        }
        charge, current = {}, {}
        for k, node in enumerate(whole.layout.nodes):
            if self.cell.compartments[node].role == CELL:
                error = abs(float(whole.net_charge(node, x, numbers) - whole.membrane_charge(node, V, state)))
                charge[node] = error / self.charge_scale(node, x, state)
            else:
                current[node] = abs(float(whole.net_currents(flows)[k])) / self._current_scale(node, flows)
        waters = self._water_fractions(state)
        groups = {
            "net_flux_fraction": fraction,
            "net_water_fraction": waters,
            "charge_fraction_of_70_mV": charge,
            "conserved_total_fraction": totals,
            "net_current_fraction": current,
        }
        return {name: group for name, group in groups.items() if group}

    def charge_scale(self, node: str, x: list[float], state: Mapping[str, float]) -> float:
        """Charge of the node's membranes at 70 mV, or what 100 units of rounding of its ions' charge are worth, if that is more [C]."""
        capacitance = sum(
            self.whole.capacitance(name, state) for name, m in self.cell.membranes.items() if node in (m.inner, m.outer)
        )
        ions = F * sum(
            abs(self.cell.valences[ion]) * x[self.whole.layout.index[node, ion]] for ion in self.cell.compartments[node].ions
        )
        return max(0.07 * capacitance, 100 * np.finfo(float).eps * ions / CHARGE_LIMIT)

    def _water_fractions(self, state: Mapping[str, float]) -> dict[str, float]:
        """Net water into each volume over the water that its osmolarity alone would draw."""
        fractions = {}
        for name, net in zip(self.whole.layout.volumes, self.whole.net_waters(state), strict=True):
            alone = sum(
                abs(float(water.flow_at(self.cell, n, m, state, name)))
                for n, m in self.cell.membranes.items()
                if name in (m.inner, m.outer)
            )
            fractions[name] = abs(float(net)) / (alone or 1.0)
        return fractions

    def _around(self, space: str) -> list[str]:
        """The membranes of a compartment."""
        return [name for name, m in self.cell.membranes.items() if space in (m.inner, m.outer)]

    def _gross(self, flows, exchanged: Sequence[Flows]) -> np.ndarray:
        gross = dict.fromkeys(self.whole.layout.amounts, 0.0)
        for name, group in flows.items():
            membrane = self.cell.membranes[name]
            for one in group.values():
                for ion, flux in one.fluxes.items():
                    for key in ((membrane.inner, ion), (membrane.outer, ion)):
                        if key in gross:
                            gross[key] += abs(float(flux))
        for exchange, one in zip(self.whole.exchanges, exchanged, strict=True):
            for ion, flux in one.fluxes.items():
                for place in (exchange.space, exchange.place):
                    if (place, ion) in gross:
                        gross[place, ion] += abs(float(flux))
        # Where every flux vanishes by itself (equilibrium) the one-way fluxes set the scale.
        floor = {key: self._one_way(*key) for key in gross}
        return np.array([max(gross[key], floor[key]) for key in self.whole.layout.amounts])

    def _current_scale(self, node: str, flows) -> float:
        """What the ions through the membranes of a node carry, regardless of sign, or one-way currents where they are more [A]."""
        carried = 0.0
        for name in self._around(node):
            for one in flows[name].values():
                carried += abs(float(one.unattributed))
                carried += F * sum(abs(self.cell.valences[ion] * float(flux)) for ion, flux in one.fluxes.items())
        return max(carried, self._one_way_current(node)) or 1.0

    def _answers(self, V: Mapping[str, float], state: Mapping[str, float], flows) -> list[float]:
        """How far the flux of each amount by other ways than ATP's would move if its concentration doubled, or V moved by RT/F [mol/s].

        The scale where only carriers, formulas or fixed reversal potentials move an ion: all its fluxes vanish at equilibrium.
        """
        return [self._answer(space, ion, V, state, flows) for space, ion in self.whole.layout.amounts]

    def _answer(self, space: str, ion: str, V: Mapping[str, float], state: Mapping[str, float], flows) -> float:
        place, total = f"{space}.{ion}", 0.0
        doubled, unit = {**state, place: 2.0 * float(state[place])}, R * state["temperature"] / F
        for name, membrane in self.cell.membranes.items():
            ways = [word for word, m in membrane.mechanisms.items() if ion in m.species and (m.thermodynamic or not m.pump)]
            if space in (membrane.inner, membrane.outer) and ways:
                system, now = self.whole.circuit.membranes[name], flows[name]
                moved = [system.flows(V[name], doubled), system.flows(V[name] + unit, state)]
                total += sum(max(abs(float(m[word].fluxes[ion] - now[word].fluxes[ion])) for m in moved) for word in ways)
        return total

    def _one_way(self, space: str, ion: str) -> float:
        """A one-way flux of an ion through paths and by exchanges of a compartment at the described state [mol/s]."""
        exchanged = sum(
            abs(exchange.mechanism.species[ion]) * exchange.one_way(self.numbers)
            for exchange in self.whole.exchanges
            if space in (exchange.space, exchange.place) and ion in exchange.mechanism.species
        )
        return self._one_way_current(space, ion) / (F * abs(self.cell.valences[ion])) + exchanged

    def _one_way_current(self, space: str, ion: str | None = None) -> float:
        """One-way current, of one ion or of all, through the constant-field and ohmic paths around a compartment at the described
        state [A]; through an ohmic path what RT/F would drive."""
        total = 0.0
        for name in self._around(space):
            membrane = self.cell.membranes[name]
            for path in self.whole.circuit.membranes[name].passive_paths(0.0, self.numbers):
                if ion is not None and path.ion != ion:
                    continue
                if path.permeability is not None and path.ion is not None:
                    most = max(self.numbers.get(f"{end}.{path.ion}", 0.0) for end in (membrane.inner, membrane.outer))
                    total += F * abs(self.cell.valences[path.ion]) * float(path.permeability) * most
                elif path.conductance is not None:
                    total += float(path.conductance) * float(thermal_voltage(self.numbers["temperature"]))
        return total

    # -- the answer's parts ---------------------------------------------------------------------------------------

    def point(self, root: Root) -> SteadyPoint:
        potentials = self.potentials(root.y)
        state = self.whole.at(list(root.x), self.numbers)
        spaces = [name for name, space in self.cell.compartments.items() if space.role != "bath"]
        inside = {name: {ion: float(state[f"{name}.{ion}"]) for ion in self.cell.compartments[name].ions} for name in spaces}
        volumes: dict[str, Maybe] = {
            name: float(state[f"{name}.volume"]) if f"{name}.volume" in state else no_volume(name) for name in spaces
        }
        return SteadyPoint(self.membranes(root.y), potentials, inside, volumes, root.stable)

    def potentials(self, y: np.ndarray) -> dict[str, Maybe]:
        return with_stores(self.cell, {name: float(V) for name, V in self.whole.circuit.potentials(self.membranes(y)).items()})

    def membranes(self, y: np.ndarray) -> dict[str, float]:
        return {name: float(v) for name, v in self.problem.voltages(y, self.numbers).items()}

    def snapshots(self, root: Root) -> dict[str, MembraneSnapshot]:
        return snapshots(self.whole.circuit, self.membranes(root.y), self._state(root))

    def exchanged(self, root: Root) -> list[ExchangeSnapshot]:
        return exchange_snapshots(self.whole.exchanges, self._state(root))

    def _state(self, root: Root) -> dict[str, float]:
        return {key: float(value) for key, value in self.whole.at(list(root.x), self.numbers).items()}


def no_volume(name: str) -> Unknown:
    """In place of the volume of a compartment."""
    return Unknown(f"the volume of '{name}' is not described")


def _described(finder: Finder, path: Path, found: list[Root], lines: ClampedLines) -> SteadyResult:
    chosen = found[0] if came_to(path, found[0]) else next((root for root in found if root.stable), found[0])
    refused = Refusals()
    states = finder.snapshots(chosen)
    mechanisms = {name: mechanism_states(state) for name, state in states.items()}
    rates = [power.atp_rate(state, word) for state in states.values() for word in state.flows]
    exchanged = finder.exchanged(chosen)
    donnan = _is_donnan(states) and all(one.at_rest for one in exchanged)
    return SteadyResult(
        cell=finder.cell.name,
        temperature=finder.cell.temperature.si,
        point=finder.point(chosen),
        other_states=tuple(finder.point(root) for root in found if root is not chosen),
        eigenvalues=tuple(complex(e) for e in chosen.eigenvalues),
        removed=chosen.removed,
        mechanisms=mechanisms,
        ions={name: ion_states(finder.cell, state) for name, state in states.items()},
        exchanges=exchange_states(exchanged),
        energy=power.balance(states, refused, exchanged, finder.cell.budget),
        atp=float(sum(rate for rate in rates if rate is not None)),
        donnan=donnan,
        certificate=_certificate(finder, chosen, path, mechanisms, lines),
        notes=tuple(notes_on(finder, chosen, found, path, states, donnan)),
        refused=refused,
    )


def _is_donnan(states: Mapping[str, MembraneSnapshot]) -> bool:
    """Whether nothing drives anything: no pump turns and every ion that moves is at equilibrium."""
    for state in states.values():
        for word, mechanism in state.system.mechanisms.items():
            flows = state.flows[word]
            if mechanism.pump or mechanism.law.given:
                if any(flows.fluxes.values()):
                    return False
            elif mechanism.thermodynamic and mechanism.law.paths is not None:
                scale = [abs(dmu) for ion in mechanism.species if (dmu := state.dmu(ion)) is not None and flows.fluxes.get(ion)]
                if any(dmu > 1e-3 for dmu in scale):
                    return False
    return True


def _certificate(finder: Finder, root: Root, path: Path, mechanisms, lines: ClampedLines) -> Certificate:
    starts = len(finder.other_starts()) + 1
    search = {
        "starts": starts,
        "from": "the path from rest; every root of rest with the described amounts, with the bath's concentrations, with K and Na exchanged",
        "along": lines.search,
    }
    scale = sum(abs(m.dissipation) for group in mechanisms.values() for m in group.values() if known(m.dissipation))
    violations = tuple(
        f"{n}.{w}"
        for n, group in mechanisms.items()
        for w, m in group.items()
        if known(m.dissipation) and m.dissipation < -1e-12 * scale
    )
    charge = max(root.residuals.get("charge_fraction_of_70_mV", {}).values(), default=0.0)
    mass = max(root.residuals.get("conserved_total_fraction", {}).values(), default=0.0)
    method = METHOD if path.arrived else METHOD_ELSEWHERE
    if lines.most:
        method += f"; other states along {lines.count} lines of one potential"
    if lines.unfinished:
        method += f", {lines.unfinished} of them cut short or not begun, so that states may be missed"
    return Certificate(True, root.residuals, method, search, charge, mass, violations, ASSUMPTIONS)
