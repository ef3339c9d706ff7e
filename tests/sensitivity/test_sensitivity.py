"""How states move with numbers: closed forms, differences to forty digits, the summation theorem, folds, and what cannot be meant."""

import json

import numpy as np
import pytest

import vrest
from answers import from_json, nulls, run
from vrest.description.settings import si_unit
from vrest.questions.sensitivity.derivatives import Derivatives
from vrest.questions.sensitivity.states import STATES

PUMP = "plasma.pump.max_current"
UNIT = 8.31446261815324 * 310.0 / 96485.33212331001 * 1e3
"""RT/F at 310 K [mV]."""


def cell_of(ions, **more):
    return vrest.from_dict({"cell": "made", "temperature": "310 K", "ions": ions, **more})


def of_ratio(outside, inside, permeability):
    return {"inside": f"{inside} mM", "outside": f"{outside} mM", "permeability": permeability}


# -- closed forms -----------------------------------------------------------------------------------------------------


def test_a_nernst_potential_moves_by_RT_over_F():
    """V = RT/F ln(K_out/K_in): dV/d ln K_out = RT/F, dV/d ln K_in = -RT/F, dV/d ln T = V, and the permeability does nothing."""
    result = vrest.sensitivity(cell_of({"K": of_ratio(5, 140, 1)}))
    V, by = result.first.value, result.first.by
    assert by["outside.K"].per_percent == pytest.approx(0.01 * UNIT, rel=1e-12)
    assert by["inside.K"].per_percent == pytest.approx(-0.01 * UNIT, rel=1e-12)
    assert by["temperature"].per_percent == pytest.approx(0.01 * V, rel=1e-12)
    assert by["outside.K"].elasticity == pytest.approx(UNIT / V, rel=1e-12)
    assert by["membrane.K_leak.permeability"].per_percent == 0
    assert pytest.approx(UNIT * np.log(5 / 140), rel=1e-12) == V


def test_two_ions_move_V_as_the_goldman_equation_says():
    """V = RT/F ln(a/b) with a = P_K K_o + P_Na Na_o: dV/d ln P_K = RT/F (P_K K_o/a - P_K K_i/b), and that of P_Na is its opposite."""
    by = vrest.sensitivity(cell_of({"K": of_ratio(5, 140, 1), "Na": of_ratio(145, 12, 0.05)})).first.by
    a, b = 5 + 0.05 * 145, 140 + 0.05 * 12
    expected = 0.01 * UNIT * (5 / a - 140 / b)
    assert by["membrane.K_leak.permeability"].per_percent == pytest.approx(expected, rel=1e-11)
    assert by["membrane.Na_leak.permeability"].per_percent == pytest.approx(-expected, rel=1e-11)
    assert by["outside.Na"].per_percent == pytest.approx(0.01 * UNIT * 0.05 * 145 / a, rel=1e-11)


# -- differences in extended precision --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("squid-axon-excitable", "rest"),  # gates
        ("proximal-tubule", "rest"),  # membranes in a loop
        ("mammalian-neuron", "steady"),
        ("hubel-dahlem2014", "steady"),
        ("squid-axon-ph", "rest"),  # buffers and reactions
    ],
)
def test_derivatives_are_those_of_differences_to_forty_digits(name, ask):
    from extended import worst

    assert worst(STATES[ask](vrest.load(name))) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("name", ["proximal-tubule", "kalia2021", "wei2014", "red-cell", "lysosome", "mitochondrion"])
def test_derivatives_of_larger_steady_states_are_too(name):
    from extended import worst

    assert worst(STATES["steady"](vrest.load(name))) < 1e-6


def test_a_cell_that_was_replaced_moved_as_was_said():
    """By the question itself, solved anew: 0.1 % more and less of each number."""
    cell, h = vrest.load("mammalian-neuron"), 1e-3
    told = {one.column: one.by for one in vrest.sensitivity(cell, "steady").quantities}
    for path in ("plasma.pump.max_current", "outside.K", "inside.Cl", "inside.impermeant.valence"):
        less, more = (
            vrest.steady(cell.replace({path: f"{cell.settable[path].si * (1 + side * h)!r} {si_unit(cell, path)}"})).point.V_m[
                "plasma"
            ]
            for side in (-1, 1)
        )
        found = told["V_plasma_mV"][path].per_percent
        assert 1e3 * (more - less) / (2 * h) * 0.01 == pytest.approx(found, rel=1e-4, abs=1e-7)


# -- along a time course ----------------------------------------------------------------------------------------------


