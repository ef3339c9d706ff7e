"""The pages of a class: where students join, what each is asked and told, and what the teacher sees of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..practice.classes import ASK, RIGHT, UNKNOWN, Tally
from ..practice.model import PLACEHOLDER, Exercise, in_language
from ..practice.picture import parts
from ..practice.words import say
from .lesson import Lesson
from .markup import Html, document, joined, node

CLASS, TEACHER = "/class", "/teacher"
SLIDERS = "/?cell=textbook-neuron"
LONGEST = 200
"""Signs of an answer."""
AGAIN = 5
"""Seconds after which the teacher's page is asked for again."""
WIDTH = 1000
Question = Mapping[str, Any]


class Pages:
    """Pages of one class, in its language."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson, self.language = lesson, lesson.set.language

    def say(self, key: str, **parts: object) -> str:
        return say(f"class_{key}", self.language, **parts)

    def _page(self, *body: Html, student: str = "", wide: bool = False) -> str:
        title = self.lesson.set.title
        who = [node("span", class_="vr-grow")] + (
            [node("span", self.say("you", student=student)), self._leave()] if student else []
        )
        header = node("header", node("h1", title, class_="vr-brand"), *who, class_="vr-header")
        main = node("main", *body, class_=f"vr-class{' vr-wide' if wide else ''}")
        return document(title, self.language, header, main)

    def _leave(self) -> Html:
        return self._form(f"{CLASS}/leave", node("button", self.say("leave"), class_="vr-tool"))

    @staticmethod
    def _form(action: str, *inner: Html) -> Html:
        return node("form", *inner, method="post", action=action)

    # -- of a student ------------------------------------------------------------------------------------------------------

    def join(self, complaint: str = "") -> str:
        """Where a code is entered."""
        field = node(
            "input", type="text", id="code", name="student", maxlength=40, autocomplete="off", autocapitalize="off", required=""
        )
        form = self._form(
            f"{CLASS}/join",
            node("label", self.say("code"), for_="code"),
            field,
            node("button", self.say("enter"), class_="vr-check"),
        )
        return self._page(
            node("section", node("h2", self.say("join")), _complaint(complaint), form, class_="vr-card"), self._sliders()
        )

    def listed(self, student: str) -> str:
        """The exercises of a student, and how far each is."""
        rows = (self._row(student, one) for one in self.lesson.set.exercises.values())
        return self._page(
            node("section", node("h2", self.say("all")), node("ul", *rows), class_="vr-card"), self._sliders(), student=student
        )

    def _row(self, student: str, one: Exercise) -> Html:
        tries = len(self.lesson.answers(student, one.name))
        if self.lesson.is_done(student, one.name):
            state = node("span", f"✓ {self.say('done')}", class_="vr-done")
        else:
            state = node("span", self.say("tried", tries=tries) if tries else self.say("open"), class_="vr-info")
        title = in_language(one.title, self.language) or one.name
        return node("li", node("a", title, href=f"{CLASS}/{one.name}"), state, class_="vr-listed")

    def _sliders(self) -> Html:
        return node("p", node("a", self.say("page"), href=SLIDERS))

    def question(self, student: str, asked: Question, complaint: str = "", solution: Sequence[str] = ()) -> str:
        """One exercise: what is asked, what the last answer was found to be, and where one answers."""
        name = asked["exercise"]
        verdict = self.lesson.verdicts.get((student, name))
        about = self.say("about", level=asked["level"], student=student)
        card = [
            node("p", about, class_="vr-info"),
            node("h2", asked["title"]),
            node("p", asked["text"], class_="vr-asked"),
            *self._told(verdict, name, complaint, bool(solution)),
            *self._answer(student, asked),
            *self._solution(solution),
        ]
        return self._page(node("section", *card, class_="vr-card"), self._onward(name), student=student)

    def _told(self, verdict: Mapping[str, Any] | None, name: str, complaint: str, is_solved: bool) -> list[Html]:
        """What is said to the last answer, and the question which of several slips it was."""
        if complaint:
            return [_complaint(complaint)]
        if verdict is None:
            return []
        if verdict["choose"]:
            radios = _radios("slip", verdict["said"][0], verdict["choose"])
            return [node("div", self._form(f"{CLASS}/{name}", radios, self._button()), class_="vr-verdict vr-slip")]
        first, *more = verdict["said"]
        if verdict["verdict"] == UNKNOWN and not is_solved:
            first = self.say("unlike")
        told = [node("p", node("strong", first)), *(node("p", line) for line in more)]
        return [node("div", *told, class_=f"vr-verdict {'vr-right' if verdict['right'] else 'vr-slip'}", role="status")]

    def _button(self) -> Html:
        return node("button", self.say("check"), class_="vr-check")

    def _answer(self, student: str, asked: Question) -> list[Html]:
        name = asked["exercise"]
        if self.lesson.is_done(student, name):
            return []
        if not self.lesson.is_open(student, name):
            return [node("p", self.say("full"))]
        return [self._form(f"{CLASS}/{name}", *self._fields(asked), self._button())]

    def _fields(self, asked: Question) -> list[Html]:
        """Where one answers: a number, one of several, or an order, place by place."""
        options: Mapping[str, str] = asked["options"]
        if asked["kind"] == "numeric":
            unit = self.say("unit", unit=asked["unit"]) if asked["unit"] else self.say("number")
            field = node(
                "input", type="text", id="answer", name="answer", maxlength=LONGEST, autocomplete="off", aria_describedby="unit"
            )
            return [node("label", self.say("answer"), for_="answer"), field, node("span", unit, id="unit", class_="vr-info")]
        if asked["kind"] == "order":
            choices = joined(node("option", "–", value=""), *(node("option", words, value=key) for key, words in options.items()))
            places = (
                node("label", self.say("place", place=k + 1), node("select", choices, name="answer")) for k in range(len(options))
            )
            return [node("fieldset", *places, class_="vr-places")]
        return [_radios("answer", self.say("choose"), list(options.items()))]

    def _solution(self, lines: Iterable[str]) -> list[Html]:
        told = [node("p", line) for line in lines]
        return [node("div", node("h3", say("solution", self.language)), *told, class_="vr-solution")] if told else []

    def _onward(self, name: str) -> Html:
        names = list(self.lesson.set.exercises)
        later = names[names.index(name) + 1 :]
        links = [
            node("a", self.say("all"), href=CLASS),
            *(node("a", self.say("next"), href=f"{CLASS}/{one}") for one in later[:1]),
        ]
        return node("p", *(joined(link, Html(" &nbsp; ")) for link in links))

    # -- of the teacher ----------------------------------------------------------------------------------------------------

    def teacher(self, address: str) -> str:
        """The class as its teacher sees it."""
        lesson = self.lesson
        own = f"{TEACHER}/{lesson.key}"
        invited = self.say("with" if lesson.set.students else "any")
        answering = len({row.student for row in lesson.rows})
        head = [
            node("p", self.say("where")),
            node("p", f"{address}{CLASS.removeprefix('/')}", class_="vr-address"),
            node("p", invited),
            node(
                "p",
                self.say("count", answers=len(lesson.rows), students=answering),
                node("span", " · "),
                node("a", self.say("csv"), href=f"{own}/class.csv"),
            ),
            _complaint(self.say("fault", fault=lesson.fault) if lesson.fault else ""),
        ]
        order = list(lesson.set.exercises)
        counted = sorted(lesson.tallies(), key=lambda one: order.index(one.exercise) if one.exercise in order else len(order))
        tallies = [self._tally(one) for one in counted] or [node("p", self.say("nothing"), class_="vr-card")]
        calm = node("p", self.say("calm", seconds=AGAIN), class_="vr-info")
        return self._page(node("section", *head, class_="vr-card"), *tallies, self._students(own), calm, wide=True)

    def _tally(self, tally: Tally) -> Html:
        """One exercise: a bar of parts, and what each part is."""
        exercise = self.lesson.set.exercises.get(tally.exercise)
        title = (in_language(exercise.title, self.language) if exercise else "") or tally.exercise
        bars, lines, left = [], [], 0.0
        for name, count, colour in (part for part in parts(tally) if part[1]):
            width = WIDTH * count / tally.answers
            bars.append(node("rect", x=f"{left:.2f}", width=f"{width:.2f}", height=1, fill=colour))
            left += width
            mark = node("svg", node("rect", width=1, height=1, fill=colour), viewBox="0 0 1 1", aria_hidden="true")
            lines.append(node("li", mark, node("strong", str(count)), node("span", self._part(exercise, name)), data_part=name))
        right = self.say("right_of", right=tally.right, answers=tally.answers)
        bar = node(
            "svg", *bars, class_="vr-share", viewBox=f"0 0 {WIDTH} 1", preserveAspectRatio="none", role="img", aria_label=right
        )
        head = node("h2", title)
        return node(
            "section",
            head,
            node("p", right),
            bar,
            node("ul", *lines, class_="vr-parts"),
            class_="vr-card",
            data_exercise=tally.exercise,
        )

    def _part(self, exercise: Exercise | None, name: str) -> str:
        """What a part of the answers is: of a slip its name and what is said to it."""
        if name in (RIGHT, UNKNOWN, ASK):
            return self.say({RIGHT: "done"}.get(name, name))
        slip = next((one for one in exercise.slips if one.name == name), None) if exercise else None
        if slip is None:
            return name
        text = PLACEHOLDER.sub(r"\1", in_language(slip.text, self.language))
        return f"{name}: {text}"

    def _students(self, own: str) -> Html:
        here = set(self.lesson.sessions.values())
        rows = (self._student(student, student in here, own) for student in self.lesson.students)
        return node("section", node("h2", self.say("students")), node("ul", *rows, class_="vr-codes"), class_="vr-card")

    def _student(self, student: str, is_here: bool, own: str) -> Html:
        exercises = self.lesson.set.exercises
        done = sum(self.lesson.is_done(student, name) for name in exercises)
        said = [node("span", student), node("span", self.say("of", done=done, all=len(exercises)), class_="vr-info")]
        if is_here:
            hidden = node("input", type="hidden", name="student", value=student)
            said.append(self._form(f"{own}/free", hidden, node("button", self.say("free"), class_="vr-chip")))
        return node("li", *said)


def _complaint(text: str) -> Html:
    return node("p", text, class_="vr-complaint", role="alert") if text else Html("")


def _radios(name: str, legend: str, options: Iterable[Iterable[str]]) -> Html:
    """Options of which one is taken."""
    rows = []
    for value, words in options:
        radio = node("input", type="radio", name=name, value=value, required="")
        rows.append(node("label", radio, node("span", words), class_="vr-option"))
    return node("fieldset", node("legend", legend), *rows, class_="vr-options")
