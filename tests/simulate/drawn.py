"""Random cells with organelles, shared spaces, walls, swelling areas and transporters, and random protocols for them, from a seed."""

from __future__ import annotations

import math
import random
from typing import Any

BATH = {"K": (2, 12), "Na": (100, 150), "Cl": (90, 140), "Ca": (1, 3), "HCO3": (10, 30)}
INSIDE = {"K": (90, 150), "Na": (4, 30), "Cl": (4, 60), "Ca": (1e-4, 1e-2), "HCO3": (8, 20)}
LEAK = {"K": (-9.5, -7.3), "Na": (-11.5, -8.5), "Cl": (-11, -7.5), "Ca": (-13, -10), "HCO3": (-11, -8.5)}
VALENCES = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2, "HCO3": -1}
COUPLED = {"kcc2": "K Cl", "nkcc1": "Na K Cl", "ncx": "Na Ca", "nbc": "Na HCO3", "ae": "Cl HCO3"}
FACTORS = (
    "0.5",
    "1/(1 + exp((V + 40 mV)/(8 mV)))",
    "1/(1 + exp((V - E_K + 15 mV)/(10 mV)))",
    "sqrt(K_out/(5 mM))",
    "Na_in/(Na_in + 10 mM)",
    "1 + tanh((V + 20 mV)/(30 mV))",
)
RATES = ("a*K_in/(1 mM + K_in)*tanh(V/(20 mV))", "a*(Cl_in - Cl_out)/(Cl_in + Cl_out)")
REVERSIBLE = {True: ("reversible", "reversible"), False: ()}
ELECTRODES = ("clamp", "clamp", "current", "train", "dialyse")


