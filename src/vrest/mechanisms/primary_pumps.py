"""Pumps of any stoichiometry that ATP, pyrophosphate, respiration or light drives, and those with names of their own."""

from __future__ import annotations

from typing import Any

from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ..laws.pump_cycles import affinity_turnover, two_state_closing_constant, two_state_turnover
from ..laws.pumps import saturation
from .kind import CYCLE, Kind, Law, Site
from .parameter import Parameter, Table, Type, needed, number, optional, section
from .pumps import (
    MAX_REVERSE,
    MAXIMUM,
    ONE_MAXIMUM,
    affinity,
    constant,
    laws,
    maximum,
    per_cycle,
    positive,
    pump,
    reversible,
)


def _side_saturation(site: Site) -> Any:
    """Each transported ion saturates the pump on the side it is taken from, one factor (c/(c + K))^|n| per ion with a `K_m`."""
    rate = maximum(site)
    for ion, n in site.species.items():
        if f"K_m.{ion}" in site.p:
            taken_from = site.c_in[ion] if n > 0 else site.c_out[ion]
            rate = rate * saturation(taken_from, site.p[f"K_m.{ion}"], abs(n))
    return rate


def _by_affinity(site: Site) -> Any:
    return affinity_turnover(site.p["rate"], affinity(site), site.T)


def _two_states(site: Site) -> Any:
    """The fourth rate constant follows from the free energy of the cycle, so that the pump stands where that is zero."""
    z = sum(site.z[ion] * n for ion, n in per_cycle(site).items())
    k_io0, k_oi0, kappa_oi = (site.p[key] for key in ("k_io0", "k_oi0", "kappa_oi"))
    kappa_io = two_state_closing_constant(k_io0, k_oi0, kappa_oi, affinity(site, 0.0), site.T)
    return two_state_turnover(site.V, z, k_io0, k_oi0, kappa_oi, kappa_io, maximum(site) / kappa_oi, site.T)


ATP_PER_CYCLE = optional("atp", "", NON_NEGATIVE, 1, "ATP molecules per cycle", example="1")


K_M = number(
    "K_m", "mM", POSITIVE, "half saturation of each ion on the side it is taken from", "{H: 1e-3 mM}", type=Type.QUANTITIES
)
DRIVE_TABLE = Table(
    (
        needed(
            number(
                "delta_G",
                "kJ/mol",
                FINITE,
                "free energy of what drives one cycle, negative where it drives",
                "-215 kJ/mol",
                type=Type.EXPRESSION,
                typical="-220 kJ/mol for two electrons from NADH to oxygen; -20 kJ/mol for pyrophosphate",
            )
        ),
    ),
    example="{delta_G: -215 kJ/mol}",
)
DRIVE = section("drive", "what drives it in place of ATP: respiration, light, pyrophosphate", DRIVE_TABLE, default=None)
RATE = Parameter(
    "rate",
    "mol/(m^2 s)",
    NON_NEGATIVE,
    meaning="cycles per area and time at an affinity of RT",
    extensive=True,
    example="1e-8 mol/(m^2 s)",
    typical="1e-9 to 1e-6 mol/(m^2 s)",
)
TWO_STATES = (
    positive("k_io0", "1/s", "rate constant of the charged step outward, at zero potential", "1e4 1/s", "1e2 to 1e6 1/s"),
    positive("k_oi0", "1/s", "rate constant of the charged step inward, at zero potential", "0.05 1/s", "1e-3 to 1e2 1/s"),
    needed(
        number(
            "kappa_oi",
            "1/s",
            POSITIVE,
            "lumped rate constant of all other steps, forwards; 1 1/s where only ratios are known",
            "1 1/s",
            type=Type.EXPRESSION,
            typical="1 to 1e3 1/s",
        )
    ),
)


