/** Collects what the caller hears and makes a WAV of it, on the wall clock: gaps in the line are gaps in the file. */
import type { MediaFormat } from "../audio/format.js";
import { plainSamples } from "../audio/plain-samples.js";
import { writeWav } from "../audio/wav.js";
import type { HeardFrame } from "./ear.js";

export class HeardWav {
  readonly #plain: MediaFormat;
  readonly #spans: { readonly start: number; readonly samples: Int16Array }[] = [];
  #end = 0;

  /** @param plain the format of the frames: μ-law or PCM. */
  constructor(plain: MediaFormat) {
    this.#plain = plain;
  }

  /** Frames come in the order in which they are heard. */
  add({ plain, heardAt }: HeardFrame): void {
    const samples = plainSamples(plain, this.#plain);
    const place = this.#sampleAt(heardAt);
    // Frames that follow each other without a gap may be off by a rounding: they are joined sample by sample.
    const start = place - this.#end > 1 ? place : this.#end;
    this.#spans.push({ start, samples });
    this.#end = start + samples.length;
  }

  /** Mono PCM16 from the start of the call to the last sound heard before `endedAtMs`, when the line was cut. */
  file(endedAtMs: number): Uint8Array {
    const length = Math.min(this.#end, this.#sampleAt(endedAtMs));
    const all = new Int16Array(length);
    for (const { start, samples } of this.#spans) {
      if (start < length) all.set(samples.subarray(0, length - start), start);
    }
    return writeWav(all, this.#plain.sampleRate);
  }

  #sampleAt(ms: number): number {
    return Math.round((ms * this.#plain.sampleRate) / 1000);
  }
}
