"""What the laws share: the check of their arguments, ions one by one, and the root of an increasing function.

NumPy is imported where there are arrays.
"""

from __future__ import annotations

import functools
import inspect
import math
import operator
import sys
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ParamSpec, TypeAlias, TypeVar

from ..domains import Domain, bounded
from ..errors import InputError, NotFoundError, Problem
from ..maths import is_symbol

MOLAR = 1000.0
"""One mol/l [mol/m^3], against which a pH counts protons and a tabulated constant its solutes."""
MOST_STEPS = 200
FINE = 4 * sys.float_info.epsilon

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

Numbers: TypeAlias = float | Any
"""A float, or several as an array or list; a CasADi symbol or a pint quantity of either."""
Ions: TypeAlias = Sequence[Numbers] | Any
"""One value for each ion: a list, a tuple, or an array whose first axis is the ions'; a single value serves all of them."""


# -- what makes a function a law ----------------------------------------------------------------------------------


def law(**domains: Domain) -> Callable[[Callable[Given, Answer]], Callable[Given, Answer]]:
    """Check the named arguments of a law where they are numbers or arrays; symbols pass: their values are checked on entry.

    Where an argument is a pint quantity, all are taken in the units that the docstring states, and so is the answer.
    The domains stand in the law's attribute `domains`.

    Raises:
        InputError: naming the law, the argument, what was found and what the law needs.
    """

    def decorate(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
        arguments = enumerate(inspect.signature(function).parameters.items())
        checked = [
            (k, name, domains[name], row.annotation == "Ions", row.default) for k, (name, row) in arguments if name in domains
        ]

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            for position, name, domain, by_ion, default in checked:
                value = args[position] if position < len(args) else kwargs.get(name, default)
                if value is default or (type(value) is float and domain.admits(value)):  # by far the most frequent case
                    continue
                if _has_unit(value):
                    return _with_units(guarded, args, kwargs)
                if isinstance(value, list | tuple) and not by_ion:
                    return _with_arrays(guarded, args, kwargs)
                plain = _as_numbers(function.__name__, name, value)
                if plain is not value:
                    return guarded(**inspect.signature(function).bind(*args, **kwargs).arguments | {name: plain})
                for number in _numbers(value):
                    if not domain.admits(number):
                        raise InputError(_outside(function.__name__, name, number, domain))
            return function(*args, **kwargs)

        guarded.domains = domains  # type: ignore[attr-defined]
        return guarded

    return decorate


def _has_unit(value: Any) -> bool:
    """Whether a value is a pint quantity or a text, or holds one."""
    if isinstance(value, list | tuple):
        return any(map(_has_unit, value))
    return isinstance(value, str) or hasattr(value, "to_base_units") or getattr(value, "dtype", None) == "O"


def _with_units(function: Callable, args: Any, kwargs: Any) -> Any:
    from ._quantities import in_units  # what concerns pint is read where it is used

    return in_units(function, args, kwargs)


def _with_arrays(function: Callable, args: Any, kwargs: Any) -> Any:
    """The answer where a list stands for several values of an argument that has no ion axis."""
    import numpy as np

    signature = inspect.signature(function)
    given = signature.bind(*args, **kwargs).arguments
    single = [name for name in given if signature.parameters[name].annotation != "Ions"]
    return function(**given | {name: np.asarray(given[name]) for name in single if isinstance(given[name], list | tuple)})


def _as_numbers(law: str, name: str, value: Any) -> Any:
    """An argument as what laws compute with: floats and arrays of full width, whole numbers, lists of these, symbols.

    Raises:
        InputError: it is no number.
    """
    if isinstance(value, list | tuple | range):
        found = [_as_numbers(law, name, one) for one in value]
        same = not isinstance(value, range) and all(map(operator.is_, found, value))
        return value if same else found
    if type(value) in (float, int) or is_symbol(value):
        return value
    if hasattr(value, "dtype"):
        return _at_full_width(law, name, value)
    try:
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            raise TypeError
        return float(bounded(value))
    except (TypeError, ValueError):
        raise InputError(_no_number(law, name, value)) from None


def _at_full_width(law: str, name: str, value: Any) -> Any:
    """An array, or a number of its sort, in which small and large are told apart as in a float."""
    kind = getattr(value.dtype, "kind", "f")
    if kind not in "fiu" or getattr(getattr(value, "mask", None), "any", bool)():
        raise InputError(_no_number(law, name, value))
    return value.astype(float) if kind == "f" and getattr(value.dtype, "itemsize", 8) < 8 else value


def _no_number(law: str, name: str, value: Any) -> Problem:
    return Problem(
        f"{law}: {name} is no number",
        path=name,
        found=" ".join(repr(value).split())[:40],
        expected="a number, or a list or array of them",
    )


def _numbers(value: Any) -> list[Any]:
    """The numbers and arrays in an argument; a list holds one value per ion, each a number, an array or a symbol."""
    if isinstance(value, list | tuple):
        return [number for row in value for number in _numbers(row)]
    if type(value).__module__.partition(".")[0] == "numpy":
        return [value] if value.dtype.kind in "fiub" else []
    return [float(bounded(value))] if isinstance(value, Real) else []


def _outside(function: str, name: str, value: Any, domain: Domain) -> Problem:
    found = value if getattr(value, "ndim", 0) == 0 else next(x for x in value.ravel() if not domain.admits(float(x)))
    return Problem(f"{function}: {name} is outside the law's domain", path=name, found=f"{found:g}", expected=domain.words)


# -- ions and roots ------------------------------------------------------------------------------------------------


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

    try:
        return np.asarray(row, dtype=float)
    except (TypeError, ValueError):
        raise InputError(Problem("these are no numbers", found=repr(row), expected="a number per ion, or several")) from None


def increasing_root(function, low, high, what):
    """The x where an increasing function is zero; function(x) answers (value, slope) for a float, or for an array x.

    The bounds must enclose the root. Every element keeps its own bounds, which shrink at each step, so that none can escape.

    Raises:
        NotFoundError: an element has not settled after `MOST_STEPS` steps; `what` names what was sought.
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
    raise NotFoundError(Problem(f"{what}: {count} of {size} did not settle in {MOST_STEPS} steps"))
