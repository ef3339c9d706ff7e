"""Formulas behind names in a compartment (`let`): states, the osmotic coefficient and titrated valences through them, by hand."""

import math

import pytest
from scipy.constants import physical_constants
from scipy.integrate import solve_ivp

import in_node
import vrest

CELL = """
cell: named
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 5 mM, Na: 145 mM, Cl: 150 mM}}
  inside:
    ROLE
    volume: 2 pL
    ions: {K: 140 mM, Na: 10 mM, Cl: 95 mM, Ca: 400 nM, H: pH 7.2}
    impermeants: {P: {valence: titre, amount: 7 mM}, B: {valence: 0, amount: 50 uM}, X: {valence: -1, amount: neutral}}
    let:
      net: on*Ca_in*free - off*C
      on: 0.25 1/(uM s)
      free: B - C
      titre: -sites*(pH_in - 6.8)
      sites: 4*width
      width: 2.5
      off: 0.2 1/s
      small: K_in + Na_in + Cl_in
    osmotic_coefficient: 0.9 + 0.1*small/(small + 1 M)
    states:
      C: {rate: net, start: 4 uM}
      D: {rate: "(C*half - D)/(3 s)", start: 0 mM}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    area: 1000 um^2
    mechanisms:
      K: {kind: ghk, ion: K, permeability: 1e-8 m/s, factor: "1 + inside.D/(10 uM)"}
      Na: {kind: ghk, ion: Na, permeability: 2e-10 m/s}
"""
F, R = (physical_constants[name][0] for name in ("Faraday constant", "molar gas constant"))
ON, OFF, TOTAL, FREE, START = 0.25, 0.2, 50.0, 0.4, 4.0  # uM, s
HALF = "half: w_in/w_in/2"


def text_of(role: str = "role: cell", **changed: str) -> str:
    """The cell, with other formulas behind some of its names, and further ones."""
    text = CELL.replace("ROLE", role).replace("    let:\n", f"    let:\n      {HALF}\n")
    for name, formula in changed.items():
        lines = [line for line in text.splitlines() if line.startswith(f"      {name}: ")]
        text = (
            text.replace(lines[0], f"      {name}: {formula}")
            if lines
            else text.replace(HALF, f"{HALF}\n      {name}: {formula}")
        )
    return text


def problems_of(**changed: str) -> list:
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_yaml(text_of(**changed))
    return list(caught.value.problems)


def test_rest_counts_solutes_and_charge_as_the_named_formulas_say():
    """pH 7.2 of a protein with ten groups per unit of pH above 6.8; X makes the inside neutral."""
    found, valence = vrest.rest(vrest.from_yaml(text_of())), -10 * (7.2 - 6.8)
    X = 140 + 10 - 95 + 2 * 4e-4 + 1e3 * 10**-7.2 + 7 * valence
    solutes = 140 + 10 + 95 + 4e-4 + 1e3 * 10**-7.2 + 7 + 0.05 + X
    assert found.osmolarity["inside"] == pytest.approx((0.9 + 0.1 * 245 / 1245) * solutes, rel=1e-9)
    assert found.states == {"inside.C [uM]": START, "inside.D [mM]": 0.0}


def course_by_hand(t: float) -> list[float]:
    def slopes(_: float, y: list[float]) -> list[float]:
        return [ON * FREE * (TOTAL - y[0]) - OFF * y[0], (y[0] / 2 - y[1]) / 3]

    return list(solve_ivp(slopes, (0, t), [START, 0.0], method="DOP853", rtol=1e-11, atol=1e-12).y[:, -1])


def held() -> vrest.Cell:
    """The same with all concentrations held, so that its states alone move; nothing is titrated there."""
    return vrest.from_yaml(text_of("role: held").replace("valence: titre", "valence: -4"))


def test_courses_and_steady_states():
    course = vrest.simulate(held(), {"protocol": "p", "until": "20 s"}, at=["1 s", "5 s", "20 s"], rtol=1e-9)
    for k, t in enumerate((1, 5, 20)):
        found = [course.states["inside.C [uM]"][k], 1e3 * course.states["inside.D [mM]"][k]]
        assert found == pytest.approx(course_by_hand(t), rel=1e-6)
    bound = TOTAL * ON * FREE / (ON * FREE + OFF)
    point = vrest.steady_state(held()).point
    assert point.states["inside.C [uM]"] == pytest.approx(bound, rel=1e-9)
    assert point.states["inside.D [mM]"] == pytest.approx(1e-3 * bound / 2, rel=1e-9)