class Drawing:
    """One cell with its protocol, drawn from a seed: `cell` and `protocol` are dictionaries in the form of files."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"differential {seed}")
        self.ions = ["K", "Na", "Cl"] + [ion for ion in ("Ca", "HCO3") if self.random.random() < 0.25]
        self.cell = self._cell()
        self.protocol = self._protocol()
        self._hold(random.Random(f"held {seed}"))

    # -- numbers ----------------------------------------------------------------------------------------------------------

    def _chance(self, part: float) -> bool:
        return self.random.random() < part

    def _even(self, low: float, high: float, unit: str = "") -> str:
        return f"{self.random.uniform(low, high):.5g} {unit}".strip()

    def _log(self, low: float, high: float, unit: str = "") -> str:
        return f"{10 ** self.random.uniform(low, high):.5g} {unit}".strip()

    # -- the cell ---------------------------------------------------------------------------------------------------------

    def _cell(self) -> dict[str, Any]:
        self.spaces: dict[str, Any] = {"outside": self._bath()}
        self.membranes: dict[str, Any] = {}
        around = "outside"
        if self._chance(0.4):
            around = self._shared_space()
        self.spaces["inside"] = self._inside((10, 25))
        self._join("plasma", "inside", around, "plasma")
        self._organelles()
        if around == "ecs" and self._chance(0.4):
            self.spaces["neighbour"] = self._inside((8, 20))
            self._join("sheath", "neighbour", "ecs", "plasma")
        self._ways_round(around)
        if around == "ecs" and "rest" not in self.membranes and "mechanisms" not in self.spaces["ecs"]:
            del self.spaces["outside"]
        self._areas()
        temperature = self._even(10, 40, "degC") if self._chance(0.5) else self._even(283, 313, "K")
        return {"cell": "drawn", "temperature": temperature, "compartments": self.spaces, "membranes": self.membranes}

    def _bath(self) -> dict[str, Any]:
        bath: dict[str, Any] = {"role": "bath", "ions": self._ions(BATH)}
        return bath | ({"impermeant": self._impermeant(bath["ions"])} if self._chance(0.5) else {})

    def _ions(self, ranges: dict[str, tuple[float, float]]) -> dict[str, str]:
        return {ion: self._even(*ranges[ion], "mM") for ion in self.ions}

    def _impermeant(self, ions: dict[str, str]) -> dict[str, str]:
        charge = sum(VALENCES[ion] * float(text.split()[0]) for ion, text in ions.items())
        return {"valence": f"{math.copysign(self.random.uniform(0.6, 2.5), -charge):.4g}", "amount": "neutral"}

    def _shared_space(self) -> str:
        """A closed space around the cells: beside the bath through a sheet of cells or by diffusion, or alone."""
        r = self.random
        ecs: dict[str, Any] = {"ions": self._ions(BATH)}
        ecs["volume"] = {"remainder_of": self._even(18, 30, "pL")} if self._chance(0.5) else self._even(0.3, 6, "pL")
        ecs["impermeant"] = self._impermeant(ecs["ions"])
        self.spaces["ecs"] = ecs
        way = r.choice(("sheet", "sheet", "diffusion", "alone"))
        if way == "sheet":
            self._join("rest", "ecs", "outside", "wide")
        elif way == "diffusion":
            D = {"D": self._log(-3, 0, "1/s")}
            one = lambda ion, counter: {  # noqa: E731
                "kind": "exchange",
                "ion": ion,
                "counter_ion": counter,
                "with": "outside",
                "rate": "D*(c_in - c_out)",
                "parameters": D,
            }
            ecs["mechanisms"] = {"K_diffusion": one("K", "Cl")} | ({"Na_diffusion": one("Na", "Cl")} if self._chance(0.6) else {})
        return "ecs"

    def _inside(self, sizes: tuple[float, float]) -> dict[str, Any]:
        space: dict[str, Any] = {"shape": self._shape(sizes), "ions": self._ions(INSIDE), "atp": self._atp()}
        if self._chance(0.3):
            space["impermeants"] = {
                "A": {"valence": "-2", "amount": self._even(1, 8, "mM")},
                "B": self._impermeant(space["ions"]),
            }
            space["impermeants"]["B"]["valence"] = "-0.9"
        else:
            space["impermeant"] = self._impermeant(space["ions"])
        if self._chance(0.3):
            space["water_fraction"] = self._even(0.6, 0.95)
        if self._chance(0.15):
            space["osmotic_coefficient"] = self._even(0.9, 1.05)
        if sizes[0] >= 10 and self._chance(0.1):
            space["role"] = "held"
            space.pop("impermeant", None), space.pop("impermeants", None)
        return space

    def _hold(self, r: random.Random) -> None:
        """What holds ions of a cell, with or without counter-ions; no electrode does then what cannot be told apart from it."""
        space = self.spaces["inside"]
        if r.random() > 0.3 or space.get("role") == "held":
            return
        held = r.sample(self.ions, r.choice((1, 1, 2)))
        abundant = next(ion for ion in ("K", "Na", "Cl") if ion not in held)
        counters = {ion: {"counter_ion": abundant} if ion != "K" and r.random() < 0.5 else {} for ion in held}
        space["fixed"] = counters if any(counters.values()) or r.random() < 0.5 else held
        clear = all(counters.values())
        if not clear and self.protocol["start"] == "steady":
            self.protocol["start"] = "rest"
        self.protocol["events"] = [
            event
            for event in self.protocol["events"]
            if event.get("dialyse") != "inside"
            and not (event.get("into") == "inside" and (event["carrier"] in held or ("voltage" in event and not clear)))
        ]

    def _atp(self) -> dict[str, str]:
        return {"delta_G": self._even(-60, -42, "kJ/mol")}

    def _shape(self, sizes: tuple[float, float]) -> dict[str, Any]:
        size = lambda: self._even(*sizes, "um")  # noqa: E731
        return self.random.choice(
            [
                {"sphere": {"diameter": size()}},
                {"sphere": {"diameter": size()}},
                {"cylinder": {"diameter": size(), "length": size(), "ends": self.random.choice(("open", "closed"))}},
                {"box": {"length": size(), "width": size(), "height": size()}},
            ]
        )

    def _organelles(self) -> None:
        inner, sizes = "inside", (2.0, 6.0)
        for name in ("organelle", "core")[: self.random.choice((0, 1, 1, 1, 2))]:
            space = self._inside(sizes)
            space["ions"] = self._ions({ion: (0.5 * low, 1.5 * high) for ion, (low, high) in INSIDE.items()})
            space.pop("impermeants", None)
            space["impermeant"] = self._impermeant(space["ions"])
            self.spaces[name] = space
            self._join(f"{name}_membrane", name, inner, "organelle")
            inner, sizes = name, (0.8, 1.6)

    def _ways_round(self, around: str) -> None:
        """Membranes that close loops, and a second bath."""
        if "organelle" in self.spaces and self._chance(0.15):
            self._join("contact", "organelle", around, "organelle", water=False)
        if "neighbour" in self.spaces and self._chance(0.4):
            self._join("junction", "inside", "neighbour", "wide", water=False)
        if self._chance(0.15):
            self.spaces["lumen"] = self._bath() | self.random.choice([{"open": "true"}, {"clamped": f"{self._even(-30, 30)} mV"}])
            self._join("apical", "inside", "lumen", "plasma", water=False)

    def _areas(self) -> None:
        """Areas where a shape cannot say them: of membranes without one, of several around one space, in loops."""
        for name, m in self.membranes.items():
            inner = m["between"][0]
            alone = sum(other["between"][0] == inner for other in self.membranes.values()) == 1
            if "shape" not in self.spaces[inner] or not alone:
                m.pop("area_policy", None)
            if "shape" not in self.spaces[inner] or not alone or self._chance(0.3):
                m["area"] = self._log(1, 2, "um^2") if name.startswith(("organelle", "core")) else self._log(2.3, 3.5, "um^2")

    # -- a membrane -------------------------------------------------------------------------------------------------------

    def _join(self, name: str, inner: str, outer: str, sort: str, water: bool = True) -> None:
        one: dict[str, Any] = {"between": [inner, outer], "capacitance": self._even(0.6, 1.4, "uF/cm^2")}
        if self._chance(0.1):
            one["capacitance"] = self._even(0.2, 1, "pF") if sort == "organelle" else self._even(8, 20, "pF")
        if water and "held" not in {self.spaces[end].get("role") for end in (inner, outer)} and self._chance(0.65):
            self._let_water(one, outer)
        one["mechanisms"] = self._mechanisms(sort, any("atp" in self.spaces[end] for end in (inner, outer)))
        self.membranes[name] = one

    def _let_water(self, one: dict[str, Any], outer: str) -> None:
        if self.spaces[outer].get("role") == "bath" and self._chance(0.2):
            one["water"] = "instantaneous"
        elif self._chance(0.5):
            one["water"] = {"permeability": self._log(-6, -3.3, "m/s")}
        else:
            one["water"] = {"L_p": self._log(-14.3, -12, "m/(s Pa)")}
        if one["water"] != "instantaneous" and self._chance(0.4):
            one["wall"] = {"elastic_modulus": self._log(-1, 1, "MPa"), "turgor": self._even(0, 0.5, "MPa")}
        if self._chance(0.6):
            one["area_policy"] = "shape"

    def _mechanisms(self, sort: str, atp: bool) -> dict[str, Any]:
        r, ways = self.random, {}
        for ion in self.ions:
            if ion == "K" or self._chance(0.75):
                ways[f"{ion}_leak"] = self._leak(ion, sort)
        if self._chance(0.2):
            ways["shared"] = {
                "kind": "ghk_shared",
                "permeability": self._log(-10.5, -8.5, "m/s"),
                "ratios": {"K": "1", "Na": self._log(-1, 0), "Cl": self._log(-2, 0)},
            }
        if self._chance(0.15):
            ways["cation"] = {"kind": "ohmic", "carries": {"Na": "0.4", "K": "0.6"}, "reversal": "-20 mV"}
            ways["cation"]["conductance"] = self._log(-2, -0.3, "S/m^2")
        if self._chance(0.08):
            ways["given"] = {"kind": "current", "ion": r.choice(self.ions[:3]), "value": self._even(-0.003, 0.003, "A/m^2")}
        if self._chance(0.7):
            ways["pump"] = self._na_k(atp)
        if self._chance(0.3):
            ways["primary"] = self._primary(atp)
        for kind, needs in COUPLED.items():
            if set(needs.split()) <= set(self.ions) and self._chance(0.25):
                ways[kind] = self._coupled(kind)
        if self._chance(0.2):
            ways["formula"] = {"kind": "formula", "stoichiometry": {"Cl": "1"}, "rate": r.choice(RATES)}
            ways["formula"]["parameters"] = {"a": self._log(-9, -7, "mol/(m^2 s)")}
        for way in ways.values():
            self._decorate(way)
        return ways

    def _leak(self, ion: str, sort: str) -> dict[str, Any]:
        low, high = LEAK[ion]
        shift = 1.0 if sort == "wide" else 0.0
        if self._chance(0.25):
            return {"kind": "ohmic", "ion": ion, "conductance": self._log(-2.5 + shift, 0 + shift, "S/m^2")}
        if self._chance(0.12):
            return {"kind": "ghk", "ion": ion, "permeability": self._log(low - 9.3 + shift, high - 9.3 + shift, "m^3/s")}
        if self._chance(0.1) and sort != "wide":
            return {"kind": "ghk", "ion": ion, "permeability": self._log(low + 5.7, high + 5.7, "1/s")}
        return {"kind": "ghk", "ion": ion, "permeability": self._log(low + shift, high + shift, "m/s")}

    def _na_k(self, atp: bool) -> dict[str, Any]:
        law = self.random.choice(("saturating", "saturating", *REVERSIBLE[atp], "linear", "cubic", "sigmoid", "constant"))
        more: dict[str, str] = {
            "linear": {"Na_ref": self.random.choice(("outside", "12 mM"))},
            "cubic": {"Na_ref": self.random.choice(("outside", "20 mM"))},
            "sigmoid": {"Na_half": "18 mM", "Na_slope": "4 mM", "K_half": "3 mM", "K_slope": "1 mM"},
            "constant": {},
        }.get(law, {"K_Na": self._even(5, 15, "mM"), "K_K": self._even(0.5, 2, "mM")})
        if law == "saturating" and self._chance(0.2):
            more["n_Na"] = "2.4"
        return {"kind": "na_k_atpase", "law": law, "max_current": self._log(-2.7, -1.2, "A/m^2"), **more}

    def _primary(self, atp: bool) -> dict[str, Any]:
        r, ion = self.random, self.random.choice(self.ions)
        way: dict[str, Any] = {"kind": "primary_pump", "law": r.choice(("saturating", *REVERSIBLE[atp]))}
        way |= {"stoichiometry": {ion: r.choice(("1", "2", "-1"))}, "max_rate": self._log(-9, -7.5, "mol/(m^2 s)")}
        way |= {"K_m": {ion: self._log(0, 1.5, "mM")}} if way["law"] == "saturating" or self._chance(0.5) else {}
        return way | ({"atp": "2"} if self._chance(0.3) else {})

    def _coupled(self, kind: str) -> dict[str, Any]:
        if kind in ("kcc2", "ae") and self._chance(0.4):
            return {"kind": kind, "law": "mass_action", "rate": self._log(-13, -11, "mol/(m^2 s mM^2)")}
        if kind == "nkcc1" and self._chance(0.4):
            return {"kind": kind, "law": "mass_action", "rate": self._log(-17, -15, "mol/(m^2 s mM^4)")}
        if kind == "kcc2" and self._chance(0.3):
            return {"kind": kind, "law": "affinity", "conductance": self._log(-3, -1, "S/m^2")}
        return {"kind": kind, "law": "affinity", "rate": self._log(-10, -7.5, "mol/(m^2 s)")}

    def _decorate(self, way: dict[str, Any]) -> None:
        if self._chance(0.12) and way["kind"] != "current":
            way["factor"] = self.random.choice(FACTORS)
        if self._chance(0.06):
            way["q10"] = {"ratio": self._even(1.5, 3), "reference": "300 K"}

    # -- the protocol -----------------------------------------------------------------------------------------------------

    def _protocol(self) -> dict[str, Any]:
        r = self.random
        self.length = float(f"{10 ** r.uniform(-1.3, 4.2):.3g}")
        self.busy: dict[str, list[tuple[float, float]]] = {}
        self.inner = [name for name, one in self.spaces.items() if one.get("role") != "bath" and name != "ecs"]
        events: list[dict[str, Any]] = []
        for _ in range(r.choice((1, 2, 3, 4, 5))):
            events += self._electrode(r.choice(ELECTRODES)) if self._chance(0.55) else self._change()
        start = r.choices(("described", "rest", f"{self._even(-90, 20)} mV", "steady"), (3, 4, 3, 1))[0]
        return {"protocol": "drawn", "start": start, "until": self._until(), "events": events}

    def _until(self) -> Any:
        end = f"{self.length:g} s"
        if self._chance(0.2):
            membrane = self.random.choice(list(self.membranes))
            return {"crosses": self._even(-80, 10, "mV"), "membrane": membrane, "within": end}
        return {"steady": f"{100 * self.length:g} s"} if self._chance(0.15) else end

    def _windows(self, place: str, count: int) -> list[tuple[str, str]]:
        """Times of windows that follow each other, apart from others of the same place, as text [s]."""
        r = self.random
        for _ in range(8):
            cuts = sorted({float(f"{r.uniform(0.02, 0.98) * self.length:.3g}") for _ in range(count + 1)})
            if len(cuts) == count + 1 and all(end <= cuts[0] or begin >= cuts[-1] for begin, end in self.busy.get(place, [])):
                self.busy.setdefault(place, []).append((cuts[0], cuts[-1]))
                return [(f"{a:g} s", f"{b:g} s") for a, b in zip(cuts, cuts[1:], strict=False)]
        return []

    def _train(self, place: str) -> dict[str, str] | None:
        """Times of a train of pulses."""
        window = self._windows(place, 1)
        if not window:
            return None
        (begin, end), times = window[0], self.random.choice((2, 3, 5))
        begins, ends = float(begin.split()[0]), float(end.split()[0])
        every = float(f"{0.95 * (ends - begins) / times:.2g}")
        if not 0 < begins + times * every <= self.length:
            return None
        return {
            "from": begin,
            "every": f"{every:g} s",
            "for": f"{float(f'{every * self.random.uniform(0.2, 0.8):.2g}'):g} s",
            "times": f"{times}",
        }

    def _electrode(self, sort: str) -> list[dict[str, Any]]:
        r, into = self.random, self.random.choice(self.inner)
        carrier = r.choice(self.ions[:3])
        if sort == "dialyse":
            return self._pipette(into)
        if sort == "clamp":
            windows = self._windows(into, r.choice((1, 1, 2, 3)))
            return [
                {"from": a, "to": b, "voltage": self._even(-100, 40, "mV"), "into": into, "carrier": carrier} for a, b in windows
            ]
        size = 0.3 if into in ("organelle", "core") else 15
        does: dict[str, Any] = {"current": self._even(-size, size, "pA")}
        if sort == "train":
            when = self._train(into)
            does = does if self._chance(0.5) else {"voltage": self._even(-100, 40, "mV")}
            return [when | does | {"into": into, "carrier": carrier}] if when else []
        return [{"from": a, "to": b} | does | {"into": into, "carrier": carrier} for a, b in self._windows(into, 1)]

    def _pipette(self, into: str) -> list[dict[str, Any]]:
        space = self.spaces[into]
        if space.get("role") == "held":
            return []
        ions = {ion: float(text.split()[0]) for ion, text in space["ions"].items()}
        solution = {ion: f"{c * self.random.uniform(0.8, 1.1):.5g} mM" for ion, c in ions.items() if self._chance(0.5)}
        extra = {"solution": solution} if solution and self._chance(0.6) else {}
        return [{"from": a, "to": b, "dialyse": into} | extra for a, b in self._windows(f"pipette {into}", 1)]

    # -- settings ---------------------------------------------------------------------------------------------------------

    def _change(self) -> list[dict[str, Any]]:
        """A path that is set, multiplied or ramped, for a while or for good."""
        r, (path, text) = self.random, self.random.choice(self._settable())
        number, _, unit = text.partition(" ")
        value = f"{float(number) * r.uniform(0.6, 1.5):.5g} {unit}".strip()
        sort = r.choice(("set", "set while", "multiply", "ramp", "train"))
        windows = self._windows(path, 1)
        if not windows:
            return []
        (begin, end), rampable = windows[0], not path.endswith(("capacitance", "area"))
        if sort == "ramp" and rampable:
            in_decades = {"scale": "log"} if float(number) > 0 and self._chance(0.4) else {}
            return [{"from": begin, "to": end, "ramp": {path: value}} | in_decades]
        if sort == "multiply":
            return [{"from": begin, "to": end, "multiply": {path: self._even(0.3, 1.6)}}]
        if sort == "train":
            self.busy[path].pop()
            when = self._train(path)
            return [when | {"set": {path: value}}] if when else []
        return [{"at": begin, "set": {path: value}}] if sort == "set" else [{"from": begin, "to": end, "set": {path: value}}]

    def _settable(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for name, space in self.spaces.items():
            if space.get("role") == "bath":
                found += [(f"{name}.{ion}", text) for ion, text in space["ions"].items()]
                found += [(f"{name}.clamped", space["clamped"])] if "clamped" in space else []
            elif "atp" in space:
                found.append((f"{name}.atp.delta_G", space["atp"]["delta_G"]))
        for name, m in self.membranes.items():
            found.append((f"{name}.capacitance", m["capacitance"]))
            found += [(f"{name}.area", m["area"])] if "area" in m else []
            found += [(f"{name}.wall.{key}", text) for key, text in m.get("wall", {}).items()]
            if isinstance(m.get("water"), dict):
                found += [(f"{name}.water.{key}", text) for key, text in m["water"].items()]
            for word, way in m["mechanisms"].items():
                found += [(f"{name}.{word}.{key}", way[key]) for key in MOVERS if key in way and "_in" not in way[key]]
        return found


MOVERS = ("permeability", "conductance", "max_current", "max_rate", "rate", "value", "reversal")
