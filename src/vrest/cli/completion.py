"""Shell completion scripts, generated from the parser."""

from __future__ import annotations

import argparse


def completion(arguments: argparse.Namespace) -> None:
    """Print the script; `source <(vrest completion bash)` switches it on."""
    import shtab

    from ..description.load import library_names
    from .arguments import build_parser

    parser = build_parser()
    names = library_names()
    for group in parser._subparsers._group_actions if parser._subparsers else ():
        for command in dict(group.choices or {}).values():
            for action in command._actions:
                if action.metavar in ("CELL", "NAME"):
                    action.choices = names
    print(shtab.complete(parser, shell=arguments.shell))
