"""Brackets of thresholds, each end run again by `simulate` with its conservation laws and tolerances: one fires, the other does not."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...description.library import protocol_of
from ...errors import VrestError
from ...results.base import bench
from ...units import to_unit
from ..simulate.simulate import TimeCourses
from .measured import Measured
from .stimulated import Preparation, Stimulus, carrier
from .threshold import Bracket, Firing, lasting

BESIDE = 1e-4
"""How far beside a bracket the runs are, as a part of the stimulus: so much the tolerances of two integrations may differ."""
SEEN = 1e-4
"""To how much a run keeps its extremes [V]."""
AFTER = 1.5
"""How long the runs are, in times to the spike of the stronger stimulus."""
SHOCK, CURRENT = ("shock_mV", "mV"), ("current_pA", "pA")

Stronger = Callable[[float], Stimulus]


@dataclass(frozen=True)
class Check:
    """A bracket run again just beside its ends: both strengths, the peaks there [V], and whether these are as found; None: a run that could
    not be certified. `named` is how strengths are called, and their unit."""

    strengths: tuple[float, float]
    peaks: tuple[float | None, float | None]
    agrees: bool
    named: tuple[str, str]

    def to_dict(self) -> dict[str, Any]:
        """For the certificate."""
        name, unit = self.named
        return {
            "agrees": self.agrees,
            name: [bench(one, unit) for one in self.strengths],
            "peak_mV": [bench(V, "mV") for V in self.peaks],
        }


def checked(courses: Callable[[], TimeCourses], written: Mapping[str, float] | None, found: Measured) -> dict[str, Check]:
    """Brackets run again: of the displacement, the shortest and the longest current, the pulse of the spike, and the rheobase.

    Arguments:
        courses: gives what runs them; asked for only where there is a threshold
    """
    firing, prep = found.firing, found.prep
    if firing is None:
        return {}
    checks = {"shock": _verified(courses(), written, prep, firing, Stimulus, firing.shock, SHOCK)}
    for name, duration, bracket in _currents(found):
        current = functools.partial(lasting, prep, duration=duration)
        checks[name] = _verified(courses(), written, prep, firing, current, bracket, CURRENT)
    return checks


def _currents(found: Measured) -> Iterator[tuple[str, float | None, Bracket]]:
    """The brackets of currents that are run again. One at a fold is known by eigenvalues: beside it spikes come as late as one likes."""
    strength = found.strength
    if strength is None:
        return
    again = {min(strength.durations), found.base, max(strength.durations)}
    for duration, bracket in zip(strength.durations, strength.brackets, strict=True):
        if duration in again and bracket is not None:
            yield f"{to_unit(duration, 'ms'):g} ms", duration, bracket
    if strength.rheobase is not None and found.fold is None:
        yield "rheobase", None, strength.rheobase


def _verified(
    courses: TimeCourses,
    written: Mapping[str, float] | None,
    prep: Preparation,
    firing: Firing,
    stimulus: Stronger,
    bracket: Bracket,
    named: tuple[str, str],
) -> Check:
    """The two ends of a bracket by certified runs."""
    ends = (1 - BESIDE) * bracket.low, (1 + BESIDE) * bracket.high
    stronger = stimulus(bracket.high)
    fired = AFTER * float(prep.respond(stronger, firing.level, closely=True).t[-1])
    until = min(fired, prep.longest) if stronger.lasts else max(fired, 2 * sum(phase.length for phase in stronger.phases))
    low, high = (_peak(courses, written, prep, stimulus(strength), until) for strength in ends)
    agrees = low is not None and high is not None and low - SEEN < firing.level < high + SEEN
    return Check(ends, (low, high), agrees, named)


def _peak(
    courses: TimeCourses, written: Mapping[str, float] | None, prep: Preparation, stimulus: Stimulus, until: float
) -> float | None:
    """The highest potential of a certified run [V]; None where it could not be certified."""
    stimulated = prep.stimulated
    protocol: Any = {"protocol": "stimulus", "until": f"{until!r} s", "events": list(_events(prep, stimulus, until))}
    try:
        run = courses.run(protocol_of(protocol, stimulated.cell, None), written)
    except VrestError:
        return None
    return float(run.V[stimulated.membrane].max()) if run.certificate.converged else None


def _events(prep: Preparation, stimulus: Stimulus, until: float) -> Iterator[dict[str, str]]:
    """A stimulus as the events of a protocol."""
    stimulated = prep.stimulated
    place = {"into": stimulated.electrode}
    if stimulated.cell.compartments[stimulated.electrode].role == "cell":
        place["carrier"] = carrier(stimulated.cell, stimulated.electrode)
    if stimulus.shock:
        yield {"at": "0 s", "shock": f"{stimulated.way * stimulus.shock!r} V", "across": stimulated.membrane} | place
    begin = 0.0
    for phase in stimulus.phases:
        end = min(begin + phase.length, until)
        yield {"from": f"{begin!r} s", "to": f"{end!r} s", "current": f"{phase.current!r} A"} | place
        begin = end
