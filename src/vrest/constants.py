"""The physical constants of the project (CODATA 2018/2022). No other module holds a digit of a constant.

`BOLTZMANN` [J/K], `AVOGADRO` [1/mol] and `ELEMENTARY_CHARGE` [C] are exact by the definition of the SI; `R` [J/(mol K)] and
`F` [C/mol] follow from them. The vacuum permittivity `EPSILON_0` [F/m] is measured (relative uncertainty 1.6e-10).
"""

BOLTZMANN = 1.380649e-23
AVOGADRO = 6.02214076e23
ELEMENTARY_CHARGE = 1.602176634e-19
EPSILON_0 = 8.8541878188e-12

R = BOLTZMANN * AVOGADRO
F = ELEMENTARY_CHARGE * AVOGADRO
ZERO_CELSIUS = 273.15

WATER_MOLAR_VOLUME = 1.8069e-5
"""Volume of one mole of water at 25 degC [m^3/mol]; 0.3 % more at 37 degC."""
