"""The table of ions: valence, name and limiting conductivity of every ion that a file need not declare."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parents[1] / "data" / "ions.toml"


@dataclass(frozen=True)
class Ion:
    """An ion: symbol, valence, name, limiting equivalent conductivity [S m^2/mol of charge] where known, and its source."""

    symbol: str
    valence: int
    name: str
    conductivity: float | None = None
    source: str | None = None


@functools.cache
def ion_table() -> dict[str, Ion]:
    """Every ion of `data/ions.toml` by symbol."""
    import tomllib

    with TABLE.open("rb") as handle:
        rows = tomllib.load(handle)
    return {
        symbol: Ion(
            symbol, row["valence"], row["name"], row["conductivity"] * 1e-4 if "conductivity" in row else None, row.get("source")
        )
        for symbol, row in rows.items()
    }
