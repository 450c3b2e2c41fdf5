/** The call's sound, decoded when it is wanted: some seconds of one side at a time. */
import { decodeAdpcm } from "../../audio/adpcm.js";
import { decodeUlaw } from "../../audio/g711.js";
import { embedded } from "./bytes.js";

/** @typedef {"caller" | "agent"} Side */
/** @typedef {{ codec: "ulaw" | "pcm16" | "adpcm", rateHz: number, pieceMs: number }} SoundFacts */

/** Some minutes of decoded sound are kept, the most recently used. */
const KEPT_PIECES = 48;

export class Sound {
  /** @type {Map<string, Promise<Int16Array | undefined>>} */
  #asked = new Map();
  /** @type {Map<string, Int16Array>} */
  #ready = new Map();
  #facts;

  /** @param {SoundFacts} facts */
  constructor(facts) {
    this.#facts = facts;
  }

  get rateHz() {
    return this.#facts.rateHz;
  }

  get pieceMs() {
    return this.#facts.pieceMs;
  }

  /** @param {Side} side @param {number} index @returns {Promise<Int16Array | undefined>} undefined where nothing was said */
  piece(side, index) {
    const id = `sound-${side}-${index}`;
    const asked = this.#asked.get(id) ?? this.#decode(id);
    this.#asked.delete(id);
    this.#asked.set(id, asked);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > KEPT_PIECES && oldest) {
      this.#asked.delete(oldest);
      this.#ready.delete(oldest);
    }
    return asked;
  }

  /**
   * What is decoded already.
   * @param {Side} side @param {number} index
   */
  pieceNow(side, index) {
    return this.#ready.get(`sound-${side}-${index}`);
  }

  /**
   * The samples of a stretch, silence where there is nothing.
   * @param {Side} side @param {number} from in samples @param {number} to
   */
  async stretch(side, from, to) {
    const out = new Int16Array(to - from);
    const size = (this.rateHz * this.pieceMs) / 1000;
    for (let index = Math.max(0, Math.floor(from / size)); index * size < to; index++) {
      const samples = await this.piece(side, index);
      if (!samples) continue;
      const start = Math.max(from, index * size);
      const end = Math.min(to, index * size + samples.length);
      if (end > start) out.set(samples.subarray(start - index * size, end - index * size), start - from);
    }
    return out;
  }

  /** @param {string} id */
  async #decode(id) {
    const bytes = await embedded(id);
    if (!bytes) return undefined;
    const samples = this.#samples(bytes);
    if (this.#asked.has(id)) this.#ready.set(id, samples);
    return samples;
  }

  /** @param {Uint8Array} bytes */
  #samples(bytes) {
    const { codec } = this.#facts;
    if (codec === "ulaw") return decodeUlaw(bytes);
    if (codec === "adpcm") return decodeAdpcm(bytes);
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  }
}
