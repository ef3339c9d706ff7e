"""Published cells that keep themselves: every number of their sheets beside what vrest makes of it, as rows.

Each case is computed once in a process. Of a table with many lines the row shows the one that is furthest off, so that all of
them are held. A row that misses names the missing term; one that names a term must miss.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

import vrest
from reference_rows import Row, rows, sheet, tolerances

RT_OVER_F = 26.725
"""The RT/F of the Duesterwald sheet [mV]."""
OUTSIDE = {"Na": (1, 145.0), "K": (1, 3.5), "Cl": (-1, 119.0)}
IONS = ("Na", "K", "Cl")
GATES = "the dynamics of the gates"


def worst(what: str, unit: str, computed, expected, tolerance, relative=False, at: Sequence[str] = (), missing="") -> Row:
    """The row that is furthest from the reference, of many."""
    computed, expected = np.asarray(computed, dtype=float), np.asarray(expected, dtype=float)
    off = np.abs(computed - expected) / (np.abs(expected) if relative else 1.0)
    k = int(np.argmax(off))
    where = f", {at[k]}" if len(at) else ""
    name = f"{what}: the worst of {len(expected)}{where}"
    return Row(name, unit, float(computed[k]), float(expected[k]), tolerance, relative, missing)


@lru_cache
def described(name: str):
    return vrest.load(name)


def column(table: Sequence[dict], name: str) -> np.ndarray:
    return np.array([row[name] for row in table])


def parts(name: str) -> tuple[str, str]:
    """Quantity and unit of a column of a sheet."""
    quantity, unit = name.rsplit("_", 1)
    return {"Vm": "V", "vol": "volume"}.get(quantity, quantity), unit.replace("um3", "um³")


def sampled(run, times, values) -> np.ndarray:
    """A course at some times, between its points linearly."""
    return np.interp(times, run.time, values)


def impermeant(cell, answer: dict) -> float:
    """Concentration of the impermeants of 'inside' [mM]: their amount stays."""
    space = cell.compartments["inside"]
    amount = sum(x.concentration.si for x in space.impermeants.values()) * space.volume.si
    return amount / (answer["volume_pL"]["inside"] * 1e-15)


# -- Duesterwald 2018 -------------------------------------------------------------------------------------------------


@lru_cache
def prepared(name: str):
    return vrest.prepare(described(name))


def duesterwald_numbers(replaced: dict[str, str]) -> dict[str, float]:
    """The columns of the sheet's tables at the steady state of a variant."""
    cell = described("dusterwald2018").replace(replaced)
    answer = prepared("dusterwald2018").steady_state(replaced).to_dict()
    inside = answer["inside_mM"]["inside"]
    found = {"Vm_mV": answer["V_mV"]["plasma"], "volume_pL": answer["volume_pL"]["inside"], "X_i_mM": impermeant(cell, answer)}
    for ion, (z, outside) in OUTSIDE.items():
        found |= {f"{ion}_i_mM": inside[ion], f"E{ion}_mV": RT_OVER_F / z * float(np.log(outside / inside[ion]))}
    return found


def pump(charge_per_dm2: float) -> dict[str, str]:
    """The pump's constant of the sheet, C/(dm2 s)."""
    return {"plasma.pump.max_current": f"{100 * charge_per_dm2!r} A/m^2"}


def over_the_pump(row: dict) -> dict[str, str]:
    return pump(10 ** row["log10_p_const_C_per_dm2_s"])


def over_the_valence(row: dict) -> dict[str, str]:
    """The sheet keeps the amount of impermeants, 304 fmol: as much water as makes the described composition hold it at that valence."""
    diameter = 10 * float(np.sqrt(row["z_X"] / -0.85))
    wider = {"inside.impermeant.valence": f"{row['z_X']!r}", "inside.shape.cylinder.diameter": f"{diameter!r} um"}
    return wider | over_the_pump(row)


def over_kcc2(row: dict) -> dict[str, str]:
    """F J_p stays at 10^-4.0456 C/(dm2 s): the pump's constant follows from the Na+ of the row."""
    conductance = {"plasma.KCC2.conductance": f"{20 * row['gKCC2_over_default']!r} uS/cm^2"}
    return conductance | pump(10**-4.0456 / (row["Na_i_mM"] / 145) ** 3)


