"""What was measured, as an answer: per area and in all, and sentences in the places of what does not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...results.base import Maybe, Unknown
from ...results.excite import (
    Break,
    Course,
    Excitability,
    FiringRate,
    HopfPoint,
    LawFit,
    Refractoriness,
    Repetition,
    Rise,
    SpikeShape,
    StrengthAt,
)
from ...system.states import GATE
from ..state.snapshot import gates_at
from .after import ANODE
from .measured import Measured
from .strength import Fit, lapicque, weiss

NO_AREA = "the area of this membrane is not described; give `area`"
PER_AREA = "the membrane is described per area only; give an area or a shape of its inner compartment"
GRADED = "the response is graded: no displacement makes the membrane fire, so there is no threshold"
BY_ITSELF = "the cell fires without a stimulus"
AT_REST = "the cell rests without a stimulus"
UNSTABLE = "the rest is unstable, but what the cell does when it leaves it are no spikes"
ABOVE_LEVEL = "the rest lies above the potential that a spike passes; give a higher one"
NO_CURRENT = (
    "a current of this length brings the membrane past the level of a spike by itself before one fires it, or none fires it"
)
NO_RHEOBASE = (
    "a current without an end brings the membrane past the level of a spike by itself before one fires it, or none fires it"
)
NO_CHRONAXIE = "the threshold does not come to twice the rheobase within the durations that were asked for"
FEW = "a law takes thresholds of at least three durations"
NO_ANODE = "no outward current fires the cell at its end"
NO_REPETITION = "no steady current makes the cell fire again and again"
NO_BLOCK = "the depolarised potential does not regain its stability as the current grows"
GOES_ON = "spikes go on up to the largest current that was tried"
NO_REST = "after a first stimulus no second one of that strength fires within the time that a response is watched"
EVERY_RISE = "every rise to twice the rheobase fires, however slow: the membrane does not accommodate to that current"
NO_RISE = (
    "no rise to twice the rheobase fires, however sudden: so strong a current leaves the membrane depolarised without a spike"
)
NOT_ASKED = "only thresholds were asked for"
NOT_BACK = "the potential does not come back to half of its height in the time that was watched"
NO_GATES = "no gates: nothing of it could be unavailable"
Numbers = Mapping[str, float]


class Saying:
    """Turns what was measured into an answer.

    Arguments:
        per_area: whether the cell is described per area only, so that nothing is said of a whole membrane
    """

    def __init__(self, found: Measured, per_area: bool) -> None:
        self.found, self.per_area = found, per_area
        self.area = found.prep.numbers.get(f"{found.prep.stimulated.membrane}.area")

    @property
    def nothing(self) -> Unknown:
        """Why there is no threshold."""
        found = self.found
        if found.rest.stable is False:
            return Unknown(BY_ITSELF if found.fires_by_itself else UNSTABLE)
        return Unknown(GRADED)

    def density(self, current: float | None, why: Unknown) -> Maybe:
        """A current per area [A/m^2]."""
        if current is None:
            return why
        return current / self.area if self.area else Unknown(NO_AREA)

    def whole(self, current: float | None, why: Unknown) -> Maybe:
        """A current in all [A]."""
        if current is None:
            return why
        return Unknown(PER_AREA) if self.per_area else current

    # -- parts --------------------------------------------------------------------------------------------------------

    def answer(self) -> Excitability:
        """All of it."""
        said = self._answer()
        return replace(said, **_not_asked()) if self.found.thresholds_alone else said

    def _answer(self) -> Excitability:
        found, stimulated = self.found, self.found.prep.stimulated
        shock = self._shock()
        return Excitability(
            membrane=stimulated.membrane,
            electrode=stimulated.electrode,
            V=found.prep.V,
            stable=found.rest.stability,
            threshold_shock=self.nothing if shock is None else shock,
            threshold=self.nothing if shock is None else found.prep.V + shock,
            level=self.nothing if found.firing is None else found.firing.level,
            safety_factor=self._safety(),
            strength_duration=self._strengths(),
            rheobase=self.density(*self._rheobase()),
            rheobase_current=self.whole(*self._rheobase()),
            chronaxie=self._chronaxie(),
            laws=self._laws(),
            repetitive=self._repetitive(),
            rates=self._rates(),
            spike=self._spike(),
            accommodation=self._accommodation(),
            refractory=self._refractory(),
            anode_break=self._anode(),
            spontaneous=found.spontaneous or (Unknown(AT_REST) if found.rest.stable else self.nothing),
            availability=self._availability(),
            graded=found.firing is None and not found.fires_by_itself,
            course=self._course(),
        )

    def _shock(self) -> float | None:
        if self.found.fires_by_itself:
            return 0.0
        return None if self.found.firing is None else self.found.firing.shock.value

    def _safety(self) -> Maybe:
        found = self.found
        if found.spike is None or found.firing is None:
            return self.nothing
        return (found.spike.peak - found.prep.V) / found.firing.shock.value

    def _rheobase(self) -> tuple[float | None, Unknown]:
        if self.found.fires_by_itself:
            return 0.0, Unknown("")
        strength = self.found.strength
        if strength is None:
            return None, self.nothing
        return (None if strength.rheobase is None else strength.rheobase.value), Unknown(NO_RHEOBASE)

    def _strengths(self) -> tuple[StrengthAt, ...]:
        strength, found = self.found.strength, []
        if strength is None:
            still = 0.0 if self.found.fires_by_itself else None
            return tuple(
                StrengthAt(d, self.density(still, self.nothing), self.whole(still, self.nothing)) for d in self.found.row
            )
        for duration, bracket in zip(strength.durations, strength.brackets, strict=True):
            current = None if bracket is None else bracket.value
            found.append(
                StrengthAt(duration, self.density(current, Unknown(NO_CURRENT)), self.whole(current, Unknown(NO_CURRENT)))
            )
        return tuple(found)

    def _chronaxie(self) -> Maybe:
        strength = self.found.strength
        if strength is None:
            return self.nothing
        return (
            Unknown(NO_CHRONAXIE if strength.rheobase is not None else NO_RHEOBASE)
            if strength.chronaxie is None
            else strength.chronaxie
        )

    def _laws(self) -> dict[str, LawFit]:
        strength = self.found.strength
        known = strength.known if strength is not None else ([], [])
        return {
            name: self._law(law(*known) if len(known[0]) >= 3 else None)
            for name, law in (("lapicque", lapicque), ("weiss", weiss))
        }

    def _law(self, fit: Fit | None) -> LawFit:
        if fit is None:
            why = self.nothing if self.found.strength is None else Unknown(FEW)
            return LawFit(why, why, why)
        return LawFit(self.density(fit.rheobase, self.nothing), fit.chronaxie, fit.off)

    def _repetitive(self) -> Repetition:
        found = self.found.repetitive
        hopf = tuple(HopfPoint(self.density(one.current, self.nothing), one.V, one.frequency) for one in self.found.hopf)
        if found is None:
            block = next((one for one in reversed(self.found.hopf) if one.stable), None)
            above = (
                self.density(block.current, self.nothing) if block is not None and self.found.fires_by_itself else self.nothing
            )
            return Repetition(self.nothing, above, self.nothing, hopf)
        none = Unknown(NO_REPETITION)
        onset = None if found.onset is None else found.onset.high
        end = None if found.end is None else found.end.low
        return Repetition(
            self.density(onset, none),
            self.density(None if onset is None else found.block, none if onset is None else Unknown(NO_BLOCK)),
            self.density(end, none if onset is None else Unknown(GOES_ON)),
            hopf,
        )

    def _rates(self) -> tuple[FiringRate, ...]:
        found = self.found.repetitive
        rates = () if found is None else found.rates
        return tuple(FiringRate(self.density(one.current, self.nothing), one.frequency, one.peak) for one in rates)

    def _spike(self) -> SpikeShape:
        one = self.found.spike
        if one is None:
            return SpikeShape(*[self.nothing] * 6)
        width = Unknown(NOT_BACK) if one.width is None else one.width
        return SpikeShape(one.peak, one.time_to_peak, width, one.lowest, one.duration, self.density(one.current, self.nothing))

    def _accommodation(self) -> Rise:
        found = self.found.accommodation
        if found is None:
            return Rise(*[self.nothing if self.found.firing is None else Unknown(NO_RHEOBASE)] * 3)
        level = self.density(found.level, self.nothing)
        if found.slowest is None:
            why = Unknown(EVERY_RISE)
            return Rise(level, why, why)
        if found.slowest == 0.0:
            why = Unknown(NO_RISE)
            return Rise(level, why, why)
        return Rise(level, found.slowest, level if isinstance(level, Unknown) else (level or 0.0) / found.slowest)

    def _refractory(self) -> Refractoriness:
        found = self.found.refractory
        if found is None:
            return Refractoriness(self.nothing, self.nothing)
        absolute, relative = (Unknown(NO_REST) if one is None else one for one in (found.absolute, found.relative))
        return Refractoriness(absolute, relative)

    def _anode(self) -> Break:
        found = self.found
        why = self.nothing if found.firing is None else Unknown(NO_ANODE)
        return Break(self.density(None if found.anode is None else found.anode.value, why), ANODE * found.base / 5)

    def _availability(self) -> dict[str, dict[str, float]]:
        stimulated = self.found.prep.stimulated
        gates = gates_at(stimulated.whole.circuit, {stimulated.membrane: self.found.prep.V}, self.found.prep.numbers)
        return gates.get(stimulated.membrane, {})

    def _course(self) -> Course | None:
        """The spike with the gates of its membrane that move."""
        if self.found.spike is None:
            return None
        response, stimulated = self.found.spike.response, self.found.prep.stimulated
        gates: dict[str, dict[str, np.ndarray]] = {}
        for k, key in enumerate(stimulated.dynamics.kept):
            membrane, _, word = key.place.partition(".")
            if key.kind == GATE and membrane == stimulated.membrane:
                gates.setdefault(word, {})[key.name] = response.states[k]
        return Course(response.t, response.V, gates)


def _not_asked() -> dict[str, Any]:
    """The quantities that come after thresholds, where these alone were asked for."""
    why = Unknown(NOT_ASKED)
    return {
        "safety_factor": why,
        "repetitive": Repetition(why, why, why, ()),
        "rates": (),
        "spike": SpikeShape(*[why] * 6),
        "accommodation": Rise(why, why, why),
        "refractory": Refractoriness(why, why),
        "anode_break": Break(why, 0.0),
        "course": None,
    }


def without_answer(membrane: str, electrode: str, sentence: str, durations: Sequence[float]) -> Excitability:
    """The quantities where there is no rest."""

    def why() -> Any:
        """The sentence, of each quantity its own."""
        return Unknown(sentence)

    same = why()
    return Excitability(
        membrane=membrane,
        electrode=electrode,
        V=why(),
        stable=why(),
        threshold_shock=why(),
        threshold=why(),
        level=why(),
        safety_factor=why(),
        strength_duration=tuple(StrengthAt(d, same, same) for d in durations),
        rheobase=why(),
        rheobase_current=why(),
        chronaxie=why(),
        laws={name: LawFit(same, same, same) for name in ("lapicque", "weiss")},
        repetitive=Repetition(same, same, same, ()),
        rates=(),
        spike=SpikeShape(*[same] * 6),
        accommodation=Rise(same, same, same),
        refractory=Refractoriness(same, same),
        anode_break=Break(same, 0.0),
        spontaneous=why(),
        availability={},
        graded=why(),
        course=None,
    )
