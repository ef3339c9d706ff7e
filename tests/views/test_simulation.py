"""What the tables, the figure and the files of a time course say."""

import csv
import io
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import cells
import vrest
from answers import take_away
from paper import HEADS, labels_are_apart
from vrest.errors import InputError, MissingExtraError
from vrest.results.simulation import Happening, SimulationResult
from vrest.results.words import duration
from vrest.views import files, show
from vrest.views.tables.simulation import ENDS

ROOT = Path(__file__).resolve().parents[2]
OFF_AND_ON = {
    "until": "3600 s",
    "events": [
        {"at": "600 s", "set": {"plasma.pump.max_current": "0"}},
        {"at": "1800 s", "set": {"plasma.pump.max_current": "0.05 A/m^2"}},
    ],
}
LOOP = {"until": "2 h", "events": [{"at": "20 min", "for": "20 min", "set": {"basolateral.pump.max_current": "0"}}]}


@cache
def course(name="pump-leak-cell"):
    if name == "proximal-tubule":
        return vrest.simulate(vrest.load(name), LOOP)
    cell = vrest.load(str(ROOT / "examples" / "pump-leak-cell.yaml"))
    found = vrest.simulate(cell, OFF_AND_ON)
    return _swollen(found) if name == "swelling" else found


def _swollen(result):
    """The same with a volume that grows, and calcium far below the other ions."""
    volume = {name: w * (1 + 1e-4 * result.time) for name, w in result.volume.items()}
    c = {name: {**ions, "Ca": 1e-4 * (1 + result.time / 3600)} for name, ions in result.c.items()}
    return replace(result, volume=volume, c=c)


NAMES = ["pump-leak-cell", "swelling", "proximal-tubule"]


def lines_of(text, title):
    return text[text.index(title) :].split("\n\n")[0].split("\n")


# -- words --------------------------------------------------------------------------------------------------------


def test_the_first_line_says_from_where_to_where():
    first, second = course().text(long=True).split("\n")[:2]
    assert first == "V: -70.54 to -73.04 mV in 60 min"
    assert second.startswith("Time course of pump-leak-cell at 310 K")


def test_moments_are_start_steps_and_end():
    block = lines_of(course().text(long=True), "Moments")
    assert block[1].split() == ["V", "mV", "K", "mM", "Na", "mM", "Cl", "mM"]
    assert [line.split("  ")[0] for line in block[3:]] == ["start", "10 min, step", "30 min, step", "60 min, end"]
    assert block[5].split()[-4:] == ["-57.93", "87.17", "66.23", "11.41"]


def test_happenings_have_times_as_people_say_them():
    block = lines_of(course().text(long=True), "What happened")
    assert block[1:] == ["10 min   plasma.pump.max_current = 0", "30 min   plasma.pump.max_current = 0.05 A/m^2"]


def test_extremes_say_when():
    block = lines_of(course().text(long=True), "Extremes")
    assert re.search(r"Na mM +12 +start +66\.23 +30 min", "\n".join(block))


def test_a_volume_is_told_only_where_it_changes():
    assert "volume" not in course().text(long=True)
    assert "volume pL" in course("swelling").text(long=True)


def test_conservation_is_in_the_certificate():
    assert re.search(r"Conserved: every species to \d\.\de-\d+ of its amount,\s+charge to", course().text(long=True))


@pytest.mark.parametrize(("ended", "words"), ENDS.items())
def test_the_way_it_ended_is_said(ended, words):
    assert words in replace(course(), ended=ended).text(long=True).replace("\n", " ")


def test_the_story_is_told_in_full():
    assert "The pump stops." in replace(course(), story=("The pump stops.",)).text(long=True)


