"""An action potential of the squid axon, 50 ms: ours, certified, beside NEURON's variable step: python benchmarks/spike.py

NEURON answers the potential alone; our answer holds currents, fluxes, energy and a certificate as well. Both are held against a run at a
hundredth of our tolerance. Needs NEURON (pip install neuron).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

import vrest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / place) for place in ("tests", "tests/gates")]
TIMES = np.arange(0.05, 50.0, 0.05)
REPEATS = 9


def main() -> None:
    import gated
    from test_beside_neuron import CURRENT, LENGTH, UNTIL, in_neuron

    event = {"from": "0 s", "to": f"{LENGTH} ms", "into": "inside", "current": f"{CURRENT} uA"}
    protocol = {"protocol": "p", "until": f"{UNTIL} ms", "events": [event]}
    prepared = vrest.prepare(gated.axon())
    sharp = 1e3 * prepared.simulate(protocol, at=TIMES * 1e-3, rtol=1e-10).V["m"]
    ours = prepared.simulate(protocol, at=TIMES * 1e-3)
    theirs = in_neuron(TIMES)
    print(
        f"vrest, certified  {best(lambda: prepared.simulate(protocol)):6.1f} ms  off by {np.abs(1e3 * ours.V['m'] - sharp).max():.1e} mV"
    )
    print(f"NEURON, V alone   {best(lambda: in_neuron(TIMES)):6.1f} ms  off by {np.abs(theirs - sharp).max():.1e} mV")


def best(run) -> float:
    """The shortest time of several runs [ms]."""
    took = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        run()
        took.append(time.perf_counter() - begin)
    return 1e3 * min(took)


if __name__ == "__main__":
    main()
