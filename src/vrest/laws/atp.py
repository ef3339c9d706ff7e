"""ATP: its free energy in a cell, the standard value by pH, magnesium, ionic strength and temperature, and what a resting cell spends."""

from __future__ import annotations

import math

from .. import maths
from ..constants import ZERO_CELSIUS, F, R
from ..domains import FINITE, NON_NEGATIVE, POSITIVE, TEMPERATURE, Domain
from ._shared import MOLAR, Numbers, law

STANDARD_FREE_ENERGY = -30.5e3
"""Standard transformed free energy of ATP hydrolysis, pH 7, with Mg2+ [J/mol]."""

T_TABLE = 298.15
CELLULAR = Domain("a temperature of living cells, 273.15 to 318.15 K", low=ZERO_CELSIUS, high=ZERO_CELSIUS + 45)
PH = Domain("a pH from 3 to 10", low=3.0, high=10.0)
STRENGTH = Domain("an ionic strength from 0 to 350 mol/m^3", low=0.0, high=350.0)

HYDROLYSIS = (3.06e3, -20.50e3, -2)
"""ATP4- + H2O = ADP3- + HPO4(2-) + H+: free energy and enthalpy at 298.15 K and no ionic strength [J/mol], change of sum z^2."""
STEPS = {
    "HATP": (43.38e3, -6.30e3, 8),
    "H2ATP": (26.70e3, 15.00e3, 6),
    "HADP": (40.97e3, -5.60e3, 6),
    "H2ADP": (24.88e3, 17.60e3, 4),
    "H2PO4": (41.20e3, 3.60e3, 4),
}
"""The same for the loss of one proton."""
MAGNESIUM = {
    "MgATP": (6.18, -22.9e3, 16),
    "MgHATP": (3.63, -16.9e3, 12),
    "Mg2ATP": (2.69, -10.8e3, 8),
    "MgADP": (4.65, -19.0e3, 12),
    "MgHADP": (2.50, -12.5e3, 8),
    "MgHPO4": (2.71, -12.2e3, 8),
}
"""pK, enthalpy [J/mol] and change of sum z^2 of the loss of one Mg2+."""


@law(ATP=POSITIVE, ADP=POSITIVE, Pi=POSITIVE, T=TEMPERATURE, standard=FINITE)
def atp_free_energy(ATP: Numbers, ADP: Numbers, Pi: Numbers, T: Numbers, standard: Numbers = STANDARD_FREE_ENERGY) -> Numbers:
    r"""Free energy of ATP hydrolysis in a cell.

    .. math:: \Delta G = \Delta G'^\circ + RT \ln \frac{[ADP][P_i]}{[ATP] \cdot 1 mol/L}

    Arguments (broadcast together):
        ATP, ADP, Pi:  total concentrations, all ionic forms [mol/m^3], > 0
        T:     absolute temperature [K], 250 to 400
        standard:  standard transformed free energy [J/mol]; -30.5 kJ/mol is the textbook value at pH 7 with Mg2+
    Returns:   free energy per mole of ATP split [J/mol], negative in a living cell; broadcast shape.
    Assumes:   the standard value at the temperature, pH and Mg2+ of the cell (`atp_standard_free_energy`); ideal solutions.
    Limits:    the standard value at 1 mol/L of each.
    Numerics:  one logarithm.
    Errors:    InputError for a concentration that is not positive.
    Source:    nelson2017

    >>> round(atp_free_energy(1.0, 1.0, 1.0, 310.0) / 1000, 3)
    -48.305
    """
    return standard + R * T * maths.log(ADP * Pi / (ATP * MOLAR))


