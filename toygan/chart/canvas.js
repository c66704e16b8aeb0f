// Paints a chart on a 2-D canvas, as figure.py does with matplotlib: all but its title and legend, which are HTML.
import { lastFinite, LINE_ROLES, paintMark, paintPaper, setFont } from "./marks.js";
import { fitWords, scale, spread, thin } from "./scales.js";

/**
 * @import { AnyMark, Axis, Chart } from "./wire.js"
 * @import { Brush, Frame, Palette } from "./marks.js"
 *
 * A change of settings: its iteration, and it in words.
 * @typedef {{ step: number, words: string }} Change
 *
 * The size of a canvas in CSS pixels, CSS pixels per point, and screen pixels per CSS pixel.
 * @typedef {{ width: number, height: number, point: number, ratio: number }} Sheet
 */

// In points. The same for all numbers that a chart shows: if axes moved with their words, a picture would jump.
const LEFT = 37, RIGHT = 46, RIGHT_OF_AXIS = 24, RIGHT_OF_SQUARE = 14, TOP = 10, BOTTOM = 17, LABEL = 13, TICK = 3.5;
const BAND_LINE = 10.3, SWATCH_POINT = 8, LETTER = 5.6; // the width of a tick's letter, about
const CHANGE_SIZE = 8.5, CHANGE_SHARE = 0.6; // of the words at a change, and of the axes that they may fill

/**
 * Return the place of a chart's axes. With an aspect they shrink to fit, at the top left. Long words left of cells,
 * which no frame changes, get the room that they need.
 * @param {Chart} chart
 * @param {Sheet} sheet
 * @returns {Frame}
 */
export function layout({ x, y, right: words, aspect, marks }, { width, height, point }) {
  const longest = Math.max(0, ...y.marked.map(([, words]) => words.length)) * LETTER + 2.5 * TICK;
  const room = marks.some(({ kind }) => kind === "cells") ? Math.min(longest * point, 0.45 * width) : 0;
  const left = (y.label ? LABEL * point : 0) + Math.max(LEFT * point, room), top = TOP * point;
  const beside = aspect ? RIGHT_OF_SQUARE : words ? RIGHT_OF_AXIS : RIGHT;
  let right = width - beside * point, bottom = height - belowAxes({ x, marks }) * point;
  if (aspect) {
    const across = x.high - x.low, up = (y.high - y.low) * aspect;
    const unit = Math.min((right - left) / across, (bottom - top) / up);
    right = left + unit * across;
    bottom = top + unit * up;
  }
  return { left, right, top, bottom, x: scale(x, left, right), y: scale(y, bottom, top) };
}

/**
 * Return the height, in points, of a chart's words below the axes: those of the x axis, and those that marks put there.
 * @param {Pick<Chart, "x" | "marks">} chart
 */
export function belowAxes({ x, marks }) {
  const rooms = marks.map((mark) => {
    if (mark.kind !== "text" || mark.units !== "axes" || mark.y.some((y) => y > 0)) return 0;
    return mark.size - Math.min(...mark.offset.filter((_, i) => i % 2));
  });
  return Math.max(x.label ? BOTTOM + LABEL : BOTTOM, ...rooms);
}

/**
 * Paint all of a chart but its title and legend, without the marks whose names are hidden; of several lines the `near`
 * one is stronger (-1: none), of a mesh the way to it `from` another point. Return the place of the axes.
 * @param {CanvasRenderingContext2D} context
 * @param {Chart} chart
 * @param {Sheet} sheet
 * @param {Palette} palette
 * @param {ReadonlySet<string>} hidden
 * @param {number} near
 * @param {number} from
 * @param {readonly Change[]} changes of settings, marked on curves over iterations
 * @param {boolean} values whether the values of cells stand in them
 */
export function paint(
  context,
  chart,
  sheet,
  palette,
  hidden = new Set(),
  near = -1,
  from = -1,
  changes = [],
  values = false,
) {
  const frame = layout(chart, sheet);
  const brush = { context, frame, point: sheet.point, palette, near, from, values };
  context.setTransform(sheet.ratio, 0, 0, sheet.ratio, 0, 0);
  context.clearRect(0, 0, sheet.width, sheet.height);
  const marks = chart.marks.filter((mark) => !hidden.has(mark.name));
  const { left, right, top, bottom } = frame;
  if (chart.frame) paintGrid(brush, chart);
  for (const mark of marks) {
    context.save();
    if (mark.kind !== "text") {
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
    }
    paintMark(brush, mark);
    context.restore();
  }
  if (chart.frame) paintAxes(brush, chart, sheet.width);
  if (isOverIterations(chart)) paintChanges(brush, chart, changes);
  paintBandLabels(brush, marks, sheet.width - sheet.point);
  paintLineLabels(brush, marks);
  return frame;
}

