"""Reactions that are held at equilibrium: exact, the limit of fast ones, accounted for in matter, charge and energy."""

import math
from pathlib import Path
from types import SimpleNamespace

import casadi
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import cells
import in_node
import vrest
from in_node import needs_node
from vrest.constants import F, R
from vrest.description.cell import Buffer, Value
from vrest.description.equilibrium import Equilibrium
from vrest.description.library import protocol_of
from vrest.system.cell import CellSystem

K_CO2 = 10**-3.1
"""pK 6.1, in mM."""
CO2 = {"kind": "reaction", "stoichiometry": {"CO2": -1, "H": 1, "HCO3": 1}, "pK": "6.1", "rate": "fast"}
ACID = cells.INSIDE | {"CO2": "1.2 mM", "HCO3": "12 mM", "H": "pH 7.1"}
BATH = cells.OUTSIDE | {"CO2": "1.2 mM", "HCO3": "24 mM", "H": "pH 7.4"}
BUFFER = {"H": {"capacity": "20 mM"}}
STEP = {"at": "10 s", "set": {"outside.CO2": "5 mM", "outside.Na": "120 mM", "outside.Cl": "85 mM"}}


def held(reaction: dict | None = None, buffer: dict | None = None, water: str | dict = "none", impermeant=None, **ions: str):
    """A pump-leak cell in which carbon dioxide is hydrated at once."""
    P = {"CO2": "1e-4 m/s", "HCO3": "1e-10 m/s"}
    ways = cells.leaks() | {f"{ion}_leak": cells.ghk(ion, P[ion]) for ion in P} | {"pump": cells.pump()}
    inside = {"ions": ACID | ions, "mechanisms": {"co2": CO2 | (reaction or {})}}
    inside |= {key: one for key, one in (("buffer", buffer), ("impermeant", impermeant)) if one}
    return vrest.from_dict(cells.pump_leak(inside=inside, outside={"ions": dict(BATH)}, mechanisms=ways, water=water))


def off(c: dict) -> np.ndarray:
    return np.abs(c["H"] * c["HCO3"] / c["CO2"] / K_CO2 - 1)


# -- what is free ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("buffer", [None, BUFFER])
def test_a_described_composition_comes_to_equilibrium_with_all_that_it_holds(buffer):
    """Against a root of its own: HCO3 + x, CO2 - x, and protons that are free or bound by a capacity."""
    found = vrest.rest(held(buffer=buffer, HCO3="20 mM"))
    beta = 20.0 if buffer else 0.0
    H0 = 10**-4.1

    def excess(pH: float) -> float:
        H = 10 ** (3 - pH)
        x = H - H0 + beta * math.log10(H / H0)
        return H * (20 + x) - K_CO2 * (1.2 - x)

    pH = brentq(excess, 4.0, 10.0, xtol=1e-14)
    assert found.pH["inside"] == pytest.approx(pH, abs=1e-10)
    assert found.neutrality["inside"] == pytest.approx(0.0, abs=1e-9)
    note = next(note for note in found.notes if "not described at the equilibrium of 'co2'" in note)
    assert "HCO3 20 mM -> " in note
    assert "H pH 7.1 -> pH 7." in note


def test_what_is_described_at_equilibrium_stays_and_nothing_is_said():
    found = vrest.rest(held())
    assert found.pH["inside"] == pytest.approx(7.1, abs=1e-12)
    assert not any("equilibrium of" in note for note in found.notes)


NETS = {
    "a chain": {"a": ({"CO2": -1, "H": 1, "HCO3": 1}, 6.1), "b": ({"HCO3": -1, "H": 1, "CO3": 1}, 10.2)},
    "one shared": {"a": ({"CO2": -1, "H": 1, "HCO3": 1}, 6.1), "b": ({"NH4": -1, "H": 1, "NH3": 1}, 9.2)},
    "a chelator": {
        "a": ({"CaE": -1, "Ca": 1, "E": 1}, 7.0),
        "b": ({"HE": -1, "H": 1, "E": 1}, 8.9),
        "c": ({"H2E": -1, "H": 2, "E": 1}, 17.0),
    },
    "two for two": {"a": ({"PCr": -1, "ADP": -1, "H": -1, "Cr": 1, "ATP": 1}, -9.0), "b": ({"ADP": -2, "ATP": 1, "AMP": 1}, 0.0)},
    "a pair": {"a": ({"A": -2, "B": 1}, -3.0)},
}


