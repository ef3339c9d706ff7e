"""The laws of pumps: each stalls where thermodynamics says, and gives the numbers of the published cells that use it."""

import math

import pytest

import cells
import vrest

F, R, T = 96485.33212331001, 8.314462618153241, 310.0
IN = {"K": 140.0, "Na": 12.0, "Cl": 10.0, "H": 6e-5, "Ca": 1e-4}
OUT = {"K": 5.0, "Na": 145.0, "Cl": 110.0, "H": 4e-5, "Ca": 1.2}
Z = {"H": 1, "Ca": 2, "Na": 1, "K": 1}
V_HELD = -0.07
NA_K = 3 * (R * T * math.log(145 / 12) + F * 0.07) + 2 * (R * T * math.log(140 / 5) - F * 0.07)
"""Work on three Na+ out and two K+ in."""
RATES = {
    "reversible": {"max_rate": "1e-20 mol/(m^2 s)"},
    "affinity": {"rate": "1e-20 mol/(m^2 s)"},
    "two_state": {"max_rate": "1e-20 mol/(m^2 s)", "k_io0": "1e3 1/s", "k_oi0": "0.1 1/s", "kappa_oi": "2 1/s"},
}
PUMPS = {
    "h_atpase": ({}, {"H": 1}),
    "v_atpase": ({}, {"H": -2}),
    "v_atpase with a coupling": ({"coupling": "3.2"}, {"H": -3.2}),
    "v_atpase with a coupling of pH and V": ({"coupling": "3 + 0.5*(pH_in - 7) + V/(100 mV)"}, {"H": -(3 + 0.5 * (-math.log10(4e-8) - 7) + 0.7)}),
    "h_ppase": ({"drive": {"delta_G": "-20 kJ/mol"}}, {"H": -1}),
    "atp_synthase of mammals": ({"coupling": "2.6666666666666667"}, {"H": 8 / 3}),
    "atp_synthase of bacteria": ({"coupling": "3.3333333333333333"}, {"H": 10 / 3}),
    "atp_synthase of chloroplasts": ({"coupling": "4.6666666666666667"}, {"H": 14 / 3}),
    "serca": ({}, {"Ca": -2}),
    "pmca": ({}, {"Ca": 1}),
}  # fmt: skip


def held(ways, turned=False, **more):
    """A sphere that a large conductance keeps at -70 mV; turned inside out at +70 mV."""
    mM = lambda side: {ion: f"{c!r} mM" for ion, c in side.items()}  # noqa: E731
    inner, outer, V = (OUT, IN, "70 mV") if turned else (IN, OUT, "-70 mV")
    space = cells.sphere(mM(inner), role="held", **more)
    stiff = cells.ohmic("1 S/cm^2", reversal=V, carries={"K": 1})
    return vrest.from_dict(cells.in_a_bath({"V": stiff} | ways, space, cells.bath(mM(outer)), "plasma"))


def work(counts, V=V_HELD):
    """Of ions that leave the sphere, or enter it where it is turned inside out."""
    return -sum(abs(n) * (R * T * math.log(IN[ion] / OUT[ion]) + Z[ion] * F * V) for ion, n in counts.items())


@pytest.mark.parametrize("law", RATES)
@pytest.mark.parametrize("name", PUMPS)
def test_a_pump_stalls_where_a_cycle_takes_what_drives_it(name, law):
    """At the very free energy that the ions take; with 1 kJ/mol more it turns forwards, with 1 kJ/mol less backwards."""
    more, counts = PUMPS[name]
    turned = min(counts.values()) < 0
    cell = held({"x": {"kind": name.split()[0], "law": law} | RATES[law] | more}, turned, atp={"delta_G": "-50 kJ/mol"})
    path = "plasma.x.drive.delta_G" if "drive" in more else "inside.atp.delta_G"
    turnover = {}
    for extra in (-1e3, 0.0, 1e3):
        state = vrest.rest(cell.replace({path: f"{-work(counts) - extra!r} J/mol"})).mechanisms["plasma"]["x"]
        turnover[extra] = state.turnover
        assert state.affinity == pytest.approx(extra, abs=1e-5)
        assert state.fluxes == {ion: pytest.approx(n * state.turnover, rel=1e-9, abs=1e-40) for ion, n in counts.items()}
    assert turnover[-1e3] < 0 < turnover[1e3]
    assert abs(turnover[0.0]) < 1e-6 * turnover[1e3]


