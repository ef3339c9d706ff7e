"""The search of `branches`: curves and folds that lie within a small part of the span, against brute force that knows nothing of it."""

import numpy as np
import pytest

import vrest
from effort import slow_unless
from fibres import GATE, PUMP, ROOT, UNIT, brute, fibre, ghk, keeping, on_curve, rectifying, steady_balance
from vrest.constants import F
from vrest.questions.steady.certificate import certified
from vrest.questions.steady.steady_state import SteadySolver

WINDOW = "30*exp(-((K_out - {at} mM)/({width} mM))**2)"
SPAN = (0.5, 20.0)


def places(result, value):
    """V [mV] of every state that the curves say at a value, between points linearly: next to a fold that is off by up
    to a step, 1.3 mV."""
    found = []
    for branch in result.branches:
        x, V = branch.values - value, 1e3 * branch.V["m"]
        for k in np.flatnonzero((x[:-1] <= 0) != (x[1:] <= 0)):
            found.append(float(V[k] + x[k] / (x[k] - x[k + 1]) * (V[k + 1] - V[k])))
    return sorted(found)


# -- brute force ------------------------------------------------------------------------------------------------------


def rest_current(V, K, factor):
    E = UNIT * np.log(K / 140.0)
    return F * (ghk(1e-10, 1, 140.0, K, V) + ghk(1e-10, 1, 10.0, 145.0, V)) + factor(V, E, K) * (V - E)


def fold_by_counting(balance, factor, few, several):
    """The value between two at which two roots appear, by bisection; first over all potentials, then closer."""
    count, near = len(brute(balance, few, factor)), {}
    for step in range(40):
        if step == 10:
            roots = brute(balance, several, factor)
            pair = 1e-3 * roots[int(np.argmin(np.diff(roots)))]
            near = {"low": pair - 0.006, "high": pair + 0.012}
            count = len(brute(balance, few, factor, **near))
        middle = np.sqrt(few * several)
        few, several = (middle, several) if len(brute(balance, middle, factor, **near)) == count else (few, middle)
    return np.sqrt(few * several)


def windowed(at, width):
    return lambda V, E, K: 30 * np.exp(-(((K - at) / width) ** 2)) / (1 + np.exp((V - E - 0.010) / 0.005))


def of(kind):
    """What is asked, the cell, its balance."""
    return (fibre, rest_current) if kind == "rest" else (keeping, steady_balance)


# -- the muscle fibre with an inward rectifier at low K+ --------------------------------------------------------------


@pytest.fixture(scope="module", params=["rest", "steady"])
def followed(request):
    cell, balance = of(request.param)
    return vrest.branches(cell(ROOT + GATE), "outside.K", "0.5:20 mM:log", of=request.param), balance, request.param


VALUES = [float(k) for k in np.geomspace(0.503, 19.9, 40)]


@pytest.mark.parametrize("K", VALUES)
def test_the_states_of_the_fibre_are_those_of_a_scan_of_all_potentials(followed, K):
    result, balance, _ = followed
    assert places(result, K) == pytest.approx(brute(balance, K, rectifying), abs=0.1)


def test_the_folds_of_the_fibre_are_where_the_scan_finds_two_more_roots(followed):
    result, balance, kind = followed
    expected = [(3.0, 4.5)] if kind == "rest" else [(1.2, 0.7), (1.2, 2.5)]
    assert sum(len(branch.values) > 1 for branch in result.branches) == len(result.branches)
    folds = sorted(point.value for point in result.special)
    assert [point.kind for point in result.special] == ["fold"] * len(expected)
    counted = [fold_by_counting(balance, rectifying, *ends) for ends in expected]
    assert folds == pytest.approx(counted, rel=1e-7)


def test_of_the_fibre_s_states_the_outer_are_stable_and_the_middle_one_is_not(followed):
    result, balance, kind = followed
    for K in (5.0, 10.0, 18.0):
        low, middle, high = brute(balance, K, rectifying)
        marks = {}
        for branch in result.branches:
            k = np.flatnonzero((branch.values[:-1] <= K) != (branch.values[1:] <= K))
            marks |= {float(1e3 * branch.V["m"][j]): (bool(branch.stable[j]), bool(branch.stable[j + 1])) for j in k}
        told = [marks[min(marks, key=lambda V, wanted=wanted: abs(V - wanted))] for wanted in (low, middle, high)]
        assert told == [(True, True), (False, False), (True, True)]


