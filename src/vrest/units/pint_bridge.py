"""pint, asked only for the units that the table does not hold, and understood where it is handed in. Its exceptions stay here."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from ..errors import Problem
from .dimensions import DIMENSIONLESS, Dimension, Malformed, Quantity, Unit, UnitError
from .table import exact

_DIMENSIONS = ("[length]", "[mass]", "[time]", "[current]", "[temperature]", "[substance]")
_EQUIVALENTS = ("Eq", "mEq", "uEq")


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


def unit_of_pint(name: str) -> Unit:
    """The unit that pint knows by one bare name.

    Raises:
        Malformed: pint is not installed, does not know the name, or knows it as something without a fixed scale to SI.
    """
    if name in _EQUIVALENTS:
        raise Malformed("an equivalent is an amount times a valence: write mol or mM of the ion")
    try:
        registry = _registry()
    except ImportError:
        raise Malformed(
            f"the unit {name} is not known here; pip install '.[units]' in the folder of vrest adds more", name
        ) from None
    try:
        zero, one, two = (registry.Quantity(float(n), name).to_base_units() for n in (0, 1, 2))
        dimension = dimension_of_pint(one)
        regular = zero.magnitude == 0 and two.magnitude == 2 * one.magnitude and one.magnitude > 0
    except Exception:
        raise Malformed(f"the unit {name} is not known", name) from None
    if not regular or dimension is None or dimension == DIMENSIONLESS:
        raise Malformed(f"the unit {name} is not one that vrest reads", name)
    return Unit(exact(repr(one.magnitude)), dimension)


def dimension_of_pint(quantity: Any) -> Dimension | None:
    """The dimension of a pint quantity, or None where it has one that vrest does not know."""
    powers = dict(quantity.dimensionality)
    exponents = [powers.pop(name, 0) for name in _DIMENSIONS]
    if powers or any(n != int(n) for n in exponents):
        return None
    return Dimension(tuple(int(n) for n in exponents))


def quantity_of_pint(obj: Any) -> Quantity:
    """A pint quantity of one number, with a short text that may stand for it.

    Raises:
        UnitError: it is not one finite number, or has a dimension that vrest does not know.
    """
    try:
        base = obj.to_base_units()
        value, dimension = float(base.magnitude), dimension_of_pint(obj)
        text = f"{float(obj.magnitude)!r} {obj.units:~C}"
    except Exception:
        raise UnitError(Problem("this pint quantity is not one number with a unit", found=repr(obj))) from None
    if dimension is None or not -math.inf < value < math.inf:
        raise UnitError(Problem("this pint quantity is not finite, or not of a kind that vrest reads", found=text))
    return Quantity(value, dimension, text)