SWEEPS: dict[str, tuple[str, str, str, Callable[[dict], dict[str, str]]]] = {
    "vs_pump.csv": ("over the pump", "log10_p_const_C_per_dm2_s", "at 10^{:g} C/(dm² s)", over_the_pump),
    "vs_z.csv": ("over the impermeants' valence", "z_X", "at z = {:g}", over_the_valence),
    "vs_gkcc.csv": ("over KCC2", "gKCC2_over_default", "at {:g} times", over_kcc2),
}


@lru_cache
def duesterwald_sweep(file: str) -> list[Row]:
    """Every line and every column of one sweep."""
    what, argument, words, replaced = SWEEPS[file]
    (absolute, _), (relative, _), *_ = tolerances("dusterwald2018-parametric")
    table = rows("dusterwald2018-parametric", file)
    found = [duesterwald_numbers(replaced(row)) for row in table]
    at = [words.format(row[argument]) for row in table]
    columns = [name for name in found[0] if name in table[0]]
    compared = []
    for name in columns:
        quantity, unit = parts(name)
        bound = (absolute, False) if unit == "mV" else (relative, True)
        compared.append(worst(f"{what}, {quantity}", unit, column(found, name), column(table, name), *bound, at))
    return compared


@lru_cache
def duesterwald_sweeps() -> list[Row]:
    expected = sheet("dusterwald2018-parametric")["expected"]
    (absolute, _), *_ = tolerances("dusterwald2018-parametric")
    found = [row for file in SWEEPS for row in duesterwald_sweep(file)]
    base = duesterwald_numbers({})
    for key, name in (("Vm_mV", "Vm_mV"), ("E_Cl_mV", "ECl_mV"), ("E_K_mV", "EK_mV"), ("E_Na_mV", "ENa_mV")):
        found.append(Row(f"z = -0.85, {key[:-3]}", "mV", base[name], expected["z_minus_085"][key], absolute))
    without = duesterwald_numbers(over_kcc2(rows("dusterwald2018-parametric", "vs_gkcc.csv")[0]))
    for key, name in (("Vm_mV", "Vm_mV"), ("E_Cl_mV", "ECl_mV")):
        found.append(Row(f"without KCC2, {key[:-3]}", "mV", without[name], expected["no_KCC2"][key], absolute))
    return found


@lru_cache
def duesterwald_rest() -> list[Row]:
    expected = sheet("dusterwald2018-rest")["expected"]
    (absolute, _), (relative, _), *_ = tolerances("dusterwald2018-rest")
    found = duesterwald_numbers({})
    osmolarity = sum(found[f"{name}_i_mM"] for name in (*IONS, "X"))
    potentials = [("V", found["Vm_mV"], expected["Vm_mV"]), ("E_Cl", found["ECl_mV"], expected["E_Cl_mV"])]
    others = [(f"{name} inside", "mM", found[f"{name}_i_mM"], expected[f"{name}_i_mM"]) for name in (*IONS, "X")]
    others.append(("volume", "um³", 1e3 * found["volume_pL"], expected["volume_um3"]))
    others.append(("osmolarity inside", "mM", osmolarity, expected["osmolarity_mM"]))
    return [Row(what, "mV", a, b, absolute) for what, a, b in potentials] + [Row(*one, relative, True) for one in others]


# -- Kay 2017 ---------------------------------------------------------------------------------------------------------


@lru_cache
def kay() -> list[Row]:
    expected = sheet("kay2017-onoff")["expected"]
    steady, course = tolerances("kay2017-onoff")[:2], tolerances("kay2017-onoff")[2:]
    cell = described("kay2017")
    answer = vrest.steady_state(cell).to_dict()
    held = {"Vm_mV": answer["V_mV"]["plasma"], "volume_um3": 1e3 * answer["volume_pL"]["inside"]}
    held |= {f"{ion}_i_mM": answer["inside_mM"]["inside"][ion] for ion in IONS} | {"X_i_mM": impermeant(cell, answer)}
    found = [compared("pump on", name, held[name], value, steady) for name, value in expected["steady_pump_on"].items()]
    run = kay_course()
    values = kay_columns(run)
    for key, time in (("pump_on_5000s", 5000.0), ("off_4950s_later", 9950.0), ("off_55000s_later", 60000.0)):
        numbers = {name: value for name, value in expected[key].items() if name != "t_s"}
        what = f"at {time:g} s ({key.replace('_', ' ')})"
        found += [compared(what, name, sampled(run, time, values[name]), value, course) for name, value in numbers.items()]
    table = rows("kay2017-onoff")
    times = column(table, "t_s")
    at = [f"at {t:g} s" for t in times]
    for name, values_over_time in values.items():
        quantity, unit = parts(name)
        bound = course[0] if unit == "mV" else course[1]
        got = sampled(run, times, values_over_time)
        found.append(worst(f"along the course, {quantity}", unit, got, column(table, name), *bound, at))
    return found


