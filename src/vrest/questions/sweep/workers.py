"""Processes that answer rows one by one, a piece of them at a time each; they end with the process that started them."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue
from typing import Any

import numpy as np

from ...errors import InputError, NotFoundError, Problem, advice
from ...results.rows import Rows
from ..prepared import Prepared
from .asked import Asked, Columns
from .rows import each

PIECES = 4
"""Into how many pieces for each process a chunk is cut, so that none waits long for the slowest."""
TRIES = 2


def packed(asked: Asked, within: Callable[[Asked], Any] = lambda asked: asked) -> bytes:
    """A question, or what holds it, as another process takes it: what was compiled here is left out.

    Raises:
        InputError: the cell holds what cannot be handed on.
    """
    try:
        return pickle.dumps(within(replace(asked, prepared=Prepared(asked.prepared.cell))))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        message = f"this cell cannot be handed to other processes ({error})"
        raise InputError(Problem(message, path="threads", expected=advice("threads=1", "--threads 1"))) from None


class Worker:
    """One process. It hears no Ctrl-C: who started it does."""

    def __init__(self, asked: bytes) -> None:
        self.asked = asked
        self.process: subprocess.Popen[bytes] | None = None
        self.closed = False

    def answer(self, columns: Columns) -> Rows:
        """The answers of a piece; where the process was ended from outside, another one answers.

        Raises:
            NotFoundError: that was ended too.
        """
        for _ in range(TRIES):
            with contextlib.suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
                return self._asked(columns)
            self.end()
            if self.closed:
                break
        raise NotFoundError(
            Problem("a process that answers rows was ended from outside, twice", expected=advice("threads=1", "--threads 1"))
        )

    def _asked(self, columns: Columns) -> Rows:
        process = self.process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump(dict(columns), process.stdin)
        process.stdin.flush()
        return pickle.load(process.stdout)

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        words = (sys.executable, "-P", "-m", __name__)
        self.process = subprocess.Popen(
            words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self.process.stdin is not None
        self.process.stdin.write(self.asked)
        self.process.stdin.flush()
        return self.process

    def end(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]


class Workers:
    """Several processes for one question."""

    def __init__(self, asked: Asked) -> None:
        said = packed(asked)
        self.all = [Worker(said) for _ in range(asked.threads)]
        self.idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self.all:
            self.idle.put(worker)
        self.calls = ThreadPoolExecutor(asked.threads)

    def answer(self, asked: Asked, columns: Columns) -> Rows:
        """The answers of rows, in pieces."""
        size = len(next(iter(columns.values())))
        rows = Rows.empty(asked.layout, size)
        places = [piece for piece in np.array_split(np.arange(size), PIECES * len(self.all)) if piece.size]
        pieces = [{path: values[piece] for path, values in columns.items()} for piece in places]
        for piece, found in zip(places, self.calls.map(self._next, pieces), strict=True):
            rows.put(piece, found)
        return rows

    def _next(self, columns: Columns) -> Rows:
        worker = self.idle.get()
        try:
            return worker.answer(columns)
        finally:
            self.idle.put(worker)

    def end(self) -> None:
        for worker in self.all:
            worker.closed = True
            worker.end()
        self.calls.shutdown(cancel_futures=True)


@contextlib.contextmanager
def working(asked: Asked) -> Iterator[Any]:
    """What answers rows one by one: processes, or this one where one shall work."""
    if asked.threads == 1:
        yield each
        return
    workers = Workers(asked)
    try:
        yield workers.answer
    finally:
        workers.end()


def main() -> None:
    """Questions come on standard input until it ends; what a library prints goes to standard error."""
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(EOFError, BrokenPipeError):
        asked = pickle.load(sys.stdin.buffer)
        while True:
            pickle.dump(each(asked, pickle.load(sys.stdin.buffer)), target)
            target.flush()


if __name__ == "__main__":
    main()
