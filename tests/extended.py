"""Derivatives of a state to forty digits: its equations run instruction by instruction in mpmath, solved anew beside each number."""

import casadi as ca
import mpmath as mp
import numpy as np

from vrest.questions.sensitivity.derivatives import Derivatives

ONE_BY_ONE = {
    ca.OP_ASSIGN: lambda a: a,
    ca.OP_ADD: lambda a, b: a + b,
    ca.OP_SUB: lambda a, b: a - b,
    ca.OP_MUL: lambda a, b: a * b,
    ca.OP_DIV: lambda a, b: a / b,
    ca.OP_NEG: lambda a: -a,
    ca.OP_INV: lambda a: 1 / a,
    ca.OP_SQ: lambda a: a * a,
    ca.OP_TWICE: lambda a: 2 * a,
    ca.OP_SQRT: mp.sqrt,
    ca.OP_EXP: mp.exp,
    ca.OP_EXPM1: mp.expm1,
    ca.OP_LOG: mp.log,
    ca.OP_LOG1P: mp.log1p,
    ca.OP_TANH: mp.tanh,
    ca.OP_POW: lambda a, b: a**b,
    ca.OP_CONSTPOW: lambda a, b: a**b,
    ca.OP_FABS: abs,
    ca.OP_SIGN: mp.sign,
    ca.OP_FMIN: min,
    ca.OP_FMAX: max,
    ca.OP_LT: lambda a, b: mp.mpf(a < b),
    ca.OP_LE: lambda a, b: mp.mpf(a <= b),
    ca.OP_EQ: lambda a, b: mp.mpf(a == b),
    ca.OP_NOT: lambda a: mp.mpf(not a),
    ca.OP_AND: lambda a, b: mp.mpf(bool(a and b)),
    ca.OP_OR: lambda a, b: mp.mpf(bool(a or b)),
    ca.OP_IF_ELSE_ZERO: lambda a, b: b if a else mp.mpf(0),
}


class Program:
    """The instructions of what a state's derivatives are taken of."""

    def __init__(self, found: Derivatives) -> None:
        z = ca.SX.sym("z", found.size + found.factors.size)
        y = ca.vertcat(*map(ca.SX, found._outputs([z[k] for k in range(z.numel())], {})))
        f = ca.Function("f", [z], [ca.densify(y)])
        self.size, self.outputs, self.places = found.size, y.numel(), f.sz_w()
        self.lines = [
            (f.instruction_id(k), f.instruction_input(k), f.instruction_output(k), f.instruction_constant(k))
            if f.instruction_id(k) == ca.OP_CONST
            else (f.instruction_id(k), f.instruction_input(k), f.instruction_output(k), None)
            for k in range(f.n_instructions())
        ]

    def run(self, z):
        held, told = [None] * self.places, [mp.mpf(0)] * self.outputs
        for operation, inputs, outputs, constant in self.lines:
            if operation == ca.OP_CONST:
                held[outputs[0]] = mp.mpf(constant)
            elif operation == ca.OP_INPUT:
                held[outputs[0]] = z[inputs[1]]
            elif operation == ca.OP_OUTPUT:
                told[outputs[1]] = held[inputs[0]]
            else:
                held[outputs[0]] = ONE_BY_ONE[operation](*(held[k] for k in inputs))
        return told[: self.size], told[self.size :]

    def solved(self, x, w, inverse):
        """What is told where all vanishes, sought from x with one Jacobian, and x there."""
        for _ in range(60):
            step = inverse * mp.matrix(self.run([*x, *w])[0])
            x = [a - b for a, b in zip(x, step, strict=True)]
            if max(abs(s) / max(1, abs(a)) for s, a in zip(step, x, strict=True)) < mp.mpf(10) ** -40:
                return x, self.run([*x, *w])[1]
        raise AssertionError("not solved")


STEP = mp.mpf(10) ** -12
LITTLE = 1e-6


def worst(state):
    """The largest error of a derivative, as a part of it or of a millionth of what is much for its quantity."""
    with mp.workdps(50):
        found = Derivatives(state)
        program, n = Program(found), found.size
        inverse = mp.matrix(np.linalg.inv(found._evaluated(state.x, found.factors)[1][:n, :n]).tolist())
        w = [mp.mpf(float(one)) for one in found.factors]
        x, _ = program.solved([mp.mpf(float(one)) for one in state.x], w, inverse)
        error = 0.0
        for k in (k for k, one in enumerate(w) if one):
            ends = [
                program.solved(x, [one * (1 + side * STEP) if j == k else one for j, one in enumerate(w)], inverse)[1]
                for side in (1, -1)
            ]
            exact = np.array([float((a - b) / (2 * STEP)) for a, b in zip(*ends, strict=True)])
            least = np.maximum(np.maximum(np.abs(exact), LITTLE * found.sizes), np.finfo(float).tiny)
            error = max(error, float(np.max(np.abs(exact - found.slopes[:, k]) / least)))
        return error
