"""The page says what Python says, of every cell of the library: the sentences of its headline, of the textbook's formulas and of what should be
known, and V without each way."""

import json
import random
import re

import pytest

import in_node
import vrest
from effort import slow_unless
from in_node import needs_node
from vrest.page.contents import contents
from vrest.page.join import STATIC
from vrest.page.write import computing, table
from vrest.questions.rest.rest import answer
from vrest.questions.rest.zero_current import RestSolver
from vrest.results.base import known
from vrest.views.numbers import ion_symbol

DRAWS = 2
OFTEN = ("luo-rudy1991", "proximal-tubule", "squid-axon", "textbook-neuron")
ABOUT = """
import { readFileSync } from 'node:fs';
import * as module from './cell0.mjs';
import { modelOf } from './model.mjs';
import { notesOf } from './notes.mjs';
import { headline } from './rest_view.mjs';
import { leftAlone, pumped, theoriesOf } from './theories.mjs';
import { speaker } from './words.mjs';
const { contents, table, settings } = JSON.parse(readFileSync(0));
const model = modelOf(module, contents), words = speaker(table);
const described = Object.fromEntries(contents.numbers.map((row) => [row.path, row.si]));
"""
ASK = """
console.log(JSON.stringify(settings.map((one) => {
  const answer = model.rest({ ...described, ...one });
  return answer.ok && contents.membranes.map((membrane) => {
    const names = Object.keys(membrane.mechanisms), pumps = names.some((name) => membrane.mechanisms[name].pump);
    const passive = pumps ? model.passive(answer, membrane.name) : NaN;
    const { potentials, said, asked } = theoriesOf(contents, model, answer, membrane, words);
    return {
      headline: headline(membrane, answer.of[membrane.name], words),
      notes: notesOf(contents, model, answer, membrane, words),
      potentials,
      costs: answer.costs,
      said: asked ? [...said, pumped(membrane, answer.of[membrane.name].V, passive, words)] : said,
      without: Object.fromEntries(names.map((name) => [name, model.without(answer, membrane.name, name)])),
    };
  });
})));
"""
ALONE = """
const [steady, pumpless] = [model.steady(described), model.pumpless(described)];
console.log(JSON.stringify([contents.membranes.map((one) => leftAlone(contents, model, steady, pumpless, one, words))]));
"""


