/** The calls as they run, the newest first, and those that have just ended. */
import { byId, element } from "../../report/page/elements.js";
import { clean, spellMs } from "../../report/page/words.js";
import { RowList } from "./row-list.js";

/** @typedef {import("../messages.js").CallRow} CallRow */
/** @typedef {import("../messages.js").Levels} Levels */

export const SILENT_DB = -60;

/** How full a meter is, from 0 to 1. @param {number} dbfs */
export function fullness(dbfs) {
  return 1 - Math.max(SILENT_DB, Math.min(0, dbfs)) / SILENT_DB;
}

export class CallList {
  /** @type {RowList<number>} */
  #list;
  /** @type {Map<number, CallRow>} */
  #rows = new Map();
  /** How far this computer's clock is behind the program's, in ms. */
  skewMs = 0;

  /** @param {(n: number) => void} choose */
  constructor(choose) {
    this.#list = new RowList(byId("calls"), choose);
    setInterval(() => this.#tick(), 1000);
  }

  /** @param {number} n */
  find(n) {
    return this.#rows.get(n);
  }

  get list() {
    return this.#list;
  }

  clear() {
    this.#rows.clear();
    this.#list.clear();
  }

  /** @param {readonly CallRow[]} rows @param {readonly number[]} gone @param {number} unlisted */
  update(rows, gone, unlisted) {
    for (const row of [...rows].sort((a, b) => a.n - b.n)) {
      this.#rows.set(row.n, row);
      this.#draw(this.#list.row(row.n, "first"), row);
    }
    for (const n of gone) {
      this.#rows.delete(n);
      this.#list.remove(n);
    }
    this.#list.mark(this.#list.chosen);
    const running = [...this.#rows.values()].filter(({ end }) => !end).length + unlisted;
    byId("calls-title").textContent = running > 0 ? `Calls: ${running} running` : "Calls";
    byId("no-calls").hidden = this.#rows.size > 0;
    byId("unlisted").hidden = unlisted === 0;
    byId("unlisted").textContent = `and ${unlisted} more that run`;
  }

  /** @param {readonly Levels[]} levels */
  show(levels) {
    for (const [n, caller, agent] of levels) {
      if (!this.#rows.has(n)) continue;
      const button = this.#list.row(n, "first");
      button.style.setProperty("--caller-level", String(fullness(caller)));
      button.style.setProperty("--agent-level", String(fullness(agent)));
    }
  }

  /** How long a call has been, or was. @param {CallRow} row */
  lengthMs({ startedAt, end }) {
    return end ? end.durationMs : Math.max(0, Date.now() + this.skewMs - startedAt);
  }

  /** @param {HTMLButtonElement} button @param {CallRow} row */
  #draw(button, row) {
    const { caller, callee, startedAt, speaks, firstAudioMs, bargeIns, end } = row;
    button.className = `call-row ${end ? (end.ok ? "over" : "over failed") : "running"}`;
    const head = element("span", "row-head");
    head.append(
      element("b", "numbers", `${clean(caller, 40) || "unknown"} → ${clean(callee, 40) || "unknown"}`),
      element("span", "number length", spellLength(this.lengthMs(row))),
    );
    const facts = element("span", "row-facts");
    facts.append(element("span", "number", new Date(startedAt - this.skewMs).toLocaleTimeString()));
    if (end) facts.append(element("span", end.ok ? "" : "bad", clean(end.words, 80)));
    else {
      const who = speaks.caller && speaks.agent ? "both speak" : speaks.caller ? "caller speaks" : "";
      facts.append(element("span", "speaks", who || (speaks.agent ? "agent speaks" : "silence")));
    }
    if (firstAudioMs !== undefined)
      facts.append(element("span", "number", `first audio ${spellMs(firstAudioMs)}`));
    if (bargeIns > 0)
      facts.append(element("span", "number", `${bargeIns} barge-in${bargeIns > 1 ? "s" : ""}`));
    const bars = element("span", "bars");
    bars.setAttribute("aria-hidden", "true");
    bars.append(element("i", "caller"), element("i", "agent"));
    button.replaceChildren(head, facts, ...(end ? [] : [bars]));
  }

  #tick() {
    for (const [n, row] of this.#rows) {
      if (row.end) continue;
      const length = this.#list.row(n, "first").querySelector(".length");
      if (length) length.textContent = spellLength(this.lengthMs(row));
    }
  }
}

/** @param {number} ms */
export function spellLength(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
