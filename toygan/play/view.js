// The live picture, its buttons, and the words around it. The kernel sends frames of charts; the page paints the newest, and
// acknowledges only one of several, since a message to the kernel costs the kernel more than a frame.
import { diagnosis, labelButton, make, showPlaying, write } from "../chart/elements.js";
import { Picture } from "../chart/picture.js";
import { typeset } from "../chart/scales.js";
import { Busy } from "./busy.js";
import { More } from "./more.js";
import { SeedSort } from "./seeds.js";
import { Timeline } from "./timeline.js";
import { Tour } from "./tour.js";

/**
 * @import { Diagnosed } from "../chart/elements.js"
 * @import { Message } from "../chart/wire.js"
 * @import { Sorts } from "./seeds.js"
 * @import { Times } from "./timeline.js"
 *
 * @typedef {Diagnosed & Times & Sorts & { status: string, message: string, refused: boolean, playing: boolean,
 *   grounds?: string, early?: boolean, answered?: Record<string, number>, focus: number, seeds: number, iteration: number, apply?: string, undo?: string, compare?: string,
 *   pin?: string, unpin?: string, all?: string }} Words
 * @typedef {Words & Message & { frame: number }} FrameMessage
 * @typedef {{ get(name: string): any, set(name: string, value: any): void, save_changes(): void,
 *   send(content: object): void,
 *   on(event: string, hear: (...news: any[]) => void): void, off(event: string, hear: (...news: any[]) => void): void
 * }} Model
 * @typedef {ReturnType<typeof setTimeout> | undefined} Timer
 */

// Those before `MORE` stand at the left of the iteration, the last at the right end of the bar, the others below the
// picture: the verdict has room.
const BUTTONS = [
  ["play", "Play", "fa-play", "play or pause (space on the picture)"],
  ["step", "Step", "fa-step-forward", "one iteration (right arrow on the picture)"],
  ["reset", "Reset", "fa-refresh", "from iteration 0 again, with the settings as they are"],
  ["pin", "Pin", "fa-thumb-tack", "let the curves so far stay, in grey, behind those of later runs"],
  ["unpin", "Unpin", "fa-eraser", "take away the curves that were pinned last"],
  ["all", "All seeds", "fa-th", "all seeds at once, each in a cell; a click on one takes it into focus"],
  ["compare", "Compare", "fa-columns", "put a copy beside this run, from the iteration that is shown, and change it"],
  [
    "present",
    "Present",
    "fa-expand",
    "picture, Play, iteration and verdict alone, in all of the window (key f, Escape)",
  ],
];
const MORE = 3;
const OFFERED = /** @type {readonly ("pin" | "unpin" | "all" | "compare")[]} */ (["pin", "unpin", "all", "compare"]);
/** @type {import("./more.js").Offer} at "Step"; the kernel says which of the acts there are */
const STEP_WAYS = {
  text: "▾",
  title: "step one player, or an iteration in slow motion",
  acts: [
    ["step-d", "Step D", "fa-step-forward", "one iteration's step of D, while G stands still"],
    ["step-g", "Step G", "fa-step-forward", "one iteration's step of G, while D stands still"],
    ["slow", "In slow motion", "fa-film", "iteration by iteration in stages, each with a caption; again: pause"],
  ],
};
/** @type {import("./more.js").Offer} below the picture */
const LESS_USED = {
  text: "More",
  icon: "fa-ellipsis-h",
  title: "share, take a tour …",
  acts: [
    ["share", "Share a link", "fa-link", "copy a line that opens this page, with all of its settings"],
    ["draw", "Draw data", "fa-pencil", "draw points, paste a table, or open a CSV file, and train on it"],
    ["tour", "Take a tour", "fa-question", "walk through the parts of this page: it waits for you"],
  ],
};
const OFFERS = /** @type {const} */ ([
  ["apply", "fa-check", "change the settings as the diagnosis advises"],
  ["undo", "fa-undo", "take back the change that the diagnosis advised last"],
]);
const PRESENT_KEY = "f";
const KEYS = /** @type {Record<string, string>} */ ({ " ": "play", ArrowRight: "step", ".": "step" });
const SEED_KEYS = /** @type {Record<string, number>} */ ({ n: 1, p: -1 });
const HELP =
  "Space: play or pause. Right arrow: one iteration. N, P: next or previous seed. S: one line a seed. F: all of the window.";
