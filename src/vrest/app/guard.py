"""What stands before every request: whether it comes from the server's own pages, how large it may be, and what a browser is told."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .workers import BUSY, RefusedError

FOREIGN, TOO_LARGE = 403, 413
HTTP = 80
REQUESTS = 256
"""So many are answered at a time; connections that ask nothing, such as browsers keep open, are not counted."""
ELSEWHERE = "192.0.2.1"
"""An address that is kept for examples, and is nobody's."""
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]/@\s]+)(?::(?P<port>\d{1,5}))?", re.IGNORECASE)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with none at all a form of this page would come from an origin "null"
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise."""


@dataclass(frozen=True)
class Place:
    """Where a server listens. A name that somebody else's name server has pointed here is none of its own."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """What a browser is given to find it: that of this machine in its network where it listens everywhere."""
        host = _in_network() if self._everywhere else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def admits(self, header: str) -> bool:
        """Whether a Host header names this place."""
        found = _HOST.fullmatch(header)
        if found is None or int(found["port"] or HTTP) != self.port:
            return False
        name = found["name"].lower()
        return name in self._names() or (self._everywhere and _is_address(name))

    def _names(self) -> Iterator[str]:
        yield self.host.lower()
        yield f"[{self.host.lower()}]"
        if self._everywhere or self.host == "localhost" or (_is_address(self.host) and _address(self.host).is_loopback):
            yield from ("localhost", "127.0.0.1", "[::1]")
        if self._everywhere:
            yield socket.gethostname().lower()

    @property
    def _everywhere(self) -> bool:
        """Whether it listens at every address of this machine."""
        return _is_address(self.host) and _address(self.host).is_unspecified


def _in_network() -> str:
    """The address by which others reach this machine; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect((ELSEWHERE, 9))
            return str(one.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(name.strip("[]"))


def _is_address(name: str) -> bool:
    try:
        _address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Lets through what the server's own pages, and programs on this machine, may send."""

    def __init__(self, app: ASGIApp, place: Place, upload: int) -> None:
        self.app, self.place, self.upload, self.in_hand = app, place, upload, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._check(Headers(scope=scope))
        except RefusedError as error:
            await response(error)(scope, receive, _headed(send))
            return
        self.in_hand += 1
        try:
            await self.app(scope, self._bounded(receive), _headed(send))
        finally:
            self.in_hand -= 1

    def _check(self, headers: Headers) -> None:
        """
        Raises:
            RefusedError: too many are being answered; the request names another host, comes from a foreign page, or is too large.
        """
        if self.in_hand >= REQUESTS:
            raise RefusedError(BUSY, "too many requests are being answered: ask again in a moment")
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self.place.admits(hosts[0]):
            raise RefusedError(FOREIGN, "this server answers only under its own name and port; the request names another host")
        if origins and origins != [f"http://{hosts[0]}"]:
            raise RefusedError(FOREIGN, "this server answers only its own pages; the request comes from a page of another origin")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.upload:
            raise self._too_large

    @property
    def _too_large(self) -> RefusedError:
        return RefusedError(TOO_LARGE, f"the request is larger than {self.upload // 1000} kB; a description is not")

    def _bounded(self, receive: Receive) -> Receive:
        """The body, as long as it is not too large: one that comes in parts does not say how long it is."""
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.upload:
                raise self._too_large
            return message

        return bounded


def _headed(send: Send) -> Send:
    async def headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return headed


def response(error: RefusedError) -> Response:
    """What a request that is refused gets."""
    answer = error.answer
    return Response(answer.body, answer.status, media_type=answer.type)
