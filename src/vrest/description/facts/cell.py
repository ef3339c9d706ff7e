"""A cell and its compartments: charges of ions, volumes, the reference, impermeants, ATP, the band, the metabolic budget."""

from __future__ import annotations

import math
from collections.abc import Mapping as MappingType

from ...errors import nearest
from ...laws.atp import CELLULAR
from ...mechanisms.parameter import Basis
from ...units import to_unit
from ..cell import BATH, CELL, Band, Cell, Compartment, Impermeant, Membrane, Value
from ..data import ion_table
from ..derive import LARGEST_IMPLIED, impermeant_path, implied_potential, listed_charge
from ..measure import brief
from ..nodes import Node, Scalar, find
from ..read import Section
from ..tables import COMPARTMENT_TABLE, ION_TABLE

FREE_PROTONS = "the concentration of free protons: H: pH 7, or H: 1e-4 mM"
Sections = MappingType[str, Section]
Sides = list[tuple[str, str]]
"""Inner and outer compartment of every membrane."""

# -- ions -------------------------------------------------------------------------------------------------------------


def declared_valences(top: Section) -> dict[str, float]:
    """Valences of the ions that the description declares itself, at its top or beside a concentration."""
    found: dict[str, float] = {}
    for ion, section in top["ions"].items():
        _check_ion_name(top, top.at("ions").key(ion), ion)
        valence = _valence(section, ion, section.at("valence"), section.si("valence"))
        found[ion] = valence
    for space in top["compartments"].values():
        for ion in space["ions"]:
            _declared_in_place(space, ion, found)
    return found


def _declared_in_place(space: Section, ion: str, found: dict[str, float]) -> None:
    place, node = space.at("ions"), find(space.node, ("ions", ion, "valence"))
    if ion in found or node is not None:
        _check_ion_name(space, place.key(ion), ion)
    valence = None if node is None else _valence(space, ion, node, _number_of(space, ion, node))
    if valence is not None and found.setdefault(ion, valence) != valence:
        message = f"ion '{ion}' has two valences in this description"
        space.report(find(place, (ion,)) or place, message, found=str(valence), expected=str(found[ion]))


def _number_of(space: Section, ion: str, node: Node) -> float | None:
    """The number behind `valence`; what is no scalar is none."""
    if not isinstance(node, Scalar):
        return math.nan
    measured = space.reader.number(node, ION_TABLE["valence"], f"ions.{ion}.valence")
    return None if measured is None else measured[0].value


def _valence(section: Section, ion: str, node: Node, z: float | None) -> float:
    """A valence that does not contradict the table of ions, whole or a mean, 0 without charge; where it is wrong, one to go on with."""
    known = ion_table().get(ion)
    if z is None:  # what is wrong with it is said already
        return known.valence if known else 1
    if not abs(z) <= 100:
        message = f"the valence of ion '{brief(ion)}' is a number, at most 100"
        section.report(node, message, found=node.words, expected="a number such as -2")
        return known.valence if known else 1
    if known is not None and known.valence != z:
        message = f"ion '{ion}' has valence {known.valence:+g}; another ion needs another name"
        section.report(node, message, found=node.words, expected=f"{known.valence:+g}")
        return known.valence
    return int(z) if z == int(z) else z


def _check_ion_name(section: Section, place: Node, ion: str) -> None:
    """A name that the description gives to an ion of its own must not hide another number of a compartment or formula."""
    if not section.reader.name(place, ion, "an ion"):
        return
    keys = {row.name for row in COMPARTMENT_TABLE} | {"delta_G"}
    if ion in keys or ion.startswith(("E_", "c_in", "c_out")) or ion.endswith(("_in", "_out")):
        message = f"'{ion}' cannot name an ion: it would be taken for another number"
        section.report(place, message, found=ion, expected="a name such as X or HPO4")


def ions_of(space: Section, valences: dict[str, float]) -> dict[str, Value]:
    """Concentrations by ion; 1 mM stands for what cannot be read, and a valence of 1 for an ion that is not known."""
    found: dict[str, Value] = {}
    for ion, value in space["ions"].items():
        if ion not in valences and ion not in ion_table():
            meant = _meant(ion)
            space.report(
                space.at("ions").key(ion),
                f"ion '{brief(ion)}' is not in the table of ions; declare its charge with `valence:`",
                found=ion,
                expected=FREE_PROTONS if ion == "pH" else "an ion such as K, Na, Cl, or {value: 5 mM, valence: -2}",
                suggestion=meant,
            )
            valences[ion] = 1
            found |= {meant: Value(1.0)} if meant and meant not in space["ions"] else {}
        found[ion] = Value(1.0) if value is None else value
    return found


