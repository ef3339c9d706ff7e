"""Cells with gates for tests: the squid axon of Hodgkin and Huxley (1952), as references/models/hodgkin-huxley.md has it."""

from __future__ import annotations

import cells
import vrest

Q10 = {"ratio": 3, "reference": "6.3 degC"}
RATES = {
    "m": ("0.1*(V + 40 mV)/(1 mV)/(1 - exp(-(V + 40 mV)/(10 mV)))/(1 ms)", "4*exp(-(V + 65 mV)/(18 mV))/(1 ms)"),
    "h": ("0.07*exp(-(V + 65 mV)/(20 mV))/(1 ms)", "1/(1 + exp(-(V + 35 mV)/(10 mV)))/(1 ms)"),
    "n": ("0.01*(V + 55 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))/(1 ms)", "0.125*exp(-(V + 65 mV)/(80 mV))/(1 ms)"),
}
AREA = "1 cm^2"


def gate(name: str, power: float = 1, **more) -> dict:
    """A gate by its rates, with its Q10."""
    alpha, beta = RATES[name]
    return {"power": power, "alpha": alpha, "beta": beta, "q10": Q10} | more


def channels(**more) -> dict:
    """The sodium and potassium channels and the leak of the axon."""
    return {
        "Na": cells.ohmic("120 mS/cm^2", "Na", reversal="50 mV", gates={"m": gate("m", 3), "h": gate("h")}),
        "K": cells.ohmic("36 mS/cm^2", "K", reversal="-77 mV", gates={"n": gate("n", 4)}),
        "leak": cells.ohmic("0.3 mS/cm^2", reversal="-54.387 mV"),
    } | more


def axon(mechanisms: dict | None = None, **more) -> vrest.Cell:
    """One square centimetre of the axon, its concentrations held."""
    inside = {"role": "held", "volume": "1 uL", "ions": {"K": "400 mM", "Na": "50 mM"}}
    plasma = cells.membrane(mechanisms or channels(), area=AREA, capacitance="1 uF/cm^2")
    spaces = {"outside": cells.bath({"K": "20 mM", "Na": "440 mM"}), "inside": inside}
    return vrest.from_dict(cells.described(spaces, {"m": plasma}, cell="axon", **{"temperature": "6.3 degC"} | more))


def two_states(opening: str = "0.2 1/ms*exp(V/(40 mV))", closing: str = "1 1/ms") -> dict:
    """A scheme of one closed and one open state."""
    return {"transitions": {"C -> O": opening, "O -> C": closing}, "open": {"O": 1}}
