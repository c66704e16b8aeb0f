// A question to a class: a row a choice, with the hands that were counted and, after the run, the seeds.
import { make } from "../chart/elements.js";

/**
 * @typedef {{ get(name: string): any, set(name: string, value: any): void, save_changes(): void,
 *   on(event: string, hear: () => void): void, off(event: string, hear: () => void): void }} Model
 */

const NEWS = ["change:hands", "change:runs", "change:words"];

/** The share of a count among all, in percent. @param {number} count @param {number[]} counts */
export const shareOf = (count, counts) => 100 * count / Math.max(1, counts.reduce((sum, one) => sum + one, 0));

/**
 * The choice that a key counts for and by how much, or null: a digit adds a hand, with shift it takes one away.
 * @param {{ code: string, shiftKey: boolean, ctrlKey: boolean, metaKey: boolean, altKey: boolean }} event
 * @param {number} choices
 */
export function countOf({ code, shiftKey, ctrlKey, metaKey, altKey }, choices) {
  const choice = Number(/^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? 0) - 1;
  if (ctrlKey || metaKey || altKey || choice < 0 || choice >= choices) return null;
  return { choice, by: shiftKey ? -1 : 1 };
}

/** One row a choice. */
class PollView {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.words = make("div", "toygan-poll-words", { role: "status" });
    const title = make("div", "toygan-poll-question"), rows = make("div", "toygan-poll-rows");
    title.textContent = model.get("question");
    this.rows = /** @type {string[]} */ (model.get("choices")).map((choice, i) => this.#row(choice, i));
    rows.append(...this.rows.map(({ element }) => element));
    Object.assign(el, { tabIndex: 0, role: "group", ariaLabel: `question: ${model.get("question")}` });
    el.append(title, rows, this.words);
    el.addEventListener("keydown", (event) => this.#press(event));
    this.show();
  }

  /** @param {string} choice @param {number} i */
  #row(choice, i) {
    const element = make("div", "toygan-poll-row"), name = make("span", "toygan-poll-choice");
    const hands = make("span", "toygan-poll-bar toygan-poll-hands"),
      runs = make("span", "toygan-poll-bar toygan-poll-runs");
    const buttons = [1, -1].map((by) => {
      const title = `${by > 0 ? "one hand more" : "one hand less"} for "${choice}"`;
      const button = make("button", "toygan-poll-count", { type: "button", title, ariaLabel: title });
      button.textContent = by > 0 ? "+" : "−";
      button.addEventListener("click", () => this.#count(i, by));
      return button;
    });
    name.textContent = `${i + 1}  ${choice}`;
    element.append(name, ...buttons, hands, runs);
    return { element, hands, runs };
  }

  show() {
    const hands = /** @type {number[]} */ (this.model.get("hands")), runs = this.model.get("runs");
    this.rows.forEach((row, i) => {
      PollView.#bar(row.hands, hands[i], hands, hands[i] === 1 ? "hand" : "hands");
      PollView.#bar(row.runs, runs[i], runs, runs[i] === 1 ? "seed" : "seeds");
      row.runs.hidden = !runs.length;
    });
    this.words.textContent = this.model.get("words");
  }

  /** @param {HTMLElement} bar @param {number} count @param {number[]} counts @param {string} unit */
  static #bar(bar, count, counts, unit) {
    bar.style.setProperty("--toygan-share", `${shareOf(count, counts)}%`);
    bar.textContent = `${count} ${unit}`;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const counted = countOf(event, this.rows.length);
    if (!counted) return;
    event.preventDefault();
    event.stopPropagation();
    this.#count(counted.choice, counted.by);
  }

  /** @param {number} choice @param {number} by */
  #count(choice, by) {
    const hands = [...this.model.get("hands")];
    hands[choice] = Math.max(0, hands[choice] + by);
    this.model.set("hands", hands);
    this.model.save_changes();
    this.show();
  }
}

export default {
  /** @param {{ model: Model, el: HTMLElement }} here */
  render({ model, el }) {
    const view = new PollView(model, el), show = () => view.show();
    for (const name of NEWS) model.on(name, show);
    return () => NEWS.forEach((name) => model.off(name, show));
  },
};
