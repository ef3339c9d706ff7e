"""A page as one HTML file: style and script inside, each allowed by its hash and nothing else, so that nothing can be fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..description.cell import Cell
from ..description.library import Name, cell_of
from ..engines.javascript import has_courses, module, sources
from ..engines.javascript.printer import json_text
from ..errors import InputError, Problem, nearest, taken
from ..views.files import whole
from .contents import contents
from .join import STATIC, joined
from .short import short

STYLES = ("tokens", "pictures", "page")
ENGLISH = "en"
NEEDED: Mapping[str, Callable[[Cell], bool]] = {
    "cell_map": lambda cell: len(cell.membranes) > 1,
    "threshold": lambda cell: any(one.gated for one in cell.membranes.values()),
    "course": has_courses,
    "steady": has_courses,
}
"""Which cells need a module that others do without."""
SPARED = {
    "cell_map": "export function cellMap(host) {\n  host.hidden = true;\n  return { chosen() {}, update() {} };\n}\n",
    "threshold": "export const thresholdCard = () => null;\n",
    "course": "export class Course {\n  constructor({ cell }) {\n    throw new Error(cell.missing[0]);\n  }\n}\n",
    "steady": "export const steady = () => null;\n",
}
"""What stands in its place."""


def languages() -> list[str]:
    """The languages that pages can be in."""
    return sorted(path.stem for path in (STATIC / "words").glob("*.json"))


def sentences(language: str) -> dict[str, str]:
    """What a page says in a language, by key; in English where a sentence is not translated yet.

    Raises:
        InputError: there is no such language.
    """
    _check_language(language)
    read = lambda name: json.loads((STATIC / "words" / f"{name}.json").read_text(encoding="utf-8"))  # noqa: E731
    return read(ENGLISH) | read(language)


def _check_language(language: str) -> None:
    known = languages()
    if language not in known:
        raise InputError(
            Problem(
                "there is no page in this language",
                found=language,
                expected=", ".join(known),
                suggestion=nearest(language, known),
            )
        )


def page(cells: Sequence[Cell | Name], language: str = ENGLISH, practice: Sequence[str | Path] | None = ()) -> str:
    """The HTML of a page for some cells; it answers without Python and without a connection.

    Arguments:
        cells:    descriptions, or their names or paths
        language: that of its sentences, `vrest.page.write.languages()`
        practice: files of exercises of one's own beside those that come with vrest; None: a page without exercises
    Raises:
        InputError: a cell, an exercise or the language is at fault.
    """
    exercises = None if practice is None else exercises_module(practice, language)
    return built([cell_of(one) for one in cells], language, exercises)[0]


def built(
    cells: Sequence[Cell],
    language: str,
    exercises: str | None = None,
    served: Mapping[str, Any] | None = None,
) -> tuple[str, str]:
    """The HTML of a page, and its policy.

    Arguments:
        exercises: their module; None: a page without exercises
        served: what the page of a server knows of it; it may ask that server, and nobody else
    Raises:
        InputError: the language is at fault.
    """
    words = table(language, exercises is not None, served is not None)
    given = computing(cells)
    if exercises is not None:
        given["exercises_of_page"] = exercises
    script = joined("start", given | {"start": _start(cells, words, exercises is not None, served)})
    parts = {"cell": any(map(NEEDED["cell_map"], cells)), "practice": exercises is not None, "server": served is not None}
    sheet = style(*(name for name, there in parts.items() if there))
    policy = _policy(script, sheet, served is not None)
    filled = {
        "language": language,
        "title": html.escape(f"{cells[0].title or cells[0].name} · vrest"),
        "without_script": html.escape(words["page.without_script"]),
        "policy": policy,
        "style": sheet,
        "script": script,
    }
    return _filled((STATIC / "page.html").read_text(encoding="utf-8"), filled), policy


def style(*parts: str) -> str:
    """The style of a page with some parts (`cell` of several membranes, `practice`, `server`, `figure`), and of the figures from it."""
    return "".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in (*STYLES, *parts))


def table(language: str, practises: bool = False, served: bool = False) -> dict[str, str]:
    """The sentences of a page; those of practice and of a server only where there is one."""
    words = sentences(language)
    if served:
        words["page.footer"] = words["server.footer"]
    left_out = (*(() if practises else ("practice.",)), *(() if served else ("server.",)))
    return {key: text for key, text in words.items() if not key.startswith(left_out)}


def _policy(script: str, style: str, served: bool) -> str:
    """What a browser is told to allow: this script and this style, and nothing else but to ask the page's own server."""
    connect, form = ("connect-src 'self'; ", "'self'") if served else ("", "'none'")
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data: blob:; "
        f"{connect}base-uri 'none'; form-action {form}"
    )


