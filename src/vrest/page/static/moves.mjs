// What moves V: how far each number beside a membrane does, raised by a tenth.

import { nameOf } from './controls.mjs';

const STEP = 1.1;
const SEEN = 5e-4;
const MOST = 12;

/** Numbers beside a membrane that may be multiplied: {path, ion}. */
export function movers(contents, membrane) {
  return contents.groups
    .filter((group) => !group.closed)
    .flatMap((group) => group.paths.map((path) => ({ path, ion: group.ion ?? null })))
    .filter(({ path }) => {
      const row = contents.numbers.find((one) => one.path === path);
      return row.log && row.si !== 0 && [membrane.name, membrane.inside, membrane.outside].includes(path.split('.')[0]);
    });
}

/** What such a number is called where ions stand side by side. */
export function labelOf({ path, ion }, contents, membrane, words) {
  const sign = membrane.ions.find((one) => one.ion === ion)?.label ?? ion;
  return `${ion && path.split('.').length === 2 ? `${sign} ` : ''}${nameOf(path, ion, contents, words)}`;
}

/** Rows for bars, the largest first: {path, ion, label, value [mV], text}. */
export function movedBy(answer, membrane, contents, model, numbers, words) {
  const V = answer.of[membrane.name].V;
  return movers(contents, membrane)
    .map((one) => {
      const found = model.rest({ ...numbers.now, [one.path]: numbers.now[one.path] * STEP });
      const value = found.ok ? (found.of[membrane.name].V - V) * 1e3 : NaN;
      return { ...one, value, label: labelOf(one, contents, membrane, words), text: words.signed(value, 2) };
    })
    .filter((row) => Math.abs(row.value) >= SEEN)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, MOST);
}
