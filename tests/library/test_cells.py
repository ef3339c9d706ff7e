"""The library as data: every number says how it is known, every cell rests where it was measured, and its story holds."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import vrest
from published import MODELS, OTHER_KINGDOMS

DATA = Path(vrest.__file__).parent
CELLS = sorted(path.stem for path in (DATA / "library").glob("*.yaml") if path.stem not in MODELS)
BIBLIOGRAPHY = tomllib.loads((DATA / "data" / "bibliography.toml").read_text(encoding="utf-8"))
IONS = tomllib.loads((DATA / "data" / "ions.toml").read_text(encoding="utf-8"))

OF_ONE_KIND_OF_CELL = [
    "astrocyte",
    "beta-cell",
    "endothelium",
    "frog-muscle",
    "hepatocyte",
    "mammalian-muscle",
    "mammalian-neuron",
    "photoreceptor",
    "proximal-tubule",
    "red-cell",
    "smooth-muscle",
    "squid-axon",
    "t-lymphocyte",
    "textbook-neuron",
    "ventricular-myocyte",
    "xenopus-oocyte",
]

# cells whose computed rest lies outside their measured band, and why
OUTSIDE_THEIR_BAND: dict[str, str] = {}

# cells that do not keep themselves (test_keeping.py), and yet drift less than this at rest [mM/min]
NEARLY_IN_BALANCE = {"hepatocyte": 0.15}


def described(cell):
    """The numbers that the file itself holds, by path; not the defaults of the format."""
    return {path: value for path, value in cell.settable.items() if value.note != "default"}


@pytest.fixture(scope="module", params=CELLS)
def cell(request):
    return vrest.load(request.param)


@pytest.fixture(scope="module")
def rests():
    known = {}

    def rest(name):
        if name not in known:
            known[name] = vrest.rest(vrest.load(name))
        return known[name]

    return rest


def V(result):
    """The one membrane potential [mV]."""
    (potential,) = result.to_dict()["V_mV"].values()
    return potential


# -- the data ---------------------------------------------------------------------------------------------------------


COUNTED = {6: "six", 15: "fifteen", 16: "sixteen"}


def test_the_library_holds_kinds_of_animal_cells_published_models_and_cells_of_other_kingdoms():
    assert CELLS == OF_ONE_KIND_OF_CELL
    assert sorted([*CELLS, *MODELS]) == sorted(vrest.library_names())
    assert set(OTHER_KINGDOMS) < set(MODELS)


def test_a_cell_of_the_library_is_read_once_and_a_file_as_it_stands(tmp_path):
    cell, file = vrest.load("kay2017"), tmp_path / "mine.yaml"
    assert vrest.load("kay2017") is cell
    for temperature in ("300 K", "310 K"):
        file.write_text(cell.replace({"temperature": temperature}).to_yaml(), encoding="utf-8")
        assert vrest.load(file).temperature.si == float(temperature[:3])


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_a_page_that_counts_the_cells_counts_as_many_as_there_are(page):
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8").lower().replace("[", "")
    counts = {
        "kinds of animal cells": CELLS,
        "of other kingdoms": OTHER_KINGDOMS,
        "published models": set(MODELS) - set(OTHER_KINGDOMS),
    }
    for what, names in counts.items():
        assert f"{COUNTED[len(names)]} {what}" in text


def test_a_cell_bears_the_name_of_its_file_and_says_what_it_is(cell):
    assert cell.name in CELLS
    assert cell.title
    assert len(cell.about) > 150
    assert cell.band.low.si < cell.band.high.si


@pytest.mark.parametrize("name", CELLS)
def test_a_file_is_short_enough_to_be_read_in_a_moment(name):
    assert (DATA / "library" / f"{name}.yaml").stat().st_size < 6500


def test_every_number_says_how_it_is_known(cell):
    silent = [path for path, value in described(cell).items() if value.certainty is None]
    assert not silent


def test_every_number_has_a_source_or_a_note(cell):
    bare = [path for path, value in described(cell).items() if not value.source and not value.note]
    assert not bare


def test_a_measured_number_has_a_source(cell):
    unsourced = [path for path, value in described(cell).items() if value.certainty == "measured" and not value.source]
    assert not unsourced


def test_a_derived_number_says_from_what(cell):
    unexplained = [path for path, value in described(cell).items() if value.certainty == "derived" and not value.note]
    assert not unexplained


def test_every_source_stands_in_the_bibliography(cell):
    sources = {value.source for value in described(cell).values() if value.source} | {cell.band.source}
    assert sources <= set(BIBLIOGRAPHY)


def test_a_range_holds_its_value(cell):
    wrong = [path for path, value in cell.settable.items() if value.range and not value.range[0] <= value.si <= value.range[1]]
    assert not wrong


def test_the_impermeant_amount_comes_out_positive(cell):
    amounts = [x.concentration.si for compartment in cell.compartments.values() for x in compartment.impermeants.values()]
    assert all(amount > 1 for amount in amounts)


def test_a_source_names_its_authors_and_year():
    for key, source in BIBLIOGRAPHY.items():
        assert source["authors"], key
        assert 1850 < source["year"] < 2030, key
        assert source.get("journal") or source.get("publisher"), key
        assert set(source) <= {"authors", "year", "title", "journal", "publisher", "volume", "pages", "doi", "note"}, key


def test_no_source_is_unused():
    files = [
        path
        for pattern in ("library/*.yaml", "library/channels/*.yaml", "data/ions.toml", "**/*.py")
        for path in DATA.glob(pattern)
    ]
    texts = [path.read_text(encoding="utf-8") for path in files]
    unused = [key for key in BIBLIOGRAPHY if not any(key in text for text in texts)]
    assert not unused


def test_an_ion_has_a_valence_and_a_sourced_conductivity():
    for symbol, ion in IONS.items():
        assert ion["valence"] in (-3, -2, -1, 0, 1, 2, 3), symbol
        assert ion["valence"] or "conductivity" not in ion, symbol
        assert ion["name"], symbol
        assert ("conductivity" in ion) == ("source" in ion), symbol
        assert 10 < ion.get("conductivity", 50) < 400, symbol
        assert ion.get("source", "dean1999") in BIBLIOGRAPHY, symbol


def test_potassium_and_chloride_have_nearly_the_same_mobility():
    assert IONS["K"]["conductivity"] == 73.5
    assert IONS["Cl"]["conductivity"] / IONS["K"]["conductivity"] == pytest.approx(1.038, abs=1e-3)


# -- the rests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_rests_within_its_measured_band(name, rests):
    band = vrest.load(name).band
    potentials = rests(name).to_dict()["V_mV"]
    potential = potentials[band.membrane] if band.membrane else V(rests(name))
    inside = band.low.si * 1e3 <= potential <= band.high.si * 1e3
    assert inside == (name not in OUTSIDE_THEIR_BAND), potential


@pytest.mark.parametrize("name", CELLS)
def test_a_rest_is_certified(name, rests):
    certificate = rests(name).to_dict()["certificate"]
    assert certificate["converged"] is True
    assert certificate["dissipation_violations"] == []


@pytest.mark.parametrize("name", [name for name in CELLS if name != "proximal-tubule"])
def test_a_cell_has_one_rest_and_it_is_stable(name, rests):
    (root,) = rests(name).to_dict()["roots"]
    assert root["stable"]


@pytest.mark.parametrize(("name", "tolerance"), NEARLY_IN_BALANCE.items())
def test_a_cell_that_is_said_to_be_nearly_in_balance_drifts_slowly(name, tolerance, rests):
    for drifts in rests(name).to_dict()["drift_mM_per_min"].values():
        assert all(abs(drift) < tolerance for drift in (drifts or {}).values()), drifts


# -- the pump and its ATP ---------------------------------------------------------------------------------------------

# parts of the pump's maximum at rest outside 20 to 40 %: cells that hold more Na+ than half saturates the pump (12 mM)
HARD_AT_WORK = {"hepatocyte": 0.544, "proximal-tubule": 0.458}

SATURATING = [name for name in CELLS if any(path.endswith("pump.K_Na") for path in vrest.load(name).settable)]


def pump_sites(name):
    """Inner Na+ and outer K+ of a cell with their site constants [mM]."""
    cell = vrest.load(name)
    (path,) = [path for path in cell.settable if path.endswith("pump.K_Na")]
    membrane = cell.membranes[path.split(".")[0]]
    Na, K = (cell.compartments[side].ions[ion].si for side, ion in ((membrane.inner, "Na"), (membrane.outer, "K")))
    return Na, cell.settable[path].si, K, cell.settable[path.replace("K_Na", "K_K")].si


@pytest.mark.parametrize("name", SATURATING)
def test_a_resting_pump_runs_at_a_fifth_to_two_fifths_of_its_maximum(name):
    Na, site_Na, K, site_K = pump_sites(name)
    part = (Na / (Na + site_Na)) ** 3 * (K / (K + site_K)) ** 2
    assert (0.2 < part < 0.4) == (name not in HARD_AT_WORK), part
    assert part == pytest.approx(HARD_AT_WORK.get(name, part), abs=1e-3)


@pytest.mark.parametrize("name", SATURATING)
def test_site_constants_give_a_half_saturation_that_was_measured(name):
    """Three sites are half active at 1/(2**(1/3) - 1) = 3.847 times their constant, two at 2.414 times."""
    _, site_Na, _, site_K = pump_sites(name)
    measured_Na = {"frog-muscle": 17, "mammalian-muscle": 22, "red-cell": 13.75}.get(name, 12)
    measured_K = {"red-cell": 2.19}.get(name, 1.5)
    assert site_Na / (2 ** (1 / 3) - 1) == pytest.approx(measured_Na, rel=3e-3)
    assert site_K / (2**0.5 - 1) == pytest.approx(measured_K, rel=3e-3)


def atp_kJ_per_mol(name):
    (energy,) = [space.delta_G.si for space in vrest.load(name).compartments.values() if space.delta_G is not None]
    return energy / 1e3


@pytest.mark.parametrize("name", [name for name in CELLS if name != "textbook-neuron"])
def test_atp_gives_what_it_gives_with_free_adp(name):
    """With 20 to 100 uM of ADP, the part that is not bound; with the total of tables it would be near -49 kJ/mol."""
    assert -67 < atp_kJ_per_mol(name) < -55


def test_the_neuron_has_its_atp_from_concentrations_and_the_standard_of_its_temperature():
    standard = vrest.atp_standard_free_energy(310, 7.2, 1.0)
    assert atp_kJ_per_mol("mammalian-neuron") == pytest.approx(vrest.atp_free_energy(2.59, 0.03, 2.72, 310, standard) / 1e3)
    assert atp_kJ_per_mol("mammalian-neuron") == pytest.approx(-60.1, abs=0.05)


@pytest.mark.parametrize("name", [name for name in CELLS if name not in ("textbook-neuron", "proximal-tubule")])
def test_no_pump_runs_beyond_its_atp_when_potassium_rises_threefold(name):
    cell = vrest.load(name)
    run = vrest.simulate(cell, vrest.load_protocol("raised-potassium", cell))
    assert not [one for one in run.happenings if "beyond its ATP" in one.what]
    assert run.certificate.dissipation_violations == ()


# -- how much is known --------------------------------------------------------------------------------------------------

# numbers of each file: measured, derived, recalled, teaching
KNOWN = {
    "astrocyte": (1, 20, 0, 2),
    "bacillus-biofilm": (0, 18, 0, 5),
    "beta-cell": (0, 8, 2, 9),
    "dijkstra2016": (0, 23, 0, 0),
    "dijkstra2016-excitable": (0, 23, 0, 0),
    "dusterwald2018": (0, 20, 0, 0),
    "e-coli": (0, 2, 0, 10),
    "endothelium": (2, 7, 4, 10),
    "frog-muscle": (0, 9, 8, 3),
    "hepatocyte": (4, 7, 3, 8),
    "hubel-dahlem2014": (0, 28, 0, 5),
    "kalia2021": (0, 48, 0, 0),
    "kalia2021-excitable": (0, 48, 0, 0),
    "kay2017": (0, 15, 0, 0),
    "luo-rudy1991": (0, 18, 0, 2),
    "lysosome": (0, 24, 0, 3),
    "mammalian-muscle": (0, 11, 4, 9),
    "mammalian-neuron": (0, 18, 3, 3),
    "mitochondrion": (0, 38, 0, 1),
    "neurospora": (1, 1, 1, 12),
    "periodic-paralysis": (0, 14, 0, 2),
    "photoreceptor": (0, 22, 5, 4),
    "plant-cell": (0, 12, 0, 5),
    "proximal-tubule": (3, 15, 7, 12),
    "red-cell": (3, 25, 2, 5),
    "saetra2020": (0, 23, 0, 0),
    "saetra2020-excitable": (0, 84, 0, 10),
    "smooth-muscle": (0, 9, 2, 9),
    "squid-axon-calcium": (0, 8, 0, 10),
    "squid-axon-excitable": (0, 8, 0, 4),
    "squid-axon-ph": (0, 0, 0, 36),
    "squid-axon": (1, 5, 7, 4),
    "t-lymphocyte": (5, 8, 6, 4),
    "textbook-neuron": (0, 0, 0, 10),
    "wallinga1999": (0, 17, 0, 2),
    "ventricular-myocyte": (0, 28, 1, 2),
    "wei2014": (0, 34, 0, 4),
    "xenopus-oocyte": (1, 16, 4, 3),
}


@pytest.mark.parametrize("name", [*CELLS, *MODELS])
def test_how_many_numbers_of_a_cell_are_known_and_how(name):
    counted = Counter(value.certainty for value in described(vrest.load(name)).values())
    assert tuple(counted[word] for word in ("measured", "derived", "recalled", "teaching")) == KNOWN[name]


def test_fewer_than_sixty_numbers_of_the_library_are_recalled():
    assert sum(recalled for _, _, recalled, _ in KNOWN.values()) < 60


# -- water --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [0.8, 0.6, 0.54])
def test_a_red_cell_swells_as_boyle_and_vant_hoff_say(part):
    """Its water times the osmolarity of the bath stays; what is no water, a quarter of its volume, does not swell."""
    cell = vrest.load("red-cell")
    less = (1 - part) * 309.1 / 2
    diluted = {"outside.Na": f"{145.5 - less} mM", "outside.Cl": f"{147.4 - less} mM"}
    run = vrest.simulate(cell, {"until": "2 min", "events": [{"at": "1 s", "set": diluted}]})
    water = run.water["inside"]
    assert water[-1] / water[0] == pytest.approx(1 / part, rel=1e-3)


def test_a_red_cell_is_a_sphere_where_osmotic_fragility_begins():
    """At 0.54 of isotonic, 0.49 % NaCl; normal cells begin to break at 0.45 to 0.5 %."""
    cell = vrest.load("red-cell")
    sphere = cell.membranes["plasma"].area.si ** 1.5 / (6 * np.pi**0.5)
    described = cell.compartments["inside"].volume.si
    assert sphere == pytest.approx(147.5e-18, rel=1e-3)
    assert 0.25 * 90e-18 + described / 0.54 == pytest.approx(sphere, rel=1e-3)


def test_an_oocyte_swells_in_half_an_hour():
    """At 28 um/s; in the end it has what the relation of Boyle and van't Hoff gives."""
    cell = vrest.load("xenopus-oocyte")
    run = vrest.simulate(cell, {"until": "4 h", "events": [{"at": "0 s", "multiply": {"outside.Na": 0.8, "outside.Cl": 0.8}}]})
    water = run.volume["inside"] / run.volume["inside"][0]
    assert water[np.searchsorted(run.time, 30 * 60)] == pytest.approx(1.125, abs=0.01)
    assert water[-1] == pytest.approx(209.4 / (209.4 - 0.2 * 199.6), abs=0.005)


