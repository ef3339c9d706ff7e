// What the page says: sentences by key from one table of a language, and numbers as this language writes them.

const MINUS = '−';
const PREFIXES = ['a', 'f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G'];

/** Speaks one language: `table` holds sentences by key with {places}, and under `locale` how numbers are written. */
export function speaker(table) {
  const point = new Intl.NumberFormat(table.locale).formatToParts(1.5).find((part) => part.type === 'decimal').value;

  function say(key, values = {}) {
    const sentence = table[key];
    if (sentence === undefined) throw new Error(`the table of sentences has no ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  }

  function written(text) {
    return text.replace('-', MINUS).replace('.', point);
  }

  /** A decimal number that is written already, as this language writes it; an exponent as a power of ten. */
  function decimal(text) {
    const [number, power] = text.split('e');
    return power === undefined ? written(number) : `${written(number)}·10${raised(Number(power))}`;
  }

  /** A number with so many significant digits; beyond five digits and below a thousandth with a power of ten. */
  function figures(x, digits = 3) {
    if (!Number.isFinite(x)) return '–';
    if (x === 0) return '0';
    const size = Math.abs(x);
    if (size >= 1e5 || size < 1e-3) return decimal(x.toExponential(digits - 1));
    return written(plain(Number(x.toPrecision(digits))));
  }

  /** A number with so many decimals. */
  function fixed(x, decimals) {
    if (!Number.isFinite(x)) return '–';
    const text = x.toFixed(decimals);
    return written(/^-0\.?0*$/.test(text) ? text.slice(1) : text);
  }

  /** The same with its sign, as a difference is written. */
  function signed(x, decimals) {
    const text = fixed(x, decimals);
    return /[1-9]/.test(text) && x > 0 ? `+${text}` : text;
  }

  /** A number with a unit that may have a prefix: with one to three digits before its point. */
  function prefixed(x, unit, digits = 3) {
    if (!Number.isFinite(x)) return '–';
    const rank = x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x) * 1.0001) / 3);
    const kept = Math.max(-PREFIXES.indexOf(''), Math.min(PREFIXES.length - 1 - PREFIXES.indexOf(''), rank));
    return `${figures(x / 10 ** (3 * kept), digits)} ${PREFIXES[kept + PREFIXES.indexOf('')]}${unit}`;
  }

  return { say, point, decimal, figures, fixed, signed, prefixed, has: (key) => key in table };
}

/** The number that a person typed, with a point or a comma and any minus; NaN where it is none. */
export function read(text) {
  const plainly = text.trim().replace(/[−–]/g, '-').replace(/\s/g, '').replace(',', '.');
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plainly) ? Number(plainly) : NaN;
}

function plain(x) {
  const text = String(x);
  return text.includes('e') ? x.toFixed(20).replace(/0+$/, '') : text;
}

function raised(power) {
  return String(power).replace(/./g, (sign) => ({ '-': '⁻' })[sign] ?? '⁰¹²³⁴⁵⁶⁷⁸⁹'[sign]);
}
