// The page of a recording: its picture, a player's controls, and a diagnosis of what it shows.
import { diagnosis, make } from "./elements.js";
import { Picture } from "./picture.js";
import { PlayBar } from "./playbar.js";
import { findStretches, framesIn } from "./recording.js";

/** @import { RecordedFrame, Stretch } from "./recording.js" */

/** The line that shows this page within another one, to copy; it is folded away at first. */
function embedding() {
  const file = decodeURIComponent(location.pathname.split("/").pop() || "run.html");
  const line = `<iframe src="${file}" title="${
    document.title.replaceAll(`"`, "&quot;")
  }" width="100%" height="760" style="border: 0"></iframe>`;
  const element = make("details", "toygan-embedding");
  element.append(
    make("summary", "", { textContent: "Show it in a page of yours" }),
    make("code", "", { textContent: line }),
  );
  return element;
}

/** A recording in a page: its picture, play, speed, the iteration, and the stretches of frames that share a verdict. */
class Player {
  #diagnosis = diagnosis();
  #recipe = make("p", "toygan-recipe");
  #status = make("p", "toygan-status", { role: "status" });

  /**
   * @param {HTMLElement} root
   * @param {RecordedFrame[]} frames
   */
  constructor(root, frames) {
    this.frames = frames;
    this.bar = new PlayBar(frames.length - 1, this.#status, (now) => this.#show(now));
    this.parts = findStretches(frames).map((stretch) => ({ ...stretch, button: this.#part(stretch) }));
    const verdicts = make("div", "toygan-verdicts");
    verdicts.append(...this.parts.map(({ button }) => button));
    this.bar.course.append(verdicts);
    root.append(this.#recipe);
    this.picture = new Picture(root, (frame) => {
      root.dataset.iteration = String(/** @type {RecordedFrame} */ (frame).iteration);
    });
    root.append(this.bar.element, this.#status, this.#diagnosis.element, ...(self === top ? [embedding()] : []));
    document.addEventListener("keydown", (event) => this.#press(event));
    this.bar.go(frames.length - 1); // what came of it says more than the start; play begins there
  }

  /** A button that shows a stretch of frames from its first. @param {Stretch} stretch */
  #part({ verdict, from, to }) {
    const [first, end] = [from, to - 1].map((i) => this.frames[i].iteration.toLocaleString("en"));
    const button = make("button", "", { type: "button", title: `iteration ${first} to ${end}: ${verdict}` });
    button.append(make("span", "", { textContent: verdict }));
    button.style.flexGrow = String(to - from);
    button.addEventListener("click", () => this.bar.go(from));
    return button;
  }

  /** @param {number} now */
  #show(now) {
    const { charts, words } = this.frames[now];
    this.picture.show(charts, this.frames[now]);
    this.#recipe.textContent = `recipe: ${words.recipe || "all defaults"}`;
    this.#diagnosis.show(words);
    for (const { button, from, to } of this.parts) button.ariaCurrent = String(from <= now && now < to);
    return words.status;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onChart = event.target instanceof HTMLCanvasElement && event.key !== " ";
    const own = onChart || event.target instanceof Element && event.target.matches("select, button"); // keep their keys
    const used = this.picture.key(event);
    if (used || !own && this.bar.press(event)) event.preventDefault();
  }
}

const root = document.querySelector("main"), packed = document.getElementById("toygan-frames");
if (root && packed) {
  framesIn(packed.textContent).then(
    (frames) => new Player(root, frames),
    (error) => root.append(make("p", "", { textContent: `This browser cannot unpack the recording (${error}).` })),
  );
}