def test_a_charging_membrane_moves_as_its_closed_form():
    """V = E + I/g (1 - e^-s) with s = t g/C: dV/d ln g = I/g (s e^-s - 1 + e^-s), dV/d ln C = -I/g s e^-s, dV/dE = 1."""
    cell = vrest.from_dict(RC)
    result = vrest.sensitivity(cell, protocol=STEP, every="5 ms", rtol=1e-10)
    by, s = result.first.by, np.maximum(result.time - 0.01, 0.0) / 0.01
    assert by["membrane.leak.conductance"] == pytest.approx(0.01 * 10.0 * (s * np.exp(-s) - 1 + np.exp(-s)), abs=1e-7)
    assert by["membrane.capacitance"] == pytest.approx(-0.01 * 10.0 * s * np.exp(-s), abs=1e-7)
    assert by["membrane.leak.reversal"] == pytest.approx(np.full(s.size, -0.6), abs=1e-7)
    assert result.certificate.converged


RC = {
    "cell": "rc",
    "temperature": "310 K",
    "compartments": {
        "outside": {"role": "bath", "ions": {"K": "5 mM"}},
        "inside": {"role": "held", "ions": {"K": "140 mM"}},
    },
    "membranes": {
        "membrane": {
            "between": ["inside", "outside"],
            "area": "1 cm^2",
            "capacitance": "1 uF/cm^2",
            "mechanisms": {"leak": {"kind": "ohmic", "ion": "K", "conductance": "0.1 mS/cm^2", "reversal": "-60 mV"}},
        }
    },
}
STEP = {"until": "60 ms", "events": [{"from": "10 ms", "to": "60 ms", "current": "1 uA"}]}
EVENTS = {
    "until": "90 s",
    "events": [
        {"at": "10 s", "set": {"outside.K": "8 mM"}},
        {"at": "20 s", "shock": "7 mV", "carrier": "K"},
        {"from": "30 s", "to": "40 s", "voltage": "-40 mV", "carrier": "K"},
        {"from": "50 s", "to": "60 s", "ramp": {"outside.Na": "100 mM"}},
        {"at": "70 s", "multiply": {"plasma.pump.max_current": 0.5}},
        {"at": "80 s", "set": {"inside.Cl": "9 mM"}, "counter_ion": "Na"},
        {"from": "82 s", "to": "86 s", "dialyse": "inside", "solution": {"K": "120 mM", "Na": "15 mM"}},
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "protocol", "paths", "h"),
    [
        ("mammalian-neuron", EVENTS, ["outside.K", "plasma.Na_leak.permeability", "plasma.pump.max_current"], 1e-4),
        (
            "squid-axon-excitable",
            {"until": "8 ms", "events": [{"from": "1 ms", "to": "2 ms", "current": "3 uA"}]},
            ["plasma.Na.conductance", "plasma.capacitance"],
            1e-5,
        ),
    ],
)
def test_slopes_of_a_course_are_those_of_differences_through_events(name, protocol, paths, h):
    """Courses by `simulate` to twelve digits beside each number, in differences: to a millionth of the largest slope."""
    cell = vrest.load(name)
    result = vrest.sensitivity(cell, protocol=protocol, to=paths, outputs="V_mV", rtol=1e-11)
    prepared = vrest.prepare(cell)

    def V(path, factor):
        course = prepared.simulate(protocol, {path: cell.settable[path].si * factor}, at=result.time.tolist(), rtol=1e-13)
        return 1e3 * next(iter(course.V.values()))

    largest = max(np.abs(changes).max() for changes in result.first.by.values())
    for path in paths:
        differences = (V(path, 1 + h) - V(path, 1 - h)) / (2 * h)
        assert np.abs(result.first.by[path] - 0.01 * differences).max() < 1e-6 * largest
    assert result.certificate.converged


@pytest.mark.parametrize(("factor", "smooth"), [("where(t > begin, 1, 2)", False), ("1 + 1/(1 + exp((t - begin)/(1 ms)))", True)])
def test_a_jump_at_a_time_that_a_number_decides_has_no_slopes(factor, smooth):
    cell = vrest.from_dict(RC).to_dict()
    way = {"kind": "ohmic", "ion": "K", "conductance": "0.1 mS/cm^2", "reversal": "-80 mV", "factor": factor}
    cell["membranes"]["membrane"]["mechanisms"]["more"] = way | {"parameters": {"begin": "20 ms"}}
    ask = {"until": "60 ms", "every": "2 ms", "to": ["membrane.more.begin", "membrane.capacitance"]}
    if smooth:
        assert vrest.sensitivity(vrest.from_dict(cell), **ask).certificate.converged
    else:
        with pytest.raises(vrest.NoAnswerError, match="jumps at a time that a number decides"):
            vrest.sensitivity(vrest.from_dict(cell), **ask)


