"""The rows of a described cell: which quantities change, and what each is as described."""

from __future__ import annotations

from ..description.cell import CELL, GROUND, Cell, Compartment, node_of
from ..description.equilibrium import Equilibrium
from .equilibria import Equilibria, row_in
from .own_states import own_rows
from .states import AMOUNT, CHARGE, VOLUME, Key, State


def rows_of(cell: Cell, equilibria: Equilibria) -> list[State]:
    """The rows of a described cell: baths and held compartments keep their composition, a bath of given potential its charge."""
    spaces = cell.compartments.items()
    nodes = [name for name, space in spaces if node_of(space) != GROUND]
    held_ions = [(name, ion) for name, space in spaces if space.role == CELL for ion in space.ions]
    return [
        *(State(Key(CHARGE, name), lambda n: 0.0, positive=False, conserved=False, balanced=True) for name in nodes),
        *(_row_of_amount(cell.compartments[space], ion, equilibria.all.get(space)) for space, ion in held_ions),
        *(State(Key(VOLUME, name), _volume(name)) for name in _swelling(cell)),
        *own_rows(cell),
    ]


def _swelling(cell: Cell) -> list[str]:
    """Compartments whose volume changes at a rate of its own."""
    moved = dict.fromkeys(end for m in cell.membranes.values() if m.water.moves for end in (m.inner, m.outer))
    at_once = {m.inner for m in cell.membranes.values() if m.water.rule == "instantaneous"}
    return [name for name in moved if cell.compartments[name].role == CELL and name not in at_once]


def _row_of_amount(space: Compartment, ion: str, equilibrium: Equilibrium | None) -> State:
    """The row of an ion, as reactions at equilibrium leave it."""
    row = _row_alone(space, ion)
    return row if equilibrium is None or f"{space.name}.{ion}" not in equilibrium.paths else row_in(equilibrium, space, row)


def _row_alone(space: Compartment, ion: str) -> State:
    """The row of an ion, what is bound of it too; where a stat holds it, what crosses may be more than there is, and is counted in all ions
    of the space. Less than none is bound where it is more alkaline than where a buffer's capacity is counted from."""
    key, amount = Key(AMOUNT, space.name, ion), _amount(space, ion)
    buffer = space.buffers.get(ion)
    if buffer is not None:
        from ..description.binding import bound_at, power

        whole = lambda n: amount(n) + bound_at(n, space, ion, n[f"{space.name}.{ion}"]) * n[f"{space.name}.volume"]  # noqa: E731
        if buffer.holds_some:
            return State(key, whole)
        return State(key, whole, positive=False, scale=lambda n: power(n, space, ion) + amount(n))
    if ion not in space.fixed:
        return State(key, amount)
    return State(key, amount, positive=False, scale=lambda n: sum(_amount(space, one)(n) for one in space.ions))


def _amount(space: Compartment, ion: str):
    """What is there of an ion, free or held by a state."""
    path, water = f"{space.name}.{ion}", f"{space.name}.volume"
    return lambda numbers: (numbers[path] + space.bound_in_states(numbers, ion)) * numbers[water]


def _volume(space: str):
    return lambda numbers: numbers[f"{space}.volume"]


def left_by_others(cell: Cell, changing: list[str]) -> dict[str, list[str]]:
    """Compartments whose volumes are what others leave, and which of these change: where their own does not by itself."""
    remainders = [name for name in cell.compartments if f"{name}.volume.remainder_of" in cell.settable and name not in changing]
    return {name: changing for name in remainders if changing and cell.compartments[name].role == CELL}


def composition(space: Compartment) -> list[str]:
    """Paths of what makes up the osmolarity of a compartment."""
    solutes = [*space.ions, *(f"{word}.concentration" for word in space.impermeants)]
    coefficient = [] if space.osmotic_formula is not None else ["osmotic_coefficient"]
    return [f"{space.name}.{key}" for key in (*solutes, *coefficient)]
