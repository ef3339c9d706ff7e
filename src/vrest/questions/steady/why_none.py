"""Why a cell has no steady state: what runs out, what swells or shrinks without end, and how fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...description.cell import Compartment
from ...errors import Problem
from ...results.words import duration
from ...system.cell import CellSystem
from ...system.states import AMOUNT, Key
from ...units import to_unit
from .booking import never_still
from .certificate import volume_ratios
from .solver import Trajectory

if TYPE_CHECKING:
    from .steady_state import Finder

FAR = 30.0
"""Times its described value beyond which a volume or an amount has left for good, where following the cell did not come to rest."""
MOVED = 2.0
"""Times its first volume: less is no swelling, but a description whose water is far from balance and follows it at once."""
EXHAUSTED = 1e-3
DECAYS = 0.25
"""Part of its rate that is left to an amount of which a tenth is left: one that decays has a tenth, one that falls at a constant rate, or with
the square root of what there is, has more and is gone in a finite time."""


def why_none(finder: Finder, way: Trajectory) -> Problem:
    """Why following the cell led nowhere, in a sentence."""
    return why_none_exists(finder, way) or none_found(finder, way)


def why_none_exists(finder: Finder, way: Trajectory) -> Problem | None:
    """Why there is no steady state; None where none was found for no known reason."""
    for reason in (_goes_on_booking, _out_of_size, _used_up, _flooded, _anywhere, _never_still):
        if (problem := reason(finder, way)) is not None:
            return problem
    return None


def none_found(finder: Finder, way: Trajectory) -> Problem:
    """What was tried."""
    return Problem(
        f"no steady state was found: the cell was followed for {duration(way.time)}, and Newton was tried from "
        f"{len(finder.other_starts) + 1} starts; none could be certified",
        path=finder.cell.name,
        expected="other starting concentrations",
    )


def _goes_on_booking(finder: Finder, way: Trajectory) -> Problem | None:
    """Charge that is booked for ever."""
    return never_still(finder, way.y)


def _out_of_size(finder: Finder, way: Trajectory) -> Problem | None:
    """A volume that grew or shrank for good, the largest change first."""
    start, end = volume_ratios(finder.posed, way.history[0][1]), volume_ratios(finder.posed, way.y)
    grown = [name for name, ratio in end.items() if ratio > FAR and ratio > MOVED * start[name]]
    if grown:
        return _swells(finder, way, max(grown, key=lambda name: end[name]))
    shrunk = [name for name, ratio in end.items() if ratio < 1 / FAR and ratio < start[name] / MOVED]
    return _shrinks(finder, min(shrunk, key=lambda name: end[name])) if shrunk else None


def _used_up(finder: Finder, way: Trajectory) -> Problem | None:
    """An amount that fell to nothing."""
    gone = _exhausted(finder, way)
    return _runs_out(finder, way, *gone[0]) if gone else None


def _flooded(finder: Finder, way: Trajectory) -> Problem | None:
    """An amount that an exchange brings in for ever."""
    for ion, space in _rising(finder, way):
        taking = _moving(finder, way, ion, space, inward=True)
        if taking:
            verb = "bring" if " and " in taking else "brings"
            return Problem(
                f"no steady state exists: {ion} of '{space}' rises without bound, because {taking} {verb} it in",
                path=f"{space}.{ion}",
                expected="a rate that vanishes somewhere, such as D*(c_in - c_out)",
            )
    return None


def _anywhere(finder: Finder, way: Trajectory) -> Problem | None:
    """Nothing that would prefer one volume to another."""
    if _impermeants(finder) or _working_pumps(finder) or not volume_ratios(finder.posed, way.y):
        return None
    return Problem(
        "no steady state exists that is one: without impermeants and pumps the inside becomes the bath, "
        "and then every volume is as good as any other",
        path=finder.cell.name,
        expected="an impermeant inside, or a fixed volume",
    )


def _never_still(finder: Finder, way: Trajectory) -> Problem | None:
    """An amount that changes for ever, though ever more slowly."""
    gone = _leaving(finder, way)
    return _leaves(finder, way, *gone) if gone else None


# -- what left --------------------------------------------------------------------------------------------------------


def _exhausted(finder: Finder, way: Trajectory) -> list[tuple[str, str, float]]:
    """(ion, compartment, time) of amounts that fell to nothing while the path could not go on, the lowest first."""
    if way.arrived:
        return []
    found = [(change, key.name, key.place, way.time) for key, change in _changes(finder, way) if change < np.log(EXHAUSTED)]
    return [(ion, space, time) for _, ion, space, time in sorted(found)]


def _changes(finder: Finder, way: Trajectory) -> list[tuple[Key, float]]:
    """How far the logarithm of each amount went from the first to the last point of the way."""
    amounts = finder.whole.states.are(AMOUNT)
    changes = way.y[amounts] - way.history[0][1][amounts]
    return list(zip(finder.whole.states.keys(AMOUNT), changes.tolist(), strict=True))


def _rising(finder: Finder, way: Trajectory) -> list[tuple[str, str]]:
    """(ion, compartment) of amounts that ended far beyond the described ones and still rose, the highest first."""
    rises = (_late(way)[-1] - _late(way)[0])[finder.whole.states.are(AMOUNT)] > np.log(2.0)
    risen = [(change, key.name, key.place) for (key, change), rose in zip(_changes(finder, way), rises, strict=True) if rose]
    return [(ion, space) for growth, ion, space in sorted(risen, reverse=True) if growth > np.log(FAR)]


def _late(way: Trajectory) -> np.ndarray:
    """The points of the last decade of the way's time."""
    return np.array([y for t, y in way.history if t >= 0.1 * way.time])


