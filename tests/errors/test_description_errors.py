"""The words of every error of a description: where it is, what was found, what is expected, what was probably meant."""

from pathlib import Path

import pytest

import cells
import vrest
from vrest.description.tables import WATER_EXAMPLE

ROOT = Path(__file__).resolve().parents[2]
CELL = (ROOT / "examples" / "pump-leak-cell.yaml").read_text(encoding="utf-8")
SHORT = (ROOT / "examples" / "textbook-neuron.yaml").read_text(encoding="utf-8")
PUMP = "K_Na: 10 mM"


def problems_of(text):
    """All problems of a text, after the checks that hold for every error."""
    with pytest.raises(vrest.InputError) as caught:
        vrest.rest(vrest.from_yaml(text, "cell.yaml"))
    problems = caught.value.problems
    places = [(p.line or 10**9, p.column or 10**9) for p in problems]
    assert places == sorted(places), "not in the order of the file"
    for problem in problems:
        assert problem.file == "cell.yaml"
        assert problem.line is not None
        assert problem.found is None or 0 < len(problem.found) <= 40
        lines = problem.render().splitlines()
        assert lines[0] == f"cell.yaml:{problem.line}:{problem.column}: {problem.message}"
        assert lines[-1].strip() == "^"
        assert lines[-1].index("^") - 4 == min(problem.column - 1, 79)
    return problems


