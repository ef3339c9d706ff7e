// What no flux changes: combinations of the rows of a state that stay, whatever happens but for electrodes.

const NOTHING = 1e-12;

// Rows [coefficients, row that follows]: totals of species, then for each charged compartment its charge less that of its ions. A carrier
// whose scales are all zero moves nothing.
export function totals(engine, p) {
  const { course, constants, valences } = engine.cell, n = course.still;
  const columns = course.moves.filter(({ scales, active }) => (!scales.length || scales.some((s) => engine.value(p, s))) && (!active || engine.value(p, active)));
  const kept = course.rows.slice(0, n).flatMap((row, k) => (row.conserved ? [k] : []));
  const N = kept.map((k) => columns.flatMap(({ groups }) => groups.map((group) => group.find(([row]) => row === k)?.[1] ?? 0)));
  const found = echelon(nullRows(N)).map(([row, dependent]) => {
    const whole = new Array(n).fill(0);
    kept.forEach((k, j) => (whole[k] = row[j]));
    return [whole, kept[dependent]];
  });
  for (const node of course.charged) {
    const whole = new Array(n).fill(0), k = course.rows.findIndex((r) => r.kind === 'charge' && r.place === node);
    course.rows.forEach((r, j) => { if (r.kind === 'amount' && r.place === node) whole[j] = -constants.F * valences[r.name]; });
    whole[k] = 1;
    found.push([whole, k]);
  }
  return found;
}

// Rows that annihilate N, by Gauss-Jordan elimination of [N | 1].
function nullRows(N) {
  const size = N.length, fluxes = size ? N[0].length : 0;
  const rows = N.map((row, k) => [...row, ...Array.from({ length: size }, (_, j) => (j === k ? 1 : 0))]);
  let pivot = 0;
  for (let column = 0; column < fluxes && pivot < size; column++) {
    let best = pivot;
    for (let k = pivot; k < size; k++) if (Math.abs(rows[k][column]) > Math.abs(rows[best][column])) best = k;
    if (Math.abs(rows[best][column]) < NOTHING) continue;
    [rows[pivot], rows[best]] = [rows[best], rows[pivot]];
    const first = rows[pivot][column];
    rows[pivot] = rows[pivot].map((v) => v / first);
    rows.forEach((row, k) => { if (k !== pivot && row[column] !== 0) rows[k] = row.map((v, j) => v - row[column] * rows[pivot][j]); });
    pivot++;
  }
  return rows.slice(pivot).map((row) => row.slice(fluxes));
}

// Each total with one row that no other total holds.
function echelon(L) {
  const dependent = [];
  for (let k = 0; k < L.length; k++) {
    const column = L[k].reduce((best, v, j) => (Math.abs(v) > Math.abs(L[k][best]) ? j : best), 0), first = L[k][column];
    L[k] = L[k].map((v) => v / first);
    for (let j = 0; j < L.length; j++) {
      const part = L[j][column];
      if (j !== k && part !== 0) L[j] = L[j].map((v, i) => v - part * L[k][i]);
    }
    dependent.push(column);
  }
  return L.map((row, k) => [row.map((v) => (Math.abs(v) < NOTHING ? 0 : v)), dependent[k]]);
}
