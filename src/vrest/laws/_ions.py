"""Several ions in one call: the ion axis comes first."""

import numpy as np

from ..errors import InputError, Problem


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
    if isinstance(value, np.ndarray):
        return len(value) if value.ndim else None
    if hasattr(value, "is_scalar") and not value.is_scalar():
        return value.shape[0]
    return None


def _rows(value, count):
    if _ion_count(value) is None:
        return [value] * count
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return value.tolist()
    if isinstance(value, list | tuple):
        return [np.asarray(row, dtype=float) if isinstance(row, list | tuple) else row for row in value]
    return [value[i, :] for i in range(count)] if hasattr(value, "is_scalar") else list(value)
