"""The answer to `branches` for people: curves of states, stable drawn through, unstable dashed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..results.branches import BranchesResult
from ..units import to_unit
from . import as_csv, as_text, common
from .document import TEXT, Block, Column, Heading, sentences, table
from .numbers import significant
from .rest import mV

ROWS = 9


def text(result: BranchesResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal, plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: BranchesResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: BranchesResult, path: str | None = None) -> Any:
    """V along the number; folds and Hopf points marked."""
    from .draw_states import curves
    from .figures import save

    return save(curves(result), path)


def csv(result: BranchesResult) -> str:
    """One row for each point of each branch."""
    first = result.branches[0]
    names = [f"V_{name}_mV" for name in first.V] + [f"{ion}_{space}_mM" for space, ions in first.c.items() for ion in ions]
    rows = []
    for number, branch in enumerate(result.branches):
        for k, value in enumerate(branch.values):
            row: dict[str, Any] = {"branch": number, "value": float(value), "stable": bool(branch.stable[k])}
            row |= {f"V_{name}_mV": float(to_unit(V[k], "mV")) for name, V in branch.V.items()}
            row |= {f"{ion}_{space}_mM": float(c[k]) for space, ions in branch.c.items() for ion, c in ions.items()}
            rows.append(row)
    return as_csv.render(["branch", "value", "stable", *names], rows)


def document(result: BranchesResult) -> list[Block]:
    """What there is to say, in reading order."""
    what = "Steady states" if result.of == "steady" else "Resting potentials"
    unit = result.unit if result.unit not in ("", "1") else ""
    blocks: list[Block] = [Heading(f"{what} of {result.cell} along {result.path}", 1)]
    for number, branch in enumerate(result.branches):
        picks = np.unique(np.linspace(0, len(branch.values) - 1, min(ROWS, len(branch.values))).round().astype(int))
        heads = [
            Column(f"{result.path} {unit}".rstrip()),
            *(Column(f"V {name} mV" if len(branch.V) > 1 else "V mV") for name in branch.V),
            Column("", TEXT),
        ]
        rows = [
            [
                significant(float(branch.values[k]), 4),
                *(mV(float(V[k])) for V in branch.V.values()),
                "stable" if branch.stable[k] else "unstable",
            ]
            for k in map(int, picks)
        ]
        blocks += table(f"Branch {number + 1} ({len(branch.values)} points)", heads, rows)
    special = [
        (p.kind, f"{significant(p.value, 6)} {unit}".rstrip(), ", ".join(f"{mV(V)} mV" for V in p.V.values()))
        for p in result.special
    ]
    blocks += table("Where stability or number of states changes", ["kind", Column(result.path), Column("V")], special)
    if not special:
        blocks += sentences(["No fold or Hopf point in this span."])
    return [*blocks, *common.notes(result.notes), *common.refused(result.refused), *common.certificate(result.certificate)]
