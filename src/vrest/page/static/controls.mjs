// Sliders and fields, in groups: each ion with its ways, pumps and the cell, and all other numbers folded away.

import { assign, drawn, html, tell } from './elements.mjs';
import { colourOf, ionShape } from './ions.mjs';
import { allowed, scaleOf } from './numbers.mjs';

const LONG = 6;

const FEW = 3;

/** Fills `host` with all numbers, or with those that are `shown`; `update()` shows them as they are set. */
export function controls(host, contents, numbers, words, shown = null) {
  const rows = new Map(contents.numbers.map((row) => [row.path, row]));
  const groups = shown
    ? contents.groups.map((group) => ({ ...group, closed: false, paths: group.paths.filter((path) => shown.includes(path)) })).filter((group) => group.paths.length)
    : contents.groups;
  const made = groups.flatMap((group) => {
    const fields = group.paths.map((path) => control(rows.get(path), group.ion, numbers, words, contents));
    const name = group.label ?? words.say(group.key);
    const sign = group.ion ? drawn('svg', { viewBox: '-9 -9 18 18', 'aria-hidden': 'true' }, ionShape(group.ion, 7)) : '';
    const nodes = fields.map((one) => one.node);
    if (group.closed) {
      host.append(html('details', { class: 'vr-group' }, html('summary', {}, `${name} (${fields.length})`), ...nodes));
    } else {
      host.append(html('fieldset', { class: 'vr-group' }, html('legend', {}, sign, name), ...nodes));
    }
    return fields;
  });
  return {
    update() {
      for (const one of made) one.update();
    },
  };
}

/** The few numbers that a lecture turns to: of the first ions the concentration outside and the way through the membrane, and the first pump's. */
export function few(contents) {
  const ions = contents.groups.filter((group) => group.ion).slice(0, FEW);
  const pump = contents.groups.find((group) => group.key === 'group.cell');
  return [...ions.flatMap(({ paths }) => [paths[0], paths[paths.length - 1]]), ...(pump?.paths.slice(0, 1) ?? [])];
}

function control(row, ion, numbers, words, contents) {
  const scale = scaleOf(row);
  const id = `vr-${row.path}`;
  const name = nameOf(row.path, ion, contents, words);
  const label = html('label', { for: id, title: row.path }, name);
  const slider = html('input', { type: 'range', id, min: 0, max: scale.steps, step: 1, class: colourOf(ion), 'data-path': row.path });
  const field = html('input', {
    type: 'text',
    inputmode: 'decimal',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-label': `${ion ? `${ion} ` : ''}${name}${row.unit ? `, ${row.unit}` : ''}`,
    'data-path': row.path,
  });
  const unit = html('span', { 'aria-hidden': 'true' }, plainUnit(row.unit));
  const complaint = html('p', { class: 'vr-complaint', role: 'alert', hidden: '' });
  const node = html('div', { class: `vr-control${row.unit.length > LONG ? ' vr-long' : ''}` }, label, slider, html('span', { class: 'vr-field' }, field, unit), complaint);
  if (row.low === row.high) assign(slider, { disabled: '' });

  slider.addEventListener('input', () => numbers.set({ [row.path]: scale.at(Number(slider.value)) }, { moving: true }));
  slider.addEventListener('change', () => numbers.rested());
  field.addEventListener('change', () => {
    const si = scale.read(field.value);
    const good = allowed(row, si);
    complaint.hidden = good;
    assign(field, { 'aria-invalid': good ? null : 'true' });
    if (good) numbers.set({ [row.path]: si });
    else tell(complaint, complaintOf(row, scale, si, field.value.slice(0, 40), words));
  });

  let shown = NaN;
  function update() {
    const si = numbers.now[row.path];
    node.classList.toggle('vr-changed', si !== numbers.described[row.path]);
    if (si === shown) return;
    shown = si;
    const value = scale.shown(si);
    const text = words.figures(value, value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3) ? 2 : 4);
    if (!slider.matches(':focus') || Math.abs(scale.at(Number(slider.value)) / si - 1) > 1e-9) slider.value = scale.position(si);
    slider.style.setProperty('--part', `${(100 * scale.position(si)) / scale.steps}%`);
    assign(slider, { 'aria-valuetext': `${text} ${row.unit}` });
    field.value = text;
    assign(field, { 'data-value': String(value), 'aria-invalid': null });
    complaint.hidden = true;
  }
  return { node, update };
}

function complaintOf(row, scale, si, text, words) {
  if (Number.isNaN(si)) return words.say('field.no_number', { text });
  const end = (value) => (Math.abs(value) < 1e299 ? words.figures(scale.shown(value)) : value < 0 ? '−∞' : '∞');
  return words.say('field.not_allowed', { text, low: end(row.least), high: end(row.most) });
}

/** A short name of a number within its group: where the ion is, or what of which mechanism it is. */
export function nameOf(path, ion, contents, words) {
  const parts = path.split('.');
  if (path === 'temperature') return words.say('number.temperature');
  if (ion && parts.length === 2 && parts[1] === ion) return parts[0];
  const mechanism = parts[parts.length - 2].replace(/_/g, ' ');
  const last = parts[parts.length - 1];
  const known = words.has(`number.${last}`) ? words.say(`number.${last}`) : last.replace(/_/g, ' ');
  if (parts.includes('shape')) return known;
  return contents.membranes.length > 1 && parts.length > 2 ? `${parts[0]} ${mechanism} ${known}` : `${mechanism} ${known}`;
}

function plainUnit(unit) {
  return unit.replace('degC', '°C').replace(/\bu(?=[A-Za-z])/g, 'µ').replace(/\^(-?\d)/g, (_, power) => power.replace(/./g, (one) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[one] ?? '⁻'));
}
