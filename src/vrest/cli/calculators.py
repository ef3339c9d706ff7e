"""Single laws from the command line: each option is an argument of its law, read in its unit and within the law's domain."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from ..description.data import ion_table
from ..domains import TEMPERATURE, Domain
from ..errors import InputError, Problem, nearest
from ..units import UnitError, is_pH, quantity_from, to_unit
from .commands import QUANTITIES
from .output import Plain

Law = Callable[..., Any]


def _given(arguments: argparse.Namespace, law: Law) -> dict[str, float]:
    """What was given of a law's arguments, in SI."""
    typed = {name: getattr(arguments, name, None) for name in inspect.signature(law).parameters if name in QUANTITIES}
    ion = getattr(arguments, "ion", "")
    return {
        name: _number(text, QUANTITIES[name].unit, _domain(law, name), QUANTITIES[name].option, ion)
        for name, text in typed.items()
        if text is not None
    }


def _domain(law: Law, name: str) -> Domain:
    return law.domains[name]  # type: ignore[attr-defined]


def _number(text: str, unit: str, domain: Domain, what: str, ion: str = "") -> float:
    """One option as an SI number; problems name the option. A concentration of H may be a pH."""
    try:
        value = _of_protons(text) if is_pH(text) and (ion, unit) == ("H", "mM") else quantity_from(text, unit).value
    except UnitError as error:
        raise UnitError(*(problem.at(path=what) for problem in error.problems)) from None
    if domain.admits(value):
        return value
    suggestion = f"{value:g} degC" if domain is TEMPERATURE and -40 <= value <= 100 else None
    raise InputError(Problem(f"{what} is out of range", path=what, found=text, expected=domain.words, suggestion=suggestion))


def _of_protons(text: str) -> float:
    from ..units.acidity import of_pH

    return of_pH(text).value


def _valence(ion: str) -> int:
    known = ion_table()
    if ion in known:
        return known[ion].valence
    expected = "an ion such as K, Na, Cl (or --valence where the command has it)"
    message = "this ion is not in the table of ions"
    raise InputError(Problem(message, found=ion, expected=expected, suggestion=nearest(ion, known)))


def _valences(ions: Iterable[str]) -> list[int]:
    return [_valence(ion) for ion in ions]


def _solution(pairs: list[str], option: str, domain: Domain) -> dict[str, float]:
    """Ions and concentrations [mol/m^3] from ION=C."""
    found: dict[str, float] = {}
    for text in pairs:
        ion, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not ion or not value:
            raise InputError(Problem(f"{option} takes ION=CONCENTRATION", path=option, found=text, expected='such as K="140 mM"'))
        if ion in found:
            raise InputError(Problem(f"{option} names {ion[:20]} twice", path=option, found=text, expected="each ion once"))
        _valence(ion)
        found[ion] = _number(value, "mM", domain, f"{option} {ion}", ion)
    return found


def _counter_charge(where: str, solution: dict[str, float]) -> list[str]:
    """A sentence that names the charge which the ions of a solution lack to be neutral; none where they are."""
    charge = sum(z * c for z, c in zip(_valences(solution), solution.values(), strict=True))
    if abs(charge) <= 1e-6 * sum(solution.values()):
        return []
    return [f"the ions of {where} carry {charge:+.4g} mM of charge; counter-ions of {-charge:+.4g} mM are missing"]


def _with_notes(values: dict[str, Any], words: str, notes: list[str]) -> Plain:
    return Plain(values | {"notes": notes}, "\n".join([words, *(f"note: {note}" for note in notes)]))


def _mV(value: Any) -> float:
    return float(to_unit(float(value), "mV"))


def nernst(arguments: argparse.Namespace) -> Plain:
    from ..laws.nernst import nernst_potential

    given: dict[str, float] = {"z": _valence(arguments.ion)} if arguments.z is None else {}
    given |= _given(arguments, nernst_potential)
    z, c_in, c_out, T = (given[name] for name in ("z", "c_in", "c_out", "T"))
    E = _mV(nernst_potential(**given))
    values = {"ion": arguments.ion, "valence": z, "temperature_K": T, "inside_mM": c_in, "outside_mM": c_out, "E_mV": E}
    words = f"E_{arguments.ion} = {E:.3f} mV  (z = {z:+g}, {c_in:g} mM inside, {c_out:g} mM outside, {T:g} K)"
    return Plain(values, words)


def ghk(arguments: argparse.Namespace) -> Plain:
    from ..laws.ghk import ghk_voltage
    from ..laws.nernst import nernst_potential

    T = _given(arguments, ghk_voltage)["T"]
    ions, P, c_in, c_out = (list(column) for column in zip(*map(_path, arguments.ions), strict=True))
    if not any(P):
        raise InputError(Problem("nothing conducts: every permeability is zero", found="0", expected="at least one above zero"))
    z = _valences(ions)
    if not all(map(any, (c_in, c_out))):
        message = "one side holds no permeant ion, so no finite potential exists"
        raise InputError(Problem(message, found="0 mM", expected="a concentration above zero on each side"))
    V = _mV(ghk_voltage(P, z, c_in, c_out, T))
    rows = zip(ions, z, c_in, c_out, strict=True)
    E = {ion: _mV(nernst_potential(z_k, a, b, T)) if a and b else None for ion, z_k, a, b in rows}
    values = {"temperature_K": T, "V_mV": V, "E_mV": E, "permeability": dict(zip(ions, P, strict=True))}
    words = f"V = {V:.3f} mV  (constant field, no pump, {T:g} K)"
    return Plain(values, "\n".join([words, *(_reversal(ion, e) for ion, e in E.items())]))


def _reversal(ion: str, E: float | None) -> str:
    return f"E_{ion} is not defined: one side holds none" if E is None else f"E_{ion} = {E:.3f} mV"


