"""Reactions in solution: how fast they run, and the free energy that they set free."""

from __future__ import annotations

from .. import maths
from ..constants import R
from ..domains import FINITE, NON_NEGATIVE, POSITIVE, TEMPERATURE
from ._shared import MOLAR as MOLAR
from ._shared import Ions, Numbers, law, per_ion


@law(K=POSITIVE, n=FINITE, c=NON_NEGATIVE, T=TEMPERATURE)
def reaction_affinity(K: Numbers, n: Ions, c: Ions, T: Numbers) -> Numbers:
    r"""Affinity of a reaction: the free energy that one forward turnover sets free.

    .. math:: A = RT \ln \frac{K}{\prod c^n}

    Arguments (solute axis first for n, c):
        K:     equilibrium constant, products over reactants [1 per (m^3/mol)^sum n], > 0
        n:     stoichiometry, negative where a solute is used [-]
        c:     concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   free energy [J/mol], positive where the reaction runs forward by itself; the shape without the solute axis.
    Assumes:   concentrations for activities.
    Limits:    zero at equilibrium; RT ln 10 for each pH unit from it where one proton is made.
    Numerics:  a sum of logarithms; infinite where a solute is missing.
    Errors:    InputError for numbers of solutes that disagree, a constant, concentration or temperature out of range.
    Source:    guldberg1864; lewis1921

    >>> round(reaction_affinity(10**-3.1, [-1, 1, 1], [1.2, 4e-5, 20.0], 310.0), 1)
    451.6
    """
    quotient = sum(n_k * maths.log(c_k) for n_k, c_k in per_ion(n, c))
    return R * T * (maths.log(K) - quotient)


@law(rate=NON_NEGATIVE, K=POSITIVE, n=FINITE, c=NON_NEGATIVE)
def mass_action_turnover(rate: Numbers, K: Numbers, n: Ions, c: Ions) -> Numbers:
    r"""Net turnover of a reaction by mass action in both directions.

    .. math:: v = \mathrm{rate} \left( \prod_{n<0} c^{-n} - \frac{1}{K} \prod_{n>0} c^{n} \right)

    Arguments (solute axis first for n, c):
        rate:  rate constant of the forward direction [mol m^-3 s^-1 per (mol/m^3)^sum used n], >= 0
        K:     equilibrium constant, products over reactants [1 per (m^3/mol)^sum n], > 0
        n:     stoichiometry, plain numbers, negative where a solute is used [-]
        c:     concentrations [mol/m^3], >= 0
    Returns:   net forward turnover per volume [mol m^-3 s^-1]; the shape without the solute axis.
    Assumes:   an elementary reaction: orders are the stoichiometry, the backward constant is rate over K (detailed balance).
    Limits:    zero at equilibrium, where the affinity is zero; the sign of the affinity elsewhere.
    Numerics:  products of powers.
    Errors:    InputError for numbers of solutes that disagree, a constant or concentration out of range.
    Source:    guldberg1864

    >>> round(mass_action_turnover(0.1, 10**-3.1, [-1, 1, 1], [1.2, 4e-5, 20.0]), 6)
    0.019286
    """
    forward = backward = 1.0
    for n_k, c_k in per_ion(n, c):
        if n_k < 0:
            forward = forward * c_k**-n_k
        else:
            backward = backward * c_k**n_k
    return rate * (forward - backward / K)
