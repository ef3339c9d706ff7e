"""What the resting potential costs."""

from ..constants import F
from ..domains import FINITE, POSITIVE, law


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
