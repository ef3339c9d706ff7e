"""A mechanism that is like a channel: what it takes, what it says itself, how it is set, written and copied."""

import pickle

import pytest

import cells
import gated
import vrest
from own_channel import CELL, OWN

SQUID = {
    "Na": {"like": "na-hodgkin-huxley", "conductance": "120 mS/cm^2", "reversal": "50 mV"},
    "K": {"like": "k-hodgkin-huxley", "conductance": "36 mS/cm^2", "reversal": "-77 mV"},
}


def axon(**more) -> vrest.Cell:
    return gated.axon(gated.channels(**SQUID) | more)


@pytest.fixture
def file(tmp_path):
    """A cell's file that takes its channel from a folder beside it."""
    (tmp_path / "channels").mkdir()
    (tmp_path / "channels" / "my-na.yaml").write_text(OWN, encoding="utf-8")
    path = tmp_path / "cell.yaml"
    path.write_text(CELL, encoding="utf-8")
    return path


def V(cell: vrest.Cell) -> float:
    return vrest.rest(cell).V_m["m"]


def test_an_axon_of_the_channels_of_the_library_is_the_axon_of_its_gates():
    assert V(axon()) == pytest.approx(V(gated.axon()), abs=1e-12)
    assert vrest.rest(axon()).gates == vrest.rest(gated.axon()).gates


def test_what_is_said_beside_it_takes_the_place_of_what_the_channel_says(file):
    own = {"h": {"steady": "0.5"}}
    cell = axon(Na=SQUID["Na"] | {"gates": own})
    assert vrest.rest(cell).gates["m"]["Na"]["h"] == 0.5
    assert "m.Na.h.q10.ratio" not in cell.settable
    assert "m.Na.m.q10.ratio" in cell.settable
    text = CELL.replace("conductance: 1 mS/cm^2}\n", "conductance: 1 mS/cm^2, ion: K, parameters: {k: 9 mV}}\n", 1)
    file.write_text(text, encoding="utf-8")
    changed = vrest.load(file)
    assert changed.ways["m.Na"].species == {"K": 1.0}
    assert [changed.settable[f"m.Na.{name}"].in_bench_units for name in ("V_half", "k")] == ["-40 mV", "9 mV"]


def test_a_state_of_a_channel_starts_where_the_cell_says(file):
    own = "states: {x: {rate: (2 - x)/(1 s), start: 1}}\nfactor: x/2\n"
    (file.parent / "channels" / "my-na.yaml").write_text(OWN + own, encoding="utf-8")
    cell = vrest.load(file)
    changed = cell.replace({"m.Na.x.start": "0.5"})
    assert changed.settable["m.Na.x.start"].si == 0.5
    assert "states: {x: {start: 0.5}}" in changed.to_yaml()
    assert changed.ways["m.Na"].formulas["x.rate"].text == "(2 - x)/(1 s)"


def test_carriers_take_the_place_of_an_ion():
    shares = {"Na": 0.5, "K": 0.5}
    cell = axon(Na=SQUID["Na"] | {"carries": shares})
    assert cell.ways["m.Na"].species == shares


@pytest.mark.parametrize(
    ("path", "value"), [("m.Na.V_half", "-50 mV"), ("m.Na.m.q10.ratio", "2"), ("m.Na.conductance", "2 mS/cm^2")]
)
def test_a_number_of_a_channel_is_set_by_its_path_and_written_beside_like(file, path, value):
    cell = vrest.load(file)
    changed = cell.replace({path: value})
    assert changed.settable[path].in_bench_units == value
    assert {k: v.si for k, v in changed.settable.items() if k != path} == {k: v.si for k, v in cell.settable.items() if k != path}
    text = changed.to_yaml()
    assert "like: channels/my-na.yaml" in text
    assert "# a leak" in text
    assert "exp" not in text
    file.write_text(text, encoding="utf-8")
    assert vrest.load(file).settable[path].si == changed.settable[path].si


