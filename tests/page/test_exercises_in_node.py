"""Exercises on the page, run by Node: drawn, answered and judged as in Python."""

import hashlib
import json
import math

import pytest

import in_node
from vrest import practice
from vrest.page.exercises import ROWS, practice_module
from vrest.page.join import STATIC
from vrest.page.write import sentences
from vrest.practice.formulas import value
from vrest.units import to_unit

pytestmark = in_node.needs_node
MODULES = ("sha256", "exercises", "exercise_text", "words")
ASK = """
import { readFileSync } from 'node:fs';
import { draw, judge, opened, readNumber } from './exercises.mjs';
import { textsOf } from './exercise_text.mjs';
import { speaker } from './words.mjs';
import { sha256 } from './sha256.mjs';
import { practice as listed } from './listed.mjs';
const practice = opened(listed);
const { table, seeds, outcomes, texts, hashed } = JSON.parse(readFileSync(0));
const words = speaker(table);
const named = Object.fromEntries(practice.exercises.map((one) => [one.name, one]));
const judged = (drawn, given) => { const { right, slips } = judge(drawn, given); return [right, slips.map((one) => one.slip.name)]; };
const drawnOf = (exercise, seed) => {
  const drawn = draw(practice, exercise, seed);
  const said = textsOf(practice, drawn, words);
  return { ...drawn, exercise: null, slips: drawn.slips.map(({ slip, outcome }) => [slip.name, outcome]), question: said.question,
    lines: exercise.steps.map((_, k) => { const { show, formula } = said.step(k); return `${k + 1}. ${show}: ${formula}`; }),
    judged: (outcomes[exercise.name]?.[seed] ?? []).map((given) => judged(drawn, given)), said: said.outcome(drawn.answer) };
};
console.log(JSON.stringify({
  drawn: practice.exercises.map((one) => Array.from({ length: Math.min(one.seeds, seeds) }, (_, k) => drawnOf(one, k))),
  read: texts.map(([name, text]) => { const x = readNumber(practice, named[name], text, words.point); return Number.isNaN(x) ? null : x; }),
  hashed: hashed.map(sha256),
}));
"""


def asked(exercises, language="en", seeds=20, outcomes=None, texts=(), hashed=()):
    """What the modules of a page answer."""
    modules = {f"{name}.mjs": (STATIC / f"{name}.mjs").read_text(encoding="utf-8") for name in MODULES}
    question = {
        "table": sentences(language),
        "seeds": seeds,
        "outcomes": outcomes or {},
        "texts": list(texts),
        "hashed": list(hashed),
    }
    return json.loads(
        in_node.run({**modules, "listed.mjs": practice_module(exercises, language), "ask.mjs": ASK}, json.dumps(question))
    )


def same(a, b):
    return a == b if isinstance(a, str) or a is None else math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15)


def agree(exercises, seeds, language, words=True):
    drawn = {one.name: [practice.draw(one, seed) for seed in range(seeds)] for one in exercises}
    outcomes = {
        name: [[one.exercise.rounded(kept.outcome) for kept in one.slips] for one in every] for name, every in drawn.items()
    }
    found = asked(exercises, language, seeds, outcomes)["drawn"]
    for each, (name, every) in zip(found, drawn.items(), strict=True):
        for got, one in zip(each, every, strict=False):
            at = f"{name}, seed {one.seed}"
            assert got["written"] == one.written, at
            assert got["numbers"].keys() == one.numbers.keys(), at
            assert all(same(got["numbers"][key], number) for key, number in one.numbers.items()), at
            assert same(got["answer"], one.answer), at
            assert [kept[0] for kept in got["slips"]] == [kept.slip.name for kept in one.slips], at
            assert all(same(kept[1], mine.outcome) for kept, mine in zip(got["slips"], one.slips, strict=True)), at
            verdicts = [practice.judge(one, given) for given in outcomes[name][one.seed]]
            assert got["judged"] == [[each.right, [kept.slip.name for kept in each.slips]] for each in verdicts], at
            assert got["question"] == one.text(language), at
            steps = [value(step.formula, one.numbers) for step in one.exercise.steps]
            assert all(same(a, b) for a, b in zip(got["steps"], steps, strict=True)), at
            assert not words or got["lines"] == practice.solution(one, language)[:-1], at
    return found


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_exercise_is_drawn_judged_and_solved_as_in_python(language):
    agree([one for one in practice.exercises() if not one.solves], 20, language)