@pytest.mark.parametrize("push", [-1.0, 1.0])
def test_the_unstable_steady_state_parts_those_that_a_cell_comes_to(push):
    low, middle, high = brute(steady_balance, 10.0, rectifying)
    _, Na, K_in = (float(v[0]) for v in map(np.atleast_1d, steady_balance(np.array([1e-3 * middle]), 10.0, rectifying)))
    described = {"K": K_in, "Na": Na, "Cl": 149 * np.exp(1e-3 * middle / UNIT)}
    paths = {"outside.K": "10 mM"} | {f"inside.{ion}": f"{float(c)!r} mM" for ion, c in described.items()}
    cell = keeping(ROOT + GATE, "145 mM").replace(paths)
    run = vrest.simulate(cell, {"start": f"{middle + push} mV", "until": "3000 h"})
    assert 1e3 * run.V["m"][-1] == pytest.approx(low if push < 0 else high, abs=0.05)


# -- what lies within a small part of the span ------------------------------------------------------------------------

ISLANDS = [0.61, 0.85, 1.13, 2.2, 3.3, 5.7, 8.9, 13.1, 19.0]


def island(kind, at, width):
    """Curves of a fibre whose rectifier conducts within a narrow window of K+ only."""
    cell, balance = of(kind)
    factor = WINDOW.format(at=at, width=width * at) + GATE
    return vrest.branches(cell(factor), "outside.K", "0.5:20 mM:log", of=kind), balance


def window(kind, at, width):
    """The part of the span in which brute force finds three states, to a thousandth of it."""
    _, balance = of(kind)
    K = np.exp(np.linspace(np.log(at * (1 - 4 * width)), np.log(min(at * (1 + 4 * width), SPAN[1])), 161))
    several = K[[len(brute(balance, k, windowed(at, width * at), points=1500)) == 3 for k in K]]
    return np.ptp(np.log(several)) / np.log(SPAN[1] / SPAN[0])


@pytest.mark.parametrize("at", ISLANDS)
def test_two_states_of_rest_that_exist_in_a_three_hundredth_of_the_span_are_found(at):
    assert 1 / 512 < window("rest", at, 0.0028) < 1 / 300
    result, balance = island("rest", at, 0.0028)
    for K in np.linspace(at * 0.99, at * 1.01, 21):
        assert places(result, K) == pytest.approx(brute(balance, K, windowed(at, 0.0028 * at)), abs=1.0)
    if at < 10:  # above that the window reaches the depolarised states, and all is one curve
        (closed,) = [branch for branch in result.branches if branch.closed]
        assert len(result.special) == 2
        assert closed.stable.any()
        assert not closed.stable.all()


@pytest.mark.parametrize("at", slow_unless(lambda at: at == 3.3, ISLANDS[::2]))
def test_steady_states_that_exist_in_a_fiftieth_of_the_span_are_found(at):
    assert 1 / 64 < window("steady", at, 0.017) < 1 / 48
    result, balance = island("steady", at, 0.017)
    for K in np.linspace(at * 0.95, at * 1.05, 21):
        assert places(result, K) == pytest.approx(brute(balance, K, windowed(at, 0.017 * at)), abs=1.0)


def bump(at, width):
    """A rectifier that always conducts, and in a narrow window three hundredths as much."""
    text = f"(1 - 0.97*exp(-((K_out - {at} mM)/({width} mM))**2)){GATE}"
    return text, lambda V, E, K: (1 - 0.97 * np.exp(-(((K - at) / width) ** 2))) / (1 + np.exp((V - E - 0.010) / 0.005))


@pytest.mark.parametrize("at", [6.11, 12.34, 17.02])
def test_folds_between_which_a_curve_has_no_states_for_a_small_part_of_the_span_are_found(at):
    text, factor = bump(at, 0.05)
    result = vrest.branches(fibre(text), "outside.K", "4:20 mM", of="rest")
    for K in np.linspace(at - 0.2, at + 0.2, 41):
        assert places(result, K) == pytest.approx(brute(rest_current, K, factor), abs=1.0)
    assert len(result.special) >= 2


