"""Names that formulas of tests know, with their dimensions."""

from vrest.units import DIMENSIONLESS, dimension_of

NAMES = {
    "V": dimension_of("V"),
    "E_K": dimension_of("V"),
    "c_in_K": dimension_of("mM"),
    "c_out_K": dimension_of("mM"),
    "T": dimension_of("K"),
    "t": dimension_of("s"),
    "n": DIMENSIONLESS,
    "m": dimension_of("m"),
}
