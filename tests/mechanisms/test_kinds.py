"""Every row of the table of mechanisms: the rest of a small cell against the printed equation solved by other means."""

import math

import pytest
from scipy.optimize import brentq

import cells
import vrest
from vrest.mechanisms import registry
from vrest.mechanisms.kind import Flows, Kind, Law
from vrest.mechanisms.parameter import Parameter

F, R, T = 96485.33212331001, 8.314462618153241, 310.0
IN = {"K": 140.0, "Na": 12.0, "Cl": 10.0, "Ca": 1e-4, "H": 6e-5, "HCO3": 15.0}
OUT = {"K": 5.0, "Na": 145.0, "Cl": 110.0, "Ca": 1.2, "H": 4e-5, "HCO3": 25.0}
Z = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2, "H": 1, "HCO3": -1}
DELTA_G = -50e3
AREA = math.pi * 20e-6**2


def cell(ways, inside=(), **more):
    """A sphere with leaks of K and Na, and the mechanisms to be looked at."""
    mM = lambda side: {ion: f"{c!r} mM" for ion, c in side.items()}  # noqa: E731
    space = cells.sphere(mM(IN | dict(inside)), atp={"delta_G": "-50 kJ/mol"})
    spaces = {"outside": cells.bath(mM(OUT)), "inside": space}
    return vrest.from_dict(cells.described(spaces, {"plasma": cells.membrane(cells.leaks("K", "Na") | ways)}, **more))


def E(ion):
    return R * T / (Z[ion] * F) * math.log(OUT[ion] / IN[ion])


def ghk(V, ion, P):
    xi = Z[ion] * F * V / (R * T)
    return P * xi * (IN[ion] - OUT[ion] * math.exp(-xi)) / (1 - math.exp(-xi)) if xi else P * (IN[ion] - OUT[ion])


def work(V, counts):
    return sum(n * (R * T * math.log(IN[ion] / OUT[ion]) + Z[ion] * F * V) for ion, n in counts.items())


def charge(counts):
    return sum(n * Z[ion] for ion, n in counts.items())


def leaks(V):
    return F * (ghk(V, "K", 1e-8) + ghk(V, "Na", 4e-10))


SATURATED = (12 / (12 + 10)) ** 3 * (5 / (5 + 1.5)) ** 2
AFFINITY = {"K": 1, "Cl": 1}


def reversible(V, counts, rate, atp=1):
    return rate * (1 - math.exp((atp * DELTA_G - work(V, counts)) / (R * T)))


def mass_action(V, counts, k, *, signed=False):
    half = math.exp(charge(counts) * F * V / (2 * R * T))
    forward = backward = 1.0
    for ion, n in counts.items():
        leaving, entering = (IN[ion], OUT[ion]) if n > 0 or signed else (OUT[ion], IN[ion])
        power = n if signed else abs(n)
        forward, backward = forward * leaving**power, backward * entering**power
    return k * (forward * half - backward / half)


NA_K = {"Na": 3, "K": -2}
PUMP = {"kind": "na_k_atpase", "max_current": "0.05 A/m^2"}
BY_RATE = {"kind": "na_k_atpase", "max_rate": f"{0.05 / F!r} mol/(m^2 s)"}
SITES = {"K_Na": "10 mM", "K_K": "1.5 mM"}
NCX = {"Na": 3, "Ca": -1}
COMPETING = {"K_Na": "0.2 mM", "K_K": "0.1 mM", "K_K_in": "8.3 mM", "K_Na_out": "18 mM"}


def slowed(V, steep):
    u = F * V / (R * T)
    return 1 / (1 + 0.1245 * math.exp(-0.1 * u) + steep * (math.exp(145 / 67.3) - 1) / 7 * math.exp(-u))


def competing(Na_in, K_in, Na_out, K_out, reverse):
    ahead = (Na_in / (Na_in + 0.2 * (1 + K_in / 8.3))) ** 3 * (K_out / (K_out + 0.1 * (1 + Na_out / 18))) ** 2
    back = (K_in / (K_in + 8.3 * (1 + Na_in / 0.2))) ** 2 * (Na_out / (Na_out + 18 * (1 + K_out / 0.1))) ** 3
    return ahead - reverse * back


