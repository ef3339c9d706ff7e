"""Reactions: what they use and make is listed, and no charge is created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..measure import brief

if TYPE_CHECKING:
    from .mechanisms import Way

EXAMPLE = "such as {CO2: -1, H: 1, HCO3: 1}"


def check_reaction(way: Way, counts: Mapping[str, float], valences: Mapping[str, float]) -> None:
    """Whole counts, something used and something made, no charge left over; a problem where it is not so."""
    section = way.section
    odd = next((ion for ion, n in counts.items() if n != int(n)), None)
    if odd is not None:
        message = f"a turnover of reaction '{way.name}' uses and makes whole numbers"
        section.wrong("stoichiometry", message, found=f"{brief(odd)}: {counts[odd]:g}", expected=EXAMPLE)
    elif not (min(counts.values(), default=0) < 0 < max(counts.values(), default=0)):
        message = f"reaction '{way.name}' uses something, counted negative, and makes something, counted positive"
        section.wrong("stoichiometry", message, found=_said(counts) or "nothing", expected=EXAMPLE)
    elif charge := sum(n * valences[ion] for ion, n in counts.items()):
        message = f"reaction '{way.name}' creates charge: a turnover makes {charge:+g} of it"
        section.wrong("stoichiometry", message, found=_said(counts), expected=f"a balance of charge, {EXAMPLE}")


def _said(counts: Mapping[str, float]) -> str:
    return ", ".join(f"{brief(ion)}: {n:+g}" for ion, n in counts.items())
