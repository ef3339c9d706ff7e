"""How numbers are drawn, which slips are kept, how an answer is read and judged."""

import hashlib
import math

import pytest

import vrest
from own_exercises import GAS, exercise_with
from vrest import practice
from vrest.practice.display import decimal, unit_words


def test_numbers_follow_the_written_recipe():
    exercise = practice.exercise("nernst-potassium")
    for seed in (0, 1, 77):
        drawn = practice.draw(exercise, seed)
        rows = [("K_in", 100, 5, 13), ("K_out", 2.5, 0.5, 20), ("T", 15, 1, 25)]
        for place, (name, first, step, count) in enumerate(rows):
            text = f"nernst-potassium:1:{seed}:{3 * drawn.attempt + place}"
            number = int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) % count
            assert float(drawn.written[name]) == first + step * number


def test_the_answer_of_the_potassium_potential_is_nernsts():
    drawn = practice.draw(practice.exercise("nernst-potassium"), 4)
    K_in, K_out, T = (float(drawn.written[name]) for name in ("K_in", "K_out", "T"))
    by_hand = 1e3 * 8.31446261815324 * (T + 273.15) / 96485.33212331 * math.log(K_out / K_in)
    assert drawn.value == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("seed", [-1, 2**53, True, 1.5, "1"])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(vrest.InputError, match="a seed is a whole number"):
        practice.draw(practice.exercise("nernst-potassium"), seed)


def test_a_slip_with_the_answers_number_is_suppressed():
    same = exercise_with(slips={"same": "2*a*1.001", "other": "5*a"})
    drawn = practice.draw(same, 1)
    assert [one.slip.name for one in drawn.slips] == ["other"]
    assert drawn.suppressed == ("same",)


def test_of_two_slips_with_one_number_the_later_is_suppressed_unless_both_ask():
    assert practice.draw(exercise_with(slips={"one": "5*a", "two": "5*a"}), 1).suppressed == ("two",)
    drawn = practice.draw(exercise_with(slips={"one": "5*a", "two": "5*a"}, ask=True), 1)
    assert not drawn.suppressed
    verdict = practice.answer(drawn, f"{5 * float(drawn.written['a'])} mV")
    assert verdict.name == "ask"
    assert verdict.chosen("two").slip == "two"
    with pytest.raises(vrest.InputError, match="no such slip"):
        verdict.chosen("three")


def test_draws_keep_the_slips_that_an_exercise_finds():
    plain = exercise_with(slips={"near": "40 mV"}, tolerance="{absolute: 9 mV}")
    finding = exercise_with(slips={"near": "40 mV"}, tolerance="{absolute: 9 mV}", finds="[near]")
    assert any(practice.draw(plain, seed).suppressed for seed in range(40))
    assert not any(practice.draw(finding, seed).suppressed for seed in range(40))


def test_a_slip_that_is_never_told_apart_but_must_be_has_no_draw():
    with pytest.raises(vrest.NoAnswerError, match="none of 500 draws"):
        practice.draw(exercise_with(slips={"same": "2*a"}, finds="[same]"))


def test_law_of_several_ions_is_called_ion_by_ion():
    drawn = practice.draw(
        exercise_with(answer="ghk_voltage(1, 1, 140 mM, 5 mM, 0.04, 1, 12 mM, 145 mM, 0.45, -1, 10 mM, 110 mM, 310 K)")
    )
    expected = vrest.ghk_voltage([1, 0.04, 0.45], [1, 1, -1], [140.0, 12.0, 10.0], [5.0, 145.0, 110.0], 310.0)
    assert drawn.answer == pytest.approx(expected, rel=1e-12)


