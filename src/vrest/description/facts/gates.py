"""What a mechanism has of its own, gates, schemes and states: formulas with their names and dimensions, values within their bounds, no circles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ...mechanisms.formula_language import Formula
from ...mechanisms.formula_words import FormulaError, tokens
from ...mechanisms.gating import Gate, Gating, OwnState, Scheme
from ...units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from ..measure import brief
from ..nodes import Node, Scalar
from ..read import Section
from .formulas import LOOKED_AT, RESERVED, formula_at, names_of, sampled
from .own_states import dimension_of_state, is_linear, must_settle, read_states, unit_of

if TYPE_CHECKING:
    from .mechanisms import Way

RATE, TIME, VOLT = dimension_of("1/s"), dimension_of("s"), dimension_of("V")
ROUNDING = 1e-9
EXAMPLES = {
    "alpha": '"0.1*(V + 40 mV)/(1 mV)/(1 - exp(-(V + 40 mV)/(10 mV)))/(1 ms)"',
    "beta": '"4*exp(-(V + 65 mV)/(18 mV))/(1 ms)"',
    "steady": '"1/(1 + exp((V + 62 mV)/(6 mV)))"',
    "time_constant": '"1 ms + 4 ms*exp(-(V + 40 mV)**2/(600 mV**2))"',
    "let": '"V/(1 mV)"',
}


def gating_of(way: Way, temperature: float) -> Gating | None:
    """The gates, the scheme and the states of a mechanism; None where it has none, or they have a problem. Names of its own are put
    down in `way`."""
    section = way.section
    gates: Mapping[str, Section] = section["gates"] or {}
    states: Mapping[str, Section] = section["states"] or {}
    scheme: Section | None = section["scheme"]
    _claim(way, gates, states, scheme)
    _read_lets(way)
    shift = formula_at(way, "voltage_shift", (VOLT,)) if "voltage_shift" in section else None
    rates = read_states(way, states)
    read = {name: _gate(way, name, one, temperature) for name, one in gates.items()}
    whole = None if scheme is None else _scheme(way, scheme, temperature)
    if not section.sound or not (gates or states or scheme):
        return None
    for name, one in {**gates, **({} if scheme is None else {"scheme": scheme})}.items():
        way.numbers |= _q10(name, one)
    found = {name: gate for name, gate in read.items() if gate is not None}
    order, standing = _in_order(way, found, rates)
    owned = tuple(OwnState(name, rate, name not in standing, unit_of(states[name])) for name, rate in rates.items())
    ordered = tuple(found[name] for name in order if name in found)
    return Gating(ordered, whole, shift, owned, tuple(order)) if section.sound else None


def _q10(name: str, section: Section) -> dict[str, Any]:
    """The numbers of a gate's or scheme's q10, by their paths within the mechanism."""
    return {} if section["q10"] is None else {f"{name}.q10.{key}": value for key, value in section["q10"].values.items()}


# -- names ------------------------------------------------------------------------------------------------------------


def _claim(way: Way, gates: Mapping[str, Section], states: Mapping[str, Section], scheme: Section | None) -> None:
    """Gates, states and `let` share one namespace with the parameters; whatever is named twice is told."""
    places = [(name, "gate", way.section.at("gates").key(name)) for name in gates]
    places += [(name, "state", way.section.at("states").key(name)) for name in states]
    if scheme is not None:
        places += [(name, "state of the scheme", place) for name, place in _states(scheme).items()]
    places += [(name, "`let`", way.section.at("let").key(name)) for name in way.section["let"]]
    meaning = _taken(way)
    for name, what, place in places:
        if not (name.isidentifier() and name.isascii() and len(name) <= 64):
            message = f"'{brief(name)}' cannot name a {what} of '{way.name}'"
            way.section.report(place, message, found=name or "nothing", expected="letters, digits and _, such as m")
        elif name in meaning:
            message = f"'{brief(name)}' of '{way.name}' is a {what}, and {meaning[name]} as well"
            way.section.report(place, message, path=way.section.path, found=name, expected="another name")
        elif what != "`let`":
            way.own[name] = dimension_of_state(states[name]) if name in states else DIMENSIONLESS
        meaning.setdefault(name, f"a {what}")


def _taken(way: Way) -> dict[str, str]:
    """Names that mean something in a mechanism's formulas already, and what."""
    meaning = {**dict.fromkeys(RESERVED, "a word of formulas"), **dict.fromkeys(names_of(way), "a concentration or potential")}
    meaning |= dict.fromkeys((row.name for row in way.law.parameters), f"a number of `{way.kind.name}`")
    return meaning | dict.fromkeys(filter(str.isidentifier, way.numbers), "a parameter")


