// Elements that more than one page shows.

/** @typedef {{ verdict: string, evidence: string, cause: string, remedy: string }} Diagnosed */

const PARTS = /** @type {(keyof Diagnosed)[]} */ (["verdict", "evidence", "cause", "remedy"]);

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
  if (element.textContent !== text) element.textContent = element.title = text;
}

/** Make an element for a diagnosis; return it, and the function that shows one in it. */
export function diagnosis() {
  const element = make("div", "toygan-diagnosis");
  const spans = PARTS.map((name) => make("span", `toygan-${name}`));
  element.append(...spans.flatMap((span) => [span, " "]));
  const show = (/** @type {Diagnosed} */ words) => PARTS.forEach((name, i) => write(spans[i], words[name]));
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
  button.replaceChildren(make("i", `fa ${icon}`, { ariaHidden: "true" }), text);
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
