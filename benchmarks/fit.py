"""How often the intervals of a fit cover the truth, in synthetic data: python benchmarks/fit.py [--sets 400] [--kind rest]

Each kind of data has a cell, numbers that are sought, and noise whose seed is the kind's name. A number's 95 % interval (profile likelihood)
should hold the true value in 95 % of all sets, with standard deviations that are given and with such as are estimated.
"""

import argparse
import time
from dataclasses import dataclass, replace

import numpy as np

import vrest
from vrest.questions.fit.data import data_of
from vrest.questions.fit.fit import Fitting, model_of
from vrest.questions.fit.free import free_numbers
from vrest.questions.fit.table import table_of
from vrest.questions.rest.zero_current import RestSolver

LEAST, MOST = 0.915, 0.985


@dataclass(frozen=True)
class Kind:
    """A kind of data: the cell, what is set in it, what is sought, the columns, and the noise of each measured quantity in its unit."""

    cell: str
    settings: dict[str, str]
    free: tuple[str, ...]
    columns: dict[str, list[float]]
    noise: dict[str, float]


KINDS = {
    "rest": Kind(
        "squid-axon",
        {},
        ("plasma.K_leak.permeability", "plasma.Na_leak.permeability"),
        {"outside.K [mM]": [2, 3, 5, 8, 12, 20, 35, 60, 100, 160]},
        {"V [mV]": 1.0},
    ),
    "iv": Kind(
        "squid-axon-excitable",
        {},
        ("plasma.K.conductance", "plasma.leak.conductance", "plasma.leak.reversal"),
        {"V [mV]": [-110, -100, -90, -80, -70, -65, -60, -55, -50, -45, -40]},
        {"I [uA/cm2]": 0.3},
    ),
    "simulate": Kind(
        "mammalian-neuron",
        {"plasma.pump.max_current": "0.001 A/m^2"},
        ("plasma.Na_leak.permeability", "plasma.K_leak.permeability"),
        {"time [s]": [60, 120, 180, 240, 300, 360, 420, 480, 540, 600]},
        {"inside.Na [mM]": 2.0, "V [mV]": 1.0},
    ),
}


class Synthetic:
    """Sets of data of one kind."""

    def __init__(self, name: str, estimated: bool) -> None:
        kind = KINDS[name]
        cell = vrest.load(kind.cell).replace(kind.settings)
        self.free = free_numbers(cell, kind.free)
        rows, columns = len(next(iter(kind.columns.values()))), dict(kind.columns)
        for k, (heading, sd) in enumerate(kind.noise.items()):
            columns[heading] = [0.0] * rows
            if not estimated:
                columns[f"sd{' ' * k} [{heading.split('[')[1]}"] = [sd] * rows
        self.data = data_of(cell, table_of(columns))
        self.model = model_of(RestSolver(cell), self.data, kind.free)
        self.truth = np.array([one.described for one in self.free])
        values = self.model(self.truth)[0].reshape(len(self.data.series), rows)
        sizes = [vrest.units.from_unit(sd, heading.split("[")[1].rstrip("]")) for heading, sd in kind.noise.items()]
        self._values = np.stack([np.asarray(value) for value in values])
        self._sd = np.array(sizes)[:, None]
        self._random = np.random.default_rng(list(name.encode()))

    def covered(self) -> tuple[np.ndarray, np.ndarray]:
        """Of one more set, which intervals hold the truth, and which have both ends."""
        noisy = self._values + self._sd * self._random.standard_normal(self._values.shape)
        series = tuple(replace(one, values=values) for one, values in zip(self.data.series, noisy, strict=True))
        fitting = Fitting(self.model, replace(self.data, series=series), self.free)
        found = fitting.found()
        ends, _ = fitting.intervals(found)
        low = np.array([-np.inf if ends[k][0] is None else ends[k][0] for k in range(len(self.free))])
        high = np.array([np.inf if ends[k][1] is None else ends[k][1] for k in range(len(self.free))])
        return (low <= 0) & (high >= 0), np.isfinite(high - low)


def coverage(name: str, sets: int, estimated: bool = False) -> tuple[dict[str, float], float]:
    """The part of all sets in which each number's interval holds the truth, and seconds a set."""
    synthetic, begin = Synthetic(name, estimated), time.perf_counter()
    held = np.array([synthetic.covered()[0] for _ in range(sets)])
    parts = dict(zip((one.path for one in synthetic.free), held.mean(axis=0).tolist(), strict=True))
    return parts, (time.perf_counter() - begin) / sets


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=400)
    parser.add_argument("--kind", choices=KINDS, action="append")
    asked = parser.parse_args()
    right = True
    for name in asked.kind or KINDS:
        for estimated in (False, True):
            parts, seconds = coverage(name, asked.sets, estimated)
            how = "sd estimated" if estimated else "sd given"
            said = ", ".join(f"{path} {100 * part:.2f} %" for path, part in parts.items())
            print(f"{name}, {how}: {asked.sets} sets, {1e3 * seconds:.1f} ms each; covered: {said}", flush=True)
            right = right and all(LEAST <= part <= MOST for part in parts.values())
    return 0 if right else 1


if __name__ == "__main__":
    raise SystemExit(main())
