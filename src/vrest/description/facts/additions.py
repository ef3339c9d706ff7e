"""What a protocol sets inside a cell: ions and water that are added at a moment, or taken away, without a net charge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...domains import POSITIVE
from ...mechanisms.parameter import number
from ..cell import CELL, Cell, Compartment
from ..nodes import Node, Scalar
from ..protocol import Addition
from ..read import Section

VOLUME = "volume"
VOLUME_ROW = number(VOLUME, "pL", POSITIVE, "the volume of a compartment, water and solids", "5 pL")
Contents = Mapping[str, tuple[Scalar, float]]
"""Ions of a compartment, or its volume, with what they are brought to: as written, and in SI."""


def content_of(cell: Cell, path: str) -> tuple[str, str] | None:
    """Compartment and ion, or `volume`, of a path that is part of the cell's state; None for others."""
    name, _, what = path.partition(".")
    space = cell.compartments.get(name)
    return (name, what) if space is not None and space.role == CELL and (what in space.ions or what == VOLUME) else None


def volume_read(event: Section, path: str, node: Scalar) -> float | None:
    """A volume [m^3], which a path leads to also where it follows from a shape."""
    measured = event.reader.number(node, VOLUME_ROW, path)
    return None if measured is None else measured[0].value


def takes_water(event: Section, place: Node, space: Compartment, cell: Cell) -> bool:
    """Whether water that is added to a compartment, or taken from it, is there to stay for a while."""
    reason = _why_no_water(space, cell)
    if reason is not None:
        expected = "a compartment whose membrane has a water permeability, such as water: {permeability: 1e-5 m/s}"
        message = f"'{space.name}.volume' cannot be set: {reason}"
        event.report(place, message, path=f"{space.name}.volume", found="volume", expected=expected)
    return reason is None


def _why_no_water(space: Compartment, cell: Cell) -> str | None:
    if space.volume is None:
        return f"the volume of '{space.name}' is not described"
    if f"{space.name}.volume.remainder_of" in cell.settable:
        return "it is what the other compartments leave"
    around = cell.around(space.name)
    at_once = next((m.name for m in around if m.inner == space.name and m.water.rule == "instantaneous"), None)
    if at_once is not None:
        return f"its water follows osmolarity at once through '{at_once}'"
    return None if any(m.water.moves for m in around) else "it is rigid (water: none), so no water enters or leaves"


def additions(event: Section, times: Mapping[str, float], added: Mapping[str, Contents], cell: Cell) -> Iterator[Addition]:
    """What is added to compartments so that ions come to concentrations, or they to a volume: at a moment, and without a net charge."""
    if set(times) != {"at"}:
        found, expected = event.written, "at: 10 min; to bring it back is another event"
        event.report(
            event.node, "what a compartment holds is set at a moment, and goes on from there", found=found, expected=expected
        )
        return
    for name, contents in added.items():
        yield _addition(event, times["at"], cell.compartments[name], contents, cell)
    if not any(_charged(cell, contents) for contents in added.values()) and "counter_ion" in event:
        refuse_counter_ion(event)


def _addition(event: Section, at: float, space: Compartment, contents: Contents, cell: Cell) -> Addition:
    counter, charged = event["counter_ion"], _charged(cell, contents)
    ions = {ion: si for ion, (_, si) in contents.items() if ion != VOLUME}
    if ions:
        _check_ions(event, space, list(ions), charged, cell)
    words = ", ".join(f"{space.name}.{what} = {node.words}" for what, (node, _) in contents.items())
    balanced = f" with {counter}" if charged and counter else ""
    volume = contents[VOLUME][1] if VOLUME in contents else None
    return Addition(at, space.name, ions, counter if charged else None, words + balanced, volume)


def _charged(cell: Cell, contents: Contents) -> list[str]:
    return [ion for ion in contents if ion != VOLUME and cell.valences[ion]]


def _check_ions(event: Section, space: Compartment, ions: list[str], charged: list[str], cell: Cell) -> None:
    """Ions that are added are free to change, and a counter-ion balances their charge."""
    counter = event["counter_ion"]
    if held := [ion for ion in (*ions, counter) if ion in space.fixed]:
        refuse_held(event, "counter_ion" if held == [counter] else "set", space, held[0])
    if charged and counter is None:
        message = f"{' and '.join(charged)} in '{space.name}' cannot be set alone: what is added would charge the compartment"
        event.wrong("counter_ion", message, found="no counter_ion", expected="counter_ion: Cl, which is added or taken with it")
    event.refers("counter_ion", space.ions, f"'{space.name}' does not list the counter-ion")
    if counter in ions or (counter in space.ions and not cell.valences[counter]):
        event.wrong("counter_ion", "this cannot balance a charge", expected="another charged ion of the compartment")
    check_water(event, "set", f"an addition brings '{space.name}' to no concentration", space.name, cell)


def refuse_counter_ion(event: Section) -> None:
    """A counter-ion where no charge is added."""
    event.wrong("counter_ion", "nothing is added whose charge it could balance", expected="set: {inside.K: 150 mM}")


def refuse_held(event: Section, key: str, space: Compartment, ion: str) -> None:
    """What the description holds, no protocol changes."""
    event.wrong(
        key,
        f"{ion} of '{space.name}' is held by its description, so nothing else sets, holds or carries it",
        found=ion,
        expected="another ion, or a cell without `fixed`",
    )


def check_water(event: Section, key: str, cannot: str, space: str, cell: Cell) -> None:
    """Concentrations cannot be brought about where water follows at once."""
    for name, membrane in cell.membranes.items():
        if membrane.inner == space and membrane.water.rule == "instantaneous":
            event.wrong(
                key,
                f"{cannot}: its water follows the bath at once through '{name}'",
                found="water: instantaneous",
                expected="a cell with water: none, or a water permeability",
            )
