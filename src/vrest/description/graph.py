"""The graph of compartments and membranes: which membranes lie in loops, and what is joined to a fixed potential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .cell import BATH, Compartment, Membrane

GROUND = "\0ground"


def node_of(compartment: Compartment) -> str:
    """The electrical node of a compartment: those whose potential is given (baths, the reference) are one node, the ground.

    A store has none; it counts as ground, where nothing is asked.
    """
    grounded = compartment.reference or compartment.store or (compartment.role == BATH and not compartment.open)
    return GROUND if grounded else compartment.name


def bridges(compartments: Mapping[str, Compartment], membranes: Mapping[str, Membrane]) -> set[str]:
    """Names of the membranes that lie in no loop: cutting one separates the graph."""
    return {
        name
        for name in membranes
        if not _joined(compartments, [m for other, m in membranes.items() if other != name], membranes[name])
    }


def _joined(compartments: Mapping[str, Compartment], membranes: Iterable[Membrane], between: Membrane) -> bool:
    """Whether the two sides of a membrane are connected by the other membranes."""
    start, goal = node_of(compartments[between.inner]), node_of(compartments[between.outer])
    return goal in reachable(start, compartments, list(membranes))


def reachable(start: str, compartments: Mapping[str, Compartment], membranes: list[Membrane]) -> set[str]:
    """Electrical nodes that a node is connected to by membranes, itself included."""
    found, frontier = {start}, [start]
    while frontier:
        here = frontier.pop()
        for membrane in membranes:
            ends = {node_of(compartments[membrane.inner]), node_of(compartments[membrane.outer])}
            if here in ends:
                new = ends - found
                found |= new
                frontier += new
    return found
