// Elements that more than one page shows.
import { typeset } from "./scales.js";

/**
 * The words of a diagnosis; the lines of `terms` explain words of the evidence, each as "word: explanation".
 * @typedef {{ verdict: string, evidence: string, cause: string, remedy: string, terms?: string }} Diagnosed
 */

const PARTS = /** @type {("verdict" | "evidence" | "cause" | "remedy")[]} */ ([
  "verdict",
  "evidence",
  "cause",
  "remedy",
]);

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} className
 * @param {Partial<HTMLElementTagNameMap[T]>} properties
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, className, properties = {}) {
  return Object.assign(document.createElement(tag), { className, ...properties });
}

/**
 * Give a canvas of a size in CSS pixels as many pixels of its own as the screen has there.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function fit(canvas, width, height) {
  const [w, h] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
}

/**
 * Write text into an element, and into its tooltip; the same text again costs the page nothing.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function write(element, text) {
  const words = typeset(text);
  if (element.textContent !== words) element.textContent = element.title = words;
}

/**
 * Write the evidence of a diagnosis, such as "drift 0.1, gaps 0.2", with a tooltip on each word that is explained. While
 * the words stay the same only their numbers are written, so that a tooltip stays open.
 * @param {HTMLElement} element
 * @param {Diagnosed} words
 */
function writeEvidence(element, { evidence, terms = "" }) {
  const parts = evidence.split(", ").map((part) => /** @type {string[]} */ (/^(\S*)(.*)$/s.exec(part)).slice(1));
  const key = [terms, ...parts.map(([name]) => name)].join("\n");
  if (element.dataset.terms !== key) {
    element.dataset.terms = key;
    const lines = terms.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]);
    const help = new Map(/** @type {[string, string][]} */ (lines.filter(([name]) => name)));
    element.replaceChildren(...parts.flatMap(([name], i) => [
      i ? ", " : "",
      help.has(name)
        ? make("abbr", "toygan-term", { textContent: name, title: help.get(name), tabIndex: 0 })
        : make("span", "", { textContent: name }),
      "",
    ]));
  }
  parts.forEach(([, rest], i) => {
    const text = /** @type {Text} */ (element.childNodes[3 * i + 2]);
    const words = typeset(rest);
    if (text.data !== words) text.data = words;
  });
}

/** Make an element for a diagnosis; return it, and the function that shows one in it. */
export function diagnosis() {
  const element = make("div", "toygan-diagnosis");
  const spans = PARTS.map((name) => make("span", `toygan-${name}`));
  element.append(...spans.flatMap((span) => [span, " "]));
  const show = (/** @type {Diagnosed} */ words) =>
    PARTS.forEach((name, i) => name === "evidence" ? writeEvidence(spans[i], words) : write(spans[i], words[name]));
  return { element, show };
}

/**
 * Label a button, with an icon if the page has Font Awesome.
 * @param {HTMLElement} button
 * @param {string} text
 * @param {string} icon
 */
export function labelButton(button, text, icon) {
  if (button.textContent === text) return;
  button.replaceChildren(make("i", `fa ${icon}`, { ariaHidden: "true" }), make("span", "", { textContent: text }));
}

/**
 * Show whether a run plays: on its button, and by its status line, which a screen reader must not read at each
 * iteration.
 * @param {boolean} playing
 * @param {HTMLElement} button
 * @param {HTMLElement} status
 */
export function showPlaying(playing, button, status) {
  labelButton(button, playing ? "Pause" : "Play", playing ? "fa-pause" : "fa-play");
  status.ariaLive = playing ? "off" : "polite";
}