def bounded(factor, rate, reverse):
    """From 1 - e, with e = exp(-A/RT), to (1 - e)/(1 + e/reverse)."""
    return rate * factor / (1 + (1 - factor) / reverse)


def two_state(V, counts, rate, k_io0, k_oi0, kappa_oi):
    half = math.exp(charge(counts) * F * V / (2 * R * T))
    kappa_io = k_io0 * kappa_oi / k_oi0 * math.exp((DELTA_G - work(0.0, counts)) / (R * T))
    out, into = k_io0 * half, k_oi0 / half
    return rate / kappa_oi * (out * kappa_oi - into * kappa_io) / (out + into + kappa_oi + kappa_io)


# name: (mechanism, its ions per cycle, cycles per area and time at V)
CYCLES = {
    "constant": ({**PUMP, "law": "constant"}, NA_K, lambda V: 0.05 / F),
    "constant by rate": ({**BY_RATE, "law": "constant"}, NA_K, lambda V: 0.05 / F),
    "linear": ({**PUMP, "law": "linear", "Na_ref": "10 mM"}, NA_K, lambda V: 0.05 / F * 1.2),
    "linear, outside": ({**PUMP, "law": "linear", "Na_ref": "outside"}, NA_K, lambda V: 0.05 / F * 12 / 145),
    "cubic": ({**PUMP, "law": "cubic", "Na_ref": "10 mM"}, NA_K, lambda V: 0.05 / F * 1.2**3),
    "saturating": ({**PUMP, "law": "saturating", **SITES}, NA_K, lambda V: 0.05 / F * SATURATED),
    "saturating, exponents": (
        {**PUMP, "law": "saturating", **SITES, "n_Na": 1, "n_K": 1},
        NA_K,
        lambda V: 0.05 / F * (12 / 22) * (5 / 6.5),
    ),
    "sigmoid": (
        {**PUMP, "law": "sigmoid", "Na_half": "18 mM", "Na_slope": "3 mM", "K_half": "3 mM", "K_slope": "1 mM"},
        NA_K,
        lambda V: 0.05 / F / (1 + math.exp((18 - 12) / 3)) / (1 + math.exp((3 - 5) / 1)),
    ),
    "reversible": ({**PUMP, "law": "reversible", **SITES}, NA_K, lambda V: reversible(V, NA_K, 0.05 / F * SATURATED)),
    "primary constant": (
        {"kind": "primary_pump", "law": "constant", "stoichiometry": {"Ca": 1}, "max_rate": "1e-8 mol/(m^2 s)"},
        {"Ca": 1},
        lambda V: 1e-8,
    ),
    "primary saturating": (
        {
            "kind": "primary_pump",
            "law": "saturating",
            "stoichiometry": {"Ca": 2, "H": -1},
            "max_rate": "1e-8 mol/(m^2 s)",
            "K_m": {"Ca": "1e-4 mM", "H": "1e-5 mM"},
        },
        {"Ca": 2, "H": -1},
        lambda V: 1e-8 * 0.5**2 * (4e-5 / 5e-5),
    ),
    "primary reversible": (
        {"kind": "primary_pump", "law": "reversible", "stoichiometry": {"Ca": 2}, "atp": 1, "max_rate": "1e-8 mol/(m^2 s)"},
        {"Ca": 2},
        lambda V: reversible(V, {"Ca": 2}, 1e-8),
    ),
    "h_atpase": (
        {"kind": "h_atpase", "law": "saturating", "max_rate": "1e-8 mol/(m^2 s)", "K_m": {"H": "1e-5 mM"}},
        {"H": 1},
        lambda V: 1e-8 * 6 / 7,
    ),
    "v_atpase": (
        {"kind": "v_atpase", "law": "reversible", "max_rate": "1e-9 mol/(m^2 s)"},
        {"H": -2},
        lambda V: reversible(V, {"H": -2}, 1e-9),
    ),
    "primary affinity": (
        {"kind": "primary_pump", "law": "affinity", "stoichiometry": {"H": 1}, "rate": "1e-9 mol/(m^2 s)"},
        {"H": 1},
        lambda V: 1e-9 * (-DELTA_G + work(V, {"H": 1})) / (R * T),
    ),
    "primary affinity, driven": (
        {
            "kind": "primary_pump",
            "law": "affinity",
            "stoichiometry": {"H": "10/3"},
            "rate": "1e-9 mol/(m^2 s)",
            "drive": {"delta_G": "-80 kJ/mol"},
        },
        {"H": 10 / 3},
        lambda V: 1e-9 * (80e3 + work(V, {"H": 10 / 3})) / (R * T),
    ),
    "primary two-state": (
        {
            "kind": "primary_pump",
            "law": "two_state",
            "stoichiometry": {"H": 1},
            "max_rate": "1e-8 mol/(m^2 s)",
            "k_io0": "1e3 1/s",
            "k_oi0": "0.05 1/s",
            "kappa_oi": "2 1/s",
        },
        {"H": 1},
        lambda V: two_state(V, {"H": 1}, 1e-8, 1e3, 0.05, 2.0),
    ),
    "primary reversible, bounded": (
        {
            "kind": "primary_pump",
            "law": "reversible",
            "stoichiometry": {"Ca": 2},
            "max_rate": "1e-8 mol/(m^2 s)",
            "max_reverse": "0.1",
        },
        {"Ca": 2},
        lambda V: bounded(reversible(V, {"Ca": 2}, 1.0), 1e-8, 0.1),
    ),
    "h_ppase": (
        {"kind": "h_ppase", "law": "reversible", "max_rate": "1e-9 mol/(m^2 s)", "drive": {"delta_G": "-20 kJ/mol"}},
        {"H": -1},
        lambda V: reversible(V, {"H": -1}, 1e-9, atp=0.4),
    ),
    "v_atpase with its coupling": (
        {"kind": "v_atpase", "law": "reversible", "max_rate": "1e-9 mol/(m^2 s)", "coupling": "2.5"},
        {"H": -2.5},
        lambda V: reversible(V, {"H": -2.5}, 1e-9),
    ),
    "atp_synthase": (
        {"kind": "atp_synthase", "law": "affinity", "rate": "1e-9 mol/(m^2 s)", "coupling": "2.6666666666666665"},
        {"H": 8 / 3},
        lambda V: 1e-9 * (-DELTA_G + work(V, {"H": 8 / 3})) / (R * T),
    ),
    "hill": (
        {**PUMP, "law": "hill", "K_Na": "10 mM", "K_K": "1.5 mM"},
        NA_K,
        lambda V: 0.05 / F * 12**1.5 / (12**1.5 + 10**1.5) * 5 / 6.5,
    ),
    "hill, slowed": (
        {**PUMP, "law": "hill", "K_Na": "40 mM", "K_K": "1 mM", "n_Na": 1, "voltage_factor": {"steep": "0.0353"}},
        NA_K,
        lambda V: 0.05 / F * 12 / 52 * 5 / 6 * slowed(V, 0.0353),
    ),
    "saturating, slowed": (
        {**PUMP, "law": "saturating", **SITES, "voltage_factor": {"steep": "0.0365"}},
        NA_K,
        lambda V: 0.05 / F * SATURATED * slowed(V, 0.0365),
    ),
    "reversible, bounded": (
        {**PUMP, "law": "reversible", **SITES, "max_reverse": "0.2"},
        NA_K,
        lambda V: bounded(reversible(V, NA_K, 1.0), 0.05 / F * SATURATED, 0.2),
    ),
    "competition": (
        {**PUMP, "law": "competition", **COMPETING, "max_reverse": "0.01"},
        NA_K,
        lambda V: 0.05 / F * competing(12, 140, 145, 5, 0.01),
    ),
    "mass action": (
        {"kind": "cotransport", "law": "mass_action", "stoichiometry": {"K": 1, "Cl": 1}, "rate": "1e-12 mol/(m^2 s mM^2)"},
        {"K": 1, "Cl": 1},
        lambda V: mass_action(V, {"K": 1, "Cl": 1}, 1e-12),
    ),
    "mass action, electrogenic": (
        {"kind": "ncx", "law": "mass_action", "rate": "1e-15 mol/(m^2 s mM^4)"},
        NCX,
        lambda V: mass_action(V, NCX, 1e-15),
    ),
    "mass action, signed": (
        {"kind": "ncx", "law": "mass_action", "rate": "1e-17 mol/(m^2 s mM^2)"},
        NCX,
        lambda V: mass_action(V, NCX, 1e-17, signed=True),
    ),
    "mass action, five": (
        {"kind": "cotransport", "law": "mass_action", "stoichiometry": {"Na": 3, "Cl": 2}, "rate": "1e-20 mol/(m^2 s mM^4 mM)"},
        {"Na": 3, "Cl": 2},
        lambda V: mass_action(V, {"Na": 3, "Cl": 2}, 1e-20),
    ),
    "mass action, three": (
        {"kind": "cotransport", "law": "mass_action", "stoichiometry": {"Na": 2, "Cl": 1}, "rate": "1e-7 mol/(m^2 s M^3)"},
        {"Na": 2, "Cl": 1},
        lambda V: mass_action(V, {"Na": 2, "Cl": 1}, 1e-16),
    ),
    "affinity": (
        {"kind": "ncx", "law": "affinity", "rate": "1e-9 mol/(m^2 s)"},
        NCX,
        lambda V: 1e-9 * work(V, NCX) / (R * T),
    ),
    "affinity by conductance": (
        {"kind": "cotransport", "law": "affinity", "stoichiometry": {"Na": 1, "HCO3": 3}, "conductance": "0.01 mS/cm^2"},
        {"Na": 1, "HCO3": 3},
        lambda V: 0.1 * R * T / F**2 * work(V, {"Na": 1, "HCO3": 3}) / (R * T),
    ),
    "formula": (
        {
            "kind": "formula",
            "stoichiometry": {"Na": 1, "Cl": 1},
            "rate": "a*Na_in/(Na_in + half)*tanh((V - E_Na)/(25 mV))",
            "parameters": {"a": "1e-8 mol/(m^2 s)", "half": "12 mM"},
        },
        {"Na": 1, "Cl": 1},
        lambda V: 1e-8 / 2 * math.tanh((V - E("Na")) / 0.025),
    ),
    "a factor": (
        {**PUMP, "law": "constant", "factor": "1/(1 + exp((V + 60 mV)/(10 mV)))"},
        NA_K,
        lambda V: 0.05 / F / (1 + math.exp((V + 0.06) / 0.01)),
    ),
    "a q10": ({**PUMP, "law": "constant", "q10": {"ratio": 3, "reference": "320 K"}}, NA_K, lambda V: 0.05 / F / 3),
}