# (what stands in the file, what is put there, message, found, expected, suggestion); None: not compared
WRONG = {
    # -- numbers and units
    "missing unit": ("K: 140 mM", "K: 140", "'inside.K': the unit is missing", "140", "a concentration such as 5 mM", "140 mM"),
    "wrong dimension": (
        "K: 140 mM",
        "K: 140 mV",
        "'inside.K': 140 mV is a potential, not a concentration",
        "140 mV",
        "a concentration such as 5 mM",
        None,
    ),
    "unknown unit": ("K: 140 mM", "K: 140 mMol", None, "140 mMol", "a concentration such as 5 mM", "140 mM"),
    "unit in the wrong case": ("310 K", "310 k", None, "310 k", "a temperature such as 310 K or 37 degC", "310 K"),
    "decimal comma": (
        "10 mM\n        K_K",
        "10,5 mM\n        K_K",
        "'plasma.pump.K_Na': a decimal number has a point, not a comma: write 10.5 mM",
        "10,5 mM",
        None,
        "10.5 mM",
    ),
    "decimal comma in braces": (
        "K: 140 mM",
        "K: 140,5 mM",
        "'inside.K': a decimal number has a point, not a comma: write 140.5 mM",
        "140,5 mM",
        None,
        "140.5 mM",
    ),
    "decimal comma without unit": (
        "valence: -1",
        "valence: -1,5",
        "'inside.impermeant.valence': a decimal number has a point, not a comma: write -1.5",
        "-1,5",
        None,
        "-1.5",
    ),
    "two numbers": (
        "K: 140 mM",
        "K: 120-150 mM",
        "'inside.K': a value is one number with one unit; a range belongs in range:, and nothing is calculated",
        "120-150 mM",
        None,
        None,
    ),
    "sum": (
        "K: 140 mM",
        "K: 5 mM + 3 mM",
        "'inside.K': a value is one number with one unit; a range belongs in range:, and nothing is calculated",
        "5 mM + 3 mM",
        None,
        None,
    ),
    "nan": ("K: 140 mM", "K: nan mM", "'inside.K': the value must be a finite number", "nan mM", None, None),
    "infinity": ("K: 140 mM", "K: .inf", "'inside.K': the value must be a finite number", ".inf", None, None),
    "overflow": ("K: 140 mM", "K: 1e400 mM", "'inside.K': the number is too large or too small", "1e400 mM", None, None),
    "nothing": ("K: 140 mM", "K:", "'inside.K': there is no value", "nothing", None, None),
    "no space after a colon": (
        "K: 140 mM",
        "K:140 mM",
        "a space is missing after the colon: write K: 140 mM",
        "K:140 mM",
        "key: value",
        None,
    ),
    "a list": ("K: 140 mM", "K: [1, 2]", "'inside.K' is one number with its unit", "a list of 2", "5 mM", None),
    "negative concentration": (
        "K: 140 mM",
        "K: -140 mM",
        "'inside.K' is out of range",
        "-140 mM",
        "zero or a positive number, at most 1000 M",
        "140 mM",
    ),
    "37 K": ("310 K", "37 K", "'temperature' is out of range", "37 K", "an absolute temperature from 250 to 400 K", "37 degC"),
    "310 degC": (
        "310 K",
        "310 degC",
        "'temperature' is out of range",
        "310 degC",
        "an absolute temperature from 250 to 400 K",
        "310 K",
    ),
    "37 without unit": (
        "310 K",
        "37",
        "'temperature': the unit is missing",
        "37",
        "a temperature such as 310 K or 37 degC",
        "37 degC",
    ),
    "percent": (
        "    impermeant",
        "    water_fraction: 70 %\n    impermeant",
        "'inside.water_fraction': percent is not a unit: write 0.7",
        "70 %",
        None,
        "0.7",
    ),
    "percent as number": (
        "    impermeant",
        "    water_fraction: 70\n    impermeant",
        "'inside.water_fraction' is out of range",
        "70",
        "a fraction above 0, at most 1",
        "0.7",
    ),
    "diameter of zero": ("20 um", "0 um", "'inside.shape.sphere.diameter' is out of range", "0 um", "a positive number", None),
    "positive free energy": (
        "    impermeant",
        "    atp: {delta_G: 50 kJ/mol}\n    impermeant",
        "'inside.atp.delta_G' is out of range",
        "50 kJ/mol",
        "zero or a negative number",
        "-50 kJ/mol",
    ),
    "value outside its range": (
        "K: 140 mM",
        "K: {value: 140 mM, range: [1 mM, 2 mM]}",
        "the value lies outside its own range",
        "1 mM .. 2 mM",
        None,
        None,
    ),
    "range of one": (
        "K: 140 mM",
        "K: {value: 140 mM, range: [1 mM]}",
        "'range' is a list of 2 values",
        "a list of 1",
        "[120 mM, 150 mM]",
        None,
    ),
    "certainty": (
        "K: 140 mM",
        "K: {value: 140 mM, certainty: mesured}",
        "'certainty' is one of a few words",
        "mesured",
        "measured | derived | recalled | teaching | set",
        "measured",
    ),
    "annotation": (
        "K: 140 mM",
        "K: {value: 140 mM, sorce: me}",
        "the value of 'inside.K' has no key 'sorce'",
        "sorce",
        "certainty, note, range, source, valence, value",
        "source",
    ),
    # -- ratios and absolutes
    "a ratio among absolutes": (
        "permeability: 1.0e-8 m/s",
        "permeability: 1",
        "mechanism 'K_leak' is given as a ratio, but others of membrane 'plasma' are absolute: an absolute permeability is needed",
        "1",
        "a permeability such as 1e-8 m/s",
        None,
    ),
    "a ratio as conductance": (
        "{kind: ghk, ion: K,  permeability: 1.0e-8 m/s}",
        "{kind: ohmic, ion: K, conductance: 0.45}",
        "'plasma.K_leak.conductance' needs a unit; ratios are given as permeabilities (`kind: ghk`), which is another law",
        "0.45",
        "a conductance per area such as 0.3 mS/cm^2 or a conductance such as 5 nS",
        None,
    ),
    "a percent of a ratio": (
        "permeability: 1.0e-8 m/s",
        "permeability: 4 %",
        "'plasma.K_leak.permeability': percent is not a unit: write 0.04",
        "4 %",
        None,
        "0.04",
    ),
    # -- names
    "unknown key": (
        "capacitance:",
        "capacitence:",
        "membrane 'plasma' has no key 'capacitence'",
        "capacitence",
        None,
        "capacitance",
    ),
    "unknown key at the top": ("cell: pump", "titel: x\ncell: pump", "a cell has no key 'titel'", "titel", None, "title"),
    "unknown ion": (
        "Cl: 10 mM}",
        "Chl: 10 mM, Cl: 1 mM}",
        "ion 'Chl' is not in the table of ions; declare its charge with `valence:`",
        "Chl",
        "an ion such as K, Na, Cl, or {value: 5 mM, valence: -2}",
        "Cl",
    ),
    "an ion of which only letters are alike": (
        "Cl: 10 mM}",
        "GABA: 10 mM, Cl: 1 mM}",
        "ion 'GABA' is not in the table of ions; declare its charge with `valence:`",
        "GABA",
        "an ion such as K, Na, Cl, or {value: 5 mM, valence: -2}",
        None,
    ),
    "pH among ions": (
        "Cl: 10 mM}",
        "pH: 7 mM, Cl: 1 mM}",
        "ion 'pH' is not in the table of ions; declare its charge with `valence:`",
        "pH",
        "the concentration of free protons: H: pH 7, or H: 1e-4 mM",
        None,
    ),
    "unknown ion of a mechanism": (
        "ion: K,",
        "ion: Kalium,",
        "mechanism 'K_leak' names an unknown ion 'Kalium'",
        "Kalium",
        "an ion of the description: K, Na, Cl",
        None,
    ),
    "unknown kind": ("{kind: ghk, ion: K,", "{kind: gkh, ion: K,", "mechanism 'K_leak' has an unknown kind", "gkh", None, "ghk"),
    "no kind": ("{kind: ghk, ion: K,", "{ion: K,", "mechanism 'K_leak' lacks 'kind' (what the mechanism is)", None, None, None),
    "unknown law": (
        "law: saturating ",
        "law: saturated ",
        "'na_k_atpase' has no such law",
        "saturated",
        "law: constant | linear | cubic | saturating | hill | competition | sigmoid | reversible | balancing",
        "saturating",
    ),
    "no law": (
        "law: saturating ",
        "",
        "'na_k_atpase' needs one of its laws",
        "no `law`",
        "law: constant | linear | cubic | saturating | hill | competition | sigmoid | reversible | balancing",
        None,
    ),
    "a law where there is one": (
        "{kind: ghk, ion: K,",
        "{kind: ghk, law: ghk, ion: K,",
        "'ghk' has one law only",
        "ghk",
        "no `law`",
        None,
    ),
    "unknown role": ("role: bath", "role: bth", "'role' is one of a few words", "bth", "bath | cell | held", "bath"),
    "unknown shape": ("sphere:", "shpere:", "the shape of 'inside' is one of three", "shpere", None, "sphere"),
    "size of another shape": (
        "diameter: 20 um",
        "radius: 10 um",
        "a sphere lacks 'diameter' (diameter)",
        None,
        "diameter: 20 um",
        None,
    ),
    "a name with a dot": (
        "K_leak:",
        "K.leak:",
        "'K.leak' cannot name a mechanism",
        "K.leak",
        "a letter, then letters, digits, _ + or -; at most 64 of them",
        None,
    ),
    "a membrane named as a compartment": (
        "  plasma:",
        "  inside:",
        "'inside' names a compartment already; a path could not tell them apart",
        "inside",
        "another name for the membrane",
        None,
    ),
    "two names of the maximum": (
        "max_current: 0.05 A/m^2",
        "max_current: 0.05 A/m^2\n        max_rate: 1e-7 mol/(m^2 s)",
        "mechanism 'pump' (na_k_atpase saturating) needs exactly one of max_rate or max_current",
        "max_rate and max_current",
        "max_rate or max_current",
        None,
    ),
    "no maximum": (
        "max_current: 0.05 A/m^2",
        "",
        "mechanism 'pump' (na_k_atpase saturating) needs exactly one of max_rate or max_current",
        "none",
        "max_rate or max_current",
        None,
    ),
    # -- structure
    "duplicate key": (
        "cell: pump-leak-cell",
        "cell: pump-leak-cell\ncell: again",
        "'cell' stands twice; it stood first in line 3",
        "cell",
        "each key once",
        None,
    ),
    "merge key": (
        "    mechanisms:",
        "    <<: {a: 1}\n    mechanisms:",
        "a merge key (<<) is not allowed in a description",
        None,
        "the keys themselves",
        None,
    ),
    "missing temperature": (
        "temperature: 310 K\n",
        "",
        "a cell lacks 'temperature' (absolute temperature, or in degC)",
        None,
        "temperature: 310 K",
        None,
    ),
    "unknown compartment": (
        "[inside, outside]",
        "[insid, outside]",
        "membrane 'plasma' lies between compartments that exist; 'insid' does not",
        "insid",
        "outside, inside",
        "inside",
    ),
    "the same compartment": (
        "[inside, outside]",
        "[inside, inside]",
        "membrane 'plasma' lies between a compartment and itself",
        "inside",
        "two different compartments",
        None,
    ),
    "one compartment": (
        "[inside, outside]",
        "[inside]",
        "'between' is a list of 2 values",
        "a list of 1",
        "[inner, outer], such as [inside, outside]",
        None,
    ),
    "no bath": (
        "role: bath",
        "role: held",
        "no compartment is a bath, so nothing is the reference of the potential",
        "outside is a held, inside is a cell",
        "role: bath in one compartment, or one compartment on the outer side of every membrane",
        None,
    ),
    "second bath": (
        "  inside:",
        "  blood: {role: bath, ions: {K: 5 mM}}\n  inside:",
        "bath 'blood' is a second one: say what its potential is",
        "neither clamped nor open",
        "clamped: 0 mV | open: true",
        None,
    ),
    "clamped cell": (
        "    shape:",
        "    clamped: 0 mV\n    shape:",
        "'clamped' belongs to a bath; 'inside' is a cell",
        "clamped",
        "role: bath",
        None,
    ),
    "unconnected compartment": (
        "membranes:",
        "  lost: {ions: {K: 1 mM}}\nmembranes:",
        "no chain of membranes joins compartment 'lost' to the reference bath, so its potential is not defined",
        "lost",
        "a membrane such as `between: [lost, outside]`",
        None,
    ),
    "no mechanisms": (
        CELL[CELL.index("    mechanisms:") :],
        "    mechanisms: {}\n",
        "nothing conducts: membrane 'plasma' has no mechanism, so its potential is not defined",
        "nothing",
        "K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}",
        None,
    ),
    "mechanisms that are no mapping": (
        CELL[CELL.index("    mechanisms:") :],
        "    mechanisms: [K, Na]\n",
        "'mechanisms' of 'plasma' is a mapping of keys to values",
        "a list of 2",
        "K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}",
        None,
    ),
    "an ion that a compartment lacks": (
        "K: 5 mM, ",
        "",
        "mechanism 'K_leak' moves K, which compartment 'outside' does not list",
        "ions Na, Cl",
        "K: a concentration in 'outside' (0 mM where it is absent)",
        None,
    ),
    "negative amount": (
        "valence: -1, amount",
        "valence: 1, amount",
        "the impermeant of 'inside' would need a negative amount: all else carries +142 mM of charge, its valence is +1",
        "-142 mM",
        "a negative valence, or other concentrations",
        None,
    ),
    "absurd amount": (
        "amount: neutral",
        "amount: 100 mM",
        "this amount of impermeants leaves 'inside' with +42 mM of charge, which would put 1351 V across its membrane",
        "1351 V",
        "at most 300 mV: amount: neutral, or {carries: -65 mV}",
        None,
    ),
    "absurd potential": (
        "amount: neutral",
        "amount: {carries: -65 V}",
        "'inside.impermeant.amount.carries' is out of range",
        "-65 V",
        "from -300 mV to 300 mV",
        None,
    ),
    # -- what a logarithm needs
    "zero in a Nernst potential": (
        "K: 5 mM",
        "K: 0 mM",
        "'outside.K' needs more than zero: it stands in the Nernst potential of 'g'",
        "0 mM",
        "a positive concentration such as 1e-6 mM",
        None,
    ),
    # -- water
    "water": (
        "    capacitance",
        "    water: at once\n    capacitance",
        "'water' of 'plasma' says how water crosses",
        "at once",
        WATER_EXAMPLE,
        None,
    ),
    "water by two permeabilities": (
        "    capacitance",
        "    water: {permeability: 1.5e-4 m/s, L_p: 1e-13 m/(s Pa)}\n    capacitance",
        "'water' of 'plasma' needs exactly one of permeability or L_p",
        "permeability and L_p",
        WATER_EXAMPLE,
        None,
    ),
    "area that follows": (
        "    capacitance",
        "    area_policy: shap\n    capacitance",
        "'area_policy' is one of a few words",
        "shap",
        "fixed | shape",
        "shape",
    ),
    "wall": (
        "    capacitance",
        "    wall: {elastic_modulus: 5 MPa}\n    capacitance",
        "a wall on 'plasma' bears a pressure only where water crosses",
        "water: none",
        "{permeability: 1.5e-4 m/s} | {L_p: 1e-13 m/(s Pa)}",
        None,
    ),
    "reversible without ATP": (
        "law: saturating ",
        "law: reversible ",
        "mechanism 'pump' is bound by the free energy of ATP, which no side of the membrane describes",
        "no atp",
        "atp: {delta_G: -50 kJ/mol} in the compartment that holds the ATP",
        None,
    ),
    # -- formulas
    "a call": (
        PUMP,
        PUMP + "\n        factor: system(1)",
        "'factor' of 'pump': there is no function system",
        "system",
        None,
        None,
    ),
    "an attribute": (
        PUMP,
        PUMP + "\n        factor: V.real",
        "'factor' of 'pump': a name has no parts; a point stands only within a number",
        ".",
        None,
        None,
    ),
    "a huge exponent": (
        PUMP,
        PUMP + "\n        factor: 9**9999",
        "'factor' of 'pump': an exponent is from -10 to 10",
        "9999",
        None,
        None,
    ),
    "a tower": (PUMP, PUMP + "\n        factor: 9**9**9**9", None, None, None, None),
    "code": (
        PUMP,
        PUMP + "\n        factor: \"__import__('os')\"",
        "'factor' of 'pump': text in quotes has no place in a formula",
        "'",
        None,
        None,
    ),
    "an unknown name": (
        PUMP,
        PUMP + "\n        factor: Na_inn/(1 mM)",
        "'factor' of 'pump': the name Na_inn is not known here",
        "Na_inn",
        None,
        "Na_in",
    ),
    "a factor with a unit": (
        PUMP,
        PUMP + "\n        factor: V",
        "'factor' of 'pump' has the wrong dimension: its value is potential (V)",
        "V",
        "plain number",
        None,
    ),
    "a negative factor": (
        PUMP,
        PUMP + "\n        factor: V/(10 mV)",
        "'factor' of 'pump' is negative at -200 mV (-20); no flow is multiplied by less than zero",
        "V/(10 mV)",
        "zero or more everywhere, such as max(0, ...)",
        None,
    ),
    "a parameter that hides a name": (
        PUMP,
        PUMP + "\n        parameters: {Na_in: 3 mM}",
        "'Na_in' cannot name a parameter of 'pump': it has a meaning already",
        "Na_in",
        None,
        None,
    ),
    "a long formula": (
        PUMP,
        PUMP + "\n        factor: 1" + "+1" * 1000,
        "'factor' of 'pump': the formula has 2001 characters; at most 2000 are read",
        None,
        None,
        None,
    ),
}
GATE = (
    "{kind: ghk, ion: K,  permeability: 1.0e-8 m/s}",
    "{kind: ghk, ion: K,  permeability: 1.0e-8 m/s}\n      g: {kind: ohmic, ion: K, conductance: 1 mS/cm^2}",
)


