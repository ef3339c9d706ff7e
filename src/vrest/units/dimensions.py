"""What a number measures: dimensions with the words a person uses for them, units, quantities; and what is none of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import InputError, Problem
from .table import Ratio

BASES = ("m", "kg", "s", "A", "K", "mol")

# exponents: (word, SI symbol, example as the bench writes it)
_NAMED: dict[tuple[int, ...], tuple[str, str, str]] = {
    (0, 0, 0, 0, 0, 0): ("plain number", "1", "0.8"),
    (2, 1, -3, -1, 0, 0): ("potential", "V", "-65 mV"),
    (-3, 0, 0, 0, 0, 1): ("concentration", "mol/m^3", "5 mM"),
    (0, 0, 0, 0, 1, 0): ("temperature", "K", "310 K or 37 degC"),
    (1, 0, 0, 0, 0, 0): ("length", "m", "20 um"),
    (2, 0, 0, 0, 0, 0): ("area", "m^2", "1000 um^2"),
    (3, 0, 0, 0, 0, 0): ("volume", "m^3", "4.2 pL"),
    (0, 0, 1, 0, 0, 0): ("time", "s", "10 ms"),
    (0, 0, -1, 0, 0, 0): ("rate", "1/s", "2 1/s"),
    (0, 1, 0, 0, 0, 0): ("mass", "kg", "1 mg"),
    (0, 0, 0, 0, 0, 1): ("amount", "mol", "20 fmol"),
    (0, 0, -1, 0, 0, 1): ("amount per time", "mol/s", "1 fmol/s"),
    (1, 0, -1, 0, 0, 0): ("permeability", "m/s", "1e-8 m/s"),
    (-2, 0, -1, 0, 0, 1): ("flux density", "mol/m^2/s", "1e-7 mol/m^2/s"),
    (-3, 0, -1, 0, 0, 1): ("concentration per time", "mol/m^3/s", "1 mM/s"),
    (0, 0, 0, 1, 0, 0): ("current", "A", "50 pA"),
    (-2, 0, 0, 1, 0, 0): ("current density", "A/m^2", "2 uA/cm^2"),
    (0, 0, 1, 1, 0, 0): ("charge", "C", "1 pC"),
    (-2, 0, 1, 1, 0, 0): ("surface charge", "C/m^2", "0.05 C/m^2"),
    (-2, -1, 4, 2, 0, 0): ("capacitance", "F", "20 pF"),
    (-4, -1, 4, 2, 0, 0): ("capacitance per area", "F/m^2", "1 uF/cm^2"),
    (-2, -1, 3, 2, 0, 0): ("conductance", "S", "5 nS"),
    (-4, -1, 3, 2, 0, 0): ("conductance per area", "S/m^2", "0.3 mS/cm^2"),
    (-3, -1, 3, 2, 0, 0): ("conductivity", "S/m", "1.5 S/m"),
    (2, 1, -3, -2, 0, 0): ("resistance", "ohm", "100 Mohm"),
    (4, 1, -3, -2, 0, 0): ("specific resistance", "ohm m^2", "10 kohm cm^2"),
    (3, 1, -3, -2, 0, 0): ("resistivity", "ohm m", "100 ohm cm"),
    (2, 1, -2, 0, 0, 0): ("energy", "J", "1 pJ"),
    (2, 1, -3, 0, 0, 0): ("power", "W", "1 pW"),
    (2, 1, -2, 0, 0, -1): ("molar energy", "J/mol", "-50 kJ/mol"),
    (-1, 1, -2, 0, 0, 0): ("pressure", "Pa", "0.5 MPa"),
    (2, -1, 1, 0, 0, 0): ("hydraulic conductivity", "m/s/Pa", "1e-13 m/s/Pa"),
    (2, 0, -1, 0, 0, 0): ("diffusion coefficient", "m^2/s", "2e-9 m^2/s"),
    (1, 1, -2, 0, 0, 0): ("force", "N", "1 nN"),
    (0, 1, -2, 0, 0, 0): ("force per length", "N/m", "1 mN/m"),
    (1, 1, -3, -1, 0, 0): ("electric field", "V/m", "1e7 V/m"),
    (2, 1, -4, -1, 0, 0): ("potential per time", "V/s", "1 V/s"),
    (0, 0, 1, 1, 0, -1): ("charge per amount", "C/mol", "96485 C/mol"),
    (2, 1, -2, 0, -1, -1): ("molar entropy", "J/(mol K)", "8.314 J/(mol K)"),
    (3, 0, 0, 0, 0, -1): ("inverse concentration", "m^3/mol", "0.1 1/mM"),
    (3, 0, -1, 0, 0, 0): ("volume per time", "m^3/s", "1 fL/s"),
}


class Dimension(tuple):
    """Exponents over (m, kg, s, A, K, mol): whole numbers for every unit, fractions only as results of formula arithmetic.

    Dimensions multiply, divide and take powers as the quantities do; equal dimensions are equal objects for `==` and `hash`.
    `str()` gives the word and the SI unit, as in `concentration (mol/m^3)`, or the bare unit where no word is known.
    """

    __slots__ = ()

    def __mul__(self, other: Dimension) -> Dimension:  # type: ignore[override]
        return Dimension(a + b for a, b in zip(self, other, strict=True))

    def __truediv__(self, other: Dimension) -> Dimension:
        return Dimension(a - b for a, b in zip(self, other, strict=True))

    def __pow__(self, power: Any) -> Dimension:
        """The power, which is an int, a float or a Fraction; a float counts as the decimal number that it prints."""
        if isinstance(power, float):
            power = int(power) if power.is_integer() else _fraction(power)
        return Dimension(_whole(a * power) for a in self)

    @property
    def exponents(self) -> tuple[Any, ...]:
        """The exponents of m, kg, s, A, K, mol."""
        return tuple(self)

    @property
    def name(self) -> str | None:
        """The word for it (`concentration`), or None."""
        known = _NAMED.get(self)
        return known[0] if known else None

    @property
    def symbol(self) -> str:
        """Its SI unit (`mol/m^3`, `m^2 kg`); `1` for a plain number."""
        known = _NAMED.get(self)
        if known:
            return known[1]
        return " ".join(base + _written(n) for base, n in zip(BASES, self, strict=True) if n)

    @property
    def example(self) -> str | None:
        """A value as the bench writes it (`5 mM`), or None where no word is known."""
        known = _NAMED.get(self)
        return known[2] if known else None

    @property
    def noun(self) -> str:
        """What a value of it is, with the article: `a concentration`, `a quantity in m^2 kg`."""
        name = self.name
        if name is None:
            return f"a quantity in {self.symbol}"
        return ("an " if name[0] in "aeio" else "a ") + name

    def __str__(self) -> str:
        if self == DIMENSIONLESS:
            return "plain number"
        return f"{self.name} ({self.symbol})" if self.name else self.symbol

    def __repr__(self) -> str:
        return f"Dimension({self.symbol})"


DIMENSIONLESS = Dimension((0, 0, 0, 0, 0, 0))


def _fraction(power: float) -> Any:
    from fractions import Fraction  # 4 ms, and only a fractional power of a formula needs it

    return Fraction(repr(power))


def _whole(exponent: Any) -> Any:
    return int(exponent) if exponent == int(exponent) else exponent


def _written(exponent: Any) -> str:
    if exponent == 1:
        return ""
    return f"^{exponent}" if isinstance(exponent, int) else f"^({exponent})"


class Unit:
    """A unit as read: its exact scale to SI, its dimension, and whether it is degrees Celsius.

    No dataclass, which would cost 1 ms at import.
    """

    __slots__ = ("celsius", "dimension", "scale")

    def __init__(self, scale: Ratio, dimension: Dimension, celsius: bool = False) -> None:
        self.scale = scale
        self.dimension = dimension
        self.celsius = celsius


@dataclass(frozen=True)
class Quantity:
    """A value in SI with its dimension, and the text that it was read from."""

    value: float
    dimension: Dimension
    text: str


class Malformed(Exception):
    """A text that is no unit: the reason for a person, and the unknown name where that is the reason."""

    def __init__(self, reason: str, name: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name


class UnitError(InputError):
    """A value or unit cannot be understood, or is of the wrong dimension. It holds exactly one `problem`."""

    @property
    def problem(self) -> Problem:
        """The problem, for a caller that adds a place to it: `InputError(error.problem.at(file=..., line=...))`."""
        return self.problems[0]
