// Where a number falls on an axis, which numbers are written there and how, and how names stay apart.

/**
 * An axis's ends, and whether it goes in decades.
 * @typedef {{ low: number, high: number, log?: boolean }} Span
 */

const FARTHEST = 1e5; // pixels: a canvas draws nonsense from numbers that are much larger

/**
 * The function from a number on the axis to its pixel, `from` at the low end and `to` at the high one; NaN has no place,
 * nor has what is not positive on an axis in decades.
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
 * The number at a pixel: the inverse of `scale`.
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
 * At most `most` + 1 round numbers from the low to the high end, evenly spaced; powers of ten on an axis in decades.
 * @param {Span} span
 * @param {number} most
 */
export function ticks({ low, high, log }, most) {
  if (log) {
    const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((last - first) / most));
    return range(first, last, step).map((decade) => 10 ** decade);
  }
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((n) => n * power >= rough * (1 - 1e-9)) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return range(first, Math.floor(high / step + 1e-9), 1).map((n) => Number((n * step).toPrecision(12)));
}

/**
 * @param {number} first
 * @param {number} last
 * @param {number} step
 */
function range(first, last, step) {
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, i) => first + i * step);
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A number as an axis or a reader is told it: "1,200", "0.25", "−1", "50 %", "10⁻³".
 * @param {number} value
 * @param {"" | "percent" | "power"} format
 */
export function written(value, format = "") {
  if (format === "power") {
    const exponent = String(Math.round(Math.log10(value))).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
    return `10${exponent.replace("-", "⁻")}`;
  }
  const number = format === "percent" ? 100 * value : value;
  const text = Math.abs(number) >= 1000
    ? Math.round(number).toLocaleString("en")
    : Number(number.toPrecision(4)).toString();
  return text.replace("-", "−") + (format === "percent" ? " %" : "");
}

/**
 * Places moved as little as it takes for neighbours to be `gap` apart, the middle of each crowd kept; NaN stays.
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
 * Index of the finite number in an ascending array that lies nearest to the value, -1 in an empty one.
 * @param {ArrayLike<number>} ascending
 * @param {number} value
 */
export function nearest(ascending, value) {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - ascending[low - 1] <= ascending[low] - value ? low - 1 : high < 0 ? -1 : low;
}
