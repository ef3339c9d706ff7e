"""Primary active transport: what pumps have in common, and the Na+/K+-ATPase with its laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..constants import F
from ..domains import NON_NEGATIVE, POSITIVE
from ..laws.pumps import affinity_factor, cycle_affinity, ion_work, pump_power, pump_saturating, pump_sigmoid
from .kind import CYCLE, Flows, Kind, Law, Site
from .parameter import Parameter, Table, needed, number, optional, section

NA_K = {"Na": 3, "K": -2}

MAX_RATE = number(
    "max_rate",
    "mol/(m^2 s)",
    NON_NEGATIVE,
    "largest turnover, cycles per area and time",
    "5e-7 mol/(m^2 s)",
    extensive=True,
    typical="1e-7 to 5e-6 mol/(m^2 s)",
)
MAX_CURRENT = optional(
    "max_current",
    "A/m^2",
    NON_NEGATIVE,
    meaning="largest turnover as the current of one charge per cycle (F x max_rate)",
    extensive=True,
    example="0.05 A/m^2",
    typical="0.01 to 0.5 A/m^2",
)
MAXIMUM = (MAX_RATE, MAX_CURRENT)
ONE_MAXIMUM = (("max_rate", "max_current"),)


def positive(name: str, unit: str, meaning: str, example: str, typical: str) -> Parameter:
    return Parameter(name, unit, POSITIVE, meaning=meaning, example=example, typical=typical)


def _exponent(name: str, sites: int, meaning: str) -> Parameter:
    return optional(name, "", POSITIVE, sites, meaning, example=f"{sites}", typical=f"{sites}, as many as there are sites")


VOLTAGE_TABLE = Table(
    (
        needed(
            number("steep", "", NON_NEGATIVE, "weight of the term with the whole charge", "0.0365", typical="0.0353 to 0.0365")
        ),
        number("slow", "", NON_NEGATIVE, "weight of the term with a tenth of it", "0.1245", default=0.1245, typical="0.1245"),
        number("Na_ref", "mM", POSITIVE, "outer Na+ of e-fold effect", "67.3 mM", default=67.3, typical="67.3 mM"),
    ),
    example="{steep: 0.0365}",
)
VOLTAGE_FACTOR = section(
    "voltage_factor",
    "slows the pump at negative potentials: 1/(1 + slow e^(-0.1u) + steep s e^(-u))",
    VOLTAGE_TABLE,
    default=None,
)
MAX_REVERSE = number(
    "max_reverse", "", POSITIVE, "largest backward turnover, as a part of the forward one", "0.1", typical="6e-4 to 1"
)
SATURATING = (
    *MAXIMUM,
    positive("K_Na", "mM", "inner Na+ at half saturation of one site", "10 mM", "3 to 12 mM"),
    positive("K_K", "mM", "outer K+ at half saturation of one site", "1.5 mM", "0.5 to 2 mM"),
    _exponent("n_Na", 3, "exponent of the Na+ sites"),
    _exponent("n_K", 2, "exponent of the K+ sites"),
    VOLTAGE_FACTOR,
)
HILL = (
    *MAXIMUM,
    positive("K_Na", "mM", "inner Na+ at half turnover", "10 mM", "10 to 40 mM"),
    positive("K_K", "mM", "outer K+ at half turnover", "1.5 mM", "0.2 to 1.5 mM"),
    optional("n_Na", "", POSITIVE, 1.5, "Hill exponent of Na+", example="1.5", typical="1 to 3"),
    optional("n_K", "", POSITIVE, 1, "Hill exponent of K+", example="1", typical="1 to 2"),
    VOLTAGE_FACTOR,
)
COMPETING = (
    *MAXIMUM,
    positive("K_Na", "mM", "constant of Na+ at an inner site", "0.2 mM", "0.2 mM"),
    positive("K_K", "mM", "constant of K+ at an outer site", "0.1 mM", "0.1 mM"),
    positive("K_K_in", "mM", "constant of K+ at an inner site, where it competes", "8.3 mM", "8.3 mM"),
    positive("K_Na_out", "mM", "constant of Na+ at an outer site, where it competes", "18 mM", "18 mM"),
    replace(MAX_REVERSE, domain=NON_NEGATIVE, default=0.0),
    VOLTAGE_FACTOR,
)


def maximum(site: Site) -> Any:
    return site.p["max_rate"] if "max_rate" in site.p else site.p["max_current"] / F


def pump(turnover: Callable[[Site], Any]) -> Callable[[Site], Flows]:
    """Flows of a pump from its turnover: ions by stoichiometry, ATP by the cycle unless something else drives it."""

    def flows(site: Site) -> Flows:
        cycles = turnover(site)
        atp, counts = None if site.drive is not None else site.p.get("atp", 1.0) * cycles, per_cycle(site)
        fluxes = {ion: n * cycles for ion, n in counts.items()}
        return Flows(fluxes, cycles=cycles, atp=atp, drive=site.drive, counts=counts)

    return flows


def per_cycle(site: Site) -> dict[str, Any]:
    """Ions that one cycle moves, outward positive; of a pump whose `coupling` is a number of its own, as many as that says."""
    if "coupling" in site.p:
        return {ion: math.copysign(1.0, n) * site.p["coupling"] for ion, n in site.species.items()}
    return dict(site.species)


def affinity(site: Site, V: Any = None) -> Any:
    """Free energy of one cycle: what drives it less the work on the ions [J/mol]; at a potential V [V] if it is not the membrane's."""
    counts = per_cycle(site)
    ions = list(counts)
    sides = (
        [site.z[ion] for ion in ions],
        [counts[ion] for ion in ions],
        [site.c_in[ion] for ion in ions],
        [site.c_out[ion] for ion in ions],
    )
    given = site.p.get("atp", 1.0) * site.delta_G if site.drive is None else site.drive
    return cycle_affinity(given, ion_work(site.V if V is None else V, *sides, site.T))


