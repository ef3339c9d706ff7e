"""Potentials at which no net current flows: one unknown potential by a scan, more in a loop by Newton; each root certified."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...description.cell import Cell, Mechanism
from ...description.derive import Derivation
from ...engines.roots import Root
from ...errors import InputError, NoAnswerError, NotFoundError
from ...laws.nernst import nernst_potential, thermal_voltage
from ...mechanisms.parameter import ACTIVE
from ...results.base import Unknown
from ...results.rest import NO_CAPACITANCE, UNDECIDED
from ...system.circuit import Circuit, MembraneSystem
from ...units import to_unit
from .blocks import (
    PROBES,
    RESOLUTION,
    Block,
    LoopBlock,
    MembraneBlock,
    Numbers,
    Terms,
    blocks_of,
    grid_of_starts,
    infinite,
    must_be_finite,
    must_not_vanish,
    nothing_conducts,
    nothing_crosses,
    passed_over,
    pole_of,
    sought,
    sought_without,
    widened,
    without_root,
)

if TYPE_CHECKING:
    from .gated import Deviations, GatedBlock

MARGIN = 0.150
RESIDUAL_LIMIT = 1e-9
MOST_COMBINATIONS = 1000
FEW_STARTS = 5
SCANNED, BY_NEWTON = "sign scan with derivative signs, then bracketed Newton", "Newton from several starts in loops"
LONGEST_STEP, SMALL_POTENTIAL = 0.03, 1e-3
"""Of Newton in a loop [V]: the largest change of a potential in a step, and below what a potential counts as small."""


@dataclass(frozen=True)
class RestState:
    """One root, of a block or of the whole cell: potentials [V], slopes and residuals by membrane (or by compartment in loops).

    Where there are gates, `deviations` by block are what says whether it is stable; None where that cannot be told.
    """

    V: dict[str, float]
    slopes: dict[str, float]
    residuals: dict[str, float]
    relative_residuals: dict[str, float]
    stable: bool | None
    deviations: dict[str, Deviations] = field(default_factory=dict)

    def slope_at_once(self, name: str) -> float:
        """The slope of a membrane's net current while its gates stay as they are."""
        found = (one.at_once for one in self.deviations.values() if name in one.at_once)
        return next((slopes[name] for slopes in found), self.slopes[name])

    @property
    def stability(self) -> bool | Unknown:
        """Whether it is stable, or why that cannot be said."""
        if self.stable is not None:
            return self.stable
        unknown = any(one.spectrum is None for one in self.deviations.values())
        return Unknown(NO_CAPACITANCE if unknown else UNDECIDED)


