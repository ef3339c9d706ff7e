"""Something that happened along a time course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STEP, EVENT = "step", "event"


@dataclass(frozen=True)
class Happening:
    """Something that happened at a time [s]: a `step` of the protocol, a condition met, the end; or an `event` of the cell's own."""

    time: float
    what: str
    kind: str = STEP

    def to_dict(self) -> dict[str, Any]:
        return {"time_s": self.time, "what": self.what, "kind": self.kind}
