"""`widget`: a cell in a notebook, with sliders that Python follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..description.cell import Cell
from ..description.library import Name, cell_of
from ..errors import needed
from .write import ENGLISH

if TYPE_CHECKING:
    from .notebook import CellWidget


def widget(
    cell: Cell | Name, shown: Sequence[str] | None = None, tabs: Sequence[str] = ("rest", "time"), language: str = ENGLISH
) -> CellWidget:
    """A cell in a notebook: the page's figure, computed in the browser; its `numbers` and `V_m` follow the sliders and move them.

    Arguments:
        cell:     a description, or its name or path
        shown:    paths of the numbers that have sliders, such as ["outside.K", "temperature"]; None: all of them
        tabs:     the views that are offered, of "rest", "time", "why" and "nano"
        language: that of its sentences, `vrest.page.write.languages()`
    Raises:
        MissingExtraError: anywidget is not installed.
        InputError: a cell, a path, a view or the language is at fault.
    """
    with needed("notebook", "a widget"):
        import anywidget  # noqa: F401
    from .notebook import CellWidget

    return CellWidget(cell_of(cell), shown, tabs, language)