@lru_cache
def kay_course():
    """The cell as described at every time of the sheet, its pump stopped for good at 5000 s."""
    protocol = {"start": "described", "until": "60000 s", "events": [{"at": "5000 s", "set": {"plasma.pump.max_current": "0"}}]}
    times = {5000.0, 9950.0, 60000.0, *column(rows("kay2017-onoff"), "t_s")}
    return vrest.simulate(described("kay2017"), protocol, at=sorted(times))


def kay_columns(run) -> dict[str, np.ndarray]:
    cell = described("kay2017")
    space = cell.compartments["inside"]
    amount = sum(x.concentration.si for x in space.impermeants.values()) * space.volume.si
    columns = {"Vm_mV": 1e3 * run.V["plasma"], "volume_um3": 1e18 * run.volume["inside"]}
    columns |= {f"{ion}_i_mM": run.c["inside"][ion] for ion in IONS}
    return columns | {"X_i_mM": amount / run.volume["inside"]}


def compared(what: str, name: str, computed, expected: float, bounds, missing: str = "") -> Row:
    """A number under its column's name, within the absolute bound for potentials and the relative one for the rest."""
    quantity, unit = parts(name)
    bound = bounds[0] if unit == "mV" else bounds[1]
    return Row(f"{what}, {quantity}", unit, float(computed), float(expected), *bound, missing)


# -- Saetra 2020 ------------------------------------------------------------------------------------------------------


@lru_cache
def saetra() -> list[Row]:
    """The whole model at the sheet's tolerance; and one soma of it without gates, within the band that the sheet gives such a cell."""
    expected = sheet("saetra2020-edpr-rest")["expected"]
    whole, band = tolerances("saetra2020-edpr-rest")[:2], tolerances("saetra2020-edpr-rest")[-2:]
    answer = vrest.steady_state(described("saetra2020-excitable")).to_dict()
    spaces, membranes = {"i": "soma", "e": "soma_space"}, {"soma": "somatic", "dend": "dendritic"}
    found = [
        compared("the whole model", f"V of the {place}_mV", answer["V_mV"][membrane], expected[f"Vm_{place}_mV"], whole)
        for place, membrane in membranes.items()
    ]
    found += saetra_contents("the whole model", answer, spaces, whole)
    alone = vrest.steady_state(described("saetra2020")).to_dict()
    found.append(compared("one soma without gates", "V_mV", alone["V_mV"]["plasma"], expected["Vm_soma_mV"], band))
    return found + saetra_contents("one soma without gates", alone, {"i": "inside", "e": "outside"}, band)


def saetra_contents(what: str, answer: dict, spaces: dict[str, str], bounds) -> list[Row]:
    expected = sheet("saetra2020-edpr-rest")["expected"]["conc_soma_mM"]
    inside = answer["inside_mM"]
    return [
        compared(what, f"{key}_mM", inside[spaces[key[-1]]][key.partition("_")[0]], value, bounds)
        for key, value in expected.items()
    ]


def named(row: Row, term: str) -> Row:
    """The row with the term that it lacks, if it misses."""
    if row.holds:
        return row
    return Row(row.what, row.unit, row.computed, row.expected, row.tolerance, row.relative, term)


# -- Wei 2014 ---------------------------------------------------------------------------------------------------------

WEI = {"rest_600s": [], "anoxia_40s": [{"at": "0 s", "set": {"bath.O2": "0 mM"}}]}
FIRING = (6.1, 9.25)
"""When the neuron fires without oxygen [s]: between two lines of the sheet lie several spikes."""


