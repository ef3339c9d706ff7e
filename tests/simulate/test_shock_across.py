"""A shock across a membrane: its charge comes from the other side, so that the space there is not lifted too."""

import numpy as np
import pytest

import cells
import in_node
import vrest
from in_node import needs_node
from vrest.description.library import protocol_of


def in_a_space(role: str = "cell", **more) -> dict:
    """The description of a cell in a space of its own, which a wide way parts from the bath."""
    contents = {"role": role, "volume": "1 pL"} if role == "held" else {"volume": "1 pL"}
    neutral = {} if role == "held" else {"impermeant": cells.neutral()}
    spaces = {
        "bath": cells.bath({"K": "5 mM", "Na": "145 mM", "Cl": "150 mM"}),
        "inside": contents | {"ions": {"K": "140 mM", "Na": "12 mM", "Cl": "10 mM"}} | neutral,
        "space": contents | {"ions": {"K": "5 mM", "Na": "145 mM", "Cl": "150 mM"}} | more,
    }
    way = {ion: cells.ohmic("10 nS", ion) for ion in ("K", "Na", "Cl")}
    plasma = cells.membrane(cells.leaks(), "inside", "space", area="600 um^2")
    return cells.described(spaces, {"plasma": plasma, "way": cells.membrane(way, "space", "bath", area="20 um^2")})


def shocked(cell: vrest.Cell, **event) -> vrest.SimulationResult:
    event = {"at": "1 ms", "shock": "12 mV", "carrier": "K"} | event
    return vrest.simulate(cell, {"protocol": "p", "until": "1.01 ms", "events": [event]}, at=["0.999 ms", "1 ms"])


def jumps(found: vrest.SimulationResult) -> dict[str, float]:
    k = int(np.flatnonzero(found.time == 1e-3)[-1])
    return {name: float(V[k] - V[0]) for name, V in found.V.items()}


def test_the_membrane_is_displaced_by_so_much_and_its_neighbour_by_what_its_capacitance_takes_of_the_charge():
    """Charge goes round: what leaves the space leaves the side of the way as well, so V of the way stays as the two share none of it."""
    found = shocked(vrest.from_dict(in_a_space()), across="plasma")
    assert jumps(found)["plasma"] == pytest.approx(12e-3, abs=2e-6)
    assert jumps(found)["way"] == pytest.approx(0.0, abs=2e-6)
    given = {place: one["K"] for place, one in found.ledger.items() if place.startswith("electrode")}
    assert given["electrode.inside"] == pytest.approx(-given["electrode.space"], rel=1e-9)
    assert abs(given["electrode.inside"]) * 96485.33212 == pytest.approx(12e-3 * 6e-12, rel=1e-6)
    assert found.certificate.mass_error < 1e-12
    assert found.certificate.charge_error < 1e-9


def test_without_a_membrane_the_space_is_lifted_along():
    found = jumps(shocked(vrest.from_dict(in_a_space()), into="inside"))
    assert found["plasma"] + found["way"] == pytest.approx(12e-3, abs=2e-6)
    assert found["plasma"] == pytest.approx(12e-3 * 0.2 / 6.2, rel=1e-2)


def test_from_the_other_side_it_goes_the_other_way():
    assert jumps(shocked(vrest.from_dict(in_a_space()), across="plasma", into="space"))["plasma"] == pytest.approx(
        -12e-3, abs=2e-6
    )


def test_the_story_names_both_sides():
    found = shocked(vrest.from_dict(in_a_space()), across="plasma")
    assert "shock to 'inside' against 'space': +12 mV" in str(found)


@needs_node
def test_in_javascript_it_goes_the_same_way():
    cell = vrest.from_dict(in_a_space())
    event = {"at": "1 ms", "shock": "12 mV", "carrier": "K", "across": "plasma"}
    protocol, at = protocol_of({"protocol": "p", "until": "2 ms", "events": [event]}, cell, None), [0.5e-3, 1.001e-3, 2e-3]
    (course,) = in_node.answers(cell, [{"ask": "simulate", "settings": {}, "protocol": protocol, "options": {"at": at}}])
    for ion, c in vrest.simulate(cell, protocol, rtol=1e-10, at=at).c["space"].items():
        assert [point["seen"][f"space.{ion}"] for point in course["points"]] == pytest.approx(list(c), rel=1e-7), ion


@pytest.mark.slow
def test_the_threshold_of_a_cell_in_a_space_of_its_own_is_met_by_certified_runs():
    described = in_a_space("held")
    gates = {
        "Na": {"like": "na-hodgkin-huxley", "conductance": "120 mS/cm^2"},
        "K": {"like": "k-hodgkin-huxley", "conductance": "36 mS/cm^2"},
    }
    described["membranes"]["plasma"]["mechanisms"] = gates | {"leak": cells.ohmic("0.3 mS/cm^2", reversal="-54.387 mV")}
    described["temperature"] = "6.3 degC"
    found = vrest.excite(vrest.from_dict(described), durations=["0.5 ms"])
    runs = found.certificate.search["certified_runs"]
    assert runs["shock"]["agrees"]
    assert runs["0.5 ms"]["agrees"]


WRONG = {
    "no such membrane": ({"across": "plasm"}, "there is no such membrane", "plasma"),
    "no shock": (
        {"shock": None, "current": "1 pA", "to": "2 ms", "at": None, "from": "1 ms", "into": "inside", "across": "plasma"},
        "only a shock goes across",
        "",
    ),
    "on neither side": ({"across": "way", "into": "inside"}, "no side of 'way' that has a potential of its own", "space"),
    "no such ion there": (
        {"across": "plasma", "carrier": "Na"},
        "'space', from which the charge comes, does not list the carrier",
        "",
    ),
    "an ion that is held there": ({"across": "plasma"}, "holds", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_at_its_place(name):
    event, words, near = WRONG[name]
    described = in_a_space(**({"fixed": ["K"]} if "held" in name else {}))
    if "such ion" in name:
        del described["compartments"]["space"]["ions"]["Na"]
        described["compartments"]["space"]["ions"]["Cl"] = "5 mM"
        described["membranes"]["way"]["mechanisms"].pop("Na")
        described["membranes"]["plasma"]["mechanisms"].pop("Na_leak")
    written = {key: one for key, one in ({"at": "1 ms", "shock": "12 mV", "carrier": "K"} | event).items() if one is not None}
    with pytest.raises(vrest.InputError) as caught:
        protocol_of({"protocol": "p", "until": "3 ms", "events": [written]}, vrest.from_dict(described), None)
    (problem,) = caught.value.problems
    assert words in problem.message
    if near:
        assert near in f"{problem.suggestion} {problem.expected}"
