"""Sets as a Numbas exam: of each exercise one of its draws is picked for who takes it.

What Numbas looks at: a first line with the version of the format, then JSON; numbers are expressions of its own language, which knows no
exponent; `{` and `$` in a text begin an expression and a formula; an alternative answer with no marks gives its message where no other
answer fits, the first of several.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..units import to_unit
from .answering import solution
from .classes import Assigned
from .display import unit_words
from .drawing import Drawn
from .exported import by_exercise, by_number, identity, listed, outcomes, paragraph, said, texts
from .model import in_language
from .words import say, sentences

FORMAT = "// Numbas version: exam_results_page_options"
DIGITS = 10
_LITERAL = str.maketrans({"\\": "\\\\", "{": "\\{", "}": "\\}", "$": "\\$"})
_NOTATION = {".": ["plain", "en", "si-en", "scientific"], ",": ["plain", "plain-eu", "eu", "scientific"]}


def numbas_exam(assigned: Sequence[Assigned], language: str = "en") -> str:
    """An exam for Numbas: a group of questions for each exercise, of which one is picked at random."""
    groups = [_group([one.drawn for one in group], language) for _, group in by_exercise(assigned)]
    exam = {
        "name": f"vrest: {say('sheet', language)}",
        "metadata": {"description": "", "licence": "None specified"},
        "duration": 0,
        "percentPass": 0,
        "showQuestionGroupNames": False,
        "shuffleQuestionGroups": False,
        "question_groups": groups,
        "navigation": {"allowregen": True, "reverse": True, "browse": True, "showfrontpage": False, "navigatemode": "sequence"},
        "timing": {
            "allowPause": True,
            "timeout": {"action": "none", "message": ""},
            "timedwarning": {"action": "none", "message": ""},
        },
        "feedback": {"showactualmark": True, "showtotalmark": True, "showanswerstate": True, "allowrevealanswer": True},
        "extensions": [],
        "custom_part_types": [],
        "resources": [],
        "type": "exam",
        "contributors": [],
    }
    return f"{FORMAT}\n{json.dumps(exam, ensure_ascii=False, indent=1)}\n"


def _group(every: Sequence[Drawn], language: str) -> dict[str, Any]:
    one = every[0].exercise
    picked = {"pickingStrategy": "random-subset", "pickQuestions": 1}
    return {
        "name": in_language(one.title, language) or one.name,
        **picked,
        "questions": [_question(each, language) for each in every],
    }


def _question(drawn: Drawn, language: str) -> dict[str, Any]:
    part = _number(drawn, language) if drawn.exercise.kind == "numeric" else _choice(drawn, language)
    common = {"marks": 1, "showCorrectAnswer": True, "prompt": _html(listed(_asked(drawn, language)))}
    return {
        "name": f"{drawn.exercise.name} {drawn.seed}",
        "tags": [identity(drawn)],
        "metadata": {"description": "", "licence": "None specified"},
        "statement": _html(paragraph(drawn.text(language))),
        "advice": _html(listed(solution(drawn, language))),
        "rulesets": {},
        "variables": {},
        "ungrouped_variables": [],
        "variable_groups": [],
        "functions": {},
        "preamble": {"js": "", "css": ""},
        "parts": [{**common, **part}],
    }


def _asked(drawn: Drawn, language: str) -> list[str]:
    """How to answer: Numbas takes a number without a unit."""
    if drawn.exercise.kind != "numeric":
        return []
    unit = unit_words(drawn.exercise.unit)
    return [say("number_in", language, unit=unit) if unit else say("question_number", language)]


def _number(drawn: Drawn, language: str) -> dict[str, Any]:
    assert isinstance(drawn.answer, float)
    taken = {
        "type": "numberentry",
        "notationStyles": _NOTATION[sentences(language)["decimal_point"]],
        "correctAnswerStyle": "plain",
    }
    slips = [
        {
            **taken,
            **_between(drawn, number),
            "marks": 0,
            "useAlternativeFeedback": False,
            "alternativeFeedbackMessage": _html(paragraph(texts(drawn, slips, language))),
        }
        for number, slips in by_number(drawn)
    ]
    return {**taken, **_between(drawn, drawn.answer), "displayAnswer": _decimal(drawn, drawn.answer), "alternatives": slips}


def _between(drawn: Drawn, value: float) -> dict[str, str]:
    """The ends of the band around a value."""
    band = drawn.exercise.band(value)
    return {"minValue": _decimal(drawn, value - band), "maxValue": _decimal(drawn, value + band)}


def _decimal(drawn: Drawn, value: float) -> str:
    """A number in the exercise's unit, without an exponent."""
    return format(Decimal(f"{float(to_unit(value, drawn.exercise.unit)):.{DIGITS}g}"), "f")


def _choice(drawn: Drawn, language: str) -> Mapping[str, Any]:
    offered = outcomes(drawn)
    return {
        "type": "1_n_2",
        "shuffleChoices": True,
        "displayType": "radiogroup",
        "displayColumns": 1,
        "choices": [_html(paragraph(drawn.outcome_words(one, language))) for one in offered],
        "matrix": [str(int(one == drawn.answer)) for one in offered],
        "distractors": [_html(paragraph(said(drawn, one, language))) for one in offered],
    }


def _html(text: str) -> str:
    """HTML in which nothing is an expression or a formula."""
    return text.translate(_LITERAL)
