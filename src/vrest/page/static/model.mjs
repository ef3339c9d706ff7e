// What the page asks of a cell, as the pictures and tables take it: potentials [V], concentrations [mM], currents and fluxes by membrane.

import { Engine } from './engine.mjs';
import { chosen } from './rest.mjs';

const EDGE = 0.02;
const AT_EQUILIBRIUM = 1e-3;

/** `module` is a cell as it was emitted, `contents` what the page knows of it beside. */
export function modelOf(module, contents) {
  const engine = new Engine(module);
  const pumps = contents.membranes.flatMap((one) =>
    Object.keys(one.mechanisms)
      .filter((name) => one.mechanisms[name].pump)
      .map((name) => `${one.name}.${name}`),
  );

  const scales = contents.membranes
    .flatMap((one) => Object.entries(one.mechanisms).filter(([, way]) => way.pump).flatMap(([name, way]) => way.scales.map((scale) => `${one.name}.${name}.${scale}`)))
    .filter((path) => path in engine.cell.written);

  const settingsOf = (now) => Object.fromEntries(Object.entries(now).filter(([path, value]) => value !== engine.cell.written[path]));

  /** The state of every membrane: {membrane: {V, E, inside, outside, flows, currents, atp, extent}}. */
  function statesAt(V, p, seen, { currents, fluxes }) {
    const value = (path) => seen[path] ?? engine.value(p, path);
    return Object.fromEntries(
      contents.membranes.map((one) => {
        const side = (space) => Object.fromEntries(one.ions.map(({ ion }) => [ion, value(`${space}.${ion}`)]));
        const [inside, outside] = [side(one.inside), side(one.outside)];
        const own = currents.filter(({ membrane }) => membrane === one.name);
        return [
          one.name,
          {
            V: V[one.name],
            E: engine.equilibria(engine.membranes.indexOf(one.name), inside, outside, p),
            inside,
            outside,
            flows: fluxes.filter(({ membrane }) => membrane === one.name),
            currents: Object.fromEntries(own.map(({ mechanism, current }) => [mechanism, current])),
            atp: own.reduce((sum, { atp }) => sum + atp, 0),
            extent: engine.cell.membranes[one.name].extent,
          },
        ];
      }),
    );
  }

  /** The rest at some written values: every potential without net current and the state at the chosen one; or `why` there is none. */
  function rest(now) {
    const { p } = engine.numbers(settingsOf(now));
    if (!p.every(Number.isFinite)) return { ok: false, why: 'numbers' };
    const found = engine.rest(p);
    if (found.chosen === null || found.silent.length) return { ok: false, why: 'none' };
    const { V, residual } = found.chosen;
    const flows = engine.flows(V, p);
    const of = statesAt(V, p, {}, flows);
    return { ok: true, p, of, costs: costsOf(Object.values(of), flows.currents), roots: found.roots, residual, stable: found.chosen.stable, rising: found.chosen.rising };
  }

  /** The steady state at some written values, `p` with its concentrations and volumes; null where none is found. */
  function left(now) {
    const found = engine.steady(settingsOf(now));
    if (found === null) return null;
    const p = found.p.slice();
    for (const [path, value] of Object.entries(found.seen)) p[engine.place[path]] = value;
    return { p, of: statesAt(found.V, p, {}, found) };
  }

  /** Whether nothing drives anything there: no pump works, what moves ions gains and loses no free energy, and each ion has a path of its own. */
  function isDonnan({ p, of }) {
    const { currents, fluxes } = engine.flows(Object.fromEntries(Object.entries(of).map(([name, { V }]) => [name, V])), p);
    return contents.membranes.every((membrane) => {
      const moved = fluxes.filter((one) => one.membrane === membrane.name && one.flux !== 0);
      const passing = Object.values(membrane.mechanisms).filter((way) => way.alone).flatMap((way) => way.ions);
      const still = currents.filter((one) => one.membrane === membrane.name).every(({ mechanism, work }) => {
        const size = moved.filter((one) => one.mechanism === mechanism).reduce((total, { flux }) => total + Math.abs(flux), 0);
        return size === 0 || (!membrane.mechanisms[mechanism].pump && Math.abs(work) <= AT_EQUILIBRIUM * size);
      });
      return still && moved.every(({ ion }) => passing.includes(ion));
    });
  }

  /** V of a membrane, nearest to what it was, while some mechanisms (`membrane.mechanism`) are taken away; NaN where no potential is left. */
  function taken(answer, membrane, mechanisms) {
    const p = answer.p.slice();
    for (const name of mechanisms) p[engine.place[`${name}.active`]] = 0;
    return chosen(engine.rest(p).roots, { [membrane]: answer.of[membrane].V })?.V[membrane] ?? NaN;
  }

  return {
    engine,
    rest,
    without: (answer, membrane, mechanism) => taken(answer, membrane, [`${membrane}.${mechanism}`]),
    passive: (answer, membrane) => taken(answer, membrane, pumps),

    /** What the textbook's formulas make of a membrane: {ghk, chord, noda} [V], and the `stated` reversal potentials of its paths. */
    theories: (answer, membrane) => engine.theories(engine.membranes.indexOf(membrane), answer.of[membrane].V, answer.p),

    /** Whether a number of a mechanism that scales it differs from zero. */
    isOn: ({ p }, membrane, name, { scales }) => scales.some((scale) => engine.value(p, `${membrane}.${name}.${scale}`)),

    isDonnan,

    /** The state that the cell's own pumps and leaks hold, from its description on: {p, of: states by membrane}, or null where none is found. */
    steady: (now) => left(now),

    /** What is left when its pumps stand still. */
    pumpless: (now) => left({ ...now, ...Object.fromEntries(scales.map((path) => [path, 0])) }),

    /** The ends of a ladder [mV] that shows V and the equilibrium potentials of a membrane. */
    span(membrane, answer) {
      const state = answer.ok ? answer.of[membrane.name] : null;
      const shown = state ? [state.V, ...Object.values(state.E).filter(Number.isFinite)] : [];
      const low = Math.min(-0.09, ...shown) - EDGE;
      const high = Math.max(0.07, ...shown) + EDGE;
      return [Math.floor(low * 50) * 20 - 10, Math.ceil(high * 50) * 20 + 10];
    },

    /** The course under a protocol: {points: [{t, x, p}], crossings, ended}. */
    simulate: (now, protocol, options) => engine.simulate(settingsOf(now), protocol, options),

    /** The states of all membranes at a point of a course. */
    at({ x, p }) {
      const seen = engine.observed(x, p);
      return statesAt(seen.V, p, seen.seen, seen);
    },
  };
}

/** What a rest costs: ATP [mol/s] and powers [W], not finite where one cannot be said; null where flows are no absolute ones, or none is driven. */
function costsOf(states, ways) {
  const driven = ways.filter((one) => one.atp !== 0 || one.given !== 0);
  if (!driven.length || states.some(({ extent }) => extent !== 'whole')) return null;
  const sum = (of, key) => of.reduce((total, one) => total + one[key], 0);
  const [atp, work] = [sum(driven, 'atp'), sum(driven, 'work')];
  const by = (fuelled) => sum(driven.filter((one) => (one.atp !== 0) === fuelled), 'given');
  const paths = -sum(ways.filter((one) => !driven.includes(one)), 'work');
  return { atp, atp_W: by(true), drive_W: by(false), work_on_ions_W: work, dissipated_in_pumps_W: sum(driven, 'given') - work, dissipated_in_paths_W: paths };
}
