"""Thresholds of the squid axon against the numbers of its reference sheets, and of cells of other sorts."""

import math

import numpy as np
import pytest

import excited
import gated
import vrest
from vrest.questions.excite.after import anode_break
from vrest.questions.excite.repetitive import Steadily, _limits
from vrest.questions.excite.response import Part, Response
from vrest.questions.excite.stimulated import Stimulus
from vrest.questions.excite.strength import Bracket, lapicque, row_of, strengths, weiss
from vrest.questions.excite.threshold import bracketed, confirmed, current_threshold, firing, narrowed, pulse


@pytest.fixture(scope="module")
def axon():
    prep = excited.bench(gated.axon())
    return prep, firing(prep, 0.0)


def test_the_displacement_that_fires(axon):
    _, fires = axon
    assert 1e3 * fires.shock.value == pytest.approx(6.505, rel=1e-3)
    assert fires.shock.width <= 1e-4
    assert fires.level == 0.0


@pytest.mark.parametrize(("ms", "current"), [(0.1, 65.13), (0.5, 13.275), (1, 6.919), (10, 2.240), (None, 2.2403)])
def test_the_currents_that_fire(axon, ms, current):
    """Of 1 cm^2, so that uA are uA/cm^2; None: a current without an end, the rheobase."""
    found = current_threshold(*axon, None if ms is None else 1e-3 * ms, 1e-5)
    assert 1e6 * found.value == pytest.approx(current, rel=1e-3)
    assert found.width <= 1e-4


def test_a_threshold_does_not_depend_on_the_guess(axon):
    near, far = (current_threshold(*axon, 5e-4, guess).value for guess in (1.3e-5, 1e-7))
    assert near == pytest.approx(far, rel=1e-4)


def test_the_break_of_an_anode(axon):
    """30 ms of -2 uA/cm^2 do not fire at their end, of -3 do, up to 38.9 mV."""
    prep, fires = axon
    quiet, fired = (prep.respond(pulse(current, 0.03), closely=True) for current in (-2e-6, -3e-6))
    assert not quiet.spikes(0.0).size
    assert fired.spikes(0.0).size == 1
    assert 1e3 * fired.peak == pytest.approx(38.9, abs=0.05)
    found = anode_break(prep, fires, 0.03, 2.24e-6, 1e-4)
    assert -3e-6 < found.high < found.low < -2e-6


def test_repetitive_firing_starts_between_6_2_and_6_3(axon):
    runs = Steadily(*axon)
    assert not runs.fires(6.2e-6)
    assert runs.fires(6.3e-6)


def test_a_spike_is_as_on_the_sheet(axon):
    prep, _ = axon
    response = prep.respond(pulse(2e-5, 5e-4), closely=True)
    peak, time = response.extreme()
    assert 1e3 * peak == pytest.approx(39.315, abs=0.02)
    assert 1e3 * time == pytest.approx(2.115, abs=0.005)
    assert 1e3 * response.extreme(-1, since=time)[0] == pytest.approx(-76.17, abs=0.01)


@pytest.mark.parametrize(("shift", "threshold"), [(6, 20.113), (-2, 10.868), (-5, 7.069)])
def test_the_threshold_over_a_shift_of_the_gates(shift, threshold):
    prep = excited.bench(excited.shifted(shift))
    found = current_threshold(prep, firing(prep, 0.0), 5e-4, 1e-5)
    assert 1e6 * found.value == pytest.approx(threshold, rel=1e-3)


@pytest.mark.parametrize(("shift", "spikes"), [(-7, 10), (-15, 16)])
def test_beyond_a_shift_the_axon_fires_by_itself(shift, spikes):
    found = vrest.excite(excited.shifted(shift)).to_dict()
    assert found["stable"] is False
    assert found["threshold_shock_mV"] == found["rheobase_uA_per_cm2"] == 0
    assert {one["current_uA_per_cm2"] for one in found["strength_duration"]} == {0}
    assert 0.2 * found["spontaneous_Hz"] == pytest.approx(spikes, abs=0.6)
    assert found["graded"] is False
    assert found["refused"]["chronaxie_ms"] == "the cell fires without a stimulus"


# -- other cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", [excited.per_area, excited.in_a_sphere, excited.with_an_organelle])
def test_the_same_membrane_around_other_cells(cell):
    """Per area alone, around concentrations that change, around an organelle: 13.275 uA/cm^2 for 0.5 ms."""
    prep = excited.bench(cell())
    area = prep.numbers["m.area"]
    found = current_threshold(prep, firing(prep, 0.0), 5e-4, 0.1 * area)
    assert 100 * found.value / area == pytest.approx(13.275, rel=1e-3)


def test_of_two_rests_the_unstable_root_between_them_is_the_threshold():
    """The peak jumps there by more than 10 mV, though nothing passes 0 mV."""
    cell = excited.with_two_rests()
    rest, threshold, _ = (root.V_m["m"] for root in vrest.rest(cell).roots)
    found = firing(excited.bench(cell), 0.0)
    assert found.shock.value == pytest.approx(threshold - rest, rel=2e-3)
    assert found.level < 0.0


def test_without_sodium_channels_the_response_is_graded():
    assert firing(excited.bench(gated.axon().replace({"m.Na.conductance": "12 mS/cm^2"})), 0.0) is None


