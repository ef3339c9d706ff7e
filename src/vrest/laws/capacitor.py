"""The membrane as a capacitor: how little charge makes the potential."""

from __future__ import annotations

from ..constants import F
from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ._shared import Numbers, law


@law(C=NON_NEGATIVE, V_m=FINITE)
def capacitor_charge(C: Numbers, V_m: Numbers) -> Numbers:
    r"""Charge moved across the membrane to make a potential.

    .. math:: Q = C V_m

    Arguments (broadcast together):
        C:     capacitance [F], or per area [F/m^2]
        V_m:   membrane potential, inside minus outside [V]
    Returns:   charge of the inside [C], or per area [C/m^2]: negative for a negative potential; broadcast shape.
    Assumes:   a linear capacitor.
    Limits:    zero at zero potential.
    Numerics:  one product.
    Errors:    InputError for a negative capacitance.
    Source:    hille2001

    >>> round(1e12 * capacitor_charge(12.566e-12, -0.070), 5)
    -0.87962
    """
    return C * V_m


@law(C_m=NON_NEGATIVE, V_m=FINITE)
def surface_charge_density(C_m: Numbers, V_m: Numbers) -> Numbers:
    r"""Charge per area on the inner face of the charged membrane.

    .. math:: \sigma = C_m V_m

    Arguments (broadcast together):
        C_m:   capacitance per area [F/m^2], >= 0
        V_m:   membrane potential, inside minus outside [V]
    Returns:   charge per area [C/m^2], the outer face bears the opposite; broadcast shape.
    Assumes:   a linear capacitor; fixed charges of the lipid come on top.
    Limits:    zero at zero potential.
    Numerics:  one product.
    Errors:    InputError for a negative capacitance.
    Source:    hille2001

    >>> round(surface_charge_density(0.01, -0.070), 6)
    -0.0007
    """
    return C_m * V_m


@law(Q=FINITE)
def moles_of_charge(Q: Numbers) -> Numbers:
    r"""Monovalent ions, in moles, that carry a charge.

    .. math:: n = Q / F

    Arguments:
        Q:     charge [C]
    Returns:   amount of elementary charges [mol], signed; shape of Q.
    Assumes:   nothing.
    Limits:    zero without charge.
    Numerics:  one quotient.
    Errors:    InputError for a value that is not finite.
    Source:    codata2018

    >>> round(1e18 * moles_of_charge(8.7965e-13), 4)
    9.1169
    """
    return Q / F


@law(Q=FINITE, volume=POSITIVE)
def concentration_of_charge(Q: Numbers, volume: Numbers) -> Numbers:
    r"""Mean change of concentration of a monovalent ion that carries a charge into a volume.

    .. math:: \Delta c = \frac{Q}{F \cdot vol}

    Arguments (broadcast together):
        Q:     charge [C]
        volume:  volume [m^3], > 0
    Returns:   concentration [mol/m^3], signed; broadcast shape.
    Assumes:   mean over the volume; in truth the charge sits within some Debye lengths of the membrane.
    Limits:    6 C_m V_m / (F d) for a sphere of diameter d.
    Numerics:  one quotient.
    Errors:    InputError for a volume that is not positive.
    Source:    hille2001

    >>> round(concentration_of_charge(8.7965e-13, 4.18879e-15), 6)
    0.002177
    """
    return Q / (F * volume)


@law(V_m=FINITE, thickness=POSITIVE)
def membrane_field(V_m: Numbers, thickness: Numbers) -> Numbers:
    r"""Electric field in the membrane.

    .. math:: E = V_m / d

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        thickness:  thickness of the membrane [m], > 0
    Returns:   V_m over thickness [V/m]: negative where the inside is negative, the field then points inward; broadcast shape.
    Assumes:   a constant field; the drop in the diffuse layers is neglected.
    Limits:    zero at zero potential.
    Numerics:  one quotient.
    Errors:    InputError for a thickness that is not positive.
    Source:    hille2001

    >>> round(membrane_field(-0.070, 4e-9), 0)
    -17500000.0
    """
    return V_m / thickness


@law(C=POSITIVE, G=POSITIVE)
def time_constant(C: Numbers, G: Numbers) -> Numbers:
    r"""Time constant of the membrane.

    .. math:: \tau = C / G

    Arguments (broadcast together):
        C:     capacitance [F], or per area [F/m^2], > 0
        G:     slope conductance [S], or per area [S/m^2], > 0
    Returns:   time in which a small deviation falls to 1/e [s]; broadcast shape.
    Assumes:   small deviations, concentrations held.
    Limits:    R C of a linear membrane.
    Numerics:  one quotient.
    Errors:    InputError for a conductance that is not positive: nothing would bring the potential back.
    Source:    hille2001

    >>> time_constant(0.01, 0.5)
    0.02
    """
    return C / G


@law(C_m=NON_NEGATIVE, V_m=FINITE, thickness=POSITIVE)
def electric_pressure(C_m: Numbers, V_m: Numbers, thickness: Numbers) -> Numbers:
    r"""Pressure with which the charges on both faces squeeze the membrane.

    .. math:: p = C_m V_m^2 / (2 d)

    Arguments (broadcast together):
        C_m:   capacitance per area [F/m^2], >= 0
        V_m:   membrane potential [V]
        thickness:  thickness of the membrane [m], > 0
    Returns:   pressure on the faces [Pa], >= 0; broadcast shape.
    Assumes:   a plate capacitor that is charged evenly, its thickness as given (how far it yields is not asked).
    Limits:    zero at zero potential; even in the potential; half the charge per area times the field.
    Numerics:  products.
    Errors:    InputError for a negative capacitance or a thickness that is not positive.
    Source:    crowley1973

    >>> round(electric_pressure(0.01, -0.070, 4e-9), 6)
    6125.0
    """
    return C_m * V_m * V_m / (2 * thickness)


@law(C=NON_NEGATIVE, V_m=FINITE)
def capacitor_energy(C: Numbers, V_m: Numbers) -> Numbers:
    r"""Energy stored in the charged membrane.

    .. math:: W = C V_m^2 / 2

    Arguments (broadcast together):
        C:     capacitance [F], or per area [F/m^2], >= 0
        V_m:   membrane potential [V]
    Returns:   energy [J], or per area [J/m^2], >= 0; broadcast shape.
    Assumes:   a linear capacitor.
    Limits:    zero at zero potential; even in the potential.
    Numerics:  products.
    Errors:    InputError for a negative capacitance.
    Source:    hille2001

    >>> capacitor_energy(2.0, 3.0)
    9.0
    """
    return C * V_m * V_m / 2
