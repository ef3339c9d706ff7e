"""Runs killed at random moments while they write, and resumed: what is there is valid each time, and the end is the same.

`python tests/simulate/killed.py` kills ten runs for each kind of file and prints the counts; options say how many, of which kinds, and
with which seed.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

CELL = "mammalian-neuron"
PROTOCOL = """
protocol: train
until: 200 s
events:
- {from: 1 s, every: 100 ms, for: 2 ms, times: PULSES, current: 100 pA, into: inside, carrier: K}
- {from: 30 s, to: 90 s, ramp: {outside.K: 8 mM}}
"""
ENDINGS = ("csv", "nc", "zarr")


class Killing:
    """One run, as it is when nothing interrupts it, and what others are compared with.

    Arguments:
        pulses: of the train; up to 190 or so, points where the course bends are looked for
    """

    def __init__(self, folder: Path, ending: str, pulses: int) -> None:
        self.folder, self.ending = folder, ending
        self.protocol = folder / "train.yaml"
        self.protocol.write_text(PROTOCOL.replace("PULSES", str(pulses)))
        self.whole = folder / f"whole.{ending}"
        begin = time.monotonic()
        self.words = self.finished(self.start(self.whole))
        self.lasts = time.monotonic() - begin

    def start(self, path: Path, *more: str) -> subprocess.Popen[str]:
        words = [sys.executable, "-m", "vrest", "simulate", CELL, str(self.protocol), "--output", str(path), *more]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finished(self, run: subprocess.Popen[str]) -> str:
        out, err = run.communicate()
        if run.returncode:
            raise RuntimeError(err)
        return out

    def killed(self, path: Path, after: float, how: signal.Signals = signal.SIGKILL, *more: str) -> str:
        """What a run left that was ended after some seconds: `nothing` yet, `part` of the rows, all of them, or `over` where its file was whole.

        A file is whole as soon as there is no journal beside it: what ends the run between that and its last words has nothing to go on with.
        """
        run = self.start(path, *more)
        time.sleep(after)
        run.send_signal(how)
        run.communicate()
        if run.returncode == 0 or (path.exists() and not path.with_name(path.name + ".resume").exists()):
            return "over"
        if not path.exists():
            return "nothing"
        return "part" if self.rows(path) < self.rows(self.whole) else "all"

    def rows(self, path: Path) -> int:
        """How many rows a file holds, all of which are those of the whole run."""
        if self.ending == "csv":
            part = path.read_bytes()
            assert self.whole.read_bytes().startswith(part), "the rows are others"
            assert part.endswith(b"\r\n"), "a row is torn"
            return part.count(b"\n") - 1
        part, whole = _dataset(path), _dataset(self.whole)
        size = part.sizes["time"]
        # Not known yet: whether the last of them is just before a step, and the end of the run, which says when the first one is.
        part, same = part.isel(time=slice(1, -1)), whole.isel(time=slice(1, size - 1))
        for name in ("time", "V_mV", "inside_mM", "electrode_pA", "atp_mol_per_s"):
            assert part[name].equals(same[name]), f"{name} is another"
        return size

    def same(self, path: Path) -> bool:
        """Whether a file is the same as that of the whole run."""
        if self.ending == "zarr":
            return _dataset(path).identical(_dataset(self.whole))
        return path.read_bytes() == self.whole.read_bytes()

    def trial(self, name: str, after: float, how: signal.Signals = signal.SIGKILL) -> str:
        """Kill a run and resume it: what was left, where the end is the same."""
        path = self.folder / f"{name}.{self.ending}"
        left = self.killed(path, after, how)
        if left != "over":
            words = self.finished(self.start(path, "--resume"))
            assert words == self.words, "the answer is another"
        assert self.same(path), "the file is another"
        assert left == "over" or [one.name for one in self.folder.glob(f"*{name}.*")] == [path.name], "something is left over"
        return left


def _dataset(path: Path):
    import xarray

    how = {"engine": "zarr", "consolidated": False} if path.suffix == ".zarr" else {}
    with xarray.open_dataset(path, **how) as data:
        return data.load()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--pulses", type=int, nargs="*", default=[60, 1500])
    options.add_argument("endings", nargs="*", default=ENDINGS)
    given = options.parse_args()
    rng = random.Random(given.seed)
    for ending in given.endings:
        for pulses in given.pulses:
            with tempfile.TemporaryDirectory() as folder:
                run = Killing(Path(folder), ending, pulses)
                left = Counter(run.trial(f"course{k}", rng.uniform(0, run.lasts)) for k in range(given.kills))
            said = ", ".join(f"{count} with {words} written" for words, count in sorted(left.items()))
            print(f"{ending}, {pulses} pulses, {run.lasts:.1f} s: {given.kills} kills ({said}), {given.kills} times the same end")


if __name__ == "__main__":
    main()
