"""Shares of the variance of an answer that add up: what several numbers make together is divided evenly among them (Shapley effects).

A walk goes from one draw of all numbers to another one, number by number in an order of its own. With answers y_0 ... y_d along it, the
number that changes in step k has

    E[(y_0 - (y_(k-1) + y_k)/2) (y_(k-1) - y_k)]

of the variance (Goda, arXiv:2009.00874, 2020), without error but for the count of walks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...results.uncertain import Share
from ..sweep.axes import Prior
from ..sweep.sampling import Draws

STILL = 1e-9
"""Spread, as a part of the size, below which a quantity does not move."""
END = ".end"
"""Behind a path: its draw at the end of a walk."""


class Walks:
    """Walks between draws of independent numbers.

    Arguments:
        priors: what the numbers are drawn from
        n:      how many walks there are; seed: which
    """

    def __init__(self, priors: Sequence[Prior], n: int, seed: int) -> None:
        self.priors, self.n = list(priors), n
        self.paths = [prior.path for prior in priors]
        parts = Draws("sobol", [*self.paths, *(path + END for path in self.paths)], n, seed).parts(0, n)
        self._first, self._last = (np.array([parts[path + end] for path in self.paths]) for end in ("", END))
        every = np.tile(np.arange(len(self.paths)), (n, 1))
        self.order = np.random.default_rng(seed).permuted(every, axis=1)

    def over(self) -> Mapping[str, tuple[np.ndarray, str]]:
        """{path: (values, unit)}: all points of all walks, first the begin of each, then each after its first step ..."""
        place = np.argsort(self.order, axis=1).T
        points = [np.where(place < step, self._last, self._first) for step in range(len(self.paths) + 1)]
        parts = np.concatenate(points, axis=1)
        return {prior.path: (prior.at(part), prior.unit) for prior, part in zip(self.priors, parts, strict=True)}

    def shares(self, values: np.ndarray) -> dict[str, Share]:
        """The share of each number, of answers at all points; walks on which one is missing do not count, and nothing moves in what is
        still."""
        found = effects(values.reshape(len(self.paths) + 1, self.n), self.order)
        return dict(zip(self.paths, found, strict=False))


def effects(y: np.ndarray, order: np.ndarray) -> list[Share]:
    """Shares of numbers with their standard errors; none where nothing moves.

    Arguments:
        y:     answers (steps + 1, walks)
        order: which number changes in each step (walks, steps)
    """
    there = np.isfinite(y).all(axis=0)
    y, order = y[:, there], order[there]
    gains = (y[0] - (y[:-1] + y[1:]) / 2) * (y[:-1] - y[1:])
    each = np.zeros(order.shape)
    np.put_along_axis(each, order, gains.T, axis=1)
    if len(each) < 2 or still(y):
        return []
    variance = float(each.sum(axis=1).mean())
    shares = each.mean(axis=0) / variance
    apart = each - shares * each.sum(axis=1, keepdims=True)
    errors = apart.std(axis=0, ddof=1) / (variance * np.sqrt(len(each)))
    return [Share(float(share), float(error)) for share, error in zip(shares, errors, strict=True)]


def still(values: np.ndarray) -> bool:
    """Whether a quantity does not move."""
    return not values.size or bool(np.ptp(values) <= STILL * np.abs(values).max())
