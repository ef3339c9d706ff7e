"""What there is to say of a time course: key moments, happenings, extremes, energy, exchanges; its points as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from ...results.base import known
from ...results.energy import POWERS, EnergyCourse
from ...results.registry import variable
from ...results.simulation import STEP, SimulationResult, sides
from ...results.trains import Train, trains
from ...results.words import duration
from ...units import to_unit
from ..document import TEXT, Block, Column, Document, Heading, Part, by_columns, pairs, sentences, table
from ..numbers import ABSENT, engineering, mV, or_dash, prefix_power, prefixed, significant, where
from . import parts
from .contents import Quantity, contents
from .curves import lines_of, picked

MOST, FEW = 25, 8  # rows of the table of moments, and of happenings; of times asked for in a short answer
STILL = {
    "mV": 0.005,
    "mM": 1e-4,
    "pL": 1e-4,
    "pA": 1e-4,
    "MPa": 1e-3,
    "1": 0.005,
}  # changes not worth a line: mV, pH; parts of what it is
ABSOLUTE = ("mV", "1")
STANDING, MOVING = ("V_mV", "inside_mM", "pH"), ("volume_pL", "water_pL", "electrode_pA")
"""What each moment tells: always, and where it changes. Osmolarities and pressures are among the extremes."""
ENDS = {
    "end": "to the end of the protocol",
    "steady": "until nothing changed any more",
    "crossed": "until the potential crossed the wanted value",
    "interrupted": "until it was interrupted",
    "exhausted": "until an ion was used up, or all but gone",
}
POWER_NAMES = {
    "atp_W": "from ATP",
    "drive_W": "from other drives",
    "work_on_ions_W": "into ions",
    "dissipated_in_pumps_W": "heat in pumps",
    "dissipated_in_paths_W": "heat in paths",
    "dissipated_by_water_W": "heat by water",
    "electrodes_W": "from electrodes",
    "into_baths_W": "into baths",
    "exchanged_W": "by exchanges",
    "stored_W": "into storage",
}
JUMPING = ("V_mV", "inside_mM", "pH", "volume_pL", "electrode_pA")
"""What may jump at a step so that the moment after it is shown too; that a bath changes is the step itself."""
BEYOND = "Above 100 % pumps put more into ions than their ATP gives: the law of one does not know its ATP and turns on where a real pump stalls."
ALIKE = 1e-5
"""Part of what a quantity passes through within which it is at its extreme, and of the power from ATP within which it is all of that."""
WORTH, SMALL = 1e-6, 1e-4
"""Part of the largest power below which one is not worth a line, and of its own largest below which a power is shown as zero."""


def grid(result: SimulationResult) -> parts.Grid:
    """One row for each time; every heading carries compartment, quantity and unit."""
    columns = result.columns()
    return list(columns), lines_of(columns)


def _headline(result: SimulationResult) -> list[Block]:
    lasted = duration(float(result.time[-1]))
    named = ", ".join(_from_to(V) + where(f" ({name})", result.V) for name, V in result.V.items())
    what = f"Time course of {result.cell} at {parts.temperature(result.temperature)}"
    return [Heading(f"V: {named} in {lasted}", 1), *sentences([f"{what}, followed {ENDS[result.ended]}."])]


def _from_to(V: np.ndarray) -> str:
    return f"{mV(float(V[0]))} to {mV(float(V[-1]))} mV"


# -- what is followed ---------------------------------------------------------------------------------------------


def _followed(result: SimulationResult) -> Iterator[tuple[Quantity, bool]]:
    """Potentials, concentrations and volumes, and whether each changes by more than is worth a line."""
    return ((one, changes(one.leaf.value, one.leaf.says.unit)) for one in contents(result))


def changes(values: np.ndarray, unit: str) -> bool:
    """Whether a quantity moves by more than is worth a line."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return False
    span = float(finite.max() - finite.min())
    if unit in ABSOLUTE:
        return float(to_unit(span, unit)) > STILL[unit]
    return span > STILL[unit] * float(np.abs(finite).max())


# -- key moments --------------------------------------------------------------------------------------------------


def moments(result: SimulationResult) -> list[tuple[int, str]]:
    """The points at the start, just before each step, just after those at which something jumps, at wanted times, and at the end."""
    rows = {0: "start"} | {sides(result.time, at)[1]: duration(at) for at in result.wanted if at}
    for at in (0.0, *step_times(result)):
        before, after = sides(result.time, at)
        rows.setdefault(before, f"{duration(at)}, step")
        if _jumps(result, before, after):
            rows[after] = f"{duration(at)}, after it" if at else "just after"
    rows[result.time.size - 1] = f"{duration(float(result.time[-1]))}, end"
    return sorted(rows.items())


