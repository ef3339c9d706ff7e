"""All steady states of a cell: against brute force, against `branches`, and what the certificate says of the search."""

import numpy as np
import pytest

import vrest
from fibres import GATE, ROOT, UNIT, brute, keeping, rectifying, steady_balance
from vrest.questions.steady.certificate import certified
from vrest.questions.steady.other_states import ClampedLines, _meetings
from vrest.questions.steady.steady_state import SteadySolver, first_steady_state

FIBRE = keeping(ROOT + GATE)


def states(result):
    """Every state that an answer names, by potential."""
    return sorted([result.point, *result.other_states], key=lambda point: next(iter(point.V_m.values())))


def potentials(result):
    return [1e3 * point.V_m["m"] for point in states(result)]


# -- against brute force ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("K", [0.503, 0.6, 0.79, 0.9, 0.95, 1.2, 1.8, 1.87, 2.0, 3.0, 10.0, 18.0])
def test_the_steady_states_of_a_fibre_are_those_of_a_scan_of_all_potentials(K):
    result = vrest.steady_state(FIBRE.replace({"outside.K": f"{K} mM"}))
    assert potentials(result) == pytest.approx(brute(steady_balance, K, rectifying, points=30_000), abs=0.02)
    assert [point.stable for point in states(result)] in ([True], [True, False, True])


def test_newton_alone_misses_one_of_three_states_of_a_fibre_near_its_fold():
    cell = FIBRE.replace({"outside.K": "0.79 mM"})
    assert (len(states(first_steady_state(cell))), len(states(vrest.steady_state(cell)))) == (2, 3)


def test_a_state_that_no_line_of_open_charge_leads_to_is_found_with_an_ion_left_open():
    finder = SteadySolver(vrest.load("ventricular-myocyte")).at()
    found = finder.roots(finder.way)
    charge, every = (ClampedLines(finder.posed, ions=ions) for ions in (False, True))
    assert (len(finder.along(charge, found)), len(finder.along(every, found))) == (0, 1)


def described_near(V, K):
    """The fibre described with what is in balance at a potential [mV]; impermeants as before."""
    _, Na, K_in = (float(v[0]) for v in steady_balance(np.array([1e-3 * V]), K, rectifying))
    inside = {"K": K_in, "Na": Na, "Cl": 149 * np.exp(1e-3 * V / UNIT)}
    paths = {"outside.K": f"{K} mM"} | {f"inside.{ion}": f"{float(c)!r} mM" for ion, c in inside.items()}
    return keeping(ROOT + GATE, "145 mM").replace(paths)


@pytest.mark.parametrize("K", [0.955, 1.865])
def test_from_either_side_the_cell_comes_to_one_stable_state_and_the_others_are_named(K):
    low, middle, high = brute(steady_balance, K, rectifying, points=60_000)
    assert middle - low < 3
    for here in (low, high):
        result = vrest.steady_state(described_near(here, K))
        assert 1e3 * result.point.V_m["m"] == pytest.approx(here, abs=0.01)
        assert result.point.stable
        assert potentials(result) == pytest.approx([low, middle, high], abs=0.01)
        assert [point.stable for point in states(result)] == [True, False, True]


# -- against random starts --------------------------------------------------------------------------------------------


def two_fibres():
    """Two fibres in one bath: what one does is nothing to the other, so each state of one goes with each of the other."""
    single, double = keeping(ROOT + GATE).to_dict(), keeping(ROOT + GATE).to_dict()
    double["compartments"]["second"] = single["compartments"]["inside"]
    double["membranes"]["n"] = single["membranes"]["m"] | {"between": ["second", "outside"]}
    return vrest.from_dict(double)


def test_two_bistable_fibres_in_one_bath_have_every_pair_of_states():
    result = vrest.steady_state(two_fibres().replace({"outside.K": "10 mM"}))
    found = brute(steady_balance, 10.0, rectifying)
    told = np.array([(1e3 * point.V_m["m"], 1e3 * point.V_m["n"]) for point in states(result)])
    expected = [(a, b) for a in found for b in found]
    nearest = [int(np.argmin(np.abs(told - pair).max(axis=1))) for pair in expected]
    assert sorted(nearest) == list(range(len(told)))
    assert told[nearest] == pytest.approx(np.array(expected), abs=0.02)
    assert sum(point.stable for point in states(result)) == 4


