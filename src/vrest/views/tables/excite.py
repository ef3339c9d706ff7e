"""What there is to say of `excite`: what makes a cell fire, and how it fires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...results.base import Maybe, bench, known
from ...results.excite import Excitability, ExciteResult, SpikeShape
from ..document import TEXT, Block, Column, Document, Heading, Part, pairs, sentences, table
from ..numbers import aligned, mV, significant
from . import parts
from .curves import picked, plain_unit

VALUES = 25
DENSITY = "uA/cm^2"
LAWS = {"lapicque": "Lapicque: I = I_rh / (1 - exp(-d/tau))", "weiss": "Weiss: I = I_rh (1 + c/d)"}
LEFT = ("notes", "refused", "certificate", "over", "varied", "strength_duration", "frequency_current")
EVIDENCE = {"net_current_fraction": "the net current at rest is at most {} of the gross current"}


# -- CSV ------------------------------------------------------------------------------------------------------------------


def grid(result: ExciteResult) -> parts.Grid:
    """`row` says what a line is about: the cell, a duration, a steady current, or a value of the number that was varied.

    Columns have the names of the JSON, what lies within something behind a point.
    """
    whole = result.to_dict()
    rows = [{"row": "cell"} | dict(_flat(whole))]
    rows += [{"row": "duration"} | entry for entry in whole["strength_duration"]]
    rows += [{"row": "current"} | entry for entry in whole["frequency_current"]]
    rows += [{"row": "value", "cell": result.cell} | dict(_flat(entry)) for entry in whole["over"]]
    return list(dict.fromkeys(key for row in rows for key in row)), rows


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value behind the keys that lead to it."""
    for key, value in values.items():
        if not prefix and key in LEFT:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif not isinstance(value, list):
            yield prefix + key, value


# -- in short -------------------------------------------------------------------------------------------------------------


def _headline(result: ExciteResult) -> list[Block]:
    where = f"{result.cell} at {parts.temperature(result.temperature)}, electrode in '{result.electrode}'; rest {mV(result.V)} mV"
    return [Heading(_verdict(result), 1), *sentences([f"Excitability of {where}."])]


def _verdict(result: Excitability) -> str:
    if known(result.spontaneous):
        return f"Fires without a stimulus, {_said(result.spontaneous, 'Hz')}"
    if not known(result.threshold_shock):
        return "No threshold: the response is graded" if result.graded else "No threshold"
    return f"Threshold {mV(result.threshold)} mV, {_said(result.threshold_shock, 'mV', 4)} above rest"


def _said(value: Maybe, unit: str, digits: int = 3) -> str:
    """A value in a unit; nothing where it is not known."""
    return f"{significant(bench(value, unit), digits)} {unit}" if known(value) else ""


def _currents(result: ExciteResult) -> list[Block]:
    """The thresholds of currents in a sentence, or why there are none."""
    if not known(result.threshold_shock):
        why = result.refused["threshold_shock_mV"]
        return sentences([f"{why[0].upper()}{why[1:]}."])
    if known(result.spontaneous):
        return []
    found = _known([(one.duration, one.density) for one in result.strength_duration], DENSITY)
    unit = DENSITY if found else "pA"
    found = found or _known([(one.duration, one.current) for one in result.strength_duration], unit)
    return sentences([f"Threshold currents ({unit}): {', '.join(found)}."] if found else [])


def _known(thresholds: Sequence[tuple[float, Maybe]], unit: str) -> list[str]:
    """The thresholds that are known, each with its duration."""
    return [f"{significant(bench(i, unit), 4)} for {bench(d, 'ms'):g} ms" for d, i in thresholds if known(i)]


def _summary(result: ExciteResult) -> list[Block]:
    """One line for each quantity that there is."""
    rows = {
        "rheobase": _said(result.rheobase, DENSITY, 4) or _said(result.rheobase_current, "pA", 4),
        "chronaxie": _said(result.chronaxie, "ms", 4),
        "spike": _spike(result.spike),
        "safety factor": _factor(result),
        "refractory": _refractory(result),
        "fires again and again": _repetitive(result),
        "anode break": _anode(result),
        "accommodation": _slow(result),
        "gates at rest": _gates(result),
    }
    return pairs("", [(words, said) for words, said in rows.items() if said])


def _in_short(result: ExciteResult) -> list[Block]:
    """The same, where no number is varied, which a short answer shows instead."""
    return _summary(result) if result.varied is None else []


def _spike(shape: SpikeShape) -> str:
    if not known(shape.peak):
        return ""
    width = f", {_said(shape.width, 'ms')} wide" if known(shape.width) else ""
    return f"{mV(shape.peak)} mV after {_said(shape.time_to_peak, 'ms')}{width}, then down to {mV(shape.lowest)} mV"


def _factor(result: Excitability) -> str:
    return (
        f"{significant(result.safety_factor)} (height of the spike over the way to threshold)"
        if known(result.safety_factor)
        else ""
    )


def _refractory(result: Excitability) -> str:
    found = result.refractory
    said = {"absolutely": found.absolute, "relatively": found.relative}
    return ", ".join(f"{word} for {_said(time, 'ms')}" for word, time in said.items() if known(time))


