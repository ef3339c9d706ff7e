"""A class that is served: each student has numbers and a session of their own, the teacher sees what was answered, and nothing is written unasked."""

import html
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

import vrest
from vrest import practice
from vrest.practice.classes import Row, as_csv, read_class, seed_of

pytest.importorskip("starlette", reason="the extra `app` is not installed: pip install 'vrest[app]'")
pytest.importorskip("uvicorn", reason="the extra `app` is not installed: pip install 'vrest[app]'")

from own_exercises import text_with  # noqa: E402
from served import running  # noqa: E402
from vrest.app.class_pages import Pages  # noqa: E402
from vrest.app.drills import drilled  # noqa: E402
from vrest.app.lesson import MOST_JOINED, MOST_TRIES, Lesson  # noqa: E402
from vrest.app.workers import Limits  # noqa: E402
from vrest.cli.main import main  # noqa: E402
from vrest.practice.sets import ClassSet, read_set  # noqa: E402

NAMES = ("nernst-potassium", "chloride-direction", "nernst-order", "raise-potassium")
CODES = tuple(f"s{k:02}" for k in range(30))
SET = ClassSet("Lesson <1>", {name: practice.exercise(name) for name in NAMES}, {}, 5, CODES)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Browser:
    """What a student's browser sends: forms, and the cookie that it was given."""

    def __init__(self, server):
        self.server, self.cookie = server, ""

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, **fields):
        return self._ask("POST", path, urlencode(fields, doseq=True))

    def _ask(self, method, path, body=None):
        headers = {**(FORM if body is not None else {}), **({"Cookie": self.cookie} if self.cookie else {})}
        status, found, text = self.server.ask(method, path, body, headers)
        if given := found.get("Set-Cookie"):
            self.cookie = given.split(";")[0]
        return status, found, text.decode()


@pytest.fixture(scope="module")
def lesson():
    return Lesson(SET)


@pytest.fixture(scope="module")
def server(lesson):
    with running(Limits(workers=1, seconds=60), lesson=lesson) as one:
        yield one


@pytest.fixture(scope="module")
def codes():
    return iter(CODES)


@pytest.fixture
def student(server, codes):
    """A browser that has joined, and its code."""
    browser, code = Browser(server), next(codes)
    assert browser.post("/class/join", student=code)[0] == 303
    return browser, code


def drawn(name, code):
    return practice.draw(practice.exercise(name), seed_of(5, code))


def right(name, code):
    one = drawn(name, code)
    return f"{one.value:.1f} mV" if one.exercise.kind == "numeric" else one.value.split()


def answered(browser, name, answer):
    """The page after an answer."""
    status, headers, text = browser.post(f"/class/{name}", answer=answer)
    return browser.get(headers["Location"])[2] if status == 303 else text


# -- joining ----------------------------------------------------------------------------------------------------------


def test_the_first_page_is_where_a_code_is_entered(server):
    browser = Browser(server)
    status, headers, _ = browser.get("/")
    assert (status, headers["Location"]) == (303, "/class")
    status, headers, text = browser.get("/class")
    assert status == 200
    assert "script" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Lesson &lt;1&gt;" in text
    assert "<script" not in text


@pytest.mark.parametrize("code", ["nobody", "", "<b>", "../x", "s" * 200, "s0\x00", "\N{LATIN SMALL LETTER LONG S}01"])
def test_a_code_that_is_none_of_the_class_is_refused(server, code):
    browser = Browser(server)
    status, _, text = browser.post("/class/join", student=code)
    assert (status, browser.cookie) == (403, "")
    assert "There is no place under this code" in text


def test_a_code_that_is_taken_is_refused_until_the_teacher_frees_it(server, lesson, student):
    browser, code = student
    other = Browser(server)
    assert other.post("/class/join", student=code)[0] == 403
    assert other.cookie == ""
    assert Browser(server).post(f"/teacher/{lesson.key}/free", student=code)[0] == 303
    assert "Join the class" in browser.get("/class")[2]
    assert other.post("/class/join", student=code)[0] == 303


def test_the_session_is_kept_from_scripts_and_other_pages(server, codes):
    _, headers, _ = Browser(server).post("/class/join", student=next(codes))
    assert {part.strip().lower() for part in headers["Set-Cookie"].split(";")[1:]} == {
        "httponly",
        "path=/class",
        "samesite=strict",
    }


