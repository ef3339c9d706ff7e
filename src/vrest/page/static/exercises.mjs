// Exercises: numbers drawn from SHA-256 as Python draws them, answers read and judged, slips told apart. Nothing here touches the page.

import { sha256 } from './sha256.mjs';

const MOST_ATTEMPTS = 500;
const DIGITS = 12;
const ROUNDED = 1 + 1e-9;
const SIGNS = { '−': '-', '–': '-', '·10^': 'e', '*10^': 'e', '×10^': 'e' };
const UNITS = { µ: 'u', μ: 'u', '°': 'deg', Ω: 'ohm' };
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const QUANTITY = ['name', 'unit', 'count', 'first', 'step', 'places'];
const STEP = ['show', 'formula', 'unit', 'name'];
const SLIP = ['name', 'step', 'text', 'rule', 'ask'];
const NUMBER = { is: 'number' };
const named = (keys) => (list) => Object.fromEntries(keys.map((key, k) => [key, list[k]]));

/** Exercises with names for what stands in lists in the file. */
export function opened({ exercises, ...more }) {
  const one = (exercise) => ({
    ...{ version: 1, kind: 'numeric', relative: 0, answer: NUMBER, taken: [], options: [], finds: [] },
    ...exercise,
    seeds: exercise.places?.length ?? Infinity,
    quantities: exercise.quantities.map(named(QUANTITY)),
    steps: exercise.steps.map(named(STEP)),
    slips: exercise.slips.map(named(SLIP)).map((slip) => ({ ...slip, rule: slip.rule ?? exercise.answer ?? NUMBER })),
  });
  return { ...more, exercises: exercises.map(one) };
}

/**
 * An exercise with the numbers of a seed: {exercise, seed, written, numbers, answer, slips: [{slip, outcome}], values of the steps};
 * null where no attempt has an answer with the slips that it finds. An exercise with `seeds` has no others than the first of so many.
 */
export function draw(practice, exercise, seed) {
  if (exercise.found) return attempt(practice, exercise, seed, exercise.attempts?.[seed] ?? 0, exercise.found[exercise.places[seed]]);
  const most = exercise.quantities.every((one) => one.count === 1) ? 1 : MOST_ATTEMPTS;
  for (let k = 0; k < most; k += 1) {
    const drawn = attempt(practice, exercise, seed, k, []);
    const kept = drawn.slips.map(({ slip }) => slip.name);
    if (drawn.answer !== null && exercise.finds.every((name) => kept.includes(name))) return drawn;
  }
  return null;
}

function attempt(practice, exercise, seed, count, row) {
  const written = writtenOf(exercise, seed, count);
  const values = exercise.quantities.map((one) => siOf(practice, one.unit, Number(written[one.name])));
  const given = [...values, ...row.map((x) => x ?? NaN)];
  const [outputs] = exercise.outputs(given);
  const names = [...exercise.quantities.map((one) => one.name), ...exercise.taken.map(([name]) => name)];
  const numbers = Object.fromEntries(names.map((name, k) => [name, given[k]]));
  let at = 0;
  const next = (rule) => outcome(rule, outputs.slice(at, (at += sizeOf(rule))));
  const answer = next(exercise.answer);
  const steps = exercise.steps.map(() => outputs[at++]);
  exercise.steps.forEach((step, k) => step.name && (numbers[step.name] = steps[k]));
  const slips = exercise.slips.map((slip) => ({ slip, outcome: next(slip.rule) }));
  return { exercise, seed, written, numbers, answer, steps, slips: toldApart(exercise, answer, slips) };
}

/** Each quantity as it is drawn, in its unit. */
function writtenOf(exercise, seed, count) {
  const free = exercise.quantities.filter((one) => one.count > 1);
  const number = (one) => parseInt(sha256(`${exercise.name}:${exercise.version}:${seed}:${count * free.length + free.indexOf(one)}`).slice(0, DIGITS), 16);
  return Object.fromEntries(exercise.quantities.map((one) => [one.name, decimalOf(one, one.count > 1 ? number(one) % one.count : 0)]));
}

