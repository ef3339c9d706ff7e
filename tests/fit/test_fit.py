"""Numbers found from data: closed forms, exact derivatives, what is not determined, and how often intervals hold the truth."""

import json
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest

import vrest
from vrest.cli.main import main
from vrest.questions.fit.data import data_of
from vrest.questions.fit.fit import Fitting, model_of
from vrest.questions.fit.free import free_numbers
from vrest.questions.fit.search import scattered
from vrest.questions.fit.table import table_of
from vrest.questions.rest.zero_current import RestSolver

pytest.importorskip("scipy")

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PUMP = "plasma.pump.max_current"
K, NA, CL = (f"plasma.{ion}_leak.permeability" for ion in ("K", "Na", "Cl"))
OUTSIDE = [2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0]
NOISE = [0.8, -0.5, 0.3, -1.1, 0.6, 0.2, -0.4]
GHK = vrest.from_dict(
    {
        "cell": "ghk",
        "temperature": "298.15 K",
        "ions": {
            "K": {"inside": "140 mM", "outside": "5 mM", "permeability": "1e-8 m/s"},
            "Na": {"inside": "10 mM", "outside": "145 mM", "permeability": "4e-10 m/s"},
        },
    }
)
P_K, P_NA = "membrane.K_leak.permeability", "membrane.Na_leak.permeability"
RT_F = 25.6926  # mV at 298.15 K


def ghk(K_out, ratio):
    return RT_F * np.log((K_out + ratio * 145.0) / (140.0 + ratio * 10.0))


def potentials(noise=0.0):
    prepared = vrest.prepare("squid-axon")
    V = [1e3 * prepared.rest({"outside.K": c}).V_m["plasma"] for c in OUTSIDE]
    return {"outside.K [mM]": OUTSIDE, "V [mV]": np.array(V) + noise * np.array(NOISE), "sd [mV]": [1.0] * len(V)}


def test_the_ratio_of_permeabilities_is_that_of_the_goldman_equation():
    """V was made by hand from P_Na/P_K = 0.03; the described ratio is 0.04."""
    rows = {"outside.K [mM]": OUTSIDE, "V [mV]": [ghk(c, 0.03) for c in OUTSIDE], "sd [mV]": [0.5] * 7}
    found = vrest.fit(GHK, rows, P_NA).parameters[P_NA]
    assert found.value == pytest.approx(0.03e-8, rel=2e-5)
    assert found.low < found.value < found.high


def test_a_ratio_that_alone_is_determined_is_named_with_its_ends():
    rows = {
        "outside.K [mM]": OUTSIDE,
        "V [mV]": [ghk(c, 0.03) + e for c, e in zip(OUTSIDE, NOISE, strict=True)],
        "sd [mV]": [1] * 7,
    }
    both, one = vrest.fit(GHK, rows, [P_K, P_NA]), vrest.fit(GHK, rows, P_NA).parameters[P_NA]
    (left,) = both.not_determined
    assert left.direction == {P_K: 1.0, P_NA: 1.0} or left.direction == {P_NA: 1.0, P_K: 1.0}
    (ratio,) = left.determined
    ends = [ratio.low, ratio.value, ratio.high] if ratio.of.startswith(P_NA) else [1 / ratio.high, 1 / ratio.value, 1 / ratio.low]
    assert ends == pytest.approx([1e8 * one.low, 1e8 * one.value, 1e8 * one.high], rel=1e-3)
    assert f"only the ratio {ratio.of} is determined" in left.sentence
    assert both.to_dict()["parameters"][P_K]["low"] is None
    assert both.degrees_of_freedom == 6


def test_what_the_data_do_not_depend_on_stands_as_described():
    (left,) = vrest.fit("squid-axon", potentials(), [NA, "plasma.capacitance"]).not_determined
    assert left.sentence == "The data do not depend on plasma.capacitance: it stands as described."


