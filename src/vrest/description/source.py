"""YAML text into nodes, guarded: size, depth and number of nodes are limited before anything is built.

Scalars stay text, so `NO`, `1e-6` and `08` mean what was written. Anchors, aliases, tags, merge keys and several documents
are refused: a description has no use for them, and they are how a small file becomes a large one.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem, shorten
from .nodes import Mapping, Node, Scalar, Sequence, Source

SIZE_LIMIT = 256_000
DEPTH_LIMIT = 32
NODE_LIMIT = 20_000


DESCRIPTION = ("description", "YAML")
"""What a file is said to be, and its form, where it cannot be read."""


def read_file(path: str | Path, what: tuple[str, str] = DESCRIPTION) -> Source:
    """The text of a description file, or of another one, or of standard input for `-`.

    Raises:
        InputError: not there, a directory, too large, not text, not readable.
    """
    name = str(path)
    try:
        data = _bytes_of_stdin(what) if name == "-" else _bytes_of_file(name, what)
    except InputError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(Problem(f"cannot read the {what[0]}: {reason}", file=name)) from None
    except ValueError as error:
        raise InputError(Problem(f"cannot read the {what[0]}: {error}", file=name[:200])) from None
    if name == "-":
        return Source("<stdin>", decode(data, "<stdin>", what))
    return Source(name, decode(data, name, what), os.path.dirname(os.path.abspath(name)))


def _bytes_of_stdin(what: tuple[str, str]) -> bytes:
    if sys.stdin is None:
        raise InputError(Problem("standard input is closed", file="<stdin>", expected=f"a {what[0]} on standard input"))
    stream = getattr(sys.stdin, "buffer", None)
    return stream.read(SIZE_LIMIT + 1) if stream is not None else sys.stdin.read(SIZE_LIMIT + 1).encode()


def _bytes_of_file(name: str, what: tuple[str, str]) -> bytes:
    if os.path.isdir(name):
        raise InputError(Problem(f"this is a directory, not a {what[0]} file", file=name, expected=f"a {what[1]} file"))
    if stat.S_ISFIFO(os.stat(name).st_mode) or os.path.isfile(name):
        with open(name, "rb") as handle:
            return handle.read(SIZE_LIMIT + 1)
    raise InputError(Problem("this is not a regular file", file=name, expected=f"a {what[1]} file"))


def decode(data: bytes, name: str, what: tuple[str, str] = DESCRIPTION) -> str:
    """Text of the bytes of a file; refuses what is too large, binary or not UTF-8, and says where.

    A mark at the start tells UTF-16, which Windows PowerShell writes.
    """
    if len(data) > SIZE_LIMIT:
        message = f"the file is larger than {SIZE_LIMIT // 1000} kB; a {what[0]} is not"
        raise InputError(Problem(message, file=name, expected=f"at most {SIZE_LIMIT} bytes"))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not data.startswith(codecs.BOM_UTF32_LE):
        return _decode_utf_16(data, name, what)
    if b"\0" in data:
        raise InputError(Problem(f"this is a binary file, not a {what[0]}", file=name, expected=f"{what[1]} text in UTF-8"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        found = f"byte 0x{data[error.start]:02x}"
        problem = Problem("the file is not UTF-8 text", file=name, line=line, column=column, found=found, expected="UTF-8")
        raise InputError(problem) from None


def _decode_utf_16(data: bytes, name: str, what: tuple[str, str]) -> str:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        raise InputError(
            Problem("the file begins as UTF-16 and is none", file=name, expected=f"{what[1]} text in UTF-8")
        ) from None
    if "\0" in text:
        raise InputError(Problem(f"this is a binary file, not a {what[0]}", file=name, expected=f"{what[1]} text in UTF-8"))
    return text


def parse_yaml(source: Source) -> Mapping:
    """The tree of one YAML document.

    Keys that stand twice, merge keys and keys that are no words leave the tree readable: they travel as `faults` of its root,
    so that they are reported together with what the checker finds.

    Raises:
        InputError: not YAML, empty, too deep, too many nodes, or with a feature that descriptions do not use.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    builder = _Builder(source)
    try:
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(source.text)):
            builder.take(event)
    except InputError:
        raise
    except MarkedYAMLError as error:
        raise InputError(_syntax_problem(source, error)) from None
    except YAMLError as error:
        raise InputError(_character_problem(source, error)) from None
    except (ValueError, OverflowError, RecursionError, AssertionError):
        raise InputError(Problem("this is not YAML", file=source.name, expected="a description in YAML")) from None
    return builder.document()


# part of the reader's words: what it means for a person, and whether the place is where the part began
_SYNTAX = {
    "'\\t' that cannot start": ("a tab stands here; YAML indents with spaces", False),
    "mapping values are not allowed": (
        "a ': ' cannot stand here: check the indentation, and quote a text that holds a colon",
        False,
    ),
    "but found '}'": ("a } without its {", False),
    "but found ']'": ("a ] without its [", False),
    "<block end>": ("the indentation of this line does not fit the lines above", False),
    "flow mapping": ("a { is not closed, or a comma is missing inside it", True),
    "flow sequence": ("a [ is not closed, or a comma is missing inside it", True),
    "quoted scalar": ("a quote is not closed", True),
    "expected ':'": ("a key needs ': ' and a value", True),
    "cannot start any token": ("a value cannot begin with this character; write the text in quotes", False),
}


