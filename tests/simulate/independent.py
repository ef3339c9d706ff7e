"""A whole cell under a protocol, integrated a second time: the laws written once more with plain floats, SciPy's Radau.

Nothing of vrest is used: it reads the very dictionaries that vrest reads. Its state is the charge of every node, the amount of every
ion and the water of what swells. A compartment in a voltage clamp has its potential exactly: its charge is what the membranes hold
there, and the ion of the electrode makes up what the others lack.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from scipy.integrate import LSODA

F, R = 1.602176634e-19 * 6.02214076e23, 1.380649e-23 * 6.02214076e23
WATER = 1.8069e-5
"""Volume of a mole of water [m^3/mol]."""
MOST_STEPS = 5_000
VALENCES = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2, "H": 1, "HCO3": -1}
UNITS = {
    "": 1.0,
    "mM": 1.0,
    "mV": 1e-3,
    "s": 1.0,
    "ms": 1e-3,
    "K": 1.0,
    "um": 1e-6,
    "um^2": 1e-12,
    "pL": 1e-15,
    "fmol": 1e-15,
    "m/s": 1.0,
    "m^3/s": 1.0,
    "1/s": 1.0,
    "S/m^2": 1.0,
    "nS": 1e-9,
    "S/m^3": 1.0,
    "A/m^2": 1.0,
    "pA": 1e-12,
    "A/m^3": 1.0,
    "mol/(m^2 s)": 1.0,
    "mol/s": 1.0,
    "mM/s": 1.0,
    "uF/cm^2": 1e-2,
    "pF": 1e-12,
    "MPa": 1e6,
    "kJ/mol": 1e3,
    "m/(s Pa)": 1.0,
    "m^3/(s Pa)": 1.0,
    "mol/(m^2 s mM^2)": 1.0,
    "mol/(m^2 s mM^4)": 1.0,
}
PER_CELL, PER_VOLUME = {"m^3/s", "nS", "pA", "mol/s", "m^3/(s Pa)"}, {"1/s", "S/m^3", "A/m^3", "mM/s"}
NUMBER = re.compile(r"(-?\d+\.?\d*(?:e[-+]?\d+)?)(?: (.+))?")
LEVELS = {"compartments", "membranes", "ions", "mechanisms", "parameters"}
COTRANSPORT = {
    "kcc2": {"K": 1, "Cl": 1},
    "nkcc1": {"Na": 1, "K": 1, "Cl": 2},
    "ncx": {"Na": 3, "Ca": -1},
    "nbc": {"Na": 1, "HCO3": 3},
    "ae": {"Cl": 1, "HCO3": -1},
}
PUMPS = {"na_k_atpase": {"Na": 3, "K": -2}, "h_atpase": {"H": 1}, "v_atpase": {"H": -2}}
MOVERS = {"permeability", "conductance", "max_current", "max_rate", "rate", "value"}
"""Keys whose unit says what a mechanism is counted per."""


@cache
def quantity(text: str) -> tuple[float, str] | None:
    """A number [SI] and its unit as written; None for what is no number."""
    found = NUMBER.fullmatch(text)
    if found is None or (found[2] or "") not in {*UNITS, "degC"}:
        return None
    number, unit = float(found[1]), found[2] or ""
    return (number + 273.15 if unit == "degC" else number * UNITS[unit]), unit


def si(text: str) -> float:
    found = quantity(text)
    assert found is not None, text
    return found[0]


def paths(node: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every entry of a description by its path."""
    for key, value in node.items():
        here = at if key in LEVELS else (*at, key)
        if isinstance(value, Mapping):
            yield from paths(value, here)
        else:
            yield ".".join(here), value


# -- laws ---------------------------------------------------------------------------------------------------------------


@dataclass
class Site:
    """What a mechanism sees: potential [V], temperature [K], concentrations of both sides [mol/m^3], its numbers, dG of ATP [J/mol]."""

    V: float
    T: float
    inner: Mapping[str, float]
    outer: Mapping[str, float]
    p: Mapping[str, float]
    path: str
    delta_G: float | None = None

    def __getitem__(self, key: str) -> float:
        return self.p[f"{self.path}.{key}"]

    def has(self, key: str) -> bool:
        return f"{self.path}.{key}" in self.p

    def E(self, ion: str) -> float:
        return R * self.T / (VALENCES[ion] * F) * math.log(self.outer[ion] / self.inner[ion])

    def work(self, counts: Mapping[str, float]) -> float:
        """Free energy that the ions of a cycle gain by leaving [J/mol], taken with the sign of what it costs."""
        return -sum(n * VALENCES[ion] * F * (self.V - self.E(ion)) for ion, n in counts.items())


def bernoulli(x: float) -> float:
    return 1 - x / 2 + x * x / 12 if abs(x) < 1e-5 else x / math.expm1(x)


