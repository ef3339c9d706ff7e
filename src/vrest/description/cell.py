"""A described cell: frozen, checked, SI inside. A variant is a new object (`replace`); nothing is ever changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..mechanisms.kind import Kind, Law
from ..mechanisms.parameter import ACTIVE, DRIVE, Basis, Parameter
from ..results.base import Brief, Displayed
from ..units import format_quantity
from .nodes import Keys, Node

if TYPE_CHECKING:
    from ..mechanisms.formula_language import Formula
    from ..mechanisms.formula_tables import Table
    from ..mechanisms.gating import Gating, OwnState

BATH, CELL, HELD = "bath", "cell", "held"


@dataclass(frozen=True, repr=False)
class Value:
    """One number of a description [SI], as it was written and where it comes from; `row` says what another one would have to be."""

    si: float
    unit: str = ""
    text: str = ""
    range: tuple[float, float] | None = None
    source: str | None = None
    certainty: str | None = None
    note: str | None = None
    keys: Keys | None = None
    basis: Basis | None = None
    node: Node | None = field(default=None, repr=False, compare=False)
    row: Parameter | None = field(default=None, repr=False, compare=False)

    def __float__(self) -> float:
        return self.si

    def __repr__(self) -> str:
        return f"Value({self.in_bench_units})"

    @property
    def in_bench_units(self) -> str:
        """As it was written, or in the unit of its parameter where vrest supplied it."""
        return self.text or format_quantity(self.si, self.unit or "1")


def si_of(values: Mapping[str, Any]) -> dict[str, float]:
    """The values that are known numbers, by name [SI]."""
    return {name: value.si for name, value in values.items() if isinstance(value, Value)}


@dataclass(frozen=True, repr=False)
class Impermeant(Brief):
    """Charged solutes that stay: mean valence and concentration in cell water [mol/m^3]; `rule` is how the amount was given."""

    name: str
    valence: Value
    concentration: Value
    rule: str


@dataclass(frozen=True, repr=False)
class Buffer(Brief):
    """What binds an ion of a compartment: so much per unit of pH (`capacity`), counted from where nothing is bound (`at`), or sites with a
    dissociation constant (`total`, `K_d`) [mol/m^3]; and, of protons, impermeants whose valences are formulas in pH (`titrated`)."""

    capacity: Value | None = None
    at: Value | None = None
    total: Value | None = None
    K_d: Value | None = None
    titrated: Mapping[str, Formula] = field(default_factory=dict)

    @property
    def holds_some(self) -> bool:
        """Whether it binds by sites alone, which cannot hold less than nothing."""
        return self.total is not None and not self.titrated

    @property
    def bare(self) -> bool:
        """Whether impermeants alone bind."""
        return self.capacity is None and self.total is None


@dataclass(frozen=True, repr=False)
class Compartment(Brief):
    """A well-stirred space. `volume` is its water [m^3], None where it was not described.

    `osmotic_formula` says the osmotic coefficient where that is no number.

    `buffers` are what binds ions, by ion. `fixed` are ions whose concentrations are held, with the counter-ion of each (None:
    counter-charge on nothing that is listed).
    `mechanisms` are its exchanges, `states` what it has of its own. A `store` is touched by exchanges and by no membrane: it stays
    neutral and has no potential.
    """

    name: str
    role: str
    ions: Mapping[str, Value]
    impermeants: Mapping[str, Impermeant]
    volume: Value | None = None
    surface: float | None = None
    delta_G: Value | None = None
    clamped: Value | None = None
    open: bool = False
    reference: bool = False
    shape: Shape | None = None
    osmotic_coefficient: float = 1.0
    osmotic_formula: Formula | None = None
    fixed: Mapping[str, str | None] = field(default_factory=dict)
    mechanisms: Mapping[str, Mechanism] = field(default_factory=dict)
    store: bool = False
    states: Mapping[str, OwnState] = field(default_factory=dict)
    buffers: Mapping[str, Buffer] = field(default_factory=dict)

    @property
    def is_bath(self) -> bool:
        return self.role == BATH

    @property
    def binding(self) -> set[str]:
        """The ions of which something is bound, by a buffer or in a state."""
        return {*self.buffers, *(ion for one in self.states.values() for ion in one.holds)}

    def bound_in_states(self, numbers: Mapping[str, Any], ion: str) -> Any:
        """What its states hold of an ion [mol/m^3], at numbers that hold them."""
        held = [(word, one.holds[ion]) for word, one in self.states.items() if ion in one.holds]
        return sum((n * numbers[f"{self.name}.{word}"] for word, n in held), 0.0)

    @property
    def at_equilibrium(self) -> dict[str, Mechanism]:
        """Its reactions that are held at equilibrium, by name."""
        return {word: one for word, one in self.mechanisms.items() if one.held}

    @property
    def keeps_concentrations(self) -> bool:
        return self.role in (BATH, HELD)

    @property
    def titrated(self) -> Mapping[str, Formula]:
        """The valences that are formulas in pH, by impermeant."""
        return {word: formula for one in self.buffers.values() for word, formula in one.titrated.items()}


NO_WATER, RELAXING, AT_ONCE = "none", "relaxing", "instantaneous"


@dataclass(frozen=True, repr=False)
class Water(Brief):
    """How water crosses a membrane: `none`, `instantaneous`, `flow` with P_f [m/s, m^3/s] or L_p [m/(s Pa), m^3/(s Pa)], or
    `relaxing`: the inner volume goes to a formula's value, `target`, with a `time_constant` [s].

    `elastic_modulus` [Pa] and `turgor` [Pa] at the described volume belong to a wall; `parameters` are those of the formula.
    """

    rule: str = NO_WATER
    L_p: Value | None = None
    P_f: Value | None = None
    elastic_modulus: Value | None = None
    turgor: Value | None = None
    area_follows_shape: bool = False
    target: Any = None
    time_constant: Value | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def moves(self) -> bool:
        """Whether water crosses at a rate of its own, so that volumes are part of the state."""
        return self.rule in ("flow", "relaxing")

    @property
    def per_area(self) -> bool:
        """Whether a permeability is given per area."""
        given = self.L_p or self.P_f
        return given is not None and given.basis is not Basis.CELL


@dataclass(frozen=True, repr=False)
class SurfaceCharge(Brief):
    """The charge of a membrane's outer face with nothing bound to it [C/m^2], constants with which it binds ions [m^3/mol], and the
    concentrations of a reference solution [mol/m^3], in which gates are as they are written."""

    density: Value
    binding: Mapping[str, Value]
    reference: Mapping[str, Value]


@dataclass(frozen=True)
class Shape:
    """A shape's name, sizes [m] and words, and the part of its volume that is water."""

    form: str
    sizes: Mapping[str, float]
    words: Mapping[str, str]
    water_fraction: float


