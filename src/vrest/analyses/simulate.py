"""`simulate`: the time course of a whole cell under a protocol, checked for everything that must be kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ..constants import F
from ..description.cell import CELL, Cell
from ..description.protocol import Protocol, protocol_from
from ..engines.integrator import Cvodes, Piece
from ..errors import InputError, NoAnswerError, Problem
from ..results.certificate import Certificate
from ..results.simulation import Happening, SimulationResult
from ..system.dynamics import Dynamics
from ..units import to_unit
from .course import Course, Stretch
from .no_steady import NO_SLOWING
from .observables import observe
from .stability import scales
from .steady_state import Finder, steady_state

SPECIES_LIMIT = 1e-12
CHARGE_LIMIT = 1e-9
"""Of the charge at 70 mV, or 100 ulp of the ions' charge where that is more."""
EXHAUSTED = 0.01
"""Part of its described amount below which what cannot be integrated further is exhausted."""
CROSSING = 1e-9
STEADY_RATE = 1e-9
SHIFTED = 1e-12
"""Part of an amount below which what was added at the start is rounding, and not told."""
Progress = Callable[[float, float], None]
Stop = Callable[[], bool]
ASSUMPTIONS = ("concentrations stand for activities", "each compartment is well stirred", "impermeants stay")


def simulate(
    cell: Cell,
    protocol: Protocol | Mapping | None = None,
    *,
    until: str | None = None,
    engine: str = "cvodes",
    rtol: float = 1e-8,
    points: int = 60,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> SimulationResult:
    """The time course of a cell.

    Arguments:
        cell:     a description with absolute permeabilities, volumes and capacitances
        protocol: what is done to it (`vrest.load_protocol`), or a dict in the shape of a protocol file; None: nothing, for `until`
        until:    how long, as text, where no protocol says so
        engine:   `cvodes`, or `scipy` (Radau) as an independent check of the integrator
        rtol:     relative tolerance; the absolute one is 1e-10 of RT/F for potentials and of the described amounts
        points:   how many points of each stretch are kept
        progress: called with (time, end) after each piece
        stop:     asked between pieces; True ends the run and keeps what is done
    Returns:
        SimulationResult, with conservation of every species and of charge in its certificate.
    Raises:
        InputError: the protocol or the description does not fit the question.
        NoAnswerError: the integration failed (at what time, on which state, what to try), or a conservation law was broken.
    """
    if protocol is None or not isinstance(protocol, Protocol):
        given = dict(protocol or {})
        protocol = protocol_from(given if until is None else {**given, "until": until}, cell)
    return _Run(cell, protocol, engine, rtol, points, progress, stop).result()


@dataclass
class _Trace:
    """Points of the run: times, full states, the numbers that held, ledger and totals at the ends."""

    times: list[np.ndarray] = field(default_factory=list)
    states: list[np.ndarray] = field(default_factory=list)
    numbers: list[dict[str, float | np.ndarray]] = field(default_factory=list)


class _Run:
    def __init__(
        self, cell: Cell, protocol: Protocol, engine: str, rtol: float, points: int, progress: Progress | None, stop: Stop | None
    ) -> None:
        self.cell, self.protocol, self.progress, self.stop = cell, protocol, progress, stop
        self.engine, self.rtol, self.points = engine, rtol, points
        self.finder = Finder(cell)
        self.whole = self.finder.whole
        self.course = Course(cell, self.whole, protocol)
        self.trace = _Trace()
        self.happenings: list[Happening] = []
        self.compiled: dict[object, tuple[Dynamics, object]] = {}
        self.ended = "end"
        self.worst = {"species_fraction": {}, "charge_fraction_of_70_mV": {}}  # type: dict[str, dict[str, float]]
        self.shifts: dict[str, tuple[str, float]] = {}

    # -- the run ------------------------------------------------------------------------------------------------------

    def result(self) -> SimulationResult:
        x = self._start()
        for stretch in self.course.stretches():
            self.happenings += [Happening(stretch.begin, news) for news in stretch.news]
            x = self._through(stretch, x)
            if self.ended != "end":
                break
        if self.ended != "exhausted":
            end = {"end": "the end of the protocol"}.get(self.ended, self.ended)
            self.happenings.append(Happening(float(self.trace.times[-1][-1]), end))
        return self._answer()

    def _start(self) -> np.ndarray:
        """The state at the beginning, as `start` says."""
        finder, start = self.finder, self.protocol.start
        if start == "steady":
            steady = steady_state(self.cell)
            potentials = {name: V for name, V in steady.point.potential.items() if name in self.whole.layout.nodes}
            held = [
                steady.point.inside[space][ion] * (steady.point.volume[space] or 0.0) for space, ion in self.whole.layout.amounts
            ]
            held += [steady.point.volume[space] or 0.0 for space in self.whole.layout.volumes]
            return self._state(potentials, np.array(held))
        if start == "described":
            x = np.array([0.0] * len(self.whole.layout.nodes) + list(finder.kept))
            charges = [
                float(self.whole.net_charge(n, list(x), finder.numbers)) if self.cell.compartments[n].role == CELL else 0.0
                for n in self.whole.layout.nodes
            ]
            x[: len(charges)] = charges
            return x
        potentials = dict(finder.start_potentials[0])
        if start == "potential":
            potentials |= dict.fromkeys(self.whole.layout.nodes, self.protocol.start_potential or 0.0)
        contents, self.shifts = finder.problem.charged(potentials, finder.numbers)
        return self._state(potentials, contents)

    def _state(self, potentials: Mapping[str, float], contents: np.ndarray) -> np.ndarray:
        y = self.finder.problem.point(potentials, contents, self.finder.numbers)
        x = np.array([float(v) for v in self.finder.problem.state(y, self.finder.numbers)])
        x[len(self.whole.layout.nodes) :] = contents
        return x

    def _engine(self, stretch: Stretch):
        """Dynamics and integrator for the clamps of a stretch, compiled once for each kind."""
        key = stretch.clamps.key
        if key not in self.compiled:
            dynamics = Dynamics(self.whole, stretch.clamps)
            engine = self._integrator()
            integrator = engine(
                dynamics.rates,
                dynamics.size,
                dynamics.names,
                self.course.ramped,
                positive=dynamics.parts,
                rtol=self.rtol,
                points=self.points,
            )
            self.compiled[key] = (dynamics, integrator)
        return self.compiled[key]

    def _integrator(self):
        if self.engine == "cvodes":
            return Cvodes
        if self.engine != "scipy":
            raise InputError(Problem("there is no such engine", found=self.engine, expected="cvodes | scipy"))
        from ..engines.radau import Radau

        return Radau

    def _through(self, stretch: Stretch, x: np.ndarray) -> np.ndarray:
        """Integrate over one stretch; conditions and interruptions end it early."""
        dynamics, integrator = self._engine(stretch)
        numbers = {**stretch.numbers, "time": stretch.begin}
        before = dynamics.totals(dynamics.reduced(list(x)), numbers)
        x, given = self._jumped(stretch, x)
        scale = self._scale(dynamics, x, numbers)
        ledger = [-given.get(key, 0.0) for key in dynamics.ledger]
        z = np.array([float(v) for v in dynamics.reduced(list(x), ledger)])
        if self._jumps_across(dynamics, stretch, z, numbers):
            self.ended = "crossed"
            return x
        begin, length = stretch.begin, self._first_length(stretch)
        while begin < stretch.end:
            length = min(length, stretch.end - begin)
            piece, done = self._piece(integrator, dynamics, stretch, z, scale, numbers, begin, length)
            if done is None:
                piece, done = self._conditions(piece, integrator, dynamics, stretch, z, scale, numbers, begin)
            self._keep(dynamics, stretch, numbers, begin, piece if begin > stretch.begin else _with_start(piece, z))
            z = piece.states[:, -1]
            begin += float(piece.times[-1])
            numbers = _advanced(numbers, stretch.slopes, float(piece.times[-1]))
            if self.progress is not None:
                self.progress(begin, self.protocol.until)
            if done:
                self.ended = done
                break
            if stretch.end - begin <= 1e-12 * stretch.end:
                break
            if self.stop is not None and self.stop():
                self.ended = "interrupted"
                break
            length *= 4
        self._conserved(dynamics, before, z, numbers)
        return np.array([float(v) for v in dynamics.full(list(z), numbers)])

    def _first_length(self, stretch: Stretch) -> float:
        """Whole stretches, unless somebody looks on or a condition may end them."""
        whole = stretch.end - stretch.begin
        watched = self.progress is not None or self.stop is not None
        if self.protocol.steady:
            return min(whole, 1.0)
        if self.protocol.crosses is not None:
            return min(whole, 0.05)
        return whole / 20 if watched else whole

    def _jumped(self, stretch: Stretch, x: np.ndarray) -> tuple[np.ndarray, dict[tuple[str, str], float]]:
        """A voltage clamp puts its charge on at once, carried by the electrode's ion: the state, and what the electrodes gave [mol].

        The charges of all other nodes stay; their potentials follow.
        """
        given: dict[tuple[str, str], float] = {}
        if not stretch.voltages:
            return x, given
        x, index = np.array(x), self.whole.layout.index
        places = [index["Q", node] for node in stretch.voltages]
        wanted = np.array(list(stretch.voltages.values()))

        def potentials(charges: np.ndarray) -> np.ndarray:
            trial = np.array(x)
            trial[places] = charges
            found = self.whole.potentials(list(trial), self.whole.at(list(trial), stretch.numbers))
            return np.array([float(found[node]) for node in stretch.voltages])

        zero = potentials(np.zeros(len(places)))
        unit = 1e-12
        slopes = np.array([(potentials(unit * row) - zero) / unit for row in np.eye(len(places))]).T
        charges = np.linalg.solve(slopes, wanted - zero)
        for node, k, charge in zip(stretch.voltages, places, charges, strict=True):
            carrier = stretch.clamps.voltages[node]
            if (node, carrier) in index and node not in stretch.clamps.dialysed:
                moved = (charge - x[k]) / (F * self.cell.valences[carrier])
                x[index[node, carrier]] += moved
                given[f"electrode.{node}", carrier] = moved
            x[k] = charge
        return x, given

    def _jumps_across(self, dynamics: Dynamics, stretch: Stretch, z: np.ndarray, numbers: Mapping[str, float]) -> bool:
        """Whether the step at the begin of a stretch takes the potential across the value that is waited for."""
        wanted = self.protocol.crosses
        if wanted is None or not self.trace.times or not stretch.voltages:
            return False
        name = self._watched()
        last = {key: value[-1] if isinstance(value, np.ndarray) else value for key, value in self.trace.numbers[-1].items()}
        x = [float(v) for v in self.trace.states[-1][:, -1]]
        before = float(self.whole.membrane_potentials(self.whole.potentials(x, self.whole.at(x, last)))[name])
        if (before - wanted) * (self._voltage(dynamics, z, numbers, name) - wanted) > 0:
            return False
        self.happenings.append(Happening(stretch.begin, f"V of '{name}' is stepped across {to_unit(wanted, 'mV'):g} mV"))
        return True

    def _watched(self) -> str:
        """The membrane whose crossing is waited for."""
        return self.protocol.membrane or next(iter(self.cell.membranes))

    def _scale(self, dynamics: Dynamics, x: np.ndarray, numbers: Mapping[str, float]) -> np.ndarray:
        """Sizes of the reduced state: RT/F on each capacitance, described amounts, volumes, and for the ledger what the cell holds."""
        described = np.array([*x[: len(self.whole.layout.nodes)], *np.maximum(self.finder.kept, 1e-24)])
        full = dict(zip(self.whole.layout.index, scales(self.whole, described, numbers).tolist(), strict=True))
        largest = max((float(n) for n in self.finder.kept[: len(self.whole.layout.amounts)]), default=1.0)
        for key in self.whole.layout.amounts:
            full[key] = max(full[key], 1e-6 * largest)
        return np.array([*(full[key] for key in dynamics.kept), *(largest for _ in dynamics.ledger)])

    # -- pieces -------------------------------------------------------------------------------------------------------

    def _piece(
        self, integrator, dynamics: Dynamics, stretch: Stretch, z, scale, numbers, begin: float, length: float
    ) -> tuple[Piece, str | None]:
        """One piece, checked; or the part of it up to the time at which something is exhausted, and that it is."""
        piece = self._checked(integrator, dynamics, stretch, z, scale, numbers, begin, length)
        if piece.failure is None:
            return piece, None
        shorter = self._longest(piece.stopped, integrator, dynamics, stretch, z, scale, numbers, begin, length)
        state = z if shorter is None else shorter.states[:, -1]
        reached = 0.0 if shorter is None else float(shorter.times[-1])
        space, what, left = self._lowest(dynamics, state, numbers)
        at = f"{begin + reached:.6g} s"
        if left < EXHAUSTED and shorter is not None:
            self.happenings.append(Happening(begin + reached, f"{self._exhausted(space, what)} at {at}"))
            return shorter, "exhausted"
        name = f"the water of '{what}'" if space == "w" else f"{what} of '{space}'"
        raise NoAnswerError(
            Problem(
                f"the integration cannot go beyond {at}: {piece.failure}; the state nearest to its limit is {name} "
                f"({left:.3g} of its described amount)",
                expected="a larger rtol, --engine scipy, or a protocol without jumps there",
            )
        )

    def _checked(self, integrator, dynamics: Dynamics, stretch: Stretch, z, scale, numbers, begin: float, length: float) -> Piece:
        piece = integrator.run(z, scale, numbers, begin, length, stretch.slopes)
        return piece if piece.failure is not None else _positive(dynamics, piece, numbers, stretch.slopes)

    def _longest(
        self, stopped: float | None, integrator, dynamics, stretch: Stretch, z, scale, numbers, begin: float, length: float
    ) -> Piece | None:
        """The longest piece that can be integrated: from where the integrator gave up, to the six digits it tells; or by bisection."""
        for less in (1e-6, 1e-5, 1e-4):
            if stopped is not None and stopped > 0:
                piece = self._checked(integrator, dynamics, stretch, z, scale, numbers, begin, stopped * (1 - less))
                if piece.failure is None:
                    return piece
        low, high, found = 0.0, length, None
        for _ in range(60):
            middle = 0.5 * (low + high)
            piece = self._checked(integrator, dynamics, stretch, z, scale, numbers, begin, middle)
            if piece.failure is None:
                low, found = middle, piece
            else:
                high = middle
            if high - low <= 1e-6 * high:
                break
        return found

    def _lowest(self, dynamics: Dynamics, z: np.ndarray, numbers: Mapping[str, float]) -> tuple[str, str, float]:
        """Which amount or volume is the smallest part of its described one, and how large a part."""
        x = dynamics.full(list(z), numbers)
        places = [(key, k) for key, k in self.whole.layout.index.items() if key[0] != "Q"]
        parts = {key: float(x[k]) / max(float(n), 1e-30) for (key, k), n in zip(places, self.finder.kept, strict=True)}
        space, what = min(parts, key=lambda key: parts[key])
        return space, what, parts[space, what]

    def _exhausted(self, space: str, what: str) -> str:
        if space == "w":
            return f"the water of '{what}' is exhausted"
        pumps = [
            word
            for system in self.whole.circuit.membranes.values()
            if space in (system.membrane.inner, system.membrane.outer)
            for word, mechanism in system.mechanisms.items()
            if what in mechanism.species and mechanism.kind.pump and mechanism.law.name in NO_SLOWING
        ]
        why = f": {' and '.join(dict.fromkeys(pumps))} cannot slow as it runs out" if pumps else ""
        return f"{what} of '{space}' is exhausted{why}"

    def _conditions(
        self, piece: Piece, integrator, dynamics: Dynamics, stretch: Stretch, z, scale, numbers, begin: float
    ) -> tuple[Piece, str | None]:
        """The piece up to the moment at which the protocol's condition is met, and which it was."""
        if self.protocol.crosses is not None:
            return self._crossing(piece, integrator, dynamics, stretch, z, scale, numbers, begin)
        last = stretch.end >= self.protocol.until and not stretch.slopes
        if self.protocol.steady and last and self._is_steady(dynamics, piece, numbers):
            return piece, "steady"
        return piece, None

    def _is_steady(self, dynamics: Dynamics, piece: Piece, numbers: Mapping[str, float]) -> bool:
        """Whether no amount or volume would change by a part of 1e-9 in the time that has passed in this piece."""
        z = piece.states[:, -1]
        rates = np.array([float(r) for r in dynamics.rates(list(z), {**numbers})])
        held = [k for k, key in enumerate(dynamics.kept) if key[0] != "Q"]
        return bool(np.all(np.abs(rates[held]) * float(piece.times[-1]) <= STEADY_RATE * np.abs(z[held])))

    def _crossing(self, piece: Piece, integrator, dynamics, stretch, z, scale, numbers, begin: float) -> tuple[Piece, str | None]:
        wanted = self.protocol.crosses
        assert wanted is not None
        name = self._watched()

        def distance(state: np.ndarray, elapsed: float) -> float:
            return self._voltage(dynamics, state, _advanced(numbers, stretch.slopes, elapsed), name) - wanted

        values = [distance(z, 0.0), *(distance(piece.states[:, k], float(t)) for k, t in enumerate(piece.times))]
        times = [0.0, *(float(t) for t in piece.times)]
        index = next((k for k in range(len(values) - 1) if values[k] * values[k + 1] < 0 or values[k + 1] == 0), None)
        if index is None:
            return piece, None
        low, high, f_low = times[index], times[index + 1], values[index]
        shorter = piece
        for _ in range(80):
            middle = 0.5 * (low + high)
            shorter = self._checked(integrator, dynamics, stretch, z, scale, numbers, begin, middle)
            if shorter.failure is not None:
                return piece, None
            f = distance(shorter.states[:, -1], middle)
            if abs(f) <= CROSSING:
                break
            low, high, f_low = (middle, high, f) if f * f_low > 0 else (low, middle, f_low)
        self.happenings.append(Happening(begin + float(shorter.times[-1]), f"V of '{name}' crosses {to_unit(wanted, 'mV'):g} mV"))
        return shorter, "crossed"

    def _voltage(self, dynamics: Dynamics, z: np.ndarray, numbers: Mapping[str, float], name: str) -> float:
        x = dynamics.full(list(z), numbers)
        state = self.whole.at(x, numbers)
        return float(self.whole.membrane_potentials(self.whole.potentials(x, state))[name])

    def _keep(self, dynamics: Dynamics, stretch: Stretch, numbers: Mapping[str, float], begin: float, piece: Piece) -> None:
        varying = {name: numbers[name] + slope * piece.times for name, slope in stretch.slopes.items()}
        at_points: dict[str, float | np.ndarray] = {**numbers, **varying, "time": begin + piece.times}
        x = dynamics.full(list(piece.states), at_points)
        self.trace.times.append(begin + piece.times)
        self.trace.states.append(np.array([np.broadcast_to(v, piece.times.shape) for v in x]))
        self.trace.numbers.append(at_points)

    # -- what must be kept --------------------------------------------------------------------------------------------

    def _conserved(self, dynamics: Dynamics, before: Mapping[str, float], z: np.ndarray, numbers: Mapping[str, float]) -> None:
        """Every species over compartments and ledger, and the charge of every compartment against its ions."""
        after = dynamics.totals(list(z), numbers)
        for ion, total in after.items():
            moved = sum(abs(float(z[len(dynamics.kept) + k])) for k, key in enumerate(dynamics.ledger) if key[1] == ion)
            error = abs(float(total - before[ion])) / max(abs(float(before[ion])), moved, 1e-300)
            self.worst["species_fraction"][ion] = max(self.worst["species_fraction"].get(ion, 0.0), error)
            if error > SPECIES_LIMIT:
                raise NoAnswerError(
                    Problem(
                        f"{ion} was not conserved: {error:.2g} of it appeared or was lost",
                        expected="a smaller rtol, or --engine scipy",
                    )
                )
        x = [float(v) for v in dynamics.full(list(z), numbers)]
        state = self.whole.at(x, numbers)
        for node in self.whole.layout.nodes:
            if self.cell.compartments[node].role != CELL or node in dynamics.clamps.dialysed:
                continue
            error = abs(float(self.whole.net_charge(node, x, numbers)) - x[self.whole.layout.index["Q", node]])
            fraction = error / self.finder.charge_scale(node, x, state)
            if fraction > CHARGE_LIMIT:
                raise NoAnswerError(
                    Problem(f"the charge of '{node}' was not kept: {fraction:.2g} of that at 70 mV", expected="--engine scipy")
                )
            self.worst["charge_fraction_of_70_mV"][node] = max(self.worst["charge_fraction_of_70_mV"].get(node, 0.0), fraction)

    # -- the answer ---------------------------------------------------------------------------------------------------

    def _answer(self) -> SimulationResult:
        seen = observe(self.whole, self.trace.times, self.trace.states, self.trace.numbers)
        method = {"cvodes": "CVODES (BDF, exact Jacobian)", "scipy": "SciPy Radau (exact Jacobian)"}[self.engine]
        species = max(self.worst["species_fraction"].values(), default=0.0)
        charge = max(self.worst["charge_fraction_of_70_mV"].values(), default=0.0)
        certificate = Certificate(
            True,
            self.worst,
            f"{method}, restarted at every step, rtol {self.rtol:g}; ends of pieces, finiteness, signs and totals checked outside",
            {"pieces": len(self.trace.times), "points": int(sum(t.size for t in self.trace.times))},
            charge,
            species,
            seen.violations,
            ASSUMPTIONS,
        )
        return SimulationResult(
            self.cell.name,
            self.protocol.name,
            self.cell.temperature.si,
            seen.time,
            seen.V,
            seen.potential,
            seen.c,
            seen.volume,
            seen.E,
            seen.current,
            seen.flux,
            seen.atp,
            seen.dissipated,
            tuple(self.happenings),
            self.ended,
            certificate,
            self.shifts,
            notes=tuple(self._notes()),
            refused=seen.refused,
        )

    def _notes(self) -> list[str]:
        notes = [
            f"To start at rest {abs(amount):.3g} mol of {ion} were {'added to' if amount > 0 else 'taken from'} '{node}': the charge on its membrane."
            for node, (ion, amount) in self.shifts.items()
            if abs(amount) > SHIFTED * self.finder.kept[self.whole.layout.index[node, ion] - len(self.whole.layout.nodes)]
        ]
        if self.protocol.start == "rest" and self.finder.no_rest is not None:
            notes.append(f"No rest exists for the described concentrations ({self.finder.no_rest}): the cell started at 0 mV.")
        if self.protocol.crosses is not None and self.ended != "crossed":
            gap = max(float(np.diff(t, prepend=t[0]).max()) for t in self.trace.times)
            notes.append(
                "The potential did not cross the value within the given time; a crossing and return between two points, "
                f"which are at most {gap:.3g} s apart, would have been missed."
            )
        if self.ended == "exhausted":
            notes.append("The run ends where an amount is exhausted: concentrations are never clipped.")
        if self.protocol.steady and self.ended != "steady":
            notes.append("The cell was not steady by the end of the given time.")
        return notes


def _with_start(piece: Piece, z: np.ndarray) -> Piece:
    """The piece with the state at its begin as its first point."""
    return Piece(np.concatenate([[0.0], piece.times]), np.column_stack([z, piece.states]))


def _advanced(numbers: Mapping[str, float], slopes: Mapping[str, float], elapsed: float) -> dict[str, float]:
    return {
        **numbers,
        **{name: numbers[name] + slope * elapsed for name, slope in slopes.items()},
        "time": numbers["time"] + elapsed,
    }


def _positive(dynamics: Dynamics, piece: Piece, numbers: Mapping[str, float], slopes: Mapping[str, float]) -> Piece:
    """The piece, failed where an amount or volume is not positive or a number not finite."""
    varying = {name: numbers[name] + slope * piece.times for name, slope in slopes.items()}
    x = dynamics.full(list(piece.states), {**numbers, **varying})
    for key, k in dynamics.layout.index.items():
        values = np.asarray(x[k])
        if not np.all(np.isfinite(values)):
            return Piece(piece.times, piece.states, "a state is not finite")
        least = 0.0 if values[0] > 0 else -1e-9 * np.abs(values).max()
        if key[0] != "Q" and np.any(values < least):
            return Piece(piece.times, piece.states, "an amount or volume became negative")
    return piece
