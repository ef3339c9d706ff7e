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

LEFT, GROWN = 0.01, 3.0
"""Of a deviation: what may be left of it after twelve slow time constants, and how far it grows where a state is unstable."""
NOISE = 1e-7
SMALL = 0.1
"""In RT/F or of an amount: beyond it a state that lies near an unstable one may be thrown over."""
ELSEWHERE = 4.0
"""How much slower than beside the chosen state it may be beside another one, whose rates are not told."""
SHORT, LATER = 1e-3, np.geomspace(0.01, 1e8, 21)
"""How long fluxes are changed beside an unstable state [s], and when it is looked at whether that is left [s]."""


def description(seed: int) -> dict[str, Any]:
    """A random cell; every second one is a fibre in low K+ whose inward rectifier may make two states and an unstable one between."""
    drawing = Drawing(seed)
    if not seed % 2:
        return drawing.cell
    r, inside = random.Random(f"fibre {seed}"), {"K": "140 mM", "Na": "10 mM", "Cl": "5 mM"}
    outside = {"K": f"{r.uniform(1.5, 6):.4g} mM", "Na": "145 mM", "Cl": "149 mM"}
    leaks = {"K": -10, "Na": -10, "Cl": r.choice((-11, -9))}
    ways: dict[str, Any] = {
        f"{ion}_leak": {"kind": "ghk", "ion": ion, "permeability": f"{10 ** r.uniform(P - 0.3, P + 0.3):.4g} m/s"}
        for ion, P in leaks.items()
    }
    factor = "1/(1 + exp((V - E_K - 10 mV)/(5 mV)))"
    ways["rectifier"] = {"kind": "ohmic", "ion": "K", "conductance": f"{r.uniform(0.3, 2):.4g} S/m^2", "factor": factor}
    size = f"{r.uniform(0.008, 0.014):.4g} A/m^2"
    ways["pump"] = {"kind": "na_k_atpase", "law": "saturating", "max_current": size, "K_Na": "10 mM", "K_K": "1.5 mM"}
    space = {"shape": {"sphere": {"diameter": "20 um"}}, "ions": inside, "impermeant": {"valence": "-1", "amount": "neutral"}}
    return {
        "cell": "fibre",
        "temperature": "310 K",
        "compartments": {"outside": {"role": "bath", "ions": outside}, "inside": space},
        "membranes": {"plasma": {"between": ["inside", "outside"], "capacitance": "1 uF/cm^2", "mechanisms": ways}},
    }


class Left:
    """A state that is left a little and followed."""

    def __init__(self, world: World, point: Any, seed: int) -> None:
        self.world, self.point = world, point
        c = {name: dict(ions) for name, ions in point.inside.items()}
        waters = {name: float(w) for name, w in point.water.items() if isinstance(w, float)}
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

    def followed(self, length: float, times: np.ndarray) -> tuple[float, list[float]]:
        """The deviation after fluxes were changed for a length of time [s], and what it is at times [s] from then on."""
        _, begun = self.world.through(self.contents, self.changed, np.array([length]), 1e-9)
        views, _ = self.world.through(begun, self.phase, np.concatenate([[0.0, length], times]), 1e-9)
        first, second, *later = [self.off(view) for view in views]
        return max(first, second), later


def returns(left: Left, slowest: float) -> str:
    """What becomes of a deviation from a state that is called stable; the slowest rate of the chosen state [1/s]."""
    tau = 1 / abs(slowest)
    deviation, (at_3, at_5, at_12) = left.followed(0.03 * tau, tau * np.array([3.0, 5.0, 12.0]))
    if deviation < 100 * NOISE:
        return "not left"
    if deviation > SMALL:
        return "left too far"
    if at_12 > LEFT * deviation + NOISE:
        return f"WRONG: called stable, {deviation:.3g} becomes {at_12:.3g}"
    seen = math.log(at_3 / at_5) / 2 if at_5 > NOISE and at_3 > at_5 else math.nan
    return "returns at the slowest rate" if abs(seen - 1) < 0.05 else "returns"


def leaves(left: Left) -> str:
    """What becomes of a deviation from a state that is called unstable."""
    deviation, later = left.followed(SHORT, LATER)
    grown = max(later) > GROWN * deviation
    return "leaves" if grown else f"WRONG: called unstable, {deviation:.3g} becomes {later[-1]:.3g}"


def outcome(cell: dict[str, Any], found: Any, point: Any, seed: int) -> tuple[str, str]:
    """Which sort of state it is said to be, and what comes of a deviation."""
    if isinstance(point.stable, vrest.Unknown):
        return "", "stability not told"
    left = Left(World(cell), point, seed)
    which = "chosen, " if point is found.point else "other, "
    try:
        what = (
            returns(left, max(found.decay_rates) / (1 if point is found.point else ELSEWHERE)) if point.stable else leaves(left)
        )
    except Stopped as stop:
        what = f"not followed: {stop}"
    return which + ("stable, " if point.stable else "unstable, "), what


def outcomes(seed: int) -> list[tuple[str, str]]:
    """What comes of every steady state of a drawn cell; one entry that says so where it has none."""
    cell = description(seed)
    try:
        found = vrest.steady_state(vrest.from_dict(cell))
    except vrest.VrestError as error:
        return [("", "refused" if error.exit_code == 2 else "no steady state")]
    return [outcome(cell, found, point, seed) for point in (found.point, *found.other_states)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100, help="how many cells with a steady state")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts, seed, cells, begin = Counter[str](), options.seed * 1_000_000, 0, time.perf_counter()
    while cells < options.count:
        found = outcomes(seed)
        cells += found[0][0] != "" or found[0][1] == "stability not told"
        for sort, what in found:
            counts[f"{sort}{what.partition(':')[0]}"] += 1
            if what.startswith(("WRONG", "not followed")):
                print(f"seed {seed}: {what}\n{json.dumps(description(seed))}", flush=True)
        seed += 1
        print(f"\r{dict(counts)}, {time.perf_counter() - begin:.0f} s", end="", file=sys.stderr, flush=True)
    print(f"\n{cells} cells, {dict(counts)} in {time.perf_counter() - begin:.0f} s")
    return 1 if any("WRONG" in key for key in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
