"""vrest: how a living cell makes, keeps and pays for its resting membrane potential.

>>> import vrest
>>> round(1e3 * vrest.nernst_potential(z=1, c_in=140.0, c_out=5.0, T=310.0), 3)
-89.016
"""

from __future__ import annotations

from typing import Any

__version__ = "0.2.0"

_HOMES = {
    "description.library": (
        "load",
        "from_yaml",
        "from_dict",
        "describe",
        "library_names",
        "load_protocol",
        "protocol_from",
        "protocol_names",
    ),
    "description.cell": ("Cell",),
    "questions.rest.rest": ("rest",),
    "questions.steady.branches": ("branches",),
    "questions.steady.donnan": ("donnan",),
    "questions.steady.explain": ("explain_cell",),
    "questions.rest.iv": ("iv",),
    "questions.rest.over": ("rest_over",),
    "questions.simulate.simulate": ("simulate",),
    "questions.steady.steady_state": ("steady_state",),
    "questions.tune.tune": ("tune",),
    "mechanisms.registry": ("register_kind",),
    "questions.prepared": ("prepare",),
    "results.base": ("Unknown", "known"),
    "results.simulation": ("SimulationResult",),
    "results.steady": ("SteadyResult",),
    "results.rest": ("RestResult",),
    "errors": ("InputError", "MissingExtraError", "NoAnswerError", "Problem", "VrestError"),
    "laws.activity": ("davies_activity_coefficient", "ionic_strength"),
    "laws.atp": ("atp_free_energy", "atp_power", "atp_standard_free_energy", "resting_atp_rate"),
    "laws.capacitor": (
        "capacitor_charge",
        "capacitor_energy",
        "concentration_of_charge",
        "membrane_field",
        "moles_of_charge",
        "surface_charge_density",
        "time_constant",
    ),
    "laws.cotransport": ("affinity_flux", "mass_action_flux", "mass_action_flux_signed"),
    "laws.donnan": ("donnan_concentrations", "donnan_potential", "donnan_pressure", "donnan_residual"),
    "laws.double_layer": (
        "debye_length",
        "diffuse_layer_drop",
        "gouy_chapman_potential",
        "grahame_charge",
        "grahame_potential",
        "grahame_residual",
        "water_permittivity",
    ),
    "laws.energy": ("chemical_potential", "dissipation", "stored_in_gradient"),
    "laws.ghk": ("ghk_current_density", "ghk_flux_density", "ghk_voltage", "ghk_voltage_residual"),
    "laws.junction": ("henderson_potential",),
    "laws.nernst": ("concentration_ratio", "driving_force", "electrochemical_difference", "nernst_potential", "thermal_voltage"),
    "laws.ohmic": (
        "chord_voltage",
        "conductance_from_permeability",
        "ghk_slope_conductance",
        "ohmic_current_density",
        "permeability_from_conductance",
    ),
    "laws.osmosis": ("L_p_to_osmotic_permeability", "osmotic_permeability_to_L_p", "osmotic_pressure", "water_flux_density"),
    "laws.proton": ("concentration_from_pH", "pH_from_concentration", "proton_motive_force"),
    "laws.pumps": (
        "affinity_factor",
        "cycle_affinity",
        "electrogenic_bound",
        "ion_work",
        "mullins_noda_potential",
        "pump_cubic",
        "pump_linear",
        "pump_power",
        "pump_saturating",
        "pump_sigmoid",
        "pump_stall_potential",
        "saturation",
        "two_state_pump_current",
        "two_state_reversal_potential",
    ),
    "laws.temperature": ("q10_factor",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["__version__"]
__all__ += list(_HOME)


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
