"""Primary pumps: what ATP gives, what the ions take, how fast a cycle turns, and the potential of a membrane that it balances."""

from __future__ import annotations

from .. import maths
from ..constants import F, R
from ..domains import FINITE, NON_NEGATIVE, NON_ZERO, POSITIVE, TEMPERATURE
from ..errors import InputError, Problem
from ._shared import Ions, Numbers, law, per_ion
from .nernst import electrochemical_difference


@law(V_m=FINITE, z=FINITE, n=FINITE, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def ion_work(V_m: Numbers, z: Ions, n: Ions, c_in: Ions, c_out: Ions, T: Numbers) -> Numbers:
    r"""Work done on the ions by one mole of cycles of a transporter.

    .. math:: W = -\sum_k n_k \Delta\tilde\mu_k,  \Delta\tilde\mu = RT \ln\frac{c_{in}}{c_{out}} + z F V_m

    Arguments (ion axis first for z, n, c_in, c_out):
        V_m:   membrane potential, inside minus outside [V]
        z:     valences, signed; zero for an uncharged solute [-]
        n:     stoichiometry per cycle, positive outward: [3, -2] for the Na+/K+-ATPase [-]
        c_in, c_out:  concentrations [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   work per mole of cycles [J/mol], positive where the cycle drives ions uphill; the shape without the ion axis.
    Assumes:   equal activity coefficients on both sides.
    Limits:    zero where every ion is at equilibrium; changes sign with the stoichiometry.
    Numerics:  a sum over the ions, in their order.
    Errors:    InputError for numbers of ions that disagree, a concentration that is not positive.
    Source:    lauger1991

    >>> round(ion_work(-0.070, [1, 1], [3, -2], [12.0, 135.0], [145.0, 3.5], 310.15) / 1000, 3)
    44.869
    """
    ions = per_ion(z, n, c_in, c_out)
    return -sum(n_k * electrochemical_difference(V_m, z_k, inside, outside, T) for z_k, n_k, inside, outside in ions)


@law(delta_G=FINITE, work=FINITE)
def cycle_affinity(delta_G: Numbers, work: Numbers) -> Numbers:
    r"""Affinity of a pump's cycle: the free energy that drives it, less the work on the ions.

    .. math:: A = -\Delta G_{ATP} - W

    Arguments (broadcast together):
        delta_G: free energy of the driving reaction per mole of cycles [J/mol], negative where it drives
        work:  work on the ions per mole of cycles [J/mol] (`ion_work`)
    Returns:   affinity [J/mol]; the cycle runs forward where positive, backward where negative; broadcast shape.
    Assumes:   tight coupling.
    Limits:    zero at the stall potential.
    Numerics:  one difference.
    Errors:    InputError for a value that is not finite.
    Source:    lauger1991

    >>> cycle_affinity(-50000.0, 45000.0)
    5000.0
    """
    return -delta_G - work


@law(delta_G=FINITE, z=FINITE, n=FINITE, c_in=POSITIVE, c_out=POSITIVE, T=TEMPERATURE)
def pump_stall_potential(delta_G: Numbers, z: Ions, n: Ions, c_in: Ions, c_out: Ions, T: Numbers) -> Numbers:
    r"""Stall potential of an electrogenic pump: where its cycle is in equilibrium and turns round.

    .. math:: V = \frac{\Delta G - RT \sum_k n_k \ln(c_{in,k}/c_{out,k})}{F \sum_k n_k z_k}

    Arguments (ion axis first for z, n, c_in, c_out):
        delta_G: free energy of the driving reaction per mole of cycles [J/mol], negative where it drives
        z:     valences, signed [-]
        n:     stoichiometry per cycle, positive outward [-]
        c_in, c_out:  concentrations [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
    Returns:   potential, inside minus outside [V]; the shape without the ion axis.
    Assumes:   tight coupling.
    Limits:    the affinity is zero there; the Nernst potential where nothing drives a single ion.
    Numerics:  a sum over the ions, in their order.
    Errors:    InputError for a cycle that moves no charge: it has no stall potential.
    Source:    lauger1991

    >>> round(pump_stall_potential(-50e3, [1, 1], [3, -2], [12.0, 135.0], [145.0, 3.5], 310.15), 4)
    -0.1232
    """
    ions = per_ion(z, n, c_in, c_out)
    charge = sum(z_k * n_k for z_k, n_k, _, _ in ions)
    if isinstance(charge, int | float) and charge == 0:
        raise InputError(Problem("pump_stall_potential: the cycle moves no charge", path="n", expected="a sum of n z, not zero"))
    ratios = sum(n_k * maths.log(inside / outside) for _, n_k, inside, outside in ions)
    return (delta_G - R * T * ratios) / (F * charge)


@law(A=FINITE, T=TEMPERATURE)
def affinity_factor(A: Numbers, T: Numbers) -> Numbers:
    r"""Net fraction of forward turnover that thermodynamics leaves to a reversible cycle.

    .. math:: 1 - e^{-A/RT}

    Arguments (broadcast together):
        A:     affinity of the cycle [J/mol]
        T:     absolute temperature [K], 250 to 400
    Returns:   factor [-], with the sign of the affinity, at most 1; broadcast shape.
    Assumes:   the forward rate is given; the backward rate follows from detailed balance.
    Limits:    1 far from equilibrium; zero at equilibrium; A/RT next to it.
    Numerics:  expm1, so that no digit is lost next to equilibrium.
    Errors:    InputError for a value that is not finite.
    Source:    lauger1991

    >>> affinity_factor(0.0, 310.0)
    0.0
    """
    return 0.0 - maths.expm1(-A / (R * T))


@law(c=NON_NEGATIVE, K=POSITIVE, n=FINITE)
def saturation(c: Numbers, K: Numbers, n: Numbers = 1) -> Numbers:
    r"""Saturation of n independent equal binding sites.

    .. math:: \left( \frac{c}{c + K} \right)^n

    Arguments (broadcast together):
        c:     concentration [mol/m^3], >= 0
        K:     dissociation constant of one site [mol/m^3], > 0
        n:     number of sites [-]
    Returns:   fraction with all sites occupied, 0 to 1 [-]; broadcast shape.
    Assumes:   independent sites. (A Hill curve, c^n/(c^n + K^n), is something else.)
    Limits:    0 at c = 0; 2^-n at c = K; 1 for c far above K.
    Numerics:  a power of a number between 0 and 1.
    Errors:    InputError for a negative concentration or a K that is not positive.
    Source:    garay1973

    >>> saturation(10.0, 10.0, 3)
    0.125
    """
    return (c / (c + K)) ** n


@law(max_rate=FINITE, c=NON_NEGATIVE, c_ref=POSITIVE, n=FINITE)
def pump_power(max_rate: Numbers, c: Numbers, c_ref: Numbers, n: Numbers) -> Numbers:
    r"""Turnover that grows with a power of a concentration.

    .. math:: r = r_{ref} (c / c_{ref})^n

    Arguments (broadcast together):
        max_rate:  turnover at the reference concentration [mol m^-2 s^-1]
        c:     concentration [mol/m^3], >= 0
        c_ref: reference concentration [mol/m^3], > 0
        n:     exponent [-]
    Returns:   cycles per area [mol m^-2 s^-1], positive for the forward cycle; broadcast shape.
    Assumes:   nothing: an empirical law, without saturation and without a thermodynamic limit.
    Limits:    max_rate at the reference concentration; `pump_linear` for n = 1, `pump_cubic` for n = 3.
    Numerics:  one power.
    Errors:    InputError for a negative concentration.
    Source:    kay2019; dusterwald2018

    >>> pump_power(1e-7, 20.0, 10.0, 3)
    8e-07
    """
    return max_rate * (c / c_ref) ** n


@law(max_rate=FINITE, c=NON_NEGATIVE, c_ref=POSITIVE)
def pump_linear(max_rate: Numbers, c: Numbers, c_ref: Numbers) -> Numbers:
    r"""Turnover proportional to a concentration.

    .. math:: r = r_{ref}\, c / c_{ref}

    Arguments, Returns, Assumes, Errors:  as `pump_power`.
    Limits:    max_rate at the reference concentration; zero where the ion is missing.
    Numerics:  one quotient.
    Source:    kay2019

    >>> pump_linear(1e-7, 20.0, 10.0)
    2e-07
    """
    return max_rate * (c / c_ref)


@law(max_rate=FINITE, c=NON_NEGATIVE, c_ref=POSITIVE)
def pump_cubic(max_rate: Numbers, c: Numbers, c_ref: Numbers) -> Numbers:
    r"""Turnover proportional to the third power of a concentration: three sodium ions per cycle, far from saturation.

    .. math:: r = r_{ref} (c / c_{ref})^3

    Arguments, Returns, Assumes, Errors:  as `pump_power`.
    Limits:    max_rate at the reference concentration; zero where the ion is missing; `pump_saturating` far below K.
    Numerics:  two products.
    Source:    dusterwald2018

    >>> pump_cubic(1e-7, 20.0, 10.0)
    8e-07
    """
    x = c / c_ref
    return max_rate * (x * x * x)


@law(max_rate=FINITE, c=NON_NEGATIVE, K=POSITIVE, n=FINITE)
def pump_saturating(max_rate: Numbers, c: Ions, K: Ions, n: Ions) -> Numbers:
    r"""Turnover that saturates with each of its substrates.

    .. math:: r = r_{max} \prod_k \left( \frac{c_k}{c_k + K_k} \right)^{n_k}

    Arguments (substrate axis first for c, K, n):
        max_rate:  turnover with all sites occupied [mol m^-2 s^-1]
        c:     concentrations on the sides where they bind: Na+ inside, K+ outside [mol/m^3], >= 0
        K:     dissociation constants of one site [mol/m^3], > 0
        n:     numbers of sites: [3, 2] for the Na+/K+-ATPase [-]
    Returns:   cycles per area [mol m^-2 s^-1], positive for the forward cycle; the shape without the substrate axis.
    Assumes:   independent sites, no product inhibition, no thermodynamic limit (multiply with `affinity_factor`).
    Limits:    zero where a substrate is missing; max_rate for concentrations far above K; max_rate / 32 where all equal K.
    Numerics:  a product over the substrates, in their order.
    Errors:    InputError for a negative concentration or a K that is not positive.
    Source:    garay1973

    >>> 32 * pump_saturating(1e-7, [10.0, 1.5], [10.0, 1.5], [3, 2])
    1e-07
    """
    rate = max_rate
    for c_k, K_k, n_k in per_ion(c, K, n):
        rate = rate * saturation(c_k, K_k, n_k)
    return rate


@law(max_rate=FINITE, c=NON_NEGATIVE, half=FINITE, slope=NON_ZERO)
def pump_sigmoid(max_rate: Numbers, c: Ions, half: Ions, slope: Ions) -> Numbers:
    r"""Turnover with a sigmoid dependence on each of its substrates.

    .. math:: r = r_{max} \prod_k \frac{1}{1 + e^{(half_k - c_k)/slope_k}}

    Arguments (substrate axis first for c, half, slope):
        max_rate:  turnover far above all half concentrations [mol m^-2 s^-1]
        c:     concentrations: Na+ inside, K+ outside [mol/m^3], >= 0
        half:  concentrations of half effect [mol/m^3]
        slope: widths of the sigmoids [mol/m^3], non-zero
    Returns:   cycles per area [mol m^-2 s^-1], positive for the forward cycle; the shape without the substrate axis.
    Assumes:   nothing: an empirical law. It does not vanish where a substrate is missing.
    Limits:    half of it at each half concentration; max_rate far above them.
    Numerics:  one exponential per substrate; it may overflow to infinity, the turnover is zero then.
    Errors:    InputError for a negative concentration or a slope of zero.
    Source:    cressman2009

    >>> 4 * pump_sigmoid(1e-7, [25.0, 5.5], [25.0, 5.5], [3.0, 1.0])
    1e-07
    """
    rate = max_rate
    for c_k, half_k, slope_k in per_ion(c, half, slope):
        rate = rate / (1 + maths.exp((half_k - c_k) / slope_k))
    return rate


@law(V_m=FINITE, z=NON_ZERO, k_io0=NON_NEGATIVE, k_oi0=NON_NEGATIVE, kappa_oi=NON_NEGATIVE, kappa_io=NON_NEGATIVE, N=NON_NEGATIVE,
     T=TEMPERATURE)  # fmt: skip
def two_state_pump_current(
    V_m: Numbers, z: Numbers, k_io0: Numbers, k_oi0: Numbers, kappa_oi: Numbers, kappa_io: Numbers, N: Numbers, T: Numbers
) -> Numbers:
    r"""Current density of a pump with one charged and one lumped neutral step: the two-state reaction-kinetic law.

    .. math:: i = z F N \frac{k_{io} \kappa_{oi} - k_{oi} \kappa_{io}}{k_{io} + k_{oi} + \kappa_{oi} + \kappa_{io}},
              k_{io} = k_{io}^0 e^{zFV_m/2RT},  k_{oi} = k_{oi}^0 e^{-zFV_m/2RT}

    Arguments (broadcast together):
        V_m:   membrane potential, inside minus outside [V]
        z:     charge moved outward per cycle, signed, non-zero [-]
        k_io0, k_oi0:  rate constants of the charged step outward and inward, at zero potential [1/s], >= 0
        kappa_oi, kappa_io:  lumped rate constants of all other steps, which bring the empty site back inward and outward
               [1/s], >= 0; concentrations and ATP are in them
        N:     pumps per area [mol/m^2], >= 0
        T:     absolute temperature [K], 250 to 400
    Returns:   outward current density [A/m^2], increasing with V_m; broadcast shape.
    Assumes:   a symmetric barrier, all charge moved in one step, the other steps in a steady state.
    Limits:    reversal at (R T / z F) ln(k_oi0 kappa_io / (k_io0 kappa_oi)), `two_state_reversal_potential`; saturates
               at z F N kappa_oi far above and at -z F N kappa_io far below (z > 0); Michaelis-Menten in kappa_oi.
    Numerics:  two exponentials; finite for |z F V_m / 2 R T| up to 700.
    Errors:    InputError for a negative rate constant.
    Source:    hansen1981

    >>> round(two_state_pump_current(0.0, 1, 100.0, 100.0, 30.0, 10.0, 1e-9, 310.0), 9)
    0.000804044
    """
    half = maths.exp(z * F * V_m / (2 * R * T))
    out, into = k_io0 * half, k_oi0 / half
    return z * F * N * (out * kappa_oi - into * kappa_io) / (out + into + kappa_oi + kappa_io)


@law(z=NON_ZERO, k_io0=POSITIVE, k_oi0=POSITIVE, kappa_oi=POSITIVE, kappa_io=POSITIVE, T=TEMPERATURE)
def two_state_reversal_potential(
    z: Numbers, k_io0: Numbers, k_oi0: Numbers, kappa_oi: Numbers, kappa_io: Numbers, T: Numbers
) -> Numbers:
    r"""Reversal potential of the two-state pump.

    .. math:: V = \frac{RT}{zF} \ln \frac{k_{oi}^0 \kappa_{io}}{k_{io}^0 \kappa_{oi}}

    Arguments:  as `two_state_pump_current`, all rate constants > 0.
    Returns:   potential, inside minus outside [V]; broadcast shape.
    Assumes:   as `two_state_pump_current`.
    Limits:    zero for equal products of rate constants.
    Numerics:  one logarithm.
    Errors:    InputError for a rate constant that is not positive.
    Source:    hansen1981

    >>> round(two_state_reversal_potential(1, 100.0, 100.0, 100.0, 10.0, 310.0), 4)
    -0.0615
    """
    return R * T / (z * F) * maths.log(k_oi0 * kappa_io / (k_io0 * kappa_oi))


@law(P_K=NON_NEGATIVE, P_Na=NON_NEGATIVE, K_in=NON_NEGATIVE, K_out=NON_NEGATIVE, Na_in=NON_NEGATIVE, Na_out=NON_NEGATIVE,
     T=TEMPERATURE, ratio=POSITIVE)  # fmt: skip
def mullins_noda_potential(
    P_K: Numbers, P_Na: Numbers, K_in: Numbers, K_out: Numbers, Na_in: Numbers, Na_out: Numbers, T: Numbers, ratio: Numbers = 1.5
) -> Numbers:
    r"""Mullins-Noda potential: the resting potential of a cell whose pump balances the leaks of Na+ and of K+.

    .. math:: V_m = \frac{RT}{F} \ln \frac{r P_K K_{out} + P_{Na} Na_{out}}{r P_K K_{in} + P_{Na} Na_{in}}

    Arguments (broadcast together):
        P_K, P_Na:  permeabilities [m/s], or relative ones [-], >= 0; only their ratio matters
        K_in, K_out, Na_in, Na_out:  concentrations [mol/m^3], >= 0
        T:     absolute temperature [K], 250 to 400
        ratio: Na+ pumped out per K+ pumped in [-], > 0; 3/2 for the Na+/K+-ATPase
    Returns:   potential, inside minus outside [V]; broadcast shape.
    Assumes:   constant field, a steady state of Na+ and K+, chloride passive and at equilibrium.
    Limits:    the Goldman-Hodgkin-Katz voltage of K+ and Na+ for ratio 1 (a neutral pump); never further from it than
               (R T / F) ln(ratio), reached where Na+ carries the numerator and K+ the denominator.
    Numerics:  one logarithm of a quotient of sums of positive terms.
    Errors:    InputError for a negative permeability or concentration.
    Source:    mullins1963

    >>> round(mullins_noda_potential(1, 0.04, 140.0, 5.0, 12.0, 145.0, 310.0), 6)
    -0.073773
    """
    outside = ratio * P_K * K_out + P_Na * Na_out
    inside = ratio * P_K * K_in + P_Na * Na_in
    return R * T / F * maths.log(maths.divide(outside, inside))


@law(T=TEMPERATURE, ratio=POSITIVE)
def electrogenic_bound(T: Numbers, ratio: Numbers = 1.5) -> Numbers:
    r"""The most that a pump in steady state can add to the membrane potential by its own current.

    .. math:: \frac{RT}{F} \ln r

    Arguments (broadcast together):
        T:     absolute temperature [K], 250 to 400
        ratio: Na+ pumped out per K+ pumped in [-], > 0
    Returns:   bound of the hyperpolarisation [V], positive for ratio > 1; broadcast shape.
    Assumes:   as `mullins_noda_potential`.
    Limits:    zero for a neutral pump.
    Numerics:  one logarithm.
    Errors:    InputError for a ratio that is not positive.
    Source:    mullins1963

    >>> round(electrogenic_bound(310.0), 5)
    0.01083
    """
    return R * T / F * maths.log(ratio)