CAPACITY = {"H": Buffer(capacity=Value(25.0))}


def equilibrium(name: str, buffers: dict) -> tuple[Equilibrium, dict[str, float]]:
    net, form = NETS[name], {"parameters": ("pK",), "form": ""}
    numbers = {f"i.{word}.pK": pK for word, (_, pK) in net.items()}
    if buffers:
        numbers |= {"i.H.buffer": 25.0, "i.H.buffer.at": 10**-4.2}
    ways = {
        word: SimpleNamespace(species={ion: -float(n) for ion, n in counts.items()}, **form) for word, (counts, _) in net.items()
    }
    return Equilibrium(SimpleNamespace(name="i", at_equilibrium=ways, buffers=buffers, fixed={})), numbers


BUFFERED = [name for name, net in NETS.items() if any("H" in counts for counts, _ in net.values())]


@pytest.mark.parametrize(("name", "buffers"), [*((name, {}) for name in NETS), *((name, CAPACITY) for name in BUFFERED)])
def test_in_any_net_mass_action_holds_and_only_extents_change(name, buffers):
    """Whatever it begins with, buffered or not, and in a graph too: what moved are multiples of the reactions."""
    one, numbers = equilibrium(name, buffers)
    draw, net = np.random.default_rng(5), NETS[name]
    graph = traced(one, numbers)
    for _ in range(20):
        begun = {ion: 10 ** draw.uniform(-5, -3 if ion in ("H", "Ca") else 1.5) for ion in one.species}
        found = {
            path.removeprefix("i."): c for path, c in one.settled(numbers | {f"i.{ion}": c for ion, c in begun.items()}).items()
        }
        for word, (counts, _) in net.items():
            quotient = sum(n * math.log(found[ion]) for ion, n in counts.items())
            ln_K = math.log(10) * (3 * sum(counts.values()) - numbers[f"i.{word}.pK"])
            assert quotient == pytest.approx(ln_K, abs=1e-11)
        bound = {"H": 25.0 * math.log10(found["H"] / begun["H"])} if buffers else {}
        moved = np.array([found[ion] - begun[ion] + bound.get(ion, 0.0) for ion in one.species])
        N = np.array([[counts.get(ion, 0) for ion in one.species] for counts, _ in net.values()], dtype=float)
        extents = np.linalg.lstsq(N.T, moved, rcond=None)[0]
        assert N.T @ extents == pytest.approx(moved, abs=1e-11 * max(*begun.values(), 25.0))
        assert np.array(graph(list(begun.values()))).ravel() == pytest.approx(list(found.values()), rel=1e-9)


def traced(one: Equilibrium, numbers: dict[str, float]) -> casadi.Function:
    c = casadi.SX.sym("c", len(one.species))
    found = one.settled(numbers | {f"i.{ion}": c[k] for k, ion in enumerate(one.species)})
    return casadi.Function("settled", [c], [casadi.vertcat(*found.values())])


def test_two_reactions_and_a_buffer_are_a_root_in_the_pH_alone():
    one, numbers = equilibrium("one shared", CAPACITY)
    begun = {"CO2": 1.2, "H": 6e-5, "HCO3": 8.0, "NH4": 3.0, "NH3": 1.0}
    found = one.settled(numbers | {f"i.{ion}": c for ion, c in begun.items()})

    def acids(H: float) -> tuple[float, float]:
        return 9.2 * H / (H + 10**-3.1), 4.0 * H / (H + 10**-6.2)

    def protons(pH: float) -> float:
        H = 10 ** (3 - pH)
        return H - 6e-5 + 25.0 * math.log10(H / 6e-5) + sum(acids(H)) - 1.2 - 3.0

    H = 10 ** (3 - brentq(protons, 4.0, 10.0, xtol=1e-15))
    assert found["i.H"] == pytest.approx(H, rel=1e-12)
    assert (found["i.CO2"], found["i.NH4"]) == pytest.approx(acids(H), rel=1e-12)


def test_arrays_are_answered_as_each_of_their_numbers():
    one, numbers = equilibrium("one shared", {})
    begun = {ion: 10 ** np.random.default_rng(2).uniform(-3, 1, 7) for ion in one.species}
    many = one.settled(numbers | {f"i.{ion}": c for ion, c in begun.items()})
    for k in range(7):
        each = one.settled(numbers | {f"i.{ion}": float(c[k]) for ion, c in begun.items()})
        assert [many[path][k] for path in each] == pytest.approx(list(each.values()), rel=1e-12)


