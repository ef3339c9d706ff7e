"""How the numbers of many answers of one question stand in arrays: which there are, what they run over, and where each of them goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InputError, Problem, nearest
from .base import Leaf, Result, leaves
from .forms import Grid, dims_of
from .registry import VARIABLES

COUNT = "state_count"
"""How many states an answer found; answers that may hold several have it."""


@dataclass(frozen=True)
class Output:
    """One array of a row: what it runs over, how long that is, its unit and what it is in words."""

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    units: str
    words: str


@dataclass(frozen=True)
class Layout:
    """Where numbers of an answer stand.

    Attributes:
        outputs: the arrays, by their names in the JSON
        labels:  {what they run over: its names, or its times}
        places:  {keys of the JSON and what they run over: name of the array}
    """

    outputs: dict[str, Output]
    labels: dict[str, list[Any]]
    places: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = field(repr=False)

    def numbers(self, answer: Result) -> dict[str, np.ndarray]:
        """The arrays of one answer in the units of the JSON, nan where there is no number."""
        found = {name: np.full(one.shape, np.nan) for name, one in self.outputs.items()}
        for leaf in leaves(answer):
            name = self.places.get((leaf.keys, dims_of(leaf))) if leaf.says.variable is not None else None
            if name is not None:
                self._put(found[name], leaf)
        if COUNT in found:
            found[COUNT][...] = getattr(answer, COUNT)
        return found

    def _put(self, array: np.ndarray, leaf: Leaf) -> None:
        shown = leaf.shown
        if shown is None or any(label not in self.labels[dim] for dim, label in leaf.place):
            return
        at = tuple(self.labels[dim].index(label) for dim, label in leaf.place)
        if isinstance(leaf.value, np.ndarray):
            array[at][: leaf.value.size] = shown
        else:
            array[at] = shown


def layout_of(answer: Result, wanted: Sequence[str], times: np.ndarray | None = None, some: bool = False) -> Layout:
    """The layout of the wanted numbers of an answer; of `some` of them, where it has not all.

    Raises:
        InputError: an answer of this question holds no number of that name, or not the same in every row.
    """
    found = _named(answer)
    known = [*found, *([COUNT] if hasattr(answer, COUNT) else [])]
    wanted = [name for name in wanted if name in known or not some]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise InputError(*(_no_output(name, known) for name in unknown))
    kept = {name: found[name] for name in dict.fromkeys(wanted) if name != COUNT}
    labels = _labels([leaf for group in kept.values() for leaf in group])
    if times is not None:
        labels["time"] = times.tolist()
    counted = {COUNT: Output(COUNT, (), (), "1", VARIABLES[COUNT].words)} if COUNT in wanted else {}
    outputs = {name: _output(name, group[0], labels) for name, group in kept.items()}
    return Layout(outputs | counted, labels, _places(kept))


def _places(kept: Mapping[str, list[Leaf]]) -> dict[tuple[tuple[str, ...], tuple[str, ...]], str]:
    return {(leaf.keys, dims_of(leaf)): name for name, group in kept.items() for leaf in group}


def _labels(found: Sequence[Leaf]) -> dict[str, list[Any]]:
    """The names of what numbers run over, each once."""
    labels: dict[str, dict[Any, None]] = {}
    for dim, label in (step for leaf in found for step in leaf.place):
        labels.setdefault(dim, {})[label] = None
    return {dim: list(names) for dim, names in labels.items()}


def _named(answer: Result) -> dict[str, list[Leaf]]:
    """The numbers of an answer by the name of their array, without those of which each answer has its own number."""
    grid = Grid(answer)
    found: dict[str, list[Leaf]] = {}
    for leaf in leaves(answer):
        counted = any(isinstance(label, int) for _, label in leaf.place)
        if leaf.says.variable is not None and not isinstance(leaf.value, dict) and not counted and leaf.name != "time_s":
            dims = dims_of(leaf)
            if not set(dims) - {"time"} - {dim for dim, _ in leaf.place}:
                found.setdefault(grid.name_of(leaf, dims), []).append(leaf)
    return found


def _output(name: str, leaf: Leaf, labels: dict[str, list[Any]]) -> Output:
    assert leaf.says.variable is not None
    dims = dims_of(leaf)
    return Output(name, dims, tuple(len(labels[dim]) for dim in dims), leaf.says.unit, leaf.says.variable.words)


def _no_output(name: str, known: Sequence[str]) -> Problem:
    return Problem(
        "there is no such output", path="outputs", found=name, expected=", ".join(known), suggestion=nearest(name, known)
    )
