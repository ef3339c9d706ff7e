"""Cells that exchange, for the tests of exchanges."""

import numpy as np

import cells
import vrest

IONS = {"K": "4 mM", "Na": "125 mM", "Cl": "123 mM"}
BATH = cells.bath(IONS, impermeant=cells.neutral())
DIFFUSION = {"kind": "exchange", "counter_ion": "Cl", "with": "bath", "rate": "D*(c_in - c_out)", "parameters": {"D": "0.25 1/s"}}
GLIA = {
    "kind": "exchange",
    "ion": "K",
    "counter_ion": "Cl",
    "with": "store",
    "rate": "k*(K_in*(B - K_out)/K_h - K_out)",
    "parameters": {"k": "0.05 1/s", "B": "50 mM", "K_h": "10 mM"},
}
MECHANISMS = cells.leaks(K="1e-9 m/s", Na="4e-11 m/s", Cl="4e-10 m/s") | {"pump": cells.pump("0.02 A/m^2")}


def neuron(exchanges=None, more=None, ecs=None, membrane=None):
    """A neuron in a finite space around it; `exchanges` of that space, `more` compartments."""
    around = {"volume": "0.72 pL", "ions": IONS, "impermeant": cells.neutral()}
    around |= {"mechanisms": exchanges} if exchanges else {}
    inside = {"volume": "2.16 pL", "ions": {"K": "130 mM", "Na": "15 mM", "Cl": "10 mM"}, "impermeant": cells.neutral()}
    spaces = {**(more or {}), "ecs": around | (ecs or {}), "inside": inside}
    plasma = cells.membrane(MECHANISMS, "inside", "ecs", area="922 um^2", **(membrane or {}))
    return cells.described(spaces, {"plasma": plasma}, cell="neuron")


def in_a_bath(**numbers):
    """The neuron whose space exchanges K and Na with a bath and K with a store."""
    potassium = DIFFUSION | {"ion": "K"}
    sodium = DIFFUSION | {"ion": "Na"}
    more = {"bath": BATH, "store": {"volume": "1 pL", "ions": {"K": "10 mM", "Cl": "10 mM"}}}
    return neuron({"potassium": potassium, "sodium": sodium, "glia": GLIA}, more, **numbers)


D, VOLUME, START, BATH_K = 0.25, 1e-15, 20.0, 4.0


def dish(rate="D*(c_in - c_out)", partner="well", **more):
    """A neuron, and apart from it a store that exchanges K with a well that nothing else touches."""
    way = {"kind": "exchange", "ion": "K", "counter_ion": "Cl", "rate": rate, "parameters": {"D": f"{D} 1/s"}} | more
    way |= {"with": partner} if partner else {}
    spaces = {"well": BATH} if partner else {}
    spaces["store"] = {"volume": "1 pL", "ions": {"K": f"{START} mM", "Cl": f"{START} mM"}, "mechanisms": {"leak": way}}
    return vrest.from_dict(neuron(more=spaces))


def described(seed):
    """A neuron in a bath with numbers drawn at random; the first as it stands."""
    cell = vrest.from_dict(in_a_bath(membrane={"water": {"permeability": "1e-5 m/s"}} if seed == 3 else None))
    if seed == 0:
        return cell
    draw = np.random.default_rng(seed)
    size = lambda path, decades: f"{cell.settable[path].si * 10 ** draw.uniform(-decades, decades)!r}"  # noqa: E731
    return cell.replace(
        {
            "ecs.potassium.D": size("ecs.potassium.D", 2) + " 1/s",
            "ecs.sodium.D": size("ecs.sodium.D", 2) + " 1/s",
            "ecs.glia.k": size("ecs.glia.k", 1) + " 1/s",
            "store.K": f"{(c := draw.uniform(1, 40))!r} mM",
            "store.Cl": f"{c!r} mM",
            "bath.K": f"{draw.uniform(2, 8)!r} mM",
            "plasma.pump.max_current": size("plasma.pump.max_current", 0.3) + " A/m^2",
        }
    )
