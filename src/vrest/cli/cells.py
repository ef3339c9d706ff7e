"""Commands about a described cell: rest, iv, check, cite, library."""

from __future__ import annotations

import argparse
from typing import Any

from ..description.cell import Cell, Value
from ..errors import InputError, Problem
from .output import answer, one_form, progress, write_json


def read_cell(arguments: argparse.Namespace) -> Cell:
    """The cell of a command with its --set options applied."""
    from ..description.load import load

    one_form(arguments)
    settings = _settings(arguments)
    cell = load(arguments.cell)
    return cell.replace(settings) if settings else cell


def _settings(arguments: argparse.Namespace) -> dict[str, str]:
    """The --set options; a path that is set twice is an error, as it cannot be said which was meant."""
    settings: dict[str, str] = {}
    over = getattr(arguments, "over", None)
    varied = _pair(over, "--over")[0] if over is not None else None
    for path, value in (_pair(text, "--set") for text in arguments.settings):
        if path in settings or path == varied:
            other = "--over varies" if path == varied else "--set sets"
            raise InputError(Problem(f"{other} {path} already", path=path, found=value, expected="each path once"))
        settings[path] = value
    return settings


def _pair(text: str, option: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not path.strip() or not value.strip():
        raise InputError(Problem(f"{option} takes PATH=VALUE", found=text or "nothing", expected='such as outside.K="8 mM"'))
    return path.strip(), value.strip()


def rest(arguments: argparse.Namespace) -> None:
    cell = read_cell(arguments)
    if arguments.over is not None:
        from ..questions.rest.over import rest_over

        path, span = _pair(arguments.over, "--over")
        answer(rest_over(cell, path, span, progress), arguments)
        return
    from ..questions.rest.rest import rest as analysis

    answer(analysis(cell), arguments)


def iv(arguments: argparse.Namespace) -> None:
    from ..questions.rest.iv import iv as analysis
    from ..units import from_unit
    from ..units.span import parse_span

    cell = read_cell(arguments)
    potentials = None
    if arguments.span is not None:
        span = parse_span(arguments.span, "V")
        potentials = from_unit(span.values, span.unit)
    answer(analysis(cell, potentials), arguments)


def check(arguments: argparse.Namespace) -> None:
    """Loading is the check; what is left is to say what the cell holds."""
    from ..views.description import check_csv, check_text

    cell = read_cell(arguments)
    if arguments.json:
        write_json(_checked(cell))
    elif arguments.csv:
        print(check_csv(cell), end="")
    else:
        print(check_text(cell))


def _checked(cell: Cell) -> dict[str, Any]:
    from ..description.derive import Derivation
    from ..questions.state.balance import neutrality

    return {
        "cell": cell.name,
        "title": cell.title,
        "valid": True,
        "temperature_K": cell.temperature.si,
        "paths": {path: _value(value) for path, value in cell.settable.items()},
        "neutrality_mM": neutrality(cell, Derivation(cell).numbers()),
        "sources": list(cell.sources),
    }


def _value(value: Value) -> dict[str, Any]:
    from ..description.check import in_bench_units

    return {
        "value": in_bench_units(value),
        "si": value.si,
        "range_si": list(value.range) if value.range else None,
        "source": value.source,
        "certainty": value.certainty,
        "note": value.note,
    }


def cite(arguments: argparse.Namespace) -> None:
    from ..description.bibliography import references
    from ..views.description import cite_csv, cite_text

    cell = read_cell(arguments)
    found = references(cell)
    if arguments.json:
        write_json({"cell": cell.name, "references": [reference.to_dict() for reference in found]})
    elif arguments.csv:
        print(cite_csv(found), end="")
    else:
        print(cite_text(cell, found))


def library(arguments: argparse.Namespace) -> None:
    from ..description.load import source_of

    one_form(arguments)
    if arguments.action == "show":
        if arguments.name is None:
            raise InputError(
                Problem(
                    "`vrest library show` needs the name of a cell", found="nothing", expected="a name that `vrest library` lists"
                )
            )
        if arguments.csv:
            raise InputError(Problem("a description has no form as CSV", found="--csv", expected="--json, or neither"))
        text = source_of(_known(arguments.name)).text
        write_json({"cell": arguments.name, "yaml": text}) if arguments.json else print(text, end="")
        return
    if arguments.name is not None:
        raise InputError(Problem("`vrest library list` takes no name", found=arguments.name, expected="vrest library show NAME"))
    _list_library(arguments)


def _known(name: str) -> str:
    from ..description.load import library_names
    from ..errors import nearest

    names = library_names()
    if name in names:
        return name
    raise InputError(
        Problem(
            "the library has no such cell",
            found=name,
            expected="a name that `vrest library` lists",
            suggestion=nearest(name, names),
        )
    )


def _list_library(arguments: argparse.Namespace) -> None:
    from ..description.load import library_names, load
    from ..results.base import bench
    from ..views.description import library_csv, library_text

    cells = [load(name) for name in library_names()]
    if arguments.json:
        bands = {cell.name: [bench(cell.band.low.si, "mV"), bench(cell.band.high.si, "mV")] for cell in cells if cell.band}
        write_json(
            {"cells": [{"cell": c.name, "title": c.title, "organism": c.organism, "band_mV": bands.get(c.name)} for c in cells]}
        )
    else:
        print(library_csv(cells) if arguments.csv else library_text(cells), end="")
