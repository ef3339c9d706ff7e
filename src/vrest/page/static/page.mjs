// The page at work: numbers that are moved, the answer to them, and the chosen view of it.

import { cellMap } from './cell_map.mjs';
import { controls, few } from './controls.mjs';
import { assign, html, show, tell } from './elements.mjs';
import { frameOf } from './frame.mjs';
import { ladder } from './ladder.mjs';
import { membraneScene } from './membrane.mjs';
import { modelOf } from './model.mjs';
import { nanometreView } from './nanometre_view.mjs';
import { fragmentOf, numbersOf, readFragment } from './numbers.mjs';
import { headline, restView } from './rest_view.mjs';
import { copy, download, fileOf, menu, pngOf, pythonOf, svgOf, yamlOf } from './share.mjs';
import { ofDocument } from './surroundings.mjs';
import { timeView } from './time_view.mjs';
import { whyView } from './why_view.mjs';
import { speaker } from './words.mjs';

const OF_THEIR_OWN = ['time', 'practice'];
const NARROW = 640;
const [BESIDE, ROOMY] = [820, 1080];
const CALM = 150;
const GLIDE = 320;

/**
 * Starts the page in `host`: `cells` are {contents, module, protocols}, `table` the sentences of its language, `practice` its exercises or
 * null, `served` what a server adds, `around` what is outside the page (`surroundings.mjs`). Answers the numbers of the cell that is shown
 * first, and `leave`, which takes the page away again.
 */
