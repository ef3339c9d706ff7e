"""Numbers that a ramp changes within a piece: by so much per time, or by so many e-folds per time."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..maths import exp


class Change(NamedTuple):
    """How a number changes: by `slope` per second, or by a factor e in 1/`growth` seconds; one of the two is zero."""

    slope: Any = 0.0
    growth: Any = 0.0

    def later(self, value: Any, elapsed: Any) -> Any:
        """The number some time [s] after it had a value."""
        return (value + self.slope * elapsed) * exp(self.growth * elapsed)

    def rate(self, value: Any) -> Any:
        """Its rate [1/s] where it has a value."""
        return self.slope + self.growth * value


STILL = Change()
