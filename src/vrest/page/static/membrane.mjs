// The drawn membrane: ions by count, channels, pumps and cotransporters with arrows by computed flux, charges on both faces.
//
// Nodes are made once and later only change attributes, so that a moving hand costs less than a millisecond and nothing flickers.
// The state is the same for every host: {V [V], inside and outside {ion: mM}, flows [{mechanism, ion, flux [mol/s], outward positive}]}.

import { assign, drawn, tell } from './elements.mjs';
import { ionShape } from './ions.mjs';

const WIDE = { width: 820, height: 640, perIon: 5, most: 40, perPair: 0.005, places: 5 };
const NARROW = { width: 440, height: 500, perIon: 10, most: 20, perPair: 0.01, places: 3 };
const LOW = 440;
const LABEL = 110;
const LONGEST = 96;
const NEARLY_NONE = 1e-3;

/**
 * The picture of one membrane.
 *
 *     const scene = membraneScene(host, membrane, speaker, {narrow});
 *     scene.update(state);
 *
 * `membrane` is {name, inside, outside, ions: [{ion, label, valence}], doors: [{label, mechanisms, ions, passive, badge}]}.
 */
export function membraneScene(host, membrane, words, { narrow = false } = {}) {
  const plain = narrow ? NARROW : WIDE;
  const rows = rowsOf(membrane.doors, plain.places);
  const size = rows.length > 1 ? { ...plain, height: LOW } : plain;
  const title = drawn('title', { id: 'vr-membrane-title' }, words.say('membrane.title'));
  const description = drawn('desc', { id: 'vr-membrane-text' });
  const picture = drawn('svg', {
    viewBox: `0 0 ${size.width} ${rows.length * size.height}`,
    class: 'vr-membrane',
    role: 'img',
    'aria-labelledby': 'vr-membrane-title vr-membrane-text',
  });
  host.replaceChildren(picture);
  picture.append(title, description, gradients());
  const pieces = rows.map((doors) => pieceOf(membrane, doors, size));
  pieces.forEach(({ node }, k) => {
    node.setAttribute('transform', `translate(0 ${k * size.height})`);
    picture.append(node);
    if (k) picture.append(drawn('path', { d: `M0 ${k * size.height}H${size.width}`, class: 'vr-rail' }));
  });
  const arrows = pieces.flatMap((one) => one.arrows);

  let scale = 0;
  /** Draws a state and answers the unit of its fluxes; the arrows keep their scale while the hand moves, and follow only what would leave the picture. */
  function update(state) {
    pieces.forEach((one) => one.update(state));
    const sums = arrows.map(({ door, ion }) => fluxOf(state.flows, door.mechanisms, ion));
    const largest = Math.max(...sums.map(Math.abs), 1e-300);
    if (!scale || largest / scale > 1.25 || largest / scale < 0.2) scale = largest;
    const unit = fluxUnit(scale, state.extent);
    const label = (ion, flux) => `${labelOf(membrane, ion)} ${words.figures(Math.abs(flux) / unit.size)}`;
    arrows.forEach(({ arrow, ion }, k) => arrow.update(sums[k] / scale, label(ion, sums[k])));
    tell(description, inWords(membrane, state, unit, words));
    return unit.name;
  }

  return { node: picture, update, perIon: size.perIon, perPair: size.perPair };
}

/** Ways across in rows of nearly the same length, each of at most `places`; one empty row where there is none. */
export function rowsOf(doors, places) {
  const count = Math.max(1, Math.ceil(doors.length / places));
  const begin = (row) => Math.ceil((row * doors.length) / count);
  return Array.from({ length: count }, (_, row) => doors.slice(begin(row), begin(row + 1)));
}

