"""The report of a defect: what was asked, where it failed, on what."""

from __future__ import annotations

import platform
import tempfile
import traceback

from ..errors import shorten


def write_report(error: BaseException, words: list[str]) -> str:
    """Write the report and answer words that say where it is."""
    from .. import __version__

    lines = [
        f"vrest {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {words!r}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="vrest-report-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as handle:
            handle.write("\n".join(lines))
    except OSError:
        return f"these words (no report could be written): {type(error).__name__}: {shorten(error, 200)}"
    return f"the file {handle.name}"
