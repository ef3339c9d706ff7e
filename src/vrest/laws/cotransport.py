"""Secondary transport of any stoichiometry: flux laws that vanish exactly at thermodynamic equilibrium."""

from __future__ import annotations

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, POSITIVE, TEMPERATURE
from ._shared import Ions, Numbers, law, per_ion
from .nernst import electrochemical_difference


@law(V_m=FINITE, k=NON_NEGATIVE, n=FINITE, z=FINITE, c_in=NON_NEGATIVE, c_out=NON_NEGATIVE, T=TEMPERATURE)
def mass_action_flux(V_m: Numbers, k: Numbers, n: Ions, z: Ions, c_in: Ions, c_out: Ions, T: Numbers) -> Numbers:
    r"""Mass-action turnover of a symporter or antiporter.

    .. math:: J = k \left( \prod_{n>0} c_{in}^n \prod_{n<0} c_{out}^{|n|} e^{q/2}
              - \prod_{n>0} c_{out}^n \prod_{n<0} c_{in}^{|n|} e^{-q/2} \right),  q = \frac{F V_m}{RT} \sum_k n_k z_k

    Arguments (ion axis first for n, z, c_in, c_out):
        V_m:   membrane potential, inside minus outside [V]
        k:     rate [mol m^-2 s^-1 per (mol/m^3)^sum|n|], >= 0
        n:     stoichiometry per cycle, positive outward; a plain number for each solute [-]
        z:     valences, signed; zero for an uncharged solute [-]
        c_in, c_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   cycles per area [mol m^-2 s^-1], positive where solutes of positive n leave; the shape without the ion axis.
    Assumes:   far from saturation; the potential helps one way and hinders the other alike (symmetry factor 1/2).
    Limits:    zero where sum n dmu = 0; the electrochemical difference over RT times the one-way flux next to it;
               potential plays no part where sum n z = 0; odd under exchange of sides.
    Numerics:  each solute binds on the side it leaves from, so only positive powers occur.
    Errors:    InputError for numbers of ions that disagree, a negative rate or concentration.
    Source:    lauger1991

    >>> mass_action_flux(-0.07, 1e-12, [1, 1], [1, -1], [120.0, 5.0], [4.0, 120.0], 310.0)
    1.2e-10
    """
    forward = backward = 1.0
    for n_k, inside, outside in per_ion(n, c_in, c_out):
        leaves, enters = (inside, outside) if n_k > 0 else (outside, inside)
        forward, backward = forward * leaves ** abs(n_k), backward * enters ** abs(n_k)
    return k * _driven(V_m, n, z, T, forward, backward)


@law(V_m=FINITE, k=NON_NEGATIVE, n=FINITE, z=FINITE, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def mass_action_flux_signed(V_m: Numbers, k: Numbers, n: Ions, z: Ions, c_in: Ions, c_out: Ions, T: Numbers) -> Numbers:
    r"""Mass-action turnover with signed powers of the concentrations of each side.

    .. math:: J = k \left( \prod_k c_{in,k}^{n_k} e^{q/2} - \prod_k c_{out,k}^{n_k} e^{-q/2} \right)

    Arguments:  as `mass_action_flux`, but
        k:     rate [mol m^-2 s^-1 per (mol/m^3)^sum n], >= 0
        c_in, c_out:  concentrations [mol/m^3], > 0
    Returns, Limits:  as `mass_action_flux`.
    Assumes:   nothing about the mechanism; for a symporter it is `mass_action_flux`. For an antiporter it vanishes at the same
               equilibrium, and differs from mass action by the factor prod_{n<0} (c_in c_out)^n: the flux grows without
               bound where a counter-transported solute is missing.
    Numerics:  negative powers for negative n.
    Errors:    InputError for a concentration that is not positive.
    Source:    lauger1991

    >>> mass_action_flux_signed(-0.07, 1e-12, [1, -1], [1, 1], [120.0, 10.0], [4.0, 20.0], 310.0)
    1.18e-11
    """
    forward = backward = 1.0
    for n_k, inside, outside in per_ion(n, c_in, c_out):
        forward, backward = forward * inside**n_k, backward * outside**n_k
    return k * _driven(V_m, n, z, T, forward, backward)


@law(V_m=FINITE, L=NON_NEGATIVE, n=FINITE, z=FINITE, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def affinity_flux(V_m: Numbers, L: Numbers, n: Ions, z: Ions, c_in: Ions, c_out: Ions, T: Numbers) -> Numbers:
    r"""Turnover of a transporter proportional to its thermodynamic force.

    .. math:: J = L \frac{\sum_k n_k \Delta\tilde\mu_k}{RT},  \Delta\tilde\mu = RT \ln\frac{c_{in}}{c_{out}} + z F V_m

    Arguments (ion axis first for n, z, c_in, c_out):
        V_m:   membrane potential, inside minus outside [V]
        L:     coefficient [mol m^-2 s^-1], >= 0; a conductance g of an electroneutral symporter of one ion pair, referred to
               the difference of two Nernst potentials, is L = g R T / F^2
        n:     stoichiometry per cycle, positive outward [-]
        z:     valences, signed; zero for an uncharged solute [-]
        c_in, c_out:  concentrations [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   cycles per area [mol m^-2 s^-1], positive where solutes of positive n leave; the shape without the ion axis.
    Assumes:   linear irreversible thermodynamics, good next to equilibrium.
    Limits:    zero where sum n dmu = 0; L (E_Cl - E_K) F / (R T) for KCC2 (n = [1, 1], z = [1, -1]).
    Numerics:  a sum over the ions, in their order.
    Errors:    InputError for numbers of ions that disagree, a concentration that is not positive.
    Source:    lauger1991; dusterwald2018

    >>> round(affinity_flux(-0.07, 1e-9, [1, 1], [1, -1], [120.0, 4.0], [4.0, 120.0], 310.0), 15)
    0.0
    """
    ions = per_ion(n, z, c_in, c_out)
    return L / (R * T) * sum(n_k * electrochemical_difference(V_m, z_k, a, b, T) for n_k, z_k, a, b in ions)


def _driven(V_m, n, z, T, forward, backward):
    """The two products with the potential's share in each; none for an electroneutral cycle, whatever the potential."""
    charge = sum(n_k * z_k for n_k, z_k in per_ion(n, z))
    if isinstance(charge, int | float) and charge == 0:
        return forward - backward
    half = maths.exp(charge * F * V_m / (2 * R * T))
    return forward * half - backward / half
