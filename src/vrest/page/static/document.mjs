// Figures in a document that marks their places: <div data-vrest="squid-axon" data-tab="time" data-numbers="outside.K temperature"></div>

import { figure } from './figure.mjs';

/** What makes figures of those places that ask for one of `cells`. */
export function inDocument(cells, table, style) {
  return (places) => {
    for (const place of places) {
      const { vrest, tab, numbers } = place.dataset;
      if (!Object.hasOwn(cells, vrest) || place.shadowRoot) continue;
      const fragment = tab ? `#1&tab=${tab}` : '';
      figure(place, cells[vrest], table, style, { fragment, shown: numbers ? numbers.split(/\s+/) : null });
    }
  };
}
