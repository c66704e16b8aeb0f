// The pixel of a number on an axis, numbers in words, and words that stay apart. Python chooses the ticks.

/**
 * An axis's ends, and whether it goes in decades.
 * @typedef {{ low: number, high: number, log?: boolean }} Span
 */

const SMALLEST_PLAIN = 1e-3, LARGEST_PLAIN = 1e12; // numbers that are written without an exponent, below the second
const FARTHEST = 1e5; // pixels: a canvas draws nonsense from numbers that are much larger

/**
 * Return the function from a number on the axis to its pixel, `from` at the low end and `to` at the high one. It gives
 * NaN for what is not finite, and for a number below 0 on an axis in decades.
 * @param {Span} span
 * @param {number} from
 * @param {number} to
 * @returns {(value: number) => number}
 */
export function scale({ low, high, log }, from, to) {
  const place = log ? Math.log10 : Number;
  const start = place(low);
  const pixels = (to - from) / (place(high) - start);
  return (value) => {
    const pixel = from + (place(value) - start) * pixels;
    return Number.isFinite(value) ? Math.min(Math.max(pixel, -FARTHEST), FARTHEST) : NaN;
  };
}

/**
 * Return the number at a pixel: the inverse of `scale`.
 * @param {Span} span
 * @param {number} from
 * @param {number} to
 * @param {number} pixel
 */
export function valueAt({ low, high, log }, from, to, pixel) {
  const share = (pixel - from) / (to - from);
  return log ? low * (high / low) ** share : low + share * (high - low);
}

/**
 * Return a number as people write it, as `format_number` does in Python: "0.25", "1e-5", "12,346", "−1", "50 %".
 *
 * It has so many significant digits, and never fewer than its whole part; "–" stands for what is not a number.
 * @param {number} value
 * @param {string} format "percent" for a share
 * @param {number} digits
 */
export function formatNumber(value, format = "number", digits = 3) {
  const number = format === "percent" ? 100 * value : value;
  return digitsOf(number, digits).replace(/^-/, "−") + (format === "percent" ? " %" : "");
}

/** @param {number} number @param {number} digits */
function digitsOf(number, digits) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "–" : number > 0 ? "∞" : "-∞";
  const [mantissa, exponent] = number.toExponential(digits - 1).split("e").map(Number);
  const size = Math.abs(Number(number.toPrecision(digits)));
  if (size && (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN)) return `${mantissa}e${exponent}`;
  return (number || 0).toLocaleString("en", { maximumSignificantDigits: Math.max(digits, exponent + 1) });
}

const SUPERSCRIPT = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * Return words with numbers such as 1e-5 and 2.5e-7 typeset: 10⁻⁵ and 2.5·10⁻⁷.
 * @param {string} words
 */
export function typeset(words) {
  return words.replace(/(?<![\w.])(\d+(?:\.\d+)?)e([-+]?)0*(\d+)(?!\w)/g, (_, mantissa, sign, exponent) => {
    const up = [...`${sign === "-" ? "-" : ""}${exponent}`].map((digit) => SUPERSCRIPT["-0123456789".indexOf(digit)]);
    return `${mantissa === "1" ? "" : `${mantissa}·`}10${up.join("")}`;
  });
}

/**
 * Return places, moved as little as it takes for neighbours to be `gap` apart; each crowd keeps its middle, NaN stays.
 * @param {number[]} places
 * @param {number} gap
 */
export function spread(places, gap) {
  const order = places.map((_, i) => i).filter((i) => Number.isFinite(places[i])).sort((a, b) => places[a] - places[b]);
  /** @type {{ members: number[], middle: number }[]} */
  const crowds = [];
  for (const i of order) {
    let crowd = { members: [i], middle: places[i] };
    for (let below = crowds.at(-1); below && overlap(below, crowd, gap); below = crowds.at(-1)) {
      crowds.pop();
      const members = [...below.members, ...crowd.members];
      const sum = below.middle * below.members.length + crowd.middle * crowd.members.length;
      crowd = { members, middle: sum / members.length };
    }
    crowds.push(crowd);
  }
  const moved = [...places];
  for (const { members, middle } of crowds) {
    members.forEach((member, i) => moved[member] = middle + (i - (members.length - 1) / 2) * gap);
  }
  return moved;
}

/**
 * @param {{ members: number[], middle: number }} below
 * @param {{ members: number[], middle: number }} above
 * @param {number} gap
 */
function overlap(below, above, gap) {
  return above.middle - below.middle < (below.members.length + above.members.length) / 2 * gap;
}

/**
 * Return words that are no wider than `room`, without some of the middle if need be: start and end tell them apart.
 * @param {string} words
 * @param {number} room
 * @param {(words: string) => number} measure
 */
export function fitWords(words, room, measure) {
  for (let kept = words.length - 1, short = words;; kept--) {
    if (kept < 0 || measure(short) <= room) return short;
    short = `${words.slice(0, Math.floor(kept / 2))}…${words.slice(words.length - Math.ceil(kept / 2))}`;
  }
}

/**
 * Return the least n for which every n-th of the words at these ascending places has `gap` to the next.
 * @param {number[]} places
 * @param {number[]} widths
 * @param {number} gap
 */
export function thin(places, widths, gap) {
  const fits = (/** @type {number} */ n) =>
    places.every((place, i) => i % n || !(i >= n) || place - places[i - n] >= (widths[i] + widths[i - n]) / 2 + gap);
  let n = 1;
  while (!fits(n)) n++;
  return n;
}

/**
 * Return the index of the first number of an ascending array that is no less than the value; its length if all are
 * less.
 * @param {ArrayLike<number>} ascending
 * @param {number} value
 */
function findNotBelow(ascending, value) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Return the number of an ascending array that lies nearest to the value; NaN for an empty array.
 * @param {ArrayLike<number>} ascending
 * @param {number} value
 */
export function findNearest(ascending, value) {
  const i = findNotBelow(ascending, value), [below, above] = [ascending[i - 1], ascending[i]];
  return above - value < value - below ? above : below ?? above ?? NaN;
}

/**
 * Return the value at x of the line through points whose x ascend, NaN outside of them.
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} values
 * @param {number} x
 */
export function interpolate(xs, values, x) {
  const i = findNotBelow(xs, x);
  if (xs[i] === x) return values[i];
  const share = (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
  return values[i - 1] + share * (values[i] - values[i - 1]);
}
