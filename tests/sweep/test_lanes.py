"""Rows that lanes settle: they say what one cell says, and leave to it what they are not sure of."""

import numpy as np
import pytest

import vrest
from lanes import needs_lanes, same_rows
from vrest.results.rows import STATUS

pytest.importorskip("xarray")
pytest.importorskip("zarr")
pytestmark = needs_lanes
SETTLED, ALONE, BAD_INPUT = (STATUS.index(one) for one in ("settled", "settled_by_one_cell", "bad_input"))
LEVELS = np.concatenate([np.linspace(1.0, 40.0, 299), [-1.0]])
HELD = vrest.from_yaml("""
cell: held
temperature: 310 K
compartments: {outside: {role: bath, ions: {K: 5 mM, Na: 140 mM}}, inside: {role: held, ions: {K: 140 mM, Na: 12 mM}}}
membranes:
  membrane:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    area: 500 um^2
    mechanisms: {K: {kind: ghk, ion: K, permeability: 1e-8 m/s}, Na: {kind: ghk, ion: Na, permeability: 1e-9 m/s}}
""")


@pytest.fixture(scope="module")
def table():
    return vrest.sweep("squid-axon", {"outside.K": (LEVELS, "mM")}, outputs=["V_mV", "state_count"])


def test_many_rows_go_in_lanes_and_are_what_one_cell_says(table):
    assert table["status"].values.tolist() == [SETTLED] * 299 + [BAD_INPUT]
    prepared = vrest.prepare("squid-axon")
    for row in (0, 100, 298):
        one = prepared.rest({"outside.K": LEVELS[row]})
        assert float(table["V_mV"][row].item()) == pytest.approx(1e3 * one.V_m["plasma"], abs=1e-6)
        assert int(table["state_count"][row]) == len(one.roots)
    assert float(table["residual"].max()) < 1e-9


def test_what_lanes_cannot_say_is_answered_one_by_one():
    data = vrest.sweep("textbook-neuron", {"outside.K": (LEVELS[:260], "mM")}, outputs=["V_mV", "slope_conductance_S_per_m2"])
    assert np.all(data["status"] == ALONE)


@pytest.mark.parametrize(
    ("name", "spends"), [("mammalian-neuron", True), ("proximal-tubule", True), ("textbook-neuron", False), ("squid-axon", True)]
)
def test_nernst_potentials_and_atp_at_rest_go_in_lanes_too(name, spends):
    """As one cell says them; what it does not say, such as ATP of ratios or E of what a side lacks, is nan in both."""
    cell = vrest.load(name)
    path = next(path for path in cell.settable if path.endswith(".K"))
    values, outputs = cell.settable[path].si * np.linspace(0.5, 1.5, 257), ["E_mV", "atp_mol_per_s"]
    lanes = vrest.sweep(cell, {path: (values, "mM")}, outputs=outputs)
    assert np.all(lanes["status"] == SETTLED)
    alone = vrest.sweep(cell, {path: (values[[0, 100, 256]], "mM")}, outputs=outputs)
    assert np.all(alone["status"] == ALONE)
    for one in outputs:
        np.testing.assert_allclose(lanes[one].values[[0, 100, 256]], alone[one].values, rtol=1e-9, atol=1e-9 * (one == "E_mV"))
    assert np.all(np.isfinite(lanes["atp_mol_per_s"]) == spends)
    assert np.isfinite(lanes["E_mV"]).any()


def test_bits_do_not_depend_on_chunks_threads_and_order(table):
    order = np.random.default_rng(0).permutation(LEVELS.size)
    other = vrest.sweep("squid-axon", {"outside.K": (LEVELS[order], "mM")}, outputs=["V_mV", "state_count"], chunk=97, threads=2)
    assert same_rows(table, other, order)


def test_steady_states_go_in_lanes_and_what_has_none_is_said_by_itself():
    factors = np.append(np.linspace(0.5, 1.5, 299), 30.0)
    leak = "plasma.Na_leak.permeability"
    prepared = vrest.prepare("red-cell")
    values = prepared.cell.settable[leak].si * factors
    table = vrest.sweep("red-cell", {leak: (values, "m/s")}, ask="steady")
    assert table["status"].values.tolist() == [SETTLED] * 299 + [STATUS.index("no_state")]
    order = np.random.default_rng(0).permutation(300)
    other = vrest.sweep("red-cell", {leak: (values[order], "m/s")}, ask="steady", chunk=97, threads=2)
    assert same_rows(table, other, order, leak)
    one = prepared.steady({leak: values[100]})
    row = table.isel({leak: 100})
    assert float(row["V_mV"].item()) == pytest.approx(1e3 * one.point.V_m["plasma"], abs=1e-6)
    assert float(row["atp_mol_per_s"]) == pytest.approx(one.atp, rel=1e-9)
    assert float(row["volume_pL"].item()) == pytest.approx(1e15 * one.point.volume["inside"], rel=1e-9)
    inside = {ion: float(row["inside_mM"].sel(compartment="inside", ion=ion)) for ion in ("K", "Na", "Cl")}
    assert inside == pytest.approx(one.point.inside["inside"], rel=1e-9)


def test_courses_go_in_lanes_to_the_same_bits_in_any_chunks_order_and_threads():
    over = {"outside.K": (np.append(LEVELS[:259], -1.0), "mM"), "plasma.K_leak.permeability": "1e-8 m/s"}
    asked = {"ask": "simulate", "until": "10 min", "at": ["0 s", "1 min", "10 min"]}
    table = vrest.sweep("mammalian-neuron", over, **asked)
    assert table["status"].values.ravel().tolist() == [SETTLED] * 259 + [BAD_INPUT]
    order = np.random.default_rng(0).permutation(260)
    moved = over | {"outside.K": (over["outside.K"][0][order], "mM")}
    other = vrest.sweep("mammalian-neuron", moved, **asked, chunk=97, threads=2)
    assert same_rows(table, other, order)


def test_a_held_cell_without_a_volume_has_none_in_lanes_as_by_itself():
    table = vrest.sweep(HELD, {"outside.K": (LEVELS[:280], "mM")}, ask="steady")
    assert np.all(table["status"] == SETTLED)
    assert np.all(np.isnan(table["volume_pL"]))
    one = vrest.steady(HELD.replace({"outside.K": f"{LEVELS[9]} mM"})).point
    assert float(table["V_mV"][9].item()) == pytest.approx(1e3 * one.V_m["membrane"], abs=1e-6)
