/** What the Live protocol's one endless stream of audio and words says: where speech begins and ends in it. */
import { bytesPerMs, type MediaFormat } from "../../audio/format.js";
import { levelDbfs } from "../../audio/level.js";
import { Payload } from "../../audio/payload.js";
import type { LegEvent, Speaker } from "../../call/leg.js";

/** What is softer is the silence of a model that does not speak. */
const SILENCE_DBFS = -50;
/** Silence of this length ends what the agent says; it is shorter than that between its sentences. */
const ENDED_AFTER_MS = 800;
/** Words after a pause of this length are another utterance. */
const UTTERANCE_GAP_MS = 800;
const MAX_TEXT = 20_000;

/** Lets speech and the pauses in it through, but not the silence between, which would never end. */
export class LiveAudio {
  readonly #format: MediaFormat;
  readonly #emit: (event: LegEvent) => void;
  #silentMs = Number.POSITIVE_INFINITY;

  constructor(format: MediaFormat, emit: (event: LegEvent) => void) {
    this.#format = format;
    this.#emit = emit;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const silent = levelDbfs(bytes, this.#format) < SILENCE_DBFS;
    if (!silent) this.#silentMs = 0;
    else if (this.#silentMs >= ENDED_AFTER_MS) return;
    else this.#silentMs += bytes.length / bytesPerMs(this.#format);
    this.#emit({ type: "audio", payload: Payload.fromBytes(bytes) });
    if (silent && this.#silentMs >= ENDED_AFTER_MS) this.#emit({ type: "turn-ended" });
  }
}

/** The words of one speaker, which come without an end: a pause is the end of an utterance. */
export class LiveWords {
  readonly #who: Speaker;
  readonly #emit: (event: LegEvent) => void;
  #text = "";
  #startMs: number | undefined;
  #endMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(who: Speaker, emit: (event: LegEvent) => void) {
    this.#who = who;
    this.#emit = emit;
  }

  push(delta: unknown, startMs: unknown, endMs: unknown): void {
    if (typeof delta !== "string") return;
    if (typeof startMs === "number" && startMs - this.#endMs > UTTERANCE_GAP_MS) this.flush();
    if (this.#text === "") this.#startMs = typeof startMs === "number" ? startMs : undefined;
    if (this.#text.length < MAX_TEXT) this.#text += delta;
    if (typeof endMs === "number") this.#endMs = endMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), UTTERANCE_GAP_MS);
  }

  /** Says what there is, as when nothing more will come. */
  flush(): void {
    clearTimeout(this.#timer);
    const text = this.#text.trim();
    const audioMs = this.#who === "caller" ? this.#startMs : undefined;
    this.#text = "";
    if (text)
      this.#emit({ type: "transcript", who: this.#who, text, ...(audioMs !== undefined && { audioMs }) });
  }

  /** Forgets what there is: nobody listens any more. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#text = "";
  }
}