def test_a_law_takes_the_units_that_fit_of_those_it_states():
    whole = exercise_with(answer="capacitor_charge(20 pF, 2*a)/(1 nF)")
    per_area = exercise_with(answer="capacitor_charge(1 uF/cm^2, 2*a)/(1 F/m^2)")
    assert practice.draw(whole).exercise.answer.formula.dimension == practice.draw(per_area).exercise.answer.formula.dimension


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("{x} mV", "en"),
        ("{x}", "en"),
        ("{v} V", "en"),
        ("−{x}mV", "en"),
        ("{comma} mV", "en"),
        ("{comma}", "de"),
        ("  {x}  mV ", "de"),
    ],
)
def test_numbers_are_understood_as_people_write_them(text, language):
    drawn = practice.draw(exercise_with(answer="-2*a" if text.startswith("−") else "2*a"), 2)
    x = abs(drawn.value)
    written = text.format(x=f"{x:.1f}", v=f"{x / 1000:.4f}", comma=f"{x:.1f}".replace(".", ","))
    assert practice.answer(drawn, written, language).right


@pytest.mark.parametrize("text", ["", "mV", "5 s", "nan", "5 mV 3", "1,500", "9**9**9", "<b>5</b>", "5 %"])
def test_what_is_no_answer_is_said_and_not_judged(text):
    with pytest.raises(vrest.InputError):
        practice.answer(practice.draw(exercise_with()), text)


def test_a_choice_is_read_by_number_letter_name_and_words():
    drawn = practice.draw(practice.exercise("chloride-direction"), 1)
    assert {practice.read_answer(drawn, text) for text in ("1", "a", "in", "into the cell", "INTO THE CELL")} == {"in"}
    for text in ("", "0", "9", "sideways"):
        with pytest.raises(vrest.InputError):
            practice.read_answer(drawn, text)


def test_an_order_is_read_with_any_separator():
    drawn = practice.draw(practice.exercise("nernst-order"), 1)
    assert {practice.read_answer(drawn, text) for text in ("K < Cl < Na < Ca", "K,Cl,Na,Ca", "1 3 2 4", "K Cl Na Ca")} == {
        "K Cl Na Ca"
    }
    with pytest.raises(vrest.InputError, match="each item once"):
        practice.read_answer(drawn, "K Cl Na")


def test_a_direction_is_read_by_word_and_sign():
    drawn = practice.draw(practice.exercise("open-potassium"), 1)
    assert [practice.read_answer(drawn, text, "de") for text in ("+", "−", "0", "falls")] == ["rises", "falls", "stays", "falls"]


def test_feedback_names_the_slip_its_text_and_the_step():
    drawn = practice.draw(practice.exercise("nernst-potassium"), 1)
    wrong = next(one for one in drawn.slips if one.slip.name == "log10-for-ln")
    said = practice.feedback(drawn, practice.answer(drawn, drawn.outcome_words(wrong.outcome)))
    assert said[0].startswith("Not right: log10-for-ln. RT/F goes with")
    assert said[1].startswith("It happened in step 3: ")
    assert practice.feedback(drawn, practice.answer(drawn, "1234 mV"))[0].startswith("Not right, and no slip")


def test_the_solution_puts_numbers_in():
    lines = practice.solution(practice.draw(practice.exercise("nernst-potassium"), 1), "de")
    assert "8 mM/140 mM = 0,05714" in lines[1]
    assert lines[-1] == "Antwort: −73,0 mV"


def test_numbers_and_units_as_they_are_printed():
    assert decimal("-1.5e-17", "de") == "−1,5·10⁻¹⁷"
    assert [unit_words(unit) for unit in ("um^2", "degC", "1", "mol/m^2/s")] == ["µm²", "°C", "", "mol/m²/s"]


def test_constants_of_formulas_are_those_of_the_si():
    assert practice.draw(exercise_with(answer=GAS)).value == pytest.approx(
        8.31446261815324 * 310 / 96485.33212331 * 1e3, rel=1e-12
    )
    charge = practice.draw(exercise_with(answer="2*a*F/(N_A*e)"))
    assert charge.answer == pytest.approx(2e-3 * float(charge.written["a"]), rel=1e-12)
