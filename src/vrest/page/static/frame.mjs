// What stands in the page: header with tabs, the cell's numbers at the side, the scene, and below it the place of the chosen view.

import { drawn, html } from './elements.mjs';

const TABS = ['rest', 'time', 'why', 'nano', 'practice'];

/** Every part of the page by name, and the `nodes` that hold them; a figure has no brand, no theme of its own and nothing below. */
export function frameOf(names, words, practice, figure) {
  const button = (key, more = {}) => html('button', { type: 'button', class: 'vr-tool', ...more }, words.say(key));
  const picker = html('select', { class: 'vr-tool', 'aria-label': words.say('page.cell') }, ...names.map((name) => html('option', {}, name)));
  const offered = TABS.filter((name) => (figure ? figure.tabs.includes(name) : practice || name !== 'practice'));
  const tabs = offered.map((name) => html('button', { type: 'button', role: 'tab', id: `vr-tab-${name}`, 'aria-controls': 'vr-view', 'data-tab': name }, words.say(`tab.${name}`)));
  const frame = {
    picker,
    tabs,
    share: html('div'),
    theme: button('page.theme'),
    lecture: button('page.lecture', { 'aria-pressed': 'false' }),
    undo: button('page.undo'),
    reset: button('page.reset'),
    fields: html('div'),
    chips: html('div', { class: 'vr-chips' }),
    membranes: html('div', { class: 'vr-map', role: 'radiogroup', 'aria-label': words.say('page.membranes') }),
    value: html('span', { 'data-key': 'V_mV' }),
    delta: html('div', { class: 'vr-delta' }),
    said: html('p', { class: 'vr-say' }),
    spoken: html('div', { role: 'status', 'aria-live': 'polite', class: 'vr-spoken' }),
    scene: html('div', { class: 'vr-water' }),
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
  const tablist = html('div', { class: 'vr-tabs', role: 'tablist', 'aria-label': words.say('page.views') }, ...tabs);
  const grow = html('span', { class: 'vr-grow' });
  const head = figure
    ? [html('div', { class: 'vr-header' }, tablist, grow, frame.share)]
    : [
        html('a', { class: 'vr-skip', href: '#vr-potential' }, words.say('page.skip')),
        html('header', { class: 'vr-header' }, html('h1', { class: 'vr-brand' }, brand, 'vrest'), picker, tablist, grow, frame.share, frame.lecture, frame.theme),
      ];
  const foot = figure ? [] : [html('footer', { class: 'vr-footer' }, frame.about, html('p', {}, words.say('page.footer')))];
  frame.nodes = [
    ...head,
    html(
      figure ? 'div' : 'main',
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
            html('div', { class: 'vr-say' }, frame.said),
            frame.spoken,
          ),
          frame.membranes,
          frame.scene,
          frame.ladder,
          frame.legend,
        ),
        frame.view,
        frame.answers,
      ),
    ),
    ...foot,
  ];
  return frame;
}
