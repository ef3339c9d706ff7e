"""Facts that tie the parts of one answer together, for every cell of the library: energy, drift, charge, what each mechanism adds."""

from __future__ import annotations

import numpy as np
import pytest

import vrest
from vrest.description.derive import Derivation
from vrest.questions.rest.zero_current import RestSolver, choose
from vrest.results.base import Unknown, known
from vrest.results.rest import JUNCTION
from vrest.system.circuit import Circuit

CELLS = vrest.library_names()
MANY = 5
F = 1.602176634e-19 * 6.02214076e23


@pytest.fixture(scope="module", params=CELLS)
def pair(request):
    cell = vrest.load(request.param)
    return cell, vrest.rest(cell)


def absolute(result):
    return all(known(state.current) for group in result.mechanisms.values() for state in group.values())


def test_the_energy_balance_closes(pair):
    _, result = pair
    energy = result.energy
    if not absolute(result) or not known(energy.stored):
        pytest.skip("ratios, or carriers that are not named")
    scale = abs(energy.work_on_ions) + abs(energy.dissipated_in_paths)
    assert energy.work_on_ions - energy.dissipated_in_paths - energy.stored == pytest.approx(0, abs=1e-12 * scale)
    if known(energy.atp_power):
        given = energy.atp_power + (energy.drive_power if known(energy.drive_power) else 0.0)
        assert given - energy.work_on_ions - energy.dissipated_in_pumps == pytest.approx(0, abs=1e-12 * scale)
        heat = sum(state.dissipation for group in result.mechanisms.values() for state in group.values())
        assert heat == pytest.approx(energy.dissipated_in_pumps + energy.dissipated_in_paths, rel=1e-9, abs=1e-12 * scale)


def test_what_is_stored_is_the_rate_of_change_of_the_gradients(pair):
    """Free energy of mixing and charging, from the drift of amounts alone."""
    cell, result = pair
    must_be_of_membranes_alone(cell)
    if not known(result.energy.stored) or any(not known(v) for entry in result.drift.values() for v in entry.values()):
        pytest.skip("no drift")
    stored = 0.0
    for group_name, group in result.mechanisms.items():
        membrane = cell.membranes[group_name]
        inner, outer = cell.compartments[membrane.inner], cell.compartments[membrane.outer]
        for state in group.values():
            for ion, J in state.fluxes.items():
                z = cell.valences[ion]
                mu = 8.31446261815324 * result.temperature * np.log(inner.ions[ion].si / outer.ions[ion].si)
                stored -= J * (mu + z * F * result.V_m[group_name])
    scale = sum(abs(s.dissipation) for g in result.mechanisms.values() for s in g.values() if known(s.dissipation))
    assert result.energy.stored == pytest.approx(stored, abs=1e-9 * scale)


def must_be_of_membranes_alone(cell):
    """Skips cells of which more than what crosses membranes changes concentrations, or of which a part is bound."""
    if cell.exchanges or any(space.buffers for space in cell.compartments.values()):
        pytest.skip("exchanges, reactions and buffers are looked at in tests of their own")


def test_drift_is_the_change_of_amounts_over_a_step_of_time(pair):
    cell, result = pair
    must_be_of_membranes_alone(cell)
    circuit, numbers = Circuit(cell), Derivation(cell).numbers()
    for name, entry in result.drift.items():
        if any(not known(rate) for rate in entry.values()):
            continue
        volume = cell.compartments[name].volume.si
        amounts = {ion: value.si * volume for ion, value in cell.compartments[name].ions.items()}
        dt = 1e-3
        after = dict(amounts)
        for m, system in circuit.membranes.items():
            sign = -1 if system.inner.name == name else 1 if system.outer.name == name else 0
            for flows in system.flows(result.V_m[m], numbers).values():
                for ion, flux in flows.fluxes.items():
                    if sign:
                        after[ion] += sign * float(flux) * dt
        rates = {ion: (after[ion] - amounts[ion]) / volume / dt for ion in amounts}
        assert entry == pytest.approx(rates, abs=1e-9 * max(amounts.values()) / volume)


def gross_rate(cell, result, space):
    """Charge that passes into and out of a compartment, over its volume [mol/(m^3 s)]: what rounding of its sum is measured by."""
    passed = [
        abs(cell.valences[ion] * flux)
        for name, group in result.mechanisms.items()
        if space in (cell.membranes[name].inner, cell.membranes[name].outer)
        for mechanism in group.values()
        for ion, flux in mechanism.fluxes.items()
    ]
    return sum(passed) / cell.compartments[space].volume.si


