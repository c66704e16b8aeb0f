import {
  compare,
  everySeed,
  heatMap,
  inWords,
  score,
  shading,
  valuesOf,
  windowOf,
} from "../../toygan/sweeps/report.js";

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
  assert(score(0.5, "share") === "50 %", score(0.5, "share"));
  assert(score(1, "share") === "100 %", score(1, "share"));
  assert(score(0.9876, "share") === "98.8 %", score(0.9876, "share"));
  assert(score(0.00012345) === "1.23e-4", score(0.00012345));
  assert(score(null) === "–", score(null));
});

Deno.test("a rate is written as people write it, and a whole number and a name as they are", () => {
  assert(inWords(9.486832980505138e-4) === "9.48683e-4", inWords(9.486832980505138e-4));
  assert(inWords(9.486832980505138e-4, 3) === "9.49e-4", inWords(9.486832980505138e-4, 3));
  assert([0.001, 1024, "hinge", true].map((value) => inWords(value)).join() === "0.001,1024,hinge,true", "others");
});

Deno.test("numbers are in the order of their size and names in that of the alphabet", () => {
  assert([10, 9, 1e-3].sort(compare).join() === "0.001,9,10", "numbers");
  assert(["minimax", "hinge"].sort(compare).join() === "hinge,minimax", "names");
  assert(valuesOf([row(1, { lr: 10 }), row(1, { lr: 9 }), row(1, { lr: 10 })], "lr").join() === "9,10", "axis");
});

Deno.test("the best mean is full of colour, and what has none has none", () => {
  const rows = [row(0), row(5), row(10), row(null)];
  const high = shading(rows, "quality", "high"), low = shading(rows, "quality", "low");
  assert([high(0), high(5), high(10), high(null)].join() === "0,0.5,1,NaN", "high");
  assert([low(0), low(5), low(10), low(null)].join() === "1,0.5,0,NaN", "low");
  assert(shading([row(3), row(3)], "quality", "")(3) === 1, "all alike");
});

Deno.test("a heat map has a cell for every recipe, a cross where there is none, and marks the one that is chosen", () => {
  const rows = [row(0, { lr: 1, loss: "a" }), row(10, { lr: 2, loss: "a" }), row(5, { lr: 2, loss: "b" })];
  const content = { axes: ["lr", "loss"], metrics: { quality: { unit: "share", better: "high" } }, rows };
  const grid = { x: "lr", y: "loss", across: [1, 2], up: ["a", "b"], rows: [rows[0], rows[1], undefined, rows[2]] };
  const { marks: [cells, words], y } = heatMap(grid, "quality", content, rows[2]);
  if (cells.kind !== "cells" || words.kind !== "text") throw new Error("cells, and words on them");
  assert([...cells.values].join() === "0,1,NaN,0.5", "values");
  assert(cells.chosen === 3, "the chosen one");
  assert(cells.names[1] === "lr 2, loss a\nquality 1,000 %", cells.names[1]);
  assert(words.words.join() === "0 %,1,000 %,,500 %", words.words.join());
  assert(y.marked.join() === "0.5,a,1.5,b", "the lowest row is the first");
  const [verdicts] = heatMap(grid, "verdict", content, rows[0]).marks;
  assert(verdicts.kind === "cells" && [...verdicts.values].join() === "1,1,NaN,1", "healthy is full");
});

Deno.test("a recipe whose runs failed has no colour, and its name says so", () => {
  const lost = Object.assign(row(null, { lr: 1 }), { verdict: "failed", verdicts: ["failed: ValueError: boom"] });
  const partly = Object.assign(row(1, { lr: 2 }), { verdicts: ["healthy", "failed: ValueError: boom"] });
  const content = { axes: ["lr"], metrics: { quality: { unit: "", better: "high" } }, rows: [lost, partly] };
  const grid = { x: "lr", y: "", across: [1, 2], up: [""], rows: [lost, partly] };
  for (const colour of ["quality", "verdict"]) {
    const [cells] = heatMap(grid, colour, content, lost).marks;
    if (cells.kind !== "cells") throw new Error("cells");
    assert(
      cells.names[0] === `lr 1\n${colour === "verdict" ? "" : "quality "}failed\n1 of 1 seeds failed`,
      cells.names[0],
    );
    assert(cells.names[1].endsWith("1 of 2 seeds failed"), cells.names[1]);
    assert(cells.values[1] === 1 && !(cells.values[0] > 0), "no number is made of an error");
  }
});

Deno.test("every seed is a point on the scale of all recipes, beside the mean and its interval if there is one", () => {
  const one = row(5), rows = [row(0), one, row(10)];
  const content = { axes: [], metrics: { quality: { unit: "", better: "high" } }, rows };
  const alone = everySeed(one, "quality", content);
  assert(alone.marks.map(({ kind }) => kind).join() === "line,line,points", "one seed has no interval");
  assert(alone.y.marked.map(([, words]) => words).join() === "0,5,10", "the scale");
  Object.assign(one.values.quality, { low: 4, high: 6 });
  assert(everySeed(one, "quality", content).marks.some(({ kind }) => kind === "band"), "its interval");
});

Deno.test("of a long table the rows that are seen are drawn, and twenty on either side", () => {
  assert(windowOf(0, 400, 20, 5000).join() === "0,40", "at the top");
  assert(windowOf(2000, 400, 20, 5000).join() === "80,140", "in the middle");
  assert(windowOf(99_600, 400, 20, 5000).join() === "4960,5000", "at the end");
  assert(windowOf(99_600, 400, 20, 30).join() === "10,30", "of a table that has become shorter");
  assert(windowOf(0, 400, 20, 8).join() === "0,8", "a short one as a whole");
});

Deno.test("of many values upwards so many are told as have a place", () => {
  const rows = Array.from({ length: 50 }, (_, i) => row(i, { lr: i }));
  const content = { axes: ["lr"], metrics: { quality: { unit: "", better: "high" } }, rows };
  const { y, x } = heatMap(
    { x: "", y: "lr", across: [""], up: rows.map((_, i) => i), rows },
    "quality",
    content,
    rows[0],
  );
  assert(
    y.marked.map(([, words]) => words).filter(Boolean).join() === "0,3,6,9,12,15,18,21,24,27,30,33,36,39,42,45,48",
    "up",
  );
  assert(x.marked.length === 1, "across");
});
