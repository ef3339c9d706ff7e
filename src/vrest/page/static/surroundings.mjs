// What is outside the page: the document that it fills, or another's in which it is a figure and keeps to itself.

import { assign } from './elements.mjs';

const DARK = 0.4;

/** The document that is all the page's: its address holds the state, its title the cell's. */
export function ofDocument() {
  const root = document.documentElement;
  const darken = (dark) => assign(root, { 'data-theme': dark ? 'dark' : null });
  darken(matchMedia('(prefers-color-scheme: dark)').matches);
  return {
    root,
    darken,
    fragment: location.hash,
    given: {},
    figure: null,
    answered() {},
    leaveTrace: (fragment) => history.replaceState(null, '', fragment),
    entitle: (text) => (document.title = text),
  };
}

/**
 * A figure at `root`: `tabs` are its views, `shown` the paths of the numbers that can be moved (null: all), `given` numbers that differ from
 * the description, `fragment` as in a link what is seen first; `answered(numbers, answer)` is told of each answer.
 */
export function ofFigure(root, { tabs = ['rest', 'time'], shown = null, given = {}, fragment = '', answered = () => {} } = {}) {
  const darken = (dark) => assign(root, { 'data-theme': dark ? 'dark' : null });
  return { root, darken, fragment, given, figure: { tabs, shown }, answered, leaveTrace() {}, entitle() {} };
}

/** Whether the ground on which a node stands is dark. */
export function onDark(node) {
  for (let at = node; at instanceof Element; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    const [r, g, b, opaque = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    if (colour.startsWith('rgb') && opaque > 0.5) return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255 < DARK;
  }
  return false;
}
