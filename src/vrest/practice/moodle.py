"""Sets as Moodle XML: numerical questions with an answer for every slip, multiple choice for the other kinds.

What Moodle's import looks at: fractions from its list of grades (here 100 and 0 alone); answers are compared in their order, so the right
one stands first and `*` last; every answer has its own tolerance and feedback; texts in HTML stand in CDATA.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ..units import dimension_of, from_unit, to_unit
from .answering import solution
from .classes import Assigned
from .drawing import Drawn
from .exported import by_exercise, by_number, identity, listed, outcomes, paragraph, said, texts
from .words import say

_SISTERS = (
    "V",
    "mV",
    "uV",
    "M",
    "mM",
    "uM",
    "nM",
    "A",
    "nA",
    "pA",
    "C",
    "pC",
    "fC",
    "s",
    "ms",
    "us",
    "m",
    "um",
    "nm",
    "J/mol",
    "kJ/mol",
    "Pa",
    "kPa",
    "MPa",
)


def moodle_xml(assigned: Sequence[Assigned], language: str = "en") -> str:
    """A file for Moodle's question bank: a category for each exercise, a question for each student or draw.

    A question's ID number, `vrest-EXERCISE-VERSION-SEED`, is what its numbers can be drawn from again.
    """
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    for name, group in by_exercise(assigned):
        parts.append(f'<question type="category">\n<category>\n{_plain(f"$course$/top/vrest/{name}")}\n</category>\n</question>')
        parts += [_question(one, language) for one in group]
    return "\n".join([*parts, "</quiz>"]) + "\n"


def _question(one: Assigned, language: str) -> str:
    drawn = one.drawn
    body = _numerical(drawn, language) if drawn.exercise.kind == "numeric" else _multichoice(drawn, language)
    head = [
        f"<name>\n{_plain(one.name)}\n</name>",
        f'<questiontext format="html">\n{_html(paragraph(drawn.text(language)))}\n</questiontext>',
        f'<generalfeedback format="html">\n{_html(listed(solution(drawn, language)))}\n</generalfeedback>',
        "<defaultgrade>1</defaultgrade>",
        "<penalty>0.3333333</penalty>",
        "<hidden>0</hidden>",
        f"<idnumber>{identity(drawn)}</idnumber>",
    ]
    kind = "numerical" if drawn.exercise.kind == "numeric" else "multichoice"
    return "\n".join([f'<question type="{kind}">', *head, *body, "</question>"])


# -- numbers -----------------------------------------------------------------------------------------------------------


def _numerical(drawn: Drawn, language: str) -> Iterator[str]:
    assert isinstance(drawn.answer, float)
    yield _number(drawn, drawn.answer, 100, say("right", language))
    for number, slips in by_number(drawn):
        yield _number(drawn, number, 0, texts(drawn, slips, language))
    yield _answer("*", 0, say("unknown", language), "0")
    yield from _units(drawn.exercise.unit)


def _number(drawn: Drawn, value: float, fraction: int, feedback: str) -> str:
    unit = drawn.exercise.unit
    return _answer(f"{float(to_unit(value, unit)):.10g}", fraction, feedback, f"{drawn.exercise.width(value):.6g}")


def _answer(text: str, fraction: int, feedback: str, tolerance: str) -> str:
    inner = f'{_plain(text)}\n<feedback format="html">\n{_html(paragraph(feedback))}\n</feedback>'
    return f'<answer fraction="{fraction}" format="moodle_auto_format">\n{inner}\n<tolerance>{tolerance}</tolerance>\n</answer>'


def _units(unit: str) -> Iterator[str]:
    """The exercise's unit and its sisters; a multiplier is how many of a unit make one of the exercise's."""
    if unit == "1":
        yield "<showunits>3</showunits>"
        return
    names = [unit, *(name for name in _SISTERS if name != unit and dimension_of(name) == dimension_of(unit))]
    rows = [
        f"<unit>\n<multiplier>{_multiplier(unit, name)}</multiplier>\n<unit_name>{escape(name)}</unit_name>\n</unit>"
        for name in names
    ]
    yield "\n".join(["<units>", *rows, "</units>"])
    yield "<unitgradingtype>0</unitgradingtype>\n<unitpenalty>0.1</unitpenalty>\n<showunits>0</showunits>\n<unitsleft>0</unitsleft>"


def _multiplier(unit: str, name: str) -> str:
    return f"{float(to_unit(from_unit(1.0, unit), name)):.10g}"


# -- what is chosen ----------------------------------------------------------------------------------------------------


def _multichoice(drawn: Drawn, language: str) -> Iterator[str]:
    yield "<single>true</single>\n<shuffleanswers>true</shuffleanswers>\n<answernumbering>none</answernumbering>"
    for key in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        yield f'<{key} format="html">\n{_html("")}\n</{key}>'
    for outcome in outcomes(drawn):
        fraction = 100 if outcome == drawn.answer else 0
        option = _html(paragraph(drawn.outcome_words(outcome, language)))
        inner = f'{option}\n<feedback format="html">\n{_html(paragraph(said(drawn, outcome, language)))}\n</feedback>'
        yield f'<answer fraction="{fraction}" format="html">\n{inner}\n</answer>'


# -- texts -------------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return f"<text>{escape(text, quote=False)}</text>"


def _html(text: str) -> str:
    """HTML in CDATA; the end of one within is split between two."""
    return f"<text><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></text>"
