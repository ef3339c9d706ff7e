"""What a sweep goes through, in all the forms in which it is said, and the words of what cannot be meant."""

import numpy as np
import pytest
from scipy import stats

import vrest
from vrest.questions.sweep.plan import plan_of
from vrest.questions.sweep.sampling import Draws

K, NA, CL = "outside.K", "outside.Na", "outside.Cl"


@pytest.fixture(scope="module")
def cell():
    return vrest.load("squid-axon")


def columns(cell, over, **how):
    plan = plan_of(cell, over, **how)
    return plan.columns(0, plan.rows)


@pytest.mark.parametrize(
    ("given", "mM"),
    [
        ("1:100 mM:log:3", [1.0, 10.0, 100.0]),
        ("2,4,8 mM", [2.0, 4.0, 8.0]),
        ("500,2000 uM", [0.5, 2.0]),
        ("1, 2000 uM, 3", [1.0, 2.0, 3.0]),
        ([5, "8 mM"], [5.0, 8.0]),
        (5.0, None),
        ((np.array([0.001, 0.002]), "M"), [1.0, 2.0]),
        (np.array([5.0, 6.0]), [5.0, 6.0]),
        ((20, "mM"), [20.0]),
        ("3 mM", [3.0]),
    ],
)
def test_values_are_understood_as_texts_lists_arrays_and_pairs(cell, given, mM):
    if mM is None:
        with pytest.raises(vrest.InputError, match="no values one by one"):
            columns(cell, {K: given})
    else:
        assert columns(cell, {K: given})[K] == pytest.approx(mM, rel=1e-14)


def test_a_bare_number_is_in_the_unit_of_the_description(cell):
    plan = plan_of(cell, {"temperature": [5, 18]})
    assert plan.axes[0].unit == "degC"
    assert plan.columns(0, 2)["temperature"].tolist() == [278.15, 291.15]


def test_a_grid_goes_through_all_combinations_the_last_axis_fastest(cell):
    found = columns(cell, {K: "1,2 mM", NA: "100,200,300 mM"})
    assert found[K].tolist() == [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
    assert found[NA].tolist() == [100.0, 200.0, 300.0] * 2


def test_paired_values_go_together(cell):
    plan = plan_of(cell, {K: "1,2 mM", NA: "100,200 mM"}, paired=True)
    assert (plan.dims, plan.rows) == (("cell",), 2)


def test_each_point_of_a_grid_has_the_same_sample(cell):
    plan = plan_of(cell, {K: "1,2 mM", NA: "uniform(100 mM, 200 mM)"}, n=3)
    assert plan.dims == (K, "cell")
    drawn = plan.columns(0, 6)[NA]
    assert np.array_equal(drawn[:3], drawn[3:])


@pytest.mark.parametrize("how", ["random", "sobol", "lhs"])
def test_a_rows_numbers_depend_on_seed_path_and_row_alone(how):
    draws = Draws(how, ["a", "b"], 100, 3)
    whole = draws.parts(0, 100)
    for begin, end in ((0, 7), (7, 8), (33, 100)):
        assert all(np.array_equal(draws.parts(begin, end)[path], whole[path][begin:end]) for path in whole)
    other = Draws(how, ["a", "b"], 100, 4).parts(0, 100)
    assert not np.any(other["a"] == whole["a"])
    assert all(0 < part < 1 for part in (*whole["a"], *whole["b"]))


def test_a_random_axis_keeps_its_numbers_beside_others():
    alone, beside = Draws("random", ["a"], 9, 0), Draws("random", ["b", "a"], 9, 0)
    assert np.array_equal(alone.parts(0, 9)["a"], beside.parts(0, 9)["a"])


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("normal(5 mM, 0.5 mM)", stats.norm(5.0, 0.5)),
        ("lognormal(5 mM, 1.3)", stats.lognorm(np.log(1.3), scale=5.0)),
        ("uniform(2 mM, 8 mM)", stats.uniform(2.0, 6.0)),
        ("loguniform(2 mM, 8 mM)", stats.loguniform(2.0, 8.0)),
    ],
)
@pytest.mark.parametrize("how", ["random", "sobol", "lhs"])
def test_draws_follow_their_distribution(cell, text, law, how):
    drawn = columns(cell, {K: text}, sample=how, n=4096, seed=1)[K]
    assert stats.kstest(drawn, law.cdf).statistic < (0.03 if how == "random" else 0.002)


def test_a_spread_of_temperature_is_a_difference(cell):
    drawn = columns(cell, {"temperature": "normal(18 degC, 2 degC)"}, n=4096)["temperature"]
    assert np.mean(drawn) == pytest.approx(291.15, abs=0.1)
    assert np.std(drawn) == pytest.approx(2.0, rel=0.05)


def test_ranges_of_the_description_are_drawn_from_by_default(cell):
    plan = plan_of(cell, None, n=500)
    found = plan.columns(0, 500)
    assert set(found) == {path for path, value in cell.settable.items() if value.range}
    for path, values in found.items():
        low, high = cell.settable[path].range
        assert low <= values.min() < values.max() <= high


