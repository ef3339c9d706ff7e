"""A class: seeds per student, sets as Moodle XML, Markdown and PDF, answers read back and counted."""

import hashlib
import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

import vrest
from answers import run
from own_exercises import exercise_with
from vrest import practice
from vrest.practice import classes, paper, sheets
from vrest.practice.classes import Row, as_csv, read_class, seed_of
from vrest.practice.exported import identity

LISTED = {0, 100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5, 11.11111, 10, 5}
KINDS = ("nernst-chloride", "chloride-direction", "nernst-order", "open-potassium", "atp-of-leak", "permeability-ratio")
STUDENTS = ("s01", "s02", "s03")


@pytest.fixture(scope="module")
def assigned():
    return practice.assign([practice.exercise(name) for name in KINDS], STUDENTS, seed=5)


def test_each_student_gets_numbers_of_their_own_that_can_be_drawn_again(assigned):
    expected = int(hashlib.sha256(b"5:s02").hexdigest()[:12], 16) % 2**53
    assert seed_of(5, "s02") == expected
    own = [one for one in assigned if one.student == "s02"]
    assert [one.drawn.seed for one in own] == [expected] * len(KINDS)
    assert len({one.drawn.text() for one in assigned}) == len(assigned)
    assert practice.draw(own[0].drawn.exercise, expected) == own[0].drawn


def test_without_students_there_are_so_many_draws():
    one = practice.exercise("nernst-chloride")
    assert [row.drawn.seed for row in practice.assign([one], seed=7, draws=3)] == [7, 8, 9]


# -- Moodle ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quiz(assigned):
    return ET.fromstring(practice.moodle_xml(assigned))


def questions(quiz, kind):
    return [one for one in quiz.findall("question") if one.get("type") == kind]


def test_every_exercise_has_a_category_and_every_student_a_question(quiz, assigned):
    paths = [one.findtext("category/text") for one in questions(quiz, "category")]
    assert paths == [f"$course$/top/vrest/{name}" for name in sorted(KINDS)]
    every = [one for one in quiz.findall("question") if one.get("type") != "category"]
    assert len(every) == len(assigned)
    identities = [one.findtext("idnumber") for one in every]
    assert sorted(identities) == sorted(identity(one.drawn) for one in assigned)
    assert all(len(text) <= 100 for text in identities)


def test_fractions_are_of_moodles_list_and_the_right_answer_stands_first(quiz):
    for one in quiz.findall("question"):
        fractions = [float(answer.get("fraction")) for answer in one.findall("answer")]
        assert set(fractions) <= LISTED
        assert fractions[:1] in ([], [100.0])
        assert fractions.count(100.0) <= 1


def test_numerical_answers_end_with_any_and_have_their_own_tolerance_and_feedback(quiz):
    for one in questions(quiz, "numerical"):
        *answers, last = one.findall("answer")
        assert last.findtext("text") == "*"
        assert all(float(answer.findtext("tolerance")) > 0 for answer in answers)
        assert all(answer.findtext("feedback/text").startswith("<p>") for answer in (*answers, last))
        bands = [(float(answer.findtext("text")), float(answer.findtext("tolerance"))) for answer in answers]
        for k, (a, wide) in enumerate(bands):
            assert all(abs(a - b) > 0.99 * (wide + other) for b, other in bands[k + 1 :])


def test_texts_in_html_stand_in_cdata_and_nothing_in_them_is_markup(assigned):
    text = practice.moodle_xml(assigned)
    for part in text.split('format="html">')[1:]:
        assert part.lstrip().startswith("<text><![CDATA[")
    hostile = exercise_with()
    hostile = hostile.__class__(**{**vars(hostile), "text": {"en": "<script>alert(1)</script> ]]> & {a}"}})
    question = ET.fromstring(practice.moodle_xml(practice.assign([hostile]))).findall("question")[1]
    assert question.findtext("questiontext/text").startswith("<p>&lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; &amp; ")


def test_a_multiplier_is_how_many_of_a_unit_make_one_of_the_exercises(quiz):
    one = next(row for row in questions(quiz, "numerical") if row.findtext("name/text").startswith("nernst-chloride"))
    units = {unit.findtext("unit_name"): float(unit.findtext("multiplier")) for unit in one.findall("units/unit")}
    assert units == {"mV": 1, "V": 0.001, "uV": 1000}


