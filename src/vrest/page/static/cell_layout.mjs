// Where the compartments of a cell and the membranes between them stand in a drawing.
//
// Spaces that lie in no other one, such as baths, are bands side by side. What a membrane encloses is a box in the space around it, or on the
// border of two bands, as an epithelial cell is. Cells of any other structure are drawn as boxes and lines.

const [BOX, GAP, LABEL, CORNER, LOW] = [{ width: 148, height: 74 }, 34, 26, 22, 24];

/**
 * {width, height, spaces: [{name, x, y, width, height, band}], walls: [{name, d, x, y}]}; a wall's label stands around x, y.
 *
 * `names` are the compartments, `baths` those that are given, `membranes` {name, inside, outside, label: its width}; where it is `narrow`, what
 * would stand side by side stands one above the other.
 */
export function layoutOf(names, baths, membranes, narrow = false) {
  const given = (name) => baths.includes(name);
  const open = names.filter((name) => membranes.every((one) => one.inside !== name || (given(name) && given(one.outside))));
  const roots = open.length ? open : names.slice(0, 1);
  const around = Object.fromEntries(names.map((name) => [name, [...new Set(membranes.filter((one) => one.inside === name && !roots.includes(name)).map((one) => one.outside))]]));
  const plan = nested(roots, around, membranes);
  return plan ?? lines(names, roots, membranes, narrow);
}

/** Bands and boxes in boxes; null where a compartment lies in two that are no neighbouring bands, or has more than two membranes. */
function nested(roots, around, membranes) {
  const inner = Object.keys(around).filter((name) => !roots.includes(name));
  const wallsOf = (name) => membranes.filter((one) => one.inside === name);
  const straddles = (name) => around[name].length === 2 && around[name].every((one) => roots.includes(one));
  const borderOf = (name) => Math.min(...around[name].map((one) => roots.indexOf(one)));
  const between = (one) => roots.includes(one.inside) && roots.includes(one.outside) && Math.abs(roots.indexOf(one.inside) - roots.indexOf(one.outside)) === 1;
  const fits = inner.every((name) => around[name].length && wallsOf(name).length <= 2 && (around[name].length === 1 || (straddles(name) && Math.abs(roots.indexOf(around[name][0]) - roots.indexOf(around[name][1])) === 1)));
  const reached = (name, seen = []) => roots.includes(name) || (!seen.includes(name) && around[name].every((one) => reached(one, [...seen, name])));
  if (!fits || !inner.every((name) => reached(name)) || !membranes.every((one) => !roots.includes(one.inside) || between(one))) return null;

  const within = (space) => inner.filter((name) => around[name].length === 1 && around[name][0] === space);
  function sizeOf(name) {
    const inside = within(name).map(sizeOf);
    const labels = wallsOf(name).reduce((sum, one) => sum + one.label + 14, 40);
    const row = inside.reduce((sum, one) => sum + one.width + GAP, GAP);
    return { width: Math.max(BOX.width, labels, inside.length ? row : 0), height: inside.length ? Math.max(...inside.map((one) => one.height)) + GAP + LABEL + 22 : BOX.height };
  }

  const spaces = [];
  const walls = [];
  function put(name, x, y, size) {
    spaces.push({ name, x, y, ...size, band: false });
    const own = wallsOf(name);
    if (own.length === 1) walls.push({ name: own[0].name, d: whole(x, y, size), x: x + size.width / 2, y });
    const left = straddles(name) ? own.findIndex((one) => roots.indexOf(one.outside) === borderOf(name)) : 0;
    if (own.length === 2) {
      walls.push({ name: own[left].name, d: half(x, y, size, 1), x: x + size.width / 4, y });
      walls.push({ name: own[1 - left].name, d: half(x, y, size, -1), x: x + (3 * size.width) / 4, y });
    }
    fill(name, x, y + LABEL, size);
  }
  function fill(name, x, y, size) {
    const inside = within(name).map((one) => [one, sizeOf(one)]);
    let at = x + (size.width - inside.reduce((sum, [, one]) => sum + one.width, GAP * (inside.length - 1))) / 2;
    for (const [one, own] of inside) {
      put(one, at, y + (size.height - LABEL - own.height) / 2, own);
      at += own.width + GAP;
    }
  }

  const borders = roots.slice(1).map((_, k) => {
    const cells = inner.filter((name) => straddles(name) && borderOf(name) === k).map((name) => [name, sizeOf(name)]);
    const joints = membranes.filter((one) => between(one) && Math.min(roots.indexOf(one.inside), roots.indexOf(one.outside)) === k);
    return { cells, joints, width: Math.max(0, ...cells.map(([, one]) => one.width)), height: cells.reduce((sum, [, one]) => sum + one.height + GAP, GAP) + 44 * joints.length };
  });
  const bands = roots.map((name) => ({ name, row: within(name).map(sizeOf) }));
  const height = Math.max(120, ...bands.map(({ row }) => Math.max(0, ...row.map((one) => one.height)) + GAP + LABEL + 16), ...borders.map((one) => one.height + 10));
  let x = 0;
  bands.forEach(({ name, row }, k) => {
    const half = ((borders[k - 1]?.width ?? 0) + (borders[k]?.width ?? 0)) / 2;
    const width = Math.max(half ? 9 * name.length + 20 - half : 120, row.length ? row.reduce((sum, one) => sum + one.width + GAP, GAP) : 40) + half;
    spaces.push({ name, x, y: 0, width, height, band: true });
    x += width;
    if (borders[k]) borders[k].x = x;
  });
  bands.forEach(({ name }, k) => {
    const [before, after] = [(borders[k - 1]?.width ?? 0) / 2, (borders[k]?.width ?? 0) / 2];
    const band = spaces.find((one) => one.name === name);
    fill(name, band.x + before, LABEL, { width: band.width - before - after, height });
  });
  for (const { cells, joints, x: at } of borders) {
    let y = GAP;
    for (const [name, size] of cells) {
      put(name, at - size.width / 2, y, size);
      y += size.height + GAP;
    }
    joints.forEach((one, j) => walls.unshift({ name: one.name, d: `M${at + 8 * j} 0V${height}`, x: at, y: height - LOW - 40 * j, straight: true }));
  }
  return { width: x, height, spaces: [...spaces.filter((one) => one.band), ...spaces.filter((one) => !one.band)], walls };
}

