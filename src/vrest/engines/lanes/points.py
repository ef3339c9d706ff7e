"""A function of unknowns as a function of its own: what hangs on no unknown is computed once for a cell and lies ready in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..graph import Graph
from ..graph.nodes import TRUTH
from .emit import Held, emit, staying
from .text import Text

UNKNOWN, GIVEN = "x", "w"
"""The groups of inputs: unknowns, and what is given for a cell."""
SHORT = 1500
"""Lines up to which two native vectors go side by side, so that one computes while the other waits; a longer point has its numbers in memory,
which two would take turns to wait for."""


class Point:
    """Some nodes of a graph at unknowns x, to be called from loops: `text` is the function's own, `prepare` and `at` are lines of a caller.

    Arguments:
        inside: an empty text, for its own lines
        inline: whether it is written out in place of every call
        name:   of the function
    """

    def __init__(
        self, inside: Text, graph: Graph, outputs: Sequence[int], unknowns: int, inline: bool, name: str = "point"
    ) -> None:
        self.graph, self.outputs, self.unknowns, self.name = graph, list(outputs), unknowns, name
        self.ready = staying(graph, outputs, UNKNOWN)
        self._inside, self._inline = inside, inline
        self._fill()

    @property
    def size(self) -> int:
        """How many lines it takes."""
        return self._inside.size

    @property
    def text(self) -> str:
        return self._inside.defined(self.name, ("ready", "found"), self.unknowns, self._inline)

    def _fill(self) -> None:
        t = self._inside
        held: Held = {a: self._loaded(t, a, k) for k, a in enumerate(self.ready)}
        names = emit(t, self.graph, self.outputs, {UNKNOWN: [f"%x{k}" for k in range(self.unknowns)]}, held)
        for k, name in enumerate(self._told(t, names)):
            t.store(name, "%found", str(k * t.width))

    def _told(self, t: Text, names: list[str]) -> list[str]:
        """What is put into memory, of the names of the outputs."""
        return names

    def _loaded(self, t: Text, a: int, k: int) -> str:
        number = t.load("%ready", str(k * t.width))
        return t.compare("une", number, t.number(0.0)) if self.graph.name(a) in TRUTH else number

    def fill(self, t: Text, given: Sequence[str], ready: str) -> Held:
        """Lines of a caller that put into memory what does not move; what is there already then."""
        held: Held = {}
        for k, (a, name) in enumerate(zip(self.ready, emit(t, self.graph, self.ready, {GIVEN: given}, held), strict=True)):
            number = t.select(name, t.number(1.0), t.number(0.0)) if self.graph.name(a) in TRUTH else name
            t.store(number, ready, str(k * t.width))
        return held

    def call(self, t: Text, x: Sequence[str], ready: str, found: str) -> None:
        """Lines of a caller that put the outputs at unknowns into memory."""
        t.call(self.name, (ready, found), x)

    def prepare(self, t: Text, given: Sequence[str]) -> tuple[Callable[[Sequence[str]], list[str]], Held]:
        """Lines of a caller that compute what does not move; how to get the outputs at unknowns, and what is there already."""
        ready, found = t.room(max(1, len(self.ready))), t.room(len(self.outputs))
        held = self.fill(t, given, ready)

        def at(x: Sequence[str]) -> list[str]:
            self.call(t, x, ready, found)
            return [t.load(found, str(k * t.width)) for k in range(len(self.outputs))]

        return at, held
