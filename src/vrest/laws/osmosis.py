"""Water: osmotic pressure, its flux, and the two ways to state a membrane's permeability to it."""

from __future__ import annotations

from ..constants import WATER_MOLAR_VOLUME, R
from ..domains import FINITE, NON_NEGATIVE, TEMPERATURE
from ._shared import Numbers, law


@law(c=NON_NEGATIVE, T=TEMPERATURE, phi=NON_NEGATIVE)
def osmotic_pressure(c: Numbers, T: Numbers, phi: Numbers = 1.0) -> Numbers:
    r"""Van 't Hoff's osmotic pressure.

    .. math:: \Pi = \phi RT c

    Arguments (broadcast together):
        c:     total concentration of solutes (osmolarity) [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
        phi:   osmotic coefficient [-], >= 0
    Returns:   pressure [Pa], >= 0; broadcast shape.
    Assumes:   a dilute solution, or a measured osmotic coefficient.
    Limits:    zero without solutes; 0.77 MPa at 300 mM and 310 K.
    Numerics:  one product.
    Errors:    InputError for a negative concentration.
    Source:    vanthoff1887

    >>> round(osmotic_pressure(300.0, 310.0) / 1e6, 3)
    0.773
    """
    return phi * R * T * c


@law(L_p=NON_NEGATIVE, osm_in=NON_NEGATIVE, osm_out=NON_NEGATIVE, dP=FINITE, T=TEMPERATURE)
def water_flux_density(L_p: Numbers, osm_in: Numbers, osm_out: Numbers, dP: Numbers, T: Numbers) -> Numbers:
    r"""Flux of water into the inner compartment.

    .. math:: \frac{1}{A} \frac{dw}{dt} = L_p [RT (osm_{in} - osm_{out}) - \Delta P]

    Arguments (broadcast together):
        L_p:   hydraulic conductivity [m s^-1 Pa^-1], >= 0
        osm_in, osm_out:  osmolarities [mol/m^3], >= 0
        dP:    hydrostatic pressure, inside minus outside [Pa]; zero for an animal cell
        T:     absolute temperature [K], 250 to 400
    Returns:   volume flux density [m/s], positive INWARD: the rate at which the inner volume grows per area (fluxes of solutes
               are positive outward); broadcast shape.
    Assumes:   solutes that do not pass with the water (reflection coefficient 1).
    Limits:    zero at equal osmolarity and pressure; zero where the pressure equals the osmotic one (turgor).
    Numerics:  the difference of osmolarities is taken first.
    Errors:    InputError for a negative conductivity or osmolarity.
    Source:    kedem1958

    >>> round(1e9 * water_flux_density(1e-13, 310.0, 300.0, 0.0, 310.0), 4)
    2.5775
    """
    return L_p * (R * T * (osm_in - osm_out) - dP)


@law(P_f=NON_NEGATIVE, T=TEMPERATURE)
def osmotic_permeability_to_L_p(P_f: Numbers, T: Numbers) -> Numbers:
    r"""Hydraulic conductivity that belongs to an osmotic permeability.

    .. math:: L_p = \frac{P_f V_w}{RT}

    Arguments (broadcast together):
        P_f:   osmotic water permeability [m/s], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   hydraulic conductivity [m s^-1 Pa^-1]; broadcast shape.
    Assumes:   dilute solutions; the molar volume of water at 25 degC.
    Limits:    inverse of `L_p_to_osmotic_permeability`.
    Numerics:  one product.
    Errors:    InputError for a negative permeability.
    Source:    finkelstein1987

    >>> round(1e13 * osmotic_permeability_to_L_p(1e-4, 310.0), 3)
    7.01
    """
    return P_f * WATER_MOLAR_VOLUME / (R * T)


@law(L_p=NON_NEGATIVE, T=TEMPERATURE)
def L_p_to_osmotic_permeability(L_p: Numbers, T: Numbers) -> Numbers:
    r"""Osmotic permeability that belongs to a hydraulic conductivity.

    .. math:: P_f = \frac{L_p RT}{V_w}

    Arguments (broadcast together):
        L_p:   hydraulic conductivity [m s^-1 Pa^-1], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   osmotic water permeability [m/s]; broadcast shape.
    Assumes:   dilute solutions; the molar volume of water at 25 degC.
    Limits:    inverse of `osmotic_permeability_to_L_p`.
    Numerics:  one product.
    Errors:    InputError for a negative conductivity.
    Source:    finkelstein1987

    >>> round(1e4 * L_p_to_osmotic_permeability(7.0104e-13, 310.0), 4)
    1.0
    """
    return L_p * R * T / WATER_MOLAR_VOLUME
