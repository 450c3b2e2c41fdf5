/** Keeps the agent from hearing itself: what stands between a microphone and the line while a speaker plays beside it. */
import { meanSquare } from "../audio/level.js";

/** Frames are 20 ms of mono samples at 48 kHz. Times are ms of any one clock. */
export interface EchoControl {
  /** For people: `cancel`, `guard` or `off`. */
  readonly name: string;
  /** A frame is handed to the speaker at `now`, which has `bufferedMs` to play before it. Every frame, silence too. */
  played(frame: Int16Array, now: number, bufferedMs: number): void;
  /** The microphone's frame as it may be sent. */
  cleaned(frame: Int16Array, now: number): Int16Array;
  free(): void;
}

/** For headphones: the microphone as it is. */
export const noEchoControl: EchoControl = {
  name: "off",
  played: () => {},
  cleaned: (frame) => frame,
  free: () => {},
};

/** Below this, what is played is no sound that a microphone would take up: comfort noise and silence. */
const AUDIBLE_MEAN_SQUARE = 10 ** (-50 / 10);
const FRAME_MS = 20;
/** How long the room and the devices go on sounding after the last audible frame. */
const TAIL_MS = 200;

/**
 * Half-duplex: the microphone is muted while the agent can be heard, and 200 ms longer. The agent cannot be interrupted by
 * voice so long. Fades in and out over one frame, so that no click is sent.
 */
export class EchoGuard implements EchoControl {
  readonly name = "guard";
  #audibleUntil = Number.NEGATIVE_INFINITY;
  #isOpen = true;

  played(frame: Int16Array, now: number, bufferedMs: number): void {
    if (meanSquare(frame) < AUDIBLE_MEAN_SQUARE) return;
    this.#audibleUntil = Math.max(this.#audibleUntil, now + bufferedMs + FRAME_MS + TAIL_MS);
  }

  cleaned(frame: Int16Array, now: number): Int16Array {
    const isOpen = now >= this.#audibleUntil;
    const wasOpen = this.#isOpen;
    this.#isOpen = isOpen;
    if (isOpen && wasOpen) return frame;
    if (!isOpen && !wasOpen) return new Int16Array(frame.length);
    return frame.map((sample, i) => (sample * (isOpen ? i : frame.length - i)) / frame.length);
  }

  free(): void {}
}
