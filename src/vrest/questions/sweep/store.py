"""Where the answers of rows are kept: in memory, or in a Zarr store that is filled chunk by chunk and gone on with after an interruption."""

from __future__ import annotations

import contextlib
import csv
import json
import math
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError, Problem, advice, needed
from ...results.layout import Layout
from ...results.registry import VARIABLES
from ...results.rows import STATUS, UNSETTLED, Rows, failed_head, failed_lines, summed
from ..simulate.output import few_letters
from .axes import Axis
from .factors import CELL
from .plan import Plan

IDENTITY = "vrest_sweep"
MACHINE = "machine"
MOST_CHUNKS = 4096
CHUNK_BYTES = 64e6
LEAST_ROWS = 32

Place = tuple[slice, ...]


@dataclass(frozen=True)
class Chunk:
    """Rows that are answered together, and their place in the arrays."""

    begin: int
    end: int
    place: Place


def chunks_of(shape: Sequence[int], chunk: Sequence[int]) -> Iterator[Chunk]:
    """All chunks of a grid; each is a run of rows."""
    begin = 0
    for at in np.ndindex(*(math.ceil(size / one) for size, one in zip(shape, chunk, strict=True))):
        place = tuple(slice(k * one, min((k + 1) * one, size)) for k, one, size in zip(at, chunk, shape, strict=True))
        rows = math.prod(part.stop - part.start for part in place)
        yield Chunk(begin, begin + rows, place)
        begin += rows


def chunk_shape(shape: Sequence[int], most: int) -> tuple[int, ...]:
    """The largest block of at most so many rows that is a run of rows: whole along the last axes, one place along the first ones."""
    found, left = [], max(1, most)
    for size in reversed(shape):
        found.append(min(size, left))
        left = left // size if found[-1] == size else 1
        left = max(1, left)
    return tuple(reversed(found))


def chunk_rows(rows: int, row_bytes: int, row_seconds: float, seconds: float) -> int:
    """Rows of a chunk: so many as take some seconds, unless that needs too much memory or makes too many chunks."""
    by_time = max(LEAST_ROWS, int(seconds / max(row_seconds, 1e-9)))
    by_memory = max(LEAST_ROWS, int(CHUNK_BYTES / row_bytes))
    return max(min(by_time, by_memory), math.ceil(rows / MOST_CHUNKS))


