"""Draw the figures of the README and of the pages anew: python docs/draw.py"""

import sys
import tempfile
from pathlib import Path

import run_pages
import vrest
from vrest.cli.main import main

DOCS = Path(__file__).resolve().parent
PERMEABILITY = "plasma.{}_leak.permeability"
PUMP_LEAK_CELL = DOCS.parent / "examples" / "pump-leak-cell.yaml"


def first_cell(folder: str) -> str:
    """The file that the page on a first cell begins with."""
    page = (DOCS / "first-cell.md").read_text(encoding="utf-8")
    file = Path(folder, "my-cell.yaml")
    file.write_text(next(block.body for block in run_pages.blocks(page) if block.language == "yaml"), encoding="utf-8")
    return str(file)


def file_of(page: str, name: str, folder: str) -> str:
    """A file that a page writes, by its name."""
    text = (DOCS / page).read_text(encoding="utf-8")
    file = Path(folder, name)
    file.write_text(
        next(block.body for block in run_pages.blocks(text) if block.body.startswith(f"# {name}\n")), encoding="utf-8"
    )
    return str(file)


def file_for(name: str) -> Path:
    """Where a figure lies. Those of channels are many and of few lines: as SVG they are small."""
    return DOCS / "images" / f"{name}.{'svg' if name.startswith('channels/') else 'png'}"


def draw() -> int:
    with tempfile.TemporaryDirectory() as folder:
        over = ("--over", "outside.K=0.5:20 mM:log")
        figures = {
            "squid-axon": ("rest", "squid-axon"),
            "squid-axon-iv": ("iv", "squid-axon"),
            "pump-leak-cell": ("rest", str(PUMP_LEAK_CELL)),
            "textbook-neuron": ("rest", "textbook-neuron"),
            "textbook-neuron-over-K": ("rest", "textbook-neuron", "--over", "outside.K=1:100 mM:log"),
            "pump-block": ("simulate", "mammalian-neuron", "pump-block"),
            "frog-muscle-over-K": ("rest", "frog-muscle", "--over", "outside.K=1:100 mM:log"),
            "my-cell": ("rest", first_cell(folder)),
            "squid-axon-excitable": ("excite", "squid-axon-excitable"),
            "squid-axon-excitable-over-K": ("excite", "squid-axon-excitable", "--over", "outside.K=4:60 mM:log:16"),
            "hyperkalaemia": ("simulate", "squid-axon-excitable", "hyperkalaemia"),
            "plant-action-potential": ("simulate", "plant-cell", "plant-action-potential"),
            "anoxia": ("simulate", "wei2014", "anoxia"),
            "uncoupler": ("simulate", "mitochondrion", "uncoupler", "--rtol", "1e-9"),
            "sensitivity": ("sensitivity", "mammalian-neuron", "--ask", "steady"),
            "fit": ("fit", "squid-axon", str(PUMP_LEAK_CELL.with_name("potentials.csv")), "--free", PERMEABILITY.format("K"))
            + ("--free", PERMEABILITY.format("Na")),
            "explain-neuron": ("explain", "mammalian-neuron"),
            "shower": ("simulate", "mammalian-neuron", file_of("homeostasis.md", "shower.yaml", folder)),
            "fibre-branches": ("branches", file_of("homeostasis.md", "fibre.yaml", folder), *over, "--of", "rest"),
            "keeping-fibre-branches": ("branches", file_of("homeostasis.md", "keeping-fibre.yaml", folder), *over),
        }
        figures |= {f"channels/{name}": ("library", "show", name) for name in vrest.channel_names()}
        return max(main([*words, "--csv", "--plot", str(file_for(name))]) for name, words in figures.items())


if __name__ == "__main__":
    sys.exit(draw())