def test_water_enters_a_tubule_cell_through_both_membranes():
    """At 172 um/s each: P_f A V_w times the difference of osmolarities, 3 % of the cell a second for a bath diluted by 9 %."""
    cell = vrest.load("proximal-tubule")
    diluted = {f"{side}.{ion}": 0.9 for side in ("lumen", "blood") for ion in ("Na", "Cl")}
    run = vrest.simulate(cell, {"until": "1 s", "events": [{"at": "0 s", "multiply": diluted}]}, at=["0.1 s"])
    entered = 2 * 172e-6 * 94000e-12 * 18.07e-6 * 26 * 0.1
    assert run.water["cell"][0] - 500e-15 == pytest.approx(entered, rel=0.05)


# -- the stories told in `about` --------------------------------------------------------------------------------------


def with_(name, **settings):
    return vrest.rest(vrest.load(name).replace({path.replace("__", "."): value for path, value in settings.items()}))


def test_the_textbook_neuron_is_that_of_the_example():
    assert V(vrest.rest(vrest.load("textbook-neuron"))) == pytest.approx(-67.293656, abs=1e-5)


def test_the_pump_of_the_squid_axon_gives_one_to_two_millivolts(rests):
    assert 1.0 < V(with_("squid-axon", plasma__pump__max_current="0")) - V(rests("squid-axon")) < 2.0