def _meant(ion: str) -> str | None:
    """The ion that a name is a misspelling of; it begins alike (`GABA` is no barium, `pH` no ion)."""
    near = nearest(ion, ion_table())
    return near if near and near[0].casefold() == ion[0].casefold() else None


# -- volumes ----------------------------------------------------------------------------------------------------------


def volume_is_said(space: Section, others: list[Section]) -> bool:
    """Whether a volume, or the shape it follows from, is given; where it is what others leave, theirs are, and are no remainders."""
    if not isinstance(space["volume"], Section):
        return space["shape"] is not None or space["volume"] is not None
    if all(other["shape"] is not None or isinstance(other["volume"], Value) for other in others):
        return True
    message = f"the volume of '{space.name}' is a remainder, but other volumes are not described"
    space.report(space.node, message, expected="a shape or volume for each")
    return False


def check_remainder(space: Section, volume: float) -> None:
    """What others leave is something."""
    if volume <= 0:
        found = space["volume"]["remainder_of"].text
        message = f"nothing remains for the volume of '{space.name}'"
        space.report(space.node, message, found=found, expected="more than the other compartments take")


# -- the free energy of ATP -------------------------------------------------------------------------------------------


def check_atp(space: Section, temperature: Value | None) -> None:
    """It is given, or the concentrations and the standard free energy that it follows from."""
    atp = space["atp"]
    if atp is None or not atp.sound:
        return
    given = {key for key in ("delta_G", "ATP", "ADP", "Pi") if key in atp}
    if given not in ({"delta_G"}, {"ATP", "ADP", "Pi"}):
        message = f"'atp' of '{space.name}' holds either delta_G or ATP, ADP and Pi"
        atp.report(atp.node, message, found=atp.written or "nothing", expected="{delta_G: -50 kJ/mol}")
    elif given != {"delta_G"}:
        _check_standard(atp, temperature)


def _check_standard(atp: Section, temperature: Value | None) -> None:
    given = {key for key in ("standard", "pH", "Mg") if key in atp}
    if given not in (set(), {"standard"}, {"pH", "Mg"}):
        atp.report(
            atp.node,
            "the standard free energy of ATP is given as `standard`, or by pH and Mg together",
            found=atp.written,
            expected="pH: 7.2 and Mg: 0.8 mM",
        )
    elif "pH" in given and temperature is not None and not CELLULAR.admits(temperature.si):
        message = "the standard free energy of ATP by pH and Mg is not known at this temperature"
        atp.report(atp.key("pH"), message, found=f"{temperature.si:g} K", expected=CELLULAR.words)


# -- the reference of potentials ------------------------------------------------------------------------------------


def check_baths(top: Section, stores: set[str], reference: str | None) -> None:
    """One bath is the reference; each further one says `clamped` or `open`."""
    baths = _baths(top, stores)
    if baths:
        _check_references(baths)
    elif top["compartments"] and reference is None:
        _no_reference(top)
    for space in top["compartments"].values():
        _check_potential(space, space.name in stores)


def _check_references(baths: list[Section]) -> None:
    references = [space for space in baths if "clamped" not in space and not space["open"]]
    if not references:
        message = "every bath is clamped or open, so nothing is the reference of the potential"
        found = ", ".join(bath.name for bath in baths)
        baths[0].report(baths[0].node, message, found=found, expected="one bath without clamped or open")
    for space in references[1:]:
        message = f"bath '{space.name}' is a second one: say what its potential is"
        space.report(space.node, message, found="neither clamped nor open", expected="clamped: 0 mV | open: true")


def _baths(top: Section, stores: set[str]) -> list[Section]:
    return [space for name, space in top["compartments"].items() if space["role"] == BATH and name not in stores]


def _no_reference(top: Section) -> None:
    roles = {space.name: space["role"] for space in top["compartments"].values()}
    bath = next((name for name, role in roles.items() if role == BATH), None)
    message = "no compartment is a bath" if bath is None else f"no membrane touches the bath '{bath}'"
    top.report(
        top.key("compartments"),
        message + ", so nothing is the reference of the potential",
        found=", ".join(f"{name} is a {role}" for name, role in roles.items()),
        expected="role: bath in one compartment, or one compartment on the outer side of every membrane",
    )


def reference_of(top: Section, stores: set[str], sides: Sides) -> str | None:
    """Without a bath the one space that is never the inner side of a membrane (a closed extracellular space) is the reference."""
    if _baths(top, stores):
        return None
    candidates = {outer for _, outer in sides} - {inner for inner, _ in sides}
    found = [name for name, space in top["compartments"].items() if name in candidates and space["role"] == CELL]
    return found[0] if len(found) == 1 else None


