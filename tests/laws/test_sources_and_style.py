"""Each law says what STYLE asks for, names sources that exist, and its example runs."""

import doctest
import importlib
import inspect
import pkgutil
import re
import tomllib
from importlib.resources import files

import pytest

import vrest.laws

MODULES = [module.name for module in pkgutil.iter_modules(vrest.laws.__path__) if not module.name.startswith("_")]
PARTS = ("Returns", "Assumes", "Limits", "Numerics", "Errors", "Source")


def module_of(name):
    return importlib.import_module(f"vrest.laws.{name}")


def laws():
    for name in MODULES:
        module = module_of(name)
        for law_name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not law_name.startswith("_"):
                yield pytest.param(function, id=f"{name}.{law_name}")


LAWS = list(laws())


def keys_of(file):
    return set(tomllib.loads((files("vrest") / "data" / file).read_text("utf-8")))


def section(function, title):
    return re.search(rf"^(?! )[^>\n]*\b{title}[^:\n]*:(.*)$", inspect.getdoc(function), re.MULTILINE)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_law_run(name):
    result = doctest.testmod(module_of(name))
    assert result.attempted > 0 == result.failed


@pytest.mark.parametrize("function", LAWS)
def test_a_law_states_equation_arguments_returns_assumptions_limits_numerics_errors_and_an_example(function):
    assert ".. math::" in function.__doc__
    assert "Arguments" in function.__doc__
    for title in PARTS:
        assert section(function, title), title
    assert ">>> " in function.__doc__


@pytest.mark.parametrize("function", LAWS)
def test_the_sources_of_a_law_are_in_the_bibliography(function):
    keys = set(section(function, "Source").group(1).replace(" ", "").split(";"))
    assert keys <= keys_of("bibliography.toml") | keys_of("laws_bibliography.toml")


@pytest.mark.parametrize("function", LAWS)
def test_arguments_keep_the_order_V_P_z_inside_outside_T(function):
    order = ("V_m", "P", "z", "c_in", "c_out", "T")
    required = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    names = [name for name in required if name in order]
    assert names == [name for name in order if name in names]


def test_the_bibliography_of_the_laws_repeats_nothing():
    assert not keys_of("laws_bibliography.toml") & keys_of("bibliography.toml")