@dataclass(frozen=True)
class Kept:
    """One array of a sweep: what it runs over, how long that is, its type, what stands where nothing is yet, what is said of it."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    empty: float
    said: Mapping[str, Any]

    def filled(self) -> np.ndarray:
        """The array, with nothing in it."""
        return np.full(self.shape, self.empty, dtype=self.dtype)


def kept(plan: Plan, layout: Layout) -> dict[str, Kept]:
    """Every array with an entry a row."""
    found: dict[str, Kept] = {}
    for prior in plan.beside:
        found[prior.path] = Kept((CELL,), (plan.shape[-1],), "f8", math.nan, {"units": prior.unit})
    for name, one in layout.outputs.items():
        said = {"units": one.units, "long_name": one.words}
        found[name] = Kept(plan.dims + one.dims, plan.shape + one.shape, "f8", math.nan, said)
    flags = {"flag_values": list(range(len(STATUS))), "flag_meanings": " ".join(STATUS), "long_name": VARIABLES["status"].words}
    found["residual"] = Kept(
        plan.dims, plan.shape, "f8", math.nan, {"units": "1", "long_name": VARIABLES["residual"].meaning.rstrip(".")}
    )
    found["status"] = Kept(plan.dims, plan.shape, "i1", UNSETTLED, flags)
    return found


def bytes_of(arrays: Mapping[str, Kept]) -> int:
    """Room that arrays take before they are packed."""
    return sum(math.prod(one.shape) * np.dtype(one.dtype).itemsize for one in arrays.values())


def coordinates(plan: Plan, layout: Layout) -> dict[str, Any]:
    """What the arrays run over."""
    own = {axis.path: (axis.path, axis.values, {"units": axis.unit}) for axis in plan.along}
    return own | {dim: (dim, *_labels(dim, found)) for dim, found in layout.labels.items()}


def _labels(dim: str, labels: list[Any]) -> tuple[Any, ...]:
    if dim == "time":
        return np.array(labels, dtype=float), {"units": "s", "long_name": "time"}
    return (np.array(labels, dtype=object),)


Written = Iterator[tuple[str, Place, np.ndarray]]


def written(plan: Plan, chunk: Chunk, rows: Rows) -> Written:
    """What a chunk writes, the status last: a chunk whose status is there is there as a whole. Rows whose numbers are there have none."""
    if rows.values:
        yield from numbers_of(plan, chunk, rows)
    yield "status", chunk.place, _shaped(chunk, rows.status)


def numbers_of(plan: Plan, chunk: Chunk, rows: Rows) -> Written:
    """What a chunk writes besides its status."""
    if plan.beside and all(part.start == 0 for part in chunk.place[:-1]):
        values = plan.values(chunk.begin, chunk.end)
        size = chunk.place[-1].stop - chunk.place[-1].start
        yield from ((one.path, chunk.place[-1:], values[one.path][:size]) for one in plan.beside)
    for name, array in {**rows.values, "residual": rows.residual}.items():
        yield name, chunk.place, _shaped(chunk, array)


def _shaped(chunk: Chunk, array: np.ndarray) -> np.ndarray:
    """What has an entry a row, in the form of its place."""
    return array.reshape(*(part.stop - part.start for part in chunk.place), *array.shape[1:])


class Memory:
    """Arrays in memory. What is drawn is there from the begin, and is what rows are answered for.

    Raises:
        InputError: they do not fit there.
    """

    def __init__(self, plan: Plan, layout: Layout, most: int, threads: int = 1) -> None:
        self.layout = layout
        self.chunks = list(chunks_of(plan.shape, chunk_shape(plan.shape, most)))
        self.kept = kept(plan, layout)
        must_fit(bytes_of(self.kept))
        self.plan = plan.listed(threads)
        self.arrays = {name: one.filled() for name, one in self.kept.items() if name not in {axis.path for axis in plan.beside}}
        self.rows = Rows({name: self._by_row(name) for name in layout.outputs}, self._by_row("status"), self._by_row("residual"))
        self.given: Rows | None = None
        self.why: dict[int, str] = {}

    def _by_row(self, name: str) -> np.ndarray:
        """An array with the rows as its first axis."""
        array = self.arrays[name]
        return array.reshape(self.plan.rows, *array.shape[len(self.plan.shape) :])

    def room(self, chunk: Chunk) -> Rows:
        """Where the answers of a chunk may be put right away."""
        self.given = self.rows.part(slice(chunk.begin, chunk.end))
        return self.given

    def put(self, chunk: Chunk, rows: Rows) -> None:
        if rows is not self.given:
            self.rows.put(slice(chunk.begin, chunk.end), rows)
        self.why |= {chunk.begin + row: sentence for row, sentence in rows.why.items()}

    def summary(self) -> tuple[dict[str, int], float]:
        """How many rows have each status, and the largest residual."""
        return summed([(self.rows.status, self.rows.residual)])

    def dataset(self) -> Any:
        """What is there, as an xarray.Dataset."""
        import xarray

        own = self.plan.own
        beside = {axis.path: axis.values for axis in self.plan.beside if isinstance(axis, Axis)}
        arrays = self.arrays | {path: values if own else values.copy() for path, values in beside.items()}
        variables = {name: (one.dims, arrays[name], dict(one.said)) for name, one in self.kept.items()}
        data = xarray.Dataset(variables, coordinates(self.plan, self.layout))
        return data.set_coords([one.path for one in self.plan.beside])


class Store:
    """A Zarr folder; `identity` is what a sweep is of, `begun` the versions and the processor with which it is answered.

    Raises:
        InputError: it is there already, belongs to another sweep or machine, cannot be written, or would not find room.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        plan: Plan,
        layout: Layout,
        most: int,
        identity: Mapping[str, str],
        begun: Mapping[str, str],
        *,
        resume: bool = False,
        allow_other_machine: bool = False,
    ) -> None:
        self.path, self.plan, self.layout = Path(path), plan, layout
        self.failed = failed_beside(self.path)
        if not (resume and self.path.exists()):
            with writing(self.path):
                self._begin(most, {**identity, **begun})
                self.failed.path.unlink(missing_ok=True)  # of a store that was there before
        self.group = opened(self.path)
        if resume:
            self._must_be({**identity, **begun}, allow_other_machine)
        status = self.array("status")
        self.all = list(chunks_of(plan.shape, status.chunks))
        self.chunks = [chunk for chunk in self.all if status[chunk.place].flat[-1] == UNSETTLED]
        if resume:
            self._only_complete()

    def _begin(self, most: int, identity: Mapping[str, str]) -> None:
        """A store with nothing in it, which takes its name when it is whole."""
        import xarray
        import zarr

        arrays = kept(self.plan, self.layout)
        must_have_room(self.path, bytes_of(arrays))
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            xarray.Dataset(coords=coordinates(self.plan, self.layout)).to_zarr(part, mode="w", consolidated=False)
            group, chunk = zarr.open_group(part, mode="r+"), chunk_shape(self.plan.shape, most)
            for name, one in arrays.items():
                first = chunk if len(one.shape) >= len(chunk) else chunk[-1:]
                blocks = first + one.shape[len(first) :]
                made = group.create_array(
                    name, shape=one.shape, chunks=blocks, dtype=one.dtype, fill_value=one.empty, dimension_names=one.dims
                )
                made.attrs.update(dict(one.said))
            group.attrs[IDENTITY] = json.dumps(dict(identity))
            if self.plan.beside:
                group.attrs["coordinates"] = " ".join(one.path for one in self.plan.beside)
            os.rename(part, self.path)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _must_be(self, identity: Mapping[str, str], allow_other_machine: bool) -> None:
        """The store must be one of this sweep.

        Raises:
            InputError: in what it differs.
        """
        said = self.group.attrs.get(IDENTITY)
        if said is None:
            raise InputError(_no_store(self.path))
        then = json.loads(said)
        names = [name for name in differing(identity, then) if not (allow_other_machine and name == MACHINE)]
        if names:
            raise InputError(*(_another(name, self.path, identity, then) for name in names))

    def room(self, chunk: Chunk) -> None:
        """Answers are kept when a chunk is done."""

    def put(self, chunk: Chunk, rows: Rows) -> None:
        """Keep a chunk; one that is interrupted midway counts as not there.

        Raises:
            InputError: the disk is full, or cannot be written.
        """
        with writing(self.path):
            if rows.why:
                self.failed.add(self.plan, chunk, rows)
            for name, place, values in written(self.plan, chunk, rows):
                self.array(name)[place] = values

    def array(self, name: str) -> Any:
        """One array of the store."""
        return self.group[name]

    def _only_complete(self) -> None:
        """Of the failed rows those of complete chunks alone: the others are answered anew."""
        missing = np.array([chunk.begin for chunk in self.chunks]), np.array([chunk.end for chunk in self.chunks])
        self.failed.without(self.plan, lambda row: bool(np.any((missing[0] <= row) & (row < missing[1]))))

    @property
    def why(self) -> dict[int, str]:
        return self.failed.first

    def summary(self) -> tuple[dict[str, int], float]:
        """How many rows have each status, and the largest residual; a chunk at a time in memory."""
        return summed((self.array("status")[chunk.place], self.array("residual")[chunk.place]) for chunk in self.all)

    def dataset(self) -> Any:
        """What is there, as an xarray.Dataset that reads when it is asked, and keeps nothing of it."""
        import xarray

        data = xarray.open_dataset(self.path, engine="zarr", consolidated=False, chunks=None, cache=False)
        data.attrs = {}
        return data


