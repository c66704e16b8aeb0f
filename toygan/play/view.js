// The live picture and its three buttons. The kernel sends frames of charts; the page paints the newest and says now and
// then how far it has come, since a message to the kernel costs it more than a frame.
import { make } from "../chart/elements.js";
import { Picture } from "../chart/picture.js";

/**
 * @import { Message } from "../chart/wire.js"
 *
 * @typedef {{ status: string, message: string, refused: boolean, playing: boolean,
 *   verdict: string, evidence: string, cause: string, remedy: string, focus: number, seeds: number }} Words
 * @typedef {Words & Message & { frame: number, iteration: number }} FrameMessage
 * @typedef {{ get(name: string): number, send(content: object): void,
 *   on(event: string, hear: (...news: any[]) => void): void, off(event: string, hear: (...news: any[]) => void): void }} Model
 */

const BUTTONS = [
  ["play", "Play", "fa-play", "play or pause (space on the picture)"],
  ["step", "Step", "fa-step-forward", "one iteration (right arrow on the picture)"],
  ["reset", "Reset", "fa-refresh", "from iteration 0 again, with the settings as they are"],
];
const NEXT_SEED = /** @type {Record<string, number>} */ ({ n: 1, p: -1 });
const GONE = "the kernel that trained this run is gone: run the cell again for a new one";
const SILENT = "no answer yet: if the kernel was restarted or has died, run the cell again";
const ANSWER = 5000; // milliseconds in which the kernel answers to a button or a key, unless it is busy or gone
const KEYS = /** @type {Record<string, string>} */ ({ " ": "play", ArrowRight: "step", ".": "step" });
const READABLE = 100; // milliseconds from one number to the next in words that only count on
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
      lose();
    }
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  const ask = (/** @type {object} */ content) => {
    clearTimeout(silence);
    silence = setTimeout(() => warn(SILENT), ANSWER);
    say(content);
  };

  const buttons = BUTTONS.map(([name, text, icon, title]) => {
    const button = make("button", `jupyter-widgets jupyter-button toygan-${name}`, { title });
    label(button, text, icon);
    button.addEventListener("click", () => ask({ do: name }));
    return button;
  });
  const status = make("div", "toygan-status", { role: "status" });
  const where = status.appendChild(make("div", "toygan-where"));
  const message = status.appendChild(make("div", "toygan-message"));
  const bar = make("div", "toygan-bar");
  bar.append(...buttons, status);

  const root = make("div", "toygan-view", { tabIndex: 0, role: "group" });
  root.ariaDescription =
    "Space: play or pause. Right arrow: one iteration. N, P: next or previous seed. S: one line a seed.";
  root.style.setProperty("--toygan-shape", String(model.get("width") / model.get("height")));
  root.style.setProperty("--toygan-room", `${model.get("room")}px`);
  const diagnosis = make("div", "toygan-diagnosis");
  const words = /** @type {const} */ (["verdict", "evidence", "cause", "remedy"]).map((name) => {
    return /** @type {const} */ ([name, diagnosis.appendChild(make("span", `toygan-${name}`))]);
  });
  el.classList.add("toygan-live");
  el.append(bar, root, diagnosis);

  let [shown, said] = [0, 0]; // the last frame that was painted, and the last that the kernel knows to be
  let [painted, since] = [0, 0]; // frames painted since the kernel was told last, and when that was
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const acknowledge = (busy = false) => {
    clearTimeout(timer);
    const now = performance.now(), pace = busy ? Math.round((now - since) / painted) : 0;
    [said, painted, since] = [shown, 0, now];
    say({ shown, hidden: document.hidden, pace });
  };
  const picture = new Picture(root, (news) => {
    const { frame, iteration } = /** @type {FrameMessage} */ (news);
    shown = frame;
    painted++;
    root.dataset.iteration = String(iteration);
    clearTimeout(timer);
    if (shown - said >= SAID) acknowledge(true);
    else timer = setTimeout(acknowledge, REST);
  }, (member) => ask({ focus: member }));

  let [focus, seeds] = [0, 1];
  /** @type {number | null} */
  let wanted = null; // the seed that was asked for last, until it is shown
  /** @param {KeyboardEvent} event */
  const act = ({ key, target }) => {
    if (target === root && KEYS[key]) ask({ do: KEYS[key] });
    else if (root.contains(/** @type {Node} */ (target)) && NEXT_SEED[key]) {
      wanted = ((wanted ?? focus) + NEXT_SEED[key] + seeds) % seeds;
      ask({ focus: wanted });
    } else return false;
    return true;
  };
  // A notebook takes keys as its own at the document, so that "d d" on a slider would delete the cell. Ours are caught one
  // step before, and JupyterLab's own attribute makes it deaf to all others that land in the playground, chords excepted.
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const chord = event.ctrlKey || event.metaKey || event.altKey, target = /** @type {Element} */ (event.target);
    if (!(root.closest(".toygan-playground") ?? el).contains(target)) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", !chord);
    if (chord || !(act(event) || picture.key(event))) return;
    event.preventDefault();
    event.stopPropagation();
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
  let lost = false;
  const warn = (/** @type {string} */ words) => {
    tell(message, words);
    status.classList.add("toygan-refused");
    status.ariaLive = "polite";
  };
  const lose = () => {
    lost = true;
    clearTimeout(silence);
    warn(GONE);
    label(buttons[0], "Play", "fa-play");
    for (const button of buttons) button.disabled = true;
  };
  // JupyterLab marks the views of its widgets when a kernel restarts; not every front end says so.
  const live = () => void (el.closest(".jupyter-widgets-disconnected") && lose());
  model.on("comm_live_update", live);

  let written = -Infinity;
  const write = (/** @type {Words} */ news) => {
    const now = performance.now(), counts = news.playing && news.message === message.textContent;
    if (counts && now - written < READABLE) return;
    written = now;
    tell(where, news.status);
    tell(message, news.message);
    [root.ariaLabel, focus, seeds] = [news.status, news.focus, news.seeds];
    if (wanted === focus) wanted = null;
    for (const [name, span] of words) tell(span, news[name]);
    status.classList.toggle("toygan-refused", news.refused);
    status.ariaLive = news.playing ? "off" : "polite"; // a screen reader is not to count iterations aloud
    const [text, icon] = news.playing ? ["Pause", "fa-pause"] : ["Play", "fa-play"];
    label(buttons[0], text, icon);
  };
  const show = (/** @type {Words | FrameMessage} */ news, /** @type {DataView[]} */ buffers) => {
    if (lost) return; // what was still under way
    clearTimeout(silence);
    write(news);
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
    model.off("comm_live_update", live);
    clearTimeout(silence);
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
