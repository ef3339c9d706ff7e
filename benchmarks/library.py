"""Rows of every cell of the library in lanes, held against the one-cell engine; printed as a table, row by row as it goes.

    python benchmarks/library.py [CELL ...] [--ask rest steady simulate excite] [--rows 10000] [--again 200] [--processes 2] [-o FILE]

The numbers of each row are spread (`--spread 0.3`) around those of the description. Rows that lanes do not settle are answered by
themselves, all or `--alone` of them at most. Of those that lanes settle, `--again` are solved once more by one cell:
potentials at rest to 1e-6 mV and the same root, at steady state to 1e-5 mV, in a course to 1e-3 mV or, of one that spikes, its spikes to
1e-3 ms within 50 ms. A row whose course moves by more than that between tolerances of 1e-8 and 1e-10 is ill-posed. `excite` goes one by
one, in cells with gates, `--excite` rows a cell. FILE keeps a line of JSON for each row of the table; what stands there is not computed
again. Processes take one cell and question each; rows are printed as they come, in the order of the library where all are known.
`tests/in_rows.py` draws, answers and judges.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import in_rows
import vrest
from vrest.results.rows import STATUS

HEADINGS = ("cell", "asked", *STATUS, "left", "us a row", "ms alone", "again", "off mV", "off ms", "ill-posed", "differ", "CPU s")


def judged(name: str, ask: str, asked: argparse.Namespace) -> dict[str, Any]:
    """What a row of the table is made of."""
    rows, begin, used = asked.excite if ask == "excite" else asked.rows, time.monotonic(), time.process_time()
    found = in_rows.judged(vrest.load(name), ask, rows, asked.again, asked.spread, asked.alone)
    took = {"took": time.monotonic() - begin, "cpu": time.process_time() - used}
    return {"key": key(name, ask, asked), **asdict(found), **took}


def key(name: str, ask: str, asked: argparse.Namespace) -> str:
    """What tells a row of the table from others."""
    rows = asked.excite if ask == "excite" else asked.rows
    return f"{name} {ask} {rows} {asked.again} {asked.spread} {asked.alone}"


def fields(name: str, ask: str, found: dict[str, Any]) -> Iterator[str]:
    """The fields of a row of the table."""
    yield from (f"`{name}`", ask, *(str(found["counts"][word]) for word in (*STATUS, "left")))
    in_lanes, alone, left = found["seconds"]
    yield f"{1e6 * in_lanes / sum(found['counts'].values()):.1f}"
    yield f"{1e3 * alone / left:.1f}" if left else ""
    yield from (str(found["again"]), *(f"{one:.1e}" for one in found["worst"]))
    yield from (*(str(len(found[key])) for key in ("ill_posed", "differ")), f"{found.get('cpu', found['took']):.0f}")


def known(kept: Path | None) -> dict[str, Any]:
    """What a file keeps."""
    if kept is None or not kept.exists():
        return {}
    return {one["key"]: one for one in map(json.loads, kept.read_text(encoding="utf-8").splitlines())}


def answered(asked: argparse.Namespace) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The rows of the table: those that are kept, then the others as they come, kept too."""
    done, left = known(asked.output), []
    for name in asked.cells or vrest.library_names():
        cell = vrest.load(name)
        for ask in (one for one in asked.ask if in_rows.may_be_asked(cell, one)):
            if (found := done.get(key(name, ask, asked))) is not None:
                yield name, ask, found
            else:
                left.append((name, ask))
    if not left:
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.processes, mp_context=context, max_tasks_per_child=1) as processes:
        calls = {processes.submit(judged, name, ask, asked): (name, ask) for name, ask in left}
        for call in as_completed(calls):
            if asked.output is not None:
                with asked.output.open("a", encoding="utf-8") as target:
                    print(json.dumps(call.result()), file=target)
            yield *calls[call], call.result()


def shown(name: str, ask: str, found: dict[str, Any]) -> bool:
    """Print a row of the table; whether rows of it differ."""
    print("| " + " | ".join(fields(name, ask, found)) + " |", flush=True)
    for word in ("ill_posed", "differ"):
        for one in found[word]:
            print(f"  {name} {ask} {word}: {one}", file=sys.stderr, flush=True)
    return bool(found["differ"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--ask", nargs="+", choices=("rest", "steady", "simulate", "excite"), default=["rest", "steady", "simulate"]
    )
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--excite", type=int, default=100, help="rows of excite")
    parser.add_argument("--again", type=int, default=200)
    parser.add_argument("--spread", type=float, default=0.3)
    parser.add_argument("--alone", type=int)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("cells", nargs="*")
    asked = parser.parse_args()
    print("| " + " | ".join(HEADINGS) + " |\n|" + " --- |" * len(HEADINGS), flush=True)
    differ = sum([shown(name, ask, found) for name, ask, found in answered(asked)])
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
