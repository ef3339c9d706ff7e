"""The words of answers: explained, found where they stand, linked to their sentence."""

import re
from pathlib import Path

import pytest

import vrest
from vrest.results.registry import variable
from vrest.views.glossary import by_spelling, glossary, spellings

DOCS = Path(__file__).resolve().parents[2] / "docs"
USED = (
    *(
        "certified",
        "residual",
        "driving force",
        "net inward force",
        "V - E",
        "GHK",
        "Mullins-Noda",
        "Donnan equilibrium",
        "fold",
        "Hopf point",
    ),
    *("slope conductance", "time constant", "charge held apart", "electric field", "Debye length", "gross current", "taken away"),
    *("work on ions", "stored in gradients", "time to 1/e", "steady state", "eigenvalue", "share of current", "V without it"),
    *("at once", "by the gradients", "exchanges", "osmolarity", "Not said", "conserved", "efficiency", "affinity", "impermeant"),
)


def anchors_of(page):
    """The places of a page that links can name."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("one", glossary(), ids=lambda one: one.word)
def test_a_word_has_one_sentence_and_a_place_to_read_on(one):
    assert one.means.endswith(".")
    assert one.means.count(". ") == 0
    page, _, place = one.read.partition("#")
    assert (DOCS / page).exists()
    assert not place or place in anchors_of(DOCS / page)


@pytest.mark.parametrize("spelt", USED)
def test_the_words_of_answers_are_explained(spelt):
    assert spelt.lower() in by_spelling()


@pytest.mark.parametrize("name", ["chord_mV", "mullins_noda_mV", "slope_conductance_S_per_m2", "stored_W", "debye_length_nm"])
def test_words_of_the_registry_are_found(name):
    assert spellings().search(variable(name).words)


def test_no_spelling_stands_for_two_words():
    spelt = [s.lower() for one in glossary() for s in (one.word, *one.also)]
    assert len(spelt) == len(set(spelt))


def test_html_leads_from_each_word_to_its_sentence_and_asks_nothing_of_outside():
    html = vrest.rest(vrest.load("mammalian-neuron"))._repr_html_()
    links = set(re.findall(r'href="#([\w-]+)"', html))
    assert links == set(re.findall(r'id="([\w-]+)"', html))
    assert {"word-driving-force", "word-mullins-noda", "word-certificate"} <= links
    assert not re.search(r'(href|src)="(?!#)', html)
    chord = by_spelling()["mullins-noda"]
    assert f'<a href="#{chord.anchor}" title="{chord.means}">Mullins-Noda</a>' in html


def test_words_are_found_alone_and_in_their_longest_form():
    assert [found[0] for found in spellings().finditer("Donnan equilibrium, unfold, Nernst potential of ATPase")] == [
        "Donnan equilibrium",
        "Nernst potential",
    ]
