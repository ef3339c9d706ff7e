"""`vrest sweep`: its forms, files and words."""

import importlib
import json

import numpy as np
import pytest

import vrest
from vrest.cli.main import main
from vrest.results.sweep import SweepResult

xarray = pytest.importorskip("xarray")
pytest.importorskip("zarr")

ASKED = ["sweep", "squid-axon", "--over", "outside.K=-5,4,8mM"]


def test_json_holds_every_row_and_null_where_there_is_no_answer(capsys):
    assert main([*ASKED, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["over"] == {"outside.K": {"unit": "mM", "values": [-5.0, 4.0, 8.0]}}
    assert said["counts"] == {"settled": 0, "settled_by_one_cell": 2, "no_state": 0, "not_found": 0, "bad_input": 1}
    assert said["outputs"]["V_mV"]["dims"] == ["outside.K", "membrane"]
    assert said["outputs"]["V_mV"]["values"][0] == [None]
    assert said["outputs"]["status"]["values"] == [4, 1, 1]
    assert said["certificate"]["residuals"]["largest_fraction"]["rows"] < 1e-9


def test_csv_has_a_line_a_row(capsys):
    assert main([*ASKED, "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "outside.K [mM],V_plasma_mV,state_count,status,residual"
    assert lines[1].split(",")[:2] == ["-5.0", ""]
    assert lines[2].split(",")[3] == "settled_by_one_cell"


def test_text_counts_rows_and_says_why_some_have_no_answer(capsys):
    assert main(ASKED) == 0
    text = capsys.readouterr().out
    assert "3 rows: 2 settled one by one, 1 with numbers that a description refuses." in text
    assert "1 of 3 rows has no answer; row 1 says: 'outside.K' is out of range" in text


def test_a_dry_run_says_what_is_needed_and_computes_nothing(capsys):
    asked = [
        "sweep",
        "squid-axon",
        "--over",
        "outside.K=1:100mM:log:1000",
        "--over",
        "outside.Na=1:500mM:1000",
        "--dry-run",
        "--json",
    ]
    assert main(asked) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["rows"], said["dims"]) == (1_000_000, {"outside.K": 1000, "outside.Na": 1000})
    assert said["bytes"] == 1_000_000 * (3 * 8 + 1)
    assert 0.0 < said["seconds"] < 1000.0


@pytest.mark.parametrize("ending", ["csv", "nc", "zarr", "parquet"])
def test_rows_are_written_in_every_form(tmp_path, ending, capsys):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    file = tmp_path / f"s.{ending}"
    assert main([*ASKED, "-o", str(file)]) == 0
    assert main([*ASKED, "-o", str(file)]) == 2
    assert "there already" in capsys.readouterr().err
    assert main([*ASKED, "-o", str(file), "--force"]) == 0
    assert (tmp_path / "s.failed.csv").read_text().startswith("row,outside.K [mM],status,why\n0,-5.0,bad_input,")
    if ending in ("nc", "zarr"):
        with xarray.open_dataset(file, **({"engine": "zarr", "consolidated": False} if ending == "zarr" else {})) as data:
            assert data["outside.K"].values.tolist() == [-5.0, 4.0, 8.0]
            assert np.isnan(data["V_mV"].values[0, 0])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--over", "outside.K=1,2mM", "--outputs", "V_mv"], "did you mean V_mV?"),
        (["--over", "outside.K=1,2mM", "--ask", "rst"], "did you mean rest?"),
        (["--over", "outside.K=1,2mM", "--ask", "simulate"], "a time course needs a protocol or an end"),
        (["--over", "outside.K=1,2mM", "--until", "1h"], "only a time course has 'until'"),
        (["--over", "outside.K=1,2mM", "--over", "outside.K=3mM"], "--over varies outside.K twice"),
        (["--over", "outside.K=1,2mM", "--set", "outside.K=3mM"], "--over varies outside.K already"),
        (["--over", "outside.K=1,2mM", "--table", "x.csv"], "exclude each other"),
        (["--over", "outside.K=1,2mM", "--threads", "0"], "'threads' cannot be this"),
        (["--over", "outside.K=1,2mM", "-o", "x.txt"], ".csv | .nc | .zarr | .parquet"),
        (["--over", "outside.K=1,2mM", "-o", "x.csv", "--resume"], "a store is gone on with"),
        (["--over", "outside.K=1,2mM", "--resume"], "without -o there is nothing to resume"),
        (["--over", "outside.K=1,2mM", "-o", "x.zarr", "--resume", "--force"], "two things"),
        (["--over", "outside.K=1,2mM", "-o", "no/x.zarr"], "no such folder"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_meant_is_said(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", "squid-axon", *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def counted(axes):
    return sum(len(one.lines) + len(one.collections) + len(one.patches) for one in axes)


@pytest.mark.parametrize(
    ("over", "how", "panels"),
    [
        ({"outside.K": "-5,4,8 mM"}, {}, 1),
        ({"outside.K": "1:100 mM:log:3", "outside.Na": "100,300 mM"}, {}, 2),
        ({"outside.K": "uniform(1 mM, 8 mM)"}, {"n": 9}, 3),
        ({"outside.K": "uniform(1 mM, 8 mM)", "outside.Na": "uniform(100 mM, 300 mM)"}, {"n": 9}, 6),
    ],
    ids=["curve", "map", "histogram", "pairs"],
)
def test_the_figure_is_what_the_axes_ask_for(over, how, panels, tmp_path):
    pytest.importorskip("matplotlib")
    data = vrest.sweep("squid-axon", over, **how)
    figure = vrest.SweepResult.of(data).plot(tmp_path / "s.svg")
    assert len(figure.axes) == panels
    assert counted(figure.axes) > 0
    assert "squid-axon" in (tmp_path / "s.svg").read_text()


def test_a_map_lies_the_same_whatever_the_order_of_its_values():
    pytest.importorskip("matplotlib")
    maps = []
    for K, Na in (("2,4,8 mM", "100,200,300 mM"), ("8,2,4 mM", "300,100,200 mM")):
        figure = vrest.SweepResult.of(vrest.sweep("squid-axon", {"outside.K": K, "outside.Na": Na})).plot()
        maps.append(figure.axes[0].collections[0])
    assert np.array_equal(maps[0].get_coordinates(), maps[1].get_coordinates())
    assert np.array_equal(maps[0].get_array(), maps[1].get_array())


def test_courses_are_named_by_all_numbers_that_differ():
    Text = pytest.importorskip("matplotlib.text").Text
    over = {"outside.K": "3,4 mM", "plasma.pump.max_current": "0.03,0.04 A/m^2", "temperature": "310 K"}
    data = vrest.sweep("mammalian-neuron", over, "simulate", until="1 s", at=["0.5 s", "1 s"])
    words = {text.get_text() for text in vrest.SweepResult.of(data).plot().findobj(Text)}
    assert {f"K {K} mM, max_current {i} A/m\u00b2" for K in (3, 4) for i in (0.03, 0.04)} <= words


def test_a_dataset_is_a_result_again_with_all_its_words():
    result = SweepResult.of(vrest.sweep("squid-axon", {"outside.K": "-5,4,8 mM"}))
    assert result.counts["bad_input"] == 1
    assert "3 rows" in str(result)
    assert result.certificate.search["rows"] == 3


def test_quantiles_of_a_store_are_the_same_read_chunk_by_chunk(tmp_path, monkeypatch):
    over = {"outside.K": "2:8 mM:7", "plasma.K_leak.permeability": "1e-8,2e-8,3e-8 m/s"}
    asked = {"ask": "simulate", "until": "1 min", "at": ["0 s", "1 min"], "outputs": ["V_mV", "inside_mM"]}
    vrest.sweep("mammalian-neuron", over, **asked, chunk=4, output=tmp_path / "x.zarr")
    with xarray.open_dataset(tmp_path / "x.zarr", engine="zarr", consolidated=False, chunks=None) as stored:
        data = stored.assign_attrs(vrest.sweep("mammalian-neuron", over, **asked).attrs)
        result = SweepResult.of(data)
        parts = [part.shape[0] for part in result.at_end("V_mV")]
        whole = str(result)
        monkeypatch.setattr(importlib.import_module("vrest.views.tables.sweep"), "IN_MEMORY", 0)
        assert str(result) == whole
    assert (max(parts), sum(parts)) == (3, 21)
    assert "median" in whole
    V = data["V_mV"].values[..., -1].ravel()
    assert f"{np.quantile(V, 0.5):.4g}"[:6] in whole
