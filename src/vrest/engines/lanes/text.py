"""The body of a function in LLVM's intermediate language, line by line: vectors of lanes, variables, loops.

Numbers are vectors of `width` doubles, one cell in each lane. What is named here is a value; a `Variable` is a place that holds one,
which LLVM turns into a register. No line lets one lane see another.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

FLAGS = "contract nsz"
"""Products and sums may be rounded once, together; zero has no sign."""
COUNT = "i64"


@dataclass(frozen=True)
class Variable:
    """A place that holds a value of a type."""

    name: str
    type: str


class Text:
    """Lines of one function's body.

    Attributes:
        real, bits, truth: types of a vector of numbers, of their bits, and of truth values
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.real, self.bits, self.truth = (f"<{width} x {one}>" for one in ("double", "i64", "i1"))
        self._lines: list[str] = []
        self._variables: list[str] = []
        self._named = 0

    # -- lines ------------------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def body(self) -> str:
        """All of them, variables first."""
        return "\n".join(["entry:", *self._variables, *self._lines])

    def put(self, text: str) -> None:
        self._lines.append(f"  {text}")

    def let(self, text: str) -> str:
        """A value with a name of its own."""
        name = self._name()
        self.put(f"{name} = {text}")
        return name

    def _name(self) -> str:
        self._named += 1
        return f"%v{self._named}"

    # -- constants --------------------------------------------------------------------------------------------------

    def number(self, value: float) -> str:
        """The same number in every lane, to the last bit."""
        return self._each(f"double 0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}")

    def whole(self, value: int) -> str:
        """The same whole number in every lane."""
        return self._each(f"i64 {value}")

    def says(self, value: bool) -> str:
        """The same truth value in every lane."""
        return self._each(f"i1 {str(value).lower()}")

    def _each(self, text: str) -> str:
        return "<" + ", ".join([text] * self.width) + ">"

    # -- arithmetic -------------------------------------------------------------------------------------------------

    def add(self, a: str, b: str) -> str:
        return self.let(f"fadd {FLAGS} {self.real} {a}, {b}")

    def sub(self, a: str, b: str) -> str:
        return self.let(f"fsub {FLAGS} {self.real} {a}, {b}")

    def mul(self, a: str, b: str) -> str:
        return self.let(f"fmul {FLAGS} {self.real} {a}, {b}")

    def div(self, a: str, b: str) -> str:
        return self.let(f"fdiv {FLAGS} {self.real} {a}, {b}")

    def exactly(self, name: str, a: str, b: str) -> str:
        """`fadd` or `fsub` that is rounded by itself."""
        return self.let(f"{name} {self.real} {a}, {b}")

    def neg(self, a: str) -> str:
        return self.let(f"fneg {self.real} {a}")

    def inv(self, a: str) -> str:
        return self.div(self.number(1.0), a)

    def fma(self, a: str, b: str, c: str) -> str:
        """a b + c"""
        return self._intrinsic("fma", a, b, c)

    def sqrt(self, a: str) -> str:
        return self._intrinsic("sqrt", a)

    def fabs(self, a: str) -> str:
        return self._intrinsic("fabs", a)

    def floor(self, a: str) -> str:
        return self._intrinsic("floor", a)

    def _intrinsic(self, name: str, *of: str) -> str:
        return self.let(f"call {self.real} @llvm.{name}.v{self.width}f64({', '.join(f'{self.real} {a}' for a in of)})")

    # -- bits -------------------------------------------------------------------------------------------------------

    def integers(self, name: str, a: str, b: str) -> str:
        return self.let(f"{name} {self.bits} {a}, {b}")

    def as_bits(self, a: str) -> str:
        return self.let(f"bitcast {self.real} {a} to {self.bits}")

    def as_number(self, a: str) -> str:
        return self.let(f"bitcast {self.bits} {a} to {self.real}")

    # -- choices ----------------------------------------------------------------------------------------------------

    def compare(self, kind: str, a: str, b: str) -> str:
        """Truth values; `kind` is one of LLVM's: those that begin with o are false of what is no number."""
        return self.let(f"fcmp {kind} {self.real} {a}, {b}")

    def select(self, c: str, a: str, b: str) -> str:
        """a where c holds, else b."""
        return self.let(f"select {self.truth} {c}, {self.real} {a}, {self.real} {b}")

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
            first = self.let(f"{name} {self.truth} {first}, {other}")
        return first

    def opposite(self, a: str) -> str:
        return self.let(f"xor {self.truth} {a}, {self.says(True)}")

    def any(self, a: str) -> str:
        """Whether it holds in some lane."""
        flags = self.let(f"bitcast {self.truth} {a} to i{self.width}")
        return self.let(f"icmp ne i{self.width} {flags}, 0")

    # -- memory -----------------------------------------------------------------------------------------------------

    def load(self, pointer: str, place: str) -> str:
        """The numbers from a place on."""
        at = self.let(f"getelementptr double, ptr {pointer}, i64 {place}")
        return self.let(f"load {self.real}, ptr {at}, align 8")

    def store(self, value: str, pointer: str, place: str) -> None:
        at = self.let(f"getelementptr double, ptr {pointer}, i64 {place}")
        self.put(f"store {self.real} {value}, ptr {at}, align 8")

    def room(self, size: int) -> str:
        """Memory for so many vectors."""
        name = self._name()
        self._variables.append(f"  {name} = alloca {self.real}, i64 {size}")
        return name

    def variable(self, value: str, type_: str | None = None) -> Variable:
        """A place that holds a value, of numbers unless a type is said."""
        made = Variable(self._name(), type_ or self.real)
        self._variables.append(f"  {made.name} = alloca {made.type}")
        self.set(made, value)
        return made

    def set(self, variable: Variable, value: str) -> None:
        self.put(f"store {variable.type} {value}, ptr {variable.name}")

    def get(self, variable: Variable) -> str:
        return self.let(f"load {variable.type}, ptr {variable.name}")

    def update(self, variable: Variable, where: str, value: str) -> None:
        """Put a value in, in those lanes alone where a truth value holds."""
        kind = variable.type
        self.set(variable, self.let(f"select {self.truth} {where}, {kind} {value}, {kind} {self.get(variable)}"))

    def counted(self, variable: Variable, step: int) -> str:
        """A counter moved on."""
        moved = self.let(f"add i64 {self.get(variable)}, {step}")
        self.set(variable, moved)
        return moved

    # -- ways -------------------------------------------------------------------------------------------------------

    def loop(self, turn: Callable[[], str]) -> None:
        """Again and again, at least once, as long as what `turn` answers holds."""
        again, over = (self._name().removeprefix("%") for _ in range(2))
        self.put(f"br label %{again}")
        self._lines.append(f"{again}:")
        more = turn()
        self.put(f"br i1 {more}, label %{again}, label %{over}")
        self._lines.append(f"{over}:")

    def every(self, begin: str, end: str, turn: Callable[[str], None]) -> None:
        """Lines for each whole number from one to before another, of which there may be none."""
        at = self.variable(begin, COUNT)

        def one() -> str:
            turn(self.get(at))
            return self.fewer(at, 1, end)

        self.when(self.let(f"icmp slt {COUNT} {begin}, {end}"), lambda: self.loop(one))

    def when(self, holds: str, then: Callable[[], None]) -> None:
        """Lines that are gone through where one truth value holds."""
        some, on = (self._name().removeprefix("%") for _ in range(2))
        self.put(f"br i1 {holds}, label %{some}, label %{on}")
        self._lines.append(f"{some}:")
        then()
        self.put(f"br label %{on}")
        self._lines.append(f"{on}:")

    def fewer(self, counter: Variable, step: int, limit: str) -> str:
        """Move a counter on; whether it stays below a limit."""
        return self.let(f"icmp slt i64 {self.counted(counter, step)}, {limit}")


def declared(width: int) -> str:
    """What bodies with lanes of a width call."""
    real = f"<{width} x double>"
    lines = [
        f"declare {real} @llvm.{name}.v{width}f64({', '.join([real] * size)})"
        for name, size in (("fma", 3), ("sqrt", 1), ("fabs", 1), ("floor", 1))
    ]
    return "\n".join(lines)


def function(head: str, text: Text) -> str:
    """The text of a function that answers nothing."""
    return f"define {head} {{\n{text.body()}\n  ret void\n}}\n"
