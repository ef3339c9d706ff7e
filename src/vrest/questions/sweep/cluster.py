"""A sweep on a cluster of dask: each chunk is a task for whichever worker is free, and is kept by it where the others keep theirs."""

from __future__ import annotations

import contextlib
import logging
import pickle
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ...errors import InputError, NotFoundError, Problem, advice, needed
from ...results.rows import Rows
from .asked import Asked
from .plan import Plan
from .rows import answer_rows
from .store import MACHINE, Chunk, differing, here, numbers_of, opened
from .workers import packed

CONNECT = 10
"""How long a scheduler may take to answer [s]."""
WAIT = 60
"""How long a first worker may take to come [s]."""


@dataclass(frozen=True)
class Question:
    """What a worker must know.

    Attributes:
        asked, plan: what is asked of which rows
        begun:       what all workers must have alike, as `here` says it
        store:       where answers are kept; None: they are handed back
    """

    asked: Asked
    plan: Plan
    begun: Mapping[str, str]
    store: Path | None = None

    @cached_property
    def arrays(self) -> Any:
        """The store, if there is one.

        Raises:
            InputError: it is not to be seen from here.
        """
        if self.store is None:
            return None
        try:
            return opened(self.store)
        except InputError:
            expected = "a folder that all workers see under one name"
            raise InputError(Problem("a worker does not see the store", file=str(self.store), expected=expected)) from None

    def must_be_alike(self) -> None:
        """What is here must be what the sweep was begun with.

        Raises:
            InputError: it is not.
        """
        now = here(self.asked.lanes)
        names = differing({name: now[name] for name in self.begun}, self.begun)
        if names:
            found, expected = ", ".join(f"another {name}" for name in names), "the same everywhere"
            if names == [MACHINE]:
                expected = advice("allow_other_machine=True", "--allow-other-machine") + ", as last digits may differ"
            raise InputError(Problem("the workers are not alike", path="scheduler", found=found, expected=expected))


_OF_THREAD = threading.local()
"""The question that a thread of a worker answers, as bytes and ready: compiled functions are kept from chunk to chunk."""


def answer_chunk(said: bytes, chunk: Chunk) -> Rows:
    """The answers of a chunk; where there is a store its numbers are put there, and the rows have none."""
    if getattr(_OF_THREAD, "said", None) != said:
        question: Question = pickle.loads(said)
        question.must_be_alike()
        _OF_THREAD.question, _OF_THREAD.said = question, said
    question = _OF_THREAD.question
    arrays = question.arrays
    rows = answer_rows(question.asked, question.plan.run(chunk.begin, chunk.end))
    if arrays is None:
        return rows
    for name, place, values in numbers_of(question.plan, chunk, rows):
        arrays[name][place] = values
    return Rows({}, rows.status, rows.residual[:0], rows.why)


class Cluster:
    """The workers of a scheduler."""

    def __init__(self, client: Any) -> None:
        self.client = client
        try:
            client.wait_for_workers(1, timeout=WAIT)
        except TimeoutError:
            message = f"the scheduler has no worker, and none came within {WAIT} s"
            raise InputError(Problem(message, path="scheduler", found=client.scheduler.address)) from None

    @property
    def cores(self) -> int:
        """How many chunks are answered at a time."""
        return sum(self.client.nthreads().values())

    def here(self, lanes: bool) -> dict[str, str]:
        """The processor and versions of a worker."""
        with self._heard():
            return self.client.submit(here, lanes, pure=False).result()

    def answers(self, question: Question, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, Rows]]:
        """Chunks with their answers as they are done; what a worker leaves undone another one does.

        Raises:
            InputError, OSError: a worker cannot keep what it answers.
            NotFoundError: workers end again and again, or the scheduler does.
        """
        from distributed import as_completed

        asked = question.asked
        whole = packed(asked, lambda asked: replace(question, asked=asked))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a table is large, and goes to each worker once
            said = self.client.submit(bytes, whole, pure=False)  # made anew where the worker that held it ended
        asked_for = {self.client.submit(answer_chunk, said, chunk, pure=False): chunk for chunk in chunks}
        try:
            with self._heard():
                for future in as_completed(list(asked_for), loop=self.client.loop):
                    yield asked_for.pop(future), future.result()
        finally:
            self.client.cancel([said, *asked_for])

    @contextlib.contextmanager
    def _heard(self) -> Iterator[None]:
        """Around what workers answer, in which their ends and those of the scheduler become words."""
        from distributed import KilledWorker
        from distributed.comm import CommClosedError

        try:
            yield
        except KilledWorker:
            message = "workers ended one after the other over the same rows"
            raise NotFoundError(Problem(message, expected=f"more memory for each, or smaller chunks, and {_on()}")) from None
        except (CancelledError, CommClosedError):
            raise NotFoundError(Problem("the scheduler ended before all rows were answered", expected=_on())) from None
        except (ModuleNotFoundError, RuntimeError) as error:
            missing = error.__cause__ if isinstance(error, RuntimeError) else error  # what a scheduler makes of it
            if not isinstance(missing, ModuleNotFoundError):
                raise
            message, expected = "the scheduler or a worker lacks a module", "what is installed here, in the same versions"
            raise InputError(Problem(message, path="scheduler", found=missing.name, expected=expected)) from None


def _on() -> str:
    return advice("resume=True", "--resume") + " to go on with a store"


@contextlib.contextmanager
def joined(scheduler: Any) -> Iterator[Cluster | None]:
    """The cluster of an address, a Client or a cluster object; None where no scheduler is named.

    Raises:
        InputError: nothing answers there, or it has no workers.
        MissingExtraError: dask is not installed.
    """
    if scheduler is None:
        yield None
        return
    with needed("cluster", "a sweep on a cluster"):
        from distributed import Client
    if isinstance(scheduler, Client):
        yield Cluster(scheduler)
        return
    with _quiet():
        try:
            client = Client(scheduler, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            found, expected = str(scheduler), "the address of a dask scheduler, such as tcp://10.0.0.1:8786"
            problem = Problem(f"no scheduler answers: {error}", path="scheduler", found=found, expected=expected)
            raise InputError(problem) from None
        with client:
            yield Cluster(client)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """While a client of ours is open its library logs nothing: what goes wrong with it is said in an error."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


__all__ = ["Cluster", "Question", "joined"]
