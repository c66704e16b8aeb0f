// The page of a recording: its picture, a player's controls, and what was going on, in words.
import { make } from "./elements.js";
import { Picture } from "./picture.js";
import { stretches, unpacked } from "./recording.js";

/** @import { RecordedFrame, Word } from "./recording.js" */

const RATE = 15; // frames a second at speed 1
const SPEEDS = ["0.25", "0.5", "1", "2", "4"];
const DIAGNOSIS = /** @type {Word[]} */ (["verdict", "evidence", "cause", "remedy"]);

/** @param {string} text zlib's bytes in base64 */
async function framesIn(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return unpacked(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/**
 * @param {HTMLElement} root
 * @param {RecordedFrame[]} frames
 */
function player(root, frames) {
  const last = frames.length - 1;
  const recipe = root.appendChild(make("p", "toygan-recipe"));
  const picture = new Picture(root, (frame) => {
    root.dataset.iteration = String(/** @type {RecordedFrame} */ (frame).iteration);
  });

  const button = make("button", "toygan-play", { type: "button", title: "space" });
  const scrubber = make("input", "toygan-scrubber", { type: "range", min: "0", max: String(last), value: "0" });
  scrubber.ariaLabel = "iteration";
  scrubber.title = "arrow keys: one frame; Home, End: the first, the last";
  const speed = make("select", "toygan-speed", { title: "speed" });
  speed.ariaLabel = "speed";
  speed.append(...SPEEDS.map((value) => make("option", "", { value, textContent: `${value} ×` })));
  speed.value = "1";
  const verdicts = make("div", "toygan-verdicts");
  const parts = stretches(frames).map(({ verdict, from, to }) => {
    const first = frames[from].iteration.toLocaleString("en"), end = frames[to - 1].iteration.toLocaleString("en");
    const part = make("button", "", { type: "button" });
    part.append(make("span", "", { textContent: verdict }));
    part.title = `iteration ${first} to ${end}: ${verdict}`;
    part.style.flexGrow = String(to - from);
    part.addEventListener("click", () => show(from));
    return { part, from, to };
  });
  verdicts.append(...parts.map(({ part }) => part));
  const course = make("div", "toygan-course");
  course.append(scrubber, verdicts);
  const bar = make("div", "toygan-bar");
  bar.append(button, course, speed);

  const status = make("p", "toygan-status", { role: "status" });
  const diagnosis = make("p", "toygan-diagnosis");
  const words = DIAGNOSIS.map((name) => /** @type {const} */ ([name, make("span", `toygan-${name}`)]));
  diagnosis.append(...words.flatMap(([, span]) => [span, " "]));
  root.append(bar, status, diagnosis);

  let shown = -1, playing = false, place = 0, before = 0; // place: in frames, as a number that time moves on

  /** @param {number} to */
  function show(to) {
    place = Math.min(Math.max(to, 0), last);
    const now = Math.floor(place);
    if (now === shown) return;
    shown = now;
    const said = frames[now].words;
    picture.show(frames[now].charts, frames[now]);
    scrubber.value = String(now);
    scrubber.ariaValueText = status.textContent = said.status;
    recipe.textContent = `recipe: ${said.recipe || "all defaults"}`;
    for (const [name, span] of words) span.textContent = said[name];
    for (const { part, from, to } of parts) part.ariaCurrent = String(from <= now && now < to);
  }

  /** @param {boolean} on */
  function play(on) {
    playing = on;
    button.textContent = on ? "Pause" : "Play";
    status.ariaLive = on ? "off" : "polite"; // a screen reader is not to count iterations aloud
    if (!on) return;
    if (shown === last) show(0);
    before = performance.now();
    requestAnimationFrame(tick);
  }

  /** @param {number} now */
  function tick(now) {
    if (!playing) return;
    show(place + Math.max(0, now - before) / 1000 * RATE * Number(speed.value));
    before = now;
    if (shown === last) play(false);
    else requestAnimationFrame(tick);
  }

  const keys = /** @type {Record<string, () => void>} */ ({
    " ": () => play(!playing),
    ArrowLeft: () => step(shown - 1),
    ArrowRight: () => step(shown + 1),
    Home: () => step(0),
    End: () => step(last),
  });
  const step = (/** @type {number} */ to) => {
    play(false);
    show(to);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target instanceof Element && event.target.matches("select, button"); // what keys do there stays
    const act = own ? undefined : keys[event.key];
    if (!picture.key(event) && !act) return;
    event.preventDefault();
    if (!(event.target instanceof HTMLCanvasElement && event.key !== " ")) act?.();
  });
  button.addEventListener("click", () => play(!playing));
  scrubber.addEventListener("input", () => step(Number(scrubber.value)));
  play(false);
  show(0);
}

const root = document.querySelector("main"), packed = document.getElementById("toygan-frames");
if (root && packed) {
  framesIn(packed.textContent).then(
    (frames) => player(root, frames),
    (error) => root.append(make("p", "", { textContent: `This browser cannot unpack the recording (${error}).` })),
  );
}
