"""Thermodynamic kinds only ever use up free energy, at any potential and any concentrations; the others need not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrest.constants import F, R
from vrest.mechanisms.kind import Site
from vrest.mechanisms.registry import built_in

VALENCES = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2, "H": 1, "HCO3": -1, "ATP": -4, "ADP": -3}
LAWS = [(kind, law) for kind in built_in().values() for law in kind.laws.values() if law.thermodynamic and law.affinity is None]
SPECIES = {
    "ion": {"Ca": 1.0},
    "ion or carries": {"Cl": 1.0},
    "ratios": {"K": 1.0, "Cl": 1.0, "Ca": 1.0},
    "stoichiometry": {"Na": 2.0, "Ca": -1.0, "HCO3": 3.0},
}
concentrations = st.fixed_dictionaries({ion: st.floats(-6, 3).map(lambda x: 10.0**x) for ion in VALENCES})


def site_of(kind, law, V, T, c_in, c_out, delta_G, signed):
    p = {
        row.name: float(row.default or 0.0) for row in law.parameters if not row.choices and isinstance(row.default, int | float)
    }
    p |= {"permeability": 1e-8, "conductance": 1.0, "rate": 1e-9, "max_rate": 1e-7, "K_Na": 10.0, "K_K": 1.5}
    p |= {"carriers": 1e-9, "K": 19.0, "k_io0": 1e4, "k_oi0": 0.05, "kappa_oi": 1.0, "coupling": 3.3}
    p |= {"drive.delta_G": delta_G} if any(row.name == "drive" and row.required for row in law.parameters) else {}
    p |= {f"ratios.{ion}": 0.5 for ion in VALENCES} | {"K_m.H": 1e-4, "K_m.Na": 5.0}
    species = kind.stoichiometry or SPECIES[kind.species]
    return Site(V, T, 0.0, VALENCES, c_in, c_out, p, species, delta_G, form="signed" if signed else "")


@pytest.mark.parametrize(("kind", "law"), LAWS, ids=lambda part: part.name)
@settings(max_examples=40, deadline=None)
@given(
    V=st.floats(-0.3, 0.3),
    T=st.floats(250, 400),
    c_in=concentrations,
    c_out=concentrations,
    delta_G=st.floats(-70e3, 0),
    signed=st.booleans(),
)
def test_a_thermodynamic_kind_never_dissipates_negatively(kind, law, V, T, c_in, c_out, delta_G, signed):
    site = site_of(kind, law, V, T, c_in, c_out, delta_G, signed)
    flows = law.flows(site)
    driving = flows.cycles * flows.drive if flows.drive is not None else (flows.atp or 0.0) * delta_G
    parts = [flux * site.dmu(ion) for ion, flux in flows.fluxes.items()] + [-driving]
    assert sum(parts) >= -1e-11 * sum(abs(part) for part in parts)


@pytest.mark.parametrize("name", ["ghk", "ohmic", "kcc2", "ncx", "nbc", "cotransport"])
def test_flow_and_force_are_proportional_next_to_equilibrium(name):
    kind = built_in()[name]
    law = next(iter(kind.laws.values()))
    c = dict.fromkeys(VALENCES, 10.0)

    def flow(V):
        site = site_of(kind, law, V, 310.0, c, c, None, False)
        return sum(n * flux for n, flux in zip(site.species.values(), law.flows(site).fluxes.values(), strict=True))

    assert flow(0.0) == 0.0
    assert flow(2e-9) == pytest.approx(2 * flow(1e-9), rel=1e-6)


def test_a_given_current_can_dissipate_negatively():
    kind = built_in()["current"]
    site = site_of(kind, kind.laws[""], 0.0, 310.0, dict.fromkeys(VALENCES, 1.0), dict.fromkeys(VALENCES, 10.0), None, False)
    flows = kind.laws[""].flows(Site(**{**site.__dict__, "p": {"value": 0.1}, "species": {"K": 1.0}}))
    assert flows.fluxes["K"] == pytest.approx(0.1 / F)
    assert flows.fluxes["K"] * site.dmu("K") < 0
    assert site.dmu("K") == pytest.approx(R * 310 * -2.302585093)