def _check_potential(space: Section, store: bool) -> None:
    """Only a bath that a membrane touches is clamped or open, and not both."""
    name, role = space.name, space["role"]
    given = [key for key in ("clamped", "open") if key in space]
    if role != BATH:
        for key in given:
            space.report(space.key(key), f"'{key}' belongs to a bath; '{name}' is a {role}", found=key, expected="role: bath")
        return
    said = [key for key in given if space[key]]
    if store and said:
        message = f"no membrane touches bath '{name}', so it has no potential that '{said[0]}' could say something of"
        space.report(space.key(said[0]), message, found=said[0], expected=f"no '{said[0]}', or a membrane")
    elif len(said) > 1:
        space.report(space.key("open"), f"bath '{name}' is clamped and open", expected="one of the two")


# -- exchanges --------------------------------------------------------------------------------------------------------


def may_exchange(space: Section) -> bool:
    """Whether exchanges stand where they can be: in a compartment whose contents change, under names that are free."""
    if "mechanisms" not in space:
        return False
    if space["role"] != CELL:
        space.wrong(
            "mechanisms",
            f"'{space.name}' is a {space['role']}: what it holds is kept, so no exchange of its own changes it",
            path=space.name,
            found="mechanisms",
            expected=f"the exchange in the compartment that changes, as `with: {space.name}`",
        )
        return False
    _check_exchange_names(space)
    return True


def _check_exchange_names(space: Section) -> None:
    """A path through the name of an exchange leads nowhere else."""
    taken = dict.fromkeys((*(row.name for row in COMPARTMENT_TABLE), "delta_G", "described_volume"), "a key")
    if "buffer" not in space:
        del taken["buffer"]  # an exchange may have this name where no buffer of the format has it
    taken |= dict.fromkeys(space["ions"], "an ion") | dict.fromkeys(space["impermeants"], "an impermeant")
    for word in [word for word in space["mechanisms"] if word in taken]:
        space.report(
            space.at("mechanisms").key(word),
            f"'{brief(word)}' names {taken[word]} of '{space.name}' already; a path could not tell them apart",
            path=space.path_of(word),
            found=word,
            expected="another name, such as bath_diffusion",
        )


def partner_of(exchange: Section, space: str, spaces: MappingType[str, Compartment]) -> Compartment | None:
    """The compartment on the other side; None with a problem where there is none of that name."""
    name, others = exchange["with"], [other for other in spaces if other != space]
    if name in others:
        return spaces[name]
    if name is not None:
        what = "itself" if name == space else "a compartment that does not exist"
        expected = f"{', '.join(others) or 'another compartment'}; or no `with`, for a reservoir without end"
        exchange.wrong("with", f"'{exchange.name}' of '{space}' exchanges with {what}", among=others, expected=expected)
    return None


def check_exchange_basis(exchange: Section, basis: Basis | None, space: Compartment) -> None:
    if basis is Basis.VOLUME and space.volume is None:
        exchange.wrong(
            "rate",
            f"'{exchange.name}' is given per volume, but the volume of '{space.name}' is not described",
            path=f"{space.name}.volume",
            found="no volume",
            expected="shape or volume, or a rate in mol/s",
        )


# -- impermeants ------------------------------------------------------------------------------------------------------


def listed_impermeants(space: Section) -> dict[str, Section]:
    """The sections of a compartment's impermeants by name; one without a name is X."""
    single = {} if space["impermeant"] is None else {"X": space["impermeant"]}
    return single | space["impermeants"]


def impermeants_of(space: Section) -> dict[str, Section]:
    """The same; at most one of them is found from the charge."""
    found = listed_impermeants(space)
    pending = [name for name, one in found.items() if one.sound and not isinstance(one["amount"], Value)]
    if len(pending) > 1:
        space.report(
            found[pending[1]].at("amount"),
            f"two impermeants of '{space.name}' are both found from the charge; only one can be",
            found=" and ".join(pending[:2]),
            expected="a number for the others, such as amount: 20 mM",
        )
    return found


def can_be_counted(section: Section, one: Impermeant, space: Compartment, around: list[Membrane]) -> bool:
    """Whether what an amount of impermeants follows from is described."""
    if one.rule == "given":
        lacks = space.volume is None and section["amount"].basis is Basis.CELL
        if lacks:
            message = f"an amount of impermeants needs the volume of '{space.name}'"
            section.wrong("amount", message, expected="a concentration, or a shape or volume")
        return not lacks
    if one.valence.si == 0:
        message = f"{_called(one, space)} has valence 0, so no amount of it balances a charge"
        section.wrong("amount", message, found="valence 0", expected="another valence, or a number for the amount")
        return False
    return one.rule == "neutral" or _can_carry(section, one, space, around)


