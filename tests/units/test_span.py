"""Spans: what may be written, what comes out, and the words for what may not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrest.units import UnitError, parse_quantity
from vrest.units.span import MOST_POINTS, parse_span

GOOD = {
    "1:100mM:log:3": (["1.0 mM", "10.0 mM", "100.0 mM"], True),
    "1:100 mM:3:log": (["1.0 mM", "10.0 mM", "100.0 mM"], True),
    "100:1 mM:log:3": (["100.0 mM", "10.0 mM", "1.0 mM"], True),
    "1 mM:100 mM:lin:3": (["1.0 mM", "50.5 mM", "100.0 mM"], False),
    " 1 : 3 mM : 3 ": (["1.0 mM", "2.0 mM", "3.0 mM"], False),
    "-100:50 mV:lin:3": (["-100.0 mV", "-25.0 mV", "50.0 mV"], False),
    "\N{MINUS SIGN}100:50 mV:3": (["-100.0 mV", "-25.0 mV", "50.0 mV"], False),
    "0:1e-8 m/s:2": (["0.0 m/s", "1e-08 m/s"], False),
    "1 uM:1 mM:log:4": (["0.001 mM", "0.01 mM", "0.1 mM", "1.0 mM"], True),
    "20:37 degC:3": (["20.0 degC", "28.5 degC", "37.0 degC"], False),
    "20 degC:300 K:2": (["293.15 K", "300.0 K"], False),
}


@pytest.mark.parametrize("text", list(GOOD))
def test_a_span_is_read_with_its_values(text):
    span = parse_span(text)
    assert (span.texts, span.logarithmic) == GOOD[text]


def test_a_third_bare_number_is_the_number_of_points():
    assert parse_span("1:3 mM:3").texts == ["1.0 mM", "2.0 mM", "3.0 mM"]
    assert parse_span("0.5:1.5:3").texts == ["0.5", "1.0", "1.5"]


def test_a_span_has_61_points_unless_it_says_otherwise():
    assert len(parse_span("1:3 mM").texts) == 61


def test_both_ends_are_exactly_those_written():
    for text in ("0.1:0.7 mM:log:61", "0.1:0.7 mM:lin:61"):
        values = parse_span(text).values
        assert (values[0], values[-1]) == (0.1, 0.7)


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 50), st.booleans())
def test_values_run_from_one_end_to_the_other_and_read_back(a, b, points, logarithmic):
    if abs(a - b) < 1e-9 * max(a, b):
        return
    span = parse_span(f"{a!r}:{b!r} mM:{'log' if logarithmic else 'lin'}:{points}")
    assert len(span.texts) == points
    assert (span.values[0], span.values[-1]) == pytest.approx((a, b), rel=1e-15)
    assert [parse_quantity(text).value for text in span.texts] == pytest.approx(span.values.tolist(), rel=1e-15)


BAD = {
    "": "a start and a stop",
    "5 mM": "a start and a stop",
    ":5 mM": "a start and a stop",
    "1::5": "a start and a stop",
    "1:2:3:4:5": "a start and a stop",
    "5 mM:5 mM": "the span is empty",
    "0:100 mM:log": "needs ends above zero",
    "-1:100 mM:log": "needs ends above zero",
    "1 mV:2 mM": "different dimensions",
    "1:2 mM:log:lin": "one scale and one number of points",
    "1:2 mM:5:7": "one scale and one number of points",
    "1:2 mM:1": f"from 2 to {MOST_POINTS} points",
    "1:2 mM:0": f"from 2 to {MOST_POINTS} points",
    "1:2 mM:10001": f"from 2 to {MOST_POINTS} points",
    "1:2 mM:99999999999999999999": f"from 2 to {MOST_POINTS} points",
    "1:2 mM:-3": "'-3' is neither log, lin nor a number of points",
    "1:2 mM:logarithmic": "is neither log, lin",
    "1:2 mM:\N{SUPERSCRIPT TWO}": "is neither log, lin",
    "-1e308:1e308 mM:3": "too far apart",
    "1:1.0000000000000002 mM:10": "too close together",
    "1,5:3 mM": "a decimal number has a point",
    "nan:1 mM": "finite number",
    "1:inf mM": "finite number",
    "1:100 florps": "florps is not known",
    "K:5 mM": "does not begin with a number",
    "mM 5:7": "does not begin with a number",
    "9**9**9:7 mM": "9",
}


@pytest.mark.parametrize("text", list(BAD))
def test_what_is_no_span_is_refused_in_words(text):
    with pytest.raises(UnitError, match=BAD[text].replace("(", r"\(").replace("*", r"\*")) as caught:
        parse_span(text)
    assert caught.value.exit_code == 2
    assert len(str(caught.value)) < 400


def test_the_form_is_given_with_the_fault():
    with pytest.raises(UnitError, match="START:STOP UNIT"):
        parse_span("1:2:3:4:5")


@pytest.mark.parametrize("text", ["1:5 mM", "1:5"])
def test_a_span_of_a_wrong_dimension_is_refused_where_one_is_expected(text):
    with pytest.raises(UnitError):
        parse_span(text, "V")


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789.:-+eE mMVKlogin/^", max_size=20) | st.text(max_size=40))
def test_any_text_is_a_span_or_a_unit_error(text):
    with contextlib.suppress(UnitError):
        assert len(parse_span(text).texts) >= 2