def test_a_course_that_ends_early_is_seen_up_to_there(capsys):
    rise = {"from": "1 s", "to": "61 s", "ramp": {"outside.K": "12 mM"}}
    stop = {"until": {"crosses": "-60 mV", "within": "1 h"}, "events": [rise]}
    result = vrest.sensitivity("mammalian-neuron", protocol=stop, to="outside.Na")
    assert result.time.size == 101
    assert 1.0 < result.time[-1] < 61.0
    assert result.first.values[-1] == pytest.approx(-60.0, abs=1e-3)


# -- what mechanisms control ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "ask"), [("mammalian-neuron", "steady"), ("proximal-tubule", "steady"), ("saetra2020", "rest")])
def test_control_coefficients_add_up_to_0_for_a_state_and_to_1_for_a_rate(name, ask):
    result = vrest.sensitivity(name, ask)
    totals = {one.output: one.total for one in result.quantities}
    assert totals.pop("atp_mol_per_s") == pytest.approx(1.0, abs=1e-9)
    assert list(totals.values()) == pytest.approx([0.0] * len(totals), abs=1e-9)
    assert max(result.certificate.residuals["summation_fraction"].values()) < 1e-9
    assert result.certificate.converged


def test_a_leak_controls_V_as_its_permeability_moves_it():
    one = vrest.sensitivity("mammalian-neuron").first
    assert one.control["plasma.K_leak"].per_percent == pytest.approx(one.by["plasma.K_leak.permeability"].per_percent, rel=1e-9)


# -- where there is no derivative -------------------------------------------------------------------------------------


def test_at_a_fold_there_are_words_and_no_number(capsys, tmp_path):
    """A current that goes as (V + 60 mV)^2 touches zero at -60 mV, and any smaller one added makes the potential vanish or split."""
    file = tmp_path / "fold.yaml"
    file.write_text(FOLD)
    code, out, err = run(capsys, "sensitivity", str(file), "--json")
    assert code == 1
    assert "fold" in from_json(out)["error"][0]["message"]
    assert "V_mV" not in out


