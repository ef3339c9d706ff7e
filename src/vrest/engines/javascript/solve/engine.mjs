// A cell that was written as a module, with the questions that can be asked of it without Python. Numbers are in SI.
//
//   const engine = new Engine(await import('./cell.mjs'));
//   const p = engine.numbers({ 'outside.K': 8 }).p;
//   engine.rest(p).chosen.V;

import { rest } from './rest.mjs';
import { bracketed } from './roots.mjs';
import { Course } from './course.mjs';
import { steady } from './steady.mjs';

const FARTHEST = 10;

export class Engine {
  constructor({ cell, functions }) {
    Object.assign(this, { cell, functions, membranes: Object.keys(cell.membranes), paths: Object.keys(cell.written) });
    this.names = cell.names.map((name) => this.paths[name] ?? name);
    this.place = Object.fromEntries(this.names.map((name, k) => [name, k]));
  }

  // -- numbers ----------------------------------------------------------------------------------------------------

  // The written values with some of them set, {path: value}.
  written(settings = {}) {
    const unknown = Object.keys(settings).find((path) => !Object.hasOwn(this.cell.written, path));
    if (unknown !== undefined) throw new Error(`no number of the cell is called ${JSON.stringify(unknown)}`);
    return this.paths.map((path) => settings[path] ?? this.cell.written[path]);
  }

  // What follows from written values: what the description fixes once (`d`), and all numbers (`p`).
  numbers(settings = {}, fixed = null) {
    const w = this.written(settings), d = fixed ?? this.functions.described(w)[0];
    return { w, d, p: this.functions.numbers(w, d)[0] };
  }

  value(p, path) {
    return p[this.place[path]];
  }

  // RT/F [V].
  thermal(p) {
    const { R, F } = this.cell.constants;
    return (R * this.value(p, 'temperature')) / F;
  }

  // -- one membrane -----------------------------------------------------------------------------------------------

  // Currents of the mechanisms of a membrane, and their slopes.
  currents(k, V, p) {
    return this.functions[`currents${k}`]([V], p);
  }

  gates(k) {
    return this.cell.membranes[this.membranes[k]].gates;
  }

  // Net current and rates of the gates, and their slopes in potential and gates, where these have settled.
  gated(k, V, p) {
    if (this.gates(k).length === 0) { const [I, G] = this.currents(k, V, p), add = (a, b) => a + b; return [[I.reduce(add, 0)], [G.reduce(add, 0)]]; }
    return this.functions[`gated${k}`]([V, ...this.functions[`settled${k}`]([V], p)[0]], p);
  }

  // Equilibrium potentials [V] of the ions of membrane k at concentrations {ion: c} of both sides; not a number where a side has none.
  equilibria(k, inside, outside, p) {
    const { ions } = this.cell.membranes[this.membranes[k]], of = (side) => ions.map((ion) => side[ion] ?? NaN);
    const [E] = this.functions[`equilibria${k}`]([...of(inside), ...of(outside)], p);
    return Object.fromEntries(ions.map((ion, j) => [ion, E[j]]));
  }

  // What the textbook's formulas make of membrane k at V: {ghk, chord, noda} [V], not finite where one does not apply; and the `stated`
  // reversal potentials of conducting paths. A GHK voltage without a closed form is where the current of its paths vanishes.
  theories(k, V, p) {
    const [[closed, chord, noda], stated] = this.functions[`theories${k}`]([V], p), field = this.functions[`field${k}`];
    const current = (U) => field([U], [V], p).map(([one]) => one);
    const ghk = field && Number.isFinite(closed) ? bracketed(current, -FARTHEST, FARTHEST, -1).x : closed;
    return { ghk, chord, noda, stated: stated.filter(Number.isFinite) };
  }

  // Potentials at which mechanisms of a membrane carry nothing; zero where none has one.
  reversals(name, p) {
    const { inner, outer, ions, reversals } = this.cell.membranes[name];
    const side = (space) => Object.fromEntries(ions.map((ion) => [ion, this.value(p, `${space}.${ion}`)]));
    const E = this.equilibria(this.membranes.indexOf(name), side(inner), side(outer), p);
    const on = reversals.filter(({ active }) => this.value(p, active)).map(({ number, ion }) => (number === undefined ? E[ion] : this.value(p, number)));
    const found = on.filter(Number.isFinite);
    return found.length ? found : [0];
  }

  // -- questions --------------------------------------------------------------------------------------------------

  // Every potential without net current: {roots: [{V: {membrane: V}, stable, residual}], chosen, silent}.
  rest(p) {
    return rest(this, p);
  }

  // Currents [A], fluxes [mol/s] and use of ATP [mol/s] of the mechanisms at potentials {membrane: V}, gates settled; their `work` on ions
  // and what is `given` to them [W].
  flows(V, p) {
    return this.named(this.functions.flows(this.membranes.map((name) => V[name]), p));
  }

  // What there is to see of the charge of membrane k at V, by key as `vrest rest --json` has it, in SI; and the potential outside and
  // inside against the bulk, at some distances from its faces in Debye lengths (`cell.depths`).
  charged(k, V, p) {
    const [values, outer, inner] = this.functions[`charged${k}`]([V], p);
    const keys = this.cell.membranes[this.membranes[k]].charged;
    return { ...Object.fromEntries(keys.map((key, j) => [key, values[j]])), outer, inner };
  }

  named([I, J, atp, work = [], given = []]) {
    const currents = this.cell.currents.map(([membrane, mechanism], k) => ({ membrane, mechanism, current: I[k], atp: atp[k], work: work[k], given: given[k] }));
    return { currents, fluxes: this.cell.fluxes.map(([membrane, mechanism, ion], k) => ({ membrane, mechanism, ion, flux: J[k] })) };
  }

  // Potentials of the compartments from those of the membranes, outward from the fixed ones.
  potentials(V, p) {
    const known = Object.fromEntries(this.cell.grounded.map((name) => [name, this.value(p, `${name}.clamped`) ?? 0]));
    const left = new Set(this.membranes.filter((name) => V[name] !== undefined));
    for (let found = true; found; ) {
      found = false;
      for (const name of left) {
        const { inner, outer } = this.cell.membranes[name];
        if (!(inner in known) && !(outer in known)) continue;
        left.delete(name);
        if (outer in known) known[inner] ??= known[outer] + V[name];
        else known[outer] = known[inner] - V[name];
        found = true;
        break;
      }
    }
    return known;
  }

  // Potentials of the membranes from those of the nodes.
  voltages(nodes, p) {
    const known = Object.fromEntries(this.cell.grounded.map((name) => [name, this.value(p, `${name}.clamped`) ?? 0]));
    this.cell.course.nodes.forEach((name, k) => (known[name] = nodes[k]));
    return Object.fromEntries(Object.entries(this.cell.membranes).map(([name, { inner, outer }]) => [name, known[inner] - known[outer]]));
  }

  // What there is to see at a state: {V: {membrane: V}, seen: {path: value}, currents, fluxes}.
  observed(x, p) {
    const [nodes, seen, ...flows] = this.functions.observed(x, p);
    const paths = this.cell.course.seen;
    return { V: this.voltages(nodes, p), seen: Object.fromEntries(paths.map((path, k) => [path, seen[k]])), ...this.named(flows) };
  }

  // The time course under a protocol (`protocol.mjs`); `options` of `Course.run`.
  simulate(settings, protocol, options = {}) {
    return new Course(this, settings, protocol, options).run();
  }

  // The steady state that the cell comes to from its description at rest: {x, V, seen, ...}, or null where it comes to none.
  steady(settings = {}) {
    return steady(this, settings);
  }
}
