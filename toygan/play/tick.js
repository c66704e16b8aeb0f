// A box to tick, with a name.
import { make } from "../chart/elements.js";

/**
 * @typedef {{ get(name: string): any, set(name: string, value: any): void, save_changes(): void,
 *   on(event: string, hear: () => void): void, off(event: string, hear: () => void): void }} Model
 */

const NEWS = ["change:value", "change:label", "change:tip", "change:disabled"];

export default {
  /** @param {{ model: Model, el: HTMLElement }} here */
  render({ model, el }) {
    const label = make("label", "toygan-tick"), box = make("input", "", { type: "checkbox" }), name = make("span", "");
    const show = () => {
      name.textContent = model.get("label");
      label.title = model.get("tip");
      box.checked = model.get("value");
      box.disabled = model.get("disabled");
    };
    box.addEventListener("change", () => {
      model.set("value", box.checked);
      model.save_changes();
    });
    show();
    label.append(box, name);
    el.append(label);
    for (const news of NEWS) model.on(news, show);
    return () => NEWS.forEach((news) => model.off(news, show));
  },
};