def test_who_leaves_is_asked_for_a_code_again(student):
    browser, _ = student
    browser.post("/class/leave")
    assert "Join the class" in browser.get("/class")[2]


@pytest.mark.parametrize(
    "cookie", ["", "vrest-student=", "vrest-student=s01", "vrest-student=" + "x" * 4000, "vrest-student=\xff"]
)
def test_without_a_session_there_is_no_question(server, cookie):
    browser = Browser(server)
    browser.cookie = cookie
    for answer in (browser.get("/class/nernst-potassium"), browser.post("/class/nernst-potassium", answer="1")):
        assert (answer[0], answer[1]["Location"]) == (303, "/class")


# -- answers ----------------------------------------------------------------------------------------------------------


def test_each_student_is_asked_with_numbers_of_their_own(student):
    browser, code = student
    for name in NAMES:
        text = html.unescape(browser.get(f"/class/{name}")[2])
        assert drawn(name, code).text() in text


@pytest.mark.parametrize("name", NAMES)
def test_the_right_answer_ends_an_exercise_with_its_solution(student, name):
    browser, code = student
    text = answered(browser, name, right(name, code))
    assert "Right." in text
    assert "Worked solution" in text
    assert 'name="answer"' not in text
    assert "✓ right" in browser.get("/class")[2]
    assert browser.post(f"/class/{name}", answer=right(name, code))[0] == 422


def test_a_slip_is_named_and_the_solution_waits_for_the_third_answer(student, lesson):
    browser, code = student
    slip = next(one for one in drawn(NAMES[0], code).slips if one.slip.name == "log10-for-ln")
    wrong = f"{1e3 * slip.outcome:.1f}"
    text = answered(browser, NAMES[0], wrong)
    assert "log10-for-ln" in text
    assert "It happened in step 3" in text
    assert "Worked solution" not in text
    answered(browser, NAMES[0], wrong)
    assert "Worked solution" in answered(browser, NAMES[0], wrong)
    assert [row.slip for row in lesson.answers(code, NAMES[0])] == ["log10-for-ln"] * 3


def test_a_number_that_no_slip_gives_points_to_the_solution_only_where_it_is_shown(student):
    browser, _ = student
    assert "step by step again" in answered(browser, NAMES[0], "12 V")
    answered(browser, NAMES[0], "12 V")
    assert "Compare with the worked solution" in answered(browser, NAMES[0], "12 V")


def test_of_two_slips_with_one_number_the_student_says_which_and_it_counts_once(student, lesson):
    browser, code = student
    text = answered(browser, NAMES[0], f"{-drawn(NAMES[0], code).value:.1f}")
    assert "Which of these did you do?" in text
    assert [row.slip for row in lesson.answers(code, NAMES[0])] == ["ask"]
    for slip in ("no-such", "log10-for-ln"):
        browser.post(f"/class/{NAMES[0]}", slip=slip)
        assert [row.slip for row in lesson.answers(code, NAMES[0])] == ["ask"]
    _, headers, _ = browser.post(f"/class/{NAMES[0]}", slip="sign-of-ion")
    assert "sign-of-ion" in browser.get(headers["Location"])[2]
    assert [row.slip for row in lesson.answers(code, NAMES[0])] == ["sign-of-ion"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "There is no answer yet"),
        ("<script>alert(1)</script>", "is not counted"),
        ("1 pint", "is not counted"),
        ("5 " + "m" * 300, "one line of at most 200 signs"),
        ("5\x00mV", "one line of at most 200 signs"),
        ("5\r\nmV", "one line of at most 200 signs"),
        ("nan", "is not counted"),
    ],
)
def test_what_is_no_answer_is_said_and_not_counted(server, lesson, codes, answer, said):
    browser = Browser(server)
    session = lesson.join("s29") or next(key for key, code in lesson.sessions.items() if code == "s29")
    browser.cookie = f"vrest-student={session}"
    status, _, text = browser.post(f"/class/{NAMES[0]}", answer=answer)
    assert status == 422
    assert said in text
    assert "<script" not in text
    assert lesson.answers("s29", NAMES[0]) == []


def test_an_order_in_which_one_stands_twice_is_no_answer(student, lesson):
    browser, code = student
    status, _, text = browser.post("/class/nernst-order", answer=["K", "K", "Na", "Cl"])
    assert status == 422
    assert "an order names each item once" in text
    assert lesson.answers(code, "nernst-order") == []