@pytest.mark.slow
def test_every_exercise_agrees_in_many_draws():
    agree([one for one in practice.exercises() if not one.solves], 100, "en", words=False)


@pytest.mark.slow
def test_exercises_that_solve_a_cell_agree_in_every_draw_that_the_page_has():
    agree([one for one in practice.exercises() if one.solves], ROWS, "de")


def test_hashes_are_those_of_the_standard():
    texts = ["", "abc", "nernst-potassium:1:1:0", "ä−⁻" * 40, *("x" * n for n in (55, 56, 63, 64, 65, 200))]
    assert asked([], hashed=texts)["hashed"] == [hashlib.sha256(text.encode()).hexdigest() for text in texts]


NUMBERS = [
    ("-73.0 mV", -0.073),
    ("\N{MINUS SIGN}73,0", -0.073),
    ("-0.073V", -0.073),
    ("-73000 µV", -0.073),
    ("-7.3e1 mV", -0.073),
    ("-7,3·10^1 mV", -0.073),
    ("+.5 mV", 5e-4),
    ("0", 0.0),
]


def test_numbers_are_read_with_comma_minus_and_units_of_the_same_dimension():
    name = "nernst-potassium"
    found = asked([practice.exercise(name)], texts=[(name, text) for text, _ in NUMBERS])["read"]
    assert found == pytest.approx([x for _, x in NUMBERS], rel=1e-14)
    drawn = practice.draw(practice.exercise(name), 1)
    assert [practice.read_answer(drawn, text) for text, _ in NUMBERS] == pytest.approx([x for _, x in NUMBERS], rel=1e-14)


@pytest.mark.parametrize(
    "text", ["", "mV", "-73 mM", "5 mV + 3 mV", "1.2.3", "1,2,3", "NaN mV", "1,500 mV", "7 MV V", "-73 constructor"]
)
def test_what_is_no_answer_is_read_as_none(text):
    assert asked([practice.exercise("nernst-potassium")], texts=[("nernst-potassium", text)])["read"] == [None]


@pytest.mark.parametrize("name", [one.name for one in practice.exercises() if one.kind == "numeric"])
def test_the_answer_is_right_in_every_unit_that_is_offered(name):
    from vrest.page.exercises import accepted_units

    exercise = practice.exercise(name)
    drawn = practice.draw(exercise, 3)
    for unit, (factor, zero) in accepted_units(exercise.unit).items():
        number = (drawn.answer - zero) / factor
        assert math.isclose(number, float(to_unit(drawn.answer, unit or "1")), rel_tol=1e-12)
        assert practice.answer(drawn, f"{number!r} {unit}").right, unit


WARM = """
exercise: warm
version: 2
level: 1
kind: numeric
topic: own
text: {en: "Ten degrees more than {T}?"}
quantities:
  T: {from: -5, to: 30, step: 2.5, unit: degC}
answer: T + 10 K
unit: degC
tolerance: {absolute: 0.2 K}
steps:
  - {show: {en: Added}, formula: T + 10 K, unit: degC}
slips:
  taken-away: {formula: T - 10 K, step: 1, text: {en: "That is ten degrees less than {T}."}}
  forgotten: {formula: T, step: 1, text: {en: "That is {T} itself."}}
"""


def test_an_exercise_of_ones_own_in_degrees_agrees_and_is_read_in_kelvin_too(tmp_path):
    (tmp_path / "warm.yaml").write_text(WARM, encoding="utf-8")
    warm = practice.read_exercise(tmp_path / "warm.yaml")
    agree([warm], 20, "en")
    texts = [("warm", text) for text in ("20 \N{DEGREE SIGN}C", "20", "293.15 K", "20 degC", "20 mV")]
    *read, other = asked([warm], texts=texts)["read"]
    assert read == pytest.approx([293.15] * 4, rel=1e-14)
    assert other is None
