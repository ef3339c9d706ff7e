"""`branches` against brute force: no state lost, none twice, folds where the number of states changes; and the words of its errors."""

import json

import numpy as np
import pytest

import cells
import vrest
from effort import slow_unless
from fibres import GATE, ROOT, keeping, on_curve
from vrest.questions.steady.certificate import certified
from vrest.questions.steady.steady_state import SteadySolver
from vrest.views import show

RECTIFIER = cells.ohmic("1 S/m^2", "K", factor=ROOT + GATE)


def fibre():
    """A muscle fibre whose inward rectifier gives it two stable potentials at low K+."""
    return vrest.from_dict(
        {
            "cell": "fibre",
            "temperature": "310 K",
            "shape": {"sphere": {"diameter": "20 um"}},
            "capacitance": "1 uF/cm^2",
            "impermeant": {"valence": -1, "amount": "neutral"},
            "ions": {
                "K": {"inside": "140 mM", "outside": "4 mM", "permeability": "1e-10 m/s"},
                "Na": {"inside": "10 mM", "outside": "145 mM", "permeability": "1e-10 m/s"},
                "Cl": {"inside": "5 mM", "outside": "110 mM"},
            },
            "mechanisms": {"Kir": RECTIFIER},
        }
    )


def pumped(**ways):
    """The same with a pump and a leak of Cl-: several steady states."""
    return keeping(ROOT + GATE, **ways)


def at(result, membrane, value):
    """V of every state that the curves say at a value [mV], between points linearly."""
    found = []
    for branch in result.branches:
        x = branch.values - value
        for k in range(len(x) - 1):
            if (x[k] <= 0 < x[k + 1]) or (x[k + 1] <= 0 < x[k]) or (k == len(x) - 2 and x[k + 1] == 0):
                part = x[k] / (x[k] - x[k + 1])
                found.append(1e3 * float(branch.V[membrane][k] + part * (branch.V[membrane][k + 1] - branch.V[membrane][k])))
    return sorted(found)


# -- rest -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rest():
    return vrest.branches(fibre(), "outside.K", "0.5:20 mM:log", of="rest")


ALONG = [float(k) for k in np.exp(np.linspace(np.log(0.501), np.log(19.9), 20))]


@pytest.mark.parametrize("K", ALONG)
def test_no_root_of_rest_is_lost_and_none_is_found_twice(rest, K):
    roots = vrest.rest(fibre().replace({"outside.K": f"{K!r} mM"})).roots
    assert at(rest, "membrane", K) == pytest.approx(sorted(1e3 * root.V_m["membrane"] for root in roots), abs=0.05)


def test_stability_along_the_curves_is_that_of_the_roots(rest):
    roots = [(r.V_m["membrane"], r.stable) for r in vrest.rest(fibre().replace({"outside.K": "20 mM"})).roots]
    ends = [(float(b.V["membrane"][k]), bool(b.stable[k])) for b in rest.branches for k in (0, -1) if b.values[k] > 19]
    assert len(roots) == len(ends)
    for (V, stable), (other, also) in zip(sorted(roots), sorted(ends), strict=True):
        assert pytest.approx(other, abs=5e-5) == V
        assert stable == also


def test_the_fold_is_where_the_number_of_roots_changes(rest):
    (fold,) = rest.special
    low, high = 3.0, 4.0
    for _ in range(30):
        middle = 0.5 * (low + high)
        several = len(vrest.rest(fibre().replace({"outside.K": f"{middle!r} mM"})).roots) > 1
        low, high = (low, middle) if several else (middle, high)
    assert fold.kind == "fold"
    assert fold.value == pytest.approx(high, rel=1e-7)
    assert fold.value in rest.branches[1].values
    assert rest.notes == (f"States appear or vanish (folds) at outside.K = {fold.value:.6g} mM.",)


def test_the_certificate_says_how_far_from_a_root_the_points_are(rest):
    assert rest.certificate.converged
    assert rest.certificate.residuals["step_to_root_fraction"]["rest"] < 1e-8
    assert rest.certificate.search["curves"] == len(rest.branches) == 2


def test_a_held_concentration_can_be_the_number_of_rest():
    result = vrest.branches(vrest.load("mammalian-neuron"), "inside.K", "50:150 mM", of="rest")
    expected = vrest.rest(vrest.load("mammalian-neuron").replace({"inside.K": "50 mM"})).V_m["plasma"]
    assert float(result.branches[0].V["plasma"][np.argmin(result.branches[0].values)]) == pytest.approx(expected, abs=1e-9)


def test_the_json_holds_numbers_only(rest):
    answer = json.loads(json.dumps(rest.to_dict(), allow_nan=False))
    assert answer["over"] == {"path": "outside.K", "unit": "mM", "logarithmic": True}
    assert [point["kind"] for point in answer["special"]] == ["fold"]


# -- steady -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def steady():
    return vrest.branches(pumped(), "outside.K", "0.5:20 mM:log")


@pytest.mark.parametrize("K", slow_unless(lambda K: K in ALONG[::3], ALONG))
def test_no_steady_state_is_lost_and_none_is_found_twice(steady, K):
    finder = SteadySolver(pumped().replace({"outside.K": f"{K!r} mM"})).at()
    brute = [1e3 * finder.posed.voltages(root.y)["m"] for root in finder.roots(finder.way)]
    told = at(steady, "m", K)
    assert len(told) == (3 if not 0.958761 < K < 1.859095 else 1)
    for V in brute:
        assert min(abs(V - other) for other in told) < 0.1
    assert all(b - a > 0.05 for a, b in zip(told, told[1:], strict=False))


