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


def with_bicarbonate(fixed=None, **more) -> dict:
    """The description of a `pump_leak` with a bicarbonate leak and sugar, whose bicarbonate is held as `fixed` says."""
    ions = {"K": "120 mM", "Na": "15 mM", "Cl": "20 mM", "HCO3": "15 mM"}
    solutes = {"protein": {"valence": "-1.1", "amount": "neutral"}, "sugar": {"valence": "0", "amount": "23.090909090909 mM"}}
    inside = {"ions": ions, "impermeants": solutes} | ({} if fixed is None else {"fixed": fixed})
    mechanisms = leaks() | {"HCO3_leak": ghk("HCO3", "1e-9 m/s"), "pump": pump()}
    space = sphere(atp={"delta_G": "-50 kJ/mol"}) | inside
    return in_a_bath(mechanisms, space, bath(OUTSIDE | {"HCO3": "24 mM"}), "plasma", **more)


def potassium_only() -> vrest.Cell:
    """A cell that only K+ enters and leaves, in the short form."""
    ions = {"K": {"inside": INSIDE["K"], "outside": OUTSIDE["K"], "permeability": PERMEABILITY["K"]}}
    sphere = {"shape": {"sphere": {"diameter": "20 um"}}, "capacitance": "1 uF/cm^2", "impermeant": neutral()}
    return vrest.from_dict({"cell": "k", "temperature": "310 K", "ions": ions, **sphere})


def cell_of(*args, **more) -> vrest.Cell:
    """`in_a_bath`, loaded."""
    return vrest.from_dict(in_a_bath(*args, **more))


# -- cells of a sort of their own -------------------------------------------------------------------------------------


def dialysed(ions: dict | None = None, outside: dict | None = None, temperature: str = "37 degC", **mechanisms: dict) -> dict:
    """The description of a cell whose contents a pipette holds, with conductances of K+ and Na+, or of what is given."""
    ways = mechanisms or {"K": ohmic("1 nS", "K"), "Na": ohmic("0.1 nS", "Na")}
    inside = {"role": "held", "ions": ions or {"K": "140 mM", "Na": "5 mM"}}
    if ions:
        inside["volume"] = "2 pL"
    spaces = {"bath": bath(outside or {"K": "5 mM", "Na": "140 mM"}), "inside": inside}
    return described(spaces, {"pm": membrane(ways, outer="bath", capacitance="20 pF")}, temperature=temperature)


def plant(anion: str = "0 m/s", pump_current: str = "0.01 A/m^2") -> dict:
    """The description of a plant cell with a wall that takes nitrate up with protons and lets it out by `anion`, if at all."""
    ways = {
        "K": ghk("K", "1e-8 m/s"),
        "Hl": ghk("H", "1e-6 m/s"),
        "AHA2": {"kind": "h_atpase", "law": "reversible", "max_current": pump_current},
        "NRT": {"kind": "cotransport", "stoichiometry": {"H": -2, "NO3": -1}, "law": "affinity", "rate": "1e-10 mol/(m^2 s)"},
    }
    if not anion.startswith("0 "):
        ways["anion"] = ghk("NO3", anion)
    cytosol = sphere(
        {"K": "100 mM", "NO3": "5 mM", "H": "60 nM"}, "30 um", impermeant=neutral(-0.5), atp={"delta_G": "-50 kJ/mol"}
    )
    spaces = {"soil": bath({"K": "1 mM", "NO3": "0.5 mM", "H": "1 uM"}), "cytosol": cytosol}
    wall = {"water": {"permeability": "1e-5 m/s"}, "wall": {"elastic_modulus": "5 MPa", "turgor": "0.4 MPa"}}
    return described(spaces, {"pm": membrane(ways, "cytosol", "soil", **wall)}, cell="plant", temperature="22 degC")


def osmometer(**more) -> dict:
    """The description of a sphere, a quarter of it solid, that only water crosses; further keys are those of its membrane."""
    spaces = {
        "outside": bath({"Na": "150 mM", "Cl": "150 mM", "K": "0 mM"}),
        "inside": sphere({"K": "150 mM"}, "10 um", water_fraction=0.75, impermeant=neutral()),
    }
    water = {"water": {"L_p": "1 um/(min atm)"}} | more
    return described(spaces, {"m": membrane({"K": ghk("K", "0 m/s")}, **water)}, cell="osmometer", temperature="20 degC")


