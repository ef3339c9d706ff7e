"""`channel_curves`: steady values and time constants of a channel's gates over the membrane potential."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...description.cell import Cell, Mechanism
from ...description.channels import Channel
from ...description.derive import Derivation
from ...description.library import CHANNEL, Name, in_plain_cell, load_channel
from ...results.base import Certificate
from ...results.channel import ChannelResult
from ...system.circuit import MembraneSystem
from .iv import potentials

SPAN = (-0.16, 0.08)
POINTS = 241
METHOD = "formulas of the channel evaluated by plain floats; residual: how far a steady value lies outside of 0 to 1"


def channel_curves(channel: Channel | Name, V: Any = None) -> ChannelResult:
    """Steady values and time constants of a channel over the membrane potential.

    Arguments:
        channel: a name of `vrest.channel_names()`, the path of a file, or a Channel
        V:       membrane potentials as a list or array, plain numbers in volt, or as a span: "-100:50 mV"; default: -160 to 80 mV
    Returns:
        ChannelResult: at the temperature and the concentrations of the channel's file (others: those of a plain mammalian cell).
    Raises:
        InputError: no such channel, one with faults, or V holds what is no finite number.

    >>> curves = channel_curves("k-plant-outward", ["-58.1 mV"])
    >>> round(float(curves.steady["m"][0]), 2), round(1e3 * float(curves.tau["m"][0]))
    (0.5, 158)
    """
    file = load_channel(channel)
    cell, grid = in_plain_cell(file), np.linspace(*SPAN, POINTS) if V is None else potentials(V)
    system, numbers = MembraneSystem(cell, cell.membranes["membrane"]), Derivation(cell).numbers()
    way = system.mechanisms[CHANNEL]
    steady, tau, part = _curves(system, grid, numbers)
    said = {key: getattr(file, key) for key in ("title", "about", "organism", "note", "certainty", "sources", "range")}
    return ChannelResult(
        file.name,
        numbers["temperature"],
        grid,
        steady,
        tau,
        part,
        states=way.gating.scheme.states if way.gating is not None and way.gating.scheme is not None else (),
        concentrations=_named(cell, way),
        certificate=_certificate(steady),
        **said,
    )


def _curves(system: MembraneSystem, V: np.ndarray, numbers: Any) -> tuple[dict[str, Any], dict[str, Any], np.ndarray]:
    """Steady values, time constants and the conducting part over potentials."""
    with np.errstate(all="ignore"):
        steady, tau = (found.get(CHANNEL, {}) for found in (system.gates(V, numbers), system.time_constants(V, numbers)))
        part = system.conducting(V, numbers)[CHANNEL]
    over = lambda values: np.broadcast_to(np.asarray(values, dtype=float), V.shape)  # noqa: E731
    return {name: over(one) for name, one in steady.items()}, {name: over(one) for name, one in tau.items()}, over(part)


def _named(cell: Cell, way: Mechanism) -> dict[str, dict[str, float]]:
    """The concentrations on which the formulas of a channel depend, by side."""
    names = {name for formula in way.formulas.values() for name in formula.names}
    found = {
        side: {ion: value.si for ion, value in cell.compartments[side].ions.items() if names & _names_of(ion, end, way)}
        for side, end in (("inside", "in"), ("outside", "out"))
    }
    return {side: ions for side, ions in found.items() if ions}


def _names_of(ion: str, end: str, way: Mechanism) -> set[str]:
    """What names the concentration of an ion on a side in a formula."""
    own = {"E", f"c_{end}"} if ion in way.species else set()
    return {f"{ion}_{end}", f"c_{end}_{ion}", f"E_{ion}"} | own


def _certificate(steady: dict[str, np.ndarray]) -> Certificate:
    beyond = {name: float(np.max(np.maximum(-x, x - 1.0), initial=0.0)) for name, x in steady.items()}
    return Certificate(all(x <= 1e-12 for x in beyond.values()), {"outside_fraction": beyond}, METHOD)
