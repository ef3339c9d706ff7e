"""Random descriptions: each ends in a certified answer or an error in words. The whole bar: `tests/fuzz/run.py`."""

from collections import Counter

import pytest

from asks import requests
from generate import Generator, samples, to_text
from judge import judge, judged


@pytest.mark.parametrize(("count", "seed"), [(60, 0), *(pytest.param(100, seed, marks=pytest.mark.slow) for seed in (1, 2))])
def test_every_description_ends_in_an_answer_or_in_words(count, seed):
    endings = Counter()
    for sort, data in samples(count, seed):
        outcome = judge(data)
        assert outcome.violation is None, f"{outcome.violation}\n{data.decode(errors='replace')}"
        endings[sort, outcome.ending] += 1
    assert endings["valid", "answered"] > 0.15 * count
    assert endings["broken", "refused"] > 0.15 * count
    assert endings["mutated", "refused"] > 0.05 * count


@pytest.mark.parametrize("sort", ["protocol", "set", "over"])
@pytest.mark.parametrize(("count", "seed"), [(30, 0), pytest.param(200, 1, marks=pytest.mark.slow)])
def test_every_request_ends_in_an_answer_or_in_words(sort, count, seed):
    endings = Counter()
    for text, ask in requests(sort, count, seed):
        outcome = judged(ask)
        assert outcome.violation is None, f"{outcome.violation}\n{text}"
        endings[outcome.ending] += 1
    assert endings["answered"] > 0.15 * count
    assert endings["refused"] > 0.15 * count


def test_most_descriptions_that_should_be_valid_load():
    generator = Generator(11)
    endings = Counter(judge(to_text(generator.valid()).encode()).ending for _ in range(40))
    assert endings["answered"] >= 25
    assert endings["crashed"] == 0


def test_the_same_seed_makes_the_same_descriptions():
    assert list(samples(20, 5)) == list(samples(20, 5))
    assert list(samples(20, 5)) != list(samples(20, 6))


def test_the_judge_sees_a_crash(monkeypatch):
    data = to_text(Generator(1).short()).encode()
    assert judge(data).violation is None
    monkeypatch.setattr("vrest.rest", lambda cell: 1 / 0)
    assert judge(data).violation.startswith("ZeroDivisionError")
    monkeypatch.setattr("vrest.rest", lambda cell: None)
    assert judge(data).violation == "the answer is NoneType"


CANCELLING = """\
cell: a balancing pump beside another one
temperature: 310 K
compartments:
  outside: {role: bath, ions: {K: 120 mM, Na: 1 mM, Cl: 10 mM}}
  inside: {volume: 1 pL, ions: {K: 5 mM, Na: 120 mM, Cl: 4 mM}}
membranes:
  m:
    between: [inside, outside]
    area: 70 um^2
    mechanisms:
      leak: {kind: ghk, ion: Cl, permeability: 1e-25 m/s}
      constant: {kind: na_k_atpase, law: constant, max_current: 0.34 A/m^2}
      balancing: {kind: na_k_atpase, law: balancing}
"""


def test_currents_that_cancel_to_rounding_are_no_forest_of_roots():
    outcome = judge(CANCELLING.encode())
    assert (outcome.ending, outcome.violation) == ("no answer", None)
