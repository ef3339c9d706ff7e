// What is said of an exercise with its numbers: the question, each step of the worked solution, an outcome. As Python prints it.

import { band, inUnit } from './exercises.mjs';

const DIGITS = 4;
const KELVIN_DIGITS = 6;
const MINUS = '−';

/** The texts of a drawn exercise, in the language of `words`. */
export function textsOf(practice, drawn, words) {
  const { exercise, numbers, written } = drawn;
  const quantities = Object.fromEntries(exercise.quantities.map((one) => [one.name, one]));
  const units = { ...Object.fromEntries(exercise.taken), ...Object.fromEntries(exercise.steps.map((one) => [one.name, one.unit])) };
  const quantity = (text, unit) => `${words.decimal(text)} ${practice.units[unit][2]}`.trim();
  const amount = (value, unit, digits = DIGITS) => quantity(shortest(inUnit(practice, unit, value), digits), unit);
  const write = (name) => (name in written ? quantity(written[name], quantities[name].unit) : amount(numbers[name], units[name]));
  const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => write(name));

  function inFormula(name) {
    return quantities[name]?.unit === 'degC' ? amount(numbers[name], 'K', KELVIN_DIGITS) : write(name);
  }

  /** A formula with its numbers; in parentheses where one would be misread: a negative one, one with a quotient in its unit, one raised. */
  function withNumbers(text) {
    return text.replace(/(\(?)\{(\w+)\}(\)?)(\^?)/g, (_, open, name, close, raised) => {
      const number = name in numbers ? inFormula(name) : name;
      const misread = number.startsWith(MINUS) || number.includes('/') || (raised && !close);
      return `${open}${misread && !(open && close) ? `(${number})` : number}${close}${raised}`;
    });
  }

  /** One step: what is done, and its formula with names, with numbers, and its value. */
  function step(k) {
    const one = exercise.steps[k];
    const found = amount(drawn.steps[k], one.unit);
    const names = one.formula.replace(/\{(\w+)\}/g, '$1');
    const head = one.name && one.name !== names ? `${one.name} = ` : '';
    const parts = names in numbers ? [names, found] : [names, withNumbers(one.formula), found];
    return { show: fill(one.show), names, formula: head + [...new Set(parts)].join(' = ') };
  }

  function outcome(value) {
    if (typeof value === 'number') return quantity(roundedText(practice, exercise, value), exercise.unit);
    if (exercise.kind === 'predict') return words.say(`practice.goes.${value}`);
    const texts = Object.fromEntries(exercise.options);
    return value.split(' ').map((name) => fill(texts[name])).join(' < ');
  }

  return { fill, step, outcome, question: fill(exercise.text) };
}

/** A number as a careful student writes it, in the exercise's unit. */
function roundedText(practice, exercise, x) {
  const number = inUnit(practice, exercise.unit, x);
  const width = Math.abs(inUnit(practice, exercise.unit, x + band(exercise, x)) - number);
  const decimals = Math.max(0, Math.ceil(-Math.log10(width)));
  const text = decimals <= 6 && Math.abs(number) < 1e6 ? number.toFixed(decimals) : general(number, 3);
  return Number(text) === 0 ? '0' : text;
}

/** A number to so many digits, with an exponent only where it is very large or very small. */
function shortest(x, digits) {
  const text = general(x, digits);
  return text.includes('e+') && Math.abs(x) < 1e6 ? x.toFixed(0) : text;
}

function general(x, digits) {
  if (!Number.isFinite(x)) return '–';
  const [mantissa, exponent] = evenly(x, digits).split('e');
  const power = Number(exponent);
  const trimmed = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return power < -4 || power >= digits ? `${trimmed(mantissa)}e${exponent}` : trimmed(Number(`${mantissa}e${power}`).toFixed(digits - 1 - power));
}

/** To so many digits with an exponent; what lies just between two numbers goes to the even one. */
function evenly(x, digits) {
  const exact = x.toExponential(60);
  const [at, end] = [exact.indexOf('.') + digits, exact.indexOf('e')];
  const [head, tail] = [exact.slice(0, at), exact.slice(at, end)];
  return /^50+$/.test(tail) && /[02468]$/.test(head) ? head + exact.slice(end) : x.toExponential(digits - 1);
}
