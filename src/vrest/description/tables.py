"""The keys of the file formats, section by section. The reader reads by them; the reference of the format is generated from them."""

from __future__ import annotations

from ..domains import FINITE, NON_NEGATIVE, NON_ZERO, PART, POSITIVE, TEMPERATURE, Domain
from ..mechanisms.parameter import Parameter, Table, Type, optional
from .cell import BATH, CELL, HELD
from .kinds import EXCHANGE_TABLE, MECHANISM_TABLE
from .measure import CERTAINTIES

NOT_POSITIVE = Domain("zero or a negative number", high=0.0)
BEARABLE = Domain("from -300 mV to 300 mV", low=-0.3, high=0.3)
PH = Domain("a pH from 3 to 10", low=3.0, high=10.0)
WATER_EXAMPLE = (
    "none | instantaneous | {permeability: 1.5e-4 m/s} | {L_p: 1e-13 m/(s Pa)} | {relax_to: a formula, time_constant: 250 ms}"
)

# -- a compartment ----------------------------------------------------------------------------------------------------

REMAINDER_TABLE = Table(
    (
        Parameter(
            "remainder_of", "pL", POSITIVE, meaning="the whole from which the other compartments are taken", example="4.6 pL"
        ),
    ),
    example="{remainder_of: 4.6 pL}",
)

CARRIES_TABLE = Table(
    (
        Parameter(
            "carries", "mV", BEARABLE, meaning="the potential whose charge the described composition carries", example="-65.5 mV"
        ),
    ),
    example="{carries: -65.5 mV}",
)

IMPERMEANT_TABLE = Table(
    (
        Parameter("valence", "", FINITE, meaning="mean charge number", example="-1"),
        Parameter(
            "amount",
            "mM",
            NON_NEGATIVE,
            meaning="`neutral`, {carries: -65 mV}, a concentration in cell water, or an amount",
            type=Type.SECTION,
            of=(CARRIES_TABLE,),
            choices=("neutral",),
            alternatives=("fmol",),
            example="neutral",
        ),
    ),
    noun="impermeant",
    example="{valence: -1, amount: neutral}",
)

ATP_TABLE = Table(
    (
        optional("delta_G", "kJ/mol", NOT_POSITIVE, meaning="free energy of ATP hydrolysis, negative", example="-50 kJ/mol"),
        optional("ATP", "mM", POSITIVE, meaning="ATP", example="3 mM"),
        optional("ADP", "mM", POSITIVE, meaning="free ADP", example="0.05 mM"),
        optional("Pi", "mM", POSITIVE, meaning="inorganic phosphate", example="2 mM"),
        optional(
            "standard",
            "kJ/mol",
            NOT_POSITIVE,
            meaning="standard transformed free energy (default: -30.5 kJ/mol, or from pH and Mg where they are given)",
            example="-30.5 kJ/mol",
        ),
        optional("pH", "", PH, meaning="pH, for the standard free energy; needs Mg", example="7.2"),
        optional("Mg", "mM", NON_NEGATIVE, meaning="free Mg2+, for the standard free energy; needs pH", example="0.8 mM"),
    ),
    example="{delta_G: -50 kJ/mol}",
)

SHAPE_TABLES = {
    "sphere": Table(
        (Parameter("diameter", "um", POSITIVE, meaning="diameter", example="20 um"),),
        noun="sphere",
        title="a sphere",
        example="sphere: {diameter: 20 um}",
    ),
    "cylinder": Table(
        (
            Parameter("diameter", "um", POSITIVE, meaning="diameter", example="50 um"),
            Parameter("length", "um", POSITIVE, meaning="length", example="1 mm"),
            optional(
                "ends",
                default="closed",
                meaning="closed: both ends are membrane; open: a stretch of a longer fibre",
                type=Type.WORD,
                choices=("closed", "open"),
                example="open",
            ),
        ),
        noun="cylinder",
        title="a cylinder",
        example="cylinder: {...}",
    ),
    "box": Table(
        (
            Parameter("length", "um", POSITIVE, meaning="length", example="20 um"),
            Parameter("width", "um", POSITIVE, meaning="width", example="20 um"),
            Parameter("height", "um", POSITIVE, meaning="height", example="10 um"),
        ),
        noun="box",
        title="a box",
        example="box: {...}",
    ),
}

