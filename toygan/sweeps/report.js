// The page of a sweep: a heat map over two axes, every seed of one recipe, and a table to sort.
import { make } from "../chart/elements.js";
import { Picture } from "../chart/picture.js";
import { formatNumber } from "../chart/scales.js";

/**
 * @import { Axis, Chart } from "../chart/wire.js"
 *
 * @typedef {{ seeds: (number | null)[], mean: number | null, low: number | null, high: number | null }} Scores
 * @typedef {string | number | boolean} Value
 * @typedef {{ axes: Record<string, Value>, share: string, seeds: number[], verdict: string, verdicts: string[],
 *   values: Record<string, Scores> }} Row
 * @typedef {{ unit: string, better: string }} Metric
 * @typedef {{ axes: string[], metrics: Record<string, Metric>, rows: Row[] }} Content
 *
 * The rows of the cells of a heat map, row by row from the lowest, and the values on its two axes.
 * @typedef {{ x: string, y: string, across: Value[], up: Value[], rows: (Row | undefined)[] }} Grid
 */

const VERDICT = "verdict", FAILED = "failed", NONE = "–";
const FIRST = ["modes-covered", "high-quality", "sliced-w1", "total-variation"]; // metrics that a table begins with
const AROUND = 20; // rows of the table that are drawn above and below those that are seen
const MOST_UP = 20; // values beside a heat map that have a place above one another
const SAMPLED = 300; // rows whose words decide the width of a column
const TINT = 0.6; // the opacity of the best cell, upon which words can still be read
const CELLS_WIDTH = 260, WORDS_SIZE = 9, LEAST_SIZE = 5; // points: of all cells, and of the words in one
const LETTER_SHARE = 0.6; // of the size of words: the width of a letter, about

/** @param {number | null} x @param {string} unit */
export function score(x, unit = "") {
  return x === null ? NONE : formatNumber(x, unit === "share" ? "percent" : "number");
}

/** Return a value of an axis in words, a number that is not whole with so many digits. @param {Value} value */
export function inWords(value, digits = 6) {
  return typeof value === "number" && !Number.isInteger(value) ? formatNumber(value, "number", digits) : String(value);
}

/**
 * Return the rows of a table that are drawn, from the first to before the last: those that are seen, and some around.
 * @param {number} top pixels above the window @param {number} height of the window @param {number} each height of a row
 * @param {number} count
 */
export function windowOf(top, height, each, count) {
  const first = Math.min(Math.floor(top / each), count) - AROUND, last = Math.ceil((top + height) / each) + AROUND;
  return [Math.max(0, first), Math.min(count, last)];
}

/** Return the least and the largest of any number of numbers; Infinity and -Infinity of none. @param {number[]} all */
function extent(all) {
  let least = Infinity, most = -Infinity;
  for (const x of all) [least, most] = [Math.min(least, x), Math.max(most, x)];
  return [least, most];
}

/** @param {Value} a @param {Value} b */
export function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

/** Return the different values of an axis, in order. @param {Row[]} rows @param {string} axis */
export function valuesOf(rows, axis) {
  return [...new Set(rows.map((row) => row.axes[axis]))].sort(compare);
}

/**
 * Return the function from a mean to its share of colour: 1 is the best, or the largest if neither way is better.
 * @param {Row[]} rows @param {string} metric @param {string} better
 */
export function shading(rows, metric, better) {
  const means = rows.map((row) => row.values[metric].mean).filter((mean) => mean !== null);
  const [low, high] = extent(means);
  return (/** @type {number | null} */ mean) => {
    if (mean === null) return NaN;
    const share = high > low ? (mean - low) / (high - low) : 1;
    return better === "low" ? 1 - share : share;
  };
}

/** @param {Row} row */
function countFailed({ verdicts }) {
  const count = verdicts.filter((verdict) => verdict.startsWith(FAILED)).length;
  return count ? `\n${count} of ${verdicts.length} seeds failed` : "";
}

