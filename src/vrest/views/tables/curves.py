"""What there is to say of curves: `iv`, `rest --over`, `branches`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...results.base import Unknown, bench
from ...results.branches import Branch, BranchesResult
from ...results.forms import columns, tail
from ...results.iv import TOTAL, IvCurve, IvResult
from ...results.over import OverPoint, OverResult
from ...results.rest import RootState
from ...units import to_unit
from ..document import TEXT, Block, Column, Document, Each, Heading, Part, by_columns, sentences, table
from ..numbers import engineering, mV, prefix_power, prefixed, significant, where
from . import parts
from .contents import contents

SAMPLES, POINTS, VALUES = 6, 9, 25  # potentials of a current, points of a branch, values of a number that are listed
_YES = {True: "yes", False: "no", None: ""}
STABLE = {True: "stable", False: "unstable", None: "cannot be told"}


UNITS = {"density": "S/m^2", "total": "S"}


def picked(size: int, most: int) -> list[int]:
    """At most so many places of an array, the first and the last among them."""
    return np.unique(np.linspace(0, size - 1, min(most, size)).round().astype(int)).tolist()


def plain_unit(unit: str) -> str:
    """The unit of a number that is varied; nothing for a plain number."""
    return "" if unit in ("", "1") else unit


def lines_of(arrays: Mapping[str, np.ndarray]) -> Iterator[dict[str, Any]]:
    """Columns as rows."""
    for values in zip(*(array.tolist() for array in arrays.values()), strict=True):
        yield dict(zip(arrays, values, strict=True))


# -- iv -----------------------------------------------------------------------------------------------------------


def iv_grid(result: IvResult) -> parts.Grid:
    """One line for each membrane and potential; a column for the total and each mechanism, with its unit in the name."""
    rows = [
        {"cell": result.cell, "membrane": name} | row
        for name, curve in result.membranes.items()
        for row in lines_of(columns(curve, ("V_mV", *_forms(curve)), dict.fromkeys(_forms(curve), "")))
    ]
    return list(dict.fromkeys(key for row in rows for key in row)), rows


def _forms(curve: IvCurve) -> tuple[str, str]:
    """Per area where it can be said, else for the whole membrane, else as a multiple."""
    known = "uA_per_cm2" if curve.density(curve.total) is not None else "pA" if curve.basis == TOTAL else "relative"
    return f"total_{known}", f"current_{known}"


def _currents(result: IvResult) -> list[Block]:
    return [
        Heading(f"Current over potential of {result.cell}", 1),
        *sentences([f"At {parts.temperature(result.temperature)}, concentrations held; currents are outward positive."]),
    ]


def _range(result: IvResult, name: str) -> list[Block]:
    V = result.membranes[name].V
    named = where(f"Membrane {name}: ", result.membranes)
    return [Heading(f"{named}{V.size} potentials from {mV(float(V[0]))} to {mV(float(V[-1]))} mV")]


def _reversals(result: IvResult, name: str) -> list[Block]:
    return table("Reversal potentials", ["", "E mV"], [(ion, mV(E)) for ion, E in result.membranes[name].E.items()])


def _roots(result: IvResult, name: str) -> list[Block]:
    curve = result.membranes[name]
    if not curve.roots:
        return sentences(["No potential without net current was found."])
    rows = [(_stable(stable), mV(V), _slope_words(curve, V)) for V, stable in sorted(curve.roots, key=lambda root: root[0])]
    return table("Potentials without net current", ["", "V mV", Column("slope there", TEXT)], rows)


def _stable(value: bool | Unknown) -> str:
    return STABLE[None if isinstance(value, Unknown) else value]


def _slope_words(curve: IvCurve, V: float) -> str:
    """Slope conductance of the drawn curve at a potential."""
    if curve.V.size < 2 or not curve.V[0] <= V <= curve.V[-1]:
        return "beyond the curve"
    density = curve.density(curve.total)
    current, unit = (density, UNITS["density"]) if density is not None else (curve.total, UNITS.get(curve.basis))
    slope = float(np.interp(V, curve.V, np.gradient(current, curve.V)))
    if unit is None:
        return "positive" if slope > 0 else "negative"
    return engineering(slope, unit)


def _samples(result: IvResult, name: str) -> list[Block]:
    """A few potentials across, mechanisms down."""
    curve = result.membranes[name]
    picks = picked(curve.V.size, SAMPLES)
    lines, unit = shown_currents(curve)
    rows = [(word, *(significant(float(i[k])) for k in picks)) for word, i in lines.items()]
    return table(f"Current ({unit}) at some potentials", ["V mV", *(mV(float(curve.V[k]), 1) for k in picks)], rows)


def shown_currents(curve: IvCurve) -> tuple[dict[str, np.ndarray], str]:
    """Currents of the mechanisms and the total, per area where possible, in a bench unit, with the name of that unit."""
    lines = {**curve.currents, "total": curve.total}
    if curve.density(curve.total) is not None:
        return {word: to_unit(curve.density(i), "uA/cm^2") for word, i in lines.items()}, "uA/cm^2"
    size, unit = max(float(np.abs(i).max()) for i in lines.values()) or 1.0, "part of the largest"
    if curve.basis == TOTAL:
        power = prefix_power([size])
        size, unit = 10.0**power, prefixed("A", power)
    return {word: i / size for word, i in lines.items()}, unit


_OF_A_MEMBRANE = (*map(Part, (_range, _roots, _reversals, _samples)),)
IV: Document = (Part(_currents), Each(lambda result: result.membranes, _OF_A_MEMBRANE), *parts.ending())


# -- rest along a number ------------------------------------------------------------------------------------------


def over_grid(result: OverResult) -> parts.Grid:
    """One line for each value, membrane and root; `root` is `followed` or `other`, and `status` says why a value has none."""
    unit = tail(plain_unit(result.unit))
    column = f"{result.path}_{unit}" if unit else result.path
    rows = [
        {"cell": result.cell, column: point.value, "membrane": name, "status": result.status[k]} | row
        for k, point in enumerate(result.points)
        for name in result.V
        for row in _over_rows(point, name)
    ]
    nernst = dict.fromkeys(f"E_{ion}_mV" for found in result.E.values() for ion in found)
    return ["cell", column, "membrane", "root", "stable", "V_mV", *nernst, "status"], rows


def _over_rows(point: OverPoint, name: str) -> Iterator[dict[str, Any]]:
    E = {f"E_{ion}_mV": bench(value, "mV") for ion, value in point.E[name].items()}
    others = others_at(point)
    for root in point.roots:
        which, stable = (
            ("other" if root in others else "followed"),
            (_YES[root.stable if isinstance(root.stable, bool) else None]),
        )
        yield E | {"root": which, "stable": stable, "V_mV": bench(root.V_m[name], "mV")}
    if not point.roots:
        yield E


def others_at(point: OverPoint) -> list[RootState]:
    """Every root at a value but the followed one."""
    return [root for root in point.roots if any(abs(root.V_m[name] - (V or 0.0)) >= parts.SHOWN for name, V in point.V.items())]


def _along(result: OverResult) -> list[Block]:
    first, last = significant(float(result.values[0])), significant(float(result.values[-1]))
    return [
        Heading(f"Resting potential of {result.cell} over {result.path}", 1),
        *sentences([f"{len(result.values)} values from {first} to {_with_unit(last, result.unit)}, concentrations held."]),
    ]


def _with_unit(words: str, unit: str) -> str:
    """Words with the unit of a number that is varied."""
    return f"{words} {plain_unit(unit)}".rstrip()


def _values(result: OverResult) -> list[Block]:
    """At most 25 values, the first and the last among them."""
    picks = picked(len(result.values), VALUES)
    starred = any(len(point) > 1 for point in result.roots)
    return [
        *by_columns("", {head: [cells[k] for k in picks] for head, cells in _over_columns(result).items()}),
        *sentences(["A star marks an unstable state."] * starred),
    ]


def _over_columns(result: OverResult) -> dict[Column, list[str]]:
    """The cells of every column by its head; without those that have nothing to say."""
    found = {Column(_with_unit(result.path, result.unit)): [significant(float(x), 4) for x in result.values]}
    found |= {Column(head): [mV(float(x), digits) for x in V] for head, V, digits in _over_potentials(result)}
    found[Column("other states mV", TEXT)] = [_others(point) for point in result.points]
    found[Column("", TEXT)] = [status or "" for status in result.status]
    return {head: cells for head, cells in found.items() if any(cells)}


def _over_potentials(result: OverResult) -> Iterator[tuple[str, np.ndarray, int]]:
    """Heading, values [V] and decimals: V, and where there is one membrane the Nernst potentials that move, and the slope of V."""
    if len(result.V) > 1:
        yield from ((f"V {name} mV", V, 2) for name, V in result.V.items())
        return
    ((name, V),) = result.V.items()
    yield "V mV", V, 2
    yield from ((f"E({ion}) mV", result.E[name][ion], 2) for ion in varying(result, name))
    if result.logarithmic:
        yield "mV per tenfold", slope(result, V), 1


def _others(point: OverPoint) -> str:
    """The states that were not followed, a star behind unstable ones, where there is one membrane; else their number."""
    others = others_at(point)
    if len(point.V) > 1:
        return str(len(others)) if others else ""
    return ", ".join(mV(V) + ("" if root.stable else " *") for root in others for V in root.V_m.values())


def varying(result: OverResult, name: str) -> list[str]:
    """The ions whose Nernst potential the varied number moves."""
    return [ion for ion, E in result.E[name].items() if np.isfinite(E).any() and np.nanmax(E) - np.nanmin(E) > parts.SHOWN]


def slope(result: OverResult, values: np.ndarray) -> np.ndarray:
    """Slope of a potential [V] for each tenfold of the varied number; nan beside a value without an answer."""
    if len(values) < 2:
        return np.full(len(values), np.nan)
    return np.gradient(values, np.log10(np.abs(result.values)))


def _steepest(result: OverResult) -> list[Block]:
    """Where V follows the varied number most, and how an ideal electrode for the ion would."""
    steep = {name: slope(result, V) for name, V in result.V.items() if result.logarithmic}
    return sentences(_steepest_of(result, name, of) for name, of in steep.items() if np.isfinite(of).any())


def _steepest_of(result: OverResult, name: str, steep: np.ndarray) -> str:
    k = int(np.nanargmax(np.abs(steep)))
    place = where(f" of membrane {name}", result.V)
    value = _with_unit(significant(float(result.values[k])), result.unit)
    ideal = [f"E({ion}) {mV(float(slope(result, result.E[name][ion])[k]), 1)}" for ion in varying(result, name)]
    beside = f" ({', '.join(ideal)})" if ideal else ""
    return f"V{place} is steepest at {value}: {mV(float(steep[k]), 1)} mV per tenfold{beside}."


OVER: Document = (*map(Part, (_along, _values, _steepest)), *parts.ending())


# -- branches -----------------------------------------------------------------------------------------------------


def branches_grid(result: BranchesResult) -> parts.Grid:
    """One row for each point of each branch; `value` is of the number at `path`, in `unit`."""
    varied = {"path": result.path, "unit": plain_unit(result.unit)}
    rows = [
        {"branch": number, **varied, "value": float(branch.values[k]), "stable": branch.stable[k]} | row
        for number, branch in enumerate(result.branches)
        for k, row in enumerate(lines_of(columns(branch, ("V_mV", "inside_mM", "pH"))))
    ]
    return list(rows[0]), rows


def _branches(result: BranchesResult) -> list[Block]:
    what = "Steady states" if result.of == "steady" else "Resting potentials"
    blocks: list[Block] = [Heading(f"{what} of {result.cell} along {result.path}", 1)]
    for number, branch in enumerate(result.branches, 1):
        blocks += _branch(number, branch, _with_unit(result.path, result.unit))
    return blocks


def _branch(number: int, branch: Branch, varied: str) -> list[Block]:
    picks = picked(len(branch.values), POINTS)
    columns: dict[Column | str, list[str]] = {Column(varied): [significant(float(branch.values[k]), 4) for k in picks]}
    for one in contents(branch):
        if one.leaf.name in ("V_mV", "pH"):
            columns[Column(one.heading)] = one.said_at(picks)
    columns[Column("", TEXT)] = [STABLE[branch.stable[k]] for k in picks]
    return by_columns(f"Branch {number} ({len(branch.values)} points)", columns)


def _special(result: BranchesResult) -> list[Block]:
    rows = [
        (
            f"{one.kind}, {one.criticality}" if one.criticality else one.kind,
            _with_unit(significant(one.value, 6), result.unit),
            ", ".join(f"{mV(V)} mV" for V in one.V.values()),
        )
        for one in result.special
    ]
    found = table("Where stability or number of states changes", ["kind", result.path, "V"], rows)
    return found or sentences(["No fold or Hopf point in this span."])


BRANCHES: Document = (Part(_branches), Part(_special), *parts.ending())