@in_node.needs_node
def test_javascript_carries_them():
    """V follows a permeability that D raises."""
    (found,) = in_node.answers(held(), [{"ask": "steady", "settings": {}}])
    permeability = 1e-8 * (1 + TOTAL * ON * FREE / (ON * FREE + OFF) / 2 / 10)
    V = R * 310 / F * math.log((permeability * 5 + 2e-10 * 145) / (permeability * 140 + 2e-10 * 10))
    assert found["V"]["plasma"] == pytest.approx(V, abs=1e-10)
    assert vrest.steady_state(held()).point.V_m["plasma"] == pytest.approx(V, abs=1e-10)


def test_a_quotient_behind_names_has_its_limit():
    """x/(e^x - 1) where x is a name and vanishes."""
    rising = text_of("role: held", x="(K_in - 140 mM)/(1 mM)", lower="exp(x) - 1", C="{rate: x/lower*(1 uM/(1 s)), start: 4 uM}")
    course = vrest.simulate(
        vrest.from_yaml(rising.replace("valence: titre", "valence: -4")), {"protocol": "p", "until": "2 s"}, at=["2 s"]
    )
    assert course.states["inside.C [uM]"][0] == pytest.approx(6.0, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("K_in", "what a side of a membrane holds"),
        ("K_out", "what a side of a membrane holds"),
        ("w_in", "what a side of a membrane holds"),
        ("pH", "a word of formulas"),
        ("V", "a word of formulas"),
        ("T", "a word of formulas"),
        ("t", "a word of formulas"),
        ("exp", "a word of formulas"),
        ("C", "a state"),
        ("B", "an impermeant"),
        ("K", "an ion"),
    ],
)
def test_names_that_are_taken(name, other):
    text = text_of().replace(HALF, f"{HALF}\n      {name}: 2")
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_yaml(text)
    (one,) = caught.value.problems
    assert one.message == f"'{name}' of 'inside' is a `let`, and {other} as well"
    assert (text.splitlines()[one.line - 1].split(":")[0].strip(), one.column, one.found) == (name, 7, name)


@pytest.mark.parametrize(
    ("name", "formula", "words", "found", "suggestion"),
    [
        ("free", "B - Cc", "'let.free' of 'inside': the name Cc is not known here", "Cc", "C"),
        ("net", "onn*Ca_in*free - off*C", "the name onn is not known here", "onn", "on"),
        ("free", "B - (C", "this parenthesis is not closed", "(", None),
        ("free", "{a: 1}", "'let.free' of 'inside' is a formula", "a mapping with a", None),
        ("off", "0.2 1/s^2", "cannot be subtracted", "off*C", None),
        ("free", "B - C + 0*V", "the name V is not known here", "V", None),
        ("free", "net/on/Ca_in", "formulas of 'inside' name one another in a circle: free, net", "net", None),
    ],
)
def test_what_is_wrong_is_told_once(name, formula, words, found, suggestion):
    """Formulas that name what cannot be read are not told as well."""
    (one,) = problems_of(**{name: formula})
    assert words in one.message
    assert (one.found, one.suggestion) == (found, suggestion)
    line = text_of(**{name: formula}).splitlines()[one.line - 1]
    assert line[one.column - 1 :].startswith(found) or "mapping" in found


def test_a_valence_is_in_pH_alone_behind_names_too():
    (one,) = problems_of(width="K_in/(56 mM)")
    assert "a formula in pH alone" in one.message
    assert one.found == "titre"


def test_names_that_double_one_another_end():
    doubled = {f"u{k}": f"u{k - 1} + u{k - 1}" for k in range(1, 40)}
    (one,) = problems_of(u0="K_in", **doubled)
    assert one.message == "'let.u12' of 'inside': the formula has more than 5000 parts with those behind its names"
    assert (one.found, one.column) == ("u11 + u11", 12)


def test_a_description_keeps_them():
    cell = vrest.from_yaml(text_of())
    assert cell.to_dict()["compartments"]["inside"]["let"]["free"] == "B - C"
    assert vrest.rest(vrest.from_yaml(cell.to_yaml())).V_m == vrest.rest(cell).V_m
    assert vrest.rest(cell.replace({"inside.K": "130 mM"})).osmolarity != vrest.rest(cell).osmolarity
