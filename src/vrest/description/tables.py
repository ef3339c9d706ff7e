"""The keys of the file format, section by section. The checker reads them; the reference of the format is generated from them."""

from __future__ import annotations

from ..domains import FINITE, FRACTION, NON_NEGATIVE, NON_ZERO, PART, POSITIVE, TEMPERATURE, Domain
from ..mechanisms.parameter import Parameter, Type, optional
from .cell import BATH, CELL, HELD

NOT_POSITIVE = Domain("zero or a negative number", high=0.0)
BEARABLE = Domain("from -300 mV to 300 mV", low=-0.3, high=0.3)
PH = Domain("a pH from 3 to 10", low=3.0, high=10.0)

CERTAINTIES = ("measured", "derived", "recalled", "teaching", "set")

ANNOTATION = (
    Parameter("value", meaning="the number with its unit", example="140 mM"),
    optional("range", meaning="lowest and highest plausible value", type=Type.NAMES, example="[120 mM, 150 mM]"),
    optional("source", meaning="key of the bibliography", type=Type.TEXT, example="hodgkin1949"),
    optional("certainty", meaning="how the number is known", type=Type.WORD, choices=CERTAINTIES, example="measured"),
    optional("note", meaning="anything a reader should know", type=Type.TEXT, example="mean of 12 cells"),
    optional("valence", meaning="charge number, for an ion that the table of ions does not hold", domain=NON_ZERO, example="-2"),
)

CELL_TABLE = (
    Parameter("cell", meaning="name of the cell", type=Type.TEXT, example="pump-leak-cell"),
    optional("title", meaning="one line for headings", type=Type.TEXT, example="Axon of the squid"),
    optional("about", meaning="a few sentences", type=Type.TEXT, example="A large axon without glia."),
    optional("organism", meaning="where the cell comes from", type=Type.TEXT, example="Loligo forbesi"),
    Parameter("temperature", "K", TEMPERATURE, meaning="absolute temperature, or in degC", example="310 K"),
    optional("band", meaning="measured range of the resting potential", type=Type.SECTION, example="{low: -75 mV, high: -60 mV}"),
    optional(
        "metabolism",
        meaning="the ATP that the cell makes for all that it does, of which its pumps take a share",
        type=Type.SECTION,
        example="{atp: 2e-15 mol/s}",
    ),
    optional(
        "ions",
        meaning="valences of ions that the table of ions does not hold",
        type=Type.SECTION,
        example="{X: {valence: -2}}",
    ),
    Parameter(
        "compartments",
        meaning="the spaces, by name",
        type=Type.SECTION,
        example="{outside: {role: bath, ions: {K: 5 mM}}, inside: {ions: {K: 140 mM}}}",
    ),
    Parameter(
        "membranes",
        meaning="what separates them, by name",
        type=Type.SECTION,
        example="{plasma: {between: [inside, outside], mechanisms: {...}}}",
    ),
)

BAND_TABLE = (
    Parameter("low", "mV", FINITE, meaning="most negative measured potential", example="-95 mV"),
    Parameter("high", "mV", FINITE, meaning="least negative measured potential", example="-88 mV"),
    optional("source", meaning="key of the bibliography", type=Type.TEXT, example="hodgkin1949"),
    optional("certainty", meaning="how the band is known", type=Type.WORD, choices=CERTAINTIES, example="measured"),
    optional("note", meaning="anything a reader should know", type=Type.TEXT, example="mean of 12 cells"),
    optional("membrane", meaning="which membrane, where there are several", type=Type.TEXT, example="apical"),
)

METABOLISM_TABLE = (
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
)

