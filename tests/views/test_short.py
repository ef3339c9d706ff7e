"""Short answers: what is first, in few lines, and nothing that warns is lost."""

import re
from dataclasses import replace

import pytest

import vrest
from effort import slow_unless
from in_few_lines import short
from vrest.cli.main import main
from vrest.results.base import Aside
from vrest.views import show
from vrest.views.document import Heading, Sentences, Table, fitted, in_short, in_the_rest, in_whole, table

CELLS = vrest.library_names()
FEW = ("mammalian-neuron", "kalia2021", "textbook-neuron", "squid-axon")
QUESTIONS = {"rest": vrest.rest, "steady": vrest.steady_state, "explain": vrest.explain_cell}


def answered(ask):
    """The answer, or nothing where the cell has none."""
    try:
        return ask()
    except (vrest.InputError, vrest.NoAnswerError):
        return None


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", slow_unless(lambda name: name in FEW, CELLS))
def test_every_cell_of_the_library_is_answered_in_few_lines(name, question):
    answer = answered(lambda: QUESTIONS[question](vrest.load(name)))
    if answer is not None:
        assert short(answer).startswith(show(answer).headline[:40])


def test_the_first_thing_said_is_what_makes_the_potential():
    text = str(vrest.rest(vrest.load("mammalian-neuron")))
    assert text.split("\n")[0] == "V = -65.48 mV"
    rows = [line.split() for line in text.split("\n")]
    assert ["K+", "145", "3", "-103.60", "+38.12", "net", "outward", "force"] in rows
    made = [row[0] for row in rows if row and row[-1] in ("negative", "change")]
    assert made == ["Na_leak", "K_leak", "pump", "Cl_leak", "KCC2"]  # the weightiest first
    assert "As described the pumps' current adds -8.19 mV. They split 270 amol/s of ATP." in text


def test_on_the_command_line_the_rest_is_behind_its_option(capsys):
    assert main(["rest", "squid-axon"]) == 0
    short_one = capsys.readouterr().out
    assert short_one.endswith("--long. Figure: --plot FILE.\n")
    assert main(["rest", "squid-axon", "--long"]) == 0
    whole = capsys.readouterr().out
    assert whole == vrest.rest("squid-axon").text(long=True) + "\n"
    assert whole.count("\n") > 2 * short_one.count("\n")


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_whole_and_another_form_are_two_forms(form, capsys):
    assert main(["rest", "squid-axon", "--long", form]) == 2
    assert f"{form} and --long are two forms of one answer" in capsys.readouterr().err


def test_several_membranes_stand_in_one_table():
    text = str(vrest.rest(vrest.load("proximal-tubule")))
    assert [line.split()[:2] for line in text.split("\n") if line.startswith(("apical ", "basolateral "))] == [
        ["apical", "-72.51"],
        ["basolateral", "-73.50"],
    ]
    assert "basolateral.pump" in text


def test_a_steady_state_says_what_moves_in_and_out():
    rows = {row[0]: row[1:] for line in str(vrest.steady_state(vrest.load("squid-axon"))).split("\n") if (row := line.split())}
    assert rows["Na_leak"] == ["-14.89"]
    assert rows["pump"] == ["-9.93", "14.89"]


def test_an_absent_state_says_why():
    text = str(vrest.explain_cell(vrest.load("textbook-neuron"))).replace("\n", " ")
    assert "Left to itself: membrane 'membrane' has only ratios of permeabilities" in text
    assert "Without pumps: no pump is described" in text


# -- nothing that warns is lost -----------------------------------------------------------------------------------


def test_a_note_that_warns_is_shown_and_one_that_does_not_is_counted():
    answer = vrest.rest(vrest.load("mammalian-neuron"))
    assert all(isinstance(note, Aside) for note in answer.notes)
    assert not any(note in str(answer) for note in answer.notes)
    loud = replace(answer, notes=(*answer.notes, "The sky falls."))
    assert "- The sky falls." in str(loud)
    assert f"({len(loud.notes)} notes" in str(loud)


def test_what_gains_free_energy_from_nothing_is_said():
    answer = vrest.rest(vrest.load("squid-axon"))
    doubtful = replace(answer, certificate=replace(answer.certificate, dissipation_violations=("plasma.x",)))
    assert "Gains free energy from nothing" in str(doubtful)


def test_what_is_not_certified_says_so():
    answer = vrest.steady_state(vrest.load("squid-axon"))
    assert "NOT CERTIFIED" in short(replace(answer, certificate=replace(answer.certificate, converged=False)))


def test_many_long_warnings_leave_the_answer_and_their_number():
    answer = vrest.rest(vrest.load("mammalian-neuron"))
    loud = replace(answer, notes=tuple(f"Warning {k}: " + "something is odd here; " * 12 for k in range(30)))
    text = short(loud)
    assert "V = -65.48 mV" in text
    assert "- Warning 0: something is odd here; something" in text
    assert "something is odd here; ..." in text
    assert "(30 notes" in text


def test_a_state_that_is_not_stable_says_so_in_its_first_line():
    answer = vrest.rest(vrest.load("mammalian-neuron"))
    unstable = replace(answer, roots=tuple(replace(root, stable=False) for root in answer.roots))
    assert str(unstable).split("\n")[0].endswith(", not stable")


# -- the pieces ---------------------------------------------------------------------------------------------------


def test_the_tallest_part_is_cut_first_and_says_how_much_is_left_out():
    tall, low = table("tall", ["", "n"], [(f"row {k}", str(k)) for k in range(60)]), table("low", ["", "n"], [("only", "1")])
    heading, first, second, end = fitted([Heading("x", 1), *tall, *low], ["the end"])
    assert isinstance(first, Table)
    assert first.rows[0] == ("row 0", "0")
    assert first.rows[-1][0] == f"and {61 - len(first.rows)} more"
    assert second == low[0]
    assert end == Sentences(("the end",), apart=True)


def test_sentences_are_cut_at_the_end_of_a_part_and_the_last_one_stays():
    items = (f"{k}: " + "one part of many; " * 40 for k in range(20))
    _, cut, _ = fitted([Heading("x", 1), Sentences(tuple(items))], ["the end"])
    assert isinstance(cut, Sentences)
    assert cut.items[0].endswith("part of many; ...")
    assert cut.items[-1].startswith("19: ")
    assert f"({21 - len(cut.items)} more)" in cut.items


def test_html_holds_all_of_it_with_the_short_answer_on_top():
    answer = vrest.rest(vrest.load("mammalian-neuron"))
    html, shown = re.sub("</?a[^>]*>", "", answer._repr_html_()), show(answer)
    assert html.index("What makes V") < html.index("Mechanisms (current") < html.index("Certificate")
    titles = [block.title for block in shown.blocks() if isinstance(block, Table)]
    assert all(title in html for title in titles)
    parts = shown._document
    assert not [p for p in parts if hasattr(p, "first") and in_short(p) and in_the_rest(p)]
    assert all(in_whole(p) for p in parts if hasattr(p, "first") and in_the_rest(p))
