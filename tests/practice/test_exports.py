"""Sets for Numbas and PrairieLearn: what those programs demand of a file, and that what they tell of a number is what vrest tells."""

import html
import html.parser
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest

from own_exercises import exercise_with
from vrest import practice
from vrest.cli.main import main
from vrest.practice.exported import identity

KINDS = ("nernst-chloride", "nernst-potassium", "chloride-direction", "nernst-order", "open-potassium", "atp-of-leak")
PLAIN = re.compile(r"-?\d+(\.\d+)?")
HOSTILE = '<script>alert(1)</script> { a } $x$ {{ b }} {{{ c }}} \\ & "q" ]]>'


@pytest.fixture(scope="module")
def assigned():
    return practice.assign([practice.exercise(name) for name in KINDS], seed=5, draws=3)


def hostile():
    """An exercise whose texts hold what each format takes for something else."""
    one = exercise_with()
    return practice.assign([replace(one, text={"en": HOSTILE}, title={"en": HOSTILE})])


# -- Numbas ------------------------------------------------------------------------------------------------------------


def exam_of(assigned, language="en"):
    first, rest = practice.numbas_exam(assigned, language).split("\n", 1)
    assert first == "// Numbas version: exam_results_page_options"
    return json.loads(rest)


@pytest.fixture(scope="module")
def exam(assigned):
    return exam_of(assigned)


def parts_of(exam, kind):
    return [
        (question, part)
        for group in exam["question_groups"]
        for question in group["questions"]
        for part in question["parts"]
        if part["type"] == kind
    ]


def test_of_each_exercise_one_draw_is_picked(exam):
    assert exam["type"] == "exam"
    assert [group["questions"][0]["name"].rpartition(" ")[0] for group in exam["question_groups"]] == sorted(KINDS)
    for group in exam["question_groups"]:
        assert (group["pickingStrategy"], group["pickQuestions"], len(group["questions"])) == ("random-subset", 1, 3)


def test_a_question_says_what_its_numbers_are_drawn_from(exam, assigned):
    tags = [question["tags"][0] for group in exam["question_groups"] for question in group["questions"]]
    assert sorted(tags) == sorted(identity(one.drawn) for one in assigned)


def drawn_of(question):
    name, seed = question["name"].split()
    return practice.draw(practice.exercise(name), int(seed))


def test_numbers_are_written_without_exponents_and_bands_do_not_overlap(exam):
    every = parts_of(exam, "numberentry")
    assert every
    for question, part in every:
        drawn = drawn_of(question)
        bands = [part, *part["alternatives"]]
        assert all(PLAIN.fullmatch(band[key]) for band in bands for key in ("minValue", "maxValue"))
        ends = sorted((float(band["minValue"]), float(band["maxValue"])) for band in bands)
        assert all(low < high for low, high in ends)
        assert all(
            high <= low * (1 + 1e-6) or high <= low + 1e-6 * abs(low) for (_, high), (low, _) in zip(ends, ends[1:], strict=False)
        )
        assert float(part["minValue"]) < drawn.value < float(part["maxValue"])
        assert float(part["displayAnswer"]) == pytest.approx(drawn.value, rel=1e-9)


def test_an_alternative_without_marks_has_the_message_of_the_slip_that_gives_its_number(exam):
    for question, part in parts_of(exam, "numberentry"):
        drawn = drawn_of(question)
        for one in part["alternatives"]:
            middle = (float(one["minValue"]) + float(one["maxValue"])) / 2
            found = practice.answer(drawn, f"{middle!r} {drawn.exercise.unit}")
            assert one["marks"] == 0
            assert found.slips
            assert all(kept.slip.name in one["alternativeFeedbackMessage"] for kept in found.slips)


def test_a_choice_has_one_right_answer_and_something_to_say_to_each(exam):
    every = parts_of(exam, "1_n_2")
    assert {question["name"].split()[0] for question, _ in every} == {"chloride-direction", "nernst-order", "open-potassium"}
    for _, part in every:
        assert len(part["choices"]) == len(set(part["choices"])) == len(part["matrix"]) == len(part["distractors"])
        assert sorted(part["matrix"]) == [*["0"] * (len(part["matrix"]) - 1), "1"]
        assert part["distractors"][part["matrix"].index("1")] == "<p>Right.</p>"


def test_german_answers_may_have_a_decimal_comma(assigned):
    _, part = parts_of(exam_of(assigned, "de"), "numberentry")[0]
    assert "plain-eu" in part["notationStyles"]


def test_nothing_in_a_text_is_markup_or_an_expression_of_numbas():
    (group,) = exam_of(hostile())["question_groups"]
    text = group["questions"][0]["statement"]
    assert "<script" not in text
    assert re.findall(r"(?<!\\)(?:\\\\)*[{}$]", text) == []
    assert html.unescape(re.sub(r"\\([\\{}$])", r"\1", text)) == f"<p>{HOSTILE}</p>"


# -- PrairieLearn ------------------------------------------------------------------------------------------------------

