"""A muscle fibre with an inward rectifier that can have several states, and brute force that finds them by a scan of all potentials."""

import numpy as np

import cells
from vrest.constants import F, R
from vrest.system.states import AMOUNT

T, UNIT = 310.0, R * 310.0 / F
AREA, VOLUME = np.pi * 20e-6**2, np.pi / 6 * 20e-6**3
GATE = "/(1 + exp((V - E_K - 10 mV)/(5 mV)))"
ROOT = "sqrt(K_out/(4 mM))"


def fibre(factor, amount="neutral", **more):
    """A muscle fibre with an inward rectifier; with `pump` and Cl- path where steady states are asked for."""
    leaks = cells.leaks(**{"K": "1e-10 m/s", "Na": "1e-10 m/s"} | more.pop("leaks", {}))
    ways = leaks | {"Kir": cells.ohmic("1 S/m^2", "K", factor=factor)} | more
    inside = cells.sphere({"K": "140 mM", "Na": "10 mM", "Cl": "5 mM"}, impermeant={"valence": -1, "amount": amount})
    return cells.cell_of(ways, inside, cells.bath({"K": "4 mM", "Na": "145 mM", "Cl": "149 mM"}))


PUMP = cells.pump("0.01 A/m^2")


def keeping(factor, amount="neutral", **more):
    return fibre(factor, amount, leaks={"Cl": "1e-11 m/s"}, pump=PUMP, **more)


def ghk(P, z, c_in, c_out, V):
    """Outward flux per area by constant field [mol m^-2 s^-1]."""
    xi = z * V / UNIT
    return P * xi * (c_in - c_out * np.exp(-xi)) / -np.expm1(-xi)


def steady_balance(V, K, factor):
    """What is left of the balance of K+ where Cl-, Na+ and charge are balanced at V; and the Na+ and K+ inside.

    Cl- is at its Nernst potential, Na+ by bisection of leak against pump, K+ from the charge on the membrane.
    """
    cycles = lambda Na: 0.01 / F * (Na / (Na + 10)) ** 3 * (K / (K + 1.5)) ** 2  # noqa: E731
    low, high = np.full_like(V, 1e-12), np.full_like(V, 1e5)
    for _ in range(100):
        Na = np.sqrt(low * high)
        more = ghk(1e-10, 1, Na, 145.0, V) + 3 * cycles(Na) > 0
        low, high = np.where(more, low, Na), np.where(more, Na, high)
    fixed = 140.0 + 10.0 - 5.0
    K_in = fixed - Na + 149.0 * np.exp(V / UNIT) + 1e-2 * AREA * V / (F * VOLUME)
    with np.errstate(invalid="ignore"):
        E = UNIT * np.log(K / K_in)
        return ghk(1e-10, 1, K_in, K, V) + factor(V, E, K) * (V - E) / F - 2 * cycles(Na), Na, K_in


def brute(balance, K, factor, low=-0.2, high=0.1, points=6000):
    """V [mV] of every sign change of a balance between two potentials [V]."""
    V = np.linspace(low, high, points + 1) + 1e-9
    found = balance(V, K, factor)
    found = found[0] if isinstance(found, tuple) else found
    k = np.flatnonzero(found[:-1] * found[1:] < 0)
    part = found[k] / (found[k] - found[k + 1])
    return list(1e3 * (V[k] + part * (V[k + 1] - V[k])))


def on_curve(posed, branch, k):
    """The unknowns of a steady problem at a point of a curve."""
    x = np.array(posed.initial)
    for key in posed.states.keys(AMOUNT):
        x[posed.states.index[key]] = branch.c[key.place][key.name][k] * branch.volume[key.place][k]
    return posed.point({"inside": float(branch.V["m"][k])}, x)


def rectifying(V, E, K):
    return np.sqrt(K / 4) / (1 + np.exp((V - E - 0.010) / 0.005))
