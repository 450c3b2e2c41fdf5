/** Adds up a call's events into its summary. */
import type { CallEvent, CallSummary } from "./events.js";

export class Metrics {
  #framesIn = 0;
  #framesOut = 0;
  #bargeIns = 0;
  #greetingMs: number | undefined;
  readonly #firstAudioMs: number[] = [];
  /** Milliseconds of audio that were lost; whoever loses them adds them here. */
  droppedMs = 0;

  observe(event: CallEvent): void {
    switch (event.type) {
      case "caller-audio":
        this.#framesIn++;
        break;
      case "agent-audio":
        this.#framesOut++;
        break;
      case "barge-in":
        this.#bargeIns++;
        break;
      case "turn":
        this.#firstAudioMs.push(event.firstAudioMs);
        break;
      case "greeting":
        this.#greetingMs = event.greetingMs;
        break;
    }
  }

  summary(durationMs: number, talkOverMs: number): CallSummary {
    return {
      durationMs,
      turns: this.#firstAudioMs.length,
      firstAudioMs: this.#firstAudioMs,
      greetingMs: this.#greetingMs,
      framesIn: this.#framesIn,
      framesOut: this.#framesOut,
      droppedMs: this.droppedMs,
      talkOverMs,
      bargeIns: this.#bargeIns,
    };
  }
}

/**
 * The nearest-rank percentile of some values, or undefined when there are none: no measurement is not a fast one.
 * @param p 0 to 100.
 */
export function percentile(values: readonly number[], p: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))];
}
