"""Published cells that keep themselves, from their data: every row of their sheets at the sheet's own tolerance.

What is computed stands in `reference_models`, from which the validation page is made too.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

import gate_dynamics
import reference_models as models
import vrest
from effort import slow_unless
from reference_rows import rows, sheet

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
MISSED = {
    "dijkstra2016-swelling": {
        *((f"pump off with ClG, 60 s, {what}", models.GATES) for what in ("Na_i", "K_i")),
        ("pump off with ClG, 300 s, Cl_i", models.GATES),
        *((f"pump off with ClG, {what} up to 400 s", models.GATES) for what in ("V", "Na_i", "K_i", "Cl_i")),
        *((f"pump off without ClG, 60 s, {what}", models.GATES) for what in ("V", "Na_i", "K_i", "Cl_i")),
        ("pump off without ClG, 300 s, Cl_i", models.GATES),
        *((f"pump off without ClG, {what} up to 400 s", models.GATES) for what in ("V", "Na_i", "K_i", "Cl_i")),
    },
}
"""The rows that miss, each with the term that it lacks; with it they are met (below)."""


LONG = ("kalia2021-pump-block-perm", "dusterwald2018-parametric", "dijkstra2016-swelling", "wei2014-neuron")


@pytest.mark.parametrize("case", slow_unless(lambda case: case not in LONG, models.CASES))
def test_every_row_of_a_sheet_is_met_or_lacks_a_named_term(case):
    found = models.CASES[case]()
    missed = {(row.what.partition(": the worst")[0], row.missing) for row in found if not row.holds}
    assert missed == MISSED.get(case, set())
    assert len({row.what for row in found}) == len(found) > 7
    assert not [row.what for row in found if row.holds and row.missing]


@pytest.mark.slow
def test_the_sweeps_hold_every_line_at_a_tenth_of_a_per_cent():
    found = models.duesterwald_sweeps()
    assert {row.tolerance for row in found} == {0.1, 1e-3}
    for file, count in (("vs_pump.csv", 80), ("vs_z.csv", 51), ("vs_gkcc.csv", 9)):
        assert len(rows("dusterwald2018-parametric", file)) == count
        assert sum(f"the worst of {count}" in row.what for row in found) >= 8


def test_the_driving_force_of_chloride_does_not_depend_on_the_impermeants():
    """As the sheet notes: E_Cl - V = -11.25 mV whatever the valence, at a fixed rate of pumping."""
    for row in rows("dusterwald2018-parametric", "vs_z.csv")[::10]:
        found = models.duesterwald_numbers(models.over_the_valence(row))
        assert found["ECl_mV"] - found["Vm_mV"] == pytest.approx(-11.25, abs=0.01)


def test_without_kcc2_chloride_lies_at_the_membrane_potential():
    row = rows("dusterwald2018-parametric", "vs_gkcc.csv")[0]
    found = models.duesterwald_numbers(models.over_kcc2(row))
    assert row["gKCC2_over_default"] == 0
    assert found["ECl_mV"] == pytest.approx(found["Vm_mV"], abs=2e-3)  # RT/F is rounded in the sheet


def test_saetra_without_gates_is_the_value_that_was_checked():
    found = vrest.steady_state(vrest.load("saetra2020")).to_dict()
    assert found["V_mV"]["plasma"] == pytest.approx(-67.469, abs=0.03)
    assert found["inside_mM"]["outside"]["K"] == pytest.approx(4.224, rel=1e-3)


# -- the tables of the documentation ----------------------------------------------------------------------------------


def test_every_model_has_its_table_and_a_missed_row_names_what_is_missing():
    """On the page, which `test_written_pages` holds to be what is computed."""
    page = PAGE.read_text(encoding="utf-8")
    for case in models.CASES:
        assert f"### {sheet(case)['name']}\n" in page
    missed = [line.rstrip(" |") for line in page.splitlines() if "| **missed**:" in line]
    assert len(missed) > 10
    assert all(line.endswith(models.GATES) for line in missed)


# -- the missing term: gates with dynamics of their own ---------------------------------------------------------------


@pytest.mark.slow
def test_with_gates_at_their_steady_state_the_sheets_equations_go_where_vrest_goes():
    """The same miss from an integration without vrest: so it is the gates, nothing else of the description."""
    times = np.array([0.0, 60, 300, 1200, 14400])
    for case, P_Cl in (("pump_off_with_ClG", 1.95e-5), ("pump_off_without_ClG", 0.0)):
        V, c, W = gate_dynamics.dijkstra(times, P_Cl, with_dynamics=False, rtol=1e-8)
        run = models.swelling(case)
        np.testing.assert_allclose(1e3 * models.sampled(run, times[1:], run.V["plasma"]), V[1:], atol=0.02)
        np.testing.assert_allclose(1e15 * models.sampled(run, times[1:], run.volume["inside"]), W[1:], rtol=1e-3)
        for k, ion in enumerate(models.IONS):
            np.testing.assert_allclose(models.sampled(run, times[1:], run.c["inside"][ion]), c[1:, k], rtol=1e-3)


@pytest.mark.slow
def test_with_its_gates_every_row_of_dijkstra_is_met():
    """What the cell whose gates stand at their steady values misses: the minute of firing and what it leaves behind."""
    case = "pump_off_with_ClG"
    _, *course = models.tolerances("dijkstra2016-swelling")
    found = models.dijkstra_course(case, sheet("dijkstra2016-swelling")["expected"][case], course, "dijkstra2016-excitable")
    assert [row.what for row in found if not row.holds] == []


@pytest.mark.slow
def test_with_its_gates_the_first_rows_without_the_gated_chloride_channel_are_met():
    """Five hundred spikes, of which it fires more than three thousand; what they leave behind is held by the rows from 400 s on (above)."""
    case, until = "pump_off_without_ClG", 10.0
    run = models.swelling(case, "dijkstra2016-excitable", until)
    table = [row for row in rows("dijkstra2016-swelling", models.SWELLING[case]) if 0 < row["t_s"] <= until]
    times, assert_near = models.column(table, "t_s"), partial(np.testing.assert_allclose, rtol=0.05)
    assert len(table) == 1
    assert_near(1e15 * models.sampled(run, times, run.volume["inside"]), models.column(table, "vol_pL"))
    for ion in models.IONS:
        assert_near(models.sampled(run, times, run.c["inside"][ion]), models.column(table, f"{ion}_i_mM"))


# -- the files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "dijkstra2016",
        "dijkstra2016-excitable",
        "dusterwald2018",
        "kalia2021",
        "kalia2021-excitable",
        "kay2017",
        "mitochondrion",
        "saetra2020",
        "saetra2020-excitable",
        "wei2014",
    ],
)
def test_every_number_of_a_model_says_how_it_is_known(name):
    cell = vrest.load(name)
    numbers = {path: value for path, value in cell.settable.items() if value.note != "default"}
    assert not [
        path for path, value in numbers.items() if value.certainty != "teaching" and not (value.certainty and value.source)
    ]
    assert len(cell.about) > 150


def test_every_sheet_of_a_whole_cell_is_computed():
    assert all(sheet(case)["tolerance"] for case in models.CASES)
