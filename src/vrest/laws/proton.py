"""Protons: pH and the proton-motive force."""

from __future__ import annotations

import math

from .. import maths
from ..constants import F, R
from ..domains import FINITE, POSITIVE, TEMPERATURE
from ._shared import MOLAR, Numbers, law

LN_10 = math.log(10.0)


@law(V_m=FINITE, pH_in=FINITE, pH_out=FINITE, T=TEMPERATURE)
def proton_motive_force(V_m: Numbers, pH_in: Numbers, pH_out: Numbers, T: Numbers) -> Numbers:
    r"""Proton-motive force: the electrochemical potential difference of H+ per charge, inside minus outside.

    .. math:: \Delta p = V_m - \frac{RT \ln 10}{F} (pH_{in} - pH_{out})

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        pH_in, pH_out:  pH of the two sides [-]
        T:     absolute temperature [K], 250 to 400
    Returns:   proton-motive force [V], negative where protons are driven in (bacteria, mitochondrial matrix); broadcast shape.
    Assumes:   pH measures the activity of H+.
    Limits:    V_m at equal pH; zero where H+ is in equilibrium; 61.5 mV per pH unit at 310 K.
    Numerics:  linear.
    Errors:    InputError for a value that is not finite.
    Source:    mitchell1961; nicholls2013

    >>> round(proton_motive_force(-0.150, 7.8, 7.0, 310.0), 4)
    -0.1992
    """
    return V_m - R * T * LN_10 / F * (pH_in - pH_out)


@law(pH=FINITE)
def concentration_from_pH(pH: Numbers) -> Numbers:
    r"""Concentration of H+ at a pH.

    .. math:: c_H = 10^{-pH} mol/L

    Arguments:
        pH:    pH [-]
    Returns:   concentration [mol/m^3]; shape of pH.
    Assumes:   an activity coefficient of 1.
    Limits:    1 mol/L at pH 0; inverse of `pH_from_concentration`.
    Numerics:  one exponential.
    Errors:    InputError for a value that is not finite.
    Source:    sorensen1909

    >>> round(1e6 * concentration_from_pH(7.0), 9)
    100.0
    """
    return MOLAR * maths.exp(-LN_10 * pH)


@law(c=POSITIVE)
def pH_from_concentration(c: Numbers) -> Numbers:
    r"""pH at a concentration of H+.

    .. math:: pH = -\log_{10}(c_H / 1 mol/L)

    Arguments:
        c:     concentration of H+ [mol/m^3], > 0
    Returns:   pH [-]; shape of c.
    Assumes:   an activity coefficient of 1.
    Limits:    0 at 1 mol/L; inverse of `concentration_from_pH`.
    Numerics:  one logarithm.
    Errors:    InputError for a concentration that is not positive.
    Source:    sorensen1909

    >>> round(pH_from_concentration(1e-4), 9)
    7.0
    """
    return -maths.log(c / MOLAR) / LN_10
