/** Joins a microphone's clock to a call's: frames come when the device has them, and go when the call wants one. */
import { meanSquare } from "../audio/level.js";

/** 20 ms each. The least that waits in good times, and the most that is ever held back on purpose. */
const FIRST_TARGET = 2;
const HIGHEST_TARGET = 10;
/** Frames beyond these are from a stall: the oldest go. */
const MOST_WAITING = 25;
/** How long the queue is watched before it is found too long. */
const WATCHED_FRAMES = 100;
/** Softer frames can be left out without being missed. */
const QUIET = 10 ** (-50 / 10);

export class CaptureQueue {
  readonly #silence: Int16Array;
  #frames: Int16Array[] = [];
  #target = FIRST_TARGET;
  /** Frames are held back until there are enough of them to bridge the next gap. */
  #isFilling = true;
  #hasBegun = false;
  #taken = 0;
  /** The fewest that waited in the present watch. */
  #fewest = Number.POSITIVE_INFINITY;
  #underruns = 0;
  #droppedFrames = 0;

  /** @param frameSamples samples of 20 ms. */
  constructor(frameSamples: number) {
    this.#silence = new Int16Array(frameSamples);
  }

  /** How often the call wanted a frame that the microphone did not have. */
  get underruns(): number {
    return this.#underruns;
  }

  /** Frames left out because the device runs faster than the call, or after a stall. */
  get droppedFrames(): number {
    return this.#droppedFrames;
  }

  get waitingFrames(): number {
    return this.#frames.length;
  }

  push(frame: Int16Array): void {
    this.#frames.push(frame);
    if (this.#frames.length > MOST_WAITING) this.#drop(this.#frames.length - this.#target);
    if (this.#frames.length >= this.#target) this.#isFilling = false;
  }

  /** The next frame: silence where there is none. Never the same array twice, except for that silence. */
  take(): Int16Array {
    this.#trim();
    const frame = this.#isFilling ? undefined : this.#frames.shift();
    if (frame) {
      this.#hasBegun = true;
      return frame;
    }
    // Once it has begun, each gap shows that a little more must wait.
    if (this.#hasBegun && !this.#isFilling) {
      this.#underruns++;
      this.#target = Math.min(HIGHEST_TARGET, this.#target + 1);
    }
    this.#isFilling = true;
    return this.#silence;
  }

  /** After two seconds in which more waited than is needed, one frame goes: a quiet one where there is one. */
  #trim(): void {
    this.#fewest = Math.min(this.#fewest, this.#frames.length);
    if (++this.#taken % WATCHED_FRAMES !== 0) return;
    const isTooLong = this.#fewest > this.#target;
    this.#fewest = Number.POSITIVE_INFINITY;
    if (!isTooLong) return;
    const quiet = this.#frames.findIndex((frame) => meanSquare(frame) < QUIET);
    this.#frames.splice(Math.max(0, quiet), 1);
    this.#droppedFrames++;
  }

  #drop(count: number): void {
    this.#frames.splice(0, count);
    this.#droppedFrames += count;
  }
}
