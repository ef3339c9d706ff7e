"""Shell completion scripts, generated from the parser."""

from __future__ import annotations

import argparse


def completion(arguments: argparse.Namespace) -> None:
    """Print the script; `source <(vrest completion bash)` switches it on."""
    import shtab

    from ..description.load import library_names
    from ..description.protocol import protocol_names
    from .arguments import build_parser

    parser = build_parser()
    names = dict.fromkeys(("CELL", "NAME"), library_names()) | dict.fromkeys(("PROTOCOL", "SCENARIO"), protocol_names())
    for group in parser._subparsers._group_actions if parser._subparsers else ():
        for command in dict(group.choices or {}).values():
            for action in command._actions:
                if isinstance(action.metavar, str) and action.metavar in names:
                    action.choices = names[action.metavar]
    print(shtab.complete(parser, shell=arguments.shell))
