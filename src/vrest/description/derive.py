"""Every number of a cell from the written ones: water, areas, capacitances, impermeants, the free energy of ATP.

Values are floats, arrays or symbols: one text serves the checks of a description, numbers that change from call to call, and
derivatives. There are two stages. `described` holds what a description fixes once, before anything happens: what there is of
impermeants, and volumes as described. `numbers` is all that the functions of the system use, with `described` given from before
where an event, a ramp or a factor changes a written number of a cell that exists already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from .. import maths
from ..constants import F
from ..laws.atp import STANDARD_FREE_ENERGY, atp_free_energy, atp_standard_free_energy
from ..mechanisms.kind import Site
from ..mechanisms.parameter import ACTIVE, Basis
from .cell import BATH, CELL, Cell, Compartment, Impermeant, Membrane, Value, si_of
from .nodes import present

if TYPE_CHECKING:
    from .equilibrium import Equilibrium

Values = Mapping[str, Any]
Function = Callable[[Values, Values], Any]
Plan = list[tuple[str, Function]]
"""Names of numbers in the order in which they follow, each with its function of the written values and of the numbers before it."""


def written_values(cell: Cell) -> dict[str, float]:
    """Every number that a description holds, by its path [SI]."""
    return si_of(cell.settable)


class Derivation:
    """How the numbers of one cell follow from its written ones; the structure is fixed, every value may change.

    Attributes:
        written: the values of the description by path [SI]
    """

    def __init__(self, cell: Cell) -> None:
        self.cell, self.written = cell, written_values(cell)
        self._described, self._numbers = _described(cell), _numbers(cell)
        self._own = [path for path, value in cell.settable.items() if not _only_followed(value)]
        self._held = _held(cell)
        self._always = {"time": 0.0, **{f"{path}.{ACTIVE}": 1.0 for path in cell.ways}}

    def described(self, written: Values | None = None, given: Values | None = None) -> dict[str, Any]:
        """What is fixed once: `<compartment>.described_volume` [m^3]; of impermeants `.concentration` [mol/m^3] and `.amount` [mol];
        concentrations of solutes that react at equilibrium [mol/m^3], and as `written.<path>` those from which they come there.

        `given` holds those of them that are said here, whatever the description says.
        """
        w, said = self.written if written is None else written, given or {}
        found: dict[str, Any] = {}
        for name, function in self._described:
            found[name] = said[name] if name in said else function(w, found)
        for equilibrium in self._held:
            found |= {f"written.{path}": w[path] for path in equilibrium.paths}
            numbers = {**w, **found}
            settled = equilibrium.settled(numbers)
            found |= settled | equilibrium.countered(numbers, settled, self.cell.valences)
        return found | {name: said[name] for name in found if name in said}

    def numbers(self, written: Values | None = None, described: Values | None = None) -> dict[str, Any]:
        """Path to value [SI] for all that the functions of the system use: as written, or what follows from it.

        `<mechanism>.active` is 1, or 0 where a mechanism is taken away.

        Arguments:
            written:   values by path; those of the description where none are given
            described: what was fixed before; found from the same values where it is not given
        """
        w = self.written if written is None else written
        found: dict[str, Any] = self._always | {path: w[path] for path in self._own}
        found |= self.described(w) if described is None else described
        for name, function in self._numbers:
            found[name] = function(w, found)
        return found


def _held(cell: Cell) -> list[Equilibrium]:
    """The equilibria of compartments; what finds them is loaded where there are some. While a cell is built, one whose impermeants are not
    known, as something is wrong with them, is left."""
    spaces = [one for one in cell.compartments.values() if one.at_equilibrium and set(one.titrated) <= set(one.impermeants)]
    if not spaces:
        return []
    from .equilibrium import equilibria_of

    return list(equilibria_of(spaces))


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
    path = f"{name}.volume"
    if cell.compartments[name].shape is not None:
        return _of_shape(cell, name, 0)
    if f"{path}.remainder_of" in cell.settable:
        return _remainder(cell, f"{path}.remainder_of")
    return (lambda w: w[path]) if path in cell.settable else None


def _remainder(cell: Cell, path: str) -> Callable[[Values], Any]:
    """What the other compartments leave of a whole."""
    others = [name for name, space in cell.compartments.items() if not space.is_bath]
    described = [whole_volume(cell, name) for name in others if f"{name}.volume.remainder_of" not in cell.settable]
    parts = [part for part in described if part is not None]
    return lambda w: w[path] - sum(part(w) for part in parts)


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


def site_in(cell: Cell, space: Compartment, numbers: Values) -> Site:
    """What formulas of a compartment see: its ions, impermeants and states by name, and all the numbers of the cell by path."""
    contents = {ion: numbers[f"{space.name}.{ion}"] for ion in space.ions}
    own = {word: numbers[f"{space.name}.{word}"] for word in space.states}
    own |= {word: numbers[f"{space.name}.{word}.concentration"] for word in space.impermeants}
    names = numbers["temperature"], numbers["time"], cell.valences
    return Site(None, *names, contents, {}, own, {}, numbers=numbers, sides=(space.name, ""))


def osmotic_coefficient(cell: Cell, name: str, numbers: Values) -> Any:
    """The osmotic coefficient of a compartment, at numbers that hold a state."""
    space = cell.compartments[name]
    if space.osmotic_formula is None:
        return numbers[f"{name}.osmotic_coefficient"]
    return site_in(cell, space, numbers).value_of(space.osmotic_formula)


def osmolarity(cell: Cell, space: str, numbers: Values) -> Any:
    """Osmolarity of a compartment [mol/m^3]: its ions and impermeants times its osmotic coefficient."""
    compartment = cell.compartments[space]
    ions = sum((numbers[f"{space}.{ion}"] for ion in compartment.ions), 0.0)
    fixed = sum((numbers[f"{space}.{word}.concentration"] for word in compartment.impermeants), 0.0)
    return osmotic_coefficient(cell, space, numbers) * (ions + fixed)


def asked_volume(cell: Cell, membrane: Membrane, numbers: Values) -> Any:
    """The inner volume that a membrane's formula asks for [m^3], at numbers that hold a state or the description."""
    values = {"T": numbers["temperature"], "t": numbers["time"]}
    for side, word, space in (("in", "w0", membrane.inner), ("out", "w0_out", membrane.outer)):
        values |= {f"osm_{side}": osmolarity(cell, space, numbers), word: numbers.get(f"{space}.described_volume")}
        for ion in cell.compartments[space].ions:
            values[f"{ion}_{side}"] = values[f"c_{side}_{ion}"] = numbers[f"{space}.{ion}"]
    values |= {key: numbers[f"{membrane.name}.water.{key}"] for key in membrane.water.parameters}
    return membrane.water.target.evaluate(values)


