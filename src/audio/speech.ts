/** Tells speech from silence by level, against a floor that follows the noise of the line. */
import { bytesPerMs, FRAME_MS, type MediaFormat } from "./format.js";
import { meanSquare, meanSquareUlaw } from "./level.js";
import { pcmSamples, WholeSamples } from "./pcm.js";

/** A level in dBFS as a mean square. */
const power = (dbfs: number): number => 10 ** (dbfs / 10);

/** Nothing softer is speech: comfort noise and a quiet line lie around -60 dBFS. */
const SOFTEST_SPEECH = power(-45);
/** How far speech stands out of the noise: 9 dB. */
const MARGIN = power(9);
const LOWEST_FLOOR = SOFTEST_SPEECH / MARGIN;
/** The floor stops here, so that a long steady sound above -31 dBFS, a tone or music, never becomes noise. */
const HIGHEST_FLOOR = power(-40);
/** The floor rises by 2 dB a second: slower than speech pauses. */
const RISE_PER_MS = power(2 / 1000);

/** Detects speech in one stream of plain audio. Depends on nothing but the bytes it is given. */
export class SpeechDetector {
  readonly #ulaw: boolean;
  readonly #frameBytes: number;
  readonly #rise: number;
  readonly #whole = new WholeSamples();
  #floor = LOWEST_FLOOR;

  /** @throws RangeError for Opus. */
  constructor(format: MediaFormat) {
    this.#ulaw = format.encoding === "g711_ulaw";
    this.#frameBytes = bytesPerMs(format) * FRAME_MS;
    this.#rise = RISE_PER_MS ** FRAME_MS;
  }

  /** True when `chunk` is voiced: for a chunk longer than a frame, when any of its frames is. */
  push(chunk: Uint8Array): boolean {
    const bytes = this.#ulaw ? chunk : this.#whole.take(chunk);
    let voiced = false;
    for (let at = 0; at < bytes.length; at += this.#frameBytes) {
      const frame = bytes.length <= this.#frameBytes ? bytes : bytes.subarray(at, at + this.#frameBytes);
      if (this.#hear(frame)) voiced = true;
    }
    return voiced;
  }

  #hear(frame: Uint8Array): boolean {
    return this.pushLevel(this.#ulaw ? meanSquareUlaw(frame) : meanSquare(pcmSamples(frame)), frame.length);
  }

  /** The same of a frame of whole samples, at most 20 ms long, whose mean square (0 to 1) is known already. */
  pushLevel(level: number, frameBytes: number): boolean {
    const voiced = level > Math.max(SOFTEST_SPEECH, this.#floor * MARGIN);
    const rise = frameBytes === this.#frameBytes ? this.#rise : this.#rise ** (frameBytes / this.#frameBytes);
    this.#floor = Math.min(Math.max(level, LOWEST_FLOOR), this.#floor * rise, HIGHEST_FLOOR);
    return voiced;
  }
}
