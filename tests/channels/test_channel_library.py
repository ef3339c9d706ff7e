"""The library of channels: each works in a cell, its gates lie between 0 and 1, and it meets what is published of it."""

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

import cells
import vrest
from vrest.description.channels import ABOUT

NAMES = vrest.channel_names()
DATA = Path(vrest.__file__).parent / "data"
BIBLIOGRAPHY = tomllib.loads((DATA / "bibliography.toml").read_text(encoding="utf-8"))
ASKED_FOR = ["anion-plant", "bk", "ca-l", "ca-t", "clc-1", "clc-2", "hcn", "k-a", "k-delayed-rectifier", "k-hodgkin-huxley", "k-m",
             "k-plant-inward", "k-plant-outward", "k-two-pore", "kir-astrocyte", "kir-standen-stanfield", "na-fast",
             "na-hodgkin-huxley", "nmda", "sk", "yugo"]  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


def test_the_channels_of_textbooks_are_there():
    assert set(ASKED_FOR) <= set(NAMES)


def test_a_channel_says_where_it_comes_from(name):
    channel = vrest.load_channel(name)
    assert channel.name == name
    assert channel.title
    assert channel.about
    assert channel.organism
    assert channel.certainty in ("measured", "derived", "recalled")
    assert channel.note
    assert channel.sources
    assert set(channel.sources) <= set(BIBLIOGRAPHY)
    assert not set(ABOUT) & set(channel.keys.entries)


def cell_of(name) -> vrest.Cell:
    """A cell in a bath with a channel and a leak to a potential."""
    ions = {ion: f"{c} mM" for ion, c in {"K": 140, "Na": 10, "Cl": 10, "Ca": 1e-3}.items()}
    outside = {ion: f"{c} mM" for ion, c in {"K": 5, "Na": 145, "Cl": 110, "Ca": 2}.items()}
    kind = vrest.load_channel(name).keys.entries["kind"].text
    amount = {"permeability": "1e-7 m/s"} if kind == "ghk" else {"conductance": "1 mS/cm^2"}
    ways = {"way": {"like": name} | amount, "leak": cells.ohmic("0.3 mS/cm^2", reversal="-60 mV")}
    spaces = {"outside": cells.bath(outside), "inside": {"role": "held", "volume": "1 pL", "ions": ions}}
    plasma = cells.membrane(ways, area="1000 um^2", capacitance="1 uF/cm^2")
    return vrest.from_dict(cells.described(spaces, {"m": plasma}, temperature="37 degC"))


def test_a_cell_rests_with_it_and_keeps_its_gates_between_0_and_1(name):
    rest = vrest.rest(cell_of(name))
    assert rest.certificate.converged
    assert all(0 <= x <= 1 for x in rest.gates.get("m", {}).get("way", {}).values())
    curves = vrest.channel_curves(name)
    assert curves.certificate.converged
    assert all(np.all((x >= 0) & (x <= 1)) for x in curves.steady.values())
    assert all(np.all((tau > 0) & np.isfinite(tau)) for tau in curves.tau.values())
    assert np.all((curves.conducting >= 0) & np.isfinite(curves.conducting))


def test_a_time_course_that_begins_at_rest_stays_there(name):
    cell = cell_of(name)
    rest = vrest.rest(cell)
    run = vrest.simulate(cell, {"until": "10 ms"})
    assert run.V["m"][-1] == pytest.approx(rest.V_m["m"], abs=1e-6)


# steady values and times: (channel, gate, V [mV], steady value, time constant [ms] or None), as published or read where the file says
PUBLISHED = [
    ("na-hodgkin-huxley", "m", -65.0, 0.0529, 0.237),  # Hodgkin and Huxley 1952 at rest
    ("na-hodgkin-huxley", "h", -65.0, 0.596, 8.52),
    ("k-hodgkin-huxley", "n", -65.0, 0.318, 5.46),
    ("na-fast", "m", -40.302, 0.5, None),  # the half activations of the rates, in a fitted copy of the same current
    ("na-fast", "h", -66.0, 0.5, 1 / 0.18),
    ("na-skeletal-muscle", "S", -55.0, 0.138, None),  # one in seven, in a fibre in an attack
    ("na-skeletal-muscle", "m", -46.0, 2.88 / 4.26, 1 / 4.26),  # the limit of its rate: 2.88/ms
    ("k-skeletal-muscle", "n", -40.0, 0.0917 / 0.1587, 1 / 0.1587),  # likewise: 0.0917/ms
    ("k-skeletal-muscle", "h_K", -40.0, 0.5, 1000.0),
    ("k-delayed-rectifier", "m", -11.0, 0.5, 1.25 + 13 * math.exp(0.026)),
    ("k-delayed-rectifier", "h", -64.0, 0.5, None),
    ("k-a", "m", -10.0, 0.5, None),
    ("k-a", "h", -76.0, 0.5, None),
    ("k-m", "m", -35.0, 0.5, 1 / 0.0066),
    ("hcn", "m", -154.9, None, 1 / (0.00643 * 11.9 + 0.193 * math.exp(-154.9 / 33.1))),  # the limit of its rate
    ("ca-t", "m", -57.0, 0.5, None),
    ("ca-t", "h", -81.0, 0.5, math.exp((467 - 81) / 66.6)),
    ("ca-l", "m", -27.0, 0.209 / (0.209 + 0.94 * math.exp(-48 / 17)), None),  # the limit of its rate: 0.209/ms
    ("sk", "z", -60.0, 0.5, 1.0),
    ("clc-1", "A", 70.0, 0.5, None),
    ("k-plant-inward", "h", -116.28, 0.5, None),  # V = -(RT/F) ln 100
    ("k-plant-outward", "m", -58.14, 0.5, None),  # V = -(RT/F) ln 10
    ("yugo", "n", 0.0, 45.5 / 79.5, 3.6e6 / 79.5),
]


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: f"{case[0]} {case[1]}")
def test_published_steady_values_and_time_constants(case):
    name, gate, V, steady, tau = case
    curves = vrest.channel_curves(name, [V / 1e3])
    if steady is not None:
        assert float(curves.steady[gate][0]) == pytest.approx(steady, rel=5e-3)
    if tau is not None:
        assert 1e3 * float(curves.tau[gate][0]) == pytest.approx(tau, rel=5e-3)


