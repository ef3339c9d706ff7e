"""Carriers of mitochondria: the exchange of ADP for ATP, and the calcium uniporter."""

from __future__ import annotations

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, POSITIVE, TEMPERATURE
from ._shared import Numbers, law
from .ghk import ghk_flux_density

PER_MINUTE = 1 / 60
K_2, K_3 = 9.54 * PER_MINUTE, 30.05 * PER_MINUTE
"""Turnover of ATP against ADP, and of ADP against ATP, at no potential, relative to each other [1/s]."""
A, B, C = 0.2829, -0.2086, 0.2372
"""Parts of the field that the translocated and the bound charges see."""
K_ADP, K_ATP = 38.89e-3, 56.05e-3
"""Constants of outer ADP3- and ATP4- at no potential [mol/m^3]."""
D_ADP, D_ATP = 0.0167, 0.0699
"""Parts of the field that they cross to their sites."""


@law(V_m=FINITE, N=NON_NEGATIVE, ATP_in=NON_NEGATIVE, ADP_in=NON_NEGATIVE, ATP_out=NON_NEGATIVE, ADP_out=NON_NEGATIVE,
     T=TEMPERATURE)  # fmt: skip
def adp_atp_exchange(
    V_m: Numbers, N: Numbers, ATP_in: Numbers, ADP_in: Numbers, ATP_out: Numbers, ADP_out: Numbers, T: Numbers
) -> Numbers:
    r"""Exchange of ATP4- for ADP3- by the carrier of the inner mitochondrial membrane.

    .. math:: J = N \frac{k_2 q ATP_{in} ADP_{out}/K_D - k_3 ADP_{in} ATP_{out}/K_T}
              {(1 + ATP_{out}/K_T + ADP_{out}/K_D)(ADP_{in} + q ATP_{in})},  q = \frac{k_3 K_D e^f}{k_2 K_T},  f = -\frac{F V_m}{RT}

    Arguments (broadcast together):
        V_m:   membrane potential, matrix minus outside [V]; about -0.17
        N:     carriers per area [mol/m^2], >= 0; k_2 and k_3 are their turnovers
        ATP_in, ADP_in:  free ATP4- and ADP3- in the matrix [mol/m^3], >= 0, not both 0
        ATP_out, ADP_out:  the same outside [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   ATP out for ADP in [mol m^-2 s^-1]; broadcast shape.
    Assumes:   ping-pong of free nucleotides; the constants of heart mitochondria.
    Limits:    zero where ATP_in ADP_out e^f = ADP_in ATP_out: the free energy of the exchange is zero there.
    Numerics:  exponentials of the potential.
    Errors:    InputError for a negative concentration.
    Source:    metelkin2006

    >>> adp_atp_exchange(0.0, 1.0, 2.0, 3.0, 2.0, 3.0, 310.0)
    0.0
    """
    f = -F * V_m / (R * T)
    k_2 = K_2 * maths.exp((-3 * A - 4 * B + C) * f)
    k_3 = K_3 * maths.exp((-4 * A - 3 * B + C) * f)
    K_D, K_T = K_ADP * maths.exp(3 * D_ADP * f), K_ATP * maths.exp(4 * D_ATP * f)
    q = k_3 * K_D / (k_2 * K_T) * maths.exp(f)
    ahead, back = k_2 * q * ATP_in * ADP_out / K_D, k_3 * ADP_in * ATP_out / K_T
    return N * (ahead - back) / ((1 + ATP_out / K_T + ADP_out / K_D) * (ADP_in + q * ATP_in))


@law(V_m=FINITE, P=NON_NEGATIVE, z=FINITE, c_in=NON_NEGATIVE, c_out=NON_NEGATIVE, K=POSITIVE, T=TEMPERATURE)
def uniporter_flux_density(
    V_m: Numbers, P: Numbers, z: Numbers, c_in: Numbers, c_out: Numbers, K: Numbers, T: Numbers
) -> Numbers:
    r"""Flux of an ion through a uniporter: constant field, through a site that saturates from both sides.

    .. math:: J = \frac{P}{1 + (c_{in} + c_{out})/K} [c_{in} B(-\xi) - c_{out} B(\xi)],  \xi = zFV_m/RT,  B(x) = x/(e^x - 1)

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        P:     permeability far below saturation [m/s], >= 0
        z:     valence, signed [-]
        c_in, c_out:  concentrations [mol/m^3], >= 0
        K:     concentration at which a side alone occupies half of the sites [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   flux density [mol m^-2 s^-1], positive outward; broadcast shape.
    Assumes:   one site, a constant field; nothing that gates it.
    Limits:    `ghk_flux_density` for a large K; zero at the Nernst potential; half of the unsaturated flux at c_out = K, c_in = 0.
    Numerics:  as `ghk_flux_density`.
    Errors:    InputError for a negative concentration.
    Source:    kirichok2004

    >>> round(1e9 * uniporter_flux_density(0.0, 1e-8, 2, 0.0, 20.0, 20.0, 310.0), 9)
    -100.0
    """
    return ghk_flux_density(V_m, P, z, c_in, c_out, T) / (1 + (c_in + c_out) / K)
