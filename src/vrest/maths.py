"""The functions a law may use besides arithmetic: one name for every kind of number, so that a law is one text.

Each function takes a float, a NumPy array or a CasADi expression (`SX`, `MX`, `DM`) and answers in kind; of several arguments
a symbol wins over an array, an array over a float. Nothing is imported for floats: whoever hands in a symbol has imported CasADi
already. All kinds agree at the edges, silently: `exp` overflows to inf, `log(0)` is -inf, `log(-1)` nan.

Removable singularities (`bernoulli` and what follows it) are treated here and nowhere else. For symbols they are written so
that first and second derivatives are finite and right at zero, next to zero and far out: a power series near zero, beside it
a form without positive exponents, each fed with a harmless argument where the other one is used, because 0 times inf would
make the derivative NaN.
"""

import contextlib
import contextvars
import functools
import itertools
import math
import sys
from typing import Any

_NEAR = 1.0
BERNOULLI = (
    1 / 12,
    -1 / 720,
    1 / 30240,
    -1 / 1209600,
    1 / 47900160,
    -691 / 1307674368000,
    1 / 74724249600,
    -3617 / 10670622842880000,
    43867 / 5109094217170944000,
    -174611 / 802857662698291200000,
    77683 / 14101100039391805440000,
)
_BERNOULLI_SLOPE = tuple(k * c for k, c in enumerate(BERNOULLI, 1))
_NEAR_SQUARE = 0.8
_EXPM1_SQUARE = tuple(2 / math.factorial(k + 2) for k in range(16))


def _quiet(numpy):
    """Division by zero, overflow and invalid operations without a warning, as symbols have them."""
    return numpy.errstate(divide="ignore", over="ignore", invalid="ignore")


def _space(*values):
    """The module that computes with these values: `math`, `numpy` or `casadi`."""
    space: Any = math
    for value in values:
        kind = type(value)
        if kind in (float, int, bool):
            continue
        if is_symbol(value):
            return sys.modules["casadi"]
        import numpy

        space = numpy
    return space


def _is_numpy(space):
    return space.__name__ == "numpy"


def is_symbol(value):
    """Whether a value is an expression, neither number nor array."""
    return type(value).__module__.partition(".")[0] == "casadi"


def _one(name, of_float, in_numpy=None):
    """A function of one variable out of its bodies; those of CasADi and NumPy are called as `math`'s, where `in_numpy` says no other."""

    def function(x):
        space = _space(x)
        if space is math:
            return of_float(x)
        if _is_numpy(space):
            with _quiet(space):
                return getattr(space, in_numpy or name)(x)
        return getattr(space, name)(x)

    return function


def _overflows(function, beyond):
    """A function of `math` that answers `beyond(x)` where it would raise OverflowError."""

    @functools.wraps(function)
    def total(x):
        try:
            return function(x)
        except OverflowError:
            return beyond(x)

    return total


def _logarithm(function, edge):
    """A logarithm of `math` that answers -inf at `edge` and nan below it, where it would raise ValueError."""

    @functools.wraps(function)
    def total(x):
        return function(x) if x > edge else -math.inf if x == edge else math.nan

    return total


exp = _one("exp", _overflows(math.exp, lambda x: math.inf))
expm1 = _one("expm1", _overflows(math.expm1, lambda x: math.inf))
log = _one("log", _logarithm(math.log, 0.0))
log10 = _one("log10", _logarithm(math.log10, 0.0))
log1p = _one("log1p", _logarithm(math.log1p, -1.0))
sqrt = _one("sqrt", lambda x: math.sqrt(x) if x >= 0 else math.nan)
sinh = _one("sinh", _overflows(math.sinh, lambda x: math.copysign(math.inf, x)))
cosh = _one("cosh", _overflows(math.cosh, lambda x: math.inf))
tanh = _one("tanh", math.tanh)
asinh = _one("asinh", math.asinh, in_numpy="arcsinh")
absolute = _one("fabs", math.fabs, in_numpy="abs")

for _name in ("exp", "expm1", "log", "log10", "log1p", "sqrt", "sinh", "cosh", "tanh", "asinh", "absolute"):
    globals()[_name].__name__ = globals()[_name].__qualname__ = _name


def divide(a, b):
    """a / b; by zero inf or nan, as IEEE has it."""
    space = _space(a, b)
    if space is math and b == 0:
        return math.copysign(math.inf, a) if a else math.nan
    if _is_numpy(space):
        with _quiet(space):
            return space.divide(a, b)
    return a / b


