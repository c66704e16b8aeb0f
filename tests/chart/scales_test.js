// Expected values follow from the definitions: an affine map, powers of ten, the mean of a crowd.
import assert from "node:assert/strict";
import {
  findNearest,
  formatNumber,
  interpolate,
  scale,
  spread,
  thin,
  typeset,
  valueAt,
} from "../../toygan/chart/scales.js";

Deno.test("the ends of an axis fall on its first and last pixel, also upside down and in decades", () => {
  for (const span of [{ low: -2, high: 6 }, { low: 1e-3, high: 10, log: true }]) {
    for (const [from, to] of [[10, 110], [300, 20]]) {
      const at = scale(span, from, to);
      assert.ok(Math.abs(at(span.low) - from) < 1e-9 && Math.abs(at(span.high) - to) < 1e-9);
    }
  }
  assert.equal(scale({ low: 0, high: 10 }, 0, 100)(2.5), 25);
  assert.equal(scale({ low: 1, high: 10000, log: true }, 0, 100)(100), 50);
});

Deno.test("what is no number has no place, nor has one below zero in decades; what is far away has one that can be drawn", () => {
  const line = scale({ low: 0, high: 1 }, 0, 100), decades = scale({ low: 1, high: 10, log: true }, 0, 100);
  for (const value of [NaN, Infinity, -Infinity]) assert.ok(Number.isNaN(line(value)));
  assert.ok(Number.isNaN(decades(-1)));
  assert.ok(line(1e30) > 1e4 && line(1e30) < 1e6);
  assert.ok(decades(0) < -1e4);
});

Deno.test("a pixel's number is the number whose pixel it is", () => {
  for (const span of [{ low: -2, high: 6 }, { low: 1e-3, high: 10, log: true }]) {
    for (const value of [0.002, 0.5, 5]) {
      assert.ok(Math.abs(valueAt(span, 300, 20, scale(span, 300, 20)(value)) - value) < 1e-9);
    }
  }
});

/** The same in Python: tests/test_text.py. @type {[number, string][]} */
const WRITTEN = [
  [0, "0"],
  [-0, "0"],
  [0.25, "0.25"],
  [1 / 3, "0.333"],
  [100, "100"],
  [99.96, "100"],
  [-1, "−1"],
  [1e-3, "0.001"],
  [1e-5, "1e-5"],
  [1.25e-5, "1.25e-5"],
  [-3e-4, "−3e-4"],
  [9.999e-6, "1e-5"],
  [1000, "1,000"],
  [12345.6, "12,346"],
  [1234567, "1,234,567"],
  [2 ** 63, "9.22e18"],
  [1e300, "1e300"],
  [NaN, "–"],
  [Infinity, "∞"],
  [-Infinity, "−∞"],
];

Deno.test("numbers are written as people write them, and as Python writes them", () => {
  assert.deepEqual(WRITTEN.map(([n]) => formatNumber(n)), WRITTEN.map(([, words]) => words));
  assert.deepEqual([9.48683e-4, 0.123456789].map((n) => formatNumber(n, "number", 6)), ["9.48683e-4", "0.123457"]);
  assert.deepEqual([0, 0.125, 1].map((share) => formatNumber(share, "percent")), ["0 %", "12.5 %", "100 %"]);
});

Deno.test("names that do not meet stay, a crowd is spread about its middle, and a name without a place keeps none", () => {
  assert.deepEqual(spread([50, 10], 12), [50, 10]);
  assert.deepEqual(spread([20, 22], 12), [15, 27]);
  assert.deepEqual(spread([30, NaN, 10, 10], 10), [30, NaN, 5, 15]);
  assert.deepEqual(spread([0, 8, 8], 10).map(Math.round), [-5, 5, 15]);
});

Deno.test("a crowd that is spread into its neighbour takes it in", () => {
  const moved = spread([10, 10, 10, 21], 10).sort((a, b) => a - b);
  for (let i = 1; i < moved.length; i++) assert.ok(moved[i] - moved[i - 1] > 10 - 1e-9);
  assert.ok(Math.abs(moved.reduce((a, b) => a + b) - 51) < 1e-9);
});

Deno.test("the nearest of an ascending array is found", () => {
  const steps = [0, 10, 20, 40];
  assert.deepEqual([-5, 4, 6, 29, 31, 99].map((value) => findNearest(steps, value)), [0, 0, 10, 20, 40, 40]);
  assert.ok(Number.isNaN(findNearest([], 1)));
});

Deno.test("between two points a line is straight, at a step it jumps, and outside of its points it has no value", () => {
  const [xs, values] = [[0, 2, 2, 4], [10, 10, 30, 50]];
  assert.deepEqual([0, 1, 3, 4].map((x) => interpolate(xs, values, x)), [10, 10, 40, 50]);
  assert.ok(Number.isNaN(interpolate(xs, values, -1)) && Number.isNaN(interpolate(xs, values, 5)));
  assert.ok(Number.isNaN(interpolate(xs, [10, NaN, NaN, 50], 1)));
});

Deno.test("words that would touch are thinned evenly", () => {
  assert.equal(thin([0, 10, 20, 30], [8, 8, 8, 8], 2), 1);
  assert.equal(thin([0, 10, 20, 30], [8, 8, 8, 8], 3), 2);
  assert.equal(thin([0, 10, 20, 30], [4, 4, 40, 4], 2), 3);
  assert.equal(thin([], [], 2), 1);
});

Deno.test("numbers with an exponent are typeset, names and other words stay", () => {
  for (
    const [plain, set] of [
      ["lr_d = 1e-5", "lr_d = 10⁻⁵"],
      ["1e-05: from 2.5e-7 to 9.22e18", "10⁻⁵: from 2.5·10⁻⁷ to 9.22·10¹⁸"],
      ["1e0x, b1e2, 0.001, 12,345", "1e0x, b1e2, 0.001, 12,345"],
    ]
  ) assert.equal(typeset(plain), set);
});
