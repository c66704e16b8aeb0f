// One chart in a page: a canvas, HTML for its title and legend, and the values at the pointer.
import { About } from "./about.js";
import { belowAxes, isOverIterations, paint, paintSwatch } from "./canvas.js";
import { fit, make, write } from "./elements.js";
import { between, unfold } from "./glide.js";
import { reading } from "./reading.js";
import { typeset } from "./scales.js";

/**
 * @import { AnyMark, Cells, Chart, Surface } from "./wire.js"
 * @import { Frame, Palette } from "./marks.js"
 * @import { Change } from "./canvas.js"
 */

const STEPS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

const UNFOLD_MS = 1200; // of the way from the noise to what G makes of it

/** One chart: its title, its canvas, the rows of its legend, and the values at a place. */
export class ChartView {
  /** @type {Chart | null} */
  #chart = null;
  /** @type {Frame | null} */
  #frame = null;
  /** @type {Chart | null} from which points glide to where the chart has them */
  #before = null;
  /** @type {Chart | null} */
  #drawn = null;
  /** @type {readonly Change[]} */
  #changes = [];
  #hidden = /** @type {Set<string>} */ (new Set());
  #stale = false;
  #point = 1;
  #open = false; // whether one line for each seed is shown in place of bands
  #near = -1; // of several lines, the one at the pointer
  #values = false; // whether the values of cells stand in them
  #from = -1; // of a mesh, the point that was chosen last
  #unfolded = 1; // of a mesh, the share of the way from the noise that its image has gone
  /** @type {number | undefined} of the curves at the pointer */
  #iteration;
  #size = [0, 0]; // of the canvas, in CSS pixels
  #unused = 0; // height below axes that have an aspect, over which the legend moves up
  /** @type {{ x: number, y: number } | null} the place whose values are shown, in pixels of the canvas */
  #place = null;
  #legendOf = ""; // all that decides how the legend looks
  /** @type {(() => void)[]} */
  #swatches = [];

