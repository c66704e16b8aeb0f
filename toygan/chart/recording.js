// A recording as recording.py packs it: charts as the wire describes them, places along an axis in levels of two bytes.
import { Received } from "./wire.js";

/**
 * @import { Diagnosed } from "./elements.js"
 * @import { Chart } from "./wire.js"
 *
 * @typedef {Diagnosed & { status: string, recipe: string, stretch?: string }} Words
 * @typedef {{ iteration: number, words: Words, charts: Chart[] }} RecordedFrame
 * @typedef {{ verdict: string, from: number, to: number }} Stretch
 * An array: its place, as in the wire, its length in bytes, and numbers to read it: the columns of a surface ("u1"), or
 * the scale of levels ("u2").
 * @typedef {[chart: number, mark: string, field: string, type: "f4" | "u1" | "u2", start: number, bytes: number,
 *   ...how: number[]]} Entry
 */

const NAN_LEVEL = 2 ** 16 - 1;

/** Return the bytes that a text holds. @param {string} text zlib's bytes in base64 */
export async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Return every frame with all of its charts; what two frames have in common they share.
 * @param {Uint8Array} bytes
 * @returns {RecordedFrame[]}
 */
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.getUint32(0, true);
  const meta = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
  const received = new Received();
  return meta.map((/** @type {any} */ { iteration, words, whole, charts, arrays }) => {
    const buffers = arrays.map((/** @type {Entry} */ [, , , type, , count, ...how]) => {
      const own = bytes.subarray(at, at += count);
      const read = type === "u2" ? readLevels(own, how[0], how[1]) : type === "u1" ? addUp(own, how[0]) : own;
      return new DataView(read.buffer, read.byteOffset, read.byteLength);
    });
    received.take({ whole, charts, arrays }, buffers);
    return { iteration, words, charts: [...received.charts] };
  });
}

/** Return the frames in the text of a page. @param {string} text zlib's bytes in base64 */
export async function framesIn(text) {
  return unpack(await inflate(text));
}

/**
 * Return levels, first all low bytes and then all high bytes, as the numbers on the axis that the wire would have sent.
 * @param {Uint8Array} bytes
 * @param {number} low
 * @param {number} step
 */
function readLevels(bytes, low, step) {
  const n = bytes.length / 2;
  return Float32Array.from({ length: n }, (_, i) => {
    const level = bytes[i] + 256 * bytes[n + i];
    return level === NAN_LEVEL ? NaN : low + step * level;
  });
}

/**
 * Return the values of a surface from differences to the left neighbour, and of those differences to the row below.
 * @param {Uint8Array} bytes
 * @param {number} columns
 */
function addUp(bytes, columns) {
  const values = bytes.slice();
  for (const lag of [columns, 1]) for (let i = lag; i < values.length; i++) values[i] += values[i - lag];
  return values;
}

/**
 * Return the stretches of frames with the same verdict, or the same words of their own, each from its first frame to the one before the next stretch.
 * @param {readonly RecordedFrame[]} frames
 * @returns {Stretch[]}
 */
export function findStretches(frames) {
  const all = /** @type {Stretch[]} */ ([]);
  frames.forEach(({ words }, i) => {
    const verdict = words.stretch || words.verdict.split(" · ")[0]; // without the count of seeds that share it
    if (all.at(-1)?.verdict !== verdict) all.push({ verdict, from: i, to: i });
    all[all.length - 1].to = i + 1;
  });
  return all;
}
