// Draws the two charts as SVG. A chart is told in words as well, in the note beside it: see app.js.
const SVG = 'http://www.w3.org/2000/svg';

function make(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function frame(svg) {
  const box = svg.getBoundingClientRect();
  const width = Math.max(240, box.width), height = Math.max(140, box.height);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.replaceChildren();
  return { width, height, left: 4, right: width - 62, top: 10, bottom: height - 22 };
}

const short = number => number >= 10_000 ? `${Math.round(number / 1000)}k` : `${number}`;

/** Steps between a least and a most, as round as they can be. */
function ticks(least, most, count) {
  const span = most - least || Math.abs(most) || 1;
  const raw = span / count, base = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(times => times * base).find(candidate => candidate >= raw);
  const all = [];
  for (let at = Math.ceil(least / step) * step; at <= most + step * 1e-9; at += step) all.push(at);
  return all;
}

const price = micros => (micros / 1e6).toFixed(6).replace(/(\.\d{3}\d*?)0+$/, '$1');

/** Units up to each price, bids from the best down and asks from the best up. */
export function depth(svg, bids, asks) {
  const f = frame(svg);
  if (!bids.length && !asks.length) {
    svg.append(make('text', { x: f.width / 2, y: f.height / 2, 'text-anchor': 'middle' }, 'The book is empty.'));
    return;
  }
  const sum = levels => levels.reduce((rows, level) => [...rows, [level.price_micros, (rows.at(-1)?.[1] ?? 0) + level.units]], []);
  const bid = sum(bids), ask = sum(asks);
  const prices = [...bids, ...asks].map(level => level.price_micros);
  let least = Math.min(...prices), most = Math.max(...prices);
  const margin = (most - least || most * 0.1 || 1) * 0.06;
  least -= margin;
  most += margin;
  const top = Math.max(bid.at(-1)?.[1] ?? 0, ask.at(-1)?.[1] ?? 0) * 1.08;
  const x = value => f.left + (value - least) / (most - least) * (f.right - f.left);
  const y = value => f.bottom - value / top * (f.bottom - f.top);
  for (const units of ticks(0, top, 4)) {
    if (units % 1) continue;
    svg.append(make('line', { class: 'grid', x1: f.left, x2: f.right, y1: y(units), y2: y(units) }), make('text', { x: f.right + 8, y: y(units) + 4 }, short(units)));
  }
  for (const at of ticks(least, most, Math.max(3, Math.floor(f.width / 90)))) svg.append(make('text', { x: x(at), y: f.height - 6, 'text-anchor': 'middle' }, price(at)));
  const steps = (rows, edge) => {
    if (!rows.length) return '';
    let path = `M${x(rows[0][0])} ${y(0)}`, before = 0;
    for (const [at, units] of rows) {
      path += `L${x(at)} ${y(before)}L${x(at)} ${y(units)}`;
      before = units;
    }
    return `${path}L${x(edge)} ${y(before)}L${x(edge)} ${y(0)}Z`;
  };
  if (bid.length) svg.append(make('path', { class: 'bid', d: steps(bid, least) }));
  if (ask.length) svg.append(make('path', { class: 'ask', d: steps(ask, most) }));
}

/** Rows of { at, open, high, low, close } in micro-credits, the oldest first. */
export function candles(svg, rows) {
  const f = frame(svg);
  if (!rows.length) {
    svg.append(make('text', { x: f.width / 2, y: f.height / 2, 'text-anchor': 'middle' }, 'No trades yet.'));
    return;
  }
  const shown = rows.slice(-Math.max(8, Math.floor((f.right - f.left) / 11)));
  let least = Math.min(...shown.map(row => row.low)), most = Math.max(...shown.map(row => row.high));
  const margin = (most - least || most * 0.1 || 1) * 0.08;
  least -= margin;
  most += margin;
  const y = value => f.bottom - (value - least) / (most - least) * (f.bottom - f.top);
  const pitch = Math.min(26, (f.right - f.left) / shown.length), body = Math.max(3, pitch * 0.6);
  for (const at of ticks(least, most, 4)) svg.append(make('line', { class: 'grid', x1: f.left, x2: f.right, y1: y(at), y2: y(at) }), make('text', { x: f.right + 8, y: y(at) + 4 }, price(at)));
  shown.forEach((row, i) => {
    const middle = f.right - (shown.length - i - 0.5) * pitch, kind = row.close >= row.open ? 'up' : 'down';
    const high = Math.min(y(row.open), y(row.close)), tall = Math.max(1.5, Math.abs(y(row.open) - y(row.close)));
    svg.append(make('line', { class: kind, x1: middle, x2: middle, y1: y(row.high), y2: y(row.low) }), make('rect', { class: kind, x: middle - body / 2, y: high, width: body, height: tall }));
  });
  const label = row => new Date(row.at).toLocaleString([], { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
  const start = f.right - (shown.length - 0.5) * pitch;
  svg.append(make('text', { x: f.right, y: f.height - 6, 'text-anchor': 'end' }, label(shown.at(-1))));
  if (f.right - start > 210) svg.append(make('text', { x: Math.max(f.left, start - pitch / 2), y: f.height - 6 }, label(shown[0])));
}
