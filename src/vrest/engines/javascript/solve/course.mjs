// The time course of a cell under a protocol: stretch by stretch, with what electrodes and pipettes do at once between them.

import { charged, closed, functionsOf, scales } from './begin.mjs';
import { factors, solved } from './linear.mjs';
import { along, complete, cuts, moment } from './protocol.mjs';
import { FINISHED, Rodas, STUCK } from './rodas.mjs';

const TURNS = 3, LOCATED = 1e-12, GONE = 1e-5;

// options: at (times wanted; without them every step), rtol, atol, watch {membrane, level, stop}
export class Course {
  constructor(engine, settings, protocol, { at = null, rtol = 1e-8, atol = 1e-10, watch = null } = {}) {
    Object.assign(this, { engine, settings, protocol: complete(protocol), at, rtol, atol, watch });
    const { crosses, membrane } = this.protocol;
    if (watch === null && crosses !== null) this.watch = { membrane: membrane ?? engine.membranes[0], level: crosses, stop: true };
    this.course = engine.cell.course;
    if (this.course === null) throw new Error(engine.cell.missing[0]);
    this.row = (kind, place, name = '') => this.course.rows.findIndex((r) => r.kind === kind && r.place === place && r.name === name);
    this.begun = engine.numbers(settings);
    this.points = [];
    this.crossings = [];
    this.impermeants = {};
    this.dialysed = [];
  }

  // {points: [{t, x, p}], crossings: [{t, rising}], ended}; it ends at its `end`, `stopped` where that is asked for, where something is
  // `exhausted`, or `stuck` where the integration cannot go on.
  run() {
    const times = cuts(this.protocol);
    let x = this.start(), ended = FINISHED;
    this.scale = scales(this.engine, this.engine.functions.contents(this.begun.p)[0], this.begun.p);
    this.number = new Map(this.protocol.ramps.map((ramp) => [ramp, this.ramped(ramp)]));
    for (let k = 0; k + 1 < times.length && ended === FINISHED; k++) ({ x, ended } = this.through(x, times[k], times[k + 1]));
    const gone = this.course.rows.some((row, k) => row.positive && x[k] < GONE * this.scale[k]);
    return { points: this.points, crossings: this.crossings, ended: ended === STUCK && gone ? 'exhausted' : ended };
  }

  // The first state.
  start() {
    const { engine, course } = this, { p } = this.begun, { start } = this.protocol;
    if (start === 'steady') return engine.steady(this.settings).x;
    if (start === 'described') return this.described(p);
    const root = start === 'potential' ? null : engine.rest(p).chosen, u = root === null ? {} : engine.potentials(root.V, p);
    if (start === 'potential') for (const node of course.nodes) u[node] = this.protocol.start_potential;
    return charged(engine, u, p);
  }

  // Contents as they are, which alone say what the charges are.
  described(p) {
    const { engine, course } = this, { contents, missing, begun } = functionsOf(engine, p), x = contents(p)[0];
    const net = missing(course.nodes.map(() => 0), x, p)[1], spaces = Object.keys(course.carrying);
    for (const node of course.charged) x[this.row('charge', node)] = net[spaces.indexOf(node)];
    const state = begun(engine.functions.potentials(x, p)[0], x, p)[0];
    return state.map((v, k) => (course.rows[k].kind === 'gate' ? v : x[k]));
  }

  // -- numbers of a stretch ---------------------------------------------------------------------------------------

  // All numbers with some written values set; what the description fixes once stays, but for the impermeants of a bath.
  numbers(values) {
    const { engine, begun } = this, settings = { ...this.settings, ...values }, baths = [];
    for (const [name, { role }] of Object.entries(engine.cell.compartments))
      if (role === 'bath' && Object.keys(values).some((path) => path.startsWith(`${name}.impermeant`))) baths.push(`${name}.`);
    let fixed = begun.d;
    if (baths.length) {
      const again = engine.numbers(settings).d;
      const anew = (path) => path.endsWith('.concentration') && baths.some((bath) => path.startsWith(bath));
      fixed = fixed.map((v, k) => (anew(engine.cell.fixed[k]) ? again[k] : v));
    }
    return engine.numbers(settings, fixed).p;
  }

