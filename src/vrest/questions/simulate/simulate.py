"""`simulate`: the time course of a whole cell under a protocol, checked for everything that must be kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, WrittenProtocol, cell_of, protocol_of
from ...description.protocol import Protocol
from ...engines.integrator import Piece
from ...errors import NoAnswerError
from ...results.base import Certificate
from ...results.energy import EnergyCourse
from ...results.simulation import Happening, SimulationResult
from ...system.clamps import Clamps, Dynamics, dependent_ions
from ...system.states import GATE
from ..state.balance import unlikely
from ..state.equilibria import come_to_equilibrium
from ..state.held import booked
from ..state.osmosis import gaps
from ..state.traces import notes_on_traces
from ..steady.steady_state import SteadySolver
from .account import Account
from .beginning import beginning
from .conditions import Conditions
from .electrodes import Given, State, added, clamped, filled, left_alone, shocked
from .energy import EnergyAccount, none_stored
from .engines import ENGINES, Engines
from .interruption import Stop, interruptible
from .intervals import Interval, Intervals
from .leg import Leg
from .looked import Looked
from .observe import Seen
from .options import Options
from .output import Output, identity, writing
from .plausible import implausible
from .points import Points
from .protocol_notes import notes_on_times, water_notes
from .rhythm import in_words, rhythms, spikes
from .run_notes import farthest, notes_on_end, notes_on_start
from .story import Told, story
from .timed import Cut, TimedFormulas
from .trace import Trace, crowded

Progress = Callable[[float, float], None]
POINTS, FEWEST_POINTS, MOST_POINTS = 60, 6, 24_000
"""Points of a stretch, the fewest of one, and the most of a run that fewer of each can still keep to."""
LOOKED_AT, FEW = 480, 400
"""Points of a stretch at which its bends are looked for, in runs of at most so many stretches."""
PART = 5_000
"""Points after which a run is looked at while it goes on."""
CROWDED, QUIET = 0.005, 1e-4
"""Part of a piece's ways between points that may have to be looked at closer; where spikes crowd into more of them it is seen at more
points, and cut shorter where these do not suffice, until a potential strays by no more than a part of RT/F again."""
NEAR_POLE = 0.05
"""Where a stretch leaves less than this of an ion of a bath, powers are summed up with more care."""
STANDARD = Options()
ASSUMPTIONS = ("concentrations stand for activities", "each compartment is well stirred", "impermeants stay")


def simulate(
    cell: Cell | Name,
    protocol: Protocol | WrittenProtocol | Mapping[str, Any] | Name | None = None,
    *,
    until: Any = None,
    at: Any = None,
    every: Any = None,
    engine: str = "cvodes",
    rtol: float = 1e-8,
    max_steps: int = 20_000,
    points: int | None = None,
    output: str | os.PathLike[str] | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> SimulationResult:
    """The time course of a cell.

    Arguments:
        cell:     a description with absolute permeabilities, volumes and capacitances, or its name or path
        protocol: what is done to it, by name (`vrest.protocol_names()`) or path, as loaded, or as a dict in the shape of a protocol
                  file; None: nothing, for `until`
        until:    how long, in place of what the protocol says: "10 min", a quantity, or a number of seconds
        at:       the times at which it is wanted, in place of all that there are; each as `until`
        every:    the same at every multiple of a time; with `at`, both
        engine:   `cvodes`; `lanes` (Rodas5P, compiled first); or `scipy` (Radau), an independent check of the integrator
        rtol:     relative tolerance; the absolute one is 1e-10 of RT/F for potentials and of the described amounts
        max_steps: how many steps of the integrator may bring no progress, which is a millionth of what is left of a stretch
        points:   how many points of each stretch are kept at least; by default 60, fewer where there are more than 400 stretches
        output:   a file (.csv, .nc or .zarr) that is written as the run goes on
        resume:   go on with the run that was interrupted while it wrote this file, if there is one
        force:    replace the file that is there
        progress: called with (time, end) after each piece
        stop:     asked between pieces and after a Ctrl-C; True ends the run and keeps what is done
    Returns:
        SimulationResult, with conservation of every species and of charge in its certificate.
    Raises:
        InputError: the protocol or the description does not fit the question.
        NoAnswerError: the integration failed (at what time, on which state, what to try), or a conservation law was broken.
    """
    cell = cell_of(cell)
    protocol = protocol_of(protocol, cell, until)
    options = {"at": at, "every": every, "engine": engine, "rtol": rtol, "max_steps": max_steps, "points": points}
    courses = TimeCourses(SteadySolver(cell))
    return courses.run(protocol, output=output, resume=resume, force=force, progress=progress, stop=stop, **options)


class TimeCourses:
    """The time courses of one structure: what they need is compiled once, numbers may change from run to run."""

    def __init__(self, solver: SteadySolver) -> None:
        self.solver, self.engines = solver, Engines(solver.problem.moving)

    def run(
        self,
        protocol: Protocol,
        written: Mapping[str, float] | None = None,
        *,
        output: str | os.PathLike[str] | None = None,
        resume: bool = False,
        force: bool = False,
        progress: Progress | None = None,
        stop: Stop | None = None,
        **options: Any,
    ) -> SimulationResult:
        """The time course under a protocol; arguments as of `simulate`, and the written values of the cell by path [SI]."""
        asked, cell = Options(**options), self.solver.whole.cell
        values = self.solver.whole.derivation.written if written is None else written
        place = writing(output, resume, force, lambda: identity(cell, values, protocol, vars(asked)))
        return _Run(self, protocol, written, asked, progress, stop, place).answered()


class _Run:
    """One time course: the state goes from stretch to stretch, and what it passes is looked at when it is over."""

    def __init__(
        self,
        kept: TimeCourses,
        protocol: Protocol,
        written: Mapping[str, float] | None = None,
        options: Options = STANDARD,
        progress: Progress | None = None,
        stop: Stop | None = None,
        output: Output | None = None,
    ) -> None:
        self.protocol, self.progress, self.stop, self.output = protocol, progress, stop, output
        self.engines, self.options, self.wanted = kept.engines, options, options.times(protocol.until)
        derivation = kept.solver.whole.derivation
        self.finder = kept.solver.at(derivation.numbers(written))
        self.cell, self.posed, self.whole = self.finder.cell, self.finder.posed, kept.solver.problem.moving
        self.initial = self.whole.states.initial(self.finder.numbers)
        self.course = Intervals(derivation, protocol, written)
        self.stretches = self.course.intervals()
        self.points = options.points or max(FEWEST_POINTS, min(POINTS, MOST_POINTS // len(self.stretches)))
        self.timed = TimedFormulas(self.whole, protocol.until)
        self.constants = self.whole.with_description(self.finder.numbers)
        self.dependent = dependent_ions(self.whole, self.finder.numbers)
        self.trace = Trace(self.engines.summed, _parts(self.points) if len(self.stretches) <= FEW else 1)
        self.last: Mapping[str, float] = {}
        self.happenings: list[Happening] = []
        self.spiking, self.fine = options.engine != "scipy" and bool(self.whole.states.keys(GATE)), False
        self.ended = "end"
        self.book = Account(self.whole)
        flow = self.engines.flow
        self.energy = EnergyAccount(flow, self.book, options.rtol, none_stored(flow, self.stretches))
        self.conditions = Conditions(self.cell, self.whole, protocol, self.initial, self.happenings)
        self.shifts: Mapping[str, tuple[str, float]] = {}
        self.unit = 1e-9
        electrodes = list(dict.fromkeys(e.into for e in protocol.electrodes if e.kind != "dialyse"))
        most = MOST_POINTS if len(self.stretches) <= FEW else 0
        self.looked = Looked(self.whole, self.trace, self.energy, electrodes, self.wanted, most)
        self.impermeants: dict[str, float] = {}
        self.dialysed: frozenset[str] = frozenset()

    # -- the run ------------------------------------------------------------------------------------------------------

    def answered(self) -> SimulationResult:
        """The whole course, checked, and written where it is to be written."""
        if self.output is None:
            return self.result()
        try:
            result = self.result()
            self.output.finish(result)
        except NoAnswerError:
            self.output.failed()
            raise
        finally:
            self.output.close()
        return result

    def result(self) -> SimulationResult:
        """The whole course, checked."""
        begun = beginning(self.finder, self.protocol)
        self.shifts, numbers = begun.shifts, {**self.finder.numbers, **begun.kept}
        x = self._closed(self.whole.with_gates(begun.x, numbers), self.stretches[0])
        self.book.open(x, numbers)
        if self.stretches[0].news or begun.kept:
            self.trace.before(self._described(x, begun.kept))
        self.happenings += begun.happenings
        for stretch in self.stretches:
            self.happenings += [Happening(stretch.begin, news) for news in stretch.news]
            x = self._through(stretch, x)
            if self.ended == "end" and stretch.end < self.protocol.until and self.stop is not None and self.stop():
                self.ended = "interrupted"
            if self.ended != "end":
                break
        self.book.close()
        self.book.total(x, self.last or self.constants)
        if self.ended != "exhausted":
            end = {"end": "the end of the protocol"}.get(self.ended, self.ended)
            self.happenings.append(Happening(self.trace.end, end))
        return self._answer()

    def _closed(self, x: np.ndarray, stretch: Interval) -> np.ndarray:
        """The state as the first stretch sees it: the ion that follows from each charge at the amount that the charge says.

        A shift of charge moves volume and area a little where they are free, and with them the charge.
        """
        dynamics, _ = self._engine(stretch)
        return np.array([float(v) for v in dynamics.full(dynamics.reduced(list(x)), {**stretch.numbers, "time": stretch.begin})])

    def _described(self, x: np.ndarray, kept: Mapping[str, float]) -> Points:
        """The point before what is at once at the very begin: what the protocol does, and water that follows."""
        dynamics, numbers = Dynamics(self.whole, Clamps(), self.dependent), {**self.constants, **kept, "time": np.zeros(1)}
        return Points(dynamics, np.zeros(1), np.array(dynamics.reduced(x))[:, None], numbers)

    def _engine(self, stretch: Interval, summed: bool = True, short: bool = False, finer: bool = False) -> tuple[Dynamics, Any]:
        """Dynamics and integrator for the clamps of an interval, with the energies summed up or without, in any steps or short ones, seen
        at `finer` times as many points. Where a ramp takes nearly all of an ion, what is summed up has a pole near its end: it is held
        to a tenth of the tolerance."""
        beside_pole = summed and self.energy.left(stretch) < NEAR_POLE
        dynamics, integrator = self.engines.engine(
            self.options.engine,
            stretch.clamps,
            self.dependent,
            self.course.ramped,
            summed=summed,
            short=short,
            rtol=self.options.rtol * (0.1 if beside_pole else 1.0),
            max_steps=self.options.max_steps,
            points=self.points,
            parts=self.trace.parts,
            finer=finer,
        )
        return dynamics, integrator if self.output is None else self.output.integrator(integrator)

    def _through(self, stretch: Interval, x: np.ndarray) -> np.ndarray:
        """Integrate over one stretch; conditions and interruptions end it early."""
        summed = self.energy.is_bounded(stretch)
        dynamics, integrator = self._engine(stretch, summed)
        old, (x, numbers, begin, given) = x, self._begun(stretch, dynamics, x)
        z = dynamics.reduced(x, [-given.get(key, 0.0) for key in dynamics.ledger])
        leg = Leg(integrator, dynamics, stretch, np.array(z), self._scale(dynamics, numbers), numbers, stretch.begin)
        if self._jumps_across(leg, old):
            self.ended = "crossed"
            self.book.enter({key: -amount for key, amount in given.items()})
            return x
        if summed:
            leg = replace(leg, plain=lambda: self._engine(stretch, False)[1], unit=self._unit(integrator, leg))
        leg = self._followed(leg)
        self.book.stretch(begin, _point(leg))
        self.last = leg.numbers
        return np.array(dynamics.full(leg.z, leg.numbers))

    def _followed(self, leg: Leg) -> Leg:
        """What is left to do of a stretch when something has ended it, or its time."""
        stretch, length, cuts = leg.stretch, self._first_length(leg.stretch), self.timed.cuts(leg.numbers)
        while leg.begin < stretch.end:
            leg, cut = self._prepared(leg, cuts)
            piece, done = self._piece(leg, min(length, min(stretch.end, cut.end) - leg.begin), cut.changing)
            if piece.times.size or leg.begin == stretch.begin:
                self.trace.keep(leg, piece)
            if not piece.times.size:
                self.ended = "interrupted"
                break
            elapsed = float(piece.times[-1])
            leg = replace(leg, z=piece.states[:, -1], numbers=leg.later(elapsed), begin=leg.begin + elapsed)
            if self.progress is not None:
                self.progress(leg.begin, self.protocol.until)
            self._write_on()
            if done or stretch.end - leg.begin <= 1e-12 * stretch.end:
                self.ended = done or self.ended
                break
            if self.stop is not None and self.stop():
                self.ended = "interrupted"
                break
            if self.fine and piece.hidden is not None:
                length, self.fine = elapsed * (1.0 if crowded(piece) else 1.5), bool(piece.hidden.max() > QUIET)
            else:
                length *= 4
        return leg

    def _prepared(self, leg: Leg, cuts: list[Cut]) -> tuple[Leg, Cut]:
        """A leg with the integrator for what formulas of the time do next, and until when they do."""
        cut = self.timed.next(cuts, leg.begin)
        ahead = any(later.changing for later in cuts[cuts.index(cut) :])
        return replace(self._seen(leg, cut.changing), ahead=ahead), cut

    def _seen(self, leg: Leg, short: bool, finer: bool = False) -> Leg:
        """A leg with the integrator for any steps or short ones, seen at `finer` times as many points."""
        summed = leg.plain is not None
        plain = (lambda: self._engine(leg.stretch, False, short, finer)[1]) if summed else None
        return replace(leg, integrator=self._engine(leg.stretch, summed, short, finer)[1], plain=plain)

    def _begun(self, stretch: Interval, dynamics: Dynamics, x: State) -> tuple[np.ndarray, dict[str, float], Points, Given]:
        """What electrodes and pipettes do at the begin of a stretch: state, numbers, the point before it, and what was given."""
        numbers = {**self.constants, **stretch.numbers, **self.impermeants, "time": stretch.begin}
        if left_behind := self.dialysed - stretch.clamps.dialysed:
            x, left = left_alone(dynamics, left_behind, x, numbers)
            self.book.enter({key: -amount for key, amount in left.items()})
        x, brought = added(self.whole, stretch.additions, x, numbers)
        x, displaced = shocked(self.whole, stretch, x, numbers)
        for given in (brought, displaced):
            self.book.enter({key: -amount for key, amount in given.items()})
        self.dialysed = stretch.clamps.dialysed
        before = Points(dynamics, np.array([stretch.begin]), np.array(dynamics.reduced(x))[:, None], numbers)
        x, brought, changed = filled(self.whole, stretch.solutions, x, numbers)
        self.impermeants |= changed
        x, given = clamped(self.whole, stretch, x, numbers | changed)
        for key, amount in brought.items():
            given[key] = given.get(key, 0.0) + amount
        return np.array(x, dtype=float), numbers | changed, before, given

    def _unit(self, integrator: Any, leg: Leg) -> float:
        """The size of the energies that are stored [J], in which integrals of powers are of order one."""
        size = integrator.sums.size(leg.z, leg.numbers)
        self.unit = size if 0 < size < np.inf else self.unit
        return self.unit

    def _piece(self, leg: Leg, length: float, short: bool) -> tuple[Piece, str | None]:
        """The next piece, up to where something ends it, and what that was; without points where a Ctrl-C does.

        Where spikes may crowd it is seen at many points, of which most are left out where they do not.
        """
        closely = self._seen(leg, short, self.spiking)
        try:
            with interruptible(self.stop):
                piece, done = self.conditions.piece(closely, length)
                if self.spiking and not self.fine:
                    coarse = piece.coarser()
                    self.fine, length = crowded(coarse) > CROWDED and not done, float(piece.times[-1])
                    piece = piece if self.fine else coarse
                while crowded(piece) > CROWDED and not done:
                    length /= 2
                    piece, done = self.conditions.piece(closely, length)
                return (piece, done) if done else self.conditions.met(leg, piece)
        except KeyboardInterrupt:
            if self.stop is None or not self.stop():
                raise
            return leg.nothing(), "interrupted"

    def _jumps_across(self, leg: Leg, before: np.ndarray) -> bool:
        """Whether what begins or ends with this stretch takes the potential across the value that is waited for.

        What is done at the very start belongs to the start: nothing has been waited for then.
        """
        return bool(self.last) and self.conditions.stepped_across(leg, before, self.last)

    def _first_length(self, stretch: Interval) -> float:
        """Whole stretches, unless a condition may end them."""
        most = 1.0 if self.protocol.steady else np.inf if self.protocol.crosses is None else 0.05
        return min(stretch.end - stretch.begin, most)

    def _scale(self, dynamics: Dynamics, numbers: Mapping[str, float]) -> np.ndarray:
        """Sizes of the reduced state; of the ledger what the cell holds."""
        kept, largest = dynamics.scales(self.initial, numbers)
        return np.array([*kept, *(largest or 1.0 for _ in dynamics.ledger)], dtype=float)

    # -- the answer ---------------------------------------------------------------------------------------------------

    def _write_on(self) -> None:
        """Look at what has come, so that little is left to do at an interruption, and write it now and then.

        Where bends are followed, that waits for the end unless the run is written: what may be left out is a part of the largest values.
        """
        many = not self.looked.most
        if self.trace.fresh < PART or not (many or self.output):
            return
        if many:
            self.book.close()
        self.looked.look(self._stopped)
        if self.output is not None and self.output.wanted:
            self.output.go_on(self._so_far())

    def _so_far(self) -> SimulationResult:
        """What is seen of the run by now, as it is written on the way."""
        seen, energy = self.looked.seen(aside=True)
        certificate = Certificate(False, {}, "the run goes on")
        result = self._result(seen, energy, certificate, ended="interrupted")
        return result if self.wanted is None else result.at_times(self.wanted[self.wanted < seen.time[-1]])

    def _stopped(self) -> bool:
        return self.stop is not None and self.stop()

    def _answer(self) -> SimulationResult:
        if self.output is not None and self.ended == "interrupted":
            self.output.stop()
        self.looked.look(self._stopped)
        if (self.wanted is not None or self.output is not None) and self._stopped():
            self.ended = "interrupted"
        seen, energy = self.looked.seen(self.ended == "exhausted")
        happenings = tuple(sorted([*self.happenings, *energy.happenings], key=lambda one: one.time))
        certificate = Certificate(
            True,
            self.book.worst,
            f"{ENGINES[self.options.engine]}, restarted at every step, rtol {self.options.rtol:g}; "
            "ends of pieces, finiteness, signs and totals checked outside",
            {"pieces": len(self.trace.pieces), "points": seen.time.size, **self.timed.followed()},
            self.book.largest("charge_fraction_of_70_mV"),
            self.book.largest("species_fraction"),
            energy.violations,
            ASSUMPTIONS,
        )
        spiking = spikes(seen.time, {name: seen.V[name] for name, one in self.cell.membranes.items() if one.gated})
        rhythm = rhythms(seen.time, seen.V, [stretch.begin for stretch in self.stretches])
        told = Told(self.cell.name, seen.time, seen.V, seen.c, seen.volume, seen.water, seen.electrode, happenings)
        result = self._result(
            seen,
            energy,
            certificate,
            spikes=spiking,
            rhythm=rhythm,
            happenings=happenings,
            ended=self.ended,
            shifts=self.shifts,
            story=(*story(told), *in_words(spiking, rhythm)),
            notes=tuple(self._notes(seen, bool(rhythm))),
            refused=energy.refused,
            ledger=self.book.received(),
        )
        return result if self.wanted is None else result.at_times(self.wanted)

    def _notes(self, seen: Seen, swinging: bool) -> Iterator[str]:
        """What should be known besides: of the start, of the end, of what the run comes to, and of what the protocol asks for."""
        yield from notes_on_start(self.whole, self.protocol, self.initial, self.shifts, self.finder.rest.why_none)
        yield from notes_on_end(self.protocol, self.ended, self.trace.gap, swinging)
        yield from self.timed.notes()
        yield from self.cell.notes
        yield from gaps(self.cell, self.finder.numbers)
        yield from unlikely(self.cell, self.finder.numbers)
        yield from come_to_equilibrium(self.cell, self.finder.numbers)
        yield from notes_on_traces(self.cell, farthest(seen.c))
        yield from booked(self.cell, self.book.given)
        yield from implausible(self.cell, seen, self.finder.numbers)
        yield from notes_on_times(self.protocol)
        yield from water_notes(self.cell, self.protocol)

    def _result(self, seen: Seen, energy: EnergyCourse, certificate: Certificate, **more: Any) -> SimulationResult:
        return SimulationResult(
            cell=self.cell.name,
            protocol=self.protocol.name,
            temperature=self.finder.numbers["temperature"],
            **vars(seen),
            dissipated=energy.heat,
            energy=replace(energy, split=seen.atp),
            certificate=certificate,
            **{"happenings": (), **more},
        )


def _parts(points: int) -> int:
    """Into how many the way from one of so many points to the next is divided to see how it bends; a power of two."""
    return int(2 ** max(0, (LOOKED_AT // points).bit_length() - 1))


def _point(leg: Leg) -> Points:
    """Where a leg begins, as a point of its own."""
    return Points(leg.dynamics, np.array([leg.begin]), leg.z[:, None], leg.numbers)
