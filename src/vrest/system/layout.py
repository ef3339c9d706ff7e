"""The ordered state of a whole cell: charges of electrical nodes, amounts of ions, volumes; and what of it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..description.cell import CELL, Cell
from ..description.graph import GROUND, node_of


@dataclass(frozen=True)
class Layout:
    """Which numbers make up the state, in order: charges [C], amounts [mol], volumes [m^3].

    Attributes:
        nodes:   compartments whose potential is found (all that are no bath of a given potential)
        amounts: (compartment, ion) whose amount may change
        volumes: compartments whose volume may change
        index:   position of `("Q", node)`, `(compartment, ion)` and `("w", compartment)`
    """

    nodes: tuple[str, ...]
    amounts: tuple[tuple[str, str], ...]
    volumes: tuple[str, ...] = ()
    index: dict[tuple[str, str], int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        keys = [*(("Q", node) for node in self.nodes), *self.amounts, *(("w", space) for space in self.volumes)]
        self.index.update({key: k for k, key in enumerate(keys)})

    @property
    def size(self) -> int:
        return len(self.index)

    @property
    def charges(self) -> slice:
        return slice(0, len(self.nodes))

    @property
    def contents(self) -> slice:
        return slice(len(self.nodes), len(self.nodes) + len(self.amounts))

    @property
    def waters(self) -> slice:
        return slice(len(self.nodes) + len(self.amounts), self.size)


def layout_of(cell: Cell) -> Layout:
    """The state of a described cell: baths and held compartments keep their composition, a bath of given potential its charge."""
    nodes = tuple(name for name, space in cell.compartments.items() if node_of(space) != GROUND)
    amounts = tuple((name, ion) for name, space in cell.compartments.items() if space.role == CELL for ion in space.ions)
    moved = dict.fromkeys(end for m in cell.membranes.values() if m.water.moves for end in (m.inner, m.outer))
    at_once = {m.inner for m in cell.membranes.values() if m.water.rule == "instantaneous"}
    volumes = tuple(name for name in moved if cell.compartments[name].role == CELL and name not in at_once)
    return Layout(nodes, amounts, volumes)
