// What should be known of a rest, in the sentences of vrest's own answer: tests hold the two together.

/** The sentences for a membrane; `passive` is its potential without any pump [V], NaN where there is none. */
export function notesOf(contents, answer, membrane, passive, words) {
  return [...states(contents, answer, words), ...stability(answer, words), ...band(contents, answer, words), ...pumps(answer.of[membrane.name].V, passive, words)];
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

function pumps(V, passive, words) {
  if (!Number.isFinite(passive)) return [];
  return [words.say(V < passive ? 'note.pumps_more' : 'note.pumps_less', { by: words.fixed(Math.abs(V - passive) * 1e3, 3) })];
}
