// The live picture and its three buttons. The kernel sends frames of charts; the page paints the newest and says now and
// then how far it has come, since a message to the kernel costs it more than a frame.
import { make } from "../chart/elements.js";
import { Picture } from "../chart/picture.js";

/**
 * @import { Message } from "../chart/wire.js"
 *
 * @typedef {{ status: string, message: string, refused: boolean, playing: boolean,
 *   verdict: string, evidence: string, cause: string, knob: string }} Words
 * @typedef {Words & Message & { frame: number, iteration: number }} FrameMessage
 * @typedef {{ get(name: string): number, send(content: object): void,
 *   on(event: string, hear: (content: Words | FrameMessage, buffers: DataView[]) => void): void,
 *   off(event: string, hear: (content: Words | FrameMessage, buffers: DataView[]) => void): void }} Model
 */

const BUTTONS = [
  ["play", "Play", "fa-play", "play or pause (space on the picture)"],
  ["step", "Step", "fa-step-forward", "one iteration (right arrow on the picture)"],
  ["reset", "Reset", "fa-refresh", "from iteration 0 again, with the settings as they are"],
];
const KEYS = /** @type {Record<string, string>} */ ({ " ": "play", ArrowRight: "step", ".": "step" });
const SAID = 6; // frames from one word to the kernel to the next
const ALONE = 5000; // milliseconds without a first frame after which nothing is to be expected
const REST = 200; // milliseconds without a new frame after which the last one is said to be painted, too

/** @param {HTMLElement} button @param {string} text @param {string} icon */
function label(button, text, icon) {
  if (button.textContent === text) return;
  button.replaceChildren(make("i", `fa ${icon}`, { ariaHidden: "true" }), text);
}

/**
 * Shows words, in full under the pointer; the same words again cost the page nothing.
 * @param {HTMLElement} element
 * @param {string} text
 */
function tell(element, text) {
  if (element.textContent !== text) element.textContent = element.title = text;
}

/** @param {{ model: Model, el: HTMLElement }} place */
function render({ model, el }) {
  const view = Math.random().toString(36).slice(2);
  let here = true;
  const say = (/** @type {object} */ content) => {
    if (!here) return;
    try {
      model.send({ view, ...content });
    } catch {
      // the kernel is gone, and with it everyone who would hear
    }
  };

  const buttons = BUTTONS.map(([name, text, icon, title]) => {
    const button = make("button", `jupyter-widgets jupyter-button toygan-${name}`, { title });
    label(button, text, icon);
    button.addEventListener("click", () => say({ do: name }));
    return button;
  });
  const status = make("div", "toygan-status", { role: "status" });
  const where = status.appendChild(make("div", "toygan-where"));
  const message = status.appendChild(make("div", "toygan-message"));
  const bar = make("div", "toygan-bar");
  bar.append(...buttons, status);

  const root = make("div", "toygan-view", { tabIndex: 0, role: "group" });
  root.ariaDescription = "Space: play or pause. Right arrow: one iteration.";
  root.style.setProperty("--toygan-shape", String(model.get("width") / model.get("height")));
  root.style.setProperty("--toygan-room", `${model.get("room")}px`);
  const diagnosis = make("div", "toygan-diagnosis");
  const words = /** @type {const} */ (["verdict", "evidence", "cause", "knob"]).map((name) => {
    return /** @type {const} */ ([name, diagnosis.appendChild(make("span", `toygan-${name}`))]);
  });
  el.append(bar, root, diagnosis);

  let [shown, said] = [0, 0]; // the last frame that was painted, and the last that the kernel knows to be
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const acknowledge = () => {
    clearTimeout(timer);
    said = shown;
    say({ shown, hidden: document.hidden });
  };
  const picture = new Picture(root, (news) => {
    const { frame, iteration } = /** @type {FrameMessage} */ (news);
    shown = frame;
    root.dataset.iteration = String(iteration);
    clearTimeout(timer);
    if (shown - said >= SAID) acknowledge();
    else timer = setTimeout(acknowledge, REST);
  });

  // JupyterLab takes keys as its own at the document, so ours are caught one step before: those of the picture, and those
  // with which a menu or a button is worked, whose default action goes on.
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const mine = target === root && KEYS[event.key];
    if (mine || picture.key(event)) {
      event.preventDefault();
      event.stopPropagation();
      if (mine) say({ do: mine });
    } else if (target.matches?.(".toygan-playground :is(select, button, input)")) event.stopPropagation();
  };
  globalThis.addEventListener("keydown", keys, true);
  // A click on the picture is for its keys, play and step; charts are reached by the tab key.
  root.addEventListener("mousedown", (event) => {
    if (event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    root.focus({ preventScroll: true });
  });

  // A slider's handle has no name of its own; a screen reader is to say which field it moves.
  const named = (/** @type {FocusEvent} */ { target }) => {
    if (!(target instanceof Element) || target.ariaLabel || !target.matches(".toygan-playground .noUi-handle")) return;
    target.ariaLabel = target.closest(".widget-slider")?.querySelector("label")?.textContent ?? null;
  };
  globalThis.addEventListener("focusin", named);

  // A hidden page paints nothing; it says so, and then takes frames as a sign that the run goes on.
  const seen = () => acknowledge();
  document.addEventListener("visibilitychange", seen);

  const alone = setTimeout(() => root.classList.add("toygan-alone"), ALONE);
  const show = (/** @type {Words | FrameMessage} */ news, /** @type {DataView[]} */ buffers) => {
    tell(where, news.status);
    tell(message, news.message);
    root.ariaLabel = news.status;
    for (const [name, span] of words) tell(span, news[name]);
    status.classList.toggle("toygan-refused", news.refused);
    status.ariaLive = news.playing ? "off" : "polite"; // a screen reader is not to count iterations aloud
    const [text, icon] = news.playing ? ["Pause", "fa-pause"] : ["Play", "fa-play"];
    label(buttons[0], text, icon);
    if (!("frame" in news)) return;
    clearTimeout(alone);
    root.classList.remove("toygan-alone");
    if (!picture.take(news, buffers ?? [])) {
      tell(message, "no picture: this front end loses the numbers that it is made of");
    }
    if (document.hidden) {
      shown = news.frame;
      acknowledge();
    }
  };
  model.on("msg:custom", show);
  say({ here: true, hidden: document.hidden });

  return () => {
    model.off("msg:custom", show);
    picture.close();
    clearTimeout(timer);
    clearTimeout(alone);
    document.removeEventListener("visibilitychange", seen);
    globalThis.removeEventListener("keydown", keys, true);
    globalThis.removeEventListener("focusin", named);
    say({ gone: true });
    here = false;
  };
}

export default { render };
