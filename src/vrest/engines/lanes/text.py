"""The body of a function, line by line, in a language that targets choose: numbers, truth values, variables, loops.

What is named here is a value; a `Variable` is a place that holds one. A value may be several numbers, one cell in each lane; no line lets
one lane see another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

COUNT = "i64"
"""The type of whole numbers that count: places in memory, turns of a loop."""


@dataclass(frozen=True)
class Variable:
    """A place that holds a value of a type."""

    name: str
    type: str


class Text(ABC):
    """Lines of one function's body.

    Attributes:
        width: cells in a value
        real, bits, truth: types of numbers, of whole numbers, one in each lane, and of truth values
    """

    width: int
    real: str
    bits: str
    truth: str

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._variables: list[str] = []
        self._named = 0

    # -- lines ------------------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def put(self, text: str) -> None:
        self._lines.append(f"  {text}")

    def _name(self) -> str:
        self._named += 1
        return f"%v{self._named}"

    @abstractmethod
    def defined(self, name: str, pointers: Sequence[str], numbers: int = 0, inline: bool = False) -> str:
        """The text of a function of pointers and of numbers `%x0`, `%x1` ..., which answers nothing, with these lines for its body."""

    @abstractmethod
    def call(self, name: str, pointers: Sequence[str], numbers: Sequence[str] = ()) -> None:
        """A line that calls such a function."""

    # -- constants --------------------------------------------------------------------------------------------------

    @abstractmethod
    def number(self, value: float) -> str:
        """The same number in every lane, to the last bit."""

    @abstractmethod
    def whole(self, value: int) -> str:
        """The same whole number in every lane."""

    @abstractmethod
    def says(self, value: bool) -> str:
        """The same truth value in every lane."""

    # -- arithmetic -------------------------------------------------------------------------------------------------

    @abstractmethod
    def add(self, a: str, b: str) -> str: ...

    @abstractmethod
    def sub(self, a: str, b: str) -> str: ...

    @abstractmethod
    def mul(self, a: str, b: str) -> str: ...

    @abstractmethod
    def div(self, a: str, b: str) -> str: ...

    @abstractmethod
    def exactly(self, name: str, a: str, b: str) -> str:
        """`fadd` or `fsub` that is rounded by itself."""

    @abstractmethod
    def neg(self, a: str) -> str: ...

    @abstractmethod
    def fma(self, a: str, b: str, c: str) -> str:
        """a b + c"""

    @abstractmethod
    def function(self, name: str, *of: str) -> str:
        """A function of `engines.graph`.

        Raises:
            ValueError: there is no such one here.
        """

    def inv(self, a: str) -> str:
        return self.div(self.number(1.0), a)

    def fabs(self, a: str) -> str:
        return self.function("fabs", a)

    # -- choices ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def compare(self, kind: str, a: str, b: str) -> str:
        """Truth values; `kind` is one of LLVM's: those that begin with o are false of what is no number."""

    @abstractmethod
    def select(self, c: str, a: str, b: str) -> str:
        """a where c holds, else b."""

    def min(self, a: str, b: str) -> str:
        return self.select(self.compare("olt", a, b), a, b)

    def max(self, a: str, b: str) -> str:
        return self.select(self.compare("ogt", a, b), a, b)

    def both(self, *of: str) -> str:
        return self._folded("and", of)

    def either(self, *of: str) -> str:
        return self._folded("or", of)

    def _folded(self, name: str, of: Iterable[str]) -> str:
        first, *others = of
        for other in others:
            first = self._joined(name, first, other)
        return first

    @abstractmethod
    def _joined(self, name: str, a: str, b: str) -> str: ...

    @abstractmethod
    def opposite(self, a: str) -> str: ...

    @abstractmethod
    def any(self, a: str) -> str:
        """Whether it holds in some lane."""

    # -- memory -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def load(self, pointer: str, place: str) -> str:
        """The numbers from a place on."""

    @abstractmethod
    def store(self, value: str, pointer: str, place: str) -> None: ...

    @abstractmethod
    def load_whole(self, pointer: str) -> str:
        """Whole numbers, one in each lane, where memory holds such."""

    @abstractmethod
    def store_whole(self, value: str, pointer: str) -> None: ...

    @abstractmethod
    def room(self, size: int) -> str:
        """Memory for so many values."""

    def variable(self, value: str, type_: str | None = None) -> Variable:
        """A place that holds a value, of numbers unless a type is said."""
        made = Variable(self._name(), type_ or self.real)
        self._variables.append(f"  {self._declared(made)}")
        self.set(made, value)
        return made

    @abstractmethod
    def _declared(self, variable: Variable) -> str: ...

    @abstractmethod
    def set(self, variable: Variable, value: str) -> None: ...

    @abstractmethod
    def get(self, variable: Variable) -> str: ...

    @abstractmethod
    def update(self, variable: Variable, where: str, value: str) -> None:
        """Put a value in, in those lanes alone where a truth value holds."""

    # -- single numbers ---------------------------------------------------------------------------------------------

    @abstractmethod
    def at(self, pointer: str, place: str) -> str:
        """The memory from a place on."""

    @abstractmethod
    def one(self, pointer: str, place: str) -> str:
        """One number, that of one lane."""

    @abstractmethod
    def put_one(self, value: str, pointer: str, place: str) -> None: ...

    @abstractmethod
    def one_count(self, pointer: str, place: str) -> str:
        """One whole number, where memory holds such."""

    @abstractmethod
    def put_count(self, value: str, pointer: str, place: str) -> None: ...

    @abstractmethod
    def single(self, name: str, a: str, b: str) -> str:
        """`fadd`, `fsub`, `fmul` or `fdiv` of two single numbers."""

    @abstractmethod
    def holds(self, kind: str, a: str, b: str) -> str:
        """A comparison of two single numbers."""

    @abstractmethod
    def spread(self, a: str) -> str:
        """One number in every lane."""

    # -- counts -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def counts(self, name: str, a: str, b: str) -> str:
        """`add`, `sub` or `mul` of two whole numbers."""

    @abstractmethod
    def below(self, a: str, b: str) -> str:
        """Whether one whole number is smaller than another."""

    @abstractmethod
    def too(self, a: str, b: str) -> str:
        """Whether both of two single truth values hold."""

    def lane(self, k: str, lane: str) -> str:
        """The place of a lane in one of several values in memory."""
        return self.counts("add", self.counts("mul", k, str(self.width)), lane)

    def column(self, k: int | str, cell: str) -> str:
        """The place of a cell in a column."""
        return self.counts("add", self.counts("mul", str(k), "%stride"), cell)

    def counted(self, variable: Variable, step: int) -> str:
        """A counter moved on."""
        moved = self.counts("add", self.get(variable), str(step))
        self.set(variable, moved)
        return moved

    # -- ways -------------------------------------------------------------------------------------------------------

    @abstractmethod
    def loop(self, turn: Callable[[], str]) -> None:
        """Again and again, at least once, as long as what `turn` answers holds."""

    @abstractmethod
    def when(self, holds: str, then: Callable[[], None]) -> None:
        """Lines that are gone through where one truth value holds."""

    def every(self, begin: str, end: str, turn: Callable[[str], None]) -> None:
        """Lines for each whole number from one to before another, of which there may be none."""
        at = self.variable(begin, COUNT)

        def one() -> str:
            turn(self.get(at))
            return self.fewer(at, 1, end)

        self.when(self.below(begin, end), lambda: self.loop(one))

    def fewer(self, counter: Variable, step: int, limit: str) -> str:
        """Move a counter on; whether it stays below a limit."""
        return self.below(self.counted(counter, step), limit)