@pytest.mark.parametrize("case", WRONG)
def test_an_error_says_what_and_where_and_what_to_write(case):
    old, new, message, found, expected, suggestion = WRONG[case]
    base = CELL.replace(*GATE) if case == "zero in a Nernst potential" else CELL
    assert base.count(old) >= 1
    problems = problems_of(base.replace(old, new, 1))
    problem = next((p for p in problems if message is None or p.message == message), problems[0])
    assert message is None or problem.message == message
    assert found is None or problem.found == found
    assert expected is None or problem.expected == expected
    assert suggestion is None or problem.suggestion == suggestion


ONE_PROBLEM = [
    case for case in WRONG if case not in ("unknown key", "size of another shape", "an ion that a compartment lacks", "merge key")
]


@pytest.mark.parametrize("case", [c for c in ONE_PROBLEM if c != "zero in a Nernst potential"])
def test_one_slip_is_one_problem(case):
    old, new, *_ = WRONG[case]
    assert len(problems_of(CELL.replace(old, new, 1))) == 1


@pytest.mark.parametrize(
    ("old", "new", "message", "suggestion"),
    [
        ("K: ", "Kx: ", "ion 'Kx' is not in the table of ions; declare its charge with `valence:`", "K"),
        ("inside: 140 mM, ", "", "ion 'K' of the short form lacks 'inside' (inner concentration)", None),
        (
            "permeability: 1}",
            "conductance: 1}",
            "'membrane.K_leak.conductance' needs a unit; ratios are given as permeabilities (`kind: ghk`), which is another law",
            None,
        ),
        ("permeability: 1}", "P_K: 1}", "ion 'K' of the short form has no key 'P_K'", "permeability"),
        ("inside: 140 mM", "in: 140 mM", "ion 'K' of the short form has no key 'in'", "inside"),
        ("permeability: 1}", "g: 5 nS}", "ion 'K' of the short form has no key 'g'", "conductance"),
        ("permeability: 1}", "permeabilty: 1}", "ion 'K' of the short form has no key 'permeabilty'", "permeability"),
        (
            "permeability: 1}",
            "permeability: 1, conductance: 5 nS}",
            "ion 'K' of the short form takes at most one of permeability or conductance",
            None,
        ),
        (
            "inside: 140 mM",
            "inside: 140,5 mM",
            "'inside.K': a decimal number has a point, not a comma: write 140.5 mM",
            "140.5 mM",
        ),
        ("temperature: 310 K\n", "", "the short form of a cell lacks 'temperature' (absolute temperature, or in degC)", None),
        ("temperature:", "membranes: {}\ntemperature:", "a cell has at least one membrane", None),
        ("temperature:", "mechanisms: 5\ntemperature:", "'mechanisms' is a mapping of keys to values", None),
        (
            "temperature:",
            "mechanisms: {K_leak: {kind: ghk, ion: K, permeability: 1}}\ntemperature:",
            "'K_leak' stands for the permeability or conductance of an ion already",
            None,
        ),
    ],
)
def test_the_short_form_has_its_own_words(old, new, message, suggestion):
    assert old in SHORT
    problems = problems_of(SHORT.replace(old, new, 1))
    problem = next(p for p in problems if p.message == message)
    assert suggestion is None or problem.suggestion == suggestion


