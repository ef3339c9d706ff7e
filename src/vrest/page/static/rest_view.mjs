// The view of the rest: the headline, what makes V, theories side by side, what moves V, other rests, and the certificate.

import { bars } from './charts.mjs';
import { html, show } from './elements.mjs';
import { movedBy } from './moves.mjs';
import { notesOf } from './notes.mjs';
import { pHOf } from './numbers.mjs';
import { hasPump, pumped, theoriesOf } from './theories.mjs';

/** The sentence of the headline: the currents that cancel and the equilibrium potential that V lies nearest to. */
export function headline(membrane, state, words) {
  const currents = Object.entries(state.currents)
    .filter(([, one]) => one !== 0)
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const parts = [];
  if (currents.length && state.extent !== 'whole') {
    const outward = currents.filter(([, one]) => one > 0).map(([name]) => name);
    const inward = currents.filter(([, one]) => one < 0).map(([name]) => name);
    parts.push(words.say('rest.balance_relative', { outward: outward.join(', ') || '–', inward: inward.join(', ') || '–' }));
  } else if (currents.length) {
    const list = currents.slice(0, 4).map(([name, one]) => {
      const [value, unit] = amperes(one, words);
      return words.say(one > 0 ? 'rest.outward' : 'rest.inward', { name, value, unit });
    });
    parts.push(words.say(currents.length > 4 ? 'rest.balance_first' : 'rest.balance', { list: list.join(', '), more: currents.length - 4 }));
  }
  const near = membrane.ions
    .filter(({ ion }) => Number.isFinite(state.E[ion]))
    .map((ion) => ({ ion, away: state.V - state.E[ion.ion] }))
    .sort((a, b) => Math.abs(a.away) - Math.abs(b.away))[0];
  if (near) parts.push(words.say('rest.nearest', { distance: words.figures(Math.abs(near.away) * 1e3, 2), ion: near.ion.label }));
  return parts.join(' ');
}

/** A current as a number with its unit. */
export function amperes(current, words) {
  for (const [unit, size] of [
    ['µA', 1e-6],
    ['nA', 1e-9],
    ['pA', 1e-12],
  ]) {
    if (Math.abs(current) >= size) return [words.figures(Math.abs(current) / size), unit];
  }
  return [words.figures(Math.abs(current) / 1e-15), 'fA'];
}

/** Fills the cards below the scene. `model` answers; `membrane` is the one that is looked at. */
export function restView(host, contents, model, numbers, words) {
  const card = (key, table) =>
    html('section', { class: 'vr-card vr-panel', 'data-card': key }, html('h2', {}, words.say(`${key}.title`)), html('p', {}, words.say(`${key}.about`)), table);
  const tables = { ions: html('table'), ways: html('table'), moves: html('table'), theories: html('table'), costs: html('table'), certificate: html('table') };
  const notes = html('section', { class: 'vr-card vr-panel', 'data-card': 'notes' });
  const said = html('div', { class: 'vr-said' });
  host.replaceChildren(...Object.entries(tables).map(([key, table]) => card(`rest.${key}`, table)), notes);
  tables.theories.after(said);

  let beside = null;

  /** What each frame shows; what takes another answer for each mechanism is as it was, pale, until the hand rests. */
  function update(answer, membrane) {
    const state = answer.of[membrane.name];
    fill(tables.ions, ['', membrane.inside, membrane.outside, 'E mV', 'V − E mV'], ionRows(membrane, state, words));
    fill(tables.costs, [], costRows(answer.costs ?? {}, words));
    tables.costs.parentNode.hidden = !answer.costs;
    fill(tables.certificate, [], certificateRows(answer, membrane, words));
    compare(answer, membrane, !beside || beside.of !== membrane.name || beside.p.some((value, k) => value !== answer.p[k]));
  }

  function compare(answer, membrane, stale) {
    const state = answer.of[membrane.name];
    const theories = theoriesOf(contents, model, answer, membrane, words);
    fill(tables.ways, ['', words.say('rest.current'), words.say('rest.without')], wayRows(membrane, state, beside, stale, words));
    fill(tables.theories, ['', 'mV', words.say('rest.difference')], theoryRows(membrane, state, theories.potentials, beside, stale, words), true);
    const sentences = theories.said.map((sentence) => html('p', {}, sentence));
    if (theories.asked && beside) sentences.push(pale(html('p', {}, pumped(membrane, beside.V / 1e3, beside.passive / 1e3, words)), stale));
    said.replaceChildren(...sentences);
  }

  function rested(answer, membrane) {
    const names = Object.keys(membrane.mechanisms);
    beside = {
      of: membrane.name,
      V: answer.of[membrane.name].V * 1e3,
      p: answer.p,
      without: Object.fromEntries(names.map((name) => [name, model.without(answer, membrane.name, name) * 1e3])),
      passive: hasPump(membrane) ? model.passive(answer, membrane.name) * 1e3 : NaN,
    };
    compare(answer, membrane, false);
    const known = notesOf(contents, model, answer, membrane, words);
    notes.hidden = !known.length;
    notes.replaceChildren(html('h2', {}, words.say('rest.notes.title')), ...known.map((sentence) => html('p', {}, sentence)));
    bars(tables.moves, movedBy(answer, membrane, contents, model, numbers, words));
  }

  return { update, rested };
}

