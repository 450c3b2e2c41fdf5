/** Adds up the calls of a load in memory that does not grow with their number. */
import { Histogram } from "./histogram.js";
import type { CallResult } from "./place-call.js";

/** Milliseconds; null where nothing was measured, because no latency is not a fast one. */
export interface Latencies {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** The last object of `simulate --json` (its `t` and `version` are the writer's). Percentiles are at most 1 % too large. */
export interface LoadSummary {
  readonly type: "summary";
  /** Calls placed: `ok` and `failed` together. */
  readonly calls: number;
  readonly ok: number;
  readonly failed: number;
  /** How many calls failed for each reason: an outcome's `reason` or an error's `code`. */
  readonly failures: Readonly<Record<string, number>>;
  /** How often the endpoints did each thing that the wire does not allow. */
  readonly complaints: Readonly<Record<string, number>>;
  /** Answers to what the caller said. */
  readonly turns: number;
  /** End of the caller's last voiced frame → arrival of the first agent frame. */
  readonly firstAudioMs: Latencies;
  /** Start of the call → arrival of the first agent frame, where the agent spoke first. */
  readonly greetingMs: Latencies;
  /** How late our own frames left: the measuring side's share in every latency above. */
  readonly senderLatenessMs: Omit<Latencies, "p95">;
  /** Both spoke, in all calls together. */
  readonly talkOverMs: number;
  /** Audio that was lost for want of room, in all calls together. */
  readonly droppedMs: number;
  /** From the first dialling to the last hang-up. */
  readonly durationMs: number;
}

export class Tally {
  /** For all calls to record in. */
  readonly lateness = new Histogram();
  readonly #firstAudio = new Histogram();
  readonly #greeting = new Histogram();
  readonly #failures = new Map<string, number>();
  readonly #complaints = new Map<string, number>();
  #ok = 0;
  #failed = 0;
  #talkOverMs = 0;
  #droppedMs = 0;

  get ok(): number {
    return this.#ok;
  }

  get failed(): number {
    return this.#failed;
  }

  add({ ok, reason, summary, complaints }: CallResult): void {
    if (ok) this.#ok++;
    else this.addFailure(reason);
    for (const ms of summary.firstAudioMs) this.#firstAudio.record(ms);
    if (summary.greetingMs !== undefined) this.#greeting.record(summary.greetingMs);
    for (const [code, count] of Object.entries(complaints)) increase(this.#complaints, code, count);
    this.#talkOverMs += summary.talkOverMs;
    this.#droppedMs += summary.droppedMs;
  }

  /** A call that failed, or that did not even begin. */
  addFailure(reason: string): void {
    this.#failed++;
    increase(this.#failures, reason, 1);
  }

  summary(durationMs: number): LoadSummary {
    const { p50, p99, max } = latencies(this.lateness);
    return {
      type: "summary",
      calls: this.#ok + this.#failed,
      ok: this.#ok,
      failed: this.#failed,
      failures: Object.fromEntries(this.#failures),
      complaints: Object.fromEntries(this.#complaints),
      turns: this.#firstAudio.count,
      firstAudioMs: latencies(this.#firstAudio),
      greetingMs: latencies(this.#greeting),
      senderLatenessMs: { p50, p99, max },
      talkOverMs: hundredths(this.#talkOverMs),
      droppedMs: hundredths(this.#droppedMs),
      durationMs: hundredths(durationMs),
    };
  }
}

function increase(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function latencies(histogram: Histogram): Latencies {
  const at = (p: number) => hundredths(histogram.percentile(p) ?? null);
  return { p50: at(50), p95: at(95), p99: at(99), max: hundredths(histogram.max ?? null) };
}

/** Rounded to what was measured. */
function hundredths<T extends number | null>(ms: T): T {
  return (ms === null ? null : Math.round(ms * 100) / 100) as T;
}
