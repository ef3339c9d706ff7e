"""The membrane potential where the Na+/K+-ATPase balances the leaks: the Mullins-Noda equation."""

from .. import maths
from ..constants import F, R
from ..domains import NON_NEGATIVE, POSITIVE, TEMPERATURE, law


@law(P_K=NON_NEGATIVE, P_Na=NON_NEGATIVE, K_in=NON_NEGATIVE, K_out=NON_NEGATIVE, Na_in=NON_NEGATIVE, Na_out=NON_NEGATIVE,
     T=TEMPERATURE, ratio=POSITIVE)  # fmt: skip
def mullins_noda_potential(P_K, P_Na, K_in, K_out, Na_in, Na_out, T, ratio=1.5):
    r"""Mullins-Noda potential: the resting potential of a cell whose pump balances the leaks of Na+ and of K+.

    .. math:: V_m = \frac{RT}{F} \ln \frac{r P_K K_{out} + P_{Na} Na_{out}}{r P_K K_{in} + P_{Na} Na_{in}}

    Arguments (broadcast together):
        P_K, P_Na:  permeabilities [m/s], >= 0; only their ratio matters
        K_in, K_out, Na_in, Na_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
        ratio: Na+ pumped out per K+ pumped in [-], > 0; 3/2 for the Na+/K+-ATPase
    Returns:   potential, inside minus outside [V]; broadcast shape.
    Assumes:   constant field, a steady state of Na+ and K+, chloride passive and at equilibrium.
    Limits:    the Goldman-Hodgkin-Katz voltage of K+ and Na+ for ratio 1 (a neutral pump); never further from it than
               (R T / F) ln(ratio), reached where Na+ carries the numerator and K+ the denominator.
    Numerics:  one logarithm of a quotient of sums of positive terms.
    Errors:    InputError for a negative permeability or concentration.
    Source:    mullins1963

    >>> round(mullins_noda_potential(1, 0.04, 140.0, 5.0, 12.0, 145.0, 310.0), 6)
    -0.073773
    """
    outside = ratio * P_K * K_out + P_Na * Na_out
    inside = ratio * P_K * K_in + P_Na * Na_in
    return R * T / F * maths.log(maths.divide(outside, inside))


@law(T=TEMPERATURE, ratio=POSITIVE)
def electrogenic_bound(T, ratio=1.5):
    r"""The most that a pump in steady state can add to the membrane potential by its own current.

    .. math:: \frac{RT}{F} \ln r

    Arguments (broadcast together):
        T:     absolute temperature [K], 250 to 400
        ratio: Na+ pumped out per K+ pumped in [-], > 0
    Returns:   bound of the hyperpolarisation [V], positive for ratio > 1; broadcast shape.
    Assumes:   as `mullins_noda_potential`.
    Limits:    zero for a neutral pump.
    Numerics:  one logarithm.
    Errors:    InputError for a ratio that is not positive.
    Source:    mullins1963

    >>> round(electrogenic_bound(310.0), 5)
    0.01083
    """
    return R * T / F * maths.log(ratio)
