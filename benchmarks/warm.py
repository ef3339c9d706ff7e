"""Asked again with one number changed: the cold way beside a prepared cell, in one run on one machine.

    python benchmarks/warm.py [--runs N] [--old PATH]

The cold way reads the description, puts the number in and answers. `prepared` keeps structure and compiled functions. Beside each
time stands the largest relative difference of the two answers' numbers. `--old` names the `src` folder of another version, whose
cold way is timed by the same loop in a process of its own.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import vrest

CELLS = ("mammalian-neuron", "squid-axon", "red-cell", "ventricular-myocyte")
PATH, VALUE = "outside.K", "6 mM"
PULSES = 1000


def best(function: Callable[[], Any], runs: int) -> float:
    """Shortest of several times [ms]."""
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return 1e3 * min(times)


def cold_rest(name: str) -> Any:
    return vrest.rest(vrest.load(name).replace({PATH: VALUE}))


def cold_steady(name: str) -> Any:
    return vrest.steady_state(vrest.load(name).replace({PATH: VALUE}))


def cold_course(name: str) -> Any:
    cell = vrest.load(name)
    return vrest.simulate(cell.replace({PATH: VALUE}), vrest.load_protocol("pump-block", cell))


COLD = {"rest": cold_rest, "steady": cold_steady, "simulate": cold_course}


def difference(one: Any, other: Any) -> float:
    """The largest relative difference of numbers in two answers; infinite where anything else differs."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return max((difference(one[key], other[key]) for key in one), default=0.0)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return max((difference(a, b) for a, b in zip(one, other, strict=True)), default=0.0)
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) / max(abs(one), abs(other)) if one != other else 0.0
    return 0.0 if one == other else float("inf")


def pulses(count: int) -> dict[str, Any]:
    """A train of depolarising current pulses."""
    train = {
        "at": "0 s",
        "current": "10 pA",
        "into": "inside",
        "carrier": "K",
        "for": "10 ms",
        "every": "20 ms",
        "times": str(count),
    }
    return {"until": f"{0.02 * count!r} s", "events": [train]}


def old_times(source: str, runs: int) -> dict[str, dict[str, float]]:
    """The cold way of another version."""
    environment = {**os.environ, "PYTHONPATH": source}
    command = [sys.executable, __file__, "--only-cold", "--runs", str(runs)]
    return json.loads(subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--old", help="src folder of another version")
    parser.add_argument("--only-cold", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only_cold:
        print(
            json.dumps(
                {name: {word: best(functools.partial(ask, name), arguments.runs) for word, ask in COLD.items()} for name in CELLS}
            )
        )
        return
    old = old_times(arguments.old, arguments.runs) if arguments.old else {}
    print(f"{'':22s}{'':10s}{'old cold':>10s}{'cold':>10s}{'prepared':>10s}{'times':>8s}{'difference':>12s}")
    for name in CELLS:
        prepared = vrest.prepare(vrest.load(name))
        protocol = vrest.load_protocol("pump-block", prepared.cell)
        warm = {
            "rest": lambda: prepared.rest({PATH: VALUE}),  # noqa: B023
            "steady": lambda: prepared.steady_state({PATH: VALUE}),  # noqa: B023
            "simulate": lambda: prepared.simulate(protocol, {PATH: VALUE}),  # noqa: B023
        }
        for word, ask in COLD.items():
            error = difference(ask(name).to_dict(), warm[word]().to_dict())
            cold = best(functools.partial(ask, name), arguments.runs)
            kept = best(warm[word], arguments.runs)
            before = f"{old[name][word]:10.1f}" if old else f"{'':10s}"
            print(f"{name:22s}{word:10s}{before}{cold:10.1f}{kept:10.1f}{cold / kept:8.1f}{error:12.1e}")
    prepared = vrest.prepare(vrest.load("mammalian-neuron"))
    protocol = vrest.protocol_from(pulses(PULSES), prepared.cell)
    begin = time.perf_counter()
    found = prepared.simulate(protocol)
    print(f"{PULSES} current pulses: {time.perf_counter() - begin:.2f} s, converged {found.certificate.converged}")


if __name__ == "__main__":
    main()
