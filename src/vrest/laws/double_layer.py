"""The nanometres next to a charged membrane: Debye length, Gouy-Chapman and Grahame."""

from __future__ import annotations

import functools
import sys

from .. import maths
from ..constants import EPSILON_0, ZERO_CELSIUS, F, R
from ..domains import FINITE, NON_NEGATIVE, NON_POSITIVE, NON_ZERO, POSITIVE, TEMPERATURE, Domain
from ..errors import InputError, NotFoundError, Problem
from ._shared import Ions, Numbers, increasing_root, law, per_ion

NO_COUNTERION = Problem("no counterion to the surface charge", path="c")
LIQUID = Domain("a temperature of liquid water, 273.15 to 373.15 K", low=ZERO_CELSIUS, high=ZERO_CELSIUS + 100)


@law(T=LIQUID)
def water_permittivity(T: Numbers) -> Numbers:
    r"""Relative permittivity of water at atmospheric pressure.

    .. math:: \epsilon_r = 87.740 - 0.40008\, t + 9.398 \cdot 10^{-4}\, t^2 - 1.410 \cdot 10^{-6}\, t^3,  t = T - 273.15 K

    Arguments:
        T:     absolute temperature [K], 273.15 to 373.15
    Returns:   relative permittivity [-]; shape of T.
    Assumes:   pure water, low frequency; physiological salt lowers it by some per cent.
    Limits:    80.10 at 20 degC, 78.30 at 25 degC, 74.15 at 37 degC.
    Numerics:  Horner's rule.
    Errors:    InputError for a temperature outside liquid water.
    Source:    malmberg1956

    >>> round(water_permittivity(293.15), 2)
    80.1
    """
    t = T - ZERO_CELSIUS
    return 87.740 + t * (-0.40008 + t * (9.398e-4 - 1.410e-6 * t))


@law(z=FINITE, c=NON_NEGATIVE, T=TEMPERATURE, permittivity=POSITIVE)
def debye_length(z: Ions, c: Ions, T: Numbers, permittivity: Numbers | None = None) -> Numbers:
    r"""Debye length: the depth over which a solution screens a small charge.

    .. math:: \lambda_D = \sqrt{\frac{\epsilon_r \epsilon_0 RT}{F^2 \sum_k z_k^2 c_k}}

    Arguments (ion axis first for z, c):
        z:     valences, signed [-]
        c:     concentrations in the bulk [mol/m^3], >= 0
        T:     absolute temperature [K]
        permittivity:  relative permittivity [-], > 0; default: water's at T
    Returns:   length [m]; infinite without ions; the shape without the ion axis.
    Assumes:   potentials small against RT/F, point ions, a uniform solvent.
    Limits:    0.304 nm / sqrt(I in mol/L) for water at 25 degC.
    Numerics:  one square root.
    Errors:    InputError for numbers of ions that disagree, a negative concentration, T outside liquid water by default.
    Source:    debye1923

    >>> round(1e9 * debye_length([1, -1], [150.0, 150.0], 310.0, 78.5), 3)
    0.801
    """
    strength = sum(z_k * z_k * c_k for z_k, c_k in per_ion(z, c))
    return maths.sqrt(maths.divide(_thermal_permittivity(T, permittivity) / (F * F), strength))


@law(phi=FINITE, z=FINITE, c=NON_NEGATIVE, T=TEMPERATURE, permittivity=POSITIVE)
def grahame_charge(phi: Numbers, z: Ions, c: Ions, T: Numbers, permittivity: Numbers | None = None) -> Numbers:
    r"""Grahame equation: the surface charge that belongs to a surface potential.

    .. math:: \sigma^2 = 2 \epsilon_r \epsilon_0 RT \sum_k c_k (e^{-z_k F \phi / RT} - 1)

    Arguments (ion axis first for z, c):
        phi:   potential of the surface against the bulk [V]
        z:     valences, signed [-]
        c:     concentrations in the bulk [mol/m^3], >= 0
        T:     absolute temperature [K]
        permittivity:  relative permittivity [-], > 0; default: water's at T
    Returns:   surface charge density [C/m^2], the sign of phi; the shape without the ion axis.
    Assumes:   Poisson-Boltzmann, point ions, a neutral bulk (what it lacks to neutrality is left out), one flat surface.
    Limits:    eps phi / lambda_D for small potentials; sqrt(8 eps R T c) sinh(z F phi / 2 R T) for a symmetric salt.
    Numerics:  the terms that a neutral bulk cancels are taken out beforehand (`maths.expm1_square_ratio`), so smooth and
               exact through phi = 0.
    Errors:    InputError for numbers of ions that disagree, a negative concentration.
    Source:    grahame1947

    >>> round(grahame_charge(-0.050, [1, -1], [150.0, 150.0], 298.15, 78.36), 4)
    -0.0515
    """
    x = F * phi / (R * T)
    terms = sum(c_k * z_k * z_k * maths.expm1_square_ratio(-z_k * x) for z_k, c_k in per_ion(z, c))
    return x * maths.sqrt(_thermal_permittivity(T, permittivity) * terms)