def test_the_answers_of_moodle_are_those_of_a_new_draw(quiz):
    for one in questions(quiz, "numerical"):
        _, *name, version, seed = one.findtext("idnumber").split("-")
        drawn = practice.draw(practice.exercise("-".join(name)), int(seed))
        assert drawn.exercise.version == int(version)
        assert float(one.find("answer").findtext("text")) == pytest.approx(drawn.value, rel=1e-9)


# -- sheets ------------------------------------------------------------------------------------------------------------


def test_a_sheet_holds_no_answer_and_its_key_all(assigned):
    sheet, key = practice.markdown(assigned, "de"), practice.markdown(assigned, "de", key=True)
    assert "Antwort:" not in sheet
    assert key.count("Antwort:") == len(assigned)
    for text in (sheet, key):
        assert [line for line in text.splitlines() if line.startswith("## ")] == [f"## Teilnehmer {name}" for name in STUDENTS]
    assert "Cl\\_in" in key


def test_paper_has_every_word_within_its_edges_and_a_page_for_each_student(assigned):
    for key in (False, True):
        every = list(sheets.blocks(assigned, "de", key))
        pages = list(paper.pages(every))
        signs = {f"{k}." for k in range(1, 10)} | {"•"}
        printed = [
            word for page in pages for line in page if not (line.words in signs and line.x == 0.0) for word in line.words.split()
        ]
        assert printed == [word for block in every for line in block.lines for word in line.split()]
        heads = [[line.words for line in page[:2] if line.style == paper.STYLES[sheets.STUDENT]] for page in pages]
        assert [name for head in heads for name in head] == [f"Teilnehmer {name}" for name in STUDENTS]
        for page in pages:
            assert sum(line.tall for line in page) <= paper.TALL - paper.TOP - paper.BOTTOM
            assert all(line.x + paper.width_of(line.words, line.style) <= paper.WIDE - 2 * paper.LEFT for line in page)


def test_a_pdf_has_these_pages_and_the_same_bytes_each_time(assigned):
    few = assigned[:3]
    document = practice.pdf(few)
    assert document.startswith(b"%PDF-")
    assert document.count(b"/Type /Page ") == len(list(paper.pages(sheets.blocks(few))))
    assert document == practice.pdf(few)


def test_a_word_that_is_wider_than_paper_is_cut_and_no_letter_lost():
    (page,) = paper.pages([sheets.Block(sheets.WORDS, ("m" * 200 + " end",))])
    assert "".join(line.words for line in page) == "m" * 200 + " end"
    assert len(page) > 2


def test_signs_that_the_font_of_paper_lacks_are_named(assigned):
    drawn = assigned[0].drawn
    other = replace(drawn, exercise=replace(drawn.exercise, title={"en": "\u96e2\u5b50"}))
    with pytest.raises(vrest.InputError, match="lacks signs") as caught:
        practice.pdf([replace(assigned[0], drawn=other)])
    assert caught.value.problems[0].found == "\u96e2 \u5b50"


# -- students and answers ----------------------------------------------------------------------------------------------


def test_codes_are_read_from_lines_and_from_a_csv(tmp_path):
    file = tmp_path / "students.csv"
    file.write_text("student,group\ns01,a\n\ns-2.b,b\n")
    assert practice.read_students(file) == ["s01", "s-2.b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("s1\ns1\n", ":2:1: s1 stands twice"),
        ("Ada Lovelace\n", "no name"),
        ("=cmd\n", "no name"),
        ("", "no student stands in the file"),
    ],
)
def test_what_is_no_code_is_refused(tmp_path, text, said):
    file = tmp_path / "students.txt"
    file.write_text(text)
    with pytest.raises(vrest.InputError, match=said):
        practice.read_students(file)


ROWS = [
    Row("s01", "nernst-potassium", 1, 1, "-73.0 mV", "", "right", "2026-11-27T20:00:00+00:00"),
    Row("s02", "nernst-potassium", 1, 1, "−31,7", "mV", "log10-for-ln", ""),
    Row("s03", "nernst-potassium", 1, 1, "73", "mV", "sign-of-ion", ""),
    Row("s04", "nernst-potassium", 1, 1, "73", "mV", "ask", ""),
    Row("s05", "nernst-potassium", 1, 1, "-5000", "mV", "unknown", ""),
    Row("s01", "nernst-order", 1, 1, "Cl K Na Ca", "", "right", ""),
    Row("s01", "open-potassium", 1, 1, "-", "", "right", ""),
]


def written(tmp_path, rows):
    file = tmp_path / "class.csv"
    file.write_text(as_csv(rows))
    return file


