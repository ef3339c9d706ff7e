"""Every number of a cell from the written ones: water, areas, capacitances, impermeants, the free energy of ATP.

Values are floats, arrays or symbols: one text serves the checks of a description, numbers that change from call to call, and
derivatives. There are two stages. `described` holds what a description fixes once, before anything happens: what there is of
impermeants, and volumes as described. `numbers` is all that the functions of the system use, with `described` given from before
where an event, a ramp or a factor changes a written number of a cell that exists already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from .. import maths
from ..constants import F
from ..laws.atp import STANDARD_FREE_ENERGY, atp_free_energy, atp_standard_free_energy
from ..mechanisms.parameter import ACTIVE, Basis
from .cell import BATH, CELL, Cell, Compartment, Impermeant, Mechanism, Membrane

Values = Mapping[str, Any]
Plan = list[tuple[str, Callable[[Values, Values], Any]]]
"""Names of numbers in the order in which they follow, each with its function of the written values and of the numbers before it."""


def written_values(cell: Cell) -> dict[str, float]:
    """Every number that a description holds, by its path [SI]."""
    return {path: value.si for path, value in cell.settable.items()}


class Derivation:
    """How the numbers of one cell follow from its written ones; the structure is fixed, every value may change.

    Attributes:
        written: the values of the description by path [SI]
    """

    def __init__(self, cell: Cell) -> None:
        self.cell, self.written = cell, written_values(cell)
        self._described = _described(cell)
        self._numbers = _numbers(cell)

    def described(self, written: Values | None = None, given: Values | None = None) -> dict[str, Any]:
        """What is fixed once: `<compartment>.described_volume` [m^3]; of impermeants `.concentration` [mol/m^3] and `.amount` [mol].

        `given` holds those of them that are said here, whatever the description says.
        """
        w, said = self.written if written is None else written, given or {}
        found: dict[str, Any] = {}
        for name, function in self._described:
            found[name] = said[name] if name in said else function(w, found)
        return found

    def numbers(self, written: Values | None = None, described: Values | None = None) -> dict[str, Any]:
        """Path to value [SI] for all that the functions of the system use.

        Arguments:
            written:   values by path; those of the description where none are given
            described: what was fixed before; found from the same values where it is not given
        """
        w = self.written if written is None else written
        found: dict[str, Any] = {"temperature": w["temperature"], "time": 0.0}
        found |= self.described(w) if described is None else described
        for name, function in self._numbers:
            found[name] = function(w, found)
        return found


# -- shapes -----------------------------------------------------------------------------------------------------------


def sphere(sizes: Mapping[str, float], words: Mapping[str, str]) -> tuple[float, float]:
    d = sizes["diameter"]
    return math.pi * d**3 / 6, math.pi * d**2


def cylinder(sizes: Mapping[str, float], words: Mapping[str, str]) -> tuple[float, float]:
    """Closed by two discs, unless its ends are open."""
    d, length = sizes["diameter"], sizes["length"]
    discs = 0.0 if words.get("ends") == "open" else math.pi * d**2 / 2
    return math.pi * d**2 * length / 4, math.pi * d * length + discs


def box(sizes: Mapping[str, float], words: Mapping[str, str]) -> tuple[float, float]:
    a, b, c = sizes["length"], sizes["width"], sizes["height"]
    return a * b * c, 2 * (a * b + b * c + c * a)


SHAPES = {"sphere": sphere, "cylinder": cylinder, "box": box}


def area_at_volume(form: str, sizes: Mapping[str, float], words: Mapping[str, str], volume: Any) -> Any:
    """Area [m^2] of a shape whose volume [m^3] has changed: a sphere and a box keep their form, a cylinder its length.

    `volume` may be a float, an array or a symbol.
    """
    if form == "cylinder":
        length = sizes["length"]
        discs = 0.0 if words.get("ends") == "open" else 2 * volume / length
        return 2 * maths.sqrt(math.pi * length * volume) + discs
    described_volume, described_area = SHAPES[form](sizes, words)
    return described_area * (volume / described_volume) ** (2 / 3)


def area_slope_at_volume(form: str, sizes: Mapping[str, float], words: Mapping[str, str], volume: Any) -> Any:
    """How `area_at_volume` changes with the volume [1/m]."""
    if form == "cylinder":
        length = sizes["length"]
        return maths.sqrt(math.pi * length / volume) + (0.0 if words.get("ends") == "open" else 2 / length)
    return 2 / 3 * area_at_volume(form, sizes, words, volume) / volume


# -- compartments -----------------------------------------------------------------------------------------------------


def whole_volume(cell: Cell, name: str) -> Callable[[Values], Any] | None:
    """The volume of a compartment, water and solids [m^3]; None where it is not described."""
    path, remainder = f"{name}.volume", f"{name}.volume.remainder_of"
    if cell.compartments[name].shape is not None:
        return _of_shape(cell, name, 0)
    if remainder not in cell.settable:
        return (lambda w: w[path]) if path in cell.settable else None
    others = [other for other, space in cell.compartments.items() if not space.is_bath]
    described = [whole_volume(cell, other) for other in others if f"{other}.volume.remainder_of" not in cell.settable]
    parts = [part for part in described if part is not None]
    return lambda w: w[remainder] - sum(part(w) for part in parts)


def _of_shape(cell: Cell, name: str, which: int) -> Callable[[Values], Any] | None:
    """The volume (0) or the surface (1) of a compartment's shape."""
    shape = cell.compartments[name].shape
    if shape is None:
        return None
    sizes = {size: f"{name}.shape.{shape.form}.{size}" for size in shape.sizes}
    return lambda w: SHAPES[shape.form]({size: w[path] for size, path in sizes.items()}, shape.words)[which]


