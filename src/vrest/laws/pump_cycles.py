"""Cycles of pumps that know their free energy, and published forms of the Na+/K+-ATPase's turnover."""

from __future__ import annotations

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, POSITIVE, TEMPERATURE
from ._shared import Numbers, law


@law(rate=NON_NEGATIVE, A=FINITE, T=TEMPERATURE)
def affinity_turnover(rate: Numbers, A: Numbers, T: Numbers) -> Numbers:
    r"""Turnover of a pump next to equilibrium: proportional to the free energy that drives its cycle.

    .. math:: r = L \frac{A}{RT}

    Arguments (broadcast together):
        rate:  cycles per area and time at an affinity of RT [mol m^-2 s^-1], >= 0
        A:     affinity of the cycle [J/mol] (`cycle_affinity`)
        T:     absolute temperature [K], 250 to 400
    Returns:   cycles per area [mol m^-2 s^-1], positive for the forward cycle; broadcast shape.
    Assumes:   linear non-equilibrium thermodynamics, taken beyond its range where A is many RT.
    Limits:    zero at the stall; as `affinity_factor` next to it.
    Numerics:  one product.
    Errors:    InputError for a negative rate.
    Source:    katchalsky1965

    >>> round(affinity_turnover(1e-8, 25775.0, 310.0), 11)
    1e-07
    """
    return rate * A / (R * T)


@law(A=FINITE, T=TEMPERATURE, reverse=POSITIVE)
def bounded_affinity_factor(A: Numbers, T: Numbers, reverse: Numbers) -> Numbers:
    r"""Net fraction of forward turnover of a reversible cycle that has a largest turnover backwards too.

    .. math:: \frac{1 - e^{-A/RT}}{1 + e^{-A/RT}/\rho}

    Arguments (broadcast together):
        A:     affinity of the cycle [J/mol]
        T:     absolute temperature [K], 250 to 400
        reverse:  largest backward turnover as a part of the forward one [-], > 0
    Returns:   factor [-] between -reverse and 1, with the sign of the affinity; broadcast shape.
    Assumes:   one step limits each direction.
    Limits:    1 far above equilibrium, -reverse far below, zero there; `affinity_factor` for a large `reverse`.
    Numerics:  exponentials of numbers below 1, so that it and its derivatives are finite everywhere.
    Errors:    InputError for a part that is not positive.
    Source:    lauger1991

    >>> round(float(bounded_affinity_factor(-1e5, 310.0, 0.1)), 9)
    -0.1
    """
    a = A / (R * T)
    fall, rise = maths.exp(-maths.maximum(a, -1.0)), maths.exp(maths.minimum(a, 1.0))
    return maths.where(a > 0, (1 - fall) / (1 + fall / reverse), reverse * (rise - 1) / (1 + reverse * rise))


@law(V_m=FINITE, z=FINITE, k_io0=POSITIVE, k_oi0=POSITIVE, kappa_oi=POSITIVE, kappa_io=POSITIVE, N=NON_NEGATIVE, T=TEMPERATURE)
def two_state_turnover(
    V_m: Numbers, z: Numbers, k_io0: Numbers, k_oi0: Numbers, kappa_oi: Numbers, kappa_io: Numbers, N: Numbers, T: Numbers
) -> Numbers:
    r"""Turnover of the two-state reaction-kinetic pump; z F of it is `two_state_pump_current`.

    .. math:: r = N \frac{k_{io} \kappa_{oi} - k_{oi} \kappa_{io}}{k_{io} + k_{oi} + \kappa_{oi} + \kappa_{io}},
              k_{io} = k_{io}^0 e^{zFV_m/2RT},  k_{oi} = k_{oi}^0 e^{-zFV_m/2RT}

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        z:     charge moved outward per cycle, signed; zero for a neutral cycle [-]
        k_io0, k_oi0, kappa_oi, kappa_io:  rate constants as those of `two_state_pump_current` [1/s], > 0
        N:     pumps per area [mol/m^2], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   cycles per area [mol m^-2 s^-1], positive for the forward cycle; broadcast shape.
    Assumes:   as `two_state_pump_current`.
    Limits:    N kappa_oi far above its reversal, -N kappa_io far below it (z > 0), zero there.
    Numerics:  two exponentials; finite for |z F V_m / 2 R T| up to 700.
    Errors:    InputError for a rate constant that is not positive.
    Source:    hansen1981

    >>> round(two_state_turnover(0.0, 1, 100.0, 100.0, 30.0, 10.0, 1e-9, 310.0), 18)
    8.333333333e-09
    """
    half = maths.exp(z * F * V_m / (2 * R * T))
    out, into = k_io0 * half, k_oi0 / half
    return N * (out * kappa_oi - into * kappa_io) / (out + into + kappa_oi + kappa_io)


