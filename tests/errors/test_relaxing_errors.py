"""The words of errors in a volume that relaxes: where it is, what was found, what is expected, what was probably meant."""

from pathlib import Path

import pytest

import vrest

CELL = (Path(__file__).resolve().parents[2] / "examples" / "pump-leak-cell.yaml").read_text(encoding="utf-8")
FORMULA = "relax_to: 1.1 - 0.1*osm_out/osm_in"


def problems_of(water, more="", text=CELL):
    described = text.replace("    capacitance", f"    water: {water}\n{more}    capacitance", 1)
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_yaml(described, "cell.yaml")
    for problem in caught.value.problems:
        assert problem.file == "cell.yaml"
        assert problem.line is not None
        assert problem.found is None or 0 < len(problem.found) <= 40
    return caught.value.problems


EXAMPLE = "relax_to: w0*(1.1 - 0.1*exp((osm_out - osm_in)/(20 mM)))"
# (water, message, found, expected, suggestion); None: not compared
WRONG = {
    "an unknown name": (
        "{relax_to: 1.1 - 0.1*osm_ot/osm_in, time_constant: 1 s}",
        "'relax_to' of 'plasma': the name osm_ot is not known here",
        "osm_ot",
        None,
        "osm_out",
    ),
    "the potential": (
        "{relax_to: 1 + V/(1 V), time_constant: 1 s}",
        "'relax_to' of 'plasma': the name V is not known here; a unit needs a number before it, as in 1 V",
        "V",
        None,
        None,
    ),
    "a bath has no volume": (
        "{relax_to: w0_out, time_constant: 1 s}",
        "'relax_to' of 'plasma': the name w0_out is not known here",
        "w0_out",
        None,
        None,
    ),
    "the wrong dimension": (
        "{relax_to: osm_out - osm_in, time_constant: 1 s}",
        "'relax_to' of 'plasma' has the wrong dimension: its value is concentration (mol/m^3)",
        "osm_out - osm_in",
        "a volume, or a multiple of the described one",
        None,
    ),
    "dimensions that do not add": (
        "{relax_to: 1 - osm_out, time_constant: 1 s}",
        "'relax_to' of 'plasma': plain number and concentration (mol/m^3) cannot be subtracted",
        "osm_out",
        "plain number",
        None,
    ),
    "no formula": (
        "{relax_to: [1], time_constant: 1 s}",
        "'relax_to' of 'plasma' is a formula",
        "a list of 1",
        EXAMPLE,
        None,
    ),
    "code": (
        "{relax_to: open(osm_in), time_constant: 1 s}",
        "'relax_to' of 'plasma': there is no function open",
        "open",
        None,
        None,
    ),
    "no time constant": (
        "{relax_to: 1.1}",
        "'water' of 'plasma' lacks 'time_constant' (time in which the volume comes by 1/e closer)",
        None,
        "time_constant: 250 ms",
        None,
    ),
    "no formula at all": (
        "{time_constant: 1 s}",
        "'water' of 'plasma' lacks 'relax_to' (the inner volume as a formula, or its multiple of the described one)",
        None,
        f"{EXAMPLE}",
        None,
    ),
    "a time constant of zero": (
        "{relax_to: 1.1, time_constant: 0 s}",
        "'plasma.water.time_constant' is out of range",
        "0 s",
        "a positive number",
        None,
    ),
    "a time constant without unit": (
        "{relax_to: 1.1, time_constant: 250}",
        "'plasma.water.time_constant': the unit is missing",
        "250",
        None,
        None,
    ),
    "a wrong key": (
        "{relax_to: 1.1, time_constnt: 1 s, time_constant: 1 s}",
        "'water' of 'plasma' has no key 'time_constnt'",
        "time_constnt",
        None,
        None,
    ),
    "with a permeability": (
        "{relax_to: 1.1, time_constant: 1 s, permeability: 1e-4 m/s}",
        "'water' of 'plasma' has no key 'permeability': water follows a permeability or a formula, not both",
        "permeability",
        "parameters, relax_to, time_constant",
        None,
    ),
    "a parameter that hides a name": (
        "{relax_to: 1.1, time_constant: 1 s, parameters: {osm_in: 3 mM}}",
        "'osm_in' cannot name a parameter of the water of 'plasma': it has a meaning already",
        "osm_in",
        "an unused name of letters, digits and _, such as steep",
        None,
    ),
    "a parameter with a poor name": (
        "{relax_to: 1.1, time_constant: 1 s, parameters: {a b: 3 mM}}",
        "'a b' cannot name a parameter of the water of 'plasma'",
        "a b",
        "an unused name of letters, digits and _, such as steep",
        None,
    ),
    "parameters that are no section": (
        "{relax_to: 1.1, time_constant: 1 s, parameters: 3 mM}",
        "'parameters' of the water of 'plasma' is a mapping of keys to values",
        "3 mM",
        "{steep: 20 mM}",
        None,
    ),
    "a negative volume": (
        "{relax_to: 1 - osm_out/osm_in*2, time_constant: 1 s}",
        "'relax_to' of 'plasma' gives no volume at the described composition: -2.976 pL",
        "1 - osm_out/osm_in*2",
        "a volume above zero",
        None,
    ),
    "no volume at all": (
        "{relax_to: 0, time_constant: 1 s}",
        "'relax_to' of 'plasma' gives no volume at the described composition: 0 pL",
        "0",
        "a volume above zero",
        None,
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_error_says_what_and_where_and_what_to_write(case):
    water, message, found, expected, suggestion = WRONG[case]
    (problem,) = problems_of(water)
    assert message is None or problem.message == message
    assert found is None or problem.found == found
    assert expected is None or problem.expected == expected
    assert suggestion is None or problem.suggestion == suggestion


def test_behind_a_wall_water_needs_a_permeability():
    (problem,) = problems_of(f"{{{FORMULA}, time_constant: 1 s}}", "    wall: {elastic_modulus: 5 MPa}\n")
    assert problem.message == "behind a wall water needs a permeability"
    assert (problem.found, problem.expected) == ("water: {relax_to: ...}", "{permeability: 1.5e-4 m/s} | {L_p: 1e-13 m/(s Pa)}")


def test_only_the_volume_of_a_cell_relaxes():
    turned = CELL.replace("[inside, outside]", "[outside, inside]").replace(
        "    capacitance", "    area: 1000 um^2\n    capacitance"
    )
    problem = problems_of("{relax_to: 1 pL, time_constant: 1 s}", text=turned)[0]
    assert problem.message == "through 'plasma' the volume of its inner compartment relaxes; only that of a cell can"
    assert (problem.found, problem.expected) == ("'outside' is a bath", "between: [cell, outer]")


def test_a_volume_follows_one_rule():
    spaces = CELL.replace("shape: {sphere: {diameter: 20 um}}", "volume: 4 pL")
    second = spaces[spaces.index("  plasma:") :].replace("  plasma:", "  second:", 1)
    both = (spaces + second).replace("    capacitance", "    area: 1000 um^2\n    capacitance")
    for other, found in (
        ("instantaneous", "instantaneous at 'second'"),
        (f"{{{FORMULA}, time_constant: 1 s}}", "relax_to at 'second'"),
    ):
        text = both.replace("  second:\n", f"  second:\n    water: {other}\n")
        problem = problems_of(f"{{{FORMULA}, time_constant: 1 s}}", text=text)[0]
        assert problem.message == "the volume of 'inside' follows one rule, but 'plasma' and 'second' each give it one"
        assert (problem.found, problem.expected) == (found, "water: none in one of the two")
