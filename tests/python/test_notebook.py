"""In a Jupyter kernel and in IPython: the same text everywhere, no displays beside, tables as HTML, names under TAB."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import vrest

SOURCE = Path(vrest.__file__).parents[1]
SURROUNDINGS = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])}
CELLS = [
    "import vrest\nresult = vrest.rest('textbook-neuron')",
    "print(result)",
    "result",
    "f'{result}' == str(result) and str(result).splitlines()[0]",
    "vrest.load('textbook-neuron')",
    "result.certificate",
    "vrest.load_protocol('pump-block', 'mammalian-neuron')",
    "vrest.rest_over('textbook-neuron', 'outside.K', [2, 4, 8])",
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each cell of a notebook shows, run by a kernel."""
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    pytest.importorskip("nbconvert")
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    nbformat.write(notebook, folder / "in.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--output", "out.ipynb", "in.ipynb"]
    subprocess.run(command, cwd=folder, env=SURROUNDINGS, check=True, capture_output=True)
    return [cell["outputs"] for cell in json.loads((folder / "out.ipynb").read_text("utf-8"))["cells"]]


def test_a_printed_answer_is_one_text_in_a_notebook(outputs):
    (printed,) = outputs[1]
    assert "".join(printed["text"]).rstrip("\n") == str(vrest.rest("textbook-neuron"))


def test_a_text_has_no_displays_beside_it(outputs):
    (value,) = outputs[3]
    assert value["data"]["text/plain"] == [repr(str(vrest.rest("textbook-neuron")).splitlines()[0])]


@pytest.mark.parametrize("k", [2, 4, 5, 6, 7])
def test_an_object_is_a_table_in_a_notebook_and_one_line_elsewhere(outputs, k):
    (value,) = outputs[k]
    assert "".join(value["data"]["text/html"]).startswith('<div class="vrest">')
    assert len(value["data"]["text/plain"]) == 1


COMPLETED = """
import vrest
from IPython.core.completer import provisionalcompleter
with provisionalcompleter():
    print([one.text for one in get_ipython().Completer.completions("vrest.", 6)])
"""


def in_ipython(code):
    pytest.importorskip("IPython")
    command = [sys.executable, "-m", "IPython", "--colors=NoColor", "--no-banner", "--simple-prompt", "-c", code]
    return subprocess.run(command, env=SURROUNDINGS, check=True, capture_output=True, text=True).stdout


def test_ipython_shows_one_line_and_completes_the_questions(tmp_path, monkeypatch):
    monkeypatch.setitem(SURROUNDINGS, "IPYTHONDIR", str(tmp_path))
    shown = in_ipython("import vrest; display(vrest.load('textbook-neuron')); print(vrest.rest('textbook-neuron'))")
    assert shown.splitlines()[0] == repr(vrest.load("textbook-neuron"))
    assert str(vrest.rest("textbook-neuron")) in shown
    found = in_ipython(COMPLETED)
    assert "steady" in found
    assert "nernst_potential" not in found
