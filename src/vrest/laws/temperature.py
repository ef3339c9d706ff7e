"""How rates depend on temperature. (RestSolver depend on it through RT/F alone.)"""

from __future__ import annotations

from .. import maths
from ..domains import POSITIVE, TEMPERATURE
from ._shared import Numbers, law


@law(T=TEMPERATURE, T_ref=TEMPERATURE, q10=POSITIVE)
def q10_factor(T: Numbers, T_ref: Numbers, q10: Numbers) -> Numbers:
    r"""Factor of a rate between two temperatures by its Q10.

    .. math:: Q_{10}^{(T - T_{ref}) / 10 K}

    Arguments (broadcast together):
        T:     absolute temperature [K], 250 to 400
        T_ref: temperature at which the rate was measured [K], 250 to 400
        q10:   factor for 10 K [-], > 0
    Returns:   factor [-], > 0; broadcast shape.
    Assumes:   one exponential over the whole range.
    Limits:    1 at the reference temperature; Q10 ten kelvin above.
    Numerics:  one exponential of a logarithm.
    Errors:    InputError for a Q10 that is not positive.
    Source:    hille2001

    >>> round(q10_factor(308.15, 298.15, 3.0), 12)
    3.0
    """
    return maths.exp(maths.log(q10) * (T - T_ref) / 10)
