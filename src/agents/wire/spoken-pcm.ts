/** PCM that an agent speaks, at a rate that each message may state anew. */
import { type Converter, createConverter } from "../../audio/convert.js";
import { isSampleRate, type MediaFormat, pcm16, type SampleRate } from "../../audio/format.js";
import { Payload } from "../../audio/payload.js";
import type { LegEvent } from "../../call/leg.js";

export class SpokenPcm {
  readonly #speaks: MediaFormat;
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  readonly #rateOption: string | undefined;
  /** For audio at another rate than was announced; made when it first comes. */
  readonly #converters = new Map<SampleRate, Converter>();

  /** @param rateOption the option of the kind that announces the rate, where it has one. */
  constructor(
    speaks: MediaFormat,
    emit: (event: LegEvent) => void,
    warn: (code: string, message: string) => void,
    rateOption?: string,
  ) {
    this.#speaks = speaks;
    this.#emit = emit;
    this.#warn = warn;
    this.#rateOption = rateOption;
  }

  /** @param data base64 or base64url. */
  push(mimeType: string, data: string): void {
    const rate = Number(/;\s*rate=(\d+)/i.exec(mimeType)?.[1] ?? this.#speaks.sampleRate);
    // Node reads base64 and base64url alike, and stops at what is neither.
    this.pushPcm(Buffer.from(data, "base64"), rate);
  }

  pushPcm(pcm: Uint8Array, rate: number): void {
    let bytes = pcm;
    if (rate !== this.#speaks.sampleRate) {
      if (!isSampleRate(rate)) {
        this.#warn("unsupported-rate", `the agent speaks at ${rate} Hz, which cannot be played; use 24000`);
        return;
      }
      const advice = this.#rateOption
        ? `: set --agent-option ${this.#rateOption}=${rate}`
        : "; it is converted";
      this.#warn("agent-rate", `the agent speaks at ${rate} Hz, not at ${this.#speaks.sampleRate}${advice}`);
      bytes = this.#converter(rate).convert(bytes);
    }
    if (bytes.length > 0) this.#emit({ type: "audio", payload: Payload.fromBytes(bytes) });
  }

  #converter(rate: SampleRate): Converter {
    let converter = this.#converters.get(rate);
    if (!converter) {
      converter = createConverter(pcm16(rate), this.#speaks);
      this.#converters.set(rate, converter);
    }
    return converter;
  }
}
