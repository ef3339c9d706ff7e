// Where a resting potential comes from: the same membrane by the textbook's formulas, and a sentence on each gap, as in vrest's own answer.

const NEGLIGIBLE = 1e-9;
const SAME = 1e-9;

/** The formulas beside a membrane: their potentials {ghk, chord, noda} [V], what is said of them, and whether pumps are `asked` after. */
export function theoriesOf(contents, model, answer, membrane, words) {
  const state = answer.of[membrane.name];
  if (liesBetweenBaths(contents, membrane)) return { potentials: {}, said: [words.say('theory.junction')] };
  if (!Object.keys(membrane.mechanisms).length) return { potentials: {}, said: [words.say('theory.no_current')] };
  const found = model.theories(answer, membrane.name);
  const carrying = carriers(membrane, state.currents, (way) => !way.pump && !way.path);
  const lines = Object.keys(membrane.mechanisms).filter((name) => {
    const way = membrane.mechanisms[name];
    return way.line && model.isOn(answer, membrane.name, name, way);
  });
  const bent = [...lines, ...carrying];
  const list = (names) => names.join(words.say('theory.and'));
  const carried = (key, names) => words.say(`theory.${key}_${names.length > 1 ? 'more' : 'one'}`, { list: list(names) });
  const potentials = {
    ghk: bent.length ? NaN : found.ghk,
    chord: carrying.length ? NaN : found.chord,
    noda: bent.length ? NaN : found.noda,
  };
  const said = [];
  for (const [key, V] of Object.entries(potentials)) {
    if (Number.isFinite(V)) said.push(beside(key, V, state.V, words));
    else if (key === 'chord' && carrying.length) said.push(carried('line', carrying));
    else if (key !== 'chord' && bent.length) said.push(key === 'ghk' ? carried('field', bent) : '');
    else said.push(words.say(`theory.no_${key}`));
  }
  return { potentials, said: said.filter(Boolean), asked: true };
}

/** What the pumps' own current does; `passive` is the potential without it [V], NaN where nothing is left. */
export function pumped(membrane, V, passive, words) {
  if (!hasPump(membrane)) return words.say('theory.no_pump');
  if (!Number.isFinite(passive)) return words.say('theory.nothing');
  if (Math.abs(V - passive) < SAME) return words.say('theory.pumps_none');
  return words.say('theory.pumps', { by: gap(V, passive, words), side: words.say(V < passive ? 'theory.more' : 'theory.less') });
}

/** What the pumps do to a cell that is left to itself, and what it comes to without them. */
export function leftAlone(contents, model, steady, pumpless, membrane, words) {
  const every = contents.membranes.flatMap((one) => Object.entries(one.mechanisms).map(([word, way]) => ({ of: one.name, word, way })));
  if (!pumpless || !every.some(({ way }) => way.pump)) return [];
  const mV = (V) => words.fixed(V * 1e3, 3);
  const said = [];
  const now = steady ? model.passive(steady, membrane.name) : NaN;
  if (Number.isFinite(now)) {
    const own = every.filter(({ of, way }) => of === membrane.name && way.pump).map(({ word }) => word);
    const held = !Object.values(contents.compartments).some((space) => space.free);
    const told = { name: membrane.name, list: own.join(', ') || words.say('why.elsewhere') };
    const [once, later] = [steady.of[membrane.name].V - now, now - pumpless.of[membrane.name].V].map(mV);
    said.push(words.say(held ? 'why.pumps_held' : 'why.pumps', { ...told, once, later }));
  }
  const donnan = model.isDonnan(pumpless);
  if (donnan && contents.exchanges.length) return said; // whether these stand still there, only Python knows
  const working = [...every.filter(({ way }) => !way.pump && !way.alone).map(({ of, word }) => `${of}.${word}`), ...contents.exchanges];
  const potentials = Object.values(pumpless.of).map(({ V }) => words.say('note.potential', { V: mV(V) })).join(', ');
  const key = donnan ? 'donnan' : { 0: 'flowing', 1: 'working_one' }[working.length] ?? 'working_more';
  return [...said, words.say(`why.${key}`, { V: potentials, list: working.join(words.say('theory.and')) })];
}

export const hasPump = ({ mechanisms }) => Object.values(mechanisms).some((way) => way.pump);

export const liesBetweenBaths = ({ compartments }, membrane) => [membrane.inside, membrane.outside].every((side) => compartments[side].bath);

/** Mechanisms that carry more than a negligible part of the current (with a sign: one way), and of which something holds. */
export function carriers(membrane, currents, holds, sign = 0) {
  const gross = Object.values(currents).reduce((sum, one) => sum + Math.abs(one), 0);
  const much = (one) => (sign ? sign * one : Math.abs(one)) > NEGLIGIBLE * gross;
  return Object.keys(membrane.mechanisms).filter((name) => holds(membrane.mechanisms[name]) && much(currents[name]));
}

const gap = (V, other, words) => words.fixed(Math.abs(V - other) * 1e3, 3);

function beside(key, other, V, words) {
  const same = key !== 'noda' && Math.abs(V - other) < SAME;
  return words.say(`theory.${key}${same ? '_same' : ''}`, {
    V: words.fixed(other * 1e3, 3),
    by: gap(V, other, words),
    side: words.say(other > V ? 'theory.less' : 'theory.more'),
  });
}