# -- the limit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("buffer", [None, BUFFER])
def test_a_steady_state_is_that_of_a_reaction_a_million_times_faster(buffer):
    found, near = (vrest.steady_state(held(reaction, buffer)) for reaction in ({}, {"rate": "2e5 1/s"}))
    assert found.point.V_m["plasma"] == pytest.approx(near.point.V_m["plasma"], abs=1e-12)
    assert found.point.inside["inside"] == pytest.approx(near.point.inside["inside"], rel=1e-9)
    assert off({ion: np.array(c) for ion, c in found.point.inside["inside"].items()}) < 1e-13
    assert found.point.stable is True
    slowest = [min(abs(e.real) for e in one.eigenvalues) for one in (found, near)]
    assert slowest[0] == pytest.approx(slowest[1], rel=1e-4)
    assert found.certificate.mass_error < 1e-12


@pytest.mark.parametrize("water", ["none", {"permeability": "1e-5 m/s"}])
def test_a_run_is_that_of_a_reaction_a_million_times_faster(water):
    """Carbon dioxide comes, bicarbonate is added, a pipette brings both."""
    add = {"at": "20 s", "set": {"inside.HCO3": "14 mM"}, "counter_ion": "Cl"}
    pipette = {"from": "30 s", "to": "31 s", "dialyse": "inside", "solution": {"K": "130 mM", "CO2": "4 mM"}}
    protocol = {"protocol": "p", "until": "2 min", "events": [STEP, add, pipette]}
    at = ["9 s", "15 s", "25 s", "40 s", "120 s"]
    found, near = (vrest.simulate(held(reaction, BUFFER, water), protocol, at=at) for reaction in ({}, {"rate": "2e5 1/s"}))
    for ion in ("CO2", "HCO3", "H", "K"):
        assert found.c["inside"][ion] == pytest.approx(near.c["inside"][ion], rel=1e-5)
    assert off(found.c["inside"]).max() < 1e-13
    assert found.certificate.mass_error < 1e-12
    assert found.certificate.charge_error < 1e-9
    assert max(found.certificate.residuals["first_law_fraction"].values()) < 1e-9
    assert not found.certificate.dissipation_violations
    if water == "none":
        flux, other = (one.exchanges["inside"]["co2"]["HCO3"] for one in (found, near))
        assert flux == pytest.approx(other, rel=2e-3)


@pytest.mark.slow
def test_impermeants_that_are_titrated_take_part():
    """A steady state and a run beside protons that proteins bind, against a reaction a million times faster."""
    titrated = {"valence": "-1.2 - 0.5/(1 + exp(2.302585*(6.8 - pH)))", "amount": "neutral"}
    found, near = (held(one, BUFFER, {"permeability": "1e-5 m/s"}, impermeant=titrated) for one in ({}, {"rate": "2e5 1/s"}))
    steady = [vrest.steady_state(one).point.inside["inside"] for one in (found, near)]
    assert steady[0] == pytest.approx(steady[1], rel=1e-9)
    protocol = {"protocol": "p", "until": "2 min", "events": [STEP]}
    runs = [vrest.simulate(one, protocol, at=["15 s", "2 min"]) for one in (found, near)]
    assert runs[0].pH["inside"] == pytest.approx(runs[1].pH["inside"], abs=1e-6)
    assert runs[0].certificate.mass_error < 1e-12
    assert max(runs[0].certificate.residuals["first_law_fraction"].values()) < 1e-9


def test_the_ledger_tells_what_turned_over():
    """What is left of the carbon dioxide that came is not turned over; the rest is, and gives a proton and bicarbonate each."""
    cell = held(buffer=BUFFER)
    found = vrest.simulate(cell, {"protocol": "p", "until": "5 min", "events": [STEP]})
    w, c = found.water["inside"][-1], found.c["inside"]
    received = found.ledger["reaction.inside.co2"]
    came = -found.ledger["outside"]["CO2"]
    assert received["CO2"] == pytest.approx(came - (c["CO2"][-1] - c["CO2"][0]) * w, rel=1e-9)
    assert received["H"] == received["HCO3"] == pytest.approx(-received["CO2"], rel=1e-12)
    assert received["CO2"] > 1e-14


