// Potentials at which no net current flows while concentrations are held. A block of membranes whose potentials are found together has
// one unknown, which is scanned, or several, which Newton seeks from a grid of starts.

import { allRoots } from './roots.mjs';
import { factors, grows, solved } from './linear.mjs';

const RESOLUTION = 0.00025, MARGIN = 0.15, WIDEST = 2, WIDENING = 0.05, PROBES = 65;
const ROUNDING = 1e-14, NOISE = 1e-12, RESIDUAL = 1e-9;
const STARTS = [-0.09, -0.06, -0.03, 0, 0.03], MOST_STARTS = 125, LONGEST = 0.03, NEWTON_STEPS = 100, SAME = 1e-9;

const sum = (values) => values.reduce((a, b) => a + b, 0);
const gross = (values) => values.reduce((a, b) => a + Math.abs(b), 0);
const net = (terms, least) => { const total = sum(terms); return Math.abs(total) <= least * gross(terms) ? 0 : total; };

// Every root of a cell, and the one that is chosen: {roots: [{V: {membrane: V}, stable, rising, residual}], chosen, silent: [membranes]}.
// `rising` says whether the net current rises with the potential, which a stable root needs.
export function rest(engine, p) {
  const found = engine.cell.blocks.map((block) => new Block(engine, block, p)).map((block) => [block, block.roots()]);
  const silent = found.filter(([, roots]) => roots.length === 0).flatMap(([block]) => block.members);
  const answered = found.map(([, roots]) => roots).filter((roots) => roots.length > 0);
  let roots = answered.length ? [{ V: {}, stable: true, rising: true, residual: 0 }] : [];
  for (const own of answered) roots = roots.flatMap((a) => own.map((b) => joined(a, b)));
  const without = Object.keys(engine.cell.membranes).filter((name) => engine.cell.membranes[name].mechanisms.length === 0);
  for (const root of without.length ? roots : []) Object.assign(root.V, followed(engine, without, root.V, p));
  roots.sort(inOrder(engine.membranes));
  return { roots, silent: [...silent, ...without.filter((name) => !(name in (roots[0]?.V ?? {})))], chosen: chosen(roots) };
}

// Potentials of membranes that no current crosses, where those of the others lead to both of their sides.
function followed(engine, names, V, p) {
  const known = engine.potentials(V, p), sides = names.map((name) => [name, engine.cell.membranes[name]]);
  return Object.fromEntries(sides.filter(([, m]) => m.inner in known && m.outer in known).map(([name, m]) => [name, known[m.inner] - known[m.outer]]));
}

// By the potential of the first membrane, then of the next.
const inOrder = (names) => ({ V: a }, { V: b }) => names.reduce((found, name) => found || a[name] - b[name] || 0, 0);

const joined = (a, b) => ({
  V: { ...a.V, ...b.V },
  stable: a.stable === false || b.stable === false ? false : a.stable === null || b.stable === null ? null : true,
  rising: a.rising && b.rising,
  residual: Math.max(a.residual, b.residual),
});

// The most negative stable root, or the one nearest to given potentials; one whose stability is not known, or an unstable one, only where
// no other exists.
export function chosen(roots, near = null) {
  const stable = roots.filter((r) => r.stable), open = roots.filter((r) => r.stable === null);
  const among = stable.length ? stable : open.length ? open : roots;
  const total = ({ V }) => (near ? sum(Object.keys(near).map((name) => Math.abs(V[name] - near[name]))) : sum(Object.values(V)));
  return among.reduce((best, root) => (best === null || total(root) < total(best) ? root : best), null);
}

class Block {
  constructor(engine, block, p) {
    Object.assign(this, { engine, block, p, members: block.membranes });
    this.places = this.members.map((name) => engine.membranes.indexOf(name));
    this.fixed = block.fixed.map((ends) => sum(ends.map(([sign, path]) => sign * (engine.value(p, path) ?? 0))));
    this.thermal = engine.thermal(p);
  }