def test_several_numbers_of_one_section_are_written_together(file):
    changed = vrest.load(file).replace({"m.Na.V_half": "-50 mV", "m.Na.k": "7 mV"})
    assert "parameters: {V_half: -50 mV, k: 7 mV}}" in changed.to_yaml()


def test_a_cell_of_dictionaries_is_written_with_the_name_of_its_channel():
    cell = axon().replace({"m.Na.m.q10.ratio": "2"})
    written = cell.to_dict()["membranes"]["m"]["mechanisms"]["Na"]
    assert written == {
        "like": "na-hodgkin-huxley",
        "conductance": "120 mS/cm^2",
        "reversal": "50 mV",
        "gates": {"m": {"q10": {"ratio": "2"}}},
    }
    assert V(vrest.from_dict(cell.to_dict())) == V(cell) == V(vrest.from_yaml(cell.to_yaml()))


def test_a_cell_keeps_the_channel_that_it_was_built_with(file):
    """Its numbers change, and it is copied, after the file has gone."""
    cell = vrest.load(file)
    before = V(cell)
    (file.parent / "channels" / "my-na.yaml").unlink()
    assert V(cell.replace({"m.Na.conductance": "1 mS/cm^2"})) == before
    assert V(pickle.loads(pickle.dumps(cell))) == before


def test_a_short_form_may_hold_channels():
    cell = vrest.from_dict(
        {
            "cell": "s",
            "temperature": "6.3 degC",
            "ions": {ion: {"inside": a, "outside": b} for ion, a, b in (("K", "400 mM", "20 mM"), ("Na", "50 mM", "440 mM"))},
            "mechanisms": {"K": SQUID["K"], "leak": cells.ohmic("0.3 mS/cm^2", "Na")},
        }
    )
    assert cell.ways["membrane.K"].like == "k-hodgkin-huxley"
    changed = cell.replace({"membrane.K.n.q10.ratio": "2"})
    assert vrest.from_yaml(changed.to_yaml()).settable["membrane.K.n.q10.ratio"].si == 2.0


def test_the_sources_of_a_channel_are_those_of_its_cell(file):
    cell = vrest.load(file)
    assert {"hodgkin1952", "mine"} <= set(cell.sources)
    assert "m.Na" in str(cell)


def test_a_channel_without_a_q10_far_from_its_temperature_is_noted(file):
    assert not any("Q10" in note for note in vrest.rest(vrest.load(file)).notes)
    warm = vrest.load(file).replace({"temperature": "37 degC"})
    assert not any("Q10" in note for note in vrest.rest(warm).notes)
    text = OWN.replace(", q10: {ratio: 3, reference: 20 degC}", "")
    (file.parent / "channels" / "my-na.yaml").write_text(text, encoding="utf-8")
    (note,) = (note for note in vrest.rest(vrest.load(file).replace({"temperature": "37 degC"})).notes if "Q10" in note)
    assert note.startswith("m.Na is like my-na, whose times were taken at 20 degC")
    assert "at 37 degC" in note


def test_any_mechanism_may_name_the_source_of_its_formulas():
    cell = gated.axon(gated.channels(K=gated.channels()["K"] | {"source": "mine"}))
    assert "mine" in cell.sources


def test_a_text_takes_channels_from_the_working_folder(file, monkeypatch):
    monkeypatch.chdir(file.parent)
    assert V(vrest.from_yaml(CELL)) == V(vrest.load(file))


def test_a_channel_by_itself(file):
    channel = vrest.load_channel(file.parent / "channels" / "my-na.yaml")
    assert (channel.name, channel.sources) == ("my-na", ("hodgkin1952", "mine"))
    assert channel.temperature.si == pytest.approx(293.15)
    assert set(vrest.channel_names()) == set(vrest.channels()) >= {"na-hodgkin-huxley", "k-hodgkin-huxley"}