def exercises_module(files: Sequence[str | Path], language: str) -> str:
    """The module of others' exercises, in their order, and of those that come with vrest; of two with one name the last stands.

    Raises:
        InputError: an exercise or the language is at fault.
    """
    _check_language(language)
    from ..practice.library import exercises
    from ..practice.reading import read_exercise
    from .exercises import practice_module

    own = {one.name: one for one in map(read_exercise, files)}
    others = [one for one in exercises() if one.name not in own]
    return practice_module([*own.values(), *sorted(others, key=lambda one: (one.level, one.topic, one.name))], language, len(own))


def write_page(
    cells: Sequence[Cell | Name],
    output: str,
    language: str = ENGLISH,
    force: bool = False,
    practice: Sequence[str | Path] | None = (),
) -> None:
    """Write a page to a file, whole or not at all; arguments as those of `page`.

    Raises:
        InputError: the file is there already (without `force`) or cannot be written; a cell or the language is at fault.
    """
    if os.path.exists(output) and not force:
        raise taken(output)
    text = page(cells, language, practice)
    with whole(output, "the page cannot be written") as part:
        part.write_text(text, encoding="utf-8")


def computing(cells: Sequence[Cell]) -> dict[str, str]:
    """The modules that solve cells and those of the cells themselves, by name, and what stands for those that no cell here needs."""
    solving = {name.removesuffix(".mjs"): text for name, text in sources().items()}
    spared = {name: text for name, text in SPARED.items() if not any(map(NEEDED[name], cells))}
    return solving | {f"cell{k}": module(cell) for k, cell in enumerate(cells)} | spared


def imported(cells: Sequence[Cell]) -> tuple[str, list[str]]:
    """The lines that import the modules of cells, and the objects that hold what a page knows of each."""
    lines = (f"import {{ cell as cell{k}, functions as functions{k} }} from './cell{k}.mjs';\n" for k in range(len(cells)))
    known = (
        f"contents: opened(cell{k}.written, {json_text(short(contents(cell)))}), cell: cell{k}, functions: functions{k}"
        for k, cell in enumerate(cells)
    )
    return "import { opened } from './numbers.mjs';\n" + "".join(lines), [f"{{ {one} }}" for one in known]


def _start(cells: Sequence[Cell], words: Mapping[str, str], practises: bool, server: Mapping[str, Any] | None) -> str:
    imports, listed = imported(cells)
    practice = extra = "null"
    if practises:
        imports += "import { practiceOf } from './practice_view.mjs';\nimport { practice } from './exercises_of_page.mjs';\n"
        practice = "practiceOf(practice)"
    if server is not None:
        imports += "import { served } from './server.mjs';\n"
        extra = f"served({json_text(server)})"
    return (
        f"import {{ startPage }} from './page.mjs';\n{imports}"
        f"startPage(document.getElementById('vr-page'), [{', '.join(listed)}], {json_text(words)}, {practice}, {extra});\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _filled(text: str, parts: Mapping[str, str]) -> str:
    """A text with its places filled, all at once: what is put in is not looked at again."""
    return re.sub(r"\{(\w+)\}", lambda match: parts[match[1]], text)