def ghk(site: Site, ion: str, P: float) -> float:
    xi = VALENCES[ion] * F * site.V / (R * site.T)
    return P * (site.inner[ion] * bernoulli(-xi) - site.outer[ion] * bernoulli(xi))


FACTORS: dict[str, Callable[[Site], float]] = {
    "0.5": lambda s: 0.5,
    "1/(1 + exp((V + 40 mV)/(8 mV)))": lambda s: 1 / (1 + math.exp((s.V + 0.04) / 0.008)),
    "1/(1 + exp((V - E_K + 15 mV)/(10 mV)))": lambda s: 1 / (1 + math.exp((s.V - s.E("K") + 0.015) / 0.01)),
    "1/(1 + exp((V - E_K - 10 mV)/(5 mV)))": lambda s: 1 / (1 + math.exp((s.V - s.E("K") - 0.01) / 0.005)),
    "sqrt(K_out/(5 mM))": lambda s: math.sqrt(s.outer["K"] / 5),
    "Na_in/(Na_in + 10 mM)": lambda s: s.inner["Na"] / (s.inner["Na"] + 10),
    "1 + tanh((V + 20 mV)/(30 mV))": lambda s: 1 + math.tanh((s.V + 0.02) / 0.03),
}
RATES: dict[str, Callable[[Site], float]] = {
    "a*K_in/(1 mM + K_in)*tanh(V/(20 mV))": lambda s: s["a"] * s.inner["K"] / (1 + s.inner["K"]) * math.tanh(s.V / 0.02),
    "a*(Cl_in - Cl_out)/(Cl_in + Cl_out)": lambda s: s["a"] * (s.inner["Cl"] - s.outer["Cl"]) / (s.inner["Cl"] + s.outer["Cl"]),
}
EXCHANGE = "D*(c_in - c_out)"


def passive(entry: Mapping[str, Any]) -> Callable[[Site], dict[str, float]]:
    """Fluxes [mol/s in the mechanism's basis] of what conducts, outward."""
    if entry["kind"] == "ghk":
        return lambda s: {entry["ion"]: ghk(s, entry["ion"], s["permeability"])}
    if entry["kind"] == "ghk_shared":
        return lambda s: {ion: ghk(s, ion, s["permeability"] * s[f"ratios.{ion}"]) for ion in entry["ratios"]}
    shares = {ion: si(share) for ion, share in entry["carries"].items()} if "carries" in entry else {entry["ion"]: 1.0}
    if entry["kind"] == "current":
        current = lambda s: s["value"]  # noqa: E731
    elif "reversal" in entry:
        current = lambda s: s["conductance"] * (s.V - s["reversal"])  # noqa: E731
    else:
        current = lambda s: s["conductance"] * (s.V - s.E(entry["ion"]))  # noqa: E731
    return lambda s: {ion: current(s) * share / (VALENCES[ion] * F) for ion, share in shares.items()}


def cycles(entry: Mapping[str, Any]) -> tuple[dict[str, float], Callable[[Site], float]]:
    """What one turn of a transporter moves outwards, and how often it turns."""
    kind = entry["kind"]
    if kind == "formula":
        return {ion: si(n) for ion, n in entry["stoichiometry"].items()}, RATES[entry["rate"]]
    if kind in PUMPS or kind == "primary_pump":
        counts = dict(PUMPS.get(kind) or {ion: si(n) for ion, n in entry["stoichiometry"].items()})
        return counts, _pump(entry, counts)
    counts = dict(COTRANSPORT.get(kind) or {ion: si(n) for ion, n in entry["stoichiometry"].items()})
    return counts, _mass_action(counts) if entry.get("law") == "mass_action" else _affinity(counts)


def _affinity(counts: Mapping[str, float]) -> Callable[[Site], float]:
    def turnover(s: Site) -> float:
        L = s["rate"] if s.has("rate") else s["conductance"] * R * s.T / F**2
        return -L * s.work(counts) / (R * s.T)

    return turnover


def _mass_action(counts: Mapping[str, float]) -> Callable[[Site], float]:
    charge = sum(n * VALENCES[ion] for ion, n in counts.items())

    def turnover(s: Site) -> float:
        out = math.prod((s.inner if n > 0 else s.outer)[ion] ** abs(n) for ion, n in counts.items())
        back = math.prod((s.outer if n > 0 else s.inner)[ion] ** abs(n) for ion, n in counts.items())
        half = math.exp(charge * F * s.V / (2 * R * s.T))
        return s["rate"] * (out * half - back / half)

    return turnover


