"""The user's own rate, across a membrane or out of a compartment, over potentials, concentrations and named parameters."""

from __future__ import annotations

from ..domains import NON_NEGATIVE
from .kind import Flows, Kind, Law, Site
from .parameter import ACTIVE, Parameter, Type, optional

ROUNDING = 1e-12
"""Part of the charges that a cycle moves one way beyond which it moves more one way than the other."""


def rate_flows(site: Site) -> Flows:
    """The rate itself is evaluated by the system, which knows the formula; it arrives as the number `rate`."""
    cycles = site.p["rate"]
    per_cycle = site.p.get("atp", 0.0)
    fluxes = {ion: n * cycles for ion, n in site.species.items()}
    return Flows(fluxes, cycles=cycles, atp=per_cycle * cycles, neutral=_is_neutral(site))


def _is_neutral(site: Site) -> bool:
    """Whether a cycle moves no charge: K 1, Na -0.2 and Cl 0.8 add up to nothing but rounding."""
    charges = [site.z[ion] * n for ion, n in site.species.items()]
    return abs(sum(charges)) <= ROUNDING * sum(map(abs, charges))


FORMULA = Kind(
    "formula",
    "cycles per area and time as the user's expression; each ion moves by its stoichiometry",
    {
        "": Law(
            "",
            rate_flows,
            (
                Parameter(
                    "rate",
                    "mol/(m^2 s)",
                    meaning="the expression; its dimension says per area, whole cell or inner volume",
                    type=Type.FORMULA,
                    extensive=True,
                    example="P*(c_in - c_out)",
                ),
                optional("atp", "", NON_NEGATIVE, 0, "ATP molecules per cycle; a formula that spends ATP is a pump", example="1"),
                optional(ACTIVE, "", NON_NEGATIVE, 1, "multiplies the rate; 0 switches it off", example="0.5"),
            ),
            "the user's expression",
            "J = rate",
            reads_concentrations=False,
        )
    },
    species="stoichiometry",
    example={"stoichiometry": "{K: 1}", "rate": "P*(K_in - K_out)", "parameters": "{P: 1e-8 m/s}"},
)

EXCHANGE = Kind(
    "exchange",
    "an ion leaves a compartment at the user's rate, for another one or a reservoir without end, and a counter-ion keeps it neutral",
    {
        "": Law(
            "",
            rate_flows,
            (
                Parameter(
                    "rate",
                    "mM/s",
                    meaning="the expression, positive out of the compartment; its dimension says per volume of its water or in all",
                    type=Type.FORMULA,
                    extensive=True,
                    of_volume=True,
                    example="D*(c_in - c_out)",
                ),
                optional(ACTIVE, "", NON_NEGATIVE, 1, "multiplies the rate; 0 switches it off", example="0.5"),
            ),
            "the user's expression",
            "J = rate, J_counter = -(z/z_counter) rate",
            reads_concentrations=False,
        )
    },
    species="ion and counter_ion",
    in_compartment=True,
    example={"with": "bath", "rate": "D*(c_in - c_out)", "parameters": "{D: 0.25 1/s}"},
)

KINDS = (FORMULA, EXCHANGE)