@lru_cache
def wei() -> list[Row]:
    """Both courses: the last line, and the worst of all; V but for the seconds of firing, where a line is a moment within one of many spikes."""
    (rest, _), *anoxia = tolerances("wei2014-neuron")
    found: list[Row] = []
    for case, bounds in (("rest_600s", [(rest, False), (0.01, True)]), ("anoxia_40s", anoxia)):
        table = [row for row in rows("wei2014-neuron", f"{case}.csv") if row["t_s"] > 0]
        times = column(table, "t_s")
        columns = wei_columns(case, times)
        quiet = (times < FIRING[0]) | (times > FIRING[1]) if case == "anoxia_40s" else times > 0
        for name, (quantity, unit) in WEI_COLUMNS.items():
            expected, kept = column(table, name), quiet if unit == "mV" else times > 0
            bound = bounds[unit != "mV"] if unit != "mg/L" else (0.01, False)
            what = f"{case.partition('_')[0]}, {quantity}"
            found.append(Row(f"{what} after {times[-1]:g} s", unit, float(columns[name][-1]), float(expected[-1]), *bound))
            at = [f"at {t:g} s" for t in times[kept]]
            found.append(worst(f"{what} along the course", unit, columns[name][kept], expected[kept], *bound, at))
    return found


WEI_COLUMNS = {"Vm_mV": ("V", "mV"), "vol_i_rel": ("volume", "1"), "O2_mg_L": ("O2", "mg/L")} | {
    f"{ion}_{side}_mM": (f"{ion}_{side}", "mM") for ion in ("K", "Na", "Cl") for side in "io"
}


def wei_columns(case: str, times) -> dict[str, np.ndarray]:
    """The sheet's columns; 1 mM of oxygen is 32 mg/L."""
    protocol = {"start": "-74.3 mV", "until": f"{times[-1]:g} s", "events": WEI[case]}
    run = vrest.simulate(described("wei2014"), protocol, at=[f"{float(t)!r} s" for t in times], rtol=1e-7)
    values = {"Vm_mV": 1e3 * run.V["plasma"], "O2_mg_L": 32 * run.states["space.oxygen [mM]"]}
    values["vol_i_rel"] = run.volume["neuron"] / (np.pi / 6 * 14e-6**3)
    for side, space in {"i": "neuron", "o": "space"}.items():
        values |= {f"{ion}_{side}_mM": run.c[space][ion] for ion in ("K", "Na", "Cl")}
    return {name: sampled(run, times, course) for name, course in values.items()}


# -- the mitochondrion ------------------------------------------------------------------------------------------------

METABOLISM, LEAK = "inner.metabolism", "inner.leak"
MATRIX_PART = 0.2882 * 0.9 * 0.7238 / (0.6601 * 0.8425)
"""Water of the matrix per water of the cytosol."""
ALONE = {f"{METABOLISM}.{name}": f"{value!r} mM" for name, value in (
    ("A_cytosol", 10.0), ("creatine", 0.0), ("phosphate", 10 + 1.5 * MATRIX_PART),
    ("Pi_x.start", 1.0), ("ATP_c.start", 0.0), ("CrP.start", 0.0))}  # fmt: skip
"""The pools of the sheet: 10 mM of adenine nucleotides and of Pi on each side, and no creatine."""
CHANGED = {
    "uncoupler XH x100": {f"{LEAK}.X_H": "1e5 1/s"},
    "no leak": {f"{LEAK}.X_H": "0"},
    "C4 inhibited 99%": {f"{METABOLISM}.X_C4": "1.25e-4 1/s"},
    "oligomycin (XF=0)": {f"{METABOLISM}.X_F": "0"},
}


@lru_cache
def mitochondrion() -> list[Row]:
    """Twelve steady states: the potential at the sheet's tolerance, and each metabolite, the worst of twelve within 1 %."""
    (potential, _), *_ = tolerances("beard-mitochondrion")
    table = rows("beard-mitochondrion", "steady_states.csv")
    found = [mitochondrion_state(row["condition"]) for row in table]
    what = [f"{row['condition'].removesuffix(' mmol/(s Lcell)')}" for row in table]
    potentials = [
        Row(f"{one}, V", "mV", got["V"], -row["DPsi_mV"], potential) for one, got, row in zip(what, found, table, strict=True)
    ]
    columns = {
        "ATP_x": "ATP_x_mM",
        "Pi_x": "Pi_x_mM",
        "NADH": "NADH_x_mM",
        "QH2": "QH2_x_mM",
        "c_red": "cytc_red_mM",
        "ATP_c": "ATP_c_mM",
    }
    return potentials + [
        worst(name, "mM", column(found, name), column(table, key), 0.01, True, what) for name, key in columns.items()
    ]