def _pump(entry: Mapping[str, Any], counts: Mapping[str, float]) -> Callable[[Site], float]:
    law = entry["law"]

    def largest(s: Site) -> float:
        return s["max_current"] / F if s.has("max_current") else s["max_rate"]

    def saturated(s: Site) -> float:
        if entry["kind"] == "na_k_atpase":
            n_Na, n_K = (s[f"n_{ion}"] if s.has(f"n_{ion}") else n for ion, n in (("Na", 3), ("K", 2)))
            Na, K = s.inner["Na"], s.outer["K"]
            return largest(s) * (Na / (Na + s["K_Na"])) ** n_Na * (K / (K + s["K_K"])) ** n_K
        rate = largest(s)
        for ion in entry.get("K_m", {}):
            c = (s.inner if counts[ion] > 0 else s.outer)[ion]
            rate *= (c / (c + s[f"K_m.{ion}"])) ** abs(counts[ion])
        return rate

    def turnover(s: Site) -> float:
        if law == "constant":
            return largest(s)
        if law in ("linear", "cubic"):
            reference = s.outer["Na"] if entry["Na_ref"] == "outside" else s["Na_ref"]
            return largest(s) * (s.inner["Na"] / reference) ** (1 if law == "linear" else 3)
        if law == "sigmoid":
            by_Na = 1 + math.exp((s["Na_half"] - s.inner["Na"]) / s["Na_slope"])
            return largest(s) / by_Na / (1 + math.exp((s["K_half"] - s.outer["K"]) / s["K_slope"]))
        if law == "saturating":
            return saturated(s)
        assert s.delta_G is not None
        per_cycle = s["atp"] if s.has("atp") else 1.0
        # a cycle gains what ATP gives and what the ions lose by going out
        affinity = -per_cycle * s.delta_G - s.work(counts)
        return saturated(s) * -math.expm1(-affinity / (R * s.T))

    return turnover


def mechanism(entry: Mapping[str, Any]) -> Callable[[Site], dict[str, float]]:
    """Fluxes of one mechanism in its own basis, with its factor and q10."""
    if entry["kind"] in ("ghk", "ghk_shared", "ohmic", "current"):
        plain = passive(entry)
    else:
        counts, turnover = cycles(entry)

        def plain(s: Site) -> dict[str, float]:
            rate = turnover(s)
            return {ion: n * rate for ion, n in counts.items()}

    factor = FACTORS[entry["factor"]] if "factor" in entry else None
    if factor is None and "q10" not in entry:
        return plain

    def scaled(s: Site) -> dict[str, float]:
        times = factor(s) if factor is not None else 1.0
        if "q10" in entry:
            times *= s["q10.ratio"] ** ((s.T - s["q10.reference"]) / 10)
        return {ion: flux * times for ion, flux in plain(s).items()}

    return scaled


# -- shapes -------------------------------------------------------------------------------------------------------------


def volume_of(shape: Mapping[str, Any]) -> float:
    ((form, sizes),) = shape.items()
    if form == "sphere":
        return math.pi / 6 * si(sizes["diameter"]) ** 3
    if form == "box":
        return si(sizes["length"]) * si(sizes["width"]) * si(sizes["height"])
    return math.pi / 4 * si(sizes["diameter"]) ** 2 * si(sizes["length"])


def surface_at(shape: Mapping[str, Any], volume: float) -> float:
    """Surface of a shape that has swollen to a volume: spheres and boxes keep their form, cylinders their length."""
    ((form, sizes),) = shape.items()
    if form == "sphere":
        return (36 * math.pi) ** (1 / 3) * volume ** (2 / 3)
    if form == "box":
        grown = (volume / volume_of(shape)) ** (1 / 3)
        a, b, c = (grown * si(sizes[key]) for key in ("length", "width", "height"))
        return 2 * (a * b + b * c + c * a)
    length = si(sizes["length"])
    radius = math.sqrt(volume / (math.pi * length))
    return 2 * math.pi * radius * length + (0.0 if sizes.get("ends") == "open" else 2 * math.pi * radius**2)


# -- a cell -------------------------------------------------------------------------------------------------------------


@dataclass
class Contents:
    """A state: charges of nodes [C], amounts of ions [mol], water [m^3], moles of each impermeant by (compartment, name)."""

    Q: dict[str, float]
    n: dict[tuple[str, str], float]
    w: dict[str, float]
    fixed: dict[tuple[str, str], float]