@law(phi=FINITE, sigma=FINITE, z=FINITE, c=NON_NEGATIVE, T=TEMPERATURE, permittivity=POSITIVE)
def grahame_residual(phi: Numbers, sigma: Numbers, z: Ions, c: Ions, T: Numbers, permittivity: Numbers | None = None) -> Numbers:
    r"""Surface charge that a surface potential needs, less the given one; zero at the Grahame potential.

    .. math:: \sigma(\phi) - \sigma

    Arguments:  as `grahame_charge`, and
        sigma: surface charge density [C/m^2]
    Returns:   surface charge density [C/m^2], increasing in phi; the shape without the ion axis.
    Assumes:   as `grahame_charge`.
    Limits:    zero at `grahame_potential`.
    Numerics:  as `grahame_charge`.
    Errors:    as `grahame_charge`.
    Source:    grahame1947

    >>> grahame_residual(0.0, 0.01, [1, -1], [150.0, 150.0], 298.15)
    -0.01
    """
    return grahame_charge(phi, z, c, T, permittivity) - sigma


@law(sigma=FINITE, z=NON_ZERO, c=NON_NEGATIVE, T=TEMPERATURE, permittivity=POSITIVE)
def grahame_potential(sigma: Numbers, z: Ions, c: Ions, T: Numbers, permittivity: Numbers | None = None) -> Numbers:
    r"""Surface potential of a charged surface in a mixture of salts.

    .. math:: \sigma(\phi) = \sigma

    Arguments (ion axis first for z, c; beyond it they broadcast together):
        sigma: surface charge density [C/m^2]
        z:     valences, signed, non-zero; one number for each ion [-]
        c:     concentrations in the bulk [mol/m^3], >= 0
        T:     absolute temperature [K]
        permittivity:  relative permittivity [-], > 0; default: water's at T
    Returns:   potential of the surface against the bulk [V], the sign of sigma; the shape without the ion axis.
    Assumes:   as `grahame_charge`.
    Limits:    `gouy_chapman_potential` for a symmetric salt; sigma lambda_D / eps for small charge.
    Numerics:  the charge increases with the potential, so the root is unique; bounded by the single counterions, Newton steps
               that cannot leave the bounds. Symbols: take `grahame_residual`.
    Errors:    InputError where no counterion is present, and for symbols.
    Source:    grahame1947

    >>> round(grahame_potential(-0.02, [1, -1], [150.0, 150.0], 298.15, 78.36), 6)
    -0.021948
    """
    ions = per_ion(z, c)
    if any(maths.is_symbol(value) for value in (sigma, T, permittivity, *(c_k for _, c_k in ions))):
        raise InputError(Problem("grahame_potential: no closed form for symbols", expected="grahame_residual"))
    import numpy as np

    target = np.asarray(sigma / np.sqrt(_thermal_permittivity(T, permittivity)), dtype=float)
    low, high = -_bound(ions, np.minimum(target, 0.0), 1), _bound(ions, np.maximum(target, 0.0), -1)
    if not (np.isfinite(low) & np.isfinite(high)).all():
        raise InputError(NO_COUNTERION)
    root = R * T / F * increasing_root(_charge_less(target, ions), low, high, "grahame_potential")
    return root if np.ndim(root) else float(root)