def test_the_liver_cell_owes_five_millivolts_to_its_pump(rests):
    assert V(with_("hepatocyte", plasma__pump__max_current="0")) - V(rests("hepatocyte")) == pytest.approx(5.06, abs=0.1)


def test_the_red_cell_rests_at_the_equilibrium_of_its_anions(rests):
    anions = rests("red-cell").to_dict()["ions"]["plasma"]["Cl"]
    assert anions["E_mV"] == pytest.approx(-11.74, abs=0.02)
    assert abs(anions["driving_force_mV"]) < 0.3


def test_the_astrocyte_follows_potassium_above_12_mM():
    steps = V(with_("astrocyte", outside__K="24 mM")) - V(with_("astrocyte", outside__K="12 mM"))
    assert steps == pytest.approx(58 * 0.30103, abs=0.6)


def test_muscle_without_chloride_has_two_stable_potentials_at_low_potassium():
    result = with_("mammalian-muscle", outside__K="1.8 mM", plasma__Cl_leak__permeability="0").to_dict()
    stable = [root["V_mV"]["plasma"] for root in result["roots"] if root["stable"]]
    assert len(result["roots"]) == 3
    assert min(stable) < -90
    assert max(stable) > -68


def test_muscle_without_chloride_depolarises_below_that():
    assert V(with_("mammalian-muscle", outside__K="1.5 mM", plasma__Cl_leak__permeability="0")) > -66


