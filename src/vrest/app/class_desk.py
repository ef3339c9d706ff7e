"""Answers the requests of a class: of students, each by the session under which a code was joined with, and of the teacher, by a key."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..practice.words import say
from .class_pages import AGAIN, CLASS, LONGEST, TEACHER, Pages
from .lesson import Lesson
from .markup import policy
from .tasks import HTML, UNPROCESSABLE, Answer
from .workers import RefusedError, Workers

COOKIE = "vrest-student"
FIELDS = 64
MISSING, CLOSED, ELSEWHERE = 404, 403, 303
NAMES_OF_CSV = {"Content-Disposition": 'attachment; filename="class.csv"'}


Fields = Mapping[str, list[str]]


class Form(Protocol):
    """What reads the fields of a form."""

    async def __call__(self, request: Request, most: int) -> Fields: ...


class ClassDesk:
    """What a class is asked and told.

    Arguments:
        lesson:  its state
        workers: who draws and judges
        form:    reads the fields of a form
        address: where students find the server
    """

    def __init__(self, lesson: Lesson, workers: Workers, form: Form, address: str) -> None:
        self.lesson, self.workers, self.form, self.address = lesson, workers, form, address
        self.pages = Pages(lesson)

    @property
    def routes(self) -> list[Route]:
        own = TEACHER + "/{key}"
        return [
            Route(CLASS, self.home),
            Route(f"{CLASS}/join", self.join, methods=["POST"]),
            Route(f"{CLASS}/leave", self.leave, methods=["POST"]),
            Route(CLASS + "/{exercise}", self.exercise, methods=["GET", "POST"]),
            Route(own, self.teacher),
            Route(own + "/class.csv", self.csv),
            Route(own + "/free", self.free, methods=["POST"]),
        ]

    # -- students ----------------------------------------------------------------------------------------------------------

    def _student(self, request: Request) -> str:
        """The code under which a request comes; empty where it has none."""
        return self.lesson.sessions.get(request.cookies.get(COOKIE, ""), "")

    async def home(self, request: Request) -> Response:
        student = self._student(request)
        return _page(self.pages.listed(student) if student else self.pages.join())

    async def join(self, request: Request) -> Response:
        code = (await self._fields(request)).get("student", [""])[0].strip()
        session = self.lesson.join(code)
        if not session:
            return _page(self.pages.join(self.pages.say("no_place")), CLOSED)
        answer = RedirectResponse(CLASS, ELSEWHERE)
        answer.set_cookie(COOKIE, session, path=CLASS, httponly=True, samesite="strict")
        return answer

    async def leave(self, _: Request) -> Response:
        """The browser forgets who it was; the code stays taken until the teacher frees it."""
        answer = RedirectResponse(CLASS, ELSEWHERE)
        answer.delete_cookie(COOKIE, path=CLASS, httponly=True, samesite="strict")
        return answer

    async def exercise(self, request: Request) -> Response:
        student, name = self._student(request), request.path_params["exercise"]
        if not student:
            return RedirectResponse(CLASS, ELSEWHERE)
        if name not in self.lesson.set.exercises:
            raise RefusedError(MISSING, "this class has no such exercise")
        if request.method == "GET":
            return await self._asked(student, name)
        fields = await self._fields(request)
        complaint = await (self._chosen if "slip" in fields else self._judged)(student, name, fields)
        return await self._asked(student, name, complaint) if complaint else RedirectResponse(f"{CLASS}/{name}", ELSEWHERE)

    async def _asked(self, student: str, name: str, complaint: str = "") -> Response:
        """The page of an exercise."""
        asked = _object(await self._drill(student, name))["question"]
        verdict = self.lesson.verdicts.get((student, name), {})
        solution = verdict.get("solution", ()) if self.lesson.shows_solution(student, name) else ()
        return _page(self.pages.question(student, asked, complaint, solution), UNPROCESSABLE if complaint else 200)

    async def _judged(self, student: str, name: str, fields: Fields) -> str:
        """Judge and keep an answer; the sentence that says why it is none, where it is none."""
        text = " < ".join(fields.get("answer", [""])).strip()
        if not self.lesson.is_open(student, name):
            return self.pages.say("full")
        if not text:
            return say("empty", self.pages.language)
        if len(text) > LONGEST or not text.isprintable():
            return self.pages.say("long", most=LONGEST)
        answer = await self._drill(student, name, answer=text)
        if answer.status == UNPROCESSABLE:
            return f"{say('not_read', self.pages.language)} {_complaint(answer)}"
        self.lesson.note(student, self.lesson.set.exercises[name], text, _object(answer)["verdict"])
        return ""

    async def _chosen(self, student: str, name: str, fields: Fields) -> str:
        """Keep which of several slips the last answer came from."""
        last = self.lesson.verdicts.get((student, name))
        slip = fields["slip"][0]
        if last is None or slip not in [key for key, _ in last["choose"]]:
            return ""
        text = self.lesson.answers(student, name)[-1].answer
        self.lesson.settle(student, name, _object(await self._drill(student, name, answer=text, slip=slip))["verdict"])
        return ""

    async def _drill(self, student: str, name: str, **more: str) -> Answer:
        """What a worker answers; each student has a place of their own in the queue."""
        source = self.lesson.set.sources.get(name)
        given = {
            "exercise": name,
            "source": source and [source.name, source.text, source.folder],
            "language": self.lesson.set.language,
        }
        return await self.workers.ask(f"class {student}", {"task": "drill", "seed": self.lesson.seed(student), **given, **more})

    async def _fields(self, request: Request) -> Fields:
        return await self.form(request, FIELDS)

    # -- the teacher -------------------------------------------------------------------------------------------------------

    def _check(self, request: Request) -> None:
        """
        Raises:
            RefusedError: the address has not the key.
        """
        if not secrets.compare_digest(request.path_params["key"].encode(), self.lesson.key.encode()):
            raise RefusedError(MISSING, "there is no such page")

    async def teacher(self, request: Request) -> Response:
        self._check(request)
        return _page(self.pages.teacher(self.address), headers={"Refresh": f"{AGAIN}"})

    async def csv(self, request: Request) -> Response:
        self._check(request)
        return Response(self.lesson.csv(), media_type="text/csv; charset=utf-8", headers=NAMES_OF_CSV)

    async def free(self, request: Request) -> Response:
        self._check(request)
        self.lesson.free((await self._fields(request)).get("student", [""])[0])
        return RedirectResponse(f"{TEACHER}/{self.lesson.key}", ELSEWHERE)


def _page(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, status, {"Content-Security-Policy": policy(), **(headers or {})}, HTML)


def _object(answer: Answer) -> dict[str, Any]:
    """What a worker answered.

    Raises:
        RefusedError: it could not.
    """
    found = json.loads(answer.body)
    if answer.status != 200:
        raise RefusedError(answer.status, found["error"][0]["message"])
    return found


def _complaint(answer: Answer) -> str:
    """Why an answer is none, in a line."""
    problem = json.loads(answer.body)["error"][0]
    expected = f" ({problem['expected']})" if problem.get("expected") else ""
    return f"{problem['message']}{expected}"
