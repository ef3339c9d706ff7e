"""The whole bar: `python tests/fuzz/run.py 10000 --cli 100` judges so many descriptions, some through the command line too;
`--of protocol`, `--of set` and `--of over` as many requests.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from asks import requests
from generate import samples
from judge import Outcome, judge, judged

CODES = (0, 1, 2)


def outcomes(job: tuple[str, int, int]) -> list[tuple[str, bytes, Outcome]]:
    of, count, seed = job
    if of == "description":
        return [(sort, data, judge(data)) for sort, data in samples(count, seed)]
    return [(of, text.encode(), judged(ask)) for text, ask in requests(of, count, seed)]


def through_command_line(data: bytes) -> str | None:
    """What broke the rules when `vrest rest FILE --json` was asked, or None."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cell.yaml"
        path.write_bytes(data)
        call = "from vrest.cli.main import main; import sys; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", call, "rest", str(path), "--json"]
        process = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if process.returncode not in CODES:
        return f"exit code {process.returncode}: {process.stderr[-500:]}"
    if "Traceback" in process.stderr:
        return f"a traceback: {process.stderr[-500:]}"
    try:
        answer = json.loads(process.stdout, parse_constant=_refuse)
    except ValueError as error:
        return f"stdout is no JSON: {error}: {process.stdout[:200]}"
    return None if ("error" in answer) == (process.returncode != 0) else "an error without its exit code, or the other way round"


def _refuse(name: str) -> None:
    raise ValueError(f"{name} in JSON")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--cli", type=int, default=0, help="how many of them go through the command line as well")
    parser.add_argument("--of", choices=("description", "protocol", "set", "over"), default="description")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    start, chunk = time.perf_counter(), 100
    jobs = [(options.of, min(chunk, options.count - at), options.seed * 1_000_003 + at) for at in range(0, options.count, chunk)]
    with ProcessPoolExecutor(options.jobs) as pool:
        rows = []
        for part in pool.map(outcomes, jobs):
            rows += part
            bad = sum(outcome.violation is not None for _, _, outcome in rows)
            print(
                f"{len(rows)} of {options.count}, {bad} violations, {time.perf_counter() - start:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    violations = [(sort, data, outcome.violation) for sort, data, outcome in rows if outcome.violation]
    for sort, data, _ in rows[:: max(1, len(rows) // options.cli)][: options.cli] if options.cli else ():
        fault = through_command_line(data)
        violations += [(f"{sort}, command line", data, fault)] if fault else []
    counts = Counter((sort, outcome.ending) for sort, _, outcome in rows)
    for (sort, ending), number in sorted(counts.items()):
        print(f"{number:7d}  {sort:8s} {ending}")
    slowest = max(rows, key=lambda row: row[2].seconds)
    print(f"slowest {slowest[2].seconds:.3f} s ({slowest[0]}, {slowest[2].ending}); {options.cli} through the command line")
    for sort, data, fault in violations[:20]:
        print(f"\nVIOLATION ({sort}): {fault}\n{data.decode(errors='replace')}")
    print(f"{len(rows)} of {options.of} in {time.perf_counter() - start:.0f} s, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