def test_light_hyperpolarises_the_rod():
    assert V(with_("photoreceptor", plasma__cGMP_channels__permeability="0")) == pytest.approx(-72.4, abs=0.5)


def test_closing_k_atp_channels_depolarises_the_beta_cell():
    assert V(with_("beta-cell", plasma__K_ATP__conductance="0.4 nS")) == pytest.approx(-48.4, abs=0.5)


def test_the_ventricular_myocyte_has_the_resting_currents_of_the_paper(rests):
    """In pA/pF, from the formulas of ten Tusscher and Panfilov at -85.247 mV, the rest of the whole model."""
    paper = {
        "I_K1": 0.2598,
        "pump": 0.2005,
        "NCX": -0.3119,
        "Ca_background": -0.1269,
        "Na_background": -0.0463,
        "Ca_pump": 0.0249,
    }
    rest = rests("ventricular-myocyte").to_dict()
    currents = {name: one["current_pA"] / 185 for name, one in rest["mechanisms"]["plasma"].items()}
    assert currents == pytest.approx(paper, abs=3e-4)
    assert rest["V_mV"]["plasma"] == pytest.approx(-85.247, abs=0.01)
    assert V(with_("ventricular-myocyte", plasma__pump__max_current="0")) == pytest.approx(-84.016, abs=0.01)