@dataclass(frozen=True, repr=False)
class Mechanism(Brief):
    """One way across a membrane: its kind and law, its numbers by name, and the ions it moves with their signed counts.

    An exchange is one too: out of its compartment, into its `partner` (None: a reservoir outside of the description). `computed` are
    formulas in place of numbers, `gating` its gates or its scheme, `let` the formulas behind names of the user's own, `like` the channel
    whose file says the rest, `sources` keys of the bibliography.
    """

    name: str
    kind: Kind
    law: Law
    parameters: Mapping[str, Value]
    species: Mapping[str, float]
    basis: Basis | None
    form: str = ""
    factor: Any = None
    rate: Any = None
    computed: Mapping[str, Any] = field(default_factory=dict)
    partner: str | None = None
    gating: Gating | None = None
    let: Mapping[str, Any] = field(default_factory=dict)
    like: str | None = None
    sources: tuple[str, ...] = ()

    @property
    def thermodynamic(self) -> bool:
        return self.law.thermodynamic and "reversal" not in self.parameters

    @property
    def held(self) -> bool:
        """Whether it is a reaction that is at equilibrium at all times: it has no rate."""
        return self.law.affinity is not None and "rate" not in self.parameters

    @property
    def pump(self) -> bool:
        """Whether it spends ATP: a pump by its kind, or a formula that says so."""
        atp = self.parameters.get("atp")
        return self.kind.pump or (atp is not None and atp.si != 0)

    @property
    def splits_atp(self) -> bool:
        """Whether each of its cycles splits ATP: a pump, unless it is driven by something else (`atp: 0`)."""
        atp = self.parameters.get("atp")
        return self.pump and not self.other_drive and (atp is None or atp.si != 0)

    @property
    def other_drive(self) -> bool:
        """Whether something else than ATP drives its cycles, of a described free energy."""
        return DRIVE in self.parameters or DRIVE in self.computed

    @property
    def driven(self) -> bool:
        """Whether ATP or something else drives its cycles."""
        return self.splits_atp or self.other_drive

    @property
    def own_path(self) -> bool:
        """Whether an ion passes by itself: a constant-field path, or a conductance around its own Nernst potential."""
        return self.law.paths is not None and "reversal" not in self.parameters

    def is_on(self, path: str, numbers: Mapping[str, float]) -> bool:
        """Whether one of its scales differs from zero, at numbers of a cell in which it stands at a path."""
        return any(numbers[f"{path}.{scale}"] for scale in self.scales)

    @property
    def formulas(self) -> dict[str, Formula]:
        """Every formula that it is described by, by what it says: `rate`, `factor`, `let.v`, `m.alpha`."""
        own = {"rate": self.rate, "factor": self.factor, **self.computed}
        own |= {f"let.{name}": one for name, one in self.let.items()}
        gated = {} if self.gating is None else self.gating.formulas
        return {key: formula for key, formula in (own | gated).items() if formula is not None}

    @property
    def ending(self) -> list[Table]:
        """The tables that its formulas read off and that have no value beyond their ends."""
        return [table for formula in self.formulas.values() for table in formula.tables if not table.holds]

    @property
    def scales(self) -> tuple[str, ...]:
        """Its numbers that multiply every flow: zero takes it away."""
        rows = self.law.parameters
        return tuple(row.name for row in rows if (row.extensive or row.name == ACTIVE) and row.name in self.parameters)