def test_a_cell_that_lists_nothing_says_what_a_cell_is():
    problems = problems_of("cell: a\ntemperature: 310 K\nionz: {K: {inside: 1 mM}}\n")
    assert problems[0].message == "a cell lists its `ions` (the short form, one membrane), or its `compartments` and `membranes`"
    assert problems[1].suggestion == "ions"


def test_a_loop_needs_areas_and_absolute_numbers():
    twice = CELL[CELL.index("  plasma:") :].replace("  plasma:", "  second:", 1)
    text = CELL.replace("shape: {sphere: {diameter: 20 um}}", "volume: 4 pL") + twice
    messages = [p.message for p in problems_of(text)]
    assert messages == [
        f"membrane '{name}' lies in a loop (plasma, second): its currents per area add up with the others only when its area is known"
        for name in ("plasma", "second")
    ]
    shaped = [p.message for p in problems_of(CELL + twice)]
    assert shaped[0] == (
        "membrane 'plasma' needs its area: 'inside' has several membranes, and its shape cannot say how they share its surface"
    )


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file():
    text = CELL.replace("310 K", "37 K").replace("K: 5 mM", "K: 5,5 mM").replace("diameter: 20 um", "diamter: 20 um")
    text = text.replace("[inside, outside]", "[inside, outsid]").replace("kind: ghk, ion: K,", "kind: gkh, ion: K,")
    text = (
        text.replace("K_K: 1.5 mM", "K_K: 1.5 mV").replace("valence: -1", "valence: minus")
        + "band: {low: 1 mV, high: 0 mV}\nband: 3\n"
    )
    lines = [(p.line, p.found) for p in problems_of(text)]
    assert lines == [
        (4, "37 K"),
        (8, "5,5 mM"),
        (10, "diamter"),
        (12, "minus"),
        (15, "outsid"),
        (18, "gkh"),
        (26, "1.5 mV"),
        (27, "1 mV .. 0 mV"),
        (28, "band"),
    ]


