"""The modules of the page in one script: a file that is opened from a disk may import nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r"^import \{([^}]*)\} from '\./([\w/]+)\.mjs';\n", re.MULTILINE)
_INDENT = re.compile(r"^(?:  )+", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function|class) (\w+))", re.MULTILINE)


def joined(start: str, given: Mapping[str, str] | None = None) -> str:
    """A script that makes every module that `start` needs, each in a scope of its own, those that are needed first.

    Arguments:
        start: the name of a module of `static`, without its ending
        given: further modules by name, as text
    Raises:
        ValueError: modules need each other in a circle, or write their imports in another form
    """
    found: dict[str, str] = {}
    _collect(start, given or {}, found, ())
    return "const modules = {};\n" + "".join(_scope(name, text) for name, text in found.items())


def _collect(name: str, given: Mapping[str, str], found: dict[str, str], path: tuple[str, ...]) -> None:
    """Puts a module into `found` after all that it needs."""
    if name in path:
        raise ValueError(f"modules need each other: {' > '.join([*path, name])}")
    if name in found:
        return
    text = given[name] if name in given else (STATIC / f"{name}.mjs").read_text(encoding="utf-8")
    for _, needed in _IMPORT.findall(text):
        _collect(needed, given, found, (*path, name))
    found[name] = text


def _scope(name: str, text: str) -> str:
    exported = _EXPORT.findall(text)
    body = _EXPORT.sub("", _IMPORT.sub(_taken, text))
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name}.mjs writes an import or export in a form that is not joined")
    body = _INDENT.sub(lambda match: "\t" * (len(match[0]) // 2), body)
    return f"modules[{name!r}] = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _taken(match: re.Match[str]) -> str:
    names = match[1].replace(" as ", ": ")
    return f"const {{{names}}} = modules[{match[2]!r}];\n"
