// The steady state: steps of linearly implicit Euler that grow as the cell settles, on what no flux changes; the last are those of Newton's
// method. Gates follow at once.

import { charged, scales } from './begin.mjs';
import { factors, grows, matrix, solved } from './linear.mjs';
import { totals } from './totals.mjs';

const FIRST = 1e-4, LAST = 1e14, LEAST = 1e-12, STEPS = 3000, ENOUGH = 40;
// Largest changes of a potential (in RT/F) and of an amount (as a part of itself) in a step; a last step, and one that is good enough.
const CHANGE = 0.25, FINE = 1e-14, SMALL = 1e-10, NONE = 1e-9, EXHAUSTED = 1e-9;

export function steady(engine, settings) {
  const { p } = engine.numbers(settings), { course } = engine.cell;
  if (course === null) throw new Error(engine.cell.missing[0]);
  const begun = engine.rest(p).chosen, u = begun === null ? {} : engine.potentials(begun.V, p);
  const start = charged(engine, u, p), gates = start.slice(course.still), found = settled(engine, start.slice(0, course.still), p);
  if (found === null || found.x.some((v, k) => course.rows[k].positive && start[k] > 0 && v < EXHAUSTED * start[k])) return null;
  const [nodes] = engine.functions.observed([...found.x, ...gates], p), whole = engine.functions.begun(nodes, [...found.x, ...gates], p)[0];
  const x = whole.map((v, k) => (k < course.still ? found.x[k] : v));
  return { x, p, ...engine.observed(x, p), stable: !grows(...free(found)), residual: found.residual };
}

function settled(engine, start, p) {
  const { rows } = engine.cell.course, n = start.length, kept = totals(engine, p);
  let x = Array.from(start), dt = FIRST, calm = 0;
  for (let k = 0; k < STEPS; k++) {
    const scale = scales(engine, x, p).slice(0, n), { step, J } = stepped(engine, x, start, kept, scale, dt, p);
    const change = step === null ? Infinity : Math.max(...step.map((v, i) => Math.abs(v) / allowed(rows[i], x[i] / scale[i], v)));
    if (!(change <= 1)) {
      dt *= 0.3;
      if (dt < LEAST) return null;
      continue;
    }
    x = x.map((v, i) => v + step[i] * scale[i]);
    const size = Math.max(...step.map(Math.abs));
    calm = dt >= LAST && size < SMALL ? calm + 1 : 0;
    if (calm >= ENOUGH || (calm > 0 && size < FINE)) return { x, J, kept, scale, residual: size };
    dt = Math.min(LAST, dt * (change < 0.1 ? 4 : 1.6));
  }
  return null;
}

// A step over a time, in units of `scale`; rows that follow from what stays bring that back to what it was at the start.
function stepped(engine, x, start, kept, scale, dt, p) {
  const n = x.length, [f, slopes] = engine.functions.balances(x, p), J = matrix(engine.cell.columns.balances, slopes, scale);
  const W = J.map((v, m) => (m % (n + 1) === 0 ? 1 / dt : 0) - v), right = f.map((v, i) => v / scale[i]);
  for (const [total, k] of kept) {
    const size = total.reduce((sum, part, j) => sum + Math.abs(part * scale[j]), 0);
    total.forEach((part, j) => (W[k * n + j] = (part * scale[j]) / size));
    right[k] = total.reduce((sum, part, j) => sum + part * (start[j] - x[j]), 0) / size;
  }
  for (let i = 0; i < n; i++) { // every equation of order one, whatever its unit
    const most = W.subarray(i * n, (i + 1) * n).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    for (let j = 0; j < n; j++) W[i * n + j] /= most;
    right[i] /= most;
  }
  const lu = factors(W, n);
  return { J, step: lu && Array.from(solved(lu, right)) };
}

// What is not there may come; what cannot be negative loses a part of itself at most.
const allowed = (row, z, step) => (row.positive ? CHANGE * Math.max(Math.abs(z), step > 0 ? 1 : NONE) : Math.max(2 * CHANGE, 0.1 * Math.abs(z)));

// The slopes of what is free: rows that follow from what stays are put in terms of the others.
function free({ J, kept, scale }) {
  const n = scale.length, A = Float64Array.from(J), followers = new Set(kept.map(([, k]) => k));
  for (const [total, k] of [...kept].reverse())
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) if (j !== k) A[i * n + j] -= (A[i * n + k] * total[j] * scale[j]) / (total[k] * scale[k]);
  const left = Array.from({ length: n }, (_, k) => k).filter((k) => !followers.has(k));
  return [Float64Array.from(left.flatMap((i) => left.map((j) => A[i * n + j]))), left.length];
}