# -- failed rows ------------------------------------------------------------------------------------------------------


class Failed:
    """A CSV of the rows without an answer: row, numbers, status, why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.first: dict[int, str] = {}

    def add(self, plan: Plan, chunk: Chunk, rows: Rows) -> None:
        """The failed rows of a chunk, behind those that are there."""
        values = plan.values(chunk.begin, chunk.end)
        begins = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            write = csv.writer(file, lineterminator="\n")
            if begins:
                write.writerow(self._head(plan))
            write.writerows(failed_lines(chunk.begin, [values[axis.path] for axis in plan.axes], rows.status, rows.why))
        if not self.first:
            self.first = {chunk.begin + row: sentence for row, sentence in list(rows.why.items())[:1]}

    def _head(self, plan: Plan) -> list[str]:
        return failed_head({axis.path: axis.unit for axis in plan.axes})

    def without(self, plan: Plan, again: Any) -> None:
        """Leave out rows that are answered anew, and what was cut short: a line, or all of the file on a full disk."""
        if not self.path.exists():
            return
        head = self._head(plan)
        with self.path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        whole = [line for line in lines if len(line) == len(head) and line[0].isdigit() and not again(int(line[0]))]
        if not whole:
            self.path.unlink()
            return
        part = self.path.with_name(f".{self.path.name}.part")
        with part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([head, *whole])
        os.replace(part, self.path)
        self.first = {int(line[0]): line[-1] for line in whole[:1]}


def failed_beside(path: str | os.PathLike[str]) -> Failed:
    """The CSV of failed rows beside the file of the answers: `sweep.failed.csv` beside `sweep.zarr`."""
    return Failed(Path(path).with_suffix(".failed.csv"))


def opened(path: Path) -> Any:
    """The arrays of a store that is there.

    Raises:
        InputError: it is none.
    """
    with needed("population", "keeping a sweep in a Zarr store"):
        import zarr
    try:
        return zarr.open_group(path, mode="r+")
    except (OSError, ValueError, KeyError):
        raise InputError(_no_store(path)) from None


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what is written.

    Raises:
        InputError: the disk is full, or cannot be written.
    """
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"cannot write the store: {reason}; what was stored before is whole"
        raise InputError(Problem(message, file=str(path), expected=advice("resume=True", "--resume") + " to go on")) from None


