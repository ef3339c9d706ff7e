"""The library as data: every number says how it is known, every cell rests where it was measured, and its story holds."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import vrest

DATA = Path(vrest.__file__).parent
# published models, held to their own sheets by tests/references/test_models.py
MODELS = ["dijkstra2016", "dusterwald2018", "kalia2021", "kay2017", "saetra2020"]
CELLS = sorted(path.stem for path in (DATA / "library").glob("*.yaml") if path.stem not in MODELS)
BIBLIOGRAPHY = tomllib.loads((DATA / "data" / "bibliography.toml").read_text(encoding="utf-8"))
IONS = tomllib.loads((DATA / "data" / "ions.toml").read_text(encoding="utf-8"))

SIXTEEN = [
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


def test_the_library_holds_the_sixteen_cells():
    assert CELLS == SIXTEEN


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
        assert set(source) <= {"authors", "year", "title", "journal", "publisher", "volume", "pages", "doi"}, key


def test_no_source_is_unused():
    files = [path for pattern in ("library/*.yaml", "data/ions.toml", "**/*.py") for path in DATA.glob(pattern)]
    texts = [path.read_text(encoding="utf-8") for path in files]
    unused = [key for key in BIBLIOGRAPHY if not any(key in text for text in texts)]
    assert not unused


def test_an_ion_has_a_valence_and_a_sourced_conductivity():
    for symbol, ion in IONS.items():
        assert ion["valence"] in (-3, -2, -1, 1, 2, 3), symbol
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
    result = with_("mammalian-muscle", outside__K="3 mM", plasma__Cl_leak__permeability="0").to_dict()
    stable = [root["V_mV"]["plasma"] for root in result["roots"] if root["stable"]]
    assert len(result["roots"]) == 3
    assert min(stable) < -90
    assert max(stable) > -65


def test_muscle_without_chloride_depolarises_below_that():
    assert V(with_("mammalian-muscle", outside__K="2 mM", plasma__Cl_leak__permeability="0")) > -60


def test_light_hyperpolarises_the_rod():
    assert V(with_("photoreceptor", plasma__cGMP_channels__permeability="0")) == pytest.approx(-72.4, abs=0.5)


def test_closing_k_atp_channels_depolarises_the_beta_cell():
    assert V(with_("beta-cell", plasma__K_ATP__conductance="0.4 nS")) == pytest.approx(-48.4, abs=0.5)


def test_the_pump_of_the_ventricular_myocyte_runs_at_a_fifth_of_a_picoampere_per_picofarad(rests):
    pump = rests("ventricular-myocyte").to_dict()["mechanisms"]["plasma"]["pump"]
    assert pump["current_pA"] / 185 == pytest.approx(0.197, abs=0.002)


def test_the_lumen_of_the_tubule_is_one_millivolt_negative(rests):
    result = rests("proximal-tubule").to_dict()
    assert result["potential_mV"]["lumen"] == pytest.approx(-0.99, abs=0.05)
    assert result["V_mV"]["basolateral"] == pytest.approx(-73.5, abs=0.2)
    assert result["V_mV"]["apical"] + result["V_mV"]["paracellular"] == pytest.approx(result["V_mV"]["basolateral"], abs=1e-9)
