// From the cell to its membrane and to the layers of salt beside it, true to scale: one picture that is looked at from any distance.
//
// The outer face of the membrane stands still in the middle; `across` is what the picture is wide [m]. Lengths are in metres until drawn.

import { drawn, tell } from './elements.mjs';
import { ionShape } from './ions.mjs';
import { scattered } from './membrane.mjs';

const WIDE = { width: 820, height: 320, strip: 116 };
const NARROW = { width: 440, height: 300, strip: 110 };
const NM = 1e-9;
/** Drawn as they are: a lipid's head, the area of one lipid's side, an ion with its water, and how deep a slice of solution is shown. */
const [HEAD, PITCH, ION, SLICE] = [0.32 * NM, 0.8 * NM, 0.33 * NM, NM];
/** From so many pixels a nanometre on, single ions and lipids can be told apart. */
const [IONS_FROM, LIPIDS_FROM] = [17, 9];
const SEATS = { width: 800, height: 1040, most: 640, perNm: 40 };
const FLATTER = 3000;
const ROOMY = 24;

/** `nanometrePicture(host, membrane, words, {narrow}).update(state, across)`; `state` is what `nanometre_view.mjs` makes of an answer. */
export function nanometrePicture(host, membrane, words, { narrow = false } = {}) {
  const { width, height, strip } = narrow ? NARROW : WIDE;
  const middle = width / 2;
  const text = drawn('desc', { id: 'vr-nano-text' });
  const scenery = drawn('g');
  const picture = drawn(
    'svg',
    { viewBox: `0 0 ${width} ${height + strip}`, class: 'vr-nano', role: 'img', 'aria-labelledby': 'vr-nano-title vr-nano-text' },
    drawn('title', { id: 'vr-nano-title' }, words.say('nano.title')),
    text,
    drawn('defs', {}, layerShade('plus'), layerShade('minus')),
    drawn('rect', { width, height, class: 'vr-out-ground' }),
    scenery,
  );
  host.replaceChildren(picture);
  const seats = seatsOf();

  function update(state, across) {
    const scale = width / across;
    const at = { state, scale, x: (metres) => middle + (metres - state.thickness / 2) * scale };
    scenery.replaceChildren(...inside(at), ...layers(at), ...bilayer(at), ...ions(at), ...charges(at), ...sides(at), ...measures(at), ...profile(at), ...scaleBar(across, scale));
    tell(text, words.say('nano.description', { across: words.prefixed(across, 'm'), thickness: words.prefixed(state.thickness, 'm'), V: words.fixed(state.V * 1e3, 1) }));
    return { ions: scale * NM >= IONS_FROM, charges: state.apart * scale > ROOMY, hairline: state.thickness * scale };
  }

  /** What the membrane encloses: a circle while it is one to see, then all that lies behind the membrane. */
  function inside({ state, scale, x }) {
    const left = x(0);
    const radius = (state.size / 2) * scale;
    if (!(radius < FLATTER)) return [drawn('rect', { x: left, width: width - left, height, class: 'vr-in-ground' })];
    return [drawn('circle', { cx: left + radius, cy: height / 2, r: radius, class: 'vr-in-ground vr-edge', 'stroke-width': Math.max(1.2, state.thickness * scale) })];
  }

  /** The layers in which the charge of each side stands: as dense as the potential there is away from that of the solution. */
  function layers({ state, scale, x }) {
    const far = [
      [state.outside, x(0), -1],
      [state.inside, x(state.thickness), 1],
    ];
    return far.flatMap(([side, face, way]) => {
      const reach = 4 * side.debye * scale;
      if (!Number.isFinite(reach) || reach < 3) return [];
      const shade = way * state.V > 0 ? 'plus' : 'minus';
      const rect = drawn('rect', { width: reach, height, fill: `url(#vr-layer-${shade})`, transform: `translate(${face.toFixed(2)} 0) scale(${way} 1)` });
      return [rect];
    });
  }

  /** The Debye length of each side, where it is wide enough to be measured. */
  function measures({ state, scale, x }) {
    return [
      [state.outside, x(0), -1],
      [state.inside, x(state.thickness), 1],
    ].flatMap(([side, face, way]) => {
      const one = side.debye * scale;
      if (!(one >= 30) || one > width / 2) return [];
      const label = drawn('text', { x: face + way * 5, y: 62, class: 'vr-nano-note', 'text-anchor': way < 0 ? 'end' : 'start' }, `λ ${words.figures(side.debye / NM)} nm`);
      return [drawn('path', { d: `M${face} 70v10m0-5h${way * one}m0-5v10`, class: 'vr-nano-measure' }), label];
    });
  }

  function bilayer({ state, scale, x }) {
    const [left, wide] = [x(0), state.thickness * scale];
    const ground = drawn('rect', { x: left, width: Math.max(1.2, wide), height, class: 'vr-lipid-ground' });
    if ((state.size / 2) * scale < FLATTER) return [];
    if (scale * NM < LIPIDS_FROM) return [ground];
    const found = [ground];
    const [r, pitch] = [HEAD * scale, PITCH * scale];
    for (let y = (height % pitch) / 2; y < height + r; y += pitch) {
      for (const [cx, way] of [
        [left + r, 1],
        [left + wide - r, -1],
      ]) {
        const length = (way * (wide / 2 - r * 2.25)) / 4;
        const tail = (dy) => `M${(cx + way * r).toFixed(1)} ${(y + dy).toFixed(1)}q${length.toFixed(1)} ${(r * 0.3).toFixed(1)} ${(2 * length).toFixed(1)} 0t${(2 * length).toFixed(1)} 0`;
        found.push(drawn('path', { d: tail(-r * 0.45) + tail(r * 0.45), class: 'vr-tail', 'stroke-width': Math.max(1.2, r / 8) }), drawn('circle', { cx, cy: y, r, class: 'vr-head' }));
      }
    }
    const note = drawn('text', { x: left + wide / 2, y: 18, class: 'vr-nano-note', 'text-anchor': 'middle' }, words.prefixed(state.thickness, 'm'));
    return wide > 46 ? [...found, note] : found;
  }

  /** The ions of a slice, by count. */
  function ions({ state, scale, x }) {
    if (scale * NM < IONS_FROM) return [];
    const found = [];
    const area = (SEATS.width / SEATS.perNm) * (SEATS.height / SEATS.perNm) * NM * NM;
    for (const [side, face, way] of [
      [state.outside, x(0), -1],
      [state.inside, x(state.thickness), 1],
    ]) {
      side.ions.forEach(({ ion, c }, j) => {
        const count = c * state.perMole * area * SLICE;
        for (let i = 0; i < count && i * side.ions.length + j < seats.length; i += 1) {
          const [a, b] = seats[i * side.ions.length + j];
          const [px, py] = [face + way * (a * NM * scale + ION * scale), height / 2 + b * NM * scale];
          if (px < -9 || px > width + 9 || py < -9 || py > height + 9) continue;
          const part = Math.min(1, count - i).toFixed(3);
          found.push(drawn('g', { transform: `translate(${px.toFixed(1)} ${py.toFixed(1)})`, opacity: part }, ionShape(ion, Math.min(12, ION * scale))));
        }
      });
    }
    return found;
  }

  /** What is held apart, as far from each other as on the average, in its layers. */
  function charges({ state, scale, x }) {
    const apart = state.apart * scale;
    if (!(apart > ROOMY)) return [];
    const found = [];
    const half = Math.floor(height / 2 / apart);
    for (let k = -half; k <= half; k += 1) {
      const y = height / 2 + k * apart;
      for (const [side, face, way] of [
        [state.outside, x(0), -1],
        [state.inside, x(state.thickness), 1],
      ]) {
        const px = face + way * Math.max(9, side.depth * scale * (0.6 + 0.5 * Math.sin(7 * k + way)));
        const plus = way * state.V > 0;
        found.push(
          drawn('circle', { cx: px, cy: y, r: 10, class: `vr-nano-charge ${plus ? 'vr-plus' : 'vr-minus'}` }),
          drawn('text', { x: px, y: y + 6, class: 'vr-nano-sign' }, plus ? '+' : '−'),
        );
      }
    }
    return found;
  }

  function sides({ x, state }) {
    const free = x(state.thickness) + 10;
    const room = (label, limit) => (8.5 * label.length < limit ? label : '');
    return [
      drawn('text', { x: 16, y: 26, class: 'vr-side' }, membrane.outside),
      drawn('text', { x: width - 16, y: 26, class: 'vr-side', 'text-anchor': 'end' }, room(membrane.inside, width - 16 - free)),
    ];
  }

  /** The potential along a line through the membrane, on the same scale of length. */
  function profile({ state, x }) {
    const [top, low] = [height + 20, height + strip - 16];
    const values = [0, state.V, ...state.outside.profile, ...state.inside.profile.map((one) => state.V + one)];
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const y = (V) => (most === least ? (top + low) / 2 : top + ((most - V) / (most - least)) * (low - top));
    const point = (metres, V) => `${Math.max(-20, Math.min(width + 20, x(metres))).toFixed(1)} ${y(V).toFixed(2)}`;
    const outer = state.outside.profile.map((V, k) => point(-state.depths[k] * state.outside.depth, V)).reverse();
    const inner = state.inside.profile.map((V, k) => point(state.thickness + state.depths[k] * state.inside.depth, state.V + V));
    const faces = [x(0), x(state.thickness)].map((at) => drawn('path', { d: `M${at.toFixed(2)} ${height}v${strip}`, class: 'vr-nano-face' }));
    const rising = state.V > 0;
    const label = (attributes, said) => drawn('text', { class: 'vr-nano-potential', ...attributes }, said);
    return [
      drawn('rect', { y: height, width, height: strip, class: 'vr-nano-strip' }),
      ...faces,
      drawn('path', { d: `M-20 ${y(0).toFixed(2)}L${[...outer, ...inner].join('L')}L${width + 20} ${y(state.V).toFixed(2)}`, class: 'vr-curve vr-accent' }),
      label({ x: 16, y: y(0) + (rising ? -8 : 18) }, '0 mV'),
      label({ x: width - 16, y: y(state.V) + (rising ? 18 : -8), 'text-anchor': 'end' }, `${words.fixed(state.V * 1e3, 1)} mV`),
    ];
  }

  /** A bar of a round length. */
  function scaleBar(across, scale) {
    const power = 10 ** Math.floor(Math.log10(across / 4));
    const length = [5, 2, 1].map((one) => one * power).find((one) => one <= across / 4);
    const y = height - 16;
    return [
      drawn('path', { d: `M16 ${y - 5}v10m0-5h${(length * scale).toFixed(1)}m0-5v10`, class: 'vr-nano-bar' }),
      drawn('text', { x: 16, y: y - 10, class: 'vr-nano-potential' }, words.prefixed(length, 'm')),
    ];
  }

  return { node: picture, update };
}

/** Places of ions [nm]: how far from the face, and up or down. Each next one of any few stands anywhere. */
function seatsOf() {
  const places = scattered(SEATS.width, 0, SEATS.height, SEATS.most, [], [0, 0, 0, 0]).map(([x, y]) => [x / SEATS.perNm, (y - SEATS.height / 2) / SEATS.perNm]);
  const turn = (k) => (k * 0.6180339887498949) % 1;
  return places.map((_, k) => k).sort((a, b) => turn(a) - turn(b)).map((k) => places[k]);
}

/** Falls as e^-x over four Debye lengths. */
function layerShade(sign) {
  const stops = Array.from({ length: 9 }, (_, k) => drawn('stop', { offset: k / 8, class: `vr-${sign}-shade`, 'stop-opacity': (0.42 * Math.exp(-k / 2)).toFixed(3) }));
  return drawn('linearGradient', { id: `vr-layer-${sign}` }, ...stops);
}
