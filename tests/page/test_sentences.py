"""The page says what Python says, of every cell of the library: the sentences of its headline and of what should be known, and V without each way."""

import json

import pytest

import in_node
import vrest
from effort import slow_unless
from in_node import needs_node
from vrest.page.contents import contents
from vrest.page.join import STATIC
from vrest.page.write import computing, table
from vrest.results.base import known
from vrest.views.numbers import ion_symbol

OFTEN = ("luo-rudy1991", "proximal-tubule", "squid-axon", "textbook-neuron")
ASK = """
import { readFileSync } from 'node:fs';
import * as module from './cell0.mjs';
import { modelOf } from './model.mjs';
import { notesOf } from './notes.mjs';
import { headline } from './rest_view.mjs';
import { speaker } from './words.mjs';
const { contents, table, settings } = JSON.parse(readFileSync(0));
const model = modelOf(module, contents), words = speaker(table);
console.log(JSON.stringify(settings.map((one) => {
  const answer = model.rest({ ...Object.fromEntries(contents.numbers.map((row) => [row.path, row.si])), ...one });
  return contents.membranes.map((membrane) => {
    const names = Object.keys(membrane.mechanisms), pumps = names.some((name) => membrane.mechanisms[name].pump);
    const passive = pumps ? model.passive(answer, membrane.name) : NaN;
    return {
      headline: headline(membrane, answer.of[membrane.name], words),
      notes: notesOf(contents, answer, membrane, passive, words),
      without: Object.fromEntries(names.map((name) => [name, model.without(answer, membrane.name, name)])),
    };
  });
})));
"""


def shown(cell, settings):
    """What the page shows of each membrane at some numbers, computed in Node."""
    modules = {f"{name}.mjs": text for name, text in computing([cell]).items()}
    modules |= {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.mjs")}
    asked = {"contents": contents(cell), "table": table("en"), "settings": settings}
    found = json.loads(in_node.run(modules | {"ask.mjs": ASK}, json.dumps(asked)).replace("\u2212", "-"))
    names = list(cell.membranes)
    return [dict(zip(names, each, strict=True)) for each in found]


def of_the_whole(result):
    """Python's sentences that the page has too: states without net current, what is not stable, and the band."""
    kinds = ("states carry no net current", "This potential is not stable", "; the computed potential lies")
    return [note for note in result.notes if any(kind in note for kind in kinds)]


def of_a_membrane(result, name):
    return [said for said in result.explain[name].sentences if said.startswith("The pumps' own current")]


def headline_of(result, name):
    """The headline, put together from Python's answer: the currents that cancel, the four largest, and the nearest equilibrium potential."""
    currents = {
        word: state.current for word, state in result.mechanisms[name].items() if known(state.current) and state.current != 0
    }
    order = sorted(currents, key=lambda word: -abs(currents[word]))
    parts = []
    if order:
        amounts = [f"{word} {'outward' if currents[word] > 0 else 'inward'} {amperes(abs(currents[word]))}" for word in order[:4]]
        more = f" and {len(order) - 4} more" if len(order) > 4 else ""
        parts = [f"At this potential the currents cancel: {', '.join(amounts)}{more}."]
    away = {ion: abs(result.V_m[name] - state.E) for ion, state in result.ions[name].items() if known(state.E)}
    if away:
        ion = min(away, key=away.get)
        symbol = ion_symbol(ion, result.ions[name][ion].valence)
        parts.append(f"V lies {figures(1e3 * away[ion], 2)} mV from the equilibrium potential of {symbol}.")
    return " ".join(parts)


def amperes(current):
    unit, size = next(
        ((unit, size) for unit, size in (("µA", 1e-6), ("nA", 1e-9), ("pA", 1e-12)) if current >= size), ("fA", 1e-15)
    )
    return f"{figures(current / size, 3)} {unit}"


def figures(x, digits):
    """As the page writes numbers: plain between a thousandth and a hundred thousand, beyond with a power of ten."""
    if x == 0:
        return "0"
    if 1e-3 <= x < 1e5:
        return f"{float(f'{x:.{digits}g}'):.10f}".rstrip("0").rstrip(".")
    number, power = f"{x:.{digits - 1}e}".split("e")
    return f"{number}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


@needs_node
@pytest.mark.parametrize("name", slow_unless(lambda name: name in OFTEN, vrest.library_names()))
def test_sentences_are_those_of_python(name):
    cell = vrest.load(name)
    result = vrest.rest(cell)
    (every,) = shown(cell, [{}])
    for membrane, page in every.items():
        assert page["notes"] == [*of_the_whole(result), *of_a_membrane(result, membrane)]
        without = {word: V for word, V in result.without[membrane].items() if known(V)}
        assert {word: page["without"][word] for word in without} == pytest.approx(without, abs=1e-9)
        if known(next(iter(result.mechanisms[membrane].values())).current):
            assert page["headline"] == headline_of(result, membrane)
