"""Donnan equilibrium: permeant ions at rest with fixed charge on one side."""

from __future__ import annotations

import numpy as np

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, NON_ZERO, TEMPERATURE
from ..errors import InputError, Problem
from ._shared import Ions, Numbers, increasing_root, law, per_ion


@law(V_m=FINITE, z=NON_ZERO, c_out=NON_NEGATIVE, z_X=FINITE, c_X=NON_NEGATIVE, T=TEMPERATURE)
def donnan_residual(V_m: Numbers, z: Ions, c_out: Ions, z_X: Numbers, c_X: Numbers, T: Numbers) -> Numbers:
    r"""Charge inside when every permeant ion is at equilibrium with a potential; zero at the Donnan potential.

    .. math:: \sum_k z_k c_{out,k} e^{-z_k F V_m / RT} + z_X c_X

    Arguments (ion axis first for z, c_out):
        V_m:   membrane potential, inside minus outside [V]
        z:     valences of the permeant ions, signed, non-zero [-]
        c_out: their concentrations outside [mol/m^3], >= 0
        z_X:   mean valence of the impermeant solutes inside, signed [-]
        c_X:   their concentration [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   mole of charge per volume [mol/m^3], decreasing in V_m; the shape without the ion axis.
    Assumes:   fixed volume, a bath that does not change, ideal solutions.
    Limits:    the charge of bath and impermeants at V_m = 0.
    Numerics:  a sum over the ions, in their order.
    Errors:    InputError for numbers of ions that disagree, a negative concentration.
    Source:    donnan1911

    >>> donnan_residual(0.0, [1, -1], [150.0, 150.0], -1, 100.0, 310.0)
    -100.0
    """
    x = F * V_m / (R * T)
    return sum(z_k * c * maths.exp(-z_k * x) for z_k, c in per_ion(z, c_out)) + z_X * c_X


@law(z=NON_ZERO, c_out=NON_NEGATIVE, z_X=FINITE, c_X=NON_NEGATIVE, T=TEMPERATURE)
def donnan_potential(z: Ions, c_out: Ions, z_X: Numbers, c_X: Numbers, T: Numbers) -> Numbers:
    r"""Donnan potential: where every permeant ion is at its Nernst potential and the inside is neutral.

    .. math:: \sum_k z_k c_{out,k} e^{-z_k F V_m / RT} + z_X c_X = 0

    Arguments (ion axis first for z, c_out; beyond it they broadcast together):
        z:     valences of the permeant ions, signed, non-zero [-]
        c_out: their concentrations outside [mol/m^3], >= 0
        z_X:   mean valence of the impermeant solutes inside, signed [-]
        c_X:   their concentration [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   potential, inside minus outside [V], the sign of the impermeant charge; the shape without the ion axis.
    Assumes:   fixed volume, a bath that does not change, ideal solutions, no pump work.
    Limits:    zero without impermeant charge in a neutral bath; (R T / F) asinh(z_X c_X / 2 c) for a monovalent salt;
               the Nernst potential of the counterion (z_X c_X against c) for much impermeant charge; odd in z_X and z together.
    Numerics:  the charge decreases in V_m, so the root is unique; its bounds come from single ions, so that no exponential
               overflows, and Newton steps cannot leave them. Symbols: take `donnan_residual`.
    Errors:    InputError where no potential makes the inside neutral (charge of one sign only).
    Source:    donnan1911

    >>> round(donnan_potential([1, -1], [150.0, 150.0], -1, 100.0, 310.0), 6)
    -0.008747
    """
    ions = per_ion(z, c_out)
    if any(maths.is_symbol(value) for ion in (*ions, (z_X, c_X)) for value in ion):
        raise InputError(Problem("donnan_potential: no closed form for symbols", expected="donnan_residual"))
    fixed = np.multiply(z_X, c_X, dtype=float)
    low, high = _bound(ions, fixed, 1), -_bound(ions, fixed, -1)
    exists = np.isfinite(low) & np.isfinite(high)
    if not exists.all():
        raise InputError(Problem("donnan_potential: charge of one sign only", expected="permeant ions that balance it"))
    root = R * T / F * increasing_root(_charge_of(ions, fixed), low, high, "donnan_potential")
    return root if np.ndim(root) else float(root)


