"""The answer to `donnan CELL` for people: as text, HTML, figure, CSV."""

from __future__ import annotations

from typing import Any

from ..results.base import bench
from ..results.donnan import DonnanResult
from ..units import to_unit
from . import as_csv, as_text, common
from .document import TEXT, Block, Column, Heading, sentences, table
from .numbers import significant
from .rest import mV
from .states import side_by_side


def text(result: DonnanResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal, plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: DonnanResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: DonnanResult, path: str | None = None) -> Any:
    """Concentration ratios of every ion, with V."""
    from .draw_states import ratios
    from .figures import save

    return save(ratios(result), path)


def csv(result: DonnanResult) -> str:
    """One row for each compartment and ion."""
    rows = [
        {
            "compartment": space,
            "ion": ion,
            "inside_mM": c,
            "potential_mV": bench(result.point.potential[space], "mV"),
            "volume_pL": bench(result.point.volume[space], "pL"),
        }
        for space, ions in result.point.inside.items()
        for ion, c in ions.items()
    ]
    return as_csv.render(["compartment", "ion", "inside_mM", "potential_mV", "volume_pL"], rows)


def document(result: DonnanResult) -> list[Block]:
    """What there is to say, in reading order."""
    V = ", ".join(f"{mV(x)} mV" + (f" ({name})" if len(result.point.V_m) > 1 else "") for name, x in result.point.V_m.items())
    blocks: list[Block] = [
        Heading(f"V = {V}", 1),
        *sentences(
            [
                f"Donnan equilibrium of {result.cell} at {common.temperature(result.temperature)}: ions that pass are at their Nernst potential."
            ]
        ),
        *side_by_side("Contents", {"at equilibrium": result.point}),
    ]
    for name, ions in result.ratio.items():
        stays = result.stays.get(name, ())
        blocks += table(
            f"Ratios inside over outside ({name})",
            ["ion", Column("ratio"), *([Column("", TEXT)] if stays else [])],
            [(ion, significant(r, 5), *(["stays" if ion in stays else ""] if stays else [])) for ion, r in ions.items()],
        )
    blocks += sentences(
        f"{'The wall' if result.wall[name] else 'A rigid wall'} at '{name}' "
        f"{'bears' if result.wall[name] else 'would bear'} {significant(to_unit(p, 'kPa'), 4)} kPa."
        for name, p in result.pressure.items()
    )
    return [*blocks, *common.notes(result.notes), *common.refused(result.refused), *common.certificate(result.certificate)]
