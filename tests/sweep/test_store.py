"""Stores are filled chunk by chunk, gone on with after any interruption to the same bits, and never mistaken for another's."""

import csv
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import vrest
from vrest.questions.sweep import store as stores
from vrest.questions.sweep.store import chunk_shape, chunks_of
from vrest.results.rows import STATUS

xarray = pytest.importorskip("xarray")
zarr = pytest.importorskip("zarr")

OVER = {"outside.K": "-5,2,4,8 mM", "outside.Na": "uniform(100 mM, 500 mM)"}
HOW = {"n": 3, "chunk": 2}


@pytest.fixture(scope="module")
def whole():
    return vrest.sweep("squid-axon", OVER, **HOW)


def same(one, other):
    return all(
        np.array_equal(one[name].values, other[name].values, equal_nan=one[name].dtype.kind == "f") for name in one.variables
    )


def interrupted(path, rows):
    """A store whose sweep was broken off after so many rows."""

    def stop(done, _):
        if done >= rows:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vrest.sweep("squid-axon", OVER, **HOW, output=path, progress=stop)


@pytest.mark.parametrize(("shape", "most"), [((7,), 3), ((3, 4), 5), ((3, 4), 3), ((2, 3, 4), 13), ((5, 2), 100), ((4, 3), 1)])
def test_chunks_are_runs_of_rows_and_hold_every_row_once(shape, most):
    seen = np.zeros(shape, dtype=int)
    rows = np.arange(seen.size).reshape(shape)
    for chunk in chunks_of(shape, chunk_shape(shape, most)):
        assert rows[chunk.place].ravel().tolist() == list(range(chunk.begin, chunk.end))
        assert chunk.end - chunk.begin <= most
        seen[chunk.place] += 1
    assert np.all(seen == 1)


def test_a_store_holds_what_memory_holds(whole, tmp_path):
    kept = vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr")
    assert same(whole, kept)
    assert kept["outside.Na"].dims == ("cell",)
    assert same(whole, xarray.open_zarr(tmp_path / "a.zarr", consolidated=False, chunks=None))


def test_an_interrupted_sweep_goes_on_to_the_same_bits_and_computes_nothing_twice(whole, tmp_path):
    interrupted(tmp_path / "a.zarr", 4)
    told = []
    kept = vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr", resume=True, progress=lambda *how: told.append(how))
    assert same(whole, kept)
    assert told[0][0] > 4
    again = vrest.sweep(
        "squid-axon", OVER, **HOW, output=tmp_path / "a.zarr", resume=True, progress=lambda *how: told.append("again")
    )
    assert same(whole, again)
    assert "again" not in told


def test_rows_without_an_answer_are_listed_once(tmp_path):
    interrupted(tmp_path / "a.zarr", 3)
    with (tmp_path / "a.failed.csv").open("a") as file:
        file.write("7,-5.")  # what is left of a line when the machine stops
    vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr", resume=True)
    lines = list(csv.DictReader((tmp_path / "a.failed.csv").read_text().splitlines()))
    assert [line["row"] for line in lines] == ["0", "1", "2"]
    assert {line["status"] for line in lines} == {STATUS[-1]}
    assert {line["outside.K [mM]"] for line in lines} == {"-5.0"}
    assert "out of range" in lines[0]["why"]


@pytest.mark.parametrize("before", ["", "row,outs"], ids=["nothing", "half a heading"])
def test_a_list_of_failed_rows_that_a_full_disk_cut_short_is_made_anew(tmp_path, before):
    interrupted(tmp_path / "a.zarr", 3)
    (tmp_path / "a.failed.csv").write_text(before)
    vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr", resume=True)
    lines = (tmp_path / "a.failed.csv").read_text().splitlines() if (tmp_path / "a.failed.csv").exists() else []
    assert all(line.startswith("row,outside.K [mM],") for line in lines[:1])
    assert not any(line.startswith("row,outs") and line.count(",") < 4 for line in lines)


def test_a_store_that_was_taken_away_leaves_no_rows_to_the_next(tmp_path):
    (tmp_path / "a.failed.csv").write_text("row,outside.K [mM],status,why\n5,1.0,bad_input,of another day\n")
    vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr")
    lines = list(csv.DictReader((tmp_path / "a.failed.csv").read_text().splitlines()))
    assert [line["row"] for line in lines] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 1}, "of other axes"),
        ({"outputs": ["V_mV"]}, "of other outputs"),
        ({"over": {**OVER, "outside.K": "-5,2,4,9 mM"}}, "of other axes"),
        ({"cell": "frog-muscle"}, "of another cell"),
    ],
    ids=["seed", "outputs", "axes", "cell"],
)
def test_the_store_of_another_sweep_is_refused(tmp_path, change, words):
    vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr")
    asked = {"cell": "squid-axon", "over": OVER, **HOW, "output": tmp_path / "a.zarr", "resume": True, **change}
    with pytest.raises(vrest.InputError, match=words):
        vrest.sweep(**asked)


