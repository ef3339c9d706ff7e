"""What stands beside the answers, in a notebook and where it is printed: certificates, protocols, prepared cells."""

from __future__ import annotations

from typing import Any

from ...results.words import duration
from ...units import format_quantity
from ..document import TEXT, Block, Column, Document, Heading, Part, in_whole, sentences, table
from . import parts
from .description import CELL, counts

MOST = 20


def _certificate(certificate: Any) -> list[Block]:
    verdict, method, how = parts.certified(certificate).partition(" Method: ")
    return [Heading(verdict, 1), *sentences([(method + how).strip()])]


def _protocol(protocol: Any) -> list[Block]:
    """A protocol that was checked against a cell: every setting, ramp and electrode with its times, the first of them."""
    events = [*protocol.settings, *protocol.ramps, *protocol.electrodes]
    shown = table("Events", ["", *(Column(head, TEXT) for head in ("from", "to", "what"))], map(_event, events[:MOST]))
    more = [f"... and {len(events) - MOST} more."] if len(events) > MOST else []
    return [
        Heading(f"{protocol.name}: {_counted(events)}, {duration(protocol.until)}", 1),
        *_about(protocol),
        *shown,
        *sentences(more),
    ]


def _counted(events: list[Any]) -> str:
    return f"{len(events)} event{'s' * (len(events) != 1)}"


def _about(protocol: Any) -> list[Block]:
    return sentences(words for words in (protocol.title, protocol.about) if words)


def _event(event: Any) -> tuple[str, str, str, str]:
    """A row for one event."""
    begin = event.at if hasattr(event, "at") else event.begin
    end = event.until if hasattr(event, "at") else event.end
    name = getattr(event, "into", None) or event.path
    return name, duration(begin), duration(end), _what(event)


def _what(event: Any) -> str:
    kind = getattr(event, "kind", "set")
    if kind == "dialyse":
        return f"dialysed with {', '.join(event.solution) or 'what is there'}"
    if kind in ("current", "voltage"):
        return f"{kind} {format_quantity(event.value, 'pA' if kind == 'current' else 'mV', 6)}"
    return f"times {event.factor:g}" if getattr(event, "factor", None) is not None else str(event.text)


def _written(protocol: Any) -> list[Block]:
    heading = ": ".join(words for words in (protocol.name, protocol.title) if words)
    return [Heading(heading, 1), *sentences([protocol.about] if protocol.about else [])]


def _prepared(prepared: Any) -> list[Block]:
    kept = "Its structure and compiled functions are kept for rest, steady_state and simulate at other numbers."
    return [Heading(f"{prepared.cell.name}: {counts(prepared.cell)}", 1), *sentences([kept])]


def _numbers(prepared: Any) -> list[Block]:
    return [block for part in CELL for block in part.blocks(prepared.cell, in_whole)[1:]]


CERTIFICATE: Document = (Part(_certificate),)
PROTOCOL: Document = (Part(_protocol),)
WRITTEN: Document = (Part(_written),)
PREPARED: Document = (Part(_prepared), Part(_numbers))
