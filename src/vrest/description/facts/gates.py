"""What a mechanism has of its own, gates, a scheme and states: names that are free, rates and steady values within their bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ...mechanisms.formula_language import Formula
from ...mechanisms.gating import Gate, Gating, OwnState
from ...units import DIMENSIONLESS, Dimension, dimension_of, to_unit
from ..nodes import Node, present
from ..read import Section
from .formulas import LET, LOOKED_AT, RESERVED, claim, formula_at, names_of, values_over
from .order import in_order, read_lets
from .own_states import dimension_of_state, read_states, unit_of
from .schemes import scheme_of, states_in

if TYPE_CHECKING:
    from .mechanisms import Way

RATE, TIME, VOLT = dimension_of("1/s"), dimension_of("s"), dimension_of("V")
GATE, STATE, TABLE = "gate", "state", "table"
ROUNDING = 1e-9
EXAMPLES = {
    "alpha": '"0.1*(V + 40 mV)/(1 mV)/(1 - exp(-(V + 40 mV)/(10 mV)))/(1 ms)"',
    "beta": '"4*exp(-(V + 65 mV)/(18 mV))/(1 ms)"',
    "steady": '"1/(1 + exp((V + 62 mV)/(6 mV)))"',
    "time_constant": '"1 ms + 4 ms*exp(-(V + 40 mV)**2/(600 mV**2))"',
}


def gating_of(way: Way, temperature: float) -> Gating | None:
    """The gates, the scheme and the states of a mechanism; None where it has none, or they have a problem. Names of its own are put
    down in `way`."""
    section = way.section
    _claim(way)
    read_lets(way)
    shift = formula_at(way, "voltage_shift", (VOLT,)) if "voltage_shift" in section else None
    rates = read_states(way, section["states"] or {})
    gates = present({name: _gate(way, name, one, temperature) for name, one in (section["gates"] or {}).items()})
    scheme = None if section["scheme"] is None else scheme_of(way, section["scheme"], temperature)
    if not (section.sound and (gates or rates or scheme)):
        return None
    way.numbers |= _q10s(section)
    order, standing = in_order(way, gates, rates, temperature)
    states = tuple(OwnState(name, rate, name not in standing, unit_of(section["states"][name])) for name, rate in rates.items())
    return (
        Gating(tuple(gates[name] for name in order if name in gates), scheme, shift, states, tuple(order))
        if section.sound
        else None
    )


def _q10s(section: Section) -> dict[str, Any]:
    """The numbers of the q10 of gates and of the scheme, by their paths within the mechanism."""
    parts = (section["gates"] or {}) | present({"scheme": section["scheme"]})
    return {
        f"{name}.q10.{key}": value
        for name, one in parts.items()
        if one["q10"] is not None
        for key, value in one["q10"].values.items()
    }


# -- names ------------------------------------------------------------------------------------------------------------


def _claim(way: Way) -> None:
    """Gates, states, `let` and tables share one namespace with the parameters; whatever is named twice is told."""
    for name, what in claim(way.section, _named(way.section), _taken(way)):
        if what not in (LET, TABLE):
            way.own[name] = dimension_of_state(way.section["states"][name]) if what == STATE else DIMENSIONLESS


def _named(section: Section) -> Iterator[tuple[str, str, Node]]:
    """Every name of a mechanism's own: what it names, and where it stands."""
    for key, what in (("gates", GATE), ("states", STATE), ("let", LET), ("tables", TABLE)):
        yield from ((name, what, section.at(key).key(name)) for name in section[key] or ())
    if section["scheme"] is not None:
        yield from ((name, "state of the scheme", place) for name, place in states_in(section["scheme"]).items())


def _taken(way: Way) -> dict[str, str]:
    """Names that mean something in a mechanism's formulas already, and what."""
    meaning = {**dict.fromkeys(RESERVED, "a word of formulas"), **dict.fromkeys(names_of(way), "a concentration or potential")}
    meaning |= dict.fromkeys((row.name for row in way.law.parameters), f"a number of `{way.kind.name}`")
    return meaning | dict.fromkeys(filter(str.isidentifier, way.numbers), "a parameter")


# -- gates ------------------------------------------------------------------------------------------------------------


def _gate(way: Way, name: str, section: Section, temperature: float) -> Gate | None:
    if not _is_said(way, name, section):
        return None
    wanted = {"alpha": RATE, "beta": RATE, "steady": DIMENSIONLESS, "time_constant": TIME}
    found: dict[str, Any] = {
        key: _part(way, name, section, key, dimension, temperature) for key, dimension in wanted.items() if key in section
    }
    if "alpha" in section and section.sound:
        _moves(way, section, found["alpha"], found["beta"], temperature)
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


def _moves(way: Way, section: Section, alpha: Formula, beta: Formula, temperature: float) -> None:
    """A gate of rates moves at every potential: where neither opens nor closes it, it has no steady value."""
    V = np.linspace(*LOOKED_AT, 301)
    still = sum(values_over(way, one, V, temperature) for one in (alpha, beta)) == 0
    if np.any(still):
        at = to_unit(V[int(np.argmax(still))], "mV")
        message = (
            f"'alpha' and 'beta' of '{section.name}' of '{way.name}' are both 0 at {at:.4g} mV, where it has no steady value"
        )
        section.wrong("beta", message, expected="one of them above 0 at every potential")


def _within(way: Way, section: Section, key: str, formula: Formula, temperature: float) -> None:
    """Rates are not negative, times are positive, steady values lie between 0 and 1: looked at where membranes are."""
    V = np.linspace(*LOOKED_AT, 301)
    values = values_over(way, formula, V, temperature)
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
