"""What a time course reaches that no cell does, in sentences: the laws go on there, a membrane and a solution do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ...constants import AVOGADRO
from ...description.binding import diluted
from ...description.cell import Cell
from ...results.words import duration
from ...units import to_unit
from ..state.few import sentence
from .observe import Seen

SOLUBLE = 5000.0
"""More than any salt of these ions dissolves to, by and large [mol/m^3]."""
BREAKDOWN = 1.0
"""Volts at which a lipid membrane breaks within microseconds to seconds."""


def implausible(cell: Cell, seen: Seen, numbers: Mapping[str, float]) -> list[str]:
    """A sentence for each potential, concentration, amount and volume beyond what there can be, with the time from which on."""
    return [*_potentials(seen), *_concentrations(cell, seen, numbers), *_volumes(cell, seen)]


def _potentials(seen: Seen) -> Iterator[str]:
    for name, V in seen.V.items():
        beyond = np.abs(V) > BREAKDOWN
        if beyond.any():
            most = V[np.argmax(np.abs(V))]
            yield (
                f"V of '{name}' goes beyond {BREAKDOWN:g} V from {duration(float(seen.time[beyond.argmax()]))} on, as far as {most:.4g} V: "
                "a membrane breaks there, and what is computed from then on is arithmetic."
            )


def _concentrations(cell: Cell, seen: Seen, numbers: Mapping[str, float]) -> Iterator[str]:
    for space, ions in seen.c.items():
        water = seen.water.get(space)
        for ion, c in ions.items():
            if c.max() > SOLUBLE:
                yield f"{ion} in '{space}' reaches {to_unit(float(c.max()), 'M'):.3g} M, more than water holds."
            if water is None:
                continue
            alone = (c > 0) & (c * water * AVOGADRO < 1)
            if alone.any():
                k = int(np.argmin(np.where(alone, c * water, np.inf)))
                since = "From the start" if alone[0] else f"From {duration(float(seen.time[alone.argmax()]))} on"
                there = {**numbers, **_binding(cell, space, ion, numbers, float(water[k])), f"{space}.{ion}": float(c[k])}
                yield sentence(cell, space, ion, there, float(water[k]), f"{since} ")


def _binding(cell: Cell, space: str, ion: str, numbers: Mapping[str, float], w: float) -> dict[str, float]:
    """What binds an ion in so much water."""
    there = cell.compartments[space]
    return diluted(numbers, there, ion, w) if ion in there.buffers else {}


def _volumes(cell: Cell, seen: Seen) -> Iterator[str]:
    """A membrane whose area is stated and stays cannot enclose more than a sphere of it."""
    for space, volume in seen.volume.items():
        area = _stated_area(cell, space)
        if area is None:
            continue
        sphere = (area**3 / (36 * np.pi)) ** 0.5
        beyond = volume > sphere
        if beyond.any() and not beyond[0]:
            yield (
                f"From {duration(float(seen.time[beyond.argmax()]))} on '{space}' is larger than a sphere of its membrane, whose "
                f"{to_unit(area, 'um^2'):.4g} um^2 enclose {to_unit(float(sphere), 'fL'):.4g} fL at most: it has burst by then."
            )


def _stated_area(cell: Cell, space: str) -> float | None:
    """The area of all membranes around a compartment [m^2], where each states one and keeps it."""
    around = [name for name, membrane in cell.membranes.items() if membrane.inner == space]
    stated = [f"{name}.area" in cell.settable and not cell.membranes[name].water.area_follows_shape for name in around]
    return sum(cell.settable[f"{name}.area"].si for name in around) if around and all(stated) else None