  roots() {
    return this.block.unknowns === 1 ? this.scanned() : this.block.unknowns === 0 ? [this.state([])] : this.sought();
  }

  // Potentials of the membranes at the unknowns.
  voltages(x) {
    return this.block.ways.map((way, k) => this.fixed[k] + sum(way.map((part, j) => part * x[j])));
  }

  // By membrane the currents of its mechanisms and their slopes.
  each(V) {
    return this.places.map((place, k) => this.engine.currents(place, V[k], this.p));
  }

  // Net currents out of the unknown compartments, and their slopes in the unknowns.
  residuals(x) {
    const each = this.each(this.voltages(x)), n = this.block.unknowns, f = new Array(n).fill(0), J = new Float64Array(n * n);
    each.forEach(([I, G], k) => {
      const way = this.block.ways[k], i = sum(I), g = sum(G);
      for (let a = 0; a < n; a++) {
        f[a] += way[a] * i;
        for (let b = 0; b < n; b++) J[a * n + b] += way[a] * g * way[b];
      }
    });
    return [f, J];
  }

  // -- one unknown ------------------------------------------------------------------------------------------------

  terms(x) {
    const each = this.each(this.voltages([x])), I = [], G = [];
    each.forEach(([currents, slopes], k) => {
      const way = this.block.ways[k][0];
      if (way) for (let j = 0; j < currents.length; j++) { I.push(way * currents[j]); G.push(slopes[j]); }
    });
    return [I, G];
  }

  scanned() {
    const [low, high] = this.range();
    const at = (least) => (x) => this.terms(x).map((terms) => net(terms, least));
    let scale = 0;
    for (let k = 0; k < PROBES; k++) {
      const size = gross(this.terms(low + ((high - low) * k) / (PROBES - 1))[0]);
      if (Number.isFinite(size)) scale = Math.max(scale, size);
    }
    if (scale === 0) return [];
    const found = allRoots(at(NOISE), low, high, RESOLUTION, scale);
    const exact = found.map((root) => (root.double ? root : { ...root, x: this.polished(at(ROUNDING), root) }));
    return exact.map((root) => this.state([root.x], root.double)).filter((state) => state.residual <= RESIDUAL);
  }

  // A root of what is zero where terms cancel to 1e-12, to the last digit.
  polished(f, root) {
    let { x } = root;
    for (let k = 0; k < 3; k++) {
      const [value, slope] = f(x), step = -value / slope;
      if (!Number.isFinite(step) || Math.abs(step) > 1e-6) break;
      x += step;
    }
    return x;
  }

  // From the extreme reversal potentials, further out while the net current does not change its sign.
  range() {
    const ends = this.members.flatMap((name, k) => {
      const way = this.block.ways[k][0], E = this.engine.reversals(name, this.p);
      return way ? [(Math.min(...E) - MARGIN - this.fixed[k]) * way, (Math.max(...E) + MARGIN - this.fixed[k]) * way] : [];
    });
    let low = Math.min(...ends), high = Math.max(...ends);
    while (low > -WIDEST && sum(this.terms(low)[0]) > 0) low -= WIDENING;
    while (high < WIDEST && sum(this.terms(high)[0]) < 0) high += WIDENING;
    return [low, high];
  }

  // -- several unknowns -------------------------------------------------------------------------------------------

  sought() {
    const found = [];
    for (const start of starts(this.block.unknowns)) {
      const x = this.newton(start);
      if (x === null || found.some((other) => other.x.every((v, k) => Math.abs(v - x[k]) < SAME))) continue;
      const state = this.state(x);
      if (state.residual <= RESIDUAL) found.push({ x, ...state });
    }
    return found.map(({ x, ...state }) => state);
  }

