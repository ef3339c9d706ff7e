"""The red cell of Lew and Bookchin in the plain words of the format, against the traces of the authors' own program.

Rogers and Lew, PLoS Computational Biology 17:e1008706 (2021). Its Ca and Mg are held here, which it lets move slightly.
"""

from pathlib import Path

import numpy as np
import pytest

import vrest

# min, relative volume, V [mV], pH, Na, K, Cl [mM]: after NaCl falls by 50 mM
HYPOTONIC = [
    (0.035999, 1.095156, -4.178414, 7.213722, 8.872839, 124.237586, 84.022049),
    (0.149646, 1.23779, -8.478365, 7.220453, 7.588331, 106.299485, 71.528158),
    (0.444159, 1.323116, -10.768168, 7.224261, 6.97732, 97.851913, 65.650543),
    (21.134038, 1.334177, -11.08373, 7.223309, 6.408825, 97.169028, 64.844978),
    (48.470343, 1.332156, -11.091753, 7.222843, 5.847913, 97.711015, 64.776068),
    (60.0, 1.33139, -11.094542, 7.222666, 5.637578, 97.914136, 64.749878),
]
# the same left alone
CONTROL = [
    (46.285349, 1.000027, -11.864115, 7.209235, 10.000081, 139.995702, 95.00649),
    (694.92554, 1.000314, -11.842445, 7.209591, 9.982027, 139.957497, 95.084326),
    (1440.0, 1.00055, -11.820948, 7.209943, 9.958109, 139.919518, 95.161266),
]


@pytest.fixture(scope="module")
def red_cell():
    return vrest.load(Path(__file__).with_name("lew.yaml"))


def test_the_described_cell_is_isotonic_neutral_and_rests_where_the_model_does(red_cell):
    found = vrest.rest(red_cell)
    assert found.osmolarity["cell"] == pytest.approx(found.osmolarity["plasma"], rel=1e-6)
    assert found.neutrality["cell"] == pytest.approx(0.0, abs=1e-9)
    assert red_cell.compartments["cell"].impermeants["X"].concentration.si == pytest.approx(44.607, rel=0.01)
    assert 1e3 * found.V_m["membrane"] == pytest.approx(-11.864, abs=0.05)
    flux = found.to_dict()["mechanisms"]["membrane"]["pump"]["flux_mol_per_s"]
    assert 3.6e6 * flux["Na"] == pytest.approx(2.6085, rel=1e-5)


@pytest.mark.parametrize(
    ("rows", "events"),
    [(HYPOTONIC, [{"at": "0 s", "set": {"plasma.Na": "95.504843 mM", "plasma.Cl": "97.4 mM"}}]), (CONTROL, [])],
    ids=["hypotonic", "control"],
)
def test_the_course_is_that_of_the_model(red_cell, rows, events):
    protocol = {"start": "described", "until": f"{rows[-1][0]} min", "events": events}
    run = vrest.simulate(red_cell, protocol, at=[60 * row[0] for row in rows])
    for t, volume, V, pH, Na, K, Cl in rows:
        k = int(np.searchsorted(run.time, 60 * t * (1 - 1e-9)))
        assert run.volume["cell"][k] == pytest.approx(1e-3 * volume, rel=2e-3)
        assert 1e3 * run.V["membrane"][k] == pytest.approx(V, abs=0.1 if t > 0.1 else 0.2)  # its first steps are coarse
        assert run.pH["cell"][k] == pytest.approx(pH, abs=1e-3)
        there = [run.c["cell"][ion][k] for ion in ("Na", "K", "Cl")]
        assert there == pytest.approx([Na, K, Cl], rel=6e-3)
    assert max(run.certificate.residuals["species_fraction"].values()) <= 1e-12
    assert run.certificate.charge_error <= 1e-9


def test_without_bound_protons_the_pH_would_go_elsewhere(red_cell):
    """What haemoglobin binds holds the pH of a cell that swells; a charge that stays does not."""
    described = red_cell.to_dict()
    described["compartments"]["cell"]["impermeants"]["Hb"]["valence"] = "-6.01226"
    event = {"at": "0 s", "set": {"plasma.Na": "95.504843 mM", "plasma.Cl": "97.4 mM"}}
    runs = [vrest.simulate(cell, {"until": "1 h", "events": [event]}) for cell in (red_cell, vrest.from_dict(described))]
    moved = [run.pH["cell"][-1] - run.pH["cell"][0] for run in runs]
    assert moved[0] == pytest.approx(0.0134, abs=1e-3)
    assert abs(moved[1] - moved[0]) > 1e-3


def test_its_steady_state_is_near_to_what_is_described(red_cell):
    point = vrest.steady_state(red_cell).point
    assert point.stable
    assert 1e3 * point.V_m["membrane"] == pytest.approx(-11.864, abs=0.05)
    assert point.volume["cell"] == pytest.approx(1e-3, rel=2e-3)
