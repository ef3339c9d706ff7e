"""What a protocol asks for that a run cannot show: events after its end, osmolarities that change around a fixed volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ...description.cell import BATH, Cell
from ...description.protocol import Protocol
from ...results.words import duration
from ...system.water import is_left
from .intervals import begun

MOST = 40
"""Events after the end that are told."""
OSMOTIC = 0.05
"""Part by which a protocol changes a bath's osmolarity before it is said that a fixed volume does not answer to it."""


def notes_on_times(protocol: Protocol) -> tuple[str, ...]:
    """A sentence on what would begin at the end of the protocol or later: it is not carried out."""
    begins = [(s.at, s.path) for s in protocol.settings]
    begins += [(r.begin, r.path) for r in protocol.ramps] + [(e.begin, begun(e)) for e in protocol.electrodes]
    begins += [(one.at, one.text) for one in protocol.additions]
    begins += [(one.at, f"the shock to '{one.into}'") for one in protocol.shocks]
    late = sorted((begin, what) for begin, what in begins if begin >= protocol.until)
    if not late:
        return ()
    told = ", ".join(f"{what} at {duration(begin)}" for begin, what in late[:MOST])
    more = f" and {len(late) - MOST} more" if len(late) > MOST else ""
    return (f"The run ends at {duration(protocol.until)}, so this is not carried out: {told}{more}.",)


def water_notes(cell: Cell, protocol: Protocol) -> tuple[str, ...]:
    """A sentence for each compartment whose volume is fixed although the protocol changes the osmolarity around it."""
    changed = _osmolarities(cell, protocol)
    notes = []
    for space in cell.compartments.values():
        around = cell.around(space.name)
        beside = {end for membrane in around for end in membrane.ends} & changed
        if space.role != BATH and beside and not is_left(cell, space.name) and all(m.water.rule == "none" for m in around):
            notes.append(
                f"The osmolarity of {' and '.join(map(repr, sorted(beside)))} changes, but the volume of '{space.name}' is fixed "
                "(water: none), so no water moves; describe the membrane's water to see it swell or shrink."
            )
    return tuple(notes)


def _osmolarities(cell: Cell, protocol: Protocol, least: float = OSMOTIC) -> set[str]:
    """The baths whose osmolarity a protocol changes at some time by more than a part of it."""
    found = set()
    for space in (s for s in cell.compartments.values() if s.role == BATH):
        paths = {f"{space.name}.{ion}": value.si for ion, value in space.ions.items()}
        total = sum(paths.values()) + sum(x.concentration.si for x in space.impermeants.values())
        if np.any(np.abs(_summed(sorted(_changes(protocol, paths)))) > least * total):
            found.add(space.name)
    return found


def _summed(changes: Sequence[tuple[float, float]]) -> np.ndarray:
    """What changes have added up to after each time at which there are some."""
    sums = np.cumsum([change for _, change in changes])
    return sums[[k for k, (time, _) in enumerate(changes) if k + 1 == len(changes) or changes[k + 1][0] > time]]


def _changes(protocol: Protocol, paths: Mapping[str, float]) -> Iterator[tuple[float, float]]:
    """(time, change of a concentration) wherever one begins or ends."""
    for one in protocol.settings:
        if one.path in paths:
            value = paths[one.path] * one.factor if one.factor is not None else one.si
            change = (0.0 if value is None else value) - paths[one.path]
            yield one.at, change
            if one.until is not None:
                yield one.until, -change
    for ramp in protocol.ramps:
        if ramp.path in paths:
            yield ramp.end, ramp.si - paths[ramp.path]
