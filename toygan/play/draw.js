// A pad to draw points on. The points are also a table that can be typed, pasted, or opened from a file.
import { fit, make } from "../chart/elements.js";

/**
 * @typedef {[number, number]} Point
 * @typedef {{ get(name: string): any, send(content: object): void, on(event: string, hear: () => void): void,
 *   off(event: string, hear: () => void): void }} Model
 */

const SIDE = 340; // CSS pixels of the pad, if there is room
const SPRAY = 3; // points a moment of a stroke
const BRUSH = 0.08; // of the pad's reach: the spread of the spray
const MOST = 1000; // points that are drawn: enough for a shape, few enough for a line to share
const STEP = 0.05; // of the pad's reach, for an arrow key
const WAYS = /** @type {Record<string, Point>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
});

/** Two normal numbers. @returns {Point} */
function normals() {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random())), angle = 2 * Math.PI * Math.random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/**
 * Points around a place.
 * @param {Point} at
 * @param {number} spread
 * @param {() => Point} draw
 * @returns {Point[]}
 */
export const spray = ([x, y], spread, draw = normals) =>
  Array.from({ length: SPRAY }, draw).map(([u, v]) => [x + spread * u, y + spread * v]);

/**
 * The points that are no nearer to a place than a distance.
 * @param {Point[]} points
 * @param {Point} at
 * @param {number} distance
 */
export const eraseAt = (points, [x, y], distance) => points.filter(([u, v]) => Math.hypot(u - x, v - y) > distance);

/** Points as the text of a table, three digits after the point. @param {Point[]} points */
export const toText = (points) => points.map((point) => point.map((value) => value.toFixed(3)).join(", ")).join("\n");

/**
 * The points of a text of two numbers a line, or null if it is another table, which the kernel reads.
 * @param {string} text
 * @returns {Point[] | null}
 */
export function fromText(text) {
  const rows = text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => line.split(/[,;\s]+/));
  const points = rows.map((row) => row.map(Number));
  const plain = points.every((row) => row.length === 2 && row.every(Number.isFinite));
  return plain ? /** @type {Point[]} */ (points) : null;
}

