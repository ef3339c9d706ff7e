"""The file of a run: written as it goes on, resumed where it was interrupted, never written over unasked."""

import random
import signal

import pytest

import vrest
from killed import ENDINGS, Killing
from vrest.questions.simulate import output, simulate
from vrest.views import show

CELL = "mammalian-neuron"
PULSES = {"from": "0 s", "every": "1 s", "for": "100 ms", "times": "12", "current": "20 pA", "into": "inside", "carrier": "K"}
TRAIN = {"protocol": "train", "until": "12 s", "events": [PULSES]}
"""Twenty-four stretches of some 480 points, so that it is looked at several times."""


class Stopping:
    """Asks to stop from the so many-th question on."""

    def __init__(self, count):
        self.left = count

    def __call__(self):
        self.left -= 1
        return self.left < 0


@pytest.fixture(autouse=True)
def _always_written(monkeypatch):
    monkeypatch.setattr(output, "OFTEN", 0.0)
    monkeypatch.setattr(output, "SHARE", 1e9)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "whole.csv"
    return vrest.simulate(CELL, TRAIN, output=path), path.read_bytes()


def interrupted(path, asked, **more):
    return vrest.simulate(CELL, TRAIN, output=path, stop=Stopping(asked), **more)


def test_a_run_that_is_written_has_the_rows_of_its_answer(whole):
    result, text = whole
    assert text.decode() == show(result).csv()
    assert result.to_dict() == vrest.simulate(CELL, TRAIN).to_dict()


@pytest.mark.parametrize("asked", [0, 1, 7, 15, 20])
def test_an_interrupted_run_goes_on_to_the_same_end(tmp_path, whole, asked):
    path = tmp_path / "course.csv"
    first = interrupted(path, asked)
    assert first.ended == "interrupted"
    result = vrest.simulate(CELL, TRAIN, output=path, resume=True)
    assert result.to_dict() == whole[0].to_dict()
    assert path.read_bytes() == whole[1]
    assert [one.name for one in tmp_path.iterdir()] == ["course.csv"]


def test_a_run_may_be_interrupted_again_and_again(tmp_path, whole):
    path = tmp_path / "course.csv"
    for asked in (3, 2, 12, 18):
        interrupted(path, asked, resume=True)
    vrest.simulate(CELL, TRAIN, output=path, resume=True)
    assert path.read_bytes() == whole[1]


def test_an_interruption_on_the_way_to_the_last_one_leaves_the_file(tmp_path):
    path = tmp_path / "course.csv"
    interrupted(path, 15)
    before = path.read_bytes()
    interrupted(path, 3, resume=True)
    assert path.read_bytes() == before


def test_what_is_written_on_the_way_begins_the_whole_file(tmp_path, whole, monkeypatch):
    path, seen = tmp_path / "course.csv", []

    def looked(time, end):
        if path.exists():
            seen.append(path.read_bytes())

    vrest.simulate(CELL, TRAIN, output=path, progress=looked)
    parts = list(dict.fromkeys(seen))
    assert len(parts) > 1
    assert all(whole[1].startswith(part) and part.endswith(b"\r\n") for part in parts)


def test_wanted_times_are_written_as_they_are_reached(tmp_path):
    path, seen = tmp_path / "course.csv", []
    vrest.simulate(CELL, TRAIN, output=path, every="1 s", progress=lambda *_: seen.append(path.exists() and path.read_bytes()))
    text = path.read_bytes()
    assert text.count(b"\n") == 14
    assert all(text.startswith(part) for part in seen if part)


def test_a_torn_record_is_dropped(tmp_path, whole):
    path = tmp_path / "course.csv"
    interrupted(path, 15)
    beside = tmp_path / "course.csv.resume"
    beside.write_bytes(beside.read_bytes()[:-100])
    assert vrest.simulate(CELL, TRAIN, output=path, resume=True).to_dict() == whole[0].to_dict()


def test_a_run_without_a_beginning_is_begun(tmp_path, whole):
    path = tmp_path / "course.csv"
    vrest.simulate(CELL, TRAIN, output=path, resume=True)
    assert path.read_bytes() == whole[1]


def test_rows_that_were_lost_are_written_again(tmp_path, whole):
    path = tmp_path / "course.csv"
    interrupted(path, 15)
    path.unlink()
    vrest.simulate(CELL, TRAIN, output=path, resume=True)
    assert path.read_bytes() == whole[1]


def test_what_a_killed_run_left_half_written_is_taken_away(tmp_path):
    path, other = tmp_path / "course.csv", tmp_path / ".other.csv.1.part"
    interrupted(path, 3)
    (tmp_path / ".course.csv.123.part").write_text("half")
    (tmp_path / ".course.csv.124.part").mkdir()
    other.write_text("another's")
    vrest.simulate(CELL, TRAIN, output=path, resume=True)
    assert sorted(tmp_path.iterdir()) == [other, path]


