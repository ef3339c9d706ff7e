"""The layers of the package hold, and the check that says so can fail."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("importlinter") is None, reason="import-linter is not installed: pip install 'vrest[test]'"
)


def lint(tree: Path) -> subprocess.CompletedProcess:
    """Run the contracts of `tree/pyproject.toml` on the package in `tree/src`."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(command, check=False, cwd=tree, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def clean_copy(tmp_path_factory):
    """A copy of the package in which every layer exists."""
    tree = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", tree)
    shutil.copytree(ROOT / "src" / "vrest", tree / "src" / "vrest", ignore=shutil.ignore_patterns("__pycache__"))
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"][0]
    for layer in re.findall(r"\w+", " ".join(contract["layers"])):
        package = tree / "src" / "vrest" / layer
        if not package.with_suffix(".py").exists():
            package.mkdir(exist_ok=True)
            (package / "__init__.py").touch()
    return tree


def test_every_module_imports_only_from_layers_below_its_own():
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("laws/intruder.py", "vrest.engines"),
        ("views/intruder.py", "vrest.questions"),
        ("questions/intruder.py", "vrest.views"),
        ("questions/intruder.py", "vrest.cli"),
        ("questions/rest/intruder.py", "vrest.questions.steady"),
        ("exchange/intruder.py", "vrest.app"),
    ],
)
def test_an_import_against_the_order_is_found_and_named(clean_copy, module, forbidden):
    intruder = clean_copy / "src" / "vrest" / module
    intruder.write_text(f"def late():\n    import {forbidden}\n")
    try:
        outcome = lint(clean_copy)
    finally:
        intruder.unlink()
    assert outcome.returncode != 0
    assert "vrest." + module.removesuffix(".py").replace("/", ".") + f" -> {forbidden}" in outcome.stdout


def test_a_package_outside_the_layers_is_found(clean_copy):
    stray = clean_copy / "src" / "vrest" / "stray.py"
    stray.touch()
    try:
        outcome = lint(clean_copy)
    finally:
        stray.unlink()
    assert outcome.returncode != 0
    assert "stray" in outcome.stdout
