"""Electrodes and pipettes in a cell whose reference is a finite space, with a store beside it."""

import numpy as np
import pytest

import exchanging
import vrest
from vrest.constants import F
from vrest.questions.simulate.electrodes import filled
from vrest.system.cell import CellSystem
from vrest.system.states import CHARGE

PULSE = {"from": "10 s", "to": "20 s"}


@pytest.fixture(scope="module")
def cell():
    return vrest.from_dict(exchanging.in_a_bath())


def run(cell, *events):
    return vrest.simulate(cell, {"until": "40 s", "events": list(events)})


@pytest.mark.parametrize("place", ["ecs", "store", "bath"])
@pytest.mark.parametrize("action", [{"current": "1 pA"}, {"voltage": "-10 mV"}], ids=["current", "voltage"])
def test_no_electrode_acts_where_the_potential_is_given(cell, place, action):
    with pytest.raises(vrest.InputError) as caught:
        vrest.protocol_from({"until": "40 s", "events": [{**PULSE, **action, "into": place, "carrier": "K"}]}, cell)
    problem = caught.value.problems[0]
    assert problem.message == "the electrode is in no compartment that has a potential of its own"
    assert (problem.found, problem.expected) == (place, "inside")


def test_no_electrode_acts_on_the_reference_of_a_closed_preparation():
    cell = vrest.from_dict(exchanging.neuron())
    with pytest.raises(vrest.InputError, match="no compartment that has a potential of its own"):
        vrest.protocol_from({"until": "40 s", "events": [{**PULSE, "voltage": "-10 mV", "into": "ecs", "carrier": "K"}]}, cell)


def test_a_pipette_in_the_bath_is_refused_in_words_of_its_own(cell):
    with pytest.raises(vrest.InputError) as caught:
        vrest.protocol_from({"until": "40 s", "events": [{**PULSE, "dialyse": "bath"}]}, cell)
    assert caught.value.problems[0].message == "the pipette is in no compartment whose contents may change"
    assert caught.value.problems[0].expected == "store, ecs, inside"


def test_a_pipette_has_nothing_to_do_where_concentrations_are_held():
    description = exchanging.in_a_bath()
    description["compartments"]["inside"]["role"] = "held"
    with pytest.raises(vrest.InputError, match="no compartment whose contents may change"):
        vrest.protocol_from({"until": "40 s", "events": [{**PULSE, "dialyse": "inside"}]}, vrest.from_dict(description))


@pytest.mark.parametrize(
    ("space", "solution"),
    [("ecs", {"K": "8 mM", "Na": "121 mM"}), ("store", {"K": "5 mM", "Cl": "5 mM"}), ("inside", {"K": "120 mM"})],
)
def test_a_pipette_brings_its_solution_to_any_space_that_exchanges(cell, space, solution):
    result = run(cell, {**PULSE, "dialyse": space, "solution": solution})
    held = (result.time > 10) & (result.time < 20)
    for ion, text in solution.items():
        np.testing.assert_allclose(result.c[space][ion][held], float(text.split()[0]), rtol=1e-12)
    assert abs(result.c[space]["K"][-1] / float(solution["K"].split()[0]) - 1) > 1e-4
    for ion in ("K", "Na", "Cl"):
        changed = sum((c[ion][-1] - c[ion][0]) * cell.compartments[name].volume.si for name, c in result.c.items() if ion in c)
        received = sum(ions.get(ion, 0.0) for ions in result.ledger.values())
        assert changed == pytest.approx(-received, rel=1e-6, abs=1e-11 * 125e-15)
    assert result.certificate.charge_error < 1e-9


@pytest.mark.parametrize(("space", "K", "Cl"), [("ecs", 8.0, 120.0), ("inside", 120.0, 5.0)])
def test_the_impermeants_keep_the_charge_of_a_space_that_a_pipette_fills(cell, space, K, Cl):
    """That of the reference is in no state: it is what the space holds."""
    whole = CellSystem(cell)
    x = whole.states.initial(whole.numbers)
    for key in whole.states.keys(CHARGE):
        x[whole.states.index[key]] = whole.net_charge(key.place, x, whole.numbers)
    filled_x, given, changed = filled(whole, {space: {"K": K, "Cl": Cl}}, x, whole.numbers)
    before, after = whole.net_charge(space, x, whole.numbers), whole.net_charge(space, filled_x, whole.numbers | changed)
    volume = cell.compartments[space].volume.si
    assert changed
    assert abs(after - before) < 1e-12 * F * 130 * volume
    assert given[f"electrode.{space}", "Cl"] == pytest.approx(
        (Cl - cell.compartments[space].ions["Cl"].si) * volume, rel=1e-12, abs=0
    )
