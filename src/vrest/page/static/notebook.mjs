// A cell in a notebook: what the hand moves goes to Python, what Python sets is shown. `model` holds the traits, `el` is the place.

import { figure } from './figure.mjs';

/** What a notebook calls to show the one cell of `cells`. */
export function inNotebook(cells, table, style) {
  const [cell] = Object.values(cells);
  return ({ model, el }) => {
    const told = () => JSON.stringify(sorted(model.get('numbers')));
    function answered(numbers, answer) {
      const moved = sorted(Object.fromEntries(numbers.changed.map((path) => [path, numbers.now[path]])));
      if (JSON.stringify(moved) === told()) return;
      model.set('numbers', moved);
      model.set('V_m', answer.ok ? Object.fromEntries(Object.entries(answer.of).map(([name, { V }]) => [name, V])) : {});
      model.save_changes();
    }
    el.setAttribute('data-lm-suppress-shortcuts', 'true'); // as JupyterLab asks for it: keys that are meant for the figure are none of the notebook's
    const shown = figure(el, cell, table, style, { tabs: model.get('_tabs'), shown: model.get('_shown'), given: model.get('numbers'), answered });
    const follow = () => {
      const { now, described } = shown.numbers;
      const wanted = { ...described, ...model.get('numbers') };
      if (Object.keys(now).some((path) => now[path] !== wanted[path])) shown.numbers.set(wanted);
    };
    model.on('change:numbers', follow);
    return () => {
      model.off('change:numbers', follow);
      shown.leave();
    };
  };
}

const sorted = (numbers) => Object.fromEntries(Object.entries(numbers).sort(([a], [b]) => (a < b ? -1 : 1)));
