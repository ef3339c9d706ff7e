"""`rest`: the potential at which no net current flows while concentrations are held, explained and certified."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from ...description.cell import Cell
from ...description.library import Name, cell_of
from ...errors import VrestError
from ...laws.nernst import thermal_voltage
from ...mechanisms.parameter import ACTIVE
from ...results.base import Aside, Certificate, Maybe, Unknown, known
from ...results.rest import JUNCTION, NO_CURRENT, RestResult, RootState
from ...system.circuit import Extent
from ...units import to_unit
from ..state import balance as bookkeeping
from ..state import energy
from ..state.mechanisms import ion_states, mechanism_states
from ..state.osmosis import chemistry, gaps, osmotic_state
from ..state.snapshot import (
    ExchangeSnapshot,
    MembraneSnapshot,
    exchange_snapshots,
    exchange_states,
    gates_at,
    of_surfaces,
    snapshots,
    states_at,
    surfaces_at,
    with_stores,
)
from .textbook import between_baths, beyond_leaks, explain, mv
from .zero_current import RESIDUAL_LIMIT, RestSolver, RestState, Search, choose

NO_SLOPE = "the net current has no finite slope here"
NOT_BROUGHT_BACK = "the slope conductance is not positive here, so nothing brings the potential back"
NOTHING_WITHOUT = "without {} nothing holds a potential: no net current of zero exists, or nothing conducts"
ASSUMPTIONS = ("concentrations are held", "concentrations stand for activities", "each compartment is well stirred")


def rest(cell: Cell | Name) -> RestResult:
    """The resting potential of a described cell: concentrations held, net current zero.

    Arguments:
        cell: a description (`vrest.load`, `vrest.from_dict`), or the name or path of one
    Returns:
        RestResult: every root found with its stability; for the chosen one (the most negative stable root) Nernst potentials,
        currents of every mechanism, the explanation by the textbook's formulas, what each mechanism contributes, costs,
        charge, drift; and the certificate.
    Raises:
        InputError: nothing conducts.
        NoAnswerError: no potential without net current exists in the searched range, or none could be certified.

    >>> import vrest
    >>> round(1e3 * vrest.rest("textbook-neuron").V_m["membrane"], 3)
    -67.294
    """
    return answer(RestSolver(cell_of(cell)))


def answer(solver: RestSolver, numbers: Mapping[str, float] | None = None) -> RestResult:
    """The answer of `rest` for a kept structure, at given numbers of the whole cell by path [SI] (`description.derive`)."""
    numbers = solver.numbers if numbers is None else numbers
    found, search = solver.solve(numbers, partial=True)
    return _described(solver, numbers, found, search)


def _described(solver: RestSolver, numbers: Mapping[str, float], found: list[RestState], search: Search) -> RestResult:
    """Everything there is to say about the chosen one of the roots found."""
    cell, chosen = solver.cell, choose(found)
    states = snapshots(solver.circuit, chosen.V, numbers)
    missing = _Without(solver, numbers, chosen)
    exchanged = _exchanged(cell, states, numbers)
    drift, drift_sentences = bookkeeping.drift(cell, states, exchanged, numbers)
    mechanisms = {name: mechanism_states(state) for name, state in states.items()}
    osmotic = osmotic_state(cell, numbers)
    return RestResult(
        cell=cell.name,
        title=cell.title,
        temperature=numbers["temperature"],
        V_m=chosen.V,
        potential=_potentials(solver, chosen, search, numbers),
        silent={name: Unknown(why) for name, why in search.silent.items()},
        roots=tuple(RootState(e.V, e.stability) for e in found),
        ions={name: ion_states(cell, state) for name, state in states.items()},
        mechanisms=mechanisms,
        exchanges=exchange_states(exchanged),
        explain={name: explain(state, missing.pumps.get(name)) for name, state in states.items()},
        without={name: _taken_away(states[name], found) for name, found in missing.each.items()},
        slope_conductance={name: _slope(state, chosen.slopes[name]) for name, state in states.items()},
        instantaneous_conductance={name: _slope(state, chosen.slope_at_once(name)) for name, state in states.items()},
        gates=gates_at(solver.circuit, chosen.V, numbers),
        states=states_at(solver.circuit, chosen.V, numbers),
        time_constant={name: _time_constant(state, chosen.slopes[name]) for name, state in states.items()},
        drift=drift,
        neutrality=bookkeeping.neutrality(cell, numbers),
        atp=energy.atp_of(states),
        energy=energy.balance(states, exchanged, numbers.get("metabolism.budget")),
        charge={name: bookkeeping.moved_charge(cell, state) for name, state in states.items()},
        debye_length=bookkeeping.debye_lengths(cell, numbers),
        volume=osmotic.volume,
        water=osmotic.water,
        osmolarity=osmotic.osmolarity,
        pressure=osmotic.pressure,
        **chemistry(cell, chosen.V, numbers),
        surface=surfaces_at(solver.circuit, numbers),
        walls=osmotic.walls,
        certificate=_certificate(states, chosen, search, mechanisms),
        notes=(
            *_notes(solver, found, chosen),
            *(f"{why[0].upper()}{why[1:]}; the other membranes are answered." for why in search.silent.values()),
            *beyond_leaks(states),
            *of_surfaces(solver.circuit, numbers),
            *bookkeeping.breaking(states),
            *gaps(cell, numbers),
            *bookkeeping.unlikely(cell, numbers),
            *bookkeeping.few(cell, numbers),
            *_settling(cell, numbers),
            *search.remarks,
            *energy.uphill(states),
            *drift_sentences,
        ),
    )


# -- one membrane -------------------------------------------------------------------------------------------------


def _exchanged(cell: Cell, states: Mapping[str, MembraneSnapshot], numbers: Mapping[str, float]) -> list[ExchangeSnapshot]:
    """What the exchanges of a cell move; read where there are some."""
    if not cell.exchanges:
        return []
    from ...system.exchange import exchanges_of
    from ..state.equilibria import with_turnovers

    return with_turnovers(cell, exchange_snapshots(exchanges_of(cell), numbers), states, numbers)


def _settling(cell: Cell, numbers: Mapping[str, float]) -> list[str]:
    """What is said of compositions that come to an equilibrium at once; read where reactions make one."""
    if not any(space.at_equilibrium for space in cell.compartments.values()):
        return []
    from ..state.equilibria import come_to_equilibrium

    return list(come_to_equilibrium(cell, numbers))


def _slope(state: MembraneSnapshot, slope: float) -> Maybe:
    if state.to_density is None:
        return Unknown(state.why_no_density)
    return slope * state.to_density if math.isfinite(slope) else Unknown(NO_SLOPE)


def _time_constant(state: MembraneSnapshot, slope: float) -> Maybe:
    membrane = state.system.membrane
    if not membrane.mechanisms:
        return Unknown(NO_CURRENT)
    if state.system.extent is Extent.RELATIVE:
        return Unknown(state.why_no_total)
    key = "total_capacitance" if state.system.extent is Extent.WHOLE else "specific_capacitance"
    capacitance = state.numbers.get(f"{state.name}.{key}")
    if capacitance is None:
        return Unknown(bookkeeping.why_no_capacitance(membrane))
    if not math.isfinite(slope):
        return Unknown(NO_SLOPE)
    return capacitance / slope if slope > 0 else Unknown(NOT_BROUGHT_BACK)


class _Without:
    """Potentials if mechanisms were taken away, all else as it is.

    Attributes:
        each:  {membrane: {mechanism: the membrane's potential without it [V]}}
        pumps: {membrane: its potential without any pump's current [V]}; nothing where there is no pump
    """

    def __init__(self, solver: RestSolver, numbers: Mapping[str, float], chosen: RestState) -> None:
        self.solver, self.numbers, self.chosen = solver, numbers, chosen
        membranes = solver.circuit.membranes
        self.owners = {name: list(system.membrane.mechanisms) for name, system in membranes.items()}
        self.pumping = {name: [word for word, m in system.mechanisms.items() if m.pump] for name, system in membranes.items()}
        self.each: dict[str, dict[str, Maybe]] = {}
        self.pumps: dict[str, float | None] = {}
        for name in chosen.V:
            if name in solver.circuit.tree:
                self._of_membrane(name)
            else:
                self._in_loop(name)

    def _of_membrane(self, name: str) -> None:
        sets = [[word] for word in self.owners[name]]
        roots = self.solver.membrane_without(name, self.numbers, [*sets, self.pumping[name]])
        found = [self._nearest(name, states) for states in roots]
        self.each[name] = {word: _known_without(word, V) for word, V in zip(self.owners[name], found, strict=False)}
        if any(self.pumping.values()):
            self.pumps[name] = found[-1]

    def _nearest(self, name: str, states: list[RestState]) -> float | None:
        """The stable root that is nearest to the chosen state [V]."""
        stable = [state for state in states if state.stable] or states
        return min((state.V[name] for state in stable), key=lambda V: abs(V - self.chosen.V[name]), default=None)

    def _in_loop(self, name: str) -> None:
        """A membrane whose potential depends on others: the whole cell is solved anew."""
        without = {word: self._together([(name, word)]) for word in self.owners[name]}
        self.each[name] = {word: _known_without(word, _of(state, name)) for word, state in without.items()}
        if any(self.pumping.values()):
            self.pumps[name] = _of(self._all_unpumped, name)

    @functools.cached_property
    def _all_unpumped(self) -> RestState | None:
        return self._together([(membrane, word) for membrane, words in self.pumping.items() for word in words])

    def _together(self, removed: list[tuple[str, str]]) -> RestState | None:
        """The root of the whole cell without some mechanisms that is nearest to the chosen one."""
        off = {**self.numbers, **{f"{membrane}.{word}.{ACTIVE}": 0.0 for membrane, word in removed}}
        try:
            found, _ = self.solver.solve(off, self.solver.circuit.potentials(self.chosen.V, self.numbers))
        except VrestError:
            return None
        return choose(found, self.chosen.V)


def _of(state: RestState | None, name: str) -> float | None:
    return None if state is None else state.V[name]


def _known_without(word: str, V: float | None) -> Maybe:
    return Unknown(NOTHING_WITHOUT.format(word)) if V is None else V


def _potentials(solver: RestSolver, chosen: RestState, search: Search, numbers: Mapping[str, float]) -> dict[str, Maybe]:
    """Potentials of the compartments [V], as far as membranes with an answer lead."""
    found = with_stores(solver.cell, solver.circuit.potentials(chosen.V, numbers))
    for name, why in search.silent.items():
        membrane = solver.cell.membranes[name]
        found |= {end: Unknown(why) for end in (membrane.inner, membrane.outer) if not known(found[end])}
    return found


def _taken_away(state: MembraneSnapshot, found: dict[str, Maybe]) -> dict[str, Maybe]:
    """The potential of a membrane without each mechanism; of a path between two baths it is not asked."""
    return Unknown(JUNCTION).each(found) if between_baths(state) else found


# -- the whole cell -----------------------------------------------------------------------------------------------


def _notes(solver: RestSolver, found: list[RestState], chosen: RestState) -> list[str]:
    cell = solver.cell
    notes = list(cell.notes)
    if len(found) > 1:
        listed = "; ".join(_in_words(e) for e in found)
        notes.append(f"{len(found)} states carry no net current: {listed}. The most negative stable one is described.")
    if chosen.stable is False:
        notes.append(_unstable(chosen))
    notes += [
        one.sentence(name, len(chosen.deviations) > 1) for name, one in chosen.deviations.items() if chosen.stable and one.swings
    ]
    for loop in solver.circuit.loops:
        notes.append(Aside(f"Membranes {', '.join(loop.names)} form a loop; their time constants are each membrane's own C/G."))
    if cell.band is not None:
        notes.append(_against_band(cell, chosen))
    return notes


def _unstable(chosen: RestState) -> str:
    growing = [one for one in chosen.deviations.values() if one.spectrum is not None and one.spectrum.stable is False]
    if not growing or any(slope <= 0 for slope in chosen.slopes.values()):
        return "This potential is not stable: the slope conductance is not positive here."
    return f"This potential is not stable although the slope conductance is positive: gates come late, and {growing[0].growth}."


_WORDS = {True: "stable", False: "unstable", None: "stability not known"}


def _in_words(e: RestState) -> str:
    potentials = ", ".join(mv(V) if len(e.V) == 1 else f"{name} {mv(V)}" for name, V in e.V.items())
    return f"{potentials} ({_WORDS[e.stable]})"


def _against_band(cell: Cell, chosen: RestState) -> str:
    band = cell.band
    assert band is not None
    V = chosen.V[band.membrane if band.membrane in chosen.V else next(iter(chosen.V))]
    inside = band.low.si <= V <= band.high.si
    source = f" ({band.source})" if band.source else ""
    low, high = (f"{to_unit(end.si, 'mV'):g}" for end in (band.low, band.high))
    expected = f"{band.introduced}: {low} to {high} mV{source}; the computed potential lies"
    return Aside(f"{expected} inside this band.") if inside else f"{expected} outside this band."


def _certificate(states, chosen: RestState, search: Search, mechanisms) -> Certificate:
    unit = {Extent.WHOLE: "net_current_A", Extent.AREA: "net_current_A_per_m2", Extent.RELATIVE: "net_current_relative_unit"}
    residuals: dict[str, dict[str, float]] = {"net_current_fraction": dict(chosen.relative_residuals)}
    for place, residual in chosen.residuals.items():
        extent = states[place].system.extent if place in states else Extent.WHOLE
        residuals.setdefault(unit[extent], {})[place] = residual
    powers = [p for s in states.values() for word in s.flows if known(p := energy.power_into_ions(s, word))]
    stored, scale = energy.stored_by_ion(states), sum(map(abs, powers))
    if known(stored) and scale > 0:
        residuals["energy_balance_fraction"] = {"cell": abs(stored - sum(powers)) / scale}
    sizes = {name: max(scale, _thermal_power(states[name], chosen.slopes[name])) for name in mechanisms}
    fractions = [*residuals["net_current_fraction"].values(), *residuals.get("energy_balance_fraction", {}).values()]
    return Certificate(
        max(fractions) <= RESIDUAL_LIMIT,
        residuals,
        search.method,
        search.to_dict(),
        dissipation_violations=energy.violations(mechanisms, sizes),
        assumptions=ASSUMPTIONS,
    )


def _thermal_power(state: MembraneSnapshot, slope: float) -> float:
    """The power [W] at one thermal voltage from equilibrium: a dissipation far below it is zero but for rounding."""
    power = abs(slope) * (state.to_total or 0.0) * float(thermal_voltage(state.numbers["temperature"])) ** 2
    return power if math.isfinite(power) else 0.0
