/** Keeps a speaker supplied with the agent's voice, neither too early nor too late, at the speaker's own pace. */
import { FRAME_MS } from "../audio/format.js";
import type { Clock, Timer } from "../clock.js";
import type { Speaker } from "./device.js";

/** Where what was received waits, and what is missing is made up. */
export interface FrameSource {
  /** Samples that arrived at `arrivedAt`. */
  push(samples: Int16Array, arrivedAt: number): void;
  /** Exactly 20 ms to play next, whatever has come. */
  pull(now: number): Int16Array;
}

export interface PlaybackOptions {
  readonly speaker: Speaker;
  readonly source: FrameSource;
  readonly clock: Clock;
  /** Told of every frame just before it is handed over; `bufferedMs` is what the speaker plays before it. */
  readonly onFrame: (frame: Int16Array, now: number, bufferedMs: number) => void;
}

/**
 * The speaker has this much to play when it was just looked after: as little as will do on a computer that is idle, more on
 * one that has let it run out, and never so much that an echo canceller loses track.
 */
const LEAST_AHEAD_MS = 60;
const MOST_AHEAD_MS = 160;
/** After so long without running out, a little less will do. */
const CALM_MS = 20_000;
const LOOK_EVERY_MS = FRAME_MS / 2;

export class Playback {
  readonly #options: PlaybackOptions;
  #timer: Timer | undefined;
  #aheadMs = LEAST_AHEAD_MS;
  #underruns = 0;
  #adaptedAt = 0;

  constructor(options: PlaybackOptions) {
    this.#options = options;
  }

  start(): void {
    this.#supply();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #supply(): void {
    const { speaker, source, clock, onFrame } = this.#options;
    this.#adapt(clock.now(), speaker.underruns);
    let bufferedMs = speaker.bufferedMs;
    // Counted on rather than asked again: a speaker that has ended takes nothing and must not keep us here.
    for (; bufferedMs < this.#aheadMs; bufferedMs += FRAME_MS) {
      const now = clock.now();
      const frame = source.pull(now);
      onFrame(frame, now, bufferedMs);
      speaker.write(frame);
    }
    this.#timer = clock.setTimer(() => this.#supply(), LOOK_EVERY_MS);
  }

  #adapt(now: number, underruns: number): void {
    const ranOut = underruns > this.#underruns;
    if (!ranOut && now - this.#adaptedAt < CALM_MS) return;
    this.#underruns = underruns;
    this.#adaptedAt = now;
    const wanted = this.#aheadMs + (ranOut ? FRAME_MS : -FRAME_MS);
    this.#aheadMs = Math.max(LEAST_AHEAD_MS, Math.min(MOST_AHEAD_MS, wanted));
  }
}