def test_times_of_the_squid_fall_with_warmth_and_steady_values_do_not():
    cold, warm = (cell_of("k-hodgkin-huxley").replace({"temperature": T}) for T in ("6.3 degC", "16.3 degC"))
    rates = [vrest.rest(cell).gates["m"]["way"]["n"] for cell in (cold, warm)]
    assert rates[0] == pytest.approx(rates[1], abs=0.05)
    assert warm.settable["m.way.n.q10.ratio"].si == 3.0


def current(name: str, V: float, inside: dict, outside: dict, temperature: str, **more) -> float:
    """Current density of a channel alone [uA/cm^2]."""
    spaces = {"outside": cells.bath(outside), "inside": {"role": "held", "ions": inside}}
    cell = vrest.from_dict(
        cells.described(spaces, {"m": cells.membrane({"way": {"like": name} | more})}, temperature=temperature)
    )
    curve = vrest.iv(cell, [V / 1e3]).membranes["m"]
    return 1e2 * float(curve.density(curve.currents["way"])[0])


# currents at the rest of the published cells: (channel, V [mV], inside, outside, temperature, numbers, uA/cm^2)
CURRENTS = [
    ("kir-standen-stanfield", -85.45, {"K": "155 mM"}, {"K": "4 mM"}, "310.15 K", {"conductance": "3.7 mS/cm^2"}, 4.116),
    ("clc-1", -85.45, {"Cl": "5.7 mM"}, {"Cl": "128 mM"}, "310.15 K", {"conductance": "6.55 mS/cm^2"}, -4.450),
    ("kir-ventricular", -85.247, {"K": "136.89 mM"}, {"K": "5.4 mM"}, "310 K", {"conductance": "5.405 mS/cm^2"}, 0.2598),
    (
        "k-plant-inward",
        -146.927,
        {"K": "1 mM"},
        {"K": "1 mM"},
        "293 K",
        {"conductance": "1 S/m^2", "reversal": "-100 mV"},
        -3.621,
    ),
    (
        "k-plant-outward",
        -146.927,
        {"K": "1 mM"},
        {"K": "1 mM"},
        "293 K",
        {"conductance": "1 S/m^2", "reversal": "-100 mV"},
        -0.135,
    ),
    (
        "anion-plant",
        -146.927,
        {"Cl": "1 mM"},
        {"Cl": "1 mM"},
        "293 K",
        {"conductance": "0.9 S/m^2", "reversal": "100 mV"},
        -4.931,
    ),
    ("nmda", 0.0, {"K": "1 mM"}, {"K": "1 mM"}, "310 K", {"conductance": "1 mS/cm^2", "reversal": "-1 mV"}, 3.57 / 4.57),
]


@pytest.mark.parametrize("case", CURRENTS, ids=lambda case: case[0])
def test_currents_at_rest_of_the_published_cells(case):
    name, V, inside, outside, temperature, numbers, expected = case
    assert current(name, V, inside, outside, temperature, **numbers) == pytest.approx(expected, rel=0.01)


