"""`sweep`: one question for many rows of numbers, each answered and certified by itself."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, WrittenProtocol, cell_of
from ...description.protocol import Protocol
from ...errors import InputError, NoAnswerError, Problem, VrestError, advice, nearest, needed, taken
from ...results.base import Result
from ...results.layout import COUNT, Layout, layout_of
from ...results.rows import SETTLED_BY_ONE_CELL, STATUS, Rows
from ...results.sweep import SweepResult, certified_by
from ..prepared import CPU, prepared
from ..simulate.asked import course_of
from ..simulate.output import few_letters
from .asked import ASKS, THRESHOLDS, Asked
from .cluster import Cluster, Question, joined
from .device import known, must_be_here, name_of, on_gpu, where
from .plan import Plan, plan_of
from .rows import answer_rows, certified
from .store import MACHINE, Chunk, Memory, Store, bytes_of, chunk_rows, here, kept, writing
from .workers import working

Progress = Callable[[int, int], None]
Answers = Generator[tuple[Chunk, Rows]]

OUTPUTS = {
    "rest": ("V_mV", COUNT),
    "steady": ("V_mV", "inside_mM", "volume_pL", "atp_mol_per_s"),
    "simulate": ("V_mV", "inside_mM", "volume_pL"),
    "excite": ("rest_mV", "threshold_mV", "rheobase_uA_per_cm2", "chronaxie_ms"),
}
"""What is told of each row where nobody says what."""
IN_LANES = {
    "rest": "their net current there",
    "steady": "their net fluxes there",
    "simulate": "steps of Rodas5P, each row's own within its tolerance, and by what they keep",
}
"""What rows are certified by that lanes settle."""
FIRST = 64
"""Rows that are tried for a first answer, from which the arrays take their form, where the cell as it is described has none."""
TIMED, SLOW = 2, 0.5
"""Rows whose time tells that of all; an answer that takes longer [s] tells it alone."""
SECONDS = 2.0
"""How long a chunk shall take, about."""
FEW = 4 * FIRST
"""Up to so many rows are answered by one core, unless somebody says otherwise."""
MANY = 1 << 14
"""Rows whose time tells that of all on a GPU, which fewer do not fill."""


def sweep(
    cell: Cell | Name,
    over: Any = None,
    ask: str = "rest",
    outputs: Sequence[str] | None = None,
    protocol: Protocol | WrittenProtocol | Mapping[str, Any] | Name | None = None,
    *,
    until: Any = None,
    at: Any = None,
    every: Any = None,
    rtol: float = 1e-8,
    paired: bool = False,
    sample: str | None = None,
    n: int | None = None,
    seed: int = 0,
    ignore: Sequence[str] = (),
    device: str = CPU,
    threads: int | None = None,
    chunk: int | None = None,
    output: str | os.PathLike[str] | None = None,
    resume: bool = False,
    force: bool = False,
    allow_other_machine: bool = False,
    progress: Progress | None = None,
    scheduler: Any = None,
) -> Any:
    """The answers of many cells that differ in their numbers, as an xarray.Dataset.

    Arguments:
        cell:     a description, or its name or path
        over:     {path: values}: a grid of spans ("1:100 mM:log"), lists, arrays, (array, unit), pint quantities; distributions
                  ("normal(5 mM, 0.5 mM)", "lognormal(5 mM, 1.3)", "uniform(2 mM, 8 mM)", "range") are drawn from. A number without a unit is
                  in that of the description. Or a table, a row a cell: a DataFrame, or a .csv or .parquet file, with columns
                  `outside.K [mM]`. None: every number that has a range is drawn from it
        ask:      "rest", "steady", "simulate" or "excite"
        outputs:  keys of the JSON such as "V_mV"
        protocol, until, at, every, rtol: of "simulate", as there; a hundredth of the course is the default of `every`
        paired:   values go together, the first of each axis with the first of the others
        sample:   "grid", "random", "sobol" or "lhs"; with the last three spans alone are drawn from evenly between their ends
        n, seed:  how many rows are drawn, and which: a row's numbers depend on seed, path and row alone
        ignore:   columns of a table that are left out
        device:   "cpu", or "gpu": an NVIDIA GPU finds what lanes find otherwise; the extra `gpu` brings what it needs
        threads:  cores that work; None: all of them where there are many rows
        chunk:    rows that are answered, and stored, together
        output:   a Zarr store that is filled chunk by chunk; `resume` goes on with it, `force` replaces it
        progress: called with (rows done, all rows)
        scheduler: of a dask cluster, whose workers answer the chunks: its address, a `distributed.Client`, or a cluster object; workers
                  write the `output` themselves, in a folder that all of them see under one name
    Returns:
        Dataset with a dimension for each axis, or `cell`; `status` and `residual` of each row; nan where a row has no answer.
    Raises:
        InputError: an axis, a table, an output or a store is at fault; all that is wrong is named.
        NoAnswerError: no row has an answer.
    """
    work = Work(threads, chunk, output, resume, force, allow_other_machine, progress, scheduler)
    timing = {"until": until, "at": at, "every": every, "rtol": rtol}
    rows = {"paired": paired, "sample": sample, "n": n, "seed": seed, "ignore": ignore, "own": output is None}
    return Posed.of(cell, over, ask, outputs, protocol, timing, rows, device=device).run(work).data


@dataclass(frozen=True)
class Work:
    """How the work is done, and where its answers are kept; as in `sweep`."""

    threads: int | None = None
    chunk: int | None = None
    output: str | os.PathLike[str] | None = None
    resume: bool = False
    force: bool = False
    allow_other_machine: bool = False
    progress: Progress | None = None
    scheduler: Any = None

    def __post_init__(self) -> None:
        for problem in (*self._counts(), *self._store()):
            raise InputError(problem)

    def _counts(self) -> Iterator[Problem]:
        """What is wrong with how many work, or are answered together."""
        for name in ("threads", "chunk"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int) and value >= 1):
                yield Problem(f"'{name}' cannot be this", path=name, found=repr(value), expected="a whole number from 1")
        if self.threads is not None and self.scheduler is not None:
            message = "how many cores work, a cluster says itself"
            yield Problem(message, path="threads", found=str(self.threads), expected="a scheduler alone")

    def _store(self) -> Iterator[Problem]:
        """What is wrong with where answers shall be kept."""
        if self.output is not None and not os.fspath(self.output).endswith(".zarr"):
            expected = "a name that ends in .zarr; the Dataset itself is written by its `to_netcdf`, `to_dataframe`"
            yield Problem("a sweep is kept in a Zarr store", found=str(self.output), expected=expected)
        if self.output is None and (self.resume or self.force):
            found = "resume" if self.resume else "force"
            yield Problem("without an output there is nothing to resume or replace", found=advice(found, f"--{found}"))
        if self.resume and self.force:
            message = "to go on with a sweep and to begin it anew are two things"
            yield Problem(message, found="both", expected="one of the two")

    def place(self) -> None:
        """Make way for the store, or refuse to.

        Raises:
            InputError: something is there already.
        """
        if self.output is None or self.resume or not os.path.exists(self.output):
            return
        if not self.force:
            instead = advice("resume=True to go on, force=True to replace it", "--resume to go on, --force to replace it")
            raise taken(self.output, instead)
        from shutil import rmtree

        from .store import failed_beside

        if not os.path.isdir(self.output):
            raise InputError(Problem("this is no Zarr store to be replaced", file=str(self.output)))
        rmtree(self.output)
        failed_beside(self.output).path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Estimate:
    """What a sweep needs: rows, seconds of one core, or of a GPU, for a row, bytes of all arrays and of those in memory, cores, rows of a
    chunk."""

    rows: int
    row_seconds: float
    bytes: int
    memory: int
    threads: int
    chunk: int
    device: str = CPU

    @property
    def seconds(self) -> float:
        return self.rows * self.row_seconds / (self.threads if self.device == CPU else 1)


@dataclass(frozen=True)
class Posed:
    """A sweep that is ready to be computed."""

    plan: Plan
    asked: Asked
    row_seconds: float

    @classmethod
    def of(
        cls,
        cell: Cell | Name,
        over: Any,
        ask: str,
        outputs: Sequence[str] | None,
        protocol: Any,
        timing: Mapping[str, Any],
        rows: Mapping[str, Any],
        usual: Sequence[str] | None = None,
        device: str = CPU,
    ) -> Posed:
        """Read all that was asked, and answer a first row; `usual` is told where no outputs are named.

        Raises:
            InputError, NoAnswerError: as `sweep`.
        """
        with needed("population", "answering many cells"):
            import xarray  # noqa: F401
        cell = cell_of(cell)
        if ask not in ASKS:
            raise InputError(
                Problem(
                    "no such question", path="ask", found=str(ask), expected=", ".join(ASKS), suggestion=nearest(str(ask), ASKS)
                )
            )
        known(device)
        plan = plan_of(cell, over, **rows)
        wanted, course = (usual or OUTPUTS[ask]) if outputs is None else tuple(outputs), course_of(cell, ask, protocol, timing)
        if ask == "excite" and THRESHOLDS.issuperset(wanted):
            course = {"options": {"thresholds_alone": True}}
        bare = Asked(prepared(cell), ask, Layout({}, {}, {}), plan.units, **course)
        in_lanes = device != CPU or (plan.rows > FEW and _may_go_in_lanes())
        answer, seconds = _first(bare, plan, timed=not in_lanes)
        asked = _with_layout(bare, answer, wanted, outputs is None)
        if on_gpu(asked := replace(asked, device=device)) or in_lanes:
            from .lanes import seconds_a_row

            asked = replace(asked, lanes=True)
            some = min(plan.rows, FEW if device == CPU else MANY)
            seconds = seconds_a_row(asked, plan.run(0, some), lambda: _first(bare, plan)[1])
        return cls(plan, asked, seconds)

    def estimate(self, work: Work) -> Estimate:
        """What it will need."""
        with self._joined(work) as cluster:
            return self._needs(work, cluster)

    def _needs(self, work: Work, cluster: Cluster | None) -> Estimate:
        size, threads = bytes_of(kept(self.plan, self.asked.layout)), self._threads(work) if cluster is None else cluster.cores
        device, alone = self.asked.device, cluster is not None or self.asked.device != CPU
        seconds = SECONDS * (1 if alone else threads)  # a chunk is answered by all cores, by one of a cluster, or by a GPU
        rows = work.chunk or chunk_rows(self.plan.rows, max(1, size // self.plan.rows), self.row_seconds, seconds)
        memory = size if work.output is None else size * min(rows, self.plan.rows) // self.plan.rows
        return Estimate(self.plan.rows, self.row_seconds, size, memory, threads, rows, device)

    def _joined(self, work: Work) -> AbstractContextManager[Cluster | None]:
        must_be_here(self.asked, work.scheduler)
        return joined(work.scheduler)

    def _threads(self, work: Work) -> int:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return work.threads or (1 if self.plan.rows <= FEW else cores)

    def run(self, work: Work) -> SweepResult:
        """Answer every row."""
        with self._joined(work) as cluster:
            need = self._needs(work, cluster)
            work.place()
            begun = {} if cluster is None else cluster.here(self.asked.lanes)
            store = self._store(work, need, begun)
            done = self.plan.rows - sum(chunk.end - chunk.begin for chunk in store.chunks)
            answers = (
                self._here(need.threads, store)
                if cluster is None
                else self._there(cluster, store, begun, work.allow_other_machine)
            )
            with contextlib.closing(answers):
                for chunk, rows in answers:
                    store.put(chunk, rows)
                    done += chunk.end - chunk.begin
                    if work.progress is not None:
                        work.progress(done, self.plan.rows)
        return _result(self.asked, store)

    def _here(self, threads: int, store: Memory | Store) -> Answers:
        """Chunk by chunk with its answers, by cores of this machine."""
        asked = replace(self.asked, threads=threads)
        with working(asked) as one_by_one:
            for chunk in store.chunks:
                yield chunk, answer_rows(asked, store.plan.run(chunk.begin, chunk.end), one_by_one, store.room(chunk))

    def _there(self, cluster: Cluster, store: Memory | Store, begun: Mapping[str, str], unlike: bool) -> Answers:
        """The same by the workers of a cluster, who put them into the store themselves."""
        alike = {name: said for name, said in begun.items() if name != MACHINE or not unlike}
        question = Question(self.asked, self.plan, alike)
        if isinstance(store, Memory):
            yield from cluster.answers(question, store.chunks)
            return
        with writing(store.path):
            yield from cluster.answers(replace(question, store=store.path.resolve()), store.chunks)

    def _store(self, work: Work, need: Estimate, begun: Mapping[str, str]) -> Memory | Store:
        if work.output is None:
            return Memory(self.plan, self.asked.layout, need.chunk, need.threads)
        options = {"resume": work.resume, "allow_other_machine": work.allow_other_machine}
        begun = begun or here(self.asked.lanes)
        identity = _identity(self.plan.cell, self.asked, self.plan)
        return Store(work.output, self.plan, self.asked.layout, need.chunk, identity, begun, **options)


def _may_go_in_lanes() -> bool:
    """Whether what compiles lanes is installed."""
    from ...engines.lanes import available

    return available()


def _first(asked: Asked, plan: Plan, timed: bool = True) -> tuple[Result, float]:
    """A first answer, of the cell as it is described or of the first row that has one, and how long a row takes [s]; no time where it is not
    asked for.

    Raises:
        NoAnswerError: none of the first rows has one either.
    """
    some = min(FIRST, plan.rows)
    first, why, times = None, "", [math.inf]
    for settings in _tried(asked, plan.columns(0, some), some):
        begin = monotonic()
        found = _answered(asked, settings)
        took = monotonic() - begin
        if isinstance(found, VrestError):
            why = why or found.problems[0].message
            continue
        first = first or found
        times += [took] if settings or took > SLOW else []
        if len(times) > TIMED or took > SLOW or not timed:
            break
    if first is None:
        raise NoAnswerError(Problem(f"neither the cell nor its first {some} rows have an answer: {why}"))
    return first, min(times)


def _answered(asked: Asked, settings: Mapping[str, Any]) -> Result | VrestError:
    """An answer, or why there is none; a question that the cell as it is described does not allow is at fault as a whole."""
    try:
        found = asked.answer(settings)
        certified(found.certificate)
    except VrestError as error:
        if isinstance(error, InputError) and not settings:
            raise
        return error
    return found


def _tried(asked: Asked, columns: Mapping[str, np.ndarray], some: int) -> Iterable[Mapping[str, Any]]:
    """The cell as it is described, then the first rows."""
    yield {}
    yield from (asked.settings(columns, row) for row in range(some))


def _with_layout(asked: Asked, answer: Result, wanted: Sequence[str], default: bool) -> Asked:
    """With the arrays of the outputs; by default those that an answer of this cell holds."""
    if not wanted:
        raise InputError(Problem("no output is wanted", path="outputs", found="none", expected="such as V_mV"))
    return replace(asked, layout=layout_of(answer, wanted, asked.times, some=default))


def _identity(cell: Cell, asked: Asked, plan: Plan) -> dict[str, str]:
    """What a store is of, in words that tell it from others."""
    times = [] if asked.times is None else asked.times.tolist()
    return {
        "cell": f"{cell.name} {few_letters(cell.to_dict())}",
        "axes": f"{', '.join(axis.path for axis in plan.axes)[:200]} {plan.identity}",
        "question": asked.ask,
        "outputs": ", ".join(asked.layout.outputs),
        "protocol": "none" if asked.protocol is None else f"{asked.protocol.name} {few_letters(vars(asked.protocol), times)}",
        "options": str(dict(asked.options)),
        **({"device": name_of(asked)} if asked.device != CPU else {}),
    }


# -- what is said of it -----------------------------------------------------------------------------------------------


def _result(asked: Asked, store: Memory | Store) -> SweepResult:
    """The answer, with what is known of all of its rows.

    Raises:
        NoAnswerError: no row has an answer.
    """
    plan, (found, largest) = store.plan, store.summary()
    answered = sum(found[word] for word in STATUS[: SETTLED_BY_ONE_CELL + 1])
    if not answered:
        row, sentence = min(store.why.items())
        raise NoAnswerError(Problem(f"none of {plan.rows} rows has an answer; row {row + 1} says: {sentence}"))
    data = store.dataset()
    method = f"each row by `{asked.ask}` of one cell, certified by itself"
    if found["settled"]:
        method += f"; those settled {where(asked)} by {IN_LANES[asked.ask]}"
    certificate = certified_by(method, {"rows": plan.rows, **found}, largest)
    first = min(store.why.items(), default=None)
    data.attrs = {"cell": plan.cell.name, "ask": asked.ask, "sample": plan.sample, "seed": plan.seed}
    data.attrs |= {} if asked.protocol is None else {"protocol": asked.protocol.name}
    data.attrs |= {} if asked.device == CPU else {"device": name_of(asked)}
    data.attrs |= {"vrest_version": certificate.vrest_version, "method": method, "largest_residual": largest}
    notes = () if first is None else (_failed(plan.rows, answered, first),)
    return SweepResult(plan.cell.name, data, tuple(asked.layout.outputs), store.why, certificate=certificate, notes=notes)


def _failed(rows: int, answered: int, first: tuple[int, str]) -> str:
    count = rows - answered
    return f"{count} of {rows} rows {'has' if count == 1 else 'have'} no answer; row {first[0] + 1} says: {first[1]}"


__all__ = ["Estimate", "Posed", "Work", "sweep"]