# name: (mechanism, current density at V)
CURRENTS = {
    "ghk": ({"kind": "ghk", "ion": "Cl", "permeability": "4.5e-9 m/s"}, lambda V: -F * ghk(V, "Cl", 4.5e-9)),
    "ghk, divalent": ({"kind": "ghk", "ion": "Ca", "permeability": "1e-9 m/s"}, lambda V: 2 * F * ghk(V, "Ca", 1e-9)),
    "ghk_shared": (
        {"kind": "ghk_shared", "permeability": "1e-9 m/s", "ratios": {"K": 1, "Na": 0.9, "Ca": 0.1}},
        lambda V: F * (ghk(V, "K", 1e-9) + ghk(V, "Na", 0.9e-9) + 2 * ghk(V, "Ca", 0.1e-9)),
    ),
    "uniporter": (
        {"kind": "uniporter", "ion": "Ca", "permeability": "1e-9 m/s", "K": "19 mM"},
        lambda V: 2 * F * ghk(V, "Ca", 1e-9) / (1 + (1e-4 + 1.2) / 19),
    ),
    "ohmic": ({"kind": "ohmic", "ion": "Na", "conductance": "0.02 mS/cm^2"}, lambda V: 0.2 * (V - E("Na"))),
    "ohmic, reversal": (
        {"kind": "ohmic", "carries": {"Na": 0.4, "K": 0.6}, "conductance": "0.02 mS/cm^2", "reversal": "-10 mV"},
        lambda V: 0.2 * (V + 0.010),
    ),
    "ohmic, whole cell": ({"kind": "ohmic", "ion": "Cl", "conductance": "1 nS"}, lambda V: 1e-9 / AREA * (V - E("Cl"))),
    "current": ({"kind": "current", "ion": "Na", "value": "-0.2 uA/cm^2"}, lambda V: -0.002),
    "current, whole cell": ({"kind": "current", "carries": {"Na": 1}, "value": "-5 pA"}, lambda V: -5e-12 / AREA),
}


