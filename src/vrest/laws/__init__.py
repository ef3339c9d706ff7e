"""The physics: pure functions, SI in and SI out; one file per topic.

>>> from vrest import laws
>>> round(1e3 * laws.nernst_potential(z=1, c_in=140.0, c_out=5.0, T=310.0), 3)
-89.016
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "activity": ("davies_activity_coefficient", "debye_huckel_coefficient", "ionic_strength"),
    "atp": ("atp_free_energy", "atp_power", "atp_standard_free_energy", "resting_atp_rate"),
    "buffers": ("bound_protons", "bound_to_sites", "free_beside_sites", "free_protons"),
    "capacitor": (
        "capacitor_charge",
        "capacitor_energy",
        "concentration_of_charge",
        "electric_pressure",
        "membrane_field",
        "moles_of_charge",
        "surface_charge_density",
        "time_constant",
    ),
    "cotransport": ("affinity_flux", "mass_action_flux", "mass_action_flux_signed"),
    "donnan": ("donnan_concentrations", "donnan_potential", "donnan_pressure", "donnan_residual"),
    "double_layer": (
        "binding_surface_potential",
        "binding_surface_residual",
        "debye_length",
        "diffuse_layer_drop",
        "diffuse_layer_potential",
        "gouy_chapman_potential",
        "grahame_charge",
        "grahame_potential",
        "grahame_residual",
        "water_permittivity",
    ),
    "energy": ("chemical_potential", "dissipation", "stored_in_gradient"),
    "ghk": ("ghk_current_density", "ghk_flux_density", "ghk_voltage", "ghk_voltage_residual"),
    "junction": ("henderson_potential",),
    "mitochondrial": ("adp_atp_exchange", "uniporter_flux_density"),
    "nernst": ("concentration_ratio", "driving_force", "electrochemical_difference", "nernst_potential", "thermal_voltage"),
    "ohmic": (
        "chord_voltage",
        "conductance_from_permeability",
        "ghk_slope_conductance",
        "ohmic_current_density",
        "permeability_from_conductance",
    ),
    "osmosis": ("L_p_to_osmotic_permeability", "osmotic_permeability_to_L_p", "osmotic_pressure", "water_flux_density"),
    "proton": ("concentration_from_pH", "pH_from_concentration", "proton_motive_force"),
    "pump_cycles": (
        "affinity_turnover",
        "bounded_affinity_factor",
        "pump_competition",
        "pump_hill",
        "pump_voltage_factor",
        "two_state_closing_constant",
        "two_state_turnover",
    ),
    "pumps": (
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
    "reaction": ("mass_action_turnover", "reaction_affinity"),
    "temperature": ("q10_factor",),
}
"""Every law under the module that holds it."""
_HOME = {name: module for module, names in HOMES.items() for name in names}

__all__ = list(_HOME)  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """A law is imported when it is first used."""
    if name not in _HOME:
        from ..errors import nearest

        close = nearest(name, _HOME)
        raise AttributeError(f"there is no law {name!r}" + (f"; did you mean {close!r}?" if close else ""))
    law = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = law
    return law


def __dir__() -> list[str]:
    return sorted(_HOME)
