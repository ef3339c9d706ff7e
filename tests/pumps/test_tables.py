"""Tables in formulas: monotone interpolation with exact derivatives for every kind of number, and what is said of tables that cannot be."""

import itertools

import casadi as ca
import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

import cells
import vrest
from vrest import maths
from vrest.mechanisms.formula_bounds import Bounds
from vrest.mechanisms.formula_language import FormulaError, parse
from vrest.mechanisms.formula_tables import Table
from vrest.units import DIMENSIONLESS, dimension_of

VOLT, PER_S = dimension_of("V"), dimension_of("1/s")
KNOTS, VALUES = (-0.1, -0.06, 0.0, 0.05, 0.08), (1.0, 2.0, 2.0, 7.0, 6.0)
PH, V = (4.0, 5.0, 6.5), (-0.06, -0.02, 0.0, 0.04)
NAMES = {"V": VOLT, "pH_in": DIMENSIONLESS}


def one(holds=True):
    return Table("n", (KNOTS,), tuple((y,) for y in VALUES), ("V",), (VOLT,), PER_S, holds)


def two(function, holds=True):
    return Table(
        "n", (PH, V), tuple(tuple(function(x, y) for y in V) for x in PH), ("pH_in", "V"), (DIMENSIONLESS, VOLT), PER_S, holds
    )


def formula(table, text=""):
    return parse(text or f"n({', '.join(table.of)})", names=NAMES, tables={"n": table})


# -- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [2, 3, 4, 5])
def test_slopes_are_those_of_pchip(points):
    random = np.random.default_rng(points)
    for _ in range(50):
        x, y = np.cumsum(random.uniform(0.1, 2.0, points)), random.normal(size=points).round(1)
        pchip = PchipInterpolator(x, y)
        assert maths.monotone_slopes(list(x), list(y)) == pytest.approx(pchip.derivative()(x), abs=1e-12)
        at = np.linspace(x[0], x[-1], 101)
        left, c = maths.cubic(at, tuple(x), tuple(y), maths.monotone_slopes(x, y))
        assert np.polyval(c[::-1], at - left) == pytest.approx(pchip(at), abs=1e-12)


def test_it_goes_through_its_points_and_turns_nowhere_else():
    read = formula(one())
    assert [read.evaluate({"V": v}) for v in KNOTS] == pytest.approx(VALUES, abs=1e-15)
    for (a, b), (low, high) in zip(itertools.pairwise(KNOTS), itertools.pairwise(VALUES), strict=True):
        between = read.evaluate({"V": np.linspace(a, b, 200)})
        assert np.all(np.diff(between) * (high - low) >= 0)


def test_floats_arrays_and_symbols_agree_with_their_derivatives():
    read, at = formula(one()), np.linspace(-0.12, 0.1, 201)
    x = ca.SX.sym("V")
    value = read.evaluate({"V": x})
    both = ca.Function("f", [x], [value, ca.jacobian(value, x)])
    held = np.clip(at, KNOTS[0], KNOTS[-1])
    pchip = PchipInterpolator(KNOTS, VALUES)
    expected, slope = pchip(held), np.where((at > KNOTS[0]) & (at < KNOTS[-1]), pchip.derivative()(held), 0.0)
    assert read.evaluate({"V": at}) == pytest.approx(expected, abs=1e-13)
    for v, y, dy in zip(at, expected, slope, strict=True):
        assert read.evaluate({"V": float(v)}) == pytest.approx(y, abs=1e-13)
        assert [float(out) for out in both(v)] == pytest.approx([y, dy], abs=1e-10)


def test_two_axes_are_exact_for_products_and_smooth_across_the_lines():
    read = formula(two(lambda pH, v: 3 * pH + 40 * v * pH - 10 * v + 1))
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    value = read.evaluate({"pH_in": x, "V": y})
    slopes = ca.Function("f", [x, y], [value, ca.jacobian(value, x), ca.jacobian(value, y)])
    for pH, v in ((4.3, -0.05), (5.0, -0.02), (6.2, 0.03), (5.7, 0.0)):
        exact = [3 * pH + 40 * v * pH - 10 * v + 1, 3 + 40 * v, 40 * pH - 10]
        assert [float(out) for out in slopes(pH, v)] == pytest.approx(exact, rel=1e-12)
        assert read.evaluate({"pH_in": pH, "V": v}) == pytest.approx(exact[0], rel=1e-12)


