"""What `tune` may change: numbers that scale a mechanism, all other numbers, and the potentials that are not held."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from ...constants import F
from ...description.cell import Cell, Value
from ...description.derive import Derivation
from ...domains import Domain
from ...errors import InputError
from ...mechanisms.parameter import Basis
from ...system.cell import CellSystem
from ...units import UnitError, format_quantity, quantity_from
from . import words


class Unknowns:
    """The free numbers of a cell.

    Attributes:
        free:    all of them, as they were named
        scaling: those that scale a mechanism; every flux is linear in them
        others:  amounts and valences of impermeants, concentrations, and whatever else the description holds as a number
    """

    def __init__(self, cell: Cell, free: Sequence[str]) -> None:
        self.cell, self.free = cell, tuple(free)
        self.extensive = _extensive(cell)
        self.impermeants = _impermeant_places(cell)
        rules = [f"{place}.amount" for group in self.impermeants.values() for place in group.values()]
        problems = words.wrong_paths(self.free, [*cell.settable, *rules], sorted(self.extensive))
        if problems:
            raise InputError(*problems)
        self.scaling = tuple(path for path in self.free if path in self.extensive)
        self.others = tuple(path for path in self.free if path not in self.extensive)
        self.numbers_as_described = Derivation(cell).numbers()
        self._again = tuple(path for path in self.others if not self._direct(path))

    def _direct(self, path: str) -> bool:
        """Whether a path stands among the numbers of the functions itself, or belongs to an impermeant."""
        place, _, last = path.rpartition(".")
        concentration = place in self.cell.compartments and last in self.cell.compartments[place].ions
        return concentration or path.count(".") > 1 and path in self.numbers_as_described or self.of_impermeant(path)

    def of_impermeant(self, path: str) -> bool:
        places = [place for group in self.impermeants.values() for place in group.values()]
        return any(path.startswith(f"{place}.") for place in places)

    def start(self) -> np.ndarray:
        """Described values of the other numbers [SI]."""
        return np.array([self.described(path) for path in self.others])

    def described(self, path: str) -> float:
        value = self.cell.settable.get(path)
        if value is None:  # an amount that a word or a rule stands for
            name, word = next((n, w) for n, g in self.impermeants.items() for w, p in g.items() if path == f"{p}.amount")
            return self.cell.compartments[name].impermeants[word].concentration.si
        return value.si

    def numbers(self, others: Sequence[float] | np.ndarray) -> dict[str, float]:
        """Every number of the cell at values of the other free numbers.

        Raises:
            InputError: a description does not take them.
        """
        if not self.others:
            return self.numbers_as_described
        free = dict(zip(self.others, (float(v) for v in others), strict=True))
        numbers = dict(self._described_again(tuple(free[path] for path in self._again)))
        numbers |= {path: value for path, value in free.items() if path in numbers and path not in self._again}
        return self._with_impermeants(numbers, free)

    @functools.lru_cache(maxsize=64)  # noqa: B019 - lives as long as the question
    def _described_again(self, values: tuple[float, ...]) -> dict[str, float]:
        texts = {path: self.text(path, value) for path, value in zip(self._again, values, strict=True)}
        return Derivation(self.cell.replace(texts)).numbers() if texts else self.numbers_as_described

    def _with_impermeants(self, numbers: dict[str, float], free: Mapping[str, float]) -> dict[str, float]:
        for name, places in self.impermeants.items():
            for word, place in places.items():
                key = f"{name}.{word}"
                numbers[f"{key}.valence"] = free.get(f"{place}.valence", numbers[f"{key}.valence"])
                if f"{place}.amount" in free:
                    numbers[f"{key}.concentration"] = self._concentration(name, f"{place}.amount", free, numbers)
            self._fill(name, numbers, free)
            for word in places:
                if f"{name}.volume" in numbers:
                    numbers[f"{name}.{word}.amount"] = numbers[f"{name}.{word}.concentration"] * numbers[f"{name}.volume"]
        return numbers

    def _concentration(self, name: str, path: str, free: Mapping[str, float], numbers: Mapping[str, float]) -> float:
        written = self.cell.settable.get(path)
        per_cell = written is not None and written.basis is Basis.CELL
        return free[path] / numbers[f"{name}.volume"] if per_cell else free[path]

    def _fill(self, name: str, numbers: dict[str, float], free: Mapping[str, float]) -> None:
        """The impermeant of a compartment whose amount follows from the charge of all else."""
        word = self.filled(name)
        if word is None:
            return
        space = self.cell.compartments[name]
        charge = sum(self.cell.valences[ion] * numbers[f"{name}.{ion}"] for ion in space.ions)
        others = [other for other in space.impermeants if other != word]
        charge += sum(numbers[f"{name}.{other}.valence"] * numbers[f"{name}.{other}.concentration"] for other in others)
        wanted = self._carried(name, word, numbers, free)
        numbers[f"{name}.{word}.concentration"] = (wanted - charge) / numbers[f"{name}.{word}.valence"]

    def _carried(self, name: str, word: str, numbers: Mapping[str, float], free: Mapping[str, float]) -> float:
        """Charge density [mol/m^3] that the described composition is to carry."""
        if self.cell.compartments[name].impermeants[word].rule == "neutral":
            return 0.0
        path = f"{self.impermeants[name][word]}.amount.carries"
        V = free.get(path, self.cell.settable[path].si)
        membrane = next(m for m in self.cell.membranes.values() if name in (m.inner, m.outer))
        sign = 1.0 if membrane.inner == name else -1.0
        return sign * numbers[f"{membrane.name}.total_capacitance"] * V / (F * numbers[f"{name}.volume"])

    def filled(self, name: str) -> str | None:
        """The impermeant of a compartment whose amount is found from charge and is not free itself."""
        for word, place in self.impermeants.get(name, {}).items():
            if self.cell.compartments[name].impermeants[word].rule != "given" and f"{place}.amount" not in self.free:
                return word
        return None

    def moves_charge(self, name: str) -> bool:
        """Whether a free number changes the charge that a compartment's described contents carry."""
        word = self.filled(name)
        if word is not None:
            return f"{self.impermeants[name][word]}.amount.carries" in self.free
        places = tuple(f"{place}." for place in self.impermeants.get(name, {}).values())
        ions = {f"{name}.{ion}" for ion in self.cell.compartments[name].ions}
        return any(path in ions or path.startswith(places) for path in self.others)

    def negative(self, values: Mapping[str, float]) -> list[str]:
        """Paths whose value lies below what their mechanism takes, and amounts below zero."""
        found = [path for path in self.scaling if not self.extensive[path].admits(values[path])]
        others = [values[path] for path in self.others]
        numbers = self.numbers(others)
        for name, places in self.impermeants.items():
            for word, place in places.items():
                if numbers[f"{name}.{word}.concentration"] < 0:
                    free = [p for p in (f"{place}.amount", f"{place}.valence") if p in self.others]
                    found += free[:1] or [f"{place}.amount"]
        return found

    def text(self, path: str, value: float) -> str:
        """An SI value in the unit that the description used for it."""
        written = self.cell.settable.get(path)
        return format_quantity(value, "mM" if written is None else written.unit or "1")

    def before(self, path: str) -> str:
        """What the description says of a path: its text, or the word or rule in place of a number."""
        written = self.cell.settable.get(path)
        if written is not None:
            return written.text or self.text(path, written.si)
        carries = self.cell.settable.get(f"{path}.carries")
        return "neutral" if carries is None else f"carries {_written(carries)}"


