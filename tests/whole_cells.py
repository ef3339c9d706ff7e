"""Cells of one to three compartments for tests of whole cells: nested, side by side, in loops, with an open bath; and states of them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import cells
import vrest
from vrest.constants import F
from vrest.system.cell import CellSystem
from vrest.system.states import AMOUNT, CHARGE, GATE, VOLUME, Key

VALENCES = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2}
seeds = st.integers(0, 2**32 - 1)


def drawn(seed: int, most: int = 3):
    """A description whose structure and numbers are drawn at random."""
    rng = np.random.default_rng(seed)
    names = "abc"[: int(rng.integers(1, most + 1))]
    spaces = {"outside": {"role": "bath", "ions": _ions(rng, 100.0)}}
    membranes = {}
    for k, name in enumerate(names):
        outer = "outside" if k == 0 else str(rng.choice(["outside", *names[:k]]))
        spaces[name] = _inside(rng)
        membranes[f"m_{name}"] = _membrane(rng, name, outer, water=True)
    if rng.random() < 0.5:  # a second way round
        inner = str(rng.choice(list(names)))
        outer = str(rng.choice([other for other in ("outside", *names) if other != inner]))
        membranes["again"] = _membrane(rng, inner, outer, water=False)
    if rng.random() < 0.3:
        spaces["lumen"] = {"role": "bath", "open": "true", "ions": _ions(rng, 100.0)}
        membranes["far"] = _membrane(rng, names[0], "lumen", water=False)
    for entry in membranes.values():  # a shape cannot say how several membranes share its surface
        if sum(entry["between"][0] == other["between"][0] for other in membranes.values()) > 1:
            entry.pop("area_policy", None)
            entry["area"] = f"{rng.uniform(100, 2000)!r} um^2"
    return {"cell": "drawn", "temperature": f"{rng.uniform(280, 315)!r} K", "compartments": spaces, "membranes": membranes}


def _ions(rng, size: float) -> dict[str, str]:
    return {ion: f"{size * 10 ** rng.uniform(-1.5, 0.3)!r} mM" for ion in VALENCES}


def _inside(rng):
    ions = _ions(rng, 100.0)
    charge = sum(z * float(ions[ion].split()[0]) for ion, z in VALENCES.items())
    return {
        "shape": {"sphere": {"diameter": f"{rng.uniform(5, 30)!r} um"}},
        "ions": ions,
        "impermeant": {"valence": float(rng.uniform(0.3, 3) * (-1 if charge > 0 else 1)), "amount": "neutral"},
    }


def _membrane(rng, inner: str, outer: str, water: bool):
    log = lambda low, high: f"{10 ** rng.uniform(low, high)!r}"  # noqa: E731
    mechanisms: dict = {
        f"{ion}_leak": {"kind": "ghk", "ion": ion, "permeability": f"{log(-11, -8)} m/s"}
        for ion in VALENCES
        if rng.random() < 0.7
    }
    mechanisms["g"] = {"kind": "ohmic", "ion": "K", "conductance": f"{log(-2, 0)} S/m^2"}
    if rng.random() < 0.6:
        mechanisms["pump"] = cells.pump(f"{log(-3, -1)} A/m^2")
    if rng.random() < 0.4:
        mechanisms["ncx"] = {"kind": "ncx", "law": "affinity", "rate": f"{log(-11, -9)} mol/(m^2 s)"}
    if rng.random() < 0.4:
        mechanisms["kcc2"] = {"kind": "kcc2", "law": "affinity", "rate": f"{log(-10, -8)} mol/(m^2 s)"}
    entry: dict = {"between": [inner, outer], "capacitance": "1 uF/cm^2", "mechanisms": mechanisms}
    if water and rng.random() < 0.6:
        at_once = outer == "outside" and rng.random() < 0.4
        entry["water"] = "instantaneous" if at_once else {"permeability": f"{log(-6, -3)} m/s"}
        entry["area_policy"] = "shape" if rng.random() < 0.5 else "fixed"
    return entry


def whole_of(seed: int) -> CellSystem:
    return CellSystem(vrest.from_dict(drawn(seed)))


def state_of(whole: CellSystem, seed: int) -> np.ndarray:
    """A state beside the described one: other amounts and volumes, and the charges of random potentials."""
    rng, x = np.random.default_rng(seed), whole.states.initial(whole.numbers)
    changed = whole.states.positive
    x[changed] *= np.exp(rng.normal(0, 0.1, int(changed.sum())))
    for key in whole.states.keys(GATE):
        x[whole.states.index[key]] = rng.uniform(0.1, 0.9)
    V, state = whole.membrane_potentials(potentials_of(whole, seed), whole.numbers), whole.at(list(x), whole.numbers)
    for key in whole.states.keys(CHARGE):
        x[whole.states.index[key]] = whole.membrane_charge(key.place, V, state)
    return x


def potentials_of(whole: CellSystem, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed + 1)
    return {node: float(rng.uniform(-0.1, 0.05)) for node in whole.nodes}


def sizes_of(whole: CellSystem, x: np.ndarray) -> np.ndarray:
    """Steps that change each number of a state by about as much: a charge as by RT/F, a gate by one, the others as themselves."""
    return np.where(whole.states.are(CHARGE), 1e-13, np.where(whole.states.are(GATE), 1.0, np.abs(x)))


def derivative(whole: CellSystem, x) -> np.ndarray:
    """The rate of each row at the numbers of the description, with plain floats."""
    return np.array([float(rate) for rate in whole.derivative(list(x), whole.numbers)])


def moving(whole: CellSystem, x):
    """At a state: flows by membrane and mechanism, flows of exchanges, and the numbers that hold the state."""
    state = whole.at(list(x), whole.numbers)
    flows = whole.flows(whole.membrane_potentials(whole.potentials(list(x), state), state), state)
    return flows, whole.exchanged(flows, state), state


def size_of_rates(whole: CellSystem, x: np.ndarray) -> np.ndarray:
    """For each rate the sum of what it is made of, regardless of sign: what rounding is measured by."""
    flows, exchanged, state = moving(whole, x)
    gross: dict[Key, float] = {}
    moved = [(m.inner, m.outer, one) for name, m in whole.cell.membranes.items() for one in flows[name].values()]
    moved += [(e.space, e.place, one) for e, one in zip(whole.exchanges, exchanged, strict=True)]
    for inner, outer, one in moved:
        for end in (inner, outer):
            charge = Key(CHARGE, end)
            for ion, flux in one.fluxes.items():
                amount = Key(AMOUNT, end, ion)
                gross[amount] = gross.get(amount, 0.0) + abs(float(flux))
                gross[charge] = gross.get(charge, 0.0) + F * abs(whole.cell.valences[ion] * float(flux))
            gross[charge] = gross.get(charge, 0.0) + abs(float(one.unattributed))
    V = whole.membrane_potentials(whole.potentials(list(x), state), state)
    gross |= {key: 1e3 * abs(float(rate)) + 1.0 for key, rate in whole.own_rates(V, state).items()}
    osmotic = 1e-15 + max((abs(float(w)) for w in whole.net_waters(state).values()), default=0.0)
    return np.array([osmotic if key.kind == VOLUME else gross.get(key, 0.0) for key in whole.states.index])