def test_zero_is_allowed_where_no_logarithm_needs_more():
    assert vrest.rest(vrest.from_yaml(CELL.replace("K: 5 mM", "K: 0 mM"))).V_m["plasma"] < -0.07


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("{kind: kcc2, law: affinity, rate: 1e-9 mol/(m^2 s)}", "its logarithm stands in the free energy of one cycle of 'x'"),
        (
            "{kind: primary_pump, law: reversible, stoichiometry: {K: -1}, max_current: 1 pA}",
            "its logarithm stands in the free energy of one cycle of 'x'",
        ),
        ("{kind: ghk, ion: Na, permeability: 1e-9 m/s, factor: 1/(1 + exp((V - E_K)/(9 mV)))}", "'factor' of 'x' names E_K"),
        (
            "{kind: formula, stoichiometry: {K: 1}, rate: a*(V - E)/(9 mV), parameters: {a: 1e-9 mol/(m^2 s)}}",
            "'rate' of 'x' names E",
        ),
        (
            "{kind: cotransport, law: mass_action, stoichiometry: {Na: 1, K: -1}, rate: 1e-9 mol/(m^2 s)}",
            "it stands in a quotient in the rate of 'x'",
        ),
    ],
)
def test_zero_is_refused_where_it_was_written(way, why):
    text = CELL.replace("K: 5 mM", "K: 0 mM").replace("      pump:", f"      x: {way}\n      pump:")
    text = text.replace("    impermeant", "    atp: {delta_G: -50 kJ/mol}\n    impermeant")
    (problem,) = problems_of(text)
    assert problem.message == f"'outside.K' needs more than zero: {why}"
    assert (problem.line, problem.column) == (8, 15)


