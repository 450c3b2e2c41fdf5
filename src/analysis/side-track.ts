/** Listens to one side of a call: payloads become frames, frames get their place on the call's clock. */
import { bytesPerMs, FRAME_MS, type MediaFormat, silenceByte } from "../audio/format.js";
import { Framer } from "../audio/framer.js";
import type { Payload } from "../audio/payload.js";
import type { PayloadCodec } from "../audio/payload-codec.js";
import { SpeechDetector } from "../audio/speech.js";
import type { SideSound } from "./call-analysis.js";
import { Fingerprints } from "./fingerprint.js";
import { FrameMeter } from "./frame-meter.js";
import { type PlacedFrame, SpeechSpans } from "./speech-spans.js";
import { type Samples, Timeline } from "./timeline.js";

/** Agent frames further apart than this belong to different bursts. */
const BURST_GAP_MS = 60;
/** The unit in which frames are placed: what 8 kHz audio can tell. */
const PER_MS = 8;
const PLACES_HZ = PER_MS * 1000;

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

/** What both sides have in common. Times are ms of the call's clock. */
abstract class SideTrack {
  readonly spans = new SpeechSpans();
  readonly meter: FrameMeter;
  readonly #codec: PayloadCodec;
  readonly #speech: SpeechDetector;
  readonly #framer: Framer;
  readonly #frameBytes: number;
  readonly #bytesPerMs: number;
  #payloads = 0;
  #bytes = 0;
  #audioMs = 0;
  #voicedMs = 0;
  #voicedEnergy = 0;

  constructor(codec: PayloadCodec) {
    const { plain } = codec;
    this.#codec = codec;
    this.#speech = new SpeechDetector(plain);
    this.meter = new FrameMeter(plain);
    this.#bytesPerMs = bytesPerMs(plain);
    this.#frameBytes = this.#bytesPerMs * FRAME_MS;
    this.#framer = new Framer(this.#frameBytes, silenceByte(plain));
  }

  get plain(): MediaFormat {
    return this.#codec.plain;
  }

  get sound(): SideSound {
    const { peak } = this.meter;
    return {
      payloads: this.#payloads,
      bytes: this.#bytes,
      audioMs: this.#audioMs,
      voicedMs: this.#voicedMs,
      speechDbfs: this.#voicedMs > 0 ? 10 * Math.log10(this.#voicedEnergy / this.#voicedMs) : undefined,
      peakDbfs: peak > 0 ? 20 * Math.log10(peak / 32768) : undefined,
    };
  }

  protected get pendingMs(): number {
    return this.#framer.pendingBytes / this.#bytesPerMs;
  }

  /** Each whole frame that the payload completes. */
  protected listen(payload: Payload, at: number): void {
    this.#payloads++;
    this.#bytes += payload.bytes.length;
    const plain = this.#codec.decode(payload);
    if (plain.length === this.#frameBytes && this.#framer.pendingBytes === 0) this.#frame(plain, at);
    else for (const frame of this.#framer.push(plain)) this.#frame(frame, at);
  }

  /** What waits for the rest of its frame gets no more. */
  protected cut(at: number): void {
    // Half a sample is none.
    const bytes = this.#framer.pendingBytes & (this.plain.encoding === "pcm16" ? ~1 : ~0);
    const frame = this.#framer.flush();
    if (frame && bytes > 0) this.#frame(frame.subarray(0, bytes), at);
  }

  protected abstract place(
    ms: number,
    voiced: boolean,
    level: number,
    sentAt: number,
    frame: Uint8Array,
  ): void;

  #frame(frame: Uint8Array, at: number): void {
    const ms = frame.length / this.#bytesPerMs;
    const level = this.meter.measure(frame);
    const voiced = this.#speech.pushLevel(level, frame.length);
    this.#audioMs += ms;
    if (voiced) {
      this.#voicedMs += ms;
      this.#voicedEnergy += level * ms;
    }
    this.place(ms, voiced, level, at, frame);
  }
}

/**
 * The caller: a telephone sends without a break, so that its frames stay back to back however unevenly they arrive. What
 * arrives has just been said.
 */
export class CallerTrack extends SideTrack {
  readonly #timeline = new Timeline<WaitingFrame>(PLACES_HZ);

  /** @param at when the payload arrived; never goes back. */
  hear(payload: Payload, at: number): void {
    this.listen(payload, at);
  }

  finish(): void {
    this.cut(0);
    for (const { position, samples } of this.#timeline.finish()) this.#placed(position, samples);
  }

  protected place(ms: number, voiced: boolean, level: number, at: number): void {
    const frame = new WaitingFrame(ms * PER_MS, voiced, level, at);
    for (const { position, samples } of this.#timeline.add(at, frame)) this.#placed(position, samples);
  }

  #placed(position: number, { length, voiced, level, sentAt }: WaitingFrame): void {
    const from = position / PER_MS - FRAME_MS;
    this.spans.push({ from, to: from + length / PER_MS, voiced, level, sentAt, burstAt: sentAt });
  }
}

/** The agent: when each payload is heard is known. */
export class AgentTrack extends SideTrack {
  readonly fingerprints = new Fingerprints(this.plain);
  /** When all so far has been heard. */
  #endsAt = Number.NEGATIVE_INFINITY;
  #burstAt = Number.NEGATIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;

  /** @param sentAt when the payload was sent, and `heardAt` when its first sample is heard. */
  hear(payload: Payload, sentAt: number, heardAt: number): void {
    if (sentAt - this.#sentAt > BURST_GAP_MS) this.#burstAt = sentAt;
    this.#sentAt = sentAt;
    if (heardAt - this.pendingMs > this.#endsAt) {
      this.cut(sentAt);
      this.#endsAt = Math.max(heardAt, this.#endsAt);
    }
    this.listen(payload, sentAt);
  }

  finish(): void {
    this.cut(this.#sentAt);
  }

  protected place(ms: number, voiced: boolean, level: number, sentAt: number, frame: Uint8Array): void {
    const from = this.#endsAt;
    this.#endsAt = from + ms;
    this.fingerprints.hear(from, frame);
    this.spans.push({ from, to: this.#endsAt, voiced, level, sentAt, burstAt: this.#burstAt });
  }
}

export type { PlacedFrame };