def _jumps(result: SimulationResult, before: int, after: int) -> bool:
    """Whether anything that is followed differs on the two sides of a step by more than is worth a line."""
    shown = [one.leaf for one in contents(result) if one.leaf.name in JUMPING]
    return before != after and any(changes(one.value[[before, after]], one.says.unit) for one in shown)


def step_times(result: SimulationResult) -> list[float]:
    """The times at which the protocol did something, without start and end."""
    first, last = float(result.time[0]), float(result.time[-1])
    return sorted({one.time for one in result.happenings if one.kind == STEP and first < one.time < last})


def stretches(result: SimulationResult) -> list[tuple[float, slice]]:
    """The parts of the run between steps: when each begins, and its points."""
    cuts = [0.0, *step_times(result), float(result.time[-1])]
    places = [*(sides(result.time, at)[1] for at in cuts[:-1]), result.time.size]
    return [(begin, slice(a, b)) for begin, (a, b) in zip(cuts, pairwise(places), strict=False) if b > a]


def repeated(result: SimulationResult) -> list[tuple[Train, list[float]]]:
    """Each train of the protocol, with the times [s] of its steps."""
    steps: dict[float, list[str]] = {}
    for one in result.happenings:
        if one.kind == STEP:
            steps.setdefault(one.time, []).append(one.what)
    times = list(steps)
    return [(one, times[one.first : one.first + one.size * one.count]) for one in trains(times, list(map(tuple, steps.values())))]


def in_repeats(result: SimulationResult) -> Callable[[float], bool]:
    """Whether a time lies in a repeat of a train that is neither the first nor the last."""
    spans = [(times[one.size], times[-one.size]) for one, times in repeated(result)]
    return lambda time: any(begin <= time < end for begin, end in spans)


def _moments(result: SimulationResult) -> list[Block]:
    every, inside = moments(result), in_repeats(result)
    told = [(k, words) for k, words in every if not inside(float(result.time[k]))]
    picks = [told[k] for k in picked(len(told), MOST)]
    return [*_states_at(result, "Moments", picks), *_left_out(len(every) - len(picks))]


def _asked_for(result: SimulationResult) -> list[Block]:
    """The states at the times that were asked for."""
    every = [(sides(result.time, at)[1], duration(at)) for at in result.wanted]
    picks = [every[k] for k in picked(len(every), FEW)]
    return [*_states_at(result, "At the times asked for", picks), *_left_out(len(every) - len(picks))]


def _left_out(count: int) -> list[Block]:
    between = f"{count} moments between these are" if count > 1 else "1 moment between these is"
    return sentences([f"{between} in the CSV."] if count else [])


def _states_at(result: SimulationResult, title: str, picks: list[tuple[int, str]]) -> list[Block]:
    """A table of the states at some points, with their names."""
    if not picks:
        return []
    shown = [one for one, moves in _followed(result) if one.leaf.name in STANDING or (moves and one.leaf.name in MOVING)]
    columns: dict[Column | str, list[str]] = {"": [words for _, words in picks]}
    columns |= {one.heading: one.said_at(k for k, _ in picks) for one in shown}
    return by_columns(title, columns)


def _happenings(result: SimulationResult) -> list[Block]:
    done = [one for one in result.happenings if one.what not in ENDS and one.what != "the end of the protocol"]
    inside = in_repeats(result)
    rows = [(one.time, duration(one.time), one.what) for one in done if one.kind != STEP or not inside(one.time)]
    rows += [(times[one.size], "", one.words) for one, times in repeated(result)]
    told = [row[1:] for row in sorted(rows, key=lambda row: row[0])]
    more = [("", f"and {len(told) - MOST} more")] if len(told) > MOST else []
    return pairs("What happened", [*told[:MOST], *more])


def _extremes(result: SimulationResult) -> list[Block]:
    """The lowest and highest value of all that changed, and when."""
    rows = [(one.heading, *_extreme(result.time, one)) for one, moves in _followed(result) if moves]
    return table("Extremes", ["", "lowest", Column("at", TEXT), "highest", Column("at", TEXT)], rows)


def _extreme(time: np.ndarray, one: Quantity) -> Iterator[str]:
    values = one.leaf.value
    for extreme in (np.nanmin(values), np.nanmax(values)):
        k = int(np.argmax(np.abs(values - extreme) <= ALIKE * np.nanmax(np.abs(values - extreme))))
        yield one.said(float(extreme))
        yield {0: "start", time.size - 1: "end"}.get(k) or duration(float(time[k]))


# -- energy -------------------------------------------------------------------------------------------------------


def shown_powers(result: SimulationResult) -> dict[str, np.ndarray]:
    """The powers [W] by their names in the registry that are known and not zero but for rounding."""
    finite = {key: power for key, name in POWERS.items() if np.isfinite(power := getattr(result.energy, name)).any()}
    size = {key: float(np.nanmax(np.abs(power))) for key, power in finite.items()}
    return {key: power for key, power in finite.items() if size[key] > WORTH * max(size.values())}


