"""Rows as RFC 4180: a header line, CRLF, quotes only where needed, numbers unrounded, nothing for what is absent."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..results.base import Unknown


def render(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """One table; a row names only the columns that it fills.

    >>> render(["ion", "E_mV"], [{"ion": "K", "E_mV": -89.5}, {"ion": "X"}])
    'ion,E_mV\\r\\nK,-89.5\\r\\nX,\\r\\n'
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, Unknown) or value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return repr(float(value)) if isinstance(value, float) else value