INFO = {"uuid", "title", "topic", "tags", "type"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ATTRIBUTES = {
    "pl-question-panel": set(),
    "pl-submission-panel": set(),
    "pl-answer-panel": set(),
    "pl-number-input": {"answers-name", "label", "suffix", "rtol", "atol", "allow-fractions"},
    "pl-multiple-choice": {"answers-name"},
    "pl-answer": {"correct", "feedback"},
    "p": set(),
}
"""Of the elements' schemas those that are used here."""


@pytest.fixture(scope="module")
def course(assigned):
    return practice.prairielearn_files(assigned)


def variant(course, name, seed):
    """The functions of a question's `server.py`, and the data of one variant as the elements see it."""
    space = {}
    exec(course[f"questions/vrest/{name}/server.py"], space)
    data = {"variant_seed": seed, "params": {}, "correct_answers": {}, "feedback": {}}
    space["generate"](data)
    json.dumps(data, allow_nan=False)
    return space["grade"], data


def test_each_question_is_a_folder_of_three_files(course):
    assert set(course) == {
        f"questions/vrest/{name}/{file}" for name in KINDS for file in ("info.json", "question.html", "server.py")
    }


def test_the_information_of_a_question_has_known_keys_and_an_identifier_of_its_own(course, assigned):
    found = [json.loads(text) for path, text in course.items() if path.endswith("info.json")]
    assert all(set(one) == INFO and one["type"] == "v3" and UUID.fullmatch(one["uuid"]) for one in found)
    assert len({one["uuid"] for one in found}) == len(KINDS)
    assert practice.prairielearn_files(assigned) == course


def test_pages_use_elements_and_attributes_that_there_are_and_names_that_are_filled_in(course):
    for name in KINDS:
        page = course[f"questions/vrest/{name}/question.html"]
        used = []
        parser = html.parser.HTMLParser()
        parser.handle_starttag = lambda tag, attributes, used=used: used.append((tag, {key for key, _ in attributes}))
        parser.feed(page)
        assert all(keys <= ATTRIBUTES[tag] for tag, keys in used)
        _, data = variant(course, name, 0)
        assert set(re.findall(r"\{\{#?params\.(\w+)\}\}", page)) <= set(data["params"])


def test_each_variant_is_a_draw(course, assigned):
    for name in KINDS:
        texts = {one.drawn.text() for one in assigned if one.drawn.exercise.name == name}
        assert {variant(course, name, seed)[1]["params"]["text"] for seed in (7, 8, 123456789)} <= texts
        assert len({variant(course, name, seed)[1]["params"]["seed"] for seed in range(3)}) == 3


@pytest.mark.parametrize("name", ["nernst-chloride", "nernst-potassium", "atp-of-leak"])
def test_a_wrong_number_is_told_its_slip_as_vrest_tells_it(course, name):
    grade, data = variant(course, name, 1)
    drawn = practice.draw(practice.exercise(name), data["params"]["seed"])
    right = data["correct_answers"]["answer"]
    assert right == pytest.approx(drawn.value, rel=1e-9)
    assert practice.answer(drawn, f"{right + 0.99 * float(data['params']['tolerance'])!r} {drawn.exercise.unit}").right
    for slip in data["params"]["slips"]:
        again = {**data, "score": 0, "feedback": {}, "submitted_answers": {"answer": slip["value"]}}
        grade(again)
        found = practice.answer(drawn, f"{slip['value']!r} {drawn.exercise.unit}")
        assert all(kept.slip.name in again["feedback"]["slip"] for kept in found.slips)
        assert found.slips
    for given, said in ((right, None), (1e9, "no slip that is known here")):
        again = {**data, "score": int(given == right), "feedback": {}, "submitted_answers": {"answer": given}}
        grade(again)
        assert (said in again["feedback"]["slip"]) if said else again["feedback"] == {}


def test_a_choice_has_one_right_option_and_no_two_alike(course):
    for name in ("chloride-direction", "nernst-order", "open-potassium"):
        grade, data = variant(course, name, 2)
        options = data["params"]["options"]
        assert [one["correct"] for one in options].count("true") == 1
        assert len({one["words"] for one in options}) == len(options)
        again = {**data, "score": 0, "submitted_answers": {"answer": "b"}}
        grade(again)
        assert again["feedback"] == {}


def test_nothing_of_a_text_is_code_or_markup():
    course = practice.prairielearn_files(hostile())
    (name,) = {path.split("/")[2] for path in course}
    assert variant(course, name, 0)[1]["params"]["text"] == HOSTILE
    assert "script" not in course[f"questions/vrest/{name}/question.html"]
    assert "{{{" not in course[f"questions/vrest/{name}/question.html"]


def test_an_archive_is_the_same_each_time(assigned, course):
    data = practice.prairielearn_zip(assigned)
    assert data == practice.prairielearn_zip(assigned)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == course


# -- as it is typed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "begins"), [("exam", b"// Numbas version"), ("zip", b"PK"), ("xml", b"<?xml"), ("md", b"# ")])
def test_the_ending_says_the_form(tmp_path, capsys, ending, begins):
    place = tmp_path / f"set.{ending}"
    assert main(["practice", "set", "nernst-potassium", "--draws", "2", "--output", str(place)]) == 0
    assert "2 questions" in capsys.readouterr().out
    assert place.read_bytes().startswith(begins)
