"""The answer to `simulate` for people: key moments, happenings and extremes as text or HTML, the figure, the CSV, netCDF and zarr."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, MissingExtraError, Problem
from ..results.base import bench, known
from ..results.simulation import STEP, SimulationResult
from ..results.words import duration
from ..units import to_unit
from . import as_text, common, exchanges
from .document import TEXT, Block, Column, Heading, Sentences, pairs, sentences, table
from .energy import energy
from .numbers import concentration, fixed, significant

MOST = 25  # rows of the table of moments, and of happenings
STILL = {"mV": 0.005, "mM": 1e-4, "pL": 1e-4}  # changes not worth a line: mV; parts of the concentration and of the volume
ENDS = {
    "end": "to the end of the protocol",
    "steady": "until nothing changed any more",
    "crossed": "until the potential crossed the wanted value",
    "interrupted": "until it was interrupted",
    "exhausted": "until an ion was used up",
}
TICKS = {1e-6: "1 µs", 1e-5: "10 µs", 1e-4: "100 µs", 1e-3: "1 ms", 1e-2: "10 ms", 0.1: "100 ms", 1.0: "1 s", 10.0: "10 s"}
TICKS |= {60.0: "1 min", 600.0: "10 min", 3600.0: "1 h", 36000.0: "10 h", 864000.0: "10 d"}


def text(result: SimulationResult, *, width: int | None = None, colour: bool = False) -> str:
    """The answer as tables for a terminal of `width` characters (80 where none is given), plain unless `colour`."""
    return as_text.render(document(result), width, colour)


def html(result: SimulationResult) -> str:
    """The answer as HTML tables with nothing from outside."""
    from . import as_html

    return as_html.render(document(result))


def plot(result: SimulationResult, path: str | None = None, **options: Any) -> Any:
    """Potentials, concentrations, volumes and currents over time; see `vrest.views.draw_simulation`."""
    from .draw_simulation import draw
    from .figures import save

    figure = draw(result, **options)
    return save(figure, path)


def document(result: SimulationResult) -> list[Block]:
    """What there is to say, in reading order."""
    return [
        *_headline(result),
        *sentences(result.story),
        *_moments(result),
        *_happenings(result),
        *_extremes(result),
        *energy(result),
        *exchanges.over_time(result),
        *common.notes(result.notes),
        *common.refused(result.refused),
        *_certificate(result),
    ]


def _headline(result: SimulationResult) -> list[Block]:
    several = len(result.V) > 1
    found = [_from_to(V, name if several else "") for name, V in result.V.items()]
    lasted = duration(float(result.time[-1]))
    return [
        Heading(f"V: {', '.join(found)} in {lasted}", 1),
        *sentences([f"Time course of {result.cell} at {common.temperature(result.temperature)}, followed {ENDS[result.ended]}."]),
    ]


def _from_to(V: np.ndarray, name: str) -> str:
    first, last = (fixed(bench(float(V[k]), "mV")) for k in (0, -1))
    return f"{first} to {last} mV" + (f" ({name})" if name else "")


# -- key moments --------------------------------------------------------------------------------------------------


def moments(result: SimulationResult) -> list[tuple[int, str]]:
    """The points at the start, just before each step of the protocol, and at the end, with their names; at most `MOST`."""
    steps = step_times(result)
    before = {int(np.searchsorted(result.time, at, side="right")) - 1: f"{duration(at)}, step" for at in steps}
    rows = {0: "start"} | {k: words for k, words in before.items() if 0 < k < result.time.size - 1}
    rows[result.time.size - 1] = f"{duration(float(result.time[-1]))}, end"
    picks = sorted(rows)
    if len(picks) > MOST:
        picks = [picks[k] for k in np.unique(np.linspace(0, len(picks) - 1, MOST).astype(int))]
    return [(k, rows[k]) for k in picks]


def step_times(result: SimulationResult) -> list[float]:
    """The times at which the protocol did something, without start and end."""
    first, last = float(result.time[0]), float(result.time[-1])
    return sorted({one.time for one in result.happenings if one.kind == STEP and first < one.time < last})


def _moments(result: SimulationResult) -> list[Block]:
    picks = moments(result)
    several, spaces = len(result.V) > 1, len(result.c) > 1
    columns: dict[str, Callable[[int], str]] = {}
    for name, V in result.V.items():
        columns[f"V {name} mV" if several else "V mV"] = lambda k, V=V: mV(V[k])  # type: ignore[misc]
    for space, ions in result.c.items():
        for ion, c in ions.items():
            columns[f"{ion} {space} mM" if spaces else f"{ion} mM"] = lambda k, c=c: concentration(float(c[k]))  # type: ignore[misc]
    for space, w in result.volume.items():
        if changes(w, "pL"):
            head = f"volume {space} pL" if len(result.volume) > 1 else "volume pL"
            columns[head] = lambda k, w=w: significant(bench(float(w[k]), "pL"), 4)  # type: ignore[misc]
    rows = [(words, *(cell(k) for cell in columns.values())) for k, words in picks]
    blocks = table("Moments", ["", *columns], rows)
    if len(picks) == MOST < len(step_times(result)) + 2:
        blocks += sentences([f"{len(step_times(result)) + 2 - MOST} moments between these are in the CSV."])
    return blocks


def _happenings(result: SimulationResult) -> list[Block]:
    done = [one for one in result.happenings if one.what not in ENDS and one.what != "the end of the protocol"]
    rows = [(duration(one.time), one.what) for one in done[:MOST]]
    if len(done) > MOST:
        rows.append(("", f"and {len(done) - MOST} more"))
    return pairs("What happened", rows)


# -- extremes -----------------------------------------------------------------------------------------------------


def _extremes(result: SimulationResult) -> list[Block]:
    """The lowest and highest value of all that changed, and when."""
    several, spaces = len(result.V) > 1, len(result.c) > 1
    rows = [(f"V {name} mV" if several else "V mV", *_extreme(result, V, mV)) for name, V in result.V.items() if changes(V, "mV")]
    for space, ions in result.c.items():
        moved = {ion: c for ion, c in ions.items() if changes(c, "mM")}
        rows += [
            (f"{ion} {space} mM" if spaces else f"{ion} mM", *_extreme(result, c, concentration)) for ion, c in moved.items()
        ]
    for space, w in result.volume.items():
        if changes(w, "pL"):
            rows.append((f"volume {space} pL", *_extreme(result, w, lambda x: significant(bench(x, "pL"), 4))))
    return table("Extremes", ["", "lowest", Column("at", TEXT), "highest", Column("at", TEXT)], rows)


def _extreme(result: SimulationResult, values: np.ndarray, said: Callable[[float], str]) -> tuple[str, str, str, str]:
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return said(float(values[low])), _when(result, low), said(float(values[high])), _when(result, high)


def _when(result: SimulationResult, k: int) -> str:
    return "start" if k == 0 else "end" if k == result.time.size - 1 else duration(float(result.time[k]))


def changes(values: np.ndarray, unit: str) -> bool:
    """Whether a quantity moves by more than is worth a line."""
    known = values[np.isfinite(values)]
    if not known.size:
        return False
    span = float(known.max() - known.min())
    return to_unit(span, "mV") > STILL["mV"] if unit == "mV" else span > STILL[unit] * float(np.abs(known).max())


# -- what was kept ------------------------------------------------------------------------------------------------


def _certificate(result: SimulationResult) -> list[Block]:
    evidence = result.certificate
    heading, said = common.certificate(evidence)
    kept = []
    if known(evidence.mass_error):
        kept.append(f"every species to {evidence.mass_error:.1e} of its amount")
    if known(evidence.charge_error):
        kept.append(f"charge to {evidence.charge_error:.1e} of that on a membrane at 70 mV")
    items = said.items if isinstance(said, Sentences) else ()
    return [heading, *sentences([*items, *([f"Conserved: {', '.join(kept)}."] if kept else [])])]


def mV(value: float | None) -> str:
    """A potential in mV with two decimals."""
    return fixed(bench(value, "mV"))


# -- files --------------------------------------------------------------------------------------------------------


def csv(result: SimulationResult) -> str:
    """The time course, one row for each time; every heading carries compartment, quantity and unit."""
    from . import as_csv

    columns = {name: np.asarray(values, dtype=float).tolist() for name, values in result.columns().items()}
    rows = zip(*columns.values(), strict=True)
    return as_csv.render(list(columns), (dict(zip(columns, row, strict=True)) for row in rows))


def netcdf(result: SimulationResult, path: str | os.PathLike[str]) -> None:
    """Write the time course as a netCDF file, whole or not at all.

    Raises:
        MissingExtraError: xarray, or a library that writes netCDF, is not installed.
        InputError: the place cannot be written.
    """
    data = result.to_xarray()
    with _whole(Path(path)) as part:
        try:
            data.to_netcdf(part)
        except (ImportError, ValueError) as error:  # xarray's own words where it finds no library: a ValueError
            if isinstance(error, ImportError) or "netCDF" in str(error):
                raise MissingExtraError("population", "writing netCDF") from None
            raise


def zarr(result: SimulationResult, path: str | os.PathLike[str]) -> None:
    """Write the time course as a zarr folder, whole or not at all.

    Raises:
        MissingExtraError: xarray or zarr is not installed.
        InputError: the place cannot be written, or holds something that is not a zarr folder.
    """
    target = Path(path)
    if target.exists() and not _is_zarr(target):
        raise InputError(Problem("this is something else, not a zarr folder to be replaced", file=str(target)))
    data = result.to_xarray()
    with _whole(target) as part:
        try:
            data.to_zarr(part, mode="w", consolidated=False)
        except ImportError:
            raise MissingExtraError("population", "writing zarr") from None


def _is_zarr(place: Path) -> bool:
    return place.is_dir() and any((place / name).exists() for name in ("zarr.json", ".zgroup", ".zmetadata"))


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A place beside the target to write to, which takes the target's name only when all went well."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    if target.is_dir() and not _is_zarr(target):
        raise InputError(Problem("this is a folder, not a file", file=str(target)))
    try:
        yield part
        if target.is_dir():
            os.replace(target, old)
        os.replace(part, target)
    except OSError as error:
        if old.exists() and not target.exists():
            os.replace(old, target)
        raise InputError(Problem(f"the time course cannot be written: {error.strerror or error}", file=str(target))) from None
    finally:
        for rest in (part, old):
            with contextlib.suppress(OSError):
                shutil.rmtree(rest) if rest.is_dir() else rest.unlink()


# -- stretches ----------------------------------------------------------------------------------------------------


def stretches(result: SimulationResult) -> list[tuple[float, slice]]:
    """The parts of the run between steps: when each begins, and its points."""
    cuts = [0.0, *step_times(result), float(result.time[-1])]
    places = [0, *(int(np.searchsorted(result.time, at, side="right")) for at in cuts[1:-1]), result.time.size]
    return [(begin, slice(a, b)) for begin, (a, b) in zip(cuts, pairwise(places), strict=False) if b > a]
