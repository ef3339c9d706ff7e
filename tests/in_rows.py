"""Rows of a cell answered in lanes, held against the one-cell engine; `benchmarks/library.py` asks every cell of the library for more."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import vrest
from in_node import protocols
from lanes import spread
from vrest.description.settings import si_unit
from vrest.errors import VrestError
from vrest.questions.sweep.asked import Asked
from vrest.questions.sweep.lanes import settle
from vrest.questions.sweep.sweep import Posed
from vrest.questions.sweep.workers import working
from vrest.results.rows import SETTLED, STATUS, UNSETTLED, Rows

BARS = {"rest": 1e-6, "steady": 1e-5, "simulate": 1e-3}
"""How far potentials of a row in lanes and by itself may differ [mV]."""
LATE, LEVEL = 1e-3, -20.0
"""How far the times may differ [ms] at which a course of 50 ms rises through a level [mV]: it stands for the potential of one that spikes."""
SHARP = 1e-10
"""The tolerance at which a course is taken once more where lanes and one cell differ."""
POINTS = 400
FEW, SENTENCES = 60, 3
OUTPUTS = {"rest": ("V_mV", "state_count"), "steady": ("V_mV",), "simulate": ("V_mV",), "excite": None}


@dataclass
class Judged:
    """What became of rows.

    Attributes:
        counts:  rows of each status; `left` those that nobody answered
        seconds: that lanes took, and rows by themselves [s], and how many of these there were
        why:     how the sentences begin that say most often why rows have no answer, and how often
        again:   rows that were solved again; worst: the largest difference of a potential [mV], and of the time of a spike [ms]
        ill_posed, differ: rows, with how far they differ and how far the one-cell answer itself moves
    """

    counts: dict[str, int]
    seconds: tuple[float, float, int]
    why: list[tuple[str, int]]
    again: int = 0
    worst: tuple[float, float] = (0.0, 0.0)
    ill_posed: list[Any] = field(default_factory=list)
    differ: list[Any] = field(default_factory=list)


def fires(cell: vrest.Cell) -> bool:
    """Whether a cell has gates, and may spike."""
    return any(one.gated for one in cell.membranes.values())


def may_be_asked(cell: vrest.Cell, ask: str) -> bool:
    """Whether a question is one for a cell: spikes of one with gates, courses of one that has times."""
    if ask == "excite":
        return fires(cell)
    return ask == "rest" or not all(one.relative for one in cell.membranes.values())


def posed(cell: vrest.Cell, ask: str, size: int, sd: float) -> Posed:
    """A question about rows whose numbers are spread around those of a cell; courses are of a protocol that fits it."""
    timing: dict[str, Any] = {"until": None, "at": None, "every": None, "rtol": 1e-8}
    protocol = None
    if ask == "simulate":
        every = protocols(cell)
        word = "current" if fires(cell) else "factors"
        protocol, timing["every"] = {"protocol": word, **every[word]}, f"{50 / POINTS} {every[word]['until'].split()[1]}"
    over = {path: (values, si_unit(cell, path)) for path, values in spread(cell, size, sd).items()}
    return Posed.of(cell, over, ask, OUTPUTS[ask], protocol, timing, {"paired": True})


def judged(
    cell: vrest.Cell, ask: str, size: int, again: int, sd: float = 0.3, alone: int | None = None, threads: int = 1
) -> Judged:
    """Rows of a question in lanes, those that they leave by themselves (`alone` at most), and some that they settled once more."""
    question = posed(cell, ask, size, sd)
    asked, run = replace(question.asked, lanes=True), question.plan.run(0, size)
    rows, columns, begin = Rows.empty(asked.layout, size), run.columns(), time.monotonic()
    settle(asked, run, rows)
    settled, middle = np.flatnonzero(rows.status == SETTLED), time.monotonic()
    left = np.flatnonzero(rows.status == UNSETTLED)[:alone]
    if left.size:
        with working(replace(asked, threads=threads)) as each:
            rows.put(left, each(asked, {path: values[left] for path, values in columns.items()}))
    seconds = middle - begin, time.monotonic() - middle, left.size
    counts = {word: int(np.sum(rows.status == k)) for k, word in enumerate(STATUS)}
    why = Counter(sentence[:FEW] for sentence in rows.why.values()).most_common(SENTENCES)
    found = Judged({**counts, "left": int(np.sum(rows.status == UNSETTLED))}, seconds, why)
    for row in _some(settled, rows, again):
        _again(found, asked, columns, rows, int(row))
    return found


def _some(settled: np.ndarray, rows: Rows, count: int) -> np.ndarray:
    """Rows to solve again: half of them those with the most roots, where roots are counted, the others from all."""
    count = min(count, settled.size)
    if "state_count" not in rows.values:
        return settled[np.linspace(0, settled.size - 1, count).astype(int)]
    ordered = settled[np.argsort(-rows.values["state_count"][settled], kind="stable")]
    half = count // 2
    others = ordered[half:]
    return np.append(ordered[:half], others[np.linspace(0, others.size - 1, count - half).astype(int)])


def _again(found: Judged, asked: Asked, columns: Mapping[str, np.ndarray], rows: Rows, row: int) -> None:
    found.again += 1
    try:
        one = _answer(asked, asked.settings(columns, row))
    except VrestError as error:
        found.differ.append((row, str(error.problems[0].message)))
        return
    mine = {name: values[row] for name, values in rows.values.items()}
    away, late = _apart(asked, mine, one)
    spiking = np.isfinite(late)
    found.worst = max(found.worst[0], 0.0 if spiking else away), max(found.worst[1], late if spiking else 0.0)
    if _same(asked, mine, one, away, late):
        return
    if asked.ask == "simulate":
        sharp = _answer(replace(asked, options={"rtol": SHARP}), asked.settings(columns, row))
        moved = _apart(asked, one, sharp)
        if not _same(asked, one, sharp, *moved):
            found.ill_posed.append((row, away, late, *moved))
            return
    found.differ.append((row, away, late, mine.get("state_count"), one.get("state_count")))


def _answer(asked: Asked, settings: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return asked.layout.numbers(asked.answer(settings))


def _same(asked: Asked, a: Mapping[str, Any], b: Mapping[str, Any], away: float, late: float) -> bool:
    near = away <= BARS[asked.ask] or late <= LATE
    return near and a.get("state_count") == b.get("state_count")


def _apart(asked: Asked, a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[float, float]:
    """How far potentials differ [mV], and the times of spikes [ms]; no number where there is none, or another count of them."""
    difference = np.abs(a["V_mV"] - b["V_mV"])
    away = float(np.max(difference[np.isfinite(difference)], initial=0.0))
    if not np.array_equal(np.isnan(a["V_mV"]), np.isnan(b["V_mV"])):
        return np.inf, np.nan
    if asked.times is None or asked.times[-1] > 1.0:
        return away, np.nan
    one, other = (_rises(1e3 * asked.times, V["V_mV"]) for V in (a, b))
    if any(x.size != y.size for x, y in zip(one, other, strict=True)) or not any(x.size for x in one):
        return away, np.nan
    return away, max(float(np.abs(x - y).max(initial=0.0)) for x, y in zip(one, other, strict=True))


def _rises(times: np.ndarray, V: np.ndarray) -> list[np.ndarray]:
    """When each potential rises through the level, by its membrane."""
    found = []
    for one in np.moveaxis(V, list(V.shape).index(times.size), -1).reshape(-1, times.size):
        (k,) = np.nonzero((one[:-1] < LEVEL) & (one[1:] >= LEVEL))
        found.append(times[k] + (times[k + 1] - times[k]) * (LEVEL - one[k]) / (one[k + 1] - one[k]))
    return found
