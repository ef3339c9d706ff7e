"""What the tables of `iv` and of `rest --over` say."""

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest

from vrest.views import show

K = ("frog-muscle", "outside.K", "0.5:100 mM:log:60")
BISTABLE = ("ventricular-myocyte", "outside.K", "0.5:30 mM:log:20")
LOOP = ("proximal-tubule", "blood.K", "1:30 mM:log:9")


def sane(text):
    assert max(map(len, text.split("\n"))) <= 80
    assert not re.search(r"\bnan\b|\binf\b|None|-0\.0+\b", text)
    assert text.isascii()
    return text


@pytest.mark.parametrize("name", ["squid-axon", "textbook-neuron", "ventricular-myocyte", "proximal-tubule"])
def test_iv_fits_eighty_columns(iv, name):
    sane(str(iv(name)))


def test_iv_names_roots_reversals_and_slope(iv):
    text = str(iv("squid-axon"))
    assert re.search(r"stable +-64\.58 +[0-9.]+ S/m\^2", text)
    assert re.search(r"Na +55\.\d\d", text)
    assert "total" in text
    assert "uA/cm^2" in text


def test_iv_of_ratios_gives_parts_and_says_why(iv):
    text = str(iv("textbook-neuron"))
    assert "part of the largest" in text
    assert re.search(r"stable +-67\.29 +positive", text)
    assert text.count("only permeability ratios") == 1


def test_iv_without_a_root_says_so(iv):
    result = iv("squid-axon")
    name, curve = next(iter(result.membranes.items()))
    assert "No potential without net current was found." in str(replace(result, membranes={name: replace(curve, roots=())}))


def test_iv_csv_has_a_column_for_each_current(iv):
    result = iv("squid-axon")
    rows = list(csv.DictReader(io.StringIO(show(result).csv())))
    curve = next(iter(result.membranes.values()))
    assert len(rows) == curve.V.size
    names = [key for key in rows[0] if key.endswith("_uA_per_cm2")]
    assert len(names) == 1 + len(curve.currents)
    for row in rows[:: len(rows) // 7]:
        parts = sum(float(row[key]) for key in names if key != "total_uA_per_cm2")
        assert parts == pytest.approx(float(row["total_uA_per_cm2"]), abs=1e-9)


def test_over_samples_at_most_25_rows_with_both_ends(over):
    result = over(*K)
    text = sane(str(result))
    rows = [line for line in text.split("\n") if re.match(r" +[0-9.]+ +-\d", line)]
    assert len(rows) == 25
    assert rows[0].split()[0] == "0.5000"
    assert rows[-1].split()[0] == "100.0"


def test_over_gives_the_slope_of_a_tenfold_beside_the_ideal(over):
    text = str(over(*K))
    assert re.search(r"steepest at 100 mM: 54\.\d mV per tenfold\s\(E\(K\) 57\.8\)", text)


def test_over_marks_unstable_states(over):
    text = sane(str(over(*BISTABLE)))
    assert "A star marks an unstable state." in text
    assert re.search(r"-105\.1\d \*", text)
    assert "A star" not in str(over(*K))


def test_over_names_the_membranes_of_a_loop(over):
    text = sane(str(over(*LOOP)))
    assert "V basolateral mV" in text


def test_over_says_why_a_value_has_no_answer(over):
    text = sane(str(_with_a_failure(over(*K))))
    assert "nothing conducts" in text


def test_over_csv_holds_every_root(over):
    result = over(*BISTABLE)
    rows = list(csv.DictReader(io.StringIO(show(result).csv())))
    assert len(rows) == sum(len(point) for point in result.roots)
    assert {row["root"] for row in rows} == {"followed", "other"}
    followed = [float(row["V_mV"]) for row in rows if row["root"] == "followed"]
    assert followed == [point["V_mV"]["plasma"] for point in result.to_dict()["points"]]
    assert "outside.K_mM" in rows[0]
    assert {row["stable"] for row in rows} == {"yes", "no"}


def test_over_csv_keeps_a_value_without_an_answer(over):
    rows = list(csv.DictReader(io.StringIO(show(_with_a_failure(over(*K))).csv())))
    assert rows[0]["V_mV"] == ""
    assert rows[0]["status"] == "nothing conducts"


@pytest.mark.parametrize("ask", [K, BISTABLE, LOOP])
def test_html_of_over_is_escaped(over, ask):
    html = show(replace(over(*ask), cell="<script>x</script>")).html()
    assert "<script" not in html


def test_html_of_iv_is_escaped(iv):
    assert "<script" not in show(replace(iv("squid-axon"), cell="<script>x</script>")).html()


def _with_a_failure(result):
    """The same answer with nothing at its first value."""
    V = {name: np.concatenate([[np.nan], values[1:]]) for name, values in result.V.items()}
    return replace(result, V=V, roots=[(), *result.roots[1:]], status=["nothing conducts", *result.status[1:]])
