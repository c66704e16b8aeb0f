// Expected values follow from the definition: a straight way from old to new places, at a share of it.
import assert from "node:assert/strict";
import { between, canGlide, glideTime, unfold } from "../../toygan/chart/glide.js";

/** @import { Chart } from "../../toygan/chart/wire.js" */

const f4 = (/** @type {number[]} */ ...values) => new Float32Array(values);
const points = (/** @type {Float32Array} */ x, role = "generated") => ({ kind: "points", name: role, role, x, y: x });
const chart = (
  /** @type {object[]} */ ...marks
) => /** @type {Chart} */ (/** @type {unknown} */ ({ x: { low: 0, high: 9 }, y: { low: 0, high: 9 }, marks }));

Deno.test("points are on a straight way, from where they were to where the newest frame has them and no farther", () => {
  const [before, after] = [chart(points(f4(0, 8))), chart(points(f4(4, 4)))];
  for (const [share, expected] of /** @type {[number, number[]][]} */ ([[0, [0, 8]], [0.25, [1, 7]], [1, [4, 4]]])) {
    assert.deepEqual([.../** @type {any} */ (between(before, after, share).marks[0]).x], expected);
  }
  assert.deepEqual([.../** @type {any} */ (before.marks[0]).x], [0, 8], "what was received stays as it is");
});

Deno.test("what is real, and all but points, is where the newest frame has it", () => {
  const line = { kind: "line", name: "l", role: "generated", x: f4(1), y: f4(1) };
  const [before, after] = [
    chart(points(f4(0), "real"), { ...line, y: f4(0) }),
    chart(points(f4(4), "real"), line),
  ];
  assert.deepEqual(between(before, after, 0.5).marks, after.marks);
});

Deno.test("nothing glides to other axes, to another number of points, or if there are no points", () => {
  const three = chart(points(f4(1, 2, 3)));
  assert.ok(canGlide(three, chart(points(f4(4, 5, 6)))));
  assert.ok(!canGlide(three, chart(points(f4(4, 5)))));
  assert.ok(!canGlide(three, { ...three, x: { ...three.x, high: 10 } }));
  assert.ok(!canGlide(chart(), chart()));
});

Deno.test("quick frames, and frames that are expensive to paint, leave no time for others between", () => {
  assert.equal(glideTime(1000 / 60, 1), 0);
  assert.equal(glideTime(100, 1), 100);
  assert.equal(glideTime(100, 20), 0);
  assert.ok(glideTime(60_000, 1) < 500, "a single step does not take long to be seen");
});

Deno.test("the image of a mesh starts on the grid of the noise and ends where G takes it", () => {
  const mesh = { kind: "mesh", name: "map", x: f4(0, 1), y: f4(0, 0), u: f4(4, 9), v: f4(2, 8) };
  const whole = chart(mesh, points(f4(1)));
  for (
    const [share, u, v] of /** @type {[number, number[], number[]][]} */ ([
      [0, [0, 1], [0, 0]],
      [0.5, [2, 5], [1, 4]],
      [1, [4, 9], [2, 8]],
    ])
  ) {
    const [moved, beside] = /** @type {any[]} */ (unfold(whole, share).marks);
    assert.deepEqual([[...moved.u], [...moved.v], [...moved.x]], [u, v, [0, 1]]);
    assert.equal(beside, whole.marks[1], "only a mesh moves");
  }
});
