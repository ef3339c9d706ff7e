"""What the tables of `rest` say, how wide they are, and what they never hold."""

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

import vrest
from vrest.results.rest import IonState, RootState
from vrest.views import show
from vrest.views.tables import parts

CELLS = vrest.library_names()
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def lines_of(text, title):
    """The block that begins with a title, up to the next empty line."""
    return text[text.index(title) :].split("\n\n")[0].split("\n")


def test_the_answer_comes_first(rest):
    first, second = rest("pump-leak-cell").text(long=True).split("\n")[:2]
    assert first == "V = -70.54 mV"
    assert second == "Resting potential of pump-leak-cell at 310 K (36.85 degC), concentrations held."


def test_the_title_of_a_cell_is_said_with_its_name(rest):
    first, *others = rest("textbook-neuron").text(long=True).split("\n")[1:4]
    assert first.startswith("Resting potential of textbook-neuron at 310 K")
    assert "The textbook neuron." in others


def test_ions_say_which_way_they_want(rest):
    K, Na, Cl = lines_of(rest("pump-leak-cell").text(long=True), "Ions")[3:6]
    assert K.split() == ["K+", "140", "5", "-89.02", "+18.48", "net", "outward", "force"]
    assert Na.split() == ["Na+", "12", "145", "66.57", "-137.10", "net", "inward", "force"]
    assert Cl.split() == ["Cl-", "10", "110", "-64.06", "-6.48", "net", "outward", "force"]


def test_an_ion_at_its_nernst_potential_wants_nothing():
    assert parts.wants(IonState(-1, -0.07, 1e-9, 4.0, 110.0)) == "in equilibrium"


def test_an_ion_on_one_side_only_has_no_wish():
    assert parts.wants(IonState(2, None, None, 0.0, 1.0)) == "not on both sides"


def test_mechanisms_say_current_share_and_heat(rest):
    block = lines_of(rest("pump-leak-cell").text(long=True), "Mechanisms")
    assert block[1].split() == ["uA/cm^2", "pA", "share", "heat", "pW"]
    assert block[3].split() == ["K_leak", "ghk", "1.368", "17.19", "74", "%", "of", "out", "0.318"]
    assert block[6].split()[-1] == "-"


def test_fluxes_sum_up(rest):
    block = lines_of(rest("pump-leak-cell").text(long=True), "Fluxes in amol/s")
    assert block[-1].split() == ["net", "53.1", "-18.4", "34.64"]


def test_a_ratio_cell_shows_shares_and_no_currents(rest):
    text = rest("textbook-neuron").text(long=True)
    assert "92 % of in" in text
    assert "uA/cm^2" not in text
    assert "Fluxes" not in text
    assert "What it costs" not in text


def test_the_formulas_of_the_textbook_stand_beside_each_other(rest):
    text = rest("pump-leak-cell").text(long=True)
    block = lines_of(text, "Where V comes from")
    assert "GHK, constant-field leaks alone                      -67.29        -3.25" in block
    assert "Mullins-Noda, balanced 3:2 pump                      -73.77        +3.23" in block
    assert "makes V 3.245 mV more negative" in text


def test_each_mechanism_is_taken_away_once(rest):
    block = lines_of(rest("pump-leak-cell").text(long=True), "If a mechanism were taken away")
    assert block[3].split() == ["K_leak", "-48.89", "+21.65", "less", "negative"]


def test_the_moved_charge_is_said_as_a_part_of_the_ions(rest):
    assert "one in 63,800 of the K+ inside" in rest("pump-leak-cell").text(long=True)


def test_the_cost_is_said_in_molecules(rest):
    assert "62.5 amol/s, 37.7 million molecules a second" in rest("pump-leak-cell").text(long=True)


def test_each_refusal_is_said_once_with_its_count(rest):
    result = rest("textbook-neuron")
    text = result.text(long=True).replace("\n  ", " ")
    for sentence in set(result.refused.values()):
        assert text.count(sentence) == (0 if sentence in parts.UNASKED else 1)
    count = sum("only permeability ratios" in sentence for sentence in result.refused.values())
    assert f"- {count} quantities: only permeability ratios are given" in text


def test_the_certificate_is_the_last_word(rest):
    result = rest("squid-axon")
    assert result.text(long=True).split("\n\n")[-1].startswith("Certificate\nCertified: the net current is at most")
    doubtful = replace(result, certificate=replace(result.certificate, converged=False))
    assert "NOT CERTIFIED" in doubtful.text(long=True)


def test_a_state_that_runs_away_is_called_so(rest):
    result = rest("squid-axon")
    unstable = replace(result, roots=(RootState(result.V_m, False),))
    assert unstable.text(long=True).split("\n")[0].endswith(", not stable")


def test_a_loop_of_membranes_names_each(rest):
    text = rest("proximal-tubule").text(long=True)
    first = text.split("\n")[0]
    assert all(name in first for name in ("apical", "basolateral", "paracellular"))
    assert all(f"Membrane {name}: V = " in text for name in ("apical", "basolateral", "paracellular"))
    assert [line.split()[0] for line in lines_of(text, "Compartments")[3:6]] == ["lumen", "cell", "blood"]


