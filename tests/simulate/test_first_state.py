"""How the state in which a course begins moves with numbers: exact derivatives against differences of the state itself."""

import numpy as np
import pytest

import vrest
from cells import bath, described, in_a_bath, leaks, membrane, neutral, pump, pump_leak, sphere
from vrest.description.library import protocol_of
from vrest.questions.simulate.first_state import FirstState
from vrest.questions.simulate.intervals import Intervals
from vrest.questions.steady.steady_state import SteadySolver
from vrest.system.clamps import Dynamics, dependent_ions

STEP = 1e-5
SWELLING = in_a_bath(leaks() | {"pump": pump()}, sphere(impermeant=neutral(-1.1)), water="instantaneous")
VESICLE = {"shape": {"sphere": {"diameter": "5 um"}}, "ions": {"K": "150 mM", "Cl": "140 mM", "H": "pH 6"}}
WITHIN = described(
    {
        "outside": bath(),
        "inside": sphere({"K": "140 mM", "Na": "12 mM", "Cl": "10 mM", "H": "pH 7"}, impermeant=neutral(-1.1)),
        "vesicle": VESICLE
        | {"buffer": {"H": {"capacity": "40 mM", "at": "pH 6"}}, "impermeant": {"valence": -1, "amount": "9.999 mM"}},
    },
    {
        "m": membrane(leaks() | {"pump": pump()}),
        "v": membrane({}, "vesicle", "inside", water={"permeability": "1.5e-4 m/s"}),
    },
)
"""A vesicle that only water leaves: its described charge decides its potential."""


def first_state(cell, start, paths):
    solver = SteadySolver(cell)
    whole, protocol = solver.problem.moving, protocol_of({"until": "1 s", "start": start}, cell, None)
    (stretch,) = Intervals(whole.derivation, protocol).intervals()
    dynamics = Dynamics(whole, stretch.clamps, dependent_ions(whole, whole.numbers), counting=False)
    return FirstState(solver, protocol, paths, dynamics), np.array([whole.derivation.written[path] for path in paths])


@pytest.mark.parametrize(
    ("cell", "start", "paths"),
    [
        ("proximal-tubule", "rest", ["apical.Na_entry.permeability", "paracellular.junctions.ratios.Cl", "temperature"]),
        ("squid-axon-excitable", "rest", ["plasma.K.conductance", "outside.K", "inside.shape.cylinder.diameter"]),
        ("mammalian-neuron", "steady", ["plasma.pump.max_current", "outside.K", "inside.impermeant.amount.carries"]),
        (SWELLING, "rest", ["outside.K", "m.K_leak.permeability", "inside.shape.sphere.diameter"]),
        (SWELLING, "-50 mV", ["m.capacitance", "inside.shape.sphere.diameter"]),
        (
            pump_leak(inside={"impermeant": {"valence": -1.1, "amount": "129.085 mM"}}),
            "described",
            ["inside.Na", "inside.impermeant.valence"],
        ),
        (WITHIN, "rest", ["vesicle.Cl", "m.capacitance", "vesicle.impermeant.valence", "inside.K"]),
    ],
)
def test_slopes_of_the_first_state_are_those_of_differences(cell, start, paths):
    state, values = first_state(vrest.load(cell) if isinstance(cell, str) else vrest.from_dict(cell), start, paths)
    _, slopes = state(values)
    initial = np.array(state.whole.states.initial(state.whole.numbers))
    sizes = np.array(state.dynamics.scales(initial, state.whole.numbers)[0])
    for k, path in enumerate(paths):
        step = STEP * np.eye(len(paths))[k] * values
        differences = (state(values + step)[0] - state(values - step)[0]) / (2 * STEP)
        found = slopes[:, k] * values[k]
        assert np.abs(found / sizes).max() > 1e-9, path
        assert found / sizes == pytest.approx(differences / sizes, rel=1e-6, abs=1e-6), path
