"""Times as people say them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..units import to_unit

UNITS = (("d", 172800.0), ("h", 7200.0), ("min", 120.0), ("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 0.0))
"""Each from so many seconds on."""
PROTON = "H"
"""The ion whose concentration may be written as a pH, and is said as one."""
SCALES = (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0), ("seconds", 1.0), ("milliseconds", 1e-3))


def duration(seconds: float | None, digits: int = 4) -> str:
    """A time in the unit in which people would say it.

    >>> duration(600.0), duration(331.495), duration(0.00748), duration(7200.0), duration(0.0), duration(259200.0)
    ('10 min', '5.525 min', '7.48 ms', '2 h', '0 s', '3 d')
    >>> duration(7.62e-9)
    '7.62 ns'
    """
    if seconds is None or not math.isfinite(seconds):
        return "-"
    unit = time_unit(seconds)
    value = float(f"{to_unit(seconds, unit):.{digits}g}")
    return f"{value:,.{digits}g} {unit}" if abs(value) < 10.0**digits else f"{value:,.0f} {unit}"


def time_unit(seconds: float) -> str:
    """The unit that suits a time.

    >>> time_unit(3600.0), time_unit(100.0), time_unit(36000.0), time_unit(0.02)
    ('min', 's', 'h', 'ms')
    """
    return next(unit for unit, least in UNITS if abs(seconds) >= least) if seconds else "s"


def time_word(seconds: float) -> str:
    """The scale of a time, in a word.

    >>> time_word(0.016), time_word(26.0), time_word(174.0), time_word(14846.0), time_word(4e5)
    ('milliseconds', 'seconds', 'minutes', 'hours', 'days')
    """
    return next((word for word, least in SCALES if abs(seconds) >= least), "microseconds")


def pH(c: Any) -> Any:
    """pH of concentrations of free protons [mol/m^3].

    >>> float(round(pH(6e-5), 2))
    7.22
    >>> float(pH(0.0))
    inf
    """
    with np.errstate(divide="ignore"):
        return 3.0 - np.log10(c)


def gone(ion: str, before: float, after: float) -> str:
    """How a concentration [mol/m^3] changed; that of protons as pH.

    >>> gone("K", 140.0, 152.0), gone("H", 4.786e-5, 1.139e-4)
    ('K 140 to 152 mM', 'pH 7.32 to 6.94')
    """
    if ion == PROTON and min(before, after) > 0:
        return f"pH {pH(before):.2f} to {pH(after):.2f}"
    return f"{ion} {to_unit(before, 'mM'):.4g} to {to_unit(after, 'mM'):.4g} mM"


def lacking(gap: float) -> str:
    """Solutes by which the list of what is inside falls short [mol/m^3, negative].

    >>> lacking(-41.0)
    '41 mOsm of solutes that are not listed, such as uncharged ones,'
    """
    return f"{abs(to_unit(gap, 'mM')):.3g} mOsm of solutes that are not listed, such as uncharged ones,"


def osmotic(gap: float, pressure: Any) -> str:
    """A difference of osmolarities [mol/m^3] and the pressure that it takes [Pa].

    >>> osmotic(312.0, 8.042e5)
    '804.2 kPa (312 mOsm more inside)'
    """
    side = "more" if gap > 0 else "less"
    return f"{to_unit(float(pressure or 0.0), 'kPa'):.4g} kPa ({abs(to_unit(gap, 'mM')):.3g} mOsm {side} inside)"
