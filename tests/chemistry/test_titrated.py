"""Impermeants that are titrated: a red cell's haemoglobin, against the same cell written down with numpy and solved by scipy."""

import json

import casadi
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve

import vrest
from vrest.constants import WATER_MOLAR_VOLUME, F, R
from vrest.maths import rising_root
from vrest.system.cell import CellSystem

GHOST = """
cell: ghost
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 5 mM, Na: 145 mM, Cl: 150 mM, H: pH 7.4}}
  inside:
    volume: 70 fL
    ions: {K: 140 mM, Na: 10 mM, Cl: 95 mM, H: pH 7.2}
    impermeants: {Hb: {valence: "-10*(pH - 6.8)", amount: 7 mM}, X: {valence: -1, amount: neutral}}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    area: 135 um^2
    water: {permeability: 1e-5 m/s}
    mechanisms:
      K: {kind: ghk, ion: K, permeability: 1e-10 m/s}
      Na: {kind: ghk, ion: Na, permeability: 1e-10 m/s}
      Cl: {kind: ghk, ion: Cl, permeability: 1e-8 m/s}
      H: {kind: ghk, ion: H, permeability: 1e-3 m/s}
      pump: {kind: na_k_atpase, law: saturating, max_current: 0.001 A/m^2, K_Na: 10 mM, K_K: 1.5 mM}
"""
CO2 = {"until": "3 h", "events": [{"at": "10 min", "set": {"outside.H": "pH 6.9"}}]}
SITES = '"-3 + 4/(1 + 10**(pH - 6.5)) + 3/(1 + 10**(pH - 7.4))"'.replace("10**(", "exp(2.302585092994046*(")
SITES = SITES.replace("6.5)", "6.5))").replace("7.4)", "7.4))")


def ghost(valence: str = '"-10*(pH - 6.8)"', **settings) -> vrest.Cell:
    cell = vrest.from_yaml(GHOST.replace('"-10*(pH - 6.8)"', valence))
    return cell.replace({path.replace("__", "."): value for path, value in settings.items()}) if settings else cell


class ByHand:
    """The ghost in the plainest equations: amounts [mol], H free and bound, water [m^3]; V from the charge on the capacitance."""

    z = np.array([1.0, 1.0, -1.0, 1.0])
    P = np.array([1e-10, 1e-10, 1e-8, 1e-3])
    A, C, T, w0 = 135e-12, 135e-12 * 1e-2, 310.0, 70e-18
    n_Hb = 7.0 * w0

    def __init__(self, valence=lambda pH: -10 * (pH - 6.8)):
        self.valence = valence
        self.outside = np.array([5.0, 145.0, 150.0, 10**-4.4])
        inside = np.array([140.0, 10.0, 95.0, 10**-4.2])
        self.n_X = (self.z @ inside + 7.0 * valence(7.2)) * self.w0  # neutral
        start = inside * self.w0
        start[3] += self.n_Hb * valence(7.2)  # protons on haemoglobin, counted from no charge
        self.start = np.array([*start, self.w0])

    def pH(self, n_H, w):
        missing = lambda pH: 10 ** (3 - pH) * w + self.n_Hb * self.valence(pH) - n_H  # noqa: E731
        return brentq(missing, 0.0, 14.0, xtol=1e-14, rtol=1e-15)

    def at(self, y):
        n, w = y[:4], y[4]
        pH = self.pH(n[3], w)
        c = np.array([*(n[:3] / w), 10 ** (3 - pH)])
        return pH, c, F * (self.z @ n - self.n_X) / self.C

    def rates(self, V, c, w):
        u = self.z * F * V / (R * self.T)
        J = self.A * self.P * (u / -np.expm1(-u)) * (c - self.outside * np.exp(-u))
        pump = 0.001 * self.A / F * (c[1] / (c[1] + 10.0)) ** 3 * (self.outside[0] / (self.outside[0] + 1.5)) ** 2
        J = J + pump * np.array([-2.0, 3.0, 0.0, 0.0])
        solutes = c.sum() + (self.n_Hb + self.n_X) / w
        water = 1e-5 * self.A * WATER_MOLAR_VOLUME * (solutes - self.outside.sum())
        return np.array([*(-J), water])

    def f(self, t, y):
        _, c, V = self.at(y)
        return self.rates(V, c, y[4])

    def steady(self, guess):
        def balances(q):
            V, pH, K, Na, Cl, w = q
            c, w = np.array([K, Na, Cl, 10 ** (3 - pH)]), w * self.w0
            charge = (self.z @ c + (self.n_Hb * self.valence(pH) - self.n_X) / w) - self.C * V * 1e-3 / (F * w)
            r = self.rates(V * 1e-3, c, w)
            return np.array([*(r[:4] / self.w0 * np.array([1e3, 1e3, 1e3, 1e5])), r[4] / self.w0, charge])

        found, _, flag, _ = fsolve(balances, guess, xtol=1e-14, full_output=True)
        assert flag == 1 or np.abs(balances(found)).max() < 1e-9
        return found


