"""vrest: how a living cell makes, keeps and pays for its resting membrane potential.

>>> import vrest
>>> round(1e3 * vrest.rest("textbook-neuron").V_m["membrane"], 2)
-67.29
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

__version__ = "0.2.0"

_HOMES = {
    "description.library": (
        "load",
        "from_yaml",
        "from_dict",
        "describe",
        "library_names",
        "channels",
        "load_channel",
        "WrittenProtocol",
        "load_protocol",
        "protocol_from",
        "protocol_names",
    ),
    "description.cell": ("Cell",),
    "description.channels": ("channel_names",),
    "description.protocol": ("Protocol",),
    "questions.rest.rest": ("rest",),
    "questions.excite.excite": ("excite",),
    "questions.fit.fit": ("fit",),
    "questions.steady.branches": ("branches",),
    "questions.steady.donnan": ("donnan",),
    "questions.steady.explain": ("explain_cell",),
    "questions.rest.channel": ("channel_curves",),
    "questions.rest.iv": ("iv",),
    "questions.rest.over": ("rest_over",),
    "questions.simulate.simulate": ("simulate",),
    "questions.steady.steady_state": ("steady_state",),
    "questions.sensitivity.sensitivity": ("sensitivity",),
    "questions.sweep.sweep": ("sweep",),
    "questions.tune.tune": ("tune",),
    "questions.uncertain.uncertain": ("uncertain",),
    "questions.prepared": ("Prepared", "prepare"),
    "page.widget": ("widget",),
    "mechanisms.registry": ("register_kind",),
    "results.base": ("Certificate", "Result", "Unknown", "known"),
    "results.branches": ("BranchesResult",),
    "results.channel": ("ChannelResult",),
    "results.donnan": ("DonnanResult",),
    "results.excite": ("ExciteResult",),
    "results.explained": ("ExplainResult",),
    "results.fitted": ("FitResult",),
    "results.iv": ("IvResult",),
    "results.over": ("OverResult",),
    "results.rest": ("RestResult",),
    "results.sensitivity": ("CourseSensitivityResult", "SensitivityResult"),
    "results.simulation": ("SimulationResult",),
    "results.steady": ("SteadyResult",),
    "results.sweep": ("SweepResult",),
    "results.tuned": ("TuneResult",),
    "results.uncertain": ("UncertainResult",),
    "errors": ("InputError", "MissingExtraError", "NoAnswerError", "Problem", "VrestError"),
}
_ALIASES = {"explain": "explain_cell", "steady": "steady_state"}
"""A question is called in Python as its command is called; the names on the right are older and stay."""
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used, so that `import vrest` costs nothing. The laws are here too."""
    known, laws = _ALIASES.get(name, name), import_module(f"{__name__}.laws")
    if name == "laws":
        return laws
    if name == "__all__":
        return ["__version__", *__dir__(), *_ALIASES.values(), *dir(laws)]
    if known in _HOME:
        value = getattr(import_module(f"{__name__}.{_HOME[known]}"), known)
    elif name in dir(laws):
        value = getattr(laws, name)
    elif name.startswith("__") or find_spec(f"{__name__}.{name}"):
        raise AttributeError(name)  # what Python asks of any module, or one of the package's own, which it imports now
    else:
        from .errors import nearest

        close = nearest(name, [*__dir__(), *_HOME, *dir(laws)])
        raise AttributeError(f"module 'vrest' has no attribute {name!r}" + (f"; did you mean {close!r}?" if close else ""))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The questions, results and errors, and `laws` for the laws; older names are not listed."""
    return sorted([*(_HOME.keys() - _ALIASES.values()), *_ALIASES, "laws"])