@pytest.mark.parametrize("name", ["t-lymphocyte", "dijkstra2016", "ventricular-myocyte"])
def test_newton_from_random_starts_finds_no_state_that_is_not_named(name):
    cell = vrest.load(name)
    finder, rng = SteadySolver(cell).at(), np.random.default_rng(7)
    known = [list(point.V_m.values()) for point in states(vrest.steady_state(cell))]
    posed, found = finder.posed, 0
    base, potentials = posed.point(finder.rest.potentials[0], posed.initial), posed.problem.potentials
    for _ in range(200):
        start = np.where(potentials, rng.uniform(-6, 3, base.size), base + rng.normal(0, 1, base.size))
        with np.errstate(all="ignore"):
            y, settled = posed.newton(start)
            root = certified(posed, y) if settled else None
        if root is not None:
            found += 1
            V = list(posed.voltages(root.y).values())
            assert any(np.abs(np.subtract(V, other)).max() < 1e-6 for other in known)
    assert found > 20


# -- against branches -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "over", "span"),
    [
        pytest.param(FIBRE, "outside.K", "0.5:20 mM:log", marks=pytest.mark.slow, id="fibre over K+"),
        pytest.param(FIBRE, "m.pump.max_current", "0.002:0.05 A/m^2:log", marks=pytest.mark.slow, id="fibre over its pump"),
        pytest.param(vrest.load("t-lymphocyte"), "outside.K", "2:12 mM", id="t-lymphocyte"),
        pytest.param(vrest.load("kay2017"), "outside.K", "1:20 mM:log", marks=pytest.mark.slow, id="free volume"),
    ],
)
def test_every_state_that_branches_shows_at_a_value_is_a_state_of_steady(cell, over, span):
    unit, shown = span.split(":")[1].split()[1], 0
    for branch in vrest.branches(cell, over, span).branches:
        for k in np.linspace(1, len(branch.values) - 2, 4).astype(int):
            result = vrest.steady_state(cell.replace({over: f"{float(branch.values[k])!r} {unit}"}))
            V = [list(point.V_m.values())[0] for point in states(result)]
            (here,) = (float(v[k]) for v in branch.V.values())
            assert min(np.abs(np.subtract(V, here))) < 1e-7
            shown += len(V) > 1
    assert shown > 3 or cell.name == "kay2017"


# -- the certificate --------------------------------------------------------------------------------------------------


def test_the_certificate_says_what_was_searched():
    search = vrest.steady_state(FIBRE).certificate.search["along"]
    assert search["range_mV"] == [-300, 150]
    assert search["longest_step_mV"] == 22.5
    assert search["unfinished"] == 0
    assert search["lines"] >= 4
    assert "each compartment's balance of charge and of each ion is left open in turn" in search["how"]


def test_lines_beyond_the_budget_are_counted(monkeypatch):
    monkeypatch.setattr("vrest.questions.steady.steady_state.LINE_POINTS", 100)
    search = vrest.steady_state(FIBRE).certificate.search["along"]
    assert search["unfinished"] > 0
    assert search["points"] < 400


def test_where_the_first_state_is_enough_no_line_is_begun_unless_the_cell_does_not_come_to_it():
    assert "no lines" in first_steady_state(FIBRE).certificate.search["along"]["how"]
    cell = vrest.load("t-lymphocyte")
    assert first_steady_state(cell).point == vrest.steady_state(cell).point


def test_balances_far_out_meet_without_a_warning():
    points, f = np.array([[0.0], [1.0], [2.0]]), np.array([-1e200, 1e200, 2e200])
    (met,) = _meetings(points, f, np.full((3, 1), 2e200))
    assert met == pytest.approx([0.5])
