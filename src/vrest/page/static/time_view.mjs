// The view over time: protocols as buttons, one of one's own, the course as curves, and a slider through it that the membrane follows.

import { lineChart } from './charts.mjs';
import { assign, html, tell } from './elements.mjs';
import { nameOf } from './controls.mjs';
import { allowed, pHOf, scaleOf } from './numbers.mjs';
import { thresholdCard } from './threshold.mjs';
import { read } from './words.mjs';

const UNITS = [
  ['h', 3600, 2],
  ['min', 60, 2],
  ['s', 1, 1],
  ['ms', 1e-3, 0],
];
const POINTS = 300;
const SHOCK = 0.015;

/** Fills the host; `stage` is {paint, headline}: what draws a state, and what is said beside V. */
export function timeView(host, contents, model, numbers, words, stage) {
  const slider = html('input', { type: 'range', min: 0, max: 1000, value: 0, class: 'vr-accent', 'aria-label': words.say('time.scrub'), 'data-path': 'time' });
  const title = html('h2', { id: 'vr-course' });
  const info = html('span', { class: 'vr-info' });
  const charts = html('div', { class: 'vr-grid-of-cards' });
  const chips = html('div', { class: 'vr-chips', role: 'group', 'aria-label': words.say('time.protocols') });
  const own = ownProtocol(contents, numbers, words, (protocol) => choose({ title: words.say('time.own'), protocol }));
  const choice = html('section', { class: 'vr-card vr-scrub' }, chips, own);
  host.replaceChildren(
    choice,
    html('section', { class: 'vr-card vr-scrub' }, html('div', { class: 'vr-row' }, title, info), slider),
    charts,
    ...[model.engine.cell.course && thresholdCard(contents, model, numbers, words, stage.membrane)].filter(Boolean),
  );

  const offered = [{ key: 'nothing', title: words.say('time.nothing'), protocol: { until: 3600 } }, ...shocks(contents, model, words), ...contents.protocols];
  let chosen = null;
  let run = null;
  let lines = [];
  let waiting = 0;

  if (!model.engine.cell.course) {
    tell(title, words.say('time.no_course', { why: model.engine.cell.missing[0] }));
    slider.hidden = true;
    choice.remove();
    return { atRest: true, update() {} };
  }
  const buttons = offered.map((one) => {
    const chip = html('button', { type: 'button', class: 'vr-chip', 'aria-pressed': 'false' }, one.title);
    chip.addEventListener('click', () => choose(one));
    return chip;
  });
  chips.replaceChildren(...buttons);
  slider.addEventListener('input', () => (waiting ||= requestAnimationFrame(() => ((waiting = 0), scrub()))));

  function choose(one) {
    chosen = one;
    buttons.forEach((chip, k) => assign(chip, { 'aria-pressed': String(offered[k] === one) }));
    slider.value = 0;
    compute();
  }

  function compute() {
    const begun = performance.now();
    try {
      run = sampled(model, numbers.now, chosen.protocol);
    } catch (error) {
      run = null;
      tell(info, words.say('time.failed', { why: error.message }));
      charts.classList.add('vr-failed');
      return;
    }
    charts.classList.remove('vr-failed');
    const until = run.points[run.points.length - 1].t;
    tell(title, chosen.title);
    tell(info, words.say(run.ended === 'end' ? 'time.computed' : 'time.ended', { time: duration(until, words), ms: (performance.now() - begun).toFixed(0) }));
    lines = draw(charts, run, contents, stage.membrane, chosen.protocol, words);
    scrub();
  }

  function scrub() {
    const { points, states } = run;
    const t = (Number(slider.value) / 1000) * points[points.length - 1].t;
    const k = Math.max(0, points.findLastIndex((one) => one.t <= t * (1 + 1e-12)));
    const state = states[k][stage.membrane.name];
    stage.paint(state, states[k]);
    stage.said(words.say('time.after', { time: duration(t, words) }), aboutNow(chosen.protocol, t, contents, words));
    slider.style.setProperty('--part', `${Number(slider.value) / 10}%`);
    assign(slider, { 'aria-valuetext': words.say('time.value', { time: duration(t, words), V: words.fixed(state.V * 1e3, 1) }) });
    for (const line of lines) line.at(t / lines.unit);
  }

  choose(offered[Math.min(1, offered.length - 1)]);
  return { rested: compute, update: () => run && scrub() };
}

