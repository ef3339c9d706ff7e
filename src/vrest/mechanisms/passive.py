"""Passive paths: GHK electrodiffusion of one or several ions, ohmic conductances, a given current."""

from __future__ import annotations

from collections.abc import Mapping

from ..constants import F
from ..domains import FINITE, NON_NEGATIVE
from ..laws.ghk import ghk_flux_density
from ..laws.ohmic import ohmic_current_density
from .kind import Flows, Kind, Law, Numbers, PassivePath, Site
from .parameter import Parameter, Type, needed, number

PERMEABILITY = Parameter(
    "permeability",
    "m/s",
    NON_NEGATIVE,
    meaning="permeability of the path; a bare number is a ratio",
    extensive=True,
    relative=True,
    example="1e-8 m/s",
    typical="1e-10 to 1e-7 m/s; ratios 0.01 to 1",
)

CONDUCTANCE = needed(
    number(
        "conductance",
        "mS/cm^2",
        NON_NEGATIVE,
        "the conductance",
        "0.3 mS/cm^2",
        extensive=True,
        typical="0.001 to 1 mS/cm^2 at rest",
    )
)
GIVEN = needed(
    number("value", "uA/cm^2", FINITE, "the current, outward positive", "0.5 uA/cm^2", extensive=True, typical="0.1 to 5 uA/cm^2")
)


def _ghk(site: Site) -> Flows:
    ion = site.ion()
    return Flows({ion: ghk_flux_density(site.V, site.p["permeability"], site.z[ion], site.c_in[ion], site.c_out[ion], site.T)})


def _ghk_path(site: Site) -> list[PassivePath]:
    return [PassivePath(site.ion(), permeability=site.p["permeability"])]


def _ghk_shared(site: Site) -> Flows:
    whole = site.p["permeability"]
    return Flows(
        {
            ion: ghk_flux_density(site.V, whole * site.p[f"ratios.{ion}"], site.z[ion], site.c_in[ion], site.c_out[ion], site.T)
            for ion in site.species
        }
    )


def _shared_paths(site: Site) -> list[PassivePath]:
    return [PassivePath(ion, permeability=site.p["permeability"] * site.p[f"ratios.{ion}"]) for ion in site.species]


def _one_by_one(species: Mapping[str, float], z: Mapping[str, float], p: Numbers) -> list[dict[str, float]]:
    """Each ion on its own, those that the channel lets pass."""
    return [{ion: 1.0} for ion in species if p[f"ratios.{ion}"]]


def _ohmic(site: Site) -> Flows:
    reversal = site.p["reversal"] if "reversal" in site.p else site.E(site.ion())
    return _carried(site, ohmic_current_density(site.V, site.p["conductance"], reversal))


def _ohmic_path(site: Site) -> list[PassivePath]:
    only = site.ion() if len(site.species) == 1 else None
    return [PassivePath(only, conductance=site.p["conductance"], reversal=site.p.get("reversal"))]


def _by_shares(species: Mapping[str, float], z: Mapping[str, float], p: Numbers) -> list[dict[str, float]]:
    """One current, shared out among its carriers."""
    return [{ion: share / z[ion] for ion, share in species.items()}]


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
            paths=_ghk_path,
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
                    typical="0.01 to 1 each",
                ),
            ),
            "Goldman-Hodgkin-Katz flux of each ion",
            "J_i = P r_i (c_in B(-xi) - c_out B(xi))",
            thermodynamic=True,
            paths=_shared_paths,
            moves=_one_by_one,
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
                CONDUCTANCE,
                number(
                    "reversal",
                    "mV",
                    FINITE,
                    "reversal potential; without it the Nernst potential of `ion`",
                    "-54.4 mV",
                    typical="-100 to 60 mV",
                ),
            ),
            "Ohm's law around the reversal potential",
            "i = g (V - E)",
            thermodynamic=True,
            paths=_ohmic_path,
            moves=_by_shares,
            logarithm="it stands in the Nernst potential",
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
            (GIVEN,),
            "a current that depends on nothing",
            "i = value",
            moves=_by_shares,
            given=True,
            reads_concentrations=False,
        )
    },
    species="ion or carries",
)

KINDS = (GHK, GHK_SHARED, OHMIC, CURRENT)
