"""How membranes with gates answer a small deviation from rest: their potential and their gates move together, concentrations held.

The slope of the net current with gates at their steady values says where a rest is, but not whether the cell stays there: gates come
late (Hodgkin and Huxley 1952).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engines.symbolic import Buffered
from ...system.circuit import Circuit, Extent
from ...units import to_unit
from ..state.spectrum import ROUNDING, Spectrum, spectrum_of
from .blocks import Block

Gates = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Deviations:
    """What small deviations of a block do: the slope of each membrane's net current while gates stay as they are, in the membrane's
    basis; the rates of deviations, None where a capacitance is not described."""

    at_once: dict[str, float]
    spectrum: Spectrum | None

    @property
    def swings(self) -> bool:
        """Whether some small deviation decays in swings of which there is more than one."""
        return self.spectrum is not None and bool(np.any(np.abs(self.spectrum.values.imag) > np.abs(self.spectrum.values.real)))

    @property
    def growth(self) -> str:
        """How the fastest growing deviation grows, in words."""
        assert self.spectrum is not None
        first = self.spectrum.values[0]
        swing = f", swinging at {_frequency(first)}," if first.imag else ""
        return f"small deviations grow{swing} e-fold in {_time(1 / first.real)}"

    def sentence(self, name: str, named: bool) -> str:
        """What the swings of a membrane are."""
        assert self.spectrum is not None
        swing = max(self.spectrum.values, key=lambda v: abs(v.imag))
        where = f" of '{name}'" if named else ""
        return (
            f"Small deviations{where} swing at {_frequency(swing)} and fall to 1/e in {_time(-1 / swing.real)}: with its gates the membrane "
            "resonates near that frequency."
        )


def _frequency(value: complex) -> str:
    return f"{abs(value.imag) / (2 * np.pi):.3g} Hz"


def _time(seconds: float) -> str:
    return f"{to_unit(seconds, 'ms'):.3g} ms"


class GatedBlock:
    """The potentials of a block and the gates of its membranes, with their rates compiled once."""

    def __init__(self, circuit: Circuit, block: Block, names: Sequence[str]) -> None:
        self.circuit, self.block, self._names = circuit, block, names
        self.gates = gates_of(circuit, block.members)

    @functools.cached_property
    def compiled(self) -> Buffered:
        """Net currents out of the unknown compartments, rates of the gates, and the net current of each membrane."""
        return Buffered(self.rates, self.block.unknowns + len(self.gates), self._names)

    def rates(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The same for unknown potentials and gates x."""
        potentials, gates = x[: self.block.unknowns], x[self.block.unknowns :]
        held = {**numbers, **{".".join(key): value for key, value in zip(self.gates, gates, strict=True)}}
        V = self.block.voltages(potentials, numbers)
        rates = {
            (name, word, gate): rate
            for name in V
            for word, group in self._gate_rates(name, V, held)
            for gate, rate in group.items()
        }
        net = [sum(self.circuit.membranes[name].currents(V[name], held).values(), 0.0) for name in V]
        return [*self._outward(V, net), *(rates[key] for key in self.gates), *net]

    def _gate_rates(self, name: str, V: Mapping[str, Any], held: Mapping[str, Any]) -> Any:
        return self.circuit.membranes[name].gate_rates(V[name], held).items()

    def _outward(self, V: Mapping[str, Any], net: Sequence[Any]) -> list[Any]:
        """Net currents out of the unknown compartments from those of the membranes."""
        return [sum(a * i for a, i in zip(column, net, strict=True) if a) for column in self.ways.T]

    @functools.cached_property
    def ways(self) -> np.ndarray:
        """How each membrane's potential (first axis) follows each unknown one: 1, -1 or 0."""
        numbers = dict.fromkeys(self._names, 0.0)
        zero = np.array(list(self.block.voltages([0.0] * self.block.unknowns, numbers).values()))
        units = np.eye(self.block.unknowns).tolist()
        return np.array([np.array(list(self.block.voltages(unit, numbers).values())) - zero for unit in units]).T

    def at(self, x: Sequence[float], numbers: Mapping[str, float]) -> Deviations:
        """Deviations from a root x of the block."""
        V = {name: float(v) for name, v in self.block.voltages(list(x), numbers).items()}
        point = np.array([*x, *map(float, self.settled(x, numbers))])
        J = self.compiled(point, self.compiled.values(numbers))[1]
        n, m = self.block.unknowns, self.block.unknowns + len(self.gates)
        slopes = J[m:, :n]
        which = np.abs(self.ways).argmax(axis=1)
        at_once = {name: float(slopes[k, which[k]] / self.ways[k, which[k]]) for k, name in enumerate(V)}
        return Deviations(at_once, self._spectrum(J[:n], J[n:m], numbers))

    def settled(self, x: Sequence[Any], numbers: Mapping[str, Any]) -> list[Any]:
        """The values of the gates where they have settled."""
        V = self.block.voltages(list(x), numbers)
        values = {name: self.circuit.membranes[name].settled(v, numbers) for name, v in V.items()}
        return [values[name][word][gate] for name, word, gate in self.gates]

    def capacitances(self, numbers: Mapping[str, Any]) -> list[Any]:
        """Those of the members; None in place of one that is not described."""
        return [_capacitance(self.circuit, name, numbers) for name in self.block.members]

    def _spectrum(self, currents: np.ndarray, gates: np.ndarray, numbers: Mapping[str, float]) -> Spectrum | None:
        known = self.capacitances(numbers)
        return None if None in known else spectrum_of(*self.matrices(currents, gates, np.array(known)))

    def matrices(self, currents: np.ndarray, gates: np.ndarray, capacitances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rates of deviations by deviations, and how far each may be off, from slopes; also of many rows at once."""
        C = self.ways.T @ (capacitances[..., None] * self.ways)
        A = np.concatenate([-np.linalg.solve(C, currents), gates], axis=-2)
        size = np.concatenate([np.abs(np.linalg.inv(C)) @ np.abs(currents), np.abs(gates)], axis=-2)
        return A, ROUNDING * A.shape[-1] * size


def gates_of(circuit: Circuit, members: Sequence[str]) -> Gates:
    """(membrane, mechanism, gate) of every gate that has a rate."""
    return [
        (name, word, gate)
        for name in members
        for word, one in circuit.membranes[name].mechanisms.items()
        if one.gating is not None
        for gate in one.gating.moving
    ]


def _capacitance(circuit: Circuit, name: str, numbers: Mapping[str, Any]) -> Any:
    """The capacitance of a membrane in the basis of its currents [F or F/m^2]; None where it is not described."""
    key = {Extent.WHOLE: "total_capacitance", Extent.AREA: "specific_capacitance"}.get(circuit.membranes[name].extent)
    return None if key is None else numbers.get(f"{name}.{key}")
