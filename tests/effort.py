"""Which cases of a test every run has, and which only the whole one."""

from collections.abc import Callable, Iterable

import pytest


def slow_unless(often: Callable[..., bool], cases: Iterable) -> list:
    """The cases of a parametrization; those of which `often` is not true are marked slow."""
    return [case if often(*_values(case)) else pytest.param(*_values(case), marks=pytest.mark.slow) for case in cases]


def _values(case) -> tuple:
    return case if isinstance(case, tuple) else (case,)
