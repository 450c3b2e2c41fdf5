/** A list of calls to choose from: one stop for the Tab key, arrows move in it, and rows keep their place while they change. */
import { element } from "../../report/page/elements.js";

/**
 * @template K
 * @typedef {object} Row
 * @property {K} key
 * @property {HTMLButtonElement} button
 */

/** @template K */
export class RowList {
  #box;
  #choose;
  /** In the order shown. @type {Map<K, HTMLButtonElement>} */
  #rows = new Map();
  /** @type {K | undefined} */
  #chosen;

  /** @param {HTMLElement} box @param {(key: K) => void} choose */
  constructor(box, choose) {
    this.#box = box;
    this.#choose = choose;
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  get size() {
    return this.#rows.size;
  }

  /** The row's button, made where there is none. @param {K} key @param {"first" | "last"} where */
  row(key, where) {
    const known = this.#rows.get(key);
    if (known) return known;
    const button = element("button", "call-row");
    button.type = "button";
    button.tabIndex = -1;
    button.addEventListener("click", () => this.#choose(key));
    button.addEventListener("focus", () => this.#stopAt(button));
    const item = element("li");
    item.append(button);
    if (where === "first") {
      this.#box.prepend(item);
      this.#rows = new Map([[key, button], ...this.#rows]);
    } else {
      this.#box.append(item);
      this.#rows.set(key, button);
    }
    this.#mendStop();
    return button;
  }

  /** @param {K} key */
  remove(key) {
    this.#rows.get(key)?.parentElement?.remove();
    this.#rows.delete(key);
    this.#mendStop();
  }

  clear() {
    this.#rows.clear();
    this.#box.replaceChildren();
  }

  /** @returns {K | undefined} */
  get chosen() {
    return this.#chosen;
  }

  /** @param {K | undefined} key */
  mark(key) {
    this.#chosen = key;
    for (const [row, button] of this.#rows) {
      if (row === key) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  /** @param {K} key */
  focus(key) {
    this.#rows.get(key)?.focus();
  }

  /** @param {HTMLButtonElement} stop */
  #stopAt(stop) {
    for (const button of this.#rows.values()) button.tabIndex = button === stop ? 0 : -1;
  }

  #mendStop() {
    const buttons = [...this.#rows.values()];
    if (buttons.length > 0 && buttons.every(({ tabIndex }) => tabIndex !== 0)) buttons[0].tabIndex = 0;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const buttons = [...this.#rows.values()];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    buttons[Math.min(buttons.length - 1, Math.max(0, to))].focus();
  }
}