def _leaving(finder: Finder, way: Trajectory) -> tuple[str, str, float] | None:
    """(ion, compartment, change of its logarithm) of the amount that still changes most over the last decade of the path's time.

    None where no amount went one way all that while and doubled or halved. Ions with a path of their own only follow the
    potential, so one without comes first.
    """
    states, late = finder.whole.states, _late(way)
    if len(late) < 2 or not way.arrived:
        return None
    steps = np.diff(late[:, states.are(AMOUNT)], axis=0)
    changes = steps.sum(axis=0) * (np.all(steps > 0, axis=0) | np.all(steps < 0, axis=0))
    found = [
        (not has_own_path(finder, key.place, key.name), abs(float(change)), key.name, key.place, float(change))
        for key, change in zip(states.keys(AMOUNT), changes, strict=True)
        if abs(change) > np.log(2.0)
    ]
    return max(found)[2:] if found else None


def has_own_path(finder: Finder, space: str, ion: str) -> bool:
    """Whether an ion passes some membrane around a compartment by itself."""
    ways = [way for membrane in finder.cell.around(space) for way in membrane.mechanisms.values()]
    return any(way.own_path and ion in way.species for way in ways)


def _leaves(finder: Finder, way: Trajectory, ion: str, space: str, change: float) -> Problem:
    """An amount that falls for ever, though ever more slowly, or that grows without bound."""
    carriers = finder.whole.incidence.around(space, ion)
    ways = [carrier.name if carrier.mechanism.kind.in_compartment else carrier.mechanism.name for carrier in carriers]
    among = " and ".join(dict.fromkeys(ways))
    what, part = ("runs out, ever more slowly", "a tenth of") if change < 0 else ("accumulates without bound", "10 times")
    time = _tenfold(finder, way, ion, space)
    how = (
        f"still moving after {duration(way.time, 2)}"
        if time is None
        else f"{part} the described amount after about {duration(time, 2)}"
    )
    return Problem(
        f"no steady state exists: {ion} of '{space}' {what} ({how}), because what moves it ({among}) nowhere comes to a balance",
        path=f"{space}.{ion}",
        expected=f"a path by which {ion} {'returns' if change < 0 else 'leaves'}",
    )