@pytest.mark.parametrize(("outside", "stable"), [("2 mM", -107.63), ("3 mM", -99.04), ("7 mM", -78.76), ("20 mM", -51.47)])
def test_the_ventricular_myocyte_follows_outer_potassium_as_the_paper_does(outside, stable):
    roots = with_("ventricular-myocyte", outside__K=outside).to_dict()["roots"]
    assert min(root["V_mV"]["plasma"] for root in roots) == pytest.approx(stable, abs=0.02)


def test_the_astrocyte_without_its_rectifier_sits_where_the_knockout_does(rests):
    """-71.9 mV (SD 3.4) with and -39.1 mV (SD 9.8) without Kir4.1 in mouse hippocampus."""
    assert V(with_("astrocyte", plasma__Kir4_1__conductance="0")) == pytest.approx(-39.1, abs=0.1)
    anew = rests("astrocyte").to_dict()["ions"]["plasma"]["K"]
    assert 0 < anew["driving_force_mV"] < 10


def test_resting_muscle_takes_up_little_sodium(rests):
    """4 to 10 pmol cm^-2 s^-1."""
    cell, rest = vrest.load("mammalian-muscle"), rests("mammalian-muscle").to_dict()
    area_cm2 = 1e4 * cell.membranes["plasma"].area.si
    influx = -1e12 * rest["mechanisms"]["plasma"]["Na_leak"]["flux_mol_per_s"]["Na"] / area_cm2
    assert influx == pytest.approx(9.4, abs=0.1)


def test_resting_muscle_has_the_conductances_of_rat_gastrocnemius():
    """0.099 mS/cm^2 of K+ and 0.845 of Cl- by a step of 1 mV (soleus: 0.161 and 1.025)."""
    curves = vrest.iv(vrest.load("mammalian-muscle"), np.array([-0.0895, -0.0885])).to_dict()["membranes"]["plasma"]
    slope_mS_per_cm2 = {name: upper - lower for name, (lower, upper) in curves["current_uA_per_cm2"].items()}
    assert slope_mS_per_cm2["Kir"] + slope_mS_per_cm2["K_leak"] == pytest.approx(0.099, rel=5e-3)
    assert slope_mS_per_cm2["Cl_leak"] == pytest.approx(0.845, rel=5e-3)


def test_the_lumen_of_the_tubule_is_one_millivolt_negative(rests):
    result = rests("proximal-tubule").to_dict()
    assert result["potential_mV"]["lumen"] == pytest.approx(-0.99, abs=0.05)
    assert result["V_mV"]["basolateral"] == pytest.approx(-73.5, abs=0.2)
    assert result["V_mV"]["apical"] + result["V_mV"]["paracellular"] == pytest.approx(result["V_mV"]["basolateral"], abs=1e-9)
