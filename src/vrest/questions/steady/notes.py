"""What there is to say of a steady state in sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...description.cell import HELD, Cell
from ...results.base import Aside, known
from ...results.steady import SteadyPoint, at_held_volumes
from ...results.words import gone, osmotic
from ...system.water import whole_volume
from ...units import to_unit
from ..rest.textbook import mv
from ..state.balance import breaking, few, unlikely
from ..state.energy import affinity
from ..state.equilibria import come_to_equilibrium
from ..state.held import booked
from ..state.snapshot import MembraneSnapshot, of_surfaces
from ..state.traces import notes_on_traces
from .certificate import Root
from .plausible import note_on, why_implausible
from .solver import Trajectory
from .start import not_neutral
from .why_none import why_none

if TYPE_CHECKING:
    from .steady_state import Finder

DONNAN = Aside("This is the Donnan equilibrium: no pump works, and every ion that can move is at its Nernst potential.")
UNSTABLE = {
    False: "This state is not stable: a small deviation grows.",
    None: "Whether this state is stable cannot be told: its slowest eigenvalue is zero within its own error.",
}
MOVED = 1e-3
"""The part of a described concentration or volume by which it must have changed to be told."""
REACHED = 1e-2
"""In the unknowns (RT/F, logarithms): how near to a root the low accuracy of the way leaves it."""


def notes_on(finder: Finder, root: Root, found: list[Root], states, donnan: bool) -> list[str]:
    """Which state it is, where the cell goes from its description, and what its pumps do there."""
    notes: list[str] = [*unlikely(finder.cell, finder.numbers), *([DONNAN] if donnan else [])]
    notes += [
        f"{problem.message}; the search started from contents that were changed to be neutral."
        for problem in not_neutral(finder.posed)
    ]
    if timed := _timed(finder.cell):
        notes.append(f"The time stands in {' and '.join(timed)}; this is the steady state with t = 0.")
    if root.stable is not True:
        notes.append(UNSTABLE[root.stable])
    notes += map(Aside, at_held_volumes(finder.point(root)))
    notes += booked(finder.cell, finder.whole.given(root.x, finder.numbers), listed=False)
    notes += _others(finder, [other for other in found if other is not root])
    notes += note_on(finder.beyond)
    notes += come_to_equilibrium(finder.cell, finder.numbers)
    notes += few(finder.cell, finder.posed.numbers_at(root.y))
    notes += notes_on_traces(finder.cell, _courses(finder, root))
    notes += _distances(finder, root) if came_to(finder.way, root) else [_elsewhere(finder)]
    notes += of_surfaces(finder.whole.circuit, finder.posed.numbers_at(root.y))
    notes += breaking(states)
    return notes + [note for state in states.values() for note in _pump_notes(state)]


def _courses(finder: Finder, root: Root) -> Iterator[tuple[str, str, float, float]]:
    """Every ion of every compartment with its described concentration and that of a root."""
    for name, ions in finder.point(root).inside.items():
        yield from ((name, ion, finder.numbers[f"{name}.{ion}"], c) for ion, c in ions.items())


def _others(finder: Finder, others: list[Root]) -> list[str]:
    if not others:
        return []
    points = [(other, finder.point(other)) for other in others]
    listed = "; ".join(f"{_potentials(finder, other.y)} ({_of_state(point)})" for other, point in points)
    return [f"Other steady states exist: {listed}."]


def _of_state(point: SteadyPoint) -> str:
    """Whether a state is stable, and in which wall."""
    walls = [f"bears {osmotic(gap, point.pressure[name])}" for name, gap in point.gap.items() if gap > 0]
    return f"{point.stability} that {' and '.join(walls)}" if walls else point.stability


def _potentials(finder: Finder, y: np.ndarray) -> str:
    return ", ".join(mv(V) for V in finder.posed.voltages(y).values())


def _elsewhere(finder: Finder) -> str:
    """Why a state is not the one that the described cell comes to."""
    absurd = next((root for root in finder.beyond if came_to(finder.way, root)), None)
    if absurd is not None:
        why = why_implausible(finder, [absurd]).message.removeprefix("no plausible steady state: ")
        return f"From its description the cell does not come here: {why}; this state was found from another start."
    if finder.way.arrived:
        return (
            f"From its description the cell does not come here: it comes to rest at {_potentials(finder, finder.way.y)}, where nothing "
            "that could be certified was found, such as one of many states beside each other; this state was found from another start."
        )
    reason = why_none(finder, finder.way).message.removeprefix("no steady state exists: ")
    return f"From its description the cell does not come here ({reason}); this state was found from another start."


def came_to(way: Trajectory, root: Root) -> bool:
    """Whether a root is the one at the end of the way from the description."""
    return way.arrived and bool(np.abs(root.y - way.y).max() < REACHED)


def _distances(finder: Finder, root: Root) -> list[str]:
    """How far the described concentrations are from what the mechanisms hold."""
    point = finder.point(root)
    parts = [*_gone_concentrations(finder, point), *_gone_volumes(finder, point)]
    if not parts:
        return _unmoved(finder.cell, point.inside)
    return [f"From the described composition the cell goes: {'; '.join(parts)}."]


def _gone_concentrations(finder: Finder, point: SteadyPoint) -> Iterator[str]:
    for name, ions in point.inside.items():
        there = f" in '{name}'" if len(point.inside) > 1 else ""
        for ion, c in ions.items():
            described = finder.numbers[f"{name}.{ion}"]
            if abs(c - described) > MOVED * max(c, described):
                yield gone(ion, described, c) + there


def _gone_volumes(finder: Finder, point: SteadyPoint) -> Iterator[str]:
    volumes = {name: volume for name, volume in point.volume.items() if known(volume)}
    for name, volume in volumes.items():
        described = whole_volume(name, finder.numbers[f"{name}.described_volume"], finder.numbers)
        if abs(volume - described) > MOVED * described:
            whose = f" of '{name}'" if len(point.inside) > 1 else ""
            yield f"the volume{whose} {to_unit(described, 'pL'):.4g} to {to_unit(volume, 'pL'):.4g} pL"


def _unmoved(cell: Cell, spaces: Collection[str]) -> list[str]:
    """What keeps concentrations that are the described ones: mechanisms, or nothing that belongs to the cell."""
    held = [f"'{name}'" for name in spaces if cell.compartments[name].role == HELD]
    fixed = [f"{ion} of '{name}'" for name in spaces for ion in cell.compartments[name].fixed]
    found = (
        [f"What {' and '.join(held)} contain{'s' * (len(held) == 1)} is held (role: held), not kept by mechanisms."]
        if held
        else []
    )
    found += (
        [f"{' and '.join(fixed)} {'is' if len(fixed) == 1 else 'are'} held (fixed), not kept by mechanisms."] if fixed else []
    )
    if len(held) < len(spaces):
        found.append(f"The described concentrations are what the described mechanisms hold{' elsewhere' if found else ''}.")
    return list(map(Aside, found))


def _timed(cell: Cell) -> list[str]:
    """Mechanisms, and waters, whose formulas name the time."""
    formulas: dict[str, tuple[Any, ...]] = {path: (way.rate, way.factor) for path, way in cell.ways.items()}
    formulas |= {f"{name}.water": (m.water.target,) for name, m in cell.membranes.items()}
    return [path for path, both in formulas.items() if any(one is not None and "t" in one.names for one in both)]


def _pump_notes(state: MembraneSnapshot) -> list[str]:
    notes = []
    for word, mechanism in state.system.mechanisms.items():
        cycles = state.flows[word].cycles
        if not mechanism.pump or cycles is None:
            continue
        if float(cycles) < 0:
            notes.append(f"{word} runs backwards{': it makes ATP' if mechanism.splits_atp else ''}.")
        left = affinity(state, word)
        if float(cycles) > 0 and left is not None and left < 0:
            its, gives = ("ATP", "ATP") if mechanism.splits_atp else ("drive", "that")
            more = f"{abs(to_unit(left, 'kJ/mol')):.3g} kJ/mol"
            notes.append(f"{word} runs beyond its {its}: a cycle would need {more} more than {gives} gives.")
    return notes
