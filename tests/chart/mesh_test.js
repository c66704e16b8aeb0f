// A grid of three by two points on a chart of 100 by 100 pixels, a pixel being a tenth.
import assert from "node:assert/strict";
import { describeOfMesh, mixColours, nearestOfMesh, wayThroughMesh } from "../../toygan/chart/mesh.js";
import { scale } from "../../toygan/chart/scales.js";

/** @import { Mesh } from "../../toygan/chart/wire.js" */

const f4 = (/** @type {number[]} */ ...values) => new Float32Array(values);
const span = { low: 0, high: 10 };
const frame = { left: 0, right: 100, top: 0, bottom: 100, x: scale(span, 0, 100), y: scale(span, 100, 0) };
const mesh = /** @type {Mesh} */ (/** @type {unknown} */ ({
  kind: "mesh",
  x: f4(0, 1, 3, 0, 1, 3),
  y: f4(0, 0, 0, 2, 2, 2),
  u: f4(5, 6, 8, 5, 6, 8), // x + 5
  v: f4(0, 0, 0, 4, 4, 4), // 2 y
  across: 3,
  words: ["z", "x"],
  numbers: [[0, 1], [0, 1], [-5, 1], [0, 0.5]],
  flat: false,
}));

Deno.test("the nearest point is found on the grid and on its image", () => {
  assert.equal(nearestOfMesh(mesh, frame, 11, 99), 1);
  assert.equal(nearestOfMesh(mesh, frame, 79, 61), 5);
});

Deno.test("a point is read with its image, in the numbers of both", () => {
  assert.equal(describeOfMesh(mesh, 5), "z = (3, 2) → x = (3, 2)");
  assert.equal(describeOfMesh({ ...mesh, flat: true }, 1), "z = 1 → x = (1, 0)");
});

Deno.test("the image of the straight way between two points is that of the map, here a linear one", () => {
  const way = wayThroughMesh(mesh, 0, 5),
    near = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 1e-6;
  assert.deepEqual([way[0].u, way[0].v, way.at(-1)?.u, way.at(-1)?.v], [5, 0, 8, 4]);
  for (const { x, y, u, v } of way) assert.ok(near(u, x + 5) && near(v, 2 * y));
  for (const { x, y } of way) assert.ok(near(y, 2 / 3 * x));
});

Deno.test("a curve of one row has a way, too", () => {
  const curve = { ...mesh, x: f4(0, 1, 3), y: f4(1, 1, 1), u: f4(0, 2, 6), v: f4(0, 0, 0) };
  for (const { x, u } of wayThroughMesh(curve, 2, 0)) assert.ok(Math.abs(u - 2 * x) < 1e-6);
});

Deno.test("colours are mixed by their share", () => {
  assert.equal(mixColours("#000000", "#ffffff", 0.2), "rgb(51, 51, 51)");
});
