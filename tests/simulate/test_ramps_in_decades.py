"""Ramps in decades (`scale: log`): a number changes by the same factor in every second."""

import numpy as np
import pytest

import vrest
from vrest.errors import InputError

NEURON = vrest.load("mammalian-neuron")
RAMP = {"from": "5 min", "to": "25 min", "ramp": {"outside.K": "50 mM"}, "scale": "log"}


def ramped(*events, until="30 min", **options):
    return vrest.simulate(NEURON, {"protocol": "p", "until": until, "events": list(events)}, **options)


def outside(run):
    """K outside, from what its Nernst potential and the concentration inside say [mM]."""
    return run.c["inside"]["K"] * np.exp(run.E["plasma"]["K"] * 96485.33212 / (8.314462618 * run.temperature))


def test_the_logarithm_of_a_number_goes_linearly_and_ends_where_it_should():
    run = ramped(RAMP, at=["5 min", "10 min", "15 min", "20 min", "25 min", "30 min"])
    K = NEURON.compartments["outside"].ions["K"].si
    wanted = [K * (50.0 / K) ** part for part in (0.0, 0.25, 0.5, 0.75, 1.0, 1.0)]
    assert outside(run) == pytest.approx(wanted, rel=1e-9)


def test_two_integrators_agree_and_the_first_law_holds():
    one, other = ramped(RAMP), ramped(RAMP, engine="scipy")
    assert one.V["plasma"][-1] == pytest.approx(other.V["plasma"][-1], abs=1e-9)
    for run in (one, other):
        assert run.certificate.residuals["first_law_integral_fraction"]["cell"] < 1e-6


def test_a_ramp_in_decades_begins_where_an_earlier_one_has_led():
    half = {"from": "5 min", "to": "15 min", "ramp": {"outside.K": "15 mM"}}
    run = ramped(half, {**RAMP, "from": "15 min"}, at=["15 min", "20 min", "25 min"])
    assert outside(run) == pytest.approx([15.0, np.sqrt(15.0 * 50.0), 50.0], rel=1e-9)


def test_it_is_told_in_words():
    assert any("outside.K ramps to 50 mM in decades" in one.what for one in ramped(RAMP).happenings)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([{**RAMP, "ramp": {"outside.K": "0 mM"}}], "so it ramps to a positive number"),
        (
            [
                {"at": "1 min", "set": {"plasma.pump.max_current": "0"}},
                {**RAMP, "ramp": {"plasma.pump.max_current": "0.1 A/m^2"}},
            ],
            "so both ends of its ramp are positive numbers",
        ),
        ([{**RAMP, "scale": "decades"}], "'scale' is one of a few words"),
        ([{"at": "1 min", "set": {"outside.K": "8 mM"}, "scale": "log"}], "only a ramp has a scale"),
    ],
)
def test_what_cannot_go_in_decades(events, words):
    with pytest.raises(InputError, match=words):
        ramped(*events)