def test_a_form_with_too_many_fields_and_an_exercise_that_is_none_are_refused(student):
    browser, _ = student
    assert browser.post(f"/class/{NAMES[0]}", answer=["1"] * 2000)[0] == 400
    for name in ("no-such", "%2e%2e%2fsecret", "x.yaml"):
        assert browser.get(f"/class/{name}")[0] == 404


# -- the teacher ------------------------------------------------------------------------------------------------------


def test_the_teacher_sees_what_was_answered_and_takes_it_along(server, lesson, student):
    browser, code = student
    answered(browser, "chloride-direction", right("chloride-direction", code))
    status, headers, text = browser.get(f"/teacher/{lesson.key}")
    assert (status, headers["Refresh"]) == (200, "5")
    tally = next(one for one in lesson.tallies() if one.exercise == "chloride-direction")
    part = text.split('data-exercise="chloride-direction"')[1]
    assert f"{tally.right} of {tally.answers} right" in part
    assert sum(map(float, re.findall(r' width="([\d.]+)" height="1" fill', part.split("</svg>")[0]))) == pytest.approx(1000)
    status, headers, text = browser.get(f"/teacher/{lesson.key}/class.csv")
    assert "attachment" in headers["Content-Disposition"]
    assert text == as_csv(lesson.rows)


@pytest.mark.parametrize("path", ["", "/class.csv", "/free"])
def test_without_its_key_the_teachers_page_is_not_there(server, student, path):
    browser, code = student
    for key in ("x", "%C3%A9", "x" * 24):
        status, _, text = (
            browser.post(f"/teacher/{key}{path}", student=code) if path == "/free" else browser.get(f"/teacher/{key}{path}")
        )
        assert status == 404
        assert code not in text


def test_no_student_sees_another(server, lesson, student):
    browser, code = student
    others = [one for one in CODES if one != code]
    pages = [browser.get("/class")[2], *(browser.get(f"/class/{name}")[2] for name in NAMES)]
    assert all(code in page for page in pages)
    assert not [one for one in others for page in pages if re.search(rf"\b{one}\b", page)]
    assert lesson.key not in "".join(pages)


# -- what is kept -----------------------------------------------------------------------------------------------------


def verdict(name):
    return {"verdict": name, "choose": [], "said": [""], "right": name == "right"}


def test_a_record_holds_every_answer_and_a_class_goes_on_from_it(tmp_path):
    file = tmp_path / "class.csv"
    one = Lesson(SET, str(file))
    assert not file.exists()
    exercise = SET.exercises[NAMES[0]]
    one.note("s01", exercise, "1 mV", verdict("ask"))
    one.settle("s01", NAMES[0], verdict("sign-of-ion"))
    one.note("s02", exercise, "-73 mV", verdict("right"))
    assert [row.slip for row in read_class(file)] == ["sign-of-ion", "right"]
    again = Lesson(SET, str(file))
    assert again.rows == one.rows
    assert again.is_done("s02", NAMES[0])
    assert not again.is_done("s01", NAMES[0])


def test_a_record_that_cannot_be_written_is_told_to_the_teacher_and_loses_nothing(tmp_path):
    one = Lesson(SET, str(tmp_path / "no-folder" / "class.csv"))
    one.note("s01", SET.exercises[NAMES[0]], "1 mV", verdict("unknown"))
    assert len(one.rows) == 1
    assert "no such file" in one.fault


def test_a_record_that_is_no_class_is_refused(tmp_path):
    file = tmp_path / "class.csv"
    file.write_text("a,b\n")
    with pytest.raises(vrest.InputError, match="not the columns"):
        Lesson(SET, str(file))


def test_answers_and_students_have_bounds():
    one = Lesson(SET)
    for _ in range(MOST_TRIES):
        assert one.is_open("s01", NAMES[0])
        one.note("s01", SET.exercises[NAMES[0]], "1", verdict("unknown"))
    assert not one.is_open("s01", NAMES[0])
    free = Lesson(ClassSet("any", SET.exercises, {}))
    assert not free.join("Ada Lovelace")
    joined = [free.join(f"x{k}") for k in range(MOST_JOINED + 5)]
    assert sum(map(bool, joined)) == MOST_JOINED


# -- the file of a set ------------------------------------------------------------------------------------------------