def _laws(*more: Parameter) -> dict[str, Law]:
    """The laws of a pump with keys of its own."""
    return laws(
        constant(*more),
        Law(
            "saturating",
            pump(_side_saturation),
            (*MAXIMUM, *more, needed(K_M)),
            "saturates with each ion on the side it is taken from",
            "r = max prod (c/(c + K_m))^|n|",
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "reversible",
            pump(reversible(_side_saturation)),
            (*MAXIMUM, *more, K_M, MAX_REVERSE),
            "saturating where `K_m` is given, and bound by the free energy of its cycle",
            "r = saturating x (1 - e)/(1 + e/max_reverse), e = exp(-A/RT), A = -dG of ATP or `drive` - work on the ions",
            thermodynamic=True,
            needs_atp=True,
            logarithm=CYCLE,
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "affinity",
            pump(_by_affinity),
            (RATE, *more),
            "proportional to the free energy of its cycle",
            "r = rate A/RT, A = -dG of ATP or `drive` - work on the ions",
            thermodynamic=True,
            needs_atp=True,
            logarithm=CYCLE,
        ),
        Law(
            "two_state",
            pump(_two_states),
            (*MAXIMUM, *TWO_STATES, *more),
            "a charged step that the potential drives, and all others in one; it stands where the free energy of its cycle is zero",
            "r = max (k_io - k_oi kappa_io/kappa_oi)/(k_io + k_oi + kappa_oi + kappa_io), k_io = k_io0 e^(zFV/2RT), k_oi = k_oi0 e^(-zFV/2RT)",
            thermodynamic=True,
            needs_atp=True,
            logarithm=CYCLE,
            one_of=ONE_MAXIMUM,
            citations=("hansen1981",),
        ),
    )


COUPLING = number(
    "coupling",
    "",
    POSITIVE,
    "H+ per cycle in place of those of the kind: a number, or a formula in V and pH",
    "10/3",
    type=Type.EXPRESSION,
    typical="2 to 4 in a V-ATPase, fewer the more acid the lumen; 8/3 in ATP synthases of mammals, 10/3 of bacteria, 14/3 of chloroplasts",
)
PRIMARY, COUPLED = _laws(ATP_PER_CYCLE, DRIVE), _laws(ATP_PER_CYCLE, COUPLING)
PRIMARY_PUMP = Kind(
    "primary_pump",
    "a pump of any stoichiometry, driven by ATP, or by what `drive` says",
    PRIMARY,
    species="stoichiometry",
    pump=True,
    example={"stoichiometry": "{H: 1}"},
)


def _named(name: str, meaning: str, stoichiometry: dict[str, int], *citations: str, of: dict[str, Law] = PRIMARY) -> Kind:
    return Kind(name, meaning, of, species="fixed", stoichiometry=stoichiometry, pump=True, citations=citations)


H_ATPASE = _named(
    "h_atpase", "the plasma-membrane H+-ATPase of plants and fungi: one H+ out per ATP", {"H": 1}, "slayman1965", "hansen1981"
)
V_ATPASE = _named(
    "v_atpase",
    "the vacuolar H+-ATPase, `between: [lumen, cytosol]`: two H+ into the lumen per ATP, or as many as `coupling` says",
    {"H": -2},
    "mindell2012",
    "davies1994",
    of=COUPLED,
)
H_PPASE = _named(
    "h_ppase",
    "the vacuolar H+-pyrophosphatase, `between: [lumen, cytosol]`: one H+ into the lumen per pyrophosphate, whose free energy is its `drive`",
    {"H": -1},
    "rea1993",
    of=_laws(needed(DRIVE)),
)
ATP_SYNTHASE = _named(
    "atp_synthase",
    "F-ATP synthase, `between: [matrix, outside]` or a bacterium's: `coupling` H+ out per ATP split; H+ that enter turn it backwards, to make ATP",
    {"H": 3},
    "junge2015",
    "watt2010",
    of=COUPLED,
)
SERCA = _named(
    "serca",
    "the calcium pump of the reticulum, `between: [lumen, cytosol]`: two Ca2+ into the lumen per ATP; protons that return are not counted",
    {"Ca": -2},
    "inesi1985",
)
PMCA = _named(
    "pmca",
    "the calcium pump of the plasma membrane: one Ca2+ out per ATP; protons that return are not counted",
    {"Ca": 1},
    "carafoli1991",
)

KINDS = (PRIMARY_PUMP, H_ATPASE, V_ATPASE, H_PPASE, ATP_SYNTHASE, SERCA, PMCA)