def _repetitive(result: Excitability) -> str:
    found = result.repetitive
    onset = f"from {_said(found.onset, DENSITY)}" if known(found.onset) else ""
    end = f"spikes up to {_said(found.last_spikes, DENSITY)}" if known(found.last_spikes) else ""
    block = f"blocked from {_said(found.block, DENSITY, 4)}" if known(found.block) else ""
    return ", ".join(filter(None, (onset, end, block)))


def _anode(result: Excitability) -> str:
    found = result.anode_break
    return (
        f"fires at the end of {bench(found.duration, 'ms'):g} ms of {_said(found.density, DENSITY)}"
        if known(found.density)
        else ""
    )


def _slow(result: Excitability) -> str:
    found = result.accommodation
    if not known(found.rise):
        return ""
    return f"a rise to twice the rheobase in more than {_said(found.rise, 'ms')} does not fire"


def _gates(result: Excitability) -> str:
    groups = (
        f"{word} " + ", ".join(f"{gate} {x:.3g}" for gate, x in gates.items()) for word, gates in result.availability.items()
    )
    return "; ".join(groups)


# -- along a number -------------------------------------------------------------------------------------------------------


def _along(result: ExciteResult) -> list[Block]:
    """Rest, threshold and rheobase at values of the number that was varied."""
    if result.varied is None:
        return []
    points = [result.over[k] for k in picked(len(result.over), VALUES)]
    unit = plain_unit(result.varied.unit)
    heads: list[Column | str] = [
        f"{result.varied.path} {unit}".rstrip(),
        "rest mV",
        "threshold mV",
        f"rheobase {DENSITY}",
        Column("", TEXT),
    ]
    rows = [
        (
            significant(point.value, 4),
            mV(point.V),
            mV(point.threshold),
            significant(bench(point.rheobase, DENSITY), 4),
            _state(point),
        )
        for point in points
    ]
    return table(f"Along {result.varied.path}", heads, rows)


def _state(point: Excitability) -> str:
    if known(point.spontaneous):
        return "fires by itself"
    if not known(point.V):
        return "no rest"
    return "" if known(point.threshold_shock) else "graded" if point.graded else "no threshold"


# -- in full --------------------------------------------------------------------------------------------------------------


def _strengths(result: ExciteResult) -> list[Block]:
    rows = result.strength_duration
    density, current = (aligned([bench(value, unit) for value in column]) for column, unit in _columns(result))
    cells = zip([f"{bench(one.duration, 'ms'):g}" for one in rows], density, current, strict=True)
    found = table("Thresholds of currents", ["duration ms", Column(DENSITY), Column("pA")], list(cells))
    laws = [
        (
            LAWS[name],
            f"rheobase {_said(fit.rheobase, DENSITY)}, chronaxie {_said(fit.chronaxie, 'ms')}, off by at most {100 * fit.off:.2g} %",
        )
        for name, fit in result.laws.items()
        if known(fit.off)
    ]
    return [*found, *pairs("Laws fitted to them", laws)]


def _columns(result: ExciteResult) -> list[tuple[list[Maybe], str]]:
    rows = result.strength_duration
    return [([one.density for one in rows], DENSITY), ([one.current for one in rows], "pA")]


def _rates(result: ExciteResult) -> list[Block]:
    hopf = [(_said(one.density, DENSITY, 4), mV(one.V), _said(one.frequency, "Hz")) for one in result.repetitive.hopf]
    heads: list[Column | str] = [Column("steady current"), "V mV", Column("swings at")]
    rows = [(_said(one.density, DENSITY, 4), _said(one.frequency, "Hz"), mV(one.peak)) for one in result.rates]
    return [
        *table("Hopf points of the current", heads, hopf),
        *table("Firing under steady currents", [Column("current"), Column("rate"), "peak mV"], rows),
    ]


def closing(result: ExciteResult) -> tuple[str, str]:
    """How a short answer ends."""
    found = result.certificate.search.get("certified_runs", {})
    agree = sum(one["agrees"] for one in found.values())
    if agree == len(found):
        runs = f"{2 * agree} certified runs beside {agree} thresholds agree"
    else:
        runs = f"certified runs agree beside {agree} of {len(found)} thresholds"
    return parts.closing(result, runs if found else parts.first_residual(result.certificate, EVIDENCE))


def _evidence(result: ExciteResult) -> str:
    found = result.certificate.search
    width = f"{found['relative_width']:.0e}"
    runs = found.get("certified_runs", {})
    again = f" Beside {', '.join(runs)} certified runs of `simulate` fire above and not below." if runs else ""
    return f"Thresholds are known to a part of {width} (repetitive firing, refractory periods and rises to 1e-03).{again}"


DOCUMENT: Document = (
    Part(_headline, first=True),
    Part(_currents, first=True, whole=False),
    Part(_in_short, first=True, whole=False),
    Part(_summary),
    Part(_along, first=True),
    parts.WARNINGS,
    Part(_strengths),
    Part(_rates),
    *parts.ending(_evidence),
)