def test_many_steps_are_sampled_and_counted():
    times = np.linspace(10, 3500, 60)
    text = replace(course(), happenings=tuple(Happening(float(t), f"pulse {k}") for k, t in enumerate(times))).text(long=True)
    assert "and 35 more" in text
    assert "moments between these are in the CSV." in text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_widths_are_kept_and_nothing_is_absent(name, width):
    text = show(course(name)).text(long=True, width=width)
    assert max(map(len, text.split("\n"))) <= width
    assert not re.search(r"\bnan\b|\binf\b|None|-0\.0+\b|np\.float", text)
    assert text.isascii()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0 s"),
        (7.4779e-3, "7.478 ms"),
        (2e-7, "200 ns"),
        (100.0, "100 s"),
        (600.0, "10 min"),
        (7200.0, "2 h"),
        (1e7, "115.7 d"),
        (1e10, "115,700 d"),
        (float("nan"), "-"),
    ],
)
def test_a_duration_has_the_unit_that_people_would_use(seconds, words):
    assert duration(seconds) == words


# -- HTML and CSV -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_html_is_escaped_and_needs_nothing_from_outside(name):
    evil = replace(course(name), cell="<script>alert(1)</script>", notes=("<img src=x>",))
    html = evil._repr_html_()
    assert not re.search(r"<script|<img|<link|url\(|@import|https?://", html)
    assert "&lt;script&gt;" in html


def test_csv_is_every_column_unrounded():
    result = course()
    text = show(result).csv()
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = result.columns()
    assert list(rows[0]) == list(columns)
    assert len(rows) == result.time.size
    assert [float(row["V_plasma_mV"]) for row in rows] == columns["V_plasma_mV"].tolist()
    assert text.count("\r\n") == text.count("\n")


def test_csv_leaves_empty_what_is_not_finite():
    result = course()
    E = {"plasma": {**result.E["plasma"], "K": np.full(result.time.shape, np.nan)}}
    text = show(replace(result, E=E)).csv()
    assert "nan" not in text
    assert next(csv.DictReader(io.StringIO(text)))["E_K_plasma_mV"] == ""


# -- the figure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_apart_and_name_every_curve(name):
    pytest.importorskip("matplotlib")
    result = course(name)
    words = labels_are_apart(result.plot())
    assert {"V", "ATP", "ATP split (amol/s)" if name != "proximal-tubule" else "ATP split (fmol/s)"} <= set(words)
    moving = {f"E({ion})" for ions in result.E.values() for ion, E in ions.items() if np.ptp(E) > 5e-6}
    assert moving == {word for word in words if word.startswith("E(")}
    assert ("volume (pL)" in words) == (name in ("swelling", "proximal-tubule"))


def test_steps_are_numbered_and_explained():
    pytest.importorskip("matplotlib")
    words = labels_are_apart(course().plot())
    assert {"1", "2"} <= set(words)
    assert any("2  at 30 min: plasma.pump.max_current = 0.05 A/m^2" in text for text in words)


def test_crowded_steps_keep_their_numbers_apart():
    pytest.importorskip("matplotlib")
    crowd = tuple(Happening(600.0 + k, f"pulse {k}") for k in range(40))
    words = labels_are_apart(replace(course(), happenings=crowd).plot())
    assert any("and 26 more steps" in text for text in words)


def test_a_fast_part_is_drawn_enlarged_and_a_slow_one_is_not():
    pytest.importorskip("matplotlib")
    assert any("enlarged" in words for words in labels_are_apart(course("proximal-tubule").plot()))
    slow = replace(course(), V={"plasma": np.linspace(-0.07, -0.06, course().time.size)})
    assert not any("enlarged" in words for words in labels_are_apart(slow.plot()))


def test_ions_far_apart_have_panels_of_their_own():
    pytest.importorskip("matplotlib")
    words = labels_are_apart(course("swelling").plot())
    assert {"concentrations in 'inside' (mM)", "concentrations in 'inside' (µM)"} <= set(words)


