// The head of a group of controls: a button that folds the group away and opens it again. The style sheet hides what a
// closed head stands above, so a page without a kernel can fold, too.
import { make } from "../chart/elements.js";

/**
 * @typedef {{ get(name: string): any, set(name: string, value: any): void, save_changes(): void,
 *   on(event: string, hear: (...news: any[]) => void): void, off(event: string, hear: (...news: any[]) => void): void
 * }} Model
 */

export default {
  /** @param {{ model: Model, el: HTMLElement }} here */
  render({ model, el }) {
    const head = make("button", "toygan-fold", { type: "button" });
    const show = () => {
      head.textContent = model.get("label");
      head.ariaExpanded = String(model.get("unfolded"));
    };
    head.addEventListener("click", () => {
      model.set("unfolded", !model.get("unfolded"));
      model.save_changes();
      show();
    });
    show();
    el.append(head);
    for (const name of ["change:unfolded", "change:label"]) model.on(name, show);
    return () => ["change:unfolded", "change:label"].forEach((name) => model.off(name, show));
  },
};
