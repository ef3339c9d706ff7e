"""Reactions between what a compartment holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ..laws.reaction import MOLAR, mass_action_turnover, reaction_affinity
from .kind import IN_UNITS, Flows, Kind, Law, Site
from .parameter import ACTIVE, Parameter, optional

FAST = "fast"
"""In place of a rate: the reaction is at equilibrium at all times."""


def equilibrium_constant(p: Mapping[str, Any], form: str, n: Sequence[float]) -> Any:
    """The equilibrium constant [(mol/m^3)^sum n] from a reaction's numbers and stoichiometry."""
    K = 10.0 ** -p["pK"] if "pK" in p else p["equilibrium"]
    return K if form == IN_UNITS else K * MOLAR ** sum(n)


def _arguments(site: Site) -> tuple[Any, list[float], list[Any]]:
    """Equilibrium constant, stoichiometry and concentrations; what is made counts as positive, as it does not leave."""
    n = [-count for count in site.species.values()]
    return equilibrium_constant(site.p, site.form, n), n, [site.c_in[ion] for ion in site.species]


def _flows(site: Site) -> Flows:
    """Mass action both ways; the backward constant is the forward one over that of the equilibrium."""
    turnover = mass_action_turnover(site.p["rate"], *_arguments(site))
    fluxes = {ion: count * turnover for ion, count in site.species.items()}
    return Flows(fluxes, cycles=turnover, neutral=True)


def _affinity(site: Site) -> Any:
    return reaction_affinity(*_arguments(site), site.T)


REACTION = Kind(
    "reaction",
    "a reversible reaction between what a compartment holds, by mass action",
    {
        "": Law(
            "",
            _flows,
            (
                optional(
                    "pK", "", FINITE, meaning="minus the decimal logarithm of the equilibrium constant in mol/l", example="6.1"
                ),
                optional(
                    "equilibrium",
                    "",
                    POSITIVE,
                    meaning="the equilibrium constant, products over reactants: a plain number in mol/l, or with its unit",
                    example="8e-7",
                ),
                Parameter(
                    "rate",
                    "1/s",
                    NON_NEGATIVE,
                    meaning="forward rate constant: turnovers per volume and time over the product of the concentrations used; "
                    "`fast` holds it at equilibrium",
                    choices=(FAST,),
                    per_product=True,
                    example="0.2 1/s",
                ),
                optional(ACTIVE, "", NON_NEGATIVE, 1, "multiplies the rate; 0 switches it off", example="0.5"),
            ),
            "mass action",
            "J = k (prod of what is used - prod of what is made/K)",
            one_of=(("pK", "equilibrium"),),
            thermodynamic=True,
            in_units=("equilibrium",),
            affinity=_affinity,
            per_volume=True,
            citations=("guldberg1864",),
        )
    },
    species="reaction",
    in_compartment=True,
    example={"stoichiometry": "{CO2: -1, H: 1, HCO3: 1}", "rate": "0.2 1/s"},
)

KINDS = (REACTION,)