def test_derivatives_are_continuous_and_those_of_differences():
    read = formula(two(lambda pH, v: np.tanh(pH - 5) * np.exp(20 * v)))
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    value = read.evaluate({"pH_in": x, "V": y})
    gradient = ca.Function("f", [x, y], [ca.jacobian(value, ca.vertcat(x, y))])
    random = np.random.default_rng(1)
    for pH, v in random.uniform((4.05, -0.059), (6.45, 0.039), (50, 2)):
        f = lambda a, b: read.evaluate({"pH_in": a, "V": b})  # noqa: E731
        steps = [(f(pH + 1e-6, v) - f(pH - 1e-6, v)) / 2e-6, (f(pH, v + 1e-8) - f(pH, v - 1e-8)) / 2e-8]
        assert np.array(gradient(pH, v))[0] == pytest.approx(steps, rel=1e-5, abs=1e-6)
    for v in (-0.02, 0.0):
        across = [np.array(gradient(5.3, v + side))[0] for side in (-1e-12, 1e-12)]
        assert across[0] == pytest.approx(across[1], rel=1e-8)


def test_beyond_the_range_it_holds_its_edge_or_has_no_value():
    assert formula(one()).evaluate({"V": -1.0}) == 1.0
    assert np.isnan(formula(one(holds=False)).evaluate({"V": -1.0}))
    assert formula(one(holds=False)).evaluate({"V": KNOTS[-1]}) == pytest.approx(6.0)
    x = ca.SX.sym("V")
    assert np.isnan(float(ca.Function("f", [x], [formula(one(holds=False)).evaluate({"V": x})])(0.09)))


def test_bounds_hold_every_value_and_close_in():
    read = formula(two(lambda pH, v: np.sin(3 * pH) + 30 * v * pH))
    graph, root = read.graph
    random = np.random.default_rng(2)
    for width in (1.0, 1e-3):
        for pH, v in random.uniform((4, -0.06), (6.5, 0.04), (30, 2)):
            given = {"pH_in": (np.array(pH), np.array(pH + width)), "V": (np.array(v), np.array(v + 0.05 * width))}
            low, high = graph.run(root, given, Bounds())
            a, b = np.meshgrid(np.linspace(pH, pH + width, 15), np.linspace(v, v + 0.05 * width, 15))
            found = read.evaluate({"pH_in": a, "V": b})
            assert low <= found.min()
            assert found.max() <= high
            assert high - low <= 50 * width


def test_a_table_beneath_a_removable_pole():
    """x/(1 - e^(-x)) times a table: at x = 0 its limit, with its derivative."""
    read = formula(one(), "n(V)*((V + 20 mV)/(10 mV))/(1 - exp(-(V + 20 mV)/(10 mV)))")
    assert read.evaluate({"V": -0.02}) == pytest.approx(2.0, rel=1e-12)
    x = ca.SX.sym("V")
    value = read.evaluate({"V": x})
    slope = ca.Function("f", [x], [ca.jacobian(value, x)])
    assert float(slope(-0.02)) == pytest.approx(2.0 * 0.5 / 0.01, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("n(V, V)", "n takes 1 argument, not 2"),
        ("n(pH_in)", "is over V"),
        ("m(V)", "there is no function m"),
        ("n", "needs its arguments"),
    ],
)
def test_a_wrong_use_is_told(text, words):
    with pytest.raises(FormulaError, match=words):
        formula(one(), text)


# -- in a cell --------------------------------------------------------------------------------------------------------

TABLE = {"of": ["pH_in", "V"], "at": [["4", "7.4"], ["-300 mV", "300 mV"]], "values": [["1", "3"], ["2", "4"]], "beyond": "hold"}


def pump(table=None, **more):
    way = {"kind": "v_atpase", "law": "affinity", "rate": "1e-10 mol/(m^2 s)", "coupling": "n(pH_in, V)"}
    table = TABLE if table is None else table
    space = cells.sphere({"K": "140 mM", "H": "4e-5 mM"}, role="held", atp={"delta_G": "-50 kJ/mol"})
    stiff = cells.ohmic("1 S/cm^2", reversal="30 mV", carries={"K": 1})
    ways = {"V": stiff, "pump": way | {"tables": {"n": table}} | more}
    return vrest.from_dict(cells.in_a_bath(ways, space, cells.bath({"K": "5 mM", "H": "6e-5 mM"}), "plasma"))


