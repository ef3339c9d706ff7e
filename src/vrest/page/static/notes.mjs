// What should be known of a rest, in the sentences of vrest's own answer: tests hold the two together.

import { carriers, liesBetweenBaths } from './theories.mjs';

/** The sentences for a membrane. */
export function notesOf(contents, model, answer, membrane, words) {
  return [...states(contents, answer, words), ...stability(answer, words), ...band(contents, answer, words), ...beyond(contents, model, answer, membrane, words)];
}

function states(contents, { roots }, words) {
  if (roots.length < 2) return [];
  const potentials = ({ V }) => {
    const every = contents.membranes.map(({ name }) => name).filter((name) => name in V);
    return every.map((name) => words.say(every.length > 1 ? 'note.potential_of' : 'note.potential', { name, V: words.fixed(V[name] * 1e3, 3) })).join(', ');
  };
  const kind = ({ stable }) => words.say(`rest.${stable === null ? 'open' : stable ? 'stable' : 'unstable'}`);
  const list = roots.map((root) => `${potentials(root)} (${kind(root)})`).join('; ');
  return [words.say('note.states', { count: roots.length, list })];
}

function stability({ stable, rising }, words) {
  if (stable !== false) return [];
  return [words.say(rising ? 'note.unstable_gates' : 'note.unstable')];
}

/** Where measured or expected potentials lie, and whether this one is among them. */
function band({ band: known }, answer, words) {
  if (!known) return [];
  const { V } = answer.of[known.membrane];
  const [low, high] = [known.low, known.high].map((end) => words.figures(end * 1e3, 6));
  const introduced = words.say(`note.band.${known.certainty}`);
  const key = known.low <= V && V <= known.high ? 'note.band_inside' : 'note.band_outside';
  return [words.say(key, { introduced, low, high, source: known.source ? ` (${known.source})` : '' })];
}

/** Where V lies beyond the reversal potentials of all ions, which no leak could do. */
function beyond(contents, model, answer, membrane, words) {
  const { V, E, currents } = answer.of[membrane.name];
  const reversals = liesBetweenBaths(contents, membrane) ? [] : [...model.theories(answer, membrane.name).stated, ...Object.values(E).filter(Number.isFinite)];
  const [low, high] = [Math.min(...reversals), Math.max(...reversals)];
  if (!reversals.length || (low <= V && V <= high)) return [];
  const below = low > V;
  const strong = carriers(membrane, currents, (way) => !way.path, below ? 1 : -1);
  if (!strong.length) return [];
  const told = { name: membrane.name, side: words.say(below ? 'note.below' : 'note.above'), V: words.fixed((below ? low : high) * 1e3, 3) };
  return [words.say(strong.length > 1 ? 'note.beyond_more' : 'note.beyond_one', { ...told, list: strong.join(words.say('theory.and')) })];
}
