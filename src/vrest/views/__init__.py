"""Answers, and described cells, as people see them: text, HTML, rows and CSV, figures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..errors import needed
from .document import Block, Document, Wanted, as_csv, as_text, fitted, in_short, in_the_rest, in_whole


@dataclass(frozen=True)
class Room:
    """Where one kind of answer is made ready to be seen, as `module.name`.

    Attributes:
        document: in `tables`: what there is to say, in reading order
        grid:     in `tables`: columns and rows of the CSV
        draw:     in `figures`: the figure
        text:     in `tables`: the text, where it is not that of the document
        short:    in `tables`: how the answer ends where it is short; nothing where it has no short form
    """

    document: str
    grid: str = ""
    draw: str = ""
    text: str = ""
    short: str = ""


ROOMS = {
    "RestResult": Room("rest.DOCUMENT", "rest.grid", "rest.draw", short="rest.closing"),
    "SteadyResult": Room("steady.DOCUMENT", "steady.grid", "steady.draw", short="steady.closing"),
    "SimulationResult": Room("simulation.DOCUMENT", "simulation.grid", "simulation.draw", short="simulation.closing"),
    "ExciteResult": Room("excite.DOCUMENT", "excite.grid", "excite.draw", short="excite.closing"),
    "IvResult": Room("curves.IV", "curves.iv_grid", "curves.iv"),
    "OverResult": Room("curves.OVER", "curves.over_grid", "curves.over"),
    "BranchesResult": Room("curves.BRANCHES", "curves.branches_grid", "curves.branches"),
    "DonnanResult": Room("states.DONNAN", "states.donnan_grid", "states.ratios"),
    "ExplainResult": Room("states.EXPLAINED", "states.explained_grid", "states.three", short="states.closing"),
    "TuneResult": Room("states.TUNED", "states.tuned_grid", "states.no_picture"),
    "ChannelResult": Room("channel.DOCUMENT", "channel.grid", "channel.draw"),
    "SensitivityResult": Room("sensitivity.DOCUMENT", "sensitivity.grid", "sensitivity.draw"),
    "CourseSensitivityResult": Room("course_slopes.DOCUMENT", "course_slopes.grid", "course_slopes.draw"),
    "UncertainResult": Room("uncertain.DOCUMENT", "uncertain.grid", "uncertain.draw"),
    "FitResult": Room("fit.DOCUMENT", "fit.grid", "fit.draw"),
    "SweepResult": Room("sweep.DOCUMENT", "sweep.grid", "sweep.draw"),
    "Certificate": Room("objects.CERTIFICATE"),
    "Protocol": Room("objects.PROTOCOL"),
    "WrittenProtocol": Room("objects.WRITTEN"),
    "Prepared": Room("objects.PREPARED"),
    "Cell": Room("description.CELL", "description.cell_grid", text="description.cell_text"),
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
        heading: Any = self._document[0].blocks(self._whole, in_whole)[0]
        return heading.words

    def text(self, *, long: bool = False, width: int | None = None, colour: bool = False) -> str:
        """The answer in short or, where it is `long` or has no short form, whole.

        It is for a terminal of `width` characters (80 where none is given), and plain unless `colour`.
        """
        if self.room.text:
            return _found("tables", self.room.text)(self.answer)
        return as_text(self.blocks() if long or not self.room.short else self.short_blocks(width), width, colour)

    def html(self) -> str:
        """The whole answer with nothing from outside; what a short one holds stands first."""
        from .html import as_html

        first = self._picked(in_short) + self._picked(in_the_rest) if self.room.short else self.blocks()
        return as_html(first)

    def grid(self) -> Any:
        """Columns and rows of the CSV."""
        return _found("tables", self.room.grid)(self.answer)

    def csv(self) -> str:
        """One table, unrounded; every heading carries its unit."""
        return as_csv(*self.grid())

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write all rows of a time course to a file whose ending says how: .csv, .nc or .zarr."""
        from .files import course

        course(path, self)

    def write_on(self, path: str | os.PathLike[str], rows: int) -> None:
        """Write the rows after so many that the file holds already: behind them where it is a CSV, otherwise it is written anew."""
        from .files import append, ending

        if rows and ending(path) == ".csv":
            columns, lines = show(self.answer.after(rows)).grid()
            append(path, as_csv(columns, lines, headed=False))
        else:
            self.write(path)

    def dataset(self) -> Any:
        """The numbers as an xarray.Dataset."""
        from ..results.forms import dataset

        return dataset(self.answer)

    def frame(self) -> Any:
        """The table of the CSV as a pandas.DataFrame.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        with needed("xarray", "to_dataframe"):
            import pandas
        columns, rows = self.grid()
        return pandas.DataFrame(list(rows), columns=list(columns))

    def figure(self, path: str | os.PathLike[str] | None = None, **options: Any) -> Any:
        """The figure, drawn with matplotlib; written to `path` (PNG, SVG, PDF) where one is given."""
        from .figures.sheet import own_settings, save

        with own_settings():
            drawn = _found("figures", self.room.draw)(self._whole, **options)
        return save(drawn, path)

    def blocks(self) -> list[Block]:
        """All there is to say, in reading order."""
        return self._picked(in_whole)

    def short_blocks(self, width: int | None = None) -> list[Block]:
        """What a short answer says: what fits into a terminal's height, and where the rest is."""
        return fitted(self._picked(in_short), _found("tables", self.room.short)(self._whole), width)

    def _picked(self, wanted: Wanted) -> list[Block]:
        return [block for part in self._document for block in part.blocks(self._whole, wanted)]

    @property
    def _whole(self) -> Any:
        """The answer that words and figures show: all of a time course of which some times are wanted."""
        return getattr(self.answer, "whole", self.answer)

    @property
    def _document(self) -> Document:
        return _found("tables", self.room.document)


def _found(folder: str, place: str) -> Any:
    module, name = place.split(".")
    return getattr(import_module(f"vrest.views.{folder}.{module}"), name)
