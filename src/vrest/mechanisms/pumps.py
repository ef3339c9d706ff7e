"""Primary active transport: the Na+/K+-ATPase with its laws, and pumps of any other stoichiometry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..constants import F
from ..domains import FINITE, NON_NEGATIVE, POSITIVE
from ..laws.pumps import affinity_factor, cycle_affinity, ion_work, pump_power, pump_saturating, pump_sigmoid, saturation
from .kind import CYCLE, Flows, Kind, Law, Site
from .parameter import Parameter, Table, Type, needed, number, optional, section

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


def _positive(name: str, unit: str, meaning: str, example: str, typical: str) -> Parameter:
    return Parameter(name, unit, POSITIVE, meaning=meaning, example=example, typical=typical)


def _exponent(name: str, sites: int, meaning: str) -> Parameter:
    return optional(name, "", POSITIVE, sites, meaning, example=f"{sites}", typical=f"{sites}, as many as there are sites")


SATURATING = (
    *MAXIMUM,
    _positive("K_Na", "mM", "inner Na+ at half saturation of one site", "10 mM", "3 to 12 mM"),
    _positive("K_K", "mM", "outer K+ at half saturation of one site", "1.5 mM", "0.5 to 2 mM"),
    _exponent("n_Na", 3, "exponent of the Na+ sites"),
    _exponent("n_K", 2, "exponent of the K+ sites"),
)


def _maximum(site: Site) -> Any:
    return site.p["max_rate"] if "max_rate" in site.p else site.p["max_current"] / F


def _pump(turnover: Callable[[Site], Any]) -> Callable[[Site], Flows]:
    """Flows of a pump from its turnover: ions by stoichiometry, ATP by the cycle unless something else drives it."""

    def flows(site: Site) -> Flows:
        cycles = turnover(site)
        atp = None if site.drive is not None else site.p.get("atp", 1.0) * cycles
        return Flows({ion: n * cycles for ion, n in site.species.items()}, cycles=cycles, atp=atp, drive=site.drive)

    return flows


def _affinity(site: Site) -> Any:
    """Free energy of one cycle: what drives it less the work on the ions [J/mol]."""
    ions = list(site.species)
    sides = (
        [site.z[ion] for ion in ions],
        [site.species[ion] for ion in ions],
        [site.c_in[ion] for ion in ions],
        [site.c_out[ion] for ion in ions],
    )
    given = site.p.get("atp", 1.0) * site.delta_G if site.drive is None else site.drive
    return cycle_affinity(given, ion_work(site.V, *sides, site.T))


def _power(exponent: int) -> Callable[[Site], Any]:
    def turnover(site: Site) -> Any:
        reference = site.c_out["Na"] if site.form == "outside" else site.p["Na_ref"]
        return pump_power(_maximum(site), site.c_in["Na"], reference, exponent)

    return turnover


def _on_both_sides(law: Callable[..., Any], *names: tuple[str, str]) -> Callable[[Site], Any]:
    """A turnover that inner Na+ and outer K+ decide, each by numbers of its own."""
    return lambda site: law(_maximum(site), [site.c_in["Na"], site.c_out["K"]], *([site.p[k] for k in pair] for pair in names))


_saturating = _on_both_sides(pump_saturating, ("K_Na", "K_K"), ("n_Na", "n_K"))
_sigmoid = _on_both_sides(pump_sigmoid, ("Na_half", "K_half"), ("Na_slope", "K_slope"))


def _reversible(turnover: Callable[[Site], Any]) -> Callable[[Site], Any]:
    return lambda site: turnover(site) * affinity_factor(_affinity(site), site.T)


def _balancing(site: Site) -> Any:
    return -site.others.get("Na", 0.0) / 3


def _side_saturation(site: Site) -> Any:
    """Each transported ion saturates the pump on the side it is taken from, one factor (c/(c + K))^|n| per ion with a `K_m`."""
    rate = _maximum(site)
    for ion, n in site.species.items():
        if f"K_m.{ion}" in site.p:
            taken_from = site.c_in[ion] if n > 0 else site.c_out[ion]
            rate = rate * saturation(taken_from, site.p[f"K_m.{ion}"], abs(n))
    return rate


def _laws(*laws: Law) -> dict[str, Law]:
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


def _constant(*more: Parameter) -> Law:
    return Law(
        "constant",
        _pump(_maximum),
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
        _pump(_power(exponent)),
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
    _laws(
        _constant(),
        _with_inner_sodium("linear", 1, "proportional to inner Na+", "r = max (Na_in/Na_ref)"),
        _with_inner_sodium("cubic", 3, "proportional to the cube of inner Na+", "r = max (Na_in/Na_ref)^3"),
        Law(
            "saturating",
            _pump(_saturating),
            SATURATING,
            "three Na+ sites inside, two K+ sites outside",
            "r = max (Na_in/(Na_in + K_Na))^n_Na (K_out/(K_out + K_K))^n_K",
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "sigmoid",
            _pump(_sigmoid),
            (
                *MAXIMUM,
                Parameter("Na_half", "mM", meaning="inner Na+ at half turnover", example="18 mM", typical="10 to 30 mM"),
                _positive("Na_slope", "mM", "width of the Na+ dependence", "3 mM", "2 to 5 mM"),
                Parameter("K_half", "mM", meaning="outer K+ at half turnover", example="3 mM", typical="1 to 6 mM"),
                _positive("K_slope", "mM", "width of the K+ dependence", "1 mM", "0.5 to 2 mM"),
            ),
            "logistic in inner Na+ and outer K+",
            "r = max / (1 + exp((Na_half - Na_in)/Na_slope)) / (1 + exp((K_half - K_out)/K_slope))",
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "reversible",
            _pump(_reversible(_saturating)),
            SATURATING,
            "saturating, and bound by the free energy of ATP: it stalls and runs backwards",
            "r = saturating x (1 - exp(-A/RT)), A = -dG_ATP - work on 3 Na+ and 2 K+",
            thermodynamic=True,
            needs_atp=True,
            logarithm=CYCLE,
            one_of=ONE_MAXIMUM,
        ),
        Law(
            "balancing",
            _pump(_balancing),
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

ATP_PER_CYCLE = optional("atp", "", NON_NEGATIVE, 1, "ATP molecules per cycle", example="1")
K_M = number(
    "K_m", "mM", POSITIVE, "half saturation of each ion on the side it is taken from", "{H: 1e-3 mM}", type=Type.QUANTITIES
)

DRIVE_TABLE = Table(
    (
        needed(
            number(
                "delta_G",
                "kJ/mol",
                FINITE,
                "free energy of what drives one cycle, negative where it drives",
                "-215 kJ/mol",
                type=Type.EXPRESSION,
                typical="-220 kJ/mol for two electrons from NADH to oxygen; -20 kJ/mol for pyrophosphate",
            )
        ),
    ),
    example="{delta_G: -215 kJ/mol}",
)
DRIVE = section("drive", "what drives it in place of ATP: respiration, light", DRIVE_TABLE, default=None)


PRIMARY = _laws(
    _constant(ATP_PER_CYCLE, DRIVE),
    Law(
        "saturating",
        _pump(_side_saturation),
        (*MAXIMUM, ATP_PER_CYCLE, DRIVE, needed(K_M)),
        "saturates with each ion on the side it is taken from",
        "r = max prod (c/(c + K_m))^|n|",
        one_of=ONE_MAXIMUM,
    ),
    Law(
        "reversible",
        _pump(_reversible(_side_saturation)),
        (*MAXIMUM, ATP_PER_CYCLE, DRIVE, K_M),
        "saturating where `K_m` is given, and bound by the free energy of ATP",
        "r = saturating x (1 - exp(-A/RT)), A = -atp dG_ATP (or -dG of `drive`) - work on the ions",
        thermodynamic=True,
        needs_atp=True,
        logarithm=CYCLE,
        one_of=ONE_MAXIMUM,
    ),
)


PRIMARY_PUMP = Kind(
    "primary_pump",
    "a pump of any stoichiometry, driven by ATP, or by what `drive` says",
    PRIMARY,
    species="stoichiometry",
    pump=True,
    example={"stoichiometry": "{H: 1}"},
)
H_ATPASE = Kind(
    "h_atpase",
    "the plasma-membrane H+-ATPase of plants and fungi: one H+ out per ATP",
    PRIMARY,
    species="fixed",
    stoichiometry={"H": 1},
    pump=True,
    citations=("slayman1965",),
)
V_ATPASE = Kind(
    "v_atpase",
    "the vacuolar H+-ATPase, `between: [lumen, cytosol]`: two H+ into the lumen per ATP",
    PRIMARY,
    species="fixed",
    stoichiometry={"H": -2},
    pump=True,
    citations=("mindell2012",),
)

KINDS = (NA_K_ATPASE, PRIMARY_PUMP, H_ATPASE, V_ATPASE)
