"""Exchange of an ion between a compartment and its surroundings at the user's own rate: bath diffusion, buffers."""

from __future__ import annotations

from ..domains import NON_NEGATIVE
from .kind import Kind, Law
from .parameter import ACTIVE, Parameter, Type, optional
from .user_formula import rate_flows

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
)

KINDS = (EXCHANGE,)