def test_the_drift_of_a_cell_carries_no_charge(pair):
    cell, result = pair
    must_be_of_membranes_alone(cell)
    for space, entry in result.drift.items():
        if any(not known(rate) for rate in entry.values()):
            continue
        charge = sum(cell.valences[ion] * rate for ion, rate in entry.items())
        gross = gross_rate(cell, result, space)
        assert charge == pytest.approx(0, abs=max(1e-9 * max(abs(rate) for rate in entry.values()), 1e-14 * gross))


def test_what_is_without_a_mechanism_is_the_rest_of_the_cell_that_has_it_at_zero(pair):
    """Of many mechanisms of every third: each is a cell of its own."""
    cell, result = pair
    keys = ("permeability", "conductance", "max_current", "max_rate", "rate")
    for membrane, group in result.without.items():
        for word, V in list(group.items())[:: 3 if len(group) > MANY else 1]:
            if Unknown(JUNCTION) == V:  # a path between two baths, of which it is not asked
                continue
            path = next((p for key in keys if (p := f"{membrane}.{word}.{key}") in cell.settable), None)
            if path is None:
                continue
            try:
                solver = RestSolver(cell.replace({path: "0"}))
                roots, _ = solver.solve(solver.derivation.numbers())
            except vrest.VrestError:
                assert not known(V)
                continue
            assert any(pytest.approx(root.V[membrane], abs=1e-9) == V for root in roots)
            if len(roots) == 1:
                assert pytest.approx(choose(roots).V[membrane], abs=1e-9) == V


def test_shares_add_up_to_all_outward_and_all_inward_current(pair):
    _, result = pair
    loops = result.certificate.search.get("loop_starts")
    for group in result.mechanisms.values():
        shares = [state.share for state in group.values()]
        assert all(0 <= share <= 1 for share in shares)
        if not loops:
            assert sum(shares) == pytest.approx(2) or not any(shares)


def test_potentials_of_compartments_differ_by_those_of_membranes(pair):
    cell, result = pair
    for name, membrane in cell.membranes.items():
        assert result.potential[membrane.inner] - result.potential[membrane.outer] == pytest.approx(result.V_m[name], abs=1e-15)


def test_no_net_current_flows_by_the_laws_alone(pair):
    cell, result = pair
    circuit, numbers = Circuit(cell), Derivation(cell).numbers()
    if circuit.loops:
        pytest.skip("loops are balanced by compartment")
    for name, system in circuit.membranes.items():
        currents = [float(i) for i in system.currents(result.V_m[name], numbers).values()]
        assert abs(sum(currents)) <= 1e-9 * sum(abs(i) for i in currents)


def test_the_charge_is_the_potential_times_the_capacitance(pair):
    cell, result = pair
    for name, charge in result.charge.items():
        C = Derivation(cell).numbers().get(f"{name}.total_capacitance")
        if C is None:
            assert not known(charge.charge)
            continue
        assert charge.charge == pytest.approx(C * abs(result.V_m[name]), rel=1e-12, abs=0)
        assert charge.moles == pytest.approx(charge.charge / F, rel=1e-12, abs=0)


def test_an_answer_prints_the_same_twice(pair):
    cell, result = pair
    assert vrest.rest(cell).to_dict() == result.to_dict()


def test_electrogenic_is_what_all_pumps_together_add(pair):
    cell, result = pair
    off = {
        f"{m}.{word}.{key}": "0"
        for m, membrane in cell.membranes.items()
        for word, mechanism in membrane.mechanisms.items()
        if mechanism.pump
        for key in mechanism.scales
    }
    if not off:
        assert not any(known(entry.electrogenic) for entry in result.explain.values())
        return
    without = vrest.rest(cell.replace(off))
    for name, entry in result.explain.items():
        if known(entry.electrogenic):
            assert entry.electrogenic == pytest.approx(result.V_m[name] - without.V_m[name], abs=1e-9)


def test_without_a_mechanism_a_membrane_with_gates_goes_to_a_state_that_its_gates_let_stand():
    """Without its Na+ leak this neuron has three states; only the most negative one stands, as the gates come late at the others."""
    cell = vrest.load("dijkstra2016-excitable")
    without = vrest.rest(cell).without["plasma"]["Na_leak"]
    alone = vrest.rest(cell.replace({"plasma.Na_leak.permeability": "0"}))
    assert [root.stable for root in alone.roots] == [True, False, False]
    assert without == pytest.approx(alone.V_m["plasma"], abs=1e-9)
    assert without < -0.1
