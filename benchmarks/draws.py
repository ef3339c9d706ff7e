"""Node against Python at numbers drawn at random, for every cell of the library: rest and courses, printed as a table.

    python benchmarks/draws.py [--rest 1000] [--courses 50] [CELL ...]

Bars: currents at one potential to 1e-12 of the largest; the same root to 1e-9 mV and what 1e-12 of the largest current makes of it; courses
under three protocols in turn to 1e-4 mV, and events within 50 ms to 1e-4 ms. `tests/in_node.py` draws, computes and judges.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import in_node
import vrest

HEADINGS = (
    "cell",
    "rests",
    "refused",
    "differ",
    "currents",
    "V mV",
    "courses",
    "refused",
    "ill-posed",
    "differ",
    "V mV",
    "events ms",
)
PROTOCOLS = 3


def rests(cell: vrest.Cell, draws: int) -> tuple[list[str], list[object]]:
    """The part of a row that is about rest, and what differs."""
    found = in_node.compare_rest(cell, draws)
    counted = (found.draws, found.refused, len(found.disagree))
    return [*map(str, counted), f"{found.currents:.1e}", f"{1e3 * found.potentials:.1e}"], found.disagree


def courses(cell: vrest.Cell, draws: int) -> tuple[list[str], list[object]]:
    """The same about courses; a cell of ratios has none."""
    if all(one.relative for one in cell.membranes.values()):
        return [""] * 6, []
    found = in_node.compare_courses(cell, -(-draws // PROTOCOLS))
    counted = (found.draws, found.refused, found.ill_posed, len(found.disagree))
    return [*map(str, counted), f"{1e3 * found.potentials:.1e}", f"{1e3 * found.events:.1e}"], found.disagree


def rows(names: list[str], asked: argparse.Namespace) -> Iterator[tuple[list[str], list[object]]]:
    for name in names:
        cell = vrest.load(name)
        first, wrong = rests(cell, asked.rest) if asked.rest else ([""] * 5, [])
        second, late = courses(cell, asked.courses) if asked.courses else ([""] * 6, [])
        yield [f"`{name}`", *first, *second], [*wrong, *late]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rest", type=int, default=1000)
    parser.add_argument("--courses", type=int, default=50)
    parser.add_argument("cells", nargs="*")
    asked = parser.parse_args()
    print("| " + " | ".join(HEADINGS) + " |\n|" + " --- |" * len(HEADINGS), flush=True)
    differ = 0
    for row, wrong in rows(asked.cells or vrest.library_names(), asked):
        print("| " + " | ".join(row) + " |", flush=True)
        for one in wrong[:3]:
            print(f"  {row[0]}: {one}", file=sys.stderr, flush=True)
        differ += bool(wrong)
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()
