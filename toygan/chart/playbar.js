// Play, the scrubber and the speed of a page that plays frames, and their keys.
import { make, showPlaying } from "./elements.js";

const RATE_PER_SECOND = 15; // frames, at speed 1
const SPEEDS = ["0.25", "0.5", "1", "2", "4"];

/** The bar below a picture that plays frames; `course` holds the scrubber, and what stands below it. */
export class PlayBar {
  element = make("div", "toygan-bar");
  course = make("div", "toygan-course");
  shown = -1; // the frame
  #playing = false;
  #place = 0; // in frames, a fraction while time moves it
  #before = 0; // when the picture moved last, in milliseconds
  #button = make("button", "toygan-play", { type: "button", title: "space" });
  #scrubber = make("input", "toygan-scrubber", {
    type: "range",
    min: "0",
    value: "0",
    ariaLabel: "iteration",
    title: "arrow keys: one frame; Home, End: the first, the last",
  });
  #speed = make("select", "toygan-speed", { title: "speed", ariaLabel: "speed" });
  #keys = /** @type {Record<string, () => void>} */ ({
    " ": () => this.play(!this.#playing),
    ArrowLeft: () => this.step(this.shown - 1),
    ArrowRight: () => this.step(this.shown + 1),
    Home: () => this.step(0),
    End: () => this.step(this.last),
  });

  /**
   * @param {number} last the number of the last frame
   * @param {HTMLElement} status a line of words about the frame
   * @param {(frame: number) => string} show shows a frame, and returns these words
   */
  constructor(last, status, show) {
    this.last = last;
    this.show = show;
    this.status = status;
    this.#scrubber.max = String(last);
    this.#speed.append(...SPEEDS.map((value) => make("option", "", { value, textContent: `${value} ×` })));
    this.#speed.value = "1";
    this.course.append(this.#scrubber);
    this.element.append(this.#button, this.course, this.#speed);
    this.#button.addEventListener("click", () => this.play(!this.#playing));
    this.#scrubber.addEventListener("input", () => this.step(Number(this.#scrubber.value)));
    this.play(false);
  }

  /** Show a place among the frames. @param {number} to */
  go(to) {
    this.#place = Math.min(Math.max(to, 0), this.last);
    const now = Math.floor(this.#place);
    if (now === this.shown) return;
    this.shown = now;
    this.draw();
  }

  /** Show the present frame again. */
  draw() {
    this.#scrubber.value = String(this.shown);
    this.#scrubber.ariaValueText = this.status.textContent = this.show(this.shown);
  }

  /** @param {boolean} on */
  play(on) {
    this.#playing = on;
    showPlaying(on, this.#button, this.status);
    if (!on) return;
    if (this.shown === this.last) this.go(0);
    this.#before = performance.now();
    requestAnimationFrame(this.#tick);
  }

  /** @param {number} now */
  #tick = (now) => {
    if (!this.#playing) return;
    this.go(this.#place + Math.max(0, now - this.#before) / 1000 * RATE_PER_SECOND * Number(this.#speed.value));
    this.#before = now;
    if (this.shown === this.last) this.play(false);
    else requestAnimationFrame(this.#tick);
  };

  /** Show a frame, and stand still. @param {number} to */
  step(to) {
    this.play(false);
    this.go(to);
  }

  /**
   * Act on a key that nothing else in the page has used; return whether it was one of the bar's.
   * @param {KeyboardEvent} event
   */
  press({ key }) {
    this.#keys[key]?.();
    return key in this.#keys;
  }
}