# -- impermeants ------------------------------------------------------------------------------------------------------


def impermeant_path(impermeant: Impermeant) -> str:
    """The path of an impermeant's written numbers: `inside.impermeant`, or `inside.impermeants.A`."""
    keys = impermeant.valence.keys
    assert keys is not None
    return ".".join(keys[1:-1])


def listed_charge(cell: Cell, space: Compartment, rules: Collection[str] = ("given",)) -> Function:
    """Charge of the ions of a compartment, what is bound of them too, and of its impermeants whose amounts follow these rules [mol/m^3]."""
    ions = [(float(cell.valences[ion]), f"{space.name}.{ion}") for ion in space.ions]
    fixed = [
        (_valence(space, one), f"{space.name}.{word}.concentration")
        for word, one in space.impermeants.items()
        if one.rule in rules
    ]

    in_states = [
        (n * float(cell.valences[ion]), f"{space.name}.{word}.start")
        for word, one in space.states.items()
        for ion, n in one.holds.items()
    ]

    def charge(w: Values, n: Values) -> Any:
        listed = sum(z * w[path] for z, path in ions) + sum(valence(w, n) * n[path] for valence, path in fixed)
        held = sum(z * w[path] for z, path in in_states)
        return listed + held + (_bound_charge(cell, space, w, n) if space.buffers else 0.0)

    return charge


