"""Cells on the bench of `excite`, for tests that ask for one of its quantities alone."""

from __future__ import annotations

import cells
import gated
import vrest
from vrest.questions.excite.excite import Asked, ExciteSolver
from vrest.questions.excite.measured import _hopf
from vrest.questions.excite.repetitive import Hopf
from vrest.questions.excite.setup import prepared, seen_well
from vrest.questions.excite.stimulated import Preparation
from vrest.questions.rest.zero_current import choose


def bench(cell: vrest.Cell, above: float = 0.0) -> Preparation:
    """A cell at rest, its electrode where it is by default."""
    solver = ExciteSolver(cell, Asked(above=above))
    numbers = solver.steady.whole.derivation.numbers()
    rest = choose(solver.steady.rest.solve(numbers)[0])
    return seen_well(prepared(solver.steady, solver.stimulated, numbers, rest), above)


def points(cell: vrest.Cell) -> tuple[Hopf, ...]:
    """Hopf points and folds of the current."""
    solver = ExciteSolver(cell)
    numbers = solver.steady.whole.derivation.numbers()
    rest = choose(solver.steady.rest.solve(numbers)[0])
    prep = prepared(solver.steady, solver.stimulated, numbers, rest)
    return _hopf(prep, solver.steady.rest, lambda words, part: None)


def shifted(shift: float) -> vrest.Cell:
    """The axon whose gates see a shift of the potential [mV], as surface charge gives them."""
    channels = gated.channels()
    return gated.axon({word: one if word == "leak" else one | {"voltage_shift": f"{shift} mV"} for word, one in channels.items()})


def morris_lecar() -> vrest.Cell:
    """The barnacle's muscle fibre of Morris and Lecar (1981), with the numbers of Rinzel and Ermentrout for a Hopf point."""
    gate = "(0.5*(exp((V - 2 mV)/(60 mV)) + exp(-(V - 2 mV)/(60 mV))))"
    w = {"steady": "0.5*(1 + tanh((V - 2 mV)/(30 mV)))", "time_constant": f"25 ms/{gate}"}
    ways = {
        "Ca": cells.ohmic("4.4 mS/cm^2", reversal="120 mV", gates={"m": {"steady": "0.5*(1 + tanh((V + 1.2 mV)/(18 mV)))"}}),
        "K": cells.ohmic("8 mS/cm^2", "K", reversal="-84 mV", gates={"w": w}),
        "leak": cells.ohmic("2 mS/cm^2", reversal="-60 mV"),
    }
    return gated.axon(ways).replace({"m.capacitance": "20 uF/cm^2"})


def wang_buzsaki() -> vrest.Cell:
    """The interneuron of Wang and Buzsaki (1996), whose rest disappears at a fold."""
    alpha, beta = "0.1*(V + 35 mV)/(1 mV)/(1 - exp(-(V + 35 mV)/(10 mV)))", "4*exp(-(V + 60 mV)/(18 mV))"
    m = {"power": 3, "steady": f"{alpha}/({alpha} + {beta})"}
    h = {"alpha": "5*0.07*exp(-(V + 58 mV)/(20 mV))/(1 ms)", "beta": "5/(1 + exp(-(V + 28 mV)/(10 mV)))/(1 ms)"}
    n = {
        "power": 4,
        "alpha": "5*0.01*(V + 34 mV)/(1 mV)/(1 - exp(-(V + 34 mV)/(10 mV)))/(1 ms)",
        "beta": "5*0.125*exp(-(V + 44 mV)/(80 mV))/(1 ms)",
    }
    ways = {
        "Na": cells.ohmic("35 mS/cm^2", "Na", reversal="55 mV", gates={"m": m, "h": h}),
        "K": cells.ohmic("9 mS/cm^2", "K", reversal="-90 mV", gates={"n": n}),
        "leak": cells.ohmic("0.1 mS/cm^2", reversal="-65 mV"),
    }
    return gated.axon(ways)


def with_two_rests() -> vrest.Cell:
    """A fibre without gates that a rectifier holds at -86 mV, or a leak at -22 mV."""
    ways = {
        "Kir": cells.ohmic("1 mS/cm^2", "K", reversal="-90 mV", factor="1/(1 + exp((V + 80 mV)/(7 mV)))"),
        "K": cells.ohmic("0.01 mS/cm^2", "K", reversal="-90 mV"),
        "leak": cells.ohmic("0.03 mS/cm^2", reversal="0 mV"),
    }
    return gated.axon(ways)


def per_area() -> vrest.Cell:
    """The axon without an area."""
    described = gated.axon().to_dict()
    del described["membranes"]["m"]["area"]
    return vrest.from_dict(described)


def in_a_sphere() -> vrest.Cell:
    """The axon's membrane around a sphere whose concentrations change."""
    described = gated.axon().to_dict()
    inside = cells.sphere({"K": "400 mM", "Na": "50 mM"}, impermeant=cells.neutral())
    described["compartments"]["inside"] = inside
    del described["membranes"]["m"]["area"]
    described["membranes"]["m"]["mechanisms"]["leak"]["ion"] = "K"
    return vrest.from_dict(described)


def with_an_organelle() -> vrest.Cell:
    """The axon with a space in it that a potassium conductance surrounds."""
    described = gated.axon().to_dict()
    described["compartments"]["er"] = {"role": "held", "volume": "0.1 uL", "ions": {"K": "140 mM", "Na": "10 mM"}}
    way = {"K": cells.ohmic("0.1 mS/cm^2", "K")}
    described["membranes"]["erm"] = cells.membrane(way, "er", "inside", area="3 cm^2")
    return vrest.from_dict(described)
