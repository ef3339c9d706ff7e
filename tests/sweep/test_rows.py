"""A row of a sweep is the answer of one cell, whatever stands before, beside or after it."""

import numpy as np
import pytest

import vrest
from lanes import same_rows
from vrest.errors import NotFoundError
from vrest.questions.sweep.asked import THRESHOLDS
from vrest.questions.sweep.rows import certified
from vrest.results.base import Certificate
from vrest.results.layout import layout_of
from vrest.results.rows import STATUS

pytest.importorskip("xarray")
pytest.importorskip("zarr")

K = "outside.K"
LEAK = "plasma.K_leak.permeability"
LEVELS = [2.0, 8.0, 30.0]


@pytest.fixture(scope="module")
def grid():
    return vrest.sweep(
        "squid-axon", {K: "2,8,30 mM", "temperature": ["5 degC", "18 degC"]}, outputs=["V_mV", "E_mV", "state_count"]
    )


def test_a_grid_has_a_dimension_for_each_axis_with_its_unit(grid):
    assert dict(grid.sizes) == {K: 3, "temperature": 2, "membrane": 1, "ion": 3}
    assert grid[K].values.tolist() == LEVELS
    assert (grid[K].units, grid["temperature"].units, grid["V_mV"].units) == ("mM", "degC", "mV")
    assert grid["status"].dtype == np.int8
    assert grid["status"].attrs["flag_meanings"].split() == list(STATUS)
    assert np.all(grid["status"] == STATUS.index("settled_by_one_cell"))
    assert float(grid["residual"].max()) < 1e-9


def test_each_row_of_rest_is_the_answer_of_one_cell(grid):
    for level in LEVELS:
        one = vrest.rest(vrest.load("squid-axon").replace({K: f"{level} mM", "temperature": "5 degC"}))
        row = grid.sel({K: level, "temperature": 5.0})
        assert float(row["V_mV"].sel(membrane="plasma")) == pytest.approx(1e3 * one.V_m["plasma"], abs=1e-9)
        assert float(row["E_mV"].sel(membrane="plasma", ion="K")) == pytest.approx(1e3 * one.ions["plasma"]["K"].E, abs=1e-9)
        assert int(row["state_count"]) == len(one.roots)


def test_each_row_of_steady_is_the_answer_of_one_cell():
    data = vrest.sweep("mammalian-neuron", {K: (np.array([2.0, 5.0]), "mM")}, "steady")
    one = vrest.steady_state(vrest.load("mammalian-neuron").replace({K: "5 mM"}))
    row = data.sel({K: 5.0})
    assert float(row["V_mV"].item()) == pytest.approx(1e3 * one.point.V_m["plasma"], abs=1e-6)
    assert float(row["inside_mM"].sel(compartment="inside", ion="Na")) == pytest.approx(
        one.point.inside["inside"]["Na"], rel=1e-8
    )
    assert float(row["atp_mol_per_s"]) == pytest.approx(one.atp, rel=1e-8)


def test_each_row_of_a_course_is_the_answer_of_one_cell():
    data = vrest.sweep("mammalian-neuron", {K: "2,5 mM"}, "simulate", ["V_mV", "inside_mM"], until="10 min", every="5 min")
    one = vrest.simulate(vrest.load("mammalian-neuron").replace({K: "5 mM"}), until="10 min", every="5 min")
    row = data.sel({K: 5.0})
    assert data["time"].values.tolist() == [0.0, 300.0, 600.0]
    assert data["V_mV"].dims == (K, "membrane", "time")
    assert row["V_mV"].sel(membrane="plasma").values == pytest.approx(1e3 * one.V["plasma"], abs=1e-6)
    assert row["inside_mM"].sel(compartment="inside", ion="Na").values == pytest.approx(one.c["inside"]["Na"], rel=1e-7)


@pytest.mark.slow
def test_the_numbers_of_excite_are_those_of_its_answer():
    one = vrest.excite("squid-axon-excitable")
    names = ["rest_mV", "threshold_mV", "rheobase_uA_per_cm2", "chronaxie_ms"]
    said, found = one.to_dict(), layout_of(one, names).numbers(one)
    assert {name: float(found[name].squeeze()) for name in names} == {name: said[name] for name in names}


