/** Speech at a rate that each message may state anew, brought to the one rate that was announced. */
import { type Converter, createConverter } from "../audio/convert.js";
import { isSampleRate, type MediaFormat, pcm16, type SampleRate } from "../audio/format.js";

const NOTHING = new Uint8Array(0);

export class SpokenRate {
  readonly #speaks: MediaFormat;
  readonly #warn: (code: string, message: string) => void;
  /** For audio at another rate than was announced; made when it first comes. */
  readonly #converters = new Map<SampleRate, Converter>();

  constructor(speaks: MediaFormat, warn: (code: string, message: string) => void) {
    this.#speaks = speaks;
    this.#warn = warn;
  }

  /** PCM at `rate` Hz in the announced format; nothing where the rate is one that cannot be played. */
  convert(pcm: Uint8Array, rate: number): Uint8Array {
    const announced = this.#speaks.sampleRate;
    if (rate === announced) return pcm;
    if (!isSampleRate(rate)) {
      this.#warn("unsupported-rate", `the agent speaks at ${rate} Hz, which cannot be played; use 24000`);
      return NOTHING;
    }
    this.#warn(
      "agent-rate",
      `the agent speaks at ${rate} Hz, not at ${announced}: set --agent-option outputRate=${rate}`,
    );
    let converter = this.#converters.get(rate);
    if (!converter) {
      converter = createConverter(pcm16(rate), this.#speaks);
      this.#converters.set(rate, converter);
    }
    return converter.convert(pcm);
  }
}
