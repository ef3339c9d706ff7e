// Where an answer is given: a field for a number, options to choose from, a list to put in order. Each says what it holds.

import { html, tell } from './elements.mjs';
import { readNumber } from './exercises.mjs';

const DIRECTIONS = ['rises', 'falls', 'stays'];
const UNITS = 6;

/** The node, and `read()`: {given} or {complaint}; `focus()` goes to where one writes. */
export function answerField(practice, drawn, texts, words) {
  const { exercise } = drawn;
  if (exercise.kind === 'numeric') return numberField(practice, exercise, texts, words);
  if (exercise.kind === 'order') return orderField(exercise, texts, words);
  const options = exercise.kind === 'predict' ? DIRECTIONS.map((name) => [name, words.say(`practice.goes.${name}`)]) : exercise.options.map(([name, text]) => [name, texts.fill(text)]);
  return choices(words.say(exercise.kind === 'predict' ? 'practice.predict' : 'practice.choose'), options, words);
}

function numberField(practice, exercise, texts, words) {
  const unit = practice.units[exercise.unit][2];
  const field = html('input', { type: 'text', id: 'vr-answer', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'vr-answer-unit' });
  const node = html(
    'div',
    { class: 'vr-given' },
    html('label', { for: 'vr-answer' }, words.say('practice.answer')),
    field,
    html('span', { id: 'vr-answer-unit', class: 'vr-info' }, unit ? words.say('practice.unit', { unit }) : words.say('practice.plain')),
  );
  function read() {
    if (!field.value.trim()) return { complaint: words.say('practice.empty') };
    const given = readNumber(practice, exercise, field.value, words.point);
    if (Number.isFinite(given)) return { given };
    const units = Object.keys(practice.accepted[exercise.unit]).filter((one) => one !== exercise.unit).slice(0, UNITS).join(', ') || '–';
    return { complaint: words.say('practice.not_read', { text: field.value.slice(0, 40), example: `${words.decimal('-12.5')} ${unit}`.trim(), units }) };
  }
  return { node, read, focus: () => field.focus() };
}

/** Options of which one is taken; they are moved through with the arrow keys. */
export function choices(legend, options, words) {
  const buttons = options.map(([name]) => html('input', { type: 'radio', name: 'vr-option', value: name }));
  const labels = options.map(([, text], k) => html('label', { class: 'vr-option' }, buttons[k], html('span', {}, text)));
  const node = html('fieldset', { class: 'vr-options' }, html('legend', {}, legend), ...labels);
  function read() {
    const taken = buttons.find((one) => one.checked);
    return taken ? { given: taken.value } : { complaint: words.say('practice.empty') };
  }
  return { node, read, focus: () => (buttons.find((one) => one.checked) ?? buttons[0]).focus() };
}

function orderField(exercise, texts, words) {
  const list = html('ol', { class: 'vr-order' });
  const moved = html('p', { class: 'vr-spoken', role: 'status' });
  const rows = exercise.options.map(([name, text]) => {
    const item = texts.fill(text);
    const button = (key, sign, step) => {
      const node = html('button', { type: 'button', class: 'vr-tool', 'aria-label': words.say(key, { item }) }, sign);
      node.addEventListener('click', () => move(name, step, node));
      return node;
    };
    return { name, item, node: html('li', {}, html('span', {}, item), button('practice.up', '↑', -1), button('practice.down', '↓', 1)) };
  });
  list.append(...rows.map((row) => row.node));

  function move(name, step, button) {
    const at = rows.findIndex((row) => row.name === name);
    const to = at + step;
    if (to < 0 || to >= rows.length) return;
    const [row] = rows.splice(at, 1);
    rows.splice(to, 0, row);
    list.append(...rows.map((one) => one.node));
    button.focus();
    tell(moved, words.say('practice.at', { item: row.item, place: to + 1, all: rows.length }));
  }

  const node = html('div', { role: 'group', 'aria-labelledby': 'vr-order-label' }, html('p', { id: 'vr-order-label' }, words.say('practice.order')), list, moved);
  return { node, read: () => ({ given: rows.map((row) => row.name).join(' ') }), focus: () => list.querySelector('button').focus() };
}
