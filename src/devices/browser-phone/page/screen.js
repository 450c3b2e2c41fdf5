/** What the page shows: the state of the call, meters, latencies, the transcript and messages in words. */

const SILENT_DB = -60;
/** A meter falls this fast, so that the eye can follow. */
const FALL_DB_PER_S = 30;
const LOUD_DB = -3;
const MOST_LINES = 500;

/**
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/**
 * @param {"wait" | "idle" | "ring" | "up" | "bad"} state
 * @param {string} words
 */
export function showState(state, words) {
  byId("state-box").dataset.state = state;
  byId("state").textContent = words;
}

/** @param {string} words @param {"error" | "warning"} [kind] */
export function alertWith(words, kind = "error") {
  const all = byId("alerts");
  if ([...all.children].some(({ textContent }) => textContent === words)) return;
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = words;
  all.append(line);
}

export function clearAlerts() {
  byId("alerts").replaceChildren();
}

/** @param {number | undefined} ms since the call began; undefined while there is none */
export function showClock(ms) {
  const clock = byId("clock");
  clock.hidden = ms === undefined;
  if (ms === undefined) return;
  const seconds = Math.floor(ms / 1000);
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {string} id @param {string | number} value */
export function showFact(id, value) {
  byId(id).textContent = String(value);
}

/** @param {number} ms */
export function spellMs(ms) {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {"caller" | "agent"} who @param {string} text */
export function addTranscript(who, text) {
  const list = byId("transcript");
  byId("no-transcript").hidden = true;
  list.hidden = false;
  // Not every browser lets the keyboard scroll it otherwise.
  list.tabIndex = 0;
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const line = document.createElement("li");
  line.className = who;
  const name = document.createElement("small");
  name.textContent = who === "agent" ? "Agent" : "You";
  line.append(name, text);
  list.append(line);
  while (list.childElementCount > MOST_LINES) list.firstElementChild?.remove();
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

/** @param {string} words why there is no transcript, while there is none */
export function showNoTranscript(words) {
  byId("transcript").replaceChildren();
  byId("transcript").hidden = true;
  byId("no-transcript").hidden = false;
  byId("no-transcript").textContent = words;
}

/** A level in dBFS that rises at once and falls slowly. */
export class Meter {
  #bar;
  #number;
  #shown = SILENT_DB;
  #at = 0;
  #spokenAt = 0;

  /** @param {string} id */
  constructor(id) {
    this.#bar = byId(id);
    this.#number = byId(`${id}-db`);
  }

  /** @param {number} level RMS, 1 = full scale @param {string} [words] in place of the number */
  show(level, words) {
    const now = performance.now();
    const db = Math.max(SILENT_DB, 20 * Math.log10(level || 1e-9));
    this.#shown = Math.max(db, this.#shown - ((now - this.#at) / 1000) * FALL_DB_PER_S, SILENT_DB);
    this.#at = now;
    this.#bar.style.setProperty("--level", String(1 - this.#shown / SILENT_DB));
    this.#bar.classList.toggle("loud", this.#shown > LOUD_DB);
    // Numbers that change all the time are for nobody, least of all for a screen reader.
    if (now - this.#spokenAt < 250) return;
    this.#spokenAt = now;
    this.#number.textContent =
      words ?? (this.#shown <= SILENT_DB ? "silent" : `${Math.round(this.#shown)} dB`.replace("-", "−"));
  }
}
