"""What pages hold of tables and docstrings is what these say now: `python docs/write_pages.py` writes it anew."""

import inspect

import pytest

import tables
import vrest
import write_pages
from effort import slow_unless

PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(write_pages.DOCS.glob("*.md"))}
WRITTEN = {name: (page, text) for page, whole in PAGES.items() for name, text in write_pages.written(whole).items()}
COSTLY = ("library", "models", "modules")
WITH_PAGES = ("textbook-neuron", "squid-axon-excitable", "saetra2020-excitable")
"""Of the table of pages only these are made anew: a page takes up to a second."""


def test_every_part_stands_in_a_page_and_no_page_includes_a_file_that_is_not_there():
    assert set(WRITTEN) == set(write_pages.PARTS)
    assert not [page for page, whole in PAGES.items() if "{include}" in whole]


@pytest.mark.parametrize("name", slow_unless(lambda name: name not in COSTLY, sorted(write_pages.PARTS.keys() - {"pages"})))
def test_a_written_part_is_up_to_date(name):
    _, text = WRITTEN[name]
    assert write_pages.alike(text, write_pages.renewed(text)), "`python docs/write_pages.py` writes it anew"


def test_no_page_of_the_library_is_above_500_kB_with_its_exercises():
    rows = [line.split("|") for line in WRITTEN["pages"][1].splitlines() if line.startswith("| `")]
    assert [row[1].strip(" `") for row in rows] == vrest.library_names()
    assert max(int(row[3]) for row in rows) <= 500


@pytest.mark.slow
def test_the_sizes_of_pages_are_up_to_date():
    lines = WRITTEN["pages"][1].splitlines()
    for name in WITH_PAGES:
        assert "| " + " | ".join(tables.page_row(name)) + " |" in lines


def test_the_schema_is_up_to_date():
    assert write_pages.SCHEMA.read_text(encoding="utf-8") == write_pages.schema()


def test_every_law_is_in_the_page_with_its_arguments_and_equation():
    import vrest.laws

    page = PAGES["laws.md"]
    for name in (name for name in dir(vrest.laws) if not name.startswith("_") and callable(getattr(vrest.laws, name))):
        assert f"### `{name}(" in page, name
        if ".. math::" in (inspect.getdoc(getattr(vrest.laws, name)) or ""):
            assert "$$" in page.split(f"### `{name}(")[1].split("### ")[0], name


def test_other_words_are_found_and_last_digits_are_not():
    assert write_pages.alike("V is -65.481 mV, off by 2e-16", "V is -65.482 mV, off by 7e-17")
    assert not write_pages.alike("V is -65.481 mV", "V is -66 mV")
    assert not write_pages.alike("V is -65 mV", "V was -65 mV")