def solved(current):
    return brentq(lambda V: leaks(V) + current(V), -0.3, 0.2, xtol=1e-15, rtol=1e-14)


@pytest.mark.parametrize("name", CYCLES)
def test_a_cycle_gives_the_rest_the_fluxes_and_the_current_of_its_printed_equation(name):
    way, counts, cycles = CYCLES[name]
    result = vrest.rest(cell({"x": way}))
    expected = solved(lambda V: F * charge(counts) * cycles(V))
    assert result.V_m["plasma"] == pytest.approx(expected, abs=1e-11)
    state = result.mechanisms["plasma"]["x"]
    rate = cycles(expected) * AREA
    assert state.fluxes == {ion: pytest.approx(n * rate, rel=1e-8, abs=1e-30) for ion, n in counts.items()}
    assert state.current == pytest.approx(F * charge(counts) * rate, rel=1e-8, abs=1e-24)
    assert state.turnover == pytest.approx(rate, rel=1e-8)


@pytest.mark.parametrize("name", CURRENTS)
def test_a_path_gives_the_rest_and_the_current_of_its_printed_equation(name):
    way, current = CURRENTS[name]
    result = vrest.rest(cell({"x": way}))
    expected = solved(current)
    assert result.V_m["plasma"] == pytest.approx(expected, abs=1e-11)
    assert result.mechanisms["plasma"]["x"].current_density == pytest.approx(current(expected), rel=1e-7)


