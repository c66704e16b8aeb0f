// What was asked of the kernel and is not answered yet: its button stays pressed and, if it takes long, words say so.

export const LONG_MS = 150; // without an answer, after which words say what is at work: what is quick must not flicker

export class Busy {
  words = ""; // that stand in place of the message; "" while nothing takes long
  #asked = 0;
  #name = "";
  /** @type {HTMLElement | null} */
  #button = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} place that is busy @param {(words: string) => void} tell */
  constructor(place, tell) {
    this.place = place;
    this.tell = tell;
  }

  /**
   * Note something that is asked of the kernel; return its number, which the answer has.
   * @param {string} name
   * @param {HTMLElement | null} button
   */
  begin(name, button) {
    this.#release();
    this.#name = name;
    this.#button = button;
    button?.classList.add("toygan-pressed");
    this.place.ariaBusy = "true";
    this.#timer ??= setTimeout(() => {
      this.words = `${this.#name}: at work…`;
      this.tell(this.words);
    }, LONG_MS);
    return ++this.#asked;
  }

  /** @param {number} answered the number of the last one that was answered */
  follow(answered) {
    if (this.#asked && answered >= this.#asked) this.end();
  }

  end() {
    this.#release();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.words = "";
    this.place.ariaBusy = null;
  }

  #release() {
    this.#button?.classList.remove("toygan-pressed");
    this.#button = null;
  }
}
