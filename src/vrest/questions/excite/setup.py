"""Where the electrode is, which membrane it stimulates, and a cell that is described per area as one square metre of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...description.cell import CELL, GROUND, Cell, node_of, reachable
from ...description.library import from_dict
from ...domains import bounded
from ...errors import InputError, Problem, advice, nearest
from ...system.circuit import Circuit, Extent
from ...units import UnitError, quantity_from
from ..rest.zero_current import RestState
from ..steady.start import not_neutral, potentials_at, start_state
from ..steady.steady_state import SteadySolver
from .stimulated import POINTS, Preparation, Stimulated, Stimulus

SEEN = (20.0, 2.0)
"""Points for each time constant of the membrane, and for the fastest deviation from rest."""
WATCHED = (3.0, 12.0)
"""Slowest time constants for which a response is watched at least and at most."""
FEW = 20.0
"""Pieces after which slow gates that move the potential no more are waited for no longer."""
LONGEST, PIECES = 20.0, 200.0
"""In times as long as a response is watched as a rule, and in pieces: for how long what still moves is watched at most."""


def on_a_square_metre(cell: Cell) -> Cell:
    """A cell whose only membrane has no area, as one square metre of it with the concentrations held; any other cell as it is."""
    circuit = Circuit(cell)
    if len(cell.membranes) > 1 or any(one.extent is not Extent.AREA for one in circuit.membranes.values()):
        return cell
    described: dict[str, Any] = cell.to_dict()
    for space in cell.compartments.values():
        if space.role == CELL:
            written = described["compartments"][space.name]
            described["compartments"][space.name] = {"role": "held", "ions": written.get("ions", {})}
    for name in cell.membranes:
        described["membranes"][name]["area"] = "1 m^2"
    return from_dict(described)


def placed(cell: Cell, electrode: str | None) -> tuple[str, str]:
    """The compartment of the electrode and the membrane that it stimulates: the first with gates, on whose inner side it is.

    Raises:
        InputError: no such compartment, or none with a potential of its own.
    """
    free = [name for name, one in cell.compartments.items() if node_of(one) != GROUND and not one.store]
    spaces = [name for name in free if any(one.mechanisms for one in cell.around(name))]
    electrode = electrode or _usual(cell, spaces)
    if electrode not in spaces:
        found, expected = electrode or "nothing", ", ".join(spaces) or "a cell with a compartment that is no bath"
        message = "the electrode is in no compartment that has a potential of its own"
        raise InputError(
            Problem(
                message,
                path=argument("electrode"),
                found=found,
                expected=expected,
                suggestion=nearest(found, spaces),
            )
        )
    conducting = [one for one in cell.around(electrode) if one.mechanisms]
    return electrode, min(conducting, key=lambda one: (not one.gated, one.inner != electrode)).name


def _usual(cell: Cell, spaces: Sequence[str]) -> str | None:
    """The inner compartment of the first membrane with gates, of those in which an electrode can be."""
    inner = [one.inner for one in sorted(cell.membranes.values(), key=lambda one: not one.gated) if one.inner in spaces]
    return next(iter([*inner, *spaces]), None)


def leads_to_ground(cell: Cell, electrode: str, membrane: str) -> bool:
    """Whether every current from the electrode to the bath passes this membrane."""
    others = [one for one in cell.membranes.values() if one.name != membrane and one.mechanisms]
    return node_of(cell.compartments[electrode]) not in reachable(GROUND, cell.compartments, others)


@dataclass(frozen=True)
class Asked:
    """The electrode's compartment, None: the usual one; the potential that a spike passes [V]; durations of currents [s], None: a row that
    suits the membrane."""

    electrode: str | None = None
    above: float = 0.0
    durations: tuple[float, ...] | None = None

    @classmethod
    def of(cls, *, electrode: str | None = None, spike_above: Any = "0 mV", durations: Any = None) -> Asked:
        """From what a caller handed in.

        Raises:
            InputError: a potential or a duration that is none.
        """
        listed = [durations] if isinstance(durations, str) else durations
        times = tuple(_value(one, "ms", "durations") for one in listed) if listed is not None else ()
        for one in times:
            if not 0 < one < math.inf:
                raise InputError(
                    Problem(
                        "a stimulus lasts longer than zero",
                        path=argument("durations"),
                        found=f"{one:g} s",
                        expected="such as 0.5 ms",
                    )
                )
        return cls(electrode, _value(spike_above, "mV", "spike_above"), times or None)


STANDARD = Asked()


def argument(name: str) -> str:
    """An argument as it is called where the question came from."""
    names = {
        "electrode": advice("electrode", "--electrode"),
        "spike_above": advice("spike_above", "--spike-above"),
        "durations": advice("durations", "--duration"),
    }
    return names[name]


def _value(given: Any, unit: str, name: str) -> float:
    """A value in SI, from text, a quantity, or a number in SI."""
    given = bounded(given)
    if isinstance(given, int | float | np.number) and not isinstance(given, bool) and np.isfinite(given):
        return float(given)
    try:
        return quantity_from(given, unit).value
    except UnitError as error:
        raise InputError(error.problem.at(path=argument(name))) from None


def prepared(steady: SteadySolver, stimulated: Stimulated, numbers: Mapping[str, float], rest: RestState) -> Preparation:
    """The cell at rest, with times that suit it.

    Raises:
        InputError: what a compartment lists is far from neutral.
        NoAnswerError: a mechanism has no rate there.
    """
    finder = steady.at(numbers)
    if unbalanced := not_neutral(finder.posed):
        raise InputError(*unbalanced)
    whole, dynamics = stimulated.whole, stimulated.dynamics
    potentials = potentials_at(steady.rest, rest.V, numbers)
    x = whole.with_gates(start_state(finder.posed, potentials, finder.start), numbers)
    scales = whole.scales(x, numbers)
    name = stimulated.membrane
    capacitance, conductance = numbers[f"{name}.total_capacitance"], abs(rest.slope_at_once(name))
    fast, slow = _times(rest, name, capacitance / conductance)
    piece = POINTS * min(capacitance / conductance / SEEN[0], fast / SEEN[1])
    most = min(max(WATCHED[1] * slow, piece), PIECES * piece)
    return Preparation(
        stimulated,
        {**whole.with_description(numbers), "time": 0.0, stimulated.current: 0.0},
        np.array(dynamics.reduced(list(x)), dtype=float),
        np.array([scales[key] for key in dynamics.kept]),
        rest.V[name],
        piece,
        min(WATCHED[0] * slow, FEW * piece),
        most,
        min(LONGEST * most, PIECES * piece),
        capacitance,
        conductance,
    )


def _times(rest: RestState, membrane: str, own: float) -> tuple[float, float]:
    """The fastest and the slowest time in which a deviation from rest changes e-fold [s]; the membrane's own where it has no gates."""
    for one in rest.deviations.values():
        if membrane in one.at_once and one.spectrum is not None:
            rates = np.abs(one.spectrum.values)
            rates = np.append(np.abs(one.spectrum.values.real), rates)
            rates = rates[rates > 0]
            return float(1.0 / rates.max()), float(1.0 / rates.min())
    return own, own


SHAPED, PILOT = 12.0, 10.0
"""Points for the width of a spike, and how much more closely the first one is seen, by which that is known."""
PILOT_PIECES = 40
HIGH = 0.02
"""Height over rest [V] from which on a response has a width to be seen."""


def seen_well(prep: Preparation, above: float) -> Preparation:
    """The preparation, seen so closely that the spike after a strong displacement has enough points."""
    if above <= prep.V:
        return prep
    closely = replace(prep, piece=prep.piece / PILOT, least=0.0, longest=PILOT_PIECES * prep.piece / PILOT)
    pilot = closely.respond(Stimulus(shock=0.9 * (above - prep.V)), closely=True)
    peak = pilot.peak
    if peak < prep.V + HIGH:
        return prep
    high = pilot.t[0.5 * (prep.V + peak) < pilot.V]
    piece = min(prep.piece, POINTS * float(high[-1] - high[0]) / SHAPED)
    return replace(prep, piece=piece, longest=min(prep.longest, PIECES * piece)) if piece > 0 else prep
