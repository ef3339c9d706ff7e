"""The server: what it offers under which address, and how it is run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..description.library import library_names
from ..errors import InputError, Problem
from ..page.write import languages
from .class_desk import ClassDesk
from .class_pages import CLASS, TEACHER
from .connections import Connection
from .guard import Guard, Place, response
from .lesson import Lesson
from .tasks import QUESTIONS, Answer
from .workers import Limits, RefusedError, Workers

FIRST = "textbook-neuron"
ENGLISH = "en"
BAD, MISSING, TOO_SLOW, OTHER_TYPE = 400, 404, 408, 415
UPLOADED = 10.0
"""Seconds within which a request must have come."""
DIGITS = 300
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Offer:
    """What a server shows.

    Attributes:
        first:     the text of the description whose page is the first; that of a cell of the library where there is none
        lesson:    a class that is asked and told besides
        practises: whether pages have exercises
    """

    first: str | None = None
    lesson: Lesson | None = None
    practises: bool = True


class Desk:
    """Answers requests: reads what they ask, and hands it to the workers. It keeps nothing of them."""

    def __init__(self, limits: Limits, offer: Offer) -> None:
        self.limits, self.offer = limits, offer
        self.workers = Workers(limits)
        self.pages: dict[tuple[str, str], Answer] = {}
        self.exercises: dict[str, str] = {}
        self.drawing = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self.workers:
            yield

    async def home(self, request: Request) -> Response:
        """The page of the first cell, or of one of the library; these are kept once they are made."""
        language = request.query_params.get("language", ENGLISH)
        name = request.query_params.get("cell")
        if language not in languages() or name not in (None, *library_names()):
            raise RefusedError(MISSING, "the library has no such cell, or there is no page in this language")
        if name is None and self.offer.first is not None:
            return await self._page(request, {"yaml": self.offer.first, "language": language})
        key = (name or FIRST, language)
        if key not in self.pages:
            question = {"task": "page", "library": key[0], "language": language, "exercises": await self._exercises(language)}
            self.pages[key] = await self.workers.ask(_client(request), question)
        return _response(self.pages[key])

    async def page(self, request: Request) -> Response:
        """The page of a description that was sent as a form; one that is only looked up has none."""
        if request.method == "GET":
            return RedirectResponse("/", 303)
        fields = await self.form(request, 4)
        return await self._page(request, {key: fields.get(key, [""])[0] for key in ("yaml", "language")})

    async def _page(self, request: Request, given: dict[str, str]) -> Response:
        return await self._asked(request, {"task": "page", **given, "exercises": await self._exercises(given["language"])})

    async def _exercises(self, language: str) -> str:
        """The exercises of pages in a language, which take seconds to be drawn, and are kept; none in a language that there is not."""
        async with self.drawing:
            if self.offer.practises and language not in self.exercises and language in languages():
                found = await self.workers.ask("", {"task": "exercises", "language": language})
                self.exercises[language] = found.body.decode()
        return self.exercises.get(language, "")

    async def cell(self, request: Request) -> Response:
        return await self._asked(request, {**await self._json(request), "task": "cell"})

    async def question(self, request: Request) -> Response:
        """A question under its own name, with the form of its answer behind it."""
        form = {"format": request.query_params.get("format", "json")}
        question = {"task": "question", "question": request.url.path.strip("/"), **form}
        return await self._asked(request, {**await self._json(request), **question})

    async def _asked(self, request: Request, question: dict[str, Any]) -> Response:
        return _response(await self.workers.ask(_client(request), question))

    async def _json(self, request: Request) -> dict[str, Any]:
        try:
            given = json.loads(await self._body(request, JSON), parse_int=_whole)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict) or not isinstance(given.get("yaml"), str):
            raise RefusedError(BAD, 'a question is a JSON object with the description as text, such as {"yaml": "cell: ..."}')
        return {key: value for key, value in given.items() if key != "library"}

    async def form(self, request: Request, most: int) -> dict[str, list[str]]:
        """The fields of a form that has at most so many."""
        try:
            return parse_qs(await self._body(request, FORM), max_num_fields=most)
        except ValueError:
            raise RefusedError(BAD, "the form has more fields than this takes") from None

    async def _body(self, request: Request, wanted: str) -> str:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != wanted:
            raise RefusedError(OTHER_TYPE, f"this takes {wanted}, and nothing else")
        try:
            async with asyncio.timeout(UPLOADED):
                return (await request.body()).decode()
        except TimeoutError:
            raise RefusedError(TOO_SLOW, f"the request did not come within {UPLOADED:g} s") from None
        except UnicodeDecodeError:
            raise RefusedError(BAD, "the request is not UTF-8 text") from None


def _whole(text: str) -> int | float:
    """A whole number; one that no float could hold is infinite, which every question refuses in words."""
    return int(text) if len(text) < DIGITS else float(text)


def _client(request: Request) -> str:
    return "" if request.client is None else request.client.host


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers or {}), answer.type)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return response(error)


def _http(_: Request, error: Exception) -> Response:
    """What the router says itself: no such address, no such method."""
    assert isinstance(error, HTTPException)
    return response(RefusedError(error.status_code, error.detail))


def application(place: Place, bounds: Limits, offer: Offer | None = None) -> Starlette:
    """The server as an ASGI application, for the place where it listens."""
    shown = offer or Offer()
    desk = Desk(bounds, shown)
    of_class = ClassDesk(shown.lesson, desk.workers, desk.form, place.address) if shown.lesson is not None else None

    async def home(request: Request) -> Response:
        """A class begins where it joins."""
        return RedirectResponse(CLASS, 303) if of_class and not request.url.query else await desk.home(request)

    return Starlette(
        routes=[
            Route("/", home),
            Route("/page", desk.page, methods=["GET", "POST"]),
            Route("/cell", desk.cell, methods=["POST"]),
            *(Route(f"/{name}", desk.question, methods=["POST"]) for name in QUESTIONS),
            *(of_class.routes if of_class else ()),
        ],
        middleware=[Middleware(Guard, place=place, upload=bounds.upload)],
        exception_handlers={RefusedError: _refused, HTTPException: _http},
        lifespan=desk.lifespan,
    )


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes one that is free.

    Raises:
        InputError: it cannot listen there.
    """
    listening = None
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        if os.name == "posix":  # elsewhere it would let two servers have one port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()  # from here on a browser waits for its answer instead of being refused
    except (OSError, UnicodeError) as error:
        if listening is not None:
            listening.close()
        reason = str(getattr(error, "strerror", None) or error)
        message = f"the server cannot listen there: {reason[:1].lower()}{reason[1:]}"
        raise InputError(Problem(message, found=f"{host}:{port}", expected="another --port or --host")) from None
    return listening


def uvicorn_server(
    listening: socket.socket, host: str, limits: Limits | None = None, offer: Offer | None = None
) -> uvicorn.Server:
    """The server for a socket, not yet running."""
    bounds = limits or Limits()
    app = application(Place(host, listening.getsockname()[1]), bounds, offer)
    how: dict[str, Any] = {
        "http": partial(Connection, bounds),
        "ws": "none",
        "log_level": "error",
        "access_log": False,
        "server_header": False,
        "lifespan": "on",
    }
    return uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=2, proxy_headers=False, **how))


def serve(host: str, port: int, offer: Offer) -> None:
    """Serve until Ctrl-C.

    Raises:
        InputError: the server cannot listen there.
    """
    listening = bound(host, port)
    address = Place(host, listening.getsockname()[1]).address
    print(f"vrest: {address} (Ctrl-C ends it)", flush=True)
    if offer.lesson is not None:
        print(
            f"vrest: students join there; the teacher's page, for you alone: {address.rstrip('/')}{TEACHER}/{offer.lesson.key}",
            flush=True,
        )
    with contextlib.suppress(KeyboardInterrupt), contextlib.closing(listening):
        uvicorn_server(listening, host, offer=offer).run(sockets=[listening])
