/** The list of the recording's lines: only those in sight are elements of the page. */
import { byId, element } from "./elements.js";
import { clean, clock } from "./words.js";

/** @typedef {import("./event-table.js").EventTable} EventTable */
/** @typedef {import("./event-table.js").Group} Group */

const ROW_PX = 28;
/** Browsers lay out nothing that is taller than some ten million pixels. */
const TALLEST_PX = 8_000_000;
const SPARE_ROWS = 6;

export class EventList {
  #box = byId("event-rows");
  #tall = element("div", "tall");
  #table;
  #seek;
  /** @type {Uint32Array} */
  #rows = new Uint32Array(0);
  /** Its place in `#rows`. */
  #current = -1;
  #isFollowing = true;

  /** @param {EventTable} table @param {(at: number) => void} seek */
  constructor(table, seek) {
    this.#table = table;
    this.#seek = seek;
    this.#box.replaceChildren(this.#tall);
    this.#box.addEventListener("scroll", () => this.#draw());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("click", ({ target }) => {
      const row = target instanceof Element ? target.closest("[data-place]") : undefined;
      if (row instanceof HTMLElement) this.#choose(Number(row.dataset.place));
    });
    new ResizeObserver(() => this.#draw()).observe(this.#box);
    byId("search").addEventListener("input", () => this.#filter());
    byId("groups").addEventListener("change", () => this.#filter());
    byId("follow").addEventListener("change", ({ target }) => {
      this.#isFollowing = /** @type {HTMLInputElement} */ (target).checked;
    });
    this.#filter();
  }

  /** The cursor moved: the last line before it is the current one. @param {number} at */
  moveTo(at) {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#table.at(this.#rows[middle]) <= at + 0.001) low = middle + 1;
      else high = middle;
    }
    if (low - 1 === this.#current) return;
    this.#current = low - 1;
    if (this.#isFollowing) this.#bringIntoSight();
    this.#draw();
  }

  #filter() {
    const search = /** @type {HTMLInputElement} */ (byId("search")).value;
    /** @type {NodeListOf<HTMLInputElement>} */
    const boxes = byId("groups").querySelectorAll("input:checked");
    const groups = new Set([...boxes].map(({ value }) => /** @type {Group} */ (value)));
    const at = this.#current >= 0 ? this.#table.at(this.#rows[this.#current]) : 0;
    this.#rows = this.#table.find(groups, search);
    const [found, all] = [this.#rows.length, this.#table.length].map((count) => count.toLocaleString("en"));
    byId("event-count").textContent = `${found} of ${all} lines`;
    this.#tall.style.height = `${this.#height}px`;
    this.#current = -1;
    this.moveTo(at);
    this.#draw();
  }

  get #height() {
    return Math.min(TALLEST_PX, this.#rows.length * ROW_PX);
  }

  /** Where the list stands: the first row in sight, as a fraction too. */
  get #top() {
    const most = this.#height - this.#box.clientHeight;
    if (this.#rows.length * ROW_PX <= TALLEST_PX || most <= 0) return this.#box.scrollTop / ROW_PX;
    return (this.#box.scrollTop / most) * (this.#rows.length - this.#box.clientHeight / ROW_PX);
  }

  /** @param {number} row */
  #scrollTo(row) {
    const inSight = this.#box.clientHeight / ROW_PX;
    const most = this.#height - this.#box.clientHeight;
    const isWhole = this.#rows.length * ROW_PX <= TALLEST_PX;
    this.#box.scrollTop = isWhole ? row * ROW_PX : (row / (this.#rows.length - inSight)) * most;
  }

  #bringIntoSight() {
    const inSight = this.#box.clientHeight / ROW_PX;
    if (this.#current < this.#top || this.#current > this.#top + inSight - 1)
      this.#scrollTo(Math.max(0, this.#current - inSight / 3));
  }

  #draw() {
    const top = this.#top;
    const inSight = Math.ceil(this.#box.clientHeight / ROW_PX);
    const first = Math.max(0, Math.floor(top) - SPARE_ROWS);
    const end = Math.min(this.#rows.length, Math.floor(top) + inSight + SPARE_ROWS);
    const rows = [];
    for (let place = first; place < end; place++) {
      const row = this.#row(place);
      row.style.transform = `translateY(${this.#box.scrollTop + (place - top) * ROW_PX}px)`;
      rows.push(row);
    }
    this.#tall.replaceChildren(...rows);
    if (this.#rows.length === 0) this.#tall.replaceChildren(element("p", "none", "No line matches."));
    const isDrawn = this.#current >= first && this.#current < end;
    if (isDrawn) this.#box.setAttribute("aria-activedescendant", `line-${this.#current}`);
    else this.#box.removeAttribute("aria-activedescendant");
  }

  /** @param {number} place */
  #row(place) {
    const { at, side, type, group, detail } = this.#table.row(this.#rows[place]);
    const row = element("div", `row ${group}`);
    row.id = `line-${place}`;
    row.dataset.place = String(place);
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(place === this.#current));
    row.setAttribute("aria-posinset", String(place + 1));
    row.setAttribute("aria-setsize", String(this.#rows.length));
    row.append(
      element("time", "", clock(at, 3)),
      element("span", "side", side),
      element("b", "", clean(type, 40)),
      element("span", "detail", clean(brief(detail), 300)),
    );
    return row;
  }

  /** @param {number} place */
  #choose(place) {
    if (place < 0 || place >= this.#rows.length) return;
    this.#current = place;
    const { at, side, type, detail } = this.#table.row(this.#rows[place]);
    this.#bringIntoSight();
    this.#draw();
    byId("event-detail").textContent = `${clock(at, 3)}  ${side}  ${clean(type)}\n${pretty(detail)}`;
    byId("event-detail").hidden = false;
    this.#seek(at);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const page = Math.max(1, Math.floor(this.#box.clientHeight / ROW_PX) - 1);
    /** @type {Record<string, number>} */
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#choose(Math.min(this.#rows.length - 1, Math.max(0, this.#current + step)));
  }
}

/** Fields without their first quotes and braces. @param {string} detail */
function brief(detail) {
  return detail
    .replace(/^\{|\}$/g, "")
    .replace(/(^|[,{])"(\w+)":/g, (_, before, name) => `${before === "," ? ", " : before}${name}: `);
}

/** @param {string} detail */
function pretty(detail) {
  const text = detail.startsWith("{") ? JSON.stringify(JSON.parse(detail), null, 2) : detail;
  return text
    .split("\n")
    .map((line) => clean(line, 20_000))
    .join("\n");
}
