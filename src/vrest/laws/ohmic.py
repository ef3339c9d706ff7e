"""Linear conductances: Ohm's law for a leak, and what a Goldman-Hodgkin-Katz ion looks like to it."""

from __future__ import annotations

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, NON_ZERO, POSITIVE, TEMPERATURE
from ._shared import Ions, Numbers, law, per_ion


@law(V_m=FINITE, g=FINITE, E=FINITE)
def ohmic_current_density(V_m: Numbers, g: Numbers, E: Numbers) -> Numbers:
    r"""Ohmic current density of a leak with a reversal potential.

    .. math:: i = g (V_m - E)

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        g:     conductance per area [S/m^2]
        E:     reversal potential [V]
    Returns:   outward current density [A/m^2], positive above the reversal potential; broadcast shape.
    Assumes:   a linear current-voltage relation.
    Limits:    zero at the reversal potential.
    Numerics:  one difference, one product.
    Errors:    InputError for a value that is not finite.
    Source:    hodgkin1952; hille2001

    >>> round(ohmic_current_density(-0.070, 1.0, -0.090), 6)
    0.02
    """
    return g * (V_m - E)


@law(P=NON_NEGATIVE, z=NON_ZERO, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def conductance_from_permeability(P: Numbers, z: Numbers, c_in: Numbers, c_out: Numbers, T: Numbers) -> Numbers:
    r"""Slope conductance of a Goldman-Hodgkin-Katz ion at its own Nernst potential.

    .. math:: g = \frac{P z^2 F^2}{RT}\, c_{in} c_{out} \frac{\ln(c_{in}/c_{out})}{c_{in} - c_{out}}

    Arguments (broadcast together):
        P:     permeability [m/s], >= 0
        z:     valence, signed, non-zero [-]
        c_in, c_out:  concentrations [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   conductance per area [S/m^2], >= 0; broadcast shape.
    Assumes:   constant field; the tangent replaces the curve, good near the Nernst potential only.
    Limits:    P z^2 F^2 c / (R T) at equal concentrations; symmetric in the two sides; equals `ghk_slope_conductance` there.
    Numerics:  smooth at equal concentrations (`maths.logarithmic_mean`).
    Errors:    InputError for a concentration that is not positive.
    Source:    hodgkin1949; hille2001

    >>> round(conductance_from_permeability(1e-8, 1, 100.0, 100.0, 310.0), 4)
    3.6118
    """
    return P * z * z * F * F / (R * T) * c_in * c_out / maths.logarithmic_mean(c_in, c_out)


@law(g=NON_NEGATIVE, z=NON_ZERO, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def permeability_from_conductance(g: Numbers, z: Numbers, c_in: Numbers, c_out: Numbers, T: Numbers) -> Numbers:
    r"""Permeability of the Goldman-Hodgkin-Katz ion that has a given slope conductance at its Nernst potential.

    .. math:: P = \frac{g RT}{z^2 F^2}\, \frac{c_{in} - c_{out}}{c_{in} c_{out} \ln(c_{in}/c_{out})}

    Arguments (broadcast together):
        g:     conductance per area [S/m^2], >= 0
        z:     valence, signed, non-zero [-]
        c_in, c_out:  concentrations [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   permeability [m/s], >= 0; broadcast shape.
    Assumes:   constant field.
    Limits:    inverse of `conductance_from_permeability`.
    Numerics:  smooth at equal concentrations.
    Errors:    InputError for a concentration that is not positive.
    Source:    hodgkin1949; hille2001

    >>> round(1e8 * permeability_from_conductance(3.6118, 1, 100.0, 100.0, 310.0), 4)
    1.0
    """
    return g * R * T / (z * z * F * F) * maths.logarithmic_mean(c_in, c_out) / (c_in * c_out)


@law(V_m=FINITE, P=NON_NEGATIVE, z=FINITE, c_in=NON_NEGATIVE, c_out=NON_NEGATIVE, T=TEMPERATURE)
def ghk_slope_conductance(V_m: Numbers, P: Numbers, z: Numbers, c_in: Numbers, c_out: Numbers, T: Numbers) -> Numbers:
    r"""Slope conductance of a Goldman-Hodgkin-Katz ion at any potential.

    .. math:: \frac{di}{dV_m} = -\frac{P z^2 F^2}{RT} [c_{in} B'(-\xi) + c_{out} B'(\xi)],  \xi = z F V_m / (R T)

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        P:     permeability [m/s], >= 0
        z:     valence, signed [-]
        c_in, c_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   conductance per area [S/m^2], >= 0; broadcast shape.
    Assumes:   constant field, concentrations held.
    Limits:    P z^2 F^2 (c_in + c_out) / (2 R T) at V_m = 0; P z^2 F^2 c_in / (R T) far outward for cations.
    Numerics:  the exact derivative (`maths.bernoulli_derivative`), smooth through xi = 0.
    Errors:    InputError for a negative permeability or concentration.
    Source:    goldman1943; hodgkin1949

    >>> round(ghk_slope_conductance(0.0, 1e-8, 1, 100.0, 100.0, 310.0), 4)
    3.6118
    """
    xi = z * F * V_m / (R * T)
    bend = c_in * maths.bernoulli_derivative(-xi) + c_out * maths.bernoulli_derivative(xi)
    return -P * z * z * F * F / (R * T) * bend


@law(g=NON_NEGATIVE, E=FINITE)
def chord_voltage(g: Ions, E: Ions) -> Numbers:
    r"""Chord-conductance voltage: the potential at which several ohmic currents cancel.

    .. math:: V_m = \frac{\sum_k g_k E_k}{\sum_k g_k}

    Arguments (ion axis first):
        g:     conductances per area [S/m^2], of the whole cell [S], or relative ones [-], >= 0; only their ratios matter
        E:     reversal potentials [V]
    Returns:   potential, inside minus outside [V]: an average of the reversal potentials, weighted by conductance (not by
               permeability); the shape without the ion axis; nan where no conductance is positive.
    Assumes:   linear current-voltage relations, no pump current.
    Limits:    the reversal potential of a single ion; between the lowest and the highest of them.
    Numerics:  two sums in the order of the ions.
    Errors:    InputError for numbers of ions that disagree, a negative conductance.
    Source:    hille2001

    >>> round(chord_voltage([3.0, 1.0], [-0.090, 0.060]), 6)
    -0.0525
    """
    ions = per_ion(g, E)
    return maths.divide(sum(g_k * E_k for g_k, E_k in ions), sum(g_k for g_k, _ in ions))
