// A protocol as stretches of time without a discontinuity: which written values hold in each, what runs from one to another, what is
// clamped. Its entries are those that vrest reads from a protocol file, times in s and values in SI:
//   {until, start, start_potential, crosses, membrane, settings: [{at, until, path, si, factor}], ramps: [{begin, end, path, si, in_decades}],
//    electrodes: [{begin, end, kind, into, value, carrier, solution}], shocks: [{at, into, value, carrier, against}],
//    additions: [{at, space, contents, counter_ion, volume}]}

const EVENTS = ['settings', 'ramps', 'electrodes', 'shocks', 'additions'];

// A protocol in which nothing is left out.
export function complete(protocol) {
  const whole = { start: 'rest', start_potential: null, crosses: null, membrane: null, ...protocol };
  for (const kind of EVENTS) whole[kind] = protocol[kind] ?? [];
  return whole;
}

// Every time at which something begins or ends, in order.
export function cuts(p) {
  const times = [0, p.until, ...p.settings.flatMap((s) => [s.at, s.until]), ...p.shocks.map((s) => s.at), ...p.additions.map((a) => a.at)];
  times.push(...[...p.ramps, ...p.electrodes].flatMap((e) => [e.begin, e.end]));
  return [...new Set(times.filter((t) => t !== null && t !== undefined && t >= 0 && t <= p.until))].sort((a, b) => a - b);
}

// What is in force from a time on: values by path, factors by path, ramps, electrodes; what happens at that moment.
export function moment(p, t) {
  const settings = [...p.settings].sort((a, b) => a.at - b.at), ramps = [...p.ramps].sort((a, b) => a.begin - b.begin);
  const begun = settings.map((s, rank) => ({ ...s, rank })).filter((s) => s.at <= t);
  const holding = begun.filter((s) => s.until === null || s.until === undefined || s.until > t);
  const values = lastOf(holding.filter((s) => isNumber(s.si))), factors = lastOf(holding.filter((s) => !isNumber(s.si) && isNumber(s.factor)));
  for (const path of Object.keys(factors)) if (path in values && values[path].rank > factors[path].rank) delete factors[path];
  const hides = (ramp) => (s) => s.path === ramp.path && s.at >= ramp.end && (s.until === null || s.until === undefined || s.until > t);
  const arrived = lastOf(ramps.map((r, rank) => ({ ...r, rank })).filter((r) => r.end <= t && r.begin < r.end), 'end');
  const left = Object.values(arrived).filter((ramp) => !begun.some(hides(ramp)) && !ended(begun, ramp));
  const running = ramps.map((r, rank) => ({ ...r, rank })).filter((r) => r.begin <= t && t < r.end);
  return {
    values: Object.fromEntries(Object.entries(values).map(([path, s]) => [path, s.si])),
    factors: Object.fromEntries(Object.entries(factors).map(([path, s]) => [path, s.factor])),
    ramps: [...left, ...running].filter((r) => !(r.path in factors)).sort((a, b) => a.rank - b.rank),
    electrodes: p.electrodes.filter((e) => e.begin <= t && t < e.end),
    shocks: p.shocks.filter((s) => s.at === t),
    additions: p.additions.filter((a) => a.at === t),
  };
}

// A setting for good that began after a ramp ended what the ramp left, even where another one holds now.
const ended = (begun, ramp) => begun.some((s) => s.path === ramp.path && s.at >= ramp.end && (s.until === null || s.until === undefined));

const isNumber = (value) => typeof value === 'number';

// By path the one that began last, or whose `key` is last.
function lastOf(events, key = null) {
  const found = {};
  for (const one of events) if (!(one.path in found) || key === null || one[key] >= found[one.path][key]) found[one.path] = one;
  return found;
}

// How a number runs from one value to another during a ramp: its value some time after the begin.
export function along(ramp, start, target) {
  const length = ramp.end - ramp.begin, least = Math.min(start, target), most = Math.max(start, target);
  const growth = ramp.in_decades ? Math.log(target / start) / length : 0, slope = ramp.in_decades ? 0 : (target - start) / length;
  return (elapsed) => Math.min(Math.max((start + slope * elapsed) * Math.exp(growth * elapsed), least), most);
}
