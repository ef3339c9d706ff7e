"""What a described cell leaves open for a steady state or a time course is said before either is asked for."""

import json

import pytest

import vrest
from vrest.cli.main import main
from vrest.errors import InputError
from vrest.questions.steady.needs import notes


def unbalanced():
    leak = {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"}
    ions = {"outside": {"K": "4 mM", "Cl": "4 mM"}, "inside": {"K": "140 mM", "Cl": "10 mM"}}
    return vrest.from_dict(
        {
            "cell": "unbalanced",
            "temperature": "310 K",
            "compartments": {
                "outside": {"role": "bath", "ions": ions["outside"]},
                "inside": {"shape": {"sphere": {"diameter": "20 um"}}, "ions": ions["inside"]},
            },
            "membranes": {
                "plasma": {"between": ["inside", "outside"], "capacitance": "1 uF/cm^2", "mechanisms": {"K_leak": leak}}
            },
        }
    )


def test_a_cell_that_can_be_followed_has_no_notes():
    assert notes(vrest.load("mammalian-neuron")) == ()


@pytest.mark.parametrize(
    ("cell", "words"), [(vrest.load("textbook-neuron"), "only ratios of permeabilities"), (unbalanced(), "no impermeant")]
)
def test_what_a_time_course_would_be_refused_for_is_noted(cell, words):
    (note,) = notes(cell)
    assert words in note
    with pytest.raises(InputError, match=words):
        vrest.simulate(cell, {"until": "1 s"})


def test_check_says_it(capsys):
    assert main(["check", "textbook-neuron", "--json"]) == 0
    (note,) = json.loads(capsys.readouterr().out)["notes"]
    assert note.startswith("A steady state or a time course cannot be asked for")
    assert main(["check", "textbook-neuron"]) == 0
    assert "only ratios" in capsys.readouterr().out
