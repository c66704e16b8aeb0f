// A menu in groups, each entry with a line that says what it is. It is searched by typing, and what is typed may itself be
// an entry with arguments, such as ring8(k=12).
import { make } from "../chart/elements.js";

/**
 * @typedef {{ get(name: string): any, set(name: string, value: any): void, save_changes(): void,
 *   send(content: object): void, on(event: string, hear: (...news: any[]) => void): void,
 *   off(event: string, hear: (...news: any[]) => void): void }} Model
 * @typedef {{ value: string, label: string, text: string, start?: string, asks?: boolean }} Entry
 *   `start`: what to type first; `asks`: it is what the menu offers besides, and no value
 * @typedef {{ name: string, entries: Entry[] }} Group
 */

const ROOM = 340; // CSS pixels of an open menu's height, if the window has as many
const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 });

/**
 * The groups with the entries that hold all words of a search, in their names or lines; names come first.
 * @param {Group[]} groups
 * @param {string} search
 * @returns {Group[]}
 */
export function matching(groups, search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (/** @type {string} */ text) => words.every((word) => text.toLowerCase().includes(word));
  const named = groups.map(({ name, entries }) => ({ name, entries: entries.filter(({ label }) => holds(label)) }));
  const told = groups.map(({ name, entries }) => ({
    name,
    entries: entries.filter(({ label, text }) => !holds(label) && holds(`${name} ${label} ${text}`)),
  }));
  return [...named, ...told].filter(({ entries }) => entries.length);
}

let made = 0;