def surface(cell: Cell, name: str) -> Callable[[Values], Any] | None:
    """The surface of a compartment's shape [m^2]; None where it has no shape."""
    return _of_shape(cell, name, 1)


def _water(cell: Cell, name: str) -> Callable[[Values], Any] | None:
    """The water of a compartment [m^3]."""
    volume, part = whole_volume(cell, name), f"{name}.water_fraction"
    return None if volume is None else lambda w: volume(w) * w[part]


def atp_energy(cell: Cell, name: str) -> Callable[[Values], Any] | None:
    """Free energy of ATP hydrolysis in a compartment [J/mol]: as written, or from concentrations; None where neither is."""
    path, settable = f"{name}.atp.", cell.settable
    if path + "delta_G" in settable:
        return lambda w: w[path + "delta_G"]
    if path + "ATP" not in settable:
        return None

    def standard(w: Values) -> Any:
        if path + "pH" in settable:
            return atp_standard_free_energy(w["temperature"], w[path + "pH"], w[path + "Mg"])
        return w[path + "standard"] if path + "standard" in settable else STANDARD_FREE_ENERGY

    return lambda w: atp_free_energy(w[path + "ATP"], w[path + "ADP"], w[path + "Pi"], w["temperature"], standard(w))


# -- impermeants ------------------------------------------------------------------------------------------------------


def impermeant_path(impermeant: Impermeant) -> str:
    """The path of an impermeant's written numbers: `inside.impermeant`, or `inside.impermeants.A`."""
    keys = impermeant.valence.keys
    assert keys is not None
    return ".".join(keys[1:-1])


def neutral_concentration(charge: Any, wanted: Any, valence: Any) -> Any:
    """The concentration of an impermeant with which a composition of charge `charge` carries the charge `wanted` [mol/m^3]."""
    return (wanted - charge) / valence


def carried_charge(capacitance: Any, V: Any, volume: Any) -> Any:
    """The charge density C A V/F over the volume [mol/m^3] that a composition carries at a potential [V]."""
    return capacitance * V / (F * volume)


def _listed_charge(cell: Cell, space: Compartment, given: Mapping[str, str]) -> Callable[[Values, Values], Any]:
    """Charge of the ions and of the impermeants whose amount is given [mol/m^3]."""
    ions = [(float(cell.valences[ion]), f"{space.name}.{ion}") for ion in space.ions]

    def charge(w: Values, n: Values) -> Any:
        listed = sum(z * w[path] for z, path in ions)
        return listed + sum(w[f"{path}.valence"] * n[f"{space.name}.{word}.concentration"] for word, path in given.items())

    return charge


def _concentrations(cell: Cell, space: Compartment) -> Plan:
    """Concentrations of a compartment's impermeants: given ones first, then what follows from the charge of all else."""
    paths = {word: impermeant_path(one) for word, one in space.impermeants.items()}
    given = {word: path for word, path in paths.items() if space.impermeants[word].rule == "given"}
    charge, water = _listed_charge(cell, space, given), _water(cell, space.name)
    plan: Plan = []
    for word, path in given.items():
        amount = cell.settable[f"{path}.amount"]
        in_all = amount.basis is not None and amount.basis is not Basis.AREA
        plan.append((f"{space.name}.{word}.concentration", _given(f"{path}.amount", water if in_all else None)))
    for word in (word for word in paths if word not in given):
        plan.append((f"{space.name}.{word}.concentration", _from_charge(cell, space, paths[word], charge, water)))
    return plan