  // The place of the one number that a ramped path is.
  ramped({ path, si }) {
    const described = this.begun.w[this.engine.paths.indexOf(path)], other = si !== described ? si : 2 * described || 1;
    const before = this.numbers({}), after = this.numbers({ [path]: other });
    const changed = before.flatMap((v, k) => (v !== after[k] ? [k] : []));
    if (changed.length !== 1) throw new Error(`${JSON.stringify(path)} cannot be ramped: ${changed.length} numbers of the cell follow from it`);
    return changed[0];
  }

  // What holds from a time on: numbers as a function of the time, and what is done then.
  stretch(t) {
    const now = moment(this.protocol, t), w = (path) => this.begun.w[this.engine.paths.indexOf(path)];
    const scaled = Object.fromEntries(Object.entries(now.factors).map(([path, factor]) => [path, factor * w(path)]));
    const p = this.numbers({ ...now.values, ...scaled }), plain = this.numbers(now.values), running = [], values = new Map();
    for (const ramp of now.ramps) {
      const k = this.number.get(ramp) ?? this.ramped(ramp), target = this.numbers({ ...now.values, [ramp.path]: ramp.si })[k];
      if (t >= ramp.end) values.set(k, target);
      else {
        const run = along(ramp, values.get(k) ?? plain[k], target);
        values.set(k, run(t - ramp.begin));
        running.push([k, (time) => run(time - ramp.begin)]);
      }
    }
    for (const [k, v] of values) p[k] = v;
    for (const [path, v] of Object.entries(this.impermeants)) p[this.engine.place[path]] = v;
    const time = this.engine.place.time, at = (now_) => { const q = p.slice(); q[time] = now_; for (const [k, run] of running) q[k] = run(now_); return q; };
    return { ...now, at, timed: running.length > 0 || this.course.timed };
  }

  // What electrodes do, as the functions take it.
  electrodes(now) {
    const { course, engine } = this, held = new Set(this.dialysed), { F } = engine.cell.constants;
    const of = (kind, node) => now.electrodes.findLast((one) => one.kind === kind && one.into === node);
    const moves = course.rows.map((row) => (held.has(row.place) && (row.kind === 'amount' || row.kind === 'volume') ? 0 : 1));
    const nodes = course.nodes.flatMap((node) => [of('current', node)?.value ?? 0, of('voltage', node)?.value ?? 0, of('voltage', node) ? 1 : 0]);
    const carrier = (node) => (of('current', node) ?? of('voltage', node))?.carrier;
    const brings = course.carried.map((k) => {
      const { place, name } = course.rows[k];
      return name === carrier(place) && !held.has(place) ? 1 / (engine.cell.valences[name] * F) : 0;
    });
    return [...moves, ...nodes, ...brings];
  }

  // -- one stretch ------------------------------------------------------------------------------------------------

  through(x, begin, end) {
    let now = this.stretch(begin), p = now.at(begin);
    x = this.atOnce(x, now, p);
    now = this.stretch(begin);
    const e = this.electrodes(now), clamped = now.electrodes.some((one) => one.kind === 'voltage'), { functions, cell } = this.engine;
    const [plain, both] = clamped ? [functions.held, functions.clamped] : [functions.moving, functions.rates];
    const still = now.at(begin), at = now.timed ? now.at : () => still;
    const way = new Rodas({
      rates: (y, t) => plain(y, at(t), e)[0],
      sloped: (y, t) => both(y, at(t), e),
      columns: cell.columns[clamped ? 'clamped' : 'rates'],
      scale: this.scale,
      positive: this.course.rows.map((row) => row.positive),
      timed: now.timed,
      rtol: this.rtol,
      atol: this.atol,
    });
    this.keep(begin, x, at(begin), begin === 0);
    return way.through(x, begin, end, (step) => this.look(step, at));
  }