def test_a_set_is_read_with_files_beside_it(tmp_path):
    (tmp_path / "own.yaml").write_text(text_with())
    (tmp_path / "codes.txt").write_text("a1\na2\n")
    (tmp_path / "set.yaml").write_text(
        "class: One\nexercises: [nernst-potassium, own.yaml]\nseed: 7\nstudents: codes.txt\nlanguage: de\n"
    )
    found = read_set(tmp_path / "set.yaml")
    assert (found.title, found.seed, found.students, found.language) == ("One", 7, ("a1", "a2"), "de")
    assert list(found.exercises)[0] == "nernst-potassium"
    ((name, source),) = found.sources.items()
    given = {"exercise": name, "source": [source.name, source.text, source.folder], "seed": 3, "language": "en"}
    assert drilled(given)["question"]["text"] == practice.draw(found.exercises[name], 3).text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed: 1\n", "lacks class and exercises"),
        ("", "the set is empty"),
        ("class: x\n", "lacks exercises"),
        ("class: x\nexercises: nernst-potassium\n", ":2:12: exercises are a list"),
        ("class: x\nexercises: []\n", "exercises are a list"),
        ("class: x\nexercises: [nernst-potasium]\n", "did you mean nernst-potassium|nernst-potassium"),
        ("class: x\nexercises: [nernst-potassium, nernst-potassium]\n", ":2:31: nernst-potassium stands twice"),
        ("class: x\nexercises: ['-', ../../etc/passwd]\n", "there is no exercise -"),
        ("class: x\nexercises: [none.yaml]\n", "this exercise has mistakes"),
        ("class: x\nexercises: [nernst-potassium]\nseed: -1\n", ":3:7: seed is a whole number from 0"),
        ("class: x\nexercises: [nernst-potassium]\nstudents: [Ada L]\n", ":3:12: a student is a code"),
        ("class: x\nexercises: [nernst-potassium]\nstudents: [a, a]\n", ":3:15: a stands twice"),
        ("class: x\nexercises: [nernst-potassium]\nstudents: none.txt\n", "cannot be read"),
        ("class: x\nexercises: [nernst-potassium]\nlanguage: fr\n", ":3:11: there is no language fr"),
        ("class: x\nexercises: [nernst-potassium]\nstudent: [a]\n", "students"),
        ("class: [x]\nexercises: [nernst-potassium]\n", ":1:8: class is a text"),
    ],
)
def test_what_is_wrong_in_a_set_is_said_at_its_place(tmp_path, monkeypatch, capsys, text, said):
    monkeypatch.chdir(tmp_path)
    Path("set.yaml").write_text(text)
    assert main(["app", "--class", "set.yaml"]) == 2
    assert re.search(said, capsys.readouterr().err)


def test_a_record_needs_a_class(capsys):
    assert main(["app", "--record", "x.csv"]) == 2
    assert "--record needs a class" in capsys.readouterr().err


def test_nothing_that_a_teacher_or_a_student_wrote_is_markup():
    hostile = "</title><script>alert(1)</script><img src=x onerror=alert(1)>"
    exercise = replace(SET.exercises[NAMES[0]], title={"en": hostile}, text={"en": hostile})
    exercise = replace(exercise, slips=(replace(exercise.slips[0], text={"en": hostile}), *exercise.slips[1:]))
    one = Lesson(ClassSet(hostile, {exercise.name: exercise}, {}))
    one.note("s01", exercise, hostile, verdict(exercise.slips[0].name))
    question = {
        "exercise": exercise.name,
        "level": 1,
        "kind": "choice",
        "options": {hostile: hostile},
        "unit": "",
        "title": hostile,
    }
    pages = Pages(one)
    for text in (
        pages.join(hostile),
        pages.listed("s01"),
        pages.question("s01", {**question, "text": hostile}, solution=[hostile]),
        pages.teacher(hostile),
    ):
        assert "<script" not in text
        assert "<img" not in text
        assert text.count("</title>") == 1
        assert "&lt;script&gt;" in text


def test_rows_of_other_exercises_are_kept_in_a_record_and_shown_by_their_names(tmp_path):
    file = tmp_path / "class.csv"
    file.write_text(as_csv([Row("s01", "gone", 1, 1, "5", "", "some-slip", "")]))
    one = Lesson(SET, str(file))
    assert "some-slip" in Pages(one).teacher("http://x/")