def _given(path: str, water: Callable[[Values], Any] | None) -> Callable[[Values, Values], Any]:
    return (lambda w, n: w[path]) if water is None else (lambda w, n: w[path] / water(w))


def _from_charge(
    cell: Cell, space: Compartment, path: str, charge: Callable[[Values, Values], Any], water: Callable[[Values], Any] | None
) -> Callable[[Values, Values], Any]:
    carries = f"{path}.amount.carries"
    if carries not in cell.settable:
        return lambda w, n: neutral_concentration(charge(w, n), 0.0, w[f"{path}.valence"])
    membrane = next(m for m in cell.membranes.values() if space.name in (m.inner, m.outer))
    capacitance, sign = _capacitance(cell, membrane), 1.0 if membrane.inner == space.name else -1.0
    assert capacitance is not None
    assert water is not None

    def concentration(w: Values, n: Values) -> Any:
        wanted = sign * carried_charge(capacitance(w), w[carries], water(w))
        return neutral_concentration(charge(w, n), wanted, w[f"{path}.valence"])

    return concentration


LARGEST_IMPLIED = 0.3
"""Potential [V] beyond which a stated amount of impermeants is a slip."""


def implied_potential(cell: Cell, name: str, numbers: Mapping[str, float]) -> float | None:
    """The potential [V] that the charge of a compartment with given amounts of impermeants would put on its membranes.

    None where amounts follow from the charge, or a volume or capacitance is not described.
    """
    space = cell.compartments[name]
    around = [membrane for membrane in cell.membranes.values() if name in (membrane.inner, membrane.outer)]
    capacitances = [C for membrane in around if (C := numbers.get(f"{membrane.name}.total_capacitance")) is not None]
    given = {impermeant.rule for impermeant in space.impermeants.values()} == {"given"}
    if not (space.role == CELL and given and space.volume is not None and 0 < len(capacitances) == len(around)):
        return None
    sign = 1.0 if around[0].inner == name else -1.0
    return sign * F * listed_charge(cell, name, numbers) * numbers[f"{name}.volume"] / sum(capacitances)


def listed_charge(cell: Cell, name: str, numbers: Mapping[str, float]) -> float:
    """The charge of all that a compartment lists, ions and impermeants [mol/m^3]."""
    space = cell.compartments[name]
    charge = sum(cell.valences[ion] * numbers[f"{name}.{ion}"] for ion in space.ions)
    return charge + sum(numbers[f"{name}.{word}.valence"] * numbers[f"{name}.{word}.concentration"] for word in space.impermeants)


# -- membranes --------------------------------------------------------------------------------------------------------


def _area(cell: Cell, membrane: Membrane) -> Callable[[Values], Any] | None:
    """The area of a membrane [m^2]: as written, or the surface of its inner compartment's shape; None where it is not described."""
    path = f"{membrane.name}.area"
    if path in cell.settable:
        return lambda w: w[path]
    return None if membrane.area is None else surface(cell, membrane.inner)


def _capacitance(cell: Cell, membrane: Membrane) -> Callable[[Values], Any] | None:
    """The capacitance of a whole membrane [F], where it can be said."""
    path, area = f"{membrane.name}.capacitance", _area(cell, membrane)
    if membrane.capacitance is None:
        return None
    if membrane.capacitance.basis is Basis.CELL:
        return lambda w: w[path]
    return None if area is None else lambda w: w[path] * area(w)


def _specific_capacitance(cell: Cell, membrane: Membrane) -> Callable[[Values], Any] | None:
    """The capacitance of a membrane per area [F/m^2], where it can be said."""
    path, area = f"{membrane.name}.capacitance", _area(cell, membrane)
    if membrane.capacitance is None:
        return None
    if membrane.capacitance.basis is not Basis.CELL:
        return lambda w: w[path]
    return None if area is None else lambda w: w[path] / area(w)


def _folding(cell: Cell, membrane: Membrane) -> Callable[[Values], Any] | None:
    """The area of a membrane over the surface of its inner compartment's shape."""
    area, shape = _area(cell, membrane), surface(cell, membrane.inner)
    return None if area is None or shape is None else lambda w: area(w) / shape(w)


WATER_PATHS = {
    "L_p": "water.L_p",
    "P_f": "water.permeability",
    "elastic_modulus": "wall.elastic_modulus",
    "turgor": "wall.turgor",
}
"""Numbers of a membrane's water and wall, and where they are written."""