def mitochondrion_state(condition: str) -> dict[str, float]:
    work = condition.split()[1] if condition.startswith("ATPase") else "0"
    changed = ALONE | {f"{METABOLISM}.X_AtC": f"{work} mM/s"} | CHANGED.get(condition, {})
    answer = vrest.steady_state(described("mitochondrion").replace(changed)).to_dict()
    states = {key.removeprefix(f"{METABOLISM}.").removesuffix(" [mM]"): value for key, value in answer["states"].items()}
    return states | {"V": answer["V_mV"]["inner"]}


# -- Dijkstra 2016 ----------------------------------------------------------------------------------------------------

SWELLING = {"pump_off_with_ClG": "pump_off_ClG.csv", "pump_off_without_ClG": "pump_off_noClG.csv"}
SETTLED = 400.0
"""Seconds after which the first minute's firing has left no trace above the tolerance."""


@lru_cache
def dijkstra() -> list[Row]:
    expected = sheet("dijkstra2016-swelling")["expected"]
    (rest, _), *course = tolerances("dijkstra2016-swelling")
    answer = vrest.steady_state(described("dijkstra2016")).to_dict()
    held = {"Vm_mV": answer["V_mV"]["plasma"], "volume_pL": answer["volume_pL"]["inside"]}
    held |= {f"{ion}_i_mM": answer["inside_mM"]["inside"][ion] for ion in IONS}
    found = [compared("rest", name, held[name], expected["rest"][name], [(rest, False), course[1]]) for name in held]
    for case in SWELLING:
        found += dijkstra_course(case, expected[case], course)
    off = vrest.steady_state(described("dijkstra2016").replace({"plasma.pump.I_max": "0 pA"})).to_dict()
    limit = expected["limit_t_infinity"]
    found.append(Row("pump off for ever, V", "mV", off["V_mV"]["plasma"], limit["Vm_mV"], rest))
    found.append(Row("pump off for ever, volume", "pL", off["volume_pL"]["inside"], limit["volume_pL"], *course[1]))
    return found


def dijkstra_course(case: str, points: dict, bounds, cell: str = "dijkstra2016") -> Iterator[Row]:
    """The printed points after the pump's stop, and the worst of the sheet's lines once the firing has left no trace."""
    run = swelling(case, cell)
    columns = {"Vm_mV": 1e3 * run.V["plasma"], "vol_pL": 1e15 * run.volume["inside"]}
    columns |= {f"{ion}_i_mM": run.c["inside"][ion] for ion in IONS}
    what = case.replace("_", " ")
    for point in points.values():
        time = point["t_s"]
        if time > 0:  # at 0 s the sheet shows the moment before the pump stops
            for name, values in columns.items():
                yield named(compared(f"{what}, {time:g} s", name, sampled(run, time, values), point[name], bounds), GATES)
    table = rows("dijkstra2016-swelling", SWELLING[case])
    for name, values in columns.items():
        yield from early_and_late(f"{what}, {parts(name)[0]}", name, run, values, table, bounds)


def early_and_late(what: str, name: str, run, values, table, bounds) -> Iterator[Row]:
    unit = parts(name)[1]
    bound = bounds[0] if unit == "mV" else bounds[1]
    late = [row for row in table if row["t_s"] >= SETTLED]
    early = [row for row in table if 0 < row["t_s"] < SETTLED]
    for part, when in ((early, f"up to {SETTLED:g} s"), (late, f"from {SETTLED:g} s on")):
        times = column(part, "t_s")
        at = [f"at {t:g} s" for t in times]
        yield named(worst(f"{what} {when}", unit, sampled(run, times, values), column(part, name), *bound, at), GATES)


