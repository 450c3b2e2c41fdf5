/** Measures the sound of frames in one pass over their samples. */
import { bytesPerMs, FRAME_MS, type MediaFormat } from "../audio/format.js";
import { decodeUlaw } from "../audio/g711.js";
import { pcmSamples } from "../audio/pcm.js";

const FULL_SCALE = 32768;

/** The sums of one side's frames. */
export class FrameMeter {
  /** The largest sample's magnitude. */
  peak = 0;
  readonly #ulaw: boolean;
  readonly #samples: Int16Array;

  constructor(plain: MediaFormat) {
    this.#ulaw = plain.encoding === "g711_ulaw";
    this.#samples = new Int16Array(bytesPerMs(plain) * FRAME_MS);
  }

  /** @returns the mean square of the frame, 0 to 1 = full scale. */
  measure(frame: Uint8Array): number {
    const samples = this.#ulaw
      ? decodeUlaw(frame, this.#samples.subarray(0, frame.length))
      : pcmSamples(frame);
    let squares = 0;
    let peak = this.peak;
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]!;
      const magnitude = Math.abs(sample);
      if (magnitude > peak) peak = magnitude;
      squares += sample * sample;
    }
    this.peak = peak;
    return samples.length === 0 ? 0 : squares / samples.length / FULL_SCALE ** 2;
  }
}