/** @param {Brush} brush @param {Chart} chart */
function paintGrid({ context, frame, point, palette }, { x, y }) {
  context.strokeStyle = palette.faint;
  context.lineWidth = palette.style.axis_width * point;
  context.beginPath();
  for (const [value] of x.grid ? x.marked : []) {
    context.moveTo(frame.x(value), frame.top);
    context.lineTo(frame.x(value), frame.bottom);
  }
  for (const [value] of y.grid ? y.marked : []) {
    context.moveTo(frame.left, frame.y(value));
    context.lineTo(frame.right, frame.y(value));
  }
  context.stroke();
}

/** @param {Brush} brush @param {Chart} chart @param {number} width */
function paintAxes(brush, chart, width) {
  const { context, frame, point, palette } = brush, { left, right, top, bottom } = frame;
  const tick = TICK * point;
  context.strokeStyle = palette.muted;
  context.lineWidth = palette.style.axis_width * point;
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(left, bottom);
  context.lineTo(right, bottom);
  for (const [value] of chart.x.marked) {
    context.moveTo(frame.x(value), bottom);
    context.lineTo(frame.x(value), bottom + tick);
  }
  for (const [value] of chart.y.marked) {
    context.moveTo(left, frame.y(value));
    context.lineTo(left - tick, frame.y(value));
  }
  context.stroke();
  setFont(brush, palette.style.tick_size);
  context.fillStyle = palette.words.muted;
  [context.textAlign, context.textBaseline] = ["center", "top"];
  const cells = chart.marks.some(({ kind }) => kind === "cells"), gap = 3 * point;
  const measure = (/** @type {string} */ words) => context.measureText(words).width;
  const places = chart.x.marked.map(([value]) => frame.x(value));
  const each = (right - left) / places.length - gap; // of names below cells none is left out; a part of a number misleads
  const below = chart.x.marked.map(([, words]) => cells && isNaN(+words) ? fitWords(words, each, measure) : words);
  const step = thin(places, below.map(measure), gap);
  below.forEach((words, i) => {
    if (i % step) return;
    const half = measure(words) / 2;
    context.fillText(words, Math.min(Math.max(places[i], half), width - half), bottom + 2 * tick);
  });
  [context.textAlign, context.textBaseline] = ["right", "middle"];
  const heights = chart.y.marked.map(([value]) => -frame.y(value)), height = palette.style.tick_size * point;
  const every = cells ? 1 : thin(heights, heights.map(() => height), 0);
  const beside = left - 2 * tick - (chart.y.label ? LABEL * point : 0);
  chart.y.marked.forEach(([, words], i) => {
    if (i % every) return;
    context.fillText(fitWords(words, beside, measure), left - 2 * tick, -heights[i]);
  });
  [context.textAlign, context.fillStyle] = ["left", palette.words[chart.right?.role ?? "muted"]];
  for (const [value, words] of chart.right?.marked ?? []) context.fillText(words, right + 2 * tick, frame.y(value));
  setFont(brush, palette.style.label_size, chart.x.role !== "muted");
  const half = Math.min(context.measureText(chart.x.label).width, width) / 2; // a long label stays on the canvas
  const middle = Math.min(Math.max((left + right) / 2, half), width - half);
  axisLabel(brush, chart.x, middle, bottom + (BOTTOM + LABEL / 2) * point, 0);
  axisLabel(brush, chart.y, LABEL / 2 * point, (top + bottom) / 2, -Math.PI / 2);
}

/** @param {Brush} brush @param {Axis} axis @param {number} x @param {number} y @param {number} angle */
function axisLabel(brush, { label, role }, x, y, angle) {
  const { context, palette } = brush;
  setFont(brush, palette.style.label_size, role !== "muted");
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  [context.fillStyle, context.textAlign, context.textBaseline] = [palette.words[role], "center", "middle"];
  context.fillText(label, 0, 0);
  context.restore();
}

/** @param {Brush} brush @param {AnyMark[]} marks @param {number} right */
function paintBandLabels(brush, marks, right) {
  const { context, frame, point, palette } = brush;
  setFont(brush, palette.style.band_label_size, true);
  [context.textAlign, context.textBaseline] = ["right", "middle"];
  for (const mark of marks) {
    if (mark.kind !== "band" || !mark.end_label) continue;
    const middles = mark.low.map((low, i) => (low + mark.high[i]) / 2), last = lastFinite({ y: middles });
    const lines = last < 0 ? [] : mark.end_label.split("\n");
    const lowest = frame.bottom - lines.length / 2 * BAND_LINE * point; // below it are the words of the x axis
    const middle = Math.min(frame.y(middles[last]), lowest);
    lines.forEach((line, i) => {
      const y = middle + (i - (lines.length - 1) / 2) * BAND_LINE * point;
      paintPaper(brush, line, right, y, point, 1);
      context.fillStyle = palette.words[mark.role];
      context.fillText(line, right, y);
    });
  }
}

/** Return whether a chart's curves go over iterations. @param {Chart} chart */
export const isOverIterations = ({ x }) => x.label.startsWith("iteration");