@pytest.mark.parametrize("which", range(6))
def test_every_point_of_a_curve_is_a_steady_state_that_is_certified(steady, which):
    branch = steady.branches[which % len(steady.branches)]
    k = (which + 1) * len(branch.values) // 8
    cell = pumped().replace({"outside.K": f"{float(branch.values[k])!r} mM"})
    posed = SteadySolver(cell).at().posed
    start = on_curve(posed, branch, k)
    y, settled = posed.newton(start)
    root = certified(posed, y)
    assert settled
    assert root is not None
    assert np.abs(y - start).max() < 1e-6
    assert root.stable == bool(branch.stable[k])


def test_stability_changes_at_folds_only(steady):
    folds = [point.value for point in steady.special]
    for branch in steady.branches:
        for k in np.flatnonzero(np.diff(branch.stable.astype(int))):
            assert min(abs(value - fold) for value in branch.values[k : k + 2] for fold in folds) < 1e-9


def test_without_a_rectifier_there_is_one_curve_through_the_steady_state():
    cell = vrest.load("mammalian-neuron")
    result = vrest.branches(cell, "plasma.pump.max_current", "0.1:0.5 A/m^2")
    (branch,) = result.branches
    assert branch.stable.all()
    k = int(np.argmin(branch.values))
    expected = vrest.steady_state(cell.replace({"plasma.pump.max_current": "0.1 A/m^2"})).point
    assert float(branch.V["plasma"][k]) == pytest.approx(expected.V_m["plasma"], abs=1e-9)
    assert float(branch.c["inside"]["Na"][k]) == pytest.approx(expected.inside["inside"]["Na"], rel=1e-9)


def test_temperature_is_a_number_where_nothing_else_follows_from_it():
    result = vrest.branches(pumped(), "temperature", "300:312 K")
    expected = vrest.steady_state(pumped().replace({"temperature": "312 K"})).point.V_m["m"]
    ends = [float(b.V["m"][k]) for b in result.branches for k in (0, -1) if b.values[k] == 312.0]
    assert min(abs(V - expected) for V in ends) < 1e-9


# -- words ------------------------------------------------------------------------------------------------------------


def wrong(cell, path, span, of="steady", error=vrest.InputError):
    with pytest.raises(error) as caught:
        vrest.branches(cell, path, span, of=of)
    return caught.value.problems[0]


@pytest.mark.parametrize("path", ["inside.K", "inside.volume", "inside.impermeant.valence"])
def test_what_is_sought_cannot_be_the_number(path):
    cell = vrest.load("mammalian-neuron")
    problem = wrong(cell, path, "1:2 pL" if "volume" in path else "-2:-1" if "valence" in path else "1:2 mM")
    assert problem.message == f"'{path}' belongs to the state of the cell, which is what is sought"


def test_a_path_that_is_several_numbers_is_refused_with_their_names():
    problem = wrong(vrest.load("mammalian-neuron"), "temperature", "300:312 K")
    assert problem.message == "'temperature' is not one number of the cell, so states cannot be followed along it"
    assert problem.found == "temperature, inside.delta_G"


def test_a_question_that_there_is_not():
    assert wrong(fibre(), "outside.K", "1:2 mM", of="donnan").expected == "steady | rest"


@pytest.mark.parametrize(
    ("path", "span", "message"),
    [
        ("outside.K", "1 mM", "a span has a start and a stop"),
        ("outside.K", "1:10 mV", "'outside.K': 1.0 mV is a potential, not a concentration"),
        ("outside.Kalium", "1:10 mM", "'outside.Kalium' is not a path of c; a path never creates anything"),
    ],
)
def test_a_bad_span_or_path(path, span, message):
    assert wrong(pumped(), path, span).message == message


def test_rest_is_followed_through_one_membrane():
    problem = wrong(vrest.load("proximal-tubule"), "basolateral.pump.max_current", "1:2 A/m^2", of="rest")
    assert (problem.message, problem.found) == ("branches of rest are followed for a cell of one membrane", "3 membranes")


def test_where_no_state_is_the_reason_is_said():
    problem = wrong(vrest.load("squid-axon"), "plasma.pump.max_current", "1e3:1e4 A/m^2", of="rest", error=vrest.NoAnswerError)
    assert problem.message.startswith("no state was found at any of 513 values of the span")


def test_a_curve_ends_where_a_volume_has_no_bounds():
    """Without a pump nothing holds the volume: as the pump goes to zero the cell swells beyond all bounds, and no fold is made of rounding."""
    result = vrest.branches("kay2017", "plasma.pump.max_current", "0:0.01 A/m^2")
    (branch,) = result.branches
    swollen = branch.volume["inside"] / vrest.load("kay2017").compartments["inside"].volume.si
    assert result.certificate.converged
    assert not result.special
    assert 1e6 < swollen.max() < 1e7
    assert branch.stable.all()
    (note,) = result.notes
    assert note.startswith(f"A branch ends near plasma.pump.max_current = {branch.values.min():.3g} A/m^2")


def test_rows_of_branches_name_the_number_that_is_varied_and_its_unit(rest):
    head, first = show(rest).csv().splitlines()[:2]
    assert head.split(",")[:5] == ["branch", "path", "unit", "value", "stable"]
    assert first.split(",")[1:3] == ["outside.K", "mM"]
