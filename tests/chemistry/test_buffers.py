"""Buffers: what is free follows exactly from what there is in all, and the sum is what is conserved."""

import casadi
import numpy as np
import pytest

import cells
import vrest
from vrest.system.cell import CellSystem

ACID = cells.INSIDE | {"H": "pH 7.2", "Ca": "100 nM"}
BATH = cells.OUTSIDE | {"H": "pH 7.4", "Ca": "1.5 mM"}
BINDING = {"H": {"capacity": "40 mM"}, "Ca": {"total": "50 uM", "K_d": "1 uM"}}


def buffered(buffer: dict | None = None, water: str | dict = "none", inside: dict | None = None, **ways) -> dict:
    """A pump-leak cell whose protons and calcium are buffered, with leaks of both."""
    leak = {"H_leak": cells.ghk("H", "1e-5 m/s"), "Ca_leak": cells.ghk("Ca", "1e-13 m/s")}
    return cells.pump_leak(
        inside={"ions": dict(ACID), "buffer": BINDING if buffer is None else buffer} | (inside or {}),
        outside={"ions": dict(BATH)},
        mechanisms=cells.leaks() | leak | {"pump": cells.pump()} | ways,
        water=water,
    )


def test_a_buffer_holds_what_its_law_says():
    found = vrest.rest(vrest.from_dict(buffered({"H": {"capacity": "40 mM", "at": "pH 7"}, "Ca": BINDING["Ca"]})))
    assert found.bound["inside"]["H"] == pytest.approx(-8.0, rel=1e-12)
    assert found.bound["inside"]["Ca"] == pytest.approx(50e-3 * 0.1 / 1.1, rel=1e-12)
    assert found.to_dict()["bound_mM"]["inside"]["H"] == pytest.approx(-8.0, rel=1e-12)
    assert found.pH["inside"] == pytest.approx(7.2)


def test_nothing_is_bound_at_the_described_pH_unless_said():
    assert vrest.rest(vrest.from_dict(buffered())).bound["inside"]["H"] == 0.0
    cell = vrest.from_dict(buffered()).replace({"inside.H": "pH 6.8"})
    assert vrest.rest(cell).bound["inside"]["H"] == 0.0


def test_what_is_bound_counts_for_charge_and_not_for_osmolarity():
    away = {"H": {"capacity": "40 mM", "at": "pH 7"}}
    with_it, without = (vrest.from_dict(buffered(one)) for one in (away, {"H": {"capacity": "1e-9 mM", "at": "pH 7"}}))
    X = [cell.compartments["inside"].impermeants["X"].concentration.si for cell in (with_it, without)]
    assert 1.1 * (X[0] - X[1]) == pytest.approx(-8.0, abs=1e-6)
    assert vrest.rest(with_it).neutrality["inside"] == pytest.approx(0.0, abs=1e-9)
    difference = vrest.rest(with_it).osmolarity["inside"] - vrest.rest(without).osmolarity["inside"]
    assert difference == pytest.approx(X[0] - X[1], abs=1e-9)


def test_acid_moves_the_pH_by_what_enters_over_the_capacity():
    found = vrest.simulate(vrest.from_dict(buffered()), {"protocol": "p", "until": "30 min", "events": []})
    water = found.water["inside"]
    entered = -found.ledger["outside"]["H"] / water[-1]
    moved = found.pH["inside"][0] - found.pH["inside"][-1]
    free = found.c["inside"]["H"][-1] - found.c["inside"]["H"][0]
    assert abs(moved) > 1e-3
    assert 40.0 * moved + free == pytest.approx(entered, rel=1e-8)
    assert found.bound["inside"]["H"][-1] == pytest.approx(40.0 * moved, rel=1e-9)
    total = found.c["inside"]["Ca"] + found.bound["inside"]["Ca"]
    assert total[-1] - total[0] == pytest.approx(-found.ledger["outside"]["Ca"] / water[-1], rel=1e-7)


@pytest.mark.parametrize("water", ["none", {"permeability": "1e-5 m/s"}])
def test_everything_is_kept_in_a_run(water):
    """Protons, calcium, charge and energy, also while water comes and dilutes what binds."""
    step = {"at": "10 s", "set": {"outside.H": "pH 6.4", "outside.Na": "120 mM", "outside.Cl": "85 mM"}}
    found = vrest.simulate(vrest.from_dict(buffered(water=water)), {"protocol": "p", "until": "5 min", "events": [step]})
    assert found.certificate.mass_error < 1e-12
    assert found.certificate.charge_error < 1e-9
    assert max(found.certificate.residuals["first_law_fraction"].values()) < 1e-9
    assert not found.certificate.dissipation_violations
    if water != "none":
        assert found.water["inside"][-1] > 1.02 * found.water["inside"][0]


def test_a_steady_state_is_that_of_the_cell_without_buffers():
    """What is bound changes no balance of fluxes: free concentrations settle as they would, where all else is held alike."""
    found = vrest.steady_state(vrest.from_dict(buffered()))
    assert found.point.stable is True
    H = found.ions["plasma"]["H"]
    assert H.driving_force == pytest.approx(0.0, abs=1e-9)
    assert found.point.bound["inside"]["H"] == pytest.approx(40.0 * (7.2 - found.point.pH["inside"]), rel=1e-9)
    assert found.certificate.charge_error < 1e-9
    assert found.certificate.mass_error < 1e-12