/** A piece of the membrane with some of its ways: its ions and charges follow a state, its `arrows` are {arrow, door, ion}. */
function pieceOf(membrane, doors, size) {
  const top = size.height / 2 - 40;
  const bottom = size.height / 2 + 28;
  const spots = placesOf(doors, size.width);
  const clouds = ionClouds(membrane, size, top, bottom, spots);
  const faces = chargedFaces(size, top, bottom, spots);
  const arrows = doors.flatMap((door, k) =>
    door.ions.map((ion, j) => {
      const offset = door.passive ? 0 : (j - (door.ions.length - 1) / 2) * Math.min(64, 110 / door.ions.length);
      return { arrow: fluxArrow(ion, spots[k].x + offset, door.passive, door.passive ? 0 : 17 * (j % 2), top, bottom, size.width), door, ion: ion.ion };
    }),
  );
  const node = drawn(
    'g',
    {},
    drawn('rect', { width: size.width, height: top + 6, fill: 'url(#vr-outside)' }),
    drawn('rect', { y: bottom - 6, width: size.width, height: size.height - bottom + 6, fill: 'url(#vr-inside)' }),
    bilayer(size.width, top, bottom, spots),
    clouds.node,
    faces.node,
    drawn('g', {}, ...doors.map((door, k) => protein(door, spots[k].x, top, bottom))),
    drawn('g', {}, ...arrows.map(({ arrow }) => arrow.node)),
    drawn('text', { x: 20, y: 30, class: 'vr-side' }, membrane.outside),
    drawn('text', { x: 20, y: size.height - 16, class: 'vr-side' }, membrane.inside),
  );
  function update(state) {
    clouds.update(state);
    faces.update(state.V);
  }
  return { node, arrows, update };
}

function fluxOf(flows, mechanisms, ion) {
  const sum = flows.filter((one) => one.ion === ion && mechanisms.includes(one.mechanism)).reduce((all, one) => all + one.flux, 0);
  return Number.isFinite(sum) ? sum : 0;
}

function labelOf(membrane, ion) {
  return membrane.ions.find((one) => one.ion === ion)?.label ?? ion;
}

/** The unit in which the largest flux has one to three digits before its point: of a whole membrane, or per area. */
function fluxUnit(largest, extent) {
  if (extent === 'relative') return { name: '', size: largest };
  const per = extent === 'whole' ? 'mol/s' : 'mol/(m² s)';
  const prefixes = ['a', 'f', 'p', 'n', 'µ', 'm', ''];
  const rank = Math.max(0, Math.min(6, Math.floor(Math.log10(largest * 1.0001) / 3) + 6));
  return { name: prefixes[rank] + per, size: 10 ** (3 * rank - 18) };
}

function inWords(membrane, state, unit, words) {
  const flows = state.flows
    .filter((one) => one.flux !== 0)
    .map((one) =>
      words.say(one.flux > 0 ? 'membrane.flow_out' : 'membrane.flow_in', {
        ion: labelOf(membrane, one.ion),
        mechanism: one.mechanism.replace(/_/g, ' '),
        flux: `${words.figures(Math.abs(one.flux) / unit.size)} ${unit.name}`,
      }),
    );
  return words.say('membrane.description', { V: words.fixed(state.V * 1e3, 1), flows: flows.join('; ') });
}

// -- parts of the picture ---------------------------------------------------------------------------------------------

function gradients() {
  const gradient = (id, first, last) =>
    drawn(
      'linearGradient',
      { id, x1: 0, y1: 0, x2: 0, y2: 1 },
      drawn('stop', { offset: 0, class: first }),
      drawn('stop', { offset: 1, class: last }),
    );
  return drawn('defs', {}, gradient('vr-outside', 'vr-out-a', 'vr-out-b'), gradient('vr-inside', 'vr-in-a', 'vr-in-b'));
}

function placesOf(doors, width) {
  const weights = doors.map((door) => (door.passive ? 1 : 1.25));
  const room = width / weights.reduce((sum, one) => sum + one, 0);
  let begin = 0;
  return weights.map((weight, k) => {
    const x = begin + (weight * room) / 2;
    begin += weight * room;
    return { x, half: doors[k].passive ? 34 : 60 };
  });
}

const isFree = (x, spots, more = 0) => spots.every((spot) => Math.abs(x - spot.x) >= spot.half + more);

