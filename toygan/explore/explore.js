// The page of a grid of runs: choices, the run of one cell, the diagram of all, courses, and what the run came to.
import { diagnosis, make } from "../chart/elements.js";
import { Picture } from "../chart/picture.js";
import { PlayBar } from "../chart/playbar.js";
import { inflate } from "../chart/recording.js";
import { formatNumber } from "../chart/scales.js";
import { countVerdicts, drawDiagram, drawFollowed, drawLosses, drawSamples, valueOf } from "./charts.js";
import { unpackCell, unpackOverview } from "./unpack.js";

/**
 * @import { Film, Shown } from "./charts.js"
 * @import { Content, Pictures } from "./unpack.js"
 */

const MOST_UNPACKED = 12; // cells whose pictures are kept; the oldest goes
const FEWEST_ON_SLIDER = 3; // values of an axis of numbers, or else it is a menu
const MOVES = /** @type {Record<string, [axis: number, by: number]>} */ ({
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [1, 1],
  ArrowDown: [1, -1],
});

/** Return whether an axis is a slider. @param {Content["axes"][number]} axis */
const isSlider = ({ values, numbers }) => numbers && values.length >= FEWEST_ON_SLIDER;

/**
 * Return the numbers that an address gives, such as #cell=4&frame=0; each is below its limit.
 * @template {string} T @param {string} hash @param {Record<T, number>} limits @returns {Partial<Record<T, number>>}
 */
function readAddress(hash, limits) {
  const given = new URLSearchParams(hash.slice(1)), found = /** @type {Partial<Record<T, number>>} */ ({});
  for (const name of /** @type {T[]} */ (Object.keys(limits))) {
    const text = given.get(name) ?? "";
    if (/^\d+$/.test(text) && Number(text) < limits[name]) found[name] = Number(text);
  }
  return found;
}

/** Tell the page around this one how high it is. @param {HTMLElement} root */
function tellHeight(root) {
  root.style.minHeight = "0";
  new ResizeObserver(() => parent.postMessage({ toyganHeight: root.scrollHeight }, "*")).observe(root);
}

/** The pictures of cells, unpacked when they are asked for. */
class Store {
  /** @type {Map<number, Pictures[]>} */
  #known = new Map();
  #asked = /** @type {Set<number>} */ (new Set());

  /** @param {Film} film @param {() => void} came @param {(error: unknown) => void} failed */
  constructor(film, came, failed) {
    this.film = film;
    this.came = came;
    this.failed = failed;
  }

  /** Return the pictures of a run if they are there; if not, ask for them. @param {number} cell @param {number} seed */
  get(cell, seed) {
    const known = this.#known.get(cell);
    if (!known && !this.#asked.has(cell)) {
      this.#asked.add(cell);
      this.#unpack(cell).then(this.came, this.failed);
    }
    return known?.[seed];
  }

  /** @param {number} cell */
  async #unpack(cell) {
    const bytes = await inflate(await readPiece(cell));
    const oldest = this.#known.size >= MOST_UNPACKED ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(cell, unpackCell(bytes, this.film.content));
    this.#asked.delete(cell);
  }
}

/** Return the text of a cell: of an element of this page, or of a script beside it. @param {number} cell */
async function readPiece(cell) {
  const id = `toygan-cell-${cell}`, found = document.getElementById(id);
  if (found) return found.textContent ?? "";
  const script = make("script", "", { src: `cell-${cell}.js` });
  await new Promise((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error(`${script.getAttribute("src")} is missing`)));
    document.head.append(script);
  });
  script.remove();
  const pieces = /** @type {{ toyganPieces?: Record<number, string> }} */ (globalThis).toyganPieces ?? {};
  const text = pieces[cell] ?? "";
  delete pieces[cell];
  return text;
}

/** The page. */
class Explorer {
  #status = make("p", "toygan-status", { role: "status" });
  #recipe = make("code", "");
  #seeds = make("p", "toygan-about");
  #diagnosis = diagnosis();
  #twin = /** @type {{ cell: number, seed: number } | null} */ (null);
  #seed = 0;
  /** @type {((place: number) => void)[]} */
  #move = [];

