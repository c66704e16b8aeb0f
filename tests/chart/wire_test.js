// Messages as wire.py makes them; the two sides are tested together by test_chart_wire.py and test_chart_page.py.
import assert from "node:assert/strict";
import { Received } from "../../toygan/chart/wire.js";

/** @import { Chart, Line, Message } from "../../toygan/chart/wire.js" */

/** @param {...number} values */
const numbers = (...values) => new DataView(new Float32Array(values).buffer);
const words =
  /** @type {Chart} */ (/** @type {unknown} */ ({ title: "C", marks: [{ kind: "line", name: "m", x: null }] }));

/** @param {boolean} whole @param {Chart | null} chart @param {number | null} start @returns {Message} */
const message = (whole, chart, start = null) => ({
  whole,
  charts: [chart],
  arrays: start === null ? [] : [[0, "m", "y", "f4", start]],
});
/** @param {Received} received */
const y = (received) => [...(/** @type {Line} */ (received.charts[0].marks[0])).y];

Deno.test("a curve ends with its new rows, is replaced where they begin at 0, and stays where there are none", () => {
  const received = new Received();
  assert.deepEqual(received.take(message(true, words, 0), [numbers(1, 2)]), new Set([0]));
  received.take(message(false, null, 2), [numbers(3)]);
  assert.deepEqual(y(received), [1, 2, 3]);
  assert.deepEqual(received.take(message(false, null), []), new Set());
  received.take(message(false, { ...words, title: "D" }), []);
  assert.equal(received.charts[0].title, "D");
  assert.deepEqual(y(received), [1, 2, 3]);
  received.take(message(false, null, 1), [numbers(8)]);
  assert.deepEqual(y(received), [1, 8]);
  received.take(message(false, null, 1), [numbers()]);
  assert.deepEqual(y(received), [1]);
  received.take(message(false, null, 0), [numbers(7)]);
  assert.deepEqual(y(received), [7]);
});

Deno.test("numbers are read wherever in a larger buffer they begin", () => {
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(numbers(1.5).buffer), 3);
  const received = new Received();
  received.take(message(true, words, 0), [new DataView(bytes.buffer, 3, 4)]);
  assert.deepEqual(y(received), [1.5]);
});

Deno.test("news before the first whole message are not understood, and change nothing", () => {
  const received = new Received();
  assert.equal(received.take(message(false, words, 0), [numbers(1)]).size, 0);
  assert.deepEqual(received.charts, []);
});

Deno.test("where buffers are lost nothing is painted until all is told again", () => {
  const received = new Received();
  received.take(message(true, words, 0), [numbers(1)]);
  assert.equal(received.take(message(false, null, 1), []).size, 0);
  assert.deepEqual(received.charts, []);
  assert.equal(received.take(message(false, null, 1), [numbers(2)]).size, 0);
  received.take(message(true, words, 0), [numbers(1, 2)]);
  assert.deepEqual(y(received), [1, 2]);
});