@dataclass(frozen=True, repr=False)
class Membrane(Brief):
    """A membrane between an inner and an outer compartment. Capacitance is in `capacitance.basis` (per area or whole cell)."""

    name: str
    inner: str
    outer: str
    mechanisms: Mapping[str, Mechanism]
    capacitance: Value | None = None
    area: Value | None = None
    thickness: Value | None = None
    water: Water = Water()
    surface: SurfaceCharge | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """Its inner and its outer compartment."""
        return self.inner, self.outer

    @property
    def stores_charge(self) -> bool:
        """Whether the capacitance of the whole membrane is described."""
        return self.capacitance is not None and (self.area is not None or self.capacitance.basis is Basis.CELL)

    @property
    def gated(self) -> bool:
        """Whether some mechanism has gates, a scheme or states of its own."""
        return any(one.gating is not None for one in self.mechanisms.values())

    @property
    def bases(self) -> set[Basis]:
        """What the amounts of its mechanisms are counted per."""
        return {one.basis for one in self.mechanisms.values() if one.basis is not None}

    @property
    def relative(self) -> bool:
        """Whether only ratios of permeabilities are known."""
        return Basis.RELATIVE in self.bases


INTRODUCED = {
    "measured": "Measured",
    "derived": "Derived from measurements",
    "recalled": "Expected (recalled, not looked up)",
    "teaching": "Expected (chosen for teaching)",
}
"""What is said of a band by how it is known."""


@dataclass(frozen=True, repr=False)
class Band(Brief):
    """The range in which a membrane's resting potential is expected [V], and how that is known."""

    low: Value
    high: Value
    source: str | None = None
    certainty: str | None = None
    note: str | None = None
    membrane: str | None = None

    @property
    def introduced(self) -> str:
        """How the band is introduced: as measured only where it is."""
        return INTRODUCED.get(self.certainty or "", "Expected")


def _unbuilt(*arguments: Any) -> Cell:
    raise TypeError(
        "this cell was put together by hand; one that is built from a description can be replaced, written and copied"
    )


