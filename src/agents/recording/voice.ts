/** Says recorded speech piece by piece as plain audio. */
import type { MediaFormat, SampleRate } from "../../audio/format.js";
import { bytesPerMs } from "../../audio/format.js";
import type { OpusDecoder, OpusModule } from "../../audio/opus.js";
import { OpusUnframer } from "../../audio/opus-framing.js";
import type { Speech } from "./speeches.js";
import type { Tape } from "./tape.js";

export interface Voice {
  begin(speech: Speech): void;
  /** The next piece; undefined while it is being read. */
  next(): Uint8Array | "over" | undefined;
  free(): void;
}

const PIECE_MS = 200;

/** μ-law and PCM, as they were sent. */
export class PlainVoice implements Voice {
  readonly #tape: Tape;
  readonly #pieceBytes: number;
  #at = 0;
  #end = 0;

  constructor(tape: Tape, format: MediaFormat) {
    this.#tape = tape;
    this.#pieceBytes = bytesPerMs(format) * PIECE_MS;
  }

  begin({ offset, end }: Speech): void {
    this.#at = offset;
    this.#end = end;
  }

  next(): Uint8Array | "over" | undefined {
    if (this.#at >= this.#end) return "over";
    const length = Math.min(this.#pieceBytes, this.#end - this.#at);
    const bytes = this.#tape.take(this.#at, length);
    if (bytes) this.#at += length;
    return bytes;
  }

  free(): void {}
}

/** A decoder has found its feet after so many packets. */
const RUN_UP = 10;

/** Opus, decoded. A container can only be read from its beginning: what is not said is passed over without decoding it. */
export class OpusVoice implements Voice {
  readonly #tape: Tape;
  readonly #payloads: readonly { readonly offset: number; readonly length: number }[];
  readonly #decoder: OpusDecoder;
  #unframer = new OpusUnframer();
  /** The next payload to be read, and what is to be said. */
  #next = 0;
  #from = 0;
  #last = -1;

  constructor(
    tape: Tape,
    payloads: readonly { readonly offset: number; readonly length: number }[],
    opus: OpusModule,
    sampleRate: SampleRate,
  ) {
    this.#tape = tape;
    this.#payloads = payloads;
    this.#decoder = opus.createDecoder(sampleRate);
  }

  begin({ firstPayload, lastPayload }: Speech): void {
    this.#from = firstPayload;
    this.#last = lastPayload;
    if (this.#next <= firstPayload) return;
    this.#unframer = new OpusUnframer();
    this.#next = 0;
  }

  next(): Uint8Array | "over" | undefined {
    while (this.#next <= this.#last) {
      const { offset, length } = this.#payloads[this.#next];
      const bytes = this.#tape.take(offset, length);
      if (!bytes) return undefined;
      const number = this.#next++;
      const packets = this.#unframer.push(bytes);
      if (number < this.#from - RUN_UP) continue;
      const pieces = packets.map((packet) => this.#decoder.decode(packet));
      const audio = Buffer.concat(
        pieces.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
      );
      if (number >= this.#from && audio.length > 0) return audio;
    }
    return "over";
  }

  free(): void {
    this.#decoder.free();
  }
}
