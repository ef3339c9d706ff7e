"""What there is to say of a time course: key moments, happenings, extremes, energy, exchanges; its points as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from ...results.base import known
from ...results.energy import POWERS
from ...results.registry import variable
from ...results.simulation import STEP, SimulationResult
from ...results.words import duration
from ...units import to_unit
from ..document import TEXT, Block, Column, Heading, by_columns, pairs, sentences, table
from ..numbers import ABSENT, concentration, engineering, mV, pL, prefix_power, prefixed, significant, where
from . import parts
from .curves import lines_of

MOST = 25  # rows of the table of moments, and of happenings
STILL = {"mV": 0.005, "mM": 1e-4, "pL": 1e-4}  # changes not worth a line: mV; parts of the concentration and of the volume
ENDS = {
    "end": "to the end of the protocol",
    "steady": "until nothing changed any more",
    "crossed": "until the potential crossed the wanted value",
    "interrupted": "until it was interrupted",
    "exhausted": "until an ion was used up",
}
POWER_NAMES = {
    "atp_W": "from ATP",
    "work_on_ions_W": "into ions",
    "dissipated_in_pumps_W": "heat in pumps",
    "dissipated_in_paths_W": "heat in paths",
    "dissipated_by_water_W": "heat by water",
    "electrodes_W": "from electrodes",
    "into_baths_W": "into baths",
    "exchanged_W": "by exchanges",
    "stored_W": "into storage",
}
WORTH, SMALL = 1e-6, 1e-4
"""Part of the largest power below which one is not worth a line, and of its own largest below which a power is shown as zero."""


def grid(result: SimulationResult) -> parts.Grid:
    """One row for each time; every heading carries compartment, quantity and unit."""
    columns = result.columns()
    return list(columns), lines_of(columns)


def document(result: SimulationResult) -> list[Block]:
    """What there is to say, in reading order."""
    lasted = duration(float(result.time[-1]))
    named = ", ".join(_from_to(V) + where(f" ({name})", result.V) for name, V in result.V.items())
    what = f"Time course of {result.cell} at {parts.temperature(result.temperature)}"
    return [
        Heading(f"V: {named} in {lasted}", 1),
        *sentences([f"{what}, followed {ENDS[result.ended]}."]),
        *sentences(result.story),
        *_moments(result),
        *_happenings(result),
        *_extremes(result),
        *energy(result),
        *_exchanges(result),
    ]


def _from_to(V: np.ndarray) -> str:
    return f"{mV(float(V[0]))} to {mV(float(V[-1]))} mV"


def conserved(result: SimulationResult) -> list[str]:
    """What its certificate says besides."""
    evidence, kept = result.certificate, []
    if known(evidence.mass_error):
        kept.append(f"every species to {evidence.mass_error:.1e} of its amount")
    if known(evidence.charge_error):
        kept.append(f"charge to {evidence.charge_error:.1e} of that on a membrane at 70 mV")
    return [f"Conserved: {', '.join(kept)}."] if kept else []


# -- what is followed ---------------------------------------------------------------------------------------------


class _Followed:
    """A quantity along the run: its array [SI], how a value of it is said, whether it changes by more than is worth a line."""

    def __init__(self, values: np.ndarray, unit: str, said: Callable[[float], str]) -> None:
        self.values, self.said, self.changes = values, said, changes(values, unit)


def _followed(result: SimulationResult) -> dict[str, _Followed]:
    """Potentials, concentrations and volumes by their headings."""
    found = {f"V{where(f' {name}', result.V)} mV": _Followed(V, "mV", mV) for name, V in result.V.items()}
    for space, ions in result.c.items():
        here = where(f" {space}", result.c)
        found |= {f"{ion}{here} mM": _Followed(c, "mM", concentration) for ion, c in ions.items()}
    for space, w in result.volume.items():
        found[f"volume{where(f' {space}', result.volume)} pL"] = _Followed(w, "pL", pL)
    return found


def changes(values: np.ndarray, unit: str) -> bool:
    """Whether a quantity moves by more than is worth a line."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return False
    span = float(finite.max() - finite.min())
    return to_unit(span, "mV") > STILL["mV"] if unit == "mV" else span > STILL[unit] * float(np.abs(finite).max())


# -- key moments --------------------------------------------------------------------------------------------------


def moments(result: SimulationResult) -> list[tuple[int, str]]:
    """The points at the start, just before each step of the protocol, and at the end, with their names; at most `MOST`."""
    before = {int(np.searchsorted(result.time, at, side="right")) - 1: f"{duration(at)}, step" for at in step_times(result)}
    rows = {0: "start"} | {k: words for k, words in before.items() if 0 < k < result.time.size - 1}
    rows[result.time.size - 1] = f"{duration(float(result.time[-1]))}, end"
    picks = sorted(rows)
    if len(picks) > MOST:
        picks = [picks[k] for k in np.unique(np.linspace(0, len(picks) - 1, MOST).astype(int))]
    return [(k, rows[k]) for k in picks]


def step_times(result: SimulationResult) -> list[float]:
    """The times at which the protocol did something, without start and end."""
    first, last = float(result.time[0]), float(result.time[-1])
    return sorted({one.time for one in result.happenings if one.kind == STEP and first < one.time < last})


