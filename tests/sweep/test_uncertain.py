"""Ranges carried through to answers: quantiles and shares, against closed forms."""

import json

import numpy as np
import pytest

import vrest
from vrest.cli.main import main
from vrest.questions.uncertain.uncertain import shares

pytest.importorskip("xarray")
pytest.importorskip("zarr")

NERNST = 26.7123  # RT/F at 310 K [mV]


@pytest.fixture(scope="module")
def parts():
    qmc = pytest.importorskip("scipy.stats").qmc
    points = qmc.Sobol(3, scramble=True, seed=np.random.default_rng(5)).random(1024)
    return {name: points[:, k] for k, name in enumerate("abc")}


def test_shares_of_a_polynomial_are_its_variances(parts):
    """y = 2 a + b^2 + b c - b/2 - c/2: variances 4/12, of b^2 4/45, of the product (1/12)^2 that neither makes by itself."""
    a, b, c = parts.values()
    found = shares(parts, 2 * a + b**2 + (b - 0.5) * (c - 0.5))
    whole = 4 / 12 + 4 / 45 + 1 / 144
    assert found["a"] == pytest.approx((4 / 12) / whole, abs=2e-3)
    assert found["b"] == pytest.approx((4 / 45) / whole, abs=2e-3)
    assert found["c"] == pytest.approx(0.0, abs=2e-3)
    assert 1 - sum(found.values()) == pytest.approx((1 / 144) / whole, abs=4e-3)


def test_shares_of_a_sum_of_normal_numbers_are_their_variances(parts):
    from scipy.special import ndtri

    found = shares(parts, 3 * ndtri(parts["a"]) + 4 * ndtri(parts["b"]))
    assert found["b"] / found["a"] == pytest.approx(16 / 9, rel=0.02)
    assert found["a"] + found["b"] > 0.96  # a cubic follows the ends of a normal distribution so far


def test_what_does_not_move_has_no_shares(parts):
    assert shares(parts, np.full(1024, -65.0)) == {}


# -- shares that add up -----------------------------------------------------------------------------------------------


def test_shares_of_the_ishigami_function_are_the_exact_ones():
    """sin x1 + a sin^2 x2 + b x3^4 sin x1 on (-pi, pi): V1 = (1 + b pi^4/5)^2/2, V2 = a^2/8, and V13 = b^2 pi^8 8/225, half of it to each."""
    from vrest.questions.sweep.axes import Prior
    from vrest.questions.uncertain.shapley import Walks

    pytest.importorskip("scipy")
    a, b, pi = 7.0, 0.1, np.pi
    walks = Walks([Prior(name, "1", "uniform", -pi, pi) for name in "xyz"], 4096, 3)
    x, y, z = (values for values, _ in walks.over().values())
    found = walks.shares(np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x))
    V1, V2, V13 = (1 + b * pi**4 / 5) ** 2 / 2, a**2 / 8, b**2 * pi**8 * 8 / 225
    whole = V1 + V2 + V13
    for name, exact in zip("xyz", (V1 + V13 / 2, V2, V13 / 2), strict=True):
        assert found[name].share == pytest.approx(exact / whole, abs=3 * found[name].error)
        assert found[name].error < 0.02
    assert sum(one.share for one in found.values()) == pytest.approx(1.0, abs=1e-12)


@pytest.fixture(scope="module")
def result():
    over = {"outside.K": "loguniform(2 mM, 8 mM)", "outside.Na": "uniform(140 mM, 150 mM)"}
    return vrest.uncertain("textbook-neuron", over, outputs=["V_mV", "E_mV"], n=128, shapley=True)


def test_a_nernst_potential_has_the_quantiles_of_its_concentration(result):
    """E_K = RT/F ln(K_out/K_in), and K_out is drawn evenly in its logarithm: all quantiles follow."""
    cell = vrest.load("textbook-neuron")
    inside = cell.settable["inside.K"].si
    E = next(one for one in result.spreads if one.output == "E_mV" and "K" in one.labels)
    for quantile, found in zip((0.05, 0.5, 0.95), (E.low, E.median, E.high), strict=True):
        assert found == pytest.approx(NERNST * np.log(2.0 * 4.0**quantile / inside), abs=0.3)
    assert E.by["outside.K"] == pytest.approx(1.0, abs=2e-3)
    assert list(result.by)[0] == "outside.K"


