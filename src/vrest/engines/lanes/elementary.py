"""Exponentials, logarithms and what follows from them, in lanes: a unit or two in the last place, and no branch.

An exponential below the smallest normal number is zero, and a logarithm takes smaller arguments than that for zero.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .llvm import VectorText

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""The natural logarithm of two in two parts, the first short enough for exact multiples."""
ROUNDER = 6755399441055744.0
"""1.5 2^52: what is added to a number to round it to a whole one, which then stands in the last bits."""
TOP, BOTTOM = 709.782712893384, -708.39
TINIEST = 2.2250738585072014e-308
HUGE = 1e100
"""Beyond it the square of a number and one more are the same."""
TERMS = 10
SIGNIFICAND, BIAS, MIDDLE = 52, 1023, 0x3FE6A09E667F3BCD
"""Bits of a double: those of its significand, the exponent of one, and the square root of a half."""
LOG_SERIES = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
"""log((1 + s)/(1 - s)) = 2 s + s (c1 s^2 + c2 s^4 + ...) within a unit of the last place for |s| < 0.1716 (as in Sun's fdlibm)."""


@functools.cache
def exp_series() -> tuple[float, ...]:
    """Coefficients of (e^r - 1 - r) / r^2 for |r| <= ln(2)/2, by interpolation at Chebyshev's points in extended precision."""
    import numpy as np

    wide = np.longdouble
    ends = wide(0.5005) * np.log(wide(2))
    r = ends * np.cos(np.pi * (np.arange(TERMS, dtype=wide) + wide(0.5)) / TERMS)
    table = [_exp_remainder(x) for x in r]
    for k in range(1, TERMS):  # divided differences, then Newton's form multiplied out
        for i in range(TERMS - 1, k - 1, -1):
            table[i] = (table[i] - table[i - 1]) / (r[i] - r[i - k])
    found = [table[-1]]
    for i in range(TERMS - 2, -1, -1):
        found = [low - r[i] * same for low, same in zip([wide(0), *found], [*found, wide(0)], strict=True)]
        found[0] += table[i]
    return tuple(float(c) for c in found)


def _exp_remainder(x):
    return sum(x**k / type(x)(math.factorial(k + 2)) for k in range(26))


def exp(t: VectorText, x: str) -> str:
    """e^x; infinite above 709.78, zero below -708.39."""
    inside = _at_least(t, _at_most(t, x, TOP), BOTTOM)
    r, power = _reduced(t, inside)
    near_one = t.add(t.number(1.0), _beyond_one(t, r))
    found = t.as_number(t.integers("add", t.as_bits(near_one), power))
    found = t.select(t.compare("ogt", x, t.number(TOP)), t.number(math.inf), found)
    return t.select(t.compare("olt", x, t.number(BOTTOM)), t.number(0.0), found)


def expm1(t: VectorText, x: str) -> str:
    """e^x - 1 = 2^n (e^r - 1) + (2^n - 1)"""
    r, power = _reduced(t, _at_least(t, _at_most(t, x, 709.0), -60.0))
    scale = t.as_number(t.integers("add", t.as_bits(t.number(1.0)), power))
    found = t.fma(scale, _beyond_one(t, r), t.exactly("fsub", scale, t.number(1.0)))
    return t.select(t.compare("ogt", x, t.number(709.0)), t.number(math.inf), found)


def _reduced(t: VectorText, x: str) -> tuple[str, str]:
    """r and n, in the place of an exponent, of x = n ln(2) + r."""
    shifted = t.fma(x, t.number(1 / math.log(2)), t.number(ROUNDER))
    n = t.exactly("fsub", shifted, t.number(ROUNDER))
    r = t.fma(n, t.number(-LN2_LOW), t.fma(n, t.number(-LN2_HIGH), x))
    return r, t.integers("shl", t.as_bits(shifted), t.whole(SIGNIFICAND))


def _beyond_one(t: VectorText, r: str) -> str:
    """e^r - 1 for |r| <= ln(2)/2; pairs of terms first, so that little waits for another."""
    q = [t.number(c) for c in exp_series()]
    r2 = t.mul(r, r)
    r4 = t.mul(r2, r2)
    pairs = [t.fma(q[k + 1], r, q[k]) for k in range(0, TERMS, 2)]
    low, high = t.fma(pairs[1], r2, pairs[0]), t.fma(pairs[4], r4, t.fma(pairs[3], r2, pairs[2]))
    return t.fma(r2, t.fma(high, r4, low), r)


def _at_most(t: VectorText, x: str, bound: float) -> str:
    """x, or a bound that it lies above; what is no number stays so."""
    return t.select(t.compare("ogt", x, t.number(bound)), t.number(bound), x)


