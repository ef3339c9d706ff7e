"""The variables of the answers, once: name, symbol, unit, what they run over and what they mean.

A key of the JSON and a column of the CSV is the name of a variable; tables, plots, the command line, the page and the documentation
take their headings and units from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """One quantity of an answer.

    Attributes:
        name:    key in JSON and CSV; ends with the unit where there is one
        words:   what a heading says
        symbol:  as in a formula
        unit:    bench unit of `name`, as `vrest.units` reads it; `1` for plain numbers
        dims:    what it runs over, outermost first; array results put their own axis before these
        meaning: one sentence, with the sign convention where there is one
    """

    name: str
    words: str
    symbol: str
    unit: str
    dims: tuple[str, ...]
    meaning: str

    @property
    def heading(self) -> str:
        """Words with the unit, for the axis of a figure.

        >>> variable("E_mV").heading
        'Nernst potential (mV)'
        """
        return self.words if self.unit == "1" else f"{self.words} ({pretty(self.unit)})"


MEMBRANE, COMPARTMENT = ("membrane",), ("compartment",)
PER_ION, PER_MECHANISM, IN_COMPARTMENT = ("membrane", "ion"), ("membrane", "mechanism"), ("compartment", "ion")

_ROWS = (
    # potentials
    ("temperature_K", "temperature", "T", "K", (), "Absolute temperature."),
    ("V_mV", "membrane potential", "V", "mV", MEMBRANE, "Resting potential, inner minus outer side: no net current flows."),
    ("potential_mV", "potential", "psi", "mV", COMPARTMENT, "Electric potential of a compartment against the reference bath."),
    ("E_mV", "Nernst potential", "E", "mV", PER_ION, "Potential at which an ion is in equilibrium across the membrane."),
    ("surface_potential_mV", "surface potential", "phi", "mV", MEMBRANE, "Potential of a membrane's charged outer face against the solution there."),
    ("gate_shift_mV", "shift of gates", "s", "mV", MEMBRANE, "What gates see less of V by a charged face than in its reference solution."),
    ("driving_force_mV", "driving force", "V - E", "mV", PER_ION, "V minus E; positive drives cations out and anions in."),
    ("inside_mM", "inside", "c_in", "mM", IN_COMPARTMENT, "Concentration in a compartment, or on the inner side of a membrane."),
    ("outside_mM", "outside", "c_out", "mM", PER_ION, "Concentration on the membrane's outer side."),
    ("valence", "valence", "z", "1", PER_ION, "Signed charge number of an ion."),
    ("without_mV", "V without it", "V", "mV", PER_MECHANISM, "Membrane potential if this mechanism were taken away."),
    # currents and fluxes
    ("current_uA_per_cm2", "current density", "i", "uA/cm^2", PER_MECHANISM, "Current per area of membrane, outward positive."),
    ("current_pA", "current", "I", "pA", PER_MECHANISM, "Current through the whole membrane, outward positive."),
    ("current_relative", "relative current", "i", "1", PER_MECHANISM, "Current as an unknown multiple; only ratios are given."),
    ("total_uA_per_cm2", "net current density", "i", "uA/cm^2", MEMBRANE, "Sum over all mechanisms per area, outward positive."),
    ("total_pA", "net current", "I", "pA", MEMBRANE, "Sum over all mechanisms, outward positive."),
    ("total_relative", "relative net current", "i", "1", MEMBRANE, "Sum over all mechanisms as an unknown multiple."),
    ("share", "share", "", "1", PER_MECHANISM, "Part of all inward, or of all outward, current of the membrane."),
    ("flux_mol_per_s", "flux", "J", "mol/s", (*PER_MECHANISM, "ion"), "Flux of one ion by a mechanism, outward positive."),
    ("dissipation_W", "dissipation", "", "W", PER_MECHANISM, "Free energy turned into heat per time; never negative."),
    ("gate", "gate", "x", "1", (*PER_MECHANISM, "gate"), "Open part of a gate's particles, or part of the channels in a state of a scheme."),
    ("state", "state of one's own", "x", "1", ("own_state",), "Value of a state that the description gives a rate, in the unit behind its path."),
    ("steady", "steady value", "x", "1", ("gate",), "Value of a gate, or part of the channels in a state of a scheme, after a long time at V."),
    ("gate_time_constant_ms", "time constant", "tau", "ms", ("gate",), "Time in which a gate comes by 1/e closer to its steady value."),
    ("conducting", "conducting part", "", "1", (), "Part of the conductance or permeability that is open after a long time at V."),
    ("turnover_mol_per_s", "turnover", "", "mol/s", PER_MECHANISM, "Cycles of a pump or cotransporter per time."),
    ("affinity_kJ_per_mol", "affinity", "", "kJ/mol", PER_MECHANISM, "Free energy left over in one cycle of a pump."),
    ("electrode_pA", "electrode current", "I_electrode", "pA", COMPARTMENT, "Current that an electrode gives, positive into the compartment."),
    ("electrode_uA_per_cm2", "electrode current density", "i_electrode", "uA/cm^2", COMPARTMENT, "That current per area of the one membrane."),
    # explanation
    ("ghk_mV", "GHK, constant-field leaks alone", "V", "mV", MEMBRANE, "Zero-current potential of these leaks."),
    ("chord_mV", "parallel conductances at their reversal potentials", "V", "mV", MEMBRANE, "Mean of reversal potentials by slopes there."),
    ("mullins_noda_mV", "Mullins-Noda, balanced 3:2 pump", "V", "mV", MEMBRANE, "Potential if a 3:2 pump returned what leaks."),
    ("with_pump_mV", "with the pumps", "V", "mV", MEMBRANE, "Resting potential with the pumps' current."),
    ("electrogenic_mV", "the pumps' own part", "", "mV", MEMBRANE, "Resting potential minus that without the pumps' current."),
    ("at_once_mV", "at once", "", "mV", MEMBRANE, "What the pumps' current adds to the potential, at the concentrations of the steady state."),
    ("over_hours_mV", "by the gradients", "", "mV", MEMBRANE, "What the gradients that the pumps keep add to the potential."),
    ("total_mV", "together", "", "mV", MEMBRANE, "What pumps add to the potential in all."),
    ("state_count", "number of states", "", "1", (), "How many states were found: potentials without net current, or steady states."),
    ("residual", "residual", "", "1", (), "The largest residual of an answer's certificate that is a fraction."),
    ("status", "status", "", "1", (), "How a row was answered: settled, settled_by_one_cell, no_state, not_found, bad_input."),
    # the membrane
    ("stable", "stable", "", "1", (), "Whether a small deviation dies away."),
    ("slope_conductance_S_per_m2", "slope conductance", "g", "S/m^2", MEMBRANE, "Slope of net current over potential at rest."),
    ("instantaneous_conductance_S_per_m2", "instantaneous slope conductance", "g", "S/m^2", MEMBRANE, "Its slope while gates stay."),
    ("chord_conductance_S_per_m2", "chord conductance", "g", "S/m^2", PER_MECHANISM, "Current density over V minus the reversal potential."),
    ("time_constant_ms", "time constant", "tau", "ms", MEMBRANE, "Capacitance divided by slope conductance."),
    ("moved_C", "charge held apart", "Q", "C", MEMBRANE, "Magnitude of the charge on the membrane's capacitance."),
    ("moved_mol", "ions held apart", "n", "mol", MEMBRANE, "That charge as an amount of monovalent ions."),
    ("fraction_of", "part of the ions inside", "", "1", PER_ION, "The moved amount as a part of an ion's content inside."),
    ("moved_ions", "number of ions held apart", "N", "1", MEMBRANE, "That charge as a number of monovalent ions."),
    ("surface_C_per_m2", "charge per area", "sigma", "C/m^2", MEMBRANE, "The charge held apart, per area of one face."),
    ("electric_pressure_Pa", "electric pressure", "p", "Pa", MEMBRANE, "Pressure with which the charges of both faces squeeze the membrane."),
    ("diffuse_drop_mV", "drop in the diffuse layer", "", "mV", (*MEMBRANE, "compartment"), "Part of V that falls in one side's solution."),
    ("field_V_per_m", "electric field", "", "V/m", MEMBRANE, "Potential divided by the membrane's thickness."),
    # compartments
    ("drift_mM_per_min", "drift", "dc/dt", "mM/min", IN_COMPARTMENT, "Rate at which a held concentration would change."),
    ("neutrality_mM", "charge not accounted for", "", "mM", COMPARTMENT, "Charge of all that is listed, per volume."),
    ("debye_length_nm", "Debye length", "lambda_D", "nm", COMPARTMENT, "Thickness of the cloud of listed ions that screens a charge."),
    ("volume_pL", "volume", "w", "pL", COMPARTMENT, "Volume of a compartment, water and solids."),
    ("water_pL", "water", "w", "pL", COMPARTMENT, "Volume of water in a compartment, in which its ions are dissolved."),
    ("osmolarity_mM", "osmolarity", "osm", "mM", COMPARTMENT, "All listed solutes per litre of water, times the osmotic coefficient."),
    ("pH", "pH", "pH", "1", COMPARTMENT, "pH of a compartment that lists H: minus the decimal logarithm of its free protons in mol/l."),
    ("pmf_mV", "proton-motive force", "pmf", "mV", MEMBRANE, "V - (RT ln10/F)(pH_inner - pH_outer); negative drives protons in."),
    ("pmf_kJ_per_mol", "proton-motive force", "pmf", "kJ/mol", MEMBRANE, "The same as free energy of protons: F times it."),
    ("bound_mM", "bound", "b", "mM", IN_COMPARTMENT, "What buffers and states hold of an ion; by a buffer of H counted from its pH."),
    ("ratio", "ratio", "", "1", PER_ION, "Inner over outer concentration."),
    ("pressure_kPa", "pressure", "", "kPa", MEMBRANE, "What a wall bears, inside minus outside."),
    ("pressure_MPa", "pressure", "p", "MPa", MEMBRANE, "What a wall bears, or a rigid one would where a volume is held; inside minus outside."),
    ("osmotic_gap_mM", "osmotic gap", "", "mM", MEMBRANE, "Osmolarity inside minus outside, where a volume is held though they differ."),
    ("received_mol", "received", "n", "mol", ("place", "ion"), "What a bath, a held compartment or an electrode received in a run."),
    # time, and what is varied
    ("value", "value", "", "1", (), "Of the number that is varied, in its own unit."),
    ("time_s", "time", "t", "s", ("time",), "Time since the start of the protocol."),
    ("eigenvalues_per_s", "rate of a deviation", "lambda", "1/s", ("eigenvalue",), "Real part; a negative one dies away."),
    ("eigenvalues_imaginary_per_s", "angular frequency", "omega", "1/s", ("eigenvalue",), "Imaginary part; not zero where it swings."),
    ("rate_per_s", "rate", "f", "1/s", MEMBRANE, "Spikes or cycles per time, at the end of a run."),
    ("highest_mV", "highest potential", "V", "mV", MEMBRANE, "The highest membrane potential of a spike or a cycle."),
    ("lowest_mV", "lowest potential", "V", "mV", MEMBRANE, "The lowest membrane potential of a cycle."),
    ("time_constant_s", "time constant", "tau", "s", (), "Time in which what is left of the way to a state falls to 1/e."),
    ("slowest_time_constant_s", "slowest time constant", "tau", "s", (), "Time in which the slowest deviation falls to 1/e."),
    ("fastest_time_constant_s", "fastest time constant", "tau", "s", (), "Time in which the fastest deviation falls to 1/e."),
    ("conserved_totals", "conserved totals", "", "1", (), "Amounts and charges that nothing can change, left out of the eigenvalues."),
    # excitability
    ("rest_mV", "rest", "V", "mV", (), "Resting potential of the membrane that is stimulated."),
    ("threshold_shock_mV", "threshold displacement", "", "mV", (), "Smallest displacement of the potential at once, gates as they are, that fires."),
    ("threshold_mV", "threshold", "V_threshold", "mV", (), "Potential to which that displacement brings the membrane."),
    ("spike_above_mV", "level of a spike", "", "mV", (), "Potential that a spike passes by the cell's own current."),
    ("safety_factor", "safety factor", "", "1", (), "Height of a spike above rest over the distance from rest to threshold."),
    ("duration_ms", "duration", "d", "ms", (), "How long a stimulus lasts."),
    ("rheobase_uA_per_cm2", "rheobase", "I_rh", "uA/cm^2", (), "Smallest current without an end that fires, positive into the cell."),
    ("rheobase_pA", "rheobase", "I_rh", "pA", (), "That current for the whole membrane."),
    ("chronaxie_ms", "chronaxie", "", "ms", (), "Duration at which twice the rheobase just fires."),
    ("onset_uA_per_cm2", "onset of repetitive firing", "", "uA/cm^2", (), "Smallest steady current under which firing goes on."),
    ("block_uA_per_cm2", "block of repetitive firing", "", "uA/cm^2", (), "Current beyond which the depolarised potential is stable again."),
    ("last_spikes_uA_per_cm2", "last spikes", "", "uA/cm^2", (), "Largest steady current under which spikes still pass their level."),
    ("frequency_Hz", "rate", "f", "Hz", (), "Spikes, or swings, per time."),
    ("peak_mV", "peak", "", "mV", (), "Highest potential of a response."),
    ("time_to_peak_ms", "time to peak", "", "ms", (), "From the begin of the stimulus."),
    ("width_ms", "width", "", "ms", (), "Time above half the height over rest."),
    ("lowest_mV", "lowest", "", "mV", (), "Lowest potential after the peak."),
    ("rise_ms", "slowest rise", "", "ms", (), "Longest rise of a current to its level that still fires."),
    ("slope_uA_per_cm2_per_ms", "slowest slope", "dI/dt", "uA/(cm^2 ms)", (), "Slope of that rise."),
    ("absolute_ms", "absolutely refractory", "", "ms", (), "After the begin of a stimulus: ten times the threshold fires no second time."),
    ("relative_ms", "relatively refractory", "", "ms", (), "After the begin of a stimulus: a second one needs more than the first."),
    ("spontaneous_Hz", "firing by itself", "f", "Hz", (), "Rate at which the cell fires without a stimulus."),
    ("availability", "availability", "x", "1", ("mechanism", "gate"), "Open part of a gate's particles at rest, or of the channels in a state."),
    ("off", "off by", "", "1", (), "Largest relative difference between a law and the thresholds."),
    # cost
    ("atp_mol_per_s", "ATP", "", "mol/s", (), "ATP split by all pumps per time."),
    ("atp_W", "power from ATP", "", "W", (), "Free energy of the ATP split per time."),
    ("drive_W", "power from other drives", "", "W", (), "Free energy per time of what drives pumps in place of ATP: respiration, light."),
    ("work_on_ions_W", "work on ions", "", "W", (), "Power that the pumps put into ion gradients."),
    ("dissipated_in_pumps_W", "dissipated in pumps", "", "W", (), "Power from ATP and other drives that becomes heat in the pumps."),
    ("dissipated_in_paths_W", "dissipated in passive paths", "", "W", (), "Power that leaks and cotransporters turn into heat."),
    ("dissipated_by_water_W", "dissipated by water", "", "W", (), "Power that osmotic flow, walls and growing membranes turn into heat."),
    ("electrodes_W", "from electrodes", "", "W", (), "Power that electrodes and pipettes give while they work."),
    ("exchanged_W", "by exchanges", "", "W", (), "Taken from compartments by exchanges: heat on the way to another, or given to a reservoir."),
    ("into_baths_W", "into other baths", "", "W", (), "Power given to baths beside the reference, and to held spaces."),
    ("stored_W", "stored in gradients", "", "W", (), "Power by which the gradients grow; negative when they run down."),
    ("stored_J", "stored free energy", "", "J", (), "Free energy of gradients, charged membranes and walls against the reference bath."),
    ("protocol_J", "added by the protocol", "", "J", (), "What steps and ramps of the protocol have added to the stored free energy."),
    ("efficiency", "efficiency", "", "1", (), "Work on ions as a part of the power from ATP and other drives."),
    ("budget_share", "share of the budget", "", "1", (), "ATP split by the pumps as a part of what the cell is said to make."),
)  # fmt: skip

VARIABLES: dict[str, Variable] = {row[0]: Variable(*row) for row in _ROWS}

_PRETTY = {"uA/cm^2": "µA/cm²", "uA/(cm^2 ms)": "µA/cm²/ms", "S/m^2": "S/m²", "A/m^2": "A/m²"}


def variable(name: str) -> Variable:
    """The variable of that name.

    >>> variable("V_mV").unit
    'mV'
    """
    return VARIABLES[name]


def pretty(unit: str) -> str:
    """A unit with typographic signs, for figures.

    >>> pretty("uA/cm^2")
    'µA/cm²'
    """
    return _PRETTY.get(unit, unit)
