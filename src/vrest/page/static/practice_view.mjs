// Practice: one exercise with its numbers, what an answer was found to be, a hint, the worked solution, new numbers.

import { answerField, choices } from './answer_fields.mjs';
import { html, tell } from './elements.mjs';
import { textsOf } from './exercise_text.mjs';
import { draw, inUnit, judge, opened } from './exercises.mjs';
import { progressOf } from './progress.mjs';

/** Exercises as they are listed in the file, and the view that goes with them. */
export function practiceOf(listed) {
  const practice = opened(listed);
  return { exercises: practice.exercises, view: (host, words, at, moved) => practiceView(host, practice, words, at, moved) };
}

/** Practice in `host`; `at` is {name, seed}, which a link may have brought, and follows; `moved()` is told. */
function practiceView(host, practice, words, at, moved) {
  const progress = (at.progress ??= progressOf());
  const picker = html('select', { id: 'vr-exercise', class: 'vr-tool' });
  const place = html('section', { class: 'vr-card vr-drill', 'aria-labelledby': 'vr-drill-title' });
  const kept = html('p', { class: 'vr-info' });
  const named = (name) => practice.exercises.find((one) => one.name === name);

  function listed() {
    const option = (one) => html('option', { value: one.name }, `${progress.of(one.name).right ? '✓ ' : ''}${one.title}`);
    const groups = {};
    practice.exercises.forEach((one, k) => {
      const label = k < practice.own ? words.say('practice.own') : words.say('practice.group', { level: one.level });
      (groups[label] ??= html('optgroup', { label })).append(option(one));
    });
    picker.replaceChildren(...Object.values(groups));
    picker.value = at.name;
    const done = practice.exercises.filter((one) => progress.of(one.name).right).length;
    tell(kept, `${words.say('practice.done', { done, all: practice.exercises.length })}${progress.kept ? '' : ` ${words.say('practice.not_kept')}`}`);
  }

  function go(name, seed) {
    const exercise = named(name);
    Object.assign(at, { name, seed: seed % exercise.seeds });
    listed();
    const one = drill(practice, exercise, at.seed, words, progress, { listed, next, anew: () => go(at.name, at.seed + 1).focus() });
    place.replaceChildren(...one.nodes);
    moved();
    return one;
  }

  /** The next one in the list that was not answered rightly yet, or the next one. */
  function next() {
    const from = practice.exercises.findIndex((one) => one.name === at.name);
    const later = practice.exercises.map((_, k) => practice.exercises[(from + 1 + k) % practice.exercises.length]);
    const { name } = later.find((one) => !progress.of(one.name).right) ?? later[0];
    go(name, progress.of(name).tried + 1).focus();
  }

  picker.addEventListener('change', () => go(picker.value, progress.of(picker.value).tried + 1));
  host.replaceChildren(html('div', { class: 'vr-row' }, html('label', { for: 'vr-exercise' }, words.say('practice.exercise')), picker), place, kept);
  const first = named(at.name) ?? practice.exercises.find((one) => !progress.of(one.name).right) ?? practice.exercises[0];
  go(first.name, at.seed ?? progress.of(first.name).tried + 1);
  return { update() {}, link: () => [`exercise=${encodeURIComponent(at.name)}`, `seed=${at.seed}`] };
}