def _tenfold(finder: Finder, way: Trajectory, ion: str, space: str) -> float | None:
    """The time at which an amount was a tenth of the described one, or ten times it [s]; None where it went less far."""
    k = finder.whole.states.index[Key(AMOUNT, space, ion)]
    if finder.whole.states.positive[k]:
        gone = np.abs([y[k] - way.history[0][1][k] for _, y in way.history])
    else:  # what is bound may be less than none: what is free of it has a logarithm
        free = np.log([finder.posed.numbers_at(y)[f"{space}.{ion}"] for _, y in way.history])
        gone = np.abs(free - free[0])
    if gone.max() < np.log(10.0):
        return None
    first = max(int(np.argmax(gone >= np.log(10.0))), 1)
    return float(np.interp(np.log(10.0), gone[first - 1 : first + 1], [t for t, _ in way.history[first - 1 : first + 1]]))


def _swells(finder: Finder, way: Trajectory, space: str) -> Problem:
    time, rate, exponent = _growth(finder, way, space)
    speed = f"10 times its described volume after about {duration(time, 2)}, then growing by {to_unit(rate, 'pL'):.2g} pL/s"
    speed += f", as the power {exponent:.2f} of time" if 0.05 < exponent < 3 else ""
    return Problem(
        f"no steady state exists: '{space}' swells without bound ({speed}), because {_why_swells(finder, way.y, space)}",
        path=f"{space}.volume",
        expected=f"{_remedy(finder, space, 'an impermeant outside, a wall, a stronger pump')}, or a fixed volume (water: none)",
    )


def _formula_of(finder: Finder, space: str) -> str | None:
    """The membrane whose formula the volume of a compartment relaxes to."""
    membranes = finder.cell.membranes.items()
    return next((name for name, m in membranes if m.inner == space and m.water.target is not None), None)


def _remedy(finder: Finder, space: str, osmotic: str) -> str:
    return osmotic if _formula_of(finder, space) is None else "another formula"


def _why_swells(finder: Finder, y: np.ndarray, space: str) -> str:
    if (name := _formula_of(finder, space)) is not None:
        return f"the formula of '{name}' asks for ever more water"
    around = [finder.cell.compartments[m.outer] for m in finder.cell.around(space) if m.inner == space]
    if not any(finder.numbers[f"{other.name}.{ion}"] for other in around for ion in other.ions):
        return "the bath holds no solutes: no volume meets its osmolarity"
    return _made_up(finder, y, space) if _working_pumps(finder) else _unresisted(finder, around)


def _unresisted(finder: Finder, around: Sequence[Compartment]) -> str:
    """Why a compartment swells without pumps."""
    off = "the pump is off" if any(way.pump for way in finder.cell.ways.values()) else "there is no pump"
    held = any(other.impermeants for other in around)
    return f"{off} and {'what the bath holds back is too little' if held else 'nothing resists swelling'}"


def _made_up(finder: Finder, y: np.ndarray, space: str) -> str:
    """Why pumps that work do not keep a compartment from swelling."""
    state = finder.posed.numbers_at(y)
    ions = {ion: float(state[f"{space}.{ion}"]) for ion in finder.cell.compartments[space].ions}
    listed = ", ".join(f"{ion} {to_unit(c, 'mM'):.3g}" for ion, c in ions.items())
    return (
        f"what its pumps and leaks hold inside, ions alone ({listed} mM), already makes up the osmolarity around it, "
        "so no volume balances its impermeants"
    )


def _growth(finder: Finder, way: Trajectory, space: str) -> tuple[float, float, float]:
    """Time at which a volume is ten times the described one [s], its rate there [m^3/s], and the power of time late on."""
    points = [(t, volume_ratios(finder.posed, y)[space]) for t, y in way.history if t > 0]
    times, ratios = np.array([t for t, _ in points]), np.array([r for _, r in points])
    k = min(max(int(np.argmax(ratios >= 10.0)), 1), len(points) - 1)
    part = (10.0 - ratios[k - 1]) / max(ratios[k] - ratios[k - 1], 1e-30)
    time = float(times[k - 1] + part * (times[k] - times[k - 1]))
    rate = (ratios[k] - ratios[k - 1]) / (times[k] - times[k - 1]) * finder.numbers[f"{space}.described_volume"]
    late = (ratios > 30) & (ratios < 3e3)
    exponent = float(np.polyfit(np.log(times[late]), np.log(ratios[late]), 1)[0]) if late.sum() > 3 else 0.0
    return time, float(rate), exponent


