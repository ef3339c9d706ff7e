// What a page does where `vrest app` serves it: open a cell of one's own, and show the full answers that Python computes.

import { html, tell } from './elements.mjs';
import { scaleOf, written } from './numbers.mjs';
import { download, fileOf } from './share.mjs';

const LARGEST = 256000;
const QUESTIONS = ['rest', 'steady', 'explain', 'excite'];
const SHOWN = 120;
const KEPT = 80;

/** What the server adds: `names` are the cells to choose from, of which this page is `at` one, in a `language`. */
export function served({ names, at, language }) {
  return {
    names,
    at,
    go(name) {
      location.assign(`/?${new URLSearchParams({ cell: name, language })}`);
    },
    cards: (contents, numbers, words) => {
      const own = ownCell(contents, words, language);
      return [answers(contents, numbers, words), own];
    },
  };
}

/** Asks the server: {ok, answer} as an object or, where `form` is a file's, {ok, file}; or {problems}. */
async function ask(path, question, words, form = 'json') {
  try {
    const how = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(question) };
    const got = await fetch(`${path}?format=${form}`, how);
    if (!got.ok) return { problems: (await got.json()).error };
    return { ok: true, ...(form === 'json' ? { answer: await got.json() } : { file: await got.blob() }) };
  } catch {
    return { problems: [{ message: words.say('server.gone') }] };
  }
}

// -- full answers -------------------------------------------------------------------------------------------------------

function answers(contents, numbers, words) {
  const title = html('h3', { hidden: '' });
  const text = html('pre', { class: 'vr-answer', tabindex: 0, role: 'region', 'aria-label': words.say('server.answer'), hidden: '' });
  const wrong = html('ul', { class: 'vr-wrong' });
  const status = html('p', { role: 'status' });
  const json = html('button', { type: 'button', class: 'vr-tool', hidden: '' }, 'JSON');
  const yaml = html('button', { type: 'button', class: 'vr-tool', hidden: '' }, 'YAML');
  const buttons = [];
  let last = null;
  let asked = 0;

  const file = (ending) => fileOf(contents, ending);
  const question = (more) => ({
    yaml: contents.yaml,
    settings: Object.fromEntries(numbers.changed.map((path) => [path, written(contents.numbers.find((row) => row.path === path), numbers.now[path])])),
    ...more,
  });

  async function show(key, path, more = {}, form = 'json') {
    const mine = ++asked;
    for (const button of buttons) button.disabled = true;
    tell(status, words.say('server.working'));
    const found = await ask(path, question(more), words, form);
    if (mine !== asked) return;
    for (const button of buttons) button.disabled = false;
    tell(status, '');
    wrong.replaceChildren(...(found.problems ?? []).map((one) => problem(one, '', words)));
    if (found.file) download(file(form), found.file);
    const whole = found.answer;
    last = whole ?? null;
    for (const node of [title, text, json]) node.hidden = !whole;
    yaml.hidden = !whole?.yaml;
    tell(title, words.say(key));
    tell(text, whole?.text ?? '');
  }

  function button(label, action) {
    const node = html('button', { type: 'button', class: 'vr-tool' }, label);
    node.addEventListener('click', action);
    buttons.push(node);
    return node;
  }

  json.addEventListener('click', () => last && download(file('json'), JSON.stringify(last.answer, null, 2), 'application/json'));
  yaml.addEventListener('click', () => last && download(file('yaml'), last.yaml, 'text/yaml'));
  const rows = contents.numbers.filter((row) => row.unit !== 'pH');
  const along = html('select', { class: 'vr-tool', 'aria-label': words.say('server.number') }, ...rows.map((row) => html('option', {}, row.path)));
  const span = html('input', { class: 'vr-tool', 'aria-label': words.say('server.span') });
  const suggest = () => (span.value = spanOf(rows[along.selectedIndex]));
  along.addEventListener('change', suggest);
  suggest();
  const free = html('select', { class: 'vr-tool', multiple: '', size: 4, 'aria-label': words.say('server.free') }, ...contents.numbers.map((row) => html('option', {}, row.path)));
  const protocols = html('select', { class: 'vr-tool', 'aria-label': words.say('server.protocol') }, ...contents.protocols.map((one) => html('option', { value: one.name }, one.title)));
  const course = (form) => button(form === 'nc' ? 'NetCDF' : 'CSV', () => show('server.course', '/simulate', { protocol: protocols.value }, form));
  return html(
    'section',
    { class: 'vr-card vr-panel', id: 'vr-full' },
    html('h2', {}, words.say('server.answers.title')),
    html('p', {}, words.say('server.answers.about')),
    html('div', { class: 'vr-own' }, ...QUESTIONS.map((name) => button(words.say(`server.${name}`), () => show(`server.${name}`, `/${name}`)))),
    html('div', { class: 'vr-own' }, along, span, button(words.say('server.branches'), () => show('server.branches', '/branches', { over: along.value, span: span.value }))),
    html('div', { class: 'vr-own' }, free, button(words.say('server.tune'), () => show('server.tune', '/tune', { free: Array.from(free.selectedOptions, (one) => one.value) }))),
    ...(contents.protocols.length
      ? [html('div', { class: 'vr-own' }, protocols, button(words.say('server.course'), () => show('server.course', '/simulate', { protocol: protocols.value })), course('csv'), course('nc'))]
      : []),
    status,
    wrong,
    title,
    text,
    html('div', { class: 'vr-own' }, json, yaml),
  );
}

