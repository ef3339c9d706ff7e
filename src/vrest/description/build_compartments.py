"""Compartments from nodes: roles, concentrations, shapes and volumes, ATP."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ..errors import nearest
from ..laws.atp import CELLULAR, atp_free_energy, atp_standard_free_energy
from .cell import BATH, CELL, Compartment, Shape, Value
from .check import Checker, brief
from .geometry import SHAPES
from .ions import ion_table
from .nodes import Keys, Mapping, Node, Scalar
from .tables import ATP_TABLE, COMPARTMENT_TABLE, CONCENTRATION, ION_TABLE, REMAINDER_TABLE, SHAPE_TABLES

UNKNOWN_ENERGY = Value(-5e4)  # stands in for one that has a problem, so that no further problem follows from it
ROW = {parameter.name: parameter for parameter in COMPARTMENT_TABLE}


@dataclass
class _Space:
    """What was read of one compartment before its volume is known."""

    name: str
    node: Mapping
    role: str
    ions: dict[str, Value] = field(default_factory=dict)
    volume: Value | None = None
    surface: float | None = None
    shape: tuple[str, dict[str, float], dict[str, str]] | None = None
    remainder: Value | None = None
    water_fraction: float = 1.0
    delta_G: Value | None = None
    sound: bool = True
    store: bool = False


def build_compartments(
    check: Checker, root: Mapping, own: dict[str, int], stores: Collection[str] = ()
) -> dict[str, Compartment]:
    """Compartments by name, without their exchanges; problems go to the checker.

    Ions declared in place (`{value: ..., valence: ...}`) join `own`.
    """
    section = check.section(root.get("compartments"), "'compartments'", "outside: {role: bath, ions: {...}}") or Mapping()
    spaces = [space for name, node in section if (space := _space(check, name, node, section.key(name), own))]
    touched, exchanging = _touched(root), {*_exchanging(spaces), *stores}
    for space in spaces:
        space.store = space.name in exchanging and space.name not in touched
        if space.remainder is not None:
            space.volume = _remainder(check, space, spaces)
    _check_baths(check, root, spaces)
    reference = None if any(space.role == BATH and not space.store for space in spaces) else _reference(root, spaces)
    return {space.name: _compartment(check, space, reference) for space in spaces}


def _space(check: Checker, name: str, node: Node, place: Node, own: dict[str, int]) -> _Space | None:
    entry = check.section(node, f"compartment '{brief(name)}'", "{role: bath, ions: {K: 5 mM}}")
    if entry is None:
        return None
    check.name(place, name, "a compartment")
    check.keys(entry, [COMPARTMENT_TABLE], f"compartment '{name}'")
    space = _Space(name, entry, check.word(entry.get("role"), ROW["role"]))
    keys = ("compartments", name)
    _read_ions(check, space, keys, own)
    fraction = check.optional_quantity(entry, ROW["water_fraction"], (*keys, "water_fraction"), f"{name}.water_fraction")
    space.water_fraction = fraction.si if fraction else 1.0
    _read_volume(check, space, keys)
    space.delta_G = _atp(check, entry, name, keys)
    return space


def own_valences(root: Mapping, check: Checker) -> dict[str, int]:
    """Valences of the ions that the description declares itself."""
    section = check.section(root.get("ions"), "'ions'", "X: {valence: -2}")
    found: dict[str, int] = {}
    for ion, node in section or ():
        entry = check.section(node, f"ion '{brief(ion)}'", "{valence: -2}")
        if entry is None:
            continue
        assert section is not None
        check_ion_name(check, section, ion)
        check.keys(entry, [ION_TABLE], f"ion '{ion}'")
        valence = declared_valence(check, ion, entry.get("valence"))
        if valence is not None:
            found[ion] = valence
    return found


def declared_valence(check: Checker, ion: str, node: Node | None) -> int | None:
    """A whole valence other than zero that does not contradict the table of ions."""
    if node is None:
        return None
    before = len(check.problems)
    measured = check.number(node, ION_TABLE[0], f"ions.{ion}.valence") if isinstance(node, Scalar) else None
    if len(check.problems) > before:
        return None
    value = measured[0].value if measured else None
    known = ion_table().get(ion)
    if value is None or value != int(value) or value == 0 or abs(value) > 100:
        check.report(
            node,
            f"the valence of ion '{brief(ion)}' is a whole number other than zero",
            found=node.words,
            expected="a number such as -2",
        )
    elif known is not None and known.valence != value:
        check.report(
            node,
            f"ion '{ion}' has valence {known.valence:+d}; another ion needs another name",
            found=node.words,
            expected=f"{known.valence:+d}",
        )
    else:
        return int(value)
    return None


def check_ion_name(check: Checker, section: Mapping, ion: str) -> None:
    """A name that the description gives to an ion of its own must not hide another number of a compartment or formula."""
    if not check.name(section.key(ion), ion, "an ion"):
        return
    if ion in ROW or ion == "delta_G" or ion.startswith(("E_", "c_in", "c_out")) or ion.endswith(("_in", "_out")):
        check.report(
            section.key(ion),
            f"'{ion}' cannot name an ion: it would be taken for another number",
            found=ion,
            expected="a name such as X or HPO4",
        )


def _read_ions(check: Checker, space: _Space, keys: Keys, own: dict[str, int]) -> None:
    section = check.section(space.node.get("ions"), f"'ions' of '{space.name}'", "{K: 140 mM, Na: 12 mM}") or Mapping()
    for ion, node in section:
        if ion in own or (isinstance(node, Mapping) and "valence" in node.entries):
            check_ion_name(check, section, ion)
        if isinstance(node, Mapping) and "valence" in node.entries:
            valence = declared_valence(check, ion, node.get("valence"))
            if valence is not None and own.setdefault(ion, valence) != valence:
                check.report(
                    node, f"ion '{ion}' has two valences in this description", found=str(valence), expected=str(own[ion])
                )
        if ion not in own and ion not in ion_table():
            check.report(
                section.key(ion),
                f"ion '{brief(ion)}' is not in the table of ions; declare its charge with `valence:`",
                found=ion,
                expected="an ion such as K, Na, Cl, or {value: 5 mM, valence: -2}",
                suggestion=nearest(ion, ion_table()),
            )
            own.setdefault(ion, 1)
            if (meant := nearest(ion, ion_table())) and meant not in section.entries:
                space.ions[meant] = Value(1.0)
            space.sound = False
        value = check.quantity(node, CONCENTRATION, (*keys, "ions", ion), f"{space.name}.{ion}")
        space.sound = space.sound and value is not None
        space.ions[ion] = value if value is not None else Value(1.0)


def _read_volume(check: Checker, space: _Space, keys: Keys) -> None:
    entry, name = space.node, space.name
    before = len(check.problems)
    if "shape" in entry.entries and "volume" in entry.entries:
        check.report(entry.key("volume"), f"compartment '{name}' has a shape and a volume", expected="one of the two")
    if "shape" in entry.entries:
        _read_shape(check, space, keys)
    space.sound = space.sound and len(check.problems) == before
    volume = entry.get("volume")
    if isinstance(volume, Mapping) and "value" not in volume.entries:
        check.keys(volume, [REMAINDER_TABLE], f"the volume of '{name}'")
        place = (*keys, "volume", "remainder_of")
        space.remainder = check.optional_quantity(volume, REMAINDER_TABLE[0], place, f"{name}.volume.remainder_of")
    elif volume is not None:
        value = check.quantity(volume, ROW["volume"], (*keys, "volume"), f"{name}.volume")
        space.sound = space.sound and value is not None
        space.volume = None if value is None else Value(value.si, "m^3")


def _read_shape(check: Checker, space: _Space, keys: Keys) -> None:
    section = check.section(space.node.get("shape"), f"the shape of '{space.name}'", "{sphere: {diameter: 20 um}}")
    if section is None:
        return
    unknown = [form for form in section.entries if form not in SHAPES]
    if len(section.entries) != 1 or unknown:
        found = ", ".join(section.entries) or "nothing"
        meant = next((near for form in unknown if (near := nearest(form, SHAPES))), None)
        check.report(
            section.key(unknown[0]) if unknown else section,
            f"the shape of '{space.name}' is one of three",
            found=found,
            expected="sphere: {diameter: 20 um} | cylinder: {...} | box: {...}",
            suggestion=meant,
        )
        return
    form, node = next(iter(section))
    sizes = check.section(node, f"the {form} of '{space.name}'", "{diameter: 20 um}")
    if sizes is None:
        return
    table = SHAPE_TABLES[form]
    check.keys(sizes, [table], f"a {form}")
    place = (*keys, "shape", form)
    lengths = {
        p.name: check.optional_quantity(sizes, p, (*place, p.name), f"{space.name}.shape.{form}.{p.name}")
        for p in table
        if p.unit and p.name in sizes.entries
    }
    words = {p.name: check.word(sizes.get(p.name), p) for p in table if p.choices}
    numbers = {name: value.si for name, value in lengths.items() if value is not None}
    if len(numbers) == sum(1 for p in table if p.unit):
        volume, space.surface = SHAPES[form](numbers, words)
        space.shape = (form, numbers, words)
        space.volume = Value(volume, "m^3", note=f"volume of the {form}")


def _remainder(check: Checker, space: _Space, spaces: list[_Space]) -> Value | None:
    """A whole less the volumes of the other compartments that are no bath."""
    assert space.remainder is not None
    others = [other for other in spaces if other is not space and other.role != BATH]
    if any(other.volume is None for other in others):
        space.sound = False
        check.report(
            space.node,
            f"the volume of '{space.name}' is a remainder, but other volumes are not described",
            expected="a shape or volume for each",
        )
        return None
    rest = space.remainder.si - sum(other.volume.si for other in others if other.volume is not None)
    if rest <= 0:
        space.sound = False
        check.report(
            space.node,
            f"nothing remains for the volume of '{space.name}'",
            found=space.remainder.text,
            expected="more than the other compartments take",
        )
        return None
    return Value(rest, "m^3", note="remainder")


def _atp(check: Checker, entry: Mapping, name: str, keys: Keys) -> Value | None:
    """Free energy of ATP hydrolysis, given or from concentrations; the latter needs the temperature and is finished there."""
    node = check.section(entry.get("atp"), f"'atp' of '{name}'", "{delta_G: -50 kJ/mol}")
    if node is None:
        return None
    before = len(check.problems)
    check.keys(node, [ATP_TABLE], f"'atp' of '{name}'")
    found: dict[str, Value] = {}
    for parameter in ATP_TABLE:
        value = check.optional_quantity(node, parameter, (*keys, "atp", parameter.name), f"{name}.atp.{parameter.name}")
        if value is not None:
            found[parameter.name] = value
    if len(check.problems) > before:
        return UNKNOWN_ENERGY
    given = "delta_G" in found
    if given == bool({"ATP", "ADP", "Pi"} & set(found)) or (not given and not {"ATP", "ADP", "Pi"} <= set(found)):
        check.report(
            node,
            f"'atp' of '{name}' holds either delta_G or ATP, ADP and Pi",
            found=", ".join(node.entries) or "nothing",
            expected="{delta_G: -50 kJ/mol}",
        )
        return None
    if given:
        return found["delta_G"]
    temperature = check.settable.get("temperature")
    if temperature is None:
        return UNKNOWN_ENERGY
    standard = _standard(check, node, found, temperature)
    if standard is None:
        return None
    energy = atp_free_energy(found["ATP"].si, found["ADP"].si, found["Pi"].si, temperature.si, **standard)
    return Value(float(energy), "J/mol", note="from ATP, ADP and Pi")


def _standard(check: Checker, node: Mapping, found: dict[str, Value], temperature: Value) -> dict[str, float] | None:
    """The standard free energy as it was given, or from pH and Mg2+; empty for the law's own; None with a problem."""
    by_solution = {"pH", "Mg"} & set(found)
    if not by_solution:
        return {"standard": found["standard"].si} if "standard" in found else {}
    if len(by_solution) == 1 or "standard" in found:
        check.report(
            node,
            "the standard free energy of ATP is given as `standard`, or by pH and Mg together",
            found=", ".join(node.entries),
            expected="pH: 7.2 and Mg: 0.8 mM",
        )
        return None
    if not CELLULAR.admits(temperature.si):
        check.report(
            node.key("pH"),
            "the standard free energy of ATP by pH and Mg is not known at this temperature",
            found=f"{temperature.si:g} K",
            expected=CELLULAR.words,
        )
        return None
    return {"standard": float(atp_standard_free_energy(temperature.si, found["pH"].si, found["Mg"].si))}


