"""The pump-leak example as SBML in libroadrunner: the same numbers, the same protocol, for a time and an error beside vrest's.

Both programs come with `pip install libroadrunner python-libsbml`; they are no requirement of vrest.
"""

from vrest.constants import F, R
from vrest.system.cell import CellSystem

ADD = "libroadrunner is not installed; `pip install libroadrunner python-libsbml` puts its time and error beside these."
VALENCES = {"K": 1, "Na": 1, "Cl": -1}


def available() -> bool:
    try:
        import libsbml  # noqa: F401
        import roadrunner  # noqa: F401
    except ImportError:
        return False
    return True


def model(whole: CellSystem, V: float, inside: dict[str, float]) -> str:
    """SBML of the cell from a start [V, mol/m^3]: V in mV and concentrations in mM as states, rates as rate rules."""
    import libsbml

    numbers = whole.numbers
    document = libsbml.SBMLDocument(3, 1)
    sbml = document.createModel()
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
    for name, value in constants.items():
        _parameter(sbml, name, value, True)
    _parameter(sbml, "pump", 1.0, False)
    for name, value in {"V": 1e3 * V, **inside}.items():
        _parameter(sbml, name, value, False)
    fluxes = {
        ion: f"P_{ion}*({ion}*{_bernoulli(f'(-({z})*V/unit)')} - {ion}_out*{_bernoulli(f'(({z})*V/unit)')})"
        for ion, z in VALENCES.items()
    }
    cycles = "pump*J*(Na/(Na + K_Na))^3*(K_out/(K_out + K_K))^2"
    fluxes["Na"] += f" + 3*{cycles}"
    fluxes["K"] += f" - 2*{cycles}"
    current = " + ".join(f"({z})*({fluxes[ion]})" for ion, z in VALENCES.items())
    _rate(libsbml, sbml, "V", f"-1000*F*area/C*({current})")
    for ion in VALENCES:
        _rate(libsbml, sbml, ion, f"-ratio*({fluxes[ion]})")
    return libsbml.writeSBMLToString(document)


def _bernoulli(x: str) -> str:
    return f"({x}/(exp({x}) - 1))"


def _parameter(sbml, name: str, value: float, constant: bool) -> None:
    parameter = sbml.createParameter()
    parameter.setId(name)
    parameter.setValue(float(value))
    parameter.setConstant(constant)


def _rate(libsbml, sbml, name: str, formula: str) -> None:
    rule = sbml.createRateRule()
    rule.setVariable(name)
    rule.setMath(libsbml.parseL3Formula(formula))


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

    def __call__(self) -> list[float]:
        """V [mV] at the end of each piece."""
        ends = []
        for begin, end, pump in ((0, 600, 1.0), (600, 1800, 0.0), (1800, 3600, 1.0)):
            self.program["pump"] = pump
            ends.append(float(self.program.simulate(begin, end, 2)[-1, 1]))
        return ends


__all__ = ["ADD", "Roadrunner", "available", "model"]
