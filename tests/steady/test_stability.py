"""Whether a deviation dies away is told by each eigenvalue's own error, not by the fastest rate of the cell."""

import numpy as np
import pytest

import cells
import vrest
from vrest.questions.steady.stability import Spectrum
from vrest.results.base import Unknown


@pytest.fixture(scope="module")
def calcium():
    return vrest.steady_state(vrest.from_dict(cells.with_calcium()))


def test_a_slow_eigenvalue_beside_fast_ones_is_that_of_the_exact_jacobian_and_stable():
    """The Jacobian with 80 digits has -1.749e11, -1.00909e5 and -7.0264e-7 per second."""
    found = vrest.steady_state(vrest.from_dict(cells.slow_beside_fast()))
    assert found.point.V_m["m"] == pytest.approx(-6.952924e-3, abs=1e-8)
    assert found.point.stable is True
    assert found.decay_rates == pytest.approx([-7.0264e-7, -1.009091e5, -1.748992e11], rel=1e-6)


def test_all_deviations_that_fall_make_a_stable_state(calcium):
    assert max(calcium.decay_rates) < 0
    assert calcium.point.stable is True


def test_a_state_to_which_an_ion_falls_at_once_is_reached_and_no_exhaustion_is_told(calcium):
    assert not any("exhausted" in note for note in calcium.notes)
    assert any(note.startswith("From the described composition the cell goes") for note in calcium.notes)
    run = vrest.simulate(vrest.from_dict(cells.with_calcium()), until="30 h")
    assert run.V["plasma"][-1] == pytest.approx(calcium.point.V_m["plasma"], abs=1e-6)


@pytest.mark.parametrize(
    ("values", "errors", "stable"),
    [([-1e-9, -1e6], [1e-10, 1e-3], True), ([-1e-9, -1e6], [1e-8, 1e-3], None), ([1e-9, -1e6], [1e-10, 1e-3], False)],
)
def test_a_sign_within_the_error_of_its_eigenvalue_is_open(values, errors, stable):
    assert Spectrum(np.array(values), np.array(errors)).stable is stable


def test_an_open_sign_is_null_with_its_sentence(monkeypatch):
    monkeypatch.setattr(Spectrum, "stable", property(lambda spectrum: None))
    found = vrest.steady_state(vrest.from_dict(cells.with_calcium()))
    assert isinstance(found.point.stable, Unknown)
    answer = found.to_dict()
    assert answer["stable"] is None
    assert "cannot be told" in answer["refused"]["stable"]
    assert "cannot be told" in str(found)
