"""Ctrl-C in the middle of an integration: what is done before it is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Stop = Callable[[], bool]


@contextmanager
def interruptible(stop: Stop | None) -> Iterator[None]:
    """While this lasts, a Ctrl-C after which `stop` says so ends compiled code at once, as KeyboardInterrupt."""
    before = signal.getsignal(signal.SIGINT)
    if stop is None or not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(number: int, frame: FrameType | None) -> None:
        before(number, frame)
        if stop():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