def test_the_steady_state_is_that_of_the_equations_written_down():
    point, (V, pH, K, Na, Cl, w) = vrest.steady_state(ghost()).point, ByHand().steady([-9, 7.25, 100, 60, 108, 1.1])
    found = point.inside["inside"]
    assert 1e3 * point.V_m["plasma"] == pytest.approx(V, abs=1e-7)
    assert 3 - np.log10(found["H"]) == pytest.approx(pH, abs=1e-9)
    assert [found["K"], found["Na"], found["Cl"]] == pytest.approx([K, Na, Cl], rel=1e-8)
    assert point.volume["inside"] == pytest.approx(w * 70e-18, rel=1e-9)
    assert abs(pH - 7.2) > 0.05


@pytest.mark.parametrize(
    ("valence", "by_hand"),
    [
        ('"-10*(pH - 6.8)"', lambda pH: -10 * (pH - 6.8)),
        (SITES, lambda pH: -3 + 4 / (1 + np.exp(np.log(10) * (pH - 6.5))) + 3 / (1 + np.exp(np.log(10) * (pH - 7.4)))),
    ],
)
def test_the_course_is_that_of_the_equations_written_down(valence, by_hand):
    run, hand = vrest.simulate(ghost(valence), CO2 | {"start": "described"}, rtol=1e-10), ByHand(by_hand)
    how = {"method": "BDF", "rtol": 1e-10, "atol": [1e-27] * 4 + [1e-29]}
    before = solve_ivp(hand.f, (0, 600), hand.start, **how)
    hand.outside[3] = 10**-3.9
    after = solve_ivp(hand.f, (600, 10800), before.y[:, -1], **how)
    for y, k in ((before.y[:, -1], int(np.searchsorted(run.time, 600.0))), (after.y[:, -1], -1)):
        pH, c, V = hand.at(y)
        assert run.pH["inside"][k] == pytest.approx(pH, abs=1e-6)
        assert 1e3 * run.V["plasma"][k] == pytest.approx(1e3 * V, abs=1e-4)
        assert run.volume["inside"][k] == pytest.approx(y[4], rel=1e-6)
        assert [run.c["inside"][ion][k] for ion in ("K", "Na", "Cl")] == pytest.approx(c[:3].tolist(), rel=1e-6)
    assert abs(run.pH["inside"][-1] - 7.2) > 0.1


def test_protons_free_and_bound_are_kept_with_charge_and_energy():
    cell = ghost()
    described = cell.to_dict()
    described["compartments"]["inside"]["atp"] = {"delta_G": "-50 kJ/mol"}
    run = vrest.simulate(vrest.from_dict(described), CO2)
    errors = run.certificate.residuals
    assert max(errors["species_fraction"].values()) <= 1e-12
    assert run.certificate.charge_error <= 1e-9
    assert errors["first_law_fraction"]["cell"] < 1e-9
    n = (run.c["inside"]["H"] + run.bound["inside"]["H"]) * run.water["inside"]
    assert n[-1] - n[0] == pytest.approx(-run.ledger["outside"]["H"], rel=1e-9)
    gained = 7.0 * 70e-18 * -10 * (run.pH["inside"] - 7.2)
    assert run.bound["inside"]["H"] * run.water["inside"] == pytest.approx(gained, rel=1e-9, abs=1e-27)


def test_sites_are_kept_and_their_energy_is_the_integral_over_them():
    described = ghost(SITES).to_dict()
    described["compartments"]["inside"]["atp"] = {"delta_G": "-50 kJ/mol"}
    run = vrest.simulate(vrest.from_dict(described), CO2)
    assert max(run.certificate.residuals["species_fraction"].values()) <= 1e-12
    assert run.certificate.residuals["first_law_fraction"]["cell"] < 1e-9


def test_one_that_changes_steeply_with_pH_is_followed_and_its_energy_not_told():
    cell = ghost('"-3 - tanh((pH - 7)*40)"')
    run = vrest.simulate(cell, {"until": "3 h", "events": [{"from": "1 h", "to": "2 h", "ramp": {"outside.H": "pH 6.4"}}]})
    assert max(run.certificate.residuals["species_fraction"].values()) <= 1e-12
    assert "changes so steeply with pH" in run.refused["energy.stored_J"]
    gained = 7.0 * 70e-18 * (np.tanh((7.2 - 7) * 40) - np.tanh((run.pH["inside"] - 7) * 40))
    assert run.bound["inside"]["H"] * run.water["inside"] == pytest.approx(gained, rel=1e-7, abs=1e-24)
    assert run.pH["inside"][-1] < 6.9


