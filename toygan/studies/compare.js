// The page of a comparison: the recipes, the picture at the end of their runs, and tables of means and seeds.
import { make } from "../chart/elements.js";
import { Picture } from "../chart/picture.js";
import { framesIn } from "../chart/recording.js";

/**
 * @import { RecordedFrame } from "../chart/recording.js"
 *
 * @typedef {{ letter: string, role: string, dash: "" | "dotted" | "dashed" | "dashdot", words: string,
 *   share: string }} Side
 * @typedef {{ head: string[], rows: string[][], caption: string }} Sheet
 * @typedef {{ recipes: Side[], lines: string[], means: Sheet, seeds: Sheet }} Words
 */

const FRAME_MS = 150;

/** Return a table whose first column names its rows. @param {Sheet} sheet */
function table({ head, rows, caption }) {
  const sheet = make("table", ""), top = sheet.createTHead().insertRow(), body = sheet.createTBody();
  top.append(...head.map((textContent) => make("th", "", { scope: "col", textContent })));
  for (const [name, ...cells] of rows) {
    const line = body.insertRow();
    line.append(make("th", "", { scope: "row", textContent: name }));
    line.append(...cells.map((textContent) => make("td", "", { textContent })));
  }
  sheet.append(make("caption", "", { textContent: caption }));
  const scroll = make("div", "toygan-scroll", { tabIndex: 0, role: "region", ariaLabel: caption });
  scroll.append(sheet);
  return scroll;
}

/** Return the line of a recipe as the charts draw it. @param {Side} side */
function sample({ role, dash }) {
  const canvas = make("canvas", "", { width: 80, height: 24, ariaHidden: "true" }), context = canvas.getContext("2d");
  const paint = () => {
    const style = getComputedStyle(canvas), value = (/** @type {string} */ name) => style.getPropertyValue(name);
    if (!context) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.strokeStyle = value(`--toygan-${role}`);
    context.lineWidth = 4;
    context.setLineDash(dash ? value(`--toygan-${dash}`).trim().split(" ").map((length) => 4 * Number(length)) : []);
    context.beginPath();
    context.moveTo(0, 12);
    context.lineTo(80, 12);
    context.stroke();
  };
  requestAnimationFrame(paint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(paint));
  return canvas;
}

/** Return the recipes by their letters: the line of each, how it differs, and what makes it again. @param {Side[]} all */
function recipes(all) {
  const sheet = make("table", "toygan-recipes"), body = sheet.createTBody();
  for (const side of all) {
    const line = body.insertRow(), name = make("th", "", { scope: "row", textContent: `${side.letter} ` });
    name.append(sample(side));
    const copy = make("button", "", { type: "button", textContent: "Copy", title: `copy recipe ${side.letter}` });
    copy.addEventListener("click", () => navigator.clipboard?.writeText(side.share));
    const share = make("td", "");
    share.append(make("code", "", { textContent: side.share || "all defaults" }), " ", copy);
    line.append(name, make("td", "", { textContent: side.words || "as the others" }), share);
  }
  const detail = make("section", "toygan-detail");
  detail.append(sheet);
  return detail;
}

/**
 * Return a time line of frames: a button that plays them, a scrubber, and the words of the frame that is shown.
 * @param {RecordedFrame[]} frames @param {(frame: RecordedFrame) => void} show
 */
function timeLine(frames, show) {
  const bar = make("div", "toygan-time"), button = make("button", "", { type: "button" }), last = frames.length - 1;
  const range = make("input", "", { type: "range", min: "0", max: String(last), ariaLabel: "iteration" });
  const status = make("p", "toygan-hint", { role: "status" });
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const go = (/** @type {number} */ at) => {
    const frame = frames[at];
    range.value = String(at);
    range.ariaValueText = frame.words.status;
    status.textContent = `${frame.words.status}\n${frame.words.cause}`;
    show(frame);
  };
  const play = (/** @type {boolean} */ on) => {
    clearInterval(timer);
    timer = undefined;
    if (on) timer = setInterval(() => Number(range.value) < last ? go(Number(range.value) + 1) : play(false), FRAME_MS);
    button.textContent = on ? "Pause" : "Play";
  };
  button.addEventListener("click", () => {
    if (!timer && range.value === range.max) go(0);
    play(!timer);
  });
  range.addEventListener("input", () => {
    play(false);
    go(Number(range.value));
  });
  play(false);
  go(last);
  bar.append(button, range);
  return [bar, status];
}

/** @param {HTMLElement} root @param {Words} words @param {string} packed */
async function show(root, words, packed) {
  const lines = make("ul", "toygan-lines");
  lines.append(...words.lines.map((textContent) => make("li", "", { textContent })));
  root.append(lines, recipes(words.recipes));
  const frames = (await framesIn(packed)).filter(({ charts }) => charts.length);
  if (frames.length) {
    const picture = new Picture(root), line = timeLine(frames, (frame) => picture.show(frame.charts, frame));
    if (frames.length > 1) root.append(...line);
    document.addEventListener("keydown", (event) => {
      const chord = event.ctrlKey || event.metaKey || event.altKey;
      if (!chord && picture.key(event)) event.preventDefault();
    });
  }
  const seeds = make("details", "");
  seeds.append(make("summary", "", { textContent: "Every seed" }), table(words.seeds));
  root.append(table(words.means), seeds);
}

const root = document.querySelector("main"), held = document.getElementById("toygan-words");
const packed = document.getElementById("toygan-frames");
if (root && held && packed) {
  show(root, JSON.parse(held.textContent), packed.textContent).catch((error) =>
    root.append(make("p", "", { textContent: `This browser cannot show the comparison (${error}).` }))
  );
}
