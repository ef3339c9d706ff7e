"""The page's views of a cell as a figure in another's document: in a notebook, in documentation, on a course's site."""

from __future__ import annotations

from collections.abc import Mapping

from ..description.cell import Cell
from ..engines.javascript.printer import json_text
from .join import joined
from .write import ENGLISH, computing, imported, style, table

HOSTS = "[data-vrest]"
"""What a document marks as the place of a figure: the name of a cell, and beside it `data-tab` and `data-numbers`."""


def notebook_module(cell: Cell, language: str = ENGLISH) -> str:
    """The ES module of a cell whose `render` a notebook calls with a model and a place (anywidget's form).

    Raises:
        InputError: the language is at fault.
    """
    return f"{_script({cell.name: cell}, language, 'notebook', 'inNotebook')}export default {{ render: modules.start.shown }};\n"


def document_script(cells: Mapping[str, Cell], language: str = ENGLISH) -> str:
    """A script that makes figures of all elements of a document that ask for one of some cells; it may lie beside the document on a disk.

    Raises:
        InputError: the language is at fault.
    """
    return f"(() => {{\n{_script(cells, language, 'document', 'inDocument')}modules.start.shown(document.querySelectorAll({HOSTS!r}));\n}})();\n"


def _script(cells: Mapping[str, Cell], language: str, kind: str, start: str) -> str:
    imports, known = imported(list(cells.values()))
    listed = ", ".join(f"{json_text(name)}: {one}" for name, one in zip(cells, known, strict=True))
    words, sheet = json_text(table(language)), json_text(style("cell", "figure"))
    text = f"import {{ {start} }} from './{kind}.mjs';\n{imports}export const shown = {start}({{{listed}}}, {words}, {sheet});\n"
    return joined("start", computing(list(cells.values())) | {"start": text})
