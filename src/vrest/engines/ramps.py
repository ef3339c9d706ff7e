"""Numbers that a ramp changes within a piece: by so much per time, or by so many e-folds per time."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..maths import exp, maximum, minimum


class Change(NamedTuple):
    """How a number changes: by `slope` per second, or by a factor e in 1/`growth` seconds; one of the two is zero.

    It stays within `least` and `most`, the ends of its ramp, which rounding would pass: what goes to zero is never below it.
    """

    slope: Any = 0.0
    growth: Any = 0.0
    least: Any = -math.inf
    most: Any = math.inf

    def later(self, value: Any, elapsed: Any) -> Any:
        """The number some time [s] after it had a value."""
        changed = (value + self.slope * elapsed) * exp(self.growth * elapsed)
        return minimum(maximum(changed, self.least), self.most)

    def rate(self, value: Any) -> Any:
        """Its rate [1/s] where it has a value."""
        return self.slope + self.growth * value


STILL = Change()