WRONG = [
    ({"outside.Q": "1,2 mM"}, {}, "'outside.Q' is not a path", "outside.K"),
    ({K: "1:2 mV"}, {}, "is a potential, not a concentration", None),
    ({K: "normall(5 mM, 1 mM)"}, {}, "'normall' is no distribution", "normal"),
    ({K: "normal(5 mM)"}, {}, "normal takes two numbers", None),
    ({K: "normal(5 mM, -1 mM)"}, {}, "a standard deviation is above zero", None),
    ({K: "lognormal(5 mM, 0.5)"}, {}, "a ratio above 1", None),
    ({K: "uniform(5 mM, 1 mM)"}, {}, "the lower end comes first", None),
    ({K: "range"}, {}, "'outside.K' has no range", "outside.Na"),
    ({K: "1,2 mM"}, {"n": 3}, "nothing is drawn", None),
    ({K: "1,2 mM"}, {"sample": "sobol"}, "one by one are not drawn from", None),
    ({K: "uniform(1 mM, 2 mM)"}, {"sample": "grid"}, "a distribution is drawn from", None),
    ({K: "uniform(1 mM, 2 mM)"}, {"sample": "soboll"}, "no such sample", "sobol"),
    ({K: "uniform(1 mM, 2 mM)"}, {"sample": "lhs", "n": 20_000_000}, "a Latin hypercube is made whole", None),
    ({K: "uniform(1 mM, 2 mM)"}, {"n": 0}, "'n' cannot be this", None),
    ({K: "uniform(1 mM, 2 mM)"}, {"seed": -1}, "'seed' cannot be this", None),
    ({K: "1,2 mM", NA: "1,2,3 mM"}, {"paired": True}, "as many values", None),
    ({K: "1,2 mM"}, {"paired": True}, "a pair is of two numbers", None),
    ({K: "1,2 mM"}, {"ignore": ["x"]}, "only columns of a table", None),
    ({}, {}, "nothing is varied", None),
    (7, {}, "over values by path, or over a table", None),
]


@pytest.mark.parametrize(("over", "how", "words", "suggestion"), WRONG, ids=[row[2] for row in WRONG])
def test_what_cannot_be_meant_is_said(cell, over, how, words, suggestion):
    with pytest.raises(vrest.InputError, match=words) as caught:
        plan_of(cell, over, **how)
    assert suggestion is None or caught.value.problems[0].suggestion == suggestion


def test_all_wrong_axes_are_named_at_once(cell):
    with pytest.raises(vrest.InputError) as caught:
        plan_of(cell, {"outside.Q": "1,2 mM", K: "1,2 mV"})
    assert [problem.path for problem in caught.value.problems] == ["outside.Q", K]
    assert all(f"'{problem.path}'" in problem.message for problem in caught.value.problems)


RUNS = {
    "grid": ({K: "1:7 mM:7", NA: "100:130 mM:4", CL: "90,95,100 mM"}, {}),
    "table": ({K: ([1.0, 2.0, 3.0, 4.0, 5.0], "mM"), NA: ([1.0, 2.0, 3.0, 4.0, 5.0], "mM")}, {"paired": True}),
    "grid and sample": ({K: "1:3 mM:3", NA: "uniform(100 mM, 200 mM)", CL: "normal(100 mM, 5 mM)"}, {"n": 40}),
    "sobol": ({K: "1:3 mM:3", NA: "uniform(100 mM, 200 mM)"}, {"n": 40, "sample": "sobol"}),
    "lhs": ({NA: "uniform(100 mM, 200 mM)", K: "uniform(2 mM, 8 mM)"}, {"n": 40, "sample": "lhs"}),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_numbers_of_a_row_are_the_same_in_any_run_and_part_of_it(cell, name):
    over, how = RUNS[name]
    plan = plan_of(cell, over, **how)
    rows, whole = np.arange(plan.rows), plan.run(0, plan.rows)
    factors = np.unravel_index(rows, plan.shape)
    for factor, at in zip(plan.factors, factors, strict=True):
        for path, values in factor.taken(at).items():
            np.testing.assert_array_equal(whole.values()[path], values)
    si = whole.columns()
    for begin, end in ((0, 5), (1, plan.rows), (3, plan.rows // 2 + 2), (plan.rows - 1, plan.rows)):
        run = plan.run(begin, end)
        for first, last in ((0, run.size), (run.size // 3, run.size // 2), (0, 0)):
            for path, values in run.columns(slice(first, last)).items():
                np.testing.assert_array_equal(values, si[path][begin + first : begin + last])
        scattered = np.arange(0, run.size, 3)[::-1]
        for path, values in run.columns(scattered).items():
            np.testing.assert_array_equal(values, si[path][begin + scattered])
    for path, values in plan.listed(2).run(0, plan.rows).columns().items():
        np.testing.assert_array_equal(values, si[path])
