"""What is done to a cell over time: settings, ramps, pulses, clamps, and when to stop; and the keys that say so in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ..mechanisms.parameter import Table, Type, needed, number, section, words
from ..results.base import Displayed

STARTS = ("rest", "described", "steady")
TIMES = ("at", "from", "to", "every", "for", "times")
ACTIONS = ("set", "multiply", "ramp", "current", "voltage", "shock", "dialyse")


@dataclass(frozen=True)
class Setting:
    """From `at` [s] on a path has a value, or its described value times a factor; at `until` it goes back.

    `text` is the value as written and `si` what it is; both are None where there is a factor.
    """

    at: float
    path: str
    text: str | None = None
    factor: float | None = None
    until: float | None = None
    si: float | None = None


@dataclass(frozen=True)
class Ramp:
    """Between two times [s] a path goes to a value, `text` as written and `si` in SI: by as much, or `in_decades` by the same factor,
    in every second."""

    begin: float
    end: float
    path: str
    text: str
    si: float
    in_decades: bool = False


@dataclass(frozen=True)
class Addition:
    """At a time [s] as much of ions is added to a compartment, or taken from it, as brings them to concentrations [mol/m^3].

    `counter_ion` balances the charge of what is added; None where that has none. `text` says what is set. `volume` [m^3], of water and
    solids, is what added water brings the compartment to, before its ions come to concentrations.
    """

    at: float
    space: str
    contents: Mapping[str, float]
    counter_ion: str | None
    text: str
    volume: float | None = None


@dataclass(frozen=True)
class Electrode:
    """Between two times [s] an electrode injects a current [A] or holds a potential [V], or a pipette dialyses.

    `solution` is what a pipette brings [mol/m^3]; empty where it holds what is there.
    """

    begin: float
    end: float
    kind: str
    into: str
    value: float = 0.0
    carrier: str | None = None
    solution: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Shock:
    """At a time [s] the potential of a compartment is displaced at once [V], all else left as it is; `carrier` brings the charge. Where it is
    displaced `against` another one, the charge comes from there."""

    at: float
    into: str
    value: float
    carrier: str | None = None
    against: str | None = None


@dataclass(frozen=True, repr=False)
class Protocol(Displayed):
    """A checked protocol; times in s. `steady` and `crosses` are conditions to stop at before `until`."""

    name: str
    until: float
    start: str = "rest"
    start_potential: float | None = None
    settings: tuple[Setting, ...] = ()
    ramps: tuple[Ramp, ...] = ()
    electrodes: tuple[Electrode, ...] = ()
    additions: tuple[Addition, ...] = ()
    shocks: tuple[Shock, ...] = ()
    steady: bool = False
    crosses: float | None = None
    membrane: str | None = None
    title: str | None = None
    about: str | None = None


# -- the keys of a file -----------------------------------------------------------------------------------------------

_STEADY = "stop when nothing changes any more, at the latest after this time"
UNTIL_TABLE = Table(
    (
        number("steady", "h", POSITIVE, _STEADY, "100 h"),
        number("crosses", "mV", FINITE, "stop when the membrane potential crosses this value", "-40 mV"),
        words("membrane", "which membrane, where there are several", "plasma"),
        number("within", "h", POSITIVE, "the latest time for `crosses`", "1 h"),
    ),
    one_of=(("steady", "crosses"),),
    example="{steady: 100 h} or {crosses: -40 mV, within: 1 h}",
    settable=False,
)

_CURRENT = "current that an electrode injects, positive inward into the compartment"
_SCALE = "how a `ramp` goes: by as much in every second, or (log) by the same factor, in decades between positive values"
_SOLUTION = "what the pipette brings, by ion; other ions stay as they are, and impermeants follow so that the charge stays"
EVENT_TABLE = Table(
    (
        number("at", "min", NON_NEGATIVE, "when", "10 min"),
        number("from", "min", NON_NEGATIVE, "begin of something that lasts", "10 min"),
        number("to", "min", POSITIVE, "its end", "30 min"),
        number("every", "s", POSITIVE, "period of a train of pulses", "1 s"),
        number("for", "s", POSITIVE, "length of one pulse", "10 ms"),
        number("times", "", POSITIVE, "number of pulses", "10"),
        words("set", "paths and their new values", "{plasma.pump.max_current: 0}", Type.PATHS),
        words(
            "counter_ion", "ion that balances the charge of what `set` adds to a compartment, or takes from it", "Cl", Type.ION
        ),
        words("multiply", "paths and factors", "{plasma.pump.max_current: 0.5}", Type.PATHS),
        words("ramp", "paths and the values they reach at `to`", "{outside.K: 12 mM}", Type.PATHS),
        words("scale", _SCALE, "log", Type.WORD, default="linear", choices=("linear", "log")),
        number("current", "pA", FINITE, _CURRENT, "10 pA"),
        number("voltage", "mV", FINITE, "potential at which an electrode holds the compartment", "-70 mV"),
        number("shock", "mV", FINITE, "by how much the potential is displaced at once; gates stay as they are", "7 mV"),
        words("across", "membrane whose potential a shock displaces: its charge comes from the other side", "plasma"),
        words("into", "compartment of the electrode", "inside"),
        words("carrier", "ion that the electrode's current is carried by", "K", Type.ION),
        words("dialyse", "compartment whose concentrations a pipette holds", "inside"),
        number("solution", "mM", NON_NEGATIVE, _SOLUTION, "{K: 140 mM, Na: 10 mM}", type=Type.QUANTITIES),
    ),
    noun="event",
    title="an event",
    example="{at: 10 min, set: {plasma.pump.max_current: 0}}",
    settable=False,
)

_UNTIL = section(
    "until",
    "when to stop; or {steady: 10 h} or {crosses: -40 mV, within: 1 h}",
    UNTIL_TABLE,
    unit="min",
    domain=POSITIVE,
    example="60 min",
)
PROTOCOL_TABLE = Table(
    (
        needed(words("protocol", "name of the protocol", "pump-block")),
        words("title", "one line for headings", "Block of the pump"),
        words("about", "a few sentences", "The pump stops at ten minutes."),
        number("start", "mV", FINITE, "rest, described, steady, or a potential", "steady", default="rest", choices=STARTS),
        needed(_UNTIL),
        words("events", "what is done, in order of time", f"- {EVENT_TABLE.example}", Type.LIST, of=(EVENT_TABLE,)),
    ),
    title="a protocol",
    settable=False,
)
