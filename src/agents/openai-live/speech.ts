/** What the Live protocol's one endless stream of audio and words says: where speech begins and ends in it. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import { levelDbfs } from "../../audio/level.js";
import { Payload } from "../../audio/payload.js";
import type { LegEvent, Speaker } from "../../call/leg.js";
import type { Clock, Timer } from "../../clock.js";

/** What is softer is the silence of a model that does not speak. */
const SILENCE_DBFS = -50;
/** Silence of this length ends what the agent says; it is shorter than that between its sentences. */
const ENDED_AFTER_MS = 800;
/** An agent of which nothing comes for this long does not speak. */
const STOPPED_AFTER_MS = 2000;
/** Words after a pause of this length are another utterance. */
const UTTERANCE_GAP_MS = 800;
const MAX_TEXT = 20_000;

/** Lets speech and the pauses in it through, but not the silence between, which would never end. */
export class LiveAudio {
  readonly #format: MediaFormat;
  readonly #emit: (event: LegEvent) => void;
  readonly #clock: Clock;
  #silentMs = Number.POSITIVE_INFINITY;
  #cameAt = Number.NEGATIVE_INFINITY;

  constructor(format: MediaFormat, emit: (event: LegEvent) => void, clock: Clock) {
    this.#format = format;
    this.#emit = emit;
    this.#clock = clock;
  }

  get isSpeaking(): boolean {
    return this.#silentMs < ENDED_AFTER_MS && this.#clock.now() - this.#cameAt < STOPPED_AFTER_MS;
  }

  /** @returns whether speech begins with it. */
  push(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    this.#cameAt = this.#clock.now();
    const silent = levelDbfs(bytes, this.#format) < SILENCE_DBFS;
    const begins = !silent && this.#silentMs >= ENDED_AFTER_MS;
    if (!silent) this.#silentMs = 0;
    else if (this.#silentMs >= ENDED_AFTER_MS) return false;
    else this.#silentMs += bytes.length / bytesPerMs(this.#format);
    this.#emit({ type: "audio", payload: Payload.fromBytes(bytes) });
    if (silent && this.#silentMs >= ENDED_AFTER_MS) this.#emit({ type: "turn-ended" });
    return begins;
  }
}

/** The words of one speaker, which come without an end: a pause is the end of an utterance. */
export class LiveWords {
  readonly #who: Speaker;
  readonly #emit: (event: LegEvent) => void;
  readonly #clock: Clock;
  readonly #audioBeforeMs: () => number;
  #text = "";
  #startMs: number | undefined;
  #endMs = 0;
  #timer: Timer | undefined;
  #closed = false;

  /** @param audioBeforeMs what is to be added to the session's times of the caller's audio. */
  constructor(who: Speaker, emit: (event: LegEvent) => void, clock: Clock, audioBeforeMs = () => 0) {
    this.#who = who;
    this.#emit = emit;
    this.#clock = clock;
    this.#audioBeforeMs = audioBeforeMs;
  }

  /** What has come of an utterance that is not over. */
  get text(): string {
    return this.#text.trim();
  }

  push(delta: unknown, startMs: unknown, endMs: unknown): void {
    if (typeof delta !== "string" || this.#closed) return;
    if (typeof startMs === "number" && startMs - this.#endMs > UTTERANCE_GAP_MS) this.flush();
    if (this.#text === "")
      this.#startMs = typeof startMs === "number" ? startMs + this.#audioBeforeMs() : undefined;
    if (this.#text.length < MAX_TEXT) this.#text += delta;
    if (typeof endMs === "number") this.#endMs = endMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(() => this.flush(), UTTERANCE_GAP_MS);
  }

  /** Says what there is, as when nothing more will come. */
  flush(): void {
    this.#timer?.cancel();
    const { text } = this;
    this.#text = "";
    if (!text) return;
    const audioMs = this.#who === "caller" ? this.#startMs : undefined;
    this.#emit({ type: "transcript", who: this.#who, text, ...(audioMs !== undefined && { audioMs }) });
  }

  /** Forgets what there is and what comes: nobody listens any more. */
  close(): void {
    this.#timer?.cancel();
    this.#text = "";
    this.#closed = true;
  }
}
