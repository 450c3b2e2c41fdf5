/** Keeps the first seconds of speech, for what only a closer look can tell. */
import { bytesPerMs, type MediaFormat } from "../audio/format.js";
import { plainSamples } from "../audio/plain-samples.js";
import { PitchSearch, type VoicePitch } from "./voice-pitch.js";

const KEPT_MS = 4000;

export class SpeechSample {
  readonly #pieces: Uint8Array[][] = [];
  #room: number;
  #isOpen = false;
  readonly #plain: MediaFormat;
  readonly #search: PitchSearch;

  constructor(plain: MediaFormat) {
    this.#plain = plain;
    this.#search = new PitchSearch(plain.sampleRate);
    this.#room = KEPT_MS * bytesPerMs(plain);
  }

  /** The next frame, in order. What is kept of it is a copy. */
  push(frame: Uint8Array, voiced: boolean): void {
    if (voiced && this.#room > 0) {
      this.#room -= frame.length;
      if (!this.#isOpen) this.#pieces.push([]);
      this.#pieces[this.#pieces.length - 1]!.push(Uint8Array.from(frame));
      this.#search.push(plainSamples(frame, this.#plain));
    }
    if (!voiced || this.#room <= 0) this.#search.cut();
    this.#isOpen = voiced;
  }

  /** How high the voice is, in what is kept. */
  get pitch(): VoicePitch | undefined {
    return this.#search.pitch;
  }

  /** Each voiced throughout. */
  get pieces(): readonly Uint8Array[] {
    return this.#pieces.map((frames) => joined(frames));
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}
