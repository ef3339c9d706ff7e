"""A table is a sweep whose rows are cells; what is wrong in one is named with its place."""

import numpy as np
import pytest

import vrest
from vrest.questions.sweep.plan import plan_of

pandas = pytest.importorskip("pandas")

K, NA = "outside.K", "outside.Na"


@pytest.fixture(scope="module")
def cell():
    return vrest.load("squid-axon")


def written(tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    return tmp_path / "t.csv"


def test_a_frame_is_a_row_a_cell_with_units_in_its_headings(cell):
    frame = pandas.DataFrame({"outside.K [uM]": [5000, 8000], "temperature": [5.0, 18.0], "who": ["a", "b"]}, index=[7, 9])
    plan = plan_of(cell, frame, ignore=["who"])
    found = plan.columns(0, 2)
    assert (plan.dims, plan.rows) == (("cell",), 2)
    assert found[K].tolist() == [5.0, 8.0]
    assert found["temperature"].tolist() == [278.15, 291.15]


def test_a_csv_file_is_a_table_too(cell, tmp_path):
    plan = plan_of(cell, written(tmp_path, f"{K} [mM], {NA}\n5,100\n8,200\n"))
    assert plan.columns(0, 2)[NA].tolist() == [100.0, 200.0]


def test_commas_at_the_ends_of_lines_and_spaces_change_nothing(cell, tmp_path):
    plan = plan_of(cell, written(tmp_path, f"{K} [mM] , {NA}\n5, 100,\n8, 200,\n\n"))
    assert (plan.columns(0, 2)[K].tolist(), plan.columns(0, 2)[NA].tolist()) == ([5.0, 8.0], [100.0, 200.0])


@pytest.mark.parametrize("mark", [";", "\t"])
def test_semicolons_and_tabulators_part_cells_below_lines_that_are_comments(cell, tmp_path, mark):
    text = f"# made by hand, in May\n\n{K} [mM]{mark}{NA}\n5{mark}100\n8{mark}abc\n"
    with pytest.raises(vrest.InputError, match="row 2 of column 'outside.Na' is no number") as caught:
        plan_of(cell, written(tmp_path, text))
    assert caught.value.problems[0].line == 5
    assert plan_of(cell, written(tmp_path, text.replace("abc", "200"))).columns(0, 2)[NA].tolist() == [100.0, 200.0]


def test_a_parquet_file_is_a_table_too(cell, tmp_path):
    pytest.importorskip("pyarrow")
    pandas.DataFrame({f"{K} [mM]": [5.0, 8.0]}).to_parquet(tmp_path / "t.parquet")
    assert plan_of(cell, tmp_path / "t.parquet").columns(0, 2)[K].tolist() == [5.0, 8.0]


def test_rows_of_a_table_are_answered_as_cells(cell):
    data = vrest.sweep(cell, pandas.DataFrame({f"{K} [mM]": [5.0, 8.0]}))
    assert data["V_mV"].dims == ("cell", "membrane")
    assert data[K].dims == ("cell",)
    one = vrest.rest(cell.replace({K: "8 mM"}))
    assert float(data["V_mV"][1, 0]) == pytest.approx(1e3 * one.V_m["plasma"], abs=1e-9)


WRONG = [
    (f"{K} [mM]\n5\nabc\n", "row 2 of column 'outside.K \\[mM\\]' is no number", 3, "abc"),
    (f"{K},{NA}\n5,1\n,2\n8,3\n", "row 2 of column 'outside.K' is no number", 3, "nothing"),
    (f"{K}\n5\ninf\n\n", "row 2 of column 'outside.K' is no number", 3, "inf"),
    (f"{K}\n5\n\nabc\n", "row 2 of column 'outside.K' is no number", 4, "abc"),
    (f"{K}\nTrue\nFalse\n", "row 1 of column 'outside.K' is no number, nor are 1 more", 2, "True"),
    (f"{K},{NA}\n5,1,9\n6,2,9\n", "its rows have more fields than its heading", None, None),
    (f"{K},{NA}, {K}\n5,1,9\n", "two columns have one heading", None, K),
    (f"{K},{K} [uM]\n5,5\n", "two columns are of one number, 'outside.K'", None, None),
    ("outside.Q\n5\n", "'outside.Q' is not a path", None, "outside.Q"),
    (f"{K} [mV]\n5\n", "'outside.K \\[mV\\]': .* is a potential, not a concentration", None, None),
    (f"{K} [furlongx]\n5\n", "furlongx", None, None),
    (f"{K}\n", "the table has no rows", None, None),
    ("", "this is no table", None, None),
]


@pytest.mark.parametrize(("text", "words", "line", "found"), WRONG, ids=[row[1] for row in WRONG])
def test_what_is_wrong_in_a_table_is_said_with_its_place(cell, tmp_path, text, words, line, found):
    with pytest.raises(vrest.InputError, match=words) as caught:
        plan_of(cell, written(tmp_path, text))
    problem = caught.value.problems[0]
    assert problem.file == str(tmp_path / "t.csv")
    assert line is None or (problem.line, problem.found) == (line, found)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pandas.DataFrame([[5.0, 6.0]], columns=[K, K]), "two columns have one heading"),
        (pandas.DataFrame({K: [5 + 1j]}), "row 1"),
        (pandas.DataFrame({K: pandas.to_datetime(["2020-01-01"])}), "row 1"),
    ],
    ids=["headings", "complex", "dates"],
)
def test_what_pandas_would_make_numbers_of_is_none(cell, frame, words):
    with pytest.raises(vrest.InputError, match=words):
        plan_of(cell, frame)


def test_a_table_that_is_none_is_said(cell, tmp_path):
    with pytest.raises(vrest.InputError, match="no such file"):
        plan_of(cell, tmp_path / "none.csv")
    with pytest.raises(vrest.InputError, match="read from CSV or Parquet"):
        plan_of(cell, "t.xlsx")
    (tmp_path / "t.parquet").write_bytes(b"no parquet")
    with pytest.raises(vrest.InputError, match="no table|parquet"):
        plan_of(cell, tmp_path / "t.parquet")
    with pytest.raises(vrest.InputError, match="says its rows itself"):
        plan_of(cell, pandas.DataFrame({K: [1.0]}), n=3)
    with pytest.raises(vrest.InputError, match="no such column to leave out"):
        plan_of(cell, pandas.DataFrame({K: [1.0]}), ignore=["x"])


def test_other_columns_are_left_out_by_name(cell):
    with pytest.raises(vrest.InputError, match="leaves a column out"):
        plan_of(cell, pandas.DataFrame({K: [1.0], "who": [1.0]}))


def test_gaps_of_every_kind_are_gaps(cell):
    frame = pandas.DataFrame({K: pandas.array([1.0, None], dtype="Float64")})
    with pytest.raises(vrest.InputError, match="row 2"):
        plan_of(cell, frame)
    assert np.isnan(frame[K].to_numpy(dtype=float, na_value=np.nan)[1])


def test_an_answer_keeps_the_numbers_of_a_table_that_is_changed_later():
    values = np.linspace(2.0, 8.0, 5)
    frame = pandas.DataFrame({f"{K} [mM]": values}, copy=False)
    for over, how in ((frame, {}), ({K: (values, "mM"), NA: ([100.0] * 5, "mM")}, {"paired": True})):
        data = vrest.sweep("squid-axon", over, **how)
        before = values.copy()
        values[:] = -1.0
        frame.iloc[:, 0] = -1.0
        assert data[K].values.tolist() == before.tolist()
        values[:] = before