def test_at_rest_it_turns_over_what_keeps_it_at_equilibrium():
    """d ln(H HCO3/CO2) = 0 with what crosses: one linear equation by hand."""
    found = vrest.rest(held(buffer=BUFFER, HCO3="20 mM"))
    one, H, w = found.exchanges["inside"]["co2"], 10 ** (3 - found.pH["inside"]), math.pi * 20e-6**3 / 6
    drift = found.drift["inside"]
    leak = {ion: -found.mechanisms["plasma"][f"{ion}_leak"].fluxes[ion] for ion in ("CO2", "HCO3")}
    v = -one.fluxes["HCO3"]
    assert one.fluxes["CO2"] == pytest.approx(v, rel=1e-12)
    assert drift["HCO3"] == pytest.approx((leak["HCO3"] + v) / w, rel=1e-9)
    assert drift["CO2"] == pytest.approx((leak["CO2"] - v) / w, rel=1e-9)
    assert drift["H"] == pytest.approx(v / w / (1 + 20.0 / math.log(10) / H), rel=1e-6)
    HCO3 = 20.0 + (20.0 * (7.1 - found.pH["inside"]) + H - 10**-4.1)
    gas = H * HCO3 / K_CO2
    assert drift["H"] / H + drift["HCO3"] / HCO3 == pytest.approx(drift["CO2"] / gas, rel=1e-5)
    assert one.dissipation == 0.0


def test_a_steady_state_is_that_of_fluxes_solved_by_hand():
    """CO2 is level, and bicarbonate that leaves is made of it: protons come to where their driving force is that of bicarbonate."""
    found = vrest.steady_state(held(buffer=BUFFER))
    c, V = found.point.inside["inside"], found.point.V_m["plasma"]
    assert c["CO2"] == pytest.approx(1.2, rel=1e-9)
    assert c["HCO3"] == pytest.approx(24.0 * math.exp(V * F / (R * 310.0)), rel=1e-6)
    assert c["H"] == pytest.approx(K_CO2 * 1.2 / c["HCO3"], rel=1e-6)


def test_the_jacobian_is_exact():
    whole = CellSystem(held(buffer=BUFFER))
    x = np.array(whole.states.initial(whole.numbers))
    sizes = np.array(
        [max(abs(v), row.size(whole.numbers) if row.scale else 0.0) for v, row in zip(x, whole.states.rows, strict=True)]
    )
    sizes[whole.states.are("charge")] = 1e-12
    x = x + 0.01 * sizes
    symbol = casadi.SX.sym("x", x.size)
    f = casadi.vertcat(*whole.derivative([symbol[k] for k in range(x.size)], whole.numbers))
    J = np.array(casadi.Function("J", [symbol], [casadi.jacobian(f, symbol)])(x))
    for k, size in enumerate(sizes):
        h = 1e-5 * size
        up, down = (
            np.array(whole.derivative(list(x + s * h * (np.arange(x.size) == k)), whole.numbers), dtype=float) for s in (1, -1)
        )
        rounding = 1e-13 * np.abs(up).max() / h
        assert np.all(np.abs(J[:, k] - (up - down) / (2 * h)) <= 1e-5 * np.abs(J[:, k]) + rounding)


# -- an experiment -----------------------------------------------------------------------------------------------------

T, V, RHO, BETA = 295.15, -0.057, 8000.0, 26.0
GAS, SALT = 1.509, 1.509 * 10 ** (7.7 - 6.18)
AT = (30.0, 120.0, 300.0, 1799.0, 2400.0)


def axon(folder: Path) -> str:
    """The squid axon of the library, written with reactions at equilibrium."""
    text = (Path(vrest.__file__).parent / "library" / "squid-axon-ph.yaml").read_text()
    before, *rest = text.split("rate: {value: 1000 1/s")
    assert len(rest) == 2
    file = folder / "axon.yaml"
    file.write_text(before + "".join("rate: fast" + one.partition("}")[2] for one in rest))
    return str(file)


def slopes(t: float, y: np.ndarray, gas: float, salt: float) -> list[float]:
    """H+ and all carbon at equilibrium, at a held potential."""
    H, total = y
    K = 10 ** (3 - 6.18)
    a, u = H / (H + K), F * V / (R * T)
    J_gas = 6e-5 * (gas - a * total)
    J_salt = 5e-9 * -u * (salt - total * (1 - a) * math.exp(-u)) / (math.exp(-u) - 1)
    power = math.log(10) * H / BETA
    released = RHO * ((1 - a) * J_gas - a * J_salt)
    return [power * released / (1 + power * total * K / (H + K) ** 2), RHO * (J_gas + J_salt)]


