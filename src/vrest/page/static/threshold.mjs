// Rest and threshold while K+ outside moves: why a little of it excites, and much of it silences.

import { lineChart } from './charts.mjs';
import { html, tell } from './elements.mjs';
import { scaleOf } from './numbers.mjs';

const VALUES = 13;
const LARGEST = 0.06;
const FINE = 1e-5;
const WATCHED = 0.04;
const SPIKE = 0;

/** A card with the chart, for a membrane with gates whose outer bath holds K+; null for others. */
export function thresholdCard(contents, model, numbers, words, membrane) {
  const path = `${membrane.outside}.K`;
  const row = contents.numbers.find((one) => one.path === path);
  const gates = model.engine.cell.membranes[membrane.name].gates;
  if (!row || !gates.length || !contents.compartments[membrane.outside].bath) return null;
  const place = html('div');
  const state = html('p', { role: 'status' });
  const go = html('button', { type: 'button', class: 'vr-tool' }, words.say('threshold.run'));
  let begun = 0;

  go.addEventListener('click', async () => {
    begun += 1;
    const mine = begun;
    const now = numbers.now;
    const scale = scaleOf(row);
    const values = Array.from({ length: VALUES }, (_, k) => now[path] * 4 ** ((2 * k) / (VALUES - 1) - 1));
    const found = [];
    for (const value of values) {
      found.push(threshold(model, { ...now, [path]: value }, membrane));
      tell(state, words.say('threshold.progress', { done: found.length, all: VALUES }));
      await new Promise((next) => setTimeout(next, 0));
      if (mine !== begun || !place.isConnected) return;
    }
    const shown = values.map((value) => scale.shown(value));
    const curve = (key, ion) => ({ label: words.say(`threshold.${key}`), ion, values: found.map((one) => one[key] * 1e3) });
    const curves = [curve('threshold', 'Na'), curve('rest', 'K'), curve('unstable', 'other')].filter(({ values }) => values.some(Number.isFinite));
    lineChart(place, words, { title: words.say('threshold.title'), x: { unit: row.unit, values: shown, decades: true }, curves });
    const at = (holds) => shown.filter((_, k) => holds(found[k])).map((one) => words.figures(one, 2)).join(', ');
    const alone = at((one) => Number.isFinite(one.unstable));
    const silent = at((one) => Number.isFinite(one.rest) && !Number.isFinite(one.threshold));
    const said = [alone && words.say('threshold.alone', { list: alone, unit: row.unit }), silent && words.say('threshold.silent', { list: silent, unit: row.unit })];
    tell(state, said.filter(Boolean).join(' ') || words.say('threshold.all'));
  });

  const card = html('section', { class: 'vr-card vr-panel' }, html('h2', {}, words.say('threshold.title')), html('p', {}, words.say('threshold.about')), go, place, state);
  return card;
}

/** The rest (`unstable` where it is), and the potential from which the least brief shock makes a spike; NaN where the largest does not. */
export function threshold(model, now, membrane) {
  const answer = model.rest(now);
  if (!answer.ok) return { rest: NaN, unstable: NaN, threshold: NaN };
  const rest = answer.of[membrane.name].V;
  if (answer.stable === false) return { rest: NaN, unstable: rest, threshold: NaN };
  const fires = (value) => {
    const protocol = { until: WATCHED, shocks: [{ at: 0, into: membrane.inside, against: membrane.outside, value, carrier: null }] };
    const run = model.simulate(now, protocol, { rtol: 1e-7, watch: { membrane: membrane.name, level: SPIKE, stop: true } });
    return run.crossings.some((one) => one.rising);
  };
  let [low, high] = [0, Math.min(LARGEST, SPIKE - rest - 1e-3)];
  if (!(high > 0) || !fires(high)) return { rest, unstable: NaN, threshold: NaN };
  while (high - low > FINE) {
    const middle = (low + high) / 2;
    if (fires(middle)) high = middle;
    else low = middle;
  }
  return { rest, unstable: NaN, threshold: rest + high };
}