def test_a_muscle_fibre_of_channels_rests_where_the_published_one_does():
    """The channels of the fibre with the current of its pump at rest: -85.45 mV, and what each of them carries there."""
    ions = {"K": ("155 mM", "4 mM"), "Na": ("10 mM", "140 mM"), "Cl": ("5.7 mM", "128 mM")}
    inside, outside = ({ion: both[k] for ion, both in ions.items()} for k in (0, 1))
    amounts = {"na-skeletal-muscle": "268", "k-skeletal-muscle": "21.6", "kir-standen-stanfield": "3.7", "clc-1": "6.55"}
    ways = {name: {"like": name, "conductance": f"{g} mS/cm^2"} for name, g in amounts.items()}
    ways |= {"pump": {"kind": "current", "value": "0.490 uA/cm^2"}}
    spaces = {"outside": cells.bath(outside), "inside": {"role": "held", "ions": inside}}
    rest = vrest.rest(vrest.from_dict(cells.described(spaces, {"m": cells.membrane(ways)}, temperature="310.15 K")))
    assert 1e3 * rest.V_m["m"] == pytest.approx(-85.45, abs=0.05)
    carried = {name: one["current_uA_per_cm2"] for name, one in rest.to_dict()["mechanisms"]["m"].items()}
    assert carried["na-skeletal-muscle"] == pytest.approx(-0.158, abs=0.01)
    assert carried["kir-standen-stanfield"] == pytest.approx(4.116, rel=0.01)
    assert carried["clc-1"] == pytest.approx(-4.450, rel=0.01)


def test_a_plant_cell_of_channels_rests_where_the_published_one_does():
    """With the pump and the symport of the published cell: -146.927 mV, and how far it goes without one of them."""
    u = {"let": {"u": "V*F/(2*R*T)"}}
    half = lambda a, b: {"h": {"alpha": f"{a} 1/s*exp(-u)", "beta": f"{b} 1/s*exp(u)"}}  # noqa: E731
    ways = {
        "Ki": {"like": "k-plant-inward", "conductance": "1 S/m^2", "reversal": "-100 mV"},
        "Ko": {"like": "k-plant-outward", "conductance": "1 S/m^2", "reversal": "-100 mV"},
        "Cl": {"like": "anion-plant", "conductance": "0.9 S/m^2", "reversal": "100 mV"},
        "symport": cells.ohmic("1 S/m^2", reversal="20 mV", gates=half(0.015, 1)) | u,
        "pump": cells.ohmic("1 S/m^2", reversal="-400 mV", gates=half(1, 40)) | u,
    }
    spaces = {"outside": cells.bath({"K": "1 mM", "Cl": "1 mM"}), "inside": {"role": "held", "ions": {"K": "1 mM", "Cl": "1 mM"}}}
    cell = vrest.from_dict(cells.described(spaces, {"m": cells.membrane(ways)}, temperature="293 K"))
    published = {"": -146.927, "Cl": -163.61, "Ki": -182.9, "symport": -249.4, "pump": -39.86}
    for name, expected in published.items():
        without = cell.replace({f"m.{name}.conductance": 0}) if name else cell
        assert 1e3 * vrest.rest(without).V_m["m"] == pytest.approx(expected, abs=0.1)


def test_the_astrocyte_rectifier_at_its_nernst_potential_is_a_third_of_what_potassium_opens():
    E = 1e3 * vrest.nernst_potential(1, 80.0, 3.0, 310.0)
    i = current("kir-astrocyte", E + 0.01, {"K": "80 mM"}, {"K": "3 mM"}, "310 K", conductance="1 mS/cm^2")
    assert i == pytest.approx(0.01 * 3 / 16 / 3, rel=2e-3)


def test_low_potassium_outside_closes_the_rectifier_of_muscle():
    """The heart of hypokalaemic paralysis: from 4 to 2 mM, at the same driving force, the channel carries less, as no leak does."""
    above = {c: 1e3 * vrest.nernst_potential(1, 155.0, c, 310.15) + 10 for c in (4.0, 2.0)}
    amount = {"conductance": "1 mS/cm^2"}
    high, low = (
        current("kir-standen-stanfield", V, {"K": "155 mM"}, {"K": f"{c} mM"}, "310.15 K", **amount) for c, V in above.items()
    )
    assert low < 0.75 * high


def test_the_calcium_that_opens_half_of_bk_at_0_mV():
    inside = {"role": "held", "ions": {"K": "140 mM", "Ca": "31.8 uM"}}
    ways = {"bk": {"like": "bk", "conductance": "1 mS/cm^2"}, "held": cells.ohmic("1e6 mS/cm^2", reversal="0 mV")}
    spaces = {"outside": cells.bath({"K": "5 mM"}), "inside": inside}
    cell = vrest.from_dict(cells.described(spaces, {"m": cells.membrane(ways)}, temperature="20 degC"))
    assert vrest.rest(cell).gates["m"]["bk"]["o"] == pytest.approx(0.5, abs=2e-3)


def test_the_gate_of_clc_2_follows_the_nernst_potential():
    E = vrest.nernst_potential(-1, 10.0, 110.0, 310.15)
    curves = vrest.channel_curves("clc-2", [E - 0.015])
    assert float(curves.steady["p"][0]) == pytest.approx(0.5, abs=1e-9)
    assert float(curves.tau["p"][0]) == pytest.approx(0.3)


def test_the_two_pore_channel_is_the_constant_field():
    i = current("k-two-pore", -40.0, {"K": "140 mM"}, {"K": "5 mM"}, "310 K", permeability="1e-8 m/s")
    assert i == pytest.approx(1e2 * float(vrest.ghk_current_density(-0.04, 1e-8, 1, 140.0, 5.0, 310.0)), rel=1e-9)
