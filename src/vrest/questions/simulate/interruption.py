"""Ctrl-C, or a request to end, in the middle of an integration: what is done before it is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Stop = Callable[[], bool]


SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(stop: Stop | None) -> Iterator[None]:
    """While this lasts, a Ctrl-C or a request to end after which `stop` says so ends compiled code at once, as KeyboardInterrupt."""
    if stop is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: handler for one in SIGNALS if callable(handler := signal.getsignal(one))}

    def heard(number: int, frame: FrameType | None) -> None:
        before[signal.Signals(number)](number, frame)
        if stop():
            raise KeyboardInterrupt

    for one in before:
        signal.signal(one, heard)
    try:
        yield
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)