  /** @param {HTMLElement} root @param {Film} film */
  constructor(root, film) {
    const { content } = film, { axes, colours, seeds, steps } = content;
    this.film = film;
    this.root = root;
    this.at = axes.map((axis) => isSlider(axis) ? Math.floor(axis.values.length / 2) : 0); // the place on each axis
    const wanted = new URLSearchParams(location.hash.slice(1)).get("colour");
    const first = Math.max(0, colours.findIndex(({ name }) => name === wanted));
    this.colour = colours[first];
    this.store = new Store(film, () => this.#draw(), (error) => this.#status.textContent = `${error}`);
    const choices = make("div", "toygan-choices");
    this.pin = make("button", "", { type: "button", textContent: "Keep beside", title: "t: keep this run as a twin" });
    this.pin.addEventListener("click", () => this.#keepBeside());
    choices.append(
      ...axes.map((_, i) => this.#axisControl(i)),
      this.#menu("seed", seeds.map(String), (i) => this.#seed = i),
      this.#menu("colour", colours.map(({ name }) => name), (i) => this.colour = colours[i], first),
      this.pin,
    );
    root.append(choices);
    this.picture = new Picture(
      root,
      () => root.dataset.iteration = String(steps[this.bar.shown]),
      (place) => this.#choose(place),
      (iteration) => this.bar.step(steps.findLastIndex((step) => step <= iteration)),
    );
    this.bar = new PlayBar(steps.length - 1, this.#status, (frame) => this.#show(frame));
    const recipe = make("p", "toygan-recipe");
    recipe.append("recipe: ", this.#recipe);
    root.append(this.bar.element, this.#status, this.#seeds, this.#diagnosis.element, recipe);
    document.addEventListener("keydown", (event) => this.#press(event));
    const begin = readAddress(location.hash, {
      cell: content.cells.length,
      twin: content.cells.length,
      frame: steps.length,
    });
    if (begin.cell !== undefined) this.#placesOf(begin.cell).forEach((place, axis) => this.#moveTo(axis, place));
    if (begin.twin !== undefined) this.#setTwin({ cell: begin.twin, seed: 0 });
    this.bar.go(begin.frame ?? steps.length - 1);
  }

  /** Return the place of a cell on each axis. @param {number} cell */
  #placesOf(cell) {
    return this.film.content.axes.toReversed().map(({ values }) => {
      const place = cell % values.length;
      cell = Math.floor(cell / values.length);
      return place;
    }).toReversed();
  }

  /** The number of the cell that is shown. */
  get cell() {
    return this.film.content.axes.reduce((cell, { values }, i) => cell * values.length + this.at[i], 0);
  }

  /** The cells of the diagram, row by row from the lowest: all values of the first two axes. */
  get cells() {
    const { axes } = this.film.content, [across, up = { values: [""] }, ...others] = axes;
    const rest = others.reduce((all, { values }) => all * values.length, 1);
    const inside = others.reduce((cell, { values }, i) => cell * values.length + this.at[i + 2], 0);
    return up.values.flatMap((_, row) =>
      across.values.map((_, column) => (column * up.values.length + row) * rest + inside)
    );
  }

  /** Return the values of a cell on the axes in words. @param {number} cell */
  #nameOf(cell) {
    const { axes } = this.film.content;
    return this.#placesOf(cell).map((place, i) => `${axes[i].name} ${axes[i].values[place]}`).join(", ");
  }

  /** A slider for an axis of numbers, or a menu. @param {number} i */
  #axisControl(i) {
    const axis = this.film.content.axes[i], { name, values } = axis;
    const set = (/** @type {number} */ place) => this.at[i] = place;
    if (!isSlider(axis)) {
      const label = this.#menu(name, values, set), select = /** @type {HTMLSelectElement} */ (label.lastChild);
      select.value = String(this.at[i]);
      this.#move.push((place) => select.value = String(place));
      return label;
    }
    const label = make("label", "", { textContent: name }), output = make("output", "", { ariaLive: "off" });
    const max = String(values.length - 1);
    const slider = make("input", "toygan-axis", { type: "range", min: "0", max, value: "0", ariaLabel: name });
    const write = (/** @type {number} */ place) => {
      slider.value = String(place);
      output.textContent = slider.ariaValueText = values[place];
    };
    slider.addEventListener("input", () => {
      set(Number(slider.value));
      write(Number(slider.value));
      this.#draw();
    });
    write(this.at[i]);
    this.#move.push(write);
    label.append(slider, output);
    return label;
  }

  /** @param {string} words @param {string[]} options @param {(place: number) => void} choose @param {number} place */
  #menu(words, options, choose, place = 0) {
    const label = make("label", "", { textContent: words }), select = make("select", "", { ariaLabel: words });
    select.append(...options.map((textContent, i) => make("option", "", { value: String(i), textContent })));
    select.value = String(place);
    select.addEventListener("change", () => {
      choose(Number(select.value));
      this.#draw();
    });
    label.append(select);
    return label;
  }

  /** Keep the run that is shown as a twin, or let it go. */
  #keepBeside() {
    this.#setTwin(this.#twin ? null : { cell: this.cell, seed: this.#seed });
    this.#draw();
  }

  /** @param {{ cell: number, seed: number } | null} twin */
  #setTwin(twin) {
    this.#twin = twin;
    this.pin.textContent = twin ? "Let the twin go" : "Keep beside";
    this.pin.ariaPressed = String(twin !== null);
  }

  /** Show a cell of the diagram. @param {number} place */
  #choose(place) {
    const columns = this.film.content.axes[0].values.length;
    this.#moveTo(0, place % columns);
    if (this.at.length > 1) this.#moveTo(1, Math.floor(place / columns));
    this.#draw();
  }