def _power(exponent: int) -> Callable[[Site], Any]:
    def turnover(site: Site) -> Any:
        reference = site.c_out["Na"] if site.form == "outside" else site.p["Na_ref"]
        return pump_power(maximum(site), site.c_in["Na"], reference, exponent)

    return turnover


def _on_both_sides(law: Callable[..., Any], *names: tuple[str, str]) -> Callable[[Site], Any]:
    """A turnover that inner Na+ and outer K+ decide, each by numbers of its own."""
    return lambda site: law(maximum(site), [site.c_in["Na"], site.c_out["K"]], *([site.p[k] for k in pair] for pair in names))


_saturating = _on_both_sides(pump_saturating, ("K_Na", "K_K"), ("n_Na", "n_K"))
_sigmoid = _on_both_sides(pump_sigmoid, ("Na_half", "K_half"), ("Na_slope", "K_slope"))


def reversible(turnover: Callable[[Site], Any]) -> Callable[[Site], Any]:
    """A turnover as far as the free energy of the cycle leaves it; backwards without bound, or up to `max_reverse`."""

    def bound(site: Site) -> Any:
        A = affinity(site)
        if "max_reverse" in site.p:
            from ..laws.pump_cycles import bounded_affinity_factor

            return turnover(site) * bounded_affinity_factor(A, site.T, site.p["max_reverse"])
        return turnover(site) * affinity_factor(A, site.T)

    return bound


def _slowed(turnover: Callable[[Site], Any]) -> Callable[[Site], Any]:
    """A turnover of the Na+/K+-ATPase with its dependence on the potential, where that is described."""

    def slowed(site: Site) -> Any:
        p = {key: site.p[f"voltage_factor.{key}"] for key in ("steep", "slow", "Na_ref") if f"voltage_factor.{key}" in site.p}
        if not p:
            return turnover(site)
        from ..laws.pump_cycles import pump_voltage_factor

        return turnover(site) * pump_voltage_factor(site.V, site.c_out["Na"], site.T, **p)

    return slowed


def _hill(site: Site) -> Any:
    from ..laws.pump_cycles import pump_hill

    return pump_hill(maximum(site), site.c_in["Na"], site.c_out["K"], *(site.p[key] for key in ("K_Na", "K_K", "n_Na", "n_K")))


def _competing(site: Site) -> Any:
    from ..laws.pump_cycles import pump_competition

    sides = (site.c_in["Na"], site.c_in["K"], site.c_out["Na"], site.c_out["K"])
    constants = (site.p[key] for key in ("K_Na", "K_K", "K_K_in", "K_Na_out", "max_reverse"))
    return pump_competition(maximum(site), *sides, *constants)


def _balancing(site: Site) -> Any:
    return -site.others.get("Na", 0.0) / 3


