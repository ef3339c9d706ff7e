"""What the resting potential costs."""

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, POSITIVE, TEMPERATURE, law

SMALLEST = 1e-300
"""Stands for zero in a logarithm whose factor is zero there."""


@law(J=FINITE, delta_mu=FINITE)
def dissipation(J, delta_mu):
    r"""Free energy that a flux dissipates.

    .. math:: \Phi = J\, \Delta\tilde\mu

    Arguments (broadcast together):
        J:     flux, positive outward [mol/s], or per area [mol m^-2 s^-1]
        delta_mu:  electrochemical potential difference, inside minus outside [J/mol] (`electrochemical_difference`)
    Returns:   power [W], or per area [W/m^2]; never negative for a passive flux; broadcast shape.
    Assumes:   nothing.
    Limits:    zero at equilibrium; i (V_m - E) for an ion.
    Numerics:  one product.
    Errors:    InputError for a value that is not finite.
    Source:    katchalsky1965

    >>> dissipation(2.0, 3.0)
    6.0
    """
    return J * delta_mu


@law(rate=FINITE, delta_G=FINITE)
def atp_power(rate, delta_G):
    r"""Power that a pump takes from ATP.

    .. math:: W = -r\, \Delta G

    Arguments (broadcast together):
        rate:  ATP split per time [mol/s], or per area [mol m^-2 s^-1]
        delta_G:  free energy of ATP hydrolysis [J/mol], negative
    Returns:   power [W], or per area [W/m^2], positive where ATP is split; broadcast shape.
    Assumes:   nothing.
    Limits:    zero where the pump stands.
    Numerics:  one product.
    Errors:    InputError for a value that is not finite.
    Source:    lauger1991

    >>> atp_power(2.0, -50000.0)
    100000.0
    """
    return -rate * delta_G


@law(V_m=FINITE, R_in=POSITIVE, E_Na=FINITE, E_K=FINITE)
def resting_atp_rate(V_m, R_in, E_Na, E_K):
    r"""ATP that a resting cell splits to pump its sodium leak, from its input resistance.

    .. math:: r = \frac{(E_{Na} - V_m)(V_m - E_K)}{R_{in} F (V_m + 2 E_{Na} - 3 E_K)}

    Arguments (broadcast together):
        V_m:   resting potential, inside minus outside [V]
        R_in:  input resistance [ohm], > 0
        E_Na, E_K:  Nernst potentials [V]
    Returns:   ATP split [mol/s] (times Avogadro's number: molecules per second), positive; broadcast shape.
    Assumes:   ohmic leaks of Na+ and K+ only, which are the input resistance together; 3 Na+ : 2 K+ per ATP; net current zero.
    Limits:    zero at V_m = E_K, where no Na+ leaks.
    Numerics:  rational.
    Errors:    InputError for a resistance that is not positive.
    Source:    attwell2001

    >>> round(1e16 * resting_atp_rate(-0.070, 200e6, 0.050, -0.100), 3)
    5.653
    """
    return (E_Na - V_m) * (V_m - E_K) / (R_in * F * (V_m + 2 * E_Na - 3 * E_K))


@law(c=FINITE, c_ref=FINITE, T=TEMPERATURE)
def chemical_potential(c, c_ref, T):
    r"""Chemical potential of a solute against a reference solution, the electric part left out.

    .. math:: \mu - \mu_{ref} = RT \ln\frac{c}{c_{ref}}

    Arguments (broadcast together):
        c:     concentration [mol/m^3], >= 0
        c_ref:  concentration in the reference solution [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   energy per mole that is needed to bring the solute from the reference [J/mol]; broadcast shape.
    Assumes:   equal activity coefficients in both solutions.
    Limits:    zero at equal concentrations; -inf where the solute is absent, inf where the reference lacks it.
    Numerics:  one logarithm of a quotient; nan where that is negative, as it may be in an integrator's trial.
    Errors:    InputError for a temperature outside its range.
    Source:    katchalsky1965

    >>> round(float(chemical_potential(140.0, 5.0, 310.0)), 1)
    8588.7
    """
    return R * T * maths.log(maths.divide(c, c_ref))


@law(n=FINITE, w=NON_NEGATIVE, c_ref=NON_NEGATIVE, T=TEMPERATURE)
def stored_in_gradient(n, w, c_ref, T):
    r"""Free energy stored in a solute that is more or less concentrated than in a large bath.

    .. math:: G = RT \left[n \ln\frac{n}{w\, c_{ref}} - (n - c_{ref} w)\right]

    Arguments (broadcast together):
        n:     amount [mol], >= 0
        w:     volume of water that holds it [m^3], >= 0
        c_ref:  concentration in the bath [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   work that the solute could do on its way to the bath's concentration [J], >= 0; broadcast shape.
    Assumes:   an ideal dilute solution; a bath that does not change.
    Limits:    zero at the bath's concentration; RT c_ref w without the solute, inf where the bath lacks it. Its slopes are the
               solute's chemical potential (in n) and its part of the water's (in w).
    Numerics:  finite at n = 0; a negative amount counts as none in the logarithm.
    Errors:    InputError for a negative volume or reference.
    Source:    katchalsky1965

    >>> round(1e9 * float(stored_in_gradient(140.0 * 2e-15, 2e-15, 5.0, 310.0)), 4)
    1.7089
    """
    return R * T * (n * maths.log(maths.maximum(maths.divide(n, w * c_ref), SMALLEST)) - (n - c_ref * w))