def test_zero_of_the_outer_sodium_that_a_pump_is_referred_to():
    text = (
        CELL.replace("law: saturating ", "law: linear ")
        .replace("K_Na: 10 mM", "Na_ref: outside")
        .replace("        K_K: 1.5 mM\n", "")
    )
    (problem,) = problems_of(text.replace("Na: 145 mM", "Na: 0 mM"))
    assert problem.message == "'outside.Na' needs more than zero: the turnover of 'pump' is divided by it"


def test_a_cell_in_which_nothing_conducts_is_refused():
    text = CELL.replace("1.0e-8 m/s", "0").replace("4.0e-10 m/s", "0").replace("4.5e-9 m/s", "0").replace("0.05 A/m^2", "0")
    with pytest.raises(vrest.InputError) as caught:
        vrest.rest(vrest.from_yaml(text))
    assert caught.value.problems[0].message.startswith(
        "nothing conducts: every mechanism of membrane 'plasma' carries zero current"
    )


def test_the_caret_stands_under_the_character_inside_a_formula():
    text = CELL.replace(PUMP, PUMP + '\n        factor: "1/(1 + exp((V - V_half)/(8 mV)))"')
    (problem,) = problems_of(text)
    assert text.splitlines()[problem.line - 1][problem.column - 1 :].startswith("V_half")