@pytest.mark.parametrize("more", [{}, {"max_reverse": "0.1"}], ids=["unbounded", "bounded"])
def test_the_reversible_sodium_pump_turns_where_its_atp_is_spent(more):
    pump = {"kind": "na_k_atpase", "law": "reversible", "K_Na": "10 mM", "K_K": "1.5 mM", "max_rate": "1e-20 mol/(m^2 s)"} | more
    turnover = {}
    for extra in (-40e3, -1e3, 0.0, 1e3):
        cell = held({"x": pump}, atp={"delta_G": f"{-NA_K - extra!r} J/mol"})
        turnover[extra] = vrest.rest(cell).mechanisms["plasma"]["x"].turnover
    assert turnover[-1e3] < 0 < turnover[1e3]
    assert abs(turnover[0.0]) < 1e-6 * turnover[1e3]
    full = 1e-20 * (12 / 22) ** 3 * (5 / 6.5) ** 2 * math.pi * 20e-6**2
    if more:
        assert turnover[-40e3] == pytest.approx(-0.1 * full, rel=2e-5)
    else:
        assert turnover[-40e3] < -1e5 * full


@pytest.mark.parametrize(("kJ", "mV", "part"), [(-49, -101.5, 0.928), (-57, -184.4, 0.798), (-60, -215.5, 0.758)])
def test_the_free_energy_of_atp_and_the_stall_of_the_sodium_pump(kJ, mV, part):
    """37 degC, Na 145/10, K 145/4 mM: the free energy with total and with free ADP; 45.48 kJ/mol of work at -65 mV."""
    sides = ([1, 1], [3, -2], [10.0, 145.0], [145.0, 4.0], 310.15)
    assert 1e3 * vrest.pump_stall_potential(kJ * 1e3, *sides) == pytest.approx(mV, abs=0.1)
    assert vrest.ion_work(-0.065, *sides) == pytest.approx(45.48e3, abs=20)
    assert vrest.ion_work(-0.065, *sides) / (-kJ * 1e3) == pytest.approx(part, abs=5e-4)


def test_half_saturation_of_sites_is_not_half_saturation_of_the_pump():
    """K_Na 10, K_K 1.5 mM are half of it at 38.5 and 3.62 mM; 3.12 and 0.62 mM at 12 and 1.5 mM."""
    three, two = 1 / (2 ** (1 / 3) - 1), 1 / (2**0.5 - 1)
    assert (10 * three, 1.5 * two) == pytest.approx((38.5, 3.62), abs=0.05)
    assert (3.12 * three, 0.62 * two) == pytest.approx((12.0, 1.5), abs=0.01)
    part = lambda Na, K_Na, K_K: vrest.pump_saturating(1.0, [Na, 4.0], [K_Na, K_K], [3, 2])  # noqa: E731
    assert part(10, 10, 1.5) == pytest.approx(0.066, abs=5e-4)
    assert part(10, 3.12, 0.62) == pytest.approx(0.33, abs=5e-3)
    assert part(20, 10, 1.5) / part(10, 10, 1.5) == pytest.approx(2.37, abs=5e-3)
    assert part(20, 3.12, 0.62) / part(10, 3.12, 0.62) == pytest.approx(1.46, abs=5e-3)


