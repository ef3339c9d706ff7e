// The view that asks why: what moves V, to be pulled; the cell held, left to itself and without pumps; every rest along a number.

import { bars, lineChart } from './charts.mjs';
import { html, show, tell } from './elements.mjs';
import { labelOf, movedBy, movers } from './moves.mjs';
import { pHOf, scaleOf } from './numbers.mjs';
import { leftAlone } from './theories.mjs';

const ALONG = 81;
const PULLED = 120;

/** Fills the host; answers `rested`, as its three cards take many answers each. */
export function whyView(host, contents, model, numbers, words, { membrane }) {
  const moves = html('table');
  const states = html('table');
  const said = html('p', { role: 'status' });
  const sentences = html('div', { class: 'vr-said' });
  const chart = html('div');
  const along = html('select', { class: 'vr-tool', 'aria-label': words.say('why.along') });
  const offered = movers(contents, membrane);
  along.append(...offered.map((one) => html('option', { value: one.path }, labelOf(one, contents, membrane, words))));
  const card = (key, ...nodes) => html('section', { class: 'vr-card vr-panel' }, html('h2', {}, words.say(`why.${key}.title`)), html('p', {}, words.say(`why.${key}.about`)), ...nodes);
  host.replaceChildren(card('moves', moves), card('states', states, said, sentences), card('folds', along, chart));
  let last = null;
  let pulling = false;
  along.addEventListener('change', () => last && folds());

  function rested(answer) {
    last = answer;
    if (!pulling) pullable(answer);
    lefts(answer);
    folds();
  }

  /** A bar for each number: how far a tenth more of it moves V. To pull it to the side moves the number. */
  function pullable(answer) {
    const rows = movedBy(answer, membrane, contents, model, numbers, words);
    bars(moves, rows);
    moves.querySelectorAll('svg').forEach((track, k) => pull(track, rows[k].path));
  }

  function pull(track, path) {
    track.classList.add('vr-pullable');
    track.addEventListener('pointerdown', (down) => {
      const begun = numbers.now[path];
      const row = contents.numbers.find((one) => one.path === path);
      pulling = true;
      track.setPointerCapture(down.pointerId);
      track.onpointermove = (move) => {
        const value = begun * Math.exp((move.clientX - down.clientX) / PULLED);
        numbers.set({ [path]: Math.max(row.least, Math.min(row.most, value)) }, { moving: true });
      };
      track.onpointerup = track.onpointercancel = () => {
        track.onpointermove = null;
        pulling = false;
        numbers.rested();
      };
    });
  }

  /** Held, left to itself, and without pumps, side by side. */
  function lefts(answer) {
    sentences.replaceChildren();
    if (!model.engine.cell.course) {
      tell(said, words.say('time.no_course', { why: model.engine.cell.missing[0] }));
      return;
    }
    const [steady, pumpless] = [model.steady(numbers.now), model.pumpless(numbers.now)];
    const found = [
      ['why.held', answer.of[membrane.name]],
      ['why.itself', steady?.of[membrane.name]],
      ['why.pumpless', pumpless?.of[membrane.name]],
    ];
    const head = html('tr', {}, html('td'), ...found.map(([key]) => html('th', { scope: 'col' }, words.say(key))));
    const line = (label, pick, write) =>
      html('tr', {}, html('th', { scope: 'row' }, label), ...found.map(([, state]) => {
        const cell = html('td', { class: 'vr-number' });
        show(cell, state ? pick(state) : NaN, state ? write(pick(state)) : '–');
        return cell;
      }));
    const ions = membrane.ions.map(({ ion, label }) => {
      const pH = ion === 'H';
      return line(pH ? `pH ${membrane.inside}` : `${label} ${membrane.inside}, mM`, (state) => (pH ? pHOf(state.inside[ion]) : state.inside[ion]), (value) => words.figures(value, 3));
    });
    states.replaceChildren(html('thead', {}, head), html('tbody', {}, line('V, mV', (state) => state.V * 1e3, (value) => words.fixed(value, 1)), ...ions));
    const none = found.filter(([, state]) => !state).map(([key]) => words.say(key));
    tell(said, none.length ? words.say('why.none', { list: none.join(', ') }) : '');
    sentences.replaceChildren(...leftAlone(contents, model, steady, pumpless, membrane, words).map((one) => html('p', {}, one)));
  }

  /** Every rest along a number: stable ones and, where there are several, those between them that nothing holds. */
  function folds() {
    const row = contents.numbers.find((one) => one.path === along.value);
    if (!row) return;
    const scale = scaleOf(row);
    const values = Array.from({ length: ALONG }, (_, k) => scale.at((scale.steps * k) / (ALONG - 1)));
    const rests = values.map((value) => model.rest({ ...numbers.now, [row.path]: value }));
    const of = (one, holds) => (one.ok ? one.roots.filter(holds).map((root) => root.V[membrane.name] * 1e3).sort((a, b) => a - b) : []);
    const stable = rests.map((one) => of(one, (root) => root.stable !== false));
    const unstable = rests.map((one) => of(one, (root) => root.stable === false));
    const several = stable.some((all) => all.length > 1);
    const curves = [
      { label: several ? words.say('why.negative') : 'V', ion: null, values: stable.map((all) => all[0] ?? NaN) },
      { label: words.say('why.positive'), ion: 'Na', values: stable.map((all) => (all.length > 1 ? all[all.length - 1] : NaN)) },
      { label: words.say('rest.unstable'), ion: 'other', values: unstable.map((all) => all[0] ?? NaN) },
    ].filter((curve) => curve.values.some(Number.isFinite));
    if (!curves.length) return;
    const decades = row.log && row.unit !== 'pH';
    const x = { unit: row.unit, values: values.map(scale.shown), decades };
    lineChart(chart, words, { title: words.say('why.folds.title'), x, curves }).at(scale.shown(numbers.now[row.path]));
  }

  return { update() {}, rested };
}
