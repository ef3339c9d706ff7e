"""Steady states of random cells against long time courses: `python tests/simulate/returning.py 100 --seed 0`.

A state is left a little, by fluxes that are changed for a while, and followed by the independent integrator. Where `steady` says
stable, the deviation dies away with the slowest time constant; where it says unstable, it grows.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections import Counter
from typing import Any

import numpy as np

import vrest
from drawn import Drawing
from independent import MOVERS, Phase, Stopped, View, World

RECTIFIER = "1/(1 + exp((V - E_K + 15 mV)/(10 mV)))"
LEFT, GROWN = 0.01, 3.0
"""Of a deviation: what may be left of it after twelve slow time constants, and how far it grows where a state is unstable."""
NOISE = 1e-7


def description(seed: int) -> dict[str, Any]:
    """A random cell; every second one has an inward rectifier in low K+, which may make two states and an unstable one between."""
    drawing = Drawing(seed)
    r, cell = random.Random(f"rectifier {seed}"), drawing.cell
    if seed % 2 and "outside" in cell["compartments"]:
        cell["compartments"]["outside"]["ions"]["K"] = f"{r.uniform(0.8, 3):.4g} mM"
        mechanisms = cell["membranes"]["plasma"]["mechanisms"]
        mechanisms["K_leak"] = {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s", "factor": RECTIFIER}
        mechanisms["Na_leak"] = {"kind": "ghk", "ion": "Na", "permeability": f"{10 ** r.uniform(-11, -9.5):.4g} m/s"}
        mechanisms["pump"] = {
            "kind": "na_k_atpase",
            "law": "saturating",
            "max_current": "0.05 A/m^2",
            "K_Na": "10 mM",
            "K_K": "1 mM",
        }
    return cell


class Left:
    """A state that is left a little and followed."""

    def __init__(self, world: World, point: Any, seed: int) -> None:
        self.world, self.point = world, point
        c = {name: dict(ions) for name, ions in point.inside.items()}
        waters = {name: float(w) for name, w in point.volume.items() if isinstance(w, float)}
        phi = {name: float(V) for name, V in point.potential.items() if isinstance(V, float)}
        self.contents = world.contents(c, {**world.water0, **waters}, phi)
        self.phase = Phase(0.0, math.inf, dict(world.numbers))
        self.there = world.view(self.contents, self.phase, world.numbers)
        r = random.Random(f"left {seed}")
        moved = {path: value * r.uniform(0.9, 1.1) for path, value in world.numbers.items() if path.rpartition(".")[2] in MOVERS}
        self.changed = Phase(0.0, math.inf, {**world.numbers, **moved})

    def off(self, view: View) -> float:
        """How far a view is from the state: the largest of potentials in RT/F and of relative changes of amounts."""
        parts = [abs(view.V[name] - V) / 0.0267 for name, V in self.there.V.items()]
        parts += [abs(view.contents.n[key] / n - 1) for key, n in self.there.contents.n.items()]
        return max(parts)

    def followed(self, rate: float) -> tuple[float, list[float]]:
        """The deviation, and what it is after 3, 5 and 12 times 1/rate."""
        tau = 1 / rate
        _, begun = self.world.through(self.contents, self.changed, np.array([0.03 * tau]), 1e-9)
        views, _ = self.world.through(begun, self.phase, tau * np.array([0.0, 1.0, 3.0, 5.0, 12.0]), 1e-9)
        first, second, *later = [self.off(view) for view in views]
        return max(first, second), later


def judged(world: World, point: Any, fastest: float, seed: int) -> str:
    """What came of a state with the largest real part of its eigenvalues [1/s]."""
    left = Left(world, point, seed)
    if fastest == 0.0:
        return "no rate"
    deviation, (at_3, at_5, at_12) = left.followed(abs(fastest))
    if deviation < 100 * NOISE:
        return "not left"
    if point.stable:
        if at_12 > LEFT * deviation + NOISE:
            return f"WRONG: called stable, {deviation:.3g} becomes {at_12:.3g}"
        seen = math.log(at_3 / at_5) / 2 if at_5 > NOISE and at_3 > at_5 else math.nan
        return "returns at the slowest rate" if abs(seen - 1) < 0.05 else "returns"
    return "leaves" if at_12 > GROWN * deviation else f"WRONG: called unstable, {deviation:.3g} becomes {at_12:.3g}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts, seed, begin = Counter[str](), options.seed * 1_000_000, time.perf_counter()
    cells = 0
    while cells < options.count:
        cell = description(seed)
        seed += 1
        try:
            prepared = vrest.from_dict(cell)
            found = vrest.steady_state(prepared)
        except vrest.VrestError as error:
            counts["no steady state: " + ("refused" if error.exit_code == 2 else "none")] += 1
            continue
        cells += 1
        for point in (found.point, *found.other_states):
            if isinstance(point.stable, vrest.Unknown):
                counts["stability not told"] += 1
                continue
            rates = found.decay_rates if point is found.point else ()
            try:
                what = judged(World(cell), point, max(rates) if rates else 0.0, seed)
            except Stopped as stop:
                what = f"not followed: {stop}"
            counts[("stable, " if point.stable else "unstable, ") + what.partition(":")[0]] += 1
            if what.startswith(("WRONG", "not followed")):
                print(f"seed {seed - 1}: {what}\n{json.dumps(cell)}", flush=True)
        print(f"\r{dict(counts)}, {time.perf_counter() - begin:.0f} s", end="", file=sys.stderr, flush=True)
    print(f"\n{cells} cells, {dict(counts)} in {time.perf_counter() - begin:.0f} s")
    return 1 if any("WRONG" in key for key in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
