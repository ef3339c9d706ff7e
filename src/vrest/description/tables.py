"""The keys of the file formats, section by section. The reader reads by them; the reference of the format is generated from them."""

from __future__ import annotations

from ..domains import FINITE, NON_NEGATIVE, PART, POSITIVE, TEMPERATURE, Domain
from ..mechanisms.parameter import Parameter, Table, Type, named, needed, number, optional, section, words
from .cell import BATH, CELL, HELD
from .kinds import EXCHANGE_TABLE, MECHANISM_TABLE, STATE_TABLE
from .measure import CERTAINTIES

NOT_POSITIVE = Domain("zero or a negative number", high=0.0)
SURFACE = Domain("a charge from -1 C/m^2 to zero", low=-1.0, high=0.0)
BEARABLE = Domain("from -300 mV to 300 mV", low=-0.3, high=0.3)
DISSOLVED = Domain("zero or a positive number, at most 1000 M", low=0.0, high=1e6)
PH = Domain("a pH from 3 to 10", low=3.0, high=10.0)
BEHIND_A_WALL = "{permeability: 1.5e-4 m/s} | {L_p: 1e-13 m/(s Pa)}"
WATER_EXAMPLE = f"none | instantaneous | {BEHIND_A_WALL} | {{relax_to: a formula, time_constant: 250 ms}}"

# -- a compartment ----------------------------------------------------------------------------------------------------

REMAINDER_TABLE = Table(
    (needed(number("remainder_of", "pL", POSITIVE, "the whole from which the other compartments are taken", "4.6 pL")),),
    example="{remainder_of: 4.6 pL}",
)

CARRIES_TABLE = Table(
    (needed(number("carries", "mV", BEARABLE, "the potential whose charge the described composition carries", "-65.5 mV")),),
    example="{carries: -65.5 mV}",
)

_AMOUNT = section(
    "amount",
    "`neutral`, {carries: -65 mV}, a concentration in cell water, or an amount",
    CARRIES_TABLE,
    unit="mM",
    domain=NON_NEGATIVE,
    choices=("neutral",),
    alternatives=("fmol",),
    example="neutral",
)
_VALENCE = "mean charge number, or a formula in pH: each unit of charge gained is one bound proton"
IMPERMEANT_TABLE = Table(
    (needed(number("valence", "", FINITE, _VALENCE, "-1", type=Type.EXPRESSION)), needed(_AMOUNT)),
    noun="impermeant",
    example="{valence: -1, amount: neutral}",
)

FIXED_TABLE = Table(
    (
        words(
            "counter_ion",
            "ion that comes and goes with what holds it, as its counter-charge; default: charge on nothing that is listed",
            "Na",
            Type.ION,
        ),
    ),
    noun="ion",
    title="what holds ion '{name}'",
    example="{counter_ion: Na}",
    settable=False,
)

_AT = "concentration of free H, or pH, at which nothing counts as bound; default: as described"
BUFFER_TABLE = Table(
    (
        number("capacity", "mM", POSITIVE, "what is bound per unit of pH; of H alone", "40 mM"),
        number("at", "mM", POSITIVE, _AT, "pH 7.2", of_protons=True),
        number("total", "mM", NON_NEGATIVE, "all sites, free and taken", "50 uM"),
        number("K_d", "mM", POSITIVE, "concentration of the free ion at which half of the sites are taken", "1 uM"),
    ),
    noun="ion",
    title="the buffer of '{name}'",
    example="{capacity: 40 mM}",
    one_of=(("capacity", "total"),),
)

_STANDARD = "standard transformed free energy (default: -30.5 kJ/mol, or from pH and Mg where they are given)"
ATP_TABLE = Table(
    (
        number("delta_G", "kJ/mol", NOT_POSITIVE, "free energy of ATP hydrolysis, negative", "-50 kJ/mol"),
        number("ATP", "mM", POSITIVE, "ATP", "3 mM"),
        number("ADP", "mM", POSITIVE, "free ADP", "0.05 mM"),
        number("Pi", "mM", POSITIVE, "inorganic phosphate", "2 mM"),
        number("standard", "kJ/mol", NOT_POSITIVE, _STANDARD, "-30.5 kJ/mol"),
        number("pH", "", PH, "pH, for the standard free energy; needs Mg", "7.2"),
        number("Mg", "mM", NON_NEGATIVE, "free Mg2+, for the standard free energy; needs pH", "0.8 mM"),
    ),
    example="{delta_G: -50 kJ/mol}",
)


