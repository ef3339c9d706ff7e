"""Compartments from nodes: roles, concentrations, shapes and volumes, ATP."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import nearest
from ..laws.pumps import atp_free_energy
from .cell import BATH, Compartment, Value
from .check import Checker
from .geometry import SHAPES
from .ions import ion_table
from .nodes import Keys, Mapping, Node
from .tables import ATP_TABLE, COMPARTMENT_TABLE, CONCENTRATION, REMAINDER_TABLE, SHAPE_TABLES

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
    remainder: Value | None = None
    water_fraction: float = 1.0
    delta_G: Value | None = None


def build_compartments(check: Checker, root: Mapping, own: dict[str, int]) -> dict[str, Compartment]:
    """Compartments by name; problems go to the checker. Ions declared in place (`{value: ..., valence: ...}`) join `own`."""
    section = check.section(root.get("compartments"), "'compartments'", "outside: {role: bath, ions: {...}}")
    spaces = [space for name, node in section or () if (space := _space(check, name, node, own)) is not None]
    for space in spaces:
        if space.remainder is not None:
            space.volume = _remainder(check, space, spaces)
    _check_baths(check, root, spaces)
    return {space.name: _compartment(check, space) for space in spaces}


def _space(check: Checker, name: str, node: Node, own: dict[str, int]) -> _Space | None:
    entry = check.section(node, f"compartment '{name}'", "{role: bath, ions: {K: 5 mM}}")
    if entry is None or not check.name(entry, name, "a compartment"):
        return None
    check.keys(entry, [COMPARTMENT_TABLE], f"compartment '{name}'")
    space = _Space(name, entry, check.word(entry.get("role"), ROW["role"]))
    keys = ("compartments", name)
    _read_ions(check, space, keys, own)
    fraction = check.optional_quantity(entry, ROW["water_fraction"], (*keys, "water_fraction"), f"{name}.water_fraction")
    space.water_fraction = fraction.si if fraction else 1.0
    _read_volume(check, space, keys)
    space.delta_G = _atp(check, entry, name, keys)
    return space


def _read_ions(check: Checker, space: _Space, keys: Keys, own: dict[str, int]) -> None:
    from .build import declared_valence

    section = check.section(space.node.get("ions"), f"'ions' of '{space.name}'", "{K: 140 mM, Na: 12 mM}")
    for ion, node in section or ():
        if isinstance(node, Mapping) and "valence" in node.entries:
            valence = declared_valence(check, ion, node.get("valence"))
            if valence is not None and own.setdefault(ion, valence) != valence:
                check.report(
                    node, f"ion '{ion}' has two valences in this description", found=str(valence), expected=str(own[ion])
                )
        if ion not in own and ion not in ion_table():
            assert section is not None
            check.report(
                section.key(ion),
                f"ion '{ion[:40]}' is not in the table of ions; declare its charge with `valence:`",
                found=ion,
                expected="an ion such as K, Na, Cl, or {value: 5 mM, valence: -2}",
                suggestion=nearest(ion, ion_table()),
            )
            own.setdefault(ion, 1)
        value = check.quantity(node, CONCENTRATION, (*keys, "ions", ion), f"{space.name}.{ion}")
        space.ions[ion] = value if value is not None else Value(1.0)


def _read_volume(check: Checker, space: _Space, keys: Keys) -> None:
    entry, name = space.node, space.name
    if "shape" in entry.entries and "volume" in entry.entries:
        check.report(entry.key("volume"), f"compartment '{name}' has a shape and a volume", expected="one of the two")
    if "shape" in entry.entries:
        _read_shape(check, space, keys)
    volume = entry.get("volume")
    if isinstance(volume, Mapping) and "value" not in volume.entries:
        check.keys(volume, [REMAINDER_TABLE], f"the volume of '{name}'")
        place = (*keys, "volume", "remainder_of")
        space.remainder = check.optional_quantity(volume, REMAINDER_TABLE[0], place, f"{name}.volume.remainder_of")
    elif volume is not None:
        value = check.quantity(volume, ROW["volume"], (*keys, "volume"), f"{name}.volume")
        space.volume = None if value is None else Value(value.si, "m^3")


def _read_shape(check: Checker, space: _Space, keys: Keys) -> None:
    section = check.section(space.node.get("shape"), f"the shape of '{space.name}'", "{sphere: {diameter: 20 um}}")
    if section is None:
        return
    unknown = [form for form in section.entries if form not in SHAPES]
    if len(section.entries) != 1 or unknown:
        found = ", ".join(section.entries) or "nothing"
        check.report(
            section,
            f"the shape of '{space.name}' is one of three",
            found=found,
            expected="sphere | cylinder | box",
            suggestion=nearest(found, SHAPES),
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
        space.volume = Value(volume, "m^3", note=f"volume of the {form}")


def _remainder(check: Checker, space: _Space, spaces: list[_Space]) -> Value | None:
    """A whole less the volumes of the other compartments that are no bath."""
    assert space.remainder is not None
    others = [other for other in spaces if other is not space and other.role != BATH]
    if any(other.volume is None for other in others):
        check.report(
            space.node,
            f"the volume of '{space.name}' is a remainder, but other volumes are not described",
            expected="a shape or volume for each",
        )
        return None
    rest = space.remainder.si - sum(other.volume.si for other in others if other.volume is not None)
    if rest <= 0:
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
    check.keys(node, [ATP_TABLE], f"'atp' of '{name}'")
    found: dict[str, Value] = {}
    for parameter in ATP_TABLE:
        value = check.optional_quantity(node, parameter, (*keys, "atp", parameter.name), f"{name}.atp.{parameter.name}")
        if value is not None:
            found[parameter.name] = value
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
        return None
    more = {"standard": found["standard"].si} if "standard" in found else {}
    energy = atp_free_energy(found["ATP"].si, found["ADP"].si, found["Pi"].si, temperature.si, **more)
    return Value(float(energy), "J/mol", note="from ATP, ADP and Pi")


def _check_baths(check: Checker, root: Mapping, spaces: list[_Space]) -> None:
    """One bath is the reference; each further one says `clamped` or `open`."""
    baths = [space for space in spaces if space.role == BATH]
    references = [s for s in baths if "clamped" not in s.node.entries and not check.flag(s.node.get("open"), "open")]
    place = root.get("compartments") or root
    if spaces and not baths:
        check.report(place, "no compartment is a bath, so nothing is the reference of the potential", expected="role: bath")
    elif baths and not references:
        check.report(
            baths[0].node,
            "every bath is clamped or open, so nothing is the reference of the potential",
            expected="one bath without clamped or open",
        )
    for space in references[1:]:
        check.report(
            space.node, f"bath '{space.name}' is a second one: say what its potential is", expected="clamped: 0 mV | open: true"
        )


def _compartment(check: Checker, space: _Space) -> Compartment:
    name, entry = space.name, space.node
    clamped = check.optional_quantity(entry, ROW["clamped"], ("compartments", name, "clamped"), f"{name}.clamped")
    is_open = check.flag(entry.get("open"), "open")
    if space.role != BATH:
        for key in ("clamped", "open"):
            if key in entry.entries:
                check.report(entry.key(key), f"'{key}' belongs to a bath; '{name}' is a {space.role}", expected="role: bath")
    elif clamped is not None and is_open:
        check.report(entry.key("open"), f"bath '{name}' is clamped and open", expected="one of the two")
    water = None if space.volume is None else Value(space.volume.si * space.water_fraction, "m^3", note=space.volume.note)
    return Compartment(name, space.role, space.ions, {}, water, space.surface, space.delta_G, clamped, is_open)
