"""Tables of the documentation that hold numbers or names: each is computed, none is typed; `write_pages.py` writes them into the pages."""

import functools
import importlib
import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np

import vrest
from vrest.constants import AVOGADRO, ZERO_CELSIUS, F
from vrest.results.base import Brief, Says, said_by
from vrest.units import dimension_of
from vrest.views.tables.channel import curves_of, facts, fitted

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "references"))

import reference_models  # noqa: E402
from reference_rows import Row, rows, sheet, tolerances  # noqa: E402

DATA = Path(vrest.__file__).parent / "library"
KEPT = 1e-3
"""Relative change of every concentration below which a cell keeps itself."""


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown; a heading that ends in a unit in brackets, or in a colon, stands over numbers."""
    names = list(headings)
    ruler = ["---:" if name.endswith((")", ":")) else "---" for name in names]
    lines = [[name.rstrip(":") for name in names], ruler, *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# -- the library of cells ---------------------------------------------------------------------------------------------


def potential(cell) -> float:
    """The computed resting potential [mV], across the membrane to which the measured band belongs."""
    potentials = vrest.rest(cell).to_dict()["V_mV"]
    return potentials[cell.band.membrane] if cell.band and cell.band.membrane else next(iter(potentials.values()))


def described(cell) -> dict:
    """The numbers that the file itself holds, by path; not the defaults of the format."""
    return {path: value for path, value in cell.settable.items() if value.note != "default"}


def left_to_itself(cell) -> str:
    """Whether a cell keeps its described concentrations, or which of them leaves furthest; a dash where only ratios are known."""
    try:
        point = vrest.steady_state(cell).point
    except vrest.InputError:
        return "only ratios"
    except vrest.NoAnswerError:
        return "has no steady state"
    described = {(space, ion): cell.compartments[space].ions[ion].si for space, ions in point.inside.items() for ion in ions}
    steady = {(space, ion): c for space, ions in point.inside.items() for ion, c in ions.items()}
    far = max(steady, key=lambda key: abs(steady[key] - described[key]) / max(steady[key], described[key], 1e-300))
    if abs(steady[far] - described[far]) <= KEPT * max(steady[far], described[far]):
        return "keeps itself"
    return f"{far[1]} {described[far]:.4g} to {steady[far]:.4g} mM"


def overview(cells) -> str:
    rows = (
        (
            f"[`{cell.name}`](#{cell.name})",
            cell.title,
            f"{potential(cell):.1f}",
            f"{1e3 * cell.band.low.si:g} to {1e3 * cell.band.high.si:g}" if cell.band else "a model",
            left_to_itself(cell),
            f"{sum(value.certainty == 'recalled' for value in described(cell).values())} of {len(described(cell))}",
        )
        for cell in cells
    )
    return table(("cell", "what it is", "computed (mV)", "expected (mV)", "left to itself", "numbers recalled:"), rows)


def by_certainty(cell) -> str:
    """How the numbers of a cell are known, and which of them are recalled."""
    values = described(cell)
    counts = Counter(value.certainty for value in values.values())
    known = ", ".join(f"{counts[word]} {word}" for word in ("measured", "derived", "recalled", "teaching") if counts[word])
    recalled = ", ".join(f"`{path}`" for path, value in values.items() if value.certainty == "recalled")
    return f"{len(values)} numbers: {known}." + (f" Recalled: {recalled}." if recalled else "")


def expected(cell) -> str:
    """The band of a cell in words; nothing for a published model, which is no measurement."""
    if cell.band is None:
        return ""
    where = f" across `{cell.band.membrane}`" if cell.band.membrane else ""
    note = f"; {cell.band.note}" if cell.band.note else ""
    return f"{cell.band.introduced}: {1e3 * cell.band.low.si:g} to {1e3 * cell.band.high.si:g} mV{where} (`{cell.band.source}`{note}). "


def one_cell(cell) -> str:
    title = f"**{cell.title}**" + (f" (*{cell.organism}*)" if cell.organism else "")
    parts = (
        f"### {cell.name}",
        f"{title}. {cell.about}",
        f"{expected(cell)}Computed: {potential(cell):.2f} mV.",
        by_certainty(cell),
    )
    return "\n\n".join(parts)


def library() -> str:
    """All cells of the library: an overview, and what each says of itself."""
    cells = [vrest.load(name) for name in vrest.library_names()]
    return "\n\n".join((overview(cells), "## The cells one by one", *map(one_cell, cells))) + "\n"


# -- the library of channels ------------------------------------------------------------------------------------------

SHOWN = "-120:40 mV:9"
"""Potentials at which the curves of a channel are listed."""


def channel_row(name: str, curves) -> tuple[str, ...]:
    stated = vrest.load_channel(name).temperature
    T = "not stated" if stated is None else f"{stated.si - ZERO_CELSIUS:.4g}"
    keys = ", ".join(f"`{key}`" for key in curves.sources)
    return f"[`{name}`](#{name})", curves.title, curves.organism, T, fitted(curves) or "not known to us", keys


def one_channel(name: str, curves) -> str:
    heads, lines = curves_of(vrest.channel_curves(name, SHOWN))
    file = (DATA / "channels" / f"{name}.yaml").read_text(encoding="utf-8")
    formulas = file[file.index("\nkind:") + 1 :]
    parts = (
        f"### {name}",
        f"**{curves.title}** (*{curves.organism}*). {curves.about}",
        f"Numbers {curves.certainty}: {curves.note}.",
        f"```yaml\n{formulas}```",
        f"![Left: steady values of the gates and the open part over V. Right: the time constants.](images/channels/{name}.svg)",
        f"{facts(curves)[0].upper()}{facts(curves)[1:]}",
        table((f"{head}:" for head in heads), lines),
    )
    return "\n\n".join(parts)


def channels() -> str:
    """All channels of the library: an overview, then each with its formulas and its curves."""
    found = {name: vrest.channel_curves(name) for name in vrest.channel_names()}
    heads = ("channel", "what it is", "measured in", "at (degC)", "fitted at", "sources")
    overview = table(heads, (channel_row(name, curves) for name, curves in found.items()))
    return "\n\n".join((overview, "## The channels one by one", *(one_channel(*entry) for entry in found.items()))) + "\n"


# -- the reference cases ----------------------------------------------------------------------------------------------


def nernst() -> Iterator[Row]:
    ((tolerance, _),) = tolerances("nernst-textbook")
    for row in rows("nernst-textbook"):
        E = 1e3 * vrest.nernst_potential(row["z"], row["c_in_mM"], row["c_out_mM"], row["T_degC"] + ZERO_CELSIUS)
        yield Row(row["case"], "mV", float(E), row["E_mV"], tolerance)


def ghk_current() -> Iterator[Row]:
    """Of each ion the potential at which the current is furthest from the reference."""
    (tolerance, relative), *_ = tolerances("ghk-flux")
    lines = rows("ghk-flux")
    V = np.array([row["V_mV"] for row in lines]) / 1e3
    ions = {"K_4_140": (1, 140.0, 4.0), "Na_145_12": (1, 12.0, 145.0), "Cl_120_7": (-1, 7.0, 120.0)}
    ions |= {"Ca_1p5_1e-4": (2, 1e-4, 1.5), "K_100_100": (1, 100.0, 100.0)}
    for column, (z, c_in, c_out) in ions.items():
        expected = np.array([row[f"I_over_P_{column}"] for row in lines])
        computed = vrest.ghk_current_density(V, 1.0, z, c_in, c_out, 310.15)
        worst = int(np.argmax(np.abs(computed - expected) / np.maximum(np.abs(expected), 1.0)))
        what = f"{column.partition('_')[0]}, {c_out:g} mM outside, {c_in:g} inside; the worst of {len(V)} potentials, {1e3 * V[worst]:g} mV"
        yield Row(what, "C/m³", float(computed[worst]), float(expected[worst]), tolerance, relative)


def donnan() -> Iterator[Row]:
    ((tolerance, relative),) = tolerances("donnan")
    for row in rows("donnan"):
        bath = ([1, -1], [row["salt_out_mM"]] * 2, row["z_X"], row["X_mM"], row["T_degC"] + ZERO_CELSIUS)
        inside, name = vrest.donnan_concentrations(*bath), row["case"]
        yield Row(
            f"{name}: potential", "mV", 1e3 * float(vrest.donnan_potential(*bath)), row["E_in_minus_out_mV"], tolerance, relative
        )
        yield Row(f"{name}: cation inside", "mM", float(inside[0]), row["cation_in_mM"], tolerance, relative)
        yield Row(f"{name}: anion inside", "mM", float(inside[1]), row["anion_in_mM"], tolerance, relative)
        yield Row(
            f"{name}: pressure", "kPa", float(vrest.donnan_pressure(*bath)) / 1e3, row["pressure_kPa_ideal"], tolerance, relative
        )


def debye() -> Iterator[Row]:
    ((tolerance, relative),) = tolerances("debye-length")
    for row in rows("debye-length"):
        c = row["ionic_strength_mM"]
        length = 1e9 * vrest.debye_length([1, -1], [c, c], row["T_degC"] + ZERO_CELSIUS)
        yield Row(f"{c:g} mM at {row['T_degC']:g} °C", "nm", float(length), row["Debye_length_nm"], tolerance, relative)
    for row in rows("debye-length", "capacitance_charge.csv"):
        charge = row["C_uF_cm2"] * 1e-2 * row["dV_mV"] / 1e3
        expected, unit = row["surface_charge"].split(maxsplit=1)
        yield Row(row["case"], unit.replace("m2", "m²"), charge / F * AVOGADRO, float(expected), tolerance, relative)


def atp() -> Iterator[Row]:
    (tolerance, _), (computed, _), (published, _) = tolerances("atp-energy")
    for row in rows("atp-energy"):
        T, standard = row["T_degC"] + ZERO_CELSIUS, 1e3 * row["dG0prime_kJ_mol"]
        G = vrest.atp_free_energy(row["ATP_mM"], row["ADP_mM"], row["Pi_mM"], T, standard) / 1e3
        yield Row(f"ATP in {row['cell']}, {row['T_degC']:g} °C", "kJ/mol", float(G), row["dG_hydrolysis_kJ_mol"], tolerance)
    for row in rows("atp-energy", "nak_cycle_work.csv"):
        sides = [row["Na_i"], row["K_i"]], [row["Na_o"], row["K_o"]]
        work = vrest.ion_work(row["Vm_mV"] / 1e3, [1, 1], [3, -2], *sides, row["T_degC"] + ZERO_CELSIUS) / 1e3
        yield Row(f"3 Na⁺ and 2 K⁺ in {row['cell']}", "kJ/mol", float(work), row["work_per_3Na2K_cycle_kJ_mol"], tolerance)
    neuron = sheet("atp-energy")["expected"]["attwell_laughlin_neuron"]
    V_m, E_Na, E_K = (neuron[key] / 1e3 for key in ("V_mV", "V_Na_mV", "V_K_mV"))
    rate = float(AVOGADRO * vrest.resting_atp_rate(V_m, neuron["R_in_MOhm"] * 1e6, E_Na, E_K))
    name = f"a neuron of {neuron['R_in_MOhm']:g} MΩ"
    yield Row(f"{name}, computed", "ATP/s", rate, float(neuron["ATP_per_s_computed"]), computed, True)
    yield Row(f"{name}, published", "ATP/s", rate, neuron["ATP_per_s_published"], published, True)


def squid() -> Iterator[Row]:
    (computed, _), (published, _) = tolerances("hodgkin-katz1949")
    ions = ("K", "Na", "Cl")
    for row in rows("hodgkin-katz1949"):
        columns = ([row[key.format(ion)] for ion in ions] for key in ("P_{}", "{}_i_mM", "{}_o_mM"))
        P, c_in, c_out = columns
        V = 1e3 * float(vrest.ghk_voltage(P, [1, 1, -1], c_in, c_out, row["T_degC"] + ZERO_CELSIUS))
        yield Row(f"{row['state']}, computed", "mV", V, row["Vm_GHK_mV_computed"], computed)
        yield Row(f"{row['state']}, published", "mV", V, row["Vm_published_mV"], published)


def junction() -> Iterator[Row]:
    (_, _), (computed, _) = tolerances("liquid-junction")
    for case in sheet("liquid-junction")["sets"]:
        keys = ("z", "lambda_equivalent_S_cm2_per_eq", "c_side0_mM", "c_sideL_mM")
        E = 1e3 * float(
            vrest.henderson_potential(*([ion[key] for ion in case["ions"]] for key in keys), case["T_C"] + ZERO_CELSIUS)
        )
        yield Row(f"{case['case']}, published", "mV", E, case["expected_LJP_mV"], case["tolerance_mV"])
        yield Row(f"{case['case']}, Henderson", "mV", E, case["henderson_mV"], computed)


CASES = {
    "nernst-textbook": nernst,
    "ghk-flux": ghk_current,
    "donnan": donnan,
    "debye-length": debye,
    "atp-energy": atp,
    "hodgkin-katz1949": squid,
    "liquid-junction": junction,
}


HEADINGS = ("what", "unit", "computed:", "reference:", "off by:", "allowed:")


def heading(case: str) -> str:
    about = sheet(case)
    return f"### {about['name']}\n\n{about['citation']}. How sure the reference is: {about['certainty']}."


def one_case(case: str) -> str:
    return f"{heading(case)}\n\n{table(HEADINGS, (row.words() for row in CASES[case]()))}"


def references() -> str:
    """Every reference case of single laws: what vrest computes, what the reference says, how far they may be apart."""
    return "\n\n".join(map(one_case, CASES)) + "\n"


def one_model(case: str) -> str:
    found = reference_models.CASES[case]()
    lines = ((*row.words(), "met" if row.holds else f"**missed**: {row.missing}") for row in found)
    tolerance = f"Its tolerance, in its own words: {sheet(case)['tolerance']}."
    return f"{heading(case)} {tolerance}\n\n{table((*HEADINGS, 'verdict'), lines)}"


def models() -> str:
    """Every published cell that keeps itself: the same, and what is missing where a number is missed."""
    return "\n\n".join(map(one_model, reference_models.CASES)) + "\n"


# -- cells as JavaScript ----------------------------------------------------------------------------------------------


def modules() -> str:
    """How large the JavaScript module of every cell is, and how many operations its functions take."""
    return table(
        ("cell", "size (kB)", "operations:", "of them the rates:", "with their slopes:"), map(module_row, vrest.library_names())
    )


def module_row(name: str) -> tuple[str, ...]:
    from vrest.engines.javascript import emitted

    one = emitted(vrest.load(name))
    parts = (str(one.nodes[key]) if key in one.nodes else "" for key in ("moving", "rates"))
    return f"`{name}`", f"{len(one.text.encode()) / 1e3:.1f}", str(one.operations), *parts


# -- pages ------------------------------------------------------------------------------------------------------------

STEP = 10_000
"""Sizes of pages are said in steps of so many bytes, upward."""
SMALL = "textbook-neuron"


def pages() -> str:
    """How large the page of every cell is, without exercises and with them."""
    return table(("cell", "at most (kB)", "with exercises (kB)"), map(page_row, vrest.library_names()))


def page_row(name: str) -> tuple[str, ...]:
    plain = page_size(name)
    return f"`{name}`", *(str(-(-size // STEP) * STEP // 1000) for size in (plain, plain + exercises_size()))


def page_size(name: str, practice: tuple[()] | None = None) -> int:
    from vrest.page.write import page

    return len(page([name], practice=practice).encode())


@functools.cache
def exercises_size() -> int:
    """What the exercises add to any page."""
    return page_size(SMALL, ()) - page_size(SMALL)


# -- the attributes of results ----------------------------------------------------------------------------------------

RESULTS = ("RestResult", "SteadyResult", "SimulationResult", "ExciteResult", "DonnanResult", "ExplainResult", "TuneResult", "IvResult", "OverResult",
           "BranchesResult", "ChannelResult", "FitResult")  # fmt: skip
EVERY = {one.name for one in fields(vrest.Result)}


def one_class(answer: type) -> str:
    """What a class of results, or of their parts, holds: each attribute with its type, its unit in Python, its key in the JSON."""
    keys = {one.attribute: one for one in said_by(answer)}
    shown = [name for name in attributes_of(answer) if not issubclass(answer, vrest.Result) or name not in EVERY]
    lines = [(f"`{name}`", f"`{type_of(answer, name)}`", *said_of(keys.get(name)), meaning(answer, name, keys)) for name in shown]
    first = (inspect.getdoc(answer) or "").split("\n\n", 1)[0].replace("\n", " ")
    return f"### {answer.__name__}\n\n{first}\n\n" + table(("attribute", "type", "unit", "in the JSON", "meaning"), lines)


def attributes_of(answer: type) -> list[str]:
    """Names of the fields, then of the properties that are part of the JSON."""
    names = [one.name for one in fields(answer)]
    return names + [one.attribute for one in said_by(answer) if one.attribute not in names]


def type_of(answer: type, name: str) -> str:
    found = next((one.type for one in fields(answer) if one.name == name), None)
    return found or getattr(answer, name).fget.__annotations__["return"]


def said_of(one: Says | None) -> tuple[str, str]:
    """The unit of a value in Python, and its key."""
    if one is None:
        return "", ""
    variable = one.variable
    return "" if variable is None or variable.unit == "1" else dimension_of(
        variable.unit
    ).symbol, f"`{one.key}`" if one.key else ""


def meaning(answer: type, name: str, keys: dict[str, Says]) -> str:
    """What the registry says of a value, or else the class itself."""
    if name in keys and keys[name].variable is not None:
        return keys[name].variable.meaning
    if isinstance(getattr(answer, name, None), property):
        return (inspect.getdoc(getattr(answer, name)) or "").split("\n")[0]
    return in_words(answer).get(name, "")


def in_words(answer: type) -> dict[str, str]:
    """What the docstring of a class says of its attributes."""
    _, _, listed = (inspect.getdoc(answer) or "").partition("\nAttributes")
    entries = re.findall(r"^    ([\w, ]+):\s+(.*(?:\n {5,}.*)*)", listed, re.MULTILINE)
    pairs = [pair for names, text in entries for pair in parted(names, " ".join(text.split()))]
    return {name.strip(): text for names, text in pairs for name in names.split(",")}


def parted(names: str, text: str) -> Iterator[tuple[str, str]]:
    """An entry, and others that stand behind it in the same line."""
    first, *others = re.split(r"; (\w+): ", text)
    yield names, first
    yield from zip(others[::2], others[1::2], strict=True)


def parts() -> list[type]:
    """The classes of which results consist, as they are met in the results."""
    homes = [sys.modules[getattr(vrest, name).__module__] for name in RESULTS] + [importlib.import_module("vrest.results.energy")]
    found = [
        one
        for home in homes
        for one in vars(home).values()
        if isinstance(one, type) and issubclass(one, Brief) and one is not Brief
    ]
    return list(dict.fromkeys(found))


def attributes() -> str:
    """The page of every result, then of their parts."""
    results = "\n\n".join(one_class(getattr(vrest, name)) for name in RESULTS)
    return f"## Results\n\n{results}\n\n## Parts of results\n\n" + "\n\n".join(map(one_class, parts())) + "\n"