def test_what_comes_from_outside_is_never_long_nor_unprintable():
    text = 'cell: a\ntemperature: 310 K\nions: {"\\e[31mK' + "x" * 3000 + '": {inside: 1 mM, outside: 2 mM}}\n'
    for problem in problems_of(text):
        assert problem.message.isprintable()
        assert len(problem.message) < 200
        assert "\x1b" not in problem.render()


@pytest.mark.parametrize(
    ("settings", "message", "suggestion"),
    [
        ({"outside.K": "8,5 mM"}, "'outside.K': a decimal number has a point, not a comma: write 8.5 mM", "8.5 mM"),
        ({"outside.K": "8"}, "'outside.K': the unit is missing", "8 mM"),
        ({"outside.K": "-8 mM"}, "'outside.K' is out of range", "8 mM"),
        ({"temperature": "37 K"}, "'temperature' is out of range", "37 degC"),
        (
            {"plasma.K_leak.permeability": 1},
            "mechanism 'K_leak' is given as a ratio, but others of membrane 'plasma' are absolute: an absolute permeability is needed",
            None,
        ),
        (
            {"plasma.pump.max_current": "0.05 A/m"},
            "'plasma.pump.max_current': 0.05 A/m is a quantity in m^-1 A, not a current density",
            None,
        ),
        (
            {"plasma.K_leak.conductance": "1 mS/cm^2"},
            "'plasma.K_leak.conductance' is not a path of pump-leak-cell; a path never creates anything",
            "plasma.K_leak.permeability",
        ),
        (
            {"serum.K": "5 mM"},
            "'serum.K' is not a path of pump-leak-cell; a path never creates anything",
            "outside.K",
        ),
        (
            {"plasma.pump.max_curent": "0"},
            "'plasma.pump.max_curent' is not a path of pump-leak-cell; a path never creates anything",
            "plasma.pump.max_current",
        ),
        (
            {"inside.Cl": "160 mM"},
            "the impermeant of 'inside' would need a negative amount: all else carries -8 mM of charge, its valence is -1",
            None,
        ),
    ],
)
def test_settings_have_the_same_words(settings, message, suggestion):
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_yaml(CELL, "cell.yaml").replace(settings)
    (problem,) = caught.value.problems
    assert problem.message == message
    assert suggestion is None or problem.suggestion == suggestion


