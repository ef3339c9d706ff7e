"""Worker processes that answer, each one question at a time; one that takes too long is ended, and the server lives on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Problem, VrestError
from .tasks import Answer, told
from .worker import LENGTHS, packed

TOO_MANY, GONE, BUSY, TOO_LONG = 429, 500, 503, 504
STARTED = 60.0
"""Seconds within which a worker must have started."""


@dataclass(frozen=True)
class Limits:
    """What one server does at most.

    Attributes:
        seconds:     how long one answer may take [s]
        workers:     answers at a time
        per_client:  answers that one client may wait for at a time
        waiting:     the same of all clients
        upload:      bytes of a request
        silent:      how long a connection may ask nothing [s]
        connections: those that are open at a time
    """

    seconds: float = 30.0
    workers: int = min(8, os.cpu_count() or 1)
    per_client: int = 8
    waiting: int = 64
    upload: int = 1_000_000
    silent: float = 10.0
    connections: int = 512


class RefusedError(Exception):
    """A request that gets no answer: status, and the sentence that says why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence

    @property
    def answer(self) -> Answer:
        return told(VrestError(Problem(self.sentence)), self.status)


class Worker:
    """One process, started when it is needed."""

    def __init__(self) -> None:
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        """The running process; a new one where there is none."""
        if self.process is None or self.process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
            words = (sys.executable, "-P", "-m", "vrest.app.worker")
            self.process = await asyncio.create_subprocess_exec(*words, env=environment, stdin=pipe, stdout=pipe)
            async with asyncio.timeout(STARTED):
                await _received(self.process)
        return self.process

    async def ask(self, question: Mapping[str, Any], seconds: float) -> Answer:
        """The answer to a question.

        Raises:
            RefusedError: it took too long, or the process ended.
        """
        try:
            process = await self.start()
            assert process.stdin is not None
            process.stdin.write(packed({**question, "seconds": seconds}))
            async with asyncio.timeout(seconds):
                await process.stdin.drain()
                head, body = await _received(process)
        except TimeoutError:
            await self.end()
            raise RefusedError(
                TOO_LONG, f"this takes more than {seconds:g} s, which a server does not give to one answer"
            ) from None
        except (OSError, EOFError):
            await self.end()
            raise RefusedError(GONE, "the process that computed this ended before its answer was complete") from None
        except asyncio.CancelledError:
            await self.end()
            raise
        return Answer(body, head["type"], head["status"], head["headers"])

    async def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


async def _received(process: asyncio.subprocess.Process) -> tuple[dict[str, Any], bytes]:
    assert process.stdout is not None
    head, body = LENGTHS.unpack(await process.stdout.readexactly(LENGTHS.size))
    return json.loads(await process.stdout.readexactly(head)), await process.stdout.readexactly(body)


class Workers:
    """All workers, and who waits for them."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.all = [Worker() for _ in range(limits.workers)]
        self.idle: asyncio.Queue[Worker] = asyncio.Queue()
        self.waiting: Counter[str] = Counter()
        self.turns: dict[str, asyncio.Semaphore] = {}

    async def __aenter__(self) -> Workers:
        await asyncio.gather(*(worker.start() for worker in self.all))
        for worker in self.all:
            self.idle.put_nowait(worker)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(worker.end() for worker in self.all))

    async def ask(self, client: str, question: Mapping[str, Any]) -> Answer:
        """The answer to a client's question, when its turn has come.

        Raises:
            RefusedError: too much is waiting already, or there is no answer in time.
        """
        with self._place(client) as turn:
            async with turn:
                return await self._next(question)

    async def _next(self, question: Mapping[str, Any]) -> Answer:
        """The answer of the worker that is free next."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                worker = await self.idle.get()
        except TimeoutError:
            raise RefusedError(BUSY, "the server is busy; ask again in a minute") from None
        try:
            return await worker.ask(question, self.limits.seconds)
        finally:
            self.idle.put_nowait(worker)

    @contextlib.contextmanager
    def _place(self, client: str) -> Iterator[asyncio.Semaphore]:
        """A place among those who wait, as long as one is left, with the client's own turns: one client leaves a worker to the others."""
        if self.waiting.total() >= self.limits.waiting:
            raise RefusedError(BUSY, "the server is busy; ask again in a minute")
        if self.waiting[client] >= self.limits.per_client:
            sentence = f"you wait for {self.limits.per_client} answers already; ask again when one of them is there"
            raise RefusedError(TOO_MANY, sentence)
        self.waiting[client] += 1
        turns = self.turns.setdefault(client, asyncio.Semaphore(max(1, self.limits.workers - 1)))
        try:
            yield turns
        finally:
            self.waiting[client] -= 1
            if not self.waiting[client]:
                del self.waiting[client], self.turns[client]
