"""What a mechanism is: a kind with its laws, each a parameter table, a function from a site to flows, and what it can.

The rest of vrest asks a law what it can (`paths`, `moves`, `given`, ...) and never what it is called, so that a kind of a third party
is treated as one of vrest's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..constants import F
from ..laws.nernst import electrochemical_difference, nernst_potential
from .parameter import DRIVE, Parameter

if TYPE_CHECKING:
    from .formula_language import Formula


IN_UNITS = "in units"
"""The form of a mechanism of which a number that might be plain was written with its unit."""


@dataclass(frozen=True)
class Site:
    """What a mechanism sees of its membrane. Values are floats, arrays or symbols; concentrations are inner and outer.

    `p` holds this mechanism's own numbers by name, `species` which ions it moves with their signed counts, `others` the flux
    densities of the membrane's other mechanisms by ion (for a law that answers to them), `delta_G` the free energy of ATP
    hydrolysis [J/mol], negative, or None. `let` are the formulas behind names of the user's own, `known` what they came to. `numbers` are those of
    the whole cell by path, `sides` the inner and the outer compartment, `shift` what gates see less of V by a charged surface [V].
    """

    V: Any
    T: Any
    t: Any
    z: Mapping[str, float]
    c_in: Mapping[str, Any]
    c_out: Mapping[str, Any]
    p: Mapping[str, Any]
    species: Mapping[str, float]
    delta_G: Any = None
    others: Mapping[str, Any] = field(default_factory=dict)
    form: str = ""
    let: Mapping[str, Formula] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)
    sides: tuple[str, str] = ("", "")
    known: dict[str, Any] = field(default_factory=dict)
    shift: Any = None

    @property
    def drive(self) -> Any:
        """Free energy of what drives a cycle in place of ATP [J/mol]; None where ATP does."""
        return self.p.get(DRIVE)

    def ion(self) -> str:
        """The one ion of a mechanism that has one."""
        return next(iter(self.species))

    def E(self, ion: str) -> Any:
        """Nernst potential of an ion across this membrane [V]."""
        return nernst_potential(self.z[ion], self.c_in[ion], self.c_out[ion], self.T)

    def dmu(self, ion: str) -> Any:
        """Electrochemical potential difference of an ion, inner minus outer [J/mol]."""
        return electrochemical_difference(self.V, self.z[ion], self.c_in[ion], self.c_out[ion], self.T)

    def value_of(self, formula: Formula) -> Any:
        """A formula's value here."""
        return formula.evaluate(self._names_of(formula))

    def divisors(self, formula: Formula) -> list[Any]:
        """What a formula, and those behind the names in it, divide by here."""
        behind = [part for name in formula.names if name in self.let for part in self.divisors(self.let[name])]
        return behind + formula.divisors(self._names_of(formula))

    def _names_of(self, formula: Formula) -> dict[str, Any]:
        ion = next(iter(self.species), "")
        short = {"c_in": f"c_in_{ion}", "c_out": f"c_out_{ion}", "E": f"E_{ion}"}
        return {name: self._named(short.get(name, name)) for name in formula.names}

    def with_numbers(self, numbers: Mapping[str, Any]) -> Site:
        """The same with other numbers of the mechanism."""
        return replace(self, p={**self.p, **numbers}, known={})

    def factor(self, formula: Formula | None) -> Any:
        """What `factor` and `q10` of a mechanism multiply its flows by."""
        return (1.0 if formula is None else self.value_of(formula)) * self.q10()

    def q10(self, of: str = "") -> Any:
        """The Q10 factor of all flows, or of the times of a gate, whose numbers begin with `of`; 1 where there is none."""
        if f"{of}q10.ratio" not in self.p:
            return 1.0
        from ..laws.temperature import q10_factor

        return q10_factor(self.T, self.p[f"{of}q10.reference"], self.p[f"{of}q10.ratio"])

    def _named(self, name: str) -> Any:
        """What a name in a formula stands for: `V`, a number of the mechanism, what is behind `let`, or what the cell holds."""
        plain = {"V": self.V, "T": self.T, "t": self.t, **self.p}
        if name in plain:
            return plain[name]
        if name in self.let:
            if name not in self.known:
                self.known[name] = self.value_of(self.let[name])
            return self.known[name]
        return self._elsewhere(name) if "." in name else self._beside(name)

    def _beside(self, name: str) -> Any:
        """What is on the two sides: `E_K`, `c_in_K` or `K_in`, `w_in`, `pH_in`."""
        if name.startswith("E_"):
            return self.E(name[2:])
        inward = name.startswith("c_in_") or name.endswith("_in")
        if name in ("w_in", "w_out"):
            return self.numbers[f"{self.sides[not inward]}.volume"]
        c = self.c_in if inward else self.c_out
        if name in ("pH_in", "pH_out"):
            from ..laws.proton import pH_from_concentration

            return pH_from_concentration(c["H"])
        return c[name.removeprefix("c_in_").removeprefix("c_out_") if name.startswith("c_") else name.rpartition("_")[0]]

    def _elsewhere(self, name: str) -> Any:
        """What another compartment holds: `space.K`, an impermeant, a state of its own, its water."""
        space, _, what = name.partition(".")
        paths = (f"{space}.volume" if what == "water" else name, f"{name}.concentration")
        return next(self.numbers[path] for path in paths if path in self.numbers)