/** One exercise with the numbers of a seed. */
function drill(practice, exercise, seed, words, progress, { listed, next, anew }) {
  const drawn = draw(practice, exercise, seed);
  const topic = words.has(`practice.topic.${exercise.topic}`) ? words.say(`practice.topic.${exercise.topic}`) : exercise.topic;
  const head = [
    html('p', { class: 'vr-info' }, words.say('practice.about', { topic, level: exercise.level, seed })),
    html('h2', { id: 'vr-drill-title', tabindex: -1 }, exercise.title),
  ];
  const button = (key, action) => {
    const node = html('button', { type: 'button', class: 'vr-tool' }, words.say(key));
    node.addEventListener('click', () => action(node));
    return node;
  };
  const onward = [button('practice.new', anew), button('practice.next', next)];
  const focus = () => head[1].focus();
  if (!drawn) return { focus, nodes: [...head, html('p', {}, words.say('practice.no_draw')), html('div', { class: 'vr-chips' }, ...onward)] };

  const texts = textsOf(practice, drawn, words);
  const field = answerField(practice, drawn, texts, words);
  const told = html('div', { role: 'status' });
  const solution = html('div', { class: 'vr-solution', hidden: '' });
  const hints = html('ol', { class: 'vr-hints', 'aria-live': 'polite' });
  const count = html('p', { class: 'vr-info' });
  const form = html('form', { novalidate: '' }, field.node, html('button', { type: 'submit', class: 'vr-check' }, words.say('practice.check')));

  function counted() {
    const { tried, right } = progress.of(exercise.name);
    tell(count, tried ? words.say('practice.progress', { right, tried }) : '');
  }

  function box(kind, heading, ...more) {
    told.replaceChildren(html('div', { class: `vr-verdict vr-${kind}` }, html('p', {}, html('strong', {}, heading)), ...more));
  }

  function slipped({ slip }) {
    progress.slipped(exercise.name, slip.name);
    const { show: what, names } = texts.step(slip.step - 1);
    box(
      'slip',
      words.say('practice.slip', { number: slip.step, show: what }),
      html('p', { 'data-slip': slip.name }, texts.fill(slip.text)),
      exercise.kind === 'numeric' ? html('p', { class: 'vr-formula' }, ...indexed(names)) : '',
      html('p', {}, words.say('practice.mend')),
      html('p', { class: 'vr-info' }, words.say('practice.name', { name: slip.name })),
    );
  }

  function asked(slips) {
    const which = choices(words.say('practice.which'), slips.map(({ slip }) => [slip.name, texts.fill(slip.ask || slip.text)]), words);
    const done = html('button', { type: 'button', class: 'vr-tool', disabled: '' }, words.say('practice.check'));
    which.node.addEventListener('change', () => (done.disabled = false));
    done.addEventListener('click', () => {
      slipped(slips.find(({ slip }) => slip.name === which.read().given));
      field.focus();
    });
    which.node.append(done);
    told.replaceChildren(html('div', { class: 'vr-verdict vr-slip' }, which.node));
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { given, complaint } = field.read();
    if (complaint) {
      told.replaceChildren(html('p', { class: 'vr-complaint' }, complaint));
      return field.focus();
    }
    const { right, slips } = judge(drawn, given);
    progress.answered(exercise.name, right);
    counted();
    if (right) {
      box('right', words.say('practice.right'), html('p', {}, words.say('practice.right_more', { answer: texts.outcome(drawn.answer) })));
      listed();
    } else if (!slips.length) box('slip', words.say('practice.unknown'), html('p', {}, words.say('practice.unknown_more')));
    else if (slips.length > 1) asked(slips);
    else slipped(slips[0]);
    return undefined;
  });

  function hint(node) {
    const k = hints.children.length;
    if (k < exercise.steps.length) hints.append(html('li', {}, texts.step(k).show));
    if (k + 1 >= exercise.steps.length) {
      node.disabled = true;
      tell(count, words.say('practice.no_hint'));
    }
  }

  function solve(node) {
    solution.hidden = !solution.hidden;
    node.setAttribute('aria-expanded', String(!solution.hidden));
  }

  const lines = exercise.steps.map((_, k) => {
    const { show: what, formula } = texts.step(k);
    const value = inUnit(practice, exercise.steps[k].unit, drawn.steps[k]);
    return html('li', {}, what, html('p', { class: 'vr-formula', 'data-value': String(value) }, ...indexed(formula)));
  });
  solution.append(html('h3', {}, words.say('practice.solution')), html('ol', {}, ...lines), html('p', {}, html('strong', {}, words.say('practice.result', { answer: texts.outcome(drawn.answer) }))));
  const solved = button('practice.solution', solve);
  solved.setAttribute('aria-expanded', 'false');
  counted();
  const foot = html('div', { class: 'vr-chips' }, button('practice.hint', hint), solved, ...onward);
  return { focus, nodes: [...head, html('p', { class: 'vr-question' }, texts.question), form, told, hints, foot, solution, count] };
}

/** A formula with what stands behind a name's underscore set below the line. */
function indexed(formula) {
  return formula.split(/(?<=\p{L})_([\p{L}\d]+)/u).map((part, k) => (k % 2 ? html('sub', {}, part) : part));
}
