"""Passive paths: GHK electrodiffusion of one or several ions, ohmic conductances, a given current."""

from __future__ import annotations

from ..constants import F
from ..domains import FINITE, NON_NEGATIVE
from ..laws.ghk import ghk_flux_density
from ..laws.ohmic import ohmic_current_density
from .kind import Flows, Kind, Law, Site
from .parameter import Parameter, Type, optional

PERMEABILITY = Parameter(
    "permeability",
    "m/s",
    NON_NEGATIVE,
    meaning="permeability of the path; a bare number is a ratio",
    extensive=True,
    relative=True,
    example="1e-8 m/s",
)


def _ghk(site: Site) -> Flows:
    ion = site.ion()
    return Flows({ion: ghk_flux_density(site.V, site.p["permeability"], site.z[ion], site.c_in[ion], site.c_out[ion], site.T)})


def _ghk_shared(site: Site) -> Flows:
    whole = site.p["permeability"]
    return Flows(
        {
            ion: ghk_flux_density(site.V, whole * site.p[f"ratios.{ion}"], site.z[ion], site.c_in[ion], site.c_out[ion], site.T)
            for ion in site.species
        }
    )


def _ohmic(site: Site) -> Flows:
    reversal = site.p["reversal"] if "reversal" in site.p else site.E(site.ion())
    return _carried(site, ohmic_current_density(site.V, site.p["conductance"], reversal))


def _current(site: Site) -> Flows:
    return _carried(site, site.p["value"])


def _carried(site: Site, current) -> Flows:
    """A current shared out among its carriers; the shares add to one."""
    if not site.species:
        return Flows({}, unattributed=current)
    return Flows({ion: current * share / (site.z[ion] * F) for ion, share in site.species.items()})


GHK = Kind(
    "ghk",
    "electrodiffusion of one ion in a constant field",
    {
        "": Law(
            "",
            _ghk,
            (PERMEABILITY,),
            "Goldman-Hodgkin-Katz flux",
            "J = P (c_in B(-xi) - c_out B(xi)), xi = zFV/RT",
            thermodynamic=True,
        )
    },
    species="ion",
    citations=("goldman1943", "hodgkin1949"),
)

GHK_SHARED = Kind(
    "ghk_shared",
    "one channel that several ions share, each with its permeability ratio",
    {
        "": Law(
            "",
            _ghk_shared,
            (
                PERMEABILITY,
                Parameter(
                    "ratios",
                    "",
                    NON_NEGATIVE,
                    meaning="permeability of each ion relative to `permeability`",
                    type=Type.QUANTITIES,
                    example="{K: 1, Na: 0.9}",
                ),
            ),
            "Goldman-Hodgkin-Katz flux of each ion",
            "J_i = P r_i (c_in B(-xi) - c_out B(xi))",
            thermodynamic=True,
        )
    },
    species="ratios",
    citations=("goldman1943", "hodgkin1949"),
)

OHMIC = Kind(
    "ohmic",
    "a conductance in series with a reversal potential",
    {
        "": Law(
            "",
            _ohmic,
            (
                Parameter(
                    "conductance", "mS/cm^2", NON_NEGATIVE, meaning="the conductance", extensive=True, example="0.3 mS/cm^2"
                ),
                optional(
                    "reversal",
                    "mV",
                    FINITE,
                    meaning="reversal potential; without it the Nernst potential of `ion`",
                    example="-54.4 mV",
                ),
            ),
            "Ohm's law around the reversal potential",
            "i = g (V - E)",
            thermodynamic=True,
        )
    },
    species="ion or carries",
    citations=("hodgkin1952",),
)

CURRENT = Kind(
    "current",
    "a given current, outward positive",
    {
        "": Law(
            "",
            _current,
            (
                Parameter(
                    "value", "uA/cm^2", FINITE, meaning="the current, outward positive", extensive=True, example="0.5 uA/cm^2"
                ),
            ),
            "a current that depends on nothing",
            "i = value",
        )
    },
    species="ion or carries",
)

KINDS = (GHK, GHK_SHARED, OHMIC, CURRENT)