@dataclass(frozen=True, repr=False)
class Cell(Displayed):
    """A described cell. `settable` lists every path that `replace` understands, with its value.

    `metabolism` is whether the ATP that it makes is stated. `root` is the tree of the description with the settings (`overrides`)
    in it, and `build` what makes a cell of such a tree.
    """

    name: str
    temperature: Value
    compartments: Mapping[str, Compartment]
    membranes: Mapping[str, Membrane]
    valences: Mapping[str, float]
    settable: Mapping[str, Value]
    title: str | None = None
    about: str | None = None
    organism: str | None = None
    band: Band | None = None
    metabolism: bool = False
    notes: tuple[str, ...] = ()
    root: Any = field(default=None, compare=False)
    overrides: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    build: Callable[..., Cell] = field(default=_unbuilt, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles are made from the description again, since kinds hold functions."""
        return self.build, (self.root, self.overrides)

    def replace(self, settings: Mapping[str, Any]) -> Cell:
        """The same cell with other numbers: `cell.replace({"outside.K": "8 mM"})`. A path never creates anything.

        Raises:
            InputError: a path that this cell does not have, or a value that does not fit; all at once.
        """
        from .edit import replaced

        return replaced(self, settings)

    def to_yaml(self) -> str:
        """The description as YAML: the text it came from, comments and units kept, with the settings put in."""
        from .edit import to_yaml

        return to_yaml(self)

    def to_dict(self) -> dict[str, Any]:
        """The description in its general form as nested dicts of text."""
        from .nodes import to_python

        return to_python(self.root)

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the bibliography that the numbers and the laws of this cell rest on."""
        keys = [value.source for value in self.settable.values()]
        keys += [key for one in self.ways.values() for key in (*one.sources, *one.kind.citations, *one.law.citations)]
        keys += [] if self.band is None else [self.band.source]
        return tuple(dict.fromkeys(key for key in keys if key))

    @property
    def ways(self) -> dict[str, Mechanism]:
        """Every mechanism of a membrane and every exchange of a compartment, by its path: `plasma.pump`."""
        places: list[tuple[str, Membrane | Compartment]] = [*self.membranes.items(), *self.compartments.items()]
        return {f"{name}.{word}": one for name, place in places for word, one in place.mechanisms.items()}

    @property
    def exchanges(self) -> dict[str, Mapping[str, Mechanism]]:
        """The exchanges of every compartment that has some."""
        return {name: space.mechanisms for name, space in self.compartments.items() if space.mechanisms}

    def around(self, compartment: str) -> list[Membrane]:
        """The membranes that a compartment has a side of."""
        return [membrane for membrane in self.membranes.values() if compartment in membrane.ends]

    def ions_of(self, membrane: Membrane) -> list[str]:
        """Ions listed on either side of a membrane, in the order they were written."""
        inner, outer = self.compartments[membrane.inner], self.compartments[membrane.outer]
        return list(dict.fromkeys([*inner.ions, *outer.ions]))


# -- the graph of compartments and membranes --------------------------------------------------------------------------

GROUND = "\0ground"
"""The node of every potential that is given."""


def node_of(compartment: Compartment) -> str:
    """The electrical node of a compartment: those whose potential is given (baths, the reference) are one node, the ground.

    A store has none; it counts as ground, where nothing is asked.
    """
    grounded = compartment.reference or compartment.store or (compartment.role == BATH and not compartment.open)
    return GROUND if grounded else compartment.name


def bridges(compartments: Mapping[str, Compartment], membranes: Mapping[str, Membrane]) -> set[str]:
    """Names of the membranes that lie in no loop: cutting one separates the graph."""
    return {
        name
        for name in membranes
        if not _joined(compartments, [m for other, m in membranes.items() if other != name], membranes[name])
    }


def _joined(compartments: Mapping[str, Compartment], membranes: Iterable[Membrane], between: Membrane) -> bool:
    """Whether the two sides of a membrane are connected by the other membranes."""
    start, goal = node_of(compartments[between.inner]), node_of(compartments[between.outer])
    return goal in reachable(start, compartments, list(membranes))


def reachable(start: str, compartments: Mapping[str, Compartment], membranes: list[Membrane]) -> set[str]:
    """Electrical nodes that a node is connected to by membranes, itself included."""
    found, frontier = {start}, [start]
    while frontier:
        here = frontier.pop()
        for membrane in membranes:
            ends = {node_of(compartments[membrane.inner]), node_of(compartments[membrane.outer])}
            if here in ends:
                new = ends - found
                found |= new
                frontier += new
    return found
