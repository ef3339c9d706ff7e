// The view of the nanometre: how little charge makes the potential, where it stands, and how thin all of it is beside the cell.

import { html, show, tell } from './elements.mjs';
import { nanometrePicture } from './nanometre_picture.mjs';

const NARROW = 560;
/** A capacitance [F/m^2] that no flat membrane has. */
const FOLDED = 0.02;
const MORE = 1.5;
const [FARTHER, FARTHEST_FLAT, STEPS, GLIDE] = [2.9, 2e-6, 1000, 700];

/** Fills the host; the picture and the numbers follow each answer. `seen.at`: how near it is looked from, 0..1, which outlasts the view. */
export function nanometreView(host, contents, model, numbers, words, { membrane, seen }) {
  const place = contents.membranes.indexOf(membrane);
  const zoom = html('input', { type: 'range', min: 0, max: STEPS, step: 1, 'aria-label': words.say('nano.zoom'), 'data-path': 'nano' });
  const levels = ['cell', 'membrane', 'layer'].map((name) => html('button', { type: 'button', class: 'vr-chip', 'data-level': name }, words.say(`nano.${name}`)));
  const stage = html('div');
  const legend = html('p', { class: 'vr-legend' });
  const card = (key, ...nodes) => html('section', { class: 'vr-card vr-panel' }, html('h2', {}, words.say(`nano.${key}.title`)), html('p', {}, words.say(`nano.${key}.about`)), ...nodes);
  const missing = html('p', { class: 'vr-info vr-said' });
  const tables = { charge: html('table'), screen: html('table'), sizes: html('table') };
  host.replaceChildren(
    html('section', { class: 'vr-card vr-zoom', 'aria-label': words.say('nano.title') }, html('div', { class: 'vr-row vr-zoom-row' }, html('div', { class: 'vr-chips' }, ...levels), zoom), stage, legend),
    ...Object.entries(tables).map(([key, table]) => card(key, table, ...(key === 'charge' ? [missing] : []))),
  );
  const narrow = stage.clientWidth < NARROW;
  const picture = nanometrePicture(stage, membrane, words, { narrow });
  let state = null;
  let gliding = 0;

  const farthest = () => FARTHER * (state.size || FARTHEST_FLAT / FARTHER);
  const level = { cell: farthest, membrane: () => (narrow ? 6 : 9) * state.thickness, layer: () => state.thickness + 8 * largest(state) };
  const nearest = () => Math.min(level.membrane(), level.layer());
  const across = () => farthest() * (nearest() / farthest()) ** seen.at;
  const partOf = (length) => Math.log(length / farthest()) / Math.log(nearest() / farthest());

  function look() {
    if (!state) return;
    const width = across();
    const drawn = picture.update(state, width);
    zoom.value = String(Math.round(seen.at * STEPS));
    zoom.style.setProperty('--part', `${100 * seen.at}%`);
    const parts = [words.say('nano.across', { across: words.prefixed(width, 'm') })];
    zoom.setAttribute('aria-valuetext', parts[0]);
    if (drawn.hairline < 1.2) parts.push(words.say('nano.hairline', { px: words.figures(drawn.hairline, 2) }));
    if (drawn.ions) parts.push(words.say('nano.slice'));
    if (drawn.charges) parts.push(words.say('nano.apart', { apart: words.prefixed(state.apart, 'm') }));
    legend.replaceChildren(...parts.map((one) => html('span', {}, one)));
    for (const one of levels) one.setAttribute('aria-pressed', String(Math.abs(partOf(level[one.dataset.level]()) - seen.at) < 1.5 / STEPS));
  }

  function go(part) {
    cancelAnimationFrame(gliding);
    const [from, begun] = [seen.at, performance.now()];
    const step = (now) => {
      const done = matchMedia('(prefers-reduced-motion: reduce)').matches ? 1 : Math.min(1, (now - begun) / GLIDE);
      seen.at = from + (part - from) * (3 - 2 * done) * done ** 2;
      look();
      if (done < 1 && host.contains(zoom)) gliding = requestAnimationFrame(step);
    };
    gliding = requestAnimationFrame(step);
  }

  zoom.addEventListener('input', () => {
    cancelAnimationFrame(gliding);
    seen.at = Number(zoom.value) / STEPS;
    look();
  });
  levels.forEach((one) => one.addEventListener('click', () => state && go(partOf(level[one.dataset.level]()))));

  function update(answer) {
    state = stateOf(answer, membrane, model, model.engine.charged(place, answer.of[membrane.name].V, answer.p), sizeOf(contents, membrane, numbers, model, answer));
    seen.at ??= partOf(level.membrane());
    look();
    fill(tables.charge, chargeRows(state, membrane, words));
    tell(missing, remark(state, words));
    fill(tables.screen, screenRows(state, membrane, words));
    fill(tables.sizes, sizeRows(state, words));
  }

  return { update, picture: picture.node };
}

/** How deep the layer of a side is drawn, and its potentials; none where it is not known. */
const layer = (debye, profile) => (Number.isFinite(debye) && profile.every(Number.isFinite) ? { depth: debye, profile } : { depth: 0, profile: profile.map(() => 0) });

const largest = (state) => Math.max(...[state.outside.debye, state.inside.debye].filter(Number.isFinite), 0.5e-9);

