"""Electrodiffusion through a constant field: the Goldman-Hodgkin-Katz flux, current and voltage."""

from __future__ import annotations

import math
from typing import Any

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, NON_ZERO, TEMPERATURE
from ..errors import InputError, Problem
from ._shared import Ions, Numbers, increasing_root, law, per_ion

FARTHEST = 1500.0
"""A bound of F V_m / (R T) where an ion is missing on one side: beyond the logarithm of every ratio of two floats."""


@law(V_m=FINITE, P=NON_NEGATIVE, z=FINITE, c_in=NON_NEGATIVE, c_out=NON_NEGATIVE, T=TEMPERATURE)
def ghk_flux_density(V_m: Numbers, P: Numbers, z: Numbers, c_in: Numbers, c_out: Numbers, T: Numbers) -> Numbers:
    r"""Goldman-Hodgkin-Katz flux density of one ion.

    .. math:: J = P [c_{in} B(-\xi) - c_{out} B(\xi)],  \xi = z F V_m / (R T),  B(x) = x / (e^x - 1)

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        P:     permeability [m/s], >= 0
        z:     valence, signed; zero for an uncharged solute [-]
        c_in, c_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   molar flux density [mol m^-2 s^-1], positive where the ion leaves; broadcast shape.
    Assumes:   constant field, independent ions, concentrations for activities.
    Limits:    zero at the Nernst potential; P (c_in - c_out) as V_m -> 0 and for an uncharged solute;
               P xi c_in far outward, P xi c_out far inward; odd under exchange of sides.
    Numerics:  one exponential for both terms (`maths.bernoulli_pair`); smooth through xi = 0 and finite for |xi| <= 800,
               derivatives too.
    Errors:    InputError for a negative permeability or concentration.
    Source:    goldman1943; hodgkin1949

    >>> round(1e6 * ghk_flux_density(0.0, 1e-8, 1, 140.0, 5.0, 310.0), 9)
    1.35
    """
    xi = z * F * V_m / (R * T)
    return P * _flux(xi, c_in, c_out)


@law(V_m=FINITE, P=NON_NEGATIVE, z=FINITE, c_in=NON_NEGATIVE, c_out=NON_NEGATIVE, T=TEMPERATURE)
def ghk_current_density(V_m: Numbers, P: Numbers, z: Numbers, c_in: Numbers, c_out: Numbers, T: Numbers) -> Numbers:
    r"""Goldman-Hodgkin-Katz current density of one ion.

    .. math:: i = P z F [c_{in} B(-\xi) - c_{out} B(\xi)],  \xi = z F V_m / (R T),  B(x) = x / (e^x - 1)

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        P:     permeability [m/s], >= 0
        z:     valence, signed, non-zero [-]
        c_in, c_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   outward current density [A/m^2], positive for cations leaving and anions entering; broadcast shape.
    Assumes:   constant field, independent ions, concentrations for activities.
    Limits:    zero at the Nernst potential; P z F (c_in - c_out) as V_m -> 0; a straight line at equal concentrations;
               P z^2 F^2 V_m c_in / (R T) far outward for cations; odd under exchange of sides.
    Numerics:  as `ghk_flux_density`.
    Errors:    InputError for a negative permeability or concentration.
    Source:    goldman1943; hodgkin1949

    >>> round(ghk_current_density(0.0, 1e-8, 1, 140.0, 4.0, 310.15), 5)
    0.13122
    """
    xi = z * F * V_m / (R * T)
    return P * z * F * _flux(xi, c_in, c_out)


@law(V_m=FINITE, P=NON_NEGATIVE, z=FINITE, c_in=NON_NEGATIVE, c_out=NON_NEGATIVE, T=TEMPERATURE)
def ghk_voltage_residual(V_m: Numbers, P: Ions, z: Ions, c_in: Ions, c_out: Ions, T: Numbers) -> Numbers:
    r"""Net Goldman-Hodgkin-Katz current density of several ions, whose root is the Goldman-Hodgkin-Katz voltage.

    .. math:: \sum_k i_k(V_m)

    Arguments (ion axis first for P, z, c_in, c_out):
        V_m:   membrane potential, inside minus outside [V]
        P:     permeabilities [m/s], >= 0
        z:     valences, signed [-]
        c_in, c_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   outward current density [A/m^2], increasing in V_m; the shape without the ion axis.
    Assumes:   as `ghk_current_density`, all ions through one membrane.
    Limits:    zero at `ghk_voltage`; the current of the ion where there is one ion.
    Numerics:  a sum over the ions, in their order.
    Errors:    InputError for numbers of ions that disagree, a negative permeability or concentration.
    Source:    goldman1943; hodgkin1949

    >>> round(ghk_voltage_residual(0.0, [1e-8, 1e-8], [1, -1], [140.0, 10.0], [4.0, 10.0], 310.15), 5)
    0.13122
    """
    ions = per_ion(P, z, c_in, c_out)
    return sum(ghk_current_density(V_m, P_k, z_k, inside, outside, T) for P_k, z_k, inside, outside in ions)


