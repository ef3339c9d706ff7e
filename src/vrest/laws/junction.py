"""Liquid junctions: the potential where two solutions meet, which hides in every measured membrane potential."""

from __future__ import annotations

from .. import maths
from ..constants import F, R
from ..domains import NON_NEGATIVE, NON_ZERO, TEMPERATURE
from ._shared import Ions, Numbers, law, per_ion


@law(z=NON_ZERO, mobility=NON_NEGATIVE, c_first=NON_NEGATIVE, c_second=NON_NEGATIVE, T=TEMPERATURE)
def henderson_potential(z: Ions, mobility: Ions, c_first: Ions, c_second: Ions, T: Numbers) -> Numbers:
    r"""Henderson's liquid junction potential.

    .. math:: E = \frac{RT}{F} \frac{\sum_k \mathrm{sgn}(z_k) u_k (c_k'' - c_k')}{S'' - S'} \ln\frac{S'}{S''},
              S = \sum_k |z_k| u_k c_k

    Arguments (ion axis first for z, mobility, c_first, c_second):
        z:     valences, signed, non-zero [-]
        mobility:  electrical mobilities [any unit], >= 0; only ratios matter. They are proportional to the limiting
               EQUIVALENT conductivities; a molar conductivity is divided by |z| first
        c_first, c_second:  concentrations in the first solution (pipette) and the second (bath) [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   potential of the second solution minus that of the first [V]; the shape without the ion axis.
    Assumes:   concentrations change linearly through the junction; ideal solutions.
    Limits:    zero between equal solutions; odd under exchange of the solutions;
               (u_a - u_c)/(u_a + u_c) RT/F ln(c''/c') for one monovalent salt at two concentrations.
    Numerics:  ln(S'/S'')/(S'' - S') is minus the inverse logarithmic mean, so equal conductivities are no special case.
    Errors:    InputError for numbers of ions that disagree, a negative concentration.
    Source:    henderson1907; barry1991

    >>> E = henderson_potential([1, 1, -1], [50.11, 73.5, 76.31], [50.0, 0.0, 50.0], [0.0, 50.0, 50.0], 298.15)
    >>> round(1000 * E, 4)
    -4.3615
    """
    signed = first = second = 0.0
    for z_k, u, c_1, c_2 in per_ion(z, mobility, c_first, c_second):
        signed = signed + z_k / maths.absolute(z_k) * u * (c_2 - c_1)
        first, second = first + maths.absolute(z_k) * u * c_1, second + maths.absolute(z_k) * u * c_2
    return -R * T / F * maths.divide(signed, maths.logarithmic_mean(first, second))
