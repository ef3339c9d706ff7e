// What a reader takes along: a link, the description with the numbers as set, lines of Python that give the same, the picture.

import { assign, html } from './elements.mjs';
import { written } from './numbers.mjs';

/** A menu of what can be taken; `offers` are [words' key, action]. */
export function menu(words, key, offers) {
  const node = html('details', { class: 'vr-menu' }, html('summary', { class: 'vr-tool' }, words.say(key)));
  const list = html('div', { class: 'vr-card vr-menu-list' });
  for (const [name, action] of offers) {
    const button = html('button', { type: 'button', class: 'vr-tool' }, words.say(name));
    button.addEventListener('click', async () => {
      const done = await action();
      button.textContent = words.say(done === false ? 'share.failed' : 'share.done');
      setTimeout(() => (button.textContent = words.say(name)), 1500);
    });
    list.append(button);
  }
  node.append(list);
  node.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      node.open = false;
      node.querySelector('summary').focus();
    }
  });
  return node;
}

/** The description with the numbers that were changed in their places; those that it does not write stand in a comment at its head. */
export function yamlOf(contents, numbers) {
  const rows = contents.numbers.filter((row) => numbers.changed.includes(row.path));
  const text = Array.from(contents.yaml);
  const placed = rows.filter((row) => row.span).sort((a, b) => b.span[0] - a.span[0]);
  for (const row of placed) text.splice(row.span[0], row.span[1] - row.span[0], ...written(row, numbers.now[row.path]));
  const others = rows.filter((row) => !row.span).map((row) => `--set ${row.path}="${written(row, numbers.now[row.path])}"`);
  return (others.length ? `# To be set besides: ${others.join(' ')}\n` : '') + text.join('');
}

/** Lines of Python that reproduce the screen. */
export function pythonOf(contents, numbers) {
  const set = numbers.changed.map((path) => {
    const row = contents.numbers.find((one) => one.path === path);
    return `    ${JSON.stringify(path)}: ${JSON.stringify(written(row, numbers.now[path]))},`;
  });
  const settings = set.length ? `.replace({\n${set.join('\n')}\n})` : '';
  return `import vrest\n\ncell = vrest.load(${JSON.stringify(contents.cell)})${settings}\nprint(vrest.rest(cell))\n`;
}

/** A picture as a file that stands alone: with the styles of the page in it. */
export function svgOf(picture) {
  const copy = picture.cloneNode(true);
  const style = document.createElementNS(copy.namespaceURI, 'style');
  style.textContent = picture.getRootNode().querySelector('style').textContent;
  copy.prepend(style);
  const [, , width, height] = picture.getAttribute('viewBox').split(' ');
  assign(copy, { xmlns: copy.namespaceURI, width, height, 'data-theme': picture.closest('.vr-root').dataset.theme ?? null });
  copy.classList.add('vr-root');
  return new XMLSerializer().serializeToString(copy);
}

/** The same as PNG, twice as fine. */
export async function pngOf(picture) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svgOf(picture)], { type: 'image/svg+xml' }));
  try {
    image.src = address;
    await image.decode();
    const [, , width, height] = picture.getAttribute('viewBox').split(' ').map(Number);
    const canvas = html('canvas', { width: 2 * width, height: 2 * height });
    canvas.getContext('2d').drawImage(image, 0, 0, 2 * width, 2 * height);
    return await new Promise((done) => canvas.toBlob(done, 'image/png'));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The name of a file about a cell. */
export const fileOf = (contents, ending) => `${contents.cell.replace(/[^\w-]+/g, '_')}.${ending}`;

/** Hands a file to the reader. */
export function download(name, content, type) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = html('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** Puts a text on the clipboard; false where the browser does not allow it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
