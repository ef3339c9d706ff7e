"""What a mechanism is: a kind with its laws, each a parameter table, a stoichiometry and a function from a site to flows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..constants import F
from ..laws.nernst import electrochemical_difference, nernst_potential
from .parameter import Parameter


@dataclass(frozen=True)
class Site:
    """What a mechanism sees of its membrane. Values are floats, arrays or symbols; concentrations are inner and outer.

    `p` holds this mechanism's own numbers by name, `species` which ions it moves with their signed counts, `others` the flux
    densities of the membrane's other mechanisms by ion (for a law that answers to them), `delta_G` the free energy of ATP
    hydrolysis [J/mol], negative, or None.
    """

    V: Any
    T: Any
    t: Any
    z: Mapping[str, int]
    c_in: Mapping[str, Any]
    c_out: Mapping[str, Any]
    p: Mapping[str, Any]
    species: Mapping[str, float]
    delta_G: Any = None
    others: Mapping[str, Any] = field(default_factory=dict)
    form: str = ""

    def ion(self) -> str:
        """The one ion of a mechanism that has one."""
        return next(iter(self.species))

    def E(self, ion: str) -> Any:
        """Nernst potential of an ion across this membrane [V]."""
        return nernst_potential(self.z[ion], self.c_in[ion], self.c_out[ion], self.T)

    def dmu(self, ion: str) -> Any:
        """Electrochemical potential difference of an ion, inner minus outer [J/mol]."""
        return electrochemical_difference(self.V, self.z[ion], self.c_in[ion], self.c_out[ion], self.T)


@dataclass(frozen=True)
class Flows:
    """What a mechanism does, outward positive, in the basis of its parameters (per area: mol m^-2 s^-1, A m^-2).

    `fluxes` by ion; `unattributed` is current whose carrier was not named; `cycles` the turnover of a pump and `atp` the ATP
    it spends per time.
    """

    fluxes: dict[str, Any]
    unattributed: Any = 0.0
    cycles: Any = None
    atp: Any = None

    def current(self, z: Mapping[str, int]) -> Any:
        """Current density [A/m^2] in the same basis."""
        return F * sum((z[ion] * flux for ion, flux in self.fluxes.items()), 0.0) + self.unattributed

    def scaled(self, factor: Any) -> Flows:
        """The same with every rate multiplied."""
        times = lambda rate: None if rate is None else rate * factor  # noqa: E731
        fluxes = {ion: flux * factor for ion, flux in self.fluxes.items()}
        return Flows(fluxes, self.unattributed * factor, times(self.cycles), times(self.atp))


FlowLaw = Callable[[Site], Flows]


@dataclass(frozen=True)
class Law:
    """One row of the table of mechanisms.

    `species` says how the ions are named: `ion`, `ion or carries`, `ratios`, `stoichiometry`, or a fixed stoichiometry of the kind.
    `one_of` lists groups of parameters of which exactly one is given. `thermodynamic` laws never dissipate negatively.
    """

    name: str
    flows: FlowLaw
    parameters: tuple[Parameter, ...]
    meaning: str
    equation: str
    thermodynamic: bool = False
    one_of: tuple[tuple[str, ...], ...] = ()
    needs_atp: bool = False
    rest_only: bool = False
    basis_free: bool = False
    citations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A word of the file format. `laws` has one entry with an empty name where the kind has no `law:` key.

    One that is `in_compartment` stands in a compartment; all others in a membrane.
    """

    name: str
    meaning: str
    laws: Mapping[str, Law]
    species: str
    stoichiometry: Mapping[str, int] = field(default_factory=dict)
    pump: bool = False
    default_law: str | None = None
    in_compartment: bool = False
    citations: tuple[str, ...] = ()
