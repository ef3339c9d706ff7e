"""The points of a run, piece by piece: where its course bends there are more of them, and where it is straight only those of the grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from ...engines.integrator import Piece
from ...engines.settings import APART
from ...errors import NotFoundError, Problem
from .energy import Summed
from .leg import Leg, with_start
from .points import Points, rates_of, together

Shape = Callable[[Points], np.ndarray]
"""What is drawn of points (points, quantities), each in what a straight line between two rows may leave out of it."""
MOST_LOOKS, DEEPEST, SHORTEST = 1000, 4, 1e8
"""Ways between two points that are looked at again in one run, how often within one another, and the shortest of them: in it times are
still so many floating-point numbers apart."""


STRAYS = 0.004
"""Part of RT/F by which a potential may stray from a straight line between two points before these are looked at closer."""


MANY = 8
"""Wanted times within a piece for which it is followed once more."""
ROUND = 0.01
"""Part of what may be left out by which a quantity must change on one side of a point to turn round there."""


@dataclass(frozen=True)
class Stored:
    """A piece that is kept: its points, what was summed up until each (count, points) and where it came from; None for a lone point.

    `hidden` says before which points an excursion of a potential may lie that they do not show, while all points are there.
    """

    points: Points
    sums: np.ndarray | None
    leg: Leg | None = None
    hidden: np.ndarray | None = None

    @property
    def is_a_stretch(self) -> bool:
        """Whether it is a whole stretch of the protocol, which has a number of points that was asked for."""
        stretch = None if self.leg is None else self.leg.stretch
        return stretch is not None and (stretch.begin, stretch.end) == (self.points.time[0], self.points.time[-1])

    def picked(self, places: np.ndarray) -> Stored:
        """The same at some of the points."""
        points, sums = self.points, self.sums
        numbers = {name: value[places] if np.ndim(value) else value for name, value in points.numbers.items()}
        kept = Points(points.dynamics, points.time[places], points.z[:, places], numbers)
        return replace(self, points=kept, sums=None if sums is None else sums[:, places], hidden=None)


@dataclass
class Trace:
    """The points of a run, piece by piece.

    Attributes:
        summed: names of the powers that are summed up
        parts:  into how many each way of the grid from point to point is divided
        pieces: in order of time
        begins: those that begin a stretch
        gap:    the longest time between two points that were looked at [s]
        looked: how many pieces were looked at for good
        fresh:  how many points came since then
    """

    summed: tuple[str, ...]
    parts: int = 1
    pieces: list[Stored] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    gap: float = 0.0
    looked: int = 0
    fresh: int = 0
    looks: _Looks | None = None

    def before(self, point: Points) -> None:
        """A point before the first stretch."""
        self.begins.append(len(self.pieces))
        self.pieces.append(Stored(point, np.zeros((len(self.summed) + 1, 1))))

    def keep(self, leg: Leg, piece: Piece) -> None:
        """A piece; the first one of a stretch with the point at its begin."""
        if leg.begin == leg.stretch.begin:
            piece = with_start(piece, leg.z)
            self.begins.append(len(self.pieces))
        self.pieces.append(stored(leg, piece))
        self.fresh += piece.times.size
        self.gap = max(self.gap, float(np.diff(piece.times).max(initial=0.0)))

    @property
    def points(self) -> list[Points]:
        """Those that were not looked at for good yet."""
        return [piece.points for piece in self.pieces[self.looked :]]

    @property
    def end(self) -> float:
        """The time that the run has come to [s]."""
        return float(self.pieces[-1].points.time[-1])

    def settle(self) -> None:
        """What is there was looked at for good."""
        self.looked, self.fresh = len(self.pieces), 0

    def sums(self) -> Summed:
        """What was summed up over all that was looked at for good."""
        pieces = self.pieces[: self.looked]
        begins = [begin for begin in self.begins if begin < self.looked]
        sizes = [piece.points.time.size for piece in pieces]
        return Summed(self.summed, np.cumsum([0, *sizes])[begins], sizes, [piece.sums for piece in pieces])

    # -- bends --------------------------------------------------------------------------------------------------------

    def fit(self, shape: Shape, most: int, stop: Callable[[], bool]) -> None:
        """Leave out points that lie on a straight line between others, and look closer where there is none.

        It goes on for at most so many points in the whole run, and until `stop` says so.
        """
        looks = self.looks = self.looks or _Looks(shape, self.parts, most, stop)
        fresh = self.pieces[self.looked :]
        self.pieces[self.looked :] = [looks.fitted(piece, seen) for piece, seen in zip(fresh, _split(shape, fresh), strict=True)]

    # -- wanted times -------------------------------------------------------------------------------------------------

    def hold(self, times: np.ndarray, stop: Callable[[], bool]) -> None:
        """Have a point at each of some times, until `stop` says so: where there are many by following the piece once more, seen at these
        times, and where there are few by integrating there from the point before."""
        self.pieces[self.looked :] = [_holding(piece, times, stop) for piece in self.pieces[self.looked :]]


def _holding(piece: Stored, times: np.ndarray, stop: Callable[[], bool]) -> Stored:
    """A piece with a point at each of those times that lie within it."""
    time = piece.points.time
    if piece.leg is None:
        return piece
    new = times[(times > piece.leg.begin) & (times < time[-1]) & ~np.isin(times, time)]
    if not new.size:
        return piece
    if new.size >= MANY and not stop() and (seen := _followed(piece, piece.leg, new)) is not None:
        return seen
    closer: dict[int, Stored] = {}
    for k, group in groupby(new.tolist(), key=lambda at: int(np.searchsorted(time, at)) - 1):
        if stop():
            break
        leg = piece.leg.at(piece.points, k) if k >= 0 else piece.leg
        closer[k] = merged([_end(leg, at) for at in group])
    return _joined(piece, np.ones(time.size, dtype=bool), closer)


def _followed(piece: Stored, leg: Leg, times: np.ndarray) -> Stored | None:
    """A piece with a point at each of some times within it, as the same integration shows them; None where two lie too near one another,
    or it does not come to its end this time."""
    length = float(piece.points.time[-1]) - leg.begin
    parts = np.append((times - leg.begin) / length, 1.0)
    if np.diff(parts, prepend=0.0).min() < APART:
        return None
    found = replace(leg, integrator=leg.integrator.at(parts)).to(length)
    if found.failure is not None:
        return None
    there = stored(leg, found).picked(np.arange(times.size))
    both = merged([piece, replace(there, points=replace(there.points, time=times))])
    return both.picked(np.argsort(both.points.time, kind="stable"))


def _end(leg: Leg, at: float) -> Stored:
    """The point to which an integration leads at a time [s]."""
    found = leg.to(at - leg.begin)
    if found.failure is not None:
        raise NotFoundError(
            Problem(f"the integration to the wanted time {at:.6g} s failed: {found.failure}", expected="another time")
        )
    there = stored(leg, found).picked(np.array([found.times.size - 1]))
    return replace(there, points=replace(there.points, time=np.array([at])))


def stored(leg: Leg, piece: Piece) -> Stored:
    """A piece as it is kept."""
    varying = {name: ramp.later(leg.numbers[name], piece.times) for name, ramp in leg.stretch.changes.items()}
    time = leg.times(piece)
    hidden = None if piece.hidden is None else piece.hidden > STRAYS
    return Stored(Points(leg.dynamics, time, piece.states, {**leg.numbers, **varying, "time": time}), piece.sums, leg, hidden)


def crowded(piece: Piece) -> float:
    """Part of a piece's ways between points on which a potential strays from a straight line."""
    return 0.0 if piece.hidden is None or not piece.hidden.size else float(np.mean(piece.hidden > STRAYS))


