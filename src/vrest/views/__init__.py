"""Answers, and described cells, as people see them: text, HTML, rows and CSV, figures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from .document import Block, as_csv, as_html, as_text


@dataclass(frozen=True)
class Room:
    """Where one kind of answer is made ready to be seen, as `module.function`.

    Attributes:
        document: in `tables`: what there is to say, in reading order
        grid:     in `tables`: columns and rows of the CSV
        draw:     in `figures`: the figure
        evidence: in `tables`: sentences that follow the certificate
        text:     in `tables`: the text, where it is not that of the document
    """

    document: str
    grid: str
    draw: str = ""
    evidence: str = ""
    text: str = ""


ROOMS = {
    "RestResult": Room("rest.document", "rest.grid", "rest.draw"),
    "SteadyResult": Room("steady.document", "steady.grid", "steady.draw", "steady.recomputed"),
    "SimulationResult": Room("simulation.document", "simulation.grid", "simulation.draw", "simulation.conserved"),
    "IvResult": Room("curves.iv", "curves.iv_grid", "curves.iv"),
    "OverResult": Room("curves.over", "curves.over_grid", "curves.over"),
    "BranchesResult": Room("curves.branches", "curves.branches_grid", "curves.branches"),
    "DonnanResult": Room("states.donnan", "states.donnan_grid", "states.ratios"),
    "ExplainResult": Room("states.explained", "states.explained_grid", "states.three"),
    "TuneResult": Room("states.tuned", "states.tuned_grid", "states.no_picture"),
    "Cell": Room("description.cell", "description.cell_grid", text="description.cell_text"),
}


def show(answer: Any) -> Shown:
    """An answer, ready to be shown."""
    return Shown(answer, next(ROOMS[base.__name__] for base in type(answer).__mro__ if base.__name__ in ROOMS))


@dataclass(frozen=True)
class Shown:
    """One answer in all its forms."""

    answer: Any
    room: Room

    @property
    def headline(self) -> str:
        """The first line of the document."""
        return self._said(self.room.document)[0].words

    def text(self, *, width: int | None = None, colour: bool = False) -> str:
        """Tables for a terminal of `width` characters (80 where none is given), plain unless `colour`."""
        return self._said(self.room.text) if self.room.text else as_text(self._document(), width, colour)

    def html(self) -> str:
        """Tables with nothing from outside."""
        return as_html(self._document())

    def grid(self) -> Any:
        """Columns and rows of the CSV."""
        return self._said(self.room.grid)

    def csv(self) -> str:
        """One table, unrounded; every heading carries its unit."""
        return as_csv(*self.grid())

    def dataset(self) -> Any:
        """The numbers as an xarray.Dataset."""
        from ..results.forms import dataset

        return dataset(self.answer)

    def frame(self) -> Any:
        """The table of the CSV as a pandas.DataFrame.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            from ..errors import MissingExtraError

            raise MissingExtraError("xarray", "to_dataframe") from None
        columns, rows = self.grid()
        return pandas.DataFrame(list(rows), columns=list(columns))

    def figure(self, path: str | os.PathLike[str] | None = None, **options: Any) -> Any:
        """The figure, drawn with matplotlib; written to `path` (PNG, SVG, PDF) where one is given."""
        from .figures.sheet import own_settings, save

        with own_settings():
            drawn = _function("figures", self.room.draw)(self.answer, **options)
        return save(drawn, path)

    def _document(self) -> list[Block]:
        from .tables.parts import ending

        said = self._said(self.room.document)
        if not hasattr(self.answer, "certificate"):
            return said
        return [*said, *ending(self.answer, self._said(self.room.evidence) if self.room.evidence else ())]

    def _said(self, place: str) -> Any:
        return _function("tables", place)(self.answer)


def _function(folder: str, place: str) -> Any:
    module, name = place.split(".")
    return getattr(import_module(f"vrest.views.{folder}.{module}"), name)
