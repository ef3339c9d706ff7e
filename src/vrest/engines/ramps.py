"""Numbers that a ramp changes within a piece: by so much per time, or by so many e-folds per time."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def named(
    names: Sequence[str], ramped: Sequence[str], values: Sequence[Any], elapsed: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Numbers some time [s] after they had values, and rates [1/s] of the ramped ones; after the values stands how each ramped one changes."""
    numbers, parts = dict(zip(names, values, strict=False)), list(values[len(names) :])
    changes = {name: Change(*parts[len(STILL) * k : len(STILL) * (k + 1)]) for k, name in enumerate(ramped)}
    numbers |= {name: change.later(numbers[name], elapsed) for name, change in changes.items()}
    return numbers, {name: change.rate(numbers[name]) for name, change in changes.items()}
