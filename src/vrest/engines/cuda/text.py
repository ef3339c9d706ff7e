"""Texts in CUDA's C++: each thread has a cell of its own, so that a value is one number, and what holds in some lane holds here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ..graph.functions import UNARY
from ..lanes.text import COUNT, Text, Variable

PRELUDE = f"typedef long long {COUNT};\n"
HEAD = f"cells(const double* __restrict__ in, {COUNT} stride, {COUNT} begin, {COUNT} end, double* __restrict__ out)"
FUNCTIONS = {*UNARY, "pow"}
"""Functions of a graph, which CUDA calls by the same names."""
SIGNS = {"add": "+", "sub": "-", "mul": "*", "and": "&&", "or": "||"}
SINGLE = {"fadd": "__dadd_rn", "fsub": "__dsub_rn", "fmul": "__dmul_rn", "fdiv": "__ddiv_rn"}
"""What is rounded by itself."""
NOT_FINITE = {"inf": "0x7ff0000000000000", "-inf": "0xfff0000000000000", "nan": "0x7ff8000000000000"}
"""Bits of what has no digits."""
COMPARED = {
    "olt": "{a} < {b}",
    "ole": "{a} <= {b}",
    "ogt": "{a} > {b}",
    "oge": "{a} >= {b}",
    "oeq": "{a} == {b}",
    "one": "{a} < {b} || {a} > {b}",
    "une": "{a} != {b}",
    "ult": "!({a} >= {b})",
    "ule": "!({a} > {b})",
    "ueq": "!({a} < {b} || {a} > {b})",
    "uno": "{a} != {a} || {b} != {b}",
}


class ThreadText(Text):
    """Lines in which a value is one number. Names lose the sign that they begin with where a function is written out."""

    width, real, bits, truth = 1, "double", COUNT, "bool"

    # -- lines ------------------------------------------------------------------------------------------------------

    def let(self, text: str) -> str:
        """A value with a name of its own."""
        name = self._name()
        self.put(f"const auto {name} = {text};")
        return name

    def headed(self, head: str) -> str:
        """The text of a function that answers nothing."""
        return "\n".join([f"{head} {{", *self._variables, *self._lines, "}", ""]).replace("%", "")

    def defined(self, name: str, pointers: Sequence[str], numbers: int = 0, inline: bool = False) -> str:
        arguments = [*(f"double* __restrict__ {one}" for one in pointers), *(f"double x{k}" for k in range(numbers))]
        kind = "__forceinline__" if inline else "__noinline__"
        return self.headed(f"static __device__ {kind} void {name}({', '.join(arguments)})")

    def call(self, name: str, pointers: Sequence[str], numbers: Sequence[str] = ()) -> None:
        self.put(f"{name}({', '.join([*pointers, *numbers])});")

    # -- constants --------------------------------------------------------------------------------------------------

    def number(self, value: float) -> str:
        text = repr(float(value))
        return f"({text})" if math.isfinite(value) else f"__longlong_as_double({NOT_FINITE[text]}LL)"

    def whole(self, value: int) -> str:
        return f"{COUNT}({value})"

    def says(self, value: bool) -> str:
        return str(value).lower()

    # -- arithmetic -------------------------------------------------------------------------------------------------

    def add(self, a: str, b: str) -> str:
        return self.let(f"{a} + {b}")

    def sub(self, a: str, b: str) -> str:
        return self.let(f"{a} - {b}")

    def mul(self, a: str, b: str) -> str:
        return self.let(f"{a} * {b}")

    def div(self, a: str, b: str) -> str:
        return self.let(f"{a} / {b}")

    def exactly(self, name: str, a: str, b: str) -> str:
        return self.let(f"{SINGLE[name]}({a}, {b})")

    def neg(self, a: str) -> str:
        return self.let(f"-{a}")

    def fma(self, a: str, b: str, c: str) -> str:
        return self.let(f"fma({a}, {b}, {c})")

    def function(self, name: str, *of: str) -> str:
        if name not in FUNCTIONS:
            raise ValueError(f"CUDA has no {name}")
        return self.let(f"{name}({', '.join(of)})")

    # -- choices ----------------------------------------------------------------------------------------------------

    def compare(self, kind: str, a: str, b: str) -> str:
        return self.let(COMPARED[kind].format(a=a, b=b))

    def select(self, c: str, a: str, b: str) -> str:
        return self.let(f"{c} ? {a} : {b}")

    def _joined(self, name: str, a: str, b: str) -> str:
        return self.let(f"{a} {SIGNS[name]} {b}")

    def opposite(self, a: str) -> str:
        return self.let(f"!{a}")

    def any(self, a: str) -> str:
        return a

    # -- memory -----------------------------------------------------------------------------------------------------

    def load(self, pointer: str, place: str) -> str:
        return self.let(f"{pointer}[{place}]")

    def store(self, value: str, pointer: str, place: str) -> None:
        self.put(f"{pointer}[{place}] = {value};")

    def load_whole(self, pointer: str) -> str:
        return self.one_count(pointer, "0")

    def store_whole(self, value: str, pointer: str) -> None:
        self.put_count(value, pointer, "0")

    def room(self, size: int) -> str:
        name = self._name()
        self._variables.append(f"  double {name}[{size}];")
        return name

    def _declared(self, variable: Variable) -> str:
        return f"{variable.type} {variable.name};"

    def set(self, variable: Variable, value: str) -> None:
        self.put(f"{variable.name} = {value};")

    def get(self, variable: Variable) -> str:
        return self.let(variable.name)

    def update(self, variable: Variable, where: str, value: str) -> None:
        self.put(f"if ({where}) {variable.name} = {value};")

    # -- single numbers ---------------------------------------------------------------------------------------------

    def at(self, pointer: str, place: str) -> str:
        return f"({pointer} + {place})"

    def one(self, pointer: str, place: str) -> str:
        return self.load(pointer, place)

    def put_one(self, value: str, pointer: str, place: str) -> None:
        self.store(value, pointer, place)

    def one_count(self, pointer: str, place: str) -> str:
        return self.let(f"__double_as_longlong({pointer}[{place}])")

    def put_count(self, value: str, pointer: str, place: str) -> None:
        self.put(f"{pointer}[{place}] = __longlong_as_double({value});")

    def single(self, name: str, a: str, b: str) -> str:
        return self.exactly(name, a, b)

    def holds(self, kind: str, a: str, b: str) -> str:
        return self.compare(kind, a, b)

    def spread(self, a: str) -> str:
        return a

    # -- counts -----------------------------------------------------------------------------------------------------

    def counts(self, name: str, a: str, b: str) -> str:
        return self.let(f"{COUNT}({a}) {SIGNS[name]} {b}")

    def below(self, a: str, b: str) -> str:
        return self.let(f"{a} < {b}")

    def too(self, a: str, b: str) -> str:
        return self._joined("and", a, b)

    # -- ways -------------------------------------------------------------------------------------------------------

    def loop(self, turn: Callable[[], str]) -> None:
        self.put("for (;;) {")
        more = turn()
        self.put(f"if (!{more}) break;")
        self.put("}")

    def when(self, holds: str, then: Callable[[], None]) -> None:
        self.put(f"if ({holds}) {{")
        then()
        self.put("}")
