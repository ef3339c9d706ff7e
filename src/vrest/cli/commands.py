"""What a command is, and those about a cell as rows: word, which is the function too, what it asks, examples that run, arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Argument:
    """A word or option of a command, as argparse takes it."""

    names: tuple[str, ...]
    how: dict[str, Any]


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        word:      what is typed, and the function that answers
        question:  for the help
        examples:  for the help; a test runs them
        arguments: besides the forms of the answer
        forms:     whether the answer has forms: --json, --csv; `plot`: --plot too; `long`: --long too, as it is short without
    """

    word: str
    question: str
    examples: tuple[str, ...]
    arguments: tuple[Argument, ...] = ()
    forms: bool = True
    plot: bool = False
    long: bool = False


@dataclass(frozen=True)
class Quantity:
    """An argument of a law as an option: its unit, and what the help says; needed where it has no default."""

    option: str
    unit: str
    metavar: str
    words: str
    default: str | None = None


def arg(*names: str, **how: Any) -> Argument:
    return Argument(names, how)


def flag(name: str, words: str) -> Argument:
    """An option without a value."""
    return arg(name, action="store_true", help=words)


def repeated(name: str, metavar: str, words: str, usual: str = "", **how: Any) -> Argument:
    """An option that may be given again and again; `usual` says what holds without it."""
    return arg(name, action="append", metavar=metavar, help=f"{words}; repeatable{usual}", **how)


def timing(of: str = "", usual: str = "") -> tuple[Argument, ...]:
    """Until when, and at which times, a course is wanted, and how exactly; `of` says of which question."""
    return (
        arg("--until", metavar="TIME", help=f'{of}how long, such as "1 h"'),
        repeated("--at", "TIME", f"{of}a time at which the course is wanted"),
        arg("--every", metavar="TIME", help=f"{of}the same at every multiple of a time{usual}"),
        arg("--rtol", type=float, default=1e-8, metavar="X", help=f"{of}relative tolerance (default: 1e-8)"),
    )


JSON = flag("--json", "one JSON object on stdout, unrounded")
CSV = flag("--csv", "comma-separated values on stdout, units in the headings")
LONG = flag("--long", "the whole answer: every table, every note, the whole certificate")
PLOT = arg("--plot", metavar="FILE", help="also draw the answer: FILE ends in .png, .svg or .pdf")
A_CELL = "a cell of the library, a description file, or - for stdin"
CELL = arg("cell", metavar="CELL", help=A_CELL)
SET = arg(
    "--set",
    action="append",
    default=[],
    metavar="PATH=VALUE",
    dest="settings",
    help='replace a number, as in outside.K="8 mM"; repeatable, each path once',
)
OVER = arg("--over", metavar="PATH=SPAN", help="along a number: START:STOP UNIT[:log|lin][:POINTS]")
UNTIL, *TIMES = timing()
OUTPUTS = arg("--outputs", metavar="NAMES", help="of which quantities, as in V_mV,inside_mM")
OF_STATE = (
    arg("--ask", default="rest", metavar="QUESTION", help="rest (default) or steady"),
    OUTPUTS,
)
SEED = arg("--seed", type=int, default=0, metavar="N", help="which numbers are drawn (default: 0)")
THREADS = arg("--threads", type=int, metavar="N", help="cores that work (default: all, of few rows one)")
FORCE = flag("--force", "replace FILE")

QUANTITIES = {
    "T": Quantity("--temperature", "K", "T", "temperature, in K or degC (default: 310 K)", "310 K"),
    "c_in": Quantity("--in", "mM", "C", 'inner concentration, such as "140 mM"'),
    "c_out": Quantity("--out", "mM", "C", "outer concentration"),
    "z": Quantity("--valence", "1", "Z", "charge number of an ion that the table does not hold", ""),
    "permittivity": Quantity("--permittivity", "1", "EPS", "relative permittivity (default: water's at the temperature)", ""),
    "ATP": Quantity("--ATP", "mM", "C", "concentration of ATP"),
    "ADP": Quantity("--ADP", "mM", "C", "concentration of ADP"),
    "Pi": Quantity("--Pi", "mM", "C", "concentration of Pi"),
    "standard": Quantity("--standard", "J/mol", "G", "standard transformed free energy (default: -30.5 kJ/mol)", "-30.5 kJ/mol"),
    "V_m": Quantity("--voltage", "V", "V", "membrane potential, inside minus outside"),
    "pH_in": Quantity("--pH-in", "1", "PH", "inner pH"),
    "pH_out": Quantity("--pH-out", "1", "PH", "outer pH"),
    "c_X": Quantity("--fixed", "mM", "C", "concentration of the impermeant inside", ""),
    "z_X": Quantity("--valence", "1", "Z", "its mean charge number", ""),
}
"""Arguments of laws by their names there; an empty default: what the law says, or the table of ions."""


