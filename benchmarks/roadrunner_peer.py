"""The pump-leak example, and a cell of `population.py`, as SBML in libroadrunner: the same numbers, the same protocol, for a time and an error
beside vrest's.

Both programs come with `pip install libroadrunner python-libsbml`; they are no requirement of vrest.
"""

from collections.abc import Sequence

from vrest.constants import F, R
from vrest.system.cell import CellSystem

ADD = "libroadrunner is not installed; `pip install libroadrunner python-libsbml` puts its time and error beside these."
VALENCES = {"K": 1, "Na": 1, "Cl": -1}
GIVEN = ("P_Na", "P_K", "P_Cl", "I_max", "kcc", "nkcc", "K_out", "water")
"""The numbers of a row of `course`, in order."""


def available() -> bool:
    try:
        import libsbml  # noqa: F401
        import roadrunner  # noqa: F401
    except ImportError:
        return False
    return True


def model(whole: CellSystem, V: float, inside: dict[str, float]) -> str:
    """SBML of the cell from a start [V, mol/m^3]: V in mV and concentrations in mM as states, rates as rate rules."""
    numbers = whole.numbers
    area, volume = numbers["plasma.area"], numbers["inside.volume"]
    constants = {
        "unit": 1e3 * R * numbers["temperature"] / F,
        "F": F,
        "C": numbers["plasma.total_capacitance"],
        "area": area,
        "ratio": area / volume,
        "J": numbers["plasma.pump.max_current"] / F,
        "K_Na": numbers["plasma.pump.K_Na"],
        "K_K": numbers["plasma.pump.K_K"],
        **{f"P_{ion}": numbers[f"plasma.{ion}_leak.permeability"] for ion in VALENCES},
        **{f"{ion}_out": numbers[f"outside.{ion}"] for ion in VALENCES},
    }
    fluxes = {
        ion: f"P_{ion}*({ion}*{_bernoulli(f'(-({z})*V/unit)')} - {ion}_out*{_bernoulli(f'(({z})*V/unit)')})"
        for ion, z in VALENCES.items()
    }
    cycles = "pump*J*(Na/(Na + K_Na))^3*(K_out/(K_out + K_K))^2"
    fluxes["Na"] += f" + 3*{cycles}"
    fluxes["K"] += f" - 2*{cycles}"
    current = " + ".join(f"({z})*({fluxes[ion]})" for ion, z in VALENCES.items())
    rates = {"V": f"-1000*F*area/C*({current})", **{ion: f"-ratio*({fluxes[ion]})" for ion in VALENCES}}
    return _sbml(constants, {"V": 1e3 * V, **inside}, {}, rates)


def course(unit: float, per_area: float) -> str:
    """SBML of the cell of `population.py` whose water moves, in the units of `limit.cpp`: its seven numbers and L_p are parameters."""
    assigned = {
        "u": "V/unit",
        "e": "exp(-u)",
        "h": "u/(1 - e)",
        "Na": "n_Na/w",
        "K": "n_K/w",
        "Cl": "n_Cl/w",
        "I_Na": "per_area*P_Na*h*(Na - 145*e)",
        "I_K": "per_area*P_K*h*(K - K_out*e)",
        "I_Cl": "per_area*P_Cl*h*(120 - Cl*e)",
        "I": "pump*I_max*(K_out/(K_out + 1.5))^2*(Na/(Na + 10))^3/(1 + 0.1245*exp(-0.1*u) + 0.0365*e)",
        "out": "kcc*ln(K*Cl/(K_out*120))",
        "into": "nkcc*ln(145*K_out*120*120/(Na*K*Cl*Cl))",
    }
    rates = {
        "V": "-1000*(I_Na + I_K + I_Cl + I)",
        "n_Na": "ratio*(into - I_Na - 3*I)",
        "n_K": "ratio*(into - out - I_K + 2*I)",
        "n_Cl": "ratio*(2*into - out + I_Cl)",
        "w": "water*((n_Na + n_K + n_Cl + 140)/w - 295 - K_out)",
    }
    start = {"V": -70.0, "n_Na": 10.0, "n_K": 140.0, "n_Cl": 10.0, "w": 1.0}
    constants = {"unit": unit, "per_area": per_area, "ratio": 3e-3 / per_area} | dict.fromkeys(GIVEN, 1.0)
    return _sbml(constants, start, assigned, rates)


def _sbml(constants: dict[str, float], start: dict[str, float], assigned: dict[str, str], rates: dict[str, str]) -> str:
    """A document of parameters: constants, the pump's switch, what follows from others, and states with their rates."""
    import libsbml

    document = libsbml.SBMLDocument(3, 1)
    sbml = document.createModel()
    for name, value in constants.items():
        _parameter(sbml, name, value, name not in GIVEN)
    for name, value in {"pump": 1.0, **start, **dict.fromkeys(assigned, 0.0)}.items():
        _parameter(sbml, name, value, False)
    for make, rules in ((sbml.createAssignmentRule, assigned), (sbml.createRateRule, rates)):
        for name, formula in rules.items():
            rule = make()
            rule.setVariable(name)
            rule.setMath(libsbml.parseL3Formula(formula))
    return libsbml.writeSBMLToString(document)


def _bernoulli(x: str) -> str:
    return f"({x}/(exp({x}) - 1))"


def _parameter(sbml, name: str, value: float, constant: bool) -> None:
    parameter = sbml.createParameter()
    parameter.setId(name)
    parameter.setValue(float(value))
    parameter.setConstant(constant)


class Roadrunner:
    """The block in three warm pieces of CVODE; between them the pump is switched, as vrest does."""

    def __init__(self, sbml: str, relative: float, absolute: float) -> None:
        import roadrunner

        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
        self.program = roadrunner.RoadRunner(sbml)
        self.program.timeCourseSelections = ["time", "V"]
        integrator = self.program.getIntegrator()
        integrator.setValue("relative_tolerance", relative)
        integrator.setValue("absolute_tolerance", absolute)
        integrator.setValue("stiff", True)
        self.version = roadrunner.__version__

    def reset(self) -> None:
        self.program.reset()
        self.program["pump"] = 1.0

    def begin(self, given: Sequence[float], V: float) -> None:
        """Another row of `course`, from a potential [mV]."""
        self.reset()
        for name, value in zip((*GIVEN, "V"), (*given, V), strict=True):
            self.program[name] = float(value)

    def __call__(self) -> list[float]:
        """V [mV] at the end of each piece."""
        ends = []
        for begin, end, pump in ((0, 600, 1.0), (600, 1800, 0.0), (1800, 3600, 1.0)):
            self.program["pump"] = pump
            ends.append(float(self.program.simulate(begin, end, 2)[-1, 1]))
        return ends


__all__ = ["ADD", "Roadrunner", "available", "course", "model"]
