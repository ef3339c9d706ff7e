"""The cells whose rows `population.py` measures: their descriptions, their numbers in SI and in the units of the hand-written limits, those
limits, and the equations that peers are given."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import vrest
from vrest.constants import F, R
from vrest.engines.lanes.machine import processor

TEMPERATURE = 310.151
UNIT, PER_AREA = 1e3 * R * TEMPERATURE / F, 1e-6 * F
"""RT/F [mV], and F as currents in uA/cm^2 come out of permeabilities in 1e-8 m/s and concentrations in mM."""
LEAKS = {"K": 1e-8, "Na": 3e-10, "Cl": 1e-9, "Ca": 1e-11}
PUMP = """
      pump:
        kind: na_k_atpase
        law: saturating
        max_current: {} A/m^2
        K_Na: 10 mM
        K_K: 1.5 mM
        factor: "1/(1 + 0.1245*exp(-0.1*F*V/(R*T)) + 0.0365*exp(-F*V/(R*T)))\""""
COTRANSPORT = """
      KCC2:  {kind: kcc2,  law: affinity, rate: 3.3333e-8 mol/(m^2 s)}
      NKCC1: {kind: nkcc1, law: affinity, rate: 6.6667e-9 mol/(m^2 s)}"""
CHANNELS = """
      Na:
        kind: ohmic
        ion: Na
        conductance: 100 mS/cm^2
        gates:
          m: {power: 3, alpha: "0.1*(V + 40 mV)/(1 mV)/(1 - exp(-(V + 40 mV)/(10 mV)))/(1 ms)", beta: "4*exp(-(V + 65 mV)/(18 mV))/(1 ms)"}
          h: {alpha: "0.07*exp(-(V + 65 mV)/(20 mV))/(1 ms)", beta: "1/(1 + exp(-(V + 35 mV)/(10 mV)))/(1 ms)"}
      K:
        kind: ohmic
        ion: K
        conductance: 30 mS/cm^2
        gates:
          n: {power: 4, alpha: "0.01*(V + 55 mV)/(1 mV)/(1 - exp(-(V + 55 mV)/(10 mV)))/(1 ms)", beta: "0.125*exp(-(V + 65 mV)/(80 mV))/(1 ms)"}"""
WATER = "{L_p: 2.5858e-13 m/(s Pa)}"
FIRING = 40.0
"""By how much more a cell leaks Na that fires on."""