const START = "Press Play: G moves ▲ to the data ●, and D tells both apart.";
const GONE = "the kernel that trained this run is gone: run the cell again for a new one";
const NO_KERNEL = "no kernel here: what it showed last stands below; run the cell for a live one";
const SILENT = "no answer yet: if the kernel was restarted or has died, run the cell again";
const NO_NUMBERS = "no picture: this front end loses the numbers that it is made of";

const COUNTED = /^iteration [\d,]+(?: · |$)/; // the start of a status line, which stands in large digits

const ACK_EVERY = 6; // painted frames
const REST_MS = 200; // without a new frame, before the last one is acknowledged, too
const ANSWER_MS = 5000; // in which the kernel answers to a button or a key, unless it is busy or gone
const FIRST_FRAME_MS = 5000; // in which a first frame comes, if there is a kernel that sends one
const COUNT_MS = 100; // between two texts that differ in their numbers alone, so that one can read them

/** Messages to the kernel about painted frames: one for several frames, and one for the last. */
class Acknowledgements {
  #shown = 0; // the last frame that was painted
  #known = 0; // the last frame that the kernel knows to be painted
  #painted = 0; // frames since the last message to the kernel
  #since = 0; // the time of that message
  /** @type {Timer} */
  #timer;

  /** @param {(content: object) => void} say */
  constructor(say) {
    this.say = say;
  }

