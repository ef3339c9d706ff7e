"""Single laws from the command line: nernst, ghk, donnan, debye, atp, pmf, junction."""

from __future__ import annotations

import argparse
from typing import Any

from ..description.ions import ion_table
from ..domains import FINITE, NON_NEGATIVE, NON_ZERO, POSITIVE, TEMPERATURE, Domain
from ..errors import InputError, Problem, nearest
from ..units import UnitError, quantity_from, to_unit
from .output import one_form, show_values


def _number(text: str, unit: str, domain: Domain, what: str) -> float:
    """One option as an SI number; problems name the option."""
    try:
        value = quantity_from(text, unit).value
    except UnitError as error:
        raise UnitError(*(problem.at(path=what) for problem in error.problems)) from None
    if domain.admits(value):
        return value
    suggestion = f"{value:g} degC" if domain is TEMPERATURE and -40 <= value <= 100 else None
    raise InputError(Problem(f"{what} is out of range", path=what, found=text, expected=domain.words, suggestion=suggestion))


def _temperature(arguments: argparse.Namespace) -> float:
    one_form(arguments)
    return _number(arguments.temperature, "K", TEMPERATURE, "--temperature")


def _valence(ion: str) -> int:
    known = ion_table()
    if ion in known:
        return known[ion].valence
    raise InputError(
        Problem(
            "this ion is not in the table of ions",
            found=ion,
            expected="an ion such as K, Na, Cl (or --valence where the command has it)",
            suggestion=nearest(ion, known),
        )
    )


def _solution(pairs: list[str], option: str) -> dict[str, float]:
    """Ions and concentrations [mol/m^3] from ION=C."""
    found: dict[str, float] = {}
    for text in pairs:
        ion, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not ion or not value:
            raise InputError(Problem(f"{option} takes ION=CONCENTRATION", path=option, found=text, expected='such as K="140 mM"'))
        if ion in found:
            raise InputError(Problem(f"{option} names {ion[:20]} twice", path=option, found=text, expected="each ion once"))
        _valence(ion)
        found[ion] = _number(value, "mM", NON_NEGATIVE, f"{option} {ion}")
    return found


def _mv(value: float) -> float:
    return float(to_unit(float(value), "mV"))


def nernst(arguments: argparse.Namespace) -> None:
    from ..laws.nernst import nernst_potential

    T = _temperature(arguments)
    z = _valence(arguments.ion) if arguments.valence is None else _number(arguments.valence, "1", NON_ZERO, "--valence")
    c_in, c_out = (
        _number(text, "mM", POSITIVE, option) for text, option in ((arguments.c_in, "--in"), (arguments.c_out, "--out"))
    )
    E = _mv(nernst_potential(z, c_in, c_out, T))
    values = {"ion": arguments.ion, "valence": z, "temperature_K": T, "inside_mM": c_in, "outside_mM": c_out, "E_mV": E}
    show_values(
        values, arguments, f"E_{arguments.ion} = {E:.3f} mV  (z = {z:+g}, {c_in:g} mM inside, {c_out:g} mM outside, {T:g} K)"
    )


def ghk(arguments: argparse.Namespace) -> None:
    from ..laws.ghk import ghk_voltage
    from ..laws.nernst import nernst_potential

    T = _temperature(arguments)
    rows = [_path(text) for text in arguments.ions]
    if not any(row[1] for row in rows):
        raise InputError(Problem("nothing conducts: every permeability is zero", found="0", expected="at least one above zero"))
    ions, P, c_in, c_out = (list(column) for column in zip(*rows, strict=True))
    z = [_valence(ion) for ion in ions]
    if not any(c_in) or not any(c_out):
        raise InputError(
            Problem(
                "one side holds no permeant ion, so no finite potential exists",
                found="0 mM",
                expected="a concentration above zero on each side",
            )
        )
    V = _mv(ghk_voltage(P, z, c_in, c_out, T))
    E = {
        ion: _mv(nernst_potential(z_k, a, b, T)) if a and b else None for ion, z_k, a, b in zip(ions, z, c_in, c_out, strict=True)
    }
    values: dict[str, Any] = {"temperature_K": T, "V_mV": V, "E_mV": E, "permeability": dict(zip(ions, P, strict=True))}
    lines = [f"V = {V:.3f} mV  (constant field, no pump, {T:g} K)"]
    lines += [
        f"E_{ion} = {e:.3f} mV" if e is not None else f"E_{ion} is not defined: one side holds none" for ion, e in E.items()
    ]
    show_values(values, arguments, "\n".join(lines))


def _path(text: str) -> tuple[str, float, float, float]:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 4:
        raise InputError(Problem("an ion is given as ION:P:IN:OUT", found=text, expected='such as "K:1:140 mM:5 mM"'))
    ion = parts[0]
    _valence(ion)
    return (
        ion,
        _number(parts[1], "1", NON_NEGATIVE, f"permeability of {ion}"),
        _number(parts[2], "mM", NON_NEGATIVE, f"inner {ion}"),
        _number(parts[3], "mM", NON_NEGATIVE, f"outer {ion}"),
    )


