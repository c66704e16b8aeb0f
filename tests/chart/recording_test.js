// Recordings as recording.py packs them; the two sides are tested together by test_chart_recording.py.
import assert from "node:assert/strict";
import { findStretches, unpack } from "../../toygan/chart/recording.js";

/** @import { RecordedFrame } from "../../toygan/chart/recording.js" */

/** @param {...string} verdicts */
const frames = (
  ...verdicts
) => /** @type {RecordedFrame[]} */ (/** @type {unknown} */ (verdicts.map((verdict) => ({ words: { verdict } }))));

Deno.test("levels are two bytes in two planes, places on the scale that is said, and the last one is none", () => {
  const chart = { title: "C", marks: [{ kind: "points", name: "m" }] };
  const arrays = [[0, "m", "x", "u2", 0, 6, -1, 0.5]];
  const head = new TextEncoder().encode(JSON.stringify([
    { iteration: 7, words: { status: "s" }, whole: true, charts: [chart], arrays },
    { iteration: 8, words: { status: "s" }, whole: false, charts: [null], arrays: [] },
  ]));
  const bytes = new Uint8Array([head.length % 256, head.length >> 8, 0, 0, ...head, 2, 0, 255, 0, 1, 255]);
  const [first, second] = unpack(bytes);
  assert.equal(first.iteration, 7);
  assert.deepEqual([.../** @type {any} */ (first.charts[0].marks[0]).x], [0, 127, NaN]);
  assert.equal(second.charts[0], first.charts[0], "what is not news is shared");
});

Deno.test("a stretch may have words of its own in place of the verdict", () => {
  const words = [["A: 1", "a"], ["A: 1", "b"], ["A: 2", "b"]].map(([stretch, verdict]) => ({
    words: { stretch, verdict },
  }));
  assert.deepEqual(findStretches(/** @type {any} */ (words)), [
    { verdict: "A: 1", from: 0, to: 2 },
    { verdict: "A: 2", from: 2, to: 3 },
  ]);
});

Deno.test("a stretch goes from the first frame of a verdict to before that of the next one", () => {
  assert.deepEqual(findStretches(frames("a · 3 of 8 seeds", "a · 4 of 8 seeds", "b", "a")), [
    { verdict: "a", from: 0, to: 2 },
    { verdict: "b", from: 2, to: 3 },
    { verdict: "a", from: 3, to: 4 },
  ]);
});
