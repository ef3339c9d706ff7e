// A drawing of a cell of several membranes, in which one of them is chosen: by a click on it, or with the arrow keys.

import { layoutOf } from './cell_layout.mjs';
import { assign, drawn, tell } from './elements.mjs';

const [LETTER, SIDES] = [8.2, 24];
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Draws it into `host`, with the potentials in it where it is not `narrow`; `choose(membrane)` is told what was chosen. `choose(membrane)` of the answer shows one as chosen, `update(states)` the potentials. */
export function cellMap(host, contents, words, narrow, choose) {
  host.hidden = contents.membranes.length < 2;
  if (host.hidden) {
    host.replaceChildren();
    return { chosen() {}, update() {} };
  }
  const labelled = contents.membranes.map((one) => ({ ...one, label: LETTER * (one.name.length + (narrow ? 0 : 10)) + SIDES }));
  const baths = Object.keys(contents.compartments).filter((name) => contents.compartments[name].bath);
  const plan = layoutOf(Object.keys(contents.compartments), baths, labelled, narrow);
  const picture = drawn('svg', { viewBox: `-4 -14 ${plan.width + 8} ${plan.height + 18}`, width: plan.width, class: 'vr-cell' });
  const depth = (one) => plan.spaces.filter((other) => !other.band && other.x < one.x && one.x < other.x + other.width && other.y < one.y && one.y < other.y + other.height).length;
  const bands = plan.spaces.filter((one) => one.band);
  const boxes = plan.spaces.map((one) => (one.band ? band(one, bands.indexOf(one), bands.length) : box(one, depth(one), plan.linked)));
  const walls = plan.walls.map((one) => wall(one, labelled.find(({ name }) => name === one.name), narrow, words));
  const nodes = walls.map((one) => one.node);
  const order = contents.membranes.map(({ name }) => walls.find((one) => one.name === name));
  picture.append(...(plan.linked ? [...nodes, ...boxes] : boxes.flatMap((box, k) => [box, ...nodes.filter((_, j) => after(plan, j) === k)])));
  host.replaceChildren(picture);
  order.forEach(({ node }, k) => {
    const take = (j) => {
      choose(contents.membranes[j]);
      order[j].node.focus();
    };
    node.addEventListener('click', () => take(k));
    node.addEventListener('keydown', (event) => {
      const step = STEPS[event.key];
      if (!step && event.key !== ' ' && event.key !== 'Enter') return;
      event.preventDefault();
      take((k + (step ?? 0) + order.length) % order.length);
    });
  });

  return {
    chosen(membrane) {
      for (const { node, name } of order) assign(node, { 'aria-checked': String(name === membrane.name), tabindex: name === membrane.name ? 0 : -1 });
    },
    update(states) {
      for (const one of order) one.say(states?.[one.name]?.V);
    },
  };
}

/** After which box a wall is drawn: after all of them where it lies between bands, so that boxes on it hide it otherwise. */
function after(plan, j) {
  const bands = plan.spaces.filter((one) => one.band).length;
  return plan.walls[j].straight ? bands - 1 : plan.spaces.length - 1;
}

/** A band; the last of several has its name at its far end. */
function band({ name, x, y, width, height }, k, count) {
  const far = k > 0 && k === count - 1;
  const text = drawn('text', { x: far ? x + width - 14 : x + 14, y: y + 22, class: 'vr-cell-name', 'text-anchor': far ? 'end' : 'start' }, name);
  return drawn('g', {}, drawn('rect', { x, y, width, height, class: `vr-cell-band${k % 2 ? ' vr-cell-other' : ''}` }), text);
}

function box({ name, x, y, width, height }, depth, linked) {
  const text = { x: x + width / 2, y: y + (height > 100 ? 34 : height / 2 + 9), 'text-anchor': 'middle' };
  const look = `vr-cell-space${depth % 2 && !linked ? ' vr-cell-deep' : ''}`;
  return drawn('g', {}, drawn('rect', { x, y, width, height, rx: 22, class: look }), drawn('text', { ...text, class: 'vr-cell-name' }, name));
}

function wall({ name, d, x, y }, { inside, outside, label }, narrow, words) {
  const text = drawn('text', { x, y: y + 5, class: 'vr-cell-label' });
  const node = drawn(
    'g',
    { role: 'radio', class: 'vr-cell-wall', 'data-membrane': name },
    drawn('path', { d, class: 'vr-cell-reach' }),
    drawn('path', { d, class: 'vr-cell-lipid' }),
    drawn('path', { d, class: 'vr-cell-core' }),
    drawn('rect', { x: x - label / 2, y: y - 14, width: label, height: 28, rx: 14, class: 'vr-cell-chip' }),
    text,
  );
  function say(V) {
    const shown = Number.isFinite(V) ? `${words.fixed(V * 1e3, 1)} mV` : '–';
    tell(text, narrow ? name : `${name} ${shown}`);
    assign(node, { 'aria-label': words.say('membrane.between', { name, inside, outside, V: shown }) });
  }
  return { node, name, say };
}