def test_an_error_is_data():
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_yaml(CELL.replace("310 K", "37 K"), "cell.yaml")
    (problem,) = caught.value.to_dict()["error"]
    assert problem == {
        "message": "'temperature' is out of range",
        "file": "cell.yaml",
        "line": 4,
        "column": 14,
        "path": "temperature",
        "found": "37 K",
        "expected": "an absolute temperature from 250 to 400 K",
        "suggestion": "37 degC",
    }


@pytest.mark.parametrize(
    ("word", "meant"), [("clamp", "voltage"), ("inject", "current"), ("block", "multiply"), ("duration", "for")]
)
def test_a_word_of_the_bench_is_understood_in_an_event(word, meant):
    event = {"at": "0.1 s", word: {"inside": "-20 mV"}}
    with pytest.raises(vrest.InputError) as caught:
        vrest.simulate(vrest.from_yaml(CELL), {"until": "1 s", "events": [event]})
    assert meant in [problem.suggestion for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("water", "meant"),
    [({"permeability": "1e-13 m/(s Pa)"}, "L_p: 1e-13 m/(s Pa)"), ({"L_p": "1e-4 m/s"}, "permeability: 1e-4 m/s")],
)
def test_a_number_that_another_key_would_take_is_told_which(water, meant):
    described = cells.pump_leak()
    described["membranes"]["plasma"]["water"] = water
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(described)
    assert caught.value.problems[0].suggestion == meant