/** The decimal number of a step, without zeros at its end. */
function decimalOf({ first, step, places }, index) {
  const whole = first + index * step;
  const digits = String(Math.abs(whole)).padStart(places + 1, '0');
  const text = `${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}`.replace(/\.?0*$/, '');
  return (whole < 0 ? '-' : '') + text;
}

const siOf = (practice, unit, value) => (value - practice.units[unit][1]) / practice.units[unit][0];
export const inUnit = (practice, unit, si) => si * practice.units[unit][0] + practice.units[unit][1];

const sizeOf = (rule) => (rule.is === 'always' ? 0 : (rule.names?.length ?? 1));

/** What a rule makes of the values of its formulas: a number, a name, names in order, a direction; null where it is none of them. */
function outcome(rule, values) {
  if (rule.is === 'always') return rule.option;
  if (rule.is === 'option') return values.filter((x) => x === 1).length === 1 ? rule.names[values.indexOf(1)] : null;
  if (rule.is === 'order') {
    const ranked = rule.names.map((name, k) => [values[k], name]).sort(([a], [b]) => a - b);
    return ranked.every(([x], k) => k === 0 || x - ranked[k - 1][0] > rule.apart * ROUNDED) ? ranked.map(([, name]) => name).join(' ') : null;
  }
  const [x] = values;
  if (!Number.isFinite(x)) return null;
  if (rule.is === 'number') return x;
  return Math.abs(x) < rule.least * ROUNDED ? 'stays' : x > 0 ? 'rises' : 'falls';
}

export const band = (exercise, x) => Math.max(exercise.absolute, exercise.relative * Math.abs(x));

function alike(exercise, a, b) {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= (band(exercise, a) + band(exercise, b)) * ROUNDED;
}

/** Slips whose outcome is neither the answer's nor that of an earlier one, unless both can be asked about. */
function toldApart(exercise, answer, slips) {
  const kept = [];
  for (const one of slips) {
    const tells = one.outcome !== null && answer !== null && !alike(exercise, one.outcome, answer);
    const same = kept.filter((other) => alike(exercise, one.outcome, other.outcome));
    if (tells && same.every((other) => one.slip.ask && other.slip.ask)) kept.push(one);
  }
  return kept;
}

/** The number [SI] that a person wrote, with or without its unit; NaN where it is none of the dimension. `point` is the language's decimal sign. */
export function readNumber(practice, exercise, text, point) {
  let plain = text.trim();
  for (const [sign, meant] of Object.entries(SIGNS)) plain = plain.replaceAll(sign, meant);
  const comma = /^([^.,]*\d),(\d+)([^.,]*)$/.exec(plain);
  if (comma && (comma[2].length !== 3 || point === ',')) plain = `${comma[1]}.${comma[2]}${comma[3]}`;
  const found = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?![\d.,_])\s*(.*)$/i.exec(plain);
  if (!found) return NaN;
  const unit = found[2].replace(/[µμ°Ω]/g, (sign) => UNITS[sign]).replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => `^${RAISED.indexOf(digit)}`).replace(/\s*\/\s*/g, '/').trim();
  const known = practice.accepted[exercise.unit];
  const meant = unit || (exercise.unit === '1' ? '' : exercise.unit);
  return Object.hasOwn(known, meant) ? Number(found[1]) * known[meant][0] + (known[meant][1] ?? 0) : NaN;
}

/** What an outcome was found to be: {right, slips}; several slips where a question has to tell them apart, none where it is not known. */
export function judge({ exercise, answer, slips }, given) {
  if (typeof given !== 'number') return { right: given === answer, slips: given === answer ? [] : slips.filter((one) => one.outcome === given) };
  const far = (x) => (Math.abs(given - x) <= band(exercise, x) * ROUNDED ? Math.abs(given - x) : Infinity);
  if (Number.isFinite(far(answer))) return { right: true, slips: [] };
  const nearest = slips.reduce((best, one) => (far(one.outcome) < (best ? far(best.outcome) : Infinity) ? one : best), null);
  return { right: false, slips: nearest ? slips.filter((one) => alike(exercise, one.outcome, nearest.outcome)) : [] };
}
