"""What the engine has to know of a cell beside its functions: what numbers are called and how they belong together."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...constants import AVOGADRO, F, R
from ...description.cell import Mechanism
from ...system.cell import CellSystem
from ...system.circuit import Circuit, Extent, Loop, MembraneSystem
from ...system.double_layer import DEPTHS
from ...system.flows import Carrier, column_of, water_stoichiometry
from ...system.states import AMOUNT, Key, State
from .traces import Traces, carried, carrying, seen

Described = dict[str, Any]
"""What stands in a module as JSON."""


def structure(traces: Traces, timed: bool) -> Described:
    """A cell; `timed` is whether its rates name the time. `names` says of a written value its place among these."""
    cell, circuit, written = traces.cell, traces.circuit, traces.derivation.written
    currents, fluxes = traces.flow_keys()
    places = {path: k for k, path in enumerate(traces.written)}
    return {
        "name": cell.name,
        "title": cell.title,
        "constants": {"F": F, "R": R, "N_A": AVOGADRO},
        "depths": DEPTHS,
        "valences": dict(cell.valences),
        "written": {path: written[path] for path in traces.written},
        "fixed": traces.fixed,
        "names": [places.get(name, name) for name in traces.names],
        "compartments": {
            name: {"role": space.role, "ions": list(space.ions), "impermeants": list(space.impermeants)}
            for name, space in cell.compartments.items()
        },
        "membranes": {name: _membrane(traces, name, system) for name, system in circuit.membranes.items()},
        "blocks": [*(_tree(name) for name in circuit.tree), *(_loop(loop) for loop in circuit.loops)],
        "grounded": circuit.grounded,
        "currents": currents,
        "fluxes": fluxes,
        "course": None if traces.whole is None else _course(traces.whole) | {"timed": timed},
        "missing": traces.missing,
    }


# -- potentials -------------------------------------------------------------------------------------------------------


def _membrane(traces: Traces, name: str, system: MembraneSystem) -> Described:
    key = {Extent.WHOLE: "total_capacitance", Extent.AREA: "specific_capacitance"}.get(system.extent)
    path = f"{name}.{key}"
    return {
        "inner": system.membrane.inner,
        "outer": system.membrane.outer,
        "extent": system.extent.value,
        "capacitance": path if path in traces.names else None,
        "mechanisms": list(system.membrane.mechanisms),
        "gates": traces.gates(name),
        "ions": traces.ions(name),
        "charged": traces.charge_keys(name),
        "reversals": [one for word, way in system.mechanisms.items() for one in _reversals(system, word, way)],
    }


def _reversals(system: MembraneSystem, word: str, way: Mechanism) -> list[Described]:
    """Where potentials at which a mechanism carries nothing follow from: a number of its own, or an ion's concentrations."""
    if way.pump or way.law.given:
        return []
    path = f"{system.membrane.name}.{word}."
    if "reversal" in way.parameters:
        return [{"active": f"{path}active", "number": f"{path}reversal"}]
    return [
        {"active": f"{path}active", "ion": ion}
        for ion in way.species
        if system.cell.valences[ion] and ion in system.inner.ions and ion in system.outer.ions
    ]


def _tree(name: str) -> Described:
    """A membrane outside of loops: its potential is the one unknown."""
    return {"membranes": [name], "unknowns": 1, "ways": [[1.0]], "fixed": [[]]}


def _loop(loop: Loop) -> Described:
    """Membranes that share loops: how the potential of each follows from the unknown ones, and from those of baths."""
    circuit: Circuit = loop.circuit
    ways, fixed = [], []
    for name in loop.names:
        membrane = circuit.cell.membranes[name]
        signs = {membrane.inner: 1.0, membrane.outer: -1.0}
        ways.append([signs.get(end, 0.0) for end in loop.unknown])
        fixed.append([[sign, f"{end}.clamped"] for end, sign in signs.items() if end in circuit.grounded])
    return {"membranes": loop.names, "unknowns": len(loop.unknown), "ways": ways, "fixed": fixed}


# -- courses ----------------------------------------------------------------------------------------------------------


def _course(whole: CellSystem) -> Described:
    index = whole.states.index
    return {
        "rows": [_row(row) for row in whole.states.rows],
        "nodes": whole.nodes,
        "charged": whole.charged,
        "carrying": {space: [[key.name, index[key]] for key in _bearing(whole, space)] for space in carrying(whole)},
        "carried": [index[key] for key in carried(whole)],
        "seen": seen(whole),
        "atOnce": [f"{space}.volume" for space in whole.instantaneous],
        "still": whole.without_gates().states.size,
        "moves": [*(_moves(whole, carrier) for carrier in whole.incidence.carriers.values()), _water(whole)],
    }


def _row(row: State) -> Described:
    key = row.key
    holds = {"positive": row.positive, "conserved": row.conserved}
    return {"kind": key.kind, "place": key.place, "name": key.name, **{word: True for word, there in holds.items() if there}}


def _bearing(whole: CellSystem, space: str) -> list[Key]:
    """Rows of the ions of a compartment that can bear a charge."""
    free = [ion for ion in whole.stats.free_ions(space) if whole.cell.valences[ion]]
    return [key for key in whole.states.keys(AMOUNT) if key.place == space and key.name in free]


def _moves(whole: CellSystem, carrier: Carrier) -> Described:
    """What the independent fluxes of a carrier change of the rows, and the numbers that scale it."""
    p = {key: whole.numbers[f"{carrier.name}.{key}"] for key in carrier.mechanism.parameters}
    groups = carrier.mechanism.law.moves(carrier.mechanism.species, whole.cell.valences, p)
    columns = np.array([column_of(whole.states, carrier, group) for group in groups]).reshape(len(groups), whole.states.size).T
    scales = [f"{carrier.name}.{key}" for key in carrier.mechanism.scales]
    return {"scales": scales, "active": f"{carrier.name}.active", "groups": _sparse(whole.stats.columns(whole.states, columns))}


def _water(whole: CellSystem) -> Described:
    """What water changes."""
    return {"scales": [], "active": None, "groups": _sparse(water_stoichiometry(whole.circuit, whole.states))}


def _sparse(columns: np.ndarray) -> list[list[list[float]]]:
    return [[[int(k), float(column[k])] for k in np.flatnonzero(column)] for column in columns.T]
