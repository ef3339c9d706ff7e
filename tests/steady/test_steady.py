"""Steady states: two ways to each, stability, other states, the reasons where none exists, and flags that must not be believed."""

import subprocess
import sys
from pathlib import Path

import casadi as ca
import numpy as np
import pytest

import cells
import random_cells
import vrest
from effort import slow_unless
from vrest.engines.integrator import Cvodes
from vrest.engines.settings import Settings
from vrest.questions.steady.certificate import certified
from vrest.questions.steady.stability import Linearised
from vrest.questions.steady.steady_state import SteadySolver
from vrest.units import quantity_from

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "pump-leak-cell.yaml"


@pytest.fixture(scope="module")
def cell():
    return vrest.load(EXAMPLE)


def message(cell):
    with pytest.raises(vrest.NoAnswerError) as caught:
        vrest.steady_state(cell)
    return str(caught.value)


# -- the examples, two ways -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "V", "inside"),
    [
        ("0.05 A/m^2", -73.007682, (136.004655, 13.145961, 7.152886)),
        ("0.2 A/m^2", -74.340009, (143.178285, 5.624295, 6.804892)),
        ("0 A/m^2", -9.958782, (7.258943, 210.509352, 75.768605)),
    ],
)
def test_newton_and_integration_give_the_expected_steady_state(cell, current, V, inside):
    described = cell.replace({"plasma.pump.max_current": current})
    newton = vrest.steady_state(described)
    run = vrest.simulate(described, until="1e7 s", rtol=1e-10)
    assert 1e3 * newton.point.V_m["plasma"] == pytest.approx(V, abs=1e-5)
    assert run.V["plasma"][-1] == pytest.approx(newton.point.V_m["plasma"], abs=1e-9)
    for ion, c in zip(("K", "Na", "Cl"), inside, strict=True):
        assert newton.point.inside["inside"][ion] == pytest.approx(c, abs=1e-6)
        assert run.c["inside"][ion][-1] == pytest.approx(newton.point.inside["inside"][ion], rel=1e-9)


@pytest.mark.parametrize("seed", slow_unless(lambda seed: seed < 6, range(60)))
def test_newton_and_integration_agree_on_a_random_cell(seed):
    verdict, remark = random_cells.judged(seed)
    assert not verdict.startswith("WRONG"), remark


# -- eigenvalues ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [str(EXAMPLE), "dusterwald2018", "saetra2020", "kalia2021"])
def test_eigenvalues_are_those_of_a_finite_difference_jacobian_without_its_zeros(name):
    finder = SteadySolver(vrest.load(name)).at()
    root = finder.roots(finder.way)[0]
    whole, numbers = finder.whole, finder.numbers
    scale = np.maximum(np.abs(root.x), 1e-30)
    rates = lambda x: np.array([float(r) for r in whole.derivative(list(x), numbers)])  # noqa: E731
    jacobian = np.empty((scale.size, scale.size))
    for k in range(scale.size):
        step = np.zeros(scale.size)
        step[k] = 1e-6 * scale[k]
        jacobian[:, k] = (rates(root.x + step) - rates(root.x - step)) / (2e-6 * scale)
    values = np.linalg.eigvals(jacobian)
    values = values[np.argsort(-np.abs(values))][: root.spectrum.values.size]
    spectrum = Linearised(whole).spectrum(root.x, numbers, finder.posed.L)
    found = spectrum.values
    assert found.size + spectrum.removed == scale.size
    fast = np.abs(found) > 1e-6 * np.abs(found).max()  # finite differences resolve no more
    np.testing.assert_allclose(sorted(values.real)[: fast.sum()], sorted(found.real)[: fast.sum()], rtol=2e-3)


def test_the_number_of_removed_totals(cell):
    assert vrest.steady_state(cell).removed == 1  # the charge of the inside
    assert vrest.steady_state(vrest.load("saetra2020")).removed == 4  # the charge, and three species in a closed system


def test_a_simulated_relaxation_is_that_of_the_two_slowest_eigenvalues(cell):
    result = vrest.steady_state(cell)
    slow, next_ = (-1 / e.real for e in result.eigenvalues[:2])
    assert slow == result.slowest_time_constant
    event = {"from": "0 s", "to": "100 s", "multiply": {"plasma.pump.max_current": 0.99}}
    run = vrest.simulate(cell, {"start": "steady", "until": "3600 s", "events": [event]}, rtol=1e-12, points=400)
    late = (run.time > 1000) & (run.time < 2500)
    off = run.c["inside"]["Na"][late] - result.point.inside["inside"]["Na"]

    def misfit(factor):
        """Of the best sum of the two modes, the slower one's time constant multiplied."""
        modes = np.exp(-run.time[late][:, None] / [slow * factor, next_])
        left = np.linalg.lstsq(modes / np.abs(off)[:, None], off / np.abs(off), rcond=None)
        return float(left[1][0])

    assert misfit(1.0) < 1e-4
    assert misfit(1.0) < 0.1 * min(misfit(1.03), misfit(0.97))


