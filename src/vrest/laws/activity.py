"""Activities: how far ions in salt solutions are from ideal."""

from __future__ import annotations

import math

from .. import maths
from ..constants import AVOGADRO, BOLTZMANN, ELEMENTARY_CHARGE, EPSILON_0
from ..domains import FINITE, NON_NEGATIVE, TEMPERATURE
from ._shared import MOLAR, Ions, Numbers, law, per_ion
from .double_layer import LIQUID, water_permittivity

LINEAR = 0.3


@law(z=FINITE, c=NON_NEGATIVE)
def ionic_strength(z: Ions, c: Ions) -> Numbers:
    r"""Ionic strength.

    .. math:: I = \frac12 \sum_k z_k^2 c_k

    Arguments (ion axis first):
        z:     valences, signed [-]
        c:     concentrations [mol/m^3], >= 0
    Returns:   ionic strength [mol/m^3]; the shape without the ion axis.
    Assumes:   complete dissociation.
    Limits:    the concentration of a monovalent salt; three times that of CaCl2.
    Numerics:  a sum over the ions, in their order.
    Errors:    InputError for numbers of ions that disagree, a negative concentration.
    Source:    lewis1921

    >>> ionic_strength([2, -1], [1.0, 2.0])
    3.0
    """
    return sum(z_k * z_k * c_k for z_k, c_k in per_ion(z, c)) / 2


@law(T=LIQUID)
def debye_huckel_coefficient(T: Numbers) -> Numbers:
    r"""Coefficient A of the Debye-Hueckel law, for decadic logarithms.

    .. math:: A = \frac{e^3 \sqrt{2 N_A}}{8 \pi \ln 10\, (\epsilon_r \epsilon_0 k T)^{3/2}}

    Arguments:
        T:     absolute temperature [K], 273.15 to 373.15
    Returns:   coefficient [(L/mol)^(1/2)]; shape of T.
    Assumes:   water.
    Limits:    0.51 at 25 degC.
    Numerics:  products and a square root.
    Errors:    InputError for a temperature outside liquid water.
    Source:    debye1923; malmberg1956

    >>> round(debye_huckel_coefficient(298.15), 2)
    0.51
    """
    energy = water_permittivity(T) * EPSILON_0 * BOLTZMANN * T
    return ELEMENTARY_CHARGE**3 * math.sqrt(2 * AVOGADRO * MOLAR) / (8 * math.pi * math.log(10.0)) / (energy * maths.sqrt(energy))


@law(z=FINITE, I=NON_NEGATIVE, T=TEMPERATURE)
def davies_activity_coefficient(z: Numbers, I: Numbers, T: Numbers) -> Numbers:
    r"""Activity coefficient of an ion by the Davies equation.

    .. math:: \log_{10} \gamma = -A z^2 \left( \frac{\sqrt I}{1 + \sqrt I} - 0.3\, I \right),  I in mol/L

    Arguments (broadcast together):
        z:     valence, signed [-]
        I:     ionic strength [mol/m^3], >= 0
        T:     absolute temperature of liquid water [K]
    Returns:   activity coefficient [-]; broadcast shape.
    Assumes:   I up to about 500 mol/m^3; the same size for all ions.
    Limits:    1 at infinite dilution; the limiting law of Debye and Hueckel for small I; 0.78 for NaCl at 100 mM, 25 degC.
    Numerics:  one exponential.
    Errors:    InputError for a negative ionic strength or a temperature outside liquid water.
    Source:    davies1962

    >>> round(davies_activity_coefficient(1, 100.0, 298.15), 2)
    0.78
    """
    molar = I / MOLAR
    root = maths.sqrt(molar)
    return maths.exp(-math.log(10.0) * debye_huckel_coefficient(T) * z * z * (root / (1 + root) - LINEAR * molar))