def quantities(*names: str) -> tuple[Argument, ...]:
    """Options for arguments of a law."""
    return tuple(_option(name, QUANTITIES[name]) for name in names)


def _option(name: str, q: Quantity) -> Argument:
    needed = {"required": True} if q.default is None else {"default": q.default or None}
    return arg(q.option, dest=name, metavar=q.metavar, help=q.words, **needed)


ABOUT_CELLS = (
    Command(
        "rest",
        "the resting potential with concentrations held, explained",
        (
            "vrest rest squid-axon",
            'vrest rest mammalian-neuron --set outside.K="8 mM"',
            "vrest rest frog-muscle --over outside.K=1:100mM:log",
        ),
        (CELL, SET, OVER),
        plot=True,
        long=True,
    ),
    Command(
        "iv",
        "current of each mechanism over the membrane potential",
        ("vrest iv frog-muscle --csv",),
        (CELL, SET, arg("--range", metavar="SPAN", dest="span", help='membrane potentials, as in "--range=-120:40 mV"')),
        plot=True,
    ),
    Command("check", "check a description and list its paths", ("vrest check squid-axon",), (CELL, SET)),
    Command("cite", "the publications that a cell's numbers and laws rest on", ("vrest cite squid-axon",), (CELL, SET)),
    Command(
        "library",
        "the cells and channels that come with vrest",
        ("vrest library", "vrest library show squid-axon", "vrest library channels", "vrest library show na-hodgkin-huxley"),
        (
            arg(
                "action",
                nargs="?",
                choices=["list", "channels", "show"],
                default="list",
                help="list the cells (default), or the channels; show one of either",
            ),
            arg(
                "name",
                nargs="?",
                metavar="NAME",
                help="the cell or channel to show, as the file it is; a channel (of the library, or a file) with its curves",
            ),
        ),
        plot=True,
    ),
    Command(
        "steady",
        "the steady state that a cell's own pumps and leaks hold",
        ("vrest steady mammalian-neuron", "vrest steady mammalian-neuron --set plasma.pump.max_current=0 --json"),
        (CELL, SET),
        plot=True,
        long=True,
    ),
    Command(
        "explain",
        "as described, left to itself, and without pumps, side by side",
        ("vrest explain mammalian-neuron",),
        (CELL, SET),
        plot=True,
        long=True,
    ),
    Command(
        "donnan",
        "Donnan equilibrium of a described cell, or of given concentrations at a fixed volume",
        ("vrest donnan mammalian-neuron", 'vrest donnan --out K="150 mM" --out Cl="150 mM" --fixed "100 mM" --valence -1'),
        (
            arg("cell", metavar="CELL", nargs="?", help=A_CELL),
            SET,
            repeated("--out", "ION=C", "a permeant ion outside", dest="outside"),
            *quantities("c_X", "z_X", "T"),
        ),
        plot=True,
    ),
    Command(
        "simulate",
        "the time course of a cell under a protocol",
        ("vrest simulate mammalian-neuron pump-block", 'vrest simulate mammalian-neuron --until "10 min" --csv'),
        (
            CELL,
            SET,
            arg("protocol", nargs="?", metavar="PROTOCOL", help="a scenario (`vrest scenario`) or a protocol file"),
            UNTIL,
            arg(
                "--start",
                metavar="START",
                help="rest, described, steady, or a potential (default: as the protocol says, or rest)",
            ),
            arg("--engine", default="cvodes", choices=["cvodes", "scipy", "lanes"], help="scipy (Radau) is an independent check"),
            *TIMES,
            arg("--max-steps", type=int, default=20_000, metavar="N", help="steps that may bring no progress (default: 20000)"),
            arg("--output", metavar="FILE", help="also write the time course, as the run goes on: .nc, .zarr or .csv"),
            flag("--resume", "go on with a run that was interrupted while it wrote FILE"),
            FORCE,
        ),
        plot=True,
        long=True,
    ),
    Command(
        "excite",
        "what makes a cell fire, and how it fires: thresholds, rheobase, repetitive firing, refractory periods",
        ("vrest excite squid-axon-excitable",),
        (
            CELL,
            SET,
            OVER,
            arg("--electrode", metavar="COMPARTMENT", help="where currents go (default: inside the first membrane with gates)"),
            arg("--spike-above", default="0 mV", metavar="V", help='potential that a spike passes, as in --spike-above="-20 mV"'),
            repeated("--duration", "TIME", "of a current whose threshold is wanted"),
        ),
        plot=True,
        long=True,
    ),
    Command(
        "page",
        "one file with sliders that answers in a browser, without Python and without a connection",
        ("vrest page squid-axon -o axon.html", "vrest page squid-axon red-cell -o cells.html --language de"),
        (
            arg("cells", nargs="+", metavar="CELL", help=f"{A_CELL}; several are offered for choice"),
            arg("-o", "--output", required=True, metavar="FILE", help="the page to write, .html"),
            arg("--language", default="en", metavar="LANGUAGE", help="that of its sentences: en (default), de"),
            repeated("--practice", "FILE", "an exercise of your own beside vrest's", default=[]),
            flag("--no-practice", "a page without exercises"),
            FORCE,
        ),
    ),
    Command(
        "app",
        "the page served to a browser, with cells of your own and full answers, until Ctrl-C",
        ("vrest app", "vrest app squid-axon --port 8000"),
        (
            arg("cell", nargs="?", metavar="CELL", help=f"{A_CELL}; shown first (default: textbook-neuron)"),
            arg("--host", default="127.0.0.1", metavar="HOST", help="where to listen (default: 127.0.0.1, this machine alone)"),
            arg("--port", default="8765", metavar="N", help="the port (default: 8765; 0: one that is free)"),
            arg(
                "--class",
                dest="lesson",
                metavar="SET.yaml",
                help="a class whose students join with codes and answer its exercises",
            ),
            arg("--record", metavar="FILE.csv", help="of a class: keep the answers in FILE, and go on from those that it holds"),
            flag("--no-practice", "pages without exercises"),
        ),
        forms=False,
    ),
    Command(
        "scenario",
        "the named protocols",
        ("vrest scenario", "vrest scenario pump-block"),
        (arg("name", nargs="?", metavar="SCENARIO", help="the scenario to show, as the file it is"),),
    ),
    Command(
        "kinds",
        "the kinds of mechanisms: laws, parameters, typical values, an example to copy",
        ("vrest kinds", "vrest kinds na_k_atpase"),
        (arg("kind", nargs="?", metavar="KIND", help="the kind to explain"),),
    ),
    Command(
        "tune",
        "numbers for which the described concentrations are the steady state",
        (
            "vrest tune mammalian-neuron --free plasma.pump.max_current --free plasma.Na_leak.permeability",
            "vrest tune proximal-tubule --free basolateral.pump.max_current --free apical.Na_entry.permeability "
            '--free apical.NHE_net.rate --voltage basolateral="-72 mV"',
        ),
        (
            CELL,
            SET,
            repeated("--free", "PATH", "a number that may change", required=True),
            repeated(
                "--voltage",
                "[MEMBRANE=]V",
                'hold the potential too, such as "-70 mV", or apical="-70 mV" where there are several membranes',
            ),
            arg("--output", metavar="FILE", help="also write the tuned description"),
        ),
    ),
    Command(
        "branches",
        "states along a number, through folds, stable or not",
        ('vrest branches mammalian-neuron --over plasma.pump.max_current="0.01:1 A/m^2:log"',),
        (
            CELL,
            SET,
            arg("--over", required=True, metavar="PATH=SPAN", help="the number: START:STOP UNIT[:log|lin]"),
            arg("--of", default="steady", choices=["steady", "rest"], help="steady states, or rest with concentrations held"),
        ),
        plot=True,
    ),
)
SENSITIVITY = Command(
    "sensitivity",
    "how much each number of a description moves V, and all else of a state or a time course",
    (
        "vrest sensitivity mammalian-neuron --ask steady --outputs V_mV,volume_pL",
        "vrest sensitivity mammalian-neuron --protocol raised-potassium --to outside.Na,plasma.pump.max_current",
    ),
    (
        CELL,
        SET,
        arg("--ask", metavar="QUESTION", help="rest (default), steady, or simulate (default with --protocol or --until)"),
        OUTPUTS,
        arg("--to", metavar="PATHS", help="to which numbers alone, as in outside.K,plasma.pump.max_current"),
        arg("--protocol", metavar="PROTOCOL", help="of simulate: a scenario or a protocol file"),
        *timing("of simulate: ", " (default: a hundredth of the course)"),
    ),
    plot=True,
)
SWEEP = Command(
    "sweep",
    "one question for many cells that differ in their numbers: grids, samples, tables",
    (
        "vrest sweep squid-axon --over outside.K=1:100mM:log:21",
        'vrest sweep mammalian-neuron --over plasma.K_leak.permeability="lognormal(5e-9 m/s, 1.3)" --n 8 --outputs V_mV,atp_mol_per_s',
        "vrest sweep squid-axon --over outside.K=1:100mM:log:21 --over outside.Na=50:500mM:21 --dry-run",
    ),
    (
        CELL,
        SET,
        repeated(
            "--over",
            "PATH=VALUES",
            "an axis: START:STOP UNIT[:log|lin][:POINTS], a,b,c, normal(m,sd), lognormal(m,gsd), uniform(a,b) or range",
            " (default: every number that has a range is drawn from it)",
            default=[],
        ),
        arg("--table", metavar="FILE", help="rows of a .csv or .parquet file with columns `outside.K [mM]` in place of axes"),
        repeated("--ignore", "COLUMN", "a column of the table that is left out", default=[]),
        flag("--paired", "values go together, the first of each axis with the first of the others"),
        arg("--ask", default="rest", metavar="QUESTION", help="rest (default), steady, simulate or excite"),
        arg("--outputs", metavar="NAMES", help="what is told of each row, as in V_mV,inside_mM"),
        arg("--protocol", metavar="PROTOCOL", help="of simulate: a scenario or a protocol file"),
        *timing("of simulate: ", " (default: a hundredth of the course)"),
        arg("--sample", metavar="HOW", help="grid, random, sobol or lhs (default: grid, or random where something is drawn)"),
        arg("--n", type=int, metavar="N", help="how many rows are drawn (default: 1000)"),
        SEED,
        THREADS,
        arg(
            "--device",
            default="cpu",
            metavar="DEVICE",
            help="cpu (default) or gpu: an NVIDIA GPU finds what lanes find otherwise",
        ),
        flag("--dry-run", "only say how many rows there are, and what they need"),
        arg(
            "-o",
            "--output",
            metavar="FILE",
            help="also write the rows: .csv, .nc, .parquet, or .zarr, which is filled as the sweep goes on",
        ),
        flag("--resume", "go on with a .zarr that was interrupted"),
        FORCE,
        flag("--allow-other-machine", "go on with a .zarr of another processor; last digits may differ"),
        arg("--scheduler", metavar="ADDRESS", help="answer on the workers of a dask cluster, as tcp://10.0.0.1:8786"),
    ),
    plot=True,
)
UNCERTAIN = Command(
    "uncertain",
    "what the ranges of numbers make of an answer, and which of them matters most",
    ("vrest uncertain mammalian-neuron --n 256",),
    (
        CELL,
        SET,
        repeated(
            "--over",
            "PATH=DISTRIBUTION",
            "normal(m,sd), lognormal(m,gsd), uniform(a,b), range, or a span",
            " (default: every number that has a range)",
            default=[],
        ),
        *OF_STATE,
        arg("--n", type=int, default=512, metavar="N", help="how many cells are drawn (default: 512)"),
        flag("--shapley", "also shares that add up; N more cells for each number, and N besides"),
        SEED,
        THREADS,
    ),
    plot=True,
)
FIT = Command(
    "fit",
    "numbers of a cell from measured potentials, currents or concentrations, and how well the data tell them",
    ("vrest fit squid-axon potentials.csv --free plasma.K_leak.permeability plasma.Na_leak.permeability",),
    (
        CELL,
        arg(
            "data",
            metavar="DATA.csv",
            help="columns such as outside.K [mM], V [mV], sd [mV]; V [mV], I [pA]; or time [s], inside.Na [mM]",
        ),
        SET,
        arg(
            "--free",
            action="extend",
            nargs="+",
            metavar="PATH[=LOW:HIGH UNIT]",
            help="numbers that may change, each with its bounds if you like; repeatable",
            required=True,
        ),
        repeated("--ignore", "COLUMN", "a column of the data that is left out", default=[]),
        SEED,
        arg("-o", "--output", metavar="FILE", help="also write the description with these numbers"),
    ),
    plot=True,
)
COMMANDS = {"answers": ABOUT_CELLS, "sweeps": (SENSITIVITY, SWEEP, UNCERTAIN), "fits": (FIT,)}
"""By the module of `vrest.cli` that answers, imported when the command runs."""