def energy(result: SimulationResult) -> list[Block]:
    """What the run costs, and where it goes: at the start, at its extremes, at the end, and in all."""
    rows = [*_powers(result), *_stored(result.energy.stored_J), *_parts(result.energy)]
    said = [BEYOND] if np.nanmax(result.energy.efficiency, initial=0.0) > 1 + ALIKE else []
    return [*table("Energy", ["", "start", "lowest", "highest", "end", "in all"], rows), *sentences(said)]


def _powers(result: SimulationResult) -> Iterator[Sequence[str]]:
    if np.any(result.atp != 0):
        yield variable("atp_mol_per_s").words, *_four(result.atp, "mol/s"), ""
    for key, power in shown_powers(result).items():
        total = result.energy.total.get(POWERS[key])
        yield POWER_NAMES[key], *_four(power, "W"), engineering(total, "J").removesuffix(ABSENT)


def _stored(energy: np.ndarray) -> Iterator[Sequence[str]]:
    if np.isfinite(energy).any():
        change = float(energy[-1] - energy[0])
        yield "stored energy", *_four(energy, "J"), ("+" if change > 0 else "") + engineering(change, "J")


def _parts(course: EnergyCourse) -> Iterator[Sequence[str]]:
    for words, part, mean in (
        ("efficiency", course.efficiency, course.mean_efficiency),
        ("budget share", course.budget_share, None),
    ):
        if np.isfinite(part).any():
            yield words, *map(_percent, _picks(part)), _percent(mean).removesuffix(ABSENT)


def _picks(values: np.ndarray) -> tuple[float, float, float, float]:
    return float(values[0]), float(np.nanmin(values)), float(np.nanmax(values)), float(values[-1])


def _four(values: np.ndarray, unit: str) -> Iterator[str]:
    """Start, extremes and end, with what only rounding has left as zero."""
    largest = float(np.nanmax(np.abs(values)))
    for x in _picks(values):
        yield engineering(x if abs(x) > SMALL * largest or not np.isfinite(x) else 0.0, unit)


@or_dash
def _percent(part: float) -> str:
    return f"{significant(100 * part)} %"


# -- exchanges ----------------------------------------------------------------------------------------------------


PICKS: dict[str, Callable[[np.ndarray], float]] = {
    "start": lambda J: J[0],
    "end": lambda J: J[-1],
    "lowest": np.nanmin,
    "highest": np.nanmax,
}


def _exchanges(result: SimulationResult) -> list[Block]:
    """What each exchange moves at the start and at the end, and its extremes."""
    named = _fluxes_of(result.exchanges)
    largest = max((float(np.nanmax(np.abs(J), initial=0.0)) for *_, J in (*named, *_fluxes_of(result.flux))), default=0.0)
    power = prefix_power([largest])
    columns: dict[Column | str, list[str]] = {"": [path for path, *_ in named], Column("", TEXT): [ion for _, ion, _ in named]}
    for head, pick in PICKS.items():
        columns[head] = parts.filled([parts.settled(float(pick(J)), largest) for *_, J in named], power)
    return by_columns(parts.EXCHANGED.format(prefixed("mol/s", power)), columns)


def _fluxes_of(groups: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]]) -> list[tuple[str, str, np.ndarray]]:
    """What mechanisms or exchanges move: where, which ion, and how much of it [mol/s]."""
    return [(path, ion, J) for path, ions in parts.by_path(groups).items() for ion, J in ions.items()]


# -- the whole ----------------------------------------------------------------------------------------------------


def _conserved(result: SimulationResult) -> str:
    said = ", ".join(_kept(result))
    return said and f"Conserved: {said}."


def _kept(result: SimulationResult) -> list[str]:
    """What is conserved, and how well; where every concentration is held nothing could be lost."""
    evidence = result.certificate
    if evidence.mass_error == 0 and not any(np.ptp(values) for ions in result.c.values() for values in ions.values()):
        return []
    errors = {
        "every species to {:.1e} of its amount": evidence.mass_error,
        "charge to {:.1e} of that on a membrane at 70 mV": evidence.charge_error,
    }
    return [words.format(error) for words, error in errors.items() if known(error)]


def closing(result: SimulationResult) -> tuple[str, str]:
    """How a short answer ends."""
    return parts.closing(result, f"it keeps {kept[0]}" if (kept := _kept(result)) else "")


DOCUMENT: Document = (
    Part(_headline, first=True),
    Part(lambda result: sentences(result.story), first=True),
    parts.WARNINGS,
    Part(_asked_for, first=True, whole=False),
    *map(Part, (_moments, _happenings, _extremes, energy, _exchanges)),
    *parts.ending(_conserved),
)