def test_json_says_the_ends_and_the_shares(result):
    said = json.loads(json.dumps(result.to_dict()))
    assert set(said["V_mV"]) == {"median", "low", "high"}
    assert said["V_mV"]["low"] < said["V_mV"]["median"] < said["V_mV"]["high"]
    assert said["by"]["outside.K"] > 0.9
    assert {one["column"] for one in said["quantities"]} >= {"V_membrane_mV", "E_K_membrane_mV"}
    assert said["certificate"]["converged"]


def test_shares_that_add_up_are_told_of_every_output(result):
    """V hangs on the two almost as a sum, so that what each makes in all is what it makes by itself; E_K hangs on one alone."""
    for one in (spread for spread in result.spreads if spread.by):
        assert sum(share.share for share in one.shapley.values()) == pytest.approx(1.0, abs=1e-12)
        for path, share in one.shapley.items():
            assert share.share == pytest.approx(one.by[path], abs=0.02 + 3 * share.error)
    assert {one.output for one in result.spreads if one.shapley} == {"V_mV", "E_mV"}
    assert "divided evenly" in str(result)


SPANS = {
    "membrane.K_leak.permeability": (0.2, 2.0, "1"),
    "membrane.Na_leak.permeability": (0.0, 0.5, "1"),
    "outside.K": (1.0, 20.0, "mM"),
}


def test_salib_finds_the_same_shares_and_ours_in_all_lie_between_its_bounds():
    """First and total indices of Sobol by SALib from rows of its own; a Shapley share lies between the two (Owen, 2014)."""
    reason = "SALib, which judges the shares, is not installed: pip install SALib"
    sample = pytest.importorskip("SALib.sample.sobol", reason=reason)
    analyze = pytest.importorskip("SALib.analyze.sobol", reason=reason)
    problem = {"num_vars": 3, "names": list(SPANS), "bounds": [[low, high] for low, high, _ in SPANS.values()]}
    rows = sample.sample(problem, 1024, calc_second_order=False, seed=1)
    columns = {path: (rows[:, k], unit) for k, (path, (_, _, unit)) in enumerate(SPANS.items())}
    V = vrest.sweep("textbook-neuron", columns, outputs=["V_mV"], paired=True)["V_mV"].to_numpy().ravel()
    judged = analyze.analyze(problem, V, calc_second_order=False, seed=1)
    over = {path: f"uniform({low} {unit}, {high} {unit})" for path, (low, high, unit) in SPANS.items()}
    ours = vrest.uncertain("textbook-neuron", over, outputs=["V_mV"], n=1024, shapley=True).first
    assert 1 - sum(judged["S1"]) > 0.03  # several numbers make something together, or the bounds would say nothing
    for k, path in enumerate(SPANS):
        first, whole = judged["S1"][k], judged["ST"][k]
        share = ours.shapley[path]
        assert ours.by[path] == pytest.approx(first, abs=judged["S1_conf"][k] + 0.02)
        assert first - judged["S1_conf"][k] < share.share + 3 * share.error
        assert share.share - 3 * share.error < whole + judged["ST_conf"][k]


def test_text_csv_and_figure_hold_them(result, tmp_path):
    pytest.importorskip("matplotlib")
    assert "mostly from" in str(result)
    assert "outside.K" in str(result)
    rows = result.to_dataframe()
    assert list(rows) == ["quantity", "unit", "low", "median", "high", "path", "share", "shapley"]
    assert len(result.plot(tmp_path / "u.svg").axes) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--n", "8"], "cannot be told apart in so few rows"),
        (["--over", "outside.K=range", "--n", "40", "--shapley"], "one number makes all of it by itself"),
        (["--over", "outside.K=1,2mM"], "one by one are not drawn from"),
        (["--over", "outside.K=1,2mM", "--over", "inside.K=range"], "no uncertainty"),
        (["--ask", "simulate"], "no such question"),
        (["--outputs", "V_mv"], "did you mean V_mV?"),
        (["--seed=-1"], "'seed' cannot be this"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_meant_is_said(words, said, capsys):
    assert main(["uncertain", "mammalian-neuron", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_cell_without_ranges_is_said(capsys):
    assert main(["uncertain", "textbook-neuron"]) == 2
    assert "no number of textbook-neuron has a range" in capsys.readouterr().err
