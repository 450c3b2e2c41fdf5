/** All lines of the recording, as columns of numbers: an hour's call has hundreds of thousands. */
import { embedded, NumberReader } from "./bytes.js";

/** @typedef {"audio" | "speech" | "words" | "tools" | "messages" | "trouble"} Group */

/** Numbers of the kinds of lines, as the program packs them. */
const AUDIO_IN = 0;
const AUDIO_OUT = 1;
const AGENT_IN = 2;
const AGENT_OUT = 3;
const FIRST_TEXT = 4;
/** The sides of the lines with text, in the order of their numbers from FIRST_TEXT on. */
const SIDES = ["caller → bridge", "bridge → caller", "agent → bridge", "bridge → agent", "recording"];

/** @type {Record<string, Group>} */
const GROUPS = {
  "speech-started": "speech",
  "speech-ended": "speech",
  turn: "speech",
  greeting: "speech",
  "turn-ended": "speech",
  "barge-in": "speech",
  transcript: "words",
  "tool-call": "tools",
  "tool-result": "tools",
  fault: "trouble",
  warning: "trouble",
  "bad-line": "trouble",
};

/** @typedef {{ at: number, side: string, type: string, group: Group, detail: string }} Row */

export class EventTable {
  #kinds;
  #times;
  /** Bytes of a payload, or the place of a text. */
  #values;
  /** How much later than it was sent a payload is heard, in µs. */
  #heard;
  /** @type {string[]} */
  #types = [];
  /** @type {string[]} */
  #texts = [];
  length = 0;

  /** @param {number} count */
  constructor(count) {
    this.#kinds = new Uint8Array(count);
    this.#times = new Float64Array(count);
    this.#values = new Uint32Array(count);
    this.#heard = new Int32Array(count);
  }

  /** @param {number} count @param {number} pieces */
  static async read(count, pieces) {
    const table = new EventTable(count);
    for (let piece = 0; piece < pieces; piece++) {
      const bytes = await embedded(`events-${piece}`);
      if (bytes) table.#add(bytes);
      document.getElementById(`events-${piece}`)?.remove();
    }
    return table;
  }

  /** @param {Uint8Array} bytes */
  #add(bytes) {
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const numbers = new NumberReader(bytes.subarray(4, 4 + size));
    /** @type {string[]} */
    const texts = JSON.parse(new TextDecoder().decode(bytes.subarray(4 + size)));
    let micros = 0;
    while (!numbers.isAtEnd) {
      micros += numbers.nextSigned();
      const row = this.length++;
      const kind = numbers.next();
      this.#kinds[row] = kind;
      this.#times[row] = micros / 1000;
      this.#values[row] = kind < FIRST_TEXT ? numbers.next() : this.#texts.length;
      if (kind === AUDIO_OUT) this.#heard[row] = numbers.nextSigned();
      if (kind < FIRST_TEXT) continue;
      const place = 2 * (this.#texts.length - this.#firstText);
      this.#types.push(texts[place]);
      this.#texts.push(texts[place + 1]);
    }
    this.#firstText = this.#texts.length;
  }
  #firstText = 0;

  /** @param {number} row */
  at(row) {
    return this.#times[row];
  }

  /** @param {number} row @returns {Row} */
  row(row) {
    const kind = this.#kinds[row];
    const at = this.#times[row];
    if (kind < FIRST_TEXT) {
      const size = `${this.#values[row]} bytes`;
      const heard = kind === AUDIO_OUT ? `, heard ${(this.#heard[row] / 1000).toFixed(1)} ms later` : "";
      return { at, side: SIDES[kind], type: "media", group: "audio", detail: size + heard };
    }
    const text = this.#values[row];
    const type = this.#types[text];
    return { at, side: SIDES[kind - FIRST_TEXT], type, group: groupOf(type), detail: this.#texts[text] };
  }

  /**
   * The rows of these groups that hold all of the words.
   * @param {ReadonlySet<Group>} groups @param {string} search
   * @returns {Uint32Array}
   */
  find(groups, search) {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const hasAll = (/** @type {string} */ text) => words.every((word) => text.includes(word));
    const audio = [AUDIO_IN, AUDIO_OUT, AGENT_IN, AGENT_OUT].map(
      (kind) => groups.has("audio") && hasAll(`${SIDES[kind]} media audio`),
    );
    const found = new Uint32Array(this.length);
    let count = 0;
    for (let row = 0; row < this.length; row++) {
      const kind = this.#kinds[row];
      if (kind < FIRST_TEXT ? audio[kind] : this.#textMatches(row, groups, hasAll)) found[count++] = row;
    }
    return found.slice(0, count);
  }

  /** @param {number} row @param {ReadonlySet<Group>} groups @param {(text: string) => boolean} hasAll */
  #textMatches(row, groups, hasAll) {
    const text = this.#values[row];
    const type = this.#types[text];
    if (!groups.has(groupOf(type))) return false;
    return hasAll(`${SIDES[this.#kinds[row] - FIRST_TEXT]} ${type} ${this.#texts[text]}`.toLowerCase());
  }
}

/** @param {string} type @returns {Group} */
function groupOf(type) {
  return Object.hasOwn(GROUPS, type) ? GROUPS[type] : "messages";
}