def _syntax_problem(source: Source, error: Any) -> Problem:
    said = f"{error.context or ''} {error.problem or ''}"
    meaning, at_begin = next(
        (words for part, words in _SYNTAX.items() if part in said), (str(error.problem or error.context), False)
    )
    mark = (error.context_mark if at_begin else None) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
    return Problem(
        f"not valid YAML: {shorten(meaning, 200)}", file=source.name, line=line, column=column, excerpt=source.line(line)
    )


def _character_problem(source: Source, error: Any) -> Problem:
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return Problem("this is not YAML text", file=source.name)
    before, found = source.text[:position], f"U+{ord(source.text[position]):04X}"
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    return Problem("a character that YAML does not allow", file=source.name, line=line, column=column, found=found)


class _Builder:
    """Nodes from parse events, with the limits checked at every event."""

    def __init__(self, source: Source) -> None:
        self.source, self.count = source, 0
        self.open: list[_Open] = []
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                raise self._refuse(event, "a second document in one file", "one cell in a file")
        elif kind == "AliasEvent":
            raise self._refuse(event, "an alias (*name) is not allowed in a description", "the value itself")
        elif kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            self._check(event)
            if kind == "ScalarEvent":
                self._place(Scalar(event.value, **self._span(event)))
            else:
                self.open.append(_Open(kind == "MappingStartEvent", self._span(event)))
                if len(self.open) > DEPTH_LIMIT:
                    raise self._refuse(event, f"nested more than {DEPTH_LIMIT} deep", "a flat description")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._place(self.open.pop().close(event.end_mark.index))

    def document(self) -> Mapping:
        if self.root is None or (isinstance(self.root, Scalar) and not self.root.text):
            raise InputError(
                Problem("the description is empty", file=self.source.name, expected="cell, temperature, ions or compartments")
            )
        if not isinstance(self.root, Mapping):
            raise InputError(
                self.root.problem("a description is a mapping of keys to values", found=self.root.words, expected="cell: name")
            )
        return replace(self.root, faults=tuple(self.problems))

    def _check(self, event: Any) -> None:
        self.count += 1
        if self.count > NODE_LIMIT:
            raise self._refuse(event, f"more than {NODE_LIMIT} values in one description", "a smaller file")
        if event.anchor:
            raise self._refuse(event, "an anchor (&name) is not allowed in a description", "the value itself")
        if event.tag not in (None, "", "!"):
            raise self._refuse(event, "a tag (!name) is not allowed in a description", "a plain value")

    def _span(self, event: Any) -> dict[str, Any]:
        mark = event.start_mark
        return {
            "source": self.source,
            "line": mark.line + 1,
            "column": mark.column + 1,
            "start": mark.index,
            "end": event.end_mark.index,
        }

    def _refuse(self, event: Any, message: str, expected: str) -> InputError:
        return InputError(Scalar(**self._span(event)).problem(message, expected=expected))

    def _place(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        self.problems += self.open[-1].add(node)


def _decimal_comma(keys: dict[str, Scalar], entries: dict[str, Node], key: Scalar, node: Node) -> bool:
    """Whether `{K: 140,5 mM}` was written, which YAML reads as K: 140 and a key `5 mM`; joins the number again."""
    name = next(reversed(keys), "")
    before = entries.get(name)
    if not (isinstance(before, Scalar) and isinstance(node, Scalar)) or node.text:
        return False
    written, digits = key.source.text[before.start : key.end], before.text[-1:] + key.text[:1]
    if not digits.isdigit() or written != f"{before.text},{key.text}":
        return False
    entries[name] = replace(before, text=written, end=key.end)
    return True


class _Open:
    """A mapping or sequence that is being filled."""

    def __init__(self, is_mapping: bool, span: dict[str, Any]) -> None:
        self.is_mapping, self.span = is_mapping, span
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}
        self.items: list[Node] = []
        self.key: Node | None = None

    def add(self, node: Node) -> list[Problem]:
        if not self.is_mapping:
            self.items.append(node)
            return []
        if self.key is None:
            self.key = node
            return []
        key, self.key = self.key, None
        if not isinstance(key, Scalar):
            return [key.problem("a key is a single word", found=key.words)]
        if key.text == "<<":
            return [key.problem("a merge key (<<) is not allowed in a description", expected="the keys themselves")]
        return self._entry(key, node)

    def _entry(self, key: Scalar, node: Node) -> list[Problem]:
        if _decimal_comma(self.keys, self.entries, key, node):
            return []
        name, colon, rest = key.text.partition(":")
        if colon and name and isinstance(node, Scalar) and not node.text and node.start == node.end:
            return self._glued(key, name, rest.strip())
        if key.text in self.entries:
            line = self.keys[key.text].line
            message = f"'{key.text}' stands twice; it stood first in line {line}"
            return [key.problem(message, found=key.text, expected="each key once")]
        self.entries[key.text], self.keys[key.text] = node, key
        return []

    def _glued(self, key: Scalar, name: str, value: str) -> list[Problem]:
        """`K:140 mM`, which YAML reads as one word."""
        self.entries.setdefault(name, replace(key, text=value))
        self.keys.setdefault(name, replace(key, text=name))
        message = f"a space is missing after the colon: write {shorten(f'{name}: {value}')}"
        return [key.problem(message, found=key.text, expected="key: value")] if value else []

    def close(self, end: int) -> Node:
        span = {**self.span, "end": end}
        return Mapping(self.entries, self.keys, **span) if self.is_mapping else Sequence(tuple(self.items), **span)
