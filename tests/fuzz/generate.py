"""Random descriptions from a seed: valid ones of random structure, broken ones, and valid ones with bytes changed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

IONS = {"K": 1, "Na": 1, "Cl": -1, "Ca": 2, "H": 1, "HCO3": -1}
COUPLED = {
    "kcc2": ("K", "Cl"),
    "nkcc1": ("Na", "K", "Cl"),
    "ncc": ("Na", "Cl"),
    "ncx": ("Na", "Ca"),
    "nhe": ("Na", "H"),
    "ae": ("Cl", "HCO3"),
    "nbc": ("Na", "HCO3"),
}
FACTORS = (
    "1/(1 + exp((V + 40 mV)/(8 mV)))",
    "1/(1 + exp((-50 mV - V)/(6 mV)))",
    "sqrt({ion}_out/(5 mM))",
    "1/(1 + exp((V - E_{ion} + 15 mV)/(10 mV)))",
    "{ion}_in/({ion}_in + 10 mM)",
    "max(0, 1 - tanh((V + 20 mV)/(30 mV)))",
    "0.5",
    "where(V < -60 mV, 1, 0.2)",
)
JUNK = (
    *(
        "",
        "0",
        "-1",
        "1e308",
        "1e-308",
        "nan",
        "inf",
        "-.inf",
        "1,5 mM",
        "5 mM + 3 mM",
        "37 K",
        "70 %",
        "5 mV",
        "5 mM",
        "1",
        "neutral",
        "pH 7.2",
        "pH 72",
    ),
    *("[]", "{}", "[1, 2]", "{value: 3}", "{value: 5 mM, range: [1 mM]}", "{carries: -65 mV}", "true", "null", "~", "x" * 3000),
    *(
        "K",
        "inside",
        "outside",
        "ghk",
        "__import__('os')",
        "V**99",
        "exp(V)",
        "1/0",
        "log(0)",
        "\N{GREEK SMALL LETTER MU}M",
        "5 \N{MICRO SIGN}M",
    ),
    *(
        "1e400 mM",
        "9" * 400,
        "5 mM^9",
        "1 m/s m/s",
        "-0",
        "1e-400 mM",
        "0x10",
        "1_000",
        "5mM",
        "5  mM ",
        "'5 mM",
        "&a 5",
        "*a",
        "!!int 5",
        "<<",
    ),
)


class Generator:
    """Makes descriptions as nested dicts of text; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    # -- valid descriptions ---------------------------------------------------------------------------------------

    def valid(self) -> dict[str, Any]:
        """A description that should load; whether a rest exists is another question."""
        return self.short() if self.random.random() < 0.2 else self.general()

    def short(self) -> dict[str, Any]:
        r = self.random
        ohmic = r.random() < 0.2
        ions = {}
        for ion in self._ions():
            way = {"conductance": f"{self._log(-2, 1)} mS/cm^2"} if ohmic else {"permeability": f"{self._log(-3, 0)}"}
            ions[ion] = {"inside": self._concentration(), "outside": self._concentration()} | (way if r.random() < 0.8 else {})
        return {"cell": "short", "temperature": self._temperature(), "ions": ions} | self._some(
            {"shape": self._shape(), "capacitance": "1 uF/cm^2", "water_fraction": "0.8", "thickness": "5 nm"}
        )

    def general(self) -> dict[str, Any]:
        r = self.random
        ions = self._ions()
        names = ["outside", "inside", "organelle", "neighbour"][: r.choice((2, 2, 2, 3, 3, 4))]
        spaces = {name: self._space(name, ions) for name in names}
        if len(names) == 4 and r.random() < 0.4:
            spaces["neighbour"] = {"role": "bath", "ions": spaces["neighbour"]["ions"]} | r.choice(
                [{"clamped": f"{r.uniform(-50, 50):.3g} mV"}, {"open": "true"}]
            )
        pairs = [("inside", "outside")]
        pairs += [("organelle", "inside")] if len(names) > 2 else []
        pairs += [("neighbour", r.choice(["inside", "outside"]))] if len(names) > 3 else []
        if len(names) > 2 and r.random() < 0.3:
            pairs.append((names[-1], "outside"))
        looped = len(pairs) > len(names) - 1 or "clamped" in spaces.get("neighbour", {})
        membranes = {f"m{index}": self._membrane(pair, ions, spaces, looped) for index, pair in enumerate(pairs)}
        if r.random() < 0.1:
            self._with_a_gas(spaces, membranes)
        return {"cell": "random cell", "temperature": self._temperature(), "compartments": spaces, "membranes": membranes}

    def _with_a_gas(self, spaces: dict[str, Any], membranes: dict[str, Any]) -> None:
        """Carbon dioxide everywhere, which diffuses, and reacts inside where there are protons and bicarbonate."""
        for space in spaces.values():
            space["ions"]["CO2"] = "1.2 mM"
        for membrane in membranes.values():
            membrane["mechanisms"]["CO2_leak"] = {"kind": "ghk", "ion": "CO2", "permeability": "1e-5 m/s"}
        if {"H", "HCO3"} <= spaces["inside"]["ions"].keys():
            counts = {"CO2": -1, "H": 1, "HCO3": 1}
            reaction = {"kind": "reaction", "stoichiometry": counts, "pK": "6.1", "rate": f"{self._log(-2, 1)} 1/s"}
            spaces["inside"]["mechanisms"] = {"co2": reaction}

    def _ions(self) -> list[str]:
        return self.random.sample(list(IONS), self.random.randint(1, len(IONS)))

    def _log(self, low: float, high: float) -> str:
        return f"{10 ** self.random.uniform(low, high):.4g}"

    def _temperature(self) -> str:
        r = self.random
        return r.choice((f"{r.uniform(250, 400):.5g} K", f"{r.uniform(0, 45):.4g} degC", "310 K"))

    def _concentration(self) -> Any:
        r = self.random
        text = r.choice(
            (f"{self._log(-1, 2.5)} mM", f"{self._log(-9, 4)} mM", f"{self._log(-1, 2)} uM", "0 mM", "120 mM", "5 mM")
        )
        if text == "0 mM" and r.random() < 0.8:
            text = "1 mM"
        return (
            {"value": text, "source": "someone2001", "certainty": r.choice(("measured", "recalled"))}
            if r.random() < 0.1
            else text
        )

    def _some(self, entries: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in entries.items() if self.random.random() < 0.5}

    def _shape(self) -> dict[str, Any]:
        r = self.random
        size = lambda: f"{self._log(-1, 3)} um"  # noqa: E731
        return r.choice(
            [
                {"sphere": {"diameter": size()}},
                {"cylinder": {"diameter": size(), "length": size(), "ends": r.choice(("open", "closed"))}},
                {"box": {"length": size(), "width": size(), "height": size()}},
            ]
        )

    def _space(self, name: str, ions: list[str]) -> dict[str, Any]:
        r = self.random
        space: dict[str, Any] = {"ions": {ion: self._concentration() for ion in ions}}
        if name == "outside":
            return {"role": "bath", **space}
        if r.random() < 0.15:
            space["role"] = "held"
        if r.random() < 0.8:
            space |= r.choice([{"shape": self._shape()}, {"volume": f"{self._log(-2, 2)} pL"}])
        if r.random() < 0.4:
            space["impermeant"] = self._impermeant(space["ions"])
        if r.random() < 0.5:
            space["atp"] = r.choice([{"delta_G": "-50 kJ/mol"}, {"ATP": "3 mM", "ADP": "0.05 mM", "Pi": "2 mM"}])
        if r.random() < 0.15:
            sites = {"total": f"{self._log(-3, 1)} mM", "K_d": f"{self._log(-4, 0)} mM"}
            capacity = {"capacity": "40 mM"} | r.choice([{}, {"at": "pH 6"}])
            space["buffer"] = {r.choice(ions): sites} | ({"H": capacity} if "H" in ions else {})
        if r.random() < 0.2:
            one, other = r.choice(ions), r.choice([*ions, "Mg"])
            space["fixed"] = r.choice([[one], [one, other], {one: {"counter_ion": other}}, {one: {}}])
        return space

    def _impermeant(self, ions: dict[str, Any]) -> dict[str, Any]:
        """Of the sign that the ions call for, mostly."""
        r = self.random
        charge = sum(IONS[ion] * _millimolar(text) for ion, text in ions.items())
        size = r.choice((1, 1.3, 2)) * (-1 if charge > 0 else 1) * (1 if r.random() < 0.95 else -1)
        if r.random() < 0.9:
            return {"valence": f"{size:g}", "amount": "neutral"}
        if r.random() < 0.5:
            return {"valence": f"{size:g}", "amount": {"carries": "-65 mV"}}
        return {"valence": f"{size:g}", "amount": r.choice(("10 mM", "1 fmol", f"{abs(charge / size)!r} mM"))}

    def _membrane(self, pair: tuple[str, str], ions: list[str], spaces: dict[str, Any], looped: bool) -> dict[str, Any]:
        r = self.random
        with_atp = any("atp" in spaces[side] for side in pair)
        entries: dict[str, Any] = {"between": list(pair)}
        if r.random() < 0.7:
            entries["capacitance"] = r.choice(("1 uF/cm^2", "20 pF", "0.9 uF/cm^2"))
        if r.random() < 0.6 or looped or len(spaces) > 2:
            entries["area"] = f"{self._log(1, 4)} um^2"
        kinds = ("area", "cell", "mixed", "volume", "relative")
        per = r.choices(kinds, (6, 2, 1, 1 if {"shape", "volume"} & set(spaces[pair[0]]) else 0, 0 if looped else 2))[0]
        if per in ("volume", "mixed"):
            entries["area"] = "1000 um^2"
        ways = [self._leak(ions, per) for _ in range(r.randint(1, 4))]
        if per != "relative":
            ways += [way for _ in range(r.randint(0, 3)) if (way := self._active(ions, per, with_atp)) is not None]
        for way in ways:
            self._decorate(way, ions)
        entries["mechanisms"] = {f"way{index}": way for index, way in enumerate(ways)}
        return entries

    def _per(self, per: str, area: str, cell: str, volume: str) -> str:
        if per == "mixed":
            per = self.random.choice(("area", "cell"))
        return {"area": area, "cell": cell, "volume": volume}[per]

    def _leak(self, ions: list[str], per: str) -> dict[str, Any]:
        r = self.random
        ion = r.choice(ions)
        P = (
            self._log(-4, 0)
            if per == "relative"
            else self._per(per, f"{self._log(-12, -6)} m/s", f"{self._log(-21, -16)} m^3/s", f"{self._log(-4, 1)} 1/s")
        )
        if per == "relative" or r.random() < 0.5:
            return {"kind": "ghk", "ion": ion, "permeability": P}
        if r.random() < 0.2:
            ratios = {name: self._log(-3, 0) for name in r.sample(ions, r.randint(1, len(ions)))}
            return {"kind": "ghk_shared", "permeability": P, "ratios": ratios}
        g = self._per(per, f"{self._log(-4, 1)} mS/cm^2", f"{self._log(-2, 2)} nS", f"{self._log(-2, 4)} S/m^3")
        if r.random() < 0.8:
            way = {"kind": "ohmic", "ion": ion, "conductance": g}
            return way | ({"reversal": f"{r.uniform(-100, 60):.3g} mV"} if r.random() < 0.3 else {})
        if len(ions) > 1 and r.random() < 0.5:
            a, b = r.sample(ions, 2)
            return {"kind": "ohmic", "carries": {a: "0.4", b: "0.6"}, "conductance": g, "reversal": "-20 mV"}
        i = self._per(per, f"{r.uniform(-1, 1):.3g} uA/cm^2", f"{r.uniform(-50, 50):.3g} pA", f"{r.uniform(-10, 10):.3g} A/m^3")
        return {"kind": "current", "ion": ion, "value": i}

    def _maximum(self, per: str) -> dict[str, str]:
        if self.random.random() < 0.5:
            return {
                "max_current": self._per(per, f"{self._log(-3, 0)} A/m^2", f"{self._log(-1, 2)} pA", f"{self._log(0, 4)} A/m^3")
            }
        return {
            "max_rate": self._per(
                per, f"{self._log(-9, -5)} mol/(m^2 s)", f"{self._log(-20, -16)} mol/s", f"{self._log(-4, 0)} mM/s"
            )
        }

    def _active(self, ions: list[str], per: str, with_atp: bool) -> dict[str, Any] | None:
        choices: list[Callable[[], dict[str, Any]]] = [lambda: self._coupled(ions, per), lambda: self._formula(ions, per)]
        choices.append(lambda: self._primary(ions, per, with_atp))
        if {"Na", "K"} <= set(ions):
            choices += [lambda: self._na_k(per, with_atp)] * 3
        way = self.random.choice(choices)()
        return way or None

    def _na_k(self, per: str, with_atp: bool) -> dict[str, Any]:
        laws = ["constant", "linear", "cubic", "saturating", "sigmoid", "balancing"] + ["reversible"] * with_atp
        law = self.random.choice(laws)
        more: dict[str, str] = {
            "constant": {},
            "balancing": {},
            "linear": {"Na_ref": self.random.choice(("10 mM", "outside"))},
            "cubic": {"Na_ref": "12 mM"},
            "sigmoid": {"Na_half": "18 mM", "Na_slope": "3 mM", "K_half": "3 mM", "K_slope": "1 mM"},
        }.get(law, {"K_Na": "10 mM", "K_K": "1.5 mM", **self._some({"n_Na": "2.5", "n_K": "1"})})
        return {"kind": "na_k_atpase", "law": law, **({} if law == "balancing" else self._maximum(per)), **more}

    def _primary(self, ions: list[str], per: str, with_atp: bool) -> dict[str, Any]:
        r = self.random
        law = r.choice(["constant", "saturating"] + ["reversible"] * with_atp)
        if "H" in ions and r.random() < 0.5:
            way: dict[str, Any] = {"kind": r.choice(("h_atpase", "v_atpase"))}
            moved = ["H"]
        else:
            moved = r.sample(ions, min(len(ions), r.randint(1, 2)))
            way = {"kind": "primary_pump", "stoichiometry": {ion: r.choice(("1", "2", "-1", "-2")) for ion in moved}}
        if law == "saturating" or (law == "reversible" and r.random() < 0.5):
            way["K_m"] = {moved[0]: f"{self._log(-4, 1)} mM"}
        return way | {"law": law} | self._maximum(per) | self._some({"atp": "2"})

    def _coupled(self, ions: list[str], per: str) -> dict[str, Any]:
        r = self.random
        kinds = [kind for kind, needs in COUPLED.items() if set(needs) <= set(ions)]
        law = r.choice(("affinity", "mass_action"))
        if kinds and r.random() < 0.7:
            way: dict[str, Any] = {"kind": r.choice(kinds)}
            order = {"nkcc1": 4, "ncx": 4, "nbc": 4}.get(way["kind"], 2)
        else:
            moved = r.sample(ions, min(len(ions), r.randint(1, 3)))
            counts = {ion: r.choice((1, 2, -1, -3)) for ion in moved}
            way = {"kind": "cotransport", "stoichiometry": {ion: str(n) for ion, n in counts.items()}}
            order = sum(abs(n) for n in counts.values())
        if law == "affinity":
            return way | {"law": law, "rate": self._per(per, "1e-8 mol/(m^2 s)", "1e-18 mol/s", "1e-3 mM/s")}
        powers = " ".join(["mM^4"] * (order // 4) + [f"mM^{order % 4}"] * bool(order % 4))
        size = f"{10.0 ** (-9 - 1.5 * order):.3g}"
        return way | {
            "law": law,
            "rate": self._per(per, f"{size} mol/(m^2 s {powers})", f"{size} mol/(s {powers})", f"{size} mol/(m^3 s {powers})"),
        }

    def _formula(self, ions: list[str], per: str) -> dict[str, Any]:
        ion = self.random.choice(ions)
        size = self._per(per, "a*V/(10 mV)", "1e-18 mol/(1 s) * tanh(V/(20 mV))", "1 mM/(1 s) * tanh(V/(20 mV))")
        parameters = {"parameters": {"a": f"{self._log(-10, -6)} mol/(m^2 s)"}} if size.startswith("a") else {}
        return {"kind": "formula", "stoichiometry": {ion: "1"}, "rate": f"{size}*{ion}_in/(1 mM + {ion}_in)", **parameters}

    def _decorate(self, way: dict[str, Any], ions: list[str]) -> None:
        r = self.random
        if r.random() < 0.15 and way.get("law") != "balancing":
            way["factor"] = r.choice(FACTORS).replace("{ion}", r.choice(ions))
        if r.random() < 0.1:
            way["q10"] = {"ratio": "3", "reference": "20 degC"}

    # -- broken ones ----------------------------------------------------------------------------------------------

    def broken(self) -> dict[str, Any]:
        """A valid description with one to five random edits of keys and values."""
        description = copy.deepcopy(self.valid())
        for _ in range(self.random.randint(1, 5)):
            self._edit(description)
        return description

    def _edit(self, description: dict[str, Any]) -> None:
        r = self.random
        places = list(_places(description))
        if not places:
            return
        holder, key = r.choice(places)
        edit = r.randrange(6)
        if edit == 0:
            del holder[key]
        elif edit == 1:
            holder[_typo(key, r)] = holder.pop(key)
        elif edit == 2:
            other, name = r.choice(places)
            holder[key] = copy.deepcopy(other.get(name, "x"))
        elif edit == 3:
            holder[_typo(key, r)] = copy.deepcopy(holder[key])
        else:
            holder[key] = r.choice(JUNK)

    def mutated(self) -> bytes:
        """The bytes of a valid description with a few of them changed, removed, doubled or put in."""
        r = self.random
        data = bytearray(to_text(self.valid()).encode())
        for _ in range(r.choice((1, 1, 2, 3, 8, 40))):
            at = r.randrange(len(data) + 1)
            edit = r.randrange(5)
            if edit == 0 and at < len(data):
                data[at] = r.randrange(256)
            elif edit == 1 and at < len(data):
                del data[at : at + r.choice((1, 1, 2, 20))]
            elif edit == 2:
                data[at:at] = data[at : at + r.choice((1, 5, 60))]
            elif edit == 3:
                data[at:at] = r.choice(JUNK).encode()
            else:
                data[at:at] = r.choice(
                    (b"{", b"}", b"[", b":", b": ", b"\n", b"  ", b"\t", b"- ", b"#", b"'", b'"', b"&", b"*", b"\0", b"|")
                )
            if not data:
                data = bytearray(b" ")
        return bytes(data)

    def sample(self) -> tuple[str, bytes]:
        """What sort it is, and the bytes of a file."""
        sort = self.random.choices(("valid", "broken", "mutated"), (5, 3, 2))[0]
        if sort == "mutated":
            return sort, self.mutated()
        return sort, to_text(self.valid() if sort == "valid" else self.broken()).encode()


def samples(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """So many descriptions."""
    generator = Generator(seed)
    for _ in range(count):
        yield generator.sample()


def _millimolar(entry: Any) -> float:
    number, unit = (entry["value"] if isinstance(entry, dict) else entry).split(" ")
    return float(number) * {"mM": 1.0, "uM": 1e-3}[unit]


def _places(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    for key, entry in value.items():
        yield value, key
        if isinstance(entry, dict):
            yield from _places(entry)


def _typo(key: str, r: random.Random) -> str:
    at = r.randrange(len(key) + 1) if key else 0
    return r.choice((key[:at] + key[at + 1 :], key[:at] + "x" + key[at:], key.upper(), key + " ", "", "value", "K", "y" * 300))


def to_text(value: Any, indent: int = 0) -> str:
    """Block YAML of nested dicts; text stands as it is, so that junk stays junk."""
    lines = []
    for key, entry in value.items():
        head = f"{' ' * indent}{key}:"
        if isinstance(entry, dict) and entry:
            lines.append(f"{head}\n{to_text(entry, indent + 2)}")
        elif isinstance(entry, list):
            lines.append(f"{head} [{', '.join(entry)}]\n")
        else:
            lines.append(f"{head} {entry if entry != {} else '{}'}\n")
    return "".join(lines)
