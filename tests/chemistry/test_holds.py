"""States of a compartment that hold ions: against a buffer where they are fast, and against SciPy where they are not."""

import numpy as np
import pytest
from scipy.constants import physical_constants
from scipy.integrate import solve_ivp

import cells
import vrest

F, R = (physical_constants[name][0] for name in ("Faraday constant", "molar gas constant"))
TOTAL, K_D, FREE, CA_OUT = 50.0, 1.0, 0.1, 1500.0  # uM
BOUND = TOTAL * FREE / (FREE + K_D)
PERMEABILITY = 1e-12
STEP = {"at": "10 s", "set": {"outside.Ca": "5 mM", "outside.Na": "120 mM"}}
COURSE = {"protocol": "p", "until": "60 s", "events": [STEP]}
AT = [f"{t} s" for t in (1, 9, 20, 40, 60)]


def described(rate: float | None, water: str | dict = "none", start: float = BOUND, **state) -> dict:
    """A pump-leak cell with a buffer of calcium: by mass action at a rate [1/s], or at once."""
    inside: dict = {"ions": cells.INSIDE | {"Ca": f"{FREE} uM"}}
    inside["impermeants"] = {"X": {"valence": -1.1, "amount": "neutral"}, "B": {"valence": 0, "amount": f"{TOTAL} uM"}}
    if rate is None:
        inside["buffer"] = {"Ca": {"total": f"{TOTAL} uM", "K_d": f"{K_D} uM"}}
    else:
        action = f"({rate / K_D} 1/(uM s))*Ca_in*(B - CaB) - ({rate} 1/s)*CaB"
        inside["states"] = {"CaB": {"rate": action, "start": f"{start!r} uM", "holds": {"Ca": 1}} | state}
    cell = cells.pump_leak(
        inside=inside,
        outside={"ions": cells.OUTSIDE | {"Ca": f"{CA_OUT} uM"}},
        mechanisms=cells.leaks() | {"Ca_leak": cells.ghk("Ca", f"{PERMEABILITY} m/s"), "pump": cells.pump()},
        water=water,
    )
    del cell["compartments"]["inside"]["impermeant"]
    return cell


def cell_of(*arguments, **more) -> vrest.Cell:
    return vrest.from_dict(described(*arguments, **more))


def calcium(found) -> np.ndarray:
    """Free and bound in the course [mM]."""
    return np.array([found.c["inside"]["Ca"], found.bound["inside"]["Ca"]])


def test_at_rest_nothing_changes_but_what_is_counted():
    held, buffer = (vrest.rest(cell_of(rate)) for rate in (1.0, None))
    assert held.V_m == buffer.V_m
    assert held.bound["inside"]["Ca"] == pytest.approx(1e-3 * BOUND, rel=1e-12)
    assert held.states == {"inside.CaB [uM]": pytest.approx(BOUND, rel=1e-12)}
    assert held.neutrality["inside"] == pytest.approx(0, abs=1e-9)
    assert held.osmolarity["inside"] == pytest.approx(buffer.osmolarity["inside"], rel=1e-12)
    more = vrest.rest(cell_of(1.0, start=40.0))
    charge = 1e-3 * 2 * (40.0 - BOUND)
    difference = more.osmolarity["inside"] - held.osmolarity["inside"]
    assert difference == pytest.approx(charge / 1.1, rel=1e-6)


def test_the_free_ion_drifts_by_what_the_state_takes():
    found = vrest.rest(cell_of(2.0, start=0.0)).drift["inside"]["Ca"]
    alone = vrest.rest(cell_of(2.0)).drift["inside"]["Ca"]
    assert found - alone == pytest.approx(-1e-3 * 2.0 / K_D * FREE * TOTAL, rel=1e-9)


@pytest.mark.parametrize("water", ["none", {"permeability": "1e-5 m/s"}], ids=["held", "flowing"])
def test_where_it_is_fast_it_is_the_buffer(water):
    """By a part that falls with its rate."""
    buffer = vrest.simulate(cell_of(None, water), COURSE, at=AT)
    off = []
    for rate in (10.0, 1000.0):
        found = vrest.simulate(cell_of(rate, water), COURSE, at=AT)
        off.append(np.abs(calcium(found) / calcium(buffer) - 1).max())
        assert found.certificate.converged
        assert found.certificate.mass_error < 1e-12
        assert found.certificate.charge_error < 1e-9
        assert max(found.certificate.residuals["first_law_fraction"].values()) < 1e-9
    assert off[0] == pytest.approx(100 * off[1], rel=0.05)
    assert off[1] < 3e-6
    steady = [vrest.steady_state(cell_of(rate, water)).point for rate in (1000.0, None)]
    assert steady[0].inside["inside"]["Ca"] == pytest.approx(steady[1].inside["inside"]["Ca"], rel=1e-9)
    assert steady[0].bound["inside"]["Ca"] == pytest.approx(steady[1].bound["inside"]["Ca"], rel=1e-9)
    assert steady[0].stable is True