def minimum(a, b):
    """The smaller of two."""
    space = _space(a, b)
    if space is math:
        return a if a <= b else b
    return space.minimum(a, b) if _is_numpy(space) else space.fmin(a, b)


def maximum(a, b):
    """The larger of two."""
    space = _space(a, b)
    if space is math:
        return a if a >= b else b
    return space.maximum(a, b) if _is_numpy(space) else space.fmax(a, b)


def power(a, b):
    """a to the power of b; nan where a is negative and b no whole number."""
    space = _space(a, b)
    if space is math:
        return _power(a, b)
    if _is_numpy(space):
        with _quiet(space):
            return space.power(space.asarray(a, dtype=float), b)
    return a**b


def _power(a, b):
    try:
        return math.pow(a, b)
    except (ValueError, OverflowError):
        import numpy

        with _quiet(numpy):
            return float(numpy.float64(a) ** b)


def both(a, b):
    """Whether two conditions hold."""
    return _joined("and", a, b)


def either(a, b):
    """Whether one of two conditions holds, or both."""
    return _joined("or", a, b)


def negation(a):
    """Whether a condition does not hold."""
    space = _space(a)
    if space is math:
        return not a
    return space.logical_not(a) if _is_numpy(space) else space.logic_not(a)


def _joined(word, a, b):
    space = _space(a, b)
    if space is math:
        return (a and b) if word == "and" else (a or b)
    return getattr(space, f"logical_{word}" if _is_numpy(space) else f"logic_{word}")(a, b)


def where(condition, a, b):
    """a where the condition holds, else b. Both are computed: derivatives are right only where both are finite."""
    space = _space(condition, a, b)
    if space is math:
        return a if condition else b
    return space.where(condition, a, b) if _is_numpy(space) else space.if_else(condition, a, b)


def bernoulli(x):
    """B(x) = x / (e^x - 1), B(0) = 1: the function of the constant-field flux."""
    space = _space(x)
    if space is math:
        return 1.0 if x == 0 else x / math.expm1(x) if x < 700 else x * math.exp(-x)
    if _is_numpy(space):
        return _ratio(x, expm1(x), 1.0, space)
    return _bernoulli_pair_of_symbol(x, space)[0]


def bernoulli_pair(x):
    """B(x) and B(-x) = B(x) + x for the price of one exponential, none of the two by a difference."""
    space = _space(x)
    if space is not math and not _is_numpy(space):
        return _bernoulli_pair_of_symbol(x, space)
    a = absolute(x)
    small = bernoulli(a)
    large = small + a
    positive = x > 0
    return where(positive, small, large), where(positive, large, small)


_LEAN = contextvars.ContextVar("lean", default=False)
_LEAN_NEAR = 0.03


@contextlib.contextmanager
def lean():
    """Inside, symbols have a Bernoulli pair of a few operations, for graphs whose slopes serve steps and stability alone.

    Its values are right to 4e-15, its slopes to 3e-13 of theirs (`tests/test_maths.py`); second derivatives are not. At zero it divides zero by
    zero in a branch that is not taken: only a graph that keeps such a branch out of products may have it.
    """
    token = _LEAN.set(True)
    try:
        yield
    finally:
        _LEAN.reset(token)


def _lean_pair(x, casadi):
    """By one exponential, which is the same for x and -x; next to zero the beginning of the series, where slopes of the quotient lose their
    digits."""
    if (positive := _opposite(x, casadi)) is not None:
        return tuple(reversed(_lean_pair(positive, casadi)))
    y = x * x
    near, even, e = y < _LEAN_NEAR**2, 1 + y * _polynomial(BERNOULLI[:3], y), casadi.exp(-x)
    forward = x / (1 - e)
    return casadi.if_else(near, even - 0.5 * x, e * forward), casadi.if_else(near, even + 0.5 * x, forward)


def _opposite(x, casadi):
    """-x of a number below zero and of a symbol that begins with a sign or with such a number; None of others."""
    if x.is_constant():
        return -x if float(x) < 0 else None
    if x.is_op(casadi.OP_NEG):
        return x.dep(0)
    if not x.is_op(casadi.OP_MUL) and not x.is_op(casadi.OP_DIV):
        return None
    first, second = x.dep(0), x.dep(1)
    positive = _opposite(first, casadi)
    if positive is None:
        return None
    return positive * second if x.is_op(casadi.OP_MUL) else positive / second


