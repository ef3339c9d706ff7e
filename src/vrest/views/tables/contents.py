"""What a state holds, from the registry: potentials, concentrations, volumes, osmolarities and pressures with their headings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...results.base import Leaf, Maybe, Step, known, leaves
from ...results.words import PROTON
from ..numbers import MPa, concentration, fixed, mV, pA, pL, where

Place = tuple[Step, ...]

SAID: dict[str, Callable[[Maybe], str]] = {
    "V_mV": mV,
    "pmf_mV": mV,
    "pH": fixed,
    "inside_mM": concentration,
    "volume_pL": pL,
    "water_pL": pL,
    "osmolarity_mM": concentration,
    "pressure_MPa": MPa,
    "electrode_pA": pA,
}
"""How the quantities of a state are said, by their variables, in the order in which they are."""
NAMES = {
    "volume_pL": "volume",
    "water_pL": "water",
    "osmolarity_mM": "osmolarity",
    "pressure_MPa": "pressure",
    "electrode_pA": "electrode",
    "pH": "pH",
    "pmf_mV": "proton-motive force",
}


@dataclass(frozen=True)
class Quantity:
    """A potential, a concentration or a volume of a state, or of a course of states.

    Attributes:
        leaf:  its value, and what it is
        place: the membrane or the compartment; nothing where there is one alone
    """

    leaf: Leaf
    place: str

    @property
    def name(self) -> str:
        """V, an ion, or what it is a volume."""
        _, *ion = (str(label) for _, label in self.leaf.place)
        return " ".join(ion) or NAMES.get(self.leaf.name, "V")

    @property
    def heading(self) -> str:
        """Its name, its place and its unit."""
        unit = self.leaf.says.unit
        return " ".join(filter(None, (self.name, self.place, "" if unit == "1" else unit)))

    def said(self, value: Maybe) -> str:
        """A value of it [SI] as it is read."""
        return SAID[self.leaf.name](value)

    def said_at(self, points: Iterable[int]) -> list[str]:
        """Its values at some points of a course."""
        return [self.said(float(self.leaf.value[k])) for k in points]


def contents(part: Any, apart: bool = False) -> list[Quantity]:
    """The quantities of a state, or of anything that has such keys; `apart`: other states beside have several potentials."""
    telling = sorted(_telling(part), key=lambda leaf: list(SAID).index(leaf.name))
    places = {name: {leaf.place[0] for leaf in telling if leaf.name == name} for name in SAID}
    if apart:
        places["V_mV"].add(("membrane", ""))
    return [Quantity(leaf, where(str(leaf.place[0][1]), places[leaf.name])) for leaf in telling]


def _telling(part: Any) -> Iterator[Leaf]:
    """The values that are worth a word."""
    found = [leaf for leaf in leaves(part) if _first(leaf) in SAID and not isinstance(leaf.value, Mapping)]
    volumes = {leaf.place: leaf.value for leaf in found if leaf.name == "volume_pL"}
    acid = {leaf.place[:1] for leaf in found if _of_protons(leaf)}
    return (leaf for leaf in found if _tells(leaf, volumes, acid))


def _of_protons(leaf: Leaf) -> bool:
    """Whether a value is a concentration of free protons."""
    return leaf.name == "inside_mM" and leaf.place[1:] == (("ion", PROTON),)


def _first(leaf: Leaf) -> str:
    """The key of the answer under which a value stands; of a membrane's proton-motive force the one in mV."""
    return leaf.name if leaf.path[0] == "pmf" else leaf.path[0]


def _tells(leaf: Leaf, volumes: Mapping[Any, Any], acid: Collection[Place]) -> bool:
    """Whether a quantity is worth a word: water where it is not the whole volume, a pressure where there is one, protons as pH."""
    if leaf.name == "water_pL":
        return bool(np.any(leaf.value != volumes[leaf.place]))
    if leaf.name == "pH":
        return leaf.place in acid
    if _of_protons(leaf):
        return False
    return leaf.name != "pressure_MPa" or (known(leaf.value) and not np.all(leaf.value == 0))


def by_place(part: Any, apart: bool = False) -> list[Quantity]:
    """The same, what is in one place beside each other."""
    found = contents(part, apart)
    places = [one.leaf.place[0] for one in found]
    return sorted(found, key=lambda one: places.index(one.leaf.place[0]))
