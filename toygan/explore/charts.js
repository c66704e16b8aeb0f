// The charts of a page that can be explored: templates of content.py, filled with the numbers of one frame.
import { formatNumber } from "../chart/scales.js";
import { fieldAt, placesAt } from "./unpack.js";

/**
 * @import { AnyMark, Axis, Band, Chart, Line, Role } from "../chart/wire.js"
 * @import { Colour, Content, Pictures, Template } from "./unpack.js"
 *
 * A run that is shown: its cell, the number of its seed, its pictures if they are there, and its name in words.
 * @typedef {{ cell: number, seed: number, pictures: Pictures | undefined, name: string }} Shown
 * @typedef {{ content: Content, curves: Map<string, Float32Array> }} Film
 */

const HEALTHY = "healthy", NONE = "–", FEW = 0.05; // the last: the share of samples outside that is worth a word
const CURSOR = "now";
const NOTHING = { x: new Float32Array(), y: new Float32Array(), values: new Uint8Array(), columns: 1 };
const UNPACKING = { D: NOTHING, generated: NOTHING, remark: { words: ["unpacking"] } };

/** Return numbers as an array, in which a gap is NaN. @param {(number | null)[]} numbers */
const withGaps = (numbers) => Float32Array.from(numbers, (x) => x ?? NaN);

/** Return a chart with some marks as they are now. @param {Template} template @param {Record<string, object>} news */
export function fill({ chart, numbers }, news = {}) {
  const marks = chart.marks.map((mark) => {
    const arrays = Object.entries(numbers[mark.name] ?? {}).map(([field, x]) => [field, withGaps(x)]);
    return /** @type {AnyMark} */ ({ ...mark, ...Object.fromEntries(arrays), ...news[mark.name] });
  });
  return { ...chart, marks };
}

/**
 * Return the chart of the samples of a run.
 * @param {Film} film
 * @param {Shown} run
 * @param {number} frame
 * @returns {Chart}
 */
export function drawSamples({ content }, { cell, seed, pictures, name }, frame) {
  const { samples, line, diverged } = content.cells[cell], template = content.charts[samples];
  const picture = Math.floor(frame / content.stride), ended = diverged[seed];
  if (!pictures) return { ...fill(template, UNPACKING), title: name, lead: true };
  const [first, second] = [0, 1].map((axis) => placesAt(pictures, axis, picture, content));
  const field = fieldAt(pictures, picture, content, line);
  const away = first.filter(Number.isNaN).length / first.length;
  const remark = ended >= 0 && content.steps[frame] >= ended
    ? `diverged at iteration ${ended.toLocaleString("en")}`
    : away >= FEW
    ? `${formatNumber(away, "percent", 2)} of generated samples outside`
    : "";
  const news = line ? placeOnLine(template, [...first, ...second], field) : {
    D: { values: field, columns: content.side },
    generated: { x: along(template.chart.x, first), y: along(template.chart.y, second) },
  };
  return { ...fill(template, { ...news, remark: { words: [remark] } }), title: name, lead: true };
}

/** Return shares of an axis as numbers on it. @param {Axis} axis @param {Float32Array} shares */
const along = ({ low, high }, shares) => shares.map((share) => low + share * (high - low));

/**
 * Return the marks of samples on a line: their density or share in each bin, some of them below, and D's curve, which
 * is 1 at the last tick of the axis at the right.
 * @param {Template} template
 * @param {number[]} shares places of samples
 * @param {Uint8Array} field D's output, from 0 to 255
 */
function placeOnLine({ chart, numbers }, shares, field) {
  const { x, y, right } = chart,
    left = withGaps(numbers["density of generated"].left),
    one = right?.marked.at(-1)?.[0] ?? 1;
  const places = along(x, Float32Array.from(shares)), width = left[1] - left[0];
  const counts = new Float32Array(left.length), each = y.label === "density" ? 1 / width : 1;
  for (const place of places) {
    const bin = Math.floor((place - left[0]) / width);
    if (bin >= 0 && bin < counts.length) counts[bin] += each / places.length;
  }
  const middles = Float32Array.from(field, (_, i) => (i + 0.5) / field.length);
  return {
    "density of generated": { height: counts },
    generated: { x: places.subarray(0, numbers.generated.y.length) },
    D: { x: along(x, middles), y: Float32Array.from(field, (level) => one * level / 255) },
  };
}

/**
 * Return a metric of every seed of a cell, by seed and frame.
 * @param {Film} film
 * @param {string} metric
 * @param {number} cell
 */
function courses({ content: { seeds, steps }, curves }, metric, cell) {
  const all = /** @type {Float32Array} */ (curves.get(metric)), n = steps.length;
  return seeds.map((_, i) => all.subarray((cell * seeds.length + i) * n, (cell * seeds.length + i + 1) * n));
}

/** Return the mean of the finite numbers; NaN if there is none. @param {number[]} values */
function mean(values) {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, x) => sum + x, 0) / finite.length;
}

/**
 * Return the number that colours a cell at a frame; NaN if no seed has one.
 * @param {Film} film
 * @param {Colour} colour
 * @param {number} cell
 * @param {number} frame
 */