def shown(cell, settings, ask=ASK):
    """What the page shows of each membrane at some numbers, computed in Node."""
    modules = {f"{name}.mjs": text for name, text in computing([cell]).items()}
    modules |= {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.mjs")}
    asked = {"contents": contents(cell), "table": table("en"), "settings": settings}
    found = json.loads(in_node.run(modules | {"ask.mjs": ABOUT + ask}, json.dumps(asked)).replace("\u2212", "-"))
    names = list(cell.membranes)
    return [each and dict(zip(names, each, strict=True)) for each in found]


def of_the_whole(result):
    """Python's sentences that the page has too: states without net current, what is not stable (not how fast), and the band."""
    kinds = ("states carry no net current", "This potential is not stable", "; the computed potential lies")
    return [
        re.sub("gates come late, and .*", "gates come late.", note)
        for note in result.notes
        if any(kind in note for kind in kinds)
    ]


def of_a_membrane(result, name):
    return [note for note in result.notes if note.startswith(f"V of '{name}' lies")]


def of_formulas(explained):
    """A sentence on each formula, or why it does not apply; where the GHK equation does not, the Mullins-Noda equation needs none of its own."""
    formulas = (explained.ghk, explained.chord, explained.mullins_noda, explained.electrogenic)
    left = iter(explained.sentences)
    said = [next(left) if known(V) else f"{V.sentence}." for V in formulas]
    every = dict.fromkeys(begun(one) for one in (*said, *left))
    return [one for one in every if not one.startswith("the Mullins-Noda equation does")]


def begun(sentence):
    """A sentence whose first letter is no capital: a reason begins so in Python."""
    return sentence[0].lower() + sentence[1:]


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


MIXED = {
    "cell": "mixed",
    "temperature": "310 K",
    "compartments": {
        "bath": {"role": "bath", "ions": {"K": "5 mM", "Na": "145 mM", "Ca": "2 mM", "Cl": "154 mM"}},
        "cell": {"role": "held", "ions": {"K": "140 mM", "Na": "12 mM", "Ca": "1e-4 mM", "Cl": "0 mM"}},
    },
    "membranes": {
        "m": {
            "between": ["cell", "bath"],
            "mechanisms": {
                "K": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
                "Na": {"kind": "ghk", "ion": "Na", "permeability": "4e-10 m/s"},
                "Ca": {"kind": "ghk", "ion": "Ca", "permeability": "1e-8 m/s"},
                "Cl": {"kind": "ghk", "ion": "Cl", "permeability": "0 m/s"},
                "leak": {"kind": "ohmic", "ion": "K", "conductance": "1 S/m^2", "reversal": "-80 mV"},
            },
        }
    },
}
"""Ions of three valences; the straight line can be switched off, and a path of an ion that a side has none of can be opened."""
OFF = [{"m.leak.conductance": 0.0}, {"m.leak.conductance": 0.0, "m.Na.permeability": 0.0}, {"m.Cl.permeability": 1e-8}]


@needs_node
@pytest.mark.parametrize("name", [*slow_unless(lambda name: name in OFTEN, vrest.library_names()), "mixed"])
def test_sentences_are_those_of_python(name):
    cell = vrest.from_dict(MIXED) if name == "mixed" else vrest.load(name)
    rng, solver = random.Random(name), RestSolver(cell)
    off = [{f"{path}.{key}": 0.0 for path, way in cell.ways.items() if way.pump for key in way.scales}]
    settings = [
        {},
        *(off if name in OFTEN else []),
        *([] if name != "mixed" else OFF),
        *(in_node.drawn_ways(cell, rng) for _ in range(DRAWS)),
    ]
    compared = 0
    for one, every in zip(settings, shown(cell, settings), strict=True):
        try:
            result = answer(solver, solver.derivation.numbers({**solver.derivation.written, **one}))
        except vrest.VrestError:
            continue
        compared += 1
        for membrane, page in every.items():
            said_alike(result, membrane, page)
            if not one:
                as_described(result, membrane, page)
    assert compared > DRAWS / 2


def said_alike(result, membrane, page):
    explained = result.explain[membrane]
    assert page["notes"] == [*of_the_whole(result), *of_a_membrane(result, membrane)]
    assert [begun(one) for one in page["said"]] == of_formulas(explained)
    of = {"ghk": explained.ghk, "chord": explained.chord, "noda": explained.mullins_noda}
    potentials = {key: V for key, V in of.items() if known(V)}
    assert {key: V for key, V in page["potentials"].items() if V is not None} == pytest.approx(potentials, abs=1e-9)

    if page["costs"]:
        energy, atp = result.energy, page["costs"].pop("atp")
        assert atp == pytest.approx(result.atp, rel=1e-9)
        every = {
            "atp_W": energy.atp_power,
            "drive_W": energy.drive_power,
            "work_on_ions_W": energy.work_on_ions,
            "dissipated_in_pumps_W": energy.dissipated_in_pumps,
            "dissipated_in_paths_W": energy.dissipated_in_paths,
        }
        costs = {key: value for key, value in every.items() if known(value)}
        least = 1e-9 * max(abs(value) for value in costs.values())
        assert {key: value for key, value in page["costs"].items() if value is not None} == pytest.approx(
            costs, rel=1e-9, abs=least
        )


def as_described(result, membrane, page):
    without = {word: V for word, V in result.without[membrane].items() if known(V)}
    assert {word: page["without"][word] for word in without} == pytest.approx(without, abs=1e-9)
    if known(next(iter(result.mechanisms[membrane].values())).current):
        assert page["headline"] == headline_of(result, membrane)


LEFT = ("squid-axon", "e-coli", "periodic-paralysis", "proximal-tubule", "ventricular-myocyte")


@needs_node
@pytest.mark.parametrize("name", slow_unless(lambda name: name == "squid-axon", LEFT))
def test_what_is_said_of_a_cell_that_is_left_to_itself_is_what_python_says(name):
    """But for how soon, and of a cell whose spaces have exchanges: pumps that hold gradients or find them held, a Donnan equilibrium, ions that
    flow on, and ways that work on."""
    cell = vrest.load(name)
    notes = [re.sub(" within [a-z]+ by", " by", note.replace(" of `donnan`", "")) for note in vrest.explain(cell).notes]
    (every,) = shown(cell, [], ALONE)
    for membrane, said in every.items():
        assert said == [note for note in notes if note.startswith((f"{membrane}: at the", "Without pumps"))]
