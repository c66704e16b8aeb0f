// The ten marks on a 2-D canvas. marks.py describes how each of them looks; sizes are in points, colours go by role.
import { paintMesh } from "./mesh.js";
import { addPolygon, paintPoints } from "./points.js";

/**
 * @import { AnyMark, Arrows, Band, Bars, Cells, Line, Lines, Role, Surface, Text } from "./wire.js"
 *
 * Colours "#rrggbb" by role, for marks and, somewhat stronger, for words; that of the paper; the family of letters; the
 * numbers that all painters share (style.py); and of dashes the lengths on and off, times the line's width.
 * @typedef {Record<Role | "paper" | "undecided" | "font", string> & { words: Record<Role, string>,
 *   style: Record<(typeof NUMBERS)[number], number>, dashes: Record<"dotted" | "dashed" | "dashdot", number[]> }} Palette
 *
 * The place of a chart on its canvas: the edges of its axes, and the pixel of a number, all in CSS pixels.
 * @typedef {{ left: number, right: number, top: number, bottom: number,
 *   x: (value: number) => number, y: (value: number) => number }} Frame
 *
 * All that painting needs; `point` is CSS pixels per point, `near` the one of several lines at the pointer,
 * `from` the point of a mesh that was chosen last, `values` whether the values of cells stand in them.
 * @typedef {{ context: CanvasRenderingContext2D, frame: Frame, point: number, palette: Palette, near?: number, from?: number, values?: boolean }} Brush
 */

const DARK_CELL = 0.6; // the value of a cell from which on the colour of the paper is read better than that of ink

export const NUMBERS = /** @type {const} */ ([
  ...["surface_opacity", "fill_opacity", "box_opacity", "box_pad", "triangle_edge", "diamond_edge", "plus_width"],
  ...["axis_width", "cell_edge", "cell_cross", "chosen_edge", "label_size", "tick_size", "line_label_size"],
  ...["band_label_size", "label_gap", "label_away"],
]);

const CUT = 3; // points from the top of the axes to the gap in a bar that is cut there
/** The roles whose colours tell some lines, such as seeds, apart. */
export const LINE_ROLES = /** @type {Role[]} */ ([
  "generated",
  "real",
  "discriminator",
  "generator",
  "second",
  "third",
  "ink",
  "muted",
]);

/** The painter of each kind, which paints in the colour of its role. */
export const PAINTERS = /** @type {Record<AnyMark["kind"], (brush: Brush, mark: any) => void>} */ ({
  points: paintPoints,
  line: paintLine,
  lines: paintLines,
  band: paintBand,
  bars: paintBars,
  surface: paintSurface,
  cells: paintCells,
  arrows: paintArrows,
  mesh: paintMesh,
  text: paintText,
});

/** @param {Brush} brush @param {AnyMark} mark */
export function paintMark(brush, mark) {
  const { context, palette } = brush;
  context.save();
  context.globalAlpha = mark.opacity;
  context.fillStyle = context.strokeStyle = mark.kind === "text" ? palette.words[mark.role] : palette[mark.role];
  PAINTERS[mark.kind](brush, mark);
  context.restore();
}

/**
 * Add a line to the path, interrupted at NaN.
 * @param {Brush} brush
 * @param {Float32Array} x
 * @param {Float32Array} y of several lines, a row for each x
 * @param {number} column of the line
 * @param {number} columns
 */
