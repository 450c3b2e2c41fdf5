/** What a caller on a real line hears of an endpoint's audio, and when: played in real time, never taken back. */
import { bytesPerMs, FRAME_MS, silenceByte } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { PayloadCodec } from "../audio/payload-codec.js";
import { WholeSamples } from "../audio/pcm.js";
import { SpeechDetector } from "../audio/speech.js";

/** At most one frame of plain audio that the caller begins to hear at `heardAt`. */
export interface HeardFrame {
  readonly plain: Uint8Array;
  readonly ms: number;
  readonly heardAt: number;
  readonly voiced: boolean;
}

export interface Hearing {
  /** When the payload's first sample is heard. */
  readonly heardAt: number;
  readonly frames: readonly HeardFrame[];
  /** Milliseconds that found no room. */
  readonly refusedMs: number;
}

/** Audio this much too late is still joined to what came before: the jitter that a phone's buffer hides. */
export const JITTER_MS = 60;
/** The most that may wait to be heard. What comes beyond it is refused, so that a flood costs nothing. */
export const MAX_QUEUED_MS = 60_000;

export class Ear {
  readonly #codec: PayloadCodec;
  readonly #speech: SpeechDetector;
  readonly #whole: WholeSamples | undefined;
  readonly #bytesPerMs: number;
  /** When everything received so far will have been heard. */
  #endsAt = Number.NEGATIVE_INFINITY;

  /** What of the agent's first audio is still to be lost, in bytes. */
  #clippedBytes: number;

  /** @param clippedMs of the agent's first audio are heard as silence: some carriers open their line too late. */
  constructor(codec: PayloadCodec, clippedMs = 0) {
    this.#codec = codec;
    this.#speech = new SpeechDetector(codec.plain);
    this.#whole = codec.plain.encoding === "pcm16" ? new WholeSamples() : undefined;
    this.#bytesPerMs = bytesPerMs(codec.plain);
    this.#clippedBytes = clippedMs * this.#bytesPerMs;
  }

  /** True while nothing has been heard. */
  get empty(): boolean {
    return this.#endsAt === Number.NEGATIVE_INFINITY;
  }

  /** A payload that arrived at `now`, in ms of the call's clock. */
  hear(payload: Payload, now: number): Hearing {
    if (now - this.#endsAt > JITTER_MS) this.#endsAt = now;
    const heardAt = this.#endsAt;
    const decoded = this.#codec.decode(payload);
    const plain = this.#whole ? this.#whole.take(decoded) : decoded;
    const roomBytes = Math.max(0, Math.floor(now + MAX_QUEUED_MS - heardAt)) * this.#bytesPerMs;
    const frames: HeardFrame[] = [];
    const frameBytes = FRAME_MS * this.#bytesPerMs;
    const keptBytes = Math.min(plain.length, roomBytes);
    for (let start = 0; start < keptBytes; start += frameBytes) {
      const frame = this.#clipped(plain.subarray(start, Math.min(start + frameBytes, keptBytes)));
      const ms = frame.length / this.#bytesPerMs;
      frames.push({ plain: frame, ms, heardAt: this.#endsAt, voiced: this.#speech.push(frame) });
      this.#endsAt += ms;
    }
    return { heardAt, frames, refusedMs: (plain.length - keptBytes) / this.#bytesPerMs };
  }

  #clipped(frame: Uint8Array): Uint8Array {
    if (this.#clippedBytes === 0) return frame;
    const bytes = Math.min(this.#clippedBytes, frame.length);
    this.#clippedBytes -= bytes;
    return Uint8Array.from(frame).fill(silenceByte(this.#codec.plain), 0, bytes);
  }
}