# -- the whole --------------------------------------------------------------------------------------------------------


def _described(cell: Cell) -> Plan:
    plan: Plan = []
    for name, space in cell.compartments.items():
        water = _water(cell, name)
        if water is not None:
            plan.append((f"{name}.described_volume", _of_written(water)))
        plan += _concentrations(cell, space)
        plan += [(f"{name}.{word}.amount", _amount(name, word)) for word in space.impermeants if water is not None]
    return plan


def _of_written(function: Callable[[Values], Any]) -> Callable[[Values, Values], Any]:
    return lambda w, n: function(w)


def _amount(space: str, word: str) -> Callable[[Values, Values], Any]:
    return lambda w, n: n[f"{space}.{word}.concentration"] * n[f"{space}.described_volume"]


def _copied(path: str) -> Callable[[Values, Values], Any]:
    return lambda w, n: w[path]


def _constant(value: float) -> Callable[[Values, Values], Any]:
    return lambda w, n: value


def _numbers(cell: Cell) -> Plan:
    plan: Plan = []
    for name, space in cell.compartments.items():
        plan += _of_compartment(cell, name, space)
    for name, membrane in cell.membranes.items():
        plan += _of_membrane(cell, name, membrane)
    if cell.metabolism is not None:
        plan.append(("metabolism.budget", budget(cell)))
    return plan


def _of_compartment(cell: Cell, name: str, space: Compartment) -> Plan:
    copied = [*space.ions, "osmotic_coefficient", *(["clamped"] if space.clamped is not None else [])]
    plan: Plan = [(f"{name}.{key}", _copied(f"{name}.{key}")) for key in copied]
    derived = {"volume": _water(cell, name), "delta_G": atp_energy(cell, name)}
    plan += [(f"{name}.{key}", _of_written(function)) for key, function in derived.items() if function is not None]
    if space.shape is not None:
        plan += [(path, _copied(path)) for path in (f"{name}.shape.{space.shape.form}.{size}" for size in space.shape.sizes)]
        plan.append((f"{name}.water_fraction", _copied(f"{name}.water_fraction")))
    plan += [(f"{name}.{word}.valence", _copied(f"{impermeant_path(one)}.valence")) for word, one in space.impermeants.items()]
    for word, mechanism in space.mechanisms.items():
        plan += _of_mechanism(f"{name}.{word}", mechanism)
    return plan


def _of_membrane(cell: Cell, name: str, membrane: Membrane) -> Plan:
    derived = {
        "area": _area(cell, membrane),
        "total_capacitance": _capacitance(cell, membrane),
        "specific_capacitance": _specific_capacitance(cell, membrane),
        "folding": _folding(cell, membrane),
    }
    plan: Plan = [(f"{name}.{key}", _of_written(function)) for key, function in derived.items() if function is not None]
    plan += [
        (f"{name}.{key}", _copied(f"{name}.{path}")) for key, path in WATER_PATHS.items() if f"{name}.{path}" in cell.settable
    ]
    own = ["time_constant"] if membrane.water.time_constant is not None else []
    plan += [(f"{name}.water.{key}", _copied(f"{name}.water.{key}")) for key in (*own, *membrane.water.parameters)]
    if membrane.thickness is not None:
        plan.append((f"{name}.thickness", _copied(f"{name}.thickness")))
    for word, mechanism in membrane.mechanisms.items():
        plan += _of_mechanism(f"{name}.{word}", mechanism)
    return plan


def _of_mechanism(path: str, mechanism: Mechanism) -> Plan:
    """A mechanism's own numbers, and `active`: 1, or 0 where it is taken away."""
    own = f"{path}.{ACTIVE}"
    plan: Plan = [] if ACTIVE in mechanism.parameters else [(own, _constant(1.0))]
    return plan + [(f"{path}.{key}", _copied(f"{path}.{key}")) for key in mechanism.parameters]


def budget(cell: Cell) -> Callable[[Values, Values], Any]:
    """The ATP that the cell is said to make [mol/s]."""
    key = "metabolism.atp" if "metabolism.atp" in cell.settable else "metabolism.oxygen"
    per_oxygen, per_volume = "metabolism.atp_per_oxygen", cell.settable[key].basis is not Basis.CELL
    inside = [f"{name}.volume" for name, space in cell.compartments.items() if space.role != BATH]

    def made(w: Values, n: Values) -> Any:
        rate = w[key] * sum(n[path] for path in inside) if per_volume else w[key]
        return rate * w[per_oxygen] if per_oxygen in cell.settable else rate

    return made
