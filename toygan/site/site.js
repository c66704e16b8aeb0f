// A page of the course: its predictions, which are locked before they are compared, and the search of all pages.

/**
 * A part of a page of the course: the page, its title, the heading and the words below it.
 * @typedef {{ page: string, title: string, heading: string, id: string, text: string }} Section
 */

const MOST_FOUND = 20, AROUND = 60; // sections in a list; letters of text on either side of what was found
const HIGHEST = 3000; // pixels of a page in this one

/** Return the sections that hold all words, those with a heading that does first. @param {Section[]} sections @param {string} words */
export function search(sections, words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return [];
  const holds = (/** @type {string} */ text) => wanted.every((word) => text.toLowerCase().includes(word));
  const found = sections.filter(({ title, heading, text }) => holds(`${title} ${heading} ${text}`));
  return found.sort((a, b) => Number(holds(b.heading)) - Number(holds(a.heading))).slice(0, MOST_FOUND);
}

/** Return the text around the first word. @param {string} text @param {string} words */
export function excerpt(text, words) {
  const at = Math.max(0, text.toLowerCase().indexOf(words.toLowerCase().split(/\s+/)[0]));
  const from = Math.max(0, at - AROUND), to = at + 2 * AROUND;
  return `${from ? "…" : ""}${text.slice(from, to)}${to < text.length ? "…" : ""}`;
}

/**
 * Return the sentence that compares a prediction with what was measured.
 * @param {[words: string, runs: number][]} measured
 * @param {number} chosen
 */
export function compare(measured, chosen) {
  const total = measured.reduce((sum, [, runs]) => sum + runs, 0), mine = measured[chosen][1];
  return mine === Math.max(...measured.map(([, runs]) => runs))
    ? `You predicted it: this happened in ${mine} of ${total} runs.`
    : `It went differently: your prediction came true in ${mine} of ${total} runs.`;
}

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {string} textContent @param {Partial<HTMLElementTagNameMap[T]>} more */
function make(tag, textContent, more = {}) {
  return Object.assign(document.createElement(tag), { textContent, ...more });
}

/** Where a page keeps an answer: the words chosen, or "" if the result was shown without one. @param {string} number */
const keyOf = (number) => `toygan ${location.pathname} ${number}`;

/** Return what is kept, or null. @param {string} key */
function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch { // a browser that keeps nothing for pages of files
    return null;
  }
}

/** @param {string} key @param {string | null} value */
function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { // as above
  }
}

/** Return what follows a place up to the next section or question. @param {Element} place */
function listLater(place) {
  let block = place;
  while (block.parentElement && !block.parentElement.matches("main")) block = block.parentElement;
  const later = [];
  for (let next = block.nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches("nav") || next.querySelector("h2, .site-question")) break;
    later.push(next);
  }
  return later;
}

/** Return the bars of an answered question. @param {[words: string, runs: number][]} measured @param {number} chosen */
function drawComparison(measured, chosen) {
  const total = measured.reduce((sum, [, runs]) => sum + runs, 0), table = make("table", "");
  measured.forEach(([words, runs], i) => {
    const row = table.insertRow(), meter = make("meter", "", { max: total, value: runs, ariaLabel: words });
    row.append(make("td", words), make("td", ""), make("td", `${runs} of ${total} runs`));
    row.cells[1].append(meter);
    if (i === chosen) row.append(make("td", "← your prediction"));
  });
  return table;
}