  newton(start) {
    const n = start.length, length = (f) => Math.hypot(...f);
    let x = start, [f, J] = this.residuals(x);
    for (let k = 0; k < NEWTON_STEPS; k++) {
      const lu = factors(J, n);
      if (lu === null) return null;
      const step = solved(lu, f.map((v) => -v)), size = Math.max(...step.map(Math.abs));
      if (size <= 1e-15 * Math.max(1e-3, ...x.map(Math.abs))) return x.map((v, j) => v + step[j]);
      for (let part = Math.min(1, LONGEST / size); ; part /= 2) {
        const trial = x.map((v, j) => v + part * step[j]), [g, K] = this.residuals(trial);
        if (length(g) < length(f) || part < 1e-3) {
          const moved = Math.max(...trial.map((v, j) => Math.abs(v - x[j])));
          [x, f, J] = [trial, g, K];
          if (moved < 1e-16) return x;
          break;
        }
      }
    }
    const lu = factors(J, n);
    return lu !== null && Math.max(...solved(lu, f).map(Math.abs)) <= 1e-12 ? x : null;
  }

  // -- a root -----------------------------------------------------------------------------------------------------

  state(x, double = false) {
    const V = this.voltages(x), each = this.each(V), [f, J] = this.residuals(x);
    const size = sum(each.map(([I, G]) => gross(I) + this.thermal * gross(G.filter(Number.isFinite)))) || 1;
    const residual = Math.max(0, ...f.map((v) => Math.abs(v) / size));
    const slopes = !double && !grows(J.map((v) => (Number.isFinite(v) ? -v / size * this.thermal : NaN)), x.length) && J.every(Number.isFinite);
    const rising = x.length === 1 ? J[0] > 0 && !double : slopes;
    return { V: Object.fromEntries(this.members.map((name, k) => [name, V[k]])), stable: rising ? this.settles(x, V) : false, rising, residual };
  }

  // Whether small deviations of potentials and gates decay; null where a capacitance that decides is not described.
  settles(x, V) {
    const { engine, p, block } = this, n = x.length, gates = this.places.map((place) => engine.gates(place).length);
    const count = n + sum(gates);
    if (count === n) return true;
    const C = new Float64Array(n * n), A = new Float64Array(count * count), currents = Array.from({ length: n }, () => new Array(count).fill(0));
    let row = n;
    for (let k = 0; k < V.length; k++) {
      const place = this.places[k], way = block.ways[k], path = engine.cell.membranes[this.members[k]].capacitance;
      if (path === null) return null;
      const first = row, [, slopes] = engine.gated(place, V[k], p), width = 1 + gates[k];
      const put = (to, from) => {
        for (let a = 0; a < n; a++) to[a] += slopes[from * width] * way[a];
        for (let j = 0; j < gates[k]; j++) to[first + j] += slopes[from * width + 1 + j];
      };
      const own = new Array(count).fill(0);
      put(own, 0);
      for (let a = 0; a < n; a++) {
        for (let b = 0; b < n; b++) C[a * n + b] += way[a] * engine.value(p, path) * way[b];
        for (let j = 0; j < count; j++) currents[a][j] += way[a] * own[j];
      }
      for (let j = 0; j < gates[k]; j++, row++) {
        const line = new Array(count).fill(0);
        put(line, 1 + j);
        A.set(line, row * count);
      }
    }
    const lu = factors(C, n);
    for (let j = 0; j < count; j++) solved(lu, currents.map((line) => -line[j])).forEach((v, a) => (A[a * count + j] = v));
    return !grows(A, count);
  }
}

function starts(unknowns) {
  if (STARTS.length ** unknowns > MOST_STARTS) return Array.from({ length: MOST_STARTS }, (_, k) => scattered(k + 1, unknowns));
  let every = [[]];
  for (let k = 0; k < unknowns; k++) every = every.flatMap((start) => STARTS.map((V) => [...start, V]));
  return every;
}

// A point of a sequence that fills the range of starts evenly (Kronecker's).
function scattered(k, unknowns) {
  const [low, high] = [STARTS[0], STARTS.at(-1)];
  return Array.from({ length: unknowns }, (_, j) => low + (high - low) * ((k * Math.sqrt(j * j + j + 2)) % 1));
}
