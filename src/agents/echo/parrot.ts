/**
 * Records what a caller says and says it back after a pause. Its only clock is the caller's audio, which is continuous,
 * so that the same audio always gives the same answers.
 */
import { bytesPerMs, FRAME_MS, frameBytes, type MediaFormat, silenceByte } from "../../audio/format.js";
import { Framer } from "../../audio/framer.js";
import { Payload } from "../../audio/payload.js";
import { SpeechDetector } from "../../audio/speech.js";
import type { LegEvent } from "../../call/leg.js";

/** Voiced audio that must come together before it counts as speech. */
const ONSET_MS = 100;
/** What is kept from before the onset was certain, so that the first syllable is whole. */
const PRE_ROLL_MS = ONSET_MS + 200;
/** Silence that is left at the end of an utterance, so that it does not end abruptly. */
const TAIL_MS = 100;
const MAX_UTTERANCE_MS = 60_000;
/** How far an answer is handed out ahead of its being heard; a call holds 30 s of agent audio and no more. */
const AHEAD_MS = 20_000;

export class Parrot {
  readonly #emit: (event: LegEvent) => void;
  readonly #pauseMs: number;
  readonly #bytesPerMs: number;
  readonly #speech: SpeechDetector;
  readonly #framer: Framer;
  /** Milliseconds of the caller's audio so far. */
  #now = 0;
  #onsetMs = 0;
  /** The frames of the utterance; while nobody speaks, the last of the silence before it. */
  #frames: Uint8Array[] = [];
  #recording = false;
  #lastVoicedAt = 0;
  /** The rest of an answer that is still to be handed out. */
  #unsaid: Uint8Array = new Uint8Array(0);
  /** When the caller will have heard all that was handed out. */
  #heardAllAt = 0;

  constructor(format: MediaFormat, pauseMs: number, emit: (event: LegEvent) => void) {
    this.#emit = emit;
    this.#pauseMs = pauseMs;
    this.#bytesPerMs = bytesPerMs(format);
    this.#speech = new SpeechDetector(format);
    this.#framer = new Framer(frameBytes(format), silenceByte(format));
  }

  /** Audio of the caller, of any length. */
  hear(audio: Uint8Array): void {
    for (const frame of this.#framer.push(audio)) this.#hearFrame(frame);
  }

  /** The caller does not hear the rest of the answer. */
  stopSpeaking(): void {
    this.#unsaid = new Uint8Array(0);
    this.#heardAllAt = this.#now;
  }

  #hearFrame(frame: Uint8Array): void {
    this.#now += FRAME_MS;
    const voiced = this.#speech.push(frame);
    this.#onsetMs = voiced ? this.#onsetMs + FRAME_MS : Math.max(0, this.#onsetMs - FRAME_MS);
    if (voiced) this.#lastVoicedAt = this.#now;
    this.#keep(frame);
    if (this.#recording) {
      if (this.#now - this.#lastVoicedAt >= this.#pauseMs) this.#answer();
    } else if (voiced && this.#onsetMs >= ONSET_MS) {
      this.#recording = true;
      if (this.#now < this.#heardAllAt) this.#interruptedByCaller();
    }
    if (this.#unsaid.length > 0) this.#say();
  }

  #keep(frame: Uint8Array): void {
    const most = this.#recording ? MAX_UTTERANCE_MS : PRE_ROLL_MS;
    if (this.#frames.length * FRAME_MS < most) {
      this.#frames.push(frame);
    } else if (!this.#recording) {
      this.#frames.shift();
      this.#frames.push(frame);
    }
  }

  #interruptedByCaller(): void {
    this.stopSpeaking();
    this.#emit({ type: "interrupted" });
  }

  #answer(): void {
    const silentMs = this.#now - this.#lastVoicedAt;
    const full = this.#frames.length * FRAME_MS >= MAX_UTTERANCE_MS;
    const trimmed = full ? 0 : Math.max(0, Math.floor((silentMs - TAIL_MS) / FRAME_MS));
    const utterance = Buffer.concat(this.#frames.slice(0, this.#frames.length - trimmed));
    this.#frames = [];
    this.#recording = false;
    this.#onsetMs = 0;
    this.#unsaid = utterance;
    this.#heardAllAt = this.#now;
  }

  #say(): void {
    const roomMs = this.#now + AHEAD_MS - this.#heardAllAt;
    if (roomMs < FRAME_MS) return;
    const part = this.#unsaid.subarray(0, roomMs * this.#bytesPerMs);
    this.#unsaid = this.#unsaid.subarray(part.length);
    this.#heardAllAt += part.length / this.#bytesPerMs;
    this.#emit({ type: "audio", payload: Payload.fromBytes(part) });
    if (this.#unsaid.length === 0) this.#emit({ type: "turn-ended" });
  }
}
