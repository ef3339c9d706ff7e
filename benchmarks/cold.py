"""How long a cold `vrest` takes: the median of fresh processes, interleaved with yardsticks measured in the same run.

Run from the repository's root: python benchmarks/cold.py [repeats]
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VREST = ["-c", "import sys; from vrest.cli.main import main; sys.exit(main(sys.argv[1:]))"]
PUMP_LEAK_CELL = str(ROOT / "examples" / "pump-leak-cell.yaml")

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import numpy'": ["-c", "import numpy"],
    "python -c 'import casadi'": ["-c", "import casadi"],
    "vrest rest pump-leak-cell.yaml": [*VREST, "rest", PUMP_LEAK_CELL],
    "vrest rest pump-leak-cell.yaml --json": [*VREST, "rest", PUMP_LEAK_CELL, "--json"],
    "vrest steady pump-leak-cell.yaml": [*VREST, "steady", PUMP_LEAK_CELL],
    "vrest rest squid-axon": [*VREST, "rest", "squid-axon"],
    "vrest nernst K --in '140 mM' --out '5 mM'": [*VREST, "nernst", "K", "--in", "140 mM", "--out", "5 mM"],
}

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as a user has it


def seconds(arguments: list[str]) -> float:
    """Wall time of one fresh interpreter [s]."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def measure(repeats: int) -> dict[str, list[float]]:
    """Times by command, the commands taking turns, so that a busy moment of the machine meets them all."""
    for arguments in COMMANDS.values():  # fills the caches of bytecode and of the disk
        seconds(arguments)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(repeats):
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    return times


def report(times: dict[str, list[float]]) -> str:
    """The measurements as a table in Markdown."""
    middle = {name: statistics.median(values) for name, values in times.items()}
    yardstick = middle["python -c 'import casadi'"]
    lines = ["| command | median (s) | least (s) | most (s) | over import casadi |", "| --- | ---: | ---: | ---: | ---: |"]
    lines += [
        f"| `{name}` | {middle[name]:.3f} | {min(values):.3f} | {max(values):.3f} | {middle[name] / yardstick:.2f} |"
        for name, values in times.items()
    ]
    return "\n".join(lines)


def machine() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("casadi", "numpy", "ruamel.yaml"))
    return f"{os.cpu_count()} cores, {platform.machine()}; Python {platform.python_version()}, {versions}"


if __name__ == "__main__":
    print(machine(), "", sep="\n")
    print(report(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 7)))
