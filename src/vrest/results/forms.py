"""Answers as rows of a table and as datasets, from what their fields say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import needed
from ..units import to_unit
from .base import Leaf, Step, Unknown, leaves, said_by
from .registry import VARIABLES

if TYPE_CHECKING:
    from .base import Result

COORDINATES = {"time": "time_s", "value": "value"}  # what is run over by numbers
RUN_OVER = {dim for one in VARIABLES.values() for dim in one.dims} | {"state"}
"""Names of coordinates: a number has another one."""
STEMS = {
    "inside_mM": "",
    "volume_pL": "volume",
    "water_pL": "water",
    "osmolarity_mM": "osmolarity",
    "pressure_MPa": "pressure",
    "dissipation_W": "heat",
}
"""How the name of a column begins, where not with the symbol of its variable."""

Row = dict[str, Any]
Place = tuple[Step, ...]
Kinds = Mapping[tuple[str, ...], Row]


def tail(unit: str) -> str:
    """A unit as the end of a name.

    >>> tail("uA/cm^2"), tail("mM")
    ('uA_per_cm2', 'mM')
    """
    return unit.replace("/", "_per_").replace("^", "").replace(" ", "_")


# -- rows ---------------------------------------------------------------------------------------------------------


def rows(part: Any, kinds: Kinds, passed: Sequence[str] = ()) -> Iterator[Row]:
    """A row for each place of an answer (a membrane, an ion at it, a mechanism in it ...), what lies within a place right after it.

    Arguments:
        kinds:  what the rows of a kind of place, told by what it runs over, hold besides; others are left out
        passed: columns that a place hands on to all that lies within it
    """
    said = _said_at(part)
    met = {place: number for number, place in enumerate(said)}
    for place in sorted(said, key=lambda place: [met[around] for around in _way_to(place)]):
        dims = tuple(dim for dim, _ in place)
        if dims in kinds:
            handed = {name: value for around in _way_to(place) for name, value in said[around].items() if name in passed}
            yield handed | dict(place) | said[place] | kinds[dims]


def _said_at(part: Any) -> dict[Place, Row]:
    """What is said at each place, and the places around them."""
    found: dict[Place, Row] = {}
    for leaf in leaves(part):
        if not isinstance(leaf.value, Mapping | np.ndarray):
            for place in _way_to(leaf.place):
                found.setdefault(place, {})
            found[leaf.place][leaf.name] = leaf.shown
    return found


def _way_to(place: Place) -> Iterator[Place]:
    """A place and all that it lies within, outermost first."""
    return (place[:size] for size in range(len(place) + 1))


# -- columns ------------------------------------------------------------------------------------------------------


def columns(part: Any, names: Sequence[str], stems: Mapping[str, str] = STEMS) -> dict[str, np.ndarray]:
    """Arrays of an answer as columns whose names carry quantity, place and unit.

    Arguments:
        names: which keys of the JSON, in their order; one within another after a point, all within another as `key.*`
        stems: how the name of a column of a variable begins, where not with the symbol of the variable
    """
    arrays = [leaf for leaf in leaves(part) if isinstance(leaf.value, np.ndarray)]
    picked = [leaf for name in names for leaf in arrays if fnmatchcase(".".join(leaf.keys), name)]
    return {column_name(leaf, stems): np.asarray(to_unit(leaf.value, leaf.says.unit)) for leaf in picked}


def column_name(leaf: Leaf, stems: Mapping[str, str]) -> str:
    variable = leaf.says.variable
    if variable is None or not leaf.place:
        return leaf.name
    stem = stems.get(leaf.name, variable.symbol)
    labels = [str(label) for _, label in reversed(leaf.place)]
    end = tail(variable.unit) if variable.unit != "1" else leaf.name.rpartition("_")[2]
    return "_".join(part for part in (stem, *labels, end if end != stem else "") if part)


# -- datasets -----------------------------------------------------------------------------------------------------


def dataset(answer: Result) -> Any:
    """Every registered number as an xarray.Dataset; nan where there is none.

    A variable has its name in the JSON, `gates` and `states` too. One within a part of the answer has the part's name before it where it
    runs over something else than the registry says, or where the answer has the name itself: `mechanisms_efficiency`, `roots_V_mV`. Words
    of the answer, such as the name of the cell, are attributes.
    """
    with needed("xarray", "to_xarray"):
        import xarray
    grid = Grid(answer)
    words = {leaf.name: leaf.value for leaf in leaves(answer) if len(leaf.path) == 1 and isinstance(leaf.value, str)}
    return answer.arranged(xarray.Dataset(grid.variables, grid.coordinates, words))


class Grid:
    """The values of an answer as arrays: `labels` of what is run over by names, `sizes` of everything that is run over."""

    def __init__(self, answer: Result) -> None:
        self.answer = answer
        self.varied = getattr(answer, "unit", "1"), getattr(answer, "path", "")
        self.own = {one.variable.name for one in said_by(type(answer)) if one.variable is not None}
        self.labels: dict[str, list[Any]] = {}
        self.sizes: dict[str, int] = {}
        self.variables: dict[str, Any] = {}
        self.coordinates: dict[str, Any] = {}
        groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Leaf]] = {}
        for leaf in leaves(answer):
            if leaf.says.variable is not None and not isinstance(leaf.value, Mapping):
                self._measure(leaf)
                groups.setdefault((leaf.keys, dims_of(leaf)), []).append(leaf)
        for (_, dims), group in groups.items():
            self._put(self.name_of(group[0], dims), dims, self._values(group, dims), group[0])
        self.coordinates = {dim: _named(found) for dim, found in self.labels.items()} | self.coordinates

    def _measure(self, leaf: Leaf) -> None:
        for dim, label in leaf.place:
            known = self.labels.setdefault(dim, [])
            if label not in known:
                known.append(label)
            self.sizes[dim] = len(known)
        if isinstance(leaf.value, np.ndarray):
            self.sizes[leaf.dims[0]] = max(leaf.value.size, self.sizes.get(leaf.dims[0], 0))

    def name_of(self, leaf: Leaf, dims: Sequence[str]) -> str:
        assert leaf.says.variable is not None
        parts, name = leaf.keys[:-1], leaf.keys[-1] if leaf.name in RUN_OVER else leaf.name
        over = {dim for dim in dims if dim not in self.answer.axes}
        if not parts or (leaf.name not in self.own and over == set(leaf.says.variable.dims)):
            return name
        return f"{parts[-1]}_{name}"

    def _values(self, group: Sequence[Leaf], dims: Sequence[str]) -> np.ndarray:
        values = np.full([self.sizes[dim] for dim in dims], np.nan)
        for leaf in group:
            at = tuple(self.labels[dim].index(label) for dim, label in leaf.place)
            if isinstance(leaf.value, np.ndarray):
                values[at][: leaf.value.size] = to_unit(leaf.value, leaf.says.unit)
            elif leaf.shown is not None:
                values[at] = leaf.shown
        return values

    def _put(self, name: str, dims: Sequence[str], values: np.ndarray, leaf: Leaf) -> None:
        assert leaf.says.variable is not None
        units, words = leaf.says.unit, leaf.says.variable.words
        if leaf.name == "value":
            units, words = self.varied
        entry = (tuple(dims), values, {"units": units, "long_name": words})
        if len(dims) == 1 and COORDINATES.get(dims[0]) == leaf.name:
            self.coordinates[dims[0]] = entry
        else:
            self.variables[name] = entry


def dims_of(leaf: Leaf) -> tuple[str, ...]:
    """What a value runs over; the axis of an array too where an array is missing."""
    array = isinstance(leaf.value, np.ndarray | Unknown) or leaf.value is None
    return tuple(dim for dim, _ in leaf.place) + (leaf.dims if array else ())


def _named(labels: list[Any]) -> np.ndarray:
    """Names of a coordinate; objects, as files of several kinds hold them."""
    return np.array(labels, dtype=object if isinstance(labels[0], str) else int)