/** A button that shows the entry that is chosen, and the list that it opens. */
class MenuView {
  #id = `toygan-menu-${made++}`;
  #at = 0; // the entry of the list that Enter takes
  /** @type {Entry[]} */
  #shown = [];

  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.label = make("label", "toygan-label", { htmlFor: this.#id });
    this.button = make("button", "toygan-choice", { type: "button", id: this.#id, ariaHasPopup: "listbox" });
    this.panel = make("div", "toygan-options", { popover: "manual" });
    this.search = make("input", "toygan-search", { type: "text", autocomplete: "off", role: "combobox" });
    this.list = make("div", "", { role: "listbox", id: `${this.#id}-list` });
    this.search.setAttribute("aria-controls", this.list.id);
    this.panel.append(this.search, this.list);
    this.offer = make("button", "toygan-offer", { type: "button" });
    this.offer.addEventListener("click", () => this.model.send({ asked: true }));
    el.classList.add("toygan-menu");
    el.append(this.label, this.button, this.panel, this.offer);
    this.button.addEventListener("click", () => this.open ? this.close() : this.unfold());
    this.button.addEventListener("keydown", (event) => this.#pressOnButton(event));
    this.search.addEventListener("input", () => this.fill());
    this.search.addEventListener("keydown", (event) => this.#press(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the search keeps the focus
    this.list.addEventListener("click", (event) => this.#click(event));
    this.panel.addEventListener("focusout", (event) => {
      if (!this.panel.contains(/** @type {Node | null} */ (event.relatedTarget))) this.close(false);
    });
    this.show();
  }

  get open() {
    return this.panel.matches(":popover-open");
  }

  /** @returns {Group[]} */
  get groups() {
    const groups = this.model.get("groups"), label = this.model.get("offer");
    const entries = [{ value: "", label, text: this.model.get("offer_tip"), asks: true }];
    return label ? [{ name: "", entries }, ...groups] : groups;
  }

  /** Shows what the kernel holds. */
  show() {
    const { model, label, button } = this;
    const name = model.get("label"), value = model.get("value");
    label.textContent = name;
    label.hidden = !name;
    label.title = model.get("tip");
    const entry = this.groups.flatMap(({ entries }) => entries).find((entry) => entry.value === value);
    button.textContent = entry?.label ?? (value || model.get("placeholder"));
    button.title = entry?.text ? `${entry.label}: ${entry.text}` : model.get("tip");
    button.disabled = model.get("disabled");
    button.ariaLabel = [name, button.textContent].filter(Boolean).join(": ");
    Object.assign(this.offer, { textContent: model.get("offer"), title: model.get("offer_tip") });
    this.offer.hidden = !model.get("offer");
    this.search.placeholder = model.get("hint");
    this.search.ariaLabel = `${name || model.get("tip")}: ${model.get("hint")}`;
  }

  unfold(text = "") {
    this.panel.showPopover();
    this.button.ariaExpanded = "true";
    this.search.value = text;
    this.fill();
    this.#place();
    this.search.focus();
    this.list.querySelector(".toygan-at")?.scrollIntoView({ block: "nearest" });
  }

  close(back = true) {
    if (!this.open) return;
    this.panel.hidePopover();
    this.button.ariaExpanded = "false";
    if (back) this.button.focus();
  }

  /** Lists the entries that match the search. */
  fill() {
    const value = this.model.get("value"), groups = matching(this.groups, this.search.value);
    this.#shown = groups.flatMap(({ entries }) => entries);
    const nodes = groups.flatMap(({ name, entries }, i) => [
      ...(name && name !== groups[i - 1]?.name ? [make("div", "toygan-group", { textContent: name })] : []),
      ...entries.map((entry) => this.#option(entry, value)),
    ]);
    const typed = this.search.value.trim();
    const nothing = make("div", "toygan-nothing", { textContent: `Enter takes “${typed}” as it is typed.` });
    this.list.replaceChildren(...(nodes.length ? nodes : [nothing]));
    const chosen = this.#shown.findIndex((entry) => entry.value === value);
    this.#move(Math.max(0, typed ? 0 : chosen));
  }

  /** @param {Entry} entry @param {string} value that is chosen */
  #option(entry, value) {
    const option = make("div", "toygan-option", { role: "option", ariaSelected: String(entry.value === value) });
    option.id = `${this.#id}-${this.#shown.indexOf(entry)}`;
    option.append(make("b", "", { textContent: entry.label }));
    if (entry.text) option.append(make("small", "", { textContent: entry.text }));
    return option;
  }

  /** @param {number} at */
  #move(at) {
    this.#at = Math.min(Math.max(at, 0), this.#shown.length - 1);
    const options = this.list.querySelectorAll(".toygan-option");
    options.forEach((option, i) => option.classList.toggle("toygan-at", i === this.#at));
    const option = options[this.#at];
    if (option) this.search.setAttribute("aria-activedescendant", option.id);
    else this.search.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  // Below the button, or above it if there is more room.
  #place() {
    const { left, top, bottom, width } = this.button.getBoundingClientRect();
    const below = innerHeight - bottom - 8, above = top - 8, up = below < Math.min(ROOM, above);
    const wide = Math.min(Math.max(width, 380), innerWidth - 16);
    Object.assign(this.panel.style, {
      width: `${wide}px`,
      left: `${Math.max(8, Math.min(left, innerWidth - wide - 8))}px`,
      maxHeight: `${Math.min(ROOM, up ? above : below)}px`,
      top: up ? "auto" : `${bottom + 2}px`,
      bottom: up ? `${innerHeight - top + 2}px` : "auto",
    });
  }

  /** @param {Entry} entry */
  #take(entry) {
    if (entry.start) {
      this.search.value = entry.start;
      this.fill();
      const quotes = entry.start.indexOf("''"), caret = 1 + (quotes < 0 ? entry.start.indexOf("(") : quotes);
      this.search.setSelectionRange(caret, caret);
      return;
    }
    this.close();
    if (entry.asks) {
      this.model.send({ asked: true });
      return;
    }
    if (entry.value === this.model.get("value")) return;
    this.model.set("value", entry.value);
    this.model.save_changes();
  }

  /** @param {KeyboardEvent} event */
  #pressOnButton(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.unfold();
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) this.unfold(event.key);
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key in STEPS) this.#move(this.#at + STEPS[event.key]);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter") this.#enter();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #enter() {
    const typed = this.search.value.trim(), entry = this.#shown[this.#at];
    if (entry && !typed.includes("(")) this.#take(entry);
    else if (typed) {
      this.close();
      this.model.send({ typed });
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const option = /** @type {Element} */ (event.target).closest(".toygan-option");
    if (option) this.#take(this.#shown[[...this.list.querySelectorAll(".toygan-option")].indexOf(option)]);
  }
}

export default {
  /** @param {{ model: Model, el: HTMLElement }} here */
  render({ model, el }) {
    const view = new MenuView(model, el);
    const show = () => view.show();
    const news = [
      "change:value",
      "change:groups",
      "change:label",
      "change:tip",
      "change:disabled",
      "change:offer",
      "msg:custom",
    ];
    for (const name of news) model.on(name, show);
    return () => news.forEach((name) => model.off(name, show));
  },
};
