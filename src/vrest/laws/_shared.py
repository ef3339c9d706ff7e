"""What several laws share: ions one by one, and the root of an increasing function. NumPy is imported where there are arrays."""

import math
import sys

from ..errors import InputError, NoAnswerError, Problem

MOST_STEPS = 200
FINE = 4 * sys.float_info.epsilon


def per_ion(*values):
    """One tuple of the values for each ion. The first axis of lists, arrays and symbolic columns is the ion's.

    A single value serves all ions.

    Raises:
        InputError: two values have different numbers of ions, or none has an ion axis.
    """
    counts = {count for count in map(_ion_count, values) if count is not None}
    if len(counts) != 1:
        found = " and ".join(str(count) for count in sorted(counts)) + " ions" if counts else "no ion axis"
        raise InputError(Problem("the arguments of several ions disagree", found=found, expected="one value or row per ion"))
    (count,) = counts
    return list(zip(*(_rows(value, count) for value in values), strict=True))


def _ion_count(value):
    if isinstance(value, list | tuple):
        return len(value)
    if hasattr(value, "ndim"):
        return len(value) if value.ndim else None
    if hasattr(value, "is_scalar") and not value.is_scalar():
        return value.shape[0]
    return None


def _rows(value, count):
    if _ion_count(value) is None:
        return [value] * count
    if isinstance(value, list | tuple):
        return [_row(row) for row in value]
    if getattr(value, "ndim", 0) == 1:
        return value.tolist()
    return [value[i, :] for i in range(count)] if hasattr(value, "is_scalar") else list(value)


def _row(row):
    """One ion's value, an array where several were listed."""
    if not isinstance(row, list | tuple):
        return row
    import numpy as np

    return np.asarray(row, dtype=float)


def increasing_root(function, low, high, what):
    """The x where an increasing function is zero; function(x) answers (value, slope) for a float, or for an array x.

    The bounds must enclose the root. Every element keeps its own bounds, which shrink at each step, so that none can escape.

    Raises:
        NoAnswerError: an element has not settled after `MOST_STEPS` steps; `what` names what was sought.
    """
    if not (getattr(low, "ndim", 0) or getattr(high, "ndim", 0)):
        return _root_of_one(function, float(low), float(high), what)
    import numpy as np

    low, high = (np.array(bound, dtype=float) for bound in np.broadcast_arrays(low, high))
    x, last = low + 0.5 * (high - low), high - low
    for _ in range(MOST_STEPS if low.size else 0):
        value, slope = (np.broadcast_to(y, x.shape) for y in function(x))
        low, high = np.where(value <= 0, x, low), np.where(value >= 0, x, high)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            trial = np.where(value == 0, x, x - value / slope)
        tolerance = FINE * (1.0 + np.abs(x))
        settled = np.abs(trial - x) <= tolerance
        usable = (trial >= low) & (trial <= high) & (np.abs(trial - x) <= 0.5 * last)
        following = np.where(settled | usable, trial, low + 0.5 * (high - low))
        open_still = ~settled & (high - low > tolerance)
        x, last = following, np.abs(following - x)
        if not open_still.any():
            return x
    return x if not low.size else _refuse(what, int(open_still.sum()), low.size)


def _root_of_one(function, low, high, what):
    """The same steps for one float."""
    x, last = low + 0.5 * (high - low), high - low
    for _ in range(MOST_STEPS):
        value, slope = function(x)
        if value == 0:
            return x
        if value < 0:
            low = x
        elif value > 0:
            high = x
        step = value / slope if slope else math.inf
        tolerance = FINE * (1.0 + abs(x))
        if abs(step) <= tolerance or high - low <= tolerance:
            return x - step if low <= x - step <= high else x
        usable = low <= x - step <= high and abs(step) <= 0.5 * last
        following = x - step if usable else low + 0.5 * (high - low)
        x, last = following, abs(following - x)
    return _refuse(what, 1, 1)


def _refuse(what, count, size):
    raise NoAnswerError(Problem(f"{what}: {count} of {size} did not settle in {MOST_STEPS} steps"))
