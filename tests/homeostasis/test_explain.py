"""`explain`: three columns that are those of `rest` and `steady_state`, and an effect that adds up."""

import pytest

import cells
import vrest
from vrest.description.edit import is_pump, without
from vrest.results.base import Unknown

NAMES = ["mammalian-neuron", "red-cell", "squid-axon", "ventricular-myocyte", "hepatocyte", "dijkstra2016"]


def leaky(**membrane):
    """A pump-leak cell in a bath without impermeants."""
    ways = cells.leaks(K="1e-8 m/s", Na="3e-10 m/s", Cl="3e-9 m/s") | {"pump": cells.pump()}
    inside = cells.sphere({"K": "123 mM", "Na": "14 mM", "Cl": "5 mM"}, impermeant=cells.neutral(-0.85))
    return cells.cell_of(ways, inside, cells.bath({"K": "3 mM", "Na": "145 mM", "Cl": "148 mM"}), **membrane)


@pytest.mark.parametrize("name", NAMES)
def test_the_columns_are_rest_steady_and_steady_without_pumps(name):
    cell = vrest.load(name)
    result = vrest.explain_cell(cell)
    rest, steady = vrest.rest(cell), vrest.steady_state(cell)
    off = vrest.steady_state(without(cell, is_pump)[0])
    assert result.held.point.V_m == rest.V_m
    assert result.held.point.stable
    assert result.steady.point == steady.point
    assert result.steady.time_constant == steady.slowest_time_constant
    assert result.pumps_off.point == off.point
    assert result.certificate.converged
    assert result.refused == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_effect_of_the_pumps_adds_up(name):
    result = vrest.explain_cell(vrest.load(name))
    effect = result.effect["plasma"]
    assert effect.total == effect.at_once + effect.over_hours
    assert effect.total == pytest.approx(result.steady.point.V_m["plasma"] - result.pumps_off.point.V_m["plasma"], abs=1e-12)
    assert effect.at_once < 0


def test_what_is_lost_at_once_is_what_a_simulation_loses_at_once():
    cell = vrest.load("mammalian-neuron")
    blocked = {"start": "steady", "until": "1 s", "events": [{"at": "0 s", "multiply": {"pumps": 0}}]}
    run = vrest.simulate(cell, blocked)
    effect = vrest.explain_cell(cell).effect["plasma"]
    assert run.V["plasma"][-1] - run.V["plasma"][0] == pytest.approx(-effect.at_once, rel=0.02)


def test_a_cell_that_swells_without_its_pumps_says_so_in_place_of_the_third_column():
    result = vrest.explain_cell(leaky(water="instantaneous"))
    assert isinstance(result.pumps_off, Unknown)
    assert result.refused["pumps_off"].startswith("no steady state exists: 'inside' swells without bound")
    effect = result.to_dict()["pump_effect"]["m"]
    assert effect["at_once_mV"] < -1
    assert effect["over_hours_mV"] is None
    assert result.refused["pump_effect.m.total_mV"] == "there is no steady state without pumps"


def test_ratios_of_permeabilities_suffice_for_the_first_column_only():
    result = vrest.explain_cell(vrest.load("textbook-neuron"))
    assert 1e3 * result.held.point.V_m["membrane"] == pytest.approx(-67.294, abs=1e-3)
    assert (bool(result.steady), bool(result.pumps_off), result.effect) == (False, False, {})
    assert "only ratios of permeabilities" in result.refused["steady"]
    assert result.refused["pumps_off"] == "no pump is described, so the steady state is the one without pumps"
    assert set(result.refused) >= {"held.time_constant_s", "held.volume_pL.inside"}


def test_pumps_alone_hold_no_potential():
    cell = leaky().replace({f"m.{ion}_leak.permeability": "0" for ion in ("K", "Na", "Cl")})
    with pytest.raises(vrest.VrestError):
        vrest.explain_cell(cell)


def test_membranes_in_a_loop_have_their_effects_each():
    result = vrest.explain_cell(vrest.load("proximal-tubule"))
    assert set(result.effect) == {"apical", "basolateral", "paracellular"}
    first, second, third = (result.effect[name].at_once for name in ("apical", "basolateral", "paracellular"))
    assert second - first == pytest.approx(third, abs=1e-9)


def test_the_notes_name_the_pumps():
    (note,) = [n for n in vrest.explain_cell(vrest.load("mammalian-neuron")).notes if n.startswith("plasma: at the")]
    assert "at the concentrations of the steady state the pumps (pump) add -8.193 mV at once, by their own current" in note


def test_a_formula_that_spends_no_atp_is_said_to_work_on_where_pumps_are_off():
    respiration = {"kind": "formula", "stoichiometry": {"Na": 1}, "rate": "1e-8 mol/(m^2 s)"}
    ways = cells.leaks() | {"pump": cells.pump(), "respiration": respiration}
    (note,) = [
        n for n in vrest.explain_cell(vrest.from_dict(cells.pump_leak(mechanisms=ways))).notes if "counted as no pump" in n
    ]
    assert note.startswith(
        "plasma.respiration is counted as no pump, for want of the `atp` that a cycle spends: it works on with the pumps off."
    )
    assert note.endswith('cell.replace({"plasma.respiration.active": 0}) switches respiration off.')
    spending = {**respiration, "atp": 1}
    paid = vrest.from_dict(cells.pump_leak(mechanisms=ways | {"respiration": spending}))
    assert not any("counted as no pump" in n for n in vrest.explain_cell(paid).notes)
