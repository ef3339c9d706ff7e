// The page: header with tabs, the cell's numbers at the side, the scene, and below it what the chosen view shows.

import { controls } from './controls.mjs';
import { assign, drawn, html, show, tell } from './elements.mjs';
import { ladder } from './ladder.mjs';
import { membraneScene } from './membrane.mjs';
import { modelOf } from './model.mjs';
import { fragmentOf, numbersOf, readFragment } from './numbers.mjs';
import { headline, restView } from './rest_view.mjs';
import { copy, download, menu, pngOf, pythonOf, svgOf, yamlOf } from './share.mjs';
import { timeView } from './time_view.mjs';
import { whyView } from './why_view.mjs';
import { speaker } from './words.mjs';

const NARROW = '(max-width: 820px)';
const CALM = 150;
const GLIDE = 320;

/**
 * Starts the page in `host`: `cells` are {contents, module, protocols}, `table` the sentences of its language, `practice` its exercises or
 * null, `served` what a server adds.
 */
export function startPage(host, cells, table, practice, served = null) {
  const words = speaker(table);
  const frame = frameOf(served?.names ?? cells.map(({ contents }) => contents.cell), words, practice);
  host.replaceChildren(...frame.nodes);
  const digest = new URLSearchParams(location.hash.replace(/^#1&/, '')).get('cell');
  const chosen = Math.max(0, cells.findIndex((one) => one.contents.digest === digest));
  let leave = openCell(cells[chosen], frame, words, location.hash, practice, served);
  frame.picker.selectedIndex = served?.at ?? chosen;
  frame.picker.addEventListener('change', () => {
    if (served) {
      served.go(frame.picker.value);
      return;
    }
    leave();
    leave = openCell(cells[frame.picker.selectedIndex], frame, words, '', practice);
  });
  frame.theme.addEventListener('click', () => {
    const root = document.documentElement;
    assign(root, { 'data-theme': root.dataset.theme === 'dark' ? null : 'dark' });
  });
  if (matchMedia('(prefers-color-scheme: dark)').matches) assign(document.documentElement, { 'data-theme': 'dark' });
}

const TABS = ['rest', 'time', 'why', 'practice'];
const OF_THEIR_OWN = ['time', 'practice'];

function frameOf(names, words, practice) {
  const button = (key, more = {}) => html('button', { type: 'button', class: 'vr-tool', ...more }, words.say(key));
  const picker = html('select', { class: 'vr-tool', 'aria-label': words.say('page.cell') }, ...names.map((name) => html('option', {}, name)));
  const offered = TABS.filter((name) => practice || name !== 'practice');
  const tabs = offered.map((name) => html('button', { type: 'button', role: 'tab', id: `vr-tab-${name}`, 'aria-controls': 'vr-view', 'data-tab': name }, words.say(`tab.${name}`)));
  const frame = {
    picker,
    tabs,
    share: html('div'),
    theme: button('page.theme'),
    undo: button('page.undo'),
    reset: button('page.reset'),
    fields: html('div'),
    chips: html('div', { class: 'vr-chips' }),
    membranes: html('div', { class: 'vr-chips', role: 'group', 'aria-label': words.say('page.membranes') }),
    value: html('span', { 'data-key': 'V_mV' }),
    delta: html('div', { class: 'vr-delta' }),
    said: html('p', { class: 'vr-say' }),
    spoken: html('div', { role: 'status', 'aria-live': 'polite', class: 'vr-spoken' }),
    scene: html('div'),
    ladder: html('div', { class: 'vr-ladder-host' }),
    legend: html('p', { class: 'vr-legend' }),
    view: html('div', { class: 'vr-below', id: 'vr-view', role: 'tabpanel' }),
    answers: html('div', { class: 'vr-answers' }),
    notice: html('p', { class: 'vr-card vr-notice', role: 'status', hidden: '' }),
    about: html('p', {}),
    arrows: html('span'),
  };
  const brand = drawn(
    'svg',
    { viewBox: '0 0 26 26', 'aria-hidden': 'true' },
    drawn('path', { d: 'M2 10.5h22M2 15.5h22', stroke: 'var(--lipid-line)' }),
    drawn('path', { d: 'M13 23V4m-4 5 4-5 4 5', stroke: 'var(--accent)' }),
  );
  frame.nodes = [
    html('a', { class: 'vr-skip', href: '#vr-potential' }, words.say('page.skip')),
    html(
      'header',
      { class: 'vr-header' },
      html('h1', { class: 'vr-brand' }, brand, 'vrest'),
      picker,
      html('div', { class: 'vr-tabs', role: 'tablist', 'aria-label': words.say('page.views') }, ...tabs),
      html('span', { class: 'vr-grow' }),
      frame.share,
      frame.theme,
    ),
    html(
      'main',
      { class: 'vr-main' },
      html(
        'section',
        { class: 'vr-card vr-controls', 'aria-label': words.say('page.numbers') },
        html('div', { class: 'vr-row' }, html('h2', {}, words.say('page.this_cell')), html('span', {}, frame.undo, ' ', frame.reset)),
        frame.chips,
        frame.fields,
      ),
      html(
        'div',
        { class: 'vr-stage' },
        frame.notice,
        html(
          'section',
          { class: 'vr-card vr-scene', 'aria-label': words.say('membrane.title') },
          html(
            'div',
            { class: 'vr-headline', id: 'vr-potential' },
            html('div', {}, html('div', { class: 'vr-V' }, frame.value, ' ', html('small', {}, 'mV')), frame.delta),
            html('div', { class: 'vr-say' }, frame.membranes, frame.said),
            frame.spoken,
          ),
          frame.scene,
          frame.ladder,
          frame.legend,
        ),
        frame.view,
        frame.answers,
      ),
    ),
    html('footer', { class: 'vr-footer' }, frame.about, html('p', {}, words.say('page.footer'))),
  ];
  return frame;
}

/** Shows one cell; the answer takes it away again. */
function openCell({ contents, ...module }, frame, words, fragment, practice, served = null) {
  const model = modelOf(module, contents);
  const link = readFragment(fragment, contents);
  const abort = new AbortController();
  const on = (node, event, handler) => node.addEventListener(event, handler, { signal: abort.signal });
  let membrane = contents.membranes[0];
  let tab = frame.tabs.some((one) => one.dataset.tab === link.tab) ? link.tab : 'rest';
  const drilled = exerciseOf(link, practice);
  let described = null;
  let answer = null;
  let scene = null;
  let rungs = null;
  let waiting = 0;
  let calm = 0;

  const numbers = numbersOf(contents, ({ moving }) => {
    waiting ||= requestAnimationFrame(draw);
    clearTimeout(calm);
    calm = setTimeout(rested, moving ? CALM : 0);
  });
  if (!link.other) Object.assign(numbers.now, link.values);
  frame.fields.replaceChildren();
  const fields = controls(frame.fields, contents, numbers, words);
  const views = {
    rest: restView,
    time: timeView,
    why: whyView,
    practice: (host) => practice.view(host, words, drilled, leaveTrace),
  };
  let view = null;

  function draw() {
    waiting = 0;
    answer = model.rest(numbers.now);
    described ??= model.rest(numbers.described);
    fields.update();
    frame.undo.disabled = !numbers.canUndo;
    frame.reset.disabled = !numbers.changed.length;
    if (OF_THEIR_OWN.includes(tab)) {
      view.update();
      return;
    }
    frame.view.classList.toggle('vr-failed', !answer.ok);
    if (!answer.ok) {
      show(frame.value, NaN, '–');
      tell(frame.delta, '');
      tell(frame.said, words.say(`failed.${answer.why}`));
      return;
    }
    const state = answer.of[membrane.name];
    paint(state);
    view.update(answer, membrane);
    const moved = (state.V - described.of?.[membrane.name]?.V) * 1e3;
    tell(frame.delta, numbers.changed.length && Number.isFinite(moved) ? words.say('rest.moved', { by: words.signed(moved, 1) }) : words.say('rest.as_described'));
    tell(frame.said, headline(membrane, state, words));
  }

  function said(beside, sentence) {
    tell(frame.delta, beside);
    tell(frame.said, sentence);
  }

  function paint(state) {
    const unit = scene.update(state);
    tell(frame.arrows, words.say(state.extent === 'relative' ? 'legend.arrow_relative' : 'legend.arrow', { unit }));
    rungs.update(state);
    show(frame.value, state.V * 1e3, words.fixed(state.V * 1e3, 1));
  }

  function rested() {
    if (!answer || waiting) {
      calm = setTimeout(rested, 16);
      return;
    }
    if (answer.ok) view.rested?.(answer, membrane);
    tell(frame.spoken, answer.ok && !OF_THEIR_OWN.includes(tab) ? words.say('rest.spoken', { V: words.fixed(answer.of[membrane.name].V * 1e3, 1) }) : '');
    leaveTrace();
  }

  const traced = () => fragmentOf(contents, numbers, tab, view?.link?.());
  function leaveTrace() {
    history.replaceState(null, '', traced());
  }

  function stage() {
    const narrow = matchMedia(NARROW).matches;
    scene = membraneScene(frame.scene, membrane, words, { narrow });
    const span = model.span(membrane, answer);
    rungs = ladder(frame.ladder, membrane, words, { low: span[0], high: span[1] });
    frame.legend.replaceChildren(
      frame.arrows,
      html('span', {}, words.say('legend.dot', { mM: scene.perIon, mV: scene.perPair * 1e3 })),
    );
    frame.membranes.hidden = contents.membranes.length < 2;
    frame.membranes.replaceChildren(
      ...contents.membranes.map((one) => {
        const chip = html('button', { type: 'button', class: 'vr-chip', 'aria-pressed': String(one === membrane) }, one.name);
        chip.addEventListener('click', () => {
          membrane = one;
          stage();
          open(tab);
        });
        return chip;
      }),
    );
  }

  function open(name) {
    tab = name;
    for (const one of frame.tabs) {
      const chosen = one.dataset.tab === tab;
      assign(one, { 'aria-selected': String(chosen), tabindex: chosen ? 0 : -1 });
    }
    assign(frame.view, { 'aria-labelledby': `vr-tab-${tab}` });
    frame.view.className = `vr-below ${{ time: 'vr-stage', practice: 'vr-practice' }[tab] ?? 'vr-grid-of-cards'}`;
    frame.view.closest('main').classList.toggle('vr-practising', tab === 'practice');
    view = views[tab](frame.view, contents, model, numbers, words, { paint, said, membrane });
    waiting ||= requestAnimationFrame(draw);
    clearTimeout(calm);
    calm = setTimeout(rested, 0);
  }

  on(frame.undo, 'click', () => numbers.undo());
  on(frame.reset, 'click', () => numbers.reset());
  const file = (ending) => `${contents.cell.replace(/[^\w-]+/g, '_')}.${ending}`;
  frame.share.replaceChildren(
    menu(words, 'page.share', [
      ['share.link', () => copy(location.href.split('#')[0] + traced())],
      ['share.python', () => copy(pythonOf(contents, numbers))],
      ['share.yaml', () => download(file('yaml'), yamlOf(contents, numbers), 'text/yaml')],
      ['share.svg', () => download(file('svg'), svgOf(scene.node), 'image/svg+xml')],
      ['share.png', async () => download(file('png'), await pngOf(scene.node))],
    ]),
  );
  frame.tabs.forEach((one, k) => {
    on(one, 'click', () => open(one.dataset.tab));
    on(one, 'keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = frame.tabs[(k + step + frame.tabs.length) % frame.tabs.length];
      next.focus();
      open(next.dataset.tab);
    });
  });
  on(matchMedia(NARROW), 'change', () => {
    stage();
    waiting ||= requestAnimationFrame(draw);
  });

  answer = model.rest(numbers.now);
  presets(frame.chips, contents, numbers, words, on);
  tell(frame.about, contents.about);
  tell(document.head.querySelector('title'), `${contents.title} · vrest`);
  notices(frame.notice, link, words);
  frame.answers.replaceChildren(...(served?.cards(contents, numbers, words) ?? []));
  stage();
  open(tab);
  return () => {
    abort.abort();
    cancelAnimationFrame(waiting);
    clearTimeout(calm);
  };
}

/** Goes to values through the states between, each of them computed; at once where motion is not wanted. */
function glide(numbers, values) {
  const from = Object.fromEntries(Object.keys(values).map((path) => [path, numbers.now[path]]));
  const begun = performance.now();
  const between = (a, b, part) => (a > 0 && b > 0 ? a * (b / a) ** part : a + (b - a) * part);
  function step(now) {
    const part = Math.min(1, (now - begun) / GLIDE);
    if (part === 1) return numbers.set(values);
    numbers.set(Object.fromEntries(Object.entries(values).map(([path, to]) => [path, between(from[path], to, 1 - (1 - part) ** 2)])), { moving: true });
    return requestAnimationFrame(step);
  }
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) numbers.set(values);
  else requestAnimationFrame(step);
}