@law(k_io0=POSITIVE, k_oi0=POSITIVE, kappa_oi=POSITIVE, A_0=FINITE, T=TEMPERATURE)
def two_state_closing_constant(k_io0: Numbers, k_oi0: Numbers, kappa_oi: Numbers, A_0: Numbers, T: Numbers) -> Numbers:
    r"""The fourth rate constant of the two-state pump, from the other three and the free energy of its cycle.

    .. math:: \kappa_{io} = \frac{k_{io}^0 \kappa_{oi}}{k_{oi}^0} e^{-A_0/RT}

    Arguments (broadcast together):
        k_io0, k_oi0, kappa_oi:  rate constants as those of `two_state_pump_current` [1/s], > 0
        A_0:   affinity of the cycle at zero potential [J/mol] (`cycle_affinity` with `ion_work` at V_m = 0)
        T:     absolute temperature [K], 250 to 400
    Returns:   lumped rate constant [1/s], > 0; broadcast shape.
    Assumes:   detailed balance: the pump stands where its affinity is zero.
    Limits:    the `two_state_reversal_potential` is the `pump_stall_potential`.
    Numerics:  one exponential.
    Errors:    InputError for a rate constant that is not positive.
    Source:    hansen1981

    >>> two_state_closing_constant(100.0, 50.0, 30.0, 0.0, 310.0)
    60.0
    """
    return k_io0 * kappa_oi / k_oi0 * maths.exp(-A_0 / (R * T))


@law(max_rate=FINITE, Na_in=NON_NEGATIVE, K_out=NON_NEGATIVE, K_Na=POSITIVE, K_K=POSITIVE, n_Na=POSITIVE, n_K=POSITIVE)
def pump_hill(
    max_rate: Numbers, Na_in: Numbers, K_out: Numbers, K_Na: Numbers, K_K: Numbers, n_Na: Numbers = 1.5, n_K: Numbers = 1
) -> Numbers:
    r"""Turnover with a Hill curve in each of two substrates: many heart and glia models of the Na+/K+-ATPase.

    .. math:: r = r_{max} \frac{Na_{in}^{n_{Na}}}{Na_{in}^{n_{Na}} + K_{Na}^{n_{Na}}} \frac{K_{out}^{n_K}}{K_{out}^{n_K} + K_K^{n_K}}

    Arguments (broadcast together):
        max_rate:  turnover far above both half concentrations [mol m^-2 s^-1]
        Na_in, K_out:  inner Na+ and outer K+ [mol/m^3], >= 0
        K_Na, K_K:  their concentrations at half turnover [mol/m^3], > 0
        n_Na, n_K:  Hill exponents [-], > 0
    Returns:   cycles per area [mol m^-2 s^-1], positive for the forward cycle; broadcast shape.
    Assumes:   nothing: an empirical law without a thermodynamic limit.
    Limits:    a quarter of max_rate where both are at half; zero where one is missing.
    Numerics:  1/(1 + (K/c)^n), by powers.
    Errors:    InputError for a negative concentration.
    Source:    luorudy1994

    >>> 4 * pump_hill(1e-7, 10.0, 1.5, 10.0, 1.5)
    1e-07
    """
    Na, K = maths.power(Na_in / K_Na, n_Na), maths.power(K_out / K_K, n_K)
    return max_rate * (Na / (1 + Na)) * (K / (1 + K))


@law(max_rate=FINITE, Na_in=NON_NEGATIVE, K_in=NON_NEGATIVE, Na_out=NON_NEGATIVE, K_out=NON_NEGATIVE, K_Na=POSITIVE, K_K=POSITIVE,
     K_K_in=POSITIVE, K_Na_out=POSITIVE, reverse=NON_NEGATIVE)  # fmt: skip
