"""What carries no charge: it diffuses, counts for osmolarity, and has no Nernst potential."""

import math

import numpy as np
import pytest

import cells
import vrest

GAS = {"CO2": "1.2 mM"}


def with_gas(inside: str = "0.2 mM", permeability: str = "1e-4 m/s", **more) -> dict:
    """A pump-leak cell into which carbon dioxide diffuses."""
    return cells.pump_leak(
        inside={"ions": cells.INSIDE | {"CO2": inside}},
        outside={"ions": cells.OUTSIDE | GAS},
        mechanisms=cells.leaks() | {"CO2_leak": cells.ghk("CO2", permeability), "pump": cells.pump()},
        **more,
    )


def test_diffusion_is_permeability_times_the_difference():
    found = vrest.rest(vrest.from_dict(with_gas()))
    area = math.pi * 20e-6**2
    flux = found.mechanisms["plasma"]["CO2_leak"].fluxes["CO2"]
    assert flux == pytest.approx(1e-4 * area * (0.2 - 1.2), rel=1e-12)
    assert found.mechanisms["plasma"]["CO2_leak"].current == 0.0
    assert found.mechanisms["plasma"]["CO2_leak"].dissipation > 0
    assert found.without["plasma"]["CO2_leak"] == pytest.approx(found.V_m["plasma"], abs=1e-12)


def test_it_has_no_nernst_potential_and_says_why():
    said = vrest.rest(vrest.from_dict(with_gas())).to_dict()
    assert said["ions"]["plasma"]["CO2"]["E_mV"] is None
    assert "CO2 carries no charge" in str(said["refused"])
    assert said["ions"]["plasma"]["CO2"]["inside_mM"] == pytest.approx(0.2)
    assert said["charge"]["plasma"]["fraction_of"]["CO2"] is None


def test_it_counts_for_osmolarity_and_not_for_charge():
    with_it, without = (vrest.rest(vrest.from_dict(one)) for one in (with_gas(), cells.pump_leak()))
    assert with_it.osmolarity["inside"] - without.osmolarity["inside"] == pytest.approx(0.2, abs=1e-9)
    assert with_it.neutrality == pytest.approx(without.neutrality, abs=1e-12)
    assert with_it.V_m["plasma"] == pytest.approx(without.V_m["plasma"], abs=1e-12)
    assert with_it.explain["plasma"].ghk == pytest.approx(without.explain["plasma"].ghk, abs=1e-12)
    assert with_it.explain["plasma"].chord == pytest.approx(without.explain["plasma"].chord, abs=1e-12)


def test_in_a_steady_state_it_is_level():
    found = vrest.steady_state(vrest.from_dict(with_gas()))
    assert found.point.inside["inside"]["CO2"] == pytest.approx(1.2, rel=1e-9)
    assert "CO2" not in [one for one in found.to_dict()["refused"] if one.startswith("inside")]
    donnan = vrest.donnan(vrest.from_dict(with_gas(water="none")))
    assert donnan.ratio["plasma"]["CO2"] == pytest.approx(1.0, rel=1e-9)


def test_it_comes_in_with_its_own_time_constant():
    """w/(P A) = 20 um/6/(1e-4 m/s) = 33 ms."""
    found = vrest.simulate(vrest.from_dict(with_gas()), until="0.2 s")
    tau = 20e-6 / 6 / 1e-4
    expected = 1.2 - np.exp(-found.time / tau)
    assert found.c["inside"]["CO2"] == pytest.approx(expected, abs=1e-6)
    assert found.certificate.mass_error < 1e-9
    assert found.certificate.charge_error < 1e-9
    assert not found.certificate.dissipation_violations
    assert "CO2" not in found.E["plasma"]


def test_it_draws_water():
    """Urea enters a cell whose water is free: it swells in the end by what urea brings."""
    inside = {"ions": cells.INSIDE | {"urea": "0 mM"}}
    ways = cells.leaks() | {"urea": cells.ghk("urea", "1e-6 m/s"), "pump": cells.pump()}
    outside = cells.bath(cells.OUTSIDE | {"urea": "30 mM"}, impermeant={"valence": "0", "amount": "40 mM"})
    cell = cells.pump_leak(inside=inside, outside=outside, mechanisms=ways, water={"permeability": "1e-4 m/s"})
    found = vrest.simulate(vrest.from_dict(cell), until="30 s")
    assert found.certificate.mass_error < 1e-9
    assert found.c["inside"]["urea"][-1] == pytest.approx(30.0, rel=1e-3)
    swollen = vrest.simulate(vrest.from_dict(cell), until="30 s").water["inside"]
    assert swollen[-1] > swollen.min()


def test_one_that_the_table_lacks_is_declared_without_charge():
    cell = with_gas()
    cell["compartments"]["inside"]["ions"]["drug"] = {"value": "1 mM", "valence": "0"}
    assert vrest.rest(vrest.from_dict(cell)).ions["plasma"]["drug"].valence == 0


WRONG = {
    "a conductance": (cells.ohmic("1 mS/cm^2", "CO2"), "moves charge, and CO2 carries none"),
    "a current": ({"kind": "current", "value": "1 uA/cm^2", "ion": "CO2"}, "moves charge, and CO2 carries none"),
    "its Nernst potential": (cells.ghk("K", factor="1/(1 + exp((V - E_CO2)/(10 mV)))"), "E_CO2"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_has_no_charge_carries_no_current(name):
    way, words = WRONG[name]
    cell = with_gas()
    cell["membranes"]["plasma"]["mechanisms"]["odd"] = way
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert words in str(caught.value)


def test_an_electrode_has_a_carrier_with_a_charge():
    event = {"from": "0 s", "to": "1 s", "current": "1 pA", "carrier": "CO2"}
    with pytest.raises(vrest.InputError) as caught:
        vrest.simulate(vrest.from_dict(with_gas()), {"protocol": "p", "until": "1 s", "events": [event]})
    assert "CO2 carries no charge" in str(caught.value)


def test_a_counter_ion_has_a_charge():
    cell = with_gas()
    cell["compartments"]["inside"]["mechanisms"] = {
        "out": {"kind": "exchange", "ion": "K", "counter_ion": "CO2", "rate": "0.1 mM/s"}
    }
    with pytest.raises(vrest.InputError) as caught:
        vrest.from_dict(cell)
    assert "CO2 as counter-ion, which carries no charge" in str(caught.value)
