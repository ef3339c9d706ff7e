"""From a tree of nodes to a cell: read by the tables, checked by the facts, every problem raised together."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import Problem
from ..mechanisms.parameter import Table
from . import nodes
from .cell import BATH, HELD, Buffer, Cell, Compartment, Impermeant, Mechanism, Membrane, Shape, SurfaceCharge, Value, si_of
from .data import ion_table
from .derive import Derivation, atp_energy, surface, whole_volume, written_values
from .facts import cell as of_cell
from .facts import membranes as of_membranes
from .facts.mechanisms import mechanism_of
from .read import Reader, Section
from .tables import CELL_TABLE

_UNCHECKED = replace(CELL_TABLE, rows=tuple(replace(row, required=False) for row in CELL_TABLE))
_SHORTEST = replace(
    CELL_TABLE,
    rows=tuple(replace(row, required=False) if row.name in ("compartments", "membranes") else row for row in CELL_TABLE),
)
# these stand in for values that have a problem, so that no further problem follows from it
UNKNOWN_ENERGY = Value(-5e4)
UNKNOWN_VOLUME = Value(1e-15)
UNKNOWN_TEMPERATURE = Value(310.0)
RESERVOIR = Compartment("", BATH, {}, {})
"""Stands for the partner of an exchange that names none."""


def build_cell(
    root: nodes.Mapping,
    overrides: tuple[tuple[str, str], ...] = (),
    faults: tuple[Problem, ...] = (),
    stores: Collection[str] = (),
) -> Cell:
    """The cell that a tree of nodes describes.

    Arguments:
        root:      the tree
        overrides: paths and texts of the settings that are already in it
        faults:    problems that were found on the way here
        stores:    compartments that are stores even if no exchange touches them (the cell's exchanges were taken away)
    Raises:
        InputError: with every problem found, each at its place, in the order of the file.
    """
    reader = Reader((*root.faults, *faults), root.source.name)
    reader.must_be("cell", root)
    root, table = _general(root, reader)
    root, whole = _with_channels(root, reader)
    top = reader.top(whole, table)
    cell = _described(reader, top, stores)
    reader.close()
    return replace(cell, notes=_remarks(root, cell), root=root, overrides=overrides, build=build_cell)


def _general(root: nodes.Mapping, reader: Reader) -> tuple[nodes.Mapping, Table]:
    """The tree in its general form, and the table of its top."""
    if "ions" in root.entries:
        from .short_form import expand, is_short

        if is_short(root):
            return expand(root, reader), _UNCHECKED
    if {"ions", "compartments", "membranes"} & set(root.entries):
        return root, CELL_TABLE
    message = "a cell lists its `ions` (the short form, one membrane), or its `compartments` and `membranes`"
    expected = "ions: {K: {inside: 140 mM, outside: 5 mM, permeability: 1}}"
    reader.report(root, message, path="ions", found=root.words, expected=expected)
    return root, _SHORTEST


def _with_channels(root: nodes.Mapping, reader: Reader) -> tuple[nodes.Mapping, nodes.Mapping]:
    """The tree as it is kept, and as it is read: with all that channels say; what reads these is loaded where there are some."""
    if not any("like" in way.entries for _, way in nodes.ways_of(root)):
        return root, root
    from .channels import with_channels

    return with_channels(root, reader)


def _remarks(root: nodes.Mapping, cell: Cell) -> tuple[str, ...]:
    """What should be known of the channels of a cell."""
    if not any(way.like for way in cell.ways.values()):
        return ()
    from .channels import remarks

    return remarks(root, cell)


def _described(reader: Reader, top: Section, stores: Collection[str]) -> Cell:
    """The cell, put together step by step; what has a problem is left out or stood in for, so that all are found at once."""
    own = of_cell.declared_valences(top)
    cell = Cell(
        top["cell"] or "cell",
        top["temperature"] or UNKNOWN_TEMPERATURE,
        _compartments(top, own, stores),
        {},
        {},
        reader.settable,
        **{key: top[key] for key in ("title", "about", "organism")},
    )
    cell = _with_valences(cell, own, [ion for space in cell.compartments.values() for ion in space.ions])
    for step in (_with_numbers, _with_formulas, _with_exchanges):
        cell = replace(cell, compartments={name: step(top, cell, space) for name, space in cell.compartments.items()})
    cell = replace(cell, membranes=_membranes(top, cell))
    cell = _with_valences(cell, own, _only_moved(cell))
    of_membranes.check_graph(top, cell.compartments, cell.membranes)
    cell = _with_impermeants(top, cell)
    cell = replace(cell, band=of_cell.band_of(top, cell.membranes), metabolism=of_cell.states_budget(top, cell.compartments))
    if not reader.problems:
        _check_relaxing(top, cell)
        _check_coefficients(top, cell)
    return cell


def _check_relaxing(top: Section, cell: Cell) -> None:
    """Volumes that follow formulas; what reads these is loaded where there are some."""
    if any(membrane.water.target is not None for membrane in cell.membranes.values()):
        from .facts.relaxing import check_relaxing

        check_relaxing(top["membranes"], cell)


def _check_coefficients(top: Section, cell: Cell) -> None:
    """Osmotic coefficients that are formulas; what reads these is loaded where there are some."""
    if any(space.osmotic_formula is not None for space in cell.compartments.values()):
        from .facts.contents import check_coefficients

        check_coefficients(top["compartments"], cell)


def _only_moved(cell: Cell) -> list[str]:
    """Ions that a mechanism moves although no compartment lists them (all that it joins are held)."""
    return sorted({ion for one in cell.ways.values() for ion in one.species} - set(cell.valences))


def _with_valences(cell: Cell, own: Mapping[str, float], ions: Iterable[str]) -> Cell:
    """The cell with the valences of further ions."""
    found = {ion: own[ion] if ion in own else ion_table()[ion].valence for ion in ions}
    return replace(cell, valences={**cell.valences, **found})


# -- compartments -----------------------------------------------------------------------------------------------------


def _compartments(top: Section, own: dict[str, float], known_stores: Collection[str]) -> dict[str, Compartment]:
    """Compartments with what is written of them."""
    sides = of_membranes.written_sides(top)
    stores = {*known_stores, *_exchanging(top)} - {name for side in sides for name in side}
    reference = of_cell.reference_of(top, stores, sides)
    of_cell.check_baths(top, stores, reference)
    return {
        name: Compartment(
            name,
            space["role"],
            of_cell.ions_of(space, own),
            {},
            clamped=space["clamped"],
            open=space["open"],
            reference=name == reference,
            shape=_shape(space),
            fixed=_fixed(space, own),
            buffers=_buffers(space),
            osmotic_coefficient=space.si("osmotic_coefficient") or 1.0,
            store=name in stores,
        )
        for name, space in top["compartments"].items()
    }


def _fixed(space: Section, valences: Mapping[str, float]) -> dict[str, str | None]:
    """Ions that are held; what checks them is loaded where there are some."""
    if "fixed" not in space:
        return {}
    from .facts.fixed import fixed_of

    return fixed_of(space, valences)


def _buffers(space: Section) -> dict[str, Buffer]:
    """What binds ions; what checks it is loaded where there is some."""
    found = {}
    if "buffer" in space:
        from .facts.buffers import buffers_of

        found = buffers_of(space)
    if titrated := {
        word: one for word, one in of_cell.listed_impermeants(space).items() if isinstance(one["valence"], nodes.Node)
    }:
        from .facts.contents import titrated_of

        found |= titrated_of(space, titrated, found.get("H", Buffer()))
    return found


def _number(value: Value | None) -> float:
    return 1.0 if value is None else value.si


def _exchanging(top: Section) -> set[str]:
    """Compartments that have an exchange of their own, or are the partner of one."""
    found = set()
    for name, space in top["compartments"].items():
        ways = space.node.get("mechanisms")
        for _, way in ways if isinstance(ways, nodes.Mapping) else ():
            partner = nodes.find(way, ("with",))
            found |= {name, partner.text} if isinstance(partner, nodes.Scalar) else {name}
    return found


def _shape(space: Section) -> Shape | None:
    shape = space["shape"]
    if shape is None or None in shape.values.values():
        return None
    words = {key: value for key, value in shape.values.items() if isinstance(value, str)}
    return Shape(shape.name, si_of(shape.values), words, _number(space["water_fraction"]))


def _with_numbers(top: Section, cell: Cell, space: Compartment) -> Compartment:
    """A compartment with what follows from the written numbers: its volume of water, surface, free energy of ATP."""
    section = top["compartments"][space.name]
    of_cell.check_atp(section, top["temperature"])
    surface_of = surface(cell, space.name)
    return replace(
        space,
        volume=_water(top, cell, section),
        surface=None if surface_of is None else surface_of(_written(cell)),
        delta_G=_energy(section["atp"], cell, space.name),
    )


def _water(top: Section, cell: Cell, section: Section) -> Value | None:
    """The volume of a compartment's water [m^3]; one that was written and cannot be read is stood in for."""
    if "shape" not in section and "volume" not in section:
        return None
    others = [one for one in top["compartments"].values() if one is not section and one["role"] != BATH]
    whole = whole_volume(cell, section.name) if of_cell.volume_is_said(section, others) else None
    if whole is None:
        return UNKNOWN_VOLUME
    volume = whole(_written(cell))
    of_cell.check_remainder(section, volume)
    return Value(volume * _number(section["water_fraction"]), "m^3")


def _written(cell: Cell) -> Mapping[str, float]:
    """What is written, by path; 1 stands for what cannot be read."""
    return defaultdict(lambda: 1.0, written_values(cell))


def _energy(atp: Section | None, cell: Cell, name: str) -> Value | None:
    """The free energy of ATP hydrolysis in a compartment; one that was written and cannot be read is stood in for."""
    if atp is None:
        return None
    if "delta_G" in atp:
        return atp["delta_G"] or UNKNOWN_ENERGY
    function = atp_energy(cell, name) if atp.sound and "temperature" in cell.settable else None
    return UNKNOWN_ENERGY if function is None else Value(float(function(_written(cell))), "J/mol", note="from ATP, ADP and Pi")


def _with_exchanges(top: Section, cell: Cell, space: Compartment) -> Compartment:
    section = top["compartments"][space.name]
    if not of_cell.may_exchange(section):
        return space
    found = {word: _exchange(top, one, cell, space) for word, one in section["mechanisms"].items()}
    space = replace(space, mechanisms=nodes.present(found))
    if space.at_equilibrium:
        from .facts.reactions import check_equilibrium

        check_equilibrium(section, space)
    return space


def _exchange(top: Section, section: Section, cell: Cell, space: Compartment) -> Mechanism | None:
    partner = RESERVOIR if "with" not in section else of_cell.partner_of(section, space.name, cell.compartments)
    if partner is None:
        return None
    mechanism = _mechanism(top, section, cell, space, partner)
    if mechanism is None:
        return None
    of_cell.check_exchange_basis(section, mechanism.basis, space)
    return replace(mechanism, partner=partner.name or None)


# -- membranes --------------------------------------------------------------------------------------------------------


def _membranes(top: Section, cell: Cell) -> dict[str, Membrane]:
    inner_sides = [inner for inner, _ in of_membranes.written_sides(top)]
    return nodes.present({name: _membrane(top, section, cell, inner_sides) for name, section in top["membranes"].items()})


def _membrane(top: Section, section: Section, cell: Cell, inner_sides: list[str]) -> Membrane | None:
    of_membranes.check_name(section, cell.compartments)
    sides = of_membranes.sides_of(section, cell.compartments)
    if sides is None:
        stand_in = Compartment("", HELD, dict.fromkeys(cell.valences, Value(1.0)), {}, delta_G=UNKNOWN_ENERGY)
        _mechanisms(top, section, cell, stand_in, stand_in)
        return None
    inner, outer = sides
    membrane = Membrane(
        section.name,
        inner.name,
        outer.name,
        _mechanisms(top, section, cell, inner, outer),
        section["capacitance"],
        _area(section, inner, inner_sides),
        section["thickness"],
        of_membranes.water_of(section, inner, outer),
        _surface_charge(section, outer, cell),
    )
    of_membranes.check_bases(section, membrane, inner)
    return membrane


def _surface_charge(section: Section, outer: Compartment, cell: Cell) -> SurfaceCharge | None:
    """The charge of a membrane's outer face; what reads it is loaded where there is one."""
    if section["surface_charge"] is None:
        return None
    from .facts.surface import surface_of

    return surface_of(section["surface_charge"], outer, cell)


def _mechanisms(top: Section, section: Section, cell: Cell, inner: Compartment, outer: Compartment) -> dict[str, Mechanism]:
    return nodes.present({word: _mechanism(top, one, cell, inner, outer) for word, one in section["mechanisms"].items()})


def _mechanism(top: Section, section: Section, cell: Cell, inner: Compartment, outer: Compartment) -> Mechanism | None:
    elsewhere = functools.partial(_names_elsewhere, top, cell)
    return mechanism_of(section, inner, outer, cell.valences, cell.temperature.si, elsewhere, cell.compartments)


def _names_elsewhere(top: Section, cell: Cell) -> dict[str, Any]:
    """What formulas may name of every compartment; asked for where there are formulas."""
    from .facts.formulas import names_elsewhere

    sections = top["compartments"].items()
    impermeants = {name: of_cell.impermeants_of(space) for name, space in sections}
    states = {name: _dimensions(space["states"]) for name, space in sections if space["states"]}
    return names_elsewhere(cell.compartments, impermeants, states)


def _dimensions(states: Mapping[str, Section]) -> dict[str, Any]:
    from .facts.own_states import dimension_of_state

    return {name: dimension_of_state(one) for name, one in states.items()}


def _with_formulas(top: Section, cell: Cell, space: Compartment) -> Compartment:
    """A compartment with states of its own and the formula of its osmotic coefficient, and what these name; what reads them is loaded
    where there are some."""
    section = top["compartments"][space.name]
    varies = isinstance(section["osmotic_coefficient"], nodes.Node)
    if not (section["states"] or section["let"] or varies):
        return space
    from .facts.contents import coefficient_of
    from .facts.own_states import states_of
    from .facts.scope import scope_of

    scope = scope_of(section, space, _names_elsewhere(top, cell))
    formula = coefficient_of(section, space, scope) if varies else None
    return replace(space, states=states_of(section, space, scope), osmotic_formula=formula)


def _area(section: Section, inner: Compartment, inner_sides: list[str]) -> Value | None:
    """The area as written, or the surface of the inner compartment's shape."""
    if "area" in section:
        return section["area"]
    if inner.surface is None or not of_membranes.owns_surface(section, inner, inner_sides):
        return None
    return Value(inner.surface, "m^2", note="surface of the inner compartment's shape")


# -- impermeants ------------------------------------------------------------------------------------------------------


def _with_impermeants(top: Section, cell: Cell) -> Cell:
    """The cell with its impermeants, their amounts found from the charge of all else where a rule says so."""
    sections = {name: of_cell.impermeants_of(space) for name, space in top["compartments"].items()}
    listed = {name: _countable(top, cell, cell.compartments[name], found) for name, found in sections.items() if found}
    spaces = {name: replace(space, impermeants=listed.get(name, {})) for name, space in cell.compartments.items()}
    written, cell = _written(cell), replace(cell, compartments=spaces)
    numbers = Derivation(cell).described(written)
    spaces = {name: _counted(space, sections[name], numbers) for name, space in spaces.items()}
    for name in listed:
        of_cell.check_implied(list(sections[name].values())[-1], cell, name, written, numbers)
    return replace(cell, compartments=spaces)


def _countable(top: Section, cell: Cell, space: Compartment, sections: Mapping[str, Section]) -> dict[str, Impermeant]:
    """The impermeants of a compartment, if all that their amounts follow from is known."""
    around = cell.around(space.name)
    parts = [top["compartments"][space.name], *(top["membranes"][membrane.name] for membrane in around)]
    if not all(part.sound for part in parts):
        return {}
    found = {
        name: Impermeant(name, _valence(space, section), Value(0.0), _rule(section["amount"]))
        for name, section in sections.items()
    }
    fit = [of_cell.can_be_counted(sections[name], one, space, around) for name, one in found.items()]
    return found if all(fit) else {}


def _valence(space: Compartment, section: Section) -> Value:
    """The valence of an impermeant; of one that follows the pH that at the described one."""
    valence = section["valence"]
    if isinstance(valence, Value):
        return valence
    from ..results.words import PROTON
    from .binding import valence_at

    keys, name = (*section.keys, "valence"), "X" if section.keys[-1] == "impermeant" else section.name
    return Value(float(valence_at(space.titrated[name], space.ions[PROTON].si)), keys=keys, note="at the described pH")


def _rule(amount: Any) -> str:
    if isinstance(amount, Section):
        return "carries"
    return "given" if isinstance(amount, Value) else "neutral"


def _counted(space: Compartment, sections: Mapping[str, Section], numbers: Mapping[str, float]) -> Compartment:
    found = {}
    for name, one in space.impermeants.items():
        concentration = numbers[f"{space.name}.{name}.concentration"]
        if one.rule != "given":
            of_cell.check_amount(sections[name], one, space, concentration)
        note = None if one.rule == "given" else "from the charge of the listed ions"
        found[name] = replace(one, concentration=Value(concentration, "mol/m^3", note=note))
    return replace(space, impermeants=found)