def _split(shape: Shape, pieces: Sequence[Stored]) -> Iterator[np.ndarray]:
    """The shapes of pieces, from the laws at all points under the same rates at once."""
    groups, order = together([piece.points for piece in pieces], rates_of)
    seen = np.concatenate([shape(group) for group in groups])[order]
    ends = np.cumsum([piece.points.time.size for piece in pieces])
    return iter(np.split(seen, ends[:-1]))


class _Looks:
    """Looks at pieces, closer where they bend, and counts how often."""

    def __init__(self, shape: Shape, parts: int, most: int, stop: Callable[[], bool]) -> None:
        self.shape, self.parts, self.most, self.stop, self.left = shape, parts, most, stop, MOST_LOOKS

    def fitted(self, piece: Stored, seen: np.ndarray, depth: int = 0) -> Stored:
        """A piece with the points that its course needs."""
        time = piece.points.time
        if piece.leg is None or time.size <= self.parts:
            return piece
        if time[-1] - time[0] < SHORTEST * np.spacing(time[-1]):
            return piece.picked(np.unique([0, time.size - 1 if time[-1] > time[0] else 0]))
        kept, bent = straightened(time, seen, self.parts)
        if piece.hidden is not None:
            bent[:-1] |= piece.hidden[1:]
        if depth or piece.hidden is not None:
            needed = fewest(time, seen) | bent | np.append(False, bent[:-1])
            kept = needed if depth or not piece.is_a_stretch else kept | needed
        closer = {k: found for k in np.flatnonzero(bent).tolist() if (found := self._between(piece, k, depth)) is not None}
        self.most -= int(kept.sum())
        return _joined(piece, kept, closer)

    def _between(self, piece: Stored, k: int, depth: int) -> Stored | None:
        """What lies between a point and the next one, without these two, as it is found by integrating there again."""
        begin, end = piece.points.time[k : k + 2].tolist()
        spent = depth >= DEEPEST or self.left <= 0 or self.most <= 0 or self.stop()
        if spent or piece.leg is None or end - begin < SHORTEST * np.spacing(end):
            return None
        self.left -= 1
        leg = piece.leg.at(piece.points, k)
        found = leg.to(end - begin)
        if found.failure is not None:
            return None
        inner = stored(leg, found)
        inner = self.fitted(inner, self.shape(inner.points), depth + 1)
        return inner.picked(np.arange(inner.points.time.size - 1))