def _bound_charge(cell: Cell, space: Compartment, w: Values, n: Values) -> Any:
    """Charge of what buffers have bound as described [mol/m^3]; impermeants have bound nothing then."""
    from .binding import bound_by_buffer

    return sum(cell.valences[ion] * bound_by_buffer(n, space, ion, w[f"{space.name}.{ion}"]) for ion in space.buffers)


def _valence(space: Compartment, one: Impermeant) -> Function:
    """The valence of an impermeant: as written, or by its formula at the described pH."""
    if one.name in space.titrated:
        return lambda w, n: n[f"{space.name}.{one.name}.valence"]
    return _copied(f"{impermeant_path(one)}.valence")


def _concentrations(cell: Cell, space: Compartment) -> Plan:
    """Concentrations of a compartment's impermeants: given ones first, then what follows from the charge of all else."""
    listed = sorted(space.impermeants.values(), key=lambda one: one.rule != "given")
    functions = {"given": _given, "neutral": _neutral, "carries": _carrying}
    return [(f"{space.name}.{one.name}.concentration", functions[one.rule](cell, space, one)) for one in listed]


def _given(cell: Cell, space: Compartment, one: Impermeant) -> Function:
    path = f"{impermeant_path(one)}.amount"
    water = _water(cell, space.name) if cell.settable[path].basis is Basis.CELL else None
    return _copied(path) if water is None else (lambda w, n: w[path] / water(w))


def _neutral(cell: Cell, space: Compartment, one: Impermeant) -> Function:
    """With it the composition has no charge."""
    charge, valence = listed_charge(cell, space), _valence(space, one)
    return lambda w, n: -charge(w, n) / valence(w, n)


def _carrying(cell: Cell, space: Compartment, one: Impermeant) -> Function:
    """With it the composition has the charge density C A V/F over the volume of a potential V."""
    charge, path, valence = listed_charge(cell, space), impermeant_path(one), _valence(space, one)
    (membrane,) = cell.around(space.name)
    capacitance, water, sign = _capacitance(cell, membrane), _water(cell, space.name), _sign(membrane, space.name)
    assert capacitance is not None
    assert water is not None

    def concentration(w: Values, n: Values) -> Any:
        wanted = sign * (capacitance(w) * w[f"{path}.amount.carries"] / (F * water(w)))
        return (wanted - charge(w, n)) / valence(w, n)

    return concentration


def _sign(membrane: Membrane, space: str) -> float:
    """1 where the potential of a membrane is that of a compartment against the other side; else -1."""
    return 1.0 if membrane.inner == space else -1.0


LARGEST_IMPLIED = 0.3
"""Potential [V] beyond which a stated amount of impermeants is a slip."""


def implied_potential(cell: Cell, space: Compartment) -> Function | None:
    """The potential [V] that the charge of a compartment with given amounts of impermeants would put on its membranes.

    None where amounts follow from the charge, or a volume or capacitance is not described.
    """
    around, water, charge = cell.around(space.name), _water(cell, space.name), listed_charge(cell, space)
    capacitances = [C for membrane in around if (C := _capacitance(cell, membrane)) is not None]
    given = space.role == CELL and {one.rule for one in space.impermeants.values()} == {"given"}
    if not given or water is None or not 0 < len(capacitances) == len(around):
        return None
    sign = _sign(around[0], space.name)
    return lambda w, n: sign * F * charge(w, n) * water(w) / sum(C(w) for C in capacitances)


# -- membranes --------------------------------------------------------------------------------------------------------


def _area(cell: Cell, membrane: Membrane) -> Callable[[Values], Any] | None:
    """The area of a membrane [m^2]: as written, or the surface of its inner compartment's shape; None where it is not described."""
    path = f"{membrane.name}.area"
    if path in cell.settable:
        return lambda w: w[path]
    return None if membrane.area is None else surface(cell, membrane.inner)


