"""A Markov scheme of a channel: its states, the rates between them, and that these close."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...mechanisms.formula_language import Formula
from ...mechanisms.gating import Scheme
from ...units import dimension_of, to_unit
from ..measure import brief
from ..nodes import Node
from ..read import Section
from .formulas import LOOKED_AT, formula_at, values_over

if TYPE_CHECKING:
    from .mechanisms import Way

RATE, EXAMPLE = dimension_of("1/s"), '"0.1*(V + 40 mV)/(1 mV)/(1 - exp(-(V + 40 mV)/(10 mV)))/(1 ms)"'


def _arrow(text: str) -> tuple[str, str] | None:
    """The two states of `C -> O`."""
    source, arrow, target = (part.strip() for part in text.partition("->"))
    return (source, target) if arrow and source and target and source != target else None


def states_in(scheme: Section) -> dict[str, Node]:
    """The states of a scheme, in the order in which they are written, with a place of each."""
    found: dict[str, Node] = {}
    for text in scheme["transitions"] or {}:
        for name in _arrow(text) or ():
            found.setdefault(name, scheme.at("transitions").key(text))
    return found


def scheme_of(way: Way, scheme: Section, temperature: float) -> Scheme | None:
    written = scheme["transitions"] or {}
    read = [_transition(way, scheme, text, node, temperature) for text, node in written.items()]
    transitions = [one for one in read if one is not None]
    states = tuple(states_in(scheme))
    if len(transitions) == len(written):
        _closes(way, scheme, states, transitions, temperature)
    for name in [name for name in scheme["open"] if name not in states]:
        message = f"'{brief(name)}' is no state of the scheme of '{way.name}'"
        scheme.report(scheme.at("open").key(name), message, path=scheme.path, found=name, among=states)
    if not scheme["open"]:
        scheme.wrong("open", f"the scheme of '{way.name}' has no open state", expected="open: {O: 1}")
    return Scheme(states, tuple(transitions), scheme["open"]) if scheme.sound else None


def _transition(way: Way, scheme: Section, text: str, node: Node, temperature: float) -> tuple[str, str, Formula] | None:
    """From which state to which, and the rate; None with a problem reported."""
    ends = _arrow(text)
    if ends is None:
        message = f"'{brief(text)}' is no transition of the scheme of '{way.name}'"
        scheme.report(scheme.at("transitions").key(text), message, path=scheme.path, found=text, expected='"C -> O": a rate')
        return None
    formula = formula_at(way, "transitions", (RATE,), section=scheme, node=node, called=f"transition {text}", example=EXAMPLE)
    if formula is None:
        return None
    _not_negative(way, scheme, text, node, formula, temperature)
    return (*ends, formula)


def _not_negative(way: Way, scheme: Section, text: str, node: Node, formula: Formula, temperature: float) -> None:
    V = np.linspace(*LOOKED_AT, 301)
    values = values_over(way, formula, V, temperature)
    if np.any(values < 0):
        at = to_unit(V[int(np.argmax(values < 0))], "mV")
        message = f"the rate of '{text}' of '{way.name}' is negative at {at:.4g} mV"
        scheme.report(node, message, path=scheme.path, found=node.words, expected="0 or more at every potential")


def _closes(
    way: Way, scheme: Section, states: tuple[str, ...], transitions: list[tuple[str, str, Formula]], temperature: float
) -> None:
    """Every state is reached from every other one, and the first one by rates that are not zero; only then do the parts come to a steady
    state that is theirs alone."""
    if not states:
        return
    V = np.linspace(*LOOKED_AT, 301)
    ways = [(a, b) for a, b, _ in transitions]
    back = [(b, a) for a, b, rate in transitions if np.any(values_over(way, rate, V, temperature) != 0)]
    for direction, words in ((ways, "is never reached"), (back, "is never left for the others")):
        reached = _reached(states[0], direction)
        for name in [name for name in states if name not in reached]:
            message = f"state '{name}' of the scheme of '{way.name}' {words}: the parts of its channels do not close"
            scheme.report(
                states_in(scheme)[name],
                message,
                path=scheme.path,
                found=name,
                expected="transitions both ways, at least along a ring",
            )


def _reached(start: str, ways: list[tuple[str, str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        new = {b for a, b in ways if a == here} - found
        found |= new
        waiting += new
    return found
