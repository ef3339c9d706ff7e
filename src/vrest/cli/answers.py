"""What the commands about cells answer."""

from __future__ import annotations

import argparse
import os
import signal
from contextlib import suppress
from typing import Any

from ..description.cell import Cell, Value
from ..errors import InputError, Problem, nearest
from .output import Plain, progress, write, wrote

PORTS = 65_535

# -- what is asked of which cell ----------------------------------------------------------------------------------


def read_cell(arguments: argparse.Namespace) -> Cell:
    """The cell of a command with its --set options applied."""
    from ..description.library import load

    settings = _settings(arguments)
    cell = load(arguments.cell)
    return cell.replace(settings) if settings else cell


def _settings(arguments: argparse.Namespace) -> dict[str, str]:
    """The --set options; a path that is set twice is an error, as it cannot be said which was meant."""
    settings: dict[str, str] = {}
    varied = _varied(arguments)
    for path, value in (pair(text, "--set") for text in arguments.settings):
        if path in settings or path in varied:
            other = "--over varies" if path in varied else "--set sets"
            raise InputError(Problem(f"{other} {path} already", path=path, found=value, expected="each path once"))
        settings[path] = value
    return settings


def _varied(arguments: argparse.Namespace) -> list[str]:
    """The paths of the --over options; one that is varied twice is an error too."""
    given = getattr(arguments, "over", None) or []
    paths = [pair(text, "--over")[0] for text in ([given] if isinstance(given, str) else given)]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise InputError(Problem(f"--over varies {twice} twice", path=twice, expected="each path once"))
    return paths


def pair(text: str, option: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not path.strip() or not value.strip():
        raise InputError(Problem(f"{option} takes PATH=VALUE", found=text or "nothing", expected='such as outside.K="8 mM"'))
    return path.strip(), value.strip()


# -- questions ----------------------------------------------------------------------------------------------------


def rest(arguments: argparse.Namespace) -> Any:
    cell = read_cell(arguments)
    if arguments.over is not None:
        from ..questions.rest.over import rest_over

        return rest_over(cell, *pair(arguments.over, "--over"), lambda k, n: progress(f"{k} of {n}", k == n))
    from ..questions.rest import rest as question

    return question.rest(cell)


def iv(arguments: argparse.Namespace) -> Any:
    from ..questions.rest.iv import iv as question

    return question(read_cell(arguments), arguments.span)


def steady(arguments: argparse.Namespace) -> Any:
    from ..questions.steady.steady_state import steady_state

    return steady_state(read_cell(arguments))


def explain(arguments: argparse.Namespace) -> Any:
    from ..questions.steady.explain import explain_cell

    return explain_cell(read_cell(arguments))


def donnan(arguments: argparse.Namespace) -> Any:
    """Of a described cell, or the calculator where concentrations are given instead."""
    options = {"outside": arguments.outside, "fixed": arguments.c_X, "valence": arguments.z_X}
    given = [name for name, value in options.items() if value]
    expected = "a CELL, or --out, --fixed and --valence"
    if arguments.cell is not None and given:
        raise InputError(Problem("a CELL and concentrations are two questions", found=arguments.cell, expected=expected))
    if arguments.cell is not None:
        from ..questions.steady.donnan import donnan as question

        return question(read_cell(arguments))
    if len(given) < len(options):
        found = ", ".join(given) or "nothing"
        raise InputError(Problem(f"`vrest donnan` needs {expected}", found=found, expected="see `vrest donnan --help`"))
    from .calculators import donnan as calculator

    return calculator(arguments)


def branches(arguments: argparse.Namespace) -> Any:
    from ..questions.steady.branches import branches as question

    path, span = pair(arguments.over, "--over")
    return question(read_cell(arguments), path, span, arguments.of)


def tune(arguments: argparse.Namespace) -> Any:
    from ..questions.tune.tune import tune as question
    from ..views.files import text

    cell = read_cell(arguments)
    result = question(cell, arguments.free, _held(arguments.voltage or []))
    if arguments.output:
        text(arguments.output, result.tuned.to_yaml())
        wrote(arguments.output)
    return result


def _held(voltages: list[str]) -> dict[str, str]:
    """Potentials by membrane, or by V where none is named; one that is named twice is an error."""
    held: dict[str, str] = {}
    for text in voltages:
        name, equals, value = text.rpartition("=")
        key = name.strip() if equals else "V"
        if key in held:
            raise InputError(Problem(f"--voltage holds {key} already", found=text, expected="each membrane once"))
        held[key] = value.strip()
    return held


# -- simulate -----------------------------------------------------------------------------------------------------


def simulate(arguments: argparse.Namespace) -> Any:
    """A protocol by name or file, or nothing but time."""
    from ..questions.simulate.simulate import simulate as question

    cell = read_cell(arguments)
    protocol = _protocol(arguments, cell)
    with _Watch() as watch:
        result = question(cell, protocol, progress=watch.progress, stop=watch.stopped, **_options(arguments))
    interrupted = result.ended == "interrupted"
    if arguments.output:
        wrote(arguments.output, " so far; --resume goes on with the run" if interrupted else "")
    if interrupted:
        write(result, arguments)
        raise KeyboardInterrupt
    return result


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        name: getattr(arguments, name) for name in ("at", "every", "engine", "rtol", "max_steps", "output", "resume", "force")
    }