/** Boxes in columns (rows), as many membranes away from the first ones, and lines between them. */
function lines(names, roots, membranes, narrow) {
  const columns = [roots];
  const placed = new Set(roots);
  while (placed.size < names.length) {
    const near = names.filter((name) => !placed.has(name) && membranes.some((one) => (one.inside === name && placed.has(one.outside)) || (one.outside === name && placed.has(one.inside))));
    const next = near.length ? near : names.filter((name) => !placed.has(name));
    columns.push(next);
    for (const name of next) placed.add(name);
  }
  const most = Math.max(...columns.map((one) => one.length));
  const [long, wide] = narrow ? [BOX.height, BOX.width] : [BOX.width, BOX.height];
  const step = long + (narrow ? 60 : Math.max(...membranes.map((one) => one.label)) + GAP);
  const across = most * (wide + (narrow ? 20 : 60)) + 20;
  const along = (columns.length - 1) * step + long;
  const place = (k, j) => [k * step, ((j + 0.5) / columns[k].length) * across - wide / 2];
  const spaces = columns.flatMap((column, k) => column.map((name, j) => {
    const [x, y] = narrow ? place(k, j).reverse() : place(k, j);
    return { name, x, y, ...BOX, band: false };
  }));
  const middle = (name) => spaces.find((one) => one.name === name);
  const seen = {};
  const walls = membranes.map((one) => {
    const [a, b] = [one.inside, one.outside].map(middle);
    const pair = [one.inside, one.outside].sort().join('\n');
    const aside = 30 * (seen[pair] = (seen[pair] ?? -1) + 1);
    const [x, y] = [(a.x + b.x + BOX.width) / 2, (a.y + b.y + BOX.height) / 2 + aside];
    return { name: one.name, d: `M${a.x + BOX.width / 2} ${a.y + BOX.height / 2}L${x} ${y}L${b.x + BOX.width / 2} ${b.y + BOX.height / 2}`, x, y };
  });
  const [width, height] = narrow ? [across, along] : [along, across];
  return { width, height, spaces, walls, linked: true };
}

function whole(x, y, { width, height }) {
  return `M${x + CORNER} ${y}h${width - 2 * CORNER}a${CORNER} ${CORNER} 0 0 1 ${CORNER} ${CORNER}v${height - 2 * CORNER}a${CORNER} ${CORNER} 0 0 1 ${-CORNER} ${CORNER}h${2 * CORNER - width}a${CORNER} ${CORNER} 0 0 1 ${-CORNER} ${-CORNER}v${2 * CORNER - height}a${CORNER} ${CORNER} 0 0 1 ${CORNER} ${-CORNER}z`;
}

/** The left (`way` 1) or the right half of a box. */
function half(x, y, { width, height }, way) {
  const turn = way > 0 ? 0 : 1;
  const edge = way > 0 ? x : x + width;
  return `M${x + width / 2} ${y}H${edge + way * CORNER}A${CORNER} ${CORNER} 0 0 ${turn} ${edge} ${y + CORNER}V${y + height - CORNER}A${CORNER} ${CORNER} 0 0 ${turn} ${edge + way * CORNER} ${y + height}H${x + width / 2}`;
}