def test_its_charge_counts_where_the_rest_is_made_neutral_and_nothing_is_bound_as_described():
    for pH in (6.7, 7.2, 7.5):
        cell = ghost(inside__H=f"pH {pH}")
        X = cell.compartments["inside"].impermeants["X"].concentration.si
        assert pytest.approx(140 + 10 - 95 + 10 ** (3 - pH) - 70 * (pH - 6.8), abs=1e-9) == X
        found = vrest.rest(cell)
        assert found.neutrality["inside"] == pytest.approx(0.0, abs=1e-10)
        assert found.to_dict()["bound_mM"]["inside"]["H"] == pytest.approx(0.0, abs=1e-12)


def test_one_that_is_itself_neutral_in_sum_is_counted_at_the_described_pH():
    text = GHOST.replace(
        '"-10*(pH - 6.8)", amount: 7 mM}, X: {valence: -1, amount: neutral}', '"-10*(pH - 6.8)", amount: neutral}'
    )
    cell = vrest.from_yaml(text)
    assert cell.compartments["inside"].impermeants["Hb"].concentration.si == pytest.approx((55 + 10**-4.2) / 4, rel=1e-12)
    assert cell.compartments["inside"].impermeants["Hb"].valence.si == pytest.approx(-4.0, rel=1e-12)
    carries = vrest.from_yaml(text.replace("amount: neutral", "amount: {carries: -10 mV}"))
    expected = (55 + 10**-4.2 + 0.010 * 1e-2 * 135e-12 / (F * 70e-18)) / 4
    assert carries.compartments["inside"].impermeants["Hb"].concentration.si == pytest.approx(expected, rel=1e-9)


def test_beside_a_buffer_both_bind():
    described = ghost().to_dict()
    described["compartments"]["inside"]["buffer"] = {"H": {"capacity": "15 mM"}}
    run = vrest.simulate(vrest.from_dict(described), CO2)
    moved = run.pH["inside"] - 7.2
    assert max(run.certificate.residuals["species_fraction"].values()) <= 1e-12
    bound = run.bound["inside"]["H"] * run.water["inside"] / 70e-18
    assert bound == pytest.approx(-85 * moved, rel=1e-9, abs=1e-9)
    assert abs(moved[-1]) > 0.05


def test_a_valence_that_falls_with_the_pH_is_a_buffer_of_the_same_capacity():
    """10 charges per unit of pH and 7 mM bind as a buffer of 70 mM does; a second cell is written so."""
    plain = ghost("-4").to_dict()
    plain["compartments"]["inside"]["buffer"] = {"H": {"capacity": "70 mM"}}
    one, other = (vrest.steady_state(cell).point for cell in (ghost(), vrest.from_dict(plain)))
    assert one.V_m["plasma"] == pytest.approx(other.V_m["plasma"], abs=1e-12)
    assert one.inside["inside"]["H"] == pytest.approx(other.inside["inside"]["H"], rel=1e-11)
    assert one.volume["inside"] == pytest.approx(other.volume["inside"], rel=1e-11)


