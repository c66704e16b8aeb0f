// "What am I looking at?": a button beside a chart's title, and the sentences behind it.
import { make } from "./elements.js";

/** @import { Chart } from "./wire.js" */

/** A button "?" that shows a few sentences above the chart, and hides them. */
export class About {
  constructor() {
    this.button = make("button", "toygan-about-button", { type: "button", textContent: "?", hidden: true });
    this.box = make("div", "toygan-about-box", { hidden: true, role: "note" });
    this.button.addEventListener("click", () => this.#open(this.box.hidden !== false));
    this.button.addEventListener("keydown", ({ key }) => key === "Escape" && this.#open(false));
  }

  /** @param {Chart} chart */
  show({ title, about = "" }) {
    this.button.hidden = !about;
    this.button.title = "what am I looking at?";
    this.button.ariaLabel = `${title}: what am I looking at?`;
    this.box.textContent = about;
    this.#open(this.box.hidden === false && about !== "");
  }

  /** @param {boolean} open */
  #open(open) {
    this.box.hidden = !open;
    this.button.ariaExpanded = String(open);
  }
}
