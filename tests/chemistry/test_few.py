"""A compartment with fewer than one free ion: the answer says so, with the size of the fluctuation."""

import math

import pytest

import cells
import vrest
from vrest.constants import AVOGADRO

VESICLE = {"diameter": "40 nm"}


def vesicle(**more) -> vrest.Cell:
    """A sphere of 40 nm at pH 5.5: 34 zL, in which there is a sixteenth of a proton."""
    ions = {"K": "140 mM", "Na": "12 mM", "Cl": "10 mM", "H": "pH 5.5"}
    space = {"shape": {"sphere": VESICLE}, "ions": ions} | more
    ways = cells.leaks() | {"H_leak": cells.ghk("H", "1e-6 m/s")}
    return vrest.from_dict(cells.pump_leak(inside=space, outside={"ions": cells.OUTSIDE | {"H": "pH 7.2"}}, mechanisms=ways))


def few(notes) -> str:
    (note,) = [note for note in notes if "less than one free ion of H" in note]
    return note


@pytest.mark.parametrize("ask", [vrest.rest, vrest.steady_state, lambda cell: vrest.simulate(cell, until="1 us")])
def test_every_answer_says_so(ask):
    assert "on average, give or take" in few(ask(vesicle()).notes)


def test_the_fluctuation_is_the_square_root_of_the_number():
    N = 10**-2.5 * math.pi * 40e-9**3 / 6 * AVOGADRO
    note = few(vrest.rest(vesicle()).notes)
    assert f"{N:.2g} on average, give or take {math.sqrt(N):.2g}" in note
    assert f"fluctuates by {1 / (math.log(10) * math.sqrt(N)):.2g} units of pH" in note


def test_a_buffer_makes_the_fluctuation_of_the_pH_small():
    """40 mM per unit of pH in 34 zL are 807 protons: the pH fluctuates by 1/sqrt(807 ln 10)."""
    sites = 40.0 * math.pi * 40e-9**3 / 6 * AVOGADRO
    note = few(vrest.rest(vesicle(buffer={"H": {"capacity": "40 mM"}})).notes)
    assert f"it fluctuates by {1 / math.sqrt(math.log(10) * sites):.2g} units of pH" in note
    assert "what its buffer holds" in note


def test_a_cell_has_enough():
    assert not [note for note in vrest.rest(vrest.from_dict(cells.pump_leak())).notes if "free ion" in note]
