"""Texts in LLVM's intermediate language: numbers are vectors of doubles, one cell in each lane, and LLVM makes registers of variables."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from . import elementary
from .text import COUNT, Text, Variable

FLAGS = "contract nsz"
"""Products and sums may be rounded once, together; zero has no sign."""
INTRINSIC = ("sqrt", "fabs", "floor")
"""Functions that LLVM has itself."""
HEAD = f"void @cells(ptr noalias %in, {COUNT} %stride, {COUNT} %begin, {COUNT} %end, ptr noalias %out)"


class VectorText(Text):
    """Lines in which a value is a vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.real, self.bits, self.truth = (f"<{width} x {one}>" for one in ("double", "i64", "i1"))

    # -- lines ------------------------------------------------------------------------------------------------------

    def let(self, text: str) -> str:
        """A value with a name of its own."""
        name = self._name()
        self.put(f"{name} = {text}")
        return name

    def headed(self, head: str) -> str:
        """The text of a function that answers nothing."""
        return "\n".join([f"define {head} {{", "entry:", *self._variables, *self._lines, "  ret void", "}", ""])

    def defined(self, name: str, pointers: Sequence[str], numbers: int = 0, inline: bool = False) -> str:
        arguments = [*(f"ptr noalias %{one}" for one in pointers), *(f"{self.real} %x{k}" for k in range(numbers))]
        return self.headed(f"internal void @{name}({', '.join(arguments)}) {'alwaysinline' if inline else 'noinline'}")

    def call(self, name: str, pointers: Sequence[str], numbers: Sequence[str] = ()) -> None:
        arguments = [*(f"ptr {one}" for one in pointers), *(f"{self.real} {one}" for one in numbers)]
        self.put(f"call void @{name}({', '.join(arguments)})")

    # -- constants --------------------------------------------------------------------------------------------------

    def number(self, value: float) -> str:
        return self._each(f"double 0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}")

    def whole(self, value: int) -> str:
        return self._each(f"i64 {value}")

    def says(self, value: bool) -> str:
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
        return self.let(f"{name} {self.real} {a}, {b}")

    def neg(self, a: str) -> str:
        return self.let(f"fneg {self.real} {a}")

    def fma(self, a: str, b: str, c: str) -> str:
        return self._intrinsic("fma", a, b, c)

    def function(self, name: str, *of: str) -> str:
        if name in INTRINSIC:
            return self._intrinsic(name, *of)
        if name not in elementary.FUNCTIONS:
            raise ValueError(f"lanes have no {name}")
        return elementary.FUNCTIONS[name](self, *of)

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
        return self.let(f"fcmp {kind} {self.real} {a}, {b}")

    def select(self, c: str, a: str, b: str) -> str:
        return self.let(f"select {self.truth} {c}, {self.real} {a}, {self.real} {b}")

    def _joined(self, name: str, a: str, b: str) -> str:
        return self.let(f"{name} {self.truth} {a}, {b}")

    def opposite(self, a: str) -> str:
        return self.let(f"xor {self.truth} {a}, {self.says(True)}")

    def any(self, a: str) -> str:
        flags = self.let(f"bitcast {self.truth} {a} to i{self.width}")
        return self.let(f"icmp ne i{self.width} {flags}, 0")

    # -- memory -----------------------------------------------------------------------------------------------------

    def at(self, pointer: str, place: str) -> str:
        return self.let(f"getelementptr double, ptr {pointer}, {COUNT} {place}")

    def load(self, pointer: str, place: str) -> str:
        return self._loaded(self.real, pointer, place)

    def store(self, value: str, pointer: str, place: str) -> None:
        self._stored(self.real, value, pointer, place)

    def load_whole(self, pointer: str) -> str:
        return self._loaded(self.bits, pointer, "0")

    def store_whole(self, value: str, pointer: str) -> None:
        self._stored(self.bits, value, pointer, "0")

    def _loaded(self, kind: str, pointer: str, place: str) -> str:
        return self.let(f"load {kind}, ptr {self.at(pointer, place)}, align 8")

    def _stored(self, kind: str, value: str, pointer: str, place: str) -> None:
        self.put(f"store {kind} {value}, ptr {self.at(pointer, place)}, align 8")

    def room(self, size: int) -> str:
        name = self._name()
        self._variables.append(f"  {name} = alloca {self.real}, i64 {size}")
        return name

    def _declared(self, variable: Variable) -> str:
        return f"{variable.name} = alloca {variable.type}"

    def set(self, variable: Variable, value: str) -> None:
        self.put(f"store {variable.type} {value}, ptr {variable.name}")

    def get(self, variable: Variable) -> str:
        return self.let(f"load {variable.type}, ptr {variable.name}")

    def update(self, variable: Variable, where: str, value: str) -> None:
        kind = variable.type
        self.set(variable, self.let(f"select {self.truth} {where}, {kind} {value}, {kind} {self.get(variable)}"))

    # -- single numbers ---------------------------------------------------------------------------------------------

    def one(self, pointer: str, place: str) -> str:
        return self._loaded("double", pointer, place)

    def put_one(self, value: str, pointer: str, place: str) -> None:
        self._stored("double", value, pointer, place)

    def one_count(self, pointer: str, place: str) -> str:
        return self._loaded(COUNT, pointer, place)

    def put_count(self, value: str, pointer: str, place: str) -> None:
        self._stored(COUNT, value, pointer, place)

    def single(self, name: str, a: str, b: str) -> str:
        return self.let(f"{name} double {a}, {b}")

    def holds(self, kind: str, a: str, b: str) -> str:
        return self.let(f"fcmp {kind} double {a}, {b}")

    def spread(self, a: str) -> str:
        first = self.let(f"insertelement {self.real} poison, double {a}, i64 0")
        return self.let(f"shufflevector {self.real} {first}, {self.real} poison, <{self.width} x i32> zeroinitializer")

    # -- counts -----------------------------------------------------------------------------------------------------

    def counts(self, name: str, a: str, b: str) -> str:
        return self.let(f"{name} {COUNT} {a}, {b}")

    def below(self, a: str, b: str) -> str:
        return self.let(f"icmp slt {COUNT} {a}, {b}")

    def too(self, a: str, b: str) -> str:
        return self.let(f"and i1 {a}, {b}")

    # -- ways -------------------------------------------------------------------------------------------------------

    def loop(self, turn: Callable[[], str]) -> None:
        again, over = (self._name().removeprefix("%") for _ in range(2))
        self.put(f"br label %{again}")
        self._lines.append(f"{again}:")
        more = turn()
        self.put(f"br i1 {more}, label %{again}, label %{over}")
        self._lines.append(f"{over}:")

    def when(self, holds: str, then: Callable[[], None]) -> None:
        some, on = (self._name().removeprefix("%") for _ in range(2))
        self.put(f"br i1 {holds}, label %{some}, label %{on}")
        self._lines.append(f"{some}:")
        then()
        self.put(f"br label %{on}")
        self._lines.append(f"{on}:")


def declared(width: int) -> str:
    """What bodies with lanes of a width call."""
    real = f"<{width} x double>"
    lines = [
        f"declare {real} @llvm.{name}.v{width}f64({', '.join([real] * size)})"
        for name, size in (("fma", 3), *((one, 1) for one in INTRINSIC))
    ]
    return "\n".join(lines)
