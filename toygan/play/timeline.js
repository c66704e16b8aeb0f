// The time line under a picture: a slider over all iterations so far, and a mark for each that has a meaning.
import { make } from "../chart/elements.js";

/**
 * @typedef {[step: number, kind: string, words: string]} TimeMark
 * @typedef {{ first?: number, reached?: number, at?: number, marks?: TimeMark[], playing?: boolean }} Times
 */

const JUMP = 0.02; // of the line, for an arrow key
const WAYS = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 });

/** A slider that looks back: `asked` is called with the iteration that the user wants to see, once an answer. */
export class Timeline {
  element = make("div", "toygan-timeline", { hidden: true });
  #slider = make("input", "toygan-scrubber", {
    type: "range",
    step: "1",
    ariaLabel: "iteration to look at",
    title:
      "look back; play continues from there (arrow keys: 2 % of the run; Home, End: its first, its last iteration)",
  });
  #marks = make("div", "toygan-marks");
  #reading = make("span", "toygan-reading-at");
  #marked = ""; // all that decides how the marks look
  #wanted = -1; // the iteration to ask for when there is an answer to the one before
  #asking = false;

  /** @param {(iteration: number) => void} asked */
  constructor(asked) {
    this.asked = asked;
    const track = make("div", "toygan-track");
    track.append(this.#slider, this.#marks);
    this.element.append(track, this.#reading);
    this.#slider.addEventListener("input", () => this.#want(this.#slider.valueAsNumber));
    this.#slider.addEventListener("keydown", (event) => this.#press(event));
  }

  /** @param {Times} times */
  show({ first = 0, reached, at = 0, marks = [], playing = false }) {
    this.#asking = false;
    this.element.hidden = reached === undefined;
    if (reached === undefined) return;
    this.element.classList.toggle("toygan-empty", reached <= first);
    Object.assign(this.#slider, { min: String(first), max: String(reached) });
    const held = document.activeElement === this.#slider && !playing && at !== reached; // where the user has put it
    if (this.#wanted < 0 && !held) this.#slider.value = String(at);
    this.#read(at, reached);
    const key = JSON.stringify([first, reached, marks]);
    if (key !== this.#marked) this.#marks.replaceChildren(...marks.map((mark) => this.#mark(mark, first, reached)));
    this.#marked = key;
    this.#send();
  }

  /** Look at an iteration, as if the slider were put there. @param {number} iteration */
  wants(iteration) {
    if (this.element.hidden) return;
    this.#slider.value = String(iteration);
    this.#want(iteration);
  }

  /** @param {number} at @param {number} reached */
  #read(at, reached) {
    const words = `iteration ${at.toLocaleString("en")} of ${reached.toLocaleString("en")}`;
    this.#slider.ariaValueText = words;
    this.#reading.textContent = at === reached ? "now" : at.toLocaleString("en");
  }

  /** A button at its place on the line. @param {TimeMark} mark @param {number} first @param {number} reached */
  #mark([step, kind, words], first, reached) {
    const title = `iteration ${step.toLocaleString("en")}: ${words}`;
    const button = make("button", `toygan-mark toygan-mark-${kind}`, { type: "button", title, ariaLabel: title });
    button.textContent = kind === "best" ? "★" : "◆";
    button.style.setProperty("--toygan-share", String((step - first) / (reached - first)));
    button.addEventListener("click", () => this.wants(step));
    return button;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const way = WAYS[event.key], { min, max, valueAsNumber } = this.#slider;
    if (!way) return;
    event.preventDefault();
    const jump = Math.max(1, Math.round(JUMP * (Number(max) - Number(min))));
    this.#slider.value = String(valueAsNumber + way * jump);
    this.#want(this.#slider.valueAsNumber);
  }

  /** @param {number} iteration */
  #want(iteration) {
    this.#wanted = iteration;
    this.#send();
  }

  #send() {
    if (this.#asking || this.#wanted < 0) return;
    const wanted = this.#wanted;
    [this.#asking, this.#wanted] = [true, -1];
    this.asked(wanted);
  }
}