function bilayer(width, top, bottom, spots) {
  const node = drawn('g');
  for (let x = 9; x < width; x += 15.2) {
    if (!isFree(x, spots)) continue;
    const bend = Math.sin(x * 12.9) * 1.4;
    for (const [y, down] of [
      [top + 7, 1],
      [bottom - 7, -1],
    ]) {
      const tail = (from) => `M${from} ${y + 5 * down}q${-1.8 + bend} ${9 * down} 0 ${19 * down}`;
      node.append(
        drawn('path', { d: tail(x - 2.6) + tail(x + 2.6), class: 'vr-tail' }),
        drawn('circle', { cx: x, cy: y, r: 6, class: 'vr-head' }),
      );
    }
  }
  return node;
}

/** The van der Corput sequence: evenly spread numbers in 0..1, of which any first few are evenly spread too. */
function spread(index, base) {
  let part = 1;
  let sum = 0;
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    part /= base;
    sum += part * (rest % base);
  }
  return sum;
}

/** Ions on seats that do not move: a concentration lights the first of them, each worth `perIon` mM. */
function ionClouds(membrane, size, top, bottom, spots) {
  const node = drawn('g');
  const ions = membrane.ions.slice(0, 5);
  const columns = spots.map((spot) => [spot.x - spot.half + 14, spot.x + spot.half - 14]);
  const seats = {};
  for (const [side, low, high, label] of [
    ['outside', 20, top - 22, [0, 0, 130, 46]],
    ['inside', bottom + 24, size.height - 16, [0, size.height - 46, 130, size.height]],
  ]) {
    const points = scattered(size.width, low, high, ions.length * size.most, columns, label);
    ions.forEach((ion, j) => {
      seats[side + ion.ion] = Array.from({ length: size.most }, (_, i) => points[i * ions.length + j])
        .filter(Boolean)
        .map(([x, y]) => {
          const seat = drawn('g', { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, class: 'vr-seat' }, ionShape(ion.ion, 6.2));
          node.append(seat);
          return { seat, shown: null };
        });
    });
  }
  function update(state) {
    for (const side of ['outside', 'inside']) {
      for (const { ion } of ions) {
        const count = (state[side][ion] ?? 0) / size.perIon;
        seats[side + ion].forEach((one, i) => {
          const shown = Math.max(0, Math.min(1, count - i));
          if (shown !== one.shown) assign(one.seat, { opacity: shown.toFixed(3) });
          one.shown = shown;
        });
      }
    }
  }
  return { node, update };
}

/** Points no two of which are near each other, away from arrows and from the label of the side. */
export function scattered(width, low, high, count, columns, label) {
  const points = [];
  let apart = 27;
  for (let k = 1; points.length < count && k < 20000; k += 1) {
    if (k % 1500 === 0) apart *= 0.9;
    const [x, y] = [14 + spread(k, 2) * (width - 28), low + spread(k, 3) * (high - low)];
    if (columns.some(([from, to]) => x > from && x < to)) continue;
    if (x > label[0] && x < label[2] && y > label[1] && y < label[3]) continue;
    if (points.every((one) => (one[0] - x) ** 2 + (one[1] - y) ** 2 >= apart ** 2)) points.push([x, y]);
  }
  return points;
}

/** Pairs of + and - on the faces, one for every `perPair` volts. */
function chargedFaces(size, top, bottom, spots) {
  const node = drawn('g');
  const pairs = [];
  for (let x = 12; x < size.width - 10; x += 17.6) {
    if (!isFree(x, spots, 6)) continue;
    const pair = [drawn('text', { x, y: top - 6 }), drawn('text', { x, y: bottom + 17 })];
    node.append(...pair);
    pairs.push(pair);
  }
  const order = pairs.map((_, i) => i).sort((a, b) => spread(a + 1, 2) - spread(b + 1, 2));
  function update(V) {
    const count = Math.abs(V) / size.perPair;
    order.forEach((place, i) => {
      const shown = Math.max(0, Math.min(1, count - i)).toFixed(3);
      pairs[place].forEach((one, face) => {
        const plus = V < 0 === (face === 0);
        tell(one, plus ? '+' : '−');
        assign(one, { opacity: shown, class: `vr-charge ${plus ? 'vr-plus' : 'vr-minus'}` });
      });
    });
  }
  return { node, update };
}

