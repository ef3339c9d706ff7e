"""Numbers as people read them: few digits, a unit, no minus zero; a dash for what is not known. JSON and CSV hold them unrounded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence, Sized
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard

from ..results.base import Maybe, bench, known
from ..results.words import PROTON, pH
from ..units import to_unit

ABSENT = "-"
_PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}
_SUPERSCRIPT = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
How = ParamSpec("How")


def finite(value: Maybe) -> TypeGuard[float]:
    """Whether there is a number that can be written."""
    return known(value) and math.isfinite(value)


def or_dash(said: Callable[Concatenate[float, How], str]) -> Callable[Concatenate[Maybe, How], str]:
    """The way in which a number is said, with a dash for one that is not known or not finite."""

    @wraps(said)
    def with_dash(value: Maybe, *args: How.args, **how: How.kwargs) -> str:
        return said(value, *args, **how) if finite(value) else ABSENT

    return with_dash


def where(words: str, among: Sized) -> str:
    """Words that tell places apart; nothing where there is one alone.

    >>> where(" of plasma", ["plasma"]), where(" of plasma", ["plasma", "tonoplast"])
    ('', ' of plasma')
    """
    return words if len(among) > 1 else ""


@or_dash
def fixed(value: float, decimals: int = 2, *, signed: bool = False) -> str:
    """A number with so many decimals.

    >>> fixed(-70.5387), fixed(-0.001), fixed(None), fixed(3.2, 1, signed=True)
    ('-70.54', '0.00', '-', '+3.2')
    """
    rounded = round(value, decimals) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''},.{decimals}f}"


@or_dash
def significant(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, without an exponent where that stays readable.

    >>> significant(1.36763), significant(77062.3), significant(2.5e-7), significant(0.0), significant(140.0)
    ('1.37', '77,100', '2.50e-7', '0', '140')
    """
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


def MPa(value: Maybe) -> str:
    """A pressure [Pa] in MPa."""
    return significant(bench(value, "MPa"), 4)


def pL(value: Maybe) -> str:
    """A volume [m^3] in pL."""
    return significant(bench(value, "pL"), 4)


def pA(value: Maybe) -> str:
    """A current [A] in pA."""
    return significant(bench(value, "pA"), 4)


@or_dash
def concentration(value: float) -> str:
    """A concentration in mM as it is usually written: `140`, `4.57`, `0.0003`.

    >>> concentration(140.0), concentration(4.57), concentration(0.0003), concentration(None)
    ('140', '4.57', '0.0003', '-')
    """
    return f"{to_unit(value, 'mM'):.4g}"


def content(ion: str, value: Maybe) -> str:
    """What a place holds of an ion in mM; of protons the pH, as descriptions write it too.

    >>> content("K", 140.0), content("H", 6e-5), content("H", None)
    ('140', 'pH 7.22', '-')
    """
    return f"pH {pH(value):.2f}" if ion == PROTON and finite(value) and value > 0 else concentration(value)


def named(ion: str, value: Maybe) -> str:
    """The same with the ion's name.

    >>> named("K", 140.0), named("H", 6e-5)
    ('K 140', 'pH 7.22')
    """
    said = content(ion, value)
    return said if said.startswith("pH") else f"{ion} {said}"


@or_dash
def engineering(value: float, unit: str, digits: int = 3) -> str:
    """A number in SI with a prefix for its unit.

    >>> engineering(1.719e-11, "A"), engineering(6.25e-17, "mol/s"), engineering(0.0, "W"), engineering(1.76e7, "V/m")
    ('17.2 pA', '62.5 amol/s', '0 W', '17.6 MV/m')
    """
    power = prefix_power([value], digits)
    return f"{significant(value / 10.0**power, digits)} {prefixed(unit, power)}"


def largest_of(values: Iterable[Maybe]) -> float:
    """The largest size among the numbers of some."""
    return max((abs(value) for value in values if finite(value)), default=0.0)


def prefix_power(values: Iterable[Maybe], digits: int = 3) -> int:
    """The power of ten, a multiple of three, that suits the largest of some numbers.

    >>> prefix_power([2.1e-16, -1.9e-18]), prefix_power([0.0])
    (-18, 0)
    """
    largest = largest_of(values)
    if largest == 0:
        return 0
    exponent = math.floor(math.log10(float(f"{largest:.{digits - 1}e}")))
    return min(max(_PREFIXES), max(min(_PREFIXES), 3 * (exponent // 3)))


def prefixed(unit: str, power: int) -> str:
    """A unit with the prefix of a power of ten."""
    return _PREFIXES[power] + unit


@or_dash
def percent(fraction: float) -> str:
    """A part of one in percent.

    >>> percent(0.7402), percent(0.00027), percent(1.0), percent(0.0)
    ('74 %', '<1 %', '100 %', '0 %')
    """
    size = 100 * abs(fraction)
    return "<1 %" if 0 < size < 0.5 else f"{size:.0f} %"


@or_dash
def one_in(fraction: float) -> str:
    """A small part in words.

    >>> one_in(1.5666e-5), one_in(0.4), one_in(0.0)
    ('one in 63,800', '40 %', 'none')
    >>> one_in(40.1)
    '40.1 times the amount'
    """
    if fraction == 0:
        return "none"
    if fraction > 1.0:
        return f"{significant(fraction)} times the amount"
    if fraction > 0.1:
        return percent(fraction)
    return f"one in {significant(1 / fraction)}" if fraction > 1e-6 else f"one in {significant(1e-6 / fraction)} million"


def charge(valence: float) -> str:
    """The charge of an ion after its name.

    >>> charge(1), charge(2), charge(-1), charge(-0.5)
    ('+', '2+', '-', '0.5-')
    """
    return f"{'' if abs(valence) == 1 else f'{abs(valence):g}'}{'+' if valence > 0 else '-'}"


def ion_words(name: str, valence: float) -> str:
    """An ion with its charge, in plain letters.

    >>> ion_words("Ca", 2), ion_words("HCO3", -1)
    ('Ca2+', 'HCO3-')
    """
    return name if name.endswith(("+", "-")) or not valence else name + charge(valence)


def ion_symbol(name: str, valence: float) -> str:
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
    largest = largest_of(values)
    decimals = 0 if largest == 0 else min(digits, max(0, digits - 1 - math.floor(math.log10(largest))))
    return [_in_column(value, decimals) for value in values]


@or_dash
def _in_column(value: float, decimals: int) -> str:
    if value and abs(value) < 0.5 * 10.0**-decimals:
        return significant(value, 2)
    return fixed(value, decimals) if value else "0"
