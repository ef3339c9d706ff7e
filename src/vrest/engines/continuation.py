"""Curves of roots: n equations in n + 1 unknowns, one of which is led through a range, followed through folds.

A step goes along the tangent, bent as the last two tangents tell, and back to the curve by Newton's method in the plane across the tangent:

             o  guess
            /|
           / |  Newton
    ------o--+---.
    last point    \\   the curve, whose new point is where it meets the plane

The plane fixes the new point, not a value of the led unknown: where the curve turns back in it (a fold), nothing is singular. This is
pseudo-arclength continuation (Keller 1977; Allgower and Georg, Numerical Continuation Methods, 1990, chapters 2 to 6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .newton import length, solved

Residual = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""f(x) -> residual (n,), derivatives (n, n + 1)."""


class Step(NamedTuple):
    """One step of Newton's method to where a curve meets a plane: where it leads, the unit vector along which nothing changes but the
    part across the plane, the length of the step, the distance from the plane's foot, and the matrix that was solved."""

    x: np.ndarray
    way: np.ndarray
    length: float
    away: float
    matrix: np.ndarray


ToPlane = Callable[[np.ndarray, np.ndarray, np.ndarray], Step | None]
"""step(x, foot, across): from x to the plane through a foot across a direction; None where there is none."""

FIRST, SHORTEST, LONGEST = 0.02, 1e-7, 0.05
STRAIGHT = 0.9
"""Least cosine between the tangents of two points that follow each other."""
NARROW = 1e-5
"""Step at which a change of side is a crossing of two curves, not a jump from one side of a loop to the other."""
NEWTON = 12
REACH = 0.5
"""How far Newton may go from where it starts, in steps: further aside the curve has turned unseen, or is another one."""
SETTLED = 1e-10
"""The length of Newton's last step to a point."""
GROWTH = 1.4
ELSEWHERE = 30.0
"""Distance beyond which a root is not near any more; unknowns are of order one, or logarithms."""


@dataclass(frozen=True)
class Equations:
    """Equations with one unknown more than there are of them.

    Attributes:
        residual: f(x) and its derivatives, rows of about the same size
        led:      the place in x of the unknown that runs from `low` to `high`
        beyond:   where this is true a curve is followed no further
        compiled: `to_plane` of the same equations, compiled
    """

    residual: Residual
    led: int
    low: float
    high: float
    beyond: Callable[[np.ndarray], bool] = lambda x: False
    compiled: ToPlane | None = None

    @property
    def width(self) -> float:
        return self.high - self.low

    def to_plane(self, x: np.ndarray, foot: np.ndarray, across: np.ndarray) -> Step | None:
        """One step of Newton's method to the curve in the plane through a foot across a direction.

            | df/dx  |           | -f                0 |
            | across | (d, v) =  | across (foot - x) 1 |

        d is the step, v the way along which nothing changes but the part along `across`: the tangent.
        """
        if self.compiled is not None:
            return self.compiled(x, foot, across)
        f, J = self.residual(x)
        matrix, right = np.vstack([J, across]), np.zeros((x.size, 2))
        right[:-1, 0], right[-1] = -f, (across.dot(foot - x), 1.0)
        found = solved(matrix, right)
        if found is None:
            return None
        step, way = found[:, 0], found[:, 1]
        return Step(x + step, way / length(way), length(step), length(x + step - foot), matrix)


@dataclass(frozen=True)
class Steps:
    """How a curve is followed.

    Attributes:
        longest: of a step, as a part of the led unknown's range
        along:   of a step in the led unknown alone, as a part of its range
        settled: length of Newton's last step to a point
        most:    points
        folds:   whether the points at which the led unknown turns are found
    """

    longest: float = LONGEST
    along: float = LONGEST
    settled: float = SETTLED
    most: int = 4000
    folds: bool = True


