"""The graph of compartments and membranes: which membranes lie in loops, and what is joined to a fixed potential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .cell import BATH, Compartment, Membrane
from .check import Checker
from .nodes import Mapping as MappingNode
from .nodes import find

GROUND = "\0ground"


def node_of(compartment: Compartment) -> str:
    """The electrical node of a compartment: baths whose potential is given are one node, the ground."""
    return GROUND if compartment.role == BATH and not compartment.open else compartment.name


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


def check_graph(
    check: Checker, root: MappingNode, compartments: Mapping[str, Compartment], membranes: Mapping[str, Membrane]
) -> None:
    """Every compartment that is no bath is connected to the reference; membranes in loops have areas or whole-cell numbers."""
    connected = reachable(GROUND, compartments, list(membranes.values()))
    for name, compartment in compartments.items():
        if compartment.role != BATH and node_of(compartment) not in connected:
            place = find(root, ("compartments", name)) or root
            check.report(
                place,
                f"no chain of membranes joins compartment '{name}' to the bath, so its potential is not defined",
                found=name,
                expected="a membrane between it and another compartment",
            )
    in_trees = bridges(compartments, membranes)
    loops = [name for name in membranes if name not in in_trees]
    for name in loops:
        membrane = membranes[name]
        if membrane.area is None and any(m.basis is None or m.basis.name != "CELL" for m in membrane.mechanisms.values()):
            check.report(
                find(root, ("membranes", name)) or root,
                f"membrane '{name}' lies in a loop ({', '.join(loops)}): currents there add up only with areas",
                path=f"{name}.area",
                expected="area: 1000 um^2",
            )
