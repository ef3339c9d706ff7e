"""The reduced state that integrators follow: there and back, its rates, its ledger, and what clamps and pipettes do to them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vrest
from vrest.constants import F
from vrest.engines.symbolic import Compiled
from vrest.system.cell import CellSystem
from vrest.system.clamps import Clamps, Dynamics
from vrest.system.states import AMOUNT, CHARGE, VOLUME, Key
from whole_cells import VALENCES, derivative, seeds, size_of_rates, state_of, whole_of

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def neutral(whole, seed):
    """A state whose charges are those of its ions and impermeants, as every state of a run is."""
    x = state_of(whole, seed)
    for node in whole.charged:
        x[whole.states.index[Key(CHARGE, node)]] = whole.net_charge(node, list(x), whole.numbers)
    return x


def clamps_of(whole, kind):
    space = next(name for name, space in whole.cell.compartments.items() if space.role == "cell")
    return {
        "nothing": Clamps(),
        "current": Clamps(currents={space: "K"}),
        "voltage": Clamps(voltages={space: "Na"}),
        "pipette": Clamps(dialysed=frozenset([space])),
        "pipette and voltage": Clamps(voltages={space: "K"}, dialysed=frozenset([space])),
    }[kind]


KINDS = st.sampled_from(["nothing", "current", "voltage", "pipette", "pipette and voltage"])


def dynamics_of(seed, kind):
    whole = whole_of(seed)
    dynamics = Dynamics(whole, clamps_of(whole, kind))
    numbers = whole.with_description(whole.numbers) | {f"electrode.{node}.current": 3e-12 for node in dynamics.clamps.currents}
    x = list(neutral(whole, seed))
    there = whole.potentials(x, whole.at(x, numbers))
    return whole, dynamics, numbers | {f"electrode.{node}.voltage": float(there[node]) for node in dynamics.clamps.voltages}


def floats(values):
    return np.array([float(v) for v in values])


# -- there and back ---------------------------------------------------------------------------------------------------


@few
@given(seed=seeds, kind=KINDS)
def test_a_reduced_state_is_whole_again_to_rounding(seed, kind):
    whole, dynamics, numbers = dynamics_of(seed, kind)
    x = neutral(whole, seed)
    back = floats(dynamics.full(dynamics.reduced(list(x)), numbers))
    sizes = np.abs(x)
    for node, ion in dynamics.dependent.items():  # found as a difference of all charges of its compartment
        places = [whole.states.index[Key(AMOUNT, node, other)] for other in whole.cell.compartments[node].ions]
        charges = sum(sizes[places]) + abs(float(whole.impermeant_charge(node, numbers)))
        sizes[whole.states.index[Key(AMOUNT, node, ion)]] = charges
    assert np.all(np.abs(back - x) <= 1e-15 * 8 * sizes)


@few
@given(seed=seeds, kind=KINDS)
def test_a_whole_state_is_reduced_again_exactly(seed, kind):
    whole, dynamics, numbers = dynamics_of(seed, kind)
    rng = np.random.default_rng(seed)
    ledger = list(rng.normal(0, 1e-15, len(dynamics.ledger)))
    z = dynamics.reduced(list(state_of(whole, seed)), ledger)
    assert len(z) == dynamics.size
    assert dynamics.reduced(dynamics.full(z, numbers), ledger) == z


@few
@given(seed=seeds)
def test_one_ion_of_each_compartment_follows_from_its_charge(seed):
    whole, dynamics, _ = dynamics_of(seed, "nothing")
    assert set(dynamics.dependent) == set(whole.spaces)
    for node, ion in dynamics.dependent.items():
        ions = whole.cell.compartments[node].ions
        assert ions[ion].si == max(value.si for value in ions.values())
    left_out = {Key(AMOUNT, node, ion) for node, ion in dynamics.dependent.items()}
    assert set(dynamics.kept) == set(whole.states.index) - left_out


@few
@given(seed=seeds)
def test_a_state_from_any_charge_has_the_charge_of_its_ions(seed):
    whole, dynamics, numbers = dynamics_of(seed, "nothing")
    x = dynamics.full(dynamics.reduced(list(state_of(whole, seed))), numbers)
    for node in dynamics.dependent:
        ions = F * sum(abs(VALENCES[ion] * whole.amount(x, node, ion)) for ion in whole.cell.compartments[node].ions)
        assert abs(float(whole.net_charge(node, x, numbers)) - whole.charges(x)[node]) <= 1e-15 * 8 * ions


# -- rates ------------------------------------------------------------------------------------------------------------


@few
@given(seed=seeds)
def test_without_clamps_the_reduced_state_changes_as_the_whole_one(seed):
    whole, dynamics, numbers = dynamics_of(seed, "nothing")
    x = neutral(whole, seed)
    z = dynamics.reduced(list(x))
    found = dict(zip(dynamics.kept, floats(dynamics.rates(z, numbers)), strict=False))
    x = dynamics.full(z, numbers)
    expected = dict(zip(whole.states.index, derivative(whole, x), strict=True))
    gross = dict(zip(whole.states.index, size_of_rates(whole, np.array(x, dtype=float)), strict=True))
    assert all(abs(found[key] - expected[key]) <= 1e-12 * gross[key] for key in dynamics.kept)


@few
@given(seed=seeds, kind=KINDS)
def test_what_compartments_gain_the_ledger_loses(seed, kind):
    whole, dynamics, numbers = dynamics_of(seed, kind)
    z = dynamics.reduced(list(neutral(whole, seed)))
    rates = floats(dynamics.rates(z, numbers))
    step = 1e-3 / max(1.0, float(np.abs(rates[len(dynamics.kept) :]).max(initial=0.0)) / 1e-15)
    before, after = (dynamics.totals(list(np.array(z, dtype=float) + t * rates), numbers) for t in (0.0, step))
    for ion, total in before.items():
        size = sum(abs(float(v)) for key, v in zip(dynamics.kept, z, strict=False) if key.kind != CHARGE) + abs(float(total))
        assert abs(float(after[ion] - total)) <= 1e-14 * size
    ions = [*(key.name for key in dynamics.kept), *(ion for _, ion in dynamics.ledger)]
    for ion in {ion for _, ion in dynamics.ledger} - set(dynamics.dependent.values()):
        parts = [rate for one, rate in zip(ions, rates, strict=True) if one == ion]
        assert abs(sum(parts)) <= 1e-13 * sum(map(abs, parts)) + 1e-30


@few
@given(seed=seeds, kind=KINDS)
def test_reduced_rates_of_arrays_and_symbols_are_those_of_floats(seed, kind):
    whole, dynamics, numbers = dynamics_of(seed, kind)
    states = np.array([floats(dynamics.reduced(list(neutral(whole, seed + k)))) for k in range(3)])
    alone = np.array([floats(dynamics.rates(list(z), numbers)) for z in states])
    together = np.array([np.broadcast_to(rate, 3) for rate in dynamics.rates(list(states.T), numbers)]).T
    compiled = Compiled(dynamics.rates, dynamics.size, dynamics.names)
    traced = np.array([compiled(z, compiled.values(numbers))[0] for z in states])
    scale = np.abs(alone).max(axis=0) + 1e-6 * np.abs(alone).max()
    assert np.all(np.abs(together - alone) <= 1e-9 * scale)
    assert np.all(np.abs(traced - alone) <= 1e-9 * scale)


# -- clamps -----------------------------------------------------------------------------------------------------------


@few
@given(seed=seeds)
def test_a_held_potential_has_no_rate_and_its_electrode_carries_what_the_charge_does_not_take(seed):
    whole, dynamics, numbers = dynamics_of(seed, "voltage")
    (node,) = dynamics.clamps.voltages
    z = dynamics.reduced(list(neutral(whole, seed)))
    rates = dict(zip([*dynamics.kept, *dynamics.ledger], floats(dynamics.rates(z, numbers)), strict=True))
    x, moving = np.array(floats(dynamics.full(z, numbers))), dynamics.motion(dynamics.full(z, numbers), numbers).rates
    rate = np.array([float(moving[key]) for key in whole.states.index])

    def potential(seconds):
        there = list(x + seconds * rate)
        return float(whole.potentials(there, whole.at(there, numbers))[node])

    free = dict(zip(whole.states.index, derivative(whole, x), strict=True))
    size = size_of_rates(whole, x)
    charge = Key(CHARGE, node)
    gross = size[whole.states.index[charge]]
    step = 1e-4 * float(np.min(np.abs(x) / (np.abs(size) + 1e-300)))  # a ten-thousandth of what there is moves
    drift = (potential(step) - potential(-step)) / (2 * step)
    assert abs(drift) <= 1e-6 * gross / float(whole.capacitance_around(node, whole.at(list(x), numbers)))
    given_by_electrode = -F * VALENCES["Na"] * rates[f"electrode.{node}", "Na"]
    assert abs(given_by_electrode + free[charge] - rates[charge]) <= 1e-12 * (gross + abs(rates[charge]))


@few
@given(seed=seeds)
def test_an_injected_current_charges_the_compartment_and_brings_its_carrier(seed):
    whole, dynamics, numbers = dynamics_of(seed, "current")
    (node,) = dynamics.clamps.currents
    z = dynamics.reduced(list(neutral(whole, seed)))
    with_it, without = (
        dict(
            zip(
                [*dynamics.kept, *dynamics.ledger],
                floats(dynamics.rates(z, {**numbers, f"electrode.{node}.current": i})),
                strict=True,
            )
        )
        for i in (3e-12, 0.0)
    )
    charge = Key(CHARGE, node)
    gross = size_of_rates(whole, floats(dynamics.full(z, numbers)))[whole.states.index[charge]] + 3e-12
    assert abs(with_it[charge] - without[charge] - 3e-12) <= 1e-12 * gross
    assert with_it[f"electrode.{node}", "K"] - without[f"electrode.{node}", "K"] == pytest.approx(-3e-12 / F, rel=1e-9, abs=0)


@few
@given(seed=seeds)
def test_a_pipette_keeps_every_amount_of_its_compartment(seed):
    whole, dynamics, numbers = dynamics_of(seed, "pipette")
    (space,) = dynamics.clamps.dialysed
    rates = dict(zip(dynamics.kept, floats(dynamics.rates(dynamics.reduced(list(neutral(whole, seed))), numbers)), strict=False))
    assert space not in dynamics.dependent
    assert all(rates[Key(AMOUNT, space, ion)] == 0.0 for ion in whole.cell.compartments[space].ions)


@few
@given(seed=seeds)
def test_what_cannot_be_negative_is_one_where_it_is_as_described(seed):
    whole, dynamics, numbers = dynamics_of(seed, "nothing")
    x = whole.states.initial(numbers)
    for node in dynamics.dependent:
        x[whole.states.index[Key(CHARGE, node)]] = float(whole.net_charge(node, list(x), numbers))
    kept = [key for key in whole.states.index if key.kind != CHARGE]
    parts = dict(zip(kept, floats(dynamics.parts(dynamics.reduced(list(x)), numbers)), strict=True))
    most = max(x[whole.states.are(AMOUNT)])
    described = [part for key, part in parts.items() if key.kind == AMOUNT and x[whole.states.index[key]] > 1e-6 * most]
    assert described == pytest.approx([1.0] * len(described), rel=1e-9)
    volumes = [part for key, part in parts.items() if key.kind == VOLUME]
    assert volumes == pytest.approx([1.0] * len(volumes), rel=1e-12)


def test_the_ledger_counts_baths_electrodes_and_pipettes():
    whole = CellSystem(vrest.load("mammalian-neuron"))
    plain = Dynamics(whole)
    assert {place for place, _ in plain.ledger} == {"outside"}
    clamped = Dynamics(whole, Clamps(voltages={"inside": "K"}))
    assert ("electrode.inside", "K") in clamped.ledger
    dialysed = Dynamics(whole, Clamps(dialysed=frozenset(["inside"])))
    assert {ion for place, ion in dialysed.ledger if place == "electrode.inside"} == {"K", "Na", "Cl"}