def test_the_certificate_says_how_finely_was_searched(followed):
    result, _, kind = followed
    search = result.certificate.search
    assert (search["values"], search["resolution"], search["logarithmic"]) == (
        (513, 1 / 512, True) if kind == "rest" else (65, 1 / 64, True)
    )
    assert search["seeds"] == 9
    assert (
        f"what lies wholly within 1/{search['values'] - 1} of the span in logarithms can be missed" in result.certificate.method
    )


# -- where a state begins to swing ------------------------------------------------------------------------------------


def swinging():
    """A small cell in which a Na+ path that opens with V and a pump that follows Na+ chase each other."""
    leaks = {"K": "6.152e-9 m/s", "Na": "1e-9 m/s", "Cl": "3.718e-10 m/s"}
    mechanisms = {f"{ion}_leak": {"kind": "ghk", "ion": ion, "permeability": P} for ion, P in leaks.items()}
    opening = {"kind": "ghk", "ion": "Na", "permeability": "2.138e-9 m/s", "factor": "1/(1 + exp(-(V + 35.45 mV)/(5 mV)))"}
    description = fibre("1", "145 mM").to_dict()
    description["compartments"]["inside"]["shape"] = {"sphere": {"diameter": "5 um"}}
    description["membranes"]["m"]["mechanisms"] = {**mechanisms, "NaP": opening, "pump": PUMP}
    return vrest.from_dict(description)


def settled(cell, branch, k):
    """The finder of a cell, and its steady state beside a point of a curve."""
    finder = SteadySolver(cell).at()
    start = on_curve(finder.posed, branch, k)
    y, arrived = finder.posed.newton(start)
    assert arrived
    assert np.abs(y - start).max() < 0.2
    return finder, certified(finder.posed, y)


def growth(cell, branch, k):
    """Eigenvalues [1/s] there, from differences of plain-float rates."""
    finder, root = settled(cell, branch, k)
    x, columns = root.x, []
    for j in range(x.size):
        step = 1e-6 * np.eye(x.size)[j] * x
        ahead, behind = (finder.whole.derivative(list(x + way * step), finder.numbers) for way in (1, -1))
        columns.append(np.subtract(ahead, behind) / (2 * step[j]))
    return np.linalg.eigvals(np.array(columns).T)


def nearest(branch, point):
    return int(np.argmin(np.hypot(branch.values / point.value - 1, (branch.V["m"] - point.V["m"]) / 0.025)))


def test_a_pair_of_eigenvalues_crosses_where_a_hopf_point_is_told():
    result = vrest.branches(swinging(), "m.pump.max_current", "0.01:0.2 A/m^2:log")
    (branch,) = result.branches
    points = [point for point in result.special if point.kind == "Hopf"]
    assert len(points) == 2
    for point in points:
        k = nearest(branch, point)
        pairs = []
        for part in (1 - 3e-4, 1 + 3e-4):
            cell = swinging().replace({"m.pump.max_current": f"{point.value * part!r} A/m^2"})
            values = growth(cell, branch, k)
            (pair,) = [value for value in values if value.imag > 1e-5]
            pairs.append(pair)
        assert pairs[0].real * pairs[1].real < 0
        assert abs(pairs[0].real + pairs[1].real) < 0.2 * abs(pairs[0].real - pairs[1].real)


def test_beyond_the_hopf_point_a_nudge_grows_and_before_it_decays():
    result = vrest.branches(swinging(), "m.pump.max_current", "0.01:0.2 A/m^2:log")
    (branch,) = result.branches
    hopf = max((point for point in result.special if point.kind == "Hopf"), key=lambda point: point.value)
    swings = {}
    for part in (0.9995, 1.0005):
        cell = swinging().replace({"m.pump.max_current": f"{hopf.value * part!r} A/m^2"})
        finder, root = settled(cell, branch, nearest(branch, hopf))
        state = finder.point(root).inside["inside"]
        cell = cell.replace({f"inside.{ion}": f"{c!r} mM" for ion, c in state.items()})
        nudge = {"from": "10 s", "to": "11 s", "current": "0.002 pA", "carrier": "K"}
        run = vrest.simulate(cell, {"start": "described", "until": "4 h", "events": [nudge]}, points=400)
        V = run.V["m"]
        early, late = (V[(run.time > a) & (run.time <= b)] for a, b in ((600.0, 4200.0), (10_800.0, 14_400.0)))
        swings[part] = np.ptp(late) / np.ptp(early)
    assert swings[0.9995] < 0.3
    assert swings[1.0005] > 3
