"""The potential along one number: every value answered by `rest`, one branch followed, failures counted."""

from __future__ import annotations

import json

import numpy as np
import pytest

import vrest

MUSCLE = {"plasma.Cl_leak.permeability": "0"}


@pytest.fixture(scope="module")
def muscle():
    return vrest.load("mammalian-muscle").replace(MUSCLE)


def test_every_value_is_the_rest_of_the_replaced_cell():
    cell = vrest.load("squid-axon")
    result = vrest.rest_over(cell, "outside.K", "1:100 mM:log:7")
    single = [vrest.rest(cell.replace({"outside.K": f"{value!r} mM"})).V_m["plasma"] for value in result.values.tolist()]
    assert result.V["plasma"] == pytest.approx(single, abs=1e-14)


def test_a_loop_is_followed_too():
    cell = vrest.load("proximal-tubule")
    result = vrest.rest_over(cell, "blood.K", "2:8 mM:4")
    single = [vrest.rest(cell.replace({"blood.K": f"{value!r} mM"})).V_m["basolateral"] for value in result.values.tolist()]
    assert result.V["basolateral"] == pytest.approx(single, abs=1e-12)


def test_nernst_potentials_run_along():
    result = vrest.rest_over(vrest.load("squid-axon"), "outside.K", "1:100 mM:log:3")
    assert result.E["plasma"]["K"] == pytest.approx(vrest.nernst_potential(1, 400.0, np.array([1.0, 10.0, 100.0]), 291.15))


def test_the_branch_that_is_followed_depends_on_where_one_comes_from(muscle):
    span = "1:4 mM:lin:61"
    up, down = (vrest.rest_over(muscle, "outside.K", text) for text in (span, "4:1 mM:lin:61"))
    apart = np.abs(up.V["plasma"] - down.V["plasma"][::-1])
    several = np.array([len(roots) == 3 for roots in up.roots])
    assert several.any()
    assert np.all(apart[~several] < 1e-9)
    assert apart[several].max() > 0.02


def test_a_followed_root_is_stable_where_a_stable_one_exists(muscle):
    result = vrest.rest_over(muscle, "outside.K", "1:20 mM:log:30")
    for V, roots in zip(result.V["plasma"], result.roots, strict=True):
        assert any(root.stable and root.V_m["plasma"] == V for root in roots)


def test_where_the_number_of_states_changes_is_said(muscle):
    result = vrest.rest_over(muscle, "outside.K", "1:20 mM:log:30")
    assert any(note.startswith("Several states carry no net current for outside.K from") for note in result.notes)
    assert any("The number of states changes by +2 between" in note for note in result.notes)


def test_values_outside_a_domain_fail_one_by_one_and_are_counted():
    result = vrest.rest_over(vrest.load("squid-axon"), "temperature", "200:320 K:lin:13")
    failed = [status is not None for status in result.status]
    assert failed == (result.values < 250).tolist()
    assert any(note.startswith("5 of 13 values have no answer; the first says:") for note in result.notes)
    answer = result.to_dict()
    assert answer["points"][0]["V_mV"] == {"plasma": None}
    assert answer["points"][0]["roots"] == []
    assert answer["points"][0]["status"] == answer["refused"]["points.0.V_mV"]
    assert answer["points"][-1]["status"] == "answered"
    json.dumps(answer, allow_nan=False)


def test_a_composition_that_cannot_be_neutral_fails_at_its_values_only():
    cell = vrest.load("squid-axon")
    result = vrest.rest_over(cell, "inside.Cl", "50:900 mM:lin:5")
    assert [status is None for status in result.status][0]
    assert any(status is not None and "negative amount" in status for status in result.status)


def test_a_value_at_which_nothing_conducts_fails_alone():
    cell = vrest.load("textbook-neuron").replace({"membrane.Na_leak.permeability": "0", "membrane.Cl_leak.permeability": "0"})
    result = vrest.rest_over(cell, "membrane.K_leak.permeability", "0:1:lin:3")
    assert result.status[0].startswith("nothing conducts")
    assert result.status[1:] == [None, None]
    assert np.isnan(result.V["membrane"][0])


def test_a_branch_is_remembered_over_values_without_an_answer(muscle):
    from vrest.questions.rest.over import _followed
    from vrest.questions.rest.zero_current import RestState

    def state(V):
        return RestState({"m": V}, {"m": 1.0}, {}, {}, True)

    low, high = state(-0.09), state(-0.06)
    assert _followed([[high], [], [low, high]]) == [high, None, high]


def test_no_value_with_an_answer_is_no_answer():
    cell = vrest.load("textbook-neuron").replace({"membrane.K_leak.permeability": "0", "membrane.Cl_leak.permeability": "0"})
    with pytest.raises(vrest.NoAnswerError, match="no value of outside.K in this span has a resting potential: nothing conducts"):
        vrest.rest_over(cell.replace({"membrane.Na_leak.permeability": "0"}), "outside.K", "1:5 mM:2")


@pytest.mark.parametrize(
    ("path", "span", "words"),
    [
        ("outside.Kalium", "1:5 mM:3", "not a path"),
        ("outside.K", "1:5 mV:3", "concentration"),
        ("outside.K", "1:5:3", "unit"),
        ("outside.K", "-5:-1 mM:3", "zero or a positive number, at most 1000 M"),
        ("temperature", "1:5 K:3", "250 to 400 K"),
    ],
)
def test_a_path_or_span_that_fits_no_value_is_the_input_at_fault(path, span, words):
    with pytest.raises(vrest.InputError, match=words):
        vrest.rest_over(vrest.load("squid-axon"), path, span)


def test_progress_is_told_after_each_value():
    told = []
    vrest.rest_over(vrest.load("squid-axon"), "outside.K", "1:5 mM:3", lambda *done: told.append(done))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_certificate_holds_the_worst_residual():
    certificate = vrest.rest_over(vrest.load("squid-axon"), "outside.K", "1:100 mM:log:9").certificate
    assert certificate.converged
    assert 0 <= certificate.residuals["net_current_fraction"]["plasma"] < 1e-12
