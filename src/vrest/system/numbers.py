"""Every number of a cell by its path, in SI: the parameters p of the functions f(x, p)."""

from __future__ import annotations

from ..description.cell import Cell, Mechanism
from ..mechanisms.parameter import ACTIVE


def numbers_of(cell: Cell) -> dict[str, float]:
    """Path to SI value for all that the functions of the system use.

    `<membrane>.<mechanism>.active` is 1, or 0 where a mechanism is taken away; `<compartment>.delta_G` [J/mol], `.volume` [m^3]
    and `<membrane>.area` [m^2] stand there where they are described or follow from a shape.
    """
    numbers = {"temperature": cell.temperature.si, "time": 0.0}
    for name, compartment in cell.compartments.items():
        numbers |= {f"{name}.{ion}": value.si for ion, value in compartment.ions.items()}
        for key, value in (("volume", compartment.volume), ("delta_G", compartment.delta_G)):
            if value is not None:
                numbers[f"{name}.{key}"] = value.si
    for name, exchanges in cell.exchanges.items():
        for word, mechanism in exchanges.items():
            numbers |= _of_mechanism(f"{name}.{word}", mechanism)
    for name, membrane in cell.membranes.items():
        if membrane.area is not None:
            numbers[f"{name}.area"] = membrane.area.si
        for word, mechanism in membrane.mechanisms.items():
            numbers |= _of_mechanism(f"{name}.{word}", mechanism)
    return numbers


def _of_mechanism(path: str, mechanism: Mechanism) -> dict[str, float]:
    return {f"{path}.{ACTIVE}": 1.0, **{f"{path}.{key}": value.si for key, value in mechanism.parameters.items()}}