@pytest.mark.slow
def test_a_row_of_which_thresholds_are_wanted_measures_no_more_and_says_the_same(monkeypatch):
    one = vrest.prepare("squid-axon-excitable").excite({K: 9.0}).to_dict()
    monkeypatch.setattr("vrest.questions.excite.measured.repetitive", None)
    monkeypatch.setattr("vrest.questions.excite.measured.refractory", None)
    data = vrest.sweep(
        "squid-axon-excitable", {K: "9 mM"}, "excite", outputs=sorted(THRESHOLDS - {"spontaneous_Hz", "rheobase_pA"})
    )
    assert {name: float(data[name].squeeze()) for name in data.data_vars if name in one} == {
        name: one[name] for name in THRESHOLDS & set(data.data_vars)
    }
    assert data.status.item() == STATUS.index("settled_by_one_cell")


def test_what_comes_after_thresholds_is_unknown_where_these_alone_are_asked_for():
    answer = vrest.prepare("squid-axon-excitable").excite(thresholds_alone=True, durations=["0.5 ms"])
    assert answer.rheobase > 0
    assert "only thresholds" in str(answer.refractory.absolute)
    assert "only thresholds" in str(answer.spike.peak)
    assert answer.course is None
    assert set(answer.certificate.search["certified_runs"]) >= {"shock", "rheobase"}


def test_permuted_rows_and_other_chunks_have_the_same_bits():
    levels = np.geomspace(1.0, 100.0, 7)
    order = np.random.default_rng(1).permutation(7)
    straight = vrest.sweep("squid-axon", {K: (levels, "mM")}, chunk=7)
    permuted = vrest.sweep("squid-axon", {K: (levels[order], "mM")}, chunk=2)
    assert same_rows(straight, permuted, order)


@pytest.mark.slow
def test_two_processes_answer_the_same_bits_as_one():
    over = {K: "1:100 mM:log:12"}
    one, two = (vrest.sweep("squid-axon", over, threads=threads) for threads in (1, 2))
    assert same_rows(one, two, np.arange(12))


def test_a_row_without_an_answer_costs_the_others_nothing():
    data = vrest.sweep("squid-axon", {K: "-5,3 mM"})
    assert [STATUS[k] for k in data["status"].values] == ["bad_input", "settled_by_one_cell"]
    assert np.isnan(data["V_mV"].values[0, 0])
    assert np.isfinite(data["V_mV"].values[1, 0])


def test_a_steady_state_that_does_not_exist_is_a_status():
    described = vrest.load("kay2017").settable["plasma.pump.max_current"].text
    data = vrest.sweep("kay2017", {"plasma.pump.max_current": ["0", described]}, "steady")
    assert [STATUS[k] for k in data["status"].values] == ["no_state", "settled_by_one_cell"]


def test_a_number_counted_per_cell_in_place_of_per_area_is_understood():
    cell = vrest.load("mammalian-neuron")
    total = 1e12 * cell.settable["plasma.pump.max_current"].si * vrest.prepare(cell)._rest.numbers["plasma.area"]
    data = vrest.sweep(cell, {"plasma.pump.max_current": ([total], "pA")})
    assert float(data["V_mV"].squeeze()) == pytest.approx(1e3 * vrest.rest(cell).V_m["plasma"], abs=1e-6)


def test_where_no_row_has_an_answer_the_first_one_says_why():
    with pytest.raises(vrest.NoAnswerError, match="row 1 says: 'outside.K' is out of range"):
        vrest.sweep("squid-axon", {K: "-5,-3 mM"})


@pytest.mark.parametrize(
    ("search", "why"),
    [
        ({}, "its largest residual is 0.01"),
        ({"certified_runs": {"rheobase": {"agrees": False}}}, "runs beside 'rheobase' do not agree"),
    ],
)
def test_what_is_not_certified_is_no_answer_and_says_why(search, why):
    found = Certificate(False, {"net_current_fraction": {"m": 0.01}}, "bisection", search)
    with pytest.raises(NotFoundError, match=why):
        certified(found)


def test_gates_and_own_states_are_outputs():
    data = vrest.sweep("hubel-dahlem2014", {"space.K": "3,4 mM"}, outputs=["gates", "states"])
    found = vrest.rest(vrest.load("hubel-dahlem2014").replace({"space.K": "4 mM"})).to_dict()
    last = data.isel({"space.K": 1})
    (state,) = found["states"]
    assert float(last["states"].sel(own_state=state)) == pytest.approx(found["states"][state], rel=1e-12)
    assert float(last["gates"].sel(membrane="plasma", mechanism="K_gated", gate="n")) == pytest.approx(
        found["gates"]["plasma"]["K_gated"]["n"], rel=1e-12
    )
