/** Hears when a caller speaks, on no other clock than the caller's own audio: the same bytes always give the same utterances. */
import { bytesPerMs, FRAME_MS, frameBytes, type MediaFormat, silenceByte } from "../../audio/format.js";
import { Framer } from "../../audio/framer.js";
import { SpeechDetector } from "../../audio/speech.js";
import { Turns } from "../../call/turns.js";

/** Times are ms of the caller's audio. */
export interface CallerEars {
  /** Told once it is certain. */
  started(at: number): void;
  /** Told when the caller has been quiet for long enough. */
  ended(lastVoicedAt: number): void;
}

export class CallerEar {
  readonly #format: MediaFormat;
  readonly #framer: Framer;
  readonly #speech: SpeechDetector;
  readonly #turns: Turns;
  #heardMs = 0;

  /** @param format plain audio. */
  constructor(format: MediaFormat, ears: CallerEars) {
    this.#format = format;
    this.#framer = new Framer(frameBytes(format), silenceByte(format));
    this.#speech = new SpeechDetector(format);
    this.#turns = new Turns((event) => {
      if (event.type === "speech-started") ears.started(this.#turns.callerSpokeAt as number);
      else if (event.type === "speech-ended") ears.ended(event.lastVoicedAt);
    });
  }

  get isSpeaking(): boolean {
    return this.#turns.callerSpeaking;
  }

  /** How much has been heard, in whole frames. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** @param heard told after each frame. */
  push(audio: Uint8Array, heard?: () => void): void {
    for (const frame of this.#framer.push(audio)) {
      this.#heardMs += FRAME_MS;
      this.#turns.callerChunk(this.#heardMs, FRAME_MS, this.#speech.push(frame));
      heard?.();
    }
  }

  silence(ms: number): void {
    this.push(new Uint8Array(Math.floor(ms) * bytesPerMs(this.#format)).fill(silenceByte(this.#format)));
  }
}
