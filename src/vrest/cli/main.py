"""The entry point: one command, one answer, one exit code, and no traceback ever.

0 answered; 1 no trustworthy answer exists or was found; 2 the input is at fault; 3 a defect of vrest; 130 interrupted.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, TextIO

from ..errors import InputError, Problem, VrestError, command_line, shorten

DEFECT, INTERRUPTED = 3, 130
USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
"""What Ctrl-C and a request to end do in Python, where nobody has said otherwise."""

atexit.register(gc.freeze)
"""At its end a process lets everything go at once, instead of looking first for what may be let go: a tenth of a short answer's time."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code; see the module's text for the codes."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices are small, and starting threads takes as long as a short answer
    with _listening(), command_line():
        return _answered(list(sys.argv[1:] if argv is None else argv))


@contextlib.contextmanager
def _listening() -> Iterator[None]:
    """Ctrl-C and a request to end go to `_stop` while a command runs. A caller's own way of hearing them is left alone, and so are other
    threads."""
    alone = threading.current_thread() is threading.main_thread()
    heard = {one: usual for one, usual in USUAL.items() if alone and signal.getsignal(one) == usual}
    for one in heard:
        signal.signal(one, _stop)
    try:
        yield
    finally:
        for one, usual in heard.items():
            signal.signal(one, usual)


def _stop(number: int, frame: FrameType | None) -> None:
    """What Ctrl-C and a request to end do: the process ends at once where a KeyboardInterrupt could be swallowed."""
    while frame is not None:
        if _may_swallow(frame):
            os._exit(_interrupted())
        frame = frame.f_back
    raise KeyboardInterrupt


def _may_swallow(frame: FrameType) -> bool:
    """Whether a frame is of an import, where packages have bare excepts, or of CasADi, whose compiled code drops exceptions."""
    importing = frame.f_code.co_filename.startswith("<frozen importlib")
    return importing or str(frame.f_globals.get("__name__")).partition(".")[0] == "casadi"


def _answered(words: list[str]) -> int:
    as_json = "--json" in words
    try:
        return _run(words)
    except VrestError as error:
        return _told(error, as_json)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        _let_go(sys.stdout)
        return 0
    except OSError as error:
        return _told(InputError(_of_system(error)), as_json)
    except Exception as error:
        return _interrupted() if _is_interruption(error) else _defect(error, words)


def _is_interruption(error: BaseException | None) -> bool:
    """Whether an error is what compiled code made of a Ctrl-C that met it midway: CasADi raises a SystemError then."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__
    return error is not None


def _run(words: list[str]) -> int:
    from .arguments import parse

    if sys.stdout is None:
        raise OSError("standard output is closed")
    _never_stumble(sys.stdout)
    arguments = parse(words)
    if arguments is not None:
        arguments.run(arguments)
    sys.stdout.flush()
    return 0


def _of_system(error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(f"cannot read or write: {reason[:1].lower()}{reason[1:]}", file=_name(error.filename))


def _name(filename: object) -> str | None:
    return filename if isinstance(filename, str) else None


def _never_stumble(stream: TextIO) -> None:
    """A sign that the terminal's encoding lacks becomes a question mark instead of an error."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _told(error: VrestError, as_json: bool) -> int:
    """The problems: as JSON on stdout where that was asked for, in words on stderr always."""
    if as_json and sys.stdout is not None:
        import json

        try:
            print(json.dumps(error.to_dict(), indent=2), flush=True)
        except OSError:
            _let_go(sys.stdout)
    else:
        _flush_or_let_go()
    _say(f"vrest: {error}")
    return error.exit_code


def _flush_or_let_go() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _let_go(sys.stdout)


def _interrupted() -> int:
    _say("vrest: interrupted before the answer was complete")
    return INTERRUPTED


def _say(sentence: str) -> None:
    """A line on stderr, without signs that would command a terminal; where that is closed or full there is no one to tell."""
    if sys.stderr is None:
        return
    _never_stumble(sys.stderr)
    try:
        print(
            "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in sentence),
            file=sys.stderr,
            flush=True,
        )
    except OSError:
        _let_go(sys.stderr)


def _let_go(stream: TextIO) -> None:
    """Nobody can read a stream any more: drop what is left for it, so that nothing is said of it at exit either."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, stream.fileno())
    os.close(sink)


def _defect(error: Exception, words: list[str]) -> int:
    """Anything unforeseen is a defect of vrest: one sentence, and a file that holds what is needed to find it."""
    sentence = (
        f"this is a defect of vrest ({type(error).__name__}), not of your input; please report it with {_report(error, words)}"
    )
    _told(VrestError(Problem(sentence)), "--json" in words)
    return DEFECT


def _report(error: Exception, words: list[str]) -> str:
    """Write what was asked, and where it failed on what; words that say where that is."""
    import platform
    import tempfile
    import traceback

    from .. import __version__

    lines = [
        f"vrest {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {words!r}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    how: dict[str, Any] = {"encoding": "utf-8", "errors": "backslashreplace", "delete": False}
    try:
        with tempfile.NamedTemporaryFile("w", prefix="vrest-report-", suffix=".txt", **how) as handle:
            handle.write("\n".join(lines))
    except OSError:
        return f"these words (no report could be written): {type(error).__name__}: {shorten(error, 200)}"
    return f"the file {handle.name}"


if __name__ == "__main__":
    raise SystemExit(main())
