"""Text to SI and back: the only module that knows mV and mM."""

from .dimensions import DIMENSIONLESS, Dimension, Quantity, UnitError
from .grammar import is_pH, unit_text
from .quantities import (
    celsius_hint,
    dimension_of,
    expected_words,
    format_quantity,
    from_unit,
    in_one_text,
    in_si,
    is_pair,
    parse_quantity,
    put_in_si,
    quantity_from,
    to_unit,
)
from .table import BENCH


def known_units() -> tuple[str, ...]:
    """The bench units for near misses and the reference; SI prefixes make more of them."""
    return BENCH


__all__ = [
    "DIMENSIONLESS",
    "Dimension",
    "Quantity",
    "UnitError",
    "celsius_hint",
    "dimension_of",
    "expected_words",
    "format_quantity",
    "from_unit",
    "in_one_text",
    "in_si",
    "is_pH",
    "is_pair",
    "known_units",
    "parse_quantity",
    "put_in_si",
    "quantity_from",
    "to_unit",
    "unit_text",
]
