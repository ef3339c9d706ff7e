"""`vrest practice`, as it is typed."""

import builtins
import json

import pytest

from answers import run
from own_exercises import text_with


def test_a_list_names_exercises_by_level_and_topic(capsys):
    code, out, _ = run(capsys, "practice", "--list", "--topic", "nernst", "--level", "1", "--json")
    found = json.loads(out)["exercises"]
    assert code == 0
    assert {row["topic"] for row in found} == {"nernst"}
    assert {row["level"] for row in found} == {1}
    assert run(capsys, "practice", "--list", "--csv")[1].startswith("exercise,level,kind,topic,title\r\n")


def test_a_question_does_not_hold_its_answer(capsys):
    code, out, err = run(capsys, "practice", "nernst-potassium", "--seed", "1", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert not {"answer", "solution", "slip"} & found.keys()
    assert "140 mM" in found["text"]


@pytest.mark.parametrize(
    ("answer", "verdict", "slip", "step"),
    [
        ("-73.0", "right", None, None),
        ("−31,7 mV", "log10-for-ln", "log10-for-ln", 3),
        ("73 mV", "ask", None, None),
        ("5", "unknown", None, None),
    ],
)
def test_an_answer_is_judged(capsys, answer, verdict, slip, step):
    code, out, _ = run(capsys, "practice", "nernst-potassium", "--seed", "1", f"--answer={answer}", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["verdict"], found["slip"], found["step"]) == (verdict, slip, step)
    assert found["right"] == (verdict == "right")
    assert found["solution"][-1] == "Answer: −73.0 mV"


def test_the_follow_up_question_is_answered_with_slip(capsys):
    words = ("practice", "nernst-potassium", "--seed", "1", "--answer=73 mV", "--json")
    assert json.loads(run(capsys, *words)[1])["choose_from"] == ["sides-swapped", "sign-of-ion"]
    assert json.loads(run(capsys, *words, "--slip", "sign-of-ion")[1])["slip"] == "sign-of-ion"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nernst-potasium"], "did you mean nernst-potassium?"),
        (["--language", "fr"], "expected en, de"),
        (["--level", "4"], "a level is 1, 2 or 3"),
        (["--list", "--topic", "nerst"], "did you mean nernst?"),
        (["nernst-potassium", "--seed", "-1"], "a seed is a whole number"),
        (["nernst-potassium", "--answer", "5 mM"], "not a potential"),
        (["nernst-potassium", "nernst-chloride"], "one exercise at a time"),
        (["check"], "check takes one file"),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_what_means_nothing_is_said(capsys, words, said):
    code, out, err = run(capsys, "practice", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_a_teachers_file_is_checked(capsys, tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(text_with())
    code, out, _ = run(capsys, "practice", "check", str(file))
    assert code == 0
    assert "own: in order, drawn 1000 times. Answers: lowest 20 mV, highest 60 mV." in out
    assert "told apart in 1000, suppressed in 0" in out
    file.write_text(text_with(slips={"same": "2*a"}))
    code, _, err = run(capsys, "practice", "check", str(file))
    assert code == 2
    assert "the slip same is told apart in no draw" in err


def test_a_conversation_asks_judges_and_counts(capsys, monkeypatch, tmp_path):
    lines = iter(["", "5 s", "73 mV", "2", "", "?", "q"])
    monkeypatch.setattr(builtins, "input", lambda words="": next(lines))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    place = tmp_path / "practice.json"
    code, out, _ = run(capsys, "practice", "nernst-potassium", "--progress", str(place))
    assert code == 0
    assert "5 s is a time, not a potential" in out
    assert "Not right: sign-of-ion." in out
    assert "0 of 1 right so far" in out
    assert json.loads(place.read_text())["exercises"]["nernst-potassium"]["slips"] == {"sign-of-ion": 1}
