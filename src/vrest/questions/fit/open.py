"""What data leave open: combinations of numbers that move nothing of what was measured, and what is determined in their place, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...engines.least_squares import directions, reduced
from ...results.base import Maybe, known
from ...results.fitted import Combination, FittedNumber, NotDetermined
from .free import Free

WHOLE = 1e-4
"""How far an exponent is from a whole number at most that is said as one."""
REACH = 2.3
"""How far numbers must be free to go together before the data tell it: a factor of ten, or as many sizes."""
ROUGH, NOTHING = 0.05, 0.01
"""How far an exponent may be from a whole number, and from zero, where data do not tell more."""


@dataclass(frozen=True)
class Open:
    """Combinations of numbers that data leave open, by the number that is held at its described value; `exact`: whatever the data are."""

    ways: Mapping[int, np.ndarray]
    exact: bool = True


def left_open(jacobian: np.ndarray, rounding: float) -> Open:
    """Combinations that move nothing of what was measured."""
    return Open({k: _roughly(way, WHOLE) for k, way in directions(jacobian, rounding).items()})


def hardly_told(jacobian: np.ndarray, limit: float) -> Open:
    """Combinations along which numbers can go by a factor of ten while the root of the sum of squares rises by less than its limit."""
    _, singular, right = np.linalg.svd(jacobian, full_matrices=True)
    weak = right[int(np.sum(singular * REACH > limit)) :]
    return Open({k: _roughly(way, ROUGH) for k, way in reduced(weak).items()}, exact=False)


def _roughly(way: np.ndarray, near: float) -> np.ndarray:
    """Exponents as whole numbers where they are nearly so."""
    whole = np.where(np.abs(way - way.round()) < near, way.round(), way)
    return np.where(np.abs(way) < min(near, NOTHING), 0.0, np.where(whole == 0, way, whole))


def not_determined(left: Open, free: Sequence[Free], conditional: Mapping[str, FittedNumber]) -> list[NotDetermined]:
    """Every combination that moves nothing.

    Arguments:
        conditional: intervals of the numbers while some are held at their described values
    """
    return [_one(k, left, free, conditional) for k in left.ways]


def _one(k: int, left: Open, free: Sequence[Free], conditional: Mapping[str, FittedNumber]) -> NotDetermined:
    held, way = free[k], left.ways[k]
    moving = [i for i in np.flatnonzero(way).tolist() if i != k]
    direction = {held.path: 1.0} | {free[i].path: float(way[i]) for i in moving}
    if not moving:
        depend = "do not depend on" if left.exact else "hardly depend on"
        return NotDetermined(direction, held.path, f"The data {depend} {held.path}: it stands as described.")
    any_change = "any change of what was measured" if left.exact else "a change that these data would tell"
    together = f"{listed(list(direction))} can be moved together without {any_change}"
    found, only = _in_place(k, moving, left, free, conditional)
    return NotDetermined(direction, held.path, f"{together}{only}; {held.path} stands as described.", tuple(found))


def _in_place(
    k: int, moving: Sequence[int], left: Open, free: Sequence[Free], conditional: Mapping[str, FittedNumber]
) -> tuple[list[Combination], str]:
    """What is determined in place of numbers that move with the held one, and a clause on it."""
    way, alone = left.ways[k], [i for i in moving if sum(bool(other[i]) for other in left.ways.values()) == 1]
    if not alone or any(free[i].size is not None for i in (k, *moving)):
        return [], ""
    if not left.exact and any(abs(way[i]) != 1 for i in alone):
        return [_beside(free[i], free[k], conditional[free[i].path]) for i in alone], ""
    found = [_combination(free[i], free[k], float(way[i]), conditional[free[i].path]) for i in alone]
    what = listed([f"{_kind(way[i])} {one.of}" for i, one in zip(alone, found, strict=True)])
    return found, f": only {what} {'is' if len(found) == 1 else 'are'} determined"


def listed(words: Sequence[str]) -> str:
    """Words one after the other, "and" before the last."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _kind(power: float) -> str:
    return {1.0: "the ratio", -1.0: "the product"}.get(power, "the combination")


def _combination(one: Free, held: Free, power: float, number: FittedNumber) -> Combination:
    """one * held^-power, which stays along a direction in which log(one) moves by `power` where log(held) moves by 1."""
    size = held.shown(held.described) ** -power
    if power == 1:
        of, unit = f"{one.path} / {held.path}", "1" if one.unit == held.unit else f"{one.unit} / ({held.unit})"
    elif power == -1:
        of, unit = f"{one.path} * {held.path}", f"{one.unit} * {held.unit}"
    else:
        of, unit = f"{one.path} * {held.path}^{-power:.3g}", f"{one.unit} * ({held.unit})^{-power:.3g}"
    return Combination(of, number.value * size, _times(number.low, size), _times(number.high, size), unit)


def _beside(one: Free, held: Free, number: FittedNumber) -> Combination:
    """A number while the other one stands as described."""
    return Combination(f"{one.path} beside the described {held.path}", number.value, number.low, number.high, one.unit)


def _times(end: Maybe, size: float) -> Maybe:
    return end * size if known(end) else end
