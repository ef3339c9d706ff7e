"""What a description or request may end in: a certified result that is valid JSON, or an error of exit code 1 or 2, within two
seconds of the processor."""

from __future__ import annotations

import json
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import vrest
from vrest.description.build import build_cell
from vrest.description.nodes import Source
from vrest.description.source import decode, parse_yaml
from vrest.results.base import Result

SLOWEST = 2.0
RUNAWAY = 10.0


class Runaway(BaseException):
    """A description took so long that it was given up."""


@dataclass(frozen=True)
class Outcome:
    """How it ended (`answered`, `no answer`, `refused`), processor time [s], and what broke the rules, if anything did."""

    ending: str
    seconds: float
    violation: str | None = None


def judge(data: bytes) -> Outcome:
    """Load a description and rest in this process."""
    return judged(lambda: vrest.rest(build_cell(parse_yaml(Source("fuzz.yaml", decode(data, "fuzz.yaml"))))))


def judged(ask: Callable[[], object]) -> Outcome:
    """Ask a question in this process."""
    start = time.process_time()
    ending, violation = _watched(ask)
    seconds = time.process_time() - start
    if violation is None and seconds > SLOWEST:
        violation = f"took {seconds:.2f} s"
    return Outcome(ending, seconds, violation)


def _watched(ask: Callable[[], object]) -> tuple[str, str | None]:
    """The ending, given up after `RUNAWAY` seconds of the processor where the system can say so."""
    if not hasattr(signal, "setitimer"):
        return _ending(ask)
    before = signal.signal(signal.SIGPROF, _give_up)
    signal.setitimer(signal.ITIMER_PROF, RUNAWAY)
    try:
        return _ending(ask)
    except Runaway:
        return "crashed", f"still running after {RUNAWAY:g} s"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _give_up(*_: object) -> None:
    raise Runaway


def _ending(ask: Callable[[], object]) -> tuple[str, str | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return "answered", fault_of_result(ask())
    except vrest.VrestError as error:
        return ("no answer" if error.exit_code == 1 else "refused"), fault_of_error(error)
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {str(error)[:300]}"


def fault_of_result(result: object) -> str | None:
    """What is wrong with a result, or None."""
    if not isinstance(result, Result):
        return f"the answer is {type(result).__name__}"
    if not result.certificate.converged:
        return f"not certified: {result.certificate.residuals}"
    try:
        json.dumps(result.to_dict(), allow_nan=False)
    except (ValueError, TypeError) as error:
        return f"not JSON: {error}"
    return None


def fault_of_error(error: vrest.VrestError) -> str | None:
    """What is wrong with an error, or None."""
    if error.exit_code not in (1, 2):
        return f"exit code {error.exit_code}: {str(error)[:200]}"
    if not error.problems or not str(error).strip():
        return "an error without words"
    json.dumps(error.to_dict(), allow_nan=False)
    for problem in error.problems:
        if problem.found is not None and len(problem.found) > 40:
            return f"found is longer than 40: {problem.found}"
        if len(problem.message) > 600 or not problem.message.isprintable():
            return f"a message that cannot be printed: {problem.message[:200]!r}"
    return None
