"""Cells as JavaScript modules run by Node, held against vrest itself at numbers drawn at random; `benchmarks/draws.py` draws more of them."""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vrest
from vrest.description.cell import Cell
from vrest.description.derive import Derivation
from vrest.description.library import protocol_of
from vrest.description.protocol import Protocol
from vrest.description.settings import si_unit
from vrest.engines.javascript import module, sources
from vrest.errors import InputError, VrestError
from vrest.questions.rest.zero_current import RestSolver, choose

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="Node is another program; .ci/run installs it (apt-get install nodejs)")

SCRIPT = """
import { readFileSync } from 'node:fs';
import { Engine } from './engine.mjs';
const engine = new Engine(await import('./cell.mjs'));
const plain = ({ V, seen }) => ({ V, seen });
const ask = {
  rest: ({ settings, V }) => { const { p } = engine.numbers(settings); return { p, ...engine.rest(p), flows: engine.flows(V, p) }; },
  steady: ({ settings }) => { const found = engine.steady(settings); return found && { ...plain(found), stable: found.stable }; },
  simulate: ({ settings, protocol, options }) => {
    const { points, ...more } = engine.simulate(settings, protocol, options);
    return { ...more, points: points.map(({ t, x, p }) => ({ t, ...plain(engine.observed(x, p)) })) };
  },
};
const answered = (job) => { try { return ask[job.ask](job); } catch (error) { return { error: String(error) }; } };
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(answered)));
"""


_WRITTEN: dict[int, tuple[Cell, str]] = {}


def written(cell: Cell) -> str:
    """The module of a cell, which is kept with it: one that is asked again is not written again."""
    if id(cell) not in _WRITTEN:
        _WRITTEN[id(cell)] = (cell, module(cell))
    return _WRITTEN[id(cell)][1]


