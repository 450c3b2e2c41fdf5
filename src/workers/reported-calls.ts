/** The calls of one worker as its primary follows them: each has its observers, and an end even when the worker has none for it. */
import type { CallEvent, Observer } from "../call/events.js";
import { Metrics } from "../call/metrics.js";
import type { Clock } from "../clock.js";

interface ReportedCall {
  readonly observers: readonly Observer[];
  /** The worker counts the frames; what else makes up a summary is counted here too. */
  readonly metrics: Metrics;
  /** When the caller's socket opened, on the primary's clock. */
  readonly openedAt: number;
  isStarted: boolean;
}

export class ReportedCalls {
  readonly #calls = new Map<number, ReportedCall>();
  readonly #observe: () => readonly Observer[];
  readonly #clock: Clock;

  /** @param observe makes the observers of one call. */
  constructor(observe: () => readonly Observer[], clock: Clock) {
    this.#observe = observe;
    this.#clock = clock;
  }

  event(number: number, event: CallEvent): void {
    const call = this.#calls.get(number) ?? this.#begin(number, event);
    if (event.type === "call-started") call.isStarted = true;
    if (event.type === "call-ended") this.#calls.delete(number);
    call.metrics.observe(event);
    for (const observer of call.observers) observer(event);
  }

  /** The worker is gone, and its calls with it. @returns how many had started. */
  lost(): number {
    const started = [...this.#calls.values()].filter(({ isStarted }) => isStarted);
    this.#calls.clear();
    for (const { observers, metrics, openedAt } of started) {
      const at = this.#clock.now() - openedAt;
      const detail = "the process that ran the call died";
      const summary = metrics.summary(at, 0);
      for (const observer of observers)
        observer({ type: "call-ended", at, reason: "bridge-failed", detail, summary });
    }
    return started.length;
  }

  #begin(number: number, { at }: CallEvent): ReportedCall {
    const openedAt = this.#clock.now() - at;
    const call = { observers: this.#observe(), metrics: new Metrics(), openedAt, isStarted: false };
    this.#calls.set(number, call);
    return call;
  }
}
