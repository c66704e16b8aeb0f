// What the pad draws, erases and reads as text.
import assert from "node:assert/strict";
import { eraseAt, fromText, spray, toText } from "../../toygan/play/draw.js";

Deno.test("a stroke adds points around its place, as far as the spread says", () => {
  assert.deepEqual(spray([1, 2], 0.5, () => [2, -2]), [[2, 1], [2, 1], [2, 1]]);
});

Deno.test("the eraser takes the points that are near", () => {
  assert.deepEqual(eraseAt([[0, 0], [0, 1], [3, 4]], [0, 0], 1), [[3, 4]]);
});

Deno.test("points become text, and the text these points", () => {
  assert.equal(toText([[0.5, -1], [2, 0.1234]]), "0.500, -1.000\n2.000, 0.123");
  assert.deepEqual(fromText("0.5, -1\n\n 2 ; 3\n"), [[0.5, -1], [2, 3]]);
});

Deno.test("another table is left to the kernel", () => {
  for (const text of ["x,y\n1,2", "1\n2", "1,2,3", "1,a"]) assert.equal(fromText(text), null);
});