PUBLISHED = {
    "astrocyte of Halnes": (
        {"law": "hill", "max_rate": "1.12e-6 mol/(m^2 s)", "K_Na": "10 mM", "K_K": "1.5 mM"},
        lambda f: 1.12e-6 * 12**1.5 / (12**1.5 + 10**1.5) * 5 / 6.5,
    ),
    "neuron of Kalia": (
        {"law": "hill", "max_current": "87.2 pA", "K_Na": "13 mM", "K_K": "0.2 mM", "voltage_factor": {"steep": "0.0365"}},
        lambda f: 87.2e-12 / F / AREA * 12**1.5 / (12**1.5 + 13**1.5) * 5 / 5.2 * f(0.0365),
    ),
    "heart of ten Tusscher": (
        {"law": "hill", "max_current": "2.724 uA/cm^2", "K_Na": "40 mM", "K_K": "1 mM", "n_Na": "1", "voltage_factor": {"steep": "0.0353"}},
        lambda f: 2.724e-2 / F * 12 / 52 * 5 / 6 * f(0.0353),
    ),
    "muscle of Wallinga": (
        {"law": "saturating", "max_rate": "1e-7 mol/(m^2 s)", "K_Na": "13 mM", "K_K": "1 mM", "voltage_factor": {"steep": "0.0365"}},
        lambda f: 1e-7 * (1 + 1 / 5) ** -2 * (1 + 13 / 12) ** -3 * f(0.0365),
    ),
    "neuron of Wei": (
        {"law": "sigmoid", "max_rate": "0.8 mM/s", "Na_half": "25 mM", "Na_slope": "3 mM", "K_half": "3.5 mM", "K_slope": "1 mM"},
        lambda f: 0.8 * VOLUME / AREA / (1 + math.exp((25 - 12) / 3)) / (1 + math.exp(3.5 - 5)),
    ),
}  # fmt: skip
AREA, VOLUME = math.pi * 20e-6**2, math.pi * 20e-6**3 / 6


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_turnover_of_published_cells(name):
    keys, turnover = PUBLISHED[name]
    result = vrest.rest(held({"x": {"kind": "na_k_atpase"} | keys}))
    u = F * result.V_m["plasma"] / (R * T)
    f = lambda steep: 1 / (1 + 0.1245 * math.exp(-0.1 * u) + steep * (math.exp(145 / 67.3) - 1) / 7 * math.exp(-u))  # noqa: E731
    assert result.mechanisms["plasma"]["x"].turnover == pytest.approx(turnover(f) * AREA, rel=1e-9)


def test_the_pump_of_the_red_cell_has_the_fluxes_of_its_paper():
    """Forward 2.61, backward 0.0015 mmol/(l cells h) of Na+ as described; the backward cycle is bounded."""
    forward = vrest.pump_competition(1.0, 10.0, 140.0, 145.0, 5.0, 0.2, 0.1, 8.3, 18.0)
    backward = forward - vrest.pump_competition(1.0, 10.0, 140.0, 145.0, 5.0, 0.2, 0.1, 8.3, 18.0, 1.0)
    keys = {"K_Na": "0.2 mM", "K_K": "0.1 mM", "K_K_in": "8.3 mM", "K_Na_out": "18 mM"}
    largest = 2.61 / 3 / forward
    pump = {
        "kind": "na_k_atpase",
        "law": "competition",
        "max_rate": f"{largest!r} mM/h",
        "max_reverse": 0.0015 / 3 / backward / largest,
    } | keys
    cell = held({"x": pump}).replace({"inside.Na": "10 mM"})
    flux = vrest.rest(cell).mechanisms["plasma"]["x"].fluxes["Na"] / VOLUME * 3600
    assert flux == pytest.approx(2.61 - 0.0015, rel=1e-9)