/** @param {string} label @param {number} low @param {number} high @param {[number, string][]} marked @returns {Axis} */
function axis(label, low, high, marked) {
  return { label, low, high, marked, log: false, format: "number", role: "muted", grid: false };
}

/**
 * @param {string} title @param {Axis} x @param {Axis} y @param {Chart["marks"]} marks
 * @param {string[]} named marks with an entry in the legend
 * @returns {Chart}
 */
function chart(title, x, y, marks, named) {
  const legend = Object.fromEntries(marks.filter(({ name }) => named.includes(name)).map((m) => [m.label, [m.name]]));
  return { title, x, y, marks, legend, right: null, aspect: null, note: "", legend_above: false, frame: true };
}

/**
 * Return the heat map: a cell for every recipe, coloured by the mean of a metric or by whether its verdict is healthy.
 * @param {Grid} grid @param {string} colour @param {Content} content @param {Row} chosen
 * @returns {Chart}
 */
export function heatMap(grid, colour, { metrics, rows: all }, chosen) {
  const columns = grid.across.length, mark = { label: "", opacity: 1 }, verdict = colour === VERDICT;
  const { unit, better } = metrics[colour] ?? { unit: "", better: "" };
  const full = verdict ? () => NaN : shading(all, colour, better);
  const mean = (/** @type {Row} */ { values, verdict }) =>
    values[colour].mean === null && verdict === FAILED ? FAILED : score(values[colour].mean, unit);
  const words = grid.rows.map((row) => row ? verdict ? row.verdict : mean(row) : NONE);
  const values = grid.rows.map((row) =>
    !row ? NaN : verdict ? Number(row.verdict === "healthy") : full(row.values[colour].mean)
  );
  const names = grid.rows.map((row, i) => {
    const at = [[grid.x, grid.across[i % columns]], [grid.y, grid.up[Math.floor(i / columns)]]];
    const place = at.filter(([axis]) => axis).map(([axis, value]) => `${axis} ${inWords(value)}`).join(", ");
    return row ? `${place}\n${verdict ? "" : `${colour} `}${words[i]}${countFailed(row)}` : `${place}\n${NONE}`;
  });
  const means = all.flatMap(({ values }) => values[colour]?.mean ?? []).sort((a, b) =>
    better === "low" ? b - a : a - b
  );
  const [low, high] = verdict
    ? ["other", "healthy"]
    : [means[0] ?? null, means.at(-1) ?? null].map((x) => score(x, unit));
  const size = Math.min(
    WORDS_SIZE,
    CELLS_WIDTH / columns / (LETTER_SHARE * Math.max(...words.map(({ length }) => length))),
  );
  const middles = words.map((_, i) => [i % columns + 0.5, Math.floor(i / columns) + 0.5]);
  const marked = (/** @type {Value[]} */ ticks, most = ticks.length) =>
    ticks.map((
      value,
      i,
    ) => /** @type {[number, string]} */ ([i + 0.5, i % Math.ceil(ticks.length / most) ? "" : inWords(value, 3)]));
  const [x, y] = [
    axis(`${grid.x} →`, 0, columns, marked(grid.across)),
    axis("", 0, grid.up.length, marked(grid.up, MOST_UP)),
  ];
  return chart(grid.y ? `${grid.y} ↑` : colour, x, y, [
    {
      ...{ kind: "cells", name: "cells", role: "real", label: colour, opacity: TINT, columns, names, low, high },
      values: Float32Array.from(values),
      chosen: grid.rows.indexOf(chosen),
      unit: unit === "share" ? "" : unit,
    },
    {
      ...{
        kind: "text",
        name: "words",
        role: "ink",
        ...mark,
        anchor: "center",
        units: "data",
        bold: false,
        box: false,
      },
      words: words.map((word, i) => size < LEAST_SIZE || Number.isNaN(values[i]) ? "" : word),
      x: Float32Array.from(middles, ([x]) => x),
      y: Float32Array.from(middles, ([, y]) => y),
      offset: new Float32Array(2 * words.length),
      size,
    },
  ], []);
}

