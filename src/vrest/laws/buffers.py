"""Buffers: what is bound of a solute, and what is free of a total."""

from __future__ import annotations

from .. import maths
from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ._shared import Numbers, law
from .proton import LN_10


@law(beta=POSITIVE, c=POSITIVE, c_at=POSITIVE)
def bound_protons(beta: Numbers, c: Numbers, c_at: Numbers) -> Numbers:
    r"""Protons that a buffer of constant power has bound since a given pH.

    .. math:: b = \beta (pH_{at} - pH) = \beta \log_{10}\frac{c}{c_{at}}

    Arguments (broadcast together):
        beta:  buffering power [mol/m^3], per unit of pH, > 0
        c:     free H+ [mol/m^3], > 0
        c_at:  free H+ at which nothing counts as bound [mol/m^3], > 0
    Returns:   bound H+ [mol/m^3], negative where the solution is more alkaline; broadcast shape.
    Assumes:   a buffering power that does not depend on the pH.
    Limits:    zero at c_at; beta for each unit of pH more acid.
    Numerics:  one logarithm of a quotient.
    Errors:    InputError for a power or concentration that is not positive.
    Source:    vanslyke1922

    >>> round(float(bound_protons(40.0, 1e-4, 1e-5)), 9)
    40.0
    """
    return beta * maths.log(c / c_at) / LN_10


@law(beta=POSITIVE, c_at=POSITIVE, c_total=FINITE)
def free_protons(beta: Numbers, c_at: Numbers, c_total: Numbers) -> Numbers:
    r"""Free H+ of a total, beside a buffer of constant power.

    .. math:: c + \beta \log_{10}\frac{c}{c_{at}} = c_{total}

    Arguments (broadcast together):
        beta:  buffering power [mol/m^3], per unit of pH, > 0
        c_at:  free H+ at which nothing counts as bound [mol/m^3], > 0
        c_total:  free and bound H+ [mol/m^3]; negative where less is bound than at c_at
    Returns:   free H+ [mol/m^3], > 0; broadcast shape.
    Assumes:   as `bound_protons`.
    Limits:    c_at where the total is c_at; c_at 10^(c_total/beta) where much more is bound than free.
    Numerics:  closed form by the Wright omega function (`maths.wright_omega`), derivatives too.
    Errors:    InputError for a power or concentration that is not positive.
    Source:    vanslyke1922

    >>> round(1e4 * float(free_protons(40.0, 1e-5, 1e-4 + 40.0)), 9)
    1.0
    """
    b = beta / LN_10
    return b * maths.wright_omega(c_total / b + maths.log(c_at / b))


@law(sites=NON_NEGATIVE, K_d=POSITIVE, c=NON_NEGATIVE)
def bound_to_sites(sites: Numbers, K_d: Numbers, c: Numbers) -> Numbers:
    r"""Solute bound to sites that each take one.

    .. math:: b = \frac{c\, B}{c + K_d}

    Arguments (broadcast together):
        sites: all sites, free and taken, B [mol/m^3], >= 0
        K_d:   dissociation constant [mol/m^3], > 0
        c:     free solute [mol/m^3], >= 0
    Returns:   bound solute [mol/m^3]; broadcast shape.
    Assumes:   one kind of site, at equilibrium.
    Limits:    half of the sites at K_d; c B/K_d where little is free; all sites where much is.
    Numerics:  one quotient.
    Errors:    InputError for a negative concentration, a constant that is not positive.
    Source:    michaelis1913

    >>> bound_to_sites(0.05, 0.001, 0.001)
    0.025
    """
    return sites * c / (c + K_d)


@law(sites=NON_NEGATIVE, K_d=POSITIVE, c_total=FINITE)
def free_beside_sites(sites: Numbers, K_d: Numbers, c_total: Numbers) -> Numbers:
    r"""Free solute of a total, beside sites that each bind one.

    .. math:: c + \frac{c\, B}{c + K_d} = c_{total}

    Arguments (broadcast together):
        sites: all sites, free and taken, B [mol/m^3], >= 0
        K_d:   dissociation constant [mol/m^3], > 0
        c_total:  free and bound solute [mol/m^3]
    Returns:   free solute [mol/m^3]; broadcast shape.
    Assumes:   as `bound_to_sites`.
    Limits:    c_total without sites; zero where there is none; c_total K_d/(B + K_d) where little is free.
    Numerics:  the root of a quadratic, of which no two forms cancel.
    Errors:    InputError for a negative concentration of sites, a constant that is not positive.
    Source:    michaelis1913

    >>> round(1e3 * float(free_beside_sites(0.05, 0.001, 0.026)), 9)
    1.0
    """
    excess = sites + K_d - c_total
    larger = 0.5 * (maths.absolute(excess) + maths.sqrt(excess * excess + 4 * K_d * c_total))
    return maths.where(excess > 0, K_d * c_total / larger, larger)