# -- more than one state ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fibre():
    """A muscle fibre with an inward rectifier, in little K+."""
    ways = {
        "Kir": cells.ohmic("3 S/m^2", "K", factor="1/(1 + exp((V - E_K - 5 mV)/(5 mV)))"),
        "K_leak": cells.ohmic("0.05 S/m^2", "K"),
        "Na_leak": cells.ohmic("0.04 S/m^2", "Na"),
        "pump": cells.pump("0.01 A/m^2", K_Na="8 mM", K_K="1 mM"),
    }
    inside = {
        "shape": {"cylinder": {"diameter": "50 um", "length": "1 mm", "ends": "open"}},
        "ions": {"K": "150 mM", "Na": "10 mM", "Cl": "5 mM"},
        "impermeant": cells.neutral(-1.2),
    }
    outside = cells.bath({"K": "2.5 mM", "Na": "145 mM", "Cl": "147.5 mM"})
    return cells.cell_of(ways, inside, outside, name="plasma", capacitance="2 uF/cm^2")


def test_a_fibre_with_two_stable_states_lists_them_and_the_one_between(fibre):
    result = vrest.steady_state(fibre)
    states = sorted([result.point, *result.other_states], key=lambda s: s.V_m["plasma"])
    assert [s.stable for s in states] == [True, False, True]
    assert any("Other steady states exist" in note for note in result.notes)


# -- none exists ------------------------------------------------------------------------------------------------------


def changed(name, change):
    import ruamel.yaml

    path = ROOT / "src/vrest/library" / f"{name}.yaml" if "/" not in str(name) else Path(name)
    description = ruamel.yaml.YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    change(description)
    return vrest.from_dict(description)


def test_pump_off_and_nothing_resists():
    text = message(vrest.load("kay2017").replace({"plasma.pump.max_current": "0"}))
    assert "'inside' swells without bound" in text
    assert "as the power 0.50 of time" in text
    assert "the pump is off and nothing resists swelling" in text


def test_the_rate_of_swelling_is_that_of_the_integration():
    cell = vrest.load("kay2017").replace({"plasma.pump.max_current": "0"})
    text = message(cell)
    time, rate = (
        quantity_from(text.split("after about ")[1].split(",")[0]).value,
        float(text.split("growing by ")[1].split(" pL/s")[0]),
    )
    run = vrest.simulate(cell, until="1e7 s", points=3000)
    ratio = run.volume["inside"] / cell.compartments["inside"].volume.si
    ten = run.time[np.argmax(ratio >= 10)]
    assert time == pytest.approx(ten, rel=0.15)
    assert rate == pytest.approx(np.interp(ten, run.time, np.gradient(1e15 * run.volume["inside"], run.time)), rel=0.25)


def test_no_pump_and_no_impermeant_prefers_no_volume():
    def change(d):
        del d["compartments"]["inside"]["impermeant"], d["membranes"]["plasma"]["mechanisms"]["pump"]

    assert "every volume is as good as any other" in message(changed("kay2017", change))


def test_impermeants_only_outside_shrink_the_cell_to_nothing():
    def change(d):
        del d["compartments"]["inside"]["impermeant"], d["membranes"]["plasma"]["mechanisms"]["pump"]
        d["compartments"]["outside"]["impermeant"] = {"valence": -1, "amount": "10 mM"}
        d["membranes"]["plasma"]["water"] = {"permeability": "1e-4 m/s"}

    text = message(changed("kay2017", change))
    assert "'inside' shrinks to nothing" in text
    assert "holds no impermeant" in text


def test_a_bath_without_solutes_cannot_be_met():
    def change(d):
        plasma = d["membranes"]["plasma"]
        plasma["water"] = {"permeability": "1e-4 m/s"}
        plasma["mechanisms"] = {f"{i}_leak": {"kind": "ghk", "ion": i, "permeability": "1e-9 m/s"} for i in ("K", "Na", "Cl")}
        d["compartments"]["outside"]["ions"] = dict.fromkeys(("Na", "K", "Cl"), "0 mM")

    assert "the bath holds no solutes: no volume meets its osmolarity" in message(changed("kay2017", change))


def test_water_cannot_follow_at_once_into_no_solutes():
    def change(d):
        d["membranes"]["plasma"]["mechanisms"] = {"K_leak": {"kind": "ghk", "ion": "K", "permeability": "1e-9 m/s"}}
        d["compartments"]["outside"]["ions"] = {"K": "0 mM"}

    with pytest.raises(vrest.InputError, match="holds no solutes"):
        vrest.steady_state(changed("kay2017", change))


def test_a_pump_that_cannot_slow_runs_out_of_sodium_at_the_time_of_the_integration():
    def change(d):
        d["membranes"]["plasma"]["mechanisms"]["pump"] = cells.pump(law="constant")

    greedy = changed(EXAMPLE, change)
    text = message(greedy)
    assert "Na of 'inside' is exhausted after" in text
    assert "pump cannot slow as Na runs out" in text
    time = float(text.split("after about ")[1].split(" s")[0])
    assert time == pytest.approx(vrest.simulate(greedy, until="1 h").time[-1], rel=0.05)


