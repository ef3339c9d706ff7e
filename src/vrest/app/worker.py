"""A worker process: questions come on standard input, answers go out on standard output, one by one until the input ends."""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, BinaryIO

from .tasks import Answer, answered

LENGTHS = struct.Struct(">II")
"""What stands before a message: how long its head, as JSON, and its body are."""


SPARED = 5.0
"""Seconds by which a worker outlives the time for an answer, in which its server ends it."""


def packed(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """A message as it goes through a pipe."""
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def _read(source: BinaryIO) -> dict[str, Any] | None:
    lengths = source.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, _ = LENGTHS.unpack(lengths)
    return json.loads(source.read(head))


def _sent(answer: Answer) -> bytes:
    head = asdict(answer)
    body = head.pop("body")
    return packed(head, body)


def _end_within(seconds: float) -> None:
    """Where the system can, a worker ends by itself when its time is over, as its server may be gone; 0 takes that back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def main() -> None:
    """What a library prints goes to standard error, so that it stands in no answer. Ctrl-C is the server's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    target.write(packed({"ready": True}))
    target.flush()
    while (given := _read(sys.stdin.buffer)) is not None:
        _end_within(given["seconds"] + SPARED)
        target.write(_sent(answered(given)))
        target.flush()
        _end_within(0)


if __name__ == "__main__":
    main()
