"""What the tables and figures of states beside each other, and of states along a number, say."""

import csv
import io
import re
from dataclasses import replace
from functools import cache

import pytest

import vrest
from paper import HEADS, labels_are_apart
from vrest.views import show

OVER = {
    "mammalian-neuron": ("plasma.pump.max_current", "0.05:1 A/m^2:log"),
    "proximal-tubule": ("basolateral.pump.max_current", "2:8 A/m^2"),
}
FREE = ("plasma.pump.max_current", "plasma.Na_leak.permeability")


@cache
def donnan(name="mammalian-neuron"):
    return vrest.donnan(vrest.load(name))


@cache
def explained(name="mammalian-neuron"):
    return vrest.explain_cell(vrest.load(name))


@cache
def branches(name="mammalian-neuron"):
    return vrest.branches(vrest.load(name), *OVER[name])


@cache
def folded():
    """Rest of a muscle fibre with an inward rectifier: two curves, one with a fold."""
    rectifier = "sqrt(K_out/(4 mM))/(1 + exp((V - E_K - 10 mV)/(5 mV)))"
    fibre = {
        "cell": "fibre",
        "temperature": "310 K",
        "ions": {
            "K": {"inside": "140 mM", "outside": "4 mM", "permeability": "1e-10 m/s"},
            "Na": {"inside": "10 mM", "outside": "145 mM", "permeability": "1e-10 m/s"},
        },
        "mechanisms": {"Kir": {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "factor": rectifier}},
    }
    return vrest.branches(vrest.from_dict(fibre), "outside.K", "0.5:20 mM:log", of="rest")


@cache
def tuned():
    return vrest.tune(vrest.load("mammalian-neuron").replace({"plasma.KCC2.rate": "1.736e-8 mol/(m^2 s)"}), FREE)


def rows_of(text, title):
    lines = text[text.index(title) :].split("\n\n")[0].split("\n")
    return {re.split(r"  +", line.strip())[0]: re.split(r"  +", line.strip())[1:] for line in lines[1:] if "  " in line}


ALL = {"donnan": donnan, "explain": explained, "branches": branches, "folds": folded, "tune": tuned}


# -- words ------------------------------------------------------------------------------------------------------------


def test_a_donnan_equilibrium_is_told_with_what_was_taken_away():
    text = donnan().text(long=True)
    assert text.startswith("V = -11.29 mV\nDonnan equilibrium of mammalian-neuron at 310 K (36.85 degC)")
    assert rows_of(text, "Contents")["K mM"] == ["4.577"]
    assert rows_of(text, "Ratios")["Na"] == ["1.5257"]
    assert "A rigid wall at 'plasma' would bear 471.6 kPa." in text
    assert "Taken away for this question: plasma.KCC2, plasma.pump." in text
    assert "stays" not in text


def test_an_ion_that_stays_is_marked():
    assert rows_of(donnan("ventricular-myocyte").text(long=True), "Ratios")["Cl"][-1] == "stays"


def test_three_states_stand_side_by_side():
    rows = rows_of(explained().text(long=True), "Three states")
    assert rows["held"] == ["steady (minutes)", "pumps off (minutes)"]
    assert rows["V mV"] == ["-65.48", "-65.48", "-11.29"]
    assert rows["Na mM"][-1] == "231.9"
    assert len(rows["time constant"]) == 3
    effect = rows_of(explained().text(long=True), "What the pumps do to V")
    assert effect["plasma"] == ["-8.19", "-46.00", "-54.20"]


def test_a_state_that_is_not_there_is_a_dash():
    text = explained("textbook-neuron").text(long=True)
    assert rows_of(text, "Three states")["V mV"] == ["-67.29", "-", "-"]
    assert "no pump is described, so the steady state is the one without pumps" in text.replace("\n  ", " ")
    assert "What the pumps do" not in text


def test_branches_are_told_with_their_folds():
    text = folded().text(long=True)
    assert text.startswith("Resting potentials of fibre along outside.K\n")
    assert "fold   3.5525" in text
    assert re.search(r"0\.5000 +-0\.\d+ +stable", text)
    assert "unstable" in text
    assert "No fold or Hopf point in this span." in branches().text(long=True)


