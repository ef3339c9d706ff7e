"""What can go wrong, as data: each error carries fields, and the words are made from them once, here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace

FOUND_LIMIT = 40


def shorten(text: object, limit: int = FOUND_LIMIT) -> str:
    """At most `limit` printable characters of a text that came from outside."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text)[: limit + 1])
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a mistyped word most likely meant, or None when nothing is near."""
    names = list(dict.fromkeys(known))
    folded = {name.casefold(): name for name in reversed(names)}
    if word.casefold() in folded:
        return folded[word.casefold()]
    from difflib import get_close_matches

    close = get_close_matches(word[:80].casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


_ON_THE_COMMAND_LINE: ContextVar[bool] = ContextVar("on_the_command_line", default=False)


@contextmanager
def command_line() -> Iterator[None]:
    """While a command runs, advice is given in its words, and not in those of Python."""
    before = _ON_THE_COMMAND_LINE.set(True)
    try:
        yield
    finally:
        _ON_THE_COMMAND_LINE.reset(before)


def advice(python: str, command: str) -> str:
    """What to do, as it is written in Python or on the command line: wherever the question came from.

    >>> advice('engine="scipy"', "--engine scipy")
    'engine="scipy"'
    """
    return command if _ON_THE_COMMAND_LINE.get() else python


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what would be right. Absent fields are None."""

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None
    found: str | None = None
    expected: str | None = None
    suggestion: str | None = None
    excerpt: str | None = None

    def __post_init__(self) -> None:
        if self.found is not None:
            object.__setattr__(self, "found", shorten(self.found))

    def at(self, **place: object) -> Problem:
        """The same problem with a place filled in; what is already known stays."""
        return replace(self, **{key: value for key, value in place.items() if getattr(self, key) is None})  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, object]:
        fields = asdict(self)
        del fields["excerpt"]
        return fields

    @property
    def place(self) -> str:
        """`file:line:column`, as far as known."""
        parts = [self.file or ("<input>" if self.line else None), self.line, self.column]
        return ":".join(str(part) for part in parts if part is not None)

    def render(self) -> str:
        """The problem for a person: place, message, what was found and expected, the near miss, the line with a caret."""
        said = {"found {}": self.found, "expected {}": self.expected or None, "did you mean {}?": self.suggestion or None}
        details = [words.format(value) for words, value in said.items() if value is not None]
        lines = [": ".join(filter(None, (self.place, self.message)))]
        if details:
            lines.append("    " + "; ".join(details))
        if self.excerpt is not None and self.column is not None:
            shift = max(0, self.column - 80)
            lines += ["    " + shorten(self.excerpt[shift:], 120), "    " + " " * (self.column - 1 - shift) + "^"]
        return "\n".join(lines)


class VrestError(Exception):
    """An error of vrest with its problems; `exit_code` is what the command line answers."""

    exit_code = 3

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(Problem(p) if isinstance(p, str) else p for p in problems)
        super().__init__(*self.problems)

    def __str__(self) -> str:
        return "\n".join(problem.render() for problem in self.problems)

    def to_dict(self) -> dict[str, object]:
        return {"error": [problem.to_dict() for problem in self.problems]}


class InputError(VrestError, ValueError):
    """The input is at fault: a file, a value, an option. All problems found are in it."""

    exit_code = 2


def taken(file: object, instead: str | None = None) -> InputError:
    """That a file is there already, and what may be done about it: by default another name, or to replace it."""
    replace_it = "another name, or " + advice("force=True", "--force") + " to replace it"
    return InputError(Problem("this file is there already", file=str(file), expected=instead or replace_it))


class MissingExtraError(InputError, ImportError):
    """A part of vrest that was not installed is needed; the message holds the command that adds it."""

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(
            Problem(
                f"{what} needs the extra '{extra}', which is not installed: pip install '.[{extra}]' in the folder of vrest",
                expected=f"vrest[{extra}]",
            )
        )


@contextmanager
def needed(extra: str, what: str) -> Iterator[None]:
    """Around the import of what an extra of vrest brings; without it the error says how to add it."""
    try:
        yield
    except ImportError:
        raise MissingExtraError(extra, what) from None


class NoAnswerError(VrestError):
    """No trustworthy answer exists, or none was found; the message says which, and what was tried."""

    exit_code = 1


class NotFoundError(NoAnswerError):
    """No trustworthy answer was found, though one may exist."""
