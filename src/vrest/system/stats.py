"""What holds concentrations of a cell (`fixed: [HCO3]`), as a function of the state.

A stat is what a description leaves out: carbonic anhydrase and what binds protons, say. It gives, or takes, as much of its ion as keeps
the concentration, together with a counter-charge, so it moves no net charge. That charge is on an ion of the compartment or, where none
is named, on what stays inside without being listed: there it is booked, and counts as charge, but not for osmolarity.

The rows of the state are what crosses membranes and exchanges; a stat has none. Of its ion and of a counter-ion they say what there
would be had the stat done nothing, so that all balances of species and of charge hold as without it. What there is follows here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..description.cell import Cell
from ..maths import absolute
from .flows import Place
from .states import AMOUNT, Key, States

if TYPE_CHECKING:
    from ..description.equilibrium import Equilibrium


@dataclass(frozen=True)
class Stat:
    """What holds one ion of a compartment. `share` are the moles of its counter-ion that go the other way with each mole."""

    space: str
    ion: str
    counter_ion: str | None
    share: float

    @property
    def row(self) -> Key:
        return Key(AMOUNT, self.space, self.ion)

    @property
    def counter_row(self) -> Key | None:
        return None if self.counter_ion is None else Key(AMOUNT, self.space, self.counter_ion)

    @property
    def path(self) -> str:
        return f"{self.space}.{self.ion}"


class Stats:
    """Every stat of a cell. `all` are they; without any, everything here is as the rows say. `reacting` are the places of solutes that react at
    equilibrium, which count for osmolarity as they are."""

    def __init__(self, cell: Cell, reacting: Collection[Place] = ()) -> None:
        z = cell.valences
        self.cell, self.reacting = cell, reacting
        self.all = tuple(
            Stat(space.name, ion, counter, 0.0 if counter is None else z[ion] / z[counter])
            for space in cell.compartments.values()
            for ion, counter in space.fixed.items()
        )
        self.rows = {one.row for one in self.all}

    def of(self, space: str) -> list[Stat]:
        """The stats of a compartment."""
        return [one for one in self.all if one.space == space]

    def books(self, one: Stat) -> bool:
        """Whether the counter-charge of a stat is on nothing that is listed."""
        return one.counter_ion is None and self.cell.valences[one.ion] != 0

    def free_ions(self, space: str) -> list[str]:
        """The ions of a compartment that no stat holds."""
        return [ion for ion in self.cell.compartments[space].ions if Key(AMOUNT, space, ion) not in self.rows]

    # -- what there is --------------------------------------------------------------------------------------------

    def there(
        self, numbers: Mapping[str, Any], volumes: Mapping[str, Any], apart: Mapping[Place, Any] | None = None
    ) -> dict[Key, Any]:
        """What there is of every ion that is held [mol], by row; of those that react at equilibrium what is given, all of it taken apart."""
        plain = {one.row: numbers[one.path] * volumes[one.space] for one in self.all}
        return plain | {Key(AMOUNT, *place): amount for place, amount in (apart or {}).items()}

    def contents(self, states: States, x: Sequence[Any], held: Mapping[Key, Any]) -> list[Any]:
        """The state with what there is of every ion [mol] in place of what crossed, where so much is `there` of those that are held."""
        found = list(x)
        for one in self.all:
            k, there = states.index[one.row], held[one.row]
            if one.counter_row is not None:
                j = states.index[one.counter_row]
                found[j] = found[j] + one.share * (x[k] - there)
            found[k] = there
        return found

    def crossed(self, states: States, x: Sequence[Any], held: Mapping[Key, Any]) -> list[Any]:
        """The state of contents of which counter-ions say what there is, and ions that are held what crossed."""
        found = list(x)
        for one in self.all:
            if one.counter_row is not None:
                j = states.index[one.counter_row]
                found[j] = found[j] - one.share * (x[states.index[one.row]] - held[one.row])
        return found

    def moved(self, states: States, x: Sequence[Any], held: Mapping[Key, Any]) -> Iterator[tuple[Stat, Any]]:
        """What each stat has given of its ion since the description [mol]."""
        for one in self.all:
            yield one, held[one.row] - x[states.index[one.row]]

    def pair(self, space: str, ion: str, amount: Any) -> Iterator[tuple[str, Any]]:
        """What comes with an amount that a stat gives: the ion, and its counter-ion the other way or with it."""
        for one in self.of(space):
            if one.ion == ion:
                yield ion, amount
                if one.counter_ion is not None:
                    yield one.counter_ion, -one.share * amount

    def countered(
        self, c: Mapping[str, Any], numbers: Mapping[str, Any], equilibria: Mapping[str, Equilibrium]
    ) -> dict[str, Any]:
        """Concentrations of counter-ions [mol/m^3] by path, of those that say nothing yet of what is made of solutes that are held."""
        found: dict[str, Any] = {}
        for one in self.all:
            if one.counter_ion is not None and one.space in equilibria and one.ion in equilibria[one.space].fixed:
                path, held = f"{one.space}.{one.counter_ion}", equilibria[one.space]
                more = held.made_of(one.ion, numbers) - held.made_of(one.ion, c)
                found[path] = found.get(path, c[path]) - one.share * more
        return found

    # -- osmolarity -----------------------------------------------------------------------------------------------

    def osmotic_part(self, space: str, ion: str, counters: bool) -> float:
        """How much a mole in a row adds to the solutes that do not come and go with the water.

        With `counters`, rows of counter-ions say what crossed, otherwise what there is.
        """
        one = next((one for one in self.of(space) if one.ion == ion), None)
        if one is None:
            return 0.0 if (space, ion) in self.reacting else 1.0
        return self._counted(one, counters)

    def _counted(self, one: Stat, counters: bool) -> float:
        """What counts of a counter-ion for each mole of a stat's ion: nothing of one that reacts, as what there is of it counts."""
        return one.share if counters and (one.space, one.counter_ion) not in self.reacting else 0.0

    def shares(self, space: str, counters: bool = True) -> dict[str, float]:
        """What comes of counter-ions with solutes of a compartment that react at equilibrium and are held."""
        return {one.ion: one.share for one in self.of(space) if counters and (space, one.ion) in self.reacting}

    def bringing(self, space: str, counters: bool = True) -> list[Stat]:
        """The stats of a compartment whose counter-ions react at equilibrium."""
        return [one for one in self.of(space) if counters and (space, one.counter_ion) in self.reacting]

    def held_osmolarity(self, space: str, numbers: Mapping[str, Any], counters: bool = True) -> Any:
        """What comes and goes with the water of a compartment [mol/m^3]: ions that are held, less their counter-ions."""
        alone = [one for one in self.of(space) if (space, one.ion) not in self.reacting]
        parts = [numbers[one.path] * (1.0 - self._counted(one, counters)) for one in alone]
        return numbers[f"{space}.osmotic_coefficient"] * sum(parts, 0.0) if parts else 0.0

    # -- rates ----------------------------------------------------------------------------------------------------

    def balanced(self, crossings: Mapping[Place, Any]) -> dict[Place, Any]:
        """What must vanish of the crossings in a steady state: of an ion with a counter-ion their sum, in moles of the latter."""
        return self._joined(dict(crossings), lambda share, crossing: share * crossing)

    def gross(self, crossings: Mapping[Place, Any]) -> dict[Place, Any]:
        """The same of magnitudes."""
        return self._joined(dict(crossings), lambda share, crossing: absolute(share) * crossing)

    def _joined(self, found: dict[Place, Any], part: Any) -> dict[Place, Any]:
        for one in self.all:
            if not self.books(one):
                crossing = found.get((one.space, one.ion), 0.0)
                found[one.space, one.ion] = 0.0
                if one.counter_ion is not None:
                    place = one.space, one.counter_ion
                    found[place] = found.get(place, 0.0) + part(one.share, crossing)
        return found

    def columns(self, states: States, N: np.ndarray) -> np.ndarray:
        """`balanced` for changes of rows (first axis)."""
        N = np.array(N)
        for one in self.all:
            if not self.books(one):
                k = states.index[one.row]
                if one.counter_row is not None:
                    N[states.index[one.counter_row]] += one.share * N[k]
                N[k] = 0.0
        return N

    def given(
        self,
        rates: Mapping[Key, Any],
        volume_rates: Mapping[str, Any],
        numbers: Mapping[str, Any],
        made: Mapping[Place, Any] | None = None,
    ) -> dict[Place, Any]:
        """What stats give [mol/s] at rates of the rows and of volumes [m^3/s], beside what reactions at equilibrium have made."""
        found: dict[Place, Any] = {}
        for one in self.all:
            flux = (
                numbers[one.path] * volume_rates.get(one.space, 0.0)
                - rates[one.row]
                - (made or {}).get((one.space, one.ion), 0.0)
            )
            found[one.space, one.ion] = flux
            if one.counter_ion is not None:
                place = one.space, one.counter_ion
                found[place] = found.get(place, 0.0) - one.share * flux
        return found