@dataclass
class Phase:
    """Time in which nothing jumps: numbers at its begin, slopes of ramps or, in decades, their growths [1/s], and what electrodes do."""

    begin: float
    end: float
    numbers: dict[str, float]
    slopes: dict[str, float] = field(default_factory=dict)
    growths: dict[str, float] = field(default_factory=dict)
    voltages: dict[str, tuple[float, str]] = field(default_factory=dict)
    currents: dict[str, tuple[float, str]] = field(default_factory=dict)
    dialysed: set[str] = field(default_factory=set)
    solutions: dict[str, dict[str, float]] = field(default_factory=dict)

    def at(self, time: float) -> dict[str, float]:
        moved = {path: self.numbers[path] + slope * (time - self.begin) for path, slope in self.slopes.items()}
        moved |= {path: self.numbers[path] * math.exp(rate * (time - self.begin)) for path, rate in self.growths.items()}
        return {**self.numbers, **moved} if moved else self.numbers


class Stopped(ArithmeticError):
    """The integrator went no further than `time` [s]; `views` are those of the phase until then."""

    def __init__(self, time: float, why: str, views: list[View]) -> None:
        super().__init__(f"the independent integrator stops at {time:.9g} s: {why}")
        self.time, self.views = time, views


@dataclass
class View:
    """What a state looks like: potentials of compartments and membranes [V], concentrations [mol/m^3], water [m^3], areas, and the
    state with what clamps decide filled in."""

    phi: dict[str, float]
    V: dict[str, float]
    c: dict[str, dict[str, float]]
    w: dict[str, float]
    area: dict[str, float]
    contents: Contents | None = None


class Vector:
    """A state as the integrator has it: charges in those of RT/F, amounts and waters in those at the start."""

    def __init__(self, state: Contents, charges: np.ndarray) -> None:
        self.keys, self.fixed = (list(state.Q), list(state.n), list(state.w)), state.fixed
        self.scale = np.concatenate([charges, [*state.n.values()], [*state.w.values()]])
        self.start = np.concatenate([[*state.Q.values()] / charges, np.ones(len(state.n) + len(state.w))])

    def contents(self, y: np.ndarray) -> Contents:
        parts = np.split(y * self.scale, np.cumsum([len(keys) for keys in self.keys[:2]]))
        return Contents(
            *(dict(zip(keys, part.tolist(), strict=True)) for keys, part in zip(self.keys, parts, strict=True)), self.fixed
        )

    def rates(self, *changes: Mapping[Any, float]) -> np.ndarray:
        return np.array([rate for part in changes for rate in part.values()]) / self.scale


