// The numbers behind the diagram of a page that can be explored; its bytes are tested by test_pack.py.
import assert from "node:assert/strict";
import { countVerdicts, drawDiagram, drawSamples, fill, goodness, valueOf } from "../../toygan/explore/charts.js";

/**
 * @import { Film } from "../../toygan/explore/charts.js"
 * @import { Colour } from "../../toygan/explore/unpack.js"
 */

const marks = [{ name: "cells", kind: "cells", columns: 2 }];
const words = (/** @type {string[]} */ ...verdicts) => ({ words: verdicts.map((verdict) => ({ verdict })) });
const film = /** @type {Film} */ (/** @type {unknown} */ ({
  content: {
    seeds: [0, 1],
    steps: [0, 10, 20],
    cells: [words("healthy", "healthy"), words("diverged", "healthy")],
    charts: [{ chart: { marks }, numbers: {} }],
  },
  // by run and frame: the second seed of the second cell is lost after the first frame
  curves: new Map([["w1", Float32Array.of(4, 2, 1, 4, 4, 3, 8, 6, 4, 8, NaN, NaN)]]),
}));
const colour = /** @type {Colour} */ ({ name: "w1", follows: "w1", format: "number", scale: [4, 1, true], cells: 0 });

Deno.test("a cell has the mean of the seeds that have a value", () => {
  assert.equal(valueOf(film, colour, 0, 1), 3);
  assert.equal(valueOf(film, colour, 1, 1), 6);
  assert.equal(valueOf(film, { ...colour, name: "healthy" }, 1, 0), 0.5);
});

Deno.test("a scale goes from no colour to all of it, in ratios if it is one of decades", () => {
  assert.equal(goodness(4, [4, 1, true]), 0);
  assert.equal(goodness(1, [4, 1, true]), 1);
  assert.equal(goodness(2, [4, 1, true]), 0.5);
  assert.equal(goodness(0.5, [0, 1, false]), 0.5);
  assert.equal(goodness(0.1, [4, 1, true]), 1, "better than true samples is as good");
  assert.equal(goodness(9, [4, 1, true]), -1, "worse than the scale holds");
  assert.ok(Number.isNaN(goodness(NaN, [4, 1, true])));
});

Deno.test("the diagram names each cell, its value at the frame, and its verdicts", () => {
  const [cells] = drawDiagram(film, colour, [0, 1], 1, 2, (cell) => `cell ${cell}`).marks;
  assert.ok(cells.kind === "cells");
  assert.deepEqual(cells.names, ["cell 0\nw1 2\n2 × healthy", "cell 1\nw1 4\n1 × diverged\n1 × healthy"]);
  assert.deepEqual([...cells.values], [0.5, 0]);
  assert.deepEqual(cells.shown, ["2", "4"]);
  assert.equal(cells.chosen, 1);
  assert.deepEqual(countVerdicts(film, 0), ["2 × healthy"]);
});

Deno.test("on a line samples are counted by bin, and D is 1 at the last tick of its axis", () => {
  const template = {
    chart: {
      x: { low: 0, high: 4 },
      y: { label: "density" },
      right: { marked: [[0, "0"], [3, "1"]] },
      marks: ["density of generated", "generated", "D", "remark"].map((name) => ({ name })),
    },
    numbers: { "density of generated": { left: [0, 1, 2, 3] }, generated: { y: [-1] } },
  };
  const cell = { samples: 0, line: true, diverged: [-1] };
  const content = { cells: [cell], charts: [template], steps: [0], stride: 1, points: 1, bits: 7, outside: 0, side: 1 };
  const run = { cell: 0, seed: 0, name: "it", pictures: { places: Uint8Array.of(16, 110), field: Uint8Array.of(127) } };
  const chart = drawSamples(/** @type {any} */ ({ content }), run, 0);
  const [bars, points, d] = /** @type {any[]} */ (chart.marks);
  assert.deepEqual([...bars.height], [0.5, 0, 0, 0.5]);
  assert.equal(points.x.length, 1);
  assert.deepEqual([...d.x], [2]);
  assert.ok(Math.abs(d.y[0] - 1.5) < 0.02);
});

Deno.test("a gap in a line stays a gap", () => {
  const chart = /** @type {any} */ ({ marks: [{ name: "real", kind: "line" }] });
  const { marks } = /** @type {any} */ (fill({ chart, numbers: { real: { y: [0, 1, null] } } }));
  assert.deepEqual([...marks[0].y], [0, 1, NaN]);
});
