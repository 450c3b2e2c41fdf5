/** A recorded caller who says everything when it was said: every payload, key and hang-up at its recorded time. */
import { FRAME_MS } from "../audio/format.js";
import type { Moment, Script } from "../simulate/script.js";
import type { TrackFrame } from "../simulate/track.js";
import type { CallerSide } from "./caller-side.js";

/** How much longer than the first time the caller waits for the agent. */
export const PATIENCE_MS = 10_000;
/** An agent that ends the call this much later than it did gets the very same bytes; then a telephone's silence goes on. */
const SAME_END_MS = 500;

export class ExactScript implements Script {
  readonly saidAllAt = Number.POSITIVE_INFINITY;
  readonly expectsAnswer: boolean;
  readonly #side: CallerSide;
  readonly #frameOf: (k: number) => TrackFrame;
  readonly #silence: TrackFrame;
  readonly #endAt: number;
  #nextPayload = 0;
  #nextKey = 0;
  #nextFillAt: number;

  /** @param canFill whether silence may follow the recorded payloads: a container goes on only as it began. */
  constructor(side: CallerSide, frameOf: (k: number) => TrackFrame, silence: TrackFrame, canFill: boolean) {
    const { payloads, end } = side;
    this.#side = side;
    this.#frameOf = frameOf;
    this.#silence = silence;
    this.expectsAnswer = side.agentSent;
    const listens = end.how === "listen";
    this.#endAt = end.at + (listens ? PATIENCE_MS : 0);
    const overAt = Math.max(end.at, payloads.at.at(-1) ?? 0);
    this.#nextFillAt = listens && canFill ? overAt + SAME_END_MS : Number.POSITIVE_INFINITY;
  }

  get dueAt(): number {
    const { payloads, keys } = this.#side;
    const key = keys[this.#nextKey];
    // Keys and payloads come in the order in which they stand in the recording.
    if (key && key.before <= this.#nextPayload) return key.at;
    if (this.#nextPayload < payloads.length) return payloads.at[this.#nextPayload] as number;
    return Math.min(this.#nextFillAt, this.#endAt);
  }

  next(at: number): Moment {
    const { payloads, keys, end } = this.#side;
    const pressed = [];
    while (this.#nextKey < keys.length && keys[this.#nextKey].before <= this.#nextPayload) {
      if (keys[this.#nextKey].at > at) break;
      pressed.push(keys[this.#nextKey++]);
    }
    const said = pressed.length > 0 ? { keys: pressed } : {};
    if (this.#nextPayload < payloads.length) {
      if (payloads.at[this.#nextPayload] > at) return { frame: this.#silence, isMute: true, ...said };
      return { frame: this.#frameOf(this.#nextPayload++), ...said };
    }
    if (at >= this.#endAt && this.#nextKey === keys.length)
      return { frame: this.#silence, end: end.how === "drop" ? "drop" : "hang-up", ...said };
    if (at < this.#nextFillAt) return { frame: this.#silence, isMute: true, ...said };
    this.#nextFillAt += FRAME_MS;
    return { frame: this.#silence, ...said };
  }
}
