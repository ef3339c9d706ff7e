"""Who gives what to whom: net and gross sums of fluxes, currents, and the totals that no flux changes."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import cells
import vrest
from vrest.constants import F
from vrest.system.cell import CellSystem
from vrest.system.flows import conserved_totals, water_stoichiometry
from vrest.system.states import AMOUNT, VOLUME, Key
from whole_cells import VALENCES, derivative, moving, seeds, size_of_rates, state_of, whole_of

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIBRARY = [name for name in vrest.library_names() if name != "textbook-neuron"]


def changes(whole):
    """Change of each row by each independent flux, of ions and of water."""
    ions = whole.incidence.stoichiometry(whole.states, whole.numbers)
    return np.hstack([ions, water_stoichiometry(whole.circuit, whole.states)])


def totals_of(whole):
    return conserved_totals(changes(whole), whole.states.conserved)


# -- sums of fluxes ---------------------------------------------------------------------------------------------------


def exchanging(seed):
    """A neuron in a small space that exchanges with a bath and a store; at some seeds one of them reaches into the cell."""
    rng = np.random.default_rng(seed)
    way = {"kind": "exchange", "counter_ion": "Cl", "rate": "D*(c_in - c_out)", "parameters": {"D": f"{rng.uniform(0, 1)!r} 1/s"}}
    swap = {"kind": "exchange", "ion": "Na", "counter_ion": "K", "with": "store", "rate": "1e-3*c_in/(1 s)"}
    ions = {"K": "4 mM", "Na": "125 mM", "Cl": "123 mM"}
    fixed = {"impermeant": cells.neutral()}
    inside = {"K": "130 mM", "Na": "15 mM", "Cl": "10 mM"}
    spaces = {
        "bath": {"role": "bath", "ions": ions, **fixed},
        "store": {"volume": "1 pL", "ions": {"K": "10 mM", "Na": "1 mM", "Cl": "11 mM"}},
        "ecs": {"volume": "0.7 pL", "ions": ions, **fixed},
        "inside": {"volume": "2 pL", "ions": inside, **fixed},
    }
    spaces["ecs"]["mechanisms"] = {
        "potassium": {**way, "ion": "K", "with": "bath"},
        "sodium": {**way, "ion": "Na", "with": "store"},
        "lost": {**way, "ion": "K", "rate": "D*c_in"},
    }
    if rng.random() < 0.5:
        spaces["inside"]["mechanisms"] = {"swap": swap}
    membrane = cells.membrane({**leaks(*ions), **PUMP}, "inside", "ecs", area="900 um^2")
    return CellSystem(vrest.from_dict(cells.described(spaces, {"plasma": membrane})))


def one_by_one(whole, flows, exchanged):
    """(place that loses, place that receives, ion, flux) of every flux by itself."""
    sides = [(m.inner, m.outer, one) for name, m in whole.cell.membranes.items() for one in flows[name].values()]
    sides += [(e.space, e.place, one) for e, one in zip(whole.exchanges, exchanged, strict=True)]
    return [(inner, outer, ion, float(flux)) for inner, outer, one in sides for ion, flux in one.fluxes.items()]


@pytest.mark.parametrize("made", [whole_of, exchanging])
def test_net_and_gross_are_the_sums_of_every_flux_by_itself(made):
    for seed in range(40):
        whole = made(seed)
        flows, exchanged, _ = moving(whole, state_of(whole, seed))
        net, gross = {}, {}
        for inner, outer, ion, flux in one_by_one(whole, flows, exchanged):
            for place, sign in (((inner, ion), -1.0), ((outer, ion), 1.0)):
                net[place] = net.get(place, 0.0) + sign * flux
                gross[place] = gross.get(place, 0.0) + abs(flux)
        found, passed = whole.incidence.net(flows, exchanged), whole.incidence.gross(flows, exchanged)
        assert set(found) == set(passed) == set(net)
        assert {place: float(flux) for place, flux in passed.items()} == pytest.approx(gross, rel=1e-13, abs=0)
        assert all(abs(float(found[place]) - net[place]) <= 1e-14 * gross[place] for place in net)


@few
@given(seed=seeds)
def test_the_current_into_a_node_is_the_charge_that_its_membranes_bring(seed):
    whole = whole_of(seed)
    flows, exchanged, _ = moving(whole, state_of(whole, seed))
    found = whole.incidence.currents(flows, whole.nodes)
    assert list(found) == whole.nodes
    parts = {node: [] for node in whole.nodes}
    for inner, outer, ion, flux in one_by_one(whole, flows, exchanged):
        for end, sign in ((inner, -1.0), (outer, 1.0)):
            if end in parts:
                parts[end].append(sign * F * VALENCES[ion] * flux)
    for node, charges in parts.items():
        assert abs(float(found[node]) - sum(charges)) <= 1e-13 * sum(map(abs, charges))


@pytest.mark.parametrize("made", [whole_of, exchanging])
def test_what_one_place_loses_others_receive(made):
    for seed in range(40):
        whole = made(seed)
        flows, exchanged, _ = moving(whole, state_of(whole, seed))
        crossings = whole.incidence.net(flows, exchanged)
        for ion in VALENCES:
            parts = [float(flux) for (_, one), flux in crossings.items() if one == ion]
            assert abs(sum(parts)) <= 1e-14 * sum(map(abs, parts))


def test_an_exchange_moves_no_current_and_reaches_places_that_are_not_described():
    whole = exchanging(0)
    flows, exchanged, _ = moving(whole, whole.states.initial(whole.numbers))
    alone = whole.incidence.net({}, exchanged)
    assert ("reservoir.ecs.lost", "K") in alone
    assert ("reservoir.ecs.lost", "K") in whole.incidence.places()
    for place in {place for place, _ in alone}:
        charges = [VALENCES[ion] * float(flux) for (where, ion), flux in alone.items() if where == place]
        assert abs(sum(charges)) <= 1e-15 * sum(map(abs, charges))
    assert whole.incidence.currents({}, whole.nodes) == {"inside": 0.0}
    assert flows


def test_carriers_around_a_place_are_those_of_its_membranes_and_exchanges():
    incidence = exchanging(0).incidence
    names = lambda place, ion=None: {carrier.name for carrier in incidence.around(place, ion)}  # noqa: E731
    assert names("store") <= {"ecs.sodium", "inside.swap"}
    assert names("bath") == {"ecs.potassium"}
    assert names("ecs", "K") == {"ecs.potassium", "ecs.lost", "plasma.K_leak", "plasma.pump"}
    assert names("ecs") - names("ecs", "K") == {"ecs.sodium", "plasma.Na_leak", "plasma.Cl_leak"}
    assert names("inside", "Cl") == {"plasma.Cl_leak"}


@pytest.mark.parametrize(("law", "unslowed"), [("saturating", []), ("constant", ["pump"])])
def test_a_pump_of_constant_rate_does_not_slow_as_an_ion_runs_out(law, unslowed):
    numbers = {"K_Na": "10 mM", "K_K": "1 mM"} if law == "saturating" else {}
    whole = cell({**leaks("K", "Na", "Cl"), "pump": cells.pump("0.01 A/m^2", law, **numbers)})
    assert whole.incidence.unslowed("inside", "Na") == unslowed
    assert whole.incidence.unslowed("inside", "Cl") == []


# -- conserved totals -------------------------------------------------------------------------------------------------


@few
@given(seed=seeds)
def test_no_rate_changes_a_conserved_total(seed):
    whole = whole_of(seed)
    L, _ = totals_of(whole)
    x = state_of(whole, seed)
    assert np.all(np.abs(L @ derivative(whole, x)) <= 1e-13 * (np.abs(L) @ size_of_rates(whole, x)))


@few
@given(seed=seeds)
def test_totals_are_as_many_as_fluxes_leave_and_each_holds_one_row_of_its_own(seed):
    whole = whole_of(seed)
    N, conserved = changes(whole), whole.states.conserved
    L, dependent = conserved_totals(N, conserved)
    assert np.abs(L @ N).max(initial=0.0) < 1e-12
    assert L.shape == (conserved.sum() - np.linalg.matrix_rank(N), whole.states.size)
    assert np.linalg.matrix_rank(L) == L.shape[0] if L.size else True
    assert L[:, dependent].tolist() == np.eye(len(dependent)).tolist()
    assert not L[:, ~conserved].any()


def swept(whole, count=12):
    """Brute force: what each carrier and each water does to the rows, at many states; every column over its largest."""
    columns, index = [], whole.states.index
    for seed in range(count):
        flows, exchanged, state = moving(whole, state_of(whole, seed))
        sides = [(m.inner, m.outer, one.fluxes) for name, m in whole.cell.membranes.items() for one in flows[name].values()]
        sides += [(e.space, e.place, one.fluxes) for e, one in zip(whole.exchanges, exchanged, strict=True)]
        for inner, outer, fluxes in sides:
            column = np.zeros(whole.states.size)
            for ion, flux in fluxes.items():
                for end, sign in ((inner, -1.0), (outer, 1.0)):
                    if (key := Key(AMOUNT, end, ion)) in index:
                        column[index[key]] += sign * float(flux)
            columns.append(column)
        water = np.zeros(whole.states.size)
        for name, rate in whole.net_waters(state).items():
            water[index[Key(VOLUME, name)]] = float(rate)
        columns.append(water)
    return np.array([column / np.abs(column).max() for column in columns if column.any()]).T.reshape(whole.states.size, -1)


@pytest.mark.parametrize("made", [whole_of, exchanging])
def test_the_totals_are_all_that_no_carrier_changes_at_any_state(made):
    for seed in range(12):
        whole = made(seed)
        L, _ = totals_of(whole)
        moved = swept(whole)[whole.states.conserved]
        kept = L[:, whole.states.conserved]
        sizes = np.linalg.svd(moved, compute_uv=False)
        rank = int(np.sum(sizes > 1e-9 * sizes[0]))
        assert L.shape[0] == moved.shape[0] - rank
        assert np.abs(kept @ moved).max(initial=0.0) < 1e-12


@few
@given(seed=seeds)
def test_every_change_of_amounts_is_a_sum_of_the_columns(seed):
    whole = whole_of(seed)
    N = whole.incidence.stoichiometry(whole.states, whole.numbers)
    assert not N[~whole.states.are(AMOUNT)].any()
    x, amounts = state_of(whole, seed), whole.states.are(AMOUNT)
    N, rates, gross = N[amounts], derivative(whole, x)[amounts], size_of_rates(whole, x)[amounts]
    left = rates - N @ np.linalg.lstsq(N, rates, rcond=None)[0]
    assert np.all(np.abs(left) <= 1e-9 * gross.max(initial=0.0))


@pytest.mark.parametrize("name", LIBRARY)
def test_in_the_library_no_rate_changes_a_conserved_total(name):
    whole = CellSystem(vrest.load(name))
    L, _ = totals_of(whole)
    rates = derivative(whole, state_of(whole, 5))
    assert np.all(np.abs(L @ rates) <= 1e-12 * (np.abs(L) @ np.abs(rates)) + 1e-30)


# -- by hand ----------------------------------------------------------------------------------------------------------


def cell(mechanisms, outside="bath", **more):
    ions = {"K": "100 mM", "Na": "20 mM", "Cl": "30 mM"}
    space = {"ions": ions, "impermeant": cells.neutral()}
    spaces = {"bath": cells.bath(ions), "inside": cells.sphere(diameter="10 um", **space)}
    membranes = {"m": cells.membrane(mechanisms, outer=outside, **more)}
    if outside == "cleft":
        spaces["cleft"] = {**space, "volume": "1 pL"}
        membranes["wall"] = cells.membrane(leaks("Cl"), "cleft", "bath", area="100 um^2")
    return CellSystem(vrest.from_dict(cells.described(spaces, membranes)))


def leaks(*ions, P="1e-9 m/s"):
    return cells.leaks(**dict.fromkeys(ions, P))


PUMP = {"pump": cells.pump("0.01 A/m^2", K_K="1 mM")}


def held(whole, row):
    """What a total holds, or a flux changes: {(compartment, ion or "water"): how often}."""
    keys = list(whole.states.index)
    return {(keys[k].place, keys[k].name or "water"): float(row[k]) for k in np.flatnonzero(row)}


def totals(whole):
    return [held(whole, row) for row in totals_of(whole)[0]]


def fluxes(whole):
    return [held(whole, column) for column in whole.incidence.stoichiometry(whole.states, whole.numbers).T]


def test_a_leak_of_each_ion_keeps_nothing():
    L, dependent = totals_of(cell(leaks("K", "Na", "Cl")))
    assert (L.shape[0], dependent) == (0, [])


def test_an_ion_without_a_path_is_a_total_of_its_own():
    whole = cell(leaks("K", "Na"))
    assert totals(whole) == [{("inside", "Cl"): 1.0}]
    assert totals_of(whole)[1] == [whole.states.index[Key(AMOUNT, "inside", "Cl")]]


def test_a_pump_alone_keeps_two_of_sodium_and_three_of_potassium():
    whole = cell(PUMP)
    assert fluxes(whole) == [{("inside", "K"): 2.0, ("inside", "Na"): -3.0}]
    L, _ = totals_of(whole)
    assert np.abs(L @ changes(whole)).max() == 0
    assert L.shape[0] == 2


def test_coupled_transport_and_a_leak_of_one_of_its_ions_keep_nothing_of_either():
    kcc2 = {"kcc2": {"kind": "kcc2", "law": "affinity", "rate": "1e-9 mol/(m^2 s)"}}
    assert totals(cell({**kcc2, **leaks("Cl")})) == [{("inside", "Na"): 1.0}]
    assert sorted(sorted(ion for _, ion in total) for total in totals(cell(kcc2))) == [["Cl", "K"], ["Na"]]


def test_a_closed_cleft_shares_its_totals_with_the_cell_in_it():
    shared = [{("inside", ion): 1.0, ("cleft", ion): 1.0} for ion in ("K", "Na")]
    found = totals(cell(leaks("K", "Na", "Cl"), outside="cleft"))
    assert sorted(found, key=str) == sorted(shared, key=str)


def test_a_path_that_is_shut_carries_nothing_for_good():
    whole = cell({**leaks("K"), **leaks("Na", P="0 m/s")})
    assert fluxes(whole) == [{("inside", "K"): -1.0}]
    assert totals(whole) == [{("inside", "Na"): 1.0}, {("inside", "Cl"): 1.0}]


def test_a_mechanism_that_is_taken_away_carries_nothing_for_good():
    whole = cell(leaks("K", "Na"))
    off = whole.incidence.stoichiometry(whole.states, {**whole.numbers, "m.Na_leak.active": 0.0})
    assert [held(whole, column) for column in off.T] == [{("inside", "K"): -1.0}]


def test_a_shared_channel_moves_its_ions_one_by_one_and_a_ratio_of_zero_none():
    shared = {"g": {"kind": "ghk_shared", "permeability": "1e-9 m/s", "ratios": {"K": 1, "Na": 0.1, "Cl": 0}}}
    assert fluxes(cell(shared)) == [{("inside", "K"): -1.0}, {("inside", "Na"): -1.0}]


def test_an_exchange_that_stands_still_changes_nothing():
    whole = exchanging(0)
    moved = whole.incidence.stoichiometry(whole.states, whole.numbers)
    rest = whole.incidence.stoichiometry(whole.states, whole.numbers, {("ecs", "potassium")})
    assert rest.shape[1] == moved.shape[1] - 1
    assert {("ecs", "K"): -1.0, ("ecs", "Cl"): -1.0} in [held(whole, column) for column in moved.T]


def test_water_between_two_compartments_keeps_their_sum():
    flow = {"water": {"permeability": "1e-5 m/s"}, "area": "100 um^2"}
    whole = cell(leaks("K"), outside="cleft", **flow)
    assert set(whole.states.places(VOLUME)) == {"inside", "cleft"}
    (column,) = water_stoichiometry(whole.circuit, whole.states).T
    assert held(whole, column) == {("inside", "water"): 1.0, ("cleft", "water"): -1.0}
    assert {("inside", "water"): 1.0, ("cleft", "water"): 1.0} in totals(whole)


def test_water_to_a_bath_keeps_nothing():
    whole = cell(leaks("K"), water={"permeability": "1e-5 m/s"})
    (column,) = water_stoichiometry(whole.circuit, whole.states).T
    assert held(whole, column) == {("inside", "water"): 1.0}
    assert not any(("inside", "water") in total for total in totals(whole))


def test_rows_that_are_not_conserved_take_no_part():
    N = np.array([[1.0], [-1.0], [5.0]])
    L, dependent = conserved_totals(N, np.array([True, True, False]))
    assert L.tolist() == [[1.0, 1.0, 0.0]]
    assert dependent == [0]
