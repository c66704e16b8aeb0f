// A recording as recording.py packs it: charts as the wire tells them, places along an axis in levels of two bytes.
import { Received } from "./wire.js";

/**
 * @import { Diagnosed } from "./elements.js"
 * @import { Chart } from "./wire.js"
 *
 * @typedef {Diagnosed & { status: string, recipe: string }} Words
 * @typedef {{ iteration: number, words: Words, charts: Chart[] }} RecordedFrame
 * @typedef {{ verdict: string, from: number, to: number }} Stretch
 * An array: where it belongs, as in the wire, its length in bytes, and how to read it: the columns of a surface ("u1"), the
 * scale of levels ("u2").
 * @typedef {[chart: number, mark: string, field: string, type: "f4" | "u1" | "u2", start: number, bytes: number,
 *   ...how: number[]]} Entry
 */

const NOTHING = 2 ** 16 - 1; // the level of NaN

/**
 * Every frame with all of its charts; what two frames have in common they share.
 * @param {Uint8Array} bytes
 * @returns {RecordedFrame[]}
 */
export function unpacked(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 + view.getUint32(0, true);
  const told = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
  const received = new Received();
  return told.map((/** @type {any} */ { iteration, words, whole, charts, arrays }) => {
    const buffers = arrays.map((/** @type {Entry} */ [, , , type, , count, ...how]) => {
      const own = bytes.subarray(at, at += count);
      const read = type === "u2" ? places(own, how[0], how[1]) : type === "u1" ? summed(own, how[0]) : own;
      return new DataView(read.buffer, read.byteOffset, read.byteLength);
    });
    received.take({ whole, charts, arrays }, buffers);
    return { iteration, words, charts: [...received.charts] };
  });
}

/**
 * Levels, first all low bytes and then all high bytes, as the numbers on the axis that the wire would have sent.
 * @param {Uint8Array} bytes
 * @param {number} low
 * @param {number} step
 */
function places(bytes, low, step) {
  const n = bytes.length / 2;
  return Float32Array.from({ length: n }, (_, i) => {
    const level = bytes[i] + 256 * bytes[n + i];
    return level === NOTHING ? NaN : low + step * level;
  });
}

/**
 * The values of a surface, of which each is told as what it adds to its left neighbour, and that to the row below.
 * @param {Uint8Array} bytes
 * @param {number} columns
 */
function summed(bytes, columns) {
  const values = bytes.slice();
  for (const lag of [columns, 1]) for (let i = lag; i < values.length; i++) values[i] += values[i - lag];
  return values;
}

/**
 * The stretches of frames with the same verdict, each from its first frame to before the next one's.
 * @param {readonly RecordedFrame[]} frames
 * @returns {Stretch[]}
 */
export function stretches(frames) {
  const all = /** @type {Stretch[]} */ ([]);
  frames.forEach(({ words }, i) => {
    const verdict = words.verdict.split(" · ")[0]; // without the count of seeds that share it
    if (all.at(-1)?.verdict !== verdict) all.push({ verdict, from: i, to: i });
    all[all.length - 1].to = i + 1;
  });
  return all;
}
