"""What may be typed: commands, options, help with examples that run."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, NoReturn

from ..errors import InputError, Problem, nearest, shorten

Run = Callable[[argparse.Namespace], None]

DESCRIPTION = "The resting membrane potential of a described cell: computed, explained, certified."
EPILOG = """examples:
  vrest rest squid-axon
  vrest rest textbook-neuron --set outside.K="8 mM" --json
  vrest nernst K --in "140 mM" --out "5 mM"
  vrest library
"""


class Parser(argparse.ArgumentParser):
    """Mistakes become an InputError, so that they leave through the one door of `main`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)
        self._negative_number_matcher = re.compile(r"-\.?[0-9]")  # "-140 mV" and "-120:40mV" are values, not options

    def error(self, message: str) -> NoReturn:
        raise InputError(Problem(message, expected=f"what `{self.prog} --help` says"))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Help and version are answers too: that they cannot be written is not passed over."""
        (file or sys.stdout).write(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        what = "command" if isinstance(action, argparse._SubParsersAction) else f"choice for {action.metavar or action.dest}"
        known = [str(choice) for choice in action.choices]
        raise InputError(
            Problem(f"no such {what}", found=str(value), expected=", ".join(known), suggestion=nearest(str(value), known))
        )


def parse(words: list[str]) -> argparse.Namespace | None:
    """The arguments of a command with its function in `run`; None where help or the version was asked for.

    Raises:
        InputError: words that mean nothing.
    """
    parser = build_parser()
    try:
        arguments, unknown = parser.parse_known_args(words)
    except SystemExit:
        return None
    if unknown:
        raise InputError(_meaningless(unknown[0], arguments.parser))
    if arguments.run is None:
        parser.print_help()
        return None
    return arguments


def _meaningless(word: str, parser: Parser) -> Problem:
    options = [option for action in parser._actions for option in action.option_strings]
    option = word.split("=")[0]
    return Problem(
        f"'{shorten(word, 60)}' means nothing to `{parser.prog}`",
        found=word,
        expected=f"an option that `{parser.prog} --help` lists",
        suggestion=nearest(option, options) if option.startswith("-") else None,
    )


def build_parser() -> Parser:
    """The whole command line."""
    from .. import __version__
    from .whole_arguments import whole_commands

    parser = Parser("vrest", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"vrest {__version__}")
    parser.set_defaults(run=None, parser=parser)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _cell_commands(commands)
    _library_commands(commands)
    whole_commands(commands)
    _calculators(commands)
    _completion(commands)
    return parser


def lazy(module: str, name: str) -> Run:
    """The function of a command, imported when the command runs."""

    def run(arguments: argparse.Namespace) -> None:
        getattr(import_module(f"vrest.cli.{module}"), name)(arguments)

    return run


def command(commands: Any, name: str, run: Run, text: str, examples: Iterable[str]) -> Parser:
    epilog = "examples:\n" + "\n".join(f"  {example}" for example in examples)
    parser = commands.add_parser(name, help=text, description=text, epilog=epilog)
    parser.set_defaults(run=run, parser=parser)
    return parser


def forms(parser: Parser, plot: bool = False) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, unrounded")
    parser.add_argument("--csv", action="store_true", help="comma-separated values on stdout, units in the headings")
    if plot:
        parser.add_argument("--plot", metavar="FILE", help="also draw the answer: FILE ends in .png, .svg or .pdf")
    else:
        parser.set_defaults(plot=None)


def cell_arguments(parser: Parser, optional: bool = False) -> None:
    """CELL and --set."""
    parser.add_argument(
        "cell", metavar="CELL", nargs="?" if optional else None, help="a cell of the library, a description file, or - for stdin"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="settings",
        help='replace a number, as in outside.K="8 mM"; repeatable, each path once',
    )


def _cell_commands(commands: Any) -> None:
    rest = command(
        commands,
        "rest",
        lazy("cells", "rest"),
        "the resting potential with concentrations held, explained",
        [
            "vrest rest squid-axon",
            'vrest rest mammalian-neuron --set outside.K="8 mM"',
            "vrest rest frog-muscle --over outside.K=1:100mM:log",
        ],
    )
    cell_arguments(rest)
    rest.add_argument("--over", metavar="PATH=SPAN", help="along a number: START:STOP UNIT[:log|lin][:POINTS]")
    forms(rest, plot=True)
    iv = command(
        commands,
        "iv",
        lazy("cells", "iv"),
        "current of each mechanism over the membrane potential",
        ["vrest iv frog-muscle --csv"],
    )
    cell_arguments(iv)
    iv.add_argument("--range", metavar="SPAN", dest="span", help='membrane potentials, as in "--range=-120:40 mV"')
    forms(iv, plot=True)
    check = command(
        commands, "check", lazy("cells", "check"), "check a description and list its paths", ["vrest check squid-axon"]
    )
    cell_arguments(check)
    forms(check)
    cite = command(
        commands,
        "cite",
        lazy("cells", "cite"),
        "the publications that a cell's numbers and laws rest on",
        ["vrest cite squid-axon"],
    )
    cell_arguments(cite)
    forms(cite)


def _library_commands(commands: Any) -> None:
    library = command(
        commands,
        "library",
        lazy("cells", "library"),
        "the cells that come with vrest",
        ["vrest library", "vrest library show squid-axon"],
    )
    library.add_argument("action", nargs="?", choices=["list", "show"], default="list", help="list (default) or show")
    library.add_argument("name", nargs="?", metavar="NAME", help="the cell to show, as the file it is")
    forms(library)


def temperature_argument(parser: Parser, plot: bool = False) -> None:
    parser.add_argument("--temperature", default="310 K", metavar="T", help="temperature, in K or degC (default: 310 K)")
    forms(parser, plot)


def _sides(parser: Parser) -> None:
    parser.add_argument("--in", required=True, dest="c_in", metavar="C", help='inner concentration, such as "140 mM"')
    parser.add_argument("--out", required=True, dest="c_out", metavar="C", help="outer concentration")


def _calculators(commands: Any) -> None:
    nernst = command(
        commands,
        "nernst",
        lazy("calculators", "nernst"),
        "the Nernst potential of one ion",
        [
            'vrest nernst K --in "140 mM" --out "5 mM"',
            'vrest nernst X --valence -2 --in "1 mM" --out "2 mM" --temperature "20 degC"',
        ],
    )
    nernst.add_argument("ion", metavar="ION", help="an ion such as K; any name with --valence")
    nernst.add_argument("--valence", metavar="Z", help="charge number of an ion that the table does not hold")
    _sides(nernst)
    temperature_argument(nernst)

    ghk = command(
        commands,
        "ghk",
        lazy("calculators", "ghk"),
        "the Goldman-Hodgkin-Katz voltage of several ions",
        ['vrest ghk "K:1:140 mM:5 mM" "Na:0.04:12 mM:145 mM" "Cl:0.45:10 mM:110 mM"'],
    )
    ghk.add_argument("ions", nargs="+", metavar="ION:P:IN:OUT", help="ion, relative permeability, inner and outer concentration")
    temperature_argument(ghk)

    debye = command(
        commands, "debye", lazy("calculators", "debye"), "the Debye length of a solution", ['vrest debye K="150 mM" Cl="150 mM"']
    )
    debye.add_argument("ions", nargs="+", metavar="ION=C", help="ions and their concentrations")
    debye.add_argument("--permittivity", metavar="EPS", help="relative permittivity (default: water's at the temperature)")
    temperature_argument(debye)

    atp = command(
        commands,
        "atp",
        lazy("calculators", "atp"),
        "the free energy of ATP hydrolysis",
        ['vrest atp --ATP "2.59 mM" --ADP "0.73 mM" --Pi "2.72 mM"'],
    )
    for name in ("ATP", "ADP", "Pi"):
        atp.add_argument(f"--{name}", required=True, metavar="C", help=f"concentration of {name}")
    atp.add_argument(
        "--standard", default="-30.5 kJ/mol", metavar="G", help="standard transformed free energy (default: -30.5 kJ/mol)"
    )
    temperature_argument(atp)

    pmf = command(
        commands,
        "pmf",
        lazy("calculators", "pmf"),
        "the proton motive force",
        ['vrest pmf --voltage "-140 mV" --pH-in 7.6 --pH-out 7.0'],
    )
    pmf.add_argument("--voltage", required=True, metavar="V", help="membrane potential, inside minus outside")
    pmf.add_argument("--pH-in", required=True, metavar="PH", dest="pH_in", help="inner pH")
    pmf.add_argument("--pH-out", required=True, metavar="PH", dest="pH_out", help="outer pH")
    temperature_argument(pmf)

    junction = command(
        commands,
        "junction",
        lazy("calculators", "junction"),
        "the liquid junction potential of two solutions (Henderson), second minus first",
        [
            'vrest junction --first Na="150 mM" --first Cl="150 mM" --second K="150 mM" --second Cl="150 mM" --temperature "25 degC"'
        ],
    )
    junction.add_argument(
        "--first", action="append", required=True, metavar="ION=C", help="an ion of the first solution (the pipette); repeatable"
    )
    junction.add_argument(
        "--second", action="append", required=True, metavar="ION=C", help="an ion of the second solution (the bath); repeatable"
    )
    temperature_argument(junction)


def _completion(commands: Any) -> None:
    completion = command(
        commands, "completion", lazy("completion", "completion"), "a completion script for your shell", ["vrest completion bash"]
    )
    completion.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="the shell")