def pump_competition(
    max_rate: Numbers,
    Na_in: Numbers,
    K_in: Numbers,
    Na_out: Numbers,
    K_out: Numbers,
    K_Na: Numbers,
    K_K: Numbers,
    K_K_in: Numbers,
    K_Na_out: Numbers,
    reverse: Numbers = 0,
) -> Numbers:
    r"""Turnover of the Na+/K+-ATPase whose sites Na+ and K+ compete for on both sides, with a bounded turnover backwards.

    .. math:: r = r_{max} [f^3(Na_{in}, K_{Na}, K_{in}, K_{K,in}) f^2(K_{out}, K_K, Na_{out}, K_{Na,out})
              - \rho f^2(K_{in}, K_{K,in}, Na_{in}, K_{Na}) f^3(Na_{out}, K_{Na,out}, K_{out}, K_K)],
              f(c, K, d, L) = \frac{c}{c + K (1 + d/L)}

    Arguments (broadcast together):
        max_rate:  turnover with all sites occupied [mol m^-2 s^-1]
        Na_in, K_in, Na_out, K_out:  concentrations [mol/m^3], >= 0
        K_Na, K_K_in:  constants of Na+ and K+ at the inner sites [mol/m^3], > 0
        K_K, K_Na_out: constants of K+ and Na+ at the outer sites [mol/m^3], > 0
        reverse:  largest backward turnover as a part of the forward one [-], >= 0
    Returns:   cycles per area [mol m^-2 s^-1], positive for the forward cycle; broadcast shape.
    Assumes:   three equal sites for Na+, two for K+; it does not know its free energy.
    Limits:    `pump_saturating` where nothing competes; between -reverse and 1 of max_rate.
    Numerics:  quotients of positive numbers.
    Errors:    InputError for a negative concentration.
    Source:    lew1986

    >>> round(pump_competition(1.0, 10.0, 140.0, 145.0, 5.0, 0.2, 0.1, 8.3, 18.0), 4)
    0.2866
    """
    ahead = _held(Na_in, K_Na, K_in, K_K_in) ** 3 * _held(K_out, K_K, Na_out, K_Na_out) ** 2
    back = _held(K_in, K_K_in, Na_in, K_Na) ** 2 * _held(Na_out, K_Na_out, K_out, K_K) ** 3
    return max_rate * (ahead - reverse * back)


def _held(c, K, other, L):
    """The part of sites that one ion holds against another."""
    return c / (c + K * (1 + other / L))


@law(V_m=FINITE, Na_out=NON_NEGATIVE, T=TEMPERATURE, steep=NON_NEGATIVE, slow=NON_NEGATIVE, Na_ref=POSITIVE)
def pump_voltage_factor(
    V_m: Numbers, Na_out: Numbers, T: Numbers, steep: Numbers = 0.0365, slow: Numbers = 0.1245, Na_ref: Numbers = 67.3
) -> Numbers:
    r"""How the Na+/K+-ATPase slows down at negative potentials, by the outer Na+ that its field draws back into its sites.

    .. math:: f = \frac{1}{1 + a e^{-0.1 u} + b \sigma e^{-u}},  u = \frac{F V_m}{RT},  \sigma = \frac{e^{Na_{out}/Na_{ref}} - 1}{7}

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        Na_out:  outer Na+ [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
        steep: b, of the term that goes with the whole charge [-], >= 0; 0.0365 or 0.0353 in published cells
        slow:  a, of the term that goes with a tenth of it [-], >= 0
        Na_ref:  concentration of outer Na+ in sigma [mol/m^3], > 0
    Returns:   factor [-], between 0 and 1; broadcast shape.
    Assumes:   nothing: a curve through currents of heart cells.
    Limits:    1 far above zero potential; zero far below.
    Numerics:  three exponentials; zero where one overflows.
    Errors:    InputError for a negative concentration.
    Source:    luorudy1994

    >>> round(pump_voltage_factor(-0.085, 140.0, 310.0), 4)
    0.4875
    """
    u = F * V_m / (R * T)
    sigma = (maths.exp(Na_out / Na_ref) - 1) / 7
    return 1 / (1 + slow * maths.exp(-0.1 * u) + steep * sigma * maths.exp(-u))
