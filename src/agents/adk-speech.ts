/** What an ADK wrapper says: audio at a rate that each message may state anew, transcripts, and the ends of turns. */
import { type Converter, createConverter } from "../audio/convert.js";
import { isSampleRate, type MediaFormat, pcm16, type SampleRate } from "../audio/format.js";
import { Payload } from "../audio/payload.js";
import type { LegEvent } from "../call/leg.js";
import type { JsonObject } from "./json.js";

export class AdkSpeech {
  readonly #speaks: MediaFormat;
  readonly #emit: (event: LegEvent) => void;
  readonly #warn: (code: string, message: string) => void;
  /** For audio at another rate than was announced; made when it first comes. */
  readonly #converters = new Map<SampleRate, Converter>();

  constructor(
    speaks: MediaFormat,
    emit: (event: LegEvent) => void,
    warn: (code: string, message: string) => void,
  ) {
    this.#speaks = speaks;
    this.#emit = emit;
    this.#warn = warn;
  }

  read(message: JsonObject): void {
    const { mime_type: mimeType, data, role } = message;
    if (typeof mimeType === "string" && typeof data === "string") {
      if (mimeType.startsWith("audio/")) this.#audio(mimeType, data);
      else if (mimeType.startsWith("text/") && data) {
        this.#emit({ type: "transcript", who: role === "user" ? "caller" : "agent", text: data });
      }
    }
    // Either may be null or absent. When both are set, the reply was cut short and is over.
    if (message.interrupted) this.#emit({ type: "interrupted" });
    if (message.turn_complete) this.#emit({ type: "turn-ended" });
  }

  #audio(mimeType: string, data: string): void {
    // Node reads base64 and base64url alike, and stops at what is neither.
    let bytes: Uint8Array = Buffer.from(data, "base64");
    const rate = Number(/;\s*rate=(\d+)/i.exec(mimeType)?.[1] ?? this.#speaks.sampleRate);
    if (rate !== this.#speaks.sampleRate) {
      if (!isSampleRate(rate)) {
        this.#warn("unsupported-rate", `the agent speaks at ${rate} Hz, which cannot be played; use 24000`);
        return;
      }
      this.#warn(
        "agent-rate",
        `the agent speaks at ${rate} Hz, not at ${this.#speaks.sampleRate}: set --agent-option outputRate=${rate}`,
      );
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
