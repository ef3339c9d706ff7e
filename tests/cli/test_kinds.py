"""`vrest kinds`: the reference of mechanisms in the terminal, from the tables that read a description."""

import json
import subprocess
import sys

import pytest

import vrest
from cells import bath, described, leaks, membrane, neutral, sphere
from vrest.cli.main import main
from vrest.description.kind_reference import as_yaml, example_of, facts_of, kind_of, rows_of
from vrest.mechanisms.registry import REGISTERED, built_in

IONS = {
    "K": ("140 mM", "5 mM"),
    "Na": ("12 mM", "145 mM"),
    "Cl": ("10 mM", "110 mM"),
    "H": ("1e-4 mM", "4e-5 mM"),
    "Ca": ("1e-4 mM", "1.5 mM"),
    "HCO3": ("15 mM", "25 mM"),
    "ATP": ({"value": "2 mM", "valence": "-4"}, "6 mM"),
    "ADP": ({"value": "5 mM", "valence": "-3"}, "0.1 mM"),
    "CO2": ("1.2 mM", "1.2 mM"),
}
LAWS = [(kind, law) for kind in built_in().values() for law in kind.laws.values()]


def printed(capsys, *words):
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_the_list_holds_every_kind_with_its_laws(capsys):
    text = printed(capsys, "kinds")
    told = json.loads(printed(capsys, "kinds", "--json"))["kinds"]
    assert [one["kind"] for one in told] == list(built_in())
    for kind in built_in().values():
        assert f"\n{kind.name} " in f"\n{text}"
    assert "saturating" in text
    assert printed(capsys, "kinds", "--csv").count("\r\n") == len(built_in()) + 1 or "\r" not in text


@pytest.mark.parametrize("kind", built_in().values(), ids=lambda kind: kind.name)
def test_a_kind_is_explained_with_laws_equations_parameters_and_typical_values(kind, capsys):
    text = printed(capsys, "kinds", kind.name)
    assert max(len(line) for line in text.split("\n") if not line.startswith("  ")) <= 80  # equations stand as they are
    words = " ".join(text.split())
    for law in kind.laws.values():
        assert f"  {law.equation}\n" in text
        for row in rows_of(kind, law):
            assert f"\n{row.name} " in text
    assert "counted outward" in words or kind.species != "stoichiometry"
    told = json.loads(printed(capsys, "kinds", kind.name, "--json"))
    assert told == json.loads(json.dumps(facts_of(kind)))


def test_typical_values_of_the_pump_are_those_of_cells():
    (saturating,) = (law for law in facts_of(kind_of("na_k_atpase"))["laws"] if law["law"] == "saturating")
    rows = {row["name"]: row for row in saturating["parameters"]}
    assert rows["K_K"]["example"] == "1.5 mM"
    assert rows["K_K"]["typical"] == "0.5 to 2 mM"
    assert rows["K_Na"]["units"] == "mM"


@pytest.mark.parametrize(("kind", "law"), LAWS, ids=lambda part: part.name)
def test_every_example_is_read_as_it_is_printed(kind, law):
    """The example of each law stands in a cell that has its ions, written line by line as it is shown."""
    from ruamel.yaml import YAML

    written = YAML(typ="safe").load("\n".join(as_yaml("tried", example_of(kind, law))))
    inside, outside = ({ion: both[side] for ion, both in IONS.items()} for side in (0, 1))
    within = {"mechanisms": written} if kind.in_compartment else {}
    across = {} if kind.in_compartment else written
    inner = sphere(inside, impermeant=neutral(), atp={"delta_G": "-50 kJ/mol"}, **within)
    spaces = {"outside": bath(outside), "inside": inner} | ({"bath": bath(outside)} if "with" in written["tried"] else {})
    assert vrest.from_dict(described(spaces, {"plasma": membrane(leaks("K") | across)}))


def test_a_kind_of_ones_own_is_listed(capsys, monkeypatch):
    monkeypatch.setitem(REGISTERED, "my_kind", built_in()["ghk"])
    assert "ghk" in printed(capsys, "kinds", "my_kind")


def test_an_unknown_kind_names_the_nearest(capsys):
    assert main(["kinds", "na_k_atpas"]) == 2
    assert "did you mean na_k_atpase?" in capsys.readouterr().err


def test_the_reference_loads_no_solver():
    code = "import sys; from vrest.cli.main import main; main(['kinds', 'ghk']); sys.exit('casadi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