function protein(door, x, top, bottom) {
  const node = drawn('g', { transform: `translate(${x.toFixed(1)} 0)`, class: 'vr-door' });
  const middle = (top + bottom) / 2;
  if (door.passive) {
    for (const s of [-1, 1]) {
      const outer = `M${s * 9} ${top - 12}C${s * 42} ${top - 18} ${s * 34} ${top + 20} ${s * 22} ${middle}C${s * 34} ${bottom - 20} ${s * 42} ${bottom + 18} ${s * 9} ${bottom + 12}`;
      const pore = `C${s * 15} ${bottom - 16} ${s * 5} ${bottom - 26} ${s * 6} ${middle}C${s * 5} ${top + 26} ${s * 15} ${top + 16} ${s * 9} ${top - 12}Z`;
      node.append(drawn('path', { d: outer + pore, class: 'vr-protein' }));
    }
    return node;
  }
  const left = `M-50 ${top - 8}C-58 ${top + 30} -58 ${bottom - 18} -44 ${bottom + 4}C-66 ${bottom + 34} -30 ${bottom + 58} 0 ${bottom + 52}`;
  const right = `C30 ${bottom + 58} 66 ${bottom + 34} 44 ${bottom + 4}C58 ${bottom - 18} 58 ${top + 30} 50 ${top - 8}C30 ${top - 24} -30 ${top - 24} -50 ${top - 8}Z`;
  node.append(
    drawn('path', { d: left + right, class: 'vr-protein' }),
    drawn('text', { y: middle + 5, class: 'vr-ratio' }, door.badge),
    drawn('text', { y: bottom + 34, class: 'vr-fuel' }, door.fuel ?? ''),
  );
  return node;
}

/** `aside`: how much further from the tip its label stands, so that those of neighbours do not meet. */
function fluxArrow({ ion }, x, passive, aside, top, bottom, width) {
  const halo = drawn('path', { class: 'vr-halo' });
  const shaft = drawn('path', { class: 'vr-shaft' });
  const tip = drawn('path', { class: 'vr-tip' });
  const [anchor, from] = !passive ? ['middle', 0] : x > width - LABEL ? ['end', -14] : ['start', 14];
  const label = drawn('text', { class: 'vr-flux-label', 'text-anchor': anchor, x: from });
  const node = drawn('g', { transform: `translate(${x.toFixed(1)} 0)`, class: `vr-flux vr-${ion}` }, halo, shaft, tip, label);
  const [upper, lower] = passive ? [top - 2, bottom + 2] : [top - 26, bottom + 62];
  /** `part` of the largest flux of the picture, outward positive. */
  function update(part, text) {
    const out = part > 0;
    const length = Math.min(1.29 * LONGEST, LONGEST * Math.abs(part));
    const head = Math.min(15, length * 0.6 + 2);
    const down = out ? -1 : 1;
    const [from, to] = out ? [lower + 4, upper - length] : [upper - 4, lower + length];
    const line = `M0 ${from.toFixed(1)}V${(to - down * head * 0.7).toFixed(1)}`;
    const base = (to - down * head).toFixed(1);
    assign(halo, { d: line });
    assign(shaft, { d: line });
    assign(tip, { d: `M${(-head * 0.62).toFixed(1)} ${base}L0 ${to.toFixed(1)}L${(head * 0.62).toFixed(1)} ${base}Z` });
    const none = Math.abs(part) < NEARLY_NONE;
    assign(node, { opacity: none ? 0.15 : 1 });
    tell(label, none ? '' : text);
    const beside = out ? Math.min(to + 9, upper - 22) : Math.max(to - 1, lower + 32);
    assign(label, { y: (passive ? beside : to + (out ? -9 - aside : 21 + aside)).toFixed(1) });
  }
  return { node, update };
}
