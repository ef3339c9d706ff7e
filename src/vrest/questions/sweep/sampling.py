"""Parts of all draws, strictly between 0 and 1, that belong to a row of a sample alone: whatever is drawn before, beside or after."""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError, Problem, advice, needed

SAMPLES = ("random", "sobol", "lhs")
MOST_IN_SQUARE = 10_000_000
WORDS = 4
"""Numbers of 64 bits that one step of the counter gives."""
BITS, SOBOL_BITS = 52, 32
"""Digits of a part; with more, SciPy does not count a Sobol sequence forward."""
MOST = {"lhs": MOST_IN_SQUARE, "sobol": 2**SOBOL_BITS}

LEAST = 2.0 ** -(SOBOL_BITS + 1)
"""A part of zero or one would be drawn from no distribution without ends."""


class Draws:
    """Draws of several paths: `random` counts with the row, keyed by seed and path; `sobol` and `lhs` fill their space evenly.

    Raises:
        InputError: a Latin hypercube of too many rows.
        MissingExtraError: SciPy is not installed.
    """

    def __init__(self, how: str, paths: Sequence[str], size: int, seed: int) -> None:
        self.how, self.paths, self.size, self.seed = how, tuple(paths), size, seed
        if size > MOST.get(how, size):
            raise InputError(_too_many(how, size))
        with needed("population", "drawing numbers"):
            import scipy.special  # noqa: F401

    @property
    def anywhere(self) -> bool:
        """Whether any parts are drawn as quickly as the first ones."""
        return self.how != "sobol"

    def parts(self, begin: int, end: int) -> dict[str, np.ndarray]:
        """{path: its parts in the rows from `begin` to before `end`}."""
        if self.how == "random":
            return {path: _counted(self.seed, path, begin, end) for path in self.paths}
        points = self._square[begin:end] if self.how == "lhs" else self._sobol(begin, end)
        return {path: np.clip(points[:, k], LEAST, 1.0 - LEAST) for k, path in enumerate(self.paths)}

    @functools.cached_property
    def _square(self) -> np.ndarray:
        from scipy.stats import qmc

        return qmc.LatinHypercube(len(self.paths), **_seeded(self.seed)).random(self.size)

    def _sobol(self, begin: int, end: int) -> np.ndarray:
        from scipy.stats import qmc

        points = qmc.Sobol(len(self.paths), scramble=True, bits=SOBOL_BITS, **_seeded(self.seed))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a number of points is no power of two
            if begin:
                points.fast_forward(begin)
            return points.random(end - begin)


def _seeded(seed: int) -> dict[str, Any]:
    return {"seed": np.random.default_rng(seed)}


def _counted(seed: int, path: str, begin: int, end: int) -> np.ndarray:
    """Row k gets the k-th word of the counter's stream."""
    stream = int.from_bytes(hashlib.sha256(f"{seed}:{path}".encode()).digest()[:16], "little")
    source = np.random.Philox(key=stream)
    source.advance(begin // WORDS)
    words = source.random_raw(end - begin // WORDS * WORDS)[begin % WORDS :]
    return ((words >> np.uint64(64 - BITS)).astype(float) + 0.5) * 2.0**-BITS


def _too_many(how: str, size: int) -> Problem:
    other = {"lhs": "sobol", "sobol": "random"}[how]
    message = {"lhs": "a Latin hypercube is made whole, so", "sobol": "a Sobol sequence ends:"}[how]
    expected = advice(f'sample="{other}"', f"--sample {other}") + ", which goes further"
    return Problem(f"{message} it has at most {MOST[how]:,} rows", path=advice("n", "--n"), found=f"{size:,}", expected=expected)