@law(z=NON_ZERO, c_out=NON_NEGATIVE, z_X=FINITE, c_X=NON_NEGATIVE, T=TEMPERATURE)
def donnan_concentrations(z: Ions, c_out: Ions, z_X: Numbers, c_X: Numbers, T: Numbers) -> np.ndarray:
    r"""Concentrations of the permeant ions inside at Donnan equilibrium.

    .. math:: c_{in,k} = c_{out,k} e^{-z_k F V_m / RT}

    Arguments:  as `donnan_potential`.
    Returns:   concentrations [mol/m^3], ion axis first, an array.
    Assumes:   as `donnan_potential`.
    Limits:    the bath's where there is no impermeant charge; c_in^(1/z) / c_out^(1/z) is the same for all ions.
    Numerics:  as `donnan_potential`.
    Errors:    as `donnan_potential`.
    Source:    donnan1911

    >>> [round(float(c), 3) for c in donnan_concentrations([1, -1], [150.0, 150.0], -1, 100.0, 310.0)]
    [208.114, 108.114]
    """
    x = F * donnan_potential(z, c_out, z_X, c_X, T) / (R * T)
    return np.stack(np.broadcast_arrays(*(c * maths.exp(-z_k * x) for z_k, c in per_ion(z, c_out))))


@law(z=NON_ZERO, c_out=NON_NEGATIVE, z_X=FINITE, c_X=NON_NEGATIVE, T=TEMPERATURE, c_X_out=NON_NEGATIVE)
def donnan_pressure(z: Ions, c_out: Ions, z_X: Numbers, c_X: Numbers, T: Numbers, c_X_out: Numbers = 0.0) -> Numbers:
    r"""Pressure that a rigid wall bears at Donnan equilibrium of a fixed volume.

    .. math:: \Delta P = RT \left( \sum_k (c_{in,k} - c_{out,k}) + c_X - c_{X,out} \right)

    Arguments:  as `donnan_potential`, and
        c_X_out:  concentration of impermeant solutes outside [mol/m^3], >= 0
    Returns:   pressure, inside minus outside [Pa]; positive where water would enter; the shape without the ion axis.
    Assumes:   as `donnan_potential`; ideal osmotic pressure. A membrane without a wall swells instead, without bound.
    Limits:    R T c_X for impermeant solutes without charge; never below it where nothing impermeant is outside and the
               bath is neutral.
    Numerics:  as `donnan_potential`.
    Errors:    as `donnan_potential`.
    Source:    donnan1911; vanthoff1887

    >>> round(donnan_pressure([1, -1], [150.0, 150.0], 0, 100.0, 310.0), 0)
    257748.0
    """
    inside = sum(donnan_concentrations(z, c_out, z_X, c_X, T))
    outside = sum(c for _, c in per_ion(z, c_out))
    pressure = R * T * (inside - outside + c_X - c_X_out)
    return pressure if np.ndim(pressure) else float(pressure)


def _bound(ions, fixed, sign):
    """The least F V_m / (R T), times `sign`, that the root can have: there the charges of this sign outweigh the others."""
    own = [(abs(z), c) for z, c in ions if sign * z > 0]
    other = [(abs(z), c) for z, c in ions if sign * z < 0]
    helping, opposing = np.maximum(sign * fixed, 0.0), np.maximum(-sign * fixed, 0.0)
    most = opposing + sum(z * np.asarray(c, dtype=float) for z, c in other)
    reach = np.full(np.shape(most), np.inf)
    for z, c in own:
        reach = np.minimum(reach, np.maximum(maths.log(maths.divide(most, z * np.asarray(c, dtype=float))), 0.0) / z)
    bound = -reach
    limit = np.full(np.shape(most), np.inf)
    for z, c in other:
        limit = np.minimum(limit, maths.log(maths.divide(helping, len(other) * z * np.asarray(c, dtype=float))) / z)
    return np.where(np.isfinite(bound), bound, limit)


def _charge_of(ions, fixed):
    """The negative of the charge inside, which increases with x = F V_m / (R T), and its slope."""

    def charge(x):
        terms = [(z, z * c * maths.exp(-z * x)) for z, c in ions]
        return -(sum(term for _, term in terms) + fixed), sum(z * term for z, term in terms)

    return charge