def _written(value: Value) -> str:
    return value.text or format_quantity(value.si, value.unit)


def _extensive(cell: Cell) -> dict[str, Domain]:
    """Paths that scale a mechanism or an exchange, and what each may be."""
    groups = [*((name, membrane.mechanisms) for name, membrane in cell.membranes.items()), *cell.exchanges.items()]
    return {
        f"{name}.{word}.{p.name}": p.domain
        for name, group in groups
        for word, m in group.items()
        for p in m.law.parameters
        if p.name in m.scales
    }


def _impermeant_places(cell: Cell) -> dict[str, dict[str, str]]:
    """{compartment: {impermeant: the path below which its numbers stand}}"""
    found: dict[str, dict[str, str]] = {}
    for name, space in cell.compartments.items():
        for word in space.impermeants:
            several = f"{name}.impermeants.{word}"
            single = f"{name}.impermeant"
            found.setdefault(name, {})[word] = several if f"{several}.valence" in cell.settable else single
    return found


class Potentials:
    """Potentials of the nodes as described by what is held: `fixed + basis @ t`, with one t for each that is left free."""

    def __init__(self, whole: CellSystem, held: Mapping[str, float]) -> None:
        self.whole, self.nodes = whole, whole.nodes
        known, place = whole.circuit.fixed_potentials(whole.numbers), {node: k for k, node in enumerate(self.nodes)}
        rows, right = np.zeros((len(held), len(self.nodes))), np.zeros(len(held))
        for k, (name, V) in enumerate(held.items()):
            membrane = whole.cell.membranes[name]
            right[k] = V
            for end, sign in ((membrane.inner, 1.0), (membrane.outer, -1.0)):
                if end in place:
                    rows[k, place[end]] += sign
                else:
                    right[k] -= sign * known[end]
        self.fixed = np.linalg.pinv(rows) @ right if held else np.zeros(len(self.nodes))
        if held and np.abs(rows @ self.fixed - right).max() > 1e-9:
            raise InputError(words.potentials_contradict(held))
        _, sizes, directions = np.linalg.svd(rows, full_matrices=True)
        self.basis = directions[int(np.sum(sizes > 1e-9)) :].T
        if len(self.nodes) == 1 and self.free:
            self.basis = np.ones((1, 1))

    @property
    def free(self) -> int:
        """How many are not held."""
        return self.basis.shape[1]

    def membranes(self, t: Sequence | np.ndarray) -> dict:
        """Membrane potentials [V] at the free ones, which may be arrays."""
        at = {
            node: self.fixed[k] + sum((self.basis[k, j] * t[j] for j in range(self.free)), 0.0)
            for k, node in enumerate(self.nodes)
        }
        return self.whole.membrane_potentials(at, self.whole.numbers)

    def nearest(self, potentials: Mapping[str, float]) -> np.ndarray:
        """The free potentials nearest to given ones of the compartments."""
        return self.basis.T @ (np.array([potentials[node] for node in self.nodes]) - self.fixed)


def read_hold(cell: Cell, hold: Mapping[str, str] | None) -> tuple[dict[str, float], dict[str, str]]:
    """Potentials of membranes that are held [V], and the settings among what is held.

    Raises:
        InputError: a name that is neither a membrane nor a path, or `V` where there are several membranes.
    """
    potentials, settings = {}, {}
    for key, text in (hold or {}).items():
        name = next(iter(cell.membranes)) if key == "V" and len(cell.membranes) == 1 else key
        if name in cell.membranes:
            potentials[name] = _volt(key, text)
        elif key != "V" and (key in cell.settable or "." in key):
            settings[key] = text
        else:
            raise InputError(words.not_held(cell, key))
    return potentials, settings


def _volt(key: str, text: str) -> float:
    try:
        return quantity_from(text, "mV").value
    except UnitError as error:
        raise UnitError(*(p.at(path=key) for p in error.problems)) from None
