"""vrest: how a living cell makes, keeps and pays for its resting membrane potential.

>>> import vrest
>>> round(1e3 * vrest.nernst_potential(z=1, c_in=140.0, c_out=5.0, T=310.0), 3)
-89.016
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "description.load": ("load", "from_yaml", "from_dict", "describe", "library_names"),
    "description.cell": ("Cell",),
    "analyses.rest": ("rest",),
    "analyses.iv": ("iv",),
    "analyses.over": ("rest_over",),
    "results.rest": ("RestResult",),
    "errors": ("InputError", "MissingExtraError", "NoAnswerError", "Problem", "VrestError"),
    "laws.nernst": ("concentration_ratio", "driving_force", "electrochemical_difference", "nernst_potential", "thermal_voltage"),
    "laws.ghk": ("ghk_current_density", "ghk_flux_density", "ghk_voltage", "ghk_voltage_residual"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    """Public names are imported when they are first used, so that `import vrest` costs nothing."""
    if name not in _HOME:
        from .errors import nearest

        close = nearest(name, _HOME)
        raise AttributeError(f"module 'vrest' has no attribute {name!r}" + (f"; did you mean {close!r}?" if close else ""))
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