def answers(cell: Cell, jobs: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What the module of a cell answers to some questions, in one process."""
    asked = [{key: dataclasses.asdict(v) if isinstance(v, Protocol) else v for key, v in job.items()} for job in jobs]
    return json.loads(run({**sources(), "cell.mjs": written(cell), "ask.mjs": SCRIPT}, json.dumps(asked)))


def run(modules: Mapping[str, str], asked: str = "") -> str:
    """What `ask.mjs` among some modules prints."""
    assert NODE is not None
    with tempfile.TemporaryDirectory() as folder:
        for name, text in modules.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        done = subprocess.run(
            [NODE, "ask.mjs"], cwd=folder, input=asked, capture_output=True, text=True, check=False, timeout=900, encoding="utf-8"
        )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- what is drawn ----------------------------------------------------------------------------------------------------

SPREAD, WARMER = 0.25, 0.02
"""Standard deviation of the logarithm of a number that is drawn, and of the temperature as a part of itself."""


def drawn(cell: Cell, rng: random.Random) -> dict[str, float]:
    """Every written number of a cell that has a size and may have another, moved at random [SI]."""
    found = {}
    for path, value in cell.settable.items():
        moved = value.si * (rng.gauss(1, WARMER) if path == "temperature" else rng.lognormvariate(0, SPREAD))
        if value.row is not None and not path.endswith("valence") and value.row.domain.admits(moved):
            found[path] = moved
    return found


def drawn_ways(cell: Cell, rng: random.Random) -> dict[str, float]:
    """The same of the numbers of mechanisms in membranes alone, so that compositions stay neutral."""
    ways = tuple(f"{path}." for path in cell.ways)
    return {path: value for path, value in drawn(cell, rng).items() if path.startswith(ways)}


def protocols(cell: Cell) -> dict[str, dict[str, Any]]:
    """Three protocols that fit a cell: factors, a ramp, a current and a shock. Cells that may fire go on for 50 ms."""
    scales = [path for way, one in cell.ways.items() for key in one.scales if cell.settable[path := f"{way}.{key}"].si]
    baths = [f"{space.name}.{ion}" for space in cell.compartments.values() if space.is_bath for ion in space.ions]
    moved = next((path for path in baths if path.endswith((".K", ".Na")) and cell.settable[path].si > 0), scales[0])
    target = f"{2 * cell.settable[scales[0]].si!r} {si_unit(cell, scales[0])}"
    first = next(iter(cell.membranes.values()))
    C = Derivation(cell).numbers()[f"{first.name}.total_capacitance"]
    brought = {"into": first.inner} | ({} if cell.compartments[first.inner].role == "held" else {"carrier": "K"})
    unit = "ms" if any(one.gating is not None for one in cell.ways.values()) else "s"
    lasting = {"from": f"5 {unit}", "to": f"30 {unit}"}
    return {
        "factors": {
            "until": f"50 {unit}",
            "events": [{**lasting, "multiply": {moved: 1.5}}, {"at": f"40 {unit}", "multiply": {scales[0]: 0.7}}],
        },
        "ramp": {"until": f"50 {unit}", "events": [{**lasting, "ramp": {scales[0]: target}}]},
        "current": {
            "until": "50 ms",
            "events": [
                {"from": "2 ms", "to": "4 ms", "current": f"{15e12 * C!r} pA", **brought},
                {"at": "25 ms", "shock": "12 mV", **brought},
            ],
        },
    }


# -- comparisons ------------------------------------------------------------------------------------------------------

CURRENT, SMALL, ROUNDING = 1e-12, 1e-12, 1e-12
"""Part of the largest current; difference of a potential [V] besides what so much of the largest current makes of it."""
COURSE, EVENT = 1e-7, 1e-7
"""Differences of a potential in a course [V], and of the time of an event [s]."""


@dataclasses.dataclass
class Compared:
    """How far answers differ at most (of currents as a part of the largest, of potentials [V], of events [s]), which disagree, how many
    draws the description refuses, and how many have no one answer at this accuracy."""

    currents: float = 0.0
    potentials: float = 0.0
    events: float = 0.0
    draws: int = 0
    refused: int = 0
    ill_posed: int = 0
    disagree: list[Any] = dataclasses.field(default_factory=list)

    def __str__(self) -> str:
        said = f"{self.draws} draws, {self.refused} refused, {self.ill_posed} ill-posed, {len(self.disagree)} disagree"
        return (
            f"{said}: currents {self.currents:.1e}, potentials {1e3 * self.potentials:.1e} mV, events {1e3 * self.events:.1e} ms"
        )


def compare_rest(cell: Cell, draws: int) -> Compared:
    """Currents at one potential, and the chosen root of rest."""
    rng, solver, found = random.Random(cell.name), RestSolver(cell), Compared()
    V = {name: rng.uniform(-0.1, 0.05) for name in cell.membranes}
    settings = [drawn(cell, rng) for _ in range(draws)]
    for one, got in zip(settings, answers(cell, [{"ask": "rest", "settings": s, "V": V} for s in settings]), strict=True):
        found.draws += 1
        try:
            numbers = solver.derivation.numbers({**solver.derivation.written, **one})
            _currents(found, solver, V, numbers, got)
            _roots(found, solver, numbers, got)
        except InputError:  # such as water below its freezing point
            found.refused += 1
    return found


def _currents(found: Compared, solver: RestSolver, V: Mapping[str, float], numbers: Mapping[str, float], got: Any) -> None:
    mine = {(one["membrane"], one["mechanism"]): one["current"] for one in got["flows"]["currents"]}
    for name, system in solver.circuit.membranes.items():
        every = {word: float(i) for word, i in system.currents(V[name], numbers).items()}
        worst = max(abs(mine[name, word] - i) for word, i in every.items()) / max(map(abs, every.values()))
        found.currents = max(found.currents, worst)
        if not worst <= CURRENT:
            found.disagree.append((name, worst))


def _roots(found: Compared, solver: RestSolver, numbers: Mapping[str, float], got: Any) -> None:
    try:
        chosen = choose(solver.solve(numbers)[0])
    except VrestError:
        if got["chosen"] is not None and not got["silent"]:
            found.disagree.append(("no rest", got["chosen"]))
        return
    if got["chosen"] is None:
        found.disagree.append(("not found", chosen.V))
        return
    for name, V in chosen.V.items():
        largest = max(abs(float(i)) for i in solver.circuit.membranes[name].currents(V, numbers).values())
        difference = abs(got["chosen"]["V"][name] - V)
        found.potentials = max(found.potentials, difference)
        if not difference <= SMALL + ROUNDING * largest / abs(chosen.slopes[name]):
            found.disagree.append((name, V, got["chosen"]["V"][name]))


def compare_courses(cell: Cell, draws: int, words: Sequence[str] = ("factors", "ramp", "current")) -> Compared:
    """Potentials in the course of protocols; where the first membrane crosses 0 mV within 50 ms, when."""
    rng, kept, found = random.Random(cell.name), vrest.prepare(cell), Compared()
    every = [protocol_of({"protocol": word, **protocols(cell)[word]}, cell, None) for word in words]
    watch = {"membrane": next(iter(cell.membranes)), "level": 0.0}
    jobs = [
        {"ask": "simulate", "settings": settings, "protocol": protocol, "options": {"at": _grid(protocol), "watch": watch}}
        for settings in [drawn_ways(cell, rng) for _ in range(draws)]
        for protocol in every
    ]
    for job, got in zip(jobs, answers(cell, jobs), strict=True):
        found.draws += 1
        assert "error" not in got, got
        _along(found, kept, job, got)
    return found


def _grid(protocol: Protocol) -> list[float]:
    return [protocol.until * (k + 0.5) / 500 for k in range(500)]


BESIDE = 1e-6
"""How long after an event a potential is looked at for its slope [s]."""


def _along(found: Compared, kept: Any, job: Mapping[str, Any], got: Any) -> None:
    """One course: what differs by more than the course itself does between two tolerances."""
    events = [one["t"] for one in got["crossings"]] if job["protocol"].until < 1 else []
    course = _course(kept, job, events, 1e-10)
    if course is None:
        found.refused += 1
        return
    worst = max(_nearest(course, name, point["t"], V) for point in got["points"] for name, V in point["V"].items())
    late = max((abs(_late(course, job, t)) for t in events), default=0.0)
    count = _crossings(course, job, events)
    same = not events or len(events) == count
    found.events = max(found.events, late)
    if not events:
        found.potentials = max(found.potentials, worst)
    if same and late <= EVENT and (events or worst <= COURSE) and got["ended"] == "end":
        return
    coarse = _course(kept, job, events, 1e-8)
    moved = max(_nearest(course, name, t, float(v)) for name, V in coarse.V.items() for t, v in zip(coarse.time, V, strict=True))
    if (moved > COURSE) if not events else max(abs(_late(course, job, t) - _late(coarse, job, t)) for t in events) > EVENT:
        found.ill_posed += 1
    else:
        found.disagree.append((job["protocol"].name, worst, late, len(events), count, got["ended"]))


def _course(kept: Any, job: Mapping[str, Any], events: Sequence[float], rtol: float) -> Any:
    at = sorted({*job["options"]["at"], *(t + side for t in events for side in (-BESIDE, 0.0, BESIDE))})
    try:
        return kept.simulate(job["protocol"], settings=job["settings"], rtol=rtol, at=at)
    except VrestError:
        return None


def _nearest(course: Any, name: str, t: float, V: float) -> float:
    """How far a potential is from the course's; where it steps there are two."""
    return min(abs(V - course.V[name][k]) for k in np.flatnonzero(course.time == t))


def _late(course: Any, job: Mapping[str, Any], t: float) -> float:
    """How long after a time a potential crosses 0 mV, from its value and slope there [s]."""
    V = course.V[job["options"]["watch"]["membrane"]]
    now, later = (V[np.flatnonzero(course.time == when)[0]] for when in (t, t + BESIDE))
    return float(-now * BESIDE / (later - now))


def _crossings(course: Any, job: Mapping[str, Any], events: Sequence[float]) -> int:
    """How often a potential crosses 0 mV by itself, as far as the times show that are wanted and those beside the events."""
    t, V = course.time, course.V[job["options"]["watch"]["membrane"]]
    wanted = np.isin(t, [*job["options"]["at"], *(at + side for at in events for side in (-BESIDE, BESIDE))])
    t, V = t[wanted], V[wanted]
    stepped = np.isin(np.arange(t.size - 1), np.searchsorted(t, [shock.at for shock in job["protocol"].shocks]) - 1)
    return int(np.sum(((V[:-1] < 0) != (V[1:] < 0)) & ~stepped))