/** Let a question be answered and locked; until then what was measured is not shown. @param {HTMLFormElement} form */
function ask(form) {
  const measured = /** @type {[string, number][]} */ (JSON.parse(form.dataset.measured ?? "[]"));
  const number = form.dataset.question ?? "", key = keyOf(number);
  const place = document.querySelector(`.site-comparison[data-question="${number}"]`);
  const options = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input")]);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  const later = place ? listLater(place) : [];
  const show = (/** @type {number} */ chosen) => {
    for (const control of [...options, button]) control.disabled = true;
    if (options[chosen]) options[chosen].checked = true;
    button.textContent = chosen < 0 ? "Shown without a prediction" : "Locked";
    const sentence = chosen < 0 ? "This is what was measured:" : compare(measured, chosen);
    place?.replaceChildren(make("strong", sentence), drawComparison(measured, chosen));
    for (const block of later) block.classList.remove("site-later");
    if (place) button.after(make("a", "See what was measured", { href: `#${place.id}` }));
  };
  const end = (/** @type {number} */ chosen) => {
    remember(key, chosen < 0 ? "" : measured[chosen][0]);
    show(chosen);
  };
  form.addEventListener("change", () => button.disabled = false);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    end(options.findIndex(({ checked }) => checked));
  });
  const kept = recall(key), known = measured.findIndex(([words]) => words === kept);
  if (known >= 0 || kept === "") return show(known);
  for (const block of later) block.classList.add("site-later");
  const without = make("button", "Show it without a prediction", { type: "button" });
  without.addEventListener("click", () => end(-1));
  place?.replaceChildren(
    make("p", "Lock your prediction above to see the result here, and what follows from it."),
    without,
  );
}

/** Offer to forget the answers of this page. @param {HTMLFormElement[]} forms */
function offerToForget(forms) {
  const button = make("button", "Forget my predictions on this page", { type: "button" });
  button.addEventListener("click", () => {
    for (const { dataset } of forms) remember(keyOf(dataset.question ?? ""), null);
    location.reload();
  });
  document.querySelector(".site-end")?.append(button);
}

/** Show what the check says to an answer that is chosen. @param {Element} form */
function check(form) {
  const output = form.querySelector("output");
  form.addEventListener("change", ({ target }) => {
    if (!output || !(target instanceof HTMLInputElement)) return;
    output.textContent = target.value;
    output.dataset.right = target.dataset.right;
  });
}

/** Read the index of all pages when it is first needed. @returns {Promise<Section[]>} */
async function readIndex() {
  const known = /** @type {{ toyganIndex?: Section[] }} */ (globalThis);
  if (!known.toyganIndex) {
    const script = make("script", "", { src: "search.js" });
    await new Promise((resolve) => {
      script.addEventListener("load", resolve);
      document.head.append(script);
    });
  }
  return known.toyganIndex ?? [];
}

/** Search while words are typed; Escape ends it. @param {HTMLInputElement} input @param {Element} list */
function offerSearch(input, list) {
  const find = async () => {
    const found = search(await readIndex(), input.value).map(({ page, title, heading, id, text }) => {
      const item = make("li", ""), words = title === heading ? title : `${title} · ${heading}`;
      item.append(make("a", words, { href: `${page}#${id}` }), make("div", excerpt(text, input.value)));
      return item;
    });
    const nothing = input.value.trim() && !found.length ? [make("li", "Nothing found.")] : [];
    list.replaceChildren(...found, ...nothing);
  };
  const close = () => {
    input.value = "";
    list.replaceChildren();
  };
  input.addEventListener("input", find);
  list.addEventListener("click", close);
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Escape" || !(target instanceof Node) || !input.parentElement?.contains(target)) return;
    close();
    input.focus();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !input.parentElement?.contains(target)) list.replaceChildren();
  });
}

/** Give a page in this one the height that it tells. @param {MessageEvent} event */
function fit({ source, data }) {
  const height = Number(data?.toyganHeight);
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source && height > 0) frame.height = String(Math.min(Math.ceil(height) + 2, HIGHEST));
  }
}

if (globalThis.document) {
  const forms = /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("form.site-question")]);
  forms.forEach(ask);
  if (forms.length) offerToForget(forms);
  for (const form of document.querySelectorAll("form.site-exercise")) check(form);
  const input = document.querySelector(".site-search input"), list = document.querySelector(".site-search ul");
  if (list) offerSearch(/** @type {HTMLInputElement} */ (input), list);
  addEventListener("message", fit);
}
