"""Connections to the server: how long one may ask nothing, and how many there are. uvicorn itself bounds only how long one rests after an answer."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

from .workers import Limits

UNREAD = 6
"""So many times longer than it may ask nothing, a connection may take to fetch what is left of its answer."""


class Connection(H11Protocol):
    """One that ends where no whole head of a request has come in time; where there are too many, the one that has been silent longest goes."""

    def __init__(self, limits: Limits, **given: Any) -> None:
        super().__init__(**given)
        self.limits, self.silent_since = limits, float("inf")
        self.ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._heed()
        if len(self.connections) > self.limits.connections:
            known = cast("set[Connection]", self.connections)
            min(known, key=lambda one: one.silent_since).transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._heed()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._heed()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop()

    def _heed(self) -> None:
        """Begins to wait where no request is in hand; parts of one do not make it longer."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self.ends is None:
            self.silent_since = self.loop.time()
            self.ends = self.loop.call_later(self.limits.silent, self._end)

    def _stop(self) -> None:
        if self.ends is not None:
            self.ends.cancel()
        self.ends, self.silent_since = None, float("inf")

    def _end(self) -> None:
        """What has been answered and not been fetched yet is waited for a while, not for ever."""
        self.transport.close()
        self.ends = self.loop.call_later(UNREAD * self.limits.silent, self.transport.abort)
