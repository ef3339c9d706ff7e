"""A pH as a concentration of free protons: `pH 7.2` stands for 10^-7.2 mol/l."""

from __future__ import annotations

import re

from ..errors import Problem
from .dimensions import Quantity, UnitError
from .grammar import plain
from .quantities import dimension_of

UNIT = "mM"
"""What a pH is counted in."""
HIGHEST = 14.0
RANGE = f"a pH from 0 to {HIGHEST:g}"
_WRITTEN = re.compile(r"pH *([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))\Z")
_MOLAR = 3.0
"""The logarithm of one mol/l in mol/m^3."""


def of_pH(text: str) -> Quantity:
    """The concentration that a pH stands for.

    Raises:
        UnitError: the text is no pH from 0 to 14.

    >>> of_pH("pH 7").value
    0.0001
    """
    found = _WRITTEN.match(plain(text))
    pH = float(found[1]) if found else -1.0
    if not 0.0 <= pH <= HIGHEST:
        raise UnitError(Problem("this is no pH", found=text, expected=f"{RANGE}, such as pH 7.2"))
    return Quantity(10.0 ** (_MOLAR - pH), dimension_of(UNIT), text)