def test_branches_and_tune_know_it():
    (branch,) = vrest.branches(ghost(), "outside.H", "pH 7:7.8").branches
    for k in (0, branch.values.size // 2, -1):
        hand = ByHand()
        hand.outside[3] = branch.values[k] if branch.values[k] < 1 else 10 ** (3 - branch.values[k])
        V, *_, w = hand.steady([1e3 * branch.V["plasma"][k], 7.2, 100, 60, 108, 1.1])
        assert 1e3 * branch.V["plasma"][k] == pytest.approx(V, abs=1e-6)
        assert branch.volume["inside"][k] == pytest.approx(w * 70e-18, rel=1e-7)
    assert np.all(branch.stable)


def test_a_pipette_keeps_the_charge_of_what_it_fills():
    solution = {"K": "130 mM", "Na": "10 mM", "Cl": "90 mM", "H": "pH 7.0"}
    event = {"from": "1 min", "to": "10 min", "dialyse": "inside", "solution": solution}
    run = vrest.simulate(ghost(), {"until": "20 min", "events": [event]})
    k = int(np.searchsorted(run.time, 60.0, side="right"))
    assert run.pH["inside"][k] == pytest.approx(7.0, abs=1e-9)
    assert max(run.certificate.residuals["species_fraction"].values()) <= 1e-12
    assert run.certificate.charge_error <= 1e-9
    assert abs(run.V["plasma"][k] - run.V["plasma"][k - 1]) < 1e-3


def test_the_root_of_a_rising_function_and_its_derivatives():
    def f(c):
        return c + 70.0 * np.log10(c / 1e-4) if not isinstance(c, casadi.SX) else c + 70.0 * casadi.log(c / 1e-4) / np.log(10)

    for total in (-200.0, -1.0, 0.0, 3.0, 500.0):
        c = rising_root(f, total, 1e-12, 1e4)
        assert f(c) == pytest.approx(total, rel=1e-12, abs=1e-12)
    x = casadi.SX.sym("x")
    root = rising_root(f, x, 1e-12, 1e4)
    slope = casadi.Function("slope", [x], [casadi.gradient(root, x), casadi.hessian(root, x)[0]])
    for total in (-50.0, 2.0, 300.0):
        c = rising_root(f, total, 1e-12, 1e4)
        first = 1 / (1 + 70.0 / np.log(10) / c)
        second = 70.0 / np.log(10) / c**2 * first**3
        assert [float(v) for v in slope(total)] == pytest.approx([first, second], rel=1e-8)


def test_the_jacobian_of_a_titrated_cell_is_that_of_its_differences():
    whole = CellSystem(ghost(SITES))
    numbers, x0 = whole.with_description(whole.numbers), whole.states.initial(whole.numbers)
    x0[whole.states.are("charge")] = -1e-14
    x = casadi.SX.sym("x", x0.size)
    f = casadi.vertcat(*whole.derivative(casadi.vertsplit(x), numbers))
    J = np.array(casadi.Function("J", [x], [casadi.jacobian(f, x)])(x0))
    k = next(i for key, i in whole.states.index.items() if key.name == "H")
    step = 1e-6 * 49e-17
    up, down = (np.array(whole.derivative(list(x0 + s * np.eye(x0.size)[k]), numbers), dtype=float) for s in (step, -step))
    difference = (up - down) / (2 * step)
    assert J[:, k] == pytest.approx(difference, rel=1e-4, abs=1e-6 * np.abs(difference).max())


WRONG = {
    "something else": ('"-10*(pH - K_in/(20 mM))"', "may be a formula in pH alone", "'K_in'"),
    "an exponent": ('"-2/(1 + 10**(7 - pH))"', "an exponent is one number", None),
    "a dimension": ('"pH*(1 mM)"', "has the wrong dimension: its value is concentration", None),
    "the wrong way": ('"10*(pH - 6.8)"', "as pH rises it must fall, and does not near pH 0.05", None),
    "not finite": ('"-1/(pH - 7)"', "as pH rises it must fall", None),
    "unfinished": ('"-10*("', "the formula ends where a value is missing", None),
    "a list": ("[1, 2]", "is a formula", None),
    "a unit": ("-1 mV", "is a potential, not a plain number", None),
}


@pytest.mark.parametrize(("text", "message", "_"), WRONG.values(), ids=WRONG)
def test_what_is_no_valence_is_an_error_at_its_place(text, message, _):
    with pytest.raises(vrest.InputError) as caught:
        ghost(text)
    problem = caught.value.problems[0]
    assert message in problem.message
    assert problem.line == 9
    assert problem.path == "inside.impermeants.Hb.valence"


def test_where_there_is_no_pH_that_changes_it_is_an_error():
    for old, new, message in (
        (", H: pH 7.2}", "}", "'inside' holds no free H, so it has no pH that a valence could follow"),
        ("H: pH 7.2}", "H: 0 mM}", "'inside' holds no free H, so it has no pH that a valence could follow"),
        ("H: pH 7.2}", "H: pH 7.2}\n    fixed: [H]", "H of 'inside' is held by `fixed`, so the valence of its impermeant stays"),
        ("volume: 70 fL", "role: held", "'inside' is a held: what it holds is kept, and so is the valence of its impermeant"),
        ("{permeability: 1e-5 m/s}", "instantaneous", "water that follows at once needs solutes that are all free"),
    ):
        assert GHOST.count(old) == 1
        with pytest.raises(vrest.InputError) as caught:
            vrest.from_yaml(GHOST.replace(old, new))
        assert any(message in problem.message for problem in caught.value.problems), caught.value


def test_answers_are_json_without_nan():
    for answer in (vrest.rest(ghost()), vrest.steady_state(ghost()), vrest.explain_cell(ghost())):
        json.dumps(answer.to_dict(), allow_nan=False)