/**
 * Return every seed of a recipe as a point, with the mean and its interval, on the scale of all recipes.
 * @param {Row} row @param {string} metric @param {Content} content
 * @returns {Chart}
 */
export function everySeed({ seeds, values }, metric, { metrics, rows }) {
  const { mean, low, high, seeds: scores } = values[metric], { unit } = metrics[metric];
  const all = rows.flatMap((other) => other.values[metric].seeds).filter((x) => x !== null);
  const [least, most] = all.length ? extent(all) : [0, 1];
  const edge = 0.05 * (most - least || 1), role = /** @type {const} */ ("generated");
  const ends = /** @type {[number, string][]} */ ([least, (least + most) / 2, most].map((y) => [y, score(y, unit)]));
  const x = Float32Array.from(seeds), y = Float32Array.from(scores, (value) => value ?? NaN);
  const line =
    /** @type {const} */ ({ kind: "line", role, opacity: 1, dash: "", end: "", end_label: "", closed: false });
  const marks = /** @type {Chart["marks"]} */ ([
    { ...line, name: metric, label: "", width: 0, fill: null, x, y }, // invisible: it gives the values at the pointer
    { kind: "points", name: "seeds", role, label: "one seed", opacity: 0.8, x, y, size: 7, shape: "circle" },
  ]);
  if (low !== null && high !== null) {
    const [from, to] = [low, high].map((value) => Float32Array.of(value));
    const label = "95 % interval of the mean";
    marks.unshift({ kind: "band", name: label, role, label, opacity: 0.2, low: from, high: to, end_label: "" });
  }
  if (mean !== null) {
    marks.unshift({ ...line, name: "mean", label: "mean", width: 1.8, fill: null, y: Float32Array.of(mean) });
  }
  const ticks = seeds.map((seed) => /** @type {[number, string]} */ ([seed, String(seed)]));
  const across = axis("seed", Math.min(...seeds) - 0.5, Math.max(...seeds) + 0.5, ticks);
  const up = axis(unit === "share" ? "" : unit, least - edge, most + edge, ends);
  up.format = unit === "share" ? "percent" : "number";
  return chart(`${metric}: every seed`, across, up, marks, ["seeds", "95 % interval of the mean", "mean"]);
}

/** The page: choices, the heat map beside the seeds of one recipe, what that recipe is, and the table. */
class Report {
  #sortedBy = "";
  #rising = true;
  /** @type {Grid} */
  #grid = { x: "", y: "", across: [], up: [], rows: [] };
  #choices = make("div", "toygan-choices");
  #detail = make("section", "toygan-detail", { ariaLive: "polite" });
  #table = make("div", "toygan-scroll", { tabIndex: 0, role: "region", ariaLabel: "all recipes" });
  #body = make("tbody", "");
  /** @type {Row[]} */
  #ordered = [];
  /** @type {string[]} */
  #columns = [];
  /** @type {number[]} */
  #widths = []; // letters of the longest entry of each column, so that it keeps its width while the table scrolls