def test_the_coupling_of_a_pump_is_read_off():
    """n = 1 + (pH - 4)/3.4 + (V + 300 mV)/(300 mV)."""
    result = vrest.rest(pump())
    state = result.mechanisms["plasma"]["pump"]
    n = 1 + (3 - np.log10(4e-5) - 4) / 3.4 + (result.V_m["plasma"] + 0.3) / 0.3
    assert -state.fluxes["H"] / state.turnover == pytest.approx(n, rel=1e-9)
    assert vrest.steady_state(pump()).point.V_m["plasma"] == pytest.approx(result.V_m["plasma"], abs=1e-9)
    assert vrest.simulate(pump(), {"until": "1 s"}).to_dict()["V_mV"]["plasma"][-1] == pytest.approx(
        1e3 * result.V_m["plasma"], abs=1e-6
    )


def test_a_table_with_one_axis_needs_no_lists_in_lists():
    short = {"of": "V", "at": ["-300 mV", "300 mV"], "values": ["2", "3"]}
    found = vrest.rest(pump(short, coupling="n(V)")).mechanisms["plasma"]["pump"]
    assert -found.fluxes["H"] / found.turnover == pytest.approx(2 + 0.33 / 0.6, rel=1e-3)


def test_an_answer_beyond_a_table_that_refuses_is_none():
    narrow = TABLE | {"at": [["4", "7.4"], ["-10 mV", "10 mV"]], "beyond": "refuse"}
    with pytest.raises(vrest.NoAnswerError, match="its table 'n' has values for V from -10 mV to 10 mV, and V comes to"):
        vrest.rest(pump(narrow))


@pytest.mark.parametrize("more", [{"tables": {"n": {"of": "K_in", "at": ["0 mM", "280 mM"], "values": [1, 3], "beyond": "hold"}}},
                                  {"let": {"m": "1 + K_in/(140 mM)"}}])  # fmt: skip
def test_an_exchange_reads_tables_and_names_of_its_own(more):
    rate = "n(K_in)*D*(c_in - c_out)" if "tables" in more else "m*D*(c_in - c_out)"
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "with": "outside", "rate": rate, "parameters": {"D": "0.1 1/s"}}
    cell = vrest.from_dict(cells.pump_leak(inside={"mechanisms": {"drain": way | more}}))
    moved = vrest.rest(cell).exchanges["inside"]["drain"].fluxes["K"]
    assert moved == pytest.approx(2 * 0.1 * 135 * np.pi * 20e-6**3 / 6, rel=1e-12)


