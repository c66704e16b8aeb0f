// The page of a recording: its picture, a player's controls, and a diagnosis of what it shows.
import { diagnosis, make, showPlaying } from "./elements.js";
import { Picture } from "./picture.js";
import { findStretches, framesIn } from "./recording.js";

/** @import { RecordedFrame, Stretch } from "./recording.js" */

const RATE_PER_SECOND = 15; // frames, at speed 1
const SPEEDS = ["0.25", "0.5", "1", "2", "4"];

/** A recording in a page: its picture, play, speed, the iteration, and the stretches of frames that share a verdict. */
class Player {
  #shown = -1;
  #playing = false;
  #place = 0; // in frames, a fraction while time moves it
  #before = 0; // when the picture moved last, in milliseconds
  #diagnosis = diagnosis();
  #recipe = make("p", "toygan-recipe");
  #status = make("p", "toygan-status", { role: "status" });
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
    " ": () => this.#play(!this.#playing),
    ArrowLeft: () => this.#step(this.#shown - 1),
    ArrowRight: () => this.#step(this.#shown + 1),
    Home: () => this.#step(0),
    End: () => this.#step(this.last),
  });

  /**
   * @param {HTMLElement} root
   * @param {RecordedFrame[]} frames
   */
  constructor(root, frames) {
    this.frames = frames;
    this.last = frames.length - 1;
    this.parts = findStretches(frames).map((stretch) => ({ ...stretch, button: this.#part(stretch) }));
    this.#scrubber.max = String(this.last);
    this.#speed.append(...SPEEDS.map((value) => make("option", "", { value, textContent: `${value} ×` })));
    this.#speed.value = "1";
    const verdicts = make("div", "toygan-verdicts"), course = make("div", "toygan-course");
    verdicts.append(...this.parts.map(({ button }) => button));
    course.append(this.#scrubber, verdicts);
    const bar = make("div", "toygan-bar");
    bar.append(this.#button, course, this.#speed);
    root.append(this.#recipe);
    this.picture = new Picture(root, (frame) => {
      root.dataset.iteration = String(/** @type {RecordedFrame} */ (frame).iteration);
    });
    root.append(bar, this.#status, this.#diagnosis.element);
    document.addEventListener("keydown", (event) => this.#press(event));
    this.#button.addEventListener("click", () => this.#play(!this.#playing));
    this.#scrubber.addEventListener("input", () => this.#step(Number(this.#scrubber.value)));
    this.#play(false);
    this.#show(0);
  }

  /** A button that shows a stretch of frames from its first. @param {Stretch} stretch */
  #part({ verdict, from, to }) {
    const [first, end] = [from, to - 1].map((i) => this.frames[i].iteration.toLocaleString("en"));
    const button = make("button", "", { type: "button", title: `iteration ${first} to ${end}: ${verdict}` });
    button.append(make("span", "", { textContent: verdict }));
    button.style.flexGrow = String(to - from);
    button.addEventListener("click", () => this.#show(from));
    return button;
  }

  /** @param {number} to */
  #show(to) {
    this.#place = Math.min(Math.max(to, 0), this.last);
    const now = Math.floor(this.#place);
    if (now === this.#shown) return;
    this.#shown = now;
    const { charts, words } = this.frames[now];
    this.picture.show(charts, this.frames[now]);
    this.#scrubber.value = String(now);
    this.#scrubber.ariaValueText = this.#status.textContent = words.status;
    this.#recipe.textContent = `recipe: ${words.recipe || "all defaults"}`;
    this.#diagnosis.show(words);
    for (const { button, from, to } of this.parts) button.ariaCurrent = String(from <= now && now < to);
  }

  /** @param {boolean} on */
  #play(on) {
    this.#playing = on;
    showPlaying(on, this.#button, this.#status);
    if (!on) return;
    if (this.#shown === this.last) this.#show(0);
    this.#before = performance.now();
    requestAnimationFrame(this.#tick);
  }

  /** @param {number} now */
  #tick = (now) => {
    if (!this.#playing) return;
    this.#show(this.#place + Math.max(0, now - this.#before) / 1000 * RATE_PER_SECOND * Number(this.#speed.value));
    this.#before = now;
    if (this.#shown === this.last) this.#play(false);
    else requestAnimationFrame(this.#tick);
  };

  /** @param {number} to */
  #step(to) {
    this.#play(false);
    this.#show(to);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target instanceof Element && event.target.matches("select, button"); // what keys do there stays
    const act = own ? undefined : this.#keys[event.key];
    if (!this.picture.key(event) && !act) return;
    event.preventDefault();
    if (!(event.target instanceof HTMLCanvasElement && event.key !== " ")) act?.();
  }
}

const root = document.querySelector("main"), packed = document.getElementById("toygan-frames");
if (root && packed) {
  framesIn(packed.textContent).then(
    (frames) => new Player(root, frames),
    (error) => root.append(make("p", "", { textContent: `This browser cannot unpack the recording (${error}).` })),
  );
}