def test_the_store_of_another_machine_is_gone_on_with_on_request(tmp_path, monkeypatch):
    interrupted(tmp_path / "a.zarr", 4)
    monkeypatch.setattr("vrest.questions.sweep.store.machine", lambda: "another one")
    asked = {"cell": "squid-axon", "over": OVER, **HOW, "output": tmp_path / "a.zarr", "resume": True}
    with pytest.raises(vrest.InputError, match="another machine"):
        vrest.sweep(**asked)
    assert np.all(vrest.sweep(**asked, allow_other_machine=True)["status"] >= 0)


def test_what_is_there_is_neither_replaced_nor_gone_on_with_unasked(tmp_path):
    (tmp_path / "a.zarr").mkdir()
    with pytest.raises(vrest.InputError, match="there already"):
        vrest.sweep("squid-axon", OVER, output=tmp_path / "a.zarr")
    with pytest.raises(vrest.InputError, match="no store of a sweep"):
        vrest.sweep("squid-axon", OVER, output=tmp_path / "a.zarr", resume=True)
    (tmp_path / "b.zarr").write_text("mine")
    with pytest.raises(vrest.InputError, match="no Zarr store to be replaced"):
        vrest.sweep("squid-axon", OVER, output=tmp_path / "b.zarr", force=True)
    assert (tmp_path / "b.zarr").read_text() == "mine"


def test_a_store_is_replaced_on_request(whole, tmp_path):
    vrest.sweep("squid-axon", {"outside.K": "-1,3 mM"}, output=tmp_path / "a.zarr")
    assert same(whole, vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr", force=True))
    assert len((tmp_path / "a.failed.csv").read_text().splitlines()) == 4


def test_a_full_disk_is_said_and_costs_nothing_that_was_stored(whole, tmp_path, monkeypatch):
    begin = stores.Store.array

    def full(store, name):
        if name == "V_mV" and len(list(store.path.glob("status/c/*/*"))) >= 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return begin(store, name)

    with monkeypatch.context() as patched:
        patched.setattr(stores.Store, "array", full)
        with pytest.raises(vrest.InputError, match="cannot write the store: no space left on device"):
            vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr")
    assert same(whole, vrest.sweep("squid-axon", OVER, **HOW, output=tmp_path / "a.zarr", resume=True))


def test_a_disk_without_room_is_said_before_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(vrest.InputError, match="too little room"):
        vrest.sweep("squid-axon", OVER, output=tmp_path / "a.zarr")
    assert list(tmp_path.iterdir()) == []


def test_rows_that_do_not_fit_into_memory_are_said_before_the_start():
    over = dict.fromkeys(("outside.K", "outside.Na", "outside.Cl"), "1:100 mM:10000")
    with pytest.raises(vrest.InputError, match="all rows do not fit into memory") as caught:
        vrest.sweep("squid-axon", over)
    assert caught.value.problems[0].expected.startswith("2.5e+04 GB")


SWEEP = "import vrest; vrest.sweep('squid-axon', {'outside.K': '-5:100 mM:80'}, chunk=10, output='a.zarr', resume=True)"


@pytest.mark.slow
def test_a_sweep_that_is_killed_three_times_ends_with_the_same_bits(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path(vrest.__file__).parents[1])}
    for least in (2, 4, 6):
        process = subprocess.Popen([sys.executable, "-c", SWEEP], cwd=tmp_path, env=environment)
        end = time.monotonic() + 60
        while len(list(tmp_path.glob("a.zarr/status/c/*"))) < least and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run([sys.executable, "-c", SWEEP], cwd=tmp_path, env=environment, check=True)
    kept = xarray.open_zarr(tmp_path / "a.zarr", consolidated=False, chunks=None)
    assert same(vrest.sweep("squid-axon", {"outside.K": "-5:100 mM:80"}), kept)
    rows = [line["row"] for line in csv.DictReader((tmp_path / "a.failed.csv").read_text().splitlines())]
    assert rows == [str(k) for k in np.flatnonzero(kept["status"].values > 1)]
