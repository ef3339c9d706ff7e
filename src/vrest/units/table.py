"""The bench's units. A scale is exact: two whole numbers, so that a value is rounded once, when it becomes a float."""

from __future__ import annotations

from math import gcd

from ..constants import ELEMENTARY_CHARGE, ZERO_CELSIUS

Ratio = tuple[int, int]
"""A numerator and a denominator."""
Entry = tuple[Ratio, tuple[int, ...]]

# -- exact numbers ----------------------------------------------------------------------------------------------------

_FAR = 2000  # beyond any float for any mantissa that is short enough to be read


def exact(text: str) -> Ratio:
    """The numerator and denominator of a decimal number such as `-1.5e-3`, exactly; the caller has checked its form."""
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, part = mantissa.partition(".")
    digits = int(whole + part)
    power = max(-_FAR, min(_FAR, int(exponent or 0))) - len(part)
    return (digits * 10**power, 1) if power >= 0 else (digits, 10**-power)


def times(a: Ratio, b: Ratio) -> Ratio:
    """The product, reduced."""
    numerator, denominator = a[0] * b[0], a[1] * b[1]
    common = gcd(numerator, denominator)
    return numerator // common, denominator // common


def plus(a: Ratio, b: Ratio) -> Ratio:
    """The sum."""
    return a[0] * b[1] + b[0] * a[1], a[1] * b[1]


def power(a: Ratio, n: int) -> Ratio:
    """The integer power."""
    return (a[0] ** n, a[1] ** n) if n >= 0 else (a[1] ** -n, a[0] ** -n)


def nearest_float(a: Ratio) -> float:
    """The float nearest to the ratio. Raises OverflowError where it is too large, or too small to be told from zero."""
    value = a[0] / a[1]
    if value == 0 and a[0]:
        raise OverflowError("underflow")
    return value


def exact_sum(*terms: float) -> float:
    """The sum of numbers as their shortest decimals say it: 0.1 and 0.2 make 0.3, so that times that touch are equal."""
    total = (0, 1)
    for term in terms:
        total = plus(total, exact(repr(term)))
    return total[0] / total[1]


def exact_multiple(count: int, step: float) -> float:
    """So many times a number, as its shortest decimal says it."""
    numerator, denominator = exact(repr(step))
    return count * numerator / denominator


# -- the units --------------------------------------------------------------------------------------------------------

PREFIXES: dict[str, Ratio] = {
    "z": (1, 10**21),
    "a": (1, 10**18),
    "f": (1, 10**15),
    "p": (1, 10**12),
    "n": (1, 10**9),
    "u": (1, 10**6),
    "m": (1, 10**3),
    "c": (1, 10**2),
    "d": (1, 10),
}

LARGE_PREFIXES: dict[str, Ratio] = {
    "k": (10**3, 1),
    "M": (10**6, 1),
    "G": (10**9, 1),
    "T": (10**12, 1),
}

_VOLT = (2, 1, -3, -1, 0, 0)
_SIEMENS = (-2, -1, 3, 2, 0, 0)
_OHM = (2, 1, -3, -2, 0, 0)
_COULOMB = (0, 0, 1, 1, 0, 0)
_JOULE = (2, 1, -2, 0, 0, 0)
_PASCAL = (-1, 1, -2, 0, 0, 0)
_MOLE = (0, 0, 0, 0, 0, 1)
_MOLAR = (-3, 0, 0, 0, 0, 1)
_SECOND = (0, 0, 1, 0, 0, 0)
_LITRE = (3, 0, 0, 0, 0, 0)
_METRE = (1, 0, 0, 0, 0, 0)

PREFIXABLE: dict[str, Entry] = {
    "m": ((1, 1), _METRE),
    "g": ((1, 1000), (0, 1, 0, 0, 0, 0)),
    "s": ((1, 1), _SECOND),
    "A": ((1, 1), (0, 0, 0, 1, 0, 0)),
    "K": ((1, 1), (0, 0, 0, 0, 1, 0)),
    "mol": ((1, 1), _MOLE),
    "V": ((1, 1), _VOLT),
    "S": ((1, 1), _SIEMENS),
    "F": ((1, 1), (-2, -1, 4, 2, 0, 0)),
    "C": ((1, 1), _COULOMB),
    "J": ((1, 1), _JOULE),
    "W": ((1, 1), (2, 1, -3, 0, 0, 0)),
    "Pa": ((1, 1), _PASCAL),
    "bar": ((10**5, 1), _PASCAL),
    "N": ((1, 1), (1, 1, -2, 0, 0, 0)),
    "Hz": ((1, 1), (0, 0, -1, 0, 0, 0)),
    "ohm": ((1, 1), _OHM),
    "Ohm": ((1, 1), _OHM),
    "L": ((1, 1000), _LITRE),
    "l": ((1, 1000), _LITRE),
    "Osm": ((1, 1), _MOLE),
    "osm": ((1, 1), _MOLE),
    "osmol": ((1, 1), _MOLE),
    "cal": ((4184, 1000), _JOULE),
    "eV": (exact(repr(ELEMENTARY_CHARGE)), _JOULE),
}

# where a large prefix is written at the bench; elsewhere MS, kA or ML is a slip for another letter
LARGE_WITH: dict[str, str] = {
    "g": "k",
    "J": "k",
    "cal": "k",
    "eV": "k",
    "V": "kM",  # of a field, MV/m
    "Pa": "kMG",
    "Hz": "kMG",
    "ohm": "kMGT",
    "Ohm": "kMGT",
}

# a name that one of these makes of a unit above means nothing else: PM is no unit, whatever else is installed
SI_PREFIXES = ("da", *"qryzafpnumcdhkMGTPEZYRQ")

ALONE: dict[str, Entry] = {
    "M": ((1000, 1), _MOLAR),
    "mM": ((1, 1), _MOLAR),
    "uM": ((1, 10**3), _MOLAR),
    "nM": ((1, 10**6), _MOLAR),
    "pM": ((1, 10**9), _MOLAR),
    "fM": ((1, 10**12), _MOLAR),
    "min": ((60, 1), _SECOND),
    "h": ((3600, 1), _SECOND),
    "d": ((86400, 1), _SECOND),
    "atm": ((101325, 1), _PASCAL),
    "mmHg": (exact("133.322387415"), _PASCAL),
    "cmH2O": (exact("98.0665"), _PASCAL),
    "angstrom": ((1, 10**10), _METRE),
    "e": (exact(repr(ELEMENTARY_CHARGE)), _COULOMB),
}

CELSIUS = "degC"
CELSIUS_OFFSET = exact(repr(ZERO_CELSIUS))

# for near misses; the likelier of two that differ in case stands first
_BENCH = (
    "mV V uV mM uM nM pM M K degC um nm m cm mm angstrom ms s us min h d mol mmol umol nmol pmol fmol amol "
    "L mL uL nL pL fL A mA uA nA pA fA S mS uS nS pS C pC nC fC F mF uF nF pF fF J kJ mJ pJ fJ kcal cal eV e "
    "W mW uW pW fW Pa kPa MPa bar mbar atm mmHg cmH2O N mN nN pN Hz kHz ohm kohm Mohm Gohm kg g mg ug ng pg Osm mOsm uOsm"
)
BENCH = tuple(_BENCH.split())