@law(phi=FINITE, sigma=FINITE, K=NON_NEGATIVE, z=FINITE, c=NON_NEGATIVE, T=TEMPERATURE, permittivity=POSITIVE)
def binding_surface_residual(
    phi: Numbers, sigma: Numbers, K: Ions, z: Ions, c: Ions, T: Numbers, permittivity: Numbers | None = None
) -> Numbers:
    r"""Surface charge that a surface potential needs, less what bound ions leave of the surface's own; zero at its potential.

    .. math:: \sigma(\phi) - \frac{\sigma_0}{1 + \sum_k K_k c_k e^{-z_k F \phi / RT}}

    Arguments (ion axis first for K, z, c):
        phi:   potential of the surface against the bulk [V]
        sigma: surface charge density without bound ions [C/m^2]
        K:     binding constants at the surface [m^3/mol], >= 0; 0 for ions that do not bind
        z:     valences, signed [-]
        c:     concentrations in the bulk [mol/m^3], >= 0
        T:     absolute temperature [K]
        permittivity:  relative permittivity [-], > 0; default: water's at T
    Returns:   surface charge density [C/m^2]; the shape without the ion axis.
    Assumes:   as `grahame_charge`; each charge of the surface is taken up by one bound ion (Langmuir), whatever its valence.
    Limits:    `grahame_residual` without binding.
    Numerics:  as `grahame_charge`.
    Errors:    as `grahame_charge`.
    Source:    grahame1947; hille1975

    >>> binding_surface_residual(0.0, -0.02, [1.0, 0.0], [2, -1], [1.0, 2.0], 310.0)
    0.01
    """
    bound = sum(K_k * c_k * maths.exp(-z_k * F * phi / (R * T)) for K_k, z_k, c_k in per_ion(K, z, c))
    return grahame_charge(phi, z, c, T, permittivity) - sigma / (1 + bound)


@law(sigma=NON_POSITIVE, K=NON_NEGATIVE, z=NON_ZERO, c=NON_NEGATIVE, T=TEMPERATURE, permittivity=POSITIVE)
def binding_surface_potential(
    sigma: Numbers, K: Ions, z: Ions, c: Ions, T: Numbers, permittivity: Numbers | None = None
) -> Numbers:
    r"""Surface potential of a negative surface that binds counterions (Grahame with Langmuir binding).

    .. math:: \sigma(\phi) = \frac{\sigma_0}{1 + \sum_k K_k c_k e^{-z_k F \phi / RT}}

    Arguments (ion axis first for K, z, c; beyond it they broadcast together):
        sigma: surface charge density without bound ions [C/m^2], <= 0
        K:     binding constants at the surface [m^3/mol], >= 0; of cations
        z:     valences, signed, non-zero; one number for each ion [-]
        c:     concentrations in the bulk [mol/m^3], >= 0
        T:     absolute temperature [K]
        permittivity:  relative permittivity [-], > 0; default: water's at T
    Returns:   potential of the surface against the bulk [V], <= 0; the shape without the ion axis.
    Assumes:   as `binding_surface_residual`.
    Limits:    `grahame_potential` without binding; nearer to zero with it.
    Numerics:  both sides rise with the potential, so the root is unique. Six Newton steps, the same for symbols, come to 1e-12 from
               any surface to any solution (tried for charges to 100 C/m^2 and K c to 1e15).
    Errors:    InputError where no counterion is present.
    Source:    grahame1947; hille1975

    >>> round(binding_surface_potential(-0.16, [0.01, 0, 0], [2, 1, -1], [1.2, 145.0, 147.4], 310.15), 4)
    -0.063
    """
    ions, own = per_ion(K, z, c), sigma / maths.sqrt(_thermal_permittivity(T, permittivity))
    if any(maths.is_symbol(value) for value in (own, *(value for one in ions for value in one))):
        return R * T / F * _of_symbols(own, ions)
    x, step = _by_steps(own, ions)
    import numpy as np

    if np.any((own < 0) & (sum(c_k * (z_k > 0) for _, z_k, c_k in ions) == 0)):
        raise InputError(NO_COUNTERION)
    if not np.all(np.abs(step) <= SETTLED * np.abs(x)):
        raise NotFoundError(Problem("binding_surface_potential: Newton's steps have not settled"))
    return R * T / F * x


