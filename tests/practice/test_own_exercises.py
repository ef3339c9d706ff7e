"""What is wrong with a teacher's exercise is said with its place, all at once."""

import pytest

import vrest
from own_exercises import text_with
from vrest import practice
from vrest.description.nodes import Source
from vrest.practice import check, exercise_of

BAD = {
    "key": ("level: 1", "levle: 1", ["3:1", "levle", "did you mean level"]),
    "level": ("level: 1", "level: 4", ["3:8", "there is no level 4", "1, 2, 3"]),
    "kind": ("kind: numeric", "kind: numbers", ["4:7", "did you mean numeric"]),
    "version": ("version: 1", "version: x", ["2:10", "version is a whole number"]),
    "name": ("exercise: own", "exercise: Own One", ["1:11", "small letters"]),
    "language": ('{en: "Twice', '{xx: "Twice', ["text has no xx", "en, de"]),
    "placeholder": ("{a}", "{b}", ["{b} is no quantity of this exercise"]),
    "unit": ("unit: mV}", "unit: mVV}", ["8:"]),
    "unit of the answer": ("unit: mV\n", "unit: mVV\n", ["10:7"]),
    "step": ("step: 0.5", "step: 0.7", ["whole steps"]),
    "number": ("from: 10", "from: ten", ["from is a decimal number"]),
    "comma": ("from: 10", "from: '10,5'", ["from is a decimal number"]),
    "formula": ("answer: 2*a", "answer: 2*b", ["9:11", "the name b is not known here"]),
    "dimension": ("answer: 2*a", "answer: 2*a/(1 mM)", ["9:9", "not potential"]),
    "call": ("answer: 2*a", "answer: open(a)", ["9:9", "there is no function open"]),
    "law": ("answer: 2*a", "answer: nernst_potental(1, 5 mM, 5 mM, 310 K)", ["did you mean nernst_potential"]),
    "arguments": ("answer: 2*a", "answer: nernst_potential(1, 5 mM)", ["takes 4 arguments, not 2"]),
    "argument": ("answer: 2*a", "answer: nernst_potential(1, 5 mV, 5 mM, 310 K)", ["concentration"]),
    "code": ("answer: 2*a", "answer: a.__class__", ["9:"]),
    "tolerance": ("{absolute: 0.1 mV, relative: 0.01}", "{absolute: 0.1 mM}", ["11:", "0.1 mM is a concentration"]),
    "no tolerance": ("{absolute: 0.1 mV, relative: 0.01}", "{absolute: 0 mV}", ["above zero"]),
    "finds": ("finds: []", "finds: [halve]", ["17:9", "did you mean half"]),
    "slip's step": ("step: 1, text", "step: 2, text", ["there is no such step", "1 to 1"]),
    "options": ("unit: mV\n", "unit: mV\noptions: {a: {en: x}}\n", ["has no options"]),
    "twice": ("topic: own\n", "topic: own\ntopic: own\n", ["stands twice"]),
    "anchor": ("topic: own", "topic: &x own", ["anchor"]),
    "cell": ("quantities:", "cell: {like: squid-axon, take: {V: V_mV}}\nquantities:", ["a key of the answer with its unit"]),
    "answer is missing": ("answer: 2*a\n", "", ["an exercise lacks answer"]),
}


@pytest.mark.parametrize("what", list(BAD))
def test_what_is_wrong_is_named_with_its_place(what):
    before, after, words = BAD[what]
    text = text_with()
    assert before in text
    with pytest.raises(vrest.InputError) as error:
        exercise_of(Source("own.yaml", text.replace(before, after, 1)))
    said = str(error.value)
    assert "own.yaml" in said
    for word in words:
        assert word in said


def test_all_problems_are_said_at_once():
    text = text_with().replace("level: 1", "level: 9").replace("answer: 2*a", "answer: b").replace("finds: []", "finds: [x]")
    with pytest.raises(vrest.InputError) as error:
        exercise_of(Source("own.yaml", text))
    assert [problem.line for problem in error.value.problems] == [3, 9, 17]


@pytest.mark.parametrize("text", ["", "  \n", "just words", "[1, 2]", "a: b: c", "{" * 5000, "\tx: 1"])
def test_what_is_no_exercise_is_refused(text):
    with pytest.raises(vrest.InputError):
        exercise_of(Source("own.yaml", text))


def test_a_check_counts_slips_and_finds_what_is_wrong():
    checked = check(exercise_of(Source("own.yaml", text_with(slips={"half": "a/2", "same": "2*a"}))), draws=20)
    assert checked.kept == {"half": 20, "same": 0}
    assert checked.suppressed == {"half": 0, "same": 20}
    assert checked.faults == ("the slip same is told apart in no draw",)
    text = text_with().replace("formula: 2*a\nslips", "formula: 3*a\nslips")
    assert "the last step gives" in check(exercise_of(Source("own.yaml", text)), draws=1).faults[0]


def test_a_cell_that_is_not_there_is_named_where_it_stands():
    text = text_with().replace("quantities:", "cell: {like: squid, take: {V: 'V_mV.plasma [mV]'}}\nquantities:")
    checked = check(exercise_of(Source("own.yaml", text)), draws=3)
    assert checked.faults == ("seed 0: 'squid' is neither a cell of the library nor a file",)


@pytest.mark.parametrize("text", ["{a.__class__}", "{a[0]}", "{0", "}{", "{a!r:>9999999}", "%s {{x", "<b>{a}</b>"])
def test_braces_that_are_no_names_stay_as_they_are(text):
    exercise = exercise_of(Source("own.yaml", text_with().replace("Twice {a}?", text.replace("\\", "\\\\"))))
    said = practice.draw(exercise, 1).text()
    assert said == text.replace("{a}", practice.draw(exercise, 1).write("a", "en"))


def test_signs_that_command_a_terminal_are_refused():
    text = text_with().replace("Twice {a}?", "\\e[2Jx")
    with pytest.raises(vrest.InputError, match="text in en holds a sign that cannot be printed"):
        exercise_of(Source("own.yaml", text))
