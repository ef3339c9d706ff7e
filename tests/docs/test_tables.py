"""The tables that the documentation computes: complete, and every number within what its reference allows."""

import re
from pathlib import Path

import pytest

import tables
import vrest

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("case", tables.CASES)
def test_every_number_of_a_reference_is_met(case):
    rows = list(tables.CASES[case]())
    assert rows
    missed = [row for row in rows if not row.holds]
    assert not missed


def test_every_reference_of_the_laws_has_its_table():
    source = (TESTS / "references" / "test_law_cases.py").read_text(encoding="utf-8")
    assert set(tables.CASES) == set(re.findall(r'(?:rows|sheet)\("([\w-]+)"', source))


def test_the_digits_shown_are_those_of_the_reference():
    assert tables.Row("x", "mV", -89.01562, -89.016, 0.01).words() == ("x", "mV", "-89.016", "-89.016", "3.8e-04 mV", "0.01 mV")
    assert tables.Row("x", "nm", 1.002, 1.0, 0.005, relative=True).words()[2:] == ("1", "1", "2.0e-03", "0.005")


def test_a_table_of_cells_says_what_each_computes_and_what_is_recalled():
    cells = [vrest.load(name) for name in ("squid-axon", "textbook-neuron")]
    lines = tables.overview(cells).splitlines()
    assert [line.split(" | ")[2] for line in lines[2:]] == ["-64.6", "-67.3"]
    assert "keeps" not in lines[2]
    assert "only ratios" in lines[3]
    page = tables.one_cell(cells[0])
    assert "### squid-axon\n" in page
    assert "Computed: -64.58 mV." in page
    assert "`outside.K`" in page


def test_an_attribute_has_its_type_unit_key_and_meaning():
    page = tables.one_class(vrest.RestResult)
    meant = "Electric potential of a compartment against the reference bath."
    assert f"| `potential` | `dict[str, Maybe]` | V | `potential_mV` | {meant} |" in page
    assert "| `roots` | `tuple[RootState, ...]` |  | `roots` | every root found" in page
    assert "`certificate`" not in page


def test_the_table_of_the_library_holds_every_cell():
    """On the page, which `test_written_pages` holds to be what is computed."""
    page = (TESTS.parent / "docs" / "library.md").read_text(encoding="utf-8")
    for name in vrest.library_names():
        assert f"### {name}\n" in page
