// The page as a figure in another's document: in a shadow of its own, so that neither's style reaches the other.

import { html } from './elements.mjs';
import { startPage } from './page.mjs';
import { ofFigure, onDark } from './surroundings.mjs';

/** Shows a cell in `host`; `how` as in `ofFigure`. Answers its numbers, and `leave`, which takes the figure away again. */
export function figure(host, cell, table, style, how = {}) {
  const root = html('div', { class: 'vr-root vr-figure' });
  const sheet = html('style', {}, style);
  (host.shadowRoot ?? host.attachShadow({ mode: 'open' })).replaceChildren(sheet, root);
  const around = ofFigure(root, how);
  const follow = () => around.darken(onDark(host));
  follow();
  const surroundings = new MutationObserver(follow);
  for (const one of [document.documentElement, document.body]) surroundings.observe(one, { attributes: true });
  const { numbers, leave } = startPage(root, [cell], table, null, null, around);
  return {
    numbers,
    leave() {
      surroundings.disconnect();
      leave();
      host.shadowRoot.replaceChildren();
    },
  };
}
