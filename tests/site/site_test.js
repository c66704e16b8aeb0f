// What a page of the course does: it compares a prediction, and searches all pages.
import assert from "node:assert/strict";
import { compare, excerpt, search } from "../../toygan/site/site.js";

const section = (/** @type {string} */ heading, /** @type {string} */ text) => (
  { page: "a.html", title: "Lesson", heading, id: heading, text }
);

Deno.test("a prediction is right if no other answer came true for more runs", () => {
  assert.equal(compare([["few", 3], ["many", 13]], 1), "You predicted it: this happened in 13 of 16 runs.");
  assert.equal(
    compare([["few", 3], ["many", 13]], 0),
    "It went differently: your prediction came true in 3 of 16 runs.",
  );
});

Deno.test("the search finds sections with all words, those with the heading first", () => {
  const all = [section("Losses", "the mode of the data"), section("Modes", "a cluster"), section("End", "nothing")];
  assert.deepEqual(search(all, "mode").map(({ heading }) => heading), ["Modes", "Losses"]);
  assert.deepEqual(search(all, "DATA mode").map(({ heading }) => heading), ["Losses"]);
  assert.deepEqual(search(all, "  "), []);
});

Deno.test("an excerpt shows the first word with the text around it", () => {
  assert.equal(excerpt("one two three", "two"), "one two three");
  const long = `${"x".repeat(200)} needle ${"y".repeat(300)}`;
  assert.ok(excerpt(long, "needle").startsWith("…") && excerpt(long, "needle").includes("needle"));
});
