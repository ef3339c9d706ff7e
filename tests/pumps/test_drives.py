"""Pumps that something else than ATP drives: respiration, light. They stall where thermodynamics says, and split no ATP."""

import math

import pytest

import cells
import vrest

F, R, T = 96485.33212331001, 8.314462618153241, 310.0
RESPIRATION = {
    "kind": "primary_pump",
    "law": "reversible",
    "stoichiometry": {"H": "10/3"},
    "max_rate": "1e-7 mol/(m^2 s)",
    "drive": {"delta_G": "-60 kJ/mol"},
}
STIFF = {"V": cells.ohmic("1 S/cm^2", "K", reversal="-70 mV")}
PROTONS = ({"H": "6e-5 mM"}, {"H": "4e-5 mM"})
N = 10 / 3


def cell(respiration=RESPIRATION, ways=None, **inside):
    """A sphere with a proton pump that something drives, at the potential of a large conductance; protons kept by buffers."""
    space = cells.sphere(cells.INSIDE | PROTONS[0], fixed={"H": {"counter_ion": "Cl"}}, impermeant=cells.neutral(), **inside)
    outside = cells.bath(cells.OUTSIDE | PROTONS[1])
    ways = STIFF if ways is None else ways
    return vrest.from_dict(cells.in_a_bath({"respiration": respiration} | ways, space, outside, "plasma"))


def work(V):
    return -N * (R * T * math.log(6e-5 / 4e-5) + F * V)


def test_it_pumps_at_the_rate_that_its_drive_leaves_and_splits_no_atp():
    answer = vrest.rest(cell()).to_dict()
    state, V = answer["mechanisms"]["plasma"]["respiration"], answer["V_mV"]["plasma"] / 1e3
    area = math.pi * 20e-6**2
    assert state["turnover_mol_per_s"] == pytest.approx(1e-7 * area * (1 - math.exp(-(60e3 - work(V)) / (R * T))), rel=1e-9)
    assert state["flux_mol_per_s"]["H"] == pytest.approx(N * state["turnover_mol_per_s"], rel=1e-14)
    assert answer["atp_mol_per_s"] == 0.0
    assert state["affinity_kJ_per_mol"] == pytest.approx((60e3 - work(V)) / 1e3, rel=1e-9)


def test_the_account_names_the_work_of_the_drive():
    energy = vrest.rest(cell()).to_dict()["energy"]
    rate = vrest.rest(cell()).mechanisms["plasma"]["respiration"].turnover
    assert energy["atp_W"] == 0.0
    assert energy["drive_W"] == pytest.approx(60e3 * rate, rel=1e-12)
    assert energy["drive_W"] - energy["work_on_ions_W"] - energy["dissipated_in_pumps_W"] == pytest.approx(
        0.0, abs=1e-12 * energy["drive_W"]
    )
    assert energy["efficiency"] == pytest.approx(energy["work_on_ions_W"] / energy["drive_W"])
    assert "power from other drives" in vrest.rest(cell()).text(long=True)


@pytest.mark.parametrize(("more", "sign"), [(1e3, 1), (0.0, 0), (-1e3, -1)])
def test_it_stalls_where_a_cycle_takes_what_drives_it(more, sign):
    """The free energy of the drive is what the ions take at the potential of the cell, a little more, or a little less."""
    exact = {"plasma.respiration.drive.delta_G": f"{-work(-0.07) - more!r} J/mol"}
    still = cell().replace(exact | {"plasma.respiration.max_rate": "1e-20 mol/(m^2 s)"})  # moves no potential
    state = vrest.rest(still).mechanisms["plasma"]["respiration"]
    part = state.turnover / (1e-20 * math.pi * 20e-6**2)
    assert part == pytest.approx(1 - math.exp(-more / (R * T)), abs=1e-9)
    assert (part > 1e-3) - (part < -1e-3) == sign


def test_a_pump_alone_takes_the_membrane_to_its_stall():
    leak = {"leak": cells.ghk("K", "1e-18 m/s")}
    (V,) = vrest.rest(cell(ways=leak)).to_dict()["V_mV"].values()
    stall = (-60e3 / N - R * T * math.log(6e-5 / 4e-5)) / F
    assert pytest.approx(1e3 * stall, abs=1e-3) == V


def test_a_drive_may_be_a_formula():
    """Free energy that rises with pH_out: -60 kJ/mol at the pH of the bath."""
    written = RESPIRATION | {"drive": {"delta_G": "-60 kJ/mol + RT10*(pH_out - 7.3979400086720375)"}}
    by_formula = cell(written | {"parameters": {"RT10": "6 kJ/mol"}})
    plain = vrest.rest(cell())
    assert vrest.rest(by_formula).V_m["plasma"] == pytest.approx(plain.V_m["plasma"], abs=1e-12)
    moved = {"outside.H": "4e-6 mM"}
    same = cell().replace(moved | {"plasma.respiration.drive.delta_G": "-54 kJ/mol"})
    assert vrest.rest(by_formula.replace(moved)).V_m == pytest.approx(vrest.rest(same).V_m, abs=1e-12)


def test_a_time_course_closes_its_account_and_tells_when_the_pump_turns():
    step = {"at": "4 s", "set": {"plasma.respiration.drive.delta_G": "-10 kJ/mol"}}
    run = vrest.simulate(cell(), {"until": "10 s", "events": [step]})
    answer = run.to_dict()
    energy = answer["energy"]
    assert max(energy["drive_W"]) > 0
    assert energy["total"]["drive_J"] == pytest.approx(
        energy["total"]["work_on_ions_J"] + energy["total"]["dissipated_in_pumps_J"], rel=1e-9
    )
    assert energy["total"]["atp_J"] == 0.0
    assert not any(answer["atp_mol_per_s"])
    (turned,) = [one.what for one in run.happenings if "turns backwards" in one.what]
    assert turned == "plasma.respiration stalls and turns backwards"


WRONG = {
    "both drives": ({"atp": "1"}, "driven by ATP or by something else"),
    "no energy": ({"drive": {}}, "delta_G"),
    "wrong unit": ({"drive": {"delta_G": "-60 mV"}}, "is a potential, not a molar energy"),
    "wrong dimension": ({"drive": {"delta_G": "F*V*(1 mV)"}}, "wrong dimension"),
    "unknown name": ({"drive": {"delta_G": "F*V_m"}}, "V"),
    "near miss": ({"drive": {"deltaG": "-60 kJ/mol"}}, "did you mean delta_G?"),
    "no count": ({"stoichiometry": {"H": "10/0"}}, "stoichiometry"),
    "zero": ({"stoichiometry": {"H": "0/3"}}, "out of range"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_at_its_place(name):
    more, words = WRONG[name]
    with pytest.raises(vrest.InputError) as caught:
        cell(RESPIRATION | more)
    assert words in str(caught.value)
    assert "respiration" in str(caught.value)


def test_pumps_without_a_drive_need_their_atp_as_ever():
    plain = {key: value for key, value in RESPIRATION.items() if key != "drive"}
    with pytest.raises(vrest.InputError, match="which no side of the membrane describes"):
        cell(plain)
    assert cell(plain, atp={"delta_G": "-50 kJ/mol"})
