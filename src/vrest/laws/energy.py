"""Free energy of solutes: what a flux dissipates, and what gradients store."""

from __future__ import annotations

from .. import maths
from ..constants import R
from ..domains import FINITE, NON_NEGATIVE, TEMPERATURE
from ._shared import Numbers, law

SMALLEST = 1e-300
"""Stands for zero in a logarithm whose factor is zero there."""


@law(J=FINITE, delta_mu=FINITE)
def dissipation(J: Numbers, delta_mu: Numbers) -> Numbers:
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


@law(c=FINITE, c_ref=FINITE, T=TEMPERATURE)
def chemical_potential(c: Numbers, c_ref: Numbers, T: Numbers) -> Numbers:
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
def stored_in_gradient(n: Numbers, w: Numbers, c_ref: Numbers, T: Numbers) -> Numbers:
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
