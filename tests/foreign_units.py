"""Units of pint in a registry that is not vrest's own, made once for all tests: reading their definitions takes a third of a second."""

import pytest

units = pytest.importorskip("pint").UnitRegistry()
