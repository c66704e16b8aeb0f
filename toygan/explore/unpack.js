// The bytes of a page that can be explored, as pack.py packs them.

/**
 * @import { Chart, Role } from "../chart/wire.js"
 *
 * A chart without what moves in it, and the numbers of its other marks by mark and field.
 * @typedef {{ chart: Chart, numbers: Record<string, Record<string, (number | null)[]>> }} Template
 * @typedef {{ verdict: string, evidence: string, cause: string, remedy: string, terms: string }} Words
 * A cell: its recipe, the numbers of its charts, and what each seed came to.
 * @typedef {{ recipe: string, samples: number, line: boolean, losses: number, words: Words[], diverged: number[] }} Cell
 * A number that colours the cells: its charts, and the ends of its scale without and with all the colour.
 * @typedef {{ name: string, follows: string, format: string, scale: [number, number, boolean],
 *   cells: number, course: number }} Colour
 * @typedef {{ axes: { name: string, values: string[], numbers: boolean }[], seeds: number[], steps: number[],
 *   samples: number, outside: number, stride: number, points: number, side: number, bits: number, colours: Colour[],
 *   cells: Cell[], charts: Template[], curves: [name: string, low: number, high: number, log: boolean][] }} Content
 *
 * The pictures of one run: levels of its places, by axis, point and picture, and of D's output, by picture and row.
 * @typedef {{ places: Uint8Array, field: Uint8Array }} Pictures
 */

const CURVE_LEVELS = 4095, FIELD_BITS = 5, LINE_BITS = 8, GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Return the content, and each metric by run and frame.
 * @param {Uint8Array} bytes
 * @returns {{ content: Content, curves: Map<string, Float32Array> }}
 */
export function unpackOverview(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.getUint32(0, true);
  const content = /** @type {Content} */ (JSON.parse(new TextDecoder().decode(bytes.subarray(4, at))));
  const frames = content.steps.length, count = content.cells.length * content.seeds.length * frames;
  const curves = new Map(content.curves.map(([name, low, high, log]) => {
    const own = bytes.subarray(at, at += 2 * count), values = new Float32Array(count);
    for (let i = 0, level = 0; i < count; i++) {
      level = (i % frames ? level : 0) + own[i] + 256 * own[count + i] & 0xffff;
      const share = level / CURVE_LEVELS;
      values[i] = level > CURVE_LEVELS ? NaN : log ? low * (high / low) ** share : low + share * (high - low);
    }
    return [name, values];
  }));
  return { content, curves };
}

/**
 * Return the pictures of each seed of a cell.
 * @param {Uint8Array} bytes
 * @param {Content} content
 * @returns {Pictures[]}
 */
export function unpackCell(bytes, { seeds, steps, stride, points, side }) {
  const pictures = Math.ceil(steps.length / stride), places = 2 * points * pictures, cells = side * side;
  const all = bytes.slice();
  for (let i = 0, n = seeds.length * places; i < n; i++) if (i % pictures) all[i] += all[i - 1];
  const fields = all.subarray(seeds.length * places), field = pictures * cells;
  for (let i = 0; i < fields.length; i++) if (i % side) fields[i] += fields[i - 1];
  for (let i = 0; i < fields.length; i++) if (i % field >= cells) fields[i] += fields[i - cells];
  return seeds.map((_, i) => ({
    places: all.subarray(i * places, (i + 1) * places),
    field: fields.subarray(i * field, (i + 1) * field),
  }));
}

/**
 * Return the places of one axis in a picture, as shares of the axis; NaN for a point that is not drawn.
 * @param {Pictures} run
 * @param {number} axis 0 or 1
 * @param {number} picture
 * @param {Content} content
 */
export function placesAt({ places }, axis, picture, { points, bits, outside }) {
  const pictures = places.length / (2 * points), top = 2 ** bits - 2;
  return Float32Array.from({ length: points }, (_, i) => {
    const level = places[(axis * points + i) * pictures + picture], shift = (GOLDEN * i + axis / 2) % 1 - 0.5;
    return level > top ? NaN : (level - shift) / top * (1 + 2 * outside) - outside;
  });
}

/**
 * Return D's output in a picture as a surface has it, from 0 to 255; nothing if it is not known everywhere.
 * @param {Pictures} run
 * @param {number} picture
 * @param {Content} content
 * @param {boolean} line whether the data lies on a line
 */
export function fieldAt({ field }, picture, { side }, line = false) {
  const top = 2 ** (line ? LINE_BITS : FIELD_BITS) - 2,
    levels = field.subarray(picture * side * side, (picture + 1) * side * side);
  return levels.some((level) => level > top)
    ? new Uint8Array()
    : Uint8Array.from(levels, (level) => Math.round(255 * level / top));
}