def test_every_kind_and_law_of_the_registry_is_tested_here():
    tested = {(way["kind"], way.get("law", "")) for way, *_ in [*CYCLES.values(), *CURRENTS.values()]}
    pairs = {(kind.name, law) for kind in registry.built_in().values() for law in kind.laws}
    named = {kind.name for kind in registry.built_in().values() if kind.laws is registry.built_in()["cotransport"].laws}
    primary = {kind.name for kind in registry.built_in().values() if kind.pump and kind.species == "fixed"} - {"na_k_atpase"}
    # in tests/exchange, tests/pumps and tests/chemistry
    elsewhere = {("na_k_atpase", "balancing"), ("exchange", ""), ("adp_atp_exchange", ""), ("reaction", "")}
    assert {p for p in pairs if p[0] not in named | primary} - tested == elsewhere


NAMED = [kind for kind in registry.built_in().values() if kind.species == "fixed" and kind.stoichiometry.keys() <= IN.keys()]
OWN_KEYS = {"h_ppase": {"drive": {"delta_G": "-20 kJ/mol"}}}


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.name)
def test_a_named_kind_is_the_general_one_with_its_stoichiometry(kind):
    counts = {ion: str(n) for ion, n in kind.stoichiometry.items()}
    if kind.pump:
        way = {"law": "constant", "max_current": "0.01 A/m^2"}
        general = "primary_pump"
    else:
        way = {"law": "affinity", "rate": "1e-9 mol/(m^2 s)"}
        general = "cotransport"
    named = cell({"x": {"kind": kind.name, **way} | OWN_KEYS.get(kind.name, {})})
    written = cell({"x": {"kind": general, "stoichiometry": counts, **way}})
    a, b = vrest.rest(named), vrest.rest(written)
    assert a.V_m == b.V_m
    assert a.mechanisms["plasma"]["x"].fluxes == b.mechanisms["plasma"]["x"].fluxes


# -- the pump that balances -------------------------------------------------------------------------------------------


