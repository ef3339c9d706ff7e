// The ladder of potentials: where the membrane potential stands among the equilibrium potentials of its ions.

import { assign, drawn, tell } from './elements.mjs';
import { colourOf, ionShape } from './ions.mjs';

/** `ladder(host, membrane, words).update({V, E: {ion: V}})`; it covers low..high [mV], and shows what is beyond at its ends. */
export function ladder(host, membrane, words, { low = -110, high = 90 } = {}) {
  const [width, height, rail] = [250, 506, 84];
  const at = (mV) => 34 + ((high - Math.max(low, Math.min(high, mV))) / (high - low)) * (height - 68);
  const picture = drawn('svg', { viewBox: `0 0 ${width} ${height}`, class: 'vr-ladder', role: 'img' });
  host.replaceChildren(picture);
  picture.append(drawn('path', { d: `M${rail} ${at(high)}V${at(low)}`, class: 'vr-rail' }));
  const step = high - low > 260 ? 40 : 20;
  for (let mV = Math.ceil(low / step) * step; mV <= high; mV += step) {
    picture.append(
      drawn('path', { d: `M${rail - 6} ${at(mV)}h6`, class: 'vr-rail' }),
      drawn('text', { x: rail - 12, y: at(mV) + 4, class: 'vr-tick' }, words.fixed(mV, 0)),
    );
  }
  picture.append(
    drawn('path', { d: `M${rail - 8} ${at(0)}H${width - 8}`, class: 'vr-zero' }),
    drawn('text', { x: rail - 12, y: 18, class: 'vr-tick' }, 'mV'),
  );
  const rungs = membrane.ions
    .filter((ion) => ion.valence !== 0)
    .map((ion, k) => {
      const pull = drawn('path', { class: 'vr-pull' });
      const line = drawn('g', {}, drawn('path', { d: `M${rail} 0h26`, class: 'vr-rung-line' }));
      const shape = ionShape(ion.ion, 7);
      line.append(drawn('g', { transform: `translate(${rail + 36} 0)` }, shape));
      const label = drawn('text', { x: rail + 50, class: 'vr-rung-label' });
      const node = drawn('g', { class: `vr-rung ${colourOf(ion.ion)}` }, pull, line, label);
      picture.append(node);
      return { ion, pull, line, label, node, x: rail + 4 + 6 * k };
    });
  const box = drawn('text', { x: width - 51, y: 5.5, class: 'vr-V-label' });
  const marker = drawn(
    'g',
    {},
    drawn('path', { d: `M${rail - 1} 0l-15 -10v20Z`, class: 'vr-V-mark' }),
    drawn('path', { d: `M${rail - 16} 0H${width - 8}`, class: 'vr-V-line' }),
    drawn('rect', { x: width - 96, y: -15, width: 90, height: 30, rx: 15, class: 'vr-V-mark' }),
    box,
  );
  picture.append(marker);

  function update(state) {
    const V = at(state.V * 1e3);
    assign(marker, { transform: `translate(0 ${V.toFixed(2)})` });
    tell(box, `V ${words.fixed(state.V * 1e3, 1)}`);
    const known = rungs.filter(({ ion }) => Number.isFinite(state.E[ion.ion]));
    for (const rung of rungs) assign(rung.node, { visibility: known.includes(rung) ? null : 'hidden' });
    const heights = known.map((rung) => at(state.E[rung.ion.ion] * 1e3));
    const labels = apart(V, heights);
    known.forEach((rung, k) => {
      assign(rung.line, { transform: `translate(0 ${heights[k].toFixed(2)})` });
      assign(rung.pull, { d: `M${rung.x} ${V.toFixed(1)}V${heights[k].toFixed(1)}` });
      assign(rung.label, { y: (labels[k] + 5).toFixed(1) });
      tell(rung.label, `E ${rung.ion.label} ${words.fixed(state.E[rung.ion.ion] * 1e3, 0)}`);
    });
    const potentials = known.map(({ ion }) => words.say('ladder.one', { ion: ion.label, E: words.fixed(state.E[ion.ion] * 1e3, 1) }));
    assign(picture, {
      'aria-label': words.say('ladder.description', { V: words.fixed(state.V * 1e3, 1), potentials: potentials.join(', ') }),
    });
  }

  return { node: picture, update };
}

/** Heights for labels, each as near to its own as the label of V and the other labels allow. */
function apart(V, heights) {
  const taken = [{ y: V, room: 27 }];
  const found = heights.slice();
  const order = heights.map((_, k) => k).sort((a, b) => Math.abs(heights[a] - V) - Math.abs(heights[b] - V));
  for (const k of order) {
    for (let round = 0; round < 12; round += 1) {
      const near = taken.find((one) => Math.abs(found[k] - one.y) < one.room);
      if (!near) break;
      const up = heights[k] < V || (heights[k] === V && k % 2);
      found[k] = near.y + (up ? -near.room : near.room) * 1.001;
    }
    taken.push({ y: found[k], room: 20 });
  }
  return found;
}
