/** Whether a load's numbers can be believed: not when the generator itself was late, because then it measured itself. */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** Part of a summary. */
export interface Trust {
  /** Timers of this process fired so much later than asked. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly trustworthy: boolean;
  /** Why not. */
  readonly untrustworthyBecause?: string;
}

/** One frame: what is later than this shows as jitter at the other end, and in every latency. */
const LIMIT_MS = 20;
const RESOLUTION_MS = 10;
const NS_PER_MS = 1e6;

/** Listens to this process's event loop until `stop`. */
export class LoopWatch {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  stop(): Trust["eventLoopDelayMs"] {
    this.#histogram.disable();
    const { max } = this.#histogram;
    const at = (p: number) => delayMs(this.#histogram.percentile(p));
    // Without a single measurement the maximum is 0, and what the percentiles say means nothing.
    return max === 0 ? { p50: 0, p99: 0, max: 0 } : { p50: at(50), p99: at(99), max: delayMs(max) };
  }
}

/** What is measured holds the interval itself. */
function delayMs(intervalNs: number): number {
  return Math.max(0, Math.round((intervalNs / NS_PER_MS - RESOLUTION_MS) * 100) / 100);
}

/** @param senderLatenessP99Ms undefined when no frame was sent. */
export function trust(
  senderLatenessP99Ms: number | undefined,
  eventLoopDelayMs: Trust["eventLoopDelayMs"],
): Trust {
  const late = (what: string, ms: number) =>
    `${what} ${Math.round(ms)} ms late at the 99th percentile, more than ${LIMIT_MS} ms: the generator was the bottleneck`;
  const because =
    senderLatenessP99Ms !== undefined && senderLatenessP99Ms > LIMIT_MS
      ? late("its own frames left", senderLatenessP99Ms)
      : eventLoopDelayMs.p99 > LIMIT_MS
        ? late("its timers fired", eventLoopDelayMs.p99)
        : undefined;
  return {
    eventLoopDelayMs,
    trustworthy: because === undefined,
    ...(because !== undefined && { untrustworthyBecause: because }),
  };
}
