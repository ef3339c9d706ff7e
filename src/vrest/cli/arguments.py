"""What may be typed: a parser from the rows of commands, and what is said of words that mean nothing."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

from ..errors import InputError, Problem, nearest, shorten
from .commands import COMMANDS, CSV, JSON, LONG, PLOT, Command

DESCRIPTION = "The resting membrane potential of a described cell: computed, explained, certified."
EXAMPLES = (
    "vrest rest squid-axon",
    'vrest rest textbook-neuron --set outside.K="8 mM" --json',
    'vrest nernst K --in "140 mM" --out "5 mM"',
    "vrest library",
)


class Once(argparse.Action):
    """Stores a value, as argparse does, but an option that is given twice is a mistake: the first would be lost unsaid."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option_string: str | None = None) -> None:
        given = namespace.__dict__.setdefault("given_once", set())
        if option_string is not None and self.dest in given:
            raise InputError(Problem(f"{option_string} is given twice", found=str(values), expected=f"{option_string} once"))
        given.add(self.dest)
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """Mistakes become an InputError, so that they leave through the one door of `main`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)
        self.register("action", None, Once)
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
    parser = build_parser(words[0] if words else "")
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
        suggestion=_option_meant(option, options) if option.startswith("-") else None,
    )


def _option_meant(option: str, options: list[str]) -> str | None:
    """The option that begins as what was typed, or else the nearest in spelling."""
    longer = [one for one in options if one.startswith(option) and option.startswith("--") and len(option) > 2]
    return longer[0] if longer else nearest(option, options)


def build_parser(word: str = "") -> Parser:
    """The command of a word, or the whole command line where the word is none."""
    from .. import __version__

    parser = Parser("vrest", description=DESCRIPTION, epilog=_examples(EXAMPLES))
    parser.add_argument("--version", action="version", version=f"vrest {__version__}")
    parser.set_defaults(run=None, parser=parser)
    added = parser.add_subparsers(metavar="COMMAND", title="commands")
    rows = _by_word(COMMANDS)
    if word not in rows:
        from .without_cell import COMMANDS as others

        rows |= _by_word(others)
    for command, module in [rows[word]] if word in rows else rows.values():
        _add(added, command, module)
    return parser


def _by_word(commands: Mapping[str, Sequence[Command]]) -> dict[str, tuple[Command, str]]:
    """Commands, each with the module that answers."""
    return {command.word: (command, module) for module, rows in commands.items() for command in rows}


def _add(added: Any, command: Command, module: str) -> None:
    words = command.question
    parser = added.add_parser(command.word, help=words, description=words, epilog=_examples(command.examples))
    offered = ((JSON, command.forms), (CSV, command.forms), (LONG, command.long), (PLOT, command.plot))
    for argument in (*command.arguments, *(form for form, has in offered if has)):
        parser.add_argument(*argument.names, **argument.how)
    parser.set_defaults(run=_answering(module, command.word), parser=parser)


def _examples(lines: tuple[str, ...]) -> str:
    return "examples:\n" + "\n".join(f"  {line}" for line in lines)


def _answering(module: str, name: str) -> Callable[[argparse.Namespace], None]:
    """The function that asks and writes the answer, imported when the command runs."""

    def run(arguments: argparse.Namespace) -> None:
        from .output import keep_inputs, one_form, write

        one_form(arguments)
        keep_inputs(arguments)
        write(getattr(import_module(f"vrest.cli.{module}"), name)(arguments), arguments)

    return run


def completion(arguments: argparse.Namespace) -> None:
    """Print a completion script for a shell; `source <(vrest completion bash)` switches it on."""
    import shtab

    from ..description.channels import channel_names
    from ..description.library import library_names, protocol_names
    from ..practice.library import exercise_names

    parser = build_parser()
    names = {"CELL": library_names(), "NAME": [*library_names(), *channel_names()], "EXERCISE": list(exercise_names())}
    names |= dict.fromkeys(("PROTOCOL", "SCENARIO"), protocol_names())
    for group in parser._subparsers._group_actions if parser._subparsers else ():
        for command in dict(group.choices or {}).values():
            for action in command._actions:
                if action.metavar in names:
                    action.choices = names[action.metavar]
    print(shtab.complete(parser, shell=arguments.shell))
