"""Random requests from a seed: protocols for library cells, settings (`--set`) and spans (`--over`); right ones, broken ones, junk."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any

import vrest
from generate import JUNK
from vrest.description.cell import BATH, Cell
from vrest.description.facts.protocol import build_protocol
from vrest.description.nodes import Source
from vrest.description.source import decode, parse_yaml

CELLS = ("mammalian-neuron", "red-cell", "ventricular-myocyte", "proximal-tubule")
TIMES = ("0 s", "1 ms", "0.1 s", "0.3 s", "5 s", "59.99 s", "1 min", "10 min", "1 h", "3 h")
LENGTHS = ("1 ms", "0.2 s", "10 s", "2 min", "1 h")
UNTILS = ("10 min", "2 h", "2 h", "3 h", "3 h", "10 h", "10 h", "{steady: 10 h}", "{crosses: -40 mV, within: 3 h}")
SPANS = (
    *("{}:{} {u}:lin:5", "{}:{} {u}:lin:3", "{}:{} {u}:log:3", "{}:{} {u}:lin:4", "{}:{} {u}"),
    *("{}:{} {u}:log", "{} {u}:{} {u}", "{}:{}", "{}:{} {u}:lin:log", "{}"),
)


class Requests:
    """Makes requests of one sort (`protocol`, `set`, `over`); the same seed makes the same ones."""

    def __init__(self, sort: str, seed: int) -> None:
        self.random = random.Random(f"{sort} {seed}")
        self.make: Callable[[], tuple[str, Callable[[], object]]] = getattr(self, f"_{sort}")

    # -- protocols ----------------------------------------------------------------------------------------------------

    def _protocol(self) -> tuple[str, Callable[[], object]]:
        cell = loaded(self.random.choice(CELLS))
        text = self._text(cell)
        if self.random.random() < 0.3:
            text = self._mutated(text)
        return f"# {cell.name}\n{text}", lambda: simulated(cell, text)

    def _text(self, cell: Cell) -> str:
        r = self.random
        lines = ["protocol: fuzz", f"until: {self._or_junk(UNTILS)}"]
        if r.random() < 0.4:
            lines.append(f"start: {self._or_junk(('rest', 'described', 'steady', '-50 mV'))}")
        events = [self._event(cell) for _ in range(r.choice((0, 1, 1, 2, 3, 6)))]
        lines += ["events:", *(f"  - {{{', '.join(event)}}}" for event in events)] if events else []
        return "\n".join(lines) + "\n"

    def _event(self, cell: Cell) -> list[str]:
        r = self.random
        action = r.choice(("set", "set", "multiply", "ramp", "current", "voltage", "dialyse"))
        parts = self._when(action) + self._what(cell, action)
        if r.random() < 0.05:
            parts.append(r.choice(parts))
        return [part for part in parts if r.random() > 0.03]

    def _when(self, action: str) -> list[str]:
        r = self.random
        begin, end = sorted(r.sample(range(len(TIMES) - 1), 2))
        if action == "ramp" or r.random() < 0.4:
            return [f"from: {TIMES[begin]}", f"to: {self._or_junk(TIMES[end:])}"]
        if r.random() < 0.3:
            every = r.choice(LENGTHS[1:])
            times = self._or_junk(("1", "2", "3", "8", "2.5", "-1", "1e9"))
            return [f"from: {TIMES[begin]}", f"every: {every}", f"for: {r.choice(LENGTHS)}", f"times: {times}"]
        return [f"at: {self._or_junk(TIMES)}"] if r.random() < 0.6 else [f"from: {TIMES[begin]}", f"for: {r.choice(LENGTHS)}"]

    def _what(self, cell: Cell, action: str) -> list[str]:
        r, inner = self.random, [name for name, space in cell.compartments.items() if space.role != BATH]
        into = self._or_junk(inner)
        if action == "current":
            return [f"current: {self._or_junk(('10 pA', '-1 pA', '0 pA', '1 nA'))}", f"into: {into}", "carrier: K"]
        if action == "voltage":
            return [f"voltage: {self._or_junk(('-20 mV', '0 mV', '-120 mV', '5 V'))}", f"into: {into}", "carrier: K"]
        if action == "dialyse":
            return [f"dialyse: {into}", f"solution: {{K: {self._or_junk(('140 mM', '0 mM', '20 mM'))}}}"]
        given = [self._given(cell, action) for _ in range(r.choice((1, 1, 1, 2, 3)))]
        scale = [f"scale: {self._or_junk(('log', 'linear'))}"] if action == "ramp" and r.random() < 0.4 else []
        return [f"{action}: {{{', '.join(given)}}}", *scale]

    def _given(self, cell: Cell, action: str) -> str:
        path = self._path(cell, {name for name, space in cell.compartments.items() if space.role != BATH})
        if action == "set" and self.random.random() < 0.05:
            inner = self.random.choice(list(cell.compartments))
            return f"{inner}.volume: {self._or_junk(('5 pL', '1 fL', '0 pL', '3 mM'))}"
        if action == "multiply":
            return f"{path}: {self._or_junk(('0', '0.5', '0.9', '2', '3', '-1', '1e6'))}"
        return f"{path}: {self._value(cell, path)}"

    def _mutated(self, text: str) -> str:
        r, letters = self.random, list(text)
        for _ in range(r.choice((1, 1, 2, 5))):
            at = r.randrange(len(letters) + 1)
            letters[at : at + r.choice((0, 1, 3))] = r.choice(("", "{", ":", "\n", " ", "-", "x", "9", *JUNK[:30]))
        return "".join(letters)

    # -- settings and spans -------------------------------------------------------------------------------------------

    def _set(self) -> tuple[str, Callable[[], object]]:
        cell = loaded(self.random.choice(CELLS))
        settings = {}
        for _ in range(self.random.choice((1, 1, 2, 4))):
            path = self._path(cell)
            settings[path] = self._value(cell, path)
        return f"{cell.name} --set {settings}", lambda: vrest.rest(cell.replace(settings))

    def _over(self) -> tuple[str, Callable[[], object]]:
        r, cell = self.random, loaded(self.random.choice(CELLS))
        path = self._path(cell)
        unit = self._value(cell, path).rpartition(" ")[2]
        ends = sorted(r.sample((1e-6, 0.5, 1.0, 3.0, 20.0, 300.0, r.choice((0.0, 1e9, -5.0))), 2))
        span = r.choice(JUNK) if r.random() < 0.1 else r.choice(SPANS).format(f"{ends[0]:g}", f"{ends[-1]:g}", u=unit)
        return f"{cell.name} --over {path}={span}", lambda: vrest.rest_over(cell, path, span)

    # -- parts --------------------------------------------------------------------------------------------------------

    def _path(self, cell: Cell, spared: Collection[str] = ()) -> str:
        """A path, seldom one of the compartments that are spared."""
        r = self.random
        path = r.choice([path for path in cell.settable if path.partition(".")[0] not in spared or r.random() < 0.02])
        if r.random() < 0.06:
            at = r.randrange(len(path))
            path = r.choice(
                (path[:at] + path[at + 1 :], path.upper(), path + ".x", path.partition(".")[0], "pumps", "no.such.path")
            )
        return path

    def _value(self, cell: Cell, path: str) -> str:
        r, value = self.random, cell.settable.get(path)
        if value is None or r.random() < 0.08:
            return r.choice([junk for junk in JUNK if len(junk) < 100])
        number, _, unit = (value.text or value.in_bench_units).partition(" ")
        try:
            scaled = float(number) * r.choice((0.5, 0.8, 0.9, 1.0, 1.1, 1.2, 2.0, r.choice((0.0, 10.0, -1.0, 1e-9, 1e9))))
        except ValueError:
            return value.in_bench_units
        return f"{scaled:.6g} {unit}".strip()

    def _or_junk(self, likely: Any) -> str:
        return self.random.choice(JUNK if self.random.random() < 0.04 else list(likely))


@cache
def loaded(name: str) -> Cell:
    return vrest.load(name)


def simulated(cell: Cell, text: str) -> object:
    protocol = build_protocol(parse_yaml(Source("fuzz.yaml", decode(text.encode(), "fuzz.yaml"))), cell)
    return vrest.simulate(cell, protocol)


def requests(sort: str, count: int, seed: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """So many requests: each as text, and what asks it."""
    source = Requests(sort, seed)
    for _ in range(count):
        yield source.make()
