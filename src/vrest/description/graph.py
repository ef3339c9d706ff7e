"""The graph of compartments and membranes: which membranes lie in loops, and what is joined to a fixed potential."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..mechanisms.parameter import Basis
from .cell import BATH, Compartment, Membrane
from .check import Checker
from .nodes import Mapping as MappingNode

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


def check_graph(
    check: Checker, root: MappingNode, compartments: Mapping[str, Compartment], membranes: Mapping[str, Membrane]
) -> None:
    """Every compartment that is no bath is connected to the reference; membranes in loops have areas or whole-cell numbers."""
    section = root.get("membranes")
    grounded = any(node_of(compartment) == GROUND for compartment in compartments.values())
    unread = not grounded or not isinstance(section, MappingNode) or len(membranes) < len(section.entries)
    connected = reachable(GROUND, compartments, list(membranes.values()))
    for name, compartment in compartments.items():
        if node_of(compartment) not in connected and not unread:
            spaces = root.get("compartments")
            check.report(
                spaces.key(name) if isinstance(spaces, MappingNode) else root,
                f"no chain of membranes joins compartment '{name}' to the reference bath, so its potential is not defined",
                path=name,
                found=name,
                expected=f"a membrane such as `between: [{name}, {_another(compartments, name)}]`",
            )
    in_trees = bridges(compartments, membranes)
    loops = [name for name in membranes if name not in in_trees]
    for name in loops:
        membrane = membranes[name]
        bases = {m.basis for m in membrane.mechanisms.values()}
        ends = {node_of(compartments[end]) for end in (membrane.inner, membrane.outer)}
        if name in check.broken or not isinstance(section, MappingNode) or ends == {GROUND}:
            continue  # between two given potentials no currents are added
        if Basis.RELATIVE in bases:
            check.report(
                section.key(name),
                f"membrane '{name}' lies in a loop ({', '.join(loops)}), where currents of membranes are added: "
                "ratios of permeabilities do not say how large they are",
                path=name,
                found="ratios of permeabilities",
                expected="permeabilities such as 1e-8 m/s",
            )
        elif membrane.area is None and Basis.AREA in bases:
            check.report(
                section.key(name),
                f"membrane '{name}' lies in a loop ({', '.join(loops)}): its currents per area add up with the others only when its area is known",
                path=f"{name}.area",
                found="no area",
                expected="area: 1000 um^2",
            )


def _another(compartments: Mapping[str, Compartment], name: str) -> str:
    return next((other for other, c in compartments.items() if other != name and c.role == BATH), "outside")
