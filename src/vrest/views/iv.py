"""The answer to `iv` for people: where the curve crosses zero, what reverses where, some sampled currents; the curves; the CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..results.base import bench
from ..results.iv import IvCurve, IvResult
from ..units import to_unit
from . import as_text, common
from .document import TEXT, Block, Column, Heading, sentences, table
from .numbers import engineering, fixed, prefix_power, prefixed, significant
from .rest import mV

SAMPLES = 6
UNITS = {"density": "S/m^2", "total": "S"}


def text(result: IvResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal of `width` characters (80 where none is given), plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: IvResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: IvResult, path: str | None = None, **options: Any) -> Any:
    """The current of each mechanism and their sum over V; see `vrest.views.draw_iv`."""
    from .draw_iv import draw
    from .figures import save

    return save(draw(result, **options), path)


def document(result: IvResult) -> list[Block]:
    """What there is to say, in reading order."""
    blocks: list[Block] = [
        Heading(f"Current over potential of {result.cell}", 1),
        *sentences([f"At {common.temperature(result.temperature)}, concentrations held; currents are outward positive."]),
    ]
    for name, curve in result.membranes.items():
        blocks += _membrane(f"Membrane {name}: " if len(result.membranes) > 1 else "", curve)
    blocks += common.notes(result.notes)
    blocks += common.refused(result.refused)
    blocks += common.certificate(result.certificate)
    return blocks


def _membrane(named: str, curve: IvCurve) -> list[Block]:
    low, high = (mV(float(V)) for V in (curve.V[0], curve.V[-1]))
    return [
        Heading(f"{named}{curve.V.size} potentials from {low} to {high} mV"),
        *_roots(curve),
        *table("Reversal potentials", ["", "E mV"], [(ion, mV(E)) for ion, E in curve.E.items()]),
        *_samples(curve),
    ]


def _roots(curve: IvCurve) -> list[Block]:
    if not curve.roots:
        return sentences(["No potential without net current was found."])
    rows = [
        ("stable" if stable else "unstable", mV(V), slope_words(curve, V))
        for V, stable in sorted(curve.roots)
    ]  # fmt: skip
    return table("Potentials without net current", ["", "V mV", Column("slope there", TEXT)], rows)


def slope_words(curve: IvCurve, V: float) -> str:
    """Slope conductance of the drawn curve at a potential."""
    if curve.V.size < 2 or not curve.V[0] <= V <= curve.V[-1]:
        return "beyond the curve"
    density = curve.density(curve.total)
    current, unit = (density, UNITS["density"]) if density is not None else (curve.total, UNITS.get(curve.basis))
    slope = float(np.interp(V, curve.V, np.gradient(current, curve.V)))
    if unit is None:
        return "positive" if slope > 0 else "negative"
    return engineering(slope, unit)


def _samples(curve: IvCurve) -> list[Block]:
    """A few potentials across, mechanisms down."""
    picks = np.unique(np.linspace(0, curve.V.size - 1, SAMPLES).round().astype(int))
    lines, unit = shown_currents(curve)
    cells = [[significant(float(i[k])) for i in lines.values()] for k in picks]
    rows = [(word, *(column[j] for column in cells)) for j, word in enumerate(lines)]
    heads = ["V mV", *(fixed(bench(float(curve.V[k]), "mV"), 1) for k in picks)]
    return table(f"Current ({unit}) at some potentials", heads, rows)


def shown_currents(curve: IvCurve) -> tuple[dict[str, np.ndarray], str]:
    """Currents of the mechanisms and the total, per area where possible, in a bench unit, with the name of that unit."""
    lines = {**curve.currents, "total": curve.total}
    if curve.density(curve.total) is not None:
        return {word: to_unit(curve.density(i), "uA/cm^2") for word, i in lines.items()}, "uA/cm^2"
    if curve.basis == "total":
        power = prefix_power([float(np.abs(i).max()) for i in lines.values()])
        return {word: i / 10.0**power for word, i in lines.items()}, prefixed("A", power)
    largest = max((float(np.abs(i).max()) for i in lines.values()), default=0.0) or 1.0
    return {word: i / largest for word, i in lines.items()}, "part of the largest"


# -- CSV ----------------------------------------------------------------------------------------------------------


def csv(result: IvResult) -> str:
    """One line for each membrane and potential; a column for the total and each mechanism, with its unit in the name."""
    from . import as_csv

    rows = [row for name, curve in result.membranes.items() for row in _csv_rows(result, name, curve)]
    columns = dict.fromkeys(key for row in rows for key in row)
    return as_csv.render(list(columns), rows)


def _csv_rows(result: IvResult, name: str, curve: IvCurve) -> Iterator[dict[str, Any]]:
    if curve.density(curve.total) is not None:
        tail, convert = "uA_per_cm2", lambda i: to_unit(curve.density(i), "uA/cm^2")
    elif curve.basis == "total":
        tail, convert = "pA", lambda i: to_unit(i, "pA")
    else:
        tail, convert = "relative", lambda i: i
    lines = {f"{word}_{tail}": convert(i) for word, i in {"total": curve.total, **curve.currents}.items()}
    for k, V in enumerate(to_unit(curve.V, "mV")):
        first = {"cell": result.cell, "membrane": name, "V_mV": float(V)}
        yield first | {key: float(values[k]) for key, values in lines.items()}
