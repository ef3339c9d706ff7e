"""The flows through one membrane: every mechanism's laws at one potential, in one common basis."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..description.cell import Cell, Mechanism, Membrane
from ..laws.nernst import nernst_potential
from ..mechanisms.kind import Flows, PassivePath, Site, across
from ..mechanisms.parameter import ACTIVE, Basis

if TYPE_CHECKING:
    from ..mechanisms.formula_language import Formula


class Extent(Enum):
    """What the flows of a membrane are counted per: all of it [mol/s, A], one square metre, or an unknown multiple."""

    WHOLE = "whole"
    AREA = "per area"
    RELATIVE = "relative"


class MembraneSystem:
    """Functions of one membrane. `numbers` everywhere is a mapping of paths to floats, arrays or symbols (`system.numbers`)."""

    def __init__(self, cell: Cell, membrane: Membrane) -> None:
        self.cell, self.membrane = cell, membrane
        self.inner, self.outer = cell.compartments[membrane.inner], cell.compartments[membrane.outer]
        self.mechanisms: dict[str, Mechanism] = dict(sorted(membrane.mechanisms.items(), key=lambda item: item[1].law.basis_free))
        self.extent = self._extent()
        self._path = {word: f"{membrane.name}.{word}." for word in membrane.mechanisms}
        self._atp = next((f"{c.name}.delta_G" for c in (self.inner, self.outer) if c.delta_G is not None), None)

    def _extent(self) -> Extent:
        bases = {m.basis for m in self.mechanisms.values()}
        if Basis.RELATIVE in bases:
            return Extent.RELATIVE
        if self.membrane.area is None and (Basis.AREA in bases or not bases - {None}):
            return Extent.AREA
        return Extent.WHOLE

    def flows(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, Flows]:
        """What each mechanism does at membrane potential V [V], in the order of the description.

        Outward positive; per `extent`: mol/s and A, or mol m^-2 s^-1 and A/m^2, or an unknown multiple of these.
        """
        found: dict[str, Flows] = {}
        for word, mechanism in self.mechanisms.items():
            others = across(found) if mechanism.law.basis_free else {}
            site = self._site(word, mechanism, V, numbers, others)
            flows = mechanism.law.flows(site)
            found[word] = flows.scaled(self._scale(word, mechanism, site, numbers))
        return {word: found[word] for word in self.membrane.mechanisms}

    def currents(self, V: Any, numbers: Mapping[str, Any]) -> dict[str, Any]:
        """Current of each mechanism at V, outward positive."""
        return {word: flows.current(self.cell.valences) for word, flows in self.flows(V, numbers).items()}

    def passive_paths(self, V: Any, numbers: Mapping[str, Any]) -> list[PassivePath]:
        """Every single-ion passive path with its permeability or conductance as it is at V, factors included."""
        paths = []
        for word, mechanism in self.mechanisms.items():
            if mechanism.law.paths is not None:
                site = self._site(word, mechanism, V, numbers, {})
                scale = self._scale(word, mechanism, site, numbers)
                paths += [path.scaled(scale) for path in mechanism.law.paths(site)]
        return paths

    def _site(self, word: str, mechanism: Mechanism, V: Any, numbers: Mapping[str, Any], others: Mapping[str, Any]) -> Site:
        prefix = self._path[word]
        p = {key: numbers[prefix + key] for key in mechanism.parameters}
        c_in, c_out = self.concentrations(numbers)
        delta_G = numbers[self._atp] if self._atp is not None and mechanism.pump else None
        site = Site(
            V,
            numbers["temperature"],
            numbers["time"],
            self.cell.valences,
            c_in,
            c_out,
            p,
            mechanism.species,
            delta_G,
            others,
            mechanism.form,
        )
        if mechanism.rate is not None:
            p["rate"] = value_of(mechanism.rate, site)
        return site

    def concentrations(self, numbers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Inner and outer concentrations by ion [mol/m^3]."""
        sides = (self.inner, self.outer)
        inner, outer = ({ion: numbers[f"{side.name}.{ion}"] for ion in side.ions} for side in sides)
        return inner, outer

    def _scale(self, word: str, mechanism: Mechanism, site: Site, numbers: Mapping[str, Any]) -> Any:
        scale = numbers[self._path[word] + ACTIVE]
        if self.extent is Extent.WHOLE:
            if mechanism.basis is Basis.AREA:
                scale = scale * numbers[f"{self.membrane.name}.area"]
            elif mechanism.basis is Basis.VOLUME:
                scale = scale * numbers[f"{self.inner.name}.volume"]
        return modulated(scale, mechanism.factor, site)


# -- formulas at a site -----------------------------------------------------------------------------------------------


def value_of(formula: Formula, site: Site) -> Any:
    """A formula's value at a site."""
    ion = next(iter(site.species), "")
    short = {"c_in": f"c_in_{ion}", "c_out": f"c_out_{ion}", "E": f"E_{ion}"}
    return formula.evaluate({name: _named(short.get(name, name), site) for name in formula.names})


def modulated(scale: Any, factor: Formula | None, site: Site) -> Any:
    """A scale times what `factor` and `q10` of a mechanism make of it."""
    if factor is not None:
        scale = scale * value_of(factor, site)
    if "q10.ratio" in site.p:
        from ..laws.temperature import q10_factor

        scale = scale * q10_factor(site.T, site.p["q10.reference"], site.p["q10.ratio"])
    return scale


def _named(name: str, site: Site) -> Any:
    plain = {"V": site.V, "T": site.T, "t": site.t}
    if name in plain:
        return plain[name]
    if name in site.p:
        return site.p[name]
    if name.startswith("E_"):
        ion = name[2:]
        return nernst_potential(site.z[ion], site.c_in[ion], site.c_out[ion], site.T)
    inward = name.startswith("c_in_") or name.endswith("_in")
    ion = name.removeprefix("c_in_").removeprefix("c_out_") if name.startswith("c_") else name.rpartition("_")[0]
    return (site.c_in if inward else site.c_out)[ion]
