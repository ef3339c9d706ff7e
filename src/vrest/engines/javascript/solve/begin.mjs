// The state in which a course begins: what the description holds, with the charge that potentials put on the membranes.

const BEARABLE = 0.01, JUMPS = 1e-3;

// Contents as described, with the charge of given potentials of the compartments; where water follows osmolarity at once, as it is before.
export function charged(engine, u, p) {
  const { course } = engine.cell, { contents, missing, begun } = functionsOf(engine, p);
  const x = contents(p)[0], nodes = course.nodes.map((name) => u[name] ?? 0);
  const [lacking] = missing(nodes, begun(nodes, x, p)[0], p), spaces = Object.keys(course.carrying);
  const borne = spaces.map((space, k) => borneBy(engine, x, course.carrying[space], lacking[k]));
  for (const [k, [ion, row]] of carriers(borne)) x[row] += lacking[k] / engine.cell.valences[ion];
  return closed(engine, begun(nodes, x, p)[0], p);
}

// The functions of a start: of the described waters where these jump once they follow.
export function functionsOf(engine, p) {
  const { functions, cell } = engine;
  if (!('begunKept' in functions)) return functions;
  const [, seen] = functions.observed(functions.contents(p)[0], p);
  const jumps = cell.course.seen.some((path, k) => cell.course.atOnce.includes(path) && Math.abs(seen[k] / engine.value(p, path) - 1) > JUMPS);
  return jumps ? { ...functions, missing: functions.missingKept, begun: functions.begunKept } : functions;
}

// The ions that can bear a missing charge [mol], with what they hold.
function borneBy(engine, x, ions, lacking) {
  const found = new Map();
  for (const [ion, row] of ions) {
    const z = engine.cell.valences[ion];
    if (x[row] > 0 && x[row] + lacking / z > BEARABLE * x[row]) found.set(ion, { row, held: Math.abs(z) * x[row] });
  }
  return found;
}

// For each space the ion that takes its missing charge: the largest, one for all where all hold it.
function carriers(borne) {
  const names = [...new Set(borne.flatMap((ions) => [...ions.keys()]))].sort();
  const common = names.filter((ion) => borne.every((ions) => ions.has(ion)));
  const most = (list, of) => list.reduce((best, ion) => (best === null || of(ion) > of(best) ? ion : best), null);
  const one = most(common, (ion) => Math.min(...borne.map((ions) => ions.get(ion).held)));
  return borne.flatMap((ions, k) => {
    const ion = one ?? most(names.filter((name) => ions.has(name)), (name) => ions.get(name).held);
    return ion === null ? [] : [[k, [ion, ions.get(ion).row]]];
  });
}

// With the most abundant ion of each charged compartment at the amount that its charge says.
export function closed(engine, state, p) {
  const { course, constants, valences } = engine.cell, x = Array.from(state);
  const [, net] = engine.functions.missing(course.nodes.map(() => 0), x, p), spaces = Object.keys(course.carrying);
  for (const node of course.charged) {
    const ions = course.carrying[node];
    if (ions.length === 0) continue;
    const concentration = ([ion]) => engine.value(p, `${node}.${ion}`);
    const [ion, row] = ions.reduce((best, one) => (concentration(one) > concentration(best) ? one : best));
    const charge = x[course.rows.findIndex((r) => r.kind === 'charge' && r.place === node)];
    x[row] += (charge - net[spaces.indexOf(node)]) / (constants.F * valences[ion]);
  }
  return x;
}

// Sizes that make every row of a state of order one.
export function scales(engine, x, p) {
  const { course, membranes } = engine.cell, [, sizes] = engine.functions.contents(p), thermal = engine.thermal(p);
  const around = (node) => Object.values(membranes).filter((m) => m.inner === node || m.outer === node);
  const largest = Math.max(0, ...course.rows.map((row, k) => (row.kind === 'amount' ? Math.abs(x[k]) : 0))) || 1;
  return course.rows.map((row, k) => {
    if (row.kind === 'charge') return thermal * around(row.place).reduce((sum, m) => sum + (engine.value(p, m.capacitance) ?? 0), 0);
    const own = sizes[k] > 0 ? sizes[k] : row.positive ? Math.abs(x[k]) : 1;
    return row.kind === 'amount' ? Math.max(own, 1e-6 * largest) : own || 1;
  });
}
