"""Draw the figures of the README and of the pages anew: python docs/draw.py"""

import sys
import tempfile
from pathlib import Path

import run_pages

from vrest.cli.main import main

DOCS = Path(__file__).resolve().parent
PUMP_LEAK_CELL = DOCS.parent / "examples" / "pump-leak-cell.yaml"


def first_cell(folder: str) -> str:
    """The file that the page on a first cell begins with."""
    page = (DOCS / "first-cell.md").read_text(encoding="utf-8")
    file = Path(folder, "my-cell.yaml")
    file.write_text(next(block.body for block in run_pages.blocks(page) if block.language == "yaml"), encoding="utf-8")
    return str(file)


def draw() -> int:
    with tempfile.TemporaryDirectory() as folder:
        figures = {
            "squid-axon": ("rest", "squid-axon"),
            "squid-axon-iv": ("iv", "squid-axon"),
            "pump-leak-cell": ("rest", str(PUMP_LEAK_CELL)),
            "frog-muscle-over-K": ("rest", "frog-muscle", "--over", "outside.K=1:100 mM:log"),
            "my-cell": ("rest", first_cell(folder)),
        }
        return max(main([*words, "--csv", "--plot", str(DOCS / "images" / f"{name}.png")]) for name, words in figures.items())


if __name__ == "__main__":
    sys.exit(draw())
