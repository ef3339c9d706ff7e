"""An answer as people see it: text, HTML, CSV, a figure."""

from __future__ import annotations

from importlib import import_module
from typing import Any

ROOMS = {
    "RestResult": "rest",
    "OverResult": "over",
    "IvResult": "iv",
    "SteadyResult": "steady",
    "DonnanResult": "donnan",
    "ExplainResult": "explained",
    "BranchesResult": "branches",
    "TuneResult": "tuned",
    "SimulationResult": "simulation",
}


def show(answer: Any) -> Shown:
    """The answer, ready to be shown."""
    return Shown(answer)


class Shown:
    """An answer in all its forms."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.room = import_module(f"vrest.views.{ROOMS[type(answer).__name__]}")

    @property
    def headline(self) -> str:
        return self.room.document(self.answer)[0].words

    def text(self, **how: Any) -> str:
        return self.room.text(self.answer, **how)

    def html(self) -> str:
        return self.room.html(self.answer)

    def csv(self) -> str:
        return self.room.csv(self.answer)

    def figure(self, path: str | None = None, **options: Any) -> Any:
        return self.room.plot(self.answer, path, **options)
