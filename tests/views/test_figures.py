"""Figures: written whole in each format, labels apart and inside, readable in grey, and one sentence where they cannot be made."""

import os
import pickle
import re
import sys
from dataclasses import replace

import numpy as np
import pytest

import vrest
from answers import take_away
from effort import slow_unless
from paper import HEADS, labels_are_apart
from vrest.errors import InputError, MissingExtraError
from vrest.results.rest import IonState, RootState
from vrest.views.figures import sheet

pytest.importorskip("matplotlib")

CELLS = [*vrest.library_names(), "pump-leak-cell"]
OFTEN = ("pump-leak-cell", "proximal-tubule", "kalia2021", "textbook-neuron", "ventricular-myocyte")
OVER = [
    ("frog-muscle", "outside.K", "0.5:100 mM:log:60"),
    ("ventricular-myocyte", "outside.K", "0.5:30 mM:log:20"),
    ("proximal-tubule", "blood.K", "1:30 mM:log:9"),
    ("squid-axon", "temperature", "280:300 K:lin:9"),
]


@pytest.mark.parametrize("name", slow_unless(lambda name: name in OFTEN, CELLS))
def test_labels_of_the_ladder_are_apart(rest, name):
    words = labels_are_apart(rest(name).plot())
    assert "inside minus outside (mV)" in words
    assert "V without it (mV)" in words
    assert any(re.fullmatch(r"in .  current \(.+\)  . out", text) for text in words)
    assert any(re.fullmatch("V  \N{MINUS SIGN}?[0-9.]+ mV", text) for text in words)


@pytest.mark.parametrize("name", slow_unless(lambda name: name in OFTEN, CELLS))
def test_labels_of_the_curves_are_apart(iv, name):
    words = labels_are_apart(iv(name).plot())
    assert "V (mV)" in words
    assert "total" in words


@pytest.mark.parametrize("ask", OVER, ids=" ".join)
def test_labels_along_a_path_are_apart(over, ask):
    words = labels_are_apart(over(*ask).plot())
    assert any(ask[1] in text for text in words)
    assert "inside minus outside (mV)" in words


def test_the_ladder_names_each_rung_and_its_wish(rest):
    words = labels_are_apart(rest("pump-leak-cell").plot())
    assert {"K⁺", "Na⁺", "Cl⁻", "\N{MINUS SIGN}89.0 mV\nforce out", "66.6 mV\nforce in"} <= set(words)


def test_a_ratio_cell_draws_what_can_be_drawn(rest):
    words = labels_are_apart(rest("textbook-neuron").plot())
    assert any("% of each direction" in text for text in words)


def test_one_column_for_each_membrane_or_the_named_ones(rest):
    result = rest("proximal-tubule")
    assert len(result.plot().axes) == 12
    assert len(result.plot(membranes=["apical"]).axes) == 4


def test_further_roots_and_crowded_rungs_stay_apart(rest):
    result = rest("pump-leak-cell")
    name, V = next(iter(result.V_m.items()))
    roots = (
        *result.roots,
        *(RootState({name: V + step}, stable) for step, stable in ((0.0005, False), (0.001, True), (0.03, False))),
    )
    ions = {f"X{k}": IonState(1, V + 1e-4 * k, -1e-4 * k, 1.0, 1.0) for k in range(6)} | {"Y": IonState(2, None, None, 0.0, 1.0)}
    words = labels_are_apart(replace(result, roots=roots, ions={name: ions}).plot())
    assert sum("unstable" in text for text in words) == 2
    assert "not on\nboth sides" in words


def test_dollar_signs_of_a_title_are_no_formula(rest):
    figure = replace(rest("squid-axon"), title="costs $x$ and $\\frac{$").plot()
    assert any("$x$" in words for words in labels_are_apart(figure))


def test_what_pumps_move_without_an_area_is_not_invented(rest):
    result = rest("squid-axon")
    name = next(iter(result.V_m))
    unknown = {k: replace(m, current=None, fluxes=dict.fromkeys(m.fluxes)) for k, m in result.mechanisms[name].items()}
    figure = replace(result, mechanisms={name: unknown}).plot()
    assert "4" not in labels_are_apart(figure)  # the pump's number stands at none of the arrows
    assert any("not drawn" in words for words in labels_are_apart(figure))
    assert not any("not drawn" in words for words in labels_are_apart(result.plot()))


def test_a_cell_without_ions_has_bars_and_no_arrows(rest):
    result = rest("squid-axon")
    name = next(iter(result.V_m))
    bare = {k: replace(m, fluxes={}) for k, m in result.mechanisms[name].items()}
    words = labels_are_apart(replace(result, ions={name: {}}, mechanisms={name: bare}).plot())
    assert "membrane" not in words
    assert "10.1" in words


def test_a_vanished_potential_is_said(rest):
    result = rest("squid-axon")
    name = next(iter(result.V_m))
    without = {name: dict.fromkeys(result.without[name])}
    assert "no potential" in labels_are_apart(replace(result, without=without).plot())