  /** @param {HTMLElement} root @param {Content} content */
  constructor(root, content) {
    const { axes, metrics, rows } = content;
    this.content = content;
    this.names = Object.keys(metrics);
    this.first = FIRST.filter((name) => this.names.includes(name));
    this.metric = this.first[0] ?? this.names[0] ?? "";
    this.colour = this.metric || VERDICT;
    [this.x = "", this.y = ""] = [...axes].sort((a, b) => valuesOf(rows, b).length - valuesOf(rows, a).length);
    this.row = rows[0];
    /** @type {Record<string, Value>} */
    this.fixed = { ...rows[0].axes };
    root.append(this.#choices);
    this.picture = new Picture(root, () => {}, (cell) => this.#select(this.#grid.rows[cell]));
    root.append(this.#detail, this.#table);
    const others = this.names.filter((name) => !this.first.includes(name) && metrics[name].better);
    this.#columns = [...axes, ...this.first, ...others, VERDICT];
    const some = rows.filter((_, i) => i % Math.ceil(rows.length / SAMPLED) === 0);
    this.#widths = this.#columns.map((name) => extent(some.map((row) => this.#words(row, name).length))[1]);
    this.#table.addEventListener("scroll", () => this.#drawRows());
    globalThis.addEventListener("resize", () => this.#drawRows());
    document.addEventListener("keydown", (event) => {
      const chord = event.ctrlKey || event.metaKey || event.altKey;
      if (!chord && this.picture.key(event)) event.preventDefault();
    });
    this.#draw();
  }

  #draw() {
    this.#drawChoices();
    this.#drawCharts();
    this.#drawDetail();
    this.#drawTable();
  }

  /** @param {Row | undefined} row */
  #select(row) {
    if (!row) return;
    this.row = row;
    this.fixed = { ...row.axes };
    this.#draw();
  }

  /** @param {string} words @param {Value[]} options @param {Value} value @param {(value: any) => void} choose */
  #choice(words, options, value, choose) {
    const label = make("label", "", { textContent: words }), select = make("select", "");
    select.append(...options.map((option, i) => make("option", "", { value: String(i), textContent: String(option) })));
    select.value = String(options.indexOf(value));
    select.addEventListener("change", () => {
      choose(options[Number(select.value)]);
      this.#draw();
    });
    label.append(select);
    return label;
  }

  #drawChoices() {
    const { axes, rows } = this.content;
    const parts = [this.#choice("colour", [VERDICT, ...this.names], this.colour, (colour) => {
      this.colour = colour;
      if (colour !== VERDICT) this.metric = colour;
    })];
    if (axes.length > 1) {
      parts.push(this.#choice("across", axes, this.x, (x) => this.#turn(x, this.y)));
      parts.push(this.#choice("up", axes, this.y, (y) => this.#turn(this.x, y)));
    }
    for (const axis of axes.filter((axis) => axis !== this.x && axis !== this.y)) {
      parts.push(this.#choice(axis, valuesOf(rows, axis), this.fixed[axis], (value) => this.fixed[axis] = value));
    }
    this.#choices.replaceChildren(...parts);
  }

  /** Show two axes, which change places if one is chosen for both. @param {string} x @param {string} y */
  #turn(x, y) {
    [this.x, this.y] = x === y ? [this.y, this.x] : [x, y];
  }

  #drawCharts() {
    const { content: { axes, rows }, x, y } = this, charts = [];
    const across = valuesOf(rows, x), up = y ? valuesOf(rows, y) : [undefined];
    const others = axes.filter((axis) => axis !== x && axis !== y);
    const shown = rows.filter((row) => others.every((axis) => row.axes[axis] === this.fixed[axis]));
    const places = new Map(shown.map((row) => [JSON.stringify([row.axes[y], row.axes[x]]), row]));
    const at = (/** @type {Value | undefined} */ vertical, /** @type {Value} */ horizontal) =>
      places.get(JSON.stringify([vertical, horizontal]));
    const cells = up.flatMap((vertical) => across.map((horizontal) => at(vertical, horizontal)));
    this.#grid = { x, y, across, up: up.map((value) => value ?? ""), rows: cells };
    if (axes.length) charts.push(heatMap(this.#grid, this.colour, this.content, this.row));
    if (this.metric) charts.push(everySeed(this.row, this.metric, this.content));
    this.picture.show(charts, this.row);
  }

  #drawDetail() {
    const { row, metric, content: { metrics } } = this, counts = new Map();
    for (const verdict of row.verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    const verdicts = [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${n} of ${row.seeds.length} ${name}`);
    const copy = make("button", "", { type: "button", textContent: "Copy" });
    copy.addEventListener("click", () => navigator.clipboard?.writeText(row.share));
    const recipe = make("p", "");
    recipe.append("recipe: ", make("code", "", { textContent: row.share || "all defaults" }), " ", copy);
    this.#detail.replaceChildren(recipe, make("p", "", { textContent: verdicts.join(", ") }));
    if (!metric) return;
    const { mean, low, high } = row.values[metric], { unit } = metrics[metric];
    const interval = low === null ? "" : `, 95 % interval of the mean ${score(low, unit)} to ${score(high, unit)}`;
    const words = `${metric}: mean ${score(mean, unit)}${interval}`;
    this.#detail.append(make("p", "toygan-hint", { textContent: words }));
  }

  /** Return the value of a column in a row, to sort by. @param {Row} row @param {string} name */
  #value(row, name) {
    if (name === VERDICT) return row.verdict;
    return name in row.axes ? row.axes[name] : row.values[name].mean ?? -Infinity;
  }

  /** Return the same in words. @param {Row} row @param {string} name */
  #words(row, name) {
    const { metrics } = this.content;
    const number = name in metrics && !(name in row.axes);
    return number ? score(row.values[name].mean, metrics[name].unit) : inWords(this.#value(row, name));
  }

  #drawTable() {
    const { rows } = this.content, order = this.#rising ? 1 : -1, by = this.#sortedBy;
    const sheet = make("table", "toygan-rows", { ariaRowCount: String(rows.length + 1) });
    const head = sheet.createTHead().insertRow(), top = this.#table.scrollTop;
    this.#columns.forEach((name, i) => {
      const th = make("th", side(name), { scope: "col" });
      const mark = name === by ? (this.#rising ? " ▲" : " ▼") : "";
      const button = make("button", "", { type: "button", textContent: name + mark });
      th.ariaSort = name === by ? (this.#rising ? "ascending" : "descending") : "none";
      th.style.minWidth = `${this.#widths[i]}ch`;
      button.addEventListener("click", () => {
        [this.#sortedBy, this.#rising] = [name, name === by ? !this.#rising : true];
        this.#drawTable();
      });
      th.append(button);
      head.append(th);
    });
    this.#ordered = by ? rows.toSorted((a, b) => order * compare(this.#value(a, by), this.#value(b, by))) : rows;
    this.#body = sheet.createTBody();
    this.#body.append(...this.#ordered.slice(0, AROUND).map((row, i) => this.#line(row, i)));
    this.#table.replaceChildren(sheet);
    this.#drawRows(top);
    this.#table.scrollTop = top;
  }

  /** Draw the rows that are seen: thousands of them would take seconds. */
  #drawRows(top = this.#table.scrollTop) {
    const each = this.#body.querySelector("tr[aria-rowindex]")?.getBoundingClientRect().height;
    if (!each) return;
    const count = this.#ordered.length, [first, last] = windowOf(top, this.#table.clientHeight, each, count);
    const space = (/** @type {number} */ rows) => {
      const line = make("tr", "", { ariaHidden: "true" });
      line.style.height = `${rows * each}px`;
      return rows ? [line] : [];
    };
    const lines = this.#ordered.slice(first, last).map((row, i) => this.#line(row, first + i));
    this.#body.replaceChildren(...space(first), ...lines, ...space(count - last));
  }

  /** @param {Row} row @param {number} place */
  #line(row, place) {
    const line = make("tr", "", { ariaSelected: String(row === this.row), ariaRowIndex: String(place + 2) });
    line.addEventListener("click", () => this.#select(row));
    line.append(...this.#columns.map((name) => make("td", side(name), { textContent: this.#words(row, name) })));
    return line;
  }
}

/** @param {string} name */
function side(name) {
  return name === VERDICT ? "toygan-left" : "";
}

if (globalThis.document) {
  const held = document.getElementById("toygan-rows"), main = document.querySelector("main");
  if (held && main) new Report(main, JSON.parse(held.textContent ?? ""));
}