def _size(name: str, example: str) -> Parameter:
    return needed(number(name, "um", POSITIVE, name, example))


_ENDS = "closed: both ends are membrane; open: a stretch of a longer fibre"
SHAPE_TABLES = {
    "sphere": Table((_size("diameter", "20 um"),), noun="sphere", title="a sphere", example="sphere: {diameter: 20 um}"),
    "cylinder": Table(
        (
            _size("diameter", "50 um"),
            _size("length", "1 mm"),
            words("ends", _ENDS, "open", Type.WORD, default="closed", choices=("closed", "open")),
        ),
        noun="cylinder",
        title="a cylinder",
        example="cylinder: {...}",
    ),
    "box": Table(
        (_size("length", "20 um"), _size("width", "20 um"), _size("height", "10 um")),
        noun="box",
        title="a box",
        example="box: {...}",
    ),
}

_FIXED = "ions whose concentrations are held, by what moves no net charge: [HCO3], or {HCO3: {counter_ion: Na}}"
_ROLE = "bath: composition kept, the potential is the reference; cell: everything may change; held: concentrations kept"
_IONS = "concentrations in the compartment's water, by ion"
_BUFFER = "what binds ions, by ion: {capacity: 40 mM} per unit of pH, or {total: 50 uM, K_d: 1 uM}"
_EXCHANGES = "exchanges with other compartments or with a reservoir, by name (`kind: exchange`)"
_OSMOTIC = "osmotic coefficient of all solutes of the compartment, or a formula of what the compartment holds"
_LET = "formulas behind names of their own, for the other formulas of the compartment"
_OPEN = "a further bath whose potential is found so that no net current enters it"
COMPARTMENT_TABLE = Table(
    (
        words("role", _ROLE, "bath", Type.WORD, default=CELL, choices=(BATH, CELL, HELD)),
        number("ions", "mM", DISSOLVED, _IONS, "{K: 5 mM, Na: 145 mM}", type=Type.QUANTITIES, in_path=False),
        optional(
            "fixed",
            meaning=_FIXED,
            type=Type.LISTED,
            of=(FIXED_TABLE,),
            otherwise="'fixed' of {owner} lists ions, each once",
            example="[HCO3]",
        ),
        section("impermeant", "charged solutes that stay", IMPERMEANT_TABLE),
        named(
            "impermeants",
            "several of them, by name",
            IMPERMEANT_TABLE,
            "A",
            example="{A: {valence: -1, amount: neutral}, B: {valence: -2, amount: 5 mM}}",
        ),
        optional(
            "shape",
            meaning="sphere, cylinder or box; gives volume and area",
            type=Type.ONE_OF,
            of=tuple(SHAPE_TABLES.values()),
            otherwise="the shape of {owner} is one of three",
            example="{sphere: {diameter: 20 um}}",
        ),
        section(
            "volume",
            "volume; or {remainder_of: 4.6 pL}: that less the volumes of the other compartments that are no bath",
            REMAINDER_TABLE,
            unit="pL",
            domain=POSITIVE,
            example="2 pL",
        ),
        number("water_fraction", "", PART, "part of the volume that is water", "0.7", default=1.0),
        number("osmotic_coefficient", "", POSITIVE, _OSMOTIC, "0.93", type=Type.EXPRESSION, default=1.0),
        section("atp", "free energy of ATP hydrolysis, or the concentrations that give it", ATP_TABLE),
        named("buffer", _BUFFER, BUFFER_TABLE, "H", example="{H: {capacity: 40 mM}, Ca: {total: 50 uM, K_d: 1 uM}}"),
        named("mechanisms", _EXCHANGES, EXCHANGE_TABLE, "bath", in_path=False, otherwise="'mechanisms' of {owner} names none"),
        named("states", "states of its own that formulas name, each with its rate", STATE_TABLE, "x", in_path=False),
        words("let", _LET, '{free: "B - CaB"}', Type.FORMULAS),
        number("clamped", "mV", FINITE, "a further bath: its potential against the reference bath", "0 mV"),
        words("open", _OPEN, "true", Type.FLAG, default="false"),
    ),
    noun="compartment",
    apart=(("impermeant", "impermeants"), ("shape", "volume")),
    example="{role: bath, ions: {K: 5 mM}}",
)

