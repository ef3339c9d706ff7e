"""The sheets of Dijkstra 2016 and Kalia 2021 with the dynamics of their gates, in the sheets' own units, without vrest.

    python tests/references/gate_dynamics.py

Written from the equations of the sheets alone and integrated by LSODA, it says which rows vrest misses for lack of these gates;
the cells fire for a minute, which takes a minute to integrate. mV, ms, mM, pL, fmol, pA.
"""

from math import exp, log

import numpy as np
from scipy.integrate import odeint

from reference_rows import rows, sheet

F, R, T, C = 96485.333, 8314.4598, 310.0, 20.0
RT_F = R * T / F


def bernoulli(x):
    return 1 - x / 2 if abs(x) < 1e-8 else x / (exp(min(x, 700.0)) - 1)


def rates(V):
    """Opening and closing rates of m, h and n [1/ms]; far outside of what a membrane bears they stay finite."""
    V = min(max(V, -1e3), 1e3)
    return (
        1.28 * bernoulli(-(V + 52) / 4),
        1.4 * bernoulli((V + 25) / 5),
        0.128 * exp(-(V + 53) / 18),
        4 / (1 + exp(-(V + 30) / 5)),
        0.08 * bernoulli(-(V + 35) / 5),
        0.25 * exp(-(V + 50) / 40),
    )


def opened(V):
    """Gates at their steady state."""
    open_m, close_m, open_h, close_h, open_n, close_n = rates(V)
    return [open_m / (open_m + close_m), open_h / (open_h + close_h), open_n / (open_n + close_n)]


def moved(V, m, h, n):
    open_m, close_m, open_h, close_h, open_n, close_n = rates(V)
    return [open_m * (1 - m) - close_m * m, open_h * (1 - h) - close_h * h, open_n * (1 - n) - close_n * n]


def current(P, z, V, inside, outside):
    """Constant-field current [pA] of a permeability [um^3/ms as printed]."""
    u = min(max(z * V / RT_F, -600.0), 600.0)
    return P * z * F * (inside * bernoulli(-u) - outside * bernoulli(u))


# -- Dijkstra 2016 ----------------------------------------------------------------------------------------------------


def dijkstra_rates(y, t, P_Cl, pump, with_dynamics):
    Na, K, Cl, W, m, h, n = y
    V = F / C * (Na + K - Cl - 296)
    if not with_dynamics:
        m, h, n = opened(V)
    Na_in, K_in, Cl_in = Na / W, K / W, Cl / W
    I_Na = current(80e-5 * m**3 * h + 0.2e-5, 1, V, Na_in, 152.0)
    I_K = current(40e-5 * n**2 + 2e-5, 1, V, K_in, 3.0)
    I_Cl = current(P_Cl / (1 + exp(-(V + 10) / 10)) + 0.25e-5, -1, V, Cl_in, 135.0)
    KCC = 13e-7 * RT_F * log(K_in * Cl_in / (3 * 135))
    I_p = pump * 54.5 * (0.62 / (1 + (6.7 / Na_in) ** 3) + 0.38 / (1 + (67.6 / Na_in) ** 3))
    water = 2e-14 * R * T * (Na_in + K_in + Cl_in + 296 / W - 310)
    gates = moved(V, m, h, n) if with_dynamics else [0.0, 0.0, 0.0]
    return [-(I_Na + 3 * I_p) / F, -(I_K - 2 * I_p) / F - KCC, I_Cl / F - KCC, water, *gates]


def dijkstra(times, P_Cl, with_dynamics=True, rtol=1e-5):
    """V [mV], concentrations [mM] (times, ion) and volume [pL] after the pump's stop, from the printed rest; times in s, from 0."""
    rest = sheet("dijkstra2016-swelling")["expected"]["rest"]
    W = rest["volume_pL"]
    Cl = W * rest["Cl_i_mM"]
    K = W * rest["K_i_mM"]
    Na = rest["Vm_mV"] * C / F - K + Cl + 296  # the printed Na+ within its digits, so that V is the printed one
    start = [Na, K, Cl, W, *opened(rest["Vm_mV"])]
    settled = odeint(dijkstra_rates, start, [0, 2e5], args=(1.95e-5, 1.0, True), rtol=1e-8, atol=1e-8, mxstep=10**6)[-1]
    arguments = (P_Cl, 0.0, with_dynamics)
    y = odeint(
        dijkstra_rates, settled, 1e3 * np.asarray(times), args=arguments, rtol=rtol, atol=rtol / 100, hmax=2e3, mxstep=10**8
    )
    return F / C * (y[:, 0] + y[:, 1] - y[:, 2] - 296), y[:, :3] / y[:, 3:4], y[:, 3]


# -- Kalia 2021 -------------------------------------------------------------------------------------------------------