def _capacitance(cell: Cell, membrane: Membrane, per: Basis = Basis.CELL) -> Callable[[Values], Any] | None:
    """The capacitance of a whole membrane [F], or per area [F/m^2], where it can be said."""
    path, area = f"{membrane.name}.capacitance", _area(cell, membrane)
    if membrane.capacitance is None:
        return None
    if membrane.capacitance.basis is per:
        return lambda w: w[path]
    if area is None:
        return None
    return (lambda w: w[path] * area(w)) if per is Basis.CELL else (lambda w: w[path] / area(w))


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


FOLLOWED = {
    ("compartments", "atp"),
    ("compartments", "buffer"),
    ("compartments", "impermeant"),
    ("compartments", "impermeants"),
    ("compartments", "volume"),
    ("membranes", "capacitance"),
    ("membranes", "wall"),
    ("metabolism", ""),
}
"""Sections whose numbers the system knows by what follows from them."""


def _only_followed(value: Value) -> bool:
    keys = value.keys or ()
    within = keys[0], keys[2] if len(keys) > 2 else ""
    return within in FOLLOWED or keys[0] == "membranes" and ".".join(keys[2:]) in WATER_PATHS.values()


# -- the whole --------------------------------------------------------------------------------------------------------


def _described(cell: Cell) -> Plan:
    plan: Plan = []
    for name, space in cell.compartments.items():
        water = _water(cell, name)
        if water is not None:
            plan.append((f"{name}.described_volume", _of_written(water)))
        if space.buffers:
            from .binding import buffered

            plan += buffered(space, water is not None)
        plan += _concentrations(cell, space)
        plan += [(f"{name}.{word}.amount", _amount(name, word)) for word in space.impermeants if water is not None]
        if space.titrated and water is not None:
            from .binding import titrating

            plan += titrating(space)
    return plan


def _of_written(function: Callable[[Values], Any]) -> Function:
    return lambda w, n: function(w)


def _amount(space: str, word: str) -> Function:
    return lambda w, n: n[f"{space}.{word}.concentration"] * n[f"{space}.described_volume"]


def _copied(path: str) -> Function:
    return lambda w, n: w[path]


def _numbers(cell: Cell) -> Plan:
    plan: Plan = []
    for name, space in cell.compartments.items():
        plan += [(f"{name}.{word}", _copied(f"{name}.{word}.start")) for word in space.states]
        plan += _where_known(name, {"volume": _water(cell, name), "delta_G": atp_energy(cell, name)})
        plan += [
            (f"{name}.{word}.valence", _valence(space, one))
            for word, one in space.impermeants.items()
            if word not in space.titrated
        ]
    for membrane in cell.membranes.values():
        plan += _of_membrane(cell, membrane)
    return [*plan, ("metabolism.budget", _budget(cell))] if cell.metabolism else plan


def _of_membrane(cell: Cell, membrane: Membrane) -> Plan:
    derived = {
        "area": _area(cell, membrane),
        "total_capacitance": _capacitance(cell, membrane),
        "specific_capacitance": _capacitance(cell, membrane, per=Basis.AREA),
        "folding": _folding(cell, membrane),
    }
    paths = {f"{membrane.name}.{key}": f"{membrane.name}.{path}" for key, path in WATER_PATHS.items()}
    written: Plan = [(key, _copied(path)) for key, path in paths.items() if path in cell.settable]
    return _where_known(membrane.name, derived) + written


def _where_known(place: str, derived: Mapping[str, Callable[[Values], Any] | None]) -> Plan:
    return [(f"{place}.{key}", _of_written(function)) for key, function in present(derived).items()]


def _budget(cell: Cell) -> Function:
    """The ATP that the cell is said to make [mol/s]."""
    key = "metabolism.atp" if "metabolism.atp" in cell.settable else "metabolism.oxygen"
    per_oxygen, per_volume = "metabolism.atp_per_oxygen", cell.settable[key].basis is not Basis.CELL
    inside = [f"{name}.volume" for name, space in cell.compartments.items() if space.role != BATH]

    def made(w: Values, n: Values) -> Any:
        rate = w[key] * sum(n[path] for path in inside) if per_volume else w[key]
        return rate * w[per_oxygen] if per_oxygen in cell.settable else rate

    return made
