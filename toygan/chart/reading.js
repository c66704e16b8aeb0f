// The values of a chart at a place: under the pointer, or under the reading mark that keys move.
import { describeOfMesh, nearestOfMesh } from "./mesh.js";
import { findNearest, formatNumber, interpolate, valueAt } from "./scales.js";

/**
 * @import { AnyMark, Band, Chart, Line, Lines } from "./wire.js"
 * @import { Frame } from "./marks.js"
 *
 * The pixel of the values, a line of words for each with the role of its mark, and the nearest of several lines (Lines),
 * the cell or the point of a mesh, -1 if there is none; and the iteration, of curves over iterations.
 * @typedef {{ x: number, lines: { role: import("./wire.js").Role, words: string }[], near: number,
 *   iteration?: number }} Reading
 */

/**
 * Return the values at a pixel within the axes: of curves and bands at the nearest place that one has, of bars, of a
 * surface, of a cell.
 * @param {Chart} chart
 * @param {Frame} frame
 * @param {number} px
 * @param {number} py
 * @param {ReadonlySet<string>} hidden
 * @returns {Reading | null}
 */
export function reading(chart, frame, px, py, hidden = new Set()) {
  const { left, right, top, bottom } = frame;
  if (px < left || px > right || py < top || py > bottom) return null;
  const marks = chart.marks.filter((mark) => !hidden.has(mark.name) && !isBelowLine(mark, chart.marks));
  const [x, y] = [valueAt(chart.x, left, right, px), valueAt(chart.y, bottom, top, py)];
  const bars = marks.some((mark) => mark.kind === "bars"), named = marks.some(isNamedBars);
  const course = bars ? undefined : nearestCourse(marks.filter(isCourse), x);
  const at = course ? findNearest(course.x, x) : x;
  const cells = marks.find((mark) => mark.kind === "cells");
  if (cells) {
    const near = cellAt(cells, chart, x, y);
    if (!cells.names[near]) return null;
    return { x: px, lines: cells.names[near].split("\n").map((words) => ({ role: "ink", words })), near };
  }
  const mesh = marks.find((mark) => mark.kind === "mesh");
  if (mesh) {
    const near = nearestOfMesh(mesh, frame, px, py);
    return near < 0 ? null : { x: px, lines: [{ role: "ink", words: describeOfMesh(mesh, near) }], near };
  }
  const lines = marks.flatMap((mark) => {
    const words = describe(mark, chart, at, y);
    return words ? [{ role: mark.role, words }] : [];
  });
  const axis = (/** @type {string} */ label) => label.split("  ")[0];
  const here = course || named
    ? `${axis(chart.x.label) || "x"} ${formatNumber(at)}`
    : `(${formatNumber(x, chart.x.format)}, ${formatNumber(y, chart.y.format)})`;
  if (!bars || named || !lines.length) lines.unshift({ role: "ink", words: here });
  const several = marks.find((mark) => mark.kind === "lines");
  const iteration = course && axis(chart.x.label) === "iteration" ? at : undefined;
  return { x: course ? frame.x(at) : px, lines, near: several ? nearestLine(several, at, y).near : -1, iteration };
}

/**
 * Return the course, of several, with a value nearest to x; the first of equal ones.
 * @template {{ x: Float32Array }} T
 * @param {T[]} courses
 * @param {number} x
 * @returns {T | undefined}
 */
function nearestCourse(courses, x) {
  const away = courses.map((course) => Math.abs(findNearest(course.x, x) - x));
  return courses[away.indexOf(Math.min(...away))];
}

/**
 * Return whether a mark has a value for every x, so that it can be read from left to right.
 * @param {AnyMark} mark
 * @returns {mark is (Line | Lines | Band) & { x: Float32Array }}
 */
function isCourse(mark) {
  return (mark.kind === "line" || mark.kind === "lines" || mark.kind === "band") && !!mark.x?.length &&
    mark.x.every((value, i, all) => i === 0 || value >= all[i - 1]);
}

