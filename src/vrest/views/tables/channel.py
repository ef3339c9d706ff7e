"""What there is to say of a channel: what its file says, and its curves at a few potentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...results.channel import ChannelResult
from ...results.forms import columns
from ...units import to_unit
from ..document import Block, Column, Document, Heading, Part, sentences, table
from ..numbers import concentration, mV, significant
from . import parts
from .curves import lines_of, picked

STEP, MOST, SLOW = 20, 13, 10.0  # between the potentials that are listed [mV]; how many at most; in seconds from here [s]


def grid(result: ChannelResult) -> parts.Grid:
    """One line for each potential."""
    found = columns(result, ("V_mV", "conducting", "steady", "gate_time_constant_ms"), {"steady": ""})
    return list(found), lines_of(found)


def _about(result: ChannelResult) -> list[Block]:
    title = f"{result.cell}: {result.title}" if result.title else result.cell
    return [
        Heading(title, 1),
        *sentences([words for words in (result.about, facts(result), result.note and f"Its numbers: {result.note}.") if words]),
    ]


def facts(result: ChannelResult) -> str:
    """Where it was measured, at which temperature and potentials, and how that is known, in a sentence."""
    known = ", ".join(filter(None, (result.certainty, ", ".join(result.sources))))
    said = [
        result.organism,
        f"at {parts.temperature(result.temperature)}",
        fitted(result) and f"fitted from {fitted(result)}",
        *(f"{ion} {concentration(c)} mM {side}" for side, ions in result.concentrations.items() for ion, c in ions.items()),
        known and f"known: {known}",
    ]
    return "; ".join(one for one in said if one) + "."


def fitted(result: ChannelResult) -> str:
    """The potentials between which it was fitted; nothing where that is not known."""
    return "" if result.range is None else f"{mV(result.range[0], 0)} to {mV(result.range[1], 0)} mV"


def _curves(result: ChannelResult) -> list[Block]:
    heads, lines = curves_of(result)
    return table("After a long time at V, and how fast", [Column(head) for head in heads], lines)


def curves_of(result: ChannelResult) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the curves at a few potentials: steady values, time constants, the conducting part."""
    at = _listed(to_unit(result.V, "mV"))
    found: dict[str, list[str]] = {"V mV": [mV(float(result.V[k]), 0) for k in at]}
    for name, values in result.steady.items():
        found[name] = [f"{float(values[k]):.3f}" for k in at]
        found |= _times(name, result, at)
    found["conducting"] = [significant(float(result.conducting[k])) for k in at]
    return list(found), [list(row) for row in zip(*found.values(), strict=True)]


def _times(name: str, result: ChannelResult, at: list[int]) -> dict[str, list[str]]:
    if name not in result.tau:
        return {}
    tau = result.tau[name]
    unit = "s" if float(np.median(tau)) >= SLOW else "ms"
    return {f"tau {name} {unit}": [significant(to_unit(float(tau[k]), unit)) for k in at]}


def _listed(V: np.ndarray) -> list[int]:
    """The places of round potentials; where there are none or many, a few of all."""
    round_ones = [k for k, x in enumerate(V) if abs(x / STEP - round(x / STEP)) < 1e-6]
    return round_ones if 0 < len(round_ones) <= MOST else picked(V.size, MOST)


def lines(result: ChannelResult) -> Iterator[str]:
    """The curves as lines of comment below the file of a channel, so that the whole stays one."""
    heads, rows = curves_of(result)
    wide = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    yield f"# {facts(result)}"
    for row in (heads, *rows):
        yield "# " + "  ".join(word.rjust(width) for word, width in zip(row, wide, strict=True))


DOCUMENT: Document = (Part(_about), Part(_curves), Part(parts.notes))


def overview(channels: dict[str, Any]) -> str:
    """Names and titles of channels."""
    width = max(map(len, channels))
    found = [f"{name:<{width}}  {channel.title or ''}".rstrip() for name, channel in channels.items()]
    return "\n".join([*found, "", "vrest library show NAME shows one; a mechanism takes it by like: NAME."])


def overview_dict(channels: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is said of each channel."""
    for name, one in channels.items():
        T = None if one.temperature is None else one.temperature.si
        span = None if one.range is None else [to_unit(end, "mV") for end in one.range]
        yield {"channel": name, "title": one.title, "organism": one.organism, "temperature_K": T, "range_mV": span} | {
            "sources": list(one.sources)
        }


def overview_grid(channels: dict[str, Any]) -> parts.Grid:
    """One row for each channel."""
    ends = ("range_low_mV", "range_high_mV")
    rows = (
        one | dict(zip(ends, one["range_mV"] or (), strict=False)) | {"sources": "; ".join(one["sources"])}
        for one in overview_dict(channels)
    )
    return ("channel", "title", "organism", "temperature_K", *ends, "sources"), rows