@law(T=CELLULAR, pH=PH, Mg=NON_NEGATIVE, ionic_strength=STRENGTH)
def atp_standard_free_energy(T: Numbers, pH: Numbers, Mg: Numbers, ionic_strength: Numbers = 250.0) -> Numbers:
    r"""Standard transformed free energy of ATP hydrolysis at a pH, a concentration of free Mg2+ and an ionic strength.

    .. math:: \Delta G'^\circ = \Delta G^\circ + RT \ln 10^{-pH} - RT \ln \frac{P_{ADP} P_{Pi}}{P_{ATP}}

    where each P is the binding polynomial 1 + [H]/K_1 + [H]^2/(K_1 K_2) + [Mg]/K_Mg + ... of the most ionised species.

    Arguments (broadcast together):
        T:     absolute temperature [K], 273.15 to 318.15
        pH:    -log10 of the concentration of H+ in mol/L [-], 3 to 10
        Mg:    concentration of free Mg2+ [mol/m^3], >= 0; a cell has about 0.5 to 1
        ionic_strength:  ionic strength [mol/m^3], 0 to 350
    Returns:   free energy per mole at 1 mol/L of total ATP, ADP and Pi [J/mol], negative; broadcast shape.
    Assumes:   constants of Alberty at 298.15 K, extended Debye-Hueckel (B = 1.6) for ionic strength, enthalpies independent of T;
               no binding of K+, Na+, Ca2+. Within 0.1 kJ/mol of Alberty's tables without Mg2+; with it about 1 kJ/mol, as
               published constants differ.
    Limits:    -36.04 kJ/mol at pH 7, 25 degC, 250 mol/m^3 without Mg2+; -32.5 with 1 mol/m^3 of it; falls by RT ln 10 per unit
               of pH where nothing else takes up protons.
    Numerics:  sums of positive terms.
    Errors:    InputError for values outside the stated ranges.
    Source:    alberty2003; alberty1992

    >>> round(atp_standard_free_energy(298.15, 7.0, 0.0) / 1000, 2)
    -36.04
    """
    screening = _screening(T, ionic_strength)
    RT = R * T
    H, M = maths.exp(-math.log(10.0) * pH), Mg / MOLAR

    def bind(step):
        if step in STEPS:
            G, enthalpy, dz2 = STEPS[step]
        else:
            pK, enthalpy, dz2 = MAGNESIUM[step]
            G = R * T_TABLE * math.log(10.0) * pK
        return maths.exp(_at(T, G, enthalpy, dz2, screening) / RT)

    HATP, HADP, MgATP, MgADP = H * bind("HATP"), H * bind("HADP"), M * bind("MgATP"), M * bind("MgADP")
    ATP = 1 + HATP * (1 + H * bind("H2ATP") + M * bind("MgHATP")) + MgATP * (1 + M * bind("Mg2ATP"))
    ADP = 1 + HADP * (1 + H * bind("H2ADP") + M * bind("MgHADP")) + MgADP
    Pi = 1 + H * bind("H2PO4") + M * bind("MgHPO4")
    return _at(T, *HYDROLYSIS, screening) + RT * (maths.log(H) - maths.log(ADP * Pi / ATP))


@law(rate=FINITE, delta_G=FINITE)
def atp_power(rate: Numbers, delta_G: Numbers) -> Numbers:
    r"""Power that a pump takes from ATP.

    .. math:: W = -r\, \Delta G

    Arguments (broadcast together):
        rate:  ATP split per time [mol/s], or per area [mol m^-2 s^-1]
        delta_G:  free energy of ATP hydrolysis [J/mol], negative
    Returns:   power [W], or per area [W/m^2], positive where ATP is split; broadcast shape.
    Assumes:   nothing.
    Limits:    zero where the pump stands.
    Numerics:  one product.
    Errors:    InputError for a value that is not finite.
    Source:    lauger1991

    >>> atp_power(2.0, -50000.0)
    100000.0
    """
    return -rate * delta_G


@law(V_m=FINITE, R_in=POSITIVE, E_Na=FINITE, E_K=FINITE)
def resting_atp_rate(V_m: Numbers, R_in: Numbers, E_Na: Numbers, E_K: Numbers) -> Numbers:
    r"""ATP that a resting cell splits to pump its sodium leak, from its input resistance.

    .. math:: r = \frac{(E_{Na} - V_m)(V_m - E_K)}{R_{in} F (V_m + 2 E_{Na} - 3 E_K)}

    Arguments (broadcast together):
        V_m:   resting potential, inside minus outside [V]
        R_in:  input resistance [ohm], > 0
        E_Na, E_K:  Nernst potentials [V]
    Returns:   ATP split [mol/s] (times Avogadro's number: molecules per second), positive; broadcast shape.
    Assumes:   ohmic leaks of Na+ and K+ only, which are the input resistance together; 3 Na+ : 2 K+ per ATP; net current zero.
    Limits:    zero at V_m = E_K, where no Na+ leaks.
    Numerics:  rational.
    Errors:    InputError for a resistance that is not positive.
    Source:    attwell2001

    >>> round(1e16 * resting_atp_rate(-0.070, 200e6, 0.050, -0.100), 3)
    5.653
    """
    return (E_Na - V_m) * (V_m - E_K) / (R_in * F * (V_m + 2 * E_Na - 3 * E_K))


def _screening(T, ionic_strength):
    """What one unit of sum z^2 gains by ionic strength [J/mol]: Alberty's polynomial for the Debye-Hueckel coefficient."""
    root = maths.sqrt(ionic_strength / MOLAR)
    return (9.20483 - 1.28467e-2 * T + 4.95199e-5 * T * T) * T * root / (1 + 1.6 * root)


def _at(T, G, enthalpy, dz2, screening):
    """A free energy of reaction from 298.15 K and zero ionic strength to T and the given one."""
    return G * T / T_TABLE + enthalpy * (1 - T / T_TABLE) - dz2 * screening
