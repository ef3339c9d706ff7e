"""One ion at equilibrium: the Nernst potential, and how far from it the ion is."""

from __future__ import annotations

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_ZERO, POSITIVE, TEMPERATURE
from ._shared import Numbers, law


@law(T=TEMPERATURE)
def thermal_voltage(T: Numbers) -> Numbers:
    r"""Thermal voltage: the potential that shifts an equilibrium ratio of monovalent ions by a factor e.

    .. math:: RT/F = k T / e

    Arguments:
        T:   absolute temperature [K], 250 to 400
    Returns:   thermal voltage [V], positive; shape of T.
    Assumes:   nothing.
    Limits:    proportional to T; 26.7137 mV at 310 K.
    Numerics:  one product.
    Errors:    InputError for a temperature outside 250 to 400 K (37 K is a slip for 37 degC).
    Source:    codata2018

    >>> round(thermal_voltage(310.0), 7)
    0.0267137
    """
    return R * T / F


@law(z=NON_ZERO, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def nernst_potential(z: Numbers, c_in: Numbers, c_out: Numbers, T: Numbers) -> Numbers:
    r"""Nernst potential: the membrane potential at which one ion is in equilibrium across the membrane.

    .. math:: E = \frac{RT}{zF} \ln\frac{c_{out}}{c_{in}}

    Arguments (broadcast together):
        z:     valence, signed, non-zero [-]
        c_in, c_out:  concentrations [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   potential, inside minus outside [V]: negative for cations concentrated inside; broadcast shape.
    Assumes:   equilibrium of this ion alone, equal activity coefficients on both sides.
    Limits:    zero at equal concentrations; odd under exchange of sides and under reversal of the valence;
               RT/F ln 10 = 61.5 mV per decade at 310 K.
    Numerics:  ln(c_out) - ln(c_in) would lose digits near equal concentrations, so the quotient is taken first.
    Errors:    InputError for a concentration that is not positive: at zero there is no finite potential.
    Source:    nernst1889; hille2001

    >>> round(nernst_potential(1, 140.0, 5.0, 310.0), 6)
    -0.089016
    """
    return R * T / (z * F) * maths.log(c_out / c_in)


@law(V_m=FINITE, E=FINITE)
def driving_force(V_m: Numbers, E: Numbers) -> Numbers:
    r"""Driving force on an ion: the membrane potential less the ion's equilibrium potential.

    .. math:: V_m - E

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        E:     equilibrium potential of the ion [V]
    Returns:   driving force [V], positive where cations leave and anions enter; broadcast shape.
    Assumes:   nothing.
    Limits:    zero at equilibrium.
    Numerics:  one difference.
    Errors:    InputError for a value that is not finite.
    Source:    hille2001

    >>> round(driving_force(-0.070, -0.090), 6)
    0.02
    """
    return V_m - E


@law(V_m=FINITE, z=FINITE, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def electrochemical_difference(V_m: Numbers, z: Numbers, c_in: Numbers, c_out: Numbers, T: Numbers) -> Numbers:
    r"""Electrochemical potential difference of a solute, inside minus outside.

    .. math:: \Delta\tilde\mu = RT \ln\frac{c_{in}}{c_{out}} + z F V_m = z F (V_m - E)

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        z:     valence, signed; zero for an uncharged solute [-]
        c_in, c_out:  concentrations [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   energy set free per mole that leaves [J/mol]: positive where the solute runs out by itself; broadcast shape.
    Assumes:   equal activity coefficients on both sides.
    Limits:    zero at the Nernst potential; RT ln(c_in/c_out) for an uncharged solute; z F V_m at equal concentrations.
    Numerics:  one logarithm of a quotient.
    Errors:    InputError for a concentration that is not positive.
    Source:    hille2001

    >>> round(electrochemical_difference(-0.1, 1, 10.0, 10.0, 310.0), 2)
    -9648.53
    """
    return R * T * maths.log(c_in / c_out) + z * F * V_m


@law(V_m=FINITE, z=FINITE, T=TEMPERATURE)
def concentration_ratio(V_m: Numbers, z: Numbers, T: Numbers) -> Numbers:
    r"""Ratio of concentrations, inside over outside, at which an ion is in equilibrium with a membrane potential.

    .. math:: c_{in}/c_{out} = e^{-zFV_m/RT}

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        z:     valence, signed [-]
        T:     absolute temperature [K], 250 to 400
    Returns:   ratio [-], > 1 for cations where V_m is negative; broadcast shape.
    Assumes:   equal activity coefficients on both sides.
    Limits:    1 at zero potential; inverse of the Nernst potential; 10 at -61.5 mV, 310 K, z = 1.
    Numerics:  one exponential; finite for |z F V_m / RT| up to 709.
    Errors:    InputError for a value that is not finite.
    Source:    nernst1889

    >>> round(concentration_ratio(-0.061510, 1, 310.0), 2)
    10.0
    """
    return maths.exp(-z * F * V_m / (R * T))
