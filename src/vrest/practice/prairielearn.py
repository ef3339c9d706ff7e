"""Sets for PrairieLearn: a question for each exercise, with its draws as variants.

What PrairieLearn looks at: a folder a question with `info.json` (a UUID, title, topic, type v3), `question.html` of its elements, and `server.py`,
whose `generate` fills in a variant and whose `grade` runs after the elements have graded.
"""

from __future__ import annotations

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Sequence
from typing import Any

from ..units import to_unit
from .answering import solution
from .classes import Assigned
from .display import unit_words
from .drawing import Drawn
from .exported import by_exercise, by_number, outcomes, said, texts
from .model import Exercise, in_language
from .words import say

FOLDER = "questions/vrest"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive, so that the same set gives the same bytes."""
DIGITS = 12
_NUMBER = """\
<pl-question-panel><p>{{params.text}}</p></pl-question-panel>
<pl-number-input answers-name="answer" label="{{params.label}}" suffix="{{params.unit}}"
  rtol="0" atol="{{params.tolerance}}" allow-fractions="false"></pl-number-input>
"""
_CHOICE = """\
<pl-question-panel><p>{{params.text}}</p></pl-question-panel>
<pl-multiple-choice answers-name="answer">
{{#params.options}}<pl-answer correct="{{correct}}" feedback="{{feedback}}">{{words}}</pl-answer>
{{/params.options}}</pl-multiple-choice>
"""
_PANELS = """\
<pl-submission-panel>{{#feedback.slip}}<p>{{feedback.slip}}</p>{{/feedback.slip}}</pl-submission-panel>
<pl-answer-panel>{{#params.solution}}<p>{{.}}</p>{{/params.solution}}</pl-answer-panel>
"""
_SERVER = '''\
"""The draws of an exercise: each variant of the question is one of them."""

import json

DRAWS = json.loads({draws!r})


def generate(data):
    draw = DRAWS[int(data["variant_seed"]) % len(DRAWS)]
    data["params"].update(draw["params"])
    data["correct_answers"].update(draw["correct"])


def grade(data):
    """The elements have graded; of a wrong number the slip is told that gives it, the nearest of several."""
    given = data["submitted_answers"].get("answer")
    slips = data["params"].get("slips", [])
    if data["score"] < 1 and isinstance(given, (int, float)):
        near = [slip for slip in slips if abs(given - slip["value"]) <= slip["tolerance"]]
        if near:
            data["feedback"]["slip"] = min(near, key=lambda slip: abs(given - slip["value"]))["text"]
        elif slips:
            data["feedback"]["slip"] = data["params"]["unknown"]
'''


def prairielearn_files(assigned: Sequence[Assigned], language: str = "en") -> dict[str, str]:
    """The files of a course by their paths, which begin with `questions/`."""
    found: dict[str, str] = {}
    for name, group in by_exercise(assigned):
        every = [one.drawn for one in group]
        draws = json.dumps([_draw(one, language) for one in every], allow_nan=False)
        page = _NUMBER if every[0].exercise.kind == "numeric" else _CHOICE
        found[f"{FOLDER}/{name}/info.json"] = json.dumps(_info(every[0].exercise, language), indent=4, ensure_ascii=False) + "\n"
        found[f"{FOLDER}/{name}/question.html"] = page + _PANELS
        found[f"{FOLDER}/{name}/server.py"] = _SERVER.format(draws=draws)
    return found


def prairielearn_zip(assigned: Sequence[Assigned], language: str = "en") -> bytes:
    """The same as an archive, to be unpacked in the folder of a course."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in prairielearn_files(assigned, language).items():
            archive.writestr(zipfile.ZipInfo(path, EPOCH), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _info(one: Exercise, language: str) -> dict[str, Any]:
    return {
        "uuid": str(
            uuid.UUID(bytes=hashlib.sha256(f"vrest:{one.name}:{one.version}:{language}".encode()).digest()[:16], version=4)
        ),
        "title": in_language(one.title, language) or one.name,
        "topic": one.topic,
        "tags": ["vrest", f"level-{one.level}"],
        "type": "v3",
    }


def _draw(drawn: Drawn, language: str) -> dict[str, Any]:
    """One variant: what is put into the page, and the right answer where an element has to know it."""
    told = {"text": drawn.text(language), "solution": solution(drawn, language), "seed": drawn.seed}
    if drawn.exercise.kind != "numeric":
        return {"params": {**told, "options": [_option(drawn, one, language) for one in outcomes(drawn)]}, "correct": {}}
    assert isinstance(drawn.answer, float)
    slips = [{**_number(drawn, value), "text": texts(drawn, slips, language)} for value, slips in by_number(drawn)]
    right = _number(drawn, drawn.answer)
    shown = {
        "unit": unit_words(drawn.exercise.unit),
        "label": say("class_answer", language),
        "tolerance": repr(right["tolerance"]),
    }
    return {
        "params": {**told, **shown, "slips": slips, "unknown": say("unknown", language)},
        "correct": {"answer": right["value"]},
    }


def _option(drawn: Drawn, outcome: str, language: str) -> dict[str, str]:
    right = "true" if outcome == drawn.answer else "false"
    return {"words": drawn.outcome_words(outcome, language), "correct": right, "feedback": said(drawn, outcome, language)}


def _number(drawn: Drawn, value: float) -> dict[str, float]:
    """A number and its band, in the exercise's unit."""
    number = float(to_unit(value, drawn.exercise.unit))
    return {"value": float(f"{number:.{DIGITS}g}"), "tolerance": float(f"{drawn.exercise.width(value):.{DIGITS}g}")}
