/** Listens to one side of a call: payloads become frames, frames are measured and get their place on the call's clock. */

import type { MediaFormat } from "../audio/format.js";
import { bytesPerMs, FRAME_MS, silenceByte } from "../audio/format.js";
import { Framer } from "../audio/framer.js";
import type { Payload } from "../audio/payload.js";
import type { PayloadCodec } from "../audio/payload-codec.js";
import { SpeechDetector } from "../audio/speech.js";
import type { Speaker } from "../call/leg.js";
import type { SideSound } from "./call-analysis.js";
import type { SideEvidence } from "./evidence.js";
import { FrameMeter } from "./frame-meter.js";
import { PayloadFacts } from "./payload-facts.js";
import { SpeechSample } from "./speech-sample.js";
import { SpeechSpans } from "./speech-spans.js";
import type { VoicePitch } from "./voice-pitch.js";

const FULL_SCALE = 32768;
/** A frame of nothing but bytes 0x00 in μ-law: a constant of -32,124. */
const ZERO_BYTES_MEAN = -0.98;

/** What both sides have in common. Times are ms of the call's clock. */
export abstract class SideTrack implements SideEvidence {
  readonly spans = new SpeechSpans();
  readonly meter: FrameMeter;
  readonly payloads: PayloadFacts;
  silentMs = 0;
  zeroMs = 0;
  constantMs = 0;
  constantByte: number | undefined;
  readonly #codec: PayloadCodec;
  readonly #detector: SpeechDetector;
  readonly #sample: SpeechSample;
  readonly #framer: Framer;
  readonly #frameBytes: number;
  readonly #bytesPerMs: number;
  readonly #ulaw: boolean;
  #audioMs = 0;
  #voicedEnergy = 0;

  constructor(
    readonly who: Speaker,
    format: MediaFormat,
    codec: PayloadCodec,
  ) {
    const { plain } = codec;
    this.#codec = codec;
    this.#detector = new SpeechDetector(plain);
    this.meter = new FrameMeter(plain);
    this.payloads = new PayloadFacts(format);
    this.#sample = new SpeechSample(plain);
    this.#ulaw = plain.encoding === "g711_ulaw";
    this.#bytesPerMs = bytesPerMs(plain);
    this.#frameBytes = this.#bytesPerMs * FRAME_MS;
    this.#framer = new Framer(this.#frameBytes, silenceByte(plain));
  }

  get speech(): readonly Uint8Array[] {
    return this.#sample.pieces;
  }

  get pitch(): VoicePitch | undefined {
    return this.#sample.pitch;
  }

  get sound(): SideSound {
    const { peak, voicedMs } = this.meter;
    return {
      payloads: this.payloads.count,
      bytes: this.payloads.bytes,
      audioMs: this.#audioMs,
      voicedMs,
      speechDbfs: voicedMs > 0 ? 10 * Math.log10(this.#voicedEnergy / voicedMs) : undefined,
      peakDbfs: peak > 0 ? 20 * Math.log10(peak / FULL_SCALE) : undefined,
    };
  }

  protected get pendingMs(): number {
    return this.#framer.pendingBytes / this.#bytesPerMs;
  }

  /** Places each whole frame that the payload completes. @returns how many ms the payload holds. */
  protected listen(payload: Payload, at: number): number {
    const { bytes } = payload;
    this.payloads.add(bytes, at);
    const plain = this.#codec.decode(payload);
    if (plain.length === this.#frameBytes && this.#framer.pendingBytes === 0) this.#frame(plain, at);
    else for (const frame of this.#framer.push(plain)) this.#frame(frame, at);
    return plain.length / this.#bytesPerMs;
  }

  /** What waits for the rest of its frame gets no more. */
  protected cut(at: number): void {
    // Half a sample is none.
    const bytes = this.#ulaw ? this.#framer.pendingBytes : this.#framer.pendingBytes & ~1;
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
    const voiced = this.#detector.pushLevel(level, frame.length);
    this.#audioMs += ms;
    if (voiced) {
      this.meter.addVoiced(ms);
      this.#voicedEnergy += level * ms;
      if (this.#ulaw && this.meter.mean < ZERO_BYTES_MEAN) this.zeroMs += ms;
    } else if (level === 0) this.silentMs += ms;
    else if (this.#ulaw && isConstant(frame)) {
      this.constantMs += ms;
      this.constantByte = frame[0];
    }
    this.#sample.push(frame, voiced);
    this.place(ms, voiced, level, at, frame);
  }
}

function isConstant(frame: Uint8Array): boolean {
  const [first] = frame;
  return frame[frame.length - 1] === first && frame.every((byte) => byte === first);
}
