"""Integration of stiff rates in pieces, by CVODES through CasADi; nothing it says of itself is believed.

A clock runs along as a state of its own: what returns with another time than was asked for did not arrive, whatever its flag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

Rates = Callable[[Sequence[Any], Mapping[str, Any]], Sequence[Any]]
CLOCK_ERROR = 1e-6


@dataclass(frozen=True)
class Piece:
    """States (size, points) at `times` [s] after the start of a piece; `failure` says why a piece is not usable."""

    times: np.ndarray
    states: np.ndarray
    failure: str | None = None


class Cvodes:
    """BDF with the exact Jacobian of `rates(x, numbers)`, compiled once; scales, numbers and lengths change from call to call.

    Arguments:
        rates: time derivative of the state; numbers holds `time` too
        size:  number of states
        names: the numbers that rates uses
        ramped: those of them that may change linearly within a piece
        rtol, atol: relative and absolute tolerance of the scaled states
    """

    def __init__(
        self,
        rates: Rates,
        size: int,
        names: Sequence[str],
        ramped: Sequence[str] = (),
        *,
        rtol: float = 1e-8,
        atol: float = 1e-10,
        points: int = 60,
    ) -> None:
        self.size, self.names, self.ramped = size, tuple(names), tuple(ramped)
        self.grid = grid(points)
        y, p, slopes = ca.SX.sym("y", size + 1), ca.SX.sym("p", len(names)), ca.SX.sym("s", len(ramped))
        scale, begin, length = ca.SX.sym("scale", size), ca.SX.sym("t0"), ca.SX.sym("h")
        elapsed = y[size] * length
        numbers: dict[str, Any] = {name: p[k] for k, name in enumerate(names)}
        for k, name in enumerate(ramped):
            numbers[name] = numbers[name] + slopes[k] * elapsed
        numbers["time"] = begin + elapsed
        derivative = rates([y[k] * scale[k] for k in range(size)], numbers)
        ode = ca.vertcat(*[ca.SX(d) * length / scale[k] for k, d in enumerate(derivative)], 1)
        dae = {"x": y, "p": ca.vertcat(p, slopes, scale, begin, length), "ode": ode}
        options = {
            "reltol": rtol,
            "abstol": atol,
            "max_num_steps": 100_000,
            "print_stats": False,
            "show_eval_warnings": False,
            "error_on_fail": True,
        }
        self._integrator = ca.integrator("vrest", "cvodes", dae, 0.0, list(self.grid), options)

    def run(
        self,
        x: np.ndarray,
        scale: np.ndarray,
        numbers: Mapping[str, float],
        begin: float,
        length: float,
        slopes: Mapping[str, float] | None = None,
    ) -> Piece:
        """Integrate for `length` [s] from the state x at time `begin` [s]."""
        p = [numbers[name] for name in self.names]
        change = [(slopes or {}).get(name, 0.0) for name in self.ramped]
        start = np.append(x / scale, 0.0)
        try:
            with _quiet():
                y = np.asarray(self._integrator(x0=start, p=np.concatenate([p, change, scale, [begin, length]]))["xf"])
        except RuntimeError as error:
            return Piece(np.zeros(0), np.zeros((self.size, 0)), _reason(error))
        failure = self._fault(y)
        return Piece(self.grid * length, y[: self.size] * scale[:, None], failure)

    def _fault(self, y: np.ndarray) -> str | None:
        if not np.all(np.isfinite(y)):
            return "the integrator returned numbers that are not finite"
        if np.any(np.abs(y[self.size] - self.grid) > CLOCK_ERROR * np.maximum(self.grid, 1e-3)):
            return f"the integrator stopped at {float(y[self.size, -1]):.3g} of the way without saying so"
        return None


def grid(points: int) -> np.ndarray:
    """Parts of a piece at which it is seen: dense at its start, where everything is fast, and even to its end."""
    early = np.geomspace(1e-6, 0.1, points // 2)
    return np.unique(np.concatenate([early, np.linspace(0.1, 1.0, points - points // 2)]))


def _reason(error: RuntimeError) -> str:
    text = str(error)
    for code, words in (
        ("CV_TOO_MUCH_WORK", "too many steps were needed"),
        ("CV_ERR_FAILURE", "no step was small enough for the tolerance"),
        ("CV_CONV_FAILURE", "Newton did not converge at the smallest step"),
        ("CV_RHSFUNC_FAIL", "the rates have no value there"),
    ):
        if code in text:
            return words
    return "the integrator failed"


class _quiet:
    """Keeps what the C library writes to stderr away from the user."""

    def __enter__(self) -> None:
        import os
        import sys

        sys.stderr.flush()
        try:
            self.kept: int | None = os.dup(2)
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 2)
            os.close(sink)
        except OSError:
            self.kept = None

    def __exit__(self, *_: object) -> None:
        import os

        if self.kept is not None:
            os.dup2(self.kept, 2)
            os.close(self.kept)
