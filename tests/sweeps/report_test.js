import { inOrder, shading, told, valuesOf } from "../../toygan/sweeps/report.js";

/** @param {boolean} holds @param {string} what */
function assert(holds, what) {
  if (!holds) throw new Error(what);
}

/** @param {number | null} mean @param {Record<string, number | string>} axes */
const row = (mean, axes = {}) => ({
  axes,
  share: "",
  seeds: [0],
  verdict: "healthy",
  verdicts: ["healthy"],
  values: { quality: { seeds: [mean], mean, low: null, high: null } },
});

Deno.test("a share is told in percent, other numbers to three digits, and nothing where there is none", () => {
  assert(told(0.5, "share") === "50 %", told(0.5, "share"));
  assert(told(1, "share") === "100 %", told(1, "share"));
  assert(told(0.9876, "share") === "98.8 %", told(0.9876, "share"));
  assert(told(0.00012345) === "0.000123", told(0.00012345));
  assert(told(null) === "–", told(null));
});

Deno.test("numbers are in the order of their size and names in that of the alphabet", () => {
  assert([10, 9, 1e-3].sort(inOrder).join() === "0.001,9,10", "numbers");
  assert(["minimax", "hinge"].sort(inOrder).join() === "hinge,minimax", "names");
  assert(valuesOf([row(1, { lr: 10 }), row(1, { lr: 9 }), row(1, { lr: 10 })], "lr").join() === "9,10", "axis");
});

Deno.test("the best mean is full of colour, and what has none is paper", () => {
  const rows = [row(0), row(5), row(10), row(null)];
  const high = shading(rows, "quality", "high"), low = shading(rows, "quality", "low");
  assert([high(0), high(5), high(10), high(null)].join() === "0,0.5,1,0", "high");
  assert([low(0), low(5), low(10), low(null)].join() === "1,0.5,0,0", "low");
  assert(shading([row(3), row(3)], "quality", "")(3) === 1, "all alike");
});