def test_a_warm_axon_has_a_threshold_though_its_peak_grows_gradually():
    prep = excited.bench(gated.axon(temperature="30 degC"))
    low, high = (prep.respond(Stimulus(shock=shock), 0.0) for shock in (0.0126, 0.0128))
    assert not low.spikes(0.0).size
    assert high.spikes(0.0).size == 1
    assert firing(prep, 0.0).shock.value == pytest.approx(0.01268, rel=2e-3)


def test_a_rest_above_the_level_has_no_threshold():
    assert firing(excited.bench(gated.axon(), -0.07), -0.07) is None


@pytest.mark.slow
def test_a_rest_that_disappears_at_a_fold_makes_the_rheobase():
    """Wang and Buzsaki's interneuron: firing begins near 0.16 uA/cm^2 as slowly as one likes."""
    cell = excited.wang_buzsaki()
    fold = next(one.current for one in excited.points(cell) if not one.frequency)
    assert 1e6 * fold == pytest.approx(0.16, abs=1e-3)
    prep = excited.bench(cell)
    found = strengths(prep, firing(prep, 0.0), (1e-3, 5e-3), fold)
    assert found.rheobase.high == fold


# -- how it is found ------------------------------------------------------------------------------------------------------


def test_brackets_are_halved_until_they_are_narrow():
    assert narrowed(lambda x: x > math.pi, 3.0, 4.0, 1e-6).value == pytest.approx(math.pi, rel=1e-6)


@pytest.mark.parametrize("guess", [1e-3, 3.0, 1e3])
def test_a_threshold_is_found_from_any_side(guess):
    assert bracketed(lambda x: x > math.pi, guess, 1e6).value == pytest.approx(math.pi, rel=1e-4)


def test_where_nothing_fires_there_is_no_bracket():
    assert bracketed(lambda x: False, 1.0, 100.0) is None


def test_what_fires_at_anything_has_a_threshold_of_zero():
    assert bracketed(lambda x: True, 1.0, 100.0).low == 0.0


def test_a_passive_membrane_that_is_driven_above_the_level_does_not_fire():
    prep = excited.bench(gated.axon().replace({"m.Na.conductance": "0 mS/cm^2"}))
    response = prep.respond(pulse(2e-4, 1e-3), closely=True)
    assert response.peak > 0.02
    assert not response.spikes(0.0).size


def test_laws_give_their_own_numbers_back():
    d = np.array([1e-4, 1e-3, 1e-2])
    fit = lapicque(d, 2 / (1 - np.exp(-d / 2e-3)))
    assert (fit.rheobase, fit.time, fit.chronaxie) == pytest.approx((2, 2e-3, 2e-3 * math.log(2)), rel=1e-6)
    assert fit.off < 1e-6
    fit = weiss(d, 2 * (1 + 1e-3 / d))
    assert (fit.rheobase, fit.chronaxie) == pytest.approx((2, 1e-3), rel=1e-6)


@pytest.mark.parametrize(("time_constant", "first"), [(1.5e-3, 1e-4), (2e-2, 1e-4), (0.06, 1e-3), (0.7, 1e-2)])
def test_durations_suit_the_membrane(time_constant, first):
    assert row_of(time_constant)[0] == first
    assert len(row_of(time_constant)) == 9


def test_the_width_of_a_bracket_is_relative():
    assert Bracket(0.99, 1.0).width == pytest.approx(0.01)
    assert Bracket(-0.99, -1.0).value == -0.995


def test_a_spike_after_two_rises_counts_once():
    """The cell's own current lifts the potential by 30 mV, then the stimulus alone, then the own current again, up to one summit."""
    t = np.linspace(0.0, 6e-3, 7)
    V = np.array([-0.07, -0.05, -0.04, -0.03, 0.01, 0.03, -0.02])
    own = np.array([1.0, 1.0, 1.0, -1.0, 1.0, 1.0, -1.0])
    response = Response((Part(t, V, np.zeros((0, t.size)), lambda states: np.array([np.gradient(V, t), own])),))
    assert response.spikes(0.0) == pytest.approx([3e-3 + 1e-3 * 0.03 / 0.04])


def test_what_rough_runs_found_is_moved_to_where_accurate_ones_agree():
    tried = []

    def fires(current: float) -> bool:
        tried.append(current)
        return current > 1.037

    for k, count in ((3, 2), (4, 2), (2, 3)):
        tried.clear()
        found = confirmed(fires, Bracket(1 + 0.01 * k, 1.01 + 0.01 * k))
        assert (found.low, found.high) == (pytest.approx(1.03), pytest.approx(1.04))
        assert len(set(tried)) == count
    assert confirmed(fires, Bracket(2.0, 2.01)) is None
    assert confirmed(fires, Bracket(0.5, 0.51)) is None


def test_rough_runs_lead_to_the_brackets_of_accurate_ones(axon):
    prep, fires = axon
    tried = [5e-6, 6e-6, 7e-6]
    runs = Steadily(prep, fires)
    rough = runs.roughly()
    assert rough.prep.rtol > 100 * prep.rtol
    assert _limits(rough, tried, lambda: None)[0] == _limits(runs, tried, lambda: None)[0]