function addLine({ context, frame }, x, y, column = 0, columns = 1) {
  for (let i = 0, pen = false; i < x.length; i++) {
    const px = frame.x(x[i]), py = frame.y(y[i * columns + column]), there = !Number.isNaN(px + py);
    if (there && pen) context.lineTo(px, py);
    else if (there) context.moveTo(px, py);
    pen = there;
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r */
function addCross(context, x, y, r) {
  for (const way of [-1, 1]) {
    context.moveTo(x - r, y - way * r);
    context.lineTo(x + r, y + way * r);
  }
}

/** @param {Brush} brush @param {Line} mark */
function paintLine(brush, mark) {
  const { context, frame, point, palette } = brush;
  context.beginPath();
  if (!mark.x) {
    context.moveTo(frame.left, frame.y(mark.y[0]));
    context.lineTo(frame.right, frame.y(mark.y[0]));
  } else addLine(brush, mark.x, mark.y);
  if (mark.closed) context.closePath();
  if (mark.fill) {
    [context.globalAlpha, context.fillStyle] = [palette.style.fill_opacity, palette[mark.fill]];
    context.fill();
    context.globalAlpha = mark.opacity;
  }
  context.lineJoin = "round";
  context.lineWidth = mark.width * point;
  context.setLineDash((mark.dash ? palette.dashes[mark.dash] : []).map((length) => length * context.lineWidth));
  if (mark.width) context.stroke(); // a canvas ignores a width of 0
  const end = lastFinite(mark);
  if (mark.end !== "cross" || end < 0 || !mark.x) return;
  context.beginPath();
  addCross(context, frame.x(mark.x[end]), frame.y(mark.y[end]), 3 * point);
  context.setLineDash([]);
  context.lineWidth = 3 * point;
  context.stroke();
}

/** @param {Brush} brush @param {Lines} mark */
function paintLines(brush, { x, y, names, width, instead_of }) {
  const { context, point, palette, near = -1 } = brush;
  context.lineJoin = "round";
  context.lineWidth = width * point;
  if (instead_of.length && names.length <= LINE_ROLES.length) {
    [context.globalAlpha, context.lineWidth] = [0.9, 1.4 * width * point];
    names.forEach((_, column) => {
      context.strokeStyle = palette[LINE_ROLES[column]];
      context.beginPath();
      addLine(brush, x, y, column, names.length);
      context.stroke();
    });
  } else {
    context.beginPath();
    names.forEach((_, column) => addLine(brush, x, y, column, names.length));
    context.stroke();
  }
  if (near < 0) return;
  [context.globalAlpha, context.lineWidth] = [1, 2.5 * width * point];
  context.beginPath();
  addLine(brush, x, y, near, names.length);
  context.stroke();
}

/**
 * Return the index of the last point that a line has, or -1.
 * @param {{ y: Float32Array }} line
 */
export function lastFinite({ y }) {
  let i = y.length - 1;
  while (i >= 0 && !Number.isFinite(y[i])) i--;
  return i;
}

/** @param {Brush} brush @param {Band} mark */
function paintBand({ context, frame }, { x, low, high }) {
  context.beginPath();
  if (!x) {
    const top = frame.y(high[0]);
    context.rect(frame.left, top, frame.right - frame.left, frame.y(low[0]) - top);
  } else {
    for (let start = 0, i = 0; i <= x.length; i++) {
      if (i < x.length && Number.isFinite(x[i] + low[i] + high[i])) continue;
      const corners = [];
      for (let k = start; k < i; k++) corners.push(frame.x(x[k]), frame.y(high[k]));
      for (let k = i - 1; k >= start; k--) corners.push(frame.x(x[k]), frame.y(low[k]));
      if (corners.length) addPolygon(context, corners);
      start = i + 1;
    }
  }
  context.fill();
}

/** @param {Brush} brush @param {Bars} mark */
function paintBars({ context, frame, point, palette }, { left, right, height }) {
  context.beginPath();
  const base = frame.y(0);
  for (let i = 0; i < height.length; i++) {
    const start = frame.x(left[i]), top = frame.y(height[i]);
    if (!Number.isNaN(start + top)) context.rect(start, top, frame.x(right[i]) - start, base - top);
  }
  context.fill();
  [context.globalAlpha, context.fillStyle] = [1, palette.paper];
  for (let i = 0; i < height.length; i++) { // a bar that is higher than the axis is broken near its top
    const start = frame.x(left[i]);
    if (frame.y(height[i]) < frame.top - 1) {
      context.fillRect(start, frame.top + CUT * point, frame.x(right[i]) - start, CUT / 2 * point);
    }
  }
}

/**
 * Return the colours of the 256 levels of a surface, as bytes red, green, blue, opacity: from generated over undecided
 * to real.
 * @param {Palette} palette
 */
export function surfaceColours(palette) {
  const [paper, middle, ...ends] = [palette.paper, palette.undecided, palette.generated, palette.real].map((colour) =>
    [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
  );
  const colours = new Uint8ClampedArray(4 * 256), mix = palette.style.surface_opacity;
  for (let level = 0; level < 256; level++) {
    const side = level / 127.5 - 1, end = ends[side < 0 ? 0 : 1];
    const channel = (/** @type {number} */ i) => paper[i] + mix * (end[i] - paper[i]) - middle[i];
    colours.set([...[0, 1, 2].map((i) => middle[i] + Math.abs(side) * channel(i)), 255], 4 * level);
  }
  return colours;
}

/** @type {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null} of one canvas for all surfaces */
let sheet = null;

/**
 * Return a sheet of that many pixels. It is always the same one: if each frame made its own, a browser would keep
 * hundreds of them, since their memory does not count as that of the page.
 * @param {number} columns
 * @param {number} rows
 */
function sheetOf(columns, rows) {
  sheet ??= new OffscreenCanvas(columns, rows).getContext("2d");
  if (!sheet) throw new Error("this browser has no canvas");
  if (sheet.canvas.width !== columns || sheet.canvas.height !== rows) {
    [sheet.canvas.width, sheet.canvas.height] = [columns, rows];
  }
  return sheet;
}

/** @param {Brush} brush @param {Surface} mark */
function paintSurface({ context, frame, palette }, { values, columns }) {
  if (!values.length) return;
  const rows = values.length / columns, colours = new Uint32Array(surfaceColours(palette).buffer);
  const cells = sheetOf(columns, rows), image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row++) { // the canvas's first row is the highest
    const from = (rows - 1 - row) * columns;
    for (let i = 0; i < columns; i++) pixels[row * columns + i] = colours[values[from + i]];
  }
  cells.putImageData(image, 0, 0);
  context.drawImage(cells.canvas, frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
}

/** @param {Brush} brush @param {Cells} mark */
function paintCells(brush, mark) {
  const { context, frame, point, palette, near = -1 } = brush, { role, opacity, values, columns, chosen } = mark;
  const rows = values.length / columns, { left, right, top, bottom } = frame, gap = palette.style.cell_edge * point;
  const width = (right - left) / columns, height = (bottom - top) / rows;
  const corner = (
    /** @type {number} */ i,
  ) => [left + i % columns * width, bottom - (Math.floor(i / columns) + 1) * height];
  values.forEach((value, i) => {
    const [x, y] = corner(i);
    if (Number.isNaN(value)) {
      [context.strokeStyle, context.lineWidth] = [palette.muted, point];
      context.beginPath();
      addCross(context, x + width / 2, y + height / 2, palette.style.cell_cross / 2 * point);
      context.stroke();
      return;
    }
    [context.globalAlpha, context.fillStyle] = [opacity * Math.min(Math.max(value, 0), 1), palette[role]];
    context.fillRect(x + gap, y + gap, width - 2 * gap, height - 2 * gap);
    [context.globalAlpha, context.strokeStyle, context.lineWidth] = [1, palette.faint, gap];
    context.strokeRect(x, y, width, height);
    if (!(value < 0)) return;
    const half = palette.style.cell_cross / 2 * point, [middle, level] = [x + width / 2, y + height / 2];
    [context.strokeStyle, context.lineWidth] = [palette.muted, point];
    context.beginPath();
    addPolygon(context, [middle - half, level - half, middle + half, level - half, middle, level + half]);
    context.stroke();
  });
  context.globalAlpha = 1;
  if (brush.values) paintCellWords(brush, mark, width, corner);
  for (const [i, colour] of /** @type {[number, string][]} */ ([[near, palette.muted], [chosen, palette.ink]])) {
    if (i < 0) continue;
    const [x, y] = corner(i);
    const edge = palette.style.chosen_edge * point;
    [context.strokeStyle, context.lineWidth] = [colour, edge];
    context.strokeRect(x + edge / 2, y + edge / 2, width - edge, height - edge);
  }
}

/**
 * Write the value of each cell into it, in the colour that can be read there.
 * @param {Brush} brush
 * @param {Cells} mark
 * @param {number} width
 * @param {(i: number) => number[]} corner
 */
function paintCellWords(brush, { values, shown = [], columns, opacity }, width, corner) {
  const { context, frame, point, palette } = brush, size = palette.style.tick_size;
  const height = (frame.bottom - frame.top) / (values.length / columns);
  setFont(brush, size);
  const widest = Math.max(1, ...shown.map((words) => context.measureText(words).width));
  setFont(brush, size * Math.min(1, (width - 4 * point) / widest, height / (1.3 * size * point)));
  [context.textAlign, context.textBaseline] = ["center", "middle"];
  shown.forEach((words, i) => {
    const [x, y] = corner(i);
    context.fillStyle = values[i] * opacity > DARK_CELL ? palette.paper : palette.ink;
    if (!Number.isNaN(values[i])) context.fillText(words, x + width / 2, y + height / 2);
  });
}

/** @param {Brush} brush @param {Arrows} mark */
function paintArrows({ context, frame, point }, { x, y, u, v, width }) {
  context.beginPath();
  for (let i = 0; i < x.length; i++) {
    const px = frame.x(x[i]), py = frame.y(y[i]);
    addArrow(context, px, py, frame.x(x[i] + u[i]) - px, frame.y(y[i] + v[i]) - py, width * point);
  }
  context.fill();
}

/**
 * Add an arrow to the path: its head is 4 widths wide and 5 long; an arrow that is shorter than that is thinner.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} dx
 * @param {number} dy
 * @param {number} width
 */
export function addArrow(context, x, y, dx, dy, width) {
  const length = Math.hypot(dx, dy);
  if (!(length > 0.1)) return;
  const w = Math.min(width, length / 7.5), along = (length - 5 * w) / length;
  const nx = -dy / length * w, ny = dx / length * w; // one width across
  const hx = x + dx * along, hy = y + dy * along; // the start of the head
  addPolygon(context, [
    ...[x + nx / 2, y + ny / 2, hx + nx / 2, hy + ny / 2, hx + 2 * nx, hy + 2 * ny, x + dx, y + dy],
    ...[hx - 2 * nx, hy - 2 * ny, hx - nx / 2, hy - ny / 2, x - nx / 2, y - ny / 2],
  ]);
}

const ALIGNED = /** @type {const} */ ({
  center: ["center", "middle"],
  left: ["left", "middle"],
  right: ["right", "middle"],
  top: ["center", "top"],
  bottom: ["center", "alphabetic"],
});

/** @param {Brush} brush @param {Text} mark */
function paintText(brush, mark) {
  const { context, frame, point, palette: { style } } = brush, { words, offset } = mark;
  const { left, right, top, bottom } = frame, room = context.canvas.width / context.getTransform().a;
  [context.textAlign, context.textBaseline] = ALIGNED[mark.anchor];
  for (let i = 0; i < words.length; i++) {
    if (!words[i]) continue;
    setFont(brush, mark.size, mark.bold);
    const share = mark.units === "axes";
    setFont(brush, mark.size * Math.min(1, room / context.measureText(words[i]).width), mark.bold);
    const px = share ? left + mark.x[i] * (right - left) : frame.x(mark.x[i]);
    const py = share ? bottom + mark.y[i] * (top - bottom) : frame.y(mark.y[i]);
    const at = px + offset[2 * i] * point, x = within(context, words[i], at, room);
    const free = mark.anchor === "bottom" ? mark.size * point : 0; // words above a point stay on the canvas
    const y = Math.max(py - offset[2 * i + 1] * point, free);
    if (mark.box) paintPaper(brush, words[i], x, y, style.box_pad * mark.size * point, style.box_opacity);
    context.fillText(words[i], x, y);
  }
}

/**
 * Return the place nearest to x from which words do not reach beyond a canvas of that width; x itself if it does not
 * lie on the canvas.
 * @param {CanvasRenderingContext2D} context
 * @param {string} words
 * @param {number} x
 * @param {number} room
 */
function within(context, words, x, room) {
  const { actualBoundingBoxLeft: before, actualBoundingBoxRight: after } = context.measureText(words);
  return x < 0 || x > room ? x : Math.max(before, Math.min(x, room - after));
}

/** @param {Brush} brush @param {number} size in points @param {boolean} bold */
export function setFont({ context, point, palette }, size, bold = false) {
  context.font = `${bold ? "bold " : ""}${size * point}px ${palette.font}`;
}

/**
 * Paint a patch of paper under words, so that they can be read on other marks.
 * @param {Brush} brush
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {number} pad
 * @param {number} opacity
 */
export function paintPaper({ context, palette }, words, x, y, pad, opacity) {
  const box = context.measureText(words);
  context.save();
  context.globalAlpha = opacity;
  context.fillStyle = palette.paper;
  context.fillRect(
    x - box.actualBoundingBoxLeft - pad,
    y - box.actualBoundingBoxAscent - pad,
    box.actualBoundingBoxLeft + box.actualBoundingBoxRight + 2 * pad,
    box.actualBoundingBoxAscent + box.actualBoundingBoxDescent + 2 * pad,
  );
  context.restore();
}