# -- what is there, and room ------------------------------------------------------------------------------------------


def must_have_room(path: Path, need: int) -> None:
    """The disk must have room for what is to come.

    Raises:
        InputError: how much is needed, and how much there is.
    """
    folder = path.resolve().parent
    if not folder.is_dir():
        raise InputError(Problem("there is no such folder", file=str(folder)))
    free = shutil.disk_usage(folder).free
    if need > free:
        found, expected = f"{free / 1e9:.3g} GB free", f"up to {need / 1e9:.3g} GB, fewer outputs or another disk"
        raise InputError(Problem("the disk has too little room for all rows", file=str(path), found=found, expected=expected))


def must_fit(need: int) -> None:
    """All rows must fit into memory, where its size can be told.

    Raises:
        InputError: how much is needed, and how much there is.
    """
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else math.inf
    if need > there:
        found, how = f"{there / 1e9:.3g} GB of memory", advice('output="rows.zarr"', "-o rows.zarr")
        expected = f"{need / 1e9:.3g} GB, or {how}, a store that is filled chunk by chunk"
        raise InputError(Problem("all rows do not fit into memory", found=found, expected=expected))


def here(lanes: bool) -> dict[str, str]:
    """What the last digits of an answer depend on besides the question: versions and processor."""
    from importlib.metadata import version

    from ... import __version__

    libraries = ("casadi", "numpy", "scipy", *(["llvmlite"] if lanes else []))
    return {
        "version of vrest": __version__,
        **{f"version of {name}": version(name) for name in libraries},
        MACHINE: machine(),
    }


def differing(now: Mapping[str, str], then: Mapping[str, str]) -> list[str]:
    """In what a sweep is another one than that of a store."""
    return [name for name in {**now, **then} if now.get(name) != then.get(name)]


def machine() -> str:
    """The processor as far as it can change the last digits of an answer."""
    features = ""
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        features = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.system()} {platform.machine()} {few_letters(features or platform.processor())}"


def _another(name: str, path: Path, now: Mapping[str, str], then: Mapping[str, str]) -> Problem:
    expected = f"{then.get(name, 'none')}, as it was begun, or {_anew()}"
    if name == MACHINE:
        expected = advice("allow_other_machine=True", "--allow-other-machine") + ", as last digits may differ"
    other = f"other {name}" if name.endswith("s") else f"another {name}"
    return Problem(f"the store is of {other}", file=str(path), found=now.get(name, "none"), expected=expected)


def _no_store(path: Path) -> Problem:
    return Problem("this is no store of a sweep", file=str(path), expected=_anew())


def _anew() -> str:
    return advice("force=True", "--force") + " to begin anew"
