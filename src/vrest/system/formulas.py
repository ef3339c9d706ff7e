"""What the names in a formula stand for at a site."""

from __future__ import annotations

from typing import Any

from ..laws.nernst import nernst_potential
from ..laws.temperature import q10_factor
from ..mechanisms.formula_language import Formula
from ..mechanisms.kind import Site


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
