"""The registry names every quantity of the answers once, with a unit that its name carries."""

import re

import pytest

from vrest.results.registry import VARIABLES, pretty, variable
from vrest.units import to_unit
from vrest.views.tables import rest as view

TAILS = {"m_per_s": "m/s", "uA_per_cm2": "uA/cm^2", "S_per_m2": "S/m^2", "mol_per_s": "mol/s", "kJ_per_mol": "kJ/mol"}
TAILS |= {"per_s": "1/s", "s": "s", "pL": "pL", "Hz": "Hz", "uA_per_cm2_per_ms": "uA/(cm^2 ms)"}
TAILS |= {"V_per_m": "V/m", "C_per_m2": "C/m^2", "Pa": "Pa", "mM_per_min": "mM/min"} | {
    unit: unit for unit in ("mV", "mM", "pA", "W", "J", "K", "ms", "C", "mol", "nm", "kPa", "MPa")
}
PLAIN = {"cell", "title", "roots", "stable", "ions", "mechanisms", "kind", "explain", "sentences", "without", "energy", "charge"}
PLAIN |= {"gates", "states", "notes", "refused", "certificate", "exchanges", "with", "pmf", "surface"}


def unit_in(name):
    """The unit that a key carries at its end."""
    return next((TAILS[tail] for tail in sorted(TAILS, key=len, reverse=True) if name.endswith("_" + tail)), "1")


@pytest.mark.parametrize("name", VARIABLES)
def test_a_name_carries_its_unit(name):
    entry = variable(name)
    assert unit_in(name) == entry.unit
    assert isinstance(to_unit(1.0, entry.unit), float)
    assert entry.meaning.endswith(".")
    assert entry.words
    assert entry.words == entry.words.strip()


def test_no_two_variables_have_the_same_meaning():
    assert len({entry.meaning for entry in VARIABLES.values()}) == len(VARIABLES)


def keys_with_numbers(answer, names):
    """Every key of the JSON that is not the name of a part of the cell."""
    for key, value in answer.items():
        if key in {"certificate", "refused"}:
            continue
        if key not in names and key not in PLAIN:
            yield key
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from keys_with_numbers(inner, names)


@pytest.mark.parametrize("name", ["pump-leak-cell", "proximal-tubule", "textbook-neuron"])
def test_every_number_of_the_answer_is_registered(rest, name):
    result = rest(name)
    names = {*result.V_m, *result.potential, *(ion for ions in result.ions.values() for ion in ions)}
    names |= {word for group in result.mechanisms.values() for word in group}
    assert set(keys_with_numbers(result.to_dict(), names)) <= set(VARIABLES)


def test_columns_of_the_csv_are_registered():
    words = {"cell", "membrane", "compartment", "row", "mechanism", "kind", "ion"}
    assert set(view.COLUMNS) - words <= set(VARIABLES)


def test_headings_carry_the_unit():
    for entry in VARIABLES.values():
        assert entry.unit == "1" or re.search(rf"\({re.escape(pretty(entry.unit))}\)$", entry.heading)