FOLD = """cell: fold
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 5 mM}}
  inside: {role: held, ions: {K: 140 mM}}
membranes:
  membrane:
    between: [inside, outside]
    area: 1 cm^2
    mechanisms:
      touching: {kind: formula, stoichiometry: {K: 1}, rate: "P*(1 mM)*((V + 60 mV)/(1 mV))**2", parameters: {P: 1e-8 m/s}}
"""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["mammalian-neuron", "--outputs", "V_mv"], 2, "did you mean V_mV?"),
        (["mammalian-neuron", "--outputs", "inside_mM"], 2, "there is no such output"),
        (["mammalian-neuron", "--ask", "stedy"], 2, "did you mean steady?"),
        (["mammalian-neuron", "--outputs", ","], 2, "no output is wanted"),
        (["kay2017", "--ask", "steady", "--set", "plasma.pump.max_current=0"], 1, "no steady state exists"),
        (["textbook-neuron", "--ask", "steady"], 2, "only ratios of permeabilities"),
        (["no-such-cell"], 2, "no-such-cell"),
        (["mammalian-neuron", "--to", "outside.k"], 2, "did you mean outside.K?"),
        (["mammalian-neuron", "--at", "5 s"], 2, "only a time course has 'at'"),
        (["mammalian-neuron", "--until", "9 s", "--outputs", "atp_mol_per_s"], 2, "there is no such output"),
        (["mammalian-neuron", "--until", "9 s", "--set", f"{PUMP}=0", "--to", PUMP], 2, "what is zero has no part"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_meant_or_answered_is_said(words, code, said, capsys):
    found, out, err = run(capsys, "sensitivity", *words)
    assert (found, out) == (code, "")
    assert said in err


# -- how it looks -----------------------------------------------------------------------------------------------------


def test_json_holds_every_number_of_the_description(capsys):
    code, out, _ = run(capsys, "sensitivity", "mammalian-neuron", "--json")
    said = from_json(out)
    assert code == 0
    assert set(said["V_mV"]) == set(vrest.load("mammalian-neuron").settable)
    assert set(said["V_mV"]["outside.K"]) == {"per_percent_mV", "elasticity"}
    assert said["V_mV"]["temperature"]["per_percent_mV"] == said["quantities"][0]["by"]["temperature"]["per_percent"]
    assert not [path for path in nulls(said) if not path.startswith("certificate")]
    assert list(said["V_mV"])[0] == "temperature"


def test_words_csv_and_figure_hold_what_moves_most(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    result = vrest.sensitivity("mammalian-neuron")
    assert "1 % more outside.Na moves V by +0.26 mV." in str(result)
    assert "together" in str(result)
    code, out, _ = run(capsys, "sensitivity", "mammalian-neuron", "--csv")
    assert code == 0
    assert out.splitlines()[0] == "quantity,unit,value,of,path,per_percent,elasticity"
    assert len(result.plot(tmp_path / "s.svg").axes) == 2


def test_a_course_is_told_in_words_csv_json_and_a_figure(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("xarray")
    words = [
        "sensitivity",
        "mammalian-neuron",
        "--protocol",
        "raised-potassium",
        "--every",
        "5 min",
        "--to",
        f"outside.Na,{PUMP}",
    ]
    code, out, _ = run(capsys, *words, "--json")
    said = from_json(out)
    assert code == 0
    assert said["time_s"] == [300.0 * k for k in range(7)]
    assert list(said["V_mV"]) == ["outside.Na", PUMP]
    result = vrest.sensitivity("mammalian-neuron", until="10 s", at=["0 s", "10 s"], to="outside.Na")
    changes = result.first.by["outside.Na"]
    assert changes[0] == pytest.approx(said["V_mV"]["outside.Na"]["per_percent_mV"][0], rel=1e-9)
    assert f"1 % more outside.Na moves V by up to {changes[0]:+.2f} mV (0 s)." in str(result)
    assert vrest.views.show(result).csv().splitlines()[1].endswith(repr(float(changes[0])))
    assert result.to_xarray()["per_percent"].sel(quantity="V_plasma_mV", path="outside.Na").values.tolist() == changes.tolist()
    assert len(result.plot(tmp_path / "s.svg").axes) == 2


def test_an_xarray_holds_all_slopes():
    pytest.importorskip("xarray")
    result = vrest.sensitivity("mammalian-neuron", "steady")
    data = result.to_xarray()
    for one in result.quantities:
        for path, slope in {**one.by, **one.control}.items():
            assert data["per_percent"].sel(quantity=one.column, path=path) == slope.per_percent


def test_what_is_zero_has_no_elasticity_and_says_why():
    """Equal concentrations: V = 0, which still moves by RT/F."""
    pytest.importorskip("pandas")
    result = vrest.sensitivity(cell_of({"K": of_ratio(100, 100, 1)}))
    one = result.first.by["outside.K"]
    assert one.per_percent == pytest.approx(0.01 * UNIT, rel=1e-9)
    assert any("zero" in sentence for sentence in result.refused.values())
    assert json.dumps(result.to_dict(), allow_nan=False)
    assert result.to_dataframe()["elasticity"].isna().all()


def test_rounding_of_the_state_leaves_its_derivatives():
    assert Derivatives(STATES["steady"](vrest.load("mammalian-neuron"))).doubt() < 1e-10


CARBONATE = """
cell: carbonate
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 4.5 mM, Na: 140 mM, Cl: 118 mM, HCO3: 24 mM, H: pH 7.4, CO2: 1.2 mM}}
  inside:
    volume: 1.5 pL
    ions: {K: 130 mM, Na: 12 mM, Cl: 20 mM, HCO3: 12 mM, H: pH 7.1, CO2: 1.2 mM}
    buffer: {H: {capacity: 25 mM}}
    impermeant: {valence: -1.2, amount: neutral}
    mechanisms: {co2: {kind: reaction, stoichiometry: {CO2: -1, H: 1, HCO3: 1}, pK: 6.12, rate: fast}}
membranes:
  plasma:
    between: [inside, outside]
    area: 800 um^2
    capacitance: 1 uF/cm^2
    mechanisms:
      k: {kind: ghk, ion: K, permeability: 2e-8 m/s}
      na: {kind: ghk, ion: Na, permeability: 3e-10 m/s}
      cl: {kind: ghk, ion: Cl, permeability: 2e-9 m/s}
      co2: {kind: ghk, ion: CO2, permeability: 1e-5 m/s}
      h: {kind: ghk, ion: H, permeability: 1e-7 m/s}
      nhe: {kind: nhe, law: affinity, rate: 2e-8 mol/(m^2 s)}
      nbc: {kind: nbc, law: affinity, rate: 2e-9 mol/(m^2 s)}
      pump: {kind: na_k_atpase, law: cubic, max_current: 0.03 A/m^2, Na_ref: 18 mM}
"""


def test_an_unknown_that_nothing_moves_leaves_the_derivatives_certified():
    """One unknown of a cell whose reaction is at equilibrium stays zero whatever the numbers are: its slopes are rounding alone."""
    result = vrest.sensitivity(vrest.from_yaml(CARBONATE), ask="steady")
    assert result.certificate.converged
    assert result.certificate.residuals["tangent_fraction"]["state"] < 1e-6
