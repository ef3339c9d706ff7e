"""What binds ions of a compartment: buffers, and impermeants whose charge follows the pH.

Each unit of charge that such an impermeant gains is one bound proton. Its valence counts as that at the described pH, and what it has
bound since then as a buffer's: in the same row as the free protons, with their charge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..maths import rising_root
from .cell import Compartment

if TYPE_CHECKING:
    from ..mechanisms.formula_language import Formula

Values = Mapping[str, Any]
Function = Callable[[Values, Values], Any]
Plan = list[tuple[str, Function]]
"""As in `derive`: names of numbers with functions of the written values and of the numbers before them."""
LOWEST, HIGHEST = 1e-12, 1e4
"""Concentrations of free protons [mol/m^3] between which they are sought: pH 15 and pH -1."""


def bound_at(numbers: Values, space: Compartment, ion: str, c: Any) -> Any:
    """What is bound of an ion at a free concentration c, per volume of present water [mol/m^3], at numbers that hold what binds."""
    bound = bound_by_buffer(numbers, space, ion, c)
    for word, valence in space.buffers[ion].titrated.items():
        path = f"{space.name}.{word}"
        bound = bound + numbers[f"{path}.concentration"] * gained(numbers, path, valence, c)
    return bound


def bound_by_buffer(numbers: Values, space: Compartment, ion: str, c: Any) -> Any:
    """The same by a buffer alone."""
    from ..laws.buffers import bound_protons, bound_to_sites

    one, path = space.buffers[ion], f"{space.name}.{ion}.buffer"
    if one.capacity is not None:
        return bound_protons(numbers[path], c, numbers[f"{path}.at"])
    return 0.0 if one.total is None else bound_to_sites(numbers[path], numbers[f"{path}.K_d"], c)


def gained(numbers: Values, path: str, valence: Formula, c: Any) -> Any:
    """The charge that each molecule of an impermeant has gained since the described pH, at so much free H [mol/m^3]."""
    return valence_at(valence, c) - numbers[f"{path}.valence"]


def valence_at(valence: Formula, c: Any) -> Any:
    """The valence of an impermeant at so much free H [mol/m^3]."""
    from ..laws.proton import pH_from_concentration

    return valence.evaluate(dict.fromkeys(valence.names, pH_from_concentration(c)))


def free_of(numbers: Values, space: Compartment, ion: str, c_total: Any) -> Any:
    """The free concentration of an ion [mol/m^3] of which so much is there in all, at numbers that hold what binds it."""
    from ..laws.buffers import free_beside_sites, free_protons

    one, path = space.buffers[ion], f"{space.name}.{ion}.buffer"
    if one.titrated:
        return rising_root(lambda c: c + bound_at(numbers, space, ion, c), c_total, LOWEST, HIGHEST)
    if one.capacity is not None:
        return free_protons(numbers[path], numbers[f"{path}.at"], c_total)
    return free_beside_sites(numbers[path], numbers[f"{path}.K_d"], c_total)


def diluted(numbers: Values, space: Compartment, ion: str, w: Any) -> dict[str, Any]:
    """The concentrations of what binds an ion [mol/m^3] by path, in so much water [m^3]."""
    one, path = space.buffers[ion], f"{space.name}.{ion}.buffer"
    found = {} if one.bare else {path: numbers[f"{path}.amount"] / w}
    return found | {f"{space.name}.{x}.concentration": numbers[f"{space.name}.{x}.amount"] / w for x in one.titrated}


def power(numbers: Values, space: Compartment, ion: str) -> Any:
    """What buffers bind per unit of pH, or at most, and impermeants over the unit of pH around the described one [mol]."""
    sites = 0.0 if space.buffers[ion].bare else numbers[f"{space.name}.{ion}.buffer.amount"]
    return sites + sum((numbers[f"{space.name}.{word}.binding"] for word in space.buffers[ion].titrated), 0.0)


# -- numbers ------------------------------------------------------------------------------------------------------------


def buffered(space: Compartment, has_water: bool) -> Plan:
    """Of each buffer `<compartment>.<ion>.buffer` [mol/m^3], what of it is there [mol], and where it binds: what no protocol changes. Of
    each impermeant with a pH its valence at the described one, `.valence`, and what is free there, `.at` [mol/m^3]."""
    plan: Plan = []
    for ion, one in space.buffers.items():
        written, path = f"{space.name}.buffer.{ion}", f"{space.name}.{ion}.buffer"
        if one.capacity is not None:
            at = f"{written}.at" if one.at is not None else f"{space.name}.{ion}"
            plan += [(path, _written(f"{written}.capacity")), (f"{path}.at", _written(at))]
        elif one.total is not None:
            plan += [(path, _written(f"{written}.total")), (f"{path}.K_d", _written(f"{written}.K_d"))]
        if has_water and not one.bare:
            plan.append((f"{path}.amount", _amount_of(path, space.name)))
        for word, valence in one.titrated.items():
            place = f"{space.name}.{word}"
            plan += [(f"{place}.at", _written(f"{space.name}.{ion}")), (f"{place}.valence", _valence(place, valence))]
    return plan


def titrating(space: Compartment) -> Plan:
    """What each impermeant with a pH binds over the unit of pH around the described one [mol], `.binding`."""
    places = {word: f"{space.name}.{word}" for word in space.impermeants if word in space.titrated}
    return [(f"{place}.binding", _binding(place, space.titrated[word])) for word, place in places.items()]


def _written(path: str) -> Function:
    return lambda w, n: w[path]


def _amount_of(path: str, space: str) -> Function:
    return lambda w, n: n[path] * n[f"{space}.described_volume"]


def _valence(place: str, valence: Formula) -> Function:
    return lambda w, n: valence_at(valence, n[f"{place}.at"])


def _binding(place: str, valence: Formula) -> Function:
    def binding(w: Values, n: Values) -> Any:
        c, half = n[f"{place}.at"], 10**0.5
        return n[f"{place}.amount"] * (valence_at(valence, c * half) - valence_at(valence, c / half))

    return binding
