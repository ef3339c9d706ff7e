"""The answer to `explain` for people: held, steady, pumps off, side by side."""

from __future__ import annotations

from typing import Any

from ..results.base import bench
from ..results.explained import ExplainResult
from . import as_csv, as_text, common
from .document import Block, Column, Heading, sentences, table
from .rest import mV
from .states import side_by_side


def text(result: ExplainResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal, plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: ExplainResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: ExplainResult, path: str | None = None) -> Any:
    """V and concentrations of the three states beside each other."""
    from .draw_states import three
    from .figures import save

    return save(three(result), path)


def csv(result: ExplainResult) -> str:
    """One row for each state, compartment and ion."""
    rows = []
    for state, column in columns(result).items():
        if column:
            for space, ions in column.point.inside.items():
                for ion, c in ions.items():
                    rows.append(
                        {
                            "state": state,
                            "compartment": space,
                            "ion": ion,
                            "inside_mM": c,
                            "potential_mV": bench(column.point.potential[space], "mV"),
                        }
                    )
    return as_csv.render(["state", "compartment", "ion", "inside_mM", "potential_mV"], rows)


def columns(result: ExplainResult) -> dict[str, Any]:
    """The three columns by their headings."""
    return {"held (seconds)": result.held, "steady (hours)": result.steady, "pumps off": result.pumps_off}


def document(result: ExplainResult) -> list[Block]:
    """What there is to say, in reading order."""
    shown = columns(result)
    states = {name: column.point if column else None for name, column in shown.items()}
    constants = {name: column.time_constant if column else None for name, column in shown.items()}
    blocks: list[Block] = [
        Heading(f"What holds the potential of {result.cell}", 1),
        *sentences(
            [f"At {common.temperature(result.temperature)}: as described, left to itself, and left to itself without pumps."]
        ),
        *side_by_side("Three states", states, constants),
    ]
    effects = [(name, mV(e.at_once), mV(e.over_hours), mV(e.total)) for name, e in result.effect.items()]
    heads: list[Column | str] = ["membrane", Column("at once mV"), Column("over hours mV"), Column("together mV")]
    blocks += table("What the pumps do to V: by their own current, by the gradients they keep", heads, effects)
    return [*blocks, *common.notes(result.notes), *common.refused(result.refused), *common.certificate(result.certificate)]