def _protocol(arguments: argparse.Namespace, cell: Cell) -> Any:
    """The protocol with --start and --until in place of its own."""
    from ..description.library import protocol_of

    if arguments.protocol is None and arguments.until is None:
        expected = "a name that `vrest scenario` lists, a file, or --until 1h"
        raise InputError(Problem("`vrest simulate` needs a protocol or --until", found="neither", expected=expected))
    return protocol_of(arguments.protocol, cell, arguments.until, arguments.start)


class _Watch:
    """Progress on stderr, and Ctrl-C or a request to end as a flag that the run reads: what is done is kept. A second one ends at once."""

    def __init__(self) -> None:
        self.interrupted = False
        self.before: dict[int, Any] = {}

    def __enter__(self) -> _Watch:
        with suppress(ValueError):  # outside the main thread nobody can press Ctrl-C
            for one in (signal.SIGINT, signal.SIGTERM):
                self.before[one] = signal.signal(one, self._remember)
        return self

    def __exit__(self, *_: object) -> None:
        for one, before in self.before.items():
            signal.signal(one, before)

    def _remember(self, *_: object) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True

    def stopped(self) -> bool:
        return self.interrupted

    def progress(self, time: float, end: float) -> None:
        from ..results.words import duration

        progress(f"{duration(time)} of {duration(end)} of the cell's time   ", time >= end)


def excite(arguments: argparse.Namespace) -> Any:
    from ..questions.excite.excite import excite as question

    over = None if arguments.over is None else dict([pair(arguments.over, "--over")])
    how = {"electrode": arguments.electrode, "spike_above": arguments.spike_above, "durations": arguments.duration}
    return question(read_cell(arguments), over, **how, progress=_part)


def _part(words: str, part: float) -> None:
    """What is sought, and how much is done."""
    progress(f"{part:.0%} {words}".ljust(60), part >= 1)


# -- descriptions -------------------------------------------------------------------------------------------------


def check(arguments: argparse.Namespace) -> Plain:
    """Loading is the check; what is left is to say what the cell holds."""
    from ..description.derive import Derivation
    from ..questions.state.balance import neutrality
    from ..questions.steady.needs import notes
    from ..views import show

    cell = read_cell(arguments)
    open_ends = [*cell.notes, *notes(cell)]
    values = {
        "cell": cell.name,
        "title": cell.title,
        "valid": True,
        "temperature_K": cell.temperature.si,
        "paths": {path: _value(value) for path, value in cell.settable.items()},
        "channels": {path: {"like": one.like, "sources": list(one.sources)} for path, one in cell.ways.items() if one.like},
        "neutrality_mM": neutrality(cell, Derivation(cell).numbers()),
        "sources": list(cell.sources),
        "notes": list(open_ends),
    }
    text = show(cell).text().rstrip("\n")
    return Plain(values, "\n".join([text, *(f"- {note}" for note in open_ends)]), show(cell).grid)


def _value(value: Value) -> dict[str, Any]:
    return {
        "value": value.in_bench_units,
        "si": value.si,
        "range_si": list(value.range) if value.range else None,
        "source": value.source,
        "certainty": value.certainty,
        "note": value.note,
    }


def cite(arguments: argparse.Namespace) -> Plain:
    from ..description.data import references
    from ..views.tables.description import cite_grid, cite_text

    cell = read_cell(arguments)
    found = references(cell)
    values = {"cell": cell.name, "references": [reference.to_dict() for reference in found]}
    return Plain(values, cite_text(cell, found), lambda: cite_grid(found))


def library(arguments: argparse.Namespace) -> Plain:
    """The cells or the channels of the library, or one of them as the file it is."""
    from ..description.channels import channel_names, is_path
    from ..description.library import library_names, source_of

    if arguments.action != "show":
        if arguments.name is not None:
            message = f"`vrest library {arguments.action}` takes no name"
            raise InputError(Problem(message, found=arguments.name, expected="vrest library show NAME"))
        return _cells() if arguments.action == "list" else _channels()
    names, wanted = [*library_names(), *channel_names()], "a name that `vrest library` or `vrest library channels` lists"
    if arguments.name is None:
        raise InputError(Problem("`vrest library show` needs the name of a cell or channel", found="nothing", expected=wanted))
    if arguments.name in channel_names() or is_path(arguments.name):
        return _channel(arguments.name)
    _no_csv(arguments, "a description has no form as CSV")
    _must_be(arguments.name, names, "the library has no such cell or channel", wanted)
    text = source_of(arguments.name).text
    return Plain({"cell": arguments.name, "yaml": text}, text)


