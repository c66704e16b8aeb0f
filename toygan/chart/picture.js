// The charts of one picture in a page: it takes them as they come, paints no more often than the page, and follows its
// theme.
import { ChartView } from "./chart.js";
import { make } from "./elements.js";
import { canGlide, glideTime } from "./glide.js";
import { NUMBERS } from "./marks.js";
import { Received } from "./wire.js";

/**
 * @import { Chart, Message, Role } from "./wire.js"
 * @import { Palette } from "./marks.js"
 * @import { Change } from "./canvas.js"
 */

const ROLES = /** @type {Role[]} */ ([
  "real",
  "generated",
  "discriminator",
  "generator",
  "second",
  "third",
  "ink",
  "muted",
  "faint",
]);
const POINT = 100 / 72, WIDTH = 960; // CSS pixels per point in a picture of this width
const LEAST = 0.85, MOST = 1.4; // times that, in narrower and wider ones
const MOST_WAITING = 2; // messages that wait for a frame
const CALM_FRAME_MS = 250; // from one frame to the next for those who asked for less motion

/**
 * The charts of one picture in the element `root`; `painted` is called with the news that a frame shows, `chosen` with
 * the line, of several, or the cell that a click chooses, `went` with the iteration of a curve, `switched` with a
 * layer that is to be switched on or off.
 */
export class Picture {
  #received = new Received();
  /** @type {ChartView[]} */
  #views = [];
  #leading = 0;
  /** @type {object | null} the newest, which the next frame shows */
  #news = null;
  /** @type {{ charts: Chart[], news: Message }[]} the charts to paint, frame by frame */
  #waiting = [];
  #frame = 0;
  #last = -Infinity;
  #glide = { start: 0, ms: 0 }; // of the points of the charts: until `ms` have passed they are on their way
  #came = -Infinity; // when a frame was put last
  #cost = 0; // milliseconds that painting it took
  #shown = { iteration: -1, focus: -1 };
  /** @type {readonly Change[]} */
  #changes = [];
  /** @type {Palette | null} */
  #palette = null;
  #still = matchMedia("(prefers-reduced-motion: reduce)");
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #panels = make("div", "toygan-panels");
  #resized = new ResizeObserver(() => this.#paintAll());
  #themed = new MutationObserver(() => this.#recolour());

