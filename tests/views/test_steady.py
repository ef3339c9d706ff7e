"""What the tables and the figure of a steady state say."""

import csv
import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import vrest
from paper import HEADS, labels_are_apart
from vrest.results.rest import IonState
from vrest.views import show

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["pump-leak-cell", "proximal-tubule", "ventricular-myocyte"]


@cache
def steady(name="pump-leak-cell"):
    return vrest.steady_state(vrest.load(str(ROOT / "examples" / f"{name}.yaml") if name == "pump-leak-cell" else name))


def with_ions(result):
    """The same answer, carrying the ions at its membranes."""
    carried = replace(result)
    states = {"K": IonState(1, -0.0882, 0.0152, 136.0, 5.0), "Na": IonState(1, 0.0641, -0.1371, 13.1, 145.0)}
    states["Cl"] = IonState(-1, -0.073, 0.0, 7.15, 110.0)
    object.__setattr__(carried, "ions", dict.fromkeys(result.point.V_m, states))
    return carried


def without_ions(result):
    return replace(result, ions={})


def lines_of(text, title):
    return text[text.index(title) :].split("\n\n")[0].split("\n")


# -- words --------------------------------------------------------------------------------------------------------


def test_the_first_lines_say_what_state_it_is_and_how_fast_it_returns():
    first, *others = steady().text(long=True).split("\n")
    assert first == "V = -73.01 mV; steady state, pumps running"
    assert "Stable: the slowest deviation falls to 1/e in 5.52 min, the fastest in 7.48 ms." in " ".join(others[:2])


def test_a_donnan_equilibrium_has_its_own_name():
    assert "; Donnan equilibrium" in replace(steady(), donnan=True).text(long=True).split("\n")[0]
    assert "no ATP used" in replace(steady(), atp=0.0).text(long=True).split("\n")[0]


def test_a_state_that_is_not_stable_is_called_so():
    result = steady()
    unstable = replace(result, point=replace(result.point, stable=False), eigenvalues=(0.01 + 0.2j, 0.01 - 0.2j, -3.0 + 0j))
    text = unstable.text(long=True)
    assert text.split("\n")[0].endswith(", not stable")
    assert "the cell leaves this state" in text.replace("\n", " ")
    assert re.search(r"100 s +grows, swinging with a period of 31\.4 s", text)


def test_the_held_concentrations_are_listed():
    block = lines_of(without_ions(steady()).text(long=True), "Concentrations held")
    assert [line.split() for line in block[3:]] == [["K", "136"], ["Na", "13.15"], ["Cl", "7.153"]]


def test_what_cancels_is_zero_and_not_what_rounding_left():
    block = lines_of(steady().text(long=True), "Mechanisms")
    assert block[5].split() == ["Cl_leak", "ghk", "0", "0", "none", "0"]
    assert lines_of(steady().text(long=True), "Fluxes in amol/s")[-1].split() == ["net", "0", "0", "0"]
    assert "stored in gradients" not in steady().text(long=True)


def test_nernst_potentials_are_said_where_they_are_known():
    text = with_ions(steady()).text(long=True)
    assert re.search(r"Cl- +7\.15 +110 +-73\.00 +0\.00 +in equilibrium", text)
    assert "Concentrations held" not in text


def test_other_states_are_listed():
    result = steady()
    text = replace(result, other_states=(replace(result.point, stable=False),)).text(long=True)
    assert re.search(r"-73\.01 +not stable +K 136, Na 13\.15, Cl 7\.153", text)


def test_the_certificate_says_what_was_recomputed():
    assert re.search(r"net fluxes are at most \d\.\de-\d+ of the gross\s+ones", steady().text(long=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_widths_are_kept_and_nothing_is_absent(name, width):
    text = show(steady(name)).text(long=True, width=width)
    assert max(map(len, text.split("\n"))) <= width
    assert not re.search(r"\bnan\b|\binf\b|None|-0\.0+\b|np\.float", text)
    assert text.isascii()


@pytest.mark.parametrize("name", NAMES)
def test_html_is_escaped_and_needs_nothing_from_outside(name):
    html = replace(steady(name), cell="<script>alert(1)</script>", notes=("<img src=x>",))._repr_html_()
    assert not re.search(r"<script|<img|<link|url\(|@import|https?://", html)
    assert "&lt;script&gt;" in html


# -- CSV ----------------------------------------------------------------------------------------------------------


def test_csv_is_one_unrounded_table():
    result = replace(steady(), other_states=(steady().point,))
    rows = list(csv.DictReader(io.StringIO(show(result).csv())))
    assert {row["row"] for row in rows} == {"membrane", "compartment", "ion", "mechanism", "flux", "eigenvalue"}
    found = [float(row["inside_mM"]) for row in rows if row["row"] == "ion" and row["ion"] == "K"]
    assert found == [result.to_dict()["inside_mM"]["inside"]["K"]] * 2
    rates = [float(row["eigenvalues_per_s"]) for row in rows if row["row"] == "eigenvalue"]
    assert rates == result.to_dict()["eigenvalues_per_s"]
    assert not re.search(r"None|nan|inf\b", show(result).csv())


# -- the figure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ladder", [False, True])
def test_labels_are_apart(name, ladder):
    pytest.importorskip("matplotlib")
    result = with_ions(steady(name)) if ladder else without_ions(steady(name))
    words = labels_are_apart(result.plot())
    assert "concentrations held (logarithmic)" in words
    assert "deviations: time to 1/e" in words
    assert ("inside minus outside (mV)" in words) == ladder
    assert all(any(text.startswith(f"{membrane}: V = ") for text in words) for membrane in result.point.V_m)


def test_a_deviation_that_grows_is_an_open_mark():
    pytest.importorskip("matplotlib")
    figure = replace(steady(), eigenvalues=(0.01 + 0j, -0.02 + 0j)).plot()
    assert any("grows" in words for words in labels_are_apart(figure))
    assert {line.get_markerfacecolor() for line in figure.axes[-1].lines} == {"white", "#000000"}


def test_nothing_that_deviates_is_no_error():
    pytest.importorskip("matplotlib")
    bare = replace(steady(), eigenvalues=())
    labels_are_apart(bare.plot())
    assert "Nothing that could deviate is left." in str(bare).replace("\n", " ")


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_figures_are_written_in_each_format(tmp_path, ending):
    pytest.importorskip("matplotlib")
    steady().plot(tmp_path / f"held.{ending}")
    assert (tmp_path / f"held.{ending}").read_bytes().startswith(HEADS[ending])