/** @param {Brush} brush @param {Chart} chart @param {readonly Change[]} changes */
function paintChanges(brush, { x, marks }, changes) {
  const { context, frame, point, palette } = brush, { left, right, top, bottom } = frame, gap = 3 * point;
  const seen = changes.filter(({ step }) => x.low < step && step < x.high), up = TOP * point / 2;
  if (!seen.length) return;
  setFont(brush, CHANGE_SIZE);
  [context.strokeStyle, context.lineWidth, context.textBaseline] = [palette.muted, point, "middle"];
  context.setLineDash([2 * point, 2 * point]);
  context.beginPath();
  for (const { step } of seen) {
    context.moveTo(frame.x(step), top - 2 * up);
    context.lineTo(frame.x(step), bottom);
  }
  context.stroke();
  context.setLineDash([]);
  const measure = (/** @type {string} */ words) => context.measureText(words).width;
  let free = Infinity; // words of later changes begin there
  for (const { step, words } of seen.reverse()) {
    const at = frame.x(step), short = fitWords(words, CHANGE_SHARE * (right - left), measure), width = measure(short);
    const start = at + gap + width <= right ? at + gap : at - gap - width;
    const best = marks.some((mark) =>
      mark.kind === "text" && mark.words[0] === "best" && frame.y(mark.y[0]) < top + 2 * up &&
      frame.x(mark.x[0]) > start - 4 * gap && frame.x(mark.x[0]) < start + width + 4 * gap
    ); // its word is there
    if (best || start < left || start + width > free) continue;
    context.textAlign = "left";
    context.fillStyle = palette.words.muted;
    context.fillText(short, start, top - up);
    free = Math.min(free, start, at) - gap;
  }
}

/** The last point of each of some lines that are told apart. @param {Brush} brush @param {AnyMark[]} marks */
function linesEnds({ frame, point, palette }, marks) {
  return marks.flatMap((mark) => {
    if (mark.kind !== "lines" || !mark.instead_of.length || mark.names.length > LINE_ROLES.length) return [];
    const last = mark.x.length - 1, from = last * mark.names.length;
    return mark.names.flatMap((name, i) => {
      const y = frame.y(mark.y[from + i]);
      const words = name.replace(/^seed /, ""), x = frame.x(mark.x[last]) + palette.style.label_away * point;
      return last < 0 || Number.isNaN(y) ? [] : [{ words, colour: palette.words[LINE_ROLES[i]], x, y }];
    });
  });
}

/** @param {Brush} brush @param {AnyMark[]} marks */
function paintLineLabels(brush, marks) {
  const { context, frame, point, palette } = brush;
  setFont(brush, palette.style.line_label_size, true);
  [context.textAlign, context.textBaseline] = ["left", "middle"];
  const ends = marks.flatMap((mark) => {
    const last = mark.kind === "line" && mark.end_label ? lastFinite(mark) : -1;
    if (mark.kind !== "line" || !mark.x || last < 0) return [];
    const y = Math.min(Math.max(frame.y(mark.y[last]), frame.top), frame.bottom);
    return [{
      words: mark.end_label,
      colour: palette.words[mark.role],
      x: frame.x(mark.x[last]) + palette.style.label_away * point,
      y,
    }];
  });
  const several = linesEnds(brush, marks), all = [...ends, ...several];
  const gap = several.length ? palette.style.band_label_size : palette.style.label_gap;
  const places = spread(all.map(({ y }) => y), gap * point);
  const below = Math.max(0, ...places.map((y) => y - frame.bottom)); // there are the words of the x axis
  places.forEach((y, i) => {
    paintPaper(brush, all[i].words, all[i].x, y - below, point, 1);
    context.fillStyle = all[i].colour;
    context.fillText(all[i].words, all[i].x, y - below);
  });
}

/**
 * Paint the swatch that shows marks in the legend, one on top of the other, on a sheet of its size.
 * @param {CanvasRenderingContext2D} context
 * @param {readonly AnyMark[]} marks
 * @param {Sheet} sheet
 * @param {Palette} palette
 */
export function paintSwatch(context, marks, { width, height, point, ratio }, palette) {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const brush = {
    context,
    point,
    palette,
    frame: { left: 0, right: width, top: 0, bottom: height, x: Number, y: Number },
  };
  const numbers = (/** @type {number[]} */ ...values) => new Float32Array(values);
  const middle = { x: numbers(width / 2), y: numbers(height / 2) };
  for (const mark of marks) {
    if (mark.kind === "points") paintMark(brush, { ...mark, ...middle, size: Math.min(mark.size, SWATCH_POINT) });
    else if (mark.kind === "line") {
      const along = { x: numbers(0, width), y: numbers(height / 2, height / 2) };
      paintMark(brush, { ...mark, ...along, end: "", closed: false });
    } else if (mark.kind === "arrows") {
      paintMark(brush, { ...mark, ...middle, x: numbers(0), u: numbers(width), v: numbers(0) });
    } else {
      const { name, role, label, opacity } = mark, band = { low: numbers(0.8 * height), high: numbers(0.2 * height) };
      paintMark(brush, { kind: "band", name, role, label, opacity, ...band, end_label: "" });
    }
  }
}