COMPARTMENT_TABLE = (
    optional(
        "role",
        default=CELL,
        meaning="bath: composition kept, the potential is the reference; cell: everything may change; held: concentrations kept",
        type=Type.WORD,
        choices=(BATH, CELL, HELD),
        example="bath",
    ),
    optional("ions", meaning="concentrations by ion", type=Type.SECTION, example="{K: 140 mM, Na: 12 mM}"),
    optional("impermeant", meaning="charged solutes that stay", type=Type.SECTION, example="{valence: -1, amount: neutral}"),
    optional(
        "impermeants",
        meaning="several of them, by name",
        type=Type.SECTION,
        example="{A: {valence: -1, amount: neutral}, B: {valence: -2, amount: 5 mM}}",
    ),
    optional(
        "shape",
        meaning="sphere, cylinder or box; gives volume and area",
        type=Type.SECTION,
        example="{sphere: {diameter: 20 um}}",
    ),
    optional(
        "volume",
        "pL",
        POSITIVE,
        meaning="volume; or {remainder_of: 4.6 pL}: that less the volumes of the other compartments that are no bath",
        example="2 pL",
    ),
    optional("water_fraction", "", PART, 1.0, "part of the volume that is water", example="0.7"),
    optional("osmotic_coefficient", "", POSITIVE, 1.0, "osmotic coefficient of all solutes of the compartment", example="1"),
    optional(
        "atp",
        meaning="free energy of ATP hydrolysis, or the concentrations that give it",
        type=Type.SECTION,
        example="{delta_G: -50 kJ/mol}",
    ),
    optional(
        "mechanisms",
        meaning="exchanges with other compartments or with a reservoir, by name (`kind: exchange`)",
        type=Type.SECTION,
        example='{bath: {kind: exchange, ion: K, counter_ion: Cl, rate: "D*(c_in - c_out)", with: bath, parameters: {D: 0.25 1/s}}}',
    ),
    optional("clamped", "mV", FINITE, meaning="a further bath: its potential against the reference bath", example="0 mV"),
    optional(
        "open",
        default="false",
        meaning="a further bath whose potential is found so that no net current enters it",
        type=Type.FLAG,
        example="true",
    ),
)

REMAINDER_TABLE = (
    Parameter("remainder_of", "pL", POSITIVE, meaning="the whole from which the other compartments are taken", example="4.6 pL"),
)

IMPERMEANT_TABLE = (
    Parameter("valence", "", FINITE, meaning="mean charge number", example="-1"),
    Parameter(
        "amount",
        "mM",
        NON_NEGATIVE,
        meaning="`neutral`, {carries: -65 mV}, a concentration in cell water, or an amount",
        choices=("neutral",),
        alternatives=("fmol",),
        example="neutral",
    ),
)

CARRIES_TABLE = (
    Parameter(
        "carries", "mV", BEARABLE, meaning="the potential whose charge the described composition carries", example="-65.5 mV"
    ),
)

ATP_TABLE = (
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
)

SHAPE_TABLES = {
    "sphere": (Parameter("diameter", "um", POSITIVE, meaning="diameter", example="20 um"),),
    "cylinder": (
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
    "box": (
        Parameter("length", "um", POSITIVE, meaning="length", example="20 um"),
        Parameter("width", "um", POSITIVE, meaning="width", example="20 um"),
        Parameter("height", "um", POSITIVE, meaning="height", example="10 um"),
    ),
}

MEMBRANE_TABLE = (
    Parameter("between", meaning="[inner, outer] compartment", type=Type.NAMES, example="[inside, outside]"),
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
        choices=("none", "instantaneous"),
        example="{permeability: 1.5e-4 m/s}",
    ),
    optional(
        "wall",
        default="none",
        meaning="a wall that bears pressure",
        type=Type.SECTION,
        choices=("none",),
        example="{elastic_modulus: 10 MPa}",
    ),
    optional("thickness", "nm", POSITIVE, 4e-9, "thickness, for the field across the membrane", example="4 nm"),
    Parameter(
        "mechanisms",
        meaning="the ways across, by name",
        type=Type.SECTION,
        example="{K_leak: {kind: ghk, ion: K, permeability: 1e-8 m/s}}",
    ),
)

