"""What tests ask of any answer: the command line's, strict JSON, whole tables, a reason for each null; and a library that is not there."""

import builtins
import csv
import io
import json

from vrest.cli.main import main


def run(capsys, *words):
    """Exit code, stdout and stderr of a command."""
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def from_json(text):
    """What a text of JSON says, which knows no NaN and no Infinity."""

    def refuse(constant):
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def rows_of_a_whole_table(text):
    """The rows of a CSV whose headings differ and which has as many fields in each row."""
    head, *rows = csv.reader(io.StringIO(text))
    assert len(set(head)) == len(head)
    assert rows
    assert all(len(row) == len(head) for row in rows)
    return rows


# -- nulls ------------------------------------------------------------------------------------------------------------


def nulls(value, path="", without=("refused",)):
    """Paths of all nulls in an answer, but for what stands below some keys."""
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in without:
                yield from nulls(inner, f"{path}.{key}" if path else key, without)
    elif isinstance(value, list):
        for k, inner in enumerate(value):
            yield from nulls(inner, f"{path}.{k}", without)


def empties(value, path=""):
    """Paths of all empty mappings in an answer."""
    if value == {}:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from empties(inner, f"{path}.{key}" if path else key)


def unexplained(answer, without=("refused",)):
    """Nulls without a refusal whose path is theirs or a part of it; an exchange `with` nothing has a reservoir, or is a reaction."""
    refused, absent = answer["refused"], [path for path in nulls(answer, without=without) if not path.endswith(".with")]
    return [path for path in absent if not any(path == r or path.startswith(r + ".") for r in refused)]


def pointless(answer, without=("refused",)):
    """Refusals that point at nothing in the answer, or at what holds nothing null (unless it is empty)."""
    absent = [*nulls(answer, without=without), *empties(answer)]
    return [r for r in answer["refused"] if not any(path == r or path.startswith(r + ".") for path in absent)]


# -- libraries --------------------------------------------------------------------------------------------------------


def take_away(monkeypatch, library):
    """Let a library be one that is not installed."""
    real = builtins.__import__

    def without(name, *args, **more):
        if name.partition(".")[0] == library:
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
