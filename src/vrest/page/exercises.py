"""Exercises as a page holds them: their texts in one language, and a function of the drawn numbers for what their formulas give.

What no function gives, the answers of a cell that vrest solves and of a law that is found by a root search, stands in rows: the numbers
of the first seeds, as Python computed them.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..engines.graph import Graph, traced
from ..engines.javascript.printer import MATH, function, json_text
from ..errors import InputError
from ..mechanisms.formula_language import Formula
from ..practice import display
from ..practice.drawing import Drawn, draw
from ..practice.formulas import CONSTANTS, as_written, value
from ..practice.model import Always, Amount, Direction, Exercise, Number, Option, Order, Rule, Slip, Step, in_language
from ..units import DIMENSIONLESS, dimension_of, from_unit, known_units, to_unit

ROWS = 40
"""So many seeds have their numbers in the page where these are no function."""
DIGITS = 15
"""Of those numbers."""
USUAL = {"version": 1, "kind": "numeric", "relative": 0.0, "answer": {"is": "number"}}
"""What goes without saying; `opened` of exercises.mjs knows the same."""
TAILS = ("L", "m^3", "m", "cm", "um", "nm", "mol", "s", "min")
"""What may stand below the bar of a unit in which an answer is given."""
_RAISED = re.compile(r"\(\{(\w+)\}\)\^")
Values = Mapping[str, Any]


def practice_module(exercises: Sequence[Exercise], language: str, own: int = 0) -> str:
    """The text of an ES module with exercises, the units that they use, and those in which an answer may be given.

    Arguments:
        own: so many of them, the first, are somebody's own
    """
    kept = [Emitted(one, language) for one in exercises]
    units = {unit for one in kept for unit in one.units}
    listed = ",\n".join(one.text for one in kept)
    shown = {unit: _shown(unit) for unit in sorted(units)}
    asked = {one.unit: accepted_units(one.unit) for one in exercises if one.kind == "numeric"}
    accepted = {
        unit: {name: [factor, zero] if zero else [factor] for name, (factor, zero) in every.items()}
        for unit, every in asked.items()
    }
    facts = f"own: {own},\nunits: {json_text(shown)},\naccepted: {json_text(accepted)},\n"
    return f"{MATH}\nexport const practice = {{\n{facts}exercises: [\n{listed}\n],\n}};\n"


@functools.cache
def accepted_units(unit: str) -> dict[str, tuple[float, float]]:
    """The units of a dimension that an answer may be given in, each with the factor that makes SI of it, and its zero in SI."""
    dimension = dimension_of(unit)
    if dimension == DIMENSIONLESS:
        return {"": (1.0, 0.0)}
    bench = {name: dimension_of(name) for name in known_units()}
    below = {name: dimension_of(name) for name in TAILS}
    found = [unit, *(name for name, one in bench.items() if one == dimension)]
    found += [f"{a}/{b}" for a, one in bench.items() for b, other in below.items() if one / other == dimension]
    zeros = {name: float(from_unit(0.0, name)) for name in dict.fromkeys(found)}
    return {name: (float(from_unit(1.0, name)) - zero, zero) for name, zero in zeros.items()}


def _shown(unit: str) -> list[Any]:
    """How SI is printed in a unit: by a factor and a zero, and with its words."""
    zero = float(to_unit(0.0, unit))
    return [float(to_unit(1.0, unit)) - zero, zero, display.unit_words(unit)]


@dataclass(frozen=True)
class Emitted:
    """One exercise in JavaScript."""

    exercise: Exercise
    language: str

    @property
    def text(self) -> str:
        """An object literal; its `outputs` is the function."""
        return f"{{...{json_text(self._facts())},outputs:{self._traced[0]}}}"

    @property
    def units(self) -> Iterator[str]:
        """Every unit that is printed."""
        yield self.exercise.unit
        yield from (amount.unit for amount in self.exercise.quantities.values())
        yield from (step.unit for step in self.exercise.steps)
        yield from self._taken.values()
        yield "K"

    @property
    def _taken(self) -> dict[str, str]:
        """Numbers that come from cells, with their units."""
        return {name: unit for solve in self.exercise.solves for name, (_, unit) in solve.taken.items()}

    @property
    def _formulas(self) -> list[Formula]:
        """All formulas in the order in which their values are given: of the answer, the steps, the slips."""
        rules = [formula for slip in self.exercise.slips for formula in formulas_of(slip.rule)]
        return [*formulas_of(self.exercise.answer), *(step.formula for step in self.exercise.steps), *rules]

    def _values(self, numbers: Values, evaluate: Callable[[Formula, Values], Any]) -> list[Any]:
        """The values of all formulas; later steps and slips know those of earlier steps."""
        known, found = dict(numbers), []
        steps = {id(step.formula): step.name for step in self.exercise.steps}
        for formula in self._formulas:
            found.append(evaluate(formula, known))
            if name := steps.get(id(formula)):
                known[name] = found[-1]
        return found

    @functools.cached_property
    def _traced(self) -> tuple[str, list[Formula]]:
        """The function, and the formulas that are none: their values are given to it after the numbers."""
        names, graph, given = [*self.exercise.quantities, *self._taken], Graph(), list[Formula]()

        def values(q: list[Any]) -> list[Any]:
            spare = iter(q[len(names) :])

            def evaluate(formula: Formula, known: Values) -> Any:
                try:
                    return as_written(formula, known)
                except InputError:
                    given.append(formula)
                    return next(spare)

            return self._values(dict(zip(names, q[: len(names)], strict=True)), evaluate)

        nodes = traced(graph, values, {"q": len(names) + len(self._formulas)})
        return function(graph, ["q"], [nodes]), given

    def _rows(self) -> dict[str, Any]:
        """By seed the attempt that counts, and the place among `found` of the numbers of cells and of what is no function."""
        if not self._taken and not self._traced[1]:
            return {}
        every = [draw(self.exercise, seed) for seed in range(ROWS)]
        numbers = [self._found(one) for one in every]
        distinct = list(dict.fromkeys(numbers))
        places = [distinct.index(found) for found in numbers]
        attempts = [one.attempt for one in every]
        return {"attempts": attempts if any(attempts) else [], "places": places, "found": distinct}

    def _found(self, drawn: Drawn) -> tuple[float | None, ...]:
        given = [float(value(formula, drawn.numbers)) for formula in self._traced[1]]
        every = [*(drawn.numbers[name] for name in self._taken), *given]
        return tuple(float(f"{x:.{DIGITS}g}") if math.isfinite(x) else None for x in every)

    def _facts(self) -> dict[str, Any]:
        exercise, say = self.exercise, lambda words: in_language(words, self.language)
        facts = {
            "name": exercise.name,
            "version": exercise.version,
            "level": exercise.level,
            "kind": exercise.kind,
            "topic": exercise.topic,
            "title": say(exercise.title) or exercise.name,
            "text": say(exercise.text),
            "quantities": [_quantity(name, one) for name, one in exercise.quantities.items()],
            "taken": [[name, unit] for name, unit in self._taken.items()],
            "options": [[name, say(words)] for name, words in exercise.options.items()],
            "answer": rule_of(exercise.answer),
            "unit": exercise.unit,
            "absolute": exercise.absolute,
            "relative": exercise.relative,
            "steps": [self._step(one) for one in exercise.steps],
            "slips": [self._slip(one) for one in exercise.slips],
            "finds": list(exercise.finds),
            **self._rows(),
        }
        return {key: fact for key, fact in facts.items() if fact not in ("", []) and fact != USUAL.get(key)}

    def _step(self, step: Step) -> list[Any]:
        """What is done, the formula as it is printed with its names in braces, its unit, and its name."""
        places = {name: f"{{{name}}}" for name in step.formula.names if name not in CONSTANTS}
        printed = _RAISED.sub(r"{\1}^", display.with_numbers(step.formula, places, self.language))
        return [in_language(step.show, self.language), printed, step.unit, *([step.name] if step.name else [])]

    def _slip(self, slip: Slip) -> list[Any]:
        """Its name, the step where it happens, what is said of it, its rule where that is not the answer's, and by what it is told apart."""
        rule, ask = rule_of(slip.rule), in_language(slip.ask, self.language)
        own = None if rule == rule_of(self.exercise.answer) else rule
        return [slip.name, slip.step, in_language(slip.text, self.language), *([own, ask] if ask else [own] if own else [])]


def _quantity(name: str, amount: Amount) -> list[Any]:
    """A drawn quantity: its name and unit, how many values it has, the first and the step in units of the last of so many decimal places."""
    places = max(0, *(-int(one.as_tuple().exponent) for one in (amount.first, amount.step)))
    first, step = (int(one.scaleb(places)) for one in (amount.first, amount.step))
    return [name, amount.unit, amount.count, first, step, places]


def formulas_of(rule: Rule) -> list[Formula]:
    """The formulas of an answer or a slip."""
    if isinstance(rule, Number | Direction):
        return [rule.formula]
    if isinstance(rule, Option):
        return list(rule.conditions.values())
    return list(rule.formulas.values()) if isinstance(rule, Order) else []


def rule_of(rule: Rule) -> dict[str, Any]:
    """How an outcome follows from the values of a rule's formulas."""
    if isinstance(rule, Always):
        return {"is": "always", "option": rule.option}
    if isinstance(rule, Option):
        return {"is": "option", "names": list(rule.conditions)}
    if isinstance(rule, Order):
        return {"is": "order", "names": list(rule.formulas), "apart": rule.apart}
    return {"is": "direction", "least": rule.least} if isinstance(rule, Direction) else {"is": "number"}
