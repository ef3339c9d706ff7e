"""The report of a defect: what was asked, where it failed, on what."""

from __future__ import annotations

import platform
import tempfile
import traceback


def write_report(error: BaseException, words: list[str]) -> str:
    """Write the report and answer its path; `(no report could be written)` where nothing can be written."""
    from .. import __version__

    lines = [
        f"vrest {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {words!r}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    try:
        with tempfile.NamedTemporaryFile("w", prefix="vrest-report-", suffix=".txt", delete=False, encoding="utf-8") as handle:
            handle.write("\n".join(lines))
    except OSError:
        return "(no report could be written)"
    return handle.name
