// A chart of 100 by 100 pixels whose axes go from 0 to 10, so that a pixel is a tenth; up is down for pixels.
import assert from "node:assert/strict";
import { layout } from "../../toygan/chart/canvas.js";
import { reading } from "../../toygan/chart/reading.js";
import { scale } from "../../toygan/chart/scales.js";

/** @import { AnyMark, Axis, Chart } from "../../toygan/chart/wire.js" */

const axis = /** @type {Axis} */ ({
  label: "",
  low: 0,
  high: 10,
  log: false,
  format: "number",
  role: "muted",
  grid: false,
  marked: [],
});
const frame = { left: 0, right: 100, top: 0, bottom: 100, x: scale(axis, 0, 100), y: scale(axis, 100, 0) };
const f4 = (/** @type {number[]} */ ...values) => new Float32Array(values);

/** @param {Partial<Axis>} x @param {...object} marks */
const chart = (x, ...marks) => /** @type {Chart} */ (/** @type {unknown} */ ({
  x: { ...axis, ...x },
  y: axis,
  aspect: null,
  right: null,
  marks: marks.map((mark) => ({ role: "ink", label: "", end_label: "", ...mark })),
}));
/** @param {Chart} c @param {number} x @param {number} y @param {Set<string>} hidden */
const said = (c, x, y, hidden = new Set()) => reading(c, frame, x, y, hidden)?.lines.map(({ words }) => words);

const curve = { kind: "line", name: "loss-d", x: f4(0, 4, 8), y: f4(1, 2, NaN), end_label: "D" };
const band = { kind: "band", name: "all seeds", x: f4(0, 4, 8), low: f4(0, 1, 2), high: f4(3, 1, 5) };

Deno.test("a cell without a name is left over, and not read", () => {
  const cells = {
    kind: "cells",
    name: "cells",
    values: f4(0, 0, 0, 0),
    columns: 2,
    names: ["", "", "seed 0", "seed 1"],
  };
  assert.deepEqual(said(chart({}, cells), 20, 20), ["seed 0"]);
  assert.equal(said(chart({}, cells), 20, 80), undefined);
});

Deno.test("curves and bands are read at the nearest iteration that was measured, and the mark stands there", () => {
  const c = chart({ label: "iteration  (band: 8 seeds)" }, curve, band);
  assert.deepEqual(said(c, 35, 50), ["iteration 4", "D 2", "all seeds 1"]);
  assert.deepEqual(said(c, 5, 50), ["iteration 0", "D 1", "all seeds 0 to 3"]);
  assert.deepEqual(said(c, 99, 50), ["iteration 8", "all seeds 2 to 5"]);
  assert.equal(reading(c, frame, 35, 50)?.x, 40);
});

Deno.test("of several lines the nearest is read by its name, of those that have a value there", () => {
  const lines = {
    kind: "lines",
    name: "seeds",
    x: f4(0, 4, 8),
    y: f4(1, 5, 2, 6, NaN, 7),
    names: ["seed 0", "seed 1"],
  };
  const c = chart({ label: "iteration" }, lines);
  assert.deepEqual(said(c, 35, 75), ["iteration 4", "seed 0: 2"]);
  assert.deepEqual(said(c, 35, 50), ["iteration 4", "seed 1: 6"]);
  assert.deepEqual(said(c, 80, 99), ["iteration 8", "seed 1: 7"]);
  assert.deepEqual([reading(c, frame, 35, 75)?.near, reading(c, frame, 35, 50)?.near], [0, 1]);
  assert.equal(reading(chart({}, curve), frame, 35, 50)?.near, -1);
});

Deno.test("what is hidden is not read, and outside of the axes there is nothing", () => {
  const c = chart({ label: "iteration" }, curve, band);
  assert.deepEqual(said(c, 35, 50, new Set(["loss-d"])), ["iteration 4", "all seeds 1"]);
  assert.equal(reading(c, frame, 101, 50), null);
});

Deno.test("a level is read where it has a label", () => {
  const level = { kind: "line", name: "rest", x: null, y: f4(7) };
  assert.deepEqual(said(chart({}, level, { ...level, label: "equilibrium" }), 50, 50), ["(5, 5)", "equilibrium 7"]);
});

Deno.test("a bar is read from anywhere above it, beside what true samples get in that step", () => {
  const bars = { kind: "bars", name: "shares", left: f4(1, 4), right: f4(3, 6), height: f4(5, 2) };
  const steps = {
    kind: "band",
    name: "true samples",
    x: f4(0, 3.5, 3.5, 7),
    low: f4(1, 1, 2, 2),
    high: f4(1, 1, 3, 3),
  };
  const c = chart({ label: "mode" }, bars, steps);
  assert.deepEqual(said(c, 20, 10), ["mode 2: 5", "true samples 1"]);
  assert.deepEqual(said(c, 45, 10), ["mode 5: 2", "true samples 2 to 3"]);
});

