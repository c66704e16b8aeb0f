// A tour of a playground: a card beside the part that it is about. It continues when the learner has done what it asks for.
import { make } from "../chart/elements.js";

/**
 * @typedef {{ part: string, text: string, done?: Done }} Stop
 *   `part`: a selector within the playground; a stop whose part is not shown is left out
 * @typedef {{ on: string, within?: string, iteration?: number, playing?: boolean }} Done
 *   what the learner does: an event within a part, or a state that is looked at with each painted frame
 */

/** @type {Stop[]} */
export const STOPS = [
  {
    part: ".toygan-play",
    text:
      "Two networks play a game here. G, the generator, makes the triangles. D, the discriminator, tells them from " +
      "the data, the circles. Press Play.",
    done: { on: "frame", playing: true },
  },
  {
    part: ".toygan-view",
    text: "Both players train now. The background is D's output: one colour where it says 'real', the other where it " +
      "says 'generated'. Wait until iteration 200.",
    done: { on: "frame", iteration: 200 },
  },
  {
    part: ".toygan-legend",
    text: "Each entry of a legend hides its layer, and shows it again. Click one.",
    done: { on: "click", within: ".toygan-legend" },
  },
  {
    part: ".toygan-lr_d",
    text: "A slider acts at once, while the run plays. Drag the learning rate of D to the left, and watch the picture.",
    done: { on: "input", within: ".toygan-lr_d" },
  },
  {
    part: ".toygan-status",
    text: "The verdict says what happens in this run, measured over all of its seeds. Its reasons stand below the " +
      "picture, with a remedy if there is one.",
  },
  {
    part: ".toygan-timeline",
    text:
      "Nothing is lost: drag this slider back, and the picture of that iteration returns. Play continues from there.",
    done: { on: "input", within: ".toygan-timeline" },
  },
  {
    part: ".toygan-compare",
    text: "Compare puts a copy beside the run. Change one setting of the copy, and you see what it does.",
  },
];

const EDGE = 6; // CSS pixels around a part
const WIDE = 300; // of the card

/**
 * The number of the next stop from `at` whose part is shown, or -1 at the end.
 * @param {readonly Stop[]} stops
 * @param {number} at
 * @param {(part: string) => boolean} shown
 */
export const nextStop = (stops, at, shown) => stops.findIndex(({ part }, i) => i >= at && shown(part));

/**
 * Whether a state of the run is what a stop waits for.
 * @param {Done | undefined} done
 * @param {{ iteration: number, playing: boolean }} state
 */
export const isReached = (done, { iteration, playing }) =>
  done?.on === "frame" && iteration >= (done.iteration ?? 0) && (playing || !done.playing);

/**
 * Where a card stands beside a part in a window: below it if there is room, or else above, or else on it.
 * @param {{ left: number, top: number, bottom: number }} part
 * @param {{ width: number, height: number }} card
 * @param {{ width: number, height: number }} room
 */
export function placeBeside(part, card, room) {
  const left = Math.max(EDGE, Math.min(part.left, room.width - card.width - EDGE));
  const below = part.bottom + 2 * EDGE, above = part.top - card.height - 2 * EDGE;
  if (below + card.height <= room.height) return { left, top: below };
  return { left, top: above >= EDGE ? above : Math.max(EDGE, room.height - card.height - EDGE) };
}

/** The tour of one playground; `ended` is called when it is over. */
export class Tour {
  #at = -1;
  #frame = 0;
  #ended = new AbortController();
  #ring = make("div", "toygan-tour-ring", { popover: "manual" });
  #card = make("div", "toygan-tour-card", { popover: "manual", role: "dialog", ariaLabel: "tour" });
  #text = make("p", "", { ariaLive: "polite" });
  #count = make("small", "");

  /** @param {HTMLElement} place the playground @param {() => void} ended */
  constructor(place, ended, stops = STOPS) {
    this.place = place;
    this.ended = ended;
    this.stops = stops;
    const row = make("div", "toygan-tour-row");
    row.append(
      this.#count,
      this.#button("Next", "continue without doing it", () => this.#go(this.#at + 1)),
      this.#button("End", "end the tour (Escape)", () => this.close()),
    );
    this.#card.append(this.#text, row);
    const { signal } = this.#ended;
    for (const type of ["click", "input"]) {
      place.addEventListener(type, (event) => this.#hear(event), { capture: true, signal });
    }
    this.#card.addEventListener("keydown", (event) => this.#press(event), { signal });
    place.append(this.#ring, this.#card);
    this.#go(0);
  }

  close() {
    cancelAnimationFrame(this.#frame);
    this.#ended.abort();
    this.#ring.remove();
    this.#card.remove();
    this.ended();
  }

  /** Look at the run, with each frame. @param {{ iteration: number, playing: boolean }} state */
  follow(state) {
    if (isReached(this.stops[this.#at]?.done, state)) this.#go(this.#at + 1);
  }

  /** @param {string} text @param {string} title @param {() => void} act */
  #button(text, title, act) {
    const button = make("button", "toygan-button", { type: "button", title, textContent: text });
    button.addEventListener("click", act);
    return button;
  }

  /** @param {string} part */
  #find(part) {
    return [...this.place.querySelectorAll(part)].find((element) => element.getClientRects().length);
  }

  /** @param {number} at */
  #go(at) {
    this.#at = nextStop(this.stops, at, (part) => this.#find(part) !== undefined);
    if (this.#at < 0) {
      this.close();
      return;
    }
    this.#text.textContent = this.stops[this.#at].text;
    this.#count.textContent = `${this.#at + 1} of ${this.stops.length}`;
    this.#find(this.stops[this.#at].part)?.scrollIntoView({ block: "nearest" });
    if (!this.#card.matches(":popover-open")) {
      this.#ring.showPopover();
      this.#card.showPopover();
    }
    this.#follow();
  }

  // The page may scroll, and the part may move: the ring stays around it.
  #follow = () => {
    cancelAnimationFrame(this.#frame);
    const part = this.#find(this.stops[this.#at].part)?.getBoundingClientRect();
    if (part) {
      const { left, top, width, height } = part;
      Object.assign(this.#ring.style, {
        left: `${left - EDGE}px`,
        top: `${top - EDGE}px`,
        width: `${width + 2 * EDGE}px`,
        height: `${height + 2 * EDGE}px`,
      });
      const size = { width: this.#card.offsetWidth || WIDE, height: this.#card.offsetHeight };
      const at = placeBeside(part, size, { width: innerWidth, height: innerHeight });
      Object.assign(this.#card.style, { left: `${at.left}px`, top: `${at.top}px` });
    }
    this.#frame = requestAnimationFrame(this.#follow);
  };

  /** @param {Event} event */
  #hear(event) {
    const done = this.stops[this.#at]?.done, target = /** @type {Element} */ (event.target);
    if (event.type === done?.on && done.within && target.closest(done.within)) this.#go(this.#at + 1);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
  }
}
