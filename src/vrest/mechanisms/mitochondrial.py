"""Carriers of mitochondria: the exchange of ADP for ATP, and the calcium uniporter."""

from __future__ import annotations

from ..domains import NON_NEGATIVE, POSITIVE
from ..laws.mitochondrial import adp_atp_exchange, uniporter_flux_density
from .kind import Flows, Kind, Law, PassivePath, Site
from .parameter import Parameter


def _exchange(site: Site) -> Flows:
    nucleotides = (site.c_in["ATP"], site.c_in["ADP"], site.c_out["ATP"], site.c_out["ADP"])
    cycles = adp_atp_exchange(site.V, site.p["carriers"], *nucleotides, site.T)
    return Flows({ion: n * cycles for ion, n in site.species.items()}, cycles=cycles)


def _uniporter(site: Site) -> Flows:
    ion = site.ion()
    return Flows(
        {
            ion: uniporter_flux_density(
                site.V, site.p["permeability"], site.z[ion], site.c_in[ion], site.c_out[ion], site.p["K"], site.T
            )
        }
    )


def _path(site: Site) -> list[PassivePath]:
    ion = site.ion()
    return [PassivePath(ion, permeability=site.p["permeability"] / (1 + (site.c_in[ion] + site.c_out[ion]) / site.p["K"]))]


KINETIC = Law(
    "",
    _exchange,
    (
        Parameter(
            "carriers",
            "mol/m^2",
            NON_NEGATIVE,
            meaning="carriers per area, or in all, or per inner volume",
            extensive=True,
            example="1e-9 mol/m^2",
            typical="0.1 to 0.4 M of mitochondria",
        ),
    ),
    "ping-pong of free nucleotides with the constants of heart mitochondria",
    "J = N (k_2 q ATP_in ADP_out/K_D - k_3 ADP_in ATP_out/K_T)/((1 + ATP_out/K_T + ADP_out/K_D)(ADP_in + q ATP_in))",
    thermodynamic=True,
    coupled=True,
    citations=("metelkin2006",),
)

ADP_ATP_EXCHANGE = Kind(
    "adp_atp_exchange",
    "the exchange of ATP4- for ADP3- by mitochondria, `between: [matrix, outside]`: one ATP out, one ADP in",
    {"": KINETIC},
    species="fixed",
    stoichiometry={"ATP": 1, "ADP": -1},
    citations=("klingenberg2008",),
)

UNIPORTER = Kind(
    "uniporter",
    "a uniporter, as that of Ca2+ in mitochondria: an ion passes by itself through a site that saturates",
    {
        "": Law(
            "",
            _uniporter,
            (
                Parameter(
                    "permeability",
                    "m/s",
                    NON_NEGATIVE,
                    meaning="permeability far below saturation",
                    extensive=True,
                    example="1e-9 m/s",
                    typical="1e-9 to 1e-7 m/s",
                ),
                Parameter(
                    "K",
                    "mM",
                    POSITIVE,
                    meaning="concentration that occupies half of the sites from one side",
                    example="19 mM",
                    typical="19 mM for Ca2+ in mitochondria without Mg2+",
                ),
            ),
            "constant field through a site that saturates",
            "J = P/(1 + (c_in + c_out)/K) [c_in B(-xi) - c_out B(xi)], xi = zFV/RT",
            thermodynamic=True,
            paths=_path,
        )
    },
    species="ion",
    citations=("kirichok2004",),
    example={"ion": "Ca"},
)

KINDS = (ADP_ATP_EXCHANGE, UNIPORTER)