@dataclass
class Curve:
    """Points x of one curve in order, those of them that are folds, and whether it comes back to where it begins."""

    led: int
    x: list[np.ndarray] = field(default_factory=list)
    folds: list[np.ndarray] = field(default_factory=list)
    closed: bool = False

    @property
    def s(self) -> np.ndarray:
        """The led unknown at each point."""
        return np.array([x[self.led] for x in self.x])

    def passing(self, s: float) -> list[np.ndarray]:
        """Where the straight lines between neighbouring points pass a value of the led unknown: near points of the curve."""
        places = self.s
        a, b = places[:-1], places[1:]
        found = []
        for k in np.flatnonzero((np.minimum(a, b) <= s) & (s <= np.maximum(a, b))):
            part = 0.5 if a[k] == b[k] else (s - a[k]) / (b[k] - a[k])
            found.append(self.x[k] + part * (self.x[k + 1] - self.x[k]))
        return found

    def thinned(self, longest: float, off: float) -> Curve:
        """Without points that lie within `off` of the straight line between neighbours no further apart than `longest`; with its folds."""
        turns = {id(turn) for turn in self.folds}
        kept = [0]
        for k in range(1, len(self.x) - 1):
            chord = self.x[k + 1] - self.x[kept[-1]]
            between = np.array(self.x[kept[-1] + 1 : k + 1]) - self.x[kept[-1]]
            if length(chord) > longest or _aside(between, chord) > off or id(self.x[k]) in turns:
                kept.append(k)
        kept += [len(self.x) - 1] * (len(self.x) > 1)
        return Curve(self.led, [self.x[k] for k in kept], self.folds, self.closed)

    def joined(self, other: Curve) -> Curve:
        """This curve reversed, then the other: both started at the same point."""
        return Curve(self.led, [*self.x[::-1], *other.x[1:]], [*self.folds[::-1], *other.folds], self.closed or other.closed)


def _aside(points: np.ndarray, chord: np.ndarray) -> float:
    """How far points lie from the straight line through zero along a chord, in any component."""
    way = chord / max(length(chord), 1e-300)
    return float(np.abs(points - np.outer(points @ way, way)).max())


@dataclass(frozen=True)
class _Point:
    """A point of a curve, the unit tangent there, and the sign of the determinant of the derivatives with the tangent as a further row.

    The sign stays as it is along a curve, and differs between the two sides of a narrow loop.
    """

    x: np.ndarray
    tangent: np.ndarray
    side: float


def follow(equations: Equations, start: np.ndarray, sense: float, steps: Steps = Steps()) -> Curve:  # noqa: B008
    """The curve from a root until the led unknown leaves its range, the curve closes, goes `beyond`, or points run out.

    Arguments:
        sense: +1 to begin with the led unknown growing, -1 with it falling

    A curve that cannot be continued ends where it stopped.
    """
    curve = Curve(equations.led, [np.array(start, dtype=float)])
    first = _begun(equations, curve.x[0], sense)
    if first is not None:
        _follow(equations, curve, first, steps)
    return curve


def _follow(equations: Equations, curve: Curve, first: _Point, steps: Steps) -> None:
    width, led = equations.width, equations.led
    before, here, step = first, first, min(FIRST, steps.longest) * width
    for _ in range(steps.most):
        step = min(step, steps.along * width / max(abs(float(here.tangent[led])), 1e-300))
        new = _onward(equations, before, here, step, steps.settled)
        if new is None:
            step *= 0.5
            if step < SHORTEST * width:
                return
            before = here = _corrected(equations, here.x, here.tangent) or here  # a short step needs an exact beginning
            continue
        if len(curve.x) > 1 and _passes(here.x, new.x, first.x, first.tangent):
            curve.x.append(first.x)
            curve.closed = True
            return
        if not _taken(equations, curve, here, new, step if steps.folds else None):
            return
        before, here = here, new
        step = min(step * GROWTH, steps.longest * width)


def _onward(equations: Equations, before: _Point, here: _Point, step: float, settled: float) -> _Point | None:
    """The point a step further along a curve; None where there is none, or it is not the same curve's."""
    foot = here.x + step * here.tangent
    new = _corrected(equations, foot, here.tangent, REACH * step, settled, foot + _bend(before, here, step))
    return None if new is None or _strays(here, new, step > NARROW * equations.width) else new


def _taken(equations: Equations, curve: Curve, here: _Point, new: _Point, step: float | None) -> bool:
    """Whether a curve goes on beyond a new point, which is added; with a step, so is a fold on the way there."""
    if step is not None and here.tangent[equations.led] * new.tangent[equations.led] < 0:
        if not _added(equations, curve, _fold(equations, here, new, step)):
            return False
        curve.folds.append(curve.x[-1])
    return _added(equations, curve, new.x) and not equations.beyond(new.x)


def _bend(before: _Point, here: _Point, step: float) -> np.ndarray:
    """How far a curve bends off its tangent within a step, by the cubic through the last two points along their tangents; not at all where
    there is but one."""
    way = here.x - before.x
    h = length(way)
    if h == 0:
        return way
    u = step / h
    bend, turn = u**2 * h, u**2 * (3 + 2 * u)
    return bend * (1 + u) * before.tangent + bend * (2 + u) * here.tangent - turn * way


def _strays(here: _Point, new: _Point, wide: bool) -> bool:
    """Whether a step has left its curve: round a corner, or, if it is wide, to the other side of a loop."""
    return new.tangent.dot(here.tangent) < STRAIGHT or (wide and new.side != here.side)


