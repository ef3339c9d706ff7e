"""`iv`: the current of each mechanism and their sum over the membrane potential."""

from __future__ import annotations

import numpy as np

from ...description.cell import Cell
from ...errors import InputError, NoAnswerError, Problem
from ...results.base import Certificate
from ...results.iv import DENSITY, RELATIVE, TOTAL, IvCurve, IvResult
from ...system.circuit import Extent
from ...units import to_unit
from ..state.snapshot import NO_ABSOLUTE, NO_AREA
from .blocks import first_infinite, infinite
from .zero_current import FINITE, RESOLUTION, RestSolver

BASIS = {Extent.WHOLE: TOTAL, Extent.AREA: DENSITY, Extent.RELATIVE: RELATIVE}
METHOD = "currents from the compiled laws; roots by sign scan and bracketed Newton, certified with plain floats"


def iv(cell: Cell, V: np.ndarray | None = None) -> IvResult:
    """Current-voltage curves of every membrane of a cell, concentrations held.

    Arguments:
        cell: a description
        V:    membrane potentials [V]; default: 401 from 60 mV below the lowest to 60 mV above the highest reversal potential or root
    Returns:
        IvResult: currents by mechanism and in all, outward positive; the potentials of zero net current, stable or not.
    Raises:
        InputError: nothing conducts, or V holds what is no finite number.
        NoAnswerError: a current is not a finite number everywhere on the grid.

    >>> import vrest
    >>> curve = vrest.iv(vrest.load("textbook-neuron")).membranes["membrane"]
    >>> round(1e3 * curve.roots[0][0], 3), curve.roots[0][1]
    (-67.294, True)
    """
    if V is not None:
        V = _checked(V)
    solver = RestSolver(cell)
    notes: list[str] = []
    curves = {name: _curve(solver, name, V, notes) for name in solver.circuit.membranes}
    for loop in solver.circuit.loops:
        notes.append(
            f"Membranes {', '.join(loop.names)} form a loop: at rest each may carry current, so the roots of a single one are not the cell's rest."
        )
    return IvResult(
        cell.name, solver.numbers["temperature"], curves, certificate=_certificate(solver, curves), notes=tuple(notes)
    )


def _checked(V: np.ndarray) -> np.ndarray:
    grid = np.asarray(V, dtype=float)
    if grid.ndim != 1 or not grid.size or not np.all(np.isfinite(grid)):
        raise InputError(Problem("V is a list of membrane potentials", path="V", found=str(V), expected="finite numbers [V]"))
    return grid


def _curve(solver: RestSolver, name: str, V: np.ndarray | None, notes: list[str]) -> IvCurve:
    cell, system = solver.cell, solver.circuit.membranes[name]
    roots = _roots(solver, name, notes)
    low, high = solver.range_of(name, solver.numbers)
    ends = [low + 0.09, high - 0.09, *(V + side for V, _ in roots for side in (-0.06, 0.06))]
    grid = np.linspace(min(ends), max(ends), 401) if V is None else V
    compiled = solver.membrane(name).compiled
    currents, _ = compiled.on_grid(grid, compiled.values(solver.numbers))
    if (found := first_infinite(solver.membrane(name).owners, grid, currents)) is not None:
        word, at, _ = found
        raise NoAnswerError(Problem(infinite(system, word, at), path=f"{name}.{word}", expected=FINITE))
    by_mechanism = dict(zip(system.membrane.mechanisms, currents, strict=True))
    area = solver.numbers.get(f"{name}.area")
    E = {ion: value for ion in cell.ions_of(system.membrane) if (value := solver.nernst(name, ion, solver.numbers)) is not None}
    basis, why = BASIS[system.extent], NO_ABSOLUTE if system.extent is Extent.RELATIVE else NO_AREA
    return IvCurve(grid, by_mechanism, currents.sum(axis=0), basis, area, tuple(roots), E, why)


def _roots(solver: RestSolver, name: str, notes: list[str]) -> list[tuple[float, bool]]:
    """Potentials [V] of one membrane without net current, and whether each is stable."""
    try:
        scan = solver.scan(solver.membrane(name), solver.numbers)
    except (InputError, NoAnswerError) as error:
        if isinstance(error, InputError) and len(solver.circuit.membranes) == 1:
            raise
        notes.append(error.problems[0].message)
        return []
    notes += scan.remarks
    return [(root.V[name], root.stable) for root in scan.roots]


def _certificate(solver: RestSolver, curves: dict[str, IvCurve]) -> Certificate:
    """Compares the compiled currents with the laws evaluated by plain floats at a few potentials of each curve."""
    errors = {}
    for name, curve in curves.items():
        system, picks = solver.circuit.membranes[name], range(0, curve.V.size, max(1, curve.V.size // 5))
        scale = float(np.abs(np.array(list(curve.currents.values()))).max()) or 1.0
        plain = {k: system.currents(float(curve.V[k]), solver.numbers) for k in picks}
        errors[name] = max(
            abs(float(plain[k][word]) - float(curve.currents[word][k])) / scale for k in picks for word in curve.currents
        )
    search = {"resolution_mV": to_unit(RESOLUTION, "mV")}
    return Certificate(max(errors.values()) <= 1e-9, {"current_fraction": errors}, METHOD, search)
