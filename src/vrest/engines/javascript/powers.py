"""What each mechanism puts into ions and what drives it, of a membrane's flows; not finite where that cannot be said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...laws.atp import atp_power
from ...laws.nernst import electrochemical_difference
from ...maths import where
from ...mechanisms.kind import Flows
from ...system.circuit import MembraneSystem

Numbers = Mapping[str, Any]


def work_on_ions(system: MembraneSystem, V: Any, numbers: Numbers, flows: Flows) -> Any:
    """Power that a mechanism puts into ions, negative for passive paths; unknown where the carrier of a current is not named, or an ion is
    missing on one side."""
    work: Any = 0.0
    for ion, flux in flows.fluxes.items():
        c = [numbers[path] for end in system.membrane.ends if (path := f"{end}.{ion}") in numbers]
        z, T = system.cell.valences[ion], numbers["temperature"]
        force = electrochemical_difference(V, z, c[0], c[1], T) if len(c) == len(system.membrane.ends) else math.inf
        work = work - where(flux == 0, 0.0, flux * force)
    return where(flows.unattributed == 0, work, math.inf)


def power_given(system: MembraneSystem, numbers: Numbers, flows: Flows) -> Any:
    """Power that a mechanism takes from ATP, or from what drives it in its place; unknown where the free energy of ATP is not described."""
    if flows.drive is not None:
        return -flows.drive * flows.cycles
    if flows.atp is None:
        return 0.0
    delta_G = next((numbers[f"{end}.delta_G"] for end in system.membrane.ends if f"{end}.delta_G" in numbers), None)
    return where(flows.atp == 0, 0.0, math.inf) if delta_G is None else atp_power(flows.atp, delta_G)