Deno.test("a histogram is read under its name at the place, and an area below a line is read once", () => {
  const bars = { kind: "bars", name: "density", label: "generated", left: f4(1, 4), right: f4(3, 6), height: f4(5, 2) };
  const x = f4(0, 5, 10), real = { name: "real", label: "real", x };
  const marks = [{ ...real, kind: "band", low: f4(0, 0, 0), high: f4(1, 2, 1) }, {
    ...real,
    kind: "line",
    y: f4(1, 2, 1),
  }];
  assert.deepEqual(said(chart({}, ...marks, bars), 50, 50), ["x 5", "real 2", "generated 2"]);
  assert.deepEqual(said(chart({ label: "height" }, ...marks, bars), 20, 50), ["height 2", "real 1.4", "generated 5"]);
});

Deno.test("a surface is read in the cell below the pointer, from the lowest row up", () => {
  const surface = {
    kind: "surface",
    name: "d",
    label: "D says:",
    unit: "",
    values: new Uint8Array([0, 51, 102, 255]),
    columns: 2,
  };
  const c = chart({}, surface);
  assert.deepEqual(said(c, 20, 80), ["(2, 2)", "D says: 0"]);
  assert.deepEqual(said(c, 70, 80), ["(7, 2)", "D says: 0.2"]);
  assert.deepEqual(said(c, 100, 0), ["(10, 10)", "D says: 1"]);
  assert.deepEqual(said(chart({}, { ...surface, values: new Uint8Array(0) }), 20, 80), ["(2, 2)"]);
});

Deno.test("a line that turns back is a path, which has no value over x", () => {
  assert.deepEqual(said(chart({}, { ...curve, x: f4(0, 4, 2) }), 20, 80), ["(2, 2)"]);
});

Deno.test("axes with an aspect shrink to fit, at the top left", () => {
  const sheet = { width: 400, height: 200, point: 1, ratio: 1 };
  const free = layout(chart({}), sheet), square = layout({ ...chart({}), aspect: 1 }, sheet);
  assert.deepEqual([square.left, square.top], [free.left, free.top]);
  assert.ok(Math.abs((square.right - square.left) - (square.bottom - square.top)) < 1e-9);
  assert.ok(square.right < free.right && square.bottom <= free.bottom);
  const flat = layout({ ...chart({}), aspect: 0.5 }, sheet);
  assert.ok(Math.abs((flat.right - flat.left) - 2 * (flat.bottom - flat.top)) < 1e-9);
});

Deno.test("axes stay where they are whatever numbers they bear, so that nothing jumps while a run plays", () => {
  const sheet = { width: 400, height: 200, point: 1, ratio: 1 },
    words = /** @type {[number, string][]} */ ([[0, "1,000,000"]]);
  const [few, many] = [layout(chart({}), sheet), layout(chart({ high: 1e6, marked: words }), sheet)];
  for (const side of /** @type {const} */ (["left", "right", "top", "bottom"])) assert.equal(few[side], many[side]);
});

Deno.test("a cell says its own lines, row by row from the lowest, and is the one that a click chooses", () => {
  const names = ["a\nhealthy", "b", "c", "d", "e", "f"];
  const cells = { kind: "cells", name: "cells", values: f4(0, 1, 0, NaN, 1, 0), columns: 3, names };
  const c = chart({}, cells, { kind: "line", name: "none", x: null, y: f4(3) });
  assert.deepEqual(said(c, 10, 90), ["a", "healthy"]);
  assert.deepEqual([[10, 90], [99, 60], [0, 40], [100, 0]].map(([x, y]) => reading(c, frame, x, y)?.near), [
    0,
    2,
    3,
    5,
  ]);
});

Deno.test("long words left of cells get room, short ones and those of other charts get none", () => {
  const sheet = { width: 600, height: 200, point: 1, ratio: 1 }, y = { ...axis, marked: [[1, "non-saturating"]] };
  const cells = { kind: "cells", name: "cells", values: f4(0), columns: 1, names: ["a"] };
  const [short, long] = [chart({}, cells), /** @type {Chart} */ ({ ...chart({}, cells), y })];
  const other = /** @type {Chart} */ ({ ...chart({}), y });
  assert.equal(layout(short, sheet).left, layout(other, sheet).left);
  assert.ok(layout(long, sheet).left > layout(short, sheet).left + 30);
});