def test_a_huge_volume_is_no_answer():
    """A trace of impermeant outside balances the cell at 5e7 times its volume: not called a steady state."""

    def change(d):
        d["compartments"]["outside"]["impermeant"] = {"valence": -1, "amount": "1e-6 mM"}

    cell = changed("kay2017", change).replace({"plasma.pump.max_current": "0"})
    assert "swells without bound" in message(cell)


# -- no flag is believed ----------------------------------------------------------------------------------------------


def test_casadi_newton_reports_success_on_a_problem_without_a_root():
    x = ca.SX.sym("x")
    solver = ca.rootfinder("r", "newton", {"x": x, "g": x**2 + 1}, {"error_on_fail": False, "max_iter": 50})
    found = float(solver(x0=0.0)["x"])
    assert solver.stats()["success"]
    assert not abs(found**2 + 1) < 1e-9


def test_newton_here_does_not_call_an_unsettled_point_a_root(cell):
    finder = SteadySolver(cell.replace({"plasma.pump.max_current": "0"})).at()
    posed = finder.posed
    y, _ = posed.newton(finder.way.history[0][1] + 3.0)
    off = y + np.linspace(0.01, 0.02, y.size)
    assert certified(posed, off) is None
    assert certified(posed, np.full(y.size, np.nan)) is None


def test_an_integration_that_stops_early_is_seen_by_its_clock(monkeypatch):
    """CasADi is told not to raise: it returns numbers from the middle of the way as if they were the end."""
    original = ca.integrator
    monkeypatch.setattr(ca, "integrator", lambda *a: original(*a[:-1], {**a[-1], "error_on_fail": False, "max_num_steps": 40}))
    engine = Cvodes(lambda x, p: [1e4 * ca.cos(1e4 * p["time"]) * ca.fabs(x[0] + 1)], 1, ["time"], settings=Settings(points=4))
    piece = engine.run(np.array([1.0]), np.array([1.0]), {"time": 0.0}, 0.0, 1.0)
    assert piece.failure is not None


def test_a_blow_up_is_no_answer():
    engine = Cvodes(lambda x, p: [x[0] * x[0]], 1, ["time"])
    assert engine.run(np.array([1.0]), np.array([1.0]), {"time": 0.0}, 0.0, 2.0).failure is not None


def test_an_excursion_below_zero_is_seen():
    """It is back above zero at every point that is looked at."""
    rates = lambda x, p: [-30 * ca.cos(2 * ca.pi * 2 * p["time"]) + 0 * x[0]]  # noqa: E731
    piece = Cvodes(rates, 1, ["time"], settings=Settings(positive=lambda x, p: [x[0]], points=4))
    assert piece.run(np.array([1.0]), np.array([1.0]), {"time": 0.0}, 0.0, 1.0).failure is not None


def test_the_script_counts_and_says_so():
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "random_cells.py"), "2"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "2 cells in" in done.stdout


def test_current_densities_are_per_area_of_the_steady_state_where_the_area_follows_the_volume():
    """The published neuron swells a little on its way: the law of an ohmic leak, i = g (V - E), tells the two areas apart."""
    found = vrest.steady_state(vrest.load("dusterwald2018"))
    for ion, g in (("Na", 0.2), ("K", 0.7)):
        leak, force = found.mechanisms["plasma"][f"{ion}_leak"], found.ions["plasma"][ion].driving_force
        assert leak.current_density == pytest.approx(g * force, rel=1e-12)
        assert leak.current / leak.current_density != pytest.approx(np.pi * 10e-6 * 25e-6, rel=1e-6, abs=0)


LOSSES = {"J": True, "J*sqrt(Mg_in/(1 mM))": True, "J*Mg_in/(Mg_in + 1 mM)": False, "J*Mg_in**2/(1 mM**2)": False}


@pytest.mark.parametrize(("rate", "ends"), LOSSES.items())
def test_an_amount_is_exhausted_where_it_ends_at_a_time_and_else_runs_out_ever_more_slowly(rate, ends):
    described = cells.pump_leak()
    for space in described["compartments"].values():
        space["ions"]["Mg"] = "1 mM"
    loss = {"kind": "formula", "stoichiometry": {"Mg": 1}, "rate": rate, "parameters": {"J": "1e-10 mol/(m^2 s)"}}
    described["membranes"]["plasma"]["mechanisms"]["loss"] = loss
    with pytest.raises(vrest.NoAnswerError) as caught:
        vrest.steady_state(vrest.from_dict(described))
    assert ("is exhausted after about" in str(caught.value)) is ends
    assert ("runs out, ever more slowly (a tenth of the described amount after about" in str(caught.value)) is not ends
    if ends:  # r n/(3 J) of a sphere, and twice as long with the root
        run = vrest.simulate(vrest.from_dict(described), until="10 d")
        assert run.happenings[-1].time == pytest.approx(1e-5 / 3 / 1e-10 * (2 if "sqrt" in rate else 1), rel=1e-4)
    elif "**" not in rate:
        run = vrest.simulate(vrest.from_dict(described), until="1000 d")
        assert "is all but gone" in run.happenings[-1].what
