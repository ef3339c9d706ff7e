"""What there is to say of states beside each other: `donnan`, `explain`, `tune`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ...results.base import Unknown, known
from ...results.donnan import DonnanResult
from ...results.explained import Column as State
from ...results.explained import ExplainResult
from ...results.forms import rows
from ...results.registry import variable
from ...results.steady import SteadyPoint
from ...results.tuned import TuneResult
from ...results.words import duration, time_word
from ...units import to_unit
from ..document import TEXT, Block, Column, Document, Each, Heading, Part, sentences, table
from ..numbers import ABSENT, mV, significant
from . import parts
from .contents import SAID, by_place

IN_COMPARTMENTS: dict[tuple[str, ...], dict[str, Any]] = {("compartment", "ion"): {}}


# -- states beside each other -------------------------------------------------------------------------------------


def side_by_side(
    title: str,
    states: Mapping[str, SteadyPoint | None],
    constants: Mapping[str, float | None] | None = None,
    names: Collection[str] = tuple(SAID),
) -> list[Block]:
    """Potentials, concentrations and volumes, and time constants [s], with one column for each state; a dash where there is none."""
    apart = any(point is not None and len(point.V_m) > 1 for point in states.values())
    said = [_said(point, names, apart) for point in states.values()]
    heads = next(filter(None, said), {})
    rows = [(head, *(cells.get(head, ABSENT) for cells in said)) for head in heads]
    if rows and constants:
        rows.append(("time constant", *map(duration, constants.values())))
    return table(title, ["", *states], rows)


def _said(point: SteadyPoint | None, names: Collection[str], apart: bool) -> dict[str, str]:
    """What a state holds, by the heads of rows; nothing where there is none."""
    found = by_place(point, apart) if point else []
    return {one.heading: one.said(one.leaf.value) for one in found if one.leaf.name in names}


# -- donnan -------------------------------------------------------------------------------------------------------


def donnan_grid(result: DonnanResult) -> parts.Grid:
    """One row for each compartment and ion."""
    columns = ("compartment", "ion", "inside_mM", "potential_mV", "volume_pL", "pH")
    return columns, rows(result, IN_COMPARTMENTS, ("potential_mV", "volume_pL", "pH"))


def _equilibrium(result: DonnanResult) -> list[Block]:
    equilibrium = f"Donnan equilibrium of {result.cell} at {parts.temperature(result.temperature)}"
    return [
        Heading(f"V = {parts.potentials(result.point.V_m)}", 1),
        *sentences([f"{equilibrium}: ions that pass are at their Nernst potential."]),
        *side_by_side("Contents", {"at equilibrium": result.point}),
    ]


def _ratios(result: DonnanResult, name: str) -> list[Block]:
    stays = result.stays.get(name, ())
    heads: list[Column | str] = ["ion", "ratio"]
    lines = [[ion, significant(r, 5)] for ion, r in result.ratio[name].items()]
    if stays:
        heads.append(Column("", TEXT))
        lines = [[ion, r, "stays" if ion in stays else ""] for ion, r in lines]
    return table(f"Ratios inside over outside ({name})", heads, lines)


def _walls(result: DonnanResult) -> list[Block]:
    return sentences(_wall(result.wall[name], name, pressure) for name, pressure in result.pressure.items())


def _wall(described: bool, name: str, pressure: float) -> str:
    kPa = f"{significant(to_unit(pressure, 'kPa'), 4)} kPa"
    return f"The wall at '{name}' bears {kPa}." if described else f"A rigid wall at '{name}' would bear {kPa}."


DONNAN: Document = (
    Part(_equilibrium),
    Each(lambda result: result.ratio, (Part(_ratios),)),
    Part(_walls),
    *parts.ending(),
)


# -- explain ------------------------------------------------------------------------------------------------------


def columns(result: ExplainResult) -> dict[str, State | None]:
    """The three states by their headings; None where there is none."""
    states = {"held": result.held, "steady": result.steady, "pumps off": result.pumps_off}
    return {name: None if isinstance(state, Unknown) else state for name, state in states.items()}


def headings(result: ExplainResult) -> dict[str, str]:
    """The same with the time in which each is come to."""
    slow = {name: state.time_constant for name, state in columns(result).items() if state}
    return {
        name: f"{name} ({time_word(tau)})" if known(tau := slow.get(name)) and name != "held" else name
        for name in columns(result)
    }


def explained_grid(result: ExplainResult) -> parts.Grid:
    """One row for each state, compartment and ion."""
    return ("state", "compartment", "ion", "inside_mM", "potential_mV", "pH"), _explained_rows(result)


def _explained_rows(result: ExplainResult) -> Iterator[dict[str, Any]]:
    for name, state in columns(result).items():
        if state is not None:
            yield from ({"state": name} | row for row in rows(state, IN_COMPARTMENTS, ("potential_mV", "pH")))


def _explained(result: ExplainResult) -> list[Block]:
    at = parts.temperature(result.temperature)
    return [
        Heading(f"What holds the potential of {result.cell}", 1),
        *sentences([f"At {at}: as described, left to itself, and left to itself without pumps."]),
    ]


def _three(result: ExplainResult, names: Collection[str] = tuple(SAID)) -> list[Block]:
    named = headings(result)
    shown = {named[name]: state for name, state in columns(result).items()}
    points = {name: state.point if state else None for name, state in shown.items()}
    constants = {name: (state.time_constant or None) if state else None for name, state in shown.items()}
    return side_by_side("Three states", points, constants, names)


def _three_in_short(result: ExplainResult) -> list[Block]:
    return _three(result, ("V_mV", "inside_mM", "pH", "volume_pL"))


def _effects(result: ExplainResult) -> list[Block]:
    return table(
        "What the pumps do to V in the steady state: by their own current, by the gradients they keep",
        ["membrane", *(f"{variable(name).words} mV" for name in ("at_once_mV", "over_hours_mV", "total_mV"))],
        [(name, mV(e.at_once), mV(e.over_hours), mV(e.total)) for name, e in result.effect.items()],
    )


def _missing(result: ExplainResult) -> list[Block]:
    """Why there is no such state."""
    states = {"Left to itself": result.steady, "Without pumps": result.pumps_off}
    return sentences(f"{what}: {state.sentence}." for what, state in states.items() if isinstance(state, Unknown))


def closing(result: ExplainResult) -> tuple[str, str]:
    """How a short answer ends."""
    return parts.closing(result, "each of the states by itself" if result.certificate.converged else "")


EXPLAINED: Document = (
    Part(_explained, first=True),
    Part(_three_in_short, first=True, whole=False),
    Part(_three),
    Part(_missing, first=True, whole=False),
    Part(_effects, first=True),
    parts.WARNINGS,
    *parts.ending(),
)


# -- tune ---------------------------------------------------------------------------------------------------------


def tuned_grid(result: TuneResult) -> parts.Grid:
    """One row for each number."""
    found = (
        {"path": path, "value": value, "value_SI": result.si[path], "before": result.before[path]}
        for path, value in result.values.items()
    )
    return ("path", "value", "value_SI", "before"), found


def _tuned(result: TuneResult) -> list[Block]:
    numbers = [(path, _short(result.before[path]), _short(value)) for path, value in result.values.items()]
    return [
        Heading(f"{result.cell} keeps itself with these numbers", 1),
        *table("Numbers", ["path", "described", "tuned"], numbers),
        *side_by_side("The steady state of the tuned cell", {"held": result.steady}),
    ]


def _short(value: str) -> str:
    """Number and unit with six digits at most; a word as it is."""
    number, space, unit = value.partition(" ")
    try:
        return f"{float(number):.6g}{space}{unit}"
    except ValueError:
        return value


TUNED: Document = (Part(_tuned), *parts.ending())