def _check_baths(check: Checker, root: Mapping, spaces: list[_Space]) -> None:
    """One bath is the reference; each further one says `clamped` or `open`."""
    baths = [space for space in spaces if space.role == BATH and not space.store]
    references = [s for s in baths if "clamped" not in s.node.entries and not check.flag(s.node.get("open"), "open")]
    if spaces and not baths and _reference(root, spaces) is None:
        bath = next((space.name for space in spaces if space.role == BATH), None)
        message = "no compartment is a bath" if bath is None else f"no membrane touches the bath '{bath}'"
        message += ", so nothing is the reference of the potential"
        roles = ", ".join(f"{space.name} is a {space.role}" for space in spaces)
        check.report(
            root.key("compartments"),
            message,
            found=roles,
            expected="role: bath in one compartment, or one compartment on the outer side of every membrane",
        )
    elif baths and not references:
        check.report(
            baths[0].node,
            "every bath is clamped or open, so nothing is the reference of the potential",
            found=", ".join(bath.name for bath in baths),
            expected="one bath without clamped or open",
        )
    for space in references[1:]:
        check.report(
            space.node,
            f"bath '{space.name}' is a second one: say what its potential is",
            found="neither clamped nor open",
            expected="clamped: 0 mV | open: true",
        )


def _membrane_sides(root: Mapping) -> list[tuple[str, str]]:
    """The names in `between` of every membrane that is written as it should be."""
    membranes = root.get("membranes")
    entries = [node for _, node in membranes if isinstance(node, Mapping)] if isinstance(membranes, Mapping) else []
    sides: list[Any] = [getattr(entry.get("between"), "items", ()) for entry in entries]
    return [(getattr(side[0], "text", ""), getattr(side[1], "text", "")) for side in sides if len(side) == 2]


