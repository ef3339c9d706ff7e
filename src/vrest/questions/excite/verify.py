"""Brackets of thresholds, each end run again by `simulate` with its conservation laws and tolerances: one fires, the other does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...description.library import protocol_of
from ...errors import VrestError
from ..simulate.simulate import TimeCourses
from .stimulated import Preparation, carrier
from .threshold import Bracket, Firing, lasting

BESIDE = 1e-4
"""How far beside a bracket the runs are, as a part of the current: so much the tolerances of two integrations may differ."""
AFTER = 1.5
"""How long the runs are, in times to the spike of the stronger stimulus."""


@dataclass(frozen=True)
class Check:
    """A bracket of a current [A] run again just beside its ends: the currents, the peaks there [V], and whether these are as found; None: a
    run that could not be certified."""

    currents: tuple[float, float]
    peaks: tuple[float | None, float | None]
    agrees: bool


def verified(
    courses: TimeCourses,
    written: Mapping[str, float] | None,
    prep: Preparation,
    firing: Firing,
    duration: float | None,
    bracket: Bracket,
) -> Check:
    """The two ends of a bracket by certified runs."""
    ends = (1 - BESIDE) * bracket.low, (1 + BESIDE) * bracket.high
    end = AFTER * float(prep.respond(lasting(prep, bracket.high, duration), firing.level).t[-1])
    until, duration = (end, end) if duration is None else (max(end, 2 * duration), duration)
    low, high = (_peak(courses, written, prep, current, duration, until) for current in ends)
    return Check(ends, (low, high), low is not None and high is not None and low < firing.level < high)


def _peak(
    courses: TimeCourses, written: Mapping[str, float] | None, prep: Preparation, current: float, duration: float, until: float
) -> float | None:
    """The highest potential of a certified run [V]; None where it could not be certified."""
    stimulated = prep.stimulated
    event = {"from": "0 s", "to": f"{min(duration, until)!r} s", "into": stimulated.electrode, "current": f"{current!r} A"}
    if stimulated.cell.compartments[stimulated.electrode].role == "cell":
        event["carrier"] = carrier(stimulated.cell, stimulated.electrode)
    protocol: Any = {"protocol": "stimulus", "until": f"{until!r} s", "events": [event]}
    try:
        run = courses.run(protocol_of(protocol, stimulated.cell, None), written)
    except VrestError:
        return None
    return float(run.V[stimulated.membrane].max()) if run.certificate.converged else None
