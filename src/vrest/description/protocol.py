"""What is done to a cell over time: settings, ramps, pulses, clamps, and when to stop; and the keys that say so in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ..mechanisms.parameter import Parameter, Table, Type, optional

STARTS = ("rest", "described", "steady")
TIMES = ("at", "from", "to", "every", "for", "times")
ACTIONS = ("set", "multiply", "ramp", "current", "voltage", "dialyse")


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
    """Between two times [s] a path goes linearly to a value, `text` as written and `si` in SI."""

    begin: float
    end: float
    path: str
    text: str
    si: float


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
class Protocol:
    """A checked protocol; times in s. `steady` and `crosses` are conditions to stop at before `until`."""

    name: str
    until: float
    start: str = "rest"
    start_potential: float | None = None
    settings: tuple[Setting, ...] = ()
    ramps: tuple[Ramp, ...] = ()
    electrodes: tuple[Electrode, ...] = ()
    steady: bool = False
    crosses: float | None = None
    membrane: str | None = None
    title: str | None = None
    about: str | None = None


# -- the keys of a file -----------------------------------------------------------------------------------------------

UNTIL_TABLE = Table(
    (
        optional(
            "steady", "h", POSITIVE, meaning="stop when nothing changes any more, at the latest after this time", example="100 h"
        ),
        optional("crosses", "mV", FINITE, meaning="stop when the membrane potential crosses this value", example="-40 mV"),
        optional("membrane", meaning="which membrane, where there are several", type=Type.TEXT, example="plasma"),
        optional("within", "h", POSITIVE, meaning="the latest time for `crosses`", example="1 h"),
    ),
    example="{steady: 100 h} or {crosses: -40 mV, within: 1 h}",
    settable=False,
)
EVENT_TABLE = Table(
    (
        optional("at", "min", NON_NEGATIVE, meaning="when", example="10 min"),
        optional("from", "min", NON_NEGATIVE, meaning="begin of something that lasts", example="10 min"),
        optional("to", "min", POSITIVE, meaning="its end", example="30 min"),
        optional("every", "s", POSITIVE, meaning="period of a train of pulses", example="1 s"),
        optional("for", "s", POSITIVE, meaning="length of one pulse", example="10 ms"),
        optional("times", "", POSITIVE, meaning="number of pulses", example="10"),
        optional("set", meaning="paths and their new values", type=Type.PATHS, example="{plasma.pump.max_current: 0}"),
        optional("multiply", meaning="paths and factors", type=Type.PATHS, example="{plasma.pump.max_current: 0.5}"),
        optional("ramp", meaning="paths and the values they reach at `to`", type=Type.PATHS, example="{outside.K: 12 mM}"),
        optional(
            "current",
            "pA",
            FINITE,
            meaning="current that an electrode injects, positive inward into the compartment",
            example="10 pA",
        ),
        optional("voltage", "mV", FINITE, meaning="potential at which an electrode holds the compartment", example="-70 mV"),
        optional("into", meaning="compartment of the electrode", type=Type.TEXT, example="inside"),
        optional("carrier", meaning="ion that the electrode's current is carried by", type=Type.ION, example="K"),
        optional("dialyse", meaning="compartment whose concentrations a pipette holds", type=Type.TEXT, example="inside"),
        optional(
            "solution",
            "mM",
            NON_NEGATIVE,
            meaning="what the pipette brings, by ion; other ions stay as they are, and impermeants follow so that the charge stays",
            type=Type.QUANTITIES,
            example="{K: 140 mM, Na: 10 mM}",
        ),
    ),
    noun="event",
    title="an event",
    example="{at: 10 min, set: {plasma.pump.max_current: 0}}",
    settable=False,
)
PROTOCOL_TABLE = Table(
    (
        Parameter("protocol", meaning="name of the protocol", type=Type.TEXT, example="pump-block"),
        optional("title", meaning="one line for headings", type=Type.TEXT, example="Block of the pump"),
        optional("about", meaning="a few sentences", type=Type.TEXT, example="The pump stops at ten minutes."),
        optional(
            "start", "mV", FINITE, "rest", meaning="rest, described, steady, or a potential", choices=STARTS, example="steady"
        ),
        Parameter(
            "until",
            "min",
            POSITIVE,
            meaning="when to stop; or {steady: 10 h} or {crosses: -40 mV, within: 1 h}",
            type=Type.SECTION,
            of=(UNTIL_TABLE,),
            example="60 min",
        ),
        optional(
            "events",
            meaning="what is done, in order of time",
            type=Type.LIST,
            of=(EVENT_TABLE,),
            example=f"- {EVENT_TABLE.example}",
        ),
    ),
    title="a protocol",
    settable=False,
)