@dataclass(frozen=True)
class Workload:
    """Rows of one description.

    Attributes:
        cell:   the description, as YAML
        spread: the standard deviation of each number's logarithm, by path
        units:  what turns numbers in SI into those of the limit, one for each path
    """

    cell: str
    spread: Mapping[str, float]
    units: Sequence[float] = ()

    def columns(self, count: int) -> dict[str, np.ndarray]:
        """Numbers of rows [SI]."""
        rng, settable = np.random.default_rng(0), vrest.from_yaml(self.cell).settable
        return {path: settable[path].si * np.exp(sd * rng.standard_normal(count)) for path, sd in self.spread.items()}

    def given(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """The same in the units of the limit (number, row)."""
        return np.array([row * unit for row, unit in zip(columns.values(), self.units, strict=True)])


def _cell(pump: float, more: str = "", calcium: bool = False, water: str = "none") -> str:
    """A cell with leaks and a pump of so many A/m^2."""
    ions = [ion for ion in LEAKS if calcium or ion != "Ca"]
    leaks = "".join(f"\n      {ion}_leak: {{kind: ghk, ion: {ion}, permeability: {LEAKS[ion]} m/s}}" for ion in ions)
    outer, inner = (", Ca: 2 mM", ", Ca: 1e-4 mM") if calcium else ("", "")
    return f"""
cell: measured
temperature: {TEMPERATURE} K
compartments:
  outside:
    role: bath
    ions: {{K: 5 mM, Na: 145 mM, Cl: 120 mM{outer}}}
    impermeant: {{valence: -1, amount: 30 mM}}
  inside:
    shape: {{sphere: {{diameter: 20 um}}}}
    ions: {{K: 140 mM, Na: 10 mM, Cl: 10 mM{inner}}}
    impermeant: {{valence: -1, amount: neutral}}
membranes:
  plasma:
    between: [inside, outside]
    capacitance: 1 uF/cm^2
    water: {water}
    mechanisms:{leaks}{PUMP.format(pump)}{more}
"""


def _leaks(*spread: tuple[str, float]) -> dict[str, float]:
    return {f"plasma.{ion}_leak.permeability": sd for ion, sd in spread}


PUMPED = {"plasma.pump.max_current": 0.3, "plasma.KCC2.rate": 0.3, "plasma.NKCC1.rate": 0.3, "outside.K": 0.2}
OF_LEAKS = _leaks(("Na", 0.3), ("K", 0.3), ("Cl", 0.5))
OF_PUMPED = (1e8, 1e8, 1e8, 1e2, 1e2 * F, 1e2 * F, 1.0)
REST = Workload(
    _cell(0.01, calcium=True),
    _leaks(("K", 0.5), ("Na", 0.6), ("Cl", 0.8), ("Ca", 1.0))
    | {"inside.K": 0.08, "inside.Na": 0.3, "inside.Cl": 0.4, "inside.Ca": 0.5}
    | {"outside.K": 0.4, "outside.Na": 0.03, "outside.Cl": 0.03, "outside.Ca": 0.2, "plasma.pump.max_current": 0.5},
    (1e8,) * 4 + (1.0,) * 8 + (1e2,),
)
STEADY = Workload(
    _cell(0.06, COTRANSPORT, water="instantaneous"),
    OF_LEAKS | PUMPED | {"inside.impermeant.valence": 0.1},
    (*OF_PUMPED, 1.0),
)
COURSE = Workload(
    _cell(0.06, COTRANSPORT, water=WATER),
    OF_LEAKS | PUMPED | {"plasma.water.L_p": 0.2},
    (*OF_PUMPED, R * TEMPERATURE * 3e5),
)
GATED = Workload(_cell(0.06, COTRANSPORT + CHANNELS, water=WATER), dict.fromkeys(OF_LEAKS, 0.1) | {"plasma.KCC2.rate": 0.1})
"""Eight states: potential, three ions, water and three gates."""


# -- limits -------------------------------------------------------------------------------------------------------------


def limits(folder: Path, side_by_side: Sequence[int] = (1, 2)) -> dict[str, ctypes.CDLL]:
    """The hand-written functions by their width, of the widths that the machine has; none where there is no compiler."""
    found: dict[str, ctypes.CDLL] = {}
    if shutil.which("g++") is None:
        return found
    source = Path(__file__).with_name("limit.cpp")
    for lanes, groups in [(lanes, groups) for lanes in (2, 4, 8) for groups in side_by_side]:
        if not min(4, processor().width) <= lanes <= processor().width:
            continue
        library = folder / f"limit{lanes}x{groups}.so"
        flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-fno-math-errno", "-fno-trapping-math", "-Wno-psabi"]
        defined = [f"-DLANES={lanes}", f"-DGROUPS={groups}", f"-DUNIT={UNIT!r}", f"-DPER_AREA={PER_AREA!r}"]
        subprocess.run(["g++", *flags, *defined, "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
        found[f"hand-written, {f'{groups} vectors' if groups > 1 else 'a vector'} of {lanes}"] = ctypes.CDLL(str(library))
    return found


def by_limit(library: ctypes.CDLL, name: str, given: np.ndarray, found: np.ndarray, tolerance: float) -> np.ndarray:
    """What a function of the limit finds (row, cell), put where it is said to."""
    given, function = np.ascontiguousarray(given), getattr(library, name)
    function.argtypes = [ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]
    function(given.shape[1], given.ctypes.data, found.ctypes.data, tolerance)
    return found


# -- peers --------------------------------------------------------------------------------------------------------------


def current(u: np.ndarray, *p: np.ndarray) -> np.ndarray:
    """The net current over u = FV/RT as a user of NumPy would write it, in the units of the limit."""
    e = np.exp(-u)
    h = u / -np.expm1(-u)
    fields = sum(P * (a - b * e) for P, a, b in ((p[0], p[4], p[8]), (p[1], p[5], p[9]), (p[2], p[10], p[6])))
    calcium = 4 * p[3] * (p[7] - p[11] * e * e) / (1 + e)
    pump = p[12] * (p[5] / (p[5] + 10)) ** 3 * (p[8] / (p[8] + 1.5)) ** 2 / (1 + 0.1245 * np.exp(-0.1 * u) + 0.0365 * e)
    return PER_AREA * h * (fields + calcium) + pump


def imbalances(y: np.ndarray, P_Na, P_K, P_Cl, pump, kcc, nkcc, K_out, z) -> np.ndarray:
    """What is zero in a steady state, as a user of SciPy would write it, in the units of the limit."""
    u, (Na, K, Cl) = y[0], np.exp(y[1:])
    e, h = np.exp(-u), u / -np.expm1(-u)
    pumped = pump * (Na / (Na + 10)) ** 3 * (K_out / (K_out + 1.5)) ** 2 / (1 + 0.1245 * np.exp(-0.1 * u) + 0.0365 * e)
    out = kcc * np.log(K * Cl / (K_out * 120))
    into = nkcc * np.log(145 * K_out * 120**2 / (Na * K * Cl**2))
    fields = PER_AREA * h * np.array([P_Na * (Na - 145 * e), P_K * (K - K_out * e), P_Cl * (120 - Cl * e)])
    charge = 0.01 * (Na + K - Cl + z * (295 + K_out - Na - K - Cl))
    return np.array([fields[0] + 3 * pumped - into, fields[1] - 2 * pumped - into + out, fields[2] + 2 * into - out, charge])