def straightened(time: np.ndarray, x: np.ndarray, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Which points of a grid are needed so that straight lines between them leave out less than one, and where even all are too few.

    Arguments:
        time:  of the points; every `parts`-th from the end is one of the coarse grid, which is kept
        x:     quantities (points, quantities), in what may be left out
    """
    size = time.size
    coarse = np.arange((size - 1) % parts, size, parts)
    kept = np.zeros(size, dtype=bool)
    kept[coarse], kept[0] = True, True
    begins, step, each = coarse[:-1], parts, np.ascontiguousarray(x.T)
    while step > 1 and begins.size:
        off = _left_out(time, each, begins[:, None] + np.arange(1, step), begins, begins + step, lambda value: value[:, None])
        split = begins[off.max(axis=1, initial=0.0) > 1]
        step //= 2
        kept[split + step] = True
        begins = np.concatenate([split, split + step])
    bent = np.zeros(size, dtype=bool)
    bent[:-1] = _bends(time, x) > 1
    return kept | bent | np.append(False, bent[:-1]), bent


def fewest(time: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Which points of a course are needed so that straight lines between them leave out less than one (Ramer, Douglas and Peucker), and
    the highest and lowest points of every swing."""
    kept = _turning(x)
    begins, ends, each = np.array([0]), np.array([time.size - 1]), np.ascontiguousarray(x.T)
    while np.any(wide := ends - begins > 1):
        begins, ends = begins[wide], ends[wide]
        middle, split = _farthest(time, each, begins, ends)
        kept[middle] = True
        begins, ends = np.concatenate([begins[split], middle]), np.concatenate([middle, ends[split]])
    return kept


def _farthest(time: np.ndarray, each: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of ways between points, the first of those that are farthest from the straight line, and which ways leave out more than one."""
    counts = ends - begins - 1
    first = np.cumsum(counts) - counts
    inner = np.arange(counts.sum()) + np.repeat(begins + 1 - first, counts)
    off = _left_out(time, each, inner, begins, ends, lambda value: np.repeat(value, counts))
    most = np.maximum.reduceat(off, first)
    split = most > 1
    places = np.flatnonzero(off == np.repeat(np.where(split, most, -1.0), counts))
    way = np.searchsorted(first, places, "right") - 1
    return inner[places[np.unique(way, return_index=True)[1]]], split


def _left_out(
    time: np.ndarray,
    each: np.ndarray,
    points: np.ndarray,
    begins: np.ndarray,
    ends: np.ndarray,
    spread: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """How far quantities (quantities, points) are at most from the straight lines between the ends of ways, at points within; `spread` gives
    what is known of each way to its points."""
    weight, most = (time[points] - spread(time[begins])) / spread(time[ends] - time[begins]), np.zeros(points.shape)
    for x in each:
        np.maximum(most, np.abs(x[points] - (spread(x[begins]) + spread(x[ends] - x[begins]) * weight)), out=most)
    return most


def _turning(x: np.ndarray) -> np.ndarray:
    """The ends of a course, and where a quantity turns round."""
    steps = np.diff(x, axis=0)
    turns = (steps[1:] * steps[:-1] < 0) & (np.maximum(np.abs(steps[1:]), np.abs(steps[:-1])) > ROUND)
    return np.concatenate([[True], turns.any(axis=1), [True]])


def _bends(time: np.ndarray, x: np.ndarray) -> np.ndarray:
    """How far the course leaves the straight line from each point to the next, as parabolas through three points say."""
    steps = np.diff(time)[:, None]
    slopes = np.diff(x, axis=0) / steps
    curved = np.abs(np.diff(slopes, axis=0)) / (steps[1:] + steps[:-1])
    both = np.maximum(np.pad(curved, ((1, 0), (0, 0))), np.pad(curved, ((0, 1), (0, 0))))
    return (both * steps**2 / 4).max(axis=1, initial=0.0)


def _joined(piece: Stored, kept: np.ndarray, closer: dict[int, Stored]) -> Stored:
    """The kept points of a piece, and what was found after some of them; after -1: before all of them."""
    if not closer:
        return piece.picked(np.flatnonzero(kept))
    parts, begin = [], 0
    for k, inner in closer.items():
        parts.append(piece.picked(begin + np.flatnonzero(kept[begin : k + 1])))
        before = 0.0 if piece.sums is None or k < 0 else piece.sums[:, [k]]
        since = None if piece.sums is None or inner.sums is None else inner.sums + before
        parts.append(replace(inner, sums=since))
        begin = k + 1
    parts.append(piece.picked(begin + np.flatnonzero(kept[begin:])))
    return merged(parts)


def merged(parts: Sequence[Stored]) -> Stored:
    """Parts of one piece, one after the other."""
    ((points,), _) = together([part.points for part in parts], rates_of)
    sums = [part.sums for part in parts if part.sums is not None]
    return Stored(points, np.concatenate(sums, axis=1) if len(sums) == len(parts) else None, parts[0].leg)
