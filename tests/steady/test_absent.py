"""Ions of which there is none and that nothing brings: the cell is the one without them, and with a little of them in a bath it is not."""

import math

import pytest

import cells
import vrest
from vrest.constants import F, R

ABSENT = ("CO2", "HCO3", "NH3", "NH4")


def without_them(cell: vrest.Cell) -> vrest.Cell:
    """The axon with no word of carbonic acid or ammonia."""
    described = cell.to_dict()
    for space in described["compartments"].values():
        space["ions"] = {ion: value for ion, value in space["ions"].items() if ion not in ABSENT}
        space.pop("mechanisms", None)
    ways = described["membranes"]["plasma"]["mechanisms"]
    described["membranes"]["plasma"]["mechanisms"] = {name: way for name, way in ways.items() if way.get("ion") not in ABSENT}
    return vrest.from_dict(described)


def test_an_axon_that_could_hold_ammonia_and_holds_none_is_the_one_without():
    axon = vrest.load("squid-axon-ph")
    found, alone = vrest.steady_state(axon), vrest.steady_state(without_them(axon))
    assert found.point.V_m["plasma"] == pytest.approx(alone.point.V_m["plasma"], abs=1e-12)
    for ion, c in alone.point.inside["inside"].items():
        assert found.point.inside["inside"][ion] == pytest.approx(c, rel=1e-10)
    assert all(found.point.inside["inside"][ion] == 0.0 for ion in ABSENT)
    assert found.point.stable is True
    assert found.certificate.converged


def test_at_equilibrium_at_all_times_too():
    """Where a reaction is at equilibrium, what it makes is as absent as what it uses, to a part in 1e30 of any concentration."""
    described = vrest.load("squid-axon-ph").to_dict()
    for reaction in described["compartments"]["inside"]["mechanisms"].values():
        reaction["rate"] = "fast"
    found, alone = vrest.steady_state(vrest.from_dict(described)), vrest.steady_state(without_them(vrest.load("squid-axon-ph")))
    assert found.point.V_m["plasma"] == pytest.approx(alone.point.V_m["plasma"], abs=1e-12)
    assert all(found.point.inside["inside"][ion] < 1e-30 for ion in ABSENT)


@pytest.mark.slow
def test_where_a_bath_has_some_it_enters_and_the_pH_is_that_of_its_equilibrium():
    (branch,) = vrest.branches(vrest.load("squid-axon-ph").replace({"outside.CO2": "1 mM"}), "outside.HCO3", "5:33 mM").branches
    for c, V, pH in zip(branch.values, branch.V["plasma"], branch.pH["inside"], strict=True):
        inside = c * math.exp(F * V / (R * 295.15))  # HCO3 is at equilibrium with V, and CO2 with that of the bath
        assert pH == pytest.approx(6.18 + math.log10(inside / 1.0), abs=1e-6)


def test_an_ion_without_a_path_of_which_there_is_none_stays_away():
    described = cells.pump_leak()
    for space in described["compartments"].values():
        space["ions"]["Mg"] = "0 mM"
    found, alone = vrest.steady_state(vrest.from_dict(described)), vrest.steady_state(vrest.from_dict(cells.pump_leak()))
    assert found.point.V_m["plasma"] == pytest.approx(alone.point.V_m["plasma"], abs=1e-12)
    assert found.point.inside["inside"]["Mg"] == 0.0


def test_what_rises_to_its_bath_is_not_what_keeps_the_cell_from_its_rest():
    with pytest.raises(vrest.NoAnswerError, match="H of 'inside' accumulates without bound") as caught:
        vrest.steady_state(vrest.load("squid-axon-ph").replace({"outside.CO2": "1 mM"}))
    assert "a path by which H leaves" in str(caught.value)