@lru_cache
def swelling(case: str, cell: str = "dijkstra2016", until: float = 14400.0):
    """The rest with every channel, from which the pump stops, and the gated Cl- channel with it where the case is without it; up to a time
    [s]."""
    stopped = {"plasma.pump.I_max": "0 pA"}
    if case == "pump_off_without_ClG":
        stopped["plasma.Cl_gated.permeability"] = "0"
    protocol = {"start": "steady", "until": f"{until!r} s", "events": [{"at": "0 s", "set": stopped}]}
    times = [f"{row['t_s']!r} s" for row in rows("dijkstra2016-swelling", SWELLING[case]) if row["t_s"] <= until]
    return vrest.simulate(described(cell), protocol, at=times)


# -- Kalia 2021 -------------------------------------------------------------------------------------------------------

PLACES = {"n": "neuron", "a": "astrocyte", "e": "space"}
STOP = 600.0
"""When the pumps are half stopped [s]."""


@lru_cache
def kalia_course():
    """The pumps stop as 1/(1 + e^(4 (t - 10 min))), here in straight pieces of 0.1 min."""
    knots = np.arange(8.0, 12.6, 0.1)
    left = [87.2 / (1 + np.exp(4 * (t - 10))) for t in knots]
    left[-1] = 0.0
    pumps = ("neuronal.pump.I_max", "glial.pump.I_max")
    events = [
        {"from": f"{float(a)!r} min", "to": f"{float(b)!r} min", "ramp": {path: f"{float(current)!r} pA" for path in pumps}}
        for a, b, current in zip(knots, knots[1:], left[1:], strict=False)
    ]
    times = [f"{row['t_min']!r} min" for row in rows("kalia2021-pump-block-perm")]
    return vrest.simulate(described("kalia2021-excitable"), {"start": "steady", "until": "200 min", "events": events}, at=times)


@lru_cache
def kalia() -> list[Row]:
    expected = sheet("kalia2021-pump-block-perm")["expected"]
    (rest, _), final, share, along = tolerances("kalia2021-pump-block-perm")
    answer = vrest.steady_state(described("kalia2021-excitable")).to_dict()
    found = [
        Row("rest, V of the neuron", "mV", answer["V_mV"]["neuronal"], expected["rest"]["Vm_neuron_mV"], rest),
        Row("rest, V of the astrocyte", "mV", answer["V_mV"]["glial"], expected["rest"]["Vm_astro_mV"], rest),
    ]
    run = kalia_course()
    columns = {"Vm_neuron_mV": 1e3 * run.V["neuronal"], "Vm_astro_mV": 1e3 * run.V["glial"]}
    for key, space in PLACES.items():
        columns |= {f"{ion}_{key}_mM": run.c[space][ion] for ion in IONS}
        columns[f"vol_{key}_pL"] = 1e15 * run.volume[space]
    for name, values in columns.items():
        found.append(compared("190 min after the stop", name, values[-1], expected["final"][name], (final, share)))
    found.append(Row("highest V of the neuron", "mV", max(columns["Vm_neuron_mV"]), expected["Vm_neuron_max_mV"], *along))
    found.append(Row("largest volume of the neuron", "pL", max(columns["vol_n_pL"]), expected["vol_n_max_pL"], *share))
    return found + list(kalia_along(run, columns, along))


def kalia_along(run, columns, bound) -> Iterator[Row]:
    """Potentials along the course, the minute to each side of the stop, in which the neuron fires, on its own."""
    table = rows("kalia2021-pump-block-perm")
    times = 60 * column(table, "t_min")
    near = np.abs(times - STOP) <= 60
    for name, who in (("Vm_neuron_mV", "neuron"), ("Vm_astro_mV", "astrocyte")):
        for part, words in ((~near, "along the course"), (near, "within a minute of the stop")):
            at = [f"at {t / 60:.2f} min" for t in times[part]]
            got = sampled(run, times[part], columns[name])
            yield worst(f"{words}, V of the {who}", "mV", got, column(table, name)[part], *bound, at)


CASES: dict[str, Callable[[], list[Row]]] = {
    "dusterwald2018-rest": duesterwald_rest,
    "dusterwald2018-parametric": duesterwald_sweeps,
    "kay2017-onoff": kay,
    "saetra2020-edpr-rest": saetra,
    "wei2014-neuron": wei,
    "beard-mitochondrion": mitochondrion,
    "dijkstra2016-swelling": dijkstra,
    "kalia2021-pump-block-perm": kalia,
}
