/** The calls that run now, the busiest of them, and what all calls so far come to. */
import type { OpusModule } from "../../audio/opus.js";
import type { EndReason, Observer } from "../../call/events.js";
import type { Clock } from "../../clock.js";
import { GOOD_ENDS } from "../../report/words.js";
import { Histogram } from "../../simulate/histogram.js";
import { LiveCall } from "./live-call.js";

/** A call that is shown stays for this long after its last word, so that lines do not jump. */
const STAYS_MS = 5000;

export interface LiveTotals {
  /** Calls that began. */
  readonly calls: number;
  readonly turns: number;
  readonly bargeIns: number;
  readonly firstAudioMs: Histogram;
  /** Calls that ended badly, by reason. */
  readonly failures: ReadonlyMap<EndReason, number>;
}

export class LiveCalls {
  readonly #clock: Clock;
  readonly #loadOpus: () => Promise<OpusModule>;
  readonly #running = new Set<LiveCall>();
  readonly #failures = new Map<EndReason, number>();
  readonly #totals = { calls: 0, turns: 0, bargeIns: 0, firstAudioMs: new Histogram() };
  #opus: OpusModule | undefined;
  #shown: ReadonlySet<LiveCall> = new Set();

  /** @param loadOpus called with the first Opus call. */
  constructor(clock: Clock, loadOpus: () => Promise<OpusModule>) {
    this.#clock = clock;
    this.#loadOpus = loadOpus;
  }

  /** The observer of one new call. @param hangUp ends it in good order. */
  watch(hangUp: () => void): Observer {
    let call: LiveCall | undefined;
    return (event) => {
      if (event.type === "call-started") {
        if (event.info.format.encoding === "opus") this.#needOpus();
        call = new LiveCall(event, this.#clock.now(), hangUp, () => this.#opus);
        this.#running.add(call);
        this.#totals.calls++;
        return;
      }
      call?.event(event, this.#clock.now());
      if (event.type === "turn") {
        this.#totals.turns++;
        this.#totals.firstAudioMs.record(event.firstAudioMs);
      } else if (event.type === "barge-in") this.#totals.bargeIns++;
      else if (event.type === "call-ended") {
        if (call) this.#running.delete(call);
        else this.#totals.calls++;
        const { reason } = event;
        if (!GOOD_ENDS.has(reason)) this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
      }
    };
  }

  /** In the order in which they began. */
  get running(): readonly LiveCall[] {
    return [...this.#running];
  }

  get count(): number {
    return this.#running.size;
  }

  get totals(): LiveTotals {
    return { ...this.#totals, failures: this.#failures };
  }

  /** At most `most` calls, where there are more those in which somebody speaks or spoke last; in the order in which they began. */
  busiest(most: number): readonly LiveCall[] {
    const running = this.running;
    if (running.length <= most) return running;
    const now = this.#clock.now();
    const spokeAt = (call: LiveCall) =>
      (call.isSpeaking ? now : call.lastSpokeAt) + (this.#shown.has(call) ? STAYS_MS : 0);
    const shown = new Set([...running].sort((a, b) => spokeAt(b) - spokeAt(a)).slice(0, most));
    this.#shown = shown;
    return running.filter((call) => shown.has(call));
  }

  #needOpus(): void {
    if (this.#opus) return;
    this.#loadOpus().then(
      (opus) => (this.#opus = opus),
      // Where Opus is missing the call itself says so.
      () => {},
    );
  }
}
