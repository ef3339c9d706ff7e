"""How long a cold `vrest` takes: the median of fresh processes, interleaved with two yardsticks measured in the same run.

Run from the repository's root: python benchmarks/cold.py [repeats]
"""

import statistics
import subprocess
import sys
import time
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
    "vrest rest squid-axon": [*VREST, "rest", "squid-axon"],
    "vrest nernst K --in '140 mM' --out '5 mM'": [*VREST, "nernst", "K", "--in", "140 mM", "--out", "5 mM"],
}


def seconds(arguments: list[str]) -> float:
    """Wall time of one fresh interpreter [s]."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True)
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
    middle = {name: statistics.median(values) for name, values in times.items()}
    yardstick = middle["python -c 'import casadi'"]
    width = max(map(len, middle))
    lines = [f"{'command':{width}}  median s   least s    most s  / import casadi"]
    lines += [
        f"{name:{width}}  {middle[name]:8.3f}  {min(values):8.3f}  {max(values):8.3f}  {middle[name] / yardstick:15.2f}"
        for name, values in times.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 7)))
