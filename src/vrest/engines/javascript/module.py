"""The ES module of a cell: what its numbers are called and how they belong together, then its functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from ...description.cell import Cell
from ...errors import InputError
from ...system.cell import CellSystem
from .bernoulli import functions
from .printer import MATH, OWN, json_text
from .sharing import Sharing
from .structure import structure
from .traces import Trace, Traces


@dataclass(frozen=True)
class Emitted:
    """The text of a cell's module, how many operations it has, and how many each of its functions takes."""

    text: str
    operations: int
    nodes: Mapping[str, int]


def module(cell: Cell) -> str:
    """The ES module of a cell: `cell`, a description in JSON, and `functions`."""
    return emitted(cell).text


def has_courses(cell: Cell) -> bool:
    """Whether a description has the absolute numbers that a course or a steady state takes."""
    try:
        CellSystem(cell)
    except InputError:
        return False
    return True


def sources() -> dict[str, str]:
    """The ES modules that solve cells, by file name; `engine.mjs` is the one to begin with."""
    every = files(__package__).joinpath("solve").iterdir()
    return {
        one.name: one.read_text(encoding="utf-8") for one in sorted(every, key=lambda one: one.name) if one.name.endswith(".mjs")
    }


def emitted(cell: Cell) -> Emitted:
    """The module of a cell, and its size."""
    traces = Traces(cell)
    found = _functions(traces)
    columns = {key: found[key].columns for key in ("rates", "clamped", "balances") if key in found}
    timed = "moving" in found and found["moving"].uses("p", traces.names.index("time"))
    every = traces.graph.needed([a for trace in found.values() for a in trace.outputs])
    own = functions() if any(traces.graph.name(a) in OWN for a in every) else ""
    described = json_text(structure(traces, timed) | {"columns": columns})
    text = f"{MATH}\n{own}export const cell = {described};\n{Sharing(traces.graph, found).text}"
    return Emitted(text, len(every), {key: len(trace.needed) for key, trace in found.items()})


def _functions(traces: Traces) -> dict[str, Trace]:
    """Every function by its key; those of a membrane are followed by its place."""
    found = {"described": traces.described(), "numbers": traces.numbers(), "flows": traces.flows()}
    for k, name in enumerate(traces.circuit.membranes):
        found |= {
            f"currents{k}": traces.currents(name),
            f"charged{k}": traces.charged(name),
            f"equilibria{k}": traces.equilibria(name),
            **{f"{key}{k}": trace for key, trace in traces.theories(name).items()},
        }
        if traces.gates(name):
            found |= {f"gated{k}": traces.gated(name), f"settled{k}": traces.settled(name)}
    if traces.whole is not None:
        found |= _of_courses(traces, traces.whole)
    return found


def _of_courses(traces: Traces, whole: CellSystem) -> dict[str, Trace]:
    kept = (
        {"missingKept": traces.missing_charge(whole, True), "begunKept": traces.begun(whole, True)} if whole.instantaneous else {}
    )
    return kept | {
        "contents": traces.contents(whole),
        "missing": traces.missing_charge(whole),
        "begun": traces.begun(whole),
        "observed": traces.observed(whole),
        "potentials": traces.potentials(whole),
        "moving": traces.rates(whole, clamped=False, sloped=False),
        "rates": traces.rates(whole, clamped=False, sloped=True),
        "held": traces.rates(whole, clamped=True, sloped=False),
        "clamped": traces.rates(whole, clamped=True, sloped=True),
        "balances": traces.balances(whole),
    }
