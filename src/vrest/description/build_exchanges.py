"""Exchanges from nodes: the mechanisms that stand in a compartment, each with its partner."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import replace

from ..errors import nearest
from ..mechanisms.parameter import Basis
from .build_mechanisms import kind_and_law, read_mechanism
from .cell import BATH, CELL, Compartment, Mechanism
from .check import Checker, brief
from .mechanism_draft import Draft
from .nodes import Mapping, Node, Scalar
from .tables import COMPARTMENT_TABLE

NUMBERS = (*(row.name for row in COMPARTMENT_TABLE), "delta_G", "described_volume")
EXAMPLE = 'bath: {kind: exchange, ion: K, counter_ion: Cl, with: bath, rate: "D*(c_in - c_out)", parameters: {D: 0.25 1/s}}'
RESERVOIR = Compartment("", BATH, {}, {})
"""Stands for the partner of an exchange that names none."""


def with_exchanges(
    check: Checker, root: Mapping, compartments: MappingType[str, Compartment], valences: MappingType[str, int]
) -> dict[str, Compartment]:
    """The compartments with their exchanges; problems go to the checker."""
    section = root.get("compartments")
    nodes = section.entries if isinstance(section, Mapping) else {}
    found = {}
    for name, space in compartments.items():
        owner = nodes.get(name)
        if isinstance(owner, Mapping) and "mechanisms" in owner.entries:
            found[name] = _with_own(check, owner, space, compartments, valences)
        else:
            found[name] = space
    return found


def _with_own(
    check: Checker,
    owner: Mapping,
    space: Compartment,
    compartments: MappingType[str, Compartment],
    valences: MappingType[str, int],
) -> Compartment:
    section = check.section(owner.get("mechanisms"), f"'mechanisms' of '{space.name}'", EXAMPLE)
    if section is None:
        return space
    if space.role != CELL:
        check.report(
            section,
            f"'{space.name}' is a {space.role}: what it holds is kept, so no exchange of its own changes it",
            path=space.name,
            found="mechanisms",
            expected=f"the exchange in the compartment that changes, as `with: {space.name}`",
        )
        return space
    if not section.entries:
        check.report(section, f"'mechanisms' of '{space.name}' names none", found="no mechanism", expected=EXAMPLE)
    before = len(check.problems)
    taken = _taken(owner)
    good = [word for word in section.entries if _may_be_named(check, section, word, space, taken)]
    built = {word: _exchange(check, section.entries[word], word, space, compartments, valences) for word in good}
    if len(check.problems) > before:
        check.broken.add(space.name)
    return replace(space, mechanisms={word: one for word, one in built.items() if one is not None})


def _exchange(
    check: Checker,
    node: Node,
    word: str,
    space: Compartment,
    compartments: MappingType[str, Compartment],
    valences: MappingType[str, int],
) -> Mechanism | None:
    entry = check.section(node, f"mechanism '{brief(word)}'", EXAMPLE.partition(": ")[2])
    chosen = None if entry is None else kind_and_law(check, word, entry, in_compartment=True)
    partner = None if entry is None else _partner(check, entry, space, word, compartments)
    if entry is None or chosen is None or partner is None:
        return None
    keys = ("compartments", space.name, "mechanisms", word)
    mechanism = read_mechanism(Draft(check, keys, word, entry, *chosen, space, partner, valences))
    if mechanism is None:
        return None
    if mechanism.basis is Basis.VOLUME and space.volume is None:
        check.report(
            entry.entries["rate"],
            f"'{word}' is given per volume, but the volume of '{space.name}' is not described",
            path=f"{space.name}.volume",
            found="no volume",
            expected="shape or volume, or a rate in mol/s",
        )
    return replace(mechanism, partner=partner.name or None)


def _taken(owner: Mapping) -> dict[str, str]:
    """Names that stand in paths of a compartment already, and what they are."""
    taken = dict.fromkeys(NUMBERS, "a key")
    for section, what in (("ions", "an ion"), ("impermeants", "an impermeant")):
        node = owner.get(section)
        taken |= dict.fromkeys(node.entries if isinstance(node, Mapping) else (), what)
    return taken


def _may_be_named(check: Checker, section: Mapping, word: str, space: Compartment, taken: MappingType[str, str]) -> bool:
    """Whether a path through the name leads nowhere else."""
    if not check.name(section.key(word), word, "a mechanism"):
        return False
    if word in taken:
        check.report(
            section.key(word),
            f"'{brief(word)}' names {taken[word]} of '{space.name}' already; a path could not tell them apart",
            path=f"{space.name}.{word}",
            found=word,
            expected="another name, such as bath_diffusion",
        )
    return word not in taken


def _partner(
    check: Checker, entry: Mapping, space: Compartment, word: str, compartments: MappingType[str, Compartment]
) -> Compartment | None:
    """The compartment on the other side, a reservoir where none is named; None with a problem."""
    node = entry.get("with")
    if node is None:
        return RESERVOIR
    others = [name for name in compartments if name != space.name]
    name = node.text if isinstance(node, Scalar) else ""
    if name in others:
        return compartments[name]
    itself = name == space.name
    check.report(
        node,
        f"'{word}' of '{space.name}' exchanges with " + ("itself" if itself else "a compartment that does not exist"),
        path=f"{space.name}.{word}.with",
        found=node.words,
        expected=f"{', '.join(others) or 'another compartment'}; or no `with`, for a reservoir without end",
        suggestion=None if itself else nearest(name, others),
    )
    return None
