// Curves over time or over a number, and bars from a middle line.

import { assign, drawn, html, show } from './elements.mjs';
import { colourOf } from './ions.mjs';

const [WIDTH, HEIGHT, LEFT, RIGHT, ABOVE, BELOW] = [420, 196, 48, 16, 14, 28];

/**
 * A chart of curves with a movable line.
 *
 *     lineChart(host, words, {title, x: {unit, values}, curves: [{label, ion, values}], bands: [{from, to, label}]}).at(x)
 */
export function lineChart(host, words, { title, x, curves, bands = [] }) {
  const span = [x.values[0], x.values[x.values.length - 1]];
  const finite = curves.flatMap((one) => one.values.filter(Number.isFinite));
  const [low, high, step] = nice(Math.min(...finite), Math.max(...finite), 4);
  const place = x.decades ? Math.log10 : (value) => value;
  const across = (value) => LEFT + ((place(value) - place(span[0])) / (place(span[1]) - place(span[0]) || 1)) * (WIDTH - LEFT - RIGHT);
  const down = (value) => ABOVE + ((high - value) / (high - low || 1)) * (HEIGHT - ABOVE - BELOW);
  const picture = drawn('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'vr-chart', role: 'img', 'aria-label': title });
  for (const band of bands) {
    const from = across(Math.max(band.from, span[0]));
    const to = across(Math.min(band.to, span[1]));
    if (to <= from) continue;
    picture.append(
      drawn('rect', { x: from, y: ABOVE, width: Math.max(1.5, to - from), height: HEIGHT - ABOVE - BELOW, class: 'vr-band' }),
      drawn('text', labelPlace(from, to, band.label), band.label),
    );
  }
  for (let value = low; value <= high + step * 1e-9; value += step) {
    picture.append(
      drawn('path', { d: `M${LEFT} ${down(value)}H${WIDTH - RIGHT}`, class: 'vr-grid' }),
      drawn('text', { x: LEFT - 6, y: down(value) + 4, 'text-anchor': 'end' }, words.figures(tidy(value, step))),
    );
  }
  ticks(span, x.decades).forEach((value, k) => {
    picture.append(drawn('text', { x: across(value), y: HEIGHT - 8, 'text-anchor': 'middle' }, words.figures(value) + (k === 0 ? ` ${x.unit}` : '')));
  });
  const taken = [];
  for (const curve of curves) {
    const points = curve.values.map((value, k) => (Number.isFinite(value) ? `${across(x.values[k]).toFixed(1)} ${down(value).toFixed(1)}` : null));
    const d = points.map((point, k) => (point === null ? '' : `${k && points[k - 1] !== null ? 'L' : 'M'}${point}`)).join('');
    const last = curve.values.findLastIndex(Number.isFinite);
    const end = last < 0 ? WIDTH - RIGHT : across(x.values[last]);
    const inward = end > WIDTH / 2;
    let y = down(curve.values[last] ?? 0) - 7;
    while (taken.some((one) => Math.abs(one.y - y) < 14 && Math.abs(one.end - end) < 90)) y -= 3;
    taken.push({ y, end });
    picture.append(
      drawn('path', { d, class: `vr-curve ${colourOf(curve.ion)}` }),
      drawn('text', { x: end - (inward ? 2 : -2), y, class: `vr-curve-label ${colourOf(curve.ion)}`, 'text-anchor': inward ? 'end' : 'start' }, curve.label),
    );
  }
  const now = drawn('path', { class: 'vr-now' });
  picture.append(now);
  host.replaceChildren(picture);
  return { node: picture, at: (value) => assign(now, { d: `M${across(value).toFixed(1)} ${ABOVE}V${HEIGHT - BELOW}` }) };
}

/** In the middle of its band where it has room there, else from its begin on, or before it at the end of the chart. */
function labelPlace(from, to, text) {
  const width = 6.2 * text.length;
  if (to - from > width) return { x: (from + to) / 2, y: ABOVE + 12, 'text-anchor': 'middle' };
  if (from + width < WIDTH - RIGHT) return { x: from + 3, y: ABOVE + 12 };
  return { x: to - 3, y: ABOVE + 12, 'text-anchor': 'end' };
}

/** Bars to both sides of a middle line: rows {label, value, text, ion, title}; `onpull(k, value)` where they can be pulled. */
export function bars(host, rows) {
  const largest = Math.max(...rows.map((row) => Math.abs(row.value)).filter(Number.isFinite), 1e-12);
  const nodes = rows.map((row) => {
    const part = Number.isFinite(row.value) ? (48 * Math.abs(row.value)) / largest : 0;
    const bar = drawn('rect', { x: row.value < 0 ? 50 - part : 50, width: part, height: 14, y: 0, class: `vr-bar ${colourOf(row.ion)}` });
    const track = drawn(
      'svg',
      { viewBox: '0 0 100 14', preserveAspectRatio: 'none', class: 'vr-track', 'aria-hidden': 'true' },
      drawn('rect', { width: 100, height: 14, class: 'vr-track-ground' }),
      bar,
      drawn('rect', { x: 49.8, width: 0.4, height: 14, class: 'vr-track-middle' }),
    );
    const value = html('td', { class: 'vr-number' });
    show(value, row.value, row.text);
    return html('tr', {}, html('th', { scope: 'row' }, row.label), html('td', {}, track), value);
  });
  host.replaceChildren(html('tbody', {}, ...nodes));
}

/** Where an axis is labelled: at round steps, or at 1, 2 and 5 of each decade. */
function ticks([low, high], decades) {
  const begin = Math.min(low, high);
  const end = Math.max(low, high);
  if (decades) {
    const powers = Array.from({ length: Math.ceil(Math.log10(end / begin)) + 2 }, (_, k) => 10 ** (Math.floor(Math.log10(begin)) + k));
    return powers.flatMap((power) => [1, 2, 5].map((one) => one * power)).filter((value) => value >= begin * 0.999 && value <= end * 1.001);
  }
  const [first, last, stride] = nice(begin, end, 5);
  const found = [];
  for (let value = first; value <= last + stride * 1e-9; value += stride) found.push(tidy(value, stride));
  return found.filter((value) => value >= begin - stride * 1e-9 && value <= end + stride * 1e-9);
}

/** Ends and step of an axis with about so many round steps. */
export function nice(low, high, count) {
  if (!(Number.isFinite(low) && Number.isFinite(high))) return [0, 1, 1];
  if (high - low < 1e-9 * Math.max(Math.abs(low), Math.abs(high), 1e-9)) {
    const around = Math.max(Math.abs(low) * 0.01, 1e-6);
    return nice(low - around, high + around, count);
  }
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step, step];
}

function tidy(value, step) {
  return Math.abs(value) < step * 1e-9 ? 0 : Number(value.toPrecision(12));
}
