"""How soon each kind of run answers a Ctrl-C: `python tests/ctrl_c.py` sends it at random moments and prints the longest wait.

A run that is over before is not counted. `--csv` and `--json` of a course of which much is done write that first; a second Ctrl-C ends it.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cells import bath, described, leaks, membrane, neutral, pump, sphere

NEURON = "mammalian-neuron"
STARTED = 0.3
"""Seconds in which Python itself starts, before any program of it can listen."""
PULSES = {"from": "0 s", "every": "100 ms", "for": "2 ms", "current": "100 pA", "into": "inside", "carrier": "K"}


def beads(count: int) -> dict:
    """Cells in one bath, one beside the other."""
    mechanisms = leaks(K="1e-8 m/s", Na="5e-10 m/s", Cl="1e-9 m/s") | {"pump": pump()}
    names = [f"cell{k}" for k in range(count)]
    spaces = {name: sphere(diameter=f"{10 + k} um", impermeant=neutral()) for k, name in enumerate(names)}
    return described({"outside": bath(), **spaces}, {f"m{name}": membrane(mechanisms, name) for name in names}, cell="beads")


def train(times: int, until: str) -> dict:
    return {"protocol": "train", "until": until, "events": [PULSES | {"times": str(times)}]}


def runs(folder: Path) -> dict[str, list[str]]:
    """A command for each kind of run, by its name."""

    def written(name: str, what: dict) -> str:
        path = folder / f"{name}.yaml"
        path.write_text(json.dumps(what))
        return str(path)

    many, pulses, few = written("beads", beads(12)), written("many", train(10_000, "1000 s")), written("few", train(190, "19 s"))
    over = ["--over", "outside.K=1:100 mM:log:10000"]
    return {
        "rest over": ["rest", "squid-axon", *over],
        "iv": ["iv", NEURON, "--range", "-120:40mV:10000"],
        "branches": ["branches", NEURON, "--over", "outside.K=0.5:60 mM:log"],
        "tune": ["tune", "proximal-tubule", "--free", "basolateral.pump.max_current", "--free", "apical.Na_entry.permeability"],
        "steady of many cells": ["steady", many],
        "explain": ["explain", "saetra2020"],
        "a train of 10,000 pulses": ["simulate", NEURON, pulses],
        "the same written": ["simulate", NEURON, pulses, "--force", "--output", str(folder / "course.csv")],
        "a train with bends": ["simulate", NEURON, few],
        "a course of many cells": ["simulate", many, "--until", "100 h"],
        "a figure": ["simulate", NEURON, few, "--plot", str(folder / "figure.png")],
        "by the other engine": ["simulate", NEURON, few, "--engine", "scipy"],
    }


def wait(words: list[str], after: float, by: int = signal.SIGINT) -> float | None:
    """How long a run takes to answer a Ctrl-C, or another signal, after some seconds; None where it is over by then."""
    words = [sys.executable, "-m", "vrest", *words]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        time.sleep(after)
        begin = time.perf_counter()
        run.send_signal(by)
        _, err = run.communicate()
    if run.returncode == 0:
        return None
    assert run.returncode == 130, (run.returncode, err)
    assert err.endswith("vrest: interrupted before the answer was complete\n"), err
    return time.perf_counter() - begin


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=5, help="how often each kind is interrupted")
    options.add_argument("--longest", type=float, default=10.0, help="seconds by which it is interrupted")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("kinds", nargs="*", help="words that the names of kinds begin with; none: all")
    given = options.parse_args()
    rng = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        for name, words in runs(Path(folder)).items():
            if given.kinds and not name.startswith(tuple(given.kinds)):
                continue
            begin = time.perf_counter()
            over = wait(words, given.longest) is None
            lasts = time.perf_counter() - begin if over else given.longest
            waits = [one for _ in range(given.times) if (one := wait(words, rng.uniform(STARTED, lasts))) is not None]
            longest = f"{max(waits):.2f} s at the longest" if waits else "over before"
            print(f"{name}: {len(waits)} of {given.times} interrupted, {longest}", flush=True)


if __name__ == "__main__":
    main()
