"""Sweeps on a GPU, for which the host's compiler stands in: who answered is said, and what is missing."""

import json
import sys

import pytest

import vrest
from answers import run
from lanes import needs_lanes
from on_host import NAME, cupy, needs_compiler
from vrest.engines.cuda import device

pytest.importorskip("xarray")
pytest.importorskip("zarr")
pytestmark = [needs_lanes, needs_compiler]
OVER = ("sweep", "squid-axon", "--over", "outside.K=-1,2,5,20 mM")


def test_the_certificate_names_the_device_and_what_it_does_not_settle_is_answered_alone(gpu, capsys):
    code, out, _ = run(capsys, *OVER, "--device", "gpu", "--json")
    answer = json.loads(out)
    assert code == 0
    assert f"settled on the GPU {NAME} (CuPy 0), judged by the processor" in answer["certificate"]["method"]
    assert [answer["certificate"]["search"][one] for one in ("settled", "bad_input")] == [3, 1]
    lanes = vrest.sweep("squid-axon", {"outside.K": "2,5,20 mM"})["V_mV"].values.ravel()
    there = vrest.sweep("squid-axon", {"outside.K": "2,5,20 mM"}, device="gpu")
    assert there["V_mV"].values.ravel() == pytest.approx(lanes, abs=1e-6)
    assert NAME in there.attrs["device"]


def test_a_store_knows_its_device(gpu, tmp_path):
    asked = {"cell": "squid-axon", "over": {"outside.K": "2,5 mM"}, "output": tmp_path / "a.zarr"}
    vrest.sweep(**asked, device="gpu")
    with pytest.raises(vrest.InputError, match=f"another device\n    found none; expected the GPU {NAME}"):
        vrest.sweep(**asked, resume=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--device", "gpus"], "no such device\n    found gpus; expected cpu, gpu; did you mean gpu?"),
        (["--device", "gpu", "--scheduler", "tcp://nowhere:1"], "found gpu and a scheduler; expected one of the two"),
        (
            ["--device", "gpu", "--outputs", "V_mV,slope_conductance_S_per_m2"],
            "this is not told of rows on a GPU\n    found rest: V_mV, slope",
        ),
    ],
)
def test_what_cannot_be_asked_of_a_gpu_is_said(gpu, capsys, words, said):
    code, out, error = run(capsys, *OVER, *words)
    assert (code, out) == (2, "")
    assert said in error


def broken():
    """A CuPy that finds no GPU."""
    made = cupy()

    def fails(*_, **__):
        raise RuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")

    made.cuda.runtime.getDeviceCount = fails
    return made


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (None, "answering rows on a GPU needs the extra 'gpu', which is not installed: pip install '.[gpu]'"),
        (broken(), "a GPU was asked for, and none can be used: cudaErrorNoDevice: no CUDA-capable device is detected"),
    ],
    ids=["no CuPy", "no GPU"],
)
def test_what_a_gpu_needs_and_is_not_there_is_said(monkeypatch, capsys, module, said):
    monkeypatch.setitem(sys.modules, "cupy", module)
    device.cache_clear()
    code, out, error = run(capsys, *OVER, "--device", "gpu")
    assert (code, out) == (2, "")
    assert said in error


def test_what_a_sweep_would_need_is_said_of_the_gpu(gpu, capsys):
    _, out, _ = run(capsys, *OVER, "--device", "gpu", "--dry-run")
    assert "ms a row on the GPU)" in out
