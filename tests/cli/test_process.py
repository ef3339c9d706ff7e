"""A real process: pipes that break, outputs that are full or closed, interruption, encodings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and signals of POSIX")

VREST = [sys.executable, "-m", "vrest"]
FULL = Path("/dev/full")


def shell(command: str, **more) -> subprocess.CompletedProcess:
    line = command.replace("vrest", f"'{sys.executable}' -m vrest", 1)
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], check=False, capture_output=True, text=True, timeout=60, **more
    )


def test_python_m_vrest_is_the_command():
    answer = subprocess.run(
        [*VREST, "nernst", "K", "--in", "140 mM", "--out", "5 mM"], check=False, capture_output=True, text=True
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "-89.016 mV" in answer.stdout


@pytest.mark.parametrize("form", ["--json", "--csv", ""])
def test_a_broken_pipe_is_silent(form):
    answer = shell(f"vrest iv squid-axon {form} | head -c 10")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert len(answer.stdout) == 10


def test_a_broken_pipe_is_silent_where_the_answer_is_an_error():
    answer = shell("vrest rest nosuch --json | true")
    assert "Traceback" not in answer.stderr
    assert "BrokenPipe" not in answer.stderr


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "command", ["vrest rest squid-axon", "vrest rest squid-axon --json", "vrest library --csv", "vrest --help"]
)
def test_a_full_output_is_the_fault_of_the_place_and_one_sentence(command):
    answer = shell(f"{command} > /dev/full")
    assert answer.returncode == 2
    assert answer.stderr == "vrest: cannot read or write: no space left on device\n"


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_output_does_not_hide_an_error():
    answer = shell("vrest rest nosuch --json > /dev/full")
    assert answer.returncode == 2
    assert answer.stderr.startswith("vrest: 'nosuch' is neither")
    assert "Traceback" not in answer.stderr


def test_a_closed_output_is_one_sentence():
    answer = shell("vrest rest squid-axon >&-")
    assert (answer.returncode, answer.stderr) == (2, "vrest: cannot read or write: standard output is closed\n")


def test_closed_standard_error_does_not_put_the_error_on_stdout():
    answer = shell("vrest rest nosuch 2>&-")
    assert (answer.returncode, answer.stdout) == (2, "")


def test_signs_that_an_encoding_lacks_do_not_stop_an_answer():
    answer = shell("vrest rest squid-axon", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "-64.58 mV" in answer.stdout


def test_nothing_is_said_on_stderr_with_warnings_as_errors():
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-m", "vrest", "rest", "squid-axon", "--json"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stderr) == (0, "")


def test_stdin_is_read_through_a_pipe():
    answer = shell(f"vrest rest - --json < '{Path(__file__).resolve().parents[2] / 'examples' / 'textbook-neuron.yaml'}'")
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["V_mV"]["membrane"] == pytest.approx(-67.293656, abs=1e-5)


HEARING = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a job in the background inherits deafness
)
COMMAND = f"{HEARING}; from vrest.cli.main import main; sys.exit(main(sys.argv[1:]))"
INTERRUPTED = (130, "", "vrest: interrupted before the answer was complete\n")


def interrupted(words: list[str], after: float, first: str = "") -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command that is interrupted some seconds after its beginning, or after a `first` one."""
    code = f"{HEARING}; from vrest.cli.main import main; {first or 'pass'}; print('at work', flush=True); sys.exit(main(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert "at work\n" in iter(process.stdout.readline, "")
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    return process.returncode, out, err


def test_interruption_in_the_middle_exits_with_130_and_one_sentence():
    words = ["rest", "squid-axon", "--over", "outside.K=1:100 mM:log:10000", "--json"]
    first = "main(['rest', 'squid-axon', '--over', 'outside.K=1:2 mM:3'])"
    assert interrupted(words, after=0.3, first=first) == INTERRUPTED


@pytest.mark.parametrize("after", [0.02, 0.06, 0.1, 0.15])
def test_interruption_while_libraries_are_loaded(after):
    assert interrupted(["rest", "squid-axon", "--over", "outside.K=1:100 mM:log:10000"], after) == INTERRUPTED


@pytest.mark.parametrize("swallowed", ["import", "call"])
def test_interruption_that_casadi_would_swallow(tmp_path, swallowed):
    """A package in CasADi's place with a bare except around the interruption, as the real one has them."""
    press = "import signal\ntry:\n    signal.raise_signal(signal.SIGINT)\nexcept:\n    pass\n"
    body = press if swallowed == "import" else "def __getattr__(name):\n" + textwrap.indent(press, "    ")
    (tmp_path / "casadi.py").write_text(body)
    process = subprocess.run(
        [sys.executable, "-c", COMMAND, "rest", "squid-axon"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
    )
    assert (process.returncode, process.stdout, process.stderr) == INTERRUPTED


def test_an_interruption_that_compiled_code_has_wrapped_is_an_interruption(monkeypatch, capsys):
    from vrest.cli import main as module

    def wrapped(words):
        raise SystemError("returned a result with an exception set") from KeyboardInterrupt()

    monkeypatch.setattr(module, "_run", wrapped)
    assert module.main(["rest", "squid-axon"]) == 130
    assert capsys.readouterr().err == "vrest: interrupted before the answer was complete\n"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_plot_in_a_folder_that_may_not_be_written_is_at_fault(tmp_path):
    pytest.importorskip("matplotlib")
    tmp_path.chmod(0o500)
    answer = shell(f"vrest rest squid-axon --plot '{tmp_path}/x.png'")
    assert answer.returncode == 2
    assert "permission denied" in answer.stderr
