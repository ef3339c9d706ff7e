"""The liquid junction potential that hides in measured potentials, taken off where the data say that this was not done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...description.cell import Cell
from ...description.data import Ion, ion_table
from ...description.nodes import Scalar
from ...errors import InputError, nearest
from ...laws.junction import henderson_potential
from ...units import UnitError, parse_quantity, to_unit
from .table import place_of

YES, NO = "yes", "no"
PATCH, SHARP = "patch", "sharp"
UNSAID = "Whether the data are corrected for the liquid junction potential is not said; they are taken as they are."


@dataclass(frozen=True)
class Correction:
    """What is taken off measured potentials [V], and what is said of it."""

    value: float = 0.0
    notes: tuple[str, ...] = ()


def correction_of(cell: Cell, membrane: str, about: Mapping[str, Scalar]) -> Correction:
    """What to take off potentials: V = V_measured - (E_bath - E_inside), each of a solution against the pipette's.

    The amplifier was set to zero with the pipette in the described bath. A patch pipette fills the cell, so that no junction is left
    inside; a sharp one has one with what the cell holds.

    Raises:
        InputError: what is said cannot be understood, or does not suffice.
    """
    corrected, electrode = _word(about, "corrected", (YES, NO)), _word(about, "electrode", (PATCH, SHARP)) or PATCH
    if corrected != NO:
        return Correction(notes=() if corrected else (_unsaid(about),))
    if (given := about.get("junction")) is not None:
        return _taken_off(_quantity(given, given.text, "V"), "as given")
    if (pipette := about.get("pipette")) is None:
        said = about["corrected"]
        expected = "# pipette: K 140 mM, Cl 140 mM, or # junction: 4.2 mV, the bath against the pipette"
        raise InputError(
            said.problem("data that are not corrected need the pipette's solution", found=said.words, expected=expected)
        )
    return _by_henderson(cell, membrane, _solution(pipette), electrode)


def _unsaid(about: Mapping[str, Scalar]) -> str:
    """What is said where nothing says whether the potentials are corrected; more of it where what would correct them stands there."""
    there = next((word for word in ("junction", "pipette") if word in about), None)
    return UNSAID if there is None else f"{UNSAID} What '{there}' says goes unused: `corrected: no` has it taken off."


def _by_henderson(cell: Cell, membrane: str, pipette: Mapping[str, float], electrode: str) -> Correction:
    one = cell.membranes[membrane]
    E, missing = _against(cell, pipette, one.outer)
    if electrode == SHARP:
        inside, unknown = _against(cell, pipette, one.inner)
        E, missing = E - inside, missing + unknown
    found = _taken_off(E, "by Henderson's equation")
    left_out = f"Ions whose mobility is not known are left out of the junction: {', '.join(missing)}."
    return Correction(found.value, (*found.notes, *[left_out] * bool(missing)))


def _taken_off(E: float, how: str) -> Correction:
    return Correction(
        E, (f"A liquid junction potential of {to_unit(E, 'mV'):.2f} mV was taken off the measured potentials, {how}.",)
    )


def _word(about: Mapping[str, Scalar], key: str, known: tuple[str, ...]) -> str | None:
    said = about.get(key)
    if said is None:
        return None
    word = said.text.casefold()
    if word not in known:
        message, near = f"this is not what '{key}' may be", nearest(word, known)
        raise InputError(said.problem(message, found=said.words, expected=" or ".join(known), suggestion=near))
    return word


def mobile() -> dict[str, Ion]:
    """The ions whose mobility in water is known."""
    return {symbol: ion for symbol, ion in ion_table().items() if ion.conductivity is not None}


def _valence(ion: Ion) -> float:
    return ion.valence


def _mobility(ion: Ion) -> float:
    return ion.conductivity or 0.0


def _solution(said: Scalar) -> dict[str, float]:
    """Ions and concentrations [mol/m^3] from `K 140 mM, Cl 140 mM`.

    Raises:
        InputError: one of them is no ion with a known mobility, or no concentration.
    """
    found, known = {}, mobile()
    for part in said.text.split(","):
        ion, _, amount = part.replace("=", " ").strip().partition(" ")
        if ion not in known:
            message, near = "this is no ion whose mobility is known", nearest(ion, known)
            raise InputError(said.problem(message, found=ion or "nothing", expected=", ".join(known), suggestion=near))
        found[ion] = _quantity(said, amount.strip(), "mM")
    if not any(found.values()):
        raise InputError(
            said.problem("a solution without ions has no junction", found=said.words, expected="K 140 mM, Cl 140 mM")
        )
    return found


def _quantity(said: Scalar, text: str, unit: str) -> float:
    try:
        value = parse_quantity(text, unit, zero_needs_no_unit=False).value
    except UnitError as error:
        raise UnitError(*(problem.at(**place_of(said)) for problem in error.problems)) from None
    if unit == "mM" and value < 0:
        raise InputError(said.problem("a concentration is negative", found=text, expected="zero or a positive number"))
    return float(value)


def _against(cell: Cell, pipette: Mapping[str, float], space: str) -> tuple[float, tuple[str, ...]]:
    """The potential [V] of what a compartment holds against a solution, and its ions that were left out."""
    known, there = mobile(), {ion: value.si for ion, value in cell.compartments[space].ions.items() if value.si > 0}
    ions = [ion for ion in dict.fromkeys([*pipette, *there]) if ion in known]
    first, second = ([one.get(ion, 0.0) for ion in ions] for one in (pipette, there))
    valences, mobility = ([one(known[ion]) for ion in ions] for one in (_valence, _mobility))
    E = float(henderson_potential(valences, mobility, first, second, cell.temperature.si))
    return E, tuple(ion for ion in there if ion not in known)