def _called(one: Impermeant, space: Compartment) -> str:
    return f"the impermeant of '{space.name}'" if one.name == "X" else f"impermeant '{one.name}' of '{space.name}'"


def _can_carry(section: Section, one: Impermeant, space: Compartment, around: list[Membrane]) -> bool:
    lacking = ["the volume"] if space.volume is None else []
    lacking += [f"one membrane (there are {len(around)})"] if len(around) != 1 else []
    lacking += ["the membrane's capacitance and area"] if len(around) == 1 and not around[0].stores_charge else []
    if lacking:
        carries = section["amount"]["carries"]
        section.wrong(
            "amount",
            f"the charge that '{space.name}' carries is C A V/F over its volume; not described: {', '.join(lacking)}",
            path=f"{impermeant_path(one)}.amount.carries",
            found=carries.text,
            expected="capacitance, area and volume (or shape) of a compartment with one membrane",
        )
    return not lacking


def check_amount(section: Section, one: Impermeant, space: Compartment, concentration: float) -> None:
    """An amount that follows from the charge of all else is not negative."""
    if concentration < 0:
        valence = one.valence.si
        charge = -concentration * valence
        section.wrong(
            "amount",
            f"{_called(one, space)} would need a negative amount: all else carries {charge:+.6g} mM of charge, its valence is "
            f"{valence:+g}",
            found=f"{concentration:.6g} mM",
            expected=f"a {'positive' if charge < 0 else 'negative'} valence, or other concentrations",
        )


def check_implied(
    section: Section, cell: Cell, name: str, written: MappingType[str, float], numbers: MappingType[str, float]
) -> None:
    """A stated amount that would charge the membranes beyond anything a cell bears is a slip."""
    space = cell.compartments[name]
    implied = implied_potential(cell, space)
    potential = 0.0 if implied is None else implied(written, numbers)
    if abs(potential) <= LARGEST_IMPLIED:
        return
    charge = listed_charge(cell, space)(written, numbers)
    volt = f"{potential:.4g} V" if abs(potential) >= 1 else f"{to_unit(potential, 'mV'):.4g} mV"
    section.wrong(
        "amount",
        f"this amount of impermeants leaves '{name}' with {charge:+.6g} mM of charge, which would put {volt} across its membrane",
        found=volt,
        expected="at most 300 mV: amount: neutral, or {carries: -65 mV}",
    )


# -- band and metabolism ----------------------------------------------------------------------------------------------


def band_of(top: Section, membranes: MappingType[str, Membrane]) -> Band | None:
    """The measured range of the resting potential, of a membrane that exists."""
    band = top["band"]
    if band is None:
        return None
    low, high, membrane = band["low"], band["high"], band["membrane"]
    if _sound(top):
        band.refers("membrane", membranes, "the band belongs to a membrane that does not exist")
    if low is None or high is None:
        return None
    if low.si > high.si:
        message, expected = "the band's low end lies above its high end", "low: the more negative potential"
        band.report(band.node, message, found=f"{low.text} .. {high.text}", expected=expected)
    return Band(low, high, band["source"], band["certainty"], band["note"], membrane)


def states_budget(top: Section, spaces: MappingType[str, Compartment]) -> bool:
    """Whether a metabolic budget is stated, in one way, and what it follows from is described."""
    section = top["metabolism"]
    if section is None or not section.sound or not _is_stated(section):
        return False
    rate = section["atp"] or section["oxygen"]
    without = [] if rate.basis is Basis.CELL else _without_volume(spaces)
    if without and _sound(top):
        section.report(
            section.node,
            f"a budget per volume needs volumes; that of '{without[0]}' is not described",
            expected=f"a shape or a volume, or the rate of the whole cell, {section.table.example}",
        )
    return not without


def _is_stated(metabolism: Section) -> bool:
    if set(metabolism.node.entries) in ({"atp"}, {"oxygen", "atp_per_oxygen"}):
        return True
    message = "'metabolism' states the ATP that the cell makes, or its oxygen and the ATP made from each O2"
    expected = f"{metabolism.table.example} | {{oxygen: 4e-16 mol/s, atp_per_oxygen: 5}}"
    metabolism.report(metabolism.node, message, found=metabolism.written or "nothing", expected=expected)
    return False


def _without_volume(spaces: MappingType[str, Compartment]) -> list[str]:
    """Compartments that are no bath and whose volume is not described."""
    return [space.name for space in spaces.values() if not space.is_bath and space.volume is None]


def _sound(top: Section) -> bool:
    """Whether no compartment and no membrane has a problem, from which others would follow."""
    return all(part.sound for part in (*top["compartments"].values(), *top["membranes"].values()))
