"""The root of an increasing function between two bounds, for arrays: Newton's steps, halving where they leave or stall."""

import numpy as np

from ..errors import NoAnswerError, Problem

MOST_STEPS = 200
FINE = 4 * np.finfo(float).eps


def increasing_root(function, low, high, what):
    """The x where an increasing function is zero; function(x) answers (value, slope) for an array x.

    The bounds must enclose the root. Every element keeps its own bounds, which shrink at each step, so that none can escape.

    Raises:
        NoAnswerError: an element has not settled after `MOST_STEPS` steps; `what` names what was sought.
    """
    low, high = (np.array(bound, dtype=float) for bound in np.broadcast_arrays(low, high))
    x = low + 0.5 * (high - low)
    if low.size == 0:
        return x
    last = high - low
    for _ in range(MOST_STEPS):
        value, slope = function(x)
        value, slope = np.broadcast_to(value, x.shape), np.broadcast_to(slope, x.shape)
        low, high = np.where(value <= 0, x, low), np.where(value >= 0, x, high)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            trial = x - value / slope
        tolerance = FINE * (1.0 + np.abs(x))
        settled = np.abs(trial - x) <= tolerance
        usable = (trial >= low) & (trial <= high) & (np.abs(trial - x) <= 0.5 * last)
        following = np.where(settled | usable, trial, low + 0.5 * (high - low))
        following = np.where(value == 0, x, following)
        done = settled | (value == 0) | (high - low <= tolerance)
        x, last = following, np.abs(following - x)
        if done.all():
            return x
    raise NoAnswerError(Problem(f"{what}: {int((~done).sum())} of {done.size} did not settle in {MOST_STEPS} steps"))