/** Where a slider goes, as `--over` writes it. */
function spanOf(row) {
  if (!row) return '';
  const { shown } = scaleOf(row);
  const end = (si) => Number(shown(si).toPrecision(6));
  return `${end(row.low)}:${end(row.high)}${row.unit ? ` ${row.unit}` : ''}:${row.log ? 'log' : 'lin'}`;
}

// -- a cell of one's own ------------------------------------------------------------------------------------------------

function ownCell(contents, words, language) {
  const text = html('textarea', { class: 'vr-text', rows: 14, spellcheck: 'false', autocomplete: 'off', 'aria-label': words.say('server.own.label') });
  text.value = contents.yaml;
  const wrong = html('ul', { class: 'vr-wrong' });
  const status = html('p', { role: 'status' });
  const open = html('button', { type: 'button', class: 'vr-tool' }, words.say('server.own.open'));
  const file = html('input', { type: 'file', accept: '.yaml,.yml', 'aria-label': words.say('server.own.file') });

  async function take(one) {
    if (!one) return;
    if (one.size > LARGEST) {
      tell(status, words.say('server.own.large'));
      return;
    }
    text.value = await one.text();
    tell(status, '');
    wrong.replaceChildren();
  }

  file.addEventListener('change', () => take(file.files[0]));
  text.addEventListener('dragover', (event) => event.preventDefault());
  text.addEventListener('drop', (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  open.addEventListener('click', async () => {
    open.disabled = true;
    tell(status, words.say('server.working'));
    const found = await ask('/cell', { yaml: text.value }, words);
    open.disabled = false;
    tell(status, '');
    wrong.replaceChildren(...(found.problems ?? []).map((one) => problem(one, text.value, words, text)));
    if (found.ok) submit(text.value, language);
  });
  return html(
    'section',
    { class: 'vr-card vr-panel', id: 'vr-own-cell' },
    html('h2', {}, words.say('server.own.title')),
    html('p', {}, words.say('server.own.about')),
    text,
    html('div', { class: 'vr-own' }, open, file),
    status,
    wrong,
  );
}

/** The page of another cell comes with a policy of its own, so that it is gone to and not put into this one. */
function submit(yaml, language) {
  const form = html('form', { method: 'post', action: '/page', hidden: '' }, html('textarea', { name: 'yaml' }), html('input', { name: 'language', value: language }));
  form.elements.yaml.value = yaml;
  document.body.append(form);
  form.submit();
}

/** One problem: where it is, what was found and expected, and its line with a caret; a click goes there. */
function problem(one, text, words, field = null) {
  const { message, line, column, found, expected, suggestion } = one;
  const node = html('li');
  if (line && column) {
    const place = html('button', { type: 'button', class: 'vr-chip' }, words.say('server.at', { line, column }));
    place.addEventListener('click', () => field && goTo(field, line, column));
    node.append(place, ' ');
  }
  node.append(message);
  const said = Object.entries({ found, expected, suggestion }).filter(([, what]) => what);
  if (said.length) node.append(html('div', { class: 'vr-info' }, said.map(([key, what]) => words.say(`server.${key}`, { what })).join('; ')));
  const written = text.split(/\r?\n/)[line - 1];
  if (written !== undefined && column) {
    const from = Math.max(0, column - KEPT);
    node.append(html('pre', { class: 'vr-caret', tabindex: 0 }, `${written.slice(from, from + SHOWN)}\n${' '.repeat(column - 1 - from)}^`));
  }
  return node;
}

function goTo(field, line, column) {
  const before = field.value.split('\n').slice(0, line - 1);
  const at = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  field.focus();
  field.setSelectionRange(at, at + 1);
}
