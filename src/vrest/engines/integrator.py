"""Integration of stiff rates in pieces, by CVODES through CasADi; nothing it says of itself is believed.

A clock runs along as a state of its own: what returns with another time than was asked for did not arrive, whatever its flag.
"""

from __future__ import annotations

import atexit
import copy
import functools
import io
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import casadi as ca
import numpy as np

from .ramps import STILL, Change, named
from .settings import FINER, Kept, Settings, finely
from .symbolic import Buffers, Traced, constant

CLOCK_ERROR = 1e-6
TOO_MANY = "too many steps were needed"
TOO_COARSE = "no step was small enough for the tolerance"
NOT_FINITE = "the integrator returned numbers that are not finite"
NEWTON, USUAL, LEAST = 1e-13, 0.1, 1e-5
"""To which part of their scale Newton brings states where energies are summed up, and which part of an error of a step that is as a rule
and at least. What is left is an error of each rate, as many times over as its gross flow is of its net one: it has a part in every power,
and none in what is stored."""
NEGATIVE = -1e-7
"""Where a quantity that cannot be negative falls below this, rates have no value: the integrator cannot go on beyond it, and an
excursion between two points does not pass unseen."""


@dataclass(frozen=True)
class Piece:
    """States (size, points) at `times` [s] after the start of a piece; `failure` says why a piece is not usable, and `stopped` about
    where the integrator gave up [s], where it tells. `sums` (count, points) are integrals of `Sums` since the start. `hidden` (points) is
    how far what is watched strayed from the straight line between the point before and each, at most; None where nothing is watched.
    `watched` are the integrals that tell."""

    times: np.ndarray
    states: np.ndarray
    failure: str | None = None
    stopped: float | None = None
    sums: np.ndarray | None = None
    hidden: np.ndarray | None = None
    watched: np.ndarray | None = None

    def coarser(self) -> Piece:
        """A piece that is seen finely as the integrator would have seen it that was not made finer."""
        times = self.times[::FINER]
        sums, watched = (None if every is None else every[:, ::FINER] for every in (self.sums, self.watched))
        hidden = None if watched is None else strayed(times / times[-1], watched)
        return replace(self, times=times, states=self.states[:, ::FINER], sums=sums, hidden=hidden, watched=watched)


class Cvodes:
    """BDF with the exact Jacobian of `rates(x, numbers)`, compiled once; scales, numbers and lengths change from call to call.

    Arguments:
        rates: time derivative of the state; numbers holds `time` too
        size:  number of states
        names: the numbers that rates uses
        ramped: those of them that a ramp may change within a piece
        settings: `sums` are quadratures, which Newton does not see; their errors have a part in the choice of steps
    """

    def __init__(
        self,
        rates: Traced,
        size: int,
        names: Sequence[str],
        ramped: Sequence[str] = (),
        settings: Settings | None = None,
    ) -> None:
        asked = settings or Settings()
        self.size, self.names, self.ramped = size, tuple(names), tuple(ramped)
        self.sums, self.grid = asked.sums, asked.grid
        y, p, changes = ca.SX.sym("y", size + 1), ca.SX.sym("p", len(names)), ca.SX.sym("s", len(STILL) * len(ramped))
        scale, begin, length = ca.SX.sym("scale", size), ca.SX.sym("t0"), ca.SX.sym("h")
        elapsed = y[size] * length
        numbers, changing = named(names, ramped, [*p.elements(), *changes.elements()], elapsed)
        numbers["time"] = begin + elapsed
        x = [y[k] * scale[k] for k in range(size)]
        ode = ca.vertcat(*[ca.SX(d) * length / scale[k] for k, d in enumerate(rates(x, numbers))], 1)
        lowest = [ca.SX(part) for part in asked.positive(x, numbers)] if asked.positive is not None else []
        if lowest:
            ode += ca.if_else(ca.mmin(ca.vertcat(*lowest)) < NEGATIVE, np.nan, 0.0)
        dae = {"x": y, "p": ca.vertcat(p, changes, scale, begin, length)}
        quadratures = []
        if self.sums is not None:
            unit = ca.SX.sym("unit")
            dae["p"] = ca.vertcat(dae["p"], unit)
            quadratures.append(self.sums(ca.vertcat(*x), numbers, list(changing.values())) * length / unit)
        if asked.watched is not None:
            moving = ca.vertcat(*[ca.SX(rate) * length for rate in asked.watched(x, numbers)])
            quadratures += [moving, moving**2]
        both, dae["p"], constants = constant(ca.vertcat(ode, *quadratures), dae["p"])
        dae["ode"] = both[: size + 1]
        if quadratures:
            dae["quad"] = both[size + 1 :]
        self.constants, self._constants = constants, Buffers(constants)
        options: dict[str, Any] = {
            "reltol": asked.rtol,
            "abstol": asked.atol,
            "max_num_steps": int(asked.max_steps),
            "max_step_size": asked.longest,
            "print_stats": False,
            "show_eval_warnings": False,
            "error_on_fail": True,
            "linear_solver": linear_solver(),
            "second_order_correction": False,  # of sensitivities: they are as exact without, in a third of the time
            "quad_err_con": self.sums is not None,
            "nonlin_conv_coeff": USUAL if self.sums is None else min(USUAL, max(LEAST, NEWTON / asked.rtol)),
        }
        self._problem, self._kept = (dae, options), Kept()
        self._compile()

    def _compile(self) -> None:
        """The integrator for the points of the grid."""
        dae, options = self._problem
        self.compiled = integrator = ca.integrator("vrest", "cvodes", dae, 0.0, list(self.grid), options)
        self._call = Buffers(integrator)
        self.start, self.held = (self._call.arguments[integrator.index_in(name)] for name in ("x0", "p"))
        (self.given,) = self._constants.arguments
        self._found = [self._call.results[integrator.index_out(name)] for name in ("xf", "qf")]

    def finer(self) -> Cvodes:
        """The same integrator, by which a piece is seen at `FINER` times as many points, those of this one among them."""
        return self.seeing(finely(self.grid))

    def at(self, grid: np.ndarray) -> Cvodes:
        """The same integrator, by which a piece is seen at other parts of it; the last ones that were asked for are kept."""
        return self._kept.of(grid, self.seeing)

    def seeing(self, grid: np.ndarray) -> Cvodes:
        """The same integrator, by which a piece is seen at other parts of it."""
        other = copy.copy(self)
        other.grid = grid
        other._compile()
        return other

    def run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        numbers: Mapping[str, float],
        begin: float,
        length: float,
        changes: Mapping[str, Change] | None = None,
        unit: float = 1.0,
    ) -> Piece:
        """Integrate for `length` [s] from the state x at time `begin` [s]; sums are counted in `unit`, so that they are of order one."""
        change = [part for name in self.ramped for part in (changes or {}).get(name, STILL)]
        units = [] if self.sums is None else [unit]
        self.start[:-1], self.start[-1] = x / scale, 0.0
        self.given[:] = [*(numbers[name] for name in self.names), *change, *scale.tolist(), begin, length, *units]
        self._constants.evaluate()
        self.held[:] = self._constants.results[0]
        if (why := evaluated(self._call)) is not None:
            stopped = why.stopped * length if why.stopped else None
            return Piece(np.zeros(0), np.zeros((self.size, 0)), why.words, stopped)
        y, quadratures = (found.reshape(self.grid.size, -1).T for found in self._found)
        times, states = self.grid * length, y[: self.size] * scale[:, None]
        count = 0 if self.sums is None else self.sums.count
        sums, watched = quadratures[:count] * unit, quadratures[count:].copy()
        hidden = strayed(self.grid, watched) if watched.size else None
        return Piece(times, states, self._fault(y), None, sums if sums.size else None, hidden, watched if watched.size else None)

    def _fault(self, y: np.ndarray) -> str | None:
        if not np.all(np.isfinite(y)):
            return NOT_FINITE
        if np.any(np.abs(y[self.size] - self.grid) > CLOCK_ERROR * np.maximum(self.grid, 1e-3)):
            return f"the integrator stopped at {float(y[self.size, -1]):.3g} of the way without saying so"
        return None


