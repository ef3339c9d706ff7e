"""Ions that no path of their own moves: their balance where all fluxes vanish, and what is said where there is none."""

import numpy as np
import pytest

import cells
import vrest
from vrest.units import quantity_from

IONS = {"K": ("5 mM", "140 mM"), "Na": ("145 mM", "12 mM"), "Cl": ("120 mM", "8 mM"), "HCO3": ("24 mM", "14 mM")}
PUMP = cells.pump("0.01 A/m^2", "cubic", Na_ref="10 mM")


def cell(**ways):
    """A sphere that only K passes by itself, and the given mechanisms."""
    inside = cells.sphere({ion: c for ion, (_, c) in IONS.items()}, impermeant=cells.neutral())
    return cells.cell_of(cells.leaks("K") | ways, inside, cells.bath({ion: out for ion, (out, _) in IONS.items()}))


WAYS = {
    "mass action": {"kind": "nbc", "law": "mass_action", "rate": "1e-13 mol/(m^2 s mM^4)"},
    "affinity": {"kind": "nbc", "law": "affinity", "rate": "1e-9 mol/(m^2 s)"},
    "formula": {
        "kind": "formula",
        "stoichiometry": {"Cl": 1},
        "rate": "P*(Cl_in - Cl_out*exp(F*V/(R*T)))",
        "parameters": {"P": "1e-9 m/s"},
    },
    "fixed reversal": {"kind": "ohmic", "ion": "Cl", "conductance": "0.1 S/m^2", "reversal": "-88 mV"},
}


@pytest.mark.parametrize("way", WAYS)
def test_an_ion_whose_fluxes_all_vanish_is_at_a_steady_state(way):
    described = cell(way=WAYS[way])
    steady = vrest.steady_state(described)
    run = vrest.simulate(described, until="1e9 s", rtol=1e-10)
    assert steady.point.stable
    assert max(steady.certificate.residuals["net_flux_fraction"].values()) < 1e-9
    assert run.V["m"][-1] == pytest.approx(steady.point.V_m["m"], abs=1e-8)
    for ion, c in steady.point.inside["inside"].items():
        assert run.c["inside"][ion][-1] == pytest.approx(c, rel=1e-6)


def reason(described):
    with pytest.raises(vrest.NoAnswerError) as caught:
        vrest.steady_state(described)
    return caught.value.problems[0]


def test_an_ion_that_only_a_pump_moves_runs_out_ever_more_slowly():
    described = cell(pump=PUMP)
    said = reason(described)
    assert said.message.startswith("no steady state exists: Na of 'inside' runs out, ever more slowly (a tenth of the described")
    assert said.message.endswith("because what moves it (pump) nowhere comes to a balance")
    assert said.path == "inside.Na"
    assert said.expected == "a path by which Na returns"
    left = [vrest.simulate(described, until=until).c["inside"]["Na"][-1] for until in ("1e7 s", "1e8 s")]
    assert left[1] < 0.5 * left[0]


def test_an_ion_that_only_a_current_brings_accumulates_without_bound():
    described = cell(current={"kind": "current", "ion": "Cl", "value": "0.01 A/m^2"})
    said = reason(described)
    assert said.message.startswith("no steady state exists: Cl of 'inside' accumulates without bound (10 times the described")
    assert said.message.endswith("because what moves it (current) nowhere comes to a balance")
    assert said.expected == "a path by which Cl leaves"
    held = [vrest.simulate(described, until=until).c["inside"]["Cl"][-1] for until in ("1e7 s", "1e8 s")]
    assert held[1] > 2 * held[0]


def test_the_time_that_is_named_is_when_a_tenth_is_left():
    described = cell(pump=PUMP)
    time = quantity_from(reason(described).message.split("after about ")[1].split(")")[0]).value
    run = vrest.simulate(described, until=f"{10 * time} s")
    tenth = float(np.interp(-1.2, -run.c["inside"]["Na"], run.time))
    assert time == pytest.approx(tenth, rel=0.5)


def test_water_that_follows_at_once_is_no_swelling():
    """A speck under a membrane that holds more charge than it has ions: its volume is far from the described one from the begin."""
    ways = cells.leaks(K="0.939 m/s", Na="4.84e-17 m/s", Cl="2.58e-18 m/s") | {"pump": cells.pump("5.23 A/m^2", "constant")}
    ions = {"K": "12.9 mM", "Na": "0.0148 mM", "Cl": "0.2 mM"}
    inside = {"volume": "0.336 fL", "ions": ions, "impermeant": cells.neutral()}
    outside = cells.bath({"K": "2930 mM", "Na": "5.46e-5 mM", "Cl": "0.226 mM"})
    extent = {"area": "0.1769 m^2", "capacitance": "1.39e-4 uF/cm^2"}
    described = cells.cell_of(ways, inside, outside, water="instantaneous", **extent)
    assert reason(described).message.startswith("no steady state was found: the cell was followed for 0 s")
