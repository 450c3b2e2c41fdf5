/** Caller → agent: payloads become audio in the agent's format, in one step and without a queue. */
import { type Converter, createConverter } from "../audio/convert.js";
import { bytesPerMs, type MediaFormat, silenceByte } from "../audio/format.js";
import { Payload } from "../audio/payload.js";
import type { PayloadCodec } from "../audio/payload-codec.js";
import { type HeardChunk, Listener } from "./listener.js";

export class CallerAudio {
  readonly #plain: MediaFormat;
  readonly #listener: Listener;
  readonly #converter: Converter | undefined;

  /** @param hears the agent's format, or undefined when payloads pass through and are only listened to. */
  constructor(codec: PayloadCodec, hears: MediaFormat | undefined) {
    this.#plain = codec.plain;
    this.#listener = new Listener(codec);
    this.#converter = hears && createConverter(codec.plain, hears);
  }

  /** `forAgent` is undefined when the chunk gave no audio yet. */
  push(payload: Payload): { readonly heard: HeardChunk; readonly forAgent: Payload | undefined } {
    const heard = this.#listener.listen(payload);
    if (!this.#converter) return { heard, forAgent: payload };
    const converted = this.#converter.convert(heard.plain);
    // The same bytes keep their base64 text.
    if (converted === payload.bytes) return { heard, forAgent: payload };
    return { heard, forAgent: converted.length > 0 ? Payload.fromBytes(converted) : undefined };
  }

  /** Silence for an agent whose voice detector would wait for ever for the PBX to go on. */
  silence(ms: number): Payload | undefined {
    const bytes = new Uint8Array(ms * bytesPerMs(this.#plain)).fill(silenceByte(this.#plain));
    const converted = this.#converter?.convert(bytes);
    return converted && converted.length > 0 ? Payload.fromBytes(converted) : undefined;
  }
}