/** What is to be said of a capacitance that is not described, or that only a folded membrane has; and of more membrane than the cell that is drawn. */
function remark({ charge, capacitance, area, ball }, words) {
  if (!('moved_C' in charge)) return words.say('nano.missing');
  const folded = capacitance > FOLDED ? [words.say('nano.folded', { C: words.figures(capacitance * 100) })] : [];
  const more = area > MORE * ball ? [words.say('nano.more', { times: words.figures(area / ball, 2) })] : [];
  return [...folded, ...more].join(' ');
}

/** What picture and tables take. */
function stateOf(answer, membrane, model, charge, size) {
  const { V, inside, outside } = answer.of[membrane.name];
  const { F, N_A } = model.engine.cell.constants;
  const side = (space, c, profile) => ({
    space,
    debye: charge[`debye_length_nm.${space}`],
    drop: charge[`diffuse_drop_mV.${space}`],
    ...layer(charge[`debye_length_nm.${space}`], profile),
    ions: membrane.ions.map(({ ion }) => ({ ion, c: c[ion] })),
  });
  const each = F / N_A / charge.surface_C_per_m2;
  return {
    V,
    charge,
    ...size,
    area: model.engine.value(answer.p, `${membrane.name}.area`) ?? NaN,
    thickness: model.engine.value(answer.p, `${membrane.name}.thickness`),
    capacitance: model.engine.value(answer.p, `${membrane.name}.specific_capacitance`) ?? NaN,
    perMole: N_A,
    depths: model.engine.cell.depths,
    each,
    apart: Math.sqrt(each),
    inside: side(membrane.inside, inside, charge.inner),
    outside: side(membrane.outside, outside, charge.outer),
  };
}

/** How wide a cell is that a membrane encloses [m]: the diameter of its shape, or of a sphere of its volume, which has so much surface (`ball`, m²); NaN where neither is described. */
function sizeOf(contents, membrane, numbers, model, answer) {
  const shape = contents.numbers.find(({ path }) => path.startsWith(`${membrane.inside}.shape.`) && path.endsWith('diameter'));
  if (shape) return { size: numbers.now[shape.path], ball: NaN };
  const volume = contents.compartments[membrane.inside].bath ? NaN : model.engine.value(answer.p, `${membrane.inside}.volume`);
  const size = Math.cbrt((6 * volume) / Math.PI);
  return { size, ball: Math.PI * size ** 2 };
}

/** A row: its words, its key in the answers of the command line, its number there, and how it is written. */
function row(label, key, value, text) {
  const cell = html('td', { class: 'vr-number', 'data-key': key });
  show(cell, value, Number.isFinite(value) ? text : '–');
  return html('tr', {}, html('th', { scope: 'row' }, label), cell);
}

function fill(table, rows) {
  table.replaceChildren(html('tbody', {}, ...rows));
}

function chargeRows({ charge, each }, membrane, words) {
  const one = (key, name, unit) => row(words.say(`nano.${name}`), `charge.${key}`, charge[key], unit ? words.prefixed(charge[key], unit) : words.figures(charge[key]));
  const parts = membrane.ions
    .filter(({ ion }) => Number.isFinite(charge[`fraction_of.${ion}`]))
    .map(({ ion, label }) => {
      const part = charge[`fraction_of.${ion}`];
      return row(words.say('nano.fraction', { ion: label }), `charge.fraction_of.${ion}`, part, partText(part, words));
    });
  return [
    one('moved_C', 'moved_C', 'C'),
    one('moved_ions', 'moved_ions'),
    one('moved_mol', 'moved_mol', 'mol'),
    ...parts,
    row(words.say('nano.each'), 'each_nm2', each * 1e18, `${words.figures(each * 1e18)} nm²`),
    one('field_V_per_m', 'field', 'V/m'),
    one('electric_pressure_Pa', 'pressure', 'Pa'),
  ];
}

function partText(part, words) {
  if (part === 0) return '0';
  return part > 1 ? words.say('nano.times', { number: words.figures(part) }) : words.say('nano.one_in', { number: words.figures(1 / part) });
}

function screenRows({ charge, inside, outside }, membrane, words) {
  const rows = [outside, inside].flatMap(({ space, debye, drop }) => [
    row(words.say('nano.debye', { space }), `debye_length_nm.${space}`, debye * 1e9, `${words.figures(debye * 1e9)} nm`),
    row(words.say('nano.drop', { space }), `charge.diffuse_drop_mV.${space}`, drop * 1e3, `${words.figures(drop * 1e3)} mV`),
  ]);
  const surface = ['surface_potential_mV', 'gate_shift_mV'].filter((key) => key in charge);
  return [...rows, ...surface.map((key) => row(words.say(`nano.${key}`), `surface.${key}`, charge[key] * 1e3, `${words.fixed(charge[key] * 1e3, 1)} mV`))];
}

function sizeRows({ size, thickness, apart }, words) {
  return [
    row(words.say('nano.size'), 'size_um', size * 1e6, words.prefixed(size, 'm')),
    row(words.say('nano.thickness'), 'thickness_nm', thickness * 1e9, words.prefixed(thickness, 'm')),
    row(words.say('nano.ratio'), 'ratio', size / thickness, words.figures(size / thickness)),
    row(words.say('nano.spacing'), 'apart_nm', apart * 1e9, words.prefixed(apart, 'm')),
  ];
}
