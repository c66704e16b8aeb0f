// A page of the course: its predictions, which are locked before they are compared, and the search of all pages.

/**
 * A part of a page of the course: the page, its title, the heading and the words below it.
 * @typedef {{ page: string, title: string, heading: string, id: string, text: string }} Section
 */

const MOST_FOUND = 20, AROUND = 60; // sections in a list; letters of text on either side of what was found

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

/** Let a question be answered and locked; then show what was measured. @param {HTMLFormElement} form */
function ask(form) {
  const measured = /** @type {[string, number][]} */ (JSON.parse(form.dataset.measured ?? "[]"));
  const place = document.querySelector(`.site-comparison[data-question="${form.dataset.question}"]`);
  const options = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input")]);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  if (place) place.textContent = "Lock your prediction above to see the result here.";
  form.addEventListener("change", () => button.disabled = false);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = options.findIndex(({ checked }) => checked);
    for (const control of [...options, button]) control.disabled = true;
    button.textContent = "Locked";
    const total = measured.reduce((sum, [, runs]) => sum + runs, 0), table = make("table", "");
    measured.forEach(([words, runs], i) => {
      const row = table.insertRow(), meter = make("meter", "", { max: total, value: runs, ariaLabel: words });
      row.append(make("td", words), make("td", ""), make("td", `${runs} of ${total} runs`));
      row.cells[1].append(meter);
      if (i === chosen) row.append(make("td", "← your prediction"));
    });
    place?.replaceChildren(make("strong", compare(measured, chosen)), table);
  });
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

if (globalThis.document) {
  for (const form of document.querySelectorAll("form.site-question")) ask(/** @type {HTMLFormElement} */ (form));
  for (const form of document.querySelectorAll("form.site-exercise")) check(form);
  const input = document.querySelector(".site-search input"), list = document.querySelector(".site-search ul");
  input?.addEventListener("input", async () => {
    const words = /** @type {HTMLInputElement} */ (input).value;
    list?.replaceChildren(
      ...search(await readIndex(), words).map(({ page, title, heading, id, text }) => {
        const item = make("li", "");
        item.append(make("a", `${title} · ${heading}`, { href: `${page}#${id}` }), make("div", excerpt(text, words)));
        return item;
      }),
    );
  });
}