export function startPage(host, cells, table, practice, served = null, around = ofDocument()) {
  const words = speaker(table);
  const frame = frameOf(served?.names ?? cells.map(({ contents }) => contents.cell), words, practice, around.figure);
  host.classList.add('vr-host');
  host.replaceChildren(...frame.nodes);
  const digest = new URLSearchParams(around.fragment.replace(/^#1&/, '')).get('cell');
  const chosen = Math.max(0, cells.findIndex((one) => one.contents.digest === digest));
  const opened = openCell(cells[chosen], host, frame, words, around.fragment, practice, served, around);
  let { leave } = opened;
  frame.picker.selectedIndex = served?.at ?? chosen;
  frame.picker.addEventListener('change', () => {
    if (served) {
      served.go(frame.picker.value);
      return;
    }
    leave();
    ({ leave } = openCell(cells[frame.picker.selectedIndex], host, frame, words, '', practice, null, around));
  });
  frame.theme.addEventListener('click', () => around.darken(around.root.dataset.theme !== 'dark'));
  return { numbers: opened.numbers, leave: () => leave() };
}

/** Shows one cell; the answer holds its numbers, and takes it away again. */
function openCell({ contents, ...module }, host, frame, words, fragment, practice, served, around) {
  const model = modelOf(module, contents);
  const link = readFragment(fragment, contents);
  const abort = new AbortController();
  const on = (node, event, handler) => node.addEventListener(event, handler, { signal: abort.signal });
  let membrane = contents.membranes[0];
  let tab = frame.tabs.some((one) => one.dataset.tab === link.tab) ? link.tab : 'rest';
  let lecturing = link.view === 'lecture';
  let narrow = isNarrow(host.clientWidth);
  const drilled = exerciseOf(link, practice);
  let described = null;
  let answer = null;
  let scene = null;
  let rungs = null;
  let waiting = 0;
  const seen = {};
  let calm = 0;

  const numbers = numbersOf(contents, ({ moving }) => {
    waiting ||= requestAnimationFrame(draw);
    clearTimeout(calm);
    calm = setTimeout(rested, moving ? CALM : 0);
  });
  Object.assign(numbers.now, link.other ? {} : link.values, around.given);
  let fields = null;
  let map = null;
  const views = {
    rest: restView,
    time: timeView,
    why: whyView,
    nano: nanometreView,
    practice: (host) => practice.view(host, words, drilled, leaveTrace),
  };
  let view = null;

  function draw() {
    waiting = 0;
    answer = model.rest(numbers.now);
    described ??= model.rest(numbers.described);
    around.answered(numbers, answer);
    fields.update();
    frame.undo.disabled = !numbers.canUndo;
    frame.reset.disabled = !numbers.changed.length;
    if (isAway()) {
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
    paint(state, answer.of);
    view.update(answer, membrane);
    const moved = (state.V - described.of?.[membrane.name]?.V) * 1e3;
    tell(frame.delta, numbers.changed.length && Number.isFinite(moved) ? words.say('rest.moved', { by: words.signed(moved, 1) }) : words.say('rest.as_described'));
    tell(frame.said, headline(membrane, state, words));
  }

  /** Whether what is shown is a state of the view's own; a cell without courses is shown at rest. */
  const isAway = () => OF_THEIR_OWN.includes(tab) && !view.atRest;

  function said(beside, sentence) {
    tell(frame.delta, beside);
    tell(frame.said, sentence);
  }

  /** Draws the state of the chosen membrane; `states` are those of all. */
  function paint(state, states) {
    map.update(states);
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
    tell(frame.spoken, answer.ok && !isAway() ? words.say('rest.spoken', { V: words.fixed(answer.of[membrane.name].V * 1e3, 1) }) : '');
    leaveTrace();
  }

  const traced = () => fragmentOf(contents, numbers, tab, [...(lecturing ? ['view=lecture'] : []), ...(view?.link?.() ?? [])]);
  function leaveTrace() {
    around.leaveTrace(traced());
  }

  /** A lecture is large and turns to few numbers. */
  function lecture(on) {
    lecturing = on;
    around.root.classList.toggle('vr-lecture', on);
    assign(frame.lecture, { 'aria-pressed': String(on) });
    frame.fields.replaceChildren();
    fields = controls(frame.fields, contents, numbers, words, on ? few(contents) : around.figure?.shown);
    fields.update();
  }

  function drawMap() {
    map = cellMap(frame.membranes, contents, words, narrow, (one) => {
      membrane = one;
      stage();
      open(tab);
    });
  }

  function stage() {
    scene = membraneScene(frame.scene, membrane, words, { narrow });
    const span = model.span(membrane, answer);
    rungs = ladder(frame.ladder, membrane, words, { low: span[0], high: span[1] });
    frame.legend.replaceChildren(
      frame.arrows,
      html('span', {}, words.say('legend.dot', { mM: scene.perIon, mV: scene.perPair * 1e3 })),
    );
    map.chosen(membrane);
  }

  function open(name) {
    tab = name;
    for (const one of frame.tabs) {
      const chosen = one.dataset.tab === tab;
      assign(one, { 'aria-selected': String(chosen), tabindex: chosen ? 0 : -1 });
    }
    assign(frame.view, { 'aria-labelledby': `vr-tab-${tab}` });
    frame.view.className = `vr-below ${{ time: 'vr-stage', practice: 'vr-practice' }[tab] ?? 'vr-grid-of-cards'}`;
    const main = frame.view.closest('.vr-main');
    main.classList.toggle('vr-practising', tab === 'practice');
    main.classList.toggle('vr-zooming', tab === 'nano');
    view = views[tab](frame.view, contents, model, numbers, words, { paint, said, membrane, seen });
    waiting ||= requestAnimationFrame(draw);
    clearTimeout(calm);
    calm = setTimeout(rested, 0);
  }

  on(frame.undo, 'click', () => numbers.undo());
  on(frame.reset, 'click', () => numbers.reset());
  const pictured = () => view.picture ?? scene.node;
  const file = (ending) => fileOf(contents, ending);
  frame.share.replaceChildren(
    menu(words, 'page.share', [
      ...(around.figure ? [] : [['share.link', () => copy(location.href.split('#')[0] + traced())]]),
      ['share.python', () => copy(pythonOf(contents, numbers))],
      ['share.yaml', () => download(file('yaml'), yamlOf(contents, numbers), 'text/yaml')],
      ['share.svg', () => download(file('svg'), svgOf(pictured()), 'image/svg+xml')],
      ['share.png', async () => download(file('png'), await pngOf(pictured()))],
      ...(around.figure ? [] : [['share.print', () => print()]]),
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
  on(frame.lecture, 'click', () => {
    lecture(!lecturing);
    leaveTrace();
  });
  const width = new ResizeObserver(() => {
    if (matchMedia('print').matches || narrow === isNarrow(host.clientWidth)) return;
    narrow = !narrow;
    drawMap();
    stage();
    if (tab === 'nano') open(tab);
    waiting ||= requestAnimationFrame(draw);
  });
  width.observe(host);

  answer = model.rest(numbers.now);
  presets(frame.chips, contents, numbers, words, on);
  tell(frame.about, contents.about);
  around.entitle(`${contents.title} · vrest`);
  notices(frame.notice, link, words);
  frame.answers.replaceChildren(...(served?.cards(contents, numbers, words) ?? []));
  lecture(lecturing);
  drawMap();
  stage();
  open(tab);
  const leave = () => {
    abort.abort();
    width.disconnect();
    cancelAnimationFrame(waiting);
    clearTimeout(calm);
  };
  return { numbers, leave };
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

/** Whether the drawings have little room: on a phone, and where numbers and ladder stand beside them on a small screen. */
function isNarrow(width) {
  return width <= NARROW || (width > BESIDE && width <= ROOMY);
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