def laws(*laws: Law) -> dict[str, Law]:
    return {law.name: law for law in laws}


OUTSIDE = {"outside": ("Na", "outer")}
NA_REF = Parameter(
    "Na_ref",
    "mM",
    POSITIVE,
    meaning="inner Na+ at which the pump runs at its maximum figure; `outside` takes the outer Na+",
    choices=("outside",),
    example="10 mM",
    typical="5 to 20 mM",
)


def constant(*more: Parameter) -> Law:
    return Law(
        "constant",
        pump(maximum),
        (*MAXIMUM, *more),
        "a turnover that depends on nothing",
        "r = max",
        one_of=ONE_MAXIMUM,
        slows=False,
        reads_concentrations=False,
    )


def _with_inner_sodium(name: str, exponent: int, meaning: str, formula: str) -> Law:
    return Law(
        name,
        pump(_power(exponent)),
        (*MAXIMUM, NA_REF),
        meaning,
        formula,
        one_of=ONE_MAXIMUM,
        slows=False,
        divides_by=OUTSIDE,
    )


NA_K_ATPASE = Kind(
    "na_k_atpase",
    "the Na+/K+-ATPase: 3 Na+ out, 2 K+ in, one ATP, one net charge out per cycle",
    laws(
        constant(),
        _with_inner_sodium("linear", 1, "proportional to inner Na+", "r = max (Na_in/Na_ref)"),
        _with_inner_sodium("cubic", 3, "proportional to the cube of inner Na+", "r = max (Na_in/Na_ref)^3"),
        Law(
            "saturating",
            pump(_slowed(_saturating)),
            SATURATING,
            "three Na+ sites inside, two K+ sites outside",
            "r = max (Na_in/(Na_in + K_Na))^n_Na (K_out/(K_out + K_K))^n_K",
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "hill",
            pump(_slowed(_hill)),
            HILL,
            "a Hill curve in inner Na+ and in outer K+, as in cells of heart and glia",
            "r = max Na_in^n_Na/(Na_in^n_Na + K_Na^n_Na) K_out^n_K/(K_out^n_K + K_K^n_K)",
            one_of=ONE_MAXIMUM,
            citations=("luorudy1994", "tentusscher2006"),
        ),
        Law(
            "competition",
            pump(_slowed(_competing)),
            COMPETING,
            "Na+ and K+ compete for the sites of each side, as in red cells; backwards up to `max_reverse`, whatever ATP gives",
            "r = max [f(Na_in, K_Na(1 + K_in/K_K_in))^3 f(K_out, K_K(1 + Na_out/K_Na_out))^2 - max_reverse ...], f(c, K) = c/(c + K)",
            one_of=ONE_MAXIMUM,
            citations=("lew1986",),
        ),
        Law(
            "sigmoid",
            pump(_sigmoid),
            (
                *MAXIMUM,
                Parameter("Na_half", "mM", meaning="inner Na+ at half turnover", example="18 mM", typical="10 to 30 mM"),
                positive("Na_slope", "mM", "width of the Na+ dependence", "3 mM", "2 to 5 mM"),
                Parameter("K_half", "mM", meaning="outer K+ at half turnover", example="3 mM", typical="1 to 6 mM"),
                positive("K_slope", "mM", "width of the K+ dependence", "1 mM", "0.5 to 2 mM"),
            ),
            "logistic in inner Na+ and outer K+",
            "r = max / (1 + exp((Na_half - Na_in)/Na_slope)) / (1 + exp((K_half - K_out)/K_slope))",
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "reversible",
            pump(reversible(_slowed(_saturating))),
            (*SATURATING, MAX_REVERSE),
            "saturating, and bound by the free energy of ATP: it stalls and runs backwards",
            "r = saturating x (1 - e)/(1 + e/max_reverse), e = exp(-A/RT), A = -dG_ATP - work on 3 Na+ and 2 K+",
            thermodynamic=True,
            needs_atp=True,
            logarithm=CYCLE,
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "balancing",
            pump(_balancing),
            (),
            "the turnover that returns all Na+ that enters by other paths at this potential",
            "r = -(all other Na+ flux)/3",
            rest_only=True,
            basis_free=True,
            reads_concentrations=False,
        ),
    ),
    species="fixed",
    stoichiometry=NA_K,
    pump=True,
    citations=("skou1957", "thomas1972"),
)

KINDS = (NA_K_ATPASE,)
