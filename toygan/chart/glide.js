// Points between two frames: they glide from where they were drawn last to where the newest frame has them, never ahead.
// A mesh glides from the grid of the noise to its image.

/** @import { AnyMark, Arrows, Chart, Points } from "./wire.js" */

const SOONEST_MS = 45; // from one frame to the next: what comes sooner moves smoothly by itself
const LONGEST_MS = 220; // of a glide, such as that of a single step
const DEAREST_MS = 6; // of painting a frame: a page that needs more has no time for others between

/**
 * Return how long points may glide after a frame that has come `gap` milliseconds after the one before, if painting one
 * takes `cost`; 0 for not at all.
 * @param {number} gap
 * @param {number} cost
 */
export const glideTime = (gap, cost) => gap < SOONEST_MS || cost > DEAREST_MS ? 0 : Math.min(gap, LONGEST_MS);

/** @param {AnyMark} mark @returns {mark is Points | Arrows} */
const moves = (mark) => (mark.kind === "points" || mark.kind === "arrows") && mark.role !== "real";

/**
 * Return whether the points of one chart can glide to those of another: there are some, as many in both, on the same
 * axes.
 * @param {Chart} before
 * @param {Chart} after
 */
export function canGlide(before, after) {
  const moving = after.marks.filter(moves);
  const sameAxes = [["x", "low"], ["x", "high"], ["y", "low"], ["y", "high"]].every(([axis, end]) =>
    before[/** @type {"x"} */ (axis)][/** @type {"low"} */ (end)] ===
      after[/** @type {"x"} */ (axis)][/** @type {"low"} */ (end)]
  );
  return sameAxes && moving.some(({ x }) => x.length > 0) && moving.every((mark) => {
    const old = before.marks.find(({ name, kind }) => name === mark.name && kind === mark.kind);
    return old !== undefined && moves(old) && old.x.length === mark.x.length;
  });
}

/**
 * Return a chart with its points at a share of the way from those of the chart before; the rest is as it is after.
 * @param {Chart} before
 * @param {Chart} after
 * @param {number} share from 0 to 1
 * @returns {Chart}
 */
export function between(before, after, share) {
  const marks = after.marks.map((mark) => {
    const old = moves(mark) && before.marks.find(({ name, kind }) => name === mark.name && kind === mark.kind);
    if (!old || !moves(old) || !moves(mark)) return mark;
    const fields = mark.kind === "arrows" ? ["x", "y", "u", "v"] : ["x", "y"];
    const moved = fields.map((field) => {
      const [from, to] = [old, mark].map((one) => one[/** @type {"x"} */ (field)]);
      return [field, to.map((end, i) => from[i] + share * (end - from[i]))];
    });
    return { ...mark, ...Object.fromEntries(moved) };
  });
  return { ...after, marks };
}

/**
 * Return a chart whose meshes have their image at a share of the way from the grid.
 * @param {Chart} chart
 * @param {number} share from 0 to 1
 * @returns {Chart}
 */
export function unfold(chart, share) {
  const toward = (/** @type {Float32Array} */ from, /** @type {Float32Array} */ to) =>
    to.map((end, i) => from[i] + share * (end - from[i]));
  return {
    ...chart,
    marks: chart.marks.map((mark) =>
      mark.kind === "mesh" ? { ...mark, u: toward(mark.x, mark.u), v: toward(mark.y, mark.v) } : mark
    ),
  };
}
