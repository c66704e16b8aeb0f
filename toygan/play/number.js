// A number that is dragged along its usual values or typed: any number that the kernel allows. The page shows what the
// kernel holds, so that a number that was refused goes back to the one that trains.
import { make } from "../chart/elements.js";
import { formatNumber, typeset } from "../chart/scales.js";

/**
 * @typedef {{ get(name: string): any, set(name: string, value: any): void, save_changes(): void,
 *   send(content: object): void, on(event: string, hear: (...news: any[]) => void): void,
 *   off(event: string, hear: (...news: any[]) => void): void }} Model
 */

/** A number as the kernel writes it, to be typed again. @param {number} value */
export const written = (value) => formatNumber(value, "number", 6).replaceAll(",", "").replace("−", "-");

/**
 * The place of the stop that is nearest to a value; stops rise.
 * @param {number[]} stops
 * @param {number} value
 */
export function placeOf(stops, value) {
  const above = stops.findIndex((stop) => stop >= value);
  if (above <= 0) return above < 0 ? stops.length - 1 : 0;
  return value - stops[above - 1] < stops[above] - value ? above - 1 : above;
}

let made = 0;

/** A label, a slider over the stops and a field to type into. */
class NumberView {
  #busy = false; // while the slider is dragged: what the kernel echoes is already old

  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    const id = `toygan-number-${made++}`;
    this.label = make("label", "toygan-label", { htmlFor: id });
    this.slider = make("input", "toygan-slide", { type: "range", id, min: "0", step: "1" });
    this.field = make("input", "toygan-typed", { type: "text", inputMode: "decimal", autocomplete: "off" });
    el.classList.add("toygan-number");
    el.append(this.label, this.slider, this.field);
    this.slider.addEventListener("input", () => this.#drag());
    this.slider.addEventListener("change", () => this.#drop());
    this.field.addEventListener("focus", () => this.#edit());
    this.field.addEventListener("blur", () => this.#typeset());
    this.field.addEventListener("change", () => this.model.send({ typed: this.field.value }));
    this.field.addEventListener("keydown", (event) => this.#press(event));
    this.show();
  }

  /** @returns {number[]} */
  get stops() {
    return this.model.get("stops");
  }

  /** Shows what the kernel holds. */
  show() {
    const { model, slider, field, label } = this;
    const name = model.get("label");
    if (label.textContent !== name) label.textContent = name;
    label.hidden = !name;
    for (const element of [label, slider, field]) element.title = model.get("tip");
    slider.disabled = field.disabled = model.get("disabled");
    slider.ariaLabel = name || model.get("tip");
    field.ariaLabel = `${slider.ariaLabel}, typed`;
    if (this.#busy) return;
    slider.max = String(this.stops.length - 1);
    slider.value = String(placeOf(this.stops, model.get("value")));
    slider.ariaValueText = model.get("shown");
    this.#write(model.get("shown"));
  }

  /** Numbers are typeset, but one that is edited stands as it can be typed. @param {string} shown */
  #write(shown) {
    this.field.value = document.activeElement === this.field ? shown : typeset(shown);
  }

  #edit() {
    this.#write(this.slider.ariaValueText ?? "");
    this.field.select();
  }

  // What was changed waits for the kernel.
  #typeset() {
    if (this.field.value === this.slider.ariaValueText) this.field.value = typeset(this.field.value);
  }

  // A notebook takes Enter from the field before it has changed: leaving it and coming back is a change everywhere.
  /** @param {KeyboardEvent} event */
  #press({ key }) {
    if (key === "Escape") this.show();
    if (key !== "Enter") return;
    this.field.blur();
    this.field.focus();
  }

  #drag() {
    const value = this.stops[Number(this.slider.value)];
    this.#busy = true;
    this.#write(this.slider.ariaValueText = written(value));
    if (!this.model.get("continuous")) return;
    this.model.set("value", value);
    this.model.save_changes();
  }

  #drop() {
    this.#busy = false;
    this.model.set("value", this.stops[Number(this.slider.value)]);
    this.model.save_changes();
  }
}

export default {
  /** @param {{ model: Model, el: HTMLElement }} here */
  render({ model, el }) {
    const view = new NumberView(model, el);
    const show = () => view.show();
    const news = [
      "change:value",
      "change:shown",
      "change:stops",
      "change:label",
      "change:tip",
      "change:disabled",
      "msg:custom",
    ];
    for (const name of news) model.on(name, show);
    return () => news.forEach((name) => model.off(name, show));
  },
};
