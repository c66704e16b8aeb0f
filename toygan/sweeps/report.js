// The page of a sweep: a heat map over two axes, one recipe with all of its seeds, and a table to sort.
import { make } from "../chart/elements.js";

/**
 * @typedef {{ seeds: (number | null)[], mean: number | null, low: number | null, high: number | null }} Scores
 * @typedef {string | number | boolean} Value
 * @typedef {{ axes: Record<string, Value>, share: string, seeds: number[], verdict: string, verdicts: string[],
 *   values: Record<string, Scores> }} Row
 * @typedef {{ axes: string[], metrics: Record<string, { unit: string, better: string }>, rows: Row[] }} Content
 */

const VERDICT = "verdict", NONE = "–";
const FIRST = ["modes-covered", "high-quality", "sliced-w1", "total-variation"]; // metrics that a table begins with

/** @param {number | null} x @param {string} unit */
export function told(x, unit = "") {
  if (x === null) return NONE;
  const rounded = Number((unit === "share" ? 100 * x : x).toPrecision(3));
  return unit === "share" ? `${rounded} %` : String(rounded);
}

/** @param {Value} a @param {Value} b */
export function inOrder(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

/** The different values of an axis, in order. @param {Row[]} rows @param {string} axis */
export function valuesOf(rows, axis) {
  return [...new Set(rows.map((row) => row.axes[axis]))].sort(inOrder);
}

/**
 * How full of colour a mean is, from 0 to 1, where 1 is the best, or the largest where neither way is better.
 * @param {Row[]} rows @param {string} metric @param {string} better
 */
export function shading(rows, metric, better) {
  const means = rows.map((row) => row.values[metric].mean).filter((mean) => mean !== null);
  const low = Math.min(...means), high = Math.max(...means);
  return (/** @type {number | null} */ mean) => {
    if (mean === null) return 0;
    const share = high > low ? (mean - low) / (high - low) : 1;
    return better === "low" ? 1 - share : share;
  };
}

/** @param {HTMLElement} root @param {Content} content */
export function show(root, { axes, metrics, rows }) {
  const names = Object.keys(metrics);
  const shown = FIRST.filter((name) => names.includes(name));
  const longest = [...axes].sort((a, b) => valuesOf(rows, b).length - valuesOf(rows, a).length);
  const state = { colour: shown[0] ?? names[0] ?? VERDICT, x: longest[0] ?? "", y: longest[1] ?? "", row: rows[0] };
  /** @type {Record<string, Value>} */
  const fixed = Object.fromEntries(axes.map((axis) => [axis, rows[0].axes[axis]]));
  const choices = make("div", "toygan-choices"), heat = make("div", "toygan-scroll");
  const detail = make("section", "toygan-detail"), table = make("div", "toygan-scroll");
  detail.setAttribute("aria-live", "polite");
  root.append(choices, heat, detail, table);
  let sortedBy = "", rising = true;

  /** @param {string} words @param {Value[]} options @param {Value} value @param {(value: Value) => void} chosen */
  function choice(words, options, value, chosen) {
    const label = make("label", "", { textContent: words });
    const select = make("select", "");
    select.append(...options.map((option, i) => make("option", "", { value: String(i), textContent: String(option) })));
    select.value = String(options.indexOf(value));
    select.addEventListener("change", () => {
      chosen(options[Number(select.value)]);
      draw();
    });
    label.append(select);
    return label;
  }

  function drawChoices() {
    const parts = [choice("colour", [VERDICT, ...names], state.colour, (value) => state.colour = String(value))];
    if (axes.length > 1) {
      parts.push(choice("across", axes, state.x, (value) => turn(String(value), state.y)));
      parts.push(choice("up", axes, state.y, (value) => turn(state.x, String(value))));
    }
    for (const axis of axes.filter((axis) => axis !== state.x && axis !== state.y)) {
      parts.push(choice(axis, valuesOf(rows, axis), fixed[axis], (value) => fixed[axis] = value));
    }
    choices.replaceChildren(...parts);
  }

  /** Two axes, which change places where one is chosen for both. @param {string} x @param {string} y */
  function turn(x, y) {
    if (x === y) [x, y] = [state.y, state.x];
    [state.x, state.y] = [x, y];
  }

  /** @param {Value | undefined} across @param {Value | undefined} up */
  function at(across, up) {
    return rows.find((row) =>
      axes.every((axis) => row.axes[axis] === (axis === state.x ? across : axis === state.y ? up : fixed[axis]))
    );
  }

  function drawHeat() {
    if (!axes.length) return heat.replaceChildren();
    const across = valuesOf(rows, state.x), up = state.y ? valuesOf(rows, state.y).reverse() : [undefined];
    const full = state.colour === VERDICT ? () => 0 : shading(rows, state.colour, metrics[state.colour].better);
    const grid = make("table", "toygan-heat");
    for (const value of up) {
      const line = grid.insertRow();
      line.append(make("th", "", { scope: "row", textContent: value === undefined ? "" : String(value) }));
      for (const place of across) line.insertCell().append(cell(at(place, value), full));
    }
    const foot = grid.createTFoot(), last = foot.insertRow();
    last.append(make("th", ""), ...across.map((x) => make("th", "", { scope: "col", textContent: String(x) })));
    const names = foot.insertRow();
    names.append(make("th", "", { textContent: state.y ? `↑ ${state.y}` : "" }));
    names.append(make("th", "", { colSpan: across.length, textContent: `${state.x} →` }));
    heat.replaceChildren(grid);
  }

  /** @param {Row | undefined} row @param {(mean: number | null) => number} full */
  function cell(row, full) {
    if (!row) return make("span", "", { textContent: NONE });
    const words = state.colour === VERDICT;
    const score = words ? null : row.values[state.colour];
    const button = make("button", words ? "toygan-words" : "", { type: "button" });
    button.textContent = words ? row.verdict : told(score?.mean ?? null, metrics[state.colour].unit);
    const share = words ? (row.verdict === "healthy" ? 1 : 0) : full(score?.mean ?? null);
    button.style.background = `color-mix(in srgb, var(--toygan-real) ${Math.round(60 * share)}%, var(--toygan-paper))`;
    button.ariaPressed = String(row === state.row);
    button.addEventListener("click", () => select(row));
    return button;
  }

  /** @param {Row} row */
  function select(row) {
    state.row = row;
    for (const axis of axes) fixed[axis] = row.axes[axis];
    draw();
  }

  function drawDetail() {
    const { row } = state, counts = new Map();
    for (const verdict of row.verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    const verdicts = [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${n} of ${row.seeds.length} ${name}`);
    const copy = make("button", "", { type: "button", textContent: "Copy" });
    copy.addEventListener("click", () => navigator.clipboard?.writeText(row.share));
    const recipe = make("p", "");
    recipe.append("recipe: ", make("code", "", { textContent: row.share || "all defaults" }), " ", copy);
    detail.replaceChildren(recipe, make("p", "", { textContent: verdicts.join(", ") }));
    if (state.colour !== VERDICT) detail.append(...dots(row, state.colour));
  }

  /** Every seed as a dot on a line that all recipes share, with the mean's interval. @param {Row} row @param {string} metric */
  function dots(row, metric) {
    const all = rows.flatMap((other) => other.values[metric].seeds).filter((x) => x !== null);
    const low = Math.min(...all), high = Math.max(...all);
    const x = (/** @type {number} */ value) => 10 + 620 * (high > low ? (value - low) / (high - low) : 0.5);
    const { seeds, mean, low: from, high: to } = row.values[metric], { unit } = metrics[metric];
    const marks = seeds.map((value, i) =>
      value === null ? "" : `<circle cx="${x(value)}" cy="${12 + (i % 3) * 5}" r="4" fill="var(--toygan-generated)" ` +
        `fill-opacity=".6"><title>seed ${row.seeds[i]}: ${told(value, unit)}</title></circle>`
    );
    if (from !== null && to !== null) {
      marks.push(
        `<path d="M${x(from)} 32H${x(to)}M${x(from)} 28v8M${x(to)} 28v8" stroke="var(--toygan-ink)" ` +
          `stroke-width="2" fill="none"/>`,
      );
    }
    const picture = make("div", "");
    picture.innerHTML = `<svg class="toygan-dots" viewBox="0 0 640 44" role="img"><path d="M10 24H630" ` +
      `stroke="var(--toygan-faint)"/>${marks.join("")}</svg>`;
    const interval = from === null ? "" : `, 95 % interval of the mean ${told(from, unit)} to ${told(to, unit)}`;
    const words = `${metric}: mean ${told(mean, unit)}${interval}; the line goes from ${told(low, unit)} to ${
      told(high, unit)
    }`;
    return [picture, make("p", "toygan-hint", { textContent: words })];
  }

  /** What a column holds of a row. @param {Row} row @param {string} name */
  function held(row, name) {
    if (name === VERDICT) return row.verdict;
    return name in row.axes ? row.axes[name] : row.values[name].mean ?? -Infinity;
  }

  function drawTable() {
    const columns = [
      ...axes,
      ...shown,
      ...names.filter((name) => !shown.includes(name) && metrics[name].better),
      VERDICT,
    ];
    const sheet = make("table", "toygan-rows"), head = sheet.createTHead().insertRow(), body = sheet.createTBody();
    for (const name of columns) {
      const th = make("th", name === VERDICT ? "toygan-left" : "", { scope: "col" });
      const mark = name === sortedBy ? (rising ? " ▲" : " ▼") : "";
      const button = make("button", "", { type: "button", textContent: name + mark });
      th.ariaSort = name === sortedBy ? (rising ? "ascending" : "descending") : "none";
      button.addEventListener("click", () => {
        [sortedBy, rising] = [name, name === sortedBy ? !rising : true];
        drawTable();
      });
      th.append(button);
      head.append(th);
    }
    const ordered = [...rows];
    if (sortedBy) ordered.sort((a, b) => (rising ? 1 : -1) * inOrder(held(a, sortedBy), held(b, sortedBy)));
    for (const row of ordered) {
      const line = body.insertRow();
      line.ariaSelected = String(row === state.row);
      line.addEventListener("click", () => select(row));
      for (const name of columns) {
        const words = name === VERDICT || name in row.axes ? String(held(row, name)) : told(
          row.values[name].mean,
          metrics[name].unit,
        );
        line.append(make("td", name === VERDICT ? "toygan-left" : "", { textContent: words }));
      }
    }
    table.replaceChildren(sheet);
  }

  function draw() {
    drawChoices();
    drawHeat();
    drawDetail();
    drawTable();
  }
  draw();
}

if (globalThis.document) {
  const held = document.getElementById("toygan-rows"), main = document.querySelector("main");
  if (held && main) show(main, JSON.parse(held.textContent ?? ""));
}
