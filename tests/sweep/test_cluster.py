"""A sweep on a cluster of dask has the bits of one without, whatever becomes of its workers."""

import errno
import os
import signal
from concurrent.futures import CancelledError

import numpy as np
import pytest

import vrest
from vrest.cli.main import main
from vrest.questions.sweep import cluster as clusters

pytest.importorskip("zarr")
distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")

OVER = {"outside.K": "-5,2,4,8 mM", "outside.Na": "uniform(100 mM, 500 mM)"}
HOW = {"n": 3, "chunk": 2}


def same(one, other):
    return set(one.variables) == set(other.variables) and all(
        np.array_equal(one[name].values, other[name].values, equal_nan=one[name].dtype.kind == "f") for name in one.variables
    )


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=":0") as made:
        yield made


@pytest.mark.parametrize("output", [None, "a.zarr"], ids=["in memory", "in a store"])
def test_a_cluster_has_the_bits_of_one_machine(cluster, output, tmp_path):
    where = {} if output is None else {"output": tmp_path / output}
    whole = vrest.sweep("squid-axon", OVER, **HOW)
    assert same(whole, vrest.sweep("squid-axon", OVER, **HOW, **where, scheduler=cluster))
    if output is not None:
        assert len((tmp_path / "a.failed.csv").read_text().splitlines()) == 4


def test_workers_that_are_not_alike_are_refused_unless_allowed(cluster, monkeypatch):
    told = iter(["one processor", *["another"] * 3])
    monkeypatch.setattr("vrest.questions.sweep.store.machine", lambda: next(told))
    with pytest.raises(vrest.InputError, match="the workers are not alike"):
        vrest.sweep("squid-axon", OVER, n=1, scheduler=cluster)
    told = iter(["one processor", *["another"] * 3])
    assert vrest.sweep("squid-axon", OVER, n=2, scheduler=cluster, allow_other_machine=True).sizes["cell"] == 2


def test_what_goes_wrong_at_a_worker_is_said_and_costs_nothing_that_was_stored(cluster, tmp_path, monkeypatch):
    def raising(error):
        def put(*_):
            raise error

        return put

    cases = (
        ("opened", vrest.InputError("no store"), "a worker does not see the store"),
        ("numbers_of", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "cannot write the store: no space left"),
    )
    for name, error, words in cases:
        with monkeypatch.context() as patched:
            patched.setattr(clusters, name, raising(error))
            with pytest.raises(vrest.InputError, match=words):
                vrest.sweep("squid-axon", OVER, n=2, output=tmp_path / "a.zarr", scheduler=cluster, force=name != "opened")
    kept = vrest.sweep("squid-axon", OVER, n=2, output=tmp_path / "a.zarr", scheduler=cluster, resume=True)
    assert same(kept, vrest.sweep("squid-axon", OVER, n=2))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scheduler", "nonsense"], "no scheduler answers"),
        (["--scheduler", "tcp://127.0.0.1:1", "--threads", "2"], "a cluster says itself"),
    ],
    ids=["nonsense", "threads"],
)
def test_what_cannot_be_meant_is_said(words, said, capsys):
    assert main(["sweep", "squid-axon", "--over", "outside.K=2,4mM", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (distributed.KilledWorker("chunk", None, 3), "workers ended one after the other over the same rows"),
        (CancelledError(), "the scheduler ended before all rows were answered"),
    ],
    ids=["workers", "scheduler"],
)
def test_that_a_cluster_ends_is_said(cluster, error, words):
    with (
        distributed.Client(cluster) as client,
        pytest.raises(vrest.NoAnswerError, match=words),
        clusters.Cluster(client)._heard(),
    ):
        raise error


def test_a_scheduler_without_workers_is_said(monkeypatch):
    monkeypatch.setattr(clusters, "WAIT", 0.1)
    empty = distributed.LocalCluster(processes=False, n_workers=0, dashboard_address=":0")
    with empty, pytest.raises(vrest.InputError, match="the scheduler has no worker"):
        vrest.sweep("squid-axon", OVER, n=1, scheduler=empty.scheduler_address)


@pytest.mark.slow
def test_a_worker_that_is_killed_midway_costs_nothing(tmp_path):
    over, how = {"outside.K": "-5:100 mM:40"}, {"outputs": ["V_mV", "E_mV"]}
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")
    with cluster, distributed.Client(cluster) as client:
        first, *_ = before = list(client.run(os.getpid).values())

        def kill(done, _):
            if done == 12:
                os.kill(first, signal.SIGKILL)

        kept = vrest.sweep("squid-axon", over, **how, chunk=3, output=tmp_path / "a.zarr", scheduler=client, progress=kill)
        after = list(client.run(os.getpid).values())
    assert first not in after
    assert len(before) == 2
    assert same(vrest.sweep("squid-axon", over, **how), kept)