export function valueOf(film, { name, follows }, cell, frame) {
  const { words } = film.content.cells[cell];
  if (name === HEALTHY) return words.filter(({ verdict }) => verdict === HEALTHY).length / words.length;
  return mean(courses(film, follows, cell).map((course) => course[frame]));
}

/** Return a value of a scale as a share of colour; below 0 if it is worse than the scale holds. @param {number} value @param {Colour["scale"]} scale */
export function goodness(value, [worst, best, log]) {
  const place = log ? (/** @type {number} */ x) => Math.log(Math.max(x, Math.min(worst, best))) : Number;
  const share = (place(value) - place(worst)) / (place(best) - place(worst));
  return share < -1e-6 ? -1 : Math.min(Math.max(share, 0), 1);
}

/** Return the most common verdicts on a cell in words. @param {Film} film @param {number} cell */
export function countVerdicts({ content: { cells } }, cell) {
  const counts = new Map();
  for (const { verdict } of cells[cell].words) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([verdict, n]) => `${n} × ${verdict}`);
}

/**
 * Return the diagram of some cells, row by row from the lowest.
 * @param {Film} film
 * @param {Colour} colour
 * @param {number[]} cells
 * @param {number} chosen the place among them of the one that is shown
 * @param {number} frame
 * @param {(cell: number) => string} nameOf
 */
export function drawDiagram(film, colour, cells, chosen, frame, nameOf) {
  const values = cells.map((cell) => valueOf(film, colour, cell, frame));
  const shares = Float32Array.from(values, (value) => goodness(value, colour.scale));
  const shown = values.map((value) => Number.isNaN(value) ? NONE : formatNumber(value, colour.format));
  const names = cells.map((cell, i) =>
    [nameOf(cell), `${colour.name} ${shown[i]}`, ...countVerdicts(film, cell)].join("\n")
  );
  return fill(film.content.charts[colour.cells], { cells: { values: shares, shown, names, chosen } });
}

/**
 * Return the course of a metric over the seeds of a cell: the range of all, and the seed that is shown.
 * @param {Film} film
 * @param {string} metric
 * @param {Shown} run
 * @param {Role} role
 * @param {string} label
 * @returns {AnyMark[]}
 */
function drawCourse(film, metric, { cell, seed }, role, label) {
  const all = courses(film, metric, cell), x = Float32Array.from(film.content.steps);
  const ends = (/** @type {(...all: number[]) => number} */ end) =>
    x.map((_, i) => {
      const finite = all.map((course) => course[i]).filter(Number.isFinite);
      return finite.length ? end(...finite) : NaN;
    });
  const name = `${metric} of ${label}`;
  const band = /** @type {Band} */ ({
    ...{ kind: "band", name: `${name}, all seeds`, role, label: "", opacity: 0.22, end_label: "" },
    ...{ x, low: ends(Math.min), high: ends(Math.max) },
  });
  return [...(all.length > 1 ? [band] : []), drawLine(name, role, x, all[seed], label)];
}

/** @param {string} name @param {Role} role @param {Float32Array} x @param {Float32Array} y @returns {Line} */
function drawLine(name, role, x, y, label = "", width = 1.8) {
  const plain = /** @type {const} */ ({ opacity: 1, dash: "", end: "", end_label: "", closed: false, fill: null });
  return { kind: "line", name, role, label, x, y, width, ...plain };
}

/**
 * Return a chart of courses, with a line at the present iteration.
 * @param {Film} film
 * @param {Template} template
 * @param {AnyMark[]} marks
 * @param {number} frame
 * @returns {Chart}
 */
function drawCourses(film, template, marks, frame) {
  const chart = fill(template), { low, high } = chart.y, now = film.content.steps[frame];
  const cursor = drawLine(CURSOR, "muted", Float32Array.of(now, now), Float32Array.of(low, high), "", 1);
  const labels = [...new Set(marks.map(({ label }) => label).filter(Boolean))];
  const legend = labels.map((label) => [label, marks.filter((mark) => mark.label === label).map(({ name }) => name)]);
  return {
    ...chart,
    marks: [...chart.marks, ...marks, cursor],
    legend: Object.fromEntries(legend),
    legend_above: true,
  };
}

/**
 * Return the courses of the metric that is followed: those of the run that is shown, and of its twin.
 * @param {Film} film
 * @param {Colour} colour
 * @param {Shown[]} runs
 * @param {number} frame
 */
export function drawFollowed(film, { follows, course }, runs, frame) {
  const roles = /** @type {Role[]} */ (["generated", "second"]);
  const labels = runs.length > 1 ? ["this", "twin"] : [""];
  const marks = runs.flatMap((run, i) => drawCourse(film, follows, run, roles[i], labels[i]));
  return drawCourses(film, film.content.charts[course], marks, frame);
}

/**
 * Return the courses of both players' losses.
 * @param {Film} film
 * @param {Shown} run
 * @param {number} frame
 */
export function drawLosses(film, run, frame) {
  const template = film.content.charts[film.content.cells[run.cell].losses];
  const marks = [
    ...drawCourse(film, "loss-d", run, "discriminator", "D"),
    ...drawCourse(film, "loss-g", run, "generator", "G"),
  ];
  return drawCourses(film, template, marks, frame);
}
