"""The object in Python behind a cell in a notebook: what is moved in the browser is seen here, and the other way round."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from ..description.cell import Cell
from ..description.edit import checked
from ..description.settings import in_words
from ..errors import InputError, NoAnswerError, Problem, nearest
from ..questions.rest.rest import rest
from .figure import notebook_module

TABS = ("rest", "time", "why", "nano")


class CellWidget(anywidget.AnyWidget):
    """A cell in a notebook; `vrest.widget(cell)` makes one, and a notebook shows it where it is the last line.

    Attributes:
        numbers: those that differ from the description, {path: value in SI}; texts with units are taken too, and {} is the description
        V_m: the resting potential of every membrane [V] at these numbers; empty where there is none
        described: the cell as it was given
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _shown = traitlets.List(traitlets.Unicode(), allow_none=True).tag(sync=True)
    _tabs = traitlets.List(traitlets.Unicode()).tag(sync=True)
    numbers = traitlets.Dict().tag(sync=True)
    V_m = traitlets.Dict().tag(sync=True)

    def __init__(self, cell: Cell, shown: Sequence[str] | None, tabs: Sequence[str], language: str) -> None:
        self.described, self._in_hand = cell, False
        shown = None if shown is None else _among(cell.settable, shown, "this cell has no such number")
        tabs = _among(TABS, tabs, "there is no such view")
        super().__init__(_esm=notebook_module(cell, language), _shown=shown, _tabs=tabs, V_m=_potentials(cell))

    @property
    def cell(self) -> Cell:
        """The cell with its numbers as they are set now, for every question of vrest."""
        return self._replaced(self.numbers)

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """What was moved in the browser: it was allowed and answered there."""
        self._in_hand = True
        try:
            super().set_state(sync_data)
        finally:
            self._in_hand = False

    @traitlets.validate("numbers")
    def _read(self, proposal: Mapping[str, Any]) -> dict[str, float]:
        """Numbers as Python sets them, in SI; those of the description are left out.

        Raises:
            InputError: a path that this cell does not have, or a value that does not fit.
        """
        numbers = checked(proposal["value"])
        if self._in_hand:
            return dict(numbers)
        settable = self._replaced(numbers).settable
        return {path: settable[path].si for path in numbers if settable[path].si != self.described.settable[path].si}

    @traitlets.observe("numbers")
    def _answer(self, _: Any) -> None:
        if not self._in_hand:
            self.V_m = _potentials(self.cell)

    def _replaced(self, numbers: Mapping[str, Any]) -> Cell:
        _among(self.described.settable, numbers, "this cell has no such number")
        return self.described.replace({path: in_words(self.described, path, wanted) for path, wanted in numbers.items()})


def _potentials(cell: Cell) -> dict[str, float]:
    try:
        return dict(rest(cell).V_m)
    except NoAnswerError:
        return {}


def _among(known: Collection[str], wanted: Collection[str], message: str) -> list[str]:
    for one in wanted:
        if one not in known:
            raise InputError(Problem(message, found=repr(one), suggestion=nearest(str(one), list(known))))
    return list(wanted)
