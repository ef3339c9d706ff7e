// Integration of stiff rates: Rodas5P, of order 5 with an embedded one of order 4, A- and L-stable, with the exact Jacobian
// (G. Steinebach, BIT Numerical Mathematics 63:27, 2023; the form without products by the Jacobian: Hairer and Wanner, Solving
// Ordinary Differential Equations II, section IV.7).

import { factors, matrix, solved } from './linear.mjs';

const GAMMA = 0.21193756319429014;
const A = [
  [],
  [3.0],
  [2.849394379747939, 0.45842242204463923],
  [-6.954028509809101, 2.489845061869568, -10.358996098473584],
  [2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641],
  [-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946],
];
A.push([...A[5], 1], [...A[5], 1, 1]);
const C = [
  [],
  [-14.155112264123755],
  [-17.97296035885952, -2.859693295451294],
  [147.12150275711716, -1.41221402718213, 71.68940251302358],
  [165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306],
  [24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471],
  [30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623, -28.087943162872662],
  [37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002, -54.66780262877968, -9.48861652309627],
];
// What a stage makes of a time that runs evenly, as parts of the step, and where it stands then.
const AHEAD = [];
for (const row of C) AHEAD.push(GAMMA * (1 + row.reduce((sum, c, j) => sum + c * AHEAD[j], 0)));
const STAGE = A.map((row) => row.reduce((sum, a, j) => sum + a * AHEAD[j], 0));

const ORDER = 5, FIRST = 1e-6, SAFETY = 0.9, LEAST = 0.2, MOST = 6, MOST_STEPS = 100000;
// Part of a step over which the change of the rates with time is seen.
const PROBE = 1e-5;

export const FINISHED = 'end', STUCK = 'stuck', STOPPED = 'stopped';

// One way from one time to another.
//   rates(x, t) -> f;  sloped(x, t) -> [f, slopes];  columns: those of the slopes, row by row
//   scale: sizes that make every state of order one;  positive: which cannot be negative;  timed: whether rates change with time
export class Rodas {
  constructor({ rates, sloped, columns, scale, positive, timed, rtol = 1e-8, atol = 1e-10 }) {
    Object.assign(this, { rates, sloped, columns, scale, positive, timed, rtol, atol });
    this.n = scale.length;
  }

  // Each step is told to `seen({t, x, next: {t, x}, shorter})`, where `shorter(h)` is the state after a shorter one; what it answers
  // ends the way: a point {t, x}.
  through(x, begin, end, seen) {
    let t = begin, h = this.first ?? FIRST, from = this.at(x, t);
    for (let steps = 0; t < end; ) {
      const last = h >= end - t, length = last ? end - t : h, step = this.step(from, length);
      if (++steps > MOST_STEPS || !(t + length > t)) return { t, x, ended: STUCK };
      if (step !== null && step.error <= 1) {
        const next = { t: last ? end : t + length, x: step.x }, here = from;
        const stop = seen?.({ t, x, next, shorter: (part) => this.step(here, part)?.x ?? null });
        if (stop) return { ...stop, ended: STOPPED };
        ({ t, x } = next);
        if (last) break;
        from = this.at(x, t);
      }
      const change = step === null ? LEAST : SAFETY * Math.max(step.error, 1e-12) ** (-1 / ORDER);
      this.first = h = length * Math.min(MOST, Math.max(LEAST, change));
    }
    return { t, x, ended: FINISHED };
  }

  // What steps from one point share: rates and slopes, all in states of order one.
  at(x, t) {
    const [f, slopes] = this.sloped(x, t), { columns, scale } = this;
    return { x, t, f: Array.from(f, (v, i) => v / scale[i]), J: matrix(columns, slopes, scale) };
  }

  // The state after one step with its error, 1 where that is as large as it may be; null where rates have no value.
  step(from, h) {
    const { n, scale } = this, W = from.J.map((v) => -v), k = [];
    for (let i = 0; i < n; i++) W[i * (n + 1)] += 1 / (GAMMA * h);
    const lu = factors(W, n), drift = this.drift(from, h);
    if (lu === null) return null;
    let z = Array.from(from.x, (v, i) => v / scale[i]);
    const begun = z;
    for (let s = 0; s < C.length; s++) {
      let f = from.f;
      if (s > 0) {
        z = begun.slice();
        for (let j = 0; j < s; j++) if (A[s][j]) for (let i = 0; i < n; i++) z[i] += A[s][j] * k[j][i];
        if (!this.possible(z)) return null;
        f = this.rates(z.map((v, i) => v * scale[i]), from.t + STAGE[s] * h).map((v, i) => v / scale[i]);
      }
      const right = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        right[i] = f[i] + AHEAD[s] * h * drift[i];
        for (let j = 0; j < s; j++) right[i] += (C[s][j] / h) * k[j][i];
        if (!Number.isFinite(right[i])) return null;
      }
      k.push(solved(lu, right));
    }
    const last = k[C.length - 1], end = z.map((v, i) => v + last[i]);
    return this.possible(end) ? { x: end.map((v, i) => v * scale[i]), error: this.error(begun, end, last) } : null;
  }

  possible(z) {
    return z.every((v, i) => Number.isFinite(v) && !(this.positive[i] && v < -1e-7));
  }

  error(before, after, difference) {
    let sum = 0;
    for (let i = 0; i < this.n; i++) sum += (difference[i] / (this.atol + this.rtol * Math.max(Math.abs(before[i]), Math.abs(after[i])))) ** 2;
    return Math.sqrt(sum / this.n);
  }

  // How the rates change with time alone.
  drift({ x, t, f }, h) {
    if (!this.timed) return new Float64Array(this.n);
    return this.rates(x, t + PROBE * h).map((v, i) => (v / this.scale[i] - f[i]) / (PROBE * h));
  }
}