def test_a_straight_line_has_the_ends_of_students_t():
    """I = g (V - E): with E held, g and its ends at 95 % follow by hand."""
    cell = vrest.from_dict(
        {
            "cell": "line",
            "temperature": "298 K",
            "capacitance": "1 uF/cm^2",
            "ions": {"K": {"inside": "140 mM", "outside": "5 mM"}},
            "mechanisms": {"leak": {"kind": "ohmic", "ion": "K", "conductance": "0.3 mS/cm^2", "reversal": "-60 mV"}},
        }
    )
    V, I = np.array([-100.0, -80.0, -40.0, -20.0, 0.0]), np.array([-11.7, -6.3, 6.4, 11.5, 18.2])
    found = vrest.fit(cell, {"V [mV]": V, "I [uA/cm2]": I}, "membrane.leak.conductance")
    x = V + 60.0
    g = float(x @ I / (x @ x))
    half = 2.776445 * np.sqrt(((I - g * x) ** 2).sum() / 4 / (x @ x))  # t of 4 degrees of freedom
    one = found.parameters["membrane.leak.conductance"]
    assert (one.value, one.low, one.high) == pytest.approx((g, g - half, g + half), rel=1e-3)
    assert found.sd_estimated
    assert found.residuals[0].sd[0] == pytest.approx(np.sqrt(((I - g * x) ** 2).sum() / 4), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "rows", "free"),
    [
        ("squid-axon", {"outside.K [mM]": [5, 20, 80], "V [mV]": [0, 0, 0]}, [K, NA, "inside.K"]),
        (
            "squid-axon-excitable",
            {"V [mV]": [-80, -60, -40], "I [uA/cm2]": [0, 0, 0]},
            ["plasma.K.conductance", "plasma.leak.reversal"],
        ),
        ("proximal-tubule", {"V [mV]": [0.0]}, ["apical.Na_entry.permeability", "basolateral.pump.max_current"]),
    ],
)
def test_derivatives_are_those_of_small_differences(name, rows, free):
    cell = vrest.load(name)
    data = data_of(cell, table_of(rows, {"membrane": next(iter(cell.membranes))}))
    model = model_of(RestSolver(cell), data, free)
    values = np.array([cell.settable[path].si for path in free])
    _, J = model(values)
    for k, value in enumerate(values):
        step = np.zeros(values.size)
        step[k] = 1e-5 * abs(value)
        differences = (model(values + step)[0] - model(values - step)[0]) / (2 * step[k])
        assert J[:, k] == pytest.approx(differences, rel=1e-6, abs=1e-9 * np.abs(J[:, k]).max())


def test_a_course_gives_back_what_made_it():
    cell = vrest.load("mammalian-neuron").replace({"plasma.pump.max_current": "0.001 A/m^2"})
    times = [0.0, 100.0, 300.0, 600.0]
    course = vrest.simulate(cell, until="600 s", at=times)
    rows = {"time [s]": times, "inside.Na [mM]": course.c["inside"]["Na"], "sd [mM]": [1.0] * 4}
    found = vrest.fit(cell.replace({NA: "2e-9 m/s"}), rows, NA)
    assert found.parameters[NA].value == pytest.approx(cell.settable[NA].si, rel=1e-4)
    assert found.parameters[NA].low < 1e-9 < found.parameters[NA].high
    assert found.certificate.converged
    assert found.certificate.residuals["course_fraction"]["inside.Na"] < 1e-5


STEPS = """protocol: steps
until: 600 s
events:
  - {at: 100 s, set: {outside.K: 8 mM}}
  - {from: 200 s, to: 300 s, ramp: {outside.Na: 120 mM}}
  - {at: 400 s, shock: 5 mV, carrier: K}
"""


