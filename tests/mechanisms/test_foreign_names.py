"""A kind is known by what it can: under another name, from Python or from a package, it gives the same answers to the digit."""

import dataclasses
import functools
import json
import sys

import pytest

import cells
import vrest
from effort import slow_unless
from vrest.mechanisms import registry
from vrest.mechanisms.parameter import Type

OUTSIDE = {"K": "5 mM", "Na": "145 mM", "Cl": "110 mM", "Ca": "1.2 mM", "H": "4e-5 mM", "HCO3": "25 mM"}
INSIDE = {"K": "140 mM", "Na": "12 mM", "Cl": "10 mM", "Ca": "1e-4 mM", "H": "6e-5 mM", "HCO3": "15 mM"}
LEAKS = cells.leaks("K", "Na", Cl="4e-9 m/s")
WIDTH = {"permeability": "3e-10 m/s", "conductance": "3 uS/cm^2", "max_rate": "1e-9 mol/(m^2 s)", "value": "0.01 uA/cm^2"}
OF_SPECIES = {
    "ion": {"ion": "Na"},
    "ion or carries": {"carries": {"Na": "0.4", "K": "0.6"}},
    "ion and counter_ion": {"ion": "K", "counter_ion": "Cl", "with": "outside", "parameters": {"D": "1e-4 1/s"}},
    "stoichiometry": {"stoichiometry": {"Na": "3", "K": "-2"}},
}
FORMULAS = {"rate": "P*(Na_in - Na_out)", "parameters": {"P": "1e-11 m/s"}}
OFTEN = {
    ("ghk_shared", ""),
    ("current", ""),
    ("formula", ""),
    ("exchange", ""),
    ("na_k_atpase", "saturating"),
    ("ncx", "affinity"),
}
OF_THEIR_OWN = ("h_ppase", "adp_atp_exchange", "reaction")
"""Kinds that need more around them than a plain cell has: a drive, nucleotides, a compartment's reactants; they have tests of their own."""
WITHOUT_A_STEADY_STATE = {
    *((pump, law) for pump in ("h_atpase", "v_atpase", "atp_synthase", "serca", "pmca") for law in ("constant", "saturating")),
    ("na_k_atpase", "balancing"),
}
"""Pumps beside which a plain cell has no leak of what they move, and the one that is no law for amounts that change."""
LAWS = [(kind.name, law) for kind in registry.built_in().values() if kind.name not in OF_THEIR_OWN for law in kind.laws]


def numbers(kind, law):
    """The numbers of a law, one of each group of which one is needed, as its own table gives them for examples."""
    moved = next(iter(kind.stoichiometry), "Na")
    left_out = {name for group in law.one_of for name in group[1:]}
    rows = [
        row
        for row in law.parameters
        if row.name not in left_out and (row.required or row.name in ("max_rate", "rate", "reversal"))
    ]
    found = {}
    for row in rows:
        if row.type is Type.QUANTITIES:
            found[row.name] = {"K": "1", "Na": "0.9"} if row.name == "ratios" else {moved: "10 mM"}
        elif row.type is not Type.FORMULA:
            found[row.name] = WIDTH.get(row.name, row.example)
    return found


