"""Cells and protocols whose energy is known or hard to keep: free volumes, walls, several baths, closed spaces, nested ones."""

import vrest
import vrest

LEAKS = {
    "K_leak": {"kind": "ghk", "ion": "K", "permeability": "1e-8 m/s"},
    "Na_leak": {"kind": "ghk", "ion": "Na", "permeability": "4e-10 m/s"},
    "Cl_leak": {"kind": "ghk", "ion": "Cl", "permeability": "4.5e-9 m/s"},
}
PUMP = {"kind": "na_k_atpase", "law": "saturating", "max_current": "0.05 A/m^2", "K_Na": "10 mM", "K_K": "1.5 mM"}
BATH = {"role": "bath", "ions": {"K": "5 mM", "Na": "145 mM", "Cl": "110 mM"}}
INSIDE = {
    "shape": {"sphere": {"diameter": "20 um"}},
    "ions": {"K": "140 mM", "Na": "12 mM", "Cl": "10 mM"},
    "impermeant": {"valence": -1.1, "amount": "neutral"},
    "atp": {"delta_G": "-50 kJ/mol"},
}


def cell(compartments=None, membranes=None, name="cell", **plasma):
    """A pump and leaks, with anything else."""
    described = {
        "cell": name,
        "temperature": "310 K",
        "compartments": {"outside": BATH, "inside": INSIDE} | (compartments or {}),
        "membranes": {
            "plasma": {"between": ["inside", "outside"], "capacitance": "1 uF/cm^2", "mechanisms": {**LEAKS, "pump": PUMP}} | plasma
        }
        | (membranes or {}),
    }
    return vrest.from_dict(described)


def of_kind(name):
    """One of the cells that the first law is tried on, by name."""
    water = {"permeability": "1e-4 m/s"}
    if name == "fixed":
        return cell()
    if name == "swelling":
        return cell(water=water, area_policy="shape")
    if name == "at once":
        return cell(water="instantaneous", area_policy="shape")
    if name == "walled":
        return cell(water={"L_p": "1e-13 m/(s Pa)"}, wall={"elastic_modulus": "1 MPa", "turgor": "0.1 MPa"})
    if name == "between baths":
        blood = {"role": "bath", "ions": {"K": "4 mM", "Na": "100 mM", "Cl": "80 mM"}, "clamped": "-5 mV"}
        other = {"between": ["inside", "blood"], "capacitance": "1 uF/cm^2", "mechanisms": LEAKS, "water": water}
        return cell({"blood": blood}, {"basal": other | {"area": "1000 um^2"}}, water=water, area="1256 um^2")
    if name == "open bath":
        lumen = {"role": "bath", "ions": {"K": "4 mM", "Na": "100 mM", "Cl": "80 mM"}, "open": True}
        other = {"between": ["inside", "lumen"], "capacitance": "1 uF/cm^2", "mechanisms": LEAKS, "area": "1000 um^2"}
        return cell({"lumen": lumen}, {"apical": other}, area="1256 um^2")
    if name == "closed":
        return cell({"outside": {**BATH, "role": "cell", "volume": "1 pL", "impermeant": {"valence": -1, "amount": "neutral"}}}, water=water)
    assert name == "nested"
    inner = {"volume": "0.5 pL", "ions": {"K": "100 mM", "Na": "40 mM", "Cl": "90 mM"}, "impermeant": {"valence": -1, "amount": "neutral"}}
    other = {"between": ["vacuole", "inside"], "capacitance": "1 uF/cm^2", "mechanisms": LEAKS, "water": water, "area": "300 um^2"}
    return cell({"vacuole": inner}, {"tonoplast": other}, water=water, area="1256 um^2")


KINDS = ("fixed", "swelling", "at once", "walled", "between baths", "open bath", "closed", "nested")
OFF = {"until": "40 min", "events": [{"from": "10 min", "to": "20 min", "multiply": {"pumps": 0}}]}
PROTOCOLS = {
    "pump off and on": OFF,
    "a bath's step": {"until": "20 min", "events": [{"from": "5 min", "to": "10 min", "set": {"outside.K": "15 mM"}}]},
    "a bath's ramp": {"until": "20 min", "events": [{"from": "5 min", "to": "10 min", "ramp": {"outside.K": "15 mM"}}]},
    "warmer": {"until": "20 min", "events": [{"from": "5 min", "to": "10 min", "ramp": {"temperature": "315 K"}}]},
    "current": {"until": "3 min", "events": [{"from": "1 s", "to": "2 min", "current": "10 pA", "into": "inside", "carrier": "K"}]},
    "voltage": {"until": "3 min", "events": [{"from": "1 s", "to": "2 min", "voltage": "-20 mV", "into": "inside", "carrier": "Na"}]},
    "dialysis": {"until": "5 min", "events": [{"from": "1 s", "to": "2 min", "dialyse": "inside"}]},
}


def library(name):
    return vrest.load(name)
