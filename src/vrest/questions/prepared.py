"""`prepare`: a cell whose structure and compiled functions are kept, for the same questions at many numbers."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..description.cell import Cell
from ..description.derive import Derivation
from ..description.edit import checked
from ..description.library import Name, WrittenProtocol, cell_of, protocol_of
from ..description.protocol import Protocol
from ..description.settings import in_words, numbers_with, written_with
from ..results.base import Displayed
from .rest.zero_current import RestSolver

if TYPE_CHECKING:
    import numpy as np

    from ..engines.lanes import Target
    from ..results.excite import ExciteResult
    from ..results.rest import RestResult
    from ..results.simulation import SimulationResult
    from ..results.steady import SteadyResult
    from .rest.rows import RestRows
    from .simulate.rows import CourseRows
    from .steady.rows import SteadyRows

Settings = Mapping[str, Any]
CPU, GPU = DEVICES = ("cpu", "gpu")
"""What may answer many rows."""
MOST_KEPT, MOST_COMPILED = 3, 12
"""Cells that are kept unasked, and for how many questions what answers rows of one cell is kept."""
_LAST = threading.local()


def prepare(cell: Cell | Name) -> Prepared:
    """Keep a cell's structure and compiled functions: `prepared = vrest.prepare(cell)`, `prepared.rest({"outside.K": "8 mM"})`.

    >>> import vrest
    >>> prepared = vrest.prepare("textbook-neuron")
    >>> [round(1e3 * prepared.rest({"outside.K": K}).V_m["membrane"], 2) for K in (5.0, 8.0)]
    [-67.29, -62.51]
    """
    return Prepared(cell_of(cell))


def prepared(cell: Cell) -> Prepared:
    """The same, as long as the very same description is among the last few that this thread asked about: what was compiled is there."""
    last: list[Prepared] = getattr(_LAST, "prepared", [])
    found = next((one for one in last if one.cell is cell), None) or Prepared(cell)
    _LAST.prepared = [found, *(one for one in last if one is not found)][:MOST_KEPT]
    return found


class Prepared(Displayed):
    """The questions of a cell at other numbers, with the answers and certificates that `cell.replace(settings)` would get.

    Settings are {path: value}: a plain number is in SI (mol/m^3, m/s, V, K ...), a text or quantity has its unit. Where a setting
    changes more than a number (zero where there was something, per cell in place of per area), the description is read anew.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self._described: dict[object, Any] = {}
        self._excitable: dict[Any, Any] = {}
        self._rows: dict[tuple[str, tuple[str, ...], str], Any] = {}
        self._followed: dict[object, tuple[Protocol, CourseRows | None]] = {}

    @functools.cached_property
    def _rest(self) -> RestSolver:
        return RestSolver(self.cell)

    @functools.cached_property
    def _steady(self) -> Any:
        from .steady.steady_state import SteadySolver

        return SteadySolver(self.cell, self._rest)

    @functools.cached_property
    def _courses(self) -> Any:
        from .simulate.simulate import TimeCourses

        return TimeCourses(self._steady)

    def excite(self, settings: Settings | None = None, *, thresholds_alone: bool = False, **options: Any) -> ExciteResult:
        """As `vrest.excite`, with its options (`electrode`, `spike_above`, `durations`); with `thresholds_alone` what comes after thresholds,
        rheobase and chronaxie is left out, which takes most of the time."""
        from .excite.excite import Asked, ExciteSolver

        settings, asked = checked(settings or {}), Asked.of(**options)
        if numbers_with(self._derivation, settings) is None:
            return self._anew(settings).excite(thresholds_alone=thresholds_alone, **options)
        if asked not in self._excitable:
            self._excitable[asked] = ExciteSolver(self.cell, asked)
        written = written_with(self._derivation, settings)
        return self._excitable[asked].answer(written, thresholds_alone=thresholds_alone)

    def rows(self, ask: str, paths: tuple[str, ...], device: str = CPU) -> Any:
        """What answers a question for rows of some numbers in lanes, or on a GPU, kept; None where these cannot answer this cell."""
        key = ask, paths, device
        if key not in self._rows:
            _one_more(self._rows, key, _if_possible(lambda: self._compiled_rows(*key)))
        return self._rows[key]

    def _compiled_rows(self, ask: str, paths: tuple[str, ...], device: str) -> RestRows | SteadyRows | None:
        if ask == "rest":
            from .rest.rows import RestRows

            return RestRows(self._rest, paths, None if device == CPU else _gpu())
        from .steady.rows import SteadyRows

        rest = self.rows("rest", paths, device)
        return None if rest is None else SteadyRows(self._steady, rest)

    def course_rows(
        self, paths: tuple[str, ...], protocol: Protocol, times: np.ndarray, rtol: float, device: str = CPU
    ) -> CourseRows | None:
        """What follows rows of some numbers in lanes, or on a GPU, kept; None where these cannot follow this cell or protocol."""
        key = paths, id(protocol), times.tobytes(), rtol, device
        if key not in self._followed:
            found = _if_possible(lambda: self._compiled_courses(paths, protocol, times, rtol, device))
            _one_more(self._followed, key, (protocol, found))
        return self._followed[key][1]

    def _compiled_courses(
        self, paths: tuple[str, ...], protocol: Protocol, times: np.ndarray, rtol: float, device: str
    ) -> CourseRows | None:
        from .simulate.rows import CourseRows

        start = self.rows("steady" if protocol.start == "steady" else "rest", paths, device)
        return None if start is None else CourseRows(self._steady, start, protocol, times, rtol)

    @property
    def _derivation(self) -> Derivation:
        return self._rest.derivation

    def _anew(self, settings: Settings) -> Prepared:
        """The cell read again with settings in place; what does not fit is named as `Cell.replace` names it."""
        return Prepared(self.cell.replace({path: in_words(self.cell, path, wanted) for path, wanted in settings.items()}))

    def described(self, ask: str, **options: Any) -> Any:
        """The answer to `rest`, `steady` or `excite` of the cell as it is described, with such options, kept.

        Raises:
            VrestError: there is none.
        """
        key = ask, tuple(sorted(options.items()))
        if key not in self._described:
            self._described[key] = getattr(self, ask)(**options)
        return self._described[key]

    def rest(self, settings: Settings | None = None) -> RestResult:
        """As `vrest.rest`."""
        from .rest import rest

        settings = checked(settings or {})
        numbers = numbers_with(self._derivation, settings)
        return self._anew(settings).rest() if numbers is None else rest.answer(self._rest, numbers)

    def steady_state(self, settings: Settings | None = None) -> SteadyResult:
        """As `vrest.steady_state`."""
        settings = checked(settings or {})
        numbers = numbers_with(self._derivation, settings)
        return self._anew(settings).steady_state() if numbers is None else self._steady.answer(numbers)

    steady = steady_state

    def simulate(
        self,
        protocol: Protocol | WrittenProtocol | Mapping[str, Any] | Name | None = None,
        settings: Settings | None = None,
        **options: Any,
    ) -> SimulationResult:
        """As `vrest.simulate`, with its options (`until`, `rtol`, `points` ...)."""
        settings, until = checked(settings or {}), options.pop("until", None)
        if numbers_with(self._derivation, settings) is None:
            return self._anew(settings).simulate(protocol, until=until, **options)
        return self._courses.run(protocol_of(protocol, self.cell, until), written_with(self._derivation, settings), **options)


def _one_more(kept: dict[Any, Any], key: Any, value: Any) -> None:
    """Keep a value; the oldest ones are let go where there are many."""
    kept[key] = value
    for old in list(kept)[:-MOST_COMPILED]:
        del kept[old]


def _if_possible(compiled: Callable[[], Any]) -> Any:
    """What answers rows, or None where such a cell or protocol is not answered so."""
    try:
        return compiled()
    except ValueError:
        return None


def _gpu() -> Target:
    """The GPU at hand as what kernels are written for."""
    from ..engines.cuda import Threads, device

    return Threads(device())