COMPARTMENT_TABLE = Table(
    (
        optional(
            "role",
            default=CELL,
            meaning="bath: composition kept, the potential is the reference; cell: everything may change; held: concentrations kept",
            type=Type.WORD,
            choices=(BATH, CELL, HELD),
            example="bath",
        ),
        optional(
            "ions",
            "mM",
            NON_NEGATIVE,
            meaning="concentrations in the compartment's water, by ion",
            type=Type.QUANTITIES,
            in_path=False,
            example="{K: 5 mM, Na: 145 mM}",
        ),
        optional(
            "impermeant",
            meaning="charged solutes that stay",
            type=Type.SECTION,
            of=(IMPERMEANT_TABLE,),
            example="{valence: -1, amount: neutral}",
        ),
        optional(
            "impermeants",
            meaning="several of them, by name",
            type=Type.NAMED,
            of=(IMPERMEANT_TABLE,),
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
        optional(
            "volume",
            "pL",
            POSITIVE,
            meaning="volume; or {remainder_of: 4.6 pL}: that less the volumes of the other compartments that are no bath",
            type=Type.SECTION,
            of=(REMAINDER_TABLE,),
            example="2 pL",
        ),
        optional("water_fraction", "", PART, 1.0, "part of the volume that is water", example="0.7"),
        optional("osmotic_coefficient", "", POSITIVE, 1.0, "osmotic coefficient of all solutes of the compartment", example="1"),
        optional(
            "atp",
            meaning="free energy of ATP hydrolysis, or the concentrations that give it",
            type=Type.SECTION,
            of=(ATP_TABLE,),
            example="{delta_G: -50 kJ/mol}",
        ),
        optional(
            "mechanisms",
            meaning="exchanges with other compartments or with a reservoir, by name (`kind: exchange`)",
            type=Type.NAMED,
            of=(EXCHANGE_TABLE,),
            in_path=False,
            example=f"{{bath: {EXCHANGE_TABLE.example}}}",
        ),
        optional("clamped", "mV", FINITE, meaning="a further bath: its potential against the reference bath", example="0 mV"),
        optional(
            "open",
            default="false",
            meaning="a further bath whose potential is found so that no net current enters it",
            type=Type.FLAG,
            example="true",
        ),
    ),
    noun="compartment",
    example="{role: bath, ions: {K: 5 mM}}",
)

# -- a membrane -------------------------------------------------------------------------------------------------------

WATER_TABLE = Table(
    (
        optional(
            "permeability",
            "m/s",
            NON_NEGATIVE,
            meaning="osmotic water permeability P_f",
            alternatives=("m^3/s",),
            example="1.5e-4 m/s",
        ),
        optional(
            "L_p",
            "m/(s Pa)",
            NON_NEGATIVE,
            meaning="hydraulic conductivity",
            alternatives=("m^3/(s Pa)",),
            example="1e-13 m/(s Pa)",
        ),
    ),
    example=WATER_EXAMPLE,
)

RELAXING_TABLE = Table(
    (
        Parameter(
            "relax_to",
            meaning="the inner volume as a formula, or its multiple of the described one",
            type=Type.FORMULA,
            example="w0*(1.1 - 0.1*exp((osm_out - osm_in)/(20 mM)))",
        ),
        Parameter("time_constant", "s", POSITIVE, meaning="time in which the volume comes by 1/e closer", example="250 ms"),
        optional("parameters", meaning="named numbers for `relax_to`", type=Type.NUMBERS, example="{steep: 20 mM}"),
    ),
    hints=dict.fromkeys(("permeability", "L_p"), ""),
    example=WATER_EXAMPLE,
)

WALL_TABLE = Table(
    (
        Parameter("elastic_modulus", "MPa", POSITIVE, meaning="pressure per relative change of volume", example="10 MPa"),
        optional("turgor", "MPa", FINITE, 0.0, "pressure at the described volume", example="0.5 MPa"),
    ),
    example="{elastic_modulus: 10 MPa}",
)

MEMBRANE_TABLE = Table(
    (
        Parameter(
            "between",
            meaning="[inner, outer] compartment",
            type=Type.NAMES,
            otherwise="[inner, outer], such as [inside, outside]",
            example="[inside, outside]",
        ),
        optional(
            "capacitance",
            "uF/cm^2",
            POSITIVE,
            meaning="capacitance per area or of the whole membrane",
            alternatives=("pF",),
            example="1 uF/cm^2",
        ),
        optional(
            "area",
            "um^2",
            POSITIVE,
            meaning="area; default: the inner compartment's shape; needed where a compartment has two membranes",
            example="1000 um^2",
        ),
        optional(
            "area_policy",
            default="fixed",
            meaning="fixed: the area stays; shape: it follows the inner volume as its shape says (a cylinder keeps its length)",
            type=Type.WORD,
            choices=("fixed", "shape"),
            example="fixed",
        ),
        optional(
            "water",
            default="none",
            meaning="none: volumes stay; instantaneous: the inner volume is where osmolarities are equal; or a permeability, or a formula",
            type=Type.SECTION,
            of=(RELAXING_TABLE, WATER_TABLE),
            otherwise="'water' of {owner} says how water crosses",
            choices=("none", "instantaneous"),
            example="{permeability: 1.5e-4 m/s}",
        ),
        optional(
            "wall",
            default="none",
            meaning="a wall that bears pressure",
            type=Type.SECTION,
            of=(WALL_TABLE,),
            choices=("none",),
            example="{elastic_modulus: 10 MPa}",
        ),
        optional("thickness", "nm", POSITIVE, 4e-9, "thickness, for the field across the membrane", example="4 nm"),
        Parameter(
            "mechanisms",
            meaning="the ways across, by name",
            type=Type.NAMED,
            of=(MECHANISM_TABLE,),
            in_path=False,
            example="{K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}}",
        ),
    ),
    noun="membrane",
    example="{between: [inside, outside], mechanisms: {...}}",
    hints=dict.fromkeys(("permeability", "conductance", "kind", "ion"), "it stands in a mechanism"),
)

# -- a cell -----------------------------------------------------------------------------------------------------------

BAND_TABLE = Table(
    (
        Parameter("low", "mV", FINITE, meaning="most negative measured potential", example="-95 mV"),
        Parameter("high", "mV", FINITE, meaning="least negative measured potential", example="-88 mV"),
        optional("source", meaning="key of the bibliography", type=Type.TEXT, example="hodgkin1949"),
        optional("certainty", meaning="how the band is known", type=Type.WORD, choices=CERTAINTIES, example="measured"),
        optional("note", meaning="anything a reader should know", type=Type.TEXT, example="mean of 12 cells"),
        optional("membrane", meaning="which membrane, where there are several", type=Type.TEXT, example="apical"),
    ),
    example="{low: -75 mV, high: -60 mV}",
    settable=False,
)

METABOLISM_TABLE = Table(
    (
        optional(
            "atp",
            "mM/min",
            POSITIVE,
            meaning="ATP made per time: per volume of the cell's water, or of the whole cell",
            alternatives=("mol/s",),
            example="2e-15 mol/s",
        ),
        optional(
            "oxygen",
            "mM/min",
            POSITIVE,
            meaning="O2 consumed per time, in place of ATP; needs atp_per_oxygen",
            alternatives=("mol/s",),
            example="4e-16 mol/s",
        ),
        optional("atp_per_oxygen", "", POSITIVE, meaning="ATP made from each O2", example="5"),
    ),
    example="{atp: 2e-15 mol/s}",
)

ION_TABLE = Table(
    (Parameter("valence", "", NON_ZERO, meaning="charge number, signed", example="-2"),),
    noun="ion",
    example="{valence: -2}",
    settable=False,
)

CELL_TABLE = Table(
    (
        Parameter("cell", meaning="name of the cell", type=Type.NAME, example="pump-leak-cell"),
        optional("title", meaning="one line for headings", type=Type.TEXT, example="Axon of the squid"),
        optional("about", meaning="a few sentences", type=Type.TEXT, example="A large axon without glia."),
        optional("organism", meaning="where the cell comes from", type=Type.TEXT, example="Loligo forbesi"),
        Parameter("temperature", "K", TEMPERATURE, meaning="absolute temperature, or in degC", example="310 K"),
        optional(
            "band",
            meaning="measured range of the resting potential",
            type=Type.SECTION,
            of=(BAND_TABLE,),
            example="{low: -75 mV, high: -60 mV}",
        ),
        optional(
            "metabolism",
            meaning="the ATP that the cell makes for all that it does, of which its pumps take a share",
            type=Type.SECTION,
            of=(METABOLISM_TABLE,),
            example="{atp: 2e-15 mol/s}",
        ),
        optional(
            "ions",
            meaning="valences of ions that the table of ions does not hold",
            type=Type.NAMED,
            of=(ION_TABLE,),
            example="{X: {valence: -2}}",
        ),
        Parameter(
            "compartments",
            meaning="the spaces, by name",
            type=Type.NAMED,
            of=(COMPARTMENT_TABLE,),
            in_path=False,
            example="{outside: {role: bath, ions: {...}}}",
        ),
        Parameter(
            "membranes",
            meaning="what separates them, by name",
            type=Type.NAMED,
            of=(MEMBRANE_TABLE,),
            in_path=False,
            example="{plasma: {between: [inside, outside], mechanisms: {...}}}",
        ),
    ),
    title="a cell",
    hints=dict.fromkeys(("pump", "mechanisms"), "mechanisms stand under a membrane"),
)

# -- the short form ---------------------------------------------------------------------------------------------------

SHORT_ION_TABLE = Table(
    (
        Parameter("inside", "mM", NON_NEGATIVE, meaning="inner concentration", example="140 mM"),
        Parameter("outside", "mM", NON_NEGATIVE, meaning="outer concentration", example="5 mM"),
        optional(
            "permeability",
            "m/s",
            NON_NEGATIVE,
            meaning="permeability; a bare number is a ratio",
            relative=True,
            extensive=True,
            example="1",
        ),
        optional(
            "conductance",
            "mS/cm^2",
            NON_NEGATIVE,
            meaning="conductance instead of a permeability",
            extensive=True,
            example="0.1 mS/cm^2",
        ),
        optional("valence", "", NON_ZERO, meaning="for an ion that the table of ions does not hold", example="-2"),
    ),
    noun="ion",
    title="ion '{name}' of the short form",
    example="{inside: 140 mM, outside: 5 mM, permeability: 1}",
)
