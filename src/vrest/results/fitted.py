"""The answer to `fit`: numbers of a cell from data, between which ends they lie, and what the data leave open. In the units of the description."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .base import LEFT_OUT, Brief, Maybe, Result, says

if TYPE_CHECKING:
    from ..description.cell import Cell


@dataclass(frozen=True, repr=False)
class FittedNumber(Brief):
    """A number that was fitted.

    Attributes:
        value:     in `unit`, that of the description
        low, high: ends between which it lies at 95 % (profile likelihood)
        described: what it was before
    """

    value: float
    low: Maybe
    high: Maybe
    unit: str
    described: float


@dataclass(frozen=True, repr=False)
class Combination(Brief):
    """What data determine though they do not determine the numbers in it.

    Attributes:
        of:        a ratio or product of paths, or a path beside the described value of another
        value:     in `unit`; low, high: ends between which it lies at 95 %
    """

    of: str
    value: float
    low: Maybe
    high: Maybe
    unit: str


@dataclass(frozen=True, repr=False)
class NotDetermined(Brief):
    """Numbers that can be moved together without any change of what was measured: in which ratio, in words, and what is determined instead.

    Attributes:
        direction: {path: exponent, or step in sizes of numbers that may be negative}
        held:      the number that stands as described, so that the others have values at all
        sentence:  the same in words; determined: what is determined in their place
    """

    direction: dict[str, float]
    held: str
    sentence: str
    determined: tuple[Combination, ...] = ()


@dataclass(frozen=True, repr=False)
class Residuals(Brief):
    """What was measured beside what the fitted cell answers, in one unit.

    Attributes:
        quantity:  `V`, `I` or a path, in `unit`
        along:     what the data are drawn over, in `x_unit`; x: its values
        measured:  with a junction potential taken off; fitted: what the cell answers
        sd:        standard deviations, as given or estimated; residual: measured minus fitted
        curve:     what the fitted cell answers in between: x and values
    """

    quantity: str
    unit: str
    along: str
    x_unit: str
    x: np.ndarray
    measured: np.ndarray
    fitted: np.ndarray
    sd: np.ndarray
    residual: np.ndarray
    curve: tuple[np.ndarray, np.ndarray] | None = field(default=None, metadata=LEFT_OUT)


@dataclass(frozen=True, repr=False)
class FitResult(Result):
    """Numbers of a cell for which it answers what was measured, as nearly as it can.

    Attributes:
        data:        the file, if it is one; question: which one answers the data; membrane: across which V and I were measured
        parameters:  {path: number}; not_determined: numbers that can be moved together
        residuals:   of every quantity that was measured
        points:      how many values were measured; degrees_of_freedom: how many more than numbers that they determine
        sd_estimated: whether standard deviations were estimated from the residuals
        chi_squared: sum of squares of residuals over their standard deviations; p_value: how often it is as large by chance
        junction:    what was taken off measured potentials for the liquid junction [mV]
        fitted:      the cell with these numbers
    """

    data: str
    question: str
    membrane: str
    parameters: dict[str, FittedNumber]
    not_determined: tuple[NotDetermined, ...]
    residuals: tuple[Residuals, ...]
    points: int
    degrees_of_freedom: int
    sd_estimated: bool
    chi_squared: float
    p_value: Maybe
    junction: float = field(metadata=says(key="junction_mV"))
    fitted: Cell = field(metadata=LEFT_OUT)