# -- a membrane -------------------------------------------------------------------------------------------------------

_P_F = "osmotic water permeability P_f"
WATER_TABLE = Table(
    (
        number("permeability", "m/s", NON_NEGATIVE, _P_F, "1.5e-4 m/s", alternatives=("m^3/s",)),
        number("L_p", "m/(s Pa)", NON_NEGATIVE, "hydraulic conductivity", "1e-13 m/(s Pa)", alternatives=("m^3/(s Pa)",)),
    ),
    one_of=(("permeability", "L_p"),),
    example=WATER_EXAMPLE,
)

RELAXING_TABLE = Table(
    (
        needed(
            words(
                "relax_to",
                "the inner volume as a formula, or its multiple of the described one",
                "w0*(1.1 - 0.1*exp((osm_out - osm_in)/(20 mM)))",
                Type.FORMULA,
            )
        ),
        needed(number("time_constant", "s", POSITIVE, "time in which the volume comes by 1/e closer", "250 ms")),
        words("parameters", "named numbers for `relax_to`", "{steep: 20 mM}", Type.NUMBERS),
    ),
    hints=dict.fromkeys(("permeability", "L_p"), "water follows a permeability or a formula, not both"),
    example=WATER_EXAMPLE,
)

WALL_TABLE = Table(
    (
        needed(number("elastic_modulus", "MPa", POSITIVE, "pressure per relative change of volume", "10 MPa")),
        number("turgor", "MPa", FINITE, "pressure at the described volume", "0.5 MPa", default=0.0),
    ),
    example="{elastic_modulus: 10 MPa}",
)

BINDING = ("Ca", "Mg", "Sr", "Ba", "Zn", "H")
_REFERENCE = (
    "outer concentrations at which gates are as written; of an ion that is not named there is as much as outside just then"
)
SURFACE_TABLE = Table(
    (
        needed(number("density", "C/m^2", SURFACE, "charge of its outer face with nothing bound to it, negative", "-0.16 C/m^2")),
        *(number(f"K_{ion}", "1/M", NON_NEGATIVE, f"constant with which a charge binds one {ion}", "10 1/M") for ion in BINDING),
        needed(number("reference", "mM", DISSOLVED, _REFERENCE, "{Ca: 1.2 mM}", type=Type.QUANTITIES)),
    ),
    example="{density: -0.16 C/m^2, K_Ca: 10 1/M, reference: {Ca: 1.2 mM}}",
)

_CAPACITANCE = "capacitance per area or of the whole membrane"
_AREA = "area; default: the inner compartment's shape; needed where a compartment has two membranes"
_WAYS = "the ways across, by name; {} where `water` alone crosses"
_AREA_POLICY = "fixed: the area stays; shape: it follows the inner volume as its shape says (a cylinder keeps its length)"
MEMBRANE_TABLE = Table(
    (
        needed(
            words(
                "between",
                "[inner, outer] compartment",
                "[inside, outside]",
                Type.NAMES,
                otherwise="[inner, outer], such as [inside, outside]",
            )
        ),
        number("capacitance", "uF/cm^2", POSITIVE, _CAPACITANCE, "1 uF/cm^2", alternatives=("pF",)),
        number("area", "um^2", POSITIVE, _AREA, "1000 um^2"),
        words("area_policy", _AREA_POLICY, "fixed", Type.WORD, default="fixed", choices=("fixed", "shape")),
        section(
            "water",
            "none: volumes stay; instantaneous: the inner volume is where osmolarities are equal; or a permeability, or a formula",
            RELAXING_TABLE,
            WATER_TABLE,
            default="none",
            otherwise="'water' of {owner} says how water crosses",
            choices=("none", "instantaneous"),
            example="{permeability: 1.5e-4 m/s}",
        ),
        section("wall", "a wall that bears pressure", WALL_TABLE, default="none", choices=("none",)),
        section(
            "surface_charge", "charge of its outer face, which shifts gates and schemes as the solution screens it", SURFACE_TABLE
        ),
        number("thickness", "nm", POSITIVE, "thickness, for the field across the membrane", "4 nm", default=4e-9),
        needed(named("mechanisms", _WAYS, MECHANISM_TABLE, "K_leak", in_path=False)),
    ),
    noun="membrane",
    example="{between: [inside, outside], mechanisms: {...}}",
    hints=dict.fromkeys(("permeability", "conductance", "kind", "ion"), "it stands in a mechanism"),
)

