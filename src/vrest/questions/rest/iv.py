"""`iv`: the current of each mechanism and their sum over the membrane potential."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...description.cell import Cell
from ...description.library import Name, cell_of
from ...errors import InputError, NoAnswerError, Problem
from ...results.base import Certificate, Unknown
from ...results.iv import DENSITY, RELATIVE, TOTAL, IvCurve, IvResult
from ...system.circuit import Extent
from ...units import UnitError, dimension_of, from_unit, to_unit
from ...units.span import parse_span, span_of
from ..state.snapshot import NO_ABSOLUTE, NO_AREA
from .blocks import FINITE, RESOLUTION, first_infinite, infinite, nothing_crosses
from .zero_current import RestSolver

BASIS = {Extent.WHOLE: TOTAL, Extent.AREA: DENSITY, Extent.RELATIVE: RELATIVE}
METHOD = "currents from the compiled laws; roots by sign scan and bracketed Newton, certified with plain floats"


def iv(cell: Cell | Name, V: Any = None) -> IvResult:
    """Current-voltage curves of every membrane of a cell, concentrations held.

    Arguments:
        cell: a description, or its name or path
        V:    membrane potentials as a list or array, plain numbers in volt, or as a span: "-100:50 mV"; default: 401 from 60 mV below
              the lowest to 60 mV above the highest reversal potential or root
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
    grid = None if V is None else potentials(V)
    solver = RestSolver(cell_of(cell))
    notes: list[str] = []
    curves = {name: _curve(solver, name, grid, notes) for name in solver.circuit.conducting}
    if not curves:
        raise nothing_crosses(solver.cell)
    for loop in solver.circuit.loops:
        notes.append(
            f"Membranes {', '.join(loop.names)} form a loop: at rest each may carry current, so the roots of a single one are not the cell's rest."
        )
    return IvResult(
        solver.cell.name, solver.numbers["temperature"], curves, certificate=_certificate(solver, curves), notes=tuple(notes)
    )


def potentials(V: Any) -> np.ndarray:
    """Membrane potentials [V] as they were given."""
    if isinstance(V, str):
        span = parse_span(V, "V")
        return np.asarray(from_unit(span.values, span.unit))
    expected = 'such as [-0.1, 0.0] in volt, ["-100 mV", "0 mV"], or "-100:50 mV"'
    try:
        span = span_of(V, "V")
    except UnitError as error:
        raise InputError(
            Problem("V is a list of membrane potentials", path="V", found=error.problem.found, expected=expected)
        ) from None
    if dimension_of(span.unit) != dimension_of("V"):
        raise InputError(Problem("V is a list of membrane potentials", path="V", found=str(V), expected=expected))
    return np.asarray(from_unit(span.values, span.unit))


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
        raise NoAnswerError(Problem(infinite(system, word, at, solver.numbers), path=f"{name}.{word}", expected=FINITE))
    by_mechanism = dict(zip(system.membrane.mechanisms, currents, strict=True))
    area = solver.numbers.get(f"{name}.area")
    E = {ion: value for ion in cell.ions_of(system.membrane) if (value := solver.nernst(name, ion, solver.numbers)) is not None}
    basis, why = BASIS[system.extent], NO_ABSOLUTE if system.extent is Extent.RELATIVE else NO_AREA
    return IvCurve(grid, by_mechanism, currents.sum(axis=0), basis, area, tuple(roots), E, why)


def _roots(solver: RestSolver, name: str, notes: list[str]) -> list[tuple[float, bool | Unknown]]:
    """Potentials [V] of one membrane without net current, and whether each is stable."""
    try:
        scan = solver.scan(solver.membrane(name), solver.numbers)
    except (InputError, NoAnswerError) as error:
        if isinstance(error, InputError) and len(solver.circuit.membranes) == 1:
            raise
        notes.append(error.problems[0].message)
        return []
    notes += scan.remarks
    return [(root.V[name], root.stability) for root in scan.roots]


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
