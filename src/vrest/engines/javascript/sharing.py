"""What several functions of a module compute, as functions of its own that they call: its text stands once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..graph.nodes import INPUT, LEAVES, TRUTH, Nodes
from .printer import function
from .traces import Trace

LEAST = 60
"""So many operations that several functions have in common are worth a function of their own."""
NOT_ANSWERED = LEAVES | TRUTH
"""What stands wherever it is used: lists of numbers alone are quick."""


@dataclass(frozen=True)
class Piece:
    """Operations that the same functions need, as a function of inputs and of earlier pieces.

    Attributes:
        name: that of its answers, a list
        answers: the operations that others take from it
        arguments: the names of groups of inputs and of pieces
        before: the pieces that have to be had before it
        text: the function
    """

    name: str
    answers: Sequence[int]
    arguments: Sequence[str]
    before: Sequence[Piece]
    text: str

    @property
    def line(self) -> str:
        """How its answers are had."""
        return f"{self.name}=of_{self.name}({', '.join(self.arguments)})[0]"


class Sharing:
    """The functions of one graph as text: pieces that they have in common, then their own."""

    def __init__(self, graph: Nodes, traces: Mapping[str, Trace]) -> None:
        self.graph, self.traces = graph, traces
        self.pieces: list[Piece] = []
        self.known: dict[int, str] = {}
        for answers in self._common():
            self._keep(answers)

    @property
    def text(self) -> str:
        """All of them."""
        pieces = "".join(f"const of_{one.name} = {one.text};\n" for one in self.pieces)
        listed = ",\n".join(f'"{key}": {self._function(one)}' for key, one in self.traces.items())
        return f"{pieces}export const functions = {{\n{listed}\n}};\n"

    def _common(self) -> Iterator[list[int]]:
        """Where the same functions need many operations, those that others take from them; what most functions need comes first."""
        users: dict[int, tuple[str, ...]] = {}
        for key, trace in self.traces.items():
            users |= {a: (*users.get(a, ()), key) for a in trace.needed}
        taken = {a for trace in self.traces.values() for a in trace.outputs}
        alike: dict[tuple[str, ...], list[int]] = {}
        for a, own in users.items():
            taken.update(b for b in self.graph.of(a) if users[b] != own or self.graph.name(a) in TRUTH)
            if len(own) > 1 and self.graph.name(a) not in NOT_ANSWERED:
                alike.setdefault(own, []).append(a)
        for own in sorted(alike, key=len, reverse=True):
            if len(alike[own]) >= LEAST:
                yield sorted(taken.intersection(alike[own]))

    def _keep(self, answers: list[int]) -> None:
        needed, name = self.graph.needed(answers, self.known), f"s{len(self.pieces)}"
        inputs = dict.fromkeys(self.graph.ops[a][1] for a in needed if self.graph.name(a) == INPUT)
        before = self._before(needed)
        arguments = [*inputs, *(one.name for one in before if not set(needed).isdisjoint(one.answers))]
        self.pieces.append(Piece(name, answers, arguments, before, function(self.graph, arguments, [answers], self.known)))
        self.known |= {a: f"{name}[{k}]" for k, a in enumerate(answers)}

    def _before(self, needed: Iterable[int]) -> list[Piece]:
        """The pieces that have to be had before some operations."""
        found: dict[str, Piece] = {}
        for one in self.pieces:
            if not set(needed).isdisjoint(one.answers):
                found |= {piece.name: piece for piece in (*one.before, one)}
        return list(found.values())

    def _function(self, trace: Trace) -> str:
        before = self._before(self.graph.needed(trace.outputs, self.known))
        return function(self.graph, trace.groups, trace.lists, self.known, [one.line for one in before])
