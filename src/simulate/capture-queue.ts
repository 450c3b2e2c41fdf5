/** Joins a microphone's clock to a call's: frames come when the device has them, and go when the call wants one. */
import { meanSquare } from "../audio/level.js";

/** 20 ms each. The least that waits in good times, and the most that is ever held back on purpose. */
const FIRST_TARGET = 2;
const HIGHEST_TARGET = 10;
/** A stall of this length can still be made up for, by a call that was held up as well. Of a longer one the oldest go. */
const MOST_WAITING = 100;
/** How long the queue is watched before it is found too long, and how often that is said before speech must go too. */
const WATCHED_FRAMES = 25;
const PATIENCE = 4;
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
  /** How often in a row it was found too long, with no quiet frame to let go. */
  #tooLong = 0;
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

  /** What waits for nothing goes: at once where nobody speaks, and a frame every two seconds where somebody always does. */
  #trim(): void {
    this.#fewest = Math.min(this.#fewest, this.#frames.length);
    if (++this.#taken % WATCHED_FRAMES !== 0) return;
    let excess = this.#fewest - this.#target;
    this.#fewest = Number.POSITIVE_INFINITY;
    const before = this.#frames.length;
    this.#frames = this.#frames.filter((frame) => excess <= 0 || meanSquare(frame) >= QUIET || excess-- <= 0);
    if (this.#frames.length < before || excess <= 0) this.#tooLong = 0;
    else if (++this.#tooLong % PATIENCE === 0) this.#frames.shift();
    this.#droppedFrames += before - this.#frames.length;
  }

  #drop(count: number): void {
    this.#frames.splice(0, count);
    this.#droppedFrames += count;
  }
}
