// Charts as the kernel sends them (wire.py): what does not change comes once, arrays come when they are new.

/**
 * @typedef {"real" | "generated" | "discriminator" | "generator" | "second" | "third" | "ink" | "muted" | "faint"} Role
 * @typedef {{ name: string, role: Role, label: string, opacity: number }} Mark
 * @typedef {Mark & { kind: "points", x: Float32Array, y: Float32Array, size: number, shape: string }} Points
 * @typedef {Mark & { kind: "line", x?: Float32Array, y: Float32Array, width: number, dash: "" | "dotted" | "dashed" | "dashdot",
 *   end: "" | "cross", end_label: string, closed: boolean, fill: Role | null }} Line
 * @typedef {Mark & { kind: "lines", x: Float32Array, y: Float32Array, names: string[], width: number,
 *   instead_of: string[] }} Lines
 * @typedef {Mark & { kind: "band", x?: Float32Array, low: Float32Array, high: Float32Array, end_label: string }} Band
 * @typedef {Mark & { kind: "bars", left: Float32Array, right: Float32Array, height: Float32Array }} Bars
 * @typedef {Mark & { kind: "surface", values: Uint8Array, columns: number,
 *   low: string, middle?: string, high: string, unit: string }} Surface
 * @typedef {Mark & { kind: "cells", values: Float32Array, columns: number, names: string[], chosen: number, numbers?: number[],
 *   shown?: string[], low: string, middle?: string, high: string, unit: string }} Cells
 * @typedef {Mark & { kind: "arrows", x: Float32Array, y: Float32Array, u: Float32Array, v: Float32Array,
 *   width: number, key: number }} Arrows
 * @typedef {Mark & { kind: "mesh", x: Float32Array, y: Float32Array, u: Float32Array, v: Float32Array, across: number,
 *   other: Role, every: number, width: number, words: [string, string], numbers: [number, number][], flat: boolean }} Mesh
 * @typedef {Mark & { kind: "text", x: Float32Array, y: Float32Array, words: string[], offset: Float32Array,
 *   anchor: "center" | "left" | "right" | "top" | "bottom", units: "data" | "axes", size: number, bold: boolean,
 *   box: boolean }} Text
 * @typedef {Points | Line | Lines | Band | Bars | Surface | Cells | Arrows | Mesh | Text} AnyMark
 *
 * @typedef {{ label: string, low: number, high: number, log: boolean, format: string, role: Role, grid: boolean,
 *   marked: [number, string][] }} Axis
 * @typedef {{ title: string, x: Axis, y: Axis, marks: AnyMark[], right: Axis | null, aspect: number | null,
 *   note: string, legend: Record<string, string[]>, legend_above: boolean, frame: boolean, lead?: boolean, about?: string,
 *   layers?: { name: string, label: string, on: boolean, marks: string[], about?: string }[] }} Chart
 *
 * @typedef {{ whole: boolean, charts: (Chart | null)[],
 *   arrays: [chart: number, mark: string, field: string, type: "f4" | "u1", start: number][] }} Message
 */

/** The charts after all messages so far. */
export class Received {
  /** @type {Chart[]} */
  charts = [];
  /** @type {Chart[]} the charts without arrays */
  #static = [];
  /** @type {Map<string, Record<string, Float32Array | Uint8Array>>} by chart and mark, then by field */
  #arrays = new Map();

  /**
   * Take a message; return the places of the charts that it changes. There are none before the first whole message, nor
   * if buffers are missing, as in front ends that drop them: then all waits for the next whole message.
   * @param {Message} message
   * @param {readonly DataView[]} buffers
   * @returns {Set<number>}
   */
  take({ whole, charts, arrays }, buffers) {
    if (whole || buffers.length !== arrays.length) {
      this.charts = [];
      this.#static = [];
      this.#arrays.clear();
    }
    if (buffers.length !== arrays.length || !(whole || this.charts.length)) return new Set();
    arrays.forEach(([i, mark, field, type, start], at) => {
      const fields = this.#arrays.get(`${i} ${mark}`) ?? {};
      fields[field] = append(fields[field], start, readNumbers(buffers[at], type));
      this.#arrays.set(`${i} ${mark}`, fields);
    });
    charts.forEach((chart, i) => this.#static[i] = chart ?? this.#static[i]);
    const changed = new Set(arrays.map(([i]) => i));
    charts.forEach((chart, i) => chart && changed.add(i));
    for (const i of changed) {
      const chart = this.#static[i];
      const marks = chart.marks.map((mark) => ({ ...this.#arrays.get(`${i} ${mark.name}`), ...mark }));
      this.charts[i] = { ...chart, marks };
    }
    return changed;
  }
}

/**
 * Return the numbers in a buffer, which may begin anywhere in a larger one.
 * @param {DataView} buffer
 * @param {"f4" | "u1"} type
 */
function readNumbers(buffer, type) {
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength).slice();
  return type === "u1" ? bytes : new Float32Array(bytes.buffer);
}

/**
 * @template {Float32Array | Uint8Array} T
 * @param {T | undefined} old
 * @param {number} start
 * @param {T} news
 * @returns {T}
 */
function append(old, start, news) {
  if (!old || !start) return news;
  const all =
    /** @type {T} */ (news instanceof Float32Array
      ? new Float32Array(start + news.length)
      : new Uint8Array(start + news.length));
  all.set(old.subarray(0, start));
  all.set(news, start);
  return all;
}
