"""What `vrest.` offers: the questions first, every law in `vrest.laws`, the older names where they were; nothing loaded before it is used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import vrest

QUESTIONS = {
    "rest",
    "steady",
    "donnan",
    "explain",
    "iv",
    "branches",
    "tune",
    "simulate",
    "excite",
    "rest_over",
    "sweep",
    "sensitivity",
    "uncertain",
    "fit",
    "prepare",
    "load",
}
RESULTS = {
    "RestResult",
    "SteadyResult",
    "SimulationResult",
    "ExciteResult",
    "DonnanResult",
    "ExplainResult",
    "IvResult",
    "OverResult",
    "SweepResult",
    "CourseSensitivityResult",
    "SensitivityResult",
    "UncertainResult",
    "FitResult",
}
OLDER = {"steady_state", "explain_cell"}
"""Names that stay, but are not listed."""
ERRORS = {"VrestError", "InputError", "NoAnswerError", "MissingExtraError"}


def test_the_questions_results_errors_and_laws_are_listed():
    listed = set(dir(vrest))
    assert QUESTIONS | RESULTS | ERRORS | {"laws", "Cell", "Protocol", "Prepared", "Certificate", "Unknown"} <= listed
    assert not listed & set(dir(vrest.laws))
    assert len(listed) < 60


@pytest.mark.parametrize("name", dir(vrest))
def test_every_listed_name_is_there_and_says_what_it_is(name):
    assert getattr(vrest, name).__doc__


def test_the_laws_are_in_their_place_and_where_they_were():
    assert "nernst_potential" in dir(vrest.laws)
    for name in dir(vrest.laws):
        assert getattr(vrest, name) is getattr(vrest.laws, name)


def test_a_star_brings_the_questions_and_the_laws():
    names = {}
    exec("from vrest import *", names)
    assert {*dir(vrest), *OLDER, *dir(vrest.laws)} <= set(names)


@pytest.mark.parametrize(("word", "meant"), [("steady_stat", "steady_state"), ("nernst_potentail", "nernst_potential")])
def test_a_mistyped_name_has_its_nearest(word, meant):
    with pytest.raises(AttributeError, match=f"did you mean '{meant}'"):
        getattr(vrest, word)
    if meant in dir(vrest.laws):
        with pytest.raises(AttributeError, match=f"there is no law '{word}'; did you mean '{meant}'"):
            getattr(vrest.laws, word)


def named_in(stub):
    """The names that a file of types holds."""
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname for alias in node.names)
        elif isinstance(node, ast.Assign):
            yield node.targets[0].id


def test_type_checkers_and_editors_see_the_same_names():
    package = Path(vrest.__file__).parent
    assert sorted(named_in(package / "__init__.pyi")) == sorted([*dir(vrest), *OLDER, *dir(vrest.laws)])
    assert sorted(named_in(package / "laws" / "__init__.pyi")) == sorted(dir(vrest.laws))


def test_to_import_vrest_loads_nothing_else():
    code = "import sys; import vrest; dir(vrest); print([name for name in sys.modules if name.startswith(('vrest.', 'numpy', 'casadi'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_laws_load_neither_numpy_nor_pint_before_they_are_needed():
    code = "import sys, vrest; vrest.laws.ghk_voltage([1.0], [1], [140.0], [5.0], 310.0); print({'numpy', 'pint', 'casadi'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