def mechanism(kind, word, law):
    """A mechanism of a kind and law, whose kind is written as `word` and its law as `law`."""
    chosen = kind.laws[law]
    of_law = {"law": law} if law else {}
    formulas = FORMULAS if kind.species == "stoichiometry" and any(row.type is Type.FORMULA for row in chosen.parameters) else {}
    if kind.in_compartment:
        formulas = {"rate": "D*(c_in - c_out)"}
    if any(row.per_product for row in chosen.parameters):
        powers = sum(abs(n) for n in (kind.stoichiometry or {"Na": 3, "K": 2}).values())
        unit = " ".join(["mM^4"] * (powers // 4) + ([f"mM^{powers % 4}"] if powers % 4 else []))
        return {"kind": word, **of_law, **OF_SPECIES.get(kind.species, {}), "rate": f"1e-22 mol/(m^2 s {unit})"}
    return {"kind": word, **of_law, **OF_SPECIES.get(kind.species, {}), **numbers(kind, chosen), **formulas}


def cell(way, in_compartment):
    exchanges = {"mechanisms": {"way": way}} if in_compartment else {}
    inside = cells.sphere(INSIDE, impermeant=cells.neutral(), atp={"delta_G": "-50 kJ/mol"})
    ways = LEAKS | {"pump": cells.pump("0.02 A/m^2")} | ({} if in_compartment else {"way": way})
    return cells.cell_of(ways, inside | exchanges, cells.bath(OUTSIDE), name="plasma")


QUESTIONS = {
    "rest": vrest.rest,
    "steady": vrest.steady_state,
    "donnan": vrest.donnan,
    "explain": vrest.explain_cell,
    "iv": vrest.iv,
    "over": lambda c: vrest.rest_over(c, "outside.K", "3:8 mM:3"),
    "branches": lambda c: vrest.branches(c, "outside.K", "3:8 mM"),
    "tune": lambda c: vrest.tune(c, ["plasma.pump.max_current"]),
    "simulate": lambda c: vrest.simulate(c, until="10 s"),
    "leaks": lambda c: vrest.simulate(c, {"until": "10 s", "events": [{"at": "1 s", "multiply": {"leaks": "0.5"}}]}),
}


COSTLY = ("branches",)
"""Asked of the kinds that every run has: it takes as long as all others, and asks a kind for nothing that `steady` and `over` do not."""


def answers(way, in_compartment, names, left_out=()):
    """Every question's answer as text, or the words of its refusal; the kind's and law's own name stand in it as vrest's."""
    found = {}
    for word, question in QUESTIONS.items():
        if word in left_out:
            continue
        try:
            answer = json.dumps(question(cell(way, in_compartment)).to_dict())
        except vrest.VrestError as error:
            answer = f"{type(error).__name__}: {error}"
        for foreign, own in names.items():
            answer = answer.replace(foreign, own)
        found[word] = answer
    return found


@functools.cache
def own_answers(name, law):
    kind = registry.built_in()[name]
    return answers(mechanism(kind, name, law), kind.in_compartment, {}, left_out(name, law))


def left_out(name, law):
    return () if (name, law) in OFTEN else COSTLY


def renamed(kind, prefix):
    laws = {f"{prefix}{name}" if name else "": law for name, law in kind.laws.items()}
    laws = {name: dataclasses.replace(law, name=name) for name, law in laws.items()}
    default = kind.default_law and prefix + kind.default_law
    return dataclasses.replace(kind, name=prefix + kind.name, laws=laws, default_law=default)


@pytest.mark.parametrize(
    ("name", "law"), slow_unless(lambda *key: key in OFTEN, LAWS), ids=[f"{name} {law}".strip() for name, law in LAWS]
)
def test_a_kind_registered_under_another_name_gives_the_same_answers(name, law, monkeypatch):
    monkeypatch.setattr(registry, "REGISTERED", {})
    foreign = renamed(registry.built_in()[name], "my_")
    vrest.register_kind(foreign)
    way = mechanism(foreign, foreign.name, f"my_{law}" if law else "")
    found = answers(way, foreign.in_compartment, {"my_": ""}, left_out(name, law))
    assert found == own_answers(name, law)
    unanswered = {word for word in ("rest", "steady", "simulate", "leaks") if '"converged": true' not in found[word]}
    of_courses = {"simulate", "leaks"} if law == "balancing" else set()
    assert unanswered == of_courses | ({"steady"} if (name, law) in WITHOUT_A_STEADY_STATE else set())


PACKAGE = """
import dataclasses
from vrest.mechanisms.registry import built_in
{name} = dataclasses.replace(built_in()["ghk_shared"], name="{name}")
"""


def test_a_kind_of_an_installed_package_gives_the_same_answers(tmp_path, monkeypatch):
    name = "shared_of_a_package"
    (tmp_path / "foreign_kinds.py").write_text(PACKAGE.format(name=name))
    info = tmp_path / "foreign_kinds-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-kinds\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[vrest.mechanisms]\n{name} = foreign_kinds:{name}\n")
    monkeypatch.syspath_prepend(tmp_path)
    way = mechanism(registry.built_in()["ghk_shared"], name, "")
    try:
        assert answers(way, False, {name: "ghk_shared"}) == own_answers("ghk_shared", "")
    finally:
        sys.modules.pop("foreign_kinds", None)


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(vrest.InputError, match="there is a kind 'ghk' already"):
        vrest.register_kind(dataclasses.replace(registry.built_in()["ghk"], meaning="another"))
