"""Secondary transport: any stoichiometry, with flux laws that vanish exactly at thermodynamic equilibrium."""

from __future__ import annotations

from ..constants import F, R
from ..domains import NON_NEGATIVE
from ..laws.cotransport import affinity_flux, mass_action_flux, mass_action_flux_signed
from .kind import CYCLE, Flows, Kind, Law, Site
from .parameter import Parameter, optional


def _arguments(site: Site):
    ions = list(site.species)
    return (
        [site.species[ion] for ion in ions],
        [site.z[ion] for ion in ions],
        [site.c_in[ion] for ion in ions],
        [site.c_out[ion] for ion in ions],
        site.T,
    )


def _mass_action(site: Site) -> Flows:
    law = mass_action_flux_signed if site.form == "signed" else mass_action_flux
    return _cycled(site, law(site.V, site.p["rate"], *_arguments(site)))


def _affinity(site: Site) -> Flows:
    rate = site.p["rate"] if "rate" in site.p else site.p["conductance"] * R * site.T / F**2
    return _cycled(site, affinity_flux(site.V, rate, *_arguments(site)))


def _cycled(site: Site, cycles) -> Flows:
    return Flows({ion: n * cycles for ion, n in site.species.items()}, cycles=cycles)


MASS_ACTION = Law(
    "mass_action",
    _mass_action,
    (
        Parameter(
            "rate",
            "mol/(m^2 s)",
            NON_NEGATIVE,
            meaning="rate constant: cycles per area and time over the product of concentrations",
            extensive=True,
            per_product=True,
            example="1e-11 mol/(m^2 s mM^2)",
            typical="1e-12 to 1e-10 mol/(m^2 s mM^2) for two ions",
        ),
    ),
    "mass action of the ions taken up on each side",
    "J = k (prod c_in^n e^(q/2) - prod c_out^n e^(-q/2)), q = F V sum(n z)/RT",
    thermodynamic=True,
    coupled=True,
)

AFFINITY = Law(
    "affinity",
    _affinity,
    (
        optional(
            "rate",
            "mol/(m^2 s)",
            NON_NEGATIVE,
            meaning="cycles per area and time at an affinity of RT",
            extensive=True,
            example="1e-8 mol/(m^2 s)",
            typical="1e-9 to 1e-7 mol/(m^2 s)",
        ),
        optional(
            "conductance",
            "mS/cm^2",
            NON_NEGATIVE,
            meaning="the same as a conductance g: rate = g RT/F^2",
            extensive=True,
            example="0.01 mS/cm^2",
            typical="4e-4 to 0.04 mS/cm^2",
        ),
    ),
    "proportional to the free energy of one cycle",
    "J = L sum(n dmu)/RT",
    thermodynamic=True,
    coupled=True,
    logarithm=CYCLE,
    one_of=(("rate", "conductance"),),
)

LAWS = {"mass_action": MASS_ACTION, "affinity": AFFINITY}


def _named(name: str, meaning: str, stoichiometry: dict[str, int], citations: tuple[str, ...] = ()) -> Kind:
    return Kind(name, meaning, LAWS, species="fixed", stoichiometry=stoichiometry, citations=citations)


COTRANSPORT = Kind("cotransport", "coupled transport of any stoichiometry, outward positive", LAWS, species="stoichiometry")

KINDS = (
    COTRANSPORT,
    _named("kcc2", "K+-Cl- cotransport", {"K": 1, "Cl": 1}),
    _named("kcc1", "K+-Cl- cotransport", {"K": 1, "Cl": 1}),
    _named("nkcc1", "Na+-K+-2Cl- cotransport", {"Na": 1, "K": 1, "Cl": 2}),
    _named("nkcc2", "Na+-K+-2Cl- cotransport", {"Na": 1, "K": 1, "Cl": 2}),
    _named("ncc", "Na+-Cl- cotransport", {"Na": 1, "Cl": 1}),
    _named("ncx", "Na+/Ca2+ exchange, 3 Na+ out for 1 Ca2+ in", {"Na": 3, "Ca": -1}),
    _named("nhe", "Na+/H+ exchange, 1 Na+ out for 1 H+ in", {"Na": 1, "H": -1}),
    _named("ae", "Cl-/HCO3- exchange, 1 Cl- out for 1 HCO3- in", {"Cl": 1, "HCO3": -1}),
    _named("nbc", "Na+-HCO3- cotransport, 1:3", {"Na": 1, "HCO3": 3}),
)
