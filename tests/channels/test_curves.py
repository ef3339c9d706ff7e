"""The curves of a channel: in Python, as numbers, words and a figure, and by the command that shows a channel."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

import vrest
from own_channel import OWN
from vrest.cli.main import main

SCHEME = """\
channel: two-states
kind: ohmic
ion: K
scheme: {transitions: {"C -> O": "1 1/ms*exp(V/(25 mV))", "O -> C": 1 1/ms}, open: {O: 0.5}}
gates: {b: {steady: 0.25}}
"""


@pytest.fixture
def scheme(tmp_path):
    path = tmp_path / "two-states.yaml"
    path.write_text(SCHEME, encoding="utf-8")
    return path


def test_curves_are_those_of_the_formulas():
    curves = vrest.channel_curves("na-hodgkin-huxley", "-100:40 mV:8")
    V = 1e3 * curves.V
    alpha, beta = 0.07 * np.exp(-(V + 65) / 20), 1 / (1 + np.exp(-(V + 35) / 10))
    assert curves.steady["h"] == pytest.approx(alpha / (alpha + beta))
    assert 1e3 * curves.tau["h"] == pytest.approx(1 / (alpha + beta))
    assert curves.conducting == pytest.approx(curves.steady["m"] ** 3 * curves.steady["h"])


def test_states_of_a_scheme_and_gates_at_once_have_no_time_constant(scheme):
    curves = vrest.channel_curves(scheme, [0.0])
    assert {name: float(x[0]) for name, x in curves.steady.items()} == {"b": 0.25, "C": 0.5, "O": 0.5}
    assert float(curves.conducting[0]) == pytest.approx(0.25 * 0.5 * 0.5)
    said = curves.to_dict()
    assert said["gate_time_constant_ms"] == {"b": None, "C": None, "O": None}
    assert "at once" in curves.refused["gate_time_constant_ms.b"]
    assert "scheme" in curves.refused["gate_time_constant_ms.O"]


def test_curves_of_a_file_hold_at_its_temperature(tmp_path):
    (tmp_path / "my-na.yaml").write_text(OWN, encoding="utf-8")
    curves = vrest.channel_curves(str(tmp_path / "my-na.yaml"))
    assert curves.temperature == pytest.approx(293.15)
    assert curves.to_dict()["sources"] == ["hodgkin1952", "mine"]
    assert curves.to_dict()["range_mV"] is None


def test_concentrations_on_which_a_channel_depends_are_said_and_others_are_not():
    assert vrest.channel_curves("kir-ventricular").concentrations == {"inside": {"K": 136.89}, "outside": {"K": 5.4}}
    assert vrest.channel_curves("na-hodgkin-huxley").concentrations == {}


def test_potentials_that_are_none():
    with pytest.raises(vrest.InputError, match="membrane potentials"):
        vrest.channel_curves("hcn", ["5 mM"])


def test_words_table_and_figure():
    curves = vrest.channel_curves("na-hodgkin-huxley")
    text = curves.text()
    for words in ("Sodium channel of the squid axon", "Loligo forbesi", "fitted from -59 to 44 mV", "hodgkin1952", "tau h ms"):
        assert words in text
    figure = curves.plot()
    assert len(figure.axes) == 2
    assert {"m", "h", "open x 100"} <= {words.get_text() for words in figure.axes[0].texts}
    assert len(vrest.channel_curves("nmda").plot().axes) == 1


def test_a_dataset_has_a_row_for_each_potential():
    data = vrest.channel_curves("k-a", "-100:0 mV:11").to_xarray()
    assert data["steady"].sizes == {"gate": 2, "potential": 11}
    assert float(data["gate_time_constant_ms"].sel(gate="h").max()) < 60


def run(capsys, *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_the_command_lists_channels(capsys):
    text = run(capsys, "library", "channels")
    assert [line.split()[0] for line in text.splitlines() if line and not line.startswith("vrest")] == vrest.channel_names()
    found = json.loads(run(capsys, "library", "channels", "--json"))["channels"]
    assert found[vrest.channel_names().index("k-hodgkin-huxley")] == {
        "channel": "k-hodgkin-huxley",
        "title": "Delayed rectifier of the squid axon",
        "organism": "Loligo forbesi",
        "temperature_K": 279.45,
        "range_mV": [-59.0, 44.0],
        "sources": ["hodgkin1952"],
    }
    rows = list(csv.DictReader(io.StringIO(run(capsys, "library", "channels", "--csv"))))
    assert [row["channel"] for row in rows] == vrest.channel_names()


def test_what_the_command_shows_of_a_channel_is_its_file_with_its_curves(capsys, tmp_path):
    text = run(capsys, "library", "show", "k-hodgkin-huxley")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert vrest.load_channel(tmp_path / "mine.yaml") == vrest.load_channel("k-hodgkin-huxley")
    (line,) = (line for line in text.splitlines() if line.startswith("#  -60"))
    values = [float(word) for word in line.split()[1:]]
    curves = vrest.channel_curves("k-hodgkin-huxley", [-0.06])
    expected = [-60.0, float(curves.steady["n"][0]), 1e3 * float(curves.tau["n"][0]), float(curves.conducting[0])]
    assert values == pytest.approx(expected, rel=5e-3)


def test_forms_of_what_the_command_shows(capsys, tmp_path):
    found = json.loads(run(capsys, "library", "show", "sk", "--json"))
    assert found["channel"] == "sk"
    assert found["yaml"].startswith("channel: sk")
    assert found["curves"]["steady"]["z"] == pytest.approx([0.5] * 241)
    rows = list(csv.DictReader(io.StringIO(run(capsys, "library", "show", "sk", "--csv"))))
    assert float(rows[0]["tau_z_ms"]) == 1.0
    run(capsys, "library", "show", "sk", "--plot", str(tmp_path / "sk.svg"))
    assert (tmp_path / "sk.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_the_command_shows_a_file_of_ones_own(capsys, tmp_path):
    (tmp_path / "my-na.yaml").write_text(OWN, encoding="utf-8")
    text = run(capsys, "library", "show", str(tmp_path / "my-na.yaml"))
    assert text.startswith(OWN)
    assert "# V mV" in text


def test_every_channel_is_drawn_in_its_page():
    drawn = {path.stem for path in (Path(__file__).parents[2] / "docs" / "images" / "channels").glob("*.svg")}
    assert drawn == set(vrest.channel_names())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "k-hodgkin-huxly"), "did you mean k-hodgkin-huxley"),
        (("show", "./nothing.yaml"), "there is no such file of a channel"),
        (("show",), "needs the name of a cell or channel"),
        (("channels", "sk"), "`vrest library channels` takes no name"),
        (("chanels",), "did you mean channels"),
    ],
)
def test_words_that_mean_nothing(capsys, words, message):
    assert main(["library", *words]) == 2
    assert message in capsys.readouterr().err
