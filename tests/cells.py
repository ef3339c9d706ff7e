"""The cell that most tests describe, and its parts: a sphere of 20 um in a bath, with leaks and a pump.

Every part is a fresh dictionary as the file format has it; what is given by name replaces what is here or is added to it.
"""

from __future__ import annotations

import vrest

INSIDE = {"K": "140 mM", "Na": "12 mM", "Cl": "10 mM"}
OUTSIDE = {"K": "5 mM", "Na": "145 mM", "Cl": "110 mM"}
PERMEABILITY = {"K": "1e-8 m/s", "Na": "4e-10 m/s", "Cl": "4.5e-9 m/s"}


# -- mechanisms -------------------------------------------------------------------------------------------------------


def ghk(ion: str, permeability: str = "", **more) -> dict:
    return {"kind": "ghk", "ion": ion, "permeability": permeability or PERMEABILITY[ion]} | more


def ohmic(conductance: str, ion: str = "", **more) -> dict:
    return {"kind": "ohmic", "conductance": conductance} | ({"ion": ion} if ion else {}) | more


def leaks(*ions: str, **permeabilities: str) -> dict:
    """Leaks named `K_leak` ... by constant field: of some ions with the usual permeabilities, of others with those given; or of all."""
    if not ions and not permeabilities:
        ions = tuple(PERMEABILITY)
    return {f"{ion}_leak": ghk(ion, P) for ion, P in (dict.fromkeys(ions, "") | permeabilities).items()}


def pump(max_current: str = "0.05 A/m^2", law: str = "saturating", **more) -> dict:
    """A sodium pump; the laws that saturate have their usual constants."""
    sites = {"K_Na": "10 mM", "K_K": "1.5 mM"} if law in ("saturating", "reversible") else {}
    return {"kind": "na_k_atpase", "law": law, "max_current": max_current} | sites | more


# -- compartments -----------------------------------------------------------------------------------------------------


def neutral(valence: float = -1) -> dict:
    """Impermeants that make their compartment neutral."""
    return {"valence": valence, "amount": "neutral"}


def bath(ions: dict | None = None, **more) -> dict:
    return {"role": "bath", "ions": dict(ions or OUTSIDE)} | more


def sphere(ions: dict | None = None, diameter: str = "20 um", **more) -> dict:
    """A space of a cell with `impermeant: neutral()`, `atp: {...}` and the like only where they are given."""
    return {"shape": {"sphere": {"diameter": diameter}}, "ions": dict(ions or INSIDE)} | more


# -- cells ------------------------------------------------------------------------------------------------------------


def membrane(mechanisms: dict, inner: str = "inside", outer: str = "outside", **more) -> dict:
    return {"between": [inner, outer], "capacitance": "1 uF/cm^2", "mechanisms": mechanisms} | more


def described(compartments: dict, membranes: dict, *, cell: str = "c", temperature: str = "310 K", **more) -> dict:
    return {"cell": cell, "temperature": temperature, **more, "compartments": compartments, "membranes": membranes}


def in_a_bath(mechanisms: dict, inside: dict | None = None, outside: dict | None = None, name: str = "m", **more) -> dict:
    """The description of a sphere in a bath; further keys are those of its one membrane."""
    spaces = {"outside": outside or bath(), "inside": inside or sphere()}
    return described(spaces, {name: membrane(mechanisms, **more)})


def pump_leak(
    name: str = "plasma",
    valence: float = -1.1,
    inside: dict | None = None,
    outside: dict | None = None,
    mechanisms: dict | None = None,
    **more,
) -> dict:
    """The description of a sphere in a bath with leaks, a pump and ATP; what is given replaces or is added, `more` to its membrane."""
    space = sphere(impermeant=neutral(valence), atp={"delta_G": "-50 kJ/mol"}) | (inside or {})
    return in_a_bath(mechanisms or leaks() | {"pump": pump()}, space, bath() | (outside or {}), name, **more)


def potassium_only() -> vrest.Cell:
    """A cell that only K+ enters and leaves, in the short form."""
    ions = {"K": {"inside": INSIDE["K"], "outside": OUTSIDE["K"], "permeability": PERMEABILITY["K"]}}
    sphere = {"shape": {"sphere": {"diameter": "20 um"}}, "capacitance": "1 uF/cm^2", "impermeant": neutral()}
    return vrest.from_dict({"cell": "k", "temperature": "310 K", "ions": ions, **sphere})


def cell_of(*args, **more) -> vrest.Cell:
    """`in_a_bath`, loaded."""
    return vrest.from_dict(in_a_bath(*args, **more))