@law(sigma=FINITE, c=POSITIVE, T=TEMPERATURE, z=NON_ZERO, permittivity=POSITIVE)
def gouy_chapman_potential(
    sigma: Numbers, c: Numbers, T: Numbers, z: Numbers = 1, permittivity: Numbers | None = None
) -> Numbers:
    r"""Gouy-Chapman surface potential of a charged surface in a symmetric salt.

    .. math:: \phi = \frac{2RT}{zF} \operatorname{asinh} \frac{\sigma}{\sqrt{8 \epsilon_r \epsilon_0 RT c}}

    Arguments (broadcast together):
        sigma: surface charge density [C/m^2]
        c:     concentration of the salt in the bulk [mol/m^3], > 0
        T:     absolute temperature [K]
        z:     valence of both ions, without sign [-]
        permittivity:  relative permittivity [-], > 0; default: water's at T
    Returns:   potential of the surface against the bulk [V], the sign of sigma; broadcast shape.
    Assumes:   Poisson-Boltzmann, point ions, one flat surface.
    Limits:    sigma lambda_D / eps for small charge; logarithmic in a large one.
    Numerics:  one asinh, exact through sigma = 0.
    Errors:    InputError for a concentration that is not positive.
    Source:    gouy1910; chapman1913

    >>> round(gouy_chapman_potential(-0.02, 150.0, 298.15, permittivity=78.36), 6)
    -0.021948
    """
    z = maths.absolute(z)
    scale = maths.sqrt(8 * _thermal_permittivity(T, permittivity) * c)
    return 2 * R * T / (z * F) * maths.asinh(sigma / scale)


@law(sigma=FINITE, z=FINITE, c=NON_NEGATIVE, T=TEMPERATURE, permittivity=POSITIVE)
def diffuse_layer_drop(sigma: Numbers, z: Ions, c: Ions, T: Numbers, permittivity: Numbers | None = None) -> Numbers:
    r"""Potential drop in one diffuse layer that carries a small charge.

    .. math:: \Delta\phi = \sigma \lambda_D / (\epsilon_r \epsilon_0)

    Arguments (ion axis first for z, c):
        sigma: charge density of the membrane's face [C/m^2]
        z:     valences, signed [-]
        c:     concentrations in the bulk [mol/m^3], >= 0
        T:     absolute temperature [K]
        permittivity:  relative permittivity [-], > 0; default: water's at T
    Returns:   potential of the face against the bulk [V], the sign of sigma; the shape without the ion axis.
    Assumes:   a drop small against RT/F (else `grahame_potential`).
    Limits:    the first order of `grahame_potential`; 0.81 mV for 7e-4 C/m^2 in 150 mM, relative permittivity 78.5, 310 K.
    Numerics:  as `debye_length`.
    Errors:    as `debye_length`.
    Source:    debye1923; gouy1910

    >>> round(1e3 * diffuse_layer_drop(7.0e-4, [1, -1], [150.0, 150.0], 310.0, 78.5), 2)
    0.81
    """
    eps = EPSILON_0 * (water_permittivity(T) if permittivity is None else permittivity)
    return sigma * debye_length(z, c, T, permittivity) / eps


@law(x=NON_NEGATIVE, phi=FINITE, lambda_D=POSITIVE, T=TEMPERATURE, z=NON_ZERO)
def diffuse_layer_potential(x: Numbers, phi: Numbers, lambda_D: Numbers, T: Numbers, z: Numbers = 1) -> Numbers:
    r"""Potential at a distance from a charged surface in a symmetric salt (Gouy-Chapman).

    .. math:: \tanh \frac{zF\phi(x)}{4RT} = e^{-x/\lambda_D} \tanh \frac{zF\phi}{4RT}

    Arguments (broadcast together):
        x:     distance from the surface [m], >= 0
        phi:   potential of the surface against the bulk [V]
        lambda_D:  Debye length of the solution [m], > 0
        T:     absolute temperature [K]
        z:     valence of both ions, without sign [-]
    Returns:   potential against the bulk [V], the sign of phi; broadcast shape.
    Assumes:   Poisson-Boltzmann, point ions, one flat surface.
    Limits:    phi at the surface; phi e^(-x / lambda_D) for small potentials; zero far away.
    Numerics:  the inverse tangent by log1p, exact through phi = 0.
    Errors:    InputError for a negative distance or a Debye length that is not positive.
    Source:    gouy1910; chapman1913

    >>> round(1e3 * diffuse_layer_potential(0.8e-9, -0.050, 0.8e-9, 298.15), 3)
    -17.228
    """
    unit = 4 * R * T / (maths.absolute(z) * F)
    y = maths.exp(-x / lambda_D) * maths.tanh(phi / unit)
    return unit * maths.log1p(2 * y / (1 - y)) / 2


