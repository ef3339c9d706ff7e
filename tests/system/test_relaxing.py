"""A volume that relaxes to a formula: against an integration and a root found without vrest, with its water conserved."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import cells
import vrest
from vrest.constants import F, R

T = 310.0
FORMULA = "w0*(1.1029 - 0.1029*exp((osm_out - osm_in)/steep))"
P = {"K": 1e-8, "Na": 4e-10, "Cl": 4.5e-9}
Z = {"K": 1, "Na": 1, "Cl": -1}
OUTSIDE = {"K": 5.0, "Na": 145.0, "Cl": 110.0}
HYPO = {
    "until": "600 s",
    "start": "described",
    "events": [{"at": "60 s", "set": {"outside.Na": "120 mM", "outside.Cl": "85 mM"}}],
}


def described(relax_to=FORMULA, constant="250 ms", parameters=None, closed=False, **plasma):
    """A pump-leak cell whose volume follows Wei 2014; closed: in a finite space of its own instead of a bath."""
    water = {"relax_to": relax_to, "time_constant": constant}
    if parameters is None and "steep" in relax_to:
        parameters = {"steep": "20 mM"}
    if parameters:
        water["parameters"] = parameters
    outside = {"ions": cells.OUTSIDE, "impermeant": cells.neutral()}
    outside |= {"volume": {"remainder_of": "6 pL"}} if closed else {"role": "bath"}
    space = cells.sphere(impermeant=cells.neutral(-1.1))
    return cells.in_a_bath(cells.leaks() | {"pump": cells.pump()}, space, outside, "plasma", water=water, **plasma)


def pL(volume):
    """In picolitres: a tolerance means nothing beside 1e-15."""
    return 1e15 * volume


def cell(**options):
    return vrest.from_dict(described(**options))


# -- against an account of its own ------------------------------------------------------------------------------------


def bernoulli(x):
    return 1 - x / 2 if abs(x) < 1e-9 else x / np.expm1(x)


def fluxes(V, inside, outside):
    """Inward flux of each ion of the pump-leak cell [mol/(m^2 s)]."""
    u = F * V / (R * T)
    inward = {}
    for ion, p in P.items():
        x = Z[ion] * u
        inward[ion] = p * (outside[ion] * bernoulli(x) - inside[ion] * bernoulli(-x))
    rate = 0.05 / F * (inside["Na"] / (inside["Na"] + 10)) ** 3 * (outside["K"] / (outside["K"] + 1.5)) ** 2
    inward["Na"] -= 3 * rate
    inward["K"] += 2 * rate
    return inward


def by_hand(end, tau=0.25):
    """The bath of HYPO by scipy alone: V from the charge, amounts, volume; from electroneutrality."""
    area, w0 = np.pi * 20e-6**2, np.pi / 6 * 20e-6**3
    X, X_out = 142 / 1.1, OUTSIDE["K"] + OUTSIDE["Na"] - OUTSIDE["Cl"]

    def rates(t, y, outside):
        charge, w = y[0], y[4] * w0
        inside = {ion: y[k] * w0 / w for k, ion in ((1, "K"), (2, "Na"), (3, "Cl"))}
        inward = fluxes(charge / (0.01 * area), inside, outside)
        into = [inward[ion] * area for ion in ("K", "Na", "Cl")]
        osm_in = sum(inside.values()) + X * w0 / w
        target = 1.1029 - 0.1029 * np.exp((sum(outside.values()) + X_out - osm_in) / 20)
        return [F * (into[0] + into[1] - into[2]), *(n / w0 for n in into), (target - y[4]) / tau]

    start = [0.0, 140.0, 12.0, 10.0, 1.0]
    scale = [1e-14, 1e-6, 1e-6, 1e-6, 1e-9]
    options = {"method": "Radau", "rtol": 1e-9, "atol": [1e-3 * s for s in scale]}
    first = solve_ivp(rates, (0, 60), start, args=(OUTSIDE,), **options)
    diluted = {**OUTSIDE, "Na": 120.0, "Cl": 85.0}
    last = solve_ivp(rates, (60, end), first.y[:, -1], args=(diluted,), **options)
    y = last.y[:, -1]
    return y[0] / (0.01 * area), y[1:4] / y[4], y[4] * w0


@pytest.mark.parametrize("engine", ["cvodes", "scipy"])
def test_a_course_agrees_with_an_integration_without_vrest(engine):
    run = vrest.simulate(cell(), HYPO, engine=engine)
    V, c, w = by_hand(600.0)
    assert run.V["plasma"][-1] == pytest.approx(V, abs=1e-7)
    assert pL(run.volume["inside"][-1]) == pytest.approx(pL(w), rel=1e-6)
    assert [run.c["inside"][ion][-1] for ion in ("K", "Na", "Cl")] == pytest.approx(list(c), rel=1e-6)
    assert run.certificate.converged


def test_the_steady_volume_is_the_formulas_value():
    """At the steady state the concentrations do not depend on the volume: a root of one unknown, by another solver."""
    steady = vrest.steady_state(cell())
    inside, w0 = steady.point.inside["inside"], np.pi / 6 * 20e-6**3
    X, osm_out = 142 / 1.1, 2 * 150.0
    left = lambda w: 1.1029 - 0.1029 * np.exp((osm_out - sum(inside.values()) - X / w) / 20) - w  # noqa: E731
    assert pL(steady.point.volume["inside"]) == pytest.approx(brentq(left, 0.5, 2.0, xtol=1e-14) * pL(w0), rel=1e-9)
    assert steady.certificate.residuals["net_water_fraction"]["inside"] < 1e-9
    assert steady.point.stable


def test_newton_and_integration_agree():
    steady = vrest.steady_state(cell())
    run = vrest.simulate(cell(), {"until": "1e6 s"})
    assert run.V["plasma"][-1] == pytest.approx(steady.point.V_m["plasma"], abs=1e-8)
    assert pL(run.volume["inside"][-1]) == pytest.approx(pL(steady.point.volume["inside"]), rel=1e-7)


def test_the_volume_comes_with_its_time_constant():
    """With a target that does not answer to the cell the volume is an exponential, and an eigenvalue says so."""
    slow = cell(relax_to="1.2", constant="50 s")
    run = vrest.simulate(slow, {"until": "200 s"}, rtol=1e-9)
    w0 = np.pi / 6 * 20e-6**3
    np.testing.assert_allclose(run.volume["inside"], w0 * (1.2 - 0.2 * np.exp(-run.time / 50)), rtol=1e-7)
    eigenvalues = vrest.steady_state(slow).eigenvalues
    assert min(abs(value + 0.02) for value in eigenvalues) < 1e-9
    assert pL(vrest.steady_state(slow).point.volume["inside"]) == pytest.approx(1.2 * pL(w0), rel=1e-10)


def test_a_volume_and_a_multiple_say_the_same():
    as_volume, as_multiple = (vrest.steady_state(cell(relax_to=text)) for text in (FORMULA, FORMULA.removeprefix("w0*")))
    assert pL(as_volume.point.volume["inside"]) == pytest.approx(pL(as_multiple.point.volume["inside"]), rel=1e-12)
    in_litres = vrest.steady_state(cell(relax_to="4 pL"))
    assert pL(in_litres.point.volume["inside"]) == pytest.approx(4, rel=1e-10)


# -- conservation -----------------------------------------------------------------------------------------------------


def test_water_goes_round_between_a_cell_and_its_space():
    closed = cell(closed=True)
    total = sum(space.volume.si for space in closed.compartments.values())
    for rtol in (1e-3, 1e-8):
        run = vrest.simulate(
            closed, {"until": "2 h", "events": [{"at": "60 s", "set": {"plasma.pump.max_current": "0"}}]}, rtol=rtol
        )
        both = run.volume["inside"] + run.volume["outside"]
        np.testing.assert_allclose(both, total, rtol=1e-12)
        assert np.ptp(run.volume["inside"]) > 0.01 * run.volume["inside"][0]
        for name, limit in (("species_fraction", 1e-12), ("charge_fraction_of_70_mV", 1e-9)):
            assert max(run.certificate.residuals.get(name, {"": 0.0}).values()) < limit


def test_a_closed_space_settles_with_its_water_kept():
    closed = cell(closed=True)
    steady = vrest.steady_state(closed)
    total = sum(space.volume.si for space in closed.compartments.values())
    assert pL(sum(steady.point.volume.values())) == pytest.approx(pL(total), rel=1e-12)
    assert steady.point.stable
    assert max(steady.certificate.residuals["conserved_total_fraction"].values()) < 1e-10


# -- the questions ----------------------------------------------------------------------------------------------------


def test_the_time_constant_and_parameters_are_paths():
    found = cell()
    assert {"plasma.water.time_constant", "plasma.water.steep"} <= set(found.settable)
    changed = found.replace({"plasma.water.steep": "40 mM", "plasma.water.time_constant": "1 s"})
    assert changed.settable["plasma.water.steep"].si == 40
    wide, narrow = (pL(vrest.steady_state(one).point.volume["inside"]) for one in (changed, found))
    assert wide != pytest.approx(narrow, rel=1e-3)
    assert vrest.from_yaml(changed.to_yaml()).settable["plasma.water.time_constant"].si == 1


def test_a_protocol_sets_and_ramps_what_the_formula_names():
    protocol = {"until": "100 s", "events": [{"from": "10 s", "to": "50 s", "ramp": {"plasma.water.steep": "40 mM"}}]}
    run = vrest.simulate(cell(), protocol)
    changed = vrest.simulate(cell().replace({"plasma.water.steep": "40 mM"}), {"until": "100 s"})
    assert pL(run.volume["inside"][-1]) == pytest.approx(pL(changed.volume["inside"][-1]), rel=1e-3)
    assert pL(run.volume["inside"][-1]) != pytest.approx(
        pL(vrest.simulate(cell(), {"until": "100 s"}).volume["inside"][-1]), rel=3e-3
    )


def test_donnan_says_that_a_formula_holds_the_volume():
    result = vrest.donnan(cell())
    assert not result.pressure
    (note,) = (note for note in result.notes if "formula" in note)
    assert note.startswith("The volume of 'inside' is where its formula puts it, with ")
    assert note.endswith("mM outside; water through 'plasma' does not balance osmolarities.")


def test_tune_says_that_the_volume_moves():
    with pytest.raises(vrest.NoAnswerError) as caught:
        vrest.tune(cell(), ["plasma.pump.max_current"])
    (problem,) = caught.value.problems
    assert problem.message.startswith(
        "the volume of 'inside' relaxes, whatever these numbers are: the formula of 'plasma' asks for "
    )
    assert problem.message.endswith(" pL, and 4.1888 pL are described")


def test_tune_takes_a_formula_that_gives_the_described_volume():
    tuned = vrest.tune(
        cell(relax_to="1.1029 - 0.1029*exp((K_in - 140 mM)/(20 mM))"), ["plasma.pump.max_current", "plasma.K_leak.permeability"]
    )
    assert tuned.steady.inside["inside"]["Na"] == pytest.approx(12.0, rel=1e-4)  # the charge of V is put on one ion


@pytest.mark.parametrize(("asked", "word"), [("300 mM", "swells without bound"), ("100 mM", "shrinks to nothing")])
def test_a_formula_that_asks_for_ever_more_or_less_has_no_steady_state(asked, word):
    """The impermeants' concentration falls as the volume grows: the formula asks for 2.3 or 0.8 times the volume there is."""
    with pytest.raises(vrest.NoAnswerError) as caught:
        vrest.steady_state(cell(relax_to=f"w0*({asked})/(osm_in - K_in - Na_in - Cl_in)"))
    (problem,) = caught.value.problems
    more = "more" if asked == "300 mM" else "less"
    assert problem.message.startswith(f"no steady state exists: 'inside' {word}")
    assert problem.message.endswith(f"because the formula of 'plasma' asks for ever {more} water")
    assert problem.expected == "another formula, or a fixed volume (water: none)"
