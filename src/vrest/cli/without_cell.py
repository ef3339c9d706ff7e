"""The commands that are about no described cell, as rows: calculators, practice, completion. A cell's answer does not load them."""

from __future__ import annotations

from .commands import FORCE, Command, arg, flag, quantities, repeated

CALCULATORS = (
    Command(
        "nernst",
        "the Nernst potential of one ion",
        (
            'vrest nernst K --in "140 mM" --out "5 mM"',
            'vrest nernst X --valence -2 --in "1 mM" --out "2 mM" --temperature "20 degC"',
        ),
        (arg("ion", metavar="ION", help="an ion such as K; any name with --valence"), *quantities("z", "c_in", "c_out", "T")),
    ),
    Command(
        "ghk",
        "the Goldman-Hodgkin-Katz voltage of several ions",
        ('vrest ghk "K:1:140 mM:5 mM" "Na:0.04:12 mM:145 mM" "Cl:0.45:10 mM:110 mM"',),
        (
            arg("ions", nargs="+", metavar="ION:P:IN:OUT", help="ion, relative permeability, inner and outer concentration"),
            *quantities("T"),
        ),
    ),
    Command(
        "debye",
        "the Debye length of a solution",
        ('vrest debye K="150 mM" Cl="150 mM"',),
        (arg("ions", nargs="+", metavar="ION=C", help="ions and their concentrations"), *quantities("permittivity", "T")),
    ),
    Command(
        "atp",
        "the free energy of ATP hydrolysis",
        ('vrest atp --ATP "2.59 mM" --ADP "0.73 mM" --Pi "2.72 mM"',),
        quantities("ATP", "ADP", "Pi", "standard", "T"),
    ),
    Command(
        "pmf",
        "the proton motive force",
        ('vrest pmf --voltage "-140 mV" --pH-in 7.6 --pH-out 7.0',),
        quantities("V_m", "pH_in", "pH_out", "T"),
    ),
    Command(
        "junction",
        "the liquid junction potential of two solutions (Henderson), second minus first",
        (
            'vrest junction --first Na="150 mM" --first Cl="150 mM" --second K="150 mM" --second Cl="150 mM" --temperature "25 degC"',
        ),
        (
            repeated("--first", "ION=C", "an ion of the first solution (the pipette)", required=True),
            repeated("--second", "ION=C", "an ion of the second solution (the bath)", required=True),
            *quantities("T"),
        ),
    ),
)
PRACTICE = Command(
    "practice",
    "exercises that find out why an answer is wrong; a teacher's own exercises checked",
    (
        "vrest practice --list",
        "vrest practice nernst-potassium --seed 1",
        "vrest practice nernst-potassium --seed 1 --answer=-80mV",
        "vrest practice check nernst-potassium",
    ),
    (
        arg(
            "words",
            nargs="*",
            metavar="EXERCISE",
            help="an exercise or a file of one (default: the next one); or `check FILE`, `set EXERCISE...`, `class FILE.csv`",
        ),
        arg("--seed", metavar="N", help="which numbers are drawn (default: new ones at a terminal, else 1)"),
        arg("--level", metavar="L", help="exercises of level 1, 2 or 3"),
        arg("--topic", metavar="T", help="exercises of one topic"),
        arg("--language", metavar="L", help="en or de (default: en)"),
        flag("--list", "list the exercises"),
        arg("--answer", metavar="TEXT", help='judge an answer, as in --answer="-89,0 mV"'),
        arg("--slip", metavar="SLIP", help="which of several slips with one number was meant"),
        arg(
            "--progress", metavar="FILE", help="where progress is kept (default: VREST_PRACTICE, or where the system keeps data)"
        ),
        arg("--students", metavar="FILE", help="of a set: the codes of students, a line each"),
        arg("--draws", default="1", metavar="N", help="of a set without students: how many draws of each exercise (default: 1)"),
        arg(
            "--output",
            metavar="FILE",
            help="of a set: .xml for Moodle, .exam for Numbas, .zip for PrairieLearn, .md or .pdf for sheets and their key",
        ),
        FORCE,
        arg("--student", metavar="CODE", help="whose numbers are drawn, as in a set"),
        arg("--record", metavar="FILE", help="add the answer to the CSV of a class; with --student"),
    ),
    plot=True,
)
COMPLETION = Command(
    "completion",
    "a completion script for your shell",
    ("vrest completion bash",),
    (arg("shell", choices=["bash", "zsh", "tcsh"], help="the shell"),),
    forms=False,
)
COMMANDS = {"calculators": CALCULATORS, "practice": (PRACTICE,), "arguments": (COMPLETION,)}
"""By the module of `vrest.cli` that answers, imported when the command runs."""
