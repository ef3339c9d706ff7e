"""The commands about a cell left to itself, as words."""

from __future__ import annotations

from typing import Any

from .arguments import Parser, cell_arguments, command, forms, lazy, temperature_argument


def whole_commands(commands: Any) -> None:
    """steady, donnan, explain, simulate, scenario, tune, branches."""
    steady = command(
        commands,
        "steady",
        lazy("whole", "steady"),
        "the steady state that a cell's own pumps and leaks hold",
        ["vrest steady mammalian-neuron", "vrest steady mammalian-neuron --set plasma.pump.max_current=0 --json"],
    )
    cell_arguments(steady)
    forms(steady, plot=True)
    explain = command(
        commands,
        "explain",
        lazy("whole", "explain"),
        "held for seconds, left to itself for hours, and without pumps, side by side",
        ["vrest explain mammalian-neuron"],
    )
    cell_arguments(explain)
    forms(explain, plot=True)
    _donnan(commands)
    _simulate(commands)
    scenario = command(
        commands, "scenario", lazy("whole", "scenario"), "the named protocols", ["vrest scenario", "vrest scenario pump-block"]
    )
    scenario.add_argument("name", nargs="?", metavar="SCENARIO", help="the scenario to show, as the file it is")
    forms(scenario)
    _tune(commands)
    _branches(commands)


def _donnan(commands: Any) -> None:
    donnan: Parser = command(
        commands,
        "donnan",
        lazy("whole", "donnan"),
        "Donnan equilibrium of a described cell, or of given concentrations at a fixed volume",
        ["vrest donnan mammalian-neuron", 'vrest donnan --out K="150 mM" --out Cl="150 mM" --fixed "100 mM" --valence -1'],
    )
    cell_arguments(donnan, optional=True)
    donnan.add_argument("--out", action="append", metavar="ION=C", dest="outside", help="a permeant ion outside; repeatable")
    donnan.add_argument("--fixed", metavar="C", help="concentration of the impermeant inside")
    donnan.add_argument("--valence", metavar="Z", help="its mean charge number")
    temperature_argument(donnan, plot=True)


def _simulate(commands: Any) -> None:
    simulate = command(
        commands,
        "simulate",
        lazy("whole", "simulate"),
        "the time course of a cell under a protocol",
        ["vrest simulate mammalian-neuron pump-block", 'vrest simulate mammalian-neuron --until "10 min" --csv'],
    )
    cell_arguments(simulate)
    simulate.add_argument("protocol", nargs="?", metavar="PROTOCOL", help="a scenario (`vrest scenario`) or a protocol file")
    simulate.add_argument("--until", metavar="TIME", help='how long, such as "1 h"')
    simulate.add_argument(
        "--start", metavar="START", help="rest, described, steady, or a potential (default: as the protocol says, or rest)"
    )
    simulate.add_argument("--engine", default="cvodes", choices=["cvodes", "scipy"], help="scipy (Radau) is an independent check")
    simulate.add_argument("--output", metavar="FILE", help="also write the time course: .nc, .zarr or .csv")
    forms(simulate, plot=True)


def _tune(commands: Any) -> None:
    tune = command(
        commands,
        "tune",
        lazy("whole", "tune"),
        "numbers for which the described concentrations are the steady state",
        [
            "vrest tune mammalian-neuron --free plasma.pump.max_current --free plasma.Na_leak.permeability",
            "vrest tune proximal-tubule --free basolateral.pump.max_current --free apical.Na_entry.permeability "
            '--free apical.NHE_net.rate --voltage basolateral="-72 mV"',
        ],
    )
    cell_arguments(tune)
    tune.add_argument("--free", action="append", required=True, metavar="PATH", help="a number that may change; repeatable")
    tune.add_argument(
        "--voltage",
        action="append",
        metavar="[MEMBRANE=]V",
        help='hold the potential too, such as "-70 mV", or apical="-70 mV" where there are several membranes; repeatable',
    )
    tune.add_argument("--output", metavar="FILE", help="also write the tuned description")
    forms(tune)


def _branches(commands: Any) -> None:
    branches = command(
        commands,
        "branches",
        lazy("whole", "branches"),
        "states along a number, through folds, stable or not",
        ['vrest branches mammalian-neuron --over plasma.pump.max_current="0.01:1 A/m^2:log"'],
    )
    cell_arguments(branches)
    branches.add_argument("--over", required=True, metavar="PATH=SPAN", help="the number: START:STOP UNIT[:log|lin]")
    branches.add_argument(
        "--of", default="steady", choices=["steady", "rest"], help="steady states, or rest with concentrations held"
    )
    forms(branches, plot=True)
