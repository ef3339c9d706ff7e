"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, Problem, needed

if TYPE_CHECKING:
    from ..results.simulation import SimulationResult
    from ..results.sweep import SweepResult
    from . import Shown

COURSE = "the answer cannot be written"


@contextlib.contextmanager
def whole(path: str | os.PathLike[str], cannot: str, said: Callable[[str], str] = str) -> Iterator[Path]:
    """A place beside a file or a zarr folder to write to, which takes its name only when all went well.

    A link stays one, and what it leads to is written; a pipe or device is written into.

    Arguments:
        cannot: what is said where that fails
        said:   how the reason is said
    Raises:
        InputError: the place cannot be written, or is a folder that is no zarr.
    """
    target = Path(os.path.realpath(path))
    beside = Path(tempfile.gettempdir(), target.name) if is_stream(target) else target
    part, old = (beside.with_name(f".{target.name[:100]}.{os.getpid()}.{end}") for end in ("part", "old"))
    if target.is_dir() and not is_zarr(target):
        raise InputError(Problem("this is a folder, not a file", file=str(target)))
    try:
        yield part
        _put(part, target, old)
    except OSError as error:
        raise InputError(Problem(f"{cannot}: {said(error.strerror or str(error))}", file=str(target))) from None
    finally:
        for rest in (part, old):
            with contextlib.suppress(OSError):
                shutil.rmtree(rest) if rest.is_dir() else rest.unlink()


def _put(part: Path, target: Path, old: Path) -> None:
    """Give the target's name to what was written; a folder that had it keeps it where that fails."""
    if is_stream(target):
        with open(part, "rb") as source, open(target, "wb") as stream:
            shutil.copyfileobj(source, stream)
        return
    if target.is_dir():
        if _exchanged(part, target):
            return
        os.replace(target, old)
    try:
        os.replace(part, target)
    except OSError:
        if old.exists():
            os.replace(old, target)
        raise


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders have taken each other's name, both at once, as Linux can: at no moment is one of them missing."""
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    with contextlib.suppress(AttributeError, OSError, TypeError):
        return ctypes.CDLL(None).renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0
    return False


def is_stream(target: Path) -> bool:
    """Whether it is there and neither a file nor a folder: a pipe, a device."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def is_zarr(place: Path) -> bool:
    return place.is_dir() and any((place / name).exists() for name in ("zarr.json", ".zgroup", ".zmetadata"))


def text(path: str | os.PathLike[str], words: str) -> None:
    """Write a text file."""
    with whole(path, "cannot write the file", str.lower) as part:
        part.write_text(words, encoding="utf-8", newline="")


def append(path: str | os.PathLike[str], words: str) -> None:
    """Write behind what a text file holds."""
    try:
        with open(path, "a", encoding="utf-8", newline="") as file:
            file.write(words)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(Problem(f"cannot write the file: {reason}", file=str(path))) from None


# -- time courses -------------------------------------------------------------------------------------------------


def course(path: str | os.PathLike[str], shown: Shown) -> None:
    """Write all rows of a time course: as NetCDF or Zarr where the name ends so, otherwise as CSV."""
    if ending(path) in (".nc", ".zarr"):
        (netcdf if ending(path) == ".nc" else zarr)(shown.answer, path)
    else:
        text(path, shown.csv())


def ending(path: str | os.PathLike[str]) -> str:
    """How a name ends, with the point."""
    return "." + os.fspath(path).rpartition(".")[2]


def netcdf(result: SimulationResult | SweepResult, path: str | os.PathLike[str]) -> None:
    """Write a time course, or the rows of a sweep, as a netCDF file.

    Raises:
        MissingExtraError: xarray, or a library that writes netCDF, is not installed.
        InputError: the place cannot be written.
    """
    data = result.to_xarray()
    with whole(path, COURSE) as part, needed("xarray", "writing netCDF"):
        try:
            data.to_netcdf(part)
        except ValueError as error:
            if "netCDF" in str(error):  # xarray's own words where it finds no library
                raise ImportError from error
            raise


def parquet(frame: Any, path: str | os.PathLike[str]) -> None:
    """Write a table as a Parquet file.

    Raises:
        MissingExtraError: no library that writes Parquet is installed.
        InputError: the place cannot be written.
    """
    with whole(path, "cannot write the file", str.lower) as part, needed("parquet", "writing Parquet"):
        frame.to_parquet(part)


def zarr(result: SimulationResult, path: str | os.PathLike[str]) -> None:
    """Write the time course as a zarr folder.

    Raises:
        MissingExtraError: xarray or zarr is not installed.
        InputError: the place cannot be written, or holds something that is not a zarr folder.
    """
    target = Path(path)
    if target.exists() and not is_zarr(target):
        raise InputError(Problem("this is something else, not a zarr folder to be replaced", file=str(target)))
    data = result.to_xarray()
    with whole(target, COURSE) as part, needed("xarray", "writing zarr"):
        data.to_zarr(part, mode="w", consolidated=False)