@pytest.mark.slow
def test_a_course_under_a_protocol_gives_back_what_made_it(tmp_path):
    """V and Na while K outside is set, Na outside ramped and V displaced: made by `simulate`, found from a description a fifth away."""
    cell, paths = vrest.load("mammalian-neuron"), [PUMP]
    (tmp_path / "steps.yaml").write_text(STEPS)
    times = [0.0, 50.0, 150.0, 250.0, 350.0, 401.0, 600.0]
    course = vrest.simulate(cell, tmp_path / "steps.yaml", at=times)
    rows = {
        "time [s]": times,
        "inside.Na [mM]": course.c["inside"]["Na"],
        "sd [mM]": [0.1] * 7,
        "V [mV]": 1e3 * course.V["plasma"],
    }
    other = cell.replace({PUMP: f"{1.2 * cell.settable[PUMP].si} A/m^2"})
    found = vrest.fit(other, rows, paths, about={"protocol": tmp_path / "steps.yaml", "corrected": "yes"})
    assert [found.parameters[path].value for path in paths] == pytest.approx([cell.settable[path].si for path in paths], rel=1e-4)
    assert found.certificate.converged


@pytest.mark.parametrize(
    ("rows", "protocol", "said"),
    [
        ("time [s],inside.Na [mM]\n0,10\n9000,11\n", "raised-potassium", "the data go on when the protocol has ended"),
        ("time [s],inside.Na [mM]\n0,10\n900,11\n", "raised-potasium", "raised-potassium"),
        ("outside.K [mM],V [mV]\n5,-60\n10,-50\n", "raised-potassium", "a protocol belongs to what was measured over time"),
    ],
)
def test_what_no_protocol_of_data_can_be_is_said_at_its_place(rows, protocol, said, tmp_path, capsys):
    (tmp_path / "data.csv").write_text(f"# protocol: {protocol}\n{rows}")
    assert main(["fit", "mammalian-neuron", str(tmp_path / "data.csv"), "--free", NA]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "data.csv:1:13" in err


def test_a_junction_potential_is_taken_off_by_henderson():
    """The bath against the pipette, of K and gluconate: V falls by it; a fit of shifted data is that of the corrected ones."""
    ions = {"K": (1, 73.5), "gluconate": (-1, 24.0), "Na": (1, 50.11), "Cl": (-1, 76.31)}
    cell = vrest.load("squid-axon")
    outside = {ion: one.si for ion, one in cell.compartments["outside"].ions.items()}
    pipette = {"K": 140.0, "gluconate": 140.0}
    z, u = zip(*ions.values(), strict=True)
    E = vrest.laws.henderson_potential(
        z, u, [pipette.get(one, 0.0) for one in ions], [outside.get(one, 0.0) for one in ions], cell.temperature.si
    )
    rows = potentials(1.0)
    right = vrest.fit(cell, rows, NA, about={"corrected": "yes"})
    shifted = {**rows, "V [mV]": rows["V [mV]"] + 1e3 * E}
    found = vrest.fit(cell, shifted, NA, about={"corrected": "no", "pipette": "K 140 mM, gluconate 140 mM"})
    assert found.to_dict()["junction_mV"] == pytest.approx(1e3 * E, abs=0.2)
    given = vrest.fit(cell, shifted, NA, about={"corrected": "no", "junction": f"{1e3 * E!r} mV"})
    assert given.parameters[NA].value == pytest.approx(right.parameters[NA].value, rel=1e-6)
    assert not right.to_dict()["junction_mV"]
    unsaid = vrest.fit(cell, rows, NA, about={"junction": "12 mV"})
    assert any("What 'junction' says goes unused: `corrected: no`" in note for note in unsaid.notes)


@pytest.fixture(scope="module")
def result():
    return vrest.fit("squid-axon", potentials(1.0), [K, NA])


def test_json_says_numbers_ends_and_residuals(result):
    said = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert set(said["parameters"][K]) >= {"value", "low", "high", "unit"}
    assert said["not_determined"] == []
    (one,) = said["residuals"]
    assert np.array(one["measured"]) - one["fitted"] == pytest.approx(np.array(one["residual"]))
    assert said["chi_squared"] == pytest.approx(float(np.sum(np.array(one["residual"]) ** 2)))
    assert said["degrees_of_freedom"] == 5
    assert said["certificate"]["converged"]


def test_the_fitted_cell_answers_the_fitted_potentials(result):
    V = [1e3 * vrest.rest(result.fitted.replace({"outside.K": f"{c} mM"})).V_m["plasma"] for c in (2.0, 80.0)]
    assert pytest.approx([result.residuals[0].fitted[0], result.residuals[0].fitted[5]], abs=1e-6) == V


def test_text_csv_and_figure_hold_them(result, tmp_path):
    pytest.importorskip("matplotlib")
    assert "Chi-squared is" in str(result)
    assert list(result.to_dataframe()) == ["path", "value", "low", "high", "unit", "described"]
    assert len(result.plot(tmp_path / "fit.svg").axes) == 2


ROWS = "outside.K [mM], V [mV]\n2, -69\n20, -60\n80, -41\n"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("outside.K [mM]\n2\n3\n", [], ":1:1: no column holds what was measured"),
        ("outsid.K [mM], V [mV]\n2, -69\n", [], ":1:1: 'outsid.K' is nothing that is measured|did you mean outside.K?"),
        ("outside.K [mM], V [mV]\n2, -69\n3, \n", [], ":3:3: row 2 of column 'V [mV]' is no number|found nothing"),
        ("outside.K [mM], V [mV]\n2, minus 69\n", [], ":2:4: row 1 of column 'V [mV]' is no number|found minus 69"),
        (
            "outside.K [mM], V [mV], sd [mV]\n2, -69, 0\n3, -68, 1\n",
            [],
            ":2:9: row 1 has a standard deviation that is not above zero",
        ),
        ("outside.K [mM], V [nA]\n2, -69\n", [], ":1:17: 'nA' is no unit of 'V'"),
        ("outside.K [mM], V [mV]\n2, -69, 3\n", [], ":2:9: row 1 has 3 cells under 2 headings"),
        ("I [uA/cm2]\n2\n3\n", [], ":1:1: a column is missing: 'V'"),
        ("# corrected: no\n" + ROWS, [], ":1:14: data that are not corrected need the pipette's solution"),
        ("# corected: no\n" + ROWS, [], ":1:3: nothing is said of data by 'corected'|did you mean corrected?"),
        ("# membrane: plasm\n" + ROWS, [], ":1:13: the cell has no such membrane|did you mean plasma?"),
        (
            "outside.K [mM], V [mV]\n2, -69\n",
            [],
            "the numbers that are free need more measured values|found 1; expected at least 2",
        ),
        (ROWS, ["--free", "outside.K"], "'outside.K' is free, and the data say it"),
        (ROWS, ["plasma.K_leak.permeabilty"], "did you mean plasma.K_leak.permeability?"),
        (ROWS, ["--free", "plasma.Cl_leak.permeability=1:2 m/s"], "exclude where it starts"),
        (ROWS, ["--free", "plasma.Cl_leak.permeability=-1:2 m/s"], "go beyond what it may be"),
        (ROWS, ["--ignore", "sd"], "the data have no such column to leave out"),
        ("time [s], inside.Na [mM]\n3, 1\n2, 1\n", [], ":1:1: times rise from row to row"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_place(text, words, said, tmp_path, capsys):
    file = tmp_path / "data.csv"
    file.write_text(text, encoding="utf-8")
    assert main(["fit", "squid-axon", str(file), "--free", NA, *words]) == 2
    error = capsys.readouterr().err
    for part in said.split("|"):
        assert (f"{file}{part}" if part.startswith(":") else part) in error


def test_a_formula_has_no_value_to_fit():
    formula = vrest.from_dict(
        {
            "cell": "formula",
            "temperature": "310 K",
            "ions": {"K": {"inside": "140 mM", "outside": "5 mM"}},
            "mechanisms": {
                "K": {"kind": "ohmic", "ion": "K", "conductance": "1 mS/cm^2", "factor": "1 / (1 + exp(-V / (10 mV)))"}
            },
        }
    )
    with pytest.raises(vrest.InputError, match=r"is a formula, so it has no value to fit(.|\n)*membrane.K.conductance"):
        vrest.fit(formula, {"V [mV]": [-65.0, -64.0]}, "membrane.K.factor")


def test_a_file_that_is_no_table_is_said(tmp_path, capsys):
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\0")
    for name, said in (
        ("none.csv", "cannot read the table"),
        ("", "not a table file"),
        ("picture.csv", "a binary file, not a table"),
    ):
        assert main(["fit", "squid-axon", str(tmp_path / name), "--free", NA]) == 2
        assert said in capsys.readouterr().err


def test_half_of_the_rest_is_open_where_a_bound_comes_first():
    """So little Na passes that any less makes no difference: only an upper end is known."""
    rows = {"outside.K [mM]": [20.0, 40.0, 80.0], "V [mV]": [ghk(c, 0.0) for c in (20.0, 40.0, 80.0)], "sd [mV]": [2.0] * 3}
    found = vrest.fit(GHK, rows, P_NA)
    one = found.to_dict()["parameters"][P_NA]
    assert one["low"] is None
    assert 0 < one["high"] < 0.04e-8 * 10
    assert "no end to this side" in found.refused[f"parameters.{P_NA}.low"]


def test_ends_are_where_the_least_sum_of_squares_over_all_others_has_risen_so_far():
    """Sought anew with one number held at each end, and met by few answers of the cell: two or three for an end."""
    cell, counted = vrest.load("squid-axon"), []
    data, free = data_of(cell, table_of(potentials(1.0))), free_numbers(cell, [K, NA])
    model = model_of(RestSolver(cell), data, [K, NA])

    def answered(values):
        counted.append(values)
        return model(values)

    fitting = Fitting(Counted(model, answered), data, free)
    found = fitting.found()
    counted.clear()
    ends, better = fitting.intervals(found)
    assert len(counted) <= 16
    assert better is None
    limit, scale = fitting.limits(found)
    for k, both in ends.items():
        assert both[0] < found.best.u[k] < both[1]
        for end in both:
            start = found.best.u.copy()
            start[k] = end
            rise = (found.squares.least(start, [k]).sum - found.best.sum) / scale
            assert np.sqrt(rise) == pytest.approx(limit, rel=2e-3)


class Counted:
    """A model whose answers go through a function."""

    def __init__(self, model, answered):
        self.model, self.answered = model, answered

    def __call__(self, values):
        return self.answered(values)

    def __getattr__(self, name):
        return getattr(self.model, name)


def test_scattered_starts_lie_once_in_each_slice():
    points = scattered(16, 3, seed=4)
    assert np.array_equal(np.sort((16 * points).astype(int), axis=0), np.tile(np.arange(16), (3, 1)).T)
    assert not np.array_equal(points, scattered(16, 3, seed=5))


@pytest.mark.slow
@pytest.mark.parametrize("estimated", [False, True])
def test_intervals_hold_the_truth_as_often_as_they_say(estimated):
    """So few sets only tell gross errors: by chance fewer than 51 of 60 hold the truth once in a thousand times. The script
    itself takes 400 of each kind."""
    parts, _ = run_path(str(BENCHMARKS / "fit.py"))["coverage"]("rest", 60, estimated)
    assert min(parts.values()) >= 51 / 60


def test_only_a_potential_is_looked_for_as_far_as_potentials_go():
    (slope,) = free_numbers(vrest.load("bacillus-biofilm"), "plasma.signalling.F_K")  # in mM/mV
    assert slope.low <= -slope.described
    assert slope.high >= 3 * slope.described
