"""Bacteria of a biofilm: the library's cell against its reference sheet, and the earlier model of Prindle and colleagues (2015)."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import cells
import vrest

PRINDLE = Path(__file__).parents[1] / "references" / "data" / "prindle2015-bacillus"


def test_rest():
    assert 1e3 * vrest.rest("bacillus-biofilm").V_m["plasma"] == pytest.approx(-155.60, abs=0.01)


def test_after_potassium_from_the_neighbours():
    cell = vrest.load("bacillus-biofilm").replace({"plasma.signalling.K_e.start": "30 mM"})
    run = vrest.simulate(cell, {"start": "-155.60 mV", "until": "1 h"}, points=300)
    V = 1e3 * run.V["plasma"]
    top = int(np.argmax(V))
    assert V[top] == pytest.approx(-102.16, abs=0.02)
    assert run.time[top] / 3600 == pytest.approx(0.098, abs=5e-3)
    assert V[-1] == pytest.approx(-155.05, abs=0.01)


def test_under_stress():
    """Far beyond E_K: 100 mV stand where RT/F should."""
    events = [{"at": "0 s", "set": {"plasma.signalling.S": "0.03"}}]
    run = vrest.simulate("bacillus-biofilm", {"start": "rest", "until": "10 h", "events": events})
    assert 1e3 * run.V["plasma"].min() == pytest.approx(-214.5, abs=0.15)
    assert run.V["plasma"].min() < vrest.nernst_potential(1, 300.0, 8.0, 310.15)


def prindle(channel: bool) -> vrest.Cell:
    """The sheet's cell, its capacitance set to 1 uF/cm^2; E is what K+ outside lies above its rest."""
    shut_off = "(exp((V_th - V)/s_a) - 1)"
    signalling = {
        "kind": "formula",
        "stoichiometry": {"K": 1},
        "rate": "1 uF/cm^2/F*(g_K*n^4*(V - V_K) + g_L*(V + 156 mV - 8 mV/(1 mM)*E_x))",
        "parameters": {"g_K": "30 1/min" if channel else "0 1/min", "g_L": "0.2 1/min", "V_th": "-150 mV", "s_a": "0.2 mV"},
        "let": {"V_K": "-380 mV + 1 mV/(1 mM)*E_x"},
        "states": {
            "n": {"rate": "2 1/min*S/(0.04 + S)*(1 - n) - 1.3 1/min*n", "start": 0},
            "E_x": {"rate": "5.6 mM/mV*g_K*n^4*(V - V_K) - 10 1/min*E_x", "start": "200 mM"},
            "S": {"rate": f"0.001 1/(mV min)*(V_th - V)/{shut_off} - 0.1 1/min*S", "start": 0},
        },
    }
    inside = {"role": "held", "volume": "1 fL", "ions": {"K": "300 mM"}}
    plasma = cells.membrane({"signalling": signalling}, area="5 um^2", capacitance="1 uF/cm^2")
    spaces = {"outside": cells.bath({"K": "8 mM"}), "inside": inside}
    return vrest.from_dict(cells.described(spaces, {"m": plasma}, temperature="310 K"))


@pytest.mark.parametrize("kind", ["wt", "dyugO"])
def test_prindles_cell_after_a_shock_of_potassium(kind):
    with (PRINDLE / f"expected_{kind}.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(float(row["t_min"]), float(row["V_mV"])) for row in csv.DictReader(lines)]
    run = vrest.simulate(prindle(kind == "wt"), {"start": "-156 mV", "until": "50 min"}, at=[f"{t!r} min" for t, _ in rows])
    expected = json.loads((PRINDLE / "case.json").read_text(encoding="utf-8"))["expected"][kind]
    assert 1e3 * run.V["m"] == pytest.approx([V for _, V in rows], abs=0.2)
    V = 1e3 * run.whole.V["m"]
    assert V.max() == pytest.approx(expected["Vmax_mV"], abs=0.2)
    assert V.min() == pytest.approx(expected["Vmin_mV"], abs=0.2)
