// The parts of a playground in one widget, each drawn by its own code.
import { make } from "../chart/elements.js";

/**
 * @typedef {{ classes: string[], looks: Record<string, string>, name?: string, parts?: Part[] }} Part
 * @typedef {{ get(name: string): any, on(event: string, hear: () => void): void, off(event: string, hear: () => void): void }} Model
 * @typedef {{ getWidget(name: string): Promise<{ render(here: { el: HTMLElement, signal: AbortSignal }): Promise<void> }> }} Host
 */

export default {
  /** @param {{ model: Model, el: HTMLElement, host: Host, signal: AbortSignal }} here */
  render({ model, el, host, signal }) {
    const drawn = /** @type {Map<string, HTMLElement>} */ (new Map());

    /** @param {Part} part */
    const draw = async ({ name = "" }, /** @type {HTMLElement} */ place) => {
      const widget = await host.getWidget(name);
      await widget.render({ el: place, signal });
    };

    /** @param {Part} part @returns {HTMLElement} its place, which holds it */
    const build = (part) => {
      const known = part.name && drawn.get(part.name), place = known || make("div", "");
      place.classList.add(...part.classes);
      Object.assign(place.style, part.looks);
      if (part.parts) place.replaceChildren(...part.parts.map(build));
      if (part.name && !known) {
        drawn.set(part.name, place);
        draw(part, place);
      }
      return place;
    };

    const show = () => el.replaceChildren(build(model.get("tree")));
    el.classList.add("toygan-whole");
    show();
    model.on("change:tree", show);
    return () => model.off("change:tree", show);
  },
};
