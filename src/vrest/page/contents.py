"""What a page knows of a cell beside its equations: names, numbers with their units and ranges, ways across each membrane, protocols."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ..constants import ZERO_CELSIUS
from ..description.cell import CELL, INTRODUCED, Cell, Mechanism, Membrane, Value
from ..description.edit import keys_of
from ..description.library import protocol_names, protocol_of
from ..description.nodes import find
from ..domains import FINITE
from ..errors import InputError, VrestError
from ..units import to_unit
from ..units.quantities import spelled_unit
from ..views.numbers import ion_symbol

DIGEST = 12
"""How many letters of a description's SHA-256 name it in a link."""
SPAN = 10.0
"""A slider without a stated range goes from a tenth of its number to ten times it."""
LEAST, MOST, PREFIXES = 0.01, 1e4, ("m", "u", "n", "p", "f", "a", "k", "M", "G")
"""Numbers between these are shown in the unit that they have, others with one of the prefixes."""
LARGEST = 1e300
"""In place of no bound at all: JSON knows no infinity."""
WARMEST = (ZERO_CELSIUS, ZERO_CELSIUS + 45.0)
"""The range of a temperature [K]."""


def contents(cell: Cell) -> dict[str, Any]:
    """All of it, as JSON holds it; numbers in SI, `unit` and `per_unit` say how they are shown."""
    return {
        "cell": cell.name,
        "title": cell.title or cell.name,
        "about": cell.about or "",
        "digest": digest(cell),
        "compartments": {
            name: {"bath": space.is_bath, "free": space.role == CELL, "ions": list(space.ions)}
            for name, space in cell.compartments.items()
        },
        "membranes": [_membrane(cell, one) for one in cell.membranes.values()],
        "exchanges": [f"{space}.{word}" for space, group in cell.exchanges.items() for word in group],
        "yaml": cell.to_yaml(),
        "numbers": [_number(cell, path, value) for path, value in cell.settable.items()],
        "groups": list(_groups(cell)),
        "relative": any(one.relative for one in cell.membranes.values()),
        "protocols": list(_protocols(cell)),
        "band": _band(cell),
    }


def _band(cell: Cell) -> dict[str, Any] | None:
    """Where the potential is measured or expected to lie [V], and of which membrane."""
    band = cell.band
    if band is None:
        return None
    ends = {"low": band.low.si, "high": band.high.si}
    return {
        **ends,
        "source": band.source,
        "certainty": band.certainty if band.certainty in INTRODUCED else "expected",
        "membrane": band.membrane or next(iter(cell.membranes)),
    }


def digest(cell: Cell) -> str:
    """The first letters of the SHA-256 of a description as it stands."""
    return hashlib.sha256(cell.to_yaml().encode()).hexdigest()[:DIGEST]


def _protocols(cell: Cell) -> Iterator[dict[str, Any]]:
    """The library's protocols that this cell understands."""
    for name in protocol_names():
        try:
            one = protocol_of(name, cell)
        except InputError:
            continue
        yield {"name": name, "title": one.title or name, "protocol": _stated(asdict(one), ("name", "title", "about"))}


def _stated(entry: Mapping[str, Any], unsaid: Sequence[str] = ("text",)) -> dict[str, Any]:
    """What a protocol or one of its events says for a computation, without what it leaves open."""
    said = {
        key: value
        for key, value in entry.items()
        if key not in unsaid and not (value is None or value is False or value in ("", ()))
    }
    return {key: [_stated(one) for one in value] if isinstance(value, list | tuple) else value for key, value in said.items()}


def _membrane(cell: Cell, membrane: Membrane) -> dict[str, Any]:
    ions = [
        {"ion": ion, "label": ion_symbol(ion, cell.valences[ion]), "valence": cell.valences[ion]}
        for ion in cell.ions_of(membrane)
    ]
    return {
        "name": membrane.name,
        "inside": membrane.inner,
        "outside": membrane.outer,
        "ions": ions,
        "doors": list(_doors(membrane)),
        "mechanisms": {name: _mechanism(one) for name, one in membrane.mechanisms.items()},
        "charged": membrane.stores_charge,
    }


def _mechanism(one: Mechanism) -> dict[str, Any]:
    is_a = {"path": one.law.paths is not None, "line": one.law.has_reversal, "alone": one.own_path}
    return {"ions": list(one.species), "pump": one.pump, "atp": one.splits_atp, "scales": list(one.scales), **is_a}


def _doors(membrane: Membrane) -> Iterator[dict[str, Any]]:
    """Ways across as they are drawn: one channel for all ways by which one ion passes by itself, and each coupled mechanism."""
    channels: dict[str, list[str]] = {}
    coupled = []
    for name, one in membrane.mechanisms.items():
        if one.pump or len(one.species) > 1:
            coupled.append((name, one))
        elif one.species:
            channels.setdefault(next(iter(one.species)), []).append(name)
    for ion, names in channels.items():
        yield {"label": ion, "mechanisms": names, "ions": [{"ion": ion}], "passive": True}
    for name, one in coupled:
        ions = [{"ion": ion} for ion in one.species]
        counts = [f"{abs(count):g}" for count in one.species.values()]
        yield {
            "label": name,
            "mechanisms": [name],
            "ions": ions,
            "passive": False,
            "badge": " : ".join(counts),
            "fuel": "ATP" if one.splits_atp else "",
        }