def kalia_rates(y, t, p, totals, with_dynamics):
    Na_i, K_i, Cl_i, W_i, Na_g, K_g, Cl_g, W_g, m, h, n = y
    V = F / C * (Na_i + K_i - Cl_i - p["NAi"])
    V_g = F / C * (Na_g + K_g - Cl_g - p["NAg"] + p["NBg"])
    if not with_dynamics:
        m, h, n = opened(V)
    W_e = p["Wtot"] - W_i - W_g
    outside = [total - a - b for total, a, b in zip(totals, (Na_i, K_i, Cl_i), (Na_g, K_g, Cl_g), strict=True)]
    Na_e, K_e, Cl_e = (amount / W_e for amount in outside)
    inside, glial = (Na_i / W_i, K_i / W_i, Cl_i / W_i), (Na_g / W_g, K_g / W_g, Cl_g / W_g)
    energy = 1 / (1 + exp(min(4 * (t / 6e4 - 10), 700.0)))
    s = (exp(Na_e / 67.3) - 1) / 7

    def pump(strength, half, Na, V_m):
        voltage = 1 / (1 + 0.1245 * exp(-0.1 * V_m / RT_F) + 0.0365 * s * exp(-V_m / RT_F))
        return strength * voltage * Na**1.5 / (Na**1.5 + half**1.5) * K_e / (K_e + 0.2) * energy

    I_p, I_pg = pump(p["PNKAi"], 13.0, inside[0], V), pump(p["PNKAg"], 13.0, glial[0], V_g)
    I_Na = current(p["PNaG"] * m**3 * h + p["PNaLi"], 1, V, inside[0], Na_e)
    I_K = current(p["PKG"] * n**2 + p["PKLi"], 1, V, inside[1], K_e)
    I_Cl = current(p["PClG"] / (1 + exp(-(V + 10) / 10)) + p["PClLi"], -1, V, inside[2], Cl_e)
    KCC = p["UKCl"] * RT_F * log(inside[1] * inside[2] / (K_e * Cl_e))
    G_Na, G_K = (current(p[f"P{ion}Lg"], 1, V_g, *c) for ion, c in (("Na", (glial[0], Na_e)), ("K", (glial[1], K_e))))
    G_Cl = current(p["PClLg"], -1, V_g, glial[2], Cl_e)
    NKCC = p["PNKCC1"] * RT_F * log(K_e * Na_e * Cl_e**2 / (glial[1] * glial[0] * glial[2] ** 2))
    E_K = RT_F * log(K_e / glial[1])
    Kir = p["PKir"] / (2 + exp(1.62 / RT_F * (V_g - E_K))) * K_e / (K_e + 13) * (V_g - E_K)
    S_e = Na_e + K_e + Cl_e + (p["NAe"] + p["NBe"]) / W_e
    flow_i = p["LH20i"] * R * T * (sum(inside) + p["NAi"] / W_i - S_e)
    flow_g = p["LH20g"] * R * T * (sum(glial) + (p["NAg"] + p["NBg"]) / W_g - S_e)
    gates = moved(V, m, h, n) if with_dynamics else [0.0, 0.0, 0.0]
    neuron = [-(I_Na + 3 * I_p) / F, -(I_K - 2 * I_p) / F - KCC, I_Cl / F - KCC, flow_i]
    astrocyte = [-(3 * I_pg + G_Na) / F + NKCC, (Kir + 2 * I_pg - G_K) / F + NKCC, 2 * NKCC + G_Cl / F, flow_g]
    return [*neuron, *astrocyte, *gates]


def kalia(times, with_dynamics=True, rtol=1e-6):
    """Potentials of neuron and astrocyte [mV] at some times [s] of the sheet's protocol, from 0."""
    p = sheet("kalia2021-pump-block-perm")["parameters"]
    amounts = {ion: [p[f"{ion}C{place}0"] * p[f"W{place}0"] for place in "ieg"] for ion in ("Na", "K", "Cl")}
    totals = [sum(amounts[ion]) for ion in ("Na", "K", "Cl")]
    start = [*(amounts[ion][0] for ion in amounts), p["Wi0"], *(amounts[ion][2] for ion in amounts), p["Wg0"], *opened(p["Vi0"])]
    arguments = (p, totals, with_dynamics)
    y = odeint(kalia_rates, start, 1e3 * np.asarray(times), args=arguments, rtol=rtol, atol=rtol / 100, hmax=2e3, mxstep=10**8)
    V = F / C * (y[:, 0] + y[:, 1] - y[:, 2] - p["NAi"])
    return V, F / C * (y[:, 4] + y[:, 5] - y[:, 6] - p["NAg"] + p["NBg"])


# -- beside the sheets ------------------------------------------------------------------------------------------------


def values(table, name):
    return np.array([row[name] for row in table])


def off(found, expected, relative=True):
    """The largest deviation; relative where so said."""
    return float(np.max(np.abs(found - expected) / (np.abs(expected) if relative else 1.0)))


def main():
    for case, P_Cl in (("pump_off_ClG.csv", 1.95e-5), ("pump_off_noClG.csv", 0.0)):
        table = [row for row in rows("dijkstra2016-swelling", case) if row["t_s"] <= 400]
        times = np.array([row["t_s"] for row in table])
        for with_dynamics in (True, False):
            V, c, W = dijkstra(times, P_Cl, with_dynamics)
            gates = "with the dynamics of the gates" if with_dynamics else "with gates at their steady state"
            print(f"dijkstra2016 {case}, {len(times) - 1} rows up to 400 s, {gates}")
            for k, ion in enumerate(("Na", "K", "Cl")):
                print(f"  {ion}: {off(c[1:, k], values(table[1:], f'{ion}_i_mM')):.1e}", end="")
            print(f"  volume: {off(W[1:], values(table[1:], 'vol_pL')):.1e}", end="")
            print(f"  V once it no longer fires: {off(V[7:], values(table[7:], 'Vm_mV'), False):.1e} mV")
    table = [row for row in rows("kalia2021-pump-block-perm") if row["t_min"] <= 20]
    for with_dynamics in (True, False):
        V = kalia([60 * row["t_min"] for row in table], with_dynamics)
        gates = "with the dynamics of the gates" if with_dynamics else "with gates at their steady state"
        print(f"kalia2021, {len(table)} rows up to 20 min, {gates}")
        for name, found in zip(("Vm_neuron_mV", "Vm_astro_mV"), V, strict=True):
            print(f"  {name}: {off(found, values(table, name), False):.1e}", end="")
        print()


if __name__ == "__main__":
    main()