def donnan(arguments: argparse.Namespace) -> None:
    from ..laws.donnan import donnan_concentrations, donnan_potential, donnan_pressure

    T = _temperature(arguments)
    outside = _solution(arguments.outside, "--out")
    z_X = _number(arguments.valence, "1", FINITE, "--valence")
    c_X = _number(arguments.fixed, "mM", NON_NEGATIVE, "--fixed")
    z, c_out = [_valence(ion) for ion in outside], list(outside.values())
    V = donnan_potential(z, c_out, z_X, c_X, T)
    inside = {ion: float(c) for ion, c in zip(outside, donnan_concentrations(z, c_out, z_X, c_X, T), strict=True)}
    pressure = float(to_unit(float(donnan_pressure(z, c_out, z_X, c_X, T)), "kPa"))
    values = {"temperature_K": T, "V_mV": _mv(V), "inside_mM": inside, "outside_mM": outside, "pressure_kPa": pressure}
    listed = ", ".join(f"{ion} {c:.4g} mM" for ion, c in inside.items())
    text = f"V = {_mv(V):.4f} mV\ninside: {listed}\na rigid wall bears {pressure:.4g} kPa (fixed volume, {T:g} K)"
    show_values(values, arguments, text)


def debye(arguments: argparse.Namespace) -> None:
    from ..laws.activity import ionic_strength
    from ..laws.double_layer import debye_length, water_permittivity

    T = _temperature(arguments)
    solution = _solution(arguments.ions, "ION=C")
    if not any(solution.values()):
        raise InputError(Problem("a solution without ions screens nothing", found="0 mM", expected="a concentration above zero"))
    z, c = [_valence(ion) for ion in solution], list(solution.values())
    permittivity = (
        float(water_permittivity(T))
        if arguments.permittivity is None
        else _number(arguments.permittivity, "1", POSITIVE, "--permittivity")
    )
    length = float(to_unit(float(debye_length(z, c, T, permittivity)), "nm"))
    values = {
        "temperature_K": T,
        "debye_length_nm": length,
        "permittivity": permittivity,
        "ionic_strength_mM": float(ionic_strength(z, c)),
    }
    show_values(
        values,
        arguments,
        f"Debye length {length:.4f} nm  (ionic strength {values['ionic_strength_mM']:.4g} mM, relative permittivity {permittivity:.2f}, {T:g} K)",
    )


def atp(arguments: argparse.Namespace) -> None:
    from ..laws.atp import atp_free_energy

    T = _temperature(arguments)
    amounts = {name: _number(getattr(arguments, name), "mM", POSITIVE, f"--{name}") for name in ("ATP", "ADP", "Pi")}
    standard = _number(arguments.standard, "J/mol", FINITE, "--standard")
    energy = float(to_unit(float(atp_free_energy(*amounts.values(), T, standard=standard)), "kJ/mol"))
    values = {"temperature_K": T, "delta_G_kJ_per_mol": energy, **{f"{name}_mM": c for name, c in amounts.items()}}
    show_values(values, arguments, f"delta G of ATP hydrolysis = {energy:.3f} kJ/mol  ({T:g} K)")


def pmf(arguments: argparse.Namespace) -> None:
    from ..laws.proton import proton_motive_force

    T = _temperature(arguments)
    V = _number(arguments.voltage, "V", FINITE, "--voltage")
    pH_in, pH_out = (
        _number(text, "1", FINITE, option) for text, option in ((arguments.pH_in, "--pH-in"), (arguments.pH_out, "--pH-out"))
    )
    force = _mv(proton_motive_force(V, pH_in, pH_out, T))
    chemical = force - _mv(V)
    values = {"temperature_K": T, "pmf_mV": force, "electrical_mV": _mv(V), "chemical_mV": chemical}
    show_values(
        values,
        arguments,
        f"proton motive force = {force:.2f} mV  (electrical {_mv(V):.2f} mV, chemical {chemical:.2f} mV, {T:g} K)",
    )


def junction(arguments: argparse.Namespace) -> None:
    from ..laws.junction import henderson_potential

    T = _temperature(arguments)
    first, second = _solution(arguments.first, "--first"), _solution(arguments.second, "--second")
    ions = list(dict.fromkeys([*first, *second]))
    mobility = [_conductivity(ion) for ion in ions]
    z = [_valence(ion) for ion in ions]
    V = _mv(henderson_potential(z, mobility, [first.get(ion, 0.0) for ion in ions], [second.get(ion, 0.0) for ion in ions], T))
    values = {"temperature_K": T, "junction_mV": V, "first_mM": first, "second_mM": second}
    show_values(
        values,
        arguments,
        f"junction potential, second minus first = {V:.3f} mV  (Henderson, limiting conductivities at 25 degC, {T:g} K)",
    )


def _conductivity(ion: str) -> float:
    row = ion_table()[ion]
    if row.conductivity is None:
        known = [symbol for symbol, other in ion_table().items() if other.conductivity is not None]
        raise InputError(
            Problem(f"the limiting conductivity of {ion} is not in the table of ions", found=ion, expected=", ".join(known))
        )
    return row.conductivity