def stretches(result: SimulationResult) -> list[tuple[float, slice]]:
    """The parts of the run between steps: when each begins, and its points."""
    cuts = [0.0, *step_times(result), float(result.time[-1])]
    places = [0, *(int(np.searchsorted(result.time, at, side="right")) for at in cuts[1:-1]), result.time.size]
    return [(begin, slice(a, b)) for begin, (a, b) in zip(cuts, pairwise(places), strict=False) if b > a]


def _moments(result: SimulationResult) -> list[Block]:
    picks = moments(result)
    shown = {head: one for head, one in _followed(result).items() if one.changes or not head.startswith("volume")}
    columns: dict[Column | str, list[str]] = {"": [words for _, words in picks]}
    columns |= {head: [one.said(float(one.values[k])) for k, _ in picks] for head, one in shown.items()}
    left_out = len(step_times(result)) + 2 - MOST
    more = [f"{left_out} moments between these are in the CSV."] if len(picks) == MOST and left_out > 0 else []
    return [*by_columns("Moments", columns), *sentences(more)]


def _happenings(result: SimulationResult) -> list[Block]:
    done = [one for one in result.happenings if one.what not in ENDS and one.what != "the end of the protocol"]
    more = [("", f"and {len(done) - MOST} more")] if len(done) > MOST else []
    return pairs("What happened", [*((duration(one.time), one.what) for one in done[:MOST]), *more])


def _extremes(result: SimulationResult) -> list[Block]:
    """The lowest and highest value of all that changed, and when."""
    rows = [(head, *_extreme(result.time, one)) for head, one in _followed(result).items() if one.changes]
    return table("Extremes", ["", "lowest", Column("at", TEXT), "highest", Column("at", TEXT)], rows)


def _extreme(time: np.ndarray, one: _Followed) -> Iterator[str]:
    for k in (int(np.nanargmin(one.values)), int(np.nanargmax(one.values))):
        yield one.said(float(one.values[k]))
        yield {0: "start", time.size - 1: "end"}.get(k) or duration(float(time[k]))


# -- energy -------------------------------------------------------------------------------------------------------


def shown_powers(result: SimulationResult) -> dict[str, np.ndarray]:
    """The powers [W] by their names in the registry that are known and not zero but for rounding."""
    finite = {key: power for key, name in POWERS.items() if np.isfinite(power := getattr(result.energy, name)).any()}
    size = {key: float(np.nanmax(np.abs(power))) for key, power in finite.items()}
    return {key: power for key, power in finite.items() if size[key] > WORTH * max(size.values())}


def energy(result: SimulationResult) -> list[Block]:
    """What the run costs, and where it goes: at the start, at its extremes, at the end, and in all."""
    course, rows = result.energy, []
    if np.any(result.atp != 0):
        rows.append((variable("atp_mol_per_s").words, *_four(result.atp, "mol/s"), ""))
    for key, power in shown_powers(result).items():
        total = course.total.get(POWERS[key])
        rows.append((POWER_NAMES[key], *_four(power, "W"), "" if total is None else engineering(total, "J")))
    if np.isfinite(course.stored_J).any():
        change = float(course.stored_J[-1] - course.stored_J[0])
        rows.append(("stored energy", *_four(course.stored_J, "J"), ("+" if change > 0 else "") + engineering(change, "J")))
    for words, part, mean in (
        ("efficiency", course.efficiency, course.mean_efficiency),
        ("budget share", course.budget_share, None),
    ):
        if np.isfinite(part).any():
            rows.append((words, *map(_percent, _picks(part)), "" if mean is None else _percent(mean)))
    return table("Energy", ["", "start", "lowest", "highest", "end", "in all"], rows)


def _picks(values: np.ndarray) -> tuple[float, float, float, float]:
    return float(values[0]), float(np.nanmin(values)), float(np.nanmax(values)), float(values[-1])


def _four(values: np.ndarray, unit: str) -> Iterator[str]:
    """Start, extremes and end, with what only rounding has left as zero."""
    largest = float(np.nanmax(np.abs(values)))
    for x in _picks(values):
        yield engineering(x if abs(x) > SMALL * largest or not np.isfinite(x) else 0.0, unit)


def _percent(part: float) -> str:
    return f"{significant(100 * part)} %" if np.isfinite(part) else ABSENT


# -- exchanges ----------------------------------------------------------------------------------------------------


def _exchanges(result: SimulationResult) -> list[Block]:
    """What each exchange moves at the start and at the end, and its extremes."""
    named = {(path, ion): flux for path, ions in parts.by_path(result.exchanges).items() for ion, flux in ions.items()}
    others = [flux for ions in parts.by_path(result.flux).values() for flux in ions.values()]
    largest = max((float(np.nanmax(np.abs(flux), initial=0.0)) for flux in (*named.values(), *others)), default=0.0)
    power = prefix_power([largest])
    picks: dict[str, Callable[[np.ndarray], float]] = {
        "start": lambda J: J[0],
        "end": lambda J: J[-1],
        "lowest": np.nanmin,
        "highest": np.nanmax,
    }
    columns: dict[Column | str, list[str]] = {"": [path for path, _ in named], Column("", TEXT): [ion for _, ion in named]}
    for head, pick in picks.items():
        columns[head] = parts.filled([parts.settled(float(pick(J)), largest) for J in named.values()], power)
    return by_columns(parts.EXCHANGED.format(prefixed("mol/s", power)), columns)
