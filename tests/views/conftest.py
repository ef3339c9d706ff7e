"""Answers that the tests of the views look at, each computed once."""

from functools import cache
from pathlib import Path

import pytest

import vrest

ROOT = Path(__file__).resolve().parents[2]
CELLS = [*vrest.library_names(), "pump-leak-cell"]


@cache
def _rest(name):
    return vrest.rest(_load(name))


@cache
def _iv(name):
    return vrest.iv(_load(name))


@cache
def _over(name, path, span):
    return vrest.rest_over(_load(name), path, span)


def _load(name):
    return vrest.load(str(ROOT / "examples" / "pump-leak-cell.yaml") if name == "pump-leak-cell" else name)


@pytest.fixture(scope="session")
def rest():
    """The answer to `rest` for a cell by name."""
    return _rest


@pytest.fixture(scope="session")
def iv():
    """The answer to `iv` for a cell by name."""
    return _iv


@pytest.fixture(scope="session")
def over():
    """The answer to `rest_over` for a cell, a path and a span."""
    return _over