  /**
   * @param {() => Palette} palette
   * @param {(line: number) => void} chosen is called with the line, of several, that a click chooses
   * @param {((iteration: number) => void) | null} went is called with the iteration of a curve that a click chooses
   * @param {((layer: string) => void) | null} switched is called with the layer that is to be switched on or off
   */
  constructor(palette, chosen = () => {}, went = null, switched = null) {
    this.switched = switched;
    this.palette = palette;
    this.chosen = chosen;
    this.went = went;
    this.element = make("figure", "toygan-chart");
    this.title = make("span", "toygan-title");
    this.above = make("div", "toygan-legend");
    const head = make("figcaption", "toygan-head");
    this.about = new About();
    head.append(this.title, this.about.button, this.above);
    const paper = make("div", "toygan-paper");
    this.canvas = make("canvas", "", { tabIndex: 0, role: "img" });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.rule = make("div", "toygan-rule", { hidden: true });
    this.box = make("div", "toygan-reading", { hidden: true, role: "status" });
    paper.append(this.canvas, this.rule, this.box, this.about.box);
    this.below = make("div", "toygan-below");
    this.element.append(head, paper, this.below);
    this.canvas.addEventListener("pointermove", (event) => this.#read({ x: event.offsetX, y: event.offsetY }));
    this.canvas.addEventListener("pointerleave", () => this.#read(null));
    this.canvas.addEventListener("click", () => this.#choose());
    this.canvas.addEventListener("blur", () => this.#read(null));
  }

  /**
   * @param {Chart} chart
   * @param {boolean} glides whether points move there with the next paintings, from where they are drawn
   */
  show(chart, glides = false) {
    if (chart !== this.#chart) this.#stale = true;
    this.#before = glides && chart !== this.#chart ? this.#drawn : null;
    this.#chart = chart;
    this.element.classList.toggle("toygan-lead", chart.lead === true);
  }

  /** What points glide from, or null. */
  get drawn() {
    return this.#drawn;
  }

  /** Mark changes of settings on curves. @param {readonly Change[]} changes */
  mark(changes) {
    this.#changes = changes;
    if (this.#chart && isOverIterations(this.#chart)) this.#stale = true;
  }

  /** Paint points at a share of their way. @param {number} share from 0 to 1 */
  glide(share) {
    if (!this.#before || !this.#chart) return;
    this.#stale = true;
    if (share >= 1) this.#before = null;
    this.paint(0, share);
  }

  /**
   * Paint what is new; if the size of a point is given, paint all in the canvas's present size. Asking the page for
   * that size in each frame would make it lay out all its elements each time.
   */
  paint(point = 0, share = 0) {
    const newest = this.#chart, { canvas } = this;
    if (!newest || !(point || this.#stale)) return;
    const moved = this.#before ? between(this.#before, newest, share) : newest;
    const chart = this.#drawn = this.#unfolded < 1 ? unfold(moved, this.#unfolded) : moved;
    if (point) [this.#point, this.#size] = [point, [canvas.clientWidth, canvas.clientHeight]];
    const [width, height] = this.#size;
    fit(canvas, width, height);
    const sheet = { width, height, point: this.#point, ratio: devicePixelRatio };
    this.#frame = paint(
      this.context,
      chart,
      sheet,
      this.palette(),
      this.#unseen,
      this.#near,
      this.#from,
      this.#changes,
      this.#values,
    );
    this.#stale = false;
    const unused = chart.aspect ? height - belowAxes(chart) * this.#point - this.#frame.bottom : 0;
    if (unused !== this.#unused) this.below.style.top = `${-(this.#unused = unused)}px`;
    this.#label(chart, point > 0);
    if (this.#place) this.#read(this.#place);
  }

  /** @param {Chart} chart @param {boolean} all */
  #label(chart, all) {
    const keys = chart.marks.map((mark) =>
      mark.kind === "surface" || mark.kind === "cells"
        ? [mark.label, mark.low, mark.middle, mark.high, mark.unit, mark.kind === "cells" && !!mark.shown?.length]
        : null
    );
    const parts = [
      chart.title,
      chart.about,
      chart.layers,
      chart.note,
      chart.legend,
      chart.legend_above,
      keys,
      this.#several?.name,
    ];
    const key = JSON.stringify(parts);
    if (key !== this.#legendOf) {
      this.#legendOf = key;
      write(this.title, chart.title);
      this.canvas.ariaLabel = chart.title;
      this.about.show(chart);
      this.#buildLegend(chart);
    } else if (all) { for (const repaint of this.#swatches) repaint(); }
  }

  /** @param {Chart} chart */
  #buildLegend(chart) {
    this.#swatches = [];
    const entries = Object.entries(chart.legend).map(([label, names]) => this.#entry(names, label));
    if (this.switched) {
      entries.push(...(chart.layers ?? []).filter(({ on }) => !on).map((layer) => this.#layerEntry(layer)));
    }
    const [above, row] = [chart.legend_above ? entries : [], chart.legend_above ? [] : entries];
    const several = this.#several;
    this.above.replaceChildren(
      ...above,
      ...(several ? [this.#opener(several)] : []),
      ...this.#valuesButton(),
      ...this.#unfoldButton(),
    );
    /** @type {HTMLElement[][]} */
    const rows = [row];
    for (const mark of chart.marks) {
      if ((mark.kind === "surface" || mark.kind === "cells") && mark.label) rows.push([this.#coloursEntry(mark)]);
    }
    if (chart.note) rows.push([make("span", "toygan-note", { textContent: chart.note })]);
    for (const mark of chart.marks) {
      if (mark.kind === "arrows" && mark.key) rows.push([this.#entry([mark.name], mark.label, mark.key)]);
    }
    this.below.replaceChildren(
      ...rows.filter((entries) => entries.length).map((entries) => {
        const element = make("div", "toygan-legend");
        element.append(...entries);
        return element;
      }),
    );
  }

  /** Several lines that can be seen in place of other marks. */
  get #several() {
    return this.#chart?.marks.find((mark) => mark.kind === "lines" && mark.instead_of.length > 0);
  }

  /** The cells of the chart, if it has some. */
  get #cells() {
    const cells = this.#chart?.marks.find((mark) => mark.kind === "cells");
    return cells?.kind === "cells" ? cells : undefined;
  }

  /** The names of the marks that are hidden. */
  get #unseen() {
    const several = this.#several;
    if (several?.kind !== "lines") return this.#hidden;
    return new Set([...this.#hidden, ...(this.#open ? several.instead_of : [several.name])]);
  }

  /** @param {AnyMark["kind"]} kind */
  #has(kind) {
    return this.#chart?.marks.some((mark) => mark.kind === kind) ?? false;
  }

  /** Show the way from a point of a mesh to the pointer, or none (-1). @param {number} point */
  #stayAt(point) {
    this.#from = point;
    this.#stale = true;
    this.paint();
  }

  /** @param {AnyMark} mark */
  #opener({ name }) {
    const button = make("button", "toygan-opener", { type: "button", textContent: name });
    button.title = "one line for each, in place of bands (key s); a click on a line shows that one";
    button.ariaPressed = String(this.#open);
    button.addEventListener("click", () => this.#turn());
    return button;
  }

  /** A button that writes the values of cells into them, if there are any. */
  #valuesButton() {
    if (!this.#chart?.marks.some((mark) => mark.kind === "cells" && mark.shown?.length)) return [];
    const button = make("button", "toygan-opener toygan-values", { type: "button", textContent: "values" });
    button.title = "the value of each cell (key v)";
    button.ariaPressed = String(this.#values);
    button.addEventListener("click", () => this.#writeValues());
    return [button];
  }

  /** A button that shows how the noise becomes samples, if there is a mesh and the reader has not asked for less motion. */
  #unfoldButton() {
    if (!this.#has("mesh") || matchMedia("(prefers-reduced-motion: reduce)").matches) return [];
    const button = make("button", "toygan-opener toygan-unfold", { type: "button", textContent: "z → G(z)" });
    button.title = "point here to see the noise become samples";
    for (const event of ["pointerenter", "focus", "click"]) button.addEventListener(event, () => this.#unfold());
    return [button];
  }

  /** Let the image of a mesh glide from the noise to its place, unless it is on its way. */
  #unfold() {
    if (this.#unfolded < 1) return;
    const start = performance.now();
    const move = (/** @type {number} */ now) => {
      const share = Math.min(1, Math.max(0, now - start) / UNFOLD_MS);
      this.#unfolded = share * share * (3 - 2 * share); // it starts and ends slowly
      this.#stale = true;
      this.paint();
      if (share < 1) requestAnimationFrame(move);
    };
    move(start);
  }

  /** Write the values of cells into them, or take them away; return whether there are any. */
  #writeValues() {
    const button = this.above.querySelector(".toygan-values");
    if (!button) return false;
    this.#values = !this.#values;
    button.ariaPressed = String(this.#values);
    this.#stale = true;
    this.paint();
    return true;
  }

  /** Open bands into lines, or close them; return whether there are any. */
  #turn() {
    if (!this.#several) return false;
    this.#open = !this.#open;
    const button = this.above.querySelector(".toygan-opener:not(.toygan-values)");
    if (button) button.ariaPressed = String(this.#open);
    this.#stale = true;
    this.paint();
    return true;
  }

  /** Report the line, or the iteration, at the pointer; return whether there is one. */
  #choose() {
    if (this.#near >= 0 && this.#has("mesh")) this.#stayAt(this.#near === this.#from ? -1 : this.#near);
    else if (this.#near >= 0) this.chosen(this.#cells?.numbers?.[this.#near] ?? this.#near);
    else if (this.#iteration !== undefined && this.went) this.went(this.#iteration);
    else return false;
    return true;
  }

  /**
   * An entry of the legend: a button that hides and shows the marks of these names.
   * @param {string[]} names
   * @param {...(string | Node)} content
   */
  #button(names, ...content) {
    const button = make("button", "toygan-entry", { type: "button", title: "hide or show" });
    button.append(...content);
    const state = () => button.ariaPressed = String(!names.every((name) => this.#hidden.has(name)));
    const layer = this.#chart?.layers?.find(({ on, marks }) => on && marks.some((name) => names.includes(name)));
    if (layer?.about) button.title += `: ${layer.about}`;
    button.addEventListener("click", () => {
      if (layer && this.switched) return this.switched(layer.name);
      const hide = !names.every((name) => this.#hidden.has(name));
      for (const name of names) hide ? this.#hidden.add(name) : this.#hidden.delete(name);
      state();
      this.#stale = true;
      this.paint();
    });
    state();
    return button;
  }

  /** A button that switches on what is not computed yet. @param {{ name: string, label: string, about?: string }} layer */
  #layerEntry({ name, label, about }) {
    const button = make("button", "toygan-entry toygan-layer", {
      type: "button",
      textContent: label,
      ariaPressed: "false",
    });
    button.title = about ? `show: ${about}` : "show";
    button.addEventListener("click", () => this.switched?.(name));
    return button;
  }

  /**
   * @param {string[]} names
   * @param {string} label
   * @param {number} length of an arrow on the x axis, 0 for marks that are no arrows
   */
  #entry(names, label, length = 0) {
    const swatch = make("canvas", "toygan-swatch", { ariaHidden: "true" });
    const repaint = () => {
      const marks = this.#chart?.marks.filter(({ name }) => names.includes(name)) ?? [];
      const context = swatch.getContext("2d");
      if (!context || !this.#frame) return;
      const point = this.#point, height = 12 * point, narrow = marks.every((mark) => mark.kind === "points");
      const width = length ? this.#frame.x(length) - this.#frame.x(0) : (narrow ? 12 : 17) * point;
      Object.assign(swatch.style, { width: `${width}px`, height: `${height}px` });
      fit(swatch, width, height);
      paintSwatch(context, marks, { width, height, point, ratio: devicePixelRatio }, this.palette());
    };
    this.#swatches.push(repaint);
    repaint();
    return this.#button(names, swatch, label);
  }

  /** @param {Surface | Cells} mark */
  #coloursEntry({ kind, name, role, label, opacity, low, middle, high, unit }) {
    const words = (/** @type {string} */ text, className = "") => make("span", className, { textContent: text });
    const bar = (/** @type {number} */ from, /** @type {number} */ to) => {
      const part = make("span", "toygan-colours"), share = (/** @type {number} */ level) => `${100 * level * opacity}%`;
      const colour = (/** @type {number} */ level) =>
        `color-mix(in srgb, var(--toygan-${role}) ${share(level)}, var(--toygan-paper))`;
      if (kind === "cells") part.style.background = `linear-gradient(to right, ${colour(from)}, ${colour(to)})`;
      if (from || to < 1) part.classList.add("toygan-half");
      return part;
    };
    const bars = middle ? [bar(0, 0.5), words(middle), bar(0.5, 1)] : [bar(0, 1)];
    const beside = kind === "cells" ? [words(unit, "toygan-note")] : []; // it says what a mark in a cell means
    const button = this.#button([name], words(label), words(low), ...bars, words(high), ...beside);
    if (unit) button.title += `; a number is ${unit}`;
    return button;
  }

  /**
   * Show the values at a place of the canvas, or none; a screen reader reads them if keys have asked for them
   * (`aloud`).
   * @param {{ x: number, y: number } | null} place
   */
  #read(place, aloud = false) {
    const values = place && this.#chart && this.#frame &&
      reading(this.#chart, this.#frame, place.x, place.y, this.#unseen);
    this.#place = values ? place : null;
    this.#iteration = values?.iteration;
    this.#pointAt(values ? values.near : -1);
    this.box.hidden = !values;
    // A cell has an edge, a point of a mesh a spot instead of the rule.
    this.rule.hidden = !values || this.#has("cells") || this.#has("mesh");
    this.box.ariaLive = aloud ? "polite" : "off";
    if (!values || !place || !this.#frame) return;
    const { top, bottom } = this.#frame;
    Object.assign(this.rule.style, { left: `${values.x}px`, top: `${top}px`, height: `${bottom - top}px` });
    this.box.replaceChildren(...values.lines.map(({ role, words }) => {
      const line = make("div", "", { textContent: typeset(words) });
      line.style.color = `var(--toygan-${role}-words)`;
      return line;
    }));
    const { clientWidth: width, clientHeight: height } = this.canvas, { style } = this.box;
    Object.assign(style, { left: "0", top: "0" }); // where it may be as wide as the canvas
    const { offsetWidth: across, offsetHeight: up } = this.box;
    const beside = values.x > width / 2 ? values.x - 10 - across : values.x + 10; // on the side with more room
    style.left = `${Math.max(0, Math.min(beside, width - across))}px`;
    style.top = `${Math.max(0, Math.min(place.y, height - up))}px`;
  }

  /**
   * Read the next cell in a direction; at first the one that is chosen, or the upper left one.
   * @param {Cells} cells
   * @param {Frame} frame
   * @param {[number, number]} step
   */
  #walk({ values, columns, names, chosen }, { left, right, top, bottom }, [across, down]) {
    const rows = values.length / columns, at = this.#near;
    const column = Math.min(Math.max(at % columns + across, 0), columns - 1);
    const row = Math.min(Math.max(Math.floor(at / columns) - down, 0), rows - 1);
    const first = chosen >= 0 ? chosen : (rows - 1) * columns;
    const next = at < 0 ? first : row * columns + column;
    if (!names[next]) return true; // a cell that is left over
    const x = left + (next % columns + 0.5) / columns * (right - left);
    this.#read({ x, y: bottom - (Math.floor(next / columns) + 0.5) / rows * (bottom - top) }, true);
    return true;
  }

  /** @param {number} near */
  #pointAt(near) {
    this.canvas.style.cursor = near >= 0 || this.#iteration !== undefined && this.went ? "pointer" : "";
    if (near === this.#near) return;
    this.#near = near;
    this.#stale = true;
    this.paint();
  }

  /**
   * Act on a key: arrow keys move the place at which values are read, Escape ends it, s opens bands into lines, v writes the values of cells, Enter
   * chooses the line that is read. Return whether the key was one of them.
   * @param {string} key
   */
  key(key) {
    if (key === "s") return this.#turn();
    if (key === "v") return this.#writeValues();
    if (key === "Enter") return this.#choose();
    const frame = this.#frame, step = STEPS[key];
    if (key === "Escape") {
      this.#read(null);
      if (this.#from >= 0) this.#stayAt(-1);
    }
    if (!frame || !step) return key === "Escape";
    if (this.#cells) return this.#walk(this.#cells, frame, step);
    const { left, right, top, bottom } = frame, place = this.#place ?? { x: (left + right) / 2, y: (top + bottom) / 2 };
    const within = (/** @type {number} */ n, low = 0, high = 0) => Math.min(Math.max(n, low), high);
    const x = within(place.x + step[0] * (right - left) / 40, left, right);
    this.#read({ x, y: within(place.y + step[1] * (bottom - top) / 40, top, bottom) }, true);
    return true;
  }
}