def _thermal_permittivity(T, permittivity):
    """eps_r eps_0 R T, the scale of squared surface charge per concentration."""
    return (water_permittivity(T) if permittivity is None else permittivity) * EPSILON_0 * R * T


def _bound(ions, target, sign):
    """The largest |F phi / (R T)| of a surface whose counterions have this sign: as if each of them were alone.

    One ion alone obeys e^a - 1 - a = s^2 / 2c, and e^a - 1 - a is at least e^a / 2 from a = 2 on.
    """
    import numpy as np

    reach = np.full(np.shape(target), np.inf)
    for z, c in ions:
        if sign * z > 0:
            alone = maths.log(maths.divide(target * target, np.asarray(c, dtype=float)))
            reach = np.minimum(reach, np.maximum(alone, 2.0) / abs(z))
    return np.where(target == 0, 0.0, reach)


def _charge_less(target, ions):
    """Scaled surface charge less the target, and its slope, as functions of x = F phi / (R T)."""

    def charge(x):
        square = sum(c * z * z * maths.expm1_square_ratio(-z * x) for z, c in ions)
        bend = sum(c * z * z * maths.expm1_ratio(-z * x) for z, c in ions)
        root = maths.sqrt(square)
        return x * root - target, maths.divide(bend, root)

    return charge


STEPS, SETTLED = 6, 1e-8
"""Newton's steps to the potential of a surface that binds, and the part of itself by which it may change in the last."""
NEAR = 1e-3


def _by_steps(own, ions):
    """The scaled potential x = F phi / (R T) of a negative surface, and the last step to it.

    Newton's steps in asinh of the charge, which is nearly straight from small charges to large ones, from where monovalent ions alone
    would screen and as much were bound as without a potential. Of symbols the last ones carry the derivatives.
    """
    unit = 2 * maths.sqrt(sum(z * z * c for _, z, c in ions)) * (1 + sum(K * c for K, _, c in ions))
    aim = maths.asinh(own / unit)
    x, step = 2 * aim, 0.0
    for _ in range(STEPS):
        charge, slope = _whole_charge(x, ions)
        step = (maths.asinh(charge / unit) - aim) * maths.sqrt(unit * unit + charge * charge) / slope
        x = x - step
    return x, step


def _of_symbols(own, ions):
    """The scaled potential as an expression; the steps are written down once for each set of valences."""
    K, z, c = zip(*ions, strict=True)
    if any(map(maths.is_symbol, z)):
        return _by_steps(own, ions)[0]
    casadi = sys.modules["casadi"]
    return _written_down(casadi, tuple(map(float, z)))(own, casadi.vertcat(*K), casadi.vertcat(*c))


@functools.cache
def _written_down(casadi, z):
    own, K, c = (casadi.SX.sym(name, size) for name, size in (("own", 1), ("K", len(z)), ("c", len(z))))
    x, _ = _by_steps(own, [(K[k], z[k], c[k]) for k in range(len(z))])
    return casadi.Function("x", [own, K, c], [x])


def _whole_charge(x, ions):
    """Scaled charge that a surface has without what is bound to it, and its slope."""
    square, bend, free, gain = 0.0, 0.0, 1.0, 0.0
    for K, z, c in ions:
        y = -z * x
        more, near = maths.expm1(y), maths.absolute(y) < NEAR
        far, c_z, bound = maths.where(near, 1.0, y), c * z * z, K * c * (1 + more)
        square = square + c_z * maths.where(near, 1 + y * (1 / 3 + y * (1 / 12 + y / 60)), 2 * (more - y) / (far * far))
        bend = bend + c_z * maths.where(near, 1 + y * (1 / 2 + y * (1 / 6 + y / 24)), more / far)
        free, gain = free + bound, gain - z * bound
    root = maths.sqrt(square)
    return x * root * free, bend / root * free + x * root * gain