def _bernoulli_pair_of_symbol(x, casadi):
    """One exp, of a negative number. From |x| = 1 on, 1 - exp(-|x|) loses no digit, in derivatives neither.

    Each form is kept from the other's range by a bound, a little beyond the border, where the bound's derivative jumps; a choice
    would be carried by CasADi through every term of the series.
    """
    if _LEAN.get():
        return _lean_pair(x, casadi)
    size = casadi.fabs(x)
    near = size < _NEAR
    n = casadi.fmin(casadi.fmax(x, -1.1 * _NEAR), 1.1 * _NEAR)
    y = n * n
    even = 1 + y * _polynomial(BERNOULLI, y)
    a = casadi.fmax(size, 0.9 * _NEAR)
    e = casadi.exp(-a)
    small = e * (a / (1 - e))
    return (
        casadi.if_else(near, even - 0.5 * n, small + casadi.fmax(-x, 0)),
        casadi.if_else(near, even + 0.5 * n, small + casadi.fmax(x, 0)),
    )


def bernoulli_derivative(x):
    """B'(x) = B(x) (1 - B(-x)) / x, B'(0) = -1/2."""
    near = absolute(x) < _NEAR
    n = where(near, x, 0.0)
    series = -0.5 + 2 * n * _polynomial(_BERNOULLI_SLOPE, n * n)
    a = where(near, 1.0, x)
    return where(near, series, bernoulli(a) * (1 - bernoulli(-a)) / a)


def expm1_ratio(x):
    """(e^x - 1) / x, 1 at x = 0: the mean of e^s over 0..x."""
    space = _space(x)
    if space is math:
        return 1.0 if x == 0 else expm1(x) / x
    if _is_numpy(space):
        return _ratio(expm1(x), x, 1.0, space)
    return 1 / bernoulli(x)


def expm1_square_ratio(x):
    """2 (e^x - 1 - x) / x^2, 1 at x = 0: what is left of e^s where neutrality cancels its first two terms."""
    near = absolute(x) < _NEAR_SQUARE
    n = where(near, x, 0.0)
    a = where(near, 1.0, x)
    return where(near, _polynomial(_EXPM1_SQUARE, n), 2 * (expm1(a) - a) / (a * a))


def logarithmic_mean(a, b):
    """(a - b) / ln(a / b) of two positive numbers, a where they are equal; of floats and arrays also 0 where one is zero."""
    space = _space(a, b)
    if space is math or _is_numpy(space):
        return _logarithmic_mean(minimum(a, b), maximum(a, b), space)
    u = space.log(a / b)
    near = space.fabs(u) < _NEAR
    far = (a - b) / space.if_else(near, 1, u)
    return space.if_else(near, b / bernoulli(space.if_else(near, u, 0)), far)


def _logarithmic_mean(low, high, space):
    """By log1p of the exact difference: the logarithm of a rounded quotient near 1 has no digits left."""
    gap = high - low
    if space is math:
        return low * 1.0 if gap == 0 else gap / log1p(gap / low) if low else 0.0
    with _quiet(space):
        return space.where(gap == 0, low, gap / log1p(gap / low))[()]


def monotone_slopes(x, y):
    """Slopes at the points of a table along rising x, from which cubics run that turn nowhere but where the table does.

    Weighted harmonic means of the steps on both sides (Fritsch and Butland 1984), zero where it turns; at the ends from three points.
    """
    h = [b - a for a, b in itertools.pairwise(x)]
    d = [(b - a) / width for (a, b), width in zip(itertools.pairwise(y), h, strict=True)]
    if len(d) == 1:
        return (d[0], d[0])
    inner = [_harmonic(*pair, *widths) for pair, widths in zip(itertools.pairwise(d), itertools.pairwise(h), strict=True)]
    return (_end_slope(h[0], h[1], d[0], d[1]), *inner, _end_slope(h[-1], h[-2], d[-1], d[-2]))


def _harmonic(before, after, width_before, width_after):
    if before * after <= 0:
        return 0.0
    a, b = 2 * width_after + width_before, width_after + 2 * width_before
    return (a + b) / (a / before + b / after)


def _end_slope(width, next_width, step, next_step):
    slope = ((2 * width + next_width) * step - width * next_step) / (width + next_width)
    if slope * step <= 0:
        return 0.0
    return 3 * step if step * next_step < 0 and abs(slope) > 3 * abs(step) else slope


