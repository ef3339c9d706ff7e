"""Commands about a cell left to itself: steady, donnan, explain, simulate, scenario, tune, branches."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..errors import InputError, Problem
from .cells import read_cell
from .output import answer, one_form, write_atomically, write_json


def steady(arguments: argparse.Namespace) -> None:
    from ..questions.steady.steady_state import steady_state

    answer(steady_state(read_cell(arguments)), arguments)


def donnan(arguments: argparse.Namespace) -> None:
    """Of a described cell, or the calculator where concentrations are given instead."""
    given = [name for name in ("outside", "fixed", "valence") if getattr(arguments, name)]
    if arguments.cell is None:
        if len(given) < 3:
            raise InputError(
                Problem(
                    "`vrest donnan` needs a CELL, or --out, --fixed and --valence",
                    found=", ".join(given) or "nothing",
                    expected="see `vrest donnan --help`",
                )
            )
        from .calculators import donnan as calculator

        calculator(arguments)
        return
    if given:
        raise InputError(
            Problem(
                "a CELL and concentrations are two questions",
                found=arguments.cell,
                expected="a CELL, or --out, --fixed and --valence",
            )
        )
    from ..questions.steady.donnan import donnan as analysis

    answer(analysis(read_cell(arguments)), arguments)


def explain(arguments: argparse.Namespace) -> None:
    from ..questions.steady.explain import explain_cell

    answer(explain_cell(read_cell(arguments)), arguments)


def simulate(arguments: argparse.Namespace) -> None:
    """A protocol by name or file, or nothing but time."""
    from ..description.protocol import load_protocol, protocol_from
    from ..questions.simulate.simulate import simulate as analysis

    cell = read_cell(arguments)
    if arguments.protocol is None and arguments.until is None:
        raise InputError(
            Problem(
                "`vrest simulate` needs a protocol or --until",
                found="neither",
                expected="a name that `vrest scenario` lists, a file, or --until 1h",
            )
        )
    if arguments.protocol is None:
        protocol = protocol_from({"until": arguments.until, "start": arguments.start or "rest"}, cell)
    else:
        protocol = load_protocol(arguments.protocol, cell)
        if arguments.start is not None:
            other = protocol_from({"until": "1 s", "start": arguments.start}, cell)
            protocol = replace(protocol, start=other.start, start_potential=other.start_potential)
        if arguments.until is not None:
            protocol = replace(protocol, until=protocol_from({"until": arguments.until}, cell).until, steady=False, crosses=None)
    writer = _writer(arguments.output) if arguments.output else None
    with _Watch() as watch:
        result = analysis(cell, protocol, engine=arguments.engine, progress=watch.progress, stop=watch.stopped)
    if writer is not None:
        writer(result, arguments.output)
    answer(result, arguments)
    if result.ended == "interrupted":
        raise KeyboardInterrupt


def _writer(path: str) -> Callable[[Any, str], None]:
    """What writes the time course as NetCDF, Zarr or CSV, chosen by the name's ending before anything is computed."""
    from ..views import simulation

    def csv(result: Any, path: str) -> None:
        write_atomically(path, simulation.csv(result))

    def whole(write: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
        def told(result: Any, path: str) -> None:
            write(result, path)
            print(f"vrest: wrote {path}", file=sys.stderr)

        return told

    writers = {".nc": whole(simulation.netcdf), ".zarr": whole(simulation.zarr), ".csv": csv}
    found = writers.get("." + path.rpartition(".")[2])
    if found is None:
        raise InputError(
            Problem(
                "the time course is written as .nc, .zarr or .csv", path="--output", found=path, expected=".nc | .zarr | .csv"
            )
        )
    return found


class _Watch:
    """Progress on stderr, and Ctrl-C as a flag that is read between pieces: what is done is kept. A second Ctrl-C ends at once."""

    def __init__(self) -> None:
        self.interrupted = False
        self.before: Any = None

    def __enter__(self) -> _Watch:
        with suppress(ValueError):  # outside the main thread nobody can press Ctrl-C
            self.before = signal.signal(signal.SIGINT, self._remember)
        return self

    def __exit__(self, *_: object) -> None:
        if self.before is not None:
            signal.signal(signal.SIGINT, self.before)

    def _remember(self, *_: object) -> None:
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True

    def stopped(self) -> bool:
        return self.interrupted

    def progress(self, time: float, end: float) -> None:
        from ..results.words import duration

        if sys.stderr is not None and sys.stderr.isatty():
            last = "\n" if time >= end else ""
            print(f"\rvrest: {duration(time)} of {duration(end)} of the cell's time   ", end=last, file=sys.stderr, flush=True)


def scenario(arguments: argparse.Namespace) -> None:
    """The named protocols, or the text of one."""
    from ..description.protocol import PROTOCOLS, protocol_names
    from ..description.read_yaml import parse_yaml, read_file
    from ..errors import nearest

    one_form(arguments)
    names = protocol_names()
    if arguments.name is not None:
        if arguments.name not in names:
            raise InputError(
                Problem(
                    "there is no such scenario",
                    found=arguments.name,
                    expected=", ".join(names),
                    suggestion=nearest(arguments.name, names),
                )
            )
        if arguments.csv:
            raise InputError(Problem("one scenario is a file; it has no CSV form", found="--csv", expected="--json, or neither"))
        text = read_file(PROTOCOLS / f"{arguments.name}.yaml").text
        write_json({"protocol": arguments.name, "yaml": text}) if arguments.json else print(text, end="")
        return
    titles = {name: getattr(parse_yaml(read_file(PROTOCOLS / f"{name}.yaml")).get("title"), "text", "") for name in names}
    if arguments.json:
        write_json({"scenarios": [{"protocol": name, "title": title} for name, title in titles.items()]})
    elif arguments.csv:
        print("protocol,title\n" + "".join(f'{name},"{title}"\n' for name, title in titles.items()), end="")
    else:
        width = max(len(name) for name in names)
        print("\n".join(f"{name:<{width}}  {title}" for name, title in titles.items()))
        print("\nvrest simulate CELL NAME runs one.")


def tune(arguments: argparse.Namespace) -> None:
    from ..questions.tune.tune import tune as analysis

    cell = read_cell(arguments)
    result = analysis(cell, arguments.free, _held(arguments.voltage or []))
    if arguments.output:
        write_atomically(arguments.output, result.tuned.to_yaml())
    answer(result, arguments)


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


def branches(arguments: argparse.Namespace) -> None:
    from ..questions.steady.branches import branches as analysis
    from .cells import _pair

    path, span = _pair(arguments.over, "--over")
    answer(analysis(read_cell(arguments), path, span, arguments.of), arguments)