/** Return whether a mark is bars with a name of their own, such as a histogram. @param {AnyMark} mark */
const isNamedBars = (mark) => mark.kind === "bars" && !!mark.label;

/** Return the name of a mark in words. @param {AnyMark} mark */
const nameOf = (mark) => (("end_label" in mark && mark.end_label) || mark.label || mark.name).replace("\n", " ");

/** Return whether a mark is the area below a line, which has the line's name. @param {AnyMark} mark @param {AnyMark[]} all */
function isBelowLine(mark, all) {
  return mark.kind === "band" && all.some((other) => other.kind === "line" && nameOf(other) === nameOf(mark));
}

/**
 * Return a mark's value at x, or at (x, y), in words; "" if it has none.
 * @param {AnyMark} mark
 * @param {Chart} chart
 * @param {number} x
 * @param {number} y
 */
function describe(mark, chart, x, y) {
  const name = nameOf(mark);
  const value = (/** @type {number} */ number) => formatNumber(number, chart.y.format);
  if (mark.kind === "surface") {
    const level = levelAt(mark, chart, x, y);
    return Number.isNaN(level) ? "" : `${mark.label} ${formatNumber(level)} ${mark.unit && `(${mark.unit})`}`.trim();
  }
  if (mark.kind === "bars") {
    const i = mark.left.findIndex((left, k) => left <= x && x <= mark.right[k]);
    if (i < 0) return "";
    return isNamedBars(mark)
      ? `${name} ${value(mark.height[i])}`
      : `${chart.x.label || name} ${formatNumber((mark.left[i] + mark.right[i]) / 2)}: ${value(mark.height[i])}`;
  }
  if (mark.kind === "lines") {
    const { near, level } = nearestLine(mark, x, y);
    return near < 0 ? "" : `${mark.names[near]}: ${value(level)}`;
  }
  if (mark.kind !== "line" && mark.kind !== "band") return "";
  if (mark.x && !isCourse(mark)) return "";
  const at = (/** @type {Float32Array} */ values) => mark.x ? interpolate(mark.x, values, x) : values[0];
  if (mark.kind === "line") {
    const y = at(mark.y);
    return Number.isFinite(y) && (mark.x || mark.label) ? `${name} ${value(y)}` : "";
  }
  const [low, high] = [at(mark.low), at(mark.high)];
  if (!Number.isFinite(low + high)) return "";
  return value(low) === value(high) ? `${name} ${value(low)}` : `${name} ${value(low)} to ${value(high)}`;
}

/**
 * Return the line nearest to y at the place nearest to x, and its value; -1 if no line has a value there.
 * @param {Lines} mark
 * @param {number} x
 * @param {number} y
 */
function nearestLine({ x: xs, y: values, names }, x, y) {
  const start = xs.indexOf(findNearest(xs, x)) * names.length, row = [...values.subarray(start, start + names.length)];
  const near = row.reduce(
    (best, level, i) => Math.abs(level - y) < Math.abs((row[best] ?? Infinity) - y) ? i : best,
    -1,
  );
  return { near, level: row[near] };
}

/**
 * Return a surface's value from 0 to 1 in the cell that holds (x, y), NaN if it has none.
 * @param {import("./wire.js").Surface} surface
 * @param {Chart} chart
 * @param {number} x
 * @param {number} y
 */
function levelAt(surface, chart, x, y) {
  return surface.values[cellAt(surface, chart, x, y)] / 255;
}

/**
 * Return the cell that holds (x, y), counted row by row from the lowest.
 * @param {import("./wire.js").Surface | import("./wire.js").Cells} mark
 * @param {Chart} chart
 * @param {number} x
 * @param {number} y
 */
function cellAt({ values, columns }, chart, x, y) {
  const rows = values.length / columns;
  const column = Math.floor((x - chart.x.low) / (chart.x.high - chart.x.low) * columns);
  const row = Math.floor((y - chart.y.low) / (chart.y.high - chart.y.low) * rows);
  return Math.min(row, rows - 1) * columns + Math.min(column, columns - 1);
}