WRONG = {
    "negative coupling": ({"coupling": "-2"}, "coupling"),
    "negative somewhere": ({"coupling": "2 - V/(50 mV)"}, "a positive number at every potential"),
    "with a unit": ({"coupling": "2 mM"}, "coupling"),
    "wrong dimension": ({"coupling": "V"}, "wrong dimension"),
    "unknown name": ({"coupling": "2 + pHin"}, "did you mean pH_in?"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_coupling_that_cannot_be_is_told(name):
    more, words = WRONG[name]
    with pytest.raises(vrest.InputError) as caught:
        held({"x": {"kind": "v_atpase", "law": "affinity"} | RATES["affinity"] | more}, atp={"delta_G": "-50 kJ/mol"})
    assert words in str(caught.value)


def test_a_pyrophosphatase_says_what_drives_it():
    with pytest.raises(vrest.InputError, match="drive"):
        held({"x": {"kind": "h_ppase", "law": "affinity"} | RATES["affinity"]}, atp={"delta_G": "-50 kJ/mol"})


# -- mitochondria -----------------------------------------------------------------------------------------------------


def nucleotides(V="-170 mV"):
    """A matrix whose nucleotides are free ATP4- and ADP3-, at a given potential."""
    ATP, ADP = {"value": "1 mM", "valence": "-4"}, {"value": "4 mM", "valence": "-3"}
    matrix = {"role": "held", "volume": "1 fL", "ions": {"K": "100 mM", "ATP": ATP, "ADP": ADP}}
    cytosol = cells.bath({"K": "140 mM", "ATP": "3 mM", "ADP": "0.05 mM"})
    ways = {
        "V": cells.ohmic("1 S/cm^2", reversal=V, carries={"K": 1}),
        "ANT": {"kind": "adp_atp_exchange", "carriers": "1e-12 mol/m^2"},
    }
    membranes = {"inner": cells.membrane(ways, "matrix", "cytosol", area="5 um^2")}
    return vrest.from_dict(cells.described({"cytosol": cytosol, "matrix": matrix}, membranes))


def test_nucleotides_are_exchanged_until_the_potential_holds_their_ratios():
    """ATP4- leaves for ADP3-: at equilibrium the outer ratio of ATP to ADP is e^(FV/RT) times higher, 581 at -170 mV."""
    turned = [
        vrest.rest(nucleotides(V=f"{V!r} V")).mechanisms["inner"]["ANT"].turnover for V in (STALL - 0.01, STALL, STALL + 0.01)
    ]
    assert turned[0] > 0 > turned[2]
    assert abs(turned[1]) < 1e-5 * turned[0]


STALL = -R * T / F * math.log((3 / 0.05) / (1 / 4))


def test_the_exchange_of_nucleotides_turns_as_its_paper_says():
    """At -170 mV, from the printed equation."""
    f = F * 0.17 / (R * T)
    k2 = 9.54 / 60 * math.exp((-3 * 0.2829 + 4 * 0.2086 + 0.2372) * f)
    k3 = 30.05 / 60 * math.exp((-4 * 0.2829 + 3 * 0.2086 + 0.2372) * f)
    KD, KT = 38.89e-3 * math.exp(3 * 0.0167 * f), 56.05e-3 * math.exp(4 * 0.0699 * f)
    q = k3 * KD * math.exp(f) / (k2 * KT)
    J = (k2 * 1 * 0.05 * q / KD - k3 * 4 * 3 / KT) / ((1 + 3 / KT + 0.05 / KD) * (4 + 1 * q))
    result = vrest.rest(nucleotides())
    assert result.V_m["inner"] == pytest.approx(-0.17, abs=1e-9)
    assert result.mechanisms["inner"]["ANT"].turnover == pytest.approx(J * 1e-12 * 5e-12, rel=1e-6)
    assert result.mechanisms["inner"]["ANT"].current == pytest.approx(-F * J * 1e-12 * 5e-12, rel=1e-6)


def test_calcium_enters_by_the_uniporter_until_it_is_at_its_nernst_potential():
    ions = {"Ca": {"inside": "1e-2 mM", "outside": "1e-4 mM"}}
    cell = vrest.from_dict(
        {
            "cell": "c",
            "temperature": "310 K",
            "ions": ions,
            "area": "5 um^2",
            "mechanisms": {"MCU": {"kind": "uniporter", "ion": "Ca", "permeability": "1e-8 m/s", "K": "19 mM"}},
        }
    )
    assert vrest.rest(cell).V_m["membrane"] == pytest.approx(R * T / (2 * F) * math.log(1e-4 / 1e-2), abs=1e-9)
    state = vrest.rest(cell).mechanisms["membrane"]["MCU"]
    assert state.passive
    assert state.dissipation == pytest.approx(0.0, abs=1e-25)
