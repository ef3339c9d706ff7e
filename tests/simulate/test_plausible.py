"""What no cell reaches is said with its time."""

import pytest

from vrest import load, load_protocol, simulate


def test_a_run_beyond_what_a_membrane_bears_says_so():
    cell = load("photoreceptor")
    run = simulate(cell, load_protocol("leaks-removed", cell))
    (said,) = [note for note in run.notes if "a membrane breaks there" in note]
    assert said.startswith("V of 'plasma' goes beyond 1 V from ")
    assert f"{run.V['plasma'].min():.4g} V" in said
    assert any("less than one free ion of Ca" in note for note in run.notes)


@pytest.mark.parametrize("scenario", ["pump-block", "raised-potassium"])
def test_an_ordinary_run_says_nothing_of_the_kind(scenario):
    cell = load("mammalian-neuron")
    notes = simulate(cell, load_protocol(scenario, cell)).notes
    assert not any("breaks" in note or "free ion" in note or "more than water holds" in note for note in notes)
