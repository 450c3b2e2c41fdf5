/** Listens to payloads of one direction without changing them: how long they are, and which parts of them are voiced. */
import { bytesPerMs, frameBytes } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { PayloadCodec } from "../audio/payload-codec.js";
import { SpeechDetector } from "../audio/speech.js";

interface ListenedPart {
  readonly offsetMs: number;
  readonly ms: number;
  readonly voiced: boolean;
}

export interface HeardChunk {
  readonly plain: Uint8Array;
  readonly ms: number;
  /** One verdict for every 20 ms of the chunk; the last part may be shorter. */
  readonly parts: readonly ListenedPart[];
}

export class Listener {
  readonly #codec: PayloadCodec;
  readonly #speech: SpeechDetector;
  readonly #partBytes: number;
  readonly #bytesPerMs: number;

  constructor(codec: PayloadCodec) {
    this.#codec = codec;
    this.#speech = new SpeechDetector(codec.plain);
    this.#partBytes = frameBytes(codec.plain);
    this.#bytesPerMs = bytesPerMs(codec.plain);
  }

  listen(payload: Payload): HeardChunk {
    const plain = this.#codec.decode(payload);
    const ms = plain.length / this.#bytesPerMs;
    if (plain.length === this.#partBytes) return { plain, ms, parts: [this.#part(plain, 0)] };
    const parts = [];
    for (let offset = 0; offset < plain.length; offset += this.#partBytes) {
      parts.push(this.#part(plain.subarray(offset, offset + this.#partBytes), offset));
    }
    return { plain, ms, parts };
  }

  #part(bytes: Uint8Array, offset: number): ListenedPart {
    const ms = bytes.length / this.#bytesPerMs;
    return { offsetMs: offset / this.#bytesPerMs, ms, voiced: this.#speech.push(bytes) };
  }
}
