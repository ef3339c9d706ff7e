// How an ion is drawn: a shape of its own besides its colour, so that colour is never the only sign.

import { drawn } from './elements.mjs';

const DRAWN = ['K', 'Na', 'Cl', 'Ca', 'H', 'HCO3'];

/** The shape of an ion around the origin, `r` wide to each side. */
export function ionShape(ion, r) {
  const look = { class: `vr-ion vr-${DRAWN.includes(ion) ? ion : 'other'}` };
  const polygon = (corners, turn) => {
    const points = Array.from({ length: corners }, (_, k) => {
      const angle = turn + (2 * Math.PI * k) / corners;
      return `${(r * 1.15 * Math.sin(angle)).toFixed(2)},${(-r * 1.15 * Math.cos(angle)).toFixed(2)}`;
    });
    return drawn('polygon', { points: points.join(' '), ...look });
  };
  if (ion === 'K') return drawn('circle', { r, ...look });
  if (ion === 'Na') return polygon(4, 0);
  if (ion === 'Cl') return polygon(3, 0);
  if (ion === 'Ca') return polygon(4, Math.PI / 4);
  if (ion === 'H') return drawn('circle', { r: r * 0.6, ...look });
  if (ion === 'HCO3') return polygon(3, Math.PI);
  return polygon(6, 0);
}

/** The class that gives a node the colour of an ion, or of the potential where there is none. */
export function colourOf(ion) {
  if (!ion) return 'vr-accent';
  return `vr-${DRAWN.includes(ion) ? ion : 'other'}`;
}