def _path(text: str) -> tuple[str, float, float, float]:
    from ..laws.ghk import ghk_voltage

    ion, *numbers = (part.strip() for part in text.split(":"))
    if len(numbers) != 3:
        raise InputError(Problem("an ion is given as ION:P:IN:OUT", found=text, expected='such as "K:1:140 mM:5 mM"'))
    _valence(ion)
    wanted = (("P", "1", "permeability of"), ("c_in", "mM", "inner"), ("c_out", "mM", "outer"))
    P, c_in, c_out = (
        _number(number, unit, _domain(ghk_voltage, name), f"{what} {ion}", ion)
        for number, (name, unit, what) in zip(numbers, wanted, strict=True)
    )
    return ion, P, c_in, c_out


def donnan(arguments: argparse.Namespace) -> Plain:
    from ..laws.donnan import donnan_concentrations, donnan_potential, donnan_pressure

    given = _given(arguments, donnan_potential)
    outside = _solution(arguments.outside, "--out", _domain(donnan_potential, "c_out"))
    asked = (_valences(outside), list(outside.values()), given["z_X"], given["c_X"], given["T"])
    V = _mV(donnan_potential(*asked))
    inside = {ion: float(c) for ion, c in zip(outside, donnan_concentrations(*asked), strict=True)}
    pressure = float(to_unit(float(donnan_pressure(*asked)), "kPa"))
    values = {"temperature_K": given["T"], "V_mV": V, "inside_mM": inside, "outside_mM": outside, "pressure_kPa": pressure}
    listed = ", ".join(f"{ion} {c:.4g} mM" for ion, c in inside.items())
    wall = f"a rigid wall bears {pressure:.4g} kPa (fixed volume, {given['T']:g} K)"
    words = f"V = {V:.4f} mV\ninside: {listed}\n{wall}"
    return _with_notes(values, words, _counter_charge("the solution outside", outside))


def debye(arguments: argparse.Namespace) -> Plain:
    from ..laws.activity import ionic_strength
    from ..laws.double_layer import debye_length, water_permittivity

    given = _given(arguments, debye_length)
    solution = _solution(arguments.ions, "ION=C", _domain(debye_length, "c"))
    if not any(solution.values()):
        raise InputError(Problem("a solution without ions screens nothing", found="0 mM", expected="a concentration above zero"))
    z, c, T = _valences(solution), list(solution.values()), given["T"]
    permittivity = given["permittivity"] if "permittivity" in given else float(water_permittivity(T))
    length = float(to_unit(float(debye_length(z, c, T, permittivity)), "nm"))
    strength = float(ionic_strength(z, c))
    values = {"temperature_K": T, "debye_length_nm": length, "permittivity": permittivity, "ionic_strength_mM": strength}
    beside = f"ionic strength {strength:.4g} mM, relative permittivity {permittivity:.2f}, {T:g} K"
    return _with_notes(values, f"Debye length {length:.4f} nm  ({beside})", _counter_charge("the solution", solution))


def atp(arguments: argparse.Namespace) -> Plain:
    from ..laws.atp import atp_free_energy

    given = _given(arguments, atp_free_energy)
    energy = float(to_unit(float(atp_free_energy(**given)), "kJ/mol"))
    values = {"temperature_K": given["T"], "delta_G_kJ_per_mol": energy}
    values |= {f"{name}_mM": given[name] for name in ("ATP", "ADP", "Pi")}
    return Plain(values, f"delta G of ATP hydrolysis = {energy:.3f} kJ/mol  ({given['T']:g} K)")


def pmf(arguments: argparse.Namespace) -> Plain:
    from ..laws.proton import proton_motive_force

    given = _given(arguments, proton_motive_force)
    force, electrical = _mV(proton_motive_force(**given)), _mV(given["V_m"])
    chemical = force - electrical
    values = {"temperature_K": given["T"], "pmf_mV": force, "electrical_mV": electrical, "chemical_mV": chemical}
    parts = f"electrical {electrical:.2f} mV, chemical {chemical:.2f} mV, {given['T']:g} K"
    return Plain(values, f"proton motive force = {force:.2f} mV  ({parts})")


def junction(arguments: argparse.Namespace) -> Plain:
    from ..laws.junction import henderson_potential

    T = _given(arguments, henderson_potential)["T"]
    first = _solution(arguments.first, "--first", _domain(henderson_potential, "c_first"))
    second = _solution(arguments.second, "--second", _domain(henderson_potential, "c_second"))
    for option, side in (("--first", first), ("--second", second)):
        if not any(side.values()):
            message = "a solution without ions conducts nothing, and Henderson's potential has no limit there"
            raise InputError(Problem(message, path=option, found="0 mM", expected="a concentration above zero on each side"))
    ions = list(dict.fromkeys([*first, *second]))
    c_first, c_second = ([side.get(ion, 0.0) for ion in ions] for side in (first, second))
    V = _mV(henderson_potential(_valences(ions), [_conductivity(ion) for ion in ions], c_first, c_second, T))
    values = {"temperature_K": T, "junction_mV": V, "first_mM": first, "second_mM": second}
    words = f"junction potential, second minus first = {V:.3f} mV  (Henderson, limiting conductivities at 25 degC, {T:g} K)"
    notes = _counter_charge("the first solution", first) + _counter_charge("the second solution", second)
    return _with_notes(values, words, notes)


def _conductivity(ion: str) -> float:
    row = ion_table()[ion]
    if row.conductivity is None:
        known = [symbol for symbol, other in ion_table().items() if other.conductivity is not None]
        message = f"the limiting conductivity of {ion} is not in the table of ions"
        raise InputError(Problem(message, found=ion, expected=", ".join(known)))
    return row.conductivity
