/** When a network really delivers what a caller sends: jitter, bursts, stalls and missing audio, planned from a seed. */
import { type Random, seededRandom } from "./random.js";

/** How bad the network is. TCP neither loses nor reorders: what it delays, it delays with all that comes after. */
export interface NetworkModel {
  /** Each frame takes up to so much longer, evenly spread. */
  readonly jitterMs: number;
  /** The line holds everything back for so long, then delivers it together; once in every `burstEveryMs` on average. */
  readonly burstMs: number;
  /** The same, but longer and rarer. */
  readonly stallMs: number;
  /** The share of frames that the PBX never sends, 0 to 1: missing audio, each frame by itself. */
  readonly loss: number;
  readonly burstEveryMs: number;
  readonly stallEveryMs: number;
}

export const BURST_EVERY_MS = 5_000;
export const STALL_EVERY_MS = 20_000;

export interface Delivery {
  /** In whole ms of the call's clock; never before the frame is due, nor before an earlier frame's. */
  readonly at: number;
  /** The frame is never sent. */
  readonly missing: boolean;
}

/**
 * One call's plan: a pure function of model, seed and the call's number. Asked once for every frame and message, in the
 * order of the times at which they are due. Each key draws from a stream of its own, so that changing one key of the
 * model leaves the others' events where they were.
 */
export class DeliveryPlan {
  readonly #model: NetworkModel;
  readonly #jitter: Random;
  readonly #loss: Random;
  readonly #holds: readonly Holds[];
  #lastAt = 0;
  #isFirst = true;

  /** @param call the call's number in its run. */
  constructor(model: NetworkModel, seed: number, call = 0) {
    this.#model = model;
    this.#jitter = seededRandom(seed, call, "jitter");
    this.#loss = seededRandom(seed, call, "loss");
    this.#holds = [
      new Holds(seededRandom(seed, call, "burst"), model.burstMs, model.burstEveryMs),
      new Holds(seededRandom(seed, call, "stall"), model.stallMs, model.stallEveryMs),
    ];
  }

  /** The next 20 ms of audio. */
  frame(due: number): Delivery {
    const jitter = Math.floor(this.#jitter() * (this.#model.jitterMs + 1));
    // The first frame is never missing: it may carry the head of an Opus container, without which nothing is heard.
    const missing = this.#loss() < this.#model.loss && !this.#isFirst;
    this.#isFirst = false;
    return missing ? { at: due, missing } : { at: this.#deliver(due + jitter), missing };
  }

  /** Anything else that is sent at `due`: behind all that is on its way. */
  message(due: number): number {
    return this.#deliver(due);
  }

  #deliver(arrival: number): number {
    let at = Math.max(this.#lastAt, Math.ceil(arrival));
    for (let open = this.#open(at); open !== at; open = this.#open(at)) at = open;
    this.#lastAt = at;
    return at;
  }

  /** When the line is next open, as far as one look at each kind of hold tells. */
  #open(at: number): number {
    return this.#holds.reduce((at, holds) => holds.endOf(at), at);
  }
}

/** The times at which a line holds everything back: one of a fixed length in every so many ms, irregularly. */
class Holds {
  readonly #random: Random;
  readonly #lengthMs: number;
  readonly #everyMs: number;
  #start: number;

  constructor(random: Random, lengthMs: number, everyMs: number) {
    this.#random = random;
    this.#lengthMs = lengthMs;
    this.#everyMs = everyMs;
    this.#start = lengthMs > 0 ? Math.round(everyMs * random()) : Number.POSITIVE_INFINITY;
  }

  /** `at` itself when nothing is held back then; else the end of the hold. `at` never goes back. */
  endOf(at: number): number {
    while (at >= this.#start + this.#lengthMs) {
      // From half to one and a half: at least as long as the hold itself, which is at most half of it.
      this.#start += Math.max(this.#lengthMs, Math.round(this.#everyMs * (0.5 + this.#random())));
    }
    return at < this.#start ? at : this.#start + this.#lengthMs;
  }
}
