"""Numbers as people read them: few digits, a unit, no minus zero; a dash for what is not known. JSON and CSV hold them unrounded."""

from __future__ import annotations

import math
from collections.abc import Sequence, Sized

from ..results.base import Maybe, bench, known
from ..units import to_unit

ABSENT = "-"
_PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def where(words: str, among: Sized) -> str:
    """Words that tell places apart; nothing where there is one alone.

    >>> where(" of plasma", ["plasma"]), where(" of plasma", ["plasma", "tonoplast"])
    ('', ' of plasma')
    """
    return words if len(among) > 1 else ""


def fixed(value: Maybe, decimals: int = 2, *, signed: bool = False) -> str:
    """A number with so many decimals.

    >>> fixed(-70.5387), fixed(-0.001), fixed(None), fixed(3.2, 1, signed=True)
    ('-70.54', '0.00', '-', '+3.2')
    """
    if not known(value) or not math.isfinite(value):
        return ABSENT
    rounded = round(value, decimals) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''},.{decimals}f}"


def significant(value: Maybe, digits: int = 3) -> str:
    """A number with so many significant digits, without an exponent where that stays readable.

    >>> significant(1.36763), significant(77062.3), significant(2.5e-7), significant(0.0), significant(140.0)
    ('1.37', '77,100', '2.50e-7', '0', '140')
    """
    if not known(value) or not math.isfinite(value):
        return ABSENT
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = math.floor(math.log10(abs(rounded)))
    if not -4 <= exponent < 6:
        mantissa, power = f"{rounded:.{digits - 1}e}".split("e")
        return f"{mantissa}e{int(power)}"
    return f"{rounded:,.{max(0, digits - 1 - exponent)}f}"


def mV(value: Maybe, decimals: int = 2, *, signed: bool = False) -> str:
    """A potential [V] in mV.

    >>> mV(-0.0705387), mV(None), mV(0.0032, 1, signed=True)
    ('-70.54', '-', '+3.2')
    """
    return fixed(bench(value, "mV"), decimals, signed=signed)


def pL(value: Maybe) -> str:
    """A volume [m^3] in pL."""
    return significant(bench(value, "pL"), 4)


def concentration(value: Maybe) -> str:
    """A concentration in mM as it is usually written: `140`, `4.57`, `0.0003`.

    >>> concentration(140.0), concentration(4.57), concentration(0.0003), concentration(None)
    ('140', '4.57', '0.0003', '-')
    """
    return f"{to_unit(value, 'mM'):.4g}" if known(value) else ABSENT


def engineering(value: Maybe, unit: str, digits: int = 3) -> str:
    """A number in SI with a prefix for its unit.

    >>> engineering(1.719e-11, "A"), engineering(6.25e-17, "mol/s"), engineering(0.0, "W"), engineering(1.76e7, "V/m")
    ('17.2 pA', '62.5 amol/s', '0 W', '17.6 MV/m')
    """
    if not known(value) or not math.isfinite(value):
        return ABSENT
    power = prefix_power([value], digits)
    return f"{significant(value / 10.0**power, digits)} {prefixed(unit, power)}"


def prefix_power(values: list[float], digits: int = 3) -> int:
    """The power of ten, a multiple of three, that suits the largest of some numbers.

    >>> prefix_power([2.1e-16, -1.9e-18]), prefix_power([0.0])
    (-18, 0)
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest == 0:
        return 0
    exponent = math.floor(math.log10(float(f"{largest:.{digits - 1}e}")))
    return min(max(_PREFIXES), max(min(_PREFIXES), 3 * (exponent // 3)))


def prefixed(unit: str, power: int) -> str:
    """A unit with the prefix of a power of ten."""
    return _PREFIXES[power] + unit


def percent(fraction: Maybe) -> str:
    """A part of one in percent.

    >>> percent(0.7402), percent(0.00027), percent(1.0), percent(0.0)
    ('74 %', '<1 %', '100 %', '0 %')
    """
    if not known(fraction) or not math.isfinite(fraction):
        return ABSENT
    size = 100 * abs(fraction)
    return "<1 %" if 0 < size < 0.5 else f"{size:.0f} %"


def one_in(fraction: Maybe) -> str:
    """A small part in words.

    >>> one_in(1.5666e-5), one_in(0.4), one_in(0.0)
    ('one in 63,800', '40 %', 'none')
    """
    if not known(fraction) or not math.isfinite(fraction):
        return ABSENT
    if fraction == 0:
        return "none"
    if fraction > 0.1:
        return percent(fraction)
    return f"one in {significant(1 / fraction)}" if fraction > 1e-6 else f"one in {significant(1e-6 / fraction)} million"


def charge(valence: int) -> str:
    """The charge of an ion after its name.

    >>> charge(1), charge(2), charge(-1)
    ('+', '2+', '-')
    """
    return f"{abs(valence) if abs(valence) > 1 else ''}{'+' if valence > 0 else '-'}"


def ion_words(name: str, valence: int) -> str:
    """An ion with its charge, in plain letters.

    >>> ion_words("Ca", 2), ion_words("HCO3", -1)
    ('Ca2+', 'HCO3-')
    """
    return name if name.endswith(("+", "-")) or not valence else name + charge(valence)


def ion_symbol(name: str, valence: int) -> str:
    """An ion with its charge as a superscript, for figures.

    >>> ion_symbol("Ca", 2)
    'Ca²⁺'
    """
    plain = ion_words(name, valence)
    return name + plain[len(name) :].translate(_SUPERSCRIPT)


def minus(text: str) -> str:
    """A number with the typographic minus sign, for figures.

    >>> minus("-70.5")
    '\N{MINUS SIGN}70.5'
    """
    return text.replace("-", "\N{MINUS SIGN}")


def aligned(values: Sequence[Maybe], digits: int = 4) -> list[str]:
    """A column of numbers with the same decimals, enough to give the largest so many digits.

    A small number that would show as zero keeps two digits.

    >>> aligned([1.36763, -1.58178, None, 0.0, 0.00002])
    ['1.368', '-1.582', '-', '0', '2.0e-5']
    """
    finite = [value for value in values if known(value) and math.isfinite(value)]
    largest = max((abs(value) for value in finite), default=0.0)
    decimals = 0 if largest == 0 else min(digits, max(0, digits - 1 - math.floor(math.log10(largest))))
    return [_in_column(value, decimals) for value in values]


def _in_column(value: Maybe, decimals: int) -> str:
    if not known(value) or not math.isfinite(value):
        return ABSENT
    if value and abs(value) < 0.5 * 10.0**-decimals:
        return significant(value, 2)
    return fixed(value, decimals) if value else "0"