def test_an_axon_in_carbon_dioxide_is_that_of_an_integration_of_its_own(tmp_path):
    held_at = {"from": "0 s", "to": "2400 s", "voltage": "-57 mV", "into": "inside", "carrier": "K"}
    gas = {"from": "1e-6 s", "to": "1800 s", "set": {"outside.CO2": f"{GAS!r} mM", "outside.HCO3": f"{SALT!r} mM"}}
    found = vrest.simulate(
        axon(tmp_path), {"protocol": "p", "until": "2400 s", "events": [held_at, gas]}, at=[f"{t} s" for t in AT]
    )
    y, expected = [10 ** (3 - 7.32), 0.0], []
    for span, bath, at in (((0, 1800), (GAS, SALT), AT[:4]), ((1800, 2400), (0.0, 0.0), AT[4:])):
        run = solve_ivp(slopes, span, y, "BDF", sorted({*at, span[1]}), args=bath, rtol=1e-9, atol=1e-13)
        expected += [3 - math.log10(H) for H in run.y[0][: len(at)]]
        y = run.y[:, -1]
    assert found.pH["inside"] == pytest.approx(expected, abs=3e-4)
    assert found.pH["inside"][:2] == pytest.approx([6.9752, 6.9556], rel=0.01)
    assert found.certificate.mass_error < 1e-12
    assert found.certificate.charge_error < 1e-9


# -- what answers say, and what cannot be ------------------------------------------------------------------------------


def test_a_constant_is_changed_by_a_protocol_and_followed_along():
    ramp = {"from": "20 s", "to": "60 s", "ramp": {"inside.co2.pK": "6.4"}}
    step = {"at": "80 s", "set": {"inside.co2.pK": "6.0"}}
    found = vrest.simulate(held(buffer=BUFFER), {"protocol": "p", "until": "100 s", "events": [ramp, step]}, at=["70 s", "90 s"])
    quotient = found.c["inside"]["H"] * found.c["inside"]["HCO3"] / found.c["inside"]["CO2"]
    assert np.log10(quotient) == pytest.approx([3 - 6.4, 3 - 6.0], abs=1e-12)
    assert found.certificate.mass_error < 1e-12
    assert vrest.prepare(held()).rest({"inside.co2.pK": 6.4}).pH["inside"] == pytest.approx(7.4, abs=1e-3)


def test_other_constants_elsewhere_leave_no_energy_but_a_sentence():
    """Between compartments with other constants for the same reaction matter would turn round for ever."""
    cell = cells.pump_leak(
        inside={"ions": dict(ACID), "mechanisms": {"co2": CO2}}, outside={"ions": dict(BATH)}, mechanisms=cells.leaks()
    )
    cell["compartments"]["pool"] = {
        "volume": "1 pL",
        "ions": {**ACID, "HCO3": "12 mM"},
        "mechanisms": {"co2": CO2 | {"pK": "6.3"}},
    }
    cell["compartments"]["pool"]["impermeant"] = {"valence": -1, "amount": "neutral"}
    cell["membranes"]["inner"] = {
        "between": ["pool", "inside"],
        "capacitance": "1 uF/cm^2",
        "area": "100 um^2",
        "mechanisms": {"CO2": cells.ghk("CO2", "1e-5 m/s"), "K": cells.ghk("K", "1e-9 m/s")},
    }
    cell["membranes"]["plasma"]["area"] = "1257 um^2"
    found = vrest.simulate(vrest.from_dict(cell), until="1 min")
    assert "with other constants" in str(found.to_dict()["refused"])
    assert found.certificate.mass_error < 1e-12