@law(P=NON_NEGATIVE, z=NON_ZERO, c_in=NON_NEGATIVE, c_out=NON_NEGATIVE, T=TEMPERATURE)
def ghk_voltage(P: Ions, z: Ions, c_in: Ions, c_out: Ions, T: Numbers) -> Numbers:
    r"""Goldman-Hodgkin-Katz voltage: the membrane potential at which the passive currents of several ions cancel.

    .. math:: V_m = \frac{RT}{F} \ln \frac{\sum_{+} P c_{out} + \sum_{-} P c_{in}}{\sum_{+} P c_{in} + \sum_{-} P c_{out}}

    for ions of valence +1 and -1; for any other valences the one root of :math:`\sum_k i_k(V_m) = 0`.

    Arguments (ion axis first for P, z, c_in, c_out; beyond it they broadcast together):
        P:     permeabilities [m/s], or relative ones [-], >= 0; only their ratios matter
        z:     valences, signed, non-zero [-]
        c_in, c_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   potential, inside minus outside [V]; the shape without the ion axis.
    Assumes:   constant field, independent ions, no pump current.
    Limits:    the Nernst potential of a single ion; zero at equal concentrations; odd under exchange of sides; between the
               lowest and the highest of the Nernst potentials; a monovalent mixture is one ion of summed P c.
               It is no average of Nernst potentials weighted by permeability.
    Numerics:  monovalent: closed form. Otherwise the net current, which increases in V_m, is bracketed by the extreme Nernst
               potentials and solved by Newton steps that cannot leave the bracket, all elements at once, down to the
               rounding of the currents.
               Symbols of other valences than +1 and -1 have no closed form: take `ghk_voltage_residual`.
    Errors:    InputError where no finite potential exists (nothing is permeant, or every permeant ion is missing on one side).
    Source:    goldman1943; hodgkin1949

    >>> round(ghk_voltage([1, 0.04, 0.45], [1, 1, -1], [140.0, 12.0, 10.0], [5.0, 145.0, 110.0], 310.0), 6)
    -0.067294
    """
    ions = per_ion(P, z, c_in, c_out)
    if all(_monovalent(z) for _, z, _, _ in ions):
        reduced = maths.log(_ratio_of_weights(ions))
    elif any(maths.is_symbol(value) for ion in ions for value in ion):
        raise InputError(Problem("ghk_voltage: symbols need valences +1 and -1", expected="ghk_voltage_residual"))
    else:
        reduced = _root_of_current(ions)
    if not (maths.is_symbol(reduced) or FINITE.admits(reduced)):
        raise InputError(Problem("ghk_voltage: no finite potential", expected="a permeant ion that is present on each side"))
    return R * T / F * reduced


def _monovalent(z):
    return not maths.is_symbol(z) and getattr(z, "ndim", 0) == 0 and abs(z) == 1


def _flux(xi, c_in, c_out):
    """The flux for unit permeability."""
    backward, forward = maths.bernoulli_pair(xi)
    return c_in * forward - c_out * backward


def _ratio_of_weights(ions):
    """The argument of the logarithm in the monovalent voltage."""
    out = inside = 0.0
    for P, z, c_in, c_out in ions:
        out = out + P * (c_out if z > 0 else c_in)
        inside = inside + P * (c_in if z > 0 else c_out)
    return maths.divide(out, inside)


def _root_of_current(ions):
    """F V_m / (R T) where the net current is zero, between the extreme Nernst potentials of the permeant ions."""
    import numpy as np

    low: Any = math.inf
    high: Any = -math.inf
    outward: Any = False
    inward: Any = False
    for P, z, c_in, c_out in ions:
        leaves, enters = np.multiply(P, c_in) > 0, np.multiply(P, c_out) > 0
        E = maths.log(maths.divide(c_out, np.asarray(c_in, dtype=float))) / z
        E = np.nan_to_num(E, nan=0.0, posinf=FARTHEST, neginf=-FARTHEST)
        low = np.where(leaves | enters, np.minimum(low, E), low)
        high = np.where(leaves | enters, np.maximum(high, E), high)
        outward, inward = outward | np.where(z > 0, leaves, enters), inward | np.where(z > 0, enters, leaves)
    exists = outward & inward
    root = increasing_root(_current_of(ions), np.where(exists, low, 0.0), np.where(exists, high, 0.0), "ghk_voltage")
    root = np.where(exists, root, np.nan)
    return root if root.ndim else float(root)


def _current_of(ions):
    """The net current (in units of F) and its slope as functions of x = F V_m / (R T)."""

    def current(x):
        total = slope = 0.0
        for P, z, c_in, c_out in ions:
            backward, forward = maths.bernoulli_pair(z * x)
            total = total + P * z * (c_in * forward - c_out * backward)
            bend = maths.bernoulli_derivative(z * x)
            slope = slope + P * z * z * (c_in * (1 + bend) - c_out * bend)
        return total, slope

    return current