/** The course with the state of every membrane at each point: those of the solver's steps, and evenly spread ones between. */
function sampled(model, now, protocol) {
  const run = model.simulate(now, protocol);
  const states = run.points.map((point) => model.at(point));
  return { ...run, states, rows: model.engine.cell.course.rows };
}

/** For cells with gates: a displacement of the potential, as by a brief shock. */
function shocks(contents, model, words) {
  const fires = Object.values(model.engine.cell.membranes).findIndex((one) => one.gates.length);
  if (fires < 0) return [];
  const into = contents.membranes[fires].inside;
  const protocol = { until: 0.05, shocks: [{ at: 0.005, into, value: SHOCK, carrier: null }] };
  return [{ title: words.say('time.shock', { mV: SHOCK * 1e3 }), protocol }];
}

// -- a protocol of one's own ------------------------------------------------------------------------------------------

/** A form: which number, its value, from when to when. */
function ownProtocol(contents, numbers, words, onchoose) {
  const rows = contents.groups.filter((group) => !group.closed).flatMap((group) => group.paths.map((path) => ({ path, ion: group.ion })));
  const path = html('select', { class: 'vr-tool', 'aria-label': words.say('time.number') });
  path.append(...rows.map((one) => html('option', { value: one.path }, `${one.ion ? `${one.ion} ` : ''}${nameOf(one.path, one.ion, contents, words)}`)));
  const field = (key, value) => html('input', { type: 'text', inputmode: 'decimal', class: 'vr-tool vr-short', 'aria-label': words.say(key), value });
  const value = field('time.becomes', '');
  const [from, to, until] = [field('time.from', '10'), field('time.to', '20'), field('time.until', '60')];
  const unit = html('select', { class: 'vr-tool', 'aria-label': words.say('time.unit') }, ...['min', 's', 'ms', 'h'].map((one) => html('option', {}, one)));
  const complaint = html('p', { class: 'vr-complaint', role: 'alert', hidden: '' });
  const row = () => contents.numbers.find((one) => one.path === path.value);
  const shown = html('span', {});
  const suggest = () => {
    const scale = scaleOf(row());
    value.value = words.figures(scale.shown(row().unit === 'pH' ? numbers.now[path.value] / 2 : numbers.now[path.value] * 2), 4);
    tell(shown, row().unit);
  };
  path.addEventListener('change', suggest);
  suggest();
  const go = html('button', { type: 'submit', class: 'vr-tool' }, words.say('time.run'));
  const form = html(
    'form',
    { class: 'vr-own' },
    html('span', {}, words.say('time.set')), path, html('span', {}, '='), value, shown,
    html('span', {}, words.say('time.from')), from, html('span', {}, words.say('time.to')), to,
    html('span', {}, words.say('time.until')), until, unit, go, complaint,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const size = UNITS.find(([name]) => name === unit.value)[1];
    const [begin, end, last] = [from, to, until].map((one) => read(one.value) * size);
    const si = scaleOf(row()).read(value.value);
    const good = begin >= 0 && end > begin && last >= end && allowed(row(), si);
    complaint.hidden = good;
    if (!good) tell(complaint, words.say(allowed(row(), si) ? 'time.bad_times' : 'field.no_number', { text: value.value.slice(0, 40) }));
    else onchoose({ until: last, settings: [{ at: begin, until: end, path: path.value, si }] });
  });
  return html('details', {}, html('summary', {}, words.say('time.own')), form);
}

// -- curves -----------------------------------------------------------------------------------------------------------

