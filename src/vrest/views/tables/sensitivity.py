"""What there is to say of how a state moves with numbers: sentences, tables by size, and what the mechanisms control."""

from __future__ import annotations

from collections.abc import Mapping

from ...results.base import bench, known
from ...results.sensitivity import CourseQuantity, CourseSensitivityResult, Quantity, SensitivityResult, Slope
from ..document import TEXT, Block, Column, Document, Heading, Part, sentences, table
from ..numbers import ABSENT, aligned, significant, where
from . import parts

NAMED, LISTED = 3, 12
"""How many numbers have a sentence, and how many a line."""
FEW = 2
"""How many numbers stand beside each of the other quantities."""
DIGITS = 9
"""Decimals to which control coefficients add up."""
WORDS = {"V_mV": "V", "volume_pL": "volume", "atp_mol_per_s": "ATP"}
STATES = {"rest": "at rest, concentrations held", "steady": "in the steady state"}


def grid(result: SensitivityResult) -> parts.Grid:
    """A line for each quantity and each number, then each mechanism."""
    head = ["quantity", "unit", "value", "of", "path", "per_percent", "elasticity"]
    rows = [
        {
            "quantity": one.column,
            "unit": one.unit,
            "value": one.value,
            "of": of,
            "path": path,
            "per_percent": slope.per_percent,
            "elasticity": bench(slope.elasticity, "1"),
        }
        for one in result.quantities
        for of, slopes in (("number", one.by), ("mechanism", one.control))
        for path, slope in slopes.items()
    ]
    return head, rows


def called(result: SensitivityResult | CourseSensitivityResult, one: Quantity | CourseQuantity) -> str:
    """A quantity as people call it: `V`, `inside.K`, `volume`, `ATP`, with its place where there are several."""
    if one.output == "inside_mM":
        return ".".join(one.labels)
    among = [other for other in result.quantities if other.output == one.output]
    return WORDS[one.output] + where(f" of {''.join(one.labels)}", among)


def signed(value: float, unit: str) -> str:
    """A change with its sign and unit."""
    return f"{'+' if value > 0 else ''}{significant(value, 2)} {unit}"


def _about(result: SensitivityResult) -> list[Block]:
    one = result.first
    named = called(result, one)
    said = [f"1 % more {path} moves {named} by {signed(slope.per_percent, one.unit)}." for path, slope in one.moving[:NAMED]]
    return [
        Heading(f"{named} = {significant(one.value, 4)} {one.unit} {STATES[result.ask]}", 1),
        *sentences([f"How {result.cell} moves with its numbers:", *(said or [f"No number moves {named}."])]),
    ]


def _numbers(result: SensitivityResult) -> list[Block]:
    one = result.first
    shown = one.moving[:LISTED]
    rows = zip([path for path, _ in shown], *_columns(dict(shown)), strict=True)
    heads = ["number", f"1 % more: {one.unit}", "% by 1 %"]
    left = len(one.by) - len(shown)
    more = [f"{left} more numbers move it less, or not at all; the CSV and the JSON hold all."] if left > 0 and shown else []
    return [*table(f"What moves {called(result, one)}", heads, rows), *sentences(more)]


def _columns(slopes: Mapping[str, Slope]) -> list[list[str]]:
    return [
        aligned([slope.per_percent for slope in slopes.values()], 3),
        aligned([slope.elasticity for slope in slopes.values()], 3),
    ]


def _control(result: SensitivityResult) -> list[Block]:
    """What mechanisms control, with the sum that the theorem asks for."""
    one = result.first
    if not any(slope.per_percent for slope in one.control.values()):
        return []
    together = significant(round(one.total, DIGITS) + 0.0) if known(one.total) else ABSENT
    rows = [*zip(one.control, *_columns(one.control), strict=True), ("together", "", together)]
    title = f"What mechanisms control: all that each moves grows by 1 % ({called(result, one)})"
    return table(title, ["mechanism", f"1 % more: {one.unit}", "control coefficient"], rows)


def _others(result: SensitivityResult) -> list[Block]:
    rows = [
        (called(result, one), f"{significant(one.value, 4)} {one.unit}", _most(one))
        for one in result.quantities[1:]
        if one.moving
    ]
    return table("What else moves: percent by 1 % more", ["", "value", Column("mostly by", TEXT)], rows)


def _most(one: Quantity) -> str:
    return ", ".join(f"{path} {signed(_percent(one, slope), '%')}" for path, slope in one.moving[:FEW])


def _percent(one: Quantity, slope: Slope) -> float:
    return 100 * slope.per_percent / one.value if one.value else 0.0


EVIDENCE = {
    "tangent_fraction": "Moved along its derivatives the state stays one, to {} of what a number changes",
    "summation_fraction": "and control coefficients miss their sums, 0 of a state and 1 of a rate, by {}",
}


def _evidence(result: SensitivityResult) -> str:
    return parts.residual_words(result.certificate, EVIDENCE) + "."


DOCUMENT: Document = (Part(_about), Part(_numbers), Part(_control), Part(_others), *parts.ending(_evidence))