def _read_lets(way: Way) -> None:
    """Formulas behind names, each after those it names."""
    waiting = dict(way.section["let"])
    while waiting:
        ready = [name for name, node in waiting.items() if not _named_in(node, waiting)]
        if not ready:
            _circle(way, "let", list(waiting))
            return
        for name in ready:
            formula = formula_at(way, "let", None, node=waiting.pop(name), called=f"let.{name}")
            if formula is not None:
                way.let[name], way.own[name] = formula, formula.dimension


def _named_in(node: Node, names: Collection[str]) -> set[str]:
    """Which names stand in a formula that is not read yet."""
    try:
        words = tokens(node.text) if isinstance(node, Scalar) else []
    except FormulaError:
        return set()
    return {word.text for word in words if word.kind == "name"} & set(names)


def _circle(way: Way, key: str, names: list[str]) -> None:
    message = f"formulas of '{way.name}' name one another in a circle: {', '.join(sorted(names))}"
    way.section.report(way.section.at(key).key(names[0]), message, path=way.section.path, found=names[0], expected="no circle")


def _in_order(way: Way, gates: Mapping[str, Gate], rates: Mapping[str, Formula]) -> tuple[list[str], set[str]]:
    """Gates and states, each after those that its steady value names; and the states that stand at their start meanwhile, since where
    they are steady is not known at once."""
    formulas = {name: list(gate.formulas.values()) for name, gate in gates.items()} | {
        name: [rate] for name, rate in rates.items()
    }
    needs = {name: _needs(way, of) & set(formulas) - ({name} & set(rates)) for name, of in formulas.items()}
    standing = {name for name, rate in rates.items() if not is_linear(way, name, rate)}
    order: list[str] = []
    while len(order) < len(needs):
        ready = [name for name in needs if name not in order and (name in standing or needs[name] <= set(order))]
        if not ready:
            ready = [name for name in rates if name not in order][:1]
            standing |= set(ready)
        if not ready:
            _circle(way, "gates", [name for name in needs if name not in order])
            break
        order += ready
    for name in standing:
        must_settle(way, name)
    return order, standing