def test_tuned_numbers_stand_beside_the_described_ones():
    rows = rows_of(str(tuned()), "Numbers")
    assert rows["plasma.pump.max_current"] == ["0.042877 A/m^2", "0.0434275 A/m^2"]
    assert "The steady state of the tuned cell is within" in str(tuned())


def test_numbers_have_no_picture():
    with pytest.raises(vrest.InputError, match="tuned numbers have no picture"):
        tuned().plot()


@pytest.mark.parametrize("name", list(ALL))
def test_lines_fit_a_terminal_of_80_columns_and_hold_no_python(name):
    text = ALL[name]().text(long=True)
    tables = {line for line in text.split("\n") if "  " in line.strip()}
    assert all(len(line) <= 80 for line in text.split("\n") if line not in tables)
    assert "np." not in text
    assert "None" not in text


@pytest.mark.parametrize("name", list(ALL))
def test_notebooks_get_tables_with_nothing_from_outside(name):
    html = ALL[name]()._repr_html_()
    assert "<table" in html
    assert "http" not in html
    assert "<script" not in html


@pytest.mark.parametrize("name", list(ALL))
def test_csv_is_a_table(name):
    head, *rows = csv.reader(io.StringIO(show(ALL[name]()).csv()))
    assert rows
    assert all(len(row) == len(head) for row in rows)


# -- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mammalian-neuron", "ventricular-myocyte", "photoreceptor", "squid-axon"])
def test_the_labels_of_ratios_are_apart(name):
    pytest.importorskip("matplotlib")
    words = labels_are_apart(donnan(name).plot())
    assert any(text.startswith(f"{name}: Donnan equilibrium, V = ") for text in words)
    assert ("Cl (stays)" in words) == (name in ("ventricular-myocyte", "photoreceptor"))


@pytest.mark.parametrize("name", ["mammalian-neuron", "proximal-tubule", "textbook-neuron", "ventricular-myocyte"])
def test_the_labels_of_three_states_are_apart(name):
    pytest.importorskip("matplotlib")
    words = labels_are_apart(explained(name).plot())
    assert "held" in words
    assert ("pumps off" in words) == (name != "textbook-neuron")


@pytest.mark.parametrize(
    "result", [folded, branches, lambda: branches("proximal-tubule")], ids=["folds", "one", "three membranes"]
)
def test_the_labels_of_branches_are_apart(result):
    pytest.importorskip("matplotlib")
    words = labels_are_apart(result().plot())
    assert any("solid stable, dashed unstable" in text for text in words)
    if result is folded:
        assert "circle: fold at 3.553 mM" in words
    if len(result().branches[0].V) > 1:
        assert {"apical", "basolateral", "paracellular"} <= set(words)


def test_stable_and_unstable_runs_are_drawn_differently_and_meet():
    pytest.importorskip("matplotlib")
    lines = [line for line in folded().plot().axes[0].lines if len(line.get_xdata()) > 1]
    solid = [line for line in lines if line.get_linestyle() == "-"]
    dashed = [line for line in lines if line not in solid]
    assert (len(solid), len(dashed)) == (2, 1)
    ends = {tuple(map(float, (line.get_xdata()[k], line.get_ydata()[k]))) for line in solid for k in (0, -1)}
    assert any((float(dashed[0].get_xdata()[k]), float(dashed[0].get_ydata()[k])) in ends for k in (0, -1))


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", ["donnan", "explain", "branches"])
def test_figures_are_written_in_each_format(tmp_path, name, ending):
    pytest.importorskip("matplotlib")
    ALL[name]().plot(tmp_path / f"answer.{ending}")
    assert (tmp_path / f"answer.{ending}").read_bytes().startswith(HEADS[ending])


def test_many_special_points_do_not_fill_the_line():
    pytest.importorskip("matplotlib")
    many = replace(folded(), special=folded().special * 9)
    assert any(text.endswith("... mM") for text in labels_are_apart(many.plot()))
