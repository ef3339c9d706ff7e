"""The entry point: one command, one answer, one exit code, and no traceback ever.

0 answered; 1 no trustworthy answer exists or was found; 2 the input is at fault; 3 a defect of vrest; 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from ..errors import InputError, Problem, VrestError

DEFECT, INTERRUPTED = 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code; see the module's text for the codes."""
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    try:
        return _run(words)
    except VrestError as error:
        return _told(error, as_json)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        return _silent()
    except OSError as error:
        return _told(
            InputError(Problem(f"cannot write or read: {(error.strerror or str(error)).lower()}", file=error.filename)), as_json
        )
    except Exception as error:
        return _defect(error, words)


def _run(words: list[str]) -> int:
    from .arguments import parse

    arguments = parse(words)
    if arguments is None:
        return 0
    arguments.run(arguments)
    sys.stdout.flush()
    return 0


def _told(error: VrestError, as_json: bool) -> int:
    """The problems: as JSON on stdout where that was asked for, in words on stderr always."""
    try:
        if as_json:
            print(json.dumps(error.to_dict(), indent=2))
            sys.stdout.flush()
        print(f"vrest: {error}", file=sys.stderr)
    except BrokenPipeError:
        _silent()
    return error.exit_code


def _interrupted() -> int:
    print("vrest: interrupted; nothing was written", file=sys.stderr)
    return INTERRUPTED


def _silent() -> int:
    """Whoever read the output has left: say nothing, not even at exit."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    return 0


def _defect(error: Exception, words: list[str]) -> int:
    """Anything unforeseen is a defect of vrest: one sentence, and a file that holds what is needed to find it."""
    from .report import write_report

    place = write_report(error, words)
    print(
        f"vrest: this is a defect of vrest ({type(error).__name__}), not of your input; please report it with the file {place}",
        file=sys.stderr,
    )
    return DEFECT


if __name__ == "__main__":
    raise SystemExit(main())
