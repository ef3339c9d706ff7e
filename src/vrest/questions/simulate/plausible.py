"""What a time course reaches that no cell does, in sentences: the laws go on there, a membrane and a solution do not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...constants import AVOGADRO
from ...results.words import duration
from ...units import to_unit
from .observe import Seen

SOLUBLE = 5000.0
"""More than any salt of these ions dissolves to, by and large [mol/m^3]."""
BREAKDOWN = 1.0
"""Volts at which a lipid membrane breaks within microseconds to seconds."""


def implausible(seen: Seen) -> list[str]:
    """A sentence for each potential, concentration and amount beyond what there can be, with the time from which on."""
    return [*_potentials(seen), *_concentrations(seen)]


def _potentials(seen: Seen) -> Iterator[str]:
    for name, V in seen.V.items():
        beyond = np.abs(V) > BREAKDOWN
        if beyond.any():
            most = V[np.argmax(np.abs(V))]
            yield (
                f"V of '{name}' goes beyond {BREAKDOWN:g} V from {duration(float(seen.time[beyond.argmax()]))} on, as far as {most:.4g} V: "
                "a membrane breaks there, and what is computed from then on is arithmetic."
            )


def _concentrations(seen: Seen) -> Iterator[str]:
    for space, ions in seen.c.items():
        volume = seen.volume.get(space)
        for ion, c in ions.items():
            if c.max() > SOLUBLE:
                yield f"{ion} in '{space}' reaches {to_unit(float(c.max()), 'M'):.3g} M, more than water holds."
            if volume is None:
                continue
            alone = (c > 0) & (c * volume * AVOGADRO < 1)
            if alone.any() and not alone[0]:
                yield f"From {duration(float(seen.time[alone.argmax()]))} on '{space}' holds less than one free ion of {ion}."