# -- a cell -----------------------------------------------------------------------------------------------------------

BAND_TABLE = Table(
    (
        needed(number("low", "mV", FINITE, "most negative measured potential", "-95 mV")),
        needed(number("high", "mV", FINITE, "least negative measured potential", "-88 mV")),
        words("source", "key of the bibliography", "hodgkin1949"),
        words("certainty", "how the band is known", "measured", Type.WORD, choices=CERTAINTIES),
        words("note", "anything a reader should know", "mean of 12 cells"),
        words("membrane", "which membrane, where there are several", "apical"),
    ),
    example="{low: -75 mV, high: -60 mV}",
    settable=False,
)

_MADE = "ATP made per time: per volume of the cell's water, or of the whole cell"
_CONSUMED = "O2 consumed per time, in place of ATP; needs atp_per_oxygen"
METABOLISM_TABLE = Table(
    (
        number("atp", "mM/min", POSITIVE, _MADE, "2e-15 mol/s", alternatives=("mol/s",)),
        number("oxygen", "mM/min", POSITIVE, _CONSUMED, "4e-16 mol/s", alternatives=("mol/s",)),
        number("atp_per_oxygen", "", POSITIVE, "ATP made from each O2", "5"),
    ),
    example="{atp: 2e-15 mol/s}",
)

ION_TABLE = Table(
    (needed(number("valence", "", FINITE, "charge number, signed; 0 where it carries none", "-2")),),
    noun="ion",
    example="{valence: -2}",
    settable=False,
)

_NONE = "a cell has at least one membrane"
CELL_TABLE = Table(
    (
        needed(words("cell", "name of the cell", "pump-leak-cell", Type.NAME)),
        words("title", "one line for headings", "Axon of the squid"),
        words("about", "a few sentences", "A large axon without glia."),
        words("organism", "where the cell comes from", "Loligo forbesi"),
        needed(number("temperature", "K", TEMPERATURE, "absolute temperature, or in degC", "310 K")),
        section("band", "measured range of the resting potential", BAND_TABLE),
        section(
            "metabolism", "the ATP that the cell makes for all that it does, of which its pumps take a share", METABOLISM_TABLE
        ),
        named("ions", "valences of ions that the table of ions does not hold", ION_TABLE, "X"),
        needed(named("compartments", "the spaces, by name", COMPARTMENT_TABLE, "outside", in_path=False)),
        needed(named("membranes", "what separates them, by name", MEMBRANE_TABLE, "plasma", in_path=False, otherwise=_NONE)),
    ),
    title="a cell",
    hints=dict.fromkeys(("pump", "mechanisms"), "mechanisms stand under a membrane"),
)

# -- the short form ---------------------------------------------------------------------------------------------------

_PERMEABILITY = "permeability; a bare number is a ratio"
SHORT_ION_TABLE = Table(
    (
        needed(number("inside", "mM", DISSOLVED, "inner concentration", "140 mM")),
        needed(number("outside", "mM", DISSOLVED, "outer concentration", "5 mM")),
        number("permeability", "m/s", NON_NEGATIVE, _PERMEABILITY, "1", relative=True, extensive=True),
        number("conductance", "mS/cm^2", NON_NEGATIVE, "conductance instead of a permeability", "0.1 mS/cm^2", extensive=True),
        number("valence", "", FINITE, "for an ion that the table of ions does not hold", "-2"),
    ),
    noun="ion",
    title="ion '{name}' of the short form",
    apart=(("permeability", "conductance"),),
    example="{inside: 140 mM, outside: 5 mM, permeability: 1}",
)