def test_curves_of_a_panel_differ_without_colour():
    pytest.importorskip("matplotlib")
    panels = [[line for line in axes.lines if line.get_linewidth() == 1.5] for axes in course().plot().axes]
    ions = [lines for lines in panels if len(lines) == 3]
    assert ions
    assert all(len({str(line._unscaled_dash_pattern) for line in lines}) == 3 for lines in ions)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_figures_are_written_in_each_format(tmp_path, ending):
    pytest.importorskip("matplotlib")
    target = tmp_path / f"course.{ending}"
    course().plot(target)
    assert target.read_bytes().startswith(HEADS[ending])


# -- netCDF and zarr ----------------------------------------------------------------------------------------------


class Data:
    """Stands for an xarray.Dataset."""

    def __init__(self, error=None):
        self.error = error

    def to_netcdf(self, path):
        Path(path).write_text("half")
        if self.error:
            raise self.error

    def to_zarr(self, path, mode, consolidated):
        Path(path).mkdir()
        (Path(path) / "zarr.json").write_text("{}")
        if self.error:
            raise self.error


def given(monkeypatch, error=None):
    monkeypatch.setattr(SimulationResult, "to_xarray", lambda self: Data(error))


def test_netcdf_takes_its_name_when_it_is_whole(monkeypatch, tmp_path):
    given(monkeypatch)
    target = tmp_path / "course.nc"
    target.write_text("old")
    files.netcdf(course(), target)
    assert target.read_text() == "half"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("write", [files.netcdf, files.zarr])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("anything")])
def test_a_failed_write_leaves_nothing_half(monkeypatch, tmp_path, write, error):
    given(monkeypatch, error)
    with pytest.raises((InputError, KeyError)):
        write(course(), tmp_path / "course")
    assert not list(tmp_path.iterdir())


def test_zarr_replaces_a_zarr_folder_and_nothing_else(monkeypatch, tmp_path):
    given(monkeypatch)
    target = tmp_path / "course.zarr"
    files.zarr(course(), target)
    (target / "older").write_text("")
    files.zarr(course(), target)
    assert [path.name for path in target.iterdir()] == ["zarr.json"]
    other = tmp_path / "thesis"
    other.mkdir()
    with pytest.raises(InputError, match="not a zarr folder"):
        files.zarr(course(), other)
    with pytest.raises(InputError, match="folder"):
        files.netcdf(course(), other)


@pytest.mark.parametrize("write", [files.netcdf, files.zarr])
def test_a_missing_library_is_one_sentence(monkeypatch, tmp_path, write):
    given(monkeypatch, ImportError("no zarr"))
    with pytest.raises(MissingExtraError, match=r"pip install '\.\[xarray\]'"):
        write(course(), tmp_path / "course")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("write", [files.netcdf, files.zarr])
def test_without_xarray_one_sentence_says_what_to_install(monkeypatch, tmp_path, write):
    take_away(monkeypatch, "xarray")
    with pytest.raises(MissingExtraError, match=r"pip install '\.\[xarray\]'"):
        write(course(), tmp_path / "course")


def test_files_read_back_as_they_were(tmp_path):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("zarr")
    files.zarr(course(), tmp_path / "course.zarr")
    found = xarray.open_zarr(tmp_path / "course.zarr", consolidated=False)
    np.testing.assert_array_equal(found["V_mV"].sel(membrane="plasma").values, course().columns()["V_plasma_mV"])
    assert found["V_mV"].attrs["units"] == "mV"
    assert found["inside_mM"].dims == ("compartment", "ion", "time")


def test_a_run_that_uses_an_ion_up_is_shown_as_far_as_it_went():
    ways = cells.leaks() | {"pump": cells.pump(law="constant")}
    cell = cells.cell_of(ways, cells.sphere(impermeant=cells.neutral()), name="plasma")
    result = vrest.simulate(cell, until="1 h")
    assert result.ended == "exhausted"
    assert "until an ion was used up, or all but gone" in result.text(long=True).replace("\n", " ")
    assert any("exhausted" in one.what for one in result.happenings)
