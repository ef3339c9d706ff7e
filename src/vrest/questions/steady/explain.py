"""`explain`: what holds a cell's potential in seconds, what in hours, and what is left without pumps."""

from __future__ import annotations

from collections.abc import Mapping

from ...description.cell import Cell
from ...description.variants import is_pump, without
from ...errors import InputError, NoAnswerError
from ...results.certificate import Certificate
from ...results.explained import Column, ExplainResult, PumpEffect
from ...results.rest import RestResult
from ...results.steady import SteadyPoint, SteadyResult
from ...system.numbers import ACTIVE
from ..rest.rest import rest
from ..rest.textbook import mv
from ..rest.zero_current import RestSolver, choose
from ..state.refusals import Refusals
from .steady_state import first_steady_state

HELD = "concentrations are held"


def explain_cell(cell: Cell) -> ExplainResult:
    """Three columns: concentrations held (seconds), the steady state that the cell's mechanisms hold (hours), pumps off.

    Raises:
        InputError: nothing conducts.
        NoAnswerError: not even the held cell has a potential.
    """
    refused = Refusals()
    held = rest(cell)
    steady = _steady(cell, "steady", refused)
    unpumped, gone = without(cell, is_pump)
    off: SteadyResult | None = None
    if not gone:
        refused.none("pumps_off", "no pump is described, so the steady state is the one without pumps")
    elif unpumped is None:
        refused.none("pumps_off", "without pumps nothing is left in some membrane")
    else:
        off = _steady(unpumped, "pumps_off", refused)
    effect = {name: _effect(cell, name, steady, off, refused) for name in cell.membranes} if gone else {}
    return ExplainResult(
        cell.name,
        cell.temperature.si,
        _held(cell, held, refused),
        _column(steady, "steady", refused),
        _column(off, "pumps_off", refused),
        effect,
        _certificate(held, steady, off),
        tuple(_notes(steady, off, effect, gone)),
        refused,
    )


def _steady(cell: Cell, key: str, refused: Refusals) -> SteadyResult | None:
    try:
        return first_steady_state(cell)
    except (NoAnswerError, InputError) as error:
        return refused.none(key, "; ".join(problem.message for problem in error.problems[:2]))


def _held(cell: Cell, held: RestResult, refused: Refusals) -> Column:
    spaces = {name: space for name, space in cell.compartments.items() if space.role != "bath"}
    inside = {name: {ion: value.si for ion, value in space.ions.items()} for name, space in spaces.items()}
    volumes = {
        name: refused.unless(
            None if space.volume is None else space.volume.si,
            f"held.volume_pL.{name}",
            f"the volume of '{name}' is not described",
        )
        for name, space in spaces.items()
    }
    stable = any(root.stable and root.V_m == held.V_m for root in held.roots)
    constants = [tau for tau in held.time_constant.values() if tau is not None]
    why = next((words for path, words in held.refused.items() if "time_constant_ms".startswith(path.partition(".")[0])), "")
    constant = refused.unless(max(constants, default=None), "held.time_constant_s", why or "the capacitance is not described")
    return Column(SteadyPoint(held.V_m, held.potential, inside, volumes, stable), constant)


def _column(steady: SteadyResult | None, key: str, refused: Refusals) -> Column | None:
    if steady is None:
        return None
    for name, w in steady.point.volume.items():
        refused.unless(w, f"{key}.volume_pL.{name}", f"the volume of '{name}' is not described")
    constant = refused.unless(
        steady.slowest_time_constant, f"{key}.time_constant_s", "a state that is not stable is not come back to"
    )
    return Column(steady.point, constant)


def _effect(cell: Cell, name: str, steady: SteadyResult | None, off: SteadyResult | None, refused: Refusals) -> PumpEffect:
    """At the steady state: what V loses at once without the pumps' current, and then as the gradients run down."""
    path = f"pump_effect.{name}"
    if steady is None:
        for key in ("at_once_mV", "over_hours_mV", "total_mV"):
            refused.none(f"{path}.{key}", "there is no steady state to take the pumps from")
        return PumpEffect(None, None)
    unpumped = _without_current(cell, steady, name)
    at_once = None if unpumped is None else steady.point.V_m[name] - unpumped
    over_hours = None if unpumped is None or off is None else unpumped - off.point.V_m[name]
    if at_once is None:
        refused.none(f"{path}.at_once_mV", "without the pumps' current nothing conducts")
    if over_hours is None:
        for key in ("over_hours_mV", "total_mV"):
            refused.none(f"{path}.{key}", "there is no steady state without pumps")
    return PumpEffect(at_once, over_hours)


def _without_current(cell: Cell, steady: SteadyResult, name: str) -> float | None:
    """V with the pumps' current off at the steady concentrations [V]."""
    solver = RestSolver(cell)
    numbers: dict[str, float] = dict(solver.numbers)
    for space, ions in steady.point.inside.items():
        numbers |= {f"{space}.{ion}": c for ion, c in ions.items()}
        volume = steady.point.volume[space]
        if volume is not None:
            numbers[f"{space}.volume"] = volume
    for membrane, system in solver.circuit.membranes.items():
        numbers |= {f"{membrane}.{word}.{ACTIVE}": 0.0 for word, m in system.mechanisms.items() if m.pump}
    try:
        found, _ = solver.solve(numbers)
    except (InputError, NoAnswerError):
        return None
    return choose(found, steady.point.V_m).V[name]


def _certificate(held: RestResult, *others: SteadyResult | None) -> Certificate:
    parts: Mapping[str, Certificate] = {
        "held": held.certificate,
        **{k: s.certificate for k, s in zip(("steady", "pumps_off"), others, strict=True) if s is not None},
    }
    residuals = {f"{key}.{name}": group for key, part in parts.items() for name, group in part.residuals.items()}
    return Certificate(
        all(part.converged for part in parts.values()),
        residuals,
        "; ".join(f"{key}: {part.method}" for key, part in parts.items()),
        {key: part.search for key, part in parts.items()},
        max((p.charge_error for p in parts.values() if p.charge_error is not None), default=None),
        max((p.mass_error for p in parts.values() if p.mass_error is not None), default=None),
        tuple(v for part in parts.values() for v in part.dissipation_violations),
        tuple(
            dict.fromkeys(
                f"{words}{' in the first column' if words == HELD else ''}" for p in parts.values() for words in p.assumptions
            )
        ),
    )


def _notes(steady: SteadyResult | None, off: SteadyResult | None, effect: Mapping[str, PumpEffect], gone: list[str]) -> list[str]:
    notes = []
    for name, one in effect.items():
        if one.at_once is not None and one.over_hours is not None:
            own = [word.partition(".")[2] for word in gone if word.startswith(f"{name}.")]
            notes.append(
                f"{name}: the pumps ({', '.join(own) or 'of other membranes'}) add {mv(one.at_once)} by their own current at once, "
                f"and {mv(one.over_hours)} by the gradients they keep over hours."
            )
    if steady is not None:
        notes += [note for note in steady.notes if note.startswith(("From the described", "The described"))]
    if off is not None and off.donnan:
        notes.append("Without pumps the cell comes to its Donnan equilibrium.")
    return notes
