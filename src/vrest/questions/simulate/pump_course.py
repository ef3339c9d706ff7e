"""What mechanisms do to the second law along a time course: pumps that stall, turn backwards or run beyond their ATP."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...results.simulation import EVENT, Happening

STANDING = 1e-6
"""Part of its fastest turnover below which a pump is taken to stand."""
NOTHING = 1e-9
"""Part of a mechanism's largest power, and of RT for what it moves, below which a heat is zero but for rounding."""


def reversals(time: np.ndarray, where: str, cycles: np.ndarray, splits_atp: bool) -> Iterator[Happening]:
    """The moments at which a pump stalls and goes on the other way, located between points."""
    made = ": it makes ATP" if splits_atp else ""
    words = {-1: f"{where} stalls and turns backwards{made}", 1: f"{where} stalls and turns forwards again"}
    for at, sign in _crossings(time, cycles, STANDING * float(np.max(np.abs(cycles), initial=0.0))):
        yield Happening(at, words[sign], EVENT)


def beyond_its_drive(time: np.ndarray, where: str, cycles: np.ndarray, left: np.ndarray, splits_atp: bool) -> Iterator[Happening]:
    """The moments from which a pump that turns forwards takes more than what drives it gives, and from which no more."""
    its, gives = ("ATP", "ATP") if splits_atp else ("drive", "that")
    words = {-1: f"{where} runs beyond its {its}: a cycle takes more than {gives} gives", 1: f"{where} is within its {its} again"}
    forwards = cycles > STANDING * float(np.max(np.abs(cycles), initial=0.0))
    for at, sign in _crossings(time, left, NOTHING * float(np.max(np.abs(left), initial=0.0))):
        if forwards[min(int(np.searchsorted(time, at)), time.size - 1)]:
            yield Happening(at, words[sign], EVENT)


def _crossings(time: np.ndarray, values: np.ndarray, noise: float) -> Iterator[tuple[float, int]]:
    """Where values change their sign by more than noise, between points linearly, and to which sign."""
    sure = np.flatnonzero(np.abs(values) > noise)
    for first, last in zip(sure, sure[1:], strict=False):
        if values[first] * values[last] < 0:
            inner = values[first : last + 1]
            k = first + int(np.flatnonzero(inner[:-1] * values[first] > 0)[-1])
            part = values[k] / (values[k] - values[k + 1])
            yield float(time[k] + part * (time[k + 1] - time[k])), int(np.sign(values[last]))


def violations(time: np.ndarray, where: str, heat: np.ndarray, thermal: np.ndarray) -> tuple[str, ...]:
    """A mechanism that turns heat to free energy: named with when, and how often.

    Arguments:
        heat:    free energy that it turns to heat [W]
        thermal: RT times all that it moves [W], the size of what rounding leaves
    """
    known = heat[np.isfinite(heat)]
    if not known.size:
        return ()
    least = np.maximum(NOTHING * float(np.max(np.abs(known))), NOTHING * thermal)
    negative = np.concatenate([[False], np.nan_to_num(heat) < -least, [False]])
    edges = np.flatnonzero(np.diff(negative.astype(int)))
    begins, ends = edges[::2], edges[1::2] - 1
    if not begins.size:
        return ()
    first, last = _zero(time, heat, begins[0] - 1), _zero(time, heat, ends[-1])
    often = f", {begins.size} times" if begins.size > 1 else ""
    return (f"{where} from {first:.4g} s to {last:.4g} s{often}",)


def _zero(time: np.ndarray, heat: np.ndarray, k: int) -> float:
    """Where a heat is zero between a point and the next one, linearly; the end of the run where there is none."""
    if k < 0 or k + 1 >= time.size:
        return float(time[0] if k < 0 else time[-1])
    a, b = heat[k], heat[k + 1]
    part = a / (a - b) if a * b < 0 else float(a >= 0)
    return float(time[k] + part * (time[k + 1] - time[k]))
