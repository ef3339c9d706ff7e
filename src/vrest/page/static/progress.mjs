// What was practised, in this browser; a file from a disk may be refused it, and then it lasts as long as the page is open.

const KEY = 'vrest-practice';
const VERSION = 1;

/** Counts by exercise: {tried, right, slips}; `kept` says whether they outlast the page. */
export function progressOf(storage = () => localStorage) {
  let counts = {};
  let kept = true;
  try {
    const found = JSON.parse(storage().getItem(KEY));
    if (found?.version === VERSION) counts = Object.fromEntries(Object.entries(found.exercises).map(([name, one]) => [name, cleaned(one)]));
  } catch {
    kept = false;
  }
  const of = (name) => (Object.hasOwn(counts, name) ? counts[name] : cleaned({}));

  function note(name, change) {
    const one = of(name);
    change(one);
    counts[name] = one;
    try {
      storage().setItem(KEY, JSON.stringify({ version: VERSION, exercises: counts }));
    } catch {
      kept = false;
    }
  }

  return {
    of,
    get kept() {
      return kept;
    },
    /** One answer. */
    answered(name, right) {
      note(name, (one) => {
        one.tried += 1;
        one.right += right ? 1 : 0;
      });
    },
    /** The slip that it was. */
    slipped(name, slip) {
      note(name, (one) => (one.slips[slip] = (one.slips[slip] ?? 0) + 1));
    },
  };
}

/** Nothing that another page wrote is trusted. */
function cleaned(one) {
  const count = (x) => (Number.isInteger(x) && x > 0 ? x : 0);
  return { tried: count(one?.tried), right: count(one?.right), slips: Object.fromEntries(Object.entries(one?.slips ?? {}).map(([name, x]) => [name, count(x)])) };
}