def cubic(x, knots, values, slopes):
    """The cubic of the interval in which x lies: its left end, and its coefficients in the distance from there."""
    reached = [x >= knot for knot in knots[1:-1]]

    def here(of):
        found = of[0]
        for condition, one in zip(reached, of[1:], strict=True):
            found = where(condition, one, found)
        return found

    pieces = [
        _hermite(b - a, y, z, p, q)
        for (a, b), (y, z), (p, q) in zip(*(itertools.pairwise(one) for one in (knots, values, slopes)), strict=True)
    ]
    return here(knots[:-1]), [here([piece[k] for piece in pieces]) for k in range(4)]


def _hermite(width, y, z, p, q):
    step = (z - y) / width
    return y, p, (3 * step - 2 * p - q) / width, (p + q - 2 * step) / (width * width)


_OMEGA_STEPS, _OMEGA_FLAT = 7, -30.0


def wright_omega(x):
    """The positive number w with w + ln w = x: Newton in its logarithm u, from the right of the root of u + e^u = x.

    The function is convex, so each step stays on that side; the last ones carry the derivatives.
    """
    flat = maximum(x, _OMEGA_FLAT)
    softplus = maximum(flat, 0.0) + log1p(exp(-absolute(flat)))
    u = log(softplus) + (x - flat)
    for _ in range(_OMEGA_STEPS):
        w = exp(u)
        u = u + (x - u - w) / (1.0 + w)
    return exp(u)


_HALVINGS, _STEPS, _APART = 20, 3, 1e-4


def rising_root(function, value, low, high):
    """Where a function of a positive number that rises has a value: by halves of the logarithm between low and high, then Newton in it with
    slopes from both sides, whose steps carry the derivatives; beyond these bounds as far as a few steps lead."""
    low, high = log(low), log(high)
    for _ in range(_HALVINGS):
        u = 0.5 * (low + high)
        below = function(exp(u)) < value
        low, high = where(below, u, low), where(below, high, u)
    u = 0.5 * (low + high)
    for _ in range(_STEPS):
        slope = (function(exp(u + _APART)) - function(exp(u - _APART))) / (2 * _APART)
        u = u + maximum(-1.0, minimum(1.0, (value - function(exp(u))) / slope))
    return exp(u)


_FINE = 2.0**30


def frozen(x):
    """A symbol as a value that answers to nothing, to a billionth: what a graph begins from where only its last steps have derivatives."""
    return _space(x).floor(x * _FINE) / _FINE


def repeated(step, values, times):
    """What so many equal steps make of a list of values, with symbols among them or in the step: a graph of one step is put together once."""
    casadi = sys.modules["casadi"]
    x, none = casadi.SX.sym("x", len(values)), casadi.SX(0, 1)
    own = [x[k] for k in range(len(values))]
    after = casadi.vertcat(none, *step(own))
    known = {one.element_hash() for one in own}
    others = casadi.vertcat(none, *(one for one in casadi.symvar(after) if one.element_hash() not in known))
    once, found = casadi.Function("step", [x, others], [after]), casadi.vertcat(none, *values)
    for _ in range(times):
        found = once(found, others)
    return [found[k] for k in range(len(values))]


def eliminated(matrix, right):
    """The solution of a small linear system by Gaussian elimination, for a matrix whose diagonal dominates or that is positive definite."""
    size = len(right)
    rows = [list(row) + [right[k]] for k, row in enumerate(matrix)]
    for k in range(size):
        for j in range(k + 1, size):
            if _is_zero(rows[j][k]):
                continue
            factor = divide(rows[j][k], rows[k][k])
            rows[j] = [b - factor * a for a, b in zip(rows[k], rows[j], strict=True)]
    found = [0.0] * size
    for k in reversed(range(size)):
        known = sum((rows[k][j] * found[j] for j in range(k + 1, size) if not _is_zero(rows[k][j])), 0.0)
        found[k] = divide(rows[k][size] - known, rows[k][k])
    return found


def _is_zero(value):
    return isinstance(value, float) and value == 0.0


def _polynomial(coefficients, x):
    """c0 + c1 x + c2 x^2 + ... by Horner's rule."""
    total = coefficients[-1]
    for c in coefficients[-2::-1]:
        total = total * x + c
    return total


def _ratio(a, b, at_zero, numpy):
    """a / b of arrays, `at_zero` where b is 0."""
    a, b = numpy.broadcast_arrays(numpy.asarray(a, dtype=float), b)
    with _quiet(numpy):
        return numpy.divide(a, b, out=numpy.full(b.shape, at_zero), where=b != 0)[()]
