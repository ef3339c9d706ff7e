"""Progress in one file: counted, written whole, never lost."""

import json

import pytest

import vrest
from vrest import practice
from vrest.practice.progress import Progress, progress_file


def test_the_place_is_that_of_the_environment_or_of_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv("VREST_PRACTICE", str(tmp_path / "mine.json"))
    assert progress_file() == tmp_path / "mine.json"
    monkeypatch.delenv("VREST_PRACTICE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert progress_file() == tmp_path / "vrest" / "practice.json"


def test_answers_are_counted_and_read_back(tmp_path):
    place = tmp_path / "new" / "practice.json"
    exercise = practice.exercise("nernst-potassium")
    progress = Progress.read(place)
    progress.note(exercise, False, "celsius")
    progress.note(exercise, True, None)
    again = Progress.read(place)
    assert again.records == progress.records
    assert (again.records[exercise.name].tried, again.records[exercise.name].right) == (2, 1)
    assert again.records[exercise.name].slips == {"celsius": 1}
    assert again.next_seed(exercise) == 3
    assert [path.name for path in place.parent.iterdir()] == ["practice.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "exercises": {"a": {}}}', "\x00", "[" * 100_000]
)
def test_a_broken_file_is_set_aside_and_said(tmp_path, text):
    place = tmp_path / "practice.json"
    place.write_text(text)
    progress = Progress.read(place)
    assert "set aside as practice.json.broken-1" in progress.said
    assert (tmp_path / "practice.json.broken-1").read_text() == text
    progress.note(practice.exercise("nernst-potassium"), True, None)
    assert json.loads(place.read_text())["version"] == 1


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(vrest.InputError, match="progress cannot be kept"):
        Progress(tmp_path / "file" / "practice.json").write()


def test_the_next_exercise_is_one_that_was_not_right_yet(tmp_path):
    progress = Progress(tmp_path / "practice.json")
    two = [practice.exercise("nernst-potassium"), practice.exercise("nernst-chloride")]
    assert progress.next_of(two) == (two[0], False)
    progress.note(two[0], True, None)
    assert progress.next_of(two) == (two[1], False)
    progress.note(two[1], True, None)
    progress.note(two[0], False, None)
    assert progress.next_of(two) == (two[1], True)