  /**
   * @param {HTMLElement} root
   * @param {(news: object) => void} painted
   * @param {(line: number) => void} chosen
   * @param {((iteration: number) => void) | null} went
   * @param {((layer: string) => void) | null} switched
   */
  constructor(root, painted = () => {}, chosen = () => {}, went = null, switched = null) {
    this.switched = switched;
    this.root = root;
    this.went = went;
    this.painted = painted;
    this.chosen = chosen;
    this.root.dataset.frame = "0";
    this.root.append(this.#panels);
    this.#themed.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
    this.#dark.addEventListener("change", this.#recolour);
  }

  /** Stop listening to the page. */
  close() {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
    this.#themed.disconnect();
    this.#dark.removeEventListener("change", this.#recolour);
  }

  /**
   * Take a message of the kernel, to paint it with one of the page's next frames; return false if its buffers got lost.
   *
   * Messages come unevenly: of two that come between two frames the second waits for the frame after, so none is lost;
   * of more than two the oldest is left out.
   * @param {Message} message
   * @param {readonly DataView[]} buffers
   */
  take(message, buffers) {
    this.#received.take(message, buffers);
    this.#waiting.push({ charts: [...this.#received.charts], news: message });
    if (this.#waiting.length > (this.#still.matches ? 1 : MOST_WAITING)) this.#waiting.shift();
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#next);
    return buffers.length === message.arrays.length;
  }

  /**
   * Take charts, to paint them with the page's next frame; a chart that is painted already costs nothing.
   * @param {readonly Chart[]} charts
   * @param {object} news
   */
  show(charts, news) {
    this.#put(charts, news);
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#next);
  }

  /** Mark changes of settings on all curves. @param {readonly Change[]} changes */
  mark(changes) {
    this.#changes = changes;
    for (const view of this.#views) view.mark(changes);
  }

  /** @param {readonly Chart[]} charts @param {object} news @param {number} ms in which points may glide */
  #put(charts, news, ms = 0) {
    const leading = charts.filter(({ lead }) => lead).length;
    if (charts.length !== this.#views.length || leading !== this.#leading) this.#build(charts, leading);
    charts.forEach((chart, i) => {
      const { drawn } = this.#views[i];
      this.#views[i].show(chart, ms > 0 && drawn !== null && canGlide(drawn, chart));
    });
    this.#glide.ms = ms;
    this.#news = news;
  }

  /** How long points may glide to a frame that comes now. @param {Message} news @param {number} now */
  #time(news, now) {
    const { iteration = -1, focus = -1 } = /** @type {{ iteration?: number, focus?: number }} */ (news);
    const onward = iteration > this.#shown.iteration && focus === this.#shown.focus, gap = now - this.#came;
    [this.#came, this.#shown] = [now, { iteration, focus }];
    return onward && !this.#still.matches && !this.#waiting.length ? glideTime(gap, this.#cost) : 0;
  }

  /** @param {readonly Chart[]} charts @param {number} leading how many of them, the first ones, stand side by side */
  #build(charts, leading) {
    this.#leading = leading;
    this.#views = charts.map(() =>
      new ChartView(() => this.#colours, (line) => this.chosen(line), this.went, this.switched)
    );
    this.mark(this.#changes);
    this.#panels.replaceChildren(...this.#views.map((view) => view.element));
    const first = leading || 1, columns = charts.length <= 4 && !leading ? 1 : 2, others = charts.length - first;
    const { dataset, style } = this.#panels;
    dataset.columns = String(Math.min(others, columns));
    if (leading) dataset.lead = String(leading);
    else delete dataset.lead;
    style.setProperty("--toygan-leading", String(leading));
    style.setProperty("--toygan-rows", String(Math.max(1, Math.ceil(others / columns))));
    this.#resized.disconnect();
    for (const element of [this.#panels, ...this.#views.map((view) => view.canvas)]) this.#resized.observe(element);
  }

  /** @param {number} now */
  #next = (now) => {
    this.#frame = 0;
    if (this.#still.matches && now - this.#last < CALM_FRAME_MS) {
      this.#frame = requestAnimationFrame(this.#next);
      return;
    }
    this.#last = now;
    const first = this.#waiting.shift();
    if (this.#waiting.length) this.#frame = requestAnimationFrame(this.#next);
    if (first) {
      this.#put(first.charts, first.news, this.#time(first.news, now));
      this.#glide.start = now;
    }
    const glide = this.#glide, share = glide.ms ? Math.min(1, (now - glide.start) / glide.ms) : 1;
    const start = performance.now(), fresh = this.#news !== null;
    for (const view of this.#views) fresh ? view.paint() : view.glide(share);
    if (first) this.#cost = performance.now() - start;
    if (share === 1) glide.ms = 0;
    else this.#frame ||= requestAnimationFrame(this.#next);
    if (!this.#news) return;
    if (this.#views.length) this.root.dataset.frame = String(Number(this.root.dataset.frame) + 1);
    this.painted(this.#news);
    this.#news = null;
  };

  #paintAll() {
    const scale = Math.min(Math.max(this.#panels.clientWidth / WIDTH, LEAST), MOST);
    this.root.style.setProperty("--toygan-point", `${POINT * scale}px`);
    for (const view of this.#views) view.paint(POINT * scale);
  }

  // With the next frame: while a page loads the style sheet of another theme, its elements have no size.
  #recolour = () => {
    this.#palette = null;
    requestAnimationFrame(() => this.#paintAll());
  };

  get #colours() {
    if (this.#palette) return this.#palette;
    const style = getComputedStyle(this.root);
    const value = (/** @type {string} */ name) => style.getPropertyValue(`--toygan-${name}`).trim();
    const of = (/** @type {string} */ end) => Object.fromEntries(ROLES.map((role) => [role, value(role + end)]));
    const numbers = (/** @type {string} */ name) => value(name).split(" ").map(Number);
    this.#palette = /** @type {Palette} */ (/** @type {unknown} */ ({
      ...of(""),
      style: Object.fromEntries(NUMBERS.map((name) => [name, Number(value(name.replaceAll("_", "-")))])),
      dashes: { dotted: numbers("dotted"), dashed: numbers("dashed"), dashdot: numbers("dashdot") },
      words: of("-words"),
      paper: value("paper"),
      undecided: value("undecided"),
      font: style.fontFamily,
    }));
    return this.#palette;
  }

  /**
   * Give a key to the chart that has the focus, or s or v on the picture itself to all charts; return whether one used it.
   * @param {KeyboardEvent} event
   */
  key({ target, key }) {
    const all = target === this.root && (key === "s" || key === "v");
    return this.#views.filter((view) => all || view.canvas === target).map((view) => view.key(key)).some(Boolean);
  }
}
