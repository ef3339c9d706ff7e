// All roots of a smooth function of one variable over a range: a sign scan with derivative signs, then Newton kept in a bracket.
// `f(x)` answers [value, slope].

const SPLIT = 32, DEPTH = 3, STEPS = 200, SAME = 1e-12;

// Roots in ascending order as {x, slope, double}; `scale` is the size of the terms that f is the sum of.
export function allRoots(f, low, high, resolution, scale) {
  const count = Math.max(2, Math.round((high - low) / resolution) + 1);
  const found = scanned(f, low, high, count, scale, DEPTH).sort((a, b) => a.x - b.x);
  return found.filter((root, k) => k === 0 || root.x > found[k - 1].x + SAME);
}

function scanned(f, low, high, count, scale, depth) {
  const found = [];
  let x = low, [value, slope] = f(x);
  for (let k = 1; k < count; k++) {
    const next = k === count - 1 ? high : low + ((high - low) * k) / (count - 1), [nextValue, nextSlope] = f(next);
    const step = { low: x, high: next, values: [value, nextValue], slopes: [slope, nextSlope] };
    if (k === 1 && value === 0) found.push({ x, slope, double: slope === 0 });
    if (nextValue === 0 && Number.isFinite(value)) found.push({ x: next, slope: nextSlope, double: nextSlope === 0 });
    if (Number.isFinite(value) && Number.isFinite(nextValue)) found.push(...inside(f, step, scale, depth));
    [x, value, slope] = [next, nextValue, nextSlope];
  }
  return found;
}

// Roots within one step, its ends left out.
function inside(f, step, scale, depth) {
  const [f0, f1] = step.values, [d0, d1] = step.slopes, [w0, w1] = [Math.sign(d0), Math.sign(d1)];
  if (f0 === 0 && f1 === 0 && w0 * w1 >= 0) return [];
  const signs = [f0 === 0 ? w0 : Math.sign(f0), f1 === 0 ? -w1 : Math.sign(f1)];
  const turning = w0 * w1 < 0, crossing = signs[0] * signs[1] < 0, wiggling = !turning && isWiggling(step);
  if (crossing && !turning && !wiggling) return [bracketed(f, step.low, step.high, signs[0])];
  const approaching = turning && !crossing && signs[0] * w0 < 0 && isNear(step);
  const flat = signs[0] * signs[1] === 0 && (f0 === 0) !== (f1 === 0);
  return (turning && crossing) || approaching || wiggling || flat ? finer(f, step, signs, scale, depth) : [];
}

// A step near zero in which the ends' slopes do not fit the mean slope, so that f may turn there twice (Fritsch and Carlson).
function isWiggling({ low, high, values: [f0, f1], slopes: [d0, d1] }) {
  const width = high - low, mean = Math.abs(f1 - f0) / width;
  const steep = Math.abs(d0) > 3 * mean || Math.abs(d1) > 3 * mean || (f1 - f0) * d0 < 0;
  return steep && (Math.abs(f0) < Math.abs(d0) * width || Math.abs(f1) < Math.abs(d1) * width);
}

function isNear({ low, high, values: [f0, f1], slopes: [d0, d1] }) {
  return !(Math.min(Math.abs(f0), Math.abs(f1)) > Math.max(Math.abs(d0), Math.abs(d1)) * (high - low));
}

function finer(f, { low, high }, signs, scale, depth) {
  if (depth > 0) return scanned(f, low, high, SPLIT + 1, scale, depth - 1).filter((root) => root.x > low && root.x < high);
  if (signs.includes(0)) return [];
  const [before, after] = [low, high].map((end) => Math.sign(f(end)[1]));
  if (before === after) return signs[0] !== signs[1] ? [bracketed(f, low, high, signs[0])] : [];
  const flat = bracketed((x) => [f(x)[1], NaN], low, high, before).x, value = f(flat)[0];
  if (Math.abs(value) <= 1e-12 * scale && signs[0] === signs[1]) return [{ x: flat, slope: 0, double: true }];
  const between = Math.sign(value);
  return [[low, flat, signs[0], between], [flat, high, between, signs[1]]]
    .filter(([, , s, t]) => s * t < 0)
    .map(([a, b, s]) => bracketed(f, a, b, s));
}

// The root between two points of opposite sign, to rounding: Newton, and half of the bracket where a step does not halve the one before.
export function bracketed(f, low, high, signLow) {
  let x = 0.5 * (low + high), last = high - low, best = { x, slope: NaN, least: Infinity };
  const finest = 1e-16 * last;
  for (let k = 0; k < STEPS; k++) {
    const [value, slope] = f(x);
    if (Math.abs(value) < best.least) best = { x, slope, least: Math.abs(value) };
    if (value * signLow > 0) low = x;
    else high = x;
    let step = slope ? -value / slope : NaN;
    if (value === 0 || Math.abs(step) <= Math.max(1.1e-16 * Math.abs(x), finest)) break;
    if (!(low < x + step && x + step < high && Math.abs(step) <= 0.5 * Math.abs(last))) step = 0.5 * (low + high) - x;
    if (x + step === low || x + step === high || x + step === x) break;
    x += step;
    last = step;
  }
  return { x: best.x, slope: best.slope, double: false };
}
