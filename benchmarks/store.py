"""Resting potentials of the pump-leak example over three axes into a Zarr store, killed three times and resumed, against a run that nothing
interrupts: python benchmarks/store.py [ROWS] [THREADS] [FOLDER]

Says rows a second, the memory that the sweeping process took at most, and whether both stores hold the same bits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import vrest

CELL = Path(__file__).resolve().parents[1] / "examples" / "pump-leak-cell.yaml"
SPANS = {
    "outside.K": "1:40 mM",
    "plasma.K_leak.permeability": "3e-9:3e-8 m/s",
    "plasma.Na_leak.permeability": "1.2e-10:1.2e-9 m/s",
}
KILLS = (0.2, 0.5, 0.8)
CHUNKS = 40


def main() -> None:
    given = dict(enumerate(sys.argv[1:]))
    rows, threads, where = int(float(given.get(0, "1e6"))), int(given.get(1, 2)), given.get(2)
    with tempfile.TemporaryDirectory(dir=where) as folder:
        whole, killed = Path(folder, "whole.zarr"), Path(folder, "killed.zarr")
        took, most = swept(whole, rows, threads)
        size = sum(file.stat().st_size for file in whole.rglob("*") if file.is_file())
        print(
            f"{rows:.3g} rows in {took:.1f} s, {rows / took:.3g} rows/s; at most {most / 2**30:.2f} GiB of memory, {size / 1e9:.3g} GB stored"
        )
        for part in KILLS:
            swept(killed, rows, threads, part * rows)
        _, most = swept(killed, rows, threads)
        same = all(alike(whole, killed))
        print(
            f"killed {len(KILLS)} times and resumed: {'the same bits' if same else 'OTHER BITS'}; at most {most / 2**30:.2f} GiB"
        )
    if not same:
        raise SystemExit(1)


def swept(store: Path, rows: int, threads: int, until: float = np.inf) -> tuple[float, int]:
    """Seconds and the largest memory [bytes] of a process that fills a store, killed when so many rows are done."""
    begin = time.perf_counter()
    words = [sys.executable, __file__, "--fill", str(store), str(rows), str(threads)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= until:
                process.kill()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, -9) or (process.returncode == 0) != (until == np.inf):
        raise SystemExit(f"the sweep ended with {process.returncode}")
    return time.perf_counter() - begin, used.ru_maxrss * 1024


def fill(store: str, rows: int, threads: int) -> None:
    """Go on with a store, or begin it, and tell what is done."""
    first = round(rows ** (1 / 3))
    sizes = (first, first, rows // first**2)
    over = {path: f"{span}:log:{size}" for (path, span), size in zip(SPANS.items(), sizes, strict=True)}
    told = lambda done, _: print(done, flush=True)  # noqa: E731
    vrest.sweep(CELL, over, output=store, threads=threads, chunk=max(1, rows // CHUNKS), resume=True, progress=told)


def alike(one: Path, other: Path) -> Iterator[bool]:
    """Whether two stores hold the same bits, array by array and a slab at a time; and the same rows without an answer."""
    import zarr

    groups = [zarr.open_group(path, mode="r") for path in (one, other)]
    for name in sorted({name for group in groups for name in group.array_keys()}):
        arrays = [group[name] for group in groups]
        yield arrays[0].shape == arrays[1].shape
        for k in range(arrays[0].shape[0]):
            first, second = (np.asarray(array[k : k + 1]) for array in arrays)
            yield first.tobytes() == second.tobytes() if first.dtype != object else first.tolist() == second.tolist()
    listed = [path.with_suffix(".failed.csv") for path in (one, other)]
    yield listed[0].exists() == listed[1].exists()
    yield not listed[0].exists() or sorted(listed[0].open()) == sorted(listed[1].open())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        fill(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        main()