WATER_TABLE = (
    optional(
        "permeability",
        "m/s",
        NON_NEGATIVE,
        meaning="osmotic water permeability P_f",
        alternatives=("m^3/s",),
        example="1.5e-4 m/s",
    ),
    optional(
        "L_p", "m/(s Pa)", NON_NEGATIVE, meaning="hydraulic conductivity", alternatives=("m^3/(s Pa)",), example="1e-13 m/(s Pa)"
    ),
)

RELAXING_TABLE = (
    Parameter(
        "relax_to",
        meaning="the inner volume as a formula, or its multiple of the described one",
        type=Type.FORMULA,
        example="w0*(1.1 - 0.1*exp((osm_out - osm_in)/(20 mM)))",
    ),
    Parameter("time_constant", "s", POSITIVE, meaning="time in which the volume comes by 1/e closer", example="250 ms"),
    optional("parameters", meaning="named numbers for `relax_to`", type=Type.SECTION, example="{steep: 20 mM}"),
)

WALL_TABLE = (
    Parameter("elastic_modulus", "MPa", POSITIVE, meaning="pressure per relative change of volume", example="10 MPa"),
    optional("turgor", "MPa", FINITE, 0.0, "pressure at the described volume", example="0.5 MPa"),
)

MECHANISM_TABLE = (
    Parameter("kind", meaning="what the mechanism is", type=Type.WORD, example="ghk"),
    optional("law", meaning="which of the kind's laws", type=Type.WORD, example="saturating"),
    optional(
        "factor",
        meaning="a dimensionless formula >= 0 that multiplies every flow: in V, E_K, K_in, K_out, T, t and parameters",
        type=Type.FORMULA,
        example="1/(1 + exp((V - E_K + 15 mV)/(10 mV)))",
    ),
    optional(
        "q10",
        meaning="{ratio: 3, reference: 20 degC}: every flow is multiplied by ratio^((T - reference)/10 K)",
        type=Type.SECTION,
        example="{ratio: 3, reference: 20 degC}",
    ),
    optional("parameters", meaning="named numbers for `factor` and `rate`", type=Type.SECTION, example="{V_half: -40 mV}"),
)

Q10_TABLE = (
    Parameter("ratio", "", POSITIVE, meaning="increase per 10 K", example="3"),
    Parameter("reference", "K", TEMPERATURE, meaning="temperature at which the numbers were given", example="20 degC"),
)

SPECIES_TABLES = {
    "ion": (Parameter("ion", meaning="the ion", type=Type.ION, example="K"),),
    "ion or carries": (
        optional("ion", meaning="the ion that carries the current", type=Type.ION, example="K"),
        optional(
            "carries", meaning="shares of the ions in the current, adding to 1", type=Type.COUNTS, example="{Na: 0.4, K: 0.6}"
        ),
    ),
    "ion and counter_ion": (
        Parameter("ion", meaning="the ion that leaves at `rate`", type=Type.ION, example="K"),
        Parameter(
            "counter_ion",
            meaning="the ion that moves with it so that no charge does: an anion along with a cation, another cation against it",
            type=Type.ION,
            example="Cl",
        ),
        optional(
            "with",
            meaning="the compartment on the other side; without it a reservoir outside of the description",
            type=Type.TEXT,
            example="bath",
        ),
    ),
    "ratios": (),
    "stoichiometry": (
        Parameter("stoichiometry", meaning="ions per cycle, outward positive", type=Type.COUNTS, example="{Na: 3, Ca: -1}"),
    ),
    "fixed": (),
}

SHORT_ION_TABLE = (
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
)

CONCENTRATION = Parameter("concentration", "mM", NON_NEGATIVE, meaning="concentration in the compartment's water", example="5 mM")
SHARE = Parameter("share", "", FRACTION, meaning="part of the current that an ion carries", example="0.4")
ION_TABLE = (Parameter("valence", "", NON_ZERO, meaning="charge number, signed", example="-2"),)
