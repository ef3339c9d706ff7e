"""What may be handed in as a file: nothing of it may hang, be read whole when it is huge, or end in anything but words."""

import os
import time
from pathlib import Path

import pytest

import vrest

ROOT = Path(__file__).resolve().parents[2]


def problem_of(target):
    start = time.process_time()
    with pytest.raises(vrest.InputError) as caught:
        vrest.load(target)
    assert time.process_time() - start < 2
    assert caught.value.exit_code == 2
    (problem,) = caught.value.problems
    assert "Traceback" not in str(caught.value)
    return problem


TEXTS = {
    "empty": ("", "the description is empty", None, None),
    "only comments": ("# nothing\n\n", "the description is empty", None, None),
    "a word": ("hello\n", "a description is a mapping of keys to values", (1, 1), "hello"),
    "a list": ("- cell: a\n", "a description is a mapping of keys to values", (1, 1), "a list of 1"),
    "tab": ("cell: a\nions:\n\tK: {inside: 1 mM}\n", "not valid YAML: a tab stands here; YAML indents with spaces", (3, 1), None),
    "two documents": ("cell: a\n---\ncell: b\n", "a second document in one file", (2, 1), None),
    "anchor": ("cell: &a x\n", "an anchor (&name) is not allowed in a description", (1, 7), None),
    "alias": ("cell: *a\n", "an alias (*name) is not allowed in a description", (1, 7), None),
    "tag": ("cell: !!python/object:os.system x\n", "a tag (!name) is not allowed in a description", (1, 7), None),
    "brace": (
        "cell: a\nions: {K: {inside: 1 mM}\n",
        "not valid YAML: a { is not closed, or a comma is missing inside it",
        (2, 7),
        None,
    ),
    "bracket": ("cell: [a\n", "not valid YAML: a [ is not closed, or a comma is missing inside it", (1, 7), None),
    "one brace too many": ("cell: a\nions: {K: {inside: 1 mM}}}\n", "not valid YAML: a } without its {", (2, 26), None),
    "one bracket too many": ("cell: [a]]\n", "not valid YAML: a ] without its [", (1, 10), None),
    "quote": ("cell: 'a\nb: 2\n", "not valid YAML: a quote is not closed", (1, 7), None),
    "indent": (
        "cell: a\nions:\n  K: 1\n Na: 2\n",
        "not valid YAML: the indentation of this line does not fit the lines above",
        (4, 2),
        None,
    ),
    "two colons": (
        "cell: a: b\n",
        "not valid YAML: a ': ' cannot stand here: check the indentation, and quote a text that holds a colon",
        (1, 8),
        None,
    ),
    "no colon": ("cell: a\ntemperature\n", "not valid YAML: a key needs ': ' and a value", (2, 1), None),
    "no space": ("cell: a\ntemperature:310 K\n", "not valid YAML: a key needs ': ' and a value", (2, 1), None),
    "at sign": ("cell: @a\n", "not valid YAML: a value cannot begin with this character; write the text in quotes", (1, 7), None),
    "control character": ("cell: a\x07\n", "a character that YAML does not allow", (1, 8), "U+0007"),
    "deep": ("{" * 5000, "nested more than 32 deep", (1, 33), None),
    "deep list": ("[" * 100_000, "nested more than 32 deep", (1, 33), None),
    "many values": ("a: [" + "1," * 30_000 + "]\n", "more than 20000 values in one description", None, None),
    "long key": ("? " + "k" * 200_000 + "\n: 1\n", None, None, None),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_text_that_is_no_description_says_why_and_where(tmp_path, case):
    text, message, place, found = TEXTS[case]
    path = tmp_path / "cell.yaml"
    path.write_text(text, encoding="utf-8")
    if message is None:
        with pytest.raises(vrest.InputError) as caught:
            vrest.load(path)
        assert len(str(caught.value)) < 2000
        return
    problem = problem_of(path)
    assert problem.message == message
    assert problem.file == str(path)
    assert place is None or (problem.line, problem.column) == place
    assert found is None or problem.found == found


def test_a_bomb_of_aliases_is_refused_before_it_is_built(tmp_path):
    path = tmp_path / "bomb.yaml"
    levels = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    path.write_text("\n".join(levels))
    assert problem_of(path).message == "an anchor (&name) is not allowed in a description"


def test_a_huge_file_is_not_read_whole(tmp_path):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as handle:
        handle.truncate(100 * 2**20)
    problem = problem_of(path)
    assert problem.message == "the file is larger than 256 kB; a description is not"
    assert problem.expected == "at most 256000 bytes"


def test_a_binary_file_and_one_in_another_encoding(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_bytes(b"\x7fELF\0\0\1")
    assert problem_of(path).message == "this is a binary file, not a description"
    path.write_bytes("cell: a\ntitle: Z\N{LATIN SMALL LETTER U WITH DIAERESIS}rich\n".encode("latin-1"))
    problem = problem_of(path)
    assert (problem.message, problem.line, problem.column) == ("the file is not UTF-8 text", 2, 9)
    assert problem.found == "byte 0xfc"
    path.write_bytes("cell: a\n".encode("utf-32"))
    assert problem_of(path).message == "this is a binary file, not a description"


def test_what_is_no_file(tmp_path):
    problem = problem_of(tmp_path)
    assert (problem.message, problem.file) == ("this is a directory, not a description file", str(tmp_path))
    problem = problem_of(tmp_path / "missing.yaml")
    assert problem.message == "there is no such file"
    beside = tmp_path / "my-cell.yaml"
    beside.write_text("cell: a\n", encoding="utf-8")
    assert problem_of(tmp_path / "my-cell.yml").suggestion == str(beside)
    assert problem_of("/dev/zero").message == "this is not a regular file"
    assert problem_of("squid-axn").suggestion == "squid-axon"
    assert problem_of("squid-axn").message == "'squid-axn' is neither a cell of the library nor a file"
    assert problem_of("").message.endswith("is neither a cell of the library nor a file")
    assert problem_of("a\0b").message.startswith("cannot read the description")
    assert len(problem_of("x" * 5000).message) < 200


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_text("cell: a\n")
    path.chmod(0)
    assert problem_of(path).message == "cannot read the description: permission denied"


@pytest.mark.parametrize(
    "description",
    [{}, [], None, 5, "cell: a", {"cell": float("nan")}, {"cell": "a", "temperature": None, "ions": {}}, {1: {2: {3: object()}}}],
    ids=lambda value: repr(value).split(" object at ")[0],
)
def test_what_is_no_description_in_python(description):
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(description)
    assert str(caught.value)


def test_python_objects_that_are_no_quantities():
    import numpy as np

    def potassium(value):
        return {"cell": "a", "temperature": "310 K", "ions": {"K": {"inside": value, "outside": "5 mM", "permeability": 1}}}

    for value in (np.array([1.0, 2.0]), object(), True, 10**5000, float("inf"), {1, 2}, b"5 mM", 3 + 4j):
        with pytest.raises(vrest.InputError) as caught:
            vrest.from_dict(potassium(value))
        assert caught.value.problems[0].path == "inside.K"
        assert len(str(caught.value)) < 1000
    nested = {}
    nested["ions"] = nested
    with pytest.raises(vrest.InputError, match="nested more than 32 deep"):
        vrest.from_dict(nested)


def test_a_protocol_is_no_cell_and_a_cell_no_protocol(tmp_path):
    protocol = tmp_path / "wash.yaml"
    protocol.write_text("protocol: wash\nuntil: 1 min\n", encoding="utf-8")
    assert problem_of(protocol).message == "this is a protocol, not a cell"
    cell = vrest.load("textbook-neuron")
    with pytest.raises(vrest.InputError) as caught:
        vrest.protocol_from({"cell": "a", "protocol": "b", "until": "1 min"}, cell)
    assert "a protocol has no key 'cell'" in str(caught.value)
    described = tmp_path / "cell.yaml"
    described.write_text("cell: a\ntemperature: 310 K\n", encoding="utf-8")
    with pytest.raises(vrest.InputError) as caught:
        vrest.load_protocol(described, cell)
    (problem,) = caught.value.problems
    assert problem.message == "this is a cell, not a protocol"
