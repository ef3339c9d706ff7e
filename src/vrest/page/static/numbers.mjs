// The cell's numbers in the hand of the reader: what is set, where it came from, and its way through undo, reset and links.

import { read } from './words.mjs';

const STEPS = 1000;
const UNDO = 100;

const PLAIN = { unit: '', zero: 0, log: true, least: 0, most: 1e300, above: false, source: null, certainty: null, note: null };
const SPAN = 10;

/**
 * What a page knows of a cell whose numbers by path are `written`. Each row of `numbers` has the place of what it shares with others among
 * `kinds`, where it stands in the text, and the ends of its slider where these are not a tenth and ten times of it; groups hold places.
 */
export function opened(written, { numbers, kinds, groups, ...more }) {
  const paths = Object.keys(written);
  const whole = ([kind, span, low, high], k) => {
    const [si, common] = [written[paths[k]], { ...PLAIN, ...kinds[kind] }];
    return { path: paths[k], si, low: low ?? si / SPAN, high: high ?? Math.min(si * SPAN, common.most), span, ...common };
  };
  return { ...more, numbers: numbers.map(whole), groups: groups.map((group) => ({ ...group, paths: group.paths.map((k) => paths[k]) })) };
}

/** The pH of so much free H+ [mol/m^3]. */
export const pHOf = (c) => 3 - Math.log10(c);

/** One number: how it is shown, read and put on a slider. `row` is {path, si, unit, per_unit, zero, low, high, log}. */
export function scaleOf(row) {
  const pH = row.unit === 'pH';
  const shown = (si) => (pH ? pHOf(si) : si * row.per_unit + row.zero);
  const si = (value) => (pH ? 10 ** (3 - value) : (value - row.zero) / row.per_unit);
  const [low, high] = row.log ? [Math.log(row.low), Math.log(row.high)] : [row.low, row.high];
  return {
    shown,
    si,
    steps: STEPS,
    position(value) {
      const at = ((row.log ? Math.log(value) : value) - low) / (high - low || 1);
      return Math.round(STEPS * Math.max(0, Math.min(1, at)));
    },
    at(position) {
      const value = low + (position / STEPS) * (high - low);
      return row.log ? Math.exp(value) : value;
    },
    read(text) {
      const value = read(text);
      return Number.isNaN(value) ? NaN : si(value);
    },
  };
}

/**
 * The numbers of a cell as they are set, with what was before.
 *
 *     const numbers = numbersOf(contents, onchange); numbers.set({'outside.K': 8}); numbers.undo();
 */
export function numbersOf(contents, onchange) {
  const described = Object.fromEntries(contents.numbers.map((row) => [row.path, row.si]));
  let now = { ...described };
  let begun = null;
  const past = [];

  const changed = () => Object.keys(now).filter((path) => now[path] !== described[path]);
  const remember = (old) => {
    past.push(old);
    if (past.length > UNDO) past.shift();
  };

  return {
    described,
    get now() {
      return now;
    },
    get changed() {
      return changed();
    },
    get canUndo() {
      return past.length > 0;
    },
    /** Sets some of them; a hand that still moves (`moving`) is undone in one step. */
    set(values, { moving = false } = {}) {
      const old = now;
      now = { ...now, ...values };
      if (moving) begun ??= old;
      else {
        remember(begun ?? old);
        begun = null;
      }
      onchange({ moving, paths: Object.keys(values) });
    },
    /** The hand rests: what it moved is one step. */
    rested() {
      if (begun === null) return;
      remember(begun);
      begun = null;
      onchange({ moving: false, paths: [] });
    },
    undo() {
      if (!past.length) return;
      now = past.pop();
      onchange({ moving: false, paths: Object.keys(now) });
    },
    reset() {
      if (!changed().length) return;
      remember(now);
      now = { ...described };
      onchange({ moving: false, paths: Object.keys(now) });
    },
  };
}

/** A number as descriptions and `--set` write it. */
export function written(row, si) {
  const value = scaleOf(row).shown(si);
  return row.unit === 'pH' ? `pH ${value}` : `${value}${row.unit ? ` ${row.unit}` : ''}`;
}

/** A link's fragment: `#1&cell=DIGEST&tab=rest&set=outside.K:8+mM`, with numbers as `--set` writes them, and what a view adds. */
export function fragmentOf(contents, numbers, tab, more = []) {
  const sets = numbers.changed.map((path) => {
    const row = contents.numbers.find((one) => one.path === path);
    return `set=${encodeURIComponent(`${path}:${written(row, numbers.now[path])}`).replace(/%20/g, '+').replace(/%3A/g, ':')}`;
  });
  return `#${['1', `cell=${contents.digest}`, `tab=${tab}`, ...more, ...sets].join('&')}`;
}

/** What a fragment says: {tab, view, values, exercise, seed, unknown: [texts], other: whether it is of another cell}; nothing of it is trusted. */
export function readFragment(fragment, contents) {
  const found = { tab: null, view: null, values: {}, exercise: null, seed: undefined, unknown: [], other: false };
  const parts = fragment.replace(/^#/, '').split('&').slice(0, 500);
  if (parts[0] !== '1') return found;
  for (const part of parts.slice(1)) {
    const [key, raw] = [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)];
    const text = decoded(raw);
    if (key === 'cell') found.other = text !== contents.digest;
    else if (key === 'tab' || key === 'view') found[key] = text;
    else if (key === 'exercise') found.exercise = text;
    else if (key === 'seed' && /^\d{1,15}$/.test(text)) found.seed = Number(text);
    else if (key === 'set') setting(text, contents, found);
  }
  return found;
}

function setting(text, contents, found) {
  const [path, value] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  const row = contents.numbers.find((one) => one.path === path);
  const unit = row?.unit === 'pH' ? '' : row?.unit;
  const plain = row?.unit === 'pH' ? value.replace(/^pH\s*/, '') : value;
  const number = row && plain.endsWith(unit ?? '') ? scaleOf(row).read(plain.slice(0, plain.length - (unit ?? '').length)) : NaN;
  if (Number.isFinite(number) && allowed(row, number)) found.values[path] = number;
  else found.unknown.push(text.slice(0, 80));
}

/** Whether a number lies where the description admits it. */
export function allowed(row, si) {
  return Number.isFinite(si) && si >= row.least && si <= row.most && (si > row.least || !row.above);
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return '';
  }
}
