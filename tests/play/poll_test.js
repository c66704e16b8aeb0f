// The keys and bars of a poll.
import assert from "node:assert/strict";
import { countOf, shareOf } from "../../toygan/play/poll.js";

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

Deno.test("a digit counts a hand, with shift one less", () => {
  assert.deepEqual(countOf({ ...plain, code: "Digit2" }, 3), { choice: 1, by: 1 });
  assert.deepEqual(countOf({ ...plain, code: "Numpad3", shiftKey: true }, 3), { choice: 2, by: -1 });
});

Deno.test("other keys, chords and digits without a choice count nothing", () => {
  for (const code of ["Digit0", "Digit4", "KeyN", "Space"]) assert.deepEqual(countOf({ ...plain, code }, 3), null);
  assert.deepEqual(countOf({ ...plain, code: "Digit1", ctrlKey: true }, 3), null);
});

Deno.test("a bar has its share of all, and none before the first hand", () => {
  assert.deepEqual([shareOf(1, [1, 3]), shareOf(0, [0, 0])], [25, 0]);
});
