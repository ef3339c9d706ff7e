"""What `tune` says where a question has no answer, or has too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...description.cell import Cell
from ...description.edit import with_unit
from ...errors import Problem, VrestError, advice, nearest
from ...units import to_unit

KINDS = {
    "net_flux_fraction": "{}",
    "net_current_fraction": "the current into '{}'",
    "charge_fraction_of_70_mV": "the charge of '{}'",
    "net_water_fraction": "the water of '{}'",
}


def called(row: tuple[str, str]) -> str:
    """A balance in words."""
    return KINDS[row[0]].format(row[1])


def at(V_m: Mapping[str, float]) -> str:
    """The potentials of a solution in words."""
    if len(V_m) == 1:
        (V,) = V_m.values()
        return f"at {to_unit(V, 'mV'):.4g} mV"
    return "at " + ", ".join(f"{to_unit(V, 'mV'):.4g} mV across '{name}'" for name, V in V_m.items())


def wrong_paths(free: Sequence[str], known: Sequence[str], scaling: Sequence[str]) -> list[Problem]:
    """Every path that the cell does not have, none at all, or one that is named twice."""
    problems = [
        Problem(
            f"'{path[:80]}' is no path of the cell",
            path=path[:200],
            found=path,
            expected="a number of the description, such as a permeability or the amount of an impermeant",
            suggestion=nearest(path, known),
        )
        for path in free
        if path not in known
    ]
    if not free:
        problems.append(Problem("nothing is free to be tuned", path="free", found="no path", expected=", ".join(scaling[:6])))
    if len(set(free)) < len(free):
        problems.append(Problem("a path is named twice", path="free", found=", ".join(free), expected="each once"))
    return problems


def holding(membrane: str, value: str = "-70 mV") -> str:
    """How a potential is held: of a membrane, or `V` of the only one."""
    named = "" if membrane == "V" else f"{membrane}="
    quoted = value if value == "..." else f'"{value}"'
    return advice(f'hold={{"{membrane}": {quoted}}}', f"--voltage {named}{quoted}")


def plain_potential(key: str, number: float) -> Problem:
    """A potential that is held at a plain number."""
    return Problem(f"the potential of '{key}' lacks its unit", path=key, found=f"{number:g}", expected=with_unit(-65, "mV"))


def not_held(cell: Cell, key: str) -> Problem:
    """A name in `hold` that is neither a membrane nor a path."""
    several = len(cell.membranes) > 1
    example = holding(next(iter(cell.membranes)) if several else "V")
    setting = advice('hold={"inside.K": "140 mM"}', '--set inside.K="140 mM"')
    message = "the potential of which membrane is held?" if key == "V" else f"'{key[:80]}' is neither a membrane nor a path"
    return Problem(
        message,
        path=key[:200],
        found=key,
        expected=f"{example}, or a path such as {setting}",
        suggestion=nearest(key, [*cell.membranes, *cell.settable]),
    )


def held_and_free(path: str) -> Problem:
    return Problem(f"'{path}' is held and free at once", path=path, found=path, expected="one of the two")


def potentials_contradict(held: Mapping[str, float]) -> Problem:
    listed = ", ".join(f"{name} {to_unit(V, 'mV'):.4g} mV" for name, V in held.items())
    return Problem(
        f"these potentials cannot be held together: {listed}",
        path=next(iter(held)),
        found=listed,
        expected="membranes in a loop whose potentials add up",
    )


def too_many(cell: Cell, free: Sequence[str], potentials: int, rows: Sequence[tuple[str, str]], rank: int) -> Problem:
    """More unknowns than balances."""
    membrane = "V" if len(cell.membranes) == 1 else next(iter(cell.membranes))
    extra = len(free) + potentials - len(rows)
    balances = ", ".join(called(row) for row in rows)
    also = ["", " and the potential"][potentials] if potentials < 2 else f" and {potentials} potentials"
    return Problem(
        f"{len(free)} numbers{also} for {len(rows)} balances ({balances}): "
        f"{extra} of them can be chosen freely (only {rank} of the numbers are fixed by the balances at one potential)",
        path="free",
        found=", ".join(free),
        expected=f"at most {max(len(rows) - potentials, 0)} paths" + (f", or {holding(membrane, '...')}" if potentials else ""),
    )


def not_finite(V_m: Mapping[str, float]) -> Problem:
    """Balances that have no values where the search begins."""
    return Problem(
        f"a flux has no finite value {at(V_m)}, or none of its slope with a free number",
        path="free",
        expected="another potential, or another number",
    )


def moves_nothing(path: str, V_m: Mapping[str, float], of_impermeant: bool, scales: bool) -> Problem:
    """A number that no balance knows of."""
    why = (
        "what passes there is at equilibrium, so any value does"
        if scales
        else "the amount follows from the charge, and no water crosses, so any value does"
        if of_impermeant
        else "no balance of the described composition depends on it"
    )
    return Problem(f"'{path}' moves nothing {at(V_m)}: {why}", path=path, found=path, expected="another number")


def alike(paths: Sequence[str]) -> Problem:
    """Numbers that do the same to the balances."""
    return Problem(
        f"{' and '.join(paths)} do the same to the balances, so they can be chosen freely against each other",
        path=paths[0],
        found=", ".join(paths),
        expected="one fewer of them",
    )


def against_potential(paths: Sequence[str]) -> Problem:
    """Numbers that leave the potential open."""
    return Problem(
        f"the potential and {' and '.join(paths)} can be chosen freely against each other",
        path=paths[0],
        found=", ".join(paths),
        expected=f"one number fewer, or {holding('V')}",
    )


def negative(paths: Sequence[str], V_m: Mapping[str, float]) -> Problem:
    return Problem(
        f"the balances can be met {at(V_m)} only with a negative {' and '.join(paths)}",
        path=paths[0],
        expected="another number to be free, or another composition",
    )


def contradiction(
    free: Sequence[str], worst: tuple[str, str], left: float, V_m: Mapping[str, float], held: bool, others: Sequence[str]
) -> Problem:
    """Balances that no values meet; `others` are numbers that would move the worst of them."""
    measure = {
        "net_flux_fraction": f"{left:.2g} of its flux",
        "net_current_fraction": f"{left:.2g} of all current",
        "charge_fraction_of_70_mV": f"{left:.2g} of that at 70 mV",
        "net_water_fraction": f"{left:.2g} of its osmolarity",
    }[worst[0]]
    return Problem(
        f"no values of {', '.join(free)} balance the described composition{' ' + at(V_m) if held else ''}: "
        f"what is left of {called(worst)} is {measure}",
        path=worst[1],
        expected=f"one more number that moves it{_such_as(others)}" + ", or a potential that is left free" * held,
    )


def _such_as(paths: Sequence[str]) -> str:
    """The first of some paths, as examples."""
    return f": {_either(paths)}" if paths else ""


def _either(paths: Sequence[str]) -> str:
    """The first of some paths: a, b or c."""
    first = list(paths[:4])
    return " or ".join(filter(None, (", ".join(first[:-1]), first[-1])))


def water_flows(
    membrane: str, spaces: tuple[str, str], osmolarities: tuple[float, float], wall: float, impermeants: Sequence[str]
) -> Problem:
    """A volume that no free number can keep; numbers of impermeants that move it, if they are freed."""
    return Problem(
        f"water flows through '{membrane}', whatever these numbers are: the described osmolarities are "
        f"{osmolarities[0]:.5g} mM in '{spaces[0]}' and {osmolarities[1]:.5g} mM in '{spaces[1]}'"
        + (f", and the wall bears {wall:.4g} mM of it" if wall else ""),
        path=f"{spaces[0]}.volume",
        expected=f"osmolarities that balance{f' (free {_either(impermeants)})' if impermeants else ''}, or water: none",
    )


def volume_relaxes(membrane: str, space: str, asked: float, described: float) -> Problem:
    """A volume that a formula asks for, and another that is described [m^3]."""
    return Problem(
        f"the volume of '{space}' relaxes, whatever these numbers are: the formula of '{membrane}' asks for "
        f"{to_unit(asked, 'pL'):.5g} pL, and {to_unit(described, 'pL'):.5g} pL are described",
        path=f"{membrane}.water.relax_to",
        expected="a formula that gives the described volume, or water: none",
    )


def balanced_but(texts: Mapping[str, str], what: str, reason: VrestError) -> Problem:
    """Numbers that balance a composition and are no answer all the same."""
    listed = ", ".join(f"{path} = {text}" for path, text in texts.items())
    return Problem(f"the balances are met with {listed}, but {what}: {reason.problems[0].message}", path="free")
