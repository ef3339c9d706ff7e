"""What is said of gates that cannot be."""

import pytest

import cells
import gated
import vrest

WRONG = {
    "no rates": ({"power": 2}, "is said by `alpha` and `beta`"),
    "only alpha": ({"alpha": "1 1/ms"}, "is said by `alpha` and `beta`"),
    "power": ({"power": 0, "steady": "0.5"}, "power"),
    "rate without time": ({"alpha": "0.1", "beta": "1 1/ms"}, "wrong dimension"),
    "no rate at all": ({"alpha": "0/(1 ms)", "beta": "0/(1 ms)"}, "one of them above 0 at every potential"),
    "negative rate": ({"alpha": "V/(1 mV)/(1 ms)", "beta": "1 1/ms"}, "0 or more at every potential"),
    "steady beyond one": ({"steady": "2/(1 + exp(V/(10 mV)))"}, "from 0 to 1"),
    "no time": ({"steady": "0.5", "time_constant": "V*1 s/(1 V)"}, "more than 0"),
    "unknown name": ({"steady": "1/(1 + exp((V - V_hlf)/(6 mV)))"}, "V_half"),
    "without units": ({"alpha": "0.01*(V+55)", "beta": "1 1/ms"}, "with its unit"),
}


def potassium(**more) -> vrest.Cell:
    return gated.axon(gated.channels(K=cells.ohmic("36 mS/cm^2", "K", parameters={"V_half": "-40 mV"}, **more)))


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gates(name):
    gate, words = WRONG[name]
    with pytest.raises(vrest.InputError) as caught:
        potassium(gates={"n": gate})
    assert words in str(caught.value)


def test_circles():
    with pytest.raises(vrest.InputError) as caught:
        potassium(gates={"a": {"steady": "0.5*b"}, "b": {"steady": "0.5*a"}})
    assert "circle" in str(caught.value)
    with pytest.raises(vrest.InputError) as caught:
        potassium(let={"a": "b", "b": "a"})
    assert "circle" in str(caught.value)


@pytest.mark.parametrize("name", ["V", "K_in", "V_half", "conductance", "exp"])
def test_names_that_are_taken(name):
    with pytest.raises(vrest.InputError) as caught:
        potassium(gates={name: {"steady": "0.5"}})
    assert f"'{name}'" in str(caught.value)
    assert "as well" in str(caught.value)


def test_a_gate_may_name_another_one_and_what_is_let():
    cell = potassium(let={"u": "(V - V_half)/(5 mV)"}, gates={"b": {"steady": "0.5*a"}, "a": {"steady": "1/(1 + exp(-u))"}})
    found = vrest.rest(cell)
    values = found.gates["m"]["K"]
    assert values["b"] == pytest.approx(0.5 * values["a"])


def test_gates_see_the_shifted_potential():
    """All gates shifted by 5 mV: the rest of the reference sheet's table; the driving force sees V itself."""
    shifted = {word: one | {"voltage_shift": "-5 mV"} if "gates" in one else one for word, one in gated.channels().items()}
    assert 1e3 * vrest.rest(gated.axon(shifted)).V_m["m"] == pytest.approx(-66.761, abs=1e-3)
    more = {word: one | {"voltage_shift": "-7 mV"} if "gates" in one else one for word, one in gated.channels().items()}
    found = vrest.rest(gated.axon(more))
    assert 1e3 * found.V_m["m"] == pytest.approx(-67.188, abs=1e-3)
    assert found.roots[0].stable is False
