"""Rodas5P, a linearly implicit method of order five with an error of order four and a continuous answer of order four.

G. Steinebach, Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the Julia Differential Equations package,
BIT Numerical Mathematics 63, 27 (2023). With K_i in place of stages, E = 1/(gamma h) - J and f_t the derivative by the time:

    E K_i = f(t + c_i h, y + sum a_ij K_j) + sum (C_ij / h) K_j + d_i h f_t

The last two stages go on from the one before: a step ends at the last point and its K, which is its error too. What is between is
y(t + s h) = (1 - s) y_0 + s (y_1 + (1 - s) (k_0 + s (k_1 + s k_2))), k_m = sum H_mj K_j.
"""

from __future__ import annotations

import numpy as np

GAMMA = 0.21193756319429014
POWER = -0.1
"""Of the square of an error, by which the next step is chosen."""
_A = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946),
)
A = (*_A, (*_A[-1], 1.0), (*_A[-1], 1.0, 1.0))
C = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
    (30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623, -28.087943162872662),
    (
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652609627,
    ),
)
H = (
    (
        25.948786856663858,
        -2.5579724845846235,
        10.433815404888879,
        -2.3679251022685204,
        0.524948541321073,
        1.1241088310450404,
        0.4272876194431874,
        -0.17202221070155493,
    ),
    (
        -9.91568850695171,
        -0.9689944594115154,
        3.0438037242978453,
        -24.495224566215796,
        20.176138334709044,
        15.98066361424651,
        -6.789040303419874,
        -6.710236069923372,
    ),
    (
        11.419903575922262,
        2.8879645146136994,
        72.92137995996029,
        80.12511834622643,
        -52.072871366152654,
        -59.78993625266729,
        -0.15582684282751913,
        4.883087185713722,
    ),
)
STAGES = len(A)


def square(rows: tuple[tuple[float, ...], ...]) -> np.ndarray:
    """Rows below a diagonal as a matrix."""
    return np.array([[*row, *[0.0] * (STAGES - len(row))] for row in rows])


def gammas() -> np.ndarray:
    """What makes K of the right sides: K = h gammas (f + J K + d h f_t), rows the stages."""
    return np.linalg.inv(np.eye(STAGES) / GAMMA - square(C))


def times() -> tuple[list[float], list[float]]:
    """c and d, which follow from A and C: at which part of a step each stage stands, and how the derivative by the time enters it."""
    d = gammas().sum(axis=1)
    return (square(A) @ gammas()).sum(axis=1).tolist(), np.where(np.abs(d) < 1e-12, 0.0, d).tolist()


def weights() -> list[float]:
    """By what the right sides of the stages enter the state at the end, for rows on which no rate hangs."""
    return (np.array([*A[-1], 1.0]) @ gammas()).tolist()
