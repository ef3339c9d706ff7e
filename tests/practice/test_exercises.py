"""Every exercise that comes with vrest, drawn again and again."""

import math

import pytest

from vrest import practice
from vrest.practice.checking import check, faults_of
from vrest.practice.display import amount
from vrest.practice.model import KINDS, LEVELS
from vrest.practice.words import FOLDER, languages, sentences

NAMES = practice.exercise_names()
FEW = 12


@pytest.mark.parametrize("name", NAMES)
def test_a_few_draws_of_an_exercise_have_nothing_wrong(name):
    exercise = practice.exercise(name)
    for seed in range(2 if exercise.solves else FEW):
        assert not faults_of(practice.draw(exercise, seed))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_many_draws_of_an_exercise_have_nothing_wrong(name):
    """`vrest practice check` draws a thousand times where an exercise is made of laws."""
    exercise = practice.exercise(name)
    checked = check(exercise, None if exercise.solves else 300)
    assert checked.draws == (50 if exercise.solves else 300)
    assert not checked.faults
    assert all(checked.kept.values())
    assert all(count + checked.suppressed[slip] == checked.draws for slip, count in checked.kept.items())


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_is_written_in_every_language(name):
    exercise = practice.exercise(name)
    drawn = practice.draw(exercise, 3)
    for words in (exercise.title, exercise.text, *exercise.options.values(), *(step.show for step in exercise.steps)):
        assert tuple(words) == languages()
    for slip in exercise.slips:
        assert tuple(slip.text) == languages()
    for language in languages():
        assert "{" not in drawn.text(language) + "".join(practice.solution(drawn, language))
        assert "nan" not in " ".join(practice.solution(drawn, language)).split()


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_in_words_counts_as_the_answer(name):
    drawn = practice.draw(practice.exercise(name), 5)
    if not isinstance(drawn.answer, float):
        for language in languages():
            assert practice.answer(drawn, str(drawn.answer), language).right
        return
    for language in languages():
        assert practice.answer(drawn, drawn.outcome_words(drawn.answer, language), language).right
        assert practice.answer(drawn, amount(drawn.answer, drawn.exercise.unit, language, 5), language).right
    assert math.isfinite(drawn.value)


def test_a_file_is_called_as_its_exercise_is():
    assert [practice.exercise(name).name for name in NAMES] == list(NAMES)


def test_all_kinds_and_levels_are_there():
    every = practice.exercises()
    assert {one.kind for one in every} == set(KINDS)
    assert {one.level for one in every} <= set(LEVELS)


def test_every_language_has_every_sentence():
    assert languages()[0] == "en"
    assert len(languages()) == len(list(FOLDER.glob("*.toml")))
    for language in languages():
        assert sentences(language).keys() == sentences("en").keys()


def test_the_chapter_and_its_applications_are_covered():
    every = practice.exercises()
    assert len(every) >= 40
    assert {one.level for one in every} == set(LEVELS)
    topics = ("nernst", "driving-force", "donnan", "ghk", "chord", "pump", "energy", "charge", "debye", "time", "excitability")
    assert {one.topic for one in every} >= {*topics, "clinic", "plants", "microbes", "organelles"}