def _at_least(t: VectorText, x: str, bound: float) -> str:
    return t.select(t.compare("olt", x, t.number(bound)), t.number(bound), x)


def log(t: VectorText, x: str) -> str:
    """ln x = k ln(2) + ln(1 + f), by the series of s = f/(2 + f)."""
    k, m = _exponent(t, t.as_bits(x))
    f = t.exactly("fsub", m, t.number(1.0))
    s = t.div(f, t.add(t.number(2.0), f))
    half = t.mul(t.mul(t.number(0.5), f), f)
    inner = t.fma(s, t.add(half, _log_tail(t, s)), t.mul(k, t.number(LN2_LOW)))
    found = t.fma(k, t.number(LN2_HIGH), t.exactly("fsub", f, t.exactly("fsub", half, inner)))
    found = t.select(t.compare("olt", x, t.number(TINIEST)), t.number(-math.inf), found)
    found = t.select(t.compare("olt", x, t.number(0.0)), t.number(math.nan), found)
    return _infinite_as_it_is(t, x, found)


def _exponent(t: VectorText, bits: str) -> tuple[str, str]:
    """k and m of x = 2^k m, m from the root of a half to that of two."""
    shifted = t.integers("add", bits, t.whole((BIAS << SIGNIFICAND) - MIDDLE))
    e = t.integers("lshr", shifted, t.whole(SIGNIFICAND))
    moved = t.integers("shl", t.integers("sub", e, t.whole(BIAS)), t.whole(SIGNIFICAND))
    as_number = t.as_number(t.integers("or", e, t.whole(0x4330000000000000)))
    return t.exactly("fsub", as_number, t.number(2.0**52 + BIAS)), t.as_number(t.integers("sub", bits, moved))


def _log_tail(t: VectorText, s: str) -> str:
    c = [t.number(one) for one in LOG_SERIES]
    z = t.mul(s, s)
    w = t.mul(z, z)
    odd = t.fma(w, t.fma(w, c[5], c[3]), c[1])
    even = t.fma(w, t.fma(w, t.fma(w, c[6], c[4]), c[2]), c[0])
    return t.fma(w, odd, t.mul(z, even))


def log1p(t: VectorText, x: str) -> str:
    """ln(1 + x), with what the sum has lost."""
    u = t.exactly("fadd", t.number(1.0), x)
    lost = t.exactly("fsub", x, t.exactly("fsub", u, t.number(1.0)))
    part = t.select(t.compare("ogt", u, t.number(0.0)), t.div(lost, u), t.number(0.0))
    return _infinite_as_it_is(t, x, t.add(log(t, u), part))


def _infinite_as_it_is(t: VectorText, x: str, found: str) -> str:
    return t.select(t.compare("one", x, t.number(math.inf)), found, x)


def tanh(t: VectorText, x: str) -> str:
    e = expm1(t, t.mul(t.number(2.0), _at_least(t, _at_most(t, x, 30.0), -30.0)))
    return t.div(e, t.add(e, t.number(2.0)))


def sinh(t: VectorText, x: str) -> str:
    """(e + e/(e + 1))/2 with e = e^|x| - 1, and the sign of x."""
    e = expm1(t, t.fabs(x))
    size = t.mul(t.number(0.5), t.add(e, t.div(e, t.add(e, t.number(1.0)))))
    large = t.select(t.compare("oeq", e, t.number(math.inf)), e, size)
    return t.select(t.compare("olt", x, t.number(0.0)), t.neg(large), large)


def cosh(t: VectorText, x: str) -> str:
    e = exp(t, t.fabs(x))
    return t.mul(t.number(0.5), t.add(e, t.inv(e)))


def asinh(t: VectorText, x: str) -> str:
    """ln(1 + a + a^2/(1 + sqrt(1 + a^2))) of a = |x|, with the sign of x; where a is large ln(1 + 2 a)."""
    a = t.fabs(x)
    square = t.mul(a, a)
    part = t.div(square, t.add(t.number(1.0), t.function("sqrt", t.add(t.number(1.0), square))))
    size = log1p(t, t.add(a, t.select(t.compare("ogt", a, t.number(HUGE)), a, part)))
    return t.select(t.compare("olt", x, t.number(0.0)), t.neg(size), size)


def power(t: VectorText, a: str, b: str) -> str:
    """a^b = e^(b ln a), for a that is not negative."""
    return exp(t, t.mul(b, log(t, a)))


FUNCTIONS: dict[str, Callable[..., str]] = {one.__name__: one for one in (exp, expm1, log, log1p, tanh, sinh, cosh, asinh)} | {
    "pow": power
}
"""By their names in a graph."""
