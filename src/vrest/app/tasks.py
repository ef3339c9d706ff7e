"""What a worker does with one question: a description that came as text, and the answer in the form that was asked for.

Nothing that comes with a question names a file that is read.
"""

from __future__ import annotations

import functools
import json
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..description import nodes
from ..description.build import build_cell
from ..description.cell import Cell
from ..description.channels import is_path
from ..description.kinds import LIKE
from ..description.library import library_names, load, protocol_names, protocol_of
from ..description.source import decode, parse_yaml
from ..errors import InputError, Problem, VrestError, command_line, nearest
from ..views import show
from ..views.document import as_csv

JSON, HTML = "application/json", "text/html; charset=utf-8"
UNPROCESSABLE, DEFECT = 422, 500
YOURS = "your description"
COMMANDS_OF_SHEETS = ("=", "+", "-", "@", "\t", "\r")
"""A cell of a CSV that is text and begins so would be a formula to a program of sheets."""
SAID = 50
"""Problems that are listed at most."""
REMEMBERED = 16
"""Descriptions that a worker has read last, and does not read again."""
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What goes back: status and type as HTTP has them, further headers, and the body."""

    body: bytes
    type: str = JSON
    status: int = 200
    headers: Mapping[str, str] | None = None


def answered(given: Given) -> Answer:
    """The answer to a question; whatever goes wrong is one too."""
    with command_line():
        try:
            return TASKS[given["task"]](given)
        except VrestError as error:
            return told(error)
        except Exception as error:
            traceback.print_exception(error, file=sys.stderr)
            sentence = f"this is a defect of vrest ({type(error).__name__}), not of your input"
            return told(VrestError(Problem(sentence)), DEFECT)


def told(error: VrestError, status: int = UNPROCESSABLE) -> Answer:
    """Problems as a list with their places, and as text in which a caret points at them."""
    left_out = len(error.problems) - SAID
    more = (Problem(f"{left_out} more problems are not listed"),) if left_out > 0 else ()
    said = VrestError(*error.problems[:SAID], *more)
    return _json({**said.to_dict(), "text": str(said)}, status)


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value, allow_nan=False).encode(), status=status)


# -- what is asked of which cell --------------------------------------------------------------------------------------


def cell_of(given: Given) -> Cell:
    """The cell of a question: one of the library, or a description, with its settings.

    Raises:
        InputError: there is none, it has faults, or it names a file.
    """
    cell = _of_library(given["library"]) if "library" in given else from_text(_text(given, "yaml"))
    settings = given.get("settings", {})
    return cell.replace(settings) if settings else cell


def _of_library(name: Any) -> Cell:
    names = library_names()
    if name not in names:
        close = nearest(name, names) if isinstance(name, str) else None
        raise InputError(Problem("the library has no such cell", found=str(name), expected=", ".join(names), suggestion=close))
    return load(name)


@functools.lru_cache(REMEMBERED)
def from_text(text: str) -> Cell:
    """A description that came from outside: at most as long as a file of one, and it names no file.

    Reading takes longer than most answers, and several questions come with one text.

    Raises:
        InputError: with every problem found.
    """
    clean = decode(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass"), YOURS)
    root = parse_yaml(nodes.Source(YOURS, clean))
    files = tuple(_files(root))
    if files:
        raise InputError(*files)
    return build_cell(root)


def _files(node: nodes.Node) -> Iterator[Problem]:
    """Each place at which a channel is named by a path."""
    if isinstance(node, nodes.Sequence):
        for item in node.items:
            yield from _files(item)
    if isinstance(node, nodes.Mapping):
        for key, entry in node:
            if key == LIKE.name and isinstance(entry, nodes.Scalar) and is_path(entry.text):
                message = "a description that is sent to a server takes channels from the library only, not from a file"
                yield entry.problem(message, found=entry.text, expected="a name that `vrest library channels` lists")
            yield from _files(entry)


def _text(given: Given, key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str):
        found = "nothing" if value is None else type(value).__name__
        raise InputError(Problem(f"this question takes '{key}' as text", path=key, found=found, expected="text"))
    return value


def _texts(given: Given, key: str) -> Sequence[str]:
    value = given.get(key)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(Problem(f"this question takes '{key}' as a list of texts", path=key, found=str(value)))
    return value


# -- questions --------------------------------------------------------------------------------------------------------


def _rest(cell: Cell, given: Given) -> Any:
    from ..questions.rest.rest import rest

    return rest(cell)


def _steady(cell: Cell, given: Given) -> Any:
    from ..questions.steady.steady_state import steady_state

    return steady_state(cell)


def _explain(cell: Cell, given: Given) -> Any:
    from ..questions.steady.explain import explain_cell

    return explain_cell(cell)


def _branches(cell: Cell, given: Given) -> Any:
    from ..questions.steady.branches import branches

    return branches(cell, _text(given, "over"), _text(given, "span"), given.get("of", "steady"))


def _tune(cell: Cell, given: Given) -> Any:
    from ..questions.tune.tune import tune

    return tune(cell, _texts(given, "free"), given.get("hold"))


def _excite(cell: Cell, given: Given) -> Any:
    from ..questions.excite.excite import excite

    return excite(cell)


def _simulate(cell: Cell, given: Given) -> Any:
    from ..questions.simulate.simulate import simulate

    return simulate(cell, _protocol(cell, given))


def _protocol(cell: Cell, given: Given) -> Any:
    """A named protocol, or one in the shape of its file; never a path."""
    protocol, until = given.get("protocol"), given.get("until")
    names = protocol_names()
    if protocol not in (None, *names) and not isinstance(protocol, dict):
        close = nearest(protocol, names) if isinstance(protocol, str) else None
        problem = Problem("there is no such protocol", found=str(protocol), expected=", ".join(names), suggestion=close)
        raise InputError(problem)
    if protocol is None and until is None:
        raise InputError(Problem("a course needs a protocol or `until`", found="neither", expected=", ".join(names)))
    return protocol_of(protocol, cell, until)


QUESTIONS: Mapping[str, Callable[[Cell, Given], Any]] = {
    "rest": _rest,
    "steady": _steady,
    "explain": _explain,
    "branches": _branches,
    "tune": _tune,
    "excite": _excite,
    "simulate": _simulate,
}


def _question(given: Given) -> Answer:
    form = given.get("format", "json")
    if form not in FORMS or (form == "nc" and given["question"] != "simulate"):
        expected = "json, csv, or nc for a course"
        raise InputError(Problem("there is no such form of this answer", path="format", found=str(form), expected=expected))
    cell = cell_of(given)
    return FORMS[form](cell, QUESTIONS[given["question"]](cell, given))


def _in_full(cell: Cell, result: Any) -> Answer:
    """The object that `--json` gives, and the words that `--long` gives; a tuned description as text besides."""
    tuned = {"yaml": result.tuned.to_yaml()} if hasattr(result, "tuned") else {}
    return _json({"answer": result.to_dict(), "text": show(result).text(long=True), **tuned})


def _as_csv(cell: Cell, result: Any) -> Answer:
    columns, rows = show(result).grid()
    names = {key: _quoted(key) for key in columns}
    text = as_csv(list(names.values()), ({names.get(key, key): _quoted(value) for key, value in row.items()} for row in rows))
    return _file(text.encode(), "text/csv; charset=utf-8", "csv")


def _quoted(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(COMMANDS_OF_SHEETS) else value


def _as_netcdf(cell: Cell, result: Any) -> Answer:
    return _file(bytes(result.to_xarray().to_netcdf()), "application/x-netcdf", "nc")


def _file(body: bytes, kind: str, ending: str) -> Answer:
    return Answer(body, kind, headers={"Content-Disposition": f'attachment; filename="vrest.{ending}"'})


FORMS = {"json": _in_full, "csv": _as_csv, "nc": _as_netcdf}


# -- pages ------------------------------------------------------------------------------------------------------------


def _cell(given: Given) -> Answer:
    """What a page needs of a cell: its contents, and its equations as a module."""
    from ..engines.javascript import module
    from ..page.contents import contents

    cell = cell_of(given)
    return _json({"contents": contents(cell), "module": module(cell)})


def _page(given: Given) -> Answer:
    """The page of a cell, with its policy as a header too."""
    from ..page.write import built

    cell, names, language = cell_of(given), library_names(), _text(given, "language")
    own = "library" not in given
    offered = [cell.name, *names] if own else names
    at = 0 if own else names.index(cell.name)
    html, policy = built([cell], language, given["exercises"] or None, {"names": offered, "at": at, "language": language})
    return Answer(html.encode(), HTML, headers={"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"})


def _exercises(given: Given) -> Answer:
    """The exercises of a page, as a module."""
    from ..page.write import exercises_module

    return Answer(exercises_module((), _text(given, "language")).encode(), "text/javascript; charset=utf-8")


# -- a class ----------------------------------------------------------------------------------------------------------


def _drill(given: Given) -> Answer:
    """A question of a class, and the verdict on an answer to it; which exercise it is, the server says."""
    from .drills import drilled

    return _json(drilled(given))


TASKS: Mapping[str, Callable[[Given], Answer]] = {
    "question": _question,
    "cell": _cell,
    "page": _page,
    "exercises": _exercises,
    "drill": _drill,
}