@dataclass(frozen=True)
class Flows:
    """What a mechanism does, outward positive, in the basis of its parameters (per area: mol m^-2 s^-1, A m^-2).

    `fluxes` by ion; `unattributed` is current whose carrier was not named; `cycles` the turnover of a pump and `atp` the ATP
    it spends per time; `drive` the free energy of what drives one cycle in its place [J/mol], `counts` the ions that
    one moves, where these are not its stoichiometry for good. What is `neutral` carries no current,
    whatever rounding leaves of the sum.
    """

    fluxes: dict[str, Any]
    unattributed: Any = 0.0
    cycles: Any = None
    atp: Any = None
    neutral: bool = False
    drive: Any = None
    counts: Mapping[str, Any] | None = None

    def current(self, z: Mapping[str, float]) -> Any:
        """Current density [A/m^2] in the same basis."""
        if self.neutral:
            return 0.0
        return F * sum((z[ion] * flux for ion, flux in self.fluxes.items()), 0.0) + self.unattributed

    def scaled(self, factor: Any) -> Flows:
        """The same with every rate multiplied."""
        times = lambda rate: None if rate is None else rate * factor  # noqa: E731
        fluxes = {ion: flux * factor for ion, flux in self.fluxes.items()}
        return Flows(
            fluxes, self.unattributed * factor, times(self.cycles), times(self.atp), self.neutral, self.drive, self.counts
        )


def across(group: Mapping[str, Flows]) -> dict[str, Any]:
    """Flux of each ion by all mechanisms of one membrane together, outward positive."""
    total: dict[str, Any] = {}
    for one in group.values():
        for ion, flux in one.fluxes.items():
            total[ion] = total.get(ion, 0.0) + flux
    return total


@dataclass(frozen=True)
class PassivePath:
    """A way by which one ion passes by itself, in the basis of its parameters: a constant-field permeability, or a conductance.

    `ion` is None where several ions share a conductance. Without a stated `reversal` [V] a conductance has that of its ion (Nernst).
    """

    ion: str | None
    permeability: Any = None
    conductance: Any = None
    reversal: Any = None

    def scaled(self, factor: Any) -> PassivePath:
        """The same path, `factor` times as wide."""
        times = lambda width: None if width is None else width * factor  # noqa: E731
        return PassivePath(self.ion, times(self.permeability), times(self.conductance), self.reversal)


CYCLE = "its logarithm stands in the free energy of one cycle"
"""Why a law that knows the free energy of its cycle needs some of each ion on both sides."""
FlowLaw = Callable[[Site], Flows]
Numbers = Mapping[str, Any]


def as_one(species: Mapping[str, float], z: Mapping[str, float], p: Numbers) -> list[dict[str, float]]:
    """All ions of a mechanism in fixed proportion, by its stoichiometry: one turnover moves them all."""
    return [dict(species)]


@dataclass(frozen=True, repr=False)
class Law:
    """One row of the table of mechanisms: an equation with its parameters, and what it can.

    Attributes:
        flows:      the equation
        one_of:     groups of parameters of which exactly one is given
        thermodynamic: it never dissipates negatively
        needs_atp:  it is bound by the free energy of ATP hydrolysis, which a side of the membrane must describe
        rest_only:  it answers to the other flows at one moment (`basis_free`: in whatever basis these are counted)
        paths:      the passive paths of single ions that it consists of; None where ions do not pass by themselves
        moves:      groups of ions that move in fixed proportion, from the species, valences and the mechanism's numbers;
                    what differs between groups is moved independently
        given:      it carries what is given, whatever the potential and the concentrations are
        slows:      it slows down as what it takes away runs out
        coupled:    it is driven by the gradients of the ions that it couples
        reads_concentrations: its equation holds the concentrations of the ions that it moves
        logarithm:  why these must be more than zero (a stated `reversal` takes their place); empty where they need not
        in_units:   numbers that may be plain, in mol/l, or have a unit: then its form is `IN_UNITS`
        affinity:   of a law in a compartment: the free energy that one forward turnover sets free [J/mol]
        per_volume: its flows are per volume of the compartment's water, whatever unit its numbers have
        divides_by: {word in place of a number: (ion, side)} whose concentration must be more than zero then
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
    paths: Callable[[Site], list[PassivePath]] | None = None
    moves: Callable[[Mapping[str, float], Mapping[str, float], Numbers], list[dict[str, float]]] = as_one
    given: bool = False
    slows: bool = True
    coupled: bool = False
    reads_concentrations: bool = True
    logarithm: str = ""
    in_units: tuple[str, ...] = ()
    affinity: Callable[[Site], Any] | None = None
    per_volume: bool = False
    divides_by: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    citations: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Law({self.name!r})"

    @property
    def has_reversal(self) -> bool:
        """Whether it knows a reversal potential that a description may state."""
        return any(row.name == "reversal" for row in self.parameters)


@dataclass(frozen=True, repr=False)
class Kind:
    """A word of the file format. `laws` has one entry with an empty name where the kind has no `law:` key.

    One that is `in_compartment` stands in a compartment; all others in a membrane. `example` holds keys as they may be written, where
    the examples of the parameters do not go together.
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
    example: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Kind({self.name!r})"