class World:
    """The equations of one description (a dictionary in the form of a cell file)."""

    def __init__(self, cell: Mapping[str, Any]) -> None:
        self.spaces, self.membranes = cell["compartments"], cell["membranes"]
        self.role = {name: space.get("role", "cell") for name, space in self.spaces.items()}
        self.numbers = {path: found[0] for path, text in paths(cell) if isinstance(text, str) and (found := quantity(text))}
        self.numbers.pop("cell", None)
        self.ions = {name: list(space["ions"]) for name, space in self.spaces.items()}
        self.ends = {name: tuple(m["between"]) for name, m in self.membranes.items()}
        touched = {end for ends in self.ends.values() for end in ends}
        baths = [name for name, role in self.role.items() if role == "bath" and name in touched]
        grounds = [name for name in baths if "clamped" not in self.spaces[name] and "open" not in self.spaces[name]]
        inner = {ends[0] for ends in self.ends.values()}
        self.ground = grounds[0] if grounds else next(name for name in touched if name not in inner)
        given = {self.ground, *(name for name in baths if "clamped" in self.spaces[name])}
        self.nodes = [name for name in self.spaces if name in touched and name not in given]
        self.cells = [name for name, role in self.role.items() if role == "cell"]
        self.water0 = self._waters()
        self.impermeants = {
            (name, word): si(one["valence"]) for name in self.spaces for word, one in self._impermeants(name).items()
        }
        self.fixed_c = self._fixed()
        self.at_once = {self.ends[m][0]: self.ends[m][1] for m in self.membranes if self._water(m) == "instantaneous"}
        flowing = {end for m in self.membranes if isinstance(self._water(m), Mapping) for end in self.ends[m]}
        self.swelling = [name for name in self.cells if name in flowing and name not in self.at_once]
        self.ways = [
            (name, f"{name}.{word}", mechanism(entry), _basis(entry), self._atp(name))
            for name, m in self.membranes.items()
            for word, entry in m["mechanisms"].items()
        ]
        self.exchanges = [
            (name, f"{name}.{word}", one)
            for name, space in self.spaces.items()
            for word, one in space.get("mechanisms", {}).items()
        ]

    def _atp(self, name: str) -> str | None:
        """The path of the free energy of ATP beside a membrane: the inner one where both sides state it."""
        given = [f"{end}.atp.delta_G" for end in self.ends[name]]
        return next((path for path in given if path in self.numbers), None)

    def _water(self, name: str) -> Any:
        return self.membranes[name].get("water", "none")

    def _impermeants(self, name: str) -> Mapping[str, Any]:
        space = self.spaces[name]
        return {"impermeant": space["impermeant"]} if "impermeant" in space else space.get("impermeants", {})

    def _waters(self) -> dict[str, float]:
        whole, left = {}, None
        for name, space in self.spaces.items():
            if "shape" in space:
                whole[name] = volume_of(space["shape"])
            elif isinstance(space.get("volume"), Mapping):
                left = name
            elif "volume" in space:
                whole[name] = si(space["volume"])
        if left is not None:
            others = sum(volume for name, volume in whole.items() if self.role[name] != "bath")
            whole[left] = si(self.spaces[left]["volume"]["remainder_of"]) - others
        return {name: volume * self.numbers.get(f"{name}.water_fraction", 1.0) for name, volume in whole.items()}

    def _fixed(self) -> dict[tuple[str, str], float]:
        """Concentrations of impermeants as described [mol/m^3]."""
        found = {}
        for name in self.spaces:
            charge = sum(VALENCES[ion] * self.numbers[f"{name}.{ion}"] for ion in self.ions[name])
            for word, one in sorted(self._impermeants(name).items(), key=lambda item: item[1]["amount"] == "neutral"):
                z = si(one["valence"])
                found[name, word] = -charge / z if one["amount"] == "neutral" else si(one["amount"])
                charge += z * found[name, word]
        return found

    # -- states -----------------------------------------------------------------------------------------------------------

    def contents(self, c: Mapping[str, Mapping[str, float]], w: Mapping[str, float], phi: Mapping[str, float]) -> Contents:
        """The state of concentrations, waters and potentials."""
        n = {(name, ion): c[name][ion] * w[name] for name in self.cells for ion in self.ions[name]}
        fixed = {key: amount * self.water0.get(key[0], 1.0) for key, amount in self.fixed_c.items()}
        state = Contents({}, n, {name: w[name] for name in self.swelling}, fixed)
        state.Q = self._charges(phi, self._areas({**self.water0, **w}, self.numbers), self.numbers)
        return state

    def described(self) -> dict[str, dict[str, float]]:
        return {name: {ion: self.numbers[f"{name}.{ion}"] for ion in ions} for name, ions in self.ions.items()}

    def net_charge(self, name: str, state: Contents) -> float:
        """Charge of what a compartment holds [C]."""
        return F * (sum(VALENCES[ion] * state.n[name, ion] for ion in self.ions[name]) + self._fixed_charge(name, state))

    def _fixed_charge(self, name: str, state: Contents) -> float:
        return sum(z * state.fixed[key] for key, z in self.impermeants.items() if key[0] == name)

    def _osmolarity(self, name: str, c: Mapping[str, float], state: Contents, w: float | None, p: Mapping[str, float]) -> float:
        if self.role[name] == "cell":
            fixed = sum(amount for key, amount in state.fixed.items() if key[0] == name) / w
        else:
            fixed = sum(amount for key, amount in self.fixed_c.items() if key[0] == name)
        return p.get(f"{name}.osmotic_coefficient", 1.0) * (sum(c.values()) + fixed)

    def _volumes(self, state: Contents, p: Mapping[str, float]) -> dict[str, float]:
        w = {**self.water0, **state.w}
        for name, outer in self.at_once.items():
            bath = self._osmolarity(outer, {ion: p[f"{outer}.{ion}"] for ion in self.ions[outer]}, state, None, p)
            held = sum(state.n[name, ion] for ion in self.ions[name]) + sum(a for key, a in state.fixed.items() if key[0] == name)
            w[name] = p.get(f"{name}.osmotic_coefficient", 1.0) * held / bath
        return w

    def _areas(self, w: Mapping[str, float], p: Mapping[str, float]) -> dict[str, float]:
        areas = {}
        for name, m in self.membranes.items():
            inner = self.ends[name][0]
            shape = self.spaces[inner].get("shape")
            described = p[f"{name}.area"] if "area" in m else surface_at(shape, volume_of(shape))
            if m.get("area_policy") == "shape":
                solids = volume_of(shape) - self.water0[inner]
                described *= surface_at(shape, w[inner] + solids) / surface_at(shape, volume_of(shape))
            areas[name] = described
        return areas

    def _capacitance(self, name: str, area: Mapping[str, float], p: Mapping[str, float]) -> float:
        whole = quantity(self.membranes[name]["capacitance"])[1] == "pF"
        return p[f"{name}.capacitance"] * (1.0 if whole else area[name])

    def _known(self, p: Mapping[str, float]) -> dict[str, float]:
        clamped = {name: p[f"{name}.clamped"] for name, space in self.spaces.items() if "clamped" in space}
        return {self.ground: 0.0, **clamped}

    def _matrix(self, area: Mapping[str, float], p: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
        """Charges of the nodes are matrix @ potentials + what given potentials induce."""
        place, known = {name: k for k, name in enumerate(self.nodes)}, self._known(p)
        M, b = np.zeros((len(place), len(place))), np.zeros(len(place))
        for name, (inner, outer) in self.ends.items():
            C = self._capacitance(name, area, p)
            for here, there in ((inner, outer), (outer, inner)):
                if here in place:
                    M[place[here], place[here]] += C
                    if there in place:
                        M[place[here], place[there]] -= C
                    else:
                        b[place[here]] -= C * known[there]
        return M, b

    def _charges(self, phi: Mapping[str, float], area: Mapping[str, float], p: Mapping[str, float]) -> dict[str, float]:
        M, b = self._matrix(area, p)
        return dict(zip(self.nodes, M @ [phi[name] for name in self.nodes] + b, strict=True))

    def view(self, state: Contents, phase: Phase, p: Mapping[str, float]) -> View:
        """What a state looks like, with the charges and the electrodes' ions of clamped compartments as their potentials ask."""
        n, Q = dict(state.n), dict(state.Q)
        filled = Contents(Q, n, state.w, state.fixed)
        held = [name in phase.voltages for name in self.nodes]
        adjusted = [name for name in phase.voltages if self.role[name] == "cell" and name not in phase.dialysed]
        for _ in range(5 if any(name in self.at_once for name in adjusted) else 1):
            w = self._volumes(filled, p)
            area = self._areas(w, p)
            M, b = self._matrix(area, p)
            phi = np.array([phase.voltages[name][0] if name in phase.voltages else 0.0 for name in self.nodes])
            charge = np.array([Q[name] for name in self.nodes])
            free = np.flatnonzero(np.logical_not(held))
            if free.size:
                phi[free] = np.linalg.solve(M[np.ix_(free, free)], (charge - b - M @ phi)[free])
            Q.update(zip(self.nodes, np.where(held, M @ phi + b, charge), strict=True))
            for name in adjusted:
                self._balance(name, phase.voltages[name][1], filled)
        potentials = {**self._known(p), **dict(zip(self.nodes, phi.tolist(), strict=True))}
        V = {name: potentials[inner] - potentials[outer] for name, (inner, outer) in self.ends.items()}
        c = {
            name: {ion: n[name, ion] / w[name] if self.role[name] == "cell" else p[f"{name}.{ion}"] for ion in ions}
            for name, ions in self.ions.items()
        }
        return View(potentials, V, c, w, area, filled)

    def _balance(self, name: str, ion: str, state: Contents) -> None:
        """Give an ion the amount with which a compartment holds its charge."""
        others = sum(VALENCES[other] * state.n[name, other] for other in self.ions[name] if other != ion)
        state.n[name, ion] = (state.Q[name] / F - others - self._fixed_charge(name, state)) / VALENCES[ion]

    # -- rates ------------------------------------------------------------------------------------------------------------

    def flows(self, v: View, p: Mapping[str, float]) -> Iterator[tuple[str, str, str, float]]:
        """Every flux: from, to, ion and how much [mol/s]."""
        for name, path, law, basis, atp in self.ways:
            inner, outer = self.ends[name]
            site = Site(v.V[name], p["temperature"], v.c[inner], v.c[outer], p, path, p[atp] if atp else None)
            scale = {"area": v.area[name], "cell": 1.0, "volume": v.w.get(inner, 0.0)}[basis]
            for ion, flux in law(site).items():
                yield inner, outer, ion, flux * scale
        for name, path, one in self.exchanges:
            rate = p[f"{path}.D"] * (v.c[name][one["ion"]] - v.c[one["with"]][one["ion"]]) * v.w[name]
            yield name, one["with"], one["ion"], rate
            yield name, one["with"], one["counter_ion"], -rate * VALENCES[one["ion"]] / VALENCES[one["counter_ion"]]

    def rates(self, state: Contents, phase: Phase, time: float) -> tuple[dict, dict, dict]:
        """Rates of charges, amounts and waters."""
        p = phase.at(time)
        v = self.view(state, phase, p)
        dQ, dn = dict.fromkeys(self.nodes, 0.0), dict.fromkeys(state.n, 0.0)
        for source, target, ion, flux in self.flows(v, p):
            for end, sign in ((source, -1.0), (target, 1.0)):
                if end in dQ:
                    dQ[end] += sign * F * VALENCES[ion] * flux
                if (end, ion) in dn:
                    dn[end, ion] += sign * flux
        for node, (current, carrier) in phase.currents.items():
            dQ[node] += current
            if (node, carrier) in dn:
                dn[node, carrier] += current / (VALENCES[carrier] * F)
        dw = self._water_rates(v, p)
        for name in phase.dialysed:
            dn.update({key: 0.0 for key in dn if key[0] == name})
            dw.update({name: 0.0} if name in dw else {})
        for name, (_, carrier) in phase.voltages.items():
            dQ[name] = 0.0
            dn.update({(name, carrier): 0.0} if (name, carrier) in dn else {})
        for name in self.cells:
            self._hold(name, dn, dw, v, phase, time)
        return dQ, dn, dw

    def _held(self, name: str, p: Mapping[str, float]) -> list[tuple[str, float, float]]:
        """What a compartment holds: ion, concentration, and moles of its counter-ion that go the other way with a mole of it."""
        held = self.spaces[name].get("fixed", {})
        counters = {ion: self._counter(name, ion) for ion in held}
        return [(ion, p[f"{name}.{ion}"], VALENCES[ion] / VALENCES[other] if other else 0.0) for ion, other in counters.items()]

    def _counter(self, name: str, ion: str) -> str | None:
        held = self.spaces[name]["fixed"]
        return held[ion].get("counter_ion") if isinstance(held, Mapping) else None

    def _bath(self, name: str, p: Mapping[str, float]) -> float:
        """The osmolarity that the water of a compartment follows at once [mol/m^3]."""
        outer = self.at_once[name]
        return self._osmolarity(outer, {ion: p[f"{outer}.{ion}"] for ion in self.ions[outer]}, Contents({}, {}, {}, {}), None, p)

    def _hold(
        self, name: str, dn: dict[tuple[str, str], float], dw: Mapping[str, float], v: View, phase: Phase, time: float
    ) -> None:
        """Ions that are held change as the water does; what that takes, a counter-ion balances in charge, or nothing that is listed."""
        p = phase.at(time)
        held, swells = self._held(name, p), dw.get(name, 0.0)
        if held and name in self.at_once:
            # the water follows what crosses and the bath, and what is held follows the water
            phi, step = p.get(f"{name}.osmotic_coefficient", 1.0), 1e-4 * (phase.end - phase.begin)
            bath, later = self._bath(name, p), self._bath(name, phase.at(time + step))
            alone = [ion for ion, _, _ in held]
            gained = sum(dn[name, ion] for ion in self.ions[name] if ion not in alone)
            gained += sum(k * dn[name, ion] for ion, _, k in held)
            follows = sum(c * (1.0 - k) for _, c, k in held)
            swells = (phi * gained - v.w[name] * (later - bath) / step) / (bath - phi * follows)
        for ion, c, k in held:
            brought = c * swells - dn[name, ion]
            dn[name, ion] = c * swells
            if k:
                dn[name, self._counter(name, ion)] -= k * brought

    def _swollen(self, name: str, state: Contents, p: Mapping[str, float]) -> None:
        """Where the osmolarity outside has stepped, water, what is held and counter-ions follow at once."""
        held, phi = self._held(name, p), p.get(f"{name}.osmotic_coefficient", 1.0)
        if not held:
            return
        ion, c, _ = held[0]
        before = state.n[name, ion] / c
        free = sum(state.n[name, ion] for ion in self.ions[name]) - sum(c for _, c, _ in held) * before
        free += sum(a for key, a in state.fixed.items() if key[0] == name)
        turned = sum(k * c for _, c, k in held)
        after = phi * (free + turned * before) / (self._bath(name, p) - phi * sum(c * (1.0 - k) for _, c, k in held))
        for ion, c, k in held:
            state.n[name, ion] = c * after
            if k:
                state.n[name, self._counter(name, ion)] -= k * c * (after - before)

    def _water_rates(self, v: View, p: Mapping[str, float]) -> dict[str, float]:
        dw = dict.fromkeys(self.swelling, 0.0)
        for name, m in self.membranes.items():
            if not isinstance(self._water(name), Mapping):
                continue
            inner, outer = self.ends[name]
            ((key, text),) = self._water(name).items()
            given = p[f"{name}.water.{key}"]
            L_p = given if key == "L_p" else given * WATER / (R * p["temperature"])
            whole = 1.0 if quantity(text)[1] in PER_CELL else v.area[name]
            osm = [self._osmolarity(end, v.c[end], v.contents, v.w.get(end), p) for end in (inner, outer)]
            pressure = 0.0
            if "wall" in m:
                strain = v.w[inner] / self.water0[inner] - 1
                pressure = p.get(f"{name}.wall.turgor", 0.0) + p[f"{name}.wall.elastic_modulus"] * strain
            flow = L_p * whole * (R * p["temperature"] * (osm[0] - osm[1]) - pressure)
            for end, sign in ((inner, 1.0), (outer, -1.0)):
                if end in dw:
                    dw[end] += sign * flow
        return dw

    # -- integration ------------------------------------------------------------------------------------------------------

    def begun(self, state: Contents, phase: Phase, before: set[str]) -> Contents:
        """The state as a phase begins: pipettes that were drawn out leave the charge to the largest ion, others bring their solutions."""
        state = Contents(dict(state.Q), dict(state.n), dict(state.w), dict(state.fixed))
        for name in self.at_once:
            self._swollen(name, state, phase.numbers)
        for name in before - phase.dialysed:
            self._balance(name, max(self.ions[name], key=lambda ion: self.numbers[f"{name}.{ion}"]), state)
        for name, solution in phase.solutions.items():
            w = self._volumes(state, phase.numbers)[name]
            state.n.update({(name, ion): c * w for ion, c in solution.items()})
            lacking = state.Q.get(name, 0.0) / F - sum(VALENCES[ion] * state.n[name, ion] for ion in self.ions[name])
            if fixed := self._fixed_charge(name, state):
                state.fixed.update({key: a * lacking / fixed for key, a in state.fixed.items() if key[0] == name})
        return state

    def through(
        self, state: Contents, phase: Phase, times: np.ndarray, rtol: float, watch: Callable[[float, View], None] | None = None
    ) -> tuple[list[View], Contents]:
        """Views at the times of a phase (from its begin on), and the state at the last of them."""
        if min(state.n.values(), default=1.0) <= 0:
            raise Stopped(phase.begin, "nothing is left of an ion", [])
        unit = R * self.numbers["temperature"] / F
        charges = [unit * self.capacitance_around(name, state) for name in self.nodes]
        vector, views = Vector(state, np.array(charges)), list[View]()
        seen = lambda t, y: self.view(vector.contents(y), phase, phase.at(phase.begin + t))  # noqa: E731

        def rates(t: float, y: np.ndarray) -> np.ndarray:
            try:
                found = vector.rates(*self.rates(vector.contents(y), phase, phase.begin + t))
                return np.full(y.size, np.nan) if np.iscomplexobj(found) else found
            except (ValueError, OverflowError, ZeroDivisionError):  # a trial beyond what there can be
                return np.full(y.size, np.nan)

        wanted = [float(t) for t in times - phase.begin]
        solver = LSODA(rates, 0.0, vector.start, wanted[-1] or 1.0, rtol=rtol, atol=rtol)
        while wanted and wanted[0] == 0:
            views.append(seen(wanted.pop(0), vector.start))
        for _ in range(MOST_STEPS):
            if not wanted:
                return views, views[-1].contents
            message = solver.step()
            if message is not None or not np.all(np.isfinite(solver.y)):
                raise Stopped(phase.begin + solver.t, message or "no rates", views)
            dense = solver.dense_output()
            for t in np.linspace(solver.t_old, solver.t, 9) if watch is not None else ():
                watch(phase.begin + t, seen(t, dense(t)))
            while wanted and wanted[0] <= solver.t:
                views.append(seen(wanted[0], solver.y if wanted[0] == solver.t else dense(wanted[0])))
                wanted.pop(0)
        raise Stopped(phase.begin + solver.t, "too many steps", views)

    def capacitance_around(self, name: str, state: Contents) -> float:
        """Capacitance of all membranes of a node at the described numbers [F]."""
        M, _ = self._matrix(self._areas(self._volumes(state, self.numbers), self.numbers), self.numbers)
        return float(M[self.nodes.index(name), self.nodes.index(name)])

    # -- rest -------------------------------------------------------------------------------------------------------------

    def off_rest(self, phi: Mapping[str, float]) -> float:
        """How far potentials are from where no charge moves at the described concentrations [V], by one step of Newton."""
        p, c = self.numbers, self.described()
        area = self._areas(self.water0, p)

        def currents(x: np.ndarray) -> np.ndarray:
            potentials = {**self._known(p), **dict(zip(self.nodes, x.tolist(), strict=True))}
            V = {name: potentials[inner] - potentials[outer] for name, (inner, outer) in self.ends.items()}
            net = dict.fromkeys(self.nodes, 0.0)
            for source, target, ion, flux in self.flows(View(potentials, V, c, self.water0, area), p):
                for end, sign in ((source, -1.0), (target, 1.0)):
                    if end in net:
                        net[end] += sign * VALENCES[ion] * flux
            return np.array(list(net.values()))

        x, h = np.array([phi[name] for name in self.nodes]), 1e-6
        slopes = np.column_stack([(currents(x + h * e) - currents(x - h * e)) / (2 * h) for e in np.eye(x.size)])
        return float(np.abs(np.linalg.solve(slopes, currents(x))).max())


def _basis(entry: Mapping[str, Any]) -> str:
    units = [found[1] for key in MOVERS & set(entry) if (found := quantity(entry[key])) is not None]
    return "cell" if set(units) & PER_CELL else "volume" if set(units) & PER_VOLUME else "area"