def test_a_run_ends_in_the_steady_state():
    cell = vrest.from_dict(buffered()).replace({"plasma.Ca_leak.permeability": "0 m/s"})
    steady = vrest.steady_state(cell)
    run = vrest.simulate(cell, until="400 h")
    assert run.pH["inside"][-1] == pytest.approx(steady.point.pH["inside"], abs=1e-6)
    assert run.c["inside"]["Ca"][-1] == pytest.approx(steady.point.inside["inside"]["Ca"], rel=1e-5)


def test_the_jacobian_is_exact():
    whole = CellSystem(vrest.from_dict(buffered()))
    x = np.array(whole.states.initial(whole.numbers))
    sizes = np.array(
        [max(abs(v), row.size(whole.numbers) if row.scale else 0.0, 1e-30) for v, row in zip(x, whole.states.rows, strict=True)]
    )
    sizes[whole.states.are("charge")] = 1e-12
    x = x + 0.01 * sizes
    symbol = casadi.SX.sym("x", x.size)
    f = casadi.vertcat(*whole.derivative([symbol[k] for k in range(x.size)], whole.numbers))
    J = np.array(casadi.Function("J", [symbol], [casadi.jacobian(f, symbol)])(x))
    for k, size in enumerate(sizes):
        h = 1e-6 * size
        up, down = (
            np.array(whole.derivative(list(x + s * h * (np.arange(x.size) == k)), whole.numbers), dtype=float) for s in (1, -1)
        )
        rounding = 1e-14 * np.abs(up).max() / h
        assert np.all(np.abs(J[:, k] - (up - down) / (2 * h)) <= 1e-5 * np.abs(J[:, k]) + rounding)


def test_a_pipette_and_an_addition_bring_free_concentrations():
    cell = vrest.from_dict(buffered())
    bring = {"from": "1 s", "to": "2 s", "dialyse": "inside", "solution": {"Ca": "400 nM"}}
    found = vrest.simulate(cell, {"protocol": "p", "until": "2 s", "events": [bring]})
    assert found.c["inside"]["Ca"][-1] == pytest.approx(4e-4, rel=1e-9)
    added = {"at": "1 s", "set": {"inside.H": "pH 6.9"}, "counter_ion": "Cl"}
    found = vrest.simulate(cell, {"protocol": "p", "until": "1.001 s", "events": [added]})
    assert found.pH["inside"][-1] == pytest.approx(6.9, abs=1e-3)
    assert found.ledger["added.inside"]["H"] == pytest.approx(-40.0 * 0.3 * found.water["inside"][0] * -1, rel=1e-3)
    assert found.certificate.mass_error < 1e-12


def test_the_drift_of_a_buffered_ion_is_that_of_what_is_free():
    found = vrest.rest(vrest.from_dict(buffered()))
    bare = vrest.rest(vrest.from_dict(buffered({"H": {"capacity": "1e-12 mM"}})))
    part = 1 + 40.0 / np.log(10) / 10**-4.2
    assert found.drift["inside"]["H"] == pytest.approx(bare.drift["inside"]["H"] / part, rel=1e-6)


WRONG = {
    "of what is not listed": ({"Mg": {"total": "1 mM", "K_d": "1 mM"}}, "does not list Mg"),
    "capacity of calcium": ({"Ca": {"capacity": "1 mM"}}, "a capacity is per unit of pH, so it buffers H"),
    "no K_d": ({"Ca": {"total": "1 mM"}}, "lacks 'K_d'"),
    "K_d of a capacity": ({"H": {"capacity": "1 mM", "K_d": "1 uM"}}, "'K_d' belongs to sites"),
    "two ways": ({"H": {"capacity": "1 mM", "total": "1 uM"}}, "needs exactly one of"),
    "nothing": ({"H": {}}, "needs exactly one of"),
    "zero": ({"H": {"capacity": "0 mM"}}, "out of range"),
    "pH of sites": ({"Ca": {"total": "1 mM", "K_d": "pH 6"}}, "a pH stands for a concentration of H"),
    "misspelled": ({"H": {"capicity": "1 mM"}}, "capacity"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_no_buffer_is(name):
    buffer, words = WRONG[name]
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(buffered(buffer))
    assert words in str(caught.value)


def test_where_no_buffer_can_be():
    cell = buffered()
    cell["compartments"]["outside"]["buffer"] = {"H": {"capacity": "1 mM"}}
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert "nothing is bound or set free" in str(caught.value)
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(buffered(water="instantaneous"))
    assert "'inside' has a buffer" in str(caught.value)
    event = {"at": "0.5 s", "set": {"inside.buffer.H.capacity": "1 mM"}}
    with pytest.raises(vrest.InputError) as caught:
        vrest.simulate(vrest.from_dict(buffered()), {"protocol": "p", "until": "1 s", "events": [event]})
    assert "a protocol cannot set it" in str(caught.value)


def test_an_exchange_may_be_called_buffer_where_there_is_no_other():
    cell = buffered({})
    del cell["compartments"]["inside"]["buffer"]
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Na", "rate": "k*(K_in - 140 mM)", "parameters": {"k": "0.1 1/s"}}
    cell["compartments"]["inside"]["mechanisms"] = {"buffer": way}
    set_it = {"protocol": "p", "until": "1 s", "events": [{"at": "0.5 s", "set": {"inside.buffer.k": "0.2 1/s"}}]}
    assert vrest.simulate(vrest.from_dict(cell), set_it).certificate.mass_error < 1e-12
    cell["compartments"]["inside"]["buffer"] = BINDING
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert "'buffer' names a key of 'inside' already" in str(caught.value)
