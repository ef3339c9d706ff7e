"""The keys of a protocol file, section by section."""

from __future__ import annotations

from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ..mechanisms.parameter import Parameter, Type, optional

STARTS = ("rest", "described", "steady")

PROTOCOL_TABLE = (
    Parameter("protocol", meaning="name of the protocol", type=Type.TEXT, example="pump-block"),
    optional("title", meaning="one line for headings", type=Type.TEXT),
    optional("about", meaning="a few sentences", type=Type.TEXT),
    optional("start", default="rest", meaning="rest, described, steady, or a potential", type=Type.WORD, choices=STARTS),
    Parameter(
        "until", "min", POSITIVE, meaning="when to stop; or {steady: 10 h} or {crosses: -40 mV, within: 1 h}", example="60 min"
    ),
    optional("events", meaning="what is done, in order of time", type=Type.SECTION),
)
UNTIL_TABLE = (
    optional(
        "steady", "h", POSITIVE, meaning="stop when nothing changes any more, at the latest after this time", example="100 h"
    ),
    optional("crosses", "mV", FINITE, meaning="stop when the membrane potential crosses this value", example="-40 mV"),
    optional("membrane", meaning="which membrane, where there are several", type=Type.TEXT),
    optional("within", "h", POSITIVE, meaning="the latest time for `crosses`", example="1 h"),
)
EVENT_TABLE = (
    optional("at", "min", NON_NEGATIVE, meaning="when", example="10 min"),
    optional("from", "min", NON_NEGATIVE, meaning="begin of something that lasts", example="10 min"),
    optional("to", "min", POSITIVE, meaning="its end", example="30 min"),
    optional("every", "s", POSITIVE, meaning="period of a train of pulses", example="1 s"),
    optional("for", "s", POSITIVE, meaning="length of one pulse", example="10 ms"),
    optional("times", "", POSITIVE, meaning="number of pulses", example="10"),
    optional("set", meaning="paths and their new values", type=Type.SECTION, example="{outside.K: 12 mM}"),
    optional("multiply", meaning="paths and factors", type=Type.SECTION, example="{plasma.pump.max_current: 0.5}"),
    optional("ramp", meaning="paths and the values they reach at `to`", type=Type.SECTION, example="{outside.K: 12 mM}"),
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
        meaning="what the pipette brings, by ion; other ions stay as they are, and impermeants follow so that the charge stays",
        type=Type.SECTION,
        example="{K: 140 mM, Na: 10 mM}",
    ),
)