/** Buttons that change one thing: more K+ outside, no pump, more Na+ permeability. */
function presets(host, contents, numbers, words, on) {
  const bath = Object.entries(contents.compartments).find(([, space]) => space.bath && space.ions.includes('K'))?.[0];
  const pumps = contents.membranes.flatMap((one) => Object.entries(one.mechanisms).filter(([, way]) => way.pump).flatMap(([name, way]) => way.scales.map((scale) => `${one.name}.${name}.${scale}`)));
  const sodium = contents.membranes.flatMap((one) => Object.entries(one.mechanisms).filter(([, way]) => !way.pump && way.ions.length === 1 && way.ions[0] === 'Na').flatMap(([name, way]) => way.scales.map((scale) => `${one.name}.${name}.${scale}`)));
  const has = (path) => contents.numbers.some((row) => row.path === path);
  const offered = [
    bath && ['preset.potassium', { [`${bath}.K`]: numbers.described[`${bath}.K`] * 3 }],
    pumps.length && ['preset.pump', Object.fromEntries(pumps.filter(has).map((path) => [path, 0]))],
    sodium.length && ['preset.sodium', Object.fromEntries(sodium.filter(has).map((path) => [path, numbers.described[path] * 10]))],
  ].filter((one) => one && Object.keys(one[1]).length);
  host.replaceChildren(
    ...offered.map(([key, values]) => {
      const chip = html('button', { type: 'button', class: 'vr-chip' }, words.say(key));
      on(chip, 'click', () => glide(numbers, values));
      return chip;
    }),
  );
}

/** The exercise and the seed that a link asks for; what it names and the page has not is added to what is unknown. */
function exerciseOf(link, practice) {
  if (!link.exercise) return {};
  if (practice?.exercises.some((one) => one.name === link.exercise)) return { name: link.exercise, seed: link.seed };
  link.unknown.push(link.exercise.slice(0, 80));
  return {};
}

function notices(node, link, words) {
  const said = [];
  if (link.other) said.push(words.say('link.other'));
  if (link.unknown.length) said.push(words.say('link.unknown', { list: link.unknown.join(', ') }));
  node.hidden = !said.length;
  tell(node, said.join(' '));
}