def test_a_balancing_pump_returns_the_sodium_that_leaks_in_and_gives_the_numbers_of_the_textbook():
    ions = {
        "K": {"inside": "140 mM", "outside": "5 mM", "permeability": "1e-8 m/s"},
        "Na": {"inside": "12 mM", "outside": "145 mM", "permeability": "4e-10 m/s"},
        "Cl": {"inside": "10 mM", "outside": "110 mM", "permeability": "4.5e-9 m/s"},
    }
    pump = {"kind": "na_k_atpase", "law": "balancing"}
    described = {"cell": "c", "temperature": "310 K", "ions": ions, "mechanisms": {"pump": pump}}
    result = vrest.rest(vrest.from_dict(described))
    answer = result.to_dict()
    assert answer["V_mV"]["membrane"] == pytest.approx(-70.880, abs=5e-4)
    mechanisms = answer["mechanisms"]["membrane"]
    assert mechanisms["pump"]["current_uA_per_cm2"] == pytest.approx(0.5293, abs=5e-5)
    assert 3 * mechanisms["pump"]["current_uA_per_cm2"] == pytest.approx(-mechanisms["Na_leak"]["current_uA_per_cm2"], rel=1e-9)


def test_a_balancing_pump_answers_to_every_other_path_of_sodium():
    ways = {
        "pump": {"kind": "na_k_atpase", "law": "balancing"},
        "ncx": {"kind": "ncx", "law": "affinity", "rate": "1e-9 mol/(m^2 s)"},
    }
    result = vrest.rest(cell(ways))
    net = sum(state.fluxes.get("Na", 0.0) for state in result.mechanisms["plasma"].values())
    assert net == pytest.approx(0, abs=1e-10 * abs(result.mechanisms["plasma"]["pump"].fluxes["Na"]))


# -- equilibrium, direction, energy -----------------------------------------------------------------------------------


@pytest.mark.parametrize("ion", ["K", "Na", "Cl", "Ca"])
@pytest.mark.parametrize("kind", ["ghk", "ohmic"])
def test_a_lone_passive_path_rests_at_its_nernst_potential_without_flux(ion, kind):
    number = {"permeability": "1e-8 m/s"} if kind == "ghk" else {"conductance": "1 mS/cm^2"}
    ions = {ion: {"inside": f"{IN[ion]!r} mM", "outside": f"{OUT[ion]!r} mM", **number}}
    result = vrest.rest(vrest.from_dict({"cell": "c", "temperature": "310 K", "ions": ions, "area": "1 um^2"}))
    assert result.V_m["membrane"] == pytest.approx(E(ion), abs=1e-12)


@pytest.mark.parametrize("law", ["affinity", "mass_action"])
@pytest.mark.parametrize("kind", ["kcc2", "nkcc1", "ncx", "nhe", "ae", "nbc"])
def test_secondary_transport_stands_still_at_equilibrium(kind, law):
    """The last ion of the kind is given the inner concentration at which one cycle costs nothing at the cell's potential."""
    counts = registry.built_in()[kind].stoichiometry
    order = sum(abs(n) for n in counts.values())
    rate = "1e-9 mol/(m^2 s)" if law == "affinity" else f"1e-{9 + order} mol/(m^2 s mM^{order})"
    held = {"V": {"kind": "ohmic", "carries": {"K": 1}, "conductance": "1 S/cm^2", "reversal": "-70 mV"}}
    *others, last = counts
    if last == "K":
        others, last = ["K"], "Na"
    rest_of = sum(counts[ion] * (R * T * math.log(IN[ion] / OUT[ion]) + Z[ion] * F * -0.07) for ion in others)
    balanced = OUT[last] * math.exp((-rest_of / counts[last] - Z[last] * F * -0.07) / (R * T))
    found = cell({**held, "x": {"kind": kind, "law": law, "rate": rate}}, inside={last: balanced}, organism="none")
    settings = {"plasma.K_leak.permeability": 0, "plasma.Na_leak.permeability": 0}
    state = vrest.rest(found.replace(settings)).mechanisms["plasma"]["x"]
    off = vrest.rest(found.replace({**settings, f"outside.{last}": f"{OUT[last] * 2!r} mM"})).mechanisms["plasma"]["x"]
    assert abs(state.turnover) < 1e-9 * abs(off.turnover)
    assert math.copysign(1, off.turnover) == -math.copysign(1, counts[last])