/** The pad, the table and the buttons. */
class DrawView {
  /** @type {Point[]} */
  #points = [];
  /** @type {Point[][]} the points before each stroke */
  #earlier = [];
  /** @type {Point} where the keys draw */
  #cursor = [0, 0];
  #erasing = false;
  #edited = false; // whether the table is not that of the points

  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.pad = make("canvas", "toygan-pad", { tabIndex: 0, role: "img" });
    this.pad.title = "drag to draw points";
    this.pad.ariaLabel = "pad to draw points on: arrow keys move the cross, space draws, backspace erases";
    this.table = make("textarea", "toygan-table", { spellcheck: false, ariaLabel: "the points, a row a line" });
    this.table.placeholder = "drag on the pad to draw, or type or paste a table here:\n\nx, y\n0.5, 1.2\n…";
    this.words = make("div", "toygan-draw-words", { role: "status" });
    this.title = make("input", "toygan-title-typed", { type: "text", maxLength: 60, ariaLabel: "a name for the data" });
    this.title.placeholder = "a name for it";
    this.file = make("input", "toygan-file", { type: "file", accept: ".csv,.tsv,.txt", ariaLabel: "open a CSV file" });
    const buttons = make("div", "toygan-draw-buttons");
    this.eraser = this.#button("Erase", "draw with an eraser", () => this.#turn());
    const use = this.#button("Use as data", "train on these points", () => this.#use());
    use.classList.add("mod-primary");
    buttons.append(
      use,
      this.eraser,
      this.#button("Undo", "take back the last stroke", () => this.#undo()),
      this.#button("Clear", "remove all points", () => this.#change([])),
    );
    const drawn = make("div", "toygan-drawn"), written = make("div", "toygan-written");
    drawn.append(this.pad, buttons, this.words);
    written.append(this.title, this.table, this.file);
    el.classList.add("toygan-draw");
    el.append(drawn, written);
    this.pad.addEventListener("pointerdown", (event) => this.#begin(event));
    this.pad.addEventListener("pointermove", (event) => this.#move(event));
    this.pad.addEventListener("keydown", (event) => this.#press(event));
    this.table.addEventListener("input", () => this.#type());
    this.file.addEventListener("change", () => this.#open());
    this.resized = new ResizeObserver(() => this.#paint());
    this.resized.observe(this.pad);
    this.show();
  }

  /** @param {string} text @param {string} title @param {() => void} act */
  #button(text, title, act) {
    const button = make("button", "jupyter-widgets jupyter-button", { type: "button", title });
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  /** @returns {number} */
  get reach() {
    return this.model.get("reach");
  }

  show() {
    this.words.textContent = this.model.get("words");
    this.words.classList.toggle("toygan-refused", this.model.get("refused"));
    this.#paint();
  }

  close() {
    this.resized.disconnect();
  }

  /** @param {Point[]} points */
  #change(points) {
    this.#earlier = [...this.#earlier.slice(-49), this.#points];
    this.#put(points);
  }

  /** @param {Point[]} points */
  #put(points) {
    this.#points = points.slice(0, MOST);
    this.table.value = toText(this.#points);
    this.#edited = false;
    this.#paint();
  }

  #undo() {
    const before = this.#earlier.pop();
    if (before) this.#put(before);
  }

  #turn() {
    this.#erasing = !this.#erasing;
    this.eraser.ariaPressed = String(this.#erasing);
  }

  /** @param {Point} at */
  #touch(at) {
    const brush = BRUSH * this.reach;
    this.#put(this.#erasing ? eraseAt(this.#points, at, 2 * brush) : [...this.#points, ...spray(at, brush)]);
  }

  /** @param {PointerEvent} event @returns {Point} */
  #at({ offsetX, offsetY }) {
    const { clientWidth: width, clientHeight: height } = this.pad, { reach } = this;
    return [reach * (2 * offsetX / width - 1), reach * (1 - 2 * offsetY / height)];
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    this.pad.setPointerCapture(event.pointerId);
    this.#earlier = [...this.#earlier.slice(-49), this.#points];
    this.#touch(this.#at(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.buttons) this.#touch(this.#at(event));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const way = WAYS[event.key], step = STEP * this.reach, [x, y] = this.#cursor;
    if (way) {
      const inside = (/** @type {number} */ value) => Math.min(this.reach, Math.max(-this.reach, value));
      this.#cursor = [inside(x + step * way[0]), inside(y + step * way[1])];
      this.#paint();
    } else if (event.key === " ") this.#change([...this.#points, ...spray(this.#cursor, BRUSH * this.reach)]);
    else if (event.key === "Backspace") this.#change(eraseAt(this.#points, this.#cursor, 2 * BRUSH * this.reach));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #type() {
    this.#edited = true;
    const points = fromText(this.table.value);
    if (!points) return;
    this.#points = points;
    this.#paint();
  }

  async #open() {
    const [file] = this.file.files ?? [];
    if (!file) return;
    this.table.value = await file.text();
    this.title.value = file.name.slice(0, this.title.maxLength);
    this.file.value = ""; // the same file can be opened again
    this.#type();
  }

  #use() {
    const title = this.title.value;
    this.model.send(this.#edited ? { table: this.table.value, title } : { points: this.#points, title });
  }

  #paint() {
    const { pad, reach } = this, width = pad.clientWidth || SIDE, context = pad.getContext("2d");
    if (!context) return;
    fit(pad, width, width);
    const { color } = getComputedStyle(pad), scale = pad.width / (2 * reach);
    const place = (/** @type {Point} */ [x, y]) => /** @type {Point} */ ([(x + reach) * scale, (reach - y) * scale]);
    context.clearRect(0, 0, pad.width, pad.height);
    context.strokeStyle = context.fillStyle = color;
    context.lineWidth = devicePixelRatio;
    context.globalAlpha = 0.25;
    for (let at = -reach; at <= reach; at++) {
      for (const ends of [[[at, -reach], [at, reach]], [[-reach, at], [reach, at]]]) {
        context.beginPath();
        context.moveTo(...place(/** @type {Point} */ (ends[0])));
        context.lineTo(...place(/** @type {Point} */ (ends[1])));
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    const [u, v] = place(this.#cursor), arm = 6 * devicePixelRatio;
    context.strokeRect(u - arm / 2, v - arm / 2, arm, arm);
    context.fillStyle = getComputedStyle(pad).getPropertyValue("--toygan-drawn");
    for (const point of this.#points) {
      const [x, y] = place(point);
      context.beginPath();
      context.arc(x, y, 2.5 * devicePixelRatio, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

export default {
  /** @param {{ model: Model, el: HTMLElement }} here */
  render({ model, el }) {
    const view = new DrawView(model, el), show = () => view.show();
    for (const name of ["change:words", "change:refused"]) model.on(name, show);
    return () => {
      for (const name of ["change:words", "change:refused"]) model.off(name, show);
      view.close();
    };
  },
};