  /** @param {number} axis @param {number} place */
  #moveTo(axis, place) {
    const last = this.film.content.axes[axis].values.length - 1;
    this.at[axis] = Math.min(Math.max(place, 0), last);
    this.#move[axis](this.at[axis]);
  }

  #draw() {
    this.bar.draw();
  }

  /** @param {{ cell: number, seed: number }} run @returns {Shown} */
  #shown({ cell, seed }) {
    const { seeds } = this.film.content, name = `${this.#nameOf(cell)} · seed ${seeds[seed]}`;
    return { cell, seed, pictures: this.store.get(cell, seed), name };
  }

  /** Show a frame; return it in words. @param {number} frame */
  #show(frame) {
    const { film, colour, cell, cells } = this, { content } = film;
    const runs = [this.#shown({ cell, seed: this.#seed })];
    if (this.#twin) runs.push({ ...this.#shown(this.#twin), name: `twin: ${this.#shown(this.#twin).name}` });
    this.picture.show([
      ...runs.filter(({ cell }) => content.cells[cell].samples >= 0).map((run) => drawSamples(film, run, frame)),
      drawDiagram(film, colour, cells, cells.indexOf(cell), frame, (cell) => this.#nameOf(cell)),
      drawFollowed(film, colour, runs, frame),
      ...(content.cells[cell].losses >= 0 ? [drawLosses(film, runs[0], frame)] : []),
    ], runs);
    this.#describe(cell, frame === content.steps.length - 1);
    const step = content.steps[frame].toLocaleString("en"), end = content.steps[content.steps.length - 1];
    const value = valueOf(film, colour, cell, frame);
    const mean = Number.isNaN(value) ? "" : ` · ${colour.name} ${formatNumber(value, colour.format)}, mean of seeds`;
    return `iteration ${step} of ${end.toLocaleString("en")} · ${this.#nameOf(cell)}${mean}`;
  }

  /** Write what a cell came to, if it is at its end. @param {number} cell @param {boolean} over */
  #describe(cell, over) {
    const { recipe, words } = this.film.content.cells[cell], seed = this.film.content.seeds[this.#seed];
    const verdicts = countVerdicts(this.film, cell).join(", "), count = words.length;
    this.#diagnosis.show(words[this.#seed]);
    this.#diagnosis.element.hidden = !over;
    this.#seeds.textContent = over
      ? `At the end, of ${count} seed${count > 1 ? "s" : ""}: ${verdicts}. Seed ${seed}:`
      : "At the last iteration, a diagnosis stands here.";
    this.#recipe.textContent = recipe || "all defaults";
    this.root.dataset.cell = String(cell);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.#used(event)) event.preventDefault();
  }

  /** Act on a key; return whether it was one of the page's. @param {KeyboardEvent} event */
  #used(event) {
    const { target, key } = event;
    if (this.#onDiagram(target) && MOVES[key]) {
      const [axis, by] = MOVES[key];
      if (axis >= this.at.length) return true;
      this.#moveTo(axis, this.at[axis] + by);
      this.#draw();
      return true;
    }
    if (this.picture.key(event)) return true;
    if (target instanceof Element && target.matches("select, button, .toygan-axis") && key !== "t") return false;
    if (target instanceof HTMLCanvasElement && key !== " " && key !== "t") return false;
    if (key === "t") this.#keepBeside();
    return key === "t" || this.bar.press(event);
  }

  /** Return whether an element is the canvas of the diagram. @param {EventTarget | null} target */
  #onDiagram(target) {
    const figure = target instanceof HTMLCanvasElement ? target.closest(".toygan-chart") : null;
    return figure !== null && figure.previousElementSibling?.matches(".toygan-lead") !== false &&
      !figure.matches(".toygan-lead");
  }
}

const root = document.querySelector("main"), packed = document.getElementById("toygan-overview");
if (root && packed) {
  if (parent !== globalThis.window) tellHeight(root);
  inflate(packed.textContent).then(
    (bytes) => new Explorer(root, unpackOverview(bytes)),
    (error) => root.append(make("p", "", { textContent: `This browser cannot unpack the page (${error}).` })),
  );
}
