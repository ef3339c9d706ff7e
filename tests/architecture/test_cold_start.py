"""What one `vrest rest` loads in a fresh process."""

import json
import subprocess
import sys

import pytest

FORBIDDEN = {
    "pint",
    "scipy",
    "sympy",
    "xarray",
    "zarr",
    "pandas",
    "matplotlib",
    "numba",
    "llvmlite",
    "rich",
    "starlette",
    "uvicorn",
    "asyncio",
}
# Of vrest's own modules, packages among them.
MODULES_AT_MOST = 77
REPORT = """
import contextlib, io, json, sys
from vrest.cli.main import main
answer = io.StringIO()
with contextlib.redirect_stdout(answer):
    code = main(sys.argv[1:])
print(json.dumps({"code": code, "answer": answer.getvalue(), "modules": sorted(sys.modules)}))
"""


def cold(*arguments: str) -> dict:
    """Exit code, stdout and loaded modules of one command in a process of its own."""
    process = subprocess.run([sys.executable, "-c", REPORT, *arguments], capture_output=True, text=True, check=True)
    return json.loads(process.stdout.splitlines()[-1])


@pytest.mark.cold
@pytest.mark.parametrize(
    "arguments",
    [("rest", "squid-axon", "--json"), ("rest", "squid-axon"), ("nernst", "K", "--in", "140 mM", "--out", "5 mM")],
    ids=" ".join,
)
def test_a_cold_answer_loads_no_heavy_library(arguments):
    outcome = cold(*arguments)
    assert outcome["code"] == 0
    assert outcome["answer"]
    loaded = {name.partition(".")[0] for name in outcome["modules"]}
    assert not loaded & FORBIDDEN
    own = [name for name in outcome["modules"] if name.partition(".")[0] == "vrest"]
    assert len(own) <= MODULES_AT_MOST, own


@pytest.mark.cold
@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "--version",
        "nernst K --in 140mM --out 5mM",
        "ghk K:1:140mM:5mM Na:0.04:12mM:145mM",
        "debye K=150mM Cl=150mM",
        "atp --ATP 2.59mM --ADP 0.73mM --Pi 2.72mM",
        "pmf --voltage=-140mV --pH-in 7.6 --pH-out 7.0",
        "junction --first Na=150mM --first Cl=150mM --second K=150mM --second Cl=150mM",
    ],
)
def test_a_law_on_plain_numbers_loads_no_library(words):
    outcome = cold(*words.split())
    assert outcome["code"] == 0
    loaded = {name.partition(".")[0] for name in outcome["modules"]}
    assert not loaded & {"numpy", "casadi", "ruamel"}
