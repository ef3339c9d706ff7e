"""`donnan`: the equilibrium that a described cell would come to if only passive paths worked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...description.cell import BATH, CELL, HELD, Cell, Membrane
from ...description.derive import Derivation
from ...description.edit import is_pump, without
from ...description.library import Name, cell_of
from ...errors import NoAnswerError, Problem
from ...laws.osmosis import osmotic_pressure
from ...results.base import Maybe, Unknown, known
from ...results.donnan import DonnanResult
from ...results.steady import SteadyPoint, SteadyResult
from ...system.water import osmolarity
from ...units import to_unit
from .steady_state import first_steady_state

ASSUMPTIONS = (
    "concentrations stand for activities",
    "each compartment is well stirred",
    "impermeants stay",
    "no pump, cotransporter or given current works",
)


def donnan(cell: Cell | Name) -> DonnanResult:
    """The Donnan equilibrium of a described cell: every permeant ion at its Nernst potential, no pump working.

    An ion is permeant if it has a passive path of its own; the others keep their amounts and count as impermeant.

    Arguments:
        cell: a description, or its name or path
    Raises:
        InputError: a number that the question needs is missing.
        NoAnswerError: nothing passes, or there is no finite equilibrium (a volume that nothing holds).

    >>> import vrest
    >>> cell = vrest.from_dict({"cell": "gel", "temperature": "310 K", "shape": {"sphere": {"diameter": "1 mm"}},
    ...     "capacitance": "1 uF/cm^2", "impermeant": {"valence": -1, "amount": "neutral"},
    ...     "ions": {"K": {"inside": "208 mM", "outside": "150 mM", "permeability": "1e-8 m/s"},
    ...              "Cl": {"inside": "108 mM", "outside": "150 mM", "permeability": "1e-8 m/s"}}})
    >>> round(1e3 * vrest.donnan(cell).point.V_m["membrane"], 3)
    -8.747
    """
    cell = cell_of(cell)
    _not_held(cell)
    passive, away = without(cell, lambda mechanism: not mechanism.own_path)
    if passive is None:
        raise NoAnswerError(
            Problem(
                "no ion has a passive path of its own through some membrane, so nothing comes to equilibrium there",
                path=cell.name,
            )
        )
    try:
        steady = first_steady_state(passive)
    except NoAnswerError as error:
        raise NoAnswerError(_none(passive, error.problems[0])) from None
    if not steady.donnan:
        if held := [f"{ion} of '{name}'" for name, space in cell.compartments.items() for ion in space.fixed]:
            raise NoAnswerError(
                Problem(
                    f"there is no Donnan equilibrium: what holds {' and '.join(held)} makes good for ever what flows; what comes "
                    "instead is a steady state",
                    path=cell.name,
                    expected="a cell without `fixed`, or `steady` without pumps",
                )
            )
        raise NoAnswerError(
            Problem(
                "there is no Donnan equilibrium: the baths are not at equilibrium with each other, so ions flow through the cell "
                "for ever; what comes instead is a steady state",
                path=cell.name,
                expected="baths of equal composition, or `steady` without pumps",
            )
        )
    return _result(cell, passive, steady, away)


def _not_held(cell: Cell) -> None:
    """Refuse a cell none of whose contents may change."""
    held = [f"'{name}'" for name, space in cell.compartments.items() if space.role == HELD]
    if held and not any(space.role == CELL for space in cell.compartments.values()):
        raise NoAnswerError(
            Problem(
                f"the concentrations of {' and '.join(held)} are held, so there is no equilibrium to come to: what flows is replaced",
                path=cell.name,
                expected="a compartment without `role: held`, whose amounts may change",
            )
        )


def _none(passive: Cell, why: Problem) -> Problem:
    """Why there is no equilibrium, in the words of this question."""
    if not why.message.startswith("no steady state exists") or not _free_volumes(passive):
        words = why.message.removeprefix("no steady state was found: ").removeprefix("no plausible steady state: ")
        return Problem(f"no Donnan equilibrium was found: {words}", path=passive.name, expected=why.expected)
    reason = why.message.removeprefix("no steady state exists: ").removeprefix("no steady state exists ")
    return Problem(
        f"there is no finite Donnan equilibrium: {reason}; with a free volume only impermeants outside or a wall can balance "
        "the impermeants inside",
        path=why.path,
        expected="water: none, an impermeant in the bath, or a wall",
    )


def _free_volumes(cell: Cell) -> list[str]:
    """Membranes through which osmolarity alone moves water."""
    return [name for name, membrane in cell.membranes.items() if membrane.water.rule in ("flow", "instantaneous")]


def _result(cell: Cell, passive: Cell, steady: SteadyResult, away: list[str]) -> DonnanResult:
    point, numbers = steady.point, _numbers_at(passive, steady.point)
    membranes, at_work = passive.membranes, [path for path in away if not is_pump(cell.ways[path])]
    ratio = {name: _ratios(passive, membrane, numbers) for name, membrane in membranes.items()}
    bearing = {name: membrane for name, membrane in membranes.items() if _bears(passive, membrane)}
    kept = {space: _kept(passive, space, ions) for space, ions in point.inside.items()}
    return DonnanResult(
        cell.name,
        numbers["temperature"],
        point,
        ratio,
        pressure={name: _pressure(passive, membrane, numbers) for name, membrane in bearing.items()},
        wall={name: membrane.water.elastic_modulus is not None for name, membrane in bearing.items()},
        kept=kept,
        away=tuple(away),
        certificate=replace(steady.certificate, dissipation_violations=(), assumptions=ASSUMPTIONS),
        notes=tuple(_notes(kept, away, at_work) + _relaxed(passive, numbers)),
        stays={name: _staying(membrane, ratio[name], kept) for name, membrane in membranes.items()},
    )


def _kept(cell: Cell, space: str, ions: Iterable[str]) -> tuple[str, ...]:
    """The ions of a compartment that nothing lets out."""
    return tuple(ion for ion in ions if not _passes(cell, space, ion))


def _numbers_at(cell: Cell, point: SteadyPoint) -> dict[str, float]:
    """The numbers of a cell with the concentrations of a state, impermeants diluted as its volumes say."""
    numbers = Derivation(cell).numbers()
    for space, ions in point.inside.items():
        numbers |= {f"{space}.{ion}": c for ion, c in ions.items()}
        water = point.water[space]
        for word in cell.compartments[space].impermeants if known(water) else ():
            numbers[f"{space}.{word}.concentration"] *= numbers[f"{space}.described_volume"] / water
    return numbers


def _ratios(cell: Cell, membrane: Membrane, numbers: Mapping[str, float]) -> dict[str, Maybe]:
    """Inner over outer concentration of every ion at a membrane."""
    found: dict[str, Maybe] = {}
    for ion in cell.ions_of(membrane):
        c_in, c_out = (numbers.get(f"{end}.{ion}") for end in membrane.ends)
        found[ion] = c_in / c_out if c_in is not None and c_out else Unknown("the outer side holds none")
    return found


def _bears(cell: Cell, membrane: Membrane) -> bool:
    """Whether a membrane bears a pressure: by its wall, or as the rigid one that a fixed volume stands for."""
    between_baths = all(cell.compartments[end].role == BATH for end in membrane.ends)
    return membrane.water.elastic_modulus is not None or (membrane.water.rule == "none" and not between_baths)


def _pressure(cell: Cell, membrane: Membrane, numbers: Mapping[str, float]) -> float:
    """The difference of osmotic pressures, inside minus outside [Pa]."""
    T = numbers["temperature"]
    inside, outside = (float(osmotic_pressure(osmolarity(cell, end, numbers), T)) for end in membrane.ends)
    return inside - outside


def _relaxed(passive: Cell, numbers: dict[str, float]) -> list[str]:
    """Where a formula holds the volume, osmolarities need not be equal."""
    notes = []
    for name, membrane in passive.membranes.items():
        if membrane.water.target is not None:
            inside, outside = (osmolarity(passive, end, numbers) for end in membrane.ends)
            notes.append(
                f"The volume of '{membrane.inner}' is where its formula puts it, with {to_unit(inside, 'mM'):.4g} mM inside and "
                f"{to_unit(outside, 'mM'):.4g} mM outside; water through '{name}' does not balance osmolarities."
            )
    return notes


def _staying(membrane: Membrane, ions: Iterable[str], kept: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Ions that have no path through a membrane and keep their amounts on a side of it."""
    here = {ion for end in membrane.ends for ion in kept.get(end, ())}
    passing = {ion for mechanism in membrane.mechanisms.values() for ion in mechanism.species}
    return tuple(ion for ion in ions if ion in here and ion not in passing)


def _passes(cell: Cell, space: str, ion: str) -> bool:
    return any(ion in mechanism.species for membrane in cell.around(space) for mechanism in membrane.mechanisms.values())


def _notes(kept: dict[str, tuple[str, ...]], away: list[str], at_work: list[str]) -> list[str]:
    notes = []
    if away:
        notes.append(f"Taken away for this question: {', '.join(away)}.")
    if at_work:
        notes.append(
            f"`explain` leaves {' and '.join(at_work)} at work when it takes the pumps away, so its cell without pumps is another one than "
            "this equilibrium."
        )
    for space, ions in kept.items():
        if ions:
            notes.append(f"Without a passive path of their own, these keep their amounts in '{space}': {', '.join(ions)}.")
    return notes