def _runs_out(finder: Finder, way: Trajectory, ion: str, space: str, time: float) -> Problem:
    pumps = finder.whole.incidence.unslowed(space, ion)
    names = " and ".join(pumps)
    taking = _moving(finder, way, ion, space, inward=False)
    if only_decays(finder.whole, Key(AMOUNT, space, ion), finder.posed.state(way.y), finder.numbers):
        return _leaves(finder, way, ion, space, -1.0)
    if pumps:
        why, remedy = f"{names} cannot slow as {ion} runs out", "a law that slows, such as saturating"
    elif taking:
        verb = "take" if " and " in taking else "takes"
        why, remedy = f"{taking} {verb} it away", f"a rate that vanishes with {ion}, or a path by which it returns"
    else:
        ways = [carrier.mechanism.name for carrier in finder.whole.incidence.around(space, ion)]
        why = (
            f"what moves it ({' and '.join(ways)}) returns less of it than it takes"
            if len(ways) > 1
            else f"nothing returns {ion}"
        )
        remedy = f"a {'stronger ' if len(ways) > 1 else ''}path by which {ion} returns"
    return Problem(
        f"no steady state exists: {ion} of '{space}' is exhausted after about {duration(time, 2)}, because {why}",
        path=f"{space}.{ion}",
        expected=remedy,
    )


def only_decays(whole: CellSystem, key: Key, state: Sequence[float] | np.ndarray, numbers: Mapping[str, float]) -> bool:
    """Whether an amount falls ever more slowly the less of it there is, so that it is gone at no time."""
    k, x = whole.states.index[key], [float(value) for value in state]
    free = whole.holds.without(whole.states, x)[k]
    less = [*x[:k], x[k] - 0.9 * free, *x[k + 1 :]]
    here, beneath = (abs(float(whole.holds.without(whole.states, whole.derivative(at, numbers))[k])) for at in (x, less))
    return beneath <= DECAYS * here


def _moving(finder: Finder, way: Trajectory, ion: str, space: str, inward: bool) -> str:
    """Exchanges that take an ion out of a compartment, or bring it in, where the path ended."""
    whole, state, found = finder.whole, finder.posed.numbers_at(way.y), []
    flows = whole.flows(finder.posed.voltages(way.y), state)
    for exchange, one in zip(whole.exchanges, whole.exchanged(flows, state), strict=True):
        outward = float(one.fluxes.get(ion, 0.0)) * (float(space == exchange.space) - float(space == exchange.place))
        found += [f"'{exchange.space}.{exchange.name}'"] if (-outward if inward else outward) > 0 else []
    return " and ".join(found)


def _shrinks(finder: Finder, space: str) -> Problem:
    if (name := _formula_of(finder, space)) is not None:
        why = f"the formula of '{name}' asks for ever less water"
    elif finder.cell.compartments[space].impermeants:
        why = "the compartments around it take its ions and its water"
    else:
        why = "it holds no impermeant, so nothing inside balances the impermeants outside"
    return Problem(
        f"no steady state exists: '{space}' shrinks to nothing, because {why}",
        path=f"{space}.volume",
        expected=f"{_remedy(finder, space, 'an impermeant inside')}, or a fixed volume (water: none)",
    )


# -- what the cell has ------------------------------------------------------------------------------------------------


def _working_pumps(finder: Finder) -> list[str]:
    """Mechanisms that spend ATP or move a given current and are not off."""
    through = [(m.name, way) for m in finder.cell.membranes.values() for way in m.mechanisms.values()]
    driven = [(f"{name}.{way.name}", way) for name, way in through if way.pump or way.law.given]
    return [way.name for path, way in driven if way.is_on(path, finder.numbers)]


def _impermeants(finder: Finder) -> list[str]:
    cells = [space for space in finder.cell.compartments.values() if space.role == "cell"]
    return [word for space in cells for word in space.impermeants if finder.numbers[f"{space.name}.{word}.concentration"] > 0]
