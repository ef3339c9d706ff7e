"""The rows of a reference: what vrest makes of a number, what the sheet says, how far apart they may be. Tests and pages read them."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Row:
    """One number of a reference, and what vrest makes of it; `missing` names the term for whose lack it may miss."""

    what: str
    unit: str
    computed: float
    expected: float
    tolerance: float
    relative: bool = False
    missing: str = ""

    @property
    def off(self) -> float:
        """The deviation, in the same terms as the tolerance."""
        deviation = abs(self.computed - self.expected)
        return deviation / abs(self.expected) if self.relative else deviation

    @property
    def holds(self) -> bool:
        return self.off <= self.tolerance

    def words(self) -> tuple[str, ...]:
        terms = "" if self.relative else f" {self.unit}"
        digits = significant(self.expected)
        numbers = (
            f"{self.computed:.{digits}g}",
            f"{self.expected:.{digits}g}",
            f"{self.off:.1e}{terms}",
            f"{self.tolerance:g}{terms}",
        )
        return self.what, self.unit, *numbers


def significant(value: float) -> int:
    """As many digits as the reference gives, and no fewer than three."""
    return max(3, len(f"{value:.9g}".partition("e")[0].replace("-", "").replace(".", "").strip("0")))


def sheet(case: str) -> dict:
    return json.loads((DATA / case / "case.json").read_text(encoding="utf-8"))


def rows(case: str, file: str = "expected.csv") -> list[dict]:
    with (DATA / case / file).open(encoding="utf-8", newline="") as lines:
        return [{key: number(value) for key, value in row.items()} for row in csv.DictReader(lines)]


def number(text: str):
    try:
        return float(text)
    except ValueError:
        return text


def tolerances(case: str) -> list[tuple[float, bool]]:
    """The tolerances that a sheet states, in order: the number, and whether it is relative."""
    found = re.findall(r"(\d[\d.]*(?:e-?\d+)?) (%|relative|mV|kJ/mol)", sheet(case)["tolerance"])
    return [(float(value) * (0.01 if unit == "%" else 1.0), unit in ("%", "relative")) for value, unit in found]