def _touched(root: Mapping) -> set[str]:
    """Compartments that a membrane touches."""
    return {name for side in _membrane_sides(root) for name in side}


def _exchanging(spaces: list[_Space]) -> set[str]:
    """Compartments that have an exchange of their own, or are the partner of one."""
    found: set[str] = set()
    for space in spaces:
        own = space.node.get("mechanisms")
        ways = [node for _, node in own if isinstance(node, Mapping)] if isinstance(own, Mapping) else []
        found |= {space.name} if ways else set()
        found |= {node.text for way in ways if isinstance(node := way.get("with"), Scalar)}
    return found


def _reference(root: Mapping, spaces: list[_Space]) -> str | None:
    """Without a bath the one space that is never the inner side of a membrane (a closed extracellular space) is the reference."""
    sides = _membrane_sides(root)
    inner, outer = {side[0] for side in sides}, {side[1] for side in sides}
    candidates = [space.name for space in spaces if space.name in outer - inner and space.role == CELL]
    return candidates[0] if len(candidates) == 1 else None


def _compartment(check: Checker, space: _Space, reference: str | None) -> Compartment:
    name, entry = space.name, space.node
    clamped = check.optional_quantity(entry, ROW["clamped"], ("compartments", name, "clamped"), f"{name}.clamped")
    is_open = check.flag(entry.get("open"), "open")
    if space.role != BATH:
        for key in ("clamped", "open"):
            if key in entry.entries:
                message = f"'{key}' belongs to a bath; '{name}' is a {space.role}"
                check.report(entry.key(key), message, found=key, expected="role: bath")
    elif space.store and (clamped is not None or is_open):
        key = "clamped" if clamped is not None else "open"
        message = f"no membrane touches bath '{name}', so it has no potential that '{key}' could say something of"
        check.report(entry.key(key), message, found=key, expected=f"no '{key}', or a membrane")
    elif clamped is not None and is_open:
        check.report(entry.key("open"), f"bath '{name}' is clamped and open", expected="one of the two")
    water = None if space.volume is None else Value(space.volume.si * space.water_fraction, "m^3", note=space.volume.note)
    if not space.sound:
        check.broken.add(name)
    row = ROW["osmotic_coefficient"]
    osmotic = check.optional_quantity(entry, row, ("compartments", name, row.name), f"{name}.{row.name}")
    shape = None if space.shape is None else Shape(*space.shape, space.water_fraction)
    return Compartment(
        name,
        space.role,
        space.ions,
        {},
        water,
        space.surface,
        space.delta_G,
        clamped,
        is_open,
        name == reference,
        shape,
        osmotic.si if osmotic is not None else 1.0,
        store=space.store,
    )