def red_cell() -> dict:
    """The description of a human red cell, whose water follows at once."""
    ways = leaks(K="2e-12 m/s", Na="1.5e-12 m/s", Cl="1e-10 m/s") | {
        "AE1": {"kind": "ae", "law": "affinity", "rate": "1e-5 mol/(m^2 s)"},
        "pump": pump("1e-3 A/m^2"),
    }
    spaces = {
        "plasma": bath({"K": "4.5 mM", "Na": "145 mM", "Cl": "105 mM", "HCO3": "24 mM"}, impermeant=neutral()),
        "cell": {
            "volume": "0.09 pL",
            "water_fraction": 0.7,
            "ions": {"K": "135 mM", "Na": "10 mM", "Cl": "75 mM", "HCO3": "16 mM"},
            "impermeants": {"Hb": {"valence": -6, "amount": "7 mM"}, "phosphates": neutral(-1.5)},
        },
    }
    around = membrane(ways, "cell", "plasma", area="137 um^2", water="instantaneous")
    return described(spaces, {"m": around}, cell="erythrocyte", temperature="37 degC")


def with_a_silent_store() -> dict:
    """The description of a cell with a store that nothing leaves or enters, so that its membrane has no potential."""
    spaces = {
        "bath": bath({"K": "5 mM", "Na": "140 mM", "Cl": "145 mM"}),
        "inside": {"volume": "1 pL", "ions": {"K": "140 mM", "Na": "5 mM", "Cl": "10 mM"}, "impermeant": neutral()},
        "store": {"volume": "0.1 pL", "ions": {"K": "100 mM"}, "impermeant": neutral()},
    }
    membranes = {
        "pm": membrane({"K": ghk("K", "1e-8 m/s"), "Na": ohmic("0.1 S/m^2", "Na")}, outer="bath", area="500 um^2"),
        "inner": membrane({"K": ghk("K", "0 m/s")}, "store", "inside", area="100 um^2"),
    }
    return described(spaces, membranes, cell="two", temperature="37 degC")


def with_calcium() -> dict:
    """The description of a cell whose calcium relaxes at 5e13 per second to 1e-16 mM, everything else within minutes."""
    pmca = {"kind": "primary_pump", "law": "reversible", "stoichiometry": {"Ca": 1}, "atp": 2, "max_current": "1e-3 A/m^2"}
    ways = leaks() | {"pump": pump(), "Ca_leak": ghk("Ca", "1e-13 m/s"), "PMCA": pmca}
    inside = {"volume": "2 pL", "ions": INSIDE | {"Ca": "1e-4 mM"}, "impermeant": neutral(), "atp": {"delta_G": "-55 kJ/mol"}}
    outside = bath({"K": "5 mM", "Na": "145 mM", "Cl": "140 mM", "Ca": "1.5 mM"}, impermeant=neutral())
    return in_a_bath(ways, inside, outside, "plasma", area="1000 um^2")


def slow_beside_fast() -> dict:
    """The description of an osmometer whose deviations die away at 1.7e11 to 7e-7 per second."""
    ways = {
        "Na": ohmic("0.1 S/m^2", "Na"),
        "K": ohmic("0.9090909090909092 S/m^2", "K"),
        "Cl": ohmic("0.1 S/m^2", "Cl"),
        "pump": pump("0.03360759972236619 A/m^2", "constant"),
    }
    inside = {"volume": "100 pL", "ions": {"Na": "50 mM", "K": "300 mM", "Cl": "100 mM"}, "impermeant": neutral()}
    sides = {"outside": bath({"Na": "437 mM", "K": "20 mM", "Cl": "457 mM"}), "inside": inside}
    around = membrane(ways, area="10000 um^2", capacitance="1e-3 uF/cm^2", water="instantaneous")
    return described(sides, {"m": around}, temperature="300 K")