def _needs(way: Way, formulas: Iterable[Formula]) -> set[str]:
    """The names that formulas need, those behind `let` too."""
    found: set[str] = set()
    waiting = [name for formula in formulas for name in formula.names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += way.let[name].names if name in way.let else ()
    return found


# -- gates ------------------------------------------------------------------------------------------------------------


def _gate(way: Way, name: str, section: Section, temperature: float) -> Gate | None:
    if not _is_said(way, name, section):
        return None
    wanted = {"alpha": RATE, "beta": RATE, "steady": DIMENSIONLESS, "time_constant": TIME}
    found: dict[str, Any] = {
        key: _part(way, name, section, key, dimension, temperature) for key, dimension in wanted.items() if key in section
    }
    power = section["power"]
    if not section.sound or power is None:
        return None
    return Gate(name, power.si, **found)


def _is_said(way: Way, name: str, section: Section) -> bool:
    """Whether a gate has its rates, or a steady value."""
    written = {key for key in ("alpha", "beta", "steady", "time_constant") if key in section}
    if written in ({"alpha", "beta"}, {"steady", "time_constant"}, {"steady"}):
        return True
    section.report(
        section.node,
        f"gate '{name}' of '{way.name}' is said by `alpha` and `beta`, by `steady` and `time_constant`, or by `steady` alone",
        path=section.path,
        found=", ".join(sorted(written)) or "none of them",
        expected=f"alpha: {EXAMPLES['alpha']}, beta: {EXAMPLES['beta']}; or steady: {EXAMPLES['steady']}",
    )
    return False


def _part(way: Way, name: str, section: Section, key: str, dimension: Dimension, temperature: float) -> Formula | None:
    formula = formula_at(way, key, (dimension,), section=section, called=f"{name}.{key}", example=EXAMPLES[key])
    if formula is not None and section.sound:
        _within(way, section, key, formula, temperature)
    return formula


def _within(way: Way, section: Section, key: str, formula: Formula, temperature: float) -> None:
    """Rates are not negative, times are positive, steady values lie between 0 and 1: looked at where membranes are."""
    V = np.linspace(*LOOKED_AT, 301)
    values = _values(way, formula, V, temperature)
    wrong, expected = {
        "steady": (lambda v: (v < -ROUNDING) | (v > 1 + ROUNDING), "from 0 to 1"),
        "time_constant": (lambda v: v <= 0, "more than 0"),
    }.get(key, (lambda v: v < 0, "0 or more"))
    bad = wrong(values)
    if np.any(bad):
        worst = int(np.argmax(bad))
        section.wrong(
            key,
            f"'{key}' of '{section.name}' of '{way.name}' is {values[worst]:.4g} at {to_unit(V[worst], 'mV'):.4g} mV",
            expected=f"{expected} at every potential",
        )


def _values(way: Way, formula: Formula, V: np.ndarray, temperature: float) -> np.ndarray:
    """Values of a formula over potentials, at the described concentrations."""
    with np.errstate(all="ignore"):
        return np.broadcast_to(formula.evaluate(sampled(way, formula, V, temperature)), V.shape)


# -- schemes ----------------------------------------------------------------------------------------------------------


def _arrow(text: str) -> tuple[str, str] | None:
    """The two states of `C -> O`."""
    source, arrow, target = (part.strip() for part in text.partition("->"))
    return (source, target) if arrow and source and target and source != target else None


def _states(scheme: Section) -> dict[str, Node]:
    """The states of a scheme, in the order in which they are written, with a place of each."""
    found: dict[str, Node] = {}
    for text in scheme["transitions"] or {}:
        for name in _arrow(text) or ():
            found.setdefault(name, scheme.at("transitions").key(text))
    return found


def _scheme(way: Way, scheme: Section, temperature: float) -> Scheme | None:
    written = scheme["transitions"] or {}
    read = [_transition(way, scheme, text, node, temperature) for text, node in written.items()]
    transitions = [one for one in read if one is not None]
    states = tuple(_states(scheme))
    if len(transitions) == len(written):
        _closes(way, scheme, states, [(a, b) for a, b, _ in transitions])
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
    formula = formula_at(
        way, "transitions", (RATE,), section=scheme, node=node, called=f"transition {text}", example=EXAMPLES["alpha"]
    )
    if formula is None:
        return None
    _not_negative(way, scheme, text, node, formula, temperature)
    return (*ends, formula)


def _not_negative(way: Way, scheme: Section, text: str, node: Node, formula: Formula, temperature: float) -> None:
    V = np.linspace(*LOOKED_AT, 301)
    values = _values(way, formula, V, temperature)
    if np.any(values < 0):
        at = to_unit(V[int(np.argmax(values < 0))], "mV")
        message = f"the rate of '{text}' of '{way.name}' is negative at {at:.4g} mV"
        scheme.report(node, message, path=scheme.path, found=node.words, expected="0 or more at every potential")


def _closes(way: Way, scheme: Section, states: tuple[str, ...], ways: list[tuple[str, str]]) -> None:
    """Every state is reached from every other one; only then do the parts come to a steady state that is theirs alone."""
    if not states:
        return
    for direction, words in ((ways, "is never reached"), ([(b, a) for a, b in ways], "is never left for the others")):
        reached = _reached(states[0], direction)
        for name in [name for name in states if name not in reached]:
            message = f"state '{name}' of the scheme of '{way.name}' {words}: the parts of its channels do not close"
            scheme.report(
                _states(scheme)[name],
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