function number(value, text) {
  const cell = html('td', { class: 'vr-number' });
  show(cell, value, text);
  return cell;
}

function fill(node, headings, rows, first = false) {
  const head = headings.length ? [html('thead', {}, html('tr', {}, ...headings.map((text) => html(text ? 'th' : 'td', text ? { scope: 'col' } : {}, text))))] : [];
  const body = rows.map(([name, ...cells], k) => html('tr', first && k === 0 ? { class: 'vr-first' } : {}, html('th', { scope: 'row' }, name), ...cells));
  node.replaceChildren(...head, html('tbody', {}, ...body));
}

function ionRows(membrane, state, words) {
  return membrane.ions.map(({ ion, label }) => {
    const concentration = (value) =>
      ion === 'H' ? number(pHOf(value), `pH ${words.fixed(pHOf(value), 2)}`) : number(value, words.figures(value, 4));
    const E = state.E[ion] * 1e3;
    return [label, concentration(state.inside[ion]), concentration(state.outside[ion]), number(E, words.fixed(E, 2)), number(state.V * 1e3 - E, words.signed(state.V * 1e3 - E, 2))];
  });
}

function wayRows(membrane, state, beside, stale, words) {
  return Object.keys(membrane.mechanisms).map((name) => {
    const without = beside?.without[name] ?? NaN;
    const shown = html('td', { class: 'vr-number' });
    show(shown, state.extent === 'relative' ? NaN : state.currents[name], currentText(state.currents[name], state.extent, words));
    return [name.replace(/_/g, ' '), shown, pale(number(without, Number.isFinite(without) ? `${words.fixed(without, 2)} mV` : '–'), stale)];
  });
}

function pale(cell, stale) {
  cell.classList.toggle('vr-stale', stale);
  return cell;
}

/** A current as a membrane counts it: in all, per area, or its direction where only ratios are known. */
function currentText(current, extent, words) {
  if (current === 0) return '0';
  if (extent === 'relative') return words.say(current > 0 ? 'rest.out' : 'rest.in');
  if (extent === 'per area') return `${words.figures(current * 100)} µA/cm²`;
  const [value, unit] = amperes(current, words);
  return `${current < 0 ? '−' : ''}${value} ${unit}`;
}

function theoryRows(membrane, state, potentials, beside, stale, words) {
  const all = state.V * 1e3;
  const rows = [[words.say('rest.all_together'), number(all, words.fixed(all, 2)), html('td')]];
  const add = (name, value, old, V = all) => {
    if (Number.isFinite(value)) rows.push([name, pale(number(value, words.fixed(value, 2)), old), pale(number(value - V, words.signed(value - V, 2)), old)]);
  };
  add(words.say('rest.without_pumps'), beside?.passive ?? NaN, stale, beside?.V);
  for (const [key, V] of Object.entries(potentials)) add(words.say(`rest.${key}`), V * 1e3, false);
  for (const { ion, label } of membrane.ions) add(words.say('rest.only', { ion: label }), state.E[ion] * 1e3, false);
  return rows;
}

function costRows(costs, words) {
  const rows = Object.entries(costs).filter(([, value]) => Number.isFinite(value) && value !== 0);
  return rows.map(([key, value]) => [words.say(`cost.${key}`), number(value, words.prefixed(value, key === 'atp' ? 'mol/s' : 'W'))]);
}

function certificateRows(answer, membrane, words) {
  const text = (key, value, shown) => [words.say(`certificate.${key}`), number(value, shown)];
  const rows = [
    text('residual', answer.residual, words.figures(answer.residual, 2)),
    text('roots', answer.roots.length, String(answer.roots.length)),
  ];
  if (answer.roots.length > 1) {
    for (const root of answer.roots) {
      const V = root.V[membrane.name] * 1e3;
      const kind = root.stable === null ? 'open' : root.stable ? 'stable' : 'unstable';
      rows.push([words.say(`rest.${kind}`), number(V, `${words.fixed(V, 2)} mV`)]);
    }
  }
  return rows;
}

