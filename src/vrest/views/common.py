"""What every view says in the same words: notes, what was refused, the certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..results.certificate import NO_WAY, NOTHING_MOVED, Certificate
from ..results.rest import NO_BUDGET, NO_SPLIT
from ..units import to_unit
from .document import Block, Heading, sentences

UNASKED = (NO_BUDGET, NO_SPLIT, NOTHING_MOVED, NO_WAY)
"""What nobody asked for where it is not described: said in the JSON, not in tables."""
_RESIDUALS = {
    "net_current_fraction": "the net current is at most {} of the gross current",
    "energy_balance_fraction": "the energy balance closes to {}",
    "first_law_fraction": "powers add up to {} of all of them at every moment",
    "first_law_integral_fraction": "their sums over the run and the stored energy agree to {}",
    "current_fraction": "currents computed twice agree to {} of the largest",
}


def notes(items: Sequence[str]) -> list[Block]:
    """The notes of a result under their heading."""
    return [Heading("Notes"), *sentences(items, marked=True)] if items else []


def refused(reasons: Mapping[str, str]) -> list[Block]:
    """Each reason once, with what it concerns."""
    groups: dict[str, list[str]] = {}
    for path, sentence in reasons.items():
        if sentence in UNASKED:
            continue
        groups.setdefault(sentence, []).append(path)
    if not groups:
        return []
    return [Heading("Not said"), *sentences((_reason(s, paths) for s, paths in groups.items()), marked=True)]


def _reason(sentence: str, paths: Sequence[str]) -> str:
    concerned = paths[0] if len(paths) == 1 else f"{len(paths)} quantities"
    return f"{concerned}: {sentence}."


def certificate(evidence: Certificate) -> list[Block]:
    """One paragraph: whether the answer can be trusted, by which residuals, and how it was found."""
    said = ["Certified" if evidence.converged else "NOT CERTIFIED: a residual is larger than rounding allows"]
    residuals = []
    for name, words in _RESIDUALS.items():
        found = evidence.residuals.get(name)
        if found:
            residuals.append(words.format(f"{max(abs(x) for x in found.values()):.1e}"))
    parts = [said[0] + (": " if residuals and evidence.converged else "; " if residuals else "") + ", ".join(residuals) + "."]
    parts.append(f"Method: {evidence.method}.")
    if evidence.assumptions:
        parts.append(f"Assumed: {'; '.join(evidence.assumptions)}.")
    if evidence.dissipation_violations:
        named = ", ".join(evidence.dissipation_violations)
        parts.append(f"Gains free energy from nothing, as formulas and pumps that do not know their ATP can: {named}.")
    return [Heading("Certificate"), *sentences([" ".join(parts)])]


def temperature(kelvin: float) -> str:
    """A temperature in both scales.

    >>> temperature(310.0)
    '310 K (36.85 degC)'
    """
    return f"{kelvin:g} K ({to_unit(kelvin, 'degC'):.4g} degC)"