  /** @param {number} frame that was painted */
  paint(frame) {
    this.#shown = frame;
    this.#painted++;
    clearTimeout(this.#timer);
    if (frame - this.#known >= ACK_EVERY) this.send(true);
    else this.#timer = setTimeout(() => this.send(), REST_MS);
  }

  /** @param {number} frame that a hidden page takes without painting it: the run continues */
  skip(frame) {
    this.#shown = frame;
    this.send();
  }

  /** Send the last painted frame and, while frames keep coming (`busy`), the time from one to the next. */
  send(busy = false) {
    clearTimeout(this.#timer);
    const now = performance.now(), pace = busy ? Math.round((now - this.#since) / this.#painted) : 0;
    [this.#known, this.#painted, this.#since] = [this.#shown, 0, now];
    this.say({ shown: this.#shown, hidden: document.hidden, pace });
  }

  close() {
    clearTimeout(this.#timer);
  }
}

/**
 * The keys of a playground. A notebook takes keys as its own at the document, so "d d" on a slider would delete the
 * cell. Ours are caught one step before, and JupyterLab's own attribute makes it deaf to all others that land in the
 * playground, chords excepted.
 */
class Keyboard {
  #focus = 0;
  #seeds = 1;
  /** @type {number | null} the seed that was asked for last, until it is shown */
  #wanted = null;

  /**
   * @param {Picture} picture
   * @param {HTMLElement} el the view's own place, in a playground or alone
   * @param {(content: object) => void} ask
   * @param {Stage} stage
   * @param {AbortSignal} signal
   */
  constructor(picture, el, ask, stage, signal) {
    this.picture = picture;
    this.root = picture.root;
    this.el = el;
    this.ask = ask;
    this.stage = stage;
    globalThis.addEventListener("keydown", (event) => this.#press(event), { capture: true, signal });
    this.root.addEventListener("mousedown", (event) => this.#take(event));
  }

  /** @param {Words} words with the seed that is shown */
  follow({ focus, seeds }) {
    [this.#focus, this.#seeds] = [focus, seeds];
    if (this.#wanted === focus) this.#wanted = null;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const chord = event.ctrlKey || event.metaKey || event.altKey, target = /** @type {Element} */ (event.target);
    if (!placeOf(this.el).contains(target)) return;
    target.toggleAttribute("data-lm-suppress-shortcuts", !chord);
    if (chord || !(this.#act(event.key, target) || this.picture.key(event))) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} key @param {Element} target */
  #act(key, target) {
    if (target === this.root && KEYS[key]) this.ask({ do: KEYS[key] });
    else if (key === "Escape" && this.stage.on || key === PRESENT_KEY && this.root.contains(target)) this.stage.turn();
    else if (this.root.contains(target) && SEED_KEYS[key]) {
      this.#wanted = ((this.#wanted ?? this.#focus) + SEED_KEYS[key] + this.#seeds) % this.#seeds;
      this.ask({ focus: this.#wanted });
    } else return false;
    return true;
  }

  // A click on the picture is for its keys, play and step; charts are reached by the tab key.
  /** @param {MouseEvent} event */
  #take(event) {
    if (event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    this.root.focus({ preventScroll: true });
  }
}

/** The playground around a view, or the view alone. @param {HTMLElement} el */
const placeOf = (el) => /** @type {HTMLElement} */ (el.closest(".toygan-playground") ?? el);

/** All of the window for one playground: it stands above the page, and its style sheet hides what is not for a class. */
class Stage {
  /** @type {HTMLElement | null} */
  #place = null; // what stands above the page

  /** @param {HTMLElement} el @param {Model} model @param {(on: boolean) => void} turned */
  constructor(el, model, turned) {
    this.el = el;
    this.model = model;
    this.turned = turned;
  }

  get on() {
    return this.#place !== null;
  }

  turn() {
    this.model.set("present", !this.on);
    this.model.save_changes();
    this.follow();
  }

  /** Do as the model says. */
  follow() {
    const wanted = this.model.get("present") === true;
    if (wanted === this.on) return;
    const place = this.#place ?? placeOf(this.el);
    this.#place = wanted ? place : null;
    place.classList.toggle("toygan-presenting", wanted);
    this.turned(wanted);
    if (!wanted) place.removeAttribute("popover"); // which also hides it
    else if (place.isConnected) Object.assign(place, { popover: "manual" }).showPopover();
  }
}

/** Whether the page is light, as some are whose reader prefers dark: the first background that is there decides. */
function isLight() {
  const probe = make("i", "");
  probe.style.color = "Canvas"; // dark only if the page has said that it can be
  document.body.append(probe);
  const backs = [document.body, document.documentElement].map((element) => getComputedStyle(element).backgroundColor);
  const colours = [...backs, getComputedStyle(probe).color].map((words) => words.match(/[\d.]+/g)?.map(Number) ?? []);
  probe.remove();
  const [red, green, blue] = colours.find(([, , , opacity = 1]) => opacity > 0) ?? [255, 255, 255];
  return red + green + blue > 382;
}

/** A picture that the kernel moves, with buttons and the verdict above it and its reasons below. */
class LiveView {
  #id = Math.random().toString(36).slice(2);
  #open = true;
  #changes = "[]"; // those that curves show
  #live = false; // whether the kernel has sent a frame
  #lost = false; // whether the kernel is gone
  #written = -Infinity; // the time when words were last written
  #ended = new AbortController();
  #dark = matchMedia("(prefers-color-scheme: dark)");
  /** @type {Timer} */
  #silence;
  #diagnosis = diagnosis();
  #bar = make("div", "toygan-bar");
  #where = make("div", "toygan-where");
  #message = make("div", "toygan-message");
  #status = make("div", "toygan-status", { role: "status" });
  #digits = make("b", "", { textContent: "0" });
  #root = make("div", "toygan-view", { tabIndex: 0, role: "group", ariaDescription: HELP });
  #buttons = BUTTONS.map(([name, text, icon, title]) => {
    const button = make("button", `toygan-button toygan-${name}`, { type: "button", title });
    button.hidden = OFFERED.some((offered) => offered === name); // until the kernel names it
    labelButton(button, text, icon);
    button.addEventListener("click", () => name === "present" ? this.#stage.turn() : this.#ask({ do: name }));
    return button;
  });
  #sort = new SeedSort((sort) => this.#ask({ sort }));
  #offered = make("div", "toygan-offers");
  #offers = OFFERS.map(([name, , title]) => {
    const button = make("button", `toygan-button toygan-${name}`, { type: "button", title });
    button.addEventListener("click", () => this.#ask({ do: name }));
    return button;
  });
  #steps = new More(STEP_WAYS, (name) => this.#ask({ do: name }));
  #more = new More(LESS_USED, (name) => name === "tour" ? this.#begin() : this.#ask({ do: name }));
  /** @type {Tour | null} */
  #tour = null;
  #stage;
  #verdict;
  #busy;
  #timeline = new Timeline((at) => this.#ask({ at }));
  #acknowledgements = new Acknowledgements((content) => this.#say(content));

  /** @param {{ model: Model, el: HTMLElement }} place */
  constructor({ model, el }) {
    const { signal } = this.#ended, bar = this.#bar, offers = this.#offered;
    const count = make("div", "toygan-count"),
      more = make("div", "toygan-more"),
      reasons = this.#diagnosis.element;
    this.model = model;
    this.el = el;
    const present = this.#buttons[this.#buttons.length - 1];
    this.#stage = new Stage(
      el,
      model,
      (on) => on ? labelButton(present, "Leave", "fa-compress") : labelButton(present, "Present", "fa-expand"),
    );
    this.#busy = new Busy(el, (words) => write(this.#message, words));
    count.append(this.#digits, make("small", "", { textContent: "iteration" }));
    const take = (/** @type {string} */ name) => /** @type {HTMLElement} */ (reasons.querySelector(`.toygan-${name}`));
    this.#verdict = Object.assign(take("verdict"), { tabIndex: 0, role: "note" });
    this.#status.append(this.#verdict, this.#message);
    const under = make("div", "toygan-under");
    more.append(this.#sort.element, ...this.#buttons.slice(MORE, -1), this.#more.element);
    under.append(this.#timeline.element, more);
    for (const list of [this.#steps, this.#more]) list.show(model.get("acts"));
    const [play, step, ...others] = this.#buttons.slice(0, MORE), split = make("div", "toygan-split");
    split.append(step, this.#steps.element);
    bar.append(play, split, ...others, count, this.#status, ...this.#buttons.slice(-1));
    this.#root.style.setProperty("--toygan-shape", String(model.get("width") / model.get("height")));
    el.classList.add("toygan-live");
    offers.append(...this.#offers, take("remedy"));
    reasons.prepend(this.#where);
    el.append(bar, this.#root, under, reasons, offers);
    this.#theme();
    this.#dark.addEventListener("change", () => this.#theme(), { signal });
    this.picture = new Picture(
      this.#root,
      (news) => this.#painted(news),
      (member) => this.#ask({ focus: member }),
      (at) => this.#timeline.wants(at),
      (layer) => this.#ask({ layer }),
    );
    this.keyboard = new Keyboard(this.picture, el, (content) => this.#ask(content), this.#stage, signal);
    document.addEventListener("visibilitychange", () => this.#acknowledgements.send(), { signal });
    if (!this.#enter()) this.alone = setTimeout(() => this.#root.classList.add("toygan-alone"), FIRST_FRAME_MS);
    model.on("msg:custom", this.#hear);
    model.on("comm_live_update", this.#look);
    model.on("change:present", this.#present);
    model.on("change:opening", this.#late);
    requestAnimationFrame(this.#present); // once it is in the page
    this.#say({ here: true, hidden: document.hidden });
    if (this.#cut) this.#lose(NO_KERNEL); // a saved page
  }

  /** Show the frame in the state of the view, if there is one; return whether there is. */
  #enter() {
    const opening = this.model.get("opening");
    if (opening) {
      clearTimeout(this.alone);
      this.#root.classList.remove("toygan-alone");
      this.#take(opening, opening.buffers);
    }
    return Boolean(opening);
  }

  #theme() {
    for (const element of [this.el, this.#root]) element.classList.toggle("toygan-on-light", isLight());
  }

  /** Stop listening, and tell the kernel that the view is gone. */
  close() {
    this.model.off("msg:custom", this.#hear);
    this.model.off("comm_live_update", this.#look);
    this.model.off("change:present", this.#present);
    this.model.off("change:opening", this.#late);
    this.#ended.abort();
    this.#tour?.close();
    this.picture.close();
    this.#acknowledgements.close();
    this.#busy.end();
    clearTimeout(this.#silence);
    clearTimeout(this.alone);
    this.#say({ gone: true });
    this.#open = false;
  }

  /** @param {object} content */
  #say(content) {
    if (!this.#open) return;
    try {
      this.model.send({ view: this.#id, ...content });
    } catch {
      this.#lose();
    }
  }

  /**
   * Send something that the kernel has to answer.
   * @param {{ do?: string, at?: number, focus?: number, layer?: string, sort?: string }} content
   */
  #ask(content) {
    if (this.#lost) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#warn(SILENT), ANSWER_MS);
    const button =
      /** @type {HTMLElement | null} */ (content.do ? this.el.querySelector(`button.toygan-${content.do}`) : null);
    const name = button?.textContent ||
      (content.at === undefined ? "the picture" : `iteration ${content.at.toLocaleString("en")}`);
    this.#say({ ...content, ask: this.#busy.begin(name, button) });
  }

  /** @param {string} words */
  #warn(words) {
    write(this.#message, words);
    this.#status.classList.add("toygan-refused");
    this.#status.ariaLive = "polite";
  }

  #lose(words = GONE) {
    this.#lost = true;
    this.#busy.end();
    clearTimeout(this.#silence);
    this.el.classList.add("toygan-gone");
    if (words === NO_KERNEL) this.#root.classList.add("toygan-alone");
    showPlaying(false, this.#buttons[0], this.#status);
    this.#bar.classList.remove("toygan-playing");
    for (const button of [...this.#buttons, ...this.#offers]) button.disabled = true;
    for (const list of [this.#steps, this.#more]) list.disable();
    this.#warn(words);
  }

  #begin() {
    this.#tour?.close();
    this.#tour = new Tour(placeOf(this.el), () => this.#tour = null);
  }

  /** Put a text into the clipboard, which may be refused: the message shows it as well. @param {string} text */
  async #copy(text) {
    await navigator.clipboard?.writeText(text).catch(() => {});
  }

  #present = () => this.#open && this.#stage.follow();

  // JupyterLab marks the views of its widgets when a kernel restarts; not every front end says so.
  get #cut() {
    return this.el.closest(".jupyter-widgets-disconnected") !== null;
  }

  #look = () => {
    if (this.#cut) this.#lose();
  };

  // It may come after the view, if other widgets hold that.
  #late = () => {
    if (!this.#live) this.#enter();
  };

  /** Take what the kernel sends. @param {Words | FrameMessage} news @param {DataView[]} buffers */
  #hear = (news, buffers) => {
    if (this.#lost) return; // a late message
    clearTimeout(this.#silence);
    if ("copy" in news) {
      this.#copy(String(news.copy));
      return;
    }
    if (!("frame" in news)) {
      this.#write(news);
      return;
    }
    this.#live = true;
    clearTimeout(this.alone);
    this.#root.classList.remove("toygan-alone");
    this.#take(news, buffers ?? []);
    if (document.hidden) this.#acknowledgements.skip(news.frame);
  };

  /** @param {FrameMessage} frame @param {DataView[]} buffers */
  #take(frame, buffers) {
    this.#write(frame);
    if (!this.picture.take(frame, buffers)) write(this.#message, NO_NUMBERS);
  }

  /** @param {Words} words */
  #write(words) {
    const now = performance.now(), hint = words.reached === 0 && !words.playing ? START : "";
    this.#busy.follow(words.answered?.[this.#id] ?? 0);
    const message = this.#busy.words || words.message || hint,
      counts = words.playing && message === this.#message.textContent;
    if (counts && now - this.#written < COUNT_MS) return;
    this.#written = now;
    write(this.#digits, words.iteration.toLocaleString("en"));
    write(this.#where, words.status.replace(COUNTED, ""));
    write(this.#message, message);
    this.#root.ariaLabel = words.status;
    this.keyboard.follow(words);
    const verdict = words.verdict.replaceAll(" | ", "\n"); // of several sides, a line each
    this.#diagnosis.show({ ...words, verdict });
    this.#explain([verdict, words.grounds].filter(Boolean).join("\n"));
    this.#bar.classList.toggle("toygan-several", verdict.includes("\n"));
    this.#bar.classList.toggle("toygan-early", words.early === true);
    this.#timeline.show(words);
    this.#mark(words);
    this.#tour?.follow(words);
    this.#offered.hidden = words.apply === undefined;
    OFFERS.forEach(([name, icon], i) => offer(this.#offers[i], words[name], icon));
    for (const name of OFFERED) {
      const i = BUTTONS.findIndex(([other]) => other === name);
      offer(this.#buttons[i], words[name], BUTTONS[i][2]);
    }
    this.#sort.show(words);
    this.#status.classList.toggle("toygan-refused", words.refused);
    this.#bar.classList.toggle("toygan-playing", words.playing);
    showPlaying(words.playing, this.#buttons[0], this.#status);
  }

  /** Put the numbers behind the verdict into its tooltip, which screen readers read as its description. @param {string} words */
  #explain(words) {
    if (this.#verdict.title !== words) this.#verdict.title = words;
  }

  /** @param {Words} words with the changes of settings, which curves show, too */
  #mark({ marks = [] }) {
    const changes = marks.filter(([, kind]) => kind === "change").map(([step, , words]) => ({ step, words }));
    const key = JSON.stringify(changes);
    if (key !== this.#changes) this.picture.mark(changes.map(({ step, words }) => ({ step, words: typeset(words) })));
    this.#changes = key;
  }

  /** @param {object} news that a frame shows */
  #painted(news) {
    const { frame, iteration } = /** @type {FrameMessage} */ (news);
    this.#root.dataset.iteration = String(iteration);
    this.#acknowledgements.paint(frame);
  }
}

/** Show a button under its name, if it has one. @param {HTMLElement} button @param {string | undefined} label @param {string} icon */
function offer(button, label, icon) {
  button.hidden = !label;
  if (label) labelButton(button, label, icon);
}

/** @param {{ model: Model, el: HTMLElement }} place */
function render(place) {
  const view = new LiveView(place);
  return () => view.close();
}

export default { render };
