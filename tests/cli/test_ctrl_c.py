"""Every kind of run answers a Ctrl-C with one sentence; how soon, `python tests/ctrl_c.py` measures."""

import signal

import pytest

from ctrl_c import runs, wait
from vrest.cli.main import main


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["rest over", "branches", "steady of many cells", "a train of 10,000 pulses", "a train with bends"]
)
def test_a_run_of_each_kind_answers_a_ctrl_c(tmp_path, kind):
    waits = [wait(runs(tmp_path)[kind], after) for after in (0.4, 1.0)]
    assert any(one is not None for one in waits)


@pytest.mark.slow
@pytest.mark.parametrize(("by", "after"), [(signal.SIGINT, 5.0), (signal.SIGTERM, 3.0)])
def test_the_other_engine_ends_in_the_middle_of_a_piece(by, after):
    """A run without events is one piece, which takes minutes."""
    one = wait(["simulate", "mitochondrion", "uncoupler", "--engine", "scipy"], after, by)
    assert one is not None
    assert one < 5.0


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_is_answered_as_a_ctrl_c_is(monkeypatch, capsys, by):
    before = signal.getsignal(by)
    monkeypatch.setattr("vrest.cli.main._run", lambda words: signal.raise_signal(by))
    assert main(["steady", "squid-axon"]) == 130
    assert capsys.readouterr().err == "vrest: interrupted before the answer was complete\n"
    assert signal.getsignal(by) == before
