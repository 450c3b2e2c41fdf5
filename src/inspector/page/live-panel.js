/** The chosen call of those that run: its numbers, meters, what is said and what happens. */
import { byId, element } from "../../report/page/elements.js";
import { clean, clock, spellDb, spellMs } from "../../report/page/words.js";
import { fullness, SILENT_DB } from "./call-list.js";
import { Strip } from "./strip.js";

/** @typedef {import("../messages.js").CallRow} CallRow */
/** @typedef {import("../messages.js").Line} Line */

const MOST_LINES = 500;
/** Numbers that change all the time are for nobody. */
const NUMBERS_EVERY_MS = 300;

export class LivePanel {
  #strip = new Strip(/** @type {HTMLCanvasElement} */ (byId("strip")));
  #numbersAt = 0;

  clear() {
    this.#strip.clear();
    byId("said").replaceChildren();
    byId("live-events").replaceChildren();
    byId("said").hidden = true;
    byId("nothing-said").hidden = false;
    this.#meters(SILENT_DB, SILENT_DB);
    for (const side of ["caller", "agent"]) byId(`${side}-db`).textContent = "–";
  }

  /** @param {CallRow} row */
  show({ callId, caller, callee, format, speaks, firstAudioMs, greetingMs, turns, bargeIns, warnings, end }) {
    byId("live-title").textContent = `Call ${clean(callId, 80)}`;
    byId("hang-up").hidden = end !== undefined;
    const facts = [
      ["Numbers", `${clean(caller, 40) || "unknown"} → ${clean(callee, 40) || "unknown"}`],
      ["Format", format],
      ["State", end ? `ended: ${clean(end.words, 200)}` : "running"],
    ];
    byId("live-facts").replaceChildren(...facts.map(([name, value]) => fact(name, value)));
    const numbers = [
      ["First audio", firstAudioMs === undefined ? "–" : spellMs(firstAudioMs)],
      ["Greeting", greetingMs === undefined ? "–" : spellMs(greetingMs)],
      ["Turns", String(turns)],
      ["Barge-ins", String(bargeIns)],
      ["Warnings", String(warnings), warnings > 0 ? "bad" : ""],
    ];
    byId("live-numbers").replaceChildren(...numbers.map(([name, value, kind]) => fact(name, value, kind)));
    byId("caller-meter").classList.toggle("speaks", speaks.caller);
    byId("agent-meter").classList.toggle("speaks", speaks.agent);
    if (end) this.#meters(SILENT_DB, SILENT_DB);
  }

  /** @param {number} caller dBFS @param {number} agent dBFS */
  level(caller, agent) {
    this.#strip.add(caller, agent);
    this.#meters(caller, agent);
    const now = performance.now();
    if (now - this.#numbersAt < NUMBERS_EVERY_MS) return;
    this.#numbersAt = now;
    for (const [side, level] of /** @type {const} */ ([
      ["caller", caller],
      ["agent", agent],
    ]))
      byId(`${side}-db`).textContent = level <= SILENT_DB ? "silent" : spellDb(level);
  }

  /** @param {readonly Line[]} lines */
  add(lines) {
    for (const line of lines) {
      if ("who" in line) this.#say(line);
      else append("live-events", eventLine(line));
    }
  }

  /** @param {Extract<Line, { who: string }>} line */
  #say({ at, who, text }) {
    byId("said").hidden = false;
    byId("nothing-said").hidden = true;
    const line = element("li", who);
    line.append(
      element("small", "", `${who === "agent" ? "Agent" : "Caller"} ${clock(at)}`),
      element("p", "", clean(text)),
    );
    append("said", line);
  }

  /** @param {number} caller @param {number} agent */
  #meters(caller, agent) {
    byId("caller-meter").style.setProperty("--level", String(fullness(caller)));
    byId("agent-meter").style.setProperty("--level", String(fullness(agent)));
  }
}

/** @param {Exclude<Line, { who: string }>} line */
function eventLine({ at, name, facts, kind }) {
  const line = element("li", kind);
  line.append(
    element("span", "number soft", clock(at)),
    element("b", "", clean(name, 80)),
    element("span", "", clean(facts, 400)),
  );
  return line;
}

/** Follows the end, unless somebody reads further up. @param {string} id @param {HTMLElement} line */
function append(id, line) {
  const list = byId(id);
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(line);
  while (list.childElementCount > MOST_LINES) list.firstElementChild?.remove();
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

/** @param {string} name @param {string} value @param {string} [kind] */
export function fact(name, value, kind) {
  const made = element("div", kind);
  made.append(element("dt", "", name), element("dd", "", value));
  return made;
}
