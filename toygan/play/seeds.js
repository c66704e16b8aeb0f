// The menu that sorts the cells of all seeds.
import { make } from "../chart/elements.js";

/** @typedef {{ sort?: string, sorts?: string[] }} Sorts */

/** A menu beside the buttons while all seeds are shown; `asked` is called with what is chosen. */
export class SeedSort {
  element = make("label", "toygan-sort", { hidden: true, textContent: "sorted by " });
  #menu = make("select", "", { title: "the best seed comes first" });
  #offered = "";

  /** @param {(sort: string) => void} asked */
  constructor(asked) {
    this.element.append(this.#menu);
    this.#menu.addEventListener("change", () => asked(this.#menu.value));
  }

  /** @param {Sorts} words */
  show({ sort, sorts = [] }) {
    this.element.hidden = sort === undefined;
    if (sort === undefined) return;
    const key = sorts.join("\n");
    if (key !== this.#offered) this.#menu.replaceChildren(...sorts.map((name) => new Option(name, name)));
    this.#offered = key;
    if (this.#menu.value !== sort && document.activeElement !== this.#menu) this.#menu.value = sort;
  }
}
