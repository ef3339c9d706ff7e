"""The answer to `rest --over` for people: V along one number, as a table, as Hodgkin and Horowicz's figure, as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..results.base import bench
from ..results.over import OverResult
from ..units import to_unit
from . import as_text, common
from .document import TEXT, Block, Column, Heading, sentences, table
from .numbers import fixed, significant
from .rest import SHOWN, mV

ROWS = 25


def text(result: OverResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as a table for a terminal of `width` characters (80 where none is given), plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: OverResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: OverResult, path: str | None = None, **options: Any) -> Any:
    """V against the number that was varied; see `vrest.views.draw_over`."""
    from .draw_over import draw
    from .figures import save

    return save(draw(result, **options), path)


def document(result: OverResult) -> list[Block]:
    """What there is to say, in reading order."""
    first, last = significant(float(result.values[0])), significant(float(result.values[-1]))
    blocks: list[Block] = [
        Heading(f"Resting potential of {result.cell} over {result.path}", 1),
        *sentences(
            [f"{len(result.values)} values from {first} to {last} {plain_unit(result)}".rstrip() + ", concentrations held."]
        ),
        *_points(result),
        *sentences(["A star marks an unstable state."] if any(len(point) > 1 for point in result.roots) else []),
        *sentences(_steepest(result)),
    ]
    blocks += common.notes(result.notes)
    blocks += common.refused(result.refused)
    blocks += common.certificate(result.certificate)
    return blocks


def plain_unit(result: OverResult) -> str:
    """The unit of the varied number, nothing for a plain number."""
    return "" if result.unit in ("", "1") else result.unit


def _points(result: OverResult) -> list[Block]:
    """At most 25 values, the first and the last among them."""
    picks = np.unique(np.linspace(0, len(result.values) - 1, min(ROWS, len(result.values))).round().astype(int))
    several = len(result.V) > 1
    moving = {name: varying(result, name) for name in result.V}
    slopes = {name: slope(result, V) for name, V in result.V.items()} if result.logarithmic and not several else {}
    others = any(len(point) > 1 for point in result.roots)
    failed = any(result.status)
    heads: list[Column | str] = [Column(f"{result.path} {plain_unit(result)}".rstrip())]
    heads += [Column(f"V {name} mV" if several else "V mV") for name in result.V]
    heads += [Column(f"E({ion}) mV") for name in result.V for ion in moving[name]] if not several else []
    heads += [Column("mV per tenfold") for _ in slopes]
    heads += [Column("other states mV", TEXT)] if others else []
    heads += [Column("", TEXT)] if failed else []
    rows = []
    for k in map(int, picks):
        row = [significant(float(result.values[k]), 4), *(mV(float(V[k])) for V in result.V.values())]
        row += [mV(float(result.E[name][ion][k])) for name in result.V for ion in moving[name]] if not several else []
        row += [fixed(bench(float(s[k]), "mV"), 1) for s in slopes.values()]
        row += [_others(result, k)] if others else []
        row += [result.status[k] or ""] if failed else []
        rows.append(row)
    return table("", heads, rows)


def _others(result: OverResult, k: int) -> str:
    """The states that were not followed, a star behind unstable ones, where there is one membrane; else their number."""
    rest = other_roots(result, k)
    if len(result.V) > 1:
        return str(len(rest)) if rest else ""
    name = next(iter(result.V))
    return ", ".join(mV(root.V_m[name]) + ("" if root.stable else " *") for root in rest)


def other_roots(result: OverResult, k: int) -> list[Any]:
    """Every root at a value but the followed one."""
    return [root for root in result.roots[k] if any(abs(root.V_m[name] - float(V[k])) >= SHOWN for name, V in result.V.items())]


def varying(result: OverResult, name: str) -> list[str]:
    """The ions whose Nernst potential the varied number moves."""
    return [ion for ion, E in result.E[name].items() if np.isfinite(E).any() and np.nanmax(E) - np.nanmin(E) > SHOWN]


def slope(result: OverResult, values: np.ndarray) -> np.ndarray:
    """Slope of a potential [V] for each tenfold of the varied number; nan beside a value without an answer."""
    if len(values) < 2:
        return np.full(len(values), np.nan)
    return np.gradient(values, np.log10(np.abs(result.values)))


def _steepest(result: OverResult) -> Iterator[str]:
    """Where V follows the varied number most, and how an ideal electrode for the ion would."""
    if not result.logarithmic:
        return
    for name, V in result.V.items():
        steep = slope(result, V)
        if not np.isfinite(steep).any():
            continue
        k = int(np.nanargmax(np.abs(steep)))
        place = f" of membrane {name}" if len(result.V) > 1 else ""
        value = f"{significant(float(result.values[k]))} {plain_unit(result)}".rstrip()
        said = f"V{place} is steepest at {value}: {fixed(bench(float(steep[k]), 'mV'), 1)} mV per tenfold"
        ideal = [
            f"E({ion}) {fixed(bench(float(slope(result, result.E[name][ion])[k]), 'mV'), 1)}" for ion in varying(result, name)
        ]
        yield said + (f" ({', '.join(ideal)})." if ideal else ".")


# -- CSV ----------------------------------------------------------------------------------------------------------


def csv(result: OverResult) -> str:
    """One line for each value, membrane and root; `root` is `followed` or `other`, and `status` says why a value has none."""
    from . import as_csv

    rows = [row for k in range(len(result.values)) for name in result.V for row in _csv_rows(result, k, name)]
    ions = dict.fromkeys(ion for found in result.E.values() for ion in found)
    columns = ["cell", _column(result), "membrane", "root", "stable", "V_mV", *(f"E_{ion}_mV" for ion in ions), "status"]
    return as_csv.render(columns, rows)


def _column(result: OverResult) -> str:
    tail = plain_unit(result).replace("/", "_per_").replace("^", "").replace(" ", "_")
    return f"{result.path}_{tail}" if tail else result.path


def _csv_rows(result: OverResult, k: int, name: str) -> Iterator[dict[str, Any]]:
    E = {f"E_{ion}_mV": to_unit(float(values[k]), "mV") for ion, values in result.E[name].items()}
    first = {"cell": result.cell, _column(result): float(result.values[k]), "membrane": name, "status": result.status[k]} | E
    if not result.roots[k]:
        yield first
    others = {id(root) for root in other_roots(result, k)}
    for root in result.roots[k]:
        which = "other" if id(root) in others else "followed"
        yield first | {"root": which, "stable": "yes" if root.stable else "no", "V_mV": bench(root.V_m[name], "mV")}