WRONG = {
    "not rising": ({"at": [["4", "7.4"], ["0 mV", "-60 mV"]]}, "the points along V of the table 'n' do not rise"),
    "twice": ({"at": [["4", "4"], ["-60 mV", "0 mV"]]}, "the points along pH_in of the table 'n' do not rise"),
    "ragged": ({"values": [["1", "2"], ["3"]]}, "the values of the table 'n' do not fit its axes"),
    "too few rows": ({"values": [["1", "2"]]}, "2 rows, one for each point of the first axis"),
    "wrong unit of an axis": (
        {"at": [["4", "7"], ["-60 mM", "0 mV"]]},
        "a point of V in the table 'n': -60 mM is a concentration, not a potential",
    ),
    "no unit of an axis": (
        {"at": [["4", "7"], ["-60", "0"]]},
        "a point of V in the table 'n': the unit is missing",
    ),
    "wrong unit of a value": ({"values": [["1", "2 mV"], ["3", "4"]]}, "a value of the table 'n': 2 mV is a potential"),
    "unit unknown": ({"unit": "1/sx"}, "unit"),
    "wrong dimension of all": ({"unit": "1/s"}, "wrong dimension"),
    "unknown name": ({"of": ["pH", "V"]}, "did you mean pH_in?"),
    "three axes": ({"of": ["pH_in", "V", "T"]}, "over one or two names"),
    "one list": ({"at": ["4", "7"]}, "lists the points of each axis"),
    "one point": ({"at": [["4"], ["-60 mV", "0 mV"]], "values": [["1", "2"]]}, "fewer than two points"),
    "no number": ({"values": [["1", "x"], ["3", "4"]]}, "a value of the table 'n'"),
    "beyond": ({"beyond": "holds"}, "did you mean hold?"),
    "no values": ({"values": None}, "values"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_table_that_cannot_be_is_told_once_at_its_place(name):
    change, words = WRONG[name]
    table = {key: value for key, value in (TABLE | change).items() if value is not None}
    with pytest.raises(vrest.InputError) as caught:
        pump(table)
    assert words in str(caught.value)
    assert len(caught.value.problems) == 1
    assert "there is no function" not in str(caught.value)


def test_a_table_over_a_name_of_let_is_the_one_over_what_it_stands_for():
    over_V = {"of": "V", "at": ["-100 mV", "0 mV", "50 mV"], "values": [1, 2, 4], "beyond": "hold"}
    plain = vrest.rest(with_factor("n(V)", tables={"n": over_V})).V_m
    over_u = over_V | {"of": "u", "at": [-100, 0, 50]}
    named = {"let": {"w": "2*n(u)", "u": "V/(1 mV)"}, "tables": {"n": over_u}}
    assert vrest.rest(with_factor("w/2", **named)).V_m == pytest.approx(plain, abs=1e-13)
    with pytest.raises(vrest.InputError, match="name one another in a circle: n, u"):
        with_factor("n(u)", let={"u": "n(V/(1 mV))"}, tables={"n": over_u})


def with_factor(factor: str, **named: dict) -> vrest.Cell:
    leak = cells.ghk("K", "1e-8 m/s") | {"factor": factor} | named
    return vrest.from_dict(cells.pump_leak(mechanisms=cells.leaks("Na", "Cl") | {"K_leak": leak, "pump": cells.pump()}))


def test_a_name_that_is_taken_is_told():
    with pytest.raises(vrest.InputError, match="as well"):
        pump(let={"n": "V"})


# -- beyond the ends -----------------------------------------------------------------------------------------------------


def leaking(of: str, ends: tuple[str, str]) -> vrest.Cell:
    """A cell whose Na leak reads a table off that refuses to go beyond its ends."""
    block = {"of": of, "at": list(ends), "values": [1, 3]}
    leak = cells.ghk("Na", "1e-9 m/s") | {"factor": f"block({of})", "tables": {"block": block}}
    return vrest.from_dict(cells.pump_leak(mechanisms=cells.leaks() | {"Na_leak": leak, "pump": cells.pump()}))


RAMP = {"protocol": "p", "until": "10 min", "events": [{"from": "1 min", "to": "5 min", "ramp": {"outside.K": "20 mM"}}]}
STEP = {"protocol": "p", "until": "10 min", "events": [{"at": "1 min", "set": {"outside.K": "20 mM"}}]}


@pytest.mark.parametrize(("protocol", "at", "value"), [(RAMP, 1 + 4 * (10 - 5) / (20 - 5), "10 mM"), (STEP, 1.0, "20 mM")])
def test_a_course_that_leaves_a_table_says_which_and_where(protocol, at, value):
    with pytest.raises(vrest.NoAnswerError) as raised:
        vrest.simulate(leaking("K_out", ("1 mM", "10 mM")), protocol)
    words = str(raised.value)
    said = f"the table 'block' of 'plasma.Na_leak' has values for K_out from 1 mM to 10 mM, and K_out comes to {value}"
    assert said in words
    assert f"cannot go beyond {60 * at:.6g} s" in words
    assert "max_steps" not in words


def test_a_course_ends_where_a_concentration_leaves_a_table():
    free = vrest.simulate(leaking("K_in", ("1 mM", "150 mM")), {"protocol": "p", "until": "10 h"})
    low = float(free.c["inside"]["K"].min())
    assert low < 120
    with pytest.raises(vrest.NoAnswerError, match=r"has values for K_in from 135 mM to 150 mM, and K_in comes to 135 mM"):
        vrest.simulate(leaking("K_in", ("135 mM", "150 mM")), {"protocol": "p", "until": "10 h"})


def test_what_has_no_rate_where_it_is_described_names_the_table():
    cell = leaking("V", ("-300 mV", "-200 mV"))
    said = r"has values for V from -300 mV to -200 mV, and V comes to "
    for ask in (vrest.steady_state, vrest.rest):
        with pytest.raises(vrest.NoAnswerError, match=said):
            ask(cell)
    with pytest.raises(
        vrest.NoAnswerError, match=r"'plasma.Na_leak' is not a finite number at any potential: its table 'block' has"
    ):
        vrest.rest(leaking("K_out", ("6 mM", "10 mM")))
