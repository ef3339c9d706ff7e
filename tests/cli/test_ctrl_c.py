"""Every kind of run answers a Ctrl-C with one sentence; how soon, `python tests/ctrl_c.py` measures."""

import pytest

from ctrl_c import runs, wait


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["rest over", "branches", "steady of many cells", "a train of 10,000 pulses", "a train with bends"]
)
def test_a_run_of_each_kind_answers_a_ctrl_c(tmp_path, kind):
    waits = [wait(runs(tmp_path)[kind], after) for after in (0.4, 1.0)]
    assert any(one is not None for one in waits)