def _cells() -> Plain:
    from ..description.library import library_names, load
    from ..views.tables.description import library_dict, library_grid, library_text

    cells = [load(name) for name in library_names()]
    return Plain({"cells": list(library_dict(cells))}, library_text(cells), lambda: library_grid(cells))


def _channels() -> Plain:
    from ..description.library import channels
    from ..views.tables.channel import overview, overview_dict, overview_grid

    found = channels()
    return Plain({"channels": list(overview_dict(found))}, overview(found), lambda: overview_grid(found))


def _channel(name: str) -> Plain:
    """The file of a channel, its curves below as comments: the whole is the file of a channel still."""
    from ..description.library import load_channel
    from ..questions.rest.channel import channel_curves
    from ..views import show
    from ..views.tables.channel import lines

    channel = load_channel(name)
    curves, text = channel_curves(channel), channel.file.source.text
    values = {"channel": channel.name, "yaml": text, "curves": curves.to_dict()}
    return Plain(values, "\n".join((text, *lines(curves))), show(curves).grid, show(curves).figure)


def kinds(arguments: argparse.Namespace) -> Plain:
    """The kinds of mechanisms, or one of them with its laws."""
    from ..description.kind_reference import every_kind, facts_of, in_short, kind_of
    from ..views.tables.kinds import kind_grid, kind_text, kinds_grid, kinds_text

    if arguments.kind is None:
        found = [in_short(kind) for kind in every_kind().values()]
        return Plain({"kinds": found}, kinds_text(found), lambda: kinds_grid(found))
    facts = facts_of(kind_of(arguments.kind))
    return Plain(facts, kind_text(facts), lambda: kind_grid(facts))


def page(arguments: argparse.Namespace) -> Plain:
    """Write the page of one or several cells."""
    from ..page.write import write_page

    _no_csv(arguments, "a page is a file; what is said of it has no CSV form")
    if arguments.no_practice and arguments.practice:
        raise InputError(Problem("--practice and --no-practice exclude each other", expected="one of them"))
    practice = None if arguments.no_practice else arguments.practice
    write_page(arguments.cells, arguments.output, arguments.language, arguments.force, practice)
    size = os.path.getsize(arguments.output)
    cells = ", ".join(arguments.cells)
    return Plain(
        {"page": arguments.output, "cells": arguments.cells, "bytes": size}, f"{arguments.output}: {cells}, {size / 1e3:.0f} kB\n"
    )


def app(arguments: argparse.Namespace) -> None:
    """Serve the page until Ctrl-C."""
    from ..errors import needed

    with needed("app", "`vrest app`"):
        from ..app.lesson import Lesson
        from ..app.server import Offer, serve
    offer = Offer(_first(arguments.cell), _lesson(arguments, Lesson), not arguments.no_practice)
    serve(arguments.host, _port(arguments.port), offer)


def _lesson(arguments: argparse.Namespace, state: Any) -> Any:
    """The class that is served, if there is one."""
    from ..practice.sets import read_set

    if arguments.lesson is None and arguments.record is not None:
        raise InputError(Problem("--record needs a class", expected="--class SET.yaml --record FILE.csv"))
    return None if arguments.lesson is None else state(read_set(arguments.lesson), arguments.record)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > PORTS:
        raise InputError(Problem("this is no port", path="--port", found=text, expected=f"a whole number from 0 to {PORTS}"))
    return int(text)


def _first(cell: str | None) -> str | None:
    """The text of the cell that is shown first, which is checked before anything is served, as what is sent to it will be."""
    if cell is None:
        return None
    from ..app.tasks import from_text
    from ..description.library import load

    return from_text(load(cell).to_yaml()).to_yaml()


def scenario(arguments: argparse.Namespace) -> Plain:
    """The named protocols, or one of them as the file it is."""
    from ..description.library import PROTOCOLS, protocol_names
    from ..description.source import parse_yaml, read_file
    from ..views.tables.description import scenarios_grid, scenarios_text

    names = protocol_names()
    if arguments.name is None:
        titles = {name: getattr(parse_yaml(read_file(PROTOCOLS / f"{name}.yaml")).get("title"), "text", "") for name in names}
        rows = [{"protocol": name, "title": title} for name, title in titles.items()]
        return Plain({"scenarios": rows}, scenarios_text(titles), lambda: scenarios_grid(titles))
    _must_be(arguments.name, names, "there is no such scenario", ", ".join(names))
    _no_csv(arguments, "one scenario is a file; it has no CSV form")
    text = read_file(PROTOCOLS / f"{arguments.name}.yaml").text
    return Plain({"protocol": arguments.name, "yaml": text}, text)


def _must_be(name: str, names: list[str], message: str, expected: str) -> None:
    if name not in names:
        raise InputError(Problem(message, found=name, expected=expected, suggestion=nearest(name, names)))


def _no_csv(arguments: argparse.Namespace, message: str) -> None:
    if arguments.csv:
        raise InputError(Problem(message, found="--csv", expected="--json, or neither"))
