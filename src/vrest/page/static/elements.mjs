// Nodes of the page and its pictures. They are made one by one: no text from a cell is ever read as markup.

const SVG = 'http://www.w3.org/2000/svg';

/** A node of HTML with its attributes (those that are null are left out) and its children, texts or nodes. */
export function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  assign(node, attributes);
  node.append(...children);
  return node;
}

/** The same of a drawing. */
export function drawn(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  assign(node, attributes);
  node.append(...children);
  return node;
}

/** Sets attributes, and takes away those that are null. */
export function assign(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) node.removeAttribute(name);
    else node.setAttribute(name, value);
  }
}

/** Changes the text of a node only where it differs, so that nothing is laid out anew for nothing. */
export function tell(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A node that shows a number: its text is the rounding, `data-value` the number itself. */
export function show(node, value, text) {
  tell(node, text);
  assign(node, { 'data-value': Number.isFinite(value) ? String(value) : null });
}
