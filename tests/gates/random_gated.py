"""Rests of random cells with gates: every root against a scan of 200,000 potentials, stability against eigenvalues in 50 digits and
a run of 10 s of an independent integrator.

    python tests/gates/random_gated.py 1000 [first seed] [-v]

prints what was found and exits non-zero where a root is missed or invented, or a verdict of stability is wrong. The equations are
written anew here, once for NumPy and for mpmath.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath as mp
import numpy as np

import vrest

POTENTIALS, SCANNED = 200_001, (-0.5, 0.4)
FASTER = 1.0
"""Rate [1/s] beyond which an eigenvalue is also told by a run of ten seconds."""
LONG = 10.0
AWAY, BACK = 1e-5, 1e-6
"""How far from a rest a run begins [V], and within what it must be at its end to count as returned; beyond AWAY it has left."""
MOST_RUNS = 1e5
"""Ratio of the fastest to the slowest rate up to which a run is made."""
CONTENTS = {"outside": {"K": 5.0, "Na": 145.0}, "inside": {"K": 140.0, "Na": 12.0}, "organelle": {"K": 100.0, "Na": 20.0}}
R_T_F = 8.31446261815324 * 310.0 / 96485.33212331001
Functions = tuple[Callable[..., Any], Callable[..., Any]]


@dataclass(frozen=True)
class Gate:
    """A gate by a steady value and a time constant, or by rates: `form`, and the text of each formula with its numbers in V and s."""

    power: int
    form: str
    numbers: tuple[float, ...]

    def described(self) -> dict:
        a = [repr(float(x)) for x in self.numbers]
        if self.form == "rates":
            half, slope, fast, shift = a
            alpha = f"(V - ({half} V))/({slope} V)/(1 - exp(-(V - ({half} V))/({slope} V)))/({fast} s)"
            return {"power": self.power, "alpha": alpha, "beta": f"4*exp(-(V - ({shift} V))/({slope} V*1.8))/({fast} s)"}
        steady = f"1/(1 + exp(-(V - ({a[0]} V))/({a[1]} V)))"
        tau = f"{a[2]} s*(0.2 + exp(-(V - ({a[0]} V))**2/(2*({a[3]} V)**2)))"
        return {"power": self.power, "steady": steady, **({} if self.form == "at once" else {"time_constant": tau})}

    def steady_and_time(self, V: Any, m: Any) -> tuple[Any, Any]:
        half, slope, third, fourth = self.numbers
        if self.form != "rates":
            tau = third * (0.2 + m.exp(-((V - half) ** 2) / (2 * fourth**2)))
            return 1 / (1 + m.exp(-(V - half) / slope)), tau
        u = (V - half) / slope
        alpha = u / (1 - m.exp(-u)) / third
        beta = 4 * m.exp(-(V - fourth) / (1.8 * slope)) / third
        return alpha / (alpha + beta), 1 / (alpha + beta)


@dataclass(frozen=True)
class Channel:
    ion: str
    conductance: float
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Membrane:
    inner: str
    outer: str
    capacitance: float
    channels: tuple[Channel, ...]
    pump: float

    def E(self, ion: str) -> float:
        return R_T_F * float(np.log(CONTENTS[self.outer][ion] / CONTENTS[self.inner][ion]))

    @property
    def moving(self) -> list[Gate]:
        return [gate for channel in self.channels for gate in channel.gates if gate.form != "at once"]

    def current(self, V: Any, gates: Sequence[Any] | None, m: Any) -> Any:
        """Net current density [A/m^2]; gates at their steady values where none are given."""
        held = iter(gates or ())
        total = self.pump * _pumping(self.inner, self.outer)
        for channel in self.channels:
            g = channel.conductance
            for gate in channel.gates:
                settled = gate.steady_and_time(V, m)[0]
                g = g * (next(held) if gates is not None and gate.form != "at once" else settled) ** gate.power
            total = total + g * (V - self.E(channel.ion))
        return total

    def rates(self, x: Sequence[Any], m: Any) -> list[Any]:
        V, gates = x[0], list(x[1:])
        found = [-self.current(V, gates, m) / self.capacitance]
        for gate, value in zip(self.moving, gates, strict=True):
            steady, tau = gate.steady_and_time(V, m)
            found.append((steady - value) / tau)
        return found


def _pumping(inner: str, outer: str) -> float:
    Na, K = CONTENTS[inner]["Na"], CONTENTS[outer]["K"]
    return (Na / (Na + 10.0)) ** 3 * (K / (K + 1.5)) ** 2


def drawn(seed: int) -> list[Membrane]:
    """One membrane, or two of an organelle in a cell, with two to five channels each."""
    rng = np.random.default_rng(seed)
    places = [("inside", "outside"), ("organelle", "inside")][: int(rng.integers(1, 3))]
    return [_membrane(rng, *ends) for ends in places]


def _membrane(rng, inner: str, outer: str) -> Membrane:
    channels = [Channel("K", float(10 ** rng.uniform(-1, 1)), ()), Channel("Na", float(10 ** rng.uniform(-2, 0)), ())]
    if rng.random() < 0.5:
        channels += _excitable(rng)
    for _ in range(int(rng.integers(0 if len(channels) > 2 else 1, 4))):
        ion = "Na" if rng.random() < 0.5 else "K"
        count = int(rng.integers(1, 3))
        channels.append(Channel(ion, float(10 ** rng.uniform(0, 3)), tuple(_gate(rng) for _ in range(count))))
    return Membrane(
        inner,
        outer,
        float(rng.choice([0.005, 0.01, 0.02])),
        tuple(channels),
        float(rng.choice([0.0, 10 ** rng.uniform(-3, -0.5)])),
    )


def _excitable(rng) -> list[Channel]:
    """A quick sodium and a slow potassium channel, not far from those of a nerve."""
    shift, quick = float(rng.uniform(-0.01, 0.01)), float(10 ** rng.uniform(-4, -2.5))
    m = Gate(3, "steady", (-0.04 + shift, 0.009, quick, 0.03))
    h = Gate(1, "steady", (-0.062 + shift, -0.007, quick * float(rng.uniform(5, 30)), 0.02))
    n = Gate(4, "steady", (-0.053 + shift, 0.015, quick * float(rng.uniform(5, 60)), 0.03))
    g = float(10 ** rng.uniform(2, 3.2))
    return [Channel("Na", g, (m, h)), Channel("K", g * float(rng.uniform(0.02, 0.6)), (n,))]


def _gate(rng) -> Gate:
    form = str(rng.choice(["steady", "rates", "at once"], p=[0.5, 0.3, 0.2]))
    half, slope = float(rng.uniform(-0.09, -0.01)), float(rng.uniform(0.004, 0.015) * rng.choice([1, 1, -1]))
    if form == "rates":
        return Gate(
            int(rng.integers(1, 5)),
            form,
            (half, abs(slope), float(10 ** rng.uniform(-3.5, -1)), float(rng.uniform(-0.09, -0.04))),
        )
    return Gate(int(rng.integers(1, 5)), form, (half, slope, float(10 ** rng.uniform(-4, 0)), float(rng.uniform(0.01, 0.05))))


def described(membranes: list[Membrane]) -> vrest.Cell:
    spaces: dict = {"outside": {"role": "bath", "ions": _ions("outside")}}
    for name in {end: None for m in membranes for end in (m.outer, m.inner)}:
        if name != "outside":
            spaces[name] = {"role": "held", "volume": "1 pL", "ions": _ions(name)}
    found = {f"m{k}": _described(m) for k, m in enumerate(membranes)}
    return vrest.from_dict({"cell": "random", "temperature": "310 K", "compartments": spaces, "membranes": found})


def _ions(name: str) -> dict:
    return {ion: f"{c} mM" for ion, c in CONTENTS[name].items()}


def _described(m: Membrane) -> dict:
    mechanisms: dict = {}
    for k, channel in enumerate(m.channels):
        one: dict = {"kind": "ohmic", "ion": channel.ion, "conductance": f"{channel.conductance!r} S/m^2"}
        if channel.gates:
            one["gates"] = {f"g{j}": gate.described() for j, gate in enumerate(channel.gates)}
        mechanisms[f"c{k}"] = one
    if m.pump:
        constants = {"K_Na": "10 mM", "K_K": "1.5 mM"}
        mechanisms["pump"] = {"kind": "na_k_atpase", "law": "saturating", "max_current": f"{m.pump!r} A/m^2", **constants}
    return {"between": [m.inner, m.outer], "area": "1000 um^2", "capacitance": f"{m.capacitance} F/m^2", "mechanisms": mechanisms}


# -- the judge --------------------------------------------------------------------------------------------------------


def roots_of(m: Membrane) -> list[float]:
    """Every sign change of the net current over a fine scan, refined by bisection."""
    V = np.linspace(*SCANNED, POTENTIALS)
    with np.errstate(all="ignore"):
        i = m.current(V, None, np)
    found = []
    for k in np.flatnonzero(np.sign(i[:-1]) * np.sign(i[1:]) < 0):
        a, b = mp.mpf(float(V[k])), mp.mpf(float(V[k + 1]))
        found.append(float(mp.findroot(lambda v: m.current(v, None, mp), (a, b), solver="anderson", tol=1e-40, verify=False)))
    return found


def eigenvalues(m: Membrane, V: float) -> list[Any]:
    """Of the potential and its gates at a root, in 50 digits."""
    root = mp.findroot(lambda v: m.current(v, None, mp), mp.mpf(V), tol=1e-60, verify=False)
    point = [root, *(gate.steady_and_time(root, mp)[0] for gate in m.moving)]
    n, h = len(point), mp.mpf(10) ** -18
    J = mp.matrix(n, n)
    for k in range(n):
        up, down = ([x + (s * h if j == k else 0) for j, x in enumerate(point)] for s in (1, -1))
        a, b = m.rates(up, mp), m.rates(down, mp)
        for j in range(n):
            J[j, k] = (a[j] - b[j]) / (2 * h)
    return [J[0, 0]] if n == 1 else list(mp.eig(J, left=False, right=False))


def returns(m: Membrane, V: float) -> bool | None:
    """Whether a run that begins a little away from a root is back after ten seconds; None where it is neither back nor gone."""
    from scipy.integrate import solve_ivp

    start = [V + AWAY, *(float(gate.steady_and_time(V, np)[0]) for gate in m.moving)]
    run = solve_ivp(lambda t, x: m.rates(x, np), (0, LONG), start, method="LSODA", rtol=1e-9, atol=1e-12)
    end = abs(float(run.y[0, -1]) - V)
    return True if end < BACK else False if np.abs(run.y[0] - V).max() > 2 * AWAY else None


def judged(seed: int) -> Counter[str]:
    """What is found of one cell."""
    membranes = drawn(seed)
    found = vrest.rest(described(membranes))
    verdicts: Counter[str] = Counter(cells=1)
    stable: dict[str, dict[float, bool]] = {}
    for k, m in enumerate(membranes):
        name, wanted = f"m{k}", roots_of(m)
        got = sorted({root.V_m[name] for root in found.roots})
        if len(got) != len(wanted) or any(abs(a - b) > 1e-8 for a, b in zip(got, wanted, strict=True)):
            raise AssertionError(f"roots of {name}: {got} where a scan finds {wanted}")
        verdicts["roots"] += len(got)
        stable[name] = {V: _verdict(m, V, verdicts) for V in got}
    for root in found.roots:
        every = all(stable[name][V] for name, V in root.V_m.items())
        if root.stable is not every:
            raise AssertionError(f"{root} is called {root.stable}, and is {every}")
    return verdicts


def _verdict(m: Membrane, V: float, verdicts: Counter[str]) -> bool:
    values = eigenvalues(m, V)
    largest, fastest = float(max(v.real for v in values)), float(max(abs(v) for v in values))
    is_stable = largest < 0
    if abs(largest) > FASTER and fastest < MOST_RUNS:
        back = returns(m, V)
        if back is not None and back is not is_stable:
            raise AssertionError(f"at {V} a run says {back}, eigenvalues {largest}")
        verdicts["told by a run too" if back is not None else "a run left it open"] += 1
    else:
        verdicts["told by eigenvalues alone"] += 1
    verdicts["stable" if is_stable else "unstable"] += 1
    if not is_stable and float(mp.diff(lambda v: m.current(v, None, mp), V)) > 0:
        verdicts["unstable at a positive slope"] += 1
    return is_stable


def main() -> int:
    mp.mp.dps = 50
    given = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count, first = given[0] if given else 1000, given[1] if len(given) > 1 else 0
    verdicts: Counter[str] = Counter()
    begin = time.perf_counter()
    for seed in range(first, first + count):
        try:
            verdicts += judged(seed)
        except Exception as error:  # every failure is counted and shown
            verdicts["WRONG"] += 1
            print(f"{seed}: {type(error).__name__}: {str(error)[:300]}", flush=True)
    for verdict, number in sorted(verdicts.items()):
        print(f"{number:6d}  {verdict}")
    print(f"{count} cells in {time.perf_counter() - begin:.0f} s")
    return int(bool(verdicts["WRONG"]))


if __name__ == "__main__":
    sys.exit(main())