class Failure(NamedTuple):
    """Why an integration failed, and about which part of the way it had gone, where that is told."""

    words: str
    stopped: float | None


def evaluated(call: Buffers) -> Failure | None:
    """Run an integration; what it says of itself is kept away from the user."""
    said = _Captured()
    try:
        with said:
            call.evaluate()
    except RuntimeError as error:
        if "KeyboardInterrupt" in said.text:
            raise KeyboardInterrupt from error
        stopped = re.findall(r"At t = ([-+.0-9e]+)", said.text)
        return Failure(_reason(error), float(stopped[-1]) if stopped else None)
    return None


def strayed(grid: np.ndarray, watched: np.ndarray) -> np.ndarray:
    """How far what is watched strays from the straight lines between points, from the integrals of its rate and of the rate's square.

    By Schwarz's inequality the latter, times the time between two points, is at least the square of the way that was gone in it. What
    it is more than the square of the straight way is 16/3 times the square of a parabola's greatest distance from it.
    """
    steps = np.diff(grid, prepend=0.0)
    way, squares = np.split(np.diff(watched, axis=1, prepend=0.0), 2)
    return np.sqrt(np.maximum(steps * squares - way**2, 0.0) * 3 / 16).max(axis=0)


def linear_solver() -> str:
    """LU with row pivots: QR mixes rows whose sizes differ a billionfold, and rounds away totals that the small ones keep."""
    return "lapacklu" if ca.has_linsol("lapacklu") else "qr"


def _reason(error: RuntimeError) -> str:
    text = str(error)
    for code, words in (
        ("CV_TOO_MUCH_WORK", TOO_MANY),
        ("CV_ERR_FAILURE", TOO_COARSE),
        ("CV_CONV_FAILURE", "Newton did not converge at the smallest step"),
        ("RHSFUNC", "the rates have no value there"),
    ):
        if code in text:
            return words
    return "the integrator failed"


@functools.cache
def _sink(process: int) -> Any:
    """A file for what the C library writes in a process; opened once, for to open one takes as long as a short integration."""
    file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
    atexit.register(file.close)
    return file


class _Captured:
    """Keeps what the C library writes to stderr away from the user, by the file and by Python's stream; `text` is the end of it."""

    def __enter__(self) -> None:
        self.text, self.kept = "", None
        sys.stderr.flush()
        self.stream, sys.stderr = sys.stderr, io.StringIO()
        try:
            self.sink, self.kept = _sink(os.getpid()), os.dup(2)
            os.dup2(self.sink.fileno(), 2)
        except OSError:
            return

    def __exit__(self, *_: object) -> None:
        spoken, sys.stderr = sys.stderr, self.stream
        self.text = spoken.getvalue()[-2000:] if isinstance(spoken, io.StringIO) else ""
        if self.kept is None:
            return
        os.dup2(self.kept, 2)
        os.close(self.kept)
        if size := self.sink.tell():
            self.sink.seek(max(size - 2000, 0))
            self.text += self.sink.read().decode(errors="replace")
            self.sink.seek(0)
            self.sink.truncate()