  keep(t, x, p, wanted) {
    if (this.at === null || (wanted && this.at.includes(t))) this.points.push({ t, x, p });
  }

  // What is wanted of a step: the states at given times, and where the potential crosses a level.
  look({ t, x, next, shorter }, at) {
    const crossed = this.watch && this.crossed(t, x, next, shorter, at), stop = crossed && this.watch.stop ? crossed : null, end = stop ?? next;
    if (this.at === null) this.points.push({ ...end, p: at(end.t) });
    for (const time of this.at ?? [])
      if (time > t && time <= end.t) this.points.push({ t: time, x: time === end.t ? end.x : shorter(time - t), p: at(time) });
    return stop;
  }

  crossed(t, x, next, shorter, at) {
    const { engine } = this, { membrane, level } = this.watch;
    const beyond = (state, time) => { const p = at(time); return engine.voltages(engine.functions.potentials(state, p)[0], p)[membrane] - level; };
    let [a, b, fa, fb] = [0, next.t - t, beyond(x, t), beyond(next.x, next.t)], state = next.x;
    if (!(fa * fb < 0) && fb !== 0) return null;
    const rising = fb > fa;
    for (let k = 0; k < 60 && fb !== 0 && Math.abs(b - a) > LOCATED * next.t; k++) { // regula falsi, halving where one end stays (Illinois)
      const c = a - (fa * (b - a)) / (fb - fa), trial = shorter(c), f = beyond(trial, t + c);
      state = trial;
      if (f === 0) { [a, b] = [c, c]; break; }
      if (f * fb < 0) [a, fa] = [b, fb];
      else fa /= 2;
      [b, fb] = [c, f];
      if (Math.abs(f) < LOCATED) break;
    }
    this.crossings.push({ t: t + b, rising });
    return { t: t + b, x: state };
  }

  // -- what is at once ---------------------------------------------------------------------------------------------

  // The state after what is added, put on or brought in at the begin of a stretch.
  atOnce(x, now, p) {
    const held = now.electrodes.filter((one) => one.kind === 'dialyse').map((one) => one.into);
    x = Array.from(x);
    if (this.dialysed.some((space) => !held.includes(space))) x = closed(this.engine, x, p);
    for (const one of now.additions) this.add(x, one, p);
    for (const one of now.shocks) {
      const signs = { [one.into]: 1, ...(this.course.nodes.includes(one.against) ? { [one.against]: -1 } : {}) };
      const carriers = Object.fromEntries(Object.keys(signs).filter((node) => !held.includes(node)).map((node) => [node, one.carrier]));
      this.putOn(x, [[signs, this.difference(signs, this.potentials(x, p)) + one.value]], carriers, p);
    }
    for (const one of now.electrodes)
      if (one.kind === 'dialyse' && one.solution && Object.keys(one.solution).length && !this.filled?.has(one)) this.fill(x, one, p);
    this.dialysed = held;
    const clamps = now.electrodes.filter((one) => one.kind === 'voltage');
    if (clamps.length) {
      const q = this.engine.names.map((name, k) => this.impermeants[name] ?? p[k]);
      const carriers = Object.fromEntries(clamps.filter((one) => !held.includes(one.into)).map((one) => [one.into, one.carrier]));
      this.putOn(x, clamps.map((one) => [{ [one.into]: 1 }, one.value]), carriers, q);
    }
    return x;
  }

  potentials(x, p) {
    return this.engine.functions.potentials(x, p)[0];
  }

  water(space, x, p) {
    const [, seen] = this.engine.functions.observed(x, p), k = this.course.seen.indexOf(`${space}.volume`);
    return k < 0 ? this.engine.value(p, `${space}.volume`) : seen[k];
  }

