// Small dense linear systems, kept row by row in one array; and whether a linear motion grows.

// The matrix of slopes, whose columns are listed row by row, in units of `scale`.
export function matrix(columns, slopes, scale) {
  const n = scale.length, A = new Float64Array(n * n);
  let m = 0;
  columns.forEach((row, i) => row.forEach((j) => (A[i * n + j] = (slopes[m++] * scale[j]) / scale[i])));
  return A;
}

// LU with the largest entry of a column as pivot; null where a column has none.
export function factors(A, n) {
  const a = Float64Array.from(A), order = [];
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[best * n + k])) best = i;
    const pivot = a[best * n + k];
    if (!(Math.abs(pivot) > 0 && Number.isFinite(pivot))) return null;
    order.push(best);
    if (best !== k) for (let j = 0; j < n; j++) [a[k * n + j], a[best * n + j]] = [a[best * n + j], a[k * n + j]];
    for (let i = k + 1; i < n; i++) {
      if (a[i * n + k] === 0) continue;
      const part = (a[i * n + k] /= pivot);
      for (let j = k + 1; j < n; j++) a[i * n + j] -= part * a[k * n + j];
    }
  }
  return { a, order, n };
}

export function solved({ a, order, n }, right) {
  const b = Float64Array.from(right);
  for (let k = 0; k < n; k++) [b[k], b[order[k]]] = [b[order[k]], b[k]];
  for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) b[i] -= a[i * n + j] * b[j];
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) b[i] -= a[i * n + j] * b[j];
    b[i] /= a[i * n + i];
  }
  return b;
}

function product(A, B, n) {
  const C = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const a = A[i * n + k];
      if (a !== 0) for (let j = 0; j < n; j++) C[i * n + j] += a * B[k * n + j];
    }
  return C;
}

const SQUARES = 44;
// Rates [1/s] around which a growth is looked for, and the part of one below which it is rounding.
const AROUND = [1e-6, 1e-3, 1, 1e3, 1e6], ROUNDING = 1e-11;

// Whether x' = A x grows: the map (1 - A/s)^-1 (1 + A/s) has an eigenvalue beyond the unit circle exactly where A has one with a positive
// real part. Its spectral radius comes from squaring it over and over. What neither grows nor decays counts as standing still.
export function grows(A, n) {
  return n > 0 && AROUND.some((s) => logarithmOfRadius(A, n, s) > ROUNDING);
}

function logarithmOfRadius(A, n, s) {
  const minus = new Float64Array(n * n), plus = new Float64Array(n * n);
  for (let k = 0; k < n * n; k++) {
    const unit = k % (n + 1) === 0 ? 1 : 0;
    minus[k] = unit - A[k] / s;
    plus[k] = unit + A[k] / s;
  }
  const lu = factors(minus, n);
  if (lu === null) return Infinity;
  let M = new Float64Array(n * n), sum = 0, part = 1;
  for (let j = 0; j < n; j++) {
    const column = solved(lu, Array.from({ length: n }, (_, i) => plus[i * n + j]));
    for (let i = 0; i < n; i++) M[i * n + j] = column[i];
  }
  for (let k = 0; k < SQUARES; k++) {
    const size = M.reduce((most, m) => Math.max(most, Math.abs(m)), 0);
    if (size === 0) return -Infinity;
    sum += part * Math.log(size);
    M = M.map((m) => m / size);
    M = product(M, M, n);
    part /= 2;
  }
  return sum;
}