WRONG = {
    "no such word": ({"rate": "fats"}, {}, "does not begin with a number"),
    "a factor": ({"factor": "0.5"}, {}, "'factor' multiplies a rate"),
    "a q10": ({"q10": {"ratio": 2, "reference": "25 degC"}}, {}, "'q10' multiplies a rate"),
    "switched off": ({"active": 0}, {}, "'active' multiplies a rate"),
    "no constant": ({"pK": None}, {}, "needs exactly one of pK or equilibrium"),
    "charge": ({"stoichiometry": {"CO2": -1, "H": 1, "HCO3": 2}}, {}, "creates charge"),
    "not listed": ({"stoichiometry": {"CO2": -1, "NH4": 1, "HCO3": 1}}, {}, "does not list"),
    "one that follows": (
        {},
        {"b": CO2 | {"stoichiometry": {"CO2": 1, "H": -1, "HCO3": -1}, "pK": "-6.1"}},
        "'b' at equilibrium follows from 'co2'",
    ),
    "one that contradicts": ({}, {"b": CO2 | {"pK": "6.3"}}, "its constant is +0.2 pK units from"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_held_at_equilibrium(name):
    keys, more, words = WRONG[name]
    cell = cells.pump_leak(
        inside={
            "ions": dict(ACID),
            "mechanisms": {"co2": {key: one for key, one in (CO2 | keys).items() if one is not None}} | more,
        },
        outside={"ions": dict(BATH)},
    )
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert words in str(caught.value)


BESIDE = {
    "water at once": ({"buffer": BUFFER}, {"water": "instantaneous"}, "solutes that are all free"),
    "all of it bound": (
        {"buffer": {ion: {"total": "1 mM", "K_d": "1 mM"} for ion in ("CO2", "H", "HCO3")}},
        {},
        "bound by buffers",
    ),
}


@pytest.mark.parametrize("name", BESIDE)
def test_beside_what_it_cannot_be(name):
    inside, membrane, words = BESIDE[name]
    cell = cells.pump_leak(
        inside={"ions": dict(ACID), "mechanisms": {"co2": CO2}} | inside, outside={"ions": dict(BATH)}, **membrane
    )
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert words in str(caught.value)


def test_it_has_no_scale_among_the_paths():
    cell = held()
    assert "inside.co2.pK" in cell.settable
    assert "inside.co2.active" not in cell.settable
    with pytest.raises(vrest.InputError):
        cell.replace({"inside.co2.active": "0"})


@needs_node
def test_in_javascript_it_goes_the_same_way():
    """A steady state; and a run in which gas comes, bicarbonate is added, and a pipette brings both."""
    cell = held(buffer=BUFFER)
    add = {"at": "20 s", "set": {"inside.HCO3": "14 mM"}, "counter_ion": "Cl"}
    pipette = {"from": "30 s", "to": "31 s", "dialyse": "inside", "solution": {"K": "130 mM", "CO2": "4 mM"}}
    protocol = protocol_of({"protocol": "p", "until": "60 s", "events": [STEP, add, pipette]}, cell, None)
    at = [5.0, 15.0, 25.0, 60.0]
    asked = [{"ask": "steady", "settings": {}}, {"ask": "simulate", "settings": {}, "protocol": protocol, "options": {"at": at}}]
    steady, course = in_node.answers(cell, asked)
    inside = vrest.steady_state(cell).point.inside["inside"]
    assert {ion: steady["seen"][f"inside.{ion}"] for ion in inside} == pytest.approx(inside, rel=1e-9)
    for ion, c in vrest.simulate(cell, protocol, rtol=1e-10, at=at).c["inside"].items():
        assert [point["seen"][f"inside.{ion}"] for point in course["points"]] == pytest.approx(list(c), rel=1e-7), ion


def test_beside_an_impermeant_that_is_titrated_both_hold():
    """Of what is described, CO2 - x, HCO3 + x, and protons that are free or bound by a charge of 10 per unit of pH and molecule."""
    cell = held(impermeant={"valence": "-10*(pH - 6.8)", "amount": "neutral"})
    found, X = vrest.rest(cell), CellSystem(cell).numbers["inside.X.concentration"]
    H0 = 10**-4.1

    def excess(pH: float) -> float:
        H = 10 ** (3 - pH)
        x = H - H0 + 10.0 * X * (7.1 - pH)
        return H * (12 + x) - K_CO2 * (1.2 - x)

    pH = brentq(excess, 6.0, 8.0, xtol=1e-14)
    assert X > 1.0
    assert found.pH["inside"] == pytest.approx(pH, abs=1e-9)


def test_what_is_wrong_beside_both_is_said():
    with pytest.raises(vrest.InputError, match="water that follows at once"):
        held(impermeant={"valence": "-10*(pH - 6.8)", "amount": "neutral"}, water="instantaneous")