def test_outward_is_positive_for_every_kind():
    result = vrest.rest(
        cell(
            {
                "pump": {**PUMP, "law": "constant", "max_current": "0.005 A/m^2"},
                "ncx": CYCLES["affinity"][0],
                "kcc2": {"kind": "kcc2", "law": "affinity", "rate": "1e-9 mol/(m^2 s)"},
            }
        )
    )
    states = result.mechanisms["plasma"]
    assert states["K_leak"].fluxes["K"] > 0 > states["Na_leak"].fluxes["Na"]
    assert states["pump"].fluxes["Na"] > 0 > states["pump"].fluxes["K"]
    assert states["pump"].current > 0
    assert states["pump"].atp == pytest.approx(states["pump"].turnover)
    assert states["kcc2"].fluxes["K"] == states["kcc2"].fluxes["Cl"] > 0


def test_a_reversible_pump_runs_backwards_beyond_what_atp_can_pay():
    weak = cell({"x": {**PUMP, "law": "reversible", **SITES}}).replace({"inside.atp.delta_G": "-30 kJ/mol"})
    state = vrest.rest(weak).mechanisms["plasma"]["x"]
    assert state.turnover < 0
    assert state.fluxes["Na"] < 0 < state.fluxes["K"]
    assert state.atp < 0
    assert state.affinity < 0
    assert state.dissipation > 0


def test_a_reversible_pump_stalls_where_atp_pays_exactly():
    ways = {
        "x": {**PUMP, "law": "reversible", **SITES},
        "V": {"kind": "ohmic", "carries": {"K": 1}, "conductance": "1 S/cm^2", "reversal": "-70 mV"},
    }
    exact = f"{work(-0.07, NA_K)!r} J/mol"
    settings = {"plasma.K_leak.permeability": 0, "plasma.Na_leak.permeability": 0, "inside.atp.delta_G": exact}
    state = vrest.rest(cell(ways).replace(settings)).mechanisms["plasma"]["x"]
    assert abs(state.turnover) < 1e-10 * 0.05 / F * AREA


# -- kinds of third parties -------------------------------------------------------------------------------------------


def _slope(site):
    ion = site.ion()
    return Flows({ion: site.p["slope"] * (site.V - site.E(ion)) / (site.z[ion] * F)})


SLOPE = Parameter("slope", "mS/cm^2", meaning="slope", extensive=True)
FOREIGN = Kind(
    "tilted", "a straight line", {"": Law("", _slope, (SLOPE,), "a line", "i = s (V - E)", thermodynamic=True)}, species="ion"
)


class Entry:
    def __init__(self, name, loaded):
        self.name, self.value, self.loaded = name, f"elsewhere:{name}", loaded

    def load(self):
        if isinstance(self.loaded, Exception):
            raise self.loaded
        return self.loaded


@pytest.fixture
def offered(monkeypatch):
    """Entry points of the group, set by the test."""
    entries = []

    def entry_points(*, group, name):
        assert group == "vrest.mechanisms"
        return [entry for entry in entries if entry.name == name]

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    registry._foreign.cache_clear()
    yield entries
    registry._foreign.cache_clear()


TILTED = {"x": {"kind": "tilted", "ion": "Na", "slope": "0.02 mS/cm^2"}}


def test_a_kind_of_a_third_party_works_like_any_other(offered):
    offered.append(Entry("tilted", FOREIGN))
    result = vrest.rest(cell(TILTED))
    assert result.V_m["plasma"] == pytest.approx(solved(CURRENTS["ohmic"][1]), abs=1e-11)
    with pytest.raises(vrest.InputError, match="the unit is missing"):
        cell({"x": {**TILTED["x"], "slope": "0.02"}})


@pytest.mark.parametrize(
    ("loaded", "words"),
    [
        (ImportError("no module named elsewhere"), "the kind 'tilted' of elsewhere:tilted cannot be loaded: ImportError"),
        ("not a kind", "elsewhere:tilted offers the kind 'tilted', but it is no `Kind` of that name"),
    ],
)
def test_a_broken_kind_of_a_third_party_is_an_error_in_words(offered, loaded, words):
    offered.append(Entry("tilted", loaded))
    with pytest.raises(vrest.InputError) as caught:
        cell(TILTED)
    assert words in str(caught.value)


def test_entry_points_are_not_asked_for_built_in_kinds(monkeypatch):
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: pytest.fail("asked"))
    vrest.load("squid-axon")