@pytest.mark.parametrize("name", CELLS)
def test_eighty_columns_hold_every_cell(rest, name):
    text = rest(name).text(long=True)
    assert max(map(len, text.split("\n"))) <= 80
    assert not re.search(r"\bnan\b|\binf\b|None|-0\.0+\b|\N{HORIZONTAL ELLIPSIS}", text)
    assert text.isascii()
    assert not any(line.endswith(" ") for line in text.split("\n"))


@pytest.mark.parametrize("width", [60, 100, 140])
def test_other_widths_are_kept_too(rest, width):
    text = show(rest("squid-axon")).text(long=True, width=width)
    assert max(map(len, text.split("\n"))) <= width
    assert "-64.58" in text


@pytest.mark.parametrize("width", [44, 60, 80])
def test_a_number_is_never_cut(rest, width):
    """Long names fold and wide tables go on below: every number of a wide rendering is in the narrow one."""
    result = rest("ventricular-myocyte")
    names = {word: f"{word}_{'x' * 50}" for word in result.mechanisms["plasma"]}
    mechanisms = {"plasma": {names[word]: state for word, state in result.mechanisms["plasma"].items()}}
    crowded = replace(result, mechanisms=mechanisms, ions={"plasma": {f"Q{k}": result.ions["plasma"]["Na"] for k in range(9)}})
    wide, narrow = show(crowded).text(long=True, width=400), show(crowded).text(long=True, width=width)
    assert max(map(len, narrow.split("\n"))) <= width
    assert set(re.findall(r"(?<!\S)[-+]?[0-9][0-9.,]*(?!\S)", wide)) <= set(narrow.split())


def test_plain_by_default_and_coloured_on_demand(rest):
    result = rest("squid-axon")
    plain, coloured = show(result).text(long=True), show(result).text(long=True, colour=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in ANSI.sub("", coloured).split("\n")] == plain.split("\n")


def test_the_environment_changes_nothing(rest, monkeypatch):
    plain = show(rest("squid-axon")).text(long=True)
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "40", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    assert show(rest("squid-axon")).text(long=True) == plain


# -- HTML ---------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Counts tags and remembers every attribute that could fetch something."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.links = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.add(tag)
        self.links += [value for name, value in attrs if name in {"src", "href", "srcset", "onerror", "onclick"}]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", CELLS)
def test_html_is_well_formed_and_needs_nothing_from_outside(rest, name):
    html = rest(name)._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    assert all(link.startswith("#") for link in tags.links)
    assert not tags.seen & {"script", "link", "img", "iframe"}
    assert "url(" not in html
    assert "@import" not in html


def test_html_says_what_the_text_says(rest):
    html = re.sub("</?a[^>]*>", "", show(rest("pump-leak-cell")).html())
    for words in ("V = -70.54 mV", "net outward force", "one in 63,800 of the K+ inside", "Certified"):
        assert words in html


def test_names_from_outside_are_escaped(rest):
    evil = replace(rest("squid-axon"), cell="<script>alert(1)</script>", title='"><img src=x onerror=alert(1)>')
    html = show(evil).html()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_control_characters_do_not_reach_the_terminal(rest):
    evil = replace(rest("squid-axon"), cell="\x1b[31mred\x07\N{RIGHT-TO-LEFT OVERRIDE}")
    assert not set(show(evil).text(long=True)) & {"\x1b", "\x07", "\N{RIGHT-TO-LEFT OVERRIDE}"}


def test_markup_of_the_terminal_library_is_taken_literally(rest):
    assert "[bold red]x[/]" in show(replace(rest("squid-axon"), notes=("[bold red]x[/] :smile:",))).text(long=True)
    assert ":smile:" in show(replace(rest("squid-axon"), notes=("[bold red]x[/] :smile:",))).text(long=True)


# -- CSV ----------------------------------------------------------------------------------------------------------


def test_csv_is_one_unrounded_table(rest):
    result = rest("pump-leak-cell")
    text = show(result).csv()
    assert text.count("\r\n") == text.count("\n")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["row"] for row in rows} == {"membrane", "ion", "mechanism", "flux", "compartment"}
    assert {float(row["V_mV"]) for row in rows if row["row"] != "compartment"} == {result.to_dict()["V_mV"]["plasma"]}
    K = next(row for row in rows if row["row"] == "ion" and row["ion"] == "K")
    assert float(K["E_mV"]) == result.to_dict()["ions"]["plasma"]["K"]["E_mV"]
    pump = next(row for row in rows if row["row"] == "mechanism" and row["mechanism"] == "pump")
    assert pump["dissipation_W"] == ""
    assert float(pump["without_mV"]) == result.to_dict()["without"]["plasma"]["pump"]
    Na = next(row for row in rows if row["row"] == "flux" and row["mechanism"] == "pump" and row["ion"] == "Na")
    assert float(Na["flux_mol_per_s"]) == result.to_dict()["mechanisms"]["plasma"]["pump"]["flux_mol_per_s"]["Na"]


def test_csv_leaves_empty_what_cannot_be_said(rest):
    text = show(rest("textbook-neuron")).csv()
    assert not re.search(r"None|nan|inf\b", text)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert all(row["current_pA"] == "" for row in rows)