def test_small_currents_at_rest_are_enlarged(iv):
    assert len(iv("ventricular-myocyte").plot().axes) == 2


def test_stable_and_unstable_states_differ_in_shape(over):
    axes = over(*OVER[1]).plot().axes[0]
    marks = {line.get_label(): (line.get_marker(), line.get_markerfacecolor()) for line in axes.lines}
    assert marks["also stable"][0] == "D"
    assert marks["unstable"] == ("o", "white")


def test_values_without_an_answer_are_crossed(over):
    result = over(*OVER[0])
    V = {name: np.concatenate([[np.nan], values[1:]]) for name, values in result.V.items()}
    figure = replace(result, V=V, roots=[(), *result.roots[1:]], status=["nothing conducts", *result.status[1:]]).plot()
    assert "no answer" in labels_are_apart(figure)


# -- grey ---------------------------------------------------------------------------------------------------------


def test_lines_differ_without_colour():
    marks = sheet.line_marks([f"m{k}" for k in range(6)])
    assert len({str(mark["linestyle"]) for mark in marks.values()}) == 6


def test_pumps_carriers_and_leaks_differ_without_colour(rest):
    from vrest.views.figures.rest import LOOKS

    assert len({(look["hatch"], look["facecolor"]) for look in LOOKS.values()}) == 3
    bars = rest("ventricular-myocyte").plot().axes[2].patches
    assert len({bar.get_hatch() for bar in bars}) == 3


def test_every_colour_keeps_its_contrast_with_the_paper():
    for colour in {*sheet.COLOURS, *sheet.ION_COLOURS.values()}:
        red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        assert 0.299 * red + 0.587 * green + 0.114 * blue < 0.68


# -- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", "PNG"])
def test_a_figure_is_written_in_the_format_of_its_ending(rest, tmp_path, ending):
    target = tmp_path / f"ladder.{ending}"
    figure = rest("squid-axon").plot(target)
    assert target.read_bytes().startswith(HEADS[ending.lower()])
    assert target.stat().st_size > 5000
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert type(figure).__name__ == "Figure"


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_answer_gives_the_same_file(rest, tmp_path, ending):
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    for target in (first, second):
        rest("squid-axon").plot(target)
    assert first.read_bytes() == second.read_bytes()


def test_a_notebook_shows_a_figure_and_a_process_can_send_it(rest):
    figure = pickle.loads(pickle.dumps(rest("squid-axon").plot()))
    assert figure._repr_png_().startswith(HEADS["png"])


def test_a_figure_replaces_an_older_file(rest, tmp_path):
    target = tmp_path / "ladder.png"
    target.write_text("old")
    rest("squid-axon").plot(str(target))
    assert target.read_bytes().startswith(HEADS["png"])


@pytest.mark.parametrize("name", ["ladder.bmp", "ladder", "ladder.png.exe"])
def test_an_unknown_ending_is_named(rest, tmp_path, name):
    with pytest.raises(InputError, match="PNG, SVG or PDF") as caught:
        rest("squid-axon").plot(tmp_path / name)
    assert caught.value.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_a_place_that_does_not_exist_is_an_error_of_the_input(rest, tmp_path):
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        rest("squid-axon").plot(tmp_path / "nowhere" / "ladder.png")


def test_a_folder_is_no_file(rest, tmp_path):
    place = tmp_path / "ladder.png"
    place.mkdir()
    with pytest.raises(InputError, match="folder"):
        rest("squid-axon").plot(place)


def test_a_failed_write_leaves_the_old_file(rest, tmp_path, monkeypatch):
    target = tmp_path / "ladder.png"
    target.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        rest("squid-axon").plot(target)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["ladder.png"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_is_not_ours_is_an_error_of_the_input(rest, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        rest("squid-axon").plot(tmp_path / "ladder.png")


def test_without_matplotlib_one_sentence_says_what_to_install(rest, monkeypatch, tmp_path):
    take_away(monkeypatch, "matplotlib")
    with pytest.raises(MissingExtraError, match=r"plots needs the extra 'plot'.*pip install '\.\[plot\]'"):
        rest("squid-axon").plot(tmp_path / "ladder.png")


def test_figures_do_not_touch_the_state_of_pyplot(rest, iv):
    rest("squid-axon").plot()
    iv("squid-axon").plot()
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


# -- placing labels -----------------------------------------------------------------------------------------------


def test_spread_keeps_order_gap_and_limits():
    rng = np.random.default_rng(1)
    for count in (1, 2, 5, 12):
        wanted = rng.uniform(0, 10, count).tolist()
        places = sheet.spread(wanted, 0.5, 0.0, 10.0)
        ordered = [place for _, place in sorted(zip(wanted, places, strict=True))]
        assert all(b - a >= 0.5 - 1e-9 for a, b in zip(ordered, ordered[1:], strict=False))
        assert min(places) >= -1e-9
        assert max(places) <= 10 + 1e-9


def test_spread_leaves_labels_that_are_apart_where_they_are():
    assert sheet.spread([3.0, 1.0], 0.5, 0.0, 10.0) == [3.0, 1.0]
