"""The Goldman-Hodgkin-Katz voltage of ten million membranes against the bare NumPy expression: time, error, memory.

python benchmarks/ghk_voltage.py [points]
"""

import sys
import time
import tracemalloc

import numpy as np

from vrest.laws.ghk import ghk_voltage

REPEATS = 5
GOAL_TIME, GOAL_MEMORY = 2.0, 4.0
P, Z, T = [1.0, 0.04, 0.45], [1, 1, -1], 310.0


def bare(c_in, c_out):
    """What a user of NumPy would write."""
    k, e = 1.380649e-23, 1.602176634e-19
    out = P[0] * c_out[0] + P[1] * c_out[1] + P[2] * c_in[2]
    inside = P[0] * c_in[0] + P[1] * c_in[1] + P[2] * c_out[2]
    return k * T / e * np.log(out / inside)


def law(c_in, c_out):
    return ghk_voltage(P, Z, c_in, c_out, T)


def best_time(function, *args):
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return min(times)


def peak_memory(function, *args):
    tracemalloc.start()
    result = function(*args)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / result.nbytes


def main(points):
    c_in, c_out = np.random.default_rng(0).uniform(1.0, 150.0, (2, 3, points))
    seconds = {function.__name__: best_time(function, c_in, c_out) for function in (bare, law)}
    ratio, memory = seconds["law"] / seconds["bare"], peak_memory(law, c_in, c_out)
    error = np.max(np.abs(law(c_in, c_out) - bare(c_in, c_out)))
    print(f"points        {points}")
    print(f"bare NumPy    {seconds['bare']:.3f} s")
    print(f"ghk_voltage   {seconds['law']:.3f} s = {ratio:.2f} times (goal {GOAL_TIME:g})")
    print(f"difference    {error:.1e} V")
    print(f"peak memory   {memory:.2f} times the result (goal {GOAL_MEMORY:g})")
    return 0 if ratio <= GOAL_TIME and memory <= GOAL_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000))