  // By row how much more there is of all ions of a compartment, what is bound or reacts with others too, where some come to free concentrations.
  more(x, space, wanted, p) {
    const { engine, course } = this, { place, functions } = engine, volume = this.water(space, x, p), q = p.slice();
    const [, seen] = functions.observed(x, p), rows = course.rows.map((row, k) => k).filter((k) => course.rows[k].kind === 'amount' && course.rows[k].place === space);
    q[place[`${space}.volume`]] = volume;
    for (const { name } of rows.map((k) => course.rows[k])) {
      const buffer = `${space}.${name}.buffer`, k = course.seen.indexOf(`${space}.${name}`);
      if (k >= 0) q[place[`${space}.${name}`]] = seen[k];
      if (buffer in place) q[place[buffer]] = p[place[`${buffer}.amount`]] / volume;
    }
    const before = functions.contents(q)[0];
    for (const [ion, c] of Object.entries(wanted)) q[place[`${space}.${ion}`]] = c;
    const after = functions.contents(q)[0];
    return rows.map((k) => [k, after[k] - before[k]]);
  }

  // What brings ions to concentrations is added, its charge balanced by a counter-ion; water first.
  add(x, { space, contents, counter_ion, volume }, p) {
    const { valences } = this.engine.cell, row = (ion) => this.row('amount', space, ion);
    if (volume !== null && volume !== undefined) {
      const part = this.engine.value(p, `${space}.water_fraction`) ?? 1;
      x[this.row('volume', space)] = volume - (this.engine.value(p, `${space}.described_volume`) * (1 - part)) / part;
    }
    let charge = 0;
    for (const [k, added] of this.more(x, space, contents, p)) {
      x[k] += added;
      charge += valences[this.course.rows[k].name] * added;
    }
    if (counter_ion) x[row(counter_ion)] -= charge / valences[counter_ion];
  }

  // A pipette brings its solution; the impermeants, all in one proportion, carry what the new ions lack in charge.
  fill(x, electrode, p) {
    const { engine, course } = this, space = electrode.into, { F } = engine.cell.constants;
    (this.filled ??= new Set()).add(electrode);
    for (const [k, brought] of this.more(x, space, electrode.solution, p)) x[k] += brought;
    const words = engine.cell.compartments[space].impermeants, of = (word, what) => engine.value(p, `${space}.${word}.${what}`);
    const fixed = words.reduce((sum, word) => sum + of(word, 'valence') * of(word, 'amount'), 0);
    if (fixed === 0) return;
    const ions = course.rows.reduce((sum, row, k) => (row.kind === 'amount' && row.place === space ? sum + engine.cell.valences[row.name] * x[k] : sum), 0);
    const part = (x[this.row('charge', space)] / F - ions) / fixed;
    for (const word of words) this.impermeants[`${space}.${word}.amount`] = part * of(word, 'amount');
  }

  // The potential of a node, or that between two: the one with 1, the other with -1.
  difference(signs, potentials) {
    return Object.entries(signs).reduce((sum, [node, sign]) => sum + sign * potentials[this.course.nodes.indexOf(node)], 0);
  }

  // The charges that give nodes, or pairs of them, the potentials wanted, and the ions that carry them; a few turns where an area follows.
  putOn(x, wanted, carriers, p) {
    const { engine } = this, n = wanted.length, unit = 1e-12;
    const lay = (y, signs, charge) => Object.entries(signs).forEach(([node, sign]) => (y[this.row('charge', node)] += sign * charge));
    for (let turn = 0; turn < TURNS; turn++) {
      const at = (j) => { const y = x.slice(); if (j >= 0) lay(y, wanted[j][0], unit); const u = this.potentials(y, p); return wanted.map(([signs]) => this.difference(signs, u)); };
      const now = at(-1), M = new Float64Array(n * n);
      for (let j = 0; j < n; j++) at(j).forEach((v, i) => (M[i * n + j] = (v - now[i]) / unit));
      const charges = solved(factors(M, n), wanted.map(([, V], j) => V - now[j]));
      wanted.forEach(([signs], j) => {
        lay(x, signs, charges[j]);
        for (const [node, sign] of Object.entries(signs)) {
          const ion = carriers[node], k = ion ? this.row('amount', node, ion) : -1;
          if (k >= 0) x[k] += (sign * charges[j]) / (engine.cell.constants.F * engine.cell.valences[ion]);
        }
      });
    }
  }
}