def _added(equations: Equations, curve: Curve, point: np.ndarray) -> bool:
    """Whether a point lies within the range; one that does is added, otherwise where the curve leaves the range."""
    x, s = curve.x[-1], float(point[equations.led])
    if equations.low <= s <= equations.high:
        if s != x[equations.led] or np.any(point != x):
            curve.x.append(point)
        return True
    edge = equations.low if s < equations.low else equations.high
    part = (edge - x[equations.led]) / (s - x[equations.led])
    if part > 1e-9:
        last = at(equations, x + (point - x) * part, edge)
        if last is not None and np.abs(last - x).max() <= 3 * np.abs(point - x).max():
            curve.x.append(last)
    return False


def _passes(a: np.ndarray, b: np.ndarray, start: np.ndarray, heading: np.ndarray) -> bool:
    """Whether a step goes by the point at which the curve was begun, in the direction in which it was begun."""
    way, back = b - a, start - a
    along = back.dot(way)
    if along <= 0 or way.dot(heading) <= 0:
        return False
    part = along / way.dot(way)
    return part <= 1 and length(back - part * way) < REACH * length(way)


# -- single points ----------------------------------------------------------------------------------------------------


def at(equations: Equations, near: np.ndarray, s: float) -> np.ndarray | None:
    """The root at a value of the led unknown, from a point near it."""
    start, across = np.array(near, dtype=float), np.zeros(len(near))
    start[equations.led], across[equations.led] = s, 1.0
    found = _corrected(equations, start, across, ELSEWHERE)
    if found is None:
        return None
    found.x[equations.led] = s
    return found.x


def on_curve(equations: Equations, curve: Curve, x: np.ndarray, same: float) -> bool:
    """Whether a root lies on a curve: where the curve passes its value of the led unknown, Newton leads to it."""
    s = float(x[equations.led])
    for near in curve.passing(s):
        root = at(equations, near, s)
        if root is not None and np.abs(root - x).max() <= same:
            return True
    return bool((np.abs(np.array(curve.x) - x).max(axis=1) <= same).any())


def located(equations: Equations, a: np.ndarray, b: np.ndarray, beyond: Callable[[np.ndarray], bool]) -> np.ndarray:
    """The point between two points of a curve at which `beyond` becomes true, by bisection along the curve."""
    way, low, high, point = b - a, 0.0, 1.0, b
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        found = _corrected(equations, a + middle * way, way / length(way), REACH * length(way))
        if found is None:
            break
        if beyond(found.x):
            high, point = middle, found.x
        else:
            low = middle
    return point


def _fold(equations: Equations, here: _Point, new: _Point, step: float) -> np.ndarray:
    """Where the led unknown turns within a step: its part of the tangent is zero there, which the Illinois variant of regula falsi finds
    (Dowell and Jarratt 1971)."""
    low, high, point, kept = 0.0, step, here.x, 0
    f_low, f_high = float(here.tangent[equations.led]), float(new.tangent[equations.led])
    for _ in range(60):
        middle = (low * f_high - high * f_low) / (f_high - f_low)
        found = _corrected(equations, here.x + middle * here.tangent, here.tangent, REACH * step)
        if found is None:
            break
        point, f = found.x, float(found.tangent[equations.led])
        if high - low <= 1e-12 * step or abs(f) <= 1e-14:
            break
        if f * f_low > 0:
            low, f_low, f_high, kept = middle, f, f_high * (0.5 if kept > 0 else 1.0), 1
        else:
            high, f_high, f_low, kept = middle, f, f_low * (0.5 if kept < 0 else 1.0), -1
    return point


def _corrected(
    equations: Equations,
    foot: np.ndarray,
    across: np.ndarray,
    reach: float = np.inf,
    within: float = SETTLED,
    guess: np.ndarray | None = None,
) -> _Point | None:
    """Newton to the curve in the plane through a foot across a direction, from there or from a guess; None where it does not settle within
    reach of the foot."""
    x = foot if guess is None else guess
    for _ in range(NEWTON):
        step = equations.to_plane(x, foot, across)
        if step is None or step.away > reach:
            return None
        if step.length <= within:
            return _Point(step.x, step.way, _side(step.matrix))
        x = step.x
    return None


def _side(matrix: np.ndarray) -> float:
    """The sign of a determinant."""
    return float(np.linalg.slogdet(matrix)[0])


def _begun(equations: Equations, x: np.ndarray, sense: float) -> _Point | None:
    """The first point of a curve, with the tangent along which it is begun; None where derivatives have no value."""
    across = np.eye(1, x.size, equations.led % x.size)[0]
    step = equations.to_plane(x, x, across) or equations.to_plane(x, x, np.ones(x.size))  # the second where the led unknown turns
    if step is None:
        return None
    along = -1.0 if step.way[equations.led] * sense < 0 else 1.0
    return _Point(x, along * step.way, along * _side(step.matrix))
