/**
 * Listens to the caller: a telephone sends without a break, so that its frames stay back to back however unevenly they
 * arrive. What arrives has just been said.
 */
import { FRAME_MS, type MediaFormat } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { PayloadCodec } from "../audio/payload-codec.js";
import { SideTrack } from "./side-track.js";
import { type Samples, Timeline } from "./timeline.js";

/** The unit in which frames are placed: what 8 kHz audio can tell. */
const PER_MS = 8;

export class CallerTrack extends SideTrack {
  readonly #timeline = new Timeline<WaitingFrame>(PER_MS * 1000);

  /** @param format of the call, and `codec` for it. */
  constructor(format: MediaFormat, codec: PayloadCodec) {
    super("caller", format, codec);
  }

  /** @param at when the payload arrived; never goes back. */
  hear(payload: Payload, at: number): void {
    this.listen(payload, at);
  }

  /** Nothing more comes at or after `at`. */
  finish(at: number): void {
    this.cut(at);
    for (const { position, samples } of this.#timeline.finish()) this.#placed(position, samples);
  }

  protected place(ms: number, voiced: boolean, level: number, at: number): void {
    const frame = new WaitingFrame(ms * PER_MS, voiced, level, at);
    for (const { position, samples } of this.#timeline.add(at, frame)) this.#placed(position, samples);
  }

  #placed(position: number, { length, voiced, level, sentAt }: WaitingFrame): void {
    const from = position / PER_MS - FRAME_MS;
    this.spans.push(from, from + length / PER_MS, voiced, level, sentAt, sentAt);
  }
}

/** A frame that waits for its place. */
class WaitingFrame implements Samples<WaitingFrame> {
  constructor(
    readonly length: number,
    readonly voiced: boolean,
    readonly level: number,
    readonly sentAt: number,
  ) {}

  subarray(count: number): WaitingFrame {
    if (count === 0) return this;
    return new WaitingFrame(Math.max(0, this.length - count), this.voiced, this.level, this.sentAt);
  }
}
