"""The answer to `sweep`: the answers of many rows as one dataset. Numbers are in the units that the dataset names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import LEFT_OUT, Certificate, Result, to_json
from .forms import STEMS, tail
from .registry import VARIABLES
from .rows import NOT_FOUND, STATUS, summed

CELL = "cell"


@dataclass(frozen=True)
class Quantity:
    """One quantity at one place: its output, and the names that lead to it."""

    output: str
    labels: tuple[str, ...]

    @property
    def column(self) -> str:
        """How its column is called, as that of a time course: `V_plasma_mV`, `K_inside_mM`."""
        variable = VARIABLES.get(self.output)
        if variable is None or not self.labels:
            return self.output
        stem = STEMS.get(self.output, variable.symbol or self.output)
        end = tail(variable.unit) if variable.unit != "1" else ""
        return "_".join(part for part in (stem, *reversed(self.labels), end) if part)


@dataclass(frozen=True)
class Series(Quantity):
    """The same with its numbers by row and time."""

    values: np.ndarray


@dataclass(frozen=True, repr=False)
class SweepResult(Result):
    """The answers of many rows.

    Attributes:
        data:    xarray.Dataset with a dimension for each axis, or `cell`; `status` and `residual` of each row
        outputs: names of what each row tells
        failed:  {row: why it has no answer}; of a store the first one alone, as the others stand in the CSV beside it
    """

    data: Any = field(metadata=LEFT_OUT)
    outputs: tuple[str, ...] = field(metadata=LEFT_OUT)
    failed: dict[int, str] = field(default_factory=dict, metadata=LEFT_OUT)

    @classmethod
    def of(cls, data: Any) -> SweepResult:
        """The dataset of a sweep, also one that was read from a file, with all that can be said of it and drawn."""
        own = [str(name) for name in data.data_vars if name not in ("status", "residual")]
        found, largest = summed([(data["status"].to_numpy(), data["residual"].to_numpy())])
        search = {"rows": int(data["status"].size), **found}
        certificate = certified_by(data.attrs["method"], search, largest)
        return cls(str(data.attrs["cell"]), data, tuple(own), certificate=certificate)

    @property
    def dims(self) -> tuple[str, ...]:
        """What the rows run over."""
        return tuple(self.data["status"].dims)

    @property
    def rows(self) -> int:
        return int(self.data["status"].size)

    @property
    def axes_along(self) -> list[str]:
        """Numbers with a dimension of their own."""
        return [dim for dim in self.dims if dim != CELL]

    @property
    def varied(self) -> list[str]:
        """Every number that is varied."""
        beside = [name for name, values in self.data.coords.items() if values.dims == (CELL,) and name != CELL]
        return [*self.axes_along, *beside]

    @property
    def counts(self) -> dict[str, int]:
        """{status: how many rows have it}."""
        search = self.certificate.search
        return {word: search[word] for word in STATUS}

    def unit(self, name: str) -> str:
        """The unit of a variable or axis; empty for a plain number."""
        unit = self.data[name].attrs.get("units", "1")
        return "" if unit == "1" else unit

    def heading(self, path: str) -> str:
        """A number that is varied, with its unit, as a table says it."""
        return f"{path} [{self.unit(path)}]" if self.unit(path) else path

    @property
    def times(self) -> np.ndarray:
        """The times [s] of time courses; one where there are none."""
        return self.data["time"].to_numpy() if "time" in self.data.dims else np.zeros(1)

    def series(self, output: str = "") -> Iterator[Series]:
        """Everything that is told of rows, or one output of it, place by place."""
        for name in [output] if output else self.outputs:
            quantities = self.quantities(name)
            values = self.data[name].to_numpy().reshape(self.rows, len(quantities), -1)
            for k, one in enumerate(quantities):
                yield Series(one.output, one.labels, values[:, k])

    def quantities(self, output: str) -> list[Quantity]:
        """What an output tells, place by place."""
        inner = [dim for dim in self.data[output].dims[len(self.dims) :] if dim != "time"]
        labels = [self.data[dim].to_numpy().tolist() for dim in inner]
        places = np.ndindex(*map(len, labels))
        return [Quantity(output, tuple(str(found[j]) for found, j in zip(labels, at, strict=True))) for at in places]

    def at_end(self, output: str) -> Iterator[np.ndarray]:
        """Numbers of an output at the last of the times (row, quantity), part by part: of a store no more than a chunk is in memory."""
        data, told = self.data[output], len(self.quantities(output))
        chunk = data.encoding.get("chunks") or data.shape
        sizes = [range(0, size, step) for size, step in zip(data.shape, chunk, strict=True)][: len(self.dims)]
        for begins in itertools.product(*sizes):
            place = tuple(slice(begin, begin + step) for begin, step in zip(begins, chunk, strict=False))
            yield data[place].to_numpy().reshape(-1, told, data.shape[-1] if "time" in data.dims else 1)[:, :, -1]

    def values(self, path: str) -> np.ndarray:
        """A number that is varied, in each row."""
        return np.broadcast_to(self._spread(path), self.data["status"].shape).ravel()

    def _spread(self, path: str) -> np.ndarray:
        at = self.dims.index(path if path in self.dims else CELL)
        shape = [-1 if k == at else 1 for k in range(len(self.dims))]
        return self.data[path].to_numpy().reshape(shape)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON; None where a row has no number."""
        own = {name: self._array(name) for name in (*self.outputs, "status", "residual")}
        return {
            "cell": self.cell,
            "ask": self.data.attrs["ask"],
            "sample": self.data.attrs["sample"],
            "rows": self.rows,
            "counts": self.counts,
            "over": {
                path: {"unit": self.unit(path) or "1", "values": to_json(self.data[path].to_numpy())} for path in self.varied
            },
            "dims": {dim: to_json(self.data[dim].to_numpy()) for dim in self._inner},
            "outputs": own,
            **super().to_dict(),
        }

    @property
    def _inner(self) -> list[str]:
        return [str(dim) for dim in self.data.dims if dim not in self.dims]

    def _array(self, name: str) -> dict[str, Any]:
        values = self.data[name].to_numpy()
        return {"dims": list(self.data[name].dims), "unit": self.unit(name) or "1", "values": _nested(values)}

    def to_xarray(self) -> Any:
        return self.data


def certified_by(method: str, search: dict[str, Any], largest: float) -> Certificate:
    """The evidence for all rows: each is certified by itself, and counted."""
    residuals = {"largest_fraction": {"rows": largest}}
    return Certificate(
        not search[STATUS[NOT_FOUND]], residuals, method, search, assumptions=("an answer depends on its row alone",)
    )


def _nested(values: np.ndarray) -> Any:
    """Nested lists with None for what is not finite."""
    return to_json(values) if values.ndim < 2 else [_nested(part) for part in values]