def _number(cell: Cell, path: str, value: Value) -> dict[str, Any]:
    unit = _shown_unit(value)
    low, high, logarithmic = _range(path, value)
    zero = float(to_unit(0.0, unit))
    domain = FINITE if value.row is None else value.row.domain
    protons = path.endswith(".H") and path.count(".") == 1
    return {
        "path": path,
        "si": value.si,
        "unit": "pH" if protons else "" if unit == "1" else unit,
        "per_unit": float(to_unit(1.0, unit)) - zero,
        "zero": zero,
        "low": low,
        "high": high,
        "log": logarithmic,
        "least": max(domain.low, -LARGEST),
        "most": min(domain.high, LARGEST),
        "above": domain.low_open,
        "span": _span(cell, path),
        "source": value.source,
        "certainty": value.certainty,
        "note": value.note,
    }


def _span(cell: Cell, path: str) -> tuple[int, int] | None:
    """Where the text of the description holds a number, with what is said of it."""
    keys = keys_of(cell, path)
    node = None if keys is None else find(cell.root, keys)
    return None if node is None or node.start is None or node.last is None else (node.start, node.last)


def _shown_unit(value: Value) -> str:
    """The unit in which a number is written, or with a prefix where that leaves a few digits before the point."""
    unit = value.unit or "1"
    if unit == "1" or LEAST <= abs(float(to_unit(value.si, unit))) < MOST or value.si == 0:
        return unit
    for candidate in (prefix + base for base in (unit, unit[1:]) for prefix in ("", *PREFIXES)):
        try:
            if (
                1.0 <= abs(float(to_unit(value.si, candidate))) < 1000.0
                and spelled_unit(candidate).dimension == spelled_unit(unit).dimension
            ):
                return candidate
        except (ValueError, VrestError):
            continue
    return unit


def _range(path: str, value: Value) -> tuple[float, float, bool]:
    """Where a slider goes [SI], and whether in decades: from a tenth to ten times what is described, and as far as its domain admits."""
    domain = None if value.row is None else value.row.domain
    if path == "temperature" or spelled_unit(value.unit or "1").celsius:
        return min(WARMEST[0], value.si), max(WARMEST[1], value.si), False
    if value.si > 0 and (domain is None or domain.low >= 0):
        top = value.si * SPAN if domain is None else min(domain.high, value.si * SPAN)
        return value.si / SPAN, top, top > value.si
    size = abs(value.si) or (1.0 if value.range is None else max(map(abs, value.range)))
    low, high = value.si - size, value.si + size
    if domain is not None:
        low, high = max(low, domain.low), min(high, domain.high)
    if value.range is not None:
        low, high = min(low, value.range[0]), max(high, value.range[1])
    return low, high, False


def _groups(cell: Cell) -> Iterator[dict[str, Any]]:
    """Sliders in the order in which a hand looks for them: each ion with its ways, then pumps, then the cell; all other numbers last."""
    taken: set[str] = set()
    for ion in cell.valences:
        paths = [path for path in _of_ion(cell, ion) if path in cell.settable]
        if paths:
            taken.update(paths)
            yield {"ion": ion, "label": ion_symbol(ion, cell.valences[ion]), "paths": paths}
    coupled = [path for path in _of_coupled(cell) if path not in taken]
    rest = ["temperature", *(path for path in cell.settable if ".shape." in path), *_sizes(cell)]
    paths = list(dict.fromkeys(path for path in (*coupled, *rest) if path in cell.settable and path not in taken))
    taken.update(paths)
    yield {"key": "group.cell", "paths": paths}
    others = [path for path in cell.settable if path not in taken]
    if others:
        yield {"key": "group.others", "paths": others, "closed": True}


def _of_ion(cell: Cell, ion: str) -> Iterator[str]:
    baths_first = sorted(cell.compartments.values(), key=lambda space: not space.is_bath)
    yield from (f"{space.name}.{ion}" for space in baths_first if ion in space.ions)
    for path, one in cell.ways.items():
        if list(one.species) == [ion] and not one.pump:
            yield from (f"{path}.{scale}" for scale in one.scales)


def _of_coupled(cell: Cell) -> Iterator[str]:
    for path, one in cell.ways.items():
        yield from (f"{path}.{scale}" for scale in one.scales)


def _sizes(cell: Cell) -> Iterator[str]:
    for name in cell.membranes:
        yield from (f"{name}.area", f"{name}.capacitance")
    yield from (f"{name}.volume" for name in cell.compartments)
