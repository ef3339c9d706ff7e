"""Decimal text to exact whole numbers, and back to the one nearest float."""

from __future__ import annotations

from math import gcd

Ratio = tuple[int, int]
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