function draw(host, run, contents, membrane, protocol, words) {
  const [unit, size] = unitOf(run.points[run.points.length - 1].t);
  const x = { unit, values: run.points.map((point) => point.t / size) };
  const bands = happenings(protocol, contents, words).map((one) => ({ ...one, from: one.from / size, to: one.to / size }));
  const of = (pick) => run.states.map((state) => pick(state[membrane.name]));
  const panels = [{ key: 'time.potential', curves: [{ label: 'V', ion: null, values: of((state) => state.V * 1e3) }] }];
  for (const [key, ions] of [
    ['time.inside', membrane.ions.filter(({ ion }) => ion !== 'H')],
    ['time.pH', membrane.ions.filter(({ ion }) => ion === 'H')],
  ]) {
    const curves = ions.map(({ ion, label }) => ({ label, ion, values: of((state) => (ion === 'H' ? pHOf(state.inside[ion]) : state.inside[ion])) }));
    if (curves.length) panels.push({ key, curves });
  }
  const outer = membrane.ions.filter(({ ion }) => ion !== 'H').map(({ ion, label }) => ({ label, ion, values: of((state) => state.outside[ion]) }));
  if (outer.some(({ values }) => Math.max(...values) > Math.min(...values) * 1.001)) panels.push({ key: 'time.outside', curves: outer });
  const gates = gateCurves(run, contents, membrane);
  if (gates.length) panels.splice(1, 0, { key: 'time.gates', curves: gates });
  const moving = panels.filter(({ key, curves }) => key === 'time.potential' || curves.some(({ values }) => changes(values)));
  const lines = [];
  host.replaceChildren(
    ...moving.map(({ key, curves }) => {
      const place = html('div');
      const name = words.say(key, { space: key === 'time.outside' ? membrane.outside : membrane.inside });
      lines.push(lineChart(place, words, { title: name, x, curves, bands: key === 'time.potential' ? bands : bands.map((one) => ({ ...one, label: '' })) }));
      return html('section', { class: 'vr-card vr-panel' }, html('h2', {}, name), place);
    }),
  );
  lines.unit = size;
  return lines;
}

const LOOKS = ['Na', 'K', 'Cl', 'Ca', 'H', 'HCO3', 'other'];

/** The gates of a membrane along the course. */
function gateCurves(run, contents, membrane) {
  return run.rows
    .map((row, k) => ({ ...row, k }))
    .filter(({ kind, place }) => kind === 'gate' && place.split('.')[0] === membrane.name)
    .slice(0, LOOKS.length)
    .map(({ name, k }, rank) => ({ label: name, ion: LOOKS[rank], values: run.points.map(({ x }) => x[k]) }));
}

function changes(values) {
  const finite = values.filter(Number.isFinite);
  const size = Math.max(...finite.map(Math.abs));
  return Math.max(...finite) - Math.min(...finite) > 1e-3 * size;
}

function happenings(protocol, contents, words) {
  const end = protocol.until;
  const found = [
    ...(protocol.settings ?? []).map((one) => ({ from: one.at, to: one.until ?? end, path: short(one.path, contents, words) })),
    ...(protocol.ramps ?? []).map((one) => ({ from: one.begin, to: one.end, path: short(one.path, contents, words) })),
    ...(protocol.electrodes ?? []).map((one) => ({ from: one.begin, to: one.end, path: `${words.say('time.electrode')} ${one.into}` })),
    ...(protocol.shocks ?? []).map((one) => ({ from: one.at, to: one.at, path: words.say('time.brief_shock') })),
    ...(protocol.additions ?? []).map((one) => ({ from: one.at, to: one.at, path: `${one.space} ${Object.keys(one.contents).join(', ')}` })),
  ];
  return found.slice(0, 12).map((one, k, all) => ({ ...one, label: all.findIndex((other) => other.from === one.from && other.to === one.to) === k ? one.path : '' }));
}

function short(path, contents, words) {
  const ion = contents.groups.find((group) => group.paths.includes(path))?.ion;
  return `${ion && path.split('.').length === 2 ? `${ion} ` : ''}${nameOf(path, ion, contents, words)}`;
}

function aboutNow(protocol, t, contents, words) {
  const active = happenings(protocol, contents, words).filter((one) => one.from <= t && t < one.to);
  return active.length ? words.say('time.active', { list: active.map((one) => one.path).join(', ') }) : words.say('time.quiet');
}

const unitOf = (seconds) => UNITS.find(([, size, least]) => seconds >= least * size) ?? UNITS[UNITS.length - 1];

/** A time in words, in the unit that suits it. */
export function duration(seconds, words) {
  const [unit, size] = unitOf(seconds || 1);
  return `${words.figures(seconds / size)} ${unit}`;
}