@pytest.mark.parametrize(
    ("cell", "protocol", "options", "said"),
    [
        ("squid-axon", None, {}, "another cell"),
        (CELL, TRAIN | {"until": "13 s"}, {}, "another protocol"),
        (CELL, TRAIN, {"rtol": 1e-9}, "another rtol"),
        (CELL, TRAIN, {"at": "3 s"}, "another at"),
    ],
)
def test_another_run_is_not_resumed(tmp_path, cell, protocol, options, said):
    path = tmp_path / "course.csv"
    interrupted(path, 3)
    protocol = protocol or {"until": "12 s"}
    with pytest.raises(vrest.InputError, match=said) as caught:
        vrest.simulate(cell, protocol, output=path, resume=True, **options)
    assert caught.value.problems[0].file == str(path)


def test_a_run_of_another_version_is_not_resumed(tmp_path, monkeypatch):
    path = tmp_path / "course.csv"
    interrupted(path, 3)
    monkeypatch.setattr(vrest, "__version__", "0.1.0")
    with pytest.raises(vrest.InputError, match="another version of vrest"):
        vrest.simulate(CELL, TRAIN, output=path, resume=True)


def test_what_is_there_is_not_written_over(tmp_path, whole):
    path = tmp_path / "course.csv"
    path.write_text("mine")
    with pytest.raises(vrest.InputError, match="this file is there already") as caught:
        vrest.simulate(CELL, TRAIN, output=path)
    assert caught.value.problems[0].expected == "another name, or force=True to replace it"
    with pytest.raises(vrest.InputError, match="the run is complete"):
        vrest.simulate(CELL, TRAIN, output=path, resume=True)
    assert path.read_text() == "mine"
    vrest.simulate(CELL, TRAIN, output=path, force=True)
    assert path.read_bytes() == whole[1]


def test_an_interrupted_run_is_not_begun_anew_unasked(tmp_path):
    path = tmp_path / "course.csv"
    interrupted(path, 3)
    with pytest.raises(vrest.InputError, match="a run that was interrupted is written here"):
        vrest.simulate(CELL, TRAIN, output=path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"resume": True}, "without an output there is nothing"),
        ({"force": True}, "without an output there is nothing"),
        ({"output": "course.txt"}, "written as .nc, .zarr or .csv"),
        ({"output": "course.csv", "resume": True, "force": True}, "two things"),
    ],
)
def test_what_cannot_be_asked(tmp_path, monkeypatch, options, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(vrest.InputError, match=said):
        vrest.simulate(CELL, TRAIN, **options)
    assert not list(tmp_path.iterdir())


def test_what_is_no_record_of_a_run_is_said_to_be_none(tmp_path):
    (tmp_path / "course.csv.resume").write_bytes(b"\x05\x00\x00\x00something else")
    with pytest.raises(vrest.InputError, match="no record of an interrupted run"):
        vrest.simulate(CELL, TRAIN, output=tmp_path / "course.csv", resume=True)


def test_two_runs_do_not_write_one_file(tmp_path):
    path = tmp_path / "course.csv"
    failed = []

    def another(time, end):
        with pytest.raises(vrest.InputError, match="another run is writing this"):
            vrest.simulate(CELL, TRAIN, output=path, resume=True)
        failed.append(time)

    vrest.simulate(CELL, TRAIN | {"until": "0.5 s"}, output=path, progress=another)
    assert failed


def test_a_run_without_an_answer_leaves_its_rows_and_no_record(tmp_path, monkeypatch):
    def broken(self, *_):
        raise vrest.NoAnswerError("K was not conserved")

    monkeypatch.setattr(simulate.Account, "total", broken)
    with pytest.raises(vrest.NoAnswerError):
        vrest.simulate(CELL, TRAIN, output=tmp_path / "course.csv")
    assert [one.name for one in tmp_path.iterdir()] == ["course.csv"]


def test_a_prepared_cell_writes_and_resumes_at_its_numbers(tmp_path):
    prepared, path, settings = vrest.prepare(CELL), tmp_path / "course.csv", {"outside.K": 6.0}
    prepared.simulate(TRAIN, settings, output=path, stop=Stopping(20))
    with pytest.raises(vrest.InputError, match="another cell"):
        prepared.simulate(TRAIN, output=path, resume=True)
    assert prepared.simulate(TRAIN, settings, output=path, resume=True).to_dict() == prepared.simulate(TRAIN, settings).to_dict()


# -- killed processes -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_killed_runs_leave_valid_files_and_go_on_to_the_same_end(tmp_path, ending):
    pytest.importorskip("xarray")
    run, rng = Killing(tmp_path, ending, 60), random.Random(5)
    left = [run.trial(f"course{k}", rng.uniform(0.2, 1) * run.lasts) for k in range(3)]
    assert set(left) <= {"nothing", "part", "all", "over"}


def test_a_request_to_end_leaves_what_a_ctrl_c_does(tmp_path):
    run = Killing(tmp_path, "csv", 20)
    path = tmp_path / "course.csv"
    process = run.start(path)
    while process.poll() is None and not path.with_name("course.csv.resume").exists():
        pass
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err.endswith(
        f"wrote {path} so far; --resume goes on with the run\nvrest: interrupted before the answer was complete\n"
    )
    assert run.finished(run.start(path, "--resume")) == run.words
    assert run.same(path)
