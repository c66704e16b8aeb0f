// Which stop is next, what ends one, and where its card stands.
import assert from "node:assert/strict";
import { isReached, nextStop, placeBeside, STOPS } from "../../toygan/play/tour.js";

Deno.test("a stop whose part is not shown is left out", () => {
  const without = (/** @type {string} */ part) => (/** @type {string} */ other) => part !== other;
  assert.equal(nextStop(STOPS, 0, () => true), 0);
  assert.equal(nextStop(STOPS, 0, without(STOPS[0].part)), 1);
  assert.equal(nextStop(STOPS, STOPS.length, () => true), -1);
  assert.equal(nextStop(STOPS, 0, () => false), -1);
});

Deno.test("a stop waits for its iteration, or for the run to play", () => {
  const far = { on: "frame", iteration: 200 }, play = { on: "frame", playing: true };
  assert.ok(!isReached(far, { iteration: 199, playing: true }));
  assert.ok(isReached(far, { iteration: 200, playing: false }));
  assert.ok(!isReached(play, { iteration: 5, playing: false }));
  assert.ok(isReached(play, { iteration: 0, playing: true }));
  assert.ok(!isReached({ on: "click", within: ".x" }, { iteration: 9, playing: true }));
  assert.ok(!isReached(undefined, { iteration: 9, playing: true }));
});

Deno.test("a card stands below its part, above it, or inside the window, and is never cut", () => {
  const card = { width: 300, height: 100 }, room = { width: 1000, height: 800 };
  assert.deepEqual(placeBeside({ left: 10, top: 50, bottom: 90 }, card, room), { left: 10, top: 102 });
  assert.deepEqual(placeBeside({ left: 900, top: 600, bottom: 790 }, card, room), { left: 694, top: 488 });
  assert.deepEqual(placeBeside({ left: 10, top: 20, bottom: 790 }, card, room), { left: 10, top: 694 });
});