def test_the_class_csv_comes_back_as_it_was(tmp_path):
    rows = [*ROWS, Row("s06", "own", 3, 2**52, '=1+1, "x"', "", "", ""), Row("s07", "own", 3, 0, "+cmd|x", "", "", "")]
    file = written(tmp_path, rows)
    assert file.read_text().splitlines()[0] == "student,exercise,version,seed,answer,unit,slip,time"
    assert "'=1+1" in file.read_text()
    assert read_class(file) == rows
    assert as_csv(read_class(file)) == file.read_text()


def test_answers_are_judged_anew_and_slips_counted():
    found = practice.judged([Row(**{**vars(row), "slip": "" if row.slip != "sign-of-ion" else row.slip}) for row in ROWS])
    assert list(found.rows) == ROWS
    tally = found.tallies[-2]
    assert (tally.exercise, tally.answers, tally.right, tally.unknown, tally.students) == ("nernst-potassium", 5, 1, 1, 5)
    assert tally.slips == {"log10-for-ln": 1, "sign-of-ion": 1, "ask": 1}


def test_what_cannot_be_judged_is_said_and_the_rest_is_counted():
    bad = [
        Row("s08", "nernst-potassium", 2, 1, "5"),
        Row("s09", "no-such", 1, 1, "5"),
        Row("s10", "nernst-potassium", 1, 1, "=1+1"),
    ]
    found = practice.judged([*bad, ROWS[0]])
    assert len(found.rows) == 1
    assert [note.split(":")[0] for note in found.notes] == ["no-such", "s08, nernst-potassium", "s10, nernst-potassium"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not the columns"),
        ("a,b\n", "not the columns"),
        (as_csv([])[:-1] + "\ns01,x,1,z,5,,,\n", ":2:1: version and seed"),
        (as_csv([]) + "s01,x,1\n", "3 cells, not 8"),
        (as_csv([]) + "Ada L,x,1,1,5,,,\n", "no name"),
    ],
)
def test_a_csv_that_is_none_is_refused(tmp_path, text, said):
    file = tmp_path / "class.csv"
    file.write_text(text)
    with pytest.raises(vrest.InputError, match=said):
        read_class(file)


def test_a_class_is_drawn(tmp_path):
    practice.draw_class(practice.judged(ROWS), str(tmp_path / "class.svg"))
    assert "log10-for-ln 1" in (tmp_path / "class.svg").read_text()
    with pytest.raises(vrest.InputError, match="nothing to draw"):
        practice.draw_class(practice.judged([]), str(tmp_path / "none.svg"))


# -- as it is typed ----------------------------------------------------------------------------------------------------


def test_a_set_is_written_answered_recorded_and_counted(capsys, tmp_path):
    (tmp_path / "students.txt").write_text("s01\ns02\n")
    place = str(tmp_path / "set.md")
    words = (
        "practice",
        "set",
        "nernst-potassium",
        "--students",
        str(tmp_path / "students.txt"),
        "--seed",
        "5",
        "--output",
        place,
    )
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert out.startswith("2 questions: 1 exercises for 2 students")
    assert (tmp_path / "set-key.md").exists()
    assert run(capsys, *words)[0] == 2
    assert run(capsys, *words, "--force")[0] == 0
    answers = str(tmp_path / "class.csv")
    for student in ("s01", "s02"):
        drawn = practice.draw(practice.exercise("nernst-potassium"), seed_of(5, student))
        given = ("--student", student, "--seed", "5", "--record", answers, f"--answer={drawn.value:.1f} mV")
        assert run(capsys, "practice", "nernst-potassium", *given)[1].startswith("Right.")
    found = json.loads(run(capsys, "practice", "class", answers, "--json")[1])
    assert (found["answers"], found["students"], found["exercises"][0]["right"]) == (2, 2, 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set"], "a set needs exercises and an output"),
        (["set", "nernst-potassium", "--output", "x.doc"], "the ending says the form"),
        (["set", "nernst-potassium", "--output", "x.md", "--draws", "0"], "draws are a whole number"),
        (["class"], "class takes a CSV"),
        (["nernst-potassium", "--answer", "5", "--record", "x.csv"], "--record needs the student"),
    ],
)
def test_what_a_class_lacks_is_said(capsys, words, said):
    code, _, err = run(capsys, "practice", *words)
    assert code == 2
    assert said in err


def test_a_code_is_checked_where_it_is_recorded():
    drawn = practice.draw(practice.exercise("nernst-potassium"), 1)
    with pytest.raises(vrest.InputError, match="no name"):
        classes.row_of("Ada L", drawn, "5", practice.answer(drawn, "5"))
