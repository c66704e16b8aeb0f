// A grid and its image under a map, in one chart: its lines, the point at the pointer, and the way between two points.
import { formatNumber } from "./scales.js";

/**
 * @import { Brush, Frame } from "./marks.js"
 * @import { Mesh } from "./wire.js"
 *
 * @typedef {[across: Float32Array, up: Float32Array]} Places
 */

const WAY_STEPS = 60; // of the way between two points
const SPOT_RADIUS = 4.5; // the radius of a point that is shown, in points

/** @param {Brush} brush @param {Mesh} mark */
export function paintMesh(brush, mark) {
  const { context, palette, point, near = -1, from = -1 } = brush;
  const ends = [[palette.muted, palette.ink], [palette[mark.role], palette[mark.other]]];
  const rows = mark.x.length / mark.across;
  for (const [across, up] of /** @type {Places[]} */ ([[mark.x, mark.y], [mark.u, mark.v]])) {
    context.lineWidth = mark.width * point;
    for (const upright of [0, 1]) {
      const [lines, points] = upright ? [mark.across, rows] : [rows, mark.across];
      if (points < 2) continue;
      if (mark.flat) {
        for (let i = 1; i < points; i++) {
          context.strokeStyle = mixColours(ends[1][0], ends[1][1], (i - 1) / Math.max(1, points - 2));
          traceOver(brush, [i - 1, i].map((at) => [across[at], up[at]]));
        }
        continue;
      }
      const at = (/** @type {number} */ line, /** @type {number} */ i) =>
        upright ? i * mark.across + line : line * mark.across + i;
      const last = Math.max(1, mark.every * Math.floor((lines - 1) / mark.every));
      for (let line = 0; line < lines; line += mark.every) {
        context.strokeStyle = mixColours(ends[upright][0], ends[upright][1], line / last);
        traceOver(brush, Array.from({ length: points }, (_, i) => [across[at(line, i)], up[at(line, i)]]));
      }
    }
  }
  if (from >= 0 && near >= 0 && from !== near) paintWay(brush, mark, from, near);
  for (const i of new Set([from, near])) if (i >= 0 && i < mark.x.length) paintSpots(brush, mark, i);
}

/** @param {Brush} brush @param {number[][]} places */
function traceOver({ context, frame }, places) {
  context.beginPath();
  let pen = false;
  for (const [x, y] of places) {
    const px = frame.x(x), py = frame.y(y), there = !Number.isNaN(px + py);
    if (there && pen) context.lineTo(px, py);
    else if (there) context.moveTo(px, py);
    pen = there;
  }
  context.stroke();
}

/** @param {string} first "#rrggbb" @param {string} last @param {number} share */
export function mixColours(first, last, share) {
  const parts = (/** @type {string} */ colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const [a, b] = [parts(first), parts(last)];
  return `rgb(${a.map((part, i) => Math.round(part + share * (b[i] - part))).join(", ")})`;
}

/** @param {Brush} brush @param {Mesh} mark @param {number} i */
function paintSpots({ context, frame, point, palette }, mark, i) {
  for (const [x, y] of [[mark.x[i], mark.y[i]], [mark.u[i], mark.v[i]]]) {
    const [px, py] = [frame.x(x), frame.y(y)];
    if (Number.isNaN(px + py)) continue;
    context.beginPath();
    context.arc(px, py, SPOT_RADIUS * point, 0, 2 * Math.PI);
    [context.fillStyle, context.strokeStyle, context.lineWidth] = [palette.generated, palette.paper, 1.5 * point];
    context.fill();
    context.stroke();
  }
}

/** @param {Brush} brush @param {Mesh} mark @param {number} from @param {number} to */
function paintWay(brush, mark, from, to) {
  const { context, palette, point } = brush, way = wayThroughMesh(mark, from, to);
  for (const [colour, width] of /** @type {[string, number][]} */ ([[palette.paper, 5], [palette.generated, 2.5]])) {
    [context.strokeStyle, context.lineWidth] = [colour, width * point];
    traceOver(brush, way.map(({ x, y }) => [x, y]));
    traceOver(brush, way.map(({ u, v }) => [u, v]));
  }
}

/**
 * Return the straight way between two points of the grid, and its image, linear within each cell of the grid.
 * @param {Mesh} mesh
 * @param {number} from
 * @param {number} to
 */
export function wayThroughMesh({ x, y, u, v, across }, from, to) {
  const rows = x.length / across;
  const columns = (/** @type {number} */ i) => x[i], level = (/** @type {number} */ i) => y[i * across];
  return Array.from({ length: WAY_STEPS + 1 }, (_, step) => {
    const t = step / WAY_STEPS, px = x[from] + t * (x[to] - x[from]), py = y[from] + t * (y[to] - y[from]);
    const [column, right] = cellAround(columns, across, px), [row, above] = cellAround(level, rows, py);
    const at = row * across + column, next = across > 1 ? 1 : 0, up = rows > 1 ? across : 0;
    const blend = (/** @type {Float32Array} */ values) =>
      (1 - above) * ((1 - right) * values[at] + right * values[at + next]) +
      above * ((1 - right) * values[at + up] + right * values[at + up + next]);
    return { x: px, y: py, u: blend(u), v: blend(v) };
  });
}

/**
 * Return the cell of rising places that holds a number, and its share of the way through it.
 * @param {(i: number) => number} place
 * @param {number} n
 * @param {number} value
 * @returns {[number, number]}
 */
function cellAround(place, n, value) {
  let i = 0;
  while (i < n - 2 && place(i + 1) <= value) i++;
  return n < 2 ? [0, 0] : [i, (value - place(i)) / (place(i + 1) - place(i))];
}

/**
 * Return the point of a mesh nearest to a pixel, on the grid or on its image; -1 if it has none.
 * @param {Mesh} mesh
 * @param {Frame} frame
 * @param {number} px
 * @param {number} py
 */
export function nearestOfMesh({ x, y, u, v }, frame, px, py) {
  let best = -1, least = Infinity;
  for (let i = 0; i < x.length; i++) {
    const squares = [[x[i], y[i]], [u[i], v[i]]].map(([a, b]) => (frame.x(a) - px) ** 2 + (frame.y(b) - py) ** 2);
    for (const square of squares) if (square < least) [best, least] = [i, square];
  }
  return best;
}

/**
 * Return a point of the grid and its image in words: "z = (0.3, −1.2) → x = (1.0, 0.4)".
 * @param {Mesh} mesh
 * @param {number} i
 */
export function describeOfMesh({ x, y, u, v, words, numbers, flat }, i) {
  const [a, b, c, d] = [x, y, u, v].map((places, k) => formatNumber(numbers[k][0] + numbers[k][1] * places[i]));
  return `${words[0]} = ${flat ? a : `(${a}, ${b})`} → ${words[1]} = (${c}, ${d})`;
}