@dataclass(frozen=True)
class Scan:
    """Certified roots of a block, ascending; the range that was searched [V], and what was met there besides roots."""

    roots: list[RestState]
    range: tuple[float, float] | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """What was looked at: range [V] by membrane (scanned) and how often a loop was started, method, and what else was met.

    `silent` says of membranes without an answer why there is none.
    """

    ranges: dict[str, tuple[float, float]]
    method: str
    loop_starts: dict[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    silent: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ranges = {name: [to_unit(low, "mV"), to_unit(high, "mV")] for name, (low, high) in self.ranges.items()}
        return {"range_mV": ranges, "resolution_mV": to_unit(RESOLUTION, "mV"), "loop_starts": dict(self.loop_starts)}


class RestSolver:
    """Finds the roots of one structure; its numbers may change from call to call.

    It traces each block's currents once; `solve` then costs a scan.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.circuit = Circuit(cell)
        self.derivation = Derivation(cell)
        self.numbers = self.derivation.numbers()
        self.blocks = blocks_of(self.circuit, tuple(self.numbers))
        self._last: dict[str, Terms] = {}
        self._gated: dict[str, GatedBlock | None] = {}
        self._membranes = {block.name: block for block in self.blocks if isinstance(block, MembraneBlock)}

    def membrane(self, name: str) -> MembraneBlock:
        """One membrane as a block of its own, whether it lies in a loop or not."""
        if name not in self._membranes:
            self._membranes[name] = MembraneBlock(self.circuit, name, tuple(self.numbers))
        return self._membranes[name]

    def solve(
        self, numbers: Numbers | None = None, near: Mapping[str, float] | None = None, partial: bool = False
    ) -> tuple[list[RestState], Search]:
        """Every root of the cell that was found, ascending in the first membrane's potential.

        With `near`, potentials of compartments [V], a loop is solved from there only, and from a few of the grid of starts where that fails.
        With `partial`, membranes outside loops may have no answer where others have one.

        Raises:
            InputError: nothing conducts in some membrane.
            NoAnswerError: no potential without net current, or none that could be certified.
        """
        numbers = self.numbers if numbers is None else numbers
        scans, silent = (
            self._scans(numbers, near) if partial else ([self.roots(block, numbers, near) for block in self.blocks], {})
        )
        count = math.prod(len(scan.roots) for scan in scans)
        combinations = itertools.islice(itertools.product(*(scan.roots for scan in scans)), MOST_COMBINATIONS)
        found = [self._merged(combination, numbers) for combination in combinations]
        silent |= self._undecided(found[0])
        remarks = [remark for scan in scans for remark in scan.remarks]
        if count > len(found):
            remarks.append(
                f"{count} combinations of the membranes' states carry no net current; {len(found)} of them are listed."
            )
        return sorted(found, key=lambda e: tuple(e.V.values())), self._search(scans, remarks, near is not None, silent)

    def _scans(self, numbers: Numbers, near: Mapping[str, float] | None) -> tuple[list[Scan], dict[str, str]]:
        """Roots of the blocks that have some, and why the others have none.

        Raises:
            InputError, NoAnswerError: none has any, or a loop has none.
        """
        scans, failed = [], {}
        for block in self.blocks:
            try:
                scans.append(self.roots(block, numbers, near))
            except (InputError, NoAnswerError) as error:
                if not isinstance(block, MembraneBlock):
                    raise
                failed[block.name] = error
        if not scans:
            raise next(iter(failed.values()), nothing_crosses(self.cell))
        return scans, {name: error.problems[0].message for name, error in failed.items()}

    def _undecided(self, state: RestState) -> dict[str, str]:
        """Why membranes that no current crosses have no potential, where they have none."""
        names = [name for name in self.circuit.silent if name not in state.V]
        return {name: f"no current crosses '{name}', and no other membranes decide its potential" for name in names}

    def _merged(self, parts: Iterable[RestState], numbers: Numbers) -> RestState:
        """The roots of all blocks as one of the cell, with the potentials of membranes that no current crosses."""
        merged: dict[str, dict[str, Any]] = {
            name: {} for name in ("V", "slopes", "residuals", "relative_residuals", "deviations")
        }
        stable: bool | None = True
        for part in parts:
            stable = False if False in (stable, part.stable) else part.stable if stable else stable
            for name, group in merged.items():
                group.update(getattr(part, name))
        without = self.circuit.without_current(merged["V"], numbers)
        merged["V"] |= without
        merged["slopes"] |= dict.fromkeys(without, 0.0)
        V = {name: merged["V"][name] for name in self.cell.membranes if name in merged["V"]}
        return RestState(**{**merged, "V": V}, stable=stable)

    def _search(self, scans: Sequence[Scan], remarks: Sequence[str], nearby: bool, silent: dict[str, str]) -> Search:
        answered = [block for block in self.blocks if block.name not in silent]
        ranges = {block.name: scan.range for block, scan in zip(answered, scans, strict=True) if scan.range is not None}
        starts = {
            block.name: 1 if nearby else len(grid_of_starts(block.unknowns)) for block in self.blocks if block.unknowns != 1
        }
        methods = {SCANNED: ranges, BY_NEWTON: starts}
        return Search(ranges, "; ".join(how for how, used in methods.items() if used), starts, tuple(remarks), silent)

    def nernst(self, name: str, ion: str, numbers: Numbers) -> float | None:
        """Nernst potential of an ion at one membrane [V]; None where a side lacks it, or it carries no charge."""
        c_in, c_out = self.circuit.membranes[name].concentrations(numbers)
        a, b, z = c_in.get(ion), c_out.get(ion), self.cell.valences[ion]
        return float(nernst_potential(z, a, b, numbers["temperature"])) if a and b and z else None

    def roots(self, block: Block, numbers: Numbers, near: Mapping[str, float] | None = None) -> Scan:
        """Certified roots of one block."""
        if block.unknowns == 1:
            return self.scan(block, numbers)
        assert isinstance(block, LoopBlock)
        return Scan(self._web_roots(block, numbers, near), None)

    def _terms(self, block: Block, numbers: Numbers) -> Terms:
        """Currents of a block at given numbers; those of the numbers asked for last are kept."""
        known = self._last.get(block.name)
        if known is None or known.numbers is not numbers:
            known = self._last[block.name] = Terms(block.compiled, numbers)
        return known

    # -- one unknown potential ------------------------------------------------------------------------------------

    def range_of(self, name: str, numbers: Numbers) -> tuple[float, float]:
        """From the extreme reversal potentials of a membrane's active mechanisms, 150 mV further on each side [V]."""
        system = self.circuit.membranes[name]
        reversals = [
            E
            for word, m in system.mechanisms.items()
            if numbers[f"{name}.{word}.{ACTIVE}"]
            for E in reversal_potentials(system, word, m, numbers)
        ]
        return (min(reversals, default=0.0) - MARGIN, max(reversals, default=0.0) + MARGIN)

    def scanned(self, block: Block, numbers: Numbers) -> tuple[float, float]:
        """The range of x over which a block is scanned [V]: further out while a pump or current keeps the net current from changing
        sign, up to 2 V."""
        zero, one = block.voltages([0.0], numbers), block.voltages([1.0], numbers)
        ways = {name: one[name] - zero[name] for name in block.members}
        ends = [(V - zero[name]) * way for name, way in ways.items() if way for V in self.range_of(name, numbers)]
        return widened(self._terms(block, numbers), min(ends), max(ends))

    def scan(self, block: Block, numbers: Numbers) -> Scan:
        """Certified roots of a block with one unknown potential.

        Raises:
            InputError: nothing conducts there.
            NoAnswerError: no root, or a stretch of potentials without current.
        """
        low, high = self.scanned(block, numbers)
        probe, found = sought(block, self._terms(block, numbers), low, high)
        if isinstance(block, MembraneBlock):
            gap = must_be_finite(block, np.linspace(low, high, PROBES), probe, numbers)
        else:
            gap = None
            self._must_conduct_everywhere(block, numbers, found)
        must_not_vanish(block, found)
        roots, poles, jumps = self._told_apart(block, found, numbers)
        if not roots:
            raise NoAnswerError(without_root(block, [*poles, *filter(None, [gap])], low, high, probe, bool(found)))
        return Scan(roots, (low, high), (*jumps, *passed_over(block, poles, gap)))

    def _told_apart(self, block: Block, found: Sequence[Root], numbers: Numbers) -> tuple[list[RestState], list[str], list[str]]:
        """Changes of sign as certified roots, and in words those at a pole and those where the net current jumps across zero."""
        words = [(root, self._pole(block, root.x, numbers)) for root in found]
        tried = [(root, self._certified(block, root, numbers)) for root, pole in words if pole is None]
        roots = [state for _, state in tried if state is not None]
        jumps = [block.jump(root.x) for root, state in tried if state is None and math.isfinite(root.x)]
        return roots, list({root.x: pole for root, pole in words if pole is not None}.values()), jumps

    def _pole(self, block: Block, x: float, numbers: Numbers) -> str | None:
        """What is said where a formula divides by zero at x; None where none does."""
        for name, V in block.voltages([x], numbers).items() if math.isfinite(x) else ():
            word = pole_of(self.membrane(name), float(V), numbers)
            if word is not None:
                return infinite(self.circuit.membranes[name], word, float(V), numbers)
        return None

    def _certified(self, block: Block, root: Root, numbers: Numbers) -> RestState | None:
        """The root with its residual recomputed from the laws with plain floats; None where the current is not zero there."""
        if not math.isfinite(root.x):
            return None
        if isinstance(block, MembraneBlock):
            state = self._membrane_state(block, root, numbers)
        else:
            state = self._loop_state(block, np.array([root.x]), numbers, np.array([[root.slope]]))
            state = replace(state, stable=state.stable and not root.double)
        return self._with_gates(block, [root.x], numbers, state) if _balanced(state) else None

    def _with_gates(self, block: Block, x: Sequence[float], numbers: Numbers, state: RestState) -> RestState:
        """A root with what its gates make of small deviations; one on whose slope they have no say stays as it is."""
        found = self.deviations(block, x, numbers)
        return state if found is None else replace(state, stable=_is_stable(state, found), deviations={block.name: found})

    def deviations(self, block: Block, x: Sequence[float], numbers: Numbers) -> Deviations | None:
        """What small deviations of a block's potentials and gates do at a root; None where there are no gates."""
        if block.name not in self._gated:
            self._gated[block.name] = _gated(self.circuit, block, tuple(self.numbers))
        gated = self._gated[block.name]
        return None if gated is None else gated.at(x, numbers)

    def _membrane_state(self, block: MembraneBlock, root: Root, numbers: Numbers) -> RestState:
        total = float(sum(float(i) for i in block.system.currents(root.x, numbers).values()))
        return _state_of(block.name, root, total, *self._gross(block, root.x, numbers))

    def _gross(self, block: MembraneBlock, V: float, numbers: Numbers) -> tuple[float, float]:
        """What a residual is measured by, and the slope.

        The measure is the sum of |i| and of |di/dV| RT/F over the mechanisms: one alone carries nothing at its reversal potential, but
        conducts there.
        """
        currents, slopes = block.compiled(V, block.compiled.values(numbers))
        thermal = float(thermal_voltage(numbers["temperature"]))
        return float(np.abs(currents).sum() + thermal * np.abs(slopes[np.isfinite(slopes)]).sum()), float(slopes.sum())

    # -- without some mechanisms ----------------------------------------------------------------------------------

    def membrane_without(self, name: str, numbers: Numbers, removed: Sequence[Sequence[str]]) -> list[list[RestState]]:
        """Roots of one membrane without some of its mechanisms, for each set of these; none where nothing conducts or no root exists.

        Currents of mechanisms add up, so that one evaluation of each serves every set, unless one of them answers to the others.
        """
        block = self.membrane(name)
        if not block.separable:
            return [self._scanned_without(block, numbers, words) for words in removed]
        every, whole = self._terms(block, numbers), self.scanned(block, numbers)
        others = [every.only(np.array([word not in words for _, word in block.owners])) for words in removed]
        found = [(terms, root) for terms in others for root in sought_without(block, terms, whole)]
        states = self._states_without(block, found, numbers)
        of = [[one for (own, _), one in zip(found, states, strict=True) if own is terms and _balanced(one)] for terms in others]
        return [self._each_with_gates(block, own, _without(numbers, name, words)) for own, words in zip(of, removed, strict=True)]

    def _each_with_gates(self, block: MembraneBlock, states: list[RestState], numbers: Numbers) -> list[RestState]:
        """States with what their gates make of deviations, where that decides which of several is stable."""
        if len(states) < 2:
            return states
        return [self._with_gates(block, [one.V[block.name]], numbers, one) for one in states]

    def _scanned_without(self, block: MembraneBlock, numbers: Numbers, words: Sequence[str]) -> list[RestState]:
        try:
            return self.scan(block, _without(numbers, block.name, words)).roots
        except (InputError, NoAnswerError):
            return []

    def _states_without(self, block: MembraneBlock, found: Sequence[tuple[Terms, Root]], numbers: Numbers) -> list[RestState]:
        """As `_membrane_state`, for many roots at once, each of some of the currents."""
        if not found:
            return []
        V = np.array([root.x for _, root in found])
        active = np.array([terms.active for terms, _ in found])
        with np.errstate(all="ignore"):
            currents = np.array([np.broadcast_to(i, V.shape) for i in block.system.currents(V, numbers).values()]).T
        carried, slopes = block.compiled.at_each(V[:, None], block.compiled.values(numbers))
        totals, G = np.where(active, currents, 0.0).sum(axis=1), np.where(active, slopes[:, :, 0], 0.0)
        sizes = np.abs(carried) + float(thermal_voltage(numbers["temperature"])) * np.where(np.isfinite(G), np.abs(G), 0.0)
        gross = np.where(active, sizes, 0.0).sum(axis=1)
        return [
            _state_of(block.name, root, float(total), float(size), float(slope))
            for (_, root), total, size, slope in zip(found, totals, gross, G.sum(axis=1), strict=True)
        ]

    # -- several unknown potentials -------------------------------------------------------------------------------

    def _web_roots(self, block: LoopBlock, numbers: Numbers, near: Mapping[str, float] | None = None) -> list[RestState]:
        """Distinct roots of a loop, by Newton from a grid of starts or from near one; each certified with plain floats."""
        if not block.unknowns:
            return [self._loop_state(block, np.zeros(0), numbers)]
        from ...engines.newton import newton

        p, starts = block.compiled.values(numbers), block.starts(near, FEW_STARTS)
        found: list[RestState] = []
        seen: list[np.ndarray] = []
        for start in starts:
            point = newton(lambda x: block.compiled(x, p), start, longest=LONGEST_STEP, unit=SMALL_POTENTIAL, search=True)
            if not point.settled or not np.all(np.isfinite(point.x)) or _is_among(point.x, seen):
                continue
            state = self._loop_state(block, point.x, numbers, block.compiled(point.x, p)[1])
            if _balanced(state):
                seen.append(point.x)
                found.append(self._with_gates(block, point.x.tolist(), numbers, state))
                if near is not None:
                    break
        if not found:
            self._must_conduct_everywhere(block, numbers)
            raise NotFoundError(block.not_found(len(starts)))
        return found

    def _must_conduct_everywhere(self, block: Block, numbers: Numbers, found: Sequence[Root] = ()) -> None:
        """No compartment of a loop may have only membranes that carry nothing at every potential, as where nothing is found."""
        if not isinstance(block, LoopBlock) or (found and not any(root.plateau for root in found)):
            return
        grid = np.linspace(-0.2, 0.2, 41)
        carries = {name: bool(np.any(Terms(self.membrane(name).compiled, numbers).each(grid)[0])) for name in block.members}
        for end in block.loop.unknown:
            if not any(carries.get(membrane.name) for membrane in self.cell.around(end)):
                raise InputError(nothing_conducts(f"no membrane of compartment '{end}' carries current at any potential", end))

    def _loop_state(self, block: LoopBlock, x: np.ndarray, numbers: Numbers, jacobian: np.ndarray | None = None) -> RestState:
        V = {name: float(value) for name, value in block.voltages(list(x), numbers).items()}
        slopes, gross = {}, {}
        for name, voltage in V.items():
            gross[name], slopes[name] = self._gross(self.membrane(name), voltage, numbers)
        scale = sum(gross.values()) or 1.0
        currents = block.loop.residuals([float(v) for v in x], numbers)
        residuals = {end: float(f) for end, f in zip(block.loop.unknown, currents, strict=True)}
        relative = {end: abs(f) / scale for end, f in residuals.items()} or dict.fromkeys(V, 0.0)
        symmetric = None if jacobian is None else 0.5 * (jacobian + jacobian.T)
        stable = symmetric is None or bool(np.all(np.linalg.eigvalsh(symmetric) > 0))
        return RestState(V, slopes, residuals, relative, stable)


def _without(numbers: Numbers, membrane: str, words: Sequence[str]) -> dict[str, float]:
    """Numbers in which some mechanisms of a membrane are taken away."""
    return {**numbers, **{f"{membrane}.{word}.{ACTIVE}": 0.0 for word in words}}


def _gated(circuit: Circuit, block: Block, names: Sequence[str]) -> GatedBlock | None:
    """A block with its gates, where it has some; what that takes is loaded then."""
    if not any(circuit.cell.membranes[name].gated for name in block.members):
        return None
    from .gated import GatedBlock

    return GatedBlock(circuit, block, names)


def _is_stable(state: RestState, found: Deviations) -> bool | None:
    """Whether small deviations decay; where the net current falls with the potential none need be looked at."""
    if not state.stable:
        return False
    return None if found.spectrum is None else found.spectrum.stable


def _state_of(name: str, root: Root, total: float, gross: float, slope: float) -> RestState:
    """A root of one membrane: the net current that is left there, what it is measured by, and the slope."""
    relative = abs(total) / gross if gross else 0.0
    return RestState({name: root.x}, {name: slope}, {name: total}, {name: relative}, slope > 0 and not root.double)


def _is_among(x: np.ndarray, others: list[np.ndarray]) -> bool:
    return any(np.max(np.abs(x - other)) < 1e-9 for other in others)


def _balanced(state: RestState) -> bool:
    return all(np.isfinite(residual) and residual <= RESIDUAL_LIMIT for residual in state.relative_residuals.values())


def reversal_potentials(
    system: MembraneSystem, word: str, mechanism: Mechanism, numbers: Mapping[str, Any], shown: Numbers | None = None
) -> list[Any]:
    """Reversal potentials [V] of the ions that a mechanism moves passively, or the one it states. Where numbers are symbols, those `shown` say
    which concentrations are zero."""
    if mechanism.pump or mechanism.law.given:
        return []
    if "reversal" in mechanism.parameters:
        return [numbers[f"{system.membrane.name}.{word}.reversal"]]
    sides, seen = system.concentrations(numbers), system.concentrations(numbers if shown is None else shown)
    ions = [ion for ion in mechanism.species if system.cell.valences[ion] and all(c.get(ion, 0.0) > 0 for c in seen)]
    inner, outer = sides
    return [nernst_potential(system.cell.valences[ion], inner[ion], outer[ion], numbers["temperature"]) for ion in ions]


def choose(states: list[RestState], near: Mapping[str, float] | None = None) -> RestState:
    """The stable root that is most negative, or nearest to given potentials; an unstable one only where no other exists."""
    candidates = [e for e in states if e.stable] or [e for e in states if e.stable is None] or states
    if near is None:
        return min(candidates, key=lambda e: sum(e.V.values()))
    return min(candidates, key=lambda e: sum(abs(e.V[name] - near[name]) for name in e.V if name in near))