def test_a_slow_one_by_hand():
    """Calcium that enters at a held potential, and a buffer that starts empty and takes seconds."""
    rate, V = 0.2, -0.06
    clamp = {"from": "0 s", "to": "20 s", "into": "inside", "voltage": "-60 mV", "carrier": "K"}
    at = [0.5, 2.0, 5.0, 10.0, 20.0]
    cell = cell_of(rate, start=0.0)
    found = vrest.simulate(cell, {"protocol": "p", "until": "20 s", "events": [clamp]}, at=[f"{t} s" for t in at], rtol=1e-10)
    per_area = cell.settable["inside.shape.sphere.diameter"].si / 6  # volume over surface
    x = 2 * F * V / (R * cell.temperature.si)

    def by_hand(t, y):
        free, bound = y
        entering = PERMEABILITY * x / np.expm1(x) * (CA_OUT - free * np.exp(x)) / per_area
        binding = rate / K_D * free * (TOTAL - bound) - rate * bound
        return [entering - binding, binding]

    own = solve_ivp(by_hand, (0, 20), [FREE, 0.0], "Radau", at, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(1e3 * calcium(found), own.y, rtol=1e-6)
    assert own.y[1][-1] > 0.1


def test_what_is_added_and_what_a_pipette_keeps_is_the_free_ion():
    cell = cell_of(1.0)
    pour = {"at": "1 s", "set": {"inside.Ca": "1 uM"}, "counter_ion": "Cl"}
    found = vrest.simulate(cell, {"protocol": "p", "until": "2 s", "events": [pour]}, at=["1.0000001 s"])
    assert found.c["inside"]["Ca"][0] == pytest.approx(1e-3, rel=1e-4)
    water = found.water["inside"][0]
    pipette = {"from": "0 s", "to": "20 s", "dialyse": "inside", "solution": {"Ca": "2 uM"}}
    found = vrest.simulate(cell, {"protocol": "p", "until": "20 s", "events": [pipette]}, at=["0.5 s", "20 s"])
    assert found.c["inside"]["Ca"] == pytest.approx(2e-3, rel=1e-12)
    assert found.bound["inside"]["Ca"][-1] == pytest.approx(
        1e-3 * TOTAL * 2 / 3, rel=1e-4
    )  # impermeants carry what the solution lacks
    assert found.certificate.mass_error < 1e-12
    given = -found.ledger["electrode.inside"]["Ca"] - found.ledger["outside"]["Ca"]
    gained = (found.bound["inside"]["Ca"][-1] - 1e-3 * BOUND + 1e-3 * (2.0 - FREE)) * water
    assert given == pytest.approx(gained, rel=1e-9)


def test_protons_and_several_ions_at_once():
    """A state that holds four Ca and one H each, in a space that nothing enters: both sums stay."""
    cell = described(1.0)
    inside = cell["compartments"]["inside"]
    inside["ions"]["H"] = "pH 7.2"
    inside["states"] = {"C": {"rate": "(0.01 uM - C)/(1 s)", "start": "0 uM", "holds": {"Ca": 4, "H": 1}}}
    del cell["membranes"]["plasma"]["mechanisms"]["Ca_leak"]
    found = vrest.simulate(vrest.from_dict(cell), {"protocol": "p", "until": "3 s"}, at=["1 s", "3 s"])
    bound = 1e-5 * -np.expm1([-1.0, -3.0])
    np.testing.assert_allclose(found.bound["inside"]["Ca"], 4 * bound, rtol=1e-6)
    np.testing.assert_allclose(found.c["inside"]["Ca"], 1e-3 * FREE - 4 * bound, rtol=1e-6)
    np.testing.assert_allclose(found.c["inside"]["H"], 10**-7.2 * 1e3 - bound, rtol=1e-6)


def test_beside_a_buffer_of_the_same_ion():
    """Sites for protons that are taken and left in a time, and a buffer at once: each is where the free ones say, and the sum is kept."""

    rate = "(1e4 1/(uM s))*H_in*(20 mM - HB) - (1e3 1/s)*HB"
    cell = described(None)
    inside = cell["compartments"]["inside"]
    inside["ions"]["H"] = "pH 7.2"
    inside["buffer"]["H"] = {"capacity": "20 mM"}
    inside["states"] = {"HB": {"rate": rate, "start": f"{20 / (1 + 10**0.2)!r} mM", "holds": {"H": 1}}}
    cell["membranes"]["plasma"]["mechanisms"]["H_leak"] = cells.ghk("H", "1e-5 m/s")
    cell["compartments"]["outside"]["ions"]["H"] = "pH 7.4"
    cell = vrest.from_dict(cell)
    step = {"at": "10 s", "set": {"outside.H": "pH 6"}}
    found = vrest.simulate(cell, {"protocol": "p", "until": "600 s", "events": [step]}, at=["0 s", "20 s", "600 s"])
    c = found.c["inside"]["H"]
    by_sites, by_buffer = 20 * c / (c + 1e-4), -20 * np.log10(10**-4.2 / c)
    assert found.bound["inside"]["H"] == pytest.approx(by_sites + by_buffer, abs=1e-5)
    assert found.certificate.mass_error < 1e-12
    total = c + found.bound["inside"]["H"]
    entered = -found.ledger["outside"]["H"] / found.water["inside"][-1]
    assert total[-1] - total[0] == pytest.approx(entered, rel=1e-8)
    assert entered > 1
    point = vrest.steady_state(cell).point
    c = point.inside["inside"]["H"]
    assert point.bound["inside"]["H"] == pytest.approx(20 * c / (c + 1e-4) - 20 * np.log10(10**-4.2 / c), rel=1e-9)
    assert c == pytest.approx(10**-4.4 * np.exp(-F * point.V_m["plasma"] / (R * 310.0)), rel=1e-9)


@pytest.mark.slow
def test_what_takes_all_comes_to_an_end():
    cell = described(1.0)
    cell["compartments"]["inside"]["states"]["CaB"] |= {"rate": "1 uM/s", "start": "0 uM"}
    cell = vrest.from_dict(cell)
    with pytest.raises(vrest.NoAnswerError, match="Ca of 'inside' is exhausted"):
        vrest.steady_state(cell)
    found = vrest.simulate(cell, {"protocol": "p", "until": "1 s"})
    assert found.time[-1] == pytest.approx(0.1, rel=0.01)
    assert any("Ca is lost" in note for note in vrest.rest(cell).notes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"holds": {"Mg": 1}}, "'inside' does not list Mg, which 'CaB' would hold"),
        ({"holds": {"Ca": 0}}, "is out of range"),
        ({"holds": {"Ca": -1}}, "is out of range"),
        ({"holds": {"Ca": "1 mM"}}, "holds"),
        ({"holds": {}}, "holds no ion"),
        ({"holds": "Ca"}, "is a mapping of keys to values"),
        ({"start": "-1 uM"}, "of which there are not less than none"),
        ({"rate": "(1 - CaB)/(1 s)", "start": 1}, "so it is a concentration"),
        ({"hold": {"Ca": 1}}, "has no key 'hold'"),
    ],
)
def test_bad_states_that_hold(change, words):
    cell = described(1.0)
    cell["compartments"]["inside"]["states"]["CaB"] |= change
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert words in str(caught.value)
    assert len(caught.value.problems) == 1


def test_where_nothing_can_be_held():
    for key, value, words in (
        ("role", "held", "is a held: what it holds is kept"),
        ("fixed", ["Ca"], "is held by `fixed`"),
    ):
        cell = described(1.0)
        cell["compartments"]["inside"][key] = value
        with pytest.raises(vrest.InputError, match=words):
            vrest.from_dict(cell)
    with pytest.raises(vrest.InputError, match="has a state that holds ions"):
        cell_of(1.0, "instantaneous")
    cell = described(1.0)
    state = {"x": {"rate": "(1 mM - x)/(1 s)", "start": "1 mM", "holds": {"Ca": 1}}}
    cell["membranes"]["plasma"]["mechanisms"]["Ca_leak"]["states"] = state
    with pytest.raises(vrest.InputError, match="is a state of a mechanism, and ions are held in compartments"):
        vrest.from_dict(cell)
