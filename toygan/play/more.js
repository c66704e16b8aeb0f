// A button that opens a list of acts: those that are used less often than the buttons beside it.
import { labelButton, make } from "../chart/elements.js";

/**
 * @typedef {readonly [name: string, text: string, icon: string, title: string]} Act
 * @typedef {{ text: string, icon?: string, title: string, acts: readonly Act[] }} Offer `text`: on the button
 */

const MOVES = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });

/** The list of acts; `chosen` gets the name of one. */
export class More {
  element = make("div", "toygan-more-acts");
  #list = make("div", "toygan-acts", { popover: "auto", role: "menu" });
  #opener;

  /** @param {Offer} offer @param {(name: string) => void} chosen */
  constructor({ text, icon = "", title, acts }, chosen) {
    const opener = make("button", "toygan-button toygan-more-opener", { type: "button", title, ariaHasPopup: "menu" });
    this.#opener = opener;
    if (icon) labelButton(opener, text, icon);
    else Object.assign(opener, { textContent: text, ariaLabel: title });
    opener.ariaExpanded = "false";
    this.#list.addEventListener("beforetoggle", (event) => {
      opener.ariaExpanded = String(/** @type {ToggleEvent} */ (event).newState === "open");
    });
    this.buttons = acts.map(([name, text, icon, title]) => {
      const button = make("button", `toygan-act toygan-${name}`, { type: "button", role: "menuitem", title });
      labelButton(button, text, icon);
      button.addEventListener("click", () => {
        this.#list.hidePopover();
        chosen(name);
      });
      return button;
    });
    this.names = acts.map(([name]) => name);
    this.#list.append(...this.buttons);
    this.element.append(opener, this.#list);
    opener.addEventListener("click", () => this.#open());
    this.#list.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {readonly string[]} names of the acts that there are */
  show(names) {
    this.buttons.forEach((button, i) => button.hidden = !names.includes(this.names[i]));
    this.element.hidden = this.buttons.every((button) => button.hidden);
  }

  /** Let nothing be asked any more. */
  disable() {
    for (const button of [this.#opener, ...this.buttons]) button.disabled = true;
  }

  #open() {
    this.#list.togglePopover();
    if (!this.#list.matches(":popover-open")) return;
    const { right, bottom } = this.#opener.getBoundingClientRect();
    this.#list.style.left = `${Math.max(6, right - this.#list.offsetWidth)}px`;
    this.#list.style.top = `${Math.min(bottom + 4, innerHeight - this.#list.offsetHeight - 6)}px`;
    this.buttons.find((button) => !button.hidden)?.focus();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const way = MOVES[event.key], shown = this.buttons.filter((button) => !button.hidden);
    const at = shown.findIndex((button) => button === document.activeElement);
    if (event.key === "Escape") {
      this.#list.hidePopover();
      this.#opener.focus();
    } else if (way) shown[(at + way + shown.length) % shown.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
